"""What if: a plan under other weights, costs, another threshold, probability or deciding model, by the same functions as a run.

Nothing is worked out that stays the same. Weights and costs put the list in order anew; threshold and required probability are read off the
rasters of the coverage where these can tell, and else take path loss from the cache; another model needs path loss of its own. What to build
is not chosen anew: a plan on trial has none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from geo_planner.config import Scenario, parse_scenario, with_values
from geo_planner.measurements import MeasuredAgainstModelled, measured_vs_modelled
from geo_planner.plan import Known, Plan, Progress, cover, planned, reordered, second_coverage
from geo_planner.preferences import RankingSettings
from geo_planner.preferences.settings import CostAssumptions
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.other_service import under_service
from geo_planner.ranking import Context, criteria_values, rank_within, simulate
from geo_planner.ranking.result import order_of

COST_CRITERION = "standalone_cost_per_household_mvnd"
"""The criterion that the cost assumptions of the ranking are for."""
PRICE_FACTOR = "price_factor"
"""Of the build plan: all its prices times this."""
COSTS = (*CostAssumptions.model_fields, PRICE_FACTOR)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a visitor tries beside the scenario; empty: the scenario as it is.

    Attributes
    ----------
    weights : mapping of str to float
        By name of the criterion, those that differ; in the unit in which the scenario states them.
    costs : mapping of str to float
        Settings of ``ranking.cost`` that differ, by name; ``price_factor`` is that of ``build``.
    threshold_dbm, probability : float or None
        ``service.rsrp_threshold_dbm``, ``service.min_probability``.
    model : str or None
        ``propagation.model``.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    threshold_dbm: float | None = None
    probability: float | None = None
    model: str | None = None
    costs: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != Trial()

    def overrides(self) -> dict[str, float | str]:
        """The settings of service and model that are tried, by their path in a scenario."""
        tried = {
            "service.rsrp_threshold_dbm": self.threshold_dbm,
            "service.min_probability": self.probability,
            "propagation.model": self.model,
        }
        return {path: value for path, value in tried.items() if value is not None}


def changes(scenario: Scenario, trial: Trial) -> dict[str, Any]:
    """What a trial changes in a scenario, by path; what it says of criteria that the scenario lacks, or says as the scenario does, is left out.

    Weights that come from a scheme become weights by hand: under the scheme they would not count. Where the model that a plan compares with is
    to decide, the one that decided is compared with.
    """
    ranking, found = scenario.ranking, dict[str, Any]()
    figures = ranking.weight_figures()
    weights = {name: weight for name, weight in trial.weights.items() if weight != figures.get(name, weight)}
    if weights:
        by_hand = ranking.weights == "hand"
        found = {f"ranking.criteria.{name}.weight": weight for name, weight in (weights if by_hand else {**figures, **weights}).items()}
        found |= {} if by_hand else {"ranking.weights": "hand"}
        counted = {name for name, weight in figures.items() if weight > 0} == {n for n, w in {**figures, **weights}.items() if w > 0}
        # judgements are checked against the criteria that count, whether they rule or not
        found |= {"ranking.pairwise": []} if ranking.pairwise and not (by_hand and counted) else {}
    if any(c.name == COST_CRITERION for c in ranking.criteria):
        found |= {
            f"ranking.cost.{name}": value
            for name, value in trial.costs.items()
            if name in CostAssumptions.model_fields and value != getattr(ranking.cost, name)
        }
    build = scenario.build
    if build is not None and trial.costs.get(PRICE_FACTOR, build.price_factor) != build.price_factor:
        found[f"build.{PRICE_FACTOR}"] = trial.costs[PRICE_FACTOR]
    found |= {path: value for path, value in trial.overrides().items() if value != _setting(scenario, path)}
    if found.get("propagation.model", "") == scenario.propagation.compare_with:
        found["propagation.compare_with"] = scenario.propagation.model
    return found


def tried_scenario(scenario: Scenario, trial: Trial) -> Scenario:
    """The scenario with what is tried.

    Raises
    ------
    InputError
        When a value is out of its range, or no criterion has a weight left.
    """
    file = f"scenario {scenario.name}"
    return parse_scenario(with_values(scenario.model_dump(mode="json"), changes(scenario, trial), file=file), file=file)


def tried(
    plan: Plan,
    trial: Trial,
    *,
    second: Coverage | None = None,
    cache: LossCache | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan as a run of the scenario with these changes would give it, without what to build.

    Parameters
    ----------
    second : Coverage, optional
        From :func:`second_of` of this plan, so that another threshold computes no path of the second model either.
    cache : LossCache, optional
        Where path loss is kept; used where the rasters of the plan cannot tell.
    workers : int, optional
        Threads; they change no bit of the result.
    progress : callable, optional

    Raises
    ------
    InputError
        As :func:`tried_scenario`, or when a cell lies outside the range of the model that is tried.
    """
    scenario, threads = tried_scenario(plan.scenario, trial), workers or os.cpu_count() or 1
    if scenario.service == plan.scenario.service and scenario.propagation == plan.scenario.propagation:
        return reordered(plan, scenario, _values(plan, scenario.ranking))
    sites = plan.study_area.sites

    def under(coverage: Coverage | None) -> Coverage | None:
        then, now = plan.scenario.service, scenario.service
        if coverage is None or scenario.propagation != plan.scenario.propagation:
            return None
        return under_service(coverage, then, now, dem=plan.terrain, sites=sites, calibration=plan.scenario.calibration)

    coverage = under(plan.coverage)
    known = Known(second=under(second), against_model=None if coverage is None else _under_threshold(plan, scenario))
    if coverage is None:
        share = _share_of(progress)
        coverage = cover(scenario, plan.study_area, cache=cache, workers=threads, progress=share)
    return planned(scenario, plan.study_area, coverage, workers=threads, progress=progress, known=known)


