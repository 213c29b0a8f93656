"""GeoJSON and other vector files to validated layers in EPSG:4326."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault
from geo_planner.schema import COMMUNES
from geo_planner.sources.geojson import property_text, read_table, written_properties
from geo_planner.sources.tables import FIRST_ROW, typed_table

logger = logging.getLogger(__name__)


def read_features(path: Path, file: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """A vector file in EPSG:4326, or the faults that keep it from being one."""
    if not path.is_file():
        return None, [missing_file(file)]
    try:
        layer = gpd.GeoDataFrame(read_table(path))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        logger.debug("cannot read %s", path, exc_info=error)
        return None, [
            Fault(
                file,
                "the file cannot be read as a vector layer: it is damaged, of another format or not UTF-8",
                "Export it again as GeoJSON in UTF-8.",
                code="unreadable",
            )
        ]
    if layer.empty or layer.geometry.name not in layer:
        return None, [Fault(file, "the layer is empty", "Put at least one feature into it.", code="empty")]
    if layer.crs is None:
        return None, [
            Fault(file, "the layer has no coordinate reference system", "State it in the file; GeoJSON is in WGS84 degrees.", code="no_crs")
        ]
    west, south, east, north = layer.total_bounds
    if layer.crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None, [
            Fault(
                file,
                f"the coordinates are not degrees (x from {west:.0f} to {east:.0f})",
                "Projected coordinates need their CRS in the file.",
                code="projected_as_degrees",
            )
        ]
    return layer.to_crs(GEOGRAPHIC), []


def read_communes(path: Path, file: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """The communes, index ``code``, columns of ``schema.COMMUNES``."""
    layer, faults = read_features(path, file)
    if layer is None:
        return None, faults
    properties = _properties(path, layer)
    if "border" in properties:
        # GDAL reads true, false and null in one column as numbers
        properties["border"] = properties["border"].replace({"1": "yes", "0": "no"})
    table, faults = typed_table(properties, COMMUNES, file)
    geometry = layer.geometry.set_axis(table.index)
    faults = [_as_feature(f) for f in faults]
    for row, shape in geometry.items():
        if shape is None or shape.is_empty:
            faults.append(Fault(file, "the feature has no shape", "Draw it or take it out.", row=int(row) - 1, code="geometry"))
        elif shape.geom_type not in ("Polygon", "MultiPolygon"):
            faults.append(
                Fault(
                    file, f"the shape is a {shape.geom_type}, not a polygon", "Use the commune's area.", row=int(row) - 1, code="geometry"
                )
            )
        elif not shape.is_valid:
            faults.append(
                Fault(
                    file,
                    f"the polygon is not valid: {shapely.is_valid_reason(shape)}",
                    "Repair the geometry, for instance with QGIS: Fix geometries.",
                    row=int(row) - 1,
                    code="geometry",
                )
            )
    if any(f.level == "fault" for f in faults):
        return None, faults
    return gpd.GeoDataFrame(table, geometry=geometry.array, crs=GEOGRAPHIC).set_index("code").sort_index(), faults


def missing_file(file: str) -> Fault:
    return Fault(
        file,
        "the file is missing",
        "Put it there (geo-planner import brings lists in), or name another in the scenario.",
        code="missing_file",
    )


def _properties(path: Path, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    written = written_properties(path, len(layer))
    if written is None:
        return pd.DataFrame(layer.drop(columns=layer.geometry.name)).apply(_as_text)
    names = dict.fromkeys(name for row in written for name in row)
    return pd.DataFrame([[property_text(row.get(name)) for name in names] for row in written], columns=list(names), dtype="string")


def _as_text(values: pd.Series) -> pd.Series:
    """Properties as a csv file would hold them, so that one set of checks serves both."""
    if values.dtype == bool:
        return values.map({True: "yes", False: "no"}).astype("string")
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda v: "" if pd.isna(v) else f"{v:.15g}").astype("string")
    return pd.Series(
        ["" if pd.api.types.is_scalar(v) and pd.isna(v) else property_text(v) for v in values], index=values.index, dtype="string"
    )


def _as_feature(fault: Fault) -> Fault:
    """Features are counted from 1 and have no header row."""
    if fault.row is None:
        return fault
    row = None if fault.row < FIRST_ROW else fault.row - 1
    return Fault(fault.file, fault.reason, fault.remedy, row, fault.column, fault.value, fault.level, fault.code)
