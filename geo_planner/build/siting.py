"""Which options and links to build within a budget, or for a share of the demand: chosen exactly, with the proof, or at once.

A maximal covering location problem (Church and ReVelle 1974) whose sites must be joined to a gateway over other sites: the ways are a
Steiner tree with costs at its nodes. The demand, the options and the links are tables; nothing here knows of radio or of money's currency.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build._siting_exact import Found, Goal, solve
from geo_planner.build._siting_greedy import Pick, cost_of, covered, greedy, joined_by
from geo_planner.build._siting_net import Net, as_net
from geo_planner.errors import Fault, InputError, UsageError, bounded, fault
from geo_planner.words import Said, said

Status = Literal["optimal", "feasible", "infeasible"]
Bools = npt.NDArray[np.bool_]


_COLUMNS = {
    "demands": ("village_id", "weight"),
    "options": ("place_id", "cost", "backhaul"),
    "covers": ("option_id", "demand_id"),
    "places": ("gateway",),
    "links": ("place_a", "place_b", "cost"),
}
_REFERENCES = (
    ("options", "place_id", "places"),
    ("covers", "option_id", "options"),
    ("covers", "demand_id", "demands"),
    ("links", "place_a", "places"),
    ("links", "place_b", "places"),
)


class _Tables(NamedTuple):
    demands: pd.DataFrame
    options: pd.DataFrame
    covers: pd.DataFrame
    places: pd.DataFrame
    links: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Choice:
    """Options and links to build.

    Attributes
    ----------
    options, links : tuple of str
        Ids, sorted.
    covered : Series of bool
        By demand_id, in the order of the demands.
    weight, cost : float
        Of what is covered and of what is built.
    status : {"optimal", "feasible", "infeasible"}
        ``optimal``: weight and least cost are proven. ``infeasible``: nothing keeps the rules; `reason` says which, by how much.
    bound : float
        No choice has more weight (under a budget) or costs less (for a share).
    gap : float
        Relative distance of bound and value; 0 where they meet.
    reason : Said or None
    in_time : bool
        False where the time limit ended the search: another machine may then choose otherwise.
    """

    options: tuple[str, ...]
    links: tuple[str, ...]
    covered: pd.Series
    weight: float
    cost: float
    status: Status
    bound: float
    gap: float
    reason: Said | None = None
    in_time: bool = True


def choose(
    demands: pd.DataFrame,
    options: pd.DataFrame,
    covers: pd.DataFrame,
    places: pd.DataFrame,
    links: pd.DataFrame,
    *,
    budget: float | None = None,
    cover_share: float | None = None,
    required_villages: Sequence[str] = (),
    forbidden_places: Sequence[str] = (),
    fixed_options: Sequence[str] = (),
    method: Literal["exact", "greedy"] = "exact",
    time_limit_s: float = 60.0,
    gap: float = 0.0,
) -> Choice:
    """Choose what to build.

    Parameters
    ----------
    demands : DataFrame
        Index ``demand_id``; ``village_id``, ``weight`` (≥ 0).
    options : DataFrame
        Index ``option_id``; ``place_id``, ``cost`` (≥ 0, any one currency), ``backhaul`` (``network`` needs a way to a gateway, ``own`` does not)
        and perhaps ``exclusive_group``: at most one of a group is chosen; blank is none.
    covers : DataFrame
        ``option_id``, ``demand_id``: the one covers the other.
    places : DataFrame
        Index ``place_id``; ``gateway`` (joined already, free).
    links : DataFrame
        Index ``link_id``; ``place_a``, ``place_b``, ``cost`` (≥ 0); either way, paid once.
    budget : float, optional
        Most weight within it, then least cost.
    cover_share : float, optional
        Least cost that covers at least this share of all weight, within the budget if there is one.
    required_villages : sequence of str
        Every demand of theirs that any option covers must be covered.
    forbidden_places : sequence of str
        Nothing is built there.
    fixed_options : sequence of str
        Chosen whatever they bring; their cost counts.
    method : {"exact", "greedy"}
    time_limit_s : float
        A last guard; the search ends by its gap or by a counted amount of work, the same on every machine.
    gap : float
        Relative distance of value and bound that is near enough.

    Returns
    -------
    Choice

    Raises
    ------
    UsageError
        (a ValueError) With neither budget nor share, or with options of the search that mean nothing.
    InputError
        (a ValueError) With every fault of the tables.
    """
    _check_call(budget, cover_share, method, time_limit_s, gap)
    faults = _faults(_Tables(demands, options, covers, places, links), fixed_options)
    if faults:
        raise InputError(faults)
    until = time.monotonic() + time_limit_s
    total = math.fsum(demands["weight"])
    limit, needed = (
        math.inf if budget is None else float(budget),
        math.inf if cover_share is None else float(cover_share) * total * (1 - 1e-12),
    )

    fixed = np.isin(options.index.to_numpy(), list(fixed_options))
    forbidden = options["place_id"].isin(list(forbidden_places)).to_numpy(dtype=bool)
    reachable = demands.index.isin(covers["demand_id"])
    required = (demands["village_id"].isin(list(required_villages)) & reachable).to_numpy(dtype=bool)
    reason = _contradiction(options, fixed, forbidden)
    if reason is not None:
        return _nothing(demands, reason, cover_share)
    net = as_net(demands, options, covers, places, links, required=required, excluded=forbidden, fixed=fixed)
    reason = _out_of_reach(net, demands, options, needed, total)
    if reason is not None:
        return _nothing(demands, reason, cover_share)

    if method == "greedy":
        pick = greedy(net, budget=limit, needed=needed)
        if pick is None:
            return _why_not(net, demands, Goal(limit, needed), until, None)
        bound = 0.0 if cover_share is not None else math.fsum(net.weight[net.coverage().sum(axis=0) > 0])
        return _choice(net, demands, options, links, pick, "feasible", bound, least_cost=cover_share is not None, in_time=True)

    start = greedy(net, budget=limit, needed=needed)
    if cover_share is not None:
        found = solve(net, Goal(math.inf, needed), start, gap=gap, until=until)
        if found.pick is None or cost_of(net, found.pick) > limit:
            return _why_not(net, demands, Goal(limit, needed), until, found)
        status: Status = "optimal" if found.proven else "feasible"
        return _choice(net, demands, options, links, found.pick, status, found.bound, least_cost=True, in_time=found.in_time)
    found = solve(net, Goal(budget=limit), start, gap=gap, until=until)
    if found.pick is None:
        return _why_not(net, demands, Goal(budget=limit), until, found)
    pick, status, in_time = found.pick, "feasible", found.in_time
    if found.proven or found.in_time:
        # the least cost of as much weight
        weight = math.fsum(net.weight[covered(net, pick.options)])
        cheapest = solve(net, Goal(limit, weight * (1 - 1e-12)), pick, gap=gap, until=until)
        pick = cheapest.pick or pick
        in_time = in_time and cheapest.in_time
        status = "optimal" if found.proven and cheapest.proven else "feasible"
    return _choice(net, demands, options, links, pick, status, found.bound, least_cost=False, in_time=in_time)


def _check_call(budget: float | None, cover_share: float | None, method: str, time_limit_s: float, gap: float) -> None:
    if budget is None and cover_share is None:
        raise UsageError("siting_nothing_asked")
    if budget is not None and math.isnan(budget):
        raise UsageError("siting_no_figure", name="budget", value=str(budget))
    if cover_share is not None and not 0 <= cover_share <= 1:
        raise UsageError("siting_no_figure", name="cover_share", value=str(cover_share))
    if method not in ("exact", "greedy"):
        raise UsageError("siting_no_method", method=method)
    if not (time_limit_s > 0 and 0 <= gap < 1):
        raise UsageError("siting_no_figure", name="time_limit_s, gap", value=f"{time_limit_s}, {gap}")


def _faults(tables: _Tables, fixed: Sequence[str]) -> list[Fault]:
    """Everything that keeps the tables from being a siting problem."""
    faults = [
        fault(name, "siting_table.no_column", column=column, name=column)
        for name, columns in _COLUMNS.items()
        for column in columns
        if column not in getattr(tables, name)
    ]
    if faults:
        return faults
    for name in ("demands", "options", "places", "links"):
        index = getattr(tables, name).index
        faults += [fault(name, "siting_table.twice", value=str(i), name=str(i)) for i in index[index.duplicated()].unique()]
    for name, column in (("demands", "weight"), ("options", "cost"), ("links", "cost")):
        cells = getattr(tables, name)[column]
        figures = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wrong = ~(np.isfinite(figures) & (figures >= 0)) | np.array([isinstance(cell, (str, bool)) for cell in cells], dtype=bool)
        faults += [
            fault(name, "siting_table.no_figure", column=column, value=str(cells.iloc[i])[:80], name=str(cells.index[i]))
            for i in np.flatnonzero(wrong)
        ]
    for name, column, home in _REFERENCES:
        cells = getattr(tables, name)[column]
        lost = ~cells.isin(getattr(tables, home).index)
        faults += [
            fault(name, "siting_table.unknown", column=column, value=str(cell)[:80], name=str(row), home=home)
            for row, cell in cells[lost].items()
        ]
    kinds = tables.options["backhaul"]
    faults += [
        fault("options", "siting_table.backhaul", column="backhaul", value=str(kind)[:80], name=str(row))
        for row, kind in kinds[~kinds.isin(["network", "own"])].items()
    ]
    gateway = tables.places["gateway"]
    faults += [
        fault("places", "siting_table.gateway", column="gateway", value=str(cell)[:80], name=str(row))
        for row, cell in gateway[[not isinstance(cell, (bool, np.bool_)) for cell in gateway]].items()
    ]
    known = set(tables.options.index)
    faults += [fault("options", "siting_table.unknown_fixed", value=str(o)[:80], name=str(o)) for o in fixed if o not in known]
    return bounded(faults)


def _contradiction(options: pd.DataFrame, fixed: Bools, forbidden: Bools) -> Said | None:
    """What is fixed and forbidden at once, or fixed twice in a group."""
    both = options.index[fixed & forbidden]
    if len(both):
        return said("siting_infeasible.fixed_forbidden", options=[str(o) for o in both[:10]])
    if "exclusive_group" in options:
        group = options["exclusive_group"][fixed]
        group = group[group.notna() & (group.astype(str).str.strip() != "")]
        twice = group[group.duplicated(keep=False)]
        if len(twice):
            return said("siting_infeasible.fixed_group", options=[str(o) for o in twice.index[:10]], group=str(twice.iloc[0]))
    return None


def _out_of_reach(net: Net, demands: pd.DataFrame, options: pd.DataFrame, needed: float, total: float) -> Said | None:
    """What no choice of any price could do."""
    can = np.asarray(net.coverage().sum(axis=0)).ravel() > 0
    lost = demands.index[net.required & ~can]
    if len(lost):
        return said("siting_infeasible.required_out_of_reach", demands=[str(d) for d in lost[:10]], n=len(lost))
    alone = net.fixed & net.network & ~_reachable_nodes(net)[net.node]
    if alone.any():
        return said("siting_infeasible.fixed_unjoined", options=[str(o) for o in options.index[net.option_rows[alone]][:10]])
    most = math.fsum(net.weight[can])
    if math.isfinite(needed) and most < needed:
        return said("siting_infeasible.share", most=most / total if total else 0.0, asked=needed / total if total else 0.0)
    return None


def _reachable_nodes(net: Net) -> Bools:
    return np.asarray(joined_by(net, np.ones(len(net.tail), dtype=bool)))


def _why_not(net: Net, demands: pd.DataFrame, goal: Goal, until: float, found: Found | None) -> Choice:
    """The least cost that keeps everything but the budget says by how much it is missed."""
    least_cost = goal.least_cost
    cheapest = (
        found
        if found is not None and least_cost
        else solve(net, Goal(math.inf, goal.needed if least_cost else 0.0), None, gap=0.0, until=until)
    )
    share = 1.0 if least_cost else None
    if cheapest.pick is None:
        return _nothing(demands, said("siting_infeasible.rules"), share)
    cost = float(cheapest.bound)
    reason = said("siting_infeasible.budget", budget=goal.budget, cost=cost, short=cost - goal.budget)
    return _nothing(demands, reason, share, bound=cost if least_cost else 0.0)


def _nothing(demands: pd.DataFrame, reason: Said, share: float | None, *, bound: float | None = None) -> Choice:
    worst = math.inf if share is not None else 0.0
    return Choice(
        (),
        (),
        pd.Series(False, index=demands.index, name="covered"),
        0.0,
        0.0,
        "infeasible",
        worst if bound is None else bound,
        0.0,
        reason,
    )


def _choice(
    net: Net,
    demands: pd.DataFrame,
    options: pd.DataFrame,
    links: pd.DataFrame,
    pick: Pick,
    status: Status,
    bound: float,
    *,
    least_cost: bool,
    in_time: bool,
) -> Choice:
    hit = covered(net, pick.options)
    weight, cost = math.fsum(net.weight[hit]), cost_of(net, pick)
    value = cost if least_cost else weight
    gap = abs(bound - value) / max(abs(bound), abs(value)) if bound != value else 0.0
    return Choice(
        tuple(sorted(map(str, options.index[net.option_rows[pick.options]]))),
        tuple(sorted(map(str, links.index[net.link_rows[pick.links]]))),
        pd.Series(hit, index=demands.index, name="covered"), weight, cost, status, bound, gap, None, in_time,
    )  # fmt: skip
