"""Who is asked what: the open questions of each commune, and what concerns each operator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from geo_planner.documents.records import LinkFacts, ProposalFacts, QuestionFacts, SiteFacts, VillageFacts
from geo_planner.letters import fold
from geo_planner.plan import Plan
from geo_planner.schema import VILLAGES, Column
from geo_planner.schema.kinds import Number
from geo_planner.study_area.answers import ANSWERABLE, as_text, title_of, value_word
from geo_planner.words import Language

_ON_A_MAST = "site:"
_KNOWN = tuple(name for name in ANSWERABLE if not name.startswith("commitment_"))
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class CommuneAsked:
    """A commune with something to be asked.

    Attributes
    ----------
    villages : tuple of VillageFacts
        All of the commune's, in order of rank.
    questions : dict of str to tuple of QuestionFacts
        By ``village_id``; only those that the commune can answer.
    columns : tuple of Column
        Of the list, that any of the questions asks for.
    open : frozenset of (str, str)
        ``village_id`` and column of what is asked.
    known : dict of str to str
        What the list has of each village already, in words.
    file : str
        Beginning of the names of its files.
    """

    code: str
    title: str
    villages: tuple[VillageFacts, ...]
    questions: dict[str, tuple[QuestionFacts, ...]]
    columns: tuple[Column, ...]
    open: frozenset[tuple[str, str]]
    known: dict[str, str]
    file: str

    def question_of(self, column: str, language: Language) -> str:
        """The question that a column answers, as it is first asked."""
        asked = (question for village in self.villages for question in self.questions.get(village.village_id, ()))
        return next((question.question(language) for question in asked if column in _data(question)), "")


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    """An operator with what concerns it.

    Attributes
    ----------
    villages : tuple of VillageFacts
        That its stations are near, that it has promised to cover, or that a proposed site of it serves; in order of rank.
    sites : tuple of SiteFacts
        Proposed on its masts, or of it; by number.
    links : tuple of LinkFacts
        That begin or end at one of its masts.
    file : str
        Beginning of the names of its files.
    """

    name: str
    villages: tuple[VillageFacts, ...]
    sites: tuple[SiteFacts, ...]
    links: tuple[LinkFacts, ...]
    file: str


def communes_asked(plan: Plan, facts: ProposalFacts, language: Language) -> tuple[CommuneAsked, ...]:
    """The communes with something to be asked, by code."""
    listed = plan.study_area.villages
    by_commune: dict[str, list[VillageFacts]] = {}
    for each in facts.villages:
        by_commune.setdefault(each.commune_code, []).append(each)
    asked: dict[str, list[QuestionFacts]] = {}
    for question in facts.questions:
        if question.asks == "commune" and any(_column(name, listed) for name in _data(question)):
            asked.setdefault(question.village_id, []).append(question)
    codes = sorted(code for code, mine in by_commune.items() if any(each.village_id in asked for each in mine))
    files = _file_names("commune", codes)
    return tuple(_commune(code, by_commune[code], asked, listed, files[code], language) for code in codes)


def _commune(
    code: str, villages: list[VillageFacts], asked: Mapping[str, list[QuestionFacts]], listed: pd.DataFrame, file: str, language: Language
) -> CommuneAsked:  # fmt: skip
    mine = {each.village_id: tuple(asked[each.village_id]) for each in villages if each.village_id in asked}
    open_cells = frozenset(
        (ident, name) for ident, questions in mine.items() for each in questions for name in _data(each) if _column(name, listed)
    )
    order = {column.name: at for at, column in enumerate(VILLAGES.columns)}
    names = sorted({name for _, name in open_cells}, key=lambda name: (order.get(name, len(order)), name))
    columns = tuple(column for name in names if (column := _column(name, listed)) is not None)
    known = {each.village_id: _known(listed, each.village_id, language) for each in villages}
    return CommuneAsked(code, villages[0].commune_title, tuple(villages), mine, columns, open_cells, known, file)


def operators_asked(plan: Plan, facts: ProposalFacts) -> tuple[OperatorAsked, ...]:
    """The operators that have to do with any of the villages, by name; those whose operator is not known cannot be written to."""
    owners = _owners(plan)
    own_sites = {each.site_id: _owners_of(each.place_id, owners) | ({each.operator} - {""}) for each in facts.sites}
    concerned: dict[str, set[str]] = {}
    for village in facts.villages:
        near = {station.operator for station in village.stations} | {village.commitment_operator}
        for name in near.union(*(own_sites.get(site, set()) for site in village.site_ids)) - {""}:
            concerned.setdefault(name, set()).add(village.village_id)
    of_links = {each.link_id: _owners_of(each.place_a, owners) | _owners_of(each.place_b, owners) for each in facts.links}
    for name in set[str]().union(*own_sites.values(), *of_links.values()):
        concerned.setdefault(name, set())
    files = _file_names("operator", concerned)
    return tuple(
        OperatorAsked(
            name,
            tuple(each for each in facts.villages if each.village_id in concerned[name]),
            tuple(sorted((each for each in facts.sites if name in own_sites[each.site_id]), key=lambda each: each.number)),
            tuple(each for each in facts.links if name in of_links[each.link_id]),
            files[name],
        )
        for name in sorted(concerned)
    )


def _owners(plan: Plan) -> dict[str, set[str]]:
    """Whose cells are on each mast."""
    found: dict[str, set[str]] = {}
    if "operator" not in plan.sites:
        return found
    for site, operator in zip(plan.sites.index.get_level_values(0), plan.sites["operator"], strict=True):
        if not pd.isna(operator) and str(operator):
            found.setdefault(str(site), set()).add(str(operator))
    return found


def _owners_of(place_id: str, owners: Mapping[str, set[str]]) -> set[str]:
    return owners.get(place_id.removeprefix(_ON_A_MAST), set()) if place_id.startswith(_ON_A_MAST) else set()


def _data(question: QuestionFacts) -> tuple[str, ...]:
    """Columns that a question asks for."""
    return tuple(name.strip() for name in question.datum.split(";"))


def _column(name: str, listed: pd.DataFrame) -> Column | None:
    """A column that an answer can fill: a declared one, or a figure of the list's own; None for what is worked out."""
    if name in ANSWERABLE:
        return ANSWERABLE[name]
    return Column(name, Number(), name, name) if name in listed.columns and not VILLAGES.has(name) else None


def _known(listed: pd.DataFrame, village_id: str, language: Language) -> str:
    """What the list has of a village, in words."""
    told = []
    for name in _KNOWN:
        text = as_text(listed.at[village_id, name]) if name in listed.columns else ""
        if text:
            told.append(f"{title_of(name).title(language)}: {value_word(text, name).title(language)}")
    return "; ".join(told)


def _file_names(kind: str, names: Iterable[str]) -> dict[str, str]:
    """A beginning of file names for each name: plain letters and digits, and none twice."""
    found: dict[str, str] = {}
    for name in sorted(names):
        plain = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:_LONGEST_NAME] or "x"
        made, n = f"{kind}_{plain}", 2
        while made in found.values():
            made, n = f"{kind}_{plain}_{n}", n + 1
        found[name] = made
    return found
