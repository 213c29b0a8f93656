"""Whether the rasters of a province fit into the memory of this machine; where they do not, the coverage is worked out in blocks by itself."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_planner.config import Scenario
from geo_planner.plan import cover
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import Coverage, operators_of
from geo_planner.study_area import StudyArea

if TYPE_CHECKING:
    from geo_planner.batch.engines import Engine

logger = logging.getLogger(__name__)

MEMORY_VARIABLE = "GEO_PLANNER_MEMORY_MB"
_SHARE = 0.5
"""Of the machine's memory: the rest is for what else a plan holds, and for other programs."""
_PER_CELL, _PER_OPERATOR = 32, 8
"""Bytes: heights, levels of first and second, server, counts and probability; levels of each operator."""


@dataclass(slots=True)
class Covering:
    """Works out the coverage of a scenario over its study area: as a whole where it fits into memory and no engine is named, else in blocks.

    Attributes
    ----------
    engine : Engine or None
    workers : int
        Threads, where no engine is named.
    cache : LossCache or None
        Where path loss is kept; blocks are kept themselves.
    in_blocks : bool
        Whether the last one was worked out in blocks.
    """

    engine: Engine | None
    workers: int
    cache: LossCache | None
    in_blocks: bool = False

    def __call__(self, scenario: Scenario, study_area: StudyArea, progress: Callable[[float], None]) -> Coverage:
        needed, limit = whole_bytes(scenario, study_area), most_bytes()
        too_large = limit is not None and needed > limit
        self.in_blocks = too_large or self.engine is not None
        if not self.in_blocks:
            return cover(scenario, study_area, cache=self.cache, workers=self.workers, progress=progress)
        # here, so that a plan without blocks loads nothing of them
        from geo_planner.batch.cover import cover_in_blocks
        from geo_planner.batch.engines import Engine

        if limit is not None and too_large:
            logger.info(
                "the rasters take %d MB of the %d MB that they may: worked out in blocks, kept on the disk", needed >> 20, limit >> 20
            )
        engine = self.engine or Engine("threads", self.workers)
        return cover_in_blocks(scenario, study_area, engine, on_disk=too_large, progress=progress)


def whole_bytes(scenario: Scenario, study_area: StudyArea) -> int:
    """What the rasters of a coverage take in memory while it is worked out as a whole."""
    rows, columns = study_area.terrain.grid.shape
    operators = set(operators_of(study_area.sites[in_service(study_area.sites, scenario.service)]))
    return rows * columns * (_PER_CELL + _PER_OPERATOR * len(operators))


def most_bytes() -> int | None:
    """What they may take: ``GEO_PLANNER_MEMORY_MB`` megabytes, or half of the machine's memory; None where that is not known."""
    told = os.environ.get(MEMORY_VARIABLE, "")
    if told.isdecimal():
        return int(told) << 20
    machine = _machine_bytes()
    return None if machine is None else int(_SHARE * machine)


def _machine_bytes() -> int | None:
    if sys.platform == "win32":
        kilobytes = ctypes.c_ulonglong(0)
        known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value << 10 if known else None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None
