"""Free space (ITU-R P.525-4) with the diffraction of ITU-R P.526-15, section 4.5.2, around a mast."""

from __future__ import annotations

from functools import partial

from geo_planner.propagation.compiled import compiled
from geo_planner.propagation.loss_model import Engine, LossModel
from geo_planner.propagation.p526.geometry import obstruction, smooth_earth_fit
from geo_planner.propagation.p526.physics import (
    bullington_profile,
    delta_bullington_scalar,
    diffraction_smooth_heights,
    smooth_bullington_equidistant,
    spherical_earth_loss_scalar,
)
from geo_planner.propagation.p1812.sweep import conditions, sweep_p1812
from geo_planner.propagation.profiles import new_line, read_profile, takes_part


@compiled
def _delta_bullington(d_km, z_m, hts_m, hrs_m, radius_km, radio):  # type: ignore[no-untyped-def]
    """Diffraction loss of one equidistant profile (ITU-R P.526-15, section 4.5.2)."""
    last = d_km.size - 1
    actual_db, _, _ = bullington_profile(d_km, z_m, hts_m, hrs_m, 1.0 / radius_km, radio.wavelength_m)
    hst_m, hsr_m = smooth_earth_fit(d_km, z_m)
    highest_m, alpha_tx, alpha_rx = obstruction(d_km, z_m, hts_m, hrs_m)
    hstd_m, hsrd_m = diffraction_smooth_heights(hst_m, hsr_m, z_m[0], z_m[last], highest_m, alpha_tx, alpha_rx)
    hte_m, hre_m = hts_m - hstd_m, hrs_m - hsrd_m
    spherical_db = spherical_earth_loss_scalar(d_km[last], hte_m, hre_m, radius_km, 0.0, radio)
    smooth_db = 0.0
    if spherical_db > 0.0:
        smooth_db = smooth_bullington_equidistant(d_km[last], last, hte_m, hre_m, 1.0 / radius_km, radio.wavelength_m)
    return delta_bullington_scalar(actual_db, smooth_db, spherical_db)


@compiled
def _fill(c, loss, wanted, scene, reach, first, stop):  # type: ignore[no-untyped-def]
    line = new_line(scene, reach)
    for i in range(first, stop):
        for j in range(loss.shape[1]):
            if not takes_part(scene, wanted, reach, i, j):
                continue
            n, free_space_db = read_profile(scene, i, j, c.radio.freq_ghz, 0.0, line)
            loss[i, j] = free_space_db
            if n > 0:
                d_km, z_m = line.d_km[: n + 1], line.z_m[: n + 1]
                hts_m, hrs_m = scene.ground_m + scene.tx_height_m, z_m[n] + scene.rx_height_m
                loss[i, j] = free_space_db + _delta_bullington(d_km, z_m, hts_m, hrs_m, c.radius_km, c.radio)


def around(model: LossModel, freq_mhz: float, irregularity_stride: int) -> Engine:
    """Delta-Bullington for the surroundings of a mast."""
    del irregularity_stride
    c = conditions(model, freq_mhz, full=False)
    return Engine(partial(_fill, c), partial(sweep_p1812, c))
