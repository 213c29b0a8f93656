"""Which pieces of demand each option would serve: forward sweeps under the rules by which the coverage itself is worked out.

Path loss, antenna, budget, uplink, calibration and threshold are those of :func:`geo_planner.radio.coverage.compute_coverage`, cell by cell:
what is claimed here is what the recomputed coverage shows. A new aim of an existing cell is an option only where no choice of new aims takes
the service from a piece that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build.demands import covered_pieces, pieces_of
from geo_planner.build.options import cells_of
from geo_planner.calibration import calibration_for
from geo_planner.config import Scenario
from geo_planner.errors import Fault, InputError, ModelRangeError, fault, warning
from geo_planner.propagation.limits import why
from geo_planner.radio.budget import least_rsrp_dbm, serves
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import Mast, in_service, masts_of, with_defaults
from geo_planner.radio.coverage import Coverage, signal
from geo_planner.radio.losses import LossTask, loss_task, loss_window
from geo_planner.schema import BUILD_OPTIONS
from geo_planner.study_area import StudyArea
from geo_planner.units import FloatArray, FloatGrid, IntArray
from geo_planner.words import first_of

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the options would serve.

    Attributes
    ----------
    covers : DataFrame
        ``option_id``, ``demand_id``, sorted by the two; of the option's cell that leaves most above its threshold ``rsrp_dbm`` and ``margin_db``,
        by how much its level passes what the service needs (below 0 only where pairs that fall short were asked for). A satellite terminal
        reaches every piece of its village and is no mobile signal: its level is missing, its margin without end.
    options : DataFrame
        Those that remain: as given, without the new aims that would uncover what is covered.
    uncovering : dict of str to int
        New aims that fell out, and the pieces from which each would take the service, alone or beside other new aims.
    statements : tuple of Fault
        What there is to say: aims that fell out, a technology without carriers, villages that nothing reaches.
    """

    covers: pd.DataFrame
    options: pd.DataFrame
    uncovering: dict[str, int]
    statements: tuple[Fault, ...] = ()

    @property
    def served(self) -> pd.DataFrame:
        """The pairs that the service needs, without those that fall short."""
        return self.covers[self.covers["margin_db"] >= 0.0].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Points:
    """Cells of the grid that are asked about, and how far a level may fall short."""

    row: IntArray
    column: IntArray
    short_db: float


@dataclass(frozen=True, slots=True)
class _Served:
    """Which of the points a cell serves, with which RSRP and by what margin."""

    at: IntArray
    margin_db: FloatArray
    rsrp_dbm: FloatGrid


_NOWHERE = _Served(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=np.float32))
_JUST_SHORT_DB = 1e-6


def reach(
    options: pd.DataFrame,
    places: pd.DataFrame,
    demands: pd.DataFrame,
    scenario: Scenario,
    study_area: StudyArea,
    *,
    coverage: Coverage,
    workers: int = 1,
    cache: LossCache | None = None,
    short_db: float = 0.0,
    progress: Progress | None = None,
) -> Reach:
    """Sweep every option forward once.

    Parameters
    ----------
    options, places : DataFrame
        From :func:`geo_planner.build.options.options_at`.
    demands : DataFrame
        From :func:`geo_planner.build.demands.demands_of`.
    scenario : Scenario
    study_area : StudyArea
    coverage : Coverage
        Of today, for the pieces that must not lose it.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
        Where path loss is kept: as for the coverage, whose files it shares.
    short_db : float
        Give pairs, too, whose level falls short by up to so much: what would be served if all levels were higher by that.
    progress : callable, optional
        Called with the share of sweeps done.

    Raises
    ------
    InputError
        For an option outside the range of the model.
    """
    sites, service = known_sites(scenario, study_area), scenario.service
    task = loss_task(scenario, study_area, cache=cache)
    cells = cells_of(options, places, sites, task.dem.crs)
    cells = cells[in_service(cells, service)]
    served = _within_range(task, cells, _points_of(demands, short_db), scenario, workers, progress)
    covers = _covers(cells["option_id"].to_numpy(dtype=object), served, options.index, demands.index)
    covers = _with_terminals(covers, options, places, demands, study_area)
    aims = options.index[options["kind"] == "re_aim"]
    uncovering: dict[str, int] = {}
    if len(aims):
        pieces = pieces_of(study_area.villages, task.dem, service)
        pieces = pieces[covered_pieces(pieces, coverage, service)]
        now_served = covers[covers["margin_db"] >= 0.0]
        gained = now_served["demand_id"].map(demands["weight"]).groupby(now_served["option_id"]).sum().reindex(aims, fill_value=0.0)
        anew = cells[cells["option_id"].isin(aims)].set_index("option_id", append=True)
        now = sites[in_service(sites, service)].to_crs(task.dem.crs)
        uncovering = _uncovering(task, now, anew, pieces, gained, scenario, workers)
    remaining = options.drop(index=list(uncovering))
    covers = covers[~covers["option_id"].isin(list(uncovering))].reset_index(drop=True)
    told = _statements(scenario, options, demands, covers, uncovering, own=study_area.build_options is not None)
    return Reach(covers, remaining, uncovering, tuple(told))


