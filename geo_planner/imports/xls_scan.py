"""What the reader of an xls workbook's cells does not tell: formulas without a stored value (it gives blanks), what is hidden, the day zero.

An xls is a compound file (sectors in chains, as on a disk); its stream "Workbook" is a sequence of records of a kind and a
length. Only the records that matter are looked at; formats: [MS-CFB] and [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import date

from geo_planner.imports.grid import DAY_ZERO
from geo_planner.imports.workbook_scan import SheetScan

_END = 0xFFFFFFFA
_FORMULA, _BOF, _EOF, _SHEET = 0x0006, 0x0809, 0x000A, 0x0085
_DATE_MODE, _ROW, _COLUMNS = 0x0022, 0x0208, 0x007D
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_EMPTY = 3
"""Type of a stored result that is no number, text, truth value or error."""


def formulas_of_xls(content: bytes) -> dict[str, SheetScan] | None:
    """Formulas by sheet; None when the file is not built as it should be (an old or damaged one)."""
    try:
        stream = _workbook(content)
        return _sheets(stream) if stream else None
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        return None


def _workbook(content: bytes) -> bytes:
    """The stream that holds the sheets."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    small = 1 << struct.unpack_from("<H", content, 32)[0]
    if not (512 <= size <= 4096 and small <= size):
        raise ValueError("sector size")
    (directory,) = struct.unpack_from("<I", content, 48)
    limit, mini_start, _, difat, difat_count = struct.unpack_from("<5I", content, 56)
    numbers = list(struct.unpack_from("<109I", content, 76))
    for _ in range(min(difat_count, len(content) // size)):
        block = struct.unpack_from(f"<{size // 4}I", content, (difat + 1) * size)
        numbers += block[:-1]
        difat = block[-1]
    table: list[int] = []
    for number in numbers:
        if number < _END:
            table += struct.unpack_from(f"<{size // 4}I", content, (number + 1) * size)
    entries = b"".join(content[(n + 1) * size : (n + 2) * size] for n in _chain(table, directory))
    root = start = length = 0
    for at in range(0, len(entries) - 127, 128):
        kind, (first,), (bytes_,) = (
            entries[at + 66],
            struct.unpack_from("<I", entries, at + 116),
            struct.unpack_from("<I", entries, at + 120),
        )
        name = entries[at : at + max(struct.unpack_from("<H", entries, at + 64)[0] - 2, 0)].decode("utf-16-le")
        if kind == 5:
            root = first
        elif kind == 2 and name in ("Workbook", "Book"):
            start, length = first, bytes_
    if not length:
        return b""
    if length >= limit:
        return b"".join(content[(n + 1) * size : (n + 2) * size] for n in _chain(table, start))[:length]
    smalls = b"".join(content[(n + 1) * size : (n + 2) * size] for n in _chain(table, root))
    chains = b"".join(content[(n + 1) * size : (n + 2) * size] for n in _chain(table, mini_start))
    mini = list(struct.unpack(f"<{len(chains) // 4}I", chains))
    return b"".join(smalls[n * small : (n + 1) * small] for n in _chain(mini, start))[:length]


def _chain(table: list[int], start: int) -> Iterator[int]:
    seen = 0
    while start < _END:
        yield start
        seen += 1
        if seen > len(table):
            raise ValueError("a chain that never ends")
        start = table[start]


def _sheets(stream: bytes) -> dict[str, SheetScan]:
    scans, zero = dict[str, SheetScan](), DAY_ZERO
    for kind, at, length in _records(stream, 0):
        if kind == _DATE_MODE and length >= 2:
            zero = date(1904, 1, 1) if stream[at] else DAY_ZERO
        elif kind == _SHEET and length >= 8:
            (offset,), signs, wide = struct.unpack_from("<I", stream, at), stream[at + 6], stream[at + 7] & 1
            text = stream[at + 8 : at + 8 + signs * (2 if wide else 1)]
            scans[text.decode("utf-16-le" if wide else "latin-1")] = _formulas(stream, offset)
    for scan in scans.values():
        scan.day_zero = zero
    return scans


def _formulas(stream: bytes, offset: int) -> SheetScan:
    scan = SheetScan()
    for kind, at, length in _records(stream, offset):
        if kind == _FORMULA and length >= 20:
            row, column = struct.unpack_from("<HH", stream, at)
            scan.formulas += 1
            if stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == _EMPTY:
                scan.uncached.add((row, column))
        elif kind == _ROW and length >= 14 and stream[at + 12] & _ROW_HIDDEN:
            scan.hidden_rows.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == _COLUMNS and length >= 10 and stream[at + 8] & _COLUMN_HIDDEN:
            first, last = struct.unpack_from("<HH", stream, at)
            scan.hidden_columns |= set(range(first, min(last, 255) + 1))
    return scan


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the records of a part; parts within it (charts) are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, at + 4, length
        if depth <= 0:
            return
        at += 4 + length
