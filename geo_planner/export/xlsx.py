"""``priority_list.xlsx``: the list as a planner sends it on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter.exceptions import XlsxWriterException

from geo_planner import labels, schema
from geo_planner.errors import OutputError
from geo_planner.export.assumptions import (
    WeighedCriterion,
    citation_words,
    criteria_of,
    model_of,
    notes_of,
    sample_note,
    scenario_title,
    settings_of,
    sources_of,
)
from geo_planner.export.measurement_sheets import add_measurement_sheets
from geo_planner.export.ranking_sheets import add_ranking_sheets
from geo_planner.export.tables import (
    GROUP_COLUMNS,
    LIST_COLUMNS,
    Cell,
    counts,
    display_table,
    flat_columns,
    known_values,
    machine_table,
    titles,
)
from geo_planner.export.workbook import (
    FILLS,
    Book,
    Style,
    TableColumn,
    add_sheet,
    cell_format,
    new_workbook,
    put,
    vietnamese,
    write_header,
    write_remarks,
    write_rows,
)
from geo_planner.plan import Plan

_GROUP_SHEETS = {"fund": "Quỹ", "operator": "Doanh nghiệp", "power_first": "Cần điện trước", "undecided": "Chưa xác định"}
_STATUS_FILLS = {labels.WORDS[status]["vi"]: fill for status, fill in FILLS.items()}
_WIDTHS = {
    "rank": 7, "rank_in_group": 9, "village_id": 9, "name": 19, "commune_name": 14, "commune_code": 9, "households": 8, "responsibility": 23,
    "responsibility_reason": 26, "declared_status": 11, "modelled_status": 11, "measured_status": 11, "score": 9, "tied_with": 12, "rsrp_dbm": 11,
    "coverage_probability": 9, "nearest_site_km": 10, "missing": 21, "flags": 33, "source": 26, "position_quality": 12, "status_date": 12, "lon": 12, "lat": 11,
    "population": 8, "poor_households": 8, "near_poor_households": 9, "grid_power": 9, "school_site": 9, "health_post": 9, "is_sample": 8,
}  # fmt: skip
_STYLES: dict[str, Style] = {
    "score": "score", "rsrp_dbm": "level", "coverage_probability": "share", "nearest_site_km": "km", "lon": "degrees", "lat": "degrees",
    "rank": "centre", "rank_in_group": "centre", "commune_code": "code", "village_id": "code",
}  # fmt: skip
_STATUS_REMARK = (
    "Trắng sóng: trung tâm bản không có sóng. Lõm sóng: trung tâm bản có sóng nhưng một phần khu dân cư không có. "
    "Sóng theo khai báo, theo mô hình và theo đo kiểm là ba nguồn riêng, không gộp; chỗ khác nhau ghi ở cột Lưu ý."
)
_SCORE_REMARK = "Điểm ưu tiên từ 0 đến 1, điểm cao làm trước. Cách chấm ở trang Điểm theo tiêu chí; mọi giả định ở trang Giả định và nguồn."
_GROUP_LINES = {
    "fund": "Bản có điện lưới và thuộc diện đặc biệt khó khăn: đề nghị Quỹ Dịch vụ viễn thông công ích Việt Nam.",
    "operator": "Bản có điện lưới, không thuộc diện đặc biệt khó khăn: doanh nghiệp viễn thông tự đầu tư.",
    "power_first": "Bản chưa có điện lưới: cần cấp điện trước, hoặc xem xét phương án vệ tinh.",
    "undecided": "Bản còn thiếu thông tin để phân loại: mỗi bản kèm câu hỏi cần trả lời.",
}


def write_xlsx(plan: Plan, path: Path) -> None:
    """Write the workbook: list, a sheet per responsibility, scores, doubts, questions, communes, input, assumptions and sources.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    content = io.BytesIO()  # so that the disk sees one plain write
    workbook = new_workbook(content, title=scenario_title(plan))
    place = f"Địa bàn: {plan.scenario.province.name}. Kịch bản: {plan.scenario.name}. Dịch vụ: {_service(plan)}."
    book = Book(workbook, scenario_title(plan), place, sample_note(plan))
    _list_sheet(book, plan)
    for group, name in _GROUP_SHEETS.items():
        _group_sheet(book, plan, group, name)
    _contributions_sheet(book, plan)
    _values_sheet(book, plan)
    add_ranking_sheets(book, plan)
    add_measurement_sheets(book, plan)
    _communes_sheet(book, plan)
    _input_sheet(book, plan)
    _assumptions_sheet(book, plan)
    try:
        workbook.close()
        path.write_bytes(content.getvalue())
    except (XlsxWriterException, OSError) as error:
        raise OutputError(
            f"{path.name} cannot be written ({error}). Close the file in Excel, make room on the disk, and run again."
        ) from error


