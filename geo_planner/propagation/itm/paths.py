"""Compiled physics of the Irregular Terrain Model (Longley-Rice), point-to-point mode.

Layers, so that a caller with its own way of reading a terrain profile (running sums along a radial, for example) can use
the physics alone:

1. :mod:`.medium` holds what the path's shape does not decide, and the quantiles;
2. :mod:`.profile` reads one profile; ``path_geometry`` shows how a ``Geometry`` follows (on a clear path by
   ``line_of_sight_geometry``);
3. :mod:`.attenuation` works on scalars only;
4. here, whole profiles.

Sources: G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" ("Alg." and an equation number)
and the annotated program that goes with it, "The Irregular Terrain Model" ("ITM sect."); NTIA Report TR-82-100; NBS
Technical Note 101 ("TN101"); ESSA Technical Report ERL 79-ITS 67 ("ERL 79"). Where the code that NTIA publishes (ITM
1.3 and 1.4) departs from the memo, the published cases follow the code, and so do we.

Every length is in metres, every angle in radians, every loss in dB. Nothing here checks its input.
"""

from __future__ import annotations

from typing import NamedTuple

from geo_planner.propagation.compiled import compiled, kernel
from geo_planner.propagation.itm.attenuation import longley_rice_scalar
from geo_planner.propagation.itm.medium import free_space_loss, prepare_climate, prepare_radio, refractivity, variability_scalar
from geo_planner.propagation.itm.profile import Room, mean_elevation, new_room, path_geometry
from geo_planner.propagation.itm.types import Conditions, PathResult, Quantiles
from geo_planner.units import FloatArray, IntArray


class Profiles(NamedTuple):
    """Profiles laid end to end: number i is ``heights_m[offsets[i]:offsets[i + 1]]``, and has one value of each of the others."""

    heights_m: FloatArray
    offsets: IntArray
    spacing_m: FloatArray
    tx_height_m: FloatArray
    rx_height_m: FloatArray
    freq_mhz: FloatArray


class Surroundings(NamedTuple):
    """Refractivity, polarization, ground, NTIA's climate code and quantiles, for any frequency."""

    n0: float
    vertical: bool
    eps_r: float
    sigma_s_m: float
    climate_code: int
    quantiles: Quantiles


@kernel
def path_kernel(heights_m: FloatArray, spacing_m: float, tx_height_m: float, rx_height_m: float, c: Conditions, room: Room) -> PathResult:
    """Basic transmission loss of one profile."""
    ns, gamma_e_per_m = refractivity(c.n0, mean_elevation(heights_m))
    geometry = path_geometry(heights_m, spacing_m, tx_height_m, rx_height_m, gamma_e_per_m, room)
    attenuation_db, mode, flags = longley_rice_scalar(geometry, tx_height_m, rx_height_m, gamma_e_per_m, ns, c.radio)
    above_free_space_db, quantile_flags = variability_scalar(attenuation_db, geometry, c.radio, c.climate, c.quantiles)
    free_space_db = free_space_loss(geometry.distance_m, c.radio)
    loss_db = above_free_space_db + free_space_db
    return PathResult(loss_db, free_space_db, attenuation_db, mode, flags | quantile_flags, ns, gamma_e_per_m, geometry)


@kernel
def _conditions(around: Surroundings, freq_mhz: float) -> Conditions:
    radio = prepare_radio(freq_mhz, around.vertical, around.eps_r, around.sigma_s_m)
    return Conditions(around.n0, radio, prepare_climate(around.climate_code, freq_mhz), around.quantiles)


@compiled
def path_range_kernel(profiles: Profiles, around: Surroundings, first: int, stop: int, values: FloatArray, codes: IntArray) -> None:
    """Profiles `first` to ``stop - 1`` of a batch.

    Row ``i`` of `values` receives loss, free-space loss, reference attenuation, ns, gamma_e and the eight fields of
    :class:`Geometry`; row ``i`` of `codes` mode and flags.
    """
    room = new_room()
    heights_m, offsets, spacing_m, tx_height_m, rx_height_m, freq_mhz = profiles
    conditions = _conditions(around, freq_mhz[first])
    for i in range(first, stop):
        if freq_mhz[i] != conditions.radio.freq_mhz:
            conditions = _conditions(around, freq_mhz[i])
        result = path_kernel(heights_m[offsets[i] : offsets[i + 1]], spacing_m[i], tx_height_m[i], rx_height_m[i], conditions, room)
        values[i, 0] = result.loss_db
        values[i, 1] = result.free_space_db
        values[i, 2] = result.attenuation_db
        values[i, 3] = result.ns
        values[i, 4] = result.gamma_e_per_m
        for j in range(8):
            values[i, 5 + j] = result.geometry[j]
        codes[i, 0] = result.mode
        codes[i, 1] = result.flags
