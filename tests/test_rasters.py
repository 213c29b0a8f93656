"""Rasters as they come: turned any way, packed, in any unit, with voids that nobody declared. Read right, or refused with a remedy."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.study_area import load_study_area, raw_cells
from geo_planner.study_area.mosaic import mosaic
from geo_planner.study_area.population import read_population
from geo_planner.study_area.raster_frame import is_metre
from geo_planner.study_area.rasters import Dem, read_classes, read_dem
from geo_planner.validation import validate

UTM = CRS.from_epsg(32648)
ROWS, COLUMNS, CELL = 90, 120, 100.0
NORTH_UP = from_origin(200_000, 2_440_000, CELL, CELL)
COMMUNES = gpd.GeoDataFrame(
    {"code": ["1", "2"], "name": ["Một", "Hai"]},
    geometry=[shapely.box(203_000, 2_434_000, 206_000, 2_437_000), shapely.box(206_000, 2_434_000, 209_000, 2_437_000)],
    crs=UTM,
).set_index("code").to_crs(4326)  # fmt: skip


def relief(rows: int = ROWS, columns: int = COLUMNS, seed: int = 1) -> NDArray[np.float32]:
    """Mountains of some 500 m relief, 300 m above the sea and more."""
    noise = np.random.default_rng(seed).standard_normal((rows, columns))
    z = 60.0 * gaussian_filter(noise, 9.0) / 0.03 + 14.0 * gaussian_filter(noise, 2.0) / 0.14
    return np.asarray(z - z.min() + 300.0, dtype=np.float32)


def write(path: Path, values: NDArray[Any], transform: Affine | None = NORTH_UP, *, crs: Any = UTM, **more: Any) -> Path:
    """A GeoTIFF; `scale`, `offset`, `unit`, `tags`, `band_tags`, `mask` say what they are called."""
    described = {name: more.pop(name, None) for name in ("scale", "offset", "unit", "tags", "band_tags", "mask", "colormap")}
    values = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff",
        "width": values.shape[2],
        "height": values.shape[1],
        "count": values.shape[0],
        "dtype": values.dtype,
        "crs": crs,
    }
    if transform is not None:
        profile["transform"] = transform
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **{**profile, **more}) as sink:
        if described["colormap"]:
            sink.write_colormap(1, described["colormap"])
        sink.write(values)
        sink.scales = [described["scale"] if described["scale"] is not None else 1.0] * values.shape[0]
        sink.offsets = [described["offset"] or 0.0] * values.shape[0]
        if described["unit"] is not None:
            sink.units = [described["unit"]]
        sink.update_tags(**(described["tags"] or {}))
        sink.update_tags(1, **(described["band_tags"] or {}))
        if described["mask"] is not None:
            sink.write_mask(described["mask"])
    return path


def dem(path: Path, *, crs: CRS = UTM, cell_m: float | None = None, margin_m: float = 1500.0) -> tuple[Dem | None, list[Fault]]:
    return read_dem(path, path.name, COMMUNES, crs=crs, cell_m=cell_m, margin_m=margin_m, inhabited={"1", "2"})


def heights(path: Path, **options: Any) -> Dem:
    found, told = dem(path, **options)
    assert found is not None, told
    return found


def codes(told: list[Fault]) -> set[tuple[str, str]]:
    assert all(f.reason and f.remedy for f in told)
    return {(f.code, f.level) for f in told}


# --------------------------------------------------------------------------------------------------------- turned rasters
TURNED: dict[str, tuple[Callable[[NDArray[Any]], NDArray[Any]], Affine]] = {
    "rows from south to north": (lambda z: z[::-1], Affine.translation(0, ROWS) @ Affine.scale(1, -1)),
    "columns from east to west": (lambda z: z[:, ::-1], Affine.translation(COLUMNS, 0) @ Affine.scale(-1, 1)),
    "both": (lambda z: z[::-1, ::-1], Affine.translation(COLUMNS, ROWS) @ Affine.scale(-1, -1)),
    "rows are columns": (lambda z: z.T, Affine(0, 1, 0, 1, 0, 0)),
    "a quarter turn": (lambda z: z.T[:, ::-1], Affine(0, 1, 0, -1, 0, ROWS)),
    "a quarter turn back": (lambda z: z.T[::-1], Affine(0, -1, COLUMNS, 1, 0, 0)),
}
KINDS = {
    "float": (lambda z: z, {"nodata": -9999}),
    "no nodata": (lambda z: np.where(z == -9999, 500, z).astype("float32"), {}),
    "whole metres": (lambda z: z.astype("int16"), {"nodata": -9999}),
    "packed": (lambda z: np.where(z == -9999, -9999, z * 4 - 2000).astype("int16"), {"nodata": -9999, "scale": 0.25, "offset": 500.0}),
}


def with_a_hole(z: NDArray[np.float32]) -> NDArray[np.float32]:
    z = z.copy()
    z[40:44, 50:55] = -9999
    return z


@pytest.mark.parametrize("way", TURNED)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"cell_m": 250.0}, {"cell_m": 70.0}, {"crs": CRS.from_epsg(9205)}])
def test_a_raster_turned_about_gives_exactly_the_same_heights(tmp_path: Path, way: str, kind: str, options: dict[str, Any]) -> None:
    turn, transform = TURNED[way]
    pack, profile = KINDS[kind]
    z = pack(with_a_hole(relief()))
    straight = heights(write(tmp_path / "a.tif", z, **profile), **options)
    turned = heights(write(tmp_path / "b.tif", turn(z), NORTH_UP @ transform, **profile), **options)
    assert turned.transform == straight.transform
    assert np.array_equal(turned.heights_m, straight.heights_m, equal_nan=True)
    assert np.isnan(straight.heights_m).any() == (kind != "no nodata")


@pytest.mark.parametrize("way", TURNED)
def test_a_mask_of_its_own_turns_with_the_raster(tmp_path: Path, way: str) -> None:
    turn, transform = TURNED[way]
    z, known = relief(), np.ones((ROWS, COLUMNS), dtype=bool)
    known[40:44, 50:55] = False
    z[~known] = 0
    straight = heights(write(tmp_path / "a.tif", z, mask=known))
    turned = heights(write(tmp_path / "b.tif", turn(z), NORTH_UP @ transform, mask=turn(known)))
    assert np.isnan(straight.heights_m).sum() == 20
    assert np.array_equal(turned.heights_m, straight.heights_m, equal_nan=True)


@pytest.mark.parametrize("angle", [10.0, -35.0, 135.0])
@pytest.mark.parametrize("cell_m", [None, 50.0, 250.0])
def test_a_rotated_raster_lies_where_it_says(tmp_path: Path, angle: float, cell_m: float | None) -> None:
    """A slope comes back as a slope, whatever the angle of the cells."""
    middle = Affine.translation(206_000, 2_435_500) @ Affine.rotation(angle) @ Affine.scale(CELL, -CELL) @ Affine.translation(-100, -100)
    columns, rows = np.meshgrid(np.arange(200) + 0.5, np.arange(200) + 0.5)
    x, y = middle @ (columns, rows)
    plane = lambda x, y: 800 + 0.02 * (x - 206_000) - 0.03 * (y - 2_435_500)  # noqa: E731
    found = heights(write(tmp_path / "r.tif", plane(x, y).astype("float32"), middle), cell_m=cell_m)
    assert found.cell_m == (cell_m or CELL)
    rows_of, columns_of = np.indices(found.heights_m.shape)
    expected = plane(*(found.transform @ (columns_of + 0.5, rows_of + 0.5)))
    known = np.isfinite(found.heights_m)
    assert known.mean() > 0.9
    assert np.abs(found.heights_m - expected)[known].max() < 1.0


@pytest.mark.parametrize("way", TURNED)
def test_a_turned_tile_fits_its_neighbours(tmp_path: Path, way: str) -> None:
    turn, transform = TURNED[way]
    z = relief(2 * ROWS, COLUMNS)
    south = NORTH_UP @ Affine.translation(0, ROWS)
    bounds = (203_000.0, 2_424_000.0, 209_000.0, 2_438_000.0)
    north = write(tmp_path / "n.tif", z[:ROWS])
    made = [
        mosaic(
            [north, write(tmp_path / f"{name}.tif", tile, place)], tmp_path / f"{name}_out.tif", crs=UTM, cell_m=60.0, bounds=bounds
        ).path
        for name, tile, place in (("s", z[ROWS:], south), ("t", turn(z[ROWS:]), south @ transform))
    ]
    one, other = (rasterio.open(path).read(1) for path in made)
    assert np.isfinite(one).all()
    assert np.array_equal(one, other)


@pytest.mark.parametrize("angle", [12.0, 100.0])
def test_a_rotated_tile_lies_where_it_says(tmp_path: Path, angle: float) -> None:
    place = Affine.translation(206_000, 2_435_500) @ Affine.rotation(angle) @ Affine.scale(CELL, -CELL) @ Affine.translation(-100, -100)
    columns, rows = np.meshgrid(np.arange(200) + 0.5, np.arange(200) + 0.5)
    x, _ = place @ (columns, rows)
    tile = write(tmp_path / "t.tif", (800 + 0.02 * (x - 206_000)).astype("float32"), place)
    made = mosaic([tile], tmp_path / "out.tif", crs=UTM, cell_m=50.0, bounds=(203_000.0, 2_434_000.0, 209_000.0, 2_437_000.0))
    with rasterio.open(made.path) as source:
        values, transform = source.read(1), source.transform
    x = transform.c + (np.arange(values.shape[1]) + 0.5) * 50.0
    assert np.abs(values - (800 + 0.02 * (x - 206_000))).max() < 0.5


@pytest.mark.parametrize("way", TURNED)
def test_land_cover_and_people_are_where_they_are_however_the_raster_is_turned(tmp_path: Path, way: str) -> None:
    turn, transform = TURNED[way]
    draw = np.random.default_rng(4)
    ground = heights(write(tmp_path / "dem.tif", relief()))
    classes = draw.choice([10, 30, 50, 95], (ROWS, COLUMNS)).astype("uint8")
    people = draw.integers(0, 200, (ROWS, COLUMNS)).astype("int32")
    covers, counts = [], []
    for name, change, place in (("a", lambda z: z, NORTH_UP), ("b", turn, NORTH_UP @ transform)):
        covers.append(read_classes(write(tmp_path / f"c{name}.tif", change(classes), place, nodata=0), "c.tif", ground))
        counts.append(read_population(write(tmp_path / f"p{name}.tif", change(people), place), "p.tif", COMMUNES))
    (straight, no_fault), (turned, none) = covers
    assert no_fault == none == []
    assert straight is not None
    assert np.array_equal(straight, turned)
    (some, _), (same, _) = counts
    assert some is not None
    assert same is not None
    for commune in (1, 2):
        assert some.people[some.labels == commune].sum() == same.people[same.labels == commune].sum() > 10_000
    inside = people[30:60, 30:90].sum()
    assert some.people[some.labels > 0].sum() == inside


def test_people_of_a_rotated_raster_are_counted_once(tmp_path: Path) -> None:
    place = Affine.translation(206_000, 2_435_500) @ Affine.rotation(20) @ Affine.scale(CELL, -CELL) @ Affine.translation(-100, -100)
    found, told = read_population(write(tmp_path / "p.tif", np.ones((200, 200), "float32"), place), "p.tif", COMMUNES)
    assert found is not None, told
    assert [int((found.people * (found.labels == k)).sum()) for k in (1, 2)] == pytest.approx([900, 900], abs=20)


# ----------------------------------------------------------------------------------------------- undeclared signs of nothing
SIGNS = [-9999, 9999, -32768, 32767, 65535, -3.4028235e38, 1e20, math.inf, -math.inf, -32767, 99999]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("options", [{}, {"cell_m": 250.0}, {"cell_m": 70.0}, {"crs": CRS.from_epsg(9205), "cell_m": 500.0}])
def test_no_sign_of_nothing_is_mixed_into_the_heights(tmp_path: Path, sign: float, options: dict[str, Any]) -> None:
    z = relief()
    z[45:65, 40:60] = sign
    told = dem(write(tmp_path / "d.tif", z), **options)
    assert told[0] is None
    (fault,) = told[1]
    assert (fault.code, fault.level) == ("impossible_height", "fault")
    assert fault.reason.startswith("400 cells")
    assert fault.value == f"{np.float32(sign):g}"


def test_a_single_cell_is_found_wherever_it_lies_in_the_part_that_is_read(tmp_path: Path) -> None:
    for row, column in ((20, 20), (44, 61), (68, 103)):
        z = relief()
        z[row, column] = -9999
        assert codes(dem(write(tmp_path / "d.tif", z), cell_m=500.0)[1]) == {("impossible_height", "fault")}
    z = relief()
    z[0, 0] = -9999  # nobody reads it
    assert dem(write(tmp_path / "d.tif", z), cell_m=500.0)[0] is not None


@pytest.mark.parametrize(("kind", "sign"), [("int16", -32768), ("int16", 32767), ("uint16", 65535), ("int32", -9999), ("float32", -9999)])
def test_packed_numbers_are_looked_at_as_they_are_packed(tmp_path: Path, kind: str, sign: float) -> None:
    """-9999 hundredths of a metre would be 100 m below the sea, 32767 tenths a mountain."""
    scale = 0.1 if kind == "uint16" or sign == 32767 else 0.01
    z = np.round((relief() - 250) / scale / 5).astype(kind)
    assert dem(write(tmp_path / "a.tif", z, scale=scale), cell_m=250.0)[0] is not None
    z[45:65, 40:60] = sign
    assert codes(dem(write(tmp_path / "b.tif", z, scale=scale), cell_m=250.0)[1]) == {("impossible_height", "fault")}
    assert dem(write(tmp_path / "c.tif", z, scale=scale, nodata=sign), cell_m=250.0)[0] is not None


def test_a_tile_with_an_undeclared_sign_leaves_a_void(tmp_path: Path) -> None:
    z = (relief() * 10).astype("int16")
    z[45:65, 40:60] = -32768
    made = mosaic(
        [write(tmp_path / "t.tif", z, scale=0.1)], tmp_path / "out.tif", crs=UTM, cell_m=250.0,
        bounds=(203_000.0, 2_434_000.0, 209_000.0, 2_437_000.0), possible=(-500.0, 9000.0),
    )  # fmt: skip
    with rasterio.open(made.path) as source:
        values = source.read(1)
    assert np.isnan(values).any()
    assert np.nanmin(values) > 250


@pytest.mark.parametrize("sign", [65535, 32767, 9999])
def test_a_sign_of_nothing_is_no_number_of_people(tmp_path: Path, sign: int) -> None:
    people = np.random.default_rng(4).integers(0, 200, (ROWS, COLUMNS)).astype("uint16")
    assert read_population(write(tmp_path / "a.tif", people), "p.tif", COMMUNES)[0] is not None
    people[45:50, 40:45] = sign
    found, told = read_population(write(tmp_path / "b.tif", people), "p.tif", COMMUNES)
    assert found is None
    assert codes(told) == {("impossible_population", "fault")}
    assert read_population(write(tmp_path / "c.tif", people, nodata=sign), "p.tif", COMMUNES)[0] is not None


def test_people_are_unpacked(tmp_path: Path) -> None:
    people = np.full((ROWS, COLUMNS), 50, "int16")
    found, _ = read_population(write(tmp_path / "a.tif", people, scale=0.1, offset=1.0), "p.tif", COMMUNES)
    assert found is not None
    assert found.people[found.labels == 1].sum() == pytest.approx(900 * 6.0)


_MEASURE = """
import resource, sys
from pathlib import Path
from tests.test_rasters import read_raw
read_raw(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_raw(Path(sys.argv[2]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def read_raw(path: Path) -> None:
    with rasterio.open(path) as source:
        whole = rasterio.windows.Window(0, 0, source.width, source.height)
        assert raw_cells.raw_faults(source, whole, raw_cells.Numbers.of(source), "d.tif") == []


def test_looking_at_the_cells_takes_the_same_memory_whatever_the_size(tmp_path: Path) -> None:
    for name, rows in (("small", 1500), ("large", 12_000)):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=4000, height=rows, count=1, dtype="int16", crs=UTM,
            transform=from_origin(200_000, 2_440_000, 1, 1), tiled=True, compress="deflate",
        ) as sink:  # fmt: skip
            strip = np.round(relief(500, 4000) / 5).astype("int16")
            for row in range(0, rows, 500):
                sink.write(strip, 1, window=rasterio.windows.Window(0, row, 4000, 500))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "small.tif"), str(tmp_path / "large.tif")],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "GDAL_CACHEMAX": "32"},
    )  # fmt: skip
    assert int(done.stdout) < 100


