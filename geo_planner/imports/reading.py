"""A file of any format to rows of data with named columns, for the layers whose features are points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.errors import Fault, fault
from geo_planner.imports.draft import Options
from geo_planner.imports.formats.layers import without_idle_names
from geo_planner.imports.formats.legacy_text import convert_columns
from geo_planner.imports.formats.spreadsheets import read_workbook
from geo_planner.imports.formats.text_files import read_text_table
from geo_planner.imports.formats.vectors import VectorLayer, read_vector
from geo_planner.imports.grid import Cell, Grid, RawTable, called
from geo_planner.imports.layout.further_tables import is_list, read_tables
from geo_planner.imports.naming import kind_shown, layer_label, listed_names
from geo_planner.imports.opening import InputFile, refuse
from geo_planner.imports.places.crs_choice import parse_system
from geo_planner.imports.places.vn2000 import System, is_unstated_grid, system_of
from geo_planner.imports.titles.headers import ColumnMapping, find_header
from geo_planner.imports.titles.mapping import map_columns
from geo_planner.imports.titles.meaning import clean_title
from geo_planner.imports.vocabulary import POSITION
from geo_planner.letters import fold
from geo_planner.words import Said, said

_NUMBERS = ("fid", "ogc fid", "objectid")
_POINT_KINDS = ("Point", "MultiPoint", "Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds, before communes and coordinates are looked at.

    Attributes
    ----------
    table : RawTable
        With columns ``x`` and ``y`` (numbers) where the file has geometry.
    stated : System or None
        The system that the user or the file states.
    how : Said or None
        Who states it.
    faults : tuple of Fault
        Rows whose geometry cannot be a point.
    mapping : ColumnMapping or None
    sheet : str
        Name of the sheet; empty where there is none.
    """

    table: RawTable
    stated: System | None = None
    how: Said | None = None
    faults: tuple[Fault, ...] = ()
    mapping: ColumnMapping | None = None
    sheet: str = ""


def read_points(
    file: InputFile, layer: str, options: Options, remembered: Mapping[str, str], communes: Collection[str] = frozenset()
) -> Reading:
    """The rows of a file for a layer of points.

    `remembered` is what earlier imports told of the titles; `communes` are folded names without their kind, to tell headings of groups.

    Raises
    ------
    InputError
        When the file cannot be read or it is not certain which part of it is meant.
    """
    stated = parse_system(options.crs, file.name) if options.crs else None
    how = said("system_stated.option") if stated else None
    if file.family == "vector":
        vector = read_vector(
            file, source_layer=options.source_layer, kinds=_POINT_KINDS, max_bytes=options.max_bytes, max_rows=options.max_rows
        )
        if vector.geometry is not None:
            return _from_vector(vector, layer, options, remembered, file, stated, how)
        titles: list[Cell] = list(vector.attributes.columns)
        grids = [Grid("", [titles, *vector.attributes.to_numpy(dtype=object).tolist()], statements=vector.statements)]
    else:
        grids = [_converted(grid) for grid in read_grids(file, max_bytes=options.max_bytes, max_rows=options.max_rows)]
    names, unseen = [g.name for g in grids if not g.hidden], [g.name for g in grids if g.hidden]
    known = frozenset(fold(title) for title, target in {**remembered, **options.column_map}.items() if target)
    grid, header = _pick_sheet(grids, layer, options.sheet, known, file.name)
    _refuse_unknown_titles(grid, header, file.name)
    table, mapping = read_tables(
        grid, header, layer, column_map=options.column_map, remembered=remembered, known=known, file=file.name, communes=communes
    )
    others, unseen = [name for name in names if name != grid.name], [name for name in unseen if name != grid.name]
    told = [said("sheets_not_read", names=listed_names(others))] if others else []
    told += [said("hidden_sheets_not_read", names=listed_names(unseen))] if unseen else []
    table = replace(table, statements=(*table.statements, *told))
    if len(table.frame) > options.max_rows:
        raise refuse(file.name, "too_many_rows.table", n=len(table.frame), most=options.max_rows)
    return Reading(table, stated, how, table.faults, mapping=mapping, sheet=grid.name)


def read_grids(file: InputFile, *, max_bytes: int, max_rows: int) -> list[Grid]:
    """The sheets of a workbook, or the one table of a text file."""
    if file.family == "spreadsheet":
        return read_workbook(file, max_bytes=max_bytes, max_rows=max_rows)
    return [read_text_table(file, max_rows=max_rows)]


def _converted(grid: Grid) -> Grid:
    rows, told = convert_columns(grid.rows)
    return replace(grid, rows=rows, statements=(*grid.statements, *told))


def _pick_sheet(grids: Sequence[Grid], layer: str, wanted: str | None, known: frozenset[str], file: str) -> tuple[Grid, ColumnMapping]:
    """The sheet that holds the list: the named one, or the only one that looks like it."""
    names = [grid.name for grid in grids]
    if wanted is not None:
        grids = called(grids, wanted)
        if len(grids) != 1:
            raise refuse(file, "unknown_sheet", sheet=wanted, known=names)
    found = [
        (grid, header)
        for grid in grids
        if (not grid.hidden or wanted is not None) and (header := find_header(grid, layer, known)) is not None
    ]
    likely = [(grid, header) for grid, header in found if _looks_like_list(grid, header, layer, known)]
    candidates = likely or found
    if not candidates:
        shown = next(
            (
                " | ".join(clean_title(cell) for cell in row if cell is not None)[:200]
                for grid in grids
                for row in grid.rows
                if any(cell is not None for cell in row)
            ),
            "",
        )
        hidden = any(grid.hidden for grid in grids)
        raise refuse(file, "no_header.hidden" if hidden else "no_header", value=shown[:80] or None, layer=layer_label(layer))
    if len(candidates) > 1:
        listed = [said("sheet_of_rows", sheet=grid.name, n=max(len(grid.rows) - header.last - 1, 0)) for grid, header in candidates]
        raise refuse(file, "several_sheets", sheets=listed, first=candidates[0][0].name)
    return candidates[0]


