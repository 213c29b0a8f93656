"""Workbooks looked over before they are read, for what the reader of their cells does not tell or cannot bear.

Sizes that would fill the memory, entities, formulas without a stored value (the reader gives blanks), what is hidden, and the
day from which dates count.
"""

from __future__ import annotations

import html
import logging
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.etree import ElementTree as ET

from geo_planner.imports.formats.compound import workbook_stream
from geo_planner.imports.grid import DAY_ZERO, MAX_COLUMNS
from geo_planner.imports.opening import check_xml, pieces, refuse

logger = logging.getLogger(__name__)

MAX_CELLS = 20_000_000
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,10})"')
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_HIDES = re.compile(rb"""\bhidden=["'](?:1|true)["']|\bht=["']0(?:\.0*)?["']""")
_NUMBERED = re.compile(rb"""(?<!\w)(r|min|max)=["'](\d{1,7})["']""")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,7})\d')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]|<(?:\w+:)?is>")
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:table-cell\b([^>]*?)(?:/>|>)")
_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,12})"')


@dataclass(slots=True)
class SheetScan:
    """What was seen in one sheet part of an xlsx."""

    rows: int = 0
    columns: int = 0
    formulas: int = 0
    uncached: set[tuple[int, int]] = field(default_factory=set)
    unplaced: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    day_zero: date = DAY_ZERO
    _rest: bytes = b""

    def feed(self, piece: bytes) -> None:
        content = self._rest + piece
        cut = max(content.rfind(b"</row>"), content.rfind(b":row>"))
        whole, self._rest = (content[:cut], content[cut:]) if cut > 0 else (b"", content)
        self._look_at(whole)

    def end(self) -> None:
        self._look_at(self._rest)
        self._rest = b""

    def _look_at(self, content: bytes) -> None:
        if _HIDES.search(content):
            self._look_for_hidden(content)
        numbers = [int(n) for n in _ROW.findall(content)]
        self.rows = max([self.rows + len(_ROW_START.findall(content)) if not numbers else self.rows, *numbers], default=self.rows)
        self.columns = max([self.columns, *(_column_number(letters) for letters in set(_REFERENCE.findall(content)))])
        if not _FORMULA.search(content):
            return
        for attributes, inner in _CELL.findall(content):
            if not _FORMULA.search(inner):
                continue
            self.formulas += 1
            if not _VALUE.search(inner) and b't="str"' not in attributes:
                if at := _AT.search(attributes):
                    self.uncached.add((int(at.group(2)) - 1, _column_number(at.group(1)) - 1))
                else:
                    self.unplaced = True

    def _look_for_hidden(self, content: bytes) -> None:
        for i, tag in enumerate(_ROW_TAG.findall(content)):
            if _HIDES.search(tag):
                number = dict(_NUMBERED.findall(tag)).get(b"r")
                self.hidden_rows.add(int(number) - 1 if number else self.rows + i)
        for tag in _COLUMN_TAG.findall(content):
            if _HIDES.search(tag):
                ends = {name: int(number) for name, number in _NUMBERED.findall(tag)}
                self.hidden_columns |= set(range(ends.get(b"min", 1) - 1, min(ends.get(b"max", ends.get(b"min", 1)), MAX_COLUMNS)))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def scan_xlsx(opened: zipfile.ZipFile, name: str) -> dict[str, SheetScan]:
    """Check every XML part; for each sheet, by its name, how large it is and which formulas lack a value.

    Raises
    ------
    InputError
        For damaged XML, document types, and sheets that claim more cells than memory should hold.
    """
    by_part: dict[str, SheetScan] = {}
    for member in opened.infolist():
        lower = member.filename.lower()
        if not lower.endswith((".xml", ".rels")):
            continue
        if lower.startswith("xl/worksheets/") and lower.endswith(".xml"):
            scan = by_part[lower] = SheetScan()
            check_xml(pieces(opened, member), name, on_piece=scan.feed)
            scan.end()
            if scan.rows * scan.columns > MAX_CELLS:
                raise refuse(name, "too_many_cells.sheet", rows=scan.rows, columns=scan.columns)
            if scan.unplaced:
                raise refuse(name, "uncached_formula.workbook")
        else:
            check_xml(pieces(opened, member), name)
    parts, zero = _book(opened, name)
    scans = {title: by_part[part] for title, part in parts.items() if part in by_part}
    for scan in scans.values():
        scan.day_zero = zero
    return scans


