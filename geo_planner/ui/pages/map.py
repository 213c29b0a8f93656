"""Landing page: where the gaps are, and why a village ranks where it does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from geo_planner.export.html_map import village_card
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui import visit
from geo_planner.ui.address import Filters
from geo_planner.ui.frame import language, loaded, page_file
from geo_planner.ui.map_contract import MapArguments, MapEvent
from geo_planner.ui.maps import MAP_HEIGHT_PX, plan_map
from geo_planner.ui.texts import text
from geo_planner.ui.village import show_card
from geo_planner.ui.village_filter import figures, passing, ticked, with_ticked
from geo_planner.words import Language, word

_CHOSEN = "chosen_village"


def figures_as_filters(plan: Plan, words: Language) -> None:
    """The few numbers that a planner asks for first; one that is pressed leaves its villages on the map."""
    numbers = figures(plan)

    def label(key: str) -> str:
        return f"**{numbers[key]}** {word(key, words) if key in RESPONSIBILITY else text(f'headline_{key}', words)}"

    filters = visit.filters()
    bound = visit.bound("map_figures", ticked(filters), lambda keys: visit.set_filters(with_ticked(filters, keys)))
    title = text("headline_villages", words)
    st.pills(f"**{len(plan.villages)}** {title}", list(numbers), selection_mode="multi", format_func=label, **bound)


def further_filters(plan: Plan, words: Language) -> None:
    """Communes, the first so many, and what the build plan covers."""
    filters = visit.filters()

    def choose(name: str) -> dict[str, Any]:
        value = getattr(filters, name)
        shown = list(value) if isinstance(value, tuple) else value
        return visit.bound(f"map_{name}", shown, partial(_choose, name))

    with st.popover(text("filter", words), width="stretch"):
        names = {str(code): str(name) for code, name in plan.communes["name"].items()}
        st.multiselect(
            text("filter_communes", words), sorted(names, key=names.__getitem__), format_func=names.__getitem__, **choose("communes")
        )
        st.number_input(
            text("filter_first_k", words), min_value=1, max_value=max(1, len(plan.villages)), placeholder="", **choose("first_k")
        )
        if plan.build is not None:
            kinds = {None: "filter_any", True: "filter_covered", False: "filter_left"}
            st.radio(
                text("filter_plan", words), list(kinds), format_func=lambda kind: text(kinds[kind], words), **choose("covered_by_plan")
            )
        st.button(text("filter_none", words), on_click=visit.set_filters, args=(Filters(),), disabled=not filters, width="stretch")


def _choose(name: str, value: Any) -> None:
    kept: Any = tuple(value) if isinstance(value, list) else value
    visit.set_filters(replace(visit.filters(), **{name: kept}))


def take(event: MapEvent) -> None:
    """What was done on the map."""
    if event.event == "village":
        visit.choose_village(event.id)


@st.fragment
def map_and_card() -> None:
    """A fragment: a click on the map runs this part alone."""
    plan, words = loaded().plan, language()
    figures_as_filters(plan, words)
    ids = passing(plan, visit.filters())
    if not ids:
        st.info(text("filter_nobody", words))
        ids = [str(village) for village in plan.villages.index]
    chosen = visit.village(ids)
    left, right = st.columns([2.15, 1], gap="small")
    with left:
        plan_map(loaded(), words, MapArguments(chosen=chosen, filters=visit.filters()), key="map", on_event=take)
    with right, st.container(height=MAP_HEIGHT_PX + 8, border=False):
        titles = {
            str(village): f"{rank}. {name} ({commune})"
            for village, rank, name, commune in plan.villages[["rank", "name", "commune_name"]].itertuples()
        }
        bound = visit.bound(_CHOSEN, chosen, visit.choose_village)
        label = text("choose_village", words) if len(ids) == len(titles) else text("choose_of", words, n=len(ids), total=len(titles))
        village, further = st.columns([2.6, 1], gap="small", vertical_alignment="bottom")
        village.selectbox(label, ids, format_func=titles.__getitem__, help=text("click_hint", words), **bound)
        with further:
            further_filters(plan, words)
        show_card(village_card(plan, chosen, words), words)
        st.page_link(page_file("downloads"), label=text("go_downloads", words), icon=":material/download:")


if loaded().plan.villages.empty:
    st.html('<div class="gp-heads">' + escape(text("headline_villages", language())) + ": 0</div>")
else:
    map_and_card()
