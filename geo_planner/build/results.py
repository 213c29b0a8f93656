"""What was chosen as people ask for it: sites, links, and what each village gets and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.build.demands import DIGITS
from geo_planner.build.payers import Shares
from geo_planner.build.phases import Phases
from geo_planner.build.served import TERMINAL, Chosen


@dataclass(frozen=True, slots=True)
class Results:
    """Tables of what is built.

    Attributes
    ----------
    sites : DataFrame
        Index ``site_id`` (the option's id), sorted; ``place_id``, ``kind``, ``lon``, ``lat``, ``mast_height_m``, ``cost_vnd``, ``payer``, ``year``
        (missing: in none), ``on_air``, ``households`` (newly covered, that it serves best; of a relay 0), ``cost_per_household_vnd`` (of its own cost,
        without links and relays that it shares; missing for a satellite terminal and where there are no households), ``link_ids`` (tuple: those that
        end here).
    links : DataFrame
        Index ``link_id``, sorted; ``place_a``, ``place_b``, ``kind``, ``length_km``, ``freq_ghz``, ``availability_pct``, ``cost_vnd``, ``payer``,
        ``year``.
    villages : DataFrame
        Index ``village_id``, sorted; ``households_before``, ``households_after`` (with mobile signal; missing where the list does not say how many
        there are), ``households_terminal`` (only by a satellite terminal), ``site_ids`` (tuple, those that serve it), ``year`` (in which all of it
        that is covered is).
    """

    sites: pd.DataFrame
    links: pd.DataFrame
    villages: pd.DataFrame


def results_of(
    chosen: Chosen,
    *,
    demands: pd.DataFrame,
    places: pd.DataFrame,
    links: pd.DataFrame,
    options: pd.DataFrame,
    phases: Phases,
    shares: Shares,
    before: pd.Series,
) -> Results:
    """Lay out what was chosen.

    Parameters
    ----------
    chosen : Chosen
    demands : DataFrame
        Index ``demand_id``; ``village_id``, ``households``.
    places, links, options : DataFrame
        As for the choice.
    phases : Phases
    shares : Shares
    before : Series
        By village_id: households with signal today, missing where the list does not say how many there are.
    """
    when, payer = phases.items, shares.items["payer"]
    ids = chosen.options.index.rename("site_id")
    place = chosen.options["place_id"].to_numpy(dtype=object)
    ends = chosen.links[["place_a", "place_b"]]
    here = {p: tuple(sorted(map(str, ends.index[(ends == p).any(axis=1)]))) for p in set(place)}
    sites = pd.DataFrame(
        {
            "place_id": place, "kind": chosen.options["kind"].to_numpy(dtype=object), "lon": places["lon"].reindex(place).to_numpy(dtype=float),
            "lat": places["lat"].reindex(place).to_numpy(dtype=float),
            "mast_height_m": options["mast_height_m"].reindex(ids).to_numpy(dtype=float),
            "cost_vnd": chosen.options["cost"].to_numpy(dtype=float), "payer": payer.reindex(ids).to_numpy(dtype=object),
            "year": when["year"].reindex(ids).array, "on_air": when["on_air"].reindex(ids).to_numpy(dtype=object),
            "households": chosen.options["households"].to_numpy(dtype=float),
            "cost_per_household_vnd": _per_household(chosen.options),
            "link_ids": pd.Series([here[p] for p in place], index=ids, dtype=object),
        },
        index=ids,
    )  # fmt: skip
    of = chosen.links.index
    shown = links.loc[of, ["place_a", "place_b", "kind", "length_km", "freq_ghz", "availability_pct"]]
    told = shown.assign(
        cost_vnd=chosen.links["cost"].astype(float), payer=payer.reindex(of).astype(object), year=when["year"].reindex(of).array
    )
    return Results(sites, told, _villages(chosen, demands, phases, before))


def _per_household(options: pd.DataFrame) -> np.ndarray:
    """Of each option's own cost; NaN where it brings nobody mobile signal."""
    households = options["households"].where((options["households"] > 0) & (options["kind"] != TERMINAL))
    return (options["cost"] / households).to_numpy(dtype=float)


def _villages(chosen: Chosen, demands: pd.DataFrame, phases: Phases, before: pd.Series) -> pd.DataFrame:
    before = before.astype("Float64").sort_index()
    index = before.index
    served = demands.loc[chosen.serves.index]
    mobile = (chosen.serves.map(chosen.options["kind"]) != TERMINAL).to_numpy(dtype=bool)
    by = pd.DataFrame({"village_id": served["village_id"].to_numpy(dtype=object), "site": chosen.serves.to_numpy(dtype=object)})
    sites = {village: tuple(sorted(set(part))) for village, part in by.groupby("village_id")["site"]}
    year = phases.village_years(demands)["full_year"].reindex(index)
    return pd.DataFrame(
        {
            "households_before": before, "households_after": (before + _by_village(served[mobile], index)).round(DIGITS),
            "households_terminal": _by_village(served[~mobile], index).where(before.notna()),
            "site_ids": pd.Series([sites.get(village, ()) for village in index], index=index, dtype=object), "year": year.astype("Int64"),
        },
        index=index,
    )  # fmt: skip


def _by_village(pieces: pd.DataFrame, index: pd.Index) -> pd.Series:
    return (
        pieces["households"]
        .astype(float)
        .groupby(pieces["village_id"].to_numpy())
        .sum()
        .reindex(index)
        .fillna(0.0)
        .round(DIGITS)
        .astype("Float64")
    )
