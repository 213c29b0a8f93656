"""A plan on trial is the plan that a run of the changed scenario gives, and nothing is worked out that stays the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from geo_planner.config import Scenario
from geo_planner.errors import InputError
from geo_planner.plan import Plan, run
from geo_planner.radio import losses
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import uplink_shortfall_db
from geo_planner.ranking import RankingSettings
from geo_planner.retried import Trial, changes, list_on_trial, second_of, tried, tried_scenario
from tests.reranked import reranked
from tests.ui.fakes import fake_plan


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> LossCache:
    return LossCache(tmp_path_factory.mktemp("losses"), 4_000_000_000)


def same(one: Plan, other: Plan) -> None:
    """Everything that people read of two plans is the same, to the last bit."""
    assert_frame_equal(pd.DataFrame(one.villages), pd.DataFrame(other.villages))
    assert_frame_equal(pd.DataFrame(one.communes), pd.DataFrame(other.communes))
    assert_frame_equal(one.contributions, other.contributions)
    assert_frame_equal(one.criteria_values, other.criteria_values)
    assert_frame_equal(one.operators, other.operators)
    for name in ("swaps", "what_if", "questions", "explanations", "responsibility"):
        assert_frame_equal(getattr(one.ranking, name), getattr(other.ranking, name))
    assert_frame_equal(one.ranking.methods.ranks, other.ranking.methods.ranks)
    assert_frame_equal(one.ranking.simulation.table, other.ranking.simulation.table)
    assert_series_equal(one.ranking.explained, other.ranking.explained)
    assert one.ranking.criteria == other.ranking.criteria
    assert one.ranking.fairness.keys() == other.ranking.fairness.keys()
    assert one.scenario == other.scenario
    assert one.notes == other.notes
    assert one.manifest == other.manifest
    assert one.build is None


def as_run(plan: Plan, trial: Trial, cache: LossCache | None = None) -> Plan:
    return run(tried_scenario(plan.scenario, trial), plan.study_area, cache=cache)


WEIGHTS = Trial(weights={"households_without_signal": 5.0, "poverty_share": 40.0, "border": 0.0})


def test_trial_weights_are_a_run_with_these_weights(plan: Plan, cache: LossCache) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(losses, "loss_around", _refuse)
        on_trial = tried(plan, WEIGHTS)
    assert list(on_trial.villages.index) != list(plan.villages.index)
    same(on_trial, as_run(plan, WEIGHTS, cache))


def test_trial_costs_are_a_run_with_these_costs(plan: Plan, cache: LossCache) -> None:
    trial = Trial(costs={"site_mvnd": 4000.0, "fibre_mvnd_per_km": 90.0, "vsat_mvnd": 2000.0})
    on_trial = tried(plan, trial)
    assert not on_trial.criteria_values.equals(plan.criteria_values)
    same(on_trial, as_run(plan, trial, cache))


@pytest.mark.parametrize("trial", [Trial(threshold_dbm=-110.0), Trial(probability=0.9, weights={"poverty_share": 60.0})], ids=["threshold", "probability"])  # fmt: skip
def test_another_threshold_is_read_off_the_rasters_and_is_a_run_with_it(
    plan: Plan, cache: LossCache, trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = second_of(plan)
    with monkeypatch.context() as patch:
        patch.setattr(losses, "loss_around", _refuse)
        on_trial = tried(plan, trial, second=second)
    anew = as_run(plan, trial, cache)
    same(on_trial, anew)
    assert (on_trial.coverage.probability == anew.coverage.probability).all()
    assert on_trial.coverage.overlap is None
    if trial.threshold_dbm is not None:
        assert (on_trial.villages["modelled_status"] != plan.villages["modelled_status"].reindex(on_trial.villages.index)).any()


def _refuse(*_: Any, **__: Any) -> None:
    raise AssertionError("a path loss was asked for")


def test_where_the_uplink_decides_the_path_loss_is_asked(plan: Plan, cache: LossCache) -> None:
    trial = Trial(threshold_dbm=-126.0)
    service = tried_scenario(plan.scenario, trial).service
    assert (uplink_shortfall_db(plan.sites[plan.sites["in_service"]], service) > 0).any()
    told: list[float] = []
    on_trial = tried(plan, trial, cache=cache, progress=lambda _, share: told.append(share))
    assert on_trial.coverage.overlap is not None
    assert told == sorted(told)
    same(on_trial, as_run(plan, trial, cache))


def test_another_model_decides_and_the_former_is_compared_with(plan: Plan, cache: LossCache) -> None:
    trial = Trial(model="free_space")
    on_trial = tried(plan, trial, cache=cache)
    assert on_trial.coverage.model == "free_space"
    same(on_trial, as_run(plan, trial, cache))
    assert changes(plan.scenario, Trial(model="itm")) == {"propagation.model": "itm", "propagation.compare_with": "p1812"}


def test_the_list_alone_is_that_of_the_whole_and_a_first_answer_has_intervals_of_its_own(plan: Plan) -> None:
    trial = replace(WEIGHTS, costs={"site_mvnd": 4000.0})
    first, whole = list_on_trial(plan, trial, draws=500), tried(plan, trial)
    columns = ["rank", "score", "rank_in_group", "responsibility"]
    assert_frame_equal(first[columns], pd.DataFrame(whole.villages)[columns])
    assert list(first["tied_with"]) == list(whole.villages["tied_with"])
    assert list(first["missing"]) == list(whole.villages["missing"])
    assert ((first["rank_low"] <= first["rank_high"]) & (first["rank_low"] != plan.villages["rank_low"].reindex(first.index))).any()
    all_draws = list_on_trial(plan, trial)
    assert_frame_equal(all_draws, pd.DataFrame(whole.villages)[list(all_draws.columns)])


def test_a_plan_with_what_to_build_has_none_on_trial(built_plan: Plan) -> None:
    on_trial = tried(built_plan, WEIGHTS)
    assert on_trial.build is None
    assert built_plan.build is not None
    assert not set(built_plan.build.notes) & set(on_trial.notes)


def test_measurements_are_judged_by_the_threshold_on_trial(measured_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(threshold_dbm=-108.0)
    anew = as_run(measured_plan, trial)
    second = second_of(measured_plan)
    monkeypatch.setattr(losses, "loss_around", _refuse)
    monkeypatch.setattr("geo_planner.plan.steps.against_model", _refuse)
    on_trial = tried(measured_plan, trial, second=second)
    same(on_trial, anew)
    assert on_trial.measured.against_model is not None
    assert anew.measured.against_model is not None
    assert_frame_equal(on_trial.measured.against_model.statistics, anew.measured.against_model.statistics)


def test_what_a_trial_says_of_others_or_as_the_scenario_is_no_change(scenario: Scenario) -> None:
    as_it_is = Trial(
        weights={"poverty_share": 20.0, "no_such": 3.0},
        costs={"site_mvnd": scenario.ranking.cost.site_mvnd, "no_such": 1.0},
        threshold_dbm=scenario.service.rsrp_threshold_dbm,
        probability=scenario.service.min_probability,
        model=scenario.propagation.model,
    )
    assert changes(scenario, as_it_is) == {}
    assert tried_scenario(scenario, as_it_is) == scenario


def test_weights_of_a_scheme_become_weights_by_hand() -> None:
    pairs = [{"more": "households", "than": "school_site", "times": 7}]
    judged = reranked(fake_plan(), weights="ahp", pairwise=pairs).scenario
    trial = Trial(weights={"school_site": 0.0})
    assert changes(judged, trial) == {
        "ranking.criteria.households.weight": pytest.approx(87.5), "ranking.criteria.school_site.weight": 0.0, "ranking.weights": "hand", "ranking.pairwise": [],
    }  # fmt: skip
    by_hand = judged.model_copy(update={"ranking": RankingSettings.model_validate({**judged.ranking.model_dump(), "weights": "hand"})})
    assert changes(by_hand, trial) == {"ranking.criteria.school_site.weight": 0.0, "ranking.pairwise": []}
    assert changes(by_hand, Trial(weights={"school_site": 2.0})) == {"ranking.criteria.school_site.weight": 2.0}
    for scenario in (judged, by_hand):
        assert [c.weight for c in tried_scenario(scenario, trial).ranking.weighted_criteria()] == [1.0, 0.0]


def test_a_trial_without_any_weight_is_refused_with_a_sentence(plan: Plan) -> None:
    nothing = Trial(weights={c.name: 0.0 for c in plan.scenario.ranking.criteria})
    with pytest.raises(InputError):
        tried(plan, nothing)
    with pytest.raises(InputError):
        tried(plan, replace(WEIGHTS, threshold_dbm=-20.0))


def test_an_equal_trial_of_an_unlike_order_of_rows_is_the_same(plan: Plan) -> None:
    turned = replace(plan, villages=plan.villages.iloc[::-1])
    assert_frame_equal(pd.DataFrame(tried(turned, WEIGHTS).villages), pd.DataFrame(tried(plan, WEIGHTS).villages))
