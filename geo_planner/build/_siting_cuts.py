"""Cuts that the ways of an answer break: sets of places into which less crosses than the joining of one of them is worth."""

from __future__ import annotations

import numpy as np
from numba import njit

from geo_planner.units import BoolArray, FloatArray, IntArray


def violated(tail: IntArray, head: IntArray, x: FloatArray, n_nodes: int, least: float) -> list[tuple[BoolArray, int]]:
    """Sets of nodes into which less crosses than the joining of one of them is worth, with that node."""
    used = np.flatnonzero(x > 1e-9)
    inflow = np.bincount(head, weights=x, minlength=n_nodes)
    order = np.argsort(-inflow, kind="stable")
    order = order[inflow[order] > least]
    sets, nodes = _min_cuts(tail[used], head[used], x[used], order, inflow, n_nodes, least)
    return [(sets[i], int(nodes[i])) for i in range(len(nodes))]


@njit(cache=True)
def _min_cuts(tail, head, capacity, order, inflow, n_nodes, least):  # type: ignore[no-untyped-def]
    """Cuts with less than the inflow of the node behind them: by augmenting ways, breadth first, until none is left."""
    m = len(tail)
    start = np.zeros(n_nodes + 1, np.int64)
    for k in range(m):
        start[tail[k] + 1] += 1
        start[head[k] + 1] += 1
    start = np.cumsum(start)
    at, arcs = start[:-1].copy(), np.empty(2 * m, np.int64)
    for k in range(m):
        arcs[at[tail[k]]] = 2 * k
        at[tail[k]] += 1
        arcs[at[head[k]]] = 2 * k + 1
        at[head[k]] += 1
    sets, nodes = np.zeros((0, n_nodes), np.bool_), np.zeros(0, np.int64)
    found_sets, found_nodes = [np.zeros(n_nodes, np.bool_)], [np.int64(0)]
    found_sets.pop()
    found_nodes.pop()
    settled = np.zeros(n_nodes, np.bool_)
    flow = np.empty(2 * m)
    by, queue = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    for target in order:
        if settled[target] or len(found_nodes) >= 200:
            continue
        for k in range(m):
            flow[2 * k], flow[2 * k + 1] = capacity[k], 0.0
        total, wanted = 0.0, inflow[target]
        while total < wanted - least:
            by[:] = -1
            by[0] = -2
            queue[0], n_queue, i = 0, 1, 0
            while i < n_queue and by[target] == -1:
                u = queue[i]
                i += 1
                for e in range(start[u], start[u + 1]):
                    a = arcs[e]
                    v = head[a // 2] if a % 2 == 0 else tail[a // 2]
                    if by[v] == -1 and flow[a] > 1e-9:
                        by[v] = a
                        queue[n_queue] = v
                        n_queue += 1
            if by[target] == -1:
                break
            push, v = wanted - total, target
            while v != 0:
                a = by[v]
                push = min(push, flow[a])
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
            v = target
            while v != 0:
                a = by[v]
                flow[a] -= push
                flow[a ^ 1] += push
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
            total += push
        if total >= wanted - least:
            continue
        # the side of the node: everything that can still send to it
        side = np.zeros(n_nodes, np.bool_)
        side[target] = True
        queue[0], n_queue, i = target, 1, 0
        while i < n_queue:
            u = queue[i]
            i += 1
            for e in range(start[u], start[u + 1]):
                a = arcs[e] ^ 1
                v = tail[a // 2] if a % 2 == 0 else head[a // 2]
                if not side[v] and flow[a] > 1e-9:
                    side[v] = True
                    queue[n_queue] = v
                    n_queue += 1
        found_sets.append(side)
        found_nodes.append(np.int64(target))
        far = np.ones(n_nodes, np.bool_)
        for v in range(n_nodes):
            if by[v] != -1:
                far[v] = False
        different = False
        for v in range(n_nodes):
            if far[v] != side[v] and (far[v] or side[v]):
                different = True
        if different and far[target]:
            found_sets.append(far)
            found_nodes.append(np.int64(target))
        for v in range(n_nodes):
            if side[v]:
                settled[v] = True
    if len(found_nodes) > 0:
        sets = np.zeros((len(found_nodes), n_nodes), np.bool_)
        nodes = np.zeros(len(found_nodes), np.int64)
        for i in range(len(found_nodes)):
            sets[i] = found_sets[i]
            nodes[i] = found_nodes[i]
    return sets, nodes
