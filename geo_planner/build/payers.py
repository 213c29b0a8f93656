"""Who pays: what serves villages of several payers is shared out by newly covered households, and nothing is paid for twice.

The rule. An option that serves households is shared by those that it serves best. A relay, which serves nobody, and a link are shared by
the households of all options whose way to the network goes over them. What serves only villages that an operator has begun or promised
to cover falls to the operators. Each amount is split in whole đồng by largest remainders, so that the shares add up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build.cost import SUFFIX, option_costs, split
from geo_planner.build.prices import ESTIMATES, in_vnd
from geo_planner.build.served import TERMINAL, Chosen
from geo_planner.config.build.money import MoneySettings, PayerSettings
from geo_planner.config.build.smartphones import SmartphoneSettings
from geo_planner.errors import Fault, warning
from geo_planner.schema import RESPONSIBILITY
from geo_planner.words.said import first_of


@dataclass(frozen=True, slots=True)
class Shares:
    """How what is built is shared out.

    Attributes
    ----------
    items : DataFrame
        Index ``id`` of options, then of links; ``payer`` (who bears most of it), and for each payer its share of ``cost`` in đồng.
    by_payer : dict
        By ``low``, ``base``, ``high``: đồng by payer, all payers named; they add up to the cost of all that is built.
    """

    items: pd.DataFrame
    by_payer: dict[str, dict[str, int]]


def committed(villages: pd.DataFrame, settings: PayerSettings | None = None) -> pd.Series:
    """Whether an operator has begun or promised to cover a village: it is shown, and not paid for again.

    A stage among ``commitment_stages`` says so; where the stage is blank, an operator's name does. Lists without these columns: none.
    """
    stages = (settings or PayerSettings()).commitment_stages
    nothing = pd.Series(pd.NA, index=villages.index, dtype="string")
    stage = villages.get("commitment_stage", nothing).astype("string").str.strip().replace("", pd.NA)
    operator = villages.get("commitment_operator", nothing).astype("string").str.strip().replace("", pd.NA)
    return (stage.isin(stages) | (stage.isna() & operator.notna())).astype(bool).rename("committed")


def commitment_notes(villages: pd.DataFrame, settings: PayerSettings | None = None) -> list[Fault]:
    """What is said of villages that an operator has begun or promised to cover."""
    promised = [str(village) for village in villages.index[committed(villages, settings)]]
    if not promised:
        return []
    return [warning("scenario", "build_committed.villages", column="build.payers", n=len(promised), ids=first_of(sorted(promised), 10))]


def payer_of(villages: pd.DataFrame, settings: PayerSettings | None = None) -> pd.Series:
    """Who pays for each village, by ``responsibility``; blank for one that is not paid for again."""
    settings = settings or PayerSettings()
    payer = villages["responsibility"].astype(object).where(villages["responsibility"].isin(RESPONSIBILITY), "undecided")
    if settings.fund_pays_power_first:
        payer = payer.replace("power_first", "fund")
    return payer.where(~committed(villages, settings), "").rename("payer")


def by_payer(chosen: Chosen, demands: pd.DataFrame, villages: pd.DataFrame, settings: MoneySettings) -> Shares:
    """What each payer bears of all that is built.

    Parameters
    ----------
    chosen : Chosen
    demands : DataFrame
        Index ``demand_id``; ``village_id``, ``households``.
    villages : DataFrame
        Index ``village_id``; ``responsibility`` and perhaps the columns of commitments.
    settings : MoneySettings
    """
    weight = _weights(chosen, demands, payer_of(villages, settings.payers), settings.payers)
    over = users_of(chosen)
    ids = [*chosen.options.index, *chosen.links.index]
    rows = np.array([_borne(ident, weight, over) for ident in ids]).reshape(-1, len(RESPONSIBILITY))
    parts: dict[str, npt.NDArray[np.int64]] = {}
    for estimate in ESTIMATES:
        column = f"cost{SUFFIX[estimate]}"
        amounts = [int(v) for table in (chosen.options, chosen.links) for v in table[column]]
        shared = [split(amount, row) for amount, row in zip(amounts, rows, strict=True)]
        parts[estimate] = np.array(shared, dtype=np.int64).reshape(-1, len(RESPONSIBILITY))
    items = pd.DataFrame(parts["base"], index=pd.Index(ids, name="id", dtype=object), columns=list(RESPONSIBILITY))
    items.insert(0, "payer", np.array(RESPONSIBILITY, dtype=object)[rows.argmax(axis=1)] if len(rows) else [])
    sums = {estimate: dict(zip(RESPONSIBILITY, part.sum(axis=0).tolist(), strict=True)) for estimate, part in parts.items()}
    return Shares(items, sums)


def power_first_lines(villages: pd.DataFrame, prices: pd.DataFrame, settings: MoneySettings) -> pd.DataFrame:
    """What the two ways of a village without power cost: a satellite terminal now, or the grid first. For its own line, in no sum.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``; ``responsibility``, ``households``.
    prices : DataFrame
        As :func:`geo_planner.build.prices.read_prices` gives it.
    settings : MoneySettings

    Returns
    -------
    DataFrame
        Index ``village_id`` (those that need power first); ``households``, ``terminal_vnd``, ``terminal_per_year_vnd``, and for the grid
        ``grid_village_vnd`` (the price of a remote village) and ``grid_households_vnd`` (the price of a household times its households; missing
        where they are not known), whole đồng.
    """
    mine = villages[villages["responsibility"] == "power_first"]
    households = mine["households"].astype("Float64")
    option = {"place_id": "", "kind": TERMINAL, "mast_height_m": np.nan, "backhaul": "own", "freq_mhz": np.nan, "n_cells": 0}
    options = pd.DataFrame([option], index=pd.Index([TERMINAL], name="option_id"))
    terminal = option_costs(options, pd.DataFrame({"road_m": [0.0]}, index=[""]), None, prices, settings).table.loc[TERMINAL]
    prices_vnd = in_vnd(prices, settings)
    each = float(prices_vnd.at["grid_household", "base"])
    return pd.DataFrame(
        {
            "households": households, "terminal_vnd": float(terminal["cost"]), "terminal_per_year_vnd": float(terminal["opex"]),
            "grid_village_vnd": float(round(prices_vnd.at["grid_village", "base"])), "grid_households_vnd": (households * each).round(),
        },
        index=mine.index,
    ).sort_index()  # fmt: skip


def smartphones(villages: pd.DataFrame, newly_covered: Sequence[str], settings: SmartphoneSettings) -> pd.DataFrame:
    """Eligible poor and near-poor households of newly covered villages, and the amount; a line of its own, part of no station's cost.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``; ``poor_households``, ``near_poor_households`` and perhaps ``region_class`` (I, II, III).
    newly_covered : sequence of str

    Returns
    -------
    DataFrame
        Index ``village_id``, region III first, then by id; ``eligible`` households (whole; missing where the list does not say how many are poor)
        and ``amount_vnd``.
    """
    mine = villages.loc[sorted(set(newly_covered) & set(villages.index))]
    poor = mine["poor_households"].astype("Float64")
    if settings.near_poor:
        poor = poor + mine["near_poor_households"].astype("Float64").where(mine["near_poor_households"].notna() | poor.isna(), 0)
    eligible = np.floor(poor * (1.0 - settings.provided_share) + 1e-9).astype("Int64")
    table = pd.DataFrame({"eligible": eligible, "amount_vnd": eligible * settings.amount_vnd}, index=mine.index)
    first = mine["region_class"].eq("III").fillna(False).astype(bool) if "region_class" in mine else pd.Series(False, index=mine.index)
    return table.loc[[*table.index[first], *table.index[~first]]]


def cost_per_household(chosen: Chosen, estimate: str = "base") -> float:
    """Investment for each newly covered household with mobile signal, đồng; NaN where there is none. Terminals and theirs are left out.

    Parameters
    ----------
    estimate : {"low", "base", "high"}
    """
    mobile = chosen.options[chosen.options["kind"] != TERMINAL]
    households = float(mobile["households"].sum())
    cost = f"cost{SUFFIX[estimate]}"
    capex = float(mobile[cost].sum() + chosen.links[cost].sum())
    return capex / households if households > 0 else float("nan")


def _weights(chosen: Chosen, demands: pd.DataFrame, payer: pd.Series, settings: PayerSettings) -> pd.DataFrame:
    """By option: what of each payer it serves, and ``served`` whether it serves anybody at all, also of villages not paid for again."""
    pieces = pd.DataFrame(
        {
            "option_id": chosen.serves.to_numpy(dtype=object),
            "village_id": demands["village_id"].reindex(chosen.serves.index).to_numpy(dtype=object),
            "households": demands["households"].reindex(chosen.serves.index).to_numpy(dtype=float),
        }
    )
    pieces["payer"] = pieces["village_id"].map(payer).fillna("undecided")
    if settings.share_by == "villages":
        pieces = pieces.drop_duplicates(["option_id", "village_id"]).assign(households=1.0)
    table = pieces.pivot_table(index="option_id", columns="payer", values="households", aggfunc="sum", fill_value=0.0)
    return table.reindex(index=chosen.options.index, columns=[*RESPONSIBILITY, ""], fill_value=0.0).astype(float)


def users_of(chosen: Chosen) -> dict[str, list[str]]:
    """For each link, and each option at a place on a way, the options whose way goes over it."""
    at = chosen.options.groupby("place_id").groups
    over: dict[str, list[str]] = {}
    for option, links, places in zip(chosen.options.index, chosen.options["way_links"], chosen.options["way_places"], strict=True):
        for link in links:
            over.setdefault(link, []).append(option)
        for place in places[:-1]:
            for holder in at.get(place, []):
                over.setdefault(holder, []).append(option)
    return over


def _borne(ident: str, weight: pd.DataFrame, over: dict[str, list[str]]) -> npt.NDArray[np.float64]:
    """In what proportion the payers bear an option or a link."""
    own = weight.loc[ident].to_numpy() if ident in weight.index else np.zeros(len(RESPONSIBILITY) + 1)
    if not own.any():
        own = weight.loc[over.get(ident, [])].to_numpy().sum(axis=0)
    paying, promised = own[:-1], own[-1]
    if paying.any():
        return np.asarray(paying)
    return np.array([1.0 if name == ("operator" if promised > 0 else "undecided") else 0.0 for name in RESPONSIBILITY])
