"""Parts of what the import says: several things done, the titles of a table, words of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geo_planner.imports.naming import title_of
from geo_planner.words import Said, catalogue, first_of, said

_MOST_TITLES = 30


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
