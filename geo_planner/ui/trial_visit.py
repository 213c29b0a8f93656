"""What a visit tries at the map: the place that is looked at, masts on trial, the mast of a village's profile, and the way back.

Kept in the memory of the visit alone: places stand in no address, and a reload forgets them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st

from geo_planner.errors import GeoPlannerError
from geo_planner.trial import Fixed, TrialMast, undone
from geo_planner.ui import visit
from geo_planner.ui.map_contract import MapEvent
from geo_planner.words import Said

if TYPE_CHECKING:
    from geo_planner.trial import Position

_TRIALS, _BEFORE, _LINKS, _TOLD, _END, _TYPED = (
    "trials_at_the_map", "trials_before", "link_masts", "trials_told", "link_end", "link_end_typed",
)  # fmt: skip
_MOST_STEPS = 30
LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A mast on trial; `shown`: it takes part."""

    id: str
    lon: float
    lat: float
    mast: TrialMast
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Trials:
    """What is open beside the map, and what stands on it.

    Attributes
    ----------
    panel : {"village", "point", "mast"}
    point : (lon, lat) or None
        The place whose facts are asked for.
    site : str
        Id of the mast, or of the site of the build plan, that stands there; blank: none was chosen.
    told : Said or None
        What was understood of a typed position.
    masts : tuple of Placed
    mast : str
        Id of the one that is open.
    forbidden : tuple of (lon, lat)
        Places that the visit has had forbidden.
    look : tuple of float or None
        Of :class:`geo_planner.ui.map_contract.MapArguments`.
    path : int
        Which of the village's masts is drawn, from 0.
    reopen : bool
        Whether another scenario was chosen, so that the whole page has to run.
    """

    panel: Literal["village", "point", "mast"] = "village"
    point: LonLat | None = None
    site: str = ""
    told: Said | None = None
    masts: tuple[Placed, ...] = ()
    mast: str = ""
    forbidden: tuple[LonLat, ...] = ()
    look: tuple[float, ...] | None = None
    path: int = 0
    reopen: bool = False

    @property
    def open_mast(self) -> Placed | None:
        """The mast of the panel."""
        return next((placed for placed in self.masts if placed.id == self.mast), None) if self.panel == "mast" else None


@dataclass(frozen=True, slots=True)
class _Step:
    """What was before a change, the scenario that was open, and the files that the change has written."""

    trials: Trials
    scenario: str | None
    fixed: Fixed | None


def now() -> Trials:
    trials: Trials = st.session_state.get(_TRIALS) or Trials()
    return trials


def show(**parts: object) -> None:
    """Open something else beside the map; nothing that could be undone."""
    st.session_state[_TRIALS] = replace(now(), **parts)  # type: ignore[arg-type]


def show_village(village_id: str) -> None:
    if village_id != visit.now().village:
        show(path=0)
    visit.choose_village(village_id)
    show(panel="village", told=None, look=None)


def show_point(lon: float, lat: float, *, site: str = "", told: Said | None = None, look: tuple[float, ...] | None = None) -> None:
    show(panel="point", point=(lon, lat), site=site, told=told, look=look)


def show_position(position: Position) -> None:
    """A typed place: its facts, and the map moves there."""
    show_point(position.lon, position.lat, told=position.told, look=(position.lon, position.lat))


def place(lon: float, lat: float, mast: TrialMast) -> None:
    """Put one more mast on trial here and open it."""
    trials = now()
    taken = {placed.id for placed in trials.masts}
    ident = next(name for n in range(1, len(taken) + 2) if (name := f"T{n}") not in taken)
    _change(replace(trials, masts=(*trials.masts, Placed(ident, lon, lat, mast)), panel="mast", mast=ident))


def change(ident: str, make: Callable[[Placed], Placed]) -> None:
    """Another place, other figures, on or off."""
    trials = now()
    masts = tuple(make(placed) if placed.id == ident else placed for placed in trials.masts)
    if masts != trials.masts:
        _change(replace(trials, masts=masts))


def remove(ident: str) -> None:
    trials = now()
    _change(replace(trials, masts=tuple(p for p in trials.masts if p.id != ident), panel="village", mast=""))


def fixed(written: Fixed, *, ident: str = "", forbidden: LonLat | None = None) -> None:
    """A wish stands in a scenario now, which is opened; the mast on trial `ident` is part of it."""
    trials = now()
    after = replace(
        trials, masts=tuple(p for p in trials.masts if p.id != ident), panel="point" if forbidden else "village", point=forbidden or trials.point,
        mast="", reopen=True,
        forbidden=trials.forbidden if forbidden is None else (*trials.forbidden, forbidden),
    )  # fmt: skip
    _change(after, written)
    visit.go_on_in(written.scenario.stem)


def can_go_back() -> bool:
    return bool(st.session_state.get(_BEFORE))


def go_back() -> None:
    """Take the last change back; files that it has written are put back as they were.

    Raises
    ------
    OutputError
        When one cannot be written; the step stays.
    """
    steps: list[_Step] = st.session_state.get(_BEFORE) or []
    if not steps:
        return
    step = steps[-1]
    if step.fixed is not None:
        undone(step.fixed)
        made = Path(step.fixed.scenario).stem
        # whoever has opened another one since has its trial open, not that of the former
        (visit.go_on_in if visit.opened() == made else visit.choose_scenario)(step.scenario or made)
    st.session_state[_BEFORE] = steps[:-1]
    st.session_state[_TRIALS] = replace(step.trials, reopen=step.fixed is not None)


def take(event: MapEvent) -> None:
    """What was done on the map."""
    match event.event:
        case "village":
            show_village(event.id)
        case "point":
            show_point(event.lon, event.lat)
        case "site":
            show_point(event.lon, event.lat, site=event.id)
        case "trial":
            show(panel="mast", mast=event.id, look=None)
        case "drag":
            change(event.id, lambda placed: replace(placed, lon=event.lon, lat=event.lat))
            show(panel="mast", mast=event.id, look=None)


def link_mast(village_id: str) -> str | None:
    """The mast whose profile to this village was asked for: ``site_id/cell_id``, or None."""
    chosen: dict[str, str] = st.session_state.get(_LINKS) or {}
    return chosen.get(village_id)


def choose_link_mast(village_id: str, mast: str) -> None:
    st.session_state[_LINKS] = {**(st.session_state.get(_LINKS) or {}), village_id: mast}


def offer_end(place: LonLat) -> None:
    """The place that was looked at last, for the profile from there; it stands before what was typed earlier."""
    if place != offered_end():
        st.session_state[_END] = place
        st.session_state.pop(_TYPED, None)


def offered_end() -> LonLat | None:
    place: LonLat | None = st.session_state.get(_END)
    return place


def type_end(typed: str) -> None:
    """What was typed as the other end of a profile, so that it survives a change of page."""
    st.session_state[_TYPED] = typed


def typed_end() -> str:
    return str(st.session_state.get(_TYPED) or "")


def tell(*things: Said | GeoPlannerError) -> None:
    """What there is to say of the last change; shown once."""
    st.session_state[_TOLD] = things


def told() -> tuple[Said | GeoPlannerError, ...]:
    things: tuple[Said | GeoPlannerError, ...] = st.session_state.pop(_TOLD, ())
    return things


def _change(trials: Trials, written: Fixed | None = None) -> None:
    before = [*(st.session_state.get(_BEFORE) or []), _Step(replace(now(), reopen=False), visit.opened(), written)]
    st.session_state[_BEFORE] = before[-_MOST_STEPS:]
    st.session_state[_TRIALS] = trials
