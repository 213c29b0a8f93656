"""What is worked out of a plan once and asked for again at each click; it goes when the plan goes."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import pandas as pd

from geo_planner.build.demands import pieces_of
from geo_planner.build.limits import Surroundings, surroundings_of
from geo_planner.radio.cells import Mast, masts_of
from geo_planner.radio.losses import LossTask, loss_task

if TYPE_CHECKING:
    from geo_planner.plan import Plan

T = TypeVar("T")
_KEPT: dict[int, dict[tuple[Any, ...], tuple[Any, Any]]] = {}
_LOCK = threading.Lock()


def kept(plan: Plan, name: str, make: Callable[[], T]) -> T:
    """What `make` gives for a plan, worked out at the first asking.

    It must depend on scenario, study area and coverage alone, and not hold the plan's own table of villages, whose end is the end of all that is
    kept for it.
    """
    frame, parts = plan.villages, (plan.scenario, plan.study_area, plan.coverage)
    with _LOCK:
        if id(frame) not in _KEPT:
            _KEPT[id(frame)] = {}
            weakref.finalize(frame, _KEPT.pop, id(frame), None)
        own = _KEPT[id(frame)]
    key = (name, *map(id, parts))
    if key not in own:
        # the parts are held with it, so that nothing else ever has their ids
        own[key] = (make(), parts)
    value: T = own[key][0]
    return value


def surroundings(plan: Plan) -> Surroundings:
    """Slope, travelled roads and areas of exclusion."""
    return kept(plan, "surroundings", lambda: surroundings_of(plan.study_area, plan.scenario.ranking.travel))


def pieces(plan: Plan) -> pd.DataFrame:
    """The cells of all settlements, as :func:`geo_planner.build.demands.pieces_of` gives them."""
    area = plan.study_area
    return kept(plan, "pieces", lambda: pieces_of(area.villages, area.terrain, plan.scenario.service, area.population))


def villages(plan: Plan) -> gpd.GeoDataFrame:
    """The study area's villages in the system of the terrain."""
    return kept(plan, "villages", lambda: plan.study_area.villages.to_crs(plan.terrain.crs))


def communes(plan: Plan) -> gpd.GeoSeries:
    """The communes in the system of the terrain."""
    return kept(plan, "communes", lambda: plan.study_area.communes.geometry.to_crs(plan.terrain.crs))


def task(plan: Plan, model: str | None = None) -> LossTask:
    """How path loss is worked out under the deciding model or another one; nothing is kept on disk."""
    return kept(plan, f"task {model}", lambda: loss_task(plan.scenario, plan.study_area, model=model))


def cells_on_air(plan: Plan) -> tuple[tuple[tuple[str, str], ...], tuple[Mast, ...]]:
    """Ids and figures of the cells in service, in the order of the coverage's servers."""

    def make() -> tuple[tuple[tuple[str, str], ...], tuple[Mast, ...]]:
        serving = plan.sites[plan.sites["in_service"]].to_crs(plan.terrain.crs)
        ids = tuple((str(site), str(cell)) for site, cell in serving.index)
        return ids, tuple(masts_of(serving, plan.scenario.service))

    return kept(plan, "cells", make)
