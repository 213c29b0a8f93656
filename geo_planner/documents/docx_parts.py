"""Parts of a Word document in the layout of Nghị định 30/2020/NĐ-CP: page, fonts, paragraphs, tables, page numbers.

Texts go in as text: nothing in a name is markup, and what XML cannot hold is left out.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo_planner.files.atomic import put_in_place

FONT = "Times New Roman"
BODY_PT, TABLE_PT, NUMBER_PT, SAMPLE_PT = 14.0, 10.0, 14.0, 10.0
A4_MM = (210.0, 297.0)
MARGINS_MM = {"top": 25.0, "bottom": 20.25, "left": 30.0, "right": 15.25}
FIRST_LINE_MM, BEFORE_PT = 12.7, 6.0
NO_DAY = dt.date(2000, 1, 1)
"""In the properties of a file that has no day."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
Align = Literal["left", "center", "right", "justify"]
_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT, "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}  # fmt: skip
Lines = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: plain, a title over all columns, or a sum."""

    cells: tuple[Lines, ...]
    kind: Literal["plain", "group", "total"] = "plain"


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table: titles, widths in mm, how each is aligned."""

    titles: tuple[str, ...]
    widths_mm: tuple[float, ...]
    aligned: tuple[str, ...]


def fit(text: object) -> str:
    """A text as a run of a document can hold it: on one line, without signs that XML or a reader cannot show.

    >>> fit("a" + chr(10) + "b" + chr(0) + "c")
    'a bc'
    """
    return _UNFIT.sub("", _BREAKS.sub(" ", str(text)))


def new_document(*, locale: str) -> Any:
    """An empty A4 document, all of it in one font."""
    document = Document()
    for style in document.styles:
        _one_font(style.element)
        if style.name.startswith(("Heading", "Title")):
            _plain_heading(style)
    defaults = document.styles.element.find(qn("w:docDefaults"))
    _one_font(defaults)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), locale)
    normal = document.styles["Normal"]
    normal.font.size = Pt(BODY_PT)
    normal.paragraph_format.space_after = Pt(0)
    page(document.sections[0], landscape=False)
    return document


def page(section: Any, *, landscape: bool) -> None:
    """Size, direction and margins of a section."""
    width, height = sorted(A4_MM, reverse=landscape)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    for side, mm in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(mm))
    section.header_distance = section.footer_distance = Mm(8)


def add_page_number(document: Any) -> None:
    """Page number at the top centre, not on page 1; later sections take it from the first one."""
    first = document.sections[0]
    first.different_first_page_header_footer = True
    first.first_page_header.is_linked_to_previous = False
    header = first.header
    header.is_linked_to_previous = False
    last = header.paragraphs[-1]
    place = header.add_paragraph() if last.text else last
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(place, "PAGE")


def add_sample_line(document: Any, text: str) -> None:
    """The line of sample data at the top of every page, whatever heads the sections have."""
    even = document.settings.odd_and_even_pages_header_footer
    for at, section in enumerate(document.sections):
        heads = [section.header, *([section.first_page_header] if section.different_first_page_header_footer else [])]
        for header in [*heads, *([section.even_page_header] if even else [])]:
            if at and header.is_linked_to_previous:
                continue
            header.is_linked_to_previous = False
            first = header.paragraphs[0]
            place = first.insert_paragraph_before() if first.text or first._p.xpath(".//w:fldSimple") else first
            place.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(place, text, size=SAMPLE_PT, bold=True)


def add_section(document: Any, *, landscape: bool) -> None:
    """Go on on a new page, across or upright."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    page(section, landscape=landscape)
    section.different_first_page_header_footer = False
    # the break stands in a paragraph of its own: it must not fill a line, and never a page
    holder = document.element.body.findall(qn("w:p"))[-1]
    if holder.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
        properties = holder.find(qn("w:pPr"))
        spacing = _element("w:spacing", before="0", after="0", line="20", lineRule="exact")
        properties.insert(0, spacing)


def paragraph(
    document: Any, text: str, *, bold: bool = False, italic: bool = False, size: float = BODY_PT, align: Align = "justify", indent: bool = True,
    style: str | None = None,
) -> Any:  # fmt: skip
    """One paragraph of the body."""
    place = document.add_paragraph(style=style if style and style in _styles(document) else None)
    place.alignment = _ALIGNED[align]
    shape = place.paragraph_format
    shape.space_before, shape.space_after = Pt(BEFORE_PT), Pt(0)
    if indent:
        shape.first_line_indent = Mm(FIRST_LINE_MM)
    _run(place, text, size=size, bold=bold, italic=italic)
    _mark_size(place, size)
    return place


def explained(document: Any, text: str) -> None:
    """What a figure of the table means."""
    paragraph(document, text, italic=True, size=11, indent=False).paragraph_format.space_before = Pt(2)


def heading(document: Any, text: str, level: int = 1, *, align: Align = "justify", new_page: bool = False) -> None:
    """A numbered title of the body; Word's list of headings shows it."""
    place = paragraph(document, text, bold=True, align=align, indent=align == "justify", style=f"Heading {level}")
    place.paragraph_format.keep_with_next = True
    # an office's template may have them in another colour
    place.runs[0].font.color.rgb = RGBColor(0, 0, 0)
    if new_page:
        place.paragraph_format.page_break_before = True


