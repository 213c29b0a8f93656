"""Hops between places: clearance and antenna heights worked by hand and held against the profiles of single paths, rain and multipath."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import CRS, Transformer

from geo_planner.build.hops import Hops, availability_pct, hops, roughness_around_m
from geo_planner.build.links import find_links
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.grid import Grid
from geo_planner.link import link_profile
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.propagation.p530 import fade_probability_17_pct, rain_attenuation_db, worst_month_to_year_db
from geo_planner.settings import ASSUMPTION
from geo_planner.terrain import Dem
from geo_planner.words import catalogue

CELL_M, WEST_M, NORTH_M = 250.0, 300_000.0, 2_450_000.0
DRY = {"rain_001_mm_h": 0.0}
SEVEN = Backhaul(bands=((7.0, 174.5),))


def terrain(heights_m: np.ndarray) -> Dem:
    """One profile, the same in each of five rows; or a grid as it is."""
    grid = np.asarray(heights_m, dtype=np.float32)
    grid = np.broadcast_to(grid, (5, len(grid))).copy() if grid.ndim == 1 else grid
    return Dem(grid, Grid.north_up(WEST_M, NORTH_M, CELL_M, grid.shape, CRS.from_epsg(32648)), False, "")


def places_at(*rows: tuple[str, float, float, bool], row: float = 2.5) -> pd.DataFrame:
    """Name, column of the cell, height of the mast, whether it is a gateway."""
    return pd.DataFrame(
        {
            "lat": 22.3,
            "x_m": [WEST_M + (column + 0.5) * CELL_M for _, column, _, _ in rows],
            "y_m": NORTH_M - row * CELL_M,
            "height_m": [float(tall) for _, _, tall, _ in rows],
            "gateway": [gateway for *_, gateway in rows],
        },
        index=pd.Index([name for name, *_ in rows], name="place_id", dtype=object),
    )


def two(columns: int, tall_a: float = 60.0, tall_b: float = 60.0) -> pd.DataFrame:
    return places_at(("a", 0, tall_a, True), ("b", columns - 1, tall_b, False))


def only(found: Hops) -> Any:
    assert len(found.table) == 1
    return found.table.iloc[0]


# --- clearance ---


@pytest.mark.parametrize(
    ("clearances", "wanted_m"),
    [
        # 30 km at 7 GHz, in the middle: bulge 13.2436 m at k = 4/3 and 26.4872 m at 2/3, first zone 17.9072 m
        (((4 / 3, 1.0),), 13.2436 + 17.9072),
        (((2 / 3, 0.6),), 26.4872 + 10.7443),
        (((4 / 3, 1.0), (2 / 3, 0.6)), 26.4872 + 10.7443),
        (((4 / 3, 1.0), (1.0, 1.0)), 17.6581 + 17.9072),
        (((4 / 3, 0.0),), 13.2436),
    ],
)
def test_over_flat_earth_the_bulge_and_the_zone_decide(clearances: tuple[tuple[float, float], ...], wanted_m: float) -> None:
    hop = only(hops(two(121), terrain(np.full(121, 800.0)), Backhaul(clearances=clearances, least_k=())))
    assert hop["length_km"] == 30.0
    assert hop["freq_ghz"] == 7.0
    assert hop["height_a_m"] == hop["height_b_m"] == pytest.approx(wanted_m, abs=2e-4)


@pytest.mark.parametrize(
    ("table", "k"),
    [
        ([(0.0, 2 / 3)], 2 / 3),
        ([(20.0, 0.6), (40.0, 1.0)], 0.8),  # half way in length, half way in the factor
        ([(10.0, 0.5), (20.0, 0.9)], 0.9),  # beyond the last entry its own
        ([(50.0, 0.7), (60.0, 0.9)], 0.7),
    ],
)
def test_the_least_factor_goes_by_the_length_of_the_hop(table: list[tuple[float, float]], k: float) -> None:
    """30 km at 7 GHz in the middle: 15² / (2 k · 6371) of bulge and 0.6 of the zone of 17.9072 m."""
    entries = [{"length_km": length, "k": factor} for length, factor in table]
    hop = only(hops(two(121), terrain(np.full(121, 800.0)), Backhaul(clearances=(), least_k=entries)))
    assert hop["height_a_m"] == pytest.approx(1000.0 * 15.0**2 / (2 * k * 6371.0) + 0.6 * 17.9072, abs=2e-4)


def test_each_hop_has_the_factor_of_its_own_length() -> None:
    """Two hops of one computation, 15 and 30 km."""
    places = places_at(("a", 0, 60.0, True), ("b", 60, 60.0, False), ("c", 120, 60.0, False))
    rules = Backhaul(clearances=(), least_k=[{"length_km": 15.0, "k": 1.0}, {"length_km": 30.0, "k": 2 / 3}], bands=((7.0, 190.0),), **DRY)
    found = hops(places, terrain(np.full(121, 800.0)), rules).table
    for name, length_km, k in (("a~b", 15.0, 1.0), ("b~c", 15.0, 1.0), ("a~c", 30.0, 2 / 3)):
        half = length_km / 2
        zone = 17.3 * math.sqrt(half * half / (7.0 * length_km))
        assert found.at[name, "height_a_m"] == pytest.approx(1000.0 * half**2 / (2 * k * 6371.0) + 0.6 * zone, abs=2e-3)


def test_near_masts_hang_their_antennas_at_the_lowest() -> None:
    hop = only(hops(two(5), terrain(np.zeros(5)), Backhaul(lowest_antenna_m=8.0)))
    assert (hop["height_a_m"], hop["height_b_m"]) == (8.0, 8.0)
    assert hops(two(5, 60.0, 7.0), terrain(np.zeros(5)), Backhaul(lowest_antenna_m=8.0)).blocked == 1


def ridge(height_m: float, at: int = 10, columns: int = 41) -> Dem:
    ground = np.zeros(columns)
    ground[at] = height_m
    return terrain(ground)


def lack_over_ridge_m(height_m: float) -> float:
    """10 km, a ridge after 2.5 km: what the ray must have above the ground line there, at 7 GHz under the two rules."""
    zone = 17.3 * math.sqrt(2.5 * 7.5 / (7.0 * 10.0))
    rules = [1000.0 * 2.5 * 7.5 / (2.0 * k * 6371.0) + share * zone for k, share in ((4 / 3, 1.0), (2 / 3, 0.6))]
    return height_m + max(rules)


def test_a_ridge_lifts_both_antennas_alike() -> None:
    hop = only(hops(two(41), ridge(30.0), SEVEN))
    assert hop["height_a_m"] == hop["height_b_m"] == pytest.approx(lack_over_ridge_m(30.0), abs=1e-6)


def test_where_one_mast_ends_the_other_goes_higher() -> None:
    """A quarter of the way from a: its antenna counts three quarters."""
    lack = lack_over_ridge_m(30.0)
    hop = only(hops(two(41, 60.0, 20.0), ridge(30.0), SEVEN))
    assert (hop["height_a_m"], hop["height_b_m"]) == (pytest.approx((lack - 0.25 * 20.0) / 0.75, abs=1e-6), 20.0)
    hop = only(hops(two(41, 25.0, 90.0), ridge(30.0), SEVEN))
    assert (hop["height_a_m"], hop["height_b_m"]) == (25.0, pytest.approx((lack - 0.75 * 25.0) / 0.25, abs=1e-6))


def test_what_the_tops_do_not_see_is_no_hop() -> None:
    lack = lack_over_ridge_m(30.0)
    needed, rules = (lack - 0.25 * 20.0) / 0.75, SEVEN
    assert len(hops(two(41, needed + 0.01, 20.0), ridge(30.0), rules).table) == 1
    found = hops(two(41, needed - 0.01, 20.0), ridge(30.0), rules)
    assert (len(found.table), found.pairs, found.blocked, found.unknown, found.faded) == (0, 1, 1, 0, 0)


def test_a_mast_of_unknown_height_has_no_hop() -> None:
    assert hops(two(5, 60.0, math.nan), terrain(np.zeros(5)), Backhaul()).blocked == 1


def test_a_narrower_zone_clears_where_a_wider_does_not() -> None:
    """In the middle of 10 km the zone is 10.3 m at 7 GHz and 6.4 m at 18."""
    tall = 30.0 + 1.4715 + 8.0
    dry = Backhaul(clearances=((4 / 3, 1.0),), least_k=(), bands=((7.0, 174.5), (15.0, 171.0), (18.0, 172.0)), **DRY)
    hop = only(hops(two(41, tall, tall), ridge(30.0, at=20), dry))
    assert hop["freq_ghz"] == 15.0
    assert hop["height_a_m"] == pytest.approx(30.0 + 1.4715 + 17.3 * math.sqrt(25 / 150), abs=1e-4)
    assert (
        hops(two(41, tall, tall), ridge(30.0, at=20), Backhaul(clearances=((4 / 3, 1.0),), least_k=(), bands=((7.0, 175.0),))).blocked == 1
    )


# --- what is not known, and what is too far ---


def test_a_void_on_the_way_is_no_hop_however_high_the_masts() -> None:
    ground = np.zeros(41)
    ground[17] = np.nan
    found = hops(two(41, 400.0, 400.0), terrain(ground), Backhaul())
    assert (len(found.table), found.unknown, found.blocked) == (0, 1, 0)


def test_a_place_in_a_void_or_beyond_the_terrain_has_no_hop() -> None:
    ground = np.zeros(41)
    ground[40] = np.nan
    assert hops(two(41), terrain(ground), Backhaul()).unknown == 1
    assert hops(two(43), terrain(np.zeros(41)), Backhaul()).unknown == 1
    assert len(hops(two(41), terrain(np.zeros(41)), Backhaul()).table) == 1


def test_a_corner_of_a_path_outside_the_terrain_is_not_guessed() -> None:
    """Both ends lie on the terrain, a notch of voids between them."""
    grid = np.zeros((40, 40))
    grid[:20, 18:22] = np.nan
    places = places_at(("a", 2, 60, True), ("b", 37, 60, False), row=5.5)
    assert hops(places, terrain(grid), Backhaul()).unknown == 1
    assert len(hops(places.assign(y_m=NORTH_M - 30.5 * CELL_M), terrain(grid), Backhaul()).table) == 1


def test_the_longest_hop_is_kept() -> None:
    flat = terrain(np.zeros(121))
    assert len(hops(two(121), flat, Backhaul(longest_km=30.0)).table) == 1
    assert hops(two(121), flat, Backhaul(longest_km=29.99)).pairs == 0


def test_without_a_terrain_model_there_is_no_hop() -> None:
    flat = terrain(np.zeros(41))
    found = hops(two(41), Dem(flat.heights_m, flat.grid, False, "", is_missing=True), Backhaul())
    assert (len(found.table), found.unknown) == (0, 1)


# --- pairs ---


def test_gateways_are_not_joined_to_each_other_and_no_place_to_itself() -> None:
    places = places_at(("g1", 0, 60, True), ("g2", 10, 60, True), ("b", 20, 60, False), ("a", 20, 30, False), ("c", 30, 60, False))
    found = hops(places, terrain(np.zeros(41)), Backhaul())
    pairs = [tuple(pair) for pair in found.table[["place_a", "place_b"]].to_numpy()]
    assert pairs == [("a", "c"), ("a", "g1"), ("a", "g2"), ("b", "c"), ("b", "g1"), ("b", "g2"), ("c", "g1"), ("c", "g2")]
    assert list(found.table.index[:2]) == ["a~c", "a~g1"]
    assert (found.table["kind"] == "microwave").all()


def test_without_room_on_existing_masts_hops_join_new_places_only() -> None:
    places = places_at(("g", 0, 60, True), ("a", 10, 60, False), ("b", 20, 60, False))
    found = find_links(places, terrain(np.zeros(41)), Backhaul(room_on_masts=False, fibre_longest_km=0.0))
    assert list(found.table.index) == ["a~b"]
    assert found.reachable.to_dict() == {"g": True, "a": False, "b": False}


def test_the_order_of_the_places_changes_no_byte() -> None:
    rng = np.random.default_rng(3)
    grid = rng.uniform(0, 60, (60, 60))
    places = random_places(rng, 25)
    one, other = (hops(table, terrain(grid), Backhaul()).table for table in (places, places.sample(frac=1.0, random_state=5)))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_without_places_or_near_pairs_there_is_an_empty_table() -> None:
    flat = terrain(np.zeros(41))
    for places in (two(41).iloc[:0], two(41).iloc[:1], two(41).iloc[1:], two(41).assign(gateway=True)):
        found = hops(places, flat, Backhaul())
        assert (len(found.table), found.pairs) == (0, 0)
        assert list(found.table.columns) == [
            "place_a", "place_b", "kind", "length_km", "freq_ghz", "availability_pct", "height_a_m", "height_b_m",
        ]  # fmt: skip


# --- against the profiles of single paths ---


def random_places(rng: np.random.Generator, n: int, side: float = 60.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lat": 22.3,
            "x_m": WEST_M + rng.uniform(1, side - 1, n) * CELL_M,
            "y_m": NORTH_M - rng.uniform(1, side - 1, n) * CELL_M,
            "height_m": rng.choice([20.0, 42.0, 60.0], n),
            "gateway": rng.random(n) < 0.3,
        },
        index=pd.Index([f"p{i:02d}" for i in range(n)], name="place_id", dtype=object),
    )


def margin_m(dem: Dem, hop: Any, places: pd.DataFrame, heights: tuple[float, float], rules: Backhaul, freq_ghz: float) -> float:
    """By how much the least clear point of a path exceeds what the rules ask, from its own profile."""
    ends = [(float(places.at[hop[end], "x_m"]), float(places.at[hop[end], "y_m"])) for end in ("place_a", "place_b")]
    least = math.inf
    for k, share in rules.clearances_at(math.dist(*ends) / 1000.0)[0].tolist():
        path = link_profile(
            dem, ends[0], ends[1], mast_height_m=heights[0], rx_height_m=heights[1], freq_mhz=1000.0 * freq_ghz, effective_earth_factor=k
        )
        least = min(least, float((path.clearance_m - share * path.fresnel_m)[1:-1].min()))
    return least


@pytest.mark.parametrize("seed", range(4))
def test_hops_are_those_that_single_profiles_find_clear(seed: int) -> None:
    """The zone of a profile is wider by a thousandth than P.530's 17.3."""
    rng = np.random.default_rng(seed)
    dem = terrain(np.cumsum(rng.normal(0, 6, (60, 60)), axis=seed % 2) + 500.0)
    places, rules = random_places(rng, 14), Backhaul(bands=((7.0, 200.0),), rain_001_mm_h=1.0)
    found = hops(places, dem, rules).table
    clear = 0
    for i, a in enumerate(places.index):
        for b in places.index[i + 1 :]:
            if places.at[a, "gateway"] and places.at[b, "gateway"]:
                continue
            pair = {"place_a": a, "place_b": b}
            tops = (float(places.at[a, "height_m"]), float(places.at[b, "height_m"]))
            spare = margin_m(dem, pair, places, tops, rules, 7.0)
            if abs(spare) < 0.03:
                continue
            assert (f"{a}~{b}" in found.index) == (spare > 0), (a, b, spare)
            if spare > 0:
                hop = found.loc[f"{a}~{b}"]
                least = (float(hop["height_a_m"]), float(hop["height_b_m"]))
                assert margin_m(dem, pair, places, least, rules, 7.0) > -0.03
                # what is not at the lowest touches: a decimetre less is not clear
                if max(least) > rules.lowest_antenna_m:
                    assert margin_m(dem, pair, places, least, rules, 7.0) < 0.03
                assert least[0] == least[1] or min(least, key=lambda h: h) in tops
                assert all(rules.lowest_antenna_m <= h <= top for h, top in zip(least, tops, strict=True))
                clear += 1
    assert clear > 5


