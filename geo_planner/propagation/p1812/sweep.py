"""ITU-R P.1812-8, and free space with the diffraction of ITU-R P.526-15, around a mast: along radials and over profiles.

The physics is that of :mod:`.physics` and :mod:`geo_planner.propagation.p526.physics`, unchanged, on scalars; a radial is read by
:mod:`geo_planner.propagation.p526.radial`.

For most cells of a mountain area one term decides alone: free space plus diffraction. Before the others are worked out, cheap lower bounds
of them are compared with it (:func:`_others_are_weaker`, :func:`earth_is_clear`); a bound that holds leaves out what adds less than
1e-7 dB, a hundredth of the last digit of the raster.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import compiled, kernel, part, search
from geo_planner.propagation.loss_model import Engine, LossModel
from geo_planner.propagation.p525 import LIGHT_SPEED_M_GHZ
from geo_planner.propagation.p526.physics import Obstacles, Radio, delta_bullington_equidistant_scalar, diffraction_smooth_heights
from geo_planner.propagation.p526.radial import (
    NO_EDGE,
    Slopes,
    bullington_db,
    earth_is_clear,
    largest_nu,
    obstruction,
    points_near_ray,
    slopes,
    smooth_earth_fit,
)
from geo_planner.propagation.p1812.paths import Profile, p1812_profile
from geo_planner.propagation.p1812.physics import (
    BETA_RADIUS_KM,
    LAND_CONDUCTIVITY_S_M,
    LAND_PERMITTIVITY,
    SHORTEST_KM,
    WAVELENGTH_M_GHZ,
    Geometry,
    Settings,
    beta0_scalar,
    horizon_angle_mrad,
    inverse_normal_scalar,
    location_loss_scalar,
    median_radius_km,
    p1812_scalar,
    troposcatter_scalar,
)
from geo_planner.propagation.profiles import new_line, read_profile, takes_part
from geo_planner.propagation.radials import (
    FOREGROUND,
    Ground,
    HullArray,
    Path,
    Seen,
    Skyline,
    StepArray,
    clutter_at,
    extend,
    most_cells,
    offset,
    push,
    read_foreground,
    read_line,
    row_and_column,
    sort_outwards,
    start,
    walk,
)
from geo_planner.units import EARTH_RADIUS_KM, FloatArray

WEAKER_DB = 40.0
"""A path this much weaker than another adds less than 1e-7 dB to it (P.1812-8 eq. 63)."""
# 20 log x is at least so many times (y - 1) / (y + 1) of the fourth root y of an x above 1, by twice the first term of the series of log y
_TWENTY_LOG_BOUND = 8.0 * 20.0 / math.log(10.0) * (1.0 - 1e-12)


class Band(NamedTuple):
    """What frequency, refractivity and earth alone decide."""

    freq_ghz: float
    radius_km: float
    free_space_db: float  # at 1 km
    scatter_db: float  # troposcatter at 1 km and angle 0, for half of the time (eq. 44)
    coupling_db: float  # of ducting, without distances and shielding (eq. 47)
    cube_root: float


class Conditions(NamedTuple):
    """What a sweep works out: P.1812-8 if `full`, else free space (P.525) with the diffraction of P.526 for `radius_km`."""

    full: bool
    with_beta: bool  # for less than half of the time the beta0 earth counts, too
    radius_km: float
    radio: Radio
    settings: Settings
    band: Band


class Work(NamedTuple):
    """Scratch space of a radial, with a skyline for each curvature that a path is looked at under."""

    far: FloatArray  # heights of the radial
    ground: Ground
    bare: Skyline  # median earth
    over: Skyline  # median earth with clutter, which ``over.z`` holds; without any it is the bare terrain
    beta: Skyline  # beta0 earth, with clutter
    flat_hull: HullArray
    counts: HullArray  # of the cells at each step
    befores: StepArray


class Reading(NamedTuple):
    """A path's geometry over bare terrain."""

    path: Path
    edges: Slopes  # in line of sight the steps are those of the point with the largest diffraction parameter
    smooth: tuple[float, float]  # smooth surface at both ends, as fitted
    lowered: tuple[float, float]  # the same for diffraction


