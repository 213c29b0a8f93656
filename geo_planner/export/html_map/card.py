"""What a reader is told about one village: the same card on the exported map and in the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner.config import Criterion
from geo_planner.export.html_map.texts import QUESTIONS, UNITS, number, percent, text
from geo_planner.labels import FLAGS, RESPONSIBILITY_REASONS, Language, word
from geo_planner.plan import Plan
from geo_planner.ranking.criteria import ROAD_DIFFICULTY

_YES_NO = ("border", "region_iii", "school_site", "health_post")
_ROADS = {difficulty: road for road, difficulty in ROAD_DIFFICULTY.items()}

KINDS_OF_STATUS = ("declared", "modelled", "measured")


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
class Card:
    """All texts are plain text: whoever shows them escapes them. Points are on a scale of 100."""

    village_id: str
    name: str
    commune: str
    rank: int
    total: int
    points: float
    responsibility: str
    responsibility_word: str
    reason: str
    statuses: tuple[Status, ...]
    facts: tuple[tuple[str, str], ...]
    contributions: tuple[Contribution, ...]
    questions: tuple[str, ...]
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
    flags = [flag for flag in row["flags"] if flag != "rests_on_sample"]
    criteria = {c.name: c for c in plan.scenario.ranking.criteria}
    return Card(
        village_id=str(village_id),
        name=str(row["name"]),
        commune=_known(row["commune_name"], str(row["commune_code"])),
        rank=int(row["rank"]),
        total=len(plan.villages),
        points=100 * float(row["score"]),
        responsibility=str(row["responsibility"]),
        responsibility_word=word(row["responsibility"], language),
        reason=RESPONSIBILITY_REASONS.get(reason, {"vi": reason, "en": reason})[language],
        statuses=tuple(_status(row, kind, language) for kind in KINDS_OF_STATUS),
        facts=_facts(plan, row, language),
        contributions=_contributions(plan, village_id, missing, language),
        questions=tuple(QUESTIONS[name][language] if name in QUESTIONS else f"{getattr(criteria[name], language)}?" for name in missing if name in QUESTIONS or name in criteria),
        flags=tuple(FLAGS.get(flag, {"vi": flag, "en": flag})[language] for flag in flags),
        sample_notes=_sample_notes(plan, row, language),
    )  # fmt: skip


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


def _facts(plan: Plan, row: pd.Series, language: Language) -> tuple[tuple[str, str], ...]:
    unknown = text("unknown_value", language)

    def figure(column: str, decimals: int, unit: str) -> str:
        value = row[column]
        return unknown if pd.isna(value) else f"{number(float(value), decimals, language)}{unit}"

    def share(column: str) -> str:
        return unknown if pd.isna(row[column]) else percent(float(row[column]), language)

    def choice(column: str) -> str:
        return unknown if pd.isna(row[column]) else word(row[column], language)

    rsrp = figure("rsrp_dbm", 0, " dBm")
    if rsrp == unknown and not pd.isna(row["coverage_probability"]):
        rsrp = text("none_in_reach", language)
    return (
        (text("households", language), figure("households", 0, "")),
        (text("grid_power", language), choice("grid_power")),
        (text("road", language), choice("road_access")),
        (text("probability", language), share("coverage_probability")),
        (text("rsrp", language), rsrp),
        (text("settlement", language), share("settlement_covered_share")),
        (text("nearest_site", language), _nearest_site(plan, row, language)),
    )


def _nearest_site(plan: Plan, row: pd.Series, language: Language) -> str:
    if pd.isna(row["nearest_site_id"]):
        return text("unknown_value", language)
    site_id = str(row["nearest_site_id"])
    names = plan.sites.loc[plan.sites.index.get_level_values("site_id") == site_id, "name"].dropna()
    name = f"{names.iloc[0]} ({site_id})" if len(names) else site_id
    return f"{name}, {number(float(row['nearest_site_km']), 1, language)} km"


def _contributions(plan: Plan, village_id: str, missing: tuple[str, ...], language: Language) -> tuple[Contribution, ...]:
    """Criteria that carry weight, the largest contribution first; equal ones stay in the scenario's order."""
    criteria = [c for c in plan.scenario.ranking.criteria if c.weight > 0 and c.name in plan.contributions.columns]
    whole = sum(c.weight for c in plan.scenario.ranking.criteria)
    values = plan.criteria_values.loc[village_id].to_dict()
    points = plan.contributions.loc[village_id].to_dict()
    parts = []
    for criterion in criteria:
        value = float(values[criterion.name])
        parts.append(
            Contribution(
                title=getattr(criterion, language),
                points=100 * float(points[criterion.name]),
                ceiling=100 * criterion.weight / whole,
                assumed=criterion.name in missing,
                value=text("assumed", language) if pd.isna(value) else _value(value, criterion, language),
            )
        )
    return tuple(sorted(parts, key=lambda part: -part.points))


def _value(value: float, criterion: Criterion, language: Language) -> str:
    if criterion.name in _YES_NO:
        return word("yes" if value else "no", language)
    if criterion.name == "road_difficulty" and value in _ROADS:
        return word(_ROADS[value], language)
    if criterion.unit:
        unit = UNITS.get(criterion.unit, {"vi": criterion.unit, "en": criterion.unit})[language]
        return f"{number(value, 0 if value == round(value) else 1, language)} {unit}".rstrip()
    if set(criterion.bounds) == {0.0, 1.0}:
        return percent(value, language)
    return number(value, 0 if value == round(value) else 2, language)


def _known(value: Any, otherwise: str) -> str:
    return otherwise if value is None or pd.isna(value) else str(value)


def _true(value: Any) -> bool:
    return value is not None and not pd.isna(value) and bool(value)
