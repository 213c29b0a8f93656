"""The app's tests keep no plan for the next start, unless a test asks for it: made-up plans stand in for computed ones here."""

from __future__ import annotations

import pytest
import streamlit as st

from geo_planner.plan import Plan
from geo_planner.ui import loading


@pytest.fixture(autouse=True)
def _keeps_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "kept_plan", lambda *_: None)
    monkeypatch.setattr(loading, "kept_files", lambda *_: None)
    monkeypatch.setattr(loading, "keep", lambda *_: None)


@pytest.fixture
def fresh_caches() -> None:
    """Nothing that another test left in Streamlit's caches."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Plan:
    """The bundled plan, computed once for all tests."""
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan
