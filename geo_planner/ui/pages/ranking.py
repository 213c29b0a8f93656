"""The list with weights that can be tried, and the doubts about it: certainty, other methods, fairness."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from geo_planner.export.assumptions import criteria_of
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion
from geo_planner.ranking import METHODS, Ranking, rank_villages
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, SWAPS, robustness_layer
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui import visit
from geo_planner.ui.charts import interval_chart
from geo_planner.ui.frame import language, loaded
from geo_planner.ui.ranking_tables import (
    certainty_table,
    fairness_table,
    look_again,
    meaning,
    method_table,
    swap_table,
    tau_table,
    title,
    trial_table,
    weights_snippet,
)
from geo_planner.ui.texts import text
from geo_planner.ui.written import Figures, written
from geo_planner.words import Language, word

_HEIGHT_PX = 530
# Columns of the fairness table that are shares, and their widths.
_SHARES = {"share_of_villages": 145, "share_in_first_k": 105, "share_of_first_k": 145, "chance": 150}


def _try(criterion: Criterion, weight: float) -> None:
    """Keep one trial weight; one that stands as in the scenario is none."""
    others = {name: tried for name, tried in visit.trial().weights.items() if name != criterion.name}
    visit.set_weights(others if weight == _shown(criterion.weight) else {**others, criterion.name: weight})


def _weights(criteria: tuple[Criterion, ...], words: Language) -> tuple[Criterion, ...]:
    top = max(50.0, *(1.5 * c.weight for c in criteria))
    tried = visit.trial().weights
    chosen = []
    for criterion in criteria:
        start = _shown(criterion.weight)
        shown = min(tried.get(criterion.name, start), top)
        bound = visit.bound(f"weight_{criterion.name}", shown, partial(_try, criterion))
        weight = st.slider(_plain(getattr(criterion, words)), 0.0, top, step=1.0, format="%g", **bound)
        # one that nobody has moved keeps its weight to the last digit
        chosen.append(criterion if weight == start else criterion.model_copy(update={"weight": float(weight)}))
    return tuple(chosen)


def _shown(weight: float) -> float:
    """A weight as a slider shows it."""
    return round(weight, 2)


def _plain(label: str) -> str:
    """A label is read as markdown: keep every sign of a scenario's own title a sign."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:^" else sign for sign in label)


def _scenario_criteria(plan: Plan) -> tuple[Criterion, ...]:
    """The criteria from which a trial starts: with the weights in force, as they were set by hand or in per cent."""
    return tuple(weighed.criterion.model_copy(update={"weight": weighed.figure}) for weighed in criteria_of(plan))


def _ranked(plan: Plan, criteria: tuple[Criterion, ...]) -> Ranking:
    return rank_villages(plan.criteria_values, criteria, households=plan.villages["households"])


@st.fragment
def order_tab() -> None:
    """Sliders on the left, the list on the right. A fragment: a slider runs this part alone."""
    plan, words = loaded().plan, language()
    criteria = _scenario_criteria(plan)
    st.text(text("ranking_hint", words))
    left, right = st.columns([1, 3.1], gap="medium")
    with left, st.container(height=_HEIGHT_PX, border=True):
        st.button(text("reset", words), on_click=visit.set_weights, args=({},), width="stretch", icon=":material/undo:")
        trial = _weights(criteria, words)
    with right:
        if not any(c.weight > 0 for c in trial):
            st.info(text("no_weight", words))
            return
        changed, method = trial != criteria, plan.scenario.ranking.method
        table = trial_table(plan, _ranked(plan, trial), _ranked(plan, criteria).rank, words)
        options = [key for key in RESPONSIBILITY if (plan.villages["responsibility"] == key).any()]
        wanted = st.pills(
            text("filter_responsibility", words),
            options,
            selection_mode="multi",
            format_func=lambda key: word(key, words),
            key="responsibility_filter",
        )
        if wanted:
            table = table[plan.villages["responsibility"].loc[table.index].isin(wanted)]
        if changed:
            st.warning(text("what_if", words), icon=":material/science:")
        elif method == "weighted_sum":
            st.caption(text("as_scenario", words))
        if method != "weighted_sum":
            st.caption(text("other_method", words, method=METHODS[method].title))
        st.dataframe(table, hide_index=True, height=_HEIGHT_PX - (205 if changed else 115), column_config=_columns(words))
        if changed:
            st.download_button(
                text("save_weights", words),
                weights_snippet(plan, trial),
                file_name="trong_so_thu_nghiem.yaml",
                mime="application/yaml",
                icon=":material/save:",
            )


def certainty_tab() -> None:
    """Rank intervals, probabilities of the first k, swap points."""
    plan, words = loaded().plan, language()
    simulation = plan.ranking.simulation
    st.text(text("certainty_hint", words, draws=simulation.draws))
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        st.caption(text("interval_legend", words))
        with st.container(height=_HEIGHT_PX - 30, border=False):
            st.altair_chart(interval_chart(plan, words), width="stretch")
    layer = robustness_layer(simulation.top_k)
    number, progress = st.column_config.NumberColumn, st.column_config.ProgressColumn
    with right:
        st.dataframe(
            certainty_table(plan, words),
            hide_index=True,
            height=_HEIGHT_PX,
            column_config={
                text("column_rank", words): number(width=50, pinned=True),
                text("column_village", words): st.column_config.TextColumn(width=110),
                text("column_interval", words): st.column_config.TextColumn(width=80, help=text("interval_help", words)),
                **{
                    title(layer.column(f"p_top_{k}"), words): progress(
                        text("chart_first", words, k=k),
                        format="%.0f%%",
                        min_value=0,
                        max_value=100,
                        width=105,
                        help=title(layer.column(f"p_top_{k}"), words),
                    )
                    for k in simulation.top_k
                },
            },
        )
    st.markdown(f"**{text('swaps_title', words)}**")
    swaps = swap_table(plan, words)
    if swaps.empty:
        st.text(text("no_swaps", words))
        return
    st.caption(text("swaps_hint", words) + (" " + text("swaps_weighted_sum", words) if not plan.ranking.contributions_exact else ""))
    now, swapped = (title(SWAPS.column(name), words) for name in ("weight_now", "weight_swap"))
    figures = {now: Figures(1, "%"), swapped: Figures(1, "%"), text("column_points", words): Figures(1, signed=True)}
    st.dataframe(
        written(swaps, figures, words),
        hide_index=True,
        column_config={text("column_rank", words): number(width=60), swapped: number(help=meaning(SWAPS.column("weight_swap"), words))},
    )


