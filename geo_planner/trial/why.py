"""Why a village has no signal: the masts that come nearest to serving it, and what stands in the way of each.

The figures of each mast are those of the profile page, which takes the village's centre where it is. Table, card and map take the cell of the
raster that holds the centre; by how much the two differ, and what of it is due to the place and what to the sweep, is told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo_planner.link import AnswerCard, Obstacle, answer_card, eirp_towards_dbm, to_metres
from geo_planner.link.sentences import chance, gap_m
from geo_planner.trial import kept
from geo_planner.trial.levels import levels_in_cell
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.plan import Plan

_TOLD_FROM_DB = 0.05
"""Figures are told to a tenth: what differs by less is the same."""
State = Literal["served", "blocked", "grazed", "weak", "unknown"]


@dataclass(frozen=True, slots=True)
class MastPath:
    """One mast and the village, as the profile page has them.

    Attributes
    ----------
    site_id, cell_id, name : str
    distance_km, rsrp_dbm, probability : float
        To the village's centre, under the deciding model.
    state : {"served", "blocked", "grazed", "weak", "unknown"}
        Served; a ridge reaches up to the ray; it reaches into 60 % of the first Fresnel zone; clear, but too far or too weak; terrain not known.
    ridge : Obstacle or None
        The place that stands most in the way; None over unknown terrain.
    clear_height_m : float
        Mast from which the village would be in sight, whatever is allowed; NaN where not known.
    mast_lonlat, village_lonlat : (float, float)
        The line to draw.
    card : AnswerCard
    """

    site_id: str
    cell_id: str
    name: str
    distance_km: float
    rsrp_dbm: float
    probability: float
    state: State
    ridge: Obstacle | None
    clear_height_m: float
    mast_lonlat: tuple[float, float]
    village_lonlat: tuple[float, float]
    card: AnswerCard

    @property
    def obstructed(self) -> bool:
        """Whether ground reaches up to the ray: a village may be served over it all the same."""
        return self.ridge is not None and self.state != "unknown" and self.ridge.above_ray_m >= 0.0

    @property
    def key(self) -> str:
        """``site_id/cell_id``."""
        return f"{self.site_id}/{self.cell_id}"

    @property
    def sentence(self) -> Said:
        """Which mast, how far, and what blocks it where."""
        facts = {"site": self.site_id, "km": self.distance_km}
        if self.ridge is not None and self.state in ("blocked", "grazed"):
            return said(f"trial_why.{self.state}", **facts, ground=self.ridge.ground_m, at=self.ridge.distance_km)
        return said(f"trial_why.{self.state}", **facts, level=self.rsrp_dbm)

    @property
    def more(self) -> Said:
        """By how much it stands in the way, the mast that would clear it, and the level."""
        facts = {"level": self.rsrp_dbm, "share": chance(self.probability)}
        if self.ridge is None or self.state == "unknown":
            return said("trial_why_more.unknown")
        if self.state == "blocked":
            height = math.ceil(self.clear_height_m)
            return said("trial_why_more.blocked", above=gap_m(self.ridge.above_ray_m), height=height, n=self.card.ridge_count, **facts)
        if self.obstructed:
            return said(
                "trial_why_more.over", above=gap_m(self.ridge.above_ray_m), ground=self.ridge.ground_m, at=self.ridge.distance_km, **facts
            )
        return said("trial_why_more.clear", gap=gap_m(self.ridge.above_ray_m), at=self.ridge.distance_km, **facts)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a village has the signal that it has, or none.

    Attributes
    ----------
    village_id : str
    status : str
        Modelled: ``no_signal``, ``partial``, ``covered``, ``unknown``.
    rsrp_dbm, probability : float
        Of the cell of the raster: what table, card and map show.
    paths : tuple of MastPath
        The first masts by their level, and the nearest one; the mast that table and card name comes first.
    differs : Said or None
        Why the first path's level is not that of the table, and by how much; None where the two are the same to a tenth of a decibel.
    """

    village_id: str
    status: str
    rsrp_dbm: float
    probability: float
    paths: tuple[MastPath, ...]
    differs: Said | None

    @property
    def sentence(self) -> Said:
        """That of the first mast; that there is none within the radius."""
        return self.paths[0].sentence if self.paths else said("trial_why.no_mast")


