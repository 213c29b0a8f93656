"""Study-area csv files and feature properties to typed tables, against the columns declared in the schema.

Words stay words until they are checked: a cell is read as text, then turned into its declared kind, and each cell that
does not fit becomes one fault with its row. Of a kind the first are told one by one and the rest is counted, so that a list
of any length is told in bounded time and size.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from geo_planner.errors import MOST_OF_A_KIND, Fault, bounded, prose_fault
from geo_planner.letters import latin, lookalikes, plain_figures, skeleton
from geo_planner.schema import Column, Layer
from geo_planner.sources.unseen_signs import bare_id, name_faults, unfit_cells

# Digits are 0-9 here: \d would also fit those of other scripts, which nothing behind it can read
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_WHOLE = r"[+-]?[0-9]{1,15}(?:\.0*)?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TYPES = {"text": "string", "choice": "string", "date": "string", "int": "Int64", "float": "Float64", "yes_no": "boolean"}
_YES_NO = {"yes": True, "no": False}
FIRST_ROW = 2  # the header is row 1
ROW = "row"


def read_csv(path: Path, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """A csv file as text columns, or the faults that keep it from being one.

    Blanks are empty strings. `file` is the name to use in the faults.
    """
    empty = pd.DataFrame()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return empty, [
            prose_fault(file, f"the file cannot be read ({error.strerror})", "Check that it is there and may be read.", code="unreadable")
        ]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = prose_fault(
            file, "the text is not UTF-8", "Save the file as CSV UTF-8, or bring it in with geo-planner import.", row=line, code="encoding"
        )
        return empty, [fault]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return empty, [
            prose_fault(
                file, "the file holds null bytes: it is damaged or not a csv file", "Save it again as CSV UTF-8.", row=line, code="encoding"
            )
        ]
    try:
        # csv ends rows at line feeds alone; str.splitlines would also cut a text at the rarer separators of Unicode
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return empty, [prose_fault(file, f"the file is not a clean csv file ({error})", "Check the quotation marks.", code="csv")]
    if not any(records):
        return empty, [prose_fault(file, "the file is empty", "Put at least a header and one row into it.", code="empty")]
    numbered = [(row, record) for row, record in enumerate(records, 1) if record]  # empty lines count as rows of a spreadsheet
    header = [unicodedata.normalize("NFC", name.strip()) for name in numbered[0][1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return empty, [
            prose_fault(
                file,
                "the columns are not separated by commas",
                "Save it with commas, or bring it in with geo-planner import.",
                row=1,
                code="csv",
            )
        ]
    # spreadsheets leave columns without a title and without a value behind
    idle = {at for at, name in enumerate(header) if not name and not any(at < len(record) and record[at].strip() for _, record in numbered)}
    if idle:
        numbered = [(row, [cell for at, cell in enumerate(record) if at not in idle]) for row, record in numbered]
        header = [name for at, name in enumerate(header) if at not in idle]
    odd = name_faults(header, file)
    if odd:
        return empty, odd
    ragged = bounded(
        prose_fault(
            file,
            f"the row has {len(record)} cells, the header has {len(header)}",
            "A comma inside a text needs quotation marks around the text.",
            row=row,
            code="ragged_row",
        )
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
        return raw, [prose_fault(file, "the layer is empty", "Put at least one row into it.", code="empty")]
    table = pd.DataFrame(index=pd.Index(raw.index) if raw.index.name == ROW else pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(raw), name=ROW))
    misspelt = _misspelt(raw.columns, layer)
    for column in layer.columns:
        if column.name not in raw:
            if column.name in misspelt:
                faults.append(_misspelt_title(file, column, misspelt[column.name]))
            elif column.required:
                faults.append(
                    prose_fault(
                        file,
                        "the column is missing",
                        f"Add it: {column.en}. {column.meaning_en}".strip(),
                        row=1,
                        column=column.name,
                        code="missing_column",
                    )
                )
            elif column.usual:
                faults.append(
                    prose_fault(
                        file,
                        "the column is missing: its values count as not known",
                        "Add it; cells may be blank.",
                        row=1,
                        column=column.name,
                        level="warning",
                        code="missing_column",
                    )
                )
            table[column.name] = pd.Series(pd.NA, index=table.index, dtype=_TYPES[column.kind])
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
    faults += bounded(unfit_cells(table, file, ids={*layer.key, "commune_code"}), of_a_kind)
    faults += bounded(_lookalikes(table, layer, file), of_a_kind)
    return table, faults + bounded(_duplicates(table, layer, file), of_a_kind)


_EXPECTED = {
    "int": ("not a whole number", "Write a whole number without spaces or separators, or leave the cell blank."),
    "float": ("not a number", "Write a number with a decimal point, or leave the cell blank."),
    "yes_no": ("neither yes nor no", "Write yes or no, or leave the cell blank."),
    "date": ("not a date", "Write it as year-month-day, for instance 2026-01-28."),
    "text": ("not a text", "Write a text."),
    "choice": ("not a text", "Write a text."),
}


def _typed(text: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """The column in its kind, and which cells do not fit it: a cell that is filled has a value or is one of these."""
    filled = (text != "").to_numpy(dtype=bool)
    if column.kind in ("int", "float"):
        fits = text.str.fullmatch(_WHOLE if column.kind == "int" else _NUMBER)
        value = pd.to_numeric(text.where(fits), errors="coerce").astype("Float64")
        value = value.where((value.abs() < 1e15).fillna(False)).astype(_TYPES[column.kind])
    elif column.kind == "yes_no":
        value = text.str.lower().map(_YES_NO).astype("boolean")
    elif column.kind == "date":
        day = pd.to_datetime(text.where(text.str.fullmatch(_DAY)), format="%Y-%m-%d", errors="coerce")
        value = text.where(day.notna())
    else:
        # a text of nothing that can be seen is no name
        seen = {cell: bool(skeleton(cell).strip()) for cell in text.unique()}
        value = text.where(text.map(seen).astype(bool))
    return value, pd.Series(filled & value.isna().to_numpy(dtype=bool), index=text.index)


def _unread(file: str, column: Column, row: int, text: str) -> Fault:
    """A filled cell that is nothing of its column's kind; where it only looks like something, what it looks like."""
    reason, remedy = _EXPECTED[column.kind]
    plain = plain_figures(text)
    if column.kind in ("int", "float", "date") and plain != text and _typed(pd.Series([plain], dtype="string"), column)[0].notna().all():
        reason, remedy = f"{reason}: its digits or signs are of another form than 0-9", f"Write {plain}."
    elif column.kind == "yes_no" and (plain := skeleton(text).strip().lower()) in _YES_NO:
        reason, remedy = _LOOKS, f"Write {plain}."
    elif column.kind in ("text", "choice"):
        reason, remedy = "the text holds nothing that can be seen", "Type the text anew, or leave the cell blank."
    return prose_fault(
        file, reason, remedy, row=row, column=column.name, value=_shown(text if text.isprintable() else ascii(text)), code="type"
    )


