"""The best choice and the proof: a mixed-integer programme whose ways are trees, sharpened by cuts, solved with HiGHS on one thread.

A place is joined when an arc leads into it; an arc leaves only what is joined. That alone allows rings without a gateway, so what the answer
breaks is added as it appears: whatever crosses into a set of places must be worth the joining of each place in it (directed cuts of
the Steiner tree; Wong 1984, Koch and Martin 1998). The cuts of the relaxed problem give the bound; reduced costs then leave out what no
choice better than the one in hand can hold.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import highspy
import numpy as np
from numba import njit
from scipy import sparse

from geo_planner.build._siting_greedy import Pick, cost_of, covered, greedy, lean, sound, weight_of
from geo_planner.build._siting_net import ROOT, Bools, Floats, Ints, Net

_ROUNDS = 60
"""Rounds of cuts on the relaxed problem."""
_REPAIRS = 40
"""Times that an integer answer is sent back with the cuts that it breaks."""
_NODES = 20_000
"""Nodes of one search tree: with the rounds, the counted amount of work after which the search ends by itself."""
_SMALL_NODES = 300
_NEIGHBOURHOODS = 12


class _Quiet(highspy.Highs):
    """The solver without its banner, which would stand on standard output before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class Goal(NamedTuple):
    """What is sought: most weight within `budget`, or least cost with `needed` weight (then finite)."""

    budget: float = math.inf
    needed: float = math.inf

    @property
    def least_cost(self) -> bool:
        return math.isfinite(self.needed)


class Found(NamedTuple):
    """The best choice found (None: none), the bound of the goal's value, whether both meet, and whether time ran out."""

    pick: Pick | None
    bound: float
    proven: bool
    in_time: bool


def solve(net: Net, goal: Goal, start: Pick | None, *, gap: float, until: float) -> Found:
    """Seek the best choice.

    Parameters
    ----------
    start : Pick or None
        A valid choice to begin with.
    gap : float
        Relative difference of bound and value that is enough.
    until : float
        ``time.monotonic()`` at which to stop.

    Returns
    -------
    Found
        No pick and `proven`: there is no choice that keeps the rules.
    """
    if not len(net.cost):  # nothing that could be built
        empty = Pick(np.zeros(0, dtype=bool), np.zeros(len(net.tail), dtype=bool))
        fits = not net.required.any() and (not goal.least_cost or goal.needed <= 0)
        return Found(empty if fits else None, 0.0, True, True)
    search = _Search(net, goal, start, until, gap)
    if not search.relax():
        return Found(search.best, search.bound, search.best is None and not search.late(), not search.late())
    search.round_off()
    if search.open():
        search.leave_out()
        search.improve()
        search.leave_out()
    if search.open():
        search.prove()
    return Found(search.best, search.bound, not search.open(tight=True), not search.late())


