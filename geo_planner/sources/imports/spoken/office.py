"""What goes back to the office: faults as sentences with their figures and names, words of choices, titles that an import knows again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from geo_planner.errors import Fault
from geo_planner.sources.imports.saying import word_told
from geo_planner.sources.imports.spoken.faults import FAULTS, FAULTS_VI
from geo_planner.sources.imports.spoken.said import choice_word, own_title, quoted, told
from geo_planner.sources.imports.spoken.titles import target_title
from geo_planner.sources.imports.synonyms import POINT_LAYERS
from geo_planner.words import LANGUAGES, Language, Said, said

TITLES_OF_REJECTS: Mapping[Language, tuple[str, str]] = {
    language: (said("import_paper.row_title").text(language), said("import_paper.reason_title").text(language)) for language in LANGUAGES
}
"""First and last title of the file of rejected rows."""
_IN_A_TABLE = ("commune", "x", "y", "lon", "lat", "time", "district")
"""Columns that the import made itself or found around the table."""
_Said = Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]


_REASONS: _Said = (
    (r"not a number", "không phải là số"),
    (r"not a whole number", "không phải là số nguyên"),
    (r"not one of the known words", "không thuộc các từ được dùng cho cột này"),
    (r"the number is out of range", "số nằm ngoài khoảng cho phép"),
    (r"not a date \(.*", "không phải là ngày (ngày/tháng/năm đủ bốn chữ số)"),
    (r"the cell is blank but needed", "ô bắt buộc đang để trống"),
    (r"the id stands already in row (\d+)", "mã này đã có ở dòng {0}"),
    (r"one figure is merged over rows (\d+)–(\d+): .*", "một con số gộp ô cho các dòng {0}–{1}: không biết phần của từng dòng"),
    (r"under (.+) a mark is expected, and this is none", lambda found: f"dưới {quoted(found[1])} cần một dấu x, ô này ghi khác"),
    (r"under (.+) more than one column is marked: (.+)", lambda found: f"dưới {quoted(found[1])} đánh dấu hơn một cột: {quoted(found[2])}"),
    # Places
    (r"longitude and latitude are swapped", "kinh độ và vĩ độ bị đổi chỗ"),
    (r"(.+): longitude and latitude are swapped", "{0}: kinh độ và vĩ độ bị đổi chỗ"),
    (r"(.+) lies ([\d.]+) km outside commune (.+), in (.+)", lambda found: f"{found[1]} nằm ngoài xã {found[3]} {found[2].replace('.', ',')} km, thuộc {found[4]}"),
    (r"(.+) lies ([\d.]+) m outside commune (.+)", "{0} nằm ngoài xã {2} {1} m"),
    (r"(.+) lies ([\d.]+) km outside the province", lambda found: f"{found[1]} nằm ngoài tỉnh {found[2].replace('.', ',')} km"),
    # Communes
    (r"the commune code is not in the communes layer", "mã xã không có trong lớp xã"),
)  # fmt: skip
_REMEDIES: _Said = (
    (r"Write one of: (.+?)(?:, or leave the cell blank)?\.", lambda found: f"Ghi một trong các từ: {_words(found[1])}; chưa rõ thì để trống."),
    (r"Give a value from (\S+) to (\S+)\.", lambda found: f"Ghi số từ {_figure(found[1])} đến {_figure(found[2])}."),
    (r"Give a value at least (\S+)\.", lambda found: f"Ghi số không nhỏ hơn {_figure(found[1])}."),
    (r"Give a value at most (\S+)\.", lambda found: f"Ghi số không lớn hơn {_figure(found[1])}."),
    (r"Give degrees from (\S+) to (\S+)\.", lambda found: f"Ghi độ từ {_figure(found[1])} đến {_figure(found[2])}."),
)  # fmt: skip
_COMPILED = {
    id(table): [(re.compile(pattern, flags=re.DOTALL), sentence) for pattern, sentence in table] for table in (_REASONS, _REMEDIES)
}
_LONGEST = 600


def _words(listed: str) -> str:
    """The Vietnamese words of ``no_signal (trắng sóng), partial (lõm sóng)``."""
    return ", ".join(choice_word(part) if "(" not in part else part[part.index("(") + 1 :].rstrip(")") for part in listed.split(", "))


def _figure(text: str) -> str:
    return text.rstrip(".").replace(".", ",")


def _by(table: _Said, text: str) -> str:
    for pattern, sentence in _COMPILED[id(table)] if len(text) <= _LONGEST else ():
        if found := pattern.fullmatch(text):
            return sentence.format(*found.groups()) if isinstance(sentence, str) else sentence(found)
    return ""


def fault_words(fault: Fault, language: Language) -> tuple[str, str]:
    """What is wrong and what to do."""
    if language == "vi" and fault.said.key == "prose_fault":
        return prose_words(fault.reason, fault.remedy, fault.code)
    return fault.texts(language)


def prose_words(reason: str, remedy: str, code: str) -> tuple[str, str]:
    """The Vietnamese of a fault that stands in prose: with its figures where the sentence is known, else by the code.

    Examples
    --------
    >>> prose_words("the id stands already in row 4", "Give each row an id of its own.", "duplicate_id")
    ('mã này đã có ở dòng 4', 'Đặt cho mỗi dòng một mã riêng.')
    """
    by_code = FAULTS[code][:2] if code in FAULTS else FAULTS_VI.get(code, (reason, remedy))
    page = re.sub(r"mục (\d)", r"mục \1 của trang Nhập số liệu", by_code[1])
    return _by(_REASONS, reason) or by_code[0].rstrip("."), _by(_REMEDIES, remedy) or page


def column_title(layer: str, name: str, language: Language) -> str:
    """The title of a column for people, also of one that the import made itself."""
    return own_title(target_title(layer, name, language), language) if layer in POINT_LAYERS else own_title(name, language)


def cell_words(layer: str, column: str, value: object, language: Language) -> str:
    """A cell of the layer: the words of choices as people say them."""
    kinds = {c.name: c.kind for c in POINT_LAYERS[layer].columns} if layer in POINT_LAYERS else {}
    text = str(value)
    word = word_told(text) if text and kinds.get(column) in ("choice", "yes_no") else text
    return word.text(language) if isinstance(word, Said) else word


def statement(what: str | Said, layer: str, language: Language) -> str:
    """A sentence of the import."""
    return told(what, language, lambda name: column_title(layer, name, language))


def titles_known_again(titles: Mapping[str, str], language: Language = "vi") -> dict[str, str]:
    """Titles for a table of some of the rows, by column: what the import made itself gets a title that it reads as the same."""
    found = dict[str, str]()
    for name, title in titles.items():
        made = own_title(title, "vi") != title or (name == "time" and " + " in title)
        better = said(f"import_paper.title_{name}").text(language) if made and name in _IN_A_TABLE else title
        is_axis = made and name in ("x", "y") and better in titles.values()
        found[name] = said("import_paper.coordinate", axis=better).text(language) if is_axis else better
    return found
