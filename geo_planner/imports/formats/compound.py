"""Compound files ([MS-CFB]), which old workbooks are: a small disk, whose sectors stand in chains.

The reader of workbooks follows these chains as they are written: one that leads back into itself, or to a sector that is not there, would
take all the memory of the machine, and the program with it. Here they are followed first, with every step counted.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_HEADER = 512
_MINI_SHIFT = 6
_END, _NO_SECTOR = 0xFFFFFFFE, 0xFFFFFFFA
"""What ends a chain, and the first number that is no sector's."""
_FAT_LIST_IN_HEADER = 109
_ENTRY, _KIND, _START = 128, 66, 116
"""Length of an entry of the directory, and where in it its kind and its first sector stand."""
_SMALL = 4096
"""A shorter stream stands in the small sectors."""
_STREAM, _ROOT = 2, 5
_WORKBOOKS = ("Workbook", "Book")
_FOLLOWED = {*_WORKBOOKS, "dir"}
"""Streams that the reader opens by their name, however long they are said to be."""


def workbook_stream(content: bytes) -> bytes:
    """The stream that holds the sheets of an old workbook; empty where the file has none.

    Raises
    ------
    ValueError
        When a chain, of this stream or of another one, does not end or leads out of the file, or a stream is longer than the file. With
        what is wrong, in English: for the log.
    """
    if len(content) < _HEADER:
        raise ValueError("shorter than its header")
    major, _, sector_shift, mini_shift = struct.unpack_from("<HHHH", content, 26)
    if (major, sector_shift) not in ((3, 9), (4, 12)) or mini_shift != _MINI_SHIFT:
        raise ValueError("sectors of an unknown size")
    size = 1 << sector_shift
    n_directory, n_fat, directory, _, _, mini_table, n_mini, fat_list, n_fat_list = struct.unpack_from("<9I", content, 40)
    if max(n_directory, n_fat, n_mini, n_fat_list) * size > len(content):
        raise ValueError("more sectors than the file has room for")
    sectors = -(-len(content) // size) - 1
    fat = _table(content, _fat_sectors(content, fat_list, size, sectors), size)

    def joined(start: int) -> bytes:
        return b"".join(_sector(content, each, size) for each in _chain(start, fat, sectors))

    entries = joined(directory)
    if len(entries) < _ENTRY or entries[_KIND] != _ROOT:
        raise ValueError("no root in its directory")
    mini = _table(content, _chain(mini_table, fat, sectors) if n_mini else [], size)
    small = joined(*struct.unpack_from("<I", entries, _START)) if n_mini else b""
    found: dict[str, bytes] = {}
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        start, low, high = struct.unpack_from("<III", entries, at + _START)
        if entries[at + _KIND] not in (_STREAM, _ROOT):
            continue
        if low + ((high << 32) if major == 4 else 0) > len(content):
            raise ValueError("a stream longer than the file")
        name = entries[at : at + 64].decode("utf-16-le", errors="replace").split("\0")[0]
        if not at or not (low or name in _FOLLOWED):
            continue
        if low < _SMALL:
            chain = _chain(start, mini, len(small) >> _MINI_SHIFT)
            whole = b"".join(small[each << _MINI_SHIFT : (each + 1) << _MINI_SHIFT] for each in chain)
        else:
            whole = joined(start)
        if name in _WORKBOOKS:
            found[name] = whole[:low]
    return next((found[name] for name in _WORKBOOKS if name in found), b"")


def _fat_sectors(content: bytes, at: int, size: int, sectors: int) -> list[int]:
    """The sectors that the table of chains itself stands in: listed in the header, and in a chain of their own."""
    found = list(struct.unpack_from(f"<{_FAT_LIST_IN_HEADER}I", content, 76))
    steps = 0
    while at < _NO_SECTOR:
        if at >= sectors or steps > sectors:
            raise ValueError("the list of the table's sectors does not end")
        *more, at = _numbers(_sector(content, at, size))
        found += more
        steps += 1
    return [each for each in found if each < _NO_SECTOR]


def _table(content: bytes, sectors: Sequence[int], size: int) -> list[int]:
    """The next sector of each, from the sectors that the table stands in."""
    return [number for each in sectors for number in _numbers(_sector(content, each, size))]


def _chain(start: int, table: Sequence[int], sectors: int) -> list[int]:
    found: list[int] = []
    at = start
    while at != _END:
        if at >= min(len(table), sectors) or len(found) >= sectors:
            raise ValueError("a chain that does not end, or leads out of the file")
        found.append(at)
        at = table[at]
    return found


def _sector(content: bytes, number: int, size: int) -> bytes:
    if (number + 1) * size >= len(content):
        raise ValueError("a sector that is not there")
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(sector) // 4}I", sector)
