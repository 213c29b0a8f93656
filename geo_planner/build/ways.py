"""Ways to a gateway over links: who can have one, which one a choice gives each of its places, and whether that one is complete."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geo_planner.build.siting import Choice
from geo_planner.errors import Fault, bounded, fault

_HEIGHT_STEP_M = 0.05
"""Heights are not told apart below a tenth of a metre."""


def reachable(places: pd.DataFrame, links: pd.DataFrame, *, holders: Collection[str] | None = None) -> pd.Series:
    """Whether links lead from each place to a gateway.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``gateway``.
    links : DataFrame
        ``place_a``, ``place_b``; of one with an end that is no place nothing comes.
    holders : collection of str, optional
        Places where something may be built, the only ones that pass on beside gateways; all where left out.

    Returns
    -------
    Series of bool
        By place_id; True of a gateway.
    """
    from scipy.sparse.csgraph import connected_components  # here: a kept plan is shown without it

    gateway = places["gateway"].to_numpy(dtype=bool)
    a, b = (places.index.get_indexer(pd.Index(links[end])) for end in ("place_a", "place_b"))
    opened = gateway | (True if holders is None else places.index.isin(list(holders)))
    used = (a >= 0) & (b >= 0)
    used[used] = opened[a[used]] & opened[b[used]]
    _, part = connected_components(
        sparse.csr_array((np.ones(int(used.sum())), (a[used], b[used])), shape=(len(places), len(places))), directed=False
    ) if len(places) else (0, np.zeros(0, dtype=int))  # fmt: skip
    return pd.Series(np.isin(part, part[gateway]), index=places.index, name="reachable", dtype=bool)


def needed_links(links: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The links without those that no choice of least cost needs; what the choice can cover, and for how much, stays the same.

    A link between two places is of no use where from each of them another one, for no more money, leads straight to a gateway: whichever of the
    two hangs on the other over it may hang on its gateway instead. Of several links between the same two places, and of those from one place to
    gateways, the cheapest is kept, then the first.

    Parameters
    ----------
    links : DataFrame
        Index ``link_id``; ``place_a``, ``place_b``, ``cost``.
    places : DataFrame
        Index ``place_id``; ``gateway``. None of the gateways may be forbidden to the choice.
    """
    gateway = np.append(places["gateway"].to_numpy(dtype=bool), False)
    ends = np.column_stack([places.index.get_indexer(pd.Index(links[end])) for end in ("place_a", "place_b")])
    cost = links["cost"].to_numpy(dtype=float)
    # all gateways are one; a place that is not known is left to whoever checks the table
    node = np.where(gateway, len(gateway), np.arange(len(gateway)))
    key = np.sort(node[ends], axis=1)
    order = np.lexsort((np.arange(len(links)), cost, key[:, 1], key[:, 0]))
    cheapest = np.zeros(len(links), dtype=bool)
    cheapest[order[np.concatenate([[True], (np.diff(key[order], axis=0) != 0).any(axis=1)])[: len(order)]]] = True
    straight = np.full(len(gateway) + 1, np.inf)
    to_gateway = gateway[ends[:, 0]] != gateway[ends[:, 1]]
    for side in (0, 1):
        own = to_gateway & ~gateway[ends[:, side]]
        np.minimum.at(straight, ends[own, side], cost[own])
    spared = ~to_gateway & (straight[ends].max(axis=1) <= cost)
    kept = cheapest & ~spared & (key[:, 0] != key[:, 1])
    return links[kept | (ends < 0).any(axis=1)]


