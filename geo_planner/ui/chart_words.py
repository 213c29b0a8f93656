"""How numbers stand in charts."""

from __future__ import annotations

from typing import Any

from geo_planner.words import LANGUAGES, Language, number


def _signs(language: Language) -> dict[str, Any]:
    written = number(1234.5, 1, language)
    return {"decimal": written[-2], "thousands": written[1], "grouping": [3], "currency": ["", ""]}


LOCALE: dict[Language, dict[str, Any]] = {language: _signs(language) for language in LANGUAGES}
"""For Vega: decimal comma or point."""
