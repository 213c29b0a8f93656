"""The sheets that question the order: how sure a place is, what other methods say, what to ask, and who might be neglected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_planner import labels
from geo_planner.export.tables import Cell
from geo_planner.export.workbook import Book, Style, TableColumn, add_sheet, vietnamese, write_header, write_remarks, write_rows
from geo_planner.plan import Plan
from geo_planner.ranking.methods import METHODS
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, QUESTIONS, robustness_layer
from geo_planner.ranking.ties import tied_names
from geo_planner.schema import Layer

_ASKED = {"commune": "Xã", "department": "Sở", "model": "Dữ liệu mô hình"}
_SIDES = {"above": "Đứng trên", "below": "Đứng dưới"}
_GROUPINGS = {
    "commune_name": "Theo xã",
    "commune_code": "Theo xã",
    "ethnic_group": "Theo dân tộc",
    "border": "Theo xã biên giới",
    "region_class": "Theo khu vực",
}


def add_ranking_sheets(book: Book, plan: Plan) -> None:
    """Sheets of robustness, methods, questions and fairness after those of the list itself."""
    _robustness_sheet(book, plan)
    _methods_sheet(book, plan)
    _questions_sheet(book, plan)
    _fairness_sheet(book, plan)


def _robustness_sheet(book: Book, plan: Plan) -> None:
    simulation = plan.ranking.simulation
    layer = robustness_layer(simulation.top_k)
    names = [c.name for c in layer.columns if c.name in simulation.table]
    columns = [
        *_heads(),
        *(_column(layer, name, 11, "share" if name.startswith("p_top") else "centre") for name in names),
        TableColumn("Vì sao xếp thứ này", 95),
    ]
    line = (
        f"{vietnamese(simulation.draws)} lần mô phỏng: trọng số thay đổi quanh giá trị đã chọn, số liệu thay đổi trong sai số, các phương pháp thay phiên. "
        "Số liệu còn thiếu làm khoảng thứ tự rộng ra."
    )
    sheet, row = add_sheet(book, "Độ chắc chắn", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    table = simulation.table.loc[plan.villages.index, names]
    words = plan.villages["explanation_vi"].tolist()
    rows: list[list[Cell]] = [
        [*head, *values, text] for head, values, text in zip(_names(plan), table.to_numpy().tolist(), words, strict=True)
    ]
    row = write_rows(book, sheet, row, columns, rows, fills={})
    swaps = plan.ranking.swaps[plan.ranking.swaps["smallest"]]
    if not swaps.empty:
        titles = {c.name: c.vi for c in plan.ranking.criteria}
        lines = [_swap_line(record, plan, titles) for record in swaps.to_dict("records") if record["direction"] == "above"]
        write_remarks(book, sheet, row + 1, columns, ["Trọng số cần đổi bao nhiêu để hai bản liền kề đổi chỗ:", *lines])


def _swap_line(swap: dict[str, object], plan: Plan, titles: dict[str, str]) -> str:
    name, other = (plan.villages.at[str(swap[key]), "name"] for key in ("village_id", "other_id"))
    now, then = (vietnamese(100 * float(str(swap[key])), 1) for key in ("weight_now", "weight_swap"))
    if swap["change"] == 0:
        return f"{name} đồng điểm với {other}: trọng số «{titles[str(swap['criterion'])]}» đổi rất ít cũng làm đổi chỗ."
    return f"{name} vượt {other} nếu trọng số «{titles[str(swap['criterion'])]}» từ {now} % thành {then} %."


def _methods_sheet(book: Book, plan: Plan) -> None:
    ranks = plan.ranking.methods.ranks.loc[plan.villages.index]
    names = [str(name) for name in ranks.columns]
    columns = [*_heads(), *(_column(METHOD_RANKS, name, 15, "centre") for name in names), TableColumn("Đồng điểm với", 40)]
    line = (
        "Thứ tự của cùng danh sách theo từng phương pháp. Tổng có trọng số với thang cố định là phương pháp quyết định, trừ khi kịch bản chọn khác. "
        "Các bản đồng điểm vẫn có số thứ tự riêng: trước hết là bản không kém ở tiêu chí nào và hơn ở ít nhất một tiêu chí, rồi nhiều hộ hơn, rồi theo mã bản."
    )
    sheet, row = add_sheet(book, "So sánh phương pháp", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    ties = [_ties_line(plan, str(village)) for village in ranks.index]
    rows: list[list[Cell]] = [
        [*head, *values, tie] for head, values, tie in zip(_names(plan), ranks.to_numpy().tolist(), ties, strict=True)
    ]
    row = write_rows(book, sheet, row, columns, rows, fills={})
    tau = plan.ranking.methods.tau
    remarks = [f"{METHODS[name].vi}: {METHODS[name].note_vi}" for name in names]
    pairs = [
        f"{METHODS[a].vi} và {METHODS[b].vi}: {vietnamese(float(tau.at[a, b]), 2)}" for i, a in enumerate(names) for b in names[i + 1 :]
    ]
    write_remarks(
        book, sheet, row + 1, columns, [*remarks, f"Hệ số tương quan thứ hạng Kendall τ (1 là trùng hoàn toàn): {'; '.join(pairs)}."]
    )


def _ties_line(plan: Plan, village: str) -> Cell:
    """With whom a village ties by each method; the ranks beside it follow households and id there."""
    names = plan.villages["name"].to_dict()
    tied = plan.ranking.methods.tied_with.loc[village]
    return "\n".join(f"{METHODS[str(m)].vi}: {tied_names(others, names, 'vi')}" for m, others in tied.items() if others) or None


def _questions_sheet(book: Book, plan: Plan) -> None:
    names = ["asks", "question_vi", "why_vi", "rank_now", "rank_best", "rank_worst", "span"]
    widths = {"question_vi": 60, "why_vi": 60, "asks": 16}
    columns = [
        TableColumn("Thôn, bản", 19), TableColumn("Xã, phường", 14),
        *(_column(QUESTIONS, n, widths.get(n, 10), "text" if n in widths else "centre") for n in names),
    ]  # fmt: skip
    line = "Những điều chưa biết, xếp theo mức ảnh hưởng đến thứ tự: hỏi trước điều có thể làm thay đổi nhiều nhất."
    sheet, row = add_sheet(book, "Câu hỏi", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    table = plan.ranking.questions.sort_values(["span", "village_id"], ascending=[False, True])
    rows: list[list[Cell]] = []
    for record in table.to_dict("records"):
        village = plan.villages.loc[record["village_id"]]
        values = [_ASKED.get(str(record["asks"]), str(record["asks"])), *(_cell(record[n]) for n in names[1:])]
        rows.append([village["name"], _cell(village["commune_name"]), *values])
    row = write_rows(book, sheet, row, columns, rows, fills={})
    if not rows:
        write_remarks(book, sheet, row + 1, columns, ["Không còn câu hỏi nào."])


def _fairness_sheet(book: Book, plan: Plan) -> None:
    names = [c.name for c in FAIRNESS.columns]
    shares = {"share_of_villages", "share_in_first_k", "share_of_first_k", "chance"}
    styles: dict[str, Style] = {"n": "int", "in_first_k": "int", "mean_rank": "km", "median_score": "score"}
    columns = [_column(FAIRNESS, n, 26 if n == "group" else 13, "share" if n in shares else styles.get(n, "text")) for n in names]
    line = f"Kết quả theo nhóm, để thấy nhóm nào bị bỏ sót một cách có hệ thống. Nhóm đầu: {plan.scenario.ranking.top_k} bản xếp trước."
    sheet, row = add_sheet(book, "Công bằng", columns, [line])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    rows: list[list[Cell]] = []
    for grouping, table in plan.ranking.fairness.items():
        rows.append([_GROUPINGS.get(grouping, grouping), *[None] * (len(names) - 1)])
        flat = table.reset_index(names="group") if "group" not in table else table
        for record in flat.to_dict("records"):
            rows.append([_group(record["group"]), *(_cell(record.get(n)) for n in names[1:])])
    write_rows(book, sheet, row, columns, rows, fills={}, filtered=False)


def _heads() -> list[TableColumn]:
    return [TableColumn("Thứ tự", 7, "centre"), TableColumn("Mã bản", 9, "code"), TableColumn("Thôn, bản", 19)]


def _names(plan: Plan) -> list[list[Cell]]:
    return [
        [int(rank), str(village), str(name)]
        for village, rank, name in zip(plan.villages.index, plan.villages["rank"], plan.villages["name"], strict=True)
    ]


def _column(layer: Layer, name: str, width: float, style: Style) -> TableColumn:
    return TableColumn(layer.column(name).vi, width, style)


def _group(value: object) -> str:
    if pd.isna(value):
        return "(không ghi)"
    return (
        labels.word({True: "yes", False: "no"}.get(value, value))
        if isinstance(value, bool)
        else labels.word({"True": "yes", "False": "no"}.get(str(value), str(value)))
    )


def _cell(value: object) -> Cell:
    if value is None or (not isinstance(value, Sequence) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value  # type: ignore[return-value]
