"""From villages to the values of the criteria: built-in quantities, and any numeric or yes/no column of one's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo_planner.errors import Fault, InputError, bounded, fault
from geo_planner.preferences.settings import CostAssumptions, Criterion

ROAD_DIFFICULTY = {"car": 0.0, "motorbike": 0.5, "foot": 1.0}

_WORDS = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0, "có": 1.0, "không": 0.0}


@dataclass(frozen=True, slots=True)
class Context:
    """What the values need beyond the villages' own columns.

    Attributes
    ----------
    travel : DataFrame or None
        ``travel_to_signal_h`` and ``travel_to_seat_h`` as :func:`geo_planner.ranking.travel.village_travel` gives them; None: not worked
        out, every travel time is missing.
    cost : CostAssumptions
        For the stand-alone cost.
    """

    travel: pd.DataFrame | None = None
    cost: CostAssumptions = field(default_factory=CostAssumptions)


def _floats(villages: pd.DataFrame, column: str) -> pd.Series:
    if column not in villages:
        return pd.Series(np.nan, index=villages.index)
    return villages[column].astype("Float64").astype(float)


def _poverty_share(villages: pd.DataFrame, _: Context) -> pd.Series:
    households = _floats(villages, "households")
    poor = _floats(villages, "poor_households") + _floats(villages, "near_poor_households")
    return (poor / households.where(households > 0)).clip(upper=1.0)


def _households_without_signal(villages: pd.DataFrame, _: Context) -> pd.Series:
    return _floats(villages, "households") * (1.0 - _floats(villages, "coverage_probability"))


def _no_coverage(villages: pd.DataFrame, _: Context) -> pd.Series:
    return 1.0 - _floats(villages, "coverage_probability")


def _road_difficulty(villages: pd.DataFrame, _: Context) -> pd.Series:
    return villages["road_access"].map(ROAD_DIFFICULTY).astype(float)


def _region_iii(villages: pd.DataFrame, _: Context) -> pd.Series:
    # where no commune has a class, a blank means "not known"; where others have one, it means "none of I to III"
    known = villages["region_known"].fillna(False).astype(bool)
    return (villages["region_class"].fillna("") == "III").astype(float).where(known)


def _grid_power(villages: pd.DataFrame, _: Context) -> pd.Series:
    return villages["grid_power"].map({"yes": 1.0, "no": 0.0, "planned": 0.0}).astype(float)


def _travel(name: str) -> Callable[[pd.DataFrame, Context], pd.Series]:
    def values(villages: pd.DataFrame, context: Context) -> pd.Series:
        if context.travel is None:
            return pd.Series(np.nan, index=villages.index)
        return context.travel[name].reindex(villages.index).astype(float)

    return values


def standalone_cost_mvnd(villages: pd.DataFrame, cost: CostAssumptions) -> pd.Series:
    """Rough cost of covering each village by itself, million VND; NaN where a column it rests on is blank.

    One mountain site, its works dearer where no car gets through; fibre along the route to the nearest site on air, or satellite where that
    is cheaper; solar power where there is no grid. Every figure is an assumption of `cost`.
    """
    works = villages["road_access"].map({"car": 1.0, "motorbike": cost.motorbike_factor, "foot": cost.foot_factor}).astype(float)
    fibre = _floats(villages, "nearest_site_km") * cost.route_factor * cost.fibre_mvnd_per_km
    power = villages["grid_power"].map({"yes": 0.0, "no": cost.solar_mvnd, "planned": cost.solar_mvnd}).astype(float)
    # no site known at all leaves satellite as the only way
    backhaul = fibre.clip(upper=cost.vsat_mvnd).fillna(cost.vsat_mvnd)
    return (cost.site_mvnd * works + backhaul + power).rename("standalone_cost_mvnd")


def _cost_per_household(villages: pd.DataFrame, context: Context) -> pd.Series:
    households = _floats(villages, "households")
    return standalone_cost_mvnd(villages, context.cost) / households.where(households > 0)


_OPTIONAL = ("public_service_km", "disaster_watch")
"""Built-in criteria that read a column a village list may not have; without it every value is missing."""

_DERIVED: dict[str, Callable[[pd.DataFrame, Context], pd.Series]] = {
    "poverty_share": _poverty_share,
    "households_without_signal": _households_without_signal,
    "no_coverage_probability": _no_coverage,
    "road_difficulty": _road_difficulty,
    "region_iii": _region_iii,
    "grid_power": _grid_power,
    "travel_to_signal_h": _travel("travel_to_signal_h"),
    "travel_to_seat_h": _travel("travel_to_seat_h"),
    "standalone_cost_per_household_mvnd": _cost_per_household,
}
DERIVED = (*_DERIVED, *_OPTIONAL)
"""Criteria that need no column of their name; every other one is a column of the villages or of what a plan adds to them."""


def unknown_criteria(criteria: Sequence[Criterion], columns: Iterable[str]) -> tuple[str, ...]:
    """Names of the criteria that nothing can give a value: no built-in quantity and none of the columns."""
    have = set(columns)
    return tuple(c.name for c in criteria if (c.column or c.name) not in have and (c.column is not None or c.name not in DERIVED))


def unread_cells(villages: pd.DataFrame, criteria: Sequence[Criterion], file: str) -> list[Fault]:
    """Cells of the user's own columns that a criterion needs and that are neither a number nor yes/no."""
    columns = dict.fromkeys(c.column or c.name for c in criteria if c.column is not None or c.name not in _DERIVED)
    return [found for column in columns if column in villages for found in _numbers(villages, column, file)[1]]


