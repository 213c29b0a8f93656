"""The words of the import page, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.labels import Language
from geo_planner.sources.imports.spoken.faults import FAULTS
from geo_planner.sources.imports.spoken.titles import LAYER_TITLES, TARGET_TITLES, target_title
from geo_planner.ui.faults import fault_table
from geo_planner.ui.import_said import own_title, told
from geo_planner.ui.texts import text

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

FAULTS: Mapping[str, tuple[str, str, str]] = {
    # What one chooses on the page
    "several_sheets": ("Có nhiều trang tính trông giống danh sách.", "Chọn trang tính ở mục 1.", "Choose the sheet in part 1."),
    "unknown_sheet": ("Tệp không có trang tính này.", "Chọn trang tính khác ở mục 1.", "Choose another sheet in part 1."),
    "several_layers": ("Tệp có nhiều lớp có thể dùng.", "Ghi tên lớp ở mục 1.", "Write the layer's name in part 1."),
    "unknown_layer": ("Tệp không có lớp này.", "Ghi lại tên lớp ở mục 1.", "Write another layer's name in part 1."),
    "two_columns": ("Hai cột trông giống cùng một loại số liệu.", "Ở mục 2 chọn rõ cột nào là số liệu đó.", "Say in part 2 which of them it is."),
    "no_header": ("Không tìm thấy dòng tiêu đề.", "Ở mục 2 chọn cột nào là tên, xã, tọa độ; hoặc thêm dòng tiêu đề.", "Say in part 2 which columns hold name, commune and coordinates, or give the table a header."),
    "no_name": ("Không có cột nào là tên.", "Chọn cột tên ở mục 2.", "Choose the column of names in part 2."),
    "no_commune": ("Không có cột nào là xã.", "Chọn cột xã ở mục 2.", "Choose the column of communes in part 2."),
    "no_coordinates": ("Không có cột nào là tọa độ.", "Chọn các cột tọa độ ở mục 2.", "Choose the columns of coordinates in part 2."),
    "unknown_title": ("Không có cột này trong tệp.", "Chọn lại ở mục 2.", "Choose again in part 2."),
    "unknown_target": ("Lớp này không có số liệu đó.", "Chọn lại ở mục 2.", "Choose again in part 2."),
    "ambiguous_crs": ("Có hơn một hệ tọa độ hợp với danh sách.", "Hỏi nơi lập danh sách rồi chọn hệ tọa độ ở mục 3.", "Ask whoever made the list, then choose the system in part 3."),
    "no_crs_fits": ("Không hệ tọa độ nào đưa các dòng vào đúng tỉnh và xã.", "Kiểm tra tọa độ và xã có khớp nhau không; nếu biết thì chọn hệ tọa độ ở mục 3.", "Check that coordinates and communes belong together; choose the system in part 3 if you know it."),
    "wrong_zone": ("Số liệu không khớp với hệ tọa độ hoặc kinh tuyến trục đã nêu.", "Kiểm tra danh sách, hoặc chọn hệ khác ở mục 3.", "Check the list, or choose another system in part 3."),
    "unknown_crs": ("Không có hệ tọa độ mang mã này.", "Ghi mã EPSG ở mục 3, ví dụ EPSG:9205.", "Write an EPSG code in part 3, for instance EPSG:9205."),
    "datum_unknown": ("Tệp không nói rõ hệ quy chiếu: hai cách hiểu lệch nhau 222 m.", "Chọn hệ tọa độ ở mục 3.", "Choose the system in part 3."),
    "unit": ("Đơn vị ghi ở tiêu đề không hợp với cột này.", "Đổi số liệu sang đơn vị của cột, hoặc bỏ cột ở mục 2.", "Give the figures in the unit of the column, or leave the column out in part 2."),
    "which_level": ("Chưa rõ mức thu là RSRP hay RSSI.", "Nếu là RSRP thì chọn RSRP ở mục 2; nếu không thì bỏ cột ở đó.", "If it is RSRP, choose that in part 2; if not, leave the column out there."),
    "which_unit": ("Chưa rõ công suất ghi bằng dBm hay W: tiêu đề không có đơn vị, mà 20 W là 43 dBm.", "Nếu là dBm thì chọn công suất phát (dBm) ở mục 2; nếu là W thì ghi đơn vị vào tiêu đề.", "If it is dBm, choose that in part 2; if watts, write the unit into the title."),
    "which_height": ("Chưa rõ là độ cao ăng-ten so với mặt đất hay độ cao mặt đất so với mực nước biển.", "Nếu là độ cao ăng-ten thì chọn như vậy ở mục 2; nếu không thì bỏ cột ở đó.", "If it is the height of the antenna, choose that in part 2; if not, leave the column out there."),
    "which_tilt": ("Chưa rõ dấu của góc nghiêng: hầu hết là số âm, trong khi ở đây số dương là cúp xuống.", "Nếu số âm nghĩa là cúp xuống thì ghi lại thành số dương trong tệp; nếu ăng-ten đúng là ngẩng lên thì chọn góc nghiêng ở mục 2; nếu không rõ thì bỏ cột ở đó.", "If a negative tilt looks down, write the figures without their sign; if the antennas do look up, choose the tilt in part 2; or leave the column out there."),
    "which_frequency": ("Chưa rõ cột ghi MHz hay số kênh (EARFCN, UARFCN, ARFCN): có số không thuộc băng tần nào của công nghệ.", "Nếu là số kênh thì ghi tiêu đề là EARFCN, UARFCN, ARFCN hoặc NR-ARFCN để được đổi; nếu là MHz thì chọn tần số (MHz) ở mục 2; nếu không rõ thì bỏ cột ở đó.", "If they are channels, write EARFCN, UARFCN, ARFCN or NR-ARFCN as the title; if they are MHz, choose that in part 2; or leave the column out there."),
    "marks": ("Ô trong nhóm cột đánh dấu không rõ nghĩa, hoặc đánh dấu hơn một cột.", "Đánh dấu x ở đúng một cột của nhóm; nếu là con số thì bỏ các cột đó ở mục 2.", ""),
    "duplicate_column": ("Hai cột có cùng tiêu đề.", "Đổi tên một cột, hoặc bỏ cột không cần ở mục 2.", "Rename one of them, or leave it out in part 2."),
    "only_neighbours": ("Không dòng nào là mẫu đo của cell đang phục vụ thuộc mạng Việt Nam: tất cả là cell lân cận, sóng mang phụ hoặc mạng nước khác.", "Xuất lại nhật ký có cả cell đang phục vụ; nếu một cột bị hiểu sai thì bỏ cột đó ở mục 2.", "Export the serving cells too; where a column is misread, leave it out in part 2."),
    # Rows
    "ambiguous_commune": ("Tên xã có thể hiểu theo nhiều cách.", "Ghi mã xã, hoặc thêm cột huyện cũ.", "Write the commune's code, or add a column of former districts."),
    "coordinates": ("Tọa độ trống, không đọc được hoặc không có thật.", "Ghi dạng 102,54105 hoặc 102°32'27.8\" hoặc mét.", ""),
    "positions_disagree": ("Hai cặp tọa độ của cùng một dòng khác nhau; dùng cặp đầu.", "Tìm xem cặp nào đúng.", ""),
    "far_away": ("Có dòng nằm rất xa ngoài tỉnh.", "Kiểm tra tọa độ.", ""),
    "uncached_formula": ("Ô là công thức chưa có kết quả lưu sẵn.", "Mở tệp bằng Excel hoặc LibreOffice, để máy tính xong rồi lưu lại.", ""),
    "formula": ("Ô là công thức.", "Dán lại thành giá trị.", ""),
    "path": ("Mã hoặc tên giống một đường dẫn tệp.", "Gõ lại nội dung của ô.", ""),
    # The file as a whole
    "damaged": ("Tệp hỏng hoặc bị cắt cụt.", "Mở rồi lưu lại, hoặc lấy lại từ bản gốc.", ""),
    "encrypted": ("Tệp có mật khẩu.", "Lưu lại không có mật khẩu.", ""),
    "mislabelled": ("Nội dung tệp không đúng loại được nhận.", "Lưu lại thành xlsx, csv hoặc một lớp bản đồ.", ""),
    "null_bytes": ("Tệp hỏng hoặc thuộc loại không đọc được.", "Lưu lại thành xlsx hoặc csv.", ""),
    "not_a_file": ("Đây không phải là một tệp.", "Chọn tệp khác.", ""),
    "not_vector": ("Lớp này cần đường hoặc vùng, bảng không có.", "Dùng GeoPackage, GeoJSON, KML, GPX hoặc shapefile nén zip.", ""),
    "held_open": ("Tệp đang mở trong chương trình khác.", "Lưu và đóng tệp rồi thử lại.", ""),
    "too_large": ("Tệp quá lớn hoặc lồng quá sâu.", "Chia nhỏ tệp, hoặc xuất lại.", ""),
    "too_many_rows": ("Tệp có quá nhiều dòng.", "Chia nhỏ tệp.", ""),
    "too_many_columns": ("Tệp có quá nhiều cột.", "Xóa các cột không cần.", ""),
    "too_many_cells": ("Tệp có quá nhiều ô.", "Xóa các dòng, cột không cần.", ""),
    "xml_depth": ("Tệp XML lồng quá sâu.", "Xuất lại từ chương trình gốc.", ""),
    "xml_entities": ("Tệp XML có khai báo không được phép.", "Xuất lại từ chương trình gốc.", ""),
    "zip_bomb": ("Tệp nén bung ra quá lớn.", "Nén lại chỉ những tệp cần.", ""),
    "zip_slip": ("Tệp nén có đường dẫn không an toàn.", "Nén lại chỉ những tệp cần.", ""),
    "encoding": ("Không nhận ra bảng mã chữ của tệp.", "Lưu lại dạng “CSV UTF-8” hoặc xlsx.", ""),
    "csv": ("Tệp CSV sai cách viết.", "Kiểm tra dấu phân cách và dấu ngoặc kép, hoặc lưu lại thành xlsx.", ""),
    "missing_file": ("Địa bàn thiếu tệp này.", "Đặt tệp vào thư mục của địa bàn.", ""),
    # The study area
    "symlink": ("Đường dẫn trong địa bàn là liên kết tượng trưng.", "Thay bằng thư mục hoặc tệp thật.", ""),
    "changed_meanwhile": ("Chương trình khác vừa sửa lớp này.", "Bấm nhập lại.", ""),
    "other_file": ("Kịch bản đọc lớp này từ một tệp khác.", "Sửa mục layers của kịch bản.", ""),
}  # fmt: skip
"""By code: reason and remedy in Vietnamese, and the remedy in English where the library speaks of the command's options."""


def say(key: str, language: Language, **values: object) -> str:
    """A text of the import page in one language, with its places filled."""
    return WORDS[key][language].format(**values)


def import_fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """The table of faults, with the remedies that this page offers."""
    table = fault_table(faults, language)
    reason, remedy, column = (text(f"fault_{name}", language) for name in ("reason", "remedy", "column"))
    table[column] = [own_title(name, language) if isinstance(name, str) else name for name in table[column]]
    for i, fault in enumerate(faults):
        if fault.code in FAULTS:
            why, vi, en = FAULTS[fault.code]
            if language == "vi":
                table.loc[i, [reason, remedy]] = [why, vi]
            elif en:
                table.loc[i, remedy] = en
    return table
