"""Where a mast would do most good: for every cell of the terrain the households that a mast there would newly cover.

Path loss between a settlement and a mast is the same in both directions when each height stays with its end. One sweep *from* each settlement,
with the height of the mast at the far end, therefore gives at once every cell from which a mast would reach it. A settlement counts whole,
by its centre: the cell that holds it. P.1812, delta-Bullington and free space do not mind which end comes first. ITM does
where a horizon lies a multiple of ten points away: 0.9 of that distance is a whole number of points, and the last bit decides whether one
more counts in the fit of an effective height (51 of 894 paths, at most 1.0 dB). What the radial sweep adds stands beside it in
``benchmarks/RESULTS.md``. What a plan claims rests on forward sweeps, never on this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.calibration import calibration_for
from geo_planner.config import Scenario, Service
from geo_planner.config.build.candidates import AtlasRadio, Candidates
from geo_planner.errors import InputError, ModelRangeError, fault
from geo_planner.files.cog import Band, write_cog
from geo_planner.grid import Grid
from geo_planner.propagation.area import LossWindow
from geo_planner.propagation.limits import why
from geo_planner.propagation.models import MODELS
from geo_planner.radio.budget import handset_loss_db, level_dbm, received_dbm, service_probability
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import Mast, masts_of
from geo_planner.radio.losses import (
    WITHOUT_TERRAIN,
    LossTask,
    away_km,
    land_cover_of,
    latitude_of,
    loss_model,
    part_of,
    path_loss,
)
from geo_planner.study_area import StudyArea
from geo_planner.units import FloatGrid

_Part = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Reached:
    """From where one settlement is reached: a part of the grid, a bit a cell."""

    part: _Part
    shape: tuple[int, int]
    bits: npt.NDArray[np.uint8]

    def cells(self) -> npt.NDArray[np.bool_]:
        rows, columns = self.shape
        return np.unpackbits(self.bits, count=rows * columns).astype(np.bool_).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Atlas:
    """What a mast in each cell of the terrain would newly reach; row 0 in the north.

    Attributes
    ----------
    grid : Grid
    heights_m : tuple of float
        Mast heights above ground, rising.
    households : dict of float to ndarray of float32
        By mast height: households of the settlements whose centre a mast in the cell would cover; NaN where the terrain is unknown.
    weighted : dict of float to ndarray of float32
        The same, each household times its village's priority score (1 where the villages have none); a village of unknown households weighs as the
        median of the known ones, as in the pieces of demand.
    expected : dict of float to ndarray of float32
        Weighted households times the probability of service, over all settlements within the radius: tells places of equal worth apart.
    villages : DataFrame
        Index ``village_id``, sorted; the villages without coverage that take part: ``households`` (0 where not known), ``weight``, ``row``
        and ``column`` of the cell that holds the centre.
    model : str
    facts : dict of str to str
        What it was made with, for the tags of a file.
    reached : dict
        By (village, height); read it through :meth:`by_village`.
    """

    grid: Grid
    heights_m: tuple[float, ...]
    households: dict[float, FloatGrid]
    weighted: dict[float, FloatGrid]
    expected: dict[float, FloatGrid]
    villages: pd.DataFrame
    model: str
    facts: dict[str, str]
    reached: Mapping[tuple[str, float], Reached]

    def by_village(self, village_id: str, height_m: float) -> npt.NDArray[np.bool_]:
        """The cells where a mast of this height would cover the centre of this village.

        Raises
        ------
        KeyError
            For a village that takes no part, or a height that was not asked about.
        """
        found = self.reached[village_id, height_m]
        cells = np.zeros(self.grid.shape, dtype=np.bool_)
        cells[found.part] = found.cells()
        return cells

    def reaching(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], height_m: float) -> npt.NDArray[np.bool_]:
        """The villages (columns, in the order of `villages`) that a mast in each of some cells (rows) would cover."""
        table = np.zeros((rows.size, len(self.villages)), dtype=np.bool_)
        for number, village_id in enumerate(self.villages.index):
            found = self.reached[village_id, height_m]
            row, column = rows - found.part[0].start, columns - found.part[1].start
            inside = (row >= 0) & (row < found.shape[0]) & (column >= 0) & (column < found.shape[1])
            table[inside, number] = found.cells()[row[inside], column[inside]]
        return table


def mast_atlas(
    study_area: StudyArea,
    scenario: Scenario,
    villages: gpd.GeoDataFrame,
    settings: Candidates,
    *,
    workers: int = 1,
    cache: LossCache | None = None,
    progress: Callable[[float], None] | None = None,
) -> Atlas:
    """The households that a mast in each cell would newly cover, by mast height.

    Parameters
    ----------
    study_area : StudyArea
    scenario : Scenario
        Its service, propagation, clutter and calibration hold.
    villages : GeoDataFrame
        Index ``village_id``, points; ``households``, and as far as there: ``coverage_probability`` (villages whose centre is covered take no
        part; all take part without it) and ``score`` (priority, 0 to 1).
    settings : Candidates
        Heights and radio of the mast.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
    progress : callable, optional
        Called with the share of villages done.

    Raises
    ------
    InputError
        When frequency or heights lie outside the range of the model.
    """
    dem = study_area.terrain
    waiting = _waiting(villages, dem.grid, scenario.service)
    losses = loss_model(
        scenario.propagation,
        name=WITHOUT_TERRAIN if dem.is_missing else None,
        lat_deg=latitude_of(study_area.sites if len(study_area.sites) else villages),
    )
    task = LossTask(
        dem, scenario.service, scenario.propagation, losses, land_cover_of(scenario, study_area), scenario.clutter, None, cache, 1
    )
    reach = _Reach(task, _radio_of(settings.radio, scenario.service), scenario)
    shape, heights = dem.grid.shape, settings.heights_m
    rasters = {name: {height: np.zeros(shape, dtype=np.float32) for height in heights} for name in ("households", "weighted", "expected")}
    reached: dict[tuple[str, float], Reached] = {}
    asked = [(village, height) for village in waiting.itertuples() for height in heights]
    try:
        for done, ((village, height), (part, probability)) in enumerate(
            zip(asked, _in_order(reach, [((v.row, v.column), height) for v, height in asked], workers), strict=True), start=1
        ):
            covered = probability >= scenario.service.min_probability
            rasters["households"][height][part] += covered * np.float32(village.households)
            rasters["weighted"][height][part] += covered * np.float32(village.weight)
            rasters["expected"][height][part] += np.nan_to_num(probability) * np.float32(village.weight)
            reached[str(village.Index), height] = Reached(part, covered.shape, np.packbits(covered))
            if progress is not None:
                progress(done / len(asked))
    except ModelRangeError as error:
        raise InputError([fault("scenario", "model_range.atlas", column="build.candidates", why=why(error))]) from error
    unknown = np.isnan(dem.heights_m) & (not dem.is_missing)
    for by_height in rasters.values():
        for values in by_height.values():
            values[unknown] = np.nan
    return Atlas(
        dem.grid, heights, **rasters, villages=waiting, model=losses.name, facts=_facts(scenario, settings, dem.sha256),
        reached=reached,
    )  # fmt: skip


def write_atlas(atlas: Atlas, path: Path, tags: Mapping[str, str] | None = None) -> None:
    """Write ``mast_sites.tif``: by mast height ``households:20m``, then ``weighted_households:20m``, as a cloud-optimised GeoTIFF.

    Parameters
    ----------
    tags : mapping, optional
        More than the atlas knows itself: the title, the line on sample data.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    kinds = (
        ("households", "households that a mast of {:g} m here would newly cover, each settlement whole, by its centre", atlas.households),
        ("weighted_households", "the same times the priority score of their village, mast of {:g} m", atlas.weighted),
    )
    _write(atlas, kinds, path, tags or {})


