"""Cells to the text that the schema's reader takes: figures, words, dates; each change told.

Works on the distinct values of a column, so that a hundred thousand rows cost what their vocabulary costs.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from geo_planner.letters import latin, lookalikes, plain_figures
from geo_planner.schema import Column
from geo_planner.sources.imports import figures, marks, moments, quantities, radio_words, words
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import ERROR_CELLS, Cell, as_text

MAX_TEXT = 2000
NO_SERVICE = "the device found no network"
PLAIN_SIGNS = "digits or signs of another form read as plain ones"
IDS = ("village_id", "site_id", "cell_id", "measurement_id")
_TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufffd]|[\ud800-\udfff]")
# Whatever a reader of the table could take for the end of a line (str.splitlines), and the blanks that are no plain space
_LINE_ENDS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANKS = re.compile("[ \t\r\n\v\f\x1c-\x1e\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_NO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_CLIMBS = re.compile(r"(?:^|[\\/])\.\.(?:[\\/]|$)")
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_SEVERAL_REASON = "several figures stand in one cell"
_LARGEST = 1e15
_UNAVAILABLE = 2_147_483_647
"""What a phone writes for a level that it cannot tell."""
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
    text = as_text(cell)
    if text.isascii() and text.isprintable():
        return (re.sub(" +", " ", text) if "  " in text else text).strip(" ")
    return _NO_WIDTH.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", text))).strip(" ")


def cleaned_how(cell: Cell, text: str) -> str:
    """What was done to a cell to make it a one-line text; empty when nothing was but the blanks at its ends taken off."""
    if not isinstance(cell, str) or cell == text:
        return ""
    inner, how = _BLANKS.sub(" ", cell).strip(" "), []
    if _LINE_ENDS.search(cell.strip()):
        how.append("line breaks made spaces")
    elif inner != cell.strip():
        how.append("blanks made single spaces")
    if _NO_WIDTH.search(cell):
        how.append("signs without width taken out")
    bare = _NO_WIDTH.sub("", inner)
    if unicodedata.normalize("NFC", bare) != bare:
        how.append("marks joined to their letters (NFC)")
    return ", ".join(how)


def shown(cell: Cell) -> str:
    """A cell as it stands in the file, with the signs that cannot be seen as their codes."""
    text = as_text(cell)
    if text.isascii() and text.isprintable():
        return text
    hidden = unicodedata.normalize("NFC", text) != text
    return "".join(
        ascii(sign)[1:-1] if not sign.isprintable() or (hidden and unicodedata.combining(sign)) or _NO_WIDTH.match(sign) else sign
        for sign in text
    )


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


def convert(cells: pd.Series, texts: pd.Series, column: Column, style: figures.Style, title: str = "") -> pd.DataFrame:
    """A column in the schema's words.

    Parameters
    ----------
    cells : Series
        As read.
    texts : Series
        The same, cleaned.
    column : Column
    style : {"comma", "point", ""}
    title : str
        Of the column in the file: its unit, and what a mark below it means.

    Returns
    -------
    DataFrame
        ``text``, ``done`` (empty: as it was), ``wrong`` (reason; empty: fine), same index.
    """
    keys = [(type(cell), text, cleaned_how(cell, text)) for cell, text in zip(cells, texts, strict=True)]
    found: dict[tuple[type, str, str], Change] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key not in found:
            text, done, wrong = _change(cell, key[1], column, style, title)
            found[key] = text, ", ".join(part for part in (key[2] if column.kind == "text" else "", done) if part), wrong
    return pd.DataFrame([found[key] for key in keys], columns=["text", "done", "wrong"], index=cells.index)


def _change(cell: Cell, text: str, column: Column, style: figures.Style, title: str) -> Change:
    if text in ERROR_CELLS:
        return text, "", f"the cell holds the error value {text}"
    if column.kind == "text":
        return _text(cell, text, column, title)
    if column.kind in ("yes_no", "choice"):
        return marks.read_word(column, text, title)
    if column.name == "rsrp_dbm" and fold(text) in radio_words.NO_SERVICE:
        return "", NO_SERVICE, ""
    if fold(text) in words.UNKNOWN and marks.symbol(text) in ("", "box"):
        return "", f"{text!r} is taken as not known" if text else "", ""
    plain = plain_figures(text)
    change = _figure(cell, plain, column, style, title) if column.kind in ("int", "float") else moments.as_date(cell, plain)
    return _with_plain_signs(text, plain, change)


def _with_plain_signs(text: str, plain: str, change: Change) -> Change:
    """What was read of the plain text of a cell, told of the cell as it is written."""
    became, done, wrong = change
    if plain == text:
        return change
    return (text, "", wrong) if wrong else (became, ", ".join(filter(None, (PLAIN_SIGNS, done))), "")


def _text(cell: Cell, text: str, column: Column, title: str) -> Change:
    if column.name == "time":
        plain = plain_figures(text)
        return _with_plain_signs(text, plain, moments.as_time(cell, plain, title))
    if column.name in ("technology", "operator"):
        if text and fold(text) in words.UNKNOWN:
            return "", f"{text!r} is taken as not known", ""
        word, wrong = radio_words.technology(text) if column.name == "technology" else (radio_words.operator(text), "")
        if wrong or word != text:
            return word, "" if word == text else f"{text!r} means {word}", wrong
    if column.name in IDS:
        return text, "", "an id may hold neither / nor \\" if re.search(r"[\\/\0]", text) else ""
    right = latin(text)
    return right, f"look-alike letters put right ({lookalikes(text)})" if right != text else "", ""


def _figure(cell: Cell, text: str, column: Column, style: figures.Style, title: str) -> Change:
    if isinstance(cell, bool):
        return text, "", "not a number"
    if column.name == "azimuth_deg" and fold(text) in radio_words.OMNI:
        return "", f"{text!r} is an omnidirectional antenna: the azimuth is blank", ""
    unit, _ = quantities.title_unit(title, column)
    if column.name == "freq_mhz" and (change := _band(text, titled="" if unit else title)) is not None:
        return change
    if column.name in ("rsrp_dbm", "rsrq_db", "sinr_db") and text == str(_UNAVAILABLE):
        return "", "the device could not tell the level: not known", ""
    if isinstance(cell, (int, float)):
        value, done, told_by = float(cell), "", f"{text} {quantities.shown(unit)}, as the title says"
    else:
        figure, own = quantities.split_unit(text)
        told_by = f"{figure} {quantities.shown(own or unit)}" + ("" if own else ", as the title says")
        unit = own or unit
        if own and quantities.in_unit(1.0, own, column) is None:
            if _FIGURES.search(own):
                return text, "", _SEVERAL_REASON
            return text, "", f"the unit {own[:20]!r} does not fit a column in {quantities.own_unit(column) or 'no unit'}"

        def fits(number: float) -> bool:
            there = quantities.in_unit(number, unit, column) if unit else number
            low, high = column.minimum, column.maximum
            return there is not None and (low is None or there >= low) and (high is None or there <= high)

        parsed, done = figures.parse(figure, whole=column.kind == "int", style=style, fits=fits)
        if parsed is None:
            return (
                text,
                "",
                f"the number can be read in two ways ({text} with a decimal sign or with thousands)"
                if done == "ambiguous"
                else _SEVERAL_REASON
                if len(_FIGURES.findall(text)) > 1
                else "not a number",
            )
        value = parsed
        done = done or ("unit taken off" if own else "")
    if abs(value) > _LARGEST:
        return text[:40], "", "the number is out of every range"
    if unit:
        there = quantities.in_unit(value, unit, column)
        if there is None:
            return text, "", "a power of 0 or less has no level in dBm"
        if there != value:
            value, done = there, f"{told_by}: {as_text(there)} {quantities.own_unit(column)}"
    if column.kind == "int" and not value.is_integer():
        return text, "", "not a whole number"
    return as_text(value), done, ""


def _band(text: str, *, titled: str) -> Change | None:
    """A frequency that is told by its band; None for a plain frequency."""
    is_band = re.search(r"\b(band|bang)\b", fold(titled)) is not None
    bare = re.fullmatch(r"\d{1,3}", text)
    frequency, wrong = radio_words.band_mhz(text, is_band=is_band)
    if frequency is not None or wrong:
        return (text, "", wrong) if frequency is None else (as_text(frequency), f"{text} is at {frequency:g} MHz", "")
    if bare and int(text) <= 103 and titled and not is_band:
        return text, "", "it can be a band or a frequency: no network transmits that low"
    return None
