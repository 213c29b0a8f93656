"""Tiles to one raster: no seam, no invented height, bounded memory, whatever their reference systems."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS, Transformer

from geo_planner.errors import InputError, OutputError
from geo_planner.study_area.mosaic import mosaic
from tests.fetch.conftest import raster_bytes, tiff_values

UTM = CRS.from_epsg(32648)
WEST, SOUTH, EAST, NORTH = 330_000.0, 2_420_000.0, 350_000.0, 2_440_000.0  # around 103.4 E, 22 N


def plane(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A slope in metres of UTM 48N: any resampling that is right gives it back."""
    return 500 + 0.02 * (x - WEST) - 0.015 * (y - SOUTH)


def degree_tile(
    folder: Path, name: str, west: float, north: float, cells: tuple[int, int], step: float, *, void: np.ndarray | None = None
) -> Path:
    x = west + (np.arange(cells[1]) + 0.5) * step
    y = north - (np.arange(cells[0]) + 0.5) * step
    east, northing = Transformer.from_crs(4326, 32648, always_xy=True).transform(*np.meshgrid(x, y))
    values = plane(east, northing).astype("float32")
    if void is not None:
        values[void] = -9999
    path = folder / name
    path.write_bytes(raster_bytes(values, west, north, step, nodata=-9999))
    return path


def metric_tile(
    folder: Path, name: str, west: float, north: float, cells: tuple[int, int], step: float, *, crs: str = "EPSG:32648"
) -> Path:
    x = west + (np.arange(cells[1]) + 0.5) * step
    y = north - (np.arange(cells[0]) + 0.5) * step
    grid = np.meshgrid(x, y)
    if crs != "EPSG:32648":
        grid = Transformer.from_crs(crs, 32648, always_xy=True).transform(*grid)
    path = folder / name
    path.write_bytes(raster_bytes(plane(*grid).astype("float32"), west, north, step, crs=crs))
    return path


def make(
    tiles: list[Path],
    out: Path,
    *,
    cell_m: float = 100.0,
    bounds: tuple[float, float, float, float] = (WEST, SOUTH, EAST, NORTH),
    **options: object,
):
    return mosaic(tiles, out, crs=UTM, cell_m=cell_m, bounds=bounds, **options)


def expected(result, cell_m: float = 100.0) -> np.ndarray:
    rows, columns = result.shape
    x = np.floor(WEST / cell_m) * cell_m + (np.arange(columns) + 0.5) * cell_m
    y = np.floor(SOUTH / cell_m) * cell_m + (rows - np.arange(rows) - 0.5) * cell_m
    return plane(*np.meshgrid(x, y))


def four_tiles(folder: Path, step: float = 1 / 1200) -> list[Path]:
    """A patch cut into four tiles at 103.45 E, 21.97 N, well inside the output."""
    west, middle, north, half = 103.2, 103.45, 22.2, 21.975
    n = round(0.25 / step)
    rows = round((north - half) / step)
    return [
        degree_tile(folder, "nw.tif", west, north, (rows, n), step),
        degree_tile(folder, "ne.tif", middle, north, (rows, n), step),
        degree_tile(folder, "sw.tif", west, half, (rows, n), step),
        degree_tile(folder, "se.tif", middle, half, (rows, n), step),
    ]


@pytest.mark.parametrize("cell_m", [50.0, 100.0, 250.0, 500.0])
def test_a_plane_comes_back_as_a_plane_across_every_seam(tmp_path: Path, cell_m: float) -> None:
    result = make(four_tiles(tmp_path), tmp_path / "out.tif", cell_m=cell_m)
    assert result.void_cells == 0
    assert np.abs(tiff_values(result.path) - expected(result, cell_m)).max() < (0.6 if cell_m >= 250 else 0.2)


def test_cutting_into_tiles_changes_nothing(tmp_path: Path) -> None:
    step = 1 / 1200
    whole = degree_tile(tmp_path, "whole.tif", 103.2, 22.2, (540, 600), step)
    one, four = make([whole], tmp_path / "one.tif"), make(four_tiles(tmp_path), tmp_path / "four.tif")
    assert np.abs(tiff_values(one.path) - tiff_values(four.path)).max() < 1e-3


def test_tiles_of_three_reference_systems_join_to_one_plane(tmp_path: Path) -> None:
    tiles = [
        metric_tile(tmp_path, "utm.tif", 328_000, 2_442_000, (120, 120), 100),  # north-west
        metric_tile(tmp_path, "vn2000.tif", 535_000, 2_445_000, (300, 300), 90, crs="EPSG:9205"),
        degree_tile(tmp_path, "degrees.tif", 103.2, 22.2, (540, 600), 1 / 1200),  # everywhere below
    ]
    result = make(tiles, tmp_path / "out.tif")
    assert result.void_cells == 0
    assert np.abs(tiff_values(result.path) - expected(result)).max() < 0.5


def test_a_tile_on_the_output_grid_is_copied_cell_by_cell(tmp_path: Path) -> None:
    rough = np.random.default_rng(1).uniform(0, 3000, (200, 200)).astype("float32")
    (tmp_path / "own.tif").write_bytes(raster_bytes(rough, WEST, NORTH, 100, crs="EPSG:32648"))
    result = make([tmp_path / "own.tif"], tmp_path / "out.tif")
    np.testing.assert_allclose(tiff_values(result.path), rough, atol=2e-3)


