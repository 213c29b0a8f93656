"""Link budget: from the figures of a cell to RSRP, and from RSRP to the probability of service."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

SUBCARRIERS_PER_BLOCK = 12
BLOCK_MHZ = 0.18


def resource_blocks(bandwidth_mhz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Resource blocks of an LTE carrier (3GPP TS 36.101, table 5.6-1).

    Nine tenths of the channel are filled with blocks of 180 kHz; only the 1.4 MHz carrier, with 6, departs from that.

    >>> resource_blocks([1.4, 3, 5, 10, 15, 20]).astype(int).tolist()
    [6, 15, 25, 50, 75, 100]
    """
    bandwidth = np.asarray(bandwidth_mhz, dtype=float)
    return np.where(bandwidth < 3, 6.0, np.floor(0.9 * bandwidth / BLOCK_MHZ + 1e-9))


def eirp_re_dbm(cells: pd.DataFrame) -> pd.Series:
    """EIRP per resource element of each cell, dBm: total power spread evenly over all sub-carriers.

    Parameters
    ----------
    cells : DataFrame
        Columns ``tx_power_dbm``, ``antenna_gain_dbi``, ``losses_db``, ``bandwidth_mhz``.

    Returns
    -------
    Series
        Same index, named ``eirp_re_dbm``.
    """
    total = cells["tx_power_dbm"].astype(float) + cells["antenna_gain_dbi"].astype(float) - cells["losses_db"].astype(float)
    subcarriers = SUBCARRIERS_PER_BLOCK * resource_blocks(cells["bandwidth_mhz"].astype(float))
    return (total - 10.0 * np.log10(subcarriers)).rename("eirp_re_dbm")


def coverage_probability(rsrp_dbm: npt.ArrayLike, *, threshold_dbm: float, sigma_db: float) -> npt.NDArray[np.float64]:
    """P(true RSRP >= threshold) when the prediction errs normally with standard deviation `sigma_db`; NaN stays NaN.

    >>> float(coverage_probability(-113.0, threshold_dbm=-113.0, sigma_db=8.0))
    0.5
    """
    return np.asarray(ndtr((np.asarray(rsrp_dbm, dtype=float) - threshold_dbm) / sigma_db))


def covered_rsrp_dbm(*, threshold_dbm: float, sigma_db: float, min_probability: float) -> float:
    """Least predicted RSRP whose probability of service reaches `min_probability`."""
    return float(threshold_dbm + sigma_db * ndtri(min_probability))
