"""From a mast on trial to a scenario beside the others, a place forbidden there, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from geo_planner.config import load_scenario
from geo_planner.errors import GeoPlannerError
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.trial import forbidden, with_trial
from geo_planner.ui import trial_visit as trials
from geo_planner.ui.frame import loaded, scenario_file, study_area
from geo_planner.ui.mast_address import Placed
from geo_planner.ui.texts import plain
from geo_planner.words import LANGUAGES, Language, said

_OWN = re.compile(r"_tram_thu(_\d+)?$")


def target_of(base: Path) -> tuple[Path, Mapping[str, str]]:
    """Where a wish at the map is written, and under which titles: into a scenario that was made so, else into a new one beside `base`."""
    if _OWN.search(base.stem):
        return base, {}
    names = (base.with_name(f"{base.stem}_tram_thu{ending}.yaml") for ending in ("", *(f"_{n}" for n in range(2, 1000))))
    scenario = load_scenario(base)
    titles = {f"title_{code}": said("trial_fixed.title", title=str(getattr(scenario, f"title_{code}"))).text(code) for code in LANGUAGES}
    return next(path for path in names if not path.exists()), titles


def fix(placed: Placed) -> None:
    """Into the build plan: the mast must be built."""
    if _read_only():
        return
    base = scenario_file()
    try:
        new, titles = target_of(base)
        written = with_trial(base, new, placed.lon, placed.lat, placed.mast, name=placed.id, titles=titles)
    except GeoPlannerError as error:
        trials.tell(error)
        return
    trials.fixed(written, ident=placed.id)
    trials.tell(*written.statements)


def forbid(lon: float, lat: float) -> None:
    """Nothing is to be built here."""
    if _read_only():
        return
    base = scenario_file()
    try:
        new, titles = target_of(base)
        written = forbidden(base, new, loaded().plan, lon, lat, titles=titles)
    except GeoPlannerError as error:
        trials.tell(error)
        return
    trials.fixed(written, forbidden=(lon, lat))
    trials.tell(*written.statements)


def go_back() -> None:
    """Take the last change back."""
    try:
        trials.go_back()
    except GeoPlannerError as error:
        trials.tell(error)


def show_told(words: Language) -> None:
    """What there is to say of the last change, once."""
    for one in trials.told():
        if isinstance(one, GeoPlannerError):
            st.error(plain(one.text(words)))
        else:
            st.success(plain(one.text(words)))


def _read_only() -> bool:
    if comes_with_the_program(study_area()):
        trials.tell(said("bundled_area.kept"))
        return True
    return False
