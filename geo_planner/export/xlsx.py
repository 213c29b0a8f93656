"""``priority_list.xlsx``: the list as a planner sends it on."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_planner import schema
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
from geo_planner.export.measurement_sheets import measurement_sheets
from geo_planner.export.palette import STATUS_FILLS
from geo_planner.export.ranking_sheets import ranking_sheets
from geo_planner.export.tables import (
    GROUP_COLUMNS,
    LIST_COLUMNS,
    Cell,
    counts,
    display_table,
    flat_columns,
    heads,
    known_values,
    machine_table,
)
from geo_planner.export.workbook import (
    HEADS,
    Book,
    Sheet,
    Style,
    TableColumn,
    Total,
    new_workbook,
    save_workbook,
    spoken,
    village_columns,
    write_sheet,
)
from geo_planner.plan import Plan
from geo_planner.words import Label, Said, said, small, word

_GROUPS = ("fund", "operator", "power_first", "undecided")
_STATUS_WORDS = {word(status): fill for status, fill in STATUS_FILLS.items()}
_PRINTED_PARTS = 4
"""Of the assumptions: settings that are no assumption, and versions, are for the screen alone."""
_MODEL_SETTINGS = ("model", "model_edition", "metric_crs", "uses_sample_data")


def write_xlsx(plan: Plan, path: Path) -> None:
    """Write the workbook: list, a sheet per responsibility, scores, doubts, questions, communes, input, assumptions and sources.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    content = io.BytesIO()  # so that the disk sees one plain write
    workbook = new_workbook(content, title=scenario_title(plan))
    book = Book(workbook, scenario_title(plan), _place(plan), sample_note(plan))
    for sheet in _sheets(plan):
        write_sheet(book, sheet)
    save_workbook(workbook, content, path)


def build_workbook(plan: Plan, title: str) -> bytes:
    """The sheets of the build plan alone, as a workbook under a title of its own: what is tried and not (yet) a scenario."""
    content = io.BytesIO()
    workbook = new_workbook(content, title=title)
    book = Book(workbook, title, _place(plan), sample_note(plan))
    for sheet in _build_sheets(plan):
        write_sheet(book, sheet)
    workbook.close()
    return content.getvalue()


def _sheets(plan: Plan) -> Iterator[Sheet]:
    table = machine_table(plan)
    yield _list_sheet(plan, table)
    yield from (_group_sheet(plan, table, group) for group in _GROUPS)
    yield _contributions_sheet(plan)
    yield _values_sheet(plan)
    yield from ranking_sheets(plan)
    yield from measurement_sheets(plan)
    yield from _build_sheets(plan)
    yield _communes_sheet(plan)
    yield _input_sheet(plan, table)
    yield _assumptions_sheet(plan)


def _build_sheets(plan: Plan) -> Iterable[Sheet]:
    if plan.build is None:
        return ()
    from geo_planner.export.build_sheets import build_sheets  # here, so that a plan without what to build loads no solver

    return build_sheets(plan)


def _list_sheet(plan: Plan, table: pd.DataFrame) -> Sheet:
    return Sheet(
        spoken("book.list"), village_columns(LIST_COLUMNS), display_table(plan, LIST_COLUMNS, table=table).to_numpy().tolist(), _key_figures(plan),
        [spoken("book.status_remark"), spoken("book.score_remark")], frozen_columns=3, fills=_STATUS_WORDS,
        totals=_households(LIST_COLUMNS, known_values(plan, "households")), total_title=LIST_COLUMNS.index("name"),
    )  # fmt: skip


def _group_sheet(plan: Plan, table: pd.DataFrame, group: str) -> Sheet:
    table = display_table(plan, GROUP_COLUMNS, table=table[[value == group for value in table["responsibility"]]])
    known = [value for value in table["households"] if value is not None]
    question = {"responsibility_reason": spoken("book.open_question")} if group == "undecided" else {}
    return Sheet(
        spoken(f"group_sheet.{group}"), village_columns(GROUP_COLUMNS, question), table.to_numpy().tolist(),
        [spoken(f"group_line.{group}", n=len(table))], [spoken("book.status_remark" if len(table) else "book.nobody_in_group")],
        frozen_columns=4, fills=_STATUS_WORDS, totals=_households(GROUP_COLUMNS, known), total_title=GROUP_COLUMNS.index("name"),
    )  # fmt: skip


def _households(columns: Sequence[str], known: Sequence[float]) -> dict[int, Total]:
    return {columns.index("households"): Total(sum(known))}


