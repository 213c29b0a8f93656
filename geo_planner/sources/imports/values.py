"""Cells to the text that the schema's reader takes: figures, words, dates; each change told.

Works on the distinct values of a column, so that a hundred thousand rows cost what their vocabulary costs.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

import pandas as pd

from geo_planner.schema import Column, Layer
from geo_planner.sources.imports import figures, words
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import ERROR_CELLS, Cell, as_text

MAX_TEXT = 2000
_TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufffd]|[\ud800-\udfff]")
_NO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_CLIMBS = re.compile(r"(?:^|[\\/])\.\.(?:[\\/]|$)")
_VIETNAM = timezone(timedelta(hours=7))
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_FIRST_SERIAL = date(1899, 12, 30)
Change = tuple[str, str, str]
"""New text, what was done (empty: nothing to tell), what is wrong (empty: nothing)."""


def clean_texts(cells: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """Cells as one-line texts in NFC; which texts may not stand in a table, and why."""
    known: dict[tuple[type, Cell], str] = {}  # by type too: True and 1 are one key
    texts = pd.Series(
        [known[key] if (key := (type(cell), cell)) in known else known.setdefault(key, _clean(cell)) for cell in cells],
        index=cells.index,
        dtype=object,
    )
    wrong = {text: reason for text in texts.unique() if (reason := refused_text(text))}
    return texts, wrong


def _clean(cell: Cell) -> str:
    if isinstance(cell, float) and cell != cell:
        return ""
    text = unicodedata.normalize("NFC", as_text(cell))
    return _NO_WIDTH.sub(
        "",
        re.sub(r"[ \t\r\n\v\xa0\u2000-\u200a\u202f\u3000]+", " ", text)
        if not text.isascii() or not text.isprintable() or "  " in text
        else text,
    ).strip(" ")


def refused_text(text: str) -> str:
    """Why a text is refused; empty when it may stand. Formula-like and marked-up text is text."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT and ".." not in text:
        return ""
    if _TURNING.search(text):
        return "the text holds marks that turn the writing direction"
    if _CONTROL.search(text):
        return "the text holds control characters or damaged signs"
    if len(text) > MAX_TEXT:
        return f"the text has {len(text):,} signs, more than {MAX_TEXT:,}"
    if _CLIMBS.search(text):
        return "the text holds a path that climbs out of a folder"
    return ""


def convert(cells: pd.Series, texts: pd.Series, column: Column, style: figures.Style) -> pd.DataFrame:
    """A column in the schema's words.

    Parameters
    ----------
    cells : Series
        As read.
    texts : Series
        The same, cleaned.
    column : Column
    style : {"comma", "point", ""}

    Returns
    -------
    DataFrame
        ``text``, ``done`` (empty: as it was), ``wrong`` (reason; empty: fine), same index.
    """
    typed = cells.map(type)
    table = pd.DataFrame({"cell": cells, "text": texts, "kind": typed})
    keys = list(zip(table["kind"], table["text"], strict=True))
    found: dict[tuple[type, str], Change] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key not in found:
            found[key] = _change(cell, key[1], column, style)
    return pd.DataFrame([found[key] for key in keys], columns=["text", "done", "wrong"], index=cells.index)


def _change(cell: Cell, text: str, column: Column, style: figures.Style) -> Change:
    if text in ERROR_CELLS:
        return text, "", f"the cell holds the error value {text}"
    if column.kind == "text":
        return _text(cell, text, column)
    folded = fold(text)
    if folded in words.UNKNOWN:
        return "", f"{text!r} is taken as not known" if text else "", ""
    if column.kind in ("int", "float"):
        return _figure(cell, text, column, style)
    if column.kind == "yes_no":
        word = words.yes_no(folded)
        return (word or text), "", "" if word else "neither yes nor no"
    if column.kind == "choice":
        word = words.choice(column.name, folded) or (text if text in column.choices else None)
        return (word or text), "", "" if word else "not one of the known words"
    return _date(cell, text)


def _text(cell: Cell, text: str, column: Column) -> Change:
    if column.name == "time":
        return _time(cell, text)
    if column.name in ("village_id", "site_id", "cell_id", "measurement_id") and re.search(r"[\\/\0]", text):
        return text, "", "an id may hold neither / nor \\"
    return text, "", ""


def _figure(cell: Cell, text: str, column: Column, style: figures.Style) -> Change:
    if isinstance(cell, bool):
        return text, "", "not a number"
    if isinstance(cell, (int, float)):
        if abs(cell) > 1e15:
            return text[:40], "", "the number is out of every range"
        return (text, "", "") if column.kind == "float" or float(cell).is_integer() else (text, "", "not a whole number")
    if column.name == "freq_mhz" and (band := figures.band_mhz(text)) is not None:
        return f"{band:g}", f"LTE band {text.strip()}", ""
    value, done = figures.parse(text, whole=column.kind == "int", style=style)
    if value is None:
        reason = "the number can be read in two ways (1,800 or 1.8)" if done == "ambiguous" else "not a number"
        return text, "", reason
    if abs(value) > 1e15:
        return text[:40], "", "the number is out of every range"
    if column.kind == "int" and not value.is_integer():
        return text, "", "not a whole number"
    shown = as_text(value)
    return shown, done, ""


def _date(cell: Cell, text: str) -> Change:
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10], "", ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 30_000 < cell < 80_000:
        return (_FIRST_SERIAL + timedelta(days=int(cell))).isoformat(), "serial number of a spreadsheet", ""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text, "", ""
    found = _DAY_FIRST.fullmatch(text)
    if found:
        try:
            return date(int(found.group(3)), int(found.group(2)), int(found.group(1))).isoformat(), "", ""
        except ValueError:
            pass
    return text, "", "not a date (day/month/year with four digits, or year-month-day)"


def _time(cell: Cell, text: str) -> Change:
    """ISO 8601 with offset; a time without one is of Vietnam."""
    moment: datetime | None = cell if isinstance(cell, datetime) else None
    if not text:
        return "", "", ""
    if moment is None and re.fullmatch(r"1[5-9]\d{8}(?:\d{3})?", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, tz=_VIETNAM).isoformat(timespec="seconds"), "seconds since 1970", ""
    if moment is None:
        iso = re.sub(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", lambda m: f"{m.group(3)}-{int(m.group(2)):02d}-{int(m.group(1)):02d}", text)
        try:
            moment = datetime.fromisoformat(iso)
        except ValueError:
            return text, "", "not a point in time (for instance 2026-01-28T09:30:00+07:00)"
    if moment.tzinfo is None:
        return moment.replace(tzinfo=_VIETNAM).isoformat(), "taken as Vietnam time (+07:00)", ""
    return moment.isoformat(), "", ""


def layer_column(layer: Layer, name: str) -> Column | None:
    """The declaration of a column, None for a further one."""
    return next((column for column in layer.columns if column.name == name), None)
