"""What an import did, row by row: accepted, corrected, rejected, and everything that was decided on the way."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from geo_planner.errors import Fault, OutputError, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.imports.draft import Draft
from geo_planner.imports.grid import Cell, HeaderPlace, as_text
from geo_planner.imports.naming import own_title
from geo_planner.imports.paper import TITLES_OF_REJECTS, row_sheets, sheet_names, summary, texts_of, words
from geo_planner.schema import Layer
from geo_planner.words import Label, Language, Said, said

_XLSX_ROWS = 1_000_000
_OLD_SHEETS = ("summary", "accepted", "corrected", "rejected", "skipped")
_MOST_BOOK_BYTES = 1_000_000
CORRECTED = ("row", "column", "was", "became", "why")
_NO_QUESTION = {
    "is_sample",
    "source",
    "settlement_radius_m",
    "tilt_deg",
    "azimuth_deg",
    "speed_kmh",
    "device",
    "commitment_operator",
    "commitment_stage",
    "commitment_quarter",
}
REJECTED = ("row", "column", "value", "reason", "remedy", "code", "reason_vi", "remedy_vi")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import.

    Attributes
    ----------
    layer, file : str
        Layer, and name of the file.
    target : str
        File of the study area, relative to it.
    accepted : DataFrame
        The rows that are good, in the layer's columns; the index is the row of the file. Nothing of them is taken where `written` is false.
    corrected : DataFrame
        ``row``, ``column``, ``was``, ``became``, ``why``: the last is what is :class:`~geo_planner.words.Said`; of shapes, the two before it too.
    rejected : DataFrame
        ``row``, ``column``, ``value``, ``reason``, ``remedy``, ``code``, and ``reason_vi``, ``remedy_vi``; a row may stand here for several
        reasons.
    skipped : DataFrame
        ``row``, ``text``, ``why``: totals, notes, signatures, headings.
    statements : tuple of Said
        What was detected and decided.
    questions : tuple of Said
        What the list leaves open.
    faults : tuple of Fault
        Faults and warnings; those with a row are also in `rejected`.
    written : bool
        Whether the study area was changed.
    exit_status : int
        0 when the layer was written, 1 when not.
    counts : dict of str to int
        ``rows`` in the file, ``accepted``, ``corrected``, ``rejected``, and ``added``, ``updated``, ``removed`` in the layer. Of a list that
        was refused none is accepted, and ``would_be_accepted`` are the rows that are good.
    files : tuple of Path
        Report and rejects that were written.
    header : HeaderPlace or None
        Where the titles of the list stand in its file, where that is known.
    """

    layer: str
    file: str
    target: str
    accepted: pd.DataFrame
    corrected: pd.DataFrame
    rejected: pd.DataFrame
    skipped: pd.DataFrame
    statements: tuple[Said, ...]
    questions: tuple[Said, ...]
    faults: tuple[Fault, ...]
    written: bool
    exit_status: int
    counts: dict[str, int]
    files: tuple[Path, ...] = ()
    header: HeaderPlace | None = None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: no table of what was accepted, only its size."""
        return {
            "ok": self.exit_status == 0, "layer": self.layer, "file": self.file, "target": self.target, "written": self.written, "counts": self.counts,
            "statements": [str(what) for what in self.statements], "statements_vi": [what.text("vi") for what in self.statements],
            "questions": [str(what) for what in self.questions], "questions_vi": [what.text("vi") for what in self.questions], "faults": [f.as_dict() for f in self.faults if f.level == "fault"],
            "warnings": [f.as_dict() for f in self.faults if f.level == "warning"], "corrected": _records(self.corrected), "rejected": _records(self.rejected),
            "skipped": _records(self.skipped), "files": [str(path) for path in self.files],
        }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON knows them: what is said in English and in Vietnamese; the code of why a row is here."""
    records = []
    for row in table.to_dict("records"):
        record: dict[str, Any] = {}
        for name, value in row.items():
            if isinstance(value, Said):
                record |= {str(name): value.text("en"), f"{name}_vi": value.text("vi")}
                if name == "why":
                    record |= value.as_dict()
            else:
                record[str(name)] = None if value is None or value != value else value
        records.append(record)
    return records


