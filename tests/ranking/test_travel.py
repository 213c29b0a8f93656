"""Travel times where the answer is known: flat ground, a slope, a wall without data, a road."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString, Point

from geo_planner.grid import Grid
from geo_planner.preferences.settings import Travel
from geo_planner.ranking import travel
from geo_planner.ranking.travel import road_speeds_kmh, travel_time_h, village_travel
from geo_planner.terrain import Dem

SETTINGS = Travel()
UTM = CRS.from_epsg(32648)
FLAT_KMH = 0.6 * 6.0 * math.exp(-3.5 * 0.05)
"""Tobler's function on the level, off path: 3.02 km/h."""


def dem_of(heights: npt.ArrayLike, cell_m: float = 100.0) -> Dem:
    return Dem(np.asarray(heights, dtype=np.float32), Grid.north_up(300_000, 2_500_000, cell_m, np.shape(heights), UTM), True, "")


def target(shape: tuple[int, int], *cells: tuple[int, int]) -> npt.NDArray[np.bool_]:
    grid = np.zeros(shape, dtype=bool)
    for cell in cells:
        grid[cell] = True
    return grid


def test_on_the_level_time_is_distance_over_toblers_speed() -> None:
    hours = travel_time_h(dem_of(np.zeros((21, 21))), target((21, 21), (10, 10)), SETTINGS)
    assert hours[10, 10] == 0.0
    assert hours[10, 20] == pytest.approx(1.0 / FLAT_KMH)
    assert hours[0, 0] == pytest.approx(math.sqrt(2) / FLAT_KMH)
    # eight directions: at worst (a slope of one to 2.4) the way is 8.2 % too long
    rows, columns = np.indices((21, 21)) - 10
    straight = np.hypot(rows, columns) * 0.1 / FLAT_KMH
    away = straight > 0
    assert (hours[away] >= straight[away] - 1e-12).all()
    assert (hours[away] / straight[away]).max() < 1.0825


def test_a_slope_costs_the_mean_of_up_and_down() -> None:
    slope = 0.3
    heights = np.tile(np.arange(11) * 100.0 * slope, (3, 1))
    pace = (math.exp(3.5 * (slope + 0.05)) + math.exp(3.5 * (slope - 0.05))) / 2 / (6.0 * 0.6)
    up = travel_time_h(dem_of(heights), target((3, 11), (1, 10)), SETTINGS)[1, 0]
    down = travel_time_h(dem_of(heights), target((3, 11), (1, 0)), SETTINGS)[1, 10]
    assert up == pytest.approx(pace, rel=1e-5)
    assert down == pytest.approx(up)


def test_a_wall_of_voids_is_walked_around_and_a_closed_one_is_not_crossed() -> None:
    heights = np.zeros((11, 11))
    heights[:10, 5] = np.nan
    hours = travel_time_h(dem_of(heights), target((11, 11), (0, 10)), SETTINGS)
    # down to the only gap in the last row and up again, diagonals where they help
    assert hours[0, 0] == pytest.approx((10 * math.sqrt(2) + 10) * 0.1 / FLAT_KMH)
    heights[10, 5] = np.nan
    closed = travel_time_h(dem_of(heights), target((11, 11), (0, 10)), SETTINGS)
    assert np.isnan(closed[:, :6]).all()
    assert np.isfinite(closed[:, 6:]).all()


def test_nobody_slips_between_two_voids_that_touch_at_a_corner() -> None:
    heights = np.zeros((6, 6))
    heights[np.arange(6), np.arange(6)] = np.nan
    hours = travel_time_h(dem_of(heights), target((6, 6), (0, 5)), SETTINGS)
    assert np.isnan(hours[5, 0])


def test_a_road_is_used_at_its_own_speed() -> None:
    dem = dem_of(np.zeros((21, 41)))
    x0, y = 300_050.0, 2_500_000.0 - 1050.0
    road = gpd.GeoDataFrame({"highway": ["secondary"]}, geometry=[LineString([(x0, y), (x0 + 4000, y)])], crs=UTM)
    speeds = road_speeds_kmh(dem, road, SETTINGS)
    assert speeds[10].tolist() == [30.0] * 41
    assert speeds[:10].max() == 0.0
    hours = travel_time_h(dem, target((21, 41), (10, 0)), SETTINGS, road_kmh=speeds)
    assert hours[10, 40] == pytest.approx(4.0 / 30.0)
    assert hours[11, 40] == pytest.approx(4.0 / 30.0 + 0.1 / FLAT_KMH)


def test_the_faster_of_two_roads_in_a_cell_wins_and_an_own_speed_comes_first() -> None:
    dem = dem_of(np.zeros((3, 3)))
    line = LineString([(300_050, 2_499_850), (300_250, 2_499_850)])
    roads = gpd.GeoDataFrame(
        {"road_class": ["secondary", "track", "unheard_of"], "speed_kmh": [None, 50.0, None]}, geometry=[line] * 3, crs=UTM
    )
    assert road_speeds_kmh(dem, roads, SETTINGS).max() == 50.0
    assert road_speeds_kmh(dem, roads.iloc[[2]], SETTINGS).max() == SETTINGS.default_road_kmh