def province(reference: Path) -> Dem:
    with rasterio.open(reference / "terrain_250m_utm48n.tif") as source:
        heights = source.read(1, masked=True).astype("float32").filled(np.nan)
        return Dem(heights, Grid(heights.shape, source.transform, CRS.from_user_input(source.crs)), False, "")


def test_hops_of_the_province_are_those_that_single_profiles_find_clear(reference: Path) -> None:
    dem, rng = province(reference), np.random.default_rng(20)
    row, column = rng.uniform(200, 400, 60), rng.uniform(250, 500, 60)
    x, y = dem.grid.centres(row, column)
    places = pd.DataFrame(
        {"lat": 22.3, "x_m": x, "y_m": y, "height_m": rng.choice([20.0, 42.0, 60.0], 60), "gateway": rng.random(60) < 0.3},
        index=pd.Index([f"p{i:02d}" for i in range(60)], name="place_id", dtype=object),
    )
    rules = Backhaul(bands=((7.0, 220.0),), rain_001_mm_h=1.0)
    found = hops(places, dem, rules)
    assert found.unknown == found.faded == 0
    assert len(found.table) > 20
    top = places["height_m"]
    for hop in found.table.to_dict("records"):
        least = (hop["height_a_m"], hop["height_b_m"])
        spare = margin_m(dem, hop, places, least, rules, 7.0)
        assert spare > -0.03
        assert spare < 0.03 or max(least) == rules.lowest_antenna_m
        assert least[0] == least[1] or least[0] == top[hop["place_a"]] or least[1] == top[hop["place_b"]]
    pairs = [(a, b) for i, a in enumerate(places.index) for b in places.index[i + 1 :] if f"{a}~{b}" not in found.table.index]
    for i in rng.choice(len(pairs), 60, replace=False):
        a, b = pairs[i]
        far = math.hypot(places.at[a, "x_m"] - places.at[b, "x_m"], places.at[a, "y_m"] - places.at[b, "y_m"]) > 40_000.0
        tops = (float(top[a]), float(top[b]))
        both = bool(places.at[a, "gateway"] and places.at[b, "gateway"])
        assert far or both or margin_m(dem, {"place_a": a, "place_b": b}, places, tops, rules, 7.0) < 0.03


