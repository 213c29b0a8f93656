"""Cells to the text that the schema's reader takes: figures, words, dates; each change told.

Works on the distinct values of a column, so that a hundred thousand rows cost what their vocabulary costs.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from geo_planner.imports import figures, marks, moments, quantities, radio_words
from geo_planner.imports.grid import ERROR_CELLS, Cell, as_text
from geo_planner.imports.naming import together, word_told
from geo_planner.letters import fold, latin, lookalikes, plain_figures
from geo_planner.schema import Column
from geo_planner.schema.vocabulary import UNKNOWN
from geo_planner.words import Said, said

MAX_TEXT = 2000
NO_SERVICE = said("rows_done.no_network")
IDS = ("village_id", "site_id", "cell_id", "measurement_id")
_TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufffd]|[\ud800-\udfff]")
# Whatever a reader of the table could take for the end of a line (str.splitlines), and the blanks that are no plain space
_LINE_ENDS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANKS = re.compile("[ \t\r\n\v\f\x1c-\x1e\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_NO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_CLIMBS = re.compile(r"(?:^|[\\/])\.\.(?:[\\/]|$)")
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_LARGEST = 1e15
_UNAVAILABLE = 2_147_483_647
"""What a phone writes for a level that it cannot tell."""
Change = tuple[str, Said | None, Said | None]
"""New text, what was done (None: nothing to tell), what is wrong (None: nothing)."""


def clean_texts(cells: pd.Series) -> tuple[pd.Series, dict[str, Said]]:
    """Cells as one-line texts in NFC; which texts may not stand in a table, and the fault that each is."""
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


def cleaned_how(cell: Cell, text: str) -> Said | None:
    """What was done to a cell to make it a one-line text; None when nothing was but the blanks at its ends taken off."""
    if not isinstance(cell, str) or cell == text:
        return None
    inner, how = _BLANKS.sub(" ", cell).strip(" "), list[Said]()
    if _LINE_ENDS.search(cell.strip()):
        how.append(said("rows_done.line_breaks"))
    elif inner != cell.strip():
        how.append(said("rows_done.blanks"))
    if _NO_WIDTH.search(cell):
        how.append(said("rows_done.no_width"))
    bare = _NO_WIDTH.sub("", inner)
    if unicodedata.normalize("NFC", bare) != bare:
        how.append(said("rows_done.joined_marks"))
    return together(how)


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


def refused_text(text: str) -> Said | None:
    """The fault that a text is; None when it may stand. Formula-like and marked-up text is text."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT and ".." not in text:
        return None
    if _TURNING.search(text):
        return said("control_characters.rows_turning")
    if _CONTROL.search(text):
        return said("control_characters.rows_damaged")
    if len(text) > MAX_TEXT:
        return said("too_long.rows", n=len(text), most=MAX_TEXT)
    if _CLIMBS.search(text):
        return said("path.rows")
    return None


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
        ``text``, ``done`` (None: as it was), ``wrong`` (None: fine), same index.
    """
    keys = [(type(cell), text, cleaned_how(cell, text)) for cell, text in zip(cells, texts, strict=True)]
    found: dict[tuple[type, str, Said | None], Change] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key not in found:
            text, done, wrong = _change(cell, key[1], column, style, title)
            found[key] = text, together((key[2] if column.kind == "text" else None, done)), wrong
    return pd.DataFrame([found[key] for key in keys], columns=["text", "done", "wrong"], index=cells.index, dtype=object)


def _change(cell: Cell, text: str, column: Column, style: figures.Style, title: str) -> Change:
    if text in ERROR_CELLS:
        return _wrong(text, "error_value", value=text)
    if column.kind == "text":
        return _text(cell, text, column, title)
    if column.kind in ("yes_no", "choice"):
        return marks.read_word(column, text, title)
    if column.name == "rsrp_dbm" and fold(text) in radio_words.NO_SERVICE:
        return "", NO_SERVICE, None
    if fold(text) in UNKNOWN and marks.symbol(text) in ("", "box"):
        return "", said("rows_done.not_known", text=text) if text else None, None
    plain = plain_figures(text)
    change = _figure(cell, plain, column, style, title) if column.kind in ("int", "float") else moments.as_date(cell, plain)
    return _with_plain_signs(text, plain, change)


def _with_plain_signs(text: str, plain: str, change: Change) -> Change:
    """What was read of the plain text of a cell, told of the cell as it is written."""
    became, done, wrong = change
    if plain == text:
        return change
    return (text, None, wrong) if wrong else (became, together((said("rows_done.plain_signs"), done)), None)


def _text(cell: Cell, text: str, column: Column, title: str) -> Change:
    if column.name == "time":
        plain = plain_figures(text)
        return _with_plain_signs(text, plain, moments.as_time(cell, plain, title))
    if column.name in ("technology", "operator"):
        if text and fold(text) in UNKNOWN:
            return "", said("rows_done.not_known", text=text), None
        word, wrong = radio_words.technology(text) if column.name == "technology" else (radio_words.operator(text), None)
        if wrong or word != text:
            return word, None if word == text else said("rows_done.means", text=text, word=word_told(word)), wrong
    if column.name in IDS:
        return text, None, said("rows_wrong.id") if re.search(r"[\\/\0]", text) else None
    right = latin(text)
    return right, said("rows_done.lookalikes", signs=lookalikes(text)) if right != text else None, None


def _figure(cell: Cell, text: str, column: Column, style: figures.Style, title: str) -> Change:
    if isinstance(cell, bool):
        return _wrong(text, "not_a_number")
    if column.name == "azimuth_deg" and fold(text) in radio_words.OMNI:
        return "", said("rows_done.omni", text=text), None
    unit, _ = quantities.title_unit(title, column)
    if column.name == "freq_mhz" and (change := _band(text, titled="" if unit else title)) is not None:
        return change
    if column.name in ("rsrp_dbm", "rsrq_db", "sinr_db") and text == str(_UNAVAILABLE):
        return "", said("rows_done.no_level"), None
    figure, own, by_title = text, "", True
    done: Said | None = None
    if isinstance(cell, (int, float)):
        value = float(cell)
    else:
        figure, own = quantities.split_unit(text)
        by_title, unit = not own, own or unit
        if own and quantities.in_unit(1.0, own, column) is None:
            if _FIGURES.search(own):
                return _wrong(text, "several_figures")
            return _wrong(text, "unit", unit=own[:20], own=quantities.told(quantities.own_unit(column)))

        def fits(number: float) -> bool:
            there = quantities.in_unit(number, unit, column) if unit else number
            low, high = column.minimum, column.maximum
            return there is not None and (low is None or there >= low) and (high is None or there <= high)

        parsed, done = figures.parse(figure, whole=column.kind == "int", style=style, fits=fits)
        if parsed is None:
            return (text, None, done) if done else _wrong(text, "several_figures" if len(_FIGURES.findall(text)) > 1 else "not_a_number")
        value = parsed
        done = done or (said("rows_done.unit_off") if own else None)
    if abs(value) > _LARGEST:
        return _wrong(text[:40], "out_of_range")
    if unit:
        there = quantities.in_unit(value, unit, column)
        if there is None:
            return _wrong(text, "no_power")
        if there != value:
            key = "rows_done.converted_by_title" if by_title else "rows_done.converted"
            told_of = {
                "figure": figure,
                "unit": quantities.shown(unit),
                "became": there,
                "own": quantities.told(quantities.own_unit(column)),
            }
            value, done = there, said(key, **told_of)
    if column.kind == "int" and not value.is_integer():
        return _wrong(text, "not_whole")
    return as_text(value), done, None


def _wrong(text: str, key: str, **facts: Said | str) -> Change:
    return text, None, said(f"rows_wrong.{key}", **facts)


def _band(text: str, *, titled: str) -> Change | None:
    """A frequency that is told by its band; None for a plain frequency."""
    is_band = re.search(r"\b(band|bang)\b", fold(titled)) is not None
    bare = re.fullmatch(r"\d{1,3}", text)
    frequency, wrong = radio_words.band_mhz(text, is_band=is_band)
    if frequency is not None or wrong:
        return (
            (text, None, wrong) if frequency is None else (as_text(frequency), said("rows_done.band", text=text, frequency=frequency), None)
        )
    if bare and int(text) <= 103 and titled and not is_band:
        return _wrong(text, "band_or_frequency")
    return None
