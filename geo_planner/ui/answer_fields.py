"""Fields of the page of questions: of the kind of the column that is asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from geo_planner.imports import as_typed
from geo_planner.plan import Plan
from geo_planner.schema import ANSWERS, Column
from geo_planner.schema.kinds import Day, Figure, Worded
from geo_planner.study_area.answers import ANSWERABLE, standing, title_of, value_word
from geo_planner.ui.texts import text
from geo_planner.words import Language, Said, said, word


def answerable(datum: str) -> tuple[str, ...]:
    """The columns behind a question that the village list has room for."""
    return tuple(name for name in datum.split("; ") if name in ANSWERABLE)


def field(column: Column, key: str, words: Language) -> str:
    """A field of the column's kind; what was answered as a machine file has it, empty where nothing was.

    A figure is taken as it is typed (:func:`read`): the browser's own field for numbers leaves a comma out, and 12,5 would be 125.
    """
    title, kind = title_of(column.name).title(words), column.kind
    given: Any
    if isinstance(kind, Worded):
        blank = text("answer_blank", words)
        # of one language: the browser holds a choice by its label, and would send that of the other with the form
        given = st.selectbox(
            title,
            kind.words,
            index=None,
            format_func=lambda name: word(name, words, of=column.name),
            placeholder=blank,
            key=f"{key}_{words}",
        )
    elif isinstance(kind, Day):
        given = st.date_input(title, value=None, format="DD/MM/YYYY", max_value=date.today(), key=key)  # noqa: DTZ011
    else:
        given = st.text_input(title, key=key)
    if given is None:
        return ""
    return given.isoformat() if isinstance(given, date) else str(given).strip()


def read(text: str, name: str) -> tuple[str, Said | None]:
    """An answer as a machine file has it, figures as people of the country write them; or as it is, and what is wrong with it."""
    column = ANSWERABLE[name]
    return as_typed(text, column) if isinstance(column.kind, Figure) else (text, None)


def record_table(plan: Plan, words: Language) -> pd.DataFrame:
    """Every answer that still counts, the latest first: who said what when, what stood there before, and what the list says now."""
    rows = standing(plan.study_area.answers, plan.villages).iloc[::-1]
    titles = {name: title_of_answers(name, words) for name in ("value", "former", "source", "answered_on")}
    day = [said("ui.answer_day", day=each).text(words) for each in rows["answered_on"]]
    return pd.DataFrame(
        {
            text("column_village", words): plan.villages["name"].reindex(rows["village_id"]).to_numpy(),
            title_of_answers("column", words): [title_of(name).title(words) for name in rows["column"]],
            titles["value"]: _worded(rows["value"], rows["column"], words),
            titles["former"]: _worded(rows["former"], rows["column"], words),
            titles["source"]: rows["source"].to_numpy(),
            titles["answered_on"]: day,
            text("answer_listed", words): _worded(rows["listed"], rows["column"], words),
        }
    )


def title_of_answers(name: str, words: Language) -> str:
    """Title of a column of the record."""
    return str(getattr(ANSWERS.column(name), words))


def _worded(values: pd.Series, columns: pd.Series, words: Language) -> list[str]:
    """Values as people read them; a blank was, or is, not known."""
    told: list[str] = []
    for value, column in zip(values, columns, strict=True):
        blank = pd.isna(value) or value == ""
        told.append(said("answers.not_known").text(words) if blank else value_word(str(value), str(column)).title(words))
    return told
