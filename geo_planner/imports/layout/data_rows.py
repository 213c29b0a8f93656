"""From a grid with a header to rows of data: merged cells filled, totals, headings, notes and signatures set aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from geo_planner.imports.cells.figures import names_own_unit
from geo_planner.imports.grid import Cell, Grid, RawTable, as_text, is_blank
from geo_planner.imports.layout import non_data_rows
from geo_planner.imports.layout.filled_in import fill_merged, ticked, torn_figures, with_real_dates
from geo_planner.imports.layout.non_data_rows import COORDINATES, HEADING, NOTE, NOTHING, PLACES, REPEATED, TOTAL, Row
from geo_planner.imports.naming import listed_names, listed_rows, row_called
from geo_planner.imports.titles.headers import ColumnMapping, is_index_row
from geo_planner.imports.titles.mapping import IGNORE
from geo_planner.imports.titles.meaning import GROUP_HEADING, all_targets
from geo_planner.imports.vocabulary import COUNTERS, POINT_LAYERS
from geo_planner.letters import fold
from geo_planner.schema.kinds import Figure
from geo_planner.words import Said, first_of, said

_INDEX, _UNITS = "not_data.index", "not_data.units"
_SHOWN = 20


@dataclass(slots=True)
class _Sorted:
    """Rows below a header, told apart."""

    kept: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    skipped: list[tuple[int, str, Said]] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    district: str = ""
    doubtful: list[int] = field(default_factory=list)


def data_rows(
    grid: Grid,
    mapping: ColumnMapping,
    layer: str,
    *,
    file: str = "",
    communes: Collection[str] = frozenset(),
    repeated: Collection[int] = frozenset(),
) -> RawTable:
    """The rows below the header that are data, and what was set aside.

    `communes` are folded names of the study area's communes without their kind (a row that names one alone may be a heading);
    `repeated` are rows known to repeat the header, in other words of the same meaning.
    """
    names, titles = _column_names(mapping, layer)
    schema = POINT_LAYERS[layer]
    numeric = {c.name for c in schema.columns if isinstance(c.kind, Figure)} | set(COORDINATES)
    boxes = {i: choice.target for choice in mapping.choices for i in choice.words}
    # Rows of one mast, or samples on one way, may share a figure; a village or a place to build has its own.
    own_figures = set[str]() if schema.of_cells or schema.place == "free" else numeric
    rows, filled, torn, alone = fill_merged(grid, mapping.last, names | boxes, own_figures, all_targets(layer))
    counters = {i for i, title in enumerate(mapping.titles) if fold(title) in COUNTERS}
    seen = {
        r: non_data_rows.look_at(r, row, names, counters, sorted(numeric - set(COORDINATES)), has_counter=bool(counters))
        for r, row in rows.items()
    }
    uncached = _uncached(grid, names, mapping)
    units = {r for r, row in rows.items() if not seen[r].located and _only_units(row, names, layer)}
    found = _sort(grid, mapping, rows, seen, uncached, communes, repeated, units)
    frame = pd.DataFrame(
        [[rows[r][i] if i < len(rows[r]) else None for i in names] for r in found.kept],
        columns=list(names.values()),
        index=pd.Index([r + 1 for r in found.kept], name="row"),
        dtype=object,
    )
    if mapping.rejects:
        frame = frame.map(_without_apostrophe)
    frame, dated = with_real_dates(frame, titles, layer, grid.day_zero)
    faults = torn_figures(torn, set(found.kept), mapping.titles, file)
    for choice in mapping.choices:
        words, wrong = ticked(choice, [(r, rows[r]) for r in found.kept], mapping.titles, file)
        frame[choice.target], titles[choice.target] = words, choice.title
        faults += wrong
    broken = {r + 1: (mapping.titles[uncached[r]], "uncached_formula.cell") for r in found.kept if r in uncached}
    loose, untitled = _untitled(grid, mapping, rows, found.kept)
    broken = {r + 1: ("", "ragged_row.list") for r in loose} | broken
    statements = [*_statements(grid, mapping, found, filled, alone), *_hidden(grid, mapping, found.kept, names, boxes), *dated, *untitled]
    if schema.place != "free" and any(found.headings) and not any(_filled(frame, name) for name in PLACES):
        frame["commune"] = pd.Series(found.headings, index=frame.index, dtype=object)
        titles.setdefault("commune", GROUP_HEADING)
        empty = any(name in PLACES for name in names.values())
        statements.append(said("commune_from.headings_instead" if empty else "commune_from.headings"))
        if found.doubtful:
            statements.append(said("perhaps_headings", n=len(found.doubtful), rows=first_of(found.doubtful, _SHOWN)))
    context = tuple(as_text(cell) for row in grid.rows[: mapping.first] for cell in row if not is_blank(cell))
    return RawTable(frame, titles, context, tuple(found.skipped), broken, tuple(statements), tuple(faults))


def _sort(
    grid: Grid,
    mapping: ColumnMapping,
    rows: Mapping[int, Sequence[Cell]],
    seen: Mapping[int, Row],
    uncached: Mapping[int, int],
    communes: Collection[str],
    repeated: Collection[int],
    units: Collection[int],
) -> _Sorted:
    """Which rows are data; headings are carried down to the rows below them."""
    found, heading, signed, doubtful = _Sorted(), "", False, False
    above = grid.rows[mapping.first : mapping.last + 1]
    filled = [row for r, row in seen.items() if row.texts or row.at or row.ordinal or r in uncached]
    position = {row.number: k for k, row in enumerate(filled)}
    counted_by = {row.ordinal for row in filled if row.located} - {""}
    last_located = max((row.number for row in filled if row.located), default=-1)
    again = mapping.last
    for r, cells in rows.items():
        row = seen[r]
        if r not in position:
            continue
        below = filled[position[r] + 1 : position[r] + 1 + (1000 if row.figures else 2)] if not row.located else []
        why, place = "", ""
        if r <= again + 2 and is_index_row(cells):
            why = _INDEX
        elif r <= again + 2 and r in units:
            why = _UNITS
        elif r in repeated or (not row.located and non_data_rows.is_repeated_header(cells, above)):
            why, again = REPEATED, r
        elif non_data_rows.is_total(row, communes):
            why = TOTAL
        elif place := non_data_rows.heading(row, below, counted_by, communes):
            why = HEADING
        elif r in uncached:
            pass  # a formula without a value may be anything: a fault, never left out
        elif non_data_rows.is_note(row, signed=signed, is_tail=r > last_located):
            why = NOTE
        elif non_data_rows.says_nothing(row):
            why = NOTHING
        elif non_data_rows.is_caption(row):
            why, doubtful = NOTE, doubtful or bool(heading)
            found.doubtful += [r + 1] if heading else []
        if why:
            found.skipped.append((r + 1, " | ".join(as_text(cell) for cell in cells if not is_blank(cell))[:200], said(why)))
            signed = signed or any(non_data_rows.is_signature(text) for text in row.texts)
            if why == HEADING:
                found.heads.append((r, place))
                if non_data_rows.is_upper(place):
                    found.district, heading = place, ""
                elif (
                    non_data_rows.has_kind(place)
                    or not below
                    or below[0].located
                    or not non_data_rows.heading(below[0], below[1:], counted_by, communes)
                ):
                    heading = place
                doubtful = False
            continue
        if heading and not row.located and row.texts and not row.ordinal and "digit" in counted_by and not row.own_place():
            doubtful = True
            found.doubtful.append(r + 1)
        found.kept.append(r)
        found.headings.append("" if doubtful else f"{heading}, {found.district}" if heading and found.district else heading)
    return found


def _only_units(cells: Sequence[Cell], names: Mapping[int, str], layer: str) -> bool:
    """A row below the titles that says what each column is counted in, and nothing that figures would not mean without it."""
    columns = {column.name: column for column in POINT_LAYERS[layer].columns}
    filled = [(names.get(i, ""), as_text(cell)) for i, cell in enumerate(cells) if not is_blank(cell) and as_text(cell).strip(" -–")]
    return bool(filled) and all(names_own_unit(text, columns.get(name), metres=name in ("x", "y")) for name, text in filled)


def _uncached(grid: Grid, names: Mapping[int, str], mapping: ColumnMapping) -> dict[int, int]:
    """Rows with a formula that has no stored value, and the first such column of each."""
    used = {*names, *(i for choice in mapping.choices for i in choice.words)}
    found: dict[int, int] = {}
    for r, i in sorted(grid.uncached):
        if r > mapping.last and i in used:
            found.setdefault(r, i)
    return found


def _column_names(mapping: ColumnMapping, layer: str) -> tuple[dict[int, str], dict[str, str]]:
    """Columns that are kept, by what they are called, and the title of each in the file."""
    names: dict[int, str] = {}
    ticked = {i for choice in mapping.choices for i in choice.words}
    taken = {*all_targets(layer), *IGNORE}
    for i, title in enumerate(mapping.titles):
        if i in mapping.targets:
            names[i] = mapping.targets[i]
        elif title and fold(title) not in COUNTERS and i not in mapping.left_out and i not in ticked:
            # A further column keeps its title, unless that is the name of a column that another one was told to be.
            name = f"{title} (file)" if title in (*all_targets(layer), *IGNORE) else title
            again = 2
            while name in taken:
                name, again = f"{title} ({again})", again + 1
            names[i] = name
            taken.add(name)
    twice = {title for title in mapping.titles if mapping.titles.count(title) > 1}
    return names, {
        name: name if mapping.titles[i] in twice and i not in mapping.targets else mapping.titles[i] for i, name in names.items()
    }


def _untitled(grid: Grid, mapping: ColumnMapping, rows: Mapping[int, Sequence[Cell]], kept: Sequence[int]) -> tuple[list[int], list[Said]]:
    """Rows that a separator too many has shifted, and what is said of columns without a title."""
    width = len(grid.rows[mapping.last]) if not grid.name else len(mapping.titles)
    columns: dict[int, list[int]] = {}
    for r in kept:
        for i, cell in enumerate(rows[r]):
            if (i >= len(mapping.titles) or not mapping.titles[i]) and not is_blank(cell):
                columns.setdefault(i, []).append(r)
    if grid.name:
        count = len({r for held in columns.values() for r in held})
        return [], [said("untitled_columns", n=count)] if count else []
    # Filled in most rows, a column that the header leaves blank is one (an index); filled in a few, it is a row out of step.
    whole = [i for i, held in columns.items() if i < width and 2 * len(held) > len(kept)]
    loose = sorted({r for i, held in columns.items() if i not in whole for r in held})
    return loose, [
        said("untitled_column.counts", column=i + 1)
        if _runs([rows[r][i] for r in columns[i]])
        else said("untitled_column.values", column=i + 1, n=len(columns[i]))
        for i in sorted(whole)
    ]


def _runs(cells: Sequence[Cell]) -> bool:
    texts = [as_text(cell) for cell in cells]
    return all(text.isdecimal() and len(text) < 10 for text in texts) and all(int(b) - int(a) == 1 for a, b in pairwise(texts))


def _filled(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and any(not is_blank(cell) for cell in frame[name])


def _without_apostrophe(cell: Cell) -> Cell:
    """The apostrophe that the file of rejected rows puts before texts that a spreadsheet would take for formulas."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def _hidden(grid: Grid, mapping: ColumnMapping, kept: Sequence[int], names: Mapping[int, str], boxes: Mapping[int, str]) -> list[Said]:
    """What the workbook does not show and is read all the same."""
    called = next((i for i, name in names.items() if name in ("name", "site_id")), -1)
    rows = [(r + 1, as_text(grid.rows[r][called]) if 0 <= called < len(grid.rows[r]) else "") for r in kept if r in grid.hidden_rows]
    columns = [mapping.titles[i] for i in sorted({*names, *boxes}) if i in grid.hidden_columns]
    told = [said("hidden_rows", n=len(rows), rows=listed_rows(rows))] if rows else []
    return [*told, *([said("hidden_columns", n=len(columns), names=listed_names(columns))] if columns else [])]


