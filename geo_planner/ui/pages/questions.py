"""What has to be asked, of whom, and what the answer would change."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_planner.export.assumptions import sample_note
from geo_planner.export.csv_file import write_table
from geo_planner.export.tables import plain
from geo_planner.labels import Language
from geo_planner.plan import Plan
from geo_planner.ui.frame import language, loaded
from geo_planner.ui.ranking_tables import question_table, question_titles
from geo_planner.ui.texts import text

_ASKED = ("commune", "department", "model")
_SHOWN = ("commune_name", "name", "question", "why", "span")


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


def _section(who: str, questions: pd.DataFrame, words: Language) -> None:
    titles = question_titles(words)
    st.markdown(
        f"**{text(f'asks_{who}', words)}**  \n:gray[{text('n_questions', words, n=len(questions), villages=questions['village_id'].nunique())}]"
    )
    shown = questions[list(_SHOWN)].assign(
        span=[text("decides_payer", words) if pd.isna(row.span) else f"{row.rank_best}–{row.rank_worst}" for row in questions.itertuples()]
    )
    matters = text("column_matters", words)
    st.dataframe(
        shown.rename(columns={**titles, "span": matters}),
        hide_index=True,
        height="content" if len(shown) <= 15 else 480,
        column_config={
            titles["commune_name"]: st.column_config.TextColumn(width=120),
            titles["name"]: st.column_config.TextColumn(width=120),
            matters: st.column_config.TextColumn(width=130),
            titles["question"]: st.column_config.TextColumn(width=430),
            titles["why"]: st.column_config.TextColumn(width=480),
        },
    )


def page() -> None:
    """The questions by who is asked, those that matter most first."""
    plan, words = loaded().plan, language()
    st.subheader(text("questions_title", words))
    questions = question_table(plan, words)
    if questions.empty:
        st.text(text("no_questions", words))
        return
    st.text(text("questions_hint", words))
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    communes = sorted(questions["commune_name"].dropna().unique())
    commune = left.selectbox(
        text("column_commune", words), [None, *communes], format_func=lambda name: name or text("all_communes", words), key="questions_commune",
    )  # fmt: skip
    if commune is not None:
        questions = questions[questions["commune_name"] == commune]
    right.download_button(
        text("save_questions", words), questions_csv(plan, questions, words), file_name="cau_hoi.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    for who in _ASKED:
        asked = questions[questions["asks"] == who]
        if not asked.empty:
            _section(who, asked, words)


page()
