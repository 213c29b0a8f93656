"""Cells of a column of words (yes or no, or choices) to the words of the schema, and what a mark in a cell means.

That is decided by the title over it. An x under "Trắng sóng" says that there is no signal; a title that carries a choice or a negative gives
its marks their meaning, and one that lists several choices gives none.
"""

from __future__ import annotations

import re
from typing import Literal

from geo_planner.imports.cells.texts import Change, not_known, refused
from geo_planner.imports.naming import word_told
from geo_planner.letters import fold
from geo_planner.schema import Column
from geo_planner.schema.kinds import Worded, YesNo
from geo_planner.schema.vocabulary import NOTHING_SAID, OFFICE_WORDS, UNKNOWN, OfficeWords
from geo_planner.words import Said, said

_TICKS = frozenset("✓✔√☑✅🗸🗹\uf0fc\uf0fe")  # the last two: ticks of the font Wingdings
_CROSSES = frozenset("✗✘❌✖🗴🗶\uf0fb")
_BOXES = frozenset("☐□◻▢❏❐⬜\uf0a8")
_BLANK_SIGNS = frozenset(" -–—−‐‑.…?/_\ufe0e\ufe0f")
_SURE = {"x", "v", "1", "yes", "y", "true", "t", "dung"}
_SURE_NOT = {"0", "no", "n", "false", "f", "sai"}
_HAS = {"co", "da co", "co roi", "roi"}
_HAS_NOT = {"khong", "ko", "k", "chua", "chua co", "khong co"}
_LISTING = re.compile(
    r"\b(co|chua|khong|ko|yes|no)( (hay|hoac) (co|chua|khong|ko|no|du kien|planned))+\b|\b(co (chua|khong|ko)|yes no)( du kien| planned)?\b"
)
_STATE = re.compile(r"\b(hien|tinh|thuc) trang\b|\btrang thai\b")  # "hiện trạng sóng" is folded like "trắng sóng" in its end
_QUESTION = re.compile(r"\b(co\b.*) (chua|khong|ko)$")
_NEGATIVE = re.compile(r"\b(khong|chua|no|not|without|thieu)\b")
_NOT_KNOWN = "unknown"
"""Of the schema's own words the one that says no more than a blank; "none" says that there is nothing."""
Stance = tuple[str, bool]
"""What a mark under a title means (empty: the column's plain sense; ``several``: not certain), and whether the title negates."""


def symbol(text: str) -> Literal["tick", "cross", "box", "mixed", "other", ""]:
    """Of a text that is a sign rather than a word, which kind of sign; empty for words and for dashes that stand for nothing."""
    signs = set(text) - _BLANK_SIGNS
    for kind, known in (("tick", _TICKS), ("cross", _CROSSES), ("box", _BOXES)):
        if signs and signs <= known:
            return kind  # type: ignore[return-value]
    if fold(text):
        return "mixed" if signs & (_TICKS | _CROSSES | _BOXES) else ""
    return "other" if signs else ""


def stance(column: Column, title: str) -> Stance:
    """What the title says that a mark below it means.

    Examples
    --------
    >>> from geo_planner.schema import VILLAGES
    >>> stance(VILLAGES.column("declared_status"), "Trắng sóng"), stance(VILLAGES.column("grid_power"), "Điện lưới (có/chưa)")
    (('no_signal', False), ('', False))
    """
    bare = re.sub(r"\([^)]*[/,;|][^)]*\)|\[[^\]]*[/,;|][^\]]*\]", " ", title)  # a bracket that lists the choices
    folded = _QUESTION.sub(r"\1", _LISTING.sub(" ", fold(re.sub(r"(?<=\w)/(?=\w)", " hay ", bare))).strip())
    folded = " ".join(_STATE.sub(" ", folded).split())
    office = _office(column)
    if not office.titles:
        negative = isinstance(column.kind, YesNo) and bool(_NEGATIVE.search(folded))
        return ("no" if negative else ""), negative
    found = []
    rest, negative = folded, False
    for word, pattern in office.titles.items():
        hit = pattern.search(rest)
        if hit:
            found.append(word)
            negative |= bool(_NEGATIVE.search(hit.group()))
            rest = pattern.sub(" ", rest)
    if not office.says_no and _NEGATIVE.search(rest):
        return "several", True
    return (found[0] if len(found) == 1 else "several" if found else ""), negative


