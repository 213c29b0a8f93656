"""What the result rests on: sample or real, method, assumptions, inputs, warnings."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo_planner.export.assumptions import WeighedCriterion, citation_words, criteria_of, sources_of
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion
from geo_planner.ui.frame import language, loaded
from geo_planner.ui.texts import ASSUMPTIONS, fault_table, method, setting_title, text, wrapped
from geo_planner.words import Language, number, percent, word

_LONGEST_SOURCE = 160


def what_is_sample(plan: Plan, words: Language) -> pd.DataFrame:
    """Part by part: how much of it is made up, and where it says that it comes from."""
    area = plan.study_area
    rows = [
        (text("part_villages", words), _share_of_sample(area.villages, words), _sources(area.villages)),
        (text("part_sites", words), _share_of_sample(area.sites, words), _sources(area.sites)),
        (text("part_terrain", words), *_terrain(plan, words)),
        *([(text("part_population", words), *_population(plan, words))] if area.population is not None else []),
        (text("part_communes", words), text("not_marked", words), plan.scenario.layers.communes),
    ]
    return pd.DataFrame(rows, columns=[text(key, words) for key in ("part", "state", "origin")])


def assumptions(plan: Plan, words: Language) -> pd.DataFrame:
    """Every setting of the service and the propagation."""
    values = plan.scenario.model_dump()
    rows = []
    for path in ASSUMPTIONS:
        group, name = path.split(".")
        value = values[group][name]
        rows.append((setting_title(path, words), _shown(value, words)))
    return pd.DataFrame(rows, columns=[text("assumption", words), text("value", words)])


def _shown(value: object, words: Language) -> str:
    if value is None:
        return text("none", words)
    if isinstance(value, (tuple, list)):
        return "; ".join(_shown(item, words) for item in value)
    return number(value, 4, words, keep_zeros=False) if isinstance(value, float) else word(value, words)


def criteria(plan: Plan, words: Language) -> pd.DataFrame:
    """The criteria of the ranking with the weights in force."""
    rows = [
        (getattr(c, words), _bounds(c, words), _weight(weighed, words), c.source)
        for weighed in criteria_of(plan)
        for c in [weighed.criterion]
    ]
    return pd.DataFrame(rows, columns=[text(key, words) for key in ("criterion", "bounds", "weight", "ground")])


def grounds(plan: Plan, words: Language) -> pd.DataFrame:
    """Why each criterion counts, in a sentence."""
    rows = [(getattr(weighed.criterion, words), getattr(weighed.criterion, f"explain_{words}")) for weighed in criteria_of(plan)]
    return pd.DataFrame(rows, columns=[text(key, words) for key in ("criterion", "criterion_counts")])


def _bounds(criterion: Criterion, words: Language) -> str:
    least, most = (number(bound, 4, words, keep_zeros=False) for bound in criterion.bounds)
    return f"{least} → {most} {criterion.unit or ''}".rstrip()


def _weight(weighed: WeighedCriterion, words: Language) -> str:
    return f"{number(weighed.figure, 2, words, keep_zeros=False)} ({percent(weighed.share, words, 1)})"


def inputs(plan: Plan, words: Language) -> pd.DataFrame:
    """Every file that took part, cited from the study area's manifest, with its hash."""
    rows = [(c.file, citation_words(c, words), c.sha256) for c in sources_of(plan)]
    return pd.DataFrame(rows, columns=[text(key, words) for key in ("file", "origin", "share_sha")])


def _terrain(plan: Plan, words: Language) -> tuple[str, str]:
    if plan.scenario.terrain.path is None:
        return text("no_terrain", words), ""
    return text("is_sample" if plan.terrain.is_sample else "not_marked", words), plan.scenario.terrain.path


def _population(plan: Plan, words: Language) -> tuple[str, str]:
    people = plan.study_area.population
    made_up = people is not None and people.is_sample
    return text("is_sample" if made_up else "not_marked", words), plan.scenario.layers.population or ""


def _share_of_sample(layer: gpd.GeoDataFrame, words: Language) -> str:
    return text("n_of_sample", words, sample=int(layer["is_sample"].fillna(False).sum()), total=len(layer))


def _sources(layer: gpd.GeoDataFrame) -> str:
    named = "; ".join(dict.fromkeys(str(source) for source in layer["source"].dropna()))
    return named if len(named) <= _LONGEST_SOURCE else named[:_LONGEST_SOURCE] + "…"


def page() -> None:
    """Tables and short sentences, the sample question first."""
    plan, words = loaded().plan, language()
    st.subheader(text("about_title", words))
    st.markdown(f"**{text('what_is_sample', words)}**")
    st.dataframe(what_is_sample(plan, words), hide_index=True, placeholder="")
    if plan.uses_sample_data:
        st.info(text("replace_first", words), icon=":material/edit_note:")
    st.markdown(f"**{text('how', words)}**")
    for sentence in method(words):
        st.markdown(f"- {sentence}")
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        st.markdown(f"**{text('assumptions', words)}**")
        st.dataframe(assumptions(plan, words), hide_index=True, height="content", placeholder="")
    with right:
        st.markdown(f"**{text('criteria', words)}**")
        st.dataframe(criteria(plan, words), hide_index=True, height="content", placeholder="")
    st.html(wrapped(grounds(plan, words)))
    if plan.notes:
        st.markdown(f"**{text('notes', words)}**")
        st.dataframe(fault_table(plan.notes, words), hide_index=True, placeholder="")
    st.markdown(f"**{text('inputs', words)}**")
    st.dataframe(
        inputs(plan, words),
        hide_index=True,
        column_config={
            text("file", words): st.column_config.TextColumn(width=220),
            text("origin", words): st.column_config.TextColumn(width=560),
        },
        placeholder="",
    )


page()
