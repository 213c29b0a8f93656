"""Panels and battery for a load: sized by the worst month and the days of autonomy, then tried on a seeded run of days.

They grow until no more energy is lacking than is allowed. Sizes go with the load: they are found for one watt and stretched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from geo_planner.build.clear_days import run_of_days
from geo_planner.build.sun import (
    MEAN_DAYS,
    beam_ratio,
    daylight_h,
    diffuse_share_of_day,
    diffuse_share_of_month,
    extraterrestrial_kwh_m2,
    on_plane_kwh_m2,
    sunset_deg,
)
from geo_planner.config.build.power import PowerSettings
from geo_planner.errors import SettingError
from geo_planner.propagation.compiled import kernel
from geo_planner.units import FloatArray

_BRIGHTEST_MONTH: Final = 0.75
"""Mean clearness that no month reaches; the frequencies of days end there."""
_STEEPEST: Final = 60
_GROWTH, _MOST_GROWTH = 1.05, 20.0
_SAME: Final = 1e-9
"""Part of a panel or battery module that is rounding, not need."""


@dataclass(frozen=True, slots=True)
class SolarYears:
    """The sun at one latitude.

    Attributes
    ----------
    tilt_deg : float
        Of the panels.
    month_kwh : array of shape (12,)
        Energy of a kWp behind the charge controller on the mean day of each month, kWh.
    day_kwh : array of shape (years, 365)
        The same of every day of the run.
    light_share : array of shape (365,)
        Share of each day between sunrise and sunset.
    """

    tilt_deg: float
    month_kwh: FloatArray
    day_kwh: FloatArray
    light_share: FloatArray


class Size(NamedTuple):
    """Panels, kWp; battery, kWh when new; share of the year's energy that is lacking."""

    pv_kwp: float
    battery_kwh: float
    loss_of_load_share: float


def solar_years(lat_deg: float, settings: PowerSettings, seed: int = 57) -> SolarYears:
    """The sun on panels at a latitude: mean days of the months, and every day of a seeded run.

    Raises
    ------
    SettingError
        When a month is brighter than the sky lets through.
    """
    clearness = _clearness(lat_deg, settings)
    tilt = float(_best_tilt(lat_deg, clearness, settings)) if settings.tilt_deg is None else settings.tilt_deg
    days = np.arange(1, 366)
    run = run_of_days(
        clearness, low_day_share=settings.low_day_share, correlation=settings.day_to_day_correlation, years=settings.simulated_years, seed=seed
    )  # fmt: skip
    on_plane = on_plane_kwh_m2(
        run * extraterrestrial_kwh_m2(lat_deg, days), diffuse_share_of_day(run, sunset_deg(lat_deg, days)), beam_ratio(lat_deg, days, tilt),
        tilt_deg=tilt, albedo=settings.albedo,
    )  # fmt: skip
    return SolarYears(
        tilt_deg=tilt,
        month_kwh=settings.performance_ratio * _months_on_plane(lat_deg, clearness, tilt, settings.albedo),
        day_kwh=settings.performance_ratio * on_plane,
        light_share=daylight_h(lat_deg, days) / 24.0,
    )


def _clearness(lat_deg: float, settings: PowerSettings) -> FloatArray:
    above = extraterrestrial_kwh_m2(lat_deg, MEAN_DAYS)
    given = np.asarray(settings.irradiation_kwh_m2_day)
    bright = np.flatnonzero(given > _BRIGHTEST_MONTH * above)
    if bright.size:
        month = int(bright[0])
        raise SettingError(
            "power_setting.too_bright", month=month + 1, given=float(given[month]), most=float(_BRIGHTEST_MONTH * above[month])
        )
    return np.asarray(given / above)


def _months_on_plane(lat_deg: float, clearness: FloatArray, tilt_deg: float | FloatArray, albedo: float) -> FloatArray:
    """On the mean day of each month, kWh/m²; months are the last axis."""
    days = np.asarray(MEAN_DAYS)
    diffuse = diffuse_share_of_month(clearness, sunset_deg(lat_deg, days))
    level = clearness * extraterrestrial_kwh_m2(lat_deg, days)
    return on_plane_kwh_m2(level, diffuse, beam_ratio(lat_deg, days, tilt_deg), tilt_deg=tilt_deg, albedo=albedo)


