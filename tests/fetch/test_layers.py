"""Terrain, people, maps and land cover from a mirror on this machine."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from geo_planner.errors import InputError, UsageError
from geo_planner.fetch import KINDS, ContentError, DownloadError, NotFoundError, fetch_layer
from geo_planner.fetch.boundaries import COMMUNES_FILE
from geo_planner.fetch.land_cover import LAND_COVER_FILE
from geo_planner.fetch.land_cover import tile_path as cover_path
from geo_planner.fetch.opencellid import OPENCELLID_FILE
from geo_planner.fetch.osm import THEMES, features_of, query
from geo_planner.fetch.population import POPULATION_FILE, population_path
from geo_planner.fetch.terrain_tiles import TERRAIN_FILE, tile_path
from geo_planner.files.manifest import read_manifest
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.layer_files import vintage_warnings
from geo_planner.study_area.population import read_population
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, made_height, made_terrain, raster_bytes, tiff_values
from tests.fetch.test_boundaries import files_of

CODE, BOUNDS = "46", (107.35, 16.05, 107.65, 16.35)
CORNERS = [(la, lo) for la in (15, 16) for lo in (107,)]


@pytest.fixture
def area(mirror: Mirror, tmp_path: Path) -> Path:
    """A study area with boundaries, and a mirror ready for the rest."""
    mirror.files |= made_boundaries(CODE, BOUNDS)
    fetch_layer("boundaries", CODE, tmp_path / "area", base_url=mirror.url, policy=QUICK)
    mirror.requests.clear()
    return tmp_path / "area"


def fetch(kind: str, mirror: Mirror, area: Path, **options: object):
    return fetch_layer(kind, CODE, area, base_url=mirror.url, policy=QUICK, **options)


def test_the_terrain_is_the_tiles_on_the_metric_grid(mirror: Mirror, area: Path) -> None:
    mirror.files |= made_terrain(CORNERS, cells=600)
    report = fetch("terrain", mirror, area, margin_km=8, cell_m=100)
    assert report.files == (TERRAIN_FILE,)
    assert report.notes == ()
    with rasterio.open(area / TERRAIN_FILE) as source:
        assert source.crs.to_epsg() == 32648
        assert source.res == (100, 100)
        heights = source.read(1)
        rows, columns = np.mgrid[10:300:37, 10:300:41]
        x, y = source.transform @ (columns + 0.5, rows + 0.5)
    there = gpd.GeoSeries(gpd.points_from_xy(x.ravel(), y.ravel()), crs=32648).to_crs(4326)
    np.testing.assert_allclose(heights[rows, columns].ravel(), made_height(there.x.to_numpy(), there.y.to_numpy()), atol=3)
    entry = read_manifest(area)["files"][TERRAIN_FILE]
    assert "Copernicus" in entry["licence"]
    assert entry["void_cells"] == 0
    assert entry["crs"] == "EPSG:32648"


def test_a_tile_that_is_not_there_leaves_a_void_that_is_told(mirror: Mirror, area: Path) -> None:
    mirror.files |= made_terrain([(16, 107)])
    report = fetch("terrain", mirror, area, margin_km=15, cell_m=500)
    assert {n.code for n in report.notes} == {"tile_absent", "terrain_void"}
    assert np.isnan(tiff_values(area / TERRAIN_FILE)).sum() == read_manifest(area)["files"][TERRAIN_FILE]["void_cells"] > 0


def test_no_tile_at_all_is_an_error(mirror: Mirror, area: Path) -> None:
    with pytest.raises(NotFoundError):
        fetch("terrain", mirror, area)


def test_a_damaged_tile_is_refused_and_fetched_afresh_next_time(mirror: Mirror, area: Path) -> None:
    good = made_terrain(CORNERS)
    path = tile_path(16, 107, "glo90")
    mirror.files |= good
    mirror.files[path] = good[path][: len(good[path]) // 2]
    before = files_of(area)
    with pytest.raises(ContentError, match="cut short"):
        fetch("terrain", mirror, area, margin_km=8, cell_m=500)
    assert files_of(area) == before
    mirror.files[path] = good[path]
    assert fetch("terrain", mirror, area, margin_km=8, cell_m=500).notes == ()


@pytest.mark.parametrize("fault", ["503", "portal", "loop", "empty"])
def test_a_failing_server_leaves_the_terrain_as_it_was(mirror: Mirror, area: Path, fault: str, tmp_path: Path) -> None:
    mirror.files |= made_terrain(CORNERS)
    fetch("terrain", mirror, area, margin_km=8, cell_m=500)
    before = files_of(area)
    mirror.faults[tile_path(15, 107, "glo90")] = [fault]
    with pytest.raises(DownloadError):
        fetch("terrain", mirror, area, margin_km=8, cell_m=500, cache=tmp_path / "other")
    assert files_of(area) == before


def test_tile_names() -> None:
    assert tile_path(-1, -70, "glo30") == "Copernicus_DSM_COG_10_S01_00_W070_00_DEM/Copernicus_DSM_COG_10_S01_00_W070_00_DEM.tif"


def worldpop(bounds: tuple[float, float, float, float] = (107.0, 15.8, 108.0, 16.6)) -> bytes:
    step = 1 / 1200
    shape = round((bounds[3] - bounds[1]) / step), round((bounds[2] - bounds[0]) / step)
    rng = np.random.default_rng(4)
    people = (rng.gamma(0.4, 10, shape) * (rng.random(shape) < 0.1)).astype("float32")
    people[rng.random(shape) < 0.3] = -99999
    return raster_bytes(people, bounds[0], bounds[3], step, nodata=-99999)


def test_people_are_cut_out_and_never_moved(mirror: Mirror, area: Path) -> None:
    mirror.files[population_path(2025)] = worldpop()
    fetch("population", mirror, area)
    with rasterio.open(area / POPULATION_FILE) as cut, rasterio.io.MemoryFile(worldpop()) as memory, memory.open() as whole:
        window = whole.window(*cut.bounds)
        original = whole.read(1, window=window.round_offsets().round_lengths(), masked=True).filled(np.nan)
        np.testing.assert_array_equal(cut.read(1), original)
    communes, _ = read_communes(area / COMMUNES_FILE, COMMUNES_FILE)
    cells, faults = read_population(area / POPULATION_FILE, POPULATION_FILE, communes)
    assert faults == []
    assert set(np.unique(cells.labels)) - {0} == set(range(1, len(communes) + 1))
    assert read_manifest(area)["files"][POPULATION_FILE]["vintage"] == "2025"
    assert "CC BY 4.0" in read_manifest(area)["files"][POPULATION_FILE]["licence"]


def test_people_of_another_country_are_refused(mirror: Mirror, area: Path) -> None:
    mirror.files[population_path(2025)] = worldpop((10.0, 45.0, 10.2, 45.2))
    with pytest.raises(ContentError, match="does not reach"):
        fetch("population", mirror, area)
    assert not (area / POPULATION_FILE).exists()


def overpass(body: str) -> bytes:
    """Answers the way Overpass does: objects that touch the rectangle, whole."""
    from urllib.parse import parse_qs

    asked = parse_qs(body)["data"][0]
    south, west, north, east = map(float, re.search(r"\(([-\d.,]+)\);out geom", asked).group(1).split(","))
    roads = [
        {
            "type": "way",
            "id": 7,
            "tags": {"highway": "tertiary", "name": "Đường tỉnh 49", "surface": "asphalt", "note": "x"},
            "geometry": [{"lat": 16.1, "lon": 107.3}, {"lat": 16.3, "lon": 107.7}],
        },
        {"type": "way", "id": 3, "tags": {"highway": "track"}, "geometry": [{"lat": 16.2, "lon": 107.5}, {"lat": 16.21, "lon": 107.51}]},
    ]
    nodes = [{"type": "node", "id": 11, "lat": 16.2, "lon": 107.45, "tags": {"place": "village", "name": "Bản Một"}}]
    objects = roads if '"highway"' in asked else nodes if '"place"' in asked else []

    def touches(element: dict[str, object]) -> bool:
        points = element.get("geometry", [element])
        return (
            min(p["lat"] for p in points) <= north
            and max(p["lat"] for p in points) >= south
            and min(p["lon"] for p in points) <= east
            and max(p["lon"] for p in points) >= west
        )

    found = [o for o in objects if touches(o)]
    return json.dumps({"version": 0.6, "osm3s": {"timestamp_osm_base": "2026-11-20T10:00:00Z"}, "elements": found}).encode()


def test_roads_come_once_each_with_their_licence(mirror: Mirror, area: Path) -> None:
    mirror.answer = overpass
    fetch("roads", mirror, area)
    roads = gpd.read_file(area / THEMES["roads"].file)
    assert list(roads["osm_id"]) == ["3", "7"]
    assert list(roads["highway"]) == ["track", "tertiary"]
    assert roads["name"].iloc[1] == "Đường tỉnh 49"
    assert "note" not in roads
    entry = read_manifest(area)["files"][THEMES["roads"].file]
    assert entry["licence"].startswith("ODbL")
    assert entry["vintage"] == "2026-11-20"
    assert entry["objects"] == 2


def test_places_power_and_towers(mirror: Mirror, area: Path) -> None:
    mirror.answer = overpass
    fetch("places", mirror, area)
    assert list(gpd.read_file(area / THEMES["places"].file)["name"]) == ["Bản Một"]
    for kind in ("power", "towers"):
        report = fetch(kind, mirror, area)
        assert [n.code for n in report.notes] == ["empty_theme"]


def test_an_answer_that_the_server_broke_off_is_refused(mirror: Mirror, area: Path) -> None:
    mirror.answer = lambda body: json.dumps({"elements": [], "remark": 'runtime error: Query timed out in "query" at line 1'}).encode()
    with pytest.raises(ContentError, match="broke off"):
        fetch("roads", mirror, area)
    assert not (area / "roads").exists()


def test_the_question_is_overpass_ql() -> None:
    text = query(THEMES["power"], (102.0, 21.0, 103.0, 22.0))
    assert text == '[out:json][timeout:180];way["power"~"^(line|minor_line|cable)$"](21.0000,102.0000,22.0000,103.0000);out geom qt;'


def test_objects_without_a_line_are_left_out() -> None:
    theme = THEMES["roads"]
    odd = [
        {"type": "way", "id": 1, "tags": {"highway": "track"}},
        {"type": "way", "id": 2, "tags": {"highway": "proposed"}, "geometry": [{"lat": 1, "lon": 1}, {"lat": 2, "lon": 2}]},
        {"type": "node", "id": 3, "lat": 1, "lon": 1},
    ]
    assert features_of([{"elements": odd}], theme) == []


OSM = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" lat="16.10" lon="107.40"/><node id="2" lat="16.20" lon="107.50"/><node id="3" lat="16.2" lon="107.45"><tag k="place" v="village"/><tag k="name" v="Bản Một"/></node>
<node id="4" lat="16.15" lon="107.41"><tag k="man_made" v="mast"/><tag k="operator" v="Viettel"/></node>
<way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/><tag k="name" v="Đường 49"/><tag k="surface" v="asphalt"/></way>
<way id="8"><nd ref="2"/><nd ref="1"/><tag k="power" v="line"/><tag k="voltage" v="35000"/></way>
</osm>"""


