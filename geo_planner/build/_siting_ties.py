"""Among choices that cost and bring the same, the one with the earlier ids: as far as single exchanges lead."""

from __future__ import annotations

import math

import numpy as np

from geo_planner.build._siting_greedy import Pick, cheapest_links, cost_of, covered, sound, weight_of
from geo_planner.build._siting_net import Net

_TRIES = 50
"""Exchanges that are tried for one option."""


def settled(net: Net, pick: Pick) -> Pick:
    """Exchange options, last ids first, for earlier ones of the same price where weight and cost stay the same to the last bit.

    Rows of a net follow the ids. Choices that differ in several options at once are not compared: of those the search's own order decides,
    which is the same every time.
    """
    options, links = pick.options.copy(), cheapest_links(net, pick.options)
    if links is None or cost_of(net, Pick(options, links)) != cost_of(net, pick):
        options, links = pick.options.copy(), pick.links
    cost, weight, cover = cost_of(net, pick), weight_of(net, pick.options), net.coverage()
    for i in np.flatnonzero(options & ~net.fixed)[::-1]:
        options[i] = False
        gain = cover @ np.where(covered(net, options), 0.0, net.weight)
        alike = np.flatnonzero(~options[:i] & (net.cost[:i] == net.cost[i]) & np.isclose(gain[:i], gain[i], rtol=1e-12, atol=0.0))
        options[i] = True
        for j in alike[:_TRIES]:
            other = options.copy()
            other[i], other[j] = False, True
            ways = cheapest_links(net, other)
            if ways is None:
                continue
            new = Pick(other, ways)
            if cost_of(net, new) == cost and math.isclose(weight_of(net, other), weight, rel_tol=1e-15) and sound(net, new):
                options, links = other, ways
                break
    return Pick(options, links)
