"""Answers to questions about villages: into the list's own columns, and into a record of who said what, when, and what stood there before.

The list (``villages/villages.csv``) takes the values, so that everything that reads it follows. The record (``villages/answers.csv``) only
grows: one row an answer, with the former value, the source and the day. Both are replaced in one step, under the lock, and the former list is
kept as a dated copy (:mod:`.former`). An answer is refused as an import would refuse it; nothing is written then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from geo_planner.errors import Fault, InputError, OutputError, UsageError, fault, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.files.folders import refuse_link
from geo_planner.files.lock import locked
from geo_planner.files.manifest import MANIFEST, read_manifest
from geo_planner.files.staged import COMMIT_FILE, STAGING_PREFIX, finish_interrupted, install, staging
from geo_planner.preferences.settings import Travel
from geo_planner.schema import ANSWERS, VILLAGES, Column, Layer
from geo_planner.schema.kinds import CommuneCode, Coordinate, Id, Number
from geo_planner.study_area.checks import ReadLayer, household_figures, in_standard_words
from geo_planner.study_area.former import FORMER, forget_copy, keep_copy, settle_copies
from geo_planner.study_area.tables import ROW, read_csv, typed_table
from geo_planner.words import LANGUAGES, Label, Said, said, word
from geo_planner.words.figures import small

_OF_THE_ROW = ("name", "is_sample", "source", "status_date", "position_quality")
"""What a row is and where it comes from: an import changes that."""
ANSWERABLE = {
    column.name: column
    for column in VILLAGES.columns
    if not isinstance(column.kind, (Id, CommuneCode, Coordinate)) and column.name not in _OF_THE_ROW
}
"""Columns of the list that an answer may fill, by name."""
_LONGEST_SOURCE = 2_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What was written.

    Attributes
    ----------
    rows : DataFrame
        The new rows of the record, as text: columns of ``schema.ANSWERS``.
    contradictions : tuple of Said
        Answers that say another thing than the list or the measurements did. They are written all the same, and told.
    warnings : tuple of Fault
        What is doubtful in the villages concerned since then.
    copy : str
        The name of the dated copy of the former list; empty where no value has changed.
    """

    rows: pd.DataFrame
    contradictions: tuple[Said, ...]
    warnings: tuple[Fault, ...]
    copy: str


def answer(root: Path, answers: pd.DataFrame, *, measured_status: pd.Series | None = None, list_file: str = VILLAGES.path) -> Answered:
    """Write answers into the list of a study area and into the record of answers: all of them or none.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    answers : DataFrame
        Text: ``village_id``, ``column`` (of the list), ``value`` (as a machine file has it), ``source`` (who said it, which document),
        ``answered_on`` (``2026-11-27``).
    measured_status : Series, optional
        Index ``village_id``: what measurements say, for answers that contradict them.
    list_file : str
        The list that the scenario reads, relative to `root`.

    Raises
    ------
    UsageError
        When there is no such folder, or it is the program's own, or the scenario reads another list.
    InputError
        With every fault of every answer; rows are numbered from 1 in the order given.
    OutputError
        When it cannot be written. Nothing has changed then.
    """
    _usable(root, list_file)
    finish_interrupted(root)
    with locked(root):
        listed, changed, record, done = _worked_out(root, answers, measured_status)
        copy = _written(root, changed, pd.concat([record, done.rows]), done.rows, changes=not changed.equals(listed))
    return replace(done, rows=done.rows.reset_index(drop=True), copy=copy)


def check_answers(
    root: Path, answers: pd.DataFrame, *, measured_status: pd.Series | None = None, list_file: str = VILLAGES.path
) -> Answered:
    """What :func:`answer` would write and say as the list is now, with nothing written anywhere; parameters and errors as there."""
    _usable(root, list_file)
    *_, done = _worked_out(root, answers, measured_status)
    return replace(done, rows=done.rows.reset_index(drop=True))


