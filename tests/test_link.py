"""The path between a mast and a point: geometry worked by hand, losses of the models, least mast heights."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner import link
from geo_planner.calibration import BandCalibration, CalibrationSettings
from geo_planner.config import Clutter, Propagation, Service
from geo_planner.errors import UsageError
from geo_planner.grid import Grid
from geo_planner.link.heights import height_grid_m
from geo_planner.link.losses import _KINDS
from geo_planner.link.sentences import height_text
from geo_planner.propagation import itm, p526, p1812
from geo_planner.propagation.area import LossModel, free_space_slant_db, loss_around
from geo_planner.propagation.models import MODELS as propagation_models
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem
from geo_planner.units import EARTH_RADIUS_KM, SPEED_OF_LIGHT_M_S
from geo_planner.words import catalogue, said

CELL_M, COLUMNS, ROWS = 100.0, 101, 5
WEST_M, NORTH_M = 300_000.0, 2_450_000.0
SERVICE, PROPAGATION = Service(), Propagation()


def strip(heights_m: np.ndarray) -> Dem:
    """A strip of terrain that is the same in every row: a profile along it is the array itself."""
    grid = np.broadcast_to(np.asarray(heights_m, dtype=np.float32), (ROWS, len(heights_m))).copy()
    return Dem(grid, Grid.north_up(WEST_M, NORTH_M, CELL_M, grid.shape, CRS.from_epsg(32648)), False, "")


def centre(column: int) -> tuple[float, float]:
    return WEST_M + (column + 0.5) * CELL_M, NORTH_M - 2.5 * CELL_M


def ridge_dem(height_m: float = 100.0, at: int = 30) -> Dem:
    ground = np.zeros(COLUMNS)
    ground[at] = height_m
    return strip(ground)


def path_over(dem: Dem, *, mast_height_m: float = 40.0, freq_mhz: float = 900.0, rx_height_m: float = 1.5) -> link.LinkProfile:
    return link.link_profile(dem, centre(0), centre(COLUMNS - 1), mast_height_m=mast_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz)


def card_over(dem: Dem, **changes: object) -> link.AnswerCard:
    figures = {"mast_height_m": 40.0, "freq_mhz": 900.0, "eirp_re_dbm": 24.0, "service": SERVICE, "propagation": PROPAGATION, **changes}
    return link.answer_card(dem, centre(0), centre(COLUMNS - 1), **figures)  # type: ignore[arg-type]


# --- geometry ---


def test_bulge_and_fresnel_radius_are_those_of_the_books() -> None:
    path = path_over(ridge_dem())
    d1, d2 = 3.0, 7.0
    at = 30
    wavelength_m = SPEED_OF_LIGHT_M_S / 900e6
    assert path.distance_km[at] == pytest.approx(d1)
    assert path.bulge_m[at] == pytest.approx(d1 * d2 / (2 * 4 / 3 * EARTH_RADIUS_KM) * 1000)
    assert path.fresnel_m[at] == pytest.approx(math.sqrt(wavelength_m * d1 * d2 / 10 * 1000))
    assert path.bulge_m[[0, -1]].tolist() == [0, 0]
    assert path.fresnel_m[[0, -1]].tolist() == [0, 0]
    # at 3 + 7 km and 900 MHz: 1.24 m of bulge and 26.4 m of radius
    assert path.bulge_m[at] == pytest.approx(1.236, abs=1e-3)
    assert path.fresnel_m[at] == pytest.approx(26.45, abs=0.01)


def test_a_single_ridge_is_found_where_it_stands() -> None:
    dem = ridge_dem()
    spot = link.worst_obstacle(path_over(dem))
    assert spot is not None
    ray_m = 40.0 + 0.3 * (1.5 - 40.0)
    above_m = 100.0 + 1.2361 - ray_m
    assert spot.distance_km == pytest.approx(3.0)
    assert (spot.x_m, spot.y_m) == pytest.approx(centre(30))
    assert spot.ground_m == pytest.approx(100.0)
    assert spot.above_ray_m == pytest.approx(above_m, abs=1e-3)
    assert spot.fresnel_share == pytest.approx(above_m / 26.45, abs=1e-3)
    wavelength_m = SPEED_OF_LIGHT_M_S / 900e6
    assert spot.nu == pytest.approx(spot.above_ray_m * math.sqrt(2 / wavelength_m * (1 / 3000 + 1 / 7000)))
    assert link.to_metres(dem.crs, spot.lon_deg, spot.lat_deg) == pytest.approx(centre(30), abs=1e-3)
    assert link.blocking_ridges(path_over(dem)) == 1


def test_the_worst_place_is_that_of_bullington() -> None:
    """P.526 takes the point of the largest nu on a clear path: the same place and the same nu."""
    path = path_over(ridge_dem(20.0), mast_height_m=60.0, rx_height_m=30.0)
    spot = link.worst_obstacle(path)
    theirs = p526.bullington(
        path.distance_km, path.ground_m, tx_height_m=60.0, rx_height_m=30.0, freq_mhz=900.0, effective_earth_radius_km=4 / 3 * EARTH_RADIUS_KM
    )  # fmt: skip
    assert spot is not None
    assert theirs.line_of_sight
    assert path.line_of_sight
    assert spot.distance_km == pytest.approx(theirs.point_km)
    assert spot.nu == pytest.approx(theirs.nu, rel=1e-6)


def test_ridges_apart_are_counted_apart() -> None:
    ground = np.zeros(COLUMNS)
    ground[[20, 21, 50, 80]] = 200.0
    assert link.blocking_ridges(path_over(strip(ground))) == 3


def test_both_ends_in_one_place_are_refused() -> None:
    with pytest.raises(UsageError, match="two places"):
        link.link_profile(ridge_dem(), centre(3), centre(3), mast_height_m=30, rx_height_m=1.5, freq_mhz=900)


@pytest.mark.parametrize("wrong", [{"mast_height_m": 0.0}, {"freq_mhz": math.nan}, {"eirp_re_dbm": math.inf}, {"max_mast_height_m": 0.5}])
def test_figures_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        card_over(ridge_dem(), **wrong)


# --- least masts ---


@pytest.mark.parametrize("fresnel", [False, True])
def test_the_least_clear_mast_clears_and_a_step_less_does_not(fresnel: bool) -> None:
    path = path_over(ridge_dem(30.0), rx_height_m=10.0)
    least = link.least_clear_height(path, fresnel=fresnel, max_mast_height_m=200.0)
    assert least.reason is None
    holds = [
        (p.fresnel_clear if fresnel else p.line_of_sight)
        for p in (path.with_mast(least.height_m), path.with_mast(least.height_m - 0.1), path.with_mast(least.height_m + 50))
    ]
    assert holds == [True, False, True]
    assert 0.0 <= least.height_m - least.needed_m < 0.1001


def test_the_mast_over_a_single_ridge_follows_from_similar_triangles() -> None:
    least = link.least_clear_height(path_over(ridge_dem(30.0), rx_height_m=10.0), fresnel=False)
    # the ray from 10 m at the far end over 30 m + 1.236 m at 7 km of 10 km
    assert least.needed_m == pytest.approx(10.0 + (31.2361 - 10.0) / 0.7, abs=1e-3)
    assert least.at_km == pytest.approx(3.0)


def test_a_ridge_too_high_gives_no_mast_but_says_what_it_takes() -> None:
    least = link.least_clear_height(path_over(ridge_dem(100.0)), fresnel=False, max_mast_height_m=60.0)
    assert (math.isnan(least.height_m), least.reason) == (True, "above_max")
    assert least.needed_m == pytest.approx(1.5 + (101.2361 - 1.5) / 0.7, abs=1e-3)


@pytest.mark.parametrize("model", ["p1812", "itm", "delta_bullington"])
def test_the_least_mast_for_service_serves_and_none_below_does(model: str) -> None:
    propagation = Propagation(model=model)  # type: ignore[arg-type]
    dem = ridge_dem(60.0)
    # the power at which a mast of 37 m is just enough: lower ones lose more
    edge = card_over(dem, mast_height_m=37.0, propagation=propagation)
    eirp_dbm = 24.0 + edge.needed_rsrp_dbm - edge.deciding.rsrp_dbm + 1e-9
    card = card_over(dem, eirp_re_dbm=eirp_dbm, propagation=propagation)
    least = card.serve
    assert least.reason is None
    assert least.height_m <= 37.0
    assert card_over(dem, mast_height_m=least.height_m, eirp_re_dbm=eirp_dbm, propagation=propagation).verdict == "served"
    for height_m in [*np.arange(1.0, least.height_m - 0.05, 2.5).tolist(), least.height_m - 0.1]:
        assert card_over(dem, mast_height_m=height_m, eirp_re_dbm=eirp_dbm, propagation=propagation).verdict == "not_served"


def test_no_mast_for_service_has_a_reason() -> None:
    assert card_over(ridge_dem(900.0), eirp_re_dbm=-40.0).serve.reason == "above_max"


def test_a_mast_that_stops_serving_when_taller_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models are not exactly monotone in the height; the least height must not pretend that they are."""
    monkeypatch.setattr("geo_planner.link.heights.losses_over_heights", lambda _, h, *a, **k: np.where((h >= 20) & (h < 30), 100.0, 200.0))
    card = card_over(ridge_dem())
    assert (card.serve.height_m, card.serve.holds_above) == (20.0, False)
    assert any("lại không đạt" in sentence for sentence in link.explain(card, "vi"))


