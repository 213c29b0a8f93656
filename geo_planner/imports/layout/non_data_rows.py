"""Rows that are no data: totals, headings of groups, notes and signatures, repeated headers.

A row that carries its number or its own commune is data whatever its name sounds like: there are villages called Cộng Hoà and
Nguồn Sáng. What is not certain stays data, for a fault is seen and a row left out may not be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo_planner.imports.grid import Cell, as_text, is_blank
from geo_planner.letters import fold

COORDINATES = ("lon", "lat", "x", "y", "position")
PLACES = ("commune_code", "former_commune_code", "commune", "former_commune", "former_place")
IDS = ("village_id", "site_id", "cell_id", "measurement_id")
TOTAL, NOTE, HEADING, NOTHING, REPEATED = (
    "not_data.total",
    "not_data.note",
    "not_data.heading",
    "not_data.nothing",
    "not_data.repeated",
)
"""Why a row is no row of data: keys of the catalogue."""
_SUM = r"(?:tong(?: cong| so)?|cong(?: chung| don)?|(?:grand |sub ?)?total|sum)"
_UNIT = r"(?:tinh|huyen|xa|phuong|thi tran|thi xa|thanh pho|tp|tt)"
_TOTAL = re.compile(
    rf"{_SUM}|(?:{_SUM}|toan)(?: toan| chung| ca)? {_UNIT}(?: .*)?|(?:tong (?:so|cong)|{_SUM}(?=.* \d)) (?:\d+ )?(?:so )?(?:ban|thon|ho|khau|nguoi|tram|diem|vi tri|cot)(?: .*)?"
)
_SUM_OF = re.compile(rf"{_SUM}(?: toan)? (.+)")
_NOTE = re.compile(
    r"(ghi chu|luu y|chu thich|note|nguon|tai lieu|nguoi (lap|tong hop|ky|kiem tra)|lap bieu|ke toan|truong phong|pho truong phong|giam doc|pho giam doc"
    r"|chu tich|tm |tl |kt |thu truong|ky ten|ky ghi ro|noi nhan|xac nhan|don vi (lap|bao cao)|danh sach nay|so lieu)( .*)?|.*\bngay( \d+)? thang( \d+)? nam( \d+)?.*"
)
_SIGNED = re.compile(
    r"(nguoi (lap|tong hop|ky)|lap bieu|truong phong|giam doc|pho giam doc|chu tich|tm |thu truong|ky ten|ky ghi ro)( .*)?"
)
_PLACE = re.compile(r"(?:xa|phuong|thi tran|huyen|thanh pho|thi xa|tp|tt) .+")
_UPPER = ("huyen ", "thanh pho ", "thi xa ", "tp ")
_ROMAN = re.compile(r"[IVXLC]{1,6}|[ivxlc]{1,6}")
_LETTER = re.compile(r"[A-ZĐa-zđ]")
_PREFIX = re.compile(r"\s*([IVXLC]{1,6}|[A-ZĐ]|\d{1,3}(?:\.\d{1,3})*)\s*[.)/:-]\s+|\s*([IVXLC]{2,6}|[IVX])\s+(?=\S{2})")
_FIGURE = re.compile(r"[+-]?\d[\d., \xa0]*\s*%?")


_SHORT = 80  # signs
_ANSWERS = {"co", "chua", "khong", "x", "v", "trang song", "lom song", "o to", "xe may", "di bo"}


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a row, as far as it matters for telling data from the rest.

    Attributes
    ----------
    number : int
        Counted from 0.
    at : dict of str to Cell
        Filled cells by the column that they were mapped to.
    texts : list of str
        Words, without numbers, ordinals and the like.
    ordinal : str
        ``digit``, ``roman``, ``letter`` or empty: how the row is counted.
    located : bool
        Something that may be a coordinate stands in it.
    figures : dict of str to float
        Numbers in columns of numbers.
    """

    number: int
    at: Mapping[str, Cell]
    texts: Sequence[str]
    ordinal: str
    located: bool
    figures: Mapping[str, float]

    @property
    def named(self) -> bool:
        return "name" in self.at

    def is_counted(self) -> bool:
        """Numbered like a row of data, with more than the number."""
        return self.ordinal == "digit" and bool(self.texts or self.figures)

    def own_place(self, but: str = "") -> bool:
        """A commune stands in its own column, other than the words `but`."""
        return any(name in self.at and " ".join(as_text(self.at[name]).split()) != but for name in PLACES)

    def is_identified(self) -> bool:
        return any(name in self.at for name in IDS)


