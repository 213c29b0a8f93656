"""Candidate places: the best of the atlas within each limit, settlements, masts on air and the user's own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, box

from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.build.best_cells import LAST, best_reaching, ranked_cells
from geo_planner.build.best_places import best_places
from geo_planner.build.candidates import candidate_notes, candidate_places
from geo_planner.build.limits import limits_of, slope_deg
from geo_planner.build.masts import mast_sites
from geo_planner.config import Scenario
from geo_planner.config.build.candidates import AtlasRadio, Candidates
from geo_planner.errors import UsageError
from geo_planner.export.masts import write_masts
from geo_planner.plan import Plan
from geo_planner.study_area import StudyArea
from tests.bands import read_band
from tests.build.ground import CELL_M, NORTH, UTM, WEST, dem_of, land, mountains, points, villages_at, with_mast
from tests.test_cli import geo_planner

SIZE = 60
VILLAGES = {"V1": (18, 20), "V2": (22, 26), "V3": (41, 44)}
# weak enough that a mast does not reach everywhere
WEAK = Candidates(heights_m=(20.0, 42.0), radio=AtlasRadio(tx_power_dbm=30.0))
COLUMNS = ["lon", "lat", "x_m", "y_m", "ground_m", "kind", "gateway", "height_m", "slope_deg", "road_m", "exclusion", "site_id"]


def change(settings: Candidates, **values: Any) -> Candidates:
    return settings.model_copy(update=values)


def around(cell: tuple[int, int], cells: float) -> Any:
    """A square of the grid's system about the centre of a cell."""
    x, y = WEST + (cell[1] + 0.5) * CELL_M, NORTH - (cell[0] + 0.5) * CELL_M
    return box(x - cells * CELL_M, y - cells * CELL_M, x + cells * CELL_M, y + cells * CELL_M)


def areas(*shapes: tuple[str | None, Any]) -> gpd.GeoDataFrame:
    kinds, geometry = zip(*shapes, strict=True)
    return gpd.GeoDataFrame({"kind": list(kinds)}, geometry=list(geometry), crs=UTM).to_crs(4326)


def road(column: int, kind: str = "tertiary") -> gpd.GeoDataFrame:
    """A road from north to south through the middle of a column of cells."""
    x = WEST + (column + 0.5) * CELL_M
    line = LineString([(x, NORTH), (x, NORTH - SIZE * CELL_M)])
    return gpd.GeoDataFrame({"highway": [kind]}, geometry=[line], crs=UTM).to_crs(4326)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]:
    scenario, study_area = land(tmp_path_factory.mktemp("land"), mountains(SIZE))
    study_area = with_mast(study_area, (50, 8))
    villages = villages_at(VILLAGES, [10, 20, 40])
    return scenario, study_area, villages, mast_atlas(study_area, scenario, villages, WEAK)


def cells_of(places: pd.DataFrame, kind: str = "candidate") -> list[tuple[int, int]]:
    of_kind = places[places["kind"] == kind]
    rows, columns = (NORTH - of_kind["y_m"]) // CELL_M, (of_kind["x_m"] - WEST) // CELL_M
    return list(zip(rows.astype(int), columns.astype(int), strict=True))