def test_heights_are_tried_on_exact_tenths() -> None:
    grid_m = height_grid_m(60.0)
    assert grid_m[[0, -1]].tolist() == [1.0, 60.0]
    assert len(grid_m) == 591
    assert 42.2 in grid_m


@settings(max_examples=60, deadline=None)
@given(
    heights=st.lists(st.floats(0, 800, allow_nan=False, width=32), min_size=3, max_size=40),
    lower=st.floats(1, 80),
    more=st.floats(0, 200),
)
def test_a_taller_mast_never_loses_line_of_sight(heights: list[float], lower: float, more: float) -> None:
    dem = strip(np.array(heights))
    path = link.link_profile(dem, centre(0), centre(len(heights) - 1), mast_height_m=lower, rx_height_m=1.5, freq_mhz=900)
    taller = path.with_mast(lower + more)
    assert taller.line_of_sight or not path.line_of_sight
    assert taller.fresnel_clear or not path.fresnel_clear
    least = link.least_clear_height(path, fresnel=False, max_mast_height_m=3000.0)
    if least.reason is None:
        assert path.with_mast(least.height_m).line_of_sight
        assert least.height_m < 1.05 or not path.with_mast(least.height_m - 0.1).line_of_sight


# --- losses ---


@pytest.fixture
def rough() -> Dem:
    x = np.arange(COLUMNS)
    return strip(300 + 80 * np.sin(x / 7) + 40 * np.sin(x / 2.3))