@settings(max_examples=60)
@given(
    ground=st.lists(st.floats(0, 120), min_size=9, max_size=40),
    masts=st.tuples(st.floats(5, 80), st.floats(5, 80)),
    higher=st.tuples(st.floats(0, 60), st.floats(0, 60)),
    longer=st.integers(0, 60),
)
def test_a_higher_mast_never_loses_a_hop(ground: list[float], masts: tuple[float, float], higher: tuple[float, float], longer: int) -> None:
    dem = terrain(np.array([*ground, *[0.0] * longer]))
    n = dem.heights_m.shape[1]
    before = hops(two(n, *masts), dem, Backhaul()).table
    after = hops(two(n, masts[0] + higher[0], masts[1] + higher[1]), dem, Backhaul()).table
    assert len(after) >= len(before)


@settings(max_examples=40)
@given(ground=st.lists(st.floats(0, 90), min_size=9, max_size=60), masts=st.tuples(st.floats(5, 80), st.floats(5, 80)))
def test_a_hop_is_the_same_from_both_ends(ground: list[float], masts: tuple[float, float]) -> None:
    there = hops(two(len(ground), *masts), terrain(np.array(ground)), Backhaul()).table
    back = hops(two(len(ground), *masts[::-1]), terrain(np.array(ground[::-1])), Backhaul()).table
    assert len(there) == len(back)
    if len(there):
        columns = ["height_a_m", "height_b_m", "freq_ghz", "availability_pct"]
        swapped = ["height_b_m", "height_a_m", "freq_ghz", "availability_pct"]
        np.testing.assert_allclose(there[columns].to_numpy(dtype=float), back[swapped].to_numpy(dtype=float), atol=1e-3)


