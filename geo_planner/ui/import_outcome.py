"""What an import would do, or has done: faults as a table that can be read to its end, rows by what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from geo_planner.errors import Fault, InputError
from geo_planner.imports import ImportReport, cell_words, own_title
from geo_planner.ui.frame import show_error
from geo_planner.ui.import_file import DOWNLOADS, TABULAR, Outcome
from geo_planner.ui.import_texts import fault_html, import_fault_table, layer_title, say, target_title
from geo_planner.ui.texts import on_page, text
from geo_planner.words import Language, Said, day, with_sign

_SHOWN_ROWS, _SHOWN_FAULTS = 500, 200


def show_table(table: pd.DataFrame, words: Language) -> None:
    """A table of anybody's cells as plain text, its beginning only."""
    shown = table.head(_SHOWN_ROWS)
    shown = pd.DataFrame({str(name): [_cell(cell, words) for cell in shown.iloc[:, i]] for i, name in enumerate(shown.columns)})
    st.dataframe(shown, hide_index=True, height="content" if len(shown) <= 8 else 320, placeholder="")
    if len(table) > _SHOWN_ROWS:
        st.caption(say("first_only", words, n=_SHOWN_ROWS))


def _cell(cell: object, words: Language) -> str:
    """A cell of a table as a spreadsheet shows it in that language."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and pd.isna(cell)):
        return ""
    if isinstance(cell, float):
        return with_sign(repr(cell), words)
    if isinstance(cell, datetime) and cell.time() != time(0):
        return f"{cell:%H:%M:%S} {day(cell, words)}"
    return day(cell, words) if isinstance(cell, date) else str(cell)


def show_faults(faults: Sequence[Fault], words: Language, *, name: str = "") -> None:
    """Faults with their sentences whole; the file is named where it is another than `name`."""
    st.html(fault_html(faults[:_SHOWN_FAULTS], words, name=name))
    if len(faults) > _SHOWN_FAULTS:
        st.caption(say("first_faults", words, n=_SHOWN_FAULTS, all=len(faults)))


def show_lines(sentences: Sequence[Said], words: Language) -> None:
    """What the import says, a line each; plain text, whatever names of the user stand in it."""
    st.text("\n".join(f"• {on_page(sentence, words)}" for sentence in sentences))


def _title(layer: str, words: Language, name: str) -> str:
    """The title of a column of the layer; those of the user keep theirs."""
    return target_title(layer, name, words) if layer in TABULAR else name


def show_outcome(outcome: Outcome, words: Language) -> None:
    """Written or not, in one sentence; then the rows, and the report to take away."""
    st.subheader(say("result_title", words))
    if outcome.report is None:
        error = outcome.error
        if error is not None and not isinstance(error, InputError):
            st.title(text("cannot_go_on", words))
            st.text(error.text(words))
        elif error is not None:
            show_error(error)
        (st.error if outcome.changed else st.warning)(say("changed" if outcome.changed else "unchanged", words))
        return
    report = outcome.report
    if report.written:
        st.success(say("written", words, **report.counts))
        if "added" in report.counts:
            st.text(say("in_layer", words, **report.counts))
    else:
        st.error(say("not_written", words, **report.counts))
    st.text(say("result_of", words, name=outcome.name, layer=layer_title(outcome.layer, words)))
    for level, key in (("fault", "faults"), ("warning", "warnings")):
        told_of = tuple(fault for fault in report.faults if fault.level == level)
        if told_of:
            st.markdown(f"**{say(key, words, n=len(told_of))}**")
            show_faults(told_of, words, name=outcome.report.file)
    if report.statements:
        st.markdown(f"**{say('statements', words)}**")
        show_lines(report.statements, words)
    if report.questions:
        st.markdown(f"**{say('questions', words, n=len(report.questions))}**")
        show_lines(report.questions, words)
    for key, table in _tables(report, outcome.layer, words).items():
        if not table.empty:
            with st.expander(say(key, words, n=len(table)), expanded=key == "corrected"):
                show_table(table, words)
    places = st.columns(max(len(outcome.downloads), 1))
    for place, (ending, content) in zip(places, outcome.downloads, strict=False):
        key, name = DOWNLOADS[ending]
        place.download_button(say(key, words), content, file_name=name, key=f"import_{key}", on_click="ignore", icon=":material/download:", width="stretch")  # fmt: skip


def _tables(report: ImportReport, layer: str, words: Language) -> dict[str, pd.DataFrame]:
    """The rows by what became of them, under titles that people read."""

    def titled(table: pd.DataFrame) -> pd.DataFrame:
        names = {name: say(f"column_{name}", words) for name in ("row", "column", "was", "became", "why", "text")}
        return table.rename(columns=names | {name: text(f"fault_{name}", words) for name in ("value", "reason", "remedy")})

    accepted = report.accepted.drop(columns="geometry", errors="ignore")
    titles = {name: target_title(layer, name, words) for name in accepted.columns} if layer in TABULAR else {}
    if layer in TABULAR:
        accepted = accepted.apply(lambda cells: cells.map(lambda cell: cell_words(layer, str(cells.name), cell, words)))
    accepted = accepted.rename(columns=titles).rename_axis(None).reset_index(names=say("column_row", words))
    return {
        "accepted": accepted,
        "corrected": titled(_spoken(report.corrected, layer, words)),
        "rejected": titled(_rejected(report, words)),
        "skipped": titled(_spoken(report.skipped, layer, words)),
    }


def _spoken(table: pd.DataFrame, layer: str, words: Language) -> pd.DataFrame:
    """Corrected or skipped rows with their columns and reasons in the reader's words, as far as they are shown."""
    shown = table.head(_SHOWN_ROWS).copy()
    shown["why"] = [why.text(words) for why in shown["why"]]
    if "column" in shown:
        if layer not in TABULAR:  # what was wrong with a shape is said by the library, not by the file
            shown["was"], shown["became"] = (
                [cell.text(words) if isinstance(cell, Said) else cell for cell in shown[name]] for name in ("was", "became")
            )
        else:
            shown["became"] = [
                cell_words(layer, str(name), cell, words) for name, cell in zip(shown["column"], shown["became"], strict=True)
            ]
        shown["column"] = [own_title(_title(layer, words, str(name)), words) for name in shown["column"]]
    return pd.concat([shown, table.iloc[_SHOWN_ROWS:]], ignore_index=True)


def _rejected(report: ImportReport, words: Language) -> pd.DataFrame:
    faults = [fault for fault in report.faults if fault.level == "fault" and fault.row is not None]
    table = import_fault_table(sorted(faults, key=lambda fault: fault.row or 0), words)
    return table.drop(columns=text("fault_file", words))
