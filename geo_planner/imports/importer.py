"""The order of an import: open, read, decide, check, merge, report, write. Nothing is written before all of it is known."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from geo_planner.errors import InputError, UsageError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import locked
from geo_planner.files.manifest import read_manifest
from geo_planner.files.staged import finish_interrupted
from geo_planner.imports.answer_sheets import ReadAnswers, read_answers
from geo_planner.imports.cells.devices import joined_times, without_marks
from geo_planner.imports.cells.radio import converted_channels
from geo_planner.imports.draft import Draft, Mode, Options
from geo_planner.imports.grid import HeaderPlace
from geo_planner.imports.opening import InputFile, opened, refuse
from geo_planner.imports.paper import titles_known_again
from geo_planner.imports.phone_logs import serving_samples
from geo_planner.imports.places.gazetteer import Gazetteer, load_gazetteer, split_kind, unused_target
from geo_planner.imports.places.implied_communes import implied_communes
from geo_planner.imports.prices import draft_prices
from geo_planner.imports.reading import Reading, read_points
from geo_planner.imports.report import ImportReport, report_of, report_paths, usable_folder, write_rejects, write_report
from geo_planner.imports.rows import draft_rows
from geo_planner.imports.shapes import draft_shapes
from geo_planner.imports.store import TARGETS, merged, refuse_links, remember_columns, remembered_columns, write_layer
from geo_planner.schema import LAYERS
from geo_planner.study_area.answers import answer
from geo_planner.words import Language, said

logger = logging.getLogger(__name__)
IMPORTABLE = tuple(TARGETS)


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

    A sheet of answers (:mod:`geo_planner.imports.answer_sheets`) given for the villages changes what was answered, and nothing else.

    Parameters
    ----------
    layer : str
        villages, sites, measurements, candidates, prices, roads, power_lines or exclusion_areas.
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
    options = Options(crs, dict(column_map or {}), sheet, source_layer, mode, accept_valid, max_bytes, max_rows)
    _check_asked(layer, study_area, options)
    finish_interrupted(study_area)
    answers = read_answers(file, study_area, options, name) if LAYERS[layer].answered else None
    if answers is not None:
        return _answered(answers, study_area, report_dir, language)
    draft = _drafted(layer, file, study_area, options, name, report_dir)
    if draft.stopped():
        return _refused(report_of(draft), report_dir, language)
    with locked(study_area):
        draft = _merged(draft, study_area, options)
        report = report_of(draft)
        if report.exit_status:
            return _refused(report, report_dir, language)
        return _written(draft, report, study_area, options, file.parent, report_dir, language)


def check_layer(
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
    name: str | None = None,
    max_bytes: int = 100_000_000,
    max_rows: int = 200_000,
) -> ImportReport:
    """What :func:`import_layer` would say of a file, down to its last row, with nothing written anywhere; parameters as there.

    Its ``exit_status`` is 0 where the import would be written as the layer is now.

    Raises
    ------
    UsageError
        When there is no such layer, file or folder.
    """
    options = Options(crs, dict(column_map or {}), sheet, source_layer, mode, accept_valid, max_bytes, max_rows)
    _check_asked(layer, study_area, options)
    answers = read_answers(file, study_area, options, name) if LAYERS[layer].answered else None
    if answers is not None:
        return answers.report
    draft = _drafted(layer, file, study_area, options, name, None)
    return report_of(draft if draft.stopped() else _merged(draft, study_area, options))


def _check_asked(layer: str, study_area: Path, options: Options) -> None:
    """Refuse what cannot be done at all."""
    if layer not in IMPORTABLE:
        raise UsageError("import_no_layer", layer=layer, layers=IMPORTABLE)
    if not study_area.is_dir():
        raise UsageError("import_no_folder", root=study_area)
    if options.mode not in ("auto", "merge", "replace"):
        raise UsageError("import_no_mode", mode=options.mode)
    if options.max_bytes < 1 or options.max_rows < 1:
        raise UsageError("import_no_limit")


def _drafted(layer: str, file: Path, study_area: Path, options: Options, name: str | None, report_dir: Path | None) -> Draft:
    """The rows of the file with all that can be said of them; what stops the import as a whole is in it too."""
    draft = Draft(LAYERS[layer], name or file.name)
    try:
        refuse_links(study_area, TARGETS[layer])
        read_manifest(study_area)
        with opened(file, max_bytes=options.max_bytes, name=name) as source:
            draft = replace(draft, file=source.name, statements=source.statements)
            if report_dir is not None:
                usable_folder(report_dir, report_paths(source.name, report_dir))
            gazetteer = load_gazetteer(study_area)
            draft = replace(draft, facts={"source": source.name, "source_sha256": sha256_of(source.path)})
            refuse_idle(options, source)
            if draft.layer.geometry == "point":
                reading = read_for(layer, source, gazetteer, options)
                at = reading.mapping
                place = HeaderPlace(reading.sheet, at.first, at.last, at.titles) if at is not None and source.family != "vector" else None
                draft = replace(draft, table=reading.table, header=place).with_(statements=reading.table.statements)
                draft = draft_rows(draft, reading, gazetteer)
            elif draft.layer.geometry == "none":
                draft = draft_prices(draft, source, options, remembered_columns(study_area, layer))
            else:
                draft = draft_shapes(draft, source, options, gazetteer)
            return draft.with_(general=unused_target(gazetteer, layer, TARGETS[layer]))
    except InputError as error:
        return draft.with_(general=error.faults)
    except (MemoryError, RecursionError) as error:
        logger.debug("import of %s", file, exc_info=error)
        return draft.with_(general=[fault(draft.file, "too_large.rows")])


def _merged(draft: Draft, study_area: Path, options: Options) -> Draft:
    try:
        return merged(draft, study_area, options)
    except InputError as error:
        return draft.with_(general=error.faults)


def refuse_idle(options: Options, file: InputFile) -> None:
    """Refuse an option that has no meaning for the file: whoever gave it expects something of it.

    Raises
    ------
    InputError
    """
    if options.sheet is not None and file.family != "spreadsheet":
        key = "idle_option.sheet_of_layers" if file.family == "vector" else "idle_option.sheet"
        raise refuse(file.name, key, name=options.sheet[:60], format=file.format)
    if options.source_layer is not None and file.family != "vector":
        key = "idle_option.layer_of_sheets" if file.family == "spreadsheet" else "idle_option.layer"
        raise refuse(file.name, key, name=options.source_layer[:60], format=file.format)


def read_for(layer: str, source: InputFile, gazetteer: Gazetteer, options: Options) -> Reading:
    """The rows of a file with the columns that earlier imports told; what the preview shows too."""
    told = {title: "" if target == "-" else target for title, target in options.column_map.items()}
    communes = frozenset(split_kind(str(commune))[1] for commune in gazetteer.communes["name"])
    reading = read_points(source, layer, replace(options, column_map=told), remembered_columns(gazetteer.root, layer), communes)
    reading = joined_times(reading, layer)
    reading = serving_samples(reading, LAYERS[layer], source.name)
    reading = without_marks(reading, layer)
    reading = converted_channels(reading, layer, source.name)
    return implied_communes(reading, LAYERS[layer], gazetteer)


def _refused(report: ImportReport, report_dir: Path | None, language: Language) -> ImportReport:
    """The report of a list of which nothing is taken."""
    return replace(report, files=() if report_dir is None else tuple(write_report(report, report_dir, language)))


def _answered(read: ReadAnswers, study_area: Path, report_dir: Path | None, language: Language) -> ImportReport:
    """The answers of a sheet in the list and in the record of answers; its papers are safe before."""
    report = read.report
    if report_dir is not None:
        usable_folder(report_dir, report_paths(report.file, report_dir))
    if report.exit_status:
        return _refused(report, report_dir, language)
    files = () if report_dir is None else tuple(write_report(replace(report, written=True), report_dir, language))
    try:
        done = answer(study_area, read.answers)
    except InputError as error:  # the list has changed since it was checked
        return _refused(replace(report, exit_status=1, faults=(*error.faults, *report.faults)), report_dir, language)
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    kept = (said("answers.kept", copy=done.copy),) if done.copy else ()
    return replace(report, written=True, files=files, statements=(*report.statements, *kept))


def _written(
    draft: Draft, report: ImportReport, study_area: Path, options: Options, beside: Path, report_dir: Path | None, language: Language
) -> ImportReport:
    """The papers first, then the layer: it changes only when the report and the rejects are safe."""
    files: list[Path] = []
    bad, table = draft.bad_rows(), draft.table
    facts = {**draft.facts, "accepted": len(report.accepted), "rejected": len(bad)}
    try:
        if bad and table is not None:
            raw = table.frame[table.frame.index.isin(bad)].rename(columns=titles_known_again(table.titles, language))
            files.append(write_rejects(raw, report.rejected, report_paths(draft.file, report_dir or beside)[2], language))
        if report_dir is not None:
            files = [*write_report(replace(report, written=True), report_dir, language), *files]
        write_layer(study_area, report.layer, draft.content, facts, was=draft.was)
    except InputError as error:
        was = report.counts
        counts = {
            "rows": was["rows"],
            "accepted": 0,
            "would_be_accepted": was["accepted"],
            **{n: was[n] for n in ("corrected", "rejected")},
        }
        return _refused(replace(report, exit_status=1, faults=(*error.faults, *report.faults), counts=counts), report_dir, language)
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    remember_columns(study_area, report.layer, options.column_map, table.titles.values() if table is not None else ())
    return replace(report, written=True, files=tuple(files))
