"""The map in the app: the same script and layers as on the exported page, in a frame that is told small arguments and tells what was clicked.

``plan_map(loaded, language, MapArguments(...), key="...") -> MapEvent | None`` draws it; arguments and events are told in
:mod:`geo_planner.ui.map_contract`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import streamlit as st
import streamlit.components.v1 as components

from geo_planner.export.html_map import map_payload
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.map_contract import MapArguments, MapEvent, event_of
from geo_planner.ui.map_files import PAYLOADS, page_address, payload_address
from geo_planner.ui.texts import text
from geo_planner.words import Language

MAP_HEIGHT_PX = 610


def plan_map(
    loaded: LoadedPlan,
    language: Language,
    arguments: MapArguments | None = None,
    *,
    key: str,
    on_event: Callable[[MapEvent], object] | None = None,
    measurements: bool = False,
) -> MapEvent | None:
    """Draw the map of a plan and tell what was done on it since the last time.

    Parameters
    ----------
    key : str
        Of the map, its own on each page; under it the browser keeps background, layers and view.
    on_event : callable, optional
        Called with each event before the script runs, so that what it changes is drawn in the same run; nothing is returned then.
    measurements : bool
        The map opens with the measurements over the modelled level.

    Returns
    -------
    MapEvent or None
        Each event once; None when nothing new was done.
    """
    asked = arguments or MapArguments()
    if loaded.plan.build is None:  # a plan on trial has none, whatever the visit has asked of the scenario's
        asked = replace(asked, filters=replace(asked.filters, covered_by_plan=None))
    told: dict[str, Any] = asked.as_dict()
    words = {name: text(f"map_{name}", language) for name in ("loading", "gone")}
    address = payload_address(payload_digest(loaded, language, measurements=measurements))
    changed = None if on_event is None else partial(_pass_on, key, on_event)
    answer = _component()(payload_url=address, name=key, words=words, **told, key=key, default=None, on_change=changed)
    return None if on_event else _new_event(key, answer)


def _pass_on(key: str, on_event: Callable[[MapEvent], object]) -> None:
    event = _new_event(key, st.session_state.get(key))
    if event is not None:
        on_event(event)


def _new_event(key: str, answer: Any) -> MapEvent | None:
    """The event of an answer, unless it was taken before: the frame's last answer stands until the next one."""
    event, seen = event_of(answer), f"{key}_seen"
    if event is None or event.n <= st.session_state.get(seen, 0):
        return None
    st.session_state[seen] = event.n
    return event


def payload_digest(loaded: LoadedPlan, language: Language, *, measurements: bool = False) -> str:
    """The hash under which the map's frame may fetch the plan; the plan is laid out for it the first time."""
    return PAYLOADS.digest(
        (loaded.key, language, measurements),
        lambda: map_payload(loaded.plan, language=language, bilingual=False, cards=False, measurements=measurements, place=PAYLOADS.place),
    )


def show_measured_map(loaded: LoadedPlan, language: Language) -> None:
    """Draw the map with the measurements on it; nothing on it is to be chosen."""
    plan_map(loaded, language, key="measured_map", measurements=True)


@lru_cache(maxsize=1)
def _component() -> Any:
    return components.declare_component("plan_map", url=page_address())
