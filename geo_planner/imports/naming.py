"""Parts of what the import says: names of what is left out or changed, in lists of bounded length; words of the schema; several things done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from geo_planner.letters import slug
from geo_planner.schema import LAYERS
from geo_planner.words import Label, Language, Said, catalogue, first_of, said

SHOWN = 12
_LONGEST = 50
_MOST_TITLES = 30
Listed = tuple[str | Label | Said, ...]
"""Facts of a list of bounded length, for a place that joins them."""


_OWN_TITLES = (
    "geometry", "geometry x", "geometry y", "heading of the group", "the name of the sheet", "the heading above the table",
    "Folder", "Folder above", "Folder above 2", "Folder above 3",
)  # fmt: skip
OWN_TITLES: Mapping[str, Label] = {
    title: Label(title, said(f"own_title.{slug(title).replace('-', '_')}").text("vi"), title) for title in _OWN_TITLES
}
"""Titles that the import gives to columns which the file has without a title."""


def layer_title(layer: str, language: Language) -> str:
    """What people call a layer that can be imported."""
    return said(f"layer.{layer}").text(language)


def target_title(layer: str, target: str, language: Language) -> str:
    """The title of what a title of the file may be mapped to: a column of the layer, or what leads to one."""
    if LAYERS[layer].has(target):
        column = LAYERS[layer].column(target)
        return Label(target, column.vi, column.en).title(language)
    entry = catalogue(language).get(f"import_target.{target}")
    return target if entry is None else entry["text"]


def own_title(title: str, language: Language) -> str:
    """A title of a column; one that the import itself gave in the language."""
    own = title_of(title)
    return own.title(language) if isinstance(own, Label) else own


def shortened(text: str) -> str:
    """A name on one line, cut where it is too long for a list."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def title_of(title: str) -> str | Label:
    """A title of the file as it is; one that the import itself made has a word in either language."""
    return OWN_TITLES.get(title, title)


def target_label(layer: str, target: str) -> Label:
    """A column of the layer, in English by the name that ``--map`` takes."""
    return Label(target, target_title(layer, target, "vi"), target)


def layer_label(layer: str) -> Label:
    return Label(layer, f"“{layer_title(layer, 'vi')}”", layer)


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


def together(done: Iterable[Said | None]) -> Said | None:
    """Several things that were done to one cell as one; None for nothing.

    >>> together([said("rows_done.unit_off"), None, said("rows_done.decimal_comma")]).text("en")
    'unit taken off, decimal comma'
    """
    parts = tuple(part for part in done if part is not None)
    return said("rows_done.several", parts=parts) if len(parts) > 1 else parts[0] if parts else None


def titles_told(titles: Iterable[str]) -> Said | str:
    """The titles of a table as the end of a sentence, so that one sees which of them is meant."""
    named = first_of(map(title_of, titles), _MOST_TITLES)
    return said("rows_titles", titles=named) if named else ""


def word_told(word: str, column: str = "") -> Said | str:
    """A stable word of the schema as people say it of a column; a blank is not known, other words stay."""
    keys = (f"rows_word.{column}_{word}", f"rows_word.{word or 'not_known'}")
    return next((said(key) for key in keys if key in catalogue("en")), word)


def choices_told(column: str, choices: Sequence[str]) -> tuple[Said | str, ...]:
    """The words that may stand in a column, those of the schema with the Vietnamese beside them."""
    keys = [f"rows_choice.{column}_{word}" for word in choices]
    return tuple(said(key) if key in catalogue("en") else word for key, word in zip(keys, choices, strict=True))
