"""The map of a plan: one page that opens without a network, and the parts of it that the app shows too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_planner.export.html_map.card import Card, Contribution, Status, village_card
    from geo_planner.export.html_map.own_files import LEAFLET_DIR
    from geo_planner.export.html_map.page import map_page, write_map
    from geo_planner.export.html_map.payload import TO_MEASURE, as_script_literal, map_payload

__all__ = [
    "LEAFLET_DIR",
    "TO_MEASURE",
    "Card",
    "Contribution",
    "Status",
    "as_script_literal",
    "map_page",
    "map_payload",
    "village_card",
    "write_map",
]
_ROOMS = {
    "card": ("Card", "Contribution", "Status", "village_card"),
    "own_files": ("LEAFLET_DIR",),
    "page": ("map_page", "write_map"),
    "payload": ("TO_MEASURE", "as_script_literal", "map_payload"),
}


def __getattr__(name: str) -> Any:
    """What is asked for, when it is asked for: the app's server hands out the files of this package before the library is read."""
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