def _usable(root: Path, list_file: str) -> None:
    if not root.is_dir():
        raise UsageError("import_no_folder", root=root)
    if comes_with_the_program(root):
        raise UsageError("bundled_area.kept")
    if list_file != VILLAGES.path:
        raise UsageError("answers.other_list", file=list_file, usual=VILLAGES.path)


def _worked_out(
    root: Path, answers: pd.DataFrame, measured_status: pd.Series | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Answered]:
    """The list as it is and as it will be, the record as it is, and what is to be told; nothing is written."""
    for name in (VILLAGES.path, ANSWERS.path, MANIFEST, FORMER):
        refuse_link(root, name)
    listed, record = _rows_of(root, VILLAGES), _rows_of(root, ANSWERS)
    asked, faults = _checked(answers, listed)
    if faults:
        raise InputError(faults)
    changed, rows = _filled(listed, record, asked)
    warnings = _still_sound(listed, changed, rows)
    told = (*_contradictions(rows, listed, record), *_against_measured(rows, listed, measured_status))
    return listed, changed, record, Answered(rows, told, warnings, "")


def standing(study_area_answers: pd.DataFrame | None, villages: pd.DataFrame) -> pd.DataFrame:
    """The latest answer to each thing that was asked, and whether the list still says so.

    Parameters
    ----------
    study_area_answers : DataFrame or None
        The layer as it is loaded.
    villages : DataFrame
        Index ``village_id``.

    Returns
    -------
    DataFrame
        Columns of ``schema.ANSWERS``, ``listed`` (what the list says now, as text; NA for blank) and ``stands``; in the order of the record.
    """
    columns = [*(column.name for column in ANSWERS.columns), "listed", "stands"]
    if study_area_answers is None or study_area_answers.empty:
        return pd.DataFrame(columns=columns)
    latest = study_area_answers.drop_duplicates(["village_id", "column"], keep="last")
    latest = latest[latest["village_id"].isin(villages.index) & latest["column"].isin(list(villages.columns))]
    now = [as_text(villages.at[village, column]) for village, column in zip(latest["village_id"], latest["column"], strict=True)]
    latest = latest.assign(listed=pd.array([text or pd.NA for text in now], dtype="string"))
    said_then = [as_text(_typed_value(value, column, villages)) for value, column in zip(latest["value"], latest["column"], strict=True)]
    return latest.assign(stands=[then == text for then, text in zip(said_then, now, strict=True)])[columns]


