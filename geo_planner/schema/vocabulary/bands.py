"""Bands and channels of networks: the one table of 3GPP's numbers, and what is asked of it."""

from __future__ import annotations

from typing import NamedTuple


class Band(NamedTuple):
    """A band of LTE or NR, MHz.

    Attributes
    ----------
    number : int
    nominal_mhz : int or None
        What lists call it; None where none calls it by its number here.
    low_mhz, high_mhz : float
        Edges, both directions.
    downlink_mhz : float
        Lowest frequency of the downlink.
    channels : (int, int) or None
        First and last EARFCN of the downlink; None where LTE has none.
    uplink_channel : int
        First EARFCN of the uplink; 0 where it has none of its own.
    """

    number: int
    nominal_mhz: int | None
    low_mhz: float
    high_mhz: float
    downlink_mhz: float = 0.0
    channels: tuple[int, int] | None = None
    uplink_channel: int = 0


# 3GPP TS 36.101, tables 5.5-1 and 5.7.3-1, and TS 38.101-1, table 5.2-1
_BANDS = (
    Band(1, 2100, 1920, 2170, 2110.0, (0, 599), 18000),
    Band(2, None, 1850, 1990, 1930.0, (600, 1199), 18600),
    Band(3, 1800, 1710, 1880, 1805.0, (1200, 1949), 19200),
    Band(4, None, 1710, 2155, 2110.0, (1950, 2399), 19950),
    Band(5, 850, 824, 894, 869.0, (2400, 2649), 20400),
    Band(7, 2600, 2500, 2690, 2620.0, (2750, 3449), 20750),
    Band(8, 900, 880, 960, 925.0, (3450, 3799), 21450),
    Band(20, 800, 791, 862, 791.0, (6150, 6449), 24150),
    Band(28, 700, 703, 803, 758.0, (9210, 9659), 27210),
    Band(34, None, 2010, 2025, 2010.0, (36200, 36349)),
    Band(38, 2600, 2570, 2620, 2570.0, (37750, 38249)),
    Band(39, None, 1880, 1920, 1880.0, (38250, 38649)),
    Band(40, 2300, 2300, 2400, 2300.0, (38650, 39649)),
    Band(41, 2500, 2496, 2690, 2496.0, (39650, 41589)),
    Band(42, None, 3400, 3600, 3400.0, (41590, 43589)),
    Band(43, None, 3600, 3800, 3600.0, (43590, 45589)),
    Band(77, 3700, 3300, 4200),
    Band(78, 3500, 3300, 3800),
    Band(79, 4700, 4400, 5000),
)
BANDS = {band.number: band for band in _BANDS}
LAST_BAND = 103
"""The largest number of a band: up to here a figure may be one."""
_IN_VIETNAM = tuple(BANDS[number] for number in (28, 8, 3, 1, 7, 78))
BANDS_MHZ = tuple(float(band.nominal_mhz or 0) for band in _IN_VIETNAM)
"""The bands of networks in Viet Nam by what they are called, from the lowest."""
# Uplink and downlink of the bands in use in Asia, MHz; for GSM 3GPP TS 45.005, section 2
_IN_USE = {
    "GSM": ((824, 960), (1710, 1990)),
    "UMTS": ((824, 960), (1710, 2170)),
    "LTE": ((450, 470), (600, 960), (1710, 2025), (2100, 2170), (2300, 2400), (2496, 2700)),
    "NR": ((600, 960), (1710, 2025), (2100, 2170), (2300, 2400), (2496, 2700), (3300, 4200), (4400, 5000), (5150, 5925)),
}
NUMBERING = {"LTE": "EARFCN", "UMTS": "UARFCN", "GSM": "ARFCN", "NR": "NR-ARFCN"}
"""How each technology counts its channels."""
# 3GPP TS 25.101, section 5.4.3: offset, first and last downlink channel; a fifth of a MHz each
_UARFCN = ((0.0, 10562, 10838), (0.0, 9662, 9938), (1575.0, 1162, 1513), (0.0, 4357, 4458), (340.0, 2937, 3088))
# 3GPP TS 45.005, section 2: frequency of channel 0 where the numbers go on, first and last channel; a fifth of a MHz each
_ARFCN = ((935.0, 0, 124), (935.0 - 0.2 * 1024, 975, 1023), (1805.2 - 0.2 * 512, 512, 885))
# 3GPP TS 38.104, table 5.4.2.1-1: frequency of the first channel, step, first and last channel
_NR_ARFCN = ((400.0, 0.005, 80_000, 599_999), (3000.0, 0.015, 600_000, 799_999))


def band_mhz(freq_mhz: float) -> float:
    """Nominal band of a carrier or of a nominal frequency; a frequency outside the bands of Viet Nam is its own band.

    Devices state the carrier, lists of cells the nominal band.

    >>> band_mhz(778.0), band_mhz(942.4), band_mhz(900), band_mhz(700), band_mhz(450.0)
    (700.0, 900.0, 900.0, 700.0, 450.0)
    """
    for band in _IN_VIETNAM:
        if band.low_mhz <= freq_mhz <= band.high_mhz or freq_mhz == band.nominal_mhz:
            return float(band.nominal_mhz or 0)
    return round(float(freq_mhz), 1)


def in_a_band(frequency_mhz: float, technology: str) -> bool:
    """Whether a network of a technology may transmit there; of a blank or unknown one: any network.

    >>> in_a_band(1800, "LTE"), in_a_band(1300, "LTE"), in_a_band(3750, "LTE"), in_a_band(3750, "NR"), in_a_band(3750, "")
    (True, False, False, True, True)
    """
    bands = _IN_USE.get(technology) or tuple(band for several in _IN_USE.values() for band in several)
    return any(low <= frequency_mhz <= high for low, high in bands)


def channel_mhz(numbering: str, number: int) -> float | None:
    """Centre of the downlink of a channel; None for a number that no band has.

    >>> channel_mhz("EARFCN", 1251), channel_mhz("EARFCN", 9260), channel_mhz("EARFCN", 38950), channel_mhz("EARFCN", 60000)
    (1810.1, 763.0, 2330.0, None)
    >>> channel_mhz("UARFCN", 10612), channel_mhz("UARFCN", 3000), channel_mhz("ARFCN", 62), channel_mhz("NR-ARFCN", 632628)
    (2122.4, 940.0, 947.4, 3489.42)
    """
    if numbering == "EARFCN":
        for band in _BANDS:
            if band.channels is not None:
                first, last = band.channels
                up = band.uplink_channel
                if first <= number <= last or (up and up <= number <= up + last - first):
                    return round(band.downlink_mhz + 0.1 * (number - (first if number <= last else up)), 1)
        return None
    if numbering == "NR-ARFCN":
        return next((round(low + step * (number - first), 3) for low, step, first, last in _NR_ARFCN if first <= number <= last), None)
    tables = {"UARFCN": _UARFCN, "ARFCN": _ARFCN}.get(numbering, ())
    return next((round(offset + number / 5, 1) for offset, first, last in tables if first <= number <= last), None)
