"""Heights from the Copernicus DEM: tiles of one degree from its public bucket, to one terrain on the metric grid."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import rasterio
from rasterio.errors import RasterioError

from geo_planner.errors import Fault
from geo_planner.sources.fetch.area import MARGIN_KM, Area, corner_name, tiles_of
from geo_planner.sources.fetch.download import Download
from geo_planner.sources.fetch.errors import NotFoundError
from geo_planner.sources.fetch.service import Service, Staged, provenance
from geo_planner.sources.mosaic import mosaic

Product = Literal["glo30", "glo90"]

BASE_URLS: dict[Product, str] = {
    "glo30": "https://copernicus-dem-30m.s3.eu-central-1.amazonaws.com",
    "glo90": "https://copernicus-dem-90m.s3.eu-central-1.amazonaws.com",
}
LICENCE = (
    "Copernicus DEM licence, free of charge with notice: © DLR e.V. 2010-2014 and © Airbus Defence and Space GmbH 2014-2018 "
    "provided under COPERNICUS by the European Union and ESA; all rights reserved"
)
VINTAGE = "2015"  # radar images of 2011 to 2015

TERRAIN_FILE = "terrain/terrain.tif"
CELL_M: dict[Product, float] = {"glo30": 30.0, "glo90": 90.0}
_OFF_DEG = 0.001  # the edges of the tiles lie half a cell off the degrees
_ARC = {"glo30": "10", "glo90": "30"}


def tile_path(lat: int, lon: int, product: Product) -> str:
    """Path of the tile whose south-west corner is given, in the bucket.

    >>> tile_path(21, 103, "glo90")
    'Copernicus_DSM_COG_30_N21_00_E103_00_DEM/Copernicus_DSM_COG_30_N21_00_E103_00_DEM.tif'
    """
    north, east = corner_name(lat, lon)
    name = f"Copernicus_DSM_COG_{_ARC[product]}_{north}_00_{east}_00_DEM"
    return f"{name}/{name}.tif"


def fetch_terrain(
    area: Area, folder: Path, service: Service, *, product: Product = "glo90", cell_m: float | None = None, margin_km: float = MARGIN_KM
) -> Staged:
    """The terrain of an area and its surroundings, made in `folder`.

    The open sea has no tiles, and neither have a few countries in GLO-30: a tile that is not there leaves a void.

    Raises
    ------
    DownloadError
        When a tile cannot be had, or none of them exists.
    """
    west, south, east, north = area.degrees(margin_km)
    wanted = tiles_of((west - _OFF_DEG, south - _OFF_DEG, east + _OFF_DEG, north + _OFF_DEG), 1)
    names = {corner: "".join(corner_name(*corner)) for corner in wanted}
    tiles: dict[tuple[int, int], Download] = {}
    absent: list[str] = []
    last: NotFoundError | None = None
    for number, corner in enumerate(wanted):
        url = service.url(BASE_URLS[product], tile_path(*corner, product))
        try:
            tiles[corner] = service.get(url, "tiff", check=check_raster, progress=partial(_within, service, number, len(wanted)))
        except NotFoundError as error:
            absent.append(names[corner])
            last = error
    if not tiles:
        raise last or NotFoundError("The area touches no tile. Check the boundaries of the study area.")
    (folder / TERRAIN_FILE).parent.mkdir(parents=True, exist_ok=True)
    made = mosaic(
        [d.path for d in tiles.values()],
        folder / TERRAIN_FILE,
        crs=area.crs,
        cell_m=cell_m or CELL_M[product],
        bounds=area.metric_bounds(margin_km),
        tags={"source": f"Copernicus DEM {product.upper()}"},
        progress=lambda share: service.tell("terrain", 0.7 + 0.3 * share),
    )
    facts = provenance(
        tiles.values(),
        source=f"Copernicus DEM {product.upper()}",
        licence=LICENCE,
        crs=area.crs.to_string(),
        vintage=VINTAGE,
        cell_m=cell_m or CELL_M[product],
        void_cells=made.void_cells,
    )
    return Staged({TERRAIN_FILE: facts}, _notes(absent, made.void_cells, made.cells))


def _within(service: Service, number: int, of: int, _name: str, share: float) -> None:
    service.tell("terrain", 0.7 * (number + share) / of)


def check_raster(path: Path) -> None:
    """Refuse a file that only begins like a GeoTIFF.

    Raises
    ------
    ValueError
        When a block of it cannot be read.
    """
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                raise ValueError("it has no coordinate reference system")
            for _, window in source.block_windows(1):
                source.read(1, window=window)
    except RasterioError as error:
        raise ValueError("it is a damaged GeoTIFF, or was cut short") from error


def _notes(absent: list[str], void: int, cells: int) -> tuple[Fault, ...]:
    notes = []
    if absent:
        notes.append(
            Fault(
                TERRAIN_FILE,
                f"the source has no tile {', '.join(absent)} (sea, or not released)",
                "Heights stay unknown there; paths across are flagged.",
                level="warning",
                code="tile_absent",
            )
        )
    if void:
        notes.append(
            Fault(
                TERRAIN_FILE,
                f"{void:,} of {cells:,} cells have no heights",
                "They stay void: fill them from another source if they matter.",
                level="warning",
                code="terrain_void",
            )
        )
    return tuple(notes)
