"""In which year each site comes: within the budget of the year, on the way to the network that is there, and not before its power.

The order. In each year the site that brings most weight for its money comes first, with all that its way still lacks; what does not fit
waits. A way that fits into no single year is begun from the network outwards. What fits into no year is told, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build.demands import DIGITS
from geo_planner.build.served import TERMINAL, Chosen
from geo_planner.config.build.money import PhaseSettings, YearBudget
from geo_planner.errors import Fault, UsageError, warning
from geo_planner.words import Said, said
from geo_planner.words.said import first_of


@dataclass(frozen=True, slots=True)
class Phases:
    """What comes when.

    Attributes
    ----------
    items : DataFrame
        Index ``id`` of options, then of links; ``year`` whose money pays for it (missing where it fits into none) and ``on_air``
        (``2027-07``; blank likewise): the month in which what is begun in that year works.
    demand_year : Series
        By ``demand_id`` (the covered ones): the year in which it is first covered, missing where in none.
    by_year : DataFrame
        A row a year: ``year``, ``budget_vnd``, ``available_vnd`` (with what the year before left, where that may be carried over), ``cost_vnd``,
        ``sites``, ``links``, ``households`` and ``weight`` newly covered; households of terminals are left out. What no year holds, if there is any,
        has a last row without year and budget, so that the costs always add up to the investment.
    left : dict of str to Said
        Why an option or link fits into no year.
    """

    items: pd.DataFrame
    demand_year: pd.Series
    by_year: pd.DataFrame
    left: dict[str, Said]

    def notes(self) -> list[Fault]:
        """A warning for each reason why something has no year, with what it concerns."""
        reasons = {"budget": "build_unplaced.budget", "power": "build_unplaced.power", "way": "build_unplaced.way"}
        kept = {name: [ident for ident, what in self.left.items() if what.key == f"build_left.{name}"] for name in reasons}
        return [
            warning("scenario", key, column="build.years", n=len(kept[name]), ids=first_of(kept[name], 10))
            for name, key in reasons.items()
            if kept[name]
        ]

    def village_years(self, demands: pd.DataFrame) -> pd.DataFrame:
        """By ``village_id``: ``first_year``, in which something of it is covered, and ``full_year``, in which all that will be is."""
        years = self.demand_year.astype("Int64").groupby(demands["village_id"].reindex(self.demand_year.index).to_numpy())
        return pd.DataFrame({"first_year": years.min(), "full_year": years.max()}).rename_axis("village_id")


class _Input(NamedTuple):
    """What the order is made from, by id."""

    cost: dict[str, int]
    covers: dict[str, list[str]]
    weight: dict[str, float]
    ready: dict[str, int]
    ways: dict[str, tuple[tuple[str, str], ...]]
    """Of each option: links with the places behind them, from the network outwards, the last the option's own."""
    holders: dict[str, list[str]]
    """At each place what may pass on, the cheapest first: one of it is enough."""
    settings: PhaseSettings


class _Built(NamedTuple):
    """What is there, and what is covered, each with its year; and what was begun for a site that is still to come."""

    year_of: dict[str, int]
    covered: dict[str, int]
    begun: set[str]


def phases(
    chosen: Chosen,
    demands: pd.DataFrame,
    years: Sequence[YearBudget],
    settings: PhaseSettings | None = None,
    *,
    power: pd.DataFrame | None = None,
) -> Phases:
    """Lay what was chosen out over the years.

    Parameters
    ----------
    chosen : Chosen
    demands : DataFrame
        Index ``demand_id``; ``weight``, ``households``.
    years : sequence of YearBudget
        In rising order; empty: nothing has a year.
    settings : PhaseSettings, optional
    power : DataFrame, optional
        Index ``option_id``; ``ready_year``: year from which there is power (missing: no wait).

    Raises
    ------
    UsageError
        (a ValueError) A budget is negative, or the years do not rise.
    """
    settings = settings or PhaseSettings()
    _check(years)
    given = _input(chosen, demands, power, settings)
    built, kept = _Built({}, {}, set()), 0
    for at, each in enumerate(years):
        available = each.budget_vnd + kept
        later = [y.budget_vnd for y in years[at + 1 :]]
        left = _build_year(given, built, each.year, available, later)
        kept = left if settings.carry_unspent else 0
    _without_idle_ways(given, built)
    ids = pd.Index([*chosen.options.index, *chosen.links.index], name="id", dtype=object)
    year = pd.Series([built.year_of.get(ident, pd.NA) for ident in ids], index=ids, dtype="Int64")
    on_air = ["" if pd.isna(y) else _month(int(y), settings) for y in year]
    served = chosen.serves.index
    demand_year = pd.Series([built.covered.get(d, pd.NA) for d in served], index=served, dtype="Int64")
    unplaced = {ident: _why_left(given, built, ident, years) for ident in ids if years and ident not in built.year_of}
    by_year = _by_year(chosen, demands, years, given, built)
    return Phases(pd.DataFrame({"year": year, "on_air": on_air}, index=ids), demand_year, by_year, unplaced)


