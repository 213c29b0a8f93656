"""The page of documents, run without a browser: what is missing, the office's fields, the order, the archive."""

from __future__ import annotations

import io
import json
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from streamlit.testing.v1 import AppTest

from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.office import OFFICE_FILE, Office, read_office, write_office
from geo_planner.documents.pack import FORMATS
from geo_planner.errors import GeoPlannerError, InputError, UsageError
from geo_planner.plan import Plan
from geo_planner.ui import document_job, loading
from geo_planner.ui.build_job import Job
from geo_planner.ui.document_job import Archive, Wish, day_written, make_archive, why_no_letterhead
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.texts import text
from geo_planner.words import said
from tests import small_area
from tests.build.test_plan_holds import drawn_area, planned
from tests.documents.test_office_template import template
from tests.documents.test_proposal import whole_text
from tests.ui.test_pages import html_of, open_app

pytestmark = pytest.mark.usefixtures("fresh_caches")

FILES = {"summary.json": b"{}\n", "priority_list.xlsx": b"PK"}


@pytest.fixture(autouse=True)
def _no_office_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_planner.documents.pdf.office_program", lambda: None)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A small plan with what to build, over data that is partly made up."""
    area = drawn_area(tmp_path_factory.mktemp("documents") / "area", 7)
    small_area.table_cell(small_area.VILLAGES, 2, "is_sample", "yes")(area)
    return planned(area)


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch, plan: Plan, tmp_path: Path) -> Path:
    """A copy of its study area, with the plan at hand."""
    root = tmp_path / "area"
    shutil.copytree(plan.study_area.root, root, ignore=shutil.ignore_patterns(".geo_planner"))
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    monkeypatch.setattr(document_job, "exported_files", lambda *_: FILES)
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(root))
    return root


def made(app: AppTest) -> Archive:
    """What came of the work, waited for."""
    job: Job[Archive] = app.session_state["documents_job"]
    assert job.done(120)
    app.run()
    assert not app.exception
    archive: Archive = app.session_state["documents_result"][1]
    return archive


def test_what_is_missing_is_told_and_the_fields_of_the_office_are_saved(area: Path, plan: Plan) -> None:
    app = open_app("documents")
    assert not app.exception
    before = proposal_facts(plan, office=Office()).missing
    shown = html_of(app)
    assert all(each.sentence.text("vi") in shown for each in before)
    assert not (area / OFFICE_FILE).exists()
    app.text_input(key="documents_office_number").set_value(" 12 ")
    app.text_area(key="documents_office_addressees").set_value("Bộ Khoa học và Công nghệ\n\nQuỹ <b>x</b>\n")
    app.number_input(key="documents_office_villages_in_province").set_value(950)
    app.button(key="documents_office_save").click().run()
    assert not app.exception
    office = read_office(area)
    assert (office.number, office.addressees, office.villages_in_province) == ("12", ("Bộ Khoa học và Công nghệ", "Quỹ <b>x</b>"), 950)
    gone = {f"document_missing.{name}" for name in ("number", "addressees", "villages_in_province")}
    shown = html_of(app)
    assert [each.key for each in before if each.sentence.text("vi") not in shown] == [each.key for each in before if each.key in gone]
    assert text("office_saved", "vi") in [each.value for each in app.success]


def test_a_number_that_contradicts_the_list_is_told_and_can_be_mended(area: Path, plan: Plan) -> None:
    write_office(area, {"villages_in_province": len(plan.villages) - 1}, Office())
    app = open_app("documents")
    assert not app.exception
    assert "villages_in_province" in html_of(app)
    app.number_input(key="documents_office_villages_in_province").set_value(900)
    app.button(key="documents_office_save").click().run()
    assert not app.exception
    assert read_office(area).villages_in_province == 900
    assert '<div class="gp-faults' not in html_of(app)


def test_faulty_fields_of_the_office_are_told_in_place_of_the_page(area: Path) -> None:
    (area / OFFICE_FILE).parent.mkdir()
    (area / OFFICE_FILE).write_text("numbr: 12\n", "utf-8")
    app = open_app("documents")
    assert not app.exception
    assert "numbr" in html_of(app)
    assert not [button for button in app.button if button.key == "documents_make"]


