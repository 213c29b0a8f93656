"""Entry of the app: page set-up, scenario picker, navigation. Run it with ``geo-planner app`` or ``streamlit run app.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo_planner.ui.serving import OnlyByName

APP_DIR = Path(__file__).resolve().parent
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


def show() -> None:
    """One run of the app for one visitor."""
    # not above: the pages' caches want a server that stands, and this file is read once before
    from geo_planner.errors import OutputError
    from geo_planner.ui import frame
    from geo_planner.ui.assets import prepare_assets
    from geo_planner.ui.loading import study_area_root
    from geo_planner.ui.texts import text

    words = frame.language()
    st.set_page_config(page_title=text("app", words), page_icon="📶", layout="wide", initial_sidebar_state=250)
    frame.show_style()
    pages = [
        st.Page(f"geo_planner/ui/pages/{name}.py", title=text(f"page_{name}", words), icon=icon, url_path=name, default=name == "map")
        for name, icon in PAGES.items()
    ]
    page = st.navigation(pages)
    frame.choose_language()
    scenario_path = frame.choose_scenario(study_area_root(APP_DIR / "data"))
    try:
        prepare_assets(APP_DIR)
    except OutputError as error:
        frame.show_error(error)
        st.stop()
    # a study area without a list, or with a faulty one, is mended on the page that brings lists in
    frame.show_sample_banner(frame.load_or_explain(scenario_path, needed=page.url_path != "import_list"))
    page.run()


if get_script_run_ctx(suppress_warning=True) is None:
    # Streamlit looks for this object in the file that it is given, imports it as the server and comes back for every visitor.
    app = st.App(Path(__file__).resolve(), middleware=[Middleware(OnlyByName)])
else:
    show()
