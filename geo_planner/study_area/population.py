"""A raster of people per cell to an array, with the commune of each cell."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.errors import Fault, fault, warning
from geo_planner.files.hashes import sha256_of
from geo_planner.files.opening import opened_raster, unreadable_fault
from geo_planner.grid import Grid
from geo_planner.study_area.layer_files import file_fault
from geo_planner.study_area.raster_frame import (
    READ_ERRORS,
    cells_over,
    horizontal_crs,
    is_one_band_of_numbers,
    is_synthetic,
    number_faults,
    place_faults,
)
from geo_planner.words import said

logger = logging.getLogger(__name__)

MOST_PEOPLE = 1_000_000.0
"""No cell of some hundred metres holds more; larger values are a density in another unit or an undeclared nodata value."""
_MAX_CELLS = 100_000_000
_SIGNS_OF_NOTHING = (9999, 32767, 65535, 99999, 999999)
_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class PopulationCells:
    """People per cell on the file's own grid, cut to the communes.

    Attributes
    ----------
    people : ndarray of float64, shape (rows, columns)
        Counts, not densities; NaN where the file has no value.
    labels : ndarray of int32, same shape
        Position of the cell's commune from 1 on, by the cell's centre: each cell belongs to one commune or none (0).
    grid : Grid
    sha256 : str
    is_sample : bool
        The file says of itself that it is made up.
    """

    people: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int32]
    grid: Grid
    sha256: str
    is_sample: bool = False


def read_population(path: Path, file: str, communes: gpd.GeoDataFrame) -> tuple[PopulationCells | None, list[Fault]]:
    """The cells around the communes, or what keeps them from being used.

    Parameters
    ----------
    path, file
        The file, and its name for the faults.
    communes : GeoDataFrame
        Index ``code``; the order gives the labels.
    """
    absent = file_fault(path, file, said("where_missing.population"))
    if absent is not None:
        return None, [absent]
    try:
        with opened_raster(path) as source:
            faults = place_faults(source, file, example="EPSG:4326")
            if not is_one_band_of_numbers(source):
                faults.append(fault(file, "bands.population"))
            else:
                faults += number_faults(source, file)
            if faults:
                return None, faults
            crs = horizontal_crs(source)
            area = communes.to_crs(crs)
            window = cells_over(source, crs, tuple(area.total_bounds))
            if window is None:
                return None, [fault(file, "wrong_place")]
            if window.width * window.height > _MAX_CELLS:
                return None, [fault(file, "too_large.population", n=window.width * window.height)]
            packed = source.read(1, window=window, masked=True)
            people = np.ma.filled(packed.astype("float64"), np.nan) * source.scales[0] + source.offsets[0]
            grid = Grid(people.shape, source.window_transform(window), crs)
            is_sample = is_synthetic(source)
    except READ_ERRORS as error:
        logger.debug("cannot read %s", path, exc_info=error)
        return None, [unreadable_fault(error, file, said("unreadable.population"))]
    odd = np.isinf(people) | (people < 0) | (people > MOST_PEOPLE) | _stands_for_nothing(np.ma.getdata(packed), ~np.isnan(people))
    if odd.any():
        return None, [fault(file, "impossible_population", value=f"{people[odd][0]:g}", n=int(odd.sum()))]
    cells = PopulationCells(people, grid.labels(area.geometry), grid, sha256_of(path), is_sample)
    made_up = [warning(file, "sample_population.layer")] if is_sample else []
    return cells, [*made_up, *_empty_communes(cells, communes, file)]


def _stands_for_nothing(packed: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Usual signs for "no datum" that are not declared: several cells of exactly that number, and hardly any of a number near it."""
    found = np.zeros(packed.shape, dtype=bool)
    for sign in _SIGNS_OF_NOTHING:
        cells = (packed == sign) & known
        near = known & (packed >= 0.9 * sign) & (packed <= 1.1 * sign)
        if cells.sum() >= _SEVERAL and 2 * cells.sum() > near.sum():
            found |= cells
    return found


def _empty_communes(cells: PopulationCells, communes: gpd.GeoDataFrame, file: str) -> list[Fault]:
    people = np.bincount(cells.labels.ravel(), weights=np.nan_to_num(cells.people).ravel(), minlength=len(communes) + 1)[1:]
    return [
        warning(file, "commune_without_people", commune=code, name=name)
        for (code, name), n in zip(communes["name"].items(), people, strict=True)
        if n == 0
    ]