def as_text(value: object) -> str:
    """A value of the list as a machine file has it; empty for a blank."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _typed_value(text: str, column: str, villages: pd.DataFrame) -> object:
    declared = ANSWERABLE.get(column)
    if declared is None:
        return text if villages[column].dtype == "string" else pd.to_numeric(text, errors="coerce")
    return _typed_values(pd.Series([text], dtype="string"), declared, "")[0].iloc[0]


def _rows_of(root: Path, layer: Layer) -> pd.DataFrame:
    """A layer as text, blanks empty; without rows where the record has none yet."""
    path = root / layer.path
    if not path.is_file() and layer is ANSWERS:
        return pd.DataFrame(columns=[column.name for column in layer.columns], dtype="string")
    raw, faults = read_csv(path, layer.path)
    if faults:
        raise InputError(faults)
    missing = [name for name in (layer.key if layer is VILLAGES else [c.name for c in layer.columns]) if name not in raw]
    if missing:
        raise InputError(typed_table(raw, layer, layer.path)[1])
    return raw.fillna("")


def _typed_values(values: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Fault]]:
    """Values of one column as their kind, with what is wrong; a blank is no answer."""
    needed = replace(column, required=True, may_be_blank=False)
    rows = pd.DataFrame({column.name: values}).rename_axis(ROW)
    table, faults = typed_table(rows, Layer(VILLAGES.name, (needed,), key=()), file)
    return table[column.name], faults


def _checked(answers: pd.DataFrame, listed: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """The answers as text, and every fault of them."""
    file = ANSWERS.path
    given = [column for column in ANSWERS.columns if column.name not in ("answer_id", "former")]
    asked = answers.reindex(columns=[column.name for column in given]).astype("string").fillna("")
    asked = asked.apply(lambda cells: cells.str.normalize("NFC").str.strip()).set_axis(pd.RangeIndex(1, len(asked) + 1, name=ROW))
    _, faults = typed_table(asked, Layer(ANSWERS.name, tuple(given), key=()), file)
    found = [each for each in faults if each.level == "fault"]
    found += [
        fault(file, "answers.no_such_village", row=int(row), column="village_id", value=str(village)[:80])
        for row, village in asked["village_id"].items()
        if village and village not in set(listed["village_id"])
    ]
    today = date.today().isoformat()  # noqa: DTZ011 - an answer is of a calendar day
    found += [
        fault(file, "answers.after_today", row=int(row), column="answered_on", value=str(day), today=today)
        for row, day in asked["answered_on"].items()
        if day > today
    ]
    found += [
        fault(file, "answers.long_source", row=int(row), column="source", value=str(text)[:80], most=_LONGEST_SOURCE)
        for row, text in asked["source"].items()
        if len(text) > _LONGEST_SOURCE
    ]
    for name, rows in asked[asked["column"] != ""].groupby("column", sort=False):
        column = _column(str(name), listed)
        if column is None:
            found += [
                fault(file, "answers.no_such_column", row=int(row), column="column", value=str(name)[:80], known=tuple(ANSWERABLE))
                for row in rows.index
            ]
        else:
            _, wrong = _typed_values(rows.loc[rows["value"] != "", "value"], column, file) if (rows["value"] != "").any() else (None, [])
            found += [each for each in wrong if each.level == "fault"]
    twice = asked.duplicated(["village_id", "column"]) & (asked["village_id"] != "")
    found += [
        fault(file, "answers.twice", row=int(row), column=str(asked.at[row, "column"])[:80], value=str(asked.at[row, "village_id"])[:80])
        for row in asked.index[twice]
    ]
    return asked, found


def _column(name: str, listed: pd.DataFrame) -> Column | None:
    """What may be answered: a declared column, or a figure of the user's own that the list has."""
    if name in ANSWERABLE:
        return ANSWERABLE[name]
    declared = {column.name for column in VILLAGES.columns}
    return Column(name, Number(), name, name) if name in listed and name not in declared else None


