"""Settings of the build plan: the section ``build`` of a scenario."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from geo_planner.config.build.backhaul import Backhaul
from geo_planner.config.build.candidates import Candidates
from geo_planner.config.build.money import MoneySettings
from geo_planner.config.build.power import PowerSettings
from geo_planner.config.build.smartphones import SmartphoneSettings
from geo_planner.config.build.technologies import Technologies
from geo_planner.settings import ASSUMPTION, Settings

__all__ = [
    "Backhaul",
    "BuildSettings",
    "Candidates",
    "MoneySettings",
    "PowerSettings",
    "SearchSettings",
    "SmartphoneSettings",
    "Technologies",
]

Payer = Literal["fund", "operator", "power_first", "undecided"]
Id = Annotated[str, Field(min_length=1)]


class SearchSettings(Settings):
    """How hard the best choice is looked for, and how the plan is questioned."""

    gap: float = Field(
        0.005,
        ge=0,
        lt=1,
        description="Relative distance of choice and bound at which the search ends. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    time_limit_s: float = Field(
        120.0, gt=0, le=86_400, description="Last guard of one search, s; where it strikes, the plan says that the choice may not repeat."
    )
    least: Literal["investment", "lifetime"] = Field(
        "lifetime",
        description="Of choices that cover as much, the one of least investment, or of least investment and running costs up to the horizon as far "
        "as the budget allows. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    frontier_points: int = Field(
        5,
        ge=0,
        le=20,
        description="Budgets of the frontier, half of them up to the limit and half beyond it, up to the cost of all that can be covered; 0: no frontier. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    draws: int = Field(
        20, ge=0, le=200, description="Draws over costs and reach that tell how often each site stays in; 0: none. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip


class BuildSettings(MoneySettings):
    """What to build: budgets, years, what counts, what must and must not be, and how each part is worked out. Null: no build plan."""

    objective: Literal["priority", "households"] = Field(
        "priority", description="What is covered first: households weighted by the priority of their village, or households as they are."
    )
    count_payers: tuple[Payer, ...] = Field(
        ("fund", "operator", "undecided"),
        description="Villages of these payers are planned for; what is built for them may cover others too, which is told. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    must: tuple[Id, ...] = Field(
        (), max_length=5000, description="Ids of villages to be covered, and of places, sites or options to be built, whatever they bring."
    )
    must_not: tuple[Id, ...] = Field(
        (), max_length=5000, description="Ids of villages not to be planned for, and of places, sites or options where nothing is built."
    )
    people_target_share: float = Field(
        0.99,
        gt=0,
        le=1,
        description="Share of its people from which a commune counts as covered, where there is a population layer: 0.99 is the national "
        "target for 5G by 2030 (QĐ 1132/QĐ-TTg).",
    )
    technologies: Technologies = Technologies()
    candidates: Candidates = Candidates()
    backhaul: Backhaul = Backhaul()
    power: PowerSettings = PowerSettings()
    smartphones: SmartphoneSettings = SmartphoneSettings()
    search: SearchSettings = SearchSettings()
