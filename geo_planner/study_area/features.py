"""GeoJSON and other vector files to validated layers in EPSG:4326."""

from __future__ import annotations

import json
import logging
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import GEOSException

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, bounded, fault
from geo_planner.files.geojson import property_text, written_properties
from geo_planner.files.opening import opened_vector, unreadable_fault
from geo_planner.schema import COMMUNES
from geo_planner.study_area.columns import own_columns
from geo_planner.study_area.layer_files import file_fault
from geo_planner.study_area.tables import FIRST_ROW, name_faults, shown, typed_table
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

KINDS = {"line": ("LineString", "MultiLineString"), "area": ("Polygon", "MultiPolygon")}
"""What a feature of a layer may be."""
_NOT_VALID = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Nested shells": "nested",
    "Nested holes": "nested",
    "Holes are nested": "nested",
    "Interior is disconnected": "disconnected",
    "Too few points in geometry component": "too_few_points",
}
"""By the words of GEOS."""


def read_features(path: Path, file: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """A vector file in EPSG:4326, or the faults that keep it from being one."""
    absent = file_fault(path, file)
    if absent is not None:
        return None, [absent]
    try:
        with warnings.catch_warnings(), opened_vector(path) as source:
            # of a column with words among its numbers, which the checks tell better
            warnings.filterwarnings("ignore", message="Could not parse column", category=UserWarning)
            # of rings left open and numbers that are none, which the checks tell too
            warnings.filterwarnings("ignore", message="Non closed ring|invalid value", category=RuntimeWarning)
            # a shape that cannot be made is left out here and told with its number below
            layer = gpd.GeoDataFrame(source.table(on_invalid="ignore"))
    except (DataSourceError, DataLayerError, OSError, ValueError, TypeError, AttributeError, GEOSException, ProjError) as error:
        logger.debug("cannot read %s", path, exc_info=error)
        return None, [unreadable_fault(error, file, said("unreadable.layer"))]
    if layer.empty or layer.geometry.name not in layer:
        return None, [fault(file, "empty.feature_layer")]
    if layer.crs is None:
        return None, [fault(file, "no_crs.layer")]
    coordinates, of = shapely.get_coordinates(layer.geometry.array, return_index=True)
    endless = np.unique(of[~np.isfinite(coordinates).all(axis=1)])
    if endless.size:
        return None, bounded(fault(file, "geometry.endless", row=int(at) + 1) for at in endless)
    if (layer.geometry.isna() | layer.geometry.is_empty).all():
        return None, [fault(file, "geometry.none_in_layer")]
    west, south, east, north = layer.total_bounds
    if layer.crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None, [fault(file, "projected_as_degrees.layer", west=west, east=east)]
    try:
        degrees = layer.to_crs(GEOGRAPHIC)
    except (ProjError, CRSError) as error:
        logger.debug("cannot transform %s", path, exc_info=error)
        return None, [_no_place_on_earth(layer, file)]
    if not np.isfinite(degrees.total_bounds).all():
        return None, [_no_place_on_earth(layer, file)]
    return degrees, []


def _no_place_on_earth(layer: gpd.GeoDataFrame, file: str) -> Fault:
    return fault(file, "no_place_on_earth.layer", crs=str(layer.crs.name)[:60])


def read_communes(path: Path, file: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """The communes, index ``code``, columns of ``schema.COMMUNES``."""
    layer, faults = read_features(path, file)
    if layer is None:
        return None, faults
    properties = _properties(path, layer)
    names = [unicodedata.normalize("NFC", str(name)).strip() for name in properties.columns]
    # a property that is another one's name but for its capitals gives way before the table is typed
    found = [told for told in name_faults(names, file, row=None) if told.code != "duplicate_column"]
    if found:
        return None, found
    properties, told = own_columns(properties.set_axis(names, axis=1), file, COMMUNES)
    if "border" in properties:
        # GDAL reads true, false and null in one column as numbers
        properties["border"] = properties["border"].replace({"1": "yes", "0": "no"})
    groups = bounded(_groups(properties, file))
    table, faults = typed_table(properties, COMMUNES, file)
    geometry = layer.geometry.set_axis(table.index)
    faults = [_as_feature(f) for f in [*told, *faults]]
    named = {(f.row, f.column) for f in faults}
    faults += [f for f in groups if (f.row, f.column) not in named]
    numbered = geometry.set_axis(geometry.index - 1)
    faults += bounded(shape_faults(numbered, "area", file, other_kind="geometry.no_polygon"))
    if any(f.level == "fault" for f in faults):
        return None, faults
    return gpd.GeoDataFrame(table, geometry=geometry.array, crs=GEOGRAPHIC).set_index("code").sort_index(), faults


def shape_faults(shapes: gpd.GeoSeries, geometry: str, file: str, *, other_kind: str = "") -> Iterator[Fault]:
    """Shapes that are no line or no area.

    Parameters
    ----------
    shapes : GeoSeries
        The index counts the features from 1.
    geometry : {"line", "area"}
    file : str
        Name for the faults.
    other_kind : str
        What to say of a shape of another kind, where the layer has words of its own for it.
    """
    for row, shape in shapes.items():
        number = int(row)
        if shape is None or shape.is_empty:
            yield fault(file, "geometry.no_shape", row=number)
        elif shape.geom_type not in KINDS[geometry]:
            yield fault(file, other_kind or f"geometry.another_than_{geometry}", row=number, kind=shape.geom_type)
        elif not shape.is_valid and geometry == "area":
            yield fault(file, "geometry.not_valid", row=number, why=not_valid(shape))
        elif geometry == "area" and shape.area == 0:
            yield fault(file, "geometry.no_area", row=number)
        elif geometry == "line" and shape.length == 0:
            yield fault(file, "geometry.rows_no_length", row=number)


def not_valid(shape: shapely.Geometry) -> Said:
    """What GEOS finds wrong with an area, and where."""
    what, _, at = str(shapely.is_valid_reason(shape)).partition("[")
    return said(f"rows_shape.{_NOT_VALID.get(what, 'other')}", at=at.rstrip("]")[:60])


def _properties(path: Path, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    written = written_properties(path, len(layer))
    if written is None:
        return pd.DataFrame(layer.drop(columns=layer.geometry.name)).apply(_as_text)
    names = dict.fromkeys(name for row in written for name in row)
    return pd.DataFrame([[_written(row.get(name)) for name in names] for row in written], columns=list(names), dtype="string")


def _as_text(values: pd.Series) -> pd.Series:
    """Properties as a csv file would hold them, so that one set of checks serves both."""
    if values.dtype == bool:
        return values.map({True: "yes", False: "no"}).astype("string")
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda v: "" if pd.isna(v) else f"{v:.15g}").astype("string")
    return values.map(_text_of).astype("string")


def _written(value: object) -> str:
    """A property as it is written; what is no letter, by its code."""
    return property_text(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _text_of(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    return _written(value)


def _groups(properties: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Lists and groups where the layer has one value."""
    for column in COMMUNES.columns:
        cells = properties[column.name] if column.name in properties else pd.Series(dtype="string")
        for at, text in enumerate(cells):
            if not pd.isna(text) and text[:1] in ("[", "{") and _is_json(text):
                yield fault(file, "type.list", row=at + 1, column=column.name, value=shown(text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_feature(told: Fault) -> Fault:
    """Features are counted from 1 and have no header row."""
    if told.row is None:
        return told
    return replace(told, row=None if told.row < FIRST_ROW else told.row - 1)
