"""The benchmarks run: their small parts, on little terrain, without a look at the clock."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from benchmarks import app, atlas, build, plan, propagation, run, splat_terrain, trial


@pytest.fixture(scope="module")
def ground() -> propagation.Ground:
    z = splat_terrain.surface(160, 160, waves=256, seed=3).astype(np.float32)
    return propagation.Ground("small", z, 90.0, propagation.masts_on(z, 2, 40))


def test_sweep_is_held_to_profiles(ground: propagation.Ground) -> None:
    rows = propagation.sweep_against_profiles(ground, (3.0,), workers=1)
    assert [row["what"].split(",")[1].strip() for row in rows] == ["itm"] * len(propagation.THINNINGS) + ["p1812", "delta_bullington"]
    assert all("cells of 2 masts" in row["note"] for row in rows)


def test_masts_stand_from_valley_to_peak(ground: propagation.Ground) -> None:
    low, high = (ground.heights_m[int(row), int(column)] for row, column in ground.masts)
    assert low == ground.heights_m[40:-40, 40:-40].min()
    assert high == ground.heights_m[40:-40, 40:-40].max()


def test_itmlogic_is_asked() -> None:
    (row,) = propagation.against_itmlogic(paths=10)
    assert row["value"] == "skipped" or float(row["value"]) < 1.0


def test_tiles_and_grid_show_one_surface(tmp_path) -> None:
    z = splat_terrain.surface(120, 150, waves=256)
    splat_terrain.write_tiles(z, tmp_path)
    tile = np.fromfile(tmp_path / "N22E103.hgt", ">i2").reshape(1201, 1201)
    lat, lon = 22.0 + 400 / 1200, 103.0 + 300 / 1200
    assert tile[1200 - 400, 300] == np.rint(splat_terrain.sample(z, np.array([lon]), np.array([lat])))[0]
    terrain = splat_terrain.metric_grid(z, half_km=2.0)
    here = splat_terrain.sample(z, np.array([splat_terrain.MAST_LON]), np.array([splat_terrain.MAST_LAT]))[0]
    assert terrain.heights_m[int(terrain.row), int(terrain.column)] == pytest.approx(here, abs=30.0)
    assert splat_terrain.sample(z, np.array([100.0]), np.array([22.0]))[0] == 0.0


def test_without_splat_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splat_terrain, "splat_installed", lambda: False)
    rows = propagation.against_splat(splat_terrain.surface(120, 150, waves=256), repeats=1, radii_km=(2,))
    assert rows
    assert all(row["value"] == "skipped" and "splat is not installed" in row["note"] for row in rows)


def test_report_names_machine_and_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propagation, "main", lambda: [{"what": "a", "value": 1.25}, {"what": "b", "note": "x|y"}])
    text, sound = run.report(("propagation", "no_such_module"))
    assert not sound
    assert "| a | 1.25 |  |" in text
    assert "| b |  | x/y |" in text
    assert "Failed: ModuleNotFoundError" in text
    assert "cores" in text


def test_planted_offset_comes_back_from_made_samples() -> None:
    row = plan.many_samples(600)
    assert row["note"].startswith("planted −6 dB: -6") or row["note"].startswith("planted −6 dB: -5")


def test_the_atlas_is_held_to_sweeps_from_the_masts(ground: propagation.Ground) -> None:
    rows = atlas.reciprocity(ground, settlements=3, masts=6)
    assert len(rows) == 3 * len(atlas.MODELS)
    assert all("paths" in row["note"] for row in rows)


def test_drawn_villages_are_a_list_that_the_package_takes() -> None:
    rows = build.drawn_villages(60)
    assert rows["village_id"].is_unique
    assert len(rows) == 60
    assert set(rows["is_sample"]) == {"yes"}
    assert rows.equals(build.drawn_villages(60))
    communes = gpd.read_file(build.DATA / "boundaries" / "communes.geojson").set_index("code").geometry
    assert all(
        communes[code].covers(shapely.Point(lon, lat)) for code, lon, lat in rows[["commune_code", "lon", "lat"]].itertuples(index=False)
    )


def test_the_questions_at_the_map_are_timed(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    rows = trial.at_the_map(request.getfixturevalue("plan"), 2, tmp_path)
    assert len(rows) == 6
    assert all("of processor" in row["note"] for row in rows)
    assert list(tmp_path.rglob("*.npz"))


def test_without_a_browser_the_app_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.shutil, "which", lambda _: None)
    (line,) = app.main()
    assert line["value"] == "skipped"
    assert "Chromium" in line["note"]


def test_answers_of_the_app_are_told_with_their_limits() -> None:
    answers = [(100.0, 40.0, 9_000), (500.0, 60.0, 61_000), (120.0, 50.0, 8_000)]
    late, heavy = app.answered("a filter", 110, answers), app.answered("a village clicked", 300, answers, 60_000)
    assert (late["value"], late["met"], heavy["met"]) == ("120, 500", "NO", "NO")
    assert "50 ms of the server's processor; at most 61.0 kB; 3 times" in late["note"]
    assert app.answered("a filter", 120, answers)["met"] == "yes"


def test_villages_of_a_crowded_map_lie_in_its_bounds() -> None:
    payload = {"bounds": [[22.0, 103.0], [22.5, 103.25]], "villages": [{"id": "a", "commune": "x"}, {"id": "b", "commune": "y"}]}
    crowded = app.with_villages(payload, 500)["villages"]
    assert len({village["id"] for village in crowded}) == len({tuple(village["at"]) for village in crowded}) == 500
    assert all(22.0 <= village["at"][0] <= 22.5 and 103.0 <= village["at"][1] <= 103.25 for village in crowded)
    assert [village["commune"] for village in crowded[:3]] == ["x", "y", "x"]
    assert payload["villages"][0]["id"] == "a"
