"""On a fine grid levels and probabilities are rounded off, within what is stated, and no cell changes side."""

from __future__ import annotations

import numpy as np
import pytest

from geo_planner import units
from geo_planner.calibration import CalibrationSettings
from geo_planner.config import Propagation, Service
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.digits import rounded_margin, rounded_probability
from geo_planner.radio.other_service import under_service
from tests.test_coverage import make_dem, make_sites

SERVICE = Service(rsrp_threshold_dbm=-80.3)


def _coverage(operators: tuple[str, ...] = ("A", "B")) -> Coverage:
    rng = np.random.default_rng(3)
    dem = make_dem(500 + rng.normal(0, 40, (80, 80)))
    sites = make_sites(*({"operator": name, "row": 30.0 + 20 * n} for n, name in enumerate(operators)))
    return compute_coverage(dem, sites, SERVICE, Propagation(model="free_space", max_radius_km=12))


def test_it_stays_within_what_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _coverage()
    monkeypatch.setattr(units, "FINE_CELLS", 0)
    fine = _coverage()
    assert not np.array_equal(fine.rsrp_dbm, plain.rsrp_dbm, equal_nan=True)
    pairs = [(fine.rsrp_dbm, plain.rsrp_dbm), (fine.second_dbm, plain.second_dbm)]
    pairs += [(level, plain.by_operator_dbm[name]) for name, level in fine.by_operator_dbm.items()]
    for rounded, level in pairs:
        np.testing.assert_allclose(rounded, level, rtol=0, atol=1 / 128 + 1e-5)
        assert np.array_equal(np.nan_to_num(rounded) * 64 % 1, np.zeros(rounded.shape))
    np.testing.assert_allclose(fine.margin_db, plain.margin_db, rtol=0, atol=1 / 128 + 1e-5)
    np.testing.assert_allclose(fine.probability, plain.probability, rtol=0, atol=1 / 2048 + 1e-6)
    for now, then, least in ((fine.probability, plain.probability, SERVICE.min_probability), (fine.margin_db, plain.margin_db, 0.0)):
        assert np.array_equal(now >= least, then >= least)
        assert np.array_equal(np.isnan(now), np.isnan(then))
    np.testing.assert_array_equal(fine.best_server, plain.best_server)
    np.testing.assert_array_equal(fine.overlap, plain.overlap)


def test_an_operator_alone_is_held_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "FINE_CELLS", 0)
    alone = _coverage(("A", "A"))
    assert alone.by_operator_dbm["A"] is alone.rsrp_dbm


def test_a_value_next_to_its_bound_stays_on_its_side() -> None:
    values = np.nextafter(np.float32(0.75), np.float32([0, 1]))
    assert np.array_equal(rounded_probability(values, 0.75) >= 0.75, [False, True])
    assert np.array_equal(rounded_margin(np.float32([-1e-6, 0.0, 1e-6])) >= 0, [False, True, True])
    assert np.isnan(rounded_probability(np.float32([np.nan]), 0.75)).all()


def test_another_threshold_is_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "FINE_CELLS", 0)
    dem, sites = make_dem(np.full((80, 80), 500.0)), make_sites({})
    coverage = compute_coverage(dem, sites, SERVICE, Propagation(model="free_space", max_radius_km=12))
    assert under_service(coverage, SERVICE, SERVICE, dem=dem, sites=sites, calibration=CalibrationSettings()) is None
