"""Rasters as a cloud-optimised GeoTIFF: named bands of float32, each with its unit and meaning, and tags for the file.

On a fine grid the bands lie one after the other instead of pixel by pixel (levels compress better beside their like, by a fifth), and the
overviews begin at every fourth cell: that at every second would be a fifth of the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.enums import Resampling
from rasterio.env import Env
from rasterio.errors import RasterioError
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from geo_planner.errors import OutputError, system_says
from geo_planner.files.opening import memory_raster, new_raster
from geo_planner.files.refused import why_not_written
from geo_planner.units import is_fine

NODATA = -9999.0
"""In every band: nothing known. Finite, because many programs mishandle NaN."""

# Overviews take the nearest value: the mean of levels in dB, or of server numbers, means nothing.
_BLOCK = 256
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": _BLOCK, "OVERVIEW_RESAMPLING": "NEAREST", "BIGTIFF": "IF_SAFER"}
_FIRST_OVERVIEW = 4
# the driver for COGs cannot lay bands one after the other before GDAL 3.11; the plain one writes the same order of directories and blocks
_LARGE_COG = {
    "COPY_SRC_OVERVIEWS": "YES", "INTERLEAVE": "BAND", "TILED": "YES", "BLOCKXSIZE": _BLOCK, "BLOCKYSIZE": _BLOCK,
    "COMPRESS": "DEFLATE", "PREDICTOR": 3, "BIGTIFF": "IF_SAFER",
}  # fmt: skip
_THREADS = "ALL_CPUS"
"""That compress; blocks are written in the same order by any number."""
BLOCK_CACHE_BYTES = 16_000_000  # GDAL's own choice is a twentieth of the machine's memory


@dataclass(frozen=True, slots=True)
class Band:
    """A raster of a file: its name, the unit of its values, what they mean, and the values (not finite, or `nothing`: nothing known)."""

    name: str
    unit: str
    meaning: str
    values: npt.NDArray[np.generic]
    nothing: int | None = None


def write_cog(path: Path, bands: Sequence[Band], *, transform: Any, crs_wkt: str, tags: Mapping[str, str]) -> None:
    """Write bands of one shape.

    Parameters
    ----------
    path : Path
    bands : sequence of Band
        At least one.
    transform : affine.Affine
    crs_wkt : str
    tags : mapping
        Of the file as a whole.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows, columns = bands[0].values.shape
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": len(bands), "height": rows, "width": columns, "nodata": NODATA,
        "crs": crs_wkt, "transform": transform,
    }  # fmt: skip
    # on a fine grid in files on the disk, strip by strip
    if is_fine((rows, columns)):
        _write_large(path, bands, profile, tags)
        return
    # In memory, because the driver cannot fill a COG in place; and so that the disk sees one plain write.
    with memory_raster() as memory, memory_raster(ext=".tif") as packed:
        with memory.open(**profile) as draft:
            _fill(draft, bands, tags)
        with memory.open() as draft:
            copy_raster(draft, packed.name, driver="COG", **_COG)
        content = packed.read()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError("file_not_written.layer", name=path.name, why=system_says(error)) from error


def _write_large(path: Path, bands: Sequence[Band], profile: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Made of a draft beside it, for directories and small overviews stand first in the file and are known last."""
    blocks = {"tiled": True, "blockxsize": _BLOCK, "blockysize": _BLOCK, "interleave": "band", "bigtiff": "IF_SAFER"}
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as folder, Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES):
            draft_path = Path(folder) / "draft.tif"
            with new_raster(draft_path, **profile, **blocks) as draft:
                _fill(draft, bands, tags)
                if factors := _overviews(bands[0].values.shape):
                    draft.build_overviews(factors, Resampling.nearest)
            copy_raster(draft_path, Path(folder) / path.name, driver="GTiff", NUM_THREADS=_THREADS, **_LARGE_COG)
            (Path(folder) / path.name).replace(path)
    except (OSError, RasterioError) as error:
        raise OutputError("file_not_written.layer", name=path.name, why=why_not_written(error, path)) from error


def _fill(draft: Any, bands: Sequence[Band], tags: Mapping[str, str]) -> None:
    for number, band in enumerate(bands, start=1):
        for window, values in _strips(band):
            draft.write(values, number, window=window)
        draft.set_band_description(number, band.name)
        draft.set_band_unit(number, band.unit)
        draft.update_tags(number, MEANING=band.meaning)
    draft.update_tags(**tags)


def _overviews(shape: tuple[int, ...]) -> list[int]:
    """Factors by powers of two until a picture fits into one block, as the driver for COGs chooses them."""
    factors = [_FIRST_OVERVIEW] if max(shape) > _BLOCK * _FIRST_OVERVIEW // 2 else []
    while factors and max(shape) > _BLOCK * factors[-1]:
        factors.append(2 * factors[-1])
    return factors


def _strips(band: Band) -> Iterator[tuple[Window, npt.NDArray[np.float32]]]:
    rows, columns = band.values.shape
    for first in range(0, rows, _BLOCK):
        strip = band.values[first : first + _BLOCK]
        numbers = strip.astype(np.float32)
        numbers[~np.isfinite(numbers) | (False if band.nothing is None else strip == band.nothing)] = NODATA
        yield Window(0, first, columns, strip.shape[0]), numbers
