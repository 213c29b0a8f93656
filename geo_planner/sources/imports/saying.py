"""Parts of what the import says: several things done, one of several, rows by name, titles, words of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo_planner.sources.imports.naming import SHOWN, shortened
from geo_planner.words import Label, Said, catalogue, first_of, said

_MOST_TITLES = 30
OWN_TITLES: Mapping[str, str] = {
    "geometry": "hình vẽ",
    "geometry x": "hình vẽ (x)",
    "geometry y": "hình vẽ (y)",
    "heading of the group": "tiêu đề nhóm",
    "the name of the sheet": "tên trang tính",
    "the heading above the table": "tiêu đề phía trên bảng",
    "Folder": "Thư mục",
    "Folder above": "Thư mục cấp trên",
    "Folder above 2": "Thư mục cấp trên 2",
    "Folder above 3": "Thư mục cấp trên 3",
}
"""Titles that the import gives to columns which the file has without a title."""


def together(done: Iterable[Said | None]) -> Said | None:
    """Several things that were done to one cell as one; None for nothing.

    >>> together([said("rows_done.unit_off"), None, said("rows_done.decimal_comma")]).text("en")
    'unit taken off, decimal comma'
    """
    parts = tuple(part for part in done if part is not None)
    return said("rows_done.several", parts=parts) if len(parts) > 1 else parts[0] if parts else None


def either(items: Sequence[Any]) -> Any:
    """One of several.

    >>> str(either(["a", "b", "c"]))
    'a or b or c'
    """
    *others, last = items
    return said("rows_or", one=either(others), other=last) if others else last


def rows_named(rows: Iterable[tuple[int, str]]) -> tuple[Any, ...]:
    """The first rows with what they are called, and how many more there are."""
    return first_of(
        (said("rows_row.named", row=row, name=shortened(name)) if name.strip() else said("rows_row.bare", row=row) for row, name in rows),
        SHOWN,
    )


def title_told(title: str) -> str | Label:
    """A title of the file, or one that the import gave itself."""
    return Label(title, OWN_TITLES[title], title) if title in OWN_TITLES else title


def titles_told(titles: Iterable[str]) -> Said | str:
    """The titles of a table as the end of a sentence, so that one sees which of them is meant."""
    named = first_of(map(title_told, titles), _MOST_TITLES)
    return said("rows_titles", titles=named) if named else ""


def word_told(word: str) -> Said | str:
    """A stable word of the schema as people say it; a blank is not known, other words stay."""
    key = f"rows_word.{word or 'not_known'}"
    return said(key) if key in catalogue("en") else word


def choices_told(column: str, choices: Sequence[str]) -> tuple[Said | str, ...]:
    """The words that may stand in a column, those of the schema with the Vietnamese beside them."""
    keys = [f"rows_choice.{column}_{word}" for word in choices]
    return tuple(said(key) if key in catalogue("en") else word for key, word in zip(keys, choices, strict=True))


def opened_up(what: Said) -> tuple[Said, ...]:
    """What was done, one by one."""
    return tuple(dict(what.facts)["parts"]) if what.key == "rows_done.several" else (what,)
