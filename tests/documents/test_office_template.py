"""The office's own letterhead: places filled, the rest kept, faults told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from geo_planner.documents.facts import Office
from geo_planner.documents.office_template import BODY, PLACES
from geo_planner.documents.proposal import write_proposal
from geo_planner.errors import InputError, UsageError
from tests.documents.fakes import facts
from tests.documents.test_proposal import OFFICE, whole_text

ATTACHED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"


def template(path: Path, places: tuple[str, ...] = PLACES, *, controls: tuple[str, ...] = ()) -> Path:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "SỞ CỦA TÔI"
    document.add_paragraph("Giấy tiêu đề riêng")
    for name in places:
        if name in controls:
            document.element.body[-1].addprevious(
                parse_xml(
                    f'<w:sdt {nsdecls("w")}><w:sdtPr><w:tag w:val="{name}"/></w:sdtPr><w:sdtContent><w:p><w:r><w:rPr><w:rStyle w:val="PlaceholderText"/>'
                    "<w:i/></w:rPr><w:t>Bấm vào đây</w:t></w:r></w:p></w:sdtContent></w:sdt>"
                )
            )
        else:
            place = document.add_paragraph()
            for part in (f"<{name}: ", "{{", name[:3], name[3:] + "}", "}>"):  # Word spreads a mark over runs
                place.add_run(part).bold = part == "{{"
    document.add_paragraph("Hết giấy tiêu đề")
    document.save(str(path))
    return path


def filled(folder: Path, path: Path, **more: Any) -> Any:
    return Document(str(write_proposal(facts(office=OFFICE, **more), folder, template=path)[0]))


@pytest.mark.parametrize("controls", [(), PLACES, (BODY, "noi_nhan")])
def test_places_are_filled_and_the_rest_is_kept(controls: tuple[str, ...], tmp_path: Path) -> None:
    document = filled(tmp_path, template(tmp_path / "mau.docx", controls=controls))
    text = whole_text(document)
    assert "{{" not in text
    assert text.count("I. HIỆN TRẠNG") == 1
    assert "Bấm vào đây" not in text
    assert "Giấy tiêu đề riêng" in text
    assert text.index("Giấy tiêu đề riêng") < text.index("12/TTr-SKHCN") < text.index("Lai Châu, ngày 05 tháng 02 năm 2026")
    assert text.index("Bộ Khoa học và Công nghệ") < text.index("I. HIỆN TRẠNG")
    assert (
        text.index("I. HIỆN TRẠNG")
        < text.index("PHÓ GIÁM ĐỐC")
        < text.index("Người Ký")
        < text.index("Hết giấy tiêu đề")
        < text.index("Phụ lục I\nDANH MỤC")
    )
    if not controls:
        assert "<so_ky_hieu: 12/TTr-SKHCN>" in text
    assert "CỘNG HÒA XÃ HỘI" not in text


def test_the_sample_line_stands_over_the_office_s_own_head(tmp_path: Path) -> None:
    first = filled(tmp_path, template(tmp_path / "mau.docx")).sections[0]
    assert [p.text for p in first.header.paragraphs] == ["DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT", "SỞ CỦA TÔI"]
    assert not first.different_first_page_header_footer  # the office's head stays on page 1


def test_a_template_without_heads_gets_page_numbers(tmp_path: Path) -> None:
    path = template(tmp_path / "mau.docx")
    bare = Document(str(path))
    bare.sections[0].header.is_linked_to_previous = True
    bare.save(str(path))
    first = filled(tmp_path, path).sections[0]
    assert len(list(first.header._element.iter(qn("w:fldSimple")))) == 1
    for head in (first.header, first.first_page_header):
        assert head.paragraphs[0].text == "DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT"


def test_all_missing_places_are_told_together(tmp_path: Path) -> None:
    path = template(tmp_path / "mau.docx", PLACES[:-2])
    with pytest.raises(InputError) as caught:
        filled(tmp_path, path)
    (told,) = caught.value.faults
    assert told.code == "document_template"
    assert "ho_ten_nguoi_ky, noi_nhan" in told.line("vi")
    assert "{{ho_ten_nguoi_ky}}" in told.line("vi")
    assert not (tmp_path / "proposal.docx").exists()


def test_what_is_no_word_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"not a zip")
    (tmp_path / "b.docx").write_bytes(Path(__file__).read_bytes())
    for name in ("a.docx", "b.docx"):
        with pytest.raises(InputError):
            filled(tmp_path, tmp_path / name)
    with pytest.raises(UsageError, match="there is no letterhead"):
        filled(tmp_path, tmp_path / "nowhere.docx")


def test_a_template_that_draws_on_other_files_is_refused_and_a_template_of_a_template_forgotten(tmp_path: Path) -> None:
    path = template(tmp_path / "mau.docx")
    document = Document(str(path))
    document.part.relate_to("http://example.org/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    document.save(str(tmp_path / "linked.docx"))
    with pytest.raises(InputError, match="outside"):
        filled(tmp_path, tmp_path / "linked.docx")
    document = Document(str(path))
    ident = document.part._settings_part.relate_to("file:///C:/a.dotm", ATTACHED, is_external=True)
    document.settings.element.insert(0, parse_xml(f'<w:attachedTemplate {nsdecls("w", "r")} r:id="{ident}"/>'))
    document.save(str(tmp_path / "attached.docx"))
    made = filled(tmp_path, tmp_path / "attached.docx")
    assert made.settings.element.find(qn("w:attachedTemplate")) is None
    assert not any(r.is_external for part in made.part.package.iter_parts() for r in part.rels.values())


def test_what_is_written_is_never_taken_for_a_place(tmp_path: Path) -> None:
    path = template(tmp_path / "mau.docx")
    office = Office(signer_name="{{noi_dung}} <w:p/>", number="{{so_ky_hieu}}", place="{{noi_nhan}}")
    given = facts(3, office=office, names=["{{trich_yeu}}"])
    text = whole_text(Document(str(write_proposal(given, tmp_path, template=path)[0])))
    for kept in ("{{noi_dung}} <w:p/>", "{{so_ky_hieu}}/……", "{{noi_nhan}}, ngày 05", "{{trich_yeu}} (xã Tà Tổng)"):
        assert kept in text


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    path = template(tmp_path / "mau.docx")
    content = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        content.append(write_proposal(facts(office=OFFICE), tmp_path / name, template=path)[0].read_bytes())
    assert content[0] == content[1]
