"""A valley with a build plan, run once for all that is asked at the map."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_planner.plan import Plan, run
from tests.build.valley import valley

SECTION = "build={years: [{year: 2027, budget_vnd: 9000000000}], count_payers: [fund, operator, power_first, undecided], search: {draws: 0, frontier_points: 0}, candidates: {most: 12, spacing_m: 300, max_slope_deg: 60}}"


@pytest.fixture(scope="session")
def valley_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    scenario, area = valley(tmp_path_factory.mktemp("valley"), (SECTION, "propagation.compare_with=itm"))
    plan = run(scenario, area, workers=2)
    assert plan.build is not None
    return plan


@pytest.fixture
def valley_folder(tmp_path: Path) -> Path:
    valley(tmp_path, (SECTION,))
    return tmp_path
