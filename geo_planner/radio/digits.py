"""To how many digits a fine grid's rasters are kept: finer ones say nothing and double the size of a file."""

from __future__ import annotations

import numpy as np

from geo_planner.units import FloatGrid

LEVEL_STEPS = 64
"""Steps to a dB: a level moves by 1/128 dB at most, less than a hundredth."""
PROBABILITY_STEPS = 1024
"""Steps of a probability: it moves by 1/2048 at most."""
_JUST_BELOW = np.float32(-0.5 / LEVEL_STEPS)


def rounded_level(level: FloatGrid) -> FloatGrid:
    """Levels (dBm) in steps of 1/64 dB."""
    return np.asarray(np.round(level * np.float32(LEVEL_STEPS)) / np.float32(LEVEL_STEPS), dtype=np.float32)


def rounded_margin(margin: FloatGrid) -> FloatGrid:
    """Margins (dB) in steps of 1/64 dB; one below 0 whose step would be 0 is half a step below it.

    >>> rounded_margin(np.array([-0.001, 0.001, 1.2345], dtype=np.float32)).tolist()
    [-0.0078125, 0.0, 1.234375]
    """
    rounded = rounded_level(margin)
    return np.where((margin < 0) & (rounded >= 0), _JUST_BELOW, rounded)


def rounded_probability(probability: FloatGrid, least: float) -> FloatGrid:
    """Probabilities in steps of 1/1024; one whose step lies on the other side of the least that counts as covered stays as it is."""
    rounded = np.asarray(np.round(probability * np.float32(PROBABILITY_STEPS)) / np.float32(PROBABILITY_STEPS), dtype=np.float32)
    return np.where((rounded >= least) == (probability >= least), rounded, probability)
