"""What a screen reader calls the controls of a page: each has a name, and no two that do different things have the same one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo_planner.ui.entry import PAGES
from geo_planner.words import said
from tests.imports import making as m
from tests.ui.journeys.settled import settled, unfold
from tests.ui.journeys.test_still import LATE_MS, go, opened
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
CONTROLS = {"button", "link", "combobox", "textbox", "searchbox", "checkbox", "radio", "slider", "spinbutton", "tab", "switch"}
_LINE = re.compile(r"(?P<role>[a-z]+)(?: \"(?P<name>(?:[^\"\\]|\\.)*)\")?")


def controls(page: Any) -> list[tuple[str, str, str]]:
    """Role, name, and what tells equal ones apart: the group of an option, the address of a link."""
    return list(_walk(yaml.safe_load(page.locator("body").aria_snapshot()), ""))


def _walk(node: Any, group: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, list):
        for each in node:
            yield from _walk(each, group)
        return
    head, below = next(iter(node.items())) if isinstance(node, dict) else (node, None)
    found = _LINE.match(str(head))
    role, name = (found["role"], (found["name"] or "").replace('\\"', '"')) if found else ("", "")
    if role in CONTROLS:
        urls = [each["/url"] for each in below or () if isinstance(each, dict) and "/url" in each] if isinstance(below, list) else []
        yield role, name, "".join(urls).partition("?")[0].rpartition("/")[2] or (group if role == "radio" else "")
    if isinstance(below, list):
        yield from _walk(below, name if role == "radiogroup" else group)


def wrong(page: Any) -> list[str]:
    found = Counter(controls(page))
    nameless = [f"no name: {role}" for role, name, _ in found if not name]
    places = Counter((role, name) for role, name, _ in found if role == "link")
    alike = [f"{n} × {each}" for each, n in found.items() if n > 1 and each[0] != "link"]
    return [*nameless, *alike, *(f"{each}: several addresses" for each, n in places.items() if n > 1),
            *(f"marks of writing: {name}" for _, name, _ in found if "**" in name or re.search(r"\\[^a-zA-Z0-9\s]", name))]  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_two_controls_of_a_page_have_one_name(still: str, visit: Visit, language: str) -> None:
    page = visit.page
    opened(visit, f"{still}/?scenario=s")
    if language == "en":
        page.get_by_text("English", exact=True).click()
    told: dict[str, list[str]] = {}
    for name in PAGES:
        if language == "vi":
            go(page, name)
        else:
            page.locator(f"[data-testid=stSidebarNavLink][href*='{'/' if name == 'map' else name}']").first.click()
        unfold(page)
        told[name] = wrong(page)
        for tab in page.get_by_role("tab").all()[1:]:
            tab.click()
            settled(page)
            told[name] += [f"{tab.inner_text()}: {each}" for each in wrong(page)]
    assert not any(told.values()), "\n".join(f"{name}: {each}" for name, all_of_it in told.items() for each in all_of_it)


HEADINGS = {
    "Số hộ": "“Số hộ”",
    "*Ghi* [chú](http://127.0.0.1/) :red[x]": "“*Ghi* [chú](http://127.0.0.1/) :red[x]”",
    "<b>Đậm</b> $a$": "“<b>Đậm</b> $a$”",
}
LONG = "Tên thôn, bản, tổ dân phố chưa có sóng di động mặt đất theo kết quả rà soát"


def test_the_fields_of_an_import_are_called_by_the_titles_of_the_list(still: str, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    table = m.in_metres()
    rows = [[*row, n, n + 1, n + 2] for n, row in enumerate(m.rows_of(table))]
    rows[0][-3:] = [*list(HEADINGS)[1:], LONG]
    page.goto(f"{still}/data?scenario=s", timeout=FIRST_DRAW_MS)
    page.get_by_text(said("ui.data_bring").text("vi"), exact=True).click(timeout=FIRST_DRAW_MS)
    page.locator("input[type=file]").set_input_files(m.xlsx(tmp_path / "danh sách.xlsx", rows))
    page.get_by_role("combobox", name="Cột 1", exact=False).first.wait_for(timeout=LATE_MS)
    settled(page)
    page.screenshot(path=tmp_path / "columns.png")
    names = [name for role, name, _ in controls(page) if role == "combobox" and name.startswith("Cột ")]
    assert [re.match(r"Cột (\d+) “", name)[1] for name in names] == [str(n) for n in range(1, len(names) + 1)]  # type: ignore[index]
    for told in HEADINGS.values():
        assert len([name for name in names if name.endswith(f" {told}")]) == 1, names
    (long,) = (name for name in names if "“Tên thôn, bản" in name)
    assert long.endswith("…”")
    assert len(long) < 70
    assert wrong(page) == []
    assert (visit.wanted, visit.errors) == ([], []), "nothing in a title is fetched or run"
