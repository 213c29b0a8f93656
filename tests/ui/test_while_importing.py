"""Six visits at the same time in a real browser, two of them importing: each keeps its own village, language and list, and the server's memory stays flat.

``GEO_PLANNER_LONG`` names the seconds it takes.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.imports import making as m
from tests.small_area import VILLAGES, read_rows, write_rows
from tests.ui.journeys.test_data import address, area  # noqa: F401 - fixtures
from tests.ui.pickers import pick
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, browser  # noqa: F401 - fixtures
from tests.ui.test_side_by_side import server_bytes, told

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
LOOKING, ROUNDS = ("vi", "en", "vi", "en"), 2
LISTS = {"Bản thêm": 12, "Bản mới": 7}
"""What the two that import bring: how the villages of the list are called, and how many they are."""
_LATE_MS = 60_000
LONG_S = float(os.environ.get("GEO_PLANNER_LONG", "0"))


def told_list(folder: Path, called: str, households: int) -> Path:
    """The list that one of the two imports, with other figures every time, so that there is something to write."""
    rows = m.rows_of(m.plain(**{"Thôn, bản": [f"{called} {n}" for n in range(1, 13)], "Số hộ": [households] * 12}))
    return m.xlsx(folder / f"{called} {households}.xlsx", rows[: LISTS[called] + 1])


def households_of(area: Path) -> dict[str, str]:  # noqa: F811 - a fixture's name
    """Of each village of the list, by its name."""
    return {row["name"]: row["households"] for row in read_rows(area / VILLAGES)}


SHOWN = "name => [...document.querySelectorAll('[role=combobox]')].some(box => box.value.endsWith(name))"


def show_village(page: sync_api.Page, name: str) -> None:
    """Choose a village; again where the list was drawn anew under the hand, because somebody's import has changed it."""
    end = time.monotonic() + _LATE_MS / 1000
    while not page.evaluate(SHOWN, name):
        assert time.monotonic() < end, f"{name} could not be chosen"
        try:
            pick(page, page.get_by_role("combobox").nth(1), name, 5_000)
            page.wait_for_function(SHOWN, arg=name, timeout=5_000)
        except sync_api.TimeoutError:
            page.keyboard.press("Escape")


@pytest.mark.skipif(not LONG_S, reason="minutes long: make test-long")
def test_four_look_while_two_import(address: str, browser: sync_api.Browser, area: Path, tmp_path: Path) -> None:  # noqa: F811
    settled = [{**row, "is_sample": "no"} for row in read_rows(area / VILLAGES)]  # an import replaces what is sample
    write_rows(area / VILLAGES, settled)
    names = {row["village_id"]: row["name"] for row in read_rows(area / VILLAGES) if row["name"].startswith("Bản mẫu")}
    ids = list(names)
    contexts = [browser.new_context(viewport={"width": 1100, "height": 700}) for _ in range(len(LOOKING) + len(LISTS))]
    pages = [context.new_page() for context in contexts]
    looking, importing = pages[: len(LOOKING)], dict(zip(LISTS, pages[len(LOOKING) :], strict=True))
    errors: list[str] = []
    for page in pages:
        page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        for page, language in zip(looking, LOOKING, strict=True):
            page.goto(f"{address}/link?lang={language}")
        for page in importing.values():
            page.goto(f"{address}/data")
        for page in looking:
            page.get_by_role("combobox").nth(1).wait_for(timeout=FIRST_DRAW_MS)
        for page in importing.values():
            page.get_by_text("Nhập danh sách", exact=True).click(timeout=FIRST_DRAW_MS)
        before, end, rounds = 0, time.monotonic() + LONG_S, 0
        while rounds < ROUNDS or time.monotonic() < end:
            wanted = [ids[(3 * n + rounds) % len(ids)] for n in range(len(LOOKING))]
            households = 20 + rounds % 50
            for called, page in importing.items():  # all are asked before any has answered
                page.locator("input[type=file]").set_input_files(told_list(tmp_path, called, households))
            for page, village in zip(looking, wanted, strict=True):
                show_village(page, names[village])
            for called, page in importing.items():
                page.get_by_text(f"{called} {households}.xlsx").first.wait_for(timeout=_LATE_MS)
                page.get_by_text(f"{LISTS[called]} dòng đúng, 0 dòng lỗi").wait_for(timeout=_LATE_MS)
                page.get_by_role("button", name="Nhập vào địa bàn").click()
            for called, page in importing.items():
                page.get_by_text(f"Đã ghi vào địa bàn: {LISTS[called]} dòng được nhận").wait_for(timeout=_LATE_MS)
            for page, language, village in zip(looking, LOOKING, wanted, strict=True):
                page.wait_for_function(SHOWN, arg=names[village], timeout=_LATE_MS)
                assert told(page).get("lang", "vi") == language
            for page in pages:
                assert page.locator("[data-testid=stException]").count() == 0
            # the sentence of the round before may still stand there: the list itself says when both are done
            brought = {f"{called} {i}": str(households) for called, n in LISTS.items() for i in range(1, n + 1)}
            late = time.monotonic() + _LATE_MS / 1000
            while not brought.items() <= (kept := households_of(area)).items():
                assert time.monotonic() < late, f"an import was lost: {kept}"
                time.sleep(0.2)
            assert set(names.values()) <= set(kept)
            before, rounds = before or server_bytes(address), rounds + 1
        for page, village in zip(looking, wanted, strict=True):
            page.reload()
            page.get_by_role("combobox").nth(1).wait_for(timeout=_LATE_MS)
            page.wait_for_function(SHOWN, arg=names[village], timeout=_LATE_MS)
        assert errors == []
        assert server_bytes(address) <= 1.5 * before + 100e6
    finally:
        for context in contexts:
            context.close()
