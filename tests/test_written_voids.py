"""Voids written as a height are told; lakes, coasts, plains, terraces and steps of ten metres are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from geo_planner.study_area.raw_cells import HALO, WrittenVoid, WrittenVoids

SIZE = 200
ROW, J = np.indices((SIZE, SIZE))
AWAY = np.hypot(ROW - 100, J - 100)


def relief(seed: int = 1) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).standard_normal((SIZE, SIZE))
    z = 60.0 * gaussian_filter(noise, 9.0) / 0.03 + 14.0 * gaussian_filter(noise, 2.0) / 0.14
    return np.asarray(z - z.min() + 300.0)


def put(z: NDArray[Any], value: float, *boxes: tuple[int, int, int, int]) -> NDArray[Any]:
    z = z.copy()
    for top, bottom, left, right in boxes:
        z[top:bottom, left:right] = value
    return z


def found(z: NDArray[Any], rows: int = SIZE) -> list[WrittenVoid]:
    voids = WrittenVoids((SIZE, SIZE))
    for first in range(0, SIZE, rows):
        stop = min(first + rows, SIZE)
        voids.add(z[max(first - HALO, 0) : stop + HALO].astype("float32"), first, stop)
    return voids.found()


R = relief()
LOW = np.quantile(R, 0.2)
BOX = (90, 110, 90, 110)
NATURAL = {
    "mountains": R,
    "mountains in whole metres": np.round(R),
    "steps of ten metres": np.round(R, -1),
    "steps of a hundred metres": np.round(R, -2),
    "contours of fifty metres filled in": np.floor(R / 50) * 50,
    "a lake in a bowl": np.maximum(400, 400 + (AWAY - 30) * 12),
    "a lake between steep walls": np.maximum(400, 400 + (AWAY - 30) * 80),
    "lakes in the mountains": np.maximum(R, LOW),
    "lakes in whole metres": np.round(np.maximum(R, LOW)),
    "a coast": np.maximum(R - np.quantile(R, 0.4), 0),
    "a coast under cliffs": np.where(J < 80, 0, 200 + 5 * np.sin(ROW / 3)),
    "a coast under cliffs, with bays": np.where(np.quantile(R, 0.4) > R, 0, R - np.quantile(R, 0.4) + 60),
    "a lowland in whole metres": np.round(gaussian_filter(np.random.default_rng(0).standard_normal((SIZE, SIZE)), 6) * 20 + 5),
    "a town on a plateau": np.where(AWAY < 20, 500, 500 - (AWAY - 20) * 15),
    "a table mountain": np.where(AWAY < 20, 500, 380 + gaussian_filter(np.random.default_rng(0).standard_normal((SIZE, SIZE)), 2) * 10),
    "a river in a gorge": np.where(np.abs(J - 100) < 2, 212.0, 212 + np.minimum(np.abs(J - 100) - 1, 6) * 90.0),
    "a plain": np.full((SIZE, SIZE), 12.0),
}
VOIDS: dict[str, tuple[NDArray[Any], float, int]] = {
    "zeros": (put(R, 0, BOX), 0, 400),
    "zeros among whole metres": (put(np.round(R), 0, BOX), 0, 400),
    "zeros among steps of ten": (put(np.round(R, -1), 0, BOX), 0, 400),
    "zeros at the edge of the highlands": (put(R, 0, (0, 20, 0, 20)), 0, 400),
    "lone zeros": (put(R, 0, (50, 51, 60, 61), (120, 121, 40, 41)), 0, 2),
    "zeros in a plateau": (put(np.full((SIZE, SIZE), 800.0), 0, BOX), 0, 400),
    "another value below": (put(R + 600, 500, BOX), 500, 400),
    "minus one": (put(R, -1, BOX), -1, 400),
    "a value above": (put(R, 4000, (10, 30, 50, 80), BOX), 4000, 1000),
    "a few cells above": (put(np.round(R), 8848, (90, 92, 90, 92)), 8848, 4),
    "a collar of zeros": (np.where(AWAY > 90, 0, R + 300), 0, int((AWAY > 90).sum())),
    "zeros beside declared voids": (put(put(R, 0, BOX), np.nan, (85, 90, 90, 110)), 0, 400),
}


@pytest.mark.parametrize("case", NATURAL)
@pytest.mark.parametrize("rows", [SIZE, 37])
def test_what_is_natural_is_not_told(case: str, rows: int) -> None:
    assert found(NATURAL[case], rows) == []


@pytest.mark.parametrize("case", VOIDS)
@pytest.mark.parametrize("rows", [SIZE, 37, 101])
def test_a_void_written_as_a_number_is_told_with_its_size(case: str, rows: int) -> None:
    z, value, cells = VOIDS[case]
    (void,) = found(z, rows)
    assert (void.value_m, void.cells) == (value, cells)
    assert z[void.row, void.column] == value
    assert (void.wall_m > 0) == (value <= 500)
    assert abs(void.wall_m) > 100


def test_walls_that_were_smeared_are_still_walls() -> None:
    """Somebody resampled the file after the voids had become zeros."""
    (void,) = found(gaussian_filter(put(R, 0, (80, 120, 80, 120)), 0.6))
    assert void.value_m == 0
    assert void.cells > 1000


def test_strips_change_nothing() -> None:
    for z, _, _ in VOIDS.values():
        whole = [(v.value_m, v.cells, v.patches, round(v.wall_m, 3)) for v in found(z)]
        assert all([(v.value_m, v.cells, v.patches, round(v.wall_m, 3)) for v in found(z, rows)] == whole for rows in (20, 50, 99))