def by_mast(places: pd.DataFrame, options: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Places told apart by the mast that stands there, so that no choice hangs a dish above the top of its mast.

    A hop is judged by the place's ``height_m``. Where options at one place have masts of several heights, each height becomes a place of its own,
    ``<place_id>@<height>``, and the options move there; the options of one place must exclude each other, as two masts in one spot do.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``height_m``, ``gateway`` and what else there is, which goes along.
    options : DataFrame
        Index ``option_id``; ``place_id``, ``mast_height_m`` (NaN: the place's own).

    Returns
    -------
    places, options : DataFrame
        The places, sorted by id, with a further column ``stands_at``, the place as it was; and the options with the places' new ids. Gateways, and
        places where no option stands, are left as they are.
    """
    at = places.index.get_indexer(pd.Index(options["place_id"]))
    known = at >= 0
    gateway, top = places["gateway"].to_numpy(dtype=bool), places["height_m"].to_numpy(dtype=float, na_value=np.nan)
    height = options["mast_height_m"].to_numpy(dtype=float, na_value=np.nan)
    height = np.where(np.isnan(height) | gateway[at], top[at], height)
    masts = pd.DataFrame({"at": at, "height_m": height})[known].drop_duplicates().sort_values(["at", "height_m"], kind="stable")
    several = masts.groupby("at")["height_m"].transform("size").to_numpy() > 1
    rows, tall = masts["at"].to_numpy(), masts["height_m"].to_numpy()
    names = [f"{places.index[i]}@{h:g}" if many else str(places.index[i]) for i, h, many in zip(rows, tall, several, strict=True)]
    name_of = dict(zip(zip(rows, tall, strict=True), names, strict=True))
    idle = np.setdiff1d(np.arange(len(places)), rows)
    told = places.iloc[np.concatenate([rows, idle])]
    told = told.assign(stands_at=told.index, height_m=np.concatenate([tall, top[idle]]))
    told.index = pd.Index([*names, *places.index[idle]], name=places.index.name, dtype=object)
    moved = options.assign(
        place_id=[name_of.get(key, place) for key, place in zip(zip(at, height, strict=True), options["place_id"], strict=True)]
    )
    return told.sort_index(kind="stable"), moved


def ways(choice: Choice, options: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """The way that a choice gives each of its places to a gateway: of the fewest links, then the shortest.

    Parameters
    ----------
    choice : Choice
    options, places, links : DataFrame
        As for :func:`geo_planner.build.siting.choose`; the links with ``length_km`` and ``availability_pct``.

    Returns
    -------
    DataFrame
        Index ``place_id``, sorted: places with a chosen option that needs a connection. ``gateway_id`` (blank where there is no way), ``link_ids``
        (tuple, from the place on; empty at a gateway), ``length_km`` and ``availability_pct`` of the whole way, for links that fail one by one.
    """
    found = _from_gateways(choice, options, places, links)
    wanted = _wanting(choice, options)
    rows: list[dict[str, Any]] = []
    for place in wanted:
        gateway, way = found.get(place, ("", ()))
        used = links.loc[list(way)]
        held = float(np.prod(used["availability_pct"].to_numpy(dtype=float) / 100.0))
        length = float(used["length_km"].sum()) if gateway else np.nan
        rows.append({"gateway_id": gateway, "link_ids": way, "length_km": length, "availability_pct": 100.0 * held if gateway else np.nan})
    columns = ["gateway_id", "link_ids", "length_km", "availability_pct"]
    return pd.DataFrame(rows, index=pd.Index(wanted, name="place_id", dtype=object), columns=columns)


def checked(choice: Choice, options: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame) -> list[Fault]:
    """What is wrong with the ways of a choice; nothing where each chosen place that needs it has a complete way to a gateway.

    Chosen options and links are there; each link ends at places that hold something; no antenna of a hop hangs above the chosen mast; each place with
    an option that needs a connection reaches a gateway over them.

    Parameters
    ----------
    choice : Choice
    options, places, links : DataFrame
        As for :func:`ways`; where options have ``mast_height_m`` and links ``height_a_m`` and ``height_b_m``, these are held against each other.
    """
    faults = [fault("options", "way_broken.no_option", value=o, name=o) for o in choice.options if o not in options.index]
    faults += [fault("links", "way_broken.no_link", value=link, name=link) for link in choice.links if link not in links.index]
    holders = _holders(choice, options, places)
    tops = _mast_tops(choice, options, places)
    used = links.loc[links.index.isin(choice.links)].sort_index(kind="stable")
    for link, row in used.iterrows():
        for end in "ab":
            place = row[f"place_{end}"]
            needed = row.get(f"height_{end}_m", np.nan)
            if place not in holders:
                faults.append(fault("links", "way_broken.nothing_stands", value=str(link), name=str(link), place=str(place)))
            elif needed > tops[place] + _HEIGHT_STEP_M:
                faults.append(
                    fault(
                        "links",
                        "way_broken.mast_too_low",
                        value=str(link),
                        name=str(link),
                        place=str(place),
                        needed=float(needed),
                        top=tops[place],
                    )
                )
    found = _from_gateways(choice, options, places, links)
    faults += [fault("links", "way_broken.no_way", value=place, place=place) for place in _wanting(choice, options) if place not in found]
    return bounded(faults)


def _holders(choice: Choice, options: pd.DataFrame, places: pd.DataFrame) -> set[str]:
    """Places at which a link may end."""
    return set(places.index[places["gateway"].to_numpy(dtype=bool)]) | set(options.loc[options.index.isin(choice.options), "place_id"])


def _wanting(choice: Choice, options: pd.DataFrame) -> list[str]:
    """Places with a chosen option that needs a connection."""
    chosen = options.loc[options.index.isin(choice.options)]
    return sorted({str(place) for place in chosen.loc[chosen["backhaul"] == "network", "place_id"]})


def _mast_tops(choice: Choice, options: pd.DataFrame, places: pd.DataFrame) -> dict[str, float]:
    """Up to which height antennas may hang: of a gateway as the place says, else of the tallest chosen mast."""
    own = places["height_m"] if "height_m" in places else pd.Series(np.inf, index=places.index)
    tops = dict(zip(own.index.astype(str), own.to_numpy(dtype=float, na_value=np.nan).tolist(), strict=True))
    if "mast_height_m" not in options:
        return tops
    chosen = options.loc[options.index.isin(choice.options)]
    masts = chosen.loc[chosen["mast_height_m"].notna()].groupby("place_id")["mast_height_m"].max()
    gateway = places["gateway"]
    return tops | {str(place): float(top) for place, top in masts.items() if not gateway.get(place, False)}


def _from_gateways(
    choice: Choice, options: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each place that chosen links join, its gateway and the links on the way there."""
    holders = _holders(choice, options, places)
    at: dict[str, list[tuple[str, str, float]]] = {}
    used = links.loc[links.index.isin(choice.links)].sort_index(kind="stable")
    lengths = used["length_km"] if "length_km" in used else pd.Series(0.0, index=used.index)
    for link, a, b, length in zip(used.index, used["place_a"], used["place_b"], lengths.fillna(0.0), strict=True):
        if a in holders and b in holders:
            at.setdefault(a, []).append((str(link), b, float(length)))
            at.setdefault(b, []).append((str(link), a, float(length)))
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    ahead: list[tuple[int, float, str, str, tuple[str, ...]]] = [
        (0, 0.0, place, place, ()) for place in sorted(places.index[places["gateway"].to_numpy(dtype=bool)])
    ]
    heapq.heapify(ahead)
    while ahead:
        n, km, place, gateway, way = heapq.heappop(ahead)
        if place in found:
            continue
        found[place] = gateway, way
        for link, other, length in at.get(place, ()):
            if other not in found:
                heapq.heappush(ahead, (n + 1, km + length, other, gateway, (link, *way)))
    return found
