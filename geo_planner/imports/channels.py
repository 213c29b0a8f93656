"""Channel numbers of networks (EARFCN, UARFCN, ARFCN, NR-ARFCN) to the frequency of the downlink in MHz.

Lists of operators and logs of phones name the channel where the layer wants the frequency. A column that is titled as one is
converted and that is said; a channel that no band holds is told by row.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from geo_planner.errors import fault
from geo_planner.imports.grid import as_text, is_blank
from geo_planner.imports.radio_words import technology
from geo_planner.imports.reading import Reading
from geo_planner.letters import fold
from geo_planner.schema.vocabulary import UNKNOWN
from geo_planner.words import first_of, said

# 3GPP TS 36.101, table 5.7.3-1: lowest downlink frequency, first downlink channel, last one, first uplink channel (0: none of its own)
_EARFCN = (
    (2110.0, 0, 599, 18000), (1930.0, 600, 1199, 18600), (1805.0, 1200, 1949, 19200), (2110.0, 1950, 2399, 19950), (869.0, 2400, 2649, 20400),
    (2620.0, 2750, 3449, 20750), (925.0, 3450, 3799, 21450), (791.0, 6150, 6449, 24150), (758.0, 9210, 9659, 27210), (2010.0, 36200, 36349, 0),
    (2570.0, 37750, 38249, 0), (1880.0, 38250, 38649, 0), (2300.0, 38650, 39649, 0), (2496.0, 39650, 41589, 0), (3400.0, 41590, 43589, 0),
    (3600.0, 43590, 45589, 0),
)  # fmt: skip
# 3GPP TS 25.101, section 5.4.3: offset, first and last downlink channel; a fifth of a MHz each
_UARFCN = ((0.0, 10562, 10838), (0.0, 9662, 9938), (1575.0, 1162, 1513), (0.0, 4357, 4458), (340.0, 2937, 3088))
_TITLES = {
    "EARFCN": re.compile(r"((dl|downlink|lte|serving) ?)?e ?arfcn( ?dl)?|(dl|downlink)? ?earfcn( dl)?|kenh lte"),
    "UARFCN": re.compile(r"((dl|downlink|umts|3g) ?)?(u ?arfcn|psc channel)( ?dl)?"),
    "NR-ARFCN": re.compile(r"((dl|downlink|5g|ssb) ?)?(nr ?arfcn|ssb arfcn)( ?dl)?"),
    "ARFCN": re.compile(r"((dl|gsm|bcch) ?)?arfcn|bcch"),
}
_NUMBERING = {"LTE": "EARFCN", "UMTS": "UARFCN", "GSM": "ARFCN", "NR": "NR-ARFCN"}
_SHOWN = 20
_NONE = {"", "0", "-1", "65535", "2147483647", "3279165"}


def channel_kind(title: str) -> str:
    """Which numbering a title names: EARFCN, UARFCN, ARFCN, NR-ARFCN; empty for another title."""
    return next((kind for kind, pattern in _TITLES.items() if pattern.fullmatch(fold(title))), "")


def channel_mhz(kind: str, number: int) -> float | None:
    """Centre of the downlink of a channel; None for a number that no band has.

    Examples
    --------
    >>> channel_mhz("EARFCN", 1251), channel_mhz("EARFCN", 9260), channel_mhz("EARFCN", 38950), channel_mhz("EARFCN", 60000)
    (1810.1, 763.0, 2330.0, None)
    >>> channel_mhz("UARFCN", 10612), channel_mhz("UARFCN", 3000), channel_mhz("ARFCN", 62), channel_mhz("NR-ARFCN", 632628)
    (2122.4, 940.0, 947.4, 3489.42)
    """
    if kind == "EARFCN":
        for low, first, last, uplink in _EARFCN:
            if first <= number <= last or (uplink and uplink <= number <= uplink + last - first):
                return round(low + 0.1 * (number - (first if number <= last else uplink)), 1)
    elif kind == "UARFCN":
        return next((round(offset + number / 5, 1) for offset, first, last in _UARFCN if first <= number <= last), None)
    elif kind == "ARFCN":
        return (
            round(935 + 0.2 * number, 1)
            if 0 <= number <= 124
            else round(935 + 0.2 * (number - 1024), 1)
            if 975 <= number <= 1023
            else round(1805.2 + 0.2 * (number - 512), 1)
            if 512 <= number <= 885
            else None
        )
    elif kind == "NR-ARFCN":
        # 3GPP TS 38.104, table 5.4.2.1-1
        if 80_000 <= number < 600_000:
            return round(0.005 * number, 3)
        if 600_000 <= number < 800_000:
            return round(3000 + 0.015 * (number - 600_000), 3)
    return None


def converted_channels(reading: Reading, layer: str, file: str) -> Reading:
    """The table with the frequencies of its channels, where it names channels and no frequencies."""
    if layer not in ("sites", "candidates", "measurements") or reading.table.frame.empty:
        return reading
    table = reading.table
    titles = {str(name): table.titles.get(str(name), str(name)) for name in table.frame}
    told_as_mhz = channel_kind(titles.get("freq_mhz", ""))
    left_out = {"freq_mhz"} if told_as_mhz else {name for name in titles if channel_kind(titles[name])}
    if "freq_mhz" in titles and not told_as_mhz:
        return reading
    numbered = [name for name in titles if name in left_out and not all(map(is_blank, table.frame[name]))]
    if not numbered:
        return reading
    frequency = pd.Series(None, index=table.frame.index, dtype=object)
    faults, told = list(reading.faults), list(table.statements)
    names = table.frame["technology"].map(as_text) if "technology" in table.frame else pd.Series("", index=frequency.index)
    for name in numbered:
        title, cells = titles[name], table.frame[name].map(lambda cell: as_text(cell).strip())
        # one column often holds the channels of all technologies
        bare = "" if channel_kind(title) == "ARFCN" else channel_kind(title)
        kinds = [_NUMBERING.get(technology(word)[0], bare) for word in names]
        pairs = pd.Series(list(zip(kinds, cells, strict=True)), index=cells.index, dtype=object)
        found = {pair: _mhz(*pair) for pair in dict.fromkeys(pairs)}
        read = pd.Series([found[pair] for pair in pairs], index=cells.index, dtype=object)
        # what a phone heard is told by its level; the channel only adds to it
        strange = [] if layer == "measurements" else [row for row, text in cells.items() if not _is_none(text) and read[row] is None]
        kind = channel_kind(title)
        faults += [fault(file, "channel", row=int(str(row)), column=title[:80], value=cells[row][:80], kind=kind) for row in strange]
        frequency = frequency.where(frequency.notna(), read)
        shown = [said("channel_pair", channel=text, mhz=mhz) for (_, text), mhz in found.items() if mhz is not None]
        if shown:
            told.append(said("channels_converted", title=title, kind=kind, pairs=first_of(shown, _SHOWN)))
    filled = [None if mhz is None or mhz != mhz else float(mhz) for mhz in frequency]
    frame = table.frame.assign(freq_mhz=pd.Series(filled, index=frequency.index, dtype=object))
    table = replace(table, frame=frame, titles={**table.titles, "freq_mhz": titles[numbered[0]]}, statements=tuple(told))
    return replace(reading, table=table, faults=tuple(faults))


def _is_none(text: str) -> bool:
    return text in _NONE or fold(text) in UNKNOWN


def _mhz(kind: str, text: str) -> float | None:
    plain = re.sub(r"\.0+$", "", text)
    return channel_mhz(kind, int(plain)) if re.fullmatch(r"\d{1,7}", plain) and not _is_none(text) else None