def _statements(grid: Grid, mapping: ColumnMapping, found: _Sorted, filled: int, alone: int) -> list[Said]:
    where = {"first": mapping.first + 1} | ({} if mapping.first == mapping.last else {"last": mapping.last + 1})
    rows = "rows" if "last" in where else "row"
    told = [said(f"header_at.sheet_{rows}", sheet=grid.name, **where) if grid.name else said(f"header_at.{rows}", **where)]
    told += grid.statements
    counting = [title for title in mapping.titles if fold(title) in COUNTERS]
    told += [said("columns_counting", names=listed_names(counting))] if counting else []
    for why in dict.fromkeys(why for _, _, why in found.skipped):
        named = why.key not in (_INDEX, REPEATED, HEADING)  # the names of headings follow
        aside = [(row, text if named else "") for row, text, reason in found.skipped if reason == why]
        told.append(said("rows_set_aside", why=why, rows=listed_rows(aside)))
    if found.heads:
        told.append(said("group_headings", rows=first_of([row_called(r + 1, place) for r, place in found.heads], _SHOWN)))
    if filled:
        told.append(said("merged_filled", n=filled))
    if alone:
        told.append(said("merged_blank", n=alone))
    stored = grid.formulas - len(grid.uncached)
    if stored > 0:
        told.append(said("formulas_stored", n=stored))
    return told
