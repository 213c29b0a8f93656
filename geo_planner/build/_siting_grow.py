"""Compiled parts of the choice at once: what is joined, the cheapest ways, and growing a choice by what brings most for its price."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import heapq

import numpy as np
from numba import njit


@njit(cache=True)
def joined_by(net, links):
    """Nodes that the links join to the gateways."""
    seen = np.zeros(net.n_nodes, np.bool_)
    stack = np.empty(net.n_nodes, np.int64)
    stack[0], n = 0, 1
    seen[0] = True
    while n > 0:
        n -= 1
        u = stack[n]
        for e in range(net.start[u], net.start[u + 1]):
            k = net.edge[e]
            v = net.tail[k] + net.head[k] - u
            if links[k] and not seen[v]:
                seen[v] = True
                stack[n] = v
                n += 1
    return seen


@njit(cache=True)
def spanning(net, held):
    """Least forest over the held nodes (Kruskal)."""
    parent = np.arange(net.n_nodes)
    links = np.zeros(len(net.tail), np.bool_)
    for k in net.by_cost:
        u, v = net.tail[k], net.head[k]
        if not (held[u] and held[v]):
            continue
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
def without_idle_leaves(net, links, needy):
    """The links without the ends that lead nowhere."""
    degree = np.zeros(net.n_nodes, np.int64)
    rows = np.flatnonzero(links)
    for k in rows:
        degree[net.tail[k]] += 1
        degree[net.head[k]] += 1
    changed = True
    while changed:
        changed = False
        for k in rows:
            u, v = net.tail[k], net.head[k]
            if links[k] and ((degree[u] == 1 and not needy[u]) or (degree[v] == 1 and not needy[v])):
                links[k] = False
                degree[u] -= 1
                degree[v] -= 1
                changed = True
    return links


@njit(cache=True)
def _hold(net, chosen, taken, seen_cost):
    """The cheapest free option that would hold each node on a way, with its price as seen and in money: none where something stands."""
    holder = np.full(net.n_nodes, -1, np.int64)
    seen, real = np.full(net.n_nodes, np.inf), np.full(net.n_nodes, np.inf)
    for i in range(len(net.cost)):
        v = net.node[i]
        if seen_cost[i] < seen[v] and not (net.group[i] >= 0 and taken[net.group[i]]):
            holder[v], seen[v], real[v] = i, seen_cost[i], net.cost[i]
    for i in range(len(net.cost)):
        if chosen[i]:
            holder[net.node[i]], seen[net.node[i]], real[net.node[i]] = -1, 0.0, 0.0
    seen[0] = real[0] = 0.0
    return holder, seen, real


@njit(cache=True)
def _spread(net, heap, ways, hold, seen_link):
    """Carry cheaper ways on from the nodes in the heap: as seen, in money, and the last link."""
    near, real, link = ways
    _, hold_seen, hold_real = hold
    while len(heap) > 0:
        far, u = heapq.heappop(heap)
        if far > near[u]:
            continue
        for e in range(net.start[u], net.start[u + 1]):
            k = net.edge[e]
            v = net.tail[k] + net.head[k] - u
            way = far + seen_link[k] + hold_seen[v]
            if way < near[v]:
                near[v], real[v], link[v] = way, real[u] + net.link_cost[k] + hold_real[v], k
                heapq.heappush(heap, (way, v))


@njit(cache=True)
def _dearest_worth(net, state, prices, left):
    """The option that brings most for its whole price as seen, among those that fit; -1: none. Ties by price, then row."""
    chosen, hits, taken, joined, hold, ways = state
    required_open = False
    for d in range(len(hits)):
        if net.required[d] and hits[d] == 0:
            required_open = True
    best, best_score, best_price = -1, 0.0, np.inf
    for i in range(len(net.cost)):
        if chosen[i] or (net.group[i] >= 0 and taken[net.group[i]]):
            continue
        price, seen = net.cost[i], prices[0][i]
        v = net.node[i]
        if net.network[i] and not joined[v]:
            if not np.isfinite(ways[0][v]):
                continue
            price += ways[1][v] - hold[2][v]
            seen += ways[0][v] - hold[1][v]
        if price > left and not required_open:
            continue
        value = 0.0
        for e in range(net.first[i], net.first[i + 1]):
            d = net.demand[e]
            if hits[d] == 0:
                if required_open:
                    value += net.weight[d] + 1.0 if net.required[d] else 0.0
                else:
                    value += net.weight[d]
        if value <= 0:
            continue
        score = value / max(seen, 1e-9)
        if score > best_score or (score == best_score and price < best_price):
            best, best_score, best_price = i, score, price
    return best


@njit(cache=True)
def grow(net, chosen, links, prices, limits):
    """Join what is chosen, then take what gives most weight for its whole price, until the budget is spent or the needed weight is covered.

    Works in place. `prices`: of options and links as seen, which only guide the order; `limits`: budget and weight at which to stop.
    Returns whether everything chosen could be joined and no group is doubled.
    """
    budget, needed = limits
    n_groups = 0
    for i in range(len(net.cost)):
        n_groups = max(n_groups, net.group[i] + 1)
    taken, hits = np.zeros(n_groups, np.bool_), np.zeros(len(net.weight), np.int64)
    spent, weight = 0.0, 0.0
    for k in range(len(links)):
        if links[k]:
            spent += net.link_cost[k]
    pending = [np.int64(i) for i in np.flatnonzero(chosen)]
    todo = len(pending)
    joined = joined_by(net, links)
    heap = [(0.0, np.int64(0))]
    heap.pop()
    hold = _hold(net, chosen, taken, prices[0])
    ways = (np.full(net.n_nodes, np.inf), np.full(net.n_nodes, np.inf), np.full(net.n_nodes, -1, np.int64))
    afresh = True
    for i in pending:  # type: ignore[assignment]
        for e in range(net.first[i], net.first[i + 1]):
            d = net.demand[e]
            if hits[d] == 0:
                weight += net.weight[d]
            hits[d] += 1
        spent += net.cost[i]
        if net.group[i] >= 0:
            if taken[net.group[i]]:
                return False
            taken[net.group[i]] = True
    at = 0
    while True:
        if afresh:
            hold = _hold(net, chosen, taken, prices[0])
            ways[0][:], ways[1][:], ways[2][:] = np.inf, np.inf, -1
            for v in range(net.n_nodes):
                if joined[v]:
                    ways[0][v] = ways[1][v] = 0.0
                    heapq.heappush(heap, (0.0, np.int64(v)))
            _spread(net, heap, ways, hold, prices[1])
            afresh = False
        new = np.int64(-1)
        if at < todo:
            option = pending[at]
            at += 1
            if not net.network[option] or joined[net.node[option]]:
                continue
            if not np.isfinite(ways[0][net.node[option]]):
                return False
        else:
            open_demand = False
            for d in range(len(hits)):
                if net.required[d] and hits[d] == 0:
                    open_demand = True
            if weight >= needed and not open_demand:
                return True
            option = _dearest_worth(net, (chosen, hits, taken, joined, hold, ways), prices, budget - spent)
            if option < 0:
                return True
            new = np.int64(option)
        added = [new]
        if net.network[option]:
            v = net.node[option]
            while not joined[v]:
                joined[v] = True
                if hold[0][v] >= 0 and v != net.node[option]:
                    added.append(hold[0][v])
                k = ways[2][v]
                links[k] = True
                spent += net.link_cost[k]
                heapq.heappush(heap, (0.0, v))
                ways[0][v] = ways[1][v] = 0.0
                v = net.tail[k] + net.head[k] - v
        elif not joined[net.node[option]]:
            afresh = True  # holds a place that ways may now lead over
        for i in added:  # type: ignore[assignment]
            if i < 0 or chosen[i]:
                continue
            chosen[i] = True
            hold[0][net.node[i]], hold[1][net.node[i]], hold[2][net.node[i]] = -1, 0.0, 0.0
            spent += net.cost[i]
            for e in range(net.first[i], net.first[i + 1]):
                d = net.demand[e]
                if hits[d] == 0:
                    weight += net.weight[d]
                hits[d] += 1
            if net.group[i] >= 0:
                if taken[net.group[i]]:
                    return False
                taken[net.group[i]] = True
                afresh = True
        if afresh:
            while len(heap) > 0:
                heap.pop()
        else:
            _spread(net, heap, ways, hold, prices[1])


@njit(cache=True)
def trim(net, chosen, needed):
    """Drop what nothing needs, dearest first, while the needed weight stays; the links of what remains, and whether it is joined.

    Works in place on `chosen`. An option goes only where another stays at its place or its place is an end of the tree.
    """
    hits, at = np.zeros(len(net.weight), np.int64), np.zeros(net.n_nodes, np.int64)
    needy = np.zeros(net.n_nodes, np.int64)
    weight = 0.0
    rows = np.flatnonzero(chosen)
    for i in rows:
        at[net.node[i]] += 1
        if net.network[i]:
            needy[net.node[i]] += 1
        for e in range(net.first[i], net.first[i + 1]):
            d = net.demand[e]
            if hits[d] == 0:
                weight += net.weight[d]
            hits[d] += 1
    order = rows[np.argsort(-net.cost[rows], kind="mergesort")]
    held = at > 0
    held[0] = True
    links = spanning(net, held)
    degree = np.zeros(net.n_nodes, np.int64)
    for k in np.flatnonzero(links):
        degree[net.tail[k]] += 1
        degree[net.head[k]] += 1
    changed = True
    while changed:
        changed = False
        for i in order:
            v = net.node[i]
            if not chosen[i] or net.fixed[i] or (at[v] == 1 and v != 0 and degree[v] > 1):
                continue
            alone, loss = False, 0.0
            for e in range(net.first[i], net.first[i + 1]):
                d = net.demand[e]
                if hits[d] == 1:
                    loss += net.weight[d]
                    alone |= net.required[d]
            if alone or (loss > 0 and weight - loss < needed):
                continue
            chosen[i] = False
            changed = True
            weight -= loss
            at[v] -= 1
            if net.network[i]:
                needy[v] -= 1
            for e in range(net.first[i], net.first[i + 1]):
                hits[net.demand[e]] -= 1
            if at[v] == 0 and v != 0:
                for e in range(net.start[v], net.start[v + 1]):
                    k = net.edge[e]
                    if links[k]:
                        links[k] = False
                        degree[net.tail[k]] -= 1
                        degree[net.head[k]] -= 1
    need = needy > 0
    need[0] = True
    links = without_idle_leaves(net, links, need)
    joined = joined_by(net, links)
    whole = True
    for v in range(net.n_nodes):
        if need[v] and not joined[v]:
            whole = False
    return links, whole
