"""Figures as people write them: 1.234,5 and 1,234.5, with a unit or below one, to the number of the column in its unit.

What cannot be told is refused, not guessed. A unit that does not fit its column is refused too: a percentage is no count, and watts are
no dBm until they are converted.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

from geo_planner.imports.cells.texts import Change, refused
from geo_planner.imports.grid import Cell, as_text
from geo_planner.letters import fold, plain_figures, skeleton
from geo_planner.schema import Column
from geo_planner.schema.kinds import Coordinate, Figure, Power, Whole
from geo_planner.words import Said, said

Style = Literal["comma", "point", ""]

_PLAIN = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_ONE_SIGN = re.compile(r"[+-]?(\d{1,15})([.,])(\d{1,15})", re.ASCII)
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([., '])\d{3})+(?:([.,])\d+)?", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_LARGEST = 1e15
_METRES = {
    **dict.fromkeys(("m", "met", "meter", "meters", "metre", "metres"), 1.0), "km": 1000.0, "cm": 0.01, **dict.fromkeys(("ft", "feet"), 0.3048),
}  # fmt: skip
_UNITS: dict[str, dict[str, float]] = {
    "m": _METRES,
    "km": {unit: metres / 1000 for unit, metres in _METRES.items()},
    "km/h": {**dict.fromkeys(("km/h", "kmh", "kph", "km/gio"), 1.0), "m/s": 3.6, "mps": 3.6, "mph": 1.609344, "knots": 1.852, "kt": 1.852},
    "MHz": {"mhz": 1.0, "ghz": 1000.0, "khz": 0.001, "hz": 1e-6},
    "dBm": {"dbm": 1.0},
    "dBi": {"dbi": 1.0, "db": 1.0},
    "dB": {"db": 1.0},
    "degrees": dict.fromkeys(("°", "do", "deg", "degree", "degrees"), 1.0),
    "households": dict.fromkeys(("ho", "ho dan", "ho gia dinh", "hh", "household", "households"), 1.0),
    "people": dict.fromkeys(("nguoi", "khau", "nhan khau", "persons", "people"), 1.0),
}
"""Unit of a column to the units that lists write for it, folded, and what one of them is in its own."""
_WATTS = {"w": 1.0, "watt": 1.0, "watts": 1.0, "mw": 0.001, "kw": 1000.0}
_OTHERS = ("%", "dbd", "dbw", "dbuv", "asu", "rad", "ha", "km2")
_KNOWN = {unit for units in _UNITS.values() for unit in units} | set(_WATTS) | set(_OTHERS)
_AT_THE_END = re.compile(r"[\s_,;:-](km/h|m/s|kmh|dbm|dbi|dbd|dbw|db|mhz|ghz|khz|km|kw|mw|w|m)\s*$")
_SHARE = re.compile(r"\b(ty le|ti le|ty trong|percent|percentage|pct|share)\b")
_WITH_EXPONENT = re.compile(r"[+-]?[\d.,]+[eE][+-]?\d+")
_SHOWN = {"w": "W", "mw": "mW", "kw": "kW", "mhz": "MHz", "ghz": "GHz", "khz": "kHz", "dbm": "dBm", "dbi": "dBi", "dbd": "dBd", "db": "dB"}
_FIGURE_AND_UNIT = re.compile(r"([+-]?[\d.,' ]*\d)\s*([^\W\d_].*|[%‰°º].*)?", flags=re.DOTALL)


def decimal_style(texts: Iterable[str]) -> Style:
    """Whether the numbers of a table use a decimal comma or a decimal point, where any of them shows it."""
    comma = point = False
    for text in texts:
        found = _ONE_SIGN.fullmatch(plain_figures(text).strip())
        if found and len(found.group(3)) != 3:
            comma, point = comma or found.group(2) == ",", point or found.group(2) == "."
    return "comma" if comma and not point else "point" if point and not comma else ""


def parse(text: str, *, whole: bool, style: Style, fits: Callable[[float], bool] = lambda _: True) -> tuple[float | None, Said | None]:
    """A number and what was done to read it; or None, and what is wrong where it can be read in two ways.

    Parameters
    ----------
    text : str
        Without its unit.
    whole : bool
        Whether the column holds whole numbers: there three digits behind a lone sign are thousands.
    style : {"comma", "point", ""}
        Which decimal sign the table shows elsewhere.
    fits : function
        Whether a value can stand in the column: of two readings the one that can is taken (1.800 MHz is 1800).

    Examples
    --------
    >>> value, done = parse("1.234,5", whole=False, style="")
    >>> value, str(done)
    (1234.5, 'written 1.234,5')
    >>> parse("1.800", whole=False, style="", fits=lambda value: 30 <= value <= 6000)[0]
    1800.0
    """
    bare = plain_figures(text).strip()
    if _PLAIN.fullmatch(bare):
        return float(bare), None
    if _EXPONENT.fullmatch(bare):
        value = float(bare.replace(",", "."))
        return (value, None) if math.isfinite(value) else (None, None)
    single = _ONE_SIGN.fullmatch(bare)
    if single:
        head, sign, tail = single.groups()
        as_decimal, told = float(bare.replace(",", ".")), said("rows_done.decimal_comma") if sign == "," else None
        if not (len(tail) == 3 and 1 <= len(head) <= 3 and int(head) > 0):
            return as_decimal, told
        grouped = float(bare.replace(sign, ""))
        if whole:
            return grouped, said("rows_done.grouped", text=bare)
        groups_told = said("rows_done.grouped_by_commas" if sign == "," else "rows_done.grouped_by_points")
        if fits(as_decimal) != fits(grouped):
            return (grouped, groups_told) if fits(grouped) else (as_decimal, told)
        decimal = "," if style == "comma" else "." if style == "point" else ""
        if not decimal:
            return None, said("rows_wrong.ambiguous", text=bare)
        return (as_decimal, told) if decimal == sign else (grouped, groups_told)
    groups = _GROUPS.fullmatch(bare)
    if groups and groups.group(1) != groups.group(2) and len({sign for sign in bare if sign in "., '"} - {groups.group(2)}) == 1:
        value = float(bare.replace(groups.group(1), "").replace(",", "."))
        return value, said("rows_done.written", text=bare[:30])
    return None, None


def _plain(text: str) -> str:
    """Lower case without marks, signs kept: ``Mét`` as ``met``, ``Km/giờ`` as ``km/gio``."""
    parts = unicodedata.normalize("NFD", skeleton(text).casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split()).strip(" .")


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
    found = None if _WITH_EXPONENT.fullmatch(text) else _FIGURE_AND_UNIT.fullmatch(text)
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
        fitting = [unit for unit in named if _scale(unit, column) is not None]
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


def names_own_unit(text: str, column: Column | None, *, metres: bool = False) -> bool:
    """Whether a cell holds nothing but the unit that figures of its column are read in; any unit of figures where it is no column of the layer.

    Examples
    --------
    >>> from geo_planner.schema import VILLAGES
    >>> [names_own_unit(text, VILLAGES.column("settlement_radius_m")) for text in ("(m)", "ĐVT: mét", "km", "45 m")]
    [True, True, False, False]
    """
    named = _in_bracket(re.sub(r"[()\[\]]", " ", _plain(text)))
    if metres:
        own = _METRES
    elif column is not None and isinstance(column.kind, Coordinate):
        own = _UNITS["degrees"]
    elif column is not None:
        own = _UNITS.get(own_unit(column), {})
    else:
        own = dict.fromkeys(named, 1.0)
    return bool(named) and all(own.get(unit) == 1.0 for unit in named)


def own_unit(column: Column) -> str:
    """The unit of a column, empty where it has none."""
    return column.kind.unit if isinstance(column.kind, Figure) else ""


def _scale(unit: str, column: Column) -> Callable[[float], float | None] | None:
    """From a unit to that of the column; None where the one is no unit of the other."""
    own = own_unit(column)
    if isinstance(column.kind, Power) and unit in _WATTS:
        return lambda value: round(10 * math.log10(value * _WATTS[unit] * 1000), 1) if value > 0 else None
    if own == "dBi" and unit == "dbd":
        return lambda value: round(value + 2.15, 2)
    factor = _UNITS.get(own, {}).get(unit)
    return None if factor is None else lambda value: round(value * factor, 9) if factor != 1 else value


def in_unit(value: float, unit: str, column: Column) -> float | None:
    """A figure of a unit in the unit of the column; None where the unit does not fit it.

    Examples
    --------
    >>> from geo_planner.schema import SITES, VILLAGES
    >>> in_unit(20.0, "w", SITES.column("tx_power_dbm")), in_unit(2.0, "km", VILLAGES.column("settlement_radius_m"))
    (43.0, 2000.0)
    """
    scale = _scale(unit, column)
    return scale(value) if scale is not None else None


def _fits(unit: str, column: Column, number: float) -> bool:
    """Whether a figure can stand in the column."""
    there = in_unit(number, unit, column) if unit else number
    low, high = column.minimum, column.maximum
    return there is not None and (low is None or there >= low) and (high is None or there <= high)


def as_figure(cell: Cell, text: str, column: Column, style: Style, title: str) -> Change:
    """A cell as a number in the unit of its column."""
    if isinstance(cell, bool):
        return refused(text, "not_a_number")
    whole = isinstance(column.kind, Whole)
    titled, _ = title_unit(title, column)
    figure, own, done = text, "", None
    if isinstance(cell, (int, float)):
        value = float(cell)
    else:
        figure, own = split_unit(text)
        if own and in_unit(1.0, own, column) is None:
            several = _FIGURES.search(own)
            return refused(text, "several_figures") if several else refused(text, "unit", unit=own[:20], own=told(own_unit(column)))
        parsed, done = parse(figure, whole=whole, style=style, fits=partial(_fits, own or titled, column))
        if parsed is None:
            if done:
                return text, None, done
            return refused(text, "several_figures" if len(_FIGURES.findall(text)) > 1 else "not_a_number")
        value = parsed
        done = done or (said("rows_done.unit_off") if own else None)
    if abs(value) > _LARGEST:
        return refused(text[:40], "out_of_range")
    if unit := own or titled:
        there = in_unit(value, unit, column)
        if there is None:
            return refused(text, "no_power")
        if there != value:
            key = "rows_done.converted" if own else "rows_done.converted_by_title"
            value, done = there, said(key, figure=figure, unit=shown(unit), became=there, own=told(own_unit(column)))
    if whole and not value.is_integer():
        return refused(text, "not_whole")
    return as_text(value), done, None


def as_typed(text: str, column: Column) -> tuple[str, Said | None]:
    """A figure that somebody typed, as a machine file has it; or the text, and what is wrong with it.

    Examples
    --------
    >>> from geo_planner.schema import VILLAGES
    >>> as_typed("1.033 hộ", VILLAGES.column("households")), as_typed("12,5", VILLAGES.column("households"))[1].key
    (('1033', None), 'type.rows_int')
    """
    figure, _, wrong = as_figure(text, text, column, "comma", "")
    return (figure, None) if wrong is None else (text, said(f"type.rows_{column.kind.remedy or column.kind.name}", why=wrong))
