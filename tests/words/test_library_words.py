"""What a library says of a damaged or unwritten file stays in the log: a reader is told in a sentence of his language."""

from __future__ import annotations

import errno
import re
import sqlite3
from pathlib import Path

import pytest

import geo_planner
from geo_planner.config import load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.files import refused
from geo_planner.imports import preview
from geo_planner.study_area.tables import read_csv
from geo_planner.words import Said
from tests.conftest import ROOT
from tests.imports import making as m

_LEFT_TO_THE_NETWORK = {"fetch/transfer.py"}
"""Where it is the setting of a proxy or a certificate that a library names: there is no other word for it."""


def test_no_sentence_is_filled_with_what_a_library_says() -> None:
    root = Path(geo_planner.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\b(why|error|reason)=(str\(error\)|error\.reason|shapely\.is_valid_reason)", path.read_text(encoding="utf-8"))
    }
    assert found - {"crs.py"} == _LEFT_TO_THE_NETWORK


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("name: a: b", "colon"), ("title_vi: @x", "sign"), ('title_vi: "abc\nname: x', "quote"), ("name: [a, b\n", "bracket"),
        ("a:\n   b: 1\n  c: 2\n", "indent"), ("name: thu\nvillages\nsites: 3\n", "no_colon"), ("a: *b", "alias"),
    ],
)  # fmt: skip
def test_a_scenario_broken_by_hand_says_what_is_wrong_and_where(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as broken:
        load_scenario(tmp_path / "s.yaml")
    (fault,) = broken.value.faults
    why = dict(fault.said.facts)["why"]
    assert isinstance(why, Said)
    assert why.key == f"yaml_problem.{key}"
    assert not re.search(r"expected|found|mapping|scanning", fault.said.text("vi"))


def test_a_damaged_table_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n1,2\n"3,4\n', encoding="utf-8")
    _, (fault,) = read_csv(tmp_path / "t.csv", "t.csv")
    assert (fault.said.key, fault.row) == ("csv.damaged_table", 3)
    assert "(" not in fault.said.text("vi")


def _first_fault(path: Path) -> Fault:
    return preview("villages", path, ROOT / "data").faults[0]


def test_a_damaged_list_is_told_without_the_words_of_its_reader(tmp_path: Path) -> None:
    whole = m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain()))
    for member, content, key in (
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", "damaged.xml_at"),
        ("xl/sharedStrings.xml", b"<sst/>", "damaged.workbook"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>", "damaged.workbook"),
    ):
        path = tmp_path / "broken.xlsx"
        path.write_bytes(whole.read_bytes())
        fault = _first_fault(m.changed_member(path, member, lambda _, content=content: content))  # type: ignore[misc]
        assert fault.said.key == key
        assert not re.search(r"token|string|Relationship|index", fault.said.text("vi"))
    (tmp_path / "q.csv").write_text('Thôn, bản;Xã\n"Pa Ủ"x;Pa Ủ\n', encoding="utf-8")
    assert "expected" not in _first_fault(tmp_path / "q.csv").said.text("vi")


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "system.full"), (PermissionError(errno.EACCES, "Permission denied"), "system.access"),
        (RuntimeError("Failed to write record"), "system.not_known"),
    ],
)  # fmt: skip
def test_what_was_not_written_is_told_by_kind(tmp_path: Path, error: Exception, key: str) -> None:
    why = refused.why_not_written(error, tmp_path / "f.gpkg")
    assert isinstance(why, Said)
    assert why.key == key


def test_a_full_disk_is_told_whatever_the_library_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 4096})())
    why = refused.why_not_written(RuntimeError("Failed to commit transaction"), tmp_path / "f.gpkg")
    assert isinstance(why, Said)
    assert why.key == "system.full"


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    why = refused.why_not_written(RuntimeError("cannot create"), tmp_path / "gone" / "f.gpkg")
    assert isinstance(why, Said)
    assert why.key == "system.missing"


def test_sqlite_tells_by_number(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    sqlite3.connect(path).close()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database, pytest.raises(sqlite3.OperationalError) as seen:
        database.execute("CREATE TABLE t (a)")
    why = refused.why_not_written(seen.value, path)
    assert isinstance(why, Said)
    assert why.key == "system.read_only"
