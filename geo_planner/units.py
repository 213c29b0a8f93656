"""What every room shares: constants of nature, decibels, the kinds of arrays, and when a raster counts as fine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SPEED_OF_LIGHT_M_S = 299_792_458.0
EARTH_RADIUS_KM = 6371.0

FloatArray = npt.NDArray[np.float64]
FloatGrid = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def db_to_linear(value_db: npt.ArrayLike) -> FloatArray:
    """Power ratio of a level in dB.

    >>> float(db_to_linear(20.0))
    100.0
    """
    return np.asarray(np.power(10.0, np.asarray(value_db, dtype=float) / 10.0))


FINE_CELLS = 4_000_000
"""A raster of more cells counts as fine: what is made of it is made in parts, and kept to the digits that mean something."""


def is_fine(shape: tuple[int, ...]) -> bool:
    """Whether rasters of this shape are too large to be held once more for convenience."""
    return shape[0] * shape[1] > FINE_CELLS
