"""How far two orders agree, and how likely it is that so few of a group are drawn by lot.

``scipy.stats`` has both, at half a second of imports, which every run would wait for.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geo_planner.units import IntArray


def tau_b(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Kendall's tau-b of two lists of equal length (Kendall 1945, Biometrika 33:239-251); NaN where one of them tells no two of its values apart.

    >>> tau_b([1, 2, 3, 4], [1, 2, 4, 3]), tau_b([1, 2], [5, 5])
    (0.6666666666666669, nan)
    """
    x, y = (np.unique(np.asarray(values), return_inverse=True)[1].astype(np.int64) for values in (a, b))
    pairs = len(x) * (len(x) - 1) // 2
    in_x, in_y, in_both = _ties(x), _ties(y), _ties(x * (len(y) + 1) + y)
    if pairs in (in_x, in_y):
        return math.nan
    balance = pairs - in_x - in_y + in_both - 2 * _inversions(y[np.lexsort((y, x))])
    return float(np.clip(balance / np.sqrt(pairs - in_x) / np.sqrt(pairs - in_y), -1.0, 1.0))


def chance_of_so_few(found: int, total: int, group: int, drawn: int) -> float:
    """Probability that at most `found` of a group are among those drawn by lot (hypergeometric).

    The shorter side is summed, from its largest term outwards, each from the one before; on the longer side stands what is left to 1.

    Parameters
    ----------
    found, total, group, drawn : int
        `group` and `drawn` are parts of `total`; `found` is a number that can be drawn.

    >>> chance_of_so_few(1, 20, 7, 12)
    0.004437564499484004
    """
    others = total - group - drawn
    below = found < (group + 1) * (drawn + 1) // (total + 2)
    at, end = (found, max(0, -others)) if below else (found + 1, min(group, drawn))
    if not below and at > end:
        return 1.0
    ways = math.comb(group, at) * math.comb(total - group, drawn - at)
    chance = term = ways / math.comb(total, drawn)
    while at != end:
        if below:
            term = at * (others + at) * term / ((drawn - at + 1) * (group - at + 1))
            at -= 1
        else:
            term = (drawn - at) * (group - at) * term / ((at + 1) * (others + at + 1))
            at += 1
        chance += term
    return chance if below else 1.0 - chance


def _ties(values: IntArray) -> int:
    """Pairs of equal values."""
    counts = np.unique(values, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _inversions(values: IntArray) -> int:
    """Pairs in which the larger of two whole numbers from 0 stands first.

    Two numbers part at the first bit in which they differ: from the highest bit down, ones are counted before the zeros of the same upper bits.
    """
    found = 0
    for bit in reversed(range(int(values.max(initial=0)).bit_length())):
        upper, one = values >> (bit + 1), (values >> bit) & 1  # `values` lie in order of `upper`
        before = np.cumsum(one) - one
        since = before - before[np.searchsorted(upper, upper)]
        found += int(since[one == 0].sum())
        values = values[np.argsort(values >> bit, kind="stable")]
    return found
