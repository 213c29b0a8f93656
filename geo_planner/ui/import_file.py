"""A file that was uploaded: what the import sees in it, what it would say, and the import itself; each look is taken once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo_planner.errors import GeoPlannerError, InputError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import MANIFEST
from geo_planner.imports import ImportReport, Mode, Preview, check_layer, import_layer, marked_copy, preview, titles_by_sheet
from geo_planner.schema import LAYERS
from geo_planner.ui.serving import MAX_UPLOAD_MB
from geo_planner.words import Language

ENDINGS = ("xlsx", "xlsm", "xls", "ods", "csv", "txt", "tsv", "gpkg", "geojson", "json", "kml", "kmz", "gpx", "zip")
DOWNLOADS = {
    ".report.xlsx": ("report_xlsx", "bao_cao_nhap.xlsx"),
    ".report.json": ("report_json", "bao_cao_nhap.json"),
    ".rejected.csv": ("rejects_csv", "dong_bi_loai.csv"),
}
TABULAR = tuple(name for name, layer in LAYERS.items() if layer.importable and layer.geometry in ("point", "none"))
"""Layers whose lists have columns to match; the others are lines and areas."""
_MAX_BYTES, _MAX_ROWS = MAX_UPLOAD_MB * 1024**2, 200_000
_KEPT_LOOKS = 12
_LOOKS = "import_looks"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the last import of this visit; `name` is the user's name of the file, for showing only."""

    file_id: str
    name: str
    layer: str
    report: ImportReport | None = None
    error: GeoPlannerError | None = None
    changed: bool = False
    downloads: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen on the page, as the import takes it."""

    sheet: str | None
    source_layer: str | None
    column_map: Mapping[str, str]
    crs: str | None = None


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """The upload in a private folder; of its name only a known ending is used."""
    suffix = Path(file.name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        path = Path(folder) / f"tep_tai_len{suffix if suffix[1:] in ENDINGS else ''}"
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)  # piece by piece: a view of the whole would first double it in memory
        yield path


def kept(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """A look at the file, taken once for the same file and choices."""
    looks: dict[tuple[object, ...], T] = st.session_state.setdefault(_LOOKS, {})
    if key not in looks:
        looks[key] = make()
        while len(looks) > _KEPT_LOOKS:
            del looks[next(iter(looks))]
    return looks[key]


def seen(file: UploadedFile, layer: str, root: Path, choice: Choice) -> Preview:
    """What the import would see with these choices."""

    def look() -> Preview:
        with on_disk(file) as path:
            try:
                return preview(
                    layer, path, root, crs=choice.crs, column_map=choice.column_map, sheet=choice.sheet, source_layer=choice.source_layer,
                    name=file.name, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS,
                )  # fmt: skip
            except (MemoryError, RecursionError):
                return Preview(faults=(fault(file.name, "too_large.preview"),))

    columns = tuple(sorted(choice.column_map.items()))
    return kept(("preview", file.file_id, layer, str(root), choice.sheet, choice.source_layer, columns, choice.crs), look)


def sheets_and_titles(file: UploadedFile, layer: str) -> dict[str, tuple[str, ...]]:
    """The titles of every sheet, also where the import cannot yet say which of them is meant; empty for map layers."""

    def look() -> dict[str, tuple[str, ...]]:
        try:
            with on_disk(file) as path:
                return titles_by_sheet(layer, path, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS)
        except (InputError, MemoryError, RecursionError):
            return {}  # the preview tells what is wrong

    return kept(("sheets", file.file_id, layer), look)


def checked(
    file: UploadedFile, layer: str, root: Path, choice: Choice, mode: Mode, *, accept_valid: bool
) -> ImportReport | GeoPlannerError:
    """What the import would say with these choices; nothing is written. What keeps it from being asked at all comes as the error."""

    def look() -> ImportReport | GeoPlannerError:
        with on_disk(file) as path:
            try:
                return check_layer(
                    layer, path, root, crs=choice.crs, column_map=choice.column_map, sheet=choice.sheet, source_layer=choice.source_layer,
                    mode=mode, accept_valid=accept_valid, name=file.name, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS,
                )  # fmt: skip
            except GeoPlannerError as error:
                return error
            except (MemoryError, RecursionError):
                return InputError([fault(file.name, "too_large.preview")])

    # what the list is held against may change meanwhile
    area = tuple((root / name).stat().st_mtime_ns if (root / name).is_file() else 0 for name in (MANIFEST, LAYERS[layer].path))
    columns = tuple(sorted(choice.column_map.items()))
    key = ("checked", file.file_id, layer, str(root), choice.sheet, choice.source_layer, columns, choice.crs, mode, accept_valid, area)
    return kept(key, look)


def marked(file: UploadedFile, report: ImportReport, words: Language) -> bytes | None:
    """The list with its faults in it; None where it is no table or cannot be copied."""

    def look() -> bytes | None:
        with on_disk(file) as path:
            try:
                return marked_copy(report, path, name=file.name, language=words, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS)
            except (InputError, MemoryError, RecursionError):
                return None

    return kept(("marked", file.file_id, report.layer, hash(report.faults), words), look)


def forget_looks() -> None:
    """What was seen holds no longer: the study area has changed."""
    st.session_state.pop(_LOOKS, None)


def run_import(file: UploadedFile, layer: str, root: Path, choice: Choice, mode: Mode, *, accept_valid: bool) -> Outcome:
    """The import itself; its reports are taken into memory and nothing is left outside the study area."""
    target = root / LAYERS[layer].path
    before = sha256_of(target) if target.is_file() else ""
    with on_disk(file) as path, tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        try:
            report = import_layer(
                layer, path, root, crs=choice.crs, column_map=choice.column_map, sheet=choice.sheet, source_layer=choice.source_layer, mode=mode,
                accept_valid=accept_valid, report_dir=Path(folder), name=file.name, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS,
            )  # fmt: skip
        except GeoPlannerError as error:
            changed = (sha256_of(target) if target.is_file() else "") != before
            return Outcome(file.file_id, file.name, layer, error=error, changed=changed)
        downloads = tuple((ending, path.read_bytes()) for ending in DOWNLOADS for path in report.files if path.name.endswith(ending))
    return Outcome(file.file_id, file.name, layer, report, downloads=downloads)