# ------------------------------------------------------------------------------------------------------------ scale and unit
@pytest.mark.parametrize(
    ("scale", "offset"), [(0.0, 0.0), (0.0, 100.0), (math.nan, 0.0), (math.inf, 0.0), (1.0, math.nan), (1.0, math.inf)]
)
def test_a_scale_that_makes_no_numbers_is_a_fault(tmp_path: Path, scale: float, offset: float) -> None:
    path = write(tmp_path / "d.tif", relief().astype("int16"), scale=scale, offset=offset)
    assert codes(dem(path)[1]) == {("scale", "fault")}
    assert codes(read_population(path, "d.tif", COMMUNES)[1]) == {("scale", "fault")}
    with pytest.raises(InputError, match="scale is"):
        mosaic([path], tmp_path / "out.tif", crs=UTM, cell_m=250.0, bounds=(203_000.0, 2_434_000.0, 209_000.0, 2_437_000.0))


METRES = [
    "m",
    "M",
    "metre",
    "Metres",
    "meter",
    "METERS",
    "m asl",
    "m a.s.l.",
    "m.a.s.l.",
    "[m]",
    "metres above mean sea level",
    "mét",
    "masl",
    " m ",
]
NOT_METRES = ["ft", "feet", "Foot", "us-ft", "US survey foot", "foot_us", "ftUS", "cm", "dm", "km", "mm", "decimetre", "centimeters", "yd", "fathom",
              "0.1 m", "m/s", "m2", "degree", "chi", "?", "thước", "international foot", "link", "Clarke's foot"]  # fmt: skip