# --- availability ---


def held_pct(
    length_km: float, freq_ghz: float, rules: Backhaul, *, margin_db: float, ground: tuple[float, float] = (900.0, 900.0)
) -> float:
    gain = margin_db + float(free_space_loss_db(length_km, 1000.0 * freq_ghz))
    return float(
        availability_pct(
            [length_km], freq_ghz, rules, system_gain_db=gain, ground_m=np.array([ground]), lat_deg=[22.3], roughness_m=[500.0]
        )[0]
    )


@pytest.mark.parametrize(("freq_ghz", "length_km", "loss_db"), [(18.0, 10.0, 35.0), (7.0, 30.0, 9.3)])
def test_rain_takes_what_it_takes_in_the_province(freq_ghz: float, length_km: float, loss_db: float) -> None:
    """With just so much margin a hop fails for a hundredth of a per cent of the year, by rain."""
    exact = float(rain_attenuation_db(freq_ghz, length_km, rain_001_mm_h=80.0))
    assert exact == pytest.approx(loss_db, rel=0.005)
    rules = Backhaul(rain_001_mm_h=80.0)
    if freq_ghz > 10:
        assert held_pct(length_km, freq_ghz, rules, margin_db=exact) == pytest.approx(99.99, abs=1e-4)
    assert held_pct(length_km, freq_ghz, rules, margin_db=exact - 3.0) < 99.99 - 0.002


