"""Everything that the import says is said in Vietnamese: held by the sentences in its source, and by imports that say them."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from geo_planner.sources.imports import ImportReport, import_layer, preview
from geo_planner.sources.imports.text_files import _SEPARATORS
from geo_planner.ui.faults import FAULTS_VI
from geo_planner.ui.import_said import own_title, system_name, told, told_why
from geo_planner.ui.import_texts import FAULTS, target_title
from tests.conftest import ROOT
from tests.imports import making as m
from tests.ui.test_import_page import _fresh_caches, area, open_page, press, upload  # noqa: F401 - fixtures

SOURCE = ROOT / "geo_planner" / "sources" / "imports"
ENGLISH = re.compile(
    r"\b(the|is|are|was|of|and|or|not|rows?|columns?|cells? of|features?|means|taken|written|today|former|as|with|by)\b", re.IGNORECASE
)

# --- the sentences in the source --------------------------------------------------------------------------------------

_OF_FAULTS = {"Fault", "refuse", "ambiguous", "suggestions", "refused_text"}
"""Calls and functions whose texts are those of faults: they are told by their code."""
_OTHER_CALLS = {"compile", "fullmatch", "sub", "search", "match", "findall", "finditer", "split", "startswith", "endswith", "debug"}
_MODULES_OF_WORDS = {
    "words.py",
    "synonyms.py",
    "vn2000.py",
    "titles.py",
    "quantities.py",
    "radio_words.py",
    "archives.py",
    "doubts.py",
    "options.py",
}
"""Vocabularies, and reasons of faults."""
_SAMPLES: dict[str, Sequence[str]] = {
    "how": ("found by where the rows lie", "as the titles say", "as stated with --crs", "as the file states"),
    "names[0 if fit.swapped else 1]": (
        "first column is the latitude, the second the longitude",
        "first column is the longitude, the second the latitude",
        "first column is the northing (X in Vietnamese practice), the second the easting",
        "first column is the easting, the second the northing",
    ),
    "what": ("Coordinates in 'X' and 'Y'", "Coordinates in 'X'", "Coordinates of the features"),
    "where": ("row 7", "rows 7–8"),
    "lacking.capitalize()": ("There is no column for the commune", "The column for the commune is empty"),
    "said": ("", "although the .cpg file says so"),
    "by": ("commune and name", "name and place"),
    "_SEPARATORS[separator]": tuple(_SEPARATORS.values()),
    "target or 'left out'": ("households", "left out"),
    ".how": ("code 00007 was reused",),  # of any reading
    "'; '.join((f'{titles[i]!r} → {target}' for i, target in sorted(chosen.items())))": ("'A' → households; 'B' → lon",),
    "choice.target": ("grid_power",),
    "shown": ("row 7 'A'; row 8 'B'",),
    "listed": ("'A' (layer: 'B')",),
    "_ID": ("feature_id",),
    "column.name": ("households",),
    "word": ("no_signal", "LTE"), "meant": ("partial",), "mark": ("yes", "no"),
    "quantities.shown(unit)": ("km",), "own": ("m",), "hours": ("+3",),
    "' and '.join((repr(titles[name]) for name in names))": ("'Level'", "'Level' and 'Qual'"),
}  # fmt: skip
"""What stands in places of a sentence where not any text can stand; by the expression in the source."""
_PER_FILE = {
    "implied_communes.py": {"how": ("the name of the sheet", "the heading above the table")},
    "positions.py": {"what": ("'X' and 'Y'", "'X'")},
    "layout.py": {"why": ("total row", "note or signature", "heading of a group", "header repeated", "numbers of the columns", "no name, commune or position")},
    "shapes.py": {"why": ("as told with --replace", "because they are sample data")},
}  # fmt: skip
_NOT_SAID = {
    # Parts of sentences, put into them by the samples above
    "as the titles say", "as stated with --crs", "as the file states", "found by where the rows lie", "although the .cpg file says so",
    "commune and name", "name and place", "the column for the commune is empty", "there is no column for the commune",
    "row 7", "rows 7–7", "row 7 '7'", "7 (7), today 7", "'7' (layer: '7')", "as told with --replace", "because they are sample data", "not known", "left out",
    ", as the title says", "Coordinates in 'X' and 'Y'", "Coordinates in 'X'", "Coordinates of the features",
    # Parts of faults
    "north first", "east first", "7 (7, 7: 7 of 7 rows fit)", "central meridian 7°", "a 7-degree zone", "one column leads to 7", "it is not a folder",
    " in any system in use here (WGS84, VN-2000 TM-3 and UTM, both axis orders)", "; the titles are 7, …", "; the titles are 7", "a symbolic link",
    "the cell holds a formula without a stored value", "the row has more cells than the header has titles", ", as when the datum shift of VN-2000 was forgotten", "xlsx, xls, ods, csv, GeoPackage, GeoJSON, KML, KMZ, GPX or a zipped shapefile",
    "a PDF document", "a raster (TIFF)", "a rar archive", "a gzip archive", "signs, more", "is blank", "column for the commune", "field larger",
    # Names and words of lists
    " and 7 more", "ten duong",
    "the name of the sheet", "the heading above the table", "geometry x", "geometry y", "Folder above", "Folder above 2", "Folder above 3", "Columns not used", "ogc fid", "power lines", "vertical bars",
    "thanh pho ", "thi xa ", "thi tran", "thi xa", "thanh pho",
}  # fmt: skip


def _filled(node: ast.expr, samples: dict[str, Sequence[str]]) -> list[str]:
    """The texts that a constant, an f-string or a choice of them can be."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return [*_filled(node.body, samples), *_filled(node.orelse, samples)]
    if not isinstance(node, ast.JoinedStr):
        return []
    parts: list[Sequence[str]] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            own = (
                _filled(part.value, samples)
                if isinstance(part.value, ast.IfExp)
                else samples.get(re.sub(r"^\w+(?=\.how$)", "", ast.unparse(part.value)))
            )
            parts.append(own or ["'7'" if part.conversion == ord("r") or re.search(r"repr|!r", ast.unparse(part.value)) else "7"])
        else:
            parts.append(_filled(part, samples))
    return ["".join(chosen) for chosen in itertools.product(*parts)]


