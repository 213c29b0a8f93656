"""The page of questions, run without a browser: what it says of what was written is said in words of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo_planner.words import said
from tests.conftest import ROOT
from tests.small_area import make_area, village


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small study area that does not know how many poor households its first village has."""
    root = make_area(tmp_path / "area")
    village(2, "poor_households", "")(root)
    village(2, "near_poor_households", "")(root)
    monkeypatch.setenv("GEO_PLANNER_STUDY_AREA", str(root))
    st.cache_data.clear()
    st.cache_resource.clear()
    return root


def test_what_is_doubtful_is_said_of_the_village_and_undone_on_a_page(area: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    app.switch_page("geo_planner/ui/pages/questions.py").run()
    toggle = next(button for button in app.button if button.key and button.key.startswith("questions_toggle_"))
    app.button(key=toggle.key).click().run()
    app.text_input(key="answer_V1_poor_households").input("9.000 hộ")
    next(each for each in app.text_input if str(each.key).startswith("answer_source_")).input("CV 12")
    next(button for button in app.button if str(button.key).startswith("questions_save_")).click().run()
    assert not app.exception
    told = " ".join(str(each.proto.body) for each in app.get("html"))
    assert said("ui.answer_saved", n=1).text("vi") in told
    assert "Bản 1, Hộ nghèo" in told
    assert "mục “Lấy lại bản trước”" in told
    for inner in ("villages.csv", "poor_households", "geo-planner"):
        assert inner not in told
