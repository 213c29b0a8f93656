"""Letters go to those who are asked, with a sheet that an import reads back: just what was answered changes, and can be undone."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from docx import Document
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import load_scenario
from geo_planner.documents.facts import ProposalFacts, proposal_facts
from geo_planner.documents.letters import FOLDER, write_letters
from geo_planner.documents.records import QuestionFacts
from geo_planner.imports import check_layer, import_layer
from geo_planner.imports.marked import marked_copy
from geo_planner.imports.preview import preview
from geo_planner.plan import run
from geo_planner.study_area import load_study_area
from geo_planner.study_area.former import restore
from geo_planner.words.figures import number
from tests import small_area as sa
from tests.documents.fakes import facts
from tests.documents.test_proposal import rows_of, whole_text
from tests.ui.fakes import HOSTILE_NAMES

RECORD = "villages/answers.csv"
DAY = "20/11/2026"
Cells = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study area of two communes in which one asks nothing, and what was sent out for it."""
    root = tmp_path_factory.mktemp("sent")
    area = sa.make_area(root / "area")
    for row, column in ((2, "grid_power"), (2, "poor_households"), (3, "poor_households"), (3, "near_poor_households")):
        sa.village(row, column, "")(area)
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario))
    write_letters(plan, proposal_facts(plan, date=dt.date(2026, 11, 20)), root)
    return area, root / FOLDER


@pytest.fixture
def area(sent: tuple[Path, Path], tmp_path: Path) -> Path:
    """The study area as it was when the letters went out, to be changed."""
    import shutil

    return Path(shutil.copytree(sent[0], tmp_path / "area"))


