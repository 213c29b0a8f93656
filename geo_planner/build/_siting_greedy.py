"""Choices at once: most weight for the money, place by place, each with the way that joins it; and what makes a choice leaner."""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
from numba import njit

from geo_planner.build._siting_net import ROOT, Bools, Floats, Ints, Net


class Pick(NamedTuple):
    """A valid choice: which options and which links of a net."""

    options: Bools
    links: Bools


def cost_of(net: Net, pick: Pick) -> float:
    """Exact to the last bit of the sum, so that a budget holds to the unit."""
    return math.fsum([*net.cost[pick.options], *net.link_cost[pick.links]])


def covered(net: Net, options: Bools) -> Bools:
    hit = np.zeros(len(net.weight), dtype=bool)
    for option in np.flatnonzero(options):
        hit[net.covered_by(int(option))] = True
    return hit


def weight_of(net: Net, options: Bools) -> float:
    return math.fsum(net.weight[covered(net, options)])


def greedy(net: Net, *, budget: float, needed: float, cheaper: tuple[Floats, Floats] | None = None) -> Pick | None:
    """Take what gives most weight for its whole price, until the budget is spent or the needed weight is covered.

    Parameters
    ----------
    budget : float
        Infinite: none.
    needed : float
        Weight at which to stop; infinite: never.
    cheaper : (options, links), optional
        Factors on the prices that only guide the order.

    Returns
    -------
    Pick or None
        None where what is fixed or required does not fit, or the needed weight is not reached.
    """
    option_factor, link_factor = cheaper or (np.ones(len(net.cost)), np.ones(len(net.link_cost)))
    seen_cost, seen_link = net.cost * option_factor, net.link_cost * link_factor
    cover = net.coverage()
    chosen, links = np.zeros(len(net.cost), dtype=bool), np.zeros(len(net.link_cost), dtype=bool)
    joined = np.zeros(net.n_nodes, dtype=bool)
    joined[ROOT] = True
    must = list(np.flatnonzero(net.fixed)[::-1])
    wanted = net.required.copy()
    n_groups = int(net.group.max(initial=-1)) + 1
    while True:
        hit = covered(net, chosen)
        wanted &= ~hit
        free = _free(net, chosen, n_groups)
        holder, hold_cost, hold_seen = _holders(net, chosen, free, seen_cost)
        near, from_link, real = _ways(joined, net.tail, net.head, seen_link, net.link_cost, hold_seen, hold_cost, net.n_nodes)
        on_the_way, real_way = np.zeros(len(net.cost)), np.zeros(len(net.cost))
        apart = np.flatnonzero(net.network & ~joined[net.node])
        there = net.node[apart]
        found = np.isfinite(near[there])
        on_the_way[apart] = real_way[apart] = np.inf
        on_the_way[apart[found]] = near[there[found]] - hold_seen[there[found]]
        real_way[apart[found]] = real[there[found]] - hold_cost[there[found]]
        price, seen = net.cost + real_way, seen_cost + on_the_way
        left = budget - cost_of(net, Pick(chosen, links))
        if must:
            option = int(must.pop())
            if not math.isfinite(price[option]):
                return None
        else:
            value = cover @ np.where(hit, 0.0, np.where(wanted, net.weight + 1.0, 0.0) if wanted.any() else net.weight)
            fits = free & ~chosen & (value > 0) & np.isfinite(price) & ((price <= left) | wanted.any())
            if not fits.any():
                break
            score = np.where(fits, value / np.maximum(seen, 1e-9), -1.0)
            best = np.flatnonzero(score == score.max())
            option = int(best[np.lexsort((best, price[best]))[0]])
        chosen[option] = True
        if net.network[option]:
            v = int(net.node[option])
            while not joined[v]:
                joined[v] = True
                if holder[v] >= 0 and v != net.node[option] and not chosen[net.node == v].any():
                    chosen[holder[v]] = True
                link = from_link[v]
                links[link] = True
                v = int(net.tail[link] + net.head[link] - v)
        if weight_of(net, chosen) >= needed and not wanted.any() and not must:
            break
    pick = lean(net, Pick(chosen, links), keep=min(needed, weight_of(net, chosen)))
    if pick is None or not sound(net, pick) or cost_of(net, pick) > budget:
        return None
    if math.isfinite(needed) and weight_of(net, pick.options) < needed:
        return None
    return pick