def write_expected(atlas: Atlas, path: Path, tags: Mapping[str, str] | None = None) -> None:
    """Write ``mast_expected.tif``, by which a plan that is read back tells places of equal worth apart: ``expected_households:20m`` by height.

    Parameters and errors as :func:`write_atlas`.
    """
    meaning = "weighted households times the probability of service, all settlements in reach, mast of {:g} m"
    _write(atlas, (("expected_households", meaning, atlas.expected),), path, tags or {})


def _write(atlas: Atlas, kinds: Sequence[tuple[str, str, dict[float, FloatGrid]]], path: Path, tags: Mapping[str, str]) -> None:
    bands = [
        Band(f"{name}:{height:g}m", "households", meaning.format(height), values[height])
        for name, meaning, values in kinds
        for height in atlas.heights_m
    ]
    write_cog(path, bands, transform=atlas.grid.transform, crs_wkt=atlas.grid.crs.to_wkt(), tags={**atlas.facts, **tags})


def _waiting(villages: gpd.GeoDataFrame, grid: Grid, service: Service) -> pd.DataFrame:
    """The villages that a new mast could serve: whose centre lies on the grid and is not covered."""
    table = villages.sort_index()
    cells = grid.cells(*grid.xy(table.geometry))
    known = table["households"].astype("Float64")
    usual = float(known.median()) if known.notna().any() else 1.0
    score = table["score"].astype(float) if "score" in table else 1.0
    waiting = pd.DataFrame(
        {
            "households": known.fillna(0.0).astype(float), "weight": known.fillna(usual).astype(float) * score, "row": cells.row,
            "column": cells.column,
        },
        index=table.index,
    )  # fmt: skip
    covered = np.zeros(len(table), dtype=bool)
    if "coverage_probability" in table:
        covered = table["coverage_probability"].astype(float).to_numpy() >= service.min_probability
    return waiting[cells.inside & ~covered]