def test_voids_stay_voids_and_are_counted(tmp_path: Path) -> None:
    void = np.zeros((540, 600), dtype=bool)
    void[200:240, 250:300] = True  # 3.7 km by 4.3 km
    tile = degree_tile(tmp_path, "holed.tif", 103.2, 22.2, (540, 600), 1 / 1200, void=void)
    result = make([tile], tmp_path / "out.tif")
    values = tiff_values(result.path)
    assert result.void_cells == np.isnan(values).sum() > 0
    metres2 = void.sum() * (111_320 * np.cos(np.radians(22.02)) / 1200) * (110_700 / 1200)
    assert result.void_cells * 100**2 == pytest.approx(metres2, rel=0.03)  # neither shrunk nor grown
    known = ~np.isnan(values)
    assert np.abs(values - expected(result))[known].max() < 1.0  # at the rim a height leans on one side only


@pytest.mark.parametrize("cell_m", [100.0, 500.0])
def test_a_void_is_closed_only_by_another_tile_that_has_heights_there(tmp_path: Path, cell_m: float) -> None:
    void = np.zeros((540, 600), dtype=bool)
    void[200:300, 250:350] = True
    holed = degree_tile(tmp_path, "holed.tif", 103.2, 22.2, (540, 600), 1 / 1200, void=void)
    other = metric_tile(tmp_path, "other.tif", 320_000, 2_450_000, (450, 450), 90)
    assert make([holed], tmp_path / "a.tif", cell_m=cell_m).void_cells > 0
    result = make([holed, other], tmp_path / "b.tif", cell_m=cell_m)
    assert result.void_cells == 0


def test_beyond_the_tiles_there_is_nothing(tmp_path: Path) -> None:
    tile = metric_tile(tmp_path, "small.tif", WEST, NORTH, (50, 50), 100)
    result = make([tile], tmp_path / "out.tif")
    assert result.void_cells == 200 * 200 - 50 * 50
    assert np.isnan(tiff_values(result.path)[60:, :]).all()


def test_classes_are_never_mixed(tmp_path: Path) -> None:
    classes = np.random.default_rng(2).choice(np.array([0, 10, 40, 80], dtype="uint8"), (400, 400))
    (tmp_path / "cover.tif").write_bytes(raster_bytes(classes, WEST, NORTH, 50, crs="EPSG:32648", nodata=0))
    for cell_m in (50.0, 100.0, 200.0):
        result = make([tmp_path / "cover.tif"], tmp_path / "out.tif", cell_m=cell_m, method="class")
        assert set(np.unique(tiff_values(result.path))) <= {0, 10, 40, 80}


def test_the_same_cells_for_another_outline(tmp_path: Path) -> None:
    tiles = four_tiles(tmp_path)
    one = make(tiles, tmp_path / "a.tif")
    two = make(tiles, tmp_path / "b.tif", bounds=(WEST + 1234, SOUTH + 777, EAST - 50, NORTH - 3210))
    a, b = tiff_values(one.path), tiff_values(two.path)
    np.testing.assert_allclose(b, a[-b.shape[0] - 7 : -7, 12 : 12 + b.shape[1]], atol=0.05)  # the warper places points to about a metre


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    tiles = four_tiles(tmp_path)
    assert make(tiles, tmp_path / "a.tif").path.read_bytes() == make(tiles, tmp_path / "b.tif").path.read_bytes()


def test_every_bad_tile_is_named_at_once(tmp_path: Path) -> None:
    good = metric_tile(tmp_path, "good.tif", WEST, NORTH, (20, 20), 100)
    (tmp_path / "text.tif").write_text("<html>")
    (tmp_path / "nocrs.tif").write_bytes(raster_bytes(np.zeros((5, 5), "float32"), 0, 0, 1, crs=None))
    (tmp_path / "cut.tif").write_bytes(good.read_bytes()[:200])
    with pytest.raises(InputError) as error:
        make([good, tmp_path / "text.tif", tmp_path / "nocrs.tif", tmp_path / "cut.tif", tmp_path / "absent.tif"], tmp_path / "out.tif")
    assert {f.file for f in error.value.faults} == {"text.tif", "nocrs.tif", "cut.tif", "absent.tif"}
    assert not (tmp_path / "out.tif").exists()


def test_a_tile_damaged_inside_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    rough = np.random.default_rng(3).uniform(0, 3000, (600, 600)).astype("float32")
    body = bytearray(raster_bytes(rough, WEST, NORTH, 40, crs="EPSG:32648"))
    body[len(body) // 2 : len(body) // 2 + 40_000] = bytes(40_000)
    (tmp_path / "hurt.tif").write_bytes(body)
    with pytest.raises(InputError, match=r"hurt\.tif"):
        make([tmp_path / "hurt.tif"], tmp_path / "out.tif")
    assert not (tmp_path / "out.tif").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    tile = metric_tile(tmp_path, "t.tif", WEST, NORTH, (20, 20), 100)
    with pytest.raises(OutputError):
        make([tile], tmp_path / "no" / "out.tif")


_MEASURE = """
import resource, sys
from pathlib import Path
from pyproj import CRS
from geo_planner.study_area.mosaic import mosaic
tiles, out = [Path(p) for p in sys.argv[2:]], Path(sys.argv[1])
mosaic(tiles, out, crs=CRS.from_epsg(32648), cell_m=500, bounds=(330000, 2420000, 350000, 2440000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = mosaic(tiles, out, crs=CRS.from_epsg(32648), cell_m=8, bounds=(330000, 2420000, 350000, 2440000))
print(result.cells * 4 // 2**20, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "out.tif"), *map(str, four_tiles(tmp_path))],
        capture_output=True,
        text=True,
        check=True,
    )
    output_mb, grown_mb = map(int, done.stdout.split())
    assert output_mb > 20
    assert grown_mb < 15
