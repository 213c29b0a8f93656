"""Study-area csv files and feature properties to typed tables, against the columns declared in the schema.

Words stay words until they are checked: a cell is read as text, then turned into its declared kind, and each cell that
does not fit becomes one fault with its row. Of a kind the first are told one by one and the rest is counted, so that a list
of any length is told in bounded time and size.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geo_planner.errors import MOST_OF_A_KIND, Fault, bounded
from geo_planner.schema import Column, Layer
from geo_planner.sources.unseen_signs import bare_id, name_faults, unfit_cells

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_WHOLE = r"[+-]?\d{1,15}(?:\.0*)?"
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
            Fault(file, f"the file cannot be read ({error.strerror})", "Check that it is there and may be read.", code="unreadable")
        ]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = Fault(
            file, "the text is not UTF-8", "Save the file as CSV UTF-8, or bring it in with geo-planner import.", row=line, code="encoding"
        )
        return empty, [fault]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return empty, [
            Fault(
                file, "the file holds null bytes: it is damaged or not a csv file", "Save it again as CSV UTF-8.", row=line, code="encoding"
            )
        ]
    try:
        # csv ends rows at line feeds alone; str.splitlines would also cut a text at the rarer separators of Unicode
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return empty, [Fault(file, f"the file is not a clean csv file ({error})", "Check the quotation marks.", code="csv")]
    if not any(records):
        return empty, [Fault(file, "the file is empty", "Put at least a header and one row into it.", code="empty")]
    numbered = [(row, record) for row, record in enumerate(records, 1) if record]  # empty lines count as rows of a spreadsheet
    header = [unicodedata.normalize("NFC", name.strip()) for name in numbered[0][1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return empty, [
            Fault(
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
        Fault(
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
        return raw, [Fault(file, "the layer is empty", "Put at least one row into it.", code="empty")]
    table = pd.DataFrame(index=pd.Index(raw.index) if raw.index.name == ROW else pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(raw), name=ROW))
    for column in layer.columns:
        if column.name not in raw:
            if column.required:
                faults.append(
                    Fault(
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
                    Fault(
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
        faults += bounded(_cell_faults(file, column, text[wrong], *_EXPECTED[column.kind], "type"), of_a_kind)
        faults += bounded(_values(table, column, file, wrong), of_a_kind)
    further = {
        name: raw[name].astype("string").str.normalize("NFC").str.strip().replace("", pd.NA).set_axis(table.index)
        for name in raw.columns
        if name not in table
    }
    table = pd.concat([table, pd.DataFrame(further, index=table.index)], axis=1) if further else table
    faults += bounded(unfit_cells(table, file, ids={*layer.key, "commune_code"}), of_a_kind)
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
    """The column in its kind, and which cells do not fit it."""
    filled = text != ""
    if column.kind in ("int", "float"):
        fits = text.str.fullmatch(_WHOLE if column.kind == "int" else _NUMBER)
        value = pd.to_numeric(text.where(fits), errors="coerce").astype("Float64")
        fits &= value.abs() < 1e15
        return value.where(fits).astype(_TYPES[column.kind]), filled & ~fits
    if column.kind == "yes_no":
        value = text.str.lower().map(_YES_NO).astype("boolean")
        return value, filled & value.isna()
    value = text.where(filled)
    if column.kind == "date":
        return value, filled & pd.to_datetime(
            text.where(text.str.fullmatch(r"\d{4}-\d{2}-\d{2}")), format="%Y-%m-%d", errors="coerce"
        ).isna()
    return value, pd.Series(False, index=text.index)


def _values(table: pd.DataFrame, column: Column, file: str, wrong: pd.Series) -> Iterator[Fault]:
    """Blanks in needed cells, words that are none of the known ones, numbers out of range; but not where the cell was told already."""
    values, name = table[column.name], column.name
    if column.needed:
        for row in values.index[values.isna() & ~wrong]:
            yield Fault(file, "the cell is blank but needed", f"Fill it in: {column.en}.", row=int(row), column=name, code="blank")
    if column.choices:
        for row, value in values[values.notna() & ~values.isin(list(column.choices))].items():
            remedy = f"Write one of: {', '.join(column.choices)}."
            yield Fault(file, "not one of the known words", remedy, row=int(row), column=name, value=_shown(value), code="choice")
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
            yield Fault(
                file, "the number is out of range", f"Give a value {span}.", row=int(row), column=name, value=_shown(value), code="range"
            )


def _coordinate_fault(file: str, row: int, column: Column, lon: object, lat: object, value: str) -> Fault:
    """A coordinate that is no degree: most often the two are swapped, or they are metres of a projection."""
    numbers = [abs(float(str(v))) if not pd.isna(v) else 0.0 for v in (lon, lat)]
    if numbers[0] <= 90 and numbers[1] <= 180:
        return Fault(
            file, "longitude and latitude are swapped", "Exchange the two values.", row=row, column=column.name, value=value, code="swapped"
        )
    if max(numbers) > 1000:
        remedy = "Degrees of WGS84 are wanted; bring VN-2000 or UTM lists in with geo-planner import --crs EPSG:9205."
        return Fault(
            file,
            "the coordinate is in metres of a projection, not in degrees",
            remedy,
            row=row,
            column=column.name,
            value=value,
            code="projected_as_degrees",
        )
    return Fault(
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
            yield Fault(
                file, reason, "Give each row an id of its own.", row=int(row), column=layer.key[-1], value=shown, code="duplicate_id"
            )
        first.setdefault(values, int(row))


def _cell_faults(file: str, column: Column, cells: pd.Series, reason: str, remedy: str, code: str) -> Iterator[Fault]:
    for row, value in cells.items():
        yield Fault(file, reason, remedy, row=int(row), column=column.name, value=_shown(value), code=code)


def _shown(value: object) -> str:
    return str(value)[:80]