def _contributions_sheet(plan: Plan) -> Sheet:
    weighed = criteria_of(plan)
    names = [c.criterion.name for c in weighed]
    # where a score is no sum, its parts are shared out and may exceed the weight
    limit = "book.part_limit" if plan.ranking.contributions_exact else "book.part_weight"
    shares = [TableColumn(spoken(limit, title=c.criterion.vi, share=c.share), 12, "score") for c in weighed]
    parts = plan.contributions.loc[plan.villages.index, names].to_numpy().tolist()
    return Sheet(
        spoken("book.parts"),
        [*village_columns(HEADS), *shares, TableColumn(spoken("book.score"), 11, "score")],
        [[*head, *part, score] for head, part, score in zip(heads(plan), parts, plan.villages["score"].tolist(), strict=True)],
        [spoken("book.parts_line")],
        frozen_columns=3,
        assumed=frozenset(
            (row, len(HEADS) + names.index(name))
            for row, missing in enumerate(plan.villages["missing"])
            for name in missing
            if name in names
        ),
        printed=False,
    )


def _values_sheet(plan: Plan) -> Sheet:
    criteria = plan.ranking.criteria
    values = plan.criteria_values.loc[plan.villages.index, [c.name for c in criteria]]
    columns = village_columns(HEADS)
    for criterion in criteria:
        known = values[criterion.name].dropna().to_numpy(dtype=float)
        whole = bool(np.all(known == np.round(known)))
        facts = {"title": criterion.vi, "low": _bound(criterion.bounds[0]), "high": _bound(criterion.bounds[1])}
        title = spoken("book.value_title_unit", **facts, unit=criterion.unit) if criterion.unit else spoken("book.value_title", **facts)
        columns.append(TableColumn(title, 12, "int" if whole else "score"))
    not_there = spoken("book.not_there")
    rows = [
        [*head, *(value if np.isfinite(value) else not_there for value in part)]
        for head, part in zip(heads(plan), values.to_numpy(dtype=float).tolist(), strict=True)
    ]
    return Sheet(
        spoken("book.values"), columns, rows, [spoken("book.values_line")], frozen_columns=3, fills={not_there: STATUS_FILLS["unknown"]},
        printed=False,
    )  # fmt: skip


def _communes_sheet(plan: Plan) -> Sheet:
    declared: dict[str, tuple[float, Style]] = {
        "code": (10, "code"), "name": (22, "text"), "type": (11, "text"), "area_km2": (13, "km"), "population": (12, "int"),
        "region_class": (10, "centre"), "border": (11, "centre"),
    }  # fmt: skip
    counted: dict[str, tuple[str, float, Style]] = {
        "n_villages": ("book.villages_listed", 13, "int"), "n_no_signal": ("book.villages_without", 17, "int"),
        "covered_area_share": ("book.area_covered", 14, "share"), "covered_population_share": ("book.people_covered", 14, "share"),
    }  # fmt: skip
    not_there = spoken("book.not_there")
    table = flat_columns(plan.communes).sort_values(["n_no_signal", "code"], ascending=[False, True])
    border = [None if value is None else word("yes" if value else "no") for value in table["border"]]
    people = [not_there if value is None else value for value in table["covered_population_share"]]
    for name, cells in (("border", border), ("covered_population_share", people)):
        table[name] = pd.Series(cells, index=table.index, dtype=object)
    return Sheet(
        spoken("book.communes"),
        [
            *(TableColumn(schema.COMMUNES.column(name).vi, width, style) for name, (width, style) in declared.items()),
            *(TableColumn(spoken(key), width, style) for key, width, style in counted.values()),
        ],
        table[[*declared, *counted]].to_numpy().tolist(),
        [spoken("book.communes_line")],
        frozen_columns=2,
        fills={not_there: STATUS_FILLS["unknown"]},
        printed=False,
    )


def _input_sheet(plan: Plan, table: pd.DataFrame) -> Sheet:
    shown = {*HEADS, "commune_name", *(c.name for c in schema.VILLAGES.columns)}
    # What the plan added stands on other sheets; what the user's own file has beyond the schema belongs here.
    added = {c.name for layer in (schema.RESULTS, schema.COMMUNES) for c in layer.columns}
    names = [name for name in table.columns if name in shown or name not in added]
    rows = display_table(plan, names, table=table).to_numpy().tolist()
    return Sheet(spoken("book.input"), village_columns(names), rows, [spoken("book.input_line")], frozen_columns=3, printed=False)


