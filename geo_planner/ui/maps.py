"""The map in the app: the same layers as on the exported page, with the village's card beside it.

``plan_map(loaded, language, MapArguments(...), key="...") -> MapEvent | None`` draws it; arguments and events are told in
:mod:`geo_planner.ui.map_contract`.
"""

from __future__ import annotations

import re

import folium
import folium.template
import streamlit as st
from branca.element import MacroElement
from streamlit_folium import st_folium

from geo_planner.export.html_map import Verbatim, as_script_literal, base_map, map_payload
from geo_planner.plan import Plan
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.serving import font_face, leaflet_links
from geo_planner.words import Language

MAP_HEIGHT_PX = 610
_RETURNED = ("last_object_clicked_tooltip", "last_object_clicked_count")


class _Ring(MacroElement):
    """A ring around the chosen village; the map follows when it lies out of sight."""

    _template = folium.template.Template(
        """
        {% macro script(this, kwargs) %}
        (function () {
            var group = {{ this._parent.get_name() }}, map = window.map || map_div, at = {{ this.at|tojson }};
            group.addLayer(L.circleMarker(at, {pane: "gp-village", radius: 17, weight: 3.5, color: "#111820", fill: false, interactive: false}));
            if (!map.getBounds().contains(at)) { map.panTo(at); }
        })();
        {% endmacro %}
        """
    )

    def __init__(self, latitude: float, longitude: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Ring"
        self.at = [latitude, longitude]


@st.cache_data(show_spinner=False, max_entries=6)
def _literal(key: str, language: Language, _plan: Plan, measurements: bool = False) -> str:
    # The folium map itself is cheap to build and must not be cached: rendering changes it. `key` stands for the plan.
    del key
    return as_script_literal(map_payload(_plan, language=language, bilingual=False, cards=False, measurements=measurements))


def app_map(loaded: LoadedPlan, language: Language, *, measurements: bool = False) -> folium.Map:
    """The folium map of a plan with Leaflet from this server; with `measurements` they lie over the modelled level."""
    chart = base_map(_literal(loaded.key, language, loaded.plan, measurements))
    chart.default_js, chart.default_css = leaflet_links()
    chart.get_root().header.add_child(Verbatim(f"<style>{font_face()}</style>"), name="map_font")  # type: ignore[attr-defined]
    return chart


def village_ring(plan: Plan, village_id: str) -> folium.FeatureGroup:
    """The mark of the chosen village, a layer of its own so that choosing does not draw the map anew."""
    point = plan.villages.geometry.loc[village_id]
    group = folium.FeatureGroup(name="chosen", control=False)
    group.add_child(_Ring(float(point.y), float(point.x)))
    return group


def show_map(loaded: LoadedPlan, language: Language, chosen: str) -> tuple[int, str | None]:
    """Draw the map and tell what was clicked last.

    Returns
    -------
    clicks : int
        Number of clicks on anything so far; a rise tells a new click from an old answer.
    village_id : str or None
        The village of the last click; None when it was something else.
    """
    answer = st_folium(
        app_map(loaded, language),
        key=f"map_{language}",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=list(_RETURNED),
        feature_group_to_add=village_ring(loaded.plan, chosen),
    )
    answer = answer or {}
    return int(answer.get(_RETURNED[1]) or 0), village_of_tooltip(loaded.plan, answer.get(_RETURNED[0]))


def show_measured_map(loaded: LoadedPlan, language: Language) -> None:
    """Draw the map with the measurements on it; nothing on it is to be chosen."""
    st_folium(
        app_map(loaded, language, measurements=True), key=f"measured_{language}", height=MAP_HEIGHT_PX, use_container_width=True, returned_objects=[]
    )  # fmt: skip


def village_of_tooltip(plan: Plan, tooltip: str | None) -> str | None:
    """The village whose tooltip it is: it begins with the rank, which no two villages share."""
    match = re.match(r"(\d+)\. ", tooltip or "")
    if match is None:
        return None
    found = plan.villages.index[plan.villages["rank"] == int(match[1])]
    return None if found.empty else str(found[0])