def test_losses_are_those_of_the_public_models(rough: Dem) -> None:
    path = path_over(rough)
    d, z = path.distance_km, path.ground_m
    common = {"tx_height_m": 40.0, "rx_height_m": 1.5, "freq_mhz": 900.0}
    losses = {model: link.path_loss(path, model, PROPAGATION, lat_deg=22.0) for model in link.MODELS}
    free_db = free_space_slant_db(10_000.0, z[0] + 40.0 - z[-1] - 1.5, 0.9)
    bent = p526.delta_bullington(d, z, **common, effective_earth_radius_km=4 / 3 * EARTH_RADIUS_KM, eps_r=15.0, sigma_s_m=0.005)
    of_itm = itm.path_loss(z, 100.0, **common, climate="continental_subtropical", n0=325.0)
    of_p1812 = p1812.path_loss(d, z, **common, lat_deg=22.0)
    assert losses["free_space"].loss_db == free_db
    assert losses["delta_bullington"].loss_db == free_db + bent.loss_db
    assert losses["itm"].loss_db == pytest.approx(of_itm.loss_db, abs=1e-9)
    assert (losses["itm"].mode, losses["itm"].warnings) == (of_itm.mode, of_itm.warned)
    assert (losses["p1812"].loss_db, losses["p1812"].mode) == (of_p1812.loss_db, of_p1812.mode)


