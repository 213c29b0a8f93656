"""The report of an import as a paper for those who made the list: its summary and its sheets of rows, in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_planner.imports.naming import OWN_TITLES, layer_title, own_title, target_title, word_told
from geo_planner.schema import LAYERS
from geo_planner.schema.kinds import Day, Figure, Worded
from geo_planner.words import LANGUAGES, Language, Said, day, said, with_sign

if TYPE_CHECKING:
    from geo_planner.imports.report import ImportReport

_MOST_TOLD = 500
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHEETS = ("summary", "corrected", "rejected", "skipped")
TITLES_OF_REJECTS: Mapping[Language, tuple[str, str]] = {
    language: (said("import_paper.row_title").text(language), said("import_paper.reason_title").text(language)) for language in LANGUAGES
}
"""First and last title of the file of rejected rows."""
MARK_TITLES: Mapping[Language, str] = {language: said("import_paper.mark_title").text(language) for language in LANGUAGES}
"""Title of the column of faults in a marked copy of a list."""
_IN_A_TABLE = ("commune", "x", "y", "lon", "lat", "time", "district")
"""Columns that the import made itself or found around the table."""


def words(key: str, language: Language, **facts: Any) -> str:
    """A title or phrase of the report."""
    return said(f"import_paper.{key}", **facts).text(language)


def texts_of(language: Language) -> tuple[str, str]:
    """Columns of the rejected rows that hold what is wrong and what to do."""
    return {"vi": ("reason_vi", "remedy_vi"), "en": ("reason", "remedy")}[language]


def worded(cell: str | Said, language: Language) -> str:
    """A cell as it is, or what is said in its place."""
    return cell.text(language) if isinstance(cell, Said) else cell


def sheet_names() -> list[tuple[str, ...]]:
    """The sheets that every report has, by language."""
    return [tuple(words(key, language) for key in _SHEETS) for language in LANGUAGES]


def summary(report: ImportReport, language: Language) -> list[tuple[str, str]]:
    """What was decided for the list as a whole."""
    lines = [
        (words("file", language), report.file),
        (words("layer", language), layer_title(report.layer, language)),
        (words("outcome", language), words("is_written" if report.written else "not_written", language)),
        *((words(f"count_{name}", language), str(n)) for name, n in report.counts.items()),
    ]
    lines += [(words("decided", language), what.text(language)) for what in report.statements]
    lines += [(words("question", language), what.text(language)) for what in report.questions]
    general = [fault for fault in report.faults if fault.row is None or fault.level == "warning"]
    for fault in general[:_MOST_TOLD]:
        column = own_title(fault.column, language) if fault.column else None
        where = "".join(f"{words(what, language)} {at}: " for what, at in (("row", fault.row), ("column", column)) if at)
        reason, remedy = fault.texts(language)
        lines.append((words(fault.level, language), f"{where}{reason}{f' ({fault.value})' if fault.value else ''}. {remedy}"))
    if len(general) > _MOST_TOLD:
        lines.append((words("warning", language), words("more", language, n=len(general) - _MOST_TOLD)))
    return lines


def row_sheets(report: ImportReport, language: Language) -> dict[str, pd.DataFrame]:
    """The rows by what became of them."""
    layer, accepted = report.layer, report.accepted.drop(columns="geometry", errors="ignore")
    cells = {i: [cell_words(layer, str(name), cell, language) for cell in accepted.iloc[:, i]] for i, name in enumerate(accepted)}
    rows = pd.DataFrame(cells, index=accepted.index)
    rows.columns = pd.Index([column_title(layer, str(name), language) for name in accepted])
    rows.insert(0, words("row", language), accepted.index, allow_duplicates=True)
    corrected = [
        (
            row,
            column_title(layer, str(column), language),
            worded(was, language),
            cell_words(layer, str(column), worded(became, language), language),
            why.text(language),
        )
        for row, column, was, became, why in report.corrected.itertuples(index=False, name=None)
    ]
    texts = texts_of(language)
    rejected = [
        (row, own_title(str(column), language) if column else "", value, reason, remedy)
        for row, column, value, reason, remedy in report.rejected[["row", "column", "value", *texts]].itertuples(index=False, name=None)
    ]
    skipped = [(row, text, why.text(language)) for row, text, why in report.skipped.itertuples(index=False, name=None)]
    tables = {
        "corrected": (corrected, ("row", "column", "was", "became", "why")),
        "rejected": (rejected, ("row", "column", "was", "reason", "remedy")),
        "skipped": (skipped, ("row", "text", "why")),
    }
    return {words("good" if report.written else "good_not_taken", language): rows} | {
        words(name, language): pd.DataFrame(table, columns=[words(title, language) for title in titles])
        for name, (table, titles) in tables.items()
    }


def column_title(layer: str, name: str, language: Language) -> str:
    """The title of a column for people, also of one that the import made itself."""
    return own_title(target_title(layer, name, language), language) if LAYERS[layer].columns else own_title(name, language)


def cell_words(layer: str, column: str, value: object, language: Language) -> str:
    """A cell of the layer as people write it: the words of choices, figures with their decimal sign, days."""
    text = str(value)
    kind = next((c.kind for c in LAYERS[layer].columns if c.name == column), None)
    if isinstance(kind, Worded):
        word = word_told(text, column) if text else text
        return word.text(language) if isinstance(word, Said) else word
    if isinstance(kind, Figure):
        return with_sign(text, language)
    return day(text, language) if isinstance(kind, Day) and _ISO_DAY.fullmatch(text) else text


def titles_known_again(titles: Mapping[str, str], language: Language = "vi") -> dict[str, str]:
    """Titles for a table of some of the rows, by column: what the import made itself gets a title that it reads as the same."""
    found = dict[str, str]()
    for name, title in titles.items():
        made = title in OWN_TITLES or (name == "time" and " + " in title)
        better = said(f"import_paper.title_{name}").text(language) if made and name in _IN_A_TABLE else title
        is_axis = made and name in ("x", "y") and better in titles.values()
        found[name] = said("import_paper.coordinate", axis=better).text(language) if is_axis else better
    return found