@dataclass
class _Search:
    """One run: the model in the solver, the best choice so far, the bound."""

    net: Net
    goal: Goal
    best: Pick | None
    until: float
    gap: float
    bound: float = math.nan
    model: _Quiet = field(default_factory=_Quiet)
    arcs: tuple[Ints, Ints] = field(init=False)
    n: tuple[int, int, int] = field(init=False)
    unit: tuple[float, float] = field(init=False)
    step: float = field(init=False)
    relaxed: Floats = field(init=False)
    reduced: Floats = field(init=False)
    value_relaxed: float = math.nan

    def __post_init__(self) -> None:
        net = self.net
        into_tail = net.tail != ROOT
        self.arcs = (np.concatenate([net.tail, net.head[into_tail]]), np.concatenate([net.head, net.tail[into_tail]]))
        self.link_of = np.concatenate([np.arange(len(net.tail)), np.flatnonzero(into_tail)])
        merged = _merged_demands(net)
        self.demand_weight, self.demand_required, self.demand_rows = merged
        self.n = len(net.cost), len(self.arcs[0]), len(self.demand_weight)
        most = max(net.cost.max(initial=0.0), net.link_cost.max(initial=0.0), 1e-300)
        self.unit = (100.0 / most, 100.0 / max(net.weight.max(initial=0.0), 1e-300))
        # values lie on a lattice when all are whole: half a step then separates them
        values = np.concatenate([net.cost, net.link_cost]) if self.goal.least_cost else net.weight
        self.step = _lattice(values)
        self.bound = 0.0 if self.goal.least_cost else math.fsum(self.demand_weight)
        self._build()

    # the model

    def _build(self) -> None:
        net, (n_y, n_x, n_c) = self.net, self.n
        tail, head = self.arcs
        n = n_y + n_x + n_c
        cost = np.concatenate([net.cost, net.link_cost[self.link_of], np.zeros(n_c)])
        weight = np.concatenate([np.zeros(n_y + n_x), self.demand_weight])
        lower, upper = np.zeros(n), np.ones(n)
        lower[:n_y][net.fixed] = 1.0
        lower[n_y + n_x :][self.demand_required] = 1.0
        y = sparse.identity(n_y, format="csr")
        at = sparse.csr_array((np.ones(n_y), (net.node, np.arange(n_y))), shape=(net.n_nodes, n_y))
        into = sparse.csr_array((np.ones(n_x), (head, np.arange(n_x))), shape=(net.n_nodes, n_x))
        out_of = sparse.csr_array((np.ones(n_x), (tail, np.arange(n_x))), shape=(net.n_nodes, n_x))
        self.at, self.into = at, into
        inner = np.setdiff1d(np.unique(np.concatenate([tail, head, net.node])), [ROOT])
        rows: list[tuple[sparse.csr_array, float]] = []  # each: row · columns ≤ limit

        def less(limit: float, options: object = None, arcs: object = None, demands: object = None) -> None:
            parts = [options, arcs, demands]
            height = next(part.shape[0] for part in parts if part is not None)  # type: ignore[attr-defined]
            whole = [p if p is not None else sparse.csr_array((height, w)) for p, w in zip(parts, self.n, strict=True)]
            rows.append((sparse.csr_array(sparse.hstack(whole)), limit))

        less(0.0, -at[inner], into[inner])  # joined only where something stands
        needy = np.flatnonzero(net.network & (net.node != ROOT))
        less(0.0, y[needy], -into[net.node[needy]])  # a network option is joined
        other = np.flatnonzero(tail != ROOT)
        pair = sparse.identity(n_x, format="csr")[other] + _reverse(tail, head, other, n_x)
        less(0.0, None, pair - into[tail[other]])  # an arc leaves only what is joined, and never the way it came
        idle = np.flatnonzero((np.diff(net.first) == 0) & ~net.fixed & (net.node != ROOT))
        less(0.0, y[idle], -out_of[net.node[idle]])  # a relay passes on
        less(0.0, -self._cover_rows(), None, sparse.identity(n_c, format="csr"))
        groups = net.group[net.group >= 0]
        if groups.size:
            members = np.flatnonzero(net.group >= 0)
            _, number = np.unique(groups, return_inverse=True)
            less(1.0, sparse.csr_array((np.ones(len(members)), (number, members)), shape=(number.max() + 1, n_y)))
        self.cost_row, self.weight_row = cost, weight
        matrix = sparse.csr_array(sparse.vstack([sparse.csr_array((0, n)), *(r for r, _ in rows if r.shape[0])]))
        limits = np.concatenate([np.full(r.shape[0], limit) for r, limit in rows])
        scaled_cost, scaled_weight = cost * self.unit[0], weight * self.unit[1]
        if self.goal.least_cost:
            objective, extra = scaled_cost, (-scaled_weight, -self.goal.needed * self.unit[1] + 1e-7)
        else:
            objective, extra = -scaled_weight, (scaled_cost, self.goal.budget * self.unit[0] + 1e-7)
        if math.isfinite(extra[1]):
            matrix = sparse.csr_array(sparse.vstack([matrix, sparse.csr_array(extra[0][None, :])]))
            limits = np.append(limits, extra[1])
        self.objective = objective
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n, matrix.shape[0]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = objective, lower, upper
        lp.row_lower_, lp.row_upper_ = np.full(matrix.shape[0], -highspy.kHighsInf), limits
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        for option, value in (
            ("output_flag", False),
            ("log_to_console", False),
            ("threads", 1),
            ("parallel", "off"),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1e-6),
        ):
            self.model.setOptionValue(option, value)
        self.model.passModel(lp)
        self.lower, self.upper = lower, upper

    def _cover_rows(self) -> sparse.csr_array:
        return sparse.csr_array(self.net.coverage().T.tocsr()[self.demand_rows])

    # values

    def value(self, pick: Pick) -> float:
        return cost_of(self.net, pick) if self.goal.least_cost else weight_of(self.net, pick.options)

    def take(self, pick: Pick | None) -> None:
        """Keep a choice that is valid and better than the one in hand: for equal weight the cheaper one."""
        if pick is None or not sound(self.net, pick):
            return
        cost, weight = cost_of(self.net, pick), weight_of(self.net, pick.options)
        if cost > self.goal.budget or (self.goal.least_cost and weight < self.goal.needed):
            return
        if self.best is None:
            self.best = pick
            return
        was = cost_of(self.net, self.best), -weight_of(self.net, self.best.options)
        now = cost, -weight
        if (now < was) if self.goal.least_cost else (now[::-1] < was[::-1]):
            self.best = pick

    def known(self, value: float) -> None:
        """A bound from the solver's scale to the goal's, up or down to the lattice."""
        if not math.isfinite(value):
            return
        unit = self.unit[0] if self.goal.least_cost else -self.unit[1]
        bound = value / unit
        slack = 1e-6 * max(1.0, abs(bound)) if self.step == 0 else 1e-6 * max(self.step, abs(bound) * 1e-3)
        if self.goal.least_cost:
            if self.step:
                bound = math.ceil((bound - slack) / self.step) * self.step
            self.bound = max(self.bound, bound)
        else:
            if self.step:
                bound = math.floor((bound + slack) / self.step) * self.step
            self.bound = min(self.bound, bound)
        if self.best is not None:
            best = self.value(self.best)
            self.bound = min(self.bound, best) if self.goal.least_cost else max(self.bound, best)

    def open(self, *, tight: bool = False) -> bool:
        """Whether bound and best choice are further apart than is allowed."""
        if self.best is None:
            return True
        value = self.value(self.best)
        apart = abs(self.bound - value)
        return apart > (0.0 if tight and self.step else 1e-7 * max(1.0, abs(value))) and (
            tight or apart > self.gap * max(abs(self.bound), abs(value))
        )

    def late(self) -> bool:
        return time.monotonic() > self.until

    # the relaxed problem

    def relax(self) -> bool:
        """The bound of the relaxed problem with its cuts; False where nothing can be chosen at all, or time is over."""
        model, (n_y, n_x, _) = self.model, self.n
        last, still = -math.inf, 0
        for _ in range(_ROUNDS):
            model.setOptionValue("time_limit", max(self.until - time.monotonic(), 0.1) + model.getRunTime())
            model.run()
            if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return False
            solution = model.getSolution()
            value = model.getInfo().objective_function_value
            self.relaxed, self.reduced = np.array(solution.col_value), np.array(solution.col_dual)
            self.value_relaxed = value
            self.known(value)
            if not self.open():
                return True
            still = still + 1 if value - last < 1e-5 * max(1.0, abs(value)) else 0
            last = value
            if still >= 4 or self.late():
                break
            if not self._cut(self.relaxed[n_y : n_y + n_x]):
                break
        return True

    def _cut(self, x: Floats) -> int:
        """Add the cuts that the arcs break; how many."""
        tail, head = self.arcs
        sets = _violated(tail, head, np.clip(x, 0.0, 1.0), self.net.n_nodes, 1e-4)
        rows = []
        for inside, v in sets:
            row = np.zeros(sum(self.n))
            crossing = inside[head] & ~inside[tail]
            row[self.n[0] + np.flatnonzero(crossing)] -= 1.0
            row[self.n[0] + np.flatnonzero(head == v)] += 1.0
            rows.append(row)
        if rows:
            self._add(np.array(rows), np.zeros(len(rows)))
        return len(rows)

    def _add(self, rows: Floats, limits: Floats) -> None:
        matrix = sparse.csr_array(rows)
        self.model.addRows(
            len(limits),
            np.full(len(limits), -highspy.kHighsInf),
            limits,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )

    def round_off(self) -> None:
        """Choices that the relaxed answer leads to."""
        n_y, n_x, _ = self.n
        y = self.relaxed[:n_y]
        x = np.zeros(len(self.net.tail))
        np.maximum.at(x, self.link_of, self.relaxed[n_y : n_y + n_x])
        for floor in (0.02, 0.1, 0.3):
            self.take(
                greedy(
                    self.net,
                    budget=self.goal.budget,
                    needed=self.goal.needed,
                    cheaper=(np.maximum(1.0 - y, floor), np.maximum(1.0 - x, floor)),
                )
            )

    def leave_out(self) -> None:
        """Shut what could only be part of a worse choice, told by its reduced cost."""
        if self.best is None or not math.isfinite(self.value_relaxed):
            return
        unit = self.unit[0] if self.goal.least_cost else -self.unit[1]
        # a choice as good as the one in hand stays possible: only its like are asked for after this
        room = self.value(self.best) * unit - self.value_relaxed + 1e-6 * (1.0 + abs(self.value_relaxed))
        out = (self.reduced > room) & (self.relaxed < 1e-9) & (self.lower == 0.0)
        held = (-self.reduced > room) & (self.relaxed > 1 - 1e-9)
        self.upper[out], self.lower[held] = 0.0, 1.0
        self._bounds(self.lower, self.upper)

    def _bounds(self, lower: Floats, upper: Floats) -> None:
        n = len(lower)
        self.model.changeColsBounds(n, np.arange(n, dtype=np.int32), lower, upper)

    # whole numbers

    def _integer(self, nodes: int, seconds: float = math.inf, *, cutoff: bool = True) -> highspy.HighsModelStatus:
        """One search tree; what it finds is repaired and taken."""
        model, (n_y, n_x, n_c) = self.model, self.n
        kinds = np.array([highspy.HighsVarType.kInteger] * (n_y + n_x) + [highspy.HighsVarType.kContinuous] * n_c)
        model.changeColsIntegrality(len(kinds), np.arange(len(kinds), dtype=np.int32), kinds)
        left = max(min(self.until - time.monotonic(), seconds), 0.1)
        model.setOptionValue("time_limit", left + model.getRunTime())
        model.setOptionValue("mip_max_nodes", nodes)
        if self.best is not None and cutoff:
            start = highspy.HighsSolution()
            start.col_value = list(self._columns(self.best))
            model.setSolution(start)
        model.run()
        return model.getModelStatus()

    def _continuous(self) -> None:
        n = sum(self.n)
        self.model.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.array([highspy.HighsVarType.kContinuous] * n))

    def _columns(self, pick: Pick) -> Floats:
        """The columns of a choice: its links turned away from the gateways."""
        n_y, n_x, _ = self.n
        tail, head = self.arcs
        out = np.zeros(sum(self.n))
        out[:n_y] = pick.options
        out[n_y : n_y + n_x] = _tree(tail, head, self.link_of, pick.links, self.net.n_nodes)
        out[n_y + n_x :] = covered(self.net, pick.options)[self.demand_rows]
        return out

    def _pick(self, columns: Floats) -> Pick | None:
        """The choice that an answer of the solver stands for, without its rings; None where that is no choice."""
        n_y = self.n[0]
        options = columns[:n_y] > 0.5
        links = np.zeros(len(self.net.tail), dtype=bool)
        links[self.link_of[columns[n_y : n_y + self.n[1]] > 0.5]] = True
        pick = Pick(options, links)
        if not sound(self.net, pick):
            return None
        keep = self.goal.needed if self.goal.least_cost else weight_of(self.net, options)
        return lean(self.net, pick, keep=keep) or pick

    def _settle(self, columns: Floats) -> bool:
        """Take an integer answer if it is a choice; else add what it breaks. Whether it was one."""
        n_y, n_x, _ = self.n
        x = np.round(columns[n_y : n_y + n_x])
        pick = self._pick(columns)
        self.take(pick)
        broken = self._cut(x)
        if broken:
            return False
        if pick is not None and cost_of(self.net, pick) > self.goal.budget:
            # by less than the solver can see: this set of choices together is too dear
            row = np.where(np.concatenate([columns[: n_y + n_x] > 0.5, np.zeros(self.n[2], dtype=bool)]), 1.0, 0.0)
            self._add(row[None, :], np.array([row.sum() - 1.0]))
            return False
        if pick is not None and self.goal.least_cost and weight_of(self.net, pick.options) < self.goal.needed:
            hit = columns[n_y + n_x :] > 0.5
            row = np.concatenate([np.zeros(n_y + n_x), np.where(hit, 0.0, -1.0)])
            self._add(row[None, :], np.array([-1.0]))
            return False
        return True

    def improve(self) -> None:
        """Search near the choice in hand: where it and the relaxed answer agree nothing is touched, then place by place."""
        if self.best is None:
            return
        n_y, n_x, _ = self.n
        held, shut = self.lower.copy(), self.upper.copy()
        for turn in range(_NEIGHBOURHOODS):
            if not self.open() or self.late():
                break
            was = self.value(self.best)
            lower, upper = held.copy(), shut.copy()
            columns = self._columns(self.best)
            same = self._near(turn, columns)
            same[n_y + n_x :] = False
            lower[same] = np.maximum(lower[same], columns[same])
            upper[same] = np.minimum(upper[same], columns[same])
            self._bounds(lower, upper)
            for _ in range(6):
                self._integer(_SMALL_NODES, seconds=max((self.until - time.monotonic()) / 4, 1.0))
                info = self.model.getInfo()
                if info.primal_solution_status != 2 or self._settle(np.array(self.model.getSolution().col_value)) or self.late():
                    break
            if turn >= 3 and self.value(self.best) == was and turn % 4 == 3:
                break
        self._bounds(held, shut)
        self._continuous()

    def _near(self, turn: int, columns: Floats) -> Bools:
        """The columns that stay as they are in this turn."""
        n_y, _, n_c = self.n
        if turn % 2 == 0:
            return np.abs(self.relaxed - columns) <= 1e-6
        # every place within some links of one that was chosen, in turn over the chosen ones
        tail, head = self.arcs
        chosen = np.unique(self.net.node[columns[:n_y] > 0.5])
        if not chosen.size:
            return np.zeros(sum(self.n), dtype=bool)
        centre = int(chosen[(turn // 2) * max(len(chosen) // _NEIGHBOURHOODS, 1) % len(chosen)])
        inside = np.zeros(self.net.n_nodes, dtype=bool)
        inside[centre] = True
        while inside.sum() < 60:
            grown = inside.copy()
            grown[head[inside[tail]]] = True
            grown[tail[inside[head]]] = True
            if (grown == inside).all():
                break
            inside = grown
        near = np.concatenate([inside[self.net.node], inside[head] | inside[tail], np.ones(n_c, dtype=bool)])
        return ~near

    def prove(self) -> None:
        """Whole search trees until an answer breaks nothing: then its bound is the problem's."""
        for _ in range(_REPAIRS):
            status = self._integer(_NODES)
            info = self.model.getInfo()
            if status == highspy.HighsModelStatus.kInfeasible:
                # nothing as good as, or better than, what is in hand
                if self.best is not None:
                    self.bound = self.value(self.best)
                else:
                    self.bound = math.inf if self.goal.least_cost else -math.inf
                break
            self.known(info.mip_dual_bound)
            if info.primal_solution_status != 2 or self._settle(np.array(self.model.getSolution().col_value)):
                break
            if not self.open() or self.late() or status != highspy.HighsModelStatus.kOptimal:
                break
        self._continuous()


def _lattice(values: Floats) -> float:
    """The largest step of which all values are multiples; 0 where they are not whole."""
    if not len(values) or not np.isfinite(values).all() or (values != np.round(values)).any() or values.max(initial=0.0) > 2**52:
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64)))


