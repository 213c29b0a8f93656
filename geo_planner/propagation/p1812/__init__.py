"""Path-specific prediction for point-to-area services, Recommendation ITU-R P.1812-8, outdoors.

Line of sight with multipath and focusing, delta-Bullington diffraction, tropospheric scatter and ducting are combined
into the basic transmission loss not exceeded for a percentage of the time (1 to 50) and of the locations (1 to 99), for
30 MHz to 6 GHz and 0.25 to 3000 km. Representative clutter heights raise the terrain between the two ends for
diffraction, never at the ends (section 3.2.1). Troposcatter is eq. 44 in the form of editions 6 and 8.

The compiled kernels are in :mod:`.physics` (on scalars), :mod:`.paths` (whole paths) and :mod:`geo_planner.propagation.p526.physics`
(diffraction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo_planner.propagation.limits import not_among, quantity, refuse
from geo_planner.propagation.p526 import POLARIZATIONS, Polarization, profile_faults, range_fault
from geo_planner.propagation.p1812.paths import (
    BATCH_FIELDS,
    PROFILE_FIELDS,
    Profile,
    p1812_batch,
    p1812_single,
    profiles_sound,
)
from geo_planner.propagation.p1812.physics import COASTAL, INLAND, LONGEST_KM, SEA, SHORTEST_KM, inverse_normal_scalar
from geo_planner.propagation.p1812.results import Mode, P1812Batch, P1812Result
from geo_planner.units import FloatArray, IntArray
from geo_planner.words import Said, said

__all__ = ["RANGES", "Mode", "P1812Batch", "P1812Result", "path_loss", "path_loss_many"]

#: Name, lowest, highest value and unit of every number the Recommendation bounds (Table 1, section 3.1 and section 1).
RANGES: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("tx_height_m", 1.0, 3000.0, "m above ground"),
    ("rx_height_m", 1.0, 3000.0, "m above ground"),
    ("freq_mhz", 30.0, 6000.0, "MHz"),
    ("time_pct", 1.0, 50.0, "%"),
    ("location_pct", 1.0, 99.0, "%"),
    ("dn", 0.0, 156.0, "N-units/km"),
    ("n0", 1.0, 1000.0, "N-units"),
    ("lat_deg", -80.0, 80.0, "degrees"),
    ("sigma_l_db", 0.0, 100.0, "dB"),
    ("dct_km", 0.0, np.inf, "km"),
    ("dcr_km", 0.0, np.inf, "km"),
)
#: Widest spacing of profile points the Recommendation has in mind (section 3.2), km.
_WIDEST_SPACING_KM: Final = 1.0
#: Share of sea from which the distances from the coast count (section 3.4).
_SEA_PATH: Final = 0.75
#: No clutter, and all inland.
_NONE: Final = np.empty(0)
_INLAND: Final = np.empty(0, dtype=np.int8)


def _polarization_faults(polarization: str) -> list[Said]:
    return [] if polarization in POLARIZATIONS else [not_among("polarization", POLARIZATIONS, polarization)]


def _path_faults(
    distance_km: FloatArray,
    heights_m: FloatArray,
    clutter_m: FloatArray | None,
    zone: FloatArray | None,
) -> list[Said]:
    """Faults of everything that is given along one profile."""
    faults = profile_faults(distance_km, heights_m)
    if not faults:
        faults += range_fault("path_length", float(distance_km[-1]), SHORTEST_KM, LONGEST_KM, "km")
    if heights_m.ndim != 1:
        return faults
    points = heights_m.size
    if clutter_m is not None:
        if clutter_m.shape != (points,):
            faults.append(said("limit.clutter_count", points=points))
        elif not np.all((clutter_m[1:-1] >= 0.0) & np.isfinite(clutter_m[1:-1])):
            faults.append(said("limit.clutter"))
    if zone is not None:
        if zone.shape != (points,):
            faults.append(said("limit.zone_count", points=points))
        elif not np.all(np.isin(zone, (SEA, COASTAL, INLAND))):
            faults.append(said("limit.zone", sea=SEA, coastal=COASTAL, inland=INLAND))
    return faults


def _surface(starts: IntArray, heights_m: FloatArray, clutter_m: FloatArray) -> FloatArray:
    """Terrain with representative clutter on top, bare at both ends of every profile (section 3.2.1, eq. 1)."""
    surface = heights_m + clutter_m
    for ends in (starts[:-1], starts[1:] - 1):
        surface[ends] = heights_m[ends]
    return surface


def _warnings(
    values: dict[str, float],
    widest_km: float,
    location_pct: float,
    sigma_l_db: float,
    coasts_km: tuple[float, float],
) -> tuple[Said, ...]:
    """What weakens the prediction; `coasts_km` holds the coast distances of the terminals, 0 for one at sea."""
    notes = []
    if widest_km > _WIDEST_SPACING_KM:
        notes.append(said("model_warning.coarse_profile", widest_km=widest_km, most_km=_WIDEST_SPACING_KM))
    if location_pct != 50.0 and sigma_l_db == 0.0:
        notes.append(said("model_warning.no_location_variability", location_pct=location_pct))
    land_km = (1.0 - values["omega"]) * values["total_km"]
    if values["omega"] >= _SEA_PATH and max(coasts_km) > land_km + widest_km:
        notes.append(said("model_warning.coast_distance"))
    return tuple(notes)


def path_loss(
    distance_km: ArrayLike,
    heights_m: ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    polarization: Polarization = "vertical",
    time_pct: float = 50.0,
    location_pct: float = 50.0,
    clutter_m: ArrayLike | None = None,
    zone: ArrayLike | None = None,
    dn: float = 45.0,
    n0: float = 325.0,
    lat_deg: float = 22.0,
    sigma_l_db: float = 0.0,
    dct_km: float = 500.0,
    dcr_km: float = 500.0,
) -> P1812Result:
    """Basic transmission loss of one path (P.1812-8, Annex 1).

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distances of the profile points from the transmitter, km; first 0, strictly increasing (equidistant or not), n
        at least 3, the last between 0.25 and 3000.
    heights_m : array_like, shape (n,)
        Terrain heights above sea level, m.
    tx_height_m, rx_height_m : float
        Antenna heights above ground, 1 to 3000 m.
    freq_mhz : float
        Frequency, 30 to 6000 MHz.
    polarization : {"vertical", "horizontal"}
        Polarization.
    time_pct : float
        Share of an average year for which the loss is not exceeded, 1 to 50 %.
    location_pct : float
        Share of the locations for which it is not exceeded, 1 to 99 %.
    clutter_m : array_like, shape (n,), optional
        Representative clutter heights, m, added to the terrain between the ends; the two end values are not used.
    zone : array_like of int, shape (n,), optional
        Radio-climatic zones: 1 sea, 3 coastal land, 4 inland; all inland if left out.
    dn, n0 : float
        Mean refractivity lapse rate in the lowest kilometre, N-units/km (a positive number), and sea-level surface
        refractivity, N-units, at the middle of the path.
    lat_deg : float
        Latitude of the middle of the path, degrees.
    sigma_l_db : float
        Standard deviation of the location variability, dB. Not applied to a receiver at sea.
    dct_km, dcr_km : float
        Distances of transmitter and receiver from the coast along the path, km; taken as 0 for a terminal at sea.

    Raises
    ------
    ModelRangeError
        Anything outside the model or wrong with the arrays, all of it in one message.
    """
    distance = np.ascontiguousarray(distance_km, dtype=np.float64)
    heights = np.ascontiguousarray(heights_m, dtype=np.float64)
    clutter = None if clutter_m is None else np.asarray(clutter_m, dtype=np.float64)
    zones = None if zone is None else np.asarray(zone, dtype=np.float64)
    numbers = {
        "tx_height_m": tx_height_m,
        "rx_height_m": rx_height_m,
        "freq_mhz": freq_mhz,
        "time_pct": time_pct,
        "location_pct": location_pct,
        "dn": dn,
        "n0": n0,
        "lat_deg": lat_deg,
        "sigma_l_db": sigma_l_db,
        "dct_km": dct_km,
        "dcr_km": dcr_km,
    }
    faults = _path_faults(distance, heights, clutter, zones)
    for name, low, high, unit in RANGES:
        faults += range_fault(name, numbers[name], low, high, unit)
    faults += _polarization_faults(polarization)
    refuse("standard.p1812", faults)
    surface = _NONE if clutter is None else _surface(np.array([0, heights.size]), heights, clutter)
    zone_codes = _INLAND if zones is None else zones.astype(np.int8)
    row = np.array(
        [tx_height_m, rx_height_m, freq_mhz * 1e-3, time_pct, _location_quantile(location_pct), dn, n0, lat_deg, sigma_l_db, dct_km, dcr_km]
    )
    values = p1812_single(distance, heights, surface, zone_codes, polarization == "vertical", row.astype(np.float64))
    named = dict(zip(PROFILE_FIELDS, values, strict=True))
    transhorizon = named.pop("transhorizon") > 0.0
    return P1812Result(
        **named,
        transhorizon=transhorizon,
        htc_m=named["hts_m"],
        hrc_m=named["hrs_m"],
        mode="transhorizon" if transhorizon else "line_of_sight",
        warned=_warnings(
            named,
            float(np.diff(distance).max()),
            location_pct,
            sigma_l_db,
            (0.0, 0.0) if zones is None else (dct_km if zones[0] != SEA else 0.0, dcr_km if zones[-1] != SEA else 0.0),
        ),
    )


def _location_quantile(location_pct: float) -> float:
    """I(pL/100), exactly 0 for half of the locations, where the approximation of Attachment 2 leaves 1e-9."""
    return 0.0 if location_pct == 50.0 else float(inverse_normal_scalar(0.01 * location_pct))


@dataclass(frozen=True, slots=True)
class _Ragged:
    """Rows of any lengths laid end to end: row k is ``flat[starts[k]:starts[k + 1]]``."""

    flat: FloatArray
    starts: IntArray

    @classmethod
    def of(cls, name: str, values: ArrayLike | Sequence[ArrayLike]) -> _Ragged:
        if isinstance(values, np.ndarray) and values.ndim == 2:
            flat = np.ascontiguousarray(values, dtype=np.float64).ravel()
            return cls(flat, np.arange(values.shape[0] + 1, dtype=np.int64) * values.shape[1])
        rows = [np.asarray(row, dtype=np.float64) for row in values]  # type: ignore[union-attr]
        if any(row.ndim != 1 for row in rows):
            refuse("standard.p1812", [said("limit.rows", name=name)])
        starts = np.cumsum([0, *(row.size for row in rows)], dtype=np.int64)
        return cls(np.concatenate(rows) if rows else np.empty(0), starts)

    def __len__(self) -> int:
        return self.starts.size - 1

    def __getitem__(self, k: int) -> FloatArray:
        return self.flat[self.starts[k] : self.starts[k + 1]]


def _all_sound(distance: _Ragged, shared: bool, heights: _Ragged, clutter: _Ragged | None, zones: _Ragged | None) -> bool:
    """Whether no profile has a fault, found without looking at them one by one in Python."""
    starts = heights.starts
    widths = {int(width) for width in np.unique(np.diff(starts))}
    if widths - {distance.flat.size} if shared else not np.array_equal(distance.starts, starts):
        return False
    if any(rows is not None and not np.array_equal(rows.starts, starts) for rows in (clutter, zones)):
        return False
    if not profiles_sound(starts, distance.starts[:-1], distance.flat, heights.flat, SHORTEST_KM, LONGEST_KM):
        return False
    if clutter is not None:
        fine = (clutter.flat >= 0.0) & np.isfinite(clutter.flat)
        fine[starts[:-1]] = fine[starts[1:] - 1] = True
        if not fine.all():
            return False
    return zones is None or bool(np.isin(zones.flat, (SEA, COASTAL, INLAND)).all())


def path_loss_many(
    distance_km: ArrayLike | Sequence[ArrayLike],
    heights_m: ArrayLike | Sequence[ArrayLike],
    *,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    freq_mhz: ArrayLike,
    polarization: Polarization = "vertical",
    time_pct: ArrayLike = 50.0,
    location_pct: ArrayLike = 50.0,
    clutter_m: ArrayLike | Sequence[ArrayLike] | None = None,
    zone: ArrayLike | Sequence[ArrayLike] | None = None,
    dn: ArrayLike = 45.0,
    n0: ArrayLike = 325.0,
    lat_deg: ArrayLike = 22.0,
    sigma_l_db: ArrayLike = 0.0,
    dct_km: ArrayLike = 500.0,
    dcr_km: ArrayLike = 500.0,
) -> P1812Batch:
    """Basic transmission loss of many paths, each bit for bit what :func:`path_loss` gives.

    Parameters
    ----------
    distance_km : array_like, shape (m,) or (n, m), or sequence of n arrays
        Distances of the profile points, km: one set shared by all profiles, or one for each.
    heights_m : array_like, shape (n, m), or sequence of n arrays of any lengths
        Terrain heights above sea level, m.
    clutter_m, zone : like `heights_m`, optional
        Representative clutter heights, m, and radio-climatic zones.
    tx_height_m, rx_height_m, freq_mhz, time_pct, location_pct, dn, n0, lat_deg, sigma_l_db, dct_km, dcr_km
        As in :func:`path_loss`; one number, or an array of shape (n,).
    polarization : {"vertical", "horizontal"}
        Polarization of all paths.

    Raises
    ------
    ModelRangeError
        Anything outside the model or wrong with the arrays, all of it in one message.
    """
    heights = _Ragged.of("heights_m", heights_m)
    count = len(heights)
    shared = count > 0 and len(distance_km) > 0 and np.ndim(distance_km[0]) == 0  # type: ignore[arg-type,index]
    if shared:
        distance = _Ragged(np.asarray(distance_km, dtype=np.float64), np.zeros(count + 1, dtype=np.int64))
    else:
        distance = _Ragged.of("distance_km", distance_km)
    clutter = None if clutter_m is None else _Ragged.of("clutter_m", clutter_m)
    zones = None if zone is None else _Ragged.of("zone", zone)
    faults = _polarization_faults(polarization)
    comparable = True
    for name, rows in (("distance_km", distance), ("clutter_m", clutter), ("zone", zones)):
        if rows is not None and len(rows) != count:
            faults.append(said("limit.profiles_differ", name=name, n=len(rows), heights=count))
            comparable = False
    given = {
        "tx_height_m": tx_height_m,
        "rx_height_m": rx_height_m,
        "freq_mhz": freq_mhz,
        "time_pct": time_pct,
        "location_pct": location_pct,
        "dn": dn,
        "n0": n0,
        "lat_deg": lat_deg,
        "sigma_l_db": sigma_l_db,
        "dct_km": dct_km,
        "dcr_km": dcr_km,
    }
    columns: dict[str, FloatArray] = {}
    for name, low, high, unit in RANGES:
        values = np.asarray(given[name], dtype=np.float64)
        if values.shape not in ((), (count,)):
            faults.append(said("limit.one_or_each", name=quantity(name), n=count))
            continue
        wrong = values[~((values >= low) & (values <= high))]
        if wrong.size:
            faults += range_fault(name, float(wrong.flat[0]), low, high, unit)
        columns[name] = np.broadcast_to(values, (count,))
    if comparable and not _all_sound(distance, shared, heights, clutter, zones):
        for k in range(count):
            found = _path_faults(
                distance.flat if shared else distance[k],
                heights[k],
                None if clutter is None else clutter[k],
                None if zones is None else zones[k],
            )
            faults += [said("limit.of_profile", profile=k, what=what) for what in found]
    refuse("standard.p1812", faults)
    out = np.empty((count, len(BATCH_FIELDS)))
    if count:
        columns["freq_mhz"] = columns["freq_mhz"] * 1e-3
        levels, which = np.unique(columns["location_pct"], return_inverse=True)
        columns["location_pct"] = np.array([_location_quantile(level) for level in levels])[which]
        paths = Profile(
            distance.flat,
            heights.flat,
            _NONE if clutter is None else _surface(heights.starts, heights.flat, clutter.flat),
            _INLAND if zones is None else zones.flat.astype(np.int8),
        )
        parameters = np.column_stack([columns[name] for name, *_ in RANGES])
        p1812_batch(heights.starts, distance.starts[:-1], paths, polarization == "vertical", parameters, out)
    named = dict(zip(BATCH_FIELDS, out.T.copy(), strict=True))
    return P1812Batch(**{**named, "transhorizon": named["transhorizon"] > 0.0})  # type: ignore[arg-type]
