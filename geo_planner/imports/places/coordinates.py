"""Cells that hold coordinates to numbers: decimal degrees, degrees-minutes-seconds, metres, with comma or point."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.letters import latin, plain_figures
from geo_planner.words import Said, said

_NUMBER = r"\d+(?:[.,]\d+)?"
_DMS = re.compile(
    rf"(?P<before>[NSEWBĐD](?![a-zđ]))?\s*(?P<d>{_NUMBER})\s*(?:[°º˚*]|độ|do|deg|o(?=\s*\d))\s*"
    rf"(?:(?P<m>{_NUMBER})\s*(?:['′’‘´`]|phút|phut|min)\s*)?(?:(?P<s>{_NUMBER})\s*(?:[\"″”“]|''|’’|′′|giây|giay|sec)?)?\s*(?P<after>[NSEWBĐD](?![a-zđ]))?",
    flags=re.IGNORECASE,
)
_SPACED = re.compile(r"(?P<d>\d{1,3})(?P<sep>\s+|[:\-])(?P<m>\d{1,2})(?:(?P=sep)|\s+)(?P<s>" + _NUMBER + ")")
_LETTERED = re.compile(r"(?P<before>[NSEWBĐD])?[\s:=]*(?P<bare>\d.*?)[\s°º]*(?P<after>[NSEWBĐD])?", flags=re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,60})?(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<sep>[., ])\d{3})(?:(?P=sep)\d{3})*(?P<tail>[.,]\d+)?")
_ONE_GROUP = re.compile(r"[+-]?\d{1,3}(?P<sep>[.,])\d{3}")
_IN_PAIR = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_METRES = 100_000.0
"""A northing is never smaller here, and a degree never larger."""
Array = NDArray[np.float64]


def number(text: str) -> float:
    """A coordinate as a number, NaN when it is none. A lone comma or point is decimal; two different signs or a repeated one group.

    Examples
    --------
    >>> number("102,54105"), number("2.462.123,45"), number("22°15'21.6\\"N"), number("N22.50417"), number("E 102 36 42.6")
    (102.54105, 2462123.45, 22.256, 22.50417, 102.611833333333)
    """
    plain = _bare(text)
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
    lettered = _LETTERED.fullmatch(plain)
    if lettered and (lettered["before"] or lettered["after"]):
        value = number(lettered["bare"])
        return -value if {"W", "S"} & {(lettered[key] or "").upper() for key in ("before", "after")} else value
    return float("nan")


def _bare(text: str) -> str:
    plain = plain_figures(latin(text)).strip().rstrip("°º")
    return re.sub(r"\s*(?:m|mét)$", "", plain)


def _degrees(found: re.Match[str]) -> float:
    parts = [float((found[key] or "0").replace(",", ".")) for key in ("d", "m", "s")]
    if parts[1] >= 60 or parts[2] >= 60 or (parts[0] % 1 and parts[1] + parts[2]):
        return float("nan")
    marks = {(found.groupdict().get(key) or "").upper() for key in ("before", "after")}
    # W is west also in Vietnam's own letters' absence (T); N is north here, for Nam (south) never occurs in this country.
    sign = -1 if marks & {"W", "S"} else 1
    return round(sign * (parts[0] + parts[1] / 60 + parts[2] / 3600), 12)


def _parts(text: str) -> list[str]:
    """The two coordinates of a cell that holds both, as texts; another count when they cannot be told apart."""
    text = plain_figures(latin(text))
    found = [match.group() for match in _DMS.finditer(text) if match.group().strip()]
    if len(found) == 2:
        return found
    parts = [part for part in re.split(r"[;/|\n]|,\s+|\s+-\s+", text.strip(" ()[]")) if part.strip()]
    if len(parts) != 2:
        parts = _IN_PAIR.findall(text)
    return [re.sub(r"^[^\d+-]*", "", part.strip()) for part in parts]


def numbers(cells: pd.Series) -> tuple[Array, NDArray[np.bool_]]:
    """A column of coordinates as numbers, and which cells are filled but no number."""
    known = [_figure(cell) for cell in cells]
    values = np.array([np.nan if value is None else value for value in known], dtype=float)
    wrong = np.array([value is not None for value in known], dtype=bool) & ~(np.abs(values) <= 1e8)
    return np.where(wrong, np.nan, values), wrong


def _figure(cell: object) -> float | None:
    """A cell as a number, NaN for one that is none, None for a blank one."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    return number(cell) if isinstance(cell, str) and len(cell) < 100 else float("nan")


def split_pairs(cells: Iterable[object]) -> tuple[pd.Series, pd.Series]:
    """A column of coordinate pairs as two columns of texts; what is no pair leaves a question mark in both.

    Examples
    --------
    >>> [list(half) for half in split_pairs(["22.25601, 102.54105", "gần trường", None])]
    [['22.25601', '?', ''], ['102.54105', '?', '']]
    """
    texts = ["" if cell is None else str(cell)[:200] for cell in cells]
    parts = [found if len(found := _parts(text)) == 2 else ["?" if text.strip() else ""] * 2 for text in texts]
    return pd.Series([a for a, _ in parts], dtype=object), pd.Series([b for _, b in parts], dtype=object)


def both_numbers(first: pd.Series, second: pd.Series) -> tuple[Array, Array, tuple[NDArray[np.bool_], NDArray[np.bool_]], list[Said]]:
    """Two columns of coordinates as numbers, which cells are filled but no number, and what was decided of their thousands.

    Metres without decimals are ambiguous by themselves: ``549.123`` may be 549,123 m. Beside ``2.486.123``, or beside figures that
    can only be metres, it is.
    """
    columns = (first, second)
    values, wrong = zip(*map(numbers, columns), strict=True)
    texts = [[_bare(cell) if isinstance(cell, str) else "" for cell in cells] for cells in columns]
    found = {text: match for column in texts for text in column if (match := _GROUPED.fullmatch(text))}
    signs = {match["sep"] for text, match in found.items() if text.count(match["sep"]) > 1 or match["tail"] is not None} - {" "}
    told = []
    for at, own in enumerate(texts):
        single = np.array([_ONE_GROUP.fullmatch(text) is not None for text in own], dtype=bool)
        if not single.any():
            continue
        example = own[int(single.argmax())]
        used = {text.lstrip("+-").strip("0123456789") for text, one in zip(own, single, strict=True) if one}
        other = values[1 - at][np.isfinite(values[1 - at])]
        in_metres = bool(len(other)) and float(np.median(np.abs(other))) > _METRES
        whole_column = all(single[i] for i, text in enumerate(own) if text) and not any(isinstance(cell, float) for cell in columns[at])
        if len(used) == 1 and (used <= signs or (in_metres and whole_column)):
            values[at][single] = np.round(values[at][single] * 1000)
            told.append(said("rows_told.thousands", example=example, metres=example.replace(next(iter(used)), "")))
    return values[0], values[1], (wrong[0], wrong[1]), told
