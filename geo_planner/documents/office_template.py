"""The office's own letterhead: a Word file whose named places are filled in, and everything else in it kept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from geo_planner.documents.docx_parts import add_page_number, add_sample_line, fit
from geo_planner.documents.letterhead import addressees, number_and_sign, place_and_day, recipients, signer_lines, subject
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import BLANK, Wording
from geo_planner.errors import InputError, UsageError, fault
from geo_planner.files.folders import no_plain_file
from geo_planner.imports.opening import archive

BODY = "noi_dung"
PLACES = ("so_ky_hieu", "dia_danh_ngay", "trich_yeu", "kinh_gui", BODY, "chuc_vu_nguoi_ky", "ho_ten_nguoi_ky", "noi_nhan")
"""The places that a template must have: content controls with this tag or title, or the name in double braces, such as ``{{noi_dung}}``."""
_MOST_BYTES = 20_000_000
_ATTACHED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
_MAIN = "word/document.xml"
_MARK = re.compile(r"\{\{\s*(" + "|".join(PLACES) + r")\s*\}\}")


def place_texts(facts: ProposalFacts, say: Wording) -> dict[str, tuple[str, ...]]:
    """What is written into each place but the body, a text a line."""
    office = facts.office
    return {
        "so_ky_hieu": (number_and_sign(office),),
        "dia_danh_ngay": (place_and_day(facts, say),),
        "trich_yeu": (subject(facts, say),),
        "kinh_gui": addressees(office),
        "chuc_vu_nguoi_ky": tuple(signer_lines(office)),
        "ho_ten_nguoi_ky": (office.signer_name or BLANK,),
        "noi_nhan": tuple(recipients(office, say)),
    }


def filled_template(path: Path, texts: Mapping[str, tuple[str, ...]], body: Callable[[Any], None], sample_line: str | None) -> Any:
    """The office's document with its places filled in.

    Parameters
    ----------
    path : Path
    texts : mapping
        As :func:`place_texts`.
    body : callable
        Adds the body at the end of the document that it is given; it is moved to its place.
    sample_line : str or None
        Stands on every page.

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When it is no Word document, draws on other files, or lacks places: with all that are missing.
    """
    document = _opened(path)
    # all found before anything is written: what is written may itself look like a mark
    controls, marked = _places_of(document, path.name)
    bodies = [sdt for sdt, name in controls if name == BODY] + [place for place, marks in marked if BODY in (m.group(1) for m in marks)]
    for sdt, name in controls:
        if name != BODY:
            _fill_control(sdt, texts[name])
    for place, marks in marked:
        for mark in reversed(marks):
            _fill_mark(place, mark.span(), texts.get(mark.group(1), ("",)))
    _put_body(document, bodies, body)
    if _wants_number(document):
        add_page_number(document)
    if sample_line:
        add_sample_line(document, sample_line)
    return document


def check_template(path: Path) -> None:
    """Refuse a letterhead that cannot be filled in, before the work.

    Raises
    ------
    UsageError, InputError
        As :func:`filled_template`.
    """
    _places_of(_opened(path), path.name)


def _places_of(document: Any, name: str) -> tuple[list[tuple[Any, str]], list[tuple[Any, list[re.Match[str]]]]]:
    """The controls with their places, and the paragraphs with the marks in them."""
    controls = [(sdt, place) for sdt in document.element.body.iter(qn("w:sdt")) for place in PLACES if place in _names(sdt)]
    marked = [(place, list(_MARK.finditer(_text(place)))) for place in document.element.body.iter(qn("w:p")) if _MARK.search(_text(place))]
    there = {place for _, place in controls} | {mark.group(1) for _, marks in marked for mark in marks}
    lacking = [place for place in PLACES if place not in there]
    if lacking:
        raise InputError([fault(name[:80], "document_template.places", names=lacking, example="{{" + lacking[0] + "}}")])
    return controls, marked


def _opened(path: Path) -> Any:
    name, why = path.name[:80], no_plain_file(path)
    if why == "missing":
        raise UsageError("no_document_template", path=str(path)[:300])
    if why is not None:
        raise InputError([fault(name, "document_template.no_word")])
    with archive(path, name, max_bytes=_MOST_BYTES) as opened:
        if _MAIN not in opened.namelist():
            raise InputError([fault(name, "document_template.no_word")])
    try:
        document = Document(io.BytesIO(path.read_bytes()))
    except Exception as error:  # whatever the library stumbles over, the file is at fault
        raise InputError([fault(name, "document_template.no_word")]) from error
    for part in document.part.package.iter_parts():
        for ident, relation in list(part.rels.items()):
            if not relation.is_external or relation.reltype == RELATIONSHIP_TYPE.HYPERLINK:
                continue
            if relation.reltype != _ATTACHED:
                raise InputError([fault(name, "document_template.draws_on", value=str(relation.target_ref)[:80])])
            # a template of somebody's disk: Word would look for it
            for found in part.element.findall(qn("w:attachedTemplate")):
                part.element.remove(found)
            del part.rels[ident]
    return document


def _names(sdt: Any) -> set[str]:
    properties = sdt.find(qn("w:sdtPr"))
    found = [] if properties is None else [properties.find(qn(tag)) for tag in ("w:tag", "w:alias")]
    return {str(each.get(qn("w:val"))).strip() for each in found if each is not None}


def _text(place: Any) -> str:
    return "".join(each.text or "" for each in place.iter(qn("w:t")))


def _put_body(document: Any, holders: list[Any], body: Callable[[Any], None]) -> None:
    """The body in the stead of the first paragraph or control that holds its place; further ones go."""
    root = document.element.body
    before = len(root)
    body(document)
    made = list(root)[before - 1 : -1]
    for at, holder in enumerate(holders):
        block = holder
        while block.tag != qn("w:p") and next(block.iter(qn("w:p")), None) is None:
            block = block.getparent()
        for element in made if at == 0 else ():
            block.addprevious(element)
        block.getparent().remove(block)


def _fill_control(sdt: Any, lines: tuple[str, ...]) -> None:
    """The text in the letters of the control's first run; the control itself goes, so that what is written stays."""
    content = sdt.find(qn("w:sdtContent"))
    places = list(content.iter(qn("w:p")))
    holder = places[0] if places else content
    for spare in places[1:]:
        spare.getparent().remove(spare)
    runs = list(holder.iter(qn("w:r")))
    letters = next((run.find(qn("w:rPr")) for run in runs if run.find(qn("w:rPr")) is not None), None)
    for child in list(holder):
        if child.tag != qn("w:pPr"):
            holder.remove(child)
    run = OxmlElement("w:r")
    if letters is not None:
        for style in letters.findall(qn("w:rStyle")):  # the grey of a placeholder
            letters.remove(style)
        run.append(letters)
    text = OxmlElement("w:t")
    run.append(text)
    holder.append(run)
    _write(text, lines)
    for child in list(content):
        sdt.addprevious(child)
    sdt.getparent().remove(sdt)