def covers_by_profiles(
    options: pd.DataFrame,
    places: pd.DataFrame,
    demands: pd.DataFrame,
    scenario: Scenario,
    study_area: StudyArea,
    *,
    short_db: float = 0.0,
    workers: int = 1,
) -> pd.DataFrame:
    """What the options would serve under the model of the scenario, each piece over a profile of its own, as :attr:`Reach.covers`.

    A second model is asked so: for few pieces a fraction of the work of sweeps (how far the two differ stands in ``benchmarks/RESULTS.md``).
    New aims are taken as they are given, whatever they uncover.

    Parameters and errors as :func:`reach`.
    """
    only = np.zeros(study_area.terrain.grid.shape, dtype=np.bool_)
    only[demands["row"].to_numpy(dtype=np.int64), demands["column"].to_numpy(dtype=np.int64)] = True
    task = loss_task(scenario, study_area, only=only)
    cells = cells_of(options, places, known_sites(scenario, study_area), task.dem.crs)
    cells = cells[in_service(cells, scenario.service)]
    served = _within_range(task, cells, _points_of(demands, short_db), scenario, workers)
    covers = _covers(cells["option_id"].to_numpy(dtype=object), served, options.index, demands.index)
    return _with_terminals(covers, options, places, demands, study_area)


def _within_range(
    task: LossTask, cells: gpd.GeoDataFrame, points: _Points, scenario: Scenario, workers: int, progress: Progress | None = None
) -> list[_Served]:
    """What each cell serves; a frequency or height outside the model's range is a fault of the settings."""
    try:
        return _swept(task, cells, points, scenario, workers, progress)
    except ModelRangeError as error:
        raise InputError(
            [fault(f"scenario {scenario.name}", "model_range.options", column="build.technologies", why=why(error))]
        ) from error


def _statements(
    scenario: Scenario, options: pd.DataFrame, demands: pd.DataFrame, covers: pd.DataFrame, uncovering: dict[str, int], *, own: bool
) -> Iterator[Fault]:
    place, technology = f"scenario {scenario.name}", scenario.service.technology
    if uncovering:
        yield warning(place, "re_aim_uncovers.dropped", column="build.technologies", n=len(uncovering))
    with_cells = options["n_cells"].gt(0)
    if own:
        if len(options) and not (with_cells & options["technology"].str.casefold().eq(technology.casefold())).any():
            yield warning(BUILD_OPTIONS.path, "build_no_carrier.of_own", column="technology", technology=technology)
    elif len(options) and not (with_cells & options["kind"].ne("re_aim")).any():
        yield warning(place, "build_no_carrier.of_technology", column="build.technologies", technology=technology)
    reached = demands["village_id"].reindex(covers.loc[covers["margin_db"] >= 0.0, "demand_id"].unique())
    waiting = sorted(set(demands.loc[demands["weight"] > 0, "village_id"]) - set(reached))
    if waiting:
        yield warning(place, "build_village_unreached.by_any", column="build", n=len(waiting), villages=first_of(waiting, 20))


