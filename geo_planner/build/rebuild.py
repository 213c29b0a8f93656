"""The choice made anew with another budget, other years or wishes, or at other prices, from the tables that a plan has already.

Neither places nor reach nor links are looked for again, so it takes seconds; what comes out is what a run with these settings chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, Protocol

import geopandas as gpd
from pydantic import ValidationError

from geo_planner.build.after import after
from geo_planner.build.cost import SUFFIX, Costs, link_costs, option_costs, running, split, totals
from geo_planner.build.decided import OF_THE_DECISION, Decision, Material, decide, planned_demands, year_index
from geo_planner.build.payers import by_payer, power_first_lines
from geo_planner.build.people_by_year import people_by_year
from geo_planner.build.plan import BuildCosts, BuildPlan, Progress, phones_of
from geo_planner.build.prices import ESTIMATES, read_prices
from geo_planner.build.results import results_of
from geo_planner.build.served import Tables, chosen
from geo_planner.config import Scenario
from geo_planner.config.build import BuildSettings
from geo_planner.config.build.money import YearBudget
from geo_planner.errors import InputError, UsageError
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import Coverage
from geo_planner.settings import setting_fault
from geo_planner.study_area import StudyArea

Estimate = Literal["low", "base", "high"]
Stop = Callable[[], bool]
_SHARES = {"build_choice": 0.05, "build_years": 0.6, "build_after": 0.65}


class StoppedError(Exception):
    """Somebody wanted no result any more."""


class Planned(Protocol):
    """What a plan has of all that is asked here; see :class:`geo_planner.plan.Plan`."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def study_area(self) -> StudyArea: ...
    @property
    def villages(self) -> gpd.GeoDataFrame: ...
    @property
    def coverage(self) -> Coverage: ...
    @property
    def build(self) -> BuildPlan | None: ...


