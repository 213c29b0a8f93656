"""The sheets that question the order: how sure a place is, what other methods say, what to ask, and who might be neglected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_planner.export.tables import Cell
from geo_planner.export.workbook import Book, Style, TableColumn, add_sheet, spoken, write_header, write_remarks, write_rows
from geo_planner.plan import Plan
from geo_planner.ranking.methods import METHODS
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, QUESTIONS, robustness_layer
from geo_planner.ranking.ties import tied
from geo_planner.schema import Layer
from geo_planner.words import Label, said, word


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
        TableColumn(spoken("book.why_this_rank"), 95),
    ]
    sheet, row = add_sheet(book, spoken("book.certainty"), columns, [spoken("book.certainty_line", draws=simulation.draws)])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    table = simulation.table.loc[plan.villages.index, names]
    words = plan.villages["explanation_vi"].tolist()
    rows: list[list[Cell]] = [
        [*head, *values, text] for head, values, text in zip(_names(plan), table.to_numpy().tolist(), words, strict=True)
    ]
    row = write_rows(book, sheet, row, columns, rows, fills={})
    swaps = plan.ranking.swaps[plan.ranking.swaps["smallest"]]
    if not swaps.empty:
        titles = {c.name: Label(c.name, c.vi, c.en) for c in plan.ranking.criteria}
        lines = [_swap_line(record, plan, titles) for record in swaps.to_dict("records") if record["direction"] == "above"]
        write_remarks(book, sheet, row + 1, columns, [spoken("book.swaps_head"), *lines])


def _swap_line(swap: dict[str, object], plan: Plan, titles: dict[str, Label]) -> str:
    name, other = (plan.villages.at[str(swap[key]), "name"] for key in ("village_id", "other_id"))
    facts = {"name": name, "other": other, "title": titles[str(swap["criterion"])]}
    if swap["change"] == 0:
        return spoken("book.swap_tied", **facts)
    now, then = (100 * float(str(swap[key])) for key in ("weight_now", "weight_swap"))
    return spoken("book.swap", **facts, now=now, then=then)


def _methods_sheet(book: Book, plan: Plan) -> None:
    ranks = plan.ranking.methods.ranks.loc[plan.villages.index]
    names = [str(name) for name in ranks.columns]
    columns = [*_heads(), *(_column(METHOD_RANKS, name, 15, "centre") for name in names), TableColumn(spoken("book.tied_with"), 40)]
    sheet, row = add_sheet(book, spoken("book.methods"), columns, [spoken("book.methods_line")])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    ties = [_ties_line(plan, str(village)) for village in ranks.index]
    rows: list[list[Cell]] = [
        [*head, *values, tie] for head, values, tie in zip(_names(plan), ranks.to_numpy().tolist(), ties, strict=True)
    ]
    row = write_rows(book, sheet, row, columns, rows, fills={})
    tau = plan.ranking.methods.tau
    remarks = [spoken("book.method_note", title=METHODS[n].title, note=METHODS[n].note) for n in names]
    pairs = [
        said("book.method_pair", a=METHODS[a].title, b=METHODS[b].title, tau=float(tau.at[a, b]))
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    write_remarks(book, sheet, row + 1, columns, [*remarks, spoken("book.method_pairs", pairs=pairs)])


def _ties_line(plan: Plan, village: str) -> Cell:
    """With whom a village ties by each method; the ranks beside it follow households and id there."""
    names = plan.villages["name"].to_dict()
    by_method = plan.ranking.methods.tied_with.loc[village]
    lines = [
        spoken("book.method_ties", title=METHODS[str(m)].title, others=tied(others, names)) for m, others in by_method.items() if others
    ]
    return "\n".join(lines) or None


def _questions_sheet(book: Book, plan: Plan) -> None:
    names = ["asks", "question_vi", "why_vi", "rank_now", "rank_best", "rank_worst", "span"]
    widths = {"question_vi": 60, "why_vi": 60, "asks": 16}
    columns = [
        TableColumn(spoken("book.village"), 19), TableColumn(spoken("book.commune"), 14),
        *(_column(QUESTIONS, n, widths.get(n, 10), "text" if n in widths else "centre") for n in names),
    ]  # fmt: skip
    sheet, row = add_sheet(book, spoken("book.questions"), columns, [spoken("book.questions_line")])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    table = plan.ranking.questions.sort_values(["span", "village_id"], ascending=[False, True])
    rows: list[list[Cell]] = []
    for record in table.to_dict("records"):
        village = plan.villages.loc[record["village_id"]]
        values = [spoken(f"asked.{record['asks']}"), *(_cell(record[n]) for n in names[1:])]
        rows.append([village["name"], _cell(village["commune_name"]), *values])
    row = write_rows(book, sheet, row, columns, rows, fills={})
    if not rows:
        write_remarks(book, sheet, row + 1, columns, [spoken("book.no_questions")])


def _fairness_sheet(book: Book, plan: Plan) -> None:
    names = [c.name for c in FAIRNESS.columns]
    shares = {"share_of_villages", "share_in_first_k", "share_of_first_k", "chance"}
    styles: dict[str, Style] = {"n": "int", "in_first_k": "int", "mean_rank": "km", "median_score": "score"}
    columns = [_column(FAIRNESS, n, 26 if n == "group" else 13, "share" if n in shares else styles.get(n, "text")) for n in names]
    sheet, row = add_sheet(book, spoken("book.fairness"), columns, [spoken("book.fairness_line", k=plan.scenario.ranking.top_k)])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    rows: list[list[Cell]] = []
    for grouping, table in plan.ranking.fairness.items():
        rows.append([spoken(f"grouping.{grouping}"), *[None] * (len(names) - 1)])
        flat = table.reset_index(names="group") if "group" not in table else table
        for record in flat.to_dict("records"):
            rows.append([_group(record["group"]), *(_cell(record.get(n)) for n in names[1:])])
    write_rows(book, sheet, row, columns, rows, fills={}, filtered=False)


def _heads() -> list[TableColumn]:
    titles: tuple[tuple[str, float, Style], ...] = (
        ("book.rank", 7, "centre"),
        ("book.village_id", 9, "code"),
        ("book.village", 19, "text"),
    )
    return [TableColumn(spoken(key), width, style) for key, width, style in titles]


def _names(plan: Plan) -> list[list[Cell]]:
    return [
        [int(rank), str(village), str(name)]
        for village, rank, name in zip(plan.villages.index, plan.villages["rank"], plan.villages["name"], strict=True)
    ]


def _column(layer: Layer, name: str, width: float, style: Style) -> TableColumn:
    return TableColumn(layer.column(name).vi, width, style)


def _group(value: object) -> str:
    if pd.isna(value):
        return spoken("book.group_not_given")
    return (
        word({True: "yes", False: "no"}.get(value, value))
        if isinstance(value, bool)
        else word({"True": "yes", "False": "no"}.get(str(value), str(value)))
    )


def _cell(value: object) -> Cell:
    if value is None or (not isinstance(value, Sequence) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value  # type: ignore[return-value]
