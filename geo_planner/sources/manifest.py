"""Where each file of a study area comes from: ``manifest.json`` beside the layers.

Each entry says what the file was when it was recorded (hash, size), who made it, under which licence, of which date. The
documents cite from it; a file that has changed since, or one that is older than the layers beside it, is told as a warning.
"""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from geo_planner.errors import Fault, InputError, OutputError
from geo_planner.sources.rasters import sha256_of

MANIFEST = "manifest.json"
FORMAT = 1
ORIGINS = ("fetch", "import", "bundled", "template")

MERGER = date(2025, 7, 1)
"""The communes of today exist since this day; lines and codes from before it do not fit them."""

_AGES_DAYS = {
    "villages": 365,
    "sites": 365,
    "measurements": 365,
    "population": 5 * 365,
    "roads": 2 * 365,
    "power": 2 * 365,
    "land_cover": 6 * 365,
}
"""After how long a layer is worth asking for anew, by its folder. Terrain does not age."""
_SAME_TIME_DAYS = 365
"""The village list and the stations describe one situation when they are no further apart than this."""


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of a study area; ``{"format": 1, "files": {}}`` where there is none.

    Raises
    ------
    InputError
        When the file is damaged or written by a newer version.
    """
    path = root / MANIFEST
    if not path.is_file():
        return {"format": FORMAT, "files": {}}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(
            [
                Fault(
                    MANIFEST,
                    "the file cannot be read as JSON",
                    "Restore it from a copy, or delete it and fetch or import the layers again.",
                    code="unreadable",
                )
            ]
        ) from error
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        raise InputError(
            [
                Fault(
                    MANIFEST,
                    "the file is not a manifest of a study area",
                    "Restore it from a copy, or delete it and fetch or import the layers again.",
                    code="unreadable",
                )
            ]
        )
    if document.get("format") != FORMAT:
        raise InputError(
            [
                Fault(
                    MANIFEST,
                    "the manifest is of a format that this version does not know",
                    "Update geo-planner.",
                    value=str(document.get("format")),
                    code="newer_format",
                )
            ]
        )
    return dict(document)


def record_file(root: Path, relative: str, **facts: Any) -> dict[str, Any]:
    """Write down one file of the study area; see :func:`record_files`. Returns its entry."""
    return record_files(root, {relative: facts})["files"][relative]


def record_files(root: Path, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write down files that stand in the study area already; the manifest is replaced in one step.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    facts : mapping of str to mapping
        By path relative to `root`, with forward slashes: ``source``, ``licence``, ``date`` (ISO 8601, at least the year),
        ``crs``, ``origin`` ("fetch", "import", "bundled", "template") and any further facts that JSON can hold.
        ``sha256`` and ``size`` are taken from the file.

    Returns
    -------
    dict
        The manifest as written.

    Raises
    ------
    OutputError
        When a file is not there or the manifest cannot be written.
    """
    document = manifest_with(root, {name: (root / name, entry) for name, entry in facts.items()})
    write_atomically(root / MANIFEST, as_json(document))
    return document


def manifest_with(root: Path, files: Mapping[str, tuple[Path, Mapping[str, Any]]]) -> dict[str, Any]:
    """The manifest as it will be once the given files (content now, facts) stand at their places; writes nothing."""
    document = read_manifest(root)
    entries = dict(document["files"])
    for relative, (path, facts) in files.items():
        _check(relative, facts)
        try:
            entries[relative] = {**facts, "sha256": sha256_of(path), "size": path.stat().st_size}
        except OSError as error:
            raise OutputError(f"{relative} cannot be recorded: the file cannot be read ({error.strerror}). Write it first.") from error
    return {**document, "format": FORMAT, "files": dict(sorted(entries.items()))}


def as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_atomically(path: Path, text: str) -> None:
    """Replace a text file in one step: a reader sees the old text or the new one.

    Raises
    ------
    OutputError
        When the folder is not writable or another program holds the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}). Choose a folder that you may write to.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)  # mkstemp's files are private; those beside it are not
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written ({error.strerror}). Close it in other programs and free disk space.") from error


def is_plain_path(relative: str) -> bool:
    """Whether a path stays inside the folder that it is relative to, on every system."""
    path = PurePosixPath(relative)
    return not (path.is_absolute() or ".." in path.parts or "\\" in relative or ":" in relative or str(path) != relative or relative == ".")


def _check(relative: str, facts: Mapping[str, Any]) -> None:
    if not is_plain_path(relative):
        raise OutputError(f"{relative!r} is not a plain path inside the study area. Use forward slashes and no '..'.")
    if facts.get("origin") not in ORIGINS:
        raise OutputError(f"{relative}: the origin {facts.get('origin')!r} is not known. Use one of {', '.join(ORIGINS)}.")
    if facts.get("date") is not None and parse_date(str(facts["date"])) is None:
        raise OutputError(f"{relative}: {facts['date']!r} is not a date. Write it as 2026-11-23.")


def parse_date(text: str) -> date | None:
    """The first day of a date written 2026-11-23, 2026-11 or 2026; None for anything else."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if not found:
        return None
    try:
        return date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return None


