"""Cells to one-line texts, before anything is known of their meaning; each change told."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from geo_planner.imports.grid import Cell, as_text
from geo_planner.imports.naming import together
from geo_planner.letters import NO_WIDTH
from geo_planner.words import Said, said

MAX_TEXT = 2000
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufffd]|[\ud800-\udfff]")
# Whatever a reader of the table could take for the end of a line (str.splitlines), and the blanks that are no plain space
_LINE_ENDS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANKS = re.compile("[ \t\r\n\v\f\x1c-\x1e\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_CLIMBS = re.compile(r"(?:^|[\\/])\.\.(?:[\\/]|$)")
Change = tuple[str, Said | None, Said | None]
"""New text of a cell, what was done (None: nothing to tell), what is wrong (None: nothing)."""


def refused(text: str, key: str, **facts: Said | str) -> Change:
    """A cell that cannot be read, as it is."""
    return text, None, said(f"rows_wrong.{key}", **facts)


def not_known(text: str) -> Change:
    """A cell that is blank, or says that nobody knows."""
    return "", said("rows_done.not_known", text=text) if text else None, None


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
    return NO_WIDTH.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", text))).strip(" ")


def cleaned_how(cell: Cell, text: str) -> Said | None:
    """What was done to a cell to make it a one-line text; None when nothing was but the blanks at its ends taken off."""
    if not isinstance(cell, str) or cell == text:
        return None
    inner, how = _BLANKS.sub(" ", cell).strip(" "), list[Said]()
    if _LINE_ENDS.search(cell.strip()):
        how.append(said("rows_done.line_breaks"))
    elif inner != cell.strip():
        how.append(said("rows_done.blanks"))
    if NO_WIDTH.search(cell):
        how.append(said("rows_done.no_width"))
    bare = NO_WIDTH.sub("", inner)
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
        ascii(sign)[1:-1] if not sign.isprintable() or (hidden and unicodedata.combining(sign)) or NO_WIDTH.match(sign) else sign
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
