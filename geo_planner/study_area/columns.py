"""What the columns of a user's table say beyond their kinds: everyday words, and names that belong to results."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, fault, warning
from geo_planner.schema import RESULTS, TECHNOLOGIES, VILLAGES, Layer, technology_word
from geo_planner.schema.vocabulary.bands import in_a_band
from geo_planner.words import first_of


def technologies(table: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Technologies in the words of the standards; what was read as another word, and what is no known word, is told."""
    if "technology" not in table:
        return table, []
    written = table["technology"]
    words = written.map(technology_word, na_action="ignore").astype("string")
    told = []
    other = written[(written.str.casefold() != words.str.casefold()).fillna(False)].value_counts()
    for word, count in sorted(other.items()):
        told.append(warning(file, "technology_read.in_table", column="technology", word=word, read_as=technology_word(word), n=int(count)))
    strange = words[words.notna() & ~words.isin(TECHNOLOGIES)]
    if len(strange):
        names = first_of(sorted({str(word)[:80] for word in strange}), 5)
        place: dict[str, Any] = {"row": int(strange.index[0]), "column": "technology"}
        told.append(warning(file, "technology_strange.in_table", **place, n=len(strange), names=names, known=TECHNOLOGIES))
    return table.assign(technology=words), told


def unlikely_tilts(tilts: NDArray[np.float64]) -> bool:
    """Whether most tilts that are not zero look up: one antenna may, a network does not."""
    return int((tilts < 0).sum()) > int((tilts > 0).sum())


def strange_radio(sites: pd.DataFrame, file: str) -> list[Fault]:
    """Tilts and frequencies of a list that was written by hand: possible, and more likely another convention."""
    told = []
    if {"tilt_deg"} <= set(sites):
        tilts = sites["tilt_deg"].astype("Float64").dropna().to_numpy(dtype=float)
        if unlikely_tilts(tilts):
            told.append(warning(file, "tilt_up.in_table", column="tilt_deg", n=int((tilts < 0).sum()), of=len(tilts)))
    if {"freq_mhz", "technology"} <= set(sites):
        frequency, names = sites["freq_mhz"].astype("Float64"), sites["technology"].astype("string").fillna("")
        strange = [
            float(mhz) for mhz, name in zip(frequency, names, strict=True) if not pd.isna(mhz) and not in_a_band(float(mhz), str(name))
        ]
        if strange:
            told.append(warning(file, "frequency_strange.in_table", column="freq_mhz", n=len(strange), first=strange[0]))
    return told


_DATABASE = ("fid", "geom", "ogc_fid", "rowid", "_rowid_", "oid", "geometry", "index", "level_0")
"""Names that vector formats and tables keep for themselves."""
_MADE = {
    "villages": (
        *(c.name for c in RESULTS.columns), "source_row", "region_known", "path_unknown", "border", "region_class", "village_rank",
        "sample_note", "uses_sample_data",
    ),
    "sites": ("in_service", "assumed", "eirp_re_dbm", "source_row"),
    "communes": ("covered_area_share", "covered_population_share", "n_villages", "n_no_signal"),
    "measurements": ("cell", "x_m", "y_m"),
}  # fmt: skip
"""Names that a run gives to columns of its own beside those of a layer."""
_MADE_BEGINNINGS = ("contribution_", "p_top_", "rsrp_dbm_")


def distinct_names(names: Sequence[str], layer: Layer) -> list[str]:
    """The names of a table's columns with a ``NAME_in_file`` where one of the user's own cannot stand beside the others.

    The names of the layer stay. A database knows no capitals, so neither is a name its own that differs only by them, by blanks or by how
    its accents are put together; nor one that a run gives to a result, or that a format keeps for itself.

    >>> from geo_planner.schema import VILLAGES
    >>> distinct_names(["village_id", "Rank", "note", "NOTE", "rank_in_file", "fid"], VILLAGES)
    ['village_id', 'Rank_in_file_2', 'note', 'NOTE_in_file', 'rank_in_file', 'fid_in_file']
    """
    own = {c.name for c in layer.columns}
    made = {_folded(name) for name in (*own, *_MADE.get(layer.name, ()), *_DATABASE)}
    beginnings = _MADE_BEGINNINGS if layer.place == "named" else ()
    keeps, taken = [], set(made)
    for at, name in enumerate(names):
        folded = _folded(name)
        free = name not in names[:at] if name in own else not (folded in taken or folded.startswith(beginnings))
        keeps.append(free)
        taken.add(folded)
    final = []
    for name, free in zip(names, keeps, strict=True):
        new, number = name, 1
        while not free and (new == name or _folded(new) in taken):
            new = f"{name}_in_file" if number == 1 else f"{name}_in_file_{number}"
            number += 1
        taken.add(_folded(new))
        final.append(new)
    return final


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def own_columns(table: pd.DataFrame, file: str, layer: Layer = VILLAGES) -> tuple[pd.DataFrame, list[Fault]]:
    """Columns of the user's that bear the name of a result or of one another: a list taken from an earlier run must not pass for this one's result."""
    names = distinct_names([str(name) for name in table.columns], layer)
    taken = [str(old)[:80] for old, new in zip(table.columns, names, strict=True) if old != new]
    if not taken:
        return table, []
    return table.set_axis(names, axis=1), [warning(file, "result_columns.in_table", row=1, names=first_of(taken, 20))]


MOST_OPERATORS = 200
"""Each operator has a column and a map of its own in the results."""


def operator_faults(sites: pd.DataFrame, file: str) -> list[Fault]:
    """A column of operators that cannot be one, and operators whose names differ only by capitals or blanks."""
    if "operator" not in sites:
        return []
    names = [str(name) for name in sites["operator"].dropna().unique()]
    if len(names) > MOST_OPERATORS:
        return [fault(file, "too_many_operators.in_column", row=1, column="operator", n=len(names))]
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_folded(name), []).append(name)
    return [
        warning(file, "operators_alike.in_column", column="operator", n=len(several), names=first_of([name[:60] for name in several], 5))
        for several in alike.values()
        if len(several) > 1
    ]
