"""The choice made anew from a plan's own tables: what a run with the same settings chooses, with progress, and stopped between its steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geo_planner.build.decided import OF_THE_DECISION
from geo_planner.build.outcomes import NOBODY_CAN, outcomes
from geo_planner.build.plan import BuildPlan
from geo_planner.build.rebuild import StoppedError, rebuild, tried_settings, years_within
from geo_planner.config import load_scenario
from geo_planner.config.build import BuildSettings
from geo_planner.config.build.money import YearBudget
from geo_planner.errors import InputError, UsageError
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from tests import small_area as sa
from tests.build.test_plan_holds import drawn_area, planned
from tests.same import assert_same

OTHER = ("build.budget_vnd=2000000000", "build.must=[V1]", "build.must_not=[V0]", "build.years=[{year: 2027, budget_vnd: 1250000000}, {year: 2028, budget_vnd: 750000000}]")  # fmt: skip
YEARS = (YearBudget(year=2027, budget_vnd=1_250_000_000), YearBudget(year=2028, budget_vnd=750_000_000))


@pytest.fixture(scope="module", params=[2, 7])
def area(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_area(tmp_path_factory.mktemp("anew") / "area", request.param)


@pytest.fixture(scope="module")
def plan(area: Path) -> Plan:
    return planned(area)


def build_of(plan: Plan) -> BuildPlan:
    assert plan.build is not None
    return plan.build


def compared(build: BuildPlan) -> BuildPlan:
    """Without what is not worked out anew: the draws, other budgets, and what is said of them."""
    notes = tuple(note for note in build.notes if note.code != "build_stay_in")
    return replace(build, stay_in=build.stay_in.iloc[:0], frontier=build.frontier.iloc[:0], notes=tuple(sorted(notes, key=str)))


def test_it_is_what_a_run_with_these_settings_gives(area: Path, plan: Plan) -> None:
    scenario = load_scenario(area / sa.SCENARIO, OTHER)
    wanted = build_of(run(scenario, load_study_area(area, scenario), workers=1))
    found = rebuild(plan, budget_vnd=2_000_000_000, years=YEARS, must=["V1"], must_not=["V0"])
    assert_same(compared(found), compared(replace(wanted, settings=found.settings)))
    assert found.settings.limit_vnd() == 2_000_000_000
    assert found.choice.cost <= 2_000_000_000
    assert found.chosen.options.index.tolist() != build_of(plan).chosen.options.index.tolist()


def test_nothing_tried_is_the_plan_itself(plan: Plan) -> None:
    found = rebuild(plan)
    assert_same(compared(found), compared(build_of(plan)))
    assert_same(found.frontier, build_of(plan).frontier)
    assert rebuild(plan, must_not=[]).frontier.empty


@pytest.mark.parametrize("estimate", ["low", "high"])
def test_at_other_prices_the_budget_holds_at_those(plan: Plan, estimate: str) -> None:
    found = rebuild(plan, budget_vnd=2_000_000_000, years=(), estimate=estimate)  # type: ignore[arg-type]
    assert found.choice.cost == found.costs.totals[estimate]["capex"] <= 2_000_000_000
    assert found.results.sites["cost_vnd"].sum() + found.results.links["cost_vnd"].sum() == found.choice.cost
    for name, sums in found.shares.by_payer.items():
        assert sum(sums.values()) == found.costs.totals[name]["capex"]
    assert found.costs.totals["low"]["capex"] < found.costs.totals["base"]["capex"] < found.costs.totals["high"]["capex"]


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_at_a_factor_of_prices_it_is_a_run_with_that_factor(area: Path, plan: Plan, factor: float) -> None:
    scenario = load_scenario(area / sa.SCENARIO, [f"build.price_factor={factor}"])
    wanted = build_of(run(scenario, load_study_area(area, scenario), workers=1))
    found = rebuild(plan, price_factor=factor)
    assert_same(compared(found), compared(replace(wanted, settings=found.settings)))
    assert found.settings.price_factor == factor
    assert found.frontier.empty
    ratio = found.costs.options.table["cost"].sum() / build_of(plan).costs.options.table["cost"].sum()
    assert ratio == pytest.approx(factor, rel=1e-6)
    # and back again, to the đồng
    assert_same(compared(rebuild(replace(plan, build=found), price_factor=1.0)), compared(build_of(plan)))
    assert_same(rebuild(plan, price_factor=1.0).frontier, build_of(plan).frontier)


def test_a_factor_beyond_its_range_is_a_fault(plan: Plan) -> None:
    with pytest.raises(InputError) as caught:
        rebuild(plan, price_factor=0.0)
    assert [fault.column for fault in caught.value.faults] == ["price_factor"]


def test_its_steps_are_told_and_it_ends_between_them(plan: Plan) -> None:
    told: list[tuple[str, float]] = []
    rebuild(plan, progress=lambda step, share: told.append((step, share)))
    assert [step for step, _ in told] == ["build_choice", "build_years", "build_after"]
    assert [share for _, share in told] == sorted(share for _, share in told)
    for last in range(len(told)):
        assert _steps_before_the_end(plan, last) == last


def _steps_before_the_end(plan: Plan, last: int) -> int:
    """How many steps begin when it is to end after so many."""
    begun: list[str] = []
    with pytest.raises(StoppedError):
        rebuild(plan, progress=lambda step, _share: begun.append(step), stop=lambda: len(begun) >= last)
    return len(begun)


def test_what_does_not_hold_is_a_fault_with_its_setting(plan: Plan) -> None:
    with pytest.raises(InputError) as caught:
        rebuild(plan, budget_vnd=-1)
    assert [fault.column for fault in caught.value.faults] == ["budget_vnd"]
    with pytest.raises(UsageError, match="low, base"):
        rebuild(plan, estimate="worst")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="build"):
        rebuild(replace(plan, build=None))


def test_wishes_are_told_anew(plan: Plan) -> None:
    found = rebuild(plan, must=["nobody"])
    assert [note.value for note in found.notes if note.code == "build_id_unknown"] == ["nobody"]
    assert {note.code for note in rebuild(replace(plan, build=found), must=()).notes} & set(OF_THE_DECISION) <= {
        note.code for note in build_of(plan).notes
    }


def test_years_keep_their_proportion_to_the_dong() -> None:
    years = tuple(YearBudget(year=2027 + at, budget_vnd=vnd) for at, vnd in enumerate((1, 1, 1)))
    assert [each.budget_vnd for each in years_within(years, 100)] == [34, 33, 33]
    assert years_within((), 100) == ()
    assert tried_settings(BuildSettings(), must=["a"]).must == ("a",)


def test_each_village_has_one_outcome_that_agrees_with_what_it_gets(plan: Plan) -> None:
    for build in (build_of(plan), rebuild(plan, budget_vnd=0, years=()), rebuild(plan, must_not=["V0", "V1"])):
        told = outcomes(build, plan.villages)
        gets = told["site_ids"].map(bool)
        assert set(told.loc[gets, "outcome"]) <= {"covered", "partly", "terminal"}
        assert not set(told.loc[~gets, "outcome"]) & {"covered", "partly", "terminal"}
        open_ = build.demands.groupby("village_id").size()
        for village, row in told.iterrows():
            reached = build.covers["demand_id"].map(build.demands["village_id"]).eq(village).any()
            assert (row["outcome"] == "unreached") <= (not reached)
            assert (row["outcome"] == "served_today") == (village not in open_.index)
            assert row["outcome"] not in NOBODY_CAN or not row["site_ids"]
    unwanted = outcomes(rebuild(plan, must_not=["V0", "V1"]), plan.villages)
    left = unwanted.loc[[village for village in ("V0", "V1") if not unwanted.at[village, "site_ids"]], "outcome"]
    assert set(left) <= {"unwanted", "served_today", "committed"}