class Views(NamedTuple):
    """What the skylines have shown up to a step; `flat` is the straight chord's."""

    bare: Seen
    over: Seen
    beta: Seen
    flat: Seen


@kernel
def prepare_band(freq_ghz, radius_km, n0):  # type: ignore[no-untyped-def]
    """Constants of a sweep."""
    frequency_db = 20.0 * math.log10(freq_ghz)
    low_band_db = 45.375 - 137.0 * freq_ghz + 92.5 * freq_ghz * freq_ghz if freq_ghz < 0.5 else 0.0
    scatter_db = troposcatter_scalar(1.0, 0.0, freq_ghz, 50.0, n0)
    return Band(freq_ghz, radius_km, 92.4 + frequency_db, scatter_db, 102.45 + frequency_db + low_band_db, np.cbrt(freq_ghz))


@search
def _roughness(z, first, last, path, hst, hsr):  # type: ignore[no-untyped-def]
    """Largest height above the smooth surface between two steps, both included (eqs 93 and 95)."""
    slope = (hsr - hst) / path.length * path.step
    rough = z[first] - hst - slope * first
    for i in range(first, last + 1):
        above = z[i] - hst - slope * i
        rough = above if above > rough else rough
    return rough


@kernel
def _least_angle_mrad(slope, total_km, radius_km):  # type: ignore[no-untyped-def]
    """Lower bound of :func:`horizon_angle_mrad`, from the series of the arc tangent."""
    x = 1e-3 * slope - 0.5 * total_km / radius_km
    return 1000.0 * (x - x * x * x / 3.0) if x > 0.0 else 1000.0 * x


@kernel
def _others_are_weaker(band, square_km, angles, horizons, total_km, free_space_db, diffraction_db):  # type: ignore[no-untyped-def]
    """Whether, for half of the time, free space plus diffraction is the loss.

    It is where neither ducting (Lba of eq. 46 above Lbd, so that eqs 59 and 61 change nothing; the variability of eq. 56 is positive as
    the time exceeds beta) nor troposcatter comes near. The angles may be lower bounds, both losses rise with them.
    """
    (theta_t, theta_r), (dlt_km, dlr_km) = angles, horizons
    loss_db = free_space_db + diffraction_db
    theta = 1e3 * total_km / band.radius_km + theta_t + theta_r
    # 20 log d from below, by the free space over the slant distance that is known already
    flat_db = free_space_db - band.free_space_db - 4.3430 * (square_km / (total_km * total_km) - 1.0)
    if band.scatter_db + flat_db + 0.573 * theta < loss_db + WEAKER_DB:
        return False
    if diffraction_db <= 0.0:
        return True
    angle = 1e3 * total_km / band.radius_km + min(theta_t, 0.1 * dlt_km) + min(theta_r, 0.1 * dlr_km)
    above_t, above_r = max(theta_t - 0.1 * dlt_km, 0.0), max(theta_r - 0.1 * dlr_km, 0.0)
    known_db = band.coupling_db + 0.264 * (above_t + above_r) * band.cube_root + 5e-5 * band.radius_km * band.cube_root * angle
    product = (
        (dlt_km + dlr_km)
        * (1.0 + 0.361 * above_t * math.sqrt(band.freq_ghz * dlt_km))
        * (1.0 + 0.361 * above_r * math.sqrt(band.freq_ghz * dlr_km))
    )
    # where a lower bound of the logarithm decides, it is not worked out
    root = math.sqrt(math.sqrt(product))
    if root > 1.0 and known_db + _TWENTY_LOG_BOUND * (root - 1.0) / (root + 1.0) > loss_db:
        return True
    return known_db + 20.0 * math.log10(product) > loss_db