@pytest.mark.parametrize("model", link.MODELS)
def test_the_search_sees_the_losses_that_the_card_shows(rough: Dem, model: str) -> None:
    heights_m = np.array([5.0, 23.4, 60.0])
    path = path_over(rough)
    many = link.losses_over_heights(path, heights_m, model, PROPAGATION)  # type: ignore[arg-type]
    ones = [link.path_loss(path.with_mast(h), model, PROPAGATION).loss_db for h in heights_m.tolist()]  # type: ignore[arg-type]
    assert many.tolist() == pytest.approx(ones, abs=1e-9)


@pytest.mark.parametrize("model", link.MODELS)
def test_the_card_agrees_with_the_coverage_raster(rough: Dem, model: str) -> None:
    """At a cell's centre along a row the path of the card and that of the raster are the same."""
    row, column = rough.grid.position(*centre(0))
    window = loss_around(
        rough.heights_m, CELL_M, row=row, column=column, tx_height_m=40.0, rx_height_m=1.5, freq_mhz=900.0, radius_km=11.0, method="profiles",
        model=LossModel(name=model, climate=PROPAGATION.climate, lat_deg=22.0),  # type: ignore[arg-type]
    )  # fmt: skip
    loss = link.path_loss(path_over(rough), model, PROPAGATION, lat_deg=22.0)  # type: ignore[arg-type]
    assert window.loss_db[2 - window.row, COLUMNS - 1 - window.column] == pytest.approx(loss.loss_db, abs=1e-3)


def test_a_path_of_less_than_a_cell_is_free_space_and_says_so(rough: Dem) -> None:
    path = link.link_profile(rough, centre(5), (centre(5)[0] + 60, centre(5)[1]), mast_height_m=20, rx_height_m=1.5, freq_mhz=900)
    loss = link.path_loss(path, "p1812", PROPAGATION)
    assert loss.mode == "free_space"
    assert loss.warnings == (said("model_warning.short_path"),)


def test_outside_a_models_range_there_is_no_number(rough: Dem) -> None:
    card = card_over(rough, freq_mhz=7000.0)
    assert card.deciding.mode == "out_of_range"
    assert math.isnan(card.deciding.loss_db)
    assert (card.verdict, card.serve.reason) == ("unknown", "out_of_range")
    assert not any(math.isnan(a.loss_db) for a in card.answers if a.model != "p1812")
    assert "không áp dụng được" in link.explain(card, "vi")[0]


def test_clutter_along_the_path_is_for_p1812_alone(rough: Dem) -> None:
    forest = np.full(rough.heights_m.shape, 10, dtype=np.uint8)
    bare, wooded = card_over(rough, lat_deg=22.0), card_over(rough, lat_deg=22.0, land_cover=forest, clutter=Clutter())
    differ = {a.model for a, b in zip(bare.answers, wooded.answers, strict=True) if a.loss_db != b.loss_db}
    assert differ == {"p1812"}
    expected = p1812.path_loss(
        bare.profile.distance_km, bare.profile.ground_m, tx_height_m=40.0, rx_height_m=1.5, freq_mhz=900.0,
        lat_deg=22.0,
        clutter_m=np.full(COLUMNS, 15.0),
    )  # fmt: skip
    assert wooded.deciding.loss_db == expected.loss_db


