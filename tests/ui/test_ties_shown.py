"""The pages and the card tell villages of the same score as tied."""

from __future__ import annotations

import pandas as pd
import pytest
import streamlit as st

from geo_planner.plan import Plan
from geo_planner.ui import loading
from geo_planner.ui.ranking_tables import method_table
from geo_planner.ui.texts import text
from tests.reranked import reranked
from tests.ui.fakes import HOSTILE_NAMES, fake_plan
from tests.ui.test_pages import html_of, open_app


@pytest.fixture
def tied(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """B and C tie by every method, under names that try to break out."""
    st.cache_data.clear()
    st.cache_resource.clear()
    plan = fake_plan()
    villages = plan.villages.assign(
        households=pd.array([120, 80, 80, 20], dtype="Int64"), school_site=pd.array([True, False, False, True], dtype="boolean")
    )
    plan = reranked(plan, villages)
    assert plan.villages["tied_with"].to_dict() == {"A": (), "B": ("C",), "C": ("B",), "D": ()}
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan


def test_the_list_and_its_trials_have_a_column_of_ties(tied: Plan) -> None:
    app = open_app("ranking")
    assert not app.exception
    column = text("column_tied", "vi")
    table = app.dataframe[0].value
    assert table.loc["A", column] == ""
    assert table.loc["B", column].endswith("(C)")
    # with the school alone, A and D tie as well
    app.slider[0].set_value(0.0).run()
    table = app.dataframe[0].value
    assert table.loc["D", column].endswith("(A)")
    assert table.loc["B", column].endswith("(C)")


def test_the_card_tells_a_tie_and_no_name_breaks_out_of_it(tied: Plan) -> None:
    app = open_app()
    app.selectbox(key="chosen_village").set_value("C").run()
    assert not app.exception
    page = html_of(app)
    assert "Đồng điểm với" in page
    assert "(B)" in page
    assert HOSTILE_NAMES[1] not in page
    app.selectbox(key="chosen_village").set_value("A").run()
    assert "Đồng điểm với" not in html_of(app)


def test_the_table_of_methods_tells_ties_by_each(tied: Plan) -> None:
    table = method_table(tied, "en")
    lines = table["Tied with"]
    assert lines["A"] == ""
    assert "TOPSIS fixed: " in lines["B"]
    assert "(C)" in lines["B"]
