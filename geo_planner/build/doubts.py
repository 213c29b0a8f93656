"""How sure a choice is: how often each site stays in when costs, levels and model are others."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo_planner.build.cost import Costs
from geo_planner.build.problem import Method, Problem, chosen_of, size_of
from geo_planner.build.reach import covers_by_profiles
from geo_planner.build.siting import Choice
from geo_planner.config import Scenario
from geo_planner.study_area import StudyArea

_EXACT = 6_000
"""Options, links (either way) and demands up to which each draw is chosen with proof; beyond it a draw would take many seconds."""


@dataclass(frozen=True, slots=True)
class Air:
    """What reach is asked with, and what it has told.

    Attributes
    ----------
    scenario : Scenario
    study_area : StudyArea
    near : DataFrame
        Under the model of the scenario, as :attr:`geo_planner.build.reach.Reach.covers`, with the pairs that fall short by up to a standard deviation.
    workers : int
    """

    scenario: Scenario
    study_area: StudyArea
    near: pd.DataFrame
    workers: int = 1


@dataclass(frozen=True, slots=True)
class StayIn:
    """How sure each site is.

    Attributes
    ----------
    share : Series
        By option_id of the choice, 0 to 1.
    by : {"exact", "greedy"}
        How each draw was chosen.
    gap : float
        The largest among the draws: how far from its bound the weight of one was left; NaN where nothing bounds it.
    """

    share: pd.Series
    by: Method
    gap: float


def stay_in(
    problem: Problem,
    choice: Choice,
    costs: tuple[Costs, Costs],
    air: Air,
    *,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> StayIn:
    """The share of draws in which something is built where the choice builds.

    A draw takes for each kind of option and link a price between the low and the high estimate, a common shift of all levels of up to one standard
    deviation of the prediction error, and one of the models; what is built then is chosen as the choice was, with the choice to begin with, to the
    gap of the scenario. Where the problem is too large for that, it is chosen at once, which understates how often a site stays. Today's
    coverage stays as it is.

    Parameters
    ----------
    problem : Problem
    choice : Choice
    costs : (Costs, Costs)
        Of options and links.
    air : Air
    draws : int
    seed : int
    progress : callable, optional
        Told the share that is done after each draw; may raise, and then no further draw is begun.

    Returns
    -------
    StayIn
        A mast of another height or kind at the same place counts as staying in. Empty without draws.
    """
    by: Method = "exact" if size_of(problem) <= _EXACT else "greedy"
    if draws == 0 or not choice.options:
        return StayIn(pd.Series(dtype=float, index=pd.Index([], dtype=object, name="site_id"), name="stay_in"), by, 0.0)
    spot = problem.places["stands_at"] if "stands_at" in problem.places else pd.Series(problem.places.index, index=problem.places.index)
    at = problem.options["place_id"].map(spot)
    stays = pd.Series(0.0, index=pd.Index(choice.options, name="site_id", dtype=object), name="stay_in")

    def chosen_then(drawn: Problem) -> Choice:
        return chosen_of(drawn, method=by, work="short", start=choice)

    found: list[Choice] = []
    with ThreadPoolExecutor(max(air.workers, 1)) as pool:
        futures = [pool.submit(chosen_then, drawn) for drawn in _drawn(problem, costs, air, draws=draws, seed=seed)]
        try:
            for future in futures:
                found.append(future.result())
                if progress is not None:
                    progress(len(found) / draws)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    for here in found:
        stays += at.reindex(stays.index).isin(set(at.reindex(list(here.options)))).to_numpy(dtype=float)
    return StayIn(stays / draws, by, max(here.gap for here in found) if by == "exact" else math.nan)


def _drawn(problem: Problem, costs: tuple[Costs, Costs], air: Air, *, draws: int, seed: int) -> list[Problem]:
    """The problem under other prices and levels, and by one of the models."""
    rng = np.random.default_rng(seed)
    covers = [_near(problem, air, model) for model in _models(air.scenario)]
    sigma = air.scenario.service.sigma_db
    problems = []
    for _ in range(draws):
        shift_db = sigma * float(np.clip(rng.standard_normal(), -1.0, 1.0))
        found = covers[int(rng.integers(len(covers)))]
        options, links = (_priced(table, cost, rng) for table, cost in zip((problem.options, problem.links), costs, strict=True))
        within = found.loc[found["margin_db"] + shift_db >= 0.0, ["option_id", "demand_id"]]
        problems.append(replace(problem, options=options, links=links, covers=within))
    return problems


def _models(scenario: Scenario) -> list[str]:
    propagation = scenario.propagation
    return list(dict.fromkeys(m for m in (propagation.model, propagation.compare_with) if m is not None))


def _near(problem: Problem, air: Air, model: str) -> pd.DataFrame:
    """What each option would serve under a model with all levels a standard deviation higher, and by how much each level passes today's need."""
    scenario = air.scenario
    if model == scenario.propagation.model:  # swept already
        covers = air.near
    else:
        other = scenario.model_copy(update={"propagation": scenario.propagation.model_copy(update={"model": model})})
        covers = covers_by_profiles(
            problem.options, problem.places, problem.demands, other, air.study_area, short_db=scenario.service.sigma_db, workers=air.workers
        )
    return covers[covers["option_id"].isin(problem.options.index)]


def _priced(table: pd.DataFrame, costs: Costs, rng: np.random.Generator) -> pd.DataFrame:
    """The table with one price level a kind, drawn between low and high; kinds in the order of their names."""
    level = {kind: float(rng.uniform(-1.0, 1.0)) for kind in sorted(set(table["kind"]))}
    u = table["kind"].map(level).to_numpy(dtype=float)
    base, low, high = (costs.table[name].reindex(table.index).to_numpy(dtype=float) for name in ("cost", "cost_low", "cost_high"))
    return table.assign(cost=np.round(base + np.where(u >= 0.0, u * (high - base), u * (base - low))))
