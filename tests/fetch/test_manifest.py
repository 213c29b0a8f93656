"""Provenance: what is recorded, when it warns, and that several files change as one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo_planner.errors import InputError, OutputError
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import MANIFEST, parse_date, read_manifest, record_files
from geo_planner.files.staged import finish_interrupted, install, staging
from geo_planner.study_area.layer_files import vintage_warnings

TODAY = date(2026, 11, 22)
FACTS = {"source": "somebody", "licence": "CC0", "date": "2026-11-01", "crs": "EPSG:4326", "origin": "import"}


def put(root: Path, name: str, text: str = "x") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def record_file(root: Path, relative: str, **facts: Any) -> dict[str, Any]:
    return record_files(root, {relative: facts})["files"][relative]


def codes(root: Path) -> list[tuple[str, str]]:
    return [(f.file, f.code) for f in vintage_warnings(root, today=TODAY)]


def test_a_recorded_file_reads_back(tmp_path: Path) -> None:
    path = put(tmp_path, "villages/villages.csv")
    entry = record_file(tmp_path, "villages/villages.csv", **FACTS, rows=12)
    assert entry == {**FACTS, "rows": 12, "sha256": sha256_of(path), "size": 1}
    assert read_manifest(tmp_path) == {"format": 1, "files": {"villages/villages.csv": entry}}
    record_file(tmp_path, "villages/villages.csv", **{**FACTS, "date": "2026-11-02"})
    assert read_manifest(tmp_path)["files"]["villages/villages.csv"]["date"] == "2026-11-02"


def test_no_manifest_is_an_empty_one(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {"format": 1, "files": {}}
    assert vintage_warnings(tmp_path) == []


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.csv", "a\\b.csv", "./a.csv", "a//b.csv", "C:a.csv", "."])
def test_only_plain_paths_inside_the_study_area(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="plain path"):
        record_file(tmp_path, name, **FACTS)


@pytest.mark.parametrize("wrong", [{"origin": "somewhere"}, {"date": "yesterday"}, {"date": "2026-13-01"}])
def test_facts_are_checked(tmp_path: Path, wrong: dict[str, str]) -> None:
    put(tmp_path, "a.csv")
    with pytest.raises(OutputError):
        record_file(tmp_path, "a.csv", **{**FACTS, **wrong})
    assert not (tmp_path / MANIFEST).exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "files": {"a": 1}}', '{"format": 9, "files": {}}', "[" * 100_000]
)
def test_a_damaged_manifest_is_refused_where_it_is_written_and_a_warning_where_it_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    put(tmp_path, "a.csv")
    with pytest.raises(InputError):
        record_file(tmp_path, "a.csv", **FACTS)
    assert (tmp_path / MANIFEST).read_text() == text
    assert [f.level for f in vintage_warnings(tmp_path)] == ["warning"]


def test_dates() -> None:
    assert parse_date("2026-11-22") == TODAY
    assert parse_date("2026-11") == date(2026, 11, 1)
    assert parse_date("2021") == date(2021, 1, 1)
    assert parse_date("22/11/2026") is None


def test_a_changed_or_lost_file_is_told(tmp_path: Path) -> None:
    put(tmp_path, "sites/sites.csv")
    record_file(tmp_path, "sites/sites.csv", **FACTS)
    assert codes(tmp_path) == []
    put(tmp_path, "sites/sites.csv", "y")
    assert codes(tmp_path) == [("sites/sites.csv", "hash_differs")]
    (tmp_path / "sites/sites.csv").unlink()
    assert codes(tmp_path) == [("sites/sites.csv", "recorded_file_missing")]


@pytest.mark.parametrize(
    ("name", "facts", "code"),
    [
        ("boundaries/communes.geojson", {"date": "2025-06-30"}, "stale_vintage"),
        ("boundaries/communes.geojson", {"date": "2025-07-01"}, None),
        ("villages/villages.csv", {"date": "2025-01-01"}, "stale_vintage"),
        ("population/population.tif", {"date": "2026-11-01", "vintage": "2020"}, "stale_vintage"),
        ("terrain/terrain.tif", {"date": "2026-11-01", "vintage": "2015"}, None),
        ("roads/roads.geojson", {"date": None}, "no_vintage"),
        ("scenarios/a.yaml", {"date": None, "origin": "template"}, None),
    ],
)
def test_stale_layers_are_told(tmp_path: Path, name: str, facts: dict[str, str], code: str | None) -> None:
    put(tmp_path, name)
    record_file(tmp_path, name, **{**FACTS, **facts})
    assert codes(tmp_path) == ([(name, code)] if code else [])


def test_a_list_and_stations_of_different_times_are_told(tmp_path: Path) -> None:
    for name, day in (("villages/villages.csv", "2026-11-01"), ("sites/sites.csv", "2025-10-01")):
        put(tmp_path, name)
        record_file(tmp_path, name, **{**FACTS, "date": day})
    assert ("sites/sites.csv", "mixed_vintage") in codes(tmp_path)


def test_rows_of_long_ago_and_of_tomorrow_are_told(tmp_path: Path) -> None:
    put(tmp_path, "villages/villages.csv", "village_id,status_date,is_sample\na,2019-03-01,\nb,,\nc,2026-10-01,no\nd,2018-01-01,yes\n")
    put(tmp_path, "measurements/measurements.csv", "measurement_id,time\n1,2031-01-01T08:00:00+07:00\n2,2026-10-01T08:00:00+07:00\n")
    told = {(f.code, f.file): f.reason for f in vintage_warnings(tmp_path, today=TODAY)}
    assert set(told) == {
        ("stale_rows", "villages/villages.csv"),
        ("sample_rows", "villages/villages.csv"),
        ("future_rows", "measurements/measurements.csv"),
    }
    assert told["stale_rows", "villages/villages.csv"].startswith("1 rows")
    assert "2019-03-01" in told["stale_rows", "villages/villages.csv"]


def test_what_is_bundled_does_not_age_and_what_lies_ahead_is_told(tmp_path: Path) -> None:
    for name, origin, day in (("sites/sites.csv", "bundled", "2001"), ("roads/roads.geojson", "fetch", "2099-01-01")):
        put(tmp_path, name, "x")
        record_file(tmp_path, name, origin=origin, date=day)
    assert [(f.code, f.file) for f in vintage_warnings(tmp_path, today=TODAY)] == [("future_vintage", "roads/roads.geojson")]


def test_sample_rows_are_told(tmp_path: Path) -> None:
    put(tmp_path, "villages/villages.csv", "village_id,is_sample\na,yes\nb,\nc,yes\n")
    (warning,) = vintage_warnings(tmp_path)
    assert warning.code == "sample_rows"
    assert "2 rows" in warning.reason


OLD, NEW = {"a.csv": "old a", "b/b.csv": "old b"}, {"a.csv": "new a", "b/b.csv": "new b", "c.csv": "new c"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in OLD.items():
        put(tmp_path, name, text)
        record_file(tmp_path, name, **FACTS)
    return tmp_path


def change(root: Path) -> None:
    with staging(root) as folder:
        for name, text in NEW.items():
            put(folder, name, text)
        install(root, folder, dict.fromkeys(NEW, FACTS))


def state(root: Path) -> dict[str, str]:
    """All files but the manifest, which must agree with them."""
    assert not [f for f in vintage_warnings(root, today=TODAY) if f.code in ("hash_differs", "recorded_file_missing")]
    return {str(p.relative_to(root)): p.read_text() for p in sorted(root.rglob("*")) if p.is_file() and p.name != MANIFEST}


def test_a_change_puts_every_file_in_place(root: Path) -> None:
    change(root)
    assert state(root) == NEW
    assert set(read_manifest(root)["files"]) == set(NEW)


class Killed(BaseException):
    """As a crash: no clean-up of ours runs after it."""


def kill_after(calls: int, patch: pytest.MonkeyPatch, method: str) -> None:
    real: Callable[..., object] = getattr(Path, method)
    left = [calls]

    def once_more(self: Path, *args: object, **kwargs: object) -> object:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return real(self, *args, **kwargs)

    patch.setattr(Path, method, once_more)


@pytest.mark.parametrize("method", ["replace", "unlink", "chmod"])
@pytest.mark.parametrize("calls", range(10))
def test_killed_at_any_point_it_is_the_old_state_or_the_new(root: Path, method: str, calls: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kill_after(calls, patch, method)
        patch.setattr("geo_planner.files.staged.shutil.rmtree", lambda *a, **k: None)
        with contextlib.suppress(Killed):
            change(root)
    finish_interrupted(root)
    seen = {str(p.relative_to(root)): p.read_text() for p in root.rglob("*.csv") if ".incoming-" not in str(p)}
    assert seen in (OLD, NEW)
    assert not [f for f in vintage_warnings(root, today=TODAY) if f.code in ("hash_differs", "recorded_file_missing")]


def test_a_file_held_open_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target == root / "a.csv":
            raise PermissionError(13, "in use", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match="nothing was changed"):
        change(root)
    monkeypatch.undo()
    assert finish_interrupted(root) == 0
    assert state(root) == OLD


def test_a_change_stopped_half_way_is_finished_by_the_next_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target == root / "b/b.csv":
            raise PermissionError(13, "in use", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match="next command"):
        change(root)
    monkeypatch.undo()
    assert finish_interrupted(root) == 1
    assert state(root) == NEW


@pytest.mark.parametrize("names", ['["../outside.csv"]', '["/tmp/x"]', "{", "[1]", "5"])
def test_a_list_that_points_outside_moves_nothing(root: Path, names: str) -> None:
    put(root, ".incoming-x/commit.json", names)
    put(root.parent, "outside.csv", "keep")
    assert finish_interrupted(root) == 0
    assert (root.parent / "outside.csv").read_text() == "keep"


def test_a_failure_while_files_are_made_leaves_nothing(root: Path) -> None:
    def fail() -> None:
        with staging(root) as folder:
            put(folder, "a.csv", "half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert state(root) == OLD


def test_the_manifest_is_readable_json_with_vietnamese(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    record_file(tmp_path, "a.csv", **{**FACTS, "source": "Sở KH&CN Lai Châu"})
    text = (tmp_path / MANIFEST).read_text(encoding="utf-8")
    assert "Sở KH&CN Lai Châu" in text
    assert json.loads(text)["format"] == 1