def test_times_agree_with_a_graph_search_of_scipy() -> None:
    rng = np.random.default_rng(8)
    heights = rng.uniform(0, 60, (12, 13))
    heights[rng.random((12, 13)) < 0.15] = np.nan
    heights[0, 0] = 0.0
    roads = np.where(rng.random((12, 13)) < 0.3, 20.0, 0.0).astype(np.float32)
    dem = dem_of(heights)
    start, end, cost = [], [], []
    grid = dem.heights_m.astype(float)
    for r in range(12):
        for c in range(13):
            for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
                rr, cc = r + dr, c + dc
                if not (0 <= rr < 12 and 0 <= cc < 13) or np.isnan([grid[r, c], grid[rr, cc]]).any():
                    continue
                if dr and dc and np.isnan([grid[r, cc], grid[rr, c]]).all():
                    continue
                km = 0.1 * math.hypot(dr, dc)
                s = (grid[rr, cc] - grid[r, c]) / (1000 * km)
                hours = km * (math.exp(3.5 * abs(s + 0.05)) + math.exp(3.5 * abs(s - 0.05))) / 2 / 3.6
                if min(roads[r, c], roads[rr, cc]) > 0:
                    hours = min(hours, km / 20.0)
                start.append(r * 13 + c)
                end.append(rr * 13 + cc)
                cost.append(hours)
    expected = dijkstra(coo_array((cost, (start, end)), shape=(156, 156)).tocsr(), directed=False, indices=0).reshape(12, 13)
    found = travel_time_h(dem, target((12, 13), (0, 0)), SETTINGS, road_kmh=roads)
    np.testing.assert_allclose(found, np.where(np.isfinite(expected), expected, np.nan), rtol=1e-6)


def test_villages_go_to_the_nearest_signal_and_to_a_seat_of_their_own_commune() -> None:
    dem = dem_of(np.zeros((11, 31)))

    def at(row: int, column: int) -> Point:
        return Point(300_050 + 100 * column, 2_500_000 - 50 - 100 * row)

    index = ["A", "B", "C", "D"]
    points = [at(5, 10), at(5, 20), Point(0, 0), at(5, 25)]
    villages = gpd.GeoDataFrame({"commune_code": ["1", "2", "1", "3"]}, geometry=points, index=index, crs=UTM)
    # commune 1 has two former seats, the nearer one counts; commune 2's lies farther off than one of commune 1
    seats = gpd.GeoDataFrame({"commune_code": ["1", "1", "2"]}, geometry=[at(5, 0), at(5, 14), at(5, 30)], crs=UTM)
    found = village_travel(villages.to_crs(4326), dem, target((11, 31), (5, 12)), seats.to_crs(4326), SETTINGS)
    assert found["travel_to_signal_h"].tolist()[:2] == pytest.approx([0.2 / FLAT_KMH, 0.8 / FLAT_KMH])
    assert found["travel_to_seat_h"].tolist()[:2] == pytest.approx([0.4 / FLAT_KMH, 1.0 / FLAT_KMH])
    assert found.loc["C"].isna().all()
    assert np.isnan(found.loc["D", "travel_to_seat_h"])


@pytest.mark.parametrize("spare", [1, 5])
def test_a_part_of_the_grid_gives_what_the_whole_of_it_gives(spare: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ways around walls and along a road leave the first part that is searched; a closed yard is never left."""
    rng = np.random.default_rng(4)
    heights = rng.uniform(0, 60, (40, 60))
    heights[5:36, 30] = np.nan
    heights[35, 10:31] = np.nan
    heights[10:13, 20], heights[10:13, 22], heights[10, 20:23], heights[12, 20:23] = np.nan, np.nan, np.nan, np.nan
    roads = np.zeros((40, 60), dtype=np.float32)
    roads[:, 2], roads[38, :], roads[:, 57] = 60.0, 60.0, 60.0
    dem, targets = dem_of(heights), target((40, 60), (20, 34), (25, 35))
    at = np.array([(20, 26), (11, 21), (25, 5), (22, 40), (0, 0)])
    monkeypatch.setattr(travel, "_SPARE_CELLS", spare)
    found = travel._times(dem, targets, at, np.arange(5), SETTINGS, roads)
    whole = travel_time_h(dem, targets, SETTINGS, road_kmh=roads)
    np.testing.assert_array_equal(found, whole[tuple(at.T)])
    assert np.isnan(found).tolist() == [False, True, False, False, False]


def test_nothing_covered_and_a_village_on_a_void_are_unknown_not_zero() -> None:
    heights = np.zeros((5, 5))
    heights[2, 2] = np.nan
    villages = gpd.GeoDataFrame({"commune_code": ["1"]}, geometry=[Point(300_250, 2_499_750)], index=["A"], crs=UTM)
    covered = target((5, 5), (0, 0))
    assert village_travel(villages, dem_of(heights), covered, None, SETTINGS)["travel_to_signal_h"].isna().all()
    assert village_travel(villages, dem_of(np.zeros((5, 5))), ~covered & covered, None, SETTINGS)["travel_to_signal_h"].isna().all()


def test_a_very_long_journey_is_capped() -> None:
    dem = dem_of(np.zeros((1, 200)), cell_m=1000)
    hours = travel_time_h(dem, target((1, 200), (0, 0)), SETTINGS)
    assert np.nanmax(hours) == SETTINGS.max_hours
