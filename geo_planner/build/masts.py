"""The mast atlas by itself: the rasters, the places that come of them, and the best places for some villages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.build.best_places import best_places
from geo_planner.build.candidates import candidate_notes, candidate_places
from geo_planner.config import Scenario
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.config.build.candidates import Candidates
from geo_planner.errors import Fault, UsageError, warning
from geo_planner.radio.cache import LossCache
from geo_planner.study_area import StudyArea
from geo_planner.words import first_of


@dataclass(frozen=True, slots=True)
class MastSites:
    """What the atlas says.

    Attributes
    ----------
    atlas : Atlas
    places : DataFrame
        As :func:`geo_planner.build.candidates.candidate_places`.
    best : DataFrame or None
        Of all villages asked for, one below the other, as :func:`geo_planner.build.best_places.best_places`; None where none was asked for.
    notes : tuple of Fault
    """

    atlas: Atlas
    places: pd.DataFrame
    best: pd.DataFrame | None
    notes: tuple[Fault, ...]


def check_villages(known: pd.Index, asked: Sequence[str]) -> None:
    """Refuse ids that the village list does not have; before long work.

    Raises
    ------
    UsageError
    """
    ids = {str(village) for village in known}
    for village_id in asked:
        if village_id not in ids:
            raise UsageError("no_such_village", village=village_id[:80], known=first_of(sorted(ids), 8))


def mast_sites(
    scenario: Scenario,
    study_area: StudyArea,
    villages: gpd.GeoDataFrame,
    settings: Candidates,
    *,
    asked: Sequence[str] = (),
    backhaul: Backhaul | None = None,
    workers: int = 1,
    cache: LossCache | None = None,
    progress: Callable[[float], None] | None = None,
) -> MastSites:
    """The atlas of a planned scenario with the places that come of it.

    Parameters
    ----------
    villages : GeoDataFrame
        As a plan gives them: with ``coverage_probability`` and ``score``.
    asked : sequence of str
        Villages for which to name the best places.
    backhaul, workers, cache, progress
        As for :func:`geo_planner.build.best_places.best_places` and :func:`geo_planner.build.atlas.mast_atlas`.

    Raises
    ------
    UsageError
        For a village that the list does not have.
    InputError
        When frequency or heights lie outside the range of the model.
    """
    check_villages(villages.index, asked)
    atlas = mast_atlas(study_area, scenario, villages, settings, workers=workers, cache=cache, progress=progress)
    travel, cost = scenario.ranking.travel, scenario.ranking.cost
    places = candidate_places(atlas, study_area, villages, settings, travel=travel)
    notes, tables = candidate_notes(study_area, places), []
    for village_id in dict.fromkeys(asked):
        if village_id not in atlas.villages.index:
            notes.append(warning("masts", "masts_village.takes_no_part", village_id=village_id))
            continue
        table = best_places(atlas, village_id, study_area, villages, settings, backhaul=backhaul, travel=travel, cost=cost)
        if table.empty:
            notes.append(warning("masts", "masts_village.not_reached", village_id=village_id))
        tables.append(table)
    best = pd.concat(tables) if tables else None
    return MastSites(atlas, places, best, tuple(notes))
