"""The path of an answer card as a chart that tells its figures under the pointer."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from geo_planner.export.palette import (
    INK,
    POINTER,
    PROFILE_GROUND,
    PROFILE_GROUND_EDGE,
    PROFILE_RAY,
    PROFILE_RIDGE,
    PROFILE_RIDGE_INK,
    PROFILE_ZONE,
)
from geo_planner.link import FRESNEL_SHARE, AnswerCard
from geo_planner.ui.charts import AXES, LOCALE
from geo_planner.ui.texts import text
from geo_planner.words import Language

HEIGHT_PX = 300


def path_table(card: AnswerCard) -> pd.DataFrame:
    """The arrays of the path side by side, one row a point; NaN where the terrain is not known."""
    path = card.profile
    return pd.DataFrame(
        {
            "km": path.distance_km,
            "ground": path.ground_m,
            "raised": path.ground_m + path.bulge_m,
            "ray": path.ray_m,
            "clearance": path.clearance_m,
            "radius": path.fresnel_m,
            "zone_low": path.ray_m - path.fresnel_m,
            "zone_high": path.ray_m + path.fresnel_m,
            "inner": path.ray_m - FRESNEL_SHARE * path.fresnel_m,
        }
    )


def link_chart(card: AnswerCard, language: Language) -> alt.LayerChart:
    """Terrain, ray, Fresnel zone, blocking ridge and both antennas; the ray and the zone only over terrain that is known."""
    table = path_table(card)
    columns = ["raised", "zone_low", "zone_high"] if card.profile.known else ["raised"]
    low, high = float(table[columns].min().min()), float(table[columns].max().max())
    if pd.isna(low):
        low, high = 0.0, 100.0
    room = max(high - low, 20.0)
    scale = alt.Scale(domain=[low - 0.08 * room, high + 0.14 * room], nice=False, zero=False)
    table["floor"] = low - 0.08 * room
    base = alt.Chart(table).encode(
        x=alt.X("km:Q", title=text("link_axis_km", language), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False))
    )
    height = alt.Y("raised:Q", title=text("link_axis_m", language), scale=scale, axis=alt.Axis(format=",.0f", tickCount=6))
    layers: list[alt.Chart] = [
        base.mark_area(color=PROFILE_GROUND, opacity=1, line={"color": PROFILE_GROUND_EDGE, "strokeWidth": 1.5}).encode(
            y=height, y2="floor:Q"
        ),
    ]
    if card.profile.known:
        layers += [
            base.mark_area(color=PROFILE_ZONE, opacity=0.3).encode(y=alt.Y("zone_low:Q", scale=scale), y2="zone_high:Q"),
            base.mark_line(color=PROFILE_RAY, strokeWidth=1, strokeDash=[3, 3]).encode(y="inner:Q"),
            base.mark_line(color=PROFILE_RAY, strokeWidth=2).encode(y="ray:Q"),
            *_antennas(card),
            *_ridge(card, language),
        ]
    layers.append(_pointer(base, language))
    settings: dict[str, Any] = {
        "aria": False,
        "locale": {"number": LOCALE[language]},
        "font": "Source Sans, sans-serif",
        "axis": AXES,
    }
    chart: alt.LayerChart = alt.layer(*layers).properties(height=HEIGHT_PX).configure(**settings).configure_view(stroke=None)
    return chart


def _antennas(card: AnswerCard) -> list[alt.Chart]:
    path = card.profile
    ends = pd.DataFrame(
        {
            "km": [0.0, path.length_km],
            "foot": [path.ground_m[0], path.ground_m[-1]],
            "top": [path.ground_m[0] + path.mast_height_m, path.ground_m[-1] + path.rx_height_m],
        }
    )
    base = alt.Chart(ends).encode(x="km:Q")
    return [
        base.mark_rule(color=INK, strokeWidth=4).encode(y="foot:Q", y2="top:Q"),
        base.mark_point(color=INK, filled=True, size=55).encode(y="top:Q"),
    ]


def _ridge(card: AnswerCard, language: Language) -> list[alt.Chart]:
    spot = card.obstacle
    if spot is None:
        return []
    top_m = spot.ground_m + float(card.profile.bulge_m[card.profile.distance_km == spot.distance_km][0])
    blocked = spot.above_ray_m >= 0.0
    label = text("link_ridge" if blocked else "link_closest", language)
    table = pd.DataFrame({"km": [spot.distance_km], "top": [top_m], "ray": [top_m - spot.above_ray_m], "label": [label]})
    base = alt.Chart(table).encode(x="km:Q")
    near_end = spot.distance_km > 0.75 * card.profile.length_km
    align: Literal["left", "center", "right"] = (
        "right" if near_end else "left" if spot.distance_km < 0.25 * card.profile.length_km else "center"
    )
    return [
        base.mark_rule(color=PROFILE_RIDGE, strokeWidth=2.5).encode(y="top:Q", y2="ray:Q"),
        base.mark_point(color=PROFILE_RIDGE, filled=True, size=110, shape="triangle-down" if blocked else "triangle-up").encode(y="top:Q"),
        base.mark_text(color=PROFILE_RIDGE_INK, fontSize=13.5, fontWeight="bold", dy=-16 if blocked else 18, align=align).encode(y="top:Q", text="label:N"),
    ]  # fmt: skip


def _pointer(base: alt.Chart, language: Language) -> alt.Chart:
    """A line that follows the pointer and tells the figures of the nearest point."""
    nearest = alt.selection_point(nearest=True, on="pointerover", fields=["km"], empty=False, clear="pointerout")
    titles = {"km": (".2f", "link_axis_km"), "ground": (",.0f", "link_tip_ground"), "ray": (",.0f", "link_tip_ray"), "clearance": (",.0f", "link_tip_clearance"),
              "radius": (".1f", "link_tip_radius")}  # fmt: skip
    tips = [alt.Tooltip(f"{name}:Q", format=form, title=text(key, language)) for name, (form, key) in titles.items()]
    return (
        base.mark_rule(color=POINTER, strokeWidth=1)
        .encode(opacity=alt.condition(nearest, alt.value(0.8), alt.value(0.0)), tooltip=tips)
        .add_params(nearest)
    )
