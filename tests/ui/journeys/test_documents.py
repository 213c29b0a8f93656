"""The page of documents in a real browser: fields of the office, a pack as one archive, and a sheet of its letters that comes back with answers."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from geo_planner.documents.office import read_office
from geo_planner.documents.pack import FORMATS
from geo_planner.ui.texts import text
from tests import small_area as sa
from tests.documents.test_letters import fill_in
from tests.documents.test_proposal import whole_text
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
_LATE_MS = 240_000
FORM = "letters/commune_03001_form.xlsx"


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """Four villages, of which one has something to be asked."""
    root = sa.make_area(tmp_path / "area")
    for column in ("grid_power", "poor_households"):
        sa.village(2, column, "")(root)
    return root


@pytest.fixture
def address(area: Path, tmp_path: Path) -> Iterator[str]:
    with app_over(area, tmp_path) as address:
        yield address


def test_a_pack_is_made_and_a_sheet_of_it_comes_back(address: str, visit: Visit, area: Path, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/documents", timeout=FIRST_DRAW_MS)
    page.get_by_role("button", name=text("documents_make", "vi")).wait_for(timeout=FIRST_DRAW_MS)
    page.screenshot(path=tmp_path / "1_missing.png")

    page.get_by_text(text("documents_office", "vi"), exact=True).click()
    page.get_by_label(text("office_number", "vi"), exact=True).fill("12")
    page.get_by_label(text("office_symbol", "vi"), exact=True).fill("CV-SKHCN")
    page.get_by_role("button", name=text("office_save", "vi")).click()
    page.get_by_text(text("office_saved", "vi")).wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "2_saved.png")
    assert (read_office(area).number, read_office(area).symbol) == ("12", "CV-SKHCN")

    for name in FORMATS:
        if name not in ("xlsx", "letters"):
            page.locator(f".st-key-documents_{name} label").click()
            page.locator(f".st-key-documents_{name} input:not(:checked)").wait_for(state="attached", timeout=_LATE_MS)
    page.get_by_role("button", name=text("documents_make", "vi")).click()
    take = page.get_by_role("button", name=text("documents_take", "vi"))
    take.wait_for(timeout=_LATE_MS)
    take.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "3_made.png")
    with page.expect_download() as download:
        take.click()
    assert download.value.suggested_filename.endswith(".zip")
    download.value.save_as(tmp_path / "ho_so.zip")
    with zipfile.ZipFile(tmp_path / "ho_so.zip") as packed:
        names = packed.namelist()
        assert {"manifest.json", "signing_list.xlsx", "priority_list.xlsx", FORM, FORM.replace("_form.xlsx", ".docx")} <= set(names)
        assert not [name for name in names if name.startswith(("proposal", "maps/", "gis/"))]
        assert json.loads(packed.read("manifest.json"))["formats"] == ["xlsx", "letters"]
        assert "12/CV-SKHCN" in " ".join(texts_of(packed.read("signing_list.xlsx")))
        assert "xã Xã 1" in whole_text(Document(io.BytesIO(packed.read(FORM.replace("_form.xlsx", ".docx")))))
        packed.extract(FORM, tmp_path)

    before = sa.read_rows(area / sa.VILLAGES)
    answered = fill_in(tmp_path / FORM, {("V1", "grid_power"): "Có", ("V1", "poor_households"): 7}, tmp_path / "phiếu xã 1.xlsx")
    page.get_by_role("link", name=text("page_data", "vi")).first.click()
    page.locator(".gp-held").first.wait_for(timeout=_LATE_MS)
    page.get_by_text("Nhập danh sách", exact=True).click()
    page.locator("input[type=file]").set_input_files(answered)
    go = page.get_by_role("button", name="Nhập vào địa bàn")
    go.wait_for(timeout=_LATE_MS)
    page.wait_for_function(
        "name => [...document.querySelectorAll('button')].some(b => b.innerText.includes(name) && !b.disabled)",
        arg="Nhập vào địa bàn",
        timeout=_LATE_MS,
    )
    assert page.locator("[class*=st-key-import_crs_], .st-key-import_mode, .st-key-import_accept_valid").count() == 0, (
        "answers have no such choice"
    )
    assert page.get_by_text("2. Kiểm tra trước khi nhập").is_visible()
    go.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "4_sheet.png")
    assert sa.read_rows(area / sa.VILLAGES) == before, "nothing is written before the button"
    go.click()
    page.get_by_text(re.compile("Đã ghi vào địa bàn")).first.wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "5_imported.png")
    changed = {
        (row["village_id"], column): row[column]
        for was, row in zip(before, sa.read_rows(area / sa.VILLAGES), strict=True)
        for column in row
        if was.get(column, "") != row[column]
    }
    assert changed == {("V1", "grid_power"): "yes", ("V1", "poor_households"): "7"}
    assert (visit.wanted, visit.errors) == ([], [])


def texts_of(workbook: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    return [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]
