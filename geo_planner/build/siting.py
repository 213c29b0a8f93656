"""Which options and links to build within a budget, or for a share of the demand: chosen exactly, with the proof, or at once.

A maximal covering location problem (Church and ReVelle 1974) whose sites must be joined to a gateway over other sites: the ways are a
Steiner tree with costs at its nodes. The demand, the options and the links are tables; nothing here knows of radio or of money's currency.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from geo_planner.build._siting_exact import Found, Goal, solve
from geo_planner.build._siting_greedy import Pick, cost_of, covered, greedy, near, sound
from geo_planner.build._siting_grow import joined_by
from geo_planner.build._siting_net import Net, as_net
from geo_planner.build._siting_ties import settled
from geo_planner.errors import Fault, InputError, UsageError, bounded, fault
from geo_planner.units import BoolArray
from geo_planner.words import Said, said

Status = Literal["optimal", "feasible", "infeasible"]
Work = Literal["full", "short", "rough"]
_TURNS = 200
"""Turns of the short search for a cheaper choice where nothing is proven."""


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


_ROUNDING = 1e-12
"""Relative distance of two sums of the same figures in another order."""


class Tables(NamedTuple):
    """The five tables of a siting problem, as `choose` takes them."""

    demands: pd.DataFrame
    options: pd.DataFrame
    covers: pd.DataFrame
    places: pd.DataFrame
    links: pd.DataFrame


class _Task(NamedTuple):
    tables: Tables
    net: Net
    goal: Goal
    gap: float
    until: float
    start: Pick | None
    work: Work

    @property
    def short(self) -> bool:
        return self.work != "full"


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
        ``optimal``: weight and least cost are proven. ``infeasible``: nothing keeps the rules; `reason` says which, by how much
        (or, with `in_time` false, that no choice was found before the time was over).
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
    start: Choice | None = None,
    work: Work = "full",
) -> Choice:
    """Choose what to build.

    Of choices with the same weight and cost the one with the earlier ids is taken as far as exchanging single options leads; between
    others the order of the search decides, which depends neither on the machine nor on the order of rows.

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
    start : Choice, optional
        One to begin with: where it keeps the rules, nothing worse is chosen.
    work : {"full", "short", "rough"}
        How much counted work the exact method may do: for one choice, for many that are compared, or for weight alone, the cost brought down by
        exchange without proof. Bound and gap tell what it came to.

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
    faults = _faults(Tables(demands, options, covers, places, links), fixed_options)
    if faults:
        raise InputError(faults)
    tables = Tables(_in_order(demands), _in_order(options), covers, _in_order(places), _in_order(links))
    total = math.fsum(tables.demands["weight"])
    needed = math.inf if cover_share is None else float(cover_share) * total * (1 - 1e-12)
    goal = Goal(math.inf if budget is None else float(budget), needed)

    fixed = np.isin(tables.options.index.to_numpy(), list(fixed_options))
    forbidden = tables.options["place_id"].isin(list(forbidden_places)).to_numpy(dtype=bool)
    required = tables.demands["village_id"].isin(list(required_villages)) & tables.demands.index.isin(covers["demand_id"])
    reason = _contradiction(tables.options, fixed, forbidden)
    net = as_net(*tables, required=required.to_numpy(dtype=bool), excluded=forbidden & ~fixed, fixed=fixed)
    task = _Task(tables, net, goal, gap, time.monotonic() + time_limit_s, None if start is None else _as_pick(tables, net, start), work)
    reason = reason or _out_of_reach(task, total)
    if reason is not None:
        choice = _nothing(task, reason)
    elif method == "greedy":
        choice = _at_once(task)
    else:
        choice = _cheapest(task) if goal.least_cost else _most(task)
    return replace(choice, covered=choice.covered.reindex(demands.index))


def distance(bound: float, value: float) -> float:
    """Relative distance of a bound and a value; 0 where only the rounding of sums keeps them apart."""
    apart = abs(bound - value) / max(abs(bound), abs(value)) if bound != value else 0.0
    return apart if apart > _ROUNDING else 0.0


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """By id, so that the order of rows means nothing."""
    return table.sort_index(key=lambda index: index.astype(str), kind="stable")


def _as_pick(tables: Tables, net: Net, choice: Choice) -> Pick | None:
    """A choice in the rows of a net; None where it holds what the net has left out."""
    options, links = (
        np.isin(table.index.to_numpy()[rows].astype(str), list(ids))
        for table, rows, ids in ((tables.options, net.option_rows, choice.options), (tables.links, net.link_rows, choice.links))
    )
    pick = Pick(options, links)
    return pick if options.sum() == len(choice.options) and links.sum() == len(choice.links) and sound(net, pick) else None


def _begin(task: _Task, goal: Goal) -> Pick | None:
    """The better of the choice at once and the one to begin with."""
    at_once = greedy(task.net, budget=goal.budget, needed=goal.needed)
    given = task.start
    if given is None or not goal.kept(task.net, given):
        return at_once
    return at_once if at_once is not None and goal.better(task.net, at_once, given) else given


def _at_once(task: _Task) -> Choice:
    pick = _begin(task, task.goal)
    if pick is None:
        return _why_not(task, None)
    bound = 0.0 if task.goal.least_cost else math.fsum(task.net.weight[task.net.coverage().sum(axis=0) > 0])
    return _choice(task, pick, "feasible", bound)


