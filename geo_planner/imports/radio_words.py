"""Bands, technologies and operators as lists and devices write them, to one spelling each."""

from __future__ import annotations

import re

from geo_planner.letters import fold, plain_figures
from geo_planner.study_area.serving_cells import network
from geo_planner.words import Said, said

# 3GPP TS 36.101, table 5.5-1, and TS 38.101-1, table 5.2-1: number to nominal frequency, lowest and highest edge, MHz
_BANDS = {
    1: (2100, 1920, 2170), 3: (1800, 1710, 1880), 5: (850, 824, 894), 7: (2600, 2500, 2690), 8: (900, 880, 960), 20: (800, 791, 862),
    28: (700, 703, 803), 38: (2600, 2570, 2620), 40: (2300, 2300, 2400), 41: (2500, 2496, 2690), 77: (3700, 3300, 4200),
    78: (3500, 3300, 3800), 79: (4700, 4400, 5000),
}  # fmt: skip
_LAST_BAND = 103
_LOWEST_CARRIER_MHZ = 400
_BAND_SIGNS = {"b", "n", "band", "bang", "lte", "eutra", "utra", "eutran", "nr"}
_SYSTEMS = {"l", "g", "u", "e", "tan", "so", "mhz", "gsm", "umts", "wcdma", "dcs", "fdd", "tdd"}
_TECHNOLOGIES = {
    "LTE": ("4g", "lte", "lte a", "lte advanced", "eutra", "e utra", "eutran", "e utran"),
    "NR": ("5g", "nr"),
    "UMTS": ("3g", "umts", "wcdma", "hspa", "hsdpa", "hsupa", "hspap"),
    "GSM": ("2g", "gsm", "gprs", "edge"),
}
_TECHNOLOGY_OF = {spelling: name for name, spellings in _TECHNOLOGIES.items() for spelling in spellings}
# ITU-T E.212 codes of Viet Nam (452) and the names that lists and networks use
_OPERATORS = {
    "MobiFone": ("45201", "mobifone", "mobi", "vms", "vmsmobifone", "vnmobifone"),
    "VinaPhone": ("45202", "vinaphone", "vina", "vnpt", "vnptvinaphone", "vinaphonevnpt", "vnvinaphone", "gpc"),
    "Viettel": ("45204", "viettel", "vietteltelecom", "viettelmobile", "vnviettel", "viettelvn"),
    "Vietnamobile": ("45205", "vietnamobile", "vnmobile", "hanoitelecom", "htc"),
}
_OPERATOR_OF = {spelling: name for name, spellings in _OPERATORS.items() for spelling in spellings}
OMNI = {"omni", "omnidirectional", "omni directional", "vo huong", "da huong", "dang huong"}
NO_SERVICE = {"no service", "noservice", "out of service", "mat song", "khong co song", "khong song", "no signal", "no coverage"}


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
    plain = re.sub(r"\b[2345]g\b", " lte ", re.sub(r"e-?utran?\b", "eutra", fold_keeping_points(text)))
    if re.sub(r"[a-z\d.\s()\[\]/,;+&_:=-]", "", plain):
        return None, None
    tokens = re.findall(r"[a-z]+|\d+(?:\.\d+)?", plain)
    letters, figures = [t for t in tokens if t.isalpha()], [float(t) for t in tokens if not t.isalpha()]
    if not figures or not (letters or len(figures) > 1 or is_band) or set(letters) - _BAND_SIGNS - _SYSTEMS:
        return None, None
    if letters and set(letters) <= {"mhz", "so", "tan"} and len(figures) == 1:
        return None, None
    numbers = [int(f) for f in figures if f <= _LAST_BAND and f.is_integer()]
    carriers = [f for f in figures if f >= _LOWEST_CARRIER_MHZ]
    if len(numbers) + len(carriers) < len(figures) or (numbers and not (is_band or set(letters) & _BAND_SIGNS)):
        return None, None
    if len(set(numbers)) > 1 or len(set(carriers)) > 1:
        return None, said("rows_wrong.several_bands")
    if not numbers:
        return (carriers[0], None) if letters else (None, None)
    if numbers[0] not in _BANDS:
        return None, said("rows_wrong.unknown_band", band=numbers[0])
    nominal, low, high = _BANDS[numbers[0]]
    if carriers and not (low <= carriers[0] <= high or carriers[0] == nominal):
        return None, said("rows_wrong.band_elsewhere", band=numbers[0], nominal=nominal, found=carriers[0])
    return (carriers[0] if carriers else float(nominal)), None


def fold_keeping_points(text: str) -> str:
    """Lower case without marks; signs stay."""
    return "".join(fold(sign) or sign for sign in text)


def technology(text: str) -> tuple[str, Said | None]:
    """LTE, NR, UMTS or GSM where a text means one of them, else the text as it is; and what is wrong (None: nothing).

    Examples
    --------
    >>> technology("4G LTE"), technology("3G/4G")[1] is None
    (('LTE', None), False)
    """
    whole = _TECHNOLOGY_OF.get(fold(text))
    if whole:
        return whole, None
    parts = [fold(part) for part in re.split(r"[/,;+&|()\s]+|\bvà\b", text) if fold(part)]
    found = [_TECHNOLOGY_OF.get(part) for part in parts]
    if not found or None in found:
        return text, None
    names = list(dict.fromkeys(name for name in found if name))
    return (names[0], None) if len(names) == 1 else (text, said("rows_wrong.several_technologies", names=names))


def operator(text: str) -> str:
    """One name an operator, by its network code or any spelling; another text as it is.

    Examples
    --------
    >>> operator("452-04"), operator("452/4"), operator("VIETTEL"), operator("giả định")
    ('Viettel', 'Viettel', 'Viettel', 'giả định')
    """
    plain = re.sub(r"\.0+$", "", plain_figures(text))
    return _OPERATOR_OF.get(network(plain).replace("-", "") or fold(plain).replace(" ", ""), text)
