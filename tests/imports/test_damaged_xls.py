"""An old workbook that is damaged is refused in a sentence: it takes neither the memory of the machine nor the program with it."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt

from geo_planner.errors import InputError
from geo_planner.imports.formats.compound import workbook_stream
from geo_planner.imports.formats.workbook_scan import scan_xls
from geo_planner.imports.opening import opened
from tests.imports import making as m

_END = 0xFFFFFFFE
_READ = """
import resource, sys
from pathlib import Path
import python_calamine
from geo_planner.errors import InputError
from geo_planner.imports.formats.spreadsheets import read_workbook
from geo_planner.imports.opening import opened
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + 700 * 2**20,) * 2)
for path in map(Path, sys.argv[1:]):
    print(path.name, flush=True)
    try:
        with opened(path, max_bytes=10**7) as file:
            read_workbook(file, max_bytes=10**7, max_rows=10**5)
    except InputError:
        pass
"""


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    """A list as Excel 97 kept it."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sách")
    for r, row in enumerate(m.rows_of(m.plain())):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(str(tmp_path / "good.xls"))
    return (tmp_path / "good.xls").read_bytes()


def first_table(content: bytes) -> int:
    """Where the table of chains begins."""
    (sector,) = struct.unpack_from("<I", content, 76)
    return (sector + 1) * 512


def with_number(content: bytes, at: int, number: int) -> bytes:
    return content[:at] + struct.pack("<I", number) + content[at + 4 :]


def in_a_circle(content: bytes) -> bytes:
    """The chain of the sheets leads from its second sector back to its first."""
    return with_number(content, first_table(content) + 4, 0)


def out_of_the_file(content: bytes) -> bytes:
    return with_number(content, first_table(content), 0x00FFFFFF)


def far_directory(content: bytes) -> bytes:
    return with_number(content, 48, 0x0FFFFFFF)


def far_table(content: bytes) -> bytes:
    return with_number(content, 76, 0x0FFFFFFF)


def long_stream(content: bytes) -> bytes:
    at = content.index("Workbook".encode("utf-16-le"))
    return with_number(content, at + 120, 0x7FFFFFFF)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def many_texts(content: bytes) -> bytes:
    """The record of the shared texts counts two thousand million of them."""
    at = content.index(struct.pack("<H", 0x00FC), 512)
    while struct.unpack_from("<H", content, at + 2)[0] < 8:
        at = content.index(struct.pack("<H", 0x00FC), at + 1)
    return with_number(content, at + 8, 0x7FFFFFFF)


def wide_sheet(content: bytes) -> bytes:
    at = content.index(struct.pack("<HH", 0x0200, 14))
    return content[: at + 4] + struct.pack("<IIHH", 0, 0xFFFFFFF0, 0, 0xFFFF) + content[at + 16 :]


def far_cell(content: bytes) -> bytes:
    at = content.index(struct.pack("<HH", 0x0203, 14))
    return content[: at + 4] + struct.pack("<HH", 0xFFFF, 0xFFFF) + content[at + 8 :]


@pytest.mark.parametrize(
    "damage", [in_a_circle, out_of_the_file, far_directory, far_table, long_stream, cut, many_texts, wide_sheet, far_cell]
)
def test_what_would_fill_the_memory_is_refused_before_it_is_read(good: bytes, damage: Callable[[bytes], bytes]) -> None:
    assert list(scan_xls(good, "f.xls") or ()) == ["Danh sách"]
    with pytest.raises(InputError) as refused:
        scan_xls(damage(good), "f.xls")
    (fault,) = refused.value.faults
    assert (fault.code, fault.said.key) == ("damaged", "damaged.workbook")
    assert "(" not in fault.said.text("vi")


def test_a_sound_one_is_followed_to_its_end(good: bytes) -> None:
    stream = workbook_stream(good)
    assert stream[:2] == b"\x09\x08"
    assert struct.unpack_from("<I", good, first_table(good))[0] in (1, _END)


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="tells its own size on Linux")
def test_bytes_changed_at_random_never_end_the_program(good: bytes, tmp_path: Path) -> None:
    """In a process of its own, with little memory: one in twelve of these ended it."""
    draw = random.Random(12)
    paths = []
    for n in range(150):
        content = bytearray(good)
        for _ in range(draw.choice((1, 2, 4, 16))):
            at = draw.randrange(len(content) - 64)
            if draw.random() < 0.5:
                content[at] = draw.randrange(256)
            elif draw.random() < 0.6:
                content[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\1\0"))
            else:
                del content[at : at + draw.randrange(1, 64)]
        paths.append(tmp_path / f"{n}.xls")
        paths[-1].write_bytes(content)
    done = subprocess.run([sys.executable, "-c", _READ, *map(str, paths)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]
    assert len(done.stdout.splitlines()) == len(paths)


def test_half_a_workbook_is_told_as_one(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "f.xls").write_bytes(cut(good))
    with pytest.raises(InputError) as refused, opened(tmp_path / "f.xls", max_bytes=10**7):
        pass
    assert refused.value.faults[0].said.key == "damaged.workbook"
