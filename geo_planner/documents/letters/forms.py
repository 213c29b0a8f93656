"""The sheet to fill in: what is known in grey and locked, what is asked in yellow with its allowed answers; an import reads it back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geo_planner.documents.docx_parts import fit
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.export.palette import BANNER, BANNER_INK, CELL_BORDER, HEAD, STATUS_FILLS
from geo_planner.export.text_width import wrapped_lines
from geo_planner.export.workbook import Book, new_workbook, put
from geo_planner.files.atomic import put_in_place
from geo_planner.imports.answer_sheets import DAY, DOCUMENT, sign_of, title_over, words_to_choose
from geo_planner.schema import Column
from geo_planner.schema.kinds import Day, Figure, Quarter, Whole
from geo_planner.study_area.answers import title_of
from geo_planner.words import Language, said
from geo_planner.words.figures import number

_ASKED, _KNOWN = STATUS_FILLS["partial"], STATUS_FILLS["unknown"]
_LONGEST_LIST, _LONGEST_HINT = 255, 255
_LINE_PT = 15.0
_QUARTERS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class FormRow:
    """A village: its id and name, what is known of it and from where, and the columns that are asked of it."""

    village_id: str
    name: str
    known: tuple[str, ...]
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet as it is declared.

    Attributes
    ----------
    kind : {"commune", "operator"}
    code : str
        Code of the commune, name of the operator.
    title : str
    lines : tuple of str
        How to fill it in.
    known : tuple of (str, float)
        Titles and widths of what is known.
    columns : tuple of Column
        What is asked.
    questions : tuple of str
        Over each of them.
    rows : tuple of FormRow
    only : dict of str to tuple of str
        Columns whose answers are of a few, which no kind of column says.
    """

    kind: str
    code: str
    title: str
    lines: tuple[str, ...]
    known: tuple[tuple[str, float], ...]
    columns: tuple[Column, ...]
    questions: tuple[str, ...]
    rows: tuple[FormRow, ...]
    only: dict[str, tuple[str, ...]]


def tell(key: str, language: Language, **facts: Any) -> str:
    """A sentence of the letters."""
    return said(f"letters.{key}", **facts).text(language)


def quarters_from(year: int) -> tuple[str, ...]:
    """The quarters that an operator may name, to choose from.

    >>> quarters_from(2026)[:2]
    ('2026-Q1', '2026-Q2')
    """
    return tuple(f"{y}-Q{q}" for y in range(year, year + _QUARTERS_AHEAD + 1) for q in range(1, 5))


def write_form(form: Form, facts: ProposalFacts, path: Path, language: Language) -> Path:
    """Write the sheet; the same form gives the same bytes."""
    say = Wording(language)
    content = io.BytesIO()
    workbook = new_workbook(content, title=fit(form.title)[:255])
    banner = say("sample_line") if facts.uses_sample_data else None
    book = Book(workbook, form.title, "", banner)
    sheet = workbook.add_worksheet(tell("form_sheet", language))
    _page(sheet, form, banner, language)
    row = _above(book, sheet, form, language)
    _table(book, sheet, form, row, language)
    workbook.close()
    put_in_place(path, content.getvalue())
    return path


def allowed(column: Column, form: Form, language: Language) -> str:
    """What may be written into a cell of a column, with its unit."""
    if isinstance(column.kind, Quarter):
        return tell("allowed_quarter", language)
    choices = _choices(column, form, language)
    if choices:
        return tell("allowed_words", language, words="; ".join(choices))
    if isinstance(column.kind, Day):
        return tell("allowed_day", language)
    if not isinstance(column.kind, Figure):
        return tell("allowed_text", language)
    kind = "whole" if isinstance(column.kind, Whole) else "number"
    if column.minimum is None or column.maximum is None:
        return tell(f"allowed_{kind}", language)
    low, high = (number(bound, 1, language, keep_zeros=False) for bound in (column.minimum, column.maximum))
    return tell(f"allowed_{kind}_between", language, low=low, high=high)


