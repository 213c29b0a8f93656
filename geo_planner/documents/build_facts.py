"""What a plan says to build, as documents speak of it: sites, links, and sums that agree to the đồng."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.build.cost import PARTS, SUFFIX, estimate_rows, split
from geo_planner.build.payers import cost_per_household
from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import ESTIMATES, ITEMS, dollar_rate, read_prices
from geo_planner.documents.records import Amount, CostItem, LinkFacts, Money, PowerFirst, PriceFacts, SiteFacts, YearFacts
from geo_planner.documents.village_facts import number, positions, text, whole
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY

ASSUMED_PRICE = "ước tính"


def site_facts(plan: Plan, ranks: Mapping[str, int]) -> tuple[SiteFacts, ...]:
    """The proposed sites, by id.

    Parameters
    ----------
    plan : Plan
    ranks : mapping
        By village_id.
    """
    build = plan.build
    if build is None:
        return ()
    table = build.results.sites
    communes = _communes_of(plan, table)
    served = _villages_of(build)
    numbers = _numbers(table, served, ranks)
    found = []
    for place, (ident, row) in zip(positions(table["lon"], table["lat"]), table.iterrows(), strict=True):
        site = str(ident)
        option, power = build.options.loc[site], build.power.loc[site]
        solar = text(power["source"]) == "solar"
        found.append(
            SiteFacts(
                site_id=site, number=numbers[site], place_id=text(row["place_id"]), kind=text(row["kind"]), position=place, commune=communes.get(site, ""),
                mast_height_m=number(row["mast_height_m"]), freq_mhz=number(option.get("freq_mhz")), operator=text(option.get("operator")),
                n_cells=whole(option.get("n_cells")), power=text(power["source"]), pv_kwp=number(power["pv_kwp"]) if solar else None,
                battery_kwh=number(power["battery_kwh"]), households=float(row["households"]), villages=served.get(site, ()),
                link_ids=tuple(row["link_ids"]), **_money_of(build, site), payer=text(row["payer"]), year=whole(row["year"]), on_air=text(row["on_air"]),
                stay_in=number(build.stay_in.get(site)),
            )
        )  # fmt: skip
    return tuple(found)


def link_facts(plan: Plan) -> tuple[LinkFacts, ...]:
    """The proposed links, by id."""
    if plan.build is None:
        return ()
    return tuple(
        LinkFacts(
            link_id=str(ident), place_a=text(row["place_a"]), place_b=text(row["place_b"]), kind=text(row["kind"]),
            length_km=number(row["length_km"]), freq_ghz=number(row["freq_ghz"]), availability_pct=number(row["availability_pct"]),
            **_money_of(plan.build, str(ident)), payer=text(row["payer"]), year=whole(row["year"]),
        )
        for ident, row in plan.build.results.links.iterrows()
    )  # fmt: skip


def village_shares(build: BuildPlan) -> tuple[dict[str, int], int]:
    """What falls to each village of the investment (base estimate), and what serves none.

    Each site is shared by the households that it serves best, a relay and a link by those of all sites whose way goes over them; in whole đồng by
    largest remainders.
    """
    chosen = build.chosen
    pieces = pd.DataFrame(
        {
            "option": chosen.serves.to_numpy(dtype=object),
            "village": build.demands["village_id"].reindex(chosen.serves.index).to_numpy(dtype=object),
            "households": build.demands["households"].reindex(chosen.serves.index).to_numpy(dtype=float),
        }
    )
    own: dict[str, dict[str, float]] = {}
    for (option, village), households in pieces.groupby(["option", "village"])["households"].sum().items():
        own.setdefault(str(option), {})[str(village)] = float(households)
    over = _over(build)
    shares: dict[str, int] = {}
    unshared = 0
    for table in (chosen.options, chosen.links):
        for ident, cost in table["cost"].items():
            users = [own[user] for user in ([str(ident)] if str(ident) in own else over.get(str(ident), [])) if user in own]
            villages = sorted({village for user in users for village in user})
            if not villages:
                unshared += int(cost)
                continue
            parts = split(int(cost), [sum(user.get(village, 0.0) for user in users) for village in villages])
            for village, part in zip(villages, parts.tolist(), strict=True):
                shares[village] = shares.get(village, 0) + part
    return shares, unshared


def money(plan: Plan, unshared_vnd: int) -> Money | None:
    """The sums of the build plan; None where there is none."""
    build = plan.build
    if build is None:
        return None
    sums = build.costs.totals
    each = {estimate: cost_per_household(build.chosen, estimate) for estimate in ESTIMATES}
    phones = None if build.smartphones is None else build.smartphones.dropna()
    return Money(
        **{name: _amount({e: sums[e][name] for e in ESTIMATES}) for name in ("capex", "capex_before_tax", "opex_per_year", "npv")},
        by_payer={payer: _amount({e: build.shares.by_payer[e][payer] for e in ESTIMATES}) for payer in RESPONSIBILITY},
        years=_years(build), items=_items(build), budget_vnd=build.settings.limit_vnd(),
        per_household=_amount({e: round(v) for e, v in each.items()}) if all(v == v for v in each.values()) else None, unshared_vnd=unshared_vnd,
        optimality=build.choice.status, gap=number(build.choice.gap), households_gained=float(_gained(build)),
        horizon_years=build.settings.horizon_years, discount_rate=build.settings.discount_rate, price_year=build.settings.price_year,
        dollar_rate=dollar_rate(build.settings, [each.unit for each in price_facts(plan)]),
        smartphone_households=None if phones is None else int(phones["eligible"].sum()),
        smartphone_vnd=None if phones is None else int(phones["amount_vnd"].sum()),
    )  # fmt: skip


def power_first_facts(plan: Plan) -> tuple[PowerFirst, ...]:
    """The villages that need power first, with what the two ways cost."""
    if plan.build is None or plan.build.power_first is None:
        return ()
    return tuple(
        PowerFirst(
            str(ident), int(row["terminal_vnd"]), int(row["terminal_per_year_vnd"]), int(row["grid_village_vnd"]), whole(row["grid_households_vnd"])
        )
        for ident, row in plan.build.power_first.iterrows()
    )  # fmt: skip


def price_facts(plan: Plan) -> tuple[PriceFacts, ...]:
    """The table of prices that the estimates rest on; empty without a build plan."""
    if plan.build is None:
        return ()
    own = plan.scenario.layers.prices
    table, _ = read_prices(plan.study_area.root / own, file=own) if own else read_prices()
    return tuple(
        PriceFacts(
            str(item), text(row["unit"]), float(row["low"]), float(row["base"]), float(row["high"]), int(row["year"]), text(row["source"]),
            ASSUMED_PRICE in text(row["source"]),
        )
        for item, row in table.iterrows()
    )  # fmt: skip


def _gained(build: BuildPlan) -> float:
    villages = build.results.villages
    return (villages["households_after"] - villages["households_before"]).dropna().sum()


def _money_of(build: BuildPlan, ident: str) -> dict[str, Any]:
    """Cost in the three estimates, its split among the payers, and what is paid a year."""
    table = build.chosen.options if ident in build.chosen.options.index else build.chosen.links
    return {
        "cost": _amount({e: table.at[ident, f"cost{SUFFIX[e]}"] for e in ESTIMATES}),
        "cost_by_payer": {payer: int(build.shares.items.at[ident, payer]) for payer in RESPONSIBILITY},
        "opex_per_year": _amount({e: table.at[ident, f"opex{SUFFIX[e]}"] for e in ESTIMATES}),
    }


def _amount(by_estimate: dict[str, Any]) -> Amount:
    return Amount(*(int(by_estimate[estimate]) for estimate in ("low", "base", "high")))


def _years(build: BuildPlan) -> tuple[YearFacts, ...]:
    items = build.shares.items.join(build.phases.items["year"])
    sums = {None if pd.isna(year) else int(year): part for year, part in items.groupby("year", dropna=False)}
    sites = set(build.chosen.options.index)

    def of(year: int | None, row: pd.Series | None) -> YearFacts:
        part = sums.get(year, items.iloc[:0])
        n_sites = sum(ident in sites for ident in part.index)
        by_payer = {payer: int(part[payer].sum()) for payer in RESPONSIBILITY}
        told = [None] * 3 if row is None else [whole(row["budget_vnd"]), whole(row["available_vnd"]), number(row["households"])]
        return YearFacts(year, told[0], told[1], by_payer, n_sites, len(part) - n_sites, told[2])  # type: ignore[arg-type]

    # what no year holds has a row of its own there, without a year
    years = [of(None if pd.isna(row["year"]) else int(row["year"]), row) for _, row in build.phases.by_year.iterrows()]
    return (*years, *([of(None, None)] if None in sums and all(each.year is not None for each in years) else []))


def _items(build: BuildPlan) -> tuple[CostItem, ...]:
    """The items of everything that is built, summed by part and item, in the order of the forms; yearly ones last."""
    built = ((build.costs.options, build.chosen.options.index), (build.costs.links, build.chosen.links.index))
    tables = [estimate_rows(costs, ids) for costs, ids in built if len(ids)]
    if not tables:
        return ()
    rows = pd.concat(tables, ignore_index=True)
    order = {name: at for at, name in enumerate(ITEMS)}
    parts = {name: at for at, name in enumerate((*PARTS, "yearly"))}
    found = []
    for (part, item), same in rows.groupby(["part", "item"], sort=False):
        sources = dict.fromkeys(text(source) for source in same["source"] if text(source))
        quantity = number(pd.to_numeric(same["quantity"]).sum()) if item else None
        amount = _amount({e: round(float(same[e].sum())) for e in ESTIMATES})
        found.append(CostItem(str(part), str(item), text(same["unit"].iloc[0]), quantity, amount, "; ".join(sources)))
    return tuple(sorted(found, key=lambda each: (parts[each.part], order.get(each.item, -1))))


def _over(build: BuildPlan) -> dict[str, list[str]]:
    """For each link, and each option at a place on a way, the options whose way goes over it."""
    options = build.chosen.options
    at = options.groupby("place_id").groups
    over: dict[str, list[str]] = {}
    for option, links, places in zip(options.index, options["way_links"], options["way_places"], strict=True):
        on_the_way = [str(holder) for place in places[:-1] for holder in at.get(place, [])]
        for ident in (*map(str, links), *on_the_way):
            over.setdefault(ident, []).append(str(option))
    return over


def _villages_of(build: BuildPlan) -> dict[str, tuple[str, ...]]:
    served: dict[str, list[str]] = {}
    for village, ids in build.results.villages["site_ids"].items():
        for site in ids:
            served.setdefault(str(site), []).append(str(village))
    return {site: tuple(villages) for site, villages in served.items()}


def _numbers(sites: pd.DataFrame, served: Mapping[str, tuple[str, ...]], ranks: Mapping[str, int]) -> dict[str, int]:
    """By year, what has none last; then by the rank of the first village served, what serves none last; then by id."""
    last = len(ranks) + 1

    def order(site: str) -> tuple[float, int, str]:
        year = whole(sites.at[site, "year"])
        return float("inf") if year is None else year, min((ranks[v] for v in served.get(site, ())), default=last), site

    return {site: at for at, site in enumerate(sorted(map(str, sites.index), key=order), 1)}


def _communes_of(plan: Plan, sites: pd.DataFrame) -> dict[str, str]:
    """In which commune each site lies; blank outside the province."""
    if not len(sites):
        return {}
    points = gpd.GeoDataFrame({"site_id": sites.index}, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs=4326)
    found = points.sjoin(plan.communes[["name", "geometry"]], predicate="within").drop_duplicates("site_id")
    return {str(site): text(name) for site, name in zip(found["site_id"], found["name"], strict=True)}
