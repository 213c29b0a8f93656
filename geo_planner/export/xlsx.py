"""``priority_list.xlsx``: the list as a planner sends it on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.exceptions import XlsxWriterException

from geo_planner import schema
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
    spoken,
    write_header,
    write_remarks,
    write_rows,
)
from geo_planner.plan import Plan
from geo_planner.words import Label, Said, said, small, word

_GROUPS = ("fund", "operator", "power_first", "undecided")
_STATUS_FILLS = {word(status): fill for status, fill in FILLS.items()}
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
_MODEL_SETTINGS = {
    "model": "book.model", "model_edition": "book.model_edition", "metric_crs": "book.metric_crs", "uses_sample_data": "book.uses_sample_data",
}  # fmt: skip


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
    _list_sheet(book, plan)
    for group in _GROUPS:
        _group_sheet(book, plan, group)
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
        raise OutputError("file_not_written.workbook", name=path.name, why=str(error)) from error


def _list_sheet(book: Book, plan: Plan) -> None:
    table = display_table(plan, LIST_COLUMNS)
    columns = _columns(LIST_COLUMNS)
    sheet, row = add_sheet(book, spoken("book.list"), columns, _key_figures(plan))
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    row = write_rows(book, sheet, row, columns, table.to_numpy().tolist(), fills=_STATUS_FILLS)
    write_remarks(book, sheet, row + 1, columns, [spoken("book.status_remark"), spoken("book.score_remark")])


def _group_sheet(book: Book, plan: Plan, group: str) -> None:
    member = [value == group for value in machine_table(plan)["responsibility"]]
    table = display_table(plan, GROUP_COLUMNS)[member]
    question = {"responsibility_reason": spoken("book.open_question")} if group == "undecided" else {}
    columns = _columns(GROUP_COLUMNS, question)
    sheet, row = add_sheet(book, spoken(f"group_sheet.{group}"), columns, [spoken(f"group_line.{group}", n=len(table))])
    row = write_header(book, sheet, row, columns, frozen_columns=4)
    row = write_rows(book, sheet, row, columns, table.to_numpy().tolist(), fills=_STATUS_FILLS)
    write_remarks(book, sheet, row + 1, columns, [spoken("book.status_remark" if len(table) else "book.nobody_in_group")])


def _contributions_sheet(book: Book, plan: Plan) -> None:
    weighed = criteria_of(plan)
    names = [c.criterion.name for c in weighed]
    # where a score is no sum, its parts are shared out and may exceed the weight
    limit = "book.part_limit" if plan.ranking.contributions_exact else "book.part_weight"
    shares = [TableColumn(spoken(limit, title=c.criterion.vi, share=c.share), 12, "score") for c in weighed]
    columns = [*_columns(("rank", "village_id", "name")), *shares, TableColumn(spoken("book.score"), 11, "score")]
    sheet, row = add_sheet(book, spoken("book.parts"), columns, [spoken("book.parts_line")])
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
        facts = {"title": criterion.vi, "low": _bound(criterion.bounds[0]), "high": _bound(criterion.bounds[1])}
        title = spoken("book.value_title_unit", **facts, unit=criterion.unit) if criterion.unit else spoken("book.value_title", **facts)
        columns.append(TableColumn(title, 12, "int" if whole else "score"))
    sheet, row = add_sheet(book, spoken("book.values"), columns, [spoken("book.values_line")])
    not_there = spoken("book.not_there")
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    heads = display_table(plan, ("rank", "village_id", "name"))
    rows: list[list[Cell]] = [
        [*head, *(value if np.isfinite(value) else not_there for value in part)]
        for head, part in zip(heads.to_numpy().tolist(), values.to_numpy(dtype=float).tolist(), strict=True)
    ]
    write_rows(book, sheet, row, columns, rows, fills={not_there: FILLS["unknown"]})


def _communes_sheet(book: Book, plan: Plan) -> None:
    names = ["code", "name", "type", "area_km2", "population", "region_class", "border", "n_villages", "n_no_signal", "covered_area_share"]
    declared = {c.name: c.vi for c in schema.COMMUNES.columns}
    columns = [
        TableColumn(declared["code"], 10, "code"), TableColumn(declared["name"], 22), TableColumn(declared["type"], 11),
        TableColumn(declared["area_km2"], 13, "km"), TableColumn(declared["population"], 12, "int"), TableColumn(declared["region_class"], 10, "centre"),
        TableColumn(declared["border"], 11, "centre"), TableColumn(spoken("book.villages_listed"), 13, "int"),
        TableColumn(spoken("book.villages_without"), 17, "int"), TableColumn(spoken("book.area_covered"), 14, "share"),
        TableColumn(spoken("book.people_covered"), 14, "share"),
    ]  # fmt: skip
    table = flat_columns(plan.communes).sort_values(["n_no_signal", "code"], ascending=[False, True])
    border = pd.Series(
        [None if value is None else word("yes" if value else "no") for value in table["border"]], dtype=object, index=table.index
    )
    not_there = spoken("book.not_there")
    population = [not_there if value is None else value for value in table["covered_population_share"]]
    rows = [[*row, share] for row, share in zip(table.assign(border=border)[names].to_numpy().tolist(), population, strict=True)]
    sheet, row = add_sheet(book, spoken("book.communes"), columns, [spoken("book.communes_line")])
    row = write_header(book, sheet, row, columns, frozen_columns=2)
    write_rows(book, sheet, row, columns, rows, fills={not_there: FILLS["unknown"]})


def _input_sheet(book: Book, plan: Plan) -> None:
    shown = {"rank", "village_id", "name", "commune_name", *(c.name for c in schema.VILLAGES.columns)}
    # What the plan added stands on other sheets; what the user's own file has beyond the schema belongs here.
    added = {c.name for layer in (schema.RESULTS, schema.COMMUNES) for c in layer.columns}
    names = [name for name in machine_table(plan).columns if name in shown or name not in added]
    columns = _columns(names)
    sheet, row = add_sheet(book, spoken("book.input"), columns, [spoken("book.input_line")])
    row = write_header(book, sheet, row, columns, frozen_columns=3)
    write_rows(book, sheet, row, columns, display_table(plan, names).to_numpy().tolist(), fills={})


def _assumptions_sheet(book: Book, plan: Plan) -> None:
    columns = [
        TableColumn(spoken("book.what"), 70),
        TableColumn(spoken("book.value"), 44, "plain"),
        TableColumn(spoken("book.kind"), 13, "centre"),
        TableColumn(spoken("book.setting_name"), 36),
    ]
    sheet, row = add_sheet(book, spoken("book.assumptions"), columns, [spoken("book.assumptions_line")])
    row = write_header(book, sheet, row, columns, frozen_columns=1)
    heading = book.format(bold=True, bg_color="#D9E2F3", border=1, border_color="#8EA9DB")
    for title, rows in _assumption_sections(plan):
        sheet.merge_range(row, 0, row, len(columns) - 1, "", heading)
        put(sheet, row, 0, title, heading)
        row = write_rows(book, sheet, row + 1, columns, rows, fills={spoken("book.kind_assumption"): FILLS["partial"]}, filtered=False)


def _assumption_sections(plan: Plan) -> list[tuple[str, list[list[Cell]]]]:
    def kind(assumed: bool) -> str:
        return spoken("book.kind_assumption" if assumed else "book.kind_setting")

    settings: list[list[Cell]] = [[s.meaning.text("vi"), _setting(s.value), kind(s.assumed), s.key] for s in settings_of(plan)]
    criteria: list[list[Cell]] = [
        [_source_line(c), _scale_line(c), kind(c.assumed), f"ranking.criteria.{c.criterion.name}"] for c in criteria_of(plan)
    ]
    model: list[list[Cell]] = [[_model_setting(key), _setting(value), spoken("book.kind_program"), key] for key, value in model_of(plan)]
    sources: list[list[Cell]] = [
        [spoken("book.source_line", file=c.file, citation=citation_words(c)), f"sha256 {c.sha256}", spoken("book.kind_source"), c.file]
        for c in sources_of(plan)
    ]
    notes: list[list[Cell]] = [[text, None, spoken("book.kind_warning"), None] for text in notes_of(plan)]
    notes = notes or [[spoken("book.no_warnings"), None, None, None]]
    return [(spoken(f"book.part_{n}"), rows) for n, rows in enumerate((settings, criteria, model, sources, notes), start=1)]


def _model_setting(key: str) -> str:
    return spoken(_MODEL_SETTINGS[key]) if key in _MODEL_SETTINGS else spoken("book.version", name=key.removeprefix("versions."))


def _source_line(weighed: WeighedCriterion) -> str:
    c = weighed.criterion
    return spoken("book.criterion_source", title=c.vi, source=c.source) if c.source else spoken("book.criterion_no_source", title=c.vi)


def _scale_line(weighed: WeighedCriterion) -> str:
    c = weighed.criterion
    low, high = (_bound(end) for end in c.bounds)
    facts = {"low": low, "high": high, "figure": _bound(weighed.figure), "share": 100 * weighed.share}
    return spoken("book.scale_unit", **facts, unit=c.unit) if c.unit else spoken("book.scale", **facts)


def _columns(names: Sequence[str], renamed: dict[str, str] | None = None) -> list[TableColumn]:
    declared = {c.name: c for layer in (schema.VILLAGES, schema.RESULTS) for c in layer.columns}
    shown = {**titles(names), **(renamed or {})}

    def style(name: str) -> Style:
        kind = declared[name].kind.name if name in declared else "text"
        by_kind: dict[str, Style] = {"int": "int", "float": "level", "choice": "centre", "yes_no": "centre"}
        return _STYLES.get(name, by_kind.get(kind, "text"))

    return [TableColumn(shown[name], _WIDTHS.get(name, 11), style(name)) for name in names]


def _key_figures(plan: Plan) -> list[str]:
    households = known_values(plan, "households")
    unknown = len(plan.villages) - len(households)
    statuses = _tally({_small(key): n for key, n in counts(plan, "modelled_status", schema.SIGNAL_STATUS).items()})
    payers = _tally({_label(key): n for key, n in counts(plan, "responsibility", schema.RESPONSIBILITY).items()})
    facts: dict[str, Any] = {"n": len(plan.villages), "households": sum(households), "statuses": statuses}
    totals = spoken("book.totals_in_doubt", **facts, unknown=unknown) if unknown else spoken("book.totals", **facts)
    return [totals, spoken("book.payers", groups=payers)]


def _label(key: str) -> Label:
    return Label(key, word(key, "vi"), word(key, "en"))


def _small(key: str) -> Label:
    """A word as it stands inside a sentence."""
    return Label(key, small(word(key, "vi")), small(word(key, "en")))


def _tally(numbers: dict[Label, int]) -> list[Said]:
    return [said("book.tally", word=each, n=n) for each, n in numbers.items() if n]


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