def report_of(draft: Draft) -> ImportReport:
    """What became of a draft: written it is where its layer is known and nothing is wrong with the list as a whole."""
    bad, faults = draft.bad_rows(), [*draft.general, *draft.faults]
    accepted = draft.rows[~draft.rows.index.isin(bad)]
    of_rows = sorted((f for f in faults if f.level == "fault" and f.row is not None), key=lambda f: f.row or 0)
    rejected = [(f.row, f.column, f.value, f.reason, f.remedy, f.code, *f.texts("vi")) for f in of_rows]
    corrected = pd.DataFrame([done for done in draft.corrected if done[0] not in bad], columns=list(CORRECTED))
    skipped = draft.table.skipped if draft.table is not None else ()
    will_write = bool(draft.content) and not draft.stopped()
    counts = {
        "rows": len(draft.rows),
        **({"accepted": len(accepted)} if will_write else {"accepted": 0, "would_be_accepted": len(accepted)}),
        "corrected": int(corrected["row"].nunique()),
        "rejected": len(bad),
        **(draft.counts if will_write else {}),
    }
    return ImportReport(
        draft.layer.name, draft.file, draft.layer.path, accepted, corrected, pd.DataFrame(rejected, columns=list(REJECTED)), pd.DataFrame(list(skipped), columns=["row", "text", "why"]),
        tuple(dict.fromkeys(draft.statements)), tuple(_questions(accepted, draft.layer)), tuple(sorted(faults, key=lambda f: f.level != "fault")), False, 0 if will_write else 1, counts, header=draft.header,
    )  # fmt: skip


def _questions(accepted: pd.DataFrame, layer: Layer) -> list[Said]:
    """What the list leaves blank: to be asked, never filled in."""
    asked = []
    for column in layer.columns:
        blank = int((accepted[column.name] == "").sum()) if column.name in accepted else 0
        if blank and not column.needed and column.name not in _NO_QUESTION:
            title = Label(column.name, column.vi, f"{column.vi} ({column.name})")
            asked.append(said("rows_question", column=title, blank=blank, n=len(accepted)))
    return asked


def write_report(report: ImportReport, folder: Path, language: Language = "vi") -> tuple[Path, ...]:
    """``<file>.report.xlsx`` in one language, and ``.json`` in both.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    paths = report_paths(report.file, folder)[:2]
    _replace(paths[0], (json.dumps(report.as_dict(), ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n").encode())
    _replace(paths[1], _workbook(report, language))
    return paths


def report_paths(name: str, folder: Path) -> tuple[Path, Path, Path]:
    """Where the report (JSON and workbook) and the rejects of a file of this name go."""
    plain = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", Path(name).name)
    return folder / f"{plain}.report.json", folder / f"{plain}.report.xlsx", folder / f"{Path(plain).stem}.rejected.csv"


def usable_folder(folder: Path, files: Sequence[Path]) -> None:
    """Make the folder of the report and try that it can be written, before anything else is.

    Raises
    ------
    OutputError
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, probe = tempfile.mkstemp(dir=folder, prefix=".probe.")
        os.close(handle)
        Path(probe).unlink()
    except OSError as error:
        if error.strerror is None:
            raise OutputError("import_report_folder.no_folder", folder=folder) from error
        raise OutputError("import_report_folder", folder=folder, why=system_says(error)) from error
    for path in files:
        if path.is_symlink() or path.is_dir():
            raise OutputError("import_report_path.link" if path.is_symlink() else "import_report_path.folder", path=path)
        _refuse_foreign(path)