_LOOKS = "a letter only looks like the right one, or cannot be seen"


def _misspelt(titles: Iterable[str], layer: Layer) -> dict[str, str]:
    """Titles that look like that of a declared column which the file lacks."""
    titles = [str(title) for title in titles]
    declared = {column.name for column in layer.columns} - set(titles)
    return {name: title for title in titles if (name := skeleton(title).strip().lower()) in declared}


def _misspelt_title(file: str, column: Column, title: str) -> Fault:
    """A title in other letters than it looks is a fault; one in capitals may be a column of one's own where the layer can do without."""
    reason = "the title is not written as it must be: the column is not read"
    level: Literal["fault", "warning"] = "warning" if title.isascii() and not column.required else "fault"
    value = _shown(title if title.isascii() else ascii(title))
    return prose_fault(file, reason, f"Write {column.name}.", row=1, column=column.name, value=value, level=level, code="missing_column")


def _lookalikes(table: pd.DataFrame, layer: Layer, file: str) -> Iterator[Fault]:
    """Names with letters of another alphabet in them: what is called so elsewhere does not meet them."""
    for column in layer.columns:
        if column.kind == "text" and column.name not in layer.key and table[column.name].dtype == "string":
            cells = table[column.name].dropna()
            codes_of = {text: codes for text in cells.unique() if (codes := lookalikes(text))}
            for row, text in cells[cells.isin(codes_of)].items():
                reason, remedy = f"letters of another alphabet stand for Latin ones ({codes_of[text]})", f"Write {latin(text)}."
                yield prose_fault(file, reason, remedy, int(row), column.name, _shown(text), "warning", "lookalike")