def _list_sheet(book: Book, plan: Plan) -> None:
    table = display_table(plan, LIST_COLUMNS)
    columns = _columns(LIST_COLUMNS)
    sheet, row = add_sheet(book, "Thứ tự ưu tiên", columns, _key_figures(plan))
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    row = write_rows(book, sheet, row, columns, table.to_numpy().tolist(), fills=_STATUS_FILLS)
    write_remarks(book, sheet, row + 1, columns, [_STATUS_REMARK, _SCORE_REMARK])


def _group_sheet(book: Book, plan: Plan, group: str, name: str) -> None:
    member = [value == group for value in machine_table(plan)["responsibility"]]
    table = display_table(plan, GROUP_COLUMNS)[member]
    question = {"responsibility_reason": "Câu hỏi cần trả lời"} if group == "undecided" else {}
    columns = _columns(GROUP_COLUMNS, question)
    sheet, row = add_sheet(book, name, columns, [f"{_GROUP_LINES[group]} Số bản: {vietnamese(len(table))}."])
    row = write_header(book, sheet, row, columns, frozen_columns=4)
    row = write_rows(book, sheet, row, columns, table.to_numpy().tolist(), fills=_STATUS_FILLS)
    write_remarks(book, sheet, row + 1, columns, [_STATUS_REMARK] if len(table) else ["Không có bản nào thuộc nhóm này."])


