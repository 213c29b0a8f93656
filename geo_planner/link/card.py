"""The answer card: everything that a planner asks about one mast and one place, from the same figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from geo_planner.calibration import CalibrationSettings, calibrated_rsrp_dbm, calibration_for
from geo_planner.config import Clutter, Model, Propagation, Service
from geo_planner.errors import UsageError
from geo_planner.link.heights import MAX_MAST_M, LeastHeight, least_clear_height, least_service_height
from geo_planner.link.losses import MODELS, path_loss
from geo_planner.link.masts import Classes, clutter_along, loss_at_handset_db
from geo_planner.link.profile import LinkProfile, Obstacle, blocking_ridges, link_profile, to_degrees, worst_obstacle
from geo_planner.propagation.limits import figure
from geo_planner.radio.budget import least_rsrp_dbm, level_dbm, received_dbm, service_probability
from geo_planner.terrain import Dem
from geo_planner.words import Said

Verdict = Literal["served", "not_served", "unknown"]


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What one model says of the path.

    Attributes
    ----------
    model, loss_db, mode, warnings
        As in :class:`geo_planner.link.losses.PathLoss`.
    rsrp_dbm : float
        What the handset receives.
    probability : float
        P(service): of the RSRP, less what the uplink falls short, against the threshold.
    verdict : {"served", "not_served", "unknown"}
        Whether the probability reaches the required one; unknown where there is no loss.
    decides : bool
        Whether it is the model that the scenario lets decide.
    """

    model: Model
    loss_db: float
    mode: str
    warnings: tuple[Said, ...]
    rsrp_dbm: float
    probability: float
    verdict: Verdict
    decides: bool


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One mast, one place: path, obstacle, models, verdict and least mast heights.

    Attributes
    ----------
    profile : LinkProfile
    mast_lonlat_deg, point_lonlat_deg : (float, float)
        WGS 84.
    obstacle : Obstacle or None
        What stands most in the way; None where the terrain is not known.
    ridge_count : int
        Separate stretches that reach up to the ray.
    answers : tuple of ModelAnswer
        One for each model.
    clear_sight, clear_fresnel, serve : LeastHeight
        Least mast for bare line of sight, for 60 % of the first Fresnel zone, and for service under the deciding model.
    max_mast_height_m : float
        Bound of these.
    eirp_re_dbm : float
    handset_loss_db : float
        Walls and trees around the handset, on top of every model's loss.
    uplink_shortfall_db : float
        By how much more than the threshold the uplink needs.
    correction_db : float or None
        What the scenario's calibration adds to the deciding model's level on this path; None where it has none for the band.
    service : Service
        With the measured error of the band where it is calibrated.
    needed_rsrp_dbm : float
        Predicted RSRP that the required probability asks for, uplink included.
    beyond_radius : bool
        The path is longer than the scenario's radius, so that the coverage rasters do not count on it.
    max_radius_km : float
    rests_on_sample_terrain : bool
    """

    profile: LinkProfile
    mast_lonlat_deg: tuple[float, float]
    point_lonlat_deg: tuple[float, float]
    obstacle: Obstacle | None
    ridge_count: int
    answers: tuple[ModelAnswer, ...]
    clear_sight: LeastHeight
    clear_fresnel: LeastHeight
    serve: LeastHeight
    max_mast_height_m: float
    eirp_re_dbm: float
    handset_loss_db: float
    uplink_shortfall_db: float
    correction_db: float | None
    service: Service
    needed_rsrp_dbm: float
    beyond_radius: bool
    max_radius_km: float
    rests_on_sample_terrain: bool

    @property
    def deciding(self) -> ModelAnswer:
        """The answer of the model that the scenario lets decide."""
        return next(answer for answer in self.answers if answer.decides)

    @property
    def verdict(self) -> Verdict:
        """Served, not served or unknown, under the deciding model."""
        return self.deciding.verdict


def answer_card(
    dem: Dem,
    mast_xy_m: tuple[float, float],
    point_xy_m: tuple[float, float],
    *,
    mast_height_m: float,
    freq_mhz: float,
    eirp_re_dbm: float,
    service: Service,
    propagation: Propagation,
    lat_deg: float | None = None,
    max_mast_height_m: float = MAX_MAST_M,
    uplink_shortfall_db: float = 0.0,
    land_cover: Classes | None = None,
    clutter: Clutter | None = None,
    calibration: CalibrationSettings | None = None,
) -> AnswerCard:
    """Work out the card of one mast and one place.

    The point is taken where it is; the coverage rasters answer for the centre of its cell, so that the two may differ by the terrain
    within one cell.

    Parameters
    ----------
    dem : Dem
    mast_xy_m, point_xy_m : (float, float)
        In the terrain's CRS; a path that leaves the terrain or crosses a void has the verdict ``unknown``.
    mast_height_m, freq_mhz : float
    eirp_re_dbm : float
        Per resource element, towards the point.
    service, propagation
        Settings of the scenario.
    lat_deg : float, optional
        For P.1812-8; the latitude of the path's middle when left out.
    max_mast_height_m : float
        Tallest mast to try; 60 m is the regulated bound of guyed masts.
    uplink_shortfall_db : float
        By how much more than the threshold the uplink of the cell needs; see :func:`geo_planner.link.mast_of`.
    land_cover : ndarray of uint8, shape of the terrain, optional
        Classes of the ground, for the clutter along the path and, where the scenario asks for it, at the handset.
    clutter : Clutter, optional
        What the classes mean; the defaults when left out.
    calibration : CalibrationSettings, optional
        Of the scenario; it corrects the model for which it was made and puts the measured error in the place of the assumed one.

    Raises
    ------
    UsageError
        When the two places are the same, or a figure is not finite or not above 0.
    """
    if not math.isfinite(eirp_re_dbm):
        raise UsageError("link_refused.eirp", eirp=figure(eirp_re_dbm))
    profile = link_profile(
        dem,
        mast_xy_m,
        point_xy_m,
        mast_height_m=mast_height_m,
        rx_height_m=service.rx_height_m,
        freq_mhz=freq_mhz,
        effective_earth_factor=propagation.effective_earth_factor,
    )
    clutter = clutter or Clutter()
    if land_cover is not None:
        profile = replace(profile, clutter_m=clutter_along(profile, dem, land_cover, clutter))
    at_handset_db = loss_at_handset_db(service, freq_mhz, dem, point_xy_m, land_cover, clutter)
    plain = _Level(eirp_re_dbm - at_handset_db, uplink_shortfall_db, service)
    band = None if calibration is None else calibration_for(calibration, freq_mhz, model=propagation.model)
    correction_db = None if band is None else float(calibrated_rsrp_dbm(0.0, profile.length_km, band))
    if band is not None and correction_db is not None:
        service = service.model_copy(update={"sigma_db": band.sigma_db})
    level = _Level(plain.eirp_dbm + (correction_db or 0.0), uplink_shortfall_db, service)
    return AnswerCard(
        profile=profile,
        mast_lonlat_deg=to_degrees(dem.crs, *mast_xy_m),
        point_lonlat_deg=to_degrees(dem.crs, *point_xy_m),
        obstacle=worst_obstacle(profile),
        ridge_count=blocking_ridges(profile),
        answers=tuple(_answer(profile, model, level if model == propagation.model else plain, propagation, lat_deg) for model in MODELS),
        clear_sight=least_clear_height(profile, fresnel=False, max_mast_height_m=max_mast_height_m),
        clear_fresnel=least_clear_height(profile, fresnel=True, max_mast_height_m=max_mast_height_m),
        serve=least_service_height(
            profile,
            eirp_re_dbm=level.eirp_dbm - uplink_shortfall_db,
            service=service,
            propagation=propagation,
            lat_deg=lat_deg,
            max_mast_height_m=max_mast_height_m,
        ),
        max_mast_height_m=max_mast_height_m,
        eirp_re_dbm=eirp_re_dbm,
        handset_loss_db=at_handset_db,
        uplink_shortfall_db=uplink_shortfall_db,
        correction_db=correction_db,
        service=service,
        needed_rsrp_dbm=uplink_shortfall_db + least_rsrp_dbm(service),
        beyond_radius=profile.length_km > propagation.max_radius_km,
        max_radius_km=propagation.max_radius_km,
        rests_on_sample_terrain=dem.is_sample,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """What turns a loss into a level: EIRP less the losses at the handset, and what the uplink falls short."""

    eirp_dbm: float
    uplink_shortfall_db: float
    service: Service


def _answer(profile: LinkProfile, model: Model, level: _Level, propagation: Propagation, lat_deg: float | None) -> ModelAnswer:
    service, loss = level.service, path_loss(profile, model, propagation, lat_deg=lat_deg)
    rsrp_dbm = float(received_dbm(level.eirp_dbm, loss.loss_db))
    probability = float(service_probability(level_dbm(rsrp_dbm, level.uplink_shortfall_db, band=None, service=service), service))
    verdict: Verdict = "unknown" if math.isnan(probability) else "served" if probability >= service.min_probability else "not_served"
    return ModelAnswer(model, loss.loss_db, loss.mode, loss.warnings, rsrp_dbm, probability, verdict, decides=model == propagation.model)
