"""Heights from the Copernicus DEM: tiles of one degree from its public bucket, to one terrain on the metric grid."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from geo_planner.errors import Fault, warning
from geo_planner.fetch.area import MARGIN_KM, Area, Bounds, Corner, corner_name, fetched_tiles, tiles_over
from geo_planner.fetch.download import Service, Staged, provenance
from geo_planner.study_area.mosaic import mosaic
from geo_planner.study_area.raster_frame import HIGHEST_M, LOWEST_M

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
_MOST_SIDE = 4000  # a tile of GLO-30 has 3,600 cells a side


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

    The open sea has no tiles, and neither have a few countries in GLO-30: a tile that is not there leaves a void, for a
    server that lacks it says no more than that. Communes that such a tile should hold are named.

    Raises
    ------
    DownloadError
        When a tile cannot be had, or none of them exists.
    """
    wanted = tiles_over((_grown(bounds) for bounds in area.rectangles(margin_km)), 1)
    tiles, absent = fetched_tiles(
        service, "terrain", wanted, lambda lat, lon: service.url(BASE_URLS[product], tile_path(lat, lon, product)),
        most_side=_MOST_SIDE, values=(LOWEST_M, HIGHEST_M),
    )  # fmt: skip
    (folder / TERRAIN_FILE).parent.mkdir(parents=True, exist_ok=True)
    source, cell = f"Copernicus DEM {product.upper()}", cell_m or CELL_M[product]
    made = mosaic(
        [tile.path for tile in tiles.values()], folder / TERRAIN_FILE, crs=area.crs, cell_m=cell, bounds=area.metric_bounds(margin_km),
        tags={"source": source}, possible=(LOWEST_M, HIGHEST_M), progress=lambda share: service.tell("terrain", 0.7 + 0.3 * share),
    )  # fmt: skip
    facts = provenance(
        tiles.values(), source=source, licence=LICENCE, crs=area.crs.to_string(), vintage=VINTAGE, cell_m=cell, void_cells=made.void_cells
    )
    return Staged({TERRAIN_FILE: facts}, (*area.left_out(TERRAIN_FILE), *_absent(area, absent), *_void(made.void_cells, made.cells)))


def _grown(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    return west - _OFF_DEG, south - _OFF_DEG, east + _OFF_DEG, north + _OFF_DEG


def _absent(area: Area, corners: list[Corner]) -> list[Fault]:
    """Tiles that the source lacks: those with a commune in them first, for their land should have heights."""
    if not corners:
        return []
    # a line along the very edge has its heights in the neighbour
    squares = [(lon + _OFF_DEG, lat + _OFF_DEG, lon + 1 - _OFF_DEG, lat + 1 - _OFF_DEG) for lat, lon in corners]
    names = {corner: "".join(corner_name(*corner)) for corner in corners}
    inhabited = {corner: codes for corner, codes in zip(corners, area.touching(squares), strict=True) if codes}
    notes = [
        warning(TERRAIN_FILE, "tile_absent.communes", tile=names[corner], communes=area.named(codes)) for corner, codes in inhabited.items()
    ]
    around = [names[corner] for corner in corners if corner not in inhabited]
    if around:
        notes.append(warning(TERRAIN_FILE, "tile_absent.around", tiles=around))
    return notes


def _void(void: int, cells: int) -> list[Fault]:
    return [warning(TERRAIN_FILE, "terrain_void.fetched", void=void, cells=cells)] if void else []
