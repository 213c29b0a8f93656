"""The request as a Word document: layout of the decree, sums, sizes, names, bytes."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image

from geo_planner.documents.facts import Office, ProposalFacts
from geo_planner.documents.office_template import PLACES
from geo_planner.documents.proposal import write_proposal
from geo_planner.documents.wording import Wording
from geo_planner.errors import warning
from geo_planner.words import first_of
from geo_planner.words.figures import number
from tests.documents.fakes import facts
from tests.ui.fakes import HOSTILE_NAMES

OFFICE = Office(
    number="12", symbol="TTr-SKHCN", place="Lai Châu", addressees=("Ủy ban nhân dân tỉnh Lai Châu", "Bộ Khoa học và Công nghệ"), signer_authority="KT. GIÁM ĐỐC",
    signer_title="PHÓ GIÁM ĐỐC", signer_name="Người Ký", recipients=("Như trên", "Các xã"), archive="Lưu: VT, BCVT", villages_in_province=956,
    legal_basis=("Kế hoạch số 1 của tỉnh",),
)  # fmt: skip


def written(given: ProposalFacts, folder: Path, **options: Any) -> Any:
    (path,) = write_proposal(given, folder, **options)
    return Document(str(path))


def whole_text(document: Any) -> str:
    """Everything that stands in the body, in order."""
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p")))


def rows_of(table: Any) -> list[list[str]]:
    return [
        ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.findall(qn("w:tc"))] for row in table._tbl.findall(qn("w:tr"))
    ]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(facts(office=OFFICE), tmp_path_factory.mktemp("usual"))


def test_every_page_is_a4_with_the_margins_of_the_decree(usual: Any) -> None:
    assert len(usual.sections) == 7
    for section in usual.sections:
        assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [210, 297]
        assert 20 <= section.top_margin.mm <= 25.1
        assert 20 <= section.bottom_margin.mm <= 25.1
        assert 30 <= section.left_margin.mm <= 35
        assert 15 <= section.right_margin.mm <= 20
    across = [section.page_width > section.page_height for section in usual.sections]
    assert across == [False, True, True, True, False, False, False]


def test_one_font_for_all(usual: Any) -> None:
    fonts = {value for part in (usual.element, usual.styles.element) for f in part.iter(qn("w:rFonts")) for value in f.attrib.values()}
    assert fonts == {"Times New Roman"}
    assert all(run.find(qn("w:rPr")).find(qn("w:rFonts")) is not None for run in usual.element.body.iter(qn("w:r")))


def test_the_head_has_motto_body_number_place_and_day(usual: Any) -> None:
    names, below = rows_of(usual.tables[0])
    assert names == [
        "ỦY BAN NHÂN DÂN TỈNH LAI CHÂUSỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAMĐộc lập - Tự do - Hạnh phúc",
    ]
    assert below == ["Số: 12/TTr-SKHCN", "Lai Châu, ngày 05 tháng 02 năm 2026"]
    text = whole_text(usual)
    assert (
        text.index("TỜ TRÌNH")
        < text.index("Kính gửi")
        < text.index("Căn cứ Luật Viễn thông số 24/2023/QH15")
        < text.index("Kế hoạch số 1 của tỉnh")
    )
    assert (
        text.index("I. HIỆN TRẠNG") < text.index("V. KINH PHÍ THEO NHÓM VÀ THEO NĂM") < text.index("Nơi nhận:") < text.index("Phụ lục I\n")
    )
    assert "KT. GIÁM ĐỐC" in text
    assert "- Lưu: VT, BCVT." in text


def test_headings_are_headings(usual: Any) -> None:
    first = [p.text for p in usual.paragraphs if p.style.name == "Heading 1"]
    assert [t for t in first if t.startswith("Phụ lục")] == [f"Phụ lục {n}" for n in ("I", "II", "III", "IV", "V")]
    assert first[-1] == "NHỮNG NỘI DUNG CÒN THIẾU"
    assert {p.style.font.color.rgb for p in usual.paragraphs if p.style.name.startswith("Heading")} == {None}


def test_titles_come_again_and_rows_are_not_broken(usual: Any) -> None:
    titled = [t for t in usual.tables if t._tbl.findall(f".//{qn('w:tblHeader')}")]
    assert len(titled) == len(usual.tables) - 2  # head and foot have none
    for table in titled:
        rows = table._tbl.findall(qn("w:tr"))
        assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)


@pytest.mark.parametrize("margin_mm", [None, 45.0])
def test_no_table_is_wider_than_its_page(margin_mm: float | None, usual: Any, tmp_path: Path) -> None:
    document = usual
    if margin_mm is not None:  # a letterhead with a narrow page
        letterhead = Document()
        letterhead.sections[0].left_margin = letterhead.sections[0].right_margin = Mm(margin_mm)
        for name in PLACES:
            letterhead.add_paragraph("{{" + name + "}}")
        letterhead.save(str(tmp_path / "narrow.docx"))
        document = written(facts(office=OFFICE), tmp_path, template=tmp_path / "narrow.docx")
    at = 0
    for element in document.element.body:
        section = document.sections[at]
        if element.tag == qn("w:tbl") and element.find(f"{qn('w:tblPr')}/{qn('w:tblW')}") is not None:
            twips = sum(int(c.get(qn("w:w"))) for c in element.find(qn("w:tblGrid")))
            assert twips * 635 <= section.page_width - section.left_margin - section.right_margin + Mm(0.2)
        if element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            at += 1
    assert at == 6


def test_one_page_number_not_on_the_first_page_and_the_sample_line_on_every_page(usual: Any) -> None:
    first = usual.sections[0]
    assert first.different_first_page_header_footer
    assert not any(s.different_first_page_header_footer for s in usual.sections[1:])
    assert [s.header.is_linked_to_previous for s in usual.sections] == [False, *([True] * 6)]
    fields = [f.get(qn("w:instr")) for head in (first.header, first.first_page_header) for f in head._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE"]
    assert not list(first.first_page_header._element.iter(qn("w:fldSimple")))
    for section in usual.sections:
        assert section.header.paragraphs[0].text == "DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT"
    assert first.first_page_header.paragraphs[0].text == "DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT"
    assert first.header.paragraphs[1].alignment == 1


def test_no_sample_line_over_true_data(tmp_path: Path) -> None:
    from dataclasses import replace

    document = written(replace(facts(3), uses_sample_data=False), tmp_path)
    assert "MẪU" not in document.sections[0].header._element.xpath("string(.)")
    assert "PAGE" in [f.get(qn("w:instr")) for f in document.sections[0].header._element.iter(qn("w:fldSimple"))]


def test_the_sums_are_those_of_the_plan(usual: Any) -> None:
    given = facts(office=OFFICE)
    sums = given.money
    assert sums is not None
    by_year = next(rows_of(t) for t in usual.tables if rows_of(t)[0][0] == "Nhóm" and "2027" in rows_of(t)[0])
    figures = [[int(cell.replace(".", "")) for cell in row[1:]] for row in by_year[1:]]
    assert [sum(column) for column in zip(*figures[:-1], strict=True)] == figures[-1]
    assert figures[-1][-1] == sums.capex.base == sum(figures[-1][:-1])
    villages = next(
        rows_of(t) for t in usual.tables if rows_of(t)[0][0] == "STT" and len(rows_of(t)[0]) == 10 and rows_of(t)[0][2].startswith("Tọa độ")
    )
    plain = [row for row in villages[1:-1] if len(row) == 10]
    assert len(plain) == 21
    assert [int(row[0]) for row in plain] == list(range(1, 22))
    assert sum(int(row[9].replace(".", "")) for row in plain) == int(villages[-1][9].replace(".", "")) == sums.capex.base
    items = next(rows_of(t) for t in usual.tables if rows_of(t)[0][0] == "Hạng mục" and rows_of(t)[0][1].startswith("Khối lượng"))
    for column, amount in zip((3, 4, 5), (sums.capex.low, sums.capex.base, sums.capex.high), strict=True):
        assert sum(int(row[column].replace(".", "")) for row in items[1:3]) == int(items[3][column].replace(".", "")) == amount
    assert whole_text(usual).count(number(sums.capex.base, 0, "vi")) >= 4


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        (facts(0), "NHỮNG NỘI DUNG CÒN THIẾU"),
        (facts(5, chosen=False), "Trong mức kinh phí 0 đồng, không có trạm nào được chọn."),
        (facts(5, built=False), "Kịch bản này chưa lập phương án xây dựng"),
        (facts(5, blank=True, date=None), "……, ngày …… tháng …… năm ……"),
    ],
)
def test_what_is_not_there_is_said(given: ProposalFacts, holds: str, tmp_path: Path) -> None:
    text = whole_text(written(given, tmp_path))
    assert holds in text
    assert "None" not in text
    assert "nan" not in re.findall(r"\bnan\b", text)
    assert [f"Phụ lục {n}" in text for n in ("I", "II", "III", "IV", "V")] == [True] * 5


def test_blank_fields_stand_open_and_denominators_too(tmp_path: Path) -> None:
    text = whole_text(written(facts(5, blank=True, date=None), tmp_path))
    assert "Số: ……/……" in text
    assert "Kính gửi: ……" in text
    assert "trên tổng số …… thôn, bản của tỉnh" in text


def test_denominators_of_the_office(tmp_path: Path) -> None:
    from dataclasses import replace

    given = facts(10, office=OFFICE)
    given = replace(given, signal=replace(given.signal, province=956))
    text = whole_text(written(given, tmp_path))
    assert "8 bản, trên tổng số 956 thôn, bản của tỉnh" in text
    assert "2 bản, trên 948 thôn, bản đã có sóng ở trung tâm" in text


def test_names_are_text(tmp_path: Path) -> None:
    names = [*HOSTILE_NAMES, "=SUM(A1)", "B" * 120, "Bản \x00\x0bcó ký tự\u202e lạ", "Bản Ở Đẫm – Nghĩa Lộ Ữ"]
    document = written(facts(8, names=names), tmp_path)
    text = whole_text(document)
    for name in names:
        shown = re.sub("[\u2028\x0b]+", " ", name.replace("\x00", "").replace("\u202e", ""))
        assert shown in text
    assert not document.element.body.findall(f".//{qn('w:hyperlink')}")
    assert list(document.element.body.iter(qn("w:fldSimple"))) == []


def test_notes_call_sites_and_villages_as_the_annexes_do(tmp_path: Path) -> None:
    given = facts(4)
    site, village = given.sites[0], given.villages[1]
    notes = (
        warning("scenario", "build_unplaced.budget", column="build.years", n=2, ids=first_of([site.site_id, "nobody|mast"], 10)),
        warning("build", "build_id_at_odds.not_built", column="build.must_not", name=village.village_id),
    )
    told = [line for line in whole_text(written(replace(given, notes=notes), tmp_path)).splitlines() if line.startswith("- ")]
    unplaced = next(line for line in told if "nobody|mast" in line)
    at_odds = next(line for line in told if village.name in line and line != unplaced)
    assert Wording("vi").site(site.number) in unplaced
    assert site.site_id not in unplaced
    assert village.village_id not in at_odds


def test_five_hundred_villages_in_few_seconds(tmp_path: Path) -> None:
    import time

    given = facts(500)
    before = time.process_time()
    document = written(given, tmp_path)
    assert time.process_time() - before < 15
    text = whole_text(document)
    assert "Bản thử 500" in text
    assert "bản khác tại Phụ lục I" in text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_same_bytes_twice(language: Any, tmp_path: Path) -> None:
    content = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        content.append(write_proposal(facts(), folder, language)[0].read_bytes())
    assert content[0] == content[1]
    with zipfile.ZipFile(tmp_path / "a" / "proposal.docx") as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = Document(str(tmp_path / "a" / "proposal.docx")).core_properties
    assert core.created == dt.datetime(2026, 2, 5, tzinfo=dt.UTC)
    assert core.last_modified_by == ""


def test_without_a_day_the_properties_have_none_of_today(tmp_path: Path) -> None:
    assert written(facts(2, date=None), tmp_path).core_properties.created.year == 2000


def test_the_reading_version_says_what_it_is(tmp_path: Path) -> None:
    document = written(facts(4), tmp_path, language="en")
    text = whole_text(document)
    assert "Reading version in English" in text
    assert "SAMPLE DATA – NOT FOR SUBMISSION" in document.sections[0].header.paragraphs[0].text
    assert "Annex V" in text


def test_pictures_of_the_sites_stand_in_annex_iv(tmp_path: Path) -> None:
    given = facts(4)
    picture = tmp_path / "one.png"
    Image.new("RGB", (2000, 3000), "white").save(picture)
    (shape,) = written(given, tmp_path, pictures={given.sites[0].site_id: picture}).inline_shapes
    assert shape.width.mm <= 165.01
    assert shape.height.mm <= 150.01
    assert shape.width.mm / shape.height.mm == pytest.approx(2 / 3, rel=1e-3)
