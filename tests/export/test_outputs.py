"""All files of a run in one folder, the same bytes each time."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from geo_planner.errors import OutputError
from geo_planner.export import outputs, write_coverage, write_plan
from geo_planner.export.folder import verify_folder
from geo_planner.plan import Plan
from geo_planner.words import said

FILES = [
    "priority_list.xlsx",
    "priority_list.csv",
    "plan.gpkg",
    "villages.geojson",
    "coverage.tif",
    "map.html",
    "summary.json",
    "manifest.json",
]


def test_a_plan_writes_its_files_twice_the_same(any_plan: Plan, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    first = write_plan(any_plan, tmp_path / "a", progress=lambda step, share: told.append((step, share)))
    second = write_plan(any_plan, tmp_path / "b")
    assert list(first) == FILES
    assert verify_folder(tmp_path / "a") == []
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)
    for name in FILES[:-1]:
        assert first[name].read_bytes() == second[name].read_bytes(), name
    assert told[0] == (FILES[0], 0.0)
    assert told[-1] == ("manifest.json", 1.0)


def test_no_file_but_the_manifest_names_the_output_or_a_machine_path(small_plan: Plan, tmp_path: Path) -> None:
    files = write_plan(small_plan, tmp_path / "a")
    for name in FILES[:-1]:
        content = files[name].read_bytes()
        assert str(tmp_path).encode() not in content, name
        assert b"/somewhere/else" not in content, name


def test_the_manifest_says_what_took_part(any_plan: Plan, tmp_path: Path) -> None:
    manifest = json.loads(write_plan(any_plan, tmp_path / "a")["manifest.json"].read_text(encoding="utf-8"))
    assert set(manifest["files"]) == set(FILES[:-1])
    assert manifest["uses_sample_data"] is True
    assert manifest["sample_data_note"] == said("sample_banner").text("vi")
    assert manifest["scenario"]["name"] == any_plan.scenario.name


def test_a_writer_that_fails_leaves_the_former_output(small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    before = write_plan(small_plan, out)["manifest.json"].read_bytes()

    def fail(plan: Plan, path: Path) -> None:
        path.write_text("half")
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(outputs, "write_summary", fail)
    with pytest.raises(OutputError, match="Close the file in Excel"):
        write_plan(small_plan, out)
    assert (out / "manifest.json").read_bytes() == before
    assert verify_folder(out) == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_coverage_alone_writes_rasters_and_statuses(any_plan: Plan, tmp_path: Path) -> None:
    files = write_coverage(any_plan, tmp_path / "c")
    assert list(files) == ["coverage.tif", "village_status.csv", "village_status.json", "manifest.json"]
    assert verify_folder(tmp_path / "c") == []
    with files["village_status.csv"].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    notes = {row["village_id"].lstrip("'"): bool(row["sample_note"]) for row in rows}
    assert notes == any_plan.villages["depends_on_sample"].to_dict()
