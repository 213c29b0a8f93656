"""The list with weights that can be tried, and the doubts about it: certainty, other methods, fairness."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, get_args

import streamlit as st

from geo_planner.config.declared import Model
from geo_planner.errors import GeoPlannerError
from geo_planner.export.assumptions import criteria_of
from geo_planner.plan import Plan
from geo_planner.propagation.models import MODELS
from geo_planner.ranking import METHODS
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, SWAPS, robustness_layer
from geo_planner.retried import COST_CRITERION, PRICE_FACTOR
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui import visit
from geo_planner.ui.address import LEAST_FACTOR, MOST_FACTOR, Filters
from geo_planner.ui.charts import interval_chart
from geo_planner.ui.figure_field import figure_field
from geo_planner.ui.frame import language, loaded, scenario_plan, show_plan
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.ranking_tables import (
    certainty_table,
    fairness_table,
    look_again,
    meaning,
    method_table,
    places,
    shares,
    swap_table,
    tau_table,
    title,
    trial_table,
)
from geo_planner.ui.texts import plain, text
from geo_planner.ui.trying import Tried, asked, lists, sentences_of, show_strip, take
from geo_planner.ui.village_filter import passing
from geo_planner.ui.written import Figures, written
from geo_planner.words import Language, percent, word

_HEIGHT_PX = 530
_GROUPING = "fairness_grouping"
# Rough costs with the least that their fields take.
_COSTS = {"site_mvnd": 1.0, "fibre_mvnd_per_km": 0.0, "vsat_mvnd": 0.0, "solar_mvnd": 0.0}
# Columns of the fairness table that are shares, and their widths.
_SHARES = {"share_of_villages": 145, "share_in_first_k": 105, "share_of_first_k": 145, "chance": 150}


def _try_weight(criterion: str, start: float, weight: float) -> None:
    """Keep one trial weight; one that stands as in the scenario is none."""
    others = {name: tried for name, tried in visit.trial().weights.items() if name != criterion}
    visit.set_weights(others if weight == start else {**others, criterion: weight})


def _try_cost(name: str, start: float, cost: float) -> None:
    others = {other: tried for other, tried in visit.trial().costs.items() if other != name}
    visit.set_trial(replace(visit.trial(), costs=others if cost == start else {**others, name: cost}))


def _try(name: str, start: Any, value: Any, *, per_cent: bool = False) -> None:
    """Keep one setting on trial; as in the scenario it is none."""
    told = round(value / 100, 6) if per_cent else value
    changed: dict[str, Any] = {name: None if told == start else told}
    visit.set_trial(replace(visit.trial(), **changed))


def _weight_sliders(plan: Plan, words: Language) -> bool:
    """A slider a criterion with its share of all weight; whether any weight is left."""
    in_force = criteria_of(plan)
    criteria, figures = [weighed.criterion for weighed in in_force], {weighed.criterion.name: weighed.figure for weighed in in_force}
    tried = {**figures, **visit.trial([c.name for c in criteria]).weights}
    usual = max(50.0, *(1.5 * figure for figure in figures.values()))
    weights = [tried[criterion.name] for criterion in criteria]
    total = sum(weights)
    told = [percent(exact if whole == 0 else whole / 100.0, words) for exact, whole in shares(weights)]
    for criterion, share in zip(criteria, told, strict=True):
        start = _shown(figures[criterion.name])
        # a weight that nobody has moved is told as it is, and ranks to the last digit
        shown = _shown(tried[criterion.name])
        top = max(usual, shown)  # an address may say more
        bound = visit.bound(f"weight_{criterion.name}", shown, partial(_try_weight, criterion.name, start))
        st.slider(f"{plain(getattr(criterion, words))} · **{share}**", 0.0, top, step=1.0, format="%g", **bound)
    return total > 0


def _service_fields(plan: Plan, words: Language) -> None:
    """What counts as coverage, and by which model."""
    service, model, trial = plan.scenario.service, plan.scenario.propagation.model, visit.trial()
    threshold = service.rsrp_threshold_dbm if trial.threshold_dbm is None else trial.threshold_dbm
    choose = partial(_try, "threshold_dbm", service.rsrp_threshold_dbm)
    figure_field(text("try_threshold", words), "trial_threshold", threshold, choose, least=-150.0, most=-40.0, step=1.0)
    probability = service.min_probability if trial.probability is None else trial.probability
    choose = partial(_try, "probability", service.min_probability, per_cent=True)
    shown = round(100 * probability, 4)
    figure_field(text("try_probability", words), "trial_probability", shown, choose, least=1.0, most=99.0, step=5.0)
    if plan.terrain.is_missing:
        return
    models = [name for name in get_args(Model) if MODELS[name].needs_terrain or name == model]
    chosen = trial.model if trial.model in models else model
    offered = visit.offered("trial_model", chosen, partial(_try, "model", model), models, lambda name: word(name, words))
    st.selectbox(text("try_model", words), help=text("try_model_help", words), **offered)


def _cost_fields(plan: Plan, words: Language) -> None:
    """The rough costs that the criterion of cost rests on."""
    cost, tried = plan.scenario.ranking.cost, visit.trial().costs
    for name, least in _COSTS.items():
        start = getattr(cost, name)
        value, choose = tried.get(name, start), partial(_try_cost, name, start)
        figure_field(text(f"cost_{name}", words), f"trial_{name}", value, choose, least=least, most=1e6, step=10.0)


def _price_field(plan: Plan, words: Language) -> None:
    """All prices of the build plan at once: rough costs of masts on trial follow."""
    build = plan.scenario.build
    if build is None:
        return
    start = build.price_factor
    value, choose = visit.trial().costs.get(PRICE_FACTOR, start), partial(_try_cost, PRICE_FACTOR, start)
    label, told = text("try_price_factor", words), text("try_price_factor_help", words)
    figure_field(label, f"trial_{PRICE_FACTOR}", value, choose, least=LEAST_FACTOR, most=MOST_FACTOR, step=0.1, explained=told)


def _shown(weight: float) -> float:
    """A weight as a slider shows it."""
    return round(weight, 2)


def _payer_filter(plan: Plan, words: Language) -> None:
    """The filter by payer, the same as on the map, and the way out of all filters of the visit."""
    filters = visit.filters()
    options = [key for key in RESPONSIBILITY if (plan.villages["responsibility"] == key).any() or key in filters.payers]
    offered = visit.offered("responsibility_filter", list(filters.payers), _show_payers, options, lambda key: word(key, words))
    st.pills(text("filter_responsibility", words), selection_mode="multi", **offered)
    if filters:
        label = text("filter_clear", words, n=len(passing(plan, filters)), total=len(plan.villages))
        st.button(label, on_click=visit.set_filters, args=(Filters(),), icon=":material/filter_alt_off:", type="tertiary")


def _show_payers(keys: list[str]) -> None:
    visit.set_filters(replace(visit.filters(), payers=tuple(keys)))


def order_tab(own: LoadedPlan, trial: Tried, words: Language) -> None:
    """What can be tried on the left, the list on the right: a first answer at once where the whole takes longer."""
    st.text(text("ranking_hint", words))
    left, right = st.columns([1, 3.1], gap="medium")
    with left, st.container(height=_HEIGHT_PX, border=True):
        weighed = _weight_sliders(own.plan, words)
        with st.expander(text("try_service", words), expanded=bool(visit.trial().overrides())):
            _service_fields(own.plan, words)
        of_cost = any(weighed.criterion.name == COST_CRITERION for weighed in criteria_of(own.plan))
        if of_cost or own.plan.scenario.build is not None:
            with st.expander(text("try_costs", words), expanded=bool(visit.trial().costs)):
                if of_cost:
                    _cost_fields(own.plan, words)
                _price_field(own.plan, words)
    with right:
        if not weighed:
            st.info(text("no_weight", words))
            return
        if trial.error is not None:
            return
        filters, place = st.container(), st.empty()
        plan = own.plan
        try:
            for villages, draws in lists(own, trial, words):
                plan = replace(own.plan, villages=villages, build=None if trial.changes else own.plan.build)
                with place.container():
                    _list(own.plan, plan, draws, words)
        except GeoPlannerError as error:
            place.error(sentences_of(error, words))
            return
        with filters:
            _payer_filter(plan, words)


def _list(own: Plan, plan: Plan, draws: int, words: Language) -> None:
    """The list with its own intervals, of so many draws."""
    on_trial, villages = plan.villages is not own.villages, plan.villages
    ids = passing(plan, visit.filters())
    if not ids:
        st.info(text("filter_nobody", words))
        return
    table = trial_table(villages, [weighed.criterion for weighed in criteria_of(own)], own.villages["rank"], words).loc[ids]
    whole, within = places(villages)
    named = {text("column_rank", words): whole, text("column_in_group", words): within}
    shown = written(table, {text("column_score", words): Figures(0)}, words, named=named)
    st.dataframe(shown, hide_index=True, height=_HEIGHT_PX - (150 if on_trial else 115), column_config=_columns(words), placeholder="")
    method = own.scenario.ranking.method
    lines = [] if on_trial else [text("as_scenario", words)]
    lines += [text("other_method", words, method=METHODS[method].title)] if method != "weighted_sum" else []
    st.caption(" ".join([*lines, text("interval_of_draws", words, draws=draws)]))


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
            placeholder="",
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
        placeholder="",
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
            placeholder="",
        )
    with right:
        st.markdown(f"**{text('tau_title', words)}**")
        tau = tau_table(plan, words)
        short = {method.title.text(words): text(f"short_{name}", words) for name, method in METHODS.items()}
        st.dataframe(
            tau.rename(index=short),
            column_config={name: st.column_config.TextColumn(short[name], width=72) for name in tau.columns},
            placeholder="",
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
    kept = st.session_state.get(_GROUPING)
    grouping = kept if kept in groupings else groupings[0]
    keep = partial(st.session_state.__setitem__, _GROUPING)
    offered = visit.offered("fairness_by", grouping, keep, groupings, lambda name: text(f"by_{name}", words))
    grouping = st.segmented_control(text("fairness_by", words), required=True, **offered) or grouping
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
        placeholder="",
    )
    st.caption(text("fairness_caution", words))


@st.fragment
def page() -> None:
    """Four views of one order. A fragment: a slider runs this page alone."""
    words, own = language(), scenario_plan()
    show_plan(own)
    st.subheader(text("ranking_title", words))
    trial = asked(own.plan)
    with st.container():  # a place of its own, so that a slider stands where it stood when the strip comes
        if trial.changes:
            show_strip(own.plan, trial, words, save=True)
    views = {"tab_order": None, "tab_certainty": certainty_tab, "tab_methods": methods_tab, "tab_fairness": fairness_tab}
    tabs = st.tabs([text(key, words) for key in views], key="ranking_view", on_change="rerun")
    for tab, view in zip(tabs, views.values(), strict=True):
        if not tab.open:
            continue
        with tab:
            if view is None:
                order_tab(own, trial, words)
            elif trial.error is None and take(own, trial, words).error is None:
                view()


def _columns(words: Language) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        text("column_rank", words): number(width=55, pinned=True),
        text("column_change", words): st.column_config.TextColumn(width=70, help=text("change_help", words)),
        text("column_interval", words): st.column_config.TextColumn(width=95, help=text("interval_help", words)),
        text("column_base_rank", words): number(width=95),
        text("column_in_group", words): number(width=90, help=text("in_group_help", words)),
        text("column_village", words): st.column_config.TextColumn(width=110),
        text("column_commune", words): st.column_config.TextColumn(width=105),
        text("column_modelled", words): st.column_config.TextColumn(width=82),
        text("column_declared", words): st.column_config.TextColumn(width=82),
        text("column_measured", words): st.column_config.TextColumn(width=82),
        text("column_tied", words): st.column_config.TextColumn(width=110, help=text("tied_help", words)),
        text("column_score", words): st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100, width=90),
    }


page()