def _office(column: Column) -> OfficeWords:
    """What offices write for the words of a column."""
    return OFFICE_WORDS.get(column.kind.office, NOTHING_SAID) if isinstance(column.kind, Worded) else NOTHING_SAID


def choice(column: Column, folded: str) -> str | None:
    """The schema's word, or None for another one.

    Examples
    --------
    >>> from geo_planner.schema import VILLAGES
    >>> road = VILLAGES.column("road_access")
    >>> choice(road, "o to"), choice(road, "o to khong vao duoc")
    ('car', None)
    """
    return next((word for word, pattern in _office(column).cells.items() if pattern.fullmatch(folded)), None)


def _best_listed(column: Column, text: str) -> str | None:
    """The best of several words that are merely listed; None when anything else is said of one of them."""
    listed = _office(column).listed
    parts = [fold(part) for part in re.split(r"[,;/+&]|\b(?:và|hoặc|hay|and|or)\b", text) if part.strip()]
    found = [next((word for word, pattern in listed.items() if pattern.fullmatch(part)), None) for part in parts]
    return next((word for word in listed if word in found), None) if len(found) > 1 and None not in found else None


def _part_understood(column: Column, folded: str) -> str:
    """The schema's word for the longest beginning of a text that is known, empty when there is none."""
    tokens = folded.split()
    beginnings = (" ".join(tokens[:n]) for n in range(len(tokens) - 1, 0, -1))
    return next((word for beginning in beginnings if (word := choice(column, beginning))), "")


def read_word(column: Column, text: str, title: str) -> Change:
    """A cell of a column of words (yes or no, or choices) in the schema's words."""
    sign, folded, yes_no = symbol(text), fold(text), isinstance(column.kind, YesNo)
    if sign == "mixed" or sign == "other":
        return refused(text, "sign")
    if not sign and folded in UNKNOWN and not (text in column.choices and text != _NOT_KNOWN):
        return not_known(text)
    if sign == "box":
        return "", said("rows_done.empty_box"), None
    if "%" in text:
        return refused(text, "percentage")
    mark = _mark(sign, folded)
    meant, negative = stance(column, title)
    if mark and (meant or yes_no or folded not in _HAS | _HAS_NOT):
        return _marked(column, text, title, mark, meant, unsure=negative and not sign and folded in _HAS | _HAS_NOT)
    if yes_no:
        return refused(text, "yes_or_no")
    word = choice(column, folded) or (text if text in column.choices else None)
    if word:
        return word, None, None
    if best := _best_listed(column, text):
        return best, said("rows_done.best_vehicle"), None
    known = _part_understood(column, folded)
    return refused(text, "says_more", word=word_told(known, column.name)) if known else refused(text, "word")


def _mark(sign: str, folded: str) -> str:
    if sign == "tick" or folded in _SURE | _HAS:
        return "yes"
    return "no" if sign == "cross" or folded in _SURE_NOT | _HAS_NOT else ""


def _marked(column: Column, text: str, title: str, mark: str, meant: str, *, unsure: bool) -> Change:
    """A mere mark: what it says under its title."""
    office, sign = _office(column), symbol(text)
    if unsure or meant == "several":
        return refused(text, "mark_ambiguous", title=title[:60])
    if isinstance(column.kind, YesNo):
        word = mark if meant in ("", "yes") else {"yes": "no", "no": "yes"}[mark]
        return word, _means(column, text, title, word) if meant == "no" or sign else None, None
    if meant:
        word = meant if mark == "yes" else office.opposite.get(meant, "")
        if word:
            return word, _means(column, text, title, word), None
        return "", said("rows_done.means_not", text=text, title=title[:60], word=word_told(meant, column.name)), None
    if mark in column.choices:
        return mark, said("rows_done.means", text=text, word=word_told(mark, column.name)) if sign else None, None
    if office.asked and not fold(text).isdigit() and office.asked[0].fullmatch(fold(title)):
        word = office.asked[1] if mark == "yes" else office.asked[2]
        return word, _means(column, text, title, word), None
    return refused(text, "mark_unclear", title=title[:60])


def _means(column: Column, text: str, title: str, word: str) -> Said:
    return said("rows_done.means_under", text=text, title=title[:60], word=word_told(word, column.name))