@pytest.mark.parametrize("time_pct", [0.001, 0.004, 0.02, 0.3, 1.0])
def test_the_share_of_rain_is_the_one_that_p530_gives(time_pct: float) -> None:
    loss = float(rain_attenuation_db(18.0, 12.0, rain_001_mm_h=80.0, time_pct=time_pct))
    fading = float(
        fade_probability_17_pct(18.0, 12.0, dn1=-300.0, terrain_roughness_m=500.0, tx_height_m=900.0, rx_height_m=900.0, fade_db=loss)
    ) * 10.0 ** (-float(worst_month_to_year_db(12.0, lat_deg=22.3, inclination_mrad=0.0)) / 10.0)
    assert 100.0 - held_pct(12.0, 18.0, Backhaul(), margin_db=loss) - fading == pytest.approx(time_pct, rel=2e-3)


def test_without_rain_multipath_remains_by_the_year() -> None:
    dry = Backhaul(rain_001_mm_h=0.0)
    month = float(
        fade_probability_17_pct(7.0, 30.0, dn1=-300.0, terrain_roughness_m=500.0, tx_height_m=1500.0, rx_height_m=1200.0, fade_db=10.0)
    )
    year = month / 10.0 ** (float(worst_month_to_year_db(30.0, lat_deg=22.3, inclination_mrad=10.0)) / 10.0)
    assert 100.0 - 0.001 - held_pct(30.0, 7.0, dry, margin_db=10.0, ground=(1500.0, 1200.0)) == pytest.approx(year, rel=1e-6)


