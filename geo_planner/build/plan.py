"""The build plan: from villages without signal to masts, links, costs and years. The only module of the package that knows the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_planner.build.after import After, after
from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.build.candidates import candidate_notes, candidate_places
from geo_planner.build.cost import Costs, link_costs, option_costs, running
from geo_planner.build.decided import Material, decide, planned_demands
from geo_planner.build.described import with_described
from geo_planner.build.doubts import Air, StayIn, stay_in
from geo_planner.build.frontier import frontier
from geo_planner.build.links import Links, find_links
from geo_planner.build.options import options_at
from geo_planner.build.own import own_links, own_options
from geo_planner.build.payers import Shares, commitment_notes, power_first_lines, smartphones
from geo_planner.build.people_by_year import people_by_year
from geo_planner.build.phases import Phases
from geo_planner.build.power import power_of
from geo_planner.build.prices import read_prices
from geo_planner.build.problem import Method
from geo_planner.build.reach import reach
from geo_planner.build.results import Results, results_of
from geo_planner.build.served import Chosen
from geo_planner.build.siting import Choice
from geo_planner.build.ways import by_mast, reachable
from geo_planner.config import Scenario
from geo_planner.config.build import BuildSettings
from geo_planner.errors import Fault, warning
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
        What could be built and whom it would serve; ``cost`` in đồng. What nothing joins to the network stands among them, and is never chosen. A place where masts of several heights may stand is one place a height (``stands_at`` is
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

    @property
    def units(self) -> list[str]:
        """Of all prices that they are made up of, each once."""
        return list(dict.fromkeys(str(unit) for costs in (self.options, self.links) for unit in costs.items["unit"].dropna().unique()))


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
    options = with_described(options, stands, study_area.candidates, settings.technologies, technology=technology)
    places, options = by_mast(stands, options)

    tell("build_reach", 0.3)
    demands = planned_demands(scenario, study_area, ground.villages, coverage, settings)
    # what falls short by up to a standard deviation is asked along, for the draws that tell how sure each site is
    reached = reach(
        options, places, demands, scenario, study_area, coverage=coverage, workers=workers, cache=cache,
        short_db=scenario.service.sigma_db if settings.search.draws else 0.0, progress=lambda share: tell("build_reach", 0.3 + 0.15 * share),
    )  # fmt: skip
    options = reached.options
    found = _links(places, ground)

    tell("build_cost", 0.45)
    power = power_of(options, places, ground.villages, settings.power, seed=scenario.seed)
    costs = option_costs(options, places, power, prices, settings), link_costs(found.table, prices, settings)
    options, links = (
        table.assign(cost=cost.table["cost"], running=running(cost.table, settings))
        for table, cost in zip((options, found.table), costs, strict=True)
    )
    material = Material(places, options, reached.served, links, demands, power, costs)
    decided = decide(material, ground.villages, settings, between=lambda _step: tell("build_choice", 0.5))
    choice, built, when, shares = decided.choice, decided.chosen, decided.phases, decided.shares

    tell("build_after", 0.55)
    then = after(scenario, study_area, options, choice, places=places, demands=demands, coverage=coverage, workers=workers, cache=cache)
    people = people_by_year(
        scenario, study_area, options, when.items["year"], places=places, target_share=settings.people_target_share, workers=workers, cache=cache
    )  # fmt: skip

    tell("build_doubts", 0.6)
    air = Air(scenario, study_area, reached.covers, workers)
    sure = stay_in(
        decided.problem, choice, costs, air, draws=settings.search.draws, seed=scenario.seed,
        progress=lambda share: tell("build_doubts", 0.6 + 0.3 * share),
    )  # fmt: skip
    tell("build_frontier", 0.9)
    others = frontier(decided.problem, choice, settings.search.frontier_points, lambda share: tell("build_frontier", 0.9 + 0.1 * share))
    return BuildPlan(
        settings=settings, atlas=atlas, places=places, options=options, demands=decided.problem.demands, covers=reached.served, links=links, power=power,
        costs=BuildCosts(*costs, decided.totals), choice=choice, chosen=built, phases=when, shares=shares,
        results=results_of(built, demands=demands, places=places, links=links, options=options, phases=when, shares=shares, before=then.villages["households_before"]),
        frontier=others, stay_in=sure.share, stay_in_by=sure.by, after=then, people_by_year=people,
        smartphones=phones_of(ground.villages, study_area.communes, settings, then), power_first=power_first_lines(ground.villages, prices, settings),
        notes=(
            *candidate_notes(study_area, places, travel=travel), *reached.statements, *found.statements, *told,
            *commitment_notes(ground.villages, settings.payers), *decided.notes, *_of_doubts(sure),
        ),
    )  # fmt: skip


def _links(places: pd.DataFrame, ground: _Ground) -> Links:
    """The user's own links, else those that terrain and roads allow."""
    own = own_links(places, ground.study_area)
    if own is not None:
        return Links(own[0], reachable(places, own[0]), tuple(own[1]))
    area, travel = ground.study_area, ground.scenario.ranking.travel
    return find_links(places, area.terrain, ground.settings.backhaul, roads=area.roads, travel=travel)


def phones_of(villages: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, settings: BuildSettings, then: After) -> pd.DataFrame | None:
    """For villages that gain covered households, each with the region of its commune; None where the line is not asked for."""
    if not settings.smartphones.include:
        return None
    gain = then.villages["households_after"] - then.villages["households_before"]
    region = villages["commune_code"].map(communes["region_class"])
    table = pd.DataFrame(villages.drop(columns="geometry")).assign(region_class=region)
    return smartphones(table, [str(v) for v in gain.index[gain > 0]], settings.smartphones)


def _of_doubts(sure: StayIn) -> list[Fault]:
    return [warning("scenario", "build_stay_in.at_once", column="build.search.draws")] if sure.by == "greedy" and len(sure.share) else []
