"""Where the header of a table is and which column each of its titles means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from geo_planner.errors import Fault, InputError
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import Cell, Grid, as_text, is_blank
from geo_planner.sources.imports.synonyms import COMMUNE, COUNTERS, POINT_LAYERS, POSITION, patterns

_SEARCHED_ROWS = 60
_NOISE = re.compile(
    r"\b(wgs ?84|vn ?2000|he toa do|he|(ktt|kinh tuyen( truc)?)( \d{3}( \d{2})?)?|mui( chieu)? \d( do)?|tm ?3|utm( \w{3})?|decimal( degrees)?|degrees?|dd|dms|thap phan|do phut giay|do thap phan|don vi tinh|dvt)\b"
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
IGNORE = ("", "-")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a grid.

    Attributes
    ----------
    first, last : int
        Rows that it takes, counted from 0.
    titles : tuple of str
        One a column; a blank one is a column without title.
    matches : int
        Titles that mean a column of the layer.
    """

    first: int
    last: int
    titles: tuple[str, ...]
    matches: int


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which target each title means, and how that was decided."""

    targets: dict[int, str]
    left_out: frozenset[int]
    statements: tuple[str, ...]


def find_header(grid: Grid, layer: str, known: frozenset[str] = frozenset()) -> Header | None:
    """The row (or two or three, with merged titles) that names the columns; None when none does.

    `known` are folded titles that the user has told the meaning of.
    """
    rows = _with_merged(grid, min(len(grid.rows), _SEARCHED_ROWS + 3))
    best: Header | None = None
    for first in range(min(len(rows), _SEARCHED_ROWS)):
        for depth in (1, 2, 3):
            if first + depth > len(rows):
                break
            titles = _joined(rows[first : first + depth])
            found = [(fold(title),) if fold(title) in known else targets_of(title, layer) for title in titles]
            matches = len({hits[0] for hits in found if hits})
            depth_of_best = 0 if best is None else best.last - best.first + 1
            # Of equal ones the least deep: a title over the whole table is no part of the header.
            if matches >= 2 and (best is None or (matches, -depth) > (best.matches, -depth_of_best)):
                best = Header(first, first + depth - 1, titles, matches)
    return best


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


def _joined(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Titles of a header of several rows: a group title goes before the titles below it."""
    filled = [cell for row in rows for cell in row if not is_blank(cell)]
    if sum(not isinstance(cell, str) for cell in filled) * 3 > len(filled):
        return ()  # a row of figures names nothing
    above = [""] * len(rows[0])
    for depth, row in enumerate(rows):
        texts = [clean_title(cell) for cell in row]
        if depth:
            # Without merged ranges (csv) a group title stands over its first column only.
            group = ""
            for i, text in enumerate(texts):
                group = above[i] or (group if text else "")
                above[i] = group if text else above[i]
        above = [a if not t or t == a else f"{a} / {t}" if a else t for a, t in zip(above, texts, strict=True)]
    return tuple(above)


def clean_title(cell: Cell) -> str:
    return " ".join(unicodedata.normalize("NFC", as_text(cell)).replace("\xa0", " ").replace("\ufeff", "").split())


