"""The files of a study area as files: is there one at all, is it the one that the manifest records, how old is it and what it tells of?

What the manifest and the files say about age and change is told as warnings, never as faults.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from geo_planner.errors import Fault, InputError, fault, warning
from geo_planner.files.folders import no_plain_file
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import damaged_manifest, parse_date, read_manifest
from geo_planner.schema import LAYERS, SITES, VILLAGES
from geo_planner.words import Said, said

MERGER = date(2025, 7, 1)
"""The communes of today exist since this day; lines and codes from before it do not fit them."""

_AGES_DAYS = {layer.path.partition("/")[0]: layer.ages_days for layer in LAYERS.values() if layer.ages_days}
"""After how long a layer is worth asking for anew, by its folder. Terrain does not age."""
_SAME_TIME_DAYS = 365
"""The village list and the stations describe one situation when they are no further apart than this."""


def file_fault(path: Path, file: str, remedy: Said | str | None = None) -> Fault | None:
    """What keeps a path from being a readable file, told under the name `file`; None where nothing does.

    Parameters
    ----------
    remedy : Said, optional
        What to do where there is nothing.
    """
    why = no_plain_file(path)
    if why is None:
        return None
    if why == "missing":
        return fault(file, "missing_file.layer", remedy=remedy or said("where_missing.layer"))
    return fault(file, "unreadable.layer_file", why=why)


def located(root: Path, relative: str) -> tuple[Path, str]:
    """A file that a scenario names, and its name in reports: as it stands there, or the last part alone where it lies outside the folder."""
    path = root / relative
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a link in a circle, a name that cannot be: told when it is opened
        inside = not Path(relative).is_absolute()
    name = relative if inside else path.name or relative
    return path, name if len(name) <= 200 else f"{name[:200]}…"


def changed_since_listed(root: Path, sha256: dict[str, str]) -> list[Fault]:
    """Files whose hash differs from the one in the manifest or the folder's README: a warning, for the file may simply be newer.

    What the manifest records is younger than the README and outranks it.
    """
    told: list[Fault] = []
    try:
        recorded = read_manifest(root)["files"]
    except InputError as error:
        recorded, told = {}, damaged_manifest(error)
    changed = told + [
        changed_since_recorded(file) for file, digest in sha256.items() if recorded.get(file, {}).get("sha256", digest) != digest
    ]
    readme = root / "README.md"
    if no_plain_file(readme) is not None:
        return changed
    sha256 = {file: digest for file, digest in sha256.items() if file not in recorded}
    text = readme.read_text(encoding="utf-8", errors="replace")
    listed = dict(re.findall(r"^\|\s*`?([^|`]+?)`?\s*\|[^\n]*?\b([0-9a-f]{64})\b", text, flags=re.MULTILINE))
    return changed + [warning(file, "hash_differs.readme") for file, digest in sha256.items() if file in listed and listed[file] != digest]


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
        Warnings; that the manifest cannot be read is one of them.
    """
    damaged: list[Fault] = []
    try:
        entries: dict[str, dict[str, Any]] = read_manifest(root)["files"]
    except InputError as error:
        entries, damaged = {}, damaged_manifest(error)
    today = today or date.today()  # noqa: DTZ011 a vintage is a calendar day, not an instant
    found = [*damaged]
    for relative, entry in entries.items():
        found += _changed(root, relative, entry)
        found += _stale(relative, entry, today)
    found += _mixed(entries)
    return found + row_warnings(root, today)


def row_warnings(root: Path, today: date) -> list[Fault]:
    """What the rows say of themselves: made up for demonstration, long ago, or after today."""
    found = []
    for layer in LAYERS.values():
        relative, dated = layer.path, layer.dated
        if layer.geometry != "point" or no_plain_file(root / relative) is not None:
            continue
        try:
            with (root / relative).open(encoding="utf-8-sig", newline="") as stream:
                rows = [(row.get("is_sample") or "", row.get(dated) or "") for row in csv.DictReader(stream)]
        except (OSError, UnicodeDecodeError, csv.Error):
            continue  # the readers of the layer say what is wrong with it
        made_up = sum(sample.strip().lower() == "yes" for sample, _ in rows)
        if made_up:
            found.append(warning(relative, "sample_rows.of_table", n=made_up))
        days = [day for sample, text in rows if sample.strip().lower() != "yes" and (day := parse_date(text.strip()[:10])) is not None]
        old, ahead = (
            [day for day in days if (today - day).days > layer.ages_days],
            [day for day in days if day > today],
        )
        if old:
            found.append(warning(relative, "stale_rows.of_table", n=len(old), day=min(old), name=dated))
        if ahead:
            found.append(warning(relative, "future_rows.of_table", n=len(ahead), day=max(ahead), name=dated))
    return found


def _changed(root: Path, relative: str, entry: Mapping[str, Any]) -> list[Fault]:
    path = root / relative
    if no_plain_file(path) is not None:
        return [warning(relative, "recorded_file_missing.layer")]
    return [changed_since_recorded(relative)] if entry.get("sha256") and sha256_of(path) != entry["sha256"] else []


def changed_since_recorded(relative: str) -> Fault:
    """The file is not the one whose source stands in the manifest."""
    return warning(relative, "hash_differs.manifest")


def vintage(entry: Mapping[str, Any]) -> date | None:
    """The date that the content speaks for: ``vintage`` where it is recorded, else ``date``."""
    return parse_date(str(entry.get("vintage") or entry.get("date") or ""))


def _stale(relative: str, entry: Mapping[str, Any], today: date) -> list[Fault]:
    of, folder = vintage(entry), relative.partition("/")[0]
    if entry.get("origin") == "bundled":
        return []  # what comes with the program is replaced, not renewed
    if of is None:
        return [] if entry.get("origin") == "template" else [warning(relative, "no_vintage.layer")]
    if of > today:
        return [warning(relative, "future_vintage.layer", day=of)]
    if folder == "boundaries" and of < MERGER:
        return [warning(relative, "stale_vintage.boundaries", day=of, merger=MERGER)]
    days = _AGES_DAYS.get(folder)
    if days and (today - of).days > days:
        return [warning(relative, "stale_vintage.layer", day=of, years=(today - of).days // 365)]
    return []


def _mixed(entries: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """The village list against the stations: one may tell of masts that the other does not know yet."""
    dates = {name: vintage(entries[name]) for name in (VILLAGES.path, SITES.path) if name in entries}
    known = {name: of for name, of in dates.items() if of is not None}
    if len(known) < 2 or abs((known[VILLAGES.path] - known[SITES.path]).days) <= _SAME_TIME_DAYS:
        return []
    older = min(known, key=lambda name: known[name])
    newer = max(known.values())
    return [warning(older, "mixed_vintage.villages_and_sites", day=known[older], other=newer)]
