"""The map in the app: from this server only, and a click finds its village."""

from __future__ import annotations

import re

import pytest
import streamlit as st

from geo_planner.export.html_map import as_script_literal, base_map, map_payload
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.maps import app_map, village_of_tooltip, village_ring
from geo_planner.ui.serving import font_face, leaflet_links
from tests.ui.fakes import HOSTILE_NAMES, fake_plan


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    st.cache_data.clear()


def test_leaflet_comes_from_this_server() -> None:
    scripts, sheets = leaflet_links()
    addresses = [address for _, address in (*scripts, *sheets)]
    assert all(address.startswith("/app/static/vendor/") for address in addresses)
    assert "url('/static/media/SourceSans" in font_face()


def test_the_map_names_no_other_machine() -> None:
    page = app_map(LoadedPlan("key", fake_plan()), "vi").get_root().render()
    assert re.search(r"https?://", page) is None


def test_the_rank_in_the_tooltip_finds_the_village() -> None:
    plan = fake_plan()
    assert village_of_tooltip(plan, f"2. {HOSTILE_NAMES[1]}Xã") == "B"
    assert village_of_tooltip(plan, "99. Không có") is None
    assert village_of_tooltip(plan, "Xã hai") is None
    assert village_of_tooltip(plan, None) is None


def test_choosing_a_village_leaves_the_base_map_alone() -> None:
    """Otherwise the map would be drawn anew, and the view lost, with every choice."""
    plan = fake_plan()
    ring = village_ring(plan, "C")
    ring.add_to(base_map(as_script_literal(map_payload(plan, language="vi", bilingual=False, cards=False))))
    ring.render()
    assert "22.05" in ring.get_root().render()
    assert "22.05" not in base_map("0").get_root().render()
