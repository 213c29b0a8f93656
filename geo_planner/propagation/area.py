"""Path loss from one mast to every cell around it, over the terrain in between, under any of the models.

Two ways give the same answer within stated bounds: ``"radial"`` sweeps outwards and reuses the near end of all paths (:mod:`.radials`);
``"profiles"`` draws a terrain profile of its own for each cell (:mod:`.profiles`) and is the oracle of the first. Nothing is assumed where the
terrain is unknown: a path that leaves the grid or crosses a void has no loss (NaN), under the one as under the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo_planner.propagation.loss_model import LossModel
from geo_planner.propagation.models import MODELS, Model, check_range
from geo_planner.propagation.profiles import free_space_slant_db
from geo_planner.propagation.radials import NEAR_CELLS, Scene, SideBySide, group_cells
from geo_planner.propagation.tr38901 import nlos_loss_db
from geo_planner.propagation.voids import settle_unknown, void_distances
from geo_planner.terrain import interpolate
from geo_planner.units import FloatGrid

__all__ = ["P1812_SHORTEST_KM", "Frame", "LossModel", "LossWindow", "check_range", "free_space_slant_db", "loss_around", "window_frame"]

_LEAST = 64
"""Pieces of the smallest size that a thread's work would have."""
Frame = tuple[slice, slice]
"""Rows and columns of a part of a grid."""
P1812_SHORTEST_KM = MODELS["p1812"].shortest_km
"""Nearer than this P.1812-8 does not apply, and the loss is that of free space (P.525-4)."""


@dataclass(frozen=True, slots=True)
class LossWindow:
    """Path loss on the part of a grid around a mast.

    Attributes
    ----------
    loss_db : ndarray of float32, shape (rows, columns)
        Basic transmission loss; NaN where the path is unknown, infinite beyond the radius.
    row, column : int
        Position of the window's first cell in the grid.
    """

    loss_db: FloatGrid
    row: int
    column: int


