"""Loss of a path profile under each of the models, with the settings of a scenario.

The settings go to the models as they do for the coverage rasters: paths of up to one cell, and those too short for P.1812-8, have the
loss of free space; clutter heights along the path are for P.1812-8 alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, get_args

import numpy as np

from geo_planner.config import Model, Propagation
from geo_planner.errors import ModelRangeError
from geo_planner.link.profile import LinkProfile, to_degrees
from geo_planner.propagation import itm, p526, p1812
from geo_planner.propagation.area import free_space_slant_db
from geo_planner.propagation.models import MODELS as REGISTRY
from geo_planner.radio.losses import loss_model
from geo_planner.units import EARTH_RADIUS_KM, FloatArray
from geo_planner.words import Said, said

MODELS: Final[tuple[Model, ...]] = get_args(Model)
_Answer = tuple[float, str, tuple[Said, ...]]


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
    kind = _KINDS.get(model)
    if kind is None or _too_short(profile, model):
        note = () if kind is None else (said("model_warning.short_path"),)
        return PathLoss(model, float(_free_space_db(profile, np.array([profile.mast_height_m]))[0]), "free_space", note)
    try:
        return PathLoss(model, *kind.one(profile, _settings(kind, profile, propagation, lat_deg)))
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
    kind = _KINDS.get(model)
    if kind is None or _too_short(profile, model):
        return _free_space_db(profile, mast_heights_m)
    return kind.many(profile, mast_heights_m, _settings(kind, profile, propagation, lat_deg))


def reads_profile(model: Model) -> bool:
    """Whether the model looks at the terrain; one that does not is a reference, not an opinion."""
    return model in _KINDS


def mode_word(model: Model, mode: str) -> str:
    """The word of the catalogue (``mode.<word>``) for a mode of a model."""
    return f"{model}_{mode}" if model in _KINDS and mode in _KINDS[model].own_modes else mode


def _too_short(profile: LinkProfile, model: Model) -> bool:
    return 1000.0 * profile.length_km <= profile.cell_m or profile.length_km < REGISTRY[model].shortest_km


def _settings(kind: _Kind, profile: LinkProfile, propagation: Propagation, lat_deg: float | None) -> dict[str, Any]:
    """What the model is given besides the profile; the latitude is that of the path's middle when left out."""
    if lat_deg is None:
        x_m, y_m = ((a + b) / 2.0 for a, b in zip(profile.mast_xy_m, profile.point_xy_m, strict=True))
        lat_deg = to_degrees(profile.crs, x_m, y_m)[1]
    settings = loss_model(propagation, lat_deg=lat_deg)
    terminal = {"rx_height_m": profile.rx_height_m, "freq_mhz": profile.freq_mhz, "polarization": propagation.polarization}
    return terminal | {name: getattr(settings, name) for name in kind.settings}


def _free_space_db(profile: LinkProfile, mast_heights_m: FloatArray) -> FloatArray:
    rise_m = profile.ground_m[0] + mast_heights_m - profile.ground_m[-1] - profile.rx_height_m
    return np.array([free_space_slant_db(1000.0 * profile.length_km, float(rise), profile.freq_mhz / 1000.0) for rise in rise_m])


def _delta_bullington(profile: LinkProfile, settings: dict[str, Any]) -> _Answer:
    diffraction = _diffraction(profile, settings)(tx_height_m=profile.mast_height_m)
    loss_db = float(_free_space_db(profile, np.array([profile.mast_height_m]))[0]) + diffraction.loss_db
    return loss_db, "line_of_sight" if diffraction.line_of_sight else "diffraction", ()


def _delta_bullington_heights(profile: LinkProfile, heights_m: FloatArray, settings: dict[str, Any]) -> FloatArray:
    diffraction = _diffraction(profile, settings)
    return _free_space_db(profile, heights_m) + np.array([diffraction(tx_height_m=float(height_m)).loss_db for height_m in heights_m])


def _diffraction(profile: LinkProfile, settings: dict[str, Any]) -> Callable[..., p526.DiffractionResult]:
    given = {name: value for name, value in settings.items() if name != "effective_earth_factor"}
    radius_km = settings["effective_earth_factor"] * EARTH_RADIUS_KM
    return partial(p526.delta_bullington, profile.distance_km, profile.ground_m, effective_earth_radius_km=radius_km, **given)


def _itm(profile: LinkProfile, settings: dict[str, Any]) -> _Answer:
    result = itm.path_loss(profile.ground_m, _spacing_m(profile), tx_height_m=profile.mast_height_m, **settings)
    return result.loss_db, result.mode, result.warned


def _itm_heights(profile: LinkProfile, heights_m: FloatArray, settings: dict[str, Any]) -> FloatArray:
    ground_m = _repeated(profile.ground_m, heights_m)
    return itm.path_loss_many(ground_m, _spacing_m(profile), tx_height_m=heights_m, workers=1, **settings).loss_db


def _spacing_m(profile: LinkProfile) -> float:
    return 1000.0 * profile.length_km / (profile.distance_km.size - 1)


def _p1812(profile: LinkProfile, settings: dict[str, Any]) -> _Answer:
    path = partial(p1812.path_loss, profile.distance_km, profile.ground_m, clutter_m=profile.clutter_m)
    result = path(tx_height_m=profile.mast_height_m, **settings)
    return result.loss_db, result.mode, result.warned


def _p1812_heights(profile: LinkProfile, heights_m: FloatArray, settings: dict[str, Any]) -> FloatArray:
    ground_m = _repeated(profile.ground_m, heights_m)
    clutter_m = None if profile.clutter_m is None else _repeated(profile.clutter_m, heights_m)
    return p1812.path_loss_many(profile.distance_km, ground_m, clutter_m=clutter_m, tx_height_m=heights_m, **settings).loss_db


def _repeated(along: FloatArray, heights_m: FloatArray) -> FloatArray:
    return np.broadcast_to(along, (heights_m.size, along.size))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a model is asked.

    Attributes
    ----------
    settings : tuple of str
        What it takes of a :class:`geo_planner.propagation.models.LossModel`.
    one, many : callable
        One path; and one under many heights of the mast.
    own_modes : frozenset of str
        Modes that mean something else than the same word does of other models.
    """

    settings: tuple[str, ...]
    one: Callable[[LinkProfile, dict[str, Any]], _Answer]
    many: Callable[[LinkProfile, FloatArray, dict[str, Any]], FloatArray]
    own_modes: frozenset[str] = frozenset()


_KINDS: Final = {
    "delta_bullington": _Kind(("effective_earth_factor", "eps_r", "sigma_s_m"), _delta_bullington, _delta_bullington_heights),
    "itm": _Kind(
        ("climate", "n0", "eps_r", "sigma_s_m", "time_pct", "location_pct", "situation_pct"),
        _itm,
        _itm_heights,
        # ITM's own name for paths shorter than the horizons of a smooth earth, whatever stands in between
        own_modes=frozenset({"line_of_sight"}),
    ),
    "p1812": _Kind(("time_pct", "location_pct", "dn", "n0", "lat_deg"), _p1812, _p1812_heights),
}
"""The models that look at the profile; of the others the loss is that of free space."""
