"""The question that the choice answers: tables, budget and wishes together, asked once or with another budget or other costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from geo_planner.build.siting import Choice, Status, Work, choose, distance
from geo_planner.build.ways import needed_links
from geo_planner.build.wishes import Wishes
from geo_planner.config.build import BuildSettings

Method = Literal["exact", "greedy"]
PROVEN = 1e-7
"""Relative distance of weight and bound that is the rounding of sums."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What :func:`geo_planner.build.siting.choose` is asked.

    Attributes
    ----------
    demands, options, covers, places, links : DataFrame
        Options and links with ``cost`` (investment) and ``running`` (present value of what is paid for them up to the horizon), đồng.
    settings : BuildSettings
        Its limit, gap and time hold.
    wishes : Wishes
    """

    demands: pd.DataFrame
    options: pd.DataFrame
    covers: pd.DataFrame
    places: pd.DataFrame
    links: pd.DataFrame
    settings: BuildSettings
    wishes: Wishes


def chosen_of(problem: Problem, *, method: Method = "exact", work: Work = "full", start: Choice | None = None) -> Choice:
    """The best choice within the limit; without one, whatever brings weight.

    Most weight comes first, then least investment. Where the settings ask for the least cost of a lifetime, a further search looks for what
    covers as much at least investment and running costs together; it counts where it keeps the limit.

    Parameters
    ----------
    problem : Problem
    method : {"exact", "greedy"}
        With proof, or at once.
    work : {"full", "short"}
        Of one choice, or of many that are compared.
    start : Choice, optional
        One to begin with.

    Returns
    -------
    Choice
        ``optimal`` where the weight is proven and so is the least of what is asked for: investment, or cost of a lifetime.
    """
    given = problem.settings.limit_vnd()
    limit = math.inf if given is None else float(given)
    lifetime = problem.settings.search.least == "lifetime"
    first = most_within(problem, limit, method=method, work="rough" if work == "short" and lifetime else work, start=start)
    total = math.fsum(problem.demands["weight"])
    if not lifetime or not first.options or total <= 0.0:
        return first
    lasting = replace(problem, options=_with_running(problem.options), links=_with_running(problem.links))
    second = _ask(lasting, method, cover_share=min(first.weight / total, 1.0), work=work, start=start)
    invested = _invested(problem, second)
    if second.status == "infeasible" or invested > limit or second.weight < first.weight * (1.0 - 1e-9):
        return first
    # proven is what the first search has proven of the weight; the cost is that of what is built
    gap = distance(max(first.bound, second.weight), second.weight)
    status: Status = "optimal" if first.gap <= PROVEN and second.status == "optimal" else "feasible"
    return replace(
        second, cost=invested, status=status, bound=max(first.bound, second.weight), gap=gap, in_time=first.in_time and second.in_time
    )


def most_within(
    problem: Problem, limit_vnd: float, *, method: Method = "exact", work: Work = "full", start: Choice | None = None
) -> Choice:
    """Most weight within a limit, then least investment, by the wishes and the gap of the problem."""
    return _ask(problem, method, budget=limit_vnd, work=work, start=start)


def size_of(problem: Problem) -> int:
    """Options, links (either way) and demands that a choice is made of: what the work of a search grows with."""
    return len(problem.options) + 2 * len(needed_links(problem.links, problem.places)) + int((problem.demands["weight"] > 0).sum())


def _ask(
    problem: Problem, method: Method, *, budget: float | None = None, cover_share: float | None = None, work: Work, start: Choice | None
) -> Choice:
    barred, search = set(problem.wishes.not_options), problem.settings.search
    options = problem.options[~problem.options.index.isin(barred)]
    covers = problem.covers[~problem.covers["option_id"].isin(barred)]
    links = needed_links(problem.links, problem.places)
    found = choose(
        problem.demands, options, covers, problem.places, links, budget=budget, cover_share=cover_share,
        required_villages=problem.wishes.villages, fixed_options=[option for option in problem.wishes.options if option not in barred],
        method=method, gap=search.gap, time_limit_s=search.time_limit_s, start=start, work=work,
    )  # fmt: skip
    return replace(found, bound=found.bound + 0.0)  # no minus zero in what is written


def _with_running(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(cost=np.round(table["cost"] + table["running"]))


def _invested(problem: Problem, choice: Choice) -> float:
    options, links = problem.options["cost"], problem.links["cost"]
    return math.fsum([*options.reindex(list(choice.options)), *links.reindex(list(choice.links))])
