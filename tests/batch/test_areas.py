"""Many study areas: the sound ones are done, the broken one is explained, all villages stand in one order."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import rasterio
from rasterio.warp import reproject
from typer.testing import CliRunner

from geo_planner import export
from geo_planner.batch.engines import EngineError
from geo_planner.cli import app
from geo_planner.export import outputs
from tests.small_area import SCENARIO, TERRAIN, VILLAGES, make_area, read_rows, write_rows

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


def batch(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["batch", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def told(*words: object) -> tuple[int, dict[str, Any]]:
    code, stdout, stderr = batch(*words, "--json")
    return code, json.loads(stdout or stderr)


@pytest.fixture(scope="module")
def done(country: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, dict[str, Any]]:
    out = tmp_path_factory.mktemp("done") / "out"
    return out, *told(country, "-o", out)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def record_of(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "results/batch.json").read_text("utf-8"))
    return document


def test_one_broken_of_six_is_explained_and_the_rest_is_done(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, code, result = done
    assert code == 1
    assert result["ok"] is False
    assert [plan["name"] for plan in result["plans"]] == [f"{name}-s" for name in NAMES]
    (broken,) = (plan for plan in result["plans"] if not plan["done"])
    assert broken["name"] == "chi-s"
    assert [(fault["row"], fault["value"]) for fault in broken["faults"]] == [(3, "99999")]
    assert sorted(path.name for path in (out / "plans").iterdir() if not path.name.startswith(".")) == [
        f"{name}-s" for name in NAMES if name != "chi"
    ]
    rows = rows_of(out / "results/results.csv")
    assert [row["done"] for row in rows] == ["yes", "yes", "no", "yes", "yes", "yes"]
    assert [row["villages"] for row in rows] == ["4", "4", "", "4", "4", "4"], "whole numbers, and a blank where nothing is known"
    assert "99999" in rows[2]["first_fault_vi"]
    assert "99999" in rows[2]["first_fault_en"]
    assert rows[2]["first_fault_vi"] != rows[2]["first_fault_en"]
    # what a table of villages adds up to, done by hand
    assert rows[1]["households"] == str(sum(int(row["households"]) for row in rows_of(out / "plans/binh-s/priority_list.csv")))


def test_the_workbook_says_the_same_in_both_languages(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, _, _ = done
    book = openpyxl.load_workbook(out / "results/results.xlsx", data_only=True)
    assert book.sheetnames == ["Kết quả", "Thứ tự chung", "Lỗi", "Results", "Common order", "Faults"]
    for vi, en in zip(book.worksheets[:3], book.worksheets[3:], strict=True):
        assert vi.dimensions == en.dimensions
        assert vi.title == "Lỗi" or not [cell.value for row in vi.iter_rows() for cell in row if "_" in str(cell.value)], "no stable names"
    rows = [row for row in book["Results"].iter_rows(values_only=True) if row[2] in {f"{name}-s" for name in NAMES}]
    assert [row[5] for row in rows] == [4, 4, None, 4, 4, 4]
    assert [row[1] for row in rows] == list(NAMES), "the study area of each"
    taking_part = [row[4] for row in rows]
    assert taking_part[:5] == ["Yes", "Yes", None, "Yes", "Yes"]
    assert taking_part[5].startswith("No: "), "the plan outside the common order says why"
    assert "Total" in [row[0] for row in book["Results"].iter_rows(values_only=True)]
    total = [row for row in book["Kết quả"].iter_rows(values_only=True) if row[5] == 20]
    assert len(total) == 1, "the sum of the villages stands below"


def test_villages_of_all_stand_in_one_order_by_the_same_bounds(done: tuple[Path, int, dict[str, Any]]) -> None:
    out, _, _ = done
    record = record_of(out)
    assert record["left_out_of_common_order"] == [{"name": "kien-s", "why": "other_ranking"}], "its scores do not compare"
    villages = record["villages"]
    assert len(villages) == 4 * 4
    assert [row["national_rank"] for row in villages] == sorted(row["national_rank"] for row in villages)
    for name in ("an", "binh", "dung", "hoa"):
        summary = json.loads((out / f"plans/{name}-s/summary.json").read_text("utf-8"))
        own = {village["village_id"]: village["score"] for village in summary["villages"]}
        common = {row["village_id"]: row["score"] for row in villages if row["plan"] == f"{name}-s"}
        assert common == pytest.approx(own), "a village's score is the same alone and among all"


def test_the_common_order_is_that_of_the_joined_table_by_hand(done: tuple[Path, int, dict[str, Any]]) -> None:
    """One set of bounds and weights over all villages; ids collide between the areas."""
    out, _, _ = done
    weights = {"households_without_signal": (25, 0, 150), "poverty_share": (20, 0, 1), "border": (8, 0, 1)}
    scored = []
    for name in ("an", "binh", "dung", "hoa"):
        for row in rows_of(out / f"plans/{name}-s/priority_list.csv"):
            households = float(row["households"])
            without = 0.0 if row["modelled_status"] == "covered" else float("nan")
            values = {
                "households_without_signal": without,
                "poverty_share": (float(row["poor_households"]) + float(row["near_poor_households"])) / households,
                "border": 1.0 if row["border"] == "yes" else 0.0,
            }
            share = {key: min(max((values[key] - low) / (high - low), 0), 1) for key, (_, low, high) in weights.items()}
            score = sum(weight * share[key] for key, (weight, _, _) in weights.items()) / sum(weight for weight, _, _ in weights.values())
            scored.append((round(-score, 9), -households, f"{name}-s", row["village_id"], score))
    by_hand = [(plan, village) for _, _, plan, village, _ in sorted(scored)]
    villages = record_of(out)["villages"]
    assert [(row["plan"], row["village_id"]) for row in villages] == by_hand
    assert [row["score"] for row in villages] == pytest.approx([score for *_, score in sorted(scored)])


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
    results = {path.name: path.read_bytes() for path in (out / "results").iterdir()}
    code, result = told(country, "-o", out)
    assert code == 1
    assert [plan["taken_over"] for plan in result["plans"]] == [name != "chi" for name in NAMES]
    assert {path: path.stat().st_mtime_ns for path in out.glob("plans/*/coverage.tif")} == before
    assert {path.name: path.read_bytes() for path in (out / "results").iterdir()} == results, "told from files as from the run"
    # another setting is another plan
    code, result = told(country / "an", "-o", tmp_path / "out")
    code, result = told(country / "an", "-o", tmp_path / "out", "--set", "service.rsrp_threshold_dbm=-100")
    assert code == 0
    assert [plan["taken_over"] for plan in result["plans"]] == [False]


def test_an_engine_changes_no_byte(country: Path, done: tuple[Path, int, dict[str, Any]], tmp_path: Path) -> None:
    out, _, _ = done
    code, _, _ = batch(country / "binh", "-o", tmp_path / "out", "--engine", "threads")
    assert code == 0
    for name in ("coverage.tif", "summary.json", "priority_list.csv"):
        assert (tmp_path / "out/plans/binh-s" / name).read_bytes() == (out / "plans/binh-s" / name).read_bytes()


def test_what_is_no_folder_of_study_areas_is_a_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path / "absent", tmp_path):
        code, _, stderr = batch(folder, "-o", tmp_path / "out")
        assert code == 2
        assert "Traceback" not in stderr
    code, _, stderr = batch(tmp_path, "-o", tmp_path / "out", "--engine", "gpu")
    assert code == 2


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:3]:
        make_area(tmp_path / "in" / name)
    write, written = outputs.write_plan, []

    def stopped(*given: Any, **more: Any) -> Any:
        written.append(given[1].name)
        if len(written) == 2:
            raise KeyboardInterrupt
        return write(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(export, "write_plan", stopped, raising=False)
        code, _, _ = batch(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 130
    assert [path.name for path in (tmp_path / "out/plans").iterdir() if not path.name.startswith(".")] == ["an-s"]
    code, result = told(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 0
    assert [plan["taken_over"] for plan in result["plans"]] == [True, False, False]


def test_results_within_the_folder_and_other_files_beside_are_left_alone(tmp_path: Path) -> None:
    make_area(tmp_path / "an")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("mine")
    for _ in range(2):
        code, result = told(tmp_path, "-o", tmp_path / "out")
        assert code == 0
        assert [plan["name"] for plan in result["plans"]] == ["an-s"]
    assert (tmp_path / "out/letter.txt").read_text() == "mine"


def test_a_folder_of_somebody_else_is_refused_before_the_work_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES[:2]:
        make_area(tmp_path / "in" / name)
    (tmp_path / "out/plans/an-s").mkdir(parents=True)
    (tmp_path / "out/plans/an-s/thesis.txt").write_text("mine")
    from geo_planner.batch import areas

    run, ran = areas.run, []
    monkeypatch.setattr(
        areas,
        "run",
        lambda scenario, study_area, *given, **more: ran.append(study_area.root.name) or run(scenario, study_area, *given, **more),
    )
    code, result = told(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 1
    assert [plan["done"] for plan in result["plans"]] == [False, True]
    assert "thesis.txt" in result["plans"][0]["faults"][0]["reason"]
    assert ran == ["binh"]
    assert (tmp_path / "out/plans/an-s/thesis.txt").read_text() == "mine"


def test_areas_of_two_zones_have_an_index_each_and_one_order(tmp_path: Path) -> None:
    make_area(tmp_path / "in/an")
    west = make_area(tmp_path / "in/binh")
    with rasterio.open(west / TERRAIN) as source:
        heights, there = source.read(1), source.transform
    to = rasterio.transform.from_origin(900_000, 2_450_000, 100, 100)
    moved = np.full((250, 250), -32768, dtype="int16")
    reproject(
        heights,
        moved,
        src_transform=there,
        src_crs="EPSG:32648",
        dst_transform=to,
        dst_crs="EPSG:32647",
        src_nodata=-32768,
        dst_nodata=-32768,
    )
    with rasterio.open(
        west / TERRAIN, "w", driver="GTiff", width=250, height=250, count=1, dtype="int16", nodata=-32768, crs="EPSG:32647", transform=to
    ) as sink:
        sink.write(moved, 1)
    scenario = west / SCENARIO
    scenario.write_text(scenario.read_text("utf-8").replace("metric_crs: null", 'metric_crs: "EPSG:32647"'), "utf-8")
    code, result = told(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 0, result
    names = sorted(path.name for path in (tmp_path / "out/results").glob("*.vrt"))
    assert [name.split("_")[1] for name in names] == ["32647", "32648"]
    villages = record_of(tmp_path / "out")["villages"]
    assert sorted((row["plan"], row["village_id"]) for row in villages) == [
        (f"{name}-s", f"V{k}") for name in ("an", "binh") for k in (1, 2, 3, 4)
    ]


def test_each_village_stands_once_in_the_common_order(tmp_path: Path) -> None:
    """Two scenarios of one area, and one of another service."""
    area = make_area(tmp_path / "in/an")
    make_area(tmp_path / "in/binh")
    yaml = (area / SCENARIO).read_text("utf-8")
    (area / "scenarios/t.yaml").write_text(yaml.replace("sigma_db: 8", "sigma_db: 6"), "utf-8")
    (area / "scenarios/u.yaml").write_text(yaml.replace("{sigma_db: 8}", "{sigma_db: 8, rsrp_threshold_dbm: -90}"), "utf-8")
    # words and the size of weights make no other ranking
    other = tmp_path / "in/binh" / SCENARIO
    text = other.read_text("utf-8")
    for weight in (25, 20, 8):
        text = text.replace(f"weight: {weight}", f"weight: {2 * weight}, source: hop {weight}")
    other.write_text(text, "utf-8")
    code, _ = told(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 0
    record = record_of(tmp_path / "out")
    assert record["left_out_of_common_order"] == [{"name": "an-t", "why": "same_area"}, {"name": "an-u", "why": "other_service"}]
    assert sorted({row["plan"] for row in record["villages"]}) == ["an-s", "binh-s"]
    assert len(record["villages"]) == 8


def test_weights_as_percent_and_as_shares_are_one_ranking(tmp_path: Path) -> None:
    make_area(tmp_path / "in/an")
    other = make_area(tmp_path / "in/binh") / SCENARIO
    text = other.read_text("utf-8")
    for weight in (25, 20, 8):
        text = text.replace(f"weight: {weight}", f"weight: {weight / 100}")
    assert 25 / (25 + 20 + 8) != 0.25 / (0.25 + 0.2 + 0.08), "a last bit"
    other.write_text(text, "utf-8")
    assert batch(tmp_path / "in", "-o", tmp_path / "out")[0] == 0
    assert record_of(tmp_path / "out")["left_out_of_common_order"] == []


def test_villages_of_one_id_and_score_are_told_apart_and_tied_in_the_workbook(tmp_path: Path) -> None:
    for region in ("Tây Bắc", "Đông Bắc"):
        make_area(tmp_path / "in" / region / "Lai Châu")
    assert batch(tmp_path / "in", "-o", tmp_path / "out")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "out/results/results.xlsx", data_only=True)
    rows = [row for row in book["Common order"].iter_rows(values_only=True) if row[3] == "V1"]
    assert [(row[0], row[2]) for row in rows] == [(1, "Tây Bắc/Lai Châu"), (2, "Đông Bắc/Lai Châu")]
    assert [row[10] for row in rows] == [1, 1], "each has one other of its score"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_refuses_an_area_is_told_in_whole_sentences_with_its_remedy(language: str, tmp_path: Path) -> None:
    make_area(tmp_path / "in/an")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/plans").write_text("a file")
    for words, status in (((), 1), (("--set", "seed"), 2)):
        code, _, stderr = batch(tmp_path / "in", "-o", tmp_path / "out", "--lang", language, *words)
        assert code == status
        assert ".." not in stderr
        assert ": ." not in stderr


def test_an_engine_that_is_gone_ends_the_run_with_its_remedy_instead_of_failing_in_each_area(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo_planner.batch import cover as cover_module

    asked = []

    def nobody(*_: Any) -> None:
        asked.append(1)
        raise EngineError("engine.no_scheduler", address="tcp://127.0.0.1:9")

    monkeypatch.setattr(cover_module, "worked_out", nobody)
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path / "cache"))
    code, _, stderr = batch(country, "-o", tmp_path / "out", "--engine", "threads", "--lang", "vi")
    assert (code, len(asked)) == (2, 1)
    assert "tcp://127.0.0.1:9" in stderr
    assert "dask scheduler" in stderr, "the remedy"


def test_areas_without_villages_or_scenario_fail_alone(tmp_path: Path) -> None:
    make_area(tmp_path / "in/an")
    header = list(read_rows(make_area(tmp_path / "in/binh") / VILLAGES)[0])
    write_rows(tmp_path / "in/binh" / VILLAGES, [], header)
    (make_area(tmp_path / "in/chi") / VILLAGES).unlink()
    shutil.rmtree(make_area(tmp_path / "in/dung") / "scenarios")
    code, result = told(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 1
    assert [(plan["name"], plan["done"]) for plan in result["plans"]] == [
        ("an-s", True),
        ("binh-s", False),
        ("chi-s", False),
        ("dung", False),
    ]
    assert len(record_of(tmp_path / "out")["villages"]) == 4


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "setting",
    [
        "seed",
        "=5",
        "service..x=1",
        "terrain.path=[",
        "name.x=1",
        "ranking.criteria.nobody.weight=3",
        "service.nonsense=1",
        "service.min_probability=5",
    ],
)
def test_what_no_area_can_take_is_told_once_and_before_any_is_begun(setting: str, language: str, country: Path, tmp_path: Path) -> None:
    """As one scenario tells it, with the same exit status."""
    words = ("-o", tmp_path / "out", "--set", "seed=3", "--set", setting, "--lang", language)
    code, stdout, stderr = batch(country, *words)
    assert not (tmp_path / "out").exists(), "nothing is begun"
    assert stdout == ""
    assert len([line for line in stderr.splitlines() if line.startswith(("error", "lỗi", "fault", "Lỗi"))]) == 1, stderr
    assert not [name for name in NAMES if f"{name}-s" in stderr], "no area is named"
    assert "--set" in stderr
    alone = CliRunner().invoke(app, ["plan", str(country / "an" / SCENARIO), *map(str, words)])
    assert code == alone.exit_code
    assert told(country, *words)[0] == code


def test_what_one_area_can_take_is_told_where_it_cannot(tmp_path: Path) -> None:
    for name in NAMES[:3]:
        make_area(tmp_path / "in" / name)
    for name in NAMES[:2]:
        scenario = tmp_path / "in" / name / SCENARIO
        scenario.write_text(scenario.read_text("utf-8").replace("border", "frontier"), "utf-8")
    broken = tmp_path / "in" / NAMES[1] / SCENARIO
    broken.write_text(broken.read_text("utf-8") + "nonsense: 1\n", "utf-8")
    code, result = told(tmp_path / "in", "-o", tmp_path / "out", "--set", "ranking.criteria.border.weight=3")
    assert code == 1
    assert [plan["done"] for plan in result["plans"]] == [False, False, True]
    # a fault of the files themselves is no fault of the call
    code, result = told(tmp_path / "in" / NAMES[1], "-o", tmp_path / "out", "--set", "seed=3")
    assert code == 1
    assert "nonsense" in {fault["column"] for fault in result["plans"][0]["faults"]}