def rebuild(
    plan: Planned,
    *,
    budget_vnd: int | None = None,
    years: Sequence[YearBudget] | None = None,
    must: Sequence[str] | None = None,
    must_not: Sequence[str] | None = None,
    estimate: Estimate = "base",
    price_factor: float | None = None,
    workers: int = 1,
    cache: LossCache | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> BuildPlan:
    """Choose anew what to build.

    Parameters
    ----------
    plan : Plan
        With a build plan.
    budget_vnd : int, optional
        In all; as in the scenario when left out. Years that add up to less bound the choice too: see :func:`years_within`.
    years : sequence of YearBudget, optional
    must, must_not : sequence of str, optional
        All that must and must not be; as in the scenario when left out.
    estimate : {"low", "base", "high"}
        The prices at which the choice, its years and its payers are reckoned.
    price_factor : float, optional
        All prices of the table times this, in place of ``build.price_factor``.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
    progress : callable, optional
        Told each step and how far all of it is.
    stop : callable, optional
        Asked between the steps; the work of a search is counted, so each of them ends.

    Returns
    -------
    BuildPlan
        As a run with these settings gives it, but for ``stay_in``, which is not drawn again (empty), and ``frontier``: that of the plan where neither
        wishes nor prices are others, else empty. ``costs`` keeps the amounts of all estimates; amounts of the sites and links are those of `estimate`.

    Raises
    ------
    UsageError
        (a ValueError) Without a build plan, or with an estimate that there is not.
    InputError
        With a fault for each setting that does not hold; where prices are others, with those of the table that is read again.
    StoppedError
    """
    build = plan.build
    if build is None:
        raise UsageError("rebuild.no_build")
    if estimate not in ESTIMATES:
        raise UsageError("rebuild.no_estimate", name=str(estimate)[:80])
    tell, ended = progress or (lambda _step, _share: None), stop or (lambda: False)

    def step(name: str) -> None:
        if ended():
            raise StoppedError
        tell(name, _SHARES[name])

    settings = tried_settings(build.settings, budget_vnd=budget_vnd, years=years, must=must, must_not=must_not, price_factor=price_factor)
    villages, area = plan.villages.sort_index(), plan.study_area
    same_prices = estimate == "base" and settings.price_factor == build.settings.price_factor
    if settings.price_factor != build.settings.price_factor:
        build = _priced(plan, build, villages, settings)
    priced = (_at(build.costs.options, estimate), _at(build.costs.links, estimate))
    options, links = (
        table.assign(cost=cost.table["cost"], running=running(cost.table, settings))
        for table, cost in zip((build.options, build.links), priced, strict=True)
    )
    demands = planned_demands(plan.scenario, area, villages, plan.coverage, settings)
    material = Material(build.places, options, build.covers, links, demands, build.power, priced)
    found = decide(material, villages, settings, between=step)
    step("build_after")
    then = after(
        plan.scenario,
        area,
        options,
        found.choice,
        places=build.places,
        demands=demands,
        coverage=plan.coverage,
        workers=workers,
        cache=cache,
    )
    people = people_by_year(
        plan.scenario, area, options, found.phases.items["year"], places=build.places, target_share=settings.people_target_share,
        workers=workers, cache=cache,
    )  # fmt: skip
    if ended():
        raise StoppedError
    sums, by_payer_in_all = _in_all_estimates(build, found, material, villages)
    wishes, before = ((set(of.must), set(of.must_not)) for of in (settings, build.settings))
    return replace(
        build, settings=settings, options=options, links=links, demands=found.problem.demands, choice=found.choice, chosen=found.chosen,
        costs=BuildCosts(build.costs.options, build.costs.links, sums), phases=found.phases,
        shares=replace(found.shares, by_payer=by_payer_in_all),
        results=results_of(
            found.chosen, demands=demands, places=build.places, links=links, options=options, phases=found.phases, shares=found.shares,
            before=then.villages["households_before"],
        ),
        frontier=build.frontier if same_prices and wishes == before else build.frontier.iloc[:0], stay_in=build.stay_in.iloc[:0], after=then, people_by_year=people,
        smartphones=phones_of(villages, area.communes, settings, then),
        notes=(*(note for note in build.notes if note.code not in OF_THE_DECISION), *found.notes),
    )  # fmt: skip


def tried_settings(
    settings: BuildSettings,
    *,
    budget_vnd: int | None = None,
    years: Sequence[YearBudget] | None = None,
    must: Sequence[str] | None = None,
    must_not: Sequence[str] | None = None,
    price_factor: float | None = None,
) -> BuildSettings:
    """The section ``build`` with what is tried in place of its own.

    Raises
    ------
    InputError
        With a fault for each value that does not hold.
    """
    tried = {
        "budget_vnd": budget_vnd, "years": None if years is None else [each.model_dump() for each in years],
        "must": None if must is None else list(must), "must_not": None if must_not is None else list(must_not),
        "price_factor": price_factor,
    }  # fmt: skip
    changes = {name: value for name, value in tried.items() if value is not None}
    try:
        return BuildSettings.model_validate({**settings.model_dump(mode="json", exclude_unset=True), **changes})
    except ValidationError as error:
        raise InputError([setting_fault("build", item) for item in error.errors(include_url=False)]) from error


def years_within(years: Sequence[YearBudget], budget_vnd: int) -> tuple[YearBudget, ...]:
    """The budgets of the years in the same proportion, adding up to a budget, whole đồng by largest remainders.

    >>> [each.budget_vnd for each in years_within((YearBudget(year=2027, budget_vnd=2), YearBudget(year=2028, budget_vnd=4)), 9)]
    [3, 6]
    """
    if not years or budget_vnd < 0:
        return tuple(years)
    parts = split(budget_vnd, [each.budget_vnd for each in years])
    return tuple(YearBudget(year=each.year, budget_vnd=int(part)) for each, part in zip(years, parts, strict=True))


def _at(costs: Costs, estimate: Estimate) -> Costs:
    """The amounts of an estimate in the place of the base ones."""
    if estimate == "base":
        return costs
    suffix = SUFFIX[estimate]
    table = costs.table
    return replace(costs, table=table.assign(**{str(name)[: -len(suffix)]: table[name] for name in table if str(name).endswith(suffix)}))


def _priced(plan: Planned, build: BuildPlan, villages: gpd.GeoDataFrame, settings: BuildSettings) -> BuildPlan:
    """All that could be built at the prices of other settings, from the table that the plan read."""
    own = plan.scenario.layers.prices
    prices, _ = read_prices(plan.study_area.root / own, file=own) if own else read_prices()
    costs = option_costs(build.options, build.places, build.power, prices, settings), link_costs(build.links, prices, settings)
    return replace(build, costs=BuildCosts(*costs, build.costs.totals), power_first=power_first_lines(villages, prices, settings))


def _in_all_estimates(
    build: BuildPlan, found: Decision, material: Material, villages: gpd.GeoDataFrame
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """Sums and payers of what is built, by estimate, whichever it was chosen at."""
    problem = found.problem
    tables = Tables(
        problem.demands, problem.options, problem.covers, material.places, material.links, build.costs.options, build.costs.links
    )
    built = chosen(found.choice, tables)
    sums = totals({"options": built.options, "links": built.links}, problem.settings, year_index=year_index(built, found.phases))
    return sums, by_payer(built, problem.demands, villages, problem.settings).by_payer
