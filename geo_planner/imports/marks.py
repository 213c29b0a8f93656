"""What a mark in a cell means: that is decided by the title over it. An x under "Trắng sóng" says that there is no signal.

A title that carries a choice or a negative gives its marks their meaning; one that lists several choices gives none.
"""

from __future__ import annotations

import re
from typing import Literal

from geo_planner.imports import words
from geo_planner.imports.naming import word_told
from geo_planner.letters import fold
from geo_planner.schema import Column
from geo_planner.schema.vocabulary import UNKNOWN
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
_STANCES: dict[str, dict[str, str]] = {
    "declared_status": {
        "no_signal": r"\b(khong|chua|mat)( co| duoc)?( phu)? song\b|\bno (signal|coverage|service)\b|\btrang( song)?\b",
        "partial": r"\blom( song)?\b|\bpartial\b",
        "covered": r"\b(da|duoc)( co| phu)+ song\b|\bco song\b|\bcovered\b",
    },
    "grid_power": {
        "no": r"\b(chua|khong|thieu|no|without)\b",
        "planned": r"\b(du kien|ke hoach|planned)\b",
    },
    "road_access": {"car": r"\b(o to|oto|car)\b", "motorbike": r"\b(xe may|mo to|motorbike)\b", "foot": r"\b(di bo|foot)\b"},
    "status": {
        "on_air": r"\b(dang|da) (phat|hoat dong)|\bon air\b",
        "planned": r"\bke hoach\b|\bplanned\b",
        "candidate": r"\bdu kien\b|\bde xuat\b|\bcandidate\b",
    },
    "no_service": {"yes": r"\b(khong|chua|mat)( co)? song\b|\bno service\b|\bout of service\b", "no": r"\bco song\b|\bin service\b"},
}
_NEGATIVE = re.compile(r"\b(khong|chua|no|not|without|thieu)\b")
_SIGNAL = re.compile(r"(co )?(phu )?song( (di dong|dien thoai|vien thong))?|signal|coverage")
Stance = tuple[str, bool]
"""What a mark under a title means (empty: the column's plain sense; ``several``: not certain), and whether the title negates."""
Change = tuple[str, Said | None, Said | None]
"""New text, what was done (None: nothing to tell), what is wrong (None: nothing)."""


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
    own = _STANCES.get(column.name)
    if own is None:
        negative = column.kind == "yes_no" and bool(_NEGATIVE.search(folded))
        return ("no" if negative else ""), negative
    found = []
    rest, negative = folded, False
    for word, pattern in own.items():
        hit = re.search(pattern, rest)
        if hit:
            found.append(word)
            negative |= bool(_NEGATIVE.search(hit.group()))
            rest = re.sub(pattern, " ", rest)
    if column.name in ("road_access", "status") and _NEGATIVE.search(rest):
        return "several", True
    return (found[0] if len(found) == 1 else "several" if found else ""), negative


def read_word(column: Column, text: str, title: str) -> Change:
    """A cell of a column of words (yes or no, or choices) in the schema's words."""
    sign, folded = symbol(text), fold(text)
    if sign == "mixed" or sign == "other":
        return _wrong(text, "sign")
    if not sign and folded in UNKNOWN:
        return "", said("rows_done.not_known", text=text) if text else None, None
    if sign == "box":
        return "", said("rows_done.empty_box"), None
    if "%" in text:
        return _wrong(text, "percentage")
    mark = _mark(sign, folded)
    meant, negative = stance(column, title)
    if mark and (meant or column.kind == "yes_no" or folded not in _HAS | _HAS_NOT):
        return _marked(column, text, title, mark, meant, unsure=negative and not sign and folded in _HAS | _HAS_NOT)
    if column.kind == "yes_no":
        return _wrong(text, "yes_or_no")
    word = words.choice(column.name, folded) or (text if text in column.choices else None)
    if word:
        return word, None, None
    if column.name == "road_access":
        best = words.best_vehicle([fold(part) for part in re.split(r"[,;/+&]|\b(?:và|hoặc|hay|and|or)\b", text) if part.strip()])
        if best:
            return best, said("rows_done.best_vehicle"), None
    known = words.part_understood(column.name, folded)
    return _wrong(text, "says_more", word=word_told(known)) if known else _wrong(text, "word")


def _wrong(text: str, key: str, **facts: Said | str) -> Change:
    return text, None, said(f"rows_wrong.{key}", **facts)


def _mark(sign: str, folded: str) -> str:
    if sign == "tick" or folded in _SURE | _HAS:
        return "yes"
    return "no" if sign == "cross" or folded in _SURE_NOT | _HAS_NOT else ""


def _marked(column: Column, text: str, title: str, mark: str, meant: str, *, unsure: bool) -> Change:
    """A mere mark: what it says under its title."""
    if unsure or meant == "several":
        return _wrong(text, "mark_ambiguous", title=title[:60])
    if column.kind == "yes_no":
        word = mark if meant in ("", "yes") else {"yes": "no", "no": "yes"}[mark]
        return word, _means(text, title, word) if meant == "no" or symbol(text) else None, None
    if meant and mark == "yes":
        return meant, _means(text, title, meant), None
    if meant == "covered":
        return "no_signal", _means(text, title, "no_signal"), None
    if meant:
        return "", said("rows_done.means_not", text=text, title=title[:60], word=word_told(meant)), None
    if column.name == "grid_power":
        return mark, said("rows_done.means", text=text, word=word_told(mark)) if symbol(text) else None, None
    if column.name == "declared_status" and not fold(text).isdigit() and _SIGNAL.fullmatch(fold(title)):
        word = "covered" if mark == "yes" else "no_signal"
        return word, _means(text, title, word), None
    return _wrong(text, "mark_unclear", title=title[:60])


def _means(text: str, title: str, word: str) -> Said:
    return said("rows_done.means_under", text=text, title=title[:60], word=word_told(word))
