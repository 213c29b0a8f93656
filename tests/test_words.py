"""Words that are easily taken for others."""

from __future__ import annotations

from geo_planner.words import catalogue, said
from tests.conftest import ROOT


def test_what_is_not_fit_for_approval_is_not_said_to_be_no_browser() -> None:
    wrong = " ".join(["để", "trình", "duyệt"])
    texts = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "geo_planner").rglob("*.py"),
        *(ROOT / "geo_planner").rglob("*.js"),
    ]
    assert [path.name for path in texts if wrong in path.read_text(encoding="utf-8")] == []
    assert "không dùng để trình phê duyệt" in said("sample_banner").text("vi")
    assert "không dùng để trình phê duyệt" in catalogue("vi")["sample_rows.of_table"]["reason"]
