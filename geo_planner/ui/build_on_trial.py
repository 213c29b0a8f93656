"""What the ranking's page tries, on the page of the build plan: the scenario's choice until it is asked to be made anew, then that of the trial."""

from __future__ import annotations

from functools import partial

import streamlit as st

from geo_planner.build.rebuild import StoppedError
from geo_planner.errors import GeoPlannerError
from geo_planner.retried import Trial
from geo_planner.ui import build_tables as tables
from geo_planner.ui import frame, trying
from geo_planner.ui.build_job import Job, Stop, Told
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.texts import plain, text
from geo_planner.words import Language, said

_JOB = "build_on_trial"
_LOOK_S = 0.4
_WAIT_S = 0.25


def follow(own: LoadedPlan, words: Language) -> trying.Tried:
    """Let the page show the choice for what is tried where it is there, say which choice it shows, and offer to make it anew.

    Returns
    -------
    Tried
        What the shown choice was made for beside the scenario; without changes where it is the scenario's.
    """
    frame.show_plan(own)
    trial = trying.of_ranking(own.plan, trying.asked(own.plan))
    none = trying.Tried(Trial(), {})
    job: Job[LoadedPlan] | None = st.session_state.get(_JOB)
    key = (own.key, trial.trial)
    if job is not None and job.key != key:
        job.stop()
        del st.session_state[_JOB]
        job = None
    if not trial.changes:
        return none
    if trial.error is not None:
        trying.show_strip(own.plan, trial, words)
        return none
    what, weights = trying.told(own.plan, trial, words), trying.only_weights(trial)
    chosen = trying.chosen_for(own, trial)
    if chosen is None and job is not None and job.done(_WAIT_S) and not job.stopped:
        chosen = job.result
    if chosen is not None and chosen.plan.build is not None and own.plan.build is not None:
        frame.show_plan(chosen)
        gone, new = tables.gone_and_new(own.plan.build, chosen.plan.build)
        line = text("build_on_trial", words, what=what) + " " + text("build_diff_sites", words, gone=len(gone), new=len(new))
        trying.strip(line, words, weights)
        return trial
    working = job is not None and not job.done() and not job.stopped
    trying.strip(text("build_not_on_trial", words, what=what), words, weights, more=None if working else partial(_offer, own, trial, words))
    if job is not None and working:
        _show_progress(job, words)
    elif job is not None and job.error is not None:
        error = job.error
        st.error(plain(trying.sentences_of(error, words)) if isinstance(error, GeoPlannerError) else text("build_broke", words))
    return none


def choose(own: LoadedPlan, trial: trying.Tried, tell: Told, stop: Stop) -> LoadedPlan:
    """The plan on trial with what to build.

    Raises
    ------
    StoppedError
        As soon as it tells of a step when it is to stop.
    """

    def progress(step: str, share: float) -> None:
        if stop():
            raise StoppedError
        tell(step, share)

    return trying.choose_for(own, trial, progress)


def _offer(own: LoadedPlan, trial: trying.Tried, words: Language) -> None:
    st.button(
        text("build_choose_on_trial", words), on_click=_begin, args=(own, trial), type="primary", icon=":material/calculate:",
        key="build_choose_on_trial", help=text("build_choose_on_trial_help", words),
    )  # fmt: skip


def _begin(own: LoadedPlan, trial: trying.Tried) -> None:
    st.session_state[_JOB] = Job((own.key, trial.trial), partial(choose, own, trial), first="ranking")


@st.fragment(run_every=_LOOK_S)
def _show_progress(job: Job[LoadedPlan], words: Language) -> None:
    if job.done() or job.stopped:
        st.rerun()
    step, share = job.step
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(min(max(share, 0.0), 1.0), text=text("running", words, step=said(f"step.{step}").text(words)))
    button.button(text("build_stop", words), on_click=job.stop, icon=":material/stop:", key="build_on_trial_stop")