def _check(years: Sequence[YearBudget]) -> None:
    for each in years:
        if each.budget_vnd < 0:
            raise UsageError("build_phases.negative_budget", year=each.year, budget=each.budget_vnd)
    numbers = [each.year for each in years]
    if numbers != sorted(set(numbers)):
        raise UsageError("build_phases.years_order", years=numbers)


def _input(chosen: Chosen, demands: pd.DataFrame, power: pd.DataFrame | None, settings: PhaseSettings) -> _Input:
    options = chosen.options
    cost = {str(i): int(c) for table in (options, chosen.links) for i, c in table["cost"].items()}
    ready = power["ready_year"].reindex(options.index).dropna() if power is not None and "ready_year" in power else pd.Series(dtype=float)
    ways = zip(options.index, options["way_links"], options["way_places"], strict=True)
    return _Input(
        cost,
        {str(o): sorted(d) for o, d in chosen.covers.groupby("option_id")["demand_id"]},
        demands["weight"].astype(float).to_dict(),
        {str(o): int(y) for o, y in ready.items()},
        {str(o): tuple(zip(links, places, strict=True)) for o, links, places in ways},
        {str(p): sorted(map(str, o), key=lambda i: (cost[i], i)) for p, o in options.groupby("place_id").groups.items()},
        settings,
    )


def _build_year(given: _Input, built: _Built, year: int, available: int, later: Sequence[int]) -> int:
    """Spend what may be spent in a year; what is left of it comes back."""
    while True:
        waiting = [_lacking(given, built, option) for option in given.ways if option not in built.year_of]
        waiting = [lacking for lacking in waiting if _powered(given, lacking, year)]
        fits = [lacking for lacking in waiting if _gain(given, built, lacking) and _price(given, lacking) <= available]
        if not fits:
            break
        best: list[str] = min(fits, key=lambda lacking: _order(given, built, lacking))
        available -= _add(given, built, best, year)
    serving = [lacking for lacking in waiting if _gain(given, built, lacking)]
    if not any(_gain(given, built, [option]) for option in given.ways if option not in built.year_of):
        # all that serves is there: now what only passes on or was fixed by hand
        links = [[link] for link in sorted(given.cost) if link not in given.ways]
        rest: list[list[str]] = sorted([*waiting, *links], key=lambda todo: (_price(given, todo), todo))
        for lacking in rest:
            available -= _add_if_paid(given, built, lacking, year, available)
    # what is not spent may be spent later, so that nothing need be begun; else the largest year counts
    most_later = available + sum(later) if given.settings.carry_unspent else max(later, default=0)
    for lacking in sorted(serving, key=lambda lacking: _order(given, built, lacking)):
        todo = [ident for ident in lacking if ident not in built.year_of]
        # a way that no single year can pay for is begun at the network, where the years together can
        if available + sum(later) >= _price(given, todo) > most_later:
            for ident in todo[:-1]:
                if given.cost[ident] > available:
                    break
                available -= _add(given, built, [ident], year)
                built.begun.add(ident)
    return available


def _add_if_paid(given: _Input, built: _Built, idents: Iterable[str], year: int, available: int) -> int:
    todo = [ident for ident in idents if ident not in built.year_of]
    return _add(given, built, todo, year) if _price(given, todo) <= available else 0


def _add(given: _Input, built: _Built, idents: Iterable[str], year: int) -> int:
    """Build, and say what it costs."""
    spent = 0
    for ident in idents:
        built.year_of[ident] = year
        spent += given.cost[ident]
        for demand in given.covers.get(ident, ()):
            built.covered.setdefault(demand, year)
    return spent


def _without_idle_ways(given: _Input, built: _Built) -> None:
    """Take back what was begun for a site that comes in no year after all, unless it serves or something there needs it."""
    idle = {ident for ident in built.begun if not given.covers.get(ident)}
    while True:
        kept = [option for option in given.ways if option in built.year_of and option not in idle]
        needed = {part for option in kept for part in _way_parts(given, option)} & idle
        if not needed:
            break
        idle -= needed
    for ident in idle:
        built.year_of.pop(ident, None)