def _radio_of(radio: AtlasRadio, service: Service) -> Mast:
    """The cell of a mast of the atlas, wherever it stands."""
    row = {**radio.model_dump(), "mast_height_m": np.nan, "azimuth_deg": np.nan, "tilt_deg": np.nan, "technology": service.technology}
    cells = gpd.GeoDataFrame([row], geometry=gpd.points_from_xy([0.0], [0.0]))
    return masts_of(cells, service)[0]


@dataclass(frozen=True, slots=True)
class _Reach:
    """From where a settlement is reached, by a cell of the same radio everywhere."""

    task: LossTask
    radio: Mast
    scenario: Scenario

    def __call__(self, place: tuple[tuple[int, int], float]) -> tuple[_Part, FloatGrid]:
        """Probability of service at a settlement, from a mast in each cell around it; NaN where a path is unknown."""
        (row, column), mast_height_m = place
        task, freq_mhz, service = self.task, self.radio.freq_mhz, self.task.service
        x_m, y_m = (float(part) for part in task.dem.grid.centres(row, column))
        window = self._loss((x_m, y_m), mast_height_m)
        band = calibration_for(self.scenario.calibration, freq_mhz, model=task.model.name)
        distance_km = 0.0 if band is None else away_km(task.dem, replace(self.radio, xy_m=(x_m, y_m)), window)
        loss_db = window.loss_db + self._at_handset_db(row, column)
        received = received_dbm(np.float32(self.radio.eirp_re_dbm), loss_db, np.float32(0.0), band=band, distance_km=distance_km)
        level = level_dbm(received, np.float32(self.radio.uplink_shortfall_db), band=band, service=service)
        return part_of(window), service_probability(level, service).astype(np.float32)

    def _loss(self, xy_m: tuple[float, float], mast_height_m: float) -> LossWindow:
        rx_height_m = self.task.service.rx_height_m
        # a rule by distance alone has no ends to exchange, and its ranges are those of a mast and a handset
        exchanged = MODELS[self.task.model.name].needs_terrain
        heights_m = (rx_height_m, mast_height_m) if exchanged else (mast_height_m, rx_height_m)
        return path_loss(self.task, xy_m, heights_m, self.radio.freq_mhz)

    def _at_handset_db(self, row: int, column: int) -> np.float32:
        """Walls and trees stand around the handset, in the settlement's own cell."""
        cover, clutter = self.task.land_cover, self.task.clutter
        terminal = clutter.terminal if cover is not None and clutter.at_terminal else {}
        kind = 0 if cover is None else int(cover.classes[row, column])
        return np.float32(handset_loss_db(self.task.service, self.radio.freq_mhz, terminal, np.float32)[kind])


def _in_order(reach: _Reach, places: list[tuple[tuple[int, int], float]], workers: int) -> Iterator[tuple[_Part, FloatGrid]]:
    """The reach of each place in the order given; a few at a time, so that windows do not pile up."""
    if workers == 1:
        yield from map(reach, places)
        return
    with ThreadPoolExecutor(workers) as pool:
        for first in range(0, len(places), 4 * workers):
            yield from pool.map(reach, places[first : first + 4 * workers])


def _facts(scenario: Scenario, settings: Candidates, terrain_sha256: str) -> dict[str, str]:
    service = scenario.service
    name = scenario.propagation.model
    return {
        "SCENARIO": scenario.name,
        "SERVICE": service.technology,
        "RSRP_THRESHOLD_DBM": f"{service.rsrp_threshold_dbm:g}",
        "MIN_PROBABILITY": f"{service.min_probability:g}",
        "SIGMA_DB": f"{service.sigma_db:g}",
        "RX_HEIGHT_M": f"{service.rx_height_m:g}",
        "MODEL": name,
        "MODEL_EDITION": MODELS[name].edition,
        "MAST_RADIO": json.dumps(settings.radio.model_dump(), sort_keys=True),
        "TERRAIN_SHA256": terrain_sha256,
    }
