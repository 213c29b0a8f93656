"""From a grid with a header to rows of data: merged cells filled, totals, headings, notes and signatures set aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import Cell, Grid, as_text, is_blank
from geo_planner.sources.imports.headers import IGNORE, ColumnMapping, Header, all_targets
from geo_planner.sources.imports.synonyms import COUNTERS

_TOTAL = re.compile(r"(tong( cong| so)?|cong|total|sum|toan (tinh|huyen|xa))( .*)?")
_NOTE = re.compile(
    r"(ghi chu|luu y|chu thich|note|nguon|tai lieu|nguoi (lap|tong hop|ky|kiem tra)|lap bieu|ke toan|truong phong|pho truong phong|giam doc|pho giam doc"
    r"|chu tich|tm |tl |kt |thu truong|ky ten|ky ghi ro|noi nhan|xac nhan|don vi (lap|bao cao)|danh sach nay|so lieu)( .*)?|.*\bngay( \d+)? thang( \d+)? nam( \d+)?.*"
)
_SIGNED = re.compile(
    r"(nguoi (lap|tong hop|ky)|lap bieu|truong phong|giam doc|pho giam doc|chu tich|tm |thu truong|ky ten|ky ghi ro)( .*)?"
)
_HEADING = re.compile(r"(?:[ivxlc]+ |\d+ |[a-d] )?((?:xa|phuong|thi tran|huyen|thanh pho|thi xa|tp) .+)")
_PLACES = ("commune_code", "former_commune_code", "commune", "former_commune", "former_place")
_COORDINATES = ("lon", "lat", "x", "y", "position")


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of data as they stand in the file.

    Attributes
    ----------
    frame : DataFrame
        Cells as they were read, index the row of the file (the first is 1), columns by their target, or by their title where
        they have none.
    titles : dict of str to str
        Title in the file of each column.
    context : tuple of str
        What stands above the header: says sometimes which coordinate system is meant.
    skipped : tuple of (int, str, str)
        Row, text, why it is no row of data.
    broken : dict of int to (str, str)
        Rows with a formula that has no stored value, by row: column and reason.
    statements : tuple of str
    """

    frame: pd.DataFrame
    titles: dict[str, str]
    context: tuple[str, ...] = ()
    skipped: tuple[tuple[int, str, str], ...] = ()
    broken: dict[int, tuple[str, str]] = field(default_factory=dict)
    statements: tuple[str, ...] = ()


def data_rows(grid: Grid, header: Header, mapping: ColumnMapping, layer: str) -> RawTable:
    """The rows below the header that are data, and what was set aside."""
    names, titles = _column_names(header, mapping, layer)
    places = [i for i, name in names.items() if name in _PLACES]
    coordinates = [i for i, name in names.items() if name in _COORDINATES]
    called = next((i for i, name in names.items() if name == "name"), None)
    below = {r: row for r, row in enumerate(grid.rows) if r > header.last}
    filled = _fill_merged(grid, below, header.last)
    needs_heading = not places and layer != "measurements"
    kept: list[list[Cell]] = []
    numbers: list[int] = []
    broken: dict[int, tuple[str, str]] = {}
    skipped: list[tuple[int, str, str]] = []
    headings: list[str] = []
    heading, district, signed, untitled = "", "", False, 0
    for r, row in below.items():
        values = [row[i] if i < len(row) else None for i in names]
        at = {i: value for i, value in zip(names, values, strict=True) if not is_blank(value)}
        if r <= header.last + 2 and len(at) >= 3 and all(_is_ordinal(cell, i + 1) for i, cell in enumerate(row) if not is_blank(cell)):
            skipped.append((r + 1, " | ".join(as_text(cell) for cell in row if not is_blank(cell))[:200], "numbers of the columns"))
            continue
        located = any(_may_be_coordinate(at.get(i)) for i in coordinates)
        if not (located and (called is None or called in at)):
            why, told = _aside(row, at, called, places, located, signed)
            if why:
                text = " | ".join(as_text(cell) for cell in row if not is_blank(cell))[:200]
                if why != "blank":
                    skipped.append((r + 1, text, why))
                if why == "heading of a group":
                    folded = fold(told)
                    district, heading = (told, "") if folded.startswith(("huyen", "thanh pho", "thi xa", "tp")) else (district, told)
                signed = signed or bool(_SIGNED.match(fold(text)))
                continue
        for i in names:
            if (r, i) in grid.uncached:
                broken[r + 1] = (titles[names[i]], "the cell holds a formula without a stored value")
        if any(not is_blank(cell) for i, cell in enumerate(row) if i >= len(header.titles) or not header.titles[i]):
            untitled += 1
            if not grid.name:  # a text file: a separator too many has shifted the row
                broken[r + 1] = ("", "the row has more cells than the header has titles")
        kept.append(values)
        numbers.append(r + 1)
        headings.append(f"{heading}, {district}" if heading and district else heading)
    frame = pd.DataFrame(kept, columns=list(names.values()), index=pd.Index(numbers, name="row"), dtype=object)
    statements = list(_statements(grid, header, skipped, filled))
    if untitled and grid.name:
        statements.append(f"{untitled} rows have values in columns without a title: those values are left out.")
    if needs_heading and any(headings):
        frame["commune"], titles["commune"] = headings, "heading of the group"
        statements.append("There is no column for the commune: it is taken from the headings above the rows.")
    elif needs_heading and district and not places:
        statements.append(f"The headings name no commune, only {district!r}.")
    context = tuple(as_text(cell) for row in grid.rows[: header.first] for cell in row if not is_blank(cell))
    return RawTable(frame, titles, context, tuple(skipped), broken, tuple(statements))