def _refuse_foreign(path: Path) -> None:
    if path.exists() and not _is_ours(path):
        raise OutputError("import_report_path.foreign", path=path)


def _is_ours(path: Path) -> bool:
    """Whether a file is a report or a list of rejects of an earlier import, by what stands in it."""
    try:
        if path.suffix == ".json":
            document = json.loads(path.read_text(encoding="utf-8"))
            return isinstance(document, dict) and {"layer", "target", "written", "counts", "statements"} <= set(document)
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                titles = next(csv.reader(stream), [])
            return (*titles[:1], *titles[-1:]) in (("row", "reason"), *TITLES_OF_REJECTS.values())
        with zipfile.ZipFile(path) as book:
            sheets = book.read("xl/workbook.xml") if book.getinfo("xl/workbook.xml").file_size < _MOST_BOOK_BYTES else b""
        return any(all(f'name="{title}"'.encode() in sheets for title in titles) for titles in (_OLD_SHEETS, *sheet_names()))
    except (OSError, ValueError, KeyError, RecursionError, csv.Error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False


def write_rejects(rows: pd.DataFrame, rejected: pd.DataFrame, path: Path, language: Language = "vi") -> Path:
    """The rejected rows as they stand in the file, with the reasons in one language, as a csv for spreadsheets that an import reads again.

    Raises
    ------
    OutputError
    """
    why: dict[int, str] = {}
    texts = list(texts_of(language))
    for row, column, reason, remedy in rejected[["row", "column", *texts]].itertuples(index=False, name=None):
        told_of = f"{own_title(str(column), language) if column else ''}: {reason}. {remedy}".strip(": ")
        why[row] = "; ".join(part for part in (why.get(row, ""), told_of) if part)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    first, last = TITLES_OF_REJECTS[language]
    writer.writerow([first, *map(str, rows.columns), last])
    for row, cells in zip(rows.index, rows.itertuples(index=False, name=None), strict=True):
        writer.writerow([row, *(_for_spreadsheet(cell) for cell in cells), _for_spreadsheet(why.get(row, ""))])
    _replace(path, b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", errors="replace"))
    return path


def _for_spreadsheet(cell: Cell) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers."""
    text = cell if isinstance(cell, str) else as_text(cell)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(text)
        except ValueError:
            return f"'{text}"
    return text


def _workbook(report: ImportReport, language: Language) -> bytes:
    """The report for those who made the list."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        first = book.add_worksheet(words("summary", language))
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 120, wrap)
        for r, (name, text) in enumerate(summary(report, language)):
            first.write_string(r, 0, name, bold)
            first.write_string(r, 1, _printable(text)[:32_000])
        for title, table in row_sheets(report, language).items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for c, name in enumerate(table.columns):
                sheet.write_string(0, c, _printable(str(name))[:32_000], bold)
                longest = max((len(str(cell)) for cell in table.iloc[:200, c]), default=0)
                sheet.set_column(c, c, min(max(longest, len(str(name)) // 2, 8) + 2, 60), wrap)
            for r, cells in enumerate(table.head(_XLSX_ROWS).itertuples(index=False, name=None), 1):
                for c, cell in enumerate(cells):
                    if cell is None or cell != cell or cell == "":
                        continue
                    if c == 0 and isinstance(cell, int):
                        sheet.write_number(r, c, cell)
                    else:
                        sheet.write_string(r, c, _printable(str(cell))[:32_000])
    return buffer.getvalue()


def _printable(text: str) -> str:
    """Control characters cannot stand in a workbook: they are shown by their code."""
    return "".join(sign if sign.isprintable() or sign == "\n" else f"\\x{ord(sign):02x}" for sign in text)


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one step, never through a link."""
    try:
        if path.is_symlink():
            raise OutputError("import_report_path.link_now", path=path)
        _refuse_foreign(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(path, content)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("import_report_path.not_written", path=path, why=system_says(error)) from error
