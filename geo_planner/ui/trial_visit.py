"""What a visit tries at the map: the place that is looked at, masts on trial, the mast of a village's profile, and the way back.

Masts on trial and which of them is open belong to the visit and stand in its address (:mod:`geo_planner.ui.mast_address`), and so do the mast and the place of a profile
that were chosen; the place that is looked at, places that were forbidden and the way back are kept in the memory of the visit alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st

from geo_planner.errors import GeoPlannerError, UsageError
from geo_planner.trial import Fixed, TrialMast, undone
from geo_planner.ui import visit
from geo_planner.ui.address import MOST_LINKS
from geo_planner.ui.map_contract import MapEvent
from geo_planner.ui.mast_address import MOST_MASTS, Placed, pointed
from geo_planner.words import Said

if TYPE_CHECKING:
    from geo_planner.trial import Position

_TRIALS, _BEFORE, _TOLD, _OFFERED, _TYPED = "trials_at_the_map", "trials_before", "trials_told", "link_end_offered", "link_end_typed"
_MOST_STEPS = 30
LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trials:
    """What is open beside the map where no mast on trial is, and what stands on it beside them.

    Attributes
    ----------
    panel : {"village", "point"}
    point : (lon, lat) or None
        The place whose facts are asked for.
    site : str
        Id of the mast, or of the site of the build plan, that stands there; blank: none was chosen.
    told : Said or None
        What was understood of a typed position.
    forbidden : tuple of (lon, lat)
        Places that the visit has had forbidden.
    look : tuple of float or None
        Of :class:`geo_planner.ui.map_contract.MapArguments`.
    reopen : bool
        Whether another scenario was chosen, so that the whole page has to run.
    """

    panel: Literal["village", "point"] = "village"
    point: LonLat | None = None
    site: str = ""
    told: Said | None = None
    forbidden: tuple[LonLat, ...] = ()
    look: tuple[float, ...] | None = None
    reopen: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """What was before a change, the scenario that was open, and the files that the change has written."""

    trials: Trials
    masts: tuple[Placed, ...]
    mast: str
    scenario: str | None
    fixed: Fixed | None


def now() -> Trials:
    trials: Trials = st.session_state.get(_TRIALS) or Trials()
    return trials


def masts() -> tuple[Placed, ...]:
    """On trial in this visit."""
    return visit.now().masts


def open_mast() -> Placed | None:
    """The mast on trial that is open beside the map; it stands before what else would be."""
    return next((placed for placed in masts() if placed.id == visit.now().mast), None)


def show(**parts: object) -> None:
    """Open something else beside the map; nothing that could be undone."""
    st.session_state[_TRIALS] = replace(now(), **parts)  # type: ignore[arg-type]


def open_(ident: str) -> None:
    """Figures of a mast on trial beside the map."""
    show(look=None)
    visit.change(mast=ident if any(placed.id == ident for placed in masts()) else "")


def close() -> None:
    """Back to the village."""
    show(panel="village", look=None)
    visit.change(mast="")


def show_village(village_id: str) -> None:
    visit.change(village=village_id, mast="")
    show(panel="village", told=None, look=None)


def show_point(lon: float, lat: float, *, site: str = "", told: Said | None = None, look: tuple[float, ...] | None = None) -> None:
    """Facts of a place beside the map, and what can be done there."""
    show(panel="point", point=(pointed(lon), pointed(lat)), site=site, told=told, look=look)
    visit.change(mast="")


def show_position(position: Position) -> None:
    """A typed place: its facts, and the map moves there."""
    show_point(position.lon, position.lat, told=position.told, look=(position.lon, position.lat))


def place(lon: float, lat: float, mast: TrialMast) -> None:
    """Put one more mast on trial here and open it; a sentence where there are as many as a visit may have."""
    taken = {placed.id for placed in masts()}
    if len(taken) >= MOST_MASTS:
        tell(UsageError("trial_refused.most", most=MOST_MASTS))
        return
    ident = next(name for n in range(1, len(taken) + 2) if (name := f"T{n}") not in taken)
    _change((*masts(), Placed(ident, lon, lat, mast)), ident)


def change(ident: str, make: Callable[[Placed], Placed], *, opened: bool = False) -> None:
    """Another place, other figures, on or off; `opened`: and open it."""
    after = tuple(make(placed) if placed.id == ident else placed for placed in masts())
    if after != masts():
        if opened:
            show(look=None)
        _change(after, ident if opened else visit.now().mast)
    elif opened:
        open_(ident)


def remove(ident: str) -> None:
    _change(_without(ident), "")
    show(panel="village")


def fixed(written: Fixed, *, ident: str = "", forbidden: LonLat | None = None) -> None:
    """A wish stands in a scenario now, which is opened; the mast on trial `ident` is part of it, and on trial no longer."""
    before = now()
    _change(_without(ident), "", written)
    if forbidden is None:
        show(panel="village", reopen=True)
    else:
        show(panel="point", point=forbidden, reopen=True, forbidden=(*before.forbidden, forbidden))


def can_go_back() -> bool:
    return bool(_steps())


def go_back() -> None:
    """Take the last change back; files that it has written are put back as they were.

    Raises
    ------
    OutputError
        When one cannot be written; the step stays.
    """
    steps = _steps()
    if not steps:
        return
    step = steps[-1]
    scenario = {}
    if step.fixed is not None:
        undone(step.fixed)
        made = Path(step.fixed.scenario).stem
        # whoever has opened another one since has its trial open, not that of the former
        scenario = visit.of_scenario(step.scenario or made, goes_on=visit.opened() == made)
    st.session_state[_BEFORE] = steps[:-1]
    st.session_state[_TRIALS] = replace(step.trials, reopen=step.fixed is not None)
    visit.change(masts=step.masts, mast=step.mast, **scenario)


def _steps() -> list[_Step]:
    """Changes that can be taken back, the last one last; those that the browser's way back has undone are none."""
    steps: list[_Step] = list(st.session_state.get(_BEFORE) or [])
    while steps and steps[-1].fixed is None and steps[-1].masts == masts():
        steps.pop()
    return steps