@pytest.mark.parametrize("unit", METRES)
def test_the_metre_is_known_in_any_spelling(tmp_path: Path, unit: str) -> None:
    assert is_metre(unit)
    assert dem(write(tmp_path / "d.tif", relief(), unit=unit))[0] is not None
    assert dem(write(tmp_path / "t.tif", relief(), tags={"units": unit}, band_tags={"UNITTYPE": unit}))[0] is not None


@pytest.mark.parametrize("unit", NOT_METRES)
def test_anything_else_than_metres_is_refused(tmp_path: Path, unit: str) -> None:
    assert not is_metre(unit)
    path = write(tmp_path / "d.tif", relief(), unit=unit)
    assert codes(dem(path)[1]) == {("units", "fault")}
    assert codes(dem(write(tmp_path / "b.tif", relief(), band_tags={"units": unit}))[1]) == {("units", "fault")}
    with pytest.raises(InputError, match="not in metres"):
        mosaic([path], tmp_path / "out.tif", crs=UTM, cell_m=250.0, bounds=(203_000.0, 2_434_000.0, 209_000.0, 2_437_000.0))


@pytest.mark.parametrize("key", ["units", "Unit", "UNIT_TYPE", "vertical_units", "z_unit", "ELEVATION UNITS"])
def test_a_unit_in_the_metadata_of_the_file_counts(tmp_path: Path, key: str) -> None:
    assert codes(dem(write(tmp_path / "d.tif", relief(), tags={key: "feet"}))[1]) == {("units", "fault")}
    assert dem(write(tmp_path / "m.tif", relief(), tags={key: "metres"}))[0] is not None
    assert dem(write(tmp_path / "x.tif", relief(), tags={"units": "degrees"}))[0] is not None  # of the cells' sides