def why_not(plan: Plan, village_id: str, *, most: int = 3) -> WhyNot:
    """What stands between a village and the masts on air.

    Parameters
    ----------
    plan : Plan
    village_id : str
    most : int
        So many masts by level; the nearest comes besides where it is not among them.

    Raises
    ------
    KeyError
        For a village that the plan does not have.
    """
    village = plan.villages.loc[village_id]
    grid = plan.terrain.grid
    point = to_metres(plan.terrain.crs, village.geometry.x, village.geometry.y)
    at = grid.cells(*point)
    cell = int(at.row), int(at.column)
    table = levels_in_cell(plan, cell) if bool(at.inside) else levels_in_cell(plan, cell).iloc[:0]
    rsrp_dbm, probability = float(village["rsrp_dbm"]), float(village["coverage_probability"])
    chosen = _chosen(plan, table, cell, most, str(village["nearest_site_id"]))
    paths = tuple(_path(plan, ident, point, (village.geometry.x, village.geometry.y)) for ident in chosen)
    differs = _differs(plan, paths[0], table, rsrp_dbm, cell, point) if paths else None
    return WhyNot(village_id, str(village["modelled_status"]), rsrp_dbm, probability, paths, differs)


def _chosen(plan: Plan, table: pd.DataFrame, cell: tuple[int, int], most: int, nearest: str) -> list[tuple[str, str]]:
    """The best cell of each of the first sites, that of the raster first, and the nearest site."""
    ids, _ = kept.cells_on_air(plan)
    number = int(plan.coverage.best_server[cell])
    first = [ids[number]] if number >= 0 and ids[number] in table.index else []
    order = [*first, *(ident for ident in table.index if ident not in first)]
    by_site: dict[str, tuple[str, str]] = {}
    for site, name in order:
        by_site.setdefault(site, (site, name))
    best = list(by_site.values())[:most]
    if nearest in by_site and by_site[nearest] not in best:
        best.append(by_site[nearest])
    return best


def _path(plan: Plan, ident: tuple[str, str], point: tuple[float, float], lonlat: tuple[float, float]) -> MastPath:
    ids, masts = kept.cells_on_air(plan)
    mast, scenario, task = masts[ids.index(ident)], plan.scenario, kept.task(plan)
    card = answer_card(
        plan.terrain, mast.xy_m, point, mast_height_m=mast.mast_height_m, freq_mhz=mast.freq_mhz,
        eirp_re_dbm=eirp_towards_dbm(mast, plan.terrain, point, rx_height_m=scenario.service.rx_height_m), service=scenario.service,
        propagation=scenario.propagation, uplink_shortfall_db=mast.uplink_shortfall_db,
        land_cover=None if task.land_cover is None else task.land_cover.classes, clutter=scenario.clutter, calibration=scenario.calibration,
    )  # fmt: skip
    answer, name = card.deciding, plan.sites.loc[ident, "name"]
    return MastPath(
        *ident, "" if pd.isna(name) else str(name), card.profile.length_km, answer.rsrp_dbm, answer.probability, _state(card), card.obstacle,
        card.clear_sight.needed_m, card.mast_lonlat_deg, lonlat, card,
    )  # fmt: skip


def _state(card: AnswerCard) -> State:
    if not card.profile.known or card.verdict == "unknown":
        return "unknown"
    if card.verdict == "served":
        return "served"
    if not card.profile.line_of_sight:
        return "blocked"
    return "weak" if card.profile.fresnel_clear else "grazed"


def _differs(
    plan: Plan, path: MastPath, table: pd.DataFrame, rsrp_dbm: float, cell: tuple[int, int], point: tuple[float, float]
) -> Said | None:
    if not (math.isfinite(rsrp_dbm) and math.isfinite(path.rsrp_dbm)) or abs(rsrp_dbm - path.rsrp_dbm) < _TOLD_FROM_DB:
        return None
    centre = float(table.at[(path.site_id, path.cell_id), "rsrp_dbm"])
    away_m = float(np.hypot(*np.subtract(plan.terrain.grid.centres(*cell), point)))
    return difference_told(
        rsrp_dbm, path.rsrp_dbm, plan.terrain.cell_m, away_m, place_db=path.rsrp_dbm - centre, sweep_db=centre - rsrp_dbm
    )


def difference_told(cell_dbm: float, exact_dbm: float, cell_m: float, away_m: float, *, place_db: float, sweep_db: float) -> Said:
    """Why raster and profile give two levels for one place; a part that would be written as 0.0 dB is left out.

    >>> print(difference_told(-101.0, -99.0, 90.0, 30.0, place_db=0.04, sweep_db=1.96).text("en").rpartition(". ")[2])
    All of the difference comes from the sweep of the raster.
    """
    parts = {"place": place_db, "sweep": sweep_db}
    key = "_".join(name for name, part in parts.items() if round(part, 1) != 0) or "neither"
    return said(f"trial_why_differs.{key}", cell=cell_dbm, exact=exact_dbm, size=cell_m, away=away_m, **parts)
