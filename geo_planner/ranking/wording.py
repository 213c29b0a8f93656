"""Numbers as they are written in Vietnamese and in English."""

from __future__ import annotations

from geo_planner import words
from geo_planner.words import Language, percent

__all__ = ["Language", "number", "percent"]


def number(value: float, decimals: int, language: Language, *, keep_zeros: bool = False) -> str:
    """A number without the trailing zeros of its fraction unless they are kept; see :func:`geo_planner.words.number`."""
    return words.number(value, decimals, language, keep_zeros=keep_zeros)
