"""What goes back to the office: faults as sentences with their figures and names, words of choices, titles that an import knows again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from geo_planner.sources.imports.spoken.faults import FAULTS, FAULTS_VI
from geo_planner.sources.imports.spoken.said import choice_word, own_title, quoted, told, told_why
from geo_planner.sources.imports.spoken.titles import target_title
from geo_planner.sources.imports.synonyms import POINT_LAYERS

ROW_TITLE, REASON_TITLE = "Dòng trong tệp", "Lý do bị loại"
"""First and last title of the file of rejected rows."""
_IN_A_TABLE: Mapping[str, str] = {
    "commune": "Xã", "x": "X", "y": "Y", "lon": "Kinh độ", "lat": "Vĩ độ", "time": "Thời điểm", "district": "Huyện cũ",
}  # fmt: skip
"""Titles of columns that the import made itself or found around the table."""
_Said = Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]


def _communes(text: str) -> str:
    return text.replace(" or ", " hoặc ").replace(", today ", ", nay là ").replace("today ", "nay là ")


_REASONS: _Said = (
    (r"not a number", "không phải là số"),
    (r"not a whole number", "không phải là số nguyên"),
    (r"neither yes nor no", "không rõ là có hay không"),
    (r"it says more than '(.+)', and the rest is not understood", lambda found: f"ngoài “{choice_word(found[1])}” ô còn ghi những chữ không rõ nghĩa"),
    (r"not one of the known words", "không thuộc các từ được dùng cho cột này"),
    (r"the number is out of (?:every )?range", "số nằm ngoài khoảng cho phép"),
    (r"the number can be read in two ways .*", "số đọc được hai cách: dấu trong số là dấu thập phân hay dấu phân cách hàng nghìn"),
    (r"not a date \(.*", "không phải là ngày (ngày/tháng/năm đủ bốn chữ số)"),
    (r"not a point in time .*", "không phải là thời điểm (ngày đứng trước tháng)"),
    (r"the year (\d+) is that of a clock that was not set", "năm {0} là của máy chưa đặt giờ"),
    (r"the cell holds the error value (\S+)", "ô có giá trị lỗi {0}"),
    (r"the cell holds a formula without a stored value", "ô là công thức chưa có kết quả lưu sẵn"),
    (r"the row has more cells than the header has titles", "dòng có nhiều ô hơn số tiêu đề"),
    (r"the cell is blank but needed", "ô bắt buộc đang để trống"),
    (r"the unit (.+) does not fit a column in (.+)", lambda found: f"đơn vị {quoted(found[1])} không hợp với cột tính bằng {found[2].replace('no unit', 'số không đơn vị')}"),
    (r"a power of 0 or less has no level in dBm", "công suất bằng 0 hoặc âm không đổi được sang dBm"),
    (r"an id may hold neither / nor \\", "mã không được có dấu / hoặc \\"),
    (r"the id stands already in row (\d+)", "mã này đã có ở dòng {0}"),
    (r"the text has ([\d,]+) signs, more than ([\d,]+)", "nội dung có {0} ký tự, nhiều hơn {1}"),
    (r"several bands stand in one cell, .*", "một ô ghi nhiều băng tần, mà mỗi dòng là một cell của một băng tần"),
    (r"several technologies \((.+)\) stand in one cell, .*", "một ô ghi nhiều công nghệ ({0}), mà mỗi dòng là một cell"),
    (r"band (\d+) is not in the table of bands", "không có băng tần {0}"),
    (r"band (\d+) is at (\S+) MHz, not at (\S+)", "băng tần {0} ở {1} MHz, không phải {2}"),
    (r"one figure is merged over rows (\d+)–(\d+): .*", "một con số gộp ô cho các dòng {0}–{1}: không biết phần của từng dòng"),
    (r"under (.+) a mark is expected, and this is none", lambda found: f"dưới {quoted(found[1])} cần một dấu x, ô này ghi khác"),
    (r"under (.+) more than one column is marked: (.+)", lambda found: f"dưới {quoted(found[1])} đánh dấu hơn một cột: {quoted(found[2])}"),
    # Places
    (r"the coordinate is not a number, nor degrees, minutes and seconds", "tọa độ không phải là số, cũng không phải độ, phút, giây"),
    (r"the coordinates are blank or off the earth", "tọa độ để trống hoặc không có trên mặt đất"),
    (r"the coordinates are 0 and 0, .*", "tọa độ là 0 và 0: máy chưa bắt được vị trí"),
    (r"longitude and latitude are swapped", "kinh độ và vĩ độ bị đổi chỗ"),
    (r"(.+): longitude and latitude are swapped", "{0}: kinh độ và vĩ độ bị đổi chỗ"),
    (r"the row fits (.+), the list is in (.+)", lambda found: f"dòng này hợp với hệ {_communes(found[1])}, cả danh sách ở hệ {found[2]}"),
    (r"(.+) lies ([\d.]+) km outside commune (.+), in (.+)", lambda found: f"{found[1]} nằm ngoài xã {found[3]} {found[2].replace('.', ',')} km, thuộc {found[4]}"),
    (r"(.+) lies ([\d.]+) m outside commune (.+)", "{0} nằm ngoài xã {2} {1} m"),
    (r"(.+) lies ([\d.]+) km outside the province", lambda found: f"{found[1]} nằm ngoài tỉnh {found[2].replace('.', ',')} km"),
    (r"the shape is an? (\w+), not a .+", "hình vẽ là {0}, không đúng loại của lớp"),
    (r"the feature has no shape", "không có hình vẽ"),
    (r"the shape has coordinates that are no numbers", "hình vẽ có tọa độ không phải là số"),
    (r"the line has no length: .*", "đường không có độ dài"),
    (r"the area is not valid and cannot be repaired", "vùng có đường biên sai, không tự sửa được"),
    (r"the shape leaves the earth .*", "tọa độ của hình vẽ không có trên mặt đất trong hệ tọa độ này"),
    # Communes
    (r"(.+) is neither a commune of today nor a former one of the province", "“{0}” không phải tên xã hiện nay, cũng không phải tên xã cũ của tỉnh"),
    (r"(.+) is not among the former communes of the province", "“{0}” không phải tên xã cũ của tỉnh"),
    (r"the (?:former )?commune code (\S+) is (?:not|in neither) .*", "không có xã mang mã {0}"),
    (r"the commune code is not in the communes layer", "mã xã không có trong lớp xã"),
    (r"there was no commune (.+) in (.+); it lay in (.+)", lambda found: f"không có xã {found[1]} ở {found[2]}; xã này thuộc {_communes(found[3])}"),
    (r"code and names contradict each other: .*", "mã xã và tên xã không khớp nhau"),
    (r"the commune can be read in several ways: (.+)", lambda found: f"xã hiểu được nhiều cách: {told_why(found[1], 'vi')}"),
    (r".*(?:is blank|column for the commune)", "ô xã để trống"),
)  # fmt: skip
_REMEDIES: _Said = (
    (r"Write a whole number, or leave the cell blank\.", "Ghi số nguyên, hoặc để trống."),
    (r"Write a number such as 42,5, or leave the cell blank\.", "Ghi số, ví dụ 42,5, hoặc để trống."),
    (r"Write có or không .*", "Ghi có hoặc không; chưa rõ thì để trống."),
    (r"Write day/month/year, or leave the cell blank\.", "Ghi ngày/tháng/năm, hoặc để trống."),
    (r"Type the text anew\.", "Gõ lại nội dung của ô."),
    (r"Write one direction in degrees .*", "Ghi một hướng tính bằng độ (mỗi dòng là một cell); ăng-ten vô hướng thì để trống."),
    (r"Write one frequency in MHz .*", "Ghi một tần số (MHz) hoặc một băng tần (B28): mỗi dòng là một cell."),
    (r"Write one technology: (.+);.*", "Ghi một công nghệ ({0}); mỗi cell một dòng."),
    (r"Write it as 2026-01-28 .*", "Ghi dạng 28/01/2026 09:30:00."),
    (r"Write one of: (.+?)(?:, or leave the cell blank)?\.", lambda found: f"Ghi một trong các từ: {_words(found[1])}; chưa rõ thì để trống."),
    (r"Give a value from (\S+) to (\S+)\.", lambda found: f"Ghi số từ {_figure(found[1])} đến {_figure(found[2])}."),
    (r"Give a value at least (\S+)\.", lambda found: f"Ghi số không nhỏ hơn {_figure(found[1])}."),
    (r"Give a value at most (\S+)\.", lambda found: f"Ghi số không lớn hơn {_figure(found[1])}."),
    (r"Give degrees from (\S+) to (\S+)\.", lambda found: f"Ghi độ từ {_figure(found[1])} đến {_figure(found[2])}."),
    (r"Check the spelling\. Did you mean (.+)\?", lambda found: f"Kiểm tra chính tả. Có phải là {_communes(found[1])}?"),
    (r"Check the spelling\.", "Kiểm tra chính tả."),
    (r"Write it as 102,54105 .*", "Ghi dạng 102,54105 hoặc 102°32'27,8\" hoặc mét."),
    (r"Fill both in\.", "Điền đủ hai tọa độ."),
    (r"Two rows of one commune have one name: .*", "Hai dòng cùng xã, cùng tên: ghi mã riêng cho từng bản, ghi xã cũ, hoặc bỏ một dòng."),
)  # fmt: skip
_COMPILED = {id(table): [(re.compile(pattern, flags=re.DOTALL), said) for pattern, said in table] for table in (_REASONS, _REMEDIES)}
_LONGEST = 600


def _words(listed: str) -> str:
    """The Vietnamese words of ``no_signal (trắng sóng), partial (lõm sóng)``."""
    return ", ".join(choice_word(part) if "(" not in part else part[part.index("(") + 1 :].rstrip(")") for part in listed.split(", "))


def _figure(text: str) -> str:
    return text.rstrip(".").replace(".", ",")


def _by(table: _Said, text: str) -> str:
    for pattern, said in _COMPILED[id(table)] if len(text) <= _LONGEST else ():
        if found := pattern.fullmatch(text):
            return said.format(*found.groups()) if isinstance(said, str) else said(found)
    return ""


def fault_words(reason: str, remedy: str, code: str) -> tuple[str, str]:
    """What is wrong and what to do, in Vietnamese: with its figures where the sentence is known, else by the code.

    Examples
    --------
    >>> fault_words("the id stands already in row 4", "Give each row an id of its own.", "duplicate_id")
    ('mã này đã có ở dòng 4', 'Đặt cho mỗi dòng một mã riêng.')
    """
    by_code = FAULTS[code][:2] if code in FAULTS else FAULTS_VI.get(code, (reason, remedy))
    page = re.sub(r"mục (\d)", r"mục \1 của trang Nhập số liệu", by_code[1])
    return _by(_REASONS, reason) or by_code[0].rstrip("."), _by(_REMEDIES, remedy) or page


def column_title(layer: str, name: str) -> str:
    """The title of a column for people, also of one that the import made itself."""
    return own_title(target_title(layer, name, "vi"), "vi") if layer in POINT_LAYERS else own_title(name, "vi")


def cell_words(layer: str, column: str, value: object) -> str:
    """A cell of the layer: the words of choices in Vietnamese."""
    kinds = {c.name: c.kind for c in POINT_LAYERS[layer].columns} if layer in POINT_LAYERS else {}
    text = str(value)
    return choice_word(text) if kinds.get(column) in ("choice", "yes_no") else text


def statement(text: str, layer: str) -> str:
    """A sentence of the import."""
    return told(text, "vi", partial(column_title, layer))


def titles_known_again(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles for a table of some of the rows, by column: what the import made itself gets a title that it reads as the same."""
    found = dict[str, str]()
    for name, title in titles.items():
        made = own_title(title, "vi") != title or (name == "time" and " + " in title)
        better = _IN_A_TABLE.get(name, title) if made else title
        found[name] = f"Tọa độ {better}" if made and better in ("X", "Y") and better in titles.values() else better
    return found
