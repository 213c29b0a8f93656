"""What a page tells the map and what the map tells a page: small values only, and none of them a name.

The map is a component of its own (:func:`geo_planner.ui.maps.plan_map`). Whatever is large (surfaces, villages, masts, sites of the build plan) it
fetches once, by an address that contains the hash of the content, so that a rerun sends the arguments below and nothing else.

**Arguments** (:class:`MapArguments`; a page fills in what it needs)

=================  ==============================================================================================================
``chosen``         id of the village with the ring, or None; the map moves only when another village is chosen that lies out of sight
``theme``          background at the start: ``theme_area``, ``theme_probability``, ``theme_rsrp``, ``theme_server``, ``theme_overlap``,
                   ``theme_masts``, ``theme_after``, ``theme_change``, ``theme_none``; None: what the address says, else the plan's own
``layers``         opacity 0…1 of layers at the start (0: not shown), by name: ``surface``, ``villages``, ``sites``, ``build``,
                   ``measurements``, ``commune_names``, ``seats``, ``roads``, ``rivers``, ``relief``; what is left out keeps its own
``view``           latitude, longitude, zoom at the start; None: what the address says, else the whole province
``filters``        :class:`geo_planner.ui.address.Filters`, those of the visit; takes effect at every rerun
``trial_masts``    of :class:`TrialMast`; drawn anew when they change
``drawn``          of :class:`Drawn`: lines, marks and rings over everything else
``pictures``       of :class:`Picture`: small rasters over the background, under everything that is clicked
``look``           a place (longitude, latitude) that is to be in sight, or a box (west, south, east, north); moves the map when it changes
``points``         whether a click beside every mark is an event
``link``           name of a group; maps of one group on a page show the same part of the province, whichever is moved; None: alone
=================  ==============================================================================================================

``theme``, ``layers`` and ``view`` belong to the reader once the map stands: a rerun does not set them again. The map keeps them, and by what the
villages are coloured, in the address of the page (``?theme=theme_rsrp&colour=payer&layers=rivers:0,surface:0.6&view=22.31,103.12,10.5``; no view:
the whole province) and in the browser's memory of the tab by
itself, without a rerun, and takes them from there when it opens: what the address says comes first, then the arguments, then the tab.

**Events** (:class:`MapEvent`, from :func:`geo_planner.ui.maps.plan_map`, each once)

=============  ==================================================================================================================
``village``    a village was clicked: ``id``
``site``       a mast that stands or a site of the build plan was clicked: ``id`` (of the mast, or ``site_id`` of the plan), ``planned``
``point``      anywhere else was clicked (with ``points``): ``lon``, ``lat``
``trial``      a trial mast was clicked: ``id``
``drag``       a trial mast was put elsewhere: ``id``, ``lon``, ``lat``
=============  ==================================================================================================================

Every event has the place of the click or of the mark (degrees, EPSG:4326), the background, and the view at that moment. Pan, zoom, background, layers and opacity are no events.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from geo_planner.ui.address import Filters

LAYERS = ("surface", "villages", "sites", "build", "measurements", "commune_names", "seats", "roads", "rivers", "relief")
EVENTS = ("village", "site", "point", "trial", "drag")
View = tuple[float, float, float]
"""Latitude, longitude, zoom."""


@dataclass(frozen=True, slots=True)
class TrialMast:
    """A mast on trial; `label` is shown as text. ``trial`` can be dragged, ``fixed`` (in the plan) and ``forbidden`` (a place kept free) cannot."""

    id: str
    lon: float
    lat: float
    label: str = ""
    state: Literal["trial", "fixed", "forbidden"] = "trial"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something over the map: a ``line``, a ``mark`` (at its first position) or a ``ring`` around it.

    Attributes
    ----------
    coordinates : tuple of (lon, lat)
    style : {"ray", "blocked", "ridge", "link", "plain"}
        A clear path, one that is blocked (dashed), the ridge that blocks, a link of the plan, anything else.
    """

    kind: Literal["line", "mark", "ring"]
    coordinates: tuple[tuple[float, float], ...]
    label: str = ""
    style: Literal["ray", "blocked", "ridge", "link", "plain"] = "plain"


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster over the background: where it is fetched, and its corners as ((south, west), (north, east))."""

    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class MapArguments:
    """See the head of this module."""

    chosen: str | None = None
    theme: str | None = None
    layers: Mapping[str, float] = field(default_factory=dict)
    view: View | None = None
    filters: Filters = field(default_factory=Filters)
    trial_masts: tuple[TrialMast, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    pictures: tuple[Picture, ...] = ()
    look: tuple[float, ...] | None = None
    points: bool = False
    link: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"layers": dict(self.layers)}


@dataclass(frozen=True, slots=True)
class MapEvent:
    """See the head of this module; `n` rises from event to event, so that none is taken twice."""

    n: int
    event: Literal["village", "site", "point", "trial", "drag"]
    id: str
    lon: float
    lat: float
    planned: bool
    theme: str
    view: View


def event_of(answer: Any) -> MapEvent | None:
    """What the component sent, or None where it is no event: it comes from a browser, so every part is looked at.

    >>> event_of({"n": 2, "event": "point", "lon": 103.1, "lat": 22.2, "theme": "theme_none", "view": [22.2, 103.1, 9]}).lon
    103.1
    >>> event_of({"n": 2, "event": "point", "lon": "x"}) is None
    True
    >>> event_of({"n": 2, "event": "drag", "lon": float("inf"), "lat": 22.2, "theme": "theme_none", "view": [22.2, 103.1, 9]}) is None
    True
    """
    if not isinstance(answer, dict) or answer.get("event") not in EVENTS:
        return None
    try:
        lat, lon, zoom = (float(value) for value in answer["view"])
        at = float(answer["lon"]), float(answer["lat"])
        if not all(map(math.isfinite, at)):
            return None
        return MapEvent(
            n=int(answer["n"]), event=answer["event"], id=str(answer.get("id", "")), lon=at[0], lat=at[1],
            planned=answer.get("planned") is True, theme=str(answer["theme"]), view=(lat, lon, zoom),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None
