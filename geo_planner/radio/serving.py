"""Who serves where, mast by mast; what some masts give and what others give are joined into what all of them give.

Masts are ordered as in the list of sites. Of equal levels that of the earlier mast counts, so that any division of the list into runs of masts,
worked out anywhere and joined in order, gives the same figures to the last bit as one pass over the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from geo_planner.propagation.area import Frame
from geo_planner.units import FloatGrid

_MOST = 255


@dataclass(eq=False, slots=True)
class Serving:
    """The cells of a part of a grid, row 0 in the north; minus infinity where nothing is in reach.

    Attributes
    ----------
    level, rsrp : ndarray of float32
        Of the mast that serves: what decides, and what a handset receives. They differ by the uplink and by a calibrated band's sigma.
    second_level, second : ndarray of float32
        The same of the best of the other masts.
    server : ndarray of int32
        Position in the list of the serving cell, -1 where there is none.
    unknown, overlap : ndarray of uint8
        Cells whose path is not known where they might have served; masts that would cover the place. Both end at 255.
    operator_level, by_operator : dict of str to ndarray of float32
        As level and rsrp, of each operator's own cells; the very same arrays where one operator serves alone.
    """

    level: FloatGrid
    rsrp: FloatGrid
    second_level: FloatGrid
    second: FloatGrid
    server: npt.NDArray[np.int32]
    unknown: npt.NDArray[np.uint8]
    overlap: npt.NDArray[np.uint8]
    operator_level: dict[str, FloatGrid]
    by_operator: dict[str, FloatGrid]

    @classmethod
    def nothing(cls, shape: tuple[int, int], operators: Sequence[str]) -> Self:
        """Before the first mast."""

        def counts() -> npt.NDArray[np.uint8]:
            return np.zeros(shape, dtype=np.uint8)

        def each(of_all: FloatGrid) -> dict[str, FloatGrid]:
            return {name: of_all if len(operators) == 1 else _nothing(shape) for name in operators}

        level, rsrp, second_level, second = (_nothing(shape) for _ in range(4))
        server = np.full(shape, -1, dtype=np.int32)
        return cls(level, rsrp, second_level, second, server, counts(), counts(), each(level), each(rsrp))

    def note_unknown(self, part: Frame, missed: npt.NDArray[np.bool_]) -> None:
        """Count one cell more whose path is not known where it might have served."""
        self.unknown[part] += (missed & (self.unknown[part] < _MOST)).astype(np.uint8)

    def add_mast(self, part: Frame, cells: Sequence[tuple[int, str, FloatGrid, FloatGrid]], needed_dbm: float) -> None:
        """Take in the cells of one mast: position in the list, operator, RSRP, level (minus infinity where unknown)."""
        mast_level = _nothing(self.level[part].shape)
        mast_rsrp, mast_server = mast_level.copy(), np.full(mast_level.shape, -1, dtype=np.int32)
        for number, operator, rsrp, level in cells:
            stronger = level > mast_level
            mast_level[stronger], mast_rsrp[stronger], mast_server[stronger] = level[stronger], rsrp[stronger], number
            if self.operator_level[operator] is self.level:
                continue
            own = level > self.operator_level[operator][part]
            self.operator_level[operator][part][own], self.by_operator[operator][part][own] = level[own], rsrp[own]
        ahead = mast_level > self.level[part]
        next_best = ~ahead & (mast_level > self.second_level[part])
        for second, first, of_mast in ((self.second, self.rsrp, mast_rsrp), (self.second_level, self.level, mast_level)):
            second[part] = np.where(ahead, first[part], np.where(next_best, of_mast, second[part]))
        self.level[part][ahead], self.rsrp[part][ahead], self.server[part][ahead] = mast_level[ahead], mast_rsrp[ahead], mast_server[ahead]
        self.overlap[part] += ((mast_level >= needed_dbm) & (self.overlap[part] < _MOST)).astype(np.uint8)

    def join(self, later: Serving) -> None:
        """Take in what masts that stand later in the list give; no mast takes part in both."""
        ahead = later.level > self.level
        # who is second: of the two that are not first, and the one behind the first of its own part
        from_own = np.where(ahead, self.level >= later.second_level, self.second_level >= later.level)
        for second, first, other_second, other_first in (
            (self.second, self.rsrp, later.second, later.rsrp),
            (self.second_level, self.level, later.second_level, later.level),
        ):
            own, others = np.where(ahead, first, second), np.where(ahead, other_second, other_first)
            second[...] = np.where(from_own, own, others)
        for mine, theirs in ((self.rsrp, later.rsrp), (self.server, later.server), (self.level, later.level)):
            np.copyto(mine, theirs, where=ahead)
        for name, level in self.operator_level.items():
            if level is self.level:
                continue
            own_ahead = later.operator_level[name] > level
            np.copyto(self.by_operator[name], later.by_operator[name], where=own_ahead)
            np.copyto(level, later.operator_level[name], where=own_ahead)
        for count, more in ((self.unknown, later.unknown), (self.overlap, later.overlap)):
            count += np.minimum(more, _MOST - count)

    def release(self) -> None:
        """Let go of what only further masts would need."""
        self.second_level = _nothing((0, 0))
        self.operator_level = {}


def _nothing(shape: tuple[int, ...]) -> FloatGrid:
    return np.full(shape, -np.inf, dtype=np.float32)
