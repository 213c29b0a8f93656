"""The cells of the settlements as pieces of demand: who lives there, and which of them nobody serves today."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geo_planner.config import Service
from geo_planner.grid import Grid
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.statuses import settlement_radius_m
from geo_planner.study_area.population import PopulationCells
from geo_planner.terrain import Dem
from geo_planner.units import BoolArray, FloatArray, IntArray

Objective = Literal["priority", "households"]
DIGITS = 6
"""Decimals of households and weights: every piece is a whole number of millionths, so that sums that are written rounded to as many agree exactly."""


def pieces_of(villages: gpd.GeoDataFrame, dem: Dem, service: Service, population: PopulationCells | None = None) -> pd.DataFrame:
    """Every cell of every settlement, a piece of its village each: the cells on which the village's status rests.

    Parameters
    ----------
    villages : GeoDataFrame
        Index ``village_id``, points; ``households`` and ``settlement_radius_m`` (NA: the service's default).
    dem, service
        The grid, and the default radius.
    population : PopulationCells, optional
        Where in a settlement people live. Without it, or where it has nobody there, the households are spread evenly.

    Returns
    -------
    DataFrame
        Index ``demand_id`` (``<village_id>#<n>``, from 1 on, by row and column), sorted; ``village_id``, ``households`` (0 where the
        village's are not known; in whole millionths, which add up to the village's), ``share`` of the village's households, ``row``, ``column``,
        ``x_m``, ``y_m``. A cell of two settlements is a piece of each.
    """
    grid, ids = dem.grid, villages.index.astype(str).to_numpy(dtype=object)
    position = grid.position(*grid.xy(villages.geometry))
    parts = [np.column_stack(part) for part in grid.around(*position, settlement_radius_m(villages, service) / grid.cell_m)]
    cells = np.concatenate(parts) if parts else np.empty((0, 3), dtype=np.int64)
    which, row, column = cells[np.lexsort((cells[:, 2], cells[:, 1], cells[:, 0]))].T
    n_cells = np.bincount(which, minlength=len(villages))
    share = 1.0 / n_cells[which]
    if population is not None:
        people = _people_at(population, grid, row, column)
        there = np.bincount(which, weights=people, minlength=len(villages))[which]
        share = np.where(there > 0, people / np.where(there > 0, there, 1.0), share)
    households = villages["households"].astype("Float64").fillna(0.0).to_numpy(dtype=float)
    # n of a piece within its village: the villages' cells stand one behind the other
    number = np.arange(which.size) - (np.cumsum(n_cells) - n_cells)[which] + 1
    x_m, y_m = grid.centres(row, column)
    table = {
        "village_id": ids[which], "households": _split(households, share, which), "share": share, "row": row, "column": column, "x_m": x_m, "y_m": y_m,
    }  # fmt: skip
    index = pd.Index([f"{village}#{n}" for village, n in zip(ids[which], number, strict=True)], name="demand_id", dtype=object)
    return pd.DataFrame(table, index=index).sort_index()


def demands_of(
    villages: gpd.GeoDataFrame,
    coverage: Coverage,
    dem: Dem,
    service: Service,
    population: PopulationCells | None = None,
    objective: Objective = "households",
) -> pd.DataFrame:
    """The pieces of the settlements that existing coverage does not serve.

    Parameters
    ----------
    villages : GeoDataFrame
        As for :func:`pieces_of`; for ``priority`` with ``score``.
    coverage : Coverage
        Of today. A piece whose only path is unknown is not served; one where the terrain is unknown is left out, for no station can be shown
        to serve it.
    objective : {"priority", "households"}
        The weight of a piece: its households times the score of its village, or its households. A village of unknown households weighs
        as the median of the known ones, and its pieces hold none.

    Returns
    -------
    DataFrame
        Index ``demand_id``, sorted; ``village_id``, ``households``, ``weight``, ``row``, ``column``, ``x_m``, ``y_m``.
    """
    pieces = pieces_of(villages, dem, service, population)
    open_ = ~covered_pieces(pieces, coverage, service) & ~np.isnan(dem.heights_m[pieces["row"], pieces["column"]])
    pieces = pieces[open_]
    known = villages["households"].astype("Float64")
    usual = float(known.median()) if known.notna().any() else 1.0
    score = villages["score"].astype(float) if objective == "priority" else pd.Series(1.0, index=villages.index)
    of = villages.index.astype(str).get_indexer(pieces["village_id"])
    households = pieces["households"].where(known.notna().to_numpy(dtype=bool)[of], pieces["share"] * usual)
    table = pieces.assign(weight=(households * score.to_numpy()[of]).round(DIGITS))
    return table[["village_id", "households", "weight", "row", "column", "x_m", "y_m"]]


def covered_pieces(pieces: pd.DataFrame, coverage: Coverage, service: Service) -> BoolArray:
    """Which pieces a coverage serves, in their order."""
    return np.asarray(coverage.probability[pieces["row"].to_numpy(), pieces["column"].to_numpy()] >= service.min_probability)


def households_with_signal(
    villages: gpd.GeoDataFrame, pieces: pd.DataFrame, before: Coverage, now: Coverage, service: Service
) -> pd.DataFrame:
    """Households with signal by village, those of its covered pieces, under two coverages.

    Parameters
    ----------
    villages : GeoDataFrame
        Index ``village_id``; ``households``.
    pieces : DataFrame
        Of these villages, from :func:`pieces_of`.
    before, now : Coverage
    service : Service

    Returns
    -------
    DataFrame
        Index of `villages`; ``households_before``, ``households_after``, missing where the list does not say how many there are.
    """
    had, has = (covered_pieces(pieces, coverage, service) for coverage in (before, now))
    ids = villages.index.astype(str)
    known = villages["households"].notna().to_numpy(dtype=bool)

    def sums(which: BoolArray) -> pd.Series:
        households = pieces["households"].where(which, 0.0).groupby(pieces["village_id"]).sum().reindex(ids, fill_value=0.0)
        return pd.Series(np.where(known, households.to_numpy(dtype=float), np.nan), index=villages.index)

    first = sums(had)
    then = first + sums(has & ~had) - sums(had & ~has)
    return pd.DataFrame({"households_before": first, "households_after": then}).round(DIGITS)


def _split(households: FloatArray, share: FloatArray, which: IntArray) -> FloatArray:
    """The households of each village over its cells by their shares, in whole millionths that add up: what is left goes to the largest remainders."""
    total = np.round(households * 10**DIGITS).astype(np.int64)
    exact = total[which] * share
    parts = np.floor(exact).astype(np.int64)
    # villages stand one behind the other: the place within each is the place in all, less that of its first cell
    order = np.lexsort((parts - exact, which))
    first = np.searchsorted(which, which)
    place = np.empty(which.size, dtype=np.int64)
    place[order] = np.arange(which.size)
    left = total - np.bincount(which, weights=parts, minlength=total.size).astype(np.int64)
    return np.asarray((parts + (place - first < left[which])) / 10**DIGITS)


def _people_at(population: PopulationCells, grid: Grid, row: IntArray, column: IntArray) -> FloatArray:
    """People in some cells of a grid, in proportion: cells of the population that are finer are added up, coarser ones are read at the centre."""
    there = population.grid
    people = np.nan_to_num(population.people)
    to_there = Transformer.from_crs(grid.crs, there.crs, always_xy=True)
    at = there.cells(*to_there.transform(*grid.centres(row, column)))
    density = np.where(at.inside, people[at.row, at.column], 0.0)
    rows, columns = np.nonzero(people > 0)
    if not rows.size:
        return density
    back = Transformer.from_crs(there.crs, grid.crs, always_xy=True)
    beside = np.array([back.transform(*there.centres(rows[0], columns[0] + step)) for step in (0, 1)])
    if np.hypot(*(beside[1] - beside[0])) > grid.cell_m:
        return density
    cells = grid.cells(*back.transform(*there.centres(rows, columns)))
    flat = (cells.row * grid.shape[1] + cells.column)[cells.inside]
    summed = np.bincount(flat, weights=people[rows, columns][cells.inside], minlength=grid.shape[0] * grid.shape[1])
    return np.asarray(summed[row * grid.shape[1] + column])
