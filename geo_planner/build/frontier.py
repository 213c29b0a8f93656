"""How a choice of sites holds: what other budgets would cover, and how often each option stays in when prices and reach are others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

import numpy as np
import pandas as pd

from geo_planner.build.siting import Choice, Tables, choose
from geo_planner.errors import UsageError


class Rules(TypedDict, total=False):
    """What every choice keeps and how it is sought, as of :func:`geo_planner.build.siting.choose`."""

    required_villages: Sequence[str]
    forbidden_places: Sequence[str]
    fixed_options: Sequence[str]
    method: Literal["exact", "greedy"]
    time_limit_s: float
    gap: float


@dataclass(frozen=True, slots=True)
class Doubts:
    """What may be otherwise.

    Attributes
    ----------
    option_costs, link_costs : DataFrame
        Index as of the tables; ``low``, ``high`` in the currency of the costs.
    covers : tuple of DataFrame
        Other tables of what covers what: levels a standard deviation lower and higher, another model. Each is as likely as the table itself.
    """

    option_costs: pd.DataFrame
    link_costs: pd.DataFrame
    covers: tuple[pd.DataFrame, ...] = ()


def frontier(tables: Tables, budgets: Sequence[float], **rules: Unpack[Rules]) -> pd.DataFrame:
    """What each budget would cover.

    Parameters
    ----------
    tables : Tables
        `demands` may carry ``households``; without it they are the weights.
    budgets : sequence of float
        In any order; doubled ones count once.
    **rules
        As of `choose`; the time limit is that of one budget.

    Returns
    -------
    DataFrame
        ``budget``, rising; ``weight``, ``households``, ``sites`` (options), ``cost``, ``status``, ``gap``. Each choice begins with that of the
        smaller budget, so that weight never falls. A budget too small for what is required has no row.
    """
    rows, choice = [], None
    households = tables.demands["households" if "households" in tables.demands else "weight"]
    for budget in sorted({float(budget) for budget in budgets}):
        here = choose(*tables, budget=budget, start=choice, **rules)
        if here.status == "infeasible":
            continue
        choice = here
        served = float(households[here.covered.to_numpy()].sum())
        rows.append((budget, here.weight, served, len(here.options), here.cost, here.status, here.gap))
    return pd.DataFrame(rows, columns=["budget", "weight", "households", "sites", "cost", "status", "gap"])


def stay_in(tables: Tables, choice: Choice, doubts: Doubts, *, budget: float, draws: int, seed: int, **rules: Unpack[Rules]) -> pd.Series:
    """The share of draws in which each option of a choice stays in.

    A draw takes for the options and for the links of each ``kind`` (where the tables carry one) a price level, evenly between the low and the
    high estimate by way of the cost itself, and one of the tables of what covers what; what is built then is chosen by the same rules.

    Parameters
    ----------
    tables : Tables
    choice : Choice
    doubts : Doubts
    budget : float
    draws : int
        At least 1.
    seed : int
    **rules
        As of `choose`; ``method`` is ``"greedy"`` unless given, so that a draw costs milliseconds.

    Returns
    -------
    Series
        By option_id, 0 to 1. A draw in which nothing keeps the rules counts as one in which nothing stays in.

    Raises
    ------
    UsageError
        Without draws.
    """
    if draws < 1:
        raise UsageError("siting_no_figure", name="draws", value=str(draws))
    asked: Rules = {"method": "greedy", **rules}
    rng = np.random.default_rng(seed)
    every = (tables.covers, *doubts.covers)
    counts = pd.Series(0, index=pd.Index(choice.options, name="option_id", dtype=object), name="stay_in")
    for _ in range(draws):
        covers = every[int(rng.integers(len(every)))]
        options, links = _priced(tables.options, doubts.option_costs, rng), _priced(tables.links, doubts.link_costs, rng)
        drawn = choose(tables.demands, options, covers, tables.places, links, budget=budget, **asked)
        counts += counts.index.isin(drawn.options).astype(int)
    return counts / draws


def _priced(table: pd.DataFrame, estimates: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The table with a price level a kind, kinds in the order of their names."""
    kind = table["kind"].astype(str) if "kind" in table else pd.Series("", index=table.index)
    level = {name: float(rng.uniform(-1.0, 1.0)) for name in sorted(set(kind))}
    at = kind.map(level).to_numpy(dtype=float)
    cost = table["cost"].to_numpy(dtype=float)
    low, high = (estimates[name].reindex(table.index).to_numpy(dtype=float) for name in ("low", "high"))
    return table.assign(cost=np.maximum(np.where(at >= 0, cost + at * (high - cost), cost + at * (cost - low)), 0.0))
