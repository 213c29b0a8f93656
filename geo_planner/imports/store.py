"""The layer of a study area as it is, merged with what comes in, and written back as one step."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import InputError, OutputError, fault, system_says
from geo_planner.files.atomic import put_in_place, write_atomically
from geo_planner.files.folders import link_on_the_way
from geo_planner.files.hashes import sha256_of, sha256_of_content
from geo_planner.files.lock import locked
from geo_planner.files.manifest import MANIFEST, read_manifest
from geo_planner.files.staged import COMMIT_FILE, STAGING_PREFIX, install, staging
from geo_planner.imports.draft import Draft, Mode, Options
from geo_planner.imports.ids import tell_alike_ids
from geo_planner.imports.known_places import recognise
from geo_planner.imports.shapes import merged_shapes
from geo_planner.letters import fold
from geo_planner.schema import LAYERS, Layer
from geo_planner.study_area.former import FORMER, forget_copy, keep_copy, settle_copies
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
    for path in (relative, MANIFEST, COLUMNS_FILE, FORMER):
        name = link_on_the_way(root, path)
        if name is not None:
            raise InputError([fault(name, "symlink.rows")])


def merged(draft: Draft, root: Path, options: Options) -> Draft:
    """The draft with the file of the layer as it will be, where it may go on; the rows that the layer has already are found first.

    Raises
    ------
    InputError
        When the layer cannot be read, so nothing could be merged into it.
    """
    if not _may_go_on(draft, options):
        return draft
    layer, path = draft.layer, root / draft.layer.path
    was = sha256_of(path) if path.is_file() else ""
    draft = replace(draft, was=was, facts={**draft.facts, "crs": "EPSG:4326", "source_crs": draft.crs})
    if layer.geometry in ("line", "area"):
        content, told, counts = merged_shapes(path, layer.path, draft.good(), options.mode)
        return _with_content(draft.with_(statements=told), content, content.count('"type": "Feature",'), counts)
    existing = _existing_rows(path, layer, options.mode) if was else None
    kept, told, removed = _rows_to_keep(existing, layer, options.mode, bundled=_is_as_bundled(root, layer, was))
    draft = draft.with_(statements=told)
    if kept is not None:
        draft, kept, gone = recognise(kept, draft)
        removed += gone
    elif not told:
        is_new = not was or existing is not None
        draft = draft.with_(statements=[said("rows_told.new", n=len(draft.good())) if is_new else said("rows_told.replaced")])
    if not _may_go_on(draft, options):
        return draft
    draft = tell_alike_ids(draft, () if kept is None else kept[layer.key[0]])
    good = draft.good()
    if kept is None:
        return _with_content(draft, _csv_text(good), len(good), {"added": len(good), "updated": 0, "removed": removed})
    if kept.duplicated(list(layer.key)).any():
        return draft.with_(general=[fault(layer.path, "duplicate_id.rows_layer")])
    rows, added, updated = _joined(kept, good, layer)
    draft = draft.with_(statements=[said("rows_told.merged", added=added, updated=updated, kept=len(kept) - updated)])
    return _with_content(draft, _csv_text(rows), len(rows), {"added": added, "updated": updated, "removed": removed})


def _may_go_on(draft: Draft, options: Options) -> bool:
    good = draft.good()
    return not good.empty and not draft.stopped() and (options.accept_valid or len(good) == len(draft.rows))


def _with_content(draft: Draft, content: str, rows: int, counts: Mapping[str, int]) -> Draft:
    return replace(draft, content=content, counts=counts, facts={**draft.facts, "rows": rows})


def _existing_rows(path: Path, layer: Layer, mode: Mode) -> pd.DataFrame | None:
    """The layer's rows as text; one that is replaced need not be readable, its rows are counted where they are."""
    raw, faults = read_csv(path, layer.path)
    if not faults:
        return raw.fillna("").astype(object)
    if mode != "replace":
        raise InputError(faults)
    return None


