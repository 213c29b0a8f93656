"""Units of lists: what the title or the cell says a figure is in, and the same figure in the unit of the column.

A unit that does not fit its column is refused: a percentage is no count, and watts are no dBm until they are converted.
"""

from __future__ import annotations

import math
import re
import unicodedata

from geo_planner.letters import fold, plain_figures, skeleton
from geo_planner.schema import Column
from geo_planner.words import Said, said

_LENGTH_M = {
    "m": 1.0,
    "met": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "km": 1000.0,
    "cm": 0.01,
    "ft": 0.3048,
    "feet": 0.3048,
}
_SPEED_KMH = {"km/h": 1.0, "kmh": 1.0, "kph": 1.0, "km/gio": 1.0, "m/s": 3.6, "mps": 3.6, "mph": 1.609344, "knots": 1.852, "kt": 1.852}
_POWER_W = {"w": 1.0, "watt": 1.0, "watts": 1.0, "mw": 0.001, "kw": 1000.0}
_ANGLE = {"°": 1.0, "do": 1.0, "deg": 1.0, "degree": 1.0, "degrees": 1.0}
_FREQUENCY = {"mhz": 1.0, "ghz": 1000.0, "khz": 0.001, "hz": 1e-6}
_HOUSEHOLDS = dict.fromkeys(("ho", "ho dan", "ho gia dinh", "hh", "household", "households"), 1.0)
_PEOPLE = dict.fromkeys(("nguoi", "khau", "nhan khau", "persons", "people"), 1.0)
_ENDINGS: dict[str, tuple[str, dict[str, float]]] = {
    "_kmh": ("km/h", _SPEED_KMH),
    "_km": ("km", {unit: factor / 1000 for unit, factor in _LENGTH_M.items()}),
    "_m": ("m", _LENGTH_M),
    "_mhz": ("MHz", _FREQUENCY),
    "_dbm": ("dBm", {"dbm": 1.0}),
    "_dbi": ("dBi", {"dbi": 1.0, "db": 1.0}),
    "_db": ("dB", {"db": 1.0}),
    "_deg": ("degrees", _ANGLE),
    "households": ("households", _HOUSEHOLDS),
    "population": ("people", _PEOPLE),
}
_OTHERS = ("%", "dbd", "dbw", "dbuv", "asu", "rad", "ha", "km2")
_KNOWN = {unit for _, units in _ENDINGS.values() for unit in units} | set(_POWER_W) | set(_OTHERS)
_AT_THE_END = re.compile(r"[\s_,;:-](km/h|m/s|kmh|dbm|dbi|dbd|dbw|db|mhz|ghz|khz|km|kw|mw|w|m)\s*$")
_SHARE = re.compile(r"\b(ty le|ti le|ty trong|percent|percentage|pct|share)\b")
_EXPONENT = re.compile(r"[+-]?[\d.,]+[eE][+-]?\d+")
_SHOWN = {"w": "W", "mw": "mW", "kw": "kW", "mhz": "MHz", "ghz": "GHz", "khz": "kHz", "dbm": "dBm", "dbi": "dBi", "dbd": "dBd", "db": "dB"}
_FIGURE_AND_UNIT = re.compile(r"([+-]?[\d.,' ]*\d)\s*([^\W\d_].*|[%‰°º].*)?", flags=re.DOTALL)


def _plain(text: str) -> str:
    """Lower case without marks, signs kept: ``Mét`` as ``met``, ``Km/giờ`` as ``km/gio``."""
    parts = unicodedata.normalize("NFD", skeleton(text).casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split()).strip(" .")


def _measure(column: Column) -> tuple[str, dict[str, float]]:
    return next((measure for ending, measure in _ENDINGS.items() if column.name.endswith(ending)), ("", {}))


def own_unit(column: Column) -> str:
    """The unit of a column, empty where it has none."""
    return _measure(column)[0]


def shown(unit: str) -> str:
    """A unit as people write it."""
    return _SHOWN.get(unit, unit)


def told(unit: str, *, without: str = "none") -> Said | str:
    """A unit in a sentence; `without` is what a column without one counts in."""
    if unit in ("degrees", "households", "people"):
        return said(f"rows_unit.{unit}")
    return shown(unit) or said(f"rows_unit.{without}")


def split_unit(text: str) -> tuple[str, str]:
    """A figure and what stands behind it.

    Examples
    --------
    >>> split_unit("1.234 hộ"), split_unit("-98 dBm")
    (('1.234', 'ho'), ('-98', 'dbm'))
    """
    text = plain_figures(text.strip())
    found = None if _EXPONENT.fullmatch(text) else _FIGURE_AND_UNIT.fullmatch(text)
    return (found.group(1), _plain(found.group(2) or "")) if found else (text, "")


def title_unit(title: str, column: Column) -> tuple[str, Said | None]:
    """The unit that a title names (empty: none), and why it cannot be used (None: it can).

    Examples
    --------
    >>> from geo_planner.schema import SITES
    >>> title_unit("Công suất phát (W)", SITES.column("tx_power_dbm"))
    ('w', None)
    """
    for part in reversed(title.split(" / ")):
        plain = _plain(part)
        if "%" in plain or _SHARE.search(fold(part)):
            return "%", said("rows_wrong.title_share", own=told(own_unit(column), without="figures"))
        named = [unit for bracket in re.findall(r"[(\[]([^()\[\]]*)[)\]]", plain) for unit in _in_bracket(bracket)]
        end = _AT_THE_END.search(re.sub(r"[(\[].*?[)\]]", " ", plain).rstrip())
        named = list(dict.fromkeys(named or ([end.group(1)] if end else [])))
        fitting = [unit for unit in named if _fits(unit, column)]
        if len(fitting) > 1:
            return "", said("rows_wrong.title_units", units=fitting)
        if named and not fitting:
            return named[0], said("rows_wrong.title_unit", unit=shown(named[0]), own=told(own_unit(column)))
        if fitting:
            return fitting[0], None
    return "", None


def _in_bracket(bracket: str) -> list[str]:
    """Units that the text of a bracket names: ``m``, ``W/port``, ``dBm/W``, ``đơn vị: m``."""
    text = re.sub(r"^(don vi( tinh)?|dvt|unit)\s*:?\s*", "", bracket.strip())
    if text in _KNOWN:
        return [text]
    parts = [part.strip() for part in re.split(r"[/,;]|\bper\b|\bmoi\b", text)]
    return [part for part in parts if part in _KNOWN] if parts[0] in _KNOWN else []


def _fits(unit: str, column: Column) -> bool:
    return (
        unit in _measure(column)[1]
        or (column.name == "tx_power_dbm" and unit in _POWER_W)
        or (column.name.endswith("_dbi") and unit == "dbd")
    )


def in_unit(value: float, unit: str, column: Column) -> float | None:
    """A figure of a unit in the unit of the column; None where the unit does not fit it.

    Examples
    --------
    >>> from geo_planner.schema import SITES, VILLAGES
    >>> in_unit(20.0, "w", SITES.column("tx_power_dbm")), in_unit(2.0, "km", VILLAGES.column("settlement_radius_m"))
    (43.0, 2000.0)
    """
    if column.name == "tx_power_dbm" and unit in _POWER_W:
        return round(10 * math.log10(value * _POWER_W[unit] * 1000), 1) if value > 0 else None
    if column.name.endswith("_dbi") and unit == "dbd":
        return round(value + 2.15, 2)
    factor = _measure(column)[1].get(unit)
    return None if factor is None else round(value * factor, 9) if factor != 1 else value