def _cheapest(task: _Task) -> Choice:
    """Least cost for the share, within the budget."""
    net, goal = task.net, Goal(math.inf, task.goal.needed)
    found = solve(net, goal, _begin(task, goal), gap=task.gap, until=task.until, short=task.short)
    if found.pick is None or cost_of(net, found.pick) > task.goal.budget:
        return _why_not(task, found)
    return _choice(task, found.pick, "optimal" if found.proven else "feasible", found.bound, in_time=found.in_time)


def _most(task: _Task) -> Choice:
    """Most weight within the budget, then the least cost of as much."""
    net, goal = task.net, task.goal
    found = solve(net, goal, _begin(task, goal), gap=task.gap, until=task.until, short=task.short)
    if found.pick is None:
        return _why_not(task, found)
    pick, in_time = found.pick, found.in_time
    as_much = math.fsum(net.weight[covered(net, pick.options)]) * (1 - 1e-12)
    if not found.proven or task.work == "rough":
        # nothing is proven any more: as cheap as a short search finds it
        if in_time:
            alone = np.ones((1, len(net.cost))), np.ones((1, len(net.link_cost)))
            pick = near(net, pick, alone, (math.inf, as_much), _TURNS) or pick
        return _choice(task, pick, "feasible", found.bound, in_time=in_time)
    cheapest = solve(net, Goal(goal.budget, as_much), pick, gap=task.gap, until=task.until, short=task.short)
    status: Status = "optimal" if cheapest.proven else "feasible"
    return _choice(task, cheapest.pick or pick, status, found.bound, in_time=cheapest.in_time)


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


def _faults(tables: Tables, fixed: Sequence[str]) -> list[Fault]:
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


def _contradiction(options: pd.DataFrame, fixed: BoolArray, forbidden: BoolArray) -> Said | None:
    """What is fixed and forbidden at once, or fixed twice in a group."""
    if not fixed.any():
        return None
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


def _out_of_reach(task: _Task, total: float) -> Said | None:
    """What no choice of any price could do."""
    net, demands, needed = task.net, task.tables.demands, task.goal.needed
    can = np.asarray(net.coverage().sum(axis=0)).ravel() > 0
    lost = demands.index[net.required & ~can]
    if len(lost):
        return said("siting_infeasible.required_out_of_reach", demands=[str(d) for d in lost[:10]], n=len(lost))
    alone = net.fixed & net.network
    if alone.any():
        alone &= ~joined_by(net, np.ones(len(net.tail), dtype=bool))[net.node]
    if alone.any():
        return said("siting_infeasible.fixed_unjoined", options=[str(o) for o in task.tables.options.index[net.option_rows[alone]][:10]])
    most = math.fsum(net.weight[can])
    if math.isfinite(needed) and most < needed:
        return said("siting_infeasible.share", most=most / total if total else 0.0, asked=needed / total if total else 0.0)
    return None


def _why_not(task: _Task, found: Found | None) -> Choice:
    """The least cost that keeps everything but the budget says by how much it is missed, or is the choice that was not found before."""
    net, goal = task.net, task.goal
    if found is not None and goal.least_cost:
        cheapest = found
    else:
        cheapest = solve(net, Goal(math.inf, goal.needed if goal.least_cost else 0.0), None, gap=0.0, until=task.until, short=task.short)
    if cheapest.pick is not None and cost_of(net, cheapest.pick) <= goal.budget:
        bound = cheapest.bound if goal.least_cost else math.fsum(net.weight)
        return _choice(task, cheapest.pick, "feasible", bound, in_time=cheapest.in_time)
    if cheapest.bound > goal.budget and math.isfinite(cheapest.bound):
        cost = float(cheapest.bound)
        reason = said("siting_infeasible.budget", budget=goal.budget, cost=cost, short=cost - goal.budget)
        return replace(_nothing(task, reason), bound=cost if goal.least_cost else 0.0)
    if cheapest.pick is None and cheapest.proven:
        return _nothing(task, said("siting_infeasible.rules"))
    bound = cheapest.bound if goal.least_cost else math.fsum(net.weight)
    return replace(_nothing(task, said("siting_infeasible.not_found")), bound=bound, in_time=cheapest.in_time)


def _nothing(task: _Task, reason: Said) -> Choice:
    covered_none = pd.Series(False, index=task.tables.demands.index, name="covered")
    return Choice((), (), covered_none, 0.0, 0.0, "infeasible", math.inf if task.goal.least_cost else 0.0, 0.0, reason)


def _choice(task: _Task, pick: Pick, status: Status, bound: float, *, in_time: bool = True) -> Choice:
    net, tables = task.net, task.tables
    pick = settled(net, pick)
    hit = covered(net, pick.options)
    weight, cost = math.fsum(net.weight[hit]), cost_of(net, pick)
    value = cost if task.goal.least_cost else weight
    gap = distance(bound, value)
    return Choice(
        tuple(sorted(map(str, tables.options.index[net.option_rows[pick.options]]))),
        tuple(sorted(map(str, tables.links.index[net.link_rows[pick.links]]))),
        pd.Series(hit, index=tables.demands.index, name="covered"), weight, cost, status, bound, gap, None, in_time,
    )  # fmt: skip
