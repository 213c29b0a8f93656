"""Better choices near one in hand: a part is taken out and grown again by other prices, a counted number of times."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import njit

from geo_planner.build._siting_grow import grow, joined_by, trim


@njit(cache=True)
def _draw(state):
    """The next of a row of numbers in [0, 1) that is the same everywhere (xorshift)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return float(x >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def _weight_cost(net, chosen, links):
    """Weight and cost of a choice, and whether it covers all that is required."""
    hit = np.zeros(len(net.weight), np.bool_)
    cost = 0.0
    for i in range(len(chosen)):
        if chosen[i]:
            cost += net.cost[i]
            for e in range(net.first[i], net.first[i + 1]):
                hit[net.demand[e]] = True
    for k in range(len(links)):
        if links[k]:
            cost += net.link_cost[k]
    weight, whole = 0.0, True
    for d in range(len(hit)):
        if hit[d]:
            weight += net.weight[d]
        elif net.required[d]:
            whole = False
    return weight, cost, whole


@njit(cache=True)
def _take_out(net, chosen, links, state):
    """Take out what stands around a place, or here and there; what that cuts off goes too, unless it is fixed."""
    rows = np.flatnonzero(chosen & ~net.fixed)
    if len(rows) == 0:
        return
    out = np.zeros(net.n_nodes, np.bool_)
    share = 0.05 + 0.5 * _draw(state)
    most = max(1, int(share * len(rows)))
    if _draw(state) < 0.7:
        # outwards over the links from one place, until enough of the choice is met
        queue, seen = np.empty(net.n_nodes, np.int64), np.zeros(net.n_nodes, np.bool_)
        here = np.zeros(net.n_nodes, np.int64)
        for i in rows:
            here[net.node[i]] += 1
        first = net.node[rows[int(_draw(state) * len(rows))]]
        queue[0], n, at, met = first, 1, 0, 0
        seen[first] = True
        while at < n and met < most:
            u = queue[at]
            at += 1
            out[u] = True
            met += here[u]
            for e in range(net.start[u], net.start[u + 1]):
                v = net.tail[net.edge[e]] + net.head[net.edge[e]] - u
                if not seen[v] and v != 0:
                    seen[v] = True
                    queue[n] = v
                    n += 1
    else:
        for _ in range(most):
            out[net.node[rows[int(_draw(state) * len(rows))]]] = True
    for i in rows:
        if out[net.node[i]]:
            chosen[i] = False
    held = np.zeros(net.n_nodes, np.bool_)
    for i in range(len(chosen)):  # type: ignore[assignment]
        if chosen[i]:
            held[net.node[i]] = True
    held[0] = True
    for k in range(len(links)):
        if links[k] and not (held[net.tail[k]] and held[net.head[k]]):
            links[k] = False
    joined = joined_by(net, links)
    for i in rows:
        if chosen[i] and net.network[i] and not joined[net.node[i]]:
            chosen[i] = False
    held[:] = False
    for i in range(len(chosen)):  # type: ignore[assignment]
        if chosen[i]:
            held[net.node[i]] = True
    held[0] = True
    for k in range(len(links)):
        if links[k] and not (held[net.tail[k]] and held[net.head[k]] and joined[net.tail[k]]):
            links[k] = False


@njit(cache=True)
def wander(net, pick, guides, limits, turns):
    """The best choice met in so many turns from one in hand.

    `guides`: factors on the prices of options and links (one row a guide), taken in turn and blurred by chance; `limits`: budget and
    needed weight (one of them infinite). A turn is kept as the next start where it is hardly worse than the best.
    """
    budget, needed = limits
    state = np.array([np.uint64(88172645463325252)])
    chosen, links = pick[0].copy(), pick[1].copy()
    best_chosen, best_links = chosen.copy(), links.copy()
    best = _weight_cost(net, chosen, links)
    least = np.isfinite(needed)
    for turn in range(turns):
        slack = 0.02 * (1.0 - turn / turns)
        now_chosen, now_links = chosen.copy(), links.copy()
        _take_out(net, now_chosen, now_links, state)
        g = turn % len(guides[0])
        blur = 0.6 * _draw(state)
        prices = (net.cost * guides[0][g], net.link_cost * guides[1][g])
        for i in range(len(net.cost)):
            prices[0][i] *= 1.0 + blur * (_draw(state) - 0.5)
        fits = True
        for _ in range(2):
            if not grow(net, now_chosen, now_links, prices, limits):
                fits = False
                break
            keep = min(needed, _weight_cost(net, now_chosen, now_links)[0])
            now_links, whole = trim(net, now_chosen, keep)
            if not whole:
                fits = False
                break
            if least:
                break
        if not fits:
            continue
        weight, cost, whole = _weight_cost(net, now_chosen, now_links)
        if not whole or cost > budget or (least and weight < needed):
            continue
        if least:
            better = cost < best[1] or (cost == best[1] and weight > best[0])
            near = cost <= best[1] * (1.0 + slack)
        else:
            better = weight > best[0] or (weight == best[0] and cost < best[1])
            near = weight >= best[0] * (1.0 - slack)
        if better:
            best = (weight, cost, whole)
            best_chosen, best_links = now_chosen.copy(), now_links.copy()
        if near:
            chosen, links = now_chosen, now_links
        else:
            chosen, links = best_chosen.copy(), best_links.copy()
    return best_chosen, best_links
