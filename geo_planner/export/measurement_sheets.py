"""The sheets of the measurements: what was measured at each village by operator, and the model held against the samples."""

from __future__ import annotations

from geo_planner import labels, schema
from geo_planner.calibration import BandCalibration, Calibration
from geo_planner.export.tables import Cell, plain
from geo_planner.export.workbook import FILLS, Book, TableColumn, add_sheet, vietnamese, write_header, write_remarks, write_rows
from geo_planner.measurements import MeasuredAgainstModelled, verdict_ground
from geo_planner.plan import Plan
from geo_planner.words import said

_STATUS_FILLS = {labels.WORDS[status]["vi"]: FILLS[status] for status in schema.SIGNAL_STATUS}
_NO_OPERATOR = "không ghi"


def add_measurement_sheets(book: Book, plan: Plan) -> None:
    """Two sheets; none where the study area has no measurements."""
    compared = plan.against_model
    if compared is None:
        return
    _operators_sheet(book, plan)
    _model_sheet(book, plan, compared)


def _operators_sheet(book: Book, plan: Plan) -> None:
    columns = [
        TableColumn("Thứ tự ưu tiên", 9, "centre"), TableColumn("Mã bản", 9, "code"), TableColumn("Tên bản", 19), TableColumn("Xã", 14),
        TableColumn("Nhà mạng", 14), TableColumn("Hiện trạng theo đo kiểm", 12, "centre"), TableColumn("Tại trung tâm", 12, "centre"),
        TableColumn("Trung vị RSRP ở trung tâm (dBm)", 12, "level"), TableColumn("Phần mẫu ở trung tâm đạt ngưỡng", 12, "share"),
        TableColumn("Phần khu dân cư đạt ngưỡng", 12, "share"), TableColumn("Số mẫu", 8, "int"), TableColumn("Số mẫu mất sóng", 9, "int"),
        TableColumn("Đo từ ngày", 12, "centre"), TableColumn("Đến ngày", 12, "centre"), TableColumn("Vì sao chưa rõ", 26),
    ]  # fmt: skip
    line = "Mỗi hàng là một nhà mạng đã đo tại một bản. Nhà mạng không có hàng là chưa đo: không kết luận thay cho nhà mạng khác."
    sheet, row = add_sheet(book, "Đo kiểm theo nhà mạng", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    rows: list[list[Cell]] = []
    table = plan.measured_by_operator.reset_index()
    for village_id in plan.villages.index:
        village = plan.villages.loc[village_id]
        for _, told in table[table["village_id"] == village_id].iterrows():
            reason = plain(told["measured_reason"])
            rows.append(
                [
                    plain(village["rank"]), str(village_id), plain(village["name"]), plain(village["commune_name"]), told["operator"] or _NO_OPERATOR,
                    labels.word(told["measured_status"]), labels.word(told["centre_status"]), plain(told["centre_median_dbm"]),
                    plain(told["centre_share"]), plain(told["settlement_share"]), plain(told["n_samples"]), plain(told["n_no_service"]),
                    _day(told["measured_from"]), _day(told["measured_to"]), None if reason is None else said(f"measured_unknown.{reason}").text("vi"),
                ]
            )  # fmt: skip
    row = write_rows(book, sheet, row, columns, rows, fills=_STATUS_FILLS)
    if not rows:
        write_remarks(book, sheet, row, columns, ["Chưa có mẫu đo nào ở gần bản trong danh sách."])


def _day(value: object) -> str | None:
    iso = plain(value)
    return None if iso is None else labels.day(str(iso), "vi")


def _model_sheet(book: Book, plan: Plan, compared: MeasuredAgainstModelled) -> None:
    columns = [
        TableColumn("Băng tần (MHz)", 12, "centre"), TableColumn("Số mẫu có mức sóng", 10, "int"), TableColumn("Số mẫu mất sóng", 10, "int"),
        TableColumn("Lệch trung bình, đo trừ mô hình (dB)", 13, "level"), TableColumn("Độ lệch chuẩn (dB)", 11, "level"), TableColumn("Sai số RMSE (dB)", 11, "level"),
        TableColumn("Hệ số tương quan", 11, "score"), TableColumn("Cùng kết luận với mô hình", 12, "share"), TableColumn("Mô hình có sóng, đo không", 12, "share"),
        TableColumn("Mô hình không sóng, đo có", 12, "share"), TableColumn("Kết luận hiệu chỉnh", 15, "centre"), TableColumn("Hiệu chỉnh (dB)", 20, "centre"),
        TableColumn("Sai số σ sau hiệu chỉnh (dB)", 20, "centre"), TableColumn("Căn cứ", 60),
    ]  # fmt: skip
    line = (
        f"{vietnamese(compared.n_kept)} mẫu sau khi làm sạch, giữ riêng với mô hình {labels.word(compared.model)} chưa hiệu chỉnh. "
        "Hiệu chỉnh chỉ được áp dụng khi có yêu cầu (geo-planner calibrate --apply) và được ghi trong kịch bản."
    )
    sheet, row = add_sheet(book, "Đo kiểm và mô hình", columns, [line, _applied(plan)])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    bands = {f"{c.freq_mhz:g}": c for c in compared.calibrations}
    rows: list[list[Cell]] = []
    for band, found in compared.statistics.iterrows():
        lesson = bands.get(str(band))
        rows.append(
            [
                "Tất cả" if band == "all" else str(band), *(plain(found[name]) for name in ("n", "n_no_service", "bias_db", "sd_db", "rmse_db", "correlation")),
                *(plain(found[name]) for name in ("agreement_share", "false_covered_share", "false_uncovered_share")), *_lesson(lesson),
            ]
        )  # fmt: skip
    row = write_rows(book, sheet, row, columns, rows, fills={}, filtered=False)
    write_remarks(book, sheet, row + 1, columns, [*_left_out(compared), "Khoảng trong ngoặc là khoảng tin cậy 95 %."])


def _applied(plan: Plan) -> str:
    bands = plan.scenario.calibration.bands
    if not bands:
        return "Kịch bản này không áp dụng hiệu chỉnh nào."
    return f"Kịch bản này áp dụng hiệu chỉnh: {'; '.join(_band_applied(b) for b in bands)}."


def _band_applied(band: BandCalibration) -> str:
    told = f"{vietnamese(band.freq_mhz)} MHz {vietnamese(band.offset_db, 1)} dB"
    if band.slope_db_per_decade:
        told += (
            f" ở {vietnamese(band.reference_km, 1)} km, thêm {vietnamese(band.slope_db_per_decade, 1)} dB mỗi khi khoảng cách tăng 10 lần"
        )
    return f"{told}, σ {vietnamese(band.sigma_db, 1)} dB"


def _lesson(band: Calibration | None) -> list[Cell]:
    if band is None:
        return [None, None, None, None]
    verdict, ground = said(f"calibration_verdict.{band.verdict}").text("vi"), verdict_ground(band).text("vi")
    if band.verdict == "too_few":
        return [verdict, None, None, ground]
    offset = f"{vietnamese(band.offset_db, 1)} ({vietnamese(band.offset_low_db, 1)} … {vietnamese(band.offset_high_db, 1)})"
    if band.slope_db_per_decade:
        offset += f"; {vietnamese(band.slope_db_per_decade, 1)} mỗi khi khoảng cách tăng 10 lần"
    sigma = f"{vietnamese(band.sigma_db, 1)} ({vietnamese(band.sigma_low_db, 1)} … {vietnamese(band.sigma_high_db, 1)})"
    return [verdict, offset, sigma, ground]


def _left_out(compared: MeasuredAgainstModelled) -> list[str]:
    lines = []
    if len(compared.dropped):
        counts = compared.dropped["reason"].value_counts()
        told = "; ".join(f"{said(f'drop.{reason}').text('vi').lower()} {vietnamese(n)}" for reason, n in counts.items())
        lines.append(f"Bỏ {vietnamese(len(compared.dropped))} mẫu khi làm sạch: {told}.")
    if len(compared.without_model):
        told = "; ".join(
            f"{said(f'without_model.{reason}').text('vi').lower()} {vietnamese(n)}" for reason, n in compared.without_model.items()
        )
        lines.append(f"{vietnamese(int(compared.without_model.sum()))} mẫu không có mức mô hình để so: {told}.")
    return lines
