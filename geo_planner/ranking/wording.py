"""Numbers as they are written in Vietnamese and in English."""

from __future__ import annotations

from geo_planner import labels
from geo_planner.labels import Language, percent

__all__ = ["Language", "listing", "number", "percent"]


def number(value: float, decimals: int, language: Language, *, keep_zeros: bool = False) -> str:
    """A number without the trailing zeros of its fraction unless they are kept; see :func:`geo_planner.labels.number`."""
    return labels.number(value, decimals, language, keep_zeros=keep_zeros)


def listing(items: list[str], language: Language) -> str:
    """Items joined as in a sentence; they may hold commas, so they are parted by semicolons.

    >>> listing(["a", "b", "c"], "vi")
    'a; b và c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{'; '.join(items[:-1])} {'và' if language == 'vi' else 'and'} {items[-1]}"
