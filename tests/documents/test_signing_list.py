"""The list to sign: one form, sums to the đồng as formulas with their values, names as text, pages counted where they can be drawn."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from geo_planner.documents.facts import Office, ProposalFacts, proposal_facts
from geo_planner.documents.pdf import office_program
from geo_planner.documents.signing_list import page_breaks, write_signing_list
from geo_planner.errors import OutputError
from geo_planner.export import xlsx
from geo_planner.export.build_summary import build_summary
from geo_planner.export.xlsx import write_xlsx
from geo_planner.plan import Plan
from geo_planner.words import said
from tests.documents.fakes import facts
from tests.ui.fakes import HOSTILE_NAMES

SAMPLE = said("proposal.sample_line").text("vi")
FORMULAS = ("=1+1", "+84", "-5", "@SUM(1)", '=HYPERLINK("http://x.vn")')
HOUSEHOLDS, COST = "H", "L"
LONG = pytest.mark.skipif(not os.environ.get("GEO_PLANNER_LONG"), reason="draws sixty pages: set GEO_PLANNER_LONG")


def sheet_of(given: ProposalFacts, folder: Path, *, values: bool = True) -> Worksheet:
    (path,) = write_signing_list(given, folder)
    sheet = openpyxl.load_workbook(path, data_only=values).active
    assert isinstance(sheet, Worksheet)
    return sheet


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def villages(sheet: Worksheet) -> list[tuple[Any, ...]]:
    """The rows that carry a running number."""
    return [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], (int, float))]


def sums(sheet: Worksheet, column: str) -> dict[str, Any]:
    """The cell of each group's row and of the last one, by what stands in the first column."""
    return {
        str(row[0].value): sheet[f"{column}{row[0].row}"].value
        for row in sheet.iter_rows()
        if re.fullmatch(r"I|II|III|IV|TỔNG CỘNG.*", str(row[0].value))
    }


def total(found: dict[str, Any]) -> Any:
    (value,) = (value for title, value in found.items() if title.startswith("TỔNG"))
    return value


def worked_out(sheet: Worksheet, formula: str) -> int:
    """A formula of the form, worked out here from the cells below it."""
    inside = re.fullmatch(r"=SUM\((\w+:\w+)\)", formula)
    if inside:
        cells = [cell.value for row in sheet[inside[1]] for cell in row]
        return sum(int(value) for value in cells if isinstance(value, (int, float)))
    return sum(worked_out(sheet, str(sheet[name].value)) for name in formula.lstrip("=").split("+") if name != "0")


@pytest.mark.parametrize(
    "given", [facts(21), facts(21, blank=True), facts(21, chosen=False), facts(0)], ids=["usual", "blank", "zero", "none"]
)
def test_sums_are_formulas_that_carry_the_stored_values(given: ProposalFacts, tmp_path: Path) -> None:
    stored, live = sheet_of(given, tmp_path), sheet_of(given, tmp_path, values=False)
    assert given.money is not None
    groups = [group for group in given.groups if group.villages or (group.cost and group.cost.base)]
    for column, of_group, whole in (
        (COST, [group.cost.base for group in groups if group.cost], given.money.capex.base),
        (HOUSEHOLDS, [group.households for group in groups], sum(group.households for group in given.groups)),
    ):
        told = sums(stored, column)
        assert list(told.values()) == [*of_group, whole]
        for title, formula in sums(live, column).items():
            assert str(formula).startswith("=")
            assert worked_out(live, str(formula)) == told[title]


