"""Columns whose titles leave open what their figures are, and rows that are possible and look wrong.

A bare power may be watts or dBm, a bare height that of the antenna or of the ground it stands on, a bare frequency the number of a channel, a
tilt below the horizon negative or positive, a level RSRP or RSSI. Where the figures do not tell, the column is taken for nothing and asked
about. Rows that only look wrong are told as warnings and taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, fault, warning
from geo_planner.imports.cells.devices import unclear_levels
from geo_planner.imports.cells.figures import title_unit
from geo_planner.imports.cells.radio import channel_kind, technology, technology_cells
from geo_planner.imports.draft import Draft
from geo_planner.imports.grid import RawTable, as_text
from geo_planner.letters import fold
from geo_planner.schema import Column, Kind, Layer
from geo_planner.schema.kinds import Frequency, Height, Power, Tilt
from geo_planner.schema.vocabulary.bands import LAST_BAND, in_a_band
from geo_planner.study_area.checks import doubtful_figures
from geo_planner.study_area.columns import unlikely_tilts
from geo_planner.words import Said, first_of, said

_SURELY_DBM = (40.0, 50.0)
"""Powers of transmitters in dBm that are no usual ones in watts: 43, 46 and 49 dBm are 20, 40 and 80 W."""
_SURELY_ANTENNA_M = (10.0, 100.0)
_BARE_HEIGHT = re.compile(r"(do cao|cao do|height)( m| met)?")
_COARSE = re.compile(r"-?\d{1,3}(?:[.,]\d{0,2})?")
_LISTED = 10


class _Column(NamedTuple):
    """A column of the layer as the list has it."""

    column: Column
    title: str
    cells: pd.Series
    technologies: pd.Series


_Asked = tuple[str, dict[str, Any]] | Said | None
"""The question that a column raises with its facts, or what its figures tell, or nothing."""


def ask_unclear_columns(draft: Draft, table: RawTable, layer: Layer, told: Collection[str], file: str) -> Draft:
    """The draft with a fault for each column whose figures may be two things; what the user said of a column settles it.

    Parameters
    ----------
    draft : Draft
    table : RawTable
    layer : Layer
    told : collection of str
        Columns of the layer that the user named.
    file : str
    """
    open_names = {str(name) for name in table.frame} - set(told)
    for kind, ask in _QUESTIONS.items():
        for name in sorted(open_names & {column.name for column in layer.of_kind(kind)}):
            title = table.titles.get(name, name)
            asked = ask(_Column(layer.column(name), title, table.frame[name], technology_cells(table.frame, layer)))
            if isinstance(asked, Said):
                draft = draft.with_(statements=[asked])
            elif asked:
                draft = draft.with_(faults=[fault(file, asked[0], column=title[:80], title=title, **asked[1])], unread=[name])
    return draft.with_(faults=unclear_levels(table, layer, file))


def _bare_figures(cells: pd.Series) -> NDArray[np.float64]:
    """The figures of a column that carry no unit of their own."""
    return pd.to_numeric(cells.map(lambda cell: str(cell).strip().replace(",", ".")), errors="coerce").dropna().to_numpy(dtype=float)


def _power(of: _Column) -> _Asked:
    figures = _bare_figures(of.cells)
    if not figures.size or title_unit(of.title, of.column)[0]:
        return None
    if ((figures > _SURELY_DBM[0]) & (figures <= _SURELY_DBM[1])).all():
        return said("power_in_dbm", title=of.title)
    return "which_unit", {"value": f"{figures[0]:g}"}


def _height(of: _Column) -> _Asked:
    figures = _bare_figures(of.cells)
    if not _BARE_HEIGHT.fullmatch(fold(of.title)) or ((figures >= _SURELY_ANTENNA_M[0]) & (figures <= _SURELY_ANTENNA_M[1])).all():
        return None
    return "which_height", {"value": f"{figures.max():g}"}


def _tilt(of: _Column) -> _Asked:
    """Tilts that are nearly all negative: an elevation, below the horizon negative, or a list of antennas that look to the sky."""
    figures = _bare_figures(of.cells.map(_without_degrees))
    negative = figures[figures < 0]
    return ("which_tilt", {"value": f"{negative[0]:g}", "negative": negative.size, "n": figures.size}) if unlikely_tilts(figures) else None


def _without_degrees(cell: object) -> str:
    return re.sub(r"\s*(°|º|độ|deg(rees)?)\s*$", "", str(cell).strip().replace("−", "-").replace("–", "-"))


def _frequency(of: _Column) -> _Asked:
    """Figures without a unit of which some lie in no band of their technology: numbers of channels more likely than MHz."""
    if title_unit(of.title, of.column)[0] or channel_kind(of.title):
        return None
    bare = of.cells.map(lambda cell: re.sub(r"(?<=\d)[.,](?=\d{3}$)", "", as_text(cell).strip()).replace(",", "."))
    figures = pd.to_numeric(bare, errors="coerce")
    strange = [
        figure
        for figure, name in zip(figures, of.technologies, strict=True)
        if figure > LAST_BAND and not in_a_band(float(figure), technology(name)[0])
    ]
    return ("which_frequency", {"value": f"{strange[0]:g}", "n": len(strange)}) if strange else None


_QUESTIONS: dict[type[Kind], Callable[[_Column], _Asked]] = {Frequency: _frequency, Power: _power, Height: _height, Tilt: _tilt}
"""What may be unclear of a kind of column, in the order in which it is asked."""


def doubts(draft: Draft, typed: pd.DataFrame, layer: Layer, file: str) -> list[Fault]:
    """Warnings on figures that contradict each other and on positions that cannot be those of the places.

    Parameters
    ----------
    draft : Draft
    typed : DataFrame
        The same rows with figures as numbers, index the row of the file.
    layer : Layer
    file : str
    """
    found = _coarse(draft, typed, file)
    if layer.place == "named":
        found += [*doubtful_figures(typed, file, draft.titles), *_same_point(draft, typed, layer.key[0], file)]
    return found


def _same_point(draft: Draft, typed: pd.DataFrame, key: str, file: str) -> list[Fault]:
    """Villages with one position are often given that of their commune's office."""
    placed = typed[typed["lon"].notna() & typed["lat"].notna()].drop_duplicates(key)
    together = placed[placed.duplicated(["lon", "lat"], keep=False)]
    groups = [[int(row) for row in rows] for rows in together.groupby(["lon", "lat"], sort=False).groups.values()]
    column = draft.titles.get("lon", "lon")
    found = [
        warning(file, "same_point.rows", row=rows[0], column=column, n=len(rows), rows=first_of(rows, _LISTED)) for rows in groups[:_LISTED]
    ]
    if len(groups) > _LISTED:
        found.append(warning(file, "same_point.rows_more", column=column, n=len(groups) - _LISTED))
    return found


def _coarse(draft: Draft, typed: pd.DataFrame, file: str) -> list[Fault]:
    """Degrees with two decimals or fewer."""
    if "lon" not in draft.found or not draft.rows["lon"].any():
        return []
    texts = draft.found["lon"].reindex(typed.index[typed["lon"].notna() & typed["lat"].notna()])
    coarse = [
        int(row)
        for row, text in texts.items()
        if isinstance(text, str) and len(halves := re.split(r";\s*|,\s+", text)) == 2 and all(_COARSE.fullmatch(half) for half in halves)
    ]
    if not coarse:
        return []
    return [warning(file, "coarse_position.rows", column=draft.titles.get("lon"), n=len(coarse), first=coarse[0])]
