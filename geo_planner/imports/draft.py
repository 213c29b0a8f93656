"""What an import carries from step to step: what the user asked for, and rows on their way into a layer with all that was found about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.imports.grid import HeaderPlace, RawTable
from geo_planner.schema import Layer
from geo_planner.words import Said

Mode = Literal["auto", "merge", "replace"]
Correction = tuple[int, str, str | Said, str | Said, Said]
"""Row, column, was, became, why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say about a file; see :func:`geo_planner.imports.import_layer`."""

    crs: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    source_layer: str | None = None
    mode: Mode = "auto"
    accept_valid: bool = False
    max_bytes: int = 100_000_000
    max_rows: int = 200_000


@dataclass(frozen=True, slots=True)
class Draft:
    """Rows on their way into a layer. A step takes one and returns another; nothing in it is changed in place.

    Attributes
    ----------
    layer : Layer
    file : str
        Name of the file.
    table : RawTable or None
        The rows as they were read.
    rows : DataFrame
        Texts, columns of the schema and then further ones; the index is the row of the file.
    faults : sequence of Fault
        With the row of the file; rows with one of level fault are not fit.
    general : sequence of Fault
        What is wrong with the file or the study area as a whole.
    corrected : sequence of (row, column, was, became, why)
    statements : sequence of Said
    made_ids : set of int
        Rows that brought no id.
    made_cells : set of int
        Rows of stations that brought no cell id.
    crs : str
        The system that the coordinates were in.
    titles : mapping of str to str
        Title in the file of each column of the schema, or of the columns that it was made from.
    found : mapping of str to Series
        The cells of the file as text, by column of the schema.
    told : set of (int, str)
        Cells that have a fault already.
    unread : set of str
        Columns that could not be read as a whole: that has been told, so nothing is said of their cells.
    facts : mapping
        For the manifest of the study area.
    content : str
        The file of the layer as it will be; empty until the rows are merged into it.
    was : str
        Hash of the layer into which they are merged; empty where there was none.
    counts : mapping of str to int
        ``added``, ``updated`` and ``removed`` rows of the layer.
    header : HeaderPlace or None
        Of a list in a workbook or text file.
    """

    layer: Layer
    file: str
    table: RawTable | None = None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    faults: Sequence[Fault] = ()
    general: Sequence[Fault] = ()
    corrected: Sequence[Correction] = ()
    statements: Sequence[Said] = ()
    made_ids: AbstractSet[int] = frozenset()
    made_cells: AbstractSet[int] = frozenset()
    crs: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, pd.Series] = field(default_factory=dict)
    told: AbstractSet[tuple[int, str]] = frozenset()
    unread: AbstractSet[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    content: str = ""
    was: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    header: HeaderPlace | None = None

    def with_(
        self,
        *,
        rows: pd.DataFrame | None = None,
        faults: Iterable[Fault] = (),
        general: Iterable[Fault] = (),
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
            faults=(*self.faults, *faults),
            general=(*self.general, *general),
            corrected=(*self.corrected, *corrected),
            statements=(*self.statements, *statements),
            titles={**self.titles, **(titles or {})},
            found={**self.found, **(found or {})},
            told={*self.told, *told},
            unread={*self.unread, *unread},
        )

    def title(self, *columns: str) -> str:
        """What the file calls the first of these columns that it has; the name of the first where it has none."""
        return next((self.titles[name] for name in columns if self.titles.get(name)), columns[0])

    def bad_rows(self) -> set[int]:
        return {fault.row for fault in self.faults if fault.level == "fault" and fault.row is not None}

    def good(self) -> pd.DataFrame:
        """The rows that nothing is wrong with."""
        return self.rows[~self.rows.index.isin(self.bad_rows())]

    def stopped(self) -> bool:
        """Whether something is wrong with the list as a whole, so that no row of it is taken."""
        return any(fault.level == "fault" for fault in self.general) or any(f.level == "fault" and f.row is None for f in self.faults)