def _refuse_unknown_titles(grid: Grid, header: ColumnMapping, file: str) -> None:
    """A title that is a formula without a value names nothing: its column would be lost."""
    width = max((len(row) for row in grid.rows[header.first :]), default=0)
    for r, i in sorted(grid.uncached):
        if header.first <= r <= header.last and i < width and not (i < len(header.titles) and header.titles[i] and r < header.last):
            raise refuse(file, "uncached_formula.title", row=r + 1, at=i + 1)


def _looks_like_list(grid: Grid, header: ColumnMapping, layer: str, known: frozenset[str]) -> bool:
    """Rows below a header that names a position, and a name where the layer needs one."""
    return is_list(header, layer, known) and any(any(cell is not None for cell in row) for row in grid.rows[header.last + 1 :])


def _from_vector(
    vector: VectorLayer,
    layer: str,
    options: Options,
    remembered: Mapping[str, str],
    file: InputFile,
    stated: System | None,
    how: Said | None,
) -> Reading:
    idle = list[Said]()
    if file.format in ("kml", "kmz"):
        attributes, idle = without_idle_names(vector.attributes, layer, {*remembered, *options.column_map}, file.name)
        vector = replace(vector, attributes=attributes)
    titles = tuple(clean_title(title) for title in vector.attributes.columns)
    mapping = map_columns(
        ColumnMapping(0, 0, titles), layer, column_map=options.column_map, remembered=remembered, file=file.name, ticks=False, title_bytes=vector.title_bytes,
    )  # fmt: skip
    # The geometry is the position; columns that repeat it are kept as they are.
    repeating = [titles[i] for i, target in sorted(mapping.targets.items()) if target in POSITION]
    mapping = replace(mapping, last=-1, targets={i: target for i, target in mapping.targets.items() if target not in POSITION})
    names, cells = _kept_columns(titles, mapping), vector.attributes
    frame = pd.DataFrame({name: cells.iloc[:, i] for i, name in names.items()}, index=cells.index.rename("row"), dtype=object)
    x, y, faults, told = _points(vector, file.name)
    frame["x"], frame["y"] = pd.Series(x, index=frame.index, dtype=object), pd.Series(y, index=frame.index, dtype=object)
    statements = [*vector.statements, *idle, *mapping.statements, *told]
    statements += [said("geometry_is_position", names=listed_names(repeating))] if repeating else []
    counting = [title for title in titles if fold(title) in _NUMBERS]
    statements += [said("columns_counting", names=listed_names(counting))] if counting else []
    if vector.crs is not None:
        if stated is None:
            stated, how = stated_by_file(vector.crs, file), said("system_stated.file")
        else:
            statements.append(said("system_overruled", name=vector.crs.name))
    table = RawTable(
        frame, {name: titles[i] for i, name in names.items()} | {"x": "geometry x", "y": "geometry y"}, statements=tuple(statements)
    )
    return Reading(table, stated, how, tuple(faults), mapping=mapping)


def stated_by_file(crs: CRS, file: InputFile) -> System:
    """The system of a file that states one; refuses a grid whose datum was dropped."""
    if is_unstated_grid(crs):
        raise refuse(file.name, "datum_unknown", value=crs.name[:80])
    return system_of(crs)


def _kept_columns(titles: Sequence[str], mapping: ColumnMapping) -> dict[int, str]:
    kept = {}
    for i, title in enumerate(titles):
        if i in mapping.targets:
            kept[i] = mapping.targets[i]
        elif title and i not in mapping.left_out and fold(title) not in _NUMBERS:
            kept[i] = f"{title} (file)" if title in (*POSITION, *mapping.targets.values()) else title
    return kept


def _points(vector: VectorLayer, file: str) -> tuple[list[float | None], list[float | None], list[Fault], list[Said]]:
    """A point a feature: of an area, a point inside it."""
    shapes: Any = vector.geometry if vector.geometry is not None else []
    xs: list[float | None] = []
    ys: list[float | None] = []
    faults: list[Fault] = []
    areas = 0
    for row, shape in zip(vector.attributes.index, shapes, strict=True):
        point = None
        if shape is None or shape.is_empty:
            pass  # a missing position, told with the others
        elif shape.geom_type == "Point":
            point = shape
        elif shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
            point = shape.geoms[0]
        elif shape.geom_type in ("Polygon", "MultiPolygon") and np.isfinite(shapely.get_coordinates(shape)).all():
            areas += 1
            point = shape.representative_point() if shape.is_valid else shapely.make_valid(shape).representative_point()
        else:
            faults.append(fault(file, "geometry.no_point", row=int(row), column="geometry", kind=kind_shown(shape.geom_type)))
        xs.append(None if point is None or point.is_empty else float(point.x))
        ys.append(None if point is None or point.is_empty else float(point.y))
    return xs, ys, faults, [said("areas_as_points", n=areas)] if areas else []
