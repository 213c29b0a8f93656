"""The best choice and the proof: the relaxed problem gives a bound and a guide, searching nearby good choices, a search tree the proof.

The ways are a Steiner tree: directed cuts (Wong 1984; Koch and Martin 1998) are added where an answer breaks them. Reduced costs leave out
what no choice better than the one in hand can hold. All work is counted, not timed; the time limit is a last guard.
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import highspy
import numpy as np

from geo_planner.build._siting_greedy import Pick, greedy, near, sound
from geo_planner.build._siting_model import Goal, Model
from geo_planner.build._siting_net import Net
from geo_planner.units import BoolArray, FloatArray

__all__ = ["Found", "Goal", "solve"]

_ROUNDS = 60
"""Rounds of cuts on the relaxed problem."""
_REPAIRS = 40
"""Times that an integer answer is sent back with the cuts that it breaks."""
_NODES, _PAUSES = 20_000, 20_000
"""Nodes of one search tree, and pauses of the solver in it: with the rounds, the counted work after which the search ends by itself."""
_SMALL_NODES, _SMALL_PAUSES = 300, 1_500
_NEIGHBOURHOODS = 12
_SMALL = 1_500
"""Columns up to which the tree of the whole problem is as quick as any near search."""
_BATCHES, _BATCH = 3, 200
"""The search nearby: batches at most, and turns in one, after which the clock is looked at."""


class Found(NamedTuple):
    """The best choice found (None: none), the bound of the goal's value, whether both meet, and whether time ran out."""

    pick: Pick | None
    bound: float
    proven: bool
    in_time: bool


def solve(net: Net, goal: Goal, start: Pick | None, *, gap: float, until: float, short: bool = False) -> Found:
    """Seek the best choice.

    Parameters
    ----------
    start : Pick or None
        A valid choice to begin with.
    gap : float
        Relative difference of bound and value that is enough.
    until : float
        ``time.monotonic()`` at which to stop.
    short : bool
        No search trees near the choice in hand, and one small tree over the whole: less work, the bound as true.

    Returns
    -------
    Found
        No pick and `proven`: there is no choice that keeps the rules.
    """
    if not len(net.cost):  # nothing that could be built
        empty = Pick(np.zeros(0, dtype=bool), np.zeros(len(net.tail), dtype=bool))
        fits = not net.required.any() and (not goal.least_cost or goal.needed <= 0)
        return Found(empty if fits else None, 0.0, True, True)
    search = _Search(Model(net, goal), start, until, gap)
    if not short:
        search.wander(np.ones((1, len(net.cost))), np.ones((1, len(net.link_cost))))
    if not search.relax():
        return search.found(proven=search.best is None and search.model.nothing())
    if search.open() or not short:
        search.round_off(1 if short else _BATCHES)
    if search.open() and sum(search.model.n) > _SMALL and not short:
        search.leave_out()
        search.improve()
    if search.open():
        search.leave_out()
        search.prove(short=short)
    return search.found(proven=not search.open(tight=True))


