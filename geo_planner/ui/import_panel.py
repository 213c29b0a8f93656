"""The import, step by step: a file, what is seen in it, what it shall mean, what is wrong with it, and only then the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo_planner.errors import Fault, GeoPlannerError, InputError
from geo_planner.imports import IMPORTABLE, ImportReport, Mode, Preview, own_title, shortened, system_name
from geo_planner.schema import LAYERS
from geo_planner.ui import visit
from geo_planner.ui.import_file import TABULAR, Choice, Outcome, checked, forget_looks, marked, run_import, seen, sheets_and_titles
from geo_planner.ui.import_outcome import show_faults, show_lines, show_outcome, show_table
from geo_planner.ui.import_texts import layer_title, say, saying, target_title
from geo_planner.ui.in_view import bring_into_view
from geo_planner.ui.serving import MAX_UPLOAD_MB
from geo_planner.ui.texts import plain
from geo_planner.words import Language, said

_AUTO, _LEFT_OUT, _OTHER = "", "-", "other"
_LAST = "import_last"
_OWN_IN_SIGHT = 8
"""So many columns that the layer has no use for stand among the others; more are folded away."""


def _choose_part(file: UploadedFile, layer: str, family: str | None, words: Language) -> tuple[str | None, str | None]:
    """Which sheet, or which layer of a map file."""
    if layer not in TABULAR or family == "vector":
        return None, st.text_input(say("source_layer", words), key=f"import_layer_of_{file.file_id}").strip() or None
    sheets = list(sheets_and_titles(file, layer)) if family == "spreadsheet" else []
    if len(sheets) < 2:
        return None, None
    offered = visit.remembered(f"import_sheet_{layer}_{file.file_id}", [_AUTO, *sheets], lambda sheet: sheet or say("sheet_auto", words))
    name = st.selectbox(say("sheet", words), **offered)
    return name or None, None


def _proposed(file: UploadedFile, layer: str, base: Preview, sheet: str | None) -> dict[str, str | None]:
    """The titles that can be matched, with what each is taken for; those of the only sheet where the list itself is not understood yet.

    A map layer has no sheets: there it is the titles that are asked about.
    """
    if base.mapping is not None:
        return dict(base.mapping)
    if base.family == "vector":
        return dict.fromkeys(fault.column for fault in base.faults if fault.column)
    sheets = sheets_and_titles(file, layer)
    return dict.fromkeys(sheets.get(sheet, ()) if sheet else next(iter(sheets.values()), ()) if len(sheets) == 1 else ())


def column_label(number: int, title: str, words: Language) -> str:
    """What a column of the file is called where its title is not seen above the field: a title is a text of anybody's, of any length."""
    told = shortened(title)
    return plain(say("column_n", words, n=number, title=told) if told else say("column_untitled", words, n=number))


def _choose_columns(
    file: UploadedFile, layer: str, base: Preview, sheet: str | None, proposed: Mapping[str, str | None], words: Language, step: Callable[[str], None],
) -> dict[str, str]:  # fmt: skip
    """A select box a title; only what differs from the proposal is told to the import."""
    chosen: dict[str, str] = {}
    if not proposed:
        return chosen
    step("columns_title")
    st.caption(say("columns_hint", words))
    own = [i for i, proposal in enumerate(proposed.values()) if base.mapping is not None and proposal is None]
    folded = own if len(own) > _OWN_IN_SIGHT else []

    def named(proposal: str | None, target: str) -> str:
        if target == _LEFT_OUT:
            return say("leave_out", words)
        if target != _AUTO:
            return target_title(layer, target, words)
        if proposal:
            return say("auto", words, title=target_title(layer, proposal, words))
        return say("auto_undecided" if base.mapping is None else "auto_own", words)

    def choose(shown: Sequence[tuple[int, str]]) -> None:
        for start in range(0, len(shown), 4):
            for place, (i, title) in zip(st.columns(4, gap="small"), shown[start : start + 4], strict=False):
                with place:
                    st.text(own_title(title, words))
                    key = f"import_column_{layer}_{file.file_id}_{sheet or ''}_{i}"
                    offered = visit.remembered(key, [_AUTO, *base.targets, _LEFT_OUT], partial(named, proposed[title]))
                    target = st.selectbox(column_label(i + 1, own_title(title, words), words), label_visibility="collapsed", **offered)
                if target != _AUTO:
                    chosen[title] = target

    choose([(i, title) for i, title in enumerate(proposed) if i not in folded])
    if folded:
        with st.expander(say("columns_own", words, n=len(folded))):
            choose([(i, title) for i, title in enumerate(proposed) if i in folded])
    return chosen


