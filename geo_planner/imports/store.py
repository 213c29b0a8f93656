"""The layer of a study area as it is, merged with what comes in, and written back as one step."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import InputError, OutputError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.files.install import install, staging
from geo_planner.files.links import link_on_the_way
from geo_planner.files.manifest import MANIFEST, read_manifest, write_atomically
from geo_planner.imports.folding import fold
from geo_planner.imports.options import Mode
from geo_planner.imports.titles.synonyms import POINT_LAYERS
from geo_planner.schema import LAYERS
from geo_planner.study_area.tables import read_csv
from geo_planner.words import Said, said

COLUMNS_FILE = ".geo_planner/columns.json"
TARGETS = {name: layer.path for name, layer in LAYERS.items() if layer.importable}


def refuse_links(root: Path, relative: str) -> None:
    """Refuse to write through symbolic links: what they point to is not part of the study area.

    Raises
    ------
    InputError
    """
    for path in (relative, MANIFEST, COLUMNS_FILE):
        name = link_on_the_way(root, path)
        if name is not None:
            raise InputError([fault(name, "symlink.rows")])


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


def is_as_bundled(root: Path, layer: str, digest: str) -> bool:
    """Whether the layer is still the one that came with the study area: an example as a whole, none of the user's rows in it."""
    entry = read_manifest(root)["files"].get(TARGETS[layer], {})
    return entry.get("origin") in ("bundled", "template") and entry.get("sha256") == digest


def rows_to_keep(
    existing: pd.DataFrame | None, layer: str, mode: Mode, *, bundled: bool = False
) -> tuple[pd.DataFrame | None, list[Said], int]:
    """The rows of a layer that an import merges into, what was said of the others, and how many those are.

    Sample rows give way to real ones unless the user says merge; real rows that somebody brought in stay unless the user says
    replace. A layer of samples that is still as it was bundled goes as a whole.
    """
    if existing is None or existing.empty or not set(POINT_LAYERS[layer].key) <= set(existing):
        return None, [], 0
    if mode == "replace":
        return None, [said("rows_told.rows_replaced", n=len(existing))], len(existing)
    sample = existing["is_sample"].str.strip().str.lower() == "yes" if "is_sample" in existing else pd.Series(False, index=existing.index)
    if mode == "merge" or not sample.any():
        return existing, [], 0
    if sample.all() or bundled:
        return None, [said("rows_told.samples_replaced", n=len(existing), sample=int(sample.sum()))], len(existing)
    told = said("rows_told.samples_give_way", sample=int(sample.sum()), n=int((~sample).sum()))
    return existing[~sample], [told], int(sample.sum())


def merged(existing: pd.DataFrame | None, good: pd.DataFrame, layer: str) -> tuple[pd.DataFrame, list[Said], dict[str, int]]:
    """The layer's rows as they will be, what was done in words, and in numbers.

    A blank cell of the file does not wipe out a value that the layer has: blank means not known.
    """
    key, schema = list(POINT_LAYERS[layer].key), POINT_LAYERS[layer]
    if existing is None:
        return good, [], {"added": len(good), "updated": 0, "removed": 0}
    old, new = existing.set_index(key), good.set_index(key)
    columns = [
        *(column.name for column in schema.columns if column.name not in key),
        *(name for name in dict.fromkeys([*old, *new]) if name not in {column.name for column in schema.columns}),
    ]
    old, new = old.reindex(columns=columns, fill_value=""), new.reindex(columns=columns, fill_value="")
    if old.index.has_duplicates:
        raise InputError([fault(TARGETS[layer], "duplicate_id.rows_layer")])
    shared = old.index.intersection(new.index)
    result = pd.concat([old, new[~new.index.isin(old.index)]])
    fresh = new.loc[shared]
    result.loc[shared] = fresh.where(fresh != "", old.loc[shared])
    told = [said("rows_told.merged", added=len(new) - len(shared), updated=len(shared), kept=len(old) - len(shared))]
    result = result.reset_index()
    order = [column.name for column in schema.columns]
    return (
        result[[*order, *(name for name in result if name not in order)]],
        told,
        {"added": len(new) - len(shared), "updated": len(shared), "removed": 0},
    )


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
        raise InputError([fault(relative, "changed_meanwhile.rows")])
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
            raise OutputError("import_not_written", root=root, why=error.strerror) from error
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


def remember_columns(root: Path, layer: str, column_map: Mapping[str, str], titles: Iterable[str] = ()) -> None:
    """Keep what the user told for the next import; what was told earlier of another title of the file yields to it."""
    if not column_map:
        return
    try:
        document = json.loads((root / COLUMNS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        document = {}
    document = document if isinstance(document, dict) else {}
    known = document.get(layer)
    told = {fold(title): target for title, target in column_map.items()}
    here = {fold(title) for title in titles}
    before = {
        title: target
        for title, target in (known.items() if isinstance(known, dict) else ())
        if not (title in here and target in told.values() and target not in ("", "-"))
    }
    document[layer] = dict(sorted({**before, **told}.items()))
    write_atomically(root / COLUMNS_FILE, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
