"""Landing page: where the gaps are, and why a village ranks where it does."""

from __future__ import annotations

from html import escape

import streamlit as st

from geo_planner.export.html_map import TO_MEASURE, village_card
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui import visit
from geo_planner.ui.frame import language, loaded, page_file
from geo_planner.ui.map_contract import MapArguments, MapEvent
from geo_planner.ui.maps import MAP_HEIGHT_PX, plan_map
from geo_planner.ui.texts import text
from geo_planner.ui.village import show_card
from geo_planner.words import Language, word

_CHOSEN = "chosen_village"


def headline(plan: Plan, words: Language) -> str:
    """The few numbers that a planner asks for first."""
    villages = plan.villages
    signal = [
        (len(villages), text("headline_villages", words)),
        (int((villages["modelled_status"] == "no_signal").sum()), text("headline_no_signal", words)),
        (int(villages["flags"].map(lambda flags: bool(TO_MEASURE & set(flags))).sum()), text("headline_measure", words)),
    ]
    payers = [(int((villages["responsibility"] == key).sum()), word(key, words)) for key in RESPONSIBILITY]
    spans = [f"<span><b>{n}</b>{escape(title)}</span>" for n, title in signal]
    spans += [f"<span><b>{n}</b>{escape(title)}</span>" for n, title in payers if n]
    spans[len(signal)] = spans[len(signal)].replace("<span>", '<span class="gp-next">')
    return '<div class="gp-heads">' + "".join(spans) + "</div>"


def take(event: MapEvent) -> None:
    """What was done on the map."""
    if event.event == "village":
        visit.choose_village(event.id)


@st.fragment
def map_and_card() -> None:
    """A fragment: a click on the map runs this part alone."""
    plan, words = loaded().plan, language()
    ids = [str(village) for village in plan.villages.index]
    chosen = visit.village(ids)
    left, right = st.columns([2.15, 1], gap="small")
    with left:
        plan_map(loaded(), words, MapArguments(chosen=chosen, filters=visit.filters()), key="map", on_event=take)
    with right, st.container(height=MAP_HEIGHT_PX + 8, border=False):
        titles = {
            village: f"{rank}. {name} ({commune})"
            for village, rank, name, commune in zip(
                ids, plan.villages["rank"], plan.villages["name"], plan.villages["commune_name"], strict=True
            )
        }
        bound = visit.bound(_CHOSEN, chosen, visit.choose_village)
        st.selectbox(text("choose_village", words), ids, format_func=titles.__getitem__, help=text("click_hint", words), **bound)
        show_card(village_card(plan, chosen, words), words)
        st.page_link(page_file("downloads"), label=text("go_downloads", words), icon=":material/download:")


if loaded().plan.villages.empty:
    st.html('<div class="gp-heads">' + escape(text("headline_villages", language())) + ": 0</div>")
else:
    st.html(headline(loaded().plan, language()))
    map_and_card()
