"""What a phone writes where it cannot tell a figure: no value, and no fault of the row either."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pandas as pd

from geo_planner.imports import radio_words
from geo_planner.imports.grid import Cell, as_text, is_blank
from geo_planner.imports.quantities import split_unit
from geo_planner.imports.reading import Reading
from geo_planner.letters import fold
from geo_planner.schema.vocabulary import UNKNOWN
from geo_planner.words import said

_POSSIBLE = {
    "rsrp_dbm": (-156.0, -31.0),  # 3GPP TS 36.133, section 9.1.4, and TS 38.133, section 10.1.6
    "rsrq_db": (-43.0, 20.0),
    "sinr_db": (-40.0, 60.0),
    "accuracy_m": (0.001, 100_000.0),
    "speed_kmh": (0.0, 1000.0),
}
"""A mark that could be a figure of the column is taken as the figure: 99 m is an accuracy."""
_MARKS = frozenset((-1.0, 0.0, -3.6, 99.0, 127.0, 255.0, 999.0, -199.0, -200.0, -255.0, -256.0, -340.0, -341.0, -999.0))
_NEVER_A_FIGURE = 9_999.0
"""No level and no speed is as large: -9999, 32767, 65535, Integer.MAX_VALUE, Long.MAX_VALUE."""
_WORDS = {
    *UNKNOWN, "unavailable", "not available", "invalid", "undefined", "unreported", "not reported", "infinity", "inf", "max value", "nil",
    "integer max value", "long max value", "cellinfo unavailable", "khong co gia tri", "khong kha dung",
} - {""}  # fmt: skip
_SIGNS = re.compile(r"[-–—−_.*?/]+|[-+]?(nan|inf|infinity|∞)", flags=re.IGNORECASE)


def without_marks(reading: Reading, layer: str) -> Reading:
    """Levels, accuracies and speeds without the marks for "not available": those cells are blank, and counted."""
    table = reading.table
    if layer != "measurements":
        return reading
    frame, told = table.frame, list(table.statements)
    for name in _POSSIBLE:
        if name not in frame:
            continue
        cells = frame[name]
        figures = [_number(cell) for cell in cells]
        # levels written without their sign: 99 is then one of them, and the column is asked about as it is
        unsigned = name == "rsrp_dbm" and sum(f is not None and 40 <= f <= 140 and f not in _MARKS for f in figures) * 2 > sum(
            f is not None and f not in _MARKS for f in figures
        )
        marks = [not is_blank(cell) and not unsigned and _is_mark(cell, figure, name) for cell, figure in zip(cells, figures, strict=True)]
        if not any(marks):
            continue
        counts = Counter(as_text(cell).strip() for cell, mark in zip(cells, marks, strict=True) if mark)
        left = [None if mark else cell for cell, mark in zip(cells, marks, strict=True)]
        frame = frame.assign(**{name: pd.Series(left, index=frame.index, dtype=object)})
        written = [text[:20] for text, _ in counts.most_common(5)]
        told.append(said("marked_unavailable", title=table.titles.get(name, name), n=sum(marks), marks=written))
    if "rsrp_dbm" in frame:
        bare = sum(is_blank(cell) for cell in frame["rsrp_dbm"])
        silent = sum(not is_blank(cell) for cell in frame["no_service"]) if "no_service" in frame else 0
        if bare > silent:
            told.append(said("no_level", n=bare))
    return replace(reading, table=replace(table, frame=frame, statements=tuple(told)))


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    try:
        return float(split_unit(as_text(cell))[0].replace(" ", "").replace(",", "."))
    except ValueError:
        return None


def _is_mark(cell: Cell, figure: float | None, name: str) -> bool:
    if figure is None or figure != figure:
        text = as_text(cell).strip()
        if name == "rsrp_dbm" and fold(text) in radio_words.NO_SERVICE:
            return False
        return _SIGNS.fullmatch(text) is not None or fold(text) in _WORDS or figure is not None
    low, high = _POSSIBLE[name]
    if low <= figure <= high:
        return False
    return figure in _MARKS or figure <= -_NEVER_A_FIGURE or figure >= (high if name == "accuracy_m" else _NEVER_A_FIGURE)
