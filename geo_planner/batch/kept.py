"""Finished blocks on disk: one tiled GeoTIFF each, named by the hash of all that decides it, whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
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
    bands = _bands(serving)
    rows, columns = grid.shape
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": columns, "height": rows, "count": len(bands), "dtype": "float32", "crs": grid.crs.to_wkt(), "transform": grid.transform,
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "zlevel": 1, "predictor": 3, "interleave": "band", "bigtiff": "if_safer",
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES), memory_raster() as memory:
        with memory.open(**profile) as file:
            for number, (name, values) in enumerate(bands.items(), 1):
                file.write(values.astype(np.float32, copy=False), number)
                file.set_band_description(number, name)
            file.update_tags(**{_DIGEST: _digest(bands)})
        with whole_file(path, lasting=False) as stream:
            stream.write(memory.getbuffer())


def read_block(path: Path, shape: tuple[int, int], operators: list[str]) -> Serving | None:
    """What a file holds; None when there is none, or when it is not to be believed in any respect."""
    try:
        with Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES), opened_raster(path) as file:
            names, values = list(file.descriptions), file.read()
            told = file.tags().get(_DIGEST)
        bands = dict(zip(names, values, strict=True))
        serving = _serving(bands, operators)
        if values.shape[1:] != shape or told != _digest(_bands(serving)):
            raise ValueError("its content is not what was kept")
    except FileNotFoundError:
        return None
    except (UnopenedError, RasterioError, OSError, ValueError, KeyError) as error:
        logger.info("%s is not taken and is made anew: %s", path.name, error)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the mark of the last use
    return serving


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


def _bands(serving: Serving) -> dict[str, npt.NDArray[Any]]:
    bands = {name: getattr(serving, name) for name in _PLAIN}
    of_each = {f"by_operator:{position}": serving.by_operator[name] for position, name in enumerate(sorted(serving.by_operator))}
    return bands | {name: values for name, values in of_each.items() if values is not serving.rsrp}


def _serving(bands: dict[str, npt.NDArray[np.float32]], operators: list[str]) -> Serving:
    level, rsrp, second = (bands[name] for name in _PLAIN[:3])
    unknown, overlap = (bands[name].astype(np.uint8) for name in ("unknown", "overlap"))
    rsrps = {name: rsrp if len(operators) == 1 else bands[f"by_operator:{k}"] for k, name in enumerate(sorted(operators))}
    serving = Serving(level, rsrp, level, second, bands["server"].astype(np.int32), unknown, overlap, {}, rsrps)
    serving.release()
    return serving


def _digest(bands: dict[str, npt.NDArray[Any]]) -> str:
    found = hashlib.sha256()
    for name, values in bands.items():
        found.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        found.update(np.ascontiguousarray(values).data)
    return found.hexdigest()
