"""How clear one day after another is: a seeded run of days that keeps each month's mean and its share of dull days."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, ndtr

from geo_planner.build.sun import DAYS_OF_MONTHS
from geo_planner.units import FloatArray

DULL_DAYS: Final = 0.1
"""Share of the days by which a month's spread is told: one day in ten."""
_WIDEST, _NARROWEST = 0.05, 1e6


def clearest(month_mean: ArrayLike) -> FloatArray:
    """Clearness that no day exceeds of a month with a mean clearness (Hollands and Huget 1983; Duffie and Beckman, eq. 2.9.6).

    >>> round(float(clearest(0.5)), 3)
    0.765
    """
    mean = np.asarray(month_mean, dtype=float)
    return np.asarray(0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8)


def spread(month_mean: ArrayLike, low_day_share: float) -> tuple[FloatArray, FloatArray]:
    """The two parameters of the beta distribution of a month's days, between no light at all and the clearest day.

    A density of this form is that of Gordon and Reddy (Solar Energy 41, 1988, pp. 215 to 226), whose second parameter is always 2 and whose
    clearest day follows from the variance. Here the clearest day is given, and both parameters follow from the mean and the dull days.

    Parameters
    ----------
    month_mean : array_like
        Mean clearness of the months, below 0.75.
    low_day_share : float
        One day in ten is less clear than this share of the mean.
    """
    mean = np.asarray(month_mean, dtype=float)
    middle = mean / clearest(mean)
    low, high = np.full_like(middle, np.log(_WIDEST)), np.full_like(middle, np.log(_NARROWEST))
    for _ in range(80):  # the narrower the days lie about their mean, the fewer are dull
        half = (low + high) / 2.0
        size = np.exp(half)
        too_wide = betainc(middle * size, (1.0 - middle) * size, low_day_share * middle) > DULL_DAYS
        low, high = np.where(too_wide, half, low), np.where(too_wide, high, half)
    size = np.exp((low + high) / 2.0)
    return np.asarray(middle * size), np.asarray((1.0 - middle) * size)


def run_of_days(month_mean: ArrayLike, *, low_day_share: float, correlation: float, years: int, seed: int) -> FloatArray:
    """Clearness of every day of some years, shape (years, 365).

    A normal variable that carries a share of itself to the next day (Graham, Hollands and Unny, Solar Energy 40, 1988, pp. 83 to 92) is
    turned into the distribution of its month.

    Parameters
    ----------
    month_mean : array_like
        Mean clearness, January to December.
    low_day_share : float
        As for :func:`spread`.
    correlation : float
        Of the normal variable from one day to the next.
    years, seed : int
        The same seed gives the same days, and a longer run begins with the shorter one.
    """
    mean = np.asarray(month_mean, dtype=float)
    first, second = spread(mean, low_day_share)
    month = np.repeat(np.arange(12), DAYS_OF_MONTHS)
    news = np.random.default_rng(seed).standard_normal(years * month.size) * np.sqrt(1.0 - correlation**2)
    news[0] /= np.sqrt(1.0 - correlation**2)
    normal = np.fromiter(accumulate(news.tolist(), lambda before, new: new + correlation * before), dtype=float).reshape(years, month.size)
    return np.asarray(clearest(mean)[month] * betaincinv(first[month], second[month], ndtr(normal)))