@part
def _grow(scene, with_beta, work, views, s, height, row, column):  # type: ignore[no-untyped-def]
    """Take step `s` of a radial, at a point of known height, into the sums and skylines."""
    ground = work.ground
    hts, cell_km = scene.ground_m + scene.tx_height_m, scene.cell_m / 1000.0
    bare, over, beta, flat = views
    extend(ground, s, height)
    bare = walk(work.bare, bare, s, cell_km, hts)
    size = push(work.flat_hull, flat.size, ground.z, s)
    if height - hts > flat.steepest * s:
        flat = Seen(size, s, (height - hts) / s)
    else:
        flat = Seen(size, flat.horizon, flat.steepest)
    if scene.clutter_m.size > 0:
        work.over.z[s] = height + clutter_at(scene.clutter_m, row, column)
        over = walk(work.over, over, s, cell_km, hts)
    if with_beta:
        beta = walk(work.beta, beta, s, cell_km, hts)
    return Views(bare, over, beta, flat)


@part
def _edges(c, scene, work, views, path):  # type: ignore[no-untyped-def]
    """Slopes and largest diffraction parameter of a path over bare terrain, and the same with clutter (without any: the first again)."""
    z, bulge, wavelength_m = work.bare.z, work.bare.bulge, c.radio.wavelength_m
    edges = slopes(work.bare, views.bare, path)
    hidden = edges.tx > path.tilt
    nu = NO_EDGE
    if not hidden and (c.with_beta or points_near_ray(z, path, bulge, wavelength_m)):
        nu, at = largest_nu(z, path, bulge, wavelength_m)
        edges = Slopes(edges.tx, at, edges.rx, at)
    over, over_nu = edges, nu
    if scene.clutter_m.size > 0:
        over = slopes(work.over, views.over, path)
        if over.tx < path.tilt:
            over_nu, _ = largest_nu(work.over.z, path, bulge, wavelength_m)
            if not hidden and nu <= NO_EDGE:
                nu, at = largest_nu(z, path, bulge, wavelength_m)
                edges = Slopes(edges.tx, at, edges.rx, at)
    return edges, over, over_nu


@part
def _combined_db(c, scene, work, views, reading, ld50):  # type: ignore[no-untyped-def]
    """P.1812-8 of one path from its diffraction loss for half of the time."""
    path, edges, z = reading.path, reading.edges, work.ground.z
    total_km, n = path.length, path.n
    hidden = edges.tx > path.tilt
    rise_km = 1e-3 * (path.hts - path.hrs)
    square_km = total_km * total_km + rise_km * rise_km
    slope_t, slope_r = (edges.tx, edges.rx) if hidden else (path.tilt, -path.tilt)
    dlt, dlr = edges.step_tx * path.step, total_km - edges.step_rx * path.step
    if not c.with_beta:
        free_space_db = c.band.free_space_db + 10.0 * math.log10(square_km)
        least = _least_angle_mrad(slope_t, total_km, c.radius_km), _least_angle_mrad(slope_r, total_km, c.radius_km)
        if _others_are_weaker(c.band, square_km, least, (dlt, dlr), total_km, free_space_db, ld50):
            return location_loss_scalar(free_space_db + ld50, free_space_db, c.settings.location_quantile, c.settings.sigma_l_db)
    ldbeta = ld50
    if c.with_beta:
        beta = slopes(work.beta, views.beta, path)
        nu = np.nan
        if beta.tx < path.tilt:
            nu, _ = largest_nu(work.beta.z, path, work.beta.bulge, c.radio.wavelength_m)
        obstacles = Obstacles(total_km, path.hts, path.hrs, beta.tx, beta.rx, nu)
        ldbeta = delta_bullington_equidistant_scalar(obstacles, n, reading.lowered[0], reading.lowered[1], BETA_RADIUS_KM, 0.0, c.radio)
    theta_t, theta_r = horizon_angle_mrad(slope_t, total_km, c.radius_km), horizon_angle_mrad(slope_r, total_km, c.radius_km)
    hst, hsr = min(reading.smooth[0], scene.ground_m), min(reading.smooth[1], z[n])
    hm = 0.0
    if ld50 > 0.0 or ldbeta > 0.0:
        hm = _roughness(z, min(edges.step_tx, edges.step_rx), max(edges.step_tx, edges.step_rx), path, hst, hsr)
    beta0, tau = beta0_scalar(c.settings.lat_deg, total_km, total_km)
    geometry = Geometry(
        total_km, path.hts, path.hrs, c.radius_km, beta0, tau, 0.0, theta_t, theta_r, dlt, dlr,
        path.hts - hst, path.hrs - hsr, hm, c.settings.dct_km, c.settings.dcr_km,
    )  # fmt: skip
    values = p1812_scalar(geometry, c.radio.freq_ghz, c.settings.time_pct, c.settings.n0, ld50, ldbeta, False)
    return location_loss_scalar(values.lbc, values.lb0p, c.settings.location_quantile, c.settings.sigma_l_db)


