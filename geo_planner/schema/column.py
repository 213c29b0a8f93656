"""What a column and a layer declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "int", "float", "yes_no", "choice", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    name : str
        Name in the file; a unit is part of it (``mast_height_m``).
    kind : {"text", "int", "float", "yes_no", "choice", "date"}
        ``date`` is ISO 8601 (``2026-01-28``); ``yes_no`` is written ``yes`` or ``no``.
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
    choices : tuple of str
        The words that a ``choice`` may be.
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
    choices: tuple[str, ...] = ()
    may_be_blank: bool = False
    usual: bool = True

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
    geometry : {"none", "point", "line", "area"}
        ``point``: a table with ``lon`` and ``lat``; ``line`` and ``area``: features of a GeoJSON.
    place : {"free", "named", "near"}
        ``named``: a row names its commune and must lie in it; ``near``: it may name one, and may lie outside the province;
        ``free``: it belongs to no commune.
    transmits : bool
        A row is a transmitter or may become one: power, heights, bands.
    id_prefix : str
        Of ids that an import makes from commune and name.
    importable : bool
        ``geo-planner import`` takes lists of it.
    nameless : bool
        A row may do without a name: its position stands for one.
    ways : bool
        People travel on its lines.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    path: str = ""
    geometry: Literal["none", "point", "line", "area"] = "none"
    place: Literal["free", "named", "near"] = "free"
    transmits: bool = False
    id_prefix: str = ""
    importable: bool = False
    nameless: bool = False
    ways: bool = False

    @property
    def of_cells(self) -> bool:
        """Several rows may be one place: the cells of a mast."""
        return len(self.key) > 1

    def has(self, name: str) -> bool:
        """Whether it declares a column of this name."""
        return any(column.name == name for column in self.columns)

    def column(self, name: str) -> Column:
        """The declaration of one column; ``KeyError`` for a name that the layer does not have."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
