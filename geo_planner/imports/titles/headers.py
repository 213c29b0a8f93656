"""Where the header of a table is: one row, or several with group titles over the titles below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from geo_planner.imports.grid import Cell, Grid, as_text, is_blank
from geo_planner.imports.titles.meaning import SEPARATOR, clean_title, targets_of
from geo_planner.letters import fold
from geo_planner.words import Said

_SEARCHED_ROWS = 60
_DEEPEST = 4
_NUMBER = re.compile(r"[\s\d.,°'\"+-]*\d[\s\d.,°'\"+-]*[NSEWBĐT]?")
_INDEX = re.compile(r"\(?\s*(?:cột |col )?(\d{1,3}|[A-Za-zĐđ])\s*\)?\s*(?:=\s*[\d\s()+\-*/:x×,.%=]+)?[.)]?")
_ABOVE_A_TABLE = re.compile(
    r"\b(cong hoa xa hoi|doc lap tu do|ubnd|uy ban nhan dan|so khoa hoc|so (kh ?cn|tttt|ttt|thong tin)|phu luc|bieu( so| mau)?|mau so|kem theo|danh sach|bang tong hop|tong hop (so lieu|danh sach)|bao cao|"
    r"don vi( tinh)? |dvt|thang \d+ nam|trang \d+|tinh lai chau|cong van|quyet dinh so)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns below one group title that are boxes to tick: one column of the layer."""

    target: str
    title: str
    words: dict[int, str]
    """Column to its title below the group, which is the word that a mark in it means."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of a table: where their titles stand, which target each means, and how that was decided.

    Attributes
    ----------
    first, last : int
        Rows that the header takes, counted from 0; the last before the first where the titles take none.
    titles : tuple of str
        One a column, a group title before the title below it; a blank one is a column without title.
    matches : int
        Titles that mean a column of the layer.
    targets : dict of int to str
    left_out : frozenset of int
    statements : tuple of Said
    choices : tuple of Choice
    rejects : bool
        Whether the table is a file of rejected rows that an import wrote.
    told : frozenset of str
        Targets that the user named, now or in an earlier import.
    unused : tuple of str
        Titles that are kept as they are.
    """

    first: int
    last: int
    titles: tuple[str, ...]
    matches: int = 0
    targets: dict[int, str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    statements: tuple[Said, ...] = ()
    choices: tuple[Choice, ...] = ()
    rejects: bool = False
    told: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()


def find_header(grid: Grid, layer: str, known: frozenset[str] = frozenset()) -> ColumnMapping | None:
    """The row (or the rows, where group titles stand over others) that names the columns; None when none does.

    `known` are folded titles that the user has told the meaning of.
    """
    rows = _with_merged(grid, min(len(grid.rows), _SEARCHED_ROWS + _DEEPEST))
    best: ColumnMapping | None = None
    for first in range(min(len(rows), _SEARCHED_ROWS)):
        for depth in (1, 2, 3):
            if first + depth > len(rows):
                break
            found = _header(grid, rows, first, first + depth - 1, layer, known)
            depth_of_best = 0 if best is None else best.last - best.first + 1
            # Of equal ones the least deep: a title over the whole table is no part of the header.
            if found.matches >= 2 and (best is None or (found.matches, -depth) > (best.matches, -depth_of_best)):
                best = found
    return None if best is None else _completed(grid, rows, best, layer, known)


def _header(grid: Grid, rows: Sequence[Sequence[Cell]], first: int, last: int, layer: str, known: frozenset[str]) -> ColumnMapping:
    titles = _joined(rows[first : last + 1], [_has_group(grid, r) for r in range(first, last + 1)])
    found = [(fold(title),) if fold(title) in known else targets_of(title, layer) for title in titles]
    return ColumnMapping(first, last, titles, len({hits[0] for hits in found if hits}))


def _completed(grid: Grid, rows: Sequence[Sequence[Cell]], found: ColumnMapping, layer: str, known: frozenset[str]) -> ColumnMapping:
    """The header with the group titles above and the titles below that belong to it, whatever they make of the meaning."""
    first, last = found.first, found.last
    while last - first + 1 < _DEEPEST and first > 0 and _names_groups(grid, rows, first - 1, first):
        first -= 1
    while last - first + 1 < _DEEPEST and last + 1 < len(rows) and _stands_below(grid, last):
        last += 1
    if any(last > found.last and is_index_row(grid.rows[r]) for r in range(found.last + 1, last + 1)):
        last = found.last
    whole = found if (first, last) == (found.first, found.last) else _header(grid, rows, first, last, layer, known)
    return whole if whole.titles else found


def _has_group(grid: Grid, r: int) -> bool:
    return any(r0 <= r <= r1 and c1 > c0 for r0, c0, r1, c1 in grid.merged)


def _crossing(grid: Grid, above: int, below: int) -> bool:
    """Whether a cell merged downwards ties two rows together."""
    return any(r0 <= above and below <= r1 for r0, _, r1, _ in grid.merged)


def _words(row: Sequence[Cell]) -> dict[int, str]:
    """Texts of a row by column; empty where a figure shows that it is a row of data."""
    filled = {i: cell for i, cell in enumerate(row) if not is_blank(cell)}
    if any(is_figure(cell) for cell in filled.values()):
        return {}
    return {i: clean_title(cell) for i, cell in filled.items()}


def _names_groups(grid: Grid, rows: Sequence[Sequence[Cell]], r: int, below: int) -> bool:
    """Whether the row above a header holds titles of groups of its columns, rather than the title of the table."""
    texts = _words(grid.rows[r])
    titled = [i for i, cell in enumerate(rows[below]) if not is_blank(cell)]
    if not texts or not titled:
        return False
    if _crossing(grid, r, below):
        return True
    if any(_ABOVE_A_TABLE.search(f"{fold(text)} ") or re.search(r":\s*\S", text) for text in texts.values()):
        return False
    starts = sorted(texts)
    spans = {}
    for k, i in enumerate(starts):
        merged = next((c1 for r0, c0, r1, c1 in grid.merged if r0 <= r <= r1 and c0 == i), None)
        following = (starts[k + 1] if k + 1 < len(starts) else len(rows[below])) - 1
        spans[i] = [c for c in titled if i <= c <= (merged if merged is not None else following)]
    if len(starts) == 1:
        text = texts[starts[0]]
        capitals = text.isupper() and not all(clean_title(rows[below][c]).isupper() for c in titled)
        is_title = starts[0] <= titled[0] or len(text.split()) > 12 or text.startswith("(") or (capitals and not _has_group(grid, r))
        if is_title:
            return False
    return any(len(span) > 1 for span in spans.values())


def _stands_below(grid: Grid, r: int) -> bool:
    """Whether the row below a header holds titles of columns that it only names the groups of."""
    texts = _words(grid.rows[r + 1])
    if not texts or is_index_row(grid.rows[r + 1]):
        return False
    if _crossing(grid, r, r + 1):
        return True
    if _has_group(grid, r):
        groups = [(c0, c1) for r0, c0, r1, c1 in grid.merged if r0 <= r <= r1 and c1 > c0]
        # The columns that have their title already hold nothing here.
        return len(texts) > 1 and all(any(c0 <= i <= c1 for c0, c1 in groups) for i in texts)
    # Without merged cells a group stands over its first column: the next ones are blank above and named below.
    above = grid.rows[r]
    blank = [i for i in texts if i >= len(above) or is_blank(above[i])]
    starts = [i for i in texts if i not in blank]
    return bool(blank) and bool(starts) and all(i + 1 in blank for i in starts) and all(i - 1 in texts for i in blank)


def _with_merged(grid: Grid, count: int) -> list[list[Cell]]:
    """The top rows with each merged range filled with its value."""
    rows = [list(row) for row in grid.rows[:count]]
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row += [None] * (width - len(row))
    for r0, c0, r1, c1 in grid.merged:
        if r0 < count and c0 < width:
            for r in range(r0, min(r1 + 1, count)):
                rows[r][c0 : min(c1 + 1, width)] = [rows[r0][c0]] * (min(c1 + 1, width) - c0)
    return rows


def _joined(rows: Sequence[Sequence[Cell]], merged: Sequence[bool]) -> tuple[str, ...]:
    """Titles of a header of several rows: a group title goes before the titles below it.

    `merged` says of each row whether merged cells show how far its groups reach.
    """
    filled = [cell for row in rows for cell in row if not is_blank(cell)]
    if sum(not isinstance(cell, str) for cell in filled) * 3 > len(filled):
        return ()  # a row of figures names nothing
    above = [""] * len(rows[0])
    for depth, row in enumerate(rows):
        texts = [clean_title(cell) for cell in row]
        if depth and not any(merged[:depth]):
            # Without merged ranges (csv) a group title stands over its first column only.
            group = ""
            for i, text in enumerate(texts):
                group = (above[i] if text else "") if above[i] else group if text else ""
                above[i] = group if text and not above[i] else above[i]
        above = [a if not t or t == a else f"{a}{SEPARATOR}{t}" if a else t for a, t in zip(above, texts, strict=True)]
    return tuple(above)


def is_figure(cell: Cell) -> bool:
    """A number, or a text that is one, degrees and minutes too."""
    return cell is not None and (not isinstance(cell, str) or _NUMBER.fullmatch(cell.strip()) is not None)


def is_index_row(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: "A B 1 2 3", "(1) (2) … (6)=(4)+(5)".

    Examples
    --------
    >>> is_index_row(["A", "B", "C", 1, 2, 3]), is_index_row(["(1)", "(2)", "(3)=(1)+(2)"]), is_index_row(["1", "Nà Ui", "45"])
    (True, True, False)
    """
    labels = []
    for cell in row:
        if is_blank(cell):
            continue
        found = _INDEX.fullmatch(as_text(cell).strip())
        if not found:
            return False
        labels.append(found.group(1))
    letters = [label.casefold() for label in labels if not label.isdigit()]
    figures = [int(label) for label in labels if label.isdigit()]
    if len(labels) < 3 or labels[: len(letters)] != [label for label in labels if not label.isdigit()] or letters != sorted(set(letters)):
        return False
    return all(0 < b - a <= 3 for a, b in pairwise(figures)) and (not figures or figures[0] <= 3)