def look_at(
    number: int, row: Sequence[Cell], names: Mapping[int, str], counters: Collection[int], figures: Collection[str], *, has_counter: bool
) -> Row:
    """The parts of a row."""
    at = {names[i]: cell for i, cell in enumerate(row) if i in names and not is_blank(cell)}
    ordinal, texts = "", list[str]()
    for i, cell in enumerate(row):
        text = as_text(cell).strip()
        if not text or is_blank(cell):
            continue
        first = i in counters or (not has_counter and not ordinal and not texts)
        if first and (kind := _counts(text, named=names.get(i) == "name")):
            ordinal = ordinal or kind
        elif isinstance(cell, str) and _is_words(text):
            spaced = " ".join(text.split())
            texts.append(text if spaced == text else spaced)  # not a second copy of every long remark
    located = any(may_be_coordinate(at.get(name)) for name in COORDINATES)
    return Row(number, at, texts, ordinal, located, {name: n for name in figures if (n := _number(at.get(name))) is not None})


# What short cells are is kept, for they come again and again; long remarks hardly do and would fill the memory.
def _is_words(text: str) -> bool:
    return (_kept_is_words if len(text) <= _SHORT else _kept_is_words.__wrapped__)(text)


def _counts(text: str, *, named: bool) -> str:
    return (_kept_counts if len(text) <= _SHORT else _kept_counts.__wrapped__)(text, named)


@lru_cache(maxsize=20_000)
def _kept_is_words(text: str) -> bool:
    return bool(fold(text)) and not _FIGURE.fullmatch(text)


@lru_cache(maxsize=20_000)
def _kept_counts(text: str, named: bool) -> str:
    plain = text.strip(" .)(/-")
    if re.fullmatch(r"\d{1,6}(\.\d{1,4})*", plain):
        return "" if named else "digit"
    if _ROMAN.fullmatch(plain):
        return "roman"
    return "letter" if _LETTER.fullmatch(plain) else ""


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    text = as_text(cell).strip()
    if not _FIGURE.fullmatch(text) or "%" in text:
        return None
    grouped = re.fullmatch(r"\d{1,3}([.,\s]\d{3})+", text)
    plain = re.sub(r"[\s\xa0]", "", re.sub(r"[.,\s]", "", text) if grouped else text.replace(",", "."))
    try:
        return float(plain)
    except ValueError:
        return None


def may_be_coordinate(cell: Cell) -> bool:
    """A number, or a text that starts like one; "ngày 5 tháng 11" in that column does not."""
    if cell is None or not isinstance(cell, str):
        return cell is not None
    return re.match(r"\s*(?:[NSEWBĐDXY]?\s*[:=(]?\s*)?[+-]?\d", cell, flags=re.IGNORECASE) is not None


def is_total(row: Row, communes: Collection[str]) -> bool:
    """The words of a total as the whole text of a cell, alone or with the place that is summed."""
    if row.located or row.is_counted() or not row.texts:
        return False
    text = row.texts[0]
    bare = re.sub(r"(?: (?:\d+|[ivx]+))+$", "", fold(re.sub(r"\(.*?\)|[:=].*$", " ", text)))
    summed = _SUM_OF.fullmatch(bare)
    return (_TOTAL.fullmatch(bare) is not None or (summed is not None and _bare(summed.group(1)) in communes)) and not row.own_place(text)


