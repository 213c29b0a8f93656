"""A question is answered on its page: the list, the ranks and the card follow, and the source stands there; paper and contrast of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_planner.ui.entry import PAGES
from geo_planner.words import said
from tests.small_area import VILLAGES, make_area, read_rows, village
from tests.ui.app_process import app_over
from tests.ui.contrast import CONTRAST
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
SOURCE = "UBND Xã 1 <b>12/BC</b>"


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study area that does not know whether its first village has power, nor how many households the second has."""
    root = make_area(tmp_path_factory.mktemp("questions") / "area")
    village(2, "grid_power", "")(root)
    village(3, "households", "")(root)
    return root


@pytest.fixture(scope="module")
def own_server(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on that area; only this process is ended."""
    with app_over(area, tmp_path_factory.mktemp("app")) as address:
        yield address


@pytest.fixture
def page(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
    yield context.new_page()
    context.close()


def test_an_answer_goes_into_the_list_and_the_card_says_who_gave_it(
    own_server: str, page: sync_api.Page, area: Path, tmp_path: Path
) -> None:
    page.goto(f"{own_server}/questions")
    asked = page.locator(".gp-question", has_text=said("ask.grid_power").text("vi"))
    asked.wait_for(timeout=FIRST_DRAW_MS)
    assert page.get_by_text("Xã 1: Bản 1").is_visible()
    page.locator(".stButton", has_text=said("ui.answer_open").text("vi")).first.locator("button").click()
    field = page.get_by_role("combobox", name="Điện lưới")
    field.click()
    page.get_by_role("option", name="Có", exact=True).click()
    save = page.get_by_role("button", name=said("ui.answer_save").text("vi"))
    save.click()
    page.get_by_text(said("ui.answer_no_source").text("vi")).wait_for()
    assert read_rows(area / VILLAGES)[0]["grid_power"] == ""
    page.get_by_label(said("ui.answer_source").text("vi")).fill(SOURCE)
    page.get_by_label(said("ui.answer_source").text("vi")).press("Tab")
    page.screenshot(path=tmp_path / "field.png")
    page.set_viewport_size({"width": 1366, "height": 420})  # as where many questions stand above
    save.scroll_into_view_if_needed()
    save.click()
    page.get_by_text(said("ui.answer_saved", n=1).text("vi")).wait_for(timeout=60_000)
    sync_api.expect(page.get_by_text(said("ui.answer_saved", n=1).text("vi"))).to_be_in_viewport(timeout=5_000)
    page.set_viewport_size({"width": 1366, "height": 768})
    asked.wait_for(state="detached", timeout=20_000)
    page.screenshot(path=tmp_path / "written.png")
    assert read_rows(area / VILLAGES)[0]["grid_power"] == "yes"
    assert read_rows(area / "villages/answers.csv")[0]["source"] == SOURCE
    page.goto(f"{own_server}/map?village=V1")
    page.locator(".gp-card h2", has_text="Bản 1").wait_for(timeout=60_000)
    page.locator(".stExpander summary", has_text=said("map.details").text("vi")).click()
    fact = page.locator(".gp-facts b", has_text=SOURCE)
    fact.wait_for(timeout=20_000)
    assert fact.inner_text().startswith("có (trước đó: chưa biết). Nguồn: ")
    page.screenshot(path=tmp_path / "card.png")


def test_texts_and_icons_stand_out_on_every_page(own_server: str, page: sync_api.Page) -> None:
    too_faint = {}
    page.goto(own_server)
    for name in PAGES:
        page.locator(f"[data-testid=stSidebarNavLink][href$='/{name}'], [data-testid=stSidebarNavLink][href='{own_server}/']").last.click()
        page.locator(".gp-card h2, .stMain h3, .stMain h2").first.wait_for(timeout=60_000)
        page.locator("[data-testid=stSidebarHeader]").hover()  # its button is seen under the pointer only
        page.wait_for_timeout(600)
        too_faint[name] = page.evaluate(CONTRAST, 4.5)
    assert too_faint == {name: [] for name in PAGES}


def test_paper_holds_the_page_and_none_of_its_controls(own_server: str, page: sync_api.Page) -> None:
    page.goto(f"{own_server}/questions")
    page.locator(".gp-question").first.wait_for(timeout=60_000)
    page.emulate_media(media="print")
    for hidden in ("[data-testid=stSidebar]", "[data-testid=stHeader]", ".stButton >> nth=0"):
        page.locator(hidden).wait_for(state="hidden", timeout=20_000)
    assert page.locator(".stButton:visible").count() == 0
    assert page.locator(".gp-question").first.is_visible()
    cut = page.evaluate("() => [...document.querySelectorAll('.stApp, .stMain')].filter(e => e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== 'visible').length")  # fmt: skip
    assert cut == 0


def test_the_keyboard_sees_where_it_is(own_server: str, page: sync_api.Page) -> None:
    page.goto(f"{own_server}/questions")
    page.locator(".gp-question").first.wait_for(timeout=60_000)
    page.locator(".stButton button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