def known_sites(scenario: Scenario, study_area: StudyArea) -> gpd.GeoDataFrame:
    """The sites with the scenario's assumptions filled in, whether or not that has been done."""
    sites = study_area.sites
    return sites if "assumed" in sites.columns else with_defaults(sites, scenario.site_defaults)


def served_by(covers: pd.DataFrame, chosen: Sequence[str]) -> pd.Series:
    """Which of the chosen options serves each piece best: ``option_id`` by ``demand_id``; of two as strong the first by its id.

    Every piece that any of them covers stands there once, so that households are never counted twice.
    """
    best = covers[covers["option_id"].isin(list(chosen))].sort_values(["demand_id", "rsrp_dbm", "option_id"], ascending=[True, False, True])
    return best.drop_duplicates("demand_id").set_index("demand_id")["option_id"]


def _points_of(pieces: pd.DataFrame, short_db: float = 0.0) -> _Points:
    return _Points(pieces["row"].to_numpy(dtype=np.int64), pieces["column"].to_numpy(dtype=np.int64), short_db)


def _swept(
    task: LossTask, cells: gpd.GeoDataFrame, points: _Points, scenario: Scenario, workers: int, progress: Progress | None = None
) -> list[_Served]:
    """What each cell serves of the points; cells of one height and band at one place share a sweep, sweeps run side by side."""
    masts = masts_of(cells, scenario.service)
    together: dict[tuple[Any, ...], list[int]] = {}
    for number, mast in enumerate(masts):
        together.setdefault((mast.xy_m, mast.mast_height_m, mast.freq_mhz), []).append(number)
    served, groups = [_NOWHERE] * len(masts), list(together.values())

    def sweep(group: list[int]) -> list[_Served]:
        return _sweep(task, [masts[number] for number in group], points, scenario)

    def take(results: Any) -> None:
        for done, (group, found) in enumerate(zip(groups, results, strict=True), 1):
            for number, of_cell in zip(group, found, strict=True):
                served[number] = of_cell
            if progress:
                progress(done / len(groups))

    if workers == 1:
        take(map(sweep, groups))
    else:
        with ThreadPoolExecutor(workers) as pool:
            take(pool.map(sweep, groups))
    return served


def _sweep(task: LossTask, masts: list[Mast], points: _Points, scenario: Scenario) -> list[_Served]:
    row, column = task.dem.grid.position(*masts[0].xy_m)
    within = task.propagation.max_radius_km * 1000.0 / task.dem.cell_m
    near = np.flatnonzero(np.hypot(points.row + 0.5 - row, points.column + 0.5 - column) <= within)
    if not near.size:
        return [_NOWHERE] * len(masts)
    window = loss_window(task, masts[0].xy_m, masts[0].mast_height_m, masts[0].freq_mhz)
    at = points.row[near] - window.row, points.column[near] - window.column
    loss_db = window.loss_db[at]
    calibrated = calibration_for(scenario.calibration, masts[0].freq_mhz, model=task.model.name) is not None
    least_db = float(np.min(loss_db[~np.isnan(loss_db)], initial=np.inf))
    needed_dbm = least_rsrp_dbm(task.service)
    found = []
    for mast in masts:
        # an antenna only takes away, and so does the uplink: what does not do on the axis does not do at all
        if not calibrated and mast.eirp_re_dbm - least_db < needed_dbm - points.short_db - 0.01:
            found.append(_NOWHERE)
            continue
        # worked out for the whole window, as for the coverage: a part of it may be rounded otherwise
        received, level = signal(task, mast, window, scenario.calibration)
        good = serves(level[at], task.service)
        margin = level[at].astype(float) - needed_dbm
        # whether it is served is told by the rasters' own figures, at the border too
        margin = np.where(good, np.maximum(margin, 0.0), np.minimum(margin, -_JUST_SHORT_DB))
        taken = good | (margin >= -points.short_db)
        found.append(_Served(near[taken], margin[taken], received[at][taken]))
    return found


