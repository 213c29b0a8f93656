"""The layer changes only when its papers are safe, and only one writes at a time; a file goes by the name its owner knows."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.errors import OutputError
from geo_planner.files import locking
from geo_planner.files.locking import LOCK_FILE, locked
from geo_planner.imports import import_layer, preview
from geo_planner.imports import importer as importing
from tests.imports import making as m

Contents = Callable[[Path], dict[str, str]]


def listed(path: Path, **changes: Any) -> Path:
    return m.csv(path, m.rows_of(m.plain(**changes)))


def faulty(path: Path) -> Path:
    """A list with one row that cannot be taken."""
    table = m.rows_of(m.plain())
    table[3][table[0].index("Xã")] = "Xã không có ở đâu"
    return m.csv(path, table)


# --- report and rejects -----------------------------------------------------------------------------------------------


def unusable(tmp_path: Path, kind: str) -> Path:
    if kind == "file":
        (tmp_path / "taken").write_text("x")
        return tmp_path / "taken"
    if kind == "below a file":
        (tmp_path / "taken").write_text("x")
        return tmp_path / "taken" / "report"
    folder = tmp_path / "report"
    if kind == "link":
        folder.mkdir()
        (folder / "list.csv.report.json").symlink_to(tmp_path / "elsewhere")
        return folder
    (folder / "list.csv.report.xlsx").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("kind", ["file", "below a file", "link", "folder in the way"])
@pytest.mark.parametrize("good", [True, False])
def test_an_unusable_report_folder_changes_nothing(kind: str, good: bool, area: Path, tmp_path: Path, contents: Contents) -> None:
    file = (listed if good else faulty)(tmp_path / "list.csv")
    before = contents(area)
    arguments = ["import", "villages", str(file), "--into", str(area), "--report", str(unusable(tmp_path, kind)), "--accept-valid"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert contents(area) == before
    assert "--report" in result.stderr
    assert not list(tmp_path.glob("*.rejected.csv"))


def test_rejects_that_cannot_be_written_change_nothing(area: Path, tmp_path: Path, contents: Contents) -> None:
    file = faulty(tmp_path / "list.csv")
    (tmp_path / "list.rejected.csv").mkdir()
    before = contents(area)
    with pytest.raises(OutputError):
        import_layer("villages", file, area, accept_valid=True)
    assert contents(area) == before


@pytest.mark.parametrize("failing", ["write_report", "write_rejects"])
def test_a_report_that_fails_half_way_changes_nothing(
    failing: str, area: Path, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutputError("output_is_file", path="the disk is full")

    monkeypatch.setattr(importing, failing, full)
    before = contents(area)
    with pytest.raises(OutputError, match="full"):
        import_layer("villages", faulty(tmp_path / "list.csv"), area, accept_valid=True, report_dir=tmp_path / "report")
    assert contents(area) == before
    assert not list((tmp_path / "report").iterdir())


def test_a_layer_that_fails_leaves_no_report_that_says_otherwise(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object, **__: object) -> None:
        raise OutputError("output_is_file", path="the layer is held open")

    monkeypatch.setattr(importing, "write_layer", held)
    with pytest.raises(OutputError, match="held"):
        import_layer("villages", faulty(tmp_path / "list.csv"), area, accept_valid=True, report_dir=tmp_path / "report")
    assert not list((tmp_path / "report").iterdir())


def test_a_layer_changed_meanwhile_is_said_in_the_report(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importing.write_report

    def meddle(*arguments: Any) -> Any:
        (area / "villages" / "villages.csv").write_text("changed")
        return real(*arguments)

    monkeypatch.setattr(importing, "write_report", meddle)
    report = import_layer("villages", listed(tmp_path / "list.csv"), area, report_dir=tmp_path / "report")
    assert not report.written
    assert {fault.code for fault in report.faults if fault.level == "fault"} == {"changed_meanwhile"}
    assert json.loads((tmp_path / "report" / "list.csv.report.json").read_text(encoding="utf-8"))["written"] is False


def test_the_report_says_what_was_written(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", faulty(tmp_path / "list.csv"), area, accept_valid=True, report_dir=tmp_path / "report")
    assert report.written
    document = json.loads((tmp_path / "report" / "list.csv.report.json").read_text(encoding="utf-8"))
    assert document["written"] is True
    assert {path.name for path in report.files} == {"list.csv.report.json", "list.csv.report.xlsx", "list.rejected.csv"}
    assert all(path.is_file() for path in report.files)


# --- the name of the file ---------------------------------------------------------------------------------------------


def test_a_temporary_file_goes_by_the_name_its_owner_knows(area: Path, tmp_path: Path) -> None:
    file = listed(tmp_path / "upload.csv")
    name = "Danh sách bản lõm sóng 2026.csv"
    report = import_layer("villages", file, area, name=name, report_dir=tmp_path / "report")
    assert report.file == name
    assert set(pd.read_csv(area / "villages" / "villages.csv")["source"]) == {name}
    assert json.loads((area / "manifest.json").read_text(encoding="utf-8"))["files"]["villages/villages.csv"]["source"] == name
    assert {path.name for path in report.files} == {f"{name}.report.json", f"{name}.report.xlsx"}
    wrong = import_layer("villages", faulty(tmp_path / "upload.csv"), area, name=name)
    assert {fault.file for fault in wrong.faults} == {name}
    assert {fault.file for fault in preview("villages", m.csv(tmp_path / "upload.csv", [["a"], ["b"]]), area, name=name).faults} == {name}


@pytest.mark.parametrize("name", ["../../etc/ban.csv", "C:\\x\\ban.csv", "ban\n.csv", "\u202eban.csv"])
def test_a_name_is_only_a_name(name: str, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", listed(tmp_path / "upload.csv"), area, name=name, report_dir=tmp_path / "report")
    assert report.file == "ban.csv"
    assert all(path.parent == tmp_path / "report" for path in report.files)


# --- one at a time ----------------------------------------------------------------------------------------------------


def _bring(file: Path, area: Path, layer: str, start: Any, results: Any) -> None:
    start.wait()
    try:
        results.put(import_layer(layer, file, area).exit_status)
    except OutputError as error:
        results.put(str(error))


def test_imports_at_one_time_all_arrive(empty_area: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    start, results = context.Event(), context.Queue()
    table = m.rows_of(m.plain())
    parts = [m.csv(tmp_path / f"part{i}.csv", [table[0], *table[1 + 4 * i : 5 + 4 * i]]) for i in range(3)]
    children = [context.Process(target=_bring, args=(part, empty_area, "villages", start, results)) for part in parts]
    for child in children:
        child.start()
    start.set()
    for child in children:
        child.join()
    assert [results.get() for _ in children] == [0, 0, 0]
    assert set(pd.read_csv(empty_area / "villages" / "villages.csv")["name"]) == set(m.NAMES)
    assert not (empty_area / LOCK_FILE).exists()


def test_layers_at_one_time_are_all_in_the_manifest(empty_area: Path, tmp_path: Path) -> None:
    (tmp_path / "roads.geojson").write_text(m.roads().to_json(), encoding="utf-8")
    jobs = {"villages": listed(tmp_path / "v.csv"), "candidates": listed(tmp_path / "c.csv"), "roads": tmp_path / "roads.geojson"}
    threads = [threading.Thread(target=import_layer, args=(layer, file, empty_area)) for layer, file in jobs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorded = json.loads((empty_area / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert {"villages/villages.csv", "candidates/candidates.csv", "roads/roads.geojson"} <= set(recorded)


def test_whoever_comes_second_is_told(area: Path, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "PATIENCE_S", 0.2)
    file, before, held, done = listed(tmp_path / "list.csv"), contents(area), threading.Event(), threading.Event()

    def hold() -> None:
        with locked(area):
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        with pytest.raises(OutputError, match="Another import or fetch"):
            import_layer("villages", file, area)
        assert {name: digest for name, digest in contents(area).items() if name != LOCK_FILE} == before
    finally:
        done.set()
        holder.join()
    assert import_layer("villages", file, area).exit_status == 0


def test_a_short_wait_is_enough(area: Path) -> None:
    held = threading.Event()

    def hold() -> None:
        with locked(area):
            held.set()
            time.sleep(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    begun = time.monotonic()
    with locked(area, patience_s=10):
        assert time.monotonic() - begun > 0.1
    holder.join()


def test_the_holder_may_enter_again_and_leaves_nothing(area: Path) -> None:
    with locked(area), locked(area):
        assert (area / LOCK_FILE).is_file()
    assert not (area / LOCK_FILE).parent.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_holder_holds_nobody_up(area: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(area):
            os.write(writing, b"x")
            time.sleep(60)
        os._exit(0)
    os.read(reading, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (area / LOCK_FILE).is_file(), "the file is left over"
    assert import_layer("villages", listed(tmp_path / "list.csv"), area).exit_status == 0
    assert not (area / LOCK_FILE).exists()


def test_a_failed_import_leaves_no_lock(area: Path, tmp_path: Path, contents: Contents) -> None:
    before = contents(area)
    assert import_layer("villages", faulty(tmp_path / "list.csv"), area).exit_status == 1
    assert contents(area) == before
