"""What the import says of its decisions: what is in the catalogue in its language; what still is prose in Vietnamese.

The library says the latter in English sentences; they are known here by their form. Names, titles and cells of the user inside a
sentence are carried over as they are. A pattern holds at most two places where anything may stand, so that no text of a user
can make the search long; a sentence without a pattern, or a very long one, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from geo_planner.schema import LAYERS
from geo_planner.sources.imports.saying import OWN_TITLES as _OWN_TITLES
from geo_planner.sources.imports.vn2000 import VN2000_DEGREES, WGS84
from geo_planner.words import Language, Said, words_of

_LONGEST = 2000
_Q = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
"""A text of the user as Python quotes it."""
_QUOTED = re.compile(_Q, flags=re.DOTALL)
_WORDS = words_of("word", "vi")
_CHOICES = {word: _WORDS[word] for layer in LAYERS.values() for column in layer.columns for word in column.choices if word in _WORDS} | {
    word: _WORDS[word] for word in ("yes", "no")
}
_SYSTEMS = {system.name: system.told for system in (WGS84, VN2000_DEGREES)}
_PHRASES: Mapping[str, str] = {
    # Why a row is no row of data
    "total row": "dòng tổng cộng",
    "note or signature": "ghi chú hoặc chữ ký",
    "heading of a group": "tiêu đề nhóm",
    "no name, commune or position": "không có tên, xã và tọa độ",
    "header repeated": "tiêu đề lặp lại",
    "part of another table": "thuộc một bảng khác",
    "numbers of the columns": "dòng đánh số cột",
    "neighbour cell": "cell lân cận, không phải cell phục vụ",
    "secondary carrier": "sóng mang phụ",
    "network of another country": "mạng của nước khác",
}


def _vi(value: str) -> str:
    """A part of a sentence: a phrase of the library in Vietnamese, a quoted text in Vietnamese quotation marks, else as it is."""
    if _QUOTED.fullmatch(value):
        inner = value[1:-1]
        return f"“{_OWN_TITLES.get(inner, inner)}”"
    return _PHRASES.get(value, value)


def _quotes(text: str) -> str:
    """A list of quoted texts."""
    return _QUOTED.sub(lambda found: _vi(found.group()), text)


def _choice(word: str) -> str:
    if word == "not known":
        return "chưa rõ"
    return _CHOICES[word].lower() if word in _CHOICES else word


def _target(word: str, title: Callable[[str], str]) -> str:
    return title(word) if word.isidentifier() else word


Told = Callable[[re.Match[str], Callable[[str], str]], str]
_TARGET = re.compile(rf"{_Q} → (\w+)", flags=re.DOTALL)
_HEADING = re.compile(rf"row (\d+) {_Q}", flags=re.DOTALL)


def _columns(found: re.Match[str], title: Callable[[str], str]) -> str:
    return f"Ghép cột: {_TARGET.sub(lambda one: f'{_vi(one[1])} → {_target(one[2], title)}', found[1])}."


def _told_before(found: re.Match[str], title: Callable[[str], str]) -> str:
    if found[2] == "left out":
        return f"Bỏ cột {_vi(found[1])}, như đã chọn ở lần nhập trước."
    return f"Cột {_vi(found[1])} là {_target(found[2], title)}, như đã chọn ở lần nhập trước."


def _ticked(found: re.Match[str], title: Callable[[str], str]) -> str:
    return f"Các cột đánh dấu {_quotes(found[1])} → {_target(found[2], title)}, theo cột có dấu."


def _headings(found: re.Match[str], _: Callable[[str], str]) -> str:
    return f"Tiêu đề nhóm: {_HEADING.sub(lambda one: f'dòng {one[1]} {_vi(one[2])}', found[1])}."


def _rows(listed: str) -> str:
    """Rows and names as the import lists them: ``row 3 'Bản Hai', row 7 and 4 more``."""
    parts = re.split(rf"{_Q}", listed)
    return "".join(
        _vi(part) if i % 2 else re.sub(r" and (\d+) more\Z", r" và \1 mục nữa", re.sub(r"\brow (\d+)", r"dòng \1", part))
        for i, part in enumerate(parts)
    )


_SAID: Sequence[tuple[str, str | Told]] = (
    # The file
    (r"The file is named (\S*) but holds (\S+): read as \S+\.", "Tệp có đuôi {0} nhưng nội dung là {1}: đọc theo {1}."),
    (r"Encoding: (\S+) \(byte order mark\)\.", "Bảng mã {0} (tệp có ghi rõ)."),
    (r"Encoding: (\S+) \(without byte order mark\)\.", "Bảng mã {0} (tệp không ghi, nhận theo nội dung)."),
    (r"Encoding: (.+), converted to Unicode\.", "Bảng mã {0}, đã đổi sang Unicode."),
    (r"Encoding: (\S+)\.", "Bảng mã {0}."),
    (r"Text in (.+) converted to Unicode in (\d+) columns\.", "{1} cột viết bằng bảng mã {0}, đã đổi sang Unicode."),
    (r"Columns separated by commas\.", "Các cột cách nhau bằng dấu phẩy."),
    (r"Columns separated by semicolons\.", "Các cột cách nhau bằng dấu chấm phẩy."),
    (r"Columns separated by tabs\.", "Các cột cách nhau bằng dấu tab."),
    (r"Columns separated by vertical bars\.", "Các cột cách nhau bằng dấu gạch đứng."),
    (r"Whether formulas in the workbook lack a value could not be checked: .*", "Chưa kiểm tra được công thức trong tệp có kết quả lưu sẵn hay không: nếu tệp có công thức thì lưu lại dạng xlsx rồi nhập."),
    (r"Attribute encoding by the \.cpg file: (.+)\.", "Bảng mã thuộc tính theo tệp .cpg: {0}."),
    (r"Attribute encoding: (.+)\.", "Bảng mã thuộc tính: {0}."),
    (rf"The \.cpg file names an encoding that is not known \({_Q}\): it is set aside\.", "Tệp .cpg ghi bảng mã không có ({0}): không dùng tệp .cpg."),
    (r"The \.cpg file says (.+), but the attributes are UTF-8: read as that\.", "Tệp .cpg ghi {0} nhưng thuộc tính viết bằng UTF-8: đọc theo UTF-8."),
    (r"The \.cpg file says (.+), but the attributes are not that: it is set aside\.", "Tệp .cpg ghi {0} nhưng thuộc tính không viết bằng bảng mã đó: không dùng tệp .cpg."),
    (r"Attributes are not UTF-8 although the \.cpg file says so\.?", "Thuộc tính không viết bằng UTF-8, dù tệp .cpg ghi vậy."),
    (r"Attributes are not UTF-8 ?\.?", "Thuộc tính không viết bằng UTF-8."),
    # Parts of the file
    (r"Folders taken together: (.+); --layer takes one of them\.", "Lấy chung các thư mục: {0}; muốn lấy một thư mục thì ghi tên ở mục 1."),
    (rf"Layer {_Q} of (\d+)\.", "Lớp {0}, một trong {1} lớp của tệp."),
    (r"Layer (.+)\.", "Lớp {0}."),
    (r"(\d+) features of another kind of geometry are left out: (.*)\.", lambda found, _: f"Bỏ {found[1]} hình vẽ thuộc loại khác: {_rows(found[2])}."),
    (r"(\d+) features outside of the layer are left out: (.*)\.", lambda found, _: f"Bỏ {found[1]} hình vẽ nằm ngoài lớp đã chọn: {_rows(found[2])}."),
    (r"Layers not read: (.*)\.", lambda found, _: f"Các lớp không đọc: {_rows(found[1])}."),
    (r"Sheets not read: (.*)\.", lambda found, _: f"Các trang tính không đọc: {_rows(found[1])}."),
    (r"Hidden sheets not read: (.*)\.", lambda found, _: f"Các trang tính ẩn không đọc: {_rows(found[1])}."),
    (r"Not read in the archive: (.*)\.", lambda found, _: f"Trong tệp nén không đọc: {_rows(found[1])}."),
    (r"Not followed and not taken: (\w+) (.*)\.", lambda found, _: f"Không lấy và không mở theo liên kết: {found[1]} {_rows(found[2])}."),
    (rf"The names of the placemarks only count them: the names are taken from {_Q}\.", "Tên của các điểm trong tệp chỉ là số đếm: lấy tên ở {0}."),
    (r"The geometry is the position: (.*) kept under their own titles\.", lambda found, _: f"Vị trí lấy theo hình vẽ: {_rows(found[1])} được giữ nguyên thành cột riêng."),
    (r"(\d+) texts are cut in the middle of a letter by the file and go on in the original: (.*)\.", lambda found, _: f"{found[1]} ô chữ bị tệp cắt cụt giữa chữ cái, bản gốc còn dài hơn: {_rows(found[2])}."),
    (rf"Title {_Q} is cut at ten bytes and read as (\w+)\.", lambda found, title: f"Tiêu đề {_vi(found[1])} bị tệp cắt còn mười byte, được hiểu là {_target(found[2], title)}."),
    (r"(\d+) hidden rows? (?:is|are) read too: (.*)\.", lambda found, _: f"{found[1]} dòng đang ẩn cũng được đọc: {_rows(found[2])}."),
    (r"(\d+) hidden columns? (?:is|are) read too: (.*)\.", lambda found, _: f"{found[1]} cột đang ẩn cũng được đọc: {_rows(found[2])}."),
    (rf"The workbook counts its days from (\S+): (\d+) numbers in {_Q} are dates \(row (\d+): (\S+) is (\S+)\)\.", "Bảng tính đếm ngày từ {0}: {1} con số ở {2} là ngày (dòng {3}: {4} là {5})."),
    (r"Another table begins in row (\d+): its rows are read by its own titles\.", "Ở dòng {0} bắt đầu một bảng khác: các dòng của bảng đó được đọc theo tiêu đề riêng."),
    (r"Another table begins in row (\d+) and is left out: (.*)\.", lambda found, _: f"Ở dòng {found[1]} bắt đầu một bảng khác, không nhập: {_rows(found[2])}."),
    (r"Columns that only count the rows, left out: (.*)\.", lambda found, _: f"Bỏ cột chỉ đánh số dòng: {_rows(found[1])}."),
    (r"Columns left out, as told: (.*)\.", lambda found, _: f"Bỏ cột, như đã chọn: {_rows(found[1])}."),
    (r"(\d+) areas are taken by a point inside them\.", "{0} vùng được thay bằng một điểm nằm trong vùng."),
    (r"Header in rows? ([\d–]+)\.", "Tiêu đề ở dòng {0}."),
    (rf"Sheet {_Q}, header in rows? ([\d–]+)\.", "Trang tính {0}, tiêu đề ở dòng {1}."),
    (r"Left out as (.+?): (.+)\.", lambda found, _: f"Bỏ qua {_rows(found[2])}: {_vi(found[1])}."),
    (r"Headings of groups: (.*)\.", _headings),
    (r"Not understood, and perhaps a heading: rows? ([\d, …]+)\. The rows below, .*", "Dòng {0} chưa rõ nghĩa, có thể là tiêu đề nhóm: các dòng dưới đó, đến tiêu đề nhóm tiếp theo, chưa được gán xã."),
    (r"(\d+) cells of merged ranges take the value of their range\.", "{0} ô trong vùng gộp lấy giá trị chung của vùng."),
    (r"(\d+) cells of merged ranges in further columns stay blank: .*", "{0} ô trong vùng gộp ở các cột khác để trống: một con số gộp cho nhiều dòng không thuộc riêng dòng nào."),
    (r"(\d+) cells hold formulas: their stored values are used\.", "{0} ô là công thức: dùng kết quả đã lưu trong tệp."),
    (r"(\d+) rows have values in columns without a title: those values are left out\.", "{0} dòng có giá trị ở cột không có tiêu đề: bỏ các giá trị đó."),
    (r"Column (\d+) has no title and only counts the rows: it is left out\.", "Cột {0} không có tiêu đề và chỉ đánh số dòng: bỏ cột này."),
    (r"Column (\d+) has no title: its (\d+) values are left out\.", "Cột {0} không có tiêu đề: bỏ {1} giá trị của cột."),
    # Columns
    (rf"Column {_Q} is (.+), as told in an earlier import\.", _told_before),
    (r"Columns to tick: (.+) → (\w+), the one that is marked\.", _ticked),
    (r"Columns not used, kept under their own titles: (.*)\.", lambda found, _: f"Cột không dùng đến, giữ nguyên tên: {_rows(found[1])}."),
    (r"Columns: (.*)\.", _columns),
    (r"The table is a list of rejected rows that an import wrote: .*", "Tệp là danh sách dòng bị loại của lần nhập trước: bỏ cột số dòng và cột lý do."),
    (rf"{_Q} and {_Q} are the date and the time of day: together they are the time\.", "{0} là ngày, {1} là giờ: ghép thành thời điểm đo."),
    (r"(.+): names no unit; the figures are those of dBm\.", "{0}: tiêu đề không ghi đơn vị; các con số hợp với dBm."),
    # Communes
    (rf"There is no column for the commune: it is taken from the name of the sheet, {_Q}\.", "Không có cột xã: lấy xã theo tên trang tính, {0}."),
    (rf"There is no column for the commune: it is taken from the heading above the table, {_Q}\.", "Không có cột xã: lấy xã theo tiêu đề phía trên bảng, {0}."),
    (r"There is no column for the commune: it is taken from the folders .*", "Không có cột xã: lấy xã theo tên thư mục chứa điểm."),
    (r"There is no column for the commune: it is taken from the headings .*", "Không có cột xã: lấy xã theo tiêu đề nhóm phía trên các dòng."),
    (r"The column for the commune is empty: .*", "Cột xã để trống: lấy xã theo tiêu đề nhóm phía trên các dòng."),
    # Coordinates
    (r"The file states (.+); --crs is used instead\.", "Tệp ghi hệ tọa độ {0}; dùng hệ đã chọn."),
    (r"GeoJSON without a stated system holds metres, not degrees\.", "Tệp GeoJSON không ghi hệ tọa độ, và tọa độ là mét chứ không phải độ."),
    (rf"The file names no coordinate system that says where on the earth it is \({_Q}\): taken as not stated\.", "Hệ tọa độ ghi trong tệp ({0}) không cho biết vị trí trên mặt đất: coi như tệp không ghi."),
    # Logs of phones
    (r"(\d+) rows are left out: neighbour cells, which the phone heard and was not served by\.", "Bỏ {0} dòng của cell lân cận: máy nghe được nhưng không dùng để liên lạc."),
    (r"(\d+) rows are left out: secondary carriers beside the cell that serves\.", "Bỏ {0} dòng của sóng mang phụ, đi kèm cell đang phục vụ."),
    (r"(\d+) rows are left out: networks of another country\.", "Bỏ {0} dòng của mạng nước khác."),
    (rf"{_Q} tells the operator of (\d+) rows\.", "Lấy nhà mạng theo mã mạng ở {0} cho {1} dòng."),
    (r"(.+): (\d+) cells hold a mark for not available \((.*)\): taken as not known\.", lambda found, _: f"{found[1]}: {found[2]} ô ghi dấu hiệu “không có số liệu” của máy ({_quotes(found[3])}): coi như chưa rõ."),
    (r"(\d+) rows have no level: .*", "{0} dòng không có mức thu: dòng nào không ghi là mất sóng thì không được tính; nếu ý là mất sóng thì ghi vào cột no_service."),
    (rf"{_Q} holds channel numbers \((\S+)\), converted to MHz of the downlink: (.*)\.", "{0} là số kênh ({1}), đã đổi sang tần số đường xuống (MHz): {2}."),
    # What keeps the import from writing
    (r"Another import or fetch is writing into (.+)\. Wait until it is done, then try again; nothing was changed\.", "Một lần nhập hoặc tải khác đang ghi vào {0}. Đợi xong rồi thử lại; chưa có gì thay đổi."),
    (r"((?:/|\w:).*) cannot be written \((.+)\)\. .*", "Không ghi được vào {0} ({1}). Giải phóng chỗ trên đĩa, hoặc xin quyền ghi vào thư mục."),
    (r"((?:/|\w:).*) cannot be replaced \((.+)\)\. .*; nothing was changed\.", "Không thay được {0} ({1}). Đóng tệp trong chương trình khác rồi thử lại; chưa có gì thay đổi."),
    (r"((?:/|\w:).*) cannot be replaced \((.+)\)\. .*; the next command finishes the change\.", "Không thay được {0} ({1}). Đóng tệp trong chương trình khác; lần chạy sau sẽ làm nốt."),
)  # fmt: skip


def _compiled(table: Sequence[tuple[str, str | Told]]) -> list[tuple[re.Pattern[str], str | Told]]:
    return [(re.compile(pattern, flags=re.DOTALL), sentence) for pattern, sentence in table]


_SAID_VI = _compiled(_SAID)


def _same(word: str) -> str:
    return word


def _by(table: Sequence[tuple[re.Pattern[str], str | Told]], text: str, title: Callable[[str], str] = _same) -> str:
    """The Vietnamese of a text that has one of the forms of a table; empty when it has none."""
    for pattern, sentence in table:
        if found := pattern.fullmatch(text):
            return sentence.format(*(_vi(part or "") for part in found.groups())) if isinstance(sentence, str) else sentence(found, title)
    return ""


def told_why(why: str | Said, language: Language) -> str:
    """Why a cell was corrected or a row skipped; prose in Vietnamese where it is known, else as it stands."""
    if isinstance(why, Said):
        return why.text(language)
    return _PHRASES.get(why, why) if language == "vi" else why


def told(statement: str | Said, language: Language, title: Callable[[str], str] = _same) -> str:
    """What the import says of its decisions; in Vietnamese where there is a sentence for it, else as it stands.

    Parameters
    ----------
    statement : str
    language : {"vi", "en"}
    title : function
        The title that people read of a column of the layer.

    Examples
    --------
    >>> told("Header in row 3.", "vi"), told("Nothing that is known.", "vi")
    ('Tiêu đề ở dòng 3.', 'Nothing that is known.')
    """
    if isinstance(statement, Said):
        return statement.text(language)
    if language != "vi" or len(statement) > _LONGEST:
        return statement
    return _by(_SAID_VI, statement, title) or statement


def own_title(title: str, language: Language) -> str:
    """A title of a column; those that the import itself gives in Vietnamese."""
    return _OWN_TITLES.get(title, title) if language == "vi" else title


def quoted(text: str) -> str:
    """Texts as Python quotes them, in Vietnamese quotation marks."""
    return _quotes(text)


def choice_word(word: str) -> str:
    """A word of the schema as people say it."""
    return _choice(word)


def system_name(name: str, language: Language) -> str:
    """The name of a coordinate system."""
    told_as = _SYSTEMS.get(name, name)
    return told_as.text(language) if isinstance(told_as, Said) else told_as