def _merged_demands(net: Net) -> tuple[Floats, Bools, Ints]:
    """Demands that the same options cover are one, with their weights together; those that none covers are out."""
    columns = net.coverage().tocsc()
    columns.sort_indices()
    first: dict[bytes, int] = {}
    weight, required, rows = list[float](), list[bool](), list[int]()
    for d in range(columns.shape[1]):
        who = columns.indices[columns.indptr[d] : columns.indptr[d + 1]]
        if not len(who) or (net.weight[d] == 0 and not net.required[d]):
            continue
        at = first.setdefault(who.tobytes(), len(rows))
        if at == len(rows):
            weight.append(0.0)
            required.append(False)
            rows.append(d)
        weight[at] += float(net.weight[d])
        required[at] |= bool(net.required[d])
    return np.array(weight), np.array(required, dtype=bool), np.array(rows, dtype=np.int64)


def _reverse(tail: Ints, head: Ints, arcs: Ints, n_arcs: int) -> sparse.csr_array:
    """Of each arc the one that leads back, where there is one."""
    number = {(int(t), int(h)): k for k, (t, h) in enumerate(zip(tail, head, strict=True))}
    back = [(row, number[(int(head[k]), int(tail[k]))]) for row, k in enumerate(arcs) if (int(head[k]), int(tail[k])) in number]
    rows, columns = [r for r, _ in back], [c for _, c in back]
    return sparse.csr_array((np.ones(len(back)), (rows, columns)), shape=(len(arcs), n_arcs))


