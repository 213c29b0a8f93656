"""A broken list is uploaded, mended where its faults are marked, imported and taken back, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests.imports import making as m
from tests.ui.app_process import app_over
from tests.ui.contrast import CONTRAST
from tests.ui.shown_words import not_vietnamese, words_of_area
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
_LATE_MS = 60_000


@pytest.fixture
def area(area_copy: Path) -> Path:
    """A study area of one's own whose plan is made in a moment."""
    path = next((area_copy / "scenarios").glob("*.yaml"))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["propagation"] |= {"model": "free_space", "compare_with": None, "max_radius_km": 5}
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return area_copy


@pytest.fixture
def address(area: Path, tmp_path: Path) -> Iterator[str]:
    """The app with this study area on a free port; only this process is ended."""
    with app_over(area, tmp_path) as address:
        yield address


def broken(path: Path) -> Path:
    """Twelve villages: households in words, an empty Y, a row twice."""
    table = m.in_metres(**{"Số hộ": ["rất đông", *range(1, 12)]})
    table["Y (m)"][2] = None
    rows = m.rows_of(table)
    rows.append([13, *rows[2][1:]])
    return m.xlsx(path, [["DANH SÁCH BẢN CHƯA CÓ SÓNG", *[None] * (len(rows[0]) - 1)], *rows])


def mended(marked: Path) -> Path:
    """What a person does in the marked copy."""
    book = openpyxl.load_workbook(marked)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[2]]
    sheet.cell(3, titles.index("Số hộ") + 1).value = 31
    sheet.cell(5, titles.index("Y (m)") + 1).value = m.in_metres()["Y (m)"][2]
    sheet.delete_rows(15)
    path = marked.with_name("đã sửa.xlsx")
    book.save(path)
    return path


def test_a_broken_list_is_mended_imported_and_taken_back(address: str, visit: Visit, area: Path, tmp_path: Path) -> None:
    page, villages = visit.page, area / "villages" / "villages.csv"
    before = villages.read_bytes()
    page.goto(f"{address}/data", timeout=FIRST_DRAW_MS)
    page.locator(".gp-held td b", has_text="Trạm phát sóng").wait_for(timeout=FIRST_DRAW_MS)
    page.screenshot(path=tmp_path / "1_held.png")
    page.get_by_text("Nhập danh sách", exact=True).click()
    page.locator("input[type=file]").set_input_files(broken(tmp_path / "danh sách.xlsx"))
    page.locator(".gp-faults td", has_text="dòng 15 trùng dòng 4").or_(
        page.locator(".gp-faults td", has_text="Dòng 15 trùng dòng 4")
    ).first.wait_for(timeout=_LATE_MS)
    told = " ".join(page.locator(".gp-faults").all_inner_texts())
    assert "rất đông" in told
    assert "Y (m)" in told
    assert "None" not in told
    go = page.get_by_role("button", name="Nhập vào địa bàn")
    assert go.is_disabled()
    strange = not_vietnamese(page, {*words_of_area(area), "list", "links", "options", "rivers", "english"})
    assert [text for text in strange if "sách" not in text] == [], "the page around the list"
    page.locator(".gp-faults").first.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "2_faults.png")
    assert page.evaluate(CONTRAST, 4.5) == [], "faults and what stands disabled below them"
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("có đánh dấu chỗ cần sửa")).click()
    download.value.save_as(tmp_path / "danh_sach_can_sua.xlsx")
    page.locator("input[type=file]").set_input_files(mended(tmp_path / "danh_sach_can_sua.xlsx"))
    page.get_by_text("12 dòng đúng, 0 dòng lỗi").wait_for(timeout=_LATE_MS)
    assert villages.read_bytes() == before, "nothing is written before the button"
    go.click()
    page.get_by_text("Đã ghi vào địa bàn: 12 dòng được nhận").wait_for(timeout=_LATE_MS)
    sync_api.expect(page.get_by_text("Đã ghi vào địa bàn: 12 dòng được nhận")).to_be_in_viewport(timeout=5_000)
    page.screenshot(path=tmp_path / "3_imported.png")
    assert page.evaluate(CONTRAST, 4.5) == [], "what has been written"
    page.get_by_role("link", name="Bản đồ").click()
    card = page.locator(".gp-card h2").first
    card.wait_for(timeout=_LATE_MS)
    page.wait_for_function("names => names.includes(document.querySelector('.gp-card h2')?.innerText)", arg=list(m.NAMES), timeout=_LATE_MS)
    page.get_by_role("link", name="Dữ liệu").click()
    page.get_by_text("Lấy lại bản trước", exact=True).click()
    page.set_viewport_size({"width": 1366, "height": 260})  # as where many copies stand above
    page.get_by_role("button", name="Lấy lại bản này").first.scroll_into_view_if_needed()
    page.get_by_role("button", name="Lấy lại bản này").first.click()
    page.get_by_text("đã trở lại: 21 dòng").wait_for(timeout=_LATE_MS)
    sync_api.expect(page.get_by_text("đã trở lại: 21 dòng")).to_be_in_viewport(timeout=5_000)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.screenshot(path=tmp_path / "4_back.png")
    assert page.evaluate(CONTRAST, 4.5) == [], "what has come back"
    assert villages.read_bytes() == before
    assert (visit.wanted, visit.errors) == ([], [])


_FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
  const outlined = [e, e.parentElement, e.parentElement?.parentElement, e.parentElement?.parentElement?.parentElement]
    .some(one => one && parseFloat(getComputedStyle(one).outlineWidth) >= 2 && getComputedStyle(one).outlineStyle !== 'none');
  return [(e.getAttribute('aria-label') || e.innerText || '') + ' ' + (e.type || ''), outlined]; }"""


def tab_to(visit: Visit, what: str, key: str = "Tab", most: int = 60) -> list[str]:
    """Go on by the key until a control of that name has the focus; where it passed, and nowhere unseen."""
    visit.page.wait_for_timeout(300)
    visit.page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'running'", timeout=_LATE_MS
    )
    passed = []
    for _ in range(most):
        visit.page.keyboard.press(key)
        name, seen = visit.page.evaluate(_FOCUSED)
        passed.append(name)
        if what in name:
            assert seen, f"the focus is not seen at {name}"
            return passed
    pytest.fail(f"{what} is not reached by {key}: {passed}")


def test_a_list_is_imported_and_taken_back_by_the_keyboard_alone(address: str, visit: Visit, area: Path, tmp_path: Path) -> None:
    """Part, file, a column left out, good rows in spite of faults, the button, the copy: Tab, arrows, Space and Enter."""
    page, villages = visit.page, area / "villages" / "villages.csv"
    before = villages.read_bytes()
    file = broken(tmp_path / "danh sách.xlsx")
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    page.goto(f"{address}/data", timeout=FIRST_DRAW_MS)
    page.locator(".gp-held td b", has_text="Trạm phát sóng").wait_for(timeout=FIRST_DRAW_MS)
    tab_to(visit, "Kịch bản text")
    tab_to(visit, "radio")
    page.keyboard.press("ArrowRight")
    page.get_by_text("Nhập vào lớp").wait_for(timeout=_LATE_MS)
    passed = tab_to(visit, "Chọn tệp")
    assert [name for name in passed if "Nhập vào lớp" in name], "the layer comes before the file"
    page.screenshot(path=tmp_path / "file.png")
    page.keyboard.press("Enter")
    page.get_by_text("10 dòng đúng").or_(page.get_by_text("dòng lỗi")).first.wait_for(timeout=_LATE_MS)
    tab_to(visit, "Cột 4")
    page.keyboard.type("bỏ cột")
    page.keyboard.press("Enter")
    tab_to(visit, "Vẫn nhập các dòng đúng")
    page.keyboard.press("Space")
    page.get_by_text("Dòng lỗi bị loại, dòng đúng được ghi").wait_for(timeout=_LATE_MS)
    assert villages.read_bytes() == before
    tab_to(visit, "Nhập vào địa bàn")
    page.screenshot(path=tmp_path / "button.png")
    page.keyboard.press("Enter")
    page.get_by_text("Đã ghi vào địa bàn").wait_for(timeout=_LATE_MS)
    assert villages.read_bytes() != before
    tab_to(visit, "radio", "Shift+Tab", most=90)
    page.keyboard.press("ArrowRight")
    page.get_by_text("bản trước đó được lưu").wait_for(timeout=_LATE_MS)
    tab_to(visit, "Lấy lại bản này")
    page.keyboard.press("Enter")
    page.get_by_text("đã trở lại: 21 dòng").wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "back.png")
    assert villages.read_bytes() == before
    assert visit.errors == []
