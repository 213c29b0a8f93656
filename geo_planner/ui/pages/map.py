"""Landing page: where the gaps are, and why a village ranks where it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from geo_planner.export.html_map import village_card
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY, SIGNAL_STATUS
from geo_planner.trial import WhyNot
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.address import Filters
from geo_planner.ui.frame import language, loaded, page_file
from geo_planner.ui.map_contract import Drawn, MapArguments, TrialMast
from geo_planner.ui.maps import MAP_HEIGHT_PX, plan_map
from geo_planner.ui.place_box import show_box, show_found
from geo_planner.ui.texts import text
from geo_planner.ui.trial_panel import all_trials, go_back_button, hop_lines, show_mast, show_point
from geo_planner.ui.trial_results import Tried
from geo_planner.ui.trial_writing import show_told
from geo_planner.ui.village import show_card
from geo_planner.ui.village_filter import figures, passing, ticked, with_ticked
from geo_planner.ui.why_panel import drawn, reasons
from geo_planner.words import Language, number, word

_CHOSEN = "chosen_village"
_COVERED = {None: "filter_any", True: "filter_covered", False: "filter_left"}


def figures_as_filters(plan: Plan, words: Language) -> None:
    """The few numbers that a planner asks for first; one that is pressed leaves its villages on the map."""
    numbers = figures(plan)

    def label(key: str) -> str:
        return f"**{number(numbers[key], 0, words)}** {word(key, words) if key in RESPONSIBILITY else text(f'headline_{key}', words)}"

    filters = visit.filters()
    offered = visit.offered("map_figures", ticked(filters), lambda keys: visit.set_filters(with_ticked(filters, keys)), numbers, label)
    title = text("headline_villages", words)
    st.pills(f"**{number(len(plan.villages), 0, words)}** {title}", selection_mode="multi", **offered)


def further_filters(plan: Plan, words: Language) -> None:
    """Communes, statuses, the first so many, and what the build plan covers."""
    filters = visit.filters()

    def some(name: str, options: Iterable[str], named: Callable[[str], str]) -> dict[str, Any]:
        return visit.offered(f"map_{name}", list(getattr(filters, name)), partial(_choose, name), options, named)

    with st.popover(text("filter", words), width="stretch"):
        names = {str(code): str(name) for code, name in plan.communes["name"].items()}
        of_communes = some("communes", sorted(names, key=names.__getitem__), names.__getitem__)
        st.multiselect(text("filter_communes", words), **of_communes)
        most = max(1, len(plan.villages), filters.first_k or 1)  # an address may say more
        first_k = visit.bound("map_first_k", filters.first_k, partial(_choose, "first_k"))
        st.number_input(text("filter_first_k", words), min_value=1, max_value=most, placeholder="", **first_k)
        present = set(plan.villages["modelled_status"].astype(object).fillna("unknown")) | set(filters.statuses)
        statuses = [status for status in SIGNAL_STATUS if status in present]
        st.multiselect(text("filter_statuses", words), **some("statuses", statuses, lambda status: word(status, words)))
        if plan.build is not None:
            # the radio holds words: with None as an option none of its circles would be filled
            kind = _COVERED[filters.covered_by_plan]
            covered = visit.offered("map_covered_by_plan", kind, _choose_covered, _COVERED.values(), lambda kind: text(kind, words))
            st.radio(text("filter_plan", words), **covered)
        st.button(text("filter_none", words), on_click=visit.set_filters, args=(Filters(),), disabled=not filters, width="stretch")


def _choose_covered(kind: str) -> None:
    _choose("covered_by_plan", next(covered for covered, told in _COVERED.items() if told == kind))


def _choose(name: str, value: Any) -> None:
    kept: Any = tuple(value) if isinstance(value, list) else value
    visit.set_filters(replace(visit.filters(), **{name: kept}))


def marks(all_tried: tuple[Tried, ...]) -> dict[str, Any]:
    """What stands on the map beside the plan: masts on trial with what they cover, forbidden places, what is in sight."""
    state = trials.now()
    masts = [TrialMast(one.placed.id, one.placed.lon, one.placed.lat, one.placed.id) for one in all_tried if one.placed.shown]
    masts += [TrialMast(f"no{n}", lon, lat, state="forbidden") for n, (lon, lat) in enumerate(state.forbidden)]
    pictures = tuple(one.picture for one in all_tried if one.placed.shown and one.picture is not None)
    return {"trial_masts": tuple(masts), "pictures": pictures, "look": state.look, "points": True}


@st.fragment
def map_and_card() -> None:
    """A fragment: a click on the map runs this part alone."""
    if trials.now().reopen:
        trials.show(reopen=False)
        st.rerun(scope="app")
    plan, words = loaded().plan, language()
    with st.container(key="map_head"):
        box, pills = st.columns([1, 3.4], gap="small", vertical_alignment="bottom")
    with box:
        show_box(words)
    with pills:
        figures_as_filters(plan, words)
    show_found(words)
    ids = passing(plan, visit.filters())
    if not ids:
        st.info(text("filter_nobody", words))
        ids = [str(village) for village in plan.villages.index]
    chosen = visit.village(ids)
    state, all_tried = trials.now(), all_trials()
    placed = trials.open_mast()
    why = reasons(chosen) if state.panel == "village" and placed is None else None
    left, right = st.columns([2.15, 1], gap="small")
    with left:
        arguments = MapArguments(chosen=chosen, filters=visit.filters(), drawn=lines(why, all_tried), **marks(all_tried))
        plan_map(loaded(), words, arguments, key="map", on_event=trials.take)
    with right, st.container(height=MAP_HEIGHT_PX + 8, border=False):
        if placed is not None:
            show_mast(placed, all_tried, words)
        elif state.panel == "point" and state.point is not None:
            show_point(words)
        else:
            village_card_of(plan, ids, chosen, why, words)


def lines(why: WhyNot | None, all_tried: tuple[Tried, ...]) -> tuple[Drawn, ...]:
    """Of the village its mast and ridge, of a place a ring, of a mast on trial its hops."""
    state = trials.now()
    placed = trials.open_mast()
    if placed is not None:
        return hop_lines(loaded().plan, next(one for one in all_tried if one.placed.id == placed.id))
    if state.panel == "point" and state.point is not None:
        return (Drawn("ring", (state.point,)),)
    return drawn(why)


def village_card_of(plan: Plan, ids: list[str], chosen: str, why: WhyNot | None, words: Language) -> None:
    """The village of the visit: the picker, the filters, its card."""
    show_told(words)
    if trials.can_go_back():
        go_back_button(words)
    titles = {
        str(village): f"{rank}. {name} ({commune})"
        for village, rank, name, commune in plan.villages[["rank", "name", "commune_name"]].itertuples()
    }
    offered = visit.offered(_CHOSEN, chosen, trials.show_village, ids, titles.__getitem__)
    label = text("choose_village", words) if len(ids) == len(titles) else text("choose_of", words, n=len(ids), total=len(titles))
    village, further = st.columns([1.9, 1], gap="small", vertical_alignment="bottom")
    village.selectbox(label, help=text("click_hint", words), **offered)
    with further:
        further_filters(plan, words)
    show_card(village_card(plan, chosen, words), words, why=why)
    st.page_link(page_file("downloads"), label=text("go_downloads", words), icon=":material/download:")


if loaded().plan.villages.empty:
    st.html('<div class="gp-heads">' + escape(text("headline_villages", language())) + ": 0</div>")
else:
    map_and_card()
