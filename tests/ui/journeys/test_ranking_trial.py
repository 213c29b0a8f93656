"""Weights are changed, map and interval follow, page and reload keep them, and a new scenario is saved and open; in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo_planner.config import load_scenario
from geo_planner.export.html_map.card import interval_text
from geo_planner.plan import run
from geo_planner.radio.cache import default_loss_cache
from geo_planner.retried import Trial, tried
from geo_planner.study_area import load_study_area
from geo_planner.ui.texts import text
from tests.conftest import SCENARIO
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
FIRST_DRAW_MS, WAIT_MS = 240_000, 60_000
TITLE = "Ưu tiên hộ nghèo"


@pytest.fixture
def near(area_copy: Path) -> Path:
    """The study area with masts that reach six kilometres: the same journey, computed in a moment."""
    path = area_copy / "scenarios" / SCENARIO.name
    content = path.read_text("utf-8")
    assert "max_radius_km: 30 " in content
    path.write_text(content.replace("max_radius_km: 30 ", "max_radius_km: 6 "), encoding="utf-8")
    return area_copy


@pytest.fixture
def server(near: Path, tmp_path: Path) -> Iterator[str]:
    """The app over a study area of one's own, in which a scenario may be saved; only this process is ended."""
    with app_over(near, tmp_path) as address:
        yield address


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
    page = context.new_page()
    yield page
    page.screenshot(path=tmp_path / "last.png")
    context.close()


def test_weights_are_tried_kept_saved_and_open(server: str, page: Any, near: Path, tmp_path: Path) -> None:
    path = near / "scenarios" / SCENARIO.name
    scenario = load_scenario(path)
    plan = run(scenario, load_study_area(near, scenario), cache=default_loss_cache())
    first = tried(plan, Trial(weights={"poverty_share": 21.0})).villages.iloc[0]
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server}/ranking")
    slider = page.get_by_role("slider", name="Tỷ lệ hộ nghèo").first
    slider.wait_for(timeout=FIRST_DRAW_MS)
    slider.press("ArrowRight")
    strip = page.locator(".gp-trial")
    strip.wait_for(timeout=WAIT_MS)
    assert "20 → 21" in strip.inner_text()
    assert "weights=poverty_share" in page.url
    page.screenshot(path=tmp_path / "ranking.png")

    page.locator("[data-testid=stSidebarNav] a").first.click()
    card = page.locator(".gp-card")
    interval = interval_text(first["rank_low"], first["rank_high"], "vi")
    card.get_by_text(f"Ưu tiên 1/{len(plan.villages)} ({interval})").wait_for(timeout=WAIT_MS)
    assert "20 → 21" in strip.inner_text()
    page.locator(".gp-card h2", has_text=str(first["name"])).wait_for()
    page.screenshot(path=tmp_path / "map.png")

    page.reload()
    card.first.wait_for(timeout=WAIT_MS)
    assert "20 → 21" in strip.inner_text()

    page.locator("[data-testid=stSidebarNav] a").nth(1).click()
    page.get_by_role("button", name=text("save_scenario", "vi")).click(timeout=WAIT_MS)
    page.get_by_role("textbox", name=text("save_title", "vi")).fill(TITLE)
    page.get_by_role("textbox", name=text("save_title", "vi")).press("Enter")
    page.get_by_role("button", name=text("save_and_open", "vi")).click(timeout=WAIT_MS)
    open_one = "title => [...document.querySelectorAll('[data-testid=stSidebar] input')].some(box => box.value === title)"
    page.wait_for_function(open_one, arg=TITLE, timeout=WAIT_MS)
    slider.wait_for(timeout=FIRST_DRAW_MS)
    page.screenshot(path=tmp_path / "saved.png")
    strip.wait_for(state="detached", timeout=WAIT_MS)
    assert "scenario=uu_tien_ho_ngheo" in page.url
    moved = "() => [...document.querySelectorAll('input[type=range]')].some(slider => slider.value === '21')"
    page.wait_for_function(moved, timeout=WAIT_MS)
    saved = load_scenario(near / "scenarios" / "uu_tien_ho_ngheo.yaml")
    assert saved.title_vi == TITLE
    assert saved.ranking.weight_figures()["poverty_share"] == 21.0
    assert "# Kịch bản mẫu của Lai Châu" in (near / "scenarios" / "uu_tien_ho_ngheo.yaml").read_text("utf-8")
    assert load_scenario(near / "scenarios" / SCENARIO.name).ranking.weight_figures()["poverty_share"] == 20.0
    assert errors == []
