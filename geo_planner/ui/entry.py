"""What the script does that Streamlit is given: page set-up, scenario picker, navigation; and how its server is made."""

from __future__ import annotations

from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from geo_planner.ui.serving import OnlyByName, asset_routes

PAGES = {
    "map": ":material/map:",
    "ranking": ":material/format_list_numbered:",
    "link": ":material/landscape:",
    "measured": ":material/speed:",
    "questions": ":material/contact_support:",
    "import_list": ":material/upload_file:",
    "downloads": ":material/download:",
    "about": ":material/info:",
}


def server() -> dict[str, Any]:
    """What a server of the app is made with, beside its script."""
    return {"routes": asset_routes(), "middleware": [Middleware(OnlyByName)]}


def show() -> None:
    """One run of the app for one visitor."""
    # not above: the pages' caches want a server that stands, and this module is read once before
    from geo_planner.study_area.bundled import bundled_area, comes_with_the_program
    from geo_planner.ui import frame
    from geo_planner.ui.loading import study_area_root
    from geo_planner.ui.texts import text
    from geo_planner.words import said

    words = frame.language()
    st.set_page_config(page_title=text("app", words), page_icon="📶", layout="wide", initial_sidebar_state=250)
    frame.show_style()
    pages = [
        st.Page(frame.page_file(name), title=text(f"page_{name}", words), icon=icon, url_path=name, default=name == "map")
        for name, icon in PAGES.items()
    ]
    page = st.navigation(pages)
    words = frame.choose_language()
    root = study_area_root(bundled_area())
    scenario_path = frame.choose_scenario(root)
    importing = page.url_path == "import_list"
    # a study area without a list, or with a faulty one, is mended on the page that brings lists in
    frame.show_sample_banner(frame.load_or_explain(scenario_path, needed=not importing))
    if importing and comes_with_the_program(root):
        st.info(said("bundled_area.kept").text(words))
        return
    page.run()
