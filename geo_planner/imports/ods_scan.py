"""What an ods workbook does not show (filtered, collapsed or hidden rows and columns), and the day that its dates count from."""

from __future__ import annotations

import html
import re
import zipfile
from datetime import date

from geo_planner.imports.grid import DAY_ZERO, MAX_COLUMNS
from geo_planner.imports.workbook_scan import SheetScan

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