def rule(document: Any, *, share: float, width_mm: float) -> None:
    """A short line in the middle of a column."""
    side = Mm(width_mm * (1 - share) / 2)
    place = document.add_paragraph()
    place.paragraph_format.left_indent = place.paragraph_format.right_indent = side
    place.paragraph_format.space_before, place.paragraph_format.space_after = Pt(3), Pt(0)
    line = _element("w:pBdr")
    line.append(_element("w:top", val="single", sz="6", space="1", color="000000"))
    properties = place._p.get_or_add_pPr()
    properties.insert_element_before(line, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")
    _mark_size(place, 4)


def table(document: Any, grid: Grid, rows: Iterable[Row], *, size: float = TABLE_PT, whole: bool = False) -> None:
    """A table of fixed widths whose titles come again on every page and whose rows are not broken; `whole`: all of it on one page.

    Written as XML at once: five hundred villages take a second, where cell by cell they take minutes. Where the page of an office's letterhead is
    narrower than the table, all columns give way alike.
    """
    grid = _within(grid, document.sections[-1])
    element = _element("w:tbl")
    properties = _element("w:tblPr")
    properties.append(_element("w:tblW", w=str(_twips(sum(grid.widths_mm))), type="dxa"))
    properties.append(_element("w:jc", val="center"))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="000000"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="57", type="dxa"))
    properties.append(margins)
    element.append(properties)
    columns = _element("w:tblGrid")
    for mm in grid.widths_mm:
        columns.append(_element("w:gridCol", w=str(_twips(mm))))
    element.append(columns)
    if any(grid.titles):
        element.append(_row(grid.titles, grid, size, bold=True, head=True, keep=True))
    written = list(rows)
    for row, following in zip(written, [*written[1:], None], strict=True):
        if row.kind == "group":
            element.append(_over_all(row.cells[0], grid, size))
        else:
            keep = following is not None and (whole or following.kind == "total")
            element.append(_row(row.cells, grid, size, bold=row.kind == "total", keep=keep))
    last = document.element.body[-1]
    if document.paragraphs and document.paragraphs[-1]._p.getnext() is last:
        document.paragraphs[-1].paragraph_format.space_after = Pt(4)
    last.addprevious(element)
    after = document.add_paragraph()
    after.paragraph_format.space_before = after.paragraph_format.space_after = Pt(0)
    _mark_size(after, 4)


def _within(grid: Grid, section: Any) -> Grid:
    sides = section.page_width, section.left_margin, section.right_margin
    if None in sides:
        return grid
    room, asked = (sides[0] - sides[1] - sides[2]) / Mm(1), sum(grid.widths_mm)
    return grid if asked <= room else replace(grid, widths_mm=tuple(mm * room / asked for mm in grid.widths_mm))


def no_margins(table: Any) -> None:
    """Let the text of a table's cells reach their edges."""
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="0", type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def add_picture(document: Any, path: Path, *, width_mm: float, height_mm: float, told: str) -> None:
    """A picture in the middle of the page, as large as the frame allows; `told` is read out where it cannot be seen."""
    place = document.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.paragraph_format.space_before = Pt(BEFORE_PT)
    place.paragraph_format.keep_with_next = True
    shape = place.add_run().add_picture(str(path))
    shape._inline.docPr.set("descr", fit(told))
    shape._inline.docPr.set("name", fit(told))
    shape._inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("name", "")
    share = min(Mm(width_mm) / shape.width, Mm(height_mm) / shape.height)
    shape.width, shape.height = int(shape.width * share), int(shape.height * share)


