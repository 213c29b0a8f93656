"""Plans side by side: their sums, and where they differ by village and by site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner import schema
from geo_planner.build.plan import BuildPlan
from geo_planner.build.village_costs import cost_by_village
from geo_planner.errors import UsageError
from geo_planner.plan import Plan

VILLAGE_FIGURES = ("rank", "score", "responsibility", "modelled_status", "coverage_probability")
"""What is held against each other of a village; with a build plan also ``BUILD_FIGURES``."""
BUILD_FIGURES = ("households_after", "year", "site_ids", "cost_share_vnd")
"""``cost_share_vnd``: the village's share of the investment (:mod:`geo_planner.build.village_costs`), 0 where the plan brings it nothing."""
SITE_FIGURES = ("cost_vnd", "year", "payer", "households")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What some plans have in common and what not.

    Attributes
    ----------
    names : tuple of str
        Of the plans, in the order given; the first is the one that the others are held against.
    sums : DataFrame
        A row a plan: villages and households by modelled status, payers, and of a build plan its budget, cost, sites and households.
    villages : DataFrame
        Index ``village_id``; ``name``, ``commune_name``, for each figure a column a plan (``rank:<plan>``), and ``differs_in``: the names of the
        figures that are not the same in all plans, a tuple. A village that a plan lacks has nothing there.
    sites : DataFrame
        Index ``site_id`` of what any of the plans builds; ``place_id``, ``kind``, ``lon``, ``lat``, ``mast_height_m``, a column a plan for each
        figure, and ``built_in``: the names of the plans that build it, a tuple. Empty where no plan builds.
    """

    names: tuple[str, ...]
    sums: pd.DataFrame
    villages: pd.DataFrame
    sites: pd.DataFrame


def compare(plans: Mapping[str, Plan]) -> Comparison:
    """Hold plans against each other.

    Parameters
    ----------
    plans : mapping of str to Plan
        By the name that each shall have in the tables.

    Raises
    ------
    UsageError
        With fewer than two plans.
    """
    if len(plans) < 2:
        raise UsageError("compare_two_needed", n=len(plans))
    sums = pd.DataFrame({name: _sums(plan) for name, plan in plans.items()}).T.rename_axis("plan")
    return Comparison(tuple(plans), sums, _villages(plans), _sites(plans))


def _sums(plan: Plan) -> dict[str, Any]:
    villages = plan.villages
    households = villages["households"].astype("Float64")
    found: dict[str, Any] = {"scenario": plan.scenario.name, "villages": len(villages), "households": float(households.sum())}
    for status in schema.SIGNAL_STATUS:
        found[status] = int((villages["modelled_status"] == status).sum())
    for payer in schema.RESPONSIBILITY:
        found[payer] = int((villages["responsibility"] == payer).sum())
    if plan.build is not None:
        found |= _build_sums(plan.build)
    return found


def _build_sums(build: BuildPlan) -> dict[str, Any]:
    base, results, limit = build.costs.totals["base"], build.results, build.settings.limit_vnd()
    return {
        "budget_vnd": limit, "capex_vnd": base["capex"], "opex_per_year_vnd": base["opex_per_year"], "npv_vnd": base["npv"],
        "sites": len(results.sites), "links": len(results.links),
        "households_gained": float((results.villages["households_after"] - results.villages["households_before"]).sum()),
        "weight": build.choice.weight, "status": build.choice.status, "gap": build.choice.gap,
    }  # fmt: skip


def _villages(plans: Mapping[str, Plan]) -> pd.DataFrame:
    tables = {name: _village_table(plan) for name, plan in plans.items()}
    index = pd.Index(sorted({village for table in tables.values() for village in table.index}), name="village_id")
    first = pd.concat(list(tables.values()))[["name", "commune_name"]]
    joined = first[~first.index.duplicated()].reindex(index)
    figures = [f for f in (*VILLAGE_FIGURES, *BUILD_FIGURES) if any(f in table for table in tables.values())]
    beside = {
        f"{figure}:{name}": (table[figure] if figure in table else pd.Series(index=table.index, dtype=object)).reindex(index)
        for figure in figures
        for name, table in tables.items()
    }
    joined = joined.assign(**beside)
    differs = [
        tuple(figure for figure in figures if len({_key(joined.at[village, f"{figure}:{name}"]) for name in plans}) > 1)
        for village in index
    ]
    return joined.assign(differs_in=pd.Series(differs, index=index, dtype=object))


def _village_table(plan: Plan) -> pd.DataFrame:
    table = pd.DataFrame(plan.villages[["name", "commune_name", *VILLAGE_FIGURES]])
    if plan.build is None:
        return table
    shares = cost_by_village(plan.build.chosen, plan.build.demands)
    results = plan.build.results.villages
    return table.join(results.assign(cost_share_vnd=shares.reindex(results.index, fill_value=0).astype("Int64"))[list(BUILD_FIGURES)])


def village_costs(comparison: Comparison) -> pd.DataFrame:
    """What each village's signal costs in each plan, and how much more that is than in the first that builds.

    Returns
    -------
    DataFrame
        Index ``village_id``, those that any plan spends something on; ``name``, ``commune_name``, for each plan that builds ``cost_share_vnd:<plan>``
        (missing where it has not that village), and for those behind the first of them ``cost_difference_vnd:<plan>``.
    """
    return _costs(comparison, comparison.villages, ["name", "commune_name"], "cost_share_vnd")


def site_costs(comparison: Comparison) -> pd.DataFrame:
    """What each site costs in each plan; 0 in a plan that does not build it.

    Returns
    -------
    DataFrame
        Index ``site_id``; ``kind``, ``mast_height_m``, ``cost_vnd:<plan>`` of the plans that build, and for those behind the first
        ``cost_difference_vnd:<plan>``. Links are no sites: their cost is what is left of ``capex_vnd`` in ``sums``.
    """
    sites = comparison.sites
    amounts = {
        f"cost_vnd:{name}": sites[f"cost_vnd:{name}"].astype("Float64").fillna(0.0)
        for name in comparison.names
        if f"cost_vnd:{name}" in sites
    }
    return _costs(comparison, sites.assign(**amounts), ["kind", "mast_height_m"], "cost_vnd")


def _costs(comparison: Comparison, table: pd.DataFrame, head: list[str], figure: str) -> pd.DataFrame:
    names = [name for name in comparison.names if f"{figure}:{name}" in table and table[f"{figure}:{name}"].notna().any()]
    if not names:
        return pd.DataFrame(columns=head, index=table.index[:0])
    amounts = table[[f"{figure}:{name}" for name in names]].astype("Float64").round().astype("Int64")
    first, *others = names
    differences = {f"cost_difference_vnd:{name}": amounts[f"{figure}:{name}"] - amounts[f"{figure}:{first}"] for name in others}
    spent = amounts.fillna(0).sum(axis=1) > 0
    return table[head].join(amounts).assign(**differences)[spent]


def _sites(plans: Mapping[str, Plan]) -> pd.DataFrame:
    head = ["place_id", "kind", "lon", "lat", "mast_height_m"]
    tables = {name: plan.build.results.sites for name, plan in plans.items() if plan.build is not None}
    index = pd.Index(sorted({site for table in tables.values() for site in table.index}), name="site_id", dtype=object)
    if not len(index):
        return pd.DataFrame(columns=[*head, "built_in"], index=index)
    first = pd.concat(list(tables.values()))[head]
    joined = first[~first.index.duplicated()].reindex(index)
    beside = {f"{figure}:{name}": table[figure].reindex(index) for figure in SITE_FIGURES for name, table in tables.items()}
    built = [tuple(name for name, table in tables.items() if site in table.index) for site in index]
    return joined.assign(**beside, built_in=pd.Series(built, index=index, dtype=object))


def _key(value: Any) -> Any:
    """A value as it can be held against another: what is missing is the same everywhere."""
    if isinstance(value, (tuple, list)):
        return tuple(value)
    return None if value is None or pd.isna(value) else value
