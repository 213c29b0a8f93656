"""An error that nobody foresaw is a sentence in the reader's language, on a page and in what a button does; never the framework's English."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_planner.words import said
from tests.small_area import make_area
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit, browser, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
SCRIPT = """
from pathlib import Path
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from geo_planner.ui import entry

def planted():
    raise KeyError("planted <b>in a button</b>")

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(Path(__file__).resolve(), **entry.server())
else:
    from geo_planner.ui import visit
    visit.begin()
    st.button("press", on_click=planted)
    if st.query_params.get("memory"):
        raise MemoryError
    if not st.session_state.get("pressed"):
        st.session_state["pressed"] = True
        raise TypeError("planted on a page")
"""


def test_a_page_and_a_button_that_fail_say_so(visit: Visit, tmp_path: Path) -> None:  # noqa: F811
    script = tmp_path / "planted.py"
    script.write_text(SCRIPT, encoding="utf-8")
    page = visit.page
    with app_over(make_area(tmp_path / "area"), tmp_path, script) as address:
        page.goto(address)
        page.get_by_text(said("ui.unforeseen", what="TypeError").text("vi")).wait_for(timeout=FIRST_DRAW_MS)
        page.screenshot(path=tmp_path / "page.png")
        page.get_by_role("button", name="press").click()
        page.get_by_text(said("ui.unforeseen", what="KeyError").text("vi")).wait_for(timeout=FIRST_DRAW_MS)
        assert page.get_by_text("planted").count() == 0
        assert page.get_by_text("encountered an error").count() == 0
        page.goto(f"{address}/?lang=en&memory=1")
        page.get_by_text(said("ui.unforeseen_memory").text("en")).wait_for(timeout=FIRST_DRAW_MS)
    assert "planted on a page" in (tmp_path / "log.txt").read_text("utf-8")