def _covers(of_cell: npt.NDArray[Any], served: list[_Served], options: pd.Index, demands: pd.Index) -> pd.DataFrame:
    """The best cell of each option at each piece that it serves."""
    table = pd.DataFrame(
        {
            "option": np.repeat(options.get_indexer(of_cell), [one.at.size for one in served]),
            "demand": np.concatenate([one.at for one in served]) if served else np.empty(0, dtype=np.int64),
            "margin_db": np.concatenate([one.margin_db for one in served]) if served else np.empty(0),
            "rsrp_dbm": np.concatenate([one.rsrp_dbm for one in served]) if served else np.empty(0, dtype=np.float32),
        }
    )
    best = table.sort_values(["option", "demand", "margin_db"], ascending=[True, True, False], kind="stable").drop_duplicates(
        ["option", "demand"]
    )
    named = pd.DataFrame(
        {
            "option_id": options.to_numpy(dtype=object)[best["option"]],
            "demand_id": demands.to_numpy(dtype=object)[best["demand"]],
            "rsrp_dbm": best["rsrp_dbm"].to_numpy(dtype=float),
            "margin_db": best["margin_db"].to_numpy(dtype=float),
        }
    )
    return named.sort_values(["option_id", "demand_id"]).reset_index(drop=True)


def _with_terminals(
    covers: pd.DataFrame, options: pd.DataFrame, places: pd.DataFrame, demands: pd.DataFrame, study_area: StudyArea
) -> pd.DataFrame:
    """A terminal reaches the whole village in whose centre it stands, whatever the terrain."""
    from scipy.spatial import cKDTree  # here: a kept plan is shown without it

    terminals = options[options["kind"] == "satellite_terminal"]
    if terminals.empty or demands.empty:
        return covers
    x_m, y_m = study_area.terrain.grid.xy(study_area.villages.geometry)
    away, nearest = cKDTree(np.column_stack([x_m, y_m])).query(places.loc[terminals["place_id"], ["x_m", "y_m"]].to_numpy(dtype=float))
    village = pd.Series(study_area.villages.index.astype(str).to_numpy(dtype=object)[nearest], index=terminals.index)[away < 1.0]
    of_village = demands.reset_index()[["demand_id", "village_id"]]
    pairs = village.rename("village_id").rename_axis("option_id").reset_index().merge(of_village, on="village_id")
    both = pd.concat([covers, pairs[["option_id", "demand_id"]].assign(rsrp_dbm=np.nan, margin_db=np.inf)]) if len(pairs) else covers
    return both.sort_values(["option_id", "demand_id"]).reset_index(drop=True)


def _uncovering(
    task: LossTask,
    now: gpd.GeoDataFrame,
    anew: gpd.GeoDataFrame,
    pieces: pd.DataFrame,
    gained: pd.Series,
    scenario: Scenario,
    workers: int,
) -> dict[str, int]:
    """The new aims that may not be taken, and how many pieces each would uncover.

    A piece is sure of its service while some cell serves it whichever of its own new aims is taken. Aims are admitted one after the other, the
    one that gains most first, as long as every piece stays sure: then no choice of them uncovers anything.
    """
    points = _points_of(pieces)
    n_now = len(now)
    table = gpd.GeoDataFrame(pd.concat([now, anew.droplevel("option_id")]), crs=now.crs)
    served = np.zeros((len(table), len(pieces)), dtype=np.bool_)
    for number, one in enumerate(_swept(task, table, points, scenario, workers)):
        served[number, one.at] = True
    sure, position = served[:n_now], {cell: number for number, cell in enumerate(now.index)}
    count = sure.sum(axis=0)
    found: dict[str, int] = {}
    cell_of = {option: (position[site, cell], n_now + number) for number, (site, cell, option) in enumerate(anew.index)}
    for option in sorted(cell_of, key=lambda option: (-float(gained[option]), option)):
        own, aimed = cell_of[option]
        loses = sure[own] & ~served[aimed]
        lost = int((loses & (count < 2)).sum())
        if lost:
            found[option] = lost
        else:
            sure[own] &= ~loses
            count -= loses
    return dict(sorted(found.items()))
