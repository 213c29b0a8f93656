"""Many study areas: the sound ones are done, the broken one is explained, all villages stand in one order."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import rasterio
from typer.testing import CliRunner

from geo_planner.batch.areas import scenarios_in
from geo_planner.cli import app
from geo_planner.errors import UsageError
from tests.small_area import SCENARIO, VILLAGES, make_area, read_rows, write_rows

NAMES = ("an", "binh", "chi", "dung", "hoa", "kien")


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six study areas, one of them with a village in no commune, one that ranks by other weights; and a folder that is none."""
    root = tmp_path_factory.mktemp("country")
    for number, name in enumerate(NAMES):
        area = make_area(root / name)
        rows = read_rows(area / VILLAGES)
        for row in rows:
            row["households"] = str(int(row["households"]) + 7 * number)
        if name == "chi":
            rows[1]["commune_code"] = "99999"
        write_rows(area / VILLAGES, rows)
    other = root / "kien" / SCENARIO
    other.write_text(other.read_text("utf-8").replace("weight: 25", "weight: 70"), "utf-8")
    (root / "notes").mkdir()
    return root


def batch(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["batch", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def done(country: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, dict[str, Any]]:
    out = tmp_path_factory.mktemp("done") / "out"
    code, stdout, _ = batch(str(country), "-o", str(out), "--json")
    return out, code, json.loads(stdout)


def test_one_broken_of_six_is_explained_and_the_rest_is_done(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, code, told = done
    assert code == 1
    assert told["ok"] is False
    assert [plan["name"] for plan in told["plans"]] == [f"{name}-s" for name in NAMES]
    (broken,) = (plan for plan in told["plans"] if not plan["done"])
    assert broken["name"] == "chi-s"
    assert [(fault["row"], fault["value"]) for fault in broken["faults"]] == [(3, "99999")]
    assert sorted(path.name for path in (out / "plans").iterdir() if not path.name.startswith(".")) == [
        f"{name}-s" for name in NAMES if name != "chi"
    ]
    rows = list(csv.DictReader((out / "results/results.csv").open(encoding="utf-8-sig")))
    assert [row["done"] for row in rows].count("True") + [row["done"] for row in rows].count("yes") + [row["done"] for row in rows].count(
        "true"
    ) == 5


def test_villages_of_all_stand_in_one_order_by_the_same_bounds(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, _, _ = done
    record = json.loads((out / "results/batch.json").read_text("utf-8"))
    assert record["left_out_of_common_order"] == ["kien-s"], "its scores do not compare"
    villages = record["villages"]
    assert len(villages) == 4 * 4
    assert [row["national_rank"] for row in villages] == sorted(row["national_rank"] for row in villages)
    for name in ("an", "binh", "dung", "hoa"):
        summary = json.loads((out / f"plans/{name}-s/summary.json").read_text("utf-8"))
        own = {village["village_id"]: village["score"] for village in summary["villages"]}
        common = {row["village_id"]: row["score"] for row in villages if row["plan"] == f"{name}-s"}
        assert common == pytest.approx(own), "a village's score is the same alone and among all"


def test_the_index_shows_all_coverages_as_one(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, _, _ = done
    (index,) = (out / "results").glob("*.vrt")
    with rasterio.open(index) as whole, rasterio.open(out / "plans/an-s/coverage.tif") as one:
        assert whole.crs == one.crs
        assert whole.descriptions == ("rsrp_dbm", "coverage_probability", "margin_db")
        window = one.bounds
        part = whole.read(1, window=whole.window(*window), masked=True)
        assert (part == one.read(1, masked=True)).all()
    assert str(out) not in index.read_text("utf-8"), "the whole can be moved"


def test_a_second_run_takes_over_what_stands_and_does_what_was_mended(
    country: Path, done: tuple[Path, int, dict[str, Any]], tmp_path: Path
) -> None:
    out, _, _ = done
    before = {path: path.stat().st_mtime_ns for path in out.glob("plans/*/coverage.tif")}
    code, stdout, _ = batch(str(country), "-o", str(out), "--json")
    assert code == 1
    assert [plan["taken_over"] for plan in json.loads(stdout)["plans"]] == [name != "chi" for name in NAMES]
    assert {path: path.stat().st_mtime_ns for path in out.glob("plans/*/coverage.tif")} == before
    # another setting is another plan
    code, stdout, _ = batch(str(country / "an"), "-o", str(out), "--json", "--set", "service.rsrp_threshold_dbm=-100")
    assert code == 0
    assert [plan["taken_over"] for plan in json.loads(stdout)["plans"]] == [False]


def test_an_engine_changes_no_byte(country: Path, done: tuple[Path, int, dict[str, Any]], tmp_path: Path) -> None:
    out, _, _ = done
    code, _, _ = batch(str(country / "binh"), "-o", str(tmp_path / "out"), "--engine", "threads")
    assert code == 0
    for name in ("coverage.tif", "summary.json", "priority_list.csv"):
        assert (tmp_path / "out/plans/binh-s" / name).read_bytes() == (out / "plans/binh-s" / name).read_bytes()


def test_what_is_no_folder_of_study_areas_is_a_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError):
            scenarios_in(folder)
        code, _, stderr = batch(str(folder), "-o", str(tmp_path / "out"))
        assert code == 2
        assert "Traceback" not in stderr
    code, _, stderr = batch(str(tmp_path), "-o", str(tmp_path / "out"), "--engine", "gpu")
    assert code == 2