def cells_of(book: Any) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Columns by their name in brackets, rows by village, rows of the fields."""
    sheet = book.worksheets[0]
    columns, rows, fields = {}, {}, {}
    for row in sheet.iter_rows():
        for cell in row:
            name = re.search(r"\[([^\[\]]+)\]$", str(cell.value or ""))
            if name and name[1] in ("answered_on", "document"):
                fields[name[1]] = cell.row
            elif name:
                columns[name[1]] = cell.column
            elif columns and cell.column == columns.get("village_id") and cell.value:
                rows[str(cell.value)] = cell.row
    return columns, rows, fields


def fill_in(form: Path, answers: Cells, out: Path, *, day: str = DAY, change: Callable[[Any], None] | None = None) -> Path:
    """The sheet as somebody who got it sends it back."""
    book = openpyxl.load_workbook(form)
    columns, rows, fields = cells_of(book)
    for (village, column), value in answers.items():
        cell = book.worksheets[0].cell(rows[village], columns[column])
        assert not cell.protection.locked, (village, column)
        cell.value = value
    if day:
        book.worksheets[0].cell(fields["answered_on"], 4).value = day
    if change is not None:
        change(book.worksheets[0])
    book.save(out)
    return out


def commune_form(sent: tuple[Path, Path]) -> Path:
    return sent[1] / "commune_03001_form.xlsx"


def told(report: Any) -> list[tuple[int | None, str]]:
    return [(f.row, f.said.key) for f in report.faults if f.level == "fault"]


THREE: Cells = {("V1", "grid_power"): "Có", ("V1", "poor_households"): 7, ("V2", "near_poor_households"): 0}


def test_only_who_has_something_to_answer_gets_a_letter(sent: tuple[Path, Path]) -> None:
    assert sorted(path.name for path in sent[1].iterdir()) == [
        "commune_03001.docx", "commune_03001_form.xlsx", "operator_a.docx", "operator_a_form.xlsx",
    ]  # fmt: skip


def test_three_answers_change_three_cells_and_an_undo_brings_them_back(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    before, rows = (area / sa.VILLAGES).read_bytes(), sa.read_rows(area / sa.VILLAGES)
    form = fill_in(commune_form(sent), THREE, tmp_path / "phieu.xlsx")
    checked = check_layer("villages", form, area)
    assert (checked.exit_status, (area / sa.VILLAGES).read_bytes()) == (0, before)
    report = import_layer("villages", form, area, report_dir=tmp_path / "report")
    assert (report.written, report.exit_status) == (True, 0), report.faults
    assert {n: report.counts[n] for n in ("added", "updated", "removed", "rejected")} == {
        "added": 0,
        "updated": 2,
        "removed": 0,
        "rejected": 0,
    }
    changed = {
        (row["village_id"], column): (was[column], row[column])
        for was, row in zip(rows, sa.read_rows(area / sa.VILLAGES), strict=True)
        for column in row
        if was.get(column, "") != row[column]
    }
    assert changed == {("V1", "grid_power"): ("", "yes"), ("V1", "poor_households"): ("", "7"), ("V2", "near_poor_households"): ("", "0")}
    record = sa.read_rows(area / RECORD)
    assert sorted((r["village_id"], r["column"], r["value"], r["answered_on"]) for r in record) == [
        ("V1", "grid_power", "yes", "2026-11-20"), ("V1", "poor_households", "7", "2026-11-20"), ("V2", "near_poor_households", "0", "2026-11-20"),
    ]  # fmt: skip
    assert {r["source"] for r in record} == {"Phiếu trả lời của UBND xã 1 (03001) (tệp phieu.xlsx)"}
    assert sorted(p.name for p in (tmp_path / "report").iterdir()) == ["phieu.xlsx.report.json", "phieu.xlsx.report.xlsx"]
    restore(area, "villages")
    assert (area / sa.VILLAGES).read_bytes() == before


def test_the_command_line_reads_a_sheet_back_and_names_the_document(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    def document(sheet: Any) -> None:
        sheet.cell(cells_of(sheet.parent)[2]["document"], 4).value = "12/UBND-VX"

    form = fill_in(commune_form(sent), {("V1", "grid_power"): "Không"}, tmp_path / "phieu.xlsx", change=document)
    done = CliRunner().invoke(app, ["import", "villages", str(form), "--into", str(area)])
    assert done.exit_code == 0, done.output
    assert sa.read_rows(area / RECORD)[0]["source"] == "Phiếu trả lời của UBND xã 1 (03001), văn bản 12/UBND-VX (tệp phieu.xlsx)"
    assert "geo-planner undo villages" in done.output


def test_a_sheet_is_named_without_marks_or_case(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    def titled(sheet: Any) -> None:
        sheet.title = "Phiếu đã điền"

    form = fill_in(commune_form(sent), {("V1", "grid_power"): "Không"}, tmp_path / "p.xlsx", change=titled)
    for named in ("Phiếu đã điền", "phieu DA dien"):
        report = check_layer("villages", form, area, sheet=named)
        assert (report.exit_status, [s.key for s in report.statements if s.key == "answers_sheet.read"]) == (0, ["answers_sheet.read"])


def test_an_answer_that_replaces_another_is_told(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    sa.village(2, "poor_households", "4")(area)
    report = import_layer("villages", fill_in(commune_form(sent), {("V1", "poor_households"): 7}, tmp_path / "p.xlsx"), area)
    assert "answers.differs_unsourced" in {what.key for what in report.statements}


def test_without_a_day_that_of_the_import_is_taken_and_told(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", fill_in(commune_form(sent), THREE, tmp_path / "p.xlsx", day=""), area)
    assert "answers_sheet.no_day" in {what.key for what in report.statements}
    assert sa.read_rows(area / RECORD)[0]["answered_on"] == dt.date.today().isoformat()  # noqa: DTZ011


def put_row(**values: Any) -> Callable[[Any], None]:
    """A further row below the table."""

    def change(sheet: Any) -> None:
        columns, rows, _ = cells_of(sheet.parent)
        for name, value in values.items():
            sheet.cell(max(rows.values()) + 2, columns[name]).value = value

    return change


def put(village: str, column: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        columns, rows, _ = cells_of(sheet.parent)
        sheet.cell(rows[village], columns[column]).value = value

    return change


def retitled(old: str, new: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if old in str(cell.value or ""):
                    cell.value = str(cell.value).replace(old, new)

    return change


@pytest.mark.parametrize(
    ("answers", "change", "key"),
    [
        ({("V1", "poor_households"): "nhiều"}, None, "type.rows_int"),
        ({("V1", "poor_households"): -3}, None, "range"),
        ({("V1", "poor_households"): 30_000}, None, "range"),
        ({("V1", "grid_power"): "điện mặt trời"}, None, "choice.rows"),
        (THREE, put("V1", "name", "Bản 2"), "answers_sheet.other_name"),
        (THREE, put("V1", "village_id", "V9"), "answers_sheet.other_village"),
        (THREE, put("V1", "village_id", "V2"), "answers_sheet.other_name"),
        (THREE, put_row(village_id="V3", name="Bản 3", grid_power="Có"), "answers_sheet.other_commune"),
        (THREE, put_row(village_id="V1", name="Bản 1", grid_power="Có"), "answers_sheet.twice"),
        (THREE, put_row(grid_power="Có"), "answers_sheet.no_id"),
        (THREE, retitled("[grid_power]", "[lon]"), "answers_sheet.unknown_column"),
        (THREE, retitled("[poor_households]", "[grid_power]"), "answers_sheet.column_twice"),
        (THREE, retitled("[village_id]", ""), "answers_sheet.no_table"),
        (THREE, retitled("commune:03001", "commune:99999"), "answers_sheet.other_area"),
        (THREE, retitled(DAY, "hôm qua"), "answers_sheet.wrong_day"),
        (THREE, retitled(DAY, "20/11/2999"), "answers.after_today"),
        ({}, None, "answers_sheet.empty"),
    ],
)
def test_a_wrong_sheet_is_told_with_its_remedy_and_nothing_is_written(
    sent: tuple[Path, Path], area: Path, tmp_path: Path, answers: Cells, change: Callable[[Any], None] | None, key: str
) -> None:
    before = {path: path.read_bytes() for path in area.rglob("*") if path.is_file()}
    report = import_layer("villages", fill_in(commune_form(sent), answers, tmp_path / "p.xlsx", change=change), area)
    assert (report.written, report.exit_status) == (False, 1)
    assert any(said == key or said.startswith(f"{key}.") for _, said in told(report)), told(report)
    assert all(fault.remedy and fault.texts("vi")[1] for fault in report.faults)
    assert {path: path.read_bytes() for path in area.rglob("*") if path.is_file()} == before


def test_all_that_is_wrong_is_told_at_once_by_row(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    wrong: Cells = {
        ("V1", "grid_power"): "nắng",
        ("V1", "poor_households"): 30_000,
        ("V2", "poor_households"): "vài",
        ("V2", "near_poor_households"): 1,
    }
    form = fill_in(commune_form(sent), wrong, tmp_path / "p.xlsx", change=put_row(village_id="V3", name="Bản 3", grid_power="Có"))
    _, rows, _ = cells_of(openpyxl.load_workbook(form))
    found = told(import_layer("villages", form, area))
    assert sorted(found) == sorted([
        (rows["V1"], "choice.rows"), (rows["V1"], "range.between"), (rows["V2"], "type.rows_int"), (rows["V3"], "answers_sheet.other_commune"),
    ])  # fmt: skip
    assert found == sorted(found, key=lambda each: each[0] or 0)


def test_a_marked_copy_shows_the_faults_at_their_cells(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    form = fill_in(commune_form(sent), {("V1", "poor_households"): "nhiều"}, tmp_path / "p.xlsx")
    copy = marked_copy(check_layer("villages", form, area), form)
    assert copy is not None
    (tmp_path / "marked.xlsx").write_bytes(copy)
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    columns, rows, _ = cells_of(book)
    assert book.worksheets[0].cell(rows["V1"], columns["poor_households"]).fill.fgColor.rgb.endswith("FFC7CE")


def test_a_formula_without_a_value_is_no_answer(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    form = fill_in(commune_form(sent), {("V1", "poor_households"): "=1+2"}, tmp_path / "p.xlsx")
    assert [key for _, key in told(import_layer("villages", form, area))] == ["uncached_formula.cell"]


def test_options_of_lists_are_refused(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    form = fill_in(commune_form(sent), THREE, tmp_path / "p.xlsx")
    for options in ({"accept_valid": True}, {"mode": "replace"}, {"crs": "EPSG:4326"}):
        assert told(import_layer("villages", form, area, **options)) == [(None, "answers_sheet.options")]  # type: ignore[arg-type]


def test_the_preview_shows_the_sheet_and_asks_for_no_columns(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    seen = preview("villages", fill_in(commune_form(sent), THREE, tmp_path / "p.xlsx"), area)
    assert (seen.mapping, seen.rows, seen.faults, seen.answers) == ({}, 2, (), True)
    assert [what.key for what in seen.statements][-1] == "answers_sheet.seen"


def test_an_operator_answers_for_itself_alone(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    form = sent[1] / "operator_a_form.xlsx"
    good: Cells = {("V1", "commitment_operator"): "A", ("V1", "commitment_stage"): "Đã khảo sát", ("V1", "commitment_quarter"): "2027-Q2"}
    report = import_layer("villages", fill_in(form, good, tmp_path / "p.xlsx"), area)
    assert report.written, report.faults
    row = sa.read_rows(area / sa.VILLAGES)[0]
    assert (row["commitment_operator"], row["commitment_stage"], row["commitment_quarter"]) == ("A", "surveyed", "2027-Q2")
    assert {r["source"] for r in sa.read_rows(area / RECORD)} == {"Phiếu trả lời của doanh nghiệp A (tệp p.xlsx)"}
    other = import_layer("villages", fill_in(form, {("V2", "commitment_operator"): "B"}, tmp_path / "q.xlsx"), area)
    assert [key for _, key in told(other)] == ["answers_sheet.other_operator"]
    nobody = import_layer("villages", fill_in(form, {("V2", "commitment_stage"): "Đang xây dựng"}, tmp_path / "r.xlsx"), area)
    assert [key for _, key in told(nobody)] == ["answers_sheet.whose_commitment"]
    bad = import_layer("villages", fill_in(form, {("V1", "commitment_quarter"): "năm sau"}, tmp_path / "s.xlsx"), area)
    assert [key for _, key in told(bad)] == ["type.rows_quarter"]


def fake_plan(given: ProposalFacts, operator: str = "A") -> Any:
    """As much of a plan as the letters look at."""
    villages = pd.DataFrame(
        {"name": [v.name for v in given.villages], "households": [v.households for v in given.villages]},
        index=pd.Index([v.village_id for v in given.villages], name="village_id"),
    )
    index = pd.MultiIndex.from_tuples([("S031", "S031-1")], names=["site_id", "cell_id"])
    return SimpleNamespace(study_area=SimpleNamespace(villages=villages), sites=pd.DataFrame({"operator": [operator]}, index=index))


def asking(given: ProposalFacts, operator: str = "") -> ProposalFacts:
    """Every village is asked, and has a station of this operator near it."""
    questions = tuple(
        QuestionFacts(
            v.village_id, "poor_households; near_poor_households", "commune", "Bao nhiêu hộ nghèo?", "How many poor?", "Vì sao", "Why"
        )
        for v in given.villages
    )
    villages = tuple(replace(v, stations=tuple(replace(s, operator=operator) for s in v.stations)) for v in given.villages)
    return replace(given, villages=villages, questions=questions)


def test_totals_are_those_of_the_facts_to_the_dong(tmp_path: Path) -> None:
    given = asking(facts(21), "A")
    write_letters(fake_plan(given), given, tmp_path)
    commune = rows_of(Document(str(tmp_path / FOLDER / "commune_03463.docx")).tables[2])
    assert commune[-1][-1] == number(sum(v.cost_share_vnd or 0 for v in given.villages), 0, "vi")
    shares = [int(row[-1].replace(".", "")) for row in commune[1:-1]]
    assert shares == [v.cost_share_vnd for v in given.villages]
    operator = rows_of(Document(str(tmp_path / FOLDER / "operator_a.docx")).tables[2])
    assert operator[-1][-1] == number(sum(link.cost.base for link in given.links), 0, "vi")
    assert len(operator) == len(given.links) + 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_twice_the_same_bytes_with_names_as_text(tmp_path: Path, language: Any) -> None:
    names = (*HOSTILE_NAMES, '=HYPERLINK("http://x","y")', "+1", "@SUM(A1)", "Bản " + "dài " * 28)
    operator = '=cmd|"/c calc"!A1 <b>'
    given = asking(facts(12, names=names), operator)
    for part in ("one", "two"):
        (tmp_path / part).mkdir()
        files = write_letters(fake_plan(given, operator), given, tmp_path / part, language)
        assert all(re.fullmatch(r"[a-z0-9_]+\.(docx|xlsx)", path.name) for path in files)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / part / FOLDER).iterdir()} for part in ("one", "two"))
    assert first == second
    assert len(first) == 4
    for path in (tmp_path / "one" / FOLDER).iterdir():
        banner = "DỮ LIỆU MẪU" if language == "vi" else "SAMPLE DATA"
        with zipfile.ZipFile(path) as package:
            parts = {name: package.read(name).decode("utf-8", "replace") for name in package.namelist() if name.endswith((".xml", ".rels"))}
        assert any(banner in text for text in parts.values()), path
        assert not any("<f>" in text or 'TargetMode="External"' in text for text in parts.values()), path
        if path.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(path).worksheets[0]
            assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
            assert sheet.protection.sheet
        else:
            assert HOSTILE_NAMES[0] in whole_text(Document(str(path)))


def test_a_sheet_in_english_is_read_back_too(sent: tuple[Path, Path], area: Path, tmp_path: Path) -> None:
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario))
    write_letters(plan, proposal_facts(plan), tmp_path, "en")
    good: Cells = {("V1", "commitment_operator"): "A", ("V1", "commitment_stage"): "Being built"}
    report = import_layer("villages", fill_in(tmp_path / FOLDER / "operator_a_form.xlsx", good, tmp_path / "p.xlsx"), area)
    assert report.written, report.faults
    assert sa.read_rows(area / sa.VILLAGES)[0]["commitment_stage"] == "building"


def test_nobody_to_write_to(tmp_path: Path) -> None:
    given = facts(5, built=False)
    assert write_letters(fake_plan(given, ""), replace(given, questions=()), tmp_path) == []
    assert not (tmp_path / FOLDER).exists()


def test_no_operator_and_what_only_the_department_can_say(tmp_path: Path) -> None:
    given = asking(facts(5))
    files = write_letters(fake_plan(given, ""), given, tmp_path)
    assert [path.name for path in files] == ["commune_03463.docx", "commune_03463_form.xlsx"]
    department = replace(given, questions=tuple(replace(q, asks="department") for q in given.questions))
    assert write_letters(fake_plan(given, ""), department, tmp_path / "none") == []


def test_two_operators_whose_names_read_alike_keep_a_letter_each(tmp_path: Path) -> None:
    given = asking(facts(2, built=False), "Á")
    both = replace(given, villages=(given.villages[0], replace(given.villages[1], commitment_operator="A!")), questions=())
    names = [path.name for path in write_letters(fake_plan(given, ""), both, tmp_path)]
    assert names[::2] == ["operator_a.docx", "operator_a_2.docx"]


def test_a_letter_names_nobody(tmp_path: Path) -> None:
    given = asking(facts(3), "A")
    named = replace(given, office=given.office.model_copy(update={"signer_name": "Người Ký", "signer_title": "GIÁM ĐỐC"}))
    for path in write_letters(fake_plan(named), named, tmp_path):
        if path.suffix == ".docx":
            text = whole_text(Document(str(path)))
            assert "Người Ký" not in text
            assert "điện thoại: ……" in text
            assert not re.search(r"\b0\d{8,}", text)
