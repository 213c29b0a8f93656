"""Carriers of the radio technologies: over how much of a channel a cell spreads its power, and the width of a resource block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.units import FloatArray

SUBCARRIERS_PER_BLOCK = 12
BLOCK_MHZ = 0.18
WHOLE_CARRIER = {"GSM": "RxLev", "UMTS": "RSCP"}
"""Technologies whose level is that of the whole carrier, and what it is called; the others' is that of a resource element."""
GSM_CARRIER_MHZ = 0.2  # 3GPP TS 45.005, section 2
TDD_FROM_MHZ = 2300.0
"""From here on NR is taken to be TDD, with 30 kHz between sub-carriers; below FDD, with 15 kHz. Assumption, settable by the service."""

# 3GPP TS 38.101-1, table 5.3.2-1: channel in MHz and its resource blocks, by sub-carrier spacing in kHz
_NR_BLOCKS = {
    15: ((3, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50), (15, 25, 52, 79, 106, 133, 160, 188, 216, 242, 270)),
    30: (
        (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100),
        (11, 24, 38, 51, 65, 78, 92, 106, 119, 133, 162, 189, 217, 245, 273),
    ),
    60: ((10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100), (11, 18, 24, 31, 38, 44, 51, 58, 65, 79, 93, 107, 121, 135)),
}


def resource_blocks(bandwidth_mhz: npt.ArrayLike, technology: str = "LTE", *, scs_khz: int = 15) -> FloatArray:
    """Resource blocks of a carrier of LTE or NR.

    Parameters
    ----------
    bandwidth_mhz : array_like
        Of the channel.
    technology : {"LTE", "NR"}
        LTE (3GPP TS 36.101, table 5.6-1): nine tenths of the channel are filled with blocks of 180 kHz; only the 1.4 MHz carrier, with 6,
        departs from that. NR: 3GPP TS 38.101-1, table 5.3.2-1; between two of its channels in proportion, in whole blocks, and beyond
        its ends in proportion to the nearest.
    scs_khz : {15, 30, 60}
        Between two sub-carriers of NR. 15 kHz ends at 50 MHz.

    Examples
    --------
    >>> resource_blocks([1.4, 3, 5, 10, 15, 20]).astype(int).tolist()
    [6, 15, 25, 50, 75, 100]
    >>> resource_blocks([20, 100], "NR", scs_khz=30).astype(int).tolist()
    [51, 273]
    """
    bandwidth = np.asarray(bandwidth_mhz, dtype=float)
    if technology != "NR":
        return np.where(bandwidth < 3, 6.0, np.floor(0.9 * bandwidth / BLOCK_MHZ + 1e-9))
    channels, blocks = (np.array(part, dtype=float) for part in _NR_BLOCKS[scs_khz])
    within = np.interp(bandwidth, channels, blocks) * bandwidth / np.clip(bandwidth, channels[0], channels[-1])
    return np.asarray(np.maximum(np.floor(within + 1e-9), 1.0))


def spacing_khz(freq_mhz: npt.ArrayLike, bandwidth_mhz: npt.ArrayLike, asked_khz: int | None = None) -> npt.NDArray[np.int64]:
    """Between two sub-carriers of NR: what is asked for, else by the band; 30 kHz where 15 kHz has no channel so wide.

    >>> spacing_khz([700.0, 3500.0, 700.0], [10.0, 100.0, 60.0]).tolist()
    [15, 30, 30]
    """
    freq, bandwidth = np.asarray(freq_mhz, dtype=float), np.asarray(bandwidth_mhz, dtype=float)
    usual = np.where(freq >= TDD_FROM_MHZ, 30, 15) if asked_khz is None else np.full(freq.shape, asked_khz)
    return np.where((usual == 15) & (bandwidth > _NR_BLOCKS[15][0][-1]), 30, usual).astype(np.int64)


def subcarriers(cells: pd.DataFrame, asked_khz: int | None = None) -> FloatArray:
    """Over how many sub-carriers each cell spreads its power; 1 where the level is that of the whole carrier.

    Parameters
    ----------
    cells : DataFrame
        ``bandwidth_mhz`` and, where there are other technologies than LTE, ``technology`` and ``freq_mhz``; a blank technology counts as LTE.
    asked_khz : int, optional
        Sub-carrier spacing of NR, see :func:`spacing_khz`.
    """
    bandwidth = cells["bandwidth_mhz"].astype(float).to_numpy()
    n = SUBCARRIERS_PER_BLOCK * resource_blocks(bandwidth)
    technology = _technologies(cells)
    n[np.isin(technology, list(WHOLE_CARRIER))] = 1.0
    for spacing, rows in _by_spacing(cells, technology, asked_khz):
        n[rows] = SUBCARRIERS_PER_BLOCK * resource_blocks(bandwidth[rows], "NR", scs_khz=spacing)
    return n


def uplink_block_mhz(cells: pd.DataFrame, asked_khz: int | None = None) -> FloatArray:
    """Width of what the service's uplink counts as a block, by cell: 12 sub-carriers; the blocks of GSM are carriers.

    A block of UMTS counts as one of LTE: its signal-to-noise is stated behind the despreading.
    """
    width, technology = np.full(len(cells), BLOCK_MHZ), _technologies(cells)
    width[technology == "GSM"] = GSM_CARRIER_MHZ
    for spacing, rows in _by_spacing(cells, technology, asked_khz):
        width[rows] = SUBCARRIERS_PER_BLOCK * spacing / 1000.0
    return width


def _technologies(cells: pd.DataFrame) -> npt.NDArray[np.str_]:
    if "technology" not in cells:
        return np.full(len(cells), "LTE")
    return cells["technology"].astype("string").fillna("LTE").str.upper().to_numpy(dtype=str)


def _by_spacing(cells: pd.DataFrame, technology: npt.NDArray[np.str_], asked_khz: int | None) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """The cells of NR by their sub-carrier spacing: positions in the table."""
    rows = np.flatnonzero(technology == "NR")
    if not rows.size:
        return []
    freq, bandwidth = (
        cells[name].iloc[rows].astype("Float64").to_numpy(dtype=float, na_value=np.nan) for name in ("freq_mhz", "bandwidth_mhz")
    )
    spacing = spacing_khz(freq, bandwidth, asked_khz)
    return [(int(khz), rows[spacing == khz]) for khz in np.unique(spacing)]
