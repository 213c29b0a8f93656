"""Study-area csv files and feature properties to typed tables, against the columns declared in the schema.

Words stay words until they are checked: a cell is read as text, then turned into its declared kind, and each cell that
does not fit becomes one fault with its row. Of a kind the first are told one by one and the rest is counted, so that a list
of any length is told in bounded time and size. Signs that nobody sees are looked for in every text, for no output can hold them.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import MOST_OF_A_KIND, Fault, bounded, fault, system_says, warning
from geo_planner.letters import latin, lookalikes, plain_figures, skeleton
from geo_planner.schema import Column, Layer
from geo_planner.schema.kinds import Choice, CommuneCode, Coordinate, Day, Figure, Quarter, Text, Whole, YesNo
from geo_planner.words import Label

logger = logging.getLogger(__name__)

# Digits are 0-9 here: \d would also fit those of other scripts, which nothing behind it can read
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_WHOLE = r"[+-]?[0-9]{1,15}(?:\.0*)?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_QUARTER = r"20[0-9]{2}-Q[1-4]"
_YES_NO = {"yes": True, "no": False}
FIRST_ROW = 2  # the header is row 1
ROW = "row"
LONGEST_CELL = 32_767
"""What a cell of a spreadsheet holds."""
LONGEST_NAME = 200
MOST_COLUMNS = 1000
"""Databases hold 2,000 columns in a table; the results stand beside those of the user."""
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_UNFIT_IN_TABLE = re.compile(f"[{_CONTROL}]")  # halves of a sign cannot stand in a column of text
_UNFIT = re.compile(f"[{_CONTROL}\ud800-\udfff]")
# signs of no width and no ink, whatever the font: joiners, marks of order and of variants, fillers, tags
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip


def read_csv(path: Path, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """A csv file as text columns, or the faults that keep it from being one.

    Blanks are empty strings. `file` is the name to use in the faults.
    """
    empty = pd.DataFrame()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return empty, [fault(file, "unreadable.table", why=system_says(error))]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return empty, [fault(file, "encoding.table", row=line)]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return empty, [fault(file, "encoding.null_bytes_in_table", row=line)]
    records: list[list[str]] = []
    try:
        # csv ends rows at line feeds alone; str.splitlines would also cut a text at the rarer separators of Unicode
        records.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        logger.debug("no table: %s", file, exc_info=error)
        return empty, [fault(file, "csv.damaged_table", row=len(records) + 1)]
    if not any(records):
        return empty, [fault(file, "empty.table")]
    numbered = [(row, record) for row, record in enumerate(records, 1) if record]  # empty lines count as rows of a spreadsheet
    header = [unicodedata.normalize("NFC", name.strip()) for name in numbered[0][1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return empty, [fault(file, "csv.not_by_commas", row=1)]
    # spreadsheets leave columns without a title and without a value behind
    idle = {at for at, name in enumerate(header) if not name and not any(at < len(record) and record[at].strip() for _, record in numbered)}
    if idle:
        numbered = [(row, [cell for at, cell in enumerate(record) if at not in idle]) for row, record in numbered]
        header = [name for at, name in enumerate(header) if at not in idle]
    odd = name_faults(header, file)
    if odd:
        return empty, odd
    ragged = bounded(
        fault(file, "ragged_row.of_table", row=row, cells=len(record), titles=len(header))
        for row, record in numbered[1:]
        if len(record) != len(header)
    )
    if ragged:
        return empty, ragged
    rows = pd.Index([row for row, _ in numbered[1:]], name=ROW, dtype="int64")
    return pd.DataFrame([record for _, record in numbered[1:]], columns=header, dtype="string", index=rows), []


def typed_table(raw: pd.DataFrame, layer: Layer, file: str, *, of_a_kind: int = MOST_OF_A_KIND) -> tuple[pd.DataFrame, list[Fault]]:
    """Text columns to the layer's kinds, with every fault.

    Parameters
    ----------
    raw : DataFrame
        Text; a blank is an empty string or NA. Rows are numbered by the index where it is named ``row``, else from 2.
    layer : Layer
    file : str
        Name for the faults.
    of_a_kind : int
        So many faults of a kind are told one by one; the rest is counted.

    Returns
    -------
    table : DataFrame
        Same rows, every declared column (absent optional ones as NA), then the file's further columns as text.
    faults : list of Fault
        Faults and warnings; with a fault among them the table is not fit for use.
    """
    faults: list[Fault] = []
    if raw.empty:
        return raw, [fault(file, "empty.rows_of_layer")]
    table = pd.DataFrame(index=pd.Index(raw.index) if raw.index.name == ROW else pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(raw), name=ROW))
    misspelt = _misspelt(raw.columns, layer)
    for column in layer.columns:
        if column.name not in raw:
            if title := misspelt.get(column.name):
                faults.append(_misspelt_title(file, column, title))
            elif column.required:
                key = "missing_column.explained" if column.meaning_en else "missing_column.needed"
                meaning = Label(column.name, column.meaning_vi.removesuffix("."), column.meaning_en.removesuffix("."))
                faults.append(fault(file, key, row=1, column=column.name, title=_title(column), meaning=meaning))
            elif column.usual:
                faults.append(warning(file, "missing_column.usual", row=1, column=column.name))
            table[column.name] = pd.Series(pd.NA, index=table.index, dtype=column.kind.dtype)
            continue
        text = raw[column.name].astype("string").fillna("").str.normalize("NFC").str.strip().set_axis(table.index)
        table[column.name], wrong = _typed(text, column)
        faults += bounded((_unread(file, column, int(row), value) for row, value in text[wrong].items()), of_a_kind)
        faults += bounded(_values(table, column, file, wrong), of_a_kind)
    further = {
        name: raw[name].astype("string").str.normalize("NFC").str.strip().replace("", pd.NA).set_axis(table.index)
        for name in raw.columns
        if name not in table
    }
    table = pd.concat([table, pd.DataFrame(further, index=table.index)], axis=1) if further else table
    faults += bounded(unfit_cells(table, file, ids={*layer.key, *(column.name for column in layer.of_kind(CommuneCode))}), of_a_kind)
    faults += bounded(_lookalikes(table, layer, file), of_a_kind)
    return table, faults + bounded(_duplicates(table, layer, file), of_a_kind)


def _title(column: Column) -> Label:
    return Label(column.name, column.vi, column.en)


def _typed(text: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """The column in its kind, and which cells do not fit it: a cell that is filled has a value or is one of these."""
    filled = (text != "").to_numpy(dtype=bool)
    if isinstance(column.kind, Figure):
        fits = text.str.fullmatch(_WHOLE if isinstance(column.kind, Whole) else _NUMBER)
        value = pd.to_numeric(text.where(fits), errors="coerce").astype("Float64")
        value = value.where((value.abs() < 1e15).fillna(False)).astype(column.kind.dtype)
    elif isinstance(column.kind, YesNo):
        value = text.str.lower().map(_YES_NO).astype("boolean")
    elif isinstance(column.kind, Day):
        day = pd.to_datetime(text.where(text.str.fullmatch(_DAY)), format="%Y-%m-%d", errors="coerce")
        value = text.where(day.notna())
    elif isinstance(column.kind, Quarter):
        value = text.where(text.str.fullmatch(_QUARTER))
    else:
        # a text of nothing that can be seen is no name
        seen = {cell: bool(skeleton(cell).strip()) for cell in text.unique()}
        value = text.where(text.map(seen).astype(bool))
    return value, pd.Series(filled & value.isna().to_numpy(dtype=bool), index=text.index)


def _unread(file: str, column: Column, row: int, text: str) -> Fault:
    """A filled cell that is nothing of its column's kind; where it only looks like something, what it looks like."""
    key, plain = f"type.{column.kind.name}", plain_figures(text)
    if (
        isinstance(column.kind, (Figure, Day, Quarter))
        and plain != text
        and _typed(pd.Series([plain], dtype="string"), column)[0].notna().all()
    ):
        key = f"type.{column.kind.name}_in_other_digits"
    elif isinstance(column.kind, YesNo) and (plain := skeleton(text).strip().lower()) in _YES_NO:
        key = "type.only_looks_right"
    return fault(file, key, row=row, column=column.name, value=_shown(text if text.isprintable() else ascii(text)), plain=plain)


