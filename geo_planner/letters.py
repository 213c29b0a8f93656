"""Letters, digits and signs that look like others or mean the same: one table for all who compare or read texts.

Lists come from many keyboards and converters. ``Ð`` (eth) stands where ``Đ`` is meant, a Cyrillic ``а`` where a Latin one is, a digit is of
full width. Texts are compared by their :func:`skeleton`, names by :func:`fold`, without marks, case and punctuation; numbers, dates and
codes are read by :func:`plain_figures`. A name is data and changes only where :func:`latin` is certain of the letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters of other alphabets in the form of a Latin one. Cyrillic, Greek, Armenian, Latin letters of phonetics.
_FORMS = {
    "A": "\u0410\u0391", "B": "\u0412\u0392", "C": "\u0421\u03f9", "E": "\u0415\u0395", "H": "\u041d\u0397", "I": "\u0406\u0399\u04c0", "J": "\u0408\u037f", "K": "\u041a\u039a", "M": "\u041c\u039c", "N": "\u039d", "O": "\u041e\u039f\u0555", "P": "\u0420\u03a1",
    "Q": "\u051a", "S": "\u0405\u054f", "T": "\u0422\u03a4", "U": "\u054d", "V": "\u0474", "W": "\u051c", "X": "\u0425\u03a7", "Y": "\u0423\u03a5\u04ae", "Z": "\u0396", "D": "\u0500", "G": "\u050c",
    "a": "\u0430\u0251\u03b1", "c": "\u0441\u03f2", "d": "\u0501", "e": "\u0435\u04bd", "g": "\u0261", "h": "\u04bb\u0570", "i": "\u0456\u0131\u03b9\u0269", "j": "\u0458\u03f3\u0237", "k": "\u043a\u03ba", "l": "\u04cf", "n": "\u0578", "o": "\u043e\u03bf\u0585", "p": "\u0440\u03c1",
    "q": "\u051b", "s": "\u0455", "u": "\u057d\u03c5", "v": "\u0475\u03bd", "w": "\u051d", "x": "\u0445\u03c7", "y": "\u0443\u03b3\u04af",
    "Đ": "\u00d0\u0189", "đ": "\u00f0\u0256\u1d6d",
}  # fmt: skip
_LOOKS_LIKE = {sign: letter for letter, signs in _FORMS.items() for sign in signs}
_RESEMBLES = frozenset("\u03b1\u03b3\u03b9\u03ba\u03c1\u03c5\u03c7\u0269\u043a\u03bd")
"""Letters that are told apart when one looks: alone they may be meant, inside a Latin word they are not."""
_ALWAYS_D = {sign: letter for letter in "Đđ" for sign in _FORMS[letter]}
"""Letters that no Vietnamese word holds: here they can only be Đ."""
_STROKES = re.compile("([Dd])[\u0335-\u0338]")
_APOSTROPHES = "\u2019\u2018\u02bc\u02bb\u02b9\u2032\u2035\uff07\u055a\ua78c"
_MINUS = re.compile("(?<![0-9])[\u2212\u2013\u2010\u2011\u2012\u2043](?=[0-9.,])")
NO_WIDTH = re.compile("[\u200b-\u200f\u061c\u2060\ufeff\u00ad]")
"""Signs without a width; among them marks of direction, which phones and web pages set around what is copied from them: alone they turn nothing."""
# The letters of Vietnamese, each in one sign: nothing is to be done with them, and most texts hold no others
_ORDINARY = re.compile("[\\x00-\\x7fÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]*")
_WIDE = {"<wide>", "<narrow>", "<small>"}
_SAME_LETTER = _WIDE | {"<compat>", "<font>", "<initial>", "<medial>", "<final>", "<isolated>"}
_SEPARATORS = {"٫": ".", "٬": "'"}
_SPACES = re.compile(r"[^\S \n]")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def _as_letter(sign: str) -> str:
    """One sign as it is compared: no width, no font, no alphabet but the Latin one; nothing for a sign that cannot be seen."""
    if sign in _LOOKS_LIKE:
        return _LOOKS_LIKE[sign]
    if sign in _APOSTROPHES:
        return "'"
    category = unicodedata.category(sign)
    if category == "Cf" or sign in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0" or "\ufe00" <= sign <= "\ufe0f":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    tag = _tag(sign)
    # ½, ② and ² are no letters and no digits of a number: they stay what they are
    return unicodedata.normalize("NFKD", sign) if category != "No" and tag in (_SAME_LETTER if category[0] in "LN" else _WIDE) else sign


def skeleton(text: str) -> str:
    """What a text looks like: look-alikes as the Latin letters that they resemble, digits as 0–9, nothing that cannot be seen.

    For comparing only. Marks stay, in the order of Unicode.

    Examples
    --------
    >>> skeleton("Ðiện") == "Điện", skeleton("В１") == "B1", skeleton("So\\u0302́\\u200b") == "Số"
    (True, True, True)
    """
    if _ORDINARY.fullmatch(text):
        return text
    parts = _STROKES.sub(lambda found: "Đ" if found[1] == "D" else "đ", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", "".join(sign if sign.isascii() else _as_letter(sign) for sign in parts))


def plain_figures(text: str) -> str:
    """A number, date or code with its digits as 0–9 and its signs as a keyboard has them.

    Only what is certain: decimal digits of every script, signs of full width, a minus sign before a figure, spaces, the signs of Arabic
    numbers. A superscript, a fraction, a Roman or circled numeral stays, and is no digit.

    Examples
    --------
    >>> plain_figures("１２．５"), plain_figures("−٩٨"), plain_figures("12²"), plain_figures("1\\u2009234")
    ('12.5', '-98', '12²', '1 234')
    """
    if _ORDINARY.fullmatch(text):
        return text
    plain = "".join(sign if sign.isascii() else _as_figure(sign) for sign in _SPACES.sub(" ", NO_WIDTH.sub("", text)))
    return _MINUS.sub("-", plain)


@lru_cache(maxsize=4096)
def _as_figure(sign: str) -> str:
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.decimal(sign))
    if sign in _SEPARATORS:
        return _SEPARATORS[sign]
    return unicodedata.normalize("NFKC", sign) if _tag(sign) in _WIDE else sign


def latin(text: str) -> str:
    """A name with its look-alikes put right where the rest of it leaves no doubt, in NFC.

    ``Ð`` is always Đ, a letter of full width always the plain one. A Cyrillic or Greek letter counts as Latin in a text that holds Latin
    letters and no letter of the other alphabet that is unlike all of them.

    Examples
    --------
    >>> latin("Ðoàn Kết"), latin("Bản Nаm") == "Bản Nam", latin("Деревня A") == "Деревня A", latin("Trạm α") == "Trạm α"
    ('Đoàn Kết', True, True, True)
    """
    if _ORDINARY.fullmatch(text):
        return text
    parts = _STROKES.sub(lambda found: "Đ" if found[1] == "D" else "đ", unicodedata.normalize("NFD", text))
    parts = "".join(_ALWAYS_D.get(sign, _as_letter(sign) if _tag(sign) in _WIDE else sign) for sign in parts)
    letters = {sign for sign in parts if unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo")}
    own = {sign for sign in letters if sign not in _LOOKS_LIKE and unicodedata.name(sign, "").startswith("LATIN")}
    if own and letters - own and letters - own <= set(_LOOKS_LIKE):
        parts = re.sub(r"\S+", lambda word: _latin_word(word[0], known=not own.isdisjoint(word[0])), parts)
    return unicodedata.normalize("NFC", parts)


def _latin_word(word: str, *, known: bool) -> str:
    return "".join(_LOOKS_LIKE.get(sign, sign) if known or sign not in _RESEMBLES else sign for sign in word)


def _tag(sign: str) -> str:
    return unicodedata.decomposition(sign).partition(" ")[0]


def lookalikes(text: str) -> str:
    """The signs of a text that :func:`latin` puts right, by their codes; empty when there are none.

    Examples
    --------
    >>> lookalikes("Ðoàn Kết"), lookalikes("Đoàn Kết")
    ('U+00D0', '')
    """
    if _ORDINARY.fullmatch(text):
        return ""
    right = latin(text)
    left = list(unicodedata.normalize("NFD", right))
    codes: dict[str, None] = {}
    for sign in unicodedata.normalize("NFD", text):
        if sign in left:
            left.remove(sign)
        else:
            codes[f"U+{ord(sign):04X}"] = None
    return " ".join(codes)


def plain_width(text: str) -> str:
    """A title with its letters, brackets and slashes of usual width, and nothing in it that cannot be seen.

    Examples
    --------
    >>> plain_width("Công suất（Ｗ）"), plain_width("Số\\u200b hộ")
    ('Công suất(W)', 'Số hộ')
    """
    if _ORDINARY.fullmatch(text):
        return text
    return "".join(_as_letter(sign) if _tag(sign) in _WIDE else sign for sign in NO_WIDTH.sub("", text))


def holds_other_digits(text: str) -> bool:
    """Whether a text holds decimal digits that are not 0–9.

    Examples
    --------
    >>> holds_other_digits("１02"), holds_other_digits("102°"), holds_other_digits("10²")
    (True, False, False)
    """
    return not text.isascii() and any(unicodedata.category(sign) == "Nd" for sign in text if not sign.isascii())


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
