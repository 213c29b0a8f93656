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


# 3GPP TR 36.814, table A.2.1.1-2: three-sector macro antenna
SECTOR_WIDTH_DEG, SECTOR_FLOOR_DB = 70.0, 25.0
VERTICAL_WIDTH_DEG, VERTICAL_FLOOR_DB = 10.0, 20.0


def pattern_loss_db(off_azimuth_deg: npt.ArrayLike | None, off_tilt_deg: npt.ArrayLike | None) -> npt.NDArray[np.float64]:
    """Gain lost off an antenna's axis (3GPP TR 36.814, table A.2.1.1-2).

    Parameters
    ----------
    off_azimuth_deg : array_like or None
        Azimuth of the receiver less that of the antenna; None for an omnidirectional antenna.
    off_tilt_deg : array_like or None
        Angle of the receiver below the horizon less the downtilt; None where the tilt is not known, and then nothing is
        taken off: the vertical pattern of an unknown antenna is not guessed.

    Returns
    -------
    ndarray
        In dB, at least 0.
    """
    horizontal = np.zeros(1)
    if off_azimuth_deg is not None:
        off = (np.asarray(off_azimuth_deg, dtype=float) + 180.0) % 360.0 - 180.0
        horizontal = np.minimum(12.0 * (off / SECTOR_WIDTH_DEG) ** 2, SECTOR_FLOOR_DB)
    vertical = np.zeros(1)
    if off_tilt_deg is not None:
        vertical = np.minimum(12.0 * (np.asarray(off_tilt_deg, dtype=float) / VERTICAL_WIDTH_DEG) ** 2, VERTICAL_FLOOR_DB)
    return np.minimum(horizontal + vertical, SECTOR_FLOOR_DB)


THERMAL_NOISE_DBM_HZ = -174.0


def uplink_sensitivity_dbm(*, noise_figure_db: float, sinr_db: float, blocks: int) -> float:
    """Least power at the base station's antenna port for an uplink of so many resource blocks.

    >>> round(uplink_sensitivity_dbm(noise_figure_db=5, sinr_db=0, blocks=2), 1)
    -113.4
    """
    bandwidth_hz = blocks * BLOCK_MHZ * 1e6
    return float(THERMAL_NOISE_DBM_HZ + 10.0 * np.log10(bandwidth_hz) + noise_figure_db + sinr_db)


def uplink_rsrp_dbm(cells: pd.DataFrame, *, ue_power_dbm: float, sensitivity_dbm: float) -> pd.Series:
    """RSRP at which the uplink of each cell just holds: the paths and antennas are the same both ways.

    Where it lies above the service threshold the uplink decides.

    Parameters
    ----------
    cells : DataFrame
        Columns ``tx_power_dbm`` and ``bandwidth_mhz``.
    ue_power_dbm : float
        Power of the handset, spread over its resource blocks.
    sensitivity_dbm : float
        From :func:`uplink_sensitivity_dbm`.
    """
    re_power = cells["tx_power_dbm"].astype(float) - 10.0 * np.log10(
        SUBCARRIERS_PER_BLOCK * resource_blocks(cells["bandwidth_mhz"].astype(float))
    )
    return (re_power - ue_power_dbm + sensitivity_dbm).rename("uplink_rsrp_dbm")