def _misspelt(titles: Iterable[str], layer: Layer) -> dict[str, str]:
    """Titles that look like that of a declared column which the file lacks."""
    titles = [str(title) for title in titles]
    declared = {column.name for column in layer.columns} - set(titles)
    return {name: title for title in titles if (name := skeleton(title).strip().lower()) in declared}


def _misspelt_title(file: str, column: Column, title: str) -> Fault:
    """A title in other letters than it looks is a fault; one in capitals may be a column of one's own where the layer can do without."""
    tell = warning if title.isascii() and not column.required else fault
    value = _shown(title if title.isascii() else ascii(title))
    return tell(file, "missing_column.misspelt", row=1, column=column.name, value=value, name=column.name)


def _lookalikes(table: pd.DataFrame, layer: Layer, file: str) -> Iterator[Fault]:
    """Names with letters of another alphabet in them: what is called so elsewhere does not meet them."""
    for column in layer.of_kind(Text):
        if column.name not in layer.key and table[column.name].dtype == "string":
            cells = table[column.name].dropna()
            codes_of = {text: codes for text in cells.unique() if (codes := lookalikes(text))}
            for row, text in cells[cells.isin(codes_of)].items():
                place: dict[str, Any] = {"row": int(row), "column": column.name, "value": _shown(text)}
                yield warning(file, "lookalike.in_cell", **place, codes=codes_of[text], right=latin(text))


