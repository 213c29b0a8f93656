"""What a column and a layer declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geo_planner.schema.kinds import Choice, Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    name : str
        Name in the file; a unit is part of it (``mast_height_m``).
    kind : Kind
        What its cells are.
    vi, en : str
        Title as people read it, unit included.
    meaning_vi, meaning_en : str
        One sentence: what the value says and what a blank means.
    required : bool
        The column must stand in the file, and no cell of it may be blank unless `may_be_blank`.
    may_be_blank : bool
        Of a required column: a blank is allowed, and is a question rather than a fault.
    usual : bool
        Lists carry it as a rule: that it is absent is worth a word.
    minimum, maximum : float or None
        Inclusive range of a number.
    """

    name: str
    kind: Kind
    vi: str
    en: str
    meaning_vi: str = ""
    meaning_en: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    may_be_blank: bool = False
    usual: bool = True

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that a choice may be; empty for another kind."""
        return self.kind.words if isinstance(self.kind, Choice) else ()

    @property
    def needed(self) -> bool:
        """No cell of the column may be blank."""
        return self.required and not self.may_be_blank


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a study area: its columns, what tells its rows apart, and what a row of it is.

    Attributes
    ----------
    name : str
    columns : tuple of Column
    key : tuple of str
        Columns that tell rows apart; empty where a feature is told by its shape.
    path : str
        Its usual place in a study area.
    geometry : {"none", "point", "line", "area", "raster"}
        ``point``: a table with ``lon`` and ``lat``; ``line`` and ``area``: features of a GeoJSON; ``raster``: cells of a GeoTIFF.
    found : bool
        It is taken from its usual place where it stands there and the scenario names no other.
    also : tuple of str
        Where it is looked for next, when nothing stands in its usual place.
    place : {"free", "named", "near"}
        ``named``: a row names its commune and must lie in it; ``near``: it may name one, and may lie outside the province;
        ``free``: it belongs to no commune.
    transmits : bool
        A row is a transmitter or may become one: power, heights, bands.
    id_prefix : str
        Of ids that an import makes from commune and name.
    importable : bool
        ``geo-planner import`` takes lists of it.
    ages_days : int
        After so many days it is worth asking for anew; 0: it does not age.
    dated : str
        The column that dates a row.
    nameless : bool
        A row may do without a name: its position stands for one.
    ways : bool
        People travel on its lines.
    answered : bool
        Sheets of questions about its rows go out, and come back with answers.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    path: str = ""
    geometry: Literal["none", "point", "line", "area", "raster"] = "none"
    found: bool = False
    place: Literal["free", "named", "near"] = "free"
    transmits: bool = False
    id_prefix: str = ""
    importable: bool = False
    ages_days: int = 0
    dated: str = ""
    nameless: bool = False
    ways: bool = False
    also: tuple[str, ...] = ()
    answered: bool = False

    @property
    def of_cells(self) -> bool:
        """Several rows may be one place: the cells of a mast."""
        return len(self.key) > 1

    def has(self, name: str) -> bool:
        """Whether it declares a column of this name."""
        return any(column.name == name for column in self.columns)

    def column(self, name: str) -> Column:
        """The declaration of one column; ``KeyError`` for a name that the layer does not have."""
        return {column.name: column for column in self.columns}[name]

    def of_kind(self, kind: type[Kind]) -> tuple[Column, ...]:
        """Its columns of a kind."""
        return tuple(column for column in self.columns if isinstance(column.kind, kind))
