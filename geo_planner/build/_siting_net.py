"""The siting problem as arrays: gateways are one node, what can never be part of a best choice is left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from geo_planner.units import BoolArray, FloatArray, IntArray

ROOT = 0
"""The node that stands for all gateways."""


class Net(NamedTuple):
    """Options and links between nodes; node 0 is all gateways together.

    Attributes
    ----------
    cost, node, network, group, fixed : ndarray, one an option
        Group is -1 where the option belongs to none.
    first, demand : ndarray
        Demands that option i covers: ``demand[first[i]:first[i + 1]]``.
    weight, required : ndarray, one a demand
    tail, head, link_cost : ndarray, one a link
        Cheapest of its pair; neither end at an excluded place.
    start, edge : ndarray
        Links at node v: ``edge[start[v]:start[v + 1]]``.
    by_cost : ndarray
        Links, cheapest first.
    n_nodes : int
    option_rows, link_rows : ndarray
        Their rows in the tables that came in.
    """

    cost: FloatArray
    node: IntArray
    network: BoolArray
    group: IntArray
    fixed: BoolArray
    first: IntArray
    demand: IntArray
    weight: FloatArray
    required: BoolArray
    tail: IntArray
    head: IntArray
    link_cost: FloatArray
    start: IntArray
    edge: IntArray
    by_cost: IntArray
    n_nodes: int
    option_rows: IntArray
    link_rows: IntArray

    def covered_by(self, option: int) -> IntArray:
        return self.demand[self.first[option] : self.first[option + 1]]

    def coverage(self) -> sparse.csr_array:
        """Options × demands, 1 where the one covers the other."""
        shape = (len(self.cost), len(self.weight))
        return sparse.csr_array((np.ones(len(self.demand)), self.demand, self.first), shape=shape)


def as_net(
    demands: pd.DataFrame, options: pd.DataFrame, covers: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame, *,
    required: BoolArray, excluded: BoolArray, fixed: BoolArray,
) -> Net:  # fmt: skip
    """Sound tables to arrays.

    Parameters
    ----------
    required : ndarray of bool, one a demand
    excluded, fixed : ndarray of bool, one an option
        No option is both.
    """
    gateway = places["gateway"].to_numpy(dtype=bool)
    node_of = np.zeros(len(places), dtype=np.int64)
    node_of[~gateway] = np.arange(1, 1 + int((~gateway).sum()))
    n_nodes = 1 + int((~gateway).sum())
    node = node_of[places.index.get_indexer(options["place_id"])]
    cost = options["cost"].to_numpy(dtype=float)
    network = (options["backhaul"] == "network").to_numpy(dtype=bool)
    group = pd.factorize(_group(options))[0].astype(np.int64)
    pairs = pd.DataFrame(
        {"option": options.index.get_indexer(covers["option_id"]), "demand": demands.index.get_indexer(covers["demand_id"])}
    ).drop_duplicates()
    cover = sparse.csr_array((np.ones(len(pairs)), (pairs["option"], pairs["demand"])), shape=(len(options), len(demands)))

    ends = node_of[np.column_stack([places.index.get_indexer(links[end]) for end in ("place_a", "place_b")])].reshape(-1, 2)
    ends.sort(axis=1)
    link_cost = links["cost"].to_numpy(dtype=float)
    rows = _cheapest_links(ends, link_cost)

    keep = ~excluded
    held = np.zeros(n_nodes, dtype=bool)
    held[node[keep]] = True
    held[ROOT] = True
    reached = _reached(ends[rows], held, n_nodes)
    idle = np.asarray(cover.sum(axis=1)).ravel() == 0
    keep &= reached[node] | (~network & ~idle) | fixed
    keep &= ~(idle & (node == ROOT)) | fixed
    keep &= ~_dominated(cost, node, network, group, fixed, cover, keep)
    rows = rows[reached[ends[rows]].all(axis=1)]
    chosen = np.flatnonzero(keep)
    cover = cover[chosen]
    cover.sort_indices()
    tail, head = ends[rows, 0].copy(), ends[rows, 1].copy()
    both = np.concatenate([tail, head])
    edge = (np.argsort(both, kind="stable") % max(len(rows), 1)).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(np.bincount(both, minlength=n_nodes))]).astype(np.int64)
    return Net(
        cost[chosen], node[chosen], network[chosen], group[chosen], fixed[chosen],
        cover.indptr.astype(np.int64), cover.indices.astype(np.int64), np.array(demands["weight"], dtype=float), required.copy(),
        tail, head, link_cost[rows], start, edge, np.argsort(link_cost[rows], kind="stable").astype(np.int64), n_nodes, chosen, rows,
    )  # fmt: skip


def _group(options: pd.DataFrame) -> pd.Series:
    if "exclusive_group" not in options:
        return pd.Series(None, index=options.index, dtype=object)
    text = options["exclusive_group"].astype(object)
    return text.where(text.notna() & (text.astype(str).str.strip() != ""), None)


def _cheapest_links(ends: IntArray, cost: FloatArray) -> IntArray:
    """Of links between the same two nodes the cheapest, then the first; none within the gateways or from a place to itself."""
    rows = np.flatnonzero(ends[:, 0] != ends[:, 1])
    rows = rows[np.lexsort((rows, cost[rows], ends[rows, 1], ends[rows, 0]))]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (np.diff(ends[rows], axis=0) != 0).any(axis=1)
    return np.sort(rows[new])


def _reached(ends: IntArray, held: BoolArray, n_nodes: int) -> BoolArray:
    """Nodes that can be joined to a gateway over places where something may stand."""
    from scipy.sparse.csgraph import connected_components  # here: a kept plan is shown without it

    usable = held[ends].all(axis=1)
    tail, head = ends[usable, 0], ends[usable, 1]
    graph = sparse.coo_array((np.ones(len(tail)), (tail, head)), shape=(n_nodes, n_nodes))
    _, label = connected_components(graph, directed=False)
    return np.asarray((label == label[ROOT]) & held)


def _dominated(
    cost: FloatArray, node: IntArray, network: BoolArray, group: IntArray, fixed: BoolArray, cover: sparse.csr_array, keep: BoolArray
) -> BoolArray:
    """Options beside which another of their place does all that they do for no more money."""
    out = np.zeros(len(cost), dtype=bool)
    sets = [frozenset(cover.indices[cover.indptr[i] : cover.indptr[i + 1]].tolist()) for i in range(len(cost))]
    at: dict[int, list[int]] = {}
    for kept in np.flatnonzero(keep):
        at.setdefault(int(node[kept]), []).append(int(kept))
    for here in at.values():  # the options of one place
        for i in here:
            if fixed[i]:
                continue
            for j in here:
                if j == i or out[j] or cost[j] > cost[i] or (group[j] >= 0 and group[j] != group[i]) or (network[j] and not network[i]):
                    continue
                if sets[i] <= sets[j]:
                    same = sets[i] == sets[j] and cost[i] == cost[j] and network[i] == network[j] and group[i] == group[j]
                    if not same or j < i or fixed[j]:
                        out[i] = True
                        break
    return out