def test_without_margin_nothing_holds() -> None:
    assert held_pct(10.0, 7.0, Backhaul(), margin_db=0.0) == 0.0
    assert held_pct(10.0, 7.0, Backhaul(), margin_db=-20.0) == 0.0


@settings(max_examples=60)
@given(
    length=st.floats(0.05, 55), ghz=st.sampled_from([6.0, 7.0, 15.0, 18.0, 23.0, 38.0]), gain=st.floats(100, 220), more=st.floats(0, 30), rain=st.floats(0, 150),
)  # fmt: skip
def test_more_gain_or_less_rain_never_holds_less(length: float, ghz: float, gain: float, more: float, rain: float) -> None:
    def held(system_gain_db: float, rain_mm_h: float) -> float:
        return float(
            availability_pct(
                [length], ghz, Backhaul(rain_001_mm_h=rain_mm_h), system_gain_db=system_gain_db, ground_m=np.array([[900.0, 1000.0]]),
                lat_deg=[22.3], roughness_m=[400.0],
            )[0]
        )  # fmt: skip

    assert 0.0 <= held(gain, rain) <= held(gain + more, rain) + 1e-12 <= 100.0
    assert held(gain, rain) <= held(gain, rain / 2.0) + 1e-12


def test_a_long_hop_rains_out_at_18_ghz_and_holds_at_7() -> None:
    flat = terrain(np.zeros(121))
    places = two(121, 80.0, 80.0)
    found = hops(places, flat, Backhaul(bands=((18.0, 172.0),)))
    assert (len(found.table), found.faded) == (0, 1)
    assert only(hops(places, flat, Backhaul(bands=((18.0, 172.0), (7.0, 174.5)))))["freq_ghz"] == 7.0
    # in the desert it would not
    assert hops(places, flat, Backhaul(bands=((18.0, 182.0),))).faded == 1
    assert only(hops(places, flat, Backhaul(bands=((18.0, 182.0),), rain_001_mm_h=5.0)))["freq_ghz"] == 18.0


