"""Finished blocks on disk: one tiled GeoTIFF each, named by the hash of all that decides it, whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.env import Env
from rasterio.errors import RasterioError

from geo_planner.batch.blocks import TILE
from geo_planner.files.atomic import whole_file
from geo_planner.files.cog import BLOCK_CACHE_BYTES
from geo_planner.files.folders import UnopenedError, cache_root
from geo_planner.files.opening import memory_raster, opened_raster
from geo_planner.grid import Grid
from geo_planner.radio.serving import Serving

logger = logging.getLogger(__name__)

_PLAIN = ("level", "rsrp", "second", "server", "unknown", "overlap")
_DIGEST = "CONTENT_SHA256"


def blocks_folder() -> Path:
    """``blocks`` in the cache folder."""
    return cache_root() / "blocks"


def write_block(path: Path, serving: Serving, grid: Grid) -> None:
    """Write what is served in a block; `grid` is that of the block. All figures are kept to the last bit, but for those that only further
    masts would need.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    bands = bands_of(serving)
    rows, columns = grid.shape
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": columns, "height": rows, "count": len(bands), "dtype": "float32", "crs": grid.crs.to_wkt(), "transform": grid.transform,
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "zlevel": 1, "predictor": 3, "interleave": "band", "bigtiff": "if_safer",
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES), memory_raster() as memory:
        with memory.open(**profile) as file:
            for number, (name, values) in enumerate(bands.items(), 1):
                file.write(values.astype(np.float32, copy=False), number)
                file.set_band_description(number, name)
                digest.update(_heading(name, values))
                digest.update(np.ascontiguousarray(values).data)
            file.update_tags(**{_DIGEST: digest.hexdigest()})
        with whole_file(path, lasting=False) as stream:
            stream.write(memory.getbuffer())


def read_block(path: Path, rasters: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Read a file into rasters of the block's shape, by the names of :func:`bands_of`, one after the other.

    Returns whether they hold what was kept; not when there is no file, or when it is not to be believed in any respect.
    """
    digest = hashlib.sha256()
    try:
        with Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES), opened_raster(path) as file:
            if list(file.descriptions) != list(rasters) or any(raster.shape != file.shape for raster in rasters.values()):
                raise ValueError("it is of another form")
            for number, (name, raster) in enumerate(rasters.items(), 1):
                values = file.read(number).astype(raster.dtype, copy=False)
                digest.update(_heading(name, values))
                digest.update(values.data)
                raster[...] = values
            told = file.tags().get(_DIGEST)
        if told != digest.hexdigest():
            raise ValueError("its content is not what was kept")
    except FileNotFoundError:
        return False
    except (UnopenedError, RasterioError, OSError, ValueError) as error:
        logger.info("%s is not taken and is made anew: %s", path.name, error)
        return False
    with contextlib.suppress(OSError):
        os.utime(path)  # the mark of the last use
    return True


def keep_within(folder: Path, cap_bytes: int, in_use: set[Path]) -> None:
    """Take away what was unused for longest, beyond a cap; nothing of what is in use."""
    files = []
    for path in folder.glob("*.tif"):
        with contextlib.suppress(OSError):  # another run may have taken it away
            about = path.stat()
            files.append((about.st_mtime, about.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= cap_bytes:
            return
        if path not in in_use:
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size


def bands_of(serving: Serving) -> dict[str, npt.NDArray[Any]]:
    """What of a serving is kept, by name: all but what only further masts would need."""
    bands = {name: getattr(serving, name) for name in _PLAIN}
    of_each = {f"by_operator:{position}": serving.by_operator[name] for position, name in enumerate(sorted(serving.by_operator))}
    return bands | {name: values for name, values in of_each.items() if values is not serving.rsrp}


def _heading(name: str, values: npt.NDArray[Any]) -> bytes:
    return f"{name} {values.dtype.str} {values.shape}\n".encode()
