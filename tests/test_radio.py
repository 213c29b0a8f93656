"""The link budget against figures that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Service
from geo_planner.plan import Plan
from geo_planner.radio.budget import coverage_probability, eirp_re_dbm, least_rsrp_dbm, resource_blocks


def test_resource_blocks_of_lte_carriers() -> None:
    """3GPP TS 36.101, table 5.6-1."""
    assert resource_blocks([1.4, 3, 5, 10, 15, 20]).tolist() == [6, 15, 25, 50, 75, 100]


def test_the_sample_cell_radiates_24_dbm_per_resource_element() -> None:
    cell = pd.DataFrame({"tx_power_dbm": [43.0], "antenna_gain_dbi": [11.0], "losses_db": [2.0], "bandwidth_mhz": [10.0]})
    assert eirp_re_dbm(cell).iloc[0] == pytest.approx(43 + 11 - 2 - 10 * np.log10(600))
    assert eirp_re_dbm(cell).iloc[0] == pytest.approx(24.2, abs=0.05)


def test_probability_is_half_at_the_threshold_and_grows_with_the_margin() -> None:
    p = coverage_probability([-121, -113, -105], threshold_dbm=-113, sigma_db=8)
    assert p.tolist() == pytest.approx([0.1587, 0.5, 0.8413], abs=1e-4)
    assert np.isnan(coverage_probability(np.nan, threshold_dbm=-113, sigma_db=8))


def test_covered_level_inverts_the_probability() -> None:
    level = least_rsrp_dbm(Service(rsrp_threshold_dbm=-113, sigma_db=8, min_probability=0.75))
    assert level == pytest.approx(-113 + 8 * 0.67449, abs=1e-3)
    assert coverage_probability(level, threshold_dbm=-113, sigma_db=8) == pytest.approx(0.75)


def test_every_bundled_site_carries_its_eirp(plan: Plan) -> None:
    assert plan.sites["eirp_re_dbm"].round(1).unique().tolist() == [24.2]