def _book(opened: zipfile.ZipFile, name: str) -> tuple[dict[str, str], date]:
    """The part of each sheet, and from where the workbook counts its days: some programs for the Macintosh count from 1904."""
    names = {member.lower(): member for member in opened.namelist()}
    try:
        relations = ET.fromstring(opened.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314 - checked above
        book = ET.fromstring(opened.read(names["xl/workbook.xml"]))  # noqa: S314 - checked above
    except (KeyError, ET.ParseError) as error:
        raise refuse(name, "damaged.list_of_sheets") from error
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts, zero = dict[str, str](), DAY_ZERO
    for element in book.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "workbookPr" and element.get("date1904", "").strip().lower() in ("1", "true", "on"):
            zero = date(1904, 1, 1)
        elif kind == "sheet":
            identifier = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id"), None)
            target = targets.get(identifier, "").lower()
            parts[element.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts, zero


def scan_ods(opened: zipfile.ZipFile, name: str) -> int:
    """Check an ods; returns how many of its cells hold a formula.

    Raises
    ------
    InputError
        Also for repeated cells that would fill the memory and for formulas without a stored value.
    """
    formulas = 0
    for member in opened.infolist():
        if not member.filename.lower().endswith(".xml"):
            continue
        check_xml(pieces(opened, member), name)
        if member.filename == "content.xml":
            formulas += _ods_formulas(opened.read(member), name)
    return formulas


def _ods_formulas(content: bytes, name: str) -> int:
    """How many cells hold a formula; refused where one has no stored value, or where the cells are too many."""
    formulas = cells = 0
    for row, inner in _ODS_ROW.findall(content):
        filled = 0
        for cell in _ODS_CELL.findall(inner):
            valued = b"office:value-type" in cell
            filled += _repeats(cell) if valued else 0
            if b"table:formula" in cell:
                formulas += 1
                if not valued:
                    raise refuse(name, "uncached_formula.ods")
        cells += filled * _repeats(row)
    if cells > MAX_CELLS:
        raise refuse(name, "too_many_cells.workbook", n=cells)
    return formulas


def _repeats(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found.group(1)) if found else 1


_TAG = re.compile(rb"<(/?)table:(table-row-group|table-column-group|table-row|table-column|table|null-date)(?=[\s/>])([^>]*)>")
_ATTRIBUTE = re.compile(rb'table:(name|visibility|display|date-value|number-(?:rows|columns)-repeated)="([^"]*)"')
_HIDDEN = (b"collapse", b"filter")
_MOST = 300_000
"""Hidden rows are looked at down to here; below lie the blank rows that fill a sheet."""


def hidden_in_ods(opened: zipfile.ZipFile) -> dict[str, SheetScan]:
    """By sheet, its hidden rows and columns; the content must have been checked before."""
    if "content.xml" not in opened.namelist():
        return {}
    scans, zero = dict[str, SheetScan](), DAY_ZERO
    scan, row, column, depth = SheetScan(), 0, 0, 0
    closed: list[bool] = []
    for end, tag, rest in _TAG.findall(opened.read("content.xml")):
        told = dict(_ATTRIBUTE.findall(rest))
        alone = rest.rstrip().endswith(b"/")
        if tag == b"null-date":
            zero = _day(told.get(b"date-value", b"")) or zero
        elif tag == b"table":
            # A table within a cell is part of that cell.
            depth += -1 if end else 0 if alone else 1
            if depth == 1 and not end:
                scan = scans.setdefault(html.unescape(told.get(b"name", b"").decode("utf-8", errors="replace")), SheetScan())
                row, column, closed = 0, 0, []
        elif depth != 1:
            continue
        elif tag.endswith(b"-group"):
            closed = closed[:-1] if end else closed if alone else [*closed, told.get(b"display") == b"false"]
        elif not end:
            hidden = told.get(b"visibility") in _HIDDEN or any(closed)
            if tag == b"table-row":
                count = _count(told.get(b"number-rows-repeated", b""))
                scan.hidden_rows |= set(range(row, min(row + count, _MOST))) if hidden else set()
                row += count
            else:
                count = _count(told.get(b"number-columns-repeated", b""))
                scan.hidden_columns |= set(range(column, min(column + count, MAX_COLUMNS))) if hidden else set()
                column += count
    for found in scans.values():
        found.day_zero = zero
    return scans


def _count(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 1


def _day(text: bytes) -> date | None:
    try:
        return date.fromisoformat(text.decode("ascii")[:10])
    except ValueError:
        return None


# Kinds of records in the stream, each with its length before it: [MS-XLS].
_XLS_FORMULA, _XLS_BOF, _XLS_EOF, _XLS_SHEET = 0x0006, 0x0809, 0x000A, 0x0085
_XLS_DATE_MODE, _XLS_ROW, _XLS_COLUMNS = 0x0022, 0x0208, 0x007D
_XLS_ROW_HIDDEN, _XLS_COLUMN_HIDDEN = 0x20, 0x01
_XLS_TEXTS, _XLS_SIZE, _XLS_LOCKED = 0x00FC, 0x0200, 0x002F
_XLS_CELLS = {_XLS_FORMULA, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x00BD}
_XLS_MOST_COLUMNS = 256
_XLS_EMPTY = 3
"""Type of a stored result that is no number, text, truth value or error."""


def scan_xls(content: bytes, name: str) -> dict[str, SheetScan] | None:
    """What is seen in the sheets of an xls; None when its records are not as they should be (an old or damaged one).

    Raises
    ------
    InputError
        When the file claims what would fill the memory: sectors without end, more texts or cells than it can hold.
    """
    try:
        stream = workbook_stream(content)
        _refuse_claims(stream)
    except ValueError as error:
        logger.debug("%s is no workbook", name, exc_info=error)
        raise refuse(name, "damaged.workbook") from error
    try:
        return _sheets_of_xls(stream) if stream else None
    except (struct.error, IndexError, ValueError):
        return None


def _refuse_claims(stream: bytes) -> None:
    """The reader makes room for what a record claims before it reads it; it reads the parts from where the list of sheets says they begin."""
    begins = [0]
    for begin in begins:
        for kind, at, length in _all_records(stream, begin):
            if kind == _XLS_LOCKED:
                return  # all that follows is encrypted: the reader says so and reads nothing
            if kind == _XLS_SHEET and length >= 4 and not begin:
                begins += struct.unpack_from("<I", stream, at)
            elif kind == _XLS_TEXTS and length >= 8 and struct.unpack_from("<i", stream, at + 4)[0] > len(stream):
                raise ValueError("more texts than the file has room for")
            elif kind == _XLS_SIZE and length >= 10:
                first, end, left, right = struct.unpack_from("<IIHH" if length >= 12 else "<HHHH", stream, at)
                if max(end - first, 0) * max(right - left, 0) > MAX_CELLS:
                    raise ValueError("a sheet of more cells than can be held")
            elif kind in _XLS_CELLS and length >= 6 and struct.unpack_from("<H", stream, at + 2)[0] >= _XLS_MOST_COLUMNS:
                raise ValueError("a cell where no sheet has a column")


def _sheets_of_xls(stream: bytes) -> dict[str, SheetScan]:
    scans, zero = dict[str, SheetScan](), DAY_ZERO
    for kind, at, length in _records(stream, 0):
        if kind == _XLS_DATE_MODE and length >= 2:
            zero = date(1904, 1, 1) if stream[at] else DAY_ZERO
        elif kind == _XLS_SHEET and length >= 8:
            (offset,), signs, wide = struct.unpack_from("<I", stream, at), stream[at + 6], stream[at + 7] & 1
            text = stream[at + 8 : at + 8 + signs * (2 if wide else 1)]
            scans[text.decode("utf-16-le" if wide else "latin-1")] = _sheet_of_xls(stream, offset)
    for scan in scans.values():
        scan.day_zero = zero
    return scans


def _sheet_of_xls(stream: bytes, offset: int) -> SheetScan:
    scan = SheetScan()
    for kind, at, length in _records(stream, offset):
        if kind == _XLS_FORMULA and length >= 20:
            row, column = struct.unpack_from("<HH", stream, at)
            scan.formulas += 1
            if stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == _XLS_EMPTY:
                scan.uncached.add((row, column))
        elif kind == _XLS_ROW and length >= 14 and stream[at + 12] & _XLS_ROW_HIDDEN:
            scan.hidden_rows.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == _XLS_COLUMNS and length >= 10 and stream[at + 8] & _XLS_COLUMN_HIDDEN:
            first, last = struct.unpack_from("<HH", stream, at)
            scan.hidden_columns |= set(range(first, min(last, 255) + 1))
    return scan


def _all_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of every record from there on, of whatever part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            return
        yield kind, at + 4, length
        at += 4 + length


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the records of a part; parts within it (charts) are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _XLS_BOF) - (kind == _XLS_EOF)
        if depth == 1:
            yield kind, at + 4, length
        if depth <= 0:
            return
        at += 4 + length
