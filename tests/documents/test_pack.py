"""``export``: the pack of documents of a finished plan, through the command line."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.formats import TABLE
from geo_planner.documents.office_template import PLACES
from geo_planner.documents.pack import FORMATS, order_of, write_pack, zipped
from geo_planner.errors import OutputError
from geo_planner.export import write_plan
from geo_planner.export.folder import check_output, verify_folder
from geo_planner.files.hashes import sha256_of
from geo_planner.files.output import lock_file, partial_folder
from geo_planner.plan import load_plan
from geo_planner.words import LANGUAGES, said
from geo_planner.words.figures import number
from tests import small_area
from tests.build.test_plan_holds import drawn_area, planned
from tests.documents.test_office_template import template
from tests.documents.test_pdf import MAKES, program
from tests.documents.test_proposal import whole_text

DAY = "2026-11-30"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small plan with what to build, in which one village is sample data."""
    root = tmp_path_factory.mktemp("stored")
    area = drawn_area(root / "area", 7)
    small_area.table_cell(small_area.VILLAGES, 2, "is_sample", "yes")(area)
    write_plan(planned(area), root / "out")
    return root / "out"


@pytest.fixture(autouse=True)
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without LibreOffice, whatever this one has."""
    monkeypatch.setattr("geo_planner.documents.pdf.office_program", lambda: None)


def export(*words: object) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["export", *map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_pack_says_what_it_is_and_agrees_with_the_summary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("modelled anew")

    monkeypatch.setattr("geo_planner.plan.steps.compute_coverage", refuse)
    status, told = export(folder, "--format", "docx", "--date", DAY)
    pack = folder / "pack"
    assert (status, told["ok"], told["uses_sample_data"], told["not_written"]) == (0, True, True, [])
    assert set(told["files"]) == {"proposal.docx", "manifest.json"}
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    assert verify_folder(pack) == verify_folder(folder) == []
    assert manifest["summary_sha256"] == sha256_of(folder / "summary.json")
    assert (manifest["kind"], manifest["date"], manifest["language"], manifest["formats"]) == ("pack", DAY, "vi", ["docx"])
    assert "created" not in manifest
    assert told["missing"] == manifest["missing"] != []
    document = Document(str(pack / "proposal.docx"))
    assert all("DỮ LIỆU MẪU" in "".join(p.text for p in section.header.paragraphs) for section in document.sections)
    cost = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["build"]["cost_vnd"]
    text = whole_text(document)
    assert 0 < cost["low"]["capex"] < cost["capex"] < cost["high"]["capex"]
    assert all(number(amount, 0, "vi") in text for amount in (cost["capex"], cost["low"]["capex"], cost["high"]["capex"]))

    money = proposal_facts(load_plan(folder)).money
    assert money is not None
    assert [each.year for each in money.years][-1] is None  # something fits into no year, and is in the sum once
    assert sum(each.cost_vnd for each in money.years) == cost["capex"]

    before = content(pack)
    assert export(folder, "--format", "DOCX, docx", "--date", DAY)[0] == 0
    assert content(pack) == before

    # a plan may be written over a folder with its documents, also after an export that was killed, but never over somebody's files
    left = partial_folder(pack) / "new"
    left.mkdir(parents=True)
    (left / "proposal.docx").write_bytes(b"half")
    lock_file(pack).touch()
    check_output(folder)
    assert export(folder, "--format", "docx", "--date", DAY)[0] == 0
    assert content(pack) == before
    assert not partial_folder(pack).exists()
    (pack / "mine.docx").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"mine\.docx"):
        check_output(folder)
    assert export(folder, "--format", "docx")[0] == 2
    (pack / "mine.docx").unlink()


def test_a_pdf_stands_alone_or_is_said_to_lack(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, told = export(folder, "--format", "pdf", "-o", tmp_path / "none")
    assert (status, sorted(told["files"]), [why["code"] for why in told["not_written"]]) == (
        0, ["manifest.json", "proposal.docx"], ["document_pdf.no_program"]
    )  # fmt: skip
    monkeypatch.setattr("geo_planner.documents.pdf.office_program", lambda: program(tmp_path, MAKES))
    status, told = export(folder, "--format", "pdf", "-o", tmp_path / "pdf", "--lang", "en")
    assert (status, sorted(told["files"]), told["not_written"]) == (0, ["manifest.json", "proposal.pdf"], [])
    assert json.loads((tmp_path / "pdf" / "manifest.json").read_text(encoding="utf-8"))["language"] == "en"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--format", "docx,dwg"], "pack_formats"),
        (["--format", " , "], "pack_formats"),
        (["--date", "30/11/2026"], "pack_day"),
        (["--template", "none.docx"], "no_document_template"),
        (["--format", "docx", "--crs", "EPSG:9205"], "pack_option"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_written(folder: Path, tmp_path: Path, words: list[str], code: str) -> None:
    status, told = export(folder, *words, "-o", tmp_path / "pack")
    assert (status, told["ok"], told["code"]) == (2, False, code)
    assert list(tmp_path.iterdir()) == []


def test_neither_a_plan_nor_something_else_is_taken_for_it(folder: Path, tmp_path: Path) -> None:
    status, told = export(tmp_path)
    assert (status, told["code"]) == (2, "no_stored_plan")
    before = content_hashes(folder)
    status, told = export(folder, "-o", folder)
    assert (status, told["code"]) == (2, "pack_over_results")
    assert content_hashes(folder) == before


def test_a_letterhead_that_lacks_places_leaves_the_former_pack(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert export(folder, "--format", "docx", "-o", pack)[0] == 0
    before = content(pack)
    status, told = export(folder, "--template", template(tmp_path / "own.docx", PLACES[:-2]), "-o", pack)
    assert (status, told["faults"][0]["code"]) == (1, "document_template")
    assert PLACES[-1] in told["faults"][0]["reason"]
    assert content(pack) == before


KILLED = """
import sys, time
from geo_planner.documents import formats
write = formats.TABLE["docx"].write
def slowly(*given):
    told = write(*given)
    print("half", flush=True)
    time.sleep(600)
    return told