def _contributions_sheet(book: Book, plan: Plan) -> None:
    weighed = criteria_of(plan)
    names = [c.criterion.name for c in weighed]
    # where a score is no sum, its parts are shared out and may exceed the weight
    limit = "tối đa" if plan.ranking.contributions_exact else "trọng số"
    shares = [TableColumn(f"{c.criterion.vi}\n({limit} {vietnamese(c.share, 3)})", 12, "score") for c in weighed]
    columns = [*_columns(("rank", "village_id", "name")), *shares, TableColumn("Điểm ưu tiên", 11, "score")]
    line = "Phần đóng góp của từng tiêu chí; cộng theo hàng bằng điểm ưu tiên. Dấu * và nền xám: chưa có số liệu, tạm tính ở giữa thang."
    sheet, row = add_sheet(book, "Điểm theo tiêu chí", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    heads = display_table(plan, ("rank", "village_id", "name"))
    parts = plan.contributions.loc[plan.villages.index, names]
    rows = [
        [*head, *part, score]
        for head, part, score in zip(heads.to_numpy().tolist(), parts.to_numpy().tolist(), plan.villages["score"].tolist(), strict=True)
    ]
    write_rows(book, sheet, row, columns, rows, fills={})
    assumed = cell_format(book, "assumed")
    for at, missing in enumerate(plan.villages["missing"]):
        for number, name in enumerate(names):
            if name in missing:
                put(sheet, row + at, 3 + number, float(parts.to_numpy()[at, number]), assumed)


def _values_sheet(book: Book, plan: Plan) -> None:
    criteria = plan.ranking.criteria
    values = plan.criteria_values.loc[plan.villages.index, [c.name for c in criteria]]
    columns = _columns(("rank", "village_id", "name"))
    for criterion in criteria:
        known = values[criterion.name].dropna().to_numpy(dtype=float)
        whole = bool(np.all(known == np.round(known)))
        unit = f" ({criterion.unit})" if criterion.unit else ""
        bounds = f"{_bound(criterion.bounds[0])} → {_bound(criterion.bounds[1])}"
        columns.append(TableColumn(f"{criterion.vi}{unit}\n{bounds}", 12, "int" if whole else "score"))
    line = "Giá trị đưa vào chấm điểm. Dòng dưới tên tiêu chí là thang: từ mức ít cấp thiết nhất đến mức cấp thiết nhất."
    sheet, row = add_sheet(book, "Giá trị tiêu chí", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    heads = display_table(plan, ("rank", "village_id", "name"))
    rows: list[list[Cell]] = [
        [*head, *(value if np.isfinite(value) else "chưa có" for value in part)]
        for head, part in zip(heads.to_numpy().tolist(), values.to_numpy(dtype=float).tolist(), strict=True)
    ]
    write_rows(book, sheet, row, columns, rows, fills={"chưa có": FILLS["unknown"]})


def _communes_sheet(book: Book, plan: Plan) -> None:
    names = ["code", "name", "type", "area_km2", "population", "region_class", "border", "n_villages", "n_no_signal", "covered_area_share"]
    declared = {c.name: c.vi for c in schema.COMMUNES.columns}
    columns = [
        TableColumn(declared["code"], 10, "code"), TableColumn(declared["name"], 22), TableColumn(declared["type"], 11),
        TableColumn(declared["area_km2"], 13, "km"), TableColumn(declared["population"], 12, "int"), TableColumn(declared["region_class"], 10, "centre"),
        TableColumn(declared["border"], 11, "centre"), TableColumn("Số bản trong danh sách", 13, "int"),
        TableColumn("Bản trắng sóng (khai báo hoặc mô hình)", 17, "int"), TableColumn("Phần diện tích có sóng", 14, "share"),
        TableColumn("Phần dân số có sóng", 14, "share"),
    ]  # fmt: skip
    table = flat_columns(plan.communes).sort_values(["n_no_signal", "code"], ascending=[False, True])
    border = pd.Series(
        [None if value is None else labels.word("yes" if value else "no") for value in table["border"]], dtype=object, index=table.index
    )
    population = ["chưa có" if value is None else value for value in table["covered_population_share"]]
    rows = [[*row, share] for row, share in zip(table.assign(border=border)[names].to_numpy().tolist(), population, strict=True)]
    line = "Xếp theo số bản trắng sóng. Phần diện tích có sóng không phải là phần người dân có sóng: phần dân số chỉ có khi có lớp dân số."
    sheet, row = add_sheet(book, "Các xã", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=2)
    write_rows(book, sheet, row, columns, rows, fills={"chưa có": FILLS["unknown"]})


def _input_sheet(book: Book, plan: Plan) -> None:
    shown = {"rank", "village_id", "name", "commune_name", *(c.name for c in schema.VILLAGES.columns)}
    # What the plan added stands on other sheets; what the user's own file has beyond the schema belongs here.
    added = {c.name for layer in (schema.RESULTS, schema.COMMUNES) for c in layer.columns}
    names = [name for name in machine_table(plan).columns if name in shown or name not in added]
    columns = _columns(names)
    sheet, row = add_sheet(book, "Số liệu đầu vào", columns, ["Số liệu của từng bản như đã nhập; ô trống là chưa biết."])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    write_rows(book, sheet, row, columns, display_table(plan, names).to_numpy().tolist(), fills={})


def _assumptions_sheet(book: Book, plan: Plan) -> None:
    columns = [
        TableColumn("Nội dung", 70),
        TableColumn("Giá trị", 44, "plain"),
        TableColumn("Loại", 13, "centre"),
        TableColumn("Tên trong kịch bản", 36),
    ]
    line = "Mọi giả định và nguồn của kết quả. Loại Giả định: do người lập kịch bản chọn, không phải quy định; cần xem lại trước khi trình."
    sheet, row = add_sheet(book, "Giả định và nguồn", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    heading = book.format(bold=True, bg_color="#D9E2F3", border=1, border_color="#8EA9DB")
    for title, rows in _assumption_sections(plan):
        sheet.merge_range(row, 0, row, len(columns) - 1, "", heading)
        put(sheet, row, 0, title, heading)
        row = write_rows(book, sheet, row + 1, columns, rows, fills={"Giả định": FILLS["partial"]}, filtered=False)


def _assumption_sections(plan: Plan) -> list[tuple[str, list[list[Cell]]]]:
    def kind(assumed: bool) -> str:
        return "Giả định" if assumed else "Thiết lập"

    settings: list[list[Cell]] = [[s.meaning or s.key, _setting(s.value), kind(s.assumed), s.key] for s in settings_of(plan)]
    criteria: list[list[Cell]] = [
        [_source_line(c), _scale_line(c), kind(c.assumed), f"ranking.criteria.{c.criterion.name}"] for c in criteria_of(plan)
    ]
    model: list[list[Cell]] = [
        [_MODEL_WORDS.get(key, f"Phiên bản {key.removeprefix('versions.')}"), _setting(value), "Phần mềm", key]
        for key, value in model_of(plan)
    ]
    sources: list[list[Cell]] = [[f"{c.file}: {citation_words(c)}", f"sha256 {c.sha256}", "Tệp nguồn", c.file] for c in sources_of(plan)]
    notes: list[list[Cell]] = [[text, None, "Cảnh báo", None] for text in notes_of(plan)] or [["Không có cảnh báo.", None, None, None]]
    return [
        ("1. Thiết lập của kịch bản", settings),
        ("2. Tiêu chí xếp hạng", criteria),
        ("3. Mô hình và phần mềm", model),
        ("4. Các tệp đã đọc", sources),
        ("5. Cảnh báo", notes),
    ]


_MODEL_WORDS = {
    "model": "Mô hình truyền sóng",
    "model_edition": "Khuyến nghị và lần xuất bản",
    "metric_crs": "Hệ toạ độ đo khoảng cách",
    "uses_sample_data": "Có dùng dữ liệu mẫu",
}


def _source_line(weighed: WeighedCriterion) -> str:
    return f"{weighed.criterion.vi}. Nguồn: {weighed.criterion.source or 'chưa ghi'}."


def _scale_line(weighed: WeighedCriterion) -> str:
    c = weighed.criterion
    scale = f"thang {_bound(c.bounds[0])} → {_bound(c.bounds[1])} {c.unit}".rstrip()
    return f"{scale}; trọng số {_bound(weighed.figure)} ({vietnamese(100 * weighed.share, 1)} %)"


def _columns(names: Sequence[str], renamed: dict[str, str] | None = None) -> list[TableColumn]:
    declared = {c.name: c for layer in (schema.VILLAGES, schema.RESULTS) for c in layer.columns}
    shown = {**titles(names), **(renamed or {})}

    def style(name: str) -> Style:
        kind = declared[name].kind if name in declared else "text"
        by_kind: dict[str, Style] = {"int": "int", "float": "level", "choice": "centre", "yes_no": "centre"}
        return _STYLES.get(name, by_kind.get(kind, "text"))

    return [TableColumn(shown[name], _WIDTHS.get(name, 11), style(name)) for name in names]


def _key_figures(plan: Plan) -> list[str]:
    households = known_values(plan, "households")
    unknown = len(plan.villages) - len(households)
    doubt = f" ({vietnamese(unknown)} bản chưa có số hộ)" if unknown else ""
    modelled = counts(plan, "modelled_status", schema.SIGNAL_STATUS)
    groups = counts(plan, "responsibility", schema.RESPONSIBILITY)
    return [
        f"Tổng số {vietnamese(len(plan.villages))} bản, {vietnamese(sum(households))} hộ{doubt}. Theo mô hình: {_tally(modelled).lower()}.",
        f"Nguồn thực hiện: {_tally(groups)}.",
    ]


def _tally(numbers: dict[str, int]) -> str:
    return ", ".join(f"{labels.word(key)} {vietnamese(n)} bản" for key, n in numbers.items() if n)


def _service(plan: Plan) -> str:
    service = plan.scenario.service
    return f"{service.technology}, RSRP từ {vietnamese(service.rsrp_threshold_dbm)} dBm ngoài trời, xác suất từ {vietnamese(100 * service.min_probability)} %"


def _bound(value: float) -> str:
    return vietnamese(value, 0 if float(value).is_integer() else 2)


def _setting(value: Cell) -> Cell:
    if value is None or value == "":
        return "(để trống)"
    return labels.word("yes" if value else "no") if isinstance(value, bool) else labels.word(value) if isinstance(value, str) else value
