"""Where people live inside the communes, and how many of them a coverage reaches.

Cells of a population raster say where people live; published totals say how many there are. The cells of each commune
are scaled to its total (dasymetric mapping), then counted once each, by the commune that holds the cell's centre.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from geo_planner.config import Service
from geo_planner.grid import Grid
from geo_planner.radio.coverage import Coverage
from geo_planner.study_area import StudyArea
from geo_planner.units import FloatArray


def spread_population(cells: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.integer[Any]], totals: pd.Series) -> FloatArray:
    """Scale the cells of each commune to its published total.

    Parameters
    ----------
    cells : ndarray of float, any shape
        People per cell, not negative; NaN counts as nobody.
    labels : ndarray of int, same shape
        Position of the cell's commune in `totals`, from 1 on; 0: no commune.
    totals : Series
        Published population by commune; NA keeps the cells of that commune as they are.

    Returns
    -------
    ndarray of float64, same shape
        Sums to each known total, except in a commune whose cells hold nobody: there nothing says where people live, the
        cells stay 0 and :func:`communes_without_cells` names the commune. Cells of no commune are 0.
    """
    people = np.nan_to_num(np.asarray(cells, dtype=np.float64))
    found = _sums(people, labels, len(totals))
    wanted = np.concatenate([[0.0], totals.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)])
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(np.isnan(wanted), 1.0, np.where(found > 0, wanted / found, 0.0))
    factor[0] = 0.0
    return np.asarray(people * factor[labels], dtype=np.float64)


def communes_without_cells(cells: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.integer[Any]], totals: pd.Series) -> pd.Index:
    """Communes that have people by the published totals but none in any cell: their total cannot be spread."""
    found = _sums(np.nan_to_num(np.asarray(cells, dtype=np.float64)), labels, len(totals))[1:]
    return totals.index[(totals.astype("Float64") > 0).fillna(False).to_numpy(dtype=bool) & (found == 0)]


def covered_population(
    population: npt.NDArray[np.floating[Any]],
    covered_mask: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.integer[Any]],
    index: pd.Index,
    *,
    known: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """People by commune: all, covered, and those of whom nothing is known.

    Parameters
    ----------
    population : ndarray of float, any shape
        People per cell; NaN counts as nobody.
    covered_mask : ndarray of bool, same shape
    labels : ndarray of int, same shape
        Position of the cell's commune in `index`, from 1 on; 0: none. A cell is counted in one commune, once.
    index : Index
        Codes of the communes.
    known : ndarray of bool, same shape, optional
        Cells whose coverage is known; all when left out.

    Returns
    -------
    DataFrame
        Index as given; ``population``, ``covered_population``, ``unknown_population``.
    """
    people = np.nan_to_num(np.asarray(population, dtype=np.float64))
    sure = np.ones(people.shape, dtype=bool) if known is None else known
    parts = {
        "population": people,
        "covered_population": np.where(covered_mask & sure, people, 0.0),
        "unknown_population": np.where(sure, 0.0, people),
    }
    return pd.DataFrame({name: _sums(part, labels, len(index))[1:] for name, part in parts.items()}, index=index)


def covered_population_share(
    population: npt.NDArray[np.floating[Any]],
    covered_mask: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.integer[Any]],
    index: pd.Index,
    *,
    known: npt.NDArray[np.bool_] | None = None,
) -> pd.Series:
    """Share of each commune's people who are covered; arguments as for :func:`covered_population`.

    People in cells of unknown coverage stay out of both sides of the fraction, as for the area.

    Returns
    -------
    Series
        ``covered_population_share`` in 0..1; NaN where nothing is known of anybody.
    """
    return known_share(covered_population(population, covered_mask, labels, index, known=known))


def people_reached(study_area: StudyArea, coverage: Coverage, service: Service) -> pd.DataFrame | None:
    """People of the population layer whom a coverage reaches, by commune; None without a layer.

    Alike for a real layer and for a sample, for today's coverage and for that after a build plan. The cells are scaled to the published totals
    first; a sum over communes is a sum of people.

    Returns
    -------
    DataFrame or None
        As :func:`covered_population`, index as ``study_area.communes``.
    """
    cells, communes = study_area.population, study_area.communes
    if cells is None:
        return None
    people = spread_population(cells.people, cells.labels, communes["population"])
    p = sample_at_cells(coverage.probability, coverage.grid, where=people > 0, cells=cells.grid)
    return covered_population(people, p >= service.min_probability, cells.labels, communes.index, known=~np.isnan(p))


def known_share(people: pd.DataFrame) -> pd.Series:
    """Share of the people covered among those of whom it is known, by row; NaN where nothing is known of anybody.

    >>> table = pd.DataFrame({"population": [10.0, 4.0], "covered_population": [4.0, 0.0], "unknown_population": [2.0, 4.0]})
    >>> known_share(table).tolist()
    [0.5, nan]
    """
    of = (people["population"] - people["unknown_population"]).where(lambda known: known > 0)
    return (people["covered_population"] / of).clip(0.0, 1.0).rename("covered_population_share")


def sample_at_cells(values: npt.NDArray[np.floating[Any]], grid: Grid, *, where: npt.NDArray[np.bool_], cells: Grid) -> FloatArray:
    """Values of a raster at the centres of some cells of another: the cell that holds the centre counts.

    Parameters
    ----------
    values : ndarray of float, shape of `grid`
        For instance the probability of coverage.
    grid : Grid
        Of `values`.
    where : ndarray of bool, shape of `cells`
        Cells of the other raster to ask for (those where people live: asking for all is slow).
    cells : Grid
        The other raster.

    Returns
    -------
    ndarray of float64, shape of `where`
        NaN where not asked, and outside `grid`.
    """
    rows, columns = np.nonzero(where)
    x, y = Transformer.from_crs(cells.crs, grid.crs, always_xy=True).transform(*cells.centres(rows, columns))
    sampled = np.full(where.shape, np.nan)
    sampled[rows, columns] = grid.sample(values, grid.cells(x, y))
    return sampled


def covered_people(study_area: StudyArea, coverage: Coverage, service: Service) -> pd.Series | float:
    """Share of each commune's people who are covered; missing without a population layer, for area is never sold as people."""
    reached = people_reached(study_area, coverage, service)
    return np.nan if reached is None else known_share(reached)


def people_of_province(study_area: StudyArea, coverage: Coverage, service: Service) -> dict[str, int | float | bool | None] | None:
    """The same of all communes together; None without a population layer.

    Returns
    -------
    dict or None
        ``total``, ``covered``, ``unknown`` (nothing is known of the coverage where they live), whole people; ``covered_share`` among those of
        whom it is known (None: of nobody); ``is_sample``: the layer is made up.
    """
    reached = people_reached(study_area, coverage, service)
    if reached is None or study_area.population is None:
        return None
    whole = reached.sum().to_frame().T
    share = float(known_share(whole).iloc[0])
    names = {"total": "population", "covered": "covered_population", "unknown": "unknown_population"}
    counts = {key: round(float(whole[name].iloc[0])) for key, name in names.items()}
    return {**counts, "covered_share": None if np.isnan(share) else share, "is_sample": study_area.population.is_sample}


def _sums(values: FloatArray, labels: npt.NDArray[np.integer[Any]], communes: int) -> FloatArray:
    return np.asarray(np.bincount(np.asarray(labels).ravel(), weights=values.ravel(), minlength=communes + 1), dtype=np.float64)
