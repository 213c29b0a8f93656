"""Roads, power lines and exclusion areas: features with lines or areas, to GeoJSON in WGS84."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_planner.errors import Fault, InputError, fault, warning
from geo_planner.imports.cells.texts import clean_texts, shown
from geo_planner.imports.draft import Correction, Draft, Mode, Options
from geo_planner.imports.formats.vectors import VectorLayer, read_vector
from geo_planner.imports.grid import RawTable, as_text
from geo_planner.imports.naming import either, listed_rows
from geo_planner.imports.opening import InputFile
from geo_planner.imports.places.crs_choice import Listed, choose, parse_system
from geo_planner.imports.places.gazetteer import Gazetteer
from geo_planner.imports.reading import stated_by_file
from geo_planner.imports.titles.meaning import clean_title
from geo_planner.imports.vocabulary import SHAPE_LAYERS
from geo_planner.letters import fold
from geo_planner.preferences.settings import Travel
from geo_planner.study_area.features import not_valid
from geo_planner.study_area.roads import road_warnings
from geo_planner.words import Said, said

_REACH_M = 20_000.0
_FAR_M = 50_000.0
_ID = "feature_id"
_AREAS = ("Polygon", "MultiPolygon")


def draft_shapes(draft: Draft, file: InputFile, options: Options, gazetteer: Gazetteer) -> Draft:
    """The features of a file as rows with their properties and a ``geometry`` column (WGS84).

    Raises
    ------
    InputError
        When the file is no vector file, cannot be read, or its system is not certain.
    """
    layer, kinds = draft.layer.name, SHAPE_LAYERS[draft.layer.name]
    if file.family != "vector":
        raise InputError([fault(file.name, "not_vector.rows", layer=layer)])
    if options.column_map:
        raise InputError([fault(file.name, "unknown_target.rows_shapes", layer=layer)])
    vector = read_vector(file, source_layer=options.source_layer, kinds=kinds, max_bytes=options.max_bytes, max_rows=options.max_rows)
    if vector.geometry is None:
        raise InputError([fault(file.name, "geometry.rows_layer", kinds=either(kinds))])
    draft = _with_properties(draft, vector)
    if draft.layer.ways:
        draft = draft.with_(faults=road_warnings(draft.rows, Travel(), file.name))
    draft, shapes = _sound(draft, vector.geometry, kinds)
    draft = _in_degrees(draft, shapes, vector, options, gazetteer, file)
    given = draft.rows[_ID] if _ID in draft.rows else [""] * len(draft.rows)
    made = [identifier or _made_id(shape) for identifier, shape in zip(given, draft.rows["geometry"], strict=True)]
    draft = _once_each(draft.with_(rows=draft.rows.assign(**{_ID: made})))
    return replace(draft, table=RawTable(draft.rows.drop(columns="geometry"), {}))


def _with_properties(draft: Draft, vector: VectorLayer) -> Draft:
    """The properties under their titles: figures stay figures, words are NFC and on one line."""
    titles = [clean_title(title) for title in vector.attributes.columns]
    first = {title: i for i, title in reversed(list(enumerate(titles))) if title and title != "geometry"}
    index = pd.Index(vector.attributes.index, name="row")
    columns, faults = dict[str, pd.Series](), list[Fault]()
    for title, i in sorted(first.items(), key=lambda pair: pair[1]):
        cells = vector.attributes.iloc[:, i].astype(object).set_axis(index)
        texts, wrong = clean_texts(cells)
        faults += [Fault(draft.file, wrong[text], int(str(row)), title, shown(text)[:80]) for row, text in texts[texts.isin(wrong)].items()]
        columns[title] = texts.astype(object).where([not isinstance(cell, (int, float, bool)) for cell in cells], cells)
    return draft.with_(rows=pd.DataFrame(columns, index=index, dtype=object), faults=faults, statements=vector.statements)


def _once_each(draft: Draft) -> Draft:
    """Features that are the same as an earlier one are left out, by name."""
    rows = draft.rows
    twice = rows.duplicated(_ID) & ~rows.index.isin(draft.bad_rows())
    if not twice.any():
        return draft
    named = next((name for name in rows if fold(name) in ("name", "ten", "ten duong", "ref")), _ID)
    gone = listed_rows((int(row), as_text(text)) for row, text in rows.loc[twice, named].items())
    return draft.with_(rows=rows[~twice], statements=[said("rows_told.repeated_shapes", n=int(twice.sum()), rows=gone)])


def _sound(draft: Draft, geometry: NDArray[np.object_], kinds: Sequence[str]) -> tuple[Draft, NDArray[np.object_]]:
    """Geometries of the wanted kind, repaired where that is possible; None where there is a fault."""
    sound = np.full(len(geometry), None, dtype=object)
    faults, corrected = list[Fault](), list[Correction]()
    for i, (row, shape) in enumerate(zip(draft.rows.index.tolist(), geometry, strict=True)):
        wrong, mended = _judged(shape, kinds)
        if wrong is not None:
            faults.append(Fault(draft.file, wrong, row, "geometry"))
            continue
        sound[i] = shapely.force_2d(mended)
        if mended is not shape:
            corrected.append((row, "geometry", not_valid(shape), said("rows_done.valid_area"), said("rows_done.repaired")))
    return draft.with_(faults=faults, corrected=corrected), sound


def _judged(shape: Any, kinds: Sequence[str]) -> tuple[Said | None, Any]:
    """What is wrong with a geometry, else the geometry itself or an area made valid."""
    if shape is None or shape.is_empty:
        return said("geometry.rows_none"), shape
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return said("coordinates.rows_shape"), shape
    if shape.geom_type not in kinds:
        return said("geometry.rows_kind", found=shape.geom_type, kinds=either(kinds)), shape
    if shape.geom_type not in _AREAS:
        return (said("geometry.rows_no_length") if shape.length == 0 else None), shape
    if shape.is_valid:
        return None, shape
    mended = [part for part in shapely.get_parts(shapely.make_valid(shape)) if part.geom_type in _AREAS]
    return (None, shapely.union_all(mended)) if mended else (said("geometry.rows_not_valid"), shape)


def _in_degrees(
    draft: Draft, shapes: NDArray[np.object_], vector: VectorLayer, options: Options, gazetteer: Gazetteer, file: InputFile
) -> Draft:
    """The draft with its shapes in WGS84; what lies far away is told, what lies nowhere is a fault."""
    filled = np.array([shape is not None for shape in shapes])
    turned = np.full(len(shapes), None, dtype=object)
    faults = []
    if filled.any():
        firsts = shapely.get_coordinates(shapely.point_on_surface(shapes[filled]))
        stated = (
            parse_system(options.crs, file.name) if options.crs else stated_by_file(vector.crs, file) if vector.crs is not None else None
        )
        rows = Listed(firsts[:, 0], firsts[:, 1], np.full(len(firsts), None), gazetteer, _REACH_M, file.name)
        how = said("rows_how.stated" if options.crs else "rows_how.file")
        fit, told = choose(rows, stated=stated, how=how, titles=[vector.name], context=[], what=said("rows_where.features"))
        draft = replace(draft.with_(statements=told), crs=f"{fit.system.code} ({fit.system.name})")

        def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
            lon, lat = fit.degrees(points[:, 0], points[:, 1])
            return np.asarray(np.round(np.column_stack([lon, lat]), 7), dtype=np.float64)

        turned[filled] = shapely.transform(shapes[filled], degrees)
        index = draft.rows.index.to_numpy()
        lost = np.array([shape is not None and not _on_earth(shape) for shape in turned])
        turned[lost] = None
        faults += [fault(file.name, "coordinates.rows_off_earth", row=row, column="geometry") for row in index[lost].tolist()]
        far = shapely.distance(turned, shapely.union_all(list(gazetteer.communes.geometry))) * 100_000 > _FAR_M
        if far.any():
            faults.append(warning(file.name, "far_away.rows_shapes", n=int(far.sum()), km=_FAR_M / 1000, first=int(index[far][0])))
    return draft.with_(rows=draft.rows.assign(geometry=pd.Series(turned, index=draft.rows.index, dtype=object)), faults=faults)


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
    new = {row[_ID]: as_feature({n: v for n, v in row.items() if n != "geometry"}, row["geometry"]) for row in good.to_dict("records")}
    was, sample, count = _features(path, relative, mode) if path.is_file() else ({}, set[str](), 0)
    old, told = was, list[Said]()
    if mode == "replace":
        old, told = {}, [said("rows_told.shapes_replaced", n=count)] if path.is_file() else []
    elif mode == "auto" and sample:
        old, told = {name: was[name] for name in was if name not in sample}, [said("rows_told.shapes_were_sample", n=len(sample))]
    updated = len(set(new) & set(old))
    added = len(new) - updated
    if old:
        told.append(said("rows_told.shapes_merged", id=_ID, added=added, updated=updated, kept=len(old) - updated))
    elif not told:
        told.append(said("rows_told.shapes_new", n=added))
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in {**old, **new}.values())
    content = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    return content, told, {"added": added, "updated": updated, "removed": count - len(old)}


def _features(path: Path, relative: str, mode: Mode) -> tuple[dict[str, Any], set[str], int]:
    """The features of a layer by id, which of them are samples, and how many there are; a layer that is replaced need not be readable."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        by_id = {str((feature["properties"] or {}).get(_ID) or f"_{i}"): feature for i, feature in enumerate(features)}
        marked = {name: str((feature["properties"] or {}).get("is_sample", "")).lower() for name, feature in by_id.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if mode != "replace":
            raise InputError([fault(relative, "unreadable.rows_layer")]) from error
        return {}, set(), 0
    return by_id, {name for name, mark in marked.items() if mark in ("yes", "true")}, len(features)