class _Search:
    """One run: the model in the solver, the best choice so far, the bound."""

    def __init__(self, model: Model, best: Pick | None, until: float, gap: float) -> None:
        self.model, self.net, self.goal = model, model.net, model.goal
        self.best, self.until, self.gap = best, until, gap
        self.bound = 0.0 if self.goal.least_cost else math.fsum(model.demand_weight)
        self.value_relaxed, self.relaxed, self.reduced = math.nan, np.empty(0), np.empty(0)
        self.struck = False

    def found(self, *, proven: bool) -> Found:
        return Found(self.best, self.bound, proven, proven or not self.late())

    def take(self, pick: Pick | None) -> None:
        """Keep a choice that is valid and better than the one in hand: for equal weight the cheaper one."""
        if pick is None or not sound(self.net, pick) or not self.goal.kept(self.net, pick):
            return
        if self.best is None or self.goal.better(self.net, pick, self.best):
            self.best = pick

    def known(self, value: float) -> None:
        """A bound of the solver becomes the search's if it is nearer."""
        if math.isfinite(value):
            bound = self.model.in_units(value)
            self.bound = max(self.bound, bound) if self.goal.least_cost else min(self.bound, bound)
        if self.best is not None:
            best = self.goal.value(self.net, self.best)
            self.bound = min(self.bound, best) if self.goal.least_cost else max(self.bound, best)

    def open(self, *, tight: bool = False) -> bool:
        """Whether bound and best choice are further apart than is allowed."""
        if self.best is None:
            return True
        value = self.goal.value(self.net, self.best)
        apart = abs(self.bound - value)
        return apart > (0.0 if tight and self.model.step else 1e-7 * max(1.0, abs(value))) and (
            tight or apart > self.gap * max(abs(self.bound), abs(value))
        )

    def late(self) -> bool:
        """Whether the time limit has struck: once it has, it has."""
        self.struck = self.struck or time.monotonic() > self.until
        return self.struck

    def relax(self) -> bool:
        """The bound of the relaxed problem with its cuts; False where nothing can be chosen at all, or time is over."""
        last, still = -math.inf, 0
        for _ in range(_ROUNDS):
            answer = self.model.relaxed(self.until)
            if answer is None:
                return math.isfinite(self.value_relaxed) and self.late()
            value, self.relaxed, self.reduced = answer
            self.value_relaxed = value
            self.known(value)
            if not self.open():
                return True
            still = still + 1 if value - last < 1e-5 * max(1.0, abs(value)) else 0
            last = value
            if still >= 4 or self.late() or not self.model.cut(self.relaxed):
                break
        return True

    def _guides(self) -> tuple[FloatArray, FloatArray]:
        """Factors on the prices: as they are, and less for what the relaxed answer takes."""
        n_y, n_x = self.model.n[:2]
        x = np.zeros(len(self.net.tail))
        np.maximum.at(x, self.model.link_of, self.relaxed[n_y : n_y + n_x])
        floors = (1.0, 0.3, 0.1, 0.02)
        return tuple(np.array([np.maximum(1.0 - part, floor) for floor in floors]) for part in (self.relaxed[:n_y], x))  # type: ignore[return-value]

    def round_off(self, batches: int) -> None:
        """Choices that the relaxed answer leads to, then better ones nearby."""
        options, links = self._guides()
        for guide in zip(options[1:], links[1:], strict=True):
            self.take(greedy(self.net, budget=self.goal.budget, needed=self.goal.needed, cheaper=guide))
        for _ in range(batches):
            was = self.best
            self.wander(options, links)
            if self.best is was:
                return

    def wander(self, options: FloatArray, links: FloatArray) -> None:
        """Better choices near the one in hand, by counted turns."""
        if self.best is not None and self.open() and not self.late():
            turns = min(_BATCH, 10 + len(self.net.cost))
            self.take(near(self.net, self.best, (options, links), (self.goal.budget, self.goal.needed), turns))

    def leave_out(self) -> None:
        """Shut what could only be part of a worse choice, told by its reduced cost."""
        if self.best is None or not math.isfinite(self.value_relaxed):
            return
        model = self.model
        # a choice as good as the one in hand stays possible: only its like are asked for after this
        room = self.goal.value(self.net, self.best) * model.unit - self.value_relaxed + 1e-6 * (1.0 + abs(self.value_relaxed))
        out = (self.reduced > room) & (self.relaxed < 1e-9) & (model.lower == 0.0)
        held = (-self.reduced > room) & (self.relaxed > 1 - 1e-9)
        model.upper[out], model.lower[held] = 0.0, 1.0
        model.limit(model.lower, model.upper)

    def _settle(self, columns: FloatArray) -> bool:
        """Take an integer answer if it is a choice; else add what it breaks. Whether it was one."""
        pick = self.model.pick(columns)
        self.take(pick)
        if self.model.cut(np.round(columns)):
            return False
        if pick is not None and not self.goal.kept(self.net, pick):
            self.model.forbid(columns, dear=not self.goal.least_cost)
            return False
        return True

    def improve(self) -> None:
        """Search trees near the choice in hand: where it and the relaxed answer agree nothing is touched, then place by place."""
        if self.best is None:
            return
        model, vain = self.model, 0
        for turn in range(_NEIGHBOURHOODS):
            if not self.open() or self.late() or vain > (0 if self.goal.least_cost else 1):
                break
            was = self.best
            lower, upper, columns = model.lower.copy(), model.upper.copy(), model.columns(self.best)
            same = self._same(turn, columns)
            lower[same] = np.maximum(lower[same], columns[same])
            upper[same] = np.minimum(upper[same], columns[same])
            model.limit(lower, upper)
            for _ in range(6):
                answer = model.integer(self.best, self.until, nodes=_SMALL_NODES, pauses=_SMALL_PAUSES, gap=0.0)
                if answer.columns is None or self._settle(answer.columns) or self.late():
                    break
            vain = vain + 1 if self.best is was else 0
        model.limit(model.lower, model.upper)

    def _same(self, turn: int, columns: FloatArray) -> BoolArray:
        """The options and arcs that stay as they are in this turn."""
        n_y, n_x, n_c, n_z = self.model.n
        follow = np.zeros(n_c + n_z, dtype=bool)
        if turn % 2 == 0:
            return np.concatenate([(np.abs(self.relaxed - columns) <= 1e-6)[: n_y + n_x], follow])
        # every place within some links of one that was chosen, in turn over the chosen ones
        tail, head = self.model.tail, self.model.head
        chosen = np.unique(self.net.node[columns[:n_y] > 0.5])
        if not chosen.size:
            return np.zeros(len(columns), dtype=bool)
        centre = int(chosen[(turn // 2) * max(len(chosen) // _NEIGHBOURHOODS, 1) % len(chosen)])
        inside = np.zeros(n_z, dtype=bool)
        inside[centre] = True
        while inside.sum() < 60:
            grown = inside.copy()
            grown[head[inside[tail]]] = True
            grown[tail[inside[head]]] = True
            if (grown == inside).all():
                break
            inside = grown
        return np.concatenate([~inside[self.net.node], ~(inside[head] | inside[tail]), follow])

    def prove(self, *, short: bool = False) -> None:
        """Whole search trees until an answer breaks nothing: then its bound is the problem's."""
        nodes, pauses, repairs = (_SMALL_NODES, _SMALL_PAUSES, 3) if short else (_NODES, _PAUSES, _REPAIRS)
        for _ in range(repairs):
            answer = self.model.integer(self.best, self.until, nodes=nodes, pauses=pauses, gap=self.gap)
            if answer.status == highspy.HighsModelStatus.kInfeasible:
                self._nothing_better()
                return
            self.known(answer.bound)
            if answer.columns is None or self._settle(answer.columns):
                self.known(answer.bound)
                return
            if not self.open() or self.late() or answer.status != highspy.HighsModelStatus.kOptimal:
                return

    def _nothing_better(self) -> None:
        """Nothing is as good as, or better than, what is in hand."""
        if self.best is not None:
            self.bound = self.goal.value(self.net, self.best)
        else:
            self.bound = math.inf if self.goal.least_cost else -math.inf