@pytest.mark.parametrize(("crs", "metres"), [("EPSG:32648+5773", True), ("EPSG:32648+3855", True), ("EPSG:32648+5705", True), ("EPSG:32648+6360", False), ("EPSG:32648+8228", False), ("EPSG:32648+5831", False)])  # fmt: skip
def test_the_vertical_system_says_the_unit_too(tmp_path: Path, crs: str, metres: bool) -> None:
    z = relief()
    found, told = dem(write(tmp_path / "d.tif", z, crs=crs))
    if metres:
        assert found is not None
        assert np.isin(found.heights_m, z).all()  # on its own grid it is cropped, never resampled
    else:
        assert codes(told) == {("units", "fault")}


@pytest.mark.parametrize("epsg", [2263, 3857, 9205, 6933, 4326])
def test_sides_of_cells_may_count_in_anything(tmp_path: Path, epsg: int) -> None:
    """Feet, the web's metres, degrees: the warper turns places of the raster into metres on the ground."""
    from pyproj import Transformer

    crs = CRS.from_epsg(epsg) if epsg != 2263 else CRS.from_proj4("+proj=utm +zone=48 +datum=WGS84 +units=us-ft")
    back = Transformer.from_crs(crs, UTM, always_xy=True)
    west, south, east, north = Transformer.from_crs(UTM, crs, always_xy=True).transform_bounds(199_000, 2_430_000, 213_000, 2_441_000)
    side = (east - west) / 200
    rows, columns = np.indices((math.ceil((north - south) / side), 200))
    x, _ = back.transform(west + (columns + 0.5) * side, north - (rows + 0.5) * side)
    slope = 500 + 0.02 * (np.asarray(x) - 200_000)
    found = heights(write(tmp_path / "d.tif", slope.astype("float32"), from_origin(west, north, side, side), crs=crs), cell_m=100.0)
    x = found.transform.c + (np.arange(found.heights_m.shape[1]) + 0.5) * 100.0
    assert np.nanmax(np.abs(found.heights_m - (500 + 0.02 * (x - 200_000)))) < 0.5
    assert np.isfinite(found.heights_m).mean() > 0.95


