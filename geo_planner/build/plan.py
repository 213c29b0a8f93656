"""The build plan: from villages without signal to masts, links, costs and years. The only module of the package that knows the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.build.after import After, after
from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.build.candidates import candidate_notes, candidate_places
from geo_planner.build.cost import Costs, link_costs, option_costs, running, totals
from geo_planner.build.demands import demands_of
from geo_planner.build.doubts import Air, StayIn, stay_in
from geo_planner.build.frontier import frontier
from geo_planner.build.joined import joined, joined_only, why_nothing
from geo_planner.build.links import Links, find_links
from geo_planner.build.options import options_at
from geo_planner.build.own import own_links, own_options
from geo_planner.build.payers import Shares, by_payer, commitment_notes, committed, payer_of, power_first_lines, smartphones
from geo_planner.build.people_by_year import people_by_year
from geo_planner.build.phases import Phases, phases
from geo_planner.build.power import power_of
from geo_planner.build.prices import read_prices
from geo_planner.build.problem import Method, Problem, chosen_of
from geo_planner.build.reach import reach
from geo_planner.build.results import Results, results_of
from geo_planner.build.served import Chosen, Tables, chosen
from geo_planner.build.siting import Choice
from geo_planner.build.ways import by_mast, checked, reachable
from geo_planner.build.wishes import Wishes, wishes_of
from geo_planner.config import Scenario
from geo_planner.config.build import BuildSettings
from geo_planner.errors import Fault, InputError, warning
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import Coverage
from geo_planner.study_area import StudyArea

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What to build, with the tables that led there.

    Attributes
    ----------
    settings : BuildSettings
    atlas : Atlas
    places, options, demands, covers, links : DataFrame
        What the choice was made from; ``cost`` in đồng. A place where masts of several heights may stand is one place a height (``stands_at`` is
        the place as it was).
    power : DataFrame
    costs : BuildCosts
    choice : Choice
    chosen : Chosen
    phases : Phases
    shares : Shares
    results : Results
        Sites, links and villages as they are told.
    frontier : DataFrame
        ``budget_vnd``, ``weight``, ``households``, ``sites``, ``gap``, ``status``.
    stay_in : Series
        By option: the share of the draws in which it stays.
    stay_in_by : {"exact", "greedy"}
        How each draw was chosen.
    after : After
        The province as if all of it were on air.
    notes : tuple of Fault
    people_by_year : DataFrame or None
        People covered at the end of each year; None without a population layer or without years.
    smartphones : DataFrame or None
        As :func:`geo_planner.build.payers.smartphones`; None where the settings do not ask for it.
    power_first : DataFrame or None
        As :func:`geo_planner.build.payers.power_first_lines`. Both stand beside the stations and are in none of their sums.
    """

    settings: BuildSettings
    atlas: Atlas
    places: pd.DataFrame
    options: pd.DataFrame
    demands: pd.DataFrame
    covers: pd.DataFrame
    links: pd.DataFrame
    power: pd.DataFrame
    costs: BuildCosts
    choice: Choice
    chosen: Chosen
    phases: Phases
    shares: Shares
    results: Results
    frontier: pd.DataFrame
    stay_in: pd.Series
    stay_in_by: Method
    after: After
    notes: tuple[Fault, ...]
    people_by_year: pd.DataFrame | None = None
    smartphones: pd.DataFrame | None = None
    power_first: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class BuildCosts:
    """What everything that could be built costs, and the sums of what is built.

    Attributes
    ----------
    options, links : Costs
    totals : dict
        As :func:`geo_planner.build.cost.totals`: by ``low``, ``base``, ``high``.
    """

    options: Costs
    links: Costs
    totals: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every step may ask for."""

    scenario: Scenario
    study_area: StudyArea
    villages: gpd.GeoDataFrame
    coverage: Coverage
    settings: BuildSettings
    workers: int
    cache: LossCache | None


def build_plan(
    scenario: Scenario,
    study_area: StudyArea,
    villages: gpd.GeoDataFrame,
    coverage: Coverage,
    *,
    workers: int = 1,
    cache: LossCache | None = None,
    progress: Progress | None = None,
) -> BuildPlan:
    """What to build for the villages of a plan.

    Parameters
    ----------
    scenario : Scenario
        With a section ``build``.
    study_area : StudyArea
    villages : GeoDataFrame
        Index ``village_id``, points, ranked: with ``score``, ``responsibility``, ``households``.
    coverage : Coverage
        Of the stations on air.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
    progress : callable, optional

    Raises
    ------
    ValueError
        Without a section ``build``.
    InputError
        With the faults of the input; with those of a way to the network that is not complete.
    """
    settings = scenario.build
    if settings is None:
        raise ValueError("the scenario has no section build")
    tell = progress or (lambda _step, _share: None)
    ground = _Ground(scenario, study_area, villages.sort_index(), coverage, settings, workers, cache)

    # first of all, so that a fault in it is told before anything is modelled
    own = scenario.layers.prices
    prices, told = read_prices(study_area.root / own, file=own) if own else read_prices()

    tell("build_places", 0.0)
    atlas = mast_atlas(
        study_area, scenario, ground.villages, settings.candidates, workers=workers, cache=cache,
        progress=lambda share: tell("build_places", 0.3 * share),
    )  # fmt: skip
    stands = candidate_places(atlas, study_area, ground.villages, settings.candidates, travel=scenario.ranking.travel)
    technology, travel = scenario.service.technology, scenario.ranking.travel
    stands, options = own_options(stands, study_area, settings.candidates, technology=technology, travel=travel) or (
        stands, options_at(stands, study_area.sites, settings.technologies, technology=technology),
    )  # fmt: skip
    places, options = by_mast(stands, options)

    tell("build_reach", 0.3)
    demands = _planned_for(_demands(ground), ground)
    # what falls short by up to a standard deviation is asked along, for the draws that tell how sure each site is
    reached = reach(
        options, places, demands, scenario, study_area, coverage=coverage, workers=workers, cache=cache,
        short_db=scenario.service.sigma_db if settings.search.draws else 0.0, progress=lambda share: tell("build_reach", 0.3 + 0.15 * share),
    )  # fmt: skip
    options, covers = reached.options, reached.served
    found = _links(places, ground)

    tell("build_cost", 0.5)
    power = power_of(options, places, ground.villages, settings.power, seed=scenario.seed)
    costs = option_costs(options, places, power, prices, settings), link_costs(found.table, prices, settings)
    options, links = (
        table.assign(cost=cost.table["cost"], running=running(cost.table, settings))
        for table, cost in zip((options, found.table), costs, strict=True)
    )
    wishes = _wishes(ground, demands, options, covers, places, links)

    tell("build_choice", 0.6)
    demands = demands.assign(weight=demands["weight"].where(~demands["village_id"].isin(wishes.not_villages), 0.0))
    # what nothing joins to the network is no option, and cannot be what a village must be covered by
    options, covers, apart = joined_only(options, covers, demands, places, links, wishes)
    problem = Problem(demands, options, covers, places, links, settings, wishes)
    choice = chosen_of(problem)
    if faults := checked(choice, options, places, links):
        raise InputError(faults)
    built = chosen(choice, Tables(demands, options, covers, places, links, *costs))
    when = phases(built, demands, settings.years, settings.phases, power=power)
    shares = by_payer(built, demands, ground.villages, settings)
    sums = totals({"options": built.options, "links": built.links}, settings, year_index=_year_index(built, when))

    tell("build_after", 0.8)
    then = after(scenario, study_area, options, choice, places=places, demands=demands, coverage=coverage, workers=workers, cache=cache)
    people = people_by_year(
        scenario, study_area, options, when.items["year"], places=places, target_share=settings.people_target_share, workers=workers, cache=cache
    )  # fmt: skip

    tell("build_doubts", 0.9)
    air = Air(scenario, study_area, reached.covers, workers)
    sure = stay_in(problem, choice, costs, air, draws=settings.search.draws, seed=scenario.seed)
    return BuildPlan(
        settings=settings, atlas=atlas, places=places, options=options, demands=demands, covers=covers, links=links, power=power,
        costs=BuildCosts(*costs, sums), choice=choice, chosen=built, phases=when, shares=shares,
        results=results_of(built, demands=demands, places=places, links=links, options=options, phases=when, shares=shares, before=then.villages["households_before"]),
        frontier=frontier(problem, choice, settings.search.frontier_points), stay_in=sure.share, stay_in_by=sure.by, after=then, people_by_year=people,
        smartphones=_smartphones(ground, then), power_first=power_first_lines(ground.villages, prices, settings),
        notes=(
            *candidate_notes(study_area, places, travel=travel), *reached.statements, *found.statements, *told, *wishes.statements,
            *commitment_notes(ground.villages, settings.payers), *apart, *_of_choice(choice), *_of_doubts(sure), *why_nothing(problem, choice), *when.notes(),
        ),
    )  # fmt: skip


def _links(places: pd.DataFrame, ground: _Ground) -> Links:
    """The user's own links, else those that terrain and roads allow."""
    own = own_links(places, ground.study_area)
    if own is not None:
        return Links(own[0], reachable(places, own[0]), tuple(own[1]))
    area, travel = ground.study_area, ground.scenario.ranking.travel
    return find_links(places, area.terrain, ground.settings.backhaul, roads=area.roads, travel=travel)


