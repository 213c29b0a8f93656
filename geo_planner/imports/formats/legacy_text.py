"""Vietnamese text from before Unicode: TCVN3 (ABC, .Vn fonts), VNI-Windows and windows-1258, told apart by how it reads.

All three are seen as a western program shows them (one sign a byte). Each is converted on trial, and the one whose words
have the shape of Vietnamese syllables is taken. Tables: TCVN 5712:1993 (VN3) and the VNI-Windows font layout.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from geo_planner.imports.grid import Cell
from geo_planner.words import Said, said

SURE = 0.75
"""Share of the words with marks that must read as Vietnamese."""

_TCVN3 = dict(
    zip(
        (
            bytes.fromhex(
                "b5b6b7b8b9a8bbbcbdbec6a9c7c8c9cacbcccecfd0d1aad2d3d4d5d6d7d8dcdddedfe1e2e3e4abe5e6e7e8e9aceaebecedeeeff1f2f3f4adf5f6f7f8f9fafbfcfdfeae"
            )
            + b"\xa1\xa2\xa3\xa4\xa5\xa6\xa7"
        ).decode("latin-1"),
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
        strict=True,
    )
)
_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_ALONE = {"ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}


def _vni_table() -> dict[str, str]:
    pairs = dict(_ALONE)
    for base in "aeouyôö":
        pairs |= {base + mark: _ALONE.get(base, base) + tone for mark, tone in _TONES.items()}
    for base in "aeo":
        pairs |= {base + mark: base + "\u0302" + tone for mark, tone in _HAT.items()}
    pairs |= {"a" + mark: "a\u0306" + tone for mark, tone in _BREVE.items()}
    pairs |= {key.upper(): value.upper() for key, value in pairs.items()} | {
        key[0].upper() + key[1:]: value[0].upper() + value[1:] for key, value in pairs.items() if len(key) == 2
    }
    return {key: unicodedata.normalize("NFC", value) for key, value in pairs.items()}


_VNI = _vni_table()
_VNI_TOKEN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[^\x00-\x7f\s]+")
_TCVN_WORD = re.compile(r"[^\s\x00-\x40\x5b-\x60\x7b-\x7f]+")
# Onset, one vowel group, coda: wide enough for names of ethnic minorities in Vietnamese spelling.
_SYLLABLE = re.compile(
    r"(?:ngh?|gh?|kh|nh|ph|th|tr|ch|gi|qu|[bcdđhklmnprstvxzjwf])?(?:i[eê]u?|y[eê]u?|u[oôơâeêiy]?[iuyeê]?|ư[ơa]?[iu]?|o[aăeo]?[iyou]?|[aăâeêioôơuưy]{1,2})(?:ng|nh|ch|[cmnptk])?",
)
_MARKS = {"\u0301", "\u0300", "\u0309", "\u0303", "\u0323"}


def reads_as_vietnamese(text: str) -> tuple[int, int]:
    """How many words carry marks, and how many of those have the shape of a Vietnamese syllable."""
    marked = good = 0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        marked += 1
        letters = unicodedata.normalize("NFD", word.lower().replace("\u00f0", "đ"))  # eth in Unicode text is a slip for đ, not an old font
        tones = sum(sign in _MARKS for sign in letters)
        toneless = unicodedata.normalize("NFC", "".join(sign for sign in letters if sign not in _MARKS))
        one_case = word[1:] in (word[1:].lower(), word[1:].upper())
        good += bool(tones <= 1 and one_case and _SYLLABLE.fullmatch(toneless))
    return marked, good


def from_tcvn3(text: str) -> str:
    """TCVN3 as a western program shows it, to Unicode. Words in a capital font (.VnTimeH) come out in capitals."""

    def word(found: re.Match[str]) -> str:
        raw = found.group()
        converted = "".join(_TCVN3.get(sign, sign) for sign in raw)
        plain = [sign for sign in raw if sign.isascii() and sign.isalpha()]
        return converted.upper() if len(plain) >= 2 and all(sign.isupper() for sign in plain) else converted

    return _TCVN_WORD.sub(word, _western(text))


def from_vni(text: str) -> str:
    """VNI-Windows as a western program shows it, to Unicode."""
    return _VNI_TOKEN.sub(lambda found: _VNI[found.group()], _western(text))


def from_windows_1258(text: str) -> str:
    """windows-1258 as a western program shows it, to Unicode."""
    return unicodedata.normalize("NFC", _western(text).encode("latin-1", errors="replace").decode("cp1258", errors="replace"))


def _western(text: str) -> str:
    """One sign a byte: windows-1252 signs (curly quotes and the like) back to the byte that they stand for."""
    if all(ord(sign) < 256 for sign in text):
        return text
    return "".join(sign if ord(sign) < 256 else _byte_of(sign) for sign in text)


def _byte_of(sign: str) -> str:
    try:
        return sign.encode("cp1252").decode("latin-1")
    except UnicodeEncodeError:
        return sign


CONVERSIONS: dict[str, Callable[[str], str]] = {"windows-1258": from_windows_1258, "TCVN3 (ABC)": from_tcvn3, "VNI": from_vni}


def detect(texts: Iterable[str]) -> str | None:
    """Which legacy code a collection of texts is written in.

    The texts are as a western program shows them; Unicode texts are recognised as such.

    Returns
    -------
    str or None
        A key of :data:`CONVERSIONS`; ``"unicode"`` when the text reads as it is or has no marks; None when no reading
        makes sense.
    """
    sample = _words("\n".join(text for text in texts if not text.isascii())[:200_000])
    if sample.isascii() or any(ord(sign) > 0x1E00 and ord(sign) < 0x1F00 for sign in sample):
        return "unicode"
    scores = {"unicode": _score(sample, sample)} | {name: _score(convert(sample), sample) for name, convert in CONVERSIONS.items()}
    best = max(scores, key=lambda name: scores[name])
    if scores["unicode"] >= scores[best] - 0.05 and scores["unicode"] >= SURE:
        return "unicode"
    return best if scores[best] >= SURE else None


def _words(text: str) -> str:
    """A text without signs that stand alone: × and ✓ are marks of a list, whatever letter an old font has in their place."""
    return " ".join(word for word in text.split() if word.isascii() or any(sign.isalpha() for sign in word))


def reads_as_well(texts: Iterable[str], code: str) -> bool:
    """Whether texts make at least as much sense in a legacy code as they do as they are."""
    sample = _words("\n".join(texts)[:200_000])
    return _score(CONVERSIONS[code](sample), sample) >= max(_score(sample, sample), SURE)


def _score(converted: str, original: str) -> float:
    """Share of sensible words among those that have marks before or after the conversion."""
    marked, good = reads_as_vietnamese(converted)
    before, _ = reads_as_vietnamese(original)
    return good / max(marked, before) if marked else 0.0


def convert_columns(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[Cell]], list[Said]]:
    """Rows with the legacy columns converted to Unicode, and what is said of each code that was found.

    Each column is judged by itself, for titles are often typed in Unicode above data in an old font; a cell with a sign that
    only Unicode has is left alone.
    """
    width = max((len(row) for row in rows), default=0)
    left_alone = {r for r, row in enumerate(rows) if _is_unicode_title(row)}
    columns: dict[int, set[str]] = {}
    for r, row in enumerate(rows):
        if r not in left_alone:
            for i, cell in enumerate(row):
                if isinstance(cell, str) and _may_be_legacy(cell):
                    columns.setdefault(i, set()).add(cell)
    found = {i: detect(sorted(texts)) for i, texts in columns.items()}
    words: dict[str, int] = {}
    for i, code in found.items():
        if code not in (None, "unicode"):
            words[str(code)] = words.get(str(code), 0) + sum(len(text.split()) for text in columns[i])
    if not words:
        return [list(row) for row in rows], []
    # A sheet is typed in one old font: the code with the most words decides for short columns that read either way.
    usual = max(words, key=lambda code: words[code])
    codes = {i: usual if found[i] is None or reads_as_well(texts, usual) else str(found[i]) for i, texts in columns.items()}
    codes = {i: code for i, code in codes.items() if code != "unicode" and i < width}
    converted = [
        [
            CONVERSIONS[codes[i]](cell) if i in codes and r not in left_alone and isinstance(cell, str) and _may_be_legacy(cell) else cell
            for i, cell in enumerate(row)
        ]
        for r, row in enumerate(rows)
    ]
    return converted, [said("legacy_text", code=code, n=list(codes.values()).count(code)) for code in dict.fromkeys(codes.values())]


def _is_unicode_title(row: Sequence[Cell]) -> bool:
    """A row of words alone, one of which is Unicode for certain: a title or header, typed with today's keyboard."""
    words = [cell for cell in row if cell is not None]
    return all(isinstance(cell, str) for cell in words) and any(
        isinstance(cell, str) and not cell.isascii() and not _may_be_legacy(cell) for cell in words
    )


def _may_be_legacy(text: str) -> bool:
    return not text.isascii() and not any(
        "\u1e00" <= sign <= "\u1eff" or sign in "ăĂđĐơƠưƯĩĨũŨ\u0300\u0301\u0303\u0309\u0323" for sign in text
    )
