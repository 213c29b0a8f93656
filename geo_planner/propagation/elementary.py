"""Logarithm, exponential, sine and cosine for compiled loops: short, without a branch, a table or a call.

So the compiler puts them in their place, and where paths stand side by side in arrays it takes several of them at a time, which it cannot do
with the C library's. One at a time they are no faster than these. They round their own way, within the bounds stated, but the same way on
every machine and for one path as for many: all they do is add, multiply, divide and move bits.
"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from geo_planner.propagation.compiled import part

_LN_2 = math.log(2.0)
_PER_LN_10 = 1.0 / math.log(10.0)
_LEAST_NORMAL, _LARGEST = 2.0**-1022, 1.7976931348623157e308
_MANTISSA, _SIGN_BIT = np.uint64(52), np.uint64(2**62)
# Added to a number, this leaves it rounded to a whole one, which stands in the last bits.
_TO_WHOLE = 1.5 * 2.0**52
# A whole number below 2^52 behind these bits is that number above 2^52.
_OF_WHOLE, _WHOLE = np.uint64(np.float64(2.0**52).view(np.int64)), 2.0**52
# The mantissa is taken from root one half to root two, so that the series is short, and all exponents are counted from above 0.
_LEAST_MANTISSA = np.uint64(np.float64(math.sqrt(0.5)).view(np.int64))
_EXPONENTS = np.uint64(1024)
# ln 2 in two parts, of which the first leaves room for the bits of a whole number that it is multiplied by
_LN_2_HIGH = float(np.int64(np.float64(_LN_2).view(np.int64) & ~np.int64(2**32 - 1)).view(np.float64))
_LN_2_LOW = float(Decimal("0.693147180559945309417232121458176568") - Decimal(_LN_2_HIGH))
_QUARTER_PI, _ROOT_HALF = 0.25 * math.pi, math.sqrt(0.5)


@part
def log(x: float) -> float:
    """Natural logarithm of a normal number above 0, within 4e-16 of its own size; NaN for all else.

    With ``s = (m - 1) / (m + 1)`` of the mantissa m it is twice the area tangent of s, whose series ends at ``s**19``.
    """
    bits = np.uint64(np.float64(x).view(np.int64))
    counted = (bits - _LEAST_MANTISSA + (_EXPONENTS << _MANTISSA)) >> _MANTISSA
    exponent = np.uint64(counted | _OF_WHOLE).view(np.float64) - (_WHOLE + 1024.0)
    mantissa = np.uint64(bits - ((counted - _EXPONENTS) << _MANTISSA)).view(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    w = z * z
    series = (2 / 3 + z * (2 / 5)) + w * (
        (2 / 7 + z * (2 / 9)) + w * ((2 / 11 + z * (2 / 13)) + w * ((2 / 15 + z * (2 / 17)) + w * (2 / 19)))
    )
    result = exponent * _LN_2 + (2.0 * s + s * (z * series))
    return result if (x >= _LEAST_NORMAL) & (x <= _LARGEST) else math.nan


@part
def log10(x: float) -> float:
    """Decimal logarithm, within 6e-16 of its own size; NaN for what :func:`log` has none of."""
    return log(x) * _PER_LN_10


@part
def exp(x: float) -> float:
    """Exponential, within 5e-16 of its own size between -708 and 709; 0 below, infinite above.

    A power of two, and the exponential series up to the twelfth power for the rest, which is at most half of ln 2.
    """
    shifted = x * (1.0 / _LN_2) + _TO_WHOLE
    whole = shifted - _TO_WHOLE
    r = (x - whole * _LN_2_HIGH) - whole * _LN_2_LOW
    z = r * r
    w = z * z
    series = (
        ((1 / 2 + r * (1 / 6)) + z * (1 / 24 + r * (1 / 120)))
        + w * ((1 / 720 + r * (1 / 5040)) + z * (1 / 40320 + r * (1 / 362880)))
        + (w * w) * ((1 / 3628800 + r * (1 / 39916800)) + z * (1 / 479001600))
    )
    result = 1.0 + (r + z * series)
    bits = np.uint64(np.float64(result).view(np.int64)) + (np.uint64(np.float64(shifted).view(np.int64)) << _MANTISSA)
    result = np.uint64(bits).view(np.float64)
    result = 0.0 if x < -708.0 else result
    return result if x <= 709.0 else x * math.inf


@part
def sine_and_cosine(angle: float) -> tuple[float, float]:
    """Of an angle between 0 and a right one, within 4e-16 of 1: from those of its distance to half a right angle."""
    t = angle - _QUARTER_PI
    z = t * t
    w = z * z
    sine = t + t * z * (
        (-1 / 6 + z * (1 / 120))
        + w * ((-1 / 5040 + z * (1 / 362880)) + w * ((-1 / 39916800 + z * (1 / 6227020800)) - w * (1 / 1307674368000)))
    )
    cosine = (1.0 - 0.5 * z) + w * (
        (1 / 24 - z * (1 / 720))
        + w * ((1 / 40320 - z * (1 / 3628800)) + w * ((1 / 479001600 - z * (1 / 87178291200)) + w * (1 / 20922789888000)))
    )
    return _ROOT_HALF * (cosine + sine), _ROOT_HALF * (cosine - sine)