@pytest.mark.parametrize(
    ("kind", "osm_id", "tag", "value"),
    [
        ("roads", "7", "surface", "asphalt"),
        ("power", "8", "voltage", "35000"),
        ("places", "3", "name", "Bản Một"),
        ("towers", "4", "operator", "Viettel"),
    ],
)
def test_an_extract_at_hand_needs_no_network(
    mirror: Mirror, area: Path, tmp_path: Path, kind: str, osm_id: str, tag: str, value: str
) -> None:
    (tmp_path / "extract.osm").write_text(OSM, encoding="utf-8")
    fetch(kind, mirror, area, extract=tmp_path / "extract.osm")
    layer = gpd.read_file(area / THEMES[kind].file)
    assert list(layer["osm_id"]) == [osm_id]
    assert list(layer[tag]) == [value]
    assert mirror.requests == []


def test_a_file_that_is_no_extract_is_told(mirror: Mirror, area: Path, tmp_path: Path) -> None:
    (tmp_path / "x.osm").write_text("nothing")
    with pytest.raises(InputError, match="extract"):
        fetch("roads", mirror, area, extract=tmp_path / "x.osm")


def test_land_cover_keeps_its_classes(mirror: Mirror, area: Path) -> None:
    classes = np.random.default_rng(6).choice(np.array([10, 30, 40, 50], dtype="uint8"), (600, 600))
    mirror.files[cover_path(15, 105)] = raster_bytes(classes, 105, 18, 3 / 600, nodata=0)
    fetch("land_cover", mirror, area, cell_m=500)
    assert set(np.unique(tiff_values(area / LAND_COVER_FILE))) <= {10, 30, 40, 50}
    assert read_manifest(area)["files"][LAND_COVER_FILE]["vintage"] == "2021"


