"""The map of a plan: one page that opens without a network, and the parts of it that the app shows too."""

from __future__ import annotations

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
