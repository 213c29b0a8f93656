"""The same document as PDF, by LibreOffice where it is installed; where not, or where it fails, that is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from geo_planner.documents.docx_parts import NO_DAY
from geo_planner.errors import system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.words import Said, said

_NAMES = ("soffice", "libreoffice")
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)


_DAY = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)[0-9]{14}")
_IDS = re.compile(rb"/ID ?\[ ?<[0-9A-F]{32}>\s*<[0-9A-F]{32}> ?\]|/DocChecksum ?/[0-9A-F]{32}")
_ID = re.compile(rb"[0-9A-F]{32}")
_XMP_DAY = re.compile(rb"(<xmp:(?:CreateDate|ModifyDate|MetadataDate)>)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}")


def office_program() -> str | None:
    """LibreOffice, as it is found on the path or in its usual place."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return found or next((path for path in _USUAL if Path(path).is_file()), None)


def write_pdf(
    document: Path,
    folder: Path,
    *,
    day: dt.date | None = None,
    timeout_s: float = 180.0,
    program: str | None = None,
    scratch: Path | None = None,
) -> tuple[list[Path], Said | None]:
    """A Word document as PDF, under the same name.

    Parameters
    ----------
    document : Path
    folder : Path
        Is there.
    day : date, optional
        Written as the day of creation, so that the file does not carry the time of its making.
    timeout_s : float
        Then LibreOffice is ended.
    program : str, optional
        LibreOffice; looked for when left out.
    scratch : Path, optional
        Where LibreOffice's profile is made for the while; the machine's own place for such things when left out.

    Returns
    -------
    paths : list of Path
        The file; empty where there is none.
    why_not : Said or None
        Why there is none, with a remedy.
    """
    program = program or office_program()
    if program is None:
        return [], said("document_pdf.no_program")
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as own:
        # a profile of its own: one that is open elsewhere would take the order and not answer
        profile, made = Path(own) / "profile", Path(own) / "made"
        made.mkdir()
        epoch = int(dt.datetime.combine(day or NO_DAY, dt.time(), tzinfo=dt.UTC).timestamp())
        command = [
            program, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", "pdf",
            "--outdir", str(made), str(document),
        ]  # fmt: skip
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC"}
        try:
            status, told = _run(command, environment, timeout_s)
        except subprocess.TimeoutExpired:
            return [], said("document_pdf.too_slow", seconds=timeout_s)
        except OSError as error:
            return [], said("document_pdf.failed", why=system_says(error))
        written = made / f"{document.stem}.pdf"
        content = written.read_bytes() if written.is_file() else b""
        if status or not content.startswith(b"%PDF"):
            lines = told.decode("utf-8", "replace").strip().splitlines()
            return [], said("document_pdf.failed", why=lines[-1][:200] if lines else f"exit {status}")
        path = folder / written.name
        put_in_place(path, steady_pdf(content, day))
        return [path], None


def _run(command: list[str], environment: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
    """Exit status and what it said on the error channel; however this ends, LibreOffice ends with it."""
    # soffice is a script that starts the program proper: a session of its own, so that both can be ended
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        _, told = child.communicate(timeout=timeout_s)
        return child.returncode, told
    finally:
        if child.returncode is None:
            if os.name == "posix":
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
            child.communicate()


def steady_pdf(content: bytes, day: dt.date | None) -> bytes:
    """The same PDF with the day of the document as that of its making, and ids that follow from what stands in it.

    LibreOffice writes the time of the run, ids drawn from it and a sum over both, whatever SOURCE_DATE_EPOCH says. Each is put in with as many
    signs as it takes away, so that no place that the table of objects names moves; a time in another form stays as it is.

    Parameters
    ----------
    content : bytes
    day : date or None

    >>> steady_pdf(b"/CreationDate(D:20261128022246Z')", dt.date(2026, 2, 5))
    b"/CreationDate(D:20260205000000Z')"
    """
    when = dt.datetime.combine(day or NO_DAY, dt.time())
    steady = _DAY.sub(lambda found: found[1] + when.strftime("%Y%m%d%H%M%S").encode(), content)
    steady = _XMP_DAY.sub(lambda found: found[1] + when.strftime("%Y-%m-%dT%H:%M:%S").encode(), steady)
    # over the file without them, or an id would depend on itself
    digest = hashlib.sha256(_IDS.sub(b"", steady)).hexdigest().upper().encode()[:32]
    return _IDS.sub(lambda found: _ID.sub(digest, found[0]), steady)
