"""What to build: a budget moved over what it covers, sites and villages chosen by hand, the choice made anew, and kept as a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any, Literal

import pandas as pd
import streamlit as st

from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import dollar_rate
from geo_planner.build.rebuild import rebuild
from geo_planner.config.build import BuildSettings
from geo_planner.errors import GeoPlannerError
from geo_planner.export.assumptions import scenario_title
from geo_planner.export.build_sheets import proof
from geo_planner.export.xlsx import build_workbook
from geo_planner.plan import Plan
from geo_planner.radio.cache import default_loss_cache
from geo_planner.ui import build_on_trial, trying, visit
from geo_planner.ui import build_tables as tables
from geo_planner.ui.address import LEAST_FACTOR, MOST_FACTOR, BuildTrial
from geo_planner.ui.build_chart import chart_notes, frontier_chart
from geo_planner.ui.build_job import Job, Stop, Told
from geo_planner.ui.build_scenario import offer_first_budget, save_box
from geo_planner.ui.build_years import differing, limit_in_force, trying_budget, year_tab, years_in_force
from geo_planner.ui.figure_field import figure_field
from geo_planner.ui.frame import language, loaded, page_file, scenario_plan
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.map_contract import Drawn, MapArguments, MapEvent
from geo_planner.ui.maps import plan_map
from geo_planner.ui.texts import plain, text
from geo_planner.ui.written import Figures, written
from geo_planner.words import said

_JOB, _RESULT = "build_job", "build_result"
_LOOK_S = 0.4
_WAIT_S = 0.25
_TABLE_PX = 380
_PRICES = ("low", "base", "high")


def make(plan: Plan, settings: BuildSettings, tried: BuildTrial, tell: Told, stop: Stop) -> BuildPlan:
    """The choice under what is tried; years that nobody typed are scaled to a budget that was."""
    changed = tried.years is not None or tried.budget_vnd is not None
    return rebuild(
        plan, budget_vnd=tried.budget_vnd, years=years_in_force(settings, tried) if changed else None, must=tried.must, must_not=tried.must_not, estimate=tried.estimate, price_factor=tried.price_factor,
        cache=default_loss_cache(), progress=tell, stop=stop,
    )  # fmt: skip


def found(scenario: BuildPlan, tried: BuildTrial) -> tuple[BuildPlan | None, Job[BuildPlan] | None]:
    """The choice that is asked for, where it is there; else the work on it, begun where nobody has stopped it."""
    job: Job[BuildPlan] | None = st.session_state.get(_JOB)
    if not tried:
        _end(job)
        return scenario, None
    key = (loaded().key, tried)
    kept = st.session_state.get(_RESULT)
    if kept is not None and kept[0] == key:
        return kept[1], None
    if job is None or job.key != key:
        _end(job)
        job = st.session_state[_JOB] = Job(key, partial(make, loaded().plan, scenario.settings, tried))
    # what takes a moment only is shown at once
    if job.done(_WAIT_S) and job.result is not None and not job.stopped:
        st.session_state[_RESULT] = (key, job.result)
        return job.result, None
    return None, job


def _end(job: Job[BuildPlan] | None) -> None:
    if job is not None:
        job.stop()


def again() -> None:
    """Forget work that was stopped or failed; it is begun anew."""
    st.session_state.pop(_JOB, None)


@st.fragment(run_every=_LOOK_S)
def show_progress(job: Job[BuildPlan]) -> None:
    """Its step and how far it is; a fragment of its own that looks again and again while there is something to see."""
    words = language()
    if job.done() or job.stopped:
        st.rerun()
    step, share = job.step
    bar, button = st.columns([3.2, 1], vertical_alignment="center")
    bar.progress(min(max(share, 0.0), 1.0), text=text("running", words, step=text(f"build_step_{step}", words)))
    button.button(text("build_stop", words), on_click=job.stop, icon=":material/stop:", key="build_stop")


def shown_meanwhile(scenario: BuildPlan) -> BuildPlan:
    """What stands on the page while something else is sought: the last choice of this plan, else the scenario's."""
    kept = st.session_state.get(_RESULT)
    return kept[1] if kept is not None and kept[0][0] == loaded().key else scenario


def set_budget(vnd: int) -> None:
    """Try a budget; that of the scenario is none."""
    visit.set_build(trying_budget(_scenario_build().settings, visit.build(), vnd))


def type_budget(written_: str) -> None:
    """Try a budget that was typed; what is none is told beside the box."""
    vnd = tables.budget_of(written_)
    st.session_state["build_budget_wrong"] = None if vnd is not None else written_
    if vnd is not None:
        set_budget(vnd)


