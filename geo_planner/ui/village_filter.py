"""Which villages a visit has asked to see: the same rule as the map's own, for lists and counts beside it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo_planner.export.html_map import TO_MEASURE
from geo_planner.export.html_map.build_marks import village_years
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui.address import Filters

_NO_SIGNAL, _MEASURE = "no_signal", "measure"


def passing(plan: Plan, filters: Filters) -> list[str]:
    """Ids of the villages that pass, in order of rank.

    Parameters
    ----------
    filters : Filters
        Several values of one kind: any of them; ``first_k`` counts among those that the others leave. What a build plan covers asks nothing of a
        plan without one.
    """
    villages = plan.villages
    left = pd.Series(True, index=villages.index)
    for column, wanted in (("responsibility", filters.payers), ("commune_code", filters.communes), ("modelled_status", filters.statuses)):
        if wanted:
            left &= villages[column].astype(object).fillna("unknown").isin(wanted)
    if filters.to_measure:
        left &= to_measure(plan)
    if filters.covered_by_plan is not None and plan.build is not None:
        left &= villages.index.astype(str).isin(list(village_years(plan))) == filters.covered_by_plan
    return [str(village) for village in villages.index[left.to_numpy(dtype=bool)]][: filters.first_k]


def to_measure(plan: Plan) -> pd.Series:
    """Villages where a measurement would settle something."""
    return plan.villages["flags"].map(lambda flags: bool(TO_MEASURE & set(flags))).astype(bool)


def figures(plan: Plan) -> dict[str, int]:
    """The few numbers that a planner asks for first, each the number of villages that its filter leaves; payers without a village are left out."""
    villages = plan.villages
    first = {_NO_SIGNAL: int((villages["modelled_status"] == _NO_SIGNAL).sum()), _MEASURE: int(to_measure(plan).sum())}
    payers = {key: int((villages["responsibility"] == key).sum()) for key in RESPONSIBILITY}
    return first | {key: n for key, n in payers.items() if n}


def ticked(filters: Filters) -> list[str]:
    """The figures that are in force as filters."""
    first = {_NO_SIGNAL: filters.statuses == (_NO_SIGNAL,), _MEASURE: filters.to_measure}
    return [key for key, on in first.items() if on] + [key for key in RESPONSIBILITY if key in filters.payers]


def with_ticked(filters: Filters, keys: list[str]) -> Filters:
    """The filters with these figures in force and the others not; a status that was chosen otherwise stays."""
    other = () if filters.statuses == (_NO_SIGNAL,) else filters.statuses
    return replace(
        filters,
        statuses=(_NO_SIGNAL,) if _NO_SIGNAL in keys else other,
        to_measure=_MEASURE in keys,
        payers=tuple(key for key in RESPONSIBILITY if key in keys),
    )