def _values(table: pd.DataFrame, column: Column, file: str, wrong: pd.Series) -> Iterator[Fault]:
    """Blanks in needed cells, words that are none of the known ones, numbers out of range; but not where the cell was told already."""
    values, name = table[column.name], column.name
    if column.needed:
        for row in values.index[values.isna() & ~wrong]:
            yield prose_fault(file, "the cell is blank but needed", f"Fill it in: {column.en}.", row=int(row), column=name, code="blank")
    if column.choices:
        for row, value in values[values.notna() & ~values.isin(list(column.choices))].items():
            looks = next((word for word in column.choices if skeleton(str(value)).strip().lower() == word.lower()), "")
            reason = _LOOKS if looks and not str(value).isascii() else "not one of the known words"
            remedy = f"Write {looks}." if looks else f"Write one of: {', '.join(column.choices)}."
            yield prose_fault(file, reason, remedy, row=int(row), column=name, value=_shown(value), code="choice")
    if column.minimum is None and column.maximum is None:
        return
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (column.minimum, column.maximum))
    span = f"from {low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    beyond = pd.Series(False, index=values.index)
    if column.minimum is not None:
        beyond |= (values < column.minimum).fillna(False).astype(bool)
    if column.maximum is not None:
        beyond |= (values > column.maximum).fillna(False).astype(bool)
    for row, value in values[beyond].items():
        if name in ("lon", "lat"):
            lon, lat = (table.at[row, axis] if axis in table else pd.NA for axis in ("lon", "lat"))
            yield _coordinate_fault(file, int(row), column, lon, lat, _shown(value))
        else:
            yield prose_fault(
                file, "the number is out of range", f"Give a value {span}.", row=int(row), column=name, value=_shown(value), code="range"
            )


def _coordinate_fault(file: str, row: int, column: Column, lon: object, lat: object, value: str) -> Fault:
    """A coordinate that is no degree: most often the two are swapped, or they are metres of a projection."""
    numbers = [abs(float(str(v))) if not pd.isna(v) else 0.0 for v in (lon, lat)]
    if numbers[0] <= 90 and numbers[1] <= 180:
        return prose_fault(
            file, "longitude and latitude are swapped", "Exchange the two values.", row=row, column=column.name, value=value, code="swapped"
        )
    if max(numbers) > 1000:
        remedy = "Degrees of WGS84 are wanted; bring VN-2000 or UTM lists in with geo-planner import --crs EPSG:9205."
        return prose_fault(
            file,
            "the coordinate is in metres of a projection, not in degrees",
            remedy,
            row=row,
            column=column.name,
            value=value,
            code="projected_as_degrees",
        )
    return prose_fault(
        file,
        "the number is out of range",
        f"Give degrees from {column.minimum:g} to {column.maximum:g}.",
        row=row,
        column=column.name,
        value=value,
        code="range",
    )


def _duplicates(table: pd.DataFrame, layer: Layer, file: str) -> Iterator[Fault]:
    """Ids that stand twice, also where the two differ only by signs that nobody sees."""
    key = [table[name].map(bare_id, na_action="ignore") for name in layer.key]
    known = pd.concat([part.notna() for part in key], axis=1).all(axis=1)
    first: dict[tuple[str, ...], int] = {}
    for row, values in zip(table.index[known], zip(*(part[known] for part in key), strict=True), strict=True):
        if values in first:
            reason = f"the id stands already in row {first[values]}"
            shown = _shown("/".join(values))
            yield prose_fault(
                file, reason, "Give each row an id of its own.", row=int(row), column=layer.key[-1], value=shown, code="duplicate_id"
            )
        first.setdefault(values, int(row))


def _shown(value: object) -> str:
    return str(value)[:80]