def sound(net: Net, pick: Pick) -> bool:
    """Whether the choice keeps every rule but budget and share."""
    hit = covered(net, pick.options)
    groups = net.group[pick.options]
    groups = groups[groups >= 0]
    return bool(
        pick.options[net.fixed].all()
        and hit[net.required].all()
        and len(groups) == len(set(groups.tolist()))
        and _joined(net, pick)[net.node[pick.options & net.network]].all()
    )


def _joined(net: Net, pick: Pick) -> Bools:
    held = np.zeros(net.n_nodes, dtype=bool)
    held[net.node[pick.options]] = True
    held[ROOT] = True
    return np.asarray(joined_by(net.tail, net.head, pick.links & held[net.tail] & held[net.head], net.n_nodes))


def lean(net: Net, pick: Pick, *, keep: float) -> Pick | None:
    """The same weight for less: options that nothing needs go, dearest first, and the rest is joined again by the cheapest links."""
    options = pick.options.copy()
    links = cheapest_links(net, options)
    if links is None:
        links = pick.links
        if not sound(net, pick):
            return None
    best = cost_of(net, Pick(options, links))
    hits = np.zeros(len(net.weight), dtype=np.int64)
    for i in np.flatnonzero(options):
        hits[net.covered_by(int(i))] += 1
    weight = math.fsum(net.weight[hits > 0])
    order = sorted(np.flatnonzero(options & ~net.fixed), key=lambda i: (-net.cost[i], i))
    for i in order:
        own = net.covered_by(int(i))
        alone = own[hits[own] == 1]
        if net.required[alone].any() or (weight - math.fsum(net.weight[alone]) < keep and net.weight[alone].any()):
            continue
        options[i] = False
        without = cheapest_links(net, options)
        now = math.inf if without is None else cost_of(net, Pick(options, without))
        if without is None or now > best:
            options[i] = True
            continue
        links, best = without, now
        hits[own] -= 1
        weight = math.fsum(net.weight[hits > 0])
    return Pick(options, links)


def cheapest_links(net: Net, options: Bools) -> Bools | None:
    """The cheapest links between the chosen places that join all that must be; None where there is no way."""
    held, needy = np.zeros(net.n_nodes, dtype=bool), np.zeros(net.n_nodes, dtype=bool)
    held[net.node[options]] = True
    needy[net.node[options & net.network]] = True
    held[ROOT] = needy[ROOT] = True
    links = _spanning(net.tail, net.head, np.argsort(net.link_cost, kind="stable"), held, net.n_nodes)
    links = _without_idle_leaves(net.tail, net.head, links, needy, net.n_nodes)
    reach = joined_by(net.tail, net.head, links, net.n_nodes)
    return links if reach[needy].all() else None


def _free(net: Net, chosen: Bools, n_groups: int) -> Bools:
    """Options whose group has nothing chosen yet."""
    taken = np.zeros(n_groups + 1, dtype=bool)
    taken[net.group[chosen & (net.group >= 0)]] = True
    return np.where(net.group >= 0, ~taken[net.group], True)


def _holders(net: Net, chosen: Bools, free: Bools, seen_cost: Floats) -> tuple[Ints, Floats, Floats]:
    """The cheapest option that would hold each node on a way, and its price: nothing where something stands already."""
    holder = np.full(net.n_nodes, -1, dtype=np.int64)
    cost, seen = np.full(net.n_nodes, np.inf), np.full(net.n_nodes, np.inf)
    usable = np.flatnonzero(free)
    order = usable[np.lexsort((usable, seen_cost[usable]))[::-1]]
    holder[net.node[order]] = order
    at = np.flatnonzero(holder >= 0)
    cost[at], seen[at] = net.cost[holder[at]], seen_cost[holder[at]]
    there = net.node[chosen]
    holder[there], cost[there], seen[there] = -1, 0.0, 0.0
    cost[ROOT] = seen[ROOT] = 0.0
    return holder, cost, seen


