"""Numbers as they are written in Vietnamese and in English."""

from __future__ import annotations

import math
from typing import Literal

Language = Literal["vi", "en"]


def number(value: float, decimals: int, language: Language, *, keep_zeros: bool = False) -> str:
    """A number with thousands and decimals marked as the language does; trailing zeros of a fraction are dropped unless kept.

    >>> number(1234.5, 2, "vi"), number(1234.5, 2, "en"), number(12.0, 1, "vi")
    ('1.234,5', '1,234.5', '12')
    """
    text = f"{value:,.{decimals}f}"
    if "." in text and not keep_zeros:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share of 1 in per cent; what is not quite nothing, or not quite all, does not round to it.

    >>> percent(0.125, "vi", 1), percent(0.999, "en"), percent(0.001, "vi"), percent(1.0, "en")
    ('12,5 %', '> 99 %', '< 1 %', '100 %')
    """
    step = 10.0**-decimals
    shown = round(share * 100, decimals)
    if shown <= 0 < share:
        return f"< {number(step, decimals, language)} %"
    if shown >= 100 > share * 100 and not math.isclose(share, 1.0):
        return f"> {number(100 - step, decimals, language)} %"
    return f"{number(shown, decimals, language)} %"


def listing(items: list[str], language: Language) -> str:
    """Items joined as in a sentence; they may hold commas, so they are parted by semicolons.

    >>> listing(["a", "b", "c"], "vi")
    'a; b và c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{'; '.join(items[:-1])} {'và' if language == 'vi' else 'and'} {items[-1]}"
