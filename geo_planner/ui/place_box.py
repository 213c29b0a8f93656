"""One box before the map: a typed position, or the name of a village, a commune or a mast, without marks or case."""

from __future__ import annotations

import re

import streamlit as st

from geo_planner.errors import GeoPlannerError
from geo_planner.trial import Found, find, parse_position
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.address import Filters
from geo_planner.ui.frame import loaded
from geo_planner.ui.texts import plain, text
from geo_planner.ui.village_filter import passing
from geo_planner.words import Language

_BOX, _FOUND, _FAULT = "place_box", "places_found", "place_fault"
_MOST = 8
_DIGITS = re.compile(r"\d+")


def show_box(words: Language) -> None:
    """The box; what it finds is opened at once, or offered where it is several."""
    st.text_input(
        text("place_box", words),
        key=_BOX,
        placeholder=text("place_hint", words),
        label_visibility="collapsed",
        on_change=_answer,
        max_chars=200,
    )


def show_found(words: Language) -> None:
    """What answers the query besides, and why a position was not understood."""
    fault: GeoPlannerError | None = st.session_state.get(_FAULT)
    if fault is not None:
        st.warning(plain(fault.text(words)))
        return
    found: tuple[Found, ...] | None = st.session_state.get(_FOUND)
    if found is None:
        return
    if not found:
        st.info(text("place_nothing", words))
        return
    titles = [_title(one, words) for one in found]

    def go(n: int | None) -> None:
        if n is not None:
            _open(found[n], more=found)

    st.pills(text("place_found", words), **visit.offered("place_pills", None, go, range(len(found)), titles.__getitem__))


def _title(found: Found, words: Language) -> str:
    kind = (words == "vi" and found.type) or text(f"place_{found.kind}", words)
    where = f", {found.where}" if found.where else ""
    name = found.name or found.id
    # most villages are called "Bản …" anyway
    told = name if name.casefold().startswith(f"{kind} ".casefold()) else f"{kind} {name}"
    return _escaped(f"{told}{where}")


def _escaped(label: str) -> str:
    """A label in which Streamlit would read marks as markup."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$:~])", r"\\\1", label)


def _answer() -> None:
    query = str(st.session_state.get(_BOX) or "").strip()
    st.session_state.pop(_FOUND, None)
    st.session_state.pop(_FAULT, None)
    if not query:
        return
    plan = loaded().plan
    fault = None
    if len(_DIGITS.findall(query)) >= 2:  # two coordinates may have nothing but a comma between them
        try:
            trials.show_position(parse_position(query, plan))
            return
        except GeoPlannerError as error:
            fault = error
    found = find(plan, query, most=_MOST)
    if fault is not None and not found:
        st.session_state[_FAULT] = fault
        return
    st.session_state[_FOUND] = found
    if len(found) == 1:
        _open(found[0])


def _open(found: Found, *, more: tuple[Found, ...] = ()) -> None:
    """Go to a place; the list of the others stays when there are several."""
    plan = loaded().plan
    st.session_state[_FOUND] = more or None
    if found.kind == "village":
        visit.set_filters(_letting(found.id))
        trials.show_village(found.id)
        return
    look: tuple[float, ...] = (found.lon, found.lat)
    if found.kind == "commune":
        look = tuple(float(side) for side in plan.communes.geometry.loc[found.id].bounds)
    trials.show_point(found.lon, found.lat, site=found.id if found.kind == "site" else "", look=look)


def _letting(village_id: str) -> Filters:
    """The filters, unless they would hide what was asked for."""
    filters = visit.filters()
    return filters if village_id in passing(loaded().plan, filters) else Filters()
