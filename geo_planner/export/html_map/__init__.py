"""The map of a plan: one page that opens without a network, and the parts of it that the app shows too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geo_planner.export.html_map.card import Card, Contribution, Status, village_card
from geo_planner.export.html_map.own_files import LEAFLET_DIR
from geo_planner.export.html_map.payload import TO_MEASURE, as_script_literal, map_payload

if TYPE_CHECKING:
    from geo_planner.export.html_map.page import Verbatim, base_map, map_page, write_map

__all__ = [
    "LEAFLET_DIR", "TO_MEASURE", "Card", "Contribution", "Status", "Verbatim", "as_script_literal", "base_map", "map_page", "map_payload", "village_card", "write_map",
]  # fmt: skip
_OF_THE_PAGE = ("Verbatim", "base_map", "map_page", "write_map")


def __getattr__(name: str) -> Any:
    """What makes the exported page, when it is asked for: the app draws the same map without folium."""
    if name in _OF_THE_PAGE:
        return getattr(import_module("geo_planner.export.html_map.page"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
