"""Facts of a place are those of the map and the table; why a village has no signal is what the profile says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo_planner.link import FRESNEL_SHARE, blocking_ridges, link_profile, mast_of, path_loss, to_metres, worst_obstacle
from geo_planner.plan import Plan, run
from geo_planner.radio.coverage import compute_coverage
from geo_planner.trial import TrialMast, point_facts, trial_mast, why_not
from geo_planner.trial.levels import levels_in_cell
from geo_planner.trial.why import difference_told
from geo_planner.ui.why_panel import drawn
from tests.build.valley import valley


def test_the_levels_of_a_cell_are_those_of_the_coverage_over_profiles(valley_plan: Plan) -> None:
    area, rng = valley_plan.study_area, np.random.default_rng(2)
    cells = np.argwhere(np.isfinite(area.terrain.heights_m))
    for row, column in rng.permutation(cells)[:6]:
        only = np.zeros(area.terrain.grid.shape, dtype=bool)
        only[row, column] = True
        for model in ("p1812", "itm"):
            whole = compute_coverage(
                area.terrain, area.sites, valley_plan.scenario.service, valley_plan.scenario.propagation, clutter=valley_plan.scenario.clutter,
                model=model, only=only,
            )  # fmt: skip
            table = levels_in_cell(valley_plan, (int(row), int(column)), model)
            number = whole.best_server[row, column]
            if number < 0:
                assert table["level_dbm"].isna().all()
                continue
            assert "/".join(table.index[0]) == whole.server_ids[number]
            assert table["rsrp_dbm"].iloc[0] == pytest.approx(whole.rsrp_dbm[row, column], abs=0.01)


def test_a_village_clicked_has_the_figures_of_the_table(valley_plan: Plan) -> None:
    for _village, row in valley_plan.villages.iterrows():
        facts = point_facts(valley_plan, row.geometry.x, row.geometry.y)
        decides, other = facts.levels
        assert decides.rsrp_dbm == pytest.approx(row["rsrp_dbm"])
        assert decides.probability == pytest.approx(row["coverage_probability"])
        assert facts.best is not None
        assert f"{facts.best.site_id}/{facts.best.cell_id}" == row["best_server_id"]
        assert other.model == row["compared_model"]
        assert other.rsrp_dbm == pytest.approx(row["compared_rsrp_dbm"], abs=0.01)
        assert other.probability == pytest.approx(row["compared_probability"], abs=1e-3)
        assert facts.commune_code == row["commune_code"]
        if facts.second is not None:
            assert facts.second.site_id != facts.best.site_id


def test_outside_the_terrain_is_a_sentence(valley_plan: Plan) -> None:
    for lon, lat in ((0.0, 0.0), (float("inf"), 1.0), (103.0, 89.9)):
        facts = point_facts(valley_plan, lon, lat)
        assert not facts.inside
        assert facts.levels == ()
        assert [told.key for told in facts.statements] == ["trial_point.off_terrain"]


def test_every_ridge_is_the_one_of_the_profile(plan: Plan) -> None:
    """Over the sample: distance, height and rise of the ridge, the level, and the state, from the profile alone."""
    states = set()
    for village, row in plan.villages.iterrows():
        point = to_metres(plan.terrain.crs, row.geometry.x, row.geometry.y)
        why = why_not(plan, str(village))
        assert why.paths
        levels = [path.rsrp_dbm for path in why.paths]
        for path in why.paths:
            mast = mast_of(plan.sites, (path.site_id, path.cell_id), plan.terrain, plan.scenario.service)
            profile = link_profile(
                plan.terrain, mast.xy_m, point, mast_height_m=mast.mast_height_m, rx_height_m=1.5, freq_mhz=mast.freq_mhz,
                effective_earth_factor=plan.scenario.propagation.effective_earth_factor,
            )  # fmt: skip
            assert path.ridge == worst_obstacle(profile)
            assert path.distance_km == profile.length_km
            assert np.isnan(mast.azimuth_deg)  # the sample looks round about
            assert np.isnan(mast.tilt_deg)
            loss = path_loss(profile, "p1812", plan.scenario.propagation)
            assert path.rsrp_dbm == pytest.approx(mast.eirp_re_dbm - loss.loss_db)
            if path.state == "blocked":
                assert path.ridge is not None
                assert path.ridge.above_ray_m >= 0
                assert blocking_ridges(profile) >= 1
                assert profile.with_mast(path.clear_height_m + 0.2).line_of_sight
                assert not profile.with_mast(path.clear_height_m - 0.2).line_of_sight
            elif path.state == "weak":
                assert profile.line_of_sight
                assert (profile.clearance_m >= FRESNEL_SHARE * profile.fresnel_m)[1:-1].all()
            states.add(path.state)
        assert f"{why.paths[0].site_id}/{why.paths[0].cell_id}" == row["best_server_id"]
        assert any(path.site_id == row["nearest_site_id"] for path in why.paths)
        assert why.rsrp_dbm == row["rsrp_dbm"]
        assert len(levels) <= 4
    assert {"blocked", "served"} <= states


def test_ground_above_the_ray_is_told_as_such_whatever_the_verdict(plan: Plan) -> None:
    served_over_a_ridge = 0
    for village in plan.villages.index:
        for path in why_not(plan, str(village)).paths:
            if path.ridge is None:
                continue
            over = path.ridge.above_ray_m >= 0
            assert path.obstructed == over == (not path.card.profile.line_of_sight)
            # "passes the ground by 75 m" of a ray that runs 75 m below it
            assert (path.more.key == "trial_why_more.clear") == (not over)
            if over and path.state == "served":
                served_over_a_ridge += 1
                assert dict(path.more.facts)["ground"] == path.ridge.ground_m
                assert "cao hơn tia" in path.more.text("vi")
                assert [line.style for line in drawn(replace(why_not(plan, str(village)), paths=(path,)))] == ["blocked", "ridge"]
    assert served_over_a_ridge


def test_what_differs_from_the_table_is_said_and_adds_up(plan: Plan) -> None:
    told = 0
    for village, row in plan.villages.iterrows():
        why = why_not(plan, str(village))
        if why.differs is None:
            assert why.paths[0].rsrp_dbm == pytest.approx(row["rsrp_dbm"], abs=0.05)
            continue
        facts = dict(why.differs.facts)
        assert facts["cell"] == pytest.approx(row["rsrp_dbm"])
        assert facts["exact"] == why.paths[0].rsrp_dbm
        assert facts["cell"] + facts["sweep"] + facts["place"] == pytest.approx(facts["exact"])
        assert 0 <= facts["away"] <= facts["size"]
        told += 1
    assert told


@pytest.mark.parametrize(
    ("place", "sweep", "said_in_the_end"),
    [
        (-2.4, 0.5, "Chênh lệch gồm −2,4 dB do vị trí và 0,5 dB do cách quét của lưới."),
        (0.04, 0.5, "Chênh lệch hoàn toàn do cách quét của lưới."),
        (-2.4, -0.049, "Chênh lệch hoàn toàn do vị trí."),
        (0.04, 0.04, "cách tâm ô 30 m."),
    ],
)
def test_a_part_that_is_nothing_is_not_told(place: float, sweep: float, said_in_the_end: str) -> None:
    sentence = difference_told(-127.5, -129.4, 90.0, 30.0, place_db=place, sweep_db=sweep).text("vi")
    assert sentence.endswith(said_in_the_end)
    assert "0,0 dB" not in sentence


def test_the_sentence_of_the_first_village(plan: Plan) -> None:
    why = why_not(plan, "LC001")
    assert why.sentence.text("vi") == "S031, 12,5 km, bị đỉnh 944 m chắn tại km 6,3"
    assert why.sentence.text("en") == "S031, 12.5 km, blocked by a ridge of 944 m at km 6.3"
    assert "phải cao 488 m" in why.paths[0].more.text("vi")
    assert why.paths[0].village_lonlat == plan.villages.loc["LC001"].geometry.coords[0]


def test_no_village_no_answer(plan: Plan) -> None:
    with pytest.raises(KeyError):
        why_not(plan, "nobody")


def test_where_no_mast_is_on_air_every_question_has_an_answer(tmp_path: Path) -> None:
    scenario, area = valley(tmp_path, ("service.technology=NR", "propagation.compare_with=itm"))
    plan = run(scenario, area)
    lon, lat = plan.villages.geometry.iloc[0].coords[0]
    why = why_not(plan, str(plan.villages.index[0]))
    assert why.paths == ()
    assert why.sentence.key == "trial_why.no_mast"
    facts = point_facts(plan, lon, lat)
    assert facts.best is None
    assert [level.status for level in facts.levels] == ["no_signal", "no_signal"]
    assert trial_mast(plan, lon, lat, TrialMast(42.0, technology="NR", freq_mhz=700.0)).households > 0


def test_a_path_over_unknown_terrain_is_told_and_never_called_weak(tmp_path: Path) -> None:
    scenario, area = valley(tmp_path, ("propagation.compare_with=itm",))
    heights = area.terrain.heights_m.copy()
    middle = int(np.mean(area.terrain.grid.position(*area.terrain.grid.xy(area.sites.geometry))[1]))
    heights[:, middle : middle + 2] = np.nan
    plan = run(scenario, replace(area, terrain=replace(area.terrain, heights_m=heights)))
    states = {path.state for village in plan.villages.index for path in why_not(plan, str(village)).paths}
    assert "unknown" in states
    for village, row in plan.villages.iterrows():
        facts = point_facts(plan, row.geometry.x, row.geometry.y)
        assert (facts.levels[0].status == "unknown") == (row["modelled_status"] == "unknown"), village
        assert (facts.levels[1].status == "unknown") == (row["compared_status"] == "unknown"), village
