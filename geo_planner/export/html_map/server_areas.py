"""Which mast serves where, in few colours: areas that touch never share one, as on a map of countries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo_planner.export.palette import SERVER_COLOURS, SurfaceClass
from geo_planner.radio.coverage import Coverage


def server_classes() -> tuple[SurfaceClass, ...]:
    """A class a colour: 0, 1, 2, …"""
    return tuple(SurfaceClass(float(position), colour) for position, colour in enumerate(SERVER_COLOURS))


def server_shades(coverage: Coverage) -> npt.NDArray[np.float32]:
    """By cell the position of its mast's colour, NaN where none serves.

    The cells of one mast share a colour. Masts are coloured from the one with most neighbours downwards, each with the first colour that none of
    its neighbours has; where all are taken (more than :data:`SERVER_COLOURS` meet), with the one that the fewest have.
    """
    names = [server.rpartition("/")[0] for server in coverage.server_ids]
    masts = sorted(set(names))
    of_cell = np.array([*(masts.index(name) for name in names), -1])
    mast = of_cell[coverage.best_server]
    touching = _neighbours(mast, len(masts))
    shade = np.full(len(masts) + 1, np.nan, dtype=np.float32)
    for position in sorted(range(len(masts)), key=lambda one: (-int(touching[one].sum()), one)):
        used = shade[:-1][touching[position]]
        times = [int((used == colour).sum()) for colour in range(len(SERVER_COLOURS))]
        shade[position] = int(np.argmin(times))
    return shade[mast]


def _neighbours(mast: npt.NDArray[np.int_], n: int) -> npt.NDArray[np.bool_]:
    """Which masts have areas that touch along an edge."""
    touching = np.zeros((n, n), dtype=bool)
    for one, other in ((mast[1:], mast[:-1]), (mast[:, 1:], mast[:, :-1])):
        meet = (one != other) & (one >= 0) & (other >= 0)
        touching[one[meet], other[meet]] = touching[other[meet], one[meet]] = True
    return touching
