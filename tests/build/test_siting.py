"""The choice of sites: least cost and most weight equal to counting every choice, whatever is fixed, required or forbidden."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.build.siting import Choice, choose, distance
from geo_planner.errors import InputError

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]


def tables(problem: dict[str, Any]) -> Tables:
    demands = pd.DataFrame(
        [(k, v["village"], v["weight"]) for k, v in problem["demands"].items()], columns=["demand_id", "village_id", "weight"]
    ).set_index("demand_id")
    options = pd.DataFrame(
        [(k, v["place"], float(v["cost"]), v["backhaul"], v.get("group")) for k, v in problem["options"].items()],
        columns=["option_id", "place_id", "cost", "backhaul", "exclusive_group"],
    ).set_index("option_id")
    covers = pd.DataFrame([(k, d) for k, ds in problem["covers"].items() for d in ds], columns=["option_id", "demand_id"])
    places = pd.DataFrame({"gateway": problem["places"]}, dtype=bool).rename_axis("place_id")
    links = pd.DataFrame(
        [(x["id"], x["a"], x["b"], float(x["cost"])) for x in problem["links"]], columns=["link_id", "place_a", "place_b", "cost"]
    ).set_index("link_id")
    return demands, options, covers, places, links


def counted(found: Tables, **asked: Any) -> tuple[float, float] | None:
    """Weight and cost of the best choice by trying all sets of options, each joined by the cheapest forest over its places."""
    demands, options, covers, places, links = found
    needed = asked["cover_share"] * demands["weight"].sum() if asked.get("cover_share") is not None else None
    limit = math.inf if asked.get("budget") is None else asked["budget"]
    cover = {o: set(covers.loc[covers["option_id"] == o, "demand_id"]) for o in options.index}
    reachable = set().union(*cover.values()) if cover else set()
    must = {d for d in demands.index if demands.at[d, "village_id"] in asked.get("required_villages", ()) and d in reachable}
    best = None
    for picked in itertools.chain.from_iterable(itertools.combinations(options.index, n) for n in range(len(options) + 1)):
        rows = options.loc[list(picked)]
        groups = rows["exclusive_group"].dropna()
        if groups.duplicated().any() or not set(asked.get("fixed_options", ())) <= set(picked):
            continue
        if rows["place_id"].isin(asked.get("forbidden_places", ())).any():
            continue
        hit = set().union(*(cover[o] for o in picked)) if picked else set()
        if not must <= hit:
            continue
        joined = cheapest_tree(rows, places, links)
        if joined is None:
            continue
        cost, weight = rows["cost"].sum() + joined, demands.loc[sorted(hit), "weight"].sum()
        if cost > limit + 1e-9 or (needed is not None and weight < needed - 1e-9):
            continue
        key = (cost, -weight) if needed is not None else (-weight, cost)
        if best is None or key < best:
            best = key
    if best is None:
        return None
    return (-best[1], best[0]) if needed is not None else (-best[0], best[1])


def cheapest_tree(rows: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame) -> float | None:
    """The cheapest links that join the network options, over any of the places that hold one: every subset of links would do as well."""
    gateways = set(places.index[places["gateway"]])
    need = set(rows.loc[rows["backhaul"] == "network", "place_id"]) - gateways
    optional = sorted(set(rows["place_id"]) - gateways - need)
    best = None
    for n in range(len(optional) + 1):
        for extra in itertools.combinations(optional, n):
            nodes = need | set(extra)
            parent = {p: p for p in [*nodes, "gate"]}

            def root(p: str, parent: dict[str, str] = parent) -> str:
                while parent[p] != p:
                    p = parent[p]
                return p

            total = 0.0
            for _, link in links.sort_values("cost").iterrows():
                a, b = ("gate" if p in gateways else p for p in (link["place_a"], link["place_b"]))
                if a in parent and b in parent and root(a) != root(b):
                    parent[root(a)] = root(b)
                    total += link["cost"]
            if len({root(p) for p in parent}) == 1 and (best is None or total < best):
                best = total
    return best


def assert_valid(choice: Choice, found: Tables, **asked: Any) -> None:
    demands, options, covers, places, links = found
    rows, joined = options.loc[list(choice.options)], set(places.index[places["gateway"]])
    held = joined | set(rows["place_id"])
    grown = True
    while grown:
        grown = False
        for link in choice.links:
            a, b = links.at[link, "place_a"], links.at[link, "place_b"]
            assert {a, b} <= held
            if len({a, b} & joined) == 1:
                joined |= {a, b}
                grown = True
    assert set(rows.loc[rows["backhaul"] == "network", "place_id"]) <= joined
    assert not rows["exclusive_group"].dropna().duplicated().any()
    hit = demands.index.isin(covers.loc[covers["option_id"].isin(choice.options), "demand_id"])
    assert (choice.covered.to_numpy() == hit).all()
    assert choice.weight == pytest.approx(demands.loc[hit, "weight"].sum())
    assert choice.cost == pytest.approx(rows["cost"].sum() + links.loc[list(choice.links), "cost"].sum())
    if asked.get("budget") is not None:
        assert choice.cost <= asked["budget"]
    assert choice.options == tuple(sorted(choice.options))


@st.composite
def problems(draw: st.DrawFn) -> tuple[Tables, dict[str, Any]]:
    n_places, n_demands = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    places = {f"p{i}": i == 0 or draw(st.integers(0, 9)) == 0 for i in range(n_places + 1)}
    whole = draw(st.booleans())
    price = st.integers(0, 20) if whole else st.floats(0, 20, allow_nan=False).map(lambda x: round(x, 3))
    demands = {f"d{i}": {"village": f"v{i // 2}", "weight": draw(price)} for i in range(n_demands)}
    options = {
        f"o{i}": {
            "place": draw(st.sampled_from(sorted(places))), "cost": draw(price), "backhaul": draw(st.sampled_from(["network", "network", "own"])),
            "group": draw(st.sampled_from([None, None, None, "g", "h"])),
        }
        for i in range(draw(st.integers(1, 6)))
    }  # fmt: skip
    covers = {o: draw(st.lists(st.sampled_from(sorted(demands)), unique=True, max_size=3)) for o in options}
    links = [
        {"id": f"l{i}", "a": draw(st.sampled_from(sorted(places))), "b": draw(st.sampled_from(sorted(places))), "cost": draw(price)}
        for i in range(draw(st.integers(0, 7)))
    ]
    asked: dict[str, Any] = {}
    kind = draw(st.sampled_from(["budget", "share", "both"]))
    if kind != "share":
        asked["budget"] = draw(st.integers(0, 80))
    if kind != "budget":
        asked["cover_share"] = draw(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))
    if draw(st.booleans()):
        asked["required_villages"] = draw(st.lists(st.sampled_from(["v0", "v1"]), unique=True, max_size=1))
        asked["forbidden_places"] = draw(st.lists(st.sampled_from(sorted(places)), unique=True, max_size=1))
        asked["fixed_options"] = draw(st.lists(st.sampled_from(sorted(options)), unique=True, max_size=1))
    return tables({"places": places, "demands": demands, "options": options, "covers": covers, "links": links}), asked


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(problems())
def test_equal_to_counting_every_choice(case: tuple[Tables, dict[str, Any]]) -> None:
    found, asked = case
    best, choice = counted(found, **asked), choose(*found, **asked)
    if best is None:
        assert choice.status == "infeasible"
        assert choice.reason is not None
        assert (choice.options, choice.links, choice.weight, choice.cost) == ((), (), 0.0, 0.0)
        return
    assert choice.status == "optimal"
    assert choice.cost == pytest.approx(best[1], abs=1e-6)
    if asked.get("cover_share") is None:
        assert choice.weight == pytest.approx(best[0], abs=1e-6)
    assert_valid(choice, found, **asked)
    at_once = choose(*found, **asked, method="greedy")
    if at_once.status != "infeasible":
        assert_valid(at_once, found, **asked)
        if asked.get("cover_share") is None:
            assert at_once.weight <= choice.weight + 1e-9
        else:
            assert at_once.cost >= choice.cost - 1e-9


def test_reference_problems(reference: Path) -> None:
    """276 answers by complete enumeration."""
    problems = json.loads((reference / "siting" / "small.json").read_text(encoding="utf-8"))
    for problem in problems:
        found = tables(problem)
        for ask in problem["asks"]:
            choice = choose(*found, budget=ask.get("budget"), cover_share=ask.get("cover_share"))
            name = (problem["id"], ask)
            if ask["cost"] is None:
                assert choice.status == "infeasible", name
                continue
            assert choice.status == "optimal", name
            assert choice.cost == pytest.approx(ask["cost"], abs=1e-9), name
            assert "weight" not in ask or choice.weight == ask["weight"], name
            assert choice.gap == 0


def line(n: int = 5) -> Tables:
    """A gateway and a row of places behind it, each reached over the one before; the last serves most."""
    places = {"g": True, **{f"p{i}": False for i in range(n)}}
    options = {f"m{i}": {"place": f"p{i}", "cost": 10, "backhaul": "network"} for i in range(n)}
    options |= {f"r{i}": {"place": f"p{i}", "cost": 3, "backhaul": "network"} for i in range(n)} | {
        "sat": {"place": f"p{n - 1}", "cost": 25, "backhaul": "own"}
    }
    covers = {f"m{i}": [f"d{i}"] for i in range(n)} | {f"r{i}": [] for i in range(n)} | {"sat": [f"d{n - 1}"]}
    demands = {f"d{i}": {"village": f"v{i}", "weight": 1 if i < n - 1 else 100} for i in range(n)}
    links = [{"id": f"l{i}", "a": "g" if i == 0 else f"p{i - 1}", "b": f"p{i}", "cost": 2} for i in range(n)]
    return tables({"places": places, "demands": demands, "options": options, "covers": covers, "links": links})


def test_a_planted_best_choice_is_found() -> None:
    """Own backhaul for 25, or four relays, five hops and a mast for 32: the first; with dearer satellites the second."""
    found = line()
    assert choose(*found, budget=25).options == ("sat",)
    dear = found[1].assign(cost=found[1]["cost"].where(found[1].index != "sat", 40.0))
    choice = choose(found[0], dear, *found[2:], budget=32)
    assert choice.options == ("m4", "r0", "r1", "r2", "r3")
    assert choice.links == ("l0", "l1", "l2", "l3", "l4")
    assert (choice.weight, choice.cost, choice.status) == (100, 32, "optimal")


def test_more_money_never_covers_less() -> None:
    found = line()
    weights = [choose(*found, budget=budget).weight for budget in range(0, 90, 6)]
    assert weights == sorted(weights)
    assert weights[0] == 0
    assert weights[-1] == 104


def test_same_input_same_choice_whatever_the_order_of_rows() -> None:
    demands, options, covers, places, links = line()
    one = choose(demands, options, covers, places, links, budget=45)
    other = choose(demands[::-1], options[::-1], covers[::-1], places[::-1], links[::-1], budget=45)
    assert (one.options, one.links, one.weight, one.cost) == (other.options, other.links, other.weight, other.cost)
    assert other.covered.index.tolist() == demands.index[::-1].tolist()
    assert (other.covered[::-1] == one.covered).all()
    again = choose(demands, options, covers, places, links, budget=45)
    assert (one.options, one.links) == (again.options, again.links)


def test_a_budget_is_kept_to_the_unit() -> None:
    """Amounts in whole đồng: one đồng too little is too little."""
    demands = pd.DataFrame({"village_id": ["a", "b"], "weight": [3.0, 2.0]}, index=["a", "b"])
    options = pd.DataFrame({"place_id": ["p", "q"], "cost": [2_345_678_901.0, 1_234_567_891.0], "backhaul": "own"}, index=["x", "y"])
    covers = pd.DataFrame({"option_id": ["x", "y"], "demand_id": ["a", "b"]})
    places = pd.DataFrame({"gateway": [False, False]}, index=["p", "q"])
    links = pd.DataFrame({"place_a": [], "place_b": [], "cost": pd.Series([], dtype=float)})
    both = 2_345_678_901 + 1_234_567_891
    assert choose(demands, options, covers, places, links, budget=both).options == ("x", "y")
    assert choose(demands, options, covers, places, links, budget=both - 1).options == ("x",)
    assert choose(demands, options, covers, places, links, budget=1_234_567_890).options == ()


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"budget": 10, "required_villages": ["v4"]}, "siting_infeasible.budget"),
        ({"cover_share": 1.0, "budget": 20}, "siting_infeasible.budget"),
        ({"budget": 90, "required_villages": ["v1"], "forbidden_places": ["p1"]}, "siting_infeasible.required_out_of_reach"),
        ({"budget": 90, "fixed_options": ["m4"], "forbidden_places": ["p0"]}, "siting_infeasible.fixed_unjoined"),
        ({"budget": 90, "fixed_options": ["m1"], "forbidden_places": ["p1"]}, "siting_infeasible.fixed_forbidden"),
        ({"cover_share": 0.99, "forbidden_places": ["p1", "p4"]}, "siting_infeasible.share"),
        ({"budget": -1}, "siting_infeasible.budget"),
    ],
)
def test_what_cannot_be_says_why_and_by_how_much(asked: dict[str, Any], key: str) -> None:
    choice = choose(*line(), **asked)
    assert choice.status == "infeasible"
    assert choice.reason is not None
    assert choice.reason.key == key
    assert choice.reason.text("vi") != choice.reason.text("en")
    if key == "siting_infeasible.budget":
        facts = dict(choice.reason.facts)
        assert facts["short"] == pytest.approx(facts["cost"] - asked["budget"])


def test_nothing_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="budget"):
        choose(*line())


@pytest.mark.parametrize(
    ("table", "column", "cell", "code"),
    [
        (1, "cost", -1.0, "siting_table.no_figure"),
        (1, "cost", float("nan"), "siting_table.no_figure"),
        (1, "cost", "1,5 tỷ", "siting_table.no_figure"),
        (0, "weight", float("inf"), "siting_table.no_figure"),
        (1, "place_id", "nowhere", "siting_table.unknown"),
        (2, "demand_id", "nobody", "siting_table.unknown"),
        (4, "place_b", "nowhere", "siting_table.unknown"),
        (1, "backhaul", "pigeon", "siting_table.backhaul"),
        (3, "gateway", "maybe", "siting_table.gateway"),
    ],
)
def test_broken_tables_are_told_whole(table: int, column: str, cell: object, code: str) -> None:
    found = [t.astype(object) for t in line()]
    found[table].iloc[0, found[table].columns.get_loc(column)] = cell
    with pytest.raises(InputError) as told:
        choose(*found, budget=10)
    assert [f.said.key for f in told.value.faults] == [code]


def test_doubled_ids_missing_columns_and_unknown_options() -> None:
    found = line()
    with pytest.raises(InputError):
        choose(found[0], pd.concat([found[1], found[1].iloc[:1]]), *found[2:], budget=10)
    with pytest.raises(InputError):
        choose(found[0], found[1].drop(columns="cost"), *found[2:], budget=10)
    with pytest.raises(InputError):
        choose(*found, budget=10, fixed_options=["no such"])


def test_nothing_to_choose_from() -> None:
    demands, options, covers, places, links = line()
    none = choose(demands, options.iloc[:0], covers.iloc[:0], places, links, budget=10)
    assert (none.status, none.weight, none.options) == ("optimal", 0.0, ())
    nobody = choose(demands.iloc[:0], options, covers.iloc[:0], places, links, budget=10)
    assert (nobody.status, nobody.weight, nobody.options) == ("optimal", 0.0, ())


def test_relays_serve_nobody_and_parallel_links_are_paid_once() -> None:
    demands, options, covers, places, links = line(2)
    twice = pd.concat([links, links.rename(index=lambda i: f"{i}b").assign(cost=9.0)])
    choice = choose(demands, options.drop(index="sat"), covers[covers["option_id"] != "sat"], places, twice, budget=17)
    assert choice.options == ("m1", "r0")
    assert choice.links == ("l0", "l1")
    assert np.isclose(choice.cost, 17)


def test_of_equal_choices_the_earlier_ids() -> None:
    """Three masts that serve the same for the same price, and two links that lead there for the same."""
    demands = pd.DataFrame({"village_id": ["v"], "weight": [1.0]}, index=["d"])
    options = pd.DataFrame({"place_id": ["r", "p", "q"], "cost": 5.0, "backhaul": "network"}, index=["c", "a", "b"])
    covers = pd.DataFrame({"option_id": ["a", "b", "c"], "demand_id": "d"})
    places = pd.DataFrame({"gateway": [True, False, False, False]}, index=["g", "p", "q", "r"])
    links = pd.DataFrame({"place_a": "g", "place_b": ["r", "q", "p", "p"], "cost": 1.0}, index=["1", "2", "4", "3"])
    for method in ("exact", "greedy"):
        for asked in ({"budget": 6.0}, {"cover_share": 1.0}):
            choice = choose(demands, options, covers, places, links, method=method, **asked)  # type: ignore[arg-type]
            assert (choice.options, choice.links) == (("a",), ("3",))


def province(n: int = 24) -> Tables:
    """Places strewn over a square, linked to their nearest, each with a mast and a relay; every other a demand."""
    random = np.random.default_rng(5)
    at = random.random((n, 2))
    far = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    names = [f"p{i:03}" for i in range(n)]
    pairs = sorted({(min(i, int(j)), max(i, int(j))) for i in range(n) for j in np.argsort(far[i])[1:6]})
    options = pd.DataFrame(
        {"place_id": names * 2, "cost": [*random.integers(1500, 3000, n), *random.integers(600, 1300, n)], "backhaul": "network"},
        index=[f"{name}:{kind}" for kind in ("mast", "relay") for name in names],
    )
    near = [(f"{names[i]}:mast", f"d{j}") for i in range(n) for j in range(0, n, 2) if far[i, j] < 0.12]
    demands = pd.DataFrame({"village_id": [f"v{j}" for j in range(0, n, 2)], "weight": random.integers(10, 100, n // 2)})
    return (
        demands.set_index(pd.Index([f"d{j}" for j in range(0, n, 2)])),
        options.assign(exclusive_group=None),
        pd.DataFrame(near, columns=["option_id", "demand_id"]),
        pd.DataFrame({"gateway": [name == "p000" for name in names]}, index=names),
        pd.DataFrame(
            {"place_a": [names[i] for i, _ in pairs], "place_b": [names[j] for _, j in pairs], "cost": 300.0},
            index=[f"{names[i]}-{names[j]}" for i, j in pairs],
        ),
    )


@pytest.mark.parametrize("asked", [{"budget": 15_000}, {"cover_share": 0.5}])
def test_when_time_strikes_the_choice_is_valid_and_the_bound_holds(asked: dict[str, float]) -> None:
    """A limit that is over at once: the choice at once, said to be no more than that, with a bound that the proof confirms."""
    found = province(36)  # more than the tenth of a second that a step of the solver is given at least
    hasty, whole = choose(*found, time_limit_s=1e-9, **asked), choose(*found, time_limit_s=600.0, **asked)  # type: ignore[arg-type]
    assert whole.status == "optimal"
    assert (hasty.status, hasty.in_time) == ("feasible", False)
    for choice in (hasty, whole):
        assert_valid(choice, found, **asked)
    if "budget" in asked:
        assert hasty.weight <= whole.weight <= hasty.bound
    else:
        assert hasty.bound <= whole.cost <= hasty.cost
    assert hasty.gap > 0


def test_out_of_time_without_a_choice_is_not_called_impossible_for_a_reason_that_is_not_known() -> None:
    found = province()
    asked = {"budget": 30_000.0, "required_villages": ["v10", "v16", "v22"]}
    hasty = choose(*found, time_limit_s=1e-9, **asked)  # type: ignore[arg-type]
    if hasty.status == "infeasible":
        assert not hasty.in_time
        assert hasty.reason is not None
        assert hasty.reason.key == "siting_infeasible.not_found"
    else:
        assert_valid(hasty, found, **asked)


@pytest.mark.parametrize(("name", "best"), [("500x200", 7055), ("1000x300", 12830), ("2000x500", 29246)])
def test_large_problems_within_a_second_are_valid_and_honest(reference: Path, name: str, best: int) -> None:
    """`best`: the optimum, proven apart; for the largest the bound that is known."""
    problem = json.loads(gzip.decompress((reference / "siting" / f"stress_{name}.json.gz").read_bytes()))
    found, budget = tables(problem), float(problem["asks"][0]["budget"])
    choice = choose(*found, budget=budget, time_limit_s=1.0, gap=0.05)
    assert_valid(choice, found, budget=budget)
    assert choice.weight <= best
    assert choice.weight >= 0.9 * best
    assert choice.bound >= (best if name != "2000x500" else choice.weight)
    assert choice.gap == pytest.approx((choice.bound - choice.weight) / choice.bound)
    assert choice.status == "feasible"
    at_once = choose(*found, budget=budget, method="greedy")
    assert at_once.weight <= choice.weight


@pytest.mark.parametrize("step", [1, 10, 1_000])
def test_least_cost_is_proven_to_the_unit_for_prices_of_billions(step: int) -> None:
    """Two ways to the same weight that differ by one step of prices around 10⁹: the cheaper one, and proven, not only near enough."""
    random = np.random.default_rng(7)
    names = [f"o{i}" for i in range(12)]
    prices = [float(step * int(random.integers(10**9 // step, 2 * 10**9 // step))) for _ in names]
    demands = pd.DataFrame({"village_id": [f"v{i}" for i in range(6)], "weight": 1.5 + random.random(6)}, index=[f"d{i}" for i in range(6)])
    twins = [prices[i] + step * (i % 2) if i < 6 else prices[i - 6] + step * ((i + 1) % 2) for i in range(12)]
    options = pd.DataFrame({"place_id": names, "cost": twins, "backhaul": "own"}, index=names)
    covers = pd.DataFrame({"option_id": names, "demand_id": [f"d{i % 6}" for i in range(12)]})
    places = pd.DataFrame({"gateway": [False] * 12}, index=names)
    none = pd.DataFrame({"place_a": [], "place_b": [], "cost": pd.Series([], dtype=float)})
    choice = choose(demands, options, covers, places, none, budget=1e12)
    assert choice.status == "optimal"
    assert choice.cost == math.fsum(prices[:6])
    least = choose(demands, options, covers, places, none, cover_share=1.0)
    assert (least.status, least.cost, least.bound) == ("optimal", choice.cost, choice.cost)


@pytest.mark.parametrize("work", ["short", "rough"])
def test_less_work_is_as_honest(work: str) -> None:
    found = province()
    best = choose(*found, budget=30.0)
    less = choose(*found, budget=30.0, work=work)  # type: ignore[arg-type]
    assert_valid(less, found, budget=30.0)
    assert less.weight <= best.weight <= best.bound <= less.bound + 1e-9
    again = choose(*found, budget=30.0, work=work, start=best)  # type: ignore[arg-type]
    assert again.weight >= best.weight - 1e-9


def test_the_rounding_of_sums_is_no_gap() -> None:
    one_by_one, at_once = sum([0.1] * 10), math.fsum([0.1] * 10)
    assert one_by_one != at_once
    assert distance(at_once, one_by_one) == 0.0
    assert distance(0.0, 0.0) == 0.0
    assert distance(100.0, 99.0) == pytest.approx(0.01)
    assert distance(99.0, 100.0) == pytest.approx(0.01)
