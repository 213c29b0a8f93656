"""P.838-3 and P.530 against the study group's own examples, recomputed figures and published links; ranges are enforced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p530, p838
from geo_planner.propagation.p525 import free_space_loss_db


@pytest.fixture(scope="module")
def figures(reference: Path) -> Path:
    return reference / "backhaul"


# Without the reference data these hold the same rule: the study group's examples and the literature's link.
@pytest.mark.parametrize(
    ("elevation", "freq", "rain", "tilt", "k", "alpha", "loss"),
    [
        (31.07699124, 14.25, 26.48052, 0, 0.03975488, 1.12418043, 1.58130839),
        (40.232036, 29, 33.936232, 0, 0.22031404, 0.9504446, 6.27846024),
        (48.24117054, 14.25, 63.62668149, 90, 0.04226474, 1.07871664, 3.72901264),
        (85.80459566, 29, 99.13558978, 90, 0.21737148, 0.93950825, 16.3183686),
    ],
)
def test_examples_of_the_study_group(elevation: float, freq: float, rain: float, tilt: float, k: float, alpha: float, loss: float) -> None:
    found = p838.coefficients(freq, tilt_deg=tilt, elevation_deg=elevation)
    assert found == pytest.approx((k, alpha), rel=2e-7)
    assert p838.specific_attenuation_db_per_km(freq, rain, tilt_deg=tilt, elevation_deg=elevation) == pytest.approx(loss, rel=1e-7)


def test_a_published_link_in_rain() -> None:
    """2.5 GHz, 21.503562 km, 50 mm/h, horizontal: 127.3208 dB with free space (share without the time factor)."""
    rain = p530.rain_attenuation_db(2.5, 21.503562, rain_001_mm_h=50, tilt_deg=0)
    at_001 = rain / (0.07**0.12 * 0.12**0.88 * 0.01 ** -(0.855 * 0.12 + 0.546 * 0.88 + (0.139 * 0.12 + 0.043 * 0.88) * np.log10(0.01)))
    assert free_space_loss_db(21.503562, 2500) + at_001 == pytest.approx(127.3208, abs=2e-4)


def test_coefficients_of_the_reference(figures: Path) -> None:
    rows = pd.read_csv(figures / "p838_coefficients.csv")
    k, alpha = p838.coefficients(rows["f_ghz"], tilt_deg=rows["tau_deg"], elevation_deg=rows["elev_deg"])
    np.testing.assert_allclose(k, rows["k"], rtol=1e-7)
    np.testing.assert_allclose(alpha, rows["alpha"], rtol=1e-7)
    for rain in (20, 50, 80, 100):
        name = next(c for c in rows if c.endswith(f"R{rain}"))
        loss = p838.specific_attenuation_db_per_km(rows["f_ghz"], rain, tilt_deg=rows["tau_deg"], elevation_deg=rows["elev_deg"])
        np.testing.assert_allclose(loss, rows[name], atol=6e-7)


def test_rain_of_the_reference(figures: Path) -> None:
    rows = pd.read_csv(figures / "p530_rain.csv")
    loss = p530.rain_attenuation_db(
        rows["f_ghz"], rows["d_km"], rain_001_mm_h=rows["R001_mm_h"], time_pct=rows["p_pct"], tilt_deg=rows["tau_deg"]
    )
    np.testing.assert_allclose(loss, rows["Ap_db_reference"], atol=6e-6)


@pytest.mark.parametrize(("method", "column"), [("deep", "pw_deep_231_pct"), ("any", "pw_any_232_pct")])
def test_multipath_of_the_reference(figures: Path, method: str, column: str) -> None:
    rows = pd.read_csv(figures / "p530_18_multipath.csv")
    found = p530.fade_probability_pct(
        rows["f_ghz"], rows["d_km"], geoclimatic_k=10.0 ** rows["log10K"], dn75=rows["dN75"], tx_height_m=rows["he_m"],
        rx_height_m=rows["hr_m"], terrain_height_m=rows["ht_m"], fade_db=rows["A_db"], method=method,
    )  # fmt: skip
    wanted = rows[column].clip(upper=100.0)  # a share of the time is no more than all of it
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_edition_17_of_the_reference(figures: Path) -> None:
    rows = pd.read_csv(figures / "p530_17_lai_chau_points.csv")
    found = p530.fade_probability_17_pct(
        7, 30, dn1=rows["dN1_DN65_1pct"], terrain_roughness_m=rows["s_a_m"], tx_height_m=1500, rx_height_m=1200, fade_db=30
    )
    np.testing.assert_allclose(found, rows.filter(like="pw_pct_ref").iloc[:, 0], rtol=5e-5)  # of inputs with two decimals


def test_any_depth_at_the_ends() -> None:
    """No fade at all is exceeded for 63 % of the time, and deep fades follow the straight line."""
    path = {"geoclimatic_k": 1e-4, "dn75": 100, "tx_height_m": 1500, "rx_height_m": 1200, "terrain_height_m": 900}
    assert p530.fade_probability_pct(7, 30, **path, fade_db=0) == pytest.approx(100 * (1 - np.exp(-1)))
    depths = np.arange(0, 60, 0.25)
    shares = p530.fade_probability_pct(7, 30, **path, fade_db=depths)
    assert (np.diff(shares) < 0).all()
    assert shares[-1] == pytest.approx(p530.fade_probability_pct(7, 30, **path, fade_db=depths[-1], method="deep"))


def test_year_factor_of_the_reference(figures: Path) -> None:
    rows = pd.read_csv(figures / "p530_deltaG.csv")
    found = p530.worst_month_to_year_db(rows["d_km"], lat_deg=rows["lat"], inclination_mrad=rows["eps_p_mrad"])
    np.testing.assert_allclose(found, rows["dG_capped_10p8_db"], atol=6e-6)


def test_year_factor_is_at_most_that_of_one_month() -> None:
    assert p530.worst_month_to_year_db(5, lat_deg=60, inclination_mrad=20) == 10.8
    assert p530.worst_month_to_year_db(20, lat_deg=22, inclination_mrad=0) == pytest.approx(5.43381, abs=1e-5)
    south, north = (p530.worst_month_to_year_db(20, lat_deg=lat, inclination_mrad=3) for lat in (-22, 22))
    assert south == north


def test_fresnel_zone_and_bulge(figures: Path) -> None:
    rows = pd.read_csv(figures / "fresnel_and_bulge.csv")
    radius = p530.fresnel_radius_m(rows["f_ghz"], rows["d1_km"], rows["d2_km"])
    np.testing.assert_allclose(radius, rows["F1_m"], atol=6e-5)
    for column, k in (("bulge_m_k4/3", 4 / 3), ("bulge_k1", 1), ("bulge_k2/3", 2 / 3), ("bulge_k1/2", 0.5)):
        np.testing.assert_allclose(p530.bulge_m(rows["d1_km"], rows["d2_km"], k), rows[column], atol=6e-5)


def test_a_hop_known_by_heart() -> None:
    assert p530.fresnel_radius_m(7, 5, 5) == pytest.approx(10.3387, abs=1e-4)
    assert p530.bulge_m(5, 5, 4 / 3) == pytest.approx(1.4715, abs=1e-4)
    # 18 GHz over 10 km loses 35 dB where 75 to 80 mm/h fall for 0.01 % of the year, 7 GHz over 30 km 9.3 dB
    assert p530.rain_attenuation_db(18, 10, rain_001_mm_h=80) == pytest.approx(35, abs=0.6)
    assert p530.rain_attenuation_db(7, 30, rain_001_mm_h=80) == pytest.approx(9.308, abs=1e-3)


def test_longest_share_of_a_short_hop() -> None:
    """Where the formula's denominator falls to nothing the share is held at 2.5."""
    loss = p530.rain_attenuation_db(20, np.array([0.02, 0.05, 0.1]), rain_001_mm_h=80)
    assert np.isfinite(loss).all()
    assert (np.diff(loss) > 0).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: p838.coefficients(0.5),
        lambda: p838.coefficients(1001),
        lambda: p838.coefficients(float("nan")),
        lambda: p838.coefficients(10, elevation_deg=91),
        lambda: p838.specific_attenuation_db_per_km(10, -1),
        lambda: p530.rain_attenuation_db(101, 10, rain_001_mm_h=80),
        lambda: p530.rain_attenuation_db(10, 0, rain_001_mm_h=80),
        lambda: p530.rain_attenuation_db(10, 61, rain_001_mm_h=80),
        lambda: p530.rain_attenuation_db(10, 10, rain_001_mm_h=80, time_pct=0.0005),
        lambda: p530.rain_attenuation_db(10, 10, rain_001_mm_h=80, time_pct=2),
        lambda: p530.rain_attenuation_db(10, 10, rain_001_mm_h=-1),
        lambda: p530.fade_probability_17_pct(7, 200, dn1=-200, terrain_roughness_m=400, tx_height_m=1, rx_height_m=1, fade_db=30),
        lambda: p530.fade_probability_17_pct(7, 1, dn1=-200, terrain_roughness_m=400, tx_height_m=1, rx_height_m=1, fade_db=30),
        lambda: p530.fade_probability_pct(7, 30, geoclimatic_k=0, dn75=100, tx_height_m=1, rx_height_m=1, terrain_height_m=0, fade_db=30),
        lambda: p530.fade_probability_pct(
            7, 30, geoclimatic_k=1e-4, dn75=100, tx_height_m=1, rx_height_m=1, terrain_height_m=0, fade_db=30, method="all"
        ),
        lambda: p530.worst_month_to_year_db(0, lat_deg=22, inclination_mrad=0),
        lambda: p530.worst_month_to_year_db(10, lat_deg=91, inclination_mrad=0),
        lambda: p530.fresnel_radius_m(0, 1, 1),
        lambda: p530.bulge_m(1, 1, 0),
    ],
)
def test_outside_its_range_a_method_refuses(call: object) -> None:
    with pytest.raises(ModelRangeError):
        call()  # type: ignore[operator]


def test_shapes_follow_the_arguments() -> None:
    assert isinstance(p530.rain_attenuation_db(10, 10, rain_001_mm_h=80), float)
    assert p530.rain_attenuation_db(np.array([7, 18])[:, None], np.array([5, 10, 15]), rain_001_mm_h=80).shape == (2, 3)
