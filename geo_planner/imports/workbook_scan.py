"""Workbooks looked over before they are read: sizes that would fill the memory, entities, formulas without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.etree import ElementTree as ET

from geo_planner.imports.archives import check_xml, pieces
from geo_planner.imports.files import refuse
from geo_planner.imports.grid import DAY_ZERO, MAX_COLUMNS

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
    scans = {title: by_part[part] for title, part in _sheet_parts(opened, name) if part in by_part}
    zero = _day_zero(opened)
    for scan in scans.values():
        scan.day_zero = zero
    return scans


def _day_zero(opened: zipfile.ZipFile) -> date:
    """From where the workbook counts its days: some programs for the Macintosh count from 1904."""
    member = next(member for member in opened.namelist() if member.lower() == "xl/workbook.xml")
    for element in ET.fromstring(opened.read(member)).iter():  # noqa: S314 - checked above
        if element.tag.rpartition("}")[2] == "workbookPr":
            return date(1904, 1, 1) if element.get("date1904", "").strip().lower() in ("1", "true", "on") else DAY_ZERO
    return DAY_ZERO


def _sheet_parts(opened: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    names = {member.lower(): member for member in opened.namelist()}
    try:
        relations = ET.fromstring(opened.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314 - checked above
        book = ET.fromstring(opened.read(names["xl/workbook.xml"]))  # noqa: S314 - checked above
    except (KeyError, ET.ParseError) as error:
        raise refuse(name, "damaged.list_of_sheets") from error
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            identifier = next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), None)
            target = targets.get(identifier, "").lower()
            yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


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
            cells = 0
            for row, inner in _ODS_ROW.findall(opened.read(member)):
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
