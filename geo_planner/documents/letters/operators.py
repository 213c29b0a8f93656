"""To an operator: the villages that its stations are near, what is proposed on its masts, and the commitments to confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo_planner.documents.docx_parts import Grid, Row, paragraph, table
from geo_planner.documents.letterhead import issuing_body
from geo_planner.documents.letters.asked import OperatorAsked
from geo_planner.documents.letters.communes import known_words
from geo_planner.documents.letters.forms import Form, FormRow, quarters_from, tell, write_form
from geo_planner.documents.letters.letter import write_letter
from geo_planner.documents.records import LinkFacts, ProposalFacts, SiteFacts, VillageFacts
from geo_planner.documents.wording import Wording, commitment, place_name
from geo_planner.schema import VILLAGES
from geo_planner.words import Language

_TABLE_PT = 11.0
_ASKED = ("commitment_operator", "commitment_stage", "commitment_quarter")


def write_operator(asked: OperatorAsked, facts: ProposalFacts, folder: Path, language: Language) -> list[Path]:
    """The letter to an operator and its sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    form = f"{asked.file}_form.xlsx"

    def body(document: Any, say: Wording) -> None:
        opening = {"province": facts.province, "body": issuing_body(facts.office, say), "operator": asked.name, "n": len(asked.villages)}
        paragraph(document, tell("operator_opening", language, **opening))
        _villages(document, asked, say)
        if asked.sites or asked.links:
            _proposed(document, asked, facts, say)
        paragraph(document, tell("operator_asked", language))

    about = tell("operator_about", language)
    letter = write_letter(facts, folder / f"{asked.file}.docx", language, to=asked.name, about=about, form=form, body=body)
    return [letter, write_form(_form(asked, facts, language), facts, folder / form, language)]


def _villages(document: Any, asked: OperatorAsked, say: Wording) -> None:
    titles = (
        say("col_stt"),
        say("col_village_name"),
        tell("col_known", say.language),
        tell("col_stations", say.language),
        tell("col_promised", say.language),
    )
    grid = Grid(titles, (11.0, 38.0, 38.0, 48.0, 30.0), ("center", "left", "left", "left", "left"))
    rows = [
        Row((
            str(at), (village.name, f"({village.village_id})", village.commune_title), known_words(village, say),
            tuple(f"- {text}" for text in _stations(village, asked.name, say)) or ("–",), commitment(village, say),
        ))
        for at, village in enumerate(asked.villages, 1)
    ]  # fmt: skip
    table(document, grid, rows, size=_TABLE_PT)


def _stations(village: VillageFacts, operator: str, say: Wording) -> tuple[str, ...]:
    """Its own stations near a village, with what stands between them."""
    return tuple(say.told(station.sentence) for station in village.stations if station.operator == operator)


def _proposed(document: Any, asked: OperatorAsked, facts: ProposalFacts, say: Wording) -> None:
    """What is proposed at its masts; base estimate, whole đồng."""
    language = say.language
    paragraph(document, tell("operator_proposed", language)).paragraph_format.keep_with_next = True
    grid = Grid(
        (say("col_stt"), say("col_solution"), tell("col_where", language), say("col_year"), say("col_cost")),
        (11.0, 62.0, 36.0, 18.0, 38.0),
        ("center", "left", "left", "center", "right"),
    )
    both: list[SiteFacts | LinkFacts] = [*asked.sites, *asked.links]
    rows = []
    for at, each in enumerate(both, 1):
        if isinstance(each, SiteFacts):
            what, where = f"{say.site(each.number)}: {say.site_kind(each.kind)}", place_name(each.place_id, facts, say)
        else:
            what = say.site_kind(each.kind).capitalize()
            where = f"{place_name(each.place_a, facts, say)} – {place_name(each.place_b, facts, say)}"
        rows.append(Row((str(at), what, where, "–" if each.year is None else str(each.year), say.vnd(each.cost.base))))
    rows.append(Row(("", say("total"), "", "", say.vnd(sum(each.cost.base for each in both))), "total"))
    table(document, grid, rows, size=_TABLE_PT)


def _form(asked: OperatorAsked, facts: ProposalFacts, language: Language) -> Form:
    say = Wording(language)
    rows = tuple(
        FormRow(
            each.village_id,
            each.name,
            (each.commune_title, "; ".join(_stations(each, asked.name, say)), commitment(each, say)),
            frozenset(_ASKED),
        )
        for each in asked.villages
    )
    known = ((tell("col_commune", language), 16.0), (tell("col_stations", language), 40.0), (tell("col_promised", language), 20.0))
    years = [year for year in (facts.money.price_year if facts.money else None, facts.date.year if facts.date else None) if year]
    only = {"commitment_operator": (asked.name,), **({"commitment_quarter": quarters_from(min(years))} if years else {})}
    return Form(
        "operator", asked.name, tell("operator_form_title", language, operator=asked.name), (tell("form_how", language), tell("no_persons", language)),
        known, tuple(VILLAGES.column(name) for name in _ASKED), tuple(tell(f"ask_{name}", language) for name in _ASKED), rows, only,
    )  # fmt: skip