def test_walls_and_the_uplink_count_as_they_do_for_coverage(rough: Dem) -> None:
    plain = card_over(rough)
    indoors = card_over(rough, service=Service(place="indoor"))
    uplink = card_over(rough, uplink_shortfall_db=4.0)
    assert plain.deciding.rsrp_dbm - indoors.deciding.rsrp_dbm == pytest.approx(indoors.handset_loss_db)
    assert indoors.handset_loss_db > 5.0
    assert uplink.deciding.rsrp_dbm == plain.deciding.rsrp_dbm
    assert uplink.deciding.probability < plain.deciding.probability
    assert uplink.needed_rsrp_dbm == pytest.approx(plain.needed_rsrp_dbm + 4.0)


def test_a_calibration_moves_the_deciding_model_alone_and_says_so() -> None:
    band = BandCalibration(freq_mhz=900, offset_db=-6, slope_db_per_decade=-10, reference_km=1, max_km=50, sigma_db=5, n=80, n_places=20)
    calibration = CalibrationSettings(model=PROPAGATION.model, bands=(band,))
    plain, moved = card_over(ridge_dem()), card_over(ridge_dem(), calibration=calibration)
    by_db = -6 - 10 * np.log10(plain.profile.length_km)
    assert moved.correction_db == pytest.approx(by_db)
    for before, after in zip(plain.answers, moved.answers, strict=True):
        assert after.rsrp_dbm - before.rsrp_dbm == pytest.approx(by_db if after.decides else 0.0)
        assert after.loss_db == before.loss_db
    # the smaller error asks for less margin
    assert moved.needed_rsrp_dbm - SERVICE.rsrp_threshold_dbm == pytest.approx(
        (plain.needed_rsrp_dbm - SERVICE.rsrp_threshold_dbm) * 5 / SERVICE.sigma_db
    )
    assert "hiệu chỉnh" in " ".join(link.explain(moved, "vi"))
    assert "hiệu chỉnh" not in " ".join(link.explain(plain, "vi"))
    assert card_over(ridge_dem(), freq_mhz=1800.0, calibration=calibration).correction_db is None


# --- what is not known ---


def test_a_path_that_leaves_the_terrain_is_unknown_and_never_free_space() -> None:
    dem = ridge_dem(0.0)
    card = link.answer_card(
        dem, centre(0), (WEST_M + COLUMNS * CELL_M + 500, NORTH_M - 250), mast_height_m=60, freq_mhz=900, eirp_re_dbm=60, service=SERVICE, propagation=PROPAGATION
    )  # fmt: skip
    _is_unknown(card)


def test_a_void_on_the_way_is_unknown() -> None:
    ground = np.zeros(COLUMNS)
    ground[50] = np.nan
    card = card_over(strip(ground), eirp_re_dbm=60.0)
    _is_unknown(card)
    assert card.profile.unknown_from_km == pytest.approx(5.0, abs=0.1)


def test_a_study_area_without_terrain_is_not_a_plain_at_sea_level() -> None:
    _is_unknown(card_over(dataclasses.replace(ridge_dem(0.0), is_missing=True), eirp_re_dbm=60.0))


def _is_unknown(card: link.AnswerCard) -> None:
    assert card.verdict == "unknown"
    assert card.obstacle is None
    assert card.profile.line_of_sight is None
    assert card.profile.fresnel_clear is None
    assert {a.mode for a in card.answers} == {"unknown"}
    assert all(math.isnan(value) for a in card.answers for value in (a.loss_db, a.rsrp_dbm, a.probability))
    for least in (card.clear_sight, card.clear_fresnel, card.serve):
        assert (math.isnan(least.height_m), least.reason) == (True, "unknown_terrain")
    assert "Chưa kết luận được" in link.explain(card, "vi")[0]
    assert height_text(card.serve, 60.0, "vi") == "–"


# --- words ---