def vintage_warnings(root: Path, *, today: date | None = None) -> list[Fault]:
    """What the manifest and the files say about age and origin: changed, stale, mixed, unrecorded, sample.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    today : date, optional
        The day against which ages count; the calendar's when left out. What depends on it stays out of plans, whose
        files are the same whenever they are made.

    Returns
    -------
    list of Fault
        Warnings; and one fault when the manifest cannot be read.
    """
    try:
        entries: dict[str, dict[str, Any]] = read_manifest(root)["files"]
    except InputError as error:
        return list(error.faults)
    found: list[Fault] = []
    for relative, entry in entries.items():
        found += _changed(root, relative, entry)
        found += _stale(relative, entry, today or date.today())  # noqa: DTZ011 a vintage is a calendar day, not an instant
    found += _mixed(entries)
    return found + sample_rows(root)


def sample_rows(root: Path) -> list[Fault]:
    """One warning for each table that holds rows made up for demonstration."""
    found = []
    for relative in ("villages/villages.csv", "sites/sites.csv", "measurements/measurements.csv"):
        try:
            with (root / relative).open(encoding="utf-8-sig", newline="") as stream:
                made_up = sum((row.get("is_sample") or "").strip().lower() == "yes" for row in csv.DictReader(stream))
        except (OSError, UnicodeDecodeError, csv.Error):
            continue  # the readers of the layer say what is wrong with it
        if made_up:
            found.append(
                _warning(
                    relative,
                    f"{made_up} rows are sample data: nothing that rests on them is fit for submission",
                    "Bring in your own list with geo-planner import.",
                    "sample_rows",
                )
            )
    return found


def _changed(root: Path, relative: str, entry: Mapping[str, Any]) -> list[Fault]:
    path = root / relative
    if not path.is_file():
        return [
            _warning(
                relative,
                "the manifest lists the file but it is not there",
                "Fetch or import it again, or take it out of manifest.json.",
                "recorded_file_missing",
            )
        ]
    if entry.get("sha256") and sha256_of(path) != entry["sha256"]:
        return [
            _warning(
                relative,
                "the file has changed since its source was recorded",
                "If you changed it on purpose, say so beside it; else fetch or import it again.",
                "hash_differs",
            )
        ]
    return []


def vintage(entry: Mapping[str, Any]) -> date | None:
    """The date that the content speaks for: ``vintage`` where it is recorded, else ``date``."""
    return parse_date(str(entry.get("vintage") or entry.get("date") or ""))


def _stale(relative: str, entry: Mapping[str, Any], today: date) -> list[Fault]:
    of, folder = vintage(entry), relative.partition("/")[0]
    if of is None:
        return (
            []
            if entry.get("origin") == "template"
            else [_warning(relative, "no date is recorded for the file", "Write its date into manifest.json.", "no_vintage")]
        )
    if folder == "boundaries" and of < MERGER:
        return [
            _warning(
                relative,
                f"the boundaries are of {of:%d/%m/%Y}, before the communes of 1/7/2025",
                "Fetch them again: geo-planner fetch boundaries.",
                "stale_vintage",
            )
        ]
    days = _AGES_DAYS.get(folder)
    if days and (today - of).days > days:
        return [
            _warning(
                relative,
                f"the layer is of {of:%d/%m/%Y}, {(today - of).days // 365} years old or more",
                "Bring in a newer one if there is one.",
                "stale_vintage",
            )
        ]
    return []


def _mixed(entries: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """The village list against the stations: one may tell of masts that the other does not know yet."""
    dates = {name: vintage(entries[name]) for name in ("villages/villages.csv", "sites/sites.csv") if name in entries}
    known = {name: of for name, of in dates.items() if of is not None}
    if len(known) < 2 or abs((known["villages/villages.csv"] - known["sites/sites.csv"]).days) <= _SAME_TIME_DAYS:
        return []
    older = min(known, key=lambda name: known[name])
    newer = max(known.values())
    return [
        _warning(
            older,
            f"the layer is of {known[older]:%d/%m/%Y}, the other of villages and sites of {newer:%d/%m/%Y}: they may describe different situations",
            "Bring both to one date.",
            "mixed_vintage",
        )
    ]


def _warning(file: str, reason: str, remedy: str, code: str) -> Fault:
    return Fault(file, reason, remedy, level="warning", code=code)