# ------------------------------------------------------------------------------------------------------------ broken frames
MOON = 'GEOGCS["Moon",DATUM["D_Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
LOCAL = 'LOCAL_CS["site",UNIT["metre",1]]'
GCPS = [GroundControlPoint(r, c, 200_000 + 100 * c, 2_440_000 - 100 * r) for r, c in ((0, 0), (0, 120), (90, 0), (90, 120))]
FRAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "no system": ("no_crs", {"crs": None}),
    "the moon": ("not_on_earth", {"crs": MOON, "transform": from_origin(102, 22, 0.001, 0.001)}),
    "mars": ("not_on_earth", {"crs": "+proj=longlat +a=3396190 +b=3376200", "transform": from_origin(102, 22, 0.001, 0.001)}),
    "a projection of the moon": ("not_on_earth", {"crs": "+proj=tmerc +lon_0=105 +a=1737400 +b=1737400"}),
    "a building site": ("not_on_earth", {"crs": LOCAL}),
    "centre of the earth": ("not_on_earth", {"crs": "EPSG:4978"}),
    "control points alone": ("control_points", {"transform": None, "gcps": GCPS}),
    "no frame": ("geotransform", {"transform": None}),
    "no number": ("geotransform", {"transform": Affine(math.nan, 0, 200_000, 0, math.nan, 2_440_000)}),
    "nowhere": ("geotransform", {"transform": Affine(100, 0, math.inf, 0, -100, 2_440_000)}),
    "cells of nothing": ("geotransform", {"transform": Affine(0, 0, 200_000, 0, 0, 2_440_000)}),
    "cells on a line": ("geotransform", {"transform": Affine(100, 100, 200_000, 100, 100, 2_440_000)}),
    "a million kilometres": ("geotransform", {"transform": from_origin(200_000, 2_440_000, 1e9, 1e9)}),
    "metres said to be degrees": ("projected_as_degrees", {"crs": "EPSG:4326"}),
}  # fmt: skip


