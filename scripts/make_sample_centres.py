"""Make the list of settled areas that the sample's plan for 5G asks about: one a former commune, from the synthetic population.

usage: make_sample_centres.py DATA_FOLDER OUT.csv

The people of each commune of today are given to the nearest seat of its former communes; the area lies where most of them live. Households
are people over five (assumption), radii reach nine in ten of them. Every row is marked as sample. Deterministic.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.ndimage import uniform_filter

from geo_planner.crs import GEOGRAPHIC
from geo_planner.study_area.population import PopulationCells, read_population

PEOPLE_A_HOUSEHOLD = 5.0
WITHIN = 0.9  # share of the area's people that its radius holds
RADIUS_M = (500.0, 3000.0)  # no less, and no more
CENTRE_CELLS = 5  # most people within a square of so many cells
SOURCE = "dữ liệu mẫu, tính từ lớp dân cư tổng hợp"


def centres(data: Path) -> pd.DataFrame:
    """The areas as rows of a village list, sorted by id."""
    communes = gpd.read_file(data / "boundaries" / "communes.geojson").set_index("code")
    cells, told = read_population(data / "sample" / "population.tif", "sample/population.tif", communes)
    if cells is None:
        raise SystemExit("\n".join(map(str, told)))
    former = pd.read_csv(data / "boundaries" / "former_communes.csv", dtype={"code": str, "commune_code": str}).sort_values("code")
    seats = former.assign(
        **dict(zip("xy", cells.grid.xy(gpd.GeoSeries(gpd.points_from_xy(former["lon"], former["lat"], crs=GEOGRAPHIC))), strict=True))
    )
    rows = [
        row
        for number, code in enumerate(communes.index, 1)
        for row in _of_commune(cells, cells.labels == number, seats[seats["commune_code"] == code])
    ]
    return pd.DataFrame(rows).sort_values("village_id")


def _of_commune(cells: PopulationCells, mine: np.ndarray, seats: pd.DataFrame) -> list[dict[str, object]]:
    rows, columns = np.nonzero(mine & (np.nan_to_num(cells.people) > 0))
    x, y = cells.grid.centres(rows, columns)
    nearest = np.argmin([np.hypot(x - seat.x, y - seat.y) for seat in seats.itertuples()], axis=0)
    found = []
    for number, seat in enumerate(seats.itertuples()):
        own = np.zeros(mine.shape)
        at = nearest == number
        own[rows[at], columns[at]] = cells.people[rows[at], columns[at]]
        dense = np.where(own > 0, uniform_filter(own, CENTRE_CELLS, mode="constant"), 0.0).round(6)
        middle = np.unravel_index(int(np.argmax(dense)), dense.shape)
        if not at.any():
            continue
        cx, cy = cells.grid.centres(*middle)
        far, people = np.hypot(x[at] - cx, y[at] - cy), cells.people[rows[at], columns[at]]
        order = np.argsort(far, kind="stable")
        held = np.searchsorted(np.cumsum(people[order]), WITHIN * people.sum())
        lon, lat = Transformer.from_crs(cells.grid.crs, GEOGRAPHIC, always_xy=True).transform(cx, cy)
        found.append({
            "village_id": f"KV{seat.code}", "name": f"Khu vực {seat.name}", "commune_code": seat.commune_code, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}",
            "households": round(people.sum() / PEOPLE_A_HOUSEHOLD), "population": int(people.sum()), "poor_households": "", "near_poor_households": "",
            "grid_power": "yes", "road_access": "car", "extremely_difficult": "no",
            "settlement_radius_m": int(np.clip(np.ceil(far[order][held] / 250.0) * 250.0, *RADIUS_M)), "school_site": "", "health_post": "",
            "declared_status": "", "status_date": "", "position_quality": "sample", "is_sample": "yes", "source": SOURCE,
        })  # fmt: skip
    return found


if __name__ == "__main__":
    centres(Path(sys.argv[1])).to_csv(sys.argv[2], index=False, lineterminator="\n")
