"""The layer of a study area as it is, merged with what comes in, and written back as one step."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import InputError, OutputError
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.options import Mode
from geo_planner.sources.imports.rows import Draft
from geo_planner.sources.imports.synonyms import POINT_LAYERS
from geo_planner.sources.install import install, staging
from geo_planner.sources.manifest import MANIFEST, write_atomically
from geo_planner.sources.rasters import sha256_of
from geo_planner.sources.tables import read_csv

COLUMNS_FILE = ".geo_planner/columns.json"
TARGETS = {
    **{layer: f"{layer}/{layer}.csv" for layer in ("villages", "sites", "measurements", "candidates")},
    **{layer: f"{layer}/{layer}.geojson" for layer in ("roads", "power_lines", "exclusion_areas")},
}


def refuse_links(root: Path, relative: str) -> None:
    """Refuse to write through symbolic links: what they point to is not part of the study area.

    Raises
    ------
    InputError
    """
    for path in (root / relative, (root / relative).parent, root / MANIFEST, (root / COLUMNS_FILE).parent, root / COLUMNS_FILE):
        if path.is_symlink():
            name = path.relative_to(root).as_posix()
            raise refuse(name, "the path in the study area is a symbolic link", "Replace it by a folder or file of its own.", "symlink")


def existing_rows(root: Path, layer: str) -> tuple[pd.DataFrame | None, str]:
    """The layer's rows as text and the hash of its file; None when there is no layer yet.

    Raises
    ------
    InputError
        When it cannot be read, so nothing could be merged into it.
    """
    path, relative = root / TARGETS[layer], TARGETS[layer]
    if not path.is_file():
        return None, ""
    digest = sha256_of(path)
    raw, faults = read_csv(path, relative)
    if faults:
        raise InputError(faults)
    return raw.fillna("").astype(object), digest


def merged(
    existing: pd.DataFrame | None, draft: Draft, good: pd.DataFrame, layer: str, mode: Mode
) -> tuple[pd.DataFrame, list[str], dict[str, int]]:
    """The layer's rows as they will be, what was done in words, and in numbers.

    A blank cell of the file does not wipe out a value that the layer has: blank means not known.
    """
    key, schema = list(POINT_LAYERS[layer].key), POINT_LAYERS[layer]
    if existing is None or existing.empty or not set(key) <= set(existing):
        return good, [f"The layer is new: {len(good)} rows."], {"added": len(good), "updated": 0, "removed": 0}
    sample = existing["is_sample"].str.strip().str.lower() == "yes" if "is_sample" in existing else pd.Series(False, index=existing.index)
    if mode == "replace" or (mode == "auto" and sample.any()):
        why = "as told with --replace" if mode == "replace" else f"because {int(sample.sum())} of them are sample data"
        return (
            good,
            [f"The layer's {len(existing)} rows are replaced, {why}."],
            {"added": len(good), "updated": 0, "removed": len(existing)},
        )
    good, recognised = _known_ids(existing, draft, good, layer)
    old, new = existing.set_index(key), good.set_index(key)
    columns = [
        *(column.name for column in schema.columns if column.name not in key),
        *(name for name in dict.fromkeys([*old, *new]) if name not in {column.name for column in schema.columns}),
    ]
    old, new = old.reindex(columns=columns, fill_value=""), new.reindex(columns=columns, fill_value="")
    if old.index.has_duplicates:
        raise refuse(
            TARGETS[layer],
            "ids stand twice in the layer, so rows cannot be merged by id",
            "Mend it (geo-planner validate), or replace the layer with --replace.",
            "duplicate_id",
        )
    shared = old.index.intersection(new.index)
    result = pd.concat([old, new[~new.index.isin(old.index)]])
    fresh = new.loc[shared]
    result.loc[shared] = fresh.where(fresh != "", old.loc[shared])
    told = [
        f"Merged by id: {len(new) - len(shared)} rows added, {len(shared)} updated, {len(old) - len(shared)} left as they are; a blank cell keeps the value that the layer has."
    ]
    if recognised:
        told.append(f"{recognised} rows without an id are known in the layer by commune and name and keep its id.")
    result = result.reset_index()
    order = [column.name for column in schema.columns]
    return (
        result[[*order, *(name for name in result if name not in order)]],
        told,
        {"added": len(new) - len(shared), "updated": len(shared), "removed": 0},
    )


def _known_ids(existing: pd.DataFrame, draft: Draft, good: pd.DataFrame, layer: str) -> tuple[pd.DataFrame, int]:
    """Rows whose id was made here take the id of the one row of the layer with their commune and name."""
    if layer != "villages" or not draft.made_ids or not {"commune_code", "name", "village_id"} <= set(existing):
        return good, 0
    known: dict[tuple[str, str], list[str]] = {}
    for code, name, identifier in zip(existing["commune_code"], existing["name"], existing["village_id"], strict=True):
        known.setdefault((str(code).strip(), fold(str(name))), []).append(str(identifier).strip())
    brought = {(code, fold(name)) for code, name in zip(good["commune_code"], good["name"], strict=True)}
    single = len(brought) == len(good)
    ids, recognised = [], 0
    for row, code, name, identifier in zip(good.index, good["commune_code"], good["name"], good["village_id"], strict=True):
        match = known.get((code, fold(name)), [])
        take = single and row in draft.made_ids and len(match) == 1 and match[0] != identifier
        ids.append(match[0] if take else identifier)
        recognised += take
    return good.assign(village_id=ids), recognised


def csv_text(rows: pd.DataFrame) -> str:
    """A study-area csv: a machine file, text as it is."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.itertuples(index=False, name=None))
    return buffer.getvalue()