@pytest.mark.parametrize("case", FRAMES)
def test_a_frame_that_says_nothing_is_told_with_a_remedy_whatever_the_layer(tmp_path: Path, case: str) -> None:
    code, frame = FRAMES[case]
    ground = heights(write(tmp_path / "good.tif", relief()))
    path = write(tmp_path / "d.tif", np.round(relief() / 5).astype("uint8"), **frame)
    assert codes(dem(path)[1]) == {(code, "fault")}
    assert codes(read_population(path, "d.tif", COMMUNES)[1]) == {(code, "fault")}
    assert codes(read_classes(path, "d.tif", ground)[1]) == {(code, "fault")}
    with pytest.raises(InputError) as error:
        mosaic([path], tmp_path / "out.tif", crs=UTM, cell_m=250.0, bounds=(203_000.0, 2_434_000.0, 209_000.0, 2_437_000.0))
    assert all(f.reason and f.remedy for f in error.value.faults)


PICTURES: dict[str, NDArray[Any]] = {
    "three bands": np.zeros((3, ROWS, COLUMNS), "uint8"),
    "heights and how sure": np.zeros((2, ROWS, COLUMNS), "float32"),
    "complex": np.zeros((ROWS, COLUMNS), "complex64"),
}


@pytest.mark.parametrize("case", PICTURES)
def test_what_is_not_one_band_of_numbers_is_refused(tmp_path: Path, case: str) -> None:
    path = write(tmp_path / "d.tif", PICTURES[case])
    assert codes(dem(path)[1]) == {("bands", "fault")}
    assert codes(read_population(path, "d.tif", COMMUNES)[1]) == {("bands", "fault")}