CELLS = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\nLTE,452,4,1,99,0,107.5,16.2,1000,5,1,1600000000,1700000000,0\nLTE,452,4,1,98,0,103.0,22.0,1000,5,1,1600000000,1700000000,0\n"


def test_cells_of_phones_with_the_users_own_key(mirror: Mirror, area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="key"):
        fetch("opencellid", mirror, area)
    mirror.files["ocid/downloads"] = gzip.compress(CELLS.encode())
    monkeypatch.setenv("OPENCELLID_KEY", "pk.secret123")
    fetch("opencellid", mirror, area)
    assert (area / OPENCELLID_FILE).read_text().splitlines()[1:] == ["LTE,4,1,99,107.5,16.2,1000,5,1700000000"]
    assert not any(b"secret123" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_refused_key_is_told(mirror: Mirror, area: Path) -> None:
    mirror.files["ocid/downloads"] = b'{"status":"error","message":"INVALID_TOKEN"}'
    with pytest.raises(ContentError, match="key"):
        fetch("opencellid", mirror, area, key="pk.x")


def test_without_boundaries_the_next_step_is_told(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="geo-planner fetch boundaries"):
        fetch("terrain", mirror, tmp_path / "empty")
    assert not (tmp_path / "empty").exists()


def test_unknown_kinds_list_the_known_ones(mirror: Mirror, area: Path) -> None:
    with pytest.raises(UsageError, match="boundaries, terrain"):
        fetch("weather", mirror, area)
    assert {"boundaries", "terrain", "population", "roads", "land_cover"} <= set(KINDS)


def test_a_study_area_of_another_province_is_not_mixed(mirror: Mirror, area: Path) -> None:
    with pytest.raises(UsageError, match="own province"):
        fetch_layer("terrain", "12", area, base_url=mirror.url, policy=QUICK)


def test_a_fresh_study_area_has_nothing_stale(mirror: Mirror, area: Path) -> None:
    mirror.files |= made_terrain(CORNERS)
    fetch("terrain", mirror, area, margin_km=8, cell_m=500)
    assert vintage_warnings(area) == []
