"""Distances are taken in a system that measures them over the communes: any other is refused with the factor and the way out."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from geo_planner.crs import MOST_STRETCH, metric_crs, stretched, utm_for
from geo_planner.errors import CrsError
from geo_planner.validation import validate
from geo_planner.words import LANGUAGES, Language
from tests.small_area import SCENARIO, make_area

LAI_CHAU = (102.3, 21.6, 104.0, 22.9)


def land(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(west, south, east, north)], crs=4326)


@pytest.mark.parametrize("crs", [32648, 3405, 9205, 9206, 32748, "+proj=utm +zone=48 +ellps=WGS84", "EPSG:32648+5773"])
def test_zones_of_the_place_and_their_neighbours_measure_well(crs: object) -> None:
    assert stretched(metric_crs(crs), land(*LAI_CHAU)) is None


@pytest.mark.parametrize(
    ("bounds", "epsg"),
    [((101.9, 21.0, 103.0, 22.0), 32648), ((107.8, 12.0, 108.5, 13.0), 32648), ((107.5, 15.0, 108.9, 16.2), 32648), ((107.8, 12.0, 109.5, 13.8), 32649)],
)  # fmt: skip
def test_a_province_at_the_edge_of_its_zone_passes(bounds: tuple[float, float, float, float], epsg: int) -> None:
    assert stretched(CRS.from_epsg(epsg), land(*bounds)) is None


REFUSED = {
    "the web's map": "EPSG:3857",
    "the world's": "EPSG:3395",
    "equal areas": "EPSG:6933",
    "equal areas, oval": "ESRI:54009",
    "a zone three off": "EPSG:32651",
    "the other half of the earth": "EPSG:32718",
    "oblique, in Borneo": "EPSG:29873",
    "oblique, in Switzerland": "EPSG:2056",
    "at the pole": "EPSG:3031",
    "turned to the south": "+proj=utm +zone=48 +south +datum=WGS84 +axis=wsu",
    "of the moon": "+proj=eqc +lat_ts=22 +a=1737400 +b=1737400 +units=m",
    "a wrong scale": "+proj=tmerc +lon_0=103 +k=1.02 +x_0=500000 +datum=WGS84 +units=m",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_stretches_distances_is_refused_with_the_way_out(case: str) -> None:
    found = stretched(metric_crs(REFUSED[case]), land(*LAI_CHAU))
    assert isinstance(found, CrsError)
    assert "EPSG:32648 (WGS 84 / UTM zone 48N)" in str(found)


@pytest.mark.parametrize("crs", ["EPSG:2263", "+proj=utm +zone=48 +units=km", "+proj=utm +zone=48 +units=us-ft", "EPSG:4756", "EPSG:4978"])
def test_other_units_than_the_metre_are_refused(crs: str) -> None:
    with pytest.raises(CrsError):
        metric_crs(crs)


@given(lon=st.floats(98.0, 118.0), lat=st.floats(8.0, 23.5), epsg=st.sampled_from([32648, 3405, 3857, 6933, 9205, 32650, 9217]))
def test_what_passes_keeps_distances(lon: float, lat: float, epsg: int) -> None:
    """Held against lengths on the ellipsoid, in four directions."""
    crs = CRS.from_epsg(epsg)
    to_map, geod = Transformer.from_crs(4326, crs, always_xy=True), Geod(ellps="WGS84")
    found = stretched(crs, land(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01))
    ratios = []
    for azimuth in (0, 45, 90, 135):
        there = geod.fwd(lon, lat, azimuth, 1000.0)
        (x0, y0), (x1, y1) = to_map.transform(lon, lat), to_map.transform(there[0], there[1])
        ratios.append(math.hypot(x1 - x0, y1 - y0) / 1000.0)
    worst = max(abs(ratio - 1.0) for ratio in ratios)
    if worst < 0.95 * MOST_STRETCH:
        assert found is None
    elif worst > 1.05 * MOST_STRETCH:
        assert found is not None


def test_the_zone_named_is_that_of_the_place() -> None:
    assert "UTM zone 49N" in str(stretched(CRS.from_epsg(3857), land(108.8, 12.0, 109.4, 13.0)))
    assert utm_for(land(108.8, 12.0, 109.4, 13.0)).to_epsg() == 32649


@pytest.mark.parametrize("crs", ["", "nonsense", "EPSG:4326", "EPSG:2263", *REFUSED.values()])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_of_the_system_names_the_setting_once(crs: str, language: Language, tmp_path: Path) -> None:
    area = make_area(tmp_path / "area")
    path = area / SCENARIO
    path.write_text(path.read_text("utf-8").replace("metric_crs: null", f'metric_crs: "{crs}"'), "utf-8")
    (fault,) = [f for f in validate(area) if f.level == "fault"]
    reason, remedy = fault.texts(language)
    assert fault.line(language).removesuffix(remedy).count("metric_crs") == 1, fault.line(language)
    assert crs in reason


def test_the_fault_stands_with_the_scenario(area_copy: Path) -> None:
    scenario = area_copy / "scenarios/lai_chau_sample.yaml"
    text = scenario.read_text("utf-8")
    scenario.write_text(text.replace("metric_crs: EPSG:32648", "metric_crs: EPSG:3857"), "utf-8")
    (fault,) = [f for f in validate(area_copy) if f.level == "fault"]
    assert (fault.code, fault.column) == ("crs", "metric_crs")
    assert "1.08" in fault.reason
    assert fault.remedy.startswith("Use EPSG:32648 ")
