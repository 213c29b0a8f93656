"""Power of what is built: the load of each option, whether the grid reaches it, else the panels and the battery that carry it.

The load is that of the EARTH model: G. Auer et al., "How much energy is needed to run a wireless network?", IEEE Wireless Communications 18
(2011), table 2. Panels and battery are sized by the worst month and the days of autonomy, then tried on a seeded run of days and let grow
until no more energy is lacking than is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

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
from geo_planner.config.build.power import PowerSettings, StationClass
from geo_planner.errors import SettingError
from geo_planner.propagation.compiled import kernel
from geo_planner.units import EARTH_RADIUS_KM, FloatArray, db_to_linear

_HOURS_A_YEAR: Final = 8760.0
_BRIGHTEST_MONTH: Final = 0.75
"""Mean clearness that no month reaches; the frequencies of days end there."""
_STEEPEST: Final = 60
_GROWTH, _MOST_GROWTH = 1.05, 20.0
_SAME: Final = 1e-9
"""Part of a panel or battery module that is rounding, not need."""


class Transmitter(NamedTuple):
    """One transmitter of a class: full power, load without traffic, and how much load grows with the power sent out."""

    p_max_w: float
    p0_w: float
    delta_p: float


EARTH: Final[dict[StationClass, Transmitter]] = {
    "macro": Transmitter(20.0, 130.0, 4.7),
    "remote_radio_head": Transmitter(20.0, 84.0, 2.8),
    "micro": Transmitter(6.3, 56.0, 2.6),
    "pico": Transmitter(0.13, 6.8, 4.0),
}
"""Auer et al. (2011), table 2."""


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


def station_power_w(n_trx: float, load: float, transmitter: Transmitter, sent_w: float | None = None) -> float:
    """Power that a station takes from its supply (Auer et al. 2011, eq. 1): P = N (P0 + Δp · P_sent · load).

    Parameters
    ----------
    n_trx : float
        Transmitters.
    load : float
        Share of the full power that is sent out, 0 to 1.
    transmitter : Transmitter
    sent_w : float, optional
        Full power of a transmitter; its class's where left out.

    >>> round(station_power_w(6, 0.3, EARTH["macro"]), 1)
    949.2
    """
    return n_trx * (transmitter.p0_w + transmitter.delta_p * (transmitter.p_max_w if sent_w is None else sent_w) * load)


def load_w(options: pd.DataFrame, settings: PowerSettings) -> pd.Series:
    """Mean load that each option adds, W: its transmitters, then hops, terminal, control and lamps of its kind.

    Parameters
    ----------
    options : DataFrame
        Index ``option_id``; ``kind``, ``n_cells``, ``tx_power_dbm`` (full power of a port; blank: that of the class).
    settings : PowerSettings
    """
    loads = []
    for kind, cells, dbm in zip(options["kind"], options["n_cells"], options["tx_power_dbm"], strict=True):
        watts = settings.own_load_w.get(kind)
        if watts is None:
            watts = settings.other_load_w.get(kind, 0.0)
            station = settings.station_class.get(kind)
            if station is not None and pd.notna(cells):
                sent = None if pd.isna(dbm) else float(db_to_linear(float(dbm) - 30.0))
                watts += station_power_w(float(cells) * settings.trx_per_cell, settings.busy_share, EARTH[station], sent)
        loads.append(watts)
    return pd.Series(loads, index=options.index, name="load_w", dtype=float)


def power_of(
    options: pd.DataFrame, places: pd.DataFrame, villages: pd.DataFrame, settings: PowerSettings, *, seed: int = 57
) -> pd.DataFrame:  # fmt: skip
    """Where each option takes its power from, and what is built for it.

    Parameters
    ----------
    options : DataFrame
        Index ``option_id``; ``place_id``, ``kind``, ``n_cells``, ``tx_power_dbm``.
    places : DataFrame
        Index ``place_id``; ``lon``, ``lat``, ``kind`` (``existing`` has its power already).
    villages : DataFrame
        Index ``village_id``; ``lon``, ``lat``, ``grid_power`` (yes, no, planned), and ``grid_power_year`` where the list has it.
    settings : PowerSettings
    seed : int
        Of the run of days.

    Returns
    -------
    DataFrame
        Index of `options`: ``source`` (``grid``, ``solar``, ``existing``), ``pv_kwp``, ``battery_kwh``, ``load_w``, ``loss_of_load_share``
        (NaN where the grid or an existing station's supply carries it: nothing is known of their outages), ``ready_year`` (missing: at
        once; else the year from which the planned grid is there), ``tilt_deg`` of the panels, ``grid_village_id`` and ``grid_km`` (whose
        grid, and how far away), ``generator_kwh_year``.

    Raises
    ------
    SettingError
        When the irradiation is more than the sky lets through, or no size is enough.
    """
    loads = load_w(options, settings)
    at = places.loc[options["place_id"]]
    grid = grid_at(places.loc[sorted(set(options["place_id"]))], villages, settings).loc[options["place_id"]]
    existing = at["kind"].eq("existing").to_numpy(dtype=bool)
    on_grid = grid["grid_village_id"].notna().to_numpy(dtype=bool) & ~existing
    table = pd.DataFrame(
        {
            "source": np.where(existing, "existing", np.where(on_grid, "grid", "solar")),
            "pv_kwp": 0.0,
            "battery_kwh": np.where(on_grid, _grid_battery_kwh(loads.to_numpy(), settings), 0.0),
            "load_w": loads,
            "loss_of_load_share": np.nan,
            "ready_year": grid["ready_year"].where(on_grid).to_numpy(),
            "tilt_deg": np.nan,
            "grid_village_id": grid["grid_village_id"].where(on_grid).to_numpy(),
            "grid_km": grid["grid_km"].where(on_grid).to_numpy(),
            "generator_kwh_year": 0.0,
        },
        index=options.index,
    ).astype({"source": "string", "ready_year": "Int64", "grid_village_id": "string"})
    return _with_panels(table, at["lat"].to_numpy(dtype=float).round(1), ~existing & ~on_grid, settings, seed)


def _with_panels(table: pd.DataFrame, lats: FloatArray, solar: np.ndarray, settings: PowerSettings, seed: int) -> pd.DataFrame:
    """Panels and battery of those that live on the sun; the same load at the same tenth of a degree is worked out once."""
    known: dict[tuple[float, float], Size] = {}
    years: dict[float, tuple[SolarYears, Size]] = {}
    for lat in sorted(set(lats[solar])):
        sun = solar_years(lat, settings, seed)
        years[lat] = (sun, _size_of_one_watt(sun, settings))
    asked = list(zip(lats[solar].tolist(), table["load_w"].to_numpy()[solar].tolist(), strict=True))
    for lat, watts in sorted(set(asked)):
        known[lat, watts] = _in_modules(watts, *years[lat], settings)
    for name in Size._fields:
        table.loc[solar, name] = [getattr(known[each], name) for each in asked]
    table.loc[solar, "tilt_deg"] = [years[lat][0].tilt_deg for lat, _ in asked]
    if settings.generator:
        lacking = table["loss_of_load_share"] * table["load_w"] / 1000.0 * _HOURS_A_YEAR
        table["generator_kwh_year"] = lacking.where(solar, 0.0)
    return table


def grid_at(places: pd.DataFrame, villages: pd.DataFrame, settings: PowerSettings) -> pd.DataFrame:
    """Which village's grid reaches each place.

    A village with power comes before one that waits for it; then the earlier year, the nearer one, the id. Planned power without a year
    counts as none.

    Returns
    -------
    DataFrame
        Index of `places`: ``grid_village_id`` (missing: none within reach), ``grid_km``, ``ready_year`` (missing: power is there).
    """
    year = pd.Series(villages.index.map(settings.planned_years), index=villages.index, dtype=float)
    if "grid_power_year" in villages:
        year = year.fillna(pd.to_numeric(villages["grid_power_year"]).astype(float))
    if settings.planned_year is not None:
        year = year.fillna(float(settings.planned_year))
    has, planned = (villages["grid_power"].eq(word).fillna(False).astype(bool) for word in ("yes", "planned"))
    year = year.where(~has, 0.0)
    joined = villages.assign(year=year)[has | (planned & year.notna())].sort_index().sort_values("year", kind="stable")
    rows = [_first_in_reach(lon, lat, joined, settings.grid_reach_km) for lon, lat in zip(places["lon"], places["lat"], strict=True)]
    table = pd.DataFrame(rows, columns=["grid_village_id", "grid_km", "ready_year"], index=places.index)
    return table.astype({"grid_village_id": "string", "grid_km": float, "ready_year": "Int64"})


def _first_in_reach(lon: float, lat: float, joined: pd.DataFrame, reach_km: float) -> tuple[object, float, object]:
    """Of villages in the order of their years: the first year with one in reach, and the nearest of that year."""
    km = _distance_km(lon, lat, joined["lon"].to_numpy(dtype=float), joined["lat"].to_numpy(dtype=float))
    years = joined["year"].to_numpy(dtype=float)
    near = np.flatnonzero(km <= reach_km)
    if near.size == 0:
        return pd.NA, np.nan, pd.NA
    best = near[np.lexsort((near, km[near], years[near]))[0]]
    return joined.index[best], float(km[best]), int(years[best]) if years[best] > 0 else pd.NA


def _distance_km(lon: float, lat: float, lons: FloatArray, lats: FloatArray) -> FloatArray:
    """Along the great circle."""
    half_lat, half_lon = np.radians(lats - lat) / 2.0, np.radians(lons - lon) / 2.0
    chord = np.sin(half_lat) ** 2 + np.cos(np.radians(lat)) * np.cos(np.radians(lats)) * np.sin(half_lon) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


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
    return pv, day_kwh * settings.autonomy_days / _usable_share(settings)


def loss_of_load(load_w: float, pv_kwp: float, battery_kwh: float, sun: SolarYears, settings: PowerSettings) -> float:
    """Share of the energy that neither panels nor battery give over the run of days.

    Each day is taken in two steps: from sunrise to sunset the panels carry the load and fill the battery, then the battery carries the
    night. The last year of the run is gone through first, uncounted, so that the battery begins as it would be found.
    """
    if load_w <= 0:
        return 0.0
    day_kwh = load_w * 24.0 / 1000.0
    made = np.ascontiguousarray(sun.day_kwh.reshape(-1) * pv_kwp)
    lacking = _lacking_kwh(made, sun.light_share * day_kwh, day_kwh, battery_kwh * _usable_share(settings), settings.battery_efficiency)
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
        for night in (0.0, day_kwh - light):
            stored -= night
            if stored < 0.0:
                if i >= 0:
                    lacking -= stored
                stored = 0.0
            elif stored > usable:
                stored = usable
    return lacking


def _size_of_one_watt(sun: SolarYears, settings: PowerSettings) -> Size:
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


def _in_modules(load_w: float, sun: SolarYears, of_one_watt: Size, settings: PowerSettings) -> Size:
    """Whole panels and battery modules for a load, and what they leave lacking."""
    pv = float(_whole(load_w * of_one_watt.pv_kwp, settings.panel_kwp))
    battery = float(_whole(load_w * of_one_watt.battery_kwh, settings.battery_module_kwh))
    return Size(pv, battery, loss_of_load(load_w, pv, battery, sun, settings))


def _grid_battery_kwh(loads: FloatArray, settings: PowerSettings) -> FloatArray:
    return _whole(loads / 1000.0 * settings.grid_battery_h / _usable_share(settings), settings.battery_module_kwh)


def _usable_share(settings: PowerSettings) -> float:
    """Of the capacity of a new battery, at the end of its life."""
    return settings.depth_of_discharge * settings.battery_life_share


def _whole(need: float | FloatArray, step: float) -> FloatArray:
    """The least multiple of a step that is enough; without the digits that binary fractions leave behind."""
    return np.asarray(np.round(np.maximum(np.ceil(np.asarray(need) / step - _SAME), 0.0) * step, 6))