def test_bands_are_tried_in_their_order() -> None:
    flat, places = terrain(np.zeros(21)), two(21)
    assert only(hops(places, flat, Backhaul(bands=((18.0, 172.0), (7.0, 174.5)))))["freq_ghz"] == 18.0
    assert only(hops(places, flat, Backhaul(bands=((7.0, 174.5), (18.0, 172.0)))))["freq_ghz"] == 7.0
    assert hops(places, flat, Backhaul(bands=())).faded == 1


def test_every_hop_holds_as_long_as_asked() -> None:
    rng = np.random.default_rng(8)
    dem, places = terrain(rng.uniform(0, 30, (150, 150))), random_places(rng, 60, side=150.0)
    for least in (99.9, 99.99):
        table = hops(places, dem, Backhaul(least_availability_pct=least)).table
        assert (table["availability_pct"] >= least).all()
        assert len(table) > 100


# --- roughness ---


def test_roughness_of_a_plain_and_of_a_checked_board() -> None:
    middle = np.array([200.0]), np.array([200.0])
    assert roughness_around_m(terrain(np.full((400, 400), 700.0)), *middle)[0] == 0.0
    # blocks of 4 x 4 cells, 0 and 100 m
    board = np.kron(np.indices((100, 100)).sum(axis=0) % 2, np.ones((4, 4))) * 100.0
    assert roughness_around_m(terrain(board), *middle)[0] == pytest.approx(50.0, rel=1e-3)


def test_roughness_is_that_of_the_square_around() -> None:
    heights = np.zeros((100, 1000))
    heights[:, 600:] = np.where(np.arange(400) % 8 < 4, 0.0, 300.0)
    dem = terrain(heights)
    near, far = roughness_around_m(dem, np.array([50.0, 50.0]), np.array([900.0, 300.0]))
    assert near == pytest.approx(150.0, rel=0.02)
    assert far == 0.0