def set_estimate(estimate: Literal["low", "base", "high"]) -> None:
    """Take these prices: low, base or high."""
    visit.set_build(replace(visit.build(), estimate=estimate))


def set_price_factor(own: float, factor: float) -> None:
    """Try all prices times this; the factor of the scenario is none."""
    visit.set_build(replace(visit.build(), price_factor=None if factor == own else factor))


def set_wishes(must: list[str], must_not: list[str]) -> None:
    settings = _scenario_build().settings
    visit.set_build(tables.wishing(settings, visit.build(), must, must_not))


def _scenario_build() -> BuildPlan:
    build = loaded().plan.build
    if build is None:
        raise LookupError("the page ends before where there is no build plan")
    return build


def controls(scenario: BuildPlan, shown: BuildPlan, tried: BuildTrial) -> None:
    """Budget, prices, chart."""
    words = language()
    limit = limit_in_force(scenario.settings, tried)
    standing = scenario.settings.limit_vnd() or int(scenario.choice.cost)
    budget = limit if limit is not None else int(scenario.choice.cost)
    most = max(int(scenario.frontier["budget_vnd"].max()) if len(scenario.frontier) else 0, standing, 10**9)
    slider, box = st.columns([2.6, 1], vertical_alignment="bottom")
    with slider:
        steps = tables.budget_steps(most, budget)
        offered = visit.offered("build_budget", budget, set_budget, steps, lambda vnd: tables.amount(vnd, words))
        st.select_slider(text("build_budget", words), help=text("build_budget_help", words), **offered)
    with box:
        wrong = st.session_state.get("build_budget_wrong")
        told = text("build_billions", words, billions=budget / tables.BILLION)
        st.text_input(text("build_budget_box", words), **visit.bound("build_budget_box", wrong or told, type_budget))
    if wrong:
        st.error(plain(text("build_budget_no_figure", words, written=wrong)))
    st.altair_chart(frontier_chart(scenario, shown, budget, words), width="stretch")
    st.caption(plain(chart_notes(scenario, shown, budget, words, chosen_for_trial=loaded() is not scenario_plan())))
    prices, factor = st.columns([2.6, 1], vertical_alignment="bottom")
    offered = visit.offered("build_prices", tried.estimate, set_estimate, _PRICES, lambda key: text(f"build_price_{key}", words))
    prices.segmented_control(text("build_prices", words), required=True, help=text("build_prices_help", words), **offered)
    own = scenario.settings.price_factor
    with factor:
        figure_field(
            text("build_price_factor", words), "build_price_factor", own if tried.price_factor is None else tried.price_factor,
            partial(set_price_factor, own), least=LEAST_FACTOR, most=MOST_FACTOR, step=0.1, explained=text("build_price_factor_help", words),
        )  # fmt: skip


def wish_boxes(plan: Plan, shown: BuildPlan, tried: BuildTrial) -> None:
    """What must and must not be, by name."""
    words = language()
    now = tables.in_force(_scenario_build().settings, tried)
    must, must_not = list(now.must or ()), list(now.must_not or ())
    names = tables.village_names(plan)
    for site, called in tables.site_names(plan, shown, words).items():
        names.setdefault(tables.wish_of_site(shown, site), called)
    known = [*names, *(i for i in (*must, *must_not) if i not in names)]

    def name(ident: str) -> str:
        return names.get(ident, ident)

    def wish(ids: list[str]) -> None:
        set_wishes(list(ids), [i for i in must_not if i not in ids])

    def bar(ids: list[str]) -> None:
        set_wishes([i for i in must if i not in ids], list(ids))

    none = text("build_none_yet", words)
    st.multiselect(text("build_must", words), placeholder=none, **visit.offered("build_must", must, wish, known, name))
    st.multiselect(text("build_must_not", words), placeholder=none, **visit.offered("build_must_not", must_not, bar, known, name))


def take(event: MapEvent) -> None:
    """What was done on the map."""
    if event.event == "village":
        visit.choose_village(event.id)


