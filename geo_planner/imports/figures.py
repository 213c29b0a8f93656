"""Numbers as people write them: 1.234,5 and 1,234.5, with spaces. What cannot be told is refused, not guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Literal

from geo_planner.letters import plain_figures
from geo_planner.words import Said, said

Style = Literal["comma", "point", ""]

_PLAIN = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_ONE_SIGN = re.compile(r"[+-]?(\d{1,15})([.,])(\d{1,15})", re.ASCII)
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([., '])\d{3})+(?:([.,])\d+)?", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}", re.ASCII)


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