def _fill_mark(place: Any, span: tuple[int, int], lines: tuple[str, ...]) -> None:
    """The mark may be spread over runs: its first one takes the text, the others lose their part of it."""
    (start, end), at, written = span, 0, False
    for text in list(place.iter(qn("w:t"))):
        content = text.text or ""
        first, last = max(start - at, 0), min(end - at, len(content))
        if first < last:
            into = ("",) if written else lines
            whole = [*into]
            whole[0], whole[-1] = content[:first] + whole[0], whole[-1] + content[last:]
            _write(text, tuple(whole))
            written = True
        at += len(content)


def _write(text: Any, lines: tuple[str, ...]) -> None:
    """Lines into a text element, with breaks between them."""
    last = text
    for at, line in enumerate(lines):
        if at:
            gap, further = OxmlElement("w:br"), OxmlElement("w:t")
            last.addnext(gap)
            gap.addnext(further)
            last = further
        last.text = fit(line)
        last.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _wants_number(document: Any) -> bool:
    """Whether pages have no number and can take one without changing what the office put on the first page."""
    if any("PAGE" in "".join(part.xpath(".//w:instrText/text() | .//w:fldSimple/@w:instr")) for part in _edges(document)):
        return False
    first = document.sections[0]
    return bool(first.different_first_page_header_footer) or first.header.is_linked_to_previous


def _edges(document: Any) -> Iterator[Any]:
    """Heads and feet of all sections."""
    for part in document.part.package.iter_parts():
        if str(part.partname).startswith(("/word/header", "/word/footer")):
            yield part.element
