"""Documents as LibreOffice lays them out: words with their places, fonts, ink. Lengths in mm from the upper left corner of a page."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

_TOOLS = ("soffice", "pdftotext", "pdftoppm", "pdffonts")
_LACKING = [name for name in _TOOLS if shutil.which(name) is None]
_POINT_MM = 25.4 / 72
needs_office = pytest.mark.skipif(bool(_LACKING), reason=f"not installed: {', '.join(_LACKING)} (scripts/install_office.sh)")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def head(self) -> tuple[Word, ...]:
        """In the top margin."""
        return tuple(word for word in self.words if word.bottom < 24.5)

    @property
    def body(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.bottom >= 24.5)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def as_pdf(documents: Sequence[Path], folder: Path, *, timeout_s: float = 300.0) -> list[Path]:
    """All documents with one start of LibreOffice."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "soffice",
            "--headless",
            f"-env:UserInstallation={Path(profile).as_uri()}",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
        ]
        subprocess.run([*command, *map(str, documents)], check=True, capture_output=True, timeout=timeout_s)
    return [folder / f"{path.stem}.pdf" for path in documents]


def pages_of(pdf: Path) -> list[Page]:
    """Pages with their words, in the order of reading."""
    told = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=120).stdout
    clean = re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", told)
    found = []
    for at, page in enumerate(ElementTree.fromstring(clean).iter("{http://www.w3.org/1999/xhtml}page"), 1):
        words = tuple(
            Word(word.text or "", *(float(word.get(name, 0)) * _POINT_MM for name in ("xMin", "yMin", "xMax", "yMax"))) for word in page
        )
        found.append(Page(at, float(page.get("width", 0)) * _POINT_MM, float(page.get("height", 0)) * _POINT_MM, words))
    return found


def fonts_of(pdf: Path) -> list[tuple[str, bool]]:
    """Name, without the mark of a subset, and whether it is embedded."""
    told = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, text=True, timeout=60).stdout
    rows = [line.split() for line in told.splitlines()[2:]]
    return [(row[0].rpartition("+")[2], row[-5] == "yes") for row in rows]


def ink_of(pdf: Path, folder: Path, *, dpi: int = 40) -> list[tuple[float, float, float, float]]:
    """Of each page the free space left, above, right and below of everything that is printed on it."""
    into = folder / f"{pdf.stem}_ink"
    into.mkdir()
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(pdf), str(into / "p")], check=True, timeout=300)
    found = []
    for path in sorted(into.iterdir()):
        dark = np.asarray(Image.open(path)) < 160
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        height, width = dark.shape
        edges = (columns[0], rows[0], width - 1 - columns[-1], height - 1 - rows[-1])
        found.append(tuple(float(edge) / dpi * 25.4 for edge in edges))
    return found  # type: ignore[return-value]
