"""Logs of phones: a row a cell that the phone heard. Rows of other cells than the serving one are left out, with their reason.

Of the others, country and network code tell the operator.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo_planner.imports.cells.devices import main_level
from geo_planner.imports.cells.radio import operator
from geo_planner.imports.grid import RawTable, as_text, is_blank
from geo_planner.imports.opening import refuse
from geo_planner.imports.reading import Reading
from geo_planner.letters import fold
from geo_planner.schema import Layer
from geo_planner.schema.vocabulary import UNKNOWN
from geo_planner.study_area.serving_cells import ABROAD, COUNTRY, NEIGHBOUR, REASONS, SECONDARY, networks, not_serving, squeezed
from geo_planner.words import said


def serving_samples(reading: Reading, layer: Layer, file: str) -> Reading:
    """The rows that are samples of a serving cell, with their operator where the codes of the network tell it.

    Raises
    ------
    InputError
        When no row is one: then it is not the log that says what service there is.
    """
    if main_level(layer) is None or reading.table.frame.empty:
        return reading
    table = reading.table
    texts = {str(name): table.frame[name].map(lambda cell: as_text(cell).strip()) for name in table.frame}
    titles = {name: table.titles.get(name, name) for name in texts}
    why = not_serving(texts, titles)
    table = _with_operator(table, texts, titles, why)
    counts = {reason: int((why == reason).sum()) for reason in REASONS}
    if not any(counts.values()):
        return replace(reading, table=table)
    if (why != "").all():
        raise refuse(file, "only_neighbours")
    keys = {NEIGHBOUR: "samples_left_out.neighbour", SECONDARY: "samples_left_out.secondary", ABROAD: "samples_left_out.abroad"}
    gone = table.frame[why != ""]
    skipped = [
        (int(str(row)), " | ".join(as_text(cell) for cell in cells if not is_blank(cell))[:200], said(why[row]))
        for row, cells in zip(gone.index, gone.itertuples(index=False, name=None), strict=True)
    ]
    table = replace(
        table,
        frame=table.frame[why == ""],
        skipped=(*table.skipped, *skipped),
        broken={row: told for row, told in table.broken.items() if why.get(row, "") == ""},
        statements=(*table.statements, *(said(keys[reason], n=counts[reason]) for reason in REASONS if counts[reason])),
    )
    return replace(reading, table=table, faults=tuple(f for f in reading.faults if f.row is None or why.get(f.row, "") == ""))


def _with_operator(table: RawTable, texts: dict[str, pd.Series], titles: dict[str, str], why: pd.Series) -> RawTable:
    """The operator by the codes of the network, where the file names none itself."""
    codes, columns = networks(texts, squeezed(titles))
    blank = texts["operator"].map(lambda text: fold(text) in UNKNOWN) if "operator" in texts else pd.Series(True, index=codes.index)
    filled = codes.str.startswith(COUNTRY) & blank & (why == "")
    if not columns or not filled.any():
        return table
    names = table.frame["operator"] if "operator" in table.frame else pd.Series(None, index=codes.index, dtype=object)
    frame = table.frame.assign(operator=names.mask(filled, codes.map(operator)))
    of_codes = " + ".join(titles[name] for name in columns)
    told = said("operator_by_code", title=of_codes, n=int(filled.sum()))
    return replace(
        table,
        frame=frame,
        titles={**table.titles, "operator": table.titles.get("operator", of_codes)},
        statements=(*table.statements, told),
    )