def draw_map(scenario: BuildPlan, shown: BuildPlan) -> None:
    """Sites and links over the map; a ring where the choice differs from the scenario's."""
    words, plan = language(), loaded().plan
    drawn: list[Drawn] = []
    key = loaded().key
    if shown is not scenario:
        key = f"{key} {hash((shown.choice.options, shown.choice.links, str(shown.settings), shown.choice.cost))}"
        gone, new = tables.gone_and_new(scenario, shown)
        for build, ids, word in ((scenario, gone, "build_gone"), (shown, new, "build_new")):
            sites = build.results.sites.loc[ids]
            drawn += [
                Drawn("ring", ((float(r.lon), float(r.lat)),), text(_held_against(word), words), "blocked" if build is scenario else "link")
                for r in sites.itertuples()
            ]
    one = LoadedPlan(key, plan if shown is scenario else replace(plan, build=shown))
    ids = [str(village) for village in plan.villages.index]
    arguments = MapArguments(chosen=visit.village(ids), filters=visit.filters(), drawn=tuple(drawn))
    plan_map(one, words, arguments, key="build_map", on_event=take)


def site_tab(plan: Plan, shown: BuildPlan, tried: BuildTrial) -> None:
    words = language()
    now = tables.in_force(_scenario_build().settings, tried)
    table = tables.site_table(plan, shown, words, now)
    if table.empty:
        st.info(text("build_no_site", words))
        return
    st.caption(text("build_pick_sites", words))
    rows = _picked(table, "build_sites_table", {"height": 0, "households": 0, "cost": 0, "each": 1}, {"stays": "%"})
    _wish_buttons([tables.wish_of_site(shown, str(table.index[row])) for row in rows], now, "site")


def village_tab(plan: Plan, shown: BuildPlan, tried: BuildTrial) -> None:
    words = language()
    now = tables.in_force(_scenario_build().settings, tried)
    table = tables.village_table(plan, shown, words, now)
    st.caption(text("build_pick_villages", words))
    rows = _picked(table, "build_villages_table", {"gain": 0}, {})
    _wish_buttons([str(table.index[row]) for row in rows], now, "village")
    for line in tables.out_of_reach(plan, shown, words):
        st.warning(plain(line))


def _picked(table: pd.DataFrame, key: str, decimals: dict[str, int], units: dict[str, str]) -> list[int]:
    """Show a table whose rows can be picked; the rows that are."""
    words = language()
    figures = {text(f"build_column_{name}", words): Figures(count) for name, count in decimals.items()}
    figures |= {text(f"build_column_{name}", words): Figures(0, unit) for name, unit in units.items()}
    event: Any = st.dataframe(
        written(table, figures, words),
        hide_index=True,
        height=min(_TABLE_PX, 38 + 35 * len(table)),
        on_select="rerun",
        selection_mode="multi-row",
        key=key,
        placeholder="",
    )
    return [row for row in event.selection.rows if row < len(table)]


def _wish_buttons(ids: list[str], now: BuildTrial, kind: str) -> None:
    words = language()
    must, must_not = list(now.must or ()), list(now.must_not or ())
    others, other_nots = [i for i in must if i not in ids], [i for i in must_not if i not in ids]
    actions = (
        (f"build_do_must_{kind}", [*others, *ids], other_nots),
        (f"build_do_must_not_{kind}", others, [*other_nots, *ids]),
        ("build_do_free", others, other_nots),
    )
    for place, (word, wanted, barred) in zip(st.columns([1, 1, 1, 2]), actions, strict=False):
        place.button(text(word, words), key=f"{word}_{kind}", disabled=not ids, width="stretch", on_click=set_wishes, args=(wanted, barred))


def money_tab(shown: BuildPlan) -> None:
    """The same sites at low, base and high prices, who pays, and by year."""
    words = language()
    prices = {text(f"build_price_{e}", words): Figures(0) for e in _PRICES}
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        st.markdown(f"**{text('build_side_by_side', words)}**")
        st.dataframe(written(tables.estimate_table(shown, words), prices, words), hide_index=True, placeholder="")
    with right:
        st.markdown(f"**{text('build_by_payer', words)}**")
        st.dataframe(written(tables.payer_table(shown, words), prices, words), hide_index=True, placeholder="")
    rate = dollar_rate(shown.settings, shown.costs.units)
    st.caption(plain(" ".join([text("build_estimated", words), *([] if rate is None else [rate.text(words)])])))
    st.page_link(page_file("data"), label=text("build_import_prices", words), icon=":material/upload_file:")


