"""Nothing of the framework's English stands on a page in Vietnamese, whatever language the browser itself has; and all of it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo_planner.ui.entry import PAGES
from geo_planner.words import said
from tests.small_area import make_area, village
from tests.ui.app_process import app_over
from tests.ui.contrast import CONTRAST
from tests.ui.journeys.settled import settled, unfold
from tests.ui.journeys.test_still import go, opened
from tests.ui.shown_words import not_vietnamese, words_of_area
from tests.ui.test_browser import CHROMIUM, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
OUTPUTS = {"summary", "after", "expected", "english", "priority", "list", "links", "options", "rivers"}
"""Of names of files that are handed out, and of the switch of the language."""


@pytest.fixture
def english(browser: Any, tmp_path: Path) -> Iterator[Visit]:
    """A visit with a browser set up in English, as many offices have it."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    visit = Visit(context.new_page())
    yield visit
    visit.page.screenshot(path=tmp_path / "last.png")
    context.close()


def column_menu(page: Any) -> None:
    """Open the menu of a column of the first table: its sign stands at the right end of the title under the pointer."""
    table = page.locator("[data-testid=stDataFrame]:visible").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    for x in range(30, 700, 6):
        page.mouse.move(box["x"] + x, box["y"] + 18)
        page.mouse.click(box["x"] + x, box["y"] + 18)
        if page.locator("[data-testid=stDataFrameColumnMenu]").count():
            return
    pytest.fail("no menu of a column")


def test_every_page_is_vietnamese_in_a_browser_that_is_not(still: str, still_area: Path, english: Visit) -> None:
    page, known = english.page, words_of_area(still_area) | OUTPUTS
    opened(english, f"{still}/?scenario=s")
    strange: dict[str, list[str]] = {}
    faint: dict[str, list[str]] = {}
    for name in PAGES:
        go(page, name)
        unfold(page)
        strange[name], faint[name] = not_vietnamese(page, known), page.evaluate(CONTRAST, 4.5)
    told = "\n".join(f"{name}: {text}" for name, texts in strange.items() for text in texts)
    assert not told, told
    assert faint == {name: [] for name in PAGES}


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A small study area with a question."""
    root = make_area(tmp_path / "asked")
    village(3, "households", "")(root)
    return root


@pytest.fixture
def address(asked: Path, tmp_path: Path) -> Iterator[str]:
    with app_over(asked, tmp_path) as address:
        yield address


def test_what_opens_over_a_page_is_vietnamese_too(address: str, asked: Path, english: Visit) -> None:
    """Menus of tables, a list without a match, a figure out of range, the calendar."""
    page, known = english.page, words_of_area(asked) | OUTPUTS
    opened(english, address)
    strange: dict[str, list[str]] = {}

    def look(what: str) -> None:
        page.wait_for_timeout(500)
        strange[what] = not_vietnamese(page, known)

    page.get_by_role("combobox").last.click()
    page.keyboard.type("zzqq")
    look("a list without a match")
    page.keyboard.press("Escape")
    go(page, "ranking")
    settled(page)
    column_menu(page)
    look("the menu of a column")
    page.keyboard.press("Escape")
    page.locator("[data-testid=stDataFrame]:visible").first.hover()
    look("the tools of a table")
    go(page, "build")
    settled(page)
    number = page.locator("[data-testid=stNumberInput] input:visible").first
    for given in ("99999999", "-9999999"):
        number.click()
        number.fill(given)
        look(f"{given} typed")
        number.press("Tab")
        look(f"{given} given")
    number.click()
    number.fill("")
    page.keyboard.type("1,5")
    assert number.input_value() == "1.5", "a decimal comma is not lost"
    number.press("Tab")
    settled(page)
    look("1,5 given")
    go(page, "questions")
    settled(page)
    page.get_by_role("button", name=said("ui.answer_open").text("vi")).first.click()
    settled(page)
    page.locator("[data-testid=stDateInputCalendarButton]").first.click()
    page.locator("[data-testid=stDateInputCalendar]").wait_for()
    assert "Tháng" in page.locator("[data-testid=stDateInputCalendar]").inner_text()
    look("the calendar")
    page.keyboard.press("Escape")
    page.get_by_role("textbox").first.press_sequentially("a")
    look("a text typed")
    told = "\n".join(f"{what}: {text}" for what, texts in strange.items() for text in texts)
    assert not told, told
