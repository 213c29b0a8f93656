"""Rasters as a cloud-optimised GeoTIFF: named bands of float32, each with its unit and meaning, and tags for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.shutil import copy as copy_raster

from geo_planner.errors import OutputError
from geo_planner.files.opening import memory_raster

NODATA = -9999.0
"""In every band: nothing known. Finite, because many programs mishandle NaN."""

# Overviews take the nearest value: the mean of levels in dB, or of server numbers, means nothing.
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": 256, "OVERVIEW_RESAMPLING": "NEAREST", "BIGTIFF": "IF_SAFER"}


@dataclass(frozen=True, slots=True)
class Band:
    """A raster of a file: its name, the unit of its values, what they mean, and the values (not finite: nothing known)."""

    name: str
    unit: str
    meaning: str
    values: npt.NDArray[np.generic]


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
    # In memory, because the driver cannot fill a COG in place; and so that the disk sees one plain write.
    with memory_raster() as memory, memory_raster(ext=".tif") as packed:
        with memory.open(**profile) as draft:
            for number, band in enumerate(bands, start=1):
                draft.write(_filled(band.values), number)
                draft.set_band_description(number, band.name)
                draft.set_band_unit(number, band.unit)
                draft.update_tags(number, MEANING=band.meaning)
            draft.update_tags(**tags)
        with memory.open() as draft:
            copy_raster(draft, packed.name, driver="COG", **_COG)
        content = packed.read()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError("file_not_written.layer", name=path.name, why=error.strerror) from error


def _filled(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    numbers = values.astype(np.float32)
    return np.where(np.isfinite(numbers), numbers, np.float32(NODATA)).astype(np.float32)
