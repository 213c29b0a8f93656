"""A band of a raster that a plan wrote, by its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

from geo_planner.units import FloatGrid


def read_band(path: Path, name: str) -> FloatGrid:
    """NaN where the file has no value; `ValueError` where it has no band of that name."""
    with rasterio.open(path) as source:
        band: FloatGrid = source.read(source.descriptions.index(name) + 1, masked=True).filled(np.nan)
        return band
