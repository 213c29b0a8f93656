"""Technologies, operators, bands and channels as lists and devices write them.

Lists of operators and logs of phones name the channel (EARFCN, UARFCN, ARFCN, NR-ARFCN) where the layer wants the frequency of the downlink
in MHz. A column that is titled as one is converted and that is said; a channel that no band holds is told by row.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.errors import fault
from geo_planner.imports.grid import as_text, is_blank
from geo_planner.letters import fold, plain_figures
from geo_planner.schema import LAYERS, Layer
from geo_planner.schema.kinds import Frequency, Technology
from geo_planner.schema.vocabulary import OPERATOR_OF, UNKNOWN, technologies_named
from geo_planner.schema.vocabulary.bands import BANDS, LAST_BAND, NUMBERING, channel_mhz
from geo_planner.study_area.serving_cells import network
from geo_planner.words import Said, first_of, said

if TYPE_CHECKING:
    from geo_planner.imports.reading import Reading


_LOWEST_CARRIER_MHZ = 400
_BAND_SIGNS = {"b", "n", "band", "bang", "lte", "eutra", "utra", "eutran", "nr"}
_SYSTEMS = {"l", "g", "u", "e", "tan", "so", "mhz", "gsm", "umts", "wcdma", "dcs", "fdd", "tdd"}
_TITLES = {
    "EARFCN": re.compile(r"((dl|downlink|lte|serving) ?)?e ?arfcn( ?dl)?|(dl|downlink)? ?earfcn( dl)?|kenh lte"),
    "UARFCN": re.compile(r"((dl|downlink|umts|3g) ?)?(u ?arfcn|psc channel)( ?dl)?"),
    "NR-ARFCN": re.compile(r"((dl|downlink|5g|ssb) ?)?(nr ?arfcn|ssb arfcn)( ?dl)?"),
    "ARFCN": re.compile(r"((dl|gsm|bcch) ?)?arfcn|bcch"),
}
_SHOWN = 20
_NONE = {"", "0", "-1", "65535", "2147483647", "3279165"}


def band_mhz(text: str, *, is_band: bool = False) -> tuple[float | None, Said | None]:
    """The frequency that a band's name means, None for a text that names no band, and what is wrong with one that does.

    Parameters
    ----------
    text : str
    is_band : bool
        Whether the column holds band numbers, so that a bare 8 is band 8.

    Examples
    --------
    >>> band_mhz("B28"), band_mhz("B3 (1800)"), band_mhz("L900"), band_mhz("8", is_band=True), band_mhz("900")
    ((700.0, None), (1800.0, None), (900.0, None), (900.0, None), (None, None))
    """
    if re.fullmatch(r"[\d.,\s']*[.,\s'][\d.,\s']*", text.strip()):
        return None, None  # a figure with a decimal sign or thousands
    plain = re.sub(r"\b[2345]g\b", " lte ", re.sub(r"e-?utran?\b", "eutra", _fold_keeping_points(text)))
    if re.sub(r"[a-z\d.\s()\[\]/,;+&_:=-]", "", plain):
        return None, None
    tokens = re.findall(r"[a-z]+|\d+(?:\.\d+)?", plain)
    letters, figures = [t for t in tokens if t.isalpha()], [float(t) for t in tokens if not t.isalpha()]
    if not figures or not (letters or len(figures) > 1 or is_band) or set(letters) - _BAND_SIGNS - _SYSTEMS:
        return None, None
    if letters and set(letters) <= {"mhz", "so", "tan"} and len(figures) == 1:
        return None, None
    numbers = [int(f) for f in figures if f <= LAST_BAND and f.is_integer()]
    carriers = [f for f in figures if f >= _LOWEST_CARRIER_MHZ]
    if len(numbers) + len(carriers) < len(figures) or (numbers and not (is_band or set(letters) & _BAND_SIGNS)):
        return None, None
    if len(set(numbers)) > 1 or len(set(carriers)) > 1:
        return None, said("rows_wrong.several_bands")
    if not numbers:
        return (carriers[0], None) if letters else (None, None)
    band = BANDS.get(numbers[0])
    if band is None or band.nominal_mhz is None:
        return None, said("rows_wrong.unknown_band", band=numbers[0])
    nominal = band.nominal_mhz
    if carriers and not (band.low_mhz <= carriers[0] <= band.high_mhz or carriers[0] == nominal):
        return None, said("rows_wrong.band_elsewhere", band=numbers[0], nominal=nominal, found=carriers[0])
    return (carriers[0] if carriers else float(nominal)), None


def _fold_keeping_points(text: str) -> str:
    """Lower case without marks; signs stay."""
    return "".join(fold(sign) or sign for sign in text)


def technology(text: str) -> tuple[str, Said | None]:
    """LTE, NR, UMTS or GSM where a text means one of them, else the text as it is; and what is wrong (None: nothing).

    Examples
    --------
    >>> technology("4G LTE"), technology("3G/4G")[1] is None
    (('LTE', None), False)
    """
    names = technologies_named(text)
    if len(names) > 1:
        return text, said("rows_wrong.several_technologies", names=list(names))
    return (names[0] if names else text), None


def operator(text: str) -> str:
    """One name an operator, by its network code or any spelling; another text as it is.

    Examples
    --------
    >>> operator("452-04"), operator("452/4"), operator("VIETTEL"), operator("giả định")
    ('Viettel', 'Viettel', 'Viettel', 'giả định')
    """
    plain = re.sub(r"\.0+$", "", plain_figures(text))
    return OPERATOR_OF.get(network(plain).replace("-", "") or fold(plain).replace(" ", ""), text)


def channel_kind(title: str) -> str:
    """Which numbering a title names: EARFCN, UARFCN, ARFCN, NR-ARFCN; empty for another title."""
    return next((kind for kind, pattern in _TITLES.items() if pattern.fullmatch(fold(title))), "")


def converted_channels(reading: Reading, layer: str, file: str) -> Reading:
    """The table with the frequencies of its channels, where it names channels and no frequencies."""
    schema, table = LAYERS[layer], reading.table
    target = next((column.name for column in schema.of_kind(Frequency)), "")
    if not target or table.frame.empty:
        return reading
    titles = {str(name): table.titles.get(str(name), str(name)) for name in table.frame}
    told_as_mhz = channel_kind(titles.get(target, ""))
    if target in titles and not told_as_mhz:
        return reading
    channels = {target} if told_as_mhz else {name for name in titles if channel_kind(titles[name])}
    numbered = [name for name in titles if name in channels and not all(map(is_blank, table.frame[name]))]
    if not numbered:
        return reading
    frequency = pd.Series(None, index=table.frame.index, dtype=object)
    faults, told = list(reading.faults), list(table.statements)
    names = technology_cells(table.frame, schema)
    for name in numbered:
        title, cells = titles[name], table.frame[name].map(lambda cell: as_text(cell).strip())
        # one column often holds the channels of all technologies
        bare = "" if channel_kind(title) == "ARFCN" else channel_kind(title)
        kinds = [NUMBERING.get(technology(word)[0], bare) for word in names]
        pairs = pd.Series(list(zip(kinds, cells, strict=True)), index=cells.index, dtype=object)
        found = {pair: _mhz(*pair) for pair in dict.fromkeys(pairs)}
        read = pd.Series([found[pair] for pair in pairs], index=cells.index, dtype=object)
        # what a phone heard is told by its level; the channel only adds to it
        strange = [] if not schema.transmits else [row for row, text in cells.items() if not _is_none(text) and read[row] is None]
        kind = channel_kind(title)
        faults += [fault(file, "channel", row=int(str(row)), column=title[:80], value=cells[row][:80], kind=kind) for row in strange]
        frequency = frequency.where(frequency.notna(), read)
        shown = [said("channel_pair", channel=text, mhz=mhz) for (_, text), mhz in found.items() if mhz is not None]
        if shown:
            told.append(said("channels_converted", title=title, kind=kind, pairs=first_of(shown, _SHOWN)))
    filled = [None if mhz is None or mhz != mhz else float(mhz) for mhz in frequency]
    frame = table.frame.assign(**{target: pd.Series(filled, index=frequency.index, dtype=object)})
    table = replace(table, frame=frame, titles={**table.titles, target: titles[numbered[0]]}, statements=tuple(told))
    return replace(reading, table=table, faults=tuple(faults))


def technology_cells(frame: pd.DataFrame, schema: Layer) -> pd.Series:
    """What the rows of a list say of their technology; blank where they say nothing."""
    there = frame.columns.intersection([column.name for column in schema.of_kind(Technology)])
    return frame[there[0]].map(as_text) if len(there) else pd.Series("", index=frame.index)


def _is_none(text: str) -> bool:
    return text in _NONE or fold(text) in UNKNOWN


def _mhz(kind: str, text: str) -> float | None:
    plain = re.sub(r"\.0+$", "", text)
    return channel_mhz(kind, int(plain)) if re.fullmatch(r"\d{1,7}", plain) and not _is_none(text) else None
