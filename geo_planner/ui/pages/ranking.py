"""The list with weights that can be tried: what would change if the province weighed the criteria otherwise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
import yaml

from geo_planner.config import Criterion
from geo_planner.labels import Language, word
from geo_planner.plan import Plan
from geo_planner.ranking import Ranking, rank_villages
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui.frame import language, loaded
from geo_planner.ui.texts import text

_HEIGHT_PX = 575


def trial_table(plan: Plan, ranking: Ranking, words: Language) -> pd.DataFrame:
    """The list in the order of `ranking`, with the change against the scenario."""
    villages = plan.villages
    change = villages["rank"] - ranking.rank
    table = pd.DataFrame(
        {
            text("column_rank", words): ranking.rank,
            text("column_change", words): change.map(lambda steps: f"▲ {steps}" if steps > 0 else (f"▼ {-steps}" if steps < 0 else "")),
            text("column_village", words): villages["name"],
            text("column_commune", words): villages["commune_name"],
            text("column_score", words): 100 * ranking.score,
            text("filter_responsibility", words): villages["responsibility"].map(lambda key: word(key, words)),
            text("column_modelled", words): villages["modelled_status"].fillna("unknown").map(lambda key: word(key, words)),
            text("column_declared", words): villages["declared_status"].fillna("unknown").map(lambda key: word(key, words)),
            text("column_measured", words): villages["measured_status"].fillna("unknown").map(lambda key: word(key, words)),
            text("column_households", words): villages["households"],
            text("column_missing", words): _missing_titles(plan, ranking, words),
            text("column_base_rank", words): villages["rank"],
            text("column_sample", words): villages["depends_on_sample"].map(lambda yes: word("yes" if yes else "no", words)),
        },
        index=villages.index,
    )
    return table.sort_values(text("column_rank", words))


def weights_snippet(plan: Plan, criteria: tuple[Criterion, ...]) -> str:
    """The ``ranking`` part of a scenario with the weights on trial, to be put into a copy of the scenario."""
    head = f"# Trọng số thử nghiệm / trial weights; scenario: {plan.scenario.name}\n"
    return head + yaml.safe_dump(
        {"ranking": {"criteria": [c.model_dump(mode="json") for c in criteria]}}, allow_unicode=True, sort_keys=False
    )


def _missing_titles(plan: Plan, ranking: Ranking, words: Language) -> pd.Series:
    titles = {c.name: getattr(c, words) for c in plan.scenario.ranking.criteria}
    return ranking.missing.map(lambda names: ", ".join(titles[name] for name in names))


def _slider_key(criterion: Criterion) -> str:
    # The plan's key takes part, so that another scenario starts from its own weights.
    return f"weight_{loaded().key}_{criterion.name}"


def _reset(criteria: tuple[Criterion, ...]) -> None:
    for criterion in criteria:
        st.session_state[_slider_key(criterion)] = criterion.weight


def _weights(criteria: tuple[Criterion, ...], words: Language) -> tuple[Criterion, ...]:
    top = max(50.0, *(1.5 * c.weight for c in criteria))
    chosen = []
    for criterion in criteria:
        key = _slider_key(criterion)
        st.session_state.setdefault(key, criterion.weight)
        weight = st.slider(_plain(getattr(criterion, words)), 0.0, top, step=1.0, key=key, format="%g")
        chosen.append(criterion.model_copy(update={"weight": float(weight)}))
    return tuple(chosen)


def _plain(label: str) -> str:
    """A label is read as markdown: keep every sign of a scenario's own title a sign."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:^" else sign for sign in label)


def page() -> None:
    """Sliders on the left, the list on the right."""
    plan, words = loaded().plan, language()
    criteria = plan.scenario.ranking.criteria
    st.subheader(text("ranking_title", words))
    st.text(text("ranking_hint", words))
    left, right = st.columns([1, 3.1], gap="medium")
    with left, st.container(height=_HEIGHT_PX, border=True):
        st.button(text("reset", words), on_click=_reset, args=(criteria,), width="stretch", icon=":material/undo:")
        trial = _weights(criteria, words)
    with right:
        if not any(c.weight > 0 for c in trial):
            st.info(text("no_weight", words))
            return
        ranking = rank_villages(plan.criteria_values, trial, households=plan.villages["households"])
        changed = trial != criteria
        table = trial_table(plan, ranking, words)
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
        else:
            st.caption(text("as_scenario", words))
        st.dataframe(table, hide_index=True, height=_HEIGHT_PX - (205 if changed else 115), column_config=_columns(words))
        if changed:
            st.download_button(
                text("save_weights", words),
                weights_snippet(plan, trial),
                file_name="trong_so_thu_nghiem.yaml",
                mime="application/yaml",
                icon=":material/save:",
            )


def _columns(words: Language) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        text("column_rank", words): number(width=55, pinned=True),
        text("column_change", words): st.column_config.TextColumn(width=70, help=text("change_help", words)),
        text("column_base_rank", words): number(width=95),
        text("column_village", words): st.column_config.TextColumn(width=110),
        text("column_commune", words): st.column_config.TextColumn(width=105),
        text("column_modelled", words): st.column_config.TextColumn(width=82),
        text("column_declared", words): st.column_config.TextColumn(width=82),
        text("column_measured", words): st.column_config.TextColumn(width=82),
        text("column_score", words): st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100, width=90),
    }


page()
