"""A file is there whole or not at all, whatever the disk does, and nothing is written over what this program did not make."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import load_scenario, write_scenario
from geo_planner.errors import OutputError, UsageError
from geo_planner.export.folder import output_folder
from geo_planner.export.template import write_template
from geo_planner.export.vector import write_gpkg
from geo_planner.files.atomic import put_in_place
from geo_planner.imports.report import REJECTED, report_paths, usable_folder, write_rejects
from geo_planner.plan import Plan
from tests.conftest import SCENARIO


class FullDisk:
    """Every write to a file fails after so many bytes, as on a disk without room; the name of the file is there already."""

    def __init__(self, patch: pytest.MonkeyPatch, room: int) -> None:
        real = os.fdopen

        class Stream:
            def __init__(self, handle: int, *args: object, **kwargs: object) -> None:
                self._stream, self._room = real(handle, *args, **kwargs), room

            def __enter__(self) -> Stream:
                return self

            def __exit__(self, *_: object) -> None:
                self._stream.close()

            def write(self, content: bytes) -> int:
                if len(content) > self._room:
                    self._stream.write(content[: self._room])
                    raise OSError(errno.ENOSPC, "No space left on device")
                return self._stream.write(content)

            def __getattr__(self, name: str) -> object:
                return getattr(self._stream, name)

        patch.setattr("geo_planner.files.atomic.os.fdopen", Stream)


@pytest.mark.parametrize("room", [0, 100])
def test_a_full_disk_leaves_what_was_there_and_a_retry_works(room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    with monkeypatch.context() as patch:
        FullDisk(patch, room)
        for new in (False, True):
            with pytest.raises(OSError, match="No space"):
                put_in_place(tmp_path / ("b" if new else "a"), b"x" * 1000, new=new)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]
    put_in_place(tmp_path / "b", b"x", new=True)
    put_in_place(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.parametrize("links", [True, False])
def test_what_is_new_never_replaces_anything(links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:

        def refused(*_: object) -> None:
            raise OSError(errno.EPERM, "no such names here")

        monkeypatch.setattr("geo_planner.files.atomic.os.link", refused)
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    for name in ("file", "link", "folder"):
        with pytest.raises(FileExistsError):
            put_in_place(tmp_path / name, b"x", new=True)
    assert (tmp_path / "file").read_text() == "old"
    put_in_place(tmp_path / "fresh", b"x", new=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder", "fresh", "link"]


def test_a_scenario_that_found_no_room_can_be_written_once_there_is(area_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, new = area_copy / "scenarios" / SCENARIO.name, area_copy / "scenarios" / "calibrated.yaml"
    with monkeypatch.context() as patch:
        FullDisk(patch, 10)
        with pytest.raises(OutputError, match="disk space"):
            write_scenario(base, new, {"seed": 3})
    assert not new.exists()
    assert len(list(new.parent.iterdir())) == 1
    write_scenario(base, new, {"seed": 3})
    assert load_scenario(new).seed == 3
    with pytest.raises(UsageError, match="there already"):
        write_scenario(base, new, {"seed": 4})
    assert load_scenario(new).seed == 3


def filled_in(path: Path) -> None:
    import openpyxl

    write_template("villages", path)
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"] = "LC001"
    book.save(path)


def saved_again(path: Path) -> None:
    import openpyxl

    write_template("villages", path)
    openpyxl.load_workbook(path).save(path)


FOREIGN = {
    "a note": lambda path: path.write_text("mine"),
    "an empty file": lambda path: path.write_bytes(b""),
    "another workbook": lambda path: pd.DataFrame({"a": [1]}).to_excel(path),
    "a template that was filled in": filled_in,
    "a template that was saved by another program": saved_again,
    "a link": lambda path: path.symlink_to(path.parent / "elsewhere"),
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_template_is_not_written_over_what_is_no_empty_template(what: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    FOREIGN[what](path)
    before = path.read_bytes() if path.is_file() else None
    result = CliRunner().invoke(app, ["template", "villages", "-o", str(path)])
    assert result.exit_code == 2
    assert "Choose another name" in result.output
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not (tmp_path / "elsewhere").exists()


def test_an_empty_template_may_be_written_again(tmp_path: Path) -> None:
    write_template("villages", tmp_path / "t.xlsx")
    write_template("villages", tmp_path / "t.xlsx")
    write_template("sites", tmp_path / "t.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


def test_a_template_on_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FullDisk(monkeypatch, 10)
    with pytest.raises(OutputError, match="disk space"):
        write_template("villages", tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", range(3))
def test_a_report_is_not_written_over_the_work_of_others(place: int, tmp_path: Path) -> None:
    paths = report_paths("villages.xlsx", tmp_path)
    paths[place].write_text("tên,ghi chú\nA,của tôi\n")
    with pytest.raises(OutputError, match="no import has written it"):
        usable_folder(tmp_path, paths)


@pytest.mark.parametrize(
    "error", [pyogrio.errors.FeatureError, pyogrio.errors.DataLayerError, pyogrio.errors.DataSourceError, RuntimeError, OSError]
)
def test_a_geopackage_that_cannot_be_written_is_a_sentence(
    error: type[Exception], plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error("database or disk is full")

    monkeypatch.setattr("geo_planner.export.vector.pyogrio.write_dataframe", full)
    with pytest.raises(OutputError, match="make room"), output_folder(tmp_path / "out", {}) as folder:
        write_gpkg(plan, folder / "plan.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_rows_that_a_full_disk_swallowed_are_noticed(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pyogrio.write_dataframe

    def short(table: pd.DataFrame, *args: object, **kwargs: object) -> None:
        real(table.iloc[:-1], *args, **kwargs)

    monkeypatch.setattr("geo_planner.export.vector.pyogrio.write_dataframe", short)
    with pytest.raises(OutputError, match=re.escape("rows instead of")):
        write_gpkg(plan, tmp_path / "plan.gpkg")


def test_rejects_are_not_written_over_the_work_of_others(tmp_path: Path) -> None:
    path = report_paths("villages.xlsx", tmp_path)[2]
    path.write_text("tên,ghi chú\nA,của tôi\n")
    rejected = pd.DataFrame([[2, "name", "", "blank", "Fill it in.", "blank", "để trống", "Điền vào."]], columns=REJECTED)
    rows = pd.DataFrame({"name": [""]}, index=[2])
    with pytest.raises(OutputError, match="no import has written it"):
        write_rejects(rows, rejected, path)
    path.unlink()
    for _ in range(2):
        write_rejects(rows, rejected, path)
    assert path.read_text(encoding="utf-8-sig").startswith("Dòng trong tệp,name,Lý do bị loại")