def test_the_sentences_carry_the_figures_of_the_card() -> None:
    card = card_over(ridge_dem(100.0))
    spoken = " ".join(link.explain(card, "vi"))
    assert "đỉnh chắn cách trạm 3,0 km" in spoken
    assert "cao hơn tia 73 m" in spoken
    assert "phải cao 144 m" in spoken
    assert "the ridge 3.0 km from the mast" in " ".join(link.explain(card, "en"))


@pytest.mark.parametrize("height_m", [0.0, 20.0, 100.0, 900.0])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_three_to_six_sentences_without_holes(height_m: float, language: str) -> None:
    for dem in (ridge_dem(height_m), dataclasses.replace(ridge_dem(height_m), is_sample=True)):
        sentences = link.explain(card_over(dem, mast_height_m=30.0), language)  # type: ignore[arg-type]
        assert 3 <= len(sentences) <= 6
        assert all(s.endswith(".") and "nan" not in s and "–" not in s for s in sentences)


def test_models_that_disagree_ask_for_a_measurement() -> None:
    card = card_over(ridge_dem(100.0))
    at = {a.model: a.rsrp_dbm for a in card.answers}
    between_dbm = (at["p1812"] + at["itm"]) / 2
    shifted = card_over(ridge_dem(100.0), eirp_re_dbm=24.0 + card.needed_rsrp_dbm - between_dbm)
    assert "cần đo kiểm" in " ".join(link.explain(shifted, "vi"))


def test_every_warning_of_the_models_is_told_in_vietnamese() -> None:
    assert {f"model_warning.{name}" for name in itm.WARNINGS.values()} <= set(catalogue("vi"))


# --- masts of the site table ---


def test_a_mast_of_the_table_has_the_figures_of_its_cell(study_area: StudyArea) -> None:
    sites = study_area.sites.copy()
    cell = sites.index[0]
    mast = link.mast_of(sites, cell, study_area.terrain, SERVICE)
    assert (mast.mast_height_m, mast.freq_mhz) == (42.0, 900.0)
    assert mast.eirp_re_dbm == pytest.approx(43 + 11 - 2 - 10 * math.log10(600))
    assert link.distances_km(sites, study_area.terrain.crs, mast.xy_m).loc[cell] == pytest.approx(0.0, abs=1e-9)
    north, south = ((mast.xy_m[0], mast.xy_m[1] + d) for d in (5000.0, -5000.0))
    sector = dataclasses.replace(mast, azimuth_deg=0.0)
    assert link.eirp_towards_dbm(sector, study_area.terrain, north, rx_height_m=1.5) == pytest.approx(mast.eirp_re_dbm)
    assert link.eirp_towards_dbm(sector, study_area.terrain, south, rx_height_m=1.5) == pytest.approx(mast.eirp_re_dbm - 25.0)
    assert link.eirp_towards_dbm(mast, study_area.terrain, south, rx_height_m=1.5) == mast.eirp_re_dbm


def test_an_antenna_of_known_azimuth_and_tilt_loses_in_both_planes(study_area: StudyArea) -> None:
    sites = study_area.sites.copy()
    sites["azimuth_deg"], sites["tilt_deg"] = 0.0, 6.0
    mast = link.mast_of(sites, sites.index[0], study_area.terrain, SERVICE)
    behind = (mast.xy_m[0], mast.xy_m[1] - 5000.0)
    for one_plane in (dataclasses.replace(mast, tilt_deg=math.nan), dataclasses.replace(mast, azimuth_deg=math.nan)):
        alone_dbm = link.eirp_towards_dbm(one_plane, study_area.terrain, behind, rx_height_m=1.5)
        both_dbm = link.eirp_towards_dbm(mast, study_area.terrain, behind, rx_height_m=1.5)
        assert mast.eirp_re_dbm - 25.0 <= both_dbm <= alone_dbm


def test_the_card_knows_how_to_ask_every_model_that_settings_may_name() -> None:
    declared = tuple(name for name, model in propagation_models.items() if model.needs_terrain)
    assert declared == link.MODELS
    assert set(_KINDS) == set(declared) - {"free_space"}
