"""Numbers, days, shares and lists as they are written in Vietnamese and in English; the one place that knows how."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Literal

Language = Literal["vi", "en"]

_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_SWAPPED = str.maketrans(",.", ".,")


def number(value: float, decimals: int, language: Language, *, keep_zeros: bool = True) -> str:
    """A number as it is written in the language, with a true minus sign; a dash where there is none.

    >>> number(-1234.56, 1, "vi"), number(1234.5, 2, "en"), number(12.0, 1, "vi", keep_zeros=False), number(float("nan"), 1, "vi")
    ('−1.234,6', '1,234.50', '12', '–')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    if "." in text and not keep_zeros:
        text = text.rstrip("0").rstrip(".")
    return (text.translate(_SWAPPED) if language == "vi" else text).replace("-", "−")


def with_sign(text: str, language: Language) -> str:
    """A figure of a machine file, or a pair of them, with all its digits and the decimal sign of the language.

    >>> with_sign("103.8813850, 21.95", "vi"), with_sign("103.88", "en"), with_sign("", "vi")
    ('103,8813850; 21,95', '103.88', '')
    """
    return _POINT.sub(",", text.replace(", ", "; ")) if language == "vi" else text


def day(when: str | dt.date, language: Language) -> str:
    """A date (or ISO 8601 text: day, month or year) as it is written in the language.

    >>> day("2026-10-05", "vi"), day("2026-11", "vi"), day(dt.date(2026, 10, 5), "en")
    ('05/10/2026', '11/2026', '2026-10-05')
    """
    iso = when if isinstance(when, str) else when.isoformat()[:10]
    return "/".join(reversed(iso.split("-"))) if language == "vi" else iso


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share of 1 in per cent; what is not quite nothing, or not quite all, does not round to it.

    >>> percent(0.125, "vi", 1), percent(0.999, "en"), percent(0.001, "vi"), percent(1.0, "en")
    ('12,5%', '> 99%', '< 1%', '100%')
    """
    if not math.isfinite(share):
        return "–"
    step = 10.0**-decimals
    shown = round(share * 100, decimals)
    if shown <= 0 < share:
        return f"< {number(step, decimals, language)}%"
    if shown >= 100 > share * 100 and not math.isclose(share, 1.0):
        return f"> {number(100 - step, decimals, language)}%"
    return number(shown, decimals, language, keep_zeros=False) + "%"


def listing(items: Sequence[str], language: Language, *, joined: str = ", ") -> str:
    """Items joined as in a sentence.

    >>> listing(["a", "b", "c"], "vi"), listing(["a", "b", "c"], "en", joined="; "), listing(["a"], "vi")
    ('a, b và c', 'a; b and c', 'a')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{joined.join(items[:-1])} {'và' if language == 'vi' else 'and'} {items[-1]}"


def small(text: str) -> str:
    """A word as it stands inside a sentence: the first letter small, unless an abbreviation begins with it; names in it stay as they are.

    >>> small("Trắng sóng"), small("Quỹ Dịch vụ viễn thông công ích Việt Nam"), small("ITU-R P.1812-8")
    ('trắng sóng', 'quỹ Dịch vụ viễn thông công ích Việt Nam', 'ITU-R P.1812-8')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def quoted(text: str, language: Language) -> str:
    """Somebody's own text in quotation marks; signs that cannot be seen are shown by their code.

    >>> quoted("Số hộ", "vi"), quoted("a" + chr(10) + "b", "en")
    ('“Số hộ”', "'a\\\\x0ab'")
    """
    shown = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)
    return f"“{shown}”" if language == "vi" else f"'{shown}'"
