"""Choices at once: most weight for the money, place by place, each with the way that joins it; and what makes a choice leaner."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo_planner.build._siting_grow import grow, joined_by, spanning, without_idle_leaves
from geo_planner.build._siting_local import wander
from geo_planner.build._siting_net import ROOT, Net
from geo_planner.units import BoolArray, FloatArray


class Pick(NamedTuple):
    """A valid choice: which options and which links of a net."""

    options: BoolArray
    links: BoolArray


def cost_of(net: Net, pick: Pick) -> float:
    """Exact to the last bit of the sum, so that a budget holds to the unit."""
    return math.fsum([*net.cost[pick.options], *net.link_cost[pick.links]])


def covered(net: Net, options: BoolArray) -> BoolArray:
    hit = np.zeros(len(net.weight), dtype=bool)
    for option in np.flatnonzero(options):
        hit[net.covered_by(int(option))] = True
    return hit


def weight_of(net: Net, options: BoolArray) -> float:
    return math.fsum(net.weight[covered(net, options)])


def greedy(net: Net, *, budget: float, needed: float, cheaper: tuple[FloatArray, FloatArray] | None = None) -> Pick | None:
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
    chosen, links = net.fixed.copy(), np.zeros(len(net.link_cost), dtype=bool)
    if not grow(net, chosen, links, (net.cost * option_factor, net.link_cost * link_factor), (budget, needed)):
        return None
    return _kept(net, Pick(chosen, links), budget, needed)


def near(net: Net, pick: Pick, guides: tuple[FloatArray, FloatArray], limits: tuple[float, float], turns: int) -> Pick | None:
    """The best choice met in a counted number of turns of taking out and growing again.

    Parameters
    ----------
    guides : (options, links)
        Factors on the prices, one row a guide.
    limits : (budget, needed)
        As of `greedy`.
    """
    return _kept(net, Pick(*wander(net, tuple(pick), guides, limits, turns)), *limits)


def _kept(net: Net, pick: Pick, budget: float, needed: float) -> Pick | None:
    lean_pick = lean(net, pick, keep=min(needed, weight_of(net, pick.options)))
    if lean_pick is None or not sound(net, lean_pick) or cost_of(net, lean_pick) > budget:
        return None
    if math.isfinite(needed) and weight_of(net, lean_pick.options) < needed:
        return None
    return lean_pick


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


def _joined(net: Net, pick: Pick) -> BoolArray:
    held = np.zeros(net.n_nodes, dtype=bool)
    held[net.node[pick.options]] = True
    held[ROOT] = True
    return np.asarray(joined_by(net, pick.links & held[net.tail] & held[net.head]))


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


def cheapest_links(net: Net, options: BoolArray) -> BoolArray | None:
    """The cheapest links between the chosen places that join all that must be; None where there is no way."""
    held, needy = np.zeros(net.n_nodes, dtype=bool), np.zeros(net.n_nodes, dtype=bool)
    held[net.node[options]] = True
    needy[net.node[options & net.network]] = True
    held[ROOT] = needy[ROOT] = True
    links: BoolArray = without_idle_leaves(net, spanning(net, held), needy)
    return links if joined_by(net, links)[needy].all() else None
