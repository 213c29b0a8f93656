"""The choice as a mixed-integer programme in the solver: columns, rows, scales, and the way from an answer to a choice and back.

Columns: options, arcs (a link either way, none into the gateways), demands, places. A place is joined when an arc leads into it; an arc
leaves only what is joined and never the way it came. That alone allows rings without a gateway: what an answer breaks is added as a cut.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import highspy
import numpy as np
from numba import njit
from scipy import sparse

from geo_planner.build._siting_cuts import violated
from geo_planner.build._siting_greedy import Pick, cost_of, covered, lean, sound, weight_of
from geo_planner.build._siting_net import ROOT, Net
from geo_planner.units import BoolArray, FloatArray, IntArray

_FINEST = 1e-3
"""In the solver's scale, the least that one step of the prices is to be: well above the tolerances within which it calls values equal."""
_LARGEST = 1e7
"""The largest price in the solver's scale: beyond it the steps are left finer than the solver can see."""


class _Block:
    """Rows that must not exceed a limit, from (row, column, factor) of each kind of term."""

    def __init__(self, height: int, limit: float, *terms: tuple[IntArray, IntArray, float | FloatArray]) -> None:
        self.height, self.limit = height, limit
        self.rows = np.concatenate([row for row, _, _ in terms])
        self.columns = np.concatenate([column for _, column, _ in terms])
        self.factors = np.concatenate([np.broadcast_to(factor, len(row)) for row, _, factor in terms])


class Quiet(highspy.Highs):
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

    def value(self, net: Net, pick: Pick) -> float:
        return cost_of(net, pick) if self.least_cost else weight_of(net, pick.options)

    def kept(self, net: Net, pick: Pick) -> bool:
        """Whether the choice is within the budget and covers enough."""
        return cost_of(net, pick) <= self.budget and (not self.least_cost or weight_of(net, pick.options) >= self.needed)

    def better(self, net: Net, pick: Pick, other: Pick) -> bool:
        one, two = ((cost_of(net, p), -weight_of(net, p.options)) for p in (pick, other))
        return one < two if self.least_cost else one[::-1] < two[::-1]


class Answer(NamedTuple):
    """What a search tree came to: its status, its columns where it has any, and the bound in the solver's scale."""

    status: highspy.HighsModelStatus
    columns: FloatArray | None
    bound: float


