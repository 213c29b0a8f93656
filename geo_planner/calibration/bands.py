"""Which band a frequency belongs to: devices state the carrier, lists of cells the nominal band."""

from __future__ import annotations

# 3GPP TS 36.101, table 5.5-1 (bands 28, 8, 3, 1, 7) and TS 38.101-1, table 5.2-1 (n78): both directions, MHz
_BANDS_MHZ = ((700, 703, 803), (900, 880, 960), (1800, 1710, 1880), (2100, 1920, 2170), (2600, 2500, 2690), (3500, 3300, 3800))


def band_mhz(freq_mhz: float) -> float:
    """Nominal band of a carrier or of a nominal frequency; a frequency outside the known bands is its own band.

    >>> band_mhz(778.0), band_mhz(942.4), band_mhz(900), band_mhz(700), band_mhz(450.0)
    (700.0, 900.0, 900.0, 700.0, 450.0)
    """
    for nominal, low, high in _BANDS_MHZ:
        if low <= freq_mhz <= high or freq_mhz == nominal:
            return float(nominal)
    return round(float(freq_mhz), 1)
