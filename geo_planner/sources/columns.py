"""What the columns of a user's table say beyond their kinds: everyday words, and names that belong to results."""

from __future__ import annotations

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.schema import RESULTS, TECHNOLOGIES, VILLAGES, technology_word


def technologies(table: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Technologies in the words of the standards; what was read as another word, and what is no known word, is told."""
    if "technology" not in table:
        return table, []
    written = table["technology"]
    words = written.map(technology_word, na_action="ignore").astype("string")
    told = []
    for word in sorted(set(written[(written.str.casefold() != words.str.casefold()).fillna(False)])):
        count = int((written == word).sum())
        reason = f"{word!r} is read as {technology_word(word)} in {count} rows"
        told.append(Fault(file, reason, "Write it so if you like.", column="technology", level="warning", code="technology_read"))
    strange = words[words.notna() & ~words.isin(TECHNOLOGIES)]
    if len(strange):
        named = ", ".join(sorted({repr(word) for word in strange})[:5])
        reason = f"{len(strange)} rows name a technology that is not known and do not count: {named}"
        remedy = f"Write one of {', '.join(TECHNOLOGIES)}."
        told.append(Fault(file, reason, remedy, row=int(strange.index[0]), column="technology", level="warning", code="technology_strange"))
    return table.assign(technology=words), told


_ALSO_MADE = {"source_row", "region_known", "path_unknown", "border", "region_class", "geometry", "village_rank"}
"""Columns that a run adds to the villages on the way and that no result declares."""


def own_columns(villages: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Columns of the user's that bear the name of a result: a list taken from an earlier run must not pass for this one's result."""
    made = {c.name for c in RESULTS.columns} | _ALSO_MADE
    own = {c.name for c in VILLAGES.columns}
    taken = [
        str(name) for name in villages.columns if name not in own and (name in made or str(name).startswith(("contribution_", "p_top_")))
    ]
    if not taken:
        return villages, []
    reason = f"columns bear names of results and stand as NAME_in_file from here on: {', '.join(taken)}"
    warning = Fault(file, reason, "Take them out if they come from an earlier run.", row=1, level="warning", code="result_columns")
    return villages.rename(columns={name: f"{name}_in_file" for name in taken}), [warning]
