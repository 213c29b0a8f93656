"""What a visit tries beside the scenario: the plan on trial in place of the scenario's, the strip that says so, the way back, and the way on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.export.assumptions import criteria_of
from geo_planner.files.hashes import sha256_of_content
from geo_planner.plan import Plan, Progress, with_build
from geo_planner.radio.cache import default_loss_cache
from geo_planner.radio.coverage import Coverage
from geo_planner.retried import PRICE_FACTOR, Trial, changes, list_on_trial, second_of, tried, tried_scenario
from geo_planner.ui import frame, visit
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.shelf import Shelf
from geo_planner.ui.texts import plain, text
from geo_planner.words import Language, percent, word

FOLLOWING = ("map",)
"""Pages that follow the trial as a whole; the ranking's page does so slider by slider."""
_KEPT, _KEPT_SECOND, _KEPT_CHOSEN = 8, 2, 3
_SHARE_BEFORE = 0.2
"""Of choosing anew what to build: the plan on trial, before the choice begins."""
_WEIGHTS_NAMED = 4
_FIRST_ANSWER = 1_000_000
"""Draws times villages beyond which a first answer has fewer draws: more would be some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried, as far as it differs from the scenario: the trial, its changes by path, and the error that speaks against it."""

    trial: Trial
    changes: Mapping[str, Any]
    error: GeoPlannerError | None = None


@st.cache_resource(show_spinner=False)
def _plans() -> Shelf[LoadedPlan]:
    return Shelf(_KEPT)


@st.cache_resource(show_spinner=False)
def _lists() -> Shelf[pd.DataFrame]:
    return Shelf(_KEPT)


@st.cache_resource(show_spinner=False)
def _second_models() -> Shelf[tuple[Coverage | None]]:
    return Shelf(_KEPT_SECOND)


@st.cache_resource(show_spinner=False)
def _chosen() -> dict[str, LoadedPlan]:
    """Plans on trial for which it was chosen anew what to build."""
    return {}


def _key(own: LoadedPlan, trial: Tried) -> str:
    return sha256_of_content(f"{own.key} {sorted(trial.changes.items())}")


def asked(plan: Plan) -> Tried:
    """What this visit tries beside the scenario of a plan."""
    trial = visit.trial([weighed.criterion.name for weighed in criteria_of(plan)])
    try:
        tried_scenario(plan.scenario, trial)
    except InputError as error:
        return Tried(trial, changes(plan.scenario, trial), error)
    return Tried(trial, changes(plan.scenario, trial))


def plan_on_trial(own: LoadedPlan, trial: Tried, progress: Progress) -> LoadedPlan:
    """The plan of a scenario with what is tried; computed once for all who try the same.

    Raises
    ------
    InputError
        See :func:`geo_planner.retried.tried`.
    """
    if not trial.changes:
        return own
    key = _key(own, trial)

    def make(tell: Progress) -> LoadedPlan:
        other_service = any(path.startswith("service.") for path in trial.changes) and "propagation.model" not in trial.changes
        second = _second_models().get(own.key, lambda _: (second_of(own.plan),), tell)[0] if other_service else None
        return LoadedPlan(key, tried(own.plan, trial.trial, second=second, cache=default_loss_cache(), progress=tell))

    return _plans().get(key, make, progress)


def of_ranking(plan: Plan, trial: Tried) -> Tried:
    """What is tried without the prices of the build plan, which its page follows by itself."""
    costs = {name: cost for name, cost in trial.trial.costs.items() if name != PRICE_FACTOR}
    rest = replace(trial.trial, costs=costs)
    return Tried(rest, changes(plan.scenario, rest), trial.error)


def chosen_for(own: LoadedPlan, trial: Tried) -> LoadedPlan | None:
    """The plan on trial with what to build chosen for it, where that has been worked out."""
    return _chosen().get(_key(own, trial))


