"""Units that the whole package shares: decibels, distances, thermal noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SPEED_OF_LIGHT_M_S = 299_792_458.0
EARTH_RADIUS_KM = 6371.0

FloatArray = npt.NDArray[np.float64]
FloatGrid = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


def db_to_linear(value_db: npt.ArrayLike) -> FloatArray:
    """Power ratio of a level in dB.

    >>> float(db_to_linear(20.0))
    100.0
    """
    return np.asarray(np.power(10.0, np.asarray(value_db, dtype=float) / 10.0))


def linear_to_db(ratio: npt.ArrayLike) -> FloatArray:
    """Level in dB of a power ratio (zero becomes minus infinity).

    >>> float(linear_to_db(100.0))
    20.0
    """
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(ratio, dtype=float)))


FINE_CELLS = 4_000_000
"""A raster of more cells counts as fine: what is made of it is made in parts, and kept to the digits that mean something."""


def is_fine(shape: tuple[int, ...]) -> bool:
    """Whether rasters of this shape are too large to be held once more for convenience."""
    return shape[0] * shape[1] > FINE_CELLS
