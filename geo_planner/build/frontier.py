"""What other budgets would cover: the choice of each sought with the choices of all others to begin with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.build.demands import DIGITS
from geo_planner.build.problem import PROVEN, Problem, most_within, size_of
from geo_planner.build.served import TERMINAL
from geo_planner.build.siting import Choice, Work, distance

_WHOLE = 6_000
"""Options, links (either way) and demands of a problem up to which each budget gets the full work of a search; beyond it the short one."""
_COLUMNS = {"budget_vnd": "int64", "weight": float, "households": float, "sites": "int64", "gap": float, "status": object}


def frontier(problem: Problem, choice: Choice, points: int, progress: Callable[[float], None] | None = None) -> pd.DataFrame:
    """What smaller and larger budgets would cover.

    Parameters
    ----------
    problem : Problem
    choice : Choice
        The one of the whole budget: the point of the limit, unless a smaller budget was found to cover more.
    points : int
        Budgets: half of them (of an odd number one more) evenly up to the limit, the others evenly from there to the cost of all that can be
        covered; where the limit pays for that, or there is none, all of them up to what the choice costs. 0: none.
    progress : callable, optional
        Told the share that is done after each budget; may raise.

    Returns
    -------
    DataFrame
        ``budget_vnd``, rising; ``weight``, never falling; ``households`` covered; ``sites``; ``gap``, the relative distance of the weight from
        what the budget could cover at most; ``status`` as of a choice. A budget too small for what is required has no row.

    Notes
    -----
    The weight is what is sought; households that carry none (of payers that are not planned for) come by the way, so that ``households`` may
    fall where the weight stays.
    """
    if points == 0:
        return pd.DataFrame(columns=list(_COLUMNS)).astype(_COLUMNS)
    given = problem.settings.limit_vnd()
    limit = choice.cost if given is None else min(float(given), choice.cost) if choice.options else float(given)
    all_of_it = None if given is None else _beyond(problem, choice, float(given))
    beyond = 0 if all_of_it is None else points // 2
    budgets = list(dict.fromkeys(float(round(limit * number / (points - beyond))) for number in range(1, points - beyond + 1)))
    known = {budgets[-1]: choice}
    if all_of_it is not None and given is not None and beyond:
        budgets += [float(round(given + (all_of_it.cost - given) * number / beyond)) for number in range(1, beyond + 1)]
        known[budgets[-1]] = all_of_it
    found = _each(problem, budgets, known, progress or (lambda _share: None))
    rows = [
        {"budget_vnd": budget, "weight": round(here.weight, DIGITS), **_counted(problem, here), "gap": here.gap, "status": here.status}
        for budget, here in zip(budgets, found, strict=True)
        if here is not None
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _beyond(problem: Problem, choice: Choice, limit: float) -> Choice | None:
    """The least cost of all that can be covered; None where the limit pays for that."""
    serving = problem.covers.loc[~problem.covers["option_id"].isin(problem.wishes.not_options), "demand_id"].unique()
    if choice.weight >= math.fsum(problem.demands["weight"].reindex(serving)) * (1.0 - PROVEN):
        return None
    start = choice if choice.status != "infeasible" else None
    found = most_within(problem, math.inf, work=_work(problem), start=start)
    return found if found.status != "infeasible" and found.cost > limit and found.weight > choice.weight * (1.0 + PROVEN) else None


def _work(problem: Problem) -> Work:
    return "full" if size_of(problem) <= _WHOLE else "short"


def _each(problem: Problem, budgets: Sequence[float], given: Mapping[float, Choice], tell: Callable[[float], None]) -> list[Choice | None]:
    """The best choice known for each of some rising budgets, whichever of them it was found for; some are given."""
    known = [choice for choice in given.values() if choice.status != "infeasible"]
    bounds = []
    for number, budget in enumerate(budgets, 1):
        here = given[budget] if budget in given else most_within(problem, budget, work=_work(problem), start=_best(known, budget))
        bounds.append(here.bound if here.status != "infeasible" else math.inf)
        if here.status != "infeasible" and budget not in given:
            known.append(here)
        tell(number / len(budgets))
    # what more money cannot buy, less cannot
    least = np.minimum.accumulate(bounds[::-1])[::-1]
    return [_bounded(_best(known, budget), float(bound)) for budget, bound in zip(budgets, least, strict=True)]


def _best(known: Sequence[Choice], budget: float) -> Choice | None:
    """The one of most weight within a budget, the first of equals: those that were given, then those of smaller budgets."""
    within = [choice for choice in known if choice.cost <= budget]
    return max(within, key=lambda choice: choice.weight, default=None)


def _bounded(choice: Choice | None, bound: float) -> Choice | None:
    if choice is None:
        return None
    bound = max(bound, choice.weight)
    return replace(choice, bound=bound, gap=distance(bound, choice.weight))


def _counted(problem: Problem, choice: Choice) -> dict[str, float]:
    kinds = problem.options["kind"]
    mobile = [option for option in choice.options if kinds[option] != TERMINAL]
    pieces = problem.covers.loc[problem.covers["option_id"].isin(mobile), "demand_id"].unique()
    return {"households": round(float(problem.demands["households"].reindex(np.sort(pieces)).sum()), DIGITS), "sites": len(choice.options)}
