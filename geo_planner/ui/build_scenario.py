"""What was tried of a build plan, or a first budget, written as a scenario beside the one that is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geo_planner.build.cost import split
from geo_planner.errors import GeoPlannerError
from geo_planner.scenario_files import save_as
from geo_planner.ui import visit
from geo_planner.ui.build_tables import budget_of
from geo_planner.ui.frame import language, scenario_file
from geo_planner.ui.texts import plain, text

_FIRST_BILLIONS, _FIRST_YEARS, _MOST_YEARS = "12", 3, 10
_FAULT, _TITLE = "build_save_fault", "build_save_title"


def save_box(changes: Mapping[str, Any], estimate: str) -> None:
    """A title and a button; the new scenario is opened. Prices are the table's, so a try at low or high ones is told not to be kept."""
    words = language()
    with st.container(border=True):
        st.text_input(text("build_save_title", words), key=_TITLE, placeholder=text("build_save_example", words), max_chars=200)
        sent = st.button(text("build_save", words), disabled=not changes, icon=":material/save:", width="stretch", key="build_save")
        # not a part of the page alone: another scenario is loaded
        if sent and _write(st.session_state.get(_TITLE, ""), changes):
            st.rerun()
        if estimate != "base":
            st.caption(text("build_save_prices", words))
        _show_fault()


def offer_first_budget() -> None:
    """A scenario without a build plan: what is lacking, and a budget and years to begin one with."""
    words = language()
    st.info(text("build_missing", words))
    with st.form("build_first", border=True):
        left, middle, right = st.columns(3)
        billions = left.text_input(text("build_first_budget", words), value=_FIRST_BILLIONS)
        first = middle.number_input(text("build_first_year", words), min_value=2020, max_value=2100, value=2027)
        years = right.number_input(text("build_first_years", words), min_value=1, max_value=_MOST_YEARS, value=_FIRST_YEARS)
        title = st.text_input(text("build_save_title", words), placeholder=text("build_save_example", words), max_chars=200)
        sent = st.form_submit_button(text("build_save", words), icon=":material/save:", type="primary")
    st.caption(text("build_first_hint", words))
    if not sent:
        return
    budget = budget_of(billions)
    if budget is None:
        st.error(plain(text("build_budget_no_figure", words, written=billions)))
        return
    each = [{"year": int(first) + at, "budget_vnd": int(part)} for at, part in enumerate(split(budget, [1] * int(years)))]
    if _write(title, {"build": {"years": each}}):
        st.rerun()
    _show_fault()


def _write(title: str, changes: Mapping[str, Any]) -> bool:
    """Write it and open it; what keeps that from being done is told on the page."""
    try:
        new = save_as(scenario_file(), title, changes)
    except GeoPlannerError as error:
        st.session_state[_FAULT] = error.text(language())
        return False
    st.session_state.pop(_FAULT, None)
    visit.choose_scenario(new.stem)
    return True


def _show_fault() -> None:
    told = st.session_state.pop(_FAULT, None)
    if told:
        st.error(plain(told))
