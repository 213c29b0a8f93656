"""Boxes to tick below one group title: "Điện lưới" over "Có" and "Chưa", an x in one of them."""

from __future__ import annotations

from collections.abc import Sequence

from geo_planner.errors import Fault, fault
from geo_planner.imports.cells.words import symbol
from geo_planner.imports.columns import Choice
from geo_planner.imports.folding import fold
from geo_planner.imports.grid import Cell, as_text, is_blank

_MARKS = {"x", "v", "1", "true", "yes", "y"}
_NO_MARKS = {"0", "false"}


def ticked(
    choice: Choice, rows: Sequence[tuple[int, Sequence[Cell]]], titles: Sequence[str], file: str
) -> tuple[list[str | None], list[Fault]]:
    """The word of the column that each row marks, blank where it marks none, and the rows whose marks are not certain.

    Parameters
    ----------
    choice : Choice
    rows : sequence of (int, cells)
        Row counted from 0, and its cells.
    titles : sequence of str
        Of the columns, with their group.
    file : str
    """
    words: list[str | None] = []
    faults = list[Fault]()
    leave = " ".join(f'--map "{titles[i]}=-"' for i in choice.words)
    for r, row in rows:
        marked = list[str]()
        for i, word in choice.words.items():
            cell = row[i] if i < len(row) else None
            state = _is_mark(cell, word)
            if state is None:
                found = as_text(cell)[:80]
                faults.append(fault(file, "marks.none", row=r + 1, column=titles[i], value=found, group=choice.title, leave=leave))
            elif state:
                marked.append(word)
        if len(marked) > 1:
            faults.append(fault(file, "marks.several", row=r + 1, column=choice.title, group=choice.title, words=marked))
        words.append(marked[0] if len(marked) == 1 else None)
    return words, faults


def _is_mark(cell: Cell, word: str) -> bool | None:
    if is_blank(cell):
        return False
    text = as_text(cell).strip()
    folded = fold(text)
    if cell is True or folded in _MARKS or folded == fold(word) or text == "+" or symbol(text) == "tick":
        return True
    if cell is False or folded in _NO_MARKS or symbol(text) == "box" or not text.strip(" -–—.…"):
        return False
    return None
