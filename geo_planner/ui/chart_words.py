"""How numbers stand in charts."""

from __future__ import annotations

from typing import Any

from geo_planner.labels import Language

LOCALE: dict[Language, dict[str, Any]] = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]},
}
"""For Vega: decimal comma or point."""
