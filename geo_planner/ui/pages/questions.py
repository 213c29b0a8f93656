"""What has to be asked, of whom, what the answer would change, and a field for each answer; what was answered goes into the village list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from geo_planner.errors import Fault, GeoPlannerError, InputError
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.plan import Plan
from geo_planner.ranking.question_groups import QuestionGroup, question_groups
from geo_planner.study_area.answers import ANSWERABLE, Answered, answer, title_of
from geo_planner.ui import visit
from geo_planner.ui.answer_fields import answerable, field, read, record_table
from geo_planner.ui.frame import language, loaded, study_area
from geo_planner.ui.in_view import bring_into_view
from geo_planner.ui.ranking_tables import question_table, questions_csv
from geo_planner.ui.texts import on_page, text
from geo_planner.words import Language, Said, said

_ASKED = ("commune", "department", "model")
_OPEN, _WRITTEN = "questions_open", "questions_written"
_AT_ONCE = 20  # villages whose fields stand on the page at a time; a text here would be drawn on the page
_UNFOLDED = 8


def decides(group: QuestionGroup, words: Language) -> str:
    """What hangs on the answer: who pays, or by how much a rank may change."""
    if group.decides_payer:
        return group.why(words)
    return text("ask_moves", words, n=group.span) if group.span else text("ask_stays", words)


def of_the_village(row: Any, group: QuestionGroup, words: Language) -> str:
    """What the answer for one village decides; empty where the question says it for all."""
    if group.decides_payer:
        return ""
    if not row.span:
        return text("ask_village_stays", words, now=row.rank_now)
    return text("ask_village_moves", words, now=row.rank_now, best=row.rank_best, worst=row.rank_worst)


def show_group(plan: Plan, group: QuestionGroup, number: str, words: Language) -> None:
    """The question, what it decides, the villages by commune, and the fields when they are asked for."""
    about = plan.villages.loc[group.villages.index]
    by_commune = about.groupby("commune_name", sort=True)["name"]
    lines = "".join(
        f"<li>{escape(text('ask_villages_of', words, commune=commune, villages=', '.join(names)))}</li>" for commune, names in by_commune
    )
    size = text("ask_about", words, n=len(about), communes=about["commune_name"].nunique())
    st.html(
        f'<div class="gp-card gp-question"><h3>{escape(group.question(words))}</h3><p>{escape(decides(group, words))}</p>'
        f"<details{' open' if len(about) <= _UNFOLDED else ''}><summary>{escape(size)}</summary><ul>{lines}</ul></details></div>"
    )
    if not any(answerable(str(datum)) for datum in group.villages["datum"]):
        st.caption(text("answer_elsewhere", words))
        return
    if comes_with_the_program(study_area()):
        return
    is_open = st.session_state.get(_OPEN) == number
    label = text("answer_close" if is_open else "answer_open", words)
    st.button(label, key=f"questions_toggle_{number}", on_click=_toggle, args=(None if is_open else number,))
    if is_open:
        fields(plan, group, number, words)


def _toggle(number: str | None) -> None:
    st.session_state[_OPEN] = number


def fields(plan: Plan, group: QuestionGroup, number: str, words: Language) -> None:
    """A row a village; nothing is written before the button."""
    shown = group.villages.head(_AT_ONCE)
    given: list[dict[str, str]] = []
    with st.form(f"questions_form_{number}", border=True):
        for row in shown.itertuples():
            village = plan.villages.loc[row.Index]
            columns = answerable(str(row.datum))
            name, *places = st.columns([2, *([1.4] * len(columns))], vertical_alignment="bottom")
            name.text(f"{village['name']} ({village['commune_name']})\n{of_the_village(row, group, words)}".strip())
            for place, column in zip(places, columns, strict=True):
                with place:
                    value = field(ANSWERABLE[column], f"answer_{row.Index}_{column}", words)
                given.append({"village_id": str(row.Index), "column": column, "value": value})
        if len(group.villages) > len(shown):
            st.text(text("answer_rest", words, n=len(group.villages) - len(shown)))
        who, when = st.columns([3, 1], vertical_alignment="bottom")
        source = who.text_input(text("answer_source", words), key=f"answer_source_{number}")
        today = date.today()  # noqa: DTZ011 - an answer is of a calendar day
        day = when.date_input(text("answer_on", words), value=today, max_value=today, format="DD/MM/YYYY", key=f"answer_on_{number}")
        pressed = st.form_submit_button(text("answer_save", words), type="primary", key=f"questions_save_{number}")
    if pressed:
        told = [each for each in given if each["value"]]
        if not told or not source.strip():
            st.html(_strip(text("answer_none" if not told else "answer_no_source", words)))
            return
        readings = [read(each["value"], each["column"]) for each in told]
        wrong = [_not_taken(plan, each, what, words) for each, (_, what) in zip(told, readings, strict=True) if what is not None]
        if wrong:
            st.html("".join(map(_strip, wrong)))
            return
        values = [value for value, _ in readings]
        write(plan, pd.DataFrame(told).assign(value=values, source=source, answered_on=day.isoformat()), words)


def _not_taken(plan: Plan, given: Mapping[str, str], what: Said, words: Language) -> str:
    """Which answer it is, what is wrong with it, and what would be right."""
    village, title = str(plan.villages.at[given["village_id"], "name"]), title_of(given["column"])
    return text("answer_wrong", words, village=village, title=title, value=given["value"], what=what)


def write(plan: Plan, answers: pd.DataFrame, words: Language) -> None:
    """Write, and run the page anew: the plan follows the list."""
    try:
        done = answer(study_area(), answers, measured_status=plan.villages["measured_status"], list_file=plan.scenario.layers.villages)
    except InputError as error:
        rows = [{name: str(answers[name].iloc[i]) for name in ("village_id", "column", "value")} for i in range(len(answers))]
        st.html("".join(
            _strip(_not_taken(plan, rows[fault.row - 1], fault.said, words) if fault.row else fault.line(words)) for fault in error.faults
        ))  # fmt: skip
        return
    except GeoPlannerError as error:
        st.html(_strip(error.text(words)))
        return
    st.session_state[_WRITTEN] = done, plan.villages["rank"]
    st.session_state[_OPEN] = None
    st.rerun()


def show_written(plan: Plan, words: Language) -> None:
    """What the last answers came to: how many, what they contradict, and which ranks have moved."""
    if _WRITTEN not in st.session_state:
        return
    done: Answered
    done, before = st.session_state.pop(_WRITTEN)
    lines = [text("answer_saved", words, n=len(done.rows))]
    if done.copy:
        lines.append(on_page(said("answers.kept", copy=done.copy), words))
    concerned = [
        village for village in dict.fromkeys(done.rows["village_id"]) if village in plan.villages.index and village in before.index
    ]
    moved = [village for village in concerned if plan.villages.at[village, "rank"] != before[village]]
    for village in moved:
        facts = {"before": before[village], "after": plan.villages.at[village, "rank"]}
        lines.append(text("answer_moved", words, village=str(plan.villages.at[village, "name"]), **facts))
    if not moved:
        lines.append(text("answer_not_moved", words))
    bring_into_view()
    doubts = [what.text(words) for what in done.contradictions] + [_doubt(plan, each, words) for each in done.warnings]
    st.html('<div class="gp-card gp-written" role="status">' + "".join(f"<p>{escape(line)}</p>" for line in lines) + "</div>")
    if doubts:
        st.html("".join(_strip(line) for line in doubts))


def _doubt(plan: Plan, doubtful: Fault, words: Language) -> str:
    """What is doubtful in a village since then, by its name and what the column is called: nobody looks for a row of the file here."""
    villages = plan.study_area.villages
    listed = villages.loc[villages["source_row"] == (doubtful.row or 0), "name"]
    if listed.empty or doubtful.column is None:
        return doubtful.line(words)
    reason, remedy = doubtful.texts(words)
    value = doubtful.value or ""
    return text(
        "answer_doubt", words, village=str(listed.iloc[0]), title=title_of(doubtful.column), value=value, reason=reason, remedy=remedy
    )


def _strip(line: str) -> str:
    return f'<div class="gp-strip" role="alert">{escape(line)}</div>'


def page() -> None:
    """The questions by who is asked, each once, those that matter most first; below them what was answered."""
    plan, words = loaded().plan, language()
    st.subheader(text("questions_title", words))
    show_written(plan, words)
    questions = plan.ranking.questions
    if questions.empty:
        st.text(text("no_questions", words))
    else:
        ask(plan, questions, words)
    record = record_table(plan, words)
    if not record.empty:
        st.subheader(text("answer_record", words))
        st.dataframe(record, hide_index=True, placeholder="")


def ask(plan: Plan, questions: pd.DataFrame, words: Language) -> None:
    """The questions that are open, of all communes or of one."""
    st.text(text("questions_hint", words))
    if comes_with_the_program(study_area()):
        st.info(said("bundled_area.kept").text(words))
    table = question_table(plan, words)
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    communes = sorted(table["commune_name"].dropna().unique())
    offered = visit.remembered("questions_commune", ["", *communes], lambda name: name or text("all_communes", words))
    commune = left.selectbox(text("column_commune", words), **offered)
    if commune:
        table = table[table["commune_name"] == commune]
        questions = questions[questions["village_id"].isin(list(table["village_id"]))]
    right.download_button(
        text("save_questions", words), questions_csv(plan, table, words), file_name="cau_hoi.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    groups = question_groups(questions, plan.villages["rank"])
    for who in _ASKED:
        asked = [group for group in groups if group.asks == who]
        if asked:
            n = sum(len(group.villages) for group in asked)
            villages = questions.loc[questions["asks"] == who, "village_id"].nunique()
            counted = text("n_questions", words, n=n, villages=villages)
            st.html(f'<div class="gp-card gp-asked"><h2>{escape(text(f"asks_{who}", words))}</h2><p>{escape(counted)}</p></div>')
            for group in asked:
                show_group(plan, group, f"{who}_{group.question_vi}", words)


page()
