"""Cells that hold coordinates to numbers: decimal degrees, degrees-minutes-seconds, metres, with comma or point."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_NUMBER = r"\d+(?:[.,]\d+)?"
_DMS = re.compile(
    rf"(?P<before>[NSEWBĐD])?\s*(?P<d>{_NUMBER})\s*(?:[°º˚*]|độ|do|deg)\s*"
    rf"(?:(?P<m>{_NUMBER})\s*(?:['′’‘´`]|phút|phut|min)\s*)?(?:(?P<s>{_NUMBER})\s*(?:[\"″”“]|''|’’|′′|giây|giay|sec)?)?\s*(?P<after>[NSEWBĐD](?![a-zđ]))?",
    flags=re.IGNORECASE,
)
_SPACED = re.compile(rf"(?P<d>\d{{1,3}})\s+(?P<m>\d{{1,2}})\s+(?P<s>{_NUMBER})")
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<sep>[., ])\d{3})(?:(?P=sep)\d{3})*(?P<tail>[.,]\d+)?")
_IN_PAIR = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
Array = NDArray[np.float64]


def number(text: str) -> float:
    """A coordinate as a number, NaN when it is none. A lone comma or point is decimal; two different signs or a repeated one group.

    Examples
    --------
    >>> number("102,54105"), number("2.462.123,45"), number("22°15'21.6\\"N")
    (102.54105, 2462123.45, 22.256)
    """
    plain = text.replace("\xa0", " ").replace("\u202f", " ").strip().rstrip("°º")
    plain = re.sub(r"\s*(?:m|mét)$", "", plain)
    if _PLAIN.fullmatch(plain):
        return float(plain.replace(",", "."))
    grouped = _GROUPED.fullmatch(plain)
    if (
        grouped
        and (grouped["sep"] == " " or plain.count(grouped["sep"]) > 1 or grouped["tail"])
        and (grouped["tail"] or "_")[0] != grouped["sep"]
    ):
        tail = grouped["tail"] or ""
        whole = plain[: len(plain) - len(tail)].replace(grouped["sep"], "")
        return float(whole + tail.replace(",", "."))
    for pattern in (_DMS, _SPACED):
        if (found := pattern.fullmatch(plain)) is not None:
            return _degrees(found)
    return float("nan")


def _degrees(found: re.Match[str]) -> float:
    parts = [float((found[key] or "0").replace(",", ".")) for key in ("d", "m", "s")]
    if parts[1] >= 60 or parts[2] >= 60 or (parts[0] % 1 and parts[1] + parts[2]):
        return float("nan")
    marks = {(found.groupdict().get(key) or "").upper() for key in ("before", "after")}
    # W is west also in Vietnam's own letters' absence (T); N is north here, for Nam (south) never occurs in this country.
    sign = -1 if marks & {"W", "S"} else 1
    return round(sign * (parts[0] + parts[1] / 60 + parts[2] / 3600), 12)


def pair(text: str) -> tuple[float, float]:
    """Both coordinates of a cell that holds the two; NaN when they cannot be told apart.

    Examples
    --------
    >>> pair("22.25601, 102.54105")
    (22.25601, 102.54105)
    """
    found = [match for match in _DMS.finditer(text) if match.group().strip()]
    if len(found) == 2:
        return _degrees(found[0]), _degrees(found[1])
    parts = [part for part in re.split(r"[;/|\n]|,\s+|\s+-\s+", text.strip(" ()[]")) if part.strip()]
    if len(parts) != 2:
        parts = _IN_PAIR.findall(text)
    if len(parts) != 2:
        return float("nan"), float("nan")
    first, second = (number(re.sub(r"^[^\d+-]*", "", part.strip())) for part in parts)
    return first, second


def numbers(cells: pd.Series) -> tuple[Array, NDArray[np.bool_]]:
    """A column of coordinates as numbers, and which cells are filled but no number."""
    values = np.full(len(cells), np.nan)
    wrong = np.zeros(len(cells), dtype=bool)
    for i, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        value = (
            float(cell)
            if isinstance(cell, (int, float)) and not isinstance(cell, bool)
            else number(cell)
            if isinstance(cell, str) and len(cell) < 100
            else float("nan")
        )
        wrong[i] = not np.isfinite(value) or abs(value) > 1e8
        values[i] = np.nan if wrong[i] else value
    return values, wrong


def pairs(cells: Iterable[object]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """A column of coordinate pairs as two columns of numbers, and which cells are filled but no pair."""
    texts = ["" if cell is None else str(cell)[:200] for cell in cells]
    both = np.array([pair(text) if text.strip() else (np.nan, np.nan) for text in texts], dtype=float).reshape(-1, 2)
    wrong = np.array([bool(text.strip()) for text in texts], dtype=bool) & ~np.isfinite(both).all(axis=1)
    return both[:, 0], both[:, 1], wrong
