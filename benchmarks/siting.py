"""The choice of sites: large problems against their best known values, and side by side with what others offer.

Peers: a flow formulation through scipy's ``milp`` (the same solver without cuts of its own), and spopt's maximal covering location
problem where it can state the problem: equal costs, nothing to join.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from geo_planner.build.siting import choose

REFERENCE = Path(os.environ.get("GEO_PLANNER_REFERENCE") or Path(__file__).resolve().parents[2] / "shared/data/reference") / "siting"
WANTED = {"500x200": (5.0, 0.0), "1000x300": (20.0, 0.005), "2000x500": (120.0, 0.05)}
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]


def tables(problem: dict[str, Any]) -> Tables:
    """A problem of the reference files as the five tables."""
    demands = pd.DataFrame.from_dict(problem["demands"], orient="index").rename(columns={"village": "village_id"})
    options = pd.DataFrame.from_dict(problem["options"], orient="index").rename(columns={"place": "place_id"}).astype({"cost": float})
    covers = pd.DataFrame([(o, d) for o, ds in problem["covers"].items() for d in ds], columns=["option_id", "demand_id"])
    places = pd.DataFrame({"gateway": problem["places"]})
    links = pd.DataFrame(problem["links"]).set_index("id").rename(columns={"a": "place_a", "b": "place_b"}).astype({"cost": float})
    return demands, options, covers, places, links


def by_flow(found: Tables, budget: float, seconds: float) -> tuple[float, float]:
    """Weight and bound of the usual formulation: one unit of flow from a gateway to each place that is joined."""
    demands, options, covers, places, links = found
    n_o, n_d, n_p, n_l = len(options), len(demands), len(places), len(links)
    gateway = places["gateway"].to_numpy(dtype=bool)
    at = places.index.get_indexer(options["place_id"])
    a, b = (places.index.get_indexer(links[end]) for end in ("place_a", "place_b"))
    n_f = 2 * n_l
    columns = {"y": 0, "z": n_o, "w": n_o + n_p, "f": n_o + n_p + n_l, "c": n_o + n_p + n_l + n_f}
    n = columns["c"] + n_d
    rows: list[sparse.csr_array] = []
    low: list[float] = []
    high: list[float] = []

    def add(row: dict[int, float], least: float, most: float) -> None:
        rows.append(sparse.csr_array((list(row.values()), ([0] * len(row), list(row))), shape=(1, n)))
        low.append(least)
        high.append(most)

    for o in range(n_o):
        if not gateway[at[o]]:
            add({o: 1, columns["z"] + at[o]: -1}, -np.inf, 0)
    for p in np.flatnonzero(~gateway):
        add({columns["z"] + p: 1, **{int(o): -1 for o in np.flatnonzero(at == p)}}, -np.inf, 0)
        inflow = {columns["f"] + int(k): 1.0 for k in np.flatnonzero(b == p)} | {
            columns["f"] + n_l + int(k): 1.0 for k in np.flatnonzero(a == p)
        }
        outflow = {columns["f"] + int(k): -1.0 for k in np.flatnonzero(a == p)} | {
            columns["f"] + n_l + int(k): -1.0 for k in np.flatnonzero(b == p)
        }
        add({**inflow, **outflow, columns["z"] + int(p): -1}, 0, 0)
    for k in range(n_l):
        add({columns["f"] + k: 1, columns["f"] + n_l + k: 1, columns["w"] + k: -float(n_p)}, -np.inf, 0)
        for end in (a[k], b[k]):
            if not gateway[end]:
                add({columns["w"] + k: 1, columns["z"] + int(end): -1}, -np.inf, 0)
    who = covers.groupby("demand_id")["option_id"].apply(list)
    for d, name in enumerate(demands.index):
        add({columns["c"] + d: 1, **{int(options.index.get_loc(o)): -1 for o in who.get(name, [])}}, -np.inf, 0)
    prices = {o: float(c) for o, c in enumerate(options["cost"])} | {columns["w"] + k: float(c) for k, c in enumerate(links["cost"])}
    add(prices, -np.inf, budget)
    whole = np.zeros(n)
    whole[: columns["f"]] = 1
    upper = np.ones(n)
    upper[columns["f"] : columns["c"]] = n_p
    objective = np.zeros(n)
    objective[columns["c"] :] = -demands["weight"]
    answer = milp(
        objective, integrality=whole, bounds=Bounds(0, upper), constraints=LinearConstraint(sparse.vstack(rows), low, high),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )  # fmt: skip
    found_weight = -answer.fun if answer.fun is not None else float("nan")
    return found_weight, -answer.mip_dual_bound if answer.mip_dual_bound is not None else float("nan")


def made(n_sites: int, n_demands: int, seed: int) -> Tables:
    """A problem without links and with equal costs, as spopt can state it."""
    random = np.random.default_rng(seed)
    sites, demands = random.random((n_sites, 2)), random.random((n_demands, 2))
    near = np.hypot(*(sites[:, None] - demands[None]).transpose(2, 0, 1)) < 0.12
    o, d = np.nonzero(near)
    names = [f"o{i}" for i in range(n_sites)]
    return (
        pd.DataFrame({"village_id": [f"v{i}" for i in range(n_demands)], "weight": random.integers(1, 100, n_demands)}, index=[f"d{i}" for i in range(n_demands)]),
        pd.DataFrame({"place_id": names, "cost": 1.0, "backhaul": "own"}, index=names),
        pd.DataFrame({"option_id": [names[i] for i in o], "demand_id": [f"d{i}" for i in d]}),
        pd.DataFrame({"gateway": [False] * n_sites}, index=names),
        pd.DataFrame({"place_a": [], "place_b": [], "cost": pd.Series([], dtype=float)}),
    )  # fmt: skip


def _against_spopt() -> list[dict[str, Any]]:
    try:
        import pulp
        from spopt.locate import MCLP
    except ImportError:
        return [{"part": "spopt", "what": "not installed", "value": None}]
    rows = []
    for n_sites, n_demands, p in ((100, 300, 10), (300, 1000, 20)):
        found = made(n_sites, n_demands, 1)
        start = time.perf_counter()
        choice = choose(*found, budget=float(p))
        ours = time.perf_counter() - start
        cost = np.ones((n_demands, n_sites))
        o = found[1].index.get_indexer(found[2]["option_id"])
        d = found[0].index.get_indexer(found[2]["demand_id"])
        cost[d, o] = 0.0
        start = time.perf_counter()
        peer = MCLP.from_cost_matrix(cost, found[0]["weight"].to_numpy(), service_radius=0.5, p_facilities=p)
        peer = peer.solve(pulp.PULP_CBC_CMD(msg=False))
        theirs = time.perf_counter() - start
        weight = float(pulp.value(peer.problem.objective))
        rows.append(
            {
                "part": "spopt MCLP", "what": f"{n_sites} sites, {n_demands} demands, {p} to build: weight, seconds (spopt's beside)",
                "value": f"{choice.weight:.0f}, {ours:.2f} ({weight:.0f}, {theirs:.2f})", "target": "same weight", "met": "yes" if abs(weight - choice.weight) < 0.5 else "NO",
                "note": choice.status,
            }
        )  # fmt: skip
    return rows


def main() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, (seconds, gap) in WANTED.items():
        path = REFERENCE / f"stress_{name}.json.gz"
        if not path.is_file():
            rows.append({"part": "large problems", "what": f"{name}: no reference data", "value": None})
            continue
        problem = json.loads(gzip.decompress(path.read_bytes()))
        found, ask = tables(problem), problem["asks"][0]
        choose(*found, budget=ask["budget"] / 20, gap=0.5)  # compiles; not part of what is timed
        start = time.perf_counter()
        at_once = choose(*found, budget=ask["budget"], method="greedy")
        quick = time.perf_counter() - start
        start = time.perf_counter()
        choice = choose(*found, budget=ask["budget"], gap=gap, time_limit_s=120.0)
        taken = time.perf_counter() - start
        met = taken <= seconds and (choice.status == "optimal" if gap == 0 else choice.gap <= gap)
        rows.append(
            {
                "part": "large problems", "what": f"{name}: weight, bound, gap, seconds",
                "value": f"{choice.weight:.0f}, {choice.bound:.0f}, {choice.gap:.2%}, {taken:.1f}", "target": f"gap {gap:.1%} in {seconds:.0f} s", "met": "yes" if met else "NO",
                "note": f"{choice.status}; best known {ask['best_known']}, bound {ask['upper_bound']}; greedy {at_once.weight:.0f} in {quick:.2f} s",
            }
        )  # fmt: skip
        start = time.perf_counter()
        weight, bound = by_flow(found, float(ask["budget"]), max(30.0, 3 * seconds) if name != "2000x500" else 120.0)
        rows.append(
            {
                "part": "scipy milp, flow", "what": f"{name}: weight, bound, seconds", "value": f"{weight:.0f}, {bound:.0f}, {time.perf_counter() - start:.1f}",
                "target": "", "met": "", "note": "the same solver, the usual formulation",
            }
        )  # fmt: skip
    return rows + _against_spopt()


if __name__ == "__main__":
    for row in main():
        print(row)