def _values(table: pd.DataFrame, column: Column, file: str, wrong: pd.Series) -> Iterator[Fault]:
    """Blanks in needed cells, words that are none of the known ones, numbers out of range; but not where the cell was told already."""
    values, name = table[column.name], column.name
    if column.needed:
        for row in values.index[values.isna() & ~wrong]:
            yield fault(file, "blank.cell", row=int(row), column=name, title=_title(column))
    if isinstance(column.kind, Choice):
        for row, value in values[values.notna() & ~values.isin(list(column.choices))].items():
            looks = next((word for word in column.choices if skeleton(str(value)).strip().lower() == word.lower()), "")
            key = "choice.unknown" if not looks else "choice.other_capitals" if str(value).isascii() else "choice.only_looks_right"
            yield fault(file, key, row=int(row), column=name, value=_shown(value), plain=looks, choices=column.choices)
    if column.minimum is None and column.maximum is None:
        return
    span = "at_most" if column.minimum is None else "at_least" if column.maximum is None else "between"
    bounds: dict[str, Any] = {"low": column.minimum, "high": column.maximum}
    beyond = pd.Series(False, index=values.index)
    if column.minimum is not None:
        beyond |= (values < column.minimum).fillna(False).astype(bool)
    if column.maximum is not None:
        beyond |= (values > column.maximum).fillna(False).astype(bool)
    for row, value in values[beyond].items():
        if isinstance(column.kind, Coordinate):
            lon, lat = (table.at[row, axis] if axis in table else pd.NA for axis in ("lon", "lat"))
            yield _coordinate_fault(file, int(row), column, lon, lat, _shown(value))
        else:
            yield fault(file, f"range.{span}", row=int(row), column=name, value=_shown(value), **bounds)


def _coordinate_fault(file: str, row: int, column: Column, lon: object, lat: object, value: str) -> Fault:
    """A coordinate that is no degree: most often the two are swapped, or they are metres of a projection."""
    numbers = [abs(float(str(v))) if not pd.isna(v) else 0.0 for v in (lon, lat)]
    place: dict[str, Any] = {"row": row, "column": column.name, "value": value}
    if numbers[0] <= 90 and numbers[1] <= 180:
        return fault(file, "swapped.in_row", **place)
    if max(numbers) > 1000:
        return fault(file, "projected_as_degrees.in_row", **place)
    return fault(file, "range.degrees", **place, low=column.minimum, high=column.maximum)


