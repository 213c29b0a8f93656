"""Sheets that were sent out with questions and come back with answers: known by their sign, read cell by cell, told by row.

A sheet goes to a commune or to an operator (:mod:`geo_planner.documents.letters`). Its sign stands in a cell above the table; a column to fill in
ends with its name in brackets. A blank cell is no answer and leaves the list as it is. All answers of a sheet go in, or none of them, with the
sheet as their source (:mod:`geo_planner.study_area.answers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import Fault, InputError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.imports.cells.moments import as_date
from geo_planner.imports.cells.row_values import fill_values
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.draft import Draft, Options
from geo_planner.imports.grid import Cell, Grid, HeaderPlace, RawTable, as_text, called, is_blank
from geo_planner.imports.opening import InputFile, opened
from geo_planner.imports.places.gazetteer import Gazetteer, load_gazetteer, split_kind, unused_target
from geo_planner.imports.reading import read_grids
from geo_planner.imports.report import ImportReport, report_of
from geo_planner.letters import fold, plain_figures
from geo_planner.schema import VILLAGES, Column
from geo_planner.schema.kinds import Number, Worded
from geo_planner.study_area.answers import ANSWERABLE, Answered, check_answers, title_of, value_word
from geo_planner.study_area.tables import read_csv
from geo_planner.words import LANGUAGES, Said, said, word
from geo_planner.words.figures import small

_SIGN = "geo-planner:answers:1"
_SIGNED = re.compile(re.escape(_SIGN) + r":(commune|operator):(.{1,200})")
_NAMED = re.compile(r"\[([^\[\]]+)\]\s*$")
_ABOVE = 25
"""In so many rows from the top the sign and the titles stand."""
_MOST_BYTES = 2_000_000
"""A sheet of one commune or operator is far smaller; a larger file is a list."""
_MOST_TOLD = 200
DAY, DOCUMENT = "answered_on", "document"
"""Fields above the table: the day of the answers, and the document that they came with."""
_OF_THE_ROW = ("village_id", "name")


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """A sheet as it came back; rows and columns counted from 0.

    Attributes
    ----------
    kind : {"commune", "operator"}
    code : str
        Code of the commune, name of the operator.
    head : int or None
        Row of the titles; None where it is gone.
    columns : dict of int to str
        Column of the list below each title that ends with one.
    fields : dict of str to (int, cell)
        What stands beside each label above the table, with its row.
    """

    grid: Grid
    kind: str
    code: str
    head: int | None
    columns: dict[int, str]
    fields: dict[str, tuple[int, Cell]]


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    """What a sheet says: the report, and the answers as :func:`geo_planner.study_area.answers.answer` takes them."""

    report: ImportReport
    answers: pd.DataFrame


def sign_of(kind: str, code: str) -> str:
    """The sign of a sheet.

    >>> sign_of("commune", "03463")
    'geo-planner:answers:1:commune:03463'
    """
    return f"{_SIGN}:{kind}:{code}"


def title_over(title: str, column: str) -> str:
    """What stands over a column, or before a field, to fill in.

    >>> title_over("Điện lưới", "grid_power")
    'Điện lưới [grid_power]'
    """
    return f"{title} [{column}]"


def words_to_choose(column: Column, language: str) -> dict[str, str]:
    """What may be chosen for a column of words, by what is written into the cell; empty for another kind."""
    if not isinstance(column.kind, Worded):
        return {}
    return {word(each, language, of=column.name): each for each in column.kind.words if each != "unknown"}  # type: ignore[arg-type]


def read_answers(file: Path, study_area: Path, options: Options, name: str | None = None) -> ReadAnswers | None:
    """What a sheet of answers says, checked to its last cell, with nothing written; None where the file is no such sheet.

    Raises
    ------
    UsageError
        When there is no such file, or the study area is the program's own.
    """
    if not file.is_file() or file.is_symlink() or file.stat().st_size > min(_MOST_BYTES, options.max_bytes):
        return None
    try:
        with opened(file, max_bytes=options.max_bytes, name=name) as source:
            sheets = _signed(source, options)
            if not sheets:
                return None
            draft = replace(Draft(VILLAGES, source.name), facts={"source": source.name, "source_sha256": sha256_of(source.path)})
    except InputError:
        return None  # what is wrong with the file is told when it is read as a list
    try:
        return _read(sheets, draft, study_area, options)
    except InputError as error:
        return ReadAnswers(_told(draft.with_(general=error.faults)), pd.DataFrame())


def signed_sheet(source: InputFile, options: Options) -> AnswerSheet | None:
    """The first sheet of a file that bears the sign; None where there is none."""
    if source.path.stat().st_size > _MOST_BYTES:
        return None
    try:
        return next(iter(_signed(source, options)), None)
    except InputError:
        return None


def _signed(source: InputFile, options: Options) -> list[AnswerSheet]:
    if source.family == "vector":
        return []
    grids = read_grids(source, max_bytes=options.max_bytes, max_rows=options.max_rows)
    named = grids if options.sheet is None else called(grids, options.sheet)
    return [sheet for grid in named if (sheet := _sheet(grid)) is not None]


def _sheet(grid: Grid) -> AnswerSheet | None:
    top = grid.rows[:_ABOVE]
    found = next((hit for row in top for cell in row if isinstance(cell, str) and (hit := _SIGNED.search(cell))), None)
    if found is None:
        return None
    head, columns, fields = None, dict[int, str](), dict[str, tuple[int, Cell]]()
    for at, row in enumerate(top):
        names = {i: hit[1].strip() for i, cell in enumerate(row) if isinstance(cell, str) and (hit := _NAMED.search(cell))}
        for i, name in names.items():
            if name in (DAY, DOCUMENT):
                fields[name] = at, next((cell for cell in row[i + 1 :] if not is_blank(cell)), None)
        if head is None and "village_id" in names.values():
            head, columns = at, names
    return AnswerSheet(grid, found[1], found[2].strip(), head, columns, fields)


def _read(sheets: list[AnswerSheet], draft: Draft, study_area: Path, options: Options) -> ReadAnswers:
    """The answers of the one sheet, with every fault of them."""
    file = draft.file
    general = []
    if options.crs or options.column_map or options.source_layer or options.mode != "auto" or options.accept_valid:
        general.append(fault(file, "answers_sheet.options"))
    if len(sheets) > 1:
        general.append(fault(file, "answers_sheet.several", sheets=tuple(sheet.grid.name for sheet in sheets)))
    sheet = sheets[0]
    if sheet.head is None or not set(_OF_THE_ROW) <= set(sheet.columns.values()):
        general.append(fault(file, "answers_sheet.no_table"))
    if general:
        raise InputError(general)
    gazetteer, listed = load_gazetteer(study_area), _listed(study_area)
    draft = draft.with_(general=unused_target(gazetteer, VILLAGES.name, VILLAGES.path))
    draft, draft_columns = _with_cells(draft, sheet, listed)
    day, draft = _day(draft, sheet)
    from_whom = _from_whom(draft, sheet, gazetteer)
    answered = [name for name in draft_columns if name not in _OF_THE_ROW]
    unfit = [*_of_rows(draft, sheet, listed, answered)]
    draft = draft.with_(faults=unfit)
    rows = draft.rows[(draft.rows[answered] != "").any(axis=1)] if answered else draft.rows.iloc[:0]
    if rows.empty and not draft.bad_rows():
        raise InputError([*draft.general, fault(file, "answers_sheet.empty")])
    source = _source(sheet, from_whom, file).text("vi")
    given = [(row, name) for row in rows.index for name in answered if rows.at[row, name] != ""]
    answers = pd.DataFrame(
        {
            "village_id": [rows.at[row, "village_id"] for row, _ in given], "column": [name for _, name in given],
            "value": [rows.at[row, name] for row, name in given], "source": source, "answered_on": day,
        }
    )  # fmt: skip
    draft = replace(draft, rows=rows).with_(
        statements=[said("answers_sheet.read", sender=from_whom, n=len(given), villages=len(rows), day=day)]
    )
    # a cell that could not be read, or of a row that is not the sheet's own, does not hide what is wrong with the others
    sound = [(row, name) not in draft.told and row not in {found.row for found in unfit} for row, name in given]
    draft, done = _checked(
        draft, study_area, answers[sound], [cell for cell, is_sound in zip(given, sound, strict=True) if is_sound], listed
    )
    return ReadAnswers(_told(draft, done), answers)


def _checked(
    draft: Draft, study_area: Path, answers: pd.DataFrame, given: list[tuple[int, str]], listed: pd.DataFrame
) -> tuple[Draft, Answered | None]:
    """What the list says to the answers; None where there is a fault."""
    if answers.empty:
        return draft, None
    try:
        done = check_answers(study_area, answers)
    except InputError as error:
        return draft.with_(faults=_at_their_cells(error.faults, draft, given, listed)), None
    if draft.bad_rows() or draft.stopped():
        return draft, None
    return draft.with_(faults=_at_their_cells(done.warnings, draft, given, listed), statements=_lines(done)), done


def _told(draft: Draft, done: Answered | None = None) -> ImportReport:
    """The report of a sheet; what it leaves open is no question of its own."""
    in_order = sorted(draft.faults, key=lambda found: found.row or 0)
    report = replace(report_of(replace(draft, faults=in_order)), questions=())
    if done is None:
        return report
    of_rows = {"added": 0, "updated": int(done.rows["village_id"].nunique()), "removed": 0}
    counts = {
        "rows": len(draft.rows if draft.table is None else draft.table.frame),
        "accepted": len(report.accepted),
        **{n: report.counts[n] for n in ("corrected", "rejected")},
        **of_rows,
    }
    return replace(report, exit_status=0, counts=counts)


def _with_cells(draft: Draft, sheet: AnswerSheet, listed: pd.DataFrame) -> tuple[Draft, list[str]]:
    """The rows of the sheet in the words of the schema, and the columns that they have."""
    head, file = sheet.head or 0, draft.file
    declared = dict[str, Column]()
    unfit = []
    for name in dict.fromkeys(sheet.columns.values()):
        column = VILLAGES.column(name) if name in _OF_THE_ROW else _answerable(name, listed)
        if column is None:
            unfit.append(fault(file, "answers_sheet.unknown_column", value=name[:80]))
        else:
            declared[name] = column
    if len(set(sheet.columns.values())) < len(sheet.columns):
        unfit.append(fault(file, "answers_sheet.column_twice"))
    if unfit:
        raise InputError(unfit)
    at = {name: i for i, name in sheet.columns.items()}
    numbers, cells = list[int](), list[list[Cell]]()
    for r, row in enumerate(sheet.grid.rows[head + 1 :], head + 1):
        own = [_stable(row[i] if i < len(row) else None, declared[name]) for name, i in at.items()]
        if any(not is_blank(cell) for cell in own) or any((r, i) in sheet.grid.uncached for i in at.values()):
            numbers.append(r + 1)
            cells.append(own)
    titles = {name: str(_NAMED.sub("", str(sheet.grid.rows[head][i]))).strip() for name, i in at.items()}
    frame = pd.DataFrame(cells, columns=list(at), index=pd.Index(numbers, name="row"), dtype=object)
    table = RawTable(frame, titles, statements=sheet.grid.statements)
    titles_row = tuple(_NAMED.sub("", as_text(cell)).strip() for cell in sheet.grid.rows[head])
    draft = replace(draft, table=table, header=HeaderPlace(sheet.grid.name, head, head, titles_row)).with_(
        rows=pd.DataFrame(index=frame.index)
    )
    draft = draft.with_(
        faults=[
            fault(file, "uncached_formula.cell", row=r + 1, column=titles[sheet.columns[i]])
            for r, i in sorted(sheet.grid.uncached)
            if r > head and i in sheet.columns
        ]
    )
    return fill_values(draft, table, replace(VILLAGES, columns=tuple(declared.values())), file), list(at)


def _answerable(name: str, listed: pd.DataFrame) -> Column | None:
    """What may be answered: as :mod:`geo_planner.study_area.answers`, a declared column or a figure of the list's own."""
    if name in ANSWERABLE or VILLAGES.has(name) or name not in listed:
        return ANSWERABLE.get(name)
    return Column(name, Number(), name, name)