def choose_for(own: LoadedPlan, trial: Tried, progress: Progress) -> LoadedPlan:
    """Choose what to build for the plan on trial, as a run of its scenario does; kept for all who try the same.

    Raises
    ------
    InputError
        As :func:`plan_on_trial`, or with the faults of what the build plan reads.
    """
    without = plan_on_trial(own, trial, lambda step, share: progress(step, _SHARE_BEFORE * share))
    plan = with_build(
        without.plan, os.cpu_count() or 1, default_loss_cache(), lambda step, share: progress(step, _SHARE_BEFORE + (1.0 - _SHARE_BEFORE) * share)
    )  # fmt: skip
    progress("build_frontier", 1.0)  # what was stopped at the very end is not kept
    kept, key = _chosen(), _key(own, trial)
    kept[key] = LoadedPlan(f"{key} build", plan)
    while len(kept) > _KEPT_CHOSEN:
        kept.pop(next(iter(kept)), None)
    return LoadedPlan(f"{key} build", plan)


def lists(own: LoadedPlan, trial: Tried, words: Language) -> Iterator[tuple[pd.DataFrame, int]]:
    """The list under what is tried, with the draws behind its intervals: a first answer before it where there are many villages.

    Of a whole plan on trial nothing but its list is worked out, unless what counts as coverage is another.

    Raises
    ------
    GeoPlannerError
        See :func:`plan_on_trial`.
    """
    whole = own.plan
    if trial.changes and _of_coverage(trial):
        with frame.progress_bar(words) as progress:
            whole = plan_on_trial(own, trial, progress).plan
    if whole is not own.plan or not trial.changes:
        yield whole.villages, whole.ranking.simulation.draws
        return
    fewer = first_draws(own.plan, trial)
    if fewer is not None:
        yield list_on_trial(own.plan, trial.trial, draws=fewer), fewer
    with frame.progress_bar(words) as progress:
        listed = _lists().get(_key(own, trial), lambda _: list_on_trial(own.plan, trial.trial), progress)
    yield listed, own.plan.scenario.ranking.robustness.draws


