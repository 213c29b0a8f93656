"""The rasters of a folder as they were, to the last bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.errors import InputError, fault
from geo_planner.files.opening import opened_raster
from geo_planner.grid import Grid
from geo_planner.radio.coverage import Coverage
from geo_planner.units import FloatGrid

COVERAGE, AFTER, MAST_SITES, MAST_EXPECTED = "coverage.tif", "after_coverage.tif", "mast_sites.tif", "mast_expected.tif"
ATLAS_BANDS = {
    MAST_SITES: {"households": "households", "weighted": "weighted_households"},
    MAST_EXPECTED: {"expected": "expected_households"},
}


@dataclass(frozen=True, slots=True)
class Raster:
    """What one file holds."""

    name: str
    shape: tuple[int, int]
    tags: dict[str, str]
    bands: dict[str, FloatGrid]

    def fits(self, grid: Grid) -> Raster:
        """The same, if its cells are those of the terrain.

        Raises
        ------
        InputError
        """
        if self.shape != grid.shape:
            raise InputError([fault(self.name, "stored_plan.other_input")])
        return self


def read_raster(path: Path) -> Raster:
    """A raster as it was written, blanks as NaN.

    Raises
    ------
    InputError
        When there is none.
    """
    if not path.is_file():
        raise InputError([fault(path.name, "stored_plan.no_tables")])
    with opened_raster(path) as source:
        values = source.read()
        values[values == np.float32(source.nodata)] = np.nan
        return Raster(path.name, (source.height, source.width), dict(source.tags()), dict(zip(source.descriptions, values, strict=True)))


@contextmanager
def read_beside(folder: Path, *, build: bool) -> Iterator[Callable[[str], Raster]]:
    """The rasters of a folder by their names, read by another thread from here on: unpacking them needs no interpreter, so it costs no time
    where the caller has other work before it asks."""
    names = (COVERAGE, AFTER, *ATLAS_BANDS) if build else (COVERAGE,)
    reader = ThreadPoolExecutor(1, "rasters")
    try:
        begun = {name: reader.submit(read_raster, folder / name) for name in names}
        yield lambda name: begun[name].result()
    finally:
        reader.shutdown(cancel_futures=True)


def stored_coverage(raster: Raster, grid: Grid) -> Coverage:
    """The coverage of ``coverage.tif``, or that of ``after_coverage.tif``.

    Raises
    ------
    InputError
        When its cells are not those of the terrain, or an older version wrote it.
    """
    tags, bands = raster.fits(grid).tags, raster.bands
    if "OPERATORS" not in tags:
        raise InputError([fault(raster.name, "stored_plan.no_tables")])
    return Coverage(
        rsrp_dbm=bands["rsrp_dbm"],
        probability=bands["coverage_probability"],
        best_server=_whole(bands["best_server"], np.int16, -1),
        second_dbm=bands["second_server_dbm"],
        overlap=_whole(bands["overlap"], np.uint8, 0),
        margin_db=bands["margin_db"],
        unknown_paths=_whole(bands["unknown_paths"], np.uint8, 0),
        by_operator_dbm={operator: bands[band] for operator, band in json.loads(tags["OPERATORS"])},
        server_ids=tuple(json.loads(tags["BEST_SERVER_IDS"])),
        model=tags["MODEL"],
        grid=grid,
    )


def stored_atlas(rasters: Callable[[str], Raster], grid: Grid, heights_m: tuple[float, ...]) -> dict[str, dict[float, FloatGrid]]:
    """The rasters of ``mast_sites.tif`` and ``mast_expected.tif`` by the names of :class:`geo_planner.build.atlas.Atlas`, and by mast height.

    Raises
    ------
    InputError
        When their cells are not those of the terrain, or one lacks a height.
    """
    found: dict[str, dict[float, FloatGrid]] = {}
    for file, kinds in ATLAS_BANDS.items():
        bands = rasters(file).fits(grid).bands
        try:
            found |= {name: {height: bands[f"{band}:{height:g}m"] for height in heights_m} for name, band in kinds.items()}
        except KeyError as error:
            raise InputError([fault(file, "stored_plan.no_tables")]) from error
    return found


def _whole(band: FloatGrid, kind: Any, missing: int) -> npt.NDArray[Any]:
    return np.where(np.isnan(band), missing, band).astype(kind)