def _stable(cell: Cell, column: Column) -> Cell:
    """A word that was chosen from the list of the cell, in either language, as the schema's word."""
    if not isinstance(cell, str) or not isinstance(column.kind, Worded):
        return cell
    known = {fold(shown): stable for language in LANGUAGES for shown, stable in words_to_choose(column, language).items()}
    return known.get(fold(cell), cell)


def _listed(root: Path) -> pd.DataFrame:
    raw, faults = read_csv(root / VILLAGES.path, VILLAGES.path)
    if faults:
        raise InputError(faults)
    return raw.fillna("").reindex(columns=list(dict.fromkeys([*_OF_THE_ROW, "commune_code", "commitment_operator", *raw])), fill_value="")


def _day(draft: Draft, sheet: AnswerSheet) -> tuple[str, Draft]:
    """The day that the sheet names; that of the import where it names none, which is told."""
    today = date.today().isoformat()  # noqa: DTZ011 - an answer is of a calendar day
    at, cell = sheet.fields.get(DAY, (0, None))
    if is_blank(cell):
        return today, draft.with_(statements=[said("answers_sheet.no_day", day=today)])
    text, _, wrong = as_date(cell, plain_figures(as_text(cell).strip()))
    title = said("answers_sheet.day_title").text("vi")
    if wrong is not None or not text:
        found = fault(draft.file, "answers_sheet.wrong_day", row=at + 1, column=title, value=as_text(cell)[:80])
        return today, draft.with_(faults=[found])
    if text > today:
        return today, draft.with_(faults=[fault(draft.file, "answers.after_today", row=at + 1, column=title, value=text, today=today)])
    return text, draft


