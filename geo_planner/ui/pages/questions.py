"""What has to be asked, of whom, and what the answer would change."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo_planner.ui.frame import language, loaded
from geo_planner.ui.ranking_tables import question_table, question_titles, questions_csv
from geo_planner.ui.texts import text
from geo_planner.words import Language

_ASKED = ("commune", "department", "model")
_SHOWN = ("commune_name", "name", "question", "span", "why")


def _matters(row: Any, words: Language) -> str:
    """What hangs on the answer: who pays, or between which ranks the village may come to stand."""
    if pd.isna(row.span):
        return text("decides_payer", words)
    return text("from_to", words, best=row.rank_best, worst=row.rank_worst) if row.span else text("stays", words)


def _section(who: str, questions: pd.DataFrame, words: Language) -> None:
    titles = question_titles(words)
    st.markdown(
        f"**{text(f'asks_{who}', words)}**  \n:gray[{text('n_questions', words, n=len(questions), villages=questions['village_id'].nunique())}]"
    )
    shown = questions[list(_SHOWN)].assign(span=[_matters(row, words) for row in questions.itertuples()])
    matters = text("column_matters", words)
    st.dataframe(
        shown.rename(columns={**titles, "span": matters}),
        hide_index=True,
        height="content" if len(shown) <= 12 else 480,
        column_config={
            titles["commune_name"]: st.column_config.TextColumn(width=100),
            titles["name"]: st.column_config.TextColumn(width=100),
            matters: st.column_config.TextColumn(width=125),
            titles["question"]: st.column_config.TextColumn(width=430),
            titles["why"]: st.column_config.TextColumn(width=330),
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