def test_the_amounts_are_those_of_the_summary(built_plan: Plan, tmp_path: Path) -> None:
    assert built_plan.build is not None
    summary = build_summary(built_plan.build)
    given = proposal_facts(built_plan)
    sheet = sheet_of(given, tmp_path)
    assert total(sums(sheet, COST)) == summary["cost_vnd"]["capex"]
    by_payer = [summary["by_payer"][group.key] for group in given.groups if group.villages or summary["by_payer"][group.key]]
    assert list(sums(sheet, COST).values())[:-1] == by_payer
    write_xlsx(built_plan, tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx", data_only=True)
    told = {name: _last_row(book[name]) for name in ("Trạm xây dựng", "Truyền dẫn", "Chi phí theo hạng mục")}
    assert told["Trạm xây dựng"][7] + told["Truyền dẫn"][7] == summary["cost_vnd"]["capex"]
    assert told["Chi phí theo hạng mục"][5:8] == (
        summary["cost_vnd"]["low"]["capex"], summary["cost_vnd"]["capex"], summary["cost_vnd"]["high"]["capex"],
    )  # fmt: skip
    assert told["Trạm xây dựng"][6] == pytest.approx(sum(site["households"] for site in summary["sites"]))


def _last_row(sheet: Worksheet) -> tuple[Any, ...]:
    (row,) = (row for row in sheet.iter_rows(values_only=True) if row[0] == "Tổng cộng")
    return row


def test_without_a_build_plan_there_is_no_amount_at_all(tmp_path: Path) -> None:
    sheet = sheet_of(facts(built=False), tmp_path)
    assert set(sums(sheet, COST).values()) == {"–"}
    assert {row[11] for row in villages(sheet)} == {"–"}
    assert {row[10] for row in villages(sheet)} == {said("proposal.plan_not_asked").text("vi")}


def test_what_nobody_knows_stays_a_field_to_fill_in(tmp_path: Path) -> None:
    said_there = texts(sheet_of(facts(blank=True, date=None), tmp_path))
    assert "Số: ……/……" in said_there
    assert "……, ngày …… tháng …… năm ……" in said_there
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said_there
    assert "SỞ KHOA HỌC VÀ CÔNG NGHỆ" in said_there
    assert any("chưa gồm 21 thôn, bản" in text for text in said_there)


def test_everybody_who_signs_has_a_place(tmp_path: Path) -> None:
    bodies = tuple(f"Cơ quan {at}" for at in range(1, 6))
    office = Office(signing_bodies=bodies, signer_authority="KT. GIÁM ĐỐC", signer_title="PHÓ GIÁM ĐỐC", signer_name="Người Ký")
    said_there = texts(sheet_of(facts(office=office), tmp_path))
    assert [text for text in said_there if text.startswith("CƠ QUAN")] == [body.upper() for body in bodies]
    assert "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC" in said_there
    assert "Người Ký" in said_there
    assert said_there.count("(Ký, ghi rõ họ tên, đóng dấu)") == 6


def test_every_village_stands_once_in_its_group_with_both_systems(tmp_path: Path) -> None:
    given = facts(21)
    rows = villages(sheet_of(given, tmp_path))
    assert [row[0] for row in rows] == list(range(1, 22))
    assert [row[1] for row in rows] == [village.name for group in given.groups for village in group.villages]
    first = given.groups[0].villages[0]
    assert rows[0][3:7] == (
        round(first.position.north_m),
        round(first.position.east_m),
        round(first.position.lat, 5),
        round(first.position.lon, 5),
    )


@pytest.mark.parametrize("names", [FORMULAS, HOSTILE_NAMES, ("Bản " + "rất dài " * 15, "x" * 120)], ids=["formulas", "markup", "long"])
def test_names_are_text(names: tuple[str, ...], tmp_path: Path) -> None:
    sheet = sheet_of(facts(names=names), tmp_path, values=False)
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in names]
    assert {cell.value for cell in cells} == set(names)
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    for cell in cells:
        # about 25 letters to a line of 14.5 points
        assert float(sheet.row_dimensions[cell.row].height or 0) >= 14.5 * (len(str(cell.value)) // 26)


def test_the_page(tmp_path: Path) -> None:
    sheet = sheet_of(facts(), tmp_path)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    # Excel looks at breaks only where the scale is given
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert 60 <= sheet.page_setup.scale <= 85
    assert sheet.print_title_rows
    assert SAMPLE in str(sheet.oddHeader.center.text)
    assert "&P" in str(sheet.oddFooter.right.text) or "Trang" in str(sheet.oddFooter.right.text)
    assert str(sheet["A1"].value) == SAMPLE
    assert "$A$2:" in str(sheet.print_area)


def test_twice_the_same_bytes_and_an_error_that_is_a_sentence(tmp_path: Path) -> None:
    (first,) = write_signing_list(facts(), tmp_path)
    content = first.read_bytes()
    (again,) = write_signing_list(facts(), tmp_path)
    assert again.read_bytes() == content
    with pytest.raises(OutputError, match="Close the file"):
        write_signing_list(facts(), tmp_path / "no folder")


@pytest.mark.skipif(
    office_program() is None or shutil.which("pdftotext") is None, reason="pages are drawn by LibreOffice and read by pdftotext"
)
def test_every_page_has_sample_line_titles_and_number(tmp_path: Path) -> None:
    (path,) = write_signing_list(facts(60, names=("Bản " + "rất dài " * 14,)), tmp_path)
    pages = drawn(path)
    assert 2 <= len(pages) <= 8
    for at, page in enumerate(pages, 1):
        assert SAMPLE in page
        assert f"Trang {at}/{len(pages)}" in page
    assert all("Kinh phí" in page for page in pages[:-1])


@pytest.mark.parametrize("heights", [[30.0] * 40, [20.0, 50.0] * 30, [10.0] * 7])
def test_breaks_keep_together_what_belongs_together(heights: list[float]) -> None:
    end = len(heights)
    for kept in range(1, end):
        breaks = page_breaks(heights, 1, {kept: end}, room=200.0, repeated=20.0)
        pages = [*zip([1, *breaks], [*breaks, end], strict=True)]
        assert all(first < last for first, last in pages)
        for at, (first, last) in enumerate(pages):
            assert sum(heights[first:last]) + (20.0 if at else 0.0) <= 200.0
        if sum(heights[kept:]) <= 180.0:
            assert pages[-1][0] <= kept


@pytest.mark.skipif(
    office_program() is None or shutil.which("pdftotext") is None, reason="pages are drawn by LibreOffice and read by pdftotext"
)
@pytest.mark.parametrize("n", [13, 14, 15, 16, 36])
def test_the_signature_never_stands_alone_on_a_page(n: int, tmp_path: Path) -> None:
    """Some of these lists end where a page does."""
    given = facts(n, office=Office(signing_bodies=("Sở Tài chính", "Quỹ"), signer_name="Người Ký"))
    (path,) = write_signing_list(given, tmp_path)
    pages = drawn(path)
    last = [village.name for group in given.groups for village in group.villages][-2:]
    assert "Người Ký" in pages[-1]
    assert "TỔNG CỘNG" in pages[-1]
    assert all(name in pages[-1] for name in last)
    assert [page for page in pages if "Người Ký" in page] == pages[-1:]


def drawn(path: Path) -> list[str]:
    """The text of each page as LibreOffice prints it."""
    program = office_program()
    assert program is not None
    profile = (path.parent / "profile").as_uri()
    command = [program, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    told = subprocess.run(["pdftotext", "-layout", str(path.with_suffix(".pdf")), "-"], check=True, capture_output=True)
    return told.stdout.decode("utf-8").split("\f")[:-1]


@pytest.mark.skipif(
    office_program() is None or shutil.which("pdftotext") is None, reason="pages are drawn by LibreOffice and read by pdftotext"
)
@pytest.mark.parametrize(("times", "most"), [(1, 12), pytest.param(12, 60, marks=LONG)], ids=["21", "250"])
def test_the_workbook_is_few_pages(built_plan: Plan, times: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many rows as 21 and as 250 villages have; the list of settings, years and communes does not grow with them."""
    same = {"Giả định và nguồn", "Phân kỳ", "Các xã"}
    sheets = [each if each.name in same else replace(each, rows=list(each.rows) * times) for each in xlsx._sheets(built_plan)]
    monkeypatch.setattr(xlsx, "_sheets", lambda _plan: iter(sheets))
    write_xlsx(built_plan, tmp_path / "list.xlsx")
    pages = drawn(tmp_path / "list.xlsx")
    assert len(pages) <= most
    titles = [each.name for each in sheets if each.on_paper]
    assert [title for title in titles if not any(title in page for page in pages)] == []
    sample = said("sample_banner").text("vi")[:40]
    for at, page in enumerate(pages, 1):
        assert f"Trang {at}/{len(pages)}" in page
        assert sample in page
    assert not any(said("book.not_printed").text("vi")[:30] in page for page in pages)