def _from_whom(draft: Draft, sheet: AnswerSheet, gazetteer: Gazetteer) -> Said:
    """Who was asked."""
    if sheet.kind == "operator":
        return said("answers_sheet.operator", name=sheet.code)
    if sheet.code not in gazetteer.communes.index:
        raise InputError([*draft.general, fault(draft.file, "answers_sheet.other_area", value=sheet.code[:80])])
    name, kind = (gazetteer.communes.at[sheet.code, column] for column in ("name", "type"))
    title = str(name) if pd.isna(kind) or split_kind(str(name))[0] else f"{kind} {name}"
    return said("answers_sheet.commune", name=small(title), code=sheet.code)


def _source(sheet: AnswerSheet, from_whom: Said, file: str) -> Said:
    document = clean_texts(pd.Series([sheet.fields.get(DOCUMENT, (0, None))[1]], dtype=object))[0].iloc[0][:300]
    return said("answers_sheet.source_document", sender=from_whom, document=document, file=file) if document else said(
        "answers_sheet.source", sender=from_whom, file=file
    )  # fmt: skip


def _of_rows(draft: Draft, sheet: AnswerSheet, listed: pd.DataFrame, answered: list[str]) -> Iterable[Fault]:
    """Rows that are not of the list, not of this sheet, or that say what its sender cannot."""
    by_id = {str(row["village_id"]).strip(): row for row in listed.to_dict("records")}
    seen = dict[str, int]()
    titles = draft.titles

    def wrong(row: int, key: str, column: str, value: str, **facts: Any) -> Fault:
        return fault(draft.file, f"answers_sheet.{key}", row=row, column=titles.get(column, column), value=value[:80] or None, **facts)

    for at, cells in draft.rows.iterrows():
        row, ident = int(str(at)), str(cells["village_id"])
        if not any(cells[name] for name in answered):
            continue  # notes and signatures below the table, and rows that nobody answered
        known = by_id.get(ident)
        if not ident:
            yield wrong(row, "no_id", "village_id", "")
        elif known is None:
            yield wrong(row, "other_village", "village_id", ident)
        elif fold(str(cells["name"])) != fold(str(known["name"])):
            yield wrong(row, "other_name", "name", str(cells["name"]), listed=str(known["name"])[:80])
        elif ident in seen:
            yield wrong(row, "twice", "village_id", ident, first=seen[ident])
        elif sheet.kind == "commune" and str(known["commune_code"]).strip() != sheet.code:
            yield wrong(row, "other_commune", "village_id", ident, code=sheet.code)
        elif sheet.kind == "operator":
            yield from _of_commitment(row, cells, known, sheet.code, wrong)
        seen.setdefault(ident, row)


