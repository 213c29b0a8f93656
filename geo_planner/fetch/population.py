"""People per cell of about 100 m from WorldPop: the country's file, cut to the province."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.errors import RasterioError
from rasterio.windows import Window, from_bounds

from geo_planner.fetch.area import Area, check_raster
from geo_planner.fetch.download import Service, Staged, provenance
from geo_planner.fetch.errors import UnfitFileError
from geo_planner.files.opening import new_raster, opened_raster
from geo_planner.study_area.population import MOST_PEOPLE

BASE_URL = "https://data.worldpop.org"
SOURCE = "WorldPop, constrained population counts R2025A v1, Viet Nam"
LICENCE = "CC BY 4.0, WorldPop (www.worldpop.org), University of Southampton"

POPULATION_FILE = "population/population.tif"
YEAR = 2025
YEARS = range(2015, 2031)
_MARGIN_KM = 1.0
_ROWS = 256  # read at a time
_MOST_SIDE = 50_000  # the country's file has about 9,000 columns and 19,000 rows


def population_path(year: int) -> str:
    """Path of the country's file on WorldPop's server.

    >>> population_path(2025)
    'GIS/Population/Global_2015_2030/R2025A/2025/VNM/v1/100m/constrained/vnm_pop_2025_CN_100m_R2025A_v1.tif'
    """
    return f"GIS/Population/Global_2015_2030/R2025A/{year}/VNM/v1/100m/constrained/vnm_pop_{year}_CN_100m_R2025A_v1.tif"


def fetch_population(area: Area, folder: Path, service: Service, *, year: int = YEAR) -> Staged:
    """The cells of an area on WorldPop's own grid, made in `folder`: people are never moved by resampling.

    Raises
    ------
    DownloadError
        When the file cannot be had or does not reach the area.
    """
    file = service.get(service.url(BASE_URL, population_path(year)), "tiff", check=partial(_check, area=area))
    out = folder / POPULATION_FILE
    out.parent.mkdir(parents=True, exist_ok=True)
    service.tell("population", 0.9)
    crs = cut(file.path, out, area, tags={"source": SOURCE, "year": str(year)})
    facts = provenance([file], source=SOURCE, licence=LICENCE, crs=crs, vintage=str(year))
    return Staged({POPULATION_FILE: facts}, tuple(area.left_out(POPULATION_FILE)))


def cut(source_path: Path, out: Path, area: Area, *, tags: dict[str, str]) -> str:
    """Copy the cells around an area, unchanged, block by block; returns the CRS."""
    with opened_raster(source_path) as source:
        window = _window(source, area)
        profile = {
            "width": window.width, "height": window.height, "count": 1, "dtype": "float32", "nodata": np.nan,
            "crs": source.crs, "transform": source.window_transform(window),
            "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate", "predictor": 3,
        }  # fmt: skip
        with new_raster(out, **profile) as target:
            target.update_tags(**tags)
            for _, block in target.block_windows(1):
                there = Window(block.col_off + window.col_off, block.row_off + window.row_off, block.width, block.height)
                target.write(np.ma.filled(source.read(1, window=there, masked=True).astype("float32"), np.nan), 1, window=block)
        return str(source.crs.to_string())


def _window(source: Any, area: Area) -> Window:
    west, south, east, north = area.near().to_crs(source.crs).total_bounds
    margin = _MARGIN_KM / 111.0 if source.crs.is_geographic else _MARGIN_KM * 1000.0
    asked = from_bounds(west - margin, south - margin, east + margin, north + margin, source.transform)
    rows = max(math.floor(asked.row_off), 0), min(math.ceil(asked.row_off + asked.height), source.height)
    columns = max(math.floor(asked.col_off), 0), min(math.ceil(asked.col_off + asked.width), source.width)
    if rows[0] >= rows[1] or columns[0] >= columns[1]:
        raise UnfitFileError("unfit.not_here")
    return Window.from_slices(rows, columns)


def _check(path: Path, area: Area) -> None:
    """The frame, and the cells that are to be cut out: the country's file is too large to look at every cell of it."""
    check_raster(path, most_side=_MOST_SIDE, cells=False)
    try:
        with opened_raster(path) as source:
            window = _window(source, area)
            for row in range(0, window.height, _ROWS):
                strip = Window(window.col_off, window.row_off + row, window.width, min(_ROWS, window.height - row))
                _check_people(np.ma.compressed(source.read(1, window=strip, masked=True)))
    except RasterioError as error:
        raise UnfitFileError("unfit.damaged_tiff") from error


def _check_people(people: Any) -> None:
    odd = people[(people < 0) | (people > MOST_PEOPLE)]
    if len(odd):
        raise UnfitFileError("unfit.people", value=f"{odd[0]:g}")
