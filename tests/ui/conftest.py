"""The app's tests keep no plan for the next start, unless a test asks for it: made-up plans stand in for computed ones here."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1.element_tree import ElementList

from geo_planner.plan import Plan
from geo_planner.ui import loading


@pytest.fixture(autouse=True)
def _keeps_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "kept_plan", lambda *_: None)
    monkeypatch.setattr(loading, "kept_files", lambda *_: None)
    monkeypatch.setattr(loading, "keep", lambda *_: None)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Plan:
    """The bundled plan, computed once for all tests."""
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan


@pytest.fixture(autouse=True)
def _widgets_by_key_in_any_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A widget that a page has put up anew with another value bears a number behind its key; tests ask for it by its key alone."""

    def found(elements: ElementList[Any], key: str) -> Any:
        for element in elements:
            if str(getattr(element, "key", None)).partition("~")[0] == key:
                return element
        raise KeyError(key)

    monkeypatch.setattr(ElementList, "__call__", found)
