"""The build plan for scripts: the key ``build`` of ``summary.json``. Amounts are whole đồng, what is not known is null."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo_planner.build.demands import DIGITS
from geo_planner.build.payers import cost_per_household
from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import ESTIMATES
from geo_planner.export.tables import flat_columns, plain

_SITE = ("place_id", "kind", "lon", "lat", "mast_height_m", "cost_vnd", "payer", "year", "households", "cost_per_household_vnd")
_LINK = ("place_a", "place_b", "kind", "length_km", "freq_ghz", "availability_pct", "cost_vnd", "year")
_VILLAGE = ("households_before", "households_after", "year")
_SUMS = ("capex", "opex_per_year", "npv", "total")


def build_summary(build: BuildPlan) -> dict[str, Any]:
    """Sites, links, villages, sums, and what is to be said of the choice, as plain values.

    ``cost_vnd.capex`` is the sum of the sites' and links' ``cost_vnd`` and of ``by_payer``; the sites' ``households`` add up to what the villages
    gain.
    """
    results, choice = build.results, build.choice
    by_year = build.phases.by_year
    return {
        "sites": [
            {"site_id": str(i), **_plain(row, _SITE), "cost_vnd": int(row["cost_vnd"]), "link_ids": list(row["link_ids"])}
            for i, row in results.sites.iterrows()
        ],
        "links": [{"link_id": str(i), **_plain(row, _LINK), "cost_vnd": int(row["cost_vnd"])} for i, row in results.links.iterrows()],
        "villages": [
            {"village_id": str(i), **_plain(row, _VILLAGE), "site_ids": list(row["site_ids"])} for i, row in results.villages.iterrows()
        ],
        "cost_vnd": cost_summary(build),
        "cost_per_household_vnd": {estimate: plain(cost_per_household(build.chosen, estimate)) for estimate in ESTIMATES},
        "by_payer": {payer: int(amount) for payer, amount in build.shares.by_payer["base"].items()},
        "by_year": [{str(name): plain(value) for name, value in row.items()} for row in by_year.to_dict("records")],
        **({} if build.people_by_year is None else {"people_by_year": flat_columns(build.people_by_year).to_dict("records")}),
        **_lines(build),
        "optimality": {"status": choice.status, "gap": plain(choice.gap), "bound": plain(round(choice.bound, DIGITS))},
        "frontier": [{str(name): plain(value) for name, value in row.items()} for row in build.frontier.to_dict("records")],
        "stay_in": {str(site): float(share) for site, share in build.stay_in.items()},
        "stay_in_by": build.stay_in_by,
        "after": {"by_modelled_status": build.after.by_modelled_status, "households_covered": build.after.households_covered},
    }


def _lines(build: BuildPlan) -> dict[str, Any]:
    """What stands beside the stations and is in none of their sums: smartphones where they are asked for, villages that need power first."""
    lines: dict[str, Any] = {}
    if build.smartphones is not None:
        known = build.smartphones.dropna()
        unknown = [str(village) for village in build.smartphones.index.difference(known.index)]
        sums = {"households": int(known["eligible"].sum()), "amount_vnd": int(known["amount_vnd"].sum())}
        lines["smartphones"] = {**sums, "villages": [str(village) for village in known.index], "unknown": unknown}
    if build.power_first is not None and len(build.power_first):
        whole = build.power_first.astype({name: "Int64" for name in build.power_first if str(name).endswith("_vnd")}).reset_index()
        lines["power_first"] = [{str(name): plain(value) for name, value in row.items()} for row in whole.to_dict("records")]
    return lines


def cost_summary(build: BuildPlan) -> dict[str, Any]:
    """Budget and sums of what is built: the base estimate, with ``low`` and ``high`` beside it."""
    sums = {estimate: {name: int(amounts[name]) for name in _SUMS} for estimate, amounts in build.costs.totals.items()}
    return {"budget": build.settings.limit_vnd(), **sums["base"], "low": sums["low"], "high": sums["high"]}


def _plain(row: pd.Series, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: plain(row[name]) for name in names}
