"""Provinces with islands far out: what is asked for, how large the terrain is, and what the study area says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS

from geo_planner.fetch import fetch_layer, init_study_area, province
from geo_planner.fetch.area import Area
from geo_planner.fetch.boundaries import COMMUNES_FILE, ward_path
from geo_planner.fetch.population import population_path
from geo_planner.fetch.provinces import communes_of
from geo_planner.fetch.terrain_tiles import TERRAIN_FILE
from geo_planner.study_area.rasters import read_dem
from geo_planner.study_area.terrain_reach import body
from geo_planner.validation import validate
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, made_terrain, raster_bytes
from tests.fetch.test_init import give_villages_and_sites

UTM = CRS.from_epsg(32649)
CODE, BOUNDS, CORNERS = "56", (108.6, 11.4, 109.2, 12.0), [(11, 108), (11, 109)]
ISLAND = next(c for c in communes_of(CODE) if c.type == "Đặc khu")
REEFS = [(109.47, 7.3), (114.86, 7.19), (117.8, 10.5), (111.9, 8.6), (114.3, 11.5)]


def squares(places: list[tuple[float, float]], side: float = 0.02) -> dict[str, object]:
    return shapely.geometry.mapping(shapely.MultiPolygon([shapely.box(x, y, x + side, y + side) for x, y in places]))


@pytest.fixture
def khanh_hoa(mirror: Mirror) -> Mirror:
    """A made mainland, and its special zone where it lies."""
    mirror.files |= made_boundaries(CODE, BOUNDS)
    place_island(mirror, REEFS)
    mirror.files |= made_terrain(CORNERS)
    return mirror


def place_island(mirror: Mirror, places: list[tuple[float, float]]) -> None:
    path = ward_path(province(CODE), ISLAND)
    document = json.loads(mirror.files[path])
    document["features"][0]["geometry"] = squares(places)
    mirror.files[path] = json.dumps(document).encode()


def fetch(kind: str, mirror: Mirror, into: Path, **options: object):
    return fetch_layer(kind, CODE, into, base_url=mirror.url, policy=QUICK, **options)


def test_only_tiles_that_matter_are_asked_for_and_the_far_island_is_told(khanh_hoa: Mirror, tmp_path: Path) -> None:
    fetch("boundaries", khanh_hoa, tmp_path)
    khanh_hoa.requests.clear()
    report = fetch("terrain", khanh_hoa, tmp_path, cell_m=500, margin_km=8)
    asked = {path for _, path, _ in khanh_hoa.requests}
    assert len(asked) <= 4
    with rasterio.open(tmp_path / TERRAIN_FILE) as source:
        assert source.width * source.height < 50_000
    (note,) = [n for n in report.notes if n.code == "far_commune"]
    assert ISLAND.code in note.reason
    assert note.level == "warning"


def test_an_island_within_reach_takes_part_without_the_sea_between(khanh_hoa: Mirror, tmp_path: Path) -> None:
    place_island(khanh_hoa, [(109.5, 9.9)])  # 165 km south
    khanh_hoa.files |= made_terrain([(9, 109)])
    fetch("boundaries", khanh_hoa, tmp_path)
    khanh_hoa.requests.clear()
    report = fetch("terrain", khanh_hoa, tmp_path, cell_m=500, margin_km=4)
    asked = {re.search(r"N(\d\d)_00_E(\d\d\d)", path).groups() for _, path, _ in khanh_hoa.requests}
    assert asked == {("11", "108"), ("11", "109"), ("12", "108"), ("12", "109"), ("09", "109")}
    assert "far_commune" not in {n.code for n in report.notes}
    communes = gpd.read_file(tmp_path / COMMUNES_FILE).set_index("code")
    dem, faults = read_dem(tmp_path / TERRAIN_FILE, TERRAIN_FILE, communes, crs=UTM, cell_m=None, margin_m=0, inhabited=[ISLAND.code])
    assert dem is not None
    assert ISLAND.code not in " ".join(f.reason for f in faults)


def test_an_absent_tile_names_the_communes_in_it(khanh_hoa: Mirror, tmp_path: Path) -> None:
    place_island(khanh_hoa, [(109.5, 9.9)])
    fetch("boundaries", khanh_hoa, tmp_path)
    report = fetch("terrain", khanh_hoa, tmp_path, cell_m=500, margin_km=4)
    told = [n.reason for n in report.notes if n.code == "tile_absent"]
    assert any("N09E109" in reason and ISLAND.code in reason for reason in told)
    assert any("no commune lies there" in reason for reason in told)


def test_overpass_is_asked_where_communes_are(khanh_hoa: Mirror, tmp_path: Path) -> None:
    asked: list[tuple[float, ...]] = []

    def answer(body: str) -> bytes:
        found = re.search(r"\(([-\d.,]+)\);out geom", parse_qs(body)["data"][0])
        asked.append(tuple(map(float, found.group(1).split(","))))
        return b'{"elements":[]}'

    khanh_hoa.answer = answer
    fetch("boundaries", khanh_hoa, tmp_path)
    fetch("towers", khanh_hoa, tmp_path)
    assert len(asked) <= 20
    for lon, lat in [*REEFS, (108.61, 11.41), (109.19, 11.99)]:  # none is passed over
        assert any(s <= lat <= n and w <= lon <= e for s, w, n, e in asked)


def test_the_plan_is_not_refused_for_an_island_without_villages(khanh_hoa: Mirror, tmp_path: Path) -> None:
    fetch_init(khanh_hoa, tmp_path / "kh")
    give_villages_and_sites(tmp_path / "kh")
    lines = (tmp_path / "kh" / "villages" / "villages.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "kh" / "villages" / "villages.csv").write_text("".join(x for x in lines if f",{ISLAND.code}," not in x), encoding="utf-8")
    found = validate(tmp_path / "kh")
    assert [f for f in found if f.level == "fault"] == []
    assert [f.level for f in found if ISLAND.code in f.reason and f.file == TERRAIN_FILE] == ["warning"]
    x, y = REEFS[0]
    row = {"village_id": "I1", "name": "Đảo", "commune_code": ISLAND.code, "lon": x + 0.01, "lat": y + 0.01, "is_sample": "yes"}
    names = lines[0].strip().split(",")
    with (tmp_path / "kh" / "villages" / "villages.csv").open("a", encoding="utf-8") as stream:
        stream.write(",".join(str(row.get(name, "")) for name in names) + "\n")
    assert [f.code for f in validate(tmp_path / "kh") if f.level == "fault"] == ["terrain_too_small"]


def fetch_init(mirror: Mirror, root: Path) -> None:
    init_study_area(root, CODE, base_url=mirror.url, policy=QUICK, terrain={"cell_m": 500.0, "margin_km": 4.0})


def test_people_are_cut_where_rasters_reach(khanh_hoa: Mirror, tmp_path: Path) -> None:
    step = 1 / 120
    khanh_hoa.files[population_path(2025)] = raster_bytes(np.ones((720, 1320), "float32"), 107.5, 13, step)
    fetch("boundaries", khanh_hoa, tmp_path)
    report = fetch("population", khanh_hoa, tmp_path)
    with rasterio.open(tmp_path / "population/population.tif") as source:
        assert source.width * step < 1
    assert [n.code for n in report.notes] == ["far_commune"]


def communes(**places: tuple[float, float, float]) -> gpd.GeoDataFrame:
    """Squares in kilometres: west, south, side."""
    shapes = [shapely.box(x * 1000, y * 1000, (x + side) * 1000, (y + side) * 1000) for x, y, side in places.values()]
    made = gpd.GeoDataFrame({"name": list(places)}, index=list(places), geometry=shapes, crs=UTM)
    return made.translate(500_000, 1_200_000).to_frame("geometry").assign(name=made["name"])


THREE = communes(a=(0, 0, 20), b=(20, 0, 20), island=(70, 0, 5))


def terrain(path: Path, east_km: float, void: tuple[float, float] | None = None) -> Path:
    heights = np.full((60, round(east_km) + 20), 100, dtype="float32")
    if void:
        heights[:, round(void[0]) + 10 : round(void[1]) + 10] = -9999
    path.write_bytes(raster_bytes(heights, 490_000, 1_230_000, 1000, crs="EPSG:32649", nodata=-9999))
    return path


@pytest.mark.parametrize(
    ("east_km", "void", "inhabited", "faults", "warnings"),
    [
        (80, None, ["a", "island"], [], []),
        (80, (60, 80), ["a"], [], ["island"]),  # the island is a void
        (40, None, ["a"], [], ["island"]),  # the file ends before the island
        (80, (60, 80), ["a", "island"], ["island"], []),
        (40, None, ["a", "island"], ["island"], []),
        (80, (20, 45), ["a"], ["b"], []),  # the mainland, villages or not
        (10, None, [], ["b"], ["island"]),
        (80, (-5, 80), [], ["a", "b"], ["island"]),
    ],
)
def test_what_lacks_heights_is_a_fault_save_for_empty_islands(
    tmp_path: Path, east_km: float, void: tuple[float, float] | None, inhabited: list[str], faults: list[str], warnings: list[str]
) -> None:
    path = terrain(tmp_path / "t.tif", east_km, void)
    _, found = read_dem(path, "t.tif", THREE, crs=UTM, cell_m=None, margin_m=0, inhabited=inhabited)
    told = {
        level: [c for c in THREE.index if any(re.search(rf"\b{c} {c}\b", f.reason) for f in found if f.level == level)]
        for level in ("fault", "warning")
    }
    assert (told["fault"], told["warning"]) == (faults, warnings)


def test_the_body_is_the_largest_group() -> None:
    assert sorted(body(THREE, UTM, 10).index) == ["a", "b"]
    assert sorted(body(THREE, UTM, 40).index) == ["a", "b", "island"]


def test_a_compact_province_is_one_rectangle() -> None:
    area = Area(THREE.drop("island").to_crs(4326), UTM)
    (one,) = area.rectangles(30)
    assert one == pytest.approx(area.degrees(30))
    assert len(Area(THREE.to_crs(4326), UTM).rectangles(5)) == 2
