"""A layer as GeoJSON by RFC 7946: WGS 84, longitude first, the outer ring of an area counter-clockwise, no member ``crs``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import mapping

from geo_planner.crs import GEOGRAPHIC

# 1e-7 degrees is a centimetre: finer than any survey here, and a fixed number of digits keeps the bytes steady.
_DECIMALS = 7


def write_features(
    path: Path, name: str, attributes: pd.DataFrame, geometry: gpd.GeoSeries, *, note: str | None = None, ids: str | None = None
) -> None:
    """Write a feature collection with its rectangle, a feature a line.

    Parameters
    ----------
    path : Path
    name : str
        Of the layer, as the member ``name``.
    attributes : DataFrame
        The properties, all of kinds that JSON knows; what is not known is null.
    geometry : GeoSeries
        In the order of `attributes`, in any system.
    note : str, optional
        The line on sample data, as the member ``sample_data_note``.
    ids : str, optional
        Column that is also the id of each feature.
    """
    shapes = gpd.GeoSeries([_oriented(shape) for shape in geometry.to_crs(GEOGRAPHIC)], crs=GEOGRAPHIC)
    head: dict[str, Any] = {"type": "FeatureCollection", "name": name}
    if note:
        head["sample_data_note"] = note
    if not (shapes.is_empty | shapes.isna()).all():
        head["bbox"] = [round(float(value), _DECIMALS) for value in shapes.total_bounds]
    records = [dict(zip(attributes.columns, row, strict=True)) for row in attributes.itertuples(index=False, name=None)]
    features = [_feature(record, shape, ids) for record, shape in zip(records, shapes, strict=True)]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _oriented(shape: Any) -> Any:
    """Rounded, then turned by the right-hand rule; an area that rounding would break keeps its digits."""
    if shape is None or shape.is_empty:
        return None
    rounded = shapely.transform(shape, lambda xy: xy.round(_DECIMALS))
    return shapely.orient_polygons(rounded if rounded.is_valid else shape)


def _feature(properties: dict[str, Any], shape: Any, ids: str | None) -> dict[str, Any]:
    known = {} if ids is None else {"id": properties[ids]}
    return {"type": "Feature", **known, "properties": properties, "geometry": None if shape is None else mapping(shape)}
