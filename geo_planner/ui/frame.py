"""What surrounds every page: language and scenario in the sidebar, the sample-data line, faults told as a table."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_planner.config import load_scenario
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.plan import Progress
from geo_planner.scenario_files import title_of
from geo_planner.study_area import scenario_paths
from geo_planner.study_area.holdings import holdings
from geo_planner.ui import visit
from geo_planner.ui.legible import LEGIBLE
from geo_planner.ui.loading import LoadedPlan, UnderWayError, load_plan, plan_at_hand
from geo_planner.ui.texts import LANGUAGES, fault_table, text, wrapped
from geo_planner.words import LANGUAGES as CODES
from geo_planner.words import Language, catalogue, said

_LOADED, _OF_SCENARIO = "loaded_plan", "scenario_plan"
_ROOT = "study_area_root"
_SCENARIO_FILE, _GONE = "scenario_file", "scenario_gone"

# Own rules only, never a user's text: room for the map on a small laptop, and the look of the strips and the card.
_STYLE = """<style>
.stMainBlockContainer { padding: 2.2rem 1.4rem 1rem; max-width: none; }
.stMain .stVerticalBlock { gap: 0.7rem; }
.stMain h3 { padding: 0 0 4px; font-size: 1.5rem; }
.stMain .stSlider { margin-bottom: -0.7rem; }
[data-testid="stSidebarHeader"]::before { content: "@app"; font-weight: 700; font-size: 18px; line-height: 1.25; color: #0b4a8c; }
[data-testid="stSidebarHeader"] { align-items: center; }
.gp-strip { padding: 6px 12px; background: #fff3dc; color: #7a4300; border-left: 4px solid #e08a00; font-weight: 600; font-size: 15px; }
.gp-strip.gp-trial { background: #e6f0fb; color: #0b3f77; border-left-color: #0b4a8c; font-size: 14.5px; font-weight: 500; overflow-wrap: anywhere; }
.gp-heads { display: flex; flex-wrap: wrap; gap: 2px 20px; align-items: baseline; font-size: 14.5px; color: #44505c; }
.gp-heads .gp-next { border-left: 2px solid #cbd3db; padding-left: 20px; }
.gp-heads b { font-size: 21px; color: #1d2733; margin-right: 4px; }
.gp-card { font-size: 15px; line-height: 1.42; color: #1d2733; }
.gp-card h2 { margin: 0; padding: 0; font-size: 23px; line-height: 1.2; overflow-wrap: anywhere; }
.gp-card h3 { margin: 8px 0 2px; padding: 0; font-size: 14px; color: #44505c; }
.gp-card p { margin: 0 0 2px; overflow-wrap: anywhere; }
.gp-card .gp-card-rank { font-weight: 700; color: #0b4a8c; }
.gp-card .gp-card-sample { background: #fff3dc; color: #7a4300; border-left: 3px solid #e08a00; padding: 1px 8px; margin: 4px 0; font-size: 14px; }
.gp-card-statuses { display: grid; grid-template-columns: repeat(auto-fit, minmax(92px, 1fr)); gap: 4px 8px; }
.gp-card-statuses small { display: block; color: #55606b; }
.gp-card-statuses b { font-size: 14.5px; }
.gp-card-statuses i { display: inline-block; box-sizing: border-box; width: 12px; height: 12px; border-radius: 50%; margin-right: 5px; }
.gp-card .gp-card-lead { font-size: 14.5px; }
.gp-models { display: grid; grid-template-columns: 1.5fr 1fr 0.8fr 1.2fr; gap: 2px 9px; align-items: baseline; font-size: 13.5px; }
.gp-models small { color: #55606b; font-size: 12.5px; }
.gp-models b, .gp-models span { overflow-wrap: anywhere; font-weight: 600; }
.gp-models span { font-weight: 400; }
.gp-models i { display: inline-block; box-sizing: border-box; width: 11px; height: 11px; border-radius: 50%; margin-right: 5px; }
.gp-bars { display: grid; grid-template-columns: 1.35fr 1fr auto; gap: 4px 8px; align-items: center; font-size: 13.5px; line-height: 1.25; }
.gp-bar-row { display: contents; }
.gp-bar-row > * { overflow-wrap: anywhere; }
.gp-bar { position: relative; height: 12px; }
.gp-bars .gp-bar i { position: absolute; left: 0; top: 0; height: 100%; margin: 0; border-radius: 2px; }
.gp-bar-ceiling { background: #dfe5eb; }
.gp-bar-fill { background: #0b5cad; }
.gp-bar-assumed { background: repeating-linear-gradient(45deg, #0b5cad, #0b5cad 3px, #9cc3e6 3px, #9cc3e6 6px); }
.gp-bar-value { max-width: 92px; text-align: right; color: #44505c; }
.gp-card ul { margin: 0; padding-left: 19px; }
.gp-facts { display: grid; grid-template-columns: auto 1fr; gap: 1px 14px; }
.gp-facts span { color: #55606b; }
.gp-facts b { font-weight: 600; overflow-wrap: anywhere; }
.gp-faults { overflow: auto; max-height: 420px; }
.gp-faults table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.35; color: #1d2733; }
.gp-faults th { position: sticky; top: 0; background: #eef2f6; text-align: left; font-weight: 600; padding: 4px 8px; }
.gp-faults td { vertical-align: top; padding: 4px 8px; border-top: 1px solid #dde3e9; overflow-wrap: anywhere; }
.gp-faults td:first-child { white-space: nowrap; }
.gp-wrapped { max-height: 270px; }
.gp-wrapped td:first-child { white-space: normal; min-width: 150px; }
.gp-wrapped td:nth-child(2) { min-width: 150px; }
.gp-wrapped td:nth-child(3) { min-width: 88px; overflow-wrap: normal; }
.gp-wrapped td:nth-child(4) { min-width: 130px; }
.gp-held { max-height: none; }
.gp-held td:first-child { white-space: normal; min-width: 260px; }
.gp-held td:nth-child(3) { min-width: 110px; }
.gp-held td:nth-child(4) { min-width: 190px; }
.gp-held td:nth-child(5) { white-space: nowrap; }
.gp-held td:nth-child(6) { min-width: 190px; }
.gp-held small { display: block; color: #55606b; font-size: 13px; }
.gp-held .gp-sample td:nth-child(3), .gp-held .gp-partly td:nth-child(3) { color: #7a4300; font-weight: 600; }
.gp-missing { margin: 0; padding-left: 20px; font-size: 14px; line-height: 1.45; color: #1d2733; }
.gp-card .gp-small { font-size: 13px; color: #55606b; }
.gp-card ol { margin: 0; padding-left: 22px; }
.gp-card .gp-legend-line { font-size: 13px; }
.gp-swatch { display: inline-block; width: 16px; height: 11px; margin: 0 5px 0 0; border: 1px solid #8a5a3a; vertical-align: -1px; }
.gp-place h2 { font-size: 19px; }
</style>"""
_LEFT = "plan_left_under_way"
_DECIDING = ("villages", "sites", "terrain", "population")
"""Layers whose sample rows make a plan one of sample data."""


def language() -> Language:
    """The language of this visit."""
    return visit.language()


def loaded() -> LoadedPlan:
    """The plan that this page shows: the scenario's, or, on pages that follow it, the one on trial."""
    plan: LoadedPlan = st.session_state[_LOADED]
    return plan


def scenario_plan() -> LoadedPlan:
    """The plan of the scenario as it is, whatever is tried beside it."""
    plan: LoadedPlan = st.session_state[_OF_SCENARIO]
    return plan


def show_plan(plan: LoadedPlan) -> None:
    """Let the page show this plan from here on."""
    st.session_state[_LOADED] = plan


def page_file(name: str) -> Path:
    """The file of a page, as links between pages name it: wherever the program is installed."""
    return Path(__file__).resolve().parent / "pages" / f"{name}.py"


def study_area() -> Path:
    """Folder of the study area that is open, whether it can be planned or not."""
    root: Path = st.session_state[_ROOT]
    return root


def scenario_file() -> Path:
    """File of the scenario that is open."""
    path: Path = st.session_state[_SCENARIO_FILE]
    return path


def choose_language() -> Language:
    """The switch in the sidebar."""
    names = {code: name for name, code in LANGUAGES.items()}
    with st.sidebar:
        st.radio(
            text("language", language()), list(LANGUAGES), horizontal=True,
            **visit.bound("language", names[language()], lambda name: visit.choose_language(LANGUAGES[name])),
        )  # fmt: skip
    return language()


def choose_scenario(root: Path) -> Path:
    """The picker in the sidebar; ends the page with a sentence when there is nothing to pick."""
    words = language()
    try:
        paths = scenario_paths(root)
    except GeoPlannerError as error:
        show_error(error)
        st.stop()
    if not paths:
        st.title(text("cannot_go_on", words))
        st.text(text("no_scenario", words, folder=root))
        st.stop()
    st.session_state[_ROOT] = root
    files = {path.stem: path for path in paths}
    titles = scenario_titles(paths, words)
    wanted = visit.now().scenario or visit.opened()
    # somebody who has chosen none is led to one that can be planned
    chosen = visit.scenario(sorted(files, key=lambda stem: not _own_titles(str(files[stem]), files[stem].stat().st_mtime_ns)))
    with st.sidebar:
        st.selectbox(text("scenario", words), **visit.offered("scenario", chosen, visit.choose_scenario, files, titles.__getitem__))
    _tell_gone(wanted, chosen, titles, words)
    st.session_state[_SCENARIO_FILE] = files[chosen]
    return files[chosen]


def _tell_gone(wanted: str | None, chosen: str, titles: Mapping[str, str], words: Language) -> None:
    """A scenario that was deleted, taken back or never there: which one is open in its place. What was tried beside it does not go over."""
    if wanted is not None and wanted not in titles:
        visit.choose_scenario(chosen)
        st.session_state[_GONE] = (wanted, chosen)
    gone, instead = st.session_state.get(_GONE, (None, None))
    if gone is None or instead != chosen or gone in titles:
        st.session_state.pop(_GONE, None)
        return
    told = text("scenario_gone", words, name=gone, title=titles[chosen])
    st.html(f'<div class="gp-strip" role="status">{html.escape(told)}</div>')


def scenario_titles(paths: Sequence[Path], words: Language) -> dict[str, str]:
    """Titles of scenarios by their files' names without the ending; those that share a title are told apart by these. A faulty one bears what can still be read of it."""
    titles = {path.stem: _own_titles(str(path), path.stat().st_mtime_ns).get(words) or title_of(path) for path in paths}
    times = Counter(titles.values())
    return {stem: title if times[title] == 1 else f"{stem}: {title}" for stem, title in titles.items()}


@st.cache_data(show_spinner=False, max_entries=64)
def _own_titles(path: str, modified_ns: int) -> dict[str, str]:
    """Titles of one scenario by language; its time of change stands for its content."""
    del modified_ns
    try:
        scenario = load_scenario(Path(path))
    except GeoPlannerError:
        return {}
    return {code: str(getattr(scenario, f"title_{code}")) for code in CODES}


def load_or_explain(scenario_path: Path, *, needed: bool = True, waits: bool = True) -> LoadedPlan | None:
    """Load the plan with a progress bar; faults are shown as a table, and end the page where the plan is needed.

    A page that does not wait is drawn while the plan is worked out, which it says.
    """
    words = language()
    place = st.empty()
    progress = _progress(place, words)

    left = st.session_state.pop(_LEFT, None)
    try:
        plan = (load_plan if waits else plan_at_hand)(scenario_path, progress, left=left)
    except UnderWayError as under_way:
        place.empty()
        st.session_state[_LEFT] = under_way.key
        show_under_way(scenario_path)
        return None
    except GeoPlannerError as error:
        place.empty()
        show_error(error)
        if needed:
            st.stop()
        return None
    place.empty()
    st.session_state[_LOADED] = st.session_state[_OF_SCENARIO] = plan
    return plan


@contextmanager
def progress_bar(words: Language) -> Iterator[Progress]:
    """A bar that stands while something is worked out, once it says how far it is."""
    place = st.empty()
    yield _progress(place, words)
    place.empty()


def _progress(place: DeltaGenerator, words: Language) -> Progress:
    def progress(step: str, share: float) -> None:
        key = next((key for key in (f"ui.step_{step}", f"step.{step}") if key in catalogue(words)), None)
        named = step if key is None else said(key).text(words)
        place.progress(min(max(share, 0.0), 1.0), text=text("running", words, step=named))

    return progress


def show_style() -> None:
    """Room for the map; see the head of this module's style sheet."""
    st.html(_STYLE.replace("@app", text("app", language())) + LEGIBLE)


def show_sample_banner(plan: LoadedPlan | None) -> None:
    """The line that stands on every page while any sample data takes part."""
    if plan is not None and plan.plan.uses_sample_data:
        st.html(f'<div class="gp-strip" role="note">{html.escape(said("sample_banner").text(language()))}</div>')


def show_under_way(scenario_path: Path) -> None:
    """On a page that does without the plan: it is being worked out; and whether any layer of it is sample data."""
    words = language()
    layers = holdings(scenario_path.parent.parent, load_scenario(scenario_path))
    if any(one.there and one.layer in _DECIDING and one.kind in ("sample", "partly") for one in layers):
        st.html(f'<div class="gp-strip" role="note">{html.escape(said("sample_banner").text(words))}</div>')
    st.html(f'<div class="gp-strip gp-trial" role="note">{html.escape(text("under_way", words))}</div>')


def show_error(error: GeoPlannerError) -> None:
    """An error in the user's hands: where it is, what is wrong, what would be right."""
    words = language()
    if not isinstance(error, InputError):
        st.title(text("cannot_go_on", words))
        st.text(error.text(words))
        return
    faults = [fault for fault in error.faults if fault.level == "fault"]
    st.title(text("faults_title", words))
    st.text(text("faults_hint", words, n=sum(fault.count for fault in faults)))
    st.html(wrapped(fault_table(faults, words)))
