"""People per cell of about 100 m from WorldPop: the country's file, cut to the province."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window, from_bounds

from geo_planner.sources.fetch.area import Area
from geo_planner.sources.fetch.errors import ContentError
from geo_planner.sources.fetch.service import Service, Staged, provenance

BASE_URL = "https://data.worldpop.org"
SOURCE = "WorldPop, constrained population counts R2025A v1, Viet Nam"
LICENCE = "CC BY 4.0, WorldPop (www.worldpop.org), University of Southampton"

POPULATION_FILE = "population/population.tif"
YEAR = 2025
YEARS = range(2015, 2031)
_MARGIN_KM = 1.0


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
    file = service.get(service.url(BASE_URL, population_path(year)), "tiff", check=_check)
    out = folder / POPULATION_FILE
    out.parent.mkdir(parents=True, exist_ok=True)
    service.tell("population", 0.9)
    crs = cut(file.path, out, area, tags={"source": SOURCE, "year": str(year)})
    return Staged({POPULATION_FILE: provenance([file], source=SOURCE, licence=LICENCE, crs=crs, vintage=str(year))})


def cut(source_path: Path, out: Path, area: Area, *, tags: dict[str, str]) -> str:
    """Copy the cells around an area, unchanged, block by block; returns the CRS."""
    with rasterio.open(source_path) as source:
        west, south, east, north = area.communes.to_crs(source.crs).total_bounds
        margin = _MARGIN_KM / 111.0 if source.crs.is_geographic else _MARGIN_KM * 1000.0
        asked = from_bounds(west - margin, south - margin, east + margin, north + margin, source.transform)
        rows = max(math.floor(asked.row_off), 0), min(math.ceil(asked.row_off + asked.height), source.height)
        columns = max(math.floor(asked.col_off), 0), min(math.ceil(asked.col_off + asked.width), source.width)
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            raise ContentError(
                "The population file does not reach the study area. Try again later, or name another server with --base-url."
            )
        window = Window.from_slices(rows, columns)
        profile = {
            "driver": "GTiff",
            "width": window.width,
            "height": window.height,
            "count": 1,
            "dtype": "float32",
            "nodata": np.nan,
            "crs": source.crs,
            "transform": source.window_transform(window),
            "tiled": True,
            "blockxsize": 256,
            "blockysize": 256,
            "compress": "deflate",
            "predictor": 3,
        }
        with rasterio.open(out, "w", **profile) as target:
            target.update_tags(**tags)
            for _, block in target.block_windows(1):
                there = Window(block.col_off + columns[0], block.row_off + rows[0], block.width, block.height)
                target.write(np.ma.filled(source.read(1, window=there, masked=True).astype("float32"), np.nan), 1, window=block)
        return str(source.crs.to_string())


def _check(path: Path) -> None:
    """The header alone: the country's file is large, and its cells are read when it is cut."""
    try:
        with rasterio.open(path) as source:
            if source.crs is None or source.count != 1:
                raise ValueError("it is not one band of cells with a reference system")
            last = list(source.block_windows(1))[-1][1]
            source.read(1, window=last)
    except RasterioError as error:
        raise ValueError("it is a damaged GeoTIFF, or was cut short") from error
