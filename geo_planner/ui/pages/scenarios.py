"""Scenarios by title: what differs, two side by side, made from one another, changed, taken away and brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import streamlit as st

from geo_planner.compare import Comparison, compare
from geo_planner.config import Model, Scenario, load_scenario
from geo_planner.errors import GeoPlannerError, InputError, UsageError
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.plan import Plan
from geo_planner.scenario_files import (
    change,
    delete,
    differences,
    duplicate,
    former_copies,
    last_change,
    restore,
    save_as,
    settings_by_path,
    title_of,
    undo,
)
from geo_planner.study_area import scenario_paths
from geo_planner.ui import visit
from geo_planner.ui.figure_field import spanning
from geo_planner.ui.frame import language, scenario_file, scenario_titles, show_error, study_area
from geo_planner.ui.loading import LoadedPlan, load_plan, stop_plan
from geo_planner.ui.map_contract import MapArguments
from geo_planner.ui.maps import plan_map
from geo_planner.ui.scenario_tables import (
    changed_settings,
    comparison_workbook,
    difference_line,
    difference_table,
    first_fault,
    former_table,
    other_settings,
    read_typed,
    read_years,
    shown,
    site_cost_table,
    site_differences,
    sums_table,
    village_cost_table,
    village_differences,
    weight_table,
    written_time,
    year_table,
)
from geo_planner.ui.texts import fault_table, plain, text, wrapped
from geo_planner.ui.written import Figures, written
from geo_planner.words import Language, catalogue, said

_COMPARED, _TOLD, _MEANT = "scenarios_compared", "scenarios_told", "scenarios_meant"
_TABLE_PX = 330
_BILLION = 1e9


def _path(stem: str) -> Path:
    """Of a scenario that was there when the page was drawn; another visit may have taken it away since."""
    found = next((path for path in scenario_paths(study_area()) if path.stem == stem), None)
    if found is None:
        raise UsageError("no_scenario.gone", name=stem)
    return found


def _act(work: Callable[[], Path], told: str) -> None:
    """Do something to the files, and say at the head of the next run what was done or why not."""
    words = language()
    try:
        path = work()
    except GeoPlannerError as error:
        st.session_state[_TOLD] = error
        return
    st.session_state[_TOLD] = text(told, words, title=title_of(path) if path.is_file() else path.stem)
    st.session_state.pop(_COMPARED, None)
    if path.is_file() and path.parent.name != "former":
        _mean(path.stem)


def _say_what_was_done() -> None:
    told = st.session_state.pop(_TOLD, None)
    if isinstance(told, GeoPlannerError):
        _show(told)
    elif told is not None:
        st.success(plain(told), icon=":material/check:")


def _show(error: GeoPlannerError) -> None:
    if isinstance(error, UsageError):
        st.error(plain(error.text(language())), icon=":material/error:")
    elif isinstance(error, InputError):
        st.error(text("scenario_not_done", language()), icon=":material/error:")
        st.html(wrapped(fault_table([fault for fault in error.faults if fault.level == "fault"], language())))
    else:
        show_error(error)


def _overview(paths: Sequence[Path], titles: dict[str, str], words: Language) -> None:
    """The scenarios with what differs from the open one."""
    opened = scenario_file()
    rows = []
    try:
        own: Scenario | None = load_scenario(opened)
    except GeoPlannerError:
        own = None
    for path in paths:
        try:
            scenario = load_scenario(path)
            line = text("scenario_open_now", words) if path == opened else difference_line(differences(own, scenario), words) if own else ""
        except GeoPlannerError as error:
            line = text("scenario_faulty", words, why=first_fault(error, words))
        rows.append((titles[path.stem], line, written_time(_changed_at(path), words), path.name))
    titles_of = [escape(text(f"scenario_{key}", words)) for key in ("title", "differs", "changed", "in_file")]
    heads = "".join(f"<th>{title}</th>" for title in titles_of)
    told = ["", *(f' data-title="{title}"' for title in titles_of[1:])]
    body = "".join(
        "<tr>" + "".join(f"<td{title}>{escape(cell)}</td>" for title, cell in zip(told, row, strict=True)) + "</tr>" for row in rows
    )
    st.html(f'<div class="gp-faults gp-wrapped"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>')


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _compare_tab(chosen: str, titles: dict[str, str], words: Language) -> None:
    """Two scenarios side by side."""
    others = [stem for stem in titles if stem != chosen]
    if not others:
        st.info(text("compare_needs_two", words))
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    opened = scenario_file().stem
    first = opened if opened in others else others[0]
    offered = visit.remembered("compare_other", others, titles.__getitem__, first)
    other: str = left.selectbox(plain(text("compare_with", words, title=titles[chosen])), **offered)
    right.button(
        text("compare_button", words), on_click=partial(st.session_state.__setitem__, _COMPARED, (chosen, other)), type="primary",
        icon=":material/compare:", width="stretch", key="compare_start",
    )  # fmt: skip
    if st.session_state.get(_COMPARED) == (chosen, other):
        _compared(chosen, other, titles, words)


def _compared(first: str, second: str, titles: dict[str, str], words: Language) -> None:
    plans = _both((first, second), words)
    if plans is None:
        return
    own, other = plans
    halves = st.columns(2, gap="small")
    for half, loaded, letter, stem in zip(halves, plans, "AB", (first, second), strict=True):
        with half:
            st.markdown(f"**{letter}:** {plain(titles[stem])}")
            plan_map(loaded, words, MapArguments(link="compared", filters=visit.filters()), key=f"compare_map_{letter}")
    st.caption(text("compare_map", words))
    comparison = _held_together(own.key, other.key, (titles[first], titles[second]), own.plan, other.plan)
    _compared_tables(comparison, own.plan, other.plan, words)


def _compared_tables(comparison: Comparison, own: Plan, other: Plan, words: Language) -> None:
    st.download_button(
        text("compare_workbook", words),
        partial(comparison_workbook, comparison, uses_sample_data=own.uses_sample_data or other.uses_sample_data),
        file_name="so_sanh_kich_ban.xlsx", icon=":material/download:", on_click="ignore", key="compare_workbook",
    )  # fmt: skip
    found = differences(own.scenario, other.scenario)
    villages, sites = village_differences(comparison, words), site_differences(comparison, words)
    built = {text("compare_sites", words, n=len(sites), all=len(comparison.sites)): sites} if len(comparison.sites) else {}
    costs = {}
    if built:
        by_village, by_site = village_cost_table(comparison, words), site_cost_table(comparison, words)
        costs = {
            text("compare_village_costs", words): _amounts(by_village, words),
            text("compare_site_costs", words): _amounts(by_site, words),
        }
    tables: dict[str, Any] = {
        text("compare_villages", words, n=len(villages), all=len(comparison.villages)): villages,
        **built,
        **costs,
        text("compare_settings", words, n=len(found)): difference_table(found, ("A", "B"), words),
        text("compare_sums", words): sums_table(comparison, words),
    }
    for tab, (title, table) in zip(st.tabs(list(tables)), tables.items(), strict=True):
        with tab:
            rows = len(getattr(table, "index", table))
            if not rows:
                st.text(text("compare_same", words))
            else:
                st.dataframe(
                    table,
                    hide_index=True,
                    height="content" if rows <= (18 if title in costs else 8) else _TABLE_PX,
                    key=f"table_{list(tables).index(title)}",
                    placeholder="",
                )
            if title in costs:
                st.caption(text("compare_costs_hint", words))


def _amounts(table: pd.DataFrame, words: Language) -> Any:
    """Amounts as the language writes them."""
    return written(table, {str(name): Figures(1) for name in table.select_dtypes("number")}, words) if len(table) else table


def _both(stems: tuple[str, str], words: Language) -> tuple[LoadedPlan, LoadedPlan] | None:
    """Both plans, with a bar while they are worked out and a button that ends it; None where one is faulty."""
    place, button = st.empty(), st.empty()
    button.button(text("stop", words), on_click=_stop, args=(stems,), icon=":material/stop_circle:", key="compare_stop")
    loaded = []
    for number, stem in enumerate(stems):

        def progress(step: str, share: float, number: int = number) -> None:
            named = text(f"step_{step}", words) if f"ui.step_{step}" in catalogue(words) else step
            place.progress((number + min(max(share, 0.0), 1.0)) / 2, text=text("compare_running", words, letter="AB"[number], step=named))

        try:
            loaded.append(load_plan(_path(stem), progress))
        except GeoPlannerError as error:
            place.empty()
            button.empty()
            show_error(error)
            return None
    place.empty()
    button.empty()
    return loaded[0], loaded[1]


def _stop(stems: tuple[str, str]) -> None:
    st.session_state.pop(_COMPARED, None)
    for path in scenario_paths(study_area()):
        if path.stem in stems:
            stop_plan(path)
    st.session_state[_TOLD] = text("compare_stopped", language())


@st.cache_resource(show_spinner=False, max_entries=4)
def _held_together(first_key: str, second_key: str, names: tuple[str, str], _first: Plan, _second: Plan) -> Comparison:
    """The comparison of two plans, made once; the plans stand for their keys."""
    del first_key, second_key
    return compare({names[0]: _first, names[1]: _second})


def _duplicate_tab(chosen: str, titles: dict[str, str], words: Language) -> None:
    with st.form("duplicate_form", border=False):
        title = st.text_input(text("new_title", words), max_chars=300, placeholder=text("new_title_example", words), key="duplicate_title")
        if st.form_submit_button(
            plain(text("duplicate_button", words, title=titles[chosen][:60])), icon=":material/content_copy:", type="primary"
        ):
            _act(lambda: duplicate(_path(chosen), title), "scenario_made")
            st.rerun()


def _change_tab(chosen: str, words: Language) -> None:
    """The settings that are asked for most in fields of their own, all others in a table."""
    try:
        scenario = load_scenario(_path(chosen))
    except GeoPlannerError as error:
        st.text(error.text(words))
        return
    with st.form(f"change_form_{chosen}", border=False):
        title = st.text_input(text("scenario_title", words), scenario.title_vi, max_chars=300, key=f"change_title_{chosen}")
        wanted = _fields(scenario, chosen, words)
        tables = _tables(scenario, chosen, words)
        left, right = st.columns(2)
        here = left.form_submit_button(text("save_here", words), icon=":material/save:", width="stretch")
        new = right.form_submit_button(text("save_as_new", words), icon=":material/note_add:", width="stretch", type="primary")
    if not (here or new):
        return

    def work() -> Path:
        changes = changed_settings(scenario, {**wanted, **_read(scenario, tables, words)})
        path = _path(chosen)
        if new:
            return save_as(path, title, changes)
        change(path, {**changes, **({} if title == scenario.title_vi else {"title_vi": title})})
        return path

    _act(work, "scenario_made" if new else "scenario_saved")
    st.rerun()


def _fields(scenario: Scenario, chosen: str, words: Language) -> dict[str, Any]:
    service, build = scenario.service, scenario.build
    one, two, three, four = st.columns(4)
    threshold = one.number_input(
        text("field_threshold", words), -150.0, -40.0, service.rsrp_threshold_dbm, step=1.0, format="%g", key=f"threshold_{chosen}"
    )
    per_cent = round(service.min_probability * 100, 3)
    probability = two.number_input(
        text("field_probability", words), *spanning(per_cent, 0.1, 99.9), per_cent, step=5.0, format="%g", key=f"probability_{chosen}"
    )
    models = list(get_args(Model))
    model = three.selectbox(
        text("field_model", words), models, models.index(scenario.propagation.model), format_func=lambda name: shown("", name, words),
        key=f"model_{chosen}_{words}",  # of one language: the browser would send the label of the other with the form
    )  # fmt: skip
    wanted: dict[str, Any] = {"service.rsrp_threshold_dbm": threshold, "propagation.model": model}
    if probability != per_cent:
        wanted["service.min_probability"] = round(probability / 100, 6)
    if build is not None:
        whole = None if build.budget_vnd is None else build.budget_vnd / _BILLION
        budget = four.number_input(
            text("field_budget", words),
            0.0,
            1e6,
            whole,
            step=1.0,
            format="%g",
            placeholder=text("field_budget_none", words),
            key=f"budget_{chosen}",
        )
        wanted["build.budget_vnd"] = None if budget is None else round(budget * _BILLION)
    return wanted


def _tables(scenario: Scenario, chosen: str, words: Language) -> dict[str, pd.DataFrame]:
    """Weights and years beside each other, all other settings below, folded."""
    number, worded = st.column_config.NumberColumn, st.column_config.TextColumn
    weights, years, others = weight_table(scenario, words), year_table(scenario, words), other_settings(scenario, words)
    edited = {}
    left, right = st.columns([1.6, 1])
    with left:
        st.caption(text("field_weights", words))
        edited["weights"] = st.data_editor(
            weights, hide_index=True, disabled=[weights.columns[0]], height=250, key=f"weights_{chosen}", placeholder="",
            column_config={weights.columns[1]: number(min_value=0.0, width=90)},
        )  # fmt: skip
    if scenario.build is not None:
        with right:
            st.caption(text("field_years", words))
            edited["years"] = st.data_editor(
                years, hide_index=True, num_rows="dynamic", height=250, key=f"years_{chosen}", placeholder="",
                column_config={years.columns[0]: number(min_value=2020, max_value=2100, step=1, format="%d"), years.columns[1]: number(min_value=0.0)},
            )  # fmt: skip
    with st.expander(text("field_others", words, n=len(others))):
        edited["others"] = st.data_editor(
            others, disabled=[others.columns[0]], height=_TABLE_PX, key=f"others_{chosen}", placeholder="",
            column_config={"_index": worded(text("setting_key", words), width=230), others.columns[0]: worded(width=420)},
        )  # fmt: skip
    return edited


def _read(scenario: Scenario, edited: dict[str, pd.DataFrame], words: Language) -> dict[str, Any]:
    """What the tables say, as settings: only what was changed in them."""
    found: dict[str, Any] = {}
    weights = weight_table(scenario, words)
    for name, told in edited["weights"].iloc[:, 1].items():
        if told != weights.loc[name].iloc[1]:
            found[f"ranking.criteria.{name}.weight"] = None if pd.isna(told) else float(told)
    if "years" in edited and not edited["years"].equals(year_table(scenario, words)):
        found["build.years"] = read_years(edited["years"])
    before = other_settings(scenario, words).iloc[:, 1]
    now = settings_by_path(scenario)
    for key, told in edited["others"].iloc[:, 1].items():
        if told != before[key]:
            found[str(key)] = read_typed(str(told or ""), now[str(key)], words)
    return found


def _former_tab(chosen: str, titles: dict[str, str], words: Language) -> None:
    """Take a scenario away, and bring former ones back."""
    st.button(
        plain(text("delete_button", words, title=titles[chosen][:60])), icon=":material/delete:", key="delete_scenario",
        on_click=_act, args=(lambda: delete(_path(chosen)), "scenario_deleted"),
    )  # fmt: skip
    st.caption(text("delete_hint", words))
    copies = former_copies(study_area())
    if not copies:
        st.text(text("former_none", words))
        return
    st.dataframe(former_table(copies, words), hide_index=True, height="content" if len(copies) <= 6 else 250, placeholder="")
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    names = {copy.path.name: f"{written_time(copy.when, words)} – {text(f'former_{copy.done}', words)} – {copy.title}" for copy in copies}
    offered = visit.remembered(f"former_{copies[0].path.name}", names, names.__getitem__)
    picked = left.selectbox(text("former_pick", words), **offered)
    right.button(
        text("restore_button", words), icon=":material/restore:", width="stretch", key="restore_copy",
        on_click=_act, args=(lambda: restore(next(copy.path for copy in copies if copy.path.name == picked)), "scenario_restored"),
    )  # fmt: skip


def _mean(stem: str) -> None:
    st.session_state[_MEANT] = (scenario_file().stem, stem)


def _head(paths: Sequence[Path], titles: dict[str, str], words: Language) -> str:
    """Which scenario is meant below; open it; undo."""
    stems = [path.stem for path in paths]
    opened = scenario_file().stem
    beside, wanted = st.session_state.get(_MEANT, (opened, opened))
    # the open one, until another is chosen beside it
    meant = wanted if beside == opened and wanted in stems else opened
    offered = visit.offered("scenarios_chosen", meant, _mean, stems, titles.__getitem__)
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
    chosen: str = left.selectbox(text("scenario_chosen", words), **offered)
    middle.button(
        text("open_button", words), on_click=visit.choose_scenario, args=(chosen,), disabled=chosen == scenario_file().stem, width="stretch",
        icon=":material/folder_open:", key="open_scenario",
    )  # fmt: skip
    last = last_change(study_area())
    right.button(
        text("undo_button", words), on_click=_act, args=(partial(undo, study_area(), last), "scenario_undone"), disabled=last is None,
        width="stretch", icon=":material/undo:", key="undo_scenario",
        help=None if last is None else plain(text("undo_help", words, what=text(f"former_{last.done}", words), title=last.title)),
    )  # fmt: skip
    return chosen


def page() -> None:
    """The list, and what can be done with the chosen one."""
    words = language()
    st.subheader(text("scenarios_title", words))
    _say_what_was_done()
    paths = scenario_paths(study_area())
    titles = scenario_titles(paths, words)
    _overview(paths, titles, words)
    chosen = _head(paths, titles, words)
    if comes_with_the_program(study_area()):
        st.info(said("bundled_area.kept").text(words))
        _compare_tab(chosen, titles, words)
        return
    views: dict[str, Callable[[], None]] = {
        "tab_compare": partial(_compare_tab, chosen, titles, words),
        "tab_duplicate": partial(_duplicate_tab, chosen, titles, words),
        "tab_change": partial(_change_tab, chosen, words),
        "tab_former": partial(_former_tab, chosen, titles, words),
    }
    for tab, view in zip(st.tabs([text(key, words) for key in views], key="scenario_tabs"), views.values(), strict=True):
        with tab:
            view()


page()