def _demands(ground: _Ground) -> pd.DataFrame:
    area, settings = ground.study_area, ground.settings
    return demands_of(ground.villages, ground.coverage, area.terrain, ground.scenario.service, area.population, settings.objective)


def _planned_for(demands: pd.DataFrame, ground: _Ground) -> pd.DataFrame:
    """Villages of other payers, and those that an operator has promised to cover, bring no weight; what covers them by the way is told."""
    payer = payer_of(ground.villages, ground.settings.payers)
    counted = payer.isin(ground.settings.count_payers) & ~committed(ground.villages, ground.settings.payers)
    return demands.assign(weight=demands["weight"].where(demands["village_id"].map(counted).astype(bool), 0.0))


def _wishes(
    ground: _Ground, demands: pd.DataFrame, options: pd.DataFrame, covers: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame
) -> Wishes:
    worth = covers["demand_id"].map(demands["weight"]).groupby(covers["option_id"].to_numpy()).sum()
    must, must_not = ground.settings.must, ground.settings.must_not
    return wishes_of(
        must, must_not, villages=ground.villages.index, places=places, options=options, worth=worth, joined=joined(options, places, links)
    )


def _smartphones(ground: _Ground, then: After) -> pd.DataFrame | None:
    """For villages that gain covered households, each with the region of its commune; None where the line is not asked for."""
    if not ground.settings.smartphones.include:
        return None
    gain = then.villages["households_after"] - then.villages["households_before"]
    region = ground.villages["commune_code"].map(ground.study_area.communes["region_class"])
    villages = pd.DataFrame(ground.villages.drop(columns="geometry")).assign(region_class=region)
    return smartphones(villages, [str(v) for v in gain.index[gain > 0]], ground.settings.smartphones)


def _year_index(built: Chosen, when: Phases) -> dict[str, Any]:
    """The year of each item counted from the first one; what has none counts as built at once."""
    years = when.items["year"].astype("Int64")
    first = int(years.min()) if years.notna().any() else 0
    index = (years - first).fillna(0).astype(int)
    return {"options": index.reindex(built.options.index).to_numpy(), "links": index.reindex(built.links.index).to_numpy()}


def _of_choice(choice: Choice) -> list[Fault]:
    """What is to be said of the search."""
    if choice.reason is not None:
        return [warning("scenario", "build_infeasible.why", column="build", why=choice.reason)]
    return [] if choice.in_time else [warning("scenario", "build_choice_in_time.not", column="build.search.time_limit_s", gap=choice.gap)]


def _of_doubts(sure: StayIn) -> list[Fault]:
    return [warning("scenario", "build_stay_in.at_once", column="build.search.draws")] if sure.by == "greedy" and len(sure.share) else []
