"""Signs that nobody sees in the texts of a table, and texts that no output can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from geo_planner.errors import Fault, bounded, prose_fault

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
            reason = f"the text has {len(text):,} characters, more than a cell of a spreadsheet holds ({LONGEST_CELL:,})"
            yield prose_fault(
                file,
                reason,
                "Shorten it; an open quotation mark joins rows.",
                row=int(row),
                column=name,
                value=shown(text),
                code="too_long",
            )
        hit = column.str.contains(_UNFIT_IN_TABLE).fillna(False)
        if name in ids:
            hit |= column.str.contains(_UNSEEN).fillna(False)
        for row, text in column[hit].items():
            yield prose_fault(
                file, "the text holds invisible control characters", "Type the text anew.", row=int(row), column=name, value=shown(text),
                code="control_characters",
            )  # fmt: skip


def name_faults(names: Sequence[str], file: str, *, row: int | None = 1) -> list[Fault]:
    """What keeps the titles of a table from being the names of columns.

    Parameters
    ----------
    row : int or None
        The row of the titles, where they stand in one.
    """
    if len(names) > MOST_COLUMNS:
        reason = f"the table has {len(names):,} columns, more than the {MOST_COLUMNS:,} that can be carried into the results"
        return [prose_fault(file, reason, "Keep the columns that are needed.", row=row, code="too_many_columns")]
    return bounded(_name_faults(names, file, row))


def _name_faults(names: Iterable[str], file: str, row: int | None) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        if not name:
            yield prose_fault(file, "a column with values has no name", "Give it a name, or empty it.", row=row, code="unnamed_column")
        elif len(name) > LONGEST_NAME:
            yield prose_fault(
                file, f"the name of a column has {len(name):,} characters", "Shorten it.", row=row, column=shown(name), code="too_long"
            )
        elif has_unfit(name) or has_unseen(name) or "\n" in name:
            yield prose_fault(
                file, "the name of a column holds invisible control characters", "Type the name anew.", row=row, column=shown(name),
                code="control_characters",
            )  # fmt: skip
        elif seen[name] == 2:
            yield prose_fault(file, "the column stands twice", "Keep one of them.", row=row, column=name, code="duplicate_column")


def shown(text: str) -> str:
    """A text for a report: short, and with what is not seen written out."""
    short = text[:80]
    return _UNSEEN.sub(_written_out, _UNFIT.sub(_written_out, short)) + ("…" if len(text) > 80 else "")


def _written_out(sign: re.Match[str]) -> str:
    return ascii(sign.group())[1:-1]
