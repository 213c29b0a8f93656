"""Link budget: from the figures of a cell to RSRP, and from RSRP to the probability of service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from geo_planner.calibration import BandCalibration, calibrated_rsrp_dbm, equivalent_rsrp_dbm
from geo_planner.config import Service
from geo_planner.propagation.p2108 import Clutter as Surroundings
from geo_planner.propagation.p2108 import height_gain_loss_db
from geo_planner.propagation.p2109 import building_entry_loss_db
from geo_planner.radio.carriers import BLOCK_MHZ, subcarriers
from geo_planner.units import FloatArray


def eirp_re_dbm(cells: pd.DataFrame, *, scs_khz: int | None = None) -> pd.Series:
    """EIRP per resource element of each cell, dBm: total power spread evenly over all sub-carriers; of GSM and UMTS that of the whole carrier.

    Parameters
    ----------
    cells : DataFrame
        Columns ``tx_power_dbm``, ``antenna_gain_dbi``, ``losses_db``, ``bandwidth_mhz``; ``technology`` and ``freq_mhz`` where not all is LTE.
    scs_khz : int, optional
        Sub-carrier spacing of NR; by the band when left out.

    Returns
    -------
    Series
        Same index, named ``eirp_re_dbm``.
    """
    total = cells["tx_power_dbm"].astype(float) + cells["antenna_gain_dbi"].astype(float) - cells["losses_db"].astype(float)
    return (total - 10.0 * np.log10(subcarriers(cells, scs_khz))).rename("eirp_re_dbm")


def coverage_probability(rsrp_dbm: npt.ArrayLike, *, threshold_dbm: float, sigma_db: float) -> FloatArray:
    """P(true RSRP >= threshold) when the prediction errs normally with standard deviation `sigma_db`; NaN stays NaN.

    >>> float(coverage_probability(-113.0, threshold_dbm=-113.0, sigma_db=8.0))
    0.5
    """
    return np.asarray(ndtr((np.asarray(rsrp_dbm, dtype=float) - threshold_dbm) / sigma_db))


def service_probability(level_dbm: npt.ArrayLike, service: Service) -> FloatArray:
    """P(service) of a level, from :func:`level_dbm`."""
    return coverage_probability(level_dbm, threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db)


def serves(level_dbm: npt.ArrayLike, service: Service) -> npt.NDArray[np.bool_]:
    """Whether a level, from :func:`level_dbm`, covers: by the very figures that the rasters of a coverage keep."""
    return np.asarray(service_probability(level_dbm, service).astype(np.float32) >= service.min_probability)


def least_rsrp_dbm(service: Service) -> float:
    """The least level that the required probability of service asks for."""
    return float(service.rsrp_threshold_dbm + service.sigma_db * ndtri(service.min_probability))


def received_dbm(
    eirp_dbm: Any, loss_db: Any, antenna_db: Any = 0.0, *, band: BandCalibration | None = None, distance_km: npt.ArrayLike = 0.0
) -> Any:
    """RSRP at the handset, of one path or an array of them: EIRP less the losses, with the measured error of the band put right."""
    rsrp = np.asarray(eirp_dbm - loss_db - antenna_db)
    return rsrp if band is None else calibrated_rsrp_dbm(rsrp, distance_km, band).astype(rsrp.dtype)


def level_dbm(rsrp_dbm: Any, shortfall_db: Any, *, band: BandCalibration | None, service: Service) -> Any:
    """What an RSRP is worth: less what the uplink falls short, so that one threshold serves both directions; for a band with a sigma
    of its own, the level at which the service's sigma gives the same probability.
    """
    level = rsrp_dbm - shortfall_db
    if band is None:
        return level
    equivalent = equivalent_rsrp_dbm(level, band, threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db)
    return equivalent.astype(level.dtype)


def handset_loss_db(service: Service, freq_mhz: float, terminal: Mapping[int, Surroundings], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Walls and trees around the handset by class of the ground, shape (256,): P.2109 indoors, P.2108 in the surroundings of `terminal`."""
    entry_db = float(building_entry_loss_db(freq_mhz, building=service.building)) if service.place == "indoor" else 0.0
    table = np.full(256, entry_db, dtype=dtype)
    for code, surroundings in terminal.items():
        table[code] += table.dtype.type(height_gain_loss_db(freq_mhz, service.rx_height_m, surroundings))
    return table


