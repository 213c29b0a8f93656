"""Data: what is loaded and what a plan does with it, lists brought in, and what an import replaced brought back."""

from __future__ import annotations

import streamlit as st

from geo_planner.files.bundled import comes_with_the_program
from geo_planner.ui import visit
from geo_planner.ui.frame import language, study_area
from geo_planner.ui.holdings_view import show_former, show_holdings, show_templates
from geo_planner.ui.import_panel import import_panel
from geo_planner.ui.texts import text
from geo_planner.words import said

_PARTS = ("held", "bring", "back")


def page() -> None:
    """One of the three parts; an installed study area is shown and not written into."""
    words, root = language(), study_area()
    st.subheader(text("page_data", words))
    parts = visit.remembered("data_part", _PARTS, lambda name: text(f"data_{name}", words))
    part = st.radio(text("data_part", words), horizontal=True, label_visibility="collapsed", **parts)
    if part == "held":
        show_holdings(root, words)
        show_templates(words)
    elif comes_with_the_program(root):
        st.info(said("bundled_area.kept").text(words))
    elif part == "bring":
        import_panel(root, words)
    else:
        show_former(root, words)


page()
