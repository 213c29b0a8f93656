"""Path-specific prediction, ITU-R P.1812-8."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p526, p1812
from geo_planner.propagation.p1812 import physics as kernels

#: Log line of the Study Group 3 examples and the field that holds it. The logs print the three parts of the diffraction
#: loss for the effective Earth radius of beta0, not for the median one.
LOGGED = {
    ("d (km)", ""): "total_km",
    ("dlt (km)", ""): "dlt_km",
    ("dlr (km)", ""): "dlr_km",
    ("th_t (mrad)", ""): "theta_t_mrad",
    ("th_r (mrad)", ""): "theta_r_mrad",
    ("th (mrad)", ""): "theta_mrad",
    ("hts (m)", ""): "hts_m",
    ("hrs (m)", ""): "hrs_m",
    ("htc (m)", "Table 5"): "htc_m",
    ("hrc (m)", "Table 5"): "hrc_m",
    ("w", ""): "omega",
    ("dtm (km)", ""): "dtm_km",
    ("dlm (km)", ""): "dlm_km",
    ("b0 (%)", ""): "beta0_pct",
    ("ae (km)", ""): "ae_km",
    ("hst (m)", "Eq (85)"): "hst_m",
    ("hsr (m)", "Eq (86)"): "hsr_m",
    ("hst (m)", "Eq (90a)"): "hst_ducting_m",
    ("hsr (m)", "Eq (90b)"): "hsr_ducting_m",
    ("hstd (m)", ""): "hstd_m",
    ("hsrd (m)", ""): "hsrd_m",
    ("htc (m)", "Eq (37a)"): "htc_above_smooth_m",
    ("hrc (m)", "Eq (37b)"): "hrc_above_smooth_m",
    ("hte (m)", ""): "hte_m",
    ("hre (m)", ""): "hre_m",
    ("hm (m)", ""): "hm_m",
    ("Fi", ""): "fi",
    ("Fj", ""): "fj",
    ("Fk", ""): "fk",
    ("Lbfs", ""): "free_space_db",
    ("Lb0p", ""): "los_p_db",
    ("Lb0b", ""): "los_beta_db",
    ("Lbulla (dB)", ""): "bullington_actual_beta_db",
    ("Lbulls (dB)", ""): "bullington_smooth_beta_db",
    ("Ldsph (dB)", ""): "spherical_beta_db",
    ("Ld50 (dB)", ""): "diffraction_50_db",
    ("Ldb (dB)", ""): "diffraction_beta_db",
    ("Ldp (dB)", ""): "diffraction_p_db",
    ("Lbd50 (dB)", ""): "diffraction_basic_50_db",
    ("Lbd (dB)", ""): "diffraction_basic_p_db",
    ("Lminb0p (dB)", ""): "min_los_p_db",
    ("Lba (dB)", ""): "ducting_db",
    ("Lminbap (dB)", ""): "min_ducting_db",
    ("Lbda (dB)", ""): "diffraction_ducting_db",
    ("Lbam (dB)", ""): "modified_db",
    ("Lbs (dB)", ""): "troposcatter_db",
    ("Lbc (dB)", ""): "median_location_db",
    ("Lb (dB)", ""): "loss_db",
}


def hills(points: int, seed: float, relief: float = 1.0) -> NDArray[np.float64]:
    """Terrain from a formula, so that every machine has the same."""
    i = np.arange(points)
    waves = 90.0 * np.sin(0.11 * i + seed) + 45.0 * np.cos(0.37 * i * (1 + 0.1 * seed)) + 12.0 * np.sin(1.9 * i)
    return np.asarray(400.0 + relief * waves)


# ------------------------------------------------------------------------------------------------- published examples
def _profile(path: Path) -> NDArray[np.float64]:
    rows = list(csv.reader(path.read_text().splitlines()))
    start = next(k for k, row in enumerate(rows) if row and row[0].startswith("Number of Points"))
    points = int(rows[start][1])
    return np.array([[float(cell) for cell in row[:5]] for row in rows[start + 1 : start + 1 + points]])


def test_study_group_3_examples_with_every_intermediate(reference: Path) -> None:
    logs = sorted((reference / "propagation" / "p1812").glob("*_log.csv"))
    assert len(logs) == 18
    for log in logs:
        lines = [row for row in csv.reader(log.read_text().splitlines()) if len(row) > 3]
        first = {row[0].strip(): float(row[3]) for row in reversed(lines) if row[3] and row[3] != "Value"}
        name = log.name.rsplit("_", 2)[0]
        points = _profile(log.with_name(f"{name}.csv"))
        result = p1812.path_loss(
            points[:, 0],
            points[:, 1],
            tx_height_m=first["htg (m)"],
            rx_height_m=first["hrg (m)"],
            freq_mhz=first["f (GHz)"] * 1e3,
            polarization="horizontal" if first["pol"] == 1 else "vertical",
            time_pct=first["p (%)"],
            location_pct=first["pL (%)"],
            clutter_m=points[:, 3],
            zone=points[:, 4],
            dn=first["DN"],
            n0=first["N0"],
            lat_deg=first["phi (deg)"],
            sigma_l_db=first["sigmaL (dB)"],
            dct_km=first["dct (km)"],
            dcr_km=first["dcr (km)"],
        )
        seen = 0
        for (label, equation), field in LOGGED.items():
            # The logs print ten digits.
            for row in lines:
                if row[0].strip() == label and equation in row[1]:
                    assert getattr(result, field) == pytest.approx(float(row[3]), abs=2e-7, rel=2e-10), (
                        log.name,
                        label,
                    )
                    seen += 1
        assert seen == len(LOGGED)


def test_profiles_at_lte_frequencies(reference: Path) -> None:
    cases: list[dict[str, Any]] = json.loads((reference / "propagation" / "lte_profiles.json").read_text())["profiles"]
    for case in cases:
        heights = np.array(case["heights_m"])
        result = p1812.path_loss(
            np.arange(heights.size) * case["spacing_m"] * 1e-3,
            heights,
            tx_height_m=case["tx_height_m"],
            rx_height_m=case["rx_height_m"],
            freq_mhz=case["freq_mhz"],
            lat_deg=case["lat_deg"],
        )
        # The heights were rounded to 1 mm after the losses had been calculated.
        assert result.loss_db == pytest.approx(case["p1812_lb_db"], abs=1e-4)
        assert result.diffraction_50_db == pytest.approx(case["p1812_ld50_db"], abs=1e-4)


# ------------------------------------------------------------------------------------------------------ pinned profiles
def pinned_case(seed: float, relief: float, total_km: float, freq_mhz: float, **more: Any) -> p1812.P1812Result:
    clutter = 8.0 + 7.0 * np.sin(np.arange(181)) if more.pop("clutter", False) else None
    zone = np.where(np.abs(np.arange(181) - 95) < 75, 1, np.where(np.arange(181) < 12, 4, 3)) if more.pop("sea", 0) else None
    return p1812.path_loss(
        np.linspace(0, total_km, 181),
        hills(181, seed, relief),
        tx_height_m=42.0,
        rx_height_m=1.5,
        freq_mhz=freq_mhz,
        clutter_m=clutter,
        zone=zone,
        **more,
    )


# Calculated by the implementation once it reproduced the published Study Group 3 examples with every intermediate.
PINNED: list[tuple[dict[str, Any], dict[str, float]]] = [
    (
        {"seed": 0.0, "relief": 1.0, "total_km": 27.0, "freq_mhz": 900.0},
        {
            "loss_db": 159.4252742,
            "free_space_db": 120.1121368,
            "diffraction_50_db": 39.3131413,
            "diffraction_beta_db": 38.9078238,
            "diffraction_p_db": 39.3131413,
            "ducting_db": 237.3257285,
            "troposcatter_db": 188.1360526,
            "median_location_db": 159.4252742,
            "beta0_pct": 13.45358,
            "theta_mrad": 34.2118124,
            "hm_m": 126.9166616,
            "spherical_50_db": 0.0,
        },
    ),
    (
        {
            "seed": 1.2,
            "relief": 0.05,
            "total_km": 18.0,
            "freq_mhz": 1800.0,
            "time_pct": 10.0,
            "location_pct": 90.0,
            "sigma_l_db": 5.5,
        },
        {
            "loss_db": 134.571273,
            "free_space_db": 122.6109231,
            "diffraction_50_db": 7.4089859,
            "diffraction_beta_db": 6.4277622,
            "diffraction_p_db": 6.4277622,
            "ducting_db": 130.1478676,
            "troposcatter_db": 164.9522201,
            "median_location_db": 127.5217645,
            "beta0_pct": 16.6534046,
            "theta_mrad": 1.13e-05,
            "hm_m": 5.1324794,
            "spherical_50_db": 0.0795799,
        },
    ),
    (
        {"seed": 2.4, "relief": 0.3, "total_km": 45.0, "freq_mhz": 700.0, "time_pct": 1.0, "clutter": True},
        {
            "loss_db": 137.9169759,
            "free_space_db": 122.366221,
            "diffraction_50_db": 38.1494588,
            "diffraction_beta_db": 35.4099355,
            "diffraction_p_db": 35.4099355,
            "ducting_db": 137.5462417,
            "troposcatter_db": 171.2397622,
            "median_location_db": 137.9169759,
            "beta0_pct": 9.3166266,
            "theta_mrad": 27.732901,
            "hm_m": 41.9864184,
            "spherical_50_db": 7.4865148,
        },
    ),
    (
        {
            "seed": 3.1,
            "relief": 0.02,
            "total_km": 90.0,
            "freq_mhz": 450.0,
            "time_pct": 5.0,
            "sea": True,
            "dct_km": 4.0,
            "dcr_km": 3.0,
            "polarization": "horizontal",
        },
        {
            "loss_db": 128.8748069,
            "free_space_db": 124.5491014,
            "diffraction_50_db": 71.0978132,
            "diffraction_beta_db": 53.8636599,
            "diffraction_p_db": 53.8636599,
            "ducting_db": 128.7036621,
            "troposcatter_db": 164.5255322,
            "median_location_db": 128.8748069,
            "beta0_pct": 19.138599,
            "theta_mrad": 6.8665584,
            "hm_m": 3.4833154,
            "spherical_50_db": 70.5307994,
        },
    ),
    (
        {"seed": 0.7, "relief": 0.1, "total_km": 5.0, "freq_mhz": 2600.0},
        {
            "loss_db": 141.3550057,
            "free_space_db": 114.6791999,
            "diffraction_50_db": 26.6758058,
            "diffraction_beta_db": 26.6411419,
            "diffraction_p_db": 26.6758058,
            "ducting_db": 192.3453761,
            "troposcatter_db": 186.4403939,
            "median_location_db": 141.3550057,
            "beta0_pct": 20.4999471,
            "theta_mrad": 36.246279,
            "hm_m": 13.6712249,
            "spherical_50_db": 0.0,
        },
    ),
    (
        {
            "seed": 5.0,
            "relief": 1.0,
            "total_km": 120.0,
            "freq_mhz": 60.0,
            "time_pct": 20.0,
            "dn": 60.0,
            "n0": 360.0,
            "lat_deg": -35.0,
        },
        {
            "loss_db": 148.8190334,
            "free_space_db": 109.54665,
            "diffraction_50_db": 48.0693515,
            "diffraction_beta_db": 43.3590378,
            "diffraction_p_db": 45.8540694,
            "ducting_db": 229.6958259,
            "troposcatter_db": 148.9928047,
            "median_location_db": 148.8190334,
            "beta0_pct": 3.6825614,
            "theta_mrad": 22.6272449,
            "hm_m": 171.1947149,
            "spherical_50_db": 35.0950704,
        },
    ),
]


@pytest.mark.parametrize(("case", "expected"), PINNED)
def test_pinned_profiles(case: dict[str, Any], expected: dict[str, float]) -> None:
    result = pinned_case(**case)
    assert {name: getattr(result, name) for name in expected} == pytest.approx(expected, abs=1e-6)


# ------------------------------------------------------------------------------------------------------------ behaviour
def test_line_of_sight_near_the_mast_is_free_space() -> None:
    result = p1812.path_loss(np.linspace(0, 1, 31), np.zeros(31), tx_height_m=60, rx_height_m=10, freq_mhz=2600)
    assert result.mode == "line_of_sight"
    slant_km = math.hypot(1.0, 0.05)
    # Eq. 8; at half of the time there is no multipath gain.
    assert result.loss_db == pytest.approx(92.4 + 20 * math.log10(2.6) + 20 * math.log10(slant_km), abs=1e-6)
    assert result.warnings == ()


def test_location_variability() -> None:
    arguments: dict[str, Any] = {"tx_height_m": 40, "rx_height_m": 1.5, "freq_mhz": 800, "sigma_l_db": 5.5}
    distance, heights = np.linspace(0, 12, 121), hills(121, 1.0)
    median = p1812.path_loss(distance, heights, **arguments)
    assert median.loss_db == median.median_location_db
    high = p1812.path_loss(distance, heights, location_pct=95, **arguments)
    # Attachment 2: I(0.95) = -1.645
    assert high.loss_db - median.loss_db == pytest.approx(1.645 * 5.5, abs=0.01)
    low = p1812.path_loss(distance, heights, location_pct=1, **arguments | {"sigma_l_db": 90.0})
    assert low.loss_db == low.los_p_db


def test_clutter_counts_between_the_ends_only() -> None:
    distance, heights = np.linspace(0, 12, 121), hills(121, 2.0)
    arguments: dict[str, Any] = {"tx_height_m": 40, "rx_height_m": 1.5, "freq_mhz": 800}
    clutter = np.zeros(121)
    clutter[[0, -1]] = math.nan
    bare = p1812.path_loss(distance, heights, **arguments)
    assert p1812.path_loss(distance, heights, clutter_m=clutter, **arguments).loss_db == bare.loss_db
    clutter[1:-1] = 20.0
    covered = p1812.path_loss(distance, heights, clutter_m=clutter, **arguments)
    assert covered.diffraction_50_db > bare.diffraction_50_db
    assert covered.theta_mrad == bare.theta_mrad
    assert heights[60] == hills(121, 2.0)[60]


def test_all_inland_zones_are_the_default() -> None:
    distance, heights = np.linspace(0, 12, 121), hills(121, 2.0)
    arguments: dict[str, Any] = {"tx_height_m": 40, "rx_height_m": 1.5, "freq_mhz": 800, "time_pct": 3}
    assert p1812.path_loss(distance, heights, zone=np.full(121, 4), **arguments) == p1812.path_loss(distance, heights, **arguments)


def test_zone_sections() -> None:
    zone = [4, 4, 3, 1, 1, 4, 3, 3, 4, 4, 4]
    result = p1812.path_loss(np.arange(11.0), np.zeros(11), tx_height_m=30, rx_height_m=5, freq_mhz=800, zone=zone, dct_km=2.5)
    assert result.omega == pytest.approx(0.2)
    assert result.dtm_km == pytest.approx(5.5)
    assert result.dlm_km == pytest.approx(2.5)


def test_receiver_at_sea_has_no_location_variability() -> None:
    zone = [4] + [1] * 60
    result = p1812.path_loss(
        np.linspace(0, 30, 61),
        np.zeros(61),
        tx_height_m=30,
        rx_height_m=5,
        freq_mhz=800,
        zone=zone,
        location_pct=90,
        sigma_l_db=8,
        dct_km=0.2,
    )
    assert result.loss_db == max(result.median_location_db, result.los_p_db)


def test_warnings_lead_with_a_code() -> None:
    result = p1812.path_loss(
        np.linspace(0, 60, 31),
        np.zeros(31),
        tx_height_m=30,
        rx_height_m=5,
        freq_mhz=800,
        zone=[4] + [1] * 29 + [4],
        location_pct=90,
    )
    codes = [text.split(":")[0] for text in result.warnings]
    assert codes == ["coarse_profile", "no_location_variability", "coast_distance"]


@settings(deadline=None, max_examples=50)
@given(
    st.floats(0.3, 300),
    st.floats(1.001, 3),
    st.floats(1, 500),
    st.floats(1, 30),
    st.floats(30, 6000),
)
def test_loss_grows_with_distance_on_flat_ground(near_km: float, factor: float, tx_m: float, rx_m: float, freq: float) -> None:
    # For half of the time: at small percentages ducting beyond the horizon does carry farther.
    near, far = (
        p1812.path_loss(np.linspace(0, km, 121), np.full(121, 50.0), tx_height_m=tx_m, rx_height_m=rx_m, freq_mhz=freq)
        for km in (near_km, near_km * factor)
    )
    assert far.loss_db >= near.loss_db - 1e-9


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 6), st.floats(0.02, 1), st.floats(30, 6000), st.sampled_from([1.0, 2.0, 5.0, 20.0, 50.0]))
def test_less_time_never_means_more_loss(seed: float, relief: float, freq: float, time_pct: float) -> None:
    arguments: dict[str, Any] = {"tx_height_m": 40, "rx_height_m": 1.5, "freq_mhz": freq}
    distance, heights = np.linspace(0, 25, 181), hills(181, seed, relief)
    some = p1812.path_loss(distance, heights, time_pct=time_pct, **arguments)
    half = p1812.path_loss(distance, heights, **arguments)
    assert some.loss_db <= half.loss_db + 1e-6


# --------------------------------------------------------------------------------------------------- scalars only
@pytest.mark.parametrize("seed", [0.0, 1.1, 2.2, 3.3])
@pytest.mark.parametrize("relief", [1.0, 0.1, 0.0])
@pytest.mark.parametrize("time_pct", [1.0, 10.0, 50.0])
def test_the_physics_on_scalars_gives_the_whole_path(seed: float, relief: float, time_pct: float) -> None:
    distance, heights = np.linspace(0, 22, 161), hills(161, seed, relief)
    whole = p1812.path_loss(distance, heights, tx_height_m=40, rx_height_m=2, freq_mhz=800, time_pct=time_pct)
    freq_ghz, total_km, hts, hrs = 0.8, 22.0, heights[0] + 40, heights[-1] + 2
    wavelength_m = kernels.WAVELENGTH_M_GHZ / freq_ghz
    radio = p526.Radio(freq_ghz, wavelength_m, True, kernels.LAND_PERMITTIVITY, kernels.LAND_CONDUCTIVITY_S_M)
    losses = []
    for radius_km in (whole.ae_km, whole.ab_km):
        slope_tx, index_tx = p526.max_slope_from_tx(distance, heights, hts, 1 / radius_km)
        slope_rx, index_rx = p526.max_slope_from_rx(distance, heights, hrs, 1 / radius_km)
        nu, index_nu = p526.max_nu(distance, heights, hts, hrs, 1 / radius_km, wavelength_m)
        losses.append(
            p526.delta_bullington_equidistant_scalar(
                p526.Obstacles(total_km, hts, hrs, slope_tx, slope_rx, nu), 160, whole.hstd_m, whole.hsrd_m, radius_km, 0.0, radio
            )
        )
        if radius_km == whole.ae_km:
            direct = (hrs - hts) / total_km
            if slope_tx <= direct:
                slope_tx, slope_rx, index_tx, index_rx = direct, -direct, index_nu, index_nu
            theta_t = kernels.horizon_angle_mrad(slope_tx, total_km, radius_km)
            theta_r = kernels.horizon_angle_mrad(slope_rx, total_km, radius_km)
            dlt, dlr = distance[index_tx], total_km - distance[index_rx]
            hm = kernels.terrain_roughness(distance, heights, whole.hst_ducting_m, whole.hsr_ducting_m, index_tx, index_rx)
    beta0, tau = kernels.beta0_scalar(22.0, total_km, total_km)
    geometry = kernels.Geometry(
        total_km, hts, hrs, whole.ae_km, beta0, tau, 0.0, theta_t, theta_r, dlt, dlr, whole.hte_m, whole.hre_m, hm, 500.0, 500.0
    )
    for complete in (True, False):
        lbc = kernels.p1812_scalar(geometry, freq_ghz, time_pct, 325.0, losses[0], losses[1], complete).lbc
        assert lbc == pytest.approx(whole.median_location_db, abs=1e-9)


# ----------------------------------------------------------------------------------------------------------- many paths
@settings(deadline=None, max_examples=15)
@given(st.sampled_from([1.0, 7.0, 50.0]), st.booleans(), st.booleans(), st.floats(0, 3))
def test_batch_is_bit_for_bit_the_single_path(time_pct: float, clutter: bool, zones: bool, shift: float) -> None:
    seeds = np.linspace(shift, shift + 3, 12)
    distance = np.linspace(0, 20, 141)
    relief = np.tile([1.0, 0.3, 0.02, 0.0], 3)
    heights = np.array([hills(141, seed, scale) for seed, scale in zip(seeds, relief, strict=True)])
    more: dict[str, Any] = {"time_pct": time_pct, "location_pct": 80.0, "sigma_l_db": 6.0}
    extra: dict[str, Any] = {}
    if clutter:
        extra["clutter_m"] = np.abs(np.sin(heights)) * 12
    if zones:
        extra["zone"] = np.where(np.arange(141) % 50 < 20, 1, 4) * np.ones((12, 1), dtype=int)
    freq, mast = np.linspace(60, 2600, 12), np.linspace(10, 200, 12)
    batch = p1812.path_loss_many(distance, heights, tx_height_m=mast, rx_height_m=1.5, freq_mhz=freq, lat_deg=seeds, **more, **extra)
    for k in range(12):
        single = p1812.path_loss(
            distance,
            heights[k],
            tx_height_m=mast[k],
            rx_height_m=1.5,
            freq_mhz=freq[k],
            lat_deg=seeds[k],
            **more,
            **{name: values[k] for name, values in extra.items()},
        )
        for name in batch.__slots__:
            assert getattr(batch, name)[k] == getattr(single, name), name
        assert batch.mode[k] == single.mode


def test_batch_takes_shared_separate_and_ragged_profiles() -> None:
    distance = np.linspace(0, 10, 101)
    heights = np.array([hills(101, 0.5), hills(101, 1.5)])
    arguments: dict[str, Any] = {"tx_height_m": 30, "rx_height_m": 2, "freq_mhz": 700}
    shared = p1812.path_loss_many(distance, heights, **arguments)
    separate = p1812.path_loss_many(np.vstack([distance, distance]), heights, **arguments)
    ragged = p1812.path_loss_many([distance, distance[:51], distance], [heights[0], heights[1, :51], heights[1]], **arguments)
    assert np.array_equal(shared.loss_db, separate.loss_db)
    assert np.array_equal(shared.loss_db, ragged.loss_db[[0, 2]])
    assert ragged.loss_db[1] == p1812.path_loss(distance[:51], heights[1, :51], **arguments).loss_db
    assert p1812.path_loss_many([], [], **arguments).loss_db.shape == (0,)


# --------------------------------------------------------------------------------------------------------------- faults
GOOD: dict[str, Any] = {"tx_height_m": 30.0, "rx_height_m": 2.0, "freq_mhz": 700.0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("freq_mhz", 29.9),
        ("freq_mhz", 6001.0),
        ("time_pct", 0.9),
        ("time_pct", 50.1),
        ("location_pct", 0.5),
        ("location_pct", 99.5),
        ("tx_height_m", 0.5),
        ("rx_height_m", 3001.0),
        ("sigma_l_db", -1.0),
        ("lat_deg", math.nan),
        ("dn", 160.0),
        ("dct_km", -1.0),
        ("polarization", "slant"),
    ],
)
def test_what_lies_outside_the_model_is_refused(name: str, value: Any) -> None:
    distance, heights = np.linspace(0, 10, 51), np.zeros(51)
    with pytest.raises(ModelRangeError, match=name):
        p1812.path_loss(distance, heights, **GOOD | {name: value})
    with pytest.raises(ModelRangeError, match=name):
        p1812.path_loss_many(distance, heights[np.newaxis], **GOOD | {name: value})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"distance_km": np.linspace(0, 0.2, 51)}, "path length"),
        ({"distance_km": np.linspace(0, 3001, 51)}, "path length"),
        ({"distance_km": np.linspace(1, 10, 51)}, "distance_km"),
        ({"distance_km": np.zeros(51)}, "distance_km"),
        ({"distance_km": np.linspace(0, 10, 50)}, "points"),
        ({"heights_m": np.where(np.arange(51) == 7, np.nan, 0.0)}, "heights_m"),
        ({"heights_m": np.where(np.arange(51) == 7, np.inf, 0.0)}, "heights_m"),
        ({"clutter_m": np.full(51, -1.0)}, "clutter_m"),
        ({"clutter_m": np.zeros(50)}, "clutter_m"),
        ({"zone": np.full(51, 2)}, "zone"),
        ({"zone": np.full(50, 4)}, "zone"),
    ],
)
def test_broken_profiles_are_refused(change: dict[str, Any], word: str) -> None:
    profile: dict[str, Any] = {"distance_km": np.linspace(0, 10, 51), "heights_m": np.zeros(51)} | change
    with pytest.raises(ModelRangeError, match=word):
        p1812.path_loss(**profile, **GOOD)
    good = {"distance_km": np.linspace(0, 10, 51), "heights_m": np.zeros(51), "clutter_m": np.zeros(51)}
    good["zone"] = np.full(51, 4)
    pair: dict[str, Any] = {name: [good[name], values] for name, values in profile.items()}
    with pytest.raises(ModelRangeError, match=rf"profile 1: .*{word}"):
        p1812.path_loss_many(**pair, **GOOD)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(ModelRangeError) as caught:
        p1812.path_loss([0.0, 1.0, 2.0], [0.0, math.nan, 0.0], tx_height_m=0, rx_height_m=5000, freq_mhz=9000)
    for word in ("heights_m", "tx_height_m", "rx_height_m", "freq_mhz"):
        assert word in str(caught.value)
    with pytest.raises(ModelRangeError, match=r"clutter_m has 1 profiles.*freq_mhz must be one number"):
        p1812.path_loss_many(np.linspace(0, 1, 5), np.zeros((2, 5)), clutter_m=np.zeros((1, 5)), **GOOD | {"freq_mhz": [700.0] * 3})
