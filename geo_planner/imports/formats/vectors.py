"""Shapefile, GeoPackage, GeoJSON, KML and GPX to attributes and geometries, with the system that the file states."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo_planner.errors import InputError
from geo_planner.files.folders import UnopenedError
from geo_planner.files.geojson import property_text, written_properties
from geo_planner.files.opening import Vector, opened_vector
from geo_planner.imports.formats.layers import features_of_layer, pick_layer, with_folder_columns
from geo_planner.imports.formats.legacy_text import convert_columns
from geo_planner.imports.formats.markup import Feature, kind_of, read_gpx, read_kml
from geo_planner.imports.formats.shapefiles import prj_as_written, read_shapefile, unpacked, without_unread_system
from geo_planner.imports.grid import MAX_COLUMNS, Cell
from geo_planner.imports.naming import either, kind_shown, listed_rows
from geo_planner.imports.opening import InputFile, refuse
from geo_planner.letters import fold
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)
_READ_ERRORS = (
    DataSourceError,
    DataLayerError,
    UnicodeDecodeError,
    ValueError,
    OSError,
    RuntimeError,
    shapely.errors.ShapelyError,
    OverflowError,
    UnboundLocalError,  # what pyogrio comes to where GDAL knows a system and cannot write it down
)


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """One layer of a vector file.

    Attributes
    ----------
    attributes : DataFrame
        Object cells, index the number of the feature from 1.
    geometry : array of Geometry or None
        None in a table without geometry.
    crs : CRS or None
        None when the file does not state it.
    name : str
    statements : tuple of Said
    title_bytes : tuple of int
        Bytes of each title in a file that cuts them; empty for another file.
    """

    attributes: pd.DataFrame
    geometry: NDArray[np.object_] | None
    crs: CRS | None
    name: str
    statements: tuple[Said, ...] = ()
    title_bytes: tuple[int, ...] = ()


def read_vector(file: InputFile, *, source_layer: str | None, kinds: Sequence[str], max_bytes: int, max_rows: int) -> VectorLayer:
    """The layer of a vector file whose geometry is of the wanted kinds.

    Raises
    ------
    InputError
        When the file is damaged, hostile, or holds several such layers and none is named.
    """
    if file.format in ("kml", "kmz", "gpx"):
        features, aside = (read_gpx(file), list[Said]()) if file.format == "gpx" else read_kml(file, max_bytes=max_bytes)
        if aside and not features:
            raise refuse(file.name, "empty.features", beside=[said(f"beside.{what.key}", **dict(what.facts)) for what in aside])
        kept, told = features_of_layer(features, source_layer, kinds, file.name)
        return _limited(_from_features(kept, [*aside, *told], kinds, file), file.name, max_rows)
    path, beside = unpacked(file, source_layer, max_bytes) if file.format == "zip" else (file.path, list[Said]())
    unread = without_unread_system(path) if file.format in ("zip", "shp") else []
    try:
        with opened_vector(path) as source:
            layer, about = pick_layer(source, file.name, source_layer, kinds) if file.format != "zip" else (None, beside)
            count = source.about(layer, encoding="ISO-8859-1" if file.format in ("zip", "shp") else None)["features"]
            if count > max_rows:
                raise refuse(file.name, "too_many_rows.layer", n=count, most=max_rows)
            told, title_bytes = list[Said](), tuple[int, ...]()
            if file.format in ("zip", "shp"):
                table, told, title_bytes = read_shapefile(source)
            else:
                table = _read_table(source, layer)
    except UnopenedError as error:
        raise InputError([error.fault(file.name)]) from error
    except _READ_ERRORS as error:
        if isinstance(error, InputError):
            raise
        logger.debug("cannot read %s", file.path, exc_info=error)
        raise refuse(file.name, "damaged.vector" if file.format in ("zip", "shp") else "damaged.map_layer") from error
    statements = [*about, *unread, *told]
    return _limited(replace(_from_table(table, file, layer or path.stem, statements), title_bytes=title_bytes), file.name, max_rows)


def _read_table(source: Vector, layer: str | None) -> pd.DataFrame:
    with warnings.catch_warnings():
        # of a column with words among its numbers, which is told with its rows
        warnings.filterwarnings("ignore", message="Could not parse column", category=UserWarning)
        return source.table(layer)


def _limited(layer: VectorLayer, name: str, max_rows: int) -> VectorLayer:
    if len(layer.attributes) > max_rows:
        raise refuse(name, "too_many_rows.layer", n=len(layer.attributes), most=max_rows)
    if layer.attributes.empty:
        raise refuse(name, "empty.layer")
    if layer.attributes.shape[1] > MAX_COLUMNS:
        raise refuse(name, "too_many_columns.layer", most=MAX_COLUMNS)
    return layer


def _from_table(table: pd.DataFrame, file: InputFile, name: str, about: Sequence[Said]) -> VectorLayer:
    crs, geometry, statements = None, None, [*about]
    if isinstance(table, gpd.GeoDataFrame):
        crs, geometry = table.crs, np.asarray(table.geometry.array, dtype=object)
        table = pd.DataFrame(table.drop(columns=table.geometry.name))
        x = shapely.get_coordinates(geometry)
        if crs is not None and crs.is_geographic and file.format == "geojson" and len(x) and np.nanmedian(np.abs(x)) > 400:
            statements.append(said("geojson_metres"))
            crs = None
    attributes = pd.DataFrame({title: [_plain(cell) for cell in table[title]] for title in table.columns}, dtype=object)
    if file.format == "geojson" and (written := written_properties(file.path, len(table))) is not None:
        for title in attributes.columns.intersection(list(dict.fromkeys(name for row in written for name in row))):
            attributes[title] = pd.Series([_as_written(row.get(title)) for row in written], dtype=object)
    attributes.index = pd.RangeIndex(1, len(table) + 1)
    if file.format in ("zip", "shp") and crs is not None:
        crs = (
            prj_as_written(Path(file.path.parent, "shapefile", "layer.prj") if file.format == "zip" else file.path.with_suffix(".prj"))
            or crs
        )
    if crs is not None and not leads_to_the_earth(CRS.from_user_input(crs)):
        statements.append(said("system_without_place", name=crs.name))
        crs = None
    layer = VectorLayer(attributes, geometry, CRS.from_user_input(crs) if crs is not None else None, name, tuple(statements))
    return _without_legacy_text(layer)


def _as_written(value: object) -> Cell:
    """A property of GeoJSON as a cell; a NaN among numbers is a word that says so, and no blank cell."""
    if value is None or isinstance(value, (str, int)):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else property_text(value)


def leads_to_the_earth(crs: CRS) -> bool:
    """Whether a system says where on the earth its numbers are: no local grid, not GeoPackage's "undefined", no heights alone."""
    if not (crs.is_geographic or crs.is_projected) or fold(crs.name).startswith("undefined"):
        return False
    try:
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except ProjError:
        return False
    return True