formats.TABLE["docx"] = formats.Format("pack_docx", slowly, 1.0)
from geo_planner.cli import main
sys.argv = ["geo-planner", "export", sys.argv[1], "--format", "docx", "--lang", "en"]
main()
"""


def test_a_killed_export_leaves_the_former_pack_and_nothing_for_long(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    assert export(folder, "--format", "docx", "--date", DAY)[0] == 0
    pack = folder / "pack"
    before = content(pack)
    running = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"half\n"
    finally:
        running.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        running.wait()
    assert (partial_folder(pack) / "new" / "proposal.docx").is_file()  # it was at work
    assert any(scratch.iterdir())
    assert content(pack) == before
    assert verify_folder(pack) == []
    assert export(folder, "--format", "docx", "--date", DAY)[0] == 0
    assert content(pack) == before
    assert not partial_folder(pack).exists()
    assert not lock_file(pack).exists()
    assert list(scratch.iterdir()) == []


def test_what_tells_of_the_progress_can_end_the_work(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert export(folder, "--format", "docx", "-o", pack)[0] == 0
    before, told = content(pack), []

    def tell(step: str, share: float) -> None:
        told.append((step, share))
        if step == "pack_docx":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_pack(folder, order_of(["docx"]), pack, progress=tell)
    assert [step for step, _ in told] == ["pack_plan", "pack_facts", "pack_docx"]
    assert content(pack) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack"]


def test_all_there_is_comes_out_the_same_each_time_and_is_named_with_its_hash(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    packs = [
        write_pack(
            folder, order_of(FORMATS), tmp_path / name, date=dt.date(2026, 2, 5), progress=lambda step, share: told.append((step, share))
        )
        for name in ("a", "b")
    ]
    first, second = map(zipped, packs)
    assert first == second
    assert {step for step, _ in told} == {"pack_plan", "pack_facts", *(TABLE[name].step for name in FORMATS)}
    once = [share for _, share in told[: len(told) // 2]]
    assert once == sorted(once)
    assert (once[0], once[-1]) == (0.0, 1.0)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        hashes = json.loads(archive.read("manifest.json"))["files"]
        assert set(archive.namelist()) == {*hashes, "manifest.json"} >= {"proposal.docx"}
        for name, digest in hashes.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest


def test_every_format_has_a_word_for_its_step() -> None:
    for each in TABLE.values():
        for language in LANGUAGES:
            assert said(f"step.{each.step}").text(language)


def content_hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in folder.iterdir() if path.is_file()}
