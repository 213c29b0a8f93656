"""Which mast serves where, in few colours: areas that touch never share one, as on a map of countries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo_planner.export.palette import SERVER_COLOURS, SurfaceClass
from geo_planner.radio.coverage import Coverage

_LOOKS = 5


def server_classes() -> tuple[SurfaceClass, ...]:
    """A class a colour: 0, 1, 2, …"""
    return tuple(SurfaceClass(float(position), colour) for position, colour in enumerate(SERVER_COLOURS))


def server_shades(coverage: Coverage) -> npt.NDArray[np.float32]:
    """By cell the position of its mast's colour, NaN where none serves.

    The cells of one mast share a colour. Masts are coloured from the one with the longest borders downwards, each with the colour that the
    least of its border has on the other side, and then looked at again: areas are torn, and more of them may touch than there are colours.
    """
    names = [server.rpartition("/")[0] for server in coverage.server_ids]
    masts = sorted(set(names))
    of_cell = np.array([*(masts.index(name) for name in names), -1])
    mast = of_cell[coverage.best_server]
    border = _borders(mast, len(masts))
    colour = np.full(len(masts), -1)
    order = sorted(range(len(masts)), key=lambda one: (-int(border[one].sum()), one))
    for position in order * _LOOKS:
        beyond = [int(border[position][colour == shade].sum()) for shade in range(len(SERVER_COLOURS))]
        colour[position] = int(np.argmin(beyond))
    return np.append(colour.astype(np.float32), np.float32(np.nan))[mast]


def _borders(mast: npt.NDArray[np.int_], n: int) -> npt.NDArray[np.int64]:
    """How many edges of cells lie between the areas of two masts."""
    shared = np.zeros((n, n), dtype=np.int64)
    for one, other in ((mast[1:], mast[:-1]), (mast[:, 1:], mast[:, :-1])):
        meet = (one != other) & (one >= 0) & (other >= 0)
        np.add.at(shared, (one[meet], other[meet]), 1)
    return shared + shared.T
