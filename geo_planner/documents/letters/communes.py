"""To a commune: what is not known of its villages, why it matters, and what is proposed for them so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from geo_planner.documents.docx_parts import Grid, Row, paragraph, table
from geo_planner.documents.letterhead import issuing_body
from geo_planner.documents.letters.asked import CommuneAsked
from geo_planner.documents.letters.forms import Form, FormRow, tell, write_form
from geo_planner.documents.letters.letter import write_letter
from geo_planner.documents.records import ProposalFacts, VillageFacts
from geo_planner.documents.wording import Wording
from geo_planner.words import Language

_TABLE_PT = 11.0


def write_commune(asked: CommuneAsked, facts: ProposalFacts, folder: Path, language: Language) -> list[Path]:
    """The letter to a commune and its sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    form = f"{asked.file}_form.xlsx"

    def body(document: Any, say: Wording) -> None:
        n = len(asked.questions)
        paragraph(
            document,
            tell("commune_opening", language, province=facts.province, body=issuing_body(facts.office, say), commune=asked.title, n=n),
        )
        _questions(document, asked, say)
        if facts.money is not None:
            _proposed(document, asked, facts, say)

    to = tell("commune_to", language, commune=asked.title)
    letter = write_letter(
        facts, folder / f"{asked.file}.docx", language, to=to, about=tell("commune_about", language), form=form, body=body
    )
    return [letter, write_form(_form(asked, language), facts, folder / form, language)]


def known_words(village: VillageFacts, say: Wording) -> tuple[str, ...]:
    """Signal, households and power as the list has them; with who says so."""
    return (
        say.status(village.signal),
        tell("households", say.language, n=say.figure(village.households)),
        say("power", word=say.word(village.grid_power)),
    )


def _questions(document: Any, asked: CommuneAsked, say: Wording) -> None:
    language = say.language
    titles = (say("col_stt"), say("col_village_name"), tell("col_known", language), tell("col_asked", language), tell("col_why", language))
    grid = Grid(titles, (11.0, 32.0, 36.0, 46.0, 40.0), ("center", "left", "left", "left", "left"))
    rows = []
    for at, village in enumerate((each for each in asked.villages if each.village_id in asked.questions), 1):
        questions = asked.questions[village.village_id]
        several = len(questions) > 1
        asks, whys = (
            [*_numbered(texts, several=several)]
            for texts in zip(*((q.question(language), getattr(q, f"why_{language}")) for q in questions), strict=True)
        )
        rows.append(
            Row((
                str(at), (village.name, f"({village.village_id})"), known_words(village, say),
                tuple(asks), tuple(whys),
            ))
        )  # fmt: skip
    table(document, grid, rows, size=_TABLE_PT)


def _numbered(texts: Iterable[str], *, several: bool) -> Iterator[str]:
    """Questions, and why each is asked, under the same number."""
    for at, text in enumerate(texts, 1):
        yield f"{at}) {text}" if several and text else text


def _proposed(document: Any, asked: CommuneAsked, facts: ProposalFacts, say: Wording) -> None:
    """What the proposal has for the commune's villages; the shares are those of its annex, to the đồng."""
    language = say.language
    paragraph(document, tell("commune_proposed", language)).paragraph_format.keep_with_next = True
    grid = Grid(
        (say("col_stt"), say("col_village_name"), say("col_solution"), say("col_year"), tell("col_share", language)),
        (11.0, 44.0, 50.0, 20.0, 40.0),
        ("center", "left", "left", "center", "right"),
    )
    rows = []
    for at, village in enumerate(asked.villages, 1):
        sites = [f"{say.site(site.number)} ({say.site_kind(site.kind)})" for site in map(facts.site, village.site_ids)]
        year = "–" if village.year is None else str(village.year)
        rows.append(Row((str(at), village.name, "; ".join(sites) or say("plan_none"), year, say.vnd(village.cost_share_vnd))))
    total = sum(village.cost_share_vnd or 0 for village in asked.villages)
    rows.append(Row(("", say("total"), "", "", say.vnd(total)), "total"))
    table(document, grid, rows, size=_TABLE_PT)


def _form(asked: CommuneAsked, language: Language) -> Form:
    say = Wording(language)
    rows = tuple(
        FormRow(
            each.village_id, each.name, (asked.known[each.village_id], _source(each, say)),
            frozenset(column for ident, column in asked.open if ident == each.village_id),
        )
        for each in asked.villages
    )  # fmt: skip
    return Form(
        "commune", asked.code, tell("commune_form_title", language, commune=asked.title), (tell("form_how", language), tell("no_persons", language)),
        ((tell("col_known", language), 40.0), (tell("col_source", language), 20.0)), asked.columns,
        tuple(asked.question_of(column.name, language) for column in asked.columns), rows, {},
    )  # fmt: skip


def _source(village: VillageFacts, say: Wording) -> str:
    """Where the row of the list comes from, and the day of its declared status."""
    return "; ".join(part for part in (village.source, say.day(village.declared.date)) if part) or say("unknown")