@cache
def _compiled(layer: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((target, re.compile(pattern)) for target, pattern in patterns(layer).items())


@cache
def _exact(layer: str) -> dict[str, str]:
    names = dict[str, str]()
    for column in POINT_LAYERS[layer].columns:
        for title in (column.name, column.vi, column.en):
            names.setdefault(fold(title), column.name)
    return names | {fold(target): target for target in all_targets(layer)}


def all_targets(layer: str) -> tuple[str, ...]:
    """Everything that a title may be mapped to."""
    names = [column.name for column in POINT_LAYERS[layer].columns]
    return tuple(dict.fromkeys([*names, *POSITION, *(() if layer == "measurements" else COMMUNE)]))


@cache
def targets_of(title: str, layer: str) -> tuple[str, ...]:
    """The columns that a title may mean, the likeliest first; empty when none."""
    whole = fold(title)
    if not whole or whole in COUNTERS:
        return ()
    if whole in _exact(layer):
        return (_exact(layer)[whole],)
    child = title.rpartition(" / ")[2]
    trials = [re.sub(r"\(.*?\)|\[.*?\]", " ", title), title, re.sub(r"\(.*?\)|\[.*?\]", " ", child), child]
    for trial in trials:
        folded = re.sub(r"\s+", " ", _NOISE.sub(" ", fold(trial))).strip()
        if not folded:
            continue
        if folded in _exact(layer):
            return (_exact(layer)[folded],)
        hits = tuple(target for target, pattern in _compiled(layer) if pattern.fullmatch(folded))
        if hits:
            return hits
    return ()


def map_columns(header: Header, layer: str, *, column_map: Mapping[str, str], remembered: Mapping[str, str], file: str) -> ColumnMapping:
    """Which column each title means: as told, else as told before, else by its name.

    Parameters
    ----------
    header : Header
    layer : str
    column_map : mapping of str to str
        Title to target, from the user; a blank target leaves the column out.
    remembered : mapping of str to str
        The same from earlier imports into this study area, by folded title.
    file : str
        For the faults.

    Raises
    ------
    InputError
        When a told title or target does not exist or two columns claim one target.
    """
    titles, by_fold = header.titles, {fold(title): i for i, title in reversed(list(enumerate(header.titles))) if title}
    faults, told = list[Fault](), dict[int, str]()
    listed = ", ".join(f"{title!r}" for title in titles if title)
    for title, target in column_map.items():
        at = titles.index(title) if title in titles else by_fold.get(fold(title), -1)
        if at < 0:
            faults.append(
                Fault(
                    file,
                    "--map names a column that the table does not have",
                    f"Its columns are: {listed}.",
                    column=title[:80],
                    code="unknown_title",
                )
            )
        elif target not in (*all_targets(layer), *IGNORE):
            faults.append(
                Fault(
                    file,
                    f"--map names a target that layer {layer} does not have",
                    f"Write one of: {', '.join(all_targets(layer))}.",
                    column=title[:80],
                    value=target[:80],
                    code="unknown_target",
                )
            )
        else:
            told[at] = target
    for i, title in enumerate(titles):
        if _INVISIBLE.search(title):
            faults.append(
                Fault(
                    file,
                    "a column title holds invisible control characters",
                    "Type the title anew.",
                    row=header.last + 1,
                    value=repr(title)[:80],
                    code="control_characters",
                )
            )
        if title and titles.count(title) > 1 and titles.index(title) == i:
            faults.append(
                Fault(
                    file,
                    "two columns have the same title",
                    "Rename one of them.",
                    row=header.last + 1,
                    column=title[:80],
                    code="duplicate_column",
                )
            )
    if faults:
        raise InputError(faults)
    used = [
        (title, remembered[fold(title)])
        for i, title in enumerate(titles)
        if i not in told and fold(title) in remembered and remembered[fold(title)] in (*all_targets(layer), *IGNORE)
    ]
    told = {i: remembered[fold(title)] for i, title in enumerate(titles) if (title, remembered.get(fold(title))) in used} | told
    chosen = {i: target for i, target in told.items() if target not in IGNORE}
    taken = set(chosen.values())
    for i, title in enumerate(titles):
        if i in told:
            continue
        free = [target for target in targets_of(title, layer) if target not in taken]
        if free:
            claims = [j for j, other in enumerate(titles) if j not in told and free[0] in targets_of(other, layer)[:1]]
            exact = [j for j in claims if fold(titles[j]) in _exact(layer)]
            if len(claims) > 1 and len(exact) != 1:
                names = " and ".join(f"{titles[j]!r}" for j in claims)
                raise refuse(
                    file,
                    f"the columns {names} both look like {free[0]}",
                    f'Say which one it is: --map "{titles[claims[0]]}={free[0]}"; the other is kept as it is.',
                    "two_columns",
                    row=header.last + 1,
                )
            winner = exact[0] if len(exact) == 1 and free[0] == targets_of(titles[exact[0]], layer)[0] else i
            if winner == i:
                chosen[i] = free[0]
                taken.add(free[0])
    statements = [f"Column {title!r} is {target or 'left out'}, as told in an earlier import." for title, target in used]
    named = "; ".join(f"{titles[i]!r} → {target}" for i, target in sorted(chosen.items()))
    return ColumnMapping(chosen, frozenset(i for i, target in told.items() if target in IGNORE), (*statements, f"Columns: {named}."))