def _filled(listed: pd.DataFrame, record: pd.DataFrame, asked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The list with the answers in it, and the new rows of the record; a declared status is dated by its answer."""
    dates = asked[asked["column"] == "declared_status"].assign(column="status_date", value=lambda rows: rows["answered_on"])
    rows = pd.concat([asked, dates], ignore_index=True)
    changed = listed.reindex(columns=[*listed, *(name for name in rows["column"].unique() if name not in listed)], fill_value="")
    at = pd.Series(listed.index, index=listed["village_id"].str.normalize("NFC").str.strip())
    former = []
    for village, column, value in rows[["village_id", "column", "value"]].itertuples(index=False, name=None):
        former.append(str(changed.at[at[village], column]).strip())
        changed.at[at[village], column] = value
    last = max((int(text[1:]) for text in record["answer_id"] if text[:1] == "A" and text[1:].isdecimal()), default=0)
    rows = rows.assign(former=former, answer_id=[f"A{last + n:05d}" for n in range(1, len(rows) + 1)])
    return changed, rows[[column.name for column in ANSWERS.columns]].astype("string")


def _still_sound(listed: pd.DataFrame, changed: pd.DataFrame, rows: pd.DataFrame) -> tuple[Fault, ...]:
    """What is doubtful in the list since the answers; a fault that they bring in stops them."""
    before, after = set(_told(listed)), _told(changed)
    new = [each for each in after if each not in before]
    if any(each.level == "fault" for each in new):
        raise InputError(new)
    concerned = changed.index[changed["village_id"].isin(list(rows["village_id"]))]
    return tuple(each for each in new if each.row in concerned)


def _told(listed: pd.DataFrame) -> list[Fault]:
    table, faults = typed_table(listed, VILLAGES, VILLAGES.path)
    if any(each.level == "fault" for each in faults):
        return faults
    table, told = in_standard_words(ReadLayer(VILLAGES, VILLAGES.path, table))
    return [*faults, *told, *household_figures(ReadLayer(VILLAGES, VILLAGES.path, table), Travel())]


def _contradictions(rows: pd.DataFrame, listed: pd.DataFrame, record: pd.DataFrame) -> Iterator[Said]:
    """Answers in place of another value, with where that one came from: an earlier answer, or the row of the list."""
    row_of = listed.set_index("village_id")
    earlier = record.drop_duplicates(["village_id", "column"], keep="last").set_index(["village_id", "column"])
    for each in rows[(rows["former"] != "") & (rows["former"] != rows["value"])].to_dict("records"):
        cell = (each["village_id"], each["column"])
        of_the_row = str(row_of.at[each["village_id"], "source"]) if "source" in row_of else ""
        source = str(earlier.at[cell, "source"]) if cell in earlier.index and earlier.at[cell, "value"] == each["former"] else of_the_row
        name = str(row_of.at[each["village_id"], "name"]) if "name" in row_of else each["village_id"]
        facts = {"village": name, "title": title_of(each["column"]), "value": value_word(each["value"], each["column"])}
        yield said(
            "answers.differs" if source else "answers.differs_unsourced", **facts, former=value_word(each["former"], each["column"]), source=source
        )  # fmt: skip


def _against_measured(rows: pd.DataFrame, listed: pd.DataFrame, measured: pd.Series | None) -> Iterator[Said]:
    if measured is None:
        return
    names = listed.set_index("village_id")["name"]
    for village, value in rows.loc[rows["column"] == "declared_status", ["village_id", "value"]].itertuples(index=False, name=None):
        seen = measured.get(village)
        if seen is not None and not pd.isna(seen) and seen != "unknown" and value not in ("unknown", seen):
            yield said(
                "answers.against_measured",
                village=str(names[village]),
                value=value_word(value, "declared_status"),
                measured=value_word(str(seen), "declared_status"),
            )


def title_of(column: str) -> Label:
    """A column of the list as people call it; one of the user's own by its name."""
    declared = {each.name: each for each in VILLAGES.columns}.get(column)
    return Label(column, declared.vi, declared.en) if declared else Label(column, column, column)


def value_word(value: str, column: str) -> Label:
    """A value of a machine file as people read it within a sentence."""
    declared = ANSWERABLE.get(column)
    if declared is None or value not in getattr(declared.kind, "words", ()):
        return Label(value, value, value)
    vi, en = (small(word(value, language, of=column)) for language in LANGUAGES)
    return Label(value, vi, en)


def _written(root: Path, changed: pd.DataFrame, record: pd.DataFrame, rows: pd.DataFrame, *, changes: bool) -> str:
    """List and record in one step; the former list is kept where it changes."""
    today = date.today().isoformat()  # noqa: DTZ011 - a vintage is a calendar day
    entry = {k: v for k, v in read_manifest(root)["files"].get(VILLAGES.path, {}).items() if k not in ("sha256", "size")}
    sources = "; ".join(dict.fromkeys(rows["source"]))[:_LONGEST_SOURCE]
    facts: dict[str, dict[str, object]] = {ANSWERS.path: {"origin": "import", "date": today, "source": sources}}
    files = {ANSWERS.path: record}
    if changes:
        files[VILLAGES.path] = changed
        facts[VILLAGES.path] = {**entry, "origin": "import", "date": today, "answers": len(record)}
    copy = keep_copy(root, VILLAGES.name, gives_way_to="answer", source=sources) if changes else None
    try:
        with staging(root) as folder:
            try:
                for name, table in files.items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    put_in_place(folder / name, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
            except OSError as error:
                raise OutputError("import_not_written", root=root, why=system_says(error)) from error
            install(root, folder, facts)
    except BaseException:
        if copy is not None and not any(root.glob(f"{STAGING_PREFIX}*/{COMMIT_FILE}")):  # else it is only half-way, and will be finished
            forget_copy(root, copy)
        raise
    if copy is None:
        return ""
    settle_copies(root, VILLAGES.name)
    return copy.name
