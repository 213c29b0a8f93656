"""The least mast that clears a path, and the least that brings service.

Clearing has a closed form: over a given profile every point asks for a mast of its own, and the tallest of these decides. Service has
none, and delta-Bullington and P.1812-8 are not exactly monotone in the height (the smooth surface that they compare with depends on it), so
every height of a grid is tried instead of bisecting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo_planner.config import Propagation, Service
from geo_planner.errors import ModelRangeError, UsageError
from geo_planner.link.losses import losses_over_heights
from geo_planner.link.profile import FRESNEL_SHARE, LinkProfile
from geo_planner.propagation.limits import figure
from geo_planner.radio.budget import received_dbm, service_probability
from geo_planner.units import FloatArray

STEPS_PER_M = 10
"""Heights are given on a grid of a tenth of a metre, finer than any terrain model can tell."""
LEAST_MAST_M = 1.0
MAX_MAST_M = 60.0
"""Tallest guyed mast that the regulation allows; the default bound of the search."""

NoHeight = Literal["unknown_terrain", "above_max", "out_of_range"]


@dataclass(frozen=True, slots=True)
class LeastHeight:
    """The least mast that does something, from 1 m up to a bound, on a grid of a tenth of a metre.

    Attributes
    ----------
    height_m : float
        NaN where there is none.
    reason : {"unknown_terrain", "above_max", "out_of_range"} or None
        Why there is none: the terrain is not known, no mast within the bound does it, the model does not apply.
    needed_m : float
        For a clear path the height that it takes, also beyond the bound; NaN for service.
    at_km : float
        For a clear path the distance from the mast of the point that decides; NaN for service.
    holds_above : bool
        Whether every taller mast within the bound does it too.
    """

    height_m: float
    reason: NoHeight | None
    needed_m: float = math.nan
    at_km: float = math.nan
    holds_above: bool = True


def height_grid_m(max_mast_height_m: float) -> FloatArray:
    """Heights that are tried: from 1 m to the bound in steps of 0.1 m.

    Raises
    ------
    UsageError
        When the bound is below 1 m or not finite.

    >>> height_grid_m(1.3).tolist()
    [1.0, 1.1, 1.2, 1.3]
    """
    if not (math.isfinite(max_mast_height_m) and max_mast_height_m >= LEAST_MAST_M):
        raise UsageError("link_refused.tallest", tallest=figure(max_mast_height_m), least=LEAST_MAST_M)
    # a division gives the decimal that is nearest, where adding up tenths would drift
    return np.arange(int(LEAST_MAST_M * STEPS_PER_M), math.floor(max_mast_height_m * STEPS_PER_M + 1e-9) + 1) / STEPS_PER_M


def least_clear_height(profile: LinkProfile, *, fresnel: bool, max_mast_height_m: float = MAX_MAST_M) -> LeastHeight:
    """The least mast from which the path is clear.

    Parameters
    ----------
    profile : LinkProfile
        Its own mast height plays no part.
    fresnel : bool
        60 % of the first Fresnel zone; else bare line of sight.
    max_mast_height_m : float
    """
    grid_m = height_grid_m(max_mast_height_m)
    if not profile.known:
        return LeastHeight(math.nan, "unknown_terrain", holds_above=False)
    t = (profile.distance_km / profile.length_km)[1:-1]
    top_m = (profile.ground_m + profile.bulge_m + (FRESNEL_SHARE if fresnel else 0.0) * profile.fresnel_m)[1:-1]
    rx_m = profile.ground_m[-1] + profile.rx_height_m
    asked_m = (top_m - t * rx_m) / (1.0 - t) - profile.ground_m[0]
    at = int(np.argmax(asked_m))
    needed_m, at_km = max(float(asked_m[at]), LEAST_MAST_M), float(profile.distance_km[at + 1])
    # two steps more than rounding up: the first height may graze the ridge, which is not clear
    first = int(np.searchsorted(grid_m, needed_m - 0.5 / STEPS_PER_M))
    for height_m in grid_m[first : first + 3]:
        path = profile.with_mast(float(height_m))
        if path.fresnel_clear if fresnel else path.line_of_sight:
            return LeastHeight(float(height_m), None, needed_m, at_km)
    return LeastHeight(math.nan, "above_max", needed_m, at_km, holds_above=False)


def least_service_height(
    profile: LinkProfile,
    *,
    eirp_re_dbm: float,
    service: Service,
    propagation: Propagation,
    lat_deg: float | None = None,
    max_mast_height_m: float = MAX_MAST_M,
) -> LeastHeight:
    """The least mast from which the service threshold is met with the required probability, under the deciding model.

    Parameters
    ----------
    profile : LinkProfile
        Its own mast height plays no part.
    eirp_re_dbm : float
        Per resource element.
    service, propagation
        Settings of the scenario; ``propagation.model`` decides.
    lat_deg : float, optional
    max_mast_height_m : float
    """
    grid_m = height_grid_m(max_mast_height_m)
    if not profile.known:
        return LeastHeight(math.nan, "unknown_terrain", holds_above=False)
    try:
        loss_db = losses_over_heights(profile, grid_m, propagation.model, propagation, lat_deg=lat_deg)
    except ModelRangeError:
        return LeastHeight(math.nan, "out_of_range", holds_above=False)
    met = service_probability(received_dbm(eirp_re_dbm, loss_db), service) >= service.min_probability
    if not met.any():
        return LeastHeight(math.nan, "above_max", holds_above=False)
    first = int(np.argmax(met))
    return LeastHeight(float(grid_m[first]), None, holds_above=bool(met[first:].all()))