def _best_tilt(lat_deg: float, clearness: FloatArray, settings: PowerSettings) -> int:
    """The whole degree with which the worst month asks for the fewest panels; the flattest of equals."""
    tilts = np.arange(_STEEPEST + 1.0)[:, None]
    light = daylight_h(lat_deg, MEAN_DAYS) / 24.0
    asked = _asked_of_panels(light, settings) / _months_on_plane(lat_deg, clearness, tilts, settings.albedo)
    return int(np.argmin(asked.max(axis=1)))


def _asked_of_panels(light_share: FloatArray, settings: PowerSettings) -> FloatArray:
    """Energy for each unit of load: what goes through the battery at night is lost in part."""
    return np.asarray(light_share + (1.0 - light_share) / settings.battery_efficiency)


def worst_month_size(load_w: float, sun: SolarYears, settings: PowerSettings) -> tuple[float, float]:
    """Panels (kWp) that carry the load through the mean day of the worst month, and battery (kWh) for the days of autonomy."""
    day_kwh = load_w * 24.0 / 1000.0
    light = sun.light_share[np.asarray(MEAN_DAYS) - 1]
    pv = day_kwh * float((_asked_of_panels(light, settings) / sun.month_kwh).max())
    return pv, day_kwh * settings.autonomy_days / usable_share(settings)


def loss_of_load(load_w: float, pv_kwp: float, battery_kwh: float, sun: SolarYears, settings: PowerSettings) -> float:
    """Share of the energy that neither panels nor battery give over the run of days.

    Each day is taken in two steps: from sunrise to sunset the panels carry the load and fill the battery, then the battery carries the
    night. The last year of the run is gone through first, uncounted, so that the battery begins as it would be found.
    """
    if load_w <= 0:
        return 0.0
    day_kwh = load_w * 24.0 / 1000.0
    made = np.ascontiguousarray(sun.day_kwh.reshape(-1) * pv_kwp)
    lacking = _lacking_kwh(made, sun.light_share * day_kwh, day_kwh, battery_kwh * usable_share(settings), settings.battery_efficiency)
    return float(lacking) / (day_kwh * made.size)


@kernel
def _lacking_kwh(made: FloatArray, by_light: FloatArray, day_kwh: float, usable: float, efficiency: float) -> float:
    n, year = made.size, by_light.size
    stored, lacking = usable, 0.0
    for i in range(-year, n):
        day = i + n if i < 0 else i
        light = by_light[day % year]
        over = made[day] - light
        stored += over * efficiency if over > 0.0 else over
        for taken in (0.0, day_kwh - light):  # as it stands at sunset, then at the next sunrise
            stored -= taken
            if stored < 0.0:
                if i >= 0:
                    lacking -= stored
                stored = 0.0
            elif stored > usable:
                stored = usable
    return lacking


def size_of_one_watt(sun: SolarYears, settings: PowerSettings) -> Size:
    """Least panels and battery, let grow in small steps: each time the one of the two whose growth leaves less lacking."""
    pv, battery = worst_month_size(1.0, sun, settings)
    loss = loss_of_load(1.0, pv, battery, sun, settings)
    most = pv * _MOST_GROWTH, battery * _MOST_GROWTH
    while loss > settings.max_loss_of_load and not settings.generator:
        by_panels = loss_of_load(1.0, pv * _GROWTH, battery, sun, settings)
        by_battery = loss_of_load(1.0, pv, battery * _GROWTH, sun, settings)
        if by_panels <= by_battery:
            pv, loss = pv * _GROWTH, by_panels
        else:
            battery, loss = battery * _GROWTH, by_battery
        if pv > most[0] or battery > most[1]:
            raise SettingError("power_setting.never_enough", wanted=settings.max_loss_of_load, loss=loss)
    return Size(pv, battery, loss)


def in_modules(load_w: float, sun: SolarYears, of_one_watt: Size, settings: PowerSettings) -> Size:
    """Whole panels and battery modules for a load, and what they leave lacking."""
    pv = float(whole(load_w * of_one_watt.pv_kwp, settings.panel_kwp))
    battery = float(whole(load_w * of_one_watt.battery_kwh, settings.battery_module_kwh))
    return Size(pv, battery, loss_of_load(load_w, pv, battery, sun, settings))


def usable_share(settings: PowerSettings) -> float:
    """Of the capacity of a new battery, at the end of its life."""
    return settings.depth_of_discharge * settings.battery_life_share


def whole(need: float | FloatArray, step: float) -> FloatArray:
    """The least multiple of a step that is enough; without the digits that binary fractions leave behind."""
    return np.asarray(np.round(np.maximum(np.ceil(np.asarray(need) / step - _SAME), 0.0) * step, 6))