class Model:
    """The programme of one goal.

    Attributes
    ----------
    n : (options, arcs, demands, places)
        Columns of each kind, in this order.
    tail, head : ndarray
        Ends of the arcs.
    lower, upper : ndarray
        Limits of the columns that hold for every choice still sought.
    step : float
        All values are multiples of it; 0 where none is known.
    """

    def __init__(self, net: Net, goal: Goal) -> None:
        self.net, self.goal = net, goal
        inner = net.tail != ROOT
        self.tail = np.concatenate([net.tail, net.head[inner]])
        self.head = np.concatenate([net.head, net.tail[inner]])
        self.link_of = np.concatenate([np.arange(len(net.tail)), np.flatnonzero(inner)])
        self.demand_weight, self.demand_required, self.demand_rows = _merged_demands(net)
        self.n = len(net.cost), len(self.tail), len(self.demand_weight), net.n_nodes
        self.step = _lattice(np.concatenate([net.cost, net.link_cost]) if goal.least_cost else net.weight)
        most = max(net.cost.max(initial=0.0), net.link_cost.max(initial=0.0), 1e-300)
        money, merit = 100.0 / most, 100.0 / max(net.weight.max(initial=0.0), 1e-300)
        price = max(money, min(_FINEST / self.step, _LARGEST / most)) if goal.least_cost and self.step else money
        self.unit = price if goal.least_cost else -merit
        n_y, n_x, n_c, n_z = self.n
        cost = np.concatenate([net.cost, net.link_cost[self.link_of], np.zeros(n_c + n_z)]) * (price if goal.least_cost else money)
        weight = np.concatenate([np.zeros(n_y + n_x), self.demand_weight, np.zeros(n_z)]) * merit
        rows = self._rows()
        if goal.least_cost:
            # looser by the rounding of the sum alone: each bit more is money that the bound gives away
            rows.append(_Block(1, -goal.needed * merit * (1.0 - 1e-12), _whole_row(-weight)))
        elif math.isfinite(goal.budget):
            rows.append(_Block(1, goal.budget * money + 1e-7, _whole_row(cost)))
        self.lower, self.upper = np.zeros(sum(self.n)), np.ones(sum(self.n))
        self.lower[:n_y][net.fixed] = 1.0
        self.lower[n_y + n_x : n_y + n_x + n_c][self.demand_required] = 1.0
        self.solver = Quiet()  # type: ignore[no-untyped-call]
        self._interrupt: Callable[[float], bool] | None = None
        self._pass(cost if goal.least_cost else -weight, rows)

    def _rows(self) -> list[_Block]:
        net, (n_y, n_x, n_c, n_z) = self.net, self.n
        x, c, z = n_y, n_y + n_x, n_y + n_x + n_c  # first column of arcs, demands, places
        arc, option = np.arange(n_x), np.arange(n_y)
        inner = np.arange(1, n_z)
        needy = np.flatnonzero(net.network & (net.node != ROOT))
        away = np.flatnonzero(self.tail != ROOT)
        there, back = _reverse(self.tail[away], self.head[away], n_z)
        idle = np.flatnonzero((np.diff(net.first) == 0) & ~net.fixed & (net.node != ROOT))
        row_of_idle = np.full(n_z, -1)
        row_of_idle[net.node[idle]] = np.arange(len(idle))
        passes = row_of_idle[self.tail] >= 0
        held = net.node != ROOT
        into = (self.head - 1, x + arc)
        columns = net.coverage().tocsc()[:, self.demand_rows]
        rows = [
            _Block(n_z - 1, 0.0, (*into, 1.0), (inner - 1, z + inner, -1.0)),  # a place is joined by the one arc that leads into it
            _Block(n_z - 1, 0.0, (*into, -1.0), (inner - 1, z + inner, 1.0)),
            _Block(n_z - 1, 0.0, (net.node[held] - 1, option[held], -1.0), (inner - 1, z + inner, 1.0)),  # only where something stands
            _Block(len(needy), 0.0, (np.arange(len(needy)), needy, 1.0), (np.arange(len(needy)), z + net.node[needy], -1.0)),
            # an arc leaves what is joined, never the way it came
            _Block(
                len(away), 0.0, (np.arange(len(away)), x + away, 1.0), (there, x + away[back], 1.0),
                (np.arange(len(away)), z + self.tail[away], -1.0),
            ),
            # a relay passes on
            _Block(len(idle), 0.0, (np.arange(len(idle)), idle, 1.0), (row_of_idle[self.tail[passes]], x + arc[passes], -1.0)),
            _Block(
                n_c, 0.0, (np.arange(n_c), c + np.arange(n_c), 1.0),
                (np.repeat(np.arange(n_c), np.diff(columns.indptr)), columns.indices, -1.0),
            ),
        ]  # fmt: skip
        members = np.flatnonzero(net.group >= 0)
        if members.size:
            names, number = np.unique(net.group[members], return_inverse=True)
            rows.append(_Block(len(names), 1.0, (number, members, 1.0)))
        return rows

    def _pass(self, objective: FloatArray, rows: list[_Block]) -> None:
        above = np.cumsum([0, *(block.height for block in rows)])
        factors, columns = np.concatenate([block.factors for block in rows]), np.concatenate([block.columns for block in rows])
        at = np.concatenate([block.rows + first for block, first in zip(rows, above, strict=False)])
        matrix = sparse.csr_array((factors, (at, columns)), shape=(int(above[-1]), len(objective)))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(objective), matrix.shape[0]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = objective, self.lower, self.upper
        lp.row_lower_ = np.full(matrix.shape[0], -highspy.kHighsInf)
        lp.row_upper_ = np.concatenate([np.full(block.height, block.limit) for block in rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        for name, value in (
            ("output_flag", False),
            ("log_to_console", False),
            ("threads", 1),
            ("parallel", "off"),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1e-6),
        ):
            self.solver.setOptionValue(name, value)
        self.solver.passModel(lp)

    # rows and limits

    def add(self, rows: FloatArray, limits: FloatArray) -> None:
        """Rows that hold for every choice."""
        matrix = sparse.csr_array(rows)
        self.solver.addRows(
            len(limits),
            np.full(len(limits), -highspy.kHighsInf),
            limits,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )

    def cut(self, columns: FloatArray) -> int:
        """Add the cuts that the arcs of an answer break; how many."""
        n_y, n_x = self.n[:2]
        sets = violated(self.tail, self.head, np.clip(columns[n_y : n_y + n_x], 0.0, 1.0), self.net.n_nodes, 1e-4)
        rows = np.zeros((len(sets), sum(self.n)))
        for row, (inside, v) in zip(rows, sets, strict=True):
            row[n_y + np.flatnonzero(inside[self.head] & ~inside[self.tail])] -= 1.0
            row[n_y + np.flatnonzero(self.head == v)] += 1.0
        if len(rows):
            self.add(rows, np.zeros(len(rows)))
        return len(rows)

    def forbid(self, columns: FloatArray, *, dear: bool) -> None:
        """Shut out one answer that is too dear, or covers too little, by less than the solver can see."""
        n_y, n_x, n_c, n_z = self.n
        if dear:
            row = np.where(np.concatenate([columns[: n_y + n_x] > 0.5, np.zeros(n_c + n_z, dtype=bool)]), 1.0, 0.0)
            self.add(row[None, :], np.array([row.sum() - 1.0]))
        else:
            hit = columns[n_y + n_x : n_y + n_x + n_c] > 0.5
            row = np.concatenate([np.zeros(n_y + n_x), np.where(hit, 0.0, -1.0), np.zeros(n_z)])
            self.add(row[None, :], np.array([-1.0]))

    def limit(self, lower: FloatArray, upper: FloatArray) -> None:
        self.solver.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    # solving

    def relaxed(self, until: float) -> tuple[float, FloatArray, FloatArray] | None:
        """Value, columns and reduced costs of the relaxed problem; None where it has no answer in time."""
        self._time(until)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.solver.getSolution()
        return self.solver.getInfo().objective_function_value, np.array(solution.col_value), np.array(solution.col_dual)

    def integer(self, start: Pick | None, until: float, *, nodes: int, pauses: int, gap: float) -> Answer:
        """One search tree; it ends by its gap, by its nodes or when the solver has paused so many times, the same on every machine."""
        n = sum(self.n)
        whole = self.n[0] + self.n[1]
        kinds = np.array([highspy.HighsVarType.kInteger] * whole + [highspy.HighsVarType.kContinuous] * (n - whole))
        solver = self.solver
        solver.changeColsIntegrality(n, np.arange(n, dtype=np.int32), kinds)
        self._time(until)
        solver.setOptionValue("mip_max_nodes", nodes)
        solver.setOptionValue("mip_rel_gap", gap)
        if start is not None:
            begin = highspy.HighsSolution()
            begin.col_value = list(self.columns(start))
            solver.setSolution(begin)
        seen, best = 0, -math.inf

        def pause(event: highspy.highs.HighsCallbackEvent) -> None:
            nonlocal seen, best
            seen += 1
            best = max(best, event.data_out.mip_dual_bound)
            if seen >= pauses:
                event.interrupt()

        solver.cbMipInterrupt.subscribe(pause)
        solver.run()
        solver.cbMipInterrupt.unsubscribe(pause)
        status, info = solver.getModelStatus(), solver.getInfo()
        columns = np.array(solver.getSolution().col_value) if info.primal_solution_status == 2 else None
        if status == highspy.HighsModelStatus.kOptimal and math.isfinite(info.mip_dual_bound):
            best = max(best, info.mip_dual_bound)
        solver.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.array([highspy.HighsVarType.kContinuous] * n))
        return Answer(status, columns, best)

    def nothing(self) -> bool:
        """Whether the last run has shown that no choice keeps the rules."""
        return bool(self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible)

    def _time(self, until: float) -> None:
        self.solver.setOptionValue("time_limit", max(until - time.monotonic(), 0.1) + self.solver.getRunTime())

    # to choices and back

    def columns(self, pick: Pick) -> FloatArray:
        """The columns of a choice: its links turned away from the gateways."""
        n_nodes = self.n[3]
        arcs = _tree(self.tail, self.head, self.link_of, pick.links, n_nodes)
        place = np.bincount(self.head, weights=arcs, minlength=n_nodes)
        return np.concatenate([pick.options, arcs, covered(self.net, pick.options)[self.demand_rows], place]).astype(float)

    def pick(self, columns: FloatArray) -> Pick | None:
        """The choice that an answer of the solver stands for, without its rings; None where that is no choice."""
        n_y, n_x = self.n[:2]
        options = columns[:n_y] > 0.5
        links = np.zeros(len(self.net.tail), dtype=bool)
        links[self.link_of[columns[n_y : n_y + n_x] > 0.5]] = True
        pick = Pick(options, links)
        if not sound(self.net, pick):
            return None
        keep = self.goal.needed if self.goal.least_cost else weight_of(self.net, options)
        return lean(self.net, pick, keep=keep) or pick

    def in_units(self, value: float) -> float:
        """A bound of the solver in the goal's own scale, on the lattice of values that are possible."""
        bound = value / self.unit
        if not self.step:
            return bound
        # the solver's own tolerance, and the rounding of its sums
        slack = max(1e-6 * self.step, 2e-6 / abs(self.unit), 1e-12 * abs(bound))
        if self.goal.least_cost:
            return math.ceil((bound - slack) / self.step) * self.step
        return math.floor((bound + slack) / self.step) * self.step


def _lattice(values: FloatArray) -> float:
    """The largest step of which all values are multiples; 0 where they are not whole."""
    if not len(values) or not np.isfinite(values).all() or (values != np.round(values)).any() or values.max(initial=0.0) > 2**52:
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64)))


def _merged_demands(net: Net) -> tuple[FloatArray, BoolArray, IntArray]:
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


def _reverse(tail: IntArray, head: IntArray, n_nodes: int) -> tuple[IntArray, IntArray]:
    """Arcs and those that lead the other way, for the arcs that have one."""
    there, back = tail * n_nodes + head, head * n_nodes + tail
    order = np.argsort(there, kind="stable")
    if not len(order):
        return order, order
    at = np.minimum(np.searchsorted(there, back, sorter=order), len(order) - 1)
    arcs = np.flatnonzero(there[order[at]] == back)
    return arcs, order[at[arcs]]


def _whole_row(values: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    columns = np.flatnonzero(values)
    return np.zeros(len(columns), dtype=np.int64), columns, values[columns]


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
