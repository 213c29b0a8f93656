"""Commands as scripts use them: exit status, one JSON object on standard output, nothing written on a fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SCENARIO


def geo_planner(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geo_planner.cli", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    out = tmp_path_factory.mktemp("plan") / "out"
    done = geo_planner("plan", SCENARIO, "-o", out, "--json", "--workers", 2)
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


def test_plan_writes_every_file_and_one_json_object(outputs: tuple[Path, dict[str, object]]) -> None:
    out, told = outputs
    names = {
        "priority_list.xlsx",
        "priority_list.csv",
        "plan.gpkg",
        "villages.geojson",
        "coverage.tif",
        "map.html",
        "summary.json",
        "mast_sites.tif",
        "mast_expected.tif",
        "after_coverage.tif",
        "manifest.json",
    }
    assert {p.name for p in out.iterdir()} == names
    assert told["ok"] is True
    assert told["uses_sample_data"] is True


def test_a_second_plan_is_byte_identical_but_for_the_manifest(outputs: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    first, second = outputs[0], tmp_path / "elsewhere" / "again"
    second.parent.mkdir()
    assert geo_planner("plan", SCENARIO, "-o", second, "--workers", 1).returncode == 0
    for path in sorted(first.iterdir()):
        if path.name != "manifest.json":
            assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_validate_tells_faults_as_json(area_copy: Path) -> None:
    clean = geo_planner("validate", area_copy, "--json")
    assert clean.returncode == 0
    told = json.loads(clean.stdout)
    assert (told["ok"], told["faults"]) == (True, [])
    assert {w["code"] for w in told["warnings"]} - {"stale_rows"} == {"sample_rows"}
    (area_copy / "villages" / "villages.csv").write_text("village_id\n", encoding="utf-8")
    broken = geo_planner("validate", area_copy, "--json")
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["faults"][0]["file"] == "villages/villages.csv"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["validate", "no/such/folder"], 2),
        (["plan", "no/such/scenario.yaml"], 2),
        (["plan", SCENARIO, "--set", "nonsense"], 2),
        (["plan", SCENARIO, "--workers", "0"], 2),
        (["plan", SCENARIO, "--no-such-option"], 2),
        (["plan", SCENARIO, "--set", "terrain.path=missing.tif"], 1),
        (["plan", SCENARIO, "--set", "service.sigma_db=-1"], 1),
        (["template", "nothing", "-o", "x.xlsx"], 2),
        (["no-such-verb"], 2),
    ],
)
def test_exit_status_says_whose_fault_it_is(arguments: list[object], status: int, tmp_path: Path) -> None:
    if arguments[0] == "plan":
        arguments = [*arguments, "-o", tmp_path / "out"]
    done = geo_planner(*arguments, cwd=tmp_path)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_fault_as_json_is_still_one_object(tmp_path: Path) -> None:
    done = geo_planner("plan", SCENARIO, "-o", tmp_path / "out", "--json", "--set", "service.sigma_db=-1", "--set", "seed=x")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert {f["column"] for f in told["faults"]} == {"service.sigma_db", "seed"}


def test_a_folder_of_other_files_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    done = geo_planner("plan", SCENARIO, "-o", tmp_path)
    assert done.returncode == 2
    assert [p.name for p in tmp_path.iterdir()] == ["precious.txt"]


def test_templates_are_written(tmp_path: Path) -> None:
    for layer in ("villages", "sites"):
        assert geo_planner("template", layer, "-o", tmp_path / f"{layer}.xlsx").returncode == 0
        assert (tmp_path / f"{layer}.xlsx").stat().st_size > 4000


def test_paths_on_the_command_line_are_relative_to_where_it_is_called(area_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (area_copy / "terrain" / "sample_terrain.tif").rename(tmp_path / "here" / "dem.tif")
    scenario = area_copy / "scenarios" / SCENARIO.name
    done = geo_planner("plan", scenario, "-o", "result", "--set", "terrain.path=dem.tif", cwd=tmp_path / "here")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "result" / "summary.json").is_file()
