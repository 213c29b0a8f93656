"""The report of an import as a paper for those who made the list: its summary and its sheets of rows, in Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.sources.imports.spoken.office import cell_words, column_title, fault_words, statement
from geo_planner.sources.imports.spoken.said import own_title, told_why
from geo_planner.sources.imports.spoken.titles import LAYER_TITLES

if TYPE_CHECKING:
    from geo_planner.sources.imports.report import ImportReport

_COUNTS = {
    "rows": "Số dòng của danh sách", "accepted": "Số dòng được nhận", "would_be_accepted": "Số dòng đúng, chưa nhận", "corrected": "Số dòng được sửa", "rejected": "Số dòng bị loại",
    "added": "Thêm vào lớp", "updated": "Cập nhật trong lớp", "removed": "Bỏ khỏi lớp",
}  # fmt: skip
_MOST_TOLD = 500
_LEVELS = {"fault": "Lỗi", "warning": "Lưu ý"}


def summary(report: ImportReport) -> list[tuple[str, str]]:
    """What was decided for the list as a whole."""
    lines = [
        ("Tệp", report.file),
        ("Nhập vào lớp", LAYER_TITLES[report.layer]["vi"]),
        ("Kết quả", "Đã ghi vào địa bàn." if report.written else "Chưa ghi gì vào địa bàn, chưa dòng nào được nhận."),
        *((_COUNTS[name], str(n)) for name, n in report.counts.items()),
    ]
    lines += [("Đã quyết định", statement(text, report.layer)) for text in report.statements]
    lines += [("Cần hỏi thêm", statement(text, report.layer)) for text in report.questions]
    general = [fault for fault in report.faults if fault.row is None or fault.level == "warning"]
    for fault in general[:_MOST_TOLD]:
        where = "".join(
            f"{what} {at}: " for what, at in (("Dòng", fault.row), ("Cột", fault.column and own_title(fault.column, "vi"))) if at
        )
        reason, remedy = fault_words(fault.reason, fault.remedy, fault.code)
        lines.append((_LEVELS[fault.level], f"{where}{reason}{f' ({fault.value})' if fault.value else ''}. {remedy}"))
    if len(general) > _MOST_TOLD:
        lines.append((_LEVELS["warning"], f"Còn {len(general) - _MOST_TOLD} lưu ý nữa, có đủ trong báo cáo json."))
    return lines


def row_sheets(report: ImportReport) -> dict[str, pd.DataFrame]:
    """The rows by what became of them."""
    layer, accepted = report.layer, report.accepted.drop(columns="geometry", errors="ignore")
    titles = {str(name): column_title(layer, str(name)) for name in accepted}
    cells = {i: [cell_words(layer, str(name), cell) for cell in accepted.iloc[:, i]] for i, name in enumerate(accepted)}
    rows = pd.DataFrame(cells, index=accepted.index)
    rows.columns = pd.Index(titles.values())
    rows.insert(0, "Dòng", accepted.index, allow_duplicates=True)
    corrected = pd.DataFrame(
        [
            (
                row,
                column_title(layer, str(column)),
                told_why(str(was), "vi"),
                cell_words(layer, str(column), told_why(str(became), "vi")),
                told_why(str(why), "vi"),
            )
            for row, column, was, became, why in report.corrected.itertuples(index=False, name=None)
        ],
        columns=["Dòng", "Cột", "Trong tệp", "Đã ghi thành", "Vì sao"],
    )
    rejected = pd.DataFrame(
        [
            (row, own_title(str(column), "vi") if column else "", value, *fault_words(reason, remedy, code))
            for row, column, value, reason, remedy, code in report.rejected.itertuples(index=False, name=None)
        ],
        columns=["Dòng", "Cột", "Trong tệp", "Sai ở đâu", "Cách sửa"],
    )
    skipped = pd.DataFrame(
        [(row, text, told_why(str(why), "vi")) for row, text, why in report.skipped.itertuples(index=False, name=None)],
        columns=["Dòng", "Nội dung", "Vì sao"],
    )
    good = "Dòng được nhận" if report.written else "Dòng đúng, chưa nhận"
    return {good: rows, "Chỗ được sửa": corrected, "Dòng bị loại": rejected, "Dòng bỏ qua": skipped}
