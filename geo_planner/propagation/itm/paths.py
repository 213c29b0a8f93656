"""Compiled physics of the Irregular Terrain Model (Longley-Rice), point-to-point mode.

Layers, so that a caller with its own way of reading a terrain profile (running sums along a radial, for example) can use
the physics alone:

1. :mod:`geo_planner.propagation.itm.medium` holds what the path's shape does not decide;
2. :mod:`geo_planner.propagation.itm.profile` reads one profile; ``path_geometry`` shows how a ``Geometry`` follows (on a clear path by
   ``line_of_sight_geometry``);
3. :mod:`geo_planner.propagation.itm.attenuation` and :mod:`geo_planner.propagation.itm.variability` work on scalars only and allocate nothing;
4. here, whole profiles.

Sources: G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" ("Alg." and an equation number)
and the annotated program that goes with it, "The Irregular Terrain Model" ("ITM sect."); NTIA Report TR-82-100; NBS
Technical Note 101 ("TN101"); ESSA Technical Report ERL 79-ITS 67 ("ERL 79"). Where the code that NTIA publishes (ITM
1.3 and 1.4) departs from the memo, the published cases follow the code, and so do we.

Every length is in metres, every angle in radians, every loss in dB. Nothing here checks its input.
"""

from __future__ import annotations

import numpy as np

from geo_planner.propagation.compiled import compiled, kernel
from geo_planner.propagation.itm.attenuation import longley_rice_scalar
from geo_planner.propagation.itm.medium import free_space_loss, prepare_climate, prepare_radio, refractivity
from geo_planner.propagation.itm.profile import WORK_SIZE, mean_elevation, path_geometry
from geo_planner.propagation.itm.types import Climate, PathResult, Quantiles, Radio
from geo_planner.propagation.itm.variability import variability_scalar
from geo_planner.units import FloatArray, IntArray


@kernel
def path_kernel(
    heights_m: FloatArray,
    spacing_m: float,
    tx_height_m: float,
    rx_height_m: float,
    n0: float,
    radio: Radio,
    climate: Climate,
    quantiles: Quantiles,
    work: FloatArray,
) -> PathResult:
    """Basic transmission loss of one profile. `work`: see :func:`terrain_irregularity`."""
    ns, gamma_e_per_m = refractivity(n0, mean_elevation(heights_m))
    geometry = path_geometry(heights_m, spacing_m, tx_height_m, rx_height_m, gamma_e_per_m, work)
    attenuation_db, mode, flags = longley_rice_scalar(geometry, tx_height_m, rx_height_m, gamma_e_per_m, ns, radio)
    above_free_space_db, quantile_flags = variability_scalar(attenuation_db, geometry, radio, climate, quantiles)
    free_space_db = free_space_loss(geometry.distance_m, radio.freq_mhz)
    return PathResult(
        above_free_space_db + free_space_db,
        free_space_db,
        attenuation_db,
        mode,
        flags | quantile_flags,
        ns,
        gamma_e_per_m,
        geometry,
    )


@compiled
def path_range_kernel(
    heights_m: FloatArray,
    offsets: IntArray,
    spacing_m: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    freq_mhz: FloatArray,
    n0: float,
    vertical: bool,
    eps_r: float,
    sigma_s_m: float,
    climate_code: int,
    quantiles: Quantiles,
    first: int,
    stop: int,
    values: FloatArray,
    codes: IntArray,
) -> None:
    """Profiles `first` to ``stop - 1`` of a batch.

    Profile ``i`` is ``heights_m[offsets[i]:offsets[i + 1]]``. Row ``i`` of `values` receives loss, free-space loss,
    reference attenuation, ns, gamma_e and the eight fields of :class:`Geometry`; row ``i`` of `codes` mode and flags.
    """
    work = np.empty(WORK_SIZE)
    radio = prepare_radio(freq_mhz[first], vertical, eps_r, sigma_s_m)
    climate = prepare_climate(climate_code, freq_mhz[first])
    for i in range(first, stop):
        if freq_mhz[i] != radio.freq_mhz:
            radio = prepare_radio(freq_mhz[i], vertical, eps_r, sigma_s_m)
            climate = prepare_climate(climate_code, freq_mhz[i])
        result = path_kernel(
            heights_m[offsets[i] : offsets[i + 1]],
            spacing_m[i],
            tx_height_m[i],
            rx_height_m[i],
            n0,
            radio,
            climate,
            quantiles,
            work,
        )
        values[i, 0] = result.loss_db
        values[i, 1] = result.free_space_db
        values[i, 2] = result.attenuation_db
        values[i, 3] = result.ns
        values[i, 4] = result.gamma_e_per_m
        for j in range(8):
            values[i, 5 + j] = result.geometry[j]
        codes[i, 0] = result.mode
        codes[i, 1] = result.flags
