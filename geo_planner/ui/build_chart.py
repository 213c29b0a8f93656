"""Budget against what it covers: the points that were worked out, the scenario's choice and the budget that is tried."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from geo_planner.build.plan import BuildPlan
from geo_planner.export.palette import BLUE, BUILD_INK, GRID_FAINT, INK, INK_SOFT, THRESHOLD
from geo_planner.ui.build_tables import BILLION, covered_sums
from geo_planner.ui.charts import AXES, LOCALE
from geo_planner.ui.texts import text
from geo_planner.words import Language

_HEIGHT_PX = 270
_BEYOND = 2.0


def frontier_points(build: BuildPlan, language: Language) -> pd.DataFrame:
    """The frontier in long form, from nothing for no money on.

    Returns
    -------
    DataFrame
        ``budget`` (tỷ đồng), ``kind`` (the word of the series), ``covered`` (households), ``sites``.
    """
    table = build.frontier[["budget_vnd", "weight", "households", "sites"]]
    if not build.settings.must:
        table = pd.concat([pd.DataFrame([dict.fromkeys(table, 0)]), table], ignore_index=True)
    kinds = {"households": "build_plain"} | ({"weight": "build_weighted"} if build.settings.objective == "priority" else {})
    parts = [
        pd.DataFrame({
            "budget": table["budget_vnd"].astype(float) / BILLION, "kind": text(word, language), "covered": table[name].astype(float), "sites": table["sites"],
        })
        for name, word in kinds.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def frontier_chart(build: BuildPlan, shown: BuildPlan, budget_vnd: int | None, language: Language) -> alt.LayerChart:
    """The chart.

    Parameters
    ----------
    build : BuildPlan
        Of the scenario, with its frontier.
    shown : BuildPlan
        What is shown beside it: its choice bears a point of its own.
    budget_vnd : int or None
        Where to draw the cut-off line, if it has one (:func:`cut_off`).
    """
    points = frontier_points(build, language)
    line = cut_off(build, shown, budget_vnd)
    top = max(_furthest(build, shown), line or 0.0) or 1.0
    x = alt.X("budget:Q", title=text("build_axis_budget", language), scale=alt.Scale(domain=[0.0, top], nice=False))
    y = alt.Y("covered:Q", title=text("build_axis_households", language), scale=alt.Scale(**_upwards(points["covered"])))
    kinds = list(dict.fromkeys(points["kind"]))
    legend: dict[str, Any] = {"orient": "top", "title": None, "labelFontSize": 13, "labelLimit": 300}
    tip = [
        alt.Tooltip("kind:N", title=" "),
        alt.Tooltip("budget:Q", title=text("build_axis_budget", language), format=",.1f"),
        alt.Tooltip("covered:Q", title=text("build_axis_households", language), format=",.0f"),
        alt.Tooltip("sites:Q", title=text("build_sites", language), format=",.0f"),
    ]
    lines = (
        alt.Chart(points)
        .mark_line(interpolate="step-after", strokeWidth=2, point=alt.OverlayMarkDef(size=42, filled=True))
        .encode(
            x=x, y=y, tooltip=tip,
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[BLUE, INK_SOFT][: len(kinds)]), legend=alt.Legend(**legend)),
            strokeDash=alt.StrokeDash("kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [5, 3]][: len(kinds)]), legend=None),
        )
    )  # fmt: skip
    layers = [lines, *(_choice(plan, mark, shape, language) for plan, mark, shape in _marked(build, shown))]
    if line is not None:
        at = pd.DataFrame({"at": [line], "label": [text("build_cut_off", language)]})
        rule = alt.Chart(at).mark_rule(color=THRESHOLD, strokeDash=[5, 4], strokeWidth=1.5)
        layers.insert(0, rule.encode(x=alt.X("at:Q"), tooltip=alt.Tooltip("label:N", title=None)))
    done: alt.LayerChart = (
        alt.layer(*layers)
        .properties(height=_HEIGHT_PX)
        .configure(aria=False, locale={"number": LOCALE[language]}, font="Source Sans, sans-serif")
        .configure_axis(**AXES, gridColor=GRID_FAINT)
        .configure_legend(labelColor=INK_SOFT)
        .configure_view(stroke=None)
    )
    return done


def cut_off(build: BuildPlan, shown: BuildPlan, budget_vnd: int | None) -> float | None:
    """Where the cut-off line of a budget stands, tỷ đồng; None without a budget, and for one so far to the right that the curve would have no width."""
    if budget_vnd is None or budget_vnd / BILLION > _BEYOND * _furthest(build, shown):
        return None
    return budget_vnd / BILLION


def _furthest(build: BuildPlan, shown: BuildPlan) -> float:
    """The point that stands furthest to the right, tỷ đồng."""
    return max(float(vnd) / BILLION for vnd in (0, *build.frontier["budget_vnd"], build.choice.cost, shown.choice.cost))


def chart_notes(build: BuildPlan, shown: BuildPlan, budget_vnd: int, language: Language, *, chosen_for_trial: bool = False) -> str:
    """What the signs of the chart mean: of each that is drawn, and of no other.

    Parameters
    ----------
    build, shown, budget_vnd
        As :func:`frontier_chart` has them.
    chosen_for_trial : bool
        The plan was chosen anew for what is tried elsewhere, and is not that of the scenario.
    """
    trial = "_trial" if chosen_for_trial else ""
    notes = [text(f"build_chart_scenario{trial}", language)]
    if shown is not build:
        notes.append(text(f"build_chart_tried{trial}", language))
    if cut_off(build, shown, budget_vnd) is not None:
        notes.append(text("build_chart_line", language))
    else:
        notes.append(text("build_chart_no_line", language, budget=text("build_amount", language, billions=budget_vnd / BILLION)))
    if len(build.frontier) and (build.settings.limit_vnd() is None or build.settings.search.frontier_points > 1):
        notes.append(text("build_chart_last", language))
    return " ".join(notes)


def _upwards(covered: pd.Series) -> dict[str, Any]:
    """From nothing on; where nothing can be covered the axis is that of a single household, not of a millionth."""
    return {"zero": True} if covered.max() > 0 else {"domain": [0.0, 1.0]}


def _marked(build: BuildPlan, shown: BuildPlan) -> list[tuple[BuildPlan, str, str]]:
    own = [(build, "build_of_scenario", "diamond")]
    return own if shown is build else [*own, (shown, "build_of_trial", "circle")]


def _choice(build: BuildPlan, word: str, shape: str, language: Language) -> alt.Chart:
    found = pd.DataFrame(
        [{"budget": build.choice.cost / BILLION, "covered": covered_sums(build)["households"], "label": text(word, language)}]
    )
    colour = INK if shape == "diamond" else BUILD_INK
    tip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("budget:Q", title=text("build_axis_cost", language), format=",.1f"),
        alt.Tooltip("covered:Q", title=text("build_axis_households", language), format=",.0f"),
    ]
    mark = alt.Chart(found).mark_point(shape=shape, filled=True, size=150, color=colour, opacity=1, stroke="white", strokeWidth=1.5)
    return mark.encode(x="budget:Q", y="covered:Q", tooltip=tip)
