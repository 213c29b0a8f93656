"""What phones and loggers write otherwise than lists: date and time of day apart, marks for "not available", "no service" in a level."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports.cells.figures import split_unit
from geo_planner.imports.draft import Correction, Draft
from geo_planner.imports.grid import Cell, RawTable, as_text, is_blank
from geo_planner.imports.vocabulary import SIGNAL_LEVELS
from geo_planner.letters import fold
from geo_planner.schema import LAYERS, Column, Layer
from geo_planner.schema.kinds import Figure, Level, Moment, Technology
from geo_planner.schema.vocabulary import NO_SERVICE, UNAVAILABLE
from geo_planner.words import first_of, said

if TYPE_CHECKING:
    from geo_planner.imports.reading import Reading


_DATE_TITLE = re.compile(r"(test |measurement )?date|ngay( thang( nam)?)?( do( kiem)?)?")
_CLOCK_TITLE = re.compile(r"((test |measurement |local )?time|hour|gio|thoi gian|thoi diem)( do( kiem)?)?( (utc|gmt)( \d+)?)?")
_DATE = re.compile(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_CLOCK = re.compile(r"\d{1,2}[:hg]\d{2}([:mp]\d{2}([.,]\d{1,9})?)?s?(\s*(am|pm|sa|ch))?(\s*(z|[+-]\d{2}:?(\d{2})?))?", flags=re.IGNORECASE)
_MARKS = frozenset((-1.0, 0.0, -3.6, 99.0, 127.0, 255.0, 999.0, -199.0, -200.0, -255.0, -256.0, -340.0, -341.0, -999.0))
_NEVER_A_FIGURE = 9_999.0
"""No level and no speed is as large: -9999, 32767, 65535, Integer.MAX_VALUE, Long.MAX_VALUE."""
_SIGNS = re.compile(r"[-–—−_.*?/]+|[-+]?(nan|inf|infinity|∞)", flags=re.IGNORECASE)
_OF_LTE = ("LTE", "NR", "")
_BARE_TITLES = ("level", "qual")
"""What drive-test programs call every level: it is RSRP or RSRQ on LTE and NR, another figure on older networks."""


def joined_times(reading: Reading, layer: str) -> Reading:
    """The table with date and time of day as one column, where they stand apart and every row bears that out."""
    moment = next((column.name for column in LAYERS[layer].of_kind(Moment)), "")
    if not moment or (reading.mapping is not None and moment in reading.mapping.told):
        return reading
    table, frame = reading.table, reading.table.frame
    free = {str(name): table.titles.get(str(name), str(name)) for name in frame if name == moment or _is_unused(str(name), reading)}
    dates = [name for name, title in free.items() if _DATE_TITLE.fullmatch(fold(title)) and _all(frame[name], _date)]
    clocks = [name for name, title in free.items() if _CLOCK_TITLE.fullmatch(fold(title)) and _all(frame[name], _clock)]
    if len(dates) != 1 or len(clocks) != 1 or (moment in frame and moment not in (dates[0], clocks[0])):
        return reading
    day, clock = dates[0], clocks[0]
    joined = [
        f"{_date(a)} {_clock(b)}" if not is_blank(a) and not is_blank(b) else None for a, b in zip(frame[day], frame[clock], strict=True)
    ]
    titles = {name: title for name, title in table.titles.items() if name not in (day, clock)} | {moment: f"{free[day]} + {free[clock]}"}
    frame = frame.drop(columns=[day, clock]).assign(**{moment: pd.Series(joined, index=frame.index, dtype=object)})
    told = said("date_and_clock", date=free[day], clock=free[clock])
    return replace(reading, table=replace(table, frame=frame, titles=titles, statements=(*table.statements, told)))


def _is_unused(name: str, reading: Reading) -> bool:
    return reading.mapping is None or name not in reading.mapping.targets.values()


def _all(cells: pd.Series, read: Callable[[Cell], str]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and all(map(read, filled))


def _date(cell: Cell) -> str:
    """A cell that holds a date alone, as text; empty for anything else."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else ""
    if isinstance(cell, date):
        return cell.isoformat()
    text = as_text(cell).strip()
    return text if isinstance(cell, str) and _DATE.fullmatch(text) else ""


def _clock(cell: Cell) -> str:
    """A cell that holds a time of day alone, as text; empty for anything else."""
    if isinstance(cell, time):
        return cell.isoformat()
    text = as_text(cell).strip()
    return text if isinstance(cell, str) and _CLOCK.fullmatch(text) else ""


def main_level(layer: Layer) -> Column | None:
    """The level into which devices also write that there is no service; None for a layer without levels."""
    return next((column for column in layer.of_kind(Level) if isinstance(column.kind, Level) and column.kind.tells_service), None)