def _column_names(header: Header, mapping: ColumnMapping, layer: str) -> tuple[dict[int, str], dict[str, str]]:
    names = {}
    for i, title in enumerate(header.titles):
        if i in mapping.targets:
            names[i] = mapping.targets[i]
        elif title and fold(title) not in COUNTERS and i not in mapping.left_out:
            # A further column keeps its title, unless that is the name of a column that another one was told to be.
            names[i] = f"{title} (file)" if title in all_targets(layer) or title in IGNORE else title
    return names, {name: header.titles[i] for i, name in names.items()}


def _fill_merged(grid: Grid, below: dict[int, list[Cell]], last: int) -> int:
    """Give each row of a cell merged downwards its value; the rows are copied, the grid stays."""
    filled = 0
    for r0, c0, r1, c1 in grid.merged:
        if r0 > last and r1 > r0 and c0 == c1 and c0 < len(grid.rows[r0]):
            for r in range(r0 + 1, min(r1, len(grid.rows) - 1) + 1):
                below[r] = [*below[r]] + [None] * (c0 + 1 - len(below[r]))
                below[r][c0] = grid.rows[r0][c0]
                filled += 1
    return filled


def _aside(
    row: Sequence[Cell], at: dict[int, Cell], called: int | None, places: Sequence[int], located: bool, signed: bool
) -> tuple[str, str]:
    """Why a row is no data (empty: it is), and the text of a heading."""
    cells = [cell for cell in row if not is_blank(cell)]
    if not cells:
        return "blank", ""
    texts = [cell for cell in cells if isinstance(cell, str) and fold(cell) and not fold(cell).isdigit()]
    first = texts[0] if texts else ""
    folded = fold(first)
    if _TOTAL.fullmatch(folded) and not located:
        return "total row", ""
    if located:
        return "", ""
    if (
        len(texts) <= 2
        and (found := _HEADING.fullmatch(fold(" ".join(texts[-1:]))))
        and len(cells) <= 3
        and not any(i in at for i in places if i != called)
    ):
        return "heading of a group", re.sub(r"^\s*(?:[IVXLC]+|\d+|[A-Da-d])\s*[.)/-]\s*", "", texts[-1]) if found else ""
    notes = [cell for cell in cells if isinstance(cell, str) and _NOTE.fullmatch(fold(cell))]
    if notes and not any(i in at and at[i] not in notes for i in places):
        return "note or signature", ""
    if signed and (called is None or called not in at or len(cells) <= 2) and len(texts) <= 3:
        return "note or signature", ""
    if called is not None and called not in at and not any(i in at for i in places) and len(texts) <= 2 and len(cells) <= 3:
        return "note or signature" if texts else "no name, commune or position", ""
    return "", ""


def _may_be_coordinate(cell: Cell) -> bool:
    """A number, or a text that starts like one; "ngày 5 tháng 11" in that column does not."""
    if cell is None or not isinstance(cell, str):
        return cell is not None
    return re.match(r"\s*(?:[NSEWBĐDXY]?\s*[:=(]?\s*)?[+-]?\d", cell, flags=re.IGNORECASE) is not None


def _is_ordinal(cell: Cell, position: int) -> bool:
    text = as_text(cell).strip("() .")
    return (
        text == str(position)
        or (len(text) == 1 and text.isalpha() and position <= 3)
        or (text.isdigit() and abs(int(text) - position) <= 2)
    )


def _statements(grid: Grid, header: Header, skipped: Sequence[tuple[int, str, str]], filled: int) -> list[str]:
    where = f"row {header.first + 1}" if header.first == header.last else f"rows {header.first + 1}–{header.last + 1}"
    told = [f"Header in {where}." if not grid.name else f"Sheet {grid.name!r}, header in {where}."]
    told += grid.statements
    for why in dict.fromkeys(why for _, _, why in skipped):
        rows = [str(row) for row, _, reason in skipped if reason == why]
        told.append(f"Left out as {why}: row{'s' if len(rows) > 1 else ''} {', '.join(rows[:20])}{' …' if len(rows) > 20 else ''}.")
    if filled:
        told.append(f"{filled} cells of merged ranges take the value of their range.")
    if grid.formulas:
        told.append(f"{grid.formulas} cells hold formulas: their stored values are used.")
    return told
