"""What a reader is told about one village: the same card on the exported map and in the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner.link.sentences import chance
from geo_planner.plan import Plan
from geo_planner.ranking.explain import MOST_NAMES, described, tied
from geo_planner.study_area.answers import standing, title_of, value_word
from geo_planner.words import Language, said, word

KINDS_OF_STATUS = ("declared", "modelled", "measured")


def text(key: str, language: Language, **facts: Any) -> str:
    """A text of the map in one language: ``map.<key>`` of the catalogue."""
    return said(f"map.{key}", **facts).text(language)


@dataclass(frozen=True, slots=True)
class Status:
    """One of the three statuses, which are never merged: its title, its stable word and the word that people read."""

    title: str
    key: str
    word: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one criterion adds to the score, out of at most `ceiling`; `assumed` when its value is not known."""

    title: str
    points: float
    ceiling: float
    assumed: bool
    value: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """What one model says of the village's centre and of its settlement; the first of a card is the one that decides."""

    name: str
    rsrp: str
    probability: str
    key: str
    word: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, who can answer it, and what the answer would change."""

    text: str
    asks: str
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """All texts are plain text: whoever shows them escapes them. Points are on a scale of 100.

    ``tied`` says who has the same score, and is empty where nobody has; ``interval`` and ``chance`` say how sure the rank is; ``lead`` and ``more`` are the explanation in words, its first sentence and the rest.
    """

    village_id: str
    name: str
    commune: str
    rank: int
    total: int
    points: float
    tied: str
    interval: str
    chance: str
    lead: str
    more: str
    responsibility: str
    responsibility_word: str
    reason: str
    statuses: tuple[Status, ...]
    models: tuple[ModelView, ...]
    models_disagree: bool
    facts: tuple[tuple[str, str], ...]
    contributions: tuple[Contribution, ...]
    questions: tuple[Question, ...]
    flags: tuple[str, ...]
    sample_notes: tuple[str, ...]


def village_card(plan: Plan, village_id: str, language: Language) -> Card:
    """The card of one village.

    Raises
    ------
    KeyError
        When the plan has no such village.
    """
    row = plan.villages.loc[village_id]
    missing = tuple(row["missing"])
    reason = _known(row["responsibility_reason"], "")
    # what the card says elsewhere is not said twice
    flags = [flag for flag in row["flags"] if flag not in ("rests_on_sample", "models_disagree")]
    top_k = plan.scenario.ranking.top_k
    lead, *more = (sentence.text(language) for sentence in plan.ranking.explained[village_id])
    return Card(
        village_id=str(village_id),
        name=str(row["name"]),
        commune=commune_of(row),
        rank=int(row["rank"]),
        total=len(plan.villages),
        points=100 * float(row["score"]),
        tied=tied_text(plan, village_id, language),
        interval=interval_text(int(row["rank_low"]), int(row["rank_high"]), language),
        chance=text("chance_of_first", language, k=top_k, chance=plan.ranking.simulation.table.loc[village_id, f"p_top_{top_k}"]),
        lead=lead,
        more=" ".join(more),
        responsibility=str(row["responsibility"]),
        responsibility_word=word(row["responsibility"], language),
        reason=said(f"responsibility_reason.{reason}").text(language) if reason else "",
        statuses=tuple(_status(row, kind, language) for kind in KINDS_OF_STATUS),
        models=_models(plan, row, language),
        models_disagree="models_disagree" in row["flags"],
        facts=_facts(plan, row, language),
        contributions=_contributions(plan, village_id, missing, language),
        questions=_questions(plan, village_id, language),
        flags=tuple(said(f"flag.{flag}").text(language) for flag in flags),
        sample_notes=_sample_notes(plan, row, language),
    )  # fmt: skip


def commune_of(row: pd.Series) -> str:
    """The name of a village's commune, its code where the list has no name."""
    return _known(row["commune_name"], str(row["commune_code"]))


def tied_text(plan: Plan, village_id: str, language: Language) -> str:
    """Who has the same score; empty where nobody has."""
    others = plan.ranking.tied_with[village_id]
    if not others:
        return ""
    # only those that are told: the names of all villages for each of them would take a minute with thousands
    column = plan.villages["name"]
    names = {other: column.get(other) for other in others[:MOST_NAMES]}
    return said("tied_with.label", others=tied(others, names)).text(language)


def interval_text(low: int, high: int, language: Language) -> str:
    """The ranks between which nine draws of ten fall, for instance ``có thể từ 2 đến 8``."""
    return text("interval_fixed" if low == high else "interval", language, low=low, high=high)


def rank_text(card: Card, language: Language) -> str:
    """The rank of a card and how sure it is."""
    return text("rank_and_interval", language, rank=card.rank, total=card.total, interval=card.interval)


def status_key(value: Any) -> str:
    """The stable word of a status; a blank is ``unknown``."""
    return _known(value, "unknown")


def _status(row: pd.Series, kind: str, language: Language) -> Status:
    key = status_key(row[f"{kind}_status"])
    return Status(text(kind, language), key, word(key, language))


