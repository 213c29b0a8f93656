"""Does a terrain reach the communes, and has it heights there?"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.features import rasterize

from geo_planner.errors import Fault, fault, warning
from geo_planner.study_area.outlying import APART_KM, body
from geo_planner.study_area.raster_frame import horizontal_crs
from geo_planner.words import first_of


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
