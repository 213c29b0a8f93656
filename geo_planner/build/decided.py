"""From what could be built to what is: the choice, its costs, its years and who pays, for a run and for every further try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.build.cost import Costs, totals
from geo_planner.build.demands import demands_of
from geo_planner.build.joined import joined, joined_only, why_nothing
from geo_planner.build.payers import Shares, by_payer, committed, payer_of
from geo_planner.build.phases import Phases, phases
from geo_planner.build.problem import Problem, chosen_of
from geo_planner.build.served import Chosen, Tables, chosen
from geo_planner.build.siting import Choice
from geo_planner.build.ways import checked
from geo_planner.build.wishes import Wishes, wishes_of
from geo_planner.config import Scenario
from geo_planner.config.build import BuildSettings
from geo_planner.errors import Fault, InputError, warning
from geo_planner.radio.coverage import Coverage
from geo_planner.study_area import StudyArea

OF_THE_DECISION = ("build_id_unknown", "build_id_at_odds", "build_village_unjoined", "build_infeasible", "build_choice_in_time", "build_nothing", "build_unplaced", "build_stay_in")  # fmt: skip
"""Codes of what is said of a decision, and not of what it was made from."""
Between = Callable[[str], None]
"""Told the step that begins; may raise, and then nothing is decided."""


@dataclass(frozen=True, slots=True)
class Material:
    """What could be built, whatever it costs and whoever wishes it.

    Attributes
    ----------
    places, options, covers, links : DataFrame
        As of :class:`geo_planner.build.plan.BuildPlan`; options and links with ``cost`` and ``running``, đồng.
    demands : DataFrame
        Weighted as the settings count payers, whatever is wished.
    power : DataFrame
    costs : (Costs, Costs)
        Of options and of links.
    """

    places: pd.DataFrame
    options: pd.DataFrame
    covers: pd.DataFrame
    links: pd.DataFrame
    demands: pd.DataFrame
    power: pd.DataFrame
    costs: tuple[Costs, Costs]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is built.

    Attributes
    ----------
    problem : Problem
        That was solved: without options that nothing joins to the network, and without weight where nothing is wished.
    choice : Choice
    chosen : Chosen
    phases : Phases
    shares : Shares
    totals : dict
        As :func:`geo_planner.build.cost.totals`.
    wishes, notes : tuple of Fault
        What there is to say of what must and must not be built, and of the choice and its years.
    """

    problem: Problem
    choice: Choice
    chosen: Chosen
    phases: Phases
    shares: Shares
    totals: dict[str, dict[str, int]]
    notes: tuple[Fault, ...]


def planned_demands(
    scenario: Scenario, study_area: StudyArea, villages: gpd.GeoDataFrame, coverage: Coverage, settings: BuildSettings
) -> pd.DataFrame:
    """The pieces that nothing serves today; villages of other payers, and those that an operator has promised to cover, bring no weight.

    What covers those by the way is told.
    """
    demands = demands_of(villages, coverage, study_area.terrain, scenario.service, study_area.population, settings.objective)
    payer = payer_of(villages, settings.payers)
    counted = payer.isin(settings.count_payers) & ~committed(villages, settings.payers)
    return demands.assign(weight=demands["weight"].where(demands["village_id"].map(counted).astype(bool), 0.0))


def decide(material: Material, villages: gpd.GeoDataFrame, settings: BuildSettings, *, between: Between | None = None) -> Decision:
    """Choose what to build, and lay it out over years and payers.

    Parameters
    ----------
    material : Material
    villages : GeoDataFrame
        Index ``village_id``, sorted; ``responsibility``, ``households`` and the columns of commitments.
    settings : BuildSettings
        Budgets, wishes and search.
    between : callable, optional
        Asked before each step.

    Raises
    ------
    InputError
        With the faults of a way to the network that is not complete.
    """
    step = between or (lambda _name: None)
    places, links = material.places, material.links
    step("build_choice")
    wishes = _wishes(material, villages.index, settings)
    unwanted = material.demands["village_id"].isin(wishes.not_villages)
    demands = material.demands.assign(weight=material.demands["weight"].where(~unwanted, 0.0))
    # what nothing joins to the network is no option, and cannot be what a village must be covered by
    options, covers, apart = joined_only(material.options, material.covers, demands, places, links, wishes)
    problem = Problem(demands, options, covers, places, links, settings, wishes)
    choice = chosen_of(problem)
    if faults := checked(choice, options, places, links):
        raise InputError(faults)
    step("build_years")
    built = chosen(choice, Tables(demands, options, covers, places, links, *material.costs))
    when = phases(built, demands, settings.years, settings.phases, power=material.power)
    shares = by_payer(built, demands, villages, settings)
    sums = totals({"options": built.options, "links": built.links}, settings, year_index=year_index(built, when))
    notes = (*wishes.statements, *apart, *_of_choice(choice), *why_nothing(problem, choice), *when.notes())
    return Decision(problem, choice, built, when, shares, sums, notes)


def year_index(built: Chosen, when: Phases) -> dict[str, Any]:
    """The year of each item counted from the first one; what has none counts as built at once."""
    years = when.items["year"].astype("Int64")
    first = int(years.min()) if years.notna().any() else 0
    index = (years - first).fillna(0).astype(int)
    return {"options": index.reindex(built.options.index).to_numpy(), "links": index.reindex(built.links.index).to_numpy()}


def _wishes(material: Material, villages: pd.Index, settings: BuildSettings) -> Wishes:
    options, covers, places = material.options, material.covers, material.places
    worth = covers["demand_id"].map(material.demands["weight"]).groupby(covers["option_id"].to_numpy()).sum()
    return wishes_of(
        settings.must, settings.must_not, villages=villages, places=places, options=options, worth=worth,
        joined=joined(options, places, material.links),
    )  # fmt: skip


def _of_choice(choice: Choice) -> list[Fault]:
    """What is to be said of the search."""
    if choice.reason is not None:
        return [warning("scenario", "build_infeasible.why", column="build", why=choice.reason)]
    return [] if choice.in_time else [warning("scenario", "build_choice_in_time.not", column="build.search.time_limit_s", gap=choice.gap)]