def methods_tab() -> None:
    """The same villages by every method, and what to know of each."""
    plan, words = loaded().plan, language()
    number = st.column_config.NumberColumn
    st.text(text("methods_hint", words))
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        st.dataframe(
            method_table(plan, words),
            hide_index=True,
            height=_HEIGHT_PX,
            column_config={
                text("column_village", words): st.column_config.TextColumn(width=92, pinned=True),
                **{
                    title(c, words): number(text(f"short_{c.name}", words), width=80, help=f"{title(c, words)}. {meaning(c, words)}")
                    for c in METHOD_RANKS.columns
                },
                text("column_spread", words): number(width=82, help=text("spread_help", words)),
            },
        )
    with right:
        st.markdown(f"**{text('tau_title', words)}**")
        tau = tau_table(plan, words)
        short = {method.title.text(words): text(f"short_{name}", words) for name, method in METHODS.items()}
        st.dataframe(
            tau.rename(index=short), column_config={name: st.column_config.TextColumn(short[name], width=72) for name in tau.columns}
        )
        st.caption(text("tau_hint", words))
        st.markdown(f"**{text('methods_notes', words)}**")
        for method in METHODS.values():
            key = "method_line_in_use" if method.name == plan.scenario.ranking.method else "method_line"
            sign = ":material/swap_vert:" if method.can_reverse_ranks else ":material/check:"
            turns = text("can_reverse" if method.can_reverse_ranks else "cannot_reverse", words)
            line = text(key, words, title=method.title, turns=turns, note=method.note)
            st.markdown(f"{sign} {line}")


def fairness_tab() -> None:
    """How communes, ethnic groups and the border fare."""
    plan, words = loaded().plan, language()
    top_k = plan.scenario.ranking.top_k
    st.text(text("fairness_hint", words, k=top_k))
    groupings = list(plan.ranking.fairness)
    if not groupings:
        return
    grouping = st.segmented_control(
        text("fairness_by", words), groupings, default=groupings[0], required=True, format_func=lambda name: text(f"by_{name}", words), key="fairness_by",
    )  # fmt: skip
    grouping = grouping or groupings[0]
    lines = look_again(plan, grouping, words)
    for line in lines:
        st.text("▸ " + line)
    if not lines:
        st.text(text("fairness_none", words))
    number, progress = st.column_config.NumberColumn, st.column_config.ProgressColumn
    table = fairness_table(plan, grouping, words)

    def label(name: str) -> str:
        return text(f"short_{name}", words)

    def told(name: str) -> str:
        column = FAIRNESS.column(name)
        return f"{title(column, words)}. {meaning(column, words) or ''}".strip()

    figures = {title(FAIRNESS.column(name), words): Figures(decimals) for name, decimals in (("mean_rank", 1), ("median_score", 0))}
    st.dataframe(
        written(table, figures, words),
        hide_index=True,
        height="content" if len(table) <= 12 else _HEIGHT_PX - 90,
        column_config={
            title(FAIRNESS.column("group"), words): st.column_config.TextColumn(text(f"by_{grouping}", words), width=120, pinned=True),
            **{
                title(FAIRNESS.column(name), words): progress(
                    label(name), format="%.0f%%", min_value=0, max_value=100, width=width, help=told(name)
                )
                for name, width in _SHARES.items()
            },
            title(FAIRNESS.column("n"), words): number(width=60),
            title(FAIRNESS.column("in_first_k"), words): number(label("in_first_k"), width=110, help=told("in_first_k")),
            title(FAIRNESS.column("mean_rank"), words): number(label("mean_rank"), width=105, help=told("mean_rank")),
            title(FAIRNESS.column("median_score"), words): number(label("median_score"), width=95, help=told("median_score")),
        },
    )
    st.caption(text("fairness_caution", words))


def page() -> None:
    """Four views of one order."""
    words = language()
    st.subheader(text("ranking_title", words))
    views = {"tab_order": order_tab, "tab_certainty": certainty_tab, "tab_methods": methods_tab, "tab_fairness": fairness_tab}
    for tab, view in zip(st.tabs([text(key, words) for key in views]), views.values(), strict=True):
        with tab:
            view()


def _columns(words: Language) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        text("column_rank", words): number(width=55, pinned=True),
        text("column_change", words): st.column_config.TextColumn(width=70, help=text("change_help", words)),
        text("column_interval", words): st.column_config.TextColumn(width=95, help=text("interval_help", words)),
        text("column_base_rank", words): number(width=95),
        text("column_village", words): st.column_config.TextColumn(width=110),
        text("column_commune", words): st.column_config.TextColumn(width=105),
        text("column_modelled", words): st.column_config.TextColumn(width=82),
        text("column_declared", words): st.column_config.TextColumn(width=82),
        text("column_measured", words): st.column_config.TextColumn(width=82),
        text("column_tied", words): st.column_config.TextColumn(width=110, help=text("tied_help", words)),
        text("column_score", words): st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100, width=90),
    }


page()