def _sample_notes(plan: Plan, row: pd.Series, language: Language) -> tuple[str, ...]:
    """A real village may rest on sample terrain or sites, and a sample village on real ones: two separate notes."""
    made_up = _true(row.get("is_sample"))
    notes = [text("sample_village", language)] if made_up else []
    if plan.terrain.is_sample or "rests_on_sample" in row["flags"] or (_true(row["depends_on_sample"]) and not made_up):
        notes.append(text("rests_on_sample", language))
    return tuple(notes)


def _models(plan: Plan, row: pd.Series, language: Language) -> tuple[ModelView, ...]:
    """The model that decides and, where a second one took part, that one beside it."""
    views = [_model(plan.coverage.model, row["rsrp_dbm"], row["coverage_probability"], row["modelled_status"], language)]
    if not pd.isna(row["compared_model"]):
        views.append(_model(row["compared_model"], row["compared_rsrp_dbm"], row["compared_probability"], row["compared_status"], language))
    return tuple(views)


def _model(name: Any, rsrp_dbm: Any, probability: Any, status: Any, language: Language) -> ModelView:
    unknown, key = text("unknown_value", language), status_key(status)
    level = text("dbm", language, level=float(rsrp_dbm)) if not pd.isna(rsrp_dbm) else unknown
    if pd.isna(rsrp_dbm) and not pd.isna(probability):
        level = text("none_in_reach", language)
    return ModelView(word(name, language), level, probability_text(rsrp_dbm, probability, language), key, word(key, language))


def probability_text(rsrp_dbm: Any, probability: Any, language: Language) -> str:
    """Written as on the profile, where there is a level; nothing where none is in reach."""
    if pd.isna(probability):
        return text("unknown_value", language)
    return text("share", language, share=float(probability)) if pd.isna(rsrp_dbm) else chance(float(probability)).text(language)


def _questions(plan: Plan, village_id: str, language: Language) -> tuple[Question, ...]:
    table = plan.ranking.questions
    mine = table[table["village_id"] == village_id]
    return tuple(
        Question(str(asked), text(f"asks_{who}", language), str(why))
        for asked, who, why in zip(mine[f"question_{language}"], mine["asks"], mine[f"why_{language}"], strict=True)
    )


def _facts(plan: Plan, row: pd.Series, language: Language) -> tuple[tuple[str, str], ...]:
    unknown = text("unknown_value", language)

    def choice(column: str) -> str:
        return unknown if pd.isna(row[column]) else word(row[column], language)

    households, share = row["households"], row["settlement_covered_share"]
    return (
        (text("households", language), unknown if pd.isna(households) else text("count", language, n=float(households))),
        (text("grid_power", language), choice("grid_power")),
        (text("road", language), choice("road_access")),
        (text("settlement", language), unknown if pd.isna(share) else text("share", language, share=float(share))),
        (text("nearest_site", language), _nearest_site(plan, row, language)),
        *_answers(plan, str(row.name), language),
    )


def _answers(plan: Plan, village_id: str, language: Language) -> tuple[tuple[str, str], ...]:
    """What was answered about the village: by whom, when, and what the list said before."""
    told = standing(plan.study_area.answers, plan.villages)
    facts = []
    for each in told[told["village_id"] == village_id].to_dict("records"):
        column, former = each["column"], each["former"]
        values = {
            "value": value_word(each["value"], column),
            "former": said("answers.not_known") if pd.isna(former) else value_word(former, column),
        }
        listed = said("answers.not_known") if pd.isna(each["listed"]) else value_word(each["listed"], column)
        key = "answers.fact" if each["stands"] else "answers.fact_replaced"
        line = said(key, **values, source=each["source"], day=each["answered_on"], listed=listed)
        facts.append((title_of(column).title(language), line.text(language)))
    return tuple(facts)


def _nearest_site(plan: Plan, row: pd.Series, language: Language) -> str:
    if pd.isna(row["nearest_site_id"]):
        return text("unknown_value", language)
    site_id = str(row["nearest_site_id"])
    names = plan.sites.loc[plan.sites.index.get_level_values("site_id") == site_id, "name"].dropna()
    name = said("map.site_named", name=str(names.iloc[0]), id=site_id) if len(names) else site_id
    return text("site_at", language, name=name, km=float(row["nearest_site_km"]))


def _contributions(plan: Plan, village_id: str, missing: tuple[str, ...], language: Language) -> tuple[Contribution, ...]:
    """Criteria that carry weight, the largest contribution first; equal ones stay in the scenario's order."""
    values = plan.criteria_values.loc[village_id].to_dict()
    points = plan.contributions.loc[village_id].to_dict()
    parts = [
        Contribution(
            title=getattr(c, language),
            points=100 * float(points[c.name]),
            ceiling=100 * c.weight,
            assumed=c.name in missing,
            value=text("assumed", language) if pd.isna(values[c.name]) else described(c, float(values[c.name])).text(language),
        )
        for c in plan.ranking.criteria
        if c.weight > 0 and c.name in points
    ]
    return tuple(sorted(parts, key=lambda part: -part.points))


def _known(value: Any, otherwise: str) -> str:
    return otherwise if value is None or pd.isna(value) else str(value)


def _true(value: Any) -> bool:
    return value is not None and not pd.isna(value) and bool(value)