@part
def _cell_db(c, scene, work, views, s, i, j):  # type: ignore[no-untyped-def]
    """Loss of a cell with `s` steps of the radial before its foreground; NaN where that is unknown."""
    ground, z = work.ground, work.ground.z
    drow, dcolumn = offset(scene, i, j)
    n = s + FOREGROUND + 1
    if not read_foreground(scene, drow, dcolumn, n, float(scene.heights_m[scene.top + i, scene.left + j]), ground):
        return np.nan
    if scene.clutter_m.size > 0:
        for m in range(n - FOREGROUND, n):
            work.over.z[m] = z[m] + clutter_at(scene.clutter_m, scene.row + m / n * drow, scene.column + m / n * dcolumn)
        work.over.z[n] = z[n]
    cell_km = scene.cell_m / 1000.0
    total_km = math.sqrt(drow * drow + dcolumn * dcolumn) * cell_km
    hts, hrs = scene.ground_m + scene.tx_height_m, z[n] + scene.rx_height_m
    path = Path(n, total_km / n, cell_km, total_km, hts, hrs, (hrs - hts) / total_km)
    edges, over, over_nu = _edges(c, scene, work, views, path)
    hidden = edges.tx > path.tilt
    smooth = smooth_earth_fit(ground, path)
    lowered = smooth
    if earth_is_clear(z, path, hidden, edges, smooth, c.radius_km, c.radio.wavelength_m) and not c.with_beta:
        ld50 = bullington_db(path, over, over_nu, c.radio.wavelength_m)
    else:
        # below the ray over the bulging earth is below the chord
        highest, alpha_tx, alpha_rx = (
            obstruction(z, views.flat.horizon, work.flat_hull, views.flat.size, path) if hidden else (0.0, 0.0, 0.0)
        )
        lowered = diffraction_smooth_heights(smooth[0], smooth[1], scene.ground_m, z[n], highest, alpha_tx, alpha_rx)
        obstacles = Obstacles(total_km, hts, hrs, over.tx, over.rx, over_nu)
        ld50 = delta_bullington_equidistant_scalar(obstacles, n, lowered[0], lowered[1], c.radius_km, 0.0, c.radio)
    if c.full:
        return _combined_db(c, scene, work, views, Reading(path, edges, smooth, lowered), ld50)
    rise_km = 1e-3 * (hts - hrs)
    slant_m = 1000.0 * math.sqrt(total_km * total_km + rise_km * rise_km)
    return 20.0 * math.log10(4.0 * math.pi * slant_m / c.radio.wavelength_m) + ld50


