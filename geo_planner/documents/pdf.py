"""The same document as PDF, by LibreOffice where it is installed; where not, or where it fails, that is told."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from geo_planner.documents.docx_parts import NO_DAY
from geo_planner.files.atomic import put_in_place
from geo_planner.words import Said, said

_NAMES = ("soffice", "libreoffice")
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)


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
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        try:
            ended = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False, env=environment, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return [], said("document_pdf.too_slow", seconds=timeout_s)
        except OSError as error:
            return [], said("document_pdf.failed", why=str(error.strerror or error)[:200])
        written = made / f"{document.stem}.pdf"
        content = written.read_bytes() if written.is_file() else b""
        if ended.returncode or not content.startswith(b"%PDF"):
            lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
            return [], said("document_pdf.failed", why=lines[-1][:200] if lines else f"exit {ended.returncode}")
        path = folder / written.name
        put_in_place(path, content)
        return [path], None
