"""Signs that nobody sees in the texts of a table, and texts that no output can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from geo_planner.errors import Fault, bounded, fault

LONGEST_CELL = 32_767
"""What a cell of a spreadsheet holds."""
LONGEST_NAME = 200
MOST_COLUMNS = 1000
"""Databases hold 2,000 columns in a table; the results stand beside those of the user."""
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_UNFIT_IN_TABLE = re.compile(f"[{_CONTROL}]")  # halves of a sign cannot stand in a column of text
_UNFIT = re.compile(f"[{_CONTROL}\ud800-\udfff]")
# signs of no width and no ink, whatever the font: joiners, marks of order and of variants, fillers, tags
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip


def bare_id(text: str) -> str:
    """An id as the eye reads it: without signs of no width, any blank as one blank, accents put together.

    >>> bare_id("V\\u200b01"), bare_id(" V\\u00a0 1\\u00a0"), bare_id("Ba\\u0309n") == "Bản", bare_id("v1") == bare_id("V1")
    ('V01', 'V 1', True, False)
    """
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


def has_unfit(text: str) -> bool:
    """Whether a text holds control characters, halves of a sign, or marks that turn the writing direction."""
    return _UNFIT.search(text) is not None


def has_unseen(text: str) -> bool:
    """Whether a text holds signs of no width."""
    return _UNSEEN.search(text) is not None


def unfit_cells(table: pd.DataFrame, file: str, *, ids: Collection[str]) -> Iterator[Fault]:
    """Cells whose text no output can hold or nobody can read; in the columns of `ids` any sign that is not seen."""
    for name in table.columns:
        column = table[name]
        if column.dtype != "string":
            continue
        long = column.str.len().gt(LONGEST_CELL).fillna(False)
        for row, text in column[long].items():
            yield fault(file, "too_long.cell", row=int(row), column=name, value=shown(text), n=len(text), most=LONGEST_CELL)
        hit = column.str.contains(_UNFIT_IN_TABLE).fillna(False)
        if name in ids:
            hit |= column.str.contains(_UNSEEN).fillna(False)
        for row, text in column[hit].items():
            yield fault(file, "control_characters.in_text", row=int(row), column=name, value=shown(text))


def name_faults(names: Sequence[str], file: str, *, row: int | None = 1) -> list[Fault]:
    """What keeps the titles of a table from being the names of columns.

    Parameters
    ----------
    row : int or None
        The row of the titles, where they stand in one.
    """
    if len(names) > MOST_COLUMNS:
        return [fault(file, "too_many_columns.for_results", row=row, n=len(names), most=MOST_COLUMNS)]
    return bounded(_name_faults(names, file, row))


def _name_faults(names: Iterable[str], file: str, row: int | None) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        if not name:
            yield fault(file, "unnamed_column.in_table", row=row)
        elif len(name) > LONGEST_NAME:
            yield fault(file, "too_long.title", row=row, column=shown(name), n=len(name))
        elif has_unfit(name) or has_unseen(name) or "\n" in name:
            yield fault(file, "control_characters.in_title", row=row, column=shown(name))
        elif seen[name] == 2:
            yield fault(file, "duplicate_column.in_table", row=row, column=name)


def shown(text: str) -> str:
    """A text for a report: short, and with what is not seen written out."""
    short = text[:80]
    return _UNSEEN.sub(_written_out, _UNFIT.sub(_written_out, short)) + ("…" if len(text) > 80 else "")


def _written_out(sign: re.Match[str]) -> str:
    return ascii(sign.group())[1:-1]
