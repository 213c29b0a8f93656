"""Charts of the ranking's certainty. One hue and different shapes, so that nothing hangs on colour."""

from __future__ import annotations

import altair as alt
import pandas as pd

from geo_planner.export.palette import BLUE, BLUE_PALE, GRID, INK, THRESHOLD
from geo_planner.plan import Plan
from geo_planner.ui.chart_words import LOCALE
from geo_planner.ui.texts import text
from geo_planner.words import Language, percent

_ROOM_PX = 450


def interval_chart(plan: Plan, language: Language) -> alt.LayerChart:
    """A row a village in order of rank: the interval as a bar, the median as a tick, the rank in the scenario as a dot."""
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
        .configure(locale={"number": LOCALE[language]})
        .configure_view(stroke=None)
    )


def _ticks(last: int) -> list[int]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / s <= 12), 1000)
    return sorted({1, *range(step, last + 1, step)})
