"""What belongs to a visit and not to a widget: language, scenario, village, trial, filters, masts on trial. Kept from page to page, and in the address.

Streamlit drops what stands under a widget's key as soon as the page without that widget is drawn. Here everything stands under one key of
its own; a page asks for a value, shows it in a widget of its own (:func:`bound`) and tells what was chosen. Each choice goes into the
address at once, so that a reload, or another browser with the same address, opens the same state.

The map's theme, colours, layers and view (``delivery.OF_THE_MAP``) are kept by the browser, which writes them into the address without a run of the
script; what the script writes leaves them as they are (:mod:`geo_planner.ui.delivery`).

Examples
--------
On a page::

    chosen = visit.village(ids)
    st.selectbox(title, **visit.offered("map_village", chosen, visit.choose_village, ids, names.__getitem__))
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo_planner.retried import PRICE_FACTOR
from geo_planner.ui.address import ADDRESSED, BuildTrial, Filters, Trial, Visit, read_address, write_address
from geo_planner.words import Language

_VISIT, _TURNS, _LABELS, _OPENED = "visit", "widget_turns", "widget_labels", "scenarios_opened"
_MOST_OPENED = 20
_T = TypeVar("_T")


def begin() -> Visit:
    """The visit at the beginning of a run of the script: from the address when it is new, or when the browser went back or forth in it.

    A change of page empties the address; it is written again.
    """
    if _VISIT not in st.session_state or _went_through_history():
        st.session_state[_VISIT] = read_address(st.query_params.to_dict())
    _write()
    return now()


def now() -> Visit:
    """All of the visit."""
    visit: Visit = st.session_state.get(_VISIT) or Visit()
    return visit


def language() -> Language:
    """The language of this visit; Vietnamese until another is chosen."""
    return now().language


def choose_language(language: Language) -> None:
    _keep(replace(now(), language=language))


def scenario(stems: Sequence[str]) -> str:
    """The scenario by its file's name without the ending: the one chosen, if the study area has it, else the one opened before it, else the first."""
    before: list[str] = st.session_state.get(_OPENED) or []
    wanted = (now().scenario, *reversed(before))
    chosen = next((stem for stem in wanted if stem is not None and stem in stems), stems[0])
    if chosen != opened():
        st.session_state[_OPENED] = [*before, chosen][-_MOST_OPENED:]
    return chosen


def opened() -> str | None:
    """The scenario that is open, whether it was chosen or found; None before the first."""
    before: list[str] = st.session_state.get(_OPENED) or []
    return before[-1] if before else None


def choose_scenario(stem: str) -> None:
    """Take another scenario. What was tried of the settings of the one before is over; village, language, filters and masts on trial stay."""
    if stem != now().scenario:
        change(**of_scenario(stem))


def of_scenario(stem: str | None, *, goes_on: bool = False) -> dict[str, Any]:
    """Parts of the visit that another scenario changes.

    `goes_on`: it was made from the one that is open by a wish more, or is that one again. What is tried goes on beside it, wishes on trial excepted,
    which would hide the new one.
    """
    if stem == now().scenario:
        return {}
    if goes_on:
        return {"scenario": stem, "build": replace(now().build, must=None, must_not=None)}
    return {"scenario": stem, "trial": Trial(), "build": BuildTrial()}


def village(ids: Sequence[str]) -> str:
    """The chosen village, if it is among `ids` (in order of rank), else the first of them."""
    chosen = now().village
    return chosen if chosen is not None and chosen in ids else ids[0]


def choose_village(village_id: str) -> None:
    change(village=village_id)


def change(**parts: Any) -> None:
    """Other values for parts of the visit (:class:`geo_planner.ui.address.Visit`), all in one step of the browser's history."""
    _keep(replace(now(), **parts))


def trial(criteria: Sequence[str] | None = None) -> Trial:
    """What is tried beside the scenario.

    Parameters
    ----------
    criteria : sequence of str, optional
        Names of the scenario's criteria: weights of others, which an address may name, are left out.
    """
    tried = now().trial
    if criteria is None:
        return tried
    return replace(tried, weights={name: weight for name, weight in tried.weights.items() if name in criteria})


def set_trial(trial: Trial) -> None:
    """Try this beside the scenario; ``Trial()`` ends it."""
    _keep(replace(now(), trial=trial))


def set_weights(weights: Mapping[str, float]) -> None:
    """Try these weights (by criterion, only those that differ from the scenario) and keep what else is tried."""
    set_trial(replace(now().trial, weights=dict(weights)))


def build() -> BuildTrial:
    """What is tried of the build plan beside the scenario, with the factor of its prices, which the trial of the visit holds."""
    return replace(now().build, price_factor=now().trial.costs.get(PRICE_FACTOR))


def set_build(tried: BuildTrial) -> None:
    """Try this of the build plan; ``BuildTrial()`` ends it."""
    others = {name: cost for name, cost in now().trial.costs.items() if name != PRICE_FACTOR}
    costs = others if tried.price_factor is None else {**others, PRICE_FACTOR: tried.price_factor}
    _keep(replace(now(), build=replace(tried, price_factor=None), trial=replace(now().trial, costs=costs)))


def filters() -> Filters:
    """Which villages are to be shown."""
    return now().filters


