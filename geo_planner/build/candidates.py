"""Places among which the build plan chooses: masts on air, settlements, the user's own, and the best of the atlas within limits.

The limits hold for places of the atlas alone: the communes, slope, reach of a road or path, height above ways,
areas of exclusion, distance from masts on air. Where a ban
holds nothing new stands, whoever asks; the user's own places and the settlements are otherwise taken as they are, and the table shows the figures.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.build.atlas import Atlas
from geo_planner.build.best_cells import best_cells
from geo_planner.build.limits import (
    BAN,
    Limits,
    beyond_border,
    described,
    exclusion_kinds,
    exclusion_words,
    limits_of,
    masts_on_air,
    ways_within,
)
from geo_planner.config.build.candidates import Candidates
from geo_planner.errors import Fault, warning
from geo_planner.preferences.settings import Travel
from geo_planner.schema import EXCLUSION_AREAS
from geo_planner.study_area import StudyArea
from geo_planner.words import first_of


def candidate_places(
    atlas: Atlas, study_area: StudyArea, villages: gpd.GeoDataFrame, settings: Candidates, *, travel: Travel | None = None
) -> pd.DataFrame:
    """The places among which the build plan chooses.

    Parameters
    ----------
    atlas : Atlas
    study_area : StudyArea
    villages : GeoDataFrame
        Those of the atlas, with ``modelled_status`` as far as there: settlements without coverage and partly covered ones are places.
    settings : Candidates
    travel : Travel, optional
        Which classes of roads are travelled; the defaults when left out.

    Returns
    -------
    DataFrame
        Index ``place_id``, sorted; ``lon``, ``lat``; ``x_m``, ``y_m`` in the system of the terrain; ``ground_m``; ``kind`` (``existing``,
        ``candidate``, ``settlement``, ``user``); ``gateway`` (masts on air); ``height_m`` up to which antennas may hang; ``slope_deg``;
        ``road_m`` to the nearest way that is travelled (NaN: not known); ``exclusion`` (blank, ``procedure``, ``ban``); ``site_id``.
        Places off the terrain are left out, and new ones where a ban holds.
    """
    dem, limits = study_area.terrain, limits_of(study_area, settings, travel)
    there = [part.to_crs(dem.crs) for part in (_existing(study_area), _settlements(atlas, villages, settings))]
    settled = gpd.GeoDataFrame(pd.concat(there))
    new = [_users(study_area, settings).to_crs(dem.crs), _of_atlas(atlas, limits, settings)]
    points = gpd.GeoDataFrame(pd.concat([part for part in (settled, *new) if len(part)] or [settled]))
    places = described(points, dem, limits)
    closed = places["exclusion"].eq(BAN) & places["kind"].ne("existing")
    places = places[places["ground_m"].notna() & ~closed]
    return places[[
        "lon", "lat", "x_m", "y_m", "ground_m", "kind", "gateway", "height_m", "slope_deg", "road_m", "exclusion", "site_id",
    ]].sort_index()  # fmt: skip


def candidate_notes(study_area: StudyArea, places: pd.DataFrame, *, travel: Travel | None = None) -> list[Fault]:
    """What the user should know of the candidates: layers that are not there, kinds that nobody knows, places left out."""
    notes = []
    if study_area.roads is None:
        notes.append(warning("build.candidates", "candidates_without.roads"))
    elif not ways_within(study_area, travel):
        notes.append(warning("build.candidates", "candidates_without.travelled"))
    areas = study_area.exclusion_areas
    if areas is None:
        notes.append(warning("build.candidates", "candidates_without.exclusion"))
    else:
        kinds = exclusion_kinds(areas)
        strange = sorted({str(word)[:60] for word, kind in zip(exclusion_words(areas), kinds, strict=True) if kind is None})
        if strange:
            notes.append(warning(EXCLUSION_AREAS.path, "exclusion_kind.unknown", words=tuple(strange[:8])))
    candidates = study_area.candidates
    if candidates is not None:
        lost = sorted(set(candidates.index.astype(str)) - set(places.loc[places["kind"] == "user", "site_id"]))
        if lost:
            notes.append(warning("build.candidates", "candidates_left_out.own", n=len(lost), ids=tuple(lost[:8])))
    if beyond := beyond_border(places, study_area):
        notes.append(warning("build.candidates", "candidates_beyond.border", n=len(beyond), ids=first_of(beyond, 8)))
    if not places["kind"].isin(["candidate", "settlement", "user"]).any():
        notes.append(warning("build.candidates", "candidates_none.at_all"))
    return notes


def _of_atlas(atlas: Atlas, limits: Limits, settings: Candidates) -> gpd.GeoDataFrame:
    grid = atlas.grid
    cells = best_cells(atlas, limits.allowed, limits.way_cells, settings)
    ids = [f"cell:{row:05d}-{column:05d}" for row, column in cells]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    x, y = grid.centres(rows, columns)
    table = {"kind": "candidate", "gateway": False, "height_m": max(atlas.heights_m), "site_id": ""}
    return gpd.GeoDataFrame(table, index=_index(ids), geometry=gpd.points_from_xy(x, y), crs=grid.crs)


def _existing(study_area: StudyArea) -> gpd.GeoDataFrame:
    """Masts on air; what they carry is known by their antennas, the highest of which is as high as others may hang."""
    masts = masts_on_air(study_area)
    table = {"kind": "existing", "gateway": True, "height_m": masts["mast_height_m"], "site_id": masts.index.astype(str)}
    return gpd.GeoDataFrame(
        {name: np.asarray(values) if not np.isscalar(values) else values for name, values in table.items()},
        index=_index([f"site:{site}" for site in masts.index]), geometry=masts.geometry.to_numpy(), crs=masts.crs,
    )  # fmt: skip


def _users(study_area: StudyArea, settings: Candidates) -> gpd.GeoDataFrame:
    """The user's own candidates, and sites of the list that are planned or proposed."""
    found = []
    sites = study_area.sites[study_area.sites["status"].isin(["planned", "candidate"]).fillna(False).to_numpy(dtype=bool)]
    if len(sites):
        ids = sites.index.get_level_values("site_id")
        found.append(sites[~ids.duplicated()].droplevel("cell_id")[["mast_height_m", "geometry"]])
    if study_area.candidates is not None and len(study_area.candidates):
        found.append(study_area.candidates.reindex(columns=["mast_height_m", "geometry"]))
    if not found:
        found.append(study_area.sites.iloc[:0].droplevel("cell_id")[["mast_height_m", "geometry"]])
    own = gpd.GeoDataFrame(pd.concat(found))
    own = own[~own.index.duplicated(keep="last")]
    table = {
        "kind": "user", "gateway": False, "site_id": own.index.astype(str).to_numpy(dtype=object),
        "height_m": own["mast_height_m"].astype("Float64").fillna(max(settings.heights_m)).to_numpy(dtype=float),
    }  # fmt: skip
    return gpd.GeoDataFrame(table, index=_index([f"user:{site}" for site in own.index]), geometry=own.geometry.to_numpy(), crs=own.crs)


def _settlements(atlas: Atlas, villages: gpd.GeoDataFrame, settings: Candidates) -> gpd.GeoDataFrame:
    """Villages of the atlas, and those of which a part alone is covered."""
    there = villages.index.isin(atlas.villages.index)
    if "modelled_status" in villages:
        there |= villages["modelled_status"].eq("partial").fillna(False).to_numpy(dtype=bool)
    waiting = villages[there]
    table = {"kind": "settlement", "gateway": False, "height_m": max(settings.heights_m), "site_id": ""}
    ids = _index([f"village:{village}" for village in waiting.index])
    return gpd.GeoDataFrame(table, index=ids, geometry=waiting.geometry.to_numpy(), crs=waiting.crs)


def _index(ids: list[str]) -> pd.Index:
    return pd.Index(ids, name="place_id", dtype=object)