def _assumptions_sheet(plan: Plan) -> Sheet:
    columns = [
        TableColumn(spoken("book.what"), 66), TableColumn(spoken("book.value"), 36, "plain"), TableColumn(spoken("book.kind"), 12, "centre"),
        TableColumn(spoken("book.setting_name"), 34),
    ]  # fmt: skip
    parts = [[spoken(f"book.part_{n}"), *part] for n, part in enumerate(_assumption_parts(plan), start=1)]
    fills = {spoken("book.kind_assumption"): STATUS_FILLS["partial"]}
    return Sheet(
        spoken("book.assumptions"), columns, [row for part in parts for row in part], [spoken("book.assumptions_line")], fills=fills,
        filtered=False, upright=True, printed_rows=sum(map(len, parts[:_PRINTED_PARTS])),
    )  # fmt: skip


def _assumption_parts(plan: Plan) -> list[list[list[Cell]]]:
    """Assumptions, criteria, sources and warnings; then the other settings, the model and the program. Each as rows."""

    def kind(assumed: bool) -> str:
        return spoken("book.kind_assumption" if assumed else "book.kind_setting")

    def settings(*, assumed: bool) -> list[list[Cell]]:
        return [[s.meaning.text("vi"), _setting(s.value), kind(assumed), s.key] for s in settings_of(plan) if s.assumed is assumed]

    return [
        settings(assumed=True),
        [[_source_line(c), _scale_line(c), kind(c.assumed), f"ranking.criteria.{c.criterion.name}"] for c in criteria_of(plan)],
        [
            [spoken("book.source_line", file=c.file, citation=citation_words(c)), f"sha256 {c.sha256}", spoken("book.kind_source"), c.file]
            for c in sources_of(plan)
        ],
        [[text, None, spoken("book.kind_warning"), None] for text in notes_of(plan)] or [[spoken("book.no_warnings"), None, None, None]],
        settings(assumed=False),
        [[_model_setting(key), _setting(value), spoken("book.kind_program"), key] for key, value in model_of(plan)],
    ]


def _model_setting(key: str) -> str:
    return spoken(f"book.{key}") if key in _MODEL_SETTINGS else spoken("book.version", name=key.removeprefix("versions."))


def _source_line(weighed: WeighedCriterion) -> str:
    c = weighed.criterion
    return spoken("book.criterion_source", title=c.vi, source=c.source) if c.source else spoken("book.criterion_no_source", title=c.vi)


def _scale_line(weighed: WeighedCriterion) -> str:
    c = weighed.criterion
    low, high = (_bound(end) for end in c.bounds)
    facts = {"low": low, "high": high, "figure": _bound(weighed.figure), "share": 100 * weighed.share}
    return spoken("book.scale_unit", **facts, unit=c.unit) if c.unit else spoken("book.scale", **facts)


def _key_figures(plan: Plan) -> list[str]:
    households = known_values(plan, "households")
    unknown = len(plan.villages) - len(households)
    facts: dict[str, Any] = {
        "n": len(plan.villages),
        "households": sum(households),
        "statuses": _tally(counts(plan, "modelled_status", schema.SIGNAL_STATUS), inside=True),
    }
    totals = spoken("book.totals_in_doubt", **facts, unknown=unknown) if unknown else spoken("book.totals", **facts)
    return [totals, spoken("book.payers", groups=_tally(counts(plan, "responsibility", schema.RESPONSIBILITY)))]


def _tally(numbers: dict[str, int], *, inside: bool = False) -> list[Said]:
    """How many of each word; `inside` a sentence it begins with a small letter."""
    shown = small if inside else str
    return [said("book.tally", word=Label(key, shown(word(key, "vi")), shown(word(key, "en"))), n=n) for key, n in numbers.items() if n]


def _place(plan: Plan) -> str:
    service = plan.scenario.service
    return spoken(
        "book.place", province=plan.scenario.province.name, scenario=plan.scenario.name,
        technology=service.technology, threshold=service.rsrp_threshold_dbm, share=service.min_probability,
    )  # fmt: skip


def _bound(value: float) -> Said:
    return said("bound.whole" if float(value).is_integer() else "bound.hundredths", value=value)


def _setting(value: Cell) -> Cell:
    if value is None or value == "":
        return spoken("book.left_blank")
    return word("yes" if value else "no") if isinstance(value, bool) else word(value) if isinstance(value, str) else value
