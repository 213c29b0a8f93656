"""The open questions as a csv to send out and to fill in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from geo_planner.export.assumptions import sample_note
from geo_planner.export.csv_file import write_table
from geo_planner.export.tables import plain
from geo_planner.plan import Plan
from geo_planner.ui.ranking_tables import question_titles
from geo_planner.ui.texts import text
from geo_planner.words import Language


def questions_csv(plan: Plan, questions: pd.DataFrame, words: Language) -> bytes:
    """The questions as csv for spreadsheets, with room for the answer; the mark of sample data travels on every row concerned."""
    titles, note = question_titles(words), sample_note(plan)
    table = questions.assign(asks=questions["asks"].map(lambda who: text(f"asks_{who}", words)))
    table = table.drop(columns="depends_on_sample").rename(columns=titles).astype(object)
    table = table.map(plain).astype(object).where(lambda cells: cells.notna(), None)
    table[text("column_answer", words)] = None
    if plan.uses_sample_data:
        table["sample_note"] = [note if sample else None for sample in questions["depends_on_sample"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.csv"
        write_table(table, path)
        return path.read_bytes()
