"""Short journeys of those who look and write nothing: one server and one study area for all of them, a picture of each."""

from __future__ import annotations

import io
import time
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from PIL import Image

from geo_planner.letters import fold
from geo_planner.ui.plain_search import _FUNCTION
from geo_planner.words import said
from tests.ui.journeys.conftest import MANY
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
    for typed, named in (("ban 4", "Bản 4"), ("BẢN 3", "Bản 3"), ("bản 2", "Bản 2"), (unicodedata.normalize("NFD", "Bản 1"), "Bản 1")):
        box = visit.page.locator(".stMain [data-testid=stSelectbox] input").first
        box.wait_for(timeout=LATE_MS)
        box.click()
        box.fill(typed)
        visit.page.locator("[role=option]", has_text=named).first.wait_for(timeout=10_000)
        visit.page.keyboard.press("Escape")
    assert visit.errors == []


def test_a_picker_of_several_finds_without_marks_or_case(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=s")
    visit.page.get_by_role("button", name=said("ui.filter").text("vi"), exact=False).last.click()
    box = visit.page.get_by_label(said("ui.filter_communes").text("vi")).first
    for typed, named in (("xa 2", "Xã 2"), ("XÃ 1", "Xã 1")):
        box.click()
        box.fill(typed)
        visit.page.locator("[role=option]", has_text=named).first.wait_for(timeout=10_000)
        assert visit.page.locator("[role=option]").count() == 1
    assert visit.errors == []


@pytest.mark.parametrize("name", ["Tia Ma Mủ", "ĐOÀN KẾT", "Xã Đắk Ơ", "Ðiện", "NGHỊ ƯỚC", "kỹ quỹ", "Ca Lăng 2"])
def test_the_browser_and_python_leave_out_the_same_of_a_name(visit: Visit, name: str) -> None:
    for form in ("NFC", "NFD"):
        for told in (name, name.lower(), name.upper()):
            letters = visit.page.evaluate(f"text => {{ {_FUNCTION} return gpPlainLetters(text); }}", unicodedata.normalize(form, told))
            assert letters == fold(told)


def test_figures_are_compared_as_they_are_shown(visit: Visit) -> None:
    shown = {
        "1.433": "1.433",
        "24,4": "24,4",
        "−127,5 dBm": "-127,5 dbm",
        "2–10": "2-10",
        "1\u00a0234\u202f567": "1 234 567",
        "=3": "=3",
        "82%": "82%",
    }
    for told, plain in shown.items():
        assert visit.page.evaluate(f"text => {{ {_FUNCTION} return gpPlainLetters(text); }}", told) == plain


FOUND = "[data-testid=search-result-area]"


def found_by(page: Any, typed: str) -> str:
    """What the search of a table says of its hits; it is asked for nothing first, so that no former answer is read."""
    box = page.get_by_test_id("search-input").first
    box.fill("")
    page.locator(FOUND).wait_for(state="detached", timeout=LATE_MS)
    box.fill(typed)
    page.locator(FOUND).wait_for(timeout=LATE_MS)
    told = ""
    while told != (now := str(page.locator(FOUND).inner_text())):  # it goes through the rows frame by frame
        told = now
        page.wait_for_timeout(400)
    return told


def searched(page: Any, address: str) -> Any:
    """The first table of a page, its search opened by the keyboard."""
    page.goto(address)
    table = page.locator("[data-testid=stDataFrame]").first
    table.wait_for(timeout=FIRST_DRAW_MS)
    page.wait_for_function("() => document.querySelectorAll('[data-testid=stDataFrame] canvas td').length > 20", timeout=LATE_MS)
    box, end = page.get_by_test_id("search-input").first, time.monotonic() + LATE_MS / 1000
    while not box.is_visible():  # again where the table was drawn anew under the hand
        assert time.monotonic() < end, "the search did not open"
        table.click(position={"x": 60, "y": 200})
        page.keyboard.press("Control+f")
        page.wait_for_timeout(1_000)
    return table


def cells_of(page: Any) -> list[list[str]]:
    """The rows of the first table as its screen readers are told them."""
    rows = "() => [...document.querySelector('[data-testid=stDataFrame] canvas').querySelectorAll('tr')].map(row => [...row.children].map(cell => cell.textContent))"
    return list(page.evaluate(rows))


def test_the_search_of_the_ranking_table_finds_without_marks_or_case(still: str, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    table = searched(page, f"{still}/ranking?scenario=s")
    titles, *rows = cells_of(page)
    assert len(rows) == 4
    page.mouse.move(5, 5)
    said_of = {n: said("widget_words.found_several", what=n).text("vi") for n in range(9)}
    assert found_by(page, "khong co chu nay") == said_of[0]
    before = np.asarray(Image.open(io.BytesIO(table.screenshot())).convert("RGB")).astype(int)
    for typed in ("ban 4", "BAN 4", "BẢN 4", "bản 4", unicodedata.normalize("NFD", "Bản 4")):
        assert found_by(page, typed) == said_of[1], typed
    assert found_by(page, "bản 5") == said_of[0]
    assert found_by(page, "XA 1") == said_of[2]
    page.screenshot(path=tmp_path / "two_of_a_commune.png")
    # what is lit is the cell with the name, in its row and under its title; right of it lies the search box
    found_by(page, "ban 4")
    page.screenshot(path=tmp_path / "found.png")
    after = np.asarray(Image.open(io.BytesIO(table.screenshot())).convert("RGB")).astype(int)
    lit = np.abs(after - before).max(axis=2)[:, :470] > 5
    down, across = np.nonzero(lit.any(axis=1))[0], np.nonzero(lit.any(axis=0))[0]
    row = next(n for n, cells in enumerate(rows) if "Bản 4" in cells)
    assert 20 < np.ptp(down) < 40
    assert 80 < np.ptp(across) < 130
    assert (down.mean() - 35) // 35 == row
    # figures as they are written: of a bar the one on it, not the digits behind it; a dash as the keyboard has it
    score = rows[row][titles.index(said("ui.column_score").text("vi"))]
    assert len(score) > 8
    assert found_by(page, score[-6:]) == said_of[0]
    assert found_by(page, f"{float(score):.0f}") != said_of[0]
    assert visit.errors == []


def test_the_search_of_a_long_table_takes_a_dash_and_a_figure_as_the_keyboard_writes_them(still: str, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    searched(page, f"{still}/ranking?scenario={MANY}")
    of_names = found_by(page, "ban nam 1")
    assert found_by(page, "BẢN NẬM 1") == of_names
    assert int(of_names.split()[0]) >= 111  # 1, 10 to 19, 100 to 199, and where another village is told to be equal to them
    page.screenshot(path=tmp_path / "of_250.png")
    told = found_by(page, "–")
    assert told != said("widget_words.found_several", what=0).text("vi")
    assert found_by(page, "-") == told
    assert visit.errors == []


def test_a_changed_script_is_asked_for_again_and_not_sent_again(still: str, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()  # a visit whose requests are looked at keeps nothing
    sizes = "() => performance.getEntriesByType('resource').filter(r => /DataFrame[^/]*js$/.test(r.name)).map(r => r.transferSize)"
    try:
        came = []
        for _ in range(2):
            page.goto(f"{still}/ranking?scenario=s")
            page.locator("[data-testid=stDataFrame]").first.wait_for(timeout=FIRST_DRAW_MS)
            came.append(page.evaluate(sizes)[0])
    finally:
        context.close()
    first, again = came
    assert first > 100_000
    assert 0 < again < 1_000


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
