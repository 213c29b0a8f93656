"""Loss of a path profile under each of the models, with the settings of a scenario.

The settings go to the models as they do for the coverage rasters: paths of up to one cell, and those too short for P.1812-8, have the
loss of free space; clutter heights along the path are for P.1812-8 alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np

from geo_planner.config import Model, Propagation
from geo_planner.errors import ModelRangeError
from geo_planner.link.profile import LinkProfile, to_degrees
from geo_planner.propagation import itm, p526, p1812
from geo_planner.propagation.area import P1812_SHORTEST_KM, free_space_slant_db
from geo_planner.units import EARTH_RADIUS_KM, FloatArray
from geo_planner.words import Said, said

MODELS: Final[tuple[Model, ...]] = get_args(Model)


@dataclass(frozen=True, slots=True)
class PathLoss:
    """Loss of one path under one model.

    Attributes
    ----------
    model : str
        One of :data:`MODELS`.
    loss_db : float
        Basic transmission loss; NaN where `mode` is ``unknown`` or ``out_of_range``.
    mode : str
        Dominant mechanism as the model names it (``line_of_sight``, ``diffraction``, ``troposcatter``, ``transhorizon``,
        ``free_space``); ``unknown`` over terrain that is not known, ``out_of_range`` where the model does not apply.
    warnings : tuple of Said
        Each with a leading code word and a colon.
    """

    model: Model
    loss_db: float
    mode: str
    warnings: tuple[Said, ...] = ()


def path_loss(profile: LinkProfile, model: Model, propagation: Propagation, *, lat_deg: float | None = None) -> PathLoss:
    """Loss of the path under one model; it does not raise, but says in `mode` why there is none.

    Parameters
    ----------
    profile : LinkProfile
    model : str
        One of :data:`MODELS`.
    propagation : Propagation
        Settings of the scenario; its own `model` plays no part.
    lat_deg : float, optional
        For P.1812-8; the latitude of the path's middle when left out.
    """
    if not profile.known:
        return PathLoss(model, math.nan, "unknown")
    if model == "free_space" or _too_short(profile, model):
        note = () if model == "free_space" else (said("model_warning.short_path"),)
        return PathLoss(model, float(_free_space_db(profile, np.array([profile.mast_height_m]))[0]), "free_space", note)
    try:
        return _ONE[model](profile, propagation, _latitude_deg(profile, lat_deg))
    except ModelRangeError as error:
        return PathLoss(model, math.nan, "out_of_range", (said("model_warning.out_of_range", why=error.said),))


def losses_over_heights(
    profile: LinkProfile, mast_heights_m: FloatArray, model: Model, propagation: Propagation, *, lat_deg: float | None = None
) -> FloatArray:
    """Loss (dB) under one model for many heights of the mast, shape of `mast_heights_m`; the profile's own height plays no part.

    Raises
    ------
    ModelRangeError
        When the model does not apply to the path.
    """
    if not profile.known:
        return np.full(mast_heights_m.shape, np.nan)
    if model == "free_space" or _too_short(profile, model):
        return _free_space_db(profile, mast_heights_m)
    return _MANY[model](profile, mast_heights_m, propagation, _latitude_deg(profile, lat_deg))


def _too_short(profile: LinkProfile, model: Model) -> bool:
    return 1000.0 * profile.length_km <= profile.cell_m or (model == "p1812" and profile.length_km < P1812_SHORTEST_KM)


def _latitude_deg(profile: LinkProfile, lat_deg: float | None) -> float:
    if lat_deg is not None:
        return lat_deg
    x_m, y_m = ((a + b) / 2.0 for a, b in zip(profile.mast_xy_m, profile.point_xy_m, strict=True))
    return to_degrees(profile.crs, x_m, y_m)[1]


def _free_space_db(profile: LinkProfile, mast_heights_m: FloatArray) -> FloatArray:
    rise_m = profile.ground_m[0] + mast_heights_m - profile.ground_m[-1] - profile.rx_height_m
    return np.array([free_space_slant_db(1000.0 * profile.length_km, float(rise), profile.freq_mhz / 1000.0) for rise in rise_m])


def _delta_bullington_settings(profile: LinkProfile, propagation: Propagation) -> dict[str, Any]:
    return {
        "rx_height_m": profile.rx_height_m,
        "freq_mhz": profile.freq_mhz,
        "polarization": propagation.polarization,
        "effective_earth_radius_km": propagation.effective_earth_factor * EARTH_RADIUS_KM,
        "eps_r": propagation.relative_permittivity,
        "sigma_s_m": propagation.conductivity_s_m,
    }


def _delta_bullington(profile: LinkProfile, propagation: Propagation, lat_deg: float) -> PathLoss:
    del lat_deg
    settings = _delta_bullington_settings(profile, propagation)
    diffraction = p526.delta_bullington(profile.distance_km, profile.ground_m, tx_height_m=profile.mast_height_m, **settings)
    loss_db = float(_free_space_db(profile, np.array([profile.mast_height_m]))[0]) + diffraction.loss_db
    return PathLoss("delta_bullington", loss_db, "line_of_sight" if diffraction.line_of_sight else "diffraction")


def _delta_bullington_heights(profile: LinkProfile, mast_heights_m: FloatArray, propagation: Propagation, lat_deg: float) -> FloatArray:
    del lat_deg
    settings = _delta_bullington_settings(profile, propagation)
    diffraction_db = [
        p526.delta_bullington(profile.distance_km, profile.ground_m, tx_height_m=float(height), **settings).loss_db
        for height in mast_heights_m
    ]
    return _free_space_db(profile, mast_heights_m) + np.array(diffraction_db)


def _itm_settings(profile: LinkProfile, propagation: Propagation) -> dict[str, Any]:
    return {
        "spacing_m": 1000.0 * profile.length_km / (profile.distance_km.size - 1),
        "rx_height_m": profile.rx_height_m,
        "freq_mhz": profile.freq_mhz,
        "polarization": propagation.polarization,
        "climate": propagation.climate,
        "n0": propagation.n0,
        "eps_r": propagation.relative_permittivity,
        "sigma_s_m": propagation.conductivity_s_m,
        "time_pct": propagation.time_pct,
        "location_pct": propagation.location_pct,
        "situation_pct": propagation.situation_pct,
    }


def _itm(profile: LinkProfile, propagation: Propagation, lat_deg: float) -> PathLoss:
    del lat_deg
    result = itm.path_loss(profile.ground_m, tx_height_m=profile.mast_height_m, **_itm_settings(profile, propagation))
    return PathLoss("itm", result.loss_db, result.mode, result.warned)


def _itm_heights(profile: LinkProfile, mast_heights_m: FloatArray, propagation: Propagation, lat_deg: float) -> FloatArray:
    del lat_deg
    ground_m = np.broadcast_to(profile.ground_m, (mast_heights_m.size, profile.ground_m.size))
    return itm.path_loss_many(ground_m, tx_height_m=mast_heights_m, workers=1, **_itm_settings(profile, propagation)).loss_db


def _p1812_settings(profile: LinkProfile, propagation: Propagation, lat_deg: float) -> dict[str, Any]:
    return {
        "rx_height_m": profile.rx_height_m,
        "freq_mhz": profile.freq_mhz,
        "polarization": propagation.polarization,
        "time_pct": propagation.time_pct,
        "location_pct": propagation.location_pct,
        "dn": propagation.dn_per_km,
        "n0": propagation.n0,
        "lat_deg": lat_deg,
        "clutter_m": profile.clutter_m,
    }


def _p1812(profile: LinkProfile, propagation: Propagation, lat_deg: float) -> PathLoss:
    settings = _p1812_settings(profile, propagation, lat_deg)
    result = p1812.path_loss(profile.distance_km, profile.ground_m, tx_height_m=profile.mast_height_m, **settings)
    return PathLoss("p1812", result.loss_db, result.mode, result.warned)


def _p1812_heights(profile: LinkProfile, mast_heights_m: FloatArray, propagation: Propagation, lat_deg: float) -> FloatArray:
    shape = (mast_heights_m.size, profile.ground_m.size)
    settings = _p1812_settings(profile, propagation, lat_deg)
    if profile.clutter_m is not None:
        settings["clutter_m"] = np.broadcast_to(profile.clutter_m, shape)
    ground_m = np.broadcast_to(profile.ground_m, shape)
    return p1812.path_loss_many(profile.distance_km, ground_m, tx_height_m=mast_heights_m, **settings).loss_db


_ONE: Final[dict[str, Callable[[LinkProfile, Propagation, float], PathLoss]]] = {
    "delta_bullington": _delta_bullington,
    "itm": _itm,
    "p1812": _p1812,
}
_MANY: Final[dict[str, Callable[[LinkProfile, FloatArray, Propagation, float], FloatArray]]] = {
    "delta_bullington": _delta_bullington_heights,
    "itm": _itm_heights,
    "p1812": _p1812_heights,
}
