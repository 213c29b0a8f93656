"""What a layer was before it was replaced: dated copies inside the study area, and the way back.

``former/<layer>/<day>_<number>/`` holds the file of the layer as it was, under its own name, and ``record.json``: its hash, the entry that the
manifest had of it, and what took its place. A layer that was not there has a record without a file. Of one content there is one copy: the
layer itself is kept before it gives way, so that going back can itself be taken back.

Copies are data that may come from anywhere: a record is held to its form and a file to its hash before anything is put back, and no link
is followed.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from geo_planner.errors import InputError, OutputError, UsageError, fault, system_says
from geo_planner.files.atomic import put_in_place, whole_file
from geo_planner.files.folders import is_link, link_on_the_way, refuse_link
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import locked
from geo_planner.files.manifest import ORIGINS, parse_date, read_manifest
from geo_planner.files.staged import COMMIT_FILE, STAGING_PREFIX, finish_interrupted, install, staging
from geo_planner.schema import LAYERS
from geo_planner.settings import unfit_values
from geo_planner.study_area.rows_in_files import rows_in
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

FORMER, RECORD = "former", "record.json"
MOST_COPIES, MOST_BYTES = 10, 300_000_000
"""So many copies are kept of a layer, and so much of the disk; the newest one always."""
Reason = Literal["import", "undo", "answer"]
_REASONS: tuple[Reason, ...] = ("import", "undo", "answer")
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}_(\d{4,6})")
_SHA256 = re.compile(r"[0-9a-f]{64}|")
_UNFINISHED = ".new-"
_MOST_RECORD_BYTES, _LONGEST_TEXT = 200_000, 2_000


@dataclass(frozen=True, slots=True)
class FormerCopy:
    """One state of a layer that gave way to another.

    Attributes
    ----------
    layer, name : str
        `name` is that of its folder, for instance ``2026-11-27_0003``: a later one has a higher number.
    at : str
        When it gave way, ISO 8601 with offset.
    sha256 : str
        Of its file; empty where there was no layer.
    size : int
        Bytes.
    rows : int or None
        Rows or features; None where they could not be counted.
    entry : mapping or None
        What the manifest said of it.
    gave_way_to : {"import", "undo", "answer"}
    source : str
        The file that was imported in its place, by name, or who answered.
    """

    layer: str
    name: str
    at: str
    sha256: str
    size: int = 0
    rows: int | None = None
    entry: Mapping[str, Any] | None = None
    gave_way_to: Reason = "import"
    source: str = ""

    @property
    def number(self) -> int:
        found = _NAME.fullmatch(self.name)
        return int(found.group(1)) if found else 0


@dataclass(frozen=True, slots=True)
class Restored:
    """A layer that is again what it was.

    Attributes
    ----------
    copy : FormerCopy
        What the layer is now.
    kept : FormerCopy
        What it was until now: the next undo brings it back.
    """

    copy: FormerCopy
    kept: FormerCopy


def described(copy: FormerCopy) -> Said:
    """A copy as a list tells of it: how much, from where, until when, and what came in its place."""
    gave_way = said(f"former.gave_way_to_{copy.gave_way_to}", at=copy.at[:10], time=copy.at[11:16], file=copy.source)
    return said("former.described", content=content_of(copy), gave_way=gave_way)


def content_of(copy: FormerCopy) -> Said:
    """What is in a copy: how much, and from where."""
    if not copy.sha256:
        return said("former.none_there")
    source = " ".join(str((copy.entry or {}).get("source") or "").split())[:200]
    rows = said("former.rows_unknown") if copy.rows is None else said("former.rows", n=copy.rows)
    return said("former.there", rows=rows, source=source or said("former.no_source"), hash=copy.sha256[:8])


def former_copies(root: Path, layer: str) -> tuple[FormerCopy, ...]:
    """The copies of a layer, the newest first. Folders whose record is none of ours are left out."""
    folder = root / FORMER / layer
    if link_on_the_way(root, f"{FORMER}/{layer}") is not None or not folder.is_dir():
        return ()
    found = []
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name) and not is_link(path):
            try:
                found.append(_read(root, layer, path.name))
            except InputError as error:
                logger.info("a former copy is passed over: %s", error)
    return tuple(sorted(found, key=lambda copy: copy.number, reverse=True))


def keep_copy(root: Path, layer: str, *, gives_way_to: Reason, source: str = "") -> FormerCopy:
    """Keep the layer as it is now; called by the one who holds the lock, right before the layer is replaced.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    layer : str
        A name of ``schema.LAYERS``.
    gives_way_to : {"import", "undo", "answer"}
    source : str
        The file that takes its place.

    Raises
    ------
    OutputError
        When the copy cannot be written: then nothing may be replaced either.
    """
    relative = LAYERS[layer].path
    refuse_link(root, relative)
    refuse_link(root, f"{FORMER}/{layer}")
    path, folder = root / relative, root / FORMER / layer
    there = path.is_file()
    now = datetime.now().astimezone()
    number = max((copy.number for copy in former_copies(root, layer)), default=0)
    taken = [int(found.group(1)) for each in (folder.iterdir() if folder.is_dir() else ()) if (found := _NAME.fullmatch(each.name))]
    copy = FormerCopy(
        layer, f"{now.date().isoformat()}_{max([number, *taken]) + 1:04d}", now.isoformat(timespec="seconds"), sha256_of(path) if there else "",
        path.stat().st_size if there else 0, rows_in(path) if there else 0, _entry(root, relative), gives_way_to, source[:_LONGEST_TEXT],
    )  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=folder, prefix=_UNFINISHED))
        try:
            _write(copy, path, making)
            making.chmod(0o755)
            making.rename(folder / copy.name)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    except OSError as error:
        raise OutputError("former.not_kept", layer=relative, why=system_says(error)) from error
    return copy


def settle_copies(root: Path, layer: str) -> None:
    """After the layer was replaced: of one content one copy, the latest, and no more of them than are kept."""
    seen, total = set[str](), 0
    for n, copy in enumerate(former_copies(root, layer)):
        total += copy.size
        if copy.sha256 in seen or (n and (len(seen) >= MOST_COPIES or total > MOST_BYTES)):
            forget_copy(root, copy)
        else:
            seen.add(copy.sha256)
    for left in (root / FORMER / layer).glob(f"{_UNFINISHED}*"):
        if not is_link(left):
            shutil.rmtree(left, ignore_errors=True)


def forget_copy(root: Path, copy: FormerCopy) -> None:
    """Remove a copy, and the folders that it leaves empty."""
    folder = root / FORMER / copy.layer
    if link_on_the_way(root, f"{FORMER}/{copy.layer}/{copy.name}") is None:
        shutil.rmtree(folder / copy.name, ignore_errors=True)
    for empty in (folder, folder.parent):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


def restore(root: Path, layer: str, name: str | None = None) -> Restored:
    """Make a layer again what it was, and its entry in the manifest with it; what it is until now is kept.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    layer : str
        A name of ``schema.LAYERS``.
    name : str, optional
        Which copy; the latest one that differs from the layer when left out.

    Raises
    ------
    UsageError
        When there is no such layer or folder.
    InputError
        When there is no such copy, or it is not what was kept.
    OutputError
        When it cannot be written, or another import goes on for too long. Nothing has changed then.
    """
    if layer not in LAYERS or not LAYERS[layer].importable:
        raise UsageError("import_no_layer", layer=layer, layers=tuple(each for each in LAYERS if LAYERS[each].importable))
    if not root.is_dir():
        raise UsageError("import_no_folder", root=root)
    finish_interrupted(root)
    with locked(root):
        relative = LAYERS[layer].path
        path = root / relative
        copy = _chosen(root, layer, name, sha256_of(path) if path.is_file() else "")
        kept = keep_copy(root, layer, gives_way_to="undo")
        try:
            _put_back(root, copy, relative)
        except BaseException:
            if not any(root.glob(f"{STAGING_PREFIX}*/{COMMIT_FILE}")):  # else the change is only half-way, and will be finished
                forget_copy(root, kept)
            raise
        settle_copies(root, layer)
    return Restored(copy, kept)


def _chosen(root: Path, layer: str, name: str | None, now: str) -> FormerCopy:
    if name is not None:
        if not _NAME.fullmatch(name) or not (root / FORMER / layer / name).is_dir():
            raise InputError([fault(LAYERS[layer].path, "former.no_such_copy", value=name[:80], known=_names(root, layer))])
        copy = _read(root, layer, name)
    else:
        found = next((copy for copy in former_copies(root, layer) if copy.sha256 != now), None)
        if found is None:
            raise InputError([fault(LAYERS[layer].path, "former.nothing")])
        copy = found
    file = f"{FORMER}/{layer}/{copy.name}/{_file_name(layer)}"
    if copy.sha256 and (link_on_the_way(root, file) is not None or not (root / file).is_file() or sha256_of(root / file) != copy.sha256):
        raise InputError([fault(file, "former.changed")])
    return copy


def _names(root: Path, layer: str) -> tuple[str, ...]:
    return tuple(copy.name for copy in former_copies(root, layer))


def _put_back(root: Path, copy: FormerCopy, relative: str) -> None:
    with staging(root) as folder:
        if copy.sha256:
            try:
                (folder / relative).parent.mkdir(parents=True)
                _copied(root / FORMER / copy.layer / copy.name / _file_name(copy.layer), folder / relative)
            except OSError as error:
                raise OutputError("import_not_written", root=root, why=system_says(error)) from error
            if sha256_of(folder / relative) != copy.sha256:  # of the copy that goes in, whatever became of the one it was made from
                raise InputError([fault(relative, "former.changed")])
        install(root, folder, {}, as_before={relative: copy.entry})
    if not copy.sha256:
        try:
            (root / relative).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError("import_not_written", root=root, why=system_says(error)) from error


def _entry(root: Path, relative: str) -> Mapping[str, Any] | None:
    """What the manifest says of a file; nothing where it cannot be read."""
    try:
        entry: Mapping[str, Any] | None = read_manifest(root)["files"].get(relative)
    except InputError:
        return None
    return entry


def _file_name(layer: str) -> str:
    return PurePosixPath(LAYERS[layer].path).name


def _copied(source: Path, target: Path) -> None:
    with source.open("rb") as content, whole_file(target) as stream:
        shutil.copyfileobj(content, stream, 1 << 20)


def _write(copy: FormerCopy, path: Path, folder: Path) -> None:
    if copy.sha256:
        _copied(path, folder / path.name)
    record = {
        "layer": copy.layer, "file": LAYERS[copy.layer].path, "at": copy.at, "sha256": copy.sha256, "size": copy.size, "rows": copy.rows,
        "entry": copy.entry, "gave_way_to": copy.gave_way_to, "source": copy.source,
    }  # fmt: skip
    put_in_place(folder / RECORD, (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode())


def _read(root: Path, layer: str, name: str) -> FormerCopy:
    """The record of a copy, held to its form.

    Raises
    ------
    InputError
    """
    relative = f"{FORMER}/{layer}/{name}/{RECORD}"
    path = root / relative
    try:
        if link_on_the_way(root, relative) is not None or not path.is_file() or path.stat().st_size > _MOST_RECORD_BYTES:
            raise ValueError(relative)
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or unfit_values(document, relative, longest=20_000):
            raise ValueError(relative)
        copy = FormerCopy(layer, name, **{key: document[key] for key in ("at", "sha256", "size", "rows", "entry", "gave_way_to", "source")})
        datetime.fromisoformat(copy.at)
        if document["layer"] != layer or not _fits(copy):
            raise ValueError(relative)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError([fault(relative, "former.no_record")]) from error
    return replace(copy, at=copy.at[:40])


def _fits(copy: FormerCopy) -> bool:
    """Whether a record says of each thing what such a thing can be: the manifest of the study area would take its entry."""
    entry = copy.entry
    return (
        isinstance(copy.sha256, str)
        and _SHA256.fullmatch(copy.sha256) is not None
        and type(copy.size) is int
        and copy.size >= 0
        and (copy.rows is None or (type(copy.rows) is int and copy.rows >= 0))
        and copy.gave_way_to in _REASONS
        and isinstance(copy.source, str)
        and (
            entry is None
            or (
                isinstance(entry, dict)
                and entry.get("origin") in ORIGINS
                and (entry.get("date") is None or parse_date(str(entry["date"])) is not None)
            )
        )
    )