@njit(cache=True)
def _ways(joined, tail, head, seen_link, link_cost, hold_seen, hold_cost, n_nodes):  # type: ignore[no-untyped-def]
    """Cheapest way from what is joined to each node, its own place included: as seen, the last link, and in money."""
    first = np.zeros(n_nodes + 1, np.int64)
    for k in range(len(tail)):
        first[tail[k] + 1] += 1
        first[head[k] + 1] += 1
    first = np.cumsum(first)
    at, edges = first[:-1].copy(), np.empty(first[-1], np.int64)
    for k in range(len(tail)):
        edges[at[tail[k]]] = k
        at[tail[k]] += 1
        edges[at[head[k]]] = k
        at[head[k]] += 1
    near, real = np.full(n_nodes, np.inf), np.full(n_nodes, np.inf)
    link, done = np.full(n_nodes, -1, np.int64), np.zeros(n_nodes, np.bool_)
    heap = [(0.0, np.int64(-1))]
    heap.pop()
    for v in range(n_nodes):
        if joined[v]:
            near[v] = real[v] = 0.0
            heapq.heappush(heap, (0.0, np.int64(v)))
    while len(heap) > 0:
        _, u = heapq.heappop(heap)
        if done[u]:
            continue
        done[u] = True
        for e in range(first[u], first[u + 1]):
            k = edges[e]
            v = tail[k] + head[k] - u
            way = near[u] + seen_link[k] + hold_seen[v]
            if not done[v] and way < near[v]:
                near[v], real[v], link[v] = way, real[u] + link_cost[k] + hold_cost[v], k
                heapq.heappush(heap, (way, v))
    return near, link, real


@njit(cache=True)
def _spanning(tail, head, order, held, n_nodes):  # type: ignore[no-untyped-def]
    """Least forest over the held nodes (Kruskal)."""
    parent = np.arange(n_nodes)
    links = np.zeros(len(tail), np.bool_)
    for k in order:
        if not (held[tail[k]] and held[head[k]]):
            continue
        u, v = tail[k], head[k]
        while parent[u] != u:
            parent[u] = parent[parent[u]]
            u = parent[u]
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        if u != v:
            parent[u] = v
            links[k] = True
    return links


@njit(cache=True)
def _without_idle_leaves(tail, head, links, needy, n_nodes):  # type: ignore[no-untyped-def]
    degree = np.zeros(n_nodes, np.int64)
    for k in range(len(tail)):
        if links[k]:
            degree[tail[k]] += 1
            degree[head[k]] += 1
    changed = True
    while changed:
        changed = False
        for k in range(len(tail)):
            if links[k] and ((degree[tail[k]] == 1 and not needy[tail[k]]) or (degree[head[k]] == 1 and not needy[head[k]])):
                links[k] = False
                degree[tail[k]] -= 1
                degree[head[k]] -= 1
                changed = True
    return links


@njit(cache=True)
def joined_by(tail, head, links, n_nodes):  # type: ignore[no-untyped-def]
    """Nodes that the links join to the gateways."""
    parent = np.arange(n_nodes)
    for k in range(len(tail)):
        if links[k]:
            u, v = tail[k], head[k]
            while parent[u] != u:
                parent[u] = parent[parent[u]]
                u = parent[u]
            while parent[v] != v:
                parent[v] = parent[parent[v]]
                v = parent[v]
            if u != v:
                parent[u] = v
    out = np.zeros(n_nodes, np.bool_)
    root = 0
    while parent[root] != root:
        root = parent[root]
    for i in range(n_nodes):
        u = i
        while parent[u] != u:
            u = parent[u]
        out[i] = u == root
    return out
