"""Answers go into the list, with who said them and what stood there before; nothing is half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import load_scenario
from geo_planner.errors import InputError, UsageError
from geo_planner.files import staged
from geo_planner.plan import run
from geo_planner.study_area import answers as module
from geo_planner.study_area import load_study_area
from geo_planner.study_area.answers import Answered, answer, standing
from geo_planner.study_area.former import former_copies, restore
from geo_planner.validation import validate
from tests.small_area import COMMUNES, SCENARIO, VILLAGES, make_area, read_rows, village

RECORD = "villages/answers.csv"
Given = tuple[str, str, str]


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return make_area(tmp_path / "area")


def given(*answers: Given, source: str = "UBND Xã 1, báo cáo 12/BC", on: str = "2026-11-20") -> pd.DataFrame:
    rows = [{"village_id": v, "column": c, "value": x, "source": source, "answered_on": on} for v, c, x in answers]
    return pd.DataFrame(rows)


def faults(area: Path, answers: pd.DataFrame) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(InputError) as told:
        answer(area, answers)
    return sorted(((f.row, f.column, f.said.key) for f in told.value.faults), key=str)


def loaded_answers(area: Path) -> pd.DataFrame:
    study_area = load_study_area(area, load_scenario(area / SCENARIO))
    return standing(study_area.answers, study_area.villages)


def test_an_answer_stands_in_the_list_and_in_the_record_with_what_was_there_before(area: Path) -> None:
    village(2, "grid_power", "")(area)
    before = (area / VILLAGES).read_bytes()
    done = answer(area, given(("V1", "grid_power", "yes"), ("V2", "households", "40")))
    rows = read_rows(area / VILLAGES)
    assert (rows[0]["grid_power"], rows[1]["households"]) == ("yes", "40")
    assert [tuple(row.values()) for row in read_rows(area / RECORD)] == [
        ("A00001", "V1", "grid_power", "yes", "", "UBND Xã 1, báo cáo 12/BC", "2026-11-20"),
        ("A00002", "V2", "households", "40", "22", "UBND Xã 1, báo cáo 12/BC", "2026-11-20"),
    ]
    copy = former_copies(area, "villages")[0]
    assert (copy.name, copy.gave_way_to, copy.source) == (done.copy, "answer", "UBND Xã 1, báo cáo 12/BC")
    assert (area / "former/villages" / copy.name / "villages.csv").read_bytes() == before
    untouched = [{k: v for k, v in row.items() if k not in ("grid_power", "households")} for row in rows]
    assert untouched == [{k: v for k, v in row.items() if k not in ("grid_power", "households")} for row in _rows(before)]
    assert [f.code for f in validate(area) if f.file != COMMUNES] == []


def _rows(content: bytes) -> list[dict[str, str]]:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_plan_follows_and_asks_less(area: Path) -> None:
    village(2, "grid_power", "")(area)

    def planned() -> tuple[set[tuple[str, str]], str]:
        scenario = load_scenario(area / SCENARIO)
        plan = run(scenario, load_study_area(area, scenario))
        asked = plan.ranking.questions
        return set(zip(asked["village_id"], asked["datum"], strict=True)), str(plan.villages.at["V1", "responsibility"])

    asked, who = planned()
    assert ("V1", "grid_power") in asked
    assert who == "undecided"
    answer(area, given(("V1", "grid_power", "yes")))
    asked, who = planned()
    assert ("V1", "grid_power") not in asked
    assert who == "fund"


def test_what_an_answer_contradicts_is_told_with_its_source_and_written_all_the_same(area: Path) -> None:
    told = answer(area, given(("V2", "households", "40")))
    assert [what.text("vi") for what in told.contradictions] == ["Bản 2, Số hộ: trả lời là 40, trước đây ghi 22 (không rõ nguồn)."]
    again = answer(area, given(("V2", "households", "41"), source="Sở DT&TG"))
    assert [what.key for what in again.contradictions] == ["answers.differs"]
    assert "UBND Xã 1, báo cáo 12/BC" in again.contradictions[0].text("vi")
    assert [row["former"] for row in read_rows(area / RECORD)] == ["22", "40"]


def test_a_declared_status_is_dated_and_held_against_the_measured_one(area: Path) -> None:
    measured = pd.Series({"V1": "no_signal", "V2": "covered"})
    told = answer(area, given(("V1", "declared_status", "covered"), ("V2", "declared_status", "covered")), measured_status=measured)
    assert [what.key for what in told.contradictions].count("answers.against_measured") == 1
    assert [row["status_date"] for row in read_rows(area / VILLAGES)[:2]] == ["2026-11-20"] * 2
    assert [row["column"] for row in read_rows(area / RECORD)] == ["declared_status"] * 2 + ["status_date"] * 2


def test_the_same_value_again_is_recorded_and_changes_no_list(area: Path) -> None:
    before = (area / VILLAGES).read_bytes()
    done = answer(area, given(("V2", "households", "22")))
    assert (done.copy, done.contradictions) == ("", ())
    assert (area / VILLAGES).read_bytes() == before
    assert len(read_rows(area / RECORD)) == 1


def test_a_column_that_the_list_lacks_is_added(area: Path) -> None:
    answer(area, given(("V3", "disaster_watch", "yes")))
    assert [row["disaster_watch"] for row in read_rows(area / VILLAGES)] == ["", "", "yes", ""]


def test_every_fault_of_every_answer_is_told_and_nothing_is_written(area: Path) -> None:
    before = sorted((path, path.read_bytes()) for path in area.rglob("*") if path.is_file())
    wrong = pd.concat([
        given(("V9", "households", "many"), ("V1", "lon", "103"), ("V1", "grid_power", "maybe"), ("V1", "grid_power", "")),
        given(("V2", "households", "-1"), source="", on="20/11/2026"),
        given(("V2", "population", "20"), on="2999-01-01"),
    ])  # fmt: skip
    assert faults(area, wrong) == [
        (1, "households", "type.int"),
        (1, "village_id", "answers.no_such_village"),
        (2, "column", "answers.no_such_column"),
        (3, "grid_power", "choice.unknown"),
        (4, "grid_power", "answers.twice"),
        (4, "value", "blank.cell"),
        (5, "answered_on", "type.date"),
        (5, "households", "range.between"),
        (5, "source", "blank.cell"),
        (6, "answered_on", "answers.after_today"),
    ]
    assert sorted((path, path.read_bytes()) for path in area.rglob("*") if path.is_file()) == before


def test_figures_that_contradict_each_other_since_an_answer_are_told(area: Path) -> None:
    told = answer(area, given(("V2", "households", "4")))
    assert {(f.row, f.code) for f in told.warnings} == {(3, "part_and_whole"), (3, "people_per_household")}


def test_going_back_leaves_the_record_which_says_that_the_list_differs(area: Path) -> None:
    answer(area, given(("V2", "households", "40"), ("V1", "health_post", "no")))
    assert list(loaded_answers(area)["stands"]) == [True, True]
    restore(area, "villages")
    now = loaded_answers(area)
    assert list(zip(now["village_id"], now["value"], now["listed"], now["stands"], strict=True)) == [
        ("V2", "40", "22", False),
        ("V1", "no", "no", True),
    ]


def test_a_change_that_is_stopped_leaves_list_record_and_copies_as_they_were(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (area / VILLAGES).read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "install", broken)
    with pytest.raises(RuntimeError):
        answer(area, given(("V2", "households", "40")))
    assert (area / VILLAGES).read_bytes() == before
    assert not (area / RECORD).exists()
    assert not (area / "former").exists()
    assert not list(area.glob(f"{staged.STAGING_PREFIX}*"))


def test_no_answer_goes_into_the_programs_own_area_or_past_the_list_that_is_read(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as told:
        answer(area, given(("V2", "households", "40")), list_file="villages/other.csv")
    assert told.value.said.key == "answers.other_list"
    monkeypatch.setattr(module, "comes_with_the_program", lambda _: True)
    with pytest.raises(UsageError) as told:
        answer(area, given(("V2", "households", "40")))
    assert told.value.said.key == "bundled_area.kept"


def test_a_year_of_grid_power_is_asked_for_until_it_is_known(area: Path) -> None:
    village(2, "grid_power", "planned")(area)

    def asked() -> dict[str, str]:
        scenario = load_scenario(area / SCENARIO)
        table = run(scenario, load_study_area(area, scenario)).ranking.questions
        return dict(zip(table["datum"], table["asks"], strict=True))

    assert asked()["grid_power_year"] == "department"
    answer(area, given(("V1", "grid_power_year", "2028")))
    assert "grid_power_year" not in asked()


def test_the_command_writes_tells_and_speaks_json(area: Path) -> None:
    options = ["--village", "V2", "--column", "households", "--source", "UBND", "--date", "2026-11-20"]
    ran = CliRunner().invoke(app, ["--lang", "vi", "answer", str(area / SCENARIO), *options, "--value", "40"])
    assert ran.exit_code == 0, ran.output
    assert "V2, Số hộ: 40 (trước đó: 22). Nguồn: UBND, ngày 20/11/2026." in ran.output
    told = json.loads(CliRunner().invoke(app, ["answer", str(area / SCENARIO), *options, "--value", "41", "--json"]).stdout)
    assert told["answers"][0]["former"] == "40"
    assert [what["code"] for what in told["contradictions"]] == ["answers.differs"]
    wrong = CliRunner().invoke(app, ["answer", str(area / SCENARIO), *options, "--value", "x", "--json"])
    assert wrong.exit_code == 1
    assert read_rows(area / VILLAGES)[1]["households"] == "41"


def test_what_was_written_is_told(area: Path) -> None:
    done = answer(area, given(("V1", "grid_power", "no")))
    assert isinstance(done, Answered)
    assert list(done.rows["value"]) == ["no"]