def _duplicates(table: pd.DataFrame, layer: Layer, file: str) -> Iterator[Fault]:
    """Ids that stand twice, also where the two differ only by signs that nobody sees."""
    if not layer.key:
        return
    key = [table[name].map(bare_id, na_action="ignore") for name in layer.key]
    known = pd.concat([part.notna() for part in key], axis=1).all(axis=1)
    first: dict[tuple[str, ...], int] = {}
    for row, values in zip(table.index[known], zip(*(part[known] for part in key), strict=True), strict=True):
        if values in first:
            shown = _shown("/".join(values))
            yield fault(file, "duplicate_id.in_table", row=int(row), column=layer.key[-1], value=shown, first=first[values])
        first.setdefault(values, int(row))


def _shown(value: object) -> str:
    return str(value)[:80]


def bare_id(text: str) -> str:
    """An id as the eye reads it: without signs of no width, any blank as one blank, accents put together.

    >>> bare_id("V\\u200b01"), bare_id(" V\\u00a0 1\\u00a0"), bare_id("Ba\\u0309n") == "Bản", bare_id("v1") == bare_id("V1")
    ('V01', 'V 1', True, False)
    """
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


def has_unfit(text: str) -> bool:
    """Whether a text holds control characters, halves of a sign, or marks that turn the writing direction."""
    return _UNFIT.search(text) is not None


def has_unseen(text: str) -> bool:
    """Whether a text holds signs of no width."""
    return _UNSEEN.search(text) is not None


def unfit_cells(table: pd.DataFrame, file: str, *, ids: Collection[str]) -> Iterator[Fault]:
    """Cells whose text no output can hold or nobody can read; in the columns of `ids` any sign that is not seen."""
    for name in table.columns:
        column = table[name]
        if column.dtype != "string":
            continue
        long = column.str.len().gt(LONGEST_CELL).fillna(False)
        for row, text in column[long].items():
            yield fault(file, "too_long.cell", row=int(row), column=name, value=shown(text), n=len(text), most=LONGEST_CELL)
        hit = column.str.contains(_UNFIT_IN_TABLE).fillna(False)
        if name in ids:
            hit |= column.str.contains(_UNSEEN).fillna(False)
        for row, text in column[hit].items():
            yield fault(file, "control_characters.in_text", row=int(row), column=name, value=shown(text))


def name_faults(names: Sequence[str], file: str, *, row: int | None = 1) -> list[Fault]:
    """What keeps the titles of a table from being the names of columns.

    Parameters
    ----------
    row : int or None
        The row of the titles, where they stand in one.
    """
    if len(names) > MOST_COLUMNS:
        return [fault(file, "too_many_columns.for_results", row=row, n=len(names), most=MOST_COLUMNS)]
    return bounded(_name_faults(names, file, row))


def _name_faults(names: Iterable[str], file: str, row: int | None) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        if not name:
            yield fault(file, "unnamed_column.in_table", row=row)
        elif len(name) > LONGEST_NAME:
            yield fault(file, "too_long.title", row=row, column=shown(name), n=len(name))
        elif has_unfit(name) or has_unseen(name) or "\n" in name:
            yield fault(file, "control_characters.in_title", row=row, column=shown(name))
        elif seen[name] == 2:
            yield fault(file, "duplicate_column.in_table", row=row, column=name)


def shown(text: str) -> str:
    """A text for a report: short, and with what is not seen written out."""
    short = text[:80]
    return _UNSEEN.sub(_written_out, _UNFIT.sub(_written_out, short)) + ("…" if len(text) > 80 else "")


def _written_out(sign: re.Match[str]) -> str:
    return ascii(sign.group())[1:-1]
