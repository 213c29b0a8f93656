"""The sheets that question the order: how sure a place is, what other methods say, what to ask, and who might be neglected."""

from __future__ import annotations

import pandas as pd

from geo_planner.export.tables import Cell, heads, plain
from geo_planner.export.workbook import HEADS, Sheet, Style, TableColumn, spoken, village_columns
from geo_planner.plan import Plan
from geo_planner.ranking.explain import tied
from geo_planner.ranking.methods import METHODS
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, QUESTIONS, robustness_layer
from geo_planner.schema import Layer
from geo_planner.words import Label, said, word


def ranking_sheets(plan: Plan) -> list[Sheet]:
    """Robustness, methods, questions and fairness; they stand after the list itself."""
    return [_robustness_sheet(plan), _methods_sheet(plan), _questions_sheet(plan), _fairness_sheet(plan)]


def _robustness_sheet(plan: Plan) -> Sheet:
    simulation = plan.ranking.simulation
    layer = robustness_layer(simulation.top_k)
    names = [c.name for c in layer.columns if c.name in simulation.table]
    table = simulation.table.loc[plan.villages.index, names].to_numpy().tolist()
    swaps = plan.ranking.swaps[plan.ranking.swaps["smallest"]]
    titles = {c.name: Label(c.name, c.vi, c.en) for c in plan.ranking.criteria}
    lines = [_swap_line(record, plan, titles) for record in swaps.to_dict("records") if record["direction"] == "above"]
    return Sheet(
        spoken("book.certainty"),
        [
            *village_columns(HEADS),
            *(_column(layer, name, 11, "share" if name.startswith("p_top") else "centre") for name in names),
            TableColumn(spoken("book.why_this_rank"), 95),
        ],
        [[*head, *values, text] for head, values, text in zip(heads(plan), table, plan.villages["explanation_vi"].tolist(), strict=True)],
        [spoken("book.certainty_line", draws=simulation.draws)],
        [] if swaps.empty else [spoken("book.swaps_head"), *lines],
        frozen_columns=3,
        printed=False,
    )


def _swap_line(swap: dict[str, object], plan: Plan, titles: dict[str, Label]) -> str:
    name, other = (plan.villages.at[str(swap[key]), "name"] for key in ("village_id", "other_id"))
    facts = {"name": name, "other": other, "title": titles[str(swap["criterion"])]}
    if swap["change"] == 0:
        return spoken("book.swap_tied", **facts)
    now, then = (100 * float(str(swap[key])) for key in ("weight_now", "weight_swap"))
    return spoken("book.swap", **facts, now=now, then=then)


def _methods_sheet(plan: Plan) -> Sheet:
    methods = plan.ranking.methods
    ranks, tau = methods.ranks.loc[plan.villages.index], methods.tau
    names = [str(name) for name in ranks.columns]
    ties = [_ties_line(plan, str(village)) for village in ranks.index]
    pairs = [
        said("book.method_pair", a=METHODS[a].title, b=METHODS[b].title, tau=float(tau.at[a, b]))
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    return Sheet(
        spoken("book.methods"),
        [
            *village_columns(HEADS),
            *(_column(METHOD_RANKS, name, 15, "centre") for name in names),
            TableColumn(spoken("book.tied_with"), 40),
        ],
        [[*head, *values, tie] for head, values, tie in zip(heads(plan), ranks.to_numpy().tolist(), ties, strict=True)],
        [spoken("book.methods_line")],
        [
            *(spoken("book.method_note", title=METHODS[name].title, note=METHODS[name].note) for name in names),
            spoken("book.method_pairs", pairs=pairs),
        ],
        frozen_columns=3,
        printed=False,
    )


def _ties_line(plan: Plan, village: str) -> Cell:
    """With whom a village ties by each method; the ranks beside it follow households and id there."""
    names = plan.villages["name"].to_dict()
    by_method = plan.ranking.methods.tied_with.loc[village]
    lines = [
        spoken("book.method_ties", title=METHODS[str(m)].title, others=tied(others, names)) for m, others in by_method.items() if others
    ]
    return "\n".join(lines) or None


def _questions_sheet(plan: Plan) -> Sheet:
    names = ["asks", "question_vi", "why_vi", "rank_now", "rank_best", "rank_worst", "span"]
    widths = {"question_vi": 60, "why_vi": 60, "asks": 16}
    columns = [
        TableColumn(spoken("book.village"), 19), TableColumn(spoken("book.commune"), 14),
        *(_column(QUESTIONS, n, widths.get(n, 10), "text" if n in widths else "centre") for n in names),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for record in plan.ranking.questions.sort_values(["span", "village_id"], ascending=[False, True]).to_dict("records"):
        village = plan.villages.loc[record["village_id"]]
        values = [spoken(f"asked.{record['asks']}"), *(plain(record[n]) for n in names[1:])]
        rows.append([village["name"], plain(village["commune_name"]), *values])
    remarks = [] if rows else [spoken("book.no_questions")]
    return Sheet(spoken("book.questions"), columns, rows, [spoken("book.questions_line")], remarks, printed=False)


def _fairness_sheet(plan: Plan) -> Sheet:
    names = [c.name for c in FAIRNESS.columns]
    styles: dict[str, Style] = {
        "n": "int", "in_first_k": "int", "mean_rank": "km", "median_score": "score",
        "share_of_villages": "share", "share_in_first_k": "share", "share_of_first_k": "share", "chance": "share",
    }  # fmt: skip
    rows: list[list[Cell]] = []
    for grouping, table in plan.ranking.fairness.items():
        rows.append([spoken(f"grouping.{grouping}"), *[None] * (len(names) - 1)])
        flat = table.reset_index(names="group") if "group" not in table else table
        rows += [[_group(record["group"]), *(plain(record.get(n)) for n in names[1:])] for record in flat.to_dict("records")]
    return Sheet(
        spoken("book.fairness"), [_column(FAIRNESS, n, 26 if n == "group" else 13, styles.get(n, "text")) for n in names], rows,
        [spoken("book.fairness_line", k=plan.scenario.ranking.top_k)], filtered=False, printed=False,
    )  # fmt: skip


def _column(layer: Layer, name: str, width: float, style: Style) -> TableColumn:
    return TableColumn(layer.column(name).vi, width, style)


def _group(value: object) -> str:
    if pd.isna(value):
        return spoken("book.group_not_given")
    return word({"True": "yes", "False": "no"}.get(str(value), str(value)))
