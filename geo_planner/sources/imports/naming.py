"""What is left out or changed, called by its name: lists that say the first ones and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from geo_planner.sources.imports.spoken.said import own_title
from geo_planner.sources.imports.spoken.titles import LAYER_TITLES, target_title
from geo_planner.words import Label, Said, first_of, said

SHOWN = 12
_LONGEST = 50
Listed = tuple[str | Label | Said, ...]
"""Facts of a list of bounded length, for a place that joins them."""


def shortened(text: str) -> str:
    """A name on one line, cut where it is too long for a list."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def title_of(title: str) -> str | Label:
    """A title of the file as it is; one that the import itself made has a word in either language."""
    vi = own_title(title, "vi")
    return title if vi == title else Label(title, vi, title)


def target_label(layer: str, target: str) -> Label:
    """A column of the layer, in English by the name that ``--map`` takes."""
    return Label(target, target_title(layer, target, "vi"), target)


def layer_label(layer: str) -> Label:
    return Label(layer, f"“{LAYER_TITLES[layer]['vi']}”", layer)


def listed_names(names: Iterable[str]) -> Listed:
    """The first names of a list.

    Examples
    --------
    >>> listed_names(["Ghi chú", "Cột  H"])
    ('Ghi chú', 'Cột H')
    """
    return first_of([title_of(shortened(name)) for name in names], SHOWN)


def listed_rows(rows: Iterable[tuple[int, str]]) -> Listed:
    """The first rows of a list, with what they are called.

    Examples
    --------
    >>> [str(row) for row in listed_rows([(3, "Bản Hai"), (7, "")])]
    ["row 3 'Bản Hai'", 'row 7']
    """
    return first_of([row_called(row, name) for row, name in rows], SHOWN)


def row_called(row: int, name: str) -> Said:
    return said("row_called", row=row, name=shortened(name)) if name.strip() else said("row_numbered", row=row)


def either(items: Sequence[str | Label | Said]) -> str | Label | Said:
    """One of several, as a sentence says it.

    Examples
    --------
    >>> str(either(["a", "b", "c"]))
    'a or b or c'
    """
    return reduce(lambda first, other: said("either", first=first, other=other), items)


def kind_shown(kind: str) -> Said:
    """``Point``, ``LineString`` … as people read it."""
    return said(f"geometry_kind.{kind}")


def names_listed(names: Iterable[str]) -> str:
    """Names in quotation marks, in English."""
    return _bounded([repr(shortened(name)) for name in names])


def rows_listed(rows: Iterable[tuple[int, str]]) -> str:
    """Rows with what they are called, in English.

    Examples
    --------
    >>> rows_listed([(3, "Bản Hai"), (7, "")])
    "row 3 'Bản Hai', row 7"
    """
    return _bounded([f"row {row} {shortened(name)!r}" if name.strip() else f"row {row}" for row, name in rows])


def _bounded(parts: Sequence[str]) -> str:
    more = len(parts) - SHOWN
    return ", ".join(parts[:SHOWN]) + (f" and {more} more" if more > 0 else "")