def save(document: Any, path: Path, *, day: dt.date | None, title: str, author: str) -> None:
    """Write a document whose bytes follow from what stands in it: no time of writing, no name of a machine or user."""
    when = dt.datetime.combine(day or NO_DAY, dt.time())
    core = document.core_properties
    core.created = core.modified = core.last_printed = when
    core.title, core.author, core.last_modified_by = fit(title)[:255], fit(author)[:255], ""
    core.comments, core.keywords, core.subject, core.revision = "", "", "", 1
    written = io.BytesIO()
    document.save(written)
    put_in_place(path, steady_zip(written.getvalue()))


def steady_zip(content: bytes) -> bytes:
    """The same archive with all times fixed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            target.writestr(info, source.read(name))
    return out.getvalue()


def _styles(document: Any) -> set[str]:
    return {style.name for style in document.part.styles}


def _row(cells: Sequence[Lines], grid: Grid, size: float, *, bold: bool, head: bool = False, keep: bool = False) -> Any:
    row = _element("w:tr")
    row.append(_row_properties(head=head))
    for text, mm, align in zip(cells, grid.widths_mm, grid.aligned, strict=True):
        row.append(_cell(text, _twips(mm), 1, "center" if head else align, size, bold=bold, keep=keep))
    return row


def _over_all(text: Lines, grid: Grid, size: float) -> Any:
    row = _element("w:tr")
    row.append(_row_properties(head=False))
    row.append(_cell(text, _twips(sum(grid.widths_mm)), len(grid.widths_mm), "left", size, bold=True, keep=True))
    return row


def _row_properties(*, head: bool) -> Any:
    properties = _element("w:trPr")
    properties.append(_element("w:cantSplit"))
    if head:
        properties.append(_element("w:tblHeader"))
    return properties


def _cell(lines: Lines, width: int, span: int, align: str, size: float, *, bold: bool, keep: bool = False) -> Any:
    cell, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=str(width), type="dxa"))
    if span > 1:
        properties.append(_element("w:gridSpan", val=str(span)))
    properties.append(_element("w:vAlign", val="center"))
    cell.append(properties)
    for text in (lines,) if isinstance(lines, str) else (lines or ("",)):
        place, shape = _element("w:p"), _element("w:pPr")
        if keep:
            shape.append(_element("w:keepNext"))
        shape.append(_element("w:spacing", before="20", after="20"))
        shape.append(_element("w:jc", val="both" if align == "justify" else align))
        # the mark of a paragraph gives an empty one its height
        shape.append(_letters(size))
        place.append(shape)
        run = _element("w:r")
        run.append(_letters(size, bold=bold))
        written = _element("w:t")
        written.text = fit(text)
        written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(written)
        place.append(run)
        cell.append(place)
    return cell


def _letters(size: float, *, bold: bool = False) -> Any:
    letters = _element("w:rPr")
    letters.append(_element("w:rFonts", ascii=FONT, hAnsi=FONT, cs=FONT, eastAsia=FONT))
    if bold:
        letters.append(_element("w:b"))
    letters.append(_element("w:sz", val=str(round(size * 2))))
    letters.append(_element("w:szCs", val=str(round(size * 2))))
    return letters


def _mark_size(place: Any, size: float) -> None:
    """An empty paragraph, and the end of each, is as high as its letters."""
    properties = place._p.get_or_add_pPr()
    properties.insert_element_before(_letters(size), "w:sectPr", "w:pPrChange")


def _run(place: Any, text: str, *, size: float, bold: bool = False, italic: bool = False) -> Any:
    run = place.add_run(fit(text))
    run.font.name, run.font.size, run.bold, run.italic = FONT, Pt(size), bold, italic
    return run


def _field(place: Any, name: str) -> None:
    """A field that Word works out by itself."""
    field = _element("w:fldSimple", instr=name)
    run, letters, text = _element("w:r"), _element("w:rPr"), _element("w:t")
    letters.append(_element("w:rFonts", ascii=FONT, hAnsi=FONT, cs=FONT, eastAsia=FONT))
    letters.append(_element("w:sz", val=str(round(NUMBER_PT * 2))))
    text.text = "2"
    run.append(letters)
    run.append(text)
    field.append(run)
    place._p.append(field)


def _one_font(element: Any) -> None:
    """Every font named below an element is the one font; themes have their own."""
    for fonts in element.iter(qn("w:rFonts")):
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        for name in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{name}"), FONT)


def _plain_heading(style: Any) -> None:
    """Black letters of the body's size."""
    properties = style.element.find(qn("w:rPr"))
    for name in ("w:color", "w:sz", "w:szCs"):
        for found in [] if properties is None else properties.findall(qn(name)):
            properties.remove(found)


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _twips(mm: float) -> int:
    return round(mm / 25.4 * 1440)