def _page(sheet: Worksheet, form: Form, banner: str | None, language: Language) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    foot = fit(banner or form.title).replace("&", "&&")[:180]
    sheet.set_footer(f"&L&9{foot}&R&9{said('book.page', page='&P', pages='&N').text(language)}")
    widths = (6.0, 12.0, 22.0, *(width for _, width in form.known), *(_width(column) for column in form.columns), 24.0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _width(column: Column) -> float:
    return max(15.0, min(24.0, len(title_over(column.vi, column.name)) * 0.6))


def _above(book: Book, sheet: Worksheet, form: Form, language: Language) -> int:
    """Banner, title, how to fill it in, day and document of the answers, and the sign; returns the row below."""
    last = 3 + len(form.known) + len(form.columns)
    width = 40.0 + sum(w for _, w in form.known) + sum(map(_width, form.columns)) + 24.0
    row = 0

    def line(text: str, **look: Any) -> None:
        nonlocal row
        shape = book.format(text_wrap=True, **look)
        sheet.merge_range(row, 0, row, last, "", shape)
        put(sheet, row, 0, fit(text), shape)
        sheet.set_row(row, _height(text, width, size=look.get("font_size", 11), bold=look.get("bold", False)) + 3)
        row += 1

    if book.banner:
        line(book.banner, bold=True, font_size=12, font_color=BANNER_INK, bg_color=BANNER, align="center")
    line(form.title, bold=True, font_size=14, font_color=HEAD, align="center")
    for text in form.lines:
        line(text)
    label, answer = book.format(bold=True, text_wrap=True, bg_color=_KNOWN, border=1), _open(book, "@")
    for name in (DAY, DOCUMENT):
        sheet.merge_range(row, 0, row, 2, "", label)
        put(sheet, row, 0, title_over(tell(f"field_{name}", language), name), label)
        sheet.merge_range(row, 3, row, 4, "", answer)
        sheet.set_row(row, 20)
        row += 1
    line(tell("form_sign", language, sign=fit(sign_of(form.kind, form.code))), italic=True, font_size=9, font_color="#666666")
    return row


def _table(book: Book, sheet: Worksheet, form: Form, row: int, language: Language) -> None:
    """The question over each column, what may be answered, the titles, and a row each village."""
    note = book.format(text_wrap=True, italic=True, font_size=10, valign="top", border=1, border_color=CELL_BORDER)
    first = 3 + len(form.known)
    hints = [allowed(column, form, language) for column in form.columns]
    for at, (question, hint) in enumerate(zip(form.questions, hints, strict=True), first):
        put(sheet, row, at, fit(f"{question} {hint}".strip()), note)
    tallest = max(
        (_height(f"{q} {h}", _width(c), size=10) for q, h, c in zip(form.questions, hints, form.columns, strict=True)), default=_LINE_PT
    )
    sheet.set_row(row, min(tallest, 400.0))
    row += 1
    titles = [
        Wording(language)("col_stt"), title_over(tell("col_id", language), "village_id"), title_over(tell("col_name", language), "name"),
        *(title for title, _ in form.known), *(title_over(_title(column, language), column.name) for column in form.columns), tell("col_note", language),
    ]  # fmt: skip
    head = book.format(bold=True, font_color="#FFFFFF", bg_color=HEAD, border=1, text_wrap=True, align="center")
    for at, title in enumerate(titles):
        put(sheet, row, at, title, head)
    sheet.set_row(row, 50)
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 3)
    grey = book.format(text_wrap=True, bg_color=_KNOWN, border=1, border_color=CELL_BORDER, num_format="@", valign="top")
    shut = book.format(bg_color=_KNOWN, pattern=1, border=1, border_color=CELL_BORDER)
    for at, each in enumerate(form.rows, 1):
        put(sheet, row + at, 0, float(at), book.format(bg_color=_KNOWN, border=1, border_color=CELL_BORDER, align="center", valign="top"))
        for i, text in enumerate((each.village_id, each.name, *each.known), 1):
            put(sheet, row + at, i, fit(text), grey)
        for i, column in enumerate(form.columns, first):
            open_cell = column.name in each.asked
            put(sheet, row + at, i, None, _open(book, _number_format(column)) if open_cell else shut)
            if open_cell:
                sheet.data_validation(row + at, i, row + at, i, _rule(column, form, language))
        put(sheet, row + at, first + len(form.columns), None, _open(book, "@"))
        widths = (22.0, *(width for _, width in form.known))
        tallest = max(_height(text, width) for text, width in zip((each.name, *each.known), widths, strict=True))
        sheet.set_row(row + at, min(max(tallest, 2 * _LINE_PT), 400.0))


def _open(book: Book, num_format: str) -> Format:
    return book.format(bg_color=_ASKED, border=1, text_wrap=True, locked=False, num_format=num_format, align="center")


def _title(column: Column, language: Language) -> str:
    return title_of(column.name).title(language)


def _number_format(column: Column) -> str:
    # as text, a word or a quarter stays what was written
    return "0" if isinstance(column.kind, Whole) else "General" if isinstance(column.kind, Figure) else "@"


def _rule(column: Column, form: Form, language: Language) -> dict[str, Any]:
    """A list to choose from or limits; the reader of the sheet has the last word."""
    choices = _choices(column, form, language)
    rule: dict[str, Any] = {"validate": "any"}
    if choices and _fits_a_list(choices):
        # what is no closed list may be overruled
        rule = {"validate": "list", "source": list(choices), "error_type": "warning" if isinstance(column.kind, Quarter) else "stop"}
    elif isinstance(column.kind, Figure) and column.minimum is not None and column.maximum is not None:
        limits = {"criteria": "between", "minimum": column.minimum, "maximum": column.maximum}
        rule = {"validate": "integer" if isinstance(column.kind, Whole) else "decimal", **limits}
    told = allowed(column, form, language)[:_LONGEST_HINT]
    return {
        **rule,
        "input_title": _title(column, language)[:32],
        "input_message": told,
        "error_title": tell("form_check", language)[:32],
        "error_message": told,
    }


def _choices(column: Column, form: Form, language: Language) -> Sequence[str]:
    return form.only.get(column.name, ()) or list(words_to_choose(column, language))


def _fits_a_list(choices: Sequence[str]) -> bool:
    """Whether a spreadsheet can hold these words as the list of a cell: short, and without its own signs."""
    return (
        len(",".join(choices)) <= _LONGEST_LIST
        and not any(sign in each for each in choices for sign in ',"&<>')
        and not choices[0].startswith("=")
    )


def _height(text: str, width: float, *, size: float = 11.0, bold: bool = False) -> float:
    """Points that a wrapped text takes in a column of so many characters."""
    return _LINE_PT * size / 11 * wrapped_lines(text, width, size=size, bold=bold)
