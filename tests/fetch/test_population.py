"""People: totals hold, nobody is counted twice, nobody is invented."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner.grid import Grid
from geo_planner.people import communes_without_cells, covered_population, covered_population_share, sample_at_cells, spread_population
from geo_planner.study_area.population import read_population
from tests.fetch.conftest import raster_bytes

INDEX = pd.Index(["a", "b", "c"], name="code")


@st.composite
def settlements(draw: st.DrawFn):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(st.tuples(st.integers(1, 30), st.integers(1, 30)))
    cells = rng.gamma(0.3, 40, shape) * (rng.random(shape) < draw(st.floats(0.05, 1)))
    cells[rng.random(shape) < 0.1] = np.nan
    labels = rng.integers(0, 4, shape)
    totals = pd.Series(rng.integers(0, 50_000, 3), index=INDEX, dtype="Int64").mask(rng.random(3) < 0.3)
    return cells, labels, totals


@given(settlements())
@settings(max_examples=200, deadline=None)
def test_published_totals_hold(case) -> None:
    cells, labels, totals = case
    spread = spread_population(cells, labels, totals)
    empty = communes_without_cells(cells, labels, totals)
    for number, code in enumerate(INDEX, 1):
        mine = spread[labels == number].sum()
        if code in empty:
            assert mine == 0
        elif pd.isna(totals[code]):
            assert mine == pytest.approx(np.nansum(cells[labels == number]))
        else:
            assert abs(mine - totals[code]) <= 1e-6
    assert (spread[labels == 0] == 0).all()
    assert (spread[np.nan_to_num(cells) == 0] == 0).all()


@given(settlements(), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_nobody_is_counted_twice(case, seed: int) -> None:
    cells, labels, totals = case
    covered = np.random.default_rng(seed).random(cells.shape) < 0.5
    known = np.random.default_rng(seed + 1).random(cells.shape) < 0.9
    spread = spread_population(cells, labels, totals)
    table = covered_population(spread, covered, labels, INDEX, known=known)
    assert table["population"].sum() == pytest.approx(spread.sum(), abs=1e-6)
    rest = covered_population(spread, ~covered, labels, INDEX, known=known)
    parts = table["covered_population"] + rest["covered_population"] + table["unknown_population"]
    np.testing.assert_allclose(parts, table["population"], atol=1e-6)
    share = covered_population_share(spread, covered, labels, INDEX, known=known)
    assert share.dropna().between(0, 1).all()
    assert list(share.index) == list(INDEX)


def test_arguments_stay_as_they_were() -> None:
    cells, labels = np.array([[1.0, np.nan], [2.0, 0.0]]), np.array([[1, 1], [2, 0]])
    totals = pd.Series([10, pd.NA, 5], index=INDEX, dtype="Int64")
    before = cells.copy()
    spread_population(cells, labels, totals)
    np.testing.assert_array_equal(cells, before)


def test_a_commune_of_which_nothing_is_known_has_no_share() -> None:
    people, labels = np.array([1.0, 2.0, 0.0]), np.array([1, 2, 3])
    share = covered_population_share(people, np.array([True, True, True]), labels, INDEX, known=np.array([True, False, True]))
    assert share["a"] == 1.0
    assert share[["b", "c"]].isna().all()


def test_more_coverage_never_lowers_a_share() -> None:
    rng = np.random.default_rng(5)
    people, labels = rng.gamma(1, 10, 500), rng.integers(0, 4, 500)
    less = rng.random(500) < 0.4
    more = less | (rng.random(500) < 0.3)
    assert (covered_population_share(people, more, labels, INDEX) >= covered_population_share(people, less, labels, INDEX)).all()


def test_coverage_is_read_at_the_centre_of_each_cell() -> None:
    utm = CRS.from_epsg(32648)
    grid = np.arange(12.0).reshape(3, 4)
    asked = np.ones((6, 8), dtype=bool)
    asked[0, 0] = False
    fine = Grid.north_up(0, 300, 50, asked.shape, utm)
    values = sample_at_cells(grid, Grid.north_up(0, 300, 100, grid.shape, utm), where=asked, cells=fine)
    assert np.isnan(values[0, 0])
    np.testing.assert_array_equal(values[1:], np.repeat(np.repeat(grid, 2, 0), 2, 1)[1:])
    beyond = sample_at_cells(grid, Grid.north_up(1e6, 300, 100, grid.shape, utm), where=asked, cells=fine)
    assert np.isnan(beyond).all()


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    boxes = [shapely.box(103.0, 22.0, 103.1, 22.1), shapely.box(103.1, 22.0, 103.2, 22.1)]
    return gpd.GeoDataFrame({"name": ["Một", "Hai"]}, geometry=boxes, crs=4326, index=pd.Index(["00001", "00002"], name="code"))


def write(path: Path, values: np.ndarray, **options: object) -> Path:
    path.write_bytes(raster_bytes(values.astype("float32"), 102.95, 22.15, 1 / 1200, nodata=-99999, **options))
    return path


def test_each_cell_belongs_to_one_commune(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    values = np.random.default_rng(0).gamma(0.5, 3, (240, 360))
    cells, faults = read_population(write(tmp_path / "p.tif", values), "p.tif", communes)
    assert faults == []
    assert cells.people.shape == cells.labels.shape
    assert (np.bincount(cells.labels.ravel())[1:] == 120 * 120).all()
    totals = pd.Series([1000, 2000], index=communes.index)
    assert spread_population(cells.people, cells.labels, totals).sum() == pytest.approx(3000, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "code"), [(-5.0, "impossible_population"), (np.inf, "impossible_population"), (3e7, "impossible_population")]
)
def test_impossible_numbers_are_a_fault(tmp_path: Path, communes: gpd.GeoDataFrame, value: float, code: str) -> None:
    values = np.ones((240, 360))
    values[100, 100] = value
    cells, (fault,) = read_population(write(tmp_path / "p.tif", values), "p.tif", communes)
    assert cells is None
    assert fault.code == code


def test_a_raster_of_another_place_or_kind_is_a_fault(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    far = communes.translate(xoff=3)
    cells, (fault,) = read_population(write(tmp_path / "p.tif", np.ones((240, 360))), "p.tif", communes.set_geometry(far))
    assert (cells, fault.code) == (None, "wrong_place")
    (tmp_path / "t.tif").write_text("x")
    assert read_population(tmp_path / "t.tif", "t.tif", communes)[1][0].code == "unreadable"
    assert read_population(tmp_path / "n.tif", "n.tif", communes)[1][0].code == "missing_file"


def test_a_commune_without_people_is_told(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    values = np.ones((240, 360))
    values[:, 180:] = 0
    _, faults = read_population(write(tmp_path / "p.tif", values), "p.tif", communes)
    assert [f.code for f in faults] == ["commune_without_people"]
    assert faults[0].level == "warning"
