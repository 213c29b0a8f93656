"""What other budgets would cover: the choice of each sought with the choices of all others to begin with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.build.demands import DIGITS
from geo_planner.build.problem import Problem, most_within, size_of
from geo_planner.build.served import TERMINAL
from geo_planner.build.siting import Choice, Work, distance

_WHOLE = 6_000
"""Options, links (either way) and demands of a problem up to which each budget gets the full work of a search; beyond it the short one."""
_COLUMNS = {"budget_vnd": "int64", "weight": float, "households": float, "sites": "int64", "gap": float, "status": object}


def frontier(problem: Problem, choice: Choice, points: int) -> pd.DataFrame:
    """What smaller budgets would cover.

    Parameters
    ----------
    problem : Problem
    choice : Choice
        The one of the whole budget: the last point, unless a smaller budget was found to cover more.
    points : int
        Budgets, evenly up to the limit, or without a limit up to what the choice costs; 0: none.

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
    given = problem.settings.limit_vnd()
    limit = choice.cost if given is None else min(float(given), choice.cost) if choice.options else float(given)
    budgets = [float(round(limit * number / points)) for number in range(1, points + 1)]
    found = _each(problem, budgets, choice) if budgets else []
    rows = [
        {"budget_vnd": budget, "weight": round(here.weight, DIGITS), **_counted(problem, here), "gap": here.gap, "status": here.status}
        for budget, here in zip(budgets, found, strict=True)
        if here is not None
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _each(problem: Problem, budgets: Sequence[float], choice: Choice) -> list[Choice | None]:
    """The best choice known for each of some rising budgets, whichever of them it was found for; the last of them is that of `choice`."""
    work: Work = "full" if size_of(problem) <= _WHOLE else "short"
    known = [choice] if choice.status != "infeasible" else []
    bounds = []
    for budget in budgets[:-1]:
        here = most_within(problem, budget, work=work, start=_best(known, budget))
        bounds.append(here.bound if here.status != "infeasible" else math.inf)
        if here.status != "infeasible":
            known.append(here)
    bounds.append(choice.bound)
    # what more money cannot buy, less cannot
    least = np.minimum.accumulate(bounds[::-1])[::-1]
    return [_bounded(_best(known, budget), float(bound)) for budget, bound in zip(budgets, least, strict=True)]


def _best(known: Sequence[Choice], budget: float) -> Choice | None:
    """The one of most weight within a budget, the first of equals: the whole budget's own, then those of smaller budgets."""
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
