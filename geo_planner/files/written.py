"""The manifest of an output folder: which files a run wrote, with their hashes, and whether they still are what it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import is_plain_path

MANIFEST = "manifest.json"
PROGRAM = "geo_planner"
PACK = "pack"
"""Folder of the documents inside that of the plan that they are made from; kind of its manifest."""


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What ``manifest.json`` says, with its ``files`` as texts; None for a folder that is not ours."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("program") != PROGRAM or not isinstance(document.get("files"), dict):
        return None
    return {**document, "files": {str(name): str(digest) for name, digest in document["files"].items()}}


def verify_folder(path: Path) -> list[str]:
    """Names of the files that are missing or differ from what ``manifest.json`` says; empty when all is well.

    A manifest that is missing or cannot be read is itself the answer. Files that the manifest does not name are left alone.
    """
    document = read_manifest(path)
    if document is None:
        return [MANIFEST]
    return sorted(name for name, expected in document["files"].items() if not is_plain_path(name) or not _matches(path / name, expected))


def _matches(path: Path, expected: str) -> bool:
    try:
        return sha256_of(path) == expected
    except OSError:
        return False
