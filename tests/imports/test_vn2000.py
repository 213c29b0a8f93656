"""VN-2000 to WGS84 and back agrees with EPSG:9205, and is free of the two errors that are made in practice."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from geo_planner.imports.places.vn2000 import (
    HELMERT,
    MERIDIANS,
    from_wgs84,
    is_unstated_grid,
    is_vn2000,
    system_of,
    tm3,
    tm3_projection,
    to_wgs84,
    utm_projection,
)

LON, LAT = (grid.ravel() for grid in np.meshgrid(np.linspace(102.2, 104.1, 15), np.linspace(21.6, 22.9, 15)))
GEOD = Geod(ellps="WGS84")


def apart_m(lon: np.ndarray, lat: np.ndarray, other_lon: np.ndarray, other_lat: np.ndarray) -> np.ndarray:
    return np.asarray(GEOD.inv(lon, lat, other_lon, other_lat)[2])


@pytest.mark.parametrize(
    ("projection", "code"),
    [
        (tm3_projection(103.0), 9205),
        (utm_projection(48), 3405),
        *((tm3_projection(m), c) for m, c in MERIDIANS.items() if abs(m - 103) <= 1.5),
    ],
)
def test_agrees_with_the_epsg_register_to_a_millimetre_both_ways(projection: str, code: int) -> None:
    reference = Transformer.from_crs(code, 4326, always_xy=True)
    east, north = from_wgs84(projection, LON, LAT)
    assert np.hypot(*np.subtract(reference.transform(LON, LAT, direction="INVERSE"), (east, north))).max() < 1e-3
    assert apart_m(*reference.transform(east, north), *to_wgs84(projection, east, north)).max() < 1e-3


def test_every_zone_in_use_has_its_central_meridian() -> None:
    for meridian, code in MERIDIANS.items():
        assert system_of(CRS.from_epsg(code)).meridian == meridian
        assert CRS.from_epsg(code).area_of_use.west - 1.6 < meridian < CRS.from_epsg(code).area_of_use.east + 1.6


def test_the_datum_shift_is_not_missing() -> None:
    east, north = from_wgs84(tm3_projection(103.0), LON, LAT)
    without = Transformer.from_pipeline(f"+proj=pipeline +step +inv {tm3_projection(103.0)} +step +proj=unitconvert +xy_in=rad +xy_out=deg")
    assert apart_m(LON, LAT, *to_wgs84(tm3_projection(103.0), east, north)).max() < 0.005
    assert np.median(apart_m(LON, LAT, *without.transform(east, north))) == pytest.approx(222, abs=2)


def test_the_rotations_have_the_right_sign() -> None:
    east, north = from_wgs84(tm3_projection(103.0), LON, LAT)
    turned = HELMERT.replace("coordinate_frame", "position_vector")
    wrong = Transformer.from_pipeline(
        f"+proj=pipeline +step +inv {tm3_projection(103.0)} +step +proj=cart +ellps=WGS84 +step {turned} +step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    assert np.median(apart_m(LON, LAT, *wrong.transform(east, north))) == pytest.approx(0.8, abs=0.15)


def test_any_central_meridian_works() -> None:
    system = tm3(103.5)
    east, north = from_wgs84(tm3_projection(103.5), LON, LAT)
    lon, lat = system.forward(east, north)
    assert apart_m(LON, LAT, lon, lat).max() < 0.005


@pytest.mark.parametrize("signs", ["-0.00928836,0.01975479,-0.00427372", "0.00928836,-0.01975479,0.00427372"])
def test_a_published_string_is_taken_with_the_official_signs(signs: str) -> None:
    """Both sign conventions circulate as towgs84; the translations tell that VN-2000 is meant."""
    crs = CRS(
        f"+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,-111.45032835,{signs},0.252906278 +units=m"
    )
    assert is_vn2000(crs)
    east, north = from_wgs84(tm3_projection(103.0), LON, LAT)
    assert apart_m(LON, LAT, *system_of(crs).forward(east, north)).max() < 0.005


def test_a_grid_without_its_datum_is_recognised() -> None:
    assert is_unstated_grid(CRS("+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m"))
    assert not is_unstated_grid(CRS.from_epsg(9205))
    assert not is_unstated_grid(CRS.from_epsg(32648))
