"""Legacy text inside files that claim Unicode: cells typed with a .Vn or VNI font."""

from __future__ import annotations

from collections.abc import Sequence

from geo_planner.imports.grid import Cell
from geo_planner.imports.legacy_text import CONVERSIONS, detect, reads_as_well
from geo_planner.words import Said, said


def convert_columns(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[Cell]], list[Said]]:
    """Rows with the legacy columns converted to Unicode, and what is said of each code that was found.

    Each column is judged by itself, for titles are often typed in Unicode above data in an old font; a cell with a sign that
    only Unicode has is left alone.
    """
    width = max((len(row) for row in rows), default=0)
    left_alone = {r for r, row in enumerate(rows) if _is_unicode_title(row)}
    columns: dict[int, set[str]] = {}
    for r, row in enumerate(rows):
        if r not in left_alone:
            for i, cell in enumerate(row):
                if isinstance(cell, str) and _may_be_legacy(cell):
                    columns.setdefault(i, set()).add(cell)
    found = {i: detect(sorted(texts)) for i, texts in columns.items()}
    words: dict[str, int] = {}
    for i, code in found.items():
        if code not in (None, "unicode"):
            words[str(code)] = words.get(str(code), 0) + sum(len(text.split()) for text in columns[i])
    if not words:
        return [list(row) for row in rows], []
    # A sheet is typed in one old font: the code with the most words decides for short columns that read either way.
    usual = max(words, key=lambda code: words[code])
    codes = {i: usual if found[i] is None or reads_as_well(texts, usual) else str(found[i]) for i, texts in columns.items()}
    codes = {i: code for i, code in codes.items() if code != "unicode" and i < width}
    converted = [
        [
            CONVERSIONS[codes[i]](cell) if i in codes and r not in left_alone and isinstance(cell, str) and _may_be_legacy(cell) else cell
            for i, cell in enumerate(row)
        ]
        for r, row in enumerate(rows)
    ]
    return converted, [said("legacy_text", code=code, n=list(codes.values()).count(code)) for code in dict.fromkeys(codes.values())]


def _is_unicode_title(row: Sequence[Cell]) -> bool:
    """A row of words alone, one of which is Unicode for certain: a title or header, typed with today's keyboard."""
    words = [cell for cell in row if cell is not None]
    return all(isinstance(cell, str) for cell in words) and any(
        isinstance(cell, str) and not cell.isascii() and not _may_be_legacy(cell) for cell in words
    )


def _may_be_legacy(text: str) -> bool:
    return not text.isascii() and not any(
        "\u1e00" <= sign <= "\u1eff" or sign in "ăĂđĐơƠưƯĩĨũŨ\u0300\u0301\u0303\u0309\u0323" for sign in text
    )