def download_tab(plan: Plan, shown: BuildPlan) -> None:
    words = language()
    st.text(text("build_download_hint", words))
    tried = shown is not _scenario_build() or loaded() is not scenario_plan()
    title = said("ui.build_workbook_tried" if tried else "ui.build_workbook", title=scenario_title(plan)).text("vi")
    st.download_button(
        text("build_download", words), partial(build_workbook, replace(plan, build=shown), title), file_name="phuong_an.xlsx", icon=":material/download:", on_click="ignore",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    st.page_link(page_file("downloads"), label=text("go_downloads", words), icon=":material/folder_open:")


def state_line(scenario: BuildPlan, shown: BuildPlan, tried: BuildTrial, job: Job[BuildPlan] | None) -> None:
    """What is shown, how good it is, and what is under way."""
    words, plan = language(), loaded().plan
    st.html(f'<div class="gp-heads"><span>{escape(tables.headline(shown, words))}</span></div>')
    if job is not None and job.error is not None:
        error = job.error
        st.error(plain(error.text(words)) if isinstance(error, GeoPlannerError) else text("build_broke", words))
    if shown.choice.reason is not None:
        st.error(plain(text("build_infeasible", words, why=shown.choice.reason)))
    else:
        st.caption(plain(said(f"build_sheet.status_{proof(shown)}", gap=shown.choice.gap).text(words)))
    if lines := tables.notes_of_choice(plan, shown, words):
        st.warning(plain(" ".join(lines)))
    if not tried:
        return
    lines = tables.differences(plan, scenario, tried, words)
    gone, new = tables.gone_and_new(scenario, shown)
    if job is None:
        lines.append(text(_held_against("build_diff_sites"), words, gone=len(gone), new=len(new)))
    st.warning(plain(" ".join([text("build_tried", words), *lines])), icon=":material/science:")
    if under_way(job):
        return
    row = st.columns([1, 1.9])
    if job is not None:
        row[0].button(
            text("build_again", words), on_click=again, type="primary", icon=":material/calculate:", width="stretch", key="build_again"
        )
        st.caption(text("build_not_done", words))
    row[1].button(
        text(_held_against("build_back"), words),
        on_click=visit.set_build,
        args=(BuildTrial(),),
        icon=":material/undo:",
        width="stretch",
        key="build_back",
    )


_BESIDE_A_TRIAL = {
    "build_diff_sites": "build_diff_sites_trial", "build_back": "build_back_trial", "build_gone": "build_gone_trial", "build_new": "build_new_trial",
}  # fmt: skip


def _held_against(key: str) -> str:
    """The words for what is tried of a build plan: beside the scenario's, or beside one that was chosen for a trial."""
    return key if loaded() is scenario_plan() else _BESIDE_A_TRIAL[key]


def under_way(job: Job[BuildPlan] | None) -> bool:
    """Whether there is work to wait for."""
    return job is not None and not job.stopped and job.error is None


@st.fragment
def body(scenario: BuildPlan, of_trial: Mapping[str, Any]) -> None:
    """A fragment: a click runs this part alone. What the scenario's choice is held against may itself be on trial, by these settings."""
    words, plan, tried = language(), loaded().plan, differing(scenario.settings, visit.build())
    result, job = found(scenario, tried)
    shown = result if result is not None else shown_meanwhile(scenario)
    left, right = st.columns([1, 1.55], gap="medium")
    with left:
        # rooms of their own: what stands below keeps its place while lines come and go
        with st.container():
            state_line(scenario, shown, tried, job)
        place = st.container()
        controls(scenario, shown, tried)
        if (tried or of_trial) and job is None:
            save_box({**of_trial, **tables.changes(scenario.settings, tried)}, tried.estimate)
    with right:
        draw_map(scenario, shown)
    views = {
        "build_tab_sites": partial(site_tab, plan, shown, tried), "build_tab_villages": partial(village_tab, plan, shown, tried),
        "build_tab_years": partial(year_tab, scenario.settings, shown, tried), "build_tab_money": partial(money_tab, shown),
        "build_tab_wishes": partial(wish_boxes, plan, shown, tried), "build_tab_downloads": partial(download_tab, plan, shown),
    }  # fmt: skip
    for tab, view in zip(st.tabs([text(key, words) for key in views]), views.values(), strict=True):
        with tab:
            view()
    # last: it looks again and again from here on, and asks for the page anew only when all of it is drawn
    if job is not None and under_way(job):
        with place:
            show_progress(job)


def page() -> None:
    """The plan of the scenario and what is tried beside it, or what is lacking."""
    words, own = language(), scenario_plan()
    st.subheader(text("build_title", words))
    if own.plan.build is None:
        trying.note_elsewhere(words)
        offer_first_budget()
        return
    trial = build_on_trial.follow(own, words)
    body(_scenario_build(), trial.changes)


page()
