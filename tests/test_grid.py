"""The cells of a raster: positions, the cell that holds a point, sampling, cells around a point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner.grid import Grid, offsets

UTM = CRS.from_epsg(32648)
GRID = Grid.north_up(500_000.0, 2_500_000.0, 100.0, (4, 6), UTM)


def test_bounds_and_cell_are_those_of_the_frame() -> None:
    assert GRID.cell_m == 100.0
    assert GRID.bounds == (500_000.0, 2_499_600.0, 500_600.0, 2_500_000.0)


def test_a_cell_holds_its_north_and_west_edge_and_not_the_others() -> None:
    west, south, east, north = GRID.bounds
    cells = GRID.cells([west, west + 100.0, east, west], [north, north - 100.0, north, south])
    assert cells.row.tolist() == [0, 1, 0, 3]
    assert cells.column.tolist() == [0, 1, 5, 0]
    assert cells.inside.tolist() == [True, True, False, False]


def test_what_is_not_known_lies_nowhere() -> None:
    cells = GRID.cells([np.nan, np.inf], [2_499_950.0, -np.inf])
    assert not cells.inside.any()
    assert np.isnan(GRID.sample(np.ones(GRID.shape), cells)).all()


def test_the_centre_of_a_cell_lies_in_it_whatever_the_crs_of_the_points() -> None:
    rows, columns = np.indices(GRID.shape)
    points = gpd.GeoSeries(gpd.points_from_xy(*GRID.centres(rows.ravel(), columns.ravel()), crs=UTM)).to_crs(4326)
    values = np.arange(24.0).reshape(GRID.shape)
    assert GRID.sample(values, GRID.cells(*GRID.xy(points))).tolist() == values.ravel().tolist()


def test_labels_go_by_the_centre_of_a_cell() -> None:
    west, south, _, north = GRID.bounds
    halves = gpd.GeoSeries.from_wkt(
        [
            f"POLYGON(({a} {south},{b} {south},{b} {north},{a} {north},{a} {south}))"
            for a, b in ((west, west + 240), (west + 240, west + 500))
        ],
        crs=UTM,
    )
    assert GRID.labels(halves).tolist() == [[1, 1, 2, 2, 2, 0]] * 4


@given(st.lists(st.tuples(st.floats(-3, 7), st.floats(-3, 9), st.floats(0.01, 5)), min_size=1, max_size=8))
def test_cells_around_are_those_whose_centre_is_near_and_the_one_that_holds_the_point(points: list[tuple[float, float, float]]) -> None:
    row, column, reach = np.array(points).T
    found = {(int(n), int(r), int(c)) for part in GRID.around(row, column, reach) for n, r, c in zip(*part, strict=True)}
    expected = set()
    for number, (at_row, at_column, near) in enumerate(points):
        south, east = offsets(GRID.shape, (0, 0), (at_row, at_column))
        wanted = south**2 + east**2 <= near**2
        if 0 <= at_row < 4 and 0 <= at_column < 6:
            wanted[int(at_row), int(at_column)] = True
        expected |= {(number, int(r), int(c)) for r, c in np.argwhere(wanted)}
    assert found == expected


def test_many_points_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    at = np.full(50, 2.2)
    whole = [np.concatenate(columns) for columns in zip(*GRID.around(at, at, np.ones(50)), strict=True)]
    monkeypatch.setattr("geo_planner.grid._MOST_AT_ONCE", 60)
    parts = list(GRID.around(at, at, np.ones(50)))
    assert len(parts) > 10
    assert all(np.array_equal(a, np.concatenate(b)) for a, b in zip(whole, zip(*parts, strict=True), strict=True))
