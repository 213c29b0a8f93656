"""Numbers as people write them: 1.234,5 and 1,234.5, with units, with spaces. What cannot be told is refused, not guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

Style = Literal["comma", "point", ""]

_UNIT = re.compile(r"\s*(?:m|mét|met|km|km/h|dbm|dbi|db|mhz|ghz|hộ|ho|người|nguoi|khẩu|khau|nhân khẩu|độ|°|w|%)\.?$", flags=re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d{1,18}")
_ONE_SIGN = re.compile(r"[+-]?(\d{1,15})([.,])(\d{1,15})")
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([., '])\d{3})+(?:([.,])\d+)?")
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}")
_LTE_BANDS = {"1": 2100, "3": 1800, "5": 850, "7": 2600, "8": 900, "20": 800, "28": 700, "38": 2600, "40": 2300, "41": 2500}


def decimal_style(texts: Iterable[str]) -> Style:
    """Whether the numbers of a table use a decimal comma or a decimal point, where any of them shows it."""
    comma = point = False
    for text in texts:
        found = _ONE_SIGN.fullmatch(text.strip())
        if found and len(found.group(3)) != 3:
            comma, point = comma or found.group(2) == ",", point or found.group(2) == "."
    return "comma" if comma and not point else "point" if point and not comma else ""


def parse(text: str, *, whole: bool, style: Style) -> tuple[float | None, str]:
    """A number, or None, and what was done to read it (empty: nothing).

    Parameters
    ----------
    text : str
    whole : bool
        Whether the column holds whole numbers: there three digits behind a lone sign are thousands.
    style : {"comma", "point", ""}
        Which decimal sign the table shows elsewhere.

    Examples
    --------
    >>> parse("1.234", whole=True, style=""), parse("1.234,5", whole=False, style="")
    ((1234.0, 'digits grouped by 1.234'), (1234.5, 'written 1.234,5'))
    """
    plain = text.replace("\xa0", " ").replace("\u202f", " ").replace("−", "-").replace("–", "-").strip()
    bare = _UNIT.sub("", plain) if any(sign.isdigit() for sign in plain) else plain
    told = "unit taken off" if bare != plain else ""
    bare = bare.strip()
    if _PLAIN.fullmatch(bare):
        return float(bare), told
    if _EXPONENT.fullmatch(bare):
        value = float(bare.replace(",", "."))
        return (value, told) if math.isfinite(value) else (None, "")
    single = _ONE_SIGN.fullmatch(bare)
    if single:
        head, sign, tail = single.groups()
        grouping = len(tail) == 3 and 1 <= len(head) <= 3 and head != "0"
        if grouping and whole:
            return float(bare.replace(sign, "")), told or f"digits grouped by {text.strip()}"
        decimal = "," if style == "comma" else "." if style == "point" else ""
        if grouping and sign == "," and decimal != ",":
            return (float(bare.replace(sign, "")), told or "digits grouped by commas") if decimal == "." else (None, "ambiguous")
        if grouping and sign == "." and decimal == ",":
            return float(bare.replace(sign, "")), told or "digits grouped by points"
        return float(bare.replace(",", ".")), told or ("decimal comma" if sign == "," else "")
    groups = _GROUPS.fullmatch(bare)
    if groups and groups.group(1) != groups.group(2) and len({sign for sign in bare if sign in "., '"} - {groups.group(2)}) == 1:
        value = float(bare.replace(groups.group(1), "").replace(",", "."))
        return value, told or f"written {text.strip()[:30]}"
    return None, ""


def band_mhz(text: str) -> float | None:
    """The frequency of an LTE band by its number ("B28", "band 3"); None for anything else."""
    found = re.fullmatch(r"\s*(?:lte\s*)?b(?:and\s*|ăng\s*)?(\d{1,2})\s*", text, flags=re.IGNORECASE)
    return float(_LTE_BANDS[found.group(1)]) if found and found.group(1) in _LTE_BANDS else None
