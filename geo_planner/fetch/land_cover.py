"""Land cover from ESA WorldCover 2021 (v200): tiles of three degrees, 10 m, to one raster of classes on the metric grid."""

from __future__ import annotations

from pathlib import Path

from geo_planner.errors import warning
from geo_planner.fetch.area import Area, corner_name, fetched_tiles, tiles_over
from geo_planner.fetch.download import Service, Staged, provenance
from geo_planner.study_area.mosaic import mosaic

BASE_URL = "https://esa-worldcover.s3.eu-central-1.amazonaws.com"
SOURCE = "ESA WorldCover 10 m 2021 v200"
LICENCE = (
    "CC BY 4.0, © ESA WorldCover project 2021 / Contains modified Copernicus Sentinel data (2021) processed by ESA WorldCover consortium"
)
VINTAGE = "2021"

LAND_COVER_FILE = "land_cover/land_cover.tif"
CELL_M = 30.0
_MOST_SIDE = 37_000  # a tile has 36,000 cells a side
CLASSES = {
    10: "tree cover", 20: "shrubland", 30: "grassland", 40: "cropland", 50: "built-up", 60: "bare", 70: "snow and ice",
    80: "water", 90: "herbaceous wetland", 95: "mangroves", 100: "moss and lichen",
}  # fmt: skip


def tile_path(lat: int, lon: int) -> str:
    """Path of the tile whose south-west corner is given, in the bucket.

    >>> tile_path(21, 102)
    'v200/2021/map/ESA_WorldCover_10m_2021_v200_N21E102_Map.tif'
    """
    return f"v200/2021/map/ESA_WorldCover_10m_2021_v200_{''.join(corner_name(lat, lon))}_Map.tif"


def fetch_land_cover(area: Area, folder: Path, service: Service, *, cell_m: float = CELL_M, margin_km: float = 0.0) -> Staged:
    """The classes of an area, the most frequent one of each cell, made in `folder`; 0 where unknown.

    Raises
    ------
    DownloadError
        When a tile cannot be had, or none of them exists.
    """
    wanted = tiles_over(area.rectangles(margin_km), 3)
    tiles, absent = fetched_tiles(
        service, "land_cover", wanted, lambda lat, lon: service.url(BASE_URL, tile_path(lat, lon)),
        degrees=3, most_side=_MOST_SIDE, kinds="u",
    )  # fmt: skip
    (folder / LAND_COVER_FILE).parent.mkdir(parents=True, exist_ok=True)
    made = mosaic(
        [tile.path for tile in tiles.values()], folder / LAND_COVER_FILE, crs=area.crs, cell_m=cell_m, bounds=area.metric_bounds(margin_km), method="class",
        tags={"source": SOURCE, **{f"class_{value}": name for value, name in CLASSES.items()}}, progress=lambda share: service.tell("land_cover", 0.7 + 0.3 * share),
    )  # fmt: skip
    facts = provenance(
        tiles.values(), source=SOURCE, licence=LICENCE, crs=area.crs.to_string(), vintage=VINTAGE, cell_m=cell_m, void_cells=made.void_cells
    )
    notes = (
        [warning(LAND_COVER_FILE, "tile_absent.land_cover", tiles=["".join(corner_name(*corner)) for corner in absent])] if absent else []
    )
    return Staged({LAND_COVER_FILE: facts}, (*area.left_out(LAND_COVER_FILE), *notes))
