"""Everything that the documents of a plan say, taken from the plan once; the writers word it and lay it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geo_planner.documents.build_facts import link_facts, money, power_first_facts, price_facts, site_facts, village_shares
from geo_planner.documents.missing import legal_basis, limits_of, missing_of
from geo_planner.documents.office import OFFICE_FILE, Office, read_office
from geo_planner.documents.records import (
    Assumption,
    CriterionFacts,
    GroupFacts,
    ModelFacts,
    Money,
    ProposalFacts,
    QuestionFacts,
    SignalCount,
    VillageFacts,
)
from geo_planner.documents.village_facts import village_facts
from geo_planner.errors import InputError, fault
from geo_planner.export.assumptions import criteria_of, settings_of, sources_of
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY

__all__ = ["Office", "ProposalFacts", "proposal_facts", "read_office"]


def proposal_facts(plan: Plan, *, date: dt.date | None = None, office: Office | None = None) -> ProposalFacts:
    """What the documents of a plan say.

    Parameters
    ----------
    plan : Plan
    date : date, optional
        Day of the documents; that of the office's fields when left out, and blank where these have none. Never today's by itself.
    office : Office, optional
        The fields of the office; those of the study area when left out.

    Raises
    ------
    InputError
        With every fault in the office's fields, where they are read from the study area; when the province has fewer villages than the list.
    """
    office = read_office(plan.study_area.root) if office is None else office
    day = date or office.day
    listed = len(plan.villages)
    if office.villages_in_province is not None and office.villages_in_province < listed:
        told = fault(OFFICE_FILE, "office_villages.fewer", column="villages_in_province", n=office.villages_in_province, listed=listed)
        raise InputError([told])
    shares, unshared = (None, 0) if plan.build is None else village_shares(plan.build)
    villages = village_facts(plan, shares)
    sums = money(plan, unshared)
    return ProposalFacts(
        office=office, date=day, province=plan.scenario.province.name, province_code=plan.scenario.province.code, scenario=plan.scenario.name,
        title_vi=plan.scenario.title_vi or plan.scenario.name, title_en=plan.scenario.title_en or plan.scenario.name, villages=villages,
        groups=tuple(_group(key, villages, sums) for key in RESPONSIBILITY), signal=_signal(villages, office), sites=site_facts(plan, {each.village_id: each.rank for each in villages}),
        links=link_facts(plan), money=sums, power_first=power_first_facts(plan), criteria=_criteria(plan),
        assumptions=tuple(Assumption(each.key, each.value, each.meaning) for each in settings_of(plan) if each.assumed), prices=price_facts(plan),
        limits=limits_of(plan), questions=_questions(plan), sources=tuple(sources_of(plan)), model=_model(plan), notes=plan.notes,
        legal_basis=legal_basis(plan), missing=missing_of(office, day, villages), uses_sample_data=plan.uses_sample_data,
    )  # fmt: skip


def _group(key: str, villages: Sequence[VillageFacts], sums: Money | None) -> GroupFacts:
    mine = tuple(each for each in villages if each.group == key)
    known = [each.households for each in mine if each.households is not None]
    gained = [each.households_gained or 0.0 for each in mine]
    return GroupFacts(
        key,
        mine,
        sum(known),
        len(mine) - len(known),
        sum(gain > 0 for gain in gained),
        sum(gained),
        None if sums is None else sums.by_payer[key],
    )


def _signal(villages: Sequence[VillageFacts], office: Office) -> SignalCount:
    cells: dict[tuple[str, str], int] = {}
    for each in villages:
        cell = each.signal.status, each.grid_power or "unknown"
        cells[cell] = cells.get(cell, 0) + 1
    return SignalCount(cells, len(villages), office.villages_in_province)


def _criteria(plan: Plan) -> tuple[CriterionFacts, ...]:
    return tuple(CriterionFacts(w.criterion.name, w.criterion.vi, w.criterion.en, w.share, w.assumed) for w in criteria_of(plan))


def _questions(plan: Plan) -> tuple[QuestionFacts, ...]:
    names = ("village_id", "datum", "asks", "question_vi", "question_en", "why_vi", "why_en")
    table = plan.ranking.questions
    return tuple(QuestionFacts(*(str(value) for value in row)) for row in table[list(names)].itertuples(index=False))


def _model(plan: Plan) -> ModelFacts:
    recorded = plan.manifest
    return ModelFacts(
        str(recorded["model"]), str(recorded["model_edition"]), str(recorded["compared_model_edition"] or ""), dict(recorded["versions"]),
        dict(sorted(recorded["inputs_sha256"].items())),
    )  # fmt: skip