def test_documents_are_made_and_taken_away_as_one_archive(area: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("modelled anew")

    app = open_app("documents")
    monkeypatch.setattr("geo_planner.plan.steps.compute_coverage", refuse)
    for name in FORMATS:
        app.checkbox(key=f"documents_{name}").set_value(name == "docx")
    app.text_input(key="documents_day").set_value("5/2/2026").run()
    assert said("document_missing.date").text("vi") not in html_of(app)
    archives = []
    for _ in range(2):
        app.button(key="documents_make").click().run()
        archives.append(made(app))
    first, second = archives
    assert first.content == second.content
    assert not (area / OFFICE_FILE).exists()
    with zipfile.ZipFile(io.BytesIO(first.content)) as packed:
        assert packed.namelist() == ["manifest.json", "proposal.docx"]
        manifest = json.loads(packed.read("manifest.json"))
        assert (manifest["date"], manifest["language"], manifest["formats"]) == ("2026-02-05", "vi", ["docx"])
        words = whole_text(Document(io.BytesIO(packed.read("proposal.docx"))))
    assert str(plan.villages["name"].iloc[0]) in words
    assert [each.proto.label for each in app.get("download_button")] == [text("documents_take", "vi")]
    app.text_input(key="documents_day").set_value("").run()
    assert text("documents_former", "vi") in [each.value for each in app.caption]


def test_why_a_format_is_not_in_it_is_told(area: Path) -> None:
    app = open_app("documents")
    assert text("document_pdf_lacks", "vi") in [each.value for each in app.caption]
    for name in FORMATS:
        app.checkbox(key=f"documents_{name}").set_value(name == "pdf")
    app.run()
    app.button(key="documents_make").click().run()
    archive = made(app)
    assert [why.key for why in archive.not_written] == ["document_pdf.no_program"]
    assert len(app.warning) == 1


def test_nothing_is_made_without_a_format_or_with_a_day_that_is_none(area: Path) -> None:
    app = open_app("documents")
    app.text_input(key="documents_day").set_value("31/2/2026").run()
    assert app.button(key="documents_make").disabled
    assert text("documents_day_wrong", "vi") in [each.value for each in app.error]
    app.text_input(key="documents_day").set_value("")
    for name in FORMATS:
        app.checkbox(key=f"documents_{name}").set_value(False)
    app.run()
    assert app.button(key="documents_make").disabled
    assert text("documents_none", "vi") in [each.value for each in app.info]


def test_a_trial_is_said_to_stay_outside(area: Path) -> None:
    app = open_app("ranking")
    app.slider[0].set_value(0.0).run()
    app.switch_page("geo_planner/ui/pages/documents.py").run()
    assert not app.exception
    assert text("documents_of_saved", "vi") in html_of(app)


def test_the_programs_own_area_is_not_written(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("geo_planner.ui.office_form", "geo_planner.documents.office"):
        monkeypatch.setattr(f"{module}.comes_with_the_program", lambda _: True)
    app = open_app("documents")
    assert not app.exception
    assert said("bundled_area.kept").text("vi") in [each.value for each in app.info]
    assert not app.text_area
    with pytest.raises(UsageError, match="comes with the program"):
        write_office(area, {"number": "1"}, Office())
    assert not (area / OFFICE_FILE).exists()


def test_the_fields_are_changed_where_they_stand_and_never_over_somebody_elses(area: Path) -> None:
    path = area / OFFICE_FILE
    path.parent.mkdir()
    path.write_text("# của Văn phòng\nnumber: '7'  # sổ 2026\nplace: Lai Châu\ndate: 2026-11-30\n", "utf-8")
    seen = read_office(area)
    now = write_office(area, {"number": "8", "recipients": ("Như trên", "Lưu: VT")}, seen)
    assert now == read_office(area)
    assert (now.number, now.recipients, now.date) == ("8", ("Như trên", "Lưu: VT"), "2026-11-30")
    kept = path.read_text("utf-8")
    assert kept.startswith("# của Văn phòng\n")
    assert "# sổ 2026" in kept
    with pytest.raises(UsageError, match="changed since"):
        write_office(area, {"number": "9"}, seen)
    with pytest.raises(InputError):
        write_office(area, {"place": "x" * 501}, now)
    with pytest.raises(InputError):
        write_office(area, {"place": "a\u202eb"}, now)
    assert path.read_text("utf-8") == kept
    assert [each.name for each in path.parent.iterdir()] == ["office.yaml"]


def test_a_letterhead_is_hostile_until_it_is_read(tmp_path: Path) -> None:
    why_no_letterhead(template(tmp_path / "own.docx").read_bytes())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"\0" * 60_000_000)
    for content in (b"", b"MZ not a document", b"PK\x03\x04 cut", bomb.getvalue()):
        with pytest.raises(GeoPlannerError):
            why_no_letterhead(content)


def test_work_is_stopped_at_its_next_step(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_job, "exported_files", lambda *_: FILES)
    told: list[str] = []

    def work(tell: Callable[[str, float], None], stop: Callable[[], bool]) -> Archive:
        def slowly(step: str, share: float) -> None:
            told.append(step)
            tell(step, share)
            while not stop():
                time.sleep(0.01)

        return make_archive(LoadedPlan("x", plan), Office(), Wish(("docx",), "vi"), slowly, stop)

    job = Job("x", work)
    time.sleep(0.05)
    job.stop()
    assert job.done(60)
    assert (job.result, job.error) == (None, None)
    assert told in ([], ["pack_facts"])


@pytest.mark.parametrize("written", ["31/2/2026", "hôm nay", "2026", "1/1/0", "30-11-26"])
def test_a_day_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        day_written(written)