def _way_parts(given: _Input, option: str) -> list[str]:
    """The links of a way and what stands at the places between."""
    way = given.ways[option]
    return [*(link for link, _ in way), *(holder for _, place in way[:-1] for holder in given.holders.get(place, ()))]


def _lacking(given: _Input, built: _Built, option: str) -> list[str]:
    """What an option and its way still lack, from the network outwards, itself the last."""
    lacking: list[str] = []
    way = given.ways[option]
    for at, (link, place) in enumerate(way):
        if link not in built.year_of:
            lacking.append(link)
        holders = given.holders.get(place, [])
        if at < len(way) - 1 and holders and not any(holder in built.year_of for holder in holders):
            lacking.append(holders[0])
    return [*lacking, option]


def _gain(given: _Input, built: _Built, idents: Iterable[str]) -> float:
    new = {d for ident in idents for d in given.covers.get(ident, ()) if d not in built.covered}
    return float(sum(given.weight[d] for d in sorted(new)))


def _price(given: _Input, idents: Iterable[str]) -> int:
    return sum(given.cost[ident] for ident in idents)


def _order(given: _Input, built: _Built, lacking: list[str]) -> tuple[float, int, list[str]]:
    """Most weight for the money first, then the cheaper, then by ids."""
    price = _price(given, lacking)
    return (-_gain(given, built, lacking) / price if price else -np.inf, price, lacking)


def _powered(given: _Input, idents: Iterable[str], year: int) -> bool:
    return all(given.ready.get(ident, 0) <= _on_air_year(year, given.settings) for ident in idents)


def _month(year: int, settings: PhaseSettings) -> str:
    months = settings.start_month - 1 + settings.build_months
    return f"{year + months // 12}-{months % 12 + 1:02d}"


def _on_air_year(year: int, settings: PhaseSettings) -> int:
    return int(_month(year, settings)[:4])


def _why_left(given: _Input, built: _Built, ident: str, years: Sequence[YearBudget]) -> Said:
    lacking = _lacking(given, built, ident) if ident in given.ways else [ident]
    waiting = [given.ready[i] for i in lacking if i in given.ready]
    if waiting and max(waiting) > _on_air_year(years[-1].year, given.settings):
        return said("build_left.power", year=max(waiting))
    serves = bool(given.covers.get(ident))
    if not serves and any(o not in built.year_of and given.covers.get(o) and ident in _way_parts(given, o) for o in given.ways):
        return said("build_left.way")
    return said("build_left.budget", cost=_price(given, lacking))


def _by_year(chosen: Chosen, demands: pd.DataFrame, years: Sequence[YearBudget], given: _Input, built: _Built) -> pd.DataFrame:
    kind = chosen.options["kind"]
    first = pd.Series(built.covered, dtype="Int64").reindex(chosen.serves.index)
    mobile = (chosen.serves.map(kind) != TERMINAL).to_numpy(dtype=bool)
    households = demands["households"].reindex(first.index).astype(float)
    weight = demands["weight"].reindex(first.index).astype(float)
    rows: list[tuple[Any, ...]] = []

    def row(year: Any, budget: Any, available: Any, ids: list[str], new: npt.NDArray[np.bool_]) -> None:
        n_sites = sum(ident in given.ways for ident in ids)
        gain = round(households[new & mobile].sum(), DIGITS), round(weight[new].sum(), DIGITS)
        rows.append((year, budget, available, _price(given, ids), n_sites, len(ids) - n_sites, *gain))

    kept = 0
    for each in years:
        ids = [ident for ident, year in built.year_of.items() if year == each.year]
        new = first.eq(each.year).fillna(False).to_numpy(dtype=bool)
        available = each.budget_vnd + kept
        row(each.year, each.budget_vnd, available, ids, new)
        kept = available - _price(given, ids) if given.settings.carry_unspent else 0
    if left := [ident for ident in given.cost if ident not in built.year_of]:
        row(pd.NA, pd.NA, pd.NA, left, first.isna().to_numpy(dtype=bool))
    whole = ("year", "budget_vnd", "available_vnd", "cost_vnd", "sites", "links")
    table = pd.DataFrame(rows, columns=[*whole, "households", "weight"])
    return table.astype({**dict.fromkeys(whole, "Int64"), "households": float, "weight": float})
