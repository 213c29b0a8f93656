"""Dates and points in time as lists and devices write them. The day comes before the month, as in Vietnam."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from geo_planner.imports.cells.texts import Change
from geo_planner.imports.grid import Cell
from geo_planner.imports.naming import together
from geo_planner.letters import fold
from geo_planner.words import Said, said

_VIETNAM = timezone(timedelta(hours=7))
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's serial numbers have no zone
SERIALS = (30_000, 80_000)
_YEARS = (1990, 2100)
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.hg](?P<minute>\d{2}))(?:[:.mp](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?s?"
    r"(?:\s*(?P<half>am|pm|sa|ch|a\.m\.|p\.m\.))?(?:\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?(?:\d{2})?))?"
)
_YEAR_FIRST = r"(?P<year>\d{4})[/.\-](?P<month>\d{1,2})[/.\-](?P<day>\d{1,2})"
_DAY_FIRST = r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})"
_GAP = r"(?:[ t_,]|,\s|\s-\s)\s*"
_COMPACT = (
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})[ t_-]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<part>)(?P<half>)(?P<zone>z)?"
)
_MOMENTS = tuple(
    re.compile(pattern, flags=re.IGNORECASE)
    for pattern in (
        _YEAR_FIRST + _GAP + _CLOCK,
        _DAY_FIRST + _GAP + _CLOCK,
        _CLOCK + _GAP + _YEAR_FIRST,
        _CLOCK + _GAP + _DAY_FIRST,
        _COMPACT,
    )
)
_DATES = (re.compile(_YEAR_FIRST), re.compile(_DAY_FIRST))
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_QUARTERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:quy ?|q ?|quarter )(?P<quarter>[1-4]|i{1,3}|iv)(?: nam)? (?P<year>20\d\d)",
        r"(?P<year>20\d\d) (?:quy ?|q ?|quarter )(?P<quarter>[1-4]|i{1,3}|iv)",
        r"(?P<quarter>i{1,3}|iv) (?P<year>20\d\d)",
    )
)
"""Of folded texts: a bare ``3/2026`` is a month as well as a quarter and is refused."""
_MONTH = re.compile(r"(?:thang|month) (?P<month>\d{1,2})(?: nam)? (?P<year>20\d\d)")
_ZONE_IN_TITLE = re.compile(r"\b(?:utc|gmt)\s*(?P<offset>[+-]\s*\d{1,2})?\b", flags=re.IGNORECASE)


def as_date(cell: Cell, text: str) -> Change:
    """A date as year-month-day."""
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10], None, None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and SERIALS[0] < cell < SERIALS[1]:
        return (_FIRST_SERIAL + timedelta(days=int(cell))).date().isoformat(), said("rows_done.serial"), None
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            try:
                day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
            return day.isoformat(), None, None
    return text, None, said("rows_wrong.not_a_date")


def as_quarter(cell: Cell, text: str) -> Change:
    """A quarter of a year as ``2026-Q3``; a day or a month counts as the quarter that it lies in.

    Examples
    --------
    >>> as_quarter("Quý III/2026", "Quý III/2026")[0], as_quarter("quý 4 năm 2027", "quý 4 năm 2027")[0], as_quarter("Q1-2026", "Q1-2026")[0]
    ('2026-Q3', '2027-Q4', '2026-Q1')
    >>> quarter, done, _ = as_quarter("tháng 9/2026", "tháng 9/2026")
    >>> quarter, str(done)
    ('2026-Q3', 'quarter in which it lies')
    """
    folded = fold(text)
    for pattern in _QUARTERS:
        if found := pattern.fullmatch(folded):
            number = _ROMAN.get(found["quarter"], found["quarter"])
            return f"{found['year']}-Q{number}", None, None
    if (found := _MONTH.fullmatch(folded)) and 1 <= int(found["month"]) <= 12:
        year, month = found["year"], int(found["month"])
    else:
        day, _, wrong = as_date(cell, text)
        if not text or wrong or not day.startswith("20"):
            return text, None, said("rows_wrong.not_a_quarter") if text else None
        year, month = day[:4], int(day[5:7])
    return f"{year}-Q{(month + 2) // 3}", said("rows_done.quarter_of_day"), None


def as_time(cell: Cell, text: str, title: str) -> Change:
    """ISO 8601 with offset; a time without one is of Vietnam unless the title names another zone.

    Examples
    --------
    >>> time, done, _ = as_time("28/01/2026 9:30", "28/01/2026 9:30", "Thời gian")
    >>> time, str(done)
    ('2026-01-28T09:30:00+07:00', 'taken as Vietnam time (+07:00), the day before the month')
    """
    if not text:
        return "", None, None
    if re.fullmatch(r"1[0-9]\d{8}(?:\d{3})?", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, tz=_VIETNAM).isoformat(timespec="seconds"), said("rows_done.epoch"), None
    how = list[Said]()
    moment = cell if isinstance(cell, datetime) else None
    if moment is None and isinstance(cell, (int, float)) and not isinstance(cell, bool) and SERIALS[0] < cell < SERIALS[1]:
        moment = _FIRST_SERIAL + timedelta(seconds=round(float(cell) * 86_400))
        how.append(said("rows_done.serial"))
    if moment is None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment, day_first = _parsed(text)
            how += [said("rows_done.day_first")] if day_first else []
    if moment is None:
        return text, None, said("rows_wrong.not_a_moment")
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        return text, None, said("rows_wrong.clock", year=moment.year)
    if moment.tzinfo is None:
        zone, told = _zone_of(title)
        moment = moment.replace(tzinfo=zone)
        how.insert(0, told)
    return moment.isoformat(), together(how), None


def _zone_of(title: str) -> tuple[tzinfo, Said]:
    named = _ZONE_IN_TITLE.search(title.replace("_", " "))
    if named is None:
        return _VIETNAM, said("rows_done.vietnam_time")
    hours = int((named["offset"] or "0").replace(" ", ""))
    if abs(hours) > 14:
        return _VIETNAM, said("rows_done.vietnam_time")
    return timezone(timedelta(hours=hours)), said("rows_done.zone_of_title", hours=f"{hours:+d}")


def _parsed(text: str) -> tuple[datetime | None, bool]:
    """The moment that a text means, and whether its day stood before its month."""
    for pattern in _MOMENTS:
        found = pattern.fullmatch(text.strip())
        if found is None:
            continue
        hour, half = int(found["hour"]), (found["half"] or "").casefold().replace(".", "")
        if half and not 1 <= hour <= 12:
            continue
        hour = hour % 12 + (12 if half in ("pm", "ch") else 0) if half else hour
        part = int(((found["part"] or "") + "000000")[:6])
        try:
            moment = datetime(  # noqa: DTZ001 - the zone is put in by whoever knows the title
                int(found["year"]), int(found["month"]), int(found["day"]), hour, int(found["minute"]), int(found["second"] or 0), part
            )
            return moment.replace(tzinfo=_zone(found["zone"] or "")), found.start("day") < found.start("year")
        except ValueError:
            return None, False
    return None, False


def _zone(text: str) -> tzinfo | None:
    """The offset at the end of a time: ``Z``, ``+07``, ``+0700``, ``+07:00``; None where there is none."""
    if text.casefold() in ("z", "utc", "gmt"):
        return UTC
    if not text:
        return None
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