def arrive(off_terrain: Collection[str]) -> None:
    """Masts of an address that was just read: those that do not stand on the terrain go, and how many could not be taken is told.

    Parameters
    ----------
    off_terrain : collection of str
        Ids of these.
    """
    left_out = visit.now().left_out
    if left_out is None:
        return
    kept = tuple(placed for placed in masts() if placed.id not in off_terrain)
    n = left_out + len(masts()) - len(kept)
    opened = visit.now().mast
    visit.change(masts=kept, mast="" if opened in off_terrain else opened, left_out=None)
    if n:
        tell(UsageError("trial_refused.left_out", n=n, most=MOST_MASTS))


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
            open_(event.id)
        case "drag":
            change(event.id, lambda placed: replace(placed, lon=pointed(event.lon), lat=pointed(event.lat)), opened=True)


def link_mast(village_id: str) -> str | None:
    """The mast whose profile to this village was asked for: ``site_id/cell_id``, ``own`` for a place, or None: the usual one."""
    return visit.now().links.get(village_id)


def choose_link_mast(village_id: str, mast: str | None) -> None:
    """Another mast for the profiles of a village; None: its usual one."""
    links = {village: chosen for village, chosen in visit.now().links.items() if village != village_id}
    if mast is not None:
        links[village_id] = mast
    visit.change(links=dict(list(links.items())[-MOST_LINKS:]))


def offer_end(place: LonLat) -> None:
    """The place that was looked at last, for the profile from there; it stands before what was typed earlier."""
    if place != st.session_state.get(_OFFERED):
        st.session_state[_OFFERED] = place
        type_end(_in_figures(place))


def type_end(typed: str) -> None:
    """What was typed as the other end of a profile, so that it survives a change of page as it was typed."""
    if not typed.strip():
        visit.change(end=None)
    st.session_state[_TYPED] = typed, visit.now().end


def mean_end(typed: str, place: LonLat) -> LonLat:
    """The place that was understood of it, as the address tells it."""
    end = pointed(place[0]), pointed(place[1])
    st.session_state[_TYPED] = typed, end
    if end != visit.now().end:
        visit.change(end=end)
    return end


def typed_end() -> str:
    """What stands as the other end of a profile: what was typed last, or the place of an address that was opened since."""
    typed, stood = st.session_state.get(_TYPED) or ("", None)
    end = visit.now().end
    return typed if stood == end else "" if end is None else _in_figures(end)


def _in_figures(place: LonLat) -> str:
    return f"{place[1]:.6f} {place[0]:.6f}"


def tell(*things: Said | GeoPlannerError) -> None:
    """What there is to say of the last change; shown once."""
    st.session_state[_TOLD] = things


def told() -> tuple[Said | GeoPlannerError, ...]:
    things: tuple[Said | GeoPlannerError, ...] = st.session_state.pop(_TOLD, ())
    return things


def _without(ident: str) -> tuple[Placed, ...]:
    return tuple(placed for placed in masts() if placed.id != ident)


def _change(after: tuple[Placed, ...], mast: str, written: Fixed | None = None) -> None:
    step = _Step(replace(now(), reopen=False), masts(), visit.now().mast, visit.opened(), written)
    st.session_state[_BEFORE] = [*_steps(), step][-_MOST_STEPS:]
    visit.change(masts=after, mast=mast, **({} if written is None else visit.of_scenario(written.scenario.stem, goes_on=True)))
