"""What an import would see, for a person to confirm before it runs: the same code, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from geo_planner.errors import Fault, InputError, UsageError
from geo_planner.imports.answer_sheets import AnswerSheet, signed_sheet
from geo_planner.imports.draft import Options
from geo_planner.imports.grid import Cell, as_text
from geo_planner.imports.importer import IMPORTABLE, read_for, refuse_idle
from geo_planner.imports.opening import FAMILY, Family, InputFile, opened
from geo_planner.imports.places.coordinates import both_numbers
from geo_planner.imports.places.crs_choice import ENOUGH, Listed, candidates, fits
from geo_planner.imports.places.gazetteer import Gazetteer, load_gazetteer
from geo_planner.imports.places.positions import coordinate_columns, halves
from geo_planner.imports.places.row_places import REACH_M
from geo_planner.imports.prices import price_table
from geo_planner.imports.reading import Reading, read_grids
from geo_planner.imports.store import remembered_columns
from geo_planner.imports.titles.headers import find_header
from geo_planner.imports.titles.meaning import all_targets, clean_title
from geo_planner.imports.vocabulary import POINT_LAYERS
from geo_planner.schema import LAYERS, PRICES
from geo_planner.words import Said, said

_SHOWN_ROWS = 20
_SEARCHED_ROWS = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file looks like to the import.

    Attributes
    ----------
    format : str
        By content.
    header_rows : tuple of int
        Rows of the header; empty in vector files.
    mapping : dict of str to str or None
        Title to proposed column; None: kept under its own title.
    targets : tuple of str
        What a title may be mapped to.
    crs_candidates : tuple of (str, str, float)
        Code, name, share of rows that would lie in the province.
    first_rows : DataFrame
        As read, under the titles of the file: text, and numbers with decimals and days as such, for whoever shows them.
    rows : int
    skipped : tuple of (int, str, Said)
    statements : tuple of Said
    faults : tuple of Fault
        What must be settled before the import can run.
    answers : bool
        It is a sheet of answers: cells go into rows that are there, whatever the mode.
    """

    format: str = ""
    header_rows: tuple[int, ...] = ()
    mapping: dict[str, str | None] | None = None
    targets: tuple[str, ...] = ()
    crs_candidates: tuple[tuple[str, str, float], ...] = ()
    first_rows: pd.DataFrame | None = None
    rows: int = 0
    skipped: tuple[tuple[int, str, Said], ...] = ()
    statements: tuple[Said, ...] = ()
    faults: tuple[Fault, ...] = ()
    answers: bool = False

    @property
    def family(self) -> Family | None:
        """Whether the file is a workbook, text or a map layer; None where even that is not known."""
        return FAMILY.get(self.format)


def titles_by_sheet(layer: str, file: Path, *, max_bytes: int = 100_000_000, max_rows: int = 200_000) -> dict[str, tuple[str, ...]]:
    """The titles of every sheet, also where the import cannot yet say which of them is meant; empty for map layers.

    Raises
    ------
    InputError
        For a file that cannot be read; the preview says it too.
    """
    with opened(file, max_bytes=max_bytes) as source:
        grids = [] if source.family == "vector" else read_grids(source, max_bytes=max_bytes, max_rows=max_rows)
    found = {}
    for grid in grids:
        header = find_header(grid, layer)
        rows = [[clean_title(cell) for cell in row] for row in grid.rows[:_SEARCHED_ROWS]]
        fullest = max(rows, key=lambda row: sum(map(bool, row)), default=[])
        found[grid.name] = tuple(dict.fromkeys(title for title in (header.titles if header else fullest) if title))
    return found


