"""Roads, power lines and exclusion areas: features with lines or areas, to GeoJSON in WGS84."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_planner.errors import Fault, InputError, fault, warning
from geo_planner.imports.area import Area
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.crs_choice import choose, parse_system
from geo_planner.imports.draft import Draft
from geo_planner.imports.files import InputFile
from geo_planner.imports.folding import fold
from geo_planner.imports.grid import as_text
from geo_planner.imports.naming import either, listed_rows
from geo_planner.imports.options import Mode, Options
from geo_planner.imports.reading import stated_by_file
from geo_planner.imports.synonyms import SHAPE_LAYERS
from geo_planner.imports.titles import clean_title
from geo_planner.imports.vectors import VectorLayer, read_vector
from geo_planner.preferences.settings import Travel
from geo_planner.study_area.roads import road_warnings
from geo_planner.words import Said, said

_REACH_M = 20_000.0
_FAR_M = 50_000.0
_ID = "feature_id"
_AREAS = ("Polygon", "MultiPolygon")
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


def draft_shapes(file: InputFile, layer: str, options: Options, area: Area) -> Draft:
    """The features of a file as rows with their properties and a ``geometry`` column (WGS84).

    Raises
    ------
    InputError
        When the file is no vector file, cannot be read, or its system is not certain.
    """
    kinds = SHAPE_LAYERS[layer]
    if file.family != "vector":
        raise InputError([fault(file.name, "not_vector.rows", layer=layer)])
    if options.column_map:
        raise InputError([fault(file.name, "unknown_target.rows_shapes", layer=layer)])
    vector = read_vector(file, source_layer=options.source_layer, kinds=kinds, max_bytes=options.max_bytes, max_rows=options.max_rows)
    if vector.geometry is None:
        raise InputError([fault(file.name, "geometry.rows_layer", kinds=either(kinds))])
    draft = Draft(_properties(vector), statements=list(vector.statements))
    _text_faults(draft, file.name)
    draft.faults += road_warnings(draft.rows, Travel(), file.name) if layer == "roads" else []
    shapes = _sound(draft, vector, kinds, file.name)
    draft.rows["geometry"] = pd.Series(_in_degrees(draft, shapes, vector, options, area, file), index=draft.rows.index, dtype=object)
    given = draft.rows[_ID] if _ID in draft.rows else pd.Series("", index=draft.rows.index)
    made = [identifier or _made_id(shape) for identifier, shape in zip(given, draft.rows["geometry"], strict=True)]
    draft.rows[_ID] = made
    twice = draft.rows.duplicated(_ID) & ~draft.rows.index.isin(draft.bad_rows())
    if twice.any():
        named = next((name for name in draft.rows if fold(name) in ("name", "ten", "ten duong", "ref")), _ID)
        gone = listed_rows((int(row), as_text(text)) for row, text in draft.rows.loc[twice, named].items())
        draft.statements.append(said("rows_told.repeated_shapes", n=int(twice.sum()), rows=gone))
        draft.rows = draft.rows[~twice]
    return draft


def _properties(vector: VectorLayer) -> pd.DataFrame:
    titles = [clean_title(title) for title in vector.attributes.columns]
    keep = {title: i for i, title in reversed(list(enumerate(titles))) if title and title != "geometry"}
    cells = vector.attributes.to_numpy(dtype=object)
    return pd.DataFrame(
        {title: [cells[r, i] for r in range(len(cells))] for title, i in sorted(keep.items(), key=lambda pair: pair[1])},
        index=pd.Index(vector.attributes.index, name="row"),
        dtype=object,
    )


def _text_faults(draft: Draft, file: str) -> None:
    for name in draft.rows.columns:
        texts, wrong = clean_texts(draft.rows[name])
        for row, text in texts[texts.isin(wrong)].items():
            draft.faults.append(Fault(file, wrong[text], int(str(row)), str(name), ascii(text)[:80]))
        # Figures stay figures; words are NFC and on one line.
        is_text = [not isinstance(cell, (int, float, bool)) for cell in draft.rows[name]]
        draft.rows[name] = pd.Series(
            [text if textual else cell for text, cell, textual in zip(texts, draft.rows[name], is_text, strict=True)],
            index=draft.rows.index,
            dtype=object,
        )


def _sound(draft: Draft, vector: VectorLayer, kinds: Sequence[str], file: str) -> NDArray[np.object_]:
    """Geometries of the wanted kind, repaired where that is possible; None where there is a fault."""
    geometry = vector.geometry if vector.geometry is not None else np.empty(0, dtype=object)
    sound = np.full(len(geometry), None, dtype=object)
    for i, (row, shape) in enumerate(zip(draft.rows.index, geometry, strict=True)):
        what: Said | None = None
        if shape is None or shape.is_empty:
            what = said("geometry.rows_none")
        elif not np.isfinite(shapely.get_coordinates(shape)).all():
            what = said("coordinates.rows_shape")
        elif shape.geom_type not in kinds:
            what = said("geometry.rows_kind", found=shape.geom_type, kinds=either(kinds))
        elif shape.geom_type not in _AREAS and shape.length == 0:
            what = said("geometry.rows_no_length")
        elif shape.geom_type in _AREAS and not shape.is_valid:
            mended = [part for part in shapely.get_parts(shapely.make_valid(shape)) if part.geom_type in _AREAS]
            if mended:
                sound[i] = shapely.force_2d(shapely.union_all(mended))
                draft.corrected.append((int(row), "geometry", not_valid(shape), said("rows_done.valid_area"), said("rows_done.repaired")))
            else:
                what = said("geometry.rows_not_valid")
        else:
            sound[i] = shapely.force_2d(shape)
        if what is not None:
            draft.faults.append(Fault(file, what, int(row), "geometry"))
    return sound


def not_valid(shape: shapely.Geometry) -> Said:
    """What GEOS finds wrong with an area, and where."""
    what, _, at = str(shapely.is_valid_reason(shape)).partition("[")
    return said(f"rows_shape.{_NOT_VALID.get(what, 'other')}", at=at.rstrip("]")[:60])


def _in_degrees(draft: Draft, shapes: NDArray[np.object_], vector: VectorLayer, options: Options, area: Area, file: InputFile) -> list[Any]:
    filled = np.array([shape is not None for shape in shapes])
    if not filled.any():
        return [None] * len(shapes)
    firsts = shapely.get_coordinates(shapely.point_on_surface(shapes[filled]))
    stated = parse_system(options.crs, file.name) if options.crs else stated_by_file(vector.crs, file) if vector.crs is not None else None
    how = said("rows_how.stated" if options.crs else "rows_how.file")
    fit, told = choose(
        firsts[:, 0], firsts[:, 1], [None] * len(firsts), area=area, reach_m=_REACH_M, stated=stated, how=how, titles=[vector.name], context=[], file=file.name, what=said("rows_where.features")
    )  # fmt: skip
    draft.statements += told
    draft.crs = f"{fit.system.code} ({fit.system.name})"

    def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = fit.degrees(points[:, 0], points[:, 1])
        return np.asarray(np.round(np.column_stack([lon, lat]), 7), dtype=np.float64)

    turned = np.full(len(shapes), None, dtype=object)
    turned[filled] = shapely.transform(shapes[filled], degrees)
    bad = [row for row, shape in zip(draft.rows.index, turned, strict=True) if shape is not None and not _on_earth(shape)]
    draft.faults += [fault(file.name, "coordinates.rows_off_earth", row=int(row), column="geometry") for row in bad]
    province_deg = shapely.union_all(list(area.communes.geometry))
    away = [
        row
        for row, shape in zip(draft.rows.index, turned, strict=True)
        if shape is not None and row not in bad and shape.distance(province_deg) * 100_000 > _FAR_M
    ]
    if away:
        draft.faults.append(warning(file.name, "far_away.rows_shapes", n=len(away), km=_FAR_M / 1000, first=int(away[0])))
    return [None if shape is None or row in bad else shape for row, shape in zip(draft.rows.index, turned, strict=True)]


def _on_earth(shape: shapely.Geometry) -> bool:
    points = shapely.get_coordinates(shape)
    return bool(np.isfinite(points).all() and (np.abs(points[:, 0]) <= 180).all() and (np.abs(points[:, 1]) <= 90).all())


def _made_id(shape: shapely.Geometry | None) -> str:
    return "" if shape is None else f"f-{hashlib.sha256(shapely.to_wkb(shapely.normalize(shape))).hexdigest()[:12]}"


def as_feature(properties: dict[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
    """A GeoJSON feature; what cannot stand in JSON is text."""
    plain = {
        name: cell if isinstance(cell, (bool, int, str)) or (isinstance(cell, float) and np.isfinite(cell)) else (as_text(cell) or None)
        for name, cell in properties.items()
    }
    return {
        "type": "Feature",
        "properties": {name: None if cell == "" else cell for name, cell in plain.items()},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def merged_shapes(path: Path, relative: str, good: pd.DataFrame, mode: Mode) -> tuple[str, list[Said], dict[str, int]]:
    """The layer's GeoJSON as it will be, what was done in words, and in numbers; see ``store.merged``."""
    new = {
        str(row[_ID]): as_feature({str(k): v for k, v in row.items() if k != "geometry"}, row["geometry"])
        for row in good.to_dict("records")
    }
    old: dict[str, Any] = {}
    told, sample, count = list[Said](), set[str](), 0
    if path.is_file():
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            count = len(features)
            old = {str((feature["properties"] or {}).get(_ID) or f"_{i}"): feature for i, feature in enumerate(features)}
            sample = {
                identifier
                for identifier, feature in old.items()
                if str((feature["properties"] or {}).get("is_sample", "")).lower() in ("yes", "true")
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            if mode != "replace":
                raise InputError([fault(relative, "unreadable.rows_layer")]) from error
    if mode == "replace" or (mode == "auto" and sample):
        if path.is_file():
            replaced = mode == "replace"
            told = [said("rows_told.shapes_replaced", n=count) if replaced else said("rows_told.shapes_were_sample", n=len(sample))]
        old = {} if mode == "replace" else {identifier: feature for identifier, feature in old.items() if identifier not in sample}
    kept = len(old)
    added, updated = len(set(new) - set(old)), len(set(new) & set(old))
    if old:
        told.append(said("rows_told.shapes_merged", id=_ID, added=added, updated=updated, kept=len(old) - updated))
    elif not told:
        told.append(said("rows_told.shapes_new", n=added))
    features = list({**old, **new}.values())
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    return (
        f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n',
        told,
        {"added": added, "updated": updated, "removed": count - kept},
    )
