"""What was chosen, as a table: which pieces of demand each option serves, what it costs, and over what it is joined to the network."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.build.cost import Costs
from geo_planner.build.demands import DIGITS
from geo_planner.build.siting import Choice

TERMINAL = "satellite_terminal"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen options and links with their costs.

    Attributes
    ----------
    options : DataFrame
        Index ``option_id``, sorted; ``place_id``, ``kind``, the columns of :class:`geo_planner.build.cost.Costs`, ``households`` (newly covered
        pieces that it serves best; those of a satellite terminal are no mobile signal), ``way_links`` and ``way_places`` (tuples of ids, from
        the gateway outwards; empty at a gateway and with a backhaul of its own).
    links : DataFrame
        Index ``link_id``, sorted; ``place_a``, ``place_b`` and the columns of costs.
    serves : Series
        By ``demand_id`` (the covered ones): the option that serves it best.
    covers : DataFrame
        ``option_id``, ``demand_id`` of the chosen options.
    """

    options: pd.DataFrame
    links: pd.DataFrame
    serves: pd.Series
    covers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Tables:
    """What a choice was made from, with its costs: the tables of :func:`geo_planner.build.siting.choose`."""

    demands: pd.DataFrame
    options: pd.DataFrame
    covers: pd.DataFrame
    places: pd.DataFrame
    links: pd.DataFrame
    option_costs: Costs
    link_costs: Costs


def chosen(choice: Choice, tables: Tables) -> Chosen:
    """The tables of what was chosen.

    Parameters
    ----------
    choice : Choice
    tables : Tables
        ``demands`` with ``households``; ``covers`` with ``rsrp_dbm``, by which the best server of a piece is known (without it the first id).
    """
    options = tables.options.loc[list(choice.options), ["place_id", "kind", "backhaul"]].join(tables.option_costs.table)
    links = tables.links.loc[list(choice.links), ["place_a", "place_b"]].join(tables.link_costs.table)
    covers = tables.covers[tables.covers["option_id"].isin(options.index)]
    serves = served_by(covers, options["kind"])
    households = tables.demands["households"].reindex(serves.index).groupby(serves.to_numpy()).sum()
    options["households"] = households.reindex(options.index).fillna(0.0).round(DIGITS)
    gateways = tables.places.index[tables.places["gateway"].astype(bool)]
    ways = _ways(links, {str(place) for place in gateways})
    own = options["backhaul"] == "own"
    way = [((), ()) if alone else ways.get(place, ((), ())) for place, alone in zip(options["place_id"], own, strict=True)]
    options["way_links"] = pd.Series([links_ for links_, _ in way], index=options.index, dtype=object)
    options["way_places"] = pd.Series([places_ for _, places_ in way], index=options.index, dtype=object)
    return Chosen(options, links, serves, covers[["option_id", "demand_id"]])


def served_by(covers: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """The option that serves each piece best: mobile signal before a satellite terminal, then the highest level, then the first id.

    Parameters
    ----------
    covers : DataFrame
        ``option_id``, ``demand_id``, perhaps ``rsrp_dbm``.
    kind : Series
        Kind of each option.
    """
    level = covers["rsrp_dbm"].astype(float).fillna(-np.inf) if "rsrp_dbm" in covers else 0.0
    order = covers.assign(apart=(covers["option_id"].map(kind) == TERMINAL).astype(int), level=level)
    best = order.sort_values(["demand_id", "apart", "level", "option_id"], ascending=[True, True, False, True]).drop_duplicates("demand_id")
    return pd.Series(best["option_id"].to_numpy(dtype=object), index=pd.Index(best["demand_id"], name="demand_id"), name="option_id")


def _ways(links: pd.DataFrame, gateways: set[str]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each joined place the links and the places on its way (itself the last), by fewest links, then by ids."""
    beside: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link, a, b in zip(links.index, links["place_a"], links["place_b"], strict=True):
        beside[a].append((b, str(link)))
        beside[b].append((a, str(link)))
    ways: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = dict.fromkeys(sorted(gateways), ((), ()))
    queue = deque(ways)
    while queue:
        here = queue.popleft()
        for there, link in sorted(beside[here]):
            if there not in ways:
                ways[there] = ((*ways[here][0], link), (*ways[here][1], there))
                queue.append(there)
    return ways
