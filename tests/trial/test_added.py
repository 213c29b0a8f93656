"""A coverage with one mast more, worked out around it alone, is the coverage of all masts together."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner import units
from geo_planner.config import Scenario
from geo_planner.radio.cells import masts_of
from geo_planner.radio.coverage import compute_coverage
from geo_planner.radio.losses import latitude_in, loss_task
from geo_planner.study_area import StudyArea
from geo_planner.trial.added import with_mast
from geo_planner.trial.figures import Sector, TrialMast, cells_of_trial
from tests.build.valley import covered_today, valley

MASTS = (
    TrialMast(42.0),
    TrialMast(20.0, tx_power_dbm=30.0, tilt_deg=3.0),
    TrialMast(30.0, antenna_gain_dbi=15.0, sectors=(Sector(10.0, 4.0), Sector(130.0), Sector(250.0, -2.0))),
)


def with_hole(area: StudyArea) -> StudyArea:
    heights = area.terrain.heights_m.copy()
    middle = np.array(heights.shape) // 2
    heights[middle[0] : middle[0] + 2, middle[1] + 3 : middle[1] + 5] = np.nan
    return replace(area, terrain=replace(area.terrain, heights_m=heights))


@pytest.fixture(scope="module", params=["valley", "with a hole", "uplink"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, StudyArea]:
    overrides = ("service.uplink={check: true, ue_power_dbm: 10}",) if request.param == "uplink" else ()
    scenario, area = valley(tmp_path_factory.mktemp("ground"), overrides)
    return scenario, with_hole(area) if request.param == "with a hole" else area


@pytest.mark.parametrize("mast", MASTS, ids=("omni", "tilted", "sectors"))
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_coverage_of_all_together(ground: tuple[Scenario, StudyArea], mast: TrialMast, seed: int) -> None:
    scenario, area = ground
    west, south, east, north = area.terrain.grid.bounds
    draw = np.random.default_rng(seed).uniform(0.1, 0.9, 2)
    cells = cells_of_trial(mast, (west + draw[0] * (east - west), south + draw[1] * (north - south)), area.terrain.crs)
    before = covered_today(scenario, area)
    named = [(f"{site}/{cell}", one) for (site, cell), one in zip(cells.index, masts_of(cells, scenario.service), strict=True)]
    after, window = with_mast(before, loss_task(scenario, area), named, scenario.calibration)
    table = gpd.GeoDataFrame(pd.concat([area.sites.to_crs(area.terrain.crs), cells]), crs=area.terrain.crs)
    whole = compute_coverage(
        area.terrain, table, scenario.service, scenario.propagation, clutter=scenario.clutter, lat_deg=latitude_in(area)
    )
    assert after.server_ids == whole.server_ids
    for name in ("probability", "rsrp_dbm", "best_server", "unknown_paths", "overlap"):
        np.testing.assert_array_equal(getattr(after, name), getattr(whole, name), err_msg=name)
    np.testing.assert_allclose(after.margin_db, whole.margin_db, atol=1e-4)
    assert window.covered.any()
    shape = window.covered.shape
    part = slice(window.row, window.row + shape[0]), slice(window.column, window.column + shape[1])
    least = scenario.service.min_probability
    np.testing.assert_array_equal(window.newly, (whole.probability[part] >= least) & ~(before.probability[part] >= least))


@pytest.mark.parametrize("seed", range(3))
def test_on_a_fine_grid_it_has_the_digits_of_a_run(ground: tuple[Scenario, StudyArea], seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels bit by bit; where two masts lie within a step of each other, today's server stays."""
    monkeypatch.setattr(units, "FINE_CELLS", 0)
    scenario, area = ground
    west, south, east, north = area.terrain.grid.bounds
    draw = np.random.default_rng(seed).uniform(0.1, 0.9, 2)
    cells = cells_of_trial(MASTS[2], (west + draw[0] * (east - west), south + draw[1] * (north - south)), area.terrain.crs)
    named = [(f"{site}/{cell}", one) for (site, cell), one in zip(cells.index, masts_of(cells, scenario.service), strict=True)]
    after, window = with_mast(covered_today(scenario, area), loss_task(scenario, area), named, scenario.calibration)
    table = gpd.GeoDataFrame(pd.concat([area.sites.to_crs(area.terrain.crs), cells]), crs=area.terrain.crs)
    whole = compute_coverage(
        area.terrain, table, scenario.service, scenario.propagation, clutter=scenario.clutter, lat_deg=latitude_in(area)
    )
    same = after.best_server == whole.best_server
    assert same.mean() > 0.998
    assert np.nanmax(np.abs(after.margin_db - whole.margin_db)) <= 1 / 128
    for name in ("probability", "unknown_paths", "overlap"):
        np.testing.assert_array_equal(getattr(after, name), getattr(whole, name), err_msg=name)
    np.testing.assert_array_equal(after.rsrp_dbm[same], whole.rsrp_dbm[same])
    for rounded in (after.rsrp_dbm, after.second_dbm, window.rsrp_dbm):
        assert np.array_equal(np.nan_to_num(rounded) * 128 % 1, np.zeros(rounded.shape))


def test_nothing_of_today_is_changed(ground: tuple[Scenario, StudyArea]) -> None:
    scenario, area = ground
    before, again = covered_today(scenario, area), covered_today(scenario, area)
    west, _, _, north = area.terrain.grid.bounds
    cells = cells_of_trial(MASTS[0], (west + 3000.0, north - 3000.0), area.terrain.crs)
    with_mast(before, loss_task(scenario, area), [("trial/1", masts_of(cells, scenario.service)[0])], None)
    for name in ("probability", "rsrp_dbm", "best_server", "second_dbm", "overlap", "margin_db", "unknown_paths"):
        np.testing.assert_array_equal(getattr(before, name), getattr(again, name))


def test_beside_a_coverage_under_another_threshold_whose_overlap_nobody_counted(ground: tuple[Scenario, StudyArea]) -> None:
    """As the trial of a threshold leaves it: all else is that of a coverage that was counted."""
    scenario, area = ground
    counted = covered_today(scenario, area)
    west, _, _, north = area.terrain.grid.bounds
    cells = cells_of_trial(MASTS[0], (west + 3000.0, north - 3000.0), area.terrain.crs)
    named = [("trial/1", masts_of(cells, scenario.service)[0])]
    with_count, window = with_mast(counted, loss_task(scenario, area), named, None)
    without, same = with_mast(replace(counted, overlap=None), loss_task(scenario, area), named, None)
    assert without.overlap is None
    for name in ("probability", "rsrp_dbm", "best_server", "second_dbm", "margin_db", "unknown_paths"):
        np.testing.assert_array_equal(getattr(without, name), getattr(with_count, name))
    np.testing.assert_array_equal(same.newly, window.newly)
