"""PDF by LibreOffice: where it is, where it is not, and where it fails."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from geo_planner.documents.pdf import office_program, steady_pdf, write_pdf
from geo_planner.documents.proposal import write_proposal
from tests.documents.fakes import facts
from tests.documents.rendered import needs_office

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


def test_a_program_that_is_ended_leaves_no_child_behind(tmp_path: Path) -> None:
    """LibreOffice is a script that starts another program: both end."""
    body = f"sleep 60 & echo $! > {tmp_path / 'child'}; wait"
    write_pdf(document(tmp_path), tmp_path, timeout_s=2, program=program(tmp_path, body))
    child = int((tmp_path / "child").read_text())
    for _ in range(50):
        if not alive(child):
            return
        time.sleep(0.1)
    raise AssertionError("the child goes on")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def test_ids_follow_from_the_content_and_nothing_moves() -> None:
    def made(time_: bytes, ident: bytes, text: bytes) -> bytes:
        return (
            b"%PDF-1.6 " + text + b"<</CreationDate(D:" + time_ + b"Z')>> <xmp:CreateDate>2026-11-28T02:22:46Z</xmp:CreateDate> /ID [ <" + ident + b">\n<"
            + ident + b"> ]\n/DocChecksum /" + ident
        )  # fmt: skip

    one, two = (made(when, ident * 32, b"a") for when, ident in ((b"20261128022246", b"A"), (b"20261128022305", b"7")))
    day = dt.date(2026, 2, 5)
    steady = steady_pdf(one, day)
    assert steady == steady_pdf(two, day)
    assert len(steady) == len(one)
    assert b"(D:20260205000000Z')" in steady
    assert b"<xmp:CreateDate>2026-02-05T00:00:00Z" in steady
    ids = [found.encode() for found in re.findall(r"[0-9A-F]{32}", steady.decode())]
    assert len(ids) == 3
    assert len(set(ids)) == 1
    assert ids[0] not in steady_pdf(made(b"20261128022246", b"A" * 32, b"b"), day)


@needs_office
def test_the_real_one_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    (path,) = write_proposal(facts(3), tmp_path)
    content = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        paths, why_not = write_pdf(path, tmp_path / name, day=dt.date(2026, 2, 5))
        assert why_not is None
        content.append(paths[0].read_bytes())
    assert content[0] == content[1]
    told = subprocess.run(["pdfinfo", str(tmp_path / "a" / "proposal.pdf")], check=True, capture_output=True, text=True, timeout=60)
    assert "2026" in next(line for line in told.stdout.splitlines() if line.startswith("CreationDate"))
    assert not told.stderr
    assert "Feb  5 00:00:00" in told.stdout


@needs_office
def test_the_real_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    (path,) = write_proposal(facts(3), tmp_path)
    paths, why_not = write_pdf(path, tmp_path, timeout_s=0.3)
    assert paths == []
    assert why_not is not None
    assert why_not.key == "document_pdf.too_slow"
