"""Serial numbers of dates in workbooks that count their days from another day than most: real dates before anything reads them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd

from geo_planner.imports.cells.moments import SERIALS
from geo_planner.imports.grid import DAY_ZERO, Cell
from geo_planner.imports.synonyms import POINT_LAYERS
from geo_planner.schema.kinds import Day, Moment
from geo_planner.words import Said, said


def with_real_dates(frame: pd.DataFrame, titles: dict[str, str], layer: str, zero: date) -> tuple[pd.DataFrame, list[Said]]:
    """The rows with the bare numbers of their columns of dates as dates, and what was done.

    A file of rejected rows, or whoever reads the numbers later, knows nothing of the workbook's day zero.
    """
    if zero == DAY_ZERO:
        return frame, []
    told = []
    for name in frame.columns.intersection([column.name for kind in (Day, Moment) for column in POINT_LAYERS[layer].of_kind(kind)]):
        cells = [_dated(cell, zero) for cell in frame[name]]
        changed = [i for i, (new, old) in enumerate(zip(cells, frame[name], strict=True)) if new is not old]
        if changed:
            first = changed[0]
            was, became = f"{frame[name].iloc[first]:g}", str(cells[first])[:10]
            facts = {"zero": zero, "n": len(changed), "title": titles[name], "row": int(frame.index[first]), "was": was, "became": became}
            told.append(said("dates_by_day_zero", **facts))
            frame = frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=object)})
    return frame, told


def _dated(cell: Cell, zero: date) -> Cell:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return cell
    days = float(cell) + (zero - DAY_ZERO).days
    if not SERIALS[0] < days < SERIALS[1]:
        return cell
    moment = datetime.combine(DAY_ZERO, time()) + timedelta(seconds=round(days * 86_400))
    return moment.date() if moment.time() == time(0) else moment