def test_roughness_knows_no_voids() -> None:
    heights = np.where(np.arange(200) % 8 < 4, 0.0, 300.0)
    holed = terrain(np.where(np.arange(200) % 24 < 8, np.nan, heights))
    at = np.array([2.0]), np.array([100.0])
    assert roughness_around_m(holed, *at)[0] == pytest.approx(roughness_around_m(terrain(heights), *at)[0], rel=0.02)
    assert roughness_around_m(terrain(np.full(50, np.nan)), *at)[0] == 0.0


def test_roughness_of_the_province(reference: Path) -> None:
    """From other heights in another projection; five per cent of it are two of the fading."""
    dem = province(reference)
    grid = dem.grid
    points = pd.read_csv(reference / "backhaul" / "p530_17_lai_chau_points.csv")
    x, y = Transformer.from_crs(4326, dem.crs, always_xy=True).transform(points["lon"].to_numpy(), points["lat"].to_numpy())
    row, column = grid.position(x, y)
    rows, columns = grid.shape
    half = 55_000.0 / dem.cell_m
    inside = (row > half) & (row < rows - half) & (column > half) & (column < columns - half)
    assert inside.any()
    np.testing.assert_allclose(roughness_around_m(dem, row, column)[inside], points["s_a_m"].to_numpy()[inside], rtol=0.06)


# --- the whole ---


def codes(found: Any) -> list[str]:
    return [fault.code for fault in found.statements]


def test_what_is_lacking_is_said() -> None:
    flat, places = terrain(np.zeros(41)), two(41)
    assert codes(find_links(places, flat, Backhaul())) == ["links_no_roads"]
    assert codes(find_links(places, flat, Backhaul(fibre_longest_km=0.0))) == []
    assert codes(find_links(places.assign(gateway=False), flat, Backhaul(fibre_longest_km=0.0))) == ["links_no_gateway", "places_unjoined"]
    without = Dem(flat.heights_m, flat.grid, False, "", is_missing=True)
    assert codes(find_links(places, without, Backhaul(fibre_longest_km=0.0))) == ["links_no_terrain", "places_unjoined"]
    assert codes(find_links(places.iloc[:0], flat, Backhaul())) == []


def test_places_that_nothing_joins_are_named() -> None:
    ground = np.zeros(81)
    ground[30], ground[60] = np.nan, 900.0
    places = places_at(("g", 0, 60, True), ("near", 20, 60, False), ("void", 40, 60, False), ("behind", 70, 60, False))
    found = find_links(places, terrain(ground), Backhaul(fibre_longest_km=0.0))
    assert list(found.table.index) == ["g~near"]
    assert found.reachable.to_dict() == {"g": True, "near": True, "void": False, "behind": False}
    assert codes(found) == ["links_unknown_terrain", "places_unjoined"]
    assert "behind, void" in str(found.statements[1])
    assert all(fault.level == "warning" and fault.line("vi") for fault in found.statements)


# --- settings ---


def test_every_setting_is_explained_and_marked() -> None:
    for name, field in Backhaul.model_fields.items():
        key = f"setting.build.backhaul.{name}"
        assert catalogue("en")[key]["text"] == field.description
        assert catalogue("vi")[key]["text"] != field.description
        assert ("assumption" in str(field.description).lower()) == (field.json_schema_extra == ASSUMPTION)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bands": ((80.0, 170.0),)}, {"clearances": (), "least_k": ()}, {"clearances": ((0.0, 0.6),)}, {"least_k": [{"length_km": 20, "k": 0.7}, {"length_km": 20, "k": 0.8}]},
        {"least_k": [{"length_km": 20, "k": 0.1}]}, {"longest_km": 61}, {"least_availability_pct": 99.999},
        {"least_availability_pct": 90}, {"rain_001_mm_h": -1}, {"dn1": 100}, {"tilt_deg": 120}, {"unknown": 1},
    ],
)  # fmt: skip
def test_what_p530_is_not_given_for_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Backhaul(**wrong)
