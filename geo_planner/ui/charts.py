"""The charts of the app. Shapes tell the same as colours, so that nothing hangs on colour."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from geo_planner.export.palette import (
    AGREEMENT_COLOURS,
    BACKGROUND,
    BLUE,
    BLUE_PALE,
    GRID,
    GRID_FAINT,
    INK,
    INK_FAINT,
    INK_SOFT,
    THRESHOLD,
)
from geo_planner.plan import Plan
from geo_planner.ui.texts import text
from geo_planner.words import LANGUAGES, Language, number, percent, said

AXES: dict[str, Any] = {
    "titleFontWeight": "normal", "titleFontSize": 13, "labelFontSize": 12.5, "labelColor": INK_SOFT, "titleColor": INK_SOFT,
}  # fmt: skip
"""How the axes of every chart are written; the framework's own grey is too faint."""


def _signs(language: Language) -> dict[str, Any]:
    written = number(1234.5, 1, language)
    return {"decimal": written[-2], "thousands": written[1], "grouping": [3], "currency": ["", ""]}


LOCALE: dict[Language, dict[str, Any]] = {language: _signs(language) for language in LANGUAGES}
"""For Vega: decimal comma or point."""

_ROOM_PX = 450


def interval_chart(plan: Plan, language: Language) -> alt.LayerChart:
    """A row a village in order of rank: the interval as a bar, the median as a tick, the rank as a dot."""
    simulation, top_k = plan.ranking.simulation, plan.scenario.ranking.top_k
    drawn = simulation.table.loc[plan.villages.index]
    table = pd.DataFrame(
        {
            "title": [f"{rank}. {name}" for rank, name in zip(plan.villages["rank"], plan.villages["name"], strict=True)],
            "rank": plan.villages["rank"].to_numpy(),
            "low": drawn["rank_low"].to_numpy(),
            "high": drawn["rank_high"].to_numpy(),
            "median": drawn["rank_median"].to_numpy(),
            "interval": [f"{low}–{high}" for low, high in zip(drawn["rank_low"], drawn["rank_high"], strict=True)],
            "chance": [percent(float(share), language) for share in drawn[f"p_top_{top_k}"]],
        }
    )
    # a bar of one rank still has a width
    table = table.assign(left=table["low"] - 0.3, right=table["high"] + 0.3)
    tip = [
        alt.Tooltip("title:N", title=text("column_village", language)),
        alt.Tooltip("rank:Q", title=text("chart_rank", language)),
        alt.Tooltip("interval:N", title=text("chart_interval", language)),
        alt.Tooltip("median:Q", title=text("chart_median", language), format="~f"),
        alt.Tooltip("chance:N", title=text("chart_first", language, k=top_k)),
    ]
    last = len(table)
    scale = alt.Scale(domain=[0.5, last + 0.5], nice=False)
    axis = alt.Axis(orient="top", tickMinStep=1, format="d", grid=True, gridColor=GRID, values=_ticks(last), labelFontSize=12)
    base = alt.Chart(table).encode(
        y=alt.Y(
            "title:N",
            sort=list(table["title"]),
            title=None,
            axis=alt.Axis(
                labelFontSize=13, labelLimit=170, labelColor=INK, labelOverlap=False, labelFlush=False, ticks=False, domain=False
            ),
        ),
        tooltip=tip,
    )
    x = alt.X("left:Q", title=None, scale=scale, axis=axis)
    bars = base.mark_bar(height=9, color=BLUE_PALE, cornerRadius=4).encode(x=x, x2="right:Q")
    medians = base.mark_tick(color=BLUE, thickness=2, size=13).encode(x=alt.X("median:Q", scale=scale))
    dots = base.mark_point(shape="circle", filled=True, size=62, color=INK, opacity=1).encode(x=alt.X("rank:Q", scale=scale))
    first = (
        alt.Chart(pd.DataFrame({"at": [min(top_k, last) + 0.5], "label": [text("chart_first", language, k=top_k)]}))
        .mark_rule(strokeDash=[5, 4], color=THRESHOLD, strokeWidth=1.5)
        .encode(x=alt.X("at:Q", scale=scale), tooltip=alt.Tooltip("label:N", title=None))
    )
    return (
        alt.layer(bars, first, medians, dots)
        .properties(height=last * min(max(_ROOM_PX / max(last, 1), 17), 24))
        .configure(aria=False, locale={"number": LOCALE[language]})
        .configure_axis(labelColor=INK_SOFT, titleColor=INK_SOFT)
        .configure_view(stroke=None)
    )


def _ticks(last: int) -> list[int]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / s <= 12), 1000)
    return sorted({1, *range(step, last + 1, step)})