def _from_features(features: list[tuple[int, Feature]], about: list[Said], kinds: Sequence[str], file: InputFile) -> VectorLayer:
    kept = [(i, feature) for i, feature in features if feature.geometry is None or kind_of(feature.geometry) in kinds]
    left_out = [(i, feature) for i, feature in features if feature.geometry is not None and kind_of(feature.geometry) not in kinds]
    if features and not kept:
        raise refuse(file.name, "geometry.of_another_kind", n=len(features), kinds=either([kind_shown(kind) for kind in kinds]))
    properties = [feature.properties for _, feature in kept]
    if file.format != "gpx":
        properties = with_folder_columns([feature for _, feature in kept])
    titles = list(dict.fromkeys(title for row in properties for title in row if title))
    attributes = pd.DataFrame(
        [[row.get(title) or None for title in titles] for row in properties],
        columns=titles,
        index=pd.Index([i for i, _ in kept]),
        dtype=object,
    )
    geometry = np.full(len(kept), None, dtype=object)
    geometry[:] = [feature.geometry for _, feature in kept]
    named = listed_rows((i, feature.properties.get("name", "")) for i, feature in left_out)
    told = [said("features_of_another_geometry", n=len(left_out), rows=named)] if left_out else []
    return _without_legacy_text(VectorLayer(attributes, geometry, CRS.from_epsg(4326), file.name, (*about, *told)))


def _without_legacy_text(layer: VectorLayer) -> VectorLayer:
    rows, told = convert_columns([list(layer.attributes.columns), *layer.attributes.to_numpy(dtype=object).tolist()])
    attributes = pd.DataFrame(rows[1:], columns=rows[0], index=layer.attributes.index, dtype=object)
    return replace(layer, attributes=attributes, statements=(*layer.statements, *told))


def _plain(cell: object) -> object:
    """Cells as Python objects; what is missing is None, lists and dicts are text."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float) and math.isinf(cell):
        return str(cell)  # refused as no number where one is wanted
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell if isinstance(cell, (str, int, float, bool)) or hasattr(cell, "isoformat") else str(cell)
