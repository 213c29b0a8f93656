"""What the letters have in common: head, addressee, how to answer, foot, in the layout of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docx.shared import Mm

from geo_planner.documents.docx_parts import add_page_number, add_sample_line, new_document, paragraph, save
from geo_planner.documents.letterhead import add_motto, centred, issuing_body, signer_lines, two_columns
from geo_planner.documents.letters.forms import tell
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import BLANK, Wording
from geo_planner.words import Language

_TRANSLATIONS = ("en",)


def write_letter(
    facts: ProposalFacts, path: Path, language: Language, *, to: str, about: str, form: str, body: Callable[[Any, Wording], None]
) -> Path:
    """Write a letter.

    Parameters
    ----------
    to : str
        Kính gửi.
    about : str
        What it is about, below the number.
    form : str
        Name of the file of the sheet to fill in.
    body : callable
        Adds to the document what is asked and why.
    """
    say = Wording(language)
    document = new_document(locale=say("locale"))
    add_page_number(document)
    if facts.uses_sample_data:
        add_sample_line(document, say("sample_line"))
    # a letter has a number of its own, which only the office's register knows
    add_motto(document, facts, say, f"{BLANK}/{BLANK}", about)
    paragraph(document, say("to", name=to), align="center", indent=False).paragraph_format.space_before = Mm(8)
    if language in _TRANSLATIONS:
        paragraph(document, say("reading_version"), italic=True)
    body(document, say)
    paragraph(document, tell("how_to_answer", language, form=form), align="left")
    paragraph(document, tell("by_when", language, blank=BLANK, body=issuing_body(facts.office, say)))
    paragraph(document, tell("no_persons", language))
    paragraph(document, tell("contact", language, contact=facts.office.contact or BLANK, blank=BLANK))
    paragraph(document, tell("closing", language))
    _foot(document, facts, say)
    save(document, path, day=facts.date, title=f"{about} – {to}", author=issuing_body(facts.office, say))
    return path


def _foot(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """Recipients and signer; whose name it will be is not known yet."""
    left, right = two_columns(document)
    paragraph(left, say("recipients"), size=12, bold=True, italic=True, align="left", indent=False)
    for line in (f"- {say('as_above')};", f"- {(facts.office.archive or say('archive')).rstrip('.')}."):
        paragraph(left, line, size=11, align="left", indent=False).paragraph_format.space_before = Mm(0)
    for line in signer_lines(facts.office):
        centred(right, line.upper(), 14, bold=True)
    paragraph(right, BLANK, bold=True, align="center", indent=False).paragraph_format.space_before = Mm(25)