def set_filters(filters: Filters) -> None:
    """Show these villages; ``Filters()`` shows all."""
    _keep(replace(now(), filters=filters))


def bound(key: str, value: _T, choose: Callable[[_T], object], *, anew: bool = False) -> dict[str, Any]:
    """Arguments that bind a widget to a value of the visit.

    Parameters
    ----------
    key : str
        Of the widget, its own on each page; must be no name of this module's.
    value
        What the widget shall show, as it takes it: one of its options, a figure within its range.
    choose : callable
        Called with what the visitor has chosen.
    anew : bool
        Whether a new widget takes its place though it shows the same value.

    Returns
    -------
    dict
        ``key``, ``on_change`` and how long it is kept, for ``st.number_input(label, **bound(...))`` and the like; no ``index`` or ``value``
        beside them. For a widget of options see :func:`offered`.

    Notes
    -----
    Streamlit tells the browser a value that was set here once, with the first drawing. Where another run overtakes that drawing (the map that
    reports a click, a part that looks again), the browser puts up the widget as the second run has it, at its first option, sends that back with
    the next click, and the choice of the visit is gone. With ``persist_state`` the value is told anew in every run until the browser has sent the
    widget back.

    A value that something else has changed (the budget of a year by that of all years) goes into a new widget, whose key bears a number. The
    browser sends every widget with every click; what it had not yet been told of would otherwise come back as a choice, and undo the change.
    """
    turns: dict[str, int] = st.session_state.setdefault(_TURNS, {})
    name = _in_turn(key, turns.get(key, 0))
    if name in st.session_state and (anew or st.session_state[name] != value):
        turns[key] = turns.get(key, 0) + 1
        name = _in_turn(key, turns[key])
    if name not in st.session_state:
        st.session_state[name] = value
    return {"key": name, "on_change": lambda: choose(st.session_state[name]), **_told_until_taken()}


def offered(key: str, value: Any, choose: Callable[[Any], object], options: Iterable[Any], named: Callable[[Any], str]) -> dict[str, Any]:
    """Arguments that bind a widget of options to a value of the visit.

    Parameters
    ----------
    key, value, choose
        As for :func:`bound`; `value` is one of the options, or a list of some.
    options : iterable
        What can be chosen; `value` always can.
    named : callable
        The label of an option. Options that share one are told apart by themselves.

    Returns
    -------
    dict
        ``options`` and ``format_func`` beside those of :func:`bound`, for ``st.selectbox(label, **offered(...))`` and the like.

    Notes
    -----
    The browser holds a choice by its label, and sends the label back with every click. Where labels change (another language, a scenario that
    gets another title, ranks) it would go on with the old one, and Streamlit would hand that text over as a choice: so a new widget takes its
    place, and what is none of the options is no choice.
    """
    known = list(options)
    labels = {option: named(option) for option in known}
    times = Counter(labels.values())
    labels = {option: label if times[label] == 1 else f"{label} ({option})" for option, label in labels.items()}
    before: dict[Any, str] = st.session_state.setdefault(_LABELS, {}).get(key, {})
    st.session_state[_LABELS][key] = labels
    anew = any(before.get(one, labels.get(one)) != labels.get(one) for one in _single(value))

    def choose_known(chosen: Any) -> None:
        if all(one in labels for one in _single(chosen)):
            choose(chosen)

    return {"options": known, "format_func": lambda option: labels.get(option, str(option)), **bound(key, value, choose_known, anew=anew)}


def remembered(key: str, options: Iterable[Any], named: Callable[[Any], str], first: Any = None) -> dict[str, Any]:
    """Arguments for a widget of options whose choice the visit remembers and no address tells, as :func:`offered` gives them.

    `first` is chosen until another one is, and again where that is no longer among the options; None: the first of them.
    """
    known = list(options)
    kept = f"remembered_{key}"
    chosen = st.session_state.get(kept, first)
    return offered(
        key, chosen if chosen in known else known[0] if first is None else first, partial(st.session_state.__setitem__, kept), known, named
    )


def _single(chosen: Any) -> Sequence[Any]:
    """What is chosen, one by one."""
    if isinstance(chosen, (list, tuple)):
        return chosen
    return () if chosen is None else (chosen,)


def _in_turn(key: str, turn: int) -> str:
    return f"{key}~{turn}" if turn else key


@lru_cache(maxsize=1)
def _told_until_taken() -> dict[str, str]:
    """Empty under a Streamlit that has no such argument."""
    return {"persist_state": "page"} if "persist_state" in inspect.signature(st.selectbox).parameters else {}


def address(**parts: Any) -> dict[str, str]:
    """Parts of the address of this visit, for links: as it is, or with some values changed (``address(village="B12")``)."""
    return write_address(replace(now(), **parts))


def _keep(visit: Visit) -> None:
    st.session_state[_VISIT] = visit
    _write()


def _write() -> None:
    """Put the visit into the address, which is left alone where it says so already; parts that are not ours stay."""
    told = st.query_params.to_dict()
    wanted = {key: value for key, value in told.items() if key not in ADDRESSED} | write_address(now())
    if wanted != told:
        st.query_params.from_dict(wanted)


def _went_through_history() -> bool:
    return bool(getattr(get_script_run_ctx(suppress_warning=True), "is_history_navigation", False))
