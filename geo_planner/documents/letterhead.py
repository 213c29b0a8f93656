"""The head and the foot of the request, in the layout of the decree."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm

from geo_planner.documents.docx_parts import no_margins, paragraph, rule
from geo_planner.documents.office import Office
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import BLANK, Wording

_LEFT_MM, _RIGHT_MM = 76.0, 88.75
"""As wide as the names of both bodies and the name of the State in letters of 12 points on one line each."""


def issuing_body(office: Office, say: Wording) -> str:
    """The issuing body as it is called within a sentence."""
    return office.issuing_body or say("issuing_body")


def number_and_sign(office: Office) -> str:
    return f"{office.number or BLANK}/{office.symbol or BLANK}"


def place_and_day(facts: ProposalFacts, say: Wording) -> str:
    return say("place_date", place=say.blank(facts.office.place), **say.dated(facts.date))


def subject(facts: ProposalFacts, say: Wording) -> str:
    return facts.office.subject or say("subject", province=facts.province)


def addressees(office: Office) -> tuple[str, ...]:
    return office.addressees or (BLANK,)


def recipients(office: Office, say: Wording) -> list[str]:
    """The lines below Nơi nhận, each with its sign; the one of the archive last."""
    lines = [f"- {line.rstrip(';.')};" for line in (office.recipients or (say("as_above"), BLANK))]
    return [*lines, f"- {(office.archive or say('archive')).rstrip('.')}."]


def signer_lines(office: Office) -> list[str]:
    """Authority, where there is one, and office of the signer."""
    return [*([office.signer_authority] if office.signer_authority else []), office.signer_title or BLANK]


def add_head(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """Issuing body and national motto side by side, number and day below them, then kind, subject and addressee."""
    office = facts.office
    add_motto(document, facts, say, number_and_sign(office))
    paragraph(document, say("kind"), bold=True, align="center", indent=False).paragraph_format.space_before = Mm(8)
    about = centred(document, subject(facts, say), 14, bold=True).paragraph_format
    about.left_indent = about.right_indent = Mm(4)
    rule(document, share=0.3, width_mm=_LEFT_MM + _RIGHT_MM)
    names = addressees(office)
    if len(names) == 1:
        paragraph(document, say("to", name=names[0]), align="center", indent=False)
    else:
        paragraph(document, say("to", name=""), align="left", indent=True)
        for at, name in enumerate(names, 1):
            line = paragraph(document, f"- {name}{'.' if at == len(names) else ';'}", align="left", indent=False)
            line.paragraph_format.left_indent = Mm(45)


def add_motto(document: Any, facts: ProposalFacts, say: Wording, number: str, below: str = "") -> None:
    """Issuing body and national motto side by side, number and day below them; of a letter, what it is about stands below its number."""
    # number and day in a row of their own stay on one line, however long the names above are
    left, right, below_left, below_right = two_columns(document, rows=2)
    office = facts.office
    centred(left, (office.parent_body or say("parent_body", province=facts.province)).upper(), 12)
    centred(left, issuing_body(office, say).upper(), 12, bold=True)
    rule(left, share=0.33, width_mm=_LEFT_MM)
    centred(below_left, say("number", number=number), 13)
    if below:
        centred(below_left, below, 12)
    centred(right, say("motto_state"), 12, bold=True)
    centred(right, say("motto"), 13, bold=True)
    rule(right, share=0.62, width_mm=_RIGHT_MM)
    centred(below_right, place_and_day(facts, say), 13, italic=True)


def add_foot(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """Recipients on the left, signer on the right, kept on one page."""
    left, right = two_columns(document)
    paragraph(left, say("recipients"), size=12, bold=True, italic=True, align="left", indent=False)
    for line in recipients(facts.office, say):
        paragraph(left, line, size=11, align="left", indent=False).paragraph_format.space_before = Mm(0)
    for line in signer_lines(facts.office):
        centred(right, line.upper(), 14, bold=True)
    signed = paragraph(right, facts.office.signer_name or BLANK, bold=True, align="center", indent=False)
    signed.paragraph_format.space_before = Mm(25)


def two_columns(document: Any, *, rows: int = 1) -> list[Any]:
    """The cells, row by row, of two columns without borders and inner margins; no row goes over two pages."""
    table = document.add_table(rows=rows, cols=2)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    no_margins(table)
    for column, mm in zip(table.columns, (_LEFT_MM, _RIGHT_MM), strict=True):
        column.width = Mm(mm)
    cells = []
    for row in table.rows:
        row._tr.get_or_add_trPr().append(row._tr.makeelement(row._tr.tag.replace("}tr", "}cantSplit")))
        for cell, mm in zip(row.cells, (_LEFT_MM, _RIGHT_MM), strict=True):
            cell.width = Mm(mm)
            cell._tc.remove(cell.paragraphs[0]._p)
            cells.append(cell)
    return cells


def centred(place: Any, text: str, size: float, *, bold: bool = False, italic: bool = False) -> Any:
    """A line in the middle of a column."""
    made = paragraph(place, text, size=size, bold=bold, italic=italic, align="center", indent=False)
    made.paragraph_format.space_before = Mm(0)
    return made
