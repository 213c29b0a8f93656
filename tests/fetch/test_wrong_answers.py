"""Answers that are not what they should be: refused in a sentence, and asked for again the next time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from geo_planner.errors import InputError
from geo_planner.fetch import ContentError, DownloadError, NotFoundError, fetch_layer, province
from geo_planner.fetch.boundaries import COMMUNES_FILE, ward_path
from geo_planner.fetch.land_cover import LAND_COVER_FILE
from geo_planner.fetch.land_cover import tile_path as cover_path
from geo_planner.fetch.population import population_path
from geo_planner.fetch.provinces import communes_of
from geo_planner.fetch.terrain_tiles import TERRAIN_FILE, tile_path
from geo_planner.schema import COMMUNES
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.mosaic import mosaic
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, made_terrain, raster_bytes
from tests.fetch.test_boundaries import files_of

CODE, BOUNDS = "46", (107.35, 16.05, 107.65, 16.35)
SECOND = communes_of(CODE)[1]
PATH = ward_path(province(CODE), SECOND)
LOCAL_CRS = 'LOCAL_CS["x",UNIT["metre",1]]'


@pytest.fixture
def made(mirror: Mirror) -> Mirror:
    mirror.files |= made_boundaries(CODE, BOUNDS)
    return mirror


@pytest.fixture
def area(made: Mirror, tmp_path: Path) -> Path:
    fetch("boundaries", made, tmp_path / "area")
    return tmp_path / "area"


def fetch(kind: str, mirror: Mirror, into: Path, **options: object):
    return fetch_layer(kind, CODE, into, base_url=mirror.url, policy=QUICK, **options)


def refused_then_asked_again(kind: str, mirror: Mirror, into: Path, path: str, wrong: bytes, said: str, **options: object) -> None:
    """A wrong file is refused with its address, nothing changes, and the right one is fetched by the next try."""
    right, before = mirror.files[path], files_of(into) if into.exists() else {}
    mirror.files[path] = wrong
    with pytest.raises(DownloadError, match=said) as error:
        fetch(kind, mirror, into, **options)
    assert path in str(error.value)
    assert (files_of(into) if into.exists() else {}) == before
    mirror.files[path] = right
    fetch(kind, mirror, into, **options)


def ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(p) for p in (*points, points[0])]]}


def set_geometry(geometry: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda feature: feature.update(geometry=geometry)


def set_area(value: object) -> Callable[[dict[str, Any]], None]:
    return lambda feature: feature["properties"].update(areaKm2=value)


NOT_A_COMMUNE = {
    "area a text": (set_area("abc"), "areaKm2"),
    "area a list": (set_area([1]), "areaKm2"),
    "area yes": (set_area(True), "areaKm2"),
    "corner nan": (set_geometry(ring((107.4, 16.1), (107.5, float("nan")), (107.5, 16.2))), "no numbers"),
    "corner infinite": (set_geometry(ring((107.4, 16.1), (float("inf"), 16.1), (107.5, 16.2))), "no numbers"),
    "no area": (set_geometry(ring((107.4, 16.1), (107.5, 16.2))), "no area"),
    "a needle": (set_geometry(ring((107.4, 16.1), (107.5, 16.1), (107.5, 16.1 + 1e-9))), "no area"),
    "bow-tie": (set_geometry(ring((107.4, 16.1), (107.5, 16.2), (107.5, 16.1), (107.4, 16.2))), "crosses itself"),
    "corners are texts": (set_geometry(ring(("a", 16.1), (107.5, 16.1), (107.5, 16.2))), "one commune"),
    "no properties": (lambda feature: feature.update(properties=None), "one commune"),
    "far from the others": (set_geometry(ring((103.2, 22.1), (103.3, 22.1), (103.3, 22.2))), "from the other communes"),
}


@pytest.mark.parametrize("case", NOT_A_COMMUNE)
def test_a_commune_that_is_none_is_refused_and_asked_for_again(made: Mirror, tmp_path: Path, case: str) -> None:
    change, said = NOT_A_COMMUNE[case]
    document = json.loads(made.files[PATH])
    change(document["features"][0])
    refused_then_asked_again("boundaries", made, tmp_path / "area", PATH, json.dumps(document).encode(), said)


def test_outlines_that_do_not_fit_are_asked_for_again(made: Mirror, tmp_path: Path) -> None:
    right, first = made.files[PATH], ward_path(province(CODE), communes_of(CODE)[0])
    document = json.loads(right)
    document["features"][0]["geometry"] = json.loads(made.files[first])["features"][0]["geometry"]
    made.files[PATH] = json.dumps(document).encode()
    with pytest.raises(ContentError, match="do not fit"):
        fetch("boundaries", made, tmp_path / "area")
    made.files[PATH] = right
    fetch("boundaries", made, tmp_path / "area")


@pytest.mark.parametrize("value", [-5, 0, float("nan"), 1e12, 10**400])
def test_an_area_that_cannot_be_is_never_written(made: Mirror, tmp_path: Path, value: float) -> None:
    document = json.loads(made.files[PATH])
    document["features"][0]["properties"]["areaKm2"] = value
    made.files[PATH] = json.dumps(document).encode()
    report = fetch("boundaries", made, tmp_path / "area")
    (note,) = [n for n in report.notes if n.code == "area_not_usable"]
    assert (note.row, note.column, note.level) == (2, "area_km2", "warning")
    layer, faults = read_communes(tmp_path / "area" / COMMUNES_FILE, COMMUNES_FILE)
    assert [f for f in faults if f.level == "fault"] == []
    known = layer.at[SECOND.code, "area_km2"]
    assert known == SECOND.area_km2 or (SECOND.area_km2 is None and np.isnan(known))
    assert "area_km2" in {c.name for c in COMMUNES.columns}


def test_titles_are_the_sources_own(made: Mirror, tmp_path: Path) -> None:
    document = json.loads(made.files[PATH])
    document["features"][0]["properties"]["fullName"] = "Đặc khu Tên Mới"
    made.files[PATH] = json.dumps(document).encode()
    report = fetch("boundaries", made, tmp_path / "area")
    layer, _ = read_communes(tmp_path / "area" / COMMUNES_FILE, COMMUNES_FILE)
    assert (layer.at[SECOND.code, "name"], layer.at[SECOND.code, "type"]) == ("Tên Mới", "Đặc khu")
    assert [n.value for n in report.notes if n.code == "renamed_commune"] == ["Tên Mới"]


@pytest.mark.parametrize("title", [7, "", "Xã", "Xã \u0007", "Thôn Một", "Xã " + "a" * 200, None])
def test_a_title_that_is_none_leaves_the_one_of_the_index(made: Mirror, tmp_path: Path, title: object) -> None:
    document = json.loads(made.files[PATH])
    document["features"][0]["properties"]["fullName"] = title
    made.files[PATH] = json.dumps(document).encode()
    fetch("boundaries", made, tmp_path / "area")
    layer, _ = read_communes(tmp_path / "area" / COMMUNES_FILE, COMMUNES_FILE)
    assert (layer.at[SECOND.code, "name"], layer.at[SECOND.code, "type"]) == (SECOND.name, SECOND.type)


def test_a_commune_that_the_source_lacks_is_told_with_its_address(made: Mirror, tmp_path: Path) -> None:
    del made.files[PATH]
    with pytest.raises(NotFoundError) as error:
        fetch("boundaries", made, tmp_path / "area")
    for words in (SECOND.code, SECOND.name, PATH, "vietnamadminunits", "--base-url"):
        assert words in str(error.value)


def tiff(values: np.ndarray, *, west: float = 107, north: float = 17, crs: str | None = "EPSG:4326", step: float = 1 / 240) -> bytes:
    bands = values if values.ndim == 3 else values[None]
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=len(bands), height=bands.shape[1], width=bands.shape[2], dtype=bands.dtype, crs=crs,
            transform=from_origin(west, north, step, step),
        ) as target:  # fmt: skip
            target.write(bands)
        return bytes(memory.read())


def huge_tiff(side: int = 200_000) -> bytes:
    """Some kilobytes that claim to be billions of cells."""
    with MemoryFile() as memory:
        profile = {
            "driver": "GTiff",
            "width": side,
            "height": side,
            "count": 1,
            "dtype": "uint8",
            "crs": "EPSG:4326",
            "transform": from_origin(107, 17, 1 / side, 1 / side),
            "tiled": True,
            "blockxsize": 4096,
            "blockysize": 4096,
            "compress": "deflate",
            "sparse_ok": True,
        }
        with memory.open(**profile):
            pass
        return bytes(memory.read())


def hills(value: float | None = None) -> np.ndarray:
    heights = np.full((240, 240), 500, dtype="float32")
    if value is not None:
        heights[100:120, 100:120] = value
    return heights


WRONG_TILES = {
    "a picture": (lambda: tiff(np.full((3, 240, 240), 50, "uint8")), "3 bands"),
    "complex numbers": (lambda: tiff(hills().astype("complex64")), "complex64"),
    "no reference system": (lambda: tiff(hills(), crs=None), "no coordinate reference system"),
    "a local one": (lambda: tiff(hills(), crs=LOCAL_CRS), "no place on the earth"),
    "elsewhere": (lambda: tiff(hills(), west=10, north=50), "not where its name says"),
    "the next degree": (lambda: tiff(hills(), west=108, north=17), "not where its name says"),
    "impossible heights": (lambda: tiff(hills(1e30)), "1e\\+30"),
    "nodata that is not declared": (lambda: tiff(hills(-32768)), "-32768"),
    "infinite": (lambda: tiff(hills(np.inf)), "inf"),
    "billions of cells": (huge_tiff, "200,000"),
}


@pytest.mark.parametrize("case", WRONG_TILES)
def test_a_tile_that_is_none_is_refused_and_asked_for_again(made: Mirror, area: Path, case: str) -> None:
    made.files |= made_terrain([(15, 107), (16, 107)])
    wrong, said = WRONG_TILES[case]
    refused_then_asked_again("terrain", made, area, tile_path(16, 107, "glo90"), wrong(), said, margin_km=8, cell_m=500)
    with rasterio.open(area / TERRAIN_FILE) as source:
        assert not np.isnan(source.read(1)).any()


def test_a_tile_in_metres_counts_where_it_lies(made: Mirror, area: Path) -> None:
    made.files |= made_terrain([(15, 107)])
    made.files[tile_path(16, 107, "glo90")] = raster_bytes(np.full((1300, 1300), 300, "float32"), 713_000, 1_882_000, 90, crs="EPSG:32648")
    fetch("terrain", made, area, margin_km=8, cell_m=500)


def test_a_tile_that_an_earlier_version_kept_is_dropped(made: Mirror, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = made_terrain([(15, 107), (16, 107)])
    path = tile_path(16, 107, "glo90")
    made.files |= good | {path: tiff(np.full((3, 240, 240), 50, "uint8"))}
    with monkeypatch.context() as patched:
        patched.setattr("geo_planner.fetch.area.check_raster", lambda *args, **options: None)
        patched.setattr("geo_planner.fetch.layers._blames_a_file", lambda error: False)
        with pytest.raises(InputError):
            fetch("terrain", made, area, margin_km=8, cell_m=500)
    made.files[path] = good[path]
    with pytest.raises(ContentError, match="3 bands"):
        fetch("terrain", made, area, margin_km=8, cell_m=500)
    fetch("terrain", made, area, margin_km=8, cell_m=500)


def test_the_mosaic_makes_voids_of_what_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "t.tif").write_bytes(tiff(hills(1e30)))
    x, y = 745_000.0, 1_800_000.0
    made = mosaic(
        [tmp_path / "t.tif"], tmp_path / "out.tif", crs=CRS.from_epsg(32648), cell_m=500, bounds=(x, y, x + 40_000, y + 40_000),
        possible=(-500, 9000),
    )  # fmt: skip
    assert made.void_cells > 0
    with rasterio.open(made.path) as source:
        assert np.nanmax(source.read(1)) == pytest.approx(500)


def test_a_tile_with_a_local_system_is_a_fault_of_the_mosaic(tmp_path: Path) -> None:
    (tmp_path / "t.tif").write_bytes(tiff(hills(), crs=LOCAL_CRS))
    with pytest.raises(InputError, match="no place on the earth") as error:
        mosaic([tmp_path / "t.tif"], tmp_path / "out.tif", crs=CRS.from_epsg(32648), cell_m=500, bounds=(0, 0, 1000, 1000))
    assert str(tmp_path) in str(error.value)


def answer(*elements: object) -> bytes:
    return json.dumps({"osm3s": {"timestamp_osm_base": "2026-11-20T10:00:00Z"}, "elements": list(elements)}).encode()


def way(**changes: object) -> dict[str, object]:
    return {
        "type": "way",
        "id": 1,
        "tags": {"highway": "track"},
        "geometry": [{"lat": 16.1, "lon": 107.4}, {"lat": 16.2, "lon": 107.5}],
        **changes,
    }


@pytest.mark.parametrize(
    "elements",
    [
        [None],
        [5],
        [way(), "x"],
        [way(geometry=[{"lat": "a", "lon": 1}, {"lat": 1, "lon": 1}])],
        [way(geometry=[{"lat": "16.1", "lon": 107}, {"lat": 16, "lon": 107}])],
        [way(geometry=[{"lat": float("nan"), "lon": 107}, {"lat": 16, "lon": 107}])],
        [way(geometry=[{"lat": 160, "lon": 107}, {"lat": 16, "lon": 107}])],
        [way(geometry=7)],
        [way(tags=[1])],
        [way(tags={"highway": ["track"]}), way(tags={"highway": "track", "name": {"x": 1}})],
        [way(tags={"highway": "track", "name": "\ud800"})],
        [way(id="seven")],
        [way(id=float("inf"))],
    ],
)
def test_an_answer_with_something_else_in_it_is_refused_and_asked_for_again(made: Mirror, area: Path, elements: list[object]) -> None:
    made.answer = lambda body: answer(*elements)
    with pytest.raises(ContentError, match="api/interpreter"):
        fetch("roads", made, area)
    assert not (area / "roads").exists()
    made.answer = lambda body: answer(way())
    fetch("roads", made, area)


def test_an_answer_without_a_date_has_no_vintage(made: Mirror, area: Path) -> None:
    made.answer = lambda body: json.dumps({"osm3s": "x", "elements": [way(geometry=[None, *way()["geometry"]])]}).encode()
    assert fetch("roads", made, area).files


@pytest.mark.parametrize(("value", "said"), [(-99999.0, "-99999"), (1e30, "1e\\+30"), (np.inf, "inf")])
def test_people_that_cannot_be_are_refused(made: Mirror, area: Path, value: float, said: str) -> None:
    people = np.ones((480, 480), dtype="float32")
    good = tiff(people, west=107.3, north=16.4, step=1 / 1200)
    people[240:250, 240:250] = value
    path = population_path(2025)
    made.files[path] = good
    refused_then_asked_again("population", made, area, path, tiff(people, west=107.3, north=16.4, step=1 / 1200), said)


def test_land_cover_of_fractions_or_elsewhere_is_refused(made: Mirror, area: Path) -> None:
    path = cover_path(15, 105)
    classes = np.full((300, 300), 40, dtype="uint8")
    made.files[path] = tiff(classes, west=105, north=18, step=0.01)
    refused_then_asked_again("land_cover", made, area, path, tiff(classes, west=10, north=50, step=0.01), "not where", cell_m=500)
    assert (area / LAND_COVER_FILE).is_file()
