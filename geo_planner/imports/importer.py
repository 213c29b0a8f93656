"""The order of an import: open, read, decide, check, merge, report, write. Nothing is written before all of it is known."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import Fault, InputError, UsageError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.files.install import finish_interrupted
from geo_planner.files.locking import locked
from geo_planner.files.manifest import read_manifest
from geo_planner.imports.area import Area, load_area, unused_target
from geo_planner.imports.cells.devices import joined_times, without_marks
from geo_planner.imports.cells.radio import converted_channels
from geo_planner.imports.commune_index import split_kind
from geo_planner.imports.draft import Draft
from geo_planner.imports.files import InputFile, opened
from geo_planner.imports.ids import tell_alike_ids
from geo_planner.imports.implied_communes import implied_communes
from geo_planner.imports.known_places import recognise
from geo_planner.imports.options import Mode, Options, refuse_idle
from geo_planner.imports.phone_logs import serving_samples
from geo_planner.imports.reading import Reading, read_points
from geo_planner.imports.report import CORRECTED, REJECTED, ImportReport, report_paths, usable_folder, write_rejects, write_report
from geo_planner.imports.rows import draft_rows
from geo_planner.imports.shapes import draft_shapes, merged_shapes
from geo_planner.imports.spoken.office import titles_known_again
from geo_planner.imports.store import (
    TARGETS,
    csv_text,
    existing_rows,
    is_as_bundled,
    merged,
    refuse_links,
    remember_columns,
    remembered_columns,
    rows_to_keep,
    write_layer,
)
from geo_planner.imports.synonyms import POINT_LAYERS, SHAPE_LAYERS
from geo_planner.words import Label, Language, Said, said

logger = logging.getLogger(__name__)
IMPORTABLE = (*POINT_LAYERS, *SHAPE_LAYERS)
_NO_QUESTION = {"is_sample", "source", "settlement_radius_m", "tilt_deg", "azimuth_deg", "speed_kmh", "device"}


@dataclass(slots=True)
class _Outcome:
    """What is known so far; an error on the way leaves the rest empty."""

    draft: Draft | None = None
    raw: pd.DataFrame | None = None
    skipped: Sequence[tuple[int, str, str | Said]] = ()
    statements: list[Said] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    content: str = ""
    was: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    titles: tuple[str, ...] = ()
    language: Language = "vi"

    def faults_stop(self) -> bool:
        return any(fault.level == "fault" for fault in self.faults)


def import_layer(
    layer: str,
    file: Path,
    study_area: Path,
    *,
    crs: str | None = None,
    column_map: Mapping[str, str] | None = None,
    sheet: str | None = None,
    source_layer: str | None = None,
    mode: Mode = "auto",
    accept_valid: bool = False,
    report_dir: Path | None = None,
    name: str | None = None,
    max_bytes: int = 100_000_000,
    max_rows: int = 200_000,
    language: Language = "vi",
) -> ImportReport:
    """Bring a file into a layer of a study area: all of it, or nothing, or with `accept_valid` its good rows.

    Parameters
    ----------
    layer : str
        villages, sites, measurements, candidates, roads, power_lines or exclusion_areas.
    file : Path
        xlsx, xls, ods, csv, GeoPackage, GeoJSON, KML, KMZ, GPX, shapefile (zipped or with its parts beside it).
    study_area : Path
        Folder with the communes to check against.
    crs : str, optional
        System of the coordinates, for instance ``EPSG:9205``; found by where the rows lie when left out.
    column_map : mapping of str to str, optional
        Title in the file to column of the layer; a blank target leaves the column out. Remembered in the study area.
    sheet, source_layer : str, optional
        Sheet of a workbook, layer of a vector file.
    mode : {"auto", "merge", "replace"}
        ``auto`` merges by id into the layer, whose sample rows give way.
    accept_valid : bool
        Take the good rows and write the others into a file.
    report_dir : Path, optional
        Folder for the report and the rejects; without it no report is written and the rejects lie beside the file.
    name : str, optional
        What the file is called, where `file` is only a temporary place of it: the name in the report and as the source.
    max_bytes, max_rows : int
        Limits of the input; a zip may unpack to ten times `max_bytes`.
    language : {"vi", "en"}
        Of the report and of what the file of rejected rows says.

    Returns
    -------
    ImportReport
        Also when nothing was written: its faults say why.

    Raises
    ------
    UsageError
        When there is no such layer, file or folder.
    OutputError
        When the study area or the report cannot be written, or another import goes on for too long; nothing has changed then.
    """
    if layer not in IMPORTABLE:
        raise UsageError("import_no_layer", layer=layer, layers=IMPORTABLE)
    if not study_area.is_dir():
        raise UsageError("import_no_folder", root=study_area)
    if mode not in ("auto", "merge", "replace"):
        raise UsageError("import_no_mode", mode=mode)
    options = Options(crs, dict(column_map or {}), sheet, source_layer, mode, accept_valid, max_bytes, max_rows)
    if max_bytes < 1 or max_rows < 1:
        raise UsageError("import_no_limit")
    outcome = _Outcome(language=language)
    finish_interrupted(study_area)
    try:
        refuse_links(study_area, TARGETS[layer])
        read_manifest(study_area)
        with opened(file, max_bytes=max_bytes, name=name) as source:
            if report_dir is not None:
                usable_folder(report_dir, report_paths(source.name, report_dir))
            outcome.name = source.name
            outcome.statements += source.statements
            area = load_area(study_area)
            outcome.facts = {"source": source.name, "source_sha256": sha256_of(source.path)}
            refuse_idle(options, source)
            if layer in SHAPE_LAYERS:
                _shapes(outcome, source, layer, options, area)
            else:
                _points(outcome, source, layer, options, area)
            outcome.faults += unused_target(area, layer, TARGETS[layer])
    except InputError as error:
        outcome.faults += error.faults
    except (MemoryError, RecursionError) as error:
        logger.debug("import of %s", file, exc_info=error)
        outcome.faults.append(fault(outcome.name or file.name, "too_large.rows"))
    outcome.name = outcome.name or name or file.name
    if outcome.draft is None or outcome.faults_stop():
        return _finish(outcome, layer, file, study_area, options, report_dir)
    with locked(study_area):
        try:
            _merge(outcome, layer, study_area, options)
        except InputError as error:
            outcome.faults += error.faults
        return _finish(outcome, layer, file, study_area, options, report_dir)


def read_for(layer: str, source: InputFile, area: Area, options: Options) -> Reading:
    """The rows of a file with the columns that earlier imports told; what the preview shows too."""
    remembered = remembered_columns(area.root, layer)
    told = {title: target for title, target in options.column_map.items() if target != "-"} | {
        title: "" for title, target in options.column_map.items() if target == "-"
    }
    communes = frozenset(split_kind(str(commune))[1] for commune in area.communes["name"])
    reading = read_points(source, layer, replace(options, column_map=told), remembered, communes)
    samples = serving_samples(joined_times(reading, layer), layer, source.name)
    return implied_communes(converted_channels(without_marks(samples, layer), layer, source.name), layer, area)


def _points(outcome: _Outcome, source: InputFile, layer: str, options: Options, area: Area) -> None:
    reading = read_for(layer, source, area, options)
    outcome.raw = reading.table.frame.rename(columns=titles_known_again(reading.table.titles, outcome.language))
    outcome.skipped = reading.table.skipped
    outcome.titles = tuple(reading.table.titles.values())
    outcome.statements += reading.table.statements
    try:
        draft = outcome.draft = draft_rows(reading, layer, area, source.name)
    finally:
        if outcome.draft is not None:
            outcome.statements = [*source.statements, *outcome.draft.statements]
    outcome.facts |= {"crs": "EPSG:4326", "source_crs": draft.crs}


def _shapes(outcome: _Outcome, source: InputFile, layer: str, options: Options, area: Area) -> None:
    draft = outcome.draft = draft_shapes(source, layer, options, area)
    outcome.raw = draft.rows.drop(columns="geometry")
    outcome.statements += draft.statements
    outcome.facts |= {"crs": "EPSG:4326", "source_crs": draft.crs}


def _merge(outcome: _Outcome, layer: str, root: Path, options: Options) -> None:
    """The layer as it will be, where the draft may go on; the rows that it has already are found first."""
    draft = outcome.draft
    if draft is None or not _may_go_on(draft, options):
        return
    if layer in SHAPE_LAYERS:
        path = root / TARGETS[layer]
        outcome.was = sha256_of(path) if path.is_file() else ""
        outcome.content, told, outcome.counts = merged_shapes(path, TARGETS[layer], _good(draft), options.mode)
        outcome.statements += told
        outcome.facts["rows"] = outcome.content.count('"type": "Feature",')
        return
    existing, outcome.was = existing_rows(root, layer) if options.mode != "replace" else _unread(root, layer)
    kept, told, removed = rows_to_keep(existing, layer, options.mode, bundled=is_as_bundled(root, layer, outcome.was))
    outcome.statements += told
    if kept is not None:
        known = recognise(kept, draft, layer, outcome.name)
        outcome.statements += known.statements
        kept, removed = known.existing, removed + known.removed
    elif not told:
        is_new = not outcome.was or existing is not None
        outcome.statements.append(said("rows_told.new", n=len(_good(draft))) if is_new else said("rows_told.replaced"))
    if not _may_go_on(draft, options):
        return
    key = POINT_LAYERS[layer].key[0]
    tell_alike_ids(draft, key, () if kept is None else kept[key], outcome.name)
    good = _good(draft)
    rows, told, outcome.counts = merged(kept, good, layer)
    outcome.counts["removed"] += removed
    outcome.statements += told
    outcome.content = csv_text(rows)
    outcome.facts["rows"] = len(rows)


def _unread(root: Path, layer: str) -> tuple[pd.DataFrame | None, str]:
    """A layer that is replaced need not be readable; its rows are counted where they are."""
    try:
        return existing_rows(root, layer)
    except InputError:
        return None, sha256_of(root / TARGETS[layer])


def _good(draft: Draft) -> pd.DataFrame:
    return draft.rows[~draft.rows.index.isin(draft.bad_rows())]


def _may_go_on(draft: Draft, options: Options) -> bool:
    whole = any(fault.level == "fault" and fault.row is None for fault in draft.faults)
    good = _good(draft)
    return not good.empty and not whole and (options.accept_valid or len(good) == len(draft.rows))


def _finish(outcome: _Outcome, layer: str, file: Path, study_area: Path, options: Options, report_dir: Path | None) -> ImportReport:
    draft = outcome.draft
    faults = [*outcome.faults, *(draft.faults if draft is not None else [])]
    rows = draft.rows if draft is not None else pd.DataFrame()
    bad = draft.bad_rows() if draft is not None else set()
    accepted = rows[~rows.index.isin(bad)]
    rejected = pd.DataFrame(
        [
            (f.row, f.column, f.value, f.reason, f.remedy, f.code, *f.texts("vi"))
            for f in sorted((f for f in faults if f.level == "fault" and f.row is not None), key=lambda f: f.row or 0)
        ],
        columns=list(REJECTED),
    )
    corrected = pd.DataFrame([c for c in (draft.corrected if draft is not None else []) if c[0] not in bad], columns=list(CORRECTED))
    whole = any(f.level == "fault" and f.row is None for f in faults) or any(f.level == "fault" for f in outcome.faults)
    will_write = bool(outcome.content) and not whole
    counts = {
        "rows": len(rows),
        "accepted": len(accepted) if will_write else 0,
        **({} if will_write else {"would_be_accepted": len(accepted)}),
        "corrected": int(corrected["row"].nunique()),
        "rejected": len(bad),
        **(outcome.counts if will_write else {}),
    }
    report = ImportReport(
        layer, outcome.name, TARGETS[layer], accepted, corrected, rejected, pd.DataFrame(list(outcome.skipped), columns=["row", "text", "why"]), tuple(dict.fromkeys(outcome.statements)),
        tuple(_questions(accepted, layer)), tuple(sorted(faults, key=lambda f: f.level != "fault")), False, 0 if will_write else 1, counts,
    )  # fmt: skip
    if not will_write:
        return replace(report, files=tuple(write_report(report, report_dir, outcome.language)) if report_dir is not None else ())
    return _written(report, outcome, bad, study_area, options, file, report_dir)


def _written(
    report: ImportReport, outcome: _Outcome, bad: set[int], study_area: Path, options: Options, file: Path, report_dir: Path | None
) -> ImportReport:
    """The papers first, then the layer: it changes only when the report and the rejects are safe."""
    files: list[Path] = []
    facts = {**outcome.facts, "accepted": len(report.accepted), "rejected": len(bad)}
    try:
        if bad and outcome.raw is not None:
            raw = outcome.raw.loc[outcome.raw.index.isin(bad)]
            files.append(write_rejects(raw, report.rejected, report_paths(outcome.name, report_dir or file.parent)[2], outcome.language))
        if report_dir is not None:
            files = [*write_report(replace(report, written=True), report_dir, outcome.language), *files]
        write_layer(study_area, report.layer, outcome.content, facts, was=outcome.was)
    except InputError as error:
        report = replace(report, exit_status=1, faults=(*error.faults, *report.faults), counts=_refused(report.counts))
        return replace(report, files=tuple(write_report(report, report_dir, outcome.language)) if report_dir is not None else ())
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    remember_columns(study_area, report.layer, options.column_map, outcome.titles)
    return replace(report, written=True, files=tuple(files))


def _refused(counts: dict[str, int]) -> dict[str, int]:
    """The numbers of a list that was good and is not written."""
    rows = {name: counts[name] for name in ("rows", "accepted", "corrected", "rejected")}
    return {"rows": rows["rows"], "accepted": 0, "would_be_accepted": rows["accepted"], **{n: rows[n] for n in ("corrected", "rejected")}}


def _questions(accepted: pd.DataFrame, layer: str) -> list[Said]:
    """What the list leaves blank: to be asked, never filled in."""
    if layer not in POINT_LAYERS or accepted.empty:
        return []
    asked = []
    for column in POINT_LAYERS[layer].columns:
        blank = int((accepted[column.name] == "").sum()) if column.name in accepted else 0
        if blank and not column.needed and column.name not in _NO_QUESTION:
            title = Label(column.name, column.vi, f"{column.vi} ({column.name})")
            asked.append(said("rows_question", column=title, blank=blank, n=len(accepted)))
    return asked