def preview(
    layer: str,
    file: Path,
    study_area: Path,
    *,
    crs: str | None = None,
    column_map: Mapping[str, str] | None = None,
    sheet: str | None = None,
    source_layer: str | None = None,
    name: str | None = None,
    max_bytes: int = 100_000_000,
    max_rows: int = 200_000,
) -> Preview:
    """Look at a file as :func:`~geo_planner.imports.import_layer` would; parameters as there.

    Raises
    ------
    UsageError
        When there is no such layer with columns, file or folder.
    """
    if LAYERS[layer].geometry not in ("point", "none") or layer not in IMPORTABLE:
        raise UsageError("no_preview_of_layer", layer=layer, layers=(*POINT_LAYERS, PRICES.name))
    options = Options(crs, dict(column_map or {}), sheet, source_layer, max_bytes=max_bytes, max_rows=max_rows)
    kind, statements = "", tuple[Said, ...]()
    try:
        with opened(file, max_bytes=max_bytes, name=name) as source:
            kind, statements = source.format, source.statements
            refuse_idle(options, source)
            if LAYERS[layer].geometry == "none":
                return _of_prices(source, options, remembered_columns(study_area, layer), statements)
            if LAYERS[layer].answered and (answers := signed_sheet(source, options)) is not None:
                return _of_answers(answers, source)
            gazetteer = load_gazetteer(study_area)
            reading = read_for(layer, source, gazetteer, options)
    except InputError as error:
        return Preview(kind, targets=all_targets(layer), statements=statements, faults=error.faults)
    table = reading.table
    by_title = {title: name for name, title in table.titles.items()}
    mapping = {title: name if (name := by_title.get(title)) in all_targets(layer) else None for title in table.titles.values()}
    columns = reading.mapping
    return Preview(
        kind, tuple(range(columns.first + 1, columns.last + 2)) if columns else (), mapping, all_targets(layer), _systems(reading, gazetteer, source.name),
        table.frame.head(_SHOWN_ROWS).map(_as_read).rename(columns=table.titles), len(table.frame), table.skipped, (*statements, *table.statements), reading.faults,
    )  # fmt: skip


def _as_read(cell: Cell) -> Cell:
    """A cell as words, but for what a spreadsheet shows as the reader's language writes it."""
    return cell if isinstance(cell, date) or (isinstance(cell, float) and not cell.is_integer()) else as_text(cell)


def _of_answers(sheet: AnswerSheet, source: InputFile) -> Preview:
    """A sheet of answers: its columns mean what they say, and are not to be chosen."""
    head = -1 if sheet.head is None else sheet.head
    rows = [row for row in sheet.grid.rows[head + 1 :] if any(cell is not None for cell in row)]
    width = max(map(len, rows), default=0)
    titles = [clean_title(cell) for cell in sheet.grid.rows[head]] if sheet.head is not None else []
    shown = [[_as_read(cell) for cell in (*row, *[None] * (width - len(row)))] for row in rows[:_SHOWN_ROWS]]
    names = [(titles[i] if i < len(titles) else "") or str(i + 1) for i in range(width)]
    return Preview(
        source.format, () if sheet.head is None else (head + 1,), {}, first_rows=pd.DataFrame(shown, columns=names), rows=len(rows),
        statements=(*source.statements, said("answers_sheet.seen")), answers=True,
    )  # fmt: skip


def _of_prices(source: InputFile, options: Options, remembered: Mapping[str, str], statements: tuple[Said, ...]) -> Preview:
    """A table of prices: it has columns, and no places."""
    _, columns, table = price_table(source, options, remembered)
    mapping = {title: name for name, title in table.titles.items()} | dict.fromkeys(columns.unused)
    return Preview(
        source.format, tuple(range(columns.first + 1, columns.last + 2)), mapping, all_targets(PRICES.name), (),
        table.frame.loc[:, list(table.titles)].head(_SHOWN_ROWS).map(_as_read).rename(columns=table.titles), len(table.frame), table.skipped,
        (*statements, *table.statements),
    )  # fmt: skip


def _systems(reading: Reading, gazetteer: Gazetteer, file: str) -> tuple[tuple[str, str, float], ...]:
    """The systems in which most rows lie in the province, the best first."""
    columns = coordinate_columns(reading.table.frame)
    if not columns:
        return ()
    first, second, *_ = both_numbers(*halves(reading.table.frame, columns[0]))
    rows = Listed(first, second, np.full(len(first), None), gazetteer, REACH_M, file).of(np.isfinite(first) & np.isfinite(second))
    if not len(rows.first):
        return ()
    found = fits(rows, [reading.stated] if reading.stated else candidates(rows))
    return tuple((fit.system.code, fit.system.name, fit.share) for fit in found if fit.share >= ENOUGH)
