"""Where each file of a study area comes from: ``manifest.json`` beside the layers.

Each entry says what the file was when it was recorded (hash, size), who made it, under which licence, of which date. The
documents cite from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from geo_planner.errors import Fault, InputError, OutputError, fault, system_says
from geo_planner.files.atomic import write_atomically
from geo_planner.files.folders import no_plain_file, refuse_link
from geo_planner.files.hashes import sha256_of
from geo_planner.settings import unfit_values

MANIFEST = "manifest.json"
FORMAT = 1
_LONGEST_PATH = 1000
ORIGINS = ("fetch", "import", "bundled", "template")
_LONGEST_TEXT = 20_000


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of a study area; ``{"format": 1, "files": {}}`` where there is none.

    Raises
    ------
    InputError
        When the file is damaged or written by a newer version.
    """
    path = root / MANIFEST
    why = no_plain_file(path)
    if why == "missing":
        return {"format": FORMAT, "files": {}}
    try:
        if why is not None:
            raise OSError(str(why))
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError([fault(MANIFEST, "unreadable.manifest_no_json")]) from error
    files = document.get("files") if isinstance(document, dict) else None
    fits = isinstance(files, dict) and all(isinstance(entry, dict) and is_plain_path(name) for name, entry in files.items())
    if not fits or unfit_values(document, MANIFEST, longest=_LONGEST_TEXT):
        raise InputError([fault(MANIFEST, "unreadable.no_manifest")])
    if document.get("format") != FORMAT:
        raise InputError([fault(MANIFEST, "newer_format.manifest", value=str(document.get("format"))[:80])])
    return dict(document)


def damaged_manifest(error: InputError) -> list[Fault]:
    """A manifest that cannot be read, as the warning that it is to those who only cite from it."""
    return [replace(found, level="warning") for found in error.faults]


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
    refuse_link(root, MANIFEST)
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
            raise OutputError("not_recorded.unread", file=relative, why=system_says(error)) from error
    return {**document, "format": FORMAT, "files": dict(sorted(entries.items()))}


def as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def is_plain_path(relative: str) -> bool:
    """Whether a path stays inside the folder that it is relative to, on every system."""
    path = PurePosixPath(relative)
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 or 0xD800 <= ord(sign) < 0xE000 for sign in relative) or len(relative) > _LONGEST_PATH:
        return False
    return not (path.is_absolute() or ".." in path.parts or "\\" in relative or ":" in relative or str(path) != relative or relative == ".")


def _check(relative: str, facts: Mapping[str, Any]) -> None:
    if not is_plain_path(relative):
        raise OutputError("not_recorded.path", path=relative)
    if facts.get("origin") not in ORIGINS:
        raise OutputError("not_recorded.origin", file=relative, origin=str(facts.get("origin")), known=ORIGINS)
    if facts.get("date") is not None and parse_date(str(facts["date"])) is None:
        raise OutputError("not_recorded.date", file=relative, date=str(facts["date"]))


def parse_date(text: str) -> date | None:
    """The first day of a date written 2026-11-23, 2026-11 or 2026; None for anything else."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if not found:
        return None
    try:
        return date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a file that took part comes from; empty strings where nobody wrote it down.

    Attributes
    ----------
    file, sha256 : str
    source, licence : str
    date : str
        That its content speaks for: the vintage where there is one, else the day it was made or fetched.
    origin : str
        One of `ORIGINS`, or empty.
    """

    file: str
    sha256: str
    source: str = ""
    licence: str = ""
    date: str = ""
    origin: str = ""


def citations(root: Path, sha256: Mapping[str, str]) -> tuple[Citation, ...]:
    """The files of a run with what the manifest says of each; a damaged manifest says nothing here (validation tells it).

    Parameters
    ----------
    root : Path
    sha256 : mapping of str to str
        Hash by path relative to `root`.
    """
    try:
        entries = read_manifest(root)["files"]
    except InputError:
        entries = {}
    found = []
    for file, digest in sorted(sha256.items()):
        entry = entries.get(file, {})
        told = {name: " ".join(str(entry.get(name) or "").split()) for name in ("source", "licence", "origin")}
        found.append(Citation(file, digest, date=str(entry.get("vintage") or entry.get("date") or ""), **told))
    return tuple(found)
