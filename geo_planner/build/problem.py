"""The question that the choice answers: tables, budget and wishes together, asked once or with another budget or other costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from geo_planner.build.siting import Choice, choose
from geo_planner.build.wishes import Wishes
from geo_planner.config.build import BuildSettings


@dataclass(frozen=True, slots=True)
class Problem:
    """What :func:`geo_planner.build.siting.choose` is asked.

    Attributes
    ----------
    demands, options, covers, places, links : DataFrame
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


def chosen_of(problem: Problem) -> Choice:
    """The best choice within the limit; without one, whatever brings weight."""
    limit = problem.settings.limit_vnd()
    barred = set(problem.wishes.not_options)
    options = problem.options[~problem.options.index.isin(barred)]
    covers = problem.covers[~problem.covers["option_id"].isin(barred)]
    return choose(
        problem.demands, options, covers, problem.places, problem.links,
        budget=math.inf if limit is None else float(limit), required_villages=problem.wishes.villages,
        fixed_options=[option for option in problem.wishes.options if option not in barred],
        gap=problem.settings.search.gap, time_limit_s=problem.settings.search.time_limit_s,
    )  # fmt: skip