def test_the_table_is_what_the_other_parts_read(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    places = candidate_places(atlas, study_area, villages, WEAK)
    assert places.index.name == "place_id"
    assert list(places.columns) == COLUMNS
    assert list(places.index) == sorted(set(places.index))
    assert set(places["kind"]) == {"existing", "candidate", "settlement"}
    assert list(places.index[places["gateway"]]) == ["site:S1"]
    assert places.loc["site:S1", ["height_m", "site_id"]].tolist() == [42.0, "S1"]
    assert set(places.index[places["kind"] == "settlement"]) == {f"village:{village}" for village in VILLAGES}
    assert places["ground_m"].notna().all()
    assert places["road_m"].isna().all()
    assert (places["exclusion"] == "").all()


def test_every_best_cell_and_every_village_has_its_place(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    allowed = limits_of(study_area, WEAK).allowed
    cells = cells_of(candidate_places(atlas, study_area, villages, WEAK))
    for height in atlas.heights_m:
        value = np.where(allowed, atlas.weighted[height], 0.0)
        assert max(value[cell] for cell in cells) == value.max() > 0
        for village in VILLAGES:
            reached = atlas.by_village(village, height) & allowed
            assert max(value[cell] for cell in cells if reached[cell]) == value[reached].max()


def test_places_are_thinned(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    few, many = (
        len(cells_of(candidate_places(atlas, study_area, villages, change(WEAK, spacing_m=spacing_m, per_village=0, alike=100))))
        for spacing_m in (3000.0, 500.0)
    )
    assert 0 < few < many
    assert len(cells_of(candidate_places(atlas, study_area, villages, change(WEAK, most=2, per_village=0)))) == 2
    alone = candidate_places(atlas, study_area, villages, change(WEAK, alike=1, per_village=0))
    cells = np.array(cells_of(alone)).T
    reached = atlas.reaching(cells[0], cells[1], 42.0)
    assert len({row.tobytes() for row in reached}) > 1


def test_no_place_on_steep_ground(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    slope = slope_deg(study_area.terrain)
    steepest = float(np.percentile(slope, 10))
    places = candidate_places(atlas, study_area, villages, change(WEAK, max_slope_deg=steepest))
    assert cells_of(places)
    assert all(slope[cell] <= steepest for cell in cells_of(places))
    assert any(slope[cell] > steepest for cell in cells_of(candidate_places(atlas, study_area, villages, WEAK)))
    np.testing.assert_allclose(places["slope_deg"].loc[[f"cell:{row:05d}-{column:05d}" for row, column in cells_of(places)]],
                               [slope[cell] for cell in cells_of(places)])  # fmt: skip


def test_slope_is_that_of_a_plane() -> None:
    rows, columns = np.indices((8, 8))
    plane = (CELL_M * (0.3 * columns + 0.4 * rows)).astype(np.float32)
    np.testing.assert_allclose(slope_deg(dem_of(plane)), np.degrees(np.arctan(0.5)), rtol=1e-4)


def test_places_lie_within_reach_of_a_road(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    area = replace(study_area, roads=road(30))
    places = candidate_places(atlas, area, villages, change(WEAK, max_road_m=1000.0))
    cells = cells_of(places)
    assert cells
    assert all(abs(column - 30) * CELL_M <= 1000.0 for _, column in cells)
    np.testing.assert_allclose(
        places.loc[places["kind"] == "candidate", "road_m"], [abs(column - 30) * CELL_M for _, column in cells], atol=0.5
    )
    assert places.loc["village:V1", "road_m"] == pytest.approx(10 * CELL_M, abs=1.0)
    # a settlement is a place however far from a road it lies; without a limit distance is told and nothing left out
    assert any(abs(column - 30) > 4 for _, column in cells_of(candidate_places(atlas, area, villages, change(WEAK, max_road_m=None))))


def test_no_place_high_above_the_ways(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    """The road through a column of cells, or the nearest village or mast, is where everything is carried from."""
    _, study_area, villages, atlas = made
    heights_m = study_area.terrain.heights_m
    area = replace(study_area, roads=road(30))

    def climbs(most: float | None) -> list[float]:
        settings = change(WEAK, max_road_m=None, max_climb_m=most)
        return [
            float(heights_m[row, column] - heights_m[row, 30])
            for row, column in cells_of(candidate_places(atlas, area, villages, settings))
        ]

    assert max(climbs(None)) > 100.0
    assert len(climbs(100.0)) > 0
    assert max(climbs(100.0)) <= 100.0
    allowed = limits_of(study_area, change(WEAK, max_climb_m=50.0)).allowed
    assert 0 < allowed.sum() < limits_of(study_area, change(WEAK, max_climb_m=None)).allowed.sum()


def test_a_road_that_is_not_built_is_none(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    places = candidate_places(atlas, replace(study_area, roads=road(30, "construction")), villages, change(WEAK, max_road_m=1000.0))
    assert not cells_of(places)


@pytest.mark.parametrize(("kind", "stands"), [("procedure", True), ("ban", False), (None, False), ("rừng", False), ("thủ tục", True)])
def test_exclusion_areas(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas], kind: str | None, stands: bool) -> None:
    _, study_area, villages, atlas = made
    everywhere = areas((kind, around((30, 30), 40)))
    area = replace(study_area, exclusion_areas=everywhere)
    places = candidate_places(atlas, area, villages, WEAK)
    assert bool(cells_of(places)) == stands
    assert bool((places["kind"] == "settlement").any()) == stands
    if stands:
        assert set(places["exclusion"]) == {"procedure"}
        assert not cells_of(candidate_places(atlas, area, villages, change(WEAK, in_procedure_areas=False)))
    # a mast that stands is there
    assert "site:S1" in places.index
    codes = {note.code for note in candidate_notes(area, places)}
    assert ("exclusion_kind" in codes) == (kind == "rừng")
    assert ("candidates_none" in codes) == (not stands)


def test_the_stricter_of_two_areas_holds(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    both = areas(("ban", around(VILLAGES["V3"], 3.4)), ("procedure", around(VILLAGES["V3"], 6)))
    places = candidate_places(atlas, replace(study_area, exclusion_areas=both), villages, WEAK)
    assert "village:V3" not in places.index
    assert all(max(abs(row - 41), abs(column - 44)) > 3 for row, column in cells_of(places))


def test_nothing_is_sited_beyond_the_border(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    everywhere = cells_of(candidate_places(atlas, study_area, villages, WEAK))
    assert any(column >= 30 for _, column in everywhere)
    assert "candidates_beyond" not in {
        note.code for note in candidate_notes(study_area, candidate_places(atlas, study_area, villages, WEAK))
    }
    west = study_area.communes.iloc[:1]  # the western half
    own = points([(10, 10), (10, 50)], ["C1", "C2"]).assign(mast_height_m=pd.array([None, None], dtype="Float64"))
    area = replace(study_area, communes=west, candidates=own.rename_axis("site_id"))
    places = candidate_places(atlas, area, villages, WEAK)
    assert cells_of(places)
    assert all(column < 30 for _, column in cells_of(places))
    # settlements and one's own places stay, and are told
    told = next(note for note in candidate_notes(area, places) if note.code == "candidates_beyond")
    assert dict(told.said.facts)["ids"] == ("user:C2", "village:V3")
    assert {"user:C2", "village:V3"} <= set(places.index)


def test_no_place_beside_a_mast_on_air(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    best = cells_of(candidate_places(atlas, study_area, villages, WEAK))[0]
    area = with_mast(study_area, best, site="S2")
    places = candidate_places(atlas, area, villages, change(WEAK, least_from_masts_m=2000.0))
    away = [np.hypot(row - best[0], column - best[1]) * CELL_M for row, column in cells_of(places)]
    assert min(away) > 2000.0
    assert {"site:S1", "site:S2"} <= set(places.index)


def test_places_of_ones_own(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    own = points([(10, 10), (5, 5), (-20, 3)], ["C1", "C2", "C3"]).assign(mast_height_m=pd.array([55.0, None, None], dtype="Float64"))
    area = replace(with_mast(study_area, (33, 33), site="P1", status="planned"), candidates=own.rename_axis("site_id"))
    area = replace(area, exclusion_areas=areas(("ban", around((5, 5), 1))))
    places = candidate_places(atlas, area, villages, WEAK)
    assert set(places.index[places["kind"] == "user"]) == {"user:C1", "user:P1"}
    assert places.loc["user:C1", ["height_m", "site_id", "gateway"]].tolist() == [55.0, "C1", False]
    left_out = next(note for note in candidate_notes(area, places) if note.code == "candidates_left_out")
    assert "C2, C3" in left_out.reason


def test_the_order_of_the_lists_changes_nothing(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    scenario, study_area, villages, atlas = made
    turned = villages.iloc[::-1]
    again = mast_atlas(study_area, scenario, turned, WEAK, workers=2)
    pd.testing.assert_frame_equal(
        candidate_places(atlas, study_area, villages, WEAK), candidate_places(again, study_area, turned, WEAK), check_exact=True
    )


def test_nobody_without_signal_leaves_the_masts_alone(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    scenario, study_area, villages, _ = made
    covered = villages.assign(coverage_probability=1.0)
    atlas = mast_atlas(study_area, scenario, covered, WEAK)
    places = candidate_places(atlas, study_area, covered, WEAK)
    assert list(places.index) == ["site:S1"]
    assert list(places.columns) == COLUMNS
    empty = replace(study_area, sites=study_area.sites.iloc[:0])
    assert list(candidate_places(atlas, empty, covered, WEAK).columns) == COLUMNS


def test_a_village_covered_in_part_is_a_place(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    scenario, study_area, villages, _ = made
    status = villages.assign(coverage_probability=[0.9, 0.9, 0.1], modelled_status=["partial", "covered", "no_signal"])
    atlas = mast_atlas(study_area, scenario, status, WEAK)
    places = candidate_places(atlas, study_area, status, WEAK)
    assert set(places.index[places["kind"] == "settlement"]) == {"village:V1", "village:V3"}


def test_the_best_reaching_are_apart_and_in_order() -> None:
    rank = np.arange(100, dtype=np.int32).reshape(10, 10)
    rank[0, 0] = LAST
    assert best_reaching(rank, np.ones((10, 10), dtype=bool), 3, 2.5) == [(0, 1), (0, 4), (0, 7)]
    assert best_reaching(rank, np.zeros((10, 10), dtype=bool), 3, 2.5) == []


def test_best_places_of_one_village(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, study_area, villages, atlas = made
    area = replace(study_area, roads=road(30))
    table = best_places(atlas, "V1", area, villages, WEAK, n=3)
    assert list(table.index) == [1, 2, 3, 4, 5, 6]
    assert table["mast_height_m"].tolist() == [20.0] * 3 + [42.0] * 3
    allowed = limits_of(area, WEAK).allowed
    for height in atlas.heights_m:
        of_height = table[table["mast_height_m"] == height]
        reached = atlas.by_village("V1", height) & allowed
        assert of_height["households"].iloc[0] == atlas.households[height][reached].max()
        assert of_height["households"].is_monotonic_decreasing
    assert all("V1" in ids for ids in table["reached"])
    assert table["road_m"].notna().all()
    assert set(table["nearest_mast_id"]) == {"S1"}
    hops = table[table["hop_mast_id"] != ""]
    assert (hops["hop_km"] == pytest.approx(hops["nearest_mast_km"])).all() if len(hops) else True
    assert table["cost_mvnd"].gt(2000).all()  # never below the site itself


def test_a_hop_is_told_where_it_is_clear(tmp_path: Path) -> None:
    """Over a plain every place sees the mast; behind a wall none does."""
    flat = np.full((SIZE, SIZE), 300.0, dtype=np.float32)
    walled = flat.copy()
    walled[:, 40:42] = 1500.0
    for heights_m, clear in ((flat, True), (walled, False)):
        scenario, study_area = land(tmp_path, heights_m)
        study_area = with_mast(study_area, (30, 55))
        villages = villages_at({"V1": (30, 20)}, [10])
        atlas = mast_atlas(study_area, scenario, villages, change(WEAK, heights_m=(42.0,)))
        table = best_places(atlas, "V1", study_area, villages, change(WEAK, heights_m=(42.0,), max_slope_deg=20.0), n=2)
        behind = table[table["lon"] < points([(30, 39)], ["x"]).geometry.x.iloc[0]]
        assert len(behind)
        assert behind["hop_mast_id"].eq("S1").all() == clear
        assert behind["hop_km"].notna().all() == clear


def test_ranks_are_strict(made: tuple[Scenario, StudyArea, gpd.GeoDataFrame, Atlas]) -> None:
    _, _, _, atlas = made
    rank = ranked_cells(atlas, 42.0, np.ones(atlas.grid.shape, dtype=bool))
    taken = np.sort(rank[rank < LAST])
    np.testing.assert_array_equal(taken, np.arange(taken.size))
    best = np.unravel_index(np.argmin(rank), rank.shape)
    assert atlas.weighted[42.0][best] == atlas.weighted[42.0].max()


def test_masts_of_a_plan_as_files(plan: Plan, tmp_path: Path) -> None:
    settings = Candidates(heights_m=(30.0,))
    waiting = plan.villages.index[plan.villages["modelled_status"] == "no_signal"]
    covered = plan.villages.index[plan.villages["coverage_probability"] > 0.9]
    found = mast_sites(plan.scenario, plan.study_area, plan.villages, settings, asked=(waiting[0], covered[0]), workers=2)
    assert [note.code for note in found.notes] == ["candidates_without", "candidates_without", "masts_village"]
    files = write_masts(plan, found, tmp_path / "out")
    assert list(files) == ["mast_sites.tif", "candidates.csv", "best_places.csv", "manifest.json"]
    np.testing.assert_array_equal(read_band(files["mast_sites.tif"], "households:30m"), found.atlas.households[30.0])
    assert json.loads(files["manifest.json"].read_text(encoding="utf-8"))["uses_sample_data"] is True
    write_masts(plan, found, tmp_path / "again")
    for name, path in files.items():
        if name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "again" / name).read_bytes()
    table = pd.read_csv(files["best_places.csv"])
    assert set(table["village_id"]) == {waiting[0]}
    with pytest.raises(UsageError):
        mast_sites(plan.scenario, plan.study_area, plan.villages, settings, asked=("nobody",))


def test_the_verb(tmp_path: Path) -> None:
    from tests.small_area import SCENARIO, make_area

    area = make_area(tmp_path / "area")
    done = geo_planner(
        "masts", area / SCENARIO, "-o", tmp_path / "out", "--json", "--workers", 1, "--set", "service.rsrp_threshold_dbm=-60"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"mast_sites.tif", "candidates.csv", "manifest.json"}
    wrong = geo_planner("masts", area / SCENARIO, "-o", tmp_path / "other", "--village", "V99", "--lang", "vi")
    assert wrong.returncode == 2
    assert "V99" in wrong.stderr
    assert not (tmp_path / "other").exists()
