"""Does a terrain reach the communes, and has it heights there? Islands lie apart from the mainland, some of them hundreds of kilometres out at sea."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from rasterio.features import rasterize

from geo_planner.errors import Fault, fault, warning
from geo_planner.study_area.raster_frame import horizontal_crs
from geo_planner.words import first_of

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


def frame_faults(source: Any, area: gpd.GeoDataFrame, file: str, inhabited: Collection[str]) -> list[Fault]:
    """Communes (in the metric system of the grid) that stick out of a raster's frame: a fault, save for islands without villages."""
    # in the raster's own system, where its frame has straight sides however far it reaches
    own = horizontal_crs(source)
    corners = [source.transform @ (c, r) for c, r in ((0, 0), (source.width, 0), (source.width, source.height), (0, source.height))]
    # one cell of slack: a raster that ends with the outline's own cell is complete
    frame = shapely.Polygon(corners).buffer(math.sqrt(abs(source.transform.determinant)))
    outside = area.loc[~area.to_crs(own).within(frame)]
    if outside.empty:
        return []
    mainland = body(area, area.crs, APART_KM)
    within = mainland.to_crs(own).within(frame)
    excused = [code for code in outside.index if code not in inhabited and within.get(code, default=True)]
    missed = outside.drop(excused)
    faults = [_without_terrain(file, code, outside.at[code, "name"]) for code in excused]
    if missed.empty:
        return faults
    names = first_of((f"{code} {name}" for code, name in missed["name"].items()), 5)
    islands = not set(missed.index) & set(mainland.index)
    key = "terrain_too_small.islands" if islands else "terrain_too_small.communes"
    return [fault(file, key, n=len(missed), of=len(area), names=names), *faults]


def _without_terrain(file: str, code: str, name: str) -> Fault:
    return warning(file, "island_without_terrain", commune=code, name=name)


def void_faults(
    heights_m: npt.NDArray[np.float32], transform: Any, area: gpd.GeoDataFrame, file: str, inhabited: Collection[str]
) -> list[Fault]:
    """Communes without heights: all of one is a fault; part of one, or an island without villages, a warning. Voids are never filled silently."""
    void = np.isnan(heights_m)
    if not void.any():
        return []
    labels = rasterize(zip(area.geometry, range(1, len(area) + 1), strict=True), out_shape=void.shape, transform=transform, dtype="int32")
    cells = np.bincount(labels.ravel(), minlength=len(area) + 1)[1:]
    empty = np.bincount(labels[void], minlength=len(area) + 1)[1:]
    gone = pd.Series(empty / np.maximum(cells, 1), index=area.index)
    mainland = body(area, area.crs, APART_KM).index if (gone == 1).any() else area.index
    faults = []
    for code, share in gone[gone > 0].items():
        name = area.at[code, "name"]
        if share == 1 and code not in mainland and code not in inhabited:
            faults.append(_without_terrain(file, str(code), name))
        elif share == 1:
            key = "terrain_too_small.no_heights" if code in mainland else "terrain_too_small.no_heights_on_island"
            faults.append(fault(file, key, commune=str(code), name=name))
        else:
            faults.append(warning(file, "terrain_void", share=share, commune=str(code), name=name))
    return faults
