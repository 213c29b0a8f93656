"""The app's tests keep no plan for the next start, unless a test asks for it: made-up plans stand in for computed ones here."""

from __future__ import annotations

import pytest

from geo_planner.ui import loading


@pytest.fixture(autouse=True)
def _keeps_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "kept_plan", lambda *_: None)
    monkeypatch.setattr(loading, "kept_files", lambda *_: None)
    monkeypatch.setattr(loading, "keep", lambda *_: None)