def is_repeated_header(row: Sequence[Cell], header: Sequence[Sequence[Cell]]) -> bool:
    """A header printed again at the top of each page."""
    filled = {i: fold(as_text(cell)) for i, cell in enumerate(row) if not is_blank(cell)}
    return len(filled) >= 3 and any(
        all(i < len(above) and fold(as_text(above[i])) == text for i, text in filled.items()) and any(filled.values()) for above in header
    )


def is_note(row: Row, *, signed: bool, is_tail: bool) -> bool:
    """Words below a table: a note, a place and date, a signature."""
    if row.located or not is_tail or row.is_counted() or row.figures or row.is_identified() or not row.texts:
        return False
    notes = [text for text in row.texts if _NOTE.fullmatch(fold(text))]
    if row.named and any(fold(text) in _ANSWERS for text in row.texts):
        return False
    places = [" ".join(as_text(row.at[name]).split()) for name in PLACES if name in row.at]
    if notes and all(text in notes for text in places):
        return True
    if signed and len(row.texts) <= 3 and (not row.named or len(row.texts) + len(row.figures) <= 2):
        return True
    return not row.named and not places and len(row.texts) <= 2


def is_caption(row: Row) -> bool:
    """One text alone, in no column that could make it a village: a line between the rows."""
    return len(row.texts) == 1 and not (row.located or row.at or row.ordinal)


def is_signature(text: str) -> bool:
    return _SIGNED.match(fold(text)) is not None


def says_nothing(row: Row) -> bool:
    """Neither a name nor a place nor a position: an empty line of a form, or sums without a word."""
    return not (row.located or row.texts or row.is_counted() or row.own_place() or row.named or row.is_identified())


def heading(row: Row, below: Sequence[Row], counted_by: Collection[str], communes: Collection[str]) -> str:
    """The commune or district that a row heads the rows below with; empty where it is no heading.

    `below` are the rows that follow, blank ones left out; `counted_by` says how rows of data are counted, for a Roman number is no sign
    of a heading where all have one.
    """
    if row.located or not row.texts or row.is_identified():
        return ""
    text = row.texts[0]
    if len(row.texts) > 1 and not (row.ordinal in ("roman", "letter") and _PLACE.fullmatch(fold(text))):
        return ""
    prefix = _PREFIX.match(text)
    counted = row.ordinal
    if prefix and prefix.end() < len(text):
        counted = counted or _counts(next(part for part in prefix.groups() if part), named=False)
        stripped = text[prefix.end() :]
    else:
        stripped = text
    place = re.sub(r"\s*(?:[(\[:][^()]*\d.*|[:;,-])\s*$", "", stripped).strip()
    if not place or row.own_place(text) or (row.named and any(name in row.at for name in PLACES)):
        return ""
    if _PLACE.fullmatch(fold(place)):
        return place
    follows = below[0] if below else None
    if follows is None or len(fold(place).split()) > 8:
        return ""
    if counted in ("roman", "letter") and counted not in counted_by:
        return place
    if not counted and _bare(place) in communes and follows.located and _sums_fit(row, below):
        return place
    return ""


def is_upper(place: str) -> bool:
    """A district, over communes."""
    return fold(place).startswith(_UPPER)


def has_kind(place: str) -> bool:
    return _PLACE.fullmatch(fold(place)) is not None


def _bare(name: str) -> str:
    return re.sub(r"^(?:xa|phuong|thi tran|tt|p|x) (?=\S)", "", fold(name))


def _sums_fit(row: Row, below: Sequence[Row]) -> bool:
    """Figures of a heading are those of its rows together."""
    block = []
    for following in below:
        if not following.located:
            break
        block.append(following)
    return all(abs(sum(r.figures.get(name, 0.0) for r in block) - value) < 0.5 for name, value in row.figures.items())
