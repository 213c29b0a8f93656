"""What is worked out at the map, kept for the next run of the script: facts of places, masts on trial, reasons, cures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from geo_planner.errors import GeoPlannerError
from geo_planner.export.html_map.trial_picture import trial_picture
from geo_planner.plan import Plan
from geo_planner.radio.cache import default_loss_cache
from geo_planner.trial import PointFacts, WhyNot, cures, gained_together, point_facts, trial_mast, why_not
from geo_planner.trial.added import AddedWindow
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.map_contract import Picture
from geo_planner.ui.map_files import PICTURES
from geo_planner.ui.mast_address import Placed
from geo_planner.words import Said

_WORKERS = min(4, os.cpu_count() or 1)


Bounds = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is shown of a mast on trial: all of :class:`geo_planner.trial.Trial` but the coverage of the whole province, and its picture."""

    window: AddedWindow
    newly_km2: float
    gained: pd.DataFrame
    households: float
    hops: pd.DataFrame
    power: pd.Series
    cost_vnd: dict[str, int]
    opex_vnd: int
    statements: tuple[Said, ...]
    png: bytes
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Tried:
    """A mast on trial and what it brings, or why that cannot be said."""

    placed: Placed
    outcome: Outcome | None = None
    refused: GeoPlannerError | None = None

    @property
    def off_terrain(self) -> bool:
        """Whether it stands where nothing is known."""
        return self.refused is not None and self.refused.said.key == "trial_refused.off_terrain"

    @property
    def picture(self) -> Picture | None:
        """For the map."""
        return None if self.outcome is None else Picture(PICTURES.address(self.outcome.png), self.outcome.bounds)


def tried(loaded: LoadedPlan, placed: Placed) -> Tried:
    """What a mast brings, worked out once for a place and its figures."""
    try:
        return Tried(placed, _outcome(loaded.key, placed.lon, placed.lat, repr(placed.mast), loaded.plan, placed))
    except GeoPlannerError as error:
        return Tried(placed, refused=error)


@st.cache_resource(show_spinner=False, max_entries=48)
def _outcome(key: str, lon: float, lat: float, figures: str, _plan: Plan, _placed: Placed) -> Outcome:
    del key, figures
    trial = trial_mast(_plan, lon, lat, _placed.mast, cache=default_loss_cache(), workers=_WORKERS)
    picture = trial_picture(_plan.coverage.grid, trial.window)
    return Outcome(
        trial.window, trial.newly_km2, trial.gained, trial.households, trial.hops, trial.power, trial.cost_vnd, trial.opex_vnd, trial.statements,
        picture.png_at_once, picture.bounds,
    )  # fmt: skip


def together(loaded: LoadedPlan, some: Sequence[Tried]) -> pd.DataFrame:
    """What masts gain together, each place counted once."""
    return gained_together(loaded.plan, [one.outcome.window for one in some if one.outcome is not None])


def facts_of(loaded: LoadedPlan, lon: float, lat: float) -> PointFacts:
    return _facts(loaded.key, lon, lat, loaded.plan)


@st.cache_resource(show_spinner=False, max_entries=200)
def _facts(key: str, lon: float, lat: float, _plan: Plan) -> PointFacts:
    del key
    return point_facts(_plan, lon, lat)


def reasons_of(loaded: LoadedPlan, village_id: str) -> WhyNot | None:
    """Why a village has the signal that it has; None without terrain, where nothing of it is known."""
    return None if loaded.plan.terrain.is_missing else _reasons(loaded.key, village_id, loaded.plan)


@st.cache_resource(show_spinner=False, max_entries=200)
def _reasons(key: str, village_id: str, _plan: Plan) -> WhyNot:
    del key
    return why_not(_plan, village_id)


def cures_of(loaded: LoadedPlan, village_id: str) -> pd.DataFrame:
    """Of the build plan; empty without one, for the atlas of a province takes minutes."""
    if loaded.plan.build is None:
        return pd.DataFrame()
    return _cures(loaded.key, village_id, loaded.plan)


@st.cache_resource(show_spinner=False, max_entries=200)
def _cures(key: str, village_id: str, _plan: Plan) -> pd.DataFrame:
    del key
    return cures(_plan, village_id, most=5)
