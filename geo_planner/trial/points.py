"""What is known of any place on the map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo_planner.build.limits import described
from geo_planner.link import to_metres
from geo_planner.trial import kept
from geo_planner.trial.levels import levels_in_cell
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.plan import Plan


@dataclass(frozen=True, slots=True)
class Server:
    """A mast that reaches a place.

    Attributes
    ----------
    site_id, cell_id : str
    distance_km : float
        From the centre of the place's cell.
    rsrp_dbm : float
    """

    site_id: str
    cell_id: str
    distance_km: float
    rsrp_dbm: float


@dataclass(frozen=True, slots=True)
class Level:
    """What one model says of a place.

    Attributes
    ----------
    model : str
    rsrp_dbm, probability : float
        Of the cell on air that leaves most above its threshold; NaN where none is in reach or the path is not known.
    status : {"covered", "no_signal", "unknown"}
    """

    model: str
    rsrp_dbm: float
    probability: float
    status: str


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is known of a place.

    Attributes
    ----------
    lon, lat : float
    inside : bool
        Whether the place lies on the terrain; outside nothing else is known.
    ground_m, slope_deg : float
        NaN where the terrain is not known.
    levels : tuple of Level
        The deciding model by the raster, as the map shows it; the second model, where the scenario has one, over profiles to the centre of the same
        cell, as for the villages.
    best, second : Server or None
        The site that serves, and the best of the others: its level is the raster's, which one it is follows from profiles of their own.
    commune_code, commune : str
        Blank outside the communes.
    exclusion : str
        Blank, ``procedure`` or ``ban``.
    road_m : float
        To the nearest road or path that is travelled; NaN without such a layer.
    path_unknown : bool
        Whether a path that might serve leaves the terrain or crosses a void.
    statements : tuple of Said
        What there is to say of it.
    """

    lon: float
    lat: float
    inside: bool
    ground_m: float = math.nan
    slope_deg: float = math.nan
    levels: tuple[Level, ...] = ()
    best: Server | None = None
    second: Server | None = None
    commune_code: str = ""
    commune: str = ""
    exclusion: str = ""
    road_m: float = math.nan
    path_unknown: bool = False
    statements: tuple[Said, ...] = ()


def point_facts(plan: Plan, lon: float, lat: float) -> PointFacts:
    """What is known of a place, given in degrees (WGS 84); outside the terrain a sentence says so."""
    coverage, grid = plan.coverage, plan.terrain.grid
    xy = _metres(plan, lon, lat)
    at = grid.cells(*xy)
    if plan.terrain.is_missing or not bool(at.inside):
        return PointFacts(lon, lat, inside=False, statements=(said("trial_point.off_terrain", lat=lat, lon=lon),))
    cell = int(at.row), int(at.column)
    around = described(gpd.GeoDataFrame(geometry=[shapely.Point(xy)], crs=plan.terrain.crs), plan.terrain, kept.surroundings(plan)).iloc[0]
    best, second = _servers(plan, cell)
    code, commune = _commune(plan, lon, lat)
    unknown, known = bool(coverage.unknown_paths[cell] > 0), math.isfinite(around["ground_m"])
    told = []
    if not known:
        told.append(said("trial_point.void"))
    elif unknown:
        told.append(said("trial_point.path_unknown"))
    if around["exclusion"]:
        told.append(said(f"trial_point.{around['exclusion']}"))
    if not code:
        told.append(said("trial_point.no_commune"))
    return PointFacts(
        lon, lat, inside=True, ground_m=float(around["ground_m"]), slope_deg=float(around["slope_deg"]), levels=_levels(plan, cell), best=best,
        second=second, commune_code=code, commune=commune, exclusion=str(around["exclusion"]), road_m=float(around["road_m"]), path_unknown=unknown,
        statements=tuple(told),
    )  # fmt: skip


def _metres(plan: Plan, lon: float, lat: float) -> tuple[float, float]:
    """The place in the system of the terrain; far away from it, where there is no such place, NaN."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return math.nan, math.nan
    x_m, y_m = to_metres(plan.terrain.crs, lon, lat)
    return (x_m, y_m) if math.isfinite(x_m) and math.isfinite(y_m) else (math.nan, math.nan)


def _levels(plan: Plan, cell: tuple[int, int]) -> tuple[Level, ...]:
    coverage, other = plan.coverage, plan.scenario.propagation.compare_with
    found = [_level(plan, coverage.model, float(coverage.rsrp_dbm[cell]), float(coverage.probability[cell]))]
    if other is not None and other != coverage.model and not plan.terrain.is_missing:
        table = levels_in_cell(plan, cell, other)
        best = table.iloc[0] if len(table) else {"rsrp_dbm": math.nan, "probability": math.nan}
        served = float(best["probability"]) >= plan.scenario.service.min_probability
        # as in the rasters: an unknown path might serve, unless another one does
        unknown = len(table) > 0 and bool(table["level_dbm"].isna().any()) and not served and bool(coverage.unknown_paths[cell] > 0)
        probability = math.nan if unknown else 0.0 if not len(table) else float(best["probability"])
        found.append(_level(plan, other, float(best["rsrp_dbm"]), probability))
    return tuple(found)


def _level(plan: Plan, model: str, rsrp_dbm: float, probability: float) -> Level:
    status = "unknown" if math.isnan(probability) else "covered" if probability >= plan.scenario.service.min_probability else "no_signal"
    return Level(model, rsrp_dbm, probability, status)


def _servers(plan: Plan, cell: tuple[int, int]) -> tuple[Server | None, Server | None]:
    coverage = plan.coverage
    number = int(coverage.best_server[cell])
    if number < 0:
        return None, None
    ids, _ = kept.cells_on_air(plan)
    table = levels_in_cell(plan, cell)
    best = ids[number]
    others = table[(table.index.get_level_values("site_id") != best[0]) & table["level_dbm"].notna()]
    first = Server(*best, float(table.at[best, "distance_km"]), float(coverage.rsrp_dbm[cell])) if best in table.index else None
    if others.empty or np.isnan(coverage.second_dbm[cell]):
        return first, None
    site, name = others.index[0]
    return first, Server(str(site), str(name), float(others["distance_km"].iloc[0]), float(coverage.second_dbm[cell]))


def _commune(plan: Plan, lon: float, lat: float) -> tuple[str, str]:
    found = plan.communes.sindex.query(shapely.Point(lon, lat), predicate="intersects")
    if not len(found):
        return "", ""
    row = plan.communes.iloc[int(min(found))]
    return str(row.name), str(row["name"])
