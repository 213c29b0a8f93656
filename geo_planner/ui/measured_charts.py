"""Charts of measured against modelled levels. Shapes tell the same as colours, so that nothing hangs on colour."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from geo_planner.export.palette import AGREEMENT_COLOURS, BACKGROUND, GRID_FAINT, INK_FAINT, THRESHOLD
from geo_planner.ui.chart_words import LOCALE
from geo_planner.ui.texts import text
from geo_planner.words import Language, said

HEIGHT_PX = 420
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
        .properties(height=HEIGHT_PX)
        .configure(locale={"number": LOCALE[language]}, font="Source Sans, sans-serif")
        .configure_axis(titleFontWeight="normal", titleFontSize=13, labelFontSize=12.5, gridColor=GRID_FAINT)
        .configure_view(stroke=None)
    )
    return done