def _said_in(node: ast.AST, samples: dict[str, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """The prose below a node of the source, without docstrings, patterns, sets of words and what belongs to faults."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in _OF_FAULTS | _OTHER_CALLS or name.endswith("Error"):
            return
        if name == "Reading":  # codes, how; then reason and remedy of a fault
            node = ast.List(node.args[:2])
    if isinstance(node, ast.FunctionDef) and (node.name in _OF_FAULTS or "remedy" in node.name):
        return
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if re.search(r"reason|remedy", ast.unparse(target), re.IGNORECASE):
            return
    if isinstance(node, (ast.Set, ast.Dict)) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.Tuple) and len(node.elts) == 3:  # new text, what was done, what is wrong
        node = ast.List(node.elts[:2])
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        yield from ((node.lineno, text) for text in _filled(node, samples) if _is_prose(text))
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        children: list[ast.AST] = [
            part.value for part in parts if isinstance(part, ast.FormattedValue) and not isinstance(part.value, ast.IfExp)
        ]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _said_in(child, samples)


def _is_prose(text: str) -> bool:
    return re.search(r"[A-Za-z]{2,}[,:]? [a-z(\d']", text) is not None and not re.search(r"\\|\(\?|\)\?|\||\[\^|\+proj|\+step", text)


def said_in_the_source() -> list[tuple[str, str]]:
    found = []
    for path in sorted(SOURCE.glob("*.py")):
        if path.name not in _MODULES_OF_WORDS:
            samples = _SAMPLES | _PER_FILE.get(path.name, {})
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [(f"{path.name}:{line}", text) for line, text in _said_in(tree, samples) if text not in _NOT_SAID]
    return found


def in_vietnamese(text: str) -> str:
    return next((vi for vi in (told(text, "vi"), told_why(text, "vi")) if vi != text), text)


def test_every_sentence_of_the_import_has_its_vietnamese() -> None:
    said = said_in_the_source()
    assert len(said) > 150
    for known in (
        "Numbers are written with a decimal comma.",
        "unit taken off",
        "heading of a group",
        "Header in rows 7–8.",
        "decimal comma",
    ):
        assert known in {text for _, text in said}, "the search itself has lost something"
    unknown = [f"{place}: {text}" for place, text in said if in_vietnamese(text) == text]
    assert unknown == [], "give these a Vietnamese in geo_planner/ui/import_said.py (or put parts of faults into _NOT_SAID)"


def test_nothing_english_is_left_in_the_vietnamese() -> None:
    left = [f"{text} -> {vi}" for _, text in said_in_the_source() if ENGLISH.search(vi := in_vietnamese(text))]
    assert left == []


def test_a_new_sentence_would_be_noticed() -> None:
    tree = ast.parse('def f(n):\n    told.append(f"{n} rows are painted blue.")\n    return "", "painted over", "not a fault of this test"')
    assert [text for _, text in _said_in(tree, _SAMPLES)] == ["7 rows are painted blue.", "painted over"]


def test_every_code_of_a_fault_has_a_reason_and_a_remedy() -> None:
    codes: set[str] = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [
                    *(node.args[3:4] if getattr(node.func, "id", "") == "refuse" else []),
                    *(k.value for k in node.keywords if k.arg == "code"),
                ]
                codes |= {leaf.value for code in given for leaf in _leaves(code)}
    assert {"several_sheets", "path", "ragged_row", "choice"} <= codes
    assert codes - set(FAULTS) - set(FAULTS_VI) == set()
    assert all(all(part.strip().endswith(".") for part in FAULTS[code][:2]) for code in codes & set(FAULTS))


def _leaves(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.IfExp):
        yield from (*_leaves(node.body), *_leaves(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node


# --- imports that say them --------------------------------------------------------------------------------------------


def assert_all_told(report: ImportReport) -> None:
    said = [*report.statements, *report.questions]
    assert [text for text in said if told(text, "vi") == text] == []
    why = [*report.corrected["why"], *report.skipped["why"]]
    assert [text for text in why if told_why(str(text), "vi") == text] == []


def odd_list() -> list[list[object]]:
    table = m.plain(
        **{
            "Điện lưới": ["Chưa", "Có", "✓", "x", "không", "N/A", "Có", "Có", "Chưa", "dự kiến", "Có", "Chưa"],
            "Hiện trạng sóng": ["Trắng sóng", "lõm sóng", "có", "không có sóng", *["trắng"] * 8],
            "Bán kính dân cư (km)": ["0,5", "1,25", *[1] * 10],
            "Số hộ": ["23 hộ", "1.234", "35", *range(9)],
            "Ghi chú riêng": [f"dòng\nhai {i}" for i in range(12)],
        }
    )
    rows = m.rows_of(table)
    width = len(rows[0])
    numbers = [f"({i + 1})" for i in range(width)]
    return [
        ["DANH SÁCH BẢN"],
        rows[0],
        numbers,
        *rows[1:],
        [None, "Tổng cộng", *[None] * (width - 2)],
        ["Người lập biểu"],
        ["(Ký, ghi rõ họ tên)"],
    ]


def test_an_odd_list_is_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", odd_list()), area)
    assert len(report.corrected) > 10, report.faults
    assert len(report.skipped) > 2
    assert_all_told(report)
    assert_all_told(import_layer("villages", m.csv(tmp_path / "g.csv", odd_list()[1:]), area))


def test_lists_of_many_kinds_are_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    lon, lat = m.places()
    sites = m.csv(
        tmp_path / "tram.csv",
        [
            ["Tên trạm", "Vĩ độ", "Kinh độ", "Tình trạng", "Nhà mạng", "Công nghệ", "Tần số", "Góc phương vị", "Công suất phát (W)"],
            *[[f"Trạm {i}", lat[i], lon[i], "đang phát", "VNPT", "4G", "B3 (1800)", "omni", 20] for i in range(8)],
        ],
    )
    measured = m.csv(
        tmp_path / "do.csv",
        [
            ["Time", "Lat", "Lon", "Operator", "Technology", "Level", "Speed (m/s)"],
            *[["28/01/2026 09:30:00", lat[i], lon[i], "452-04", "4G" if i % 2 else "GSM", -100, 5] for i in range(8)],
        ],
    )
    for layer, file in (("sites", sites), ("sites", sites), ("measurements", measured)):
        report = import_layer(layer, file, area)
        assert report.written, report.faults
        assert len(report.corrected) > 5
        assert_all_told(report)
        assert [text for text in preview(layer, file, area).statements if told(text, "vi") == text] == []
    swapped = m.plain()
    swapped["Kinh độ"][3], swapped["Vĩ độ"][3] = swapped["Vĩ độ"][3], swapped["Kinh độ"][3]
    assert_all_told(import_layer("villages", m.csv(tmp_path / "s.csv", m.rows_of(swapped)), area))


def test_the_tables_of_the_page_speak_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    app: AppTest = press(upload(open_page(), m.xlsx(tmp_path / "f.xlsx", odd_list())))
    assert app.success
    tables = [frame.value for frame in app.dataframe if "Vì sao" in frame.value]
    assert len(tables) == 2
    whys = {str(why) for table in tables for why in table["Vì sao"]}
    assert {"dấu phẩy thập phân", "bỏ đơn vị", "dòng tổng cộng", "dòng đánh số cột"} & whys
    assert not [why for why in whys if ENGLISH.search(why)]
    columns = {str(name) for table in tables if "Cột" in table for name in table["Cột"]}
    assert {"Điện lưới", "Bán kính dân cư (m)"} <= columns
    spoken = "\n".join(element.value for element in app.text)
    assert "“Thôn, bản” → Thôn, bản" in spoken
    assert "Bỏ qua dòng" in spoken


# --- how it is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("Điện lưới: Chưa → no (3), ✓ → yes (1), ? → not known (2).", "Điện lưới: Chưa → không (3 dòng), ✓ → có (1 dòng), ? → chưa rõ (2 dòng)."),
        ("The leading zero of the code is restored (1 row).", "Thêm lại số 0 ở đầu mã (1 dòng)."),
        ("Headings of groups: row 4 'Xã A; row 5'; row 9 'Huyện B' ….", "Tiêu đề nhóm: dòng 4 “Xã A; row 5”; dòng 9 “Huyện B” …."),
        ("Column 'Số' is left out, as told in an earlier import.", "Bỏ cột “Số”, như đã chọn ở lần nhập trước."),
    ],
)  # fmt: skip
def test_sentences_with_lists_and_names(english: str, vietnamese: str) -> None:
    assert told(english, "vi") == vietnamese


def test_reasons_in_a_row_are_told_one_by_one() -> None:
    assert told_why("line breaks made spaces, '4G, 5G' means LTE", "vi") == "ngắt dòng đổi thành dấu cách, “4G, 5G” nghĩa là LTE"
    assert (
        told_why("taken as UTC+3, as the title says, the day before the month", "vi")
        == "hiểu là giờ UTC+3 theo tiêu đề, ngày đứng trước tháng"
    )
    assert told_why("former A (B) is today 7 C; code 7 was reused: decided by the position", "vi").count("; ") == 1
    assert told_why("unit taken off, painted blue", "vi") == "unit taken off, painted blue"


def test_what_the_user_wrote_stays_as_it_is() -> None:
    bad = "<b>{0}</b> **x** \\1 :red[y] {title}"
    assert f"“{bad}”" in told(f"Sheet '{bad}', header in row 3.", "vi")
    assert told_why(f"'{bad}' means LTE", "vi") == f"“{bad}” nghĩa là LTE"
    assert bad in told(f"{bad}: the figures are in km, as the title says, and are converted to m.", "vi")
    assert (
        told("Columns: 'a → name; x' → households.", "vi", lambda name: target_title("villages", name, "vi"))
        == "Ghép cột: “a → name; x” → Số hộ."
    )
    long = f"Sheet '{'x' * 2000}', header in row 3."
    assert told(long, "vi") == long
    assert told_why("unit taken off", "en") == "unit taken off"
    assert (own_title("geometry x", "vi"), own_title("geometry x", "en"), own_title("Tên", "vi")) == ("hình vẽ (x)", "geometry x", "Tên")
    assert system_name("WGS84 degrees", "vi") != system_name("WGS84 degrees", "en")


@pytest.mark.parametrize(
    "text",
    [
        "Coordinates in '" + ": , as the titles say; (" * 80,
        "'" * 2000, "\\'" * 900, "Headings of groups: " + "row 1 '" * 280, "Columns: " + "' → " * 480, " → yes (1), " * 160 + ": ).",
        "former " + "is today ( " * 180, "a, " * 600, "1 " * 990, "Column ' holds former codes (for instance " * 45, "Site x; the cells " * 110,
        "/ cannot be written (" * 90, "x and a former one (today " * 75, ": taken as RSRP' and '" * 90,
    ],
)  # fmt: skip
def test_no_text_makes_the_search_endless(text: str) -> None:
    """An expression that goes back and forth would not come to an end on these."""
    assert told(text[:2000], "vi")
    assert told_why(text[:2000], "vi")


def test_what_is_wrong_with_a_shape_is_told() -> None:
    crossed = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert told_why(shapely.is_valid_reason(crossed), "vi") == "đường biên tự cắt nhau tại 0.5 0.5"
    assert told_why("valid area", "vi") == "vùng hợp lệ"


def test_another_writer_is_told_in_vietnamese() -> None:
    error = "Another import or fetch is writing into /data. Wait until it is done, then try again; nothing was changed."
    assert error.partition("/data")[2] in (SOURCE.parent / "locking.py").read_text(encoding="utf-8").replace("{root}", "/data")
    assert told(error, "vi").startswith("Một lần nhập hoặc tải khác đang ghi vào /data.")
