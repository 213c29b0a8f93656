"""Short journeys of those who look and write nothing: one server and one study area for all of them, a picture of each."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from geo_planner.words import said
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
FRAME, LATE_MS = "iframe[title*='plan_map']", 60_000
BOX = said("ui.place_box").text("vi")


def told(page: Any) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(urlparse(page.url).query).items()}


def opened(visit: Visit, address: str, n: int = 4) -> Any:
    """The page of the map with all its villages drawn, and a card."""
    page = visit.page
    page.goto(address)
    page.frame_locator(FRAME).locator("path.gp-village-mark").nth(n - 1).wait_for(state="attached", timeout=FIRST_DRAW_MS)
    page.locator(".gp-card h2").first.wait_for(timeout=LATE_MS)
    return page.locator(FRAME).element_handle().content_frame()


def picked(page: Any, frame: Any, rank: int) -> str:
    """The name on the card of the village of this rank, clicked on the map; the first ranks are drawn last."""
    frame.evaluate(
        "(n) => { const all = document.querySelectorAll('path.gp-village-mark'); all[all.length - n].dispatchEvent(new MouseEvent('click', {bubbles: true})); }",
        rank,
    )
    page.wait_for_function("() => new URLSearchParams(location.search).has('village')", timeout=LATE_MS)
    page.locator(".gp-card", has_text=f"Ưu tiên {rank}/").first.wait_for(timeout=LATE_MS)
    return str(page.locator(".gp-card h2").first.inner_text())


def go(page: Any, name: str) -> None:
    page.locator("[data-testid=stSidebarNavLink]", has_text=said(f"ui.page_{name}").text("vi")).first.click()
    page.wait_for_function(
        "title => document.querySelector('[data-testid=stSidebarNavLink][aria-current=page]')?.innerText.includes(title)",
        arg=said(f"ui.page_{name}").text("vi"), timeout=LATE_MS,
    )  # fmt: skip
    # the link is marked at once, the address written by the run that draws the page
    page.wait_for_function("name => location.pathname.endsWith(name)", arg="/" if name == "map" else f"/{name}", timeout=LATE_MS)


def chosen_in(page: Any, start: str) -> None:
    """A picker shows what begins so."""
    page.wait_for_function(
        "start => [...document.querySelectorAll('[role=combobox]')].some(box => box.value.startsWith(start))", arg=start, timeout=LATE_MS
    )


def test_the_village_of_the_map_is_that_of_the_profile(still: str, visit: Visit) -> None:
    frame = opened(visit, f"{still}/?scenario=s")
    name = picked(visit.page, frame, 3)
    go(visit.page, "link")
    chosen_in(visit.page, f"3. {name}")
    go(visit.page, "map")
    visit.page.locator(".gp-card h2", has_text=name).wait_for(timeout=LATE_MS)
    assert (visit.wanted, visit.errors) == ([], [])


def test_a_reload_and_a_shared_address_keep_the_village(still: str, visit: Visit, browser: Any, tmp_path: Path) -> None:
    frame = opened(visit, f"{still}/?scenario=s")
    name = picked(visit.page, frame, 2)
    shared = visit.page.url
    assert unicodedata.normalize("NFC", name) not in shared, "no name stands in an address"
    visit.page.reload()
    visit.page.locator(".gp-card h2", has_text=name).wait_for(timeout=LATE_MS)
    other = browser.new_context(viewport={"width": 1366, "height": 768})
    try:
        page = other.new_page()
        page.goto(shared)
        page.locator(".gp-card h2", has_text=name).wait_for(timeout=LATE_MS)
        page.screenshot(path=tmp_path / "shared.png")
    finally:
        other.close()


def test_back_and_forward_between_pages_keep_the_village(still: str, visit: Visit) -> None:
    frame = opened(visit, f"{still}/?scenario=s")
    name = picked(visit.page, frame, 2)
    go(visit.page, "ranking")
    visit.page.go_back()
    visit.page.locator(".gp-card h2", has_text=name).wait_for(timeout=LATE_MS)
    visit.page.go_forward()
    visit.page.wait_for_function("() => location.pathname.endsWith('/ranking')", timeout=LATE_MS)
    visit.page.locator("[data-testid=stDataFrame]").first.wait_for(timeout=LATE_MS)
    assert visit.errors == []


def test_the_keyboard_alone_comes_to_the_village_box_and_opens_a_village(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=s")
    stops = []
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        stops.append(visit.page.evaluate("() => document.activeElement.getAttribute('aria-label') || document.activeElement.tagName"))
        if stops[-1] == BOX:
            break
    assert stops[-1] == BOX, stops
    assert "IFRAME" not in stops, "the box comes before the map"
    visit.page.keyboard.type("ban 4")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".gp-card h2", has_text="Bản 4").wait_for(timeout=LATE_MS)


def test_a_picker_finds_without_marks_or_case(still: str, visit: Visit) -> None:
    visit.page.goto(f"{still}/link?scenario=s")
    for typed, named in (("ban 4", "Bản 4"), ("BẢN 3", "Bản 3"), ("bản 2", "Bản 2")):
        box = visit.page.locator(".stMain [data-testid=stSelectbox] input").first
        box.wait_for(timeout=LATE_MS)
        box.click()
        box.fill(typed)
        visit.page.locator("[role=option]", has_text=named).first.wait_for(timeout=10_000)
        visit.page.keyboard.press("Escape")
    assert visit.errors == []


def test_another_language_in_the_middle_of_a_trial_keeps_scenario_and_trial(still: str, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{still}/ranking?scenario=nhieu_ban")
    slider = page.get_by_role("slider", name="Tỷ lệ hộ nghèo").first
    slider.wait_for(timeout=FIRST_DRAW_MS)
    slider.press("ArrowRight")
    page.wait_for_function("() => new URLSearchParams(location.search).get('weights') === 'poverty_share:21'", timeout=LATE_MS)
    page.get_by_text("English", exact=True).click()
    page.get_by_role("slider", name="Poor and near-poor").first.wait_for(timeout=LATE_MS)
    # the next click sends what the browser holds of every widget: the pickers were put up in the other language
    page.get_by_role("slider", name="Poor and near-poor").first.press("ArrowRight")
    page.wait_for_function("() => new URLSearchParams(location.search).get('weights') === 'poverty_share:22'", timeout=LATE_MS)
    page.get_by_text("Tiếng Việt", exact=True).click()
    page.get_by_role("slider", name="Tỷ lệ hộ nghèo").first.wait_for(timeout=LATE_MS)
    page.screenshot(path=tmp_path / "back_in_vietnamese.png")
    assert told(page) == {"scenario": "nhieu_ban", "weights": "poverty_share:22"}
    assert visit.errors == []
