"""What the script does that Streamlit is given: page set-up, scenario picker, navigation; and how its server is made."""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import delta_generator

from geo_planner.ui import map_files
from geo_planner.ui.delivery import ICON, Delivery
from geo_planner.ui.map_files import map_routes
from geo_planner.ui.serving import OnlyByName, running_route
from geo_planner.ui.set_apart import only_coming, set_apart

logger = logging.getLogger(__name__)
PAGES = {
    "map": ":material/map:",
    "ranking": ":material/format_list_numbered:",
    "build": ":material/cell_tower:",
    "link": ":material/landscape:",
    "measured": ":material/speed:",
    "scenarios": ":material/account_tree:",
    "data": ":material/database:",
    "questions": ":material/contact_support:",
    "documents": ":material/folder_zip:",
    "downloads": ":material/download:",
    "about": ":material/info:",
}
_TURN_S = 0.0005
"""So long a thread goes on while another waits. With Python's own 5 ms each step of a request would wait that long while the library is read."""
_LATER_S = 5.0
"""When the map is drawn, what only other pages need is read."""


def server() -> dict[str, Any]:
    """What a server of the app is made with, beside its script."""
    # At its first element Streamlit asks whether it stands in a shell, by looking at the files of all modules: 0.1 s of the first visit.
    delta_generator._use_warning_has_been_displayed = True
    middleware = [Middleware(OnlyByName), Middleware(Delivery, pages=frozenset(PAGES))]
    # Streamlit learnt to ask for it after the oldest version that the app runs with
    net = {"on_script_error": tell_unforeseen} if "on_script_error" in inspect.signature(st.App).parameters else {}
    return {"routes": [running_route(), *map_routes()], "middleware": middleware, "lifespan": _with_warm_up, **net}


def tell_unforeseen(error: Exception) -> bool:
    """An error that nobody foresaw, on a page or in what a button does: a sentence in the reader's language; all of it is in the log."""
    from geo_planner.ui import visit
    from geo_planner.ui.texts import text

    words = visit.language()
    key = "unforeseen_memory" if isinstance(error, MemoryError) else "unforeseen"
    st.title(text("cannot_go_on", words))
    st.text(text(key, words, what=type(error).__name__))
    return True


@asynccontextmanager
async def _with_warm_up(_app: object) -> AsyncIterator[None]:
    """While the browser still reads its scripts, the library is read and the first scenario's plan is taken in hand."""
    sys.setswitchinterval(_TURN_S)
    with set_apart():
        threading.Thread(target=_warm_up, name="warm up", daemon=True).start()
        yield


def _warm_up() -> None:
    try:
        with only_coming():
            from geo_planner.files.bundled import bundled_area
            from geo_planner.study_area import scenario_paths
            from geo_planner.ui import frame, loading, maps, place_box, trial_results, trying, village  # noqa: F401 - what the first page needs

        paths = scenario_paths(loading.study_area_root(bundled_area()))
        if not paths:
            return
        loaded = loading.load_plan(paths[0], lambda _step, _share: None)
        # the component itself is declared by the first visit: here it would not be registered
        map_files.PAYLOADS.draw_first(maps.payload_digest(loaded, "vi"))
        for first in loaded.plan.villages.index[:1]:
            trial_results.reasons_of(loaded, str(first))
        time.sleep(_LATER_S)
        from geo_planner.ui import charts  # noqa: F401 - what the other pages need
    except Exception:
        logger.info("nothing is ready beforehand; the first visit is told why", exc_info=True)


def show() -> None:
    """One run of the app for one visitor."""
    # not above: the pages' caches want a server that stands, and this module is read once before
    from geo_planner.files.bundled import bundled_area
    from geo_planner.ui import frame, trying, visit
    from geo_planner.ui.loading import study_area_root
    from geo_planner.ui.texts import text

    words = visit.begin().language
    st.set_page_config(page_title=text("app", words), page_icon=ICON, layout="wide", initial_sidebar_state=250)
    frame.show_style()
    pages = [
        st.Page(frame.page_file(name), title=text(f"page_{name}", words), icon=icon, url_path=name, default=name == "map")
        for name, icon in PAGES.items()
    ]
    page = st.navigation(pages)
    words = frame.choose_language()
    root = study_area_root(bundled_area())
    scenario_path = frame.choose_scenario(root)
    # a study area without a list, or with a faulty one, is mended on the page that brings lists in; a faulty scenario where scenarios are kept
    name = page.url_path or "map"  # the first page has no name of its own
    plan = frame.load_or_explain(scenario_path, needed=name not in ("data", "scenarios"), waits=name != "data")
    frame.show_sample_banner(plan)
    if plan is not None and name in trying.FOLLOWING:
        trying.follow(words)
    elif plan is not None and name not in ("ranking", "build"):
        trying.note_elsewhere(words)
    page.run()