_MEASURED_PX = 420
_SHAPES = ("triangle-down", "circle", "triangle-up")


def scatter(squares: pd.DataFrame, threshold_dbm: float, sigma_db: float, language: Language) -> alt.LayerChart:
    """Measured over modelled level, a point a square, with the line of equality, the band of the expected error and the threshold.

    Parameters
    ----------
    squares : DataFrame
        From :func:`geo_planner.ui.measured_tables.square_table`.
    """
    levels = pd.concat([squares["modelled_dbm"], squares["shown_dbm"]])
    low, high = float(levels.min()) - 3, float(levels.max()) + 3
    line = pd.DataFrame({"modelled_dbm": [low, high], "from": [low - sigma_db, high - sigma_db], "to": [low + sigma_db, high + sigma_db]})
    scale = alt.Scale(domain=[low, high], nice=False, clamp=True)
    x = alt.X("modelled_dbm:Q", title=text("axis_modelled", language), scale=scale)

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", title=text("axis_measured", language), scale=scale)

    band = alt.Chart(line).mark_area(color=BACKGROUND, clip=True).encode(x=x, y=y("from"), y2="to:Q")
    equal = alt.Chart(line).mark_line(color=INK_FAINT, strokeWidth=1.5, clip=True).encode(x=x, y=y("modelled_dbm"))
    service = pd.DataFrame({"at": [threshold_dbm]})
    rules = [
        alt.Chart(service).mark_rule(color=THRESHOLD, strokeDash=[5, 4]).encode(x=alt.X("at:Q", scale=scale)),
        alt.Chart(service).mark_rule(color=THRESHOLD, strokeDash=[5, 4]).encode(y=alt.Y("at:Q", scale=scale)),
    ]
    points = (
        alt.Chart(squares).mark_point(filled=True, size=34, opacity=0.75, clip=True).encode(x=x, y=y("shown_dbm"), **_by_kind(language))
    )
    return _finished([band, *rules, equal, points], language)


def by_distance(squares: pd.DataFrame, sigma_db: float, language: Language) -> alt.LayerChart:
    """What is left over (measured less modelled) over the distance from the serving site."""
    x = alt.X("distance_km:Q", title=text("axis_distance", language), scale=alt.Scale(nice=True))

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", title=text("axis_residual", language))

    span = pd.DataFrame(
        {"distance_km": [0.0, float(squares["distance_km"].max())], "low": [-sigma_db] * 2, "high": [sigma_db] * 2, "zero": [0.0] * 2}
    )
    band = alt.Chart(span).mark_area(color=BACKGROUND).encode(x=x, y=y("low"), y2="high:Q")
    zero = alt.Chart(span).mark_line(color=INK_FAINT, strokeWidth=1.5).encode(x=x, y=y("zero"))
    points = alt.Chart(squares).mark_point(filled=True, size=34, opacity=0.75).encode(x=x, y=y("residual_db"), **_by_kind(language))
    return _finished([band, zero, points], language)


def _by_kind(language: Language) -> dict[str, Any]:
    names = [said(f"agreement.{kind}").text(language) for kind in AGREEMENT_COLOURS]
    legend = alt.Legend(orient="top", title=None, labelFontSize=13, labelLimit=260)
    return {
        "color": alt.Color("agreement:N", scale=alt.Scale(domain=names, range=list(AGREEMENT_COLOURS.values())), legend=legend),
        "shape": alt.Shape("agreement:N", scale=alt.Scale(domain=names, range=list(_SHAPES)), legend=legend),
        "tooltip": [
            alt.Tooltip("agreement:N", title=text("column_conclusion", language)),
            alt.Tooltip("measured:N", title=text("axis_measured", language)),
            alt.Tooltip("modelled_dbm:Q", title=text("axis_modelled", language), format=",.0f"),
            alt.Tooltip("residual_db:Q", title=text("axis_residual", language), format="+,.0f"),
            alt.Tooltip("distance_km:Q", title=text("axis_distance", language), format=",.1f"),
            alt.Tooltip("n:Q", title=text("column_samples", language), format=",.0f"),
        ],
    }


def _finished(layers: list[alt.Chart], language: Language) -> alt.LayerChart:
    done: alt.LayerChart = (
        alt.layer(*layers)
        .properties(height=_MEASURED_PX)
        .configure(aria=False, locale={"number": LOCALE[language]}, font="Source Sans, sans-serif")
        .configure_axis(**AXES, gridColor=GRID_FAINT)
        .configure_legend(labelColor=INK_SOFT)
        .configure_view(stroke=None)
    )
    return done