@kernel
def _sweep(c, loss, scene, radials, first, stop, work):  # type: ignore[no-untyped-def]
    """As :func:`sweep_p1812`, in the scratch space given."""
    columns = loss.shape[1]
    n_radials = radials.starts.size - 1
    befores = work.befores
    for k in range(first, stop):
        span = slice(radials.starts[k], radials.starts[k + 1])
        cells = radials.order[span]
        if cells.size == 0:
            continue
        sort_outwards(cells, radials.away[span], work.counts, befores)
        position = 0
        azimuth = 2.0 * math.pi * k / n_radials
        south, east = -math.cos(azimuth), math.sin(azimuth)
        start(work.ground, scene.ground_m)
        work.over.z[0] = scene.ground_m
        known = True
        nothing = Seen(0, 1, -np.inf)
        views = Views(nothing, nothing, nothing, nothing)
        beyond = befores[cells.size - 1] + 1
        read_line(scene, south, east, 1, beyond, work.far)
        for s in range(1, beyond):
            row, column = scene.row + s * south, scene.column + s * east
            height = work.far[s]
            known = known and not math.isnan(height)
            if known:
                views = _grow(scene, c.with_beta, work, views, s, height, row, column)
            while position < cells.size and befores[position] == s:
                i, j = row_and_column(cells[position], columns)
                position += 1
                loss[i, j] = _cell_db(c, scene, work, views, s, i, j) if known else np.nan


@compiled
def sweep_p1812(c, loss, scene, radials, first, stop):  # type: ignore[no-untyped-def]
    """Fill the cells of `loss` that belong to some of the radials.

    Clutter raises the terrain between the ends for the Bullington construction.
    """
    room = radials.steps + FOREGROUND + 2
    heights, places, befores = (
        np.empty((8, room)),
        np.empty((5, room), dtype=np.uint32),
        np.empty(most_cells(radials.starts), dtype=np.int32),
    )
    bulge, bulge_beta = 500.0 / c.radius_km, 500.0 / BETA_RADIUS_KM
    z = heights[0]
    surface = heights[3] if scene.clutter_m.size > 0 else z
    work = Work(
        heights[7],
        Ground(z, heights[1], heights[2]),
        Skyline(z, heights[4], places[0], bulge),
        Skyline(surface, heights[6], places[3], bulge),
        Skyline(surface, heights[5], places[2], bulge_beta),
        places[1],
        places[4, : radials.steps],
        befores,
    )
    _sweep(c, loss, scene, radials, first, stop, work)


@compiled
def _fill(settings, loss, wanted, scene, reach, first, stop):  # type: ignore[no-untyped-def]
    line = new_line(scene, reach)
    inland = np.empty(0, dtype=np.int8)
    for i in range(first, stop):
        for j in range(loss.shape[1]):
            if not takes_part(scene, wanted, reach, i, j):
                continue
            n, loss[i, j] = read_profile(scene, i, j, settings.freq_ghz, 1000.0 * SHORTEST_KM, line)
            if n > 0:
                profile = Profile(line.d_km[: n + 1], line.z_m[: n + 1], line.surface_m[: n + 1], inland)
                loss[i, j] = p1812_profile(profile, scene.tx_height_m, scene.rx_height_m, settings, False)[0]


def conditions(model: LossModel, freq_mhz: float, *, full: bool) -> Conditions:
    """What :func:`sweep_p1812` takes."""
    freq_ghz = freq_mhz / 1000.0
    quantile = inverse_normal_scalar(model.location_pct / 100.0) if model.location_pct != 50.0 else 0.0
    numbers = (float(number) for number in (model.dn, model.n0, model.lat_deg, model.sigma_l_db, 500.0, 500.0))
    settings = Settings(freq_ghz, model.vertical, float(model.time_pct), quantile, *numbers)
    if full:
        radius_km = median_radius_km(model.dn)
        radio = Radio(freq_ghz, WAVELENGTH_M_GHZ / freq_ghz, model.vertical, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M)
    else:
        radius_km = model.effective_earth_factor * EARTH_RADIUS_KM
        radio = Radio(freq_ghz, LIGHT_SPEED_M_GHZ / freq_ghz, model.vertical, float(model.eps_r), float(model.sigma_s_m))
    return Conditions(full, full and model.time_pct < 50.0, radius_km, radio, settings, prepare_band(freq_ghz, radius_km, settings.n0))


def around(model: LossModel, freq_mhz: float, irregularity_stride: int) -> Engine:
    """P.1812-8 for the surroundings of a mast."""
    del irregularity_stride
    c = conditions(model, freq_mhz, full=True)
    return Engine(partial(_fill, c.settings), partial(sweep_p1812, c))
