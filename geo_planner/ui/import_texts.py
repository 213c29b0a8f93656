"""The words of the import page, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from geo_planner.errors import MOST_IN_ALL, Fault, bounded
from geo_planner.labels import Language
from geo_planner.sources.imports.spoken.faults import FAULTS
from geo_planner.sources.imports.spoken.titles import LAYER_TITLES, TARGET_TITLES, target_title
from geo_planner.ui.faults import fault_table
from geo_planner.ui.import_said import own_title, told
from geo_planner.ui.texts import text
from geo_planner.words import catalogue, said

__all__ = ["FAULTS", "WORDS", "import_fault_table", "say", "target_title", "told"]

WORDS: Mapping[str, Mapping[Language, str]] = {
    **{f"layer_{layer}": words for layer, words in LAYER_TITLES.items()},
    **{f"target_{target}": words for target, words in TARGET_TITLES.items()},
    "title": {"vi": "Nhập số liệu", "en": "Import data"},
    "hint": {
        "vi": "Đưa danh sách của đơn vị vào địa bàn. Chỉ ghi khi bấm nút ở cuối trang; có dòng lỗi thì không ghi gì, trừ khi anh chị chọn khác.",
        "en": "Bring your own list into the study area. Nothing is written before the button at the end; if a row is faulty, nothing at all, unless you choose otherwise.",
    },
    "layer": {"vi": "Nhập vào lớp", "en": "Into the layer"},
    "file": {"vi": "Tệp (xlsx, xls, ods, csv, GeoPackage, GeoJSON, KML, GPX, shapefile nén zip)", "en": "File (xlsx, xls, ods, csv, GeoPackage, GeoJSON, KML, GPX, zipped shapefile)"},
    "reading": {"vi": "Đang đọc tệp", "en": "Reading the file"},
    "seen_title": {"vi": "1. Đọc được gì trong tệp", "en": "1. What the file holds"},
    "seen": {"vi": "{name}: {kind}, {rows} dòng số liệu{header}.", "en": "{name}: {kind}, {rows} rows of data{header}."},
    "seen_header": {"vi": ", tiêu đề ở dòng {rows}", "en": ", header in row {rows}"},
    "not_read": {"vi": "{name}: chưa đọc được thành danh sách. Xem bảng dưới đây rồi chọn lại, hoặc sửa tệp.", "en": "{name}: not yet readable as a list. See the table below, then choose again or mend the file."},
    "no_preview": {
        "vi": "{name}: lớp này gồm đường hoặc vùng, không có cột để ghép. Hình vẽ được kiểm tra khi nhập; có lỗi thì không ghi gì.",
        "en": "{name}: this layer holds lines or areas, there are no columns to match. The shapes are checked at import; with a fault nothing is written.",
    },
    "sheet": {"vi": "Trang tính", "en": "Sheet"},
    "sheet_auto": {"vi": "Tự tìm trang có danh sách", "en": "Find the sheet with the list"},
    "source_layer": {"vi": "Lớp trong tệp (để trống: tự tìm)", "en": "Layer of the file (blank: found by itself)"},
    "first_rows": {"vi": "Những dòng đầu", "en": "First rows"},
    "statements": {"vi": "Đã nhận ra và đã quyết định", "en": "Detected and decided"},
    "columns_title": {"vi": "2. Cột nào là số liệu gì", "en": "2. What each column means"},
    "columns_hint": {
        "vi": "Tên cột trong tệp ở trên, số liệu của địa bàn ở dưới. Lựa chọn được nhớ cho lần nhập sau.",
        "en": "The file's title stands above, the study area's column below. Your choice is remembered for the next import.",
    },
    "column_n": {"vi": "Cột {n}", "en": "Column {n}"},
    "auto": {"vi": "Tự nhận: {title}", "en": "Detected: {title}"},
    "auto_own": {"vi": "Giữ nguyên thành cột riêng", "en": "Kept as a column of its own"},
    "auto_undecided": {"vi": "Chưa chọn", "en": "Not chosen"},
    "leave_out": {"vi": "Bỏ cột này", "en": "Leave this column out"},
    "crs_title": {"vi": "3. Hệ tọa độ và cách nhập", "en": "3. Coordinates and manner of import"},
    "crs": {"vi": "Hệ tọa độ của tệp", "en": "Coordinate system of the file"},
    "crs_auto": {"vi": "Tự nhận theo vị trí các dòng", "en": "Found by where the rows lie"},
    "crs_one": {"vi": "{code}, {name}: {share} % số dòng nằm trong tỉnh", "en": "{code}, {name}: {share} % of the rows lie in the province"},
    "crs_other": {"vi": "Hệ khác…", "en": "Another one…"},
    "crs_code": {"vi": "Mã hệ tọa độ, ví dụ EPSG:9205", "en": "Code of the system, for instance EPSG:9205"},
    "crs_ask": {"vi": "Có hơn một hệ tọa độ hợp với các dòng. Hỏi nơi lập danh sách rồi chọn một hệ.", "en": "More than one system fits the rows. Ask whoever made the list, then choose one."},
    "mode": {"vi": "Với các dòng đang có", "en": "The rows that are there"},
    "mode_auto": {"vi": "Tự chọn: thay dữ liệu mẫu, còn lại thì ghép theo mã", "en": "Automatic: replace sample data, else merge by id"},
    "mode_merge": {"vi": "Ghép theo mã", "en": "Merge by id"},
    "mode_replace": {"vi": "Thay toàn bộ lớp", "en": "Replace the whole layer"},
    "accept_valid": {"vi": "Vẫn nhập các dòng đúng khi có dòng lỗi", "en": "Take the good rows even if others are faulty"},
    "summary": {
        "vi": "Sẽ nhập {rows} từ {name} vào lớp “{layer}” (tệp {target} của địa bàn). {mode}. {faulty}.",
        "en": "About to import {rows} from {name} into the layer “{layer}” (file {target} of the study area). {mode}. {faulty}.",
    },
    "summary_rows": {"vi": "{n} dòng", "en": "{n} rows"},
    "summary_shapes": {"vi": "các hình vẽ", "en": "the shapes"},
    "summary_all": {"vi": "Có dòng lỗi thì không ghi gì", "en": "With a faulty row nothing is written"},
    "summary_valid": {"vi": "Dòng lỗi bị loại, dòng đúng được ghi", "en": "Faulty rows are left out, good ones are written"},
    "go": {"vi": "Nhập vào địa bàn", "en": "Import into the study area"},
    "importing": {"vi": "Đang kiểm tra và nhập", "en": "Checking and importing"},
    "result_title": {"vi": "Kết quả nhập", "en": "Outcome"},
    "result_of": {"vi": "Tệp {name}, lớp “{layer}”.", "en": "File {name}, layer “{layer}”."},
    "written": {
        "vi": "Đã ghi vào địa bàn: {accepted} dòng được nhận, {corrected} dòng được sửa, {rejected} dòng bị loại. Mở trang khác để xem kết quả tính lại.",
        "en": "Written into the study area: {accepted} rows accepted, {corrected} corrected, {rejected} rejected. Open another page to see the plan computed anew.",
    },
    "not_written": {
        "vi": "Chưa ghi gì vào địa bàn, chưa dòng nào được nhận: {would_be_accepted} dòng đúng, {corrected} dòng được sửa, {rejected} dòng lỗi. Sửa các lỗi dưới đây rồi nhập lại.",
        "en": "Nothing was written into the study area and no row was accepted: {would_be_accepted} are good, {corrected} corrected, {rejected} faulty. Mend the faults below and import again.",
    },
    "unchanged": {"vi": "Chưa ghi gì vào địa bàn.", "en": "Nothing was written into the study area."},
    "changed": {"vi": "Lớp số liệu đã thay đổi trước khi có lỗi này. Kiểm tra bằng geo-planner validate.", "en": "The layer had changed before this error. Check with geo-planner validate."},
    "in_layer": {"vi": "Trong lớp: thêm {added}, cập nhật {updated}, bỏ {removed} dòng.", "en": "In the layer: {added} added, {updated} updated, {removed} removed."},
    "faults": {"vi": "Lỗi ({n})", "en": "Faults ({n})"},
    "warnings": {"vi": "Lưu ý ({n})", "en": "Warnings ({n})"},
    "questions": {"vi": "Còn phải hỏi ({n})", "en": "To be asked ({n})"},
    "accepted": {"vi": "Dòng đúng ({n})", "en": "Good rows ({n})"},
    "corrected": {"vi": "Chỗ được sửa ({n})", "en": "Corrected ({n})"},
    "rejected": {"vi": "Chỗ bị loại ({n})", "en": "Rejected ({n})"},
    "skipped": {"vi": "Dòng bỏ qua ({n})", "en": "Skipped ({n})"},
    "first_only": {"vi": "Hiện {n} dòng đầu; báo cáo có đủ.", "en": "The first {n} are shown; the report has all."},
    "report_xlsx": {"vi": "Báo cáo từng dòng (xlsx)", "en": "Report on every row (xlsx)"},
    "report_json": {"vi": "Báo cáo từng dòng (json)", "en": "Report on every row (json)"},
    "rejects_csv": {"vi": "Các dòng bị loại (csv)", "en": "Rejected rows (csv)"},
    "column_row": {"vi": "Dòng", "en": "Row"},
    "column_column": {"vi": "Cột", "en": "Column"},
    "column_was": {"vi": "Trong tệp", "en": "In the file"},
    "column_became": {"vi": "Đã ghi thành", "en": "Became"},
    "column_why": {"vi": "Vì sao", "en": "Why"},
    "column_text": {"vi": "Nội dung", "en": "Text"},
}  # fmt: skip


def say(key: str, language: Language, **values: object) -> str:
    """A text of the import page in one language, with its places filled."""
    return WORDS[key][language].format(**values)


def import_fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """The table of faults, with the remedies that this page offers."""
    table = fault_table(faults, language)
    reason, remedy, column = (text(f"fault_{name}", language) for name in ("reason", "remedy", "column"))
    table[column] = [own_title(name, language) if isinstance(name, str) else name for name in table[column]]
    for i, fault in enumerate(bounded(faults, in_all=MOST_IN_ALL)):
        why, what = fault.texts(language)
        if fault.said.key == "prose_fault" and language == "vi":
            why, what, _ = FAULTS.get(fault.code, (table.loc[i, reason], table.loc[i, remedy], ""))
        table.loc[i, [reason, remedy]] = [why, page_remedy(fault, language) or what]
    for i, fault in enumerate(bounded(faults, in_all=MOST_IN_ALL)):  # as the table has them
        if fault.said.key != "prose_fault":
            table.loc[i, [reason, remedy]] = [*fault.texts(language)]
            if f"on_page.{fault.code}" in catalogue(language):
                table.loc[i, remedy] = said(f"on_page.{fault.code}").text(language)
        elif fault.code in FAULTS:
            why, vi, en = FAULTS[fault.code]
            if language == "vi":
                table.loc[i, [reason, remedy]] = [why, vi]
            elif en:
                table.loc[i, remedy] = en
    return table


def page_remedy(fault: Fault, language: Language) -> str:
    """What this page offers against a fault where the sentence of the command line names an option; empty where that holds here too."""
    for key in (f"page.{fault.said.key}", f"page.{fault.code}"):
        if key in catalogue(language):
            return said(key).text(language)
    return ""