def _of_commitment(row: int, cells: pd.Series, known: Mapping[str, str], operator: str, wrong: Any) -> Iterable[Fault]:
    """An operator speaks of its own commitments only."""
    named = str(cells.get("commitment_operator", ""))
    if named and fold(named) != fold(operator):
        yield wrong(row, "other_operator", "commitment_operator", named, operator=operator)
    promised = str(cells.get("commitment_stage", "")) not in ("", "none") or bool(cells.get("commitment_quarter", ""))
    if promised and not named and fold(str(known["commitment_operator"])) != fold(operator):
        yield wrong(row, "whose_commitment", "commitment_operator", "", operator=operator)


def _at_their_cells(faults: Iterable[Fault], draft: Draft, given: list[tuple[int, str]], listed: pd.DataFrame) -> list[Fault]:
    """What is said of answers by their number, or of rows of the list, said of the rows of the sheet."""
    row_of = {str(ident).strip(): row for row, ident in draft.rows["village_id"].items()}
    found = []
    for each in faults:
        row, column = each.row, draft.titles.get(each.column or "", each.column)
        if row is not None and each.file == VILLAGES.path:
            row = row_of.get(str(listed["village_id"].get(row, "")).strip())
        elif row is not None and 1 <= row <= len(given):
            row, name = given[row - 1]
            column = draft.titles.get(name, name)
        found.append(replace(each, file=draft.file, row=None if row is None else int(row), column=column))
    return found


def _lines(done: Answered) -> list[Said]:
    """Each answer with what stood there before, and what contradicts."""
    told = []
    for each in done.rows.head(_MOST_TOLD).to_dict("records"):
        was = value_word(each["former"], each["column"]) if each["former"] else said("answers.not_known")
        told.append(
            said(
                "answers.written", village=each["village_id"], title=title_of(each["column"]), value=value_word(each["value"], each["column"]),
                former=was, source=each["source"], day=each["answered_on"],
            )
        )  # fmt: skip
    return [*told, *done.contradictions]