def loss_around(
    heights_m: FloatGrid,
    cell_m: float,
    *,
    row: float,
    column: float,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    radius_km: float,
    model: LossModel,
    clutter_m: FloatGrid | None = None,
    method: Literal["radial", "profiles"] = "radial",
    irregularity_stride: int = 1,
    radials_per_cell: float = 1.0,
    only: npt.NDArray[np.bool_] | None = None,
    frame: Frame | None = None,
    workers: int = 1,
) -> LossWindow:
    """Path loss to the centre of every cell within a radius.

    Parameters
    ----------
    heights_m : ndarray of float32, shape (rows, columns)
        Terrain above sea level on square cells, row 0 in the north; NaN is unknown.
    cell_m : float
    row, column : float
        Position of the mast in cells from the outer corner of cell (0, 0); it may lie outside the grid.
    tx_height_m, rx_height_m : float
        Above ground.
    freq_mhz, radius_km : float
    model : LossModel
    clutter_m : ndarray of float32, same shape, optional
        Representative clutter heights along the path, for ``p1812`` only.
    method : {"radial", "profiles"}
    irregularity_stride : int
        Thinning of the radial sweep of ``itm``, 1 (nothing left out) unless asked for. A larger one takes terrain irregularity over from
        the cell before on the radial until the path has grown by this many 128ths of its length: 16 keeps the loss within 3 dB of full
        profiles in more than 95 % of cells (figures in ``benchmarks/RESULTS.md``). With it a frame saves no time.
    radials_per_cell : float
        Radials for each cell of the outermost circle: 1 keeps every path within half a cell of its own line.
    only : ndarray of bool, shape of `heights_m`, optional
        Work out these cells alone, each over its own profile; the others stay infinite.
    frame : (slice, slice), optional
        Rows and columns of the grid that are asked for; the terrain beyond is looked over all the same. Each cell has the loss that it
        has without a frame.
    workers : int
        Threads.

    Raises
    ------
    ModelRangeError
        For a frequency, height or percentage outside the model's range.
    """
    check_range(model, freq_mhz, tx_height_m, rx_height_m)
    kind = MODELS[model.name]
    reach = radius_km * 1000.0 / cell_m
    high, wide, top, left = window_frame(heights_m.shape, row, column, reach, frame)
    engine = None if kind.around is None else kind.around(model, freq_mhz, irregularity_stride)
    if frame is not None and engine is not None and engine.takes_over:
        whole = loss_around(
            heights_m, cell_m, row=row, column=column, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz, radius_km=radius_km,
            model=model, clutter_m=clutter_m, method=method, irregularity_stride=irregularity_stride, radials_per_cell=radials_per_cell, only=only,
            workers=workers,
        )  # fmt: skip
        first_row, first_column = top - whole.row, left - whole.column
        return LossWindow(whole.loss_db[first_row : first_row + high, first_column : first_column + wide].copy(), top, left)
    window = LossWindow(np.full((high, wide), np.inf, dtype=np.float32), top, left)
    loss = window.loss_db
    scene = Scene(
        heights_m,
        np.empty((0, 0), np.float32) if clutter_m is None or not kind.uses_clutter else clutter_m,
        cell_m,
        float(row),
        float(column),
        top,
        left,
        float(interpolate(heights_m, row, column)),
        float(tx_height_m),
        float(rx_height_m),
    )
    if not loss.size:
        return window
    if engine is None:
        _fill_without_terrain(loss, scene, reach, freq_mhz, kind)
        return window
    wanted = np.empty((0, 0), np.bool_) if only is None else np.ascontiguousarray(only[top : top + high, left : left + wide])
    sweep = engine.sweep if method == "radial" and only is None and not math.isnan(scene.ground_m) else None
    # a rule of the model's own for short paths reaches over more cells where these are small
    near = reach if sweep is None else min(reach, max(NEAR_CELLS, 1000.0 * kind.shortest_km / cell_m))

    with _threads(workers) as side_by_side:

        def profiles(cells: npt.NDArray[np.bool_], within: float, first: int, stop: int) -> None:
            side_by_side(_pieces(partial(engine.profiles, loss, cells, scene, within), _rows(first, stop, workers)))

        first, stop = int(math.floor(row - near)) - top, int(math.ceil(row + near)) - top + 1
        profiles(wanted, near, min(max(first, 0), high), min(max(stop, 0), high))
        if sweep is None:
            return window
        n_radials = max(int(math.ceil(2 * math.pi * reach * radials_per_cell)), 8)
        radials = group_cells((high, wide), scene, (near, reach), n_radials, side_by_side, workers)
        side_by_side(_pieces(partial(sweep, loss, scene, radials), _sectors(radials.starts, workers)))
        missed = _settled(loss, scene, (near, reach), n_radials, workers, side_by_side)
        if missed.any():
            profiles(missed, reach, 0, high)
    return window


def _settled(
    loss: FloatGrid, scene: Scene, ring: tuple[float, float], n_radials: int, workers: int, side_by_side: SideBySide
) -> npt.NDArray[np.bool_]:
    """Make the sweep as ignorant as the profiles: cells whose own path is unknown lose their loss, those that want one are returned."""
    rows, columns = loss.shape
    missed = np.zeros(loss.shape, dtype=np.bool_)
    looked_over = _between(scene, rows, columns)
    # the least of values among which there is a NaN is NaN
    if not (np.isnan(scene.heights_m[looked_over].min()) or np.isnan(loss.min())):
        return missed
    (first_row, stop_row), (first_column, stop_column) = ((part.start, part.stop) for part in looked_over)
    shaded = void_distances(scene, first_row, stop_row, first_column, stop_column, n_radials)

    def settle(first: int, stop: int) -> None:
        missed[first:stop] = settle_unknown(loss, scene, *ring, shaded, first, stop)

    side_by_side(_pieces(settle, _rows(0, rows, workers)))
    return missed