def _choose_crs(file: UploadedFile, layer: str, base: Preview, words: Language) -> str | None:
    """The system that the user states; None leaves it to where the rows lie."""
    shares: dict[str, tuple[str, float]] = {}
    for code, name, share in base.crs_candidates:
        shares.setdefault(code, (name, share))

    def named(code: str) -> str:
        if code in shares:
            return say("crs_one", words, code=code, name=system_name(shares[code][0], words), share=shares[code][1])
        return say("crs_auto" if code == _AUTO else "crs_other", words)

    code = st.selectbox(say("crs", words), **visit.remembered(f"import_crs_{layer}_{file.file_id}", [_AUTO, *shares, _OTHER], named))
    if code == _OTHER:
        code = st.text_input(say("crs_code", words), key=f"import_crs_code_{layer}_{file.file_id}").strip()
    elif code == _AUTO and len(shares) > 1:
        st.info(say("crs_ask", words))
    return code or None


def _show_seen(file: UploadedFile, found: Preview, words: Language) -> None:
    if found.mapping is None:
        st.text(say("not_read", words, name=file.name))
    else:
        facts = {"name": file.name, "kind": found.format, "rows": found.rows}
        if found.header_rows:
            ends = dict.fromkeys((found.header_rows[0], found.header_rows[-1]))
            st.text(say("seen_under_header", words, header="–".join(map(str, ends)), **facts))
        else:
            st.text(say("seen", words, **facts))
    if found.first_rows is not None and len(found.first_rows):
        st.markdown(f"**{say('first_rows', words)}**")
        show_table(found.first_rows.rename(columns=lambda title: own_title(str(title), words)), words)
    if found.statements:
        with st.expander(say("statements", words)):
            show_lines(found.statements, words)


def _show_check(file: UploadedFile, found: Preview, report: ImportReport | GeoPlannerError | None, words: Language) -> None:
    """What is wrong with the list, before anything is written, and the list with its faults in it to take away."""
    if isinstance(report, GeoPlannerError):
        faults = report.faults if isinstance(report, InputError) else ()
        if not faults:
            st.text(report.text(words))
    else:
        faults = found.faults if report is None else report.faults
    wrong = [fault for fault in faults if fault.level == "fault"]
    if isinstance(report, ImportReport):
        good = report.counts.get("accepted", 0) or report.counts.get("would_be_accepted", 0)
        bad = report.counts["rejected"]
        told = say("check_counts", words, good=good, bad=bad, corrected=report.counts["corrected"], warnings=len(faults) - len(wrong))
        if wrong and not bad:  # no row by itself: the list as a whole
            told = say("check_whole", words, n=len(wrong))
        (st.error if report.exit_status else st.success)(told)
    _show_faults(faults, words, name=report.file if isinstance(report, ImportReport) else file.name)
    if faults and isinstance(report, ImportReport):
        copy = marked(file, report, words)
        if copy is not None:
            st.download_button(
                say("marked_copy", words),
                copy,
                file_name="danh_sach_can_sua.xlsx",
                key="import_marked",
                on_click="ignore",
                icon=":material/edit_note:",
            )
            st.caption(say("marked_hint", words))


def _show_faults(faults: Sequence[Fault], words: Language, *, name: str) -> None:
    """What is wrong, and below it what is only doubtful, each under its number."""
    for level, key in (("fault", "faults"), ("warning", "warnings")):
        of_level = [fault for fault in faults if fault.level == level]
        if of_level:
            st.markdown(f"**{say(key, words, n=len(of_level))}**")
            show_faults(of_level, words, name=name)


def import_panel(root: Path, words: Language) -> None:
    """Layer and file, what is seen, what it shall mean, what is wrong, the button, the outcome."""
    st.text(say("hint", words))
    left, right = st.columns([1, 2.2], gap="medium")
    layer: str = left.selectbox(say("layer", words), **visit.remembered("import_layer", IMPORTABLE, lambda name: layer_title(name, words)))
    left.caption(said(f"layer_use.{layer}").text(words))
    # any file may be dropped: one that is no list is told so in a sentence, which the browser's own refusal is not
    file = right.file_uploader(say("file", words), max_upload_size=MAX_UPLOAD_MB, key="import_file")
    last: Outcome | None = st.session_state.get(_LAST)
    if file is None:
        if last is not None:
            show_outcome(last, words)
        return
    with st.container(border=True):
        outcome = _steps(file, layer, root, words)
    if outcome is not None:
        last = outcome
        bring_into_view()
    if last is not None and (last.file_id, last.layer) == (file.file_id, layer):
        show_outcome(last, words)