def list_on_trial(plan: Plan, trial: Trial, *, draws: int | None = None) -> pd.DataFrame:
    """The list alone under trial weights and costs, without what a whole plan says about it. Service and model as in the plan.

    Parameters
    ----------
    draws : int, optional
        Behind the rank intervals; fewer give a first answer sooner. None: as the scenario has them, so that the list is that of :func:`tried`.

    Returns
    -------
    DataFrame
        The plan's villages in the new order, with ``rank``, ``score``, ``tied_with``, ``rank_in_group``, ``missing`` and the columns of the
        simulation anew; of explanations and questions it has none.
    """
    scenario = tried_scenario(plan.scenario, trial)
    settings = scenario.ranking
    robustness = settings.robustness if draws is None else settings.robustness.model_copy(update={"draws": draws})
    values, villages, criteria = _values(plan, settings), pd.DataFrame(plan.villages), settings.weighted_criteria()
    order = order_of(values, criteria, settings, villages["households"])
    inputs = villages[["households", "coverage_probability"]]
    drawn = simulate(values, criteria, robustness, inputs=inputs, top_k=settings.top_k, seed=scenario.seed)
    within = rank_within(order.rank, villages["responsibility"])
    anew = {"rank": order.rank, "score": order.score, "tied_with": order.tied_with, "rank_in_group": within, "missing": order.missing}
    left = villages.drop(columns=[c for c in ("explanation_vi", "explanation_en") if c in villages])
    return left.assign(**anew, **drawn.table).sort_values("rank")


def second_of(plan: Plan, *, workers: int | None = None) -> Coverage | None:
    """The settlements of a plan by its second model, to be handed to :func:`tried` as often as a threshold is tried."""
    return second_coverage(plan.scenario, plan.study_area, workers=workers or os.cpu_count() or 1)


def _values(plan: Plan, ranking: RankingSettings) -> pd.DataFrame:
    """The values of the criteria, of which only the costs can differ while service and model stay."""
    if ranking.cost == plan.scenario.ranking.cost:
        return plan.criteria_values
    of_cost = tuple(c for c in ranking.criteria if c.name == COST_CRITERION)
    return plan.criteria_values.assign(**criteria_values(plan.villages, of_cost, Context(None, ranking.cost)))


def _under_threshold(plan: Plan, scenario: Scenario) -> MeasuredAgainstModelled | None:
    """The measurements held against the model, judged by another threshold."""
    held = plan.measured.against_model
    if held is None:
        return None
    return replace(held, statistics=measured_vs_modelled(held.residuals, threshold_dbm=scenario.service.rsrp_threshold_dbm))


def _share_of(progress: Progress | None) -> Any:
    return None if progress is None else lambda share: progress("coverage", 0.85 * share)


def _setting(scenario: Scenario, path: str) -> Any:
    section, name = path.split(".")
    return getattr(getattr(scenario, section), name)