# 3GPP TR 36.814, table A.2.1.1-2: three-sector macro antenna
SECTOR_WIDTH_DEG, SECTOR_FLOOR_DB = 70.0, 25.0
VERTICAL_WIDTH_DEG, VERTICAL_FLOOR_DB = 10.0, 20.0


def pattern_loss_db(off_azimuth_deg: npt.ArrayLike | None, off_tilt_deg: npt.ArrayLike | None) -> FloatArray:
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
    horizontal = vertical = np.zeros(())
    if off_azimuth_deg is not None:
        off = (np.asarray(off_azimuth_deg, dtype=float) + 180.0) % 360.0 - 180.0
        horizontal = np.minimum(12.0 * (off / SECTOR_WIDTH_DEG) ** 2, SECTOR_FLOOR_DB)
    if off_tilt_deg is not None:
        vertical = np.minimum(12.0 * (np.asarray(off_tilt_deg, dtype=float) / VERTICAL_WIDTH_DEG) ** 2, VERTICAL_FLOOR_DB)
    return np.asarray(np.minimum(horizontal + vertical, SECTOR_FLOOR_DB))


def antenna_loss_db(
    azimuth_deg: float, tilt_deg: float, *, east: npt.ArrayLike, north: npt.ArrayLike, fall_m: npt.ArrayLike, away_m: npt.ArrayLike
) -> FloatArray:
    """Gain that an antenna loses towards one place or many.

    Parameters
    ----------
    azimuth_deg, tilt_deg : float
        Of its axis; NaN where not known.
    east, north : array_like
        From the mast to the place, in any unit.
    fall_m, away_m : array_like
        How far below the antenna the handset is, and how far away.
    """
    off_azimuth = None if np.isnan(azimuth_deg) else np.degrees(np.arctan2(east, north)) - azimuth_deg
    off_tilt = None if np.isnan(tilt_deg) else np.degrees(np.arctan2(fall_m, away_m)) - tilt_deg
    return pattern_loss_db(off_azimuth, off_tilt)


THERMAL_NOISE_DBM_HZ = -174.0


def uplink_sensitivity_dbm(*, noise_figure_db: float, sinr_db: float, blocks: int, block_mhz: npt.ArrayLike = BLOCK_MHZ) -> Any:
    """Least power at the base station's antenna port for an uplink of so many resource blocks of so many MHz each.

    >>> round(float(uplink_sensitivity_dbm(noise_figure_db=5, sinr_db=0, blocks=2)), 1)
    -113.4
    """
    bandwidth_hz = blocks * np.asarray(block_mhz, dtype=float) * 1e6
    return THERMAL_NOISE_DBM_HZ + 10.0 * np.log10(bandwidth_hz) + noise_figure_db + sinr_db


def uplink_rsrp_dbm(cells: pd.DataFrame, *, ue_power_dbm: float, sensitivity_dbm: npt.ArrayLike, scs_khz: int | None = None) -> pd.Series:
    """RSRP at which the uplink of each cell just holds: the paths and antennas are the same both ways.

    Where it lies above the service threshold the uplink decides.

    Parameters
    ----------
    cells : DataFrame
        Columns ``tx_power_dbm`` and ``bandwidth_mhz``; ``technology`` and ``freq_mhz`` where not all is LTE.
    ue_power_dbm : float
        Power of the handset, spread over its resource blocks.
    sensitivity_dbm : array_like
        From :func:`uplink_sensitivity_dbm`; one for all cells or one each.
    scs_khz : int, optional
        Sub-carrier spacing of NR; by the band when left out.
    """
    re_power = cells["tx_power_dbm"].astype(float) - 10.0 * np.log10(subcarriers(cells, scs_khz))
    return (re_power - ue_power_dbm + sensitivity_dbm).rename("uplink_rsrp_dbm")