def write_layer(root: Path, layer: str, content: str, facts: Mapping[str, Any], *, was: str) -> str:
    """Replace the layer and its entry in the manifest in one step; returns the new hash.

    Parameters
    ----------
    root : Path
    layer : str
    content : str
    facts : mapping
        For the manifest; the hash, size, origin and date are added.
    was : str
        Hash of the layer when it was read; empty when there was none.

    Raises
    ------
    InputError
        When another program has changed the layer meanwhile.
    OutputError
        When it cannot be written.
    """
    relative = TARGETS[layer]
    refuse_links(root, relative)
    now = sha256_of(root / relative) if (root / relative).is_file() else ""
    if now != was:
        raise refuse(relative, "the layer was changed by another program during the import", "Run the import again.", "changed_meanwhile")
    today = date.today().isoformat()  # noqa: DTZ011 - a vintage is a calendar day, not an instant
    data = content.encode("utf-8")
    with staging(root) as folder:
        try:
            (folder / relative).parent.mkdir(parents=True)
            with (folder / relative).open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OutputError(
                f"{root} cannot be written ({error.strerror}). Free disk space or choose a folder that you may write to."
            ) from error
        install(root, folder, {relative: {"origin": "import", "date": today, **facts}})
    return hashlib.sha256(data).hexdigest()


def remembered_columns(root: Path, layer: str) -> dict[str, str]:
    """What titles were told to mean in earlier imports, by folded title; nothing when that cannot be read."""
    try:
        document = json.loads((root / COLUMNS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    told = document.get(layer) if isinstance(document, dict) else None
    return {str(title): str(target) for title, target in told.items()} if isinstance(told, dict) else {}


def remember_columns(root: Path, layer: str, column_map: Mapping[str, str]) -> None:
    """Keep what the user told for the next import."""
    if not column_map:
        return
    try:
        document = json.loads((root / COLUMNS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        document = {}
    document = document if isinstance(document, dict) else {}
    known = document.get(layer)
    told = {fold(title): target for title, target in column_map.items()}
    document[layer] = dict(sorted({**(known if isinstance(known, dict) else {}), **told}.items()))
    write_atomically(root / COLUMNS_FILE, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
