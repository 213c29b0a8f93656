"""Power of what is built: whether the grid reaches it, else the panels and the battery that carry its load."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geo_planner.build.solar_size import Size, SolarYears, in_modules, size_of_one_watt, solar_years, usable_share, whole
from geo_planner.build.station_load import load_w
from geo_planner.config.build.power import PowerSettings
from geo_planner.units import EARTH_RADIUS_KM, FloatArray

_HOURS_A_YEAR: Final = 8760.0


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
        once; else the year from which the planned grid is there), ``tilt_deg`` of the panels, ``grid_village_id`` and ``line_km`` (whose
        grid, and how far away), ``generator`` and ``generator_kwh_year`` (whether there is one, and what it gives).

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
            "line_km": grid["line_km"].where(on_grid).to_numpy(),
            "generator": ~existing & ~on_grid & settings.generator,
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
        years[lat] = (sun, size_of_one_watt(sun, settings))
    asked = list(zip(lats[solar].tolist(), table["load_w"].to_numpy()[solar].tolist(), strict=True))
    for lat, watts in sorted(set(asked)):
        known[lat, watts] = in_modules(watts, *years[lat], settings)
    for name in Size._fields:
        table.loc[solar, name] = [getattr(known[each], name) for each in asked]
    table.loc[solar, "tilt_deg"] = [years[lat][0].tilt_deg for lat, _ in asked]
    if settings.generator:
        lacking = table["loss_of_load_share"] * table["load_w"] / 1000.0 * _HOURS_A_YEAR
        table["generator_kwh_year"] = lacking.where(solar, 0.0)
    return table


def grid_at(places: pd.DataFrame, villages: pd.DataFrame, settings: PowerSettings) -> pd.DataFrame:
    """Which village's grid reaches each place.

    A village with power comes before one that waits for it; then the earlier year, the nearer one, the id. Planned power without a year,
    or later than is waited for, counts as none.

    Returns
    -------
    DataFrame
        Index of `places`: ``grid_village_id`` (missing: none within reach), ``line_km``, ``ready_year`` (missing: power is there).
    """
    year = pd.Series(villages.index.map(settings.planned_years), index=villages.index, dtype=float)
    if "grid_power_year" in villages:
        year = year.fillna(pd.to_numeric(villages["grid_power_year"]).astype(float))
    if settings.planned_year is not None:
        year = year.fillna(float(settings.planned_year))
    has, planned = (villages["grid_power"].eq(word).fillna(False).astype(bool) for word in ("yes", "planned"))
    year = year.where(~has, 0.0)
    if settings.latest_year is not None:
        year = year.where(year <= settings.latest_year)
    joined = villages.assign(year=year)[has | (planned & year.notna())].sort_index().sort_values("year", kind="stable")
    rows = [_first_in_reach(lon, lat, joined, settings.grid_reach_km) for lon, lat in zip(places["lon"], places["lat"], strict=True)]
    table = pd.DataFrame(rows, columns=["grid_village_id", "line_km", "ready_year"], index=places.index)
    return table.astype({"grid_village_id": "string", "line_km": float, "ready_year": "Int64"})


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


def _grid_battery_kwh(loads: FloatArray, settings: PowerSettings) -> FloatArray:
    return whole(loads / 1000.0 * settings.grid_battery_h / usable_share(settings), settings.battery_module_kwh)
