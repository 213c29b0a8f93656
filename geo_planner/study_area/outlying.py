"""Which parts of a province lie apart from its mainland: islands, some of them hundreds of kilometres out at sea."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

APART_KM = 10.0
"""Communes farther than this from the rest are islands: there a terrain may have a void without being the wrong one."""
FAR_KM = 200.0
"""One raster does not reach islands farther out than this: nearly all of it would be sea. Con Dao is nearer, Hoang Sa and
Truong Sa are not."""


def polygons(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """The single polygons of all outlines; each keeps the index of its commune."""
    return outlines.explode(index_parts=False)


def group_numbers(parts: gpd.GeoSeries, gap_m: float) -> npt.NDArray[np.int64]:
    """Which polygons belong together: a number each, the same where a chain of gaps up to `gap_m` joins their rectangles."""
    west, south, east, north = parts.bounds.to_numpy().T
    half = gap_m / 2
    grown = shapely.get_parts(shapely.union_all(shapely.box(west - half, south - half, east + half, north + half)))
    middles = shapely.points((west + east) / 2, (south + north) / 2)
    which, group = shapely.STRtree(grown).query(middles, predicate="intersects")
    numbers = np.zeros(len(parts), dtype=np.int64)
    numbers[which] = group
    return numbers


def body(communes: gpd.GeoDataFrame, crs: CRS, gap_km: float) -> gpd.GeoSeries:
    """The outlines without what lies farther than a gap from the body of the province (the group with the most area).

    Returns
    -------
    GeoSeries
        In `crs`, metric; communes that lie apart as a whole are not in it.
    """
    parts = polygons(communes.geometry.to_crs(crs))
    numbers = group_numbers(parts, gap_km * 1000.0)
    main = np.bincount(numbers, weights=parts.area).argmax()
    kept = parts[numbers == main]
    pieces: dict[str, list[shapely.Polygon]] = {}
    for code, outline in kept.items():
        pieces.setdefault(str(code), []).append(outline)
    return gpd.GeoSeries({code: shapely.MultiPolygon(found) for code, found in pieces.items()}, crs=crs)
