"""The synthetic population of the sample: the communes' totals hold, it says everywhere that it is made up, and covered people follow from it."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from geo_planner.config import load_scenario
from geo_planner.export.summary import summary
from geo_planner.people import known_share, people_of_province, people_reached
from geo_planner.plan import Plan, run
from geo_planner.study_area import StudyArea, load_study_area, scenario_paths
from geo_planner.study_area.population import PopulationCells, read_population
from tests import small_area as sa
from tests.conftest import ROOT

DATA = ROOT / "data"
RASTER = DATA / "sample" / "population.tif"
SCENARIO = DATA / "scenarios" / "lai_chau_people.yaml"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample_population", ROOT / "scripts" / "make_sample_population.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries" / "communes.geojson").set_index("code")


@pytest.fixture(scope="module")
def cells(communes: gpd.GeoDataFrame) -> PopulationCells:
    found, told = read_population(RASTER, "sample/population.tif", communes)
    assert found is not None
    assert [fault.code for fault in told] == ["sample_population"]
    return found


def test_the_total_of_each_commune_is_the_published_one(cells: PopulationCells, communes: gpd.GeoDataFrame) -> None:
    people = np.bincount(cells.labels.ravel(), weights=np.nan_to_num(cells.people).ravel())
    assert people[0] == 0, "nobody outside the communes"
    assert dict(zip(communes.index, people[1:], strict=True)) == communes["population"].to_dict()
    assert people.sum() == 512_601


def test_it_is_small_whole_and_says_that_it_is_made_up() -> None:
    assert RASTER.stat().st_size < 300_000
    with rasterio.open(RASTER) as source:
        assert (source.dtypes, source.tags()["synthetic"], source.crs.to_epsg()) == (("int16",), "yes", 32648)
        assert "synthetic" in source.descriptions[0]
        values = source.read(1)
    assert values.min() == -1


def test_the_script_makes_the_same_again(maker: ModuleType, tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        maker.write(*maker.population(DATA), tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as made, rasterio.open(RASTER) as kept:
        np.testing.assert_array_equal(made.read(1), kept.read(1))


def test_people_live_low_and_on_gentle_ground_and_where_the_list_has_villages(maker: ModuleType, cells: PopulationCells) -> None:
    people, grid = maker.population(DATA)
    with rasterio.open(DATA / "terrain" / "sample_terrain.tif") as source:
        fit = maker.suitability(source.read(1).astype(float), 250.0)
    inside = people >= 0
    lived = np.average(fit[inside], weights=people[inside])
    assert lived > 2 * fit[inside].mean()
    villages = pd.read_csv(DATA / "villages" / "villages.csv")
    row, column = grid.position(*grid.xy(gpd.GeoSeries(gpd.points_from_xy(villages["lon"], villages["lat"], crs=4326))))
    r, c = np.indices(people.shape)
    for village, at, across in zip(villages.itertuples(), row, column, strict=True):
        near = np.hypot(r + 0.5 - at, c + 0.5 - across) * 250 <= maker.VILLAGE_RADIUS_M
        wanted = village.population if pd.notna(village.population) else 5 * village.households
        assert np.where(near & inside, people, 0).sum() == pytest.approx(wanted, abs=0.51 * near.sum()), village.village_id


def test_whole_numbers_hold_a_total_and_ties_go_to_the_first_cell(maker: ModuleType) -> None:
    assert maker.whole(np.array([[1.0, 1.0], [1.0, 0.0]]), 5).tolist() == [[2, 2], [1, 0]]
    rng = np.random.default_rng(1)
    for total in (1, 17, 5_000):
        weight = rng.random((9, 11)) ** 4
        counts = maker.whole(weight, total)
        assert counts.sum() == total
        assert (np.abs(counts - weight / weight.sum() * total) < 1).all()


def test_it_is_not_found_by_itself_and_opens_last(study_area: StudyArea) -> None:
    assert study_area.population is None
    assert scenario_paths(DATA)[0].name == "lai_chau_sample.yaml"
    assert SCENARIO in scenario_paths(DATA)


@pytest.fixture(scope="module")
def people_plan() -> Plan:
    scenario = load_scenario(SCENARIO, ["propagation.compare_with=null"])
    return run(scenario, load_study_area(DATA, scenario))


def test_covered_people_are_shown_beside_the_area(people_plan: Plan) -> None:
    shares = people_plan.communes["covered_population_share"]
    assert shares.notna().all()
    assert shares.between(0, 1).all()
    assert not np.allclose(shares, people_plan.communes["covered_area_share"])
    told = summary(people_plan)
    people = told["totals"]["people"]
    assert people["total"] == 512_601
    assert people["covered"] + people["unknown"] <= people["total"]
    known = people["total"] - people["unknown"]
    assert people["covered_share"] == pytest.approx(people["covered"] / known, abs=1e-5)
    by_hand = (shares * people_plan.communes["population"].astype(float)).sum() / 512_601
    assert people["unknown"] or people["covered_share"] == pytest.approx(by_hand)
    assert people["is_sample"] is True
    assert any(note["code"] == "sample_population" for note in told["notes"])
    assert told["sample_data_note"]


def test_a_better_coverage_covers_no_fewer_people(people_plan: Plan) -> None:
    area, coverage, service = people_plan.study_area, people_plan.coverage, people_plan.scenario.service
    better, none = (
        people_reached(area, replace(coverage, probability=probability.astype(coverage.probability.dtype)), service)
        for probability in (np.maximum(coverage.probability, 0.8), np.zeros(coverage.probability.shape))
    )
    now = people_reached(area, coverage, service)
    assert now is not None
    assert better is not None
    assert none is not None
    assert (now["covered_population"] <= better["covered_population"] + 1e-9).all()
    assert (none["covered_population"] == 0).all()
    np.testing.assert_allclose(now["population"], area.communes["population"].astype(float))
    assert now["covered_population"].sum() < better["covered_population"].sum()
    np.testing.assert_array_equal(known_share(now), people_plan.communes["covered_population_share"])


def raster(area: Path, **tags: str) -> None:
    """People of the small area: nobody in the west; a layer of another resolution and CRS than the terrain."""
    people = np.zeros((40, 60), dtype="float32")
    people[:, 18:] = 2.5
    (area / "population").mkdir()
    with rasterio.open(
        area / "population" / "population.tif", "w", driver="GTiff", width=60, height=40, count=1, dtype="float32", nodata=-99999.0,
        crs="EPSG:4326", transform=rasterio.transform.from_origin(102.995, 22.035, 0.00083333, 0.001),
    ) as sink:  # fmt: skip
        sink.write(people, 1)
        sink.update_tags(**tags)


@pytest.mark.parametrize(("tags", "made_up"), [({}, False), ({"synthetic": "yes"}, True)])
def test_a_real_layer_works_alike_and_only_a_synthetic_one_marks_the_plan(tags: dict[str, str], made_up: bool, tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    raster(area, **tags)
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario))
    assert plan.study_area.population is not None
    assert plan.study_area.population.is_sample is made_up
    assert plan.uses_sample_data is made_up
    assert plan.manifest["uses_sample_data"] is made_up
    assert bool(summary(plan)["sample_data_note"]) is made_up
    assert [note.code for note in plan.notes].count("sample_population") == int(made_up)
    table = people_reached(plan.study_area, plan.coverage, scenario.service)
    assert table is not None
    assert table["population"].tolist() == pytest.approx([3000.0, 3000.0])
    assert summary(plan)["totals"]["people"]["total"] == 6000
    np.testing.assert_array_equal(plan.communes["covered_population_share"], known_share(table))


def test_without_a_layer_nothing_is_said_of_people(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario))
    assert "people" not in summary(plan)["totals"]
    assert people_of_province(plan.study_area, plan.coverage, scenario.service) is None
    assert plan.communes["covered_population_share"].isna().all()
