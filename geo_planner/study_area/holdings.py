"""What a study area holds, layer by layer: rows, source, date, hash, sample or real, and what is missing. Nothing is judged here."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geo_planner.config import Scenario
from geo_planner.errors import InputError
from geo_planner.files.folders import link_on_the_way
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import read_manifest
from geo_planner.schema import LAYERS
from geo_planner.study_area.former import former_copies
from geo_planner.study_area.rows_in_files import rows_in

TERRAIN = "terrain"
Kind = Literal["real", "sample", "partly", "unknown"]
_ORDER = (
    "villages", "sites", "communes", "former_communes", TERRAIN, "measurements", "candidates", "exclusion_areas", "power_lines", "roads",
    "population", "land_cover", "prices", "rivers", "build_options", "build_links",
)  # fmt: skip
_MADE_UP = ("bundled", "template")


@dataclass(frozen=True, slots=True)
class Holding:
    """One layer of a study area as it stands there.

    Attributes
    ----------
    layer : str
        A name of ``schema.LAYERS``, or ``terrain``.
    file : str
        Path relative to the study area; of a missing layer where it would stand.
    there : bool
    kind : {"real", "sample", "partly", "unknown"}
        By the rows themselves where they say it, else by the record of the file; ``unknown`` where nobody wrote it down.
    rows : int or None
        Rows or features; None of rasters and unreadable files.
    samples : int
        Rows that say of themselves that they are made up.
    sha256, source, licence, date : str
        Empty where not known.
    changed : bool
        The file is not the one that the record tells of.
    importable : bool
    copies : int
        Former copies that are kept.
    """

    layer: str
    file: str
    there: bool
    kind: Kind = "unknown"
    rows: int | None = None
    samples: int = 0
    sha256: str = ""
    source: str = ""
    licence: str = ""
    date: str = ""
    changed: bool = False
    importable: bool = False
    copies: int = 0


def holdings(root: Path, scenario: Scenario | None = None) -> tuple[Holding, ...]:
    """All layers that a study area may hold.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    scenario : Scenario, optional
        Names files that stand elsewhere than in their usual places.
    """
    try:
        entries = read_manifest(root)["files"]
    except InputError:
        entries = {}
    named = {} if scenario is None else {**scenario.layers.model_dump(), TERRAIN: scenario.terrain.path}
    return tuple(_holding(root, layer, named.get(layer) or _usual(root, layer), entries) for layer in _ORDER)


def _usual(root: Path, layer: str) -> str:
    if layer == TERRAIN:
        found = sorted((root / TERRAIN).glob("*.tif"))
        return found[0].relative_to(root).as_posix() if found else f"{TERRAIN}/{TERRAIN}.tif"
    places = (LAYERS[layer].path, *LAYERS[layer].also)
    return next((place for place in places if (root / place).is_file()), LAYERS[layer].path)


def _holding(root: Path, layer: str, file: str, entries: Mapping[str, Mapping[str, Any]]) -> Holding:
    path = root / file
    importable = layer in LAYERS and LAYERS[layer].importable
    copies = len(former_copies(root, layer)) if importable else 0
    try:
        if not path.is_file() or link_on_the_way(root, file) is not None:
            return Holding(layer, file, False, importable=importable, copies=copies)
        digest, rows = sha256_of(path), rows_in(path)
    except (OSError, ValueError):
        return Holding(layer, file, False, importable=importable, copies=copies)
    entry = entries.get(file, {})
    told = {name: " ".join(str(entry.get(name) or "").split())[:500] for name in ("source", "licence")}
    samples = _samples(path)
    return Holding(
        layer, file, True, _kind(entry, samples, rows), rows, samples, digest, date=str(entry.get("vintage") or entry.get("date") or "")[:40],
        changed=entry.get("sha256", digest) != digest, importable=importable, copies=copies, **told,
    )  # fmt: skip


def _kind(entry: Mapping[str, Any], samples: int, rows: int | None) -> Kind:
    if samples:
        return "sample" if samples == rows else "partly"
    if entry.get("sample") is True:
        return "sample" if entry.get("origin") in _MADE_UP else "partly"
    return "real" if entry else "unknown"


def _samples(path: Path) -> int:
    """Rows of a csv that call themselves samples."""
    if path.suffix.lower() != ".csv":
        return 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return sum((row.get("is_sample") or "").strip().lower() == "yes" for row in csv.DictReader(stream))
    except (OSError, ValueError, csv.Error):
        return 0