@njit(cache=True)
def _tree(tail, head, link_of, links, n_nodes):  # type: ignore[no-untyped-def]
    """Arcs of the chosen links, each leading away from the gateways."""
    out = np.zeros(len(tail))
    seen = np.zeros(n_nodes, np.bool_)
    seen[0] = True
    grown = True
    while grown:
        grown = False
        for k in range(len(tail)):
            if links[link_of[k]] and seen[tail[k]] and not seen[head[k]]:
                out[k] = 1.0
                seen[head[k]] = True
                grown = True
    return out


def _violated(tail: Ints, head: Ints, x: Floats, n_nodes: int, least: float) -> list[tuple[Bools, int]]:
    """Sets of nodes into which less crosses than the joining of one of them is worth, with that node."""
    used = np.flatnonzero(x > 1e-9)
    inflow = np.bincount(head, weights=x, minlength=n_nodes)
    order = np.argsort(-inflow, kind="stable")
    order = order[inflow[order] > least]
    sets, nodes = _min_cuts(tail[used], head[used], x[used], order, inflow, n_nodes, least)
    return [(sets[i], int(nodes[i])) for i in range(len(nodes))]


@njit(cache=True)
def _min_cuts(tail, head, capacity, order, inflow, n_nodes, least):  # type: ignore[no-untyped-def]
    """Cuts with less than the inflow of the node behind them: by augmenting ways, breadth first, until none is left."""
    m = len(tail)
    start = np.zeros(n_nodes + 1, np.int64)
    for k in range(m):
        start[tail[k] + 1] += 1
        start[head[k] + 1] += 1
    start = np.cumsum(start)
    at, arcs = start[:-1].copy(), np.empty(2 * m, np.int64)
    for k in range(m):
        arcs[at[tail[k]]] = 2 * k
        at[tail[k]] += 1
        arcs[at[head[k]]] = 2 * k + 1
        at[head[k]] += 1
    sets, nodes = np.zeros((0, n_nodes), np.bool_), np.zeros(0, np.int64)
    found_sets, found_nodes = [np.zeros(n_nodes, np.bool_)], [np.int64(0)]
    found_sets.pop()
    found_nodes.pop()
    settled = np.zeros(n_nodes, np.bool_)
    flow = np.empty(2 * m)
    by, queue = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    for target in order:
        if settled[target] or len(found_nodes) >= 200:
            continue
        for k in range(m):
            flow[2 * k], flow[2 * k + 1] = capacity[k], 0.0
        total, wanted = 0.0, inflow[target]
        while total < wanted - least:
            by[:] = -1
            by[0] = -2
            queue[0], n_queue, i = 0, 1, 0
            while i < n_queue and by[target] == -1:
                u = queue[i]
                i += 1
                for e in range(start[u], start[u + 1]):
                    a = arcs[e]
                    v = head[a // 2] if a % 2 == 0 else tail[a // 2]
                    if by[v] == -1 and flow[a] > 1e-9:
                        by[v] = a
                        queue[n_queue] = v
                        n_queue += 1
            if by[target] == -1:
                break
            push, v = wanted - total, target
            while v != 0:
                a = by[v]
                push = min(push, flow[a])
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
            v = target
            while v != 0:
                a = by[v]
                flow[a] -= push
                flow[a ^ 1] += push
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
            total += push
        if total >= wanted - least:
            continue
        # the side of the node: everything that can still send to it
        side = np.zeros(n_nodes, np.bool_)
        side[target] = True
        queue[0], n_queue, i = target, 1, 0
        while i < n_queue:
            u = queue[i]
            i += 1
            for e in range(start[u], start[u + 1]):
                a = arcs[e] ^ 1
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
                if not side[v] and flow[a] > 1e-9:
                    side[v] = True
                    queue[n_queue] = v
                    n_queue += 1
        found_sets.append(side)
        found_nodes.append(np.int64(target))
        far = np.ones(n_nodes, np.bool_)
        for v in range(n_nodes):
            if by[v] != -1:
                far[v] = False
        different = False
        for v in range(n_nodes):
            if far[v] != side[v] and (far[v] or side[v]):
                different = True
        if different and far[target]:
            found_sets.append(far)
            found_nodes.append(np.int64(target))
        for v in range(n_nodes):
            if side[v]:
                settled[v] = True
    if len(found_nodes) > 0:
        sets = np.zeros((len(found_nodes), n_nodes), np.bool_)
        nodes = np.zeros(len(found_nodes), np.int64)
        for i in range(len(found_nodes)):
            sets[i] = found_sets[i]
            nodes[i] = found_nodes[i]
    return sets, nodes