def _steps(file: UploadedFile, layer: str, root: Path, words: Language) -> Outcome | None:
    """From the file to the button, numbered as they come; the outcome when it was pressed."""
    step = partial(_step, count(1), words)
    step("seen_title")
    mapped, choice, place = _seen_and_matched(file, layer, root, words, step)
    if place is None:
        _show_seen(file, mapped, words)
        _show_faults(mapped.faults, words, name=file.name)
        return None
    mode: Mode = "auto"
    accept_valid = False
    if not mapped.answers:
        choice, mode, accept_valid = _choose_way(file, layer, mapped, choice, words, step)
    unread = False
    if layer in TABULAR:
        with place:
            mapped = seen(file, layer, root, choice)
            _show_seen(file, mapped, words)
            unread = mapped.mapping is None
            if unread:  # before the columns, which may be many: there it is mended
                _show_faults(mapped.faults, words, name=file.name)
    with st.spinner(say("checking", words)):
        report = None if unread else checked(file, layer, root, choice, mode, accept_valid=accept_valid)
    step("check_title")
    if not unread:
        _show_check(file, mapped, report, words)
    # What would be refused is not offered: nothing would come of it but the same faults.
    blocked = not isinstance(report, ImportReport) or report.exit_status != 0
    if blocked:
        some_are_good = isinstance(report, ImportReport) and min(report.counts.get("would_be_accepted", 0), report.counts["rejected"]) > 0
        st.caption(say("blocked_by_rows" if some_are_good else "blocked", words))
    else:
        st.text(_summary(mapped, file.name, layer, mode, words, accept_valid=accept_valid))
    if not st.button(say("go", words), type="primary", icon=":material/upload:", key="import_go", disabled=blocked):
        return None
    with st.spinner(say("importing", words)):
        outcome = run_import(file, layer, root, choice, mode, accept_valid=accept_valid)
        # Kept before the page draws on: a click meanwhile may end this run, not what it has done.
        st.session_state[_LAST] = outcome
        forget_looks()
    return outcome


def _step(numbers: Iterator[int], words: Language, key: str) -> None:
    """The title of the next step."""
    st.markdown(f"**{say('step', words, n=next(numbers), title=saying(key))}**")


def _choose_way(
    file: UploadedFile, layer: str, mapped: Preview, choice: Choice, words: Language, step: Callable[[str], None]
) -> tuple[Choice, Mode, bool]:
    """Where the rows lie, what becomes of those that are there, and whether good rows go in without the faulty ones."""
    placed = LAYERS[layer].geometry != "none"
    step("crs_title" if placed else "how_title")
    first, second = st.columns(2, gap="medium")
    if placed:
        with first:
            choice = replace(choice, crs=_choose_crs(file, layer, mapped, words))
    with second:
        mode: Mode = st.selectbox(
            say("mode", words), **visit.remembered("import_mode", get_args(Mode), lambda name: say(f"mode_{name}", words))
        )
        accept_valid = st.checkbox(say("accept_valid", words), key="import_accept_valid")
    return choice, mode, accept_valid


def _summary(mapped: Preview, name: str, layer: str, mode: Mode, words: Language, *, accept_valid: bool) -> str:
    """What the button will do, in one sentence."""
    target = LAYERS[layer].path
    if mapped.answers:
        return said("answers_sheet.summary", name=name, target=target).text(words)
    rows = saying("summary_rows", n=mapped.rows) if layer in TABULAR else saying("summary_shapes")
    return say(
        "summary", words, rows=rows, name=name, layer=layer_title(layer, words), target=target, mode=saying(f"mode_{mode}"),
        faulty=saying("summary_valid" if accept_valid else "summary_all"),
    )  # fmt: skip


def _seen_and_matched(
    file: UploadedFile, layer: str, root: Path, words: Language, step: Callable[[str], None]
) -> tuple[Preview, Choice, DeltaGenerator | None]:
    """What is read in the file, the columns as they are matched, and the place to show it at; None where nothing is left to choose."""
    if layer not in TABULAR:
        st.text(say("no_preview", words, name=file.name))
        _, source_layer = _choose_part(file, layer, None, words)
        return Preview(), Choice(None, source_layer, {}), st.container()
    with st.spinner(say("reading", words)):
        family = seen(file, layer, root, Choice(None, None, {})).family
    sheet, source_layer = _choose_part(file, layer, family, words)
    with st.spinner(say("reading", words)):
        base = seen(file, layer, root, Choice(sheet, source_layer, {}))
    place = st.container()
    titles = _proposed(file, layer, base, sheet)
    if base.mapping is None and not titles:
        return base, Choice(sheet, source_layer, {}), None
    choice = Choice(sheet, source_layer, _choose_columns(file, layer, base, sheet, titles, words, step))
    with st.spinner(say("reading", words)):
        return seen(file, layer, root, choice), choice, place
