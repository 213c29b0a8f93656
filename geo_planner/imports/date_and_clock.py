"""Measurements whose date stands in one column and whose time of day in another: one point in time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time

import pandas as pd

from geo_planner.imports.grid import Cell, as_text, is_blank
from geo_planner.imports.reading import Reading
from geo_planner.letters import fold
from geo_planner.words import said

_DATE_TITLE = re.compile(r"(test |measurement )?date|ngay( thang( nam)?)?( do( kiem)?)?")
_CLOCK_TITLE = re.compile(r"((test |measurement |local )?time|hour|gio|thoi gian|thoi diem)( do( kiem)?)?( (utc|gmt)( \d+)?)?")
_DATE = re.compile(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_CLOCK = re.compile(r"\d{1,2}[:hg]\d{2}([:mp]\d{2}([.,]\d{1,9})?)?s?(\s*(am|pm|sa|ch))?(\s*(z|[+-]\d{2}:?(\d{2})?))?", flags=re.IGNORECASE)


def joined_times(reading: Reading, layer: str) -> Reading:
    """The table with date and time of day as one column, where they stand apart and every row bears that out."""
    table = reading.table
    if layer != "measurements" or (reading.mapping is not None and "time" in reading.mapping.told):
        return reading
    frame = table.frame
    free = {str(name): table.titles.get(str(name), str(name)) for name in frame if name == "time" or _is_unused(str(name), reading)}
    dates = [name for name, title in free.items() if _DATE_TITLE.fullmatch(fold(title)) and _all(frame[name], _date)]
    clocks = [name for name, title in free.items() if _CLOCK_TITLE.fullmatch(fold(title)) and _all(frame[name], _clock)]
    if len(dates) != 1 or len(clocks) != 1 or ("time" in frame and "time" not in (dates[0], clocks[0])):
        return reading
    day, clock = dates[0], clocks[0]
    moments = [
        f"{_date(a)} {_clock(b)}" if not is_blank(a) and not is_blank(b) else None for a, b in zip(frame[day], frame[clock], strict=True)
    ]
    titles = {name: title for name, title in table.titles.items() if name not in (day, clock)} | {"time": f"{free[day]} + {free[clock]}"}
    frame = frame.drop(columns=[day, clock]).assign(time=pd.Series(moments, index=frame.index, dtype=object))
    told = said("date_and_clock", date=free[day], clock=free[clock])
    return replace(reading, table=replace(table, frame=frame, titles=titles, statements=(*table.statements, told)))


def _is_unused(name: str, reading: Reading) -> bool:
    return reading.mapping is None or name not in reading.mapping.targets.values()


def _all(cells: pd.Series, read: object) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and callable(read) and all(read(cell) for cell in filled)


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
