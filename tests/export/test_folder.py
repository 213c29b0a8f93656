"""A reader finds the former output or the new one, whole, whatever happens to the run."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from geo_planner.errors import OutputError
from geo_planner.export.folder import check_output, output_folder, settle, verify_folder

NAMES = ("a.txt", "b.txt", "c.txt")


def write(out: Path, text: str) -> None:
    with output_folder(out, {"note": "ghi chú"}) as staging:
        for name in NAMES:
            (staging / name).write_text(text, encoding="utf-8")


def content(out: Path) -> str:
    """The one text of a folder that is whole."""
    assert verify_folder(out) == []
    assert {path.name for path in out.iterdir()} == {*NAMES, "manifest.json"}
    (text,) = {(out / name).read_text(encoding="utf-8") for name in NAMES}
    return text


def beside(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def test_a_new_output_replaces_the_former_one_and_leaves_nothing_beside(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    write(out, "one")
    write(out, "two")
    assert content(out) == "two"
    assert beside(out) == []
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["note"] == "ghi chú"
    assert set(manifest["files"]) == set(NAMES)
    assert manifest["created"].endswith("+00:00")


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), OutputError("output_is_file", path="x")])
def test_an_error_leaves_the_former_output(tmp_path: Path, error: BaseException) -> None:
    out = tmp_path / "out"
    write(out, "one")
    with pytest.raises(type(error)), output_folder(out, {}) as staging:  # noqa: PT012
        (staging / "a.txt").write_text("half")
        raise error
    assert content(out) == "one"
    assert beside(out) == []


def test_a_first_run_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), output_folder(tmp_path / "out", {}):
        raise ValueError("x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "word"), [(errno.EACCES, "Close the file in Excel"), (errno.ENOSPC, "make room"), (errno.EROFS, "another folder")]
)
def test_errors_of_the_disk_are_a_sentence_and_a_remedy(tmp_path: Path, number: int, word: str) -> None:
    with pytest.raises(OutputError, match=word), output_folder(tmp_path / "out", {}):
        raise OSError(number, os.strerror(number), "priority_list.xlsx")


def test_other_errors_of_the_system_are_not_taken_for_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), output_folder(tmp_path / "out", {}):
        (tmp_path / "no such file").read_text()


def test_a_rename_that_is_refused_puts_the_former_output_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(out, "one")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(errno.EACCES, "held open", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Close the file"):
        write(out, "two")
    assert content(out) == "one"
    assert beside(out) == []


def test_files_of_somebody_else_are_never_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "luận văn.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"luận văn\.docx"):
        write(out, "one")
    assert (out / "luận văn.docx").read_text() == "mine"


def test_a_file_that_somebody_put_into_our_folder_is_never_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one")
    (out / "ghi chú.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"ghi chú\.txt"):
        write(out, "two")
    (out / "ghi chú.txt").rename(tmp_path / "ghi chú.txt")
    (out / "~$priority_list.xlsx").write_text("left by an office program")
    write(out, "two")
    assert content(out) == "two"


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"program": "other", "files": {}}'])
def test_a_manifest_of_another_program_is_not_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(text)
    with pytest.raises(OutputError, match="did not write"):
        check_output(tmp_path / "out")


def test_an_empty_folder_is_fine_and_a_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", "one")
    assert content(tmp_path / "empty") == "one"
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(OutputError):
            check_output(out)


def test_the_working_directory_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for out in (Path(), Path(".."), Path("/")):
        with pytest.raises(OutputError, match="working directory"):
            check_output(out)


def test_a_link_stays_and_the_folder_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "out"
    link.symlink_to(tmp_path / "disk", target_is_directory=True)
    write(link, "one")
    assert link.is_symlink()
    assert content(tmp_path / "disk") == "one"


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with output_folder(out, {}) as staging:
        (staging / "a.txt").write_text("first")
        with pytest.raises(OutputError, match="Another run"):
            write(out, "second")
        settle(out)
        assert (staging / "a.txt").exists(), "a reader must not clean up under a run"
    assert (out / "a.txt").read_text() == "first"


def test_verify_names_what_is_missing_or_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one")
    (out / "a.txt").write_text("onf")
    (out / "b.txt").unlink()
    assert verify_folder(out) == ["a.txt", "b.txt"]
    (out / "manifest.json").unlink()
    assert verify_folder(out) == ["manifest.json"]
    assert verify_folder(tmp_path / "nowhere") == ["manifest.json"]


def test_verify_does_not_follow_names_out_of_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one")
    document: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    document["files"] = {"../secret": "0" * 64, "/etc/hosts": "0" * 64}
    (out / "manifest.json").write_text(json.dumps(document))
    assert verify_folder(out) == ["../secret", "/etc/hosts"]


SCRIPT = """
import os, shutil, sys
from pathlib import Path
from geo_planner.export import folder

out, die_at = Path(sys.argv[1]), sys.argv[2]
steps = iter(range(1000))
rename, rmtree = Path.rename, shutil.rmtree

def step():
    if next(steps) == int(die_at):
        os._exit(9)

def counted(self, target):
    step()
    result = rename(self, target)
    step()
    return result

def removed(path):
    step()
    rmtree(path)
    step()

if int(die_at) >= 0:
    Path.rename, shutil.rmtree = counted, removed
print("ready", flush=True)
while True:
    with folder.output_folder(out, {}) as staging:
        for name in ("a.txt", "b.txt", "c.txt"):
            if int(die_at) >= 0:
                step()
            (staging / name).write_text("two")
    if int(die_at) >= 0:
        break
"""


@pytest.mark.parametrize("die_at", range(12))
def test_a_crash_at_any_step_leaves_a_whole_output(tmp_path: Path, die_at: int) -> None:
    out = tmp_path / "out"
    write(out, "one")
    ended = subprocess.run([sys.executable, "-c", SCRIPT, str(out), str(die_at)], capture_output=True, text=True, check=False)
    assert ended.returncode in (0, 9), ended.stderr
    if not out.exists():
        settle(out)
    assert content(out) in ("one", "two")
    write(out, "three")
    assert content(out) == "three"
    assert beside(out) == []


def test_a_kill_at_a_random_moment_leaves_a_whole_output(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one")
    moments = random.Random(57)
    for _ in range(10):
        run = subprocess.Popen([sys.executable, "-c", SCRIPT, str(out), "-1"], stdout=subprocess.PIPE)
        assert run.stdout is not None
        assert run.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.05))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        settle(out)
        assert content(out) in ("one", "two")
    write(out, "three")
    assert content(out) == "three"
    assert beside(out) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told_before_the_work(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="may write"):
        check_output(locked / "out")