def _between(scene: Scene, rows: int, columns: int) -> Frame:
    """The part of the grid that holds the window, the mast and all lines between them."""
    spans = []
    for size, first, length, mast in ((0, scene.top, rows, scene.row), (1, scene.left, columns, scene.column)):
        # a reading at the rim takes in the cell beyond
        start, stop = min(first, int(math.floor(mast))) - 1, max(first + length, int(math.ceil(mast))) + 1
        spans.append(slice(max(start, 0), min(stop, scene.heights_m.shape[size])))
    return spans[0], spans[1]


def window_frame(shape: tuple[int, int], row: float, column: float, reach: float, frame: Frame | None = None) -> tuple[int, int, int, int]:
    """Rows, columns and first cell (row, column) of the part of a grid, or of a frame in it, within `reach` cells of a mast.

    >>> window_frame((100, 100), 3.5, 50.0, 10.0)
    (14, 20, 0, 40)
    >>> window_frame((100, 100), 3.5, 50.0, 10.0, (slice(0, 5), slice(55, 100)))
    (5, 5, 0, 55)
    """
    rows, columns = frame or (slice(0, shape[0]), slice(0, shape[1]))
    top, left = max(int(math.floor(row - reach)), rows.start), max(int(math.floor(column - reach)), columns.start)
    bottom, right = min(int(math.ceil(row + reach)), rows.stop), min(int(math.ceil(column + reach)), columns.stop)
    return max(bottom - top, 0), max(right - left, 0), top, left


def _fill_without_terrain(loss: FloatGrid, scene: Scene, reach: float, freq_mhz: float, kind: Model) -> None:
    """TR 38.901 RMa without line of sight, by distance alone; beyond its 5 km nothing is known."""
    rows, columns = np.indices(loss.shape)
    cells = np.hypot(rows + scene.top + 0.5 - scene.row, columns + scene.left + 0.5 - scene.column)
    distance_km = np.maximum(cells * scene.cell_m / 1000.0, kind.shortest_km)
    near = distance_km <= kind.longest_km
    loss[cells <= reach] = np.nan
    loss[near] = nlos_loss_db(distance_km[near], freq_mhz, base_height_m=scene.tx_height_m, terminal_height_m=scene.rx_height_m)


@contextmanager
def _threads(workers: int) -> Iterator[SideBySide]:
    """Runs pieces of work in so many threads, this one among them; compiled kernels let go of the interpreter, so that they run side by side."""
    if workers == 1:
        yield _take_all
        return
    with ThreadPoolExecutor(workers - 1) as others:

        def side_by_side(pieces: Sequence[Callable[[], object]]) -> None:
            # each takes the next piece as soon as it is done with one; an iterator over a list gives each to one of them only
            left = iter(pieces)
            busy = [others.submit(_take_all, left) for _ in range(min(workers, len(pieces)) - 1)]
            _take_all(left)
            for other in busy:
                other.result()

        yield side_by_side


def _take_all(pieces: Iterable[Callable[[], object]]) -> None:
    for piece in pieces:
        piece()


def _pieces(task: Callable[[int, int], object], bounds: Iterable[int]) -> list[Callable[[], object]]:
    return [partial(task, first, stop) for first, stop in pairwise(bounds) if first < stop]


def _rows(first: int, stop: int, workers: int) -> list[int]:
    """Bounds of many pieces a worker, for nobody knows which rows have work."""
    pieces = 1 if workers == 1 else min(32 * workers, max(stop - first, 1))
    return [first + (stop - first) * piece // pieces for piece in range(pieces + 1)]


def _sectors(starts: npt.NDArray[np.int32], workers: int) -> list[int]:
    """Bounds between radials: large pieces first, so that there are few calls, and ever smaller ones, so that no thread waits long for another.
    They are cut by cells, for a mast at the rim of the grid has many empty radials.
    """
    left, bounds = int(starts[-1]), [0]
    least = max(left // (_LEAST * workers), 1)
    while workers > 1 and left > least:
        left -= max(left // (2 * workers), least)
        bounds.append(int(np.searchsorted(starts, starts[-1] - left)))
    return [*bounds, starts.size - 1]
