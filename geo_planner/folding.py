"""Names without marks, case and punctuation, so that two spellings of one name meet."""

from __future__ import annotations

import re
import unicodedata

from geo_planner.letters import skeleton

_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower case, without diacritics (đ as d), every run of other signs as one space; look-alikes as the letters that they resemble.

    Examples
    --------
    >>> fold("Xã  Pa-Vệ Sủ"), fold("Ðiện lưới"), fold("４Ｇ")
    ('xa pa ve su', 'dien luoi', '4g')
    """
    plain = unicodedata.normalize("NFD", skeleton(text).replace("Đ", "D").replace("đ", "d"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def slug(text: str) -> str:
    """The folded name as part of an id: ASCII letters, digits and hyphens.

    Examples
    --------
    >>> slug("Bản Nà Ui 2")
    'ban-na-ui-2'
    """
    return "-".join("".join(sign for sign in word if sign.isascii()) for word in fold(text).split()).strip("-")