def test_complex_integers_and_palettes_are_no_heights(tmp_path: Path) -> None:
    write(tmp_path / "p.tif", np.zeros((ROWS, COLUMNS), "uint8"), colormap={0: (0, 0, 0, 255), 1: (255, 0, 0, 255)})
    assert codes(dem(tmp_path / "p.tif")[1]) == {("bands", "fault")}
    write(tmp_path / "c.tif", np.zeros((ROWS, COLUMNS), "complex64"), dtype="complex_int16")
    assert codes(dem(tmp_path / "c.tif")[1]) == {("bands", "fault")}


def test_everything_wrong_with_a_raster_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", relief(), crs=None, scale=0.0)
    assert codes(dem(path)[1]) == {("no_crs", "fault"), ("scale", "fault")}


def test_one_raster_of_the_whole_earth_will_do(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "e.tif", "w", driver="GTiff", width=7200, height=3600, count=1, dtype="int16", crs="EPSG:4326", transform=from_origin(-180, 90, 0.05, 0.05), tiled=True, compress="deflate", sparse_ok=True
    ) as sink:  # fmt: skip
        window = rasterio.windows.Window(5600, 1300, 60, 100)
        sink.write(np.round(relief(100, 60)).astype("int16"), 1, window=window)
    found = heights(tmp_path / "e.tif", margin_m=20_000.0)
    assert 5000 < found.cell_m < 5600
    assert np.nanmin(found.heights_m) > 250


@pytest.mark.parametrize("cell_m", ["0", ".nan", ".inf", "1e9", "-250", "9", "abc"])
def test_a_cell_that_cannot_be_is_a_setting_to_mend(area_copy: Path, cell_m: str) -> None:
    scenario = area_copy / "scenarios/lai_chau_sample.yaml"
    text = scenario.read_text("utf-8")
    assert "cell_m: null" in text
    scenario.write_text(text.replace("cell_m: null", f"cell_m: {cell_m}"), "utf-8")
    assert ("setting", "terrain.cell_m") in {(f.code, f.column) for f in validate(area_copy)}


def test_validate_and_plan_say_the_same_of_a_broken_terrain(area_copy: Path) -> None:
    terrain = area_copy / "terrain/sample_terrain.tif"
    with rasterio.open(terrain) as source:
        z = source.read(1)
    for code, frame in (*FRAMES.values(), ("units", {"unit": "us-ft"}), ("scale", {"scale": 0.0})):
        terrain.unlink()
        write(terrain, z, **{"transform": from_origin(210_000, 2_537_500, 250, 250), **frame})
        told = [f for f in validate(area_copy) if f.level == "fault"]
        assert {f.code for f in told} == {code}
        scenario = area_copy / "scenarios/lai_chau_sample.yaml"
        with pytest.raises(InputError) as error:
            load_study_area(area_copy, load_scenario(scenario))
        assert [f for f in error.value.faults if f.level == "fault"] == told
        done = CliRunner().invoke(app, ["plan", str(scenario), "--out", str(area_copy / "out")])
        assert done.exit_code != 0
        assert isinstance(done.exception, SystemExit)


def test_zeros_in_the_mountains_are_a_warning_with_area_and_place(tmp_path: Path) -> None:
    z = relief()
    z[45:65, 40:60] = 0
    for options in ({}, {"cell_m": 250.0}):
        found, told = dem(write(tmp_path / "d.tif", z), **options)
        assert found is not None
        (warning,) = told
        assert (warning.code, warning.level, warning.value) == ("written_void", "warning", "0")
        assert "400 cells (4 km²)" in warning.reason
        assert "near 21.98" in warning.reason
    assert dem(write(tmp_path / "n.tif", z, nodata=0))[1][0].code == "terrain_void"
