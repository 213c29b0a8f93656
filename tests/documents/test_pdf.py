"""PDF by LibreOffice: where it is, where it is not, and where it fails."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from geo_planner.documents.pdf import office_program, write_pdf
from geo_planner.documents.proposal import write_proposal
from tests.documents.fakes import facts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are shell scripts")
MAKES = 'while [ "$1" != "--outdir" ]; do shift; done; printf "%%PDF-1.7 $SOURCE_DATE_EPOCH" > "$2/$(basename "$3" .docx).pdf"'


def program(folder: Path, body: str) -> str:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def document(folder: Path) -> Path:
    path = folder / "proposal.docx"
    path.write_bytes(b"PK")
    return path


def test_the_file_is_written_with_the_day_of_the_document(tmp_path: Path) -> None:
    paths, why_not = write_pdf(document(tmp_path), tmp_path, day=dt.date(2026, 2, 5), program=program(tmp_path, MAKES))
    assert why_not is None
    assert [p.read_bytes() for p in paths] == [b"%PDF-1.7 1770249600"]


def test_no_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_planner.documents.pdf.office_program", lambda: None)
    paths, why_not = write_pdf(document(tmp_path), tmp_path)
    assert paths == []
    assert why_not is not None
    assert "LibreOffice" in why_not.text("vi")


@pytest.mark.parametrize(
    ("body", "key"),
    [("exec sleep 30", "document_pdf.too_slow"), ("echo kaput >&2; exit 3", "document_pdf.failed"), ("exit 0", "document_pdf.failed")],
)
def test_a_program_that_fails_is_said_and_leaves_nothing(body: str, key: str, tmp_path: Path) -> None:
    paths, why_not = write_pdf(document(tmp_path), tmp_path, timeout_s=2 if "sleep" in body else 30, program=program(tmp_path, body))
    assert paths == []
    assert why_not is not None
    assert why_not.key == key
    assert not list(tmp_path.glob("*.pdf"))


def test_the_program_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = program(tmp_path, MAKES)
    assert office_program() == made


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_real_one_opens_the_request(tmp_path: Path) -> None:
    (path,) = write_proposal(facts(), tmp_path)
    paths, why_not = write_pdf(path, tmp_path)
    assert why_not is None
    assert paths[0].read_bytes().startswith(b"%PDF")
