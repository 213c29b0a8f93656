"""A small choice with its costs, to share out and to lay over years."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd

from geo_planner.build.cost import PARTS, Costs
from geo_planner.build.served import Chosen, Tables, chosen
from geo_planner.build.siting import Choice


def costs_of(costs: dict[str, int], name: str) -> Costs:
    """Costs with the amounts given; low is half, high twice as much."""
    table = pd.DataFrame({"cost": pd.Series(costs, dtype=float)}).rename_axis(name)
    for column in ("cost_before_tax", *PARTS, "opex", "renewal"):
        table[column] = 0.0
    scaled = [table, (table // 2).add_suffix("_low"), (table * 2).add_suffix("_high")]
    return Costs(pd.concat(scaled, axis=1), pd.DataFrame())


def a_choice(
    places: dict[str, bool],
    links: dict[str, tuple[str, str, int]],
    options: dict[str, dict[str, Any]],
    demands: dict[str, tuple[str, float]],
) -> tuple[Chosen, pd.DataFrame]:
    """All of it chosen.

    Parameters
    ----------
    places : whether each is a gateway
    links : ends and cost
    options : ``place``, ``cost``, ``covers`` ({demand: level}), perhaps ``kind`` and ``backhaul``
    demands : village and households, which are also the weight
    """
    option_table = pd.DataFrame(
        {
            o: {"place_id": v["place"], "kind": v.get("kind", "macro_mast"), "backhaul": v.get("backhaul", "network")}
            for o, v in options.items()
        }
    ).T.rename_axis("option_id")
    link_table = pd.DataFrame({k: {"place_a": a, "place_b": b} for k, (a, b, _) in links.items()}, index=["place_a", "place_b"]).T
    covers = pd.DataFrame(
        [(o, d, level) for o, v in options.items() for d, level in v["covers"].items()], columns=["option_id", "demand_id", "rsrp_dbm"]
    )
    demand_table = pd.DataFrame(
        {"village_id": [v for v, _ in demands.values()], "households": [h for _, h in demands.values()]},
        index=pd.Index(list(demands), name="demand_id"),
    )
    demand_table["weight"] = demand_table["households"]
    hit = pd.Series(demand_table.index.isin(covers["demand_id"]), index=demand_table.index)
    choice = Choice(tuple(sorted(options)), tuple(sorted(links)), hit, 0.0, 0.0, "optimal", 0.0, 0.0)
    tables = Tables(
        demand_table,
        option_table,
        covers,
        pd.DataFrame({"gateway": places}).rename_axis("place_id"),
        link_table.rename_axis("link_id"),
        costs_of({o: v["cost"] for o, v in options.items()}, "option_id"),
        costs_of({k: c for k, (_, _, c) in links.items()}, "link_id"),
    )
    return chosen(choice, tables), demand_table


def a_mast_behind_a_relay() -> tuple[Chosen, pd.DataFrame]:
    """g ~ p (a relay, 90) ~ q (serves v of 30 and w of 60 households, 300); each hop 9."""
    return a_choice(
        {"g": True, "p": False, "q": False},
        {"g~p": ("g", "p", 9), "p~q": ("p", "q", 9)},
        {
            "relay": {"place": "p", "cost": 90, "covers": {}, "kind": "relay"},
            "mast": {"place": "q", "cost": 300, "covers": {"a": -90, "b": -95}},
        },
        {"a": ("v", 30.0), "b": ("w", 60.0)},
    )


def random_choice(seed: int) -> tuple[Chosen, pd.DataFrame, pd.DataFrame]:
    """A tree of places on one or two gateways, an option or two at each, relays among them; with the villages."""
    draw = random.Random(seed)
    n, n_demands = draw.randint(1, 8), draw.randint(1, 12)
    gates = ["g0", "g1"][: draw.randint(1, 2)]
    places = {**dict.fromkeys(gates, True), **{f"p{i}": False for i in range(n)}}
    links = {}
    for i in range(n):
        to = draw.choice([*gates, *(f"p{j}" for j in range(i))])
        links[f"l{i}"] = (f"p{i}", to, draw.randint(0, 60))
    demands = {f"d{i}": (f"v{i // 2}", draw.choice([0.5, 1.0, 7.25, 40.0])) for i in range(n_demands)}
    options: dict[str, dict[str, Any]] = {}
    for i in range(n):
        for k in range(draw.randint(1, 2)):
            relay = draw.random() < 0.3
            covers = {} if relay else {d: draw.uniform(-110, -80) for d in demands if draw.random() < 0.4}
            options[f"o{i}{k}"] = {
                "place": f"p{i}",
                "cost": draw.randint(1, 100),
                "covers": covers,
                "kind": "relay" if relay else "low_mast",
            }
    found, table = a_choice(places, links, options, demands)
    villages = pd.DataFrame(
        {
            "responsibility": pd.Series([draw.choice(["fund", "operator", "power_first", "undecided"]) for _ in range(6)], dtype="string"),
            "commitment_stage": pd.Series([draw.choice([pd.NA, "none", "building"]) for _ in range(6)], dtype="string"),
        }
    )
    villages.index = pd.Index([f"v{i}" for i in range(6)], name="village_id")
    return found, table, villages
