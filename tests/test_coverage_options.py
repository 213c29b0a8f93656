"""Antennas, uplink, indoor, land cover, second model, no terrain, and what is kept between runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Clutter, Propagation, Service, Uplink, load_scenario
from geo_planner.plan import Plan, run
from geo_planner.propagation.p2109 import building_entry_loss_db
from geo_planner.radio.budget import pattern_loss_db, uplink_rsrp_dbm
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import compute_coverage
from geo_planner.radio.losses import LandCover
from geo_planner.study_area import load_study_area
from geo_planner.terrain import Dem
from tests.conftest import ROOT, SCENARIO
from tests.test_coverage import make_dem, make_sites


@pytest.fixture
def plain() -> Dem:
    return make_dem(np.full((80, 80), 500.0))


def rsrp(dem: Dem, *rows: dict[str, object], service: Service | None = None, **options: object) -> np.ndarray:
    return compute_coverage(dem, make_sites(*rows), service or Service(), Propagation(max_radius_km=12), **options).rsrp_dbm  # type: ignore[arg-type]


def test_a_sector_favours_its_azimuth(plain: Dem) -> None:
    """3GPP TR 36.814: 3 dB down at half the beam width, never more than the floor behind."""
    omni, east = rsrp(plain, {}), rsrp(plain, {"azimuth_deg": 90.0})
    difference = omni - east
    assert difference[40, 70] == pytest.approx(0, abs=0.01)
    assert difference[40, 10] == pytest.approx(25, abs=0.01)
    assert pattern_loss_db(35.0, None) == pytest.approx(3.0)
    assert pattern_loss_db(350.0 - 10.0 - 360.0, None) == pytest.approx(pattern_loss_db(20.0, None))


def test_a_downtilt_takes_from_the_far_field(plain: Dem) -> None:
    level, tilted = rsrp(plain, {"tilt_deg": 0.0}), rsrp(plain, {"tilt_deg": 8.0})
    assert (level - tilted)[40, 75] > 3


def test_the_vertical_pattern_of_an_unknown_antenna_is_not_guessed(plain: Dem) -> None:
    assert np.array_equal(rsrp(plain, {}), rsrp(plain, {"tilt_deg": np.nan}), equal_nan=True)


def test_a_weak_uplink_decides(plain: Dem) -> None:
    deaf = Service(uplink=Uplink(noise_figure_db=20, sinr_db=10))
    without = Service(uplink=Uplink(check=False, noise_figure_db=20, sinr_db=10))
    propagation = Propagation(max_radius_km=12)
    weak, strong = (compute_coverage(plain, make_sites({}), s, propagation) for s in (deaf, without))
    assert np.nanmean(weak.probability) < np.nanmean(strong.probability)
    assert np.array_equal(weak.rsrp_dbm, strong.rsrp_dbm, equal_nan=True)  # the downlink itself is the same


def test_uplink_level_is_worked_out_by_hand() -> None:
    cell = pd.DataFrame({"tx_power_dbm": [43.0], "bandwidth_mhz": [10.0]})
    assert uplink_rsrp_dbm(cell, ue_power_dbm=23, sensitivity_dbm=-113.4).iloc[0] == pytest.approx(43 - 27.78 - 23 - 113.4, abs=0.01)


def test_indoors_loses_the_entry_loss(plain: Dem) -> None:
    indoor = rsrp(plain, {}, service=Service(place="indoor"))
    assert np.nanmedian(rsrp(plain, {}) - indoor) == pytest.approx(float(building_entry_loss_db(900.0)), abs=0.01)


def test_trees_along_the_path_and_at_the_handset_cost(plain: Dem) -> None:
    classes = np.zeros((80, 80), np.uint8)
    classes[:, 55:60] = 10
    cover = LandCover(classes, "")
    behind = rsrp(plain, {}) - rsrp(plain, {}, land_cover=cover, clutter=Clutter(heights_m={10: 40.0}))
    assert behind[40, 70] > 1
    assert behind[40, 50] == pytest.approx(0, abs=1e-3)
    handset = rsrp(plain, {}) - rsrp(plain, {}, land_cover=cover, clutter=Clutter(heights_m={}, at_terminal=True))
    assert handset[40, 57] > 5
    assert handset[40, 70] == pytest.approx(0, abs=1e-3)


def test_second_server_and_overlap(plain: Dem) -> None:
    coverage = compute_coverage(plain, make_sites({"row": 30.0}, {"row": 50.0}), Service(), Propagation(max_radius_km=12))
    assert coverage.overlap[40, 40] == 2
    assert coverage.second_dbm[31, 40] < coverage.rsrp_dbm[31, 40]
    assert coverage.margin_db[31, 40] == pytest.approx(coverage.rsrp_dbm[31, 40] + 113)


def test_each_village_carries_both_models(plan: Plan) -> None:
    villages = plan.villages
    assert (villages["compared_model"] == "itm").all()
    assert villages["compared_rsrp_dbm"].notna().all()
    differ = villages["compared_status"] != villages["modelled_status"]
    assert [("models_disagree" in flags) for flags in villages["flags"]] == differ.tolist()


def test_without_terrain_a_rule_by_distance_says_so() -> None:
    scenario = load_scenario(SCENARIO, ["terrain.path=null", "build=null"])
    area = load_study_area(ROOT / "data", scenario)
    assert "no_terrain" in {f.code for f in area.warnings}
    rough = run(scenario, area)
    assert rough.coverage.model == "rma"
    assert all("no_terrain" in flags for flags in rough.villages["flags"])
    assert "unknown" in set(rough.villages["modelled_status"])  # beyond 5 km nothing is known


def test_kept_path_loss_gives_the_same_bits_and_is_not_computed_again(plain: Dem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = LossCache(tmp_path / "kept", 10_000_000)
    first = rsrp(plain, {}, cache=cache)
    monkeypatch.setattr("geo_planner.radio.losses.loss_around", lambda *_, **__: pytest.fail("computed again"))
    again = rsrp(plain, {"tx_power_dbm": 46.0}, service=Service(rsrp_threshold_dbm=-105), cache=cache)
    assert np.nanmax(np.abs(again - first - 3.0)) < 1e-4
    with pytest.raises(pytest.fail.Exception):
        rsrp(plain, {"mast_height_m": 30.0}, cache=cache)


def test_a_damaged_file_is_made_anew_and_the_folder_has_a_cap(plain: Dem, tmp_path: Path) -> None:
    cache = LossCache(tmp_path / "kept", 10_000_000)
    first = rsrp(plain, {}, cache=cache)
    (file,) = cache.folder.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert np.array_equal(rsrp(plain, {}, cache=cache), first, equal_nan=True)
    small = LossCache(cache.folder, 2 * file.stat().st_size)
    for height in (10.0, 20.0, 30.0, 40.0):
        rsrp(plain, {"mast_height_m": height}, cache=small)
    assert small.size_bytes() <= small.cap_bytes
    assert small.clear() == 2
    assert small.size_bytes() == 0


def test_blank_radio_figures_are_told_or_assumed_never_filled_silently(area_copy: Path) -> None:
    table = pd.read_csv(area_copy / "sites" / "sites.csv", dtype=str, keep_default_na=False)
    table.loc[:9, "tx_power_dbm"] = ""
    table.to_csv(area_copy / "sites" / "sites.csv", index=False)
    path = area_copy / "scenarios" / SCENARIO.name
    bare = load_scenario(path)
    result = run(bare, load_study_area(area_copy, bare))
    assert int(result.sites["in_service"].sum()) == 96
    assert "radio_unknown" in {n.code for n in result.notes}
    assumed = load_scenario(path, ["site_defaults.tx_power_dbm=40"])
    result = run(assumed, load_study_area(area_copy, assumed))
    assert int(result.sites["in_service"].sum()) == 106
    assert "radio_assumed" in {n.code for n in result.notes}
