"""Heights between cells, profiles, shading."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from geo_planner.grid import Grid
from geo_planner.terrain import Dem, height_at, hillshade, interpolate, profile


def dem(heights: np.ndarray, cell_m: float = 100.0) -> Dem:
    return Dem(heights.astype(np.float32), Grid.north_up(0, len(heights) * cell_m, cell_m, heights.shape, CRS.from_epsg(32648)), False, "")


@pytest.fixture
def plane() -> Dem:
    """Rises 1 m a cell to the east, 10 m a cell to the south."""
    row, column = np.indices((8, 6))
    return dem(10.0 * row + column)


def test_a_plane_is_met_exactly_between_centres(plane: Dem) -> None:
    assert height_at(plane, 150, 750) == pytest.approx(1.0)
    assert height_at(plane, 200, 700) == pytest.approx(1.5 + 5.0)


def test_half_a_cell_at_the_frame_takes_the_nearest_centre(plane: Dem) -> None:
    assert height_at(plane, 0, 800) == 0.0
    assert height_at(plane, 600, 0) == pytest.approx(75.0)


def test_outside_and_beside_a_void_nothing_is_known(plane: Dem) -> None:
    assert np.isnan(height_at(plane, -1, 400))
    heights = plane.heights_m.copy()
    heights[3, 3] = np.nan
    assert np.isnan(interpolate(heights, 3.2, 3.4))
    assert interpolate(heights, 3.5, 2.5) == pytest.approx(32.0)  # on the centre of a known neighbour
    assert interpolate(heights, 2.5, 3.5) == pytest.approx(23.0)


def test_profile_has_both_ends_and_equal_steps(plane: Dem) -> None:
    distance_km, heights_m = profile(plane, (50, 750), (550, 750))
    assert distance_km.tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert heights_m.tolist() == pytest.approx([0, 1, 2, 3, 4, 5])


def test_a_profile_of_neighbours_still_has_three_points(plane: Dem) -> None:
    assert len(profile(plane, (50, 750), (60, 750))[0]) == 3


@pytest.mark.parametrize(("azimuth", "brighter"), [(90.0, "east"), (270.0, "west")])
def test_slopes_that_face_the_light_are_brighter(azimuth: float, brighter: str) -> None:
    ridge = dem(1000.0 - 50.0 * np.abs(np.arange(21) - 10.0)[None, :].repeat(5, axis=0))
    shade = hillshade(ridge, azimuth_deg=azimuth)
    west, east = shade[2, 4].astype(int), shade[2, 16].astype(int)
    assert (east > west) == (brighter == "east")


def test_north_facing_slope_under_a_northern_light() -> None:
    heights = 50.0 * np.arange(9)[:, None].repeat(5, axis=1)  # rises southwards, so it faces north
    assert hillshade(dem(heights), azimuth_deg=0)[4, 2] > hillshade(dem(heights), azimuth_deg=180)[4, 2]


def test_flat_ground_is_lit_by_the_sine_of_the_altitude_and_voids_are_zero() -> None:
    heights = np.zeros((5, 5))
    heights[0, 0] = np.nan
    shade = hillshade(dem(heights), altitude_deg=30)
    assert shade[3, 3] == round(1 + 254 * 0.5)
    assert shade[0, 0] == 0
