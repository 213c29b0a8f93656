"""Several tables below each other on one sheet: each is read by its own titles, or left out and called by its name.

The same header printed again is passed over. Another order or another set of titles begins another table: its values must not
come under the titles of the first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from geo_planner.errors import InputError, warning
from geo_planner.imports.cells.figures import title_unit
from geo_planner.imports.cells.words import stance
from geo_planner.imports.grid import Cell, Grid, RawTable, as_text, is_blank
from geo_planner.imports.layout.data_rows import data_rows
from geo_planner.imports.layout.non_data_rows import COORDINATES, may_be_coordinate
from geo_planner.imports.naming import listed_names, listed_rows
from geo_planner.imports.titles.headers import ColumnMapping, find_header, is_figure, is_index_row
from geo_planner.imports.titles.mapping import map_columns
from geo_planner.imports.titles.meaning import SEPARATOR, clean_title, targets_of
from geo_planner.imports.vocabulary import COMMUNE, COUNTERS, POINT_LAYERS, POSITION
from geo_planner.letters import fold
from geo_planner.schema.kinds import Day, Figure, Number, Text, Whole
from geo_planner.words import Said, said

ANOTHER_TABLE = "not_data.another_table"
_MOST_TABLES = 20
_MOST_TITLE_ROWS = 3
Part = tuple[Grid, ColumnMapping]


def is_list(header: ColumnMapping, layer: str, known: Collection[str]) -> bool:
    """Whether a header names a position, and a name where the layer needs one."""
    hits = {hit for title in header.titles for hit in targets_of(title, layer)[:1]}
    hits |= {"name", "lon"} if any(fold(title) in known for title in header.titles) else set()
    schema = POINT_LAYERS[layer]
    named = schema.nameless or schema.place == "free" or bool(hits & {"name", "site_id", "village_id"})
    return named and bool(hits & set(POSITION))


def read_tables(
    grid: Grid,
    header: ColumnMapping,
    layer: str,
    *,
    column_map: Mapping[str, str],
    remembered: Mapping[str, str],
    known: frozenset[str],
    file: str,
    communes: Collection[str],
) -> tuple[RawTable, ColumnMapping]:
    """The rows of the table that `header` begins, with those of the tables above and below it that are lists too.

    Raises
    ------
    InputError
        When the columns of the first list are not certain.
    """
    parts, repeated = _parts(grid, header, layer, known)
    lists = [part for part in parts if is_list(part[1], layer, known)]
    first, own = lists[0] if lists else next(part for part in parts if part[1].first == header.first)
    elsewhere = {fold(title) for _, other in lists for title in other.titles} - {fold(title) for title in own.titles}
    told_here = {title: target for title, target in column_map.items() if fold(title) not in elsewhere}
    mapping = map_columns(own, layer, column_map=told_here, remembered=remembered, file=file)
    table = data_rows(first, mapping, layer, file=file, communes=communes, repeated=repeated)
    table = replace(table, statements=(*table.statements, *mapping.statements))
    for part, titled in parts:
        if titled is own:
            continue
        used = _columns_of(titled, mapping, layer, known=known, column_map=column_map, remembered=remembered, file=file)
        if isinstance(used, Said):
            table = _left_out(table, part, titled, layer, used, file)
            continue
        more = data_rows(part, used, layer, file=file, communes=communes, repeated=repeated)
        told = said("another_table.read", row=titled.first + 1)
        table = _joined(table, replace(more, statements=(told, *more.statements, *used.statements)))
        mapping = replace(mapping, told=mapping.told | used.told)
    return table, mapping


def _columns_of(
    titled: ColumnMapping,
    first: ColumnMapping,
    layer: str,
    *,
    known: frozenset[str],
    column_map: Mapping[str, str],
    remembered: Mapping[str, str],
    file: str,
) -> ColumnMapping | Said:
    """The columns of a further table, or why it is not read."""
    if not is_list(titled, layer, known):
        return said("no_further_list")
    here = {fold(title) for title in titled.titles}
    told_here = {title: target for title, target in column_map.items() if fold(title) in here}
    try:
        used = map_columns(titled, layer, column_map=told_here, remembered=remembered, file=file)
    except InputError as error:
        return error.faults[0].said
    return _written_otherwise(first, used, layer) or used


def _parts(grid: Grid, header: ColumnMapping, layer: str, known: frozenset[str]) -> tuple[list[Part], frozenset[int]]:
    """The sheet cut where other headers begin, each part with its header; and the rows that repeat a header."""
    parts, repeated, start = list[Part](), set[int](), 0
    upper = _cut(grid, 0, header.first)
    above = find_header(upper, layer, known)
    if above is not None and _names_columns(upper.rows[above.last], (), layer, known) and _has_figures(upper.rows[above.last + 1 :]):
        parts, again = _parts(upper, above, layer, known)
        repeated, start = set(again), header.first
    current, r = header, header.last + 1
    while r < len(grid.rows) and len(parts) < _MOST_TABLES:
        if _names_columns(grid.rows[r], current.titles, layer, known):
            if _repeats(grid, r, current, layer):
                repeated.add(r)
            else:
                begin = _beginning(grid, r, current, layer)
                parts.append((_cut(grid, start, begin), current))
                start, current = begin, _header_from(grid, begin, r, layer, known)
                r = current.last
        r += 1
    if not parts:
        return [(grid, header)], frozenset(repeated)
    return [*parts, (_cut(grid, start, len(grid.rows)), current)], frozenset(repeated)


def _cut(grid: Grid, start: int, end: int) -> Grid:
    """Some rows of a grid, at their places; what concerns the sheet as a whole goes with its first row."""
    uncached = frozenset(at for at in grid.uncached if start <= at[0] < end)
    return replace(
        grid,
        rows=[*[[] for _ in range(start)], *grid.rows[start:end]],
        merged=tuple(box for box in grid.merged if start <= box[0] and box[2] < end),
        uncached=uncached,
        formulas=len(uncached) + (grid.formulas - len(grid.uncached) if start == 0 else 0),
        statements=grid.statements if start == 0 else (),
    )


def _names_columns(row: Sequence[Cell], titles: Sequence[str], layer: str, known: Collection[str]) -> bool:
    """Whether a row is a header and not a village that is called like a title: it has no coordinates, no number, and mostly titles."""
    filled = {i: cell for i, cell in enumerate(row) if not is_blank(cell)}
    figures = [i for i, cell in filled.items() if is_figure(cell)]
    if len(filled) < 2 or 3 * len(figures) > len(filled) or is_index_row(row):
        return False
    data = {
        i for i, title in enumerate(titles) if fold(title) in COUNTERS or set(targets_of(title, layer)[:1]) & set(COORDINATES)
    }  # what stands there shows a row of data
    if any(i in data and (i in figures or may_be_coordinate(cell)) for i, cell in filled.items()):
        return False
    words = [clean_title(cell) for i, cell in filled.items() if i not in figures]
    hits = [targets_of(word, layer)[:1] or ((word,) if fold(word) in known else ()) for word in words]
    named = [word for word, hit in zip(words, hits, strict=True) if hit or fold(word) in COUNTERS]
    distinct = len(set(hits) - {()})
    return (distinct >= 3 and 2 * len(named) >= len(words)) or (distinct >= 2 and 3 * len(named) >= 2 * len(words) and not figures)


def _has_figures(rows: Sequence[Sequence[Cell]]) -> bool:
    return any(sum(is_figure(cell) for cell in row if not is_blank(cell)) >= 2 for row in rows)


def _repeats(grid: Grid, r: int, header: ColumnMapping, layer: str) -> bool:
    """The header printed again, perhaps in another language: every title stands over the column that it stood over before."""
    above = grid.rows[header.first : header.last + 1]
    for i, cell in enumerate(grid.rows[r]):
        if is_blank(cell):
            continue
        title = header.titles[i] if i < len(header.titles) else ""
        text = clean_title(cell)
        same = fold(text) in {fold(title), *(fold(clean_title(row[i])) for row in above if i < len(row))}
        same = same or (fold(text) in COUNTERS and fold(title) in COUNTERS)
        meant = targets_of(text, layer)[:1]
        if not same and not (meant and meant == targets_of(title, layer)[:1]):
            return False
    return True


def _beginning(grid: Grid, r: int, current: ColumnMapping, layer: str) -> int:
    """The first row of a header, where titles of groups stand over those of the row `r`."""
    begin = r
    while begin - 1 > current.last and r - begin < _MOST_TITLE_ROWS - 1:
        filled = [cell for cell in grid.rows[begin - 1] if not is_blank(cell)]
        if any(is_figure(cell) for cell in filled) or not any(targets_of(clean_title(cell), layer) for cell in filled):
            break
        begin -= 1
    return begin


def _header_from(grid: Grid, begin: int, r: int, layer: str, known: frozenset[str]) -> ColumnMapping:
    """The header that begins in a row and reaches at least to the row `r`."""
    merged = tuple((r0 - begin, c0, r1 - begin, c1) for r0, c0, r1, c1 in grid.merged if begin <= r0 <= r + _MOST_TITLE_ROWS)
    found = find_header(replace(grid, rows=grid.rows[begin : r + _MOST_TITLE_ROWS], merged=merged), layer, known)
    if found is None:
        return ColumnMapping(r, r, tuple(clean_title(cell) for cell in grid.rows[r]), 0)
    return replace(found, first=found.first + begin, last=found.last + begin)


def _written_otherwise(first: ColumnMapping, used: ColumnMapping, layer: str) -> Said | None:
    """What a title says beside its name (a unit, a zone, what a mark means) must be the same in both tables: it is asked of the first."""
    declared = {column.name: column for column in POINT_LAYERS[layer].columns}
    before = {target: first.titles[i] for i, target in first.targets.items()}
    for i, target in used.targets.items():
        column, title = declared.get(target), used.titles[i]
        was = before.get(target, title)
        if _last(was) == _last(title) or target in COMMUNE:
            alike = True
        elif target in POSITION or target == "time" or column is None or isinstance(column.kind, Number):
            alike = False
        else:
            alike = isinstance(column.kind, (Text, Day, Whole)) or stance(column, was) == stance(column, title)
        if column is not None and isinstance(column.kind, Figure):
            alike = alike and title_unit(was, column) == title_unit(title, column)
        if not alike:
            return said("title_written_otherwise", title=title, first=was)
    return None


def _last(title: str) -> str:
    """A title without those of the groups that it stands under."""
    return title.rpartition(SEPARATOR)[2].casefold()


def _joined(table: RawTable, more: RawTable) -> RawTable:
    frame = pd.concat([table.frame, more.frame])
    return RawTable(
        frame.astype(object).where(frame.notna(), None).sort_index(kind="stable"),
        more.titles | table.titles,
        (*table.context, *more.context),
        (*table.skipped, *more.skipped),
        table.broken | more.broken,
        (*table.statements, *more.statements),
        (*table.faults, *more.faults),
    )


def _left_out(table: RawTable, part: Grid, titled: ColumnMapping, layer: str, why: Said, file: str) -> RawTable:
    """The first table with a word on another one that is not read."""
    named = next(
        (i for wanted in ("name", "site_id", "commune") for i, t in enumerate(titled.titles) if wanted in targets_of(t, layer)[:1]), -1
    )
    rows = [(r + 1, row) for r, row in enumerate(part.rows) if r > titled.last and any(not is_blank(cell) for cell in row)]
    if not rows:
        return table
    names = [(r, as_text(row[named]) if 0 <= named < len(row) else "") for r, row in rows]
    skipped = tuple((r, " | ".join(as_text(cell) for cell in row if not is_blank(cell))[:200], said(ANOTHER_TABLE)) for r, row in rows)
    first, titles = titled.first + 1, listed_names(title for title in titled.titles if title)
    told = said("another_table.left_out", row=first, rows=listed_rows(names))
    fault = warning(file, "further_table", row=first, at=first, titles=titles, n=len(rows), why=why)
    return replace(table, skipped=(*table.skipped, *skipped), statements=(*table.statements, told), faults=(*table.faults, fault))