def first_draws(plan: Plan, trial: Tried) -> int | None:
    """So many draws make a first answer at once; None where the whole is there as soon, or has to wait for the coverage anyway."""
    if _of_coverage(trial):
        return None
    most = max(500, _FIRST_ANSWER // max(1, len(plan.villages)))
    return most if trial.changes and most < plan.scenario.ranking.robustness.draws else None


def _of_coverage(trial: Tried) -> bool:
    return any(path.startswith(("service.", "propagation.")) for path in trial.changes)


def follow(words: Language) -> None:
    """Put the plan on trial in place of the scenario's, for all that the page shows, and say so; without a trial nothing happens."""
    own = frame.scenario_plan()
    frame.show_plan(own)
    trial = asked(own.plan)
    if not trial.changes:
        return
    if trial.error is None:
        trial = take(own, trial, words, build=True)
    show_strip(own.plan, trial, words)


def take(own: LoadedPlan, trial: Tried, words: Language, *, build: bool = False) -> Tried:
    """Show the plan on trial from here on, with progress while it is worked out; where it cannot be, the error is told with the trial.

    With `build` it has what to build where that was chosen for it, or where only prices are others, so that it takes seconds.
    """
    with frame.progress_bar(words) as progress:
        try:
            frame.show_plan((_with_choice(own, trial, progress) if build else None) or plan_on_trial(own, trial, progress))
        except GeoPlannerError as error:
            return replace(trial, error=error)
    return trial


def _with_choice(own: LoadedPlan, trial: Tried, progress: Progress) -> LoadedPlan | None:
    """The plan on trial with what to build; None where that would have to be chosen from the beginning."""
    from geo_planner.build.rebuild import rebuild  # here, so that a plan without what to build loads no solver

    rest, factor = of_ranking(own.plan, trial), trial.changes.get(f"build.{PRICE_FACTOR}")
    base = chosen_for(own, rest) if rest.changes else own
    if base is None or base.plan.build is None or factor is None:
        return base if rest.changes else None
    on_trial = base

    def make(tell: Progress) -> LoadedPlan:
        built = rebuild(on_trial.plan, price_factor=factor, cache=default_loss_cache(), progress=tell)
        return LoadedPlan(f"{key} build", replace(on_trial.plan, scenario=tried_scenario(own.plan.scenario, trial.trial), build=built))

    key = _key(own, trial)
    return _plans().get(f"{key} build", make, progress)


def note_elsewhere(words: Language) -> None:
    """On a page that shows the scenario as it is, say so while something is tried."""
    plan = frame.scenario_plan().plan
    trial = asked(plan)
    if trial.changes:
        strip(text("trial_elsewhere", words, what=told(plan, trial, words)), words, only_weights(trial))


def show_strip(plan: Plan, trial: Tried, words: Language, *, save: bool = False) -> None:
    """What is tried, against what, what follows it and what does not; the way back, and the way on."""
    if trial.error is not None:
        strip(text("trial_refused", words, why=sentences_of(trial.error, words)), words, only_weights(trial))
        return
    line = text("trial_strip", words, what=told(plan, trial, words))
    followed = frame.loaded() is not frame.scenario_plan() and frame.loaded().plan.build is not None
    rest = "" if plan.build is None else " " + text("trial_with_build" if followed else "trial_without_build", words)
    strip(line + rest, words, only_weights(trial), more=partial(_offer_save, trial, words) if save else None)


def told(plan: Plan, trial: Tried, words: Language) -> str:
    """The changes of a trial in words, each with what the scenario says."""
    in_force = criteria_of(plan)
    titles = {weighed.criterion.name: str(getattr(weighed.criterion, words)) for weighed in in_force}
    figures = {weighed.criterion.name: weighed.figure for weighed in in_force}
    weights = [
        text("trial_weight", words, title=titles[name], then=figures[name], now=trial.trial.weights[name])
        for name in titles
        if trial.trial.weights.get(name, figures[name]) != figures[name]
    ]
    if len(weights) > _WEIGHTS_NAMED:
        weights = [*weights[: _WEIGHTS_NAMED - 1], text("trial_more_weights", words, n=len(weights) - _WEIGHTS_NAMED + 1)]
    service, model = plan.scenario.service, plan.scenario.propagation.model
    others: dict[str, Callable[[Any], str]] = {
        "service.rsrp_threshold_dbm": lambda now: text("trial_threshold", words, then=service.rsrp_threshold_dbm, now=now),
        "service.min_probability": lambda now: text(
            "trial_probability", words, then=percent(service.min_probability, words), now=percent(now, words)
        ),
        "propagation.model": lambda now: text("trial_model", words, then=word(model, words), now=word(now, words)),
    }
    costs = [
        text("tried_cost", words, title=text(f"cost_{path.rsplit('.', 1)[1]}", words), then=getattr(plan.scenario.ranking.cost, path.rsplit(".", 1)[1]), now=now)
        for path, now in trial.changes.items()
        if path.startswith("ranking.cost.")
    ]  # fmt: skip
    if f"build.{PRICE_FACTOR}" in trial.changes and plan.scenario.build is not None:
        costs.append(text("tried_price_factor", words, then=plan.scenario.build.price_factor, now=trial.changes[f"build.{PRICE_FACTOR}"]))
    return "; ".join([*weights, *(tell(trial.changes[path]) for path, tell in others.items() if path in trial.changes), *costs])


def only_weights(trial: Tried) -> bool:
    """Whether nothing but weights is tried."""
    return not any(path.startswith(("service.", "propagation.", "ranking.cost.", "build.")) for path in trial.changes)


def sentences_of(error: GeoPlannerError, words: Language) -> str:
    """What is wrong and what to do, in sentences."""
    if not isinstance(error, InputError):
        return error.text(words)
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for found in error.faults for part in found.texts(words) if part)


def strip(line: str, words: Language, weights: bool, *, more: Callable[[], object] | None = None) -> None:
    """The line that says what is tried, the way back, and what else can be done there."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small", key="trial_strip"):
        st.html(f'<div class="gp-strip gp-trial" role="status">{escape(line)}</div>', width="stretch")
        label = text("reset" if weights else "trial_end", words)
        st.button(label, on_click=visit.set_trial, args=(Trial(),), icon=":material/undo:", key="trial_end")
        if more is not None:
            more()


def _offer_save(trial: Tried, words: Language) -> None:
    with st.popover(text("save_scenario", words), icon=":material/save:", type="primary"):
        _save(trial, words)


def _save(trial: Tried, words: Language) -> None:
    from geo_planner.scenario_files import save_as  # here: few visits save

    title = st.text_input(text("save_title", words), key="trial_title", max_chars=200, help=text("save_help", words))
    if st.button(text("save_and_open", words), key="trial_save", type="primary", disabled=not title.strip()):
        try:
            new = save_as(frame.scenario_file(), title, trial.changes)
        except GeoPlannerError as error:
            st.error(plain(sentences_of(error, words)), icon=":material/error:")
            return
        visit.choose_scenario(new.stem)
        st.rerun()