def _is_as_bundled(root: Path, layer: Layer, digest: str) -> bool:
    """Whether the layer is still the one that came with the study area: an example as a whole, none of the user's rows in it."""
    entry = read_manifest(root)["files"].get(layer.path, {})
    return entry.get("origin") in ("bundled", "template") and entry.get("sha256") == digest


def _rows_to_keep(existing: pd.DataFrame | None, layer: Layer, mode: Mode, *, bundled: bool) -> tuple[pd.DataFrame | None, list[Said], int]:
    """The rows of a layer that an import merges into, what was said of the others, and how many those are.

    Sample rows give way to real ones unless the user says merge; real rows that somebody brought in stay unless the user says
    replace. A layer of samples that is still as it was bundled goes as a whole.
    """
    if existing is None or existing.empty or not set(layer.key) <= set(existing):
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


def _joined(existing: pd.DataFrame, good: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, int, int]:
    """The layer's rows as they will be, and how many are new and how many were there.

    A blank cell of the file does not wipe out a value that the layer has: blank means not known.
    """
    key = list(layer.key)
    order = list(dict.fromkeys([*(column.name for column in layer.columns), *existing, *good]))
    columns = [name for name in order if name not in key]
    old, new = (table.set_index(key).reindex(columns=columns, fill_value="") for table in (existing, good))
    shared = old.index.intersection(new.index)
    result = pd.concat([old, new[~new.index.isin(old.index)]])
    result.loc[shared] = new.loc[shared].where(new.loc[shared] != "", old.loc[shared])
    return result.reset_index()[order], len(new) - len(shared), len(shared)


def _csv_text(rows: pd.DataFrame) -> str:
    """A study-area csv: a machine file, text as it is."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.itertuples(index=False, name=None))
    return buffer.getvalue()


def write_layer(root: Path, layer: str, content: str, facts: Mapping[str, Any], *, was: str) -> None:
    """Replace the layer and its entry in the manifest in one step, and keep a copy of what it was; `was` is the hash that it had when it was read, empty for none.

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
    text = content.encode("utf-8")
    with (
        locked(root),
        _former_kept(root, layer, str(facts.get("source", "")), changes=sha256_of_content(text) != was),
        staging(root) as folder,
    ):
        try:
            (folder / relative).parent.mkdir(parents=True)
            put_in_place(folder / relative, text)
        except OSError as error:
            raise OutputError("import_not_written", root=root, why=system_says(error)) from error
        install(root, folder, {relative: {"origin": "import", "date": today, **facts}})


@contextmanager
def _former_kept(root: Path, layer: str, source: str, *, changes: bool) -> Iterator[None]:
    """The layer that is replaced is kept as a dated copy; where nothing came of the change, neither does the copy."""
    if not changes:
        yield
        return
    copy = keep_copy(root, layer, gives_way_to="import", source=source)
    try:
        yield
    except BaseException:
        if not any(root.glob(f"{STAGING_PREFIX}*/{COMMIT_FILE}")):  # else the change is only half-way, and will be finished
            forget_copy(root, copy)
        raise
    settle_copies(root, layer)


def _all_remembered(root: Path) -> dict[str, Any]:
    """What was told of all layers; nothing when that cannot be read."""
    try:
        document = json.loads((root / COLUMNS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def remembered_columns(root: Path, layer: str) -> dict[str, str]:
    """What titles were told to mean in earlier imports, by folded title."""
    told = _all_remembered(root).get(layer)
    return {str(title): str(target) for title, target in told.items()} if isinstance(told, dict) else {}


def remember_columns(root: Path, layer: str, column_map: Mapping[str, str], titles: Iterable[str] = ()) -> None:
    """Keep what the user told for the next import; what was told earlier of another title of the file yields to it."""
    if not column_map:
        return
    told = {fold(title): target for title, target in column_map.items()}
    taken, here = {target for target in told.values() if target not in ("", "-")}, {fold(title) for title in titles}
    before = {title: target for title, target in remembered_columns(root, layer).items() if not (title in here and target in taken)}
    document = {**_all_remembered(root), layer: dict(sorted({**before, **told}.items()))}
    write_atomically(root / COLUMNS_FILE, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
