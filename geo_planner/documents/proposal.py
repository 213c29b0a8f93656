"""``proposal.docx``: the request to include villages in the programme, with its annexes, in the layout of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo_planner.documents.annexes import add_annexes
from geo_planner.documents.docx_parts import Grid, Row, add_page_number, add_sample_line, heading, new_document, paragraph, save, table
from geo_planner.documents.letterhead import add_foot, add_head, issuing_body, subject
from geo_planner.documents.office_template import filled_template, place_texts
from geo_planner.documents.records import GroupFacts, Money, ProposalFacts, VillageFacts
from geo_planner.documents.wording import BLANK, Wording
from geo_planner.schema import GRID_POWER, RESPONSIBILITY
from geo_planner.words import Language

FILE = "proposal.docx"
_NAMED = 30
"""So many villages are named in the text; a longer list stands in the annex alone."""
_FIRST = 5
_TRANSLATIONS = ("en",)
_SUMS_PT = 11.0


def write_proposal(
    facts: ProposalFacts,
    folder: Path,
    language: Language = "vi",
    *,
    template: Path | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> list[Path]:
    """Write ``proposal.docx``.

    Parameters
    ----------
    facts : ProposalFacts
    folder : Path
        Is there.
    language : {"vi", "en"}
        ``en``: a reading version.
    template : Path, optional
        The office's letterhead, with the places of :data:`geo_planner.documents.office_template.PLACES`.
    pictures : mapping of str to Path, optional
        Map and profile of a proposed site by ``site_id``, PNG; without them Annex IV says where they are.

    Raises
    ------
    UsageError
        When there is no such template.
    InputError
        When the template is no Word document or lacks places.
    """
    say = Wording(language)
    sample = say("sample_line") if facts.uses_sample_data else None
    if template is None:
        document = new_document(locale=say("locale"))
        add_page_number(document)
        if sample:
            add_sample_line(document, sample)
        add_head(document, facts, say)
        add_body(document, facts, say)
        add_foot(document, facts, say)
    else:
        document = filled_template(template, place_texts(facts, say), lambda made: add_body(made, facts, say), sample)
    add_annexes(document, facts, say, pictures or {})
    path = folder / FILE
    save(document, path, day=facts.date, title=subject(facts, say), author=issuing_body(facts.office, say))
    return [path]


def add_body(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """From the legal basis to the last sentence."""
    body = issuing_body(facts.office, say)
    to = say.listing(list(facts.office.addressees)) if facts.office.addressees else BLANK
    laws = [*(say.told(law) for law in facts.legal_basis), *facts.office.legal_basis]
    for at, law in enumerate(laws, 1):
        paragraph(document, say("basis", text=law.rstrip(";.")) + ("." if at == len(laws) else ";"), italic=True)
    paragraph(document, say("opening", body=body, n=len(facts.villages), to=to))
    if say.language in _TRANSLATIONS:
        paragraph(document, say("reading_version"), italic=True)
    _present_state(document, facts, say)
    _method(document, facts, say)
    _results(document, facts, say)
    _request(document, facts, say, body, to)
    if facts.money is not None:
        _cost(document, facts.money, say)
    heading(document, say("heading_duties"))
    for key in ("duty_office", "duty_communes", "duty_operators", "duty_power"):
        paragraph(document, say(key, body=body))
    paragraph(document, say("enclosed"))
    paragraph(document, say("closing", body=body, to=to)).paragraph_format.keep_with_next = True


def _present_state(document: Any, facts: ProposalFacts, say: Wording) -> None:
    heading(document, say("heading_state"))
    known = [v.households for v in facts.villages if v.households is not None]
    unknown = len(facts.villages) - len(known)
    counted = {"n": len(facts.villages), "communes": len({v.commune_code for v in facts.villages}), "households": sum(known)}
    paragraph(document, say("state_list_unknown", unknown=unknown, **counted) if unknown else say("state_list", **counted))
    signal = facts.signal
    paragraph(
        document,
        say(
            "state_signal", white=signal.of("no_signal"), dented=signal.of("partial"), province=_or_blank(signal.province, say),
            served=_or_blank(signal.with_signal, say),
        ),
    )  # fmt: skip
    powers = [*GRID_POWER, *(["unknown"] if any(p == "unknown" for _, p in signal.cells) else [])]
    statuses = [s for s in ("no_signal", "partial", "covered", "unknown") if signal.of(s)]
    titles = (say("col_signal"), *(say(f"col_power_{power}") for power in powers), say("total"))
    rows = [Row((say.word(s), *(say.figure(signal.of(s, p)) for p in powers), say.figure(signal.of(s)))) for s in statuses]
    sums = (say.figure(sum(signal.of(s, p) for s in statuses)) for p in powers)
    rows.append(Row((say("total"), *sums, say.figure(signal.listed)), "total"))
    width = 110.0 / (len(powers) + 1)
    table(
        document,
        Grid(titles, (50.0, *([width] * (len(powers) + 1))), ("left", *(["center"] * (len(powers) + 1)))),
        rows,
        size=12,
        whole=True,
    )
    doubted = sum(v.declared.status == "no_signal" and v.modelled.status == "covered" for v in facts.villages)
    measured = sum(v.measured.status != "unknown" for v in facts.villages)
    paragraph(document, say("state_three", measured=measured, doubted=doubted, n=len(facts.villages)))


def _method(document: Any, facts: ProposalFacts, say: Wording) -> None:
    heading(document, say("heading_method"))
    edition = facts.model.edition
    paragraph(
        document,
        say("method_model_two", model=edition, other=facts.model.compared_edition)
        if facts.model.compared_edition
        else say("method_model", model=edition),
    )
    weights = [say("method_weight", name=getattr(c, say.language), share=c.share) for c in facts.criteria]
    paragraph(document, say("method_rank", criteria="; ".join(weights)))
    paragraph(document, say("method_groups"))
    if facts.money is None:
        paragraph(document, say("method_no_build"))
    else:
        paragraph(
            document,
            say("method_build", budget=say.budget(facts.money.budget_vnd))
            if facts.money.budget_vnd is not None
            else say("method_build_free"),
        )
    paragraph(document, say("method_limits"))


def _results(document: Any, facts: ProposalFacts, say: Wording) -> None:
    heading(document, say("heading_results"))
    first = [say("result_village", rank=v.rank, village=v.name, commune=v.commune_title) for v in facts.villages[:_FIRST]]
    if first:
        paragraph(document, say("result_first", villages="; ".join(first)))
    money = facts.money
    if money is None:
        return
    if not facts.sites:
        paragraph(document, say("result_nothing", budget=say.budget(money.budget_vnd)))
        return
    counted = {"sites": len(facts.sites), "links": len(facts.links), "households": say.figure(money.households_gained)}
    paragraph(document, say("result_build", **counted, **say.three_billions(money.capex)))
    if money.per_household is not None:
        paragraph(document, say("result_household", **say.three_billions(money.per_household)))
    running = {"opex": say.billions(money.opex_per_year.base), "npv": say.billions(money.npv.base)}
    paragraph(document, say("result_running", years=money.horizon_years, rate=money.discount_rate, **running))
    if money.smartphone_vnd is not None and money.smartphone_households is not None:
        paragraph(document, say("result_phones", households=money.smartphone_households, vnd=say.billions(money.smartphone_vnd)))


def _request(document: Any, facts: ProposalFacts, say: Wording, body: str, to: str) -> None:
    heading(document, say("heading_request"))
    paragraph(document, say("request", body=body, to=to))
    groups = [group for group in facts.groups if group.key != "undecided" or group.villages]
    for at, group in enumerate(groups, 1):
        heading(document, f"{at}. {say.group(group.key)}", 2)
        _group(document, group, say)


def _group(document: Any, group: GroupFacts, say: Wording) -> None:
    if not group.villages:
        paragraph(document, say("request_none"))
        return
    facts = {"n": len(group.villages), "households": group.households}
    paragraph(document, say(f"request_{group.key}", **facts))
    if group.households_unknown:
        paragraph(document, say("request_unknown", unknown=group.households_unknown))
    names = [_named(village, say) for village in group.villages[:_NAMED]]
    more = len(group.villages) - len(names)
    paragraph(
        document, say("request_names_more", names="; ".join(names), more=more) if more else say("request_names", names="; ".join(names))
    )
    if group.cost is None:
        return
    if not group.covered and not group.cost.high:
        paragraph(document, say("request_not_built"))
    else:
        gained = say.figure(group.households_gained)
        paragraph(document, say("request_cost", covered=group.covered, households=gained, **say.three_billions(group.cost)))


def _named(village: VillageFacts, say: Wording) -> str:
    return say("village_of", village=village.name, commune=village.commune_title)


def _cost(document: Any, money: Money, say: Wording) -> None:
    """By payer and year; the sums are those of the plan to the đồng."""
    heading(document, say("heading_cost"))
    years = list(money.years)
    titles = (say("col_payer"), *(str(y.year) if y.year is not None else say("col_no_year") for y in years), say("total"))
    payers = [key for key in RESPONSIBILITY if key != "undecided" or money.by_payer[key].high]
    rows = [
        Row((say.group(key), *(say.vnd(y.by_payer[key]) for y in years), say.vnd(money.by_payer[key].base)))
        for key in payers
    ]  # fmt: skip
    rows.append(Row((say("total"), *(say.vnd(y.cost_vnd) for y in years), say.vnd(money.capex.base)), "total"))
    width = 120.0 / (len(years) + 1)
    table(
        document,
        Grid(titles, (45.0, *([width] * (len(years) + 1))), ("left", *(["right"] * (len(years) + 1)))),
        rows,
        size=_fits(len(years)),
        whole=True,
    )
    paragraph(
        document, say("cost_note", low=say.vnd(money.capex.low), high=say.vnd(money.capex.high), price_year=money.price_year), italic=True
    )


def _fits(years: int) -> float:
    """Letters small enough for amounts of fourteen signs in each column."""
    return _SUMS_PT if years < 4 else 9.0 if years < 6 else 7.0


def _or_blank(value: int | None, say: Wording) -> str:
    return BLANK if value is None else say.figure(value)