def criteria_values(villages: pd.DataFrame, criteria: Sequence[Criterion], context: Context | None = None) -> pd.DataFrame:
    """The value of each criterion for each village, NaN where not known.

    A criterion reads the built-in quantity of its name, else the column of its name (or its ``column``): a number, or yes/no as 1/0.

    Parameters
    ----------
    villages : DataFrame
        Columns of ``schema.VILLAGES`` and those that the coverage and the communes add (``coverage_probability``, ``nearest_site_km``,
        ``border``, ``region_class``, ``region_known``).
    context : Context, optional
        Travel times and cost assumptions.

    Raises
    ------
    InputError
        With a fault for every criterion without a column and every cell that is neither a number nor yes/no.
    """
    context = context or Context()
    faults = [
        fault("scenario", "unknown_criterion.no_column", column="ranking.criteria", value=name, name=name)
        for name in unknown_criteria(criteria, villages.columns)
    ]
    if faults:
        raise InputError(faults)
    columns: dict[str, pd.Series] = {}
    for c in criteria:
        if c.column is None and c.name in _DERIVED:
            columns[c.name] = _DERIVED[c.name](villages, context)
        elif (c.column or c.name) in villages:
            columns[c.name], found = _numbers(villages, c.column or c.name)
            faults += found
        else:
            columns[c.name] = pd.Series(np.nan, index=villages.index)
    if faults:
        raise InputError(faults)
    return pd.DataFrame(columns, index=villages.index).replace([np.inf, -np.inf], np.nan).astype(float)


def _numbers(villages: pd.DataFrame, column: str, file: str = "villages") -> tuple[pd.Series, list[Fault]]:
    values = villages[column]
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.astype("Float64").astype(float), []
    parsed = [_number(text) for text in values]
    rows = villages["source_row"] if "source_row" in villages else pd.Series(pd.NA, index=villages.index)
    faults = bounded(
        fault(
            file,
            "not_a_number.for_criterion",
            row=None if pd.isna(rows[village]) else int(rows[village]),
            column=column,
            value=str(text)[:80],
        )
        for village, text, number in zip(villages.index, values, parsed, strict=True)
        if number is None
    )
    return pd.Series([math.nan if n is None else n for n in parsed], index=villages.index, dtype=float), faults


def _number(text: object) -> float | None:
    """The number a cell holds, NaN for a blank one, None where it is neither a number nor yes/no."""
    if text is None or text is pd.NA or (isinstance(text, float) and math.isnan(text)):
        return math.nan
    # digits of other scripts and 1_000 are numbers to Python, and to nobody who reads the file
    word = str(text).strip().casefold()
    if not word:
        return math.nan
    if word in _WORDS:
        return _WORDS[word]
    try:
        number = float(word) if word.isascii() and "_" not in word else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