def without_marks(reading: Reading, layer: str) -> Reading:
    """Levels, accuracies and speeds without the marks for "not available": those cells are blank, and counted."""
    table, frame, told = reading.table, reading.table.frame, list(reading.table.statements)
    for column in LAYERS[layer].of_kind(Figure):
        name, kind = column.name, column.kind
        if name not in frame or not isinstance(kind, Figure) or kind.possible is None:
            continue
        cells = frame[name]
        figures = [_number(cell) for cell in cells]
        # levels written without their sign: 99 is then one of them, and the column is asked about as it is
        unsigned = kind.possible[1] < 0 and sum(f is not None and 40 <= f <= 140 and f not in _MARKS for f in figures) * 2 > sum(
            f is not None and f not in _MARKS for f in figures
        )
        marks = [not is_blank(cell) and not unsigned and _is_mark(cell, figure, kind) for cell, figure in zip(cells, figures, strict=True)]
        if not any(marks):
            continue
        counts = Counter(as_text(cell).strip() for cell, mark in zip(cells, marks, strict=True) if mark)
        left = [None if mark else cell for cell, mark in zip(cells, marks, strict=True)]
        frame = frame.assign(**{name: pd.Series(left, index=frame.index, dtype=object)})
        written = [text[:20] for text, _ in counts.most_common(5)]
        told.append(said("marked_unavailable", title=table.titles.get(name, name), n=sum(marks), marks=written))
    level = main_level(LAYERS[layer])
    if level is not None and level.name in frame:
        bare = sum(is_blank(cell) for cell in frame[level.name])
        silent = sum(not is_blank(cell) for cell in frame["no_service"]) if "no_service" in frame else 0
        if bare > silent:
            told.append(said("no_level", n=bare))
    return replace(reading, table=replace(table, frame=frame, statements=tuple(told)))


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    try:
        return float(split_unit(as_text(cell))[0].replace(" ", "").replace(",", "."))
    except ValueError:
        return None


def _is_mark(cell: Cell, figure: float | None, kind: Figure) -> bool:
    """Whether a cell says "not available"; a mark that could be a figure of the column is the figure: 99 m is an accuracy."""
    if figure is None or figure != figure:
        text = as_text(cell).strip()
        if isinstance(kind, Level) and kind.tells_service and fold(text) in NO_SERVICE:
            return False
        return _SIGNS.fullmatch(text) is not None or fold(text) in UNAVAILABLE or figure is not None
    low, high = kind.possible or (figure, figure)
    if low <= figure <= high:
        return False
    return figure in _MARKS or figure <= -_NEVER_A_FIGURE or figure >= max(high, _NEVER_A_FIGURE)


def unclear_levels(table: RawTable, layer: Layer, file: str) -> list[Fault]:
    """A level that may be RSRP or RSSI is taken for neither; where it is the only one, its meaning is asked for."""
    level = main_level(layer)
    if level is None or level.name in table.frame:
        return []
    unused = [title for name, title in table.titles.items() if name in table.frame]
    several = [title for title in unused if re.search(r"\brsrp\b", fold(title))]
    if several:
        return [fault(file, "which_level.several", column=several[0][:80], titles=first_of(several, 10), title=several[0])]
    titles = [title for title in unused if re.fullmatch(SIGNAL_LEVELS, fold(re.sub(r"[(\[].*?[)\]]", " ", title)))]
    return [fault(file, "which_level.one", column=titles[0][:80], title=titles[0])] if titles else []


def with_silence(draft: Draft, silent: pd.Series, level: str, file: str) -> Draft:
    """Where the device wrote into the level that it found no network, that is what the row says.

    Parameters
    ----------
    draft : Draft
    silent : Series of bool
        Rows whose level says so.
    level : str
        Title of the level.
    file : str
    """
    service = draft.titles.get("no_service", "no_service")
    against = [
        fault(file, "contradiction.rows", row=int(row), column=level, level_title=level, service=service)
        for row in draft.rows.index[silent & (draft.rows["no_service"] == "no")]
    ]
    rows = draft.rows.assign(no_service=draft.rows["no_service"].mask(silent, "yes"))
    return draft.with_(rows=rows, faults=against)


def with_levels_of_lte(draft: Draft, layer: Layer) -> Draft:
    """Without the levels of older networks in columns of which only the technology tells what they are."""
    bare = [column.name for column in layer.of_kind(Level) if fold(draft.titles.get(column.name, "")) in _BARE_TITLES]
    if not bare:
        return draft
    rows, corrected = draft.rows, list[Correction]()
    technology = rows[layer.of_kind(Technology)[0].name]
    for name in bare:
        gone = ~technology.isin(_OF_LTE) & (rows[name] != "")
        corrected += [
            (int(row), name, was, "", said("rows_done.level_of_other", technology=other))
            for row, was, other in zip(rows.index[gone], rows.loc[gone, name], technology[gone], strict=True)
        ]
        rows = rows.assign(**{name: rows[name].mask(gone, "")})
    told = said("rows_told.levels_of_lte", titles=[draft.titles[name] for name in bare])
    return draft.with_(rows=rows, corrected=corrected, statements=[told])
