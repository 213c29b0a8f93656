"""A raster that does not fit on the disk is a sentence, and nothing of it stays; GDAL itself would tell nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo_planner.files.opening import new_raster
from tests.fetch.conftest import raster_bytes

_MAKE = """
import resource, sys
from pathlib import Path
from pyproj import CRS
from geo_planner.errors import OutputError
from geo_planner.study_area.mosaic import mosaic
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    mosaic([Path(sys.argv[1])], Path(sys.argv[2]), crs=CRS(32648), cell_m=300, bounds=(3e5, 2.37e6, 3.3e5, 2.4e6))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of this kind there")
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99, 1.0])
def test_a_mosaic_is_whole_or_a_sentence(share: float, tmp_path: Path) -> None:
    tile, out = tmp_path / "tile.tif", tmp_path / "out.tif"
    heights = np.random.default_rng(5).normal(500, 90, (600, 600)).astype("float32")
    tile.write_bytes(raster_bytes(heights, 3e5, 2.4e6, 50, crs="EPSG:32648"))

    def made(room: int) -> str:
        out.unlink(missing_ok=True)
        return subprocess.run([sys.executable, "-c", _MAKE, tile, out, str(room)], capture_output=True, text=True, check=True).stdout

    assert made(10_000_000) == ""
    whole = out.stat().st_size
    told = made(int(share * whole))
    if share == 1.0:
        assert told == ""
        assert out.stat().st_size == whole
        return
    assert "cannot be written" in told
    assert "Free disk space" in told
    assert not out.exists()


def test_a_block_without_a_place_in_the_file_is_noticed(tmp_path: Path) -> None:
    profile = {
        "driver": "GTiff",
        "width": 512,
        "height": 512,
        "count": 1,
        "dtype": "float32",
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    with pytest.raises(OSError, match="not all"), new_raster(tmp_path / "a.tif", **profile, sparse_ok=True) as target:
        target.write(np.ones((1, 256, 256), np.float32), window=rasterio.windows.Window(0, 0, 256, 256))
