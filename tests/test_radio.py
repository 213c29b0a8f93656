"""The link budget against figures that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Scenario, Service
from geo_planner.notes import run_notes
from geo_planner.plan import Plan
from geo_planner.radio.budget import coverage_probability, eirp_re_dbm, least_rsrp_dbm
from geo_planner.radio.carriers import resource_blocks, spacing_khz
from geo_planner.radio.cells import uplink_shortfall_db
from geo_planner.study_area import StudyArea


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


NR_CHANNELS_MHZ = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100]
NR_BLOCKS = {
    15: [25, 52, 79, 106, 133, 160, 188, 216, 242, 270],
    30: [11, 24, 38, 51, 65, 78, 92, 106, 119, 133, 162, 189, 217, 245, 273],
    60: [None, 11, 18, 24, 31, 38, 44, 51, 58, 65, 79, 93, 107, 121, 135],
}


@pytest.mark.parametrize("scs_khz", NR_BLOCKS)
def test_resource_blocks_of_nr_carriers(scs_khz: int) -> None:
    """3GPP TS 38.101-1, table 5.3.2-1."""
    rows = [(mhz, n) for mhz, n in zip(NR_CHANNELS_MHZ, NR_BLOCKS[scs_khz], strict=False) if n is not None]
    assert resource_blocks([mhz for mhz, _ in rows], "NR", scs_khz=scs_khz).tolist() == [n for _, n in rows]


@pytest.mark.parametrize("scs_khz", NR_BLOCKS)
def test_blocks_of_nr_grow_with_the_channel_and_fit_into_it(scs_khz: int) -> None:
    mhz = np.arange(1.4, 100.01, 0.1)
    blocks = resource_blocks(mhz, "NR", scs_khz=scs_khz)
    assert (np.diff(blocks) >= 0).all()
    assert (blocks >= 1).all()
    assert (blocks * 12 * scs_khz / 1000 <= np.maximum(mhz, 12 * scs_khz / 1000)).all()


def cells(**columns: object) -> pd.DataFrame:
    n = max(len(column) for column in columns.values())  # type: ignore[arg-type]
    figures = {"tx_power_dbm": [43.0] * n, "antenna_gain_dbi": [11.0] * n, "losses_db": [2.0] * n, "freq_mhz": [900.0] * n}
    return pd.DataFrame({**figures, **columns})


def test_nr_spreads_its_power_over_its_own_blocks() -> None:
    """100 MHz at 30 kHz are 273 blocks; the nine tenths of LTE would say 500, 2.6 dB less."""
    rows = cells(technology=["NR", "LTE", "NR"], bandwidth_mhz=[100.0, 100.0, 10.0], freq_mhz=[3500.0, 3500.0, 700.0])
    level = eirp_re_dbm(rows)
    assert level.tolist() == pytest.approx([52 - 10 * np.log10(12 * n) for n in (273, 500, 52)])
    assert level[0] - level[1] == pytest.approx(2.63, abs=0.01)
    assert eirp_re_dbm(rows, scs_khz=30).tolist() == pytest.approx([52 - 10 * np.log10(12 * n) for n in (273, 500, 24)])


def test_fifteen_kilohertz_end_at_fifty_megahertz() -> None:
    assert spacing_khz([700, 700, 3500, 3500], [50, 60, 50, 100], 15).tolist() == [15, 30, 15, 30]
    assert spacing_khz([2299, 2300], [20, 20]).tolist() == [15, 30]


def test_gsm_and_umts_have_the_level_of_the_whole_carrier() -> None:
    rows = cells(technology=["GSM", "UMTS", "gsm"], bandwidth_mhz=[1.4, 5.0, 1.4])
    assert eirp_re_dbm(rows).tolist() == [52.0] * 3


def test_a_blank_technology_counts_as_lte_and_lte_is_as_it_was() -> None:
    rows = cells(technology=pd.array([pd.NA, "LTE", "lte"], dtype="string"), bandwidth_mhz=[10.0] * 3)
    assert eirp_re_dbm(rows).tolist() == [43.0 + 11.0 - 2.0 - 10.0 * np.log10(600.0)] * 3


def test_the_uplink_of_nr_counts_its_own_blocks() -> None:
    """The same blocks are twice as wide at 30 kHz: 3 dB more noise, and the cell's power per element counts with its own blocks."""
    service = Service(technology="NR", rsrp_threshold_dbm=-140)
    rows = cells(technology=["NR", "NR"], bandwidth_mhz=[20.0, 20.0], freq_mhz=[700.0, 3500.0])
    low, high = uplink_shortfall_db(rows, service) + service.rsrp_threshold_dbm
    noise_dbm = -174 + 5 - 3 + 10 * np.log10(2 * np.array([0.18e6, 0.36e6]))
    assert [low, high] == pytest.approx(43 - 10 * np.log10(12 * np.array([106, 51])) - 23 + noise_dbm)


def test_the_uplink_of_gsm_counts_its_carrier() -> None:
    service = Service(technology="GSM", rsrp_threshold_dbm=-140, uplink={"resource_blocks": 1})
    needed = uplink_shortfall_db(cells(technology=["GSM"], bandwidth_mhz=[1.4]), service).iloc[0] + service.rsrp_threshold_dbm
    assert needed == pytest.approx(43 - 23 - 174 + 10 * np.log10(0.2e6) + 5 - 3)


@pytest.mark.parametrize(("technology", "quantity"), [("GSM", "RxLev"), ("UMTS", "RSCP"), ("LTE", None), ("NR", None)])
def test_a_service_without_rsrp_says_so(
    scenario: Scenario, study_area: StudyArea, plan: Plan, technology: str, quantity: str | None
) -> None:
    service = scenario.service.model_copy(update={"technology": technology})
    told = [n for n in run_notes(study_area, plan.sites, scenario.model_copy(update={"service": service})) if n.code == "level_of_carrier"]
    assert [dict(note.said.facts)["quantity"] for note in told] == ([quantity] if quantity else [])
