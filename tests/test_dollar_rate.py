"""The rate of the dollar is a figure with a source: wherever it is told, its day stands beside it, or that it is assumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pytest

from geo_planner.build.prices import dollar_rate
from geo_planner.config import load_scenario
from geo_planner.config.build.money import MoneySettings
from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.proposal import write_proposal
from geo_planner.export.assumptions import settings_of
from geo_planner.export.build_sheets import build_sheets
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from tests.build.test_plan_holds import drawn_area
from tests.small_area import SCENARIO
from tests.test_setting_faults import refused

ASSUMED = "Một đô la Mỹ tính bằng 26.300 đồng: tỷ giá giả định, không ghi ngày tra."
READ = "Một đô la Mỹ tính bằng 26.300 đồng, theo tỷ giá ngày 12/11/2026."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Of a small study area that needs something."""
    area = drawn_area(tmp_path_factory.mktemp("dollar") / "area", 7)
    scenario = load_scenario(area / SCENARIO, ["build.search.frontier_points=0"])
    return run(scenario, load_study_area(area, scenario), workers=1)


@pytest.fixture(params=[None, "2026-11-12"])
def told(request: pytest.FixtureRequest, built: Plan) -> tuple[Plan, str, str]:
    """The plan at a rate with a day or without one, what is said of it, and what must not be."""
    assert built.build is not None
    assert built.scenario.build is not None
    settings = built.build.settings.model_copy(update={"usd_vnd_date": request.param})
    scenario = built.scenario.model_copy(update={"build": settings})
    dated = replace(built, scenario=scenario, build=replace(built.build, settings=settings))
    return (dated, READ, "giả định, không ghi ngày") if request.param else (dated, ASSUMED, "theo tỷ giá ngày")


def test_the_request_tells_it_above_the_prices(told: tuple[Plan, str, str], tmp_path: Path) -> None:
    plan, right, wrong = told
    written = write_proposal(proposal_facts(plan), tmp_path)
    text = "\n".join(paragraph.text for path in written for paragraph in docx.Document(str(path)).paragraphs)
    assert right in text
    assert wrong not in text


def test_the_sheet_of_costs_tells_it(told: tuple[Plan, str, str]) -> None:
    plan, right, _ = told
    assert [sheet for sheet in build_sheets(plan) if right in sheet.lines]


def test_a_rate_of_a_stated_day_is_no_assumption(told: tuple[Plan, str, str]) -> None:
    plan, right, _ = told
    found = {setting.key: setting for setting in settings_of(plan)}
    assert found["build.usd_vnd"].assumed == (right == ASSUMED)
    assert found["build.price_rise"].assumed


def test_nothing_is_said_of_dollars_where_no_price_is_in_them() -> None:
    assert dollar_rate(MoneySettings(), ["đ/trạm", "triệu đồng/km"]) is None
    found = dollar_rate(MoneySettings(usd_vnd=25_999, usd_vnd_date="2026-02-28"), ["đ/trạm", "USD/km"])
    assert found is not None
    assert found.text("en") == "A US dollar counts as 25,999 đồng, the rate of 2026-02-28."


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    (found,) = refused({"build": {"usd_vnd_date": day}})
    assert (found.said.key, found.column, found.value) == ("build_setting.no_such_day", "build.usd_vnd_date", day)
