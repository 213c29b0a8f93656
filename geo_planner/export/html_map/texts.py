"""What stands on the map and the village card: the entries ``map.<key>`` of the catalogue."""

from __future__ import annotations

from typing import Any

from geo_planner.words import Language, catalogue, said
from geo_planner.words.said import places


def text(key: str, language: Language, **facts: Any) -> str:
    """A text of the map in one language."""
    return said(f"map.{key}", **facts).text(language)


def ready_texts(language: Language) -> dict[str, str]:
    """The texts that ask for no fact, by key: what the map's script puts into the page."""
    return {
        key.removeprefix("map."): entry["text"] for key, entry in catalogue(language).items() if key.startswith("map.") and not places(key)
    }
