"""Make the synthetic sample population of Lai Châu: settlements in the valleys of the sample terrain, a raster of people per cell.

usage: make_sample_population.py DATA_FOLDER OUT.tif

Seats of the former communes are real places and carry towns; every other settlement is drawn by lot where the sample terrain is low and
gentle, and is NOT a real one. The villages of the list stand where the list has them. The published population of each commune is held to
the last person. Deterministic for one version of the libraries.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from scipy.ndimage import minimum_filter
from scipy.special import ndtri

from geo_planner.crs import GEOGRAPHIC
from geo_planner.grid import Grid

Floats = npt.NDArray[np.float64]

SEED = 57
NODATA = -1
# Assumptions, all of them: there is no count of people by place that may stand in a bundled sample
GENTLE_DEG = 14.0  # a slope at which only a third of the people of flat land live
LOW_M = 220.0  # likewise a height above the lowest ground within VALLEY_CELLS
VALLEY_CELLS = 17  # some 4 km
PEOPLE_A_HAMLET = 420.0  # 85 households of 5
HAMLET_SPREAD = 0.6  # of the logarithm of its size
SEAT, TOWN = 2.5, 9.0  # times a hamlet, for the seat of a former xã, and of a former thị trấn or phường
HAMLET_M, TOWN_M = 260.0, 900.0  # how far people live around the middle (one sigma)
PEOPLE_A_HOUSEHOLD = 5.0  # where a listed village tells only households
VILLAGE_RADIUS_M = 300.0  # as service.default_settlement_radius_m


def suitability(heights_m: Floats, cell_m: float) -> Floats:
    """How gladly people settle: 1 on flat ground at the bottom of a valley, towards 0 on slopes and ridges; 0 in a void."""
    known = np.isfinite(heights_m)
    filled = np.where(known, heights_m, np.nanmax(heights_m))
    south, east = np.gradient(filled, cell_m)
    slope_deg = np.degrees(np.arctan(np.hypot(south, east)))
    above_m = filled - minimum_filter(filled, VALLEY_CELLS)
    return np.where(known, np.exp(-((slope_deg / GENTLE_DEG) ** 2) - above_m / LOW_M), 0.0)


def around(grid: Grid, x: float, y: float, sigma_m: float) -> tuple[tuple[slice, slice], Floats]:
    """The cells around a place and the weight of each: a bell cut off at three sigmas."""
    row, column = grid.position(x, y)
    reach = int(np.ceil(3 * sigma_m / grid.cell_m)) + 1
    first, left = max(int(row) - reach, 0), max(int(column) - reach, 0)
    part = slice(first, int(row) + reach + 1), slice(left, int(column) + reach + 1)
    r, c = np.mgrid[part[0].start : min(part[0].stop, grid.shape[0]), part[1].start : min(part[1].stop, grid.shape[1])]
    far_m = np.hypot(r + 0.5 - row, c + 0.5 - column) * grid.cell_m
    return part, np.where(far_m <= 3 * sigma_m, np.exp(-0.5 * (far_m / sigma_m) ** 2), 0.0)


def settled(grid: Grid, mine: npt.NDArray[np.bool_], fit: Floats, seats: pd.DataFrame, people: float, rng: np.random.Generator) -> Floats:
    """Weight of each cell of one commune: its seats, and as many hamlets drawn by lot as its people need."""
    weight = np.zeros(grid.shape)
    for seat in seats.itertuples():
        is_town = not str(seat.name).startswith("Xã")
        part, bell = around(grid, seat.x, seat.y, TOWN_M if is_town else 1.5 * HAMLET_M)
        weight[part] += (TOWN if is_town else SEAT) * PEOPLE_A_HAMLET * bell / bell.sum() * mine[part] * np.maximum(fit[part], 0.05)
    rows, columns = np.nonzero(mine & (fit > 0))
    chance = fit[rows, columns] / fit[rows, columns].sum()
    for _ in range(max(1, round(people / PEOPLE_A_HAMLET) - len(seats))):
        at = min(int(np.searchsorted(np.cumsum(chance), rng.random())), rows.size - 1)
        size = PEOPLE_A_HAMLET * float(np.exp(HAMLET_SPREAD * ndtri(rng.random())))
        part, bell = around(grid, *grid.centres(int(rows[at]), int(columns[at])), HAMLET_M)
        held = bell * mine[part] * fit[part]
        weight[part] += size * held / held.sum()
    return weight


def listed(grid: Grid, villages: pd.DataFrame, mine: npt.NDArray[np.bool_]) -> Floats:
    """People of the villages of the list, evenly over the cells of each: its own figure, else so many a household."""
    people = np.zeros(grid.shape)
    for village in villages.itertuples():
        row, column = grid.position(village.x, village.y)
        r, c = np.indices(grid.shape, sparse=True)
        near = np.hypot(r + 0.5 - row, c + 0.5 - column) * grid.cell_m <= VILLAGE_RADIUS_M
        near &= mine
        number = village.population if pd.notna(village.population) else PEOPLE_A_HOUSEHOLD * village.households
        if near.any() and pd.notna(number):
            people[near] += number / near.sum()
    return people


def whole(weight: Floats, total: int) -> npt.NDArray[np.int64]:
    """Whole numbers in proportion to the weights that sum to the total: the largest remainders are rounded up, the first cell first."""
    exact = weight / weight.sum() * total
    counts = np.floor(exact).astype(np.int64)
    rest = np.round(exact - counts, 9).ravel()
    up = np.argsort(-rest, kind="stable")[: total - int(counts.sum())]
    counts.ravel()[up] += 1
    return counts


def population(data: Path) -> tuple[npt.NDArray[np.int16], Grid]:
    """People per cell of the sample terrain's grid; -1 outside the communes."""
    with rasterio.open(data / "terrain" / "sample_terrain.tif") as source:
        grid = Grid((source.height, source.width), source.transform, source.crs)
        heights_m = np.ma.filled(source.read(1, masked=True).astype("float64"), np.nan)
    communes = gpd.read_file(data / "boundaries" / "communes.geojson").set_index("code").sort_index()
    labels = grid.labels(communes.to_crs(grid.crs).geometry)
    fit = suitability(heights_m, grid.cell_m)
    seats = _placed(pd.read_csv(data / "boundaries" / "former_communes.csv", dtype={"commune_code": str}), grid)
    villages = _placed(pd.read_csv(data / "villages" / "villages.csv", dtype={"commune_code": str}), grid)
    people = np.full(grid.shape, NODATA, dtype="int64")
    rng = np.random.default_rng(SEED)
    for number, (code, total) in enumerate(communes["population"].items(), 1):
        mine = labels == number
        known = listed(grid, villages[villages["commune_code"] == code], mine)
        weight = settled(grid, mine, fit, seats[seats["commune_code"] == code], float(total) - known.sum(), rng)
        weight[known > 0] = 0.0
        counts = whole(known + weight / weight.sum() * (float(total) - known.sum()), int(total))
        people[mine] = counts[mine]
    return people.astype("int16"), grid


def _placed(table: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    x, y = grid.xy(gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"], crs=GEOGRAPHIC)))
    return table.assign(x=x, y=y)


def write(people: npt.NDArray[np.int16], grid: Grid, path: Path) -> None:
    """A small GeoTIFF that says of itself that it is made up."""
    with rasterio.open(
        path, "w", driver="GTiff", height=people.shape[0], width=people.shape[1], count=1, dtype="int16", nodata=NODATA, crs=grid.crs,
        transform=grid.transform, compress="deflate", predictor=2, zlevel=9, tiled=True,
    ) as sink:  # fmt: skip
        sink.write(people, 1)
        sink.set_band_description(1, "people per cell (synthetic sample, not a census)")
        sink.update_tags(
            synthetic="yes",
            method="settlements by lot in the valleys of the sample terrain; communes' published totals held",
            seed=str(SEED),
        )


if __name__ == "__main__":
    write(*population(Path(sys.argv[1])), Path(sys.argv[2]))
