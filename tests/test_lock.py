"""A lock keeps others out, is never laid through a link, and where none can be had nobody is held up."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from geo_planner.errors import OutputError
from geo_planner.files.lock import LOCK_FILE, BusyError, held, locked
from geo_planner.files.output import new_folder


def test_one_holds_it_and_the_file_goes_with_the_lock(tmp_path: Path) -> None:
    with held(tmp_path / "lock") as ours:
        assert ours
        with pytest.raises(BusyError), held(tmp_path / "lock"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_locked_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with held(tmp_path / "lock") as ours:
        assert not ours
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / LOCK_FILE).parent.mkdir()
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "elsewhere")
    with locked(tmp_path):
        assert not (tmp_path / "elsewhere").exists()


def test_where_no_lock_can_be_had_the_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(FileLock, "acquire", refused)
    with held(tmp_path / "lock", lambda: True) as ours, locked(tmp_path):
        assert not ours
    with locked(tmp_path / "not there"):
        assert not (tmp_path / "not there").exists()


def test_many_who_wait_all_have_their_turn_and_never_two_at_once(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        with locked(tmp_path, patience_s=60):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == ([0], [1])
    assert list(tmp_path.iterdir()) == []


def test_an_error_inside_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError("x")
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path), pytest.raises(OutputError, match="full"):
        raise OutputError("output_is_file", path="full")


def test_a_new_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("there", "fresh"):
        with new_folder(tmp_path / name) as work:
            (work / "a").write_text("a")
            assert not (tmp_path / name / "a").exists()
        assert [path.name for path in (tmp_path / name).iterdir()] == ["a"]
    with pytest.raises(ValueError, match="x"), new_folder(tmp_path / "half") as work:
        raise ValueError("x")
    with pytest.raises(OSError, match="not empty"), new_folder(tmp_path / "there"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "there"]
