"""Rows on their way into a layer, with everything that was found about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.words import Said

Correction = tuple[int, str, str | Said, str | Said, Said]
"""Row, column, was, became, why."""


@dataclass(slots=True)
class Draft:
    """Rows on their way into a layer; the index is the row of the file.

    Attributes
    ----------
    rows : DataFrame
        Texts, columns of the schema and then further ones.
    faults : list of Fault
        With the row of the file; rows with one of level fault are not fit.
    corrected : list of (row, column, was, became, why)
    statements : list of Said
    made_ids : set of int
        Rows that brought no id.
    made_cells : set of int
        Rows of stations that brought no cell id.
    crs : str
    titles : dict of str to str
        Title in the file of each column of the schema, or of the columns that it was made from.
    found : dict of str to Series
        The cells of the file as text, by column of the schema.
    told : set of (int, str)
        Cells that have a fault already.
    unread : set of str
        Columns that could not be read as a whole: that has been told, so nothing is said of their cells.
    """

    rows: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    corrected: list[Correction] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)
    made_ids: set[int] = field(default_factory=set)
    made_cells: set[int] = field(default_factory=set)
    crs: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    found: dict[str, pd.Series] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)

    def bad_rows(self) -> set[int]:
        return {fault.row for fault in self.faults if fault.level == "fault" and fault.row is not None}

    def with_(
        self,
        *,
        rows: pd.DataFrame | None = None,
        faults: Iterable[Fault] = (),
        corrected: Iterable[Correction] = (),
        statements: Iterable[Said] = (),
        titles: Mapping[str, str] | None = None,
        found: Mapping[str, pd.Series] | None = None,
        told: Iterable[tuple[int, str]] = (),
        unread: Iterable[str] = (),
    ) -> Draft:
        """The same draft with other rows, where they are given, and with more of all the rest."""
        return replace(
            self,
            rows=self.rows if rows is None else rows,
            faults=[*self.faults, *faults],
            corrected=[*self.corrected, *corrected],
            statements=[*self.statements, *statements],
            titles={**self.titles, **(titles or {})},
            found={**self.found, **(found or {})},
            told={*self.told, *told},
            unread={*self.unread, *unread},
        )
