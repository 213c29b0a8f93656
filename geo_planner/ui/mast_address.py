"""Masts on trial in the address: ``masts=T1_103.4512_22.3871_h45_f700_p46_a0_a120_a240__T2_103.5_22.41_h30_f900_p43_off``.

A mast is its id, longitude, latitude and its figures, each with its letter in front; a figure that is not told is the usual one of a
:class:`geo_planner.trial.TrialMast`. Its signs stand in an address as they are (browsers write a comma as
``%2C`` and a tilde as ``%7E``). A mast of which any part cannot be meant is left out as a whole: some of its figures alone would be another mast.

=========  ==========================================================  =========  ============================================
``h45``    metres above ground                                         ``b10``    bandwidth, MHz
``f700``   MHz                                                         ``g11``    gain of the antenna, dBi
``p46``    power of a port, dBm                                        ``l2``     losses, dB
``a120``   a sector and where it looks; ``a120d4``: with its tilt      ``d4``     tilt of an antenna that looks round about
``tNR``    technology                                                  ``sat``    joined by satellite
``off``    it does not take part
=========  ==========================================================  =========  ============================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geo_planner.errors import UsageError
from geo_planner.schema.vocabulary import TECHNOLOGIES
from geo_planner.trial import Sector, TrialMast

MOST_MASTS = 12
"""Masts on trial of a visit: each takes a second or so to be worked out, and the address stays short enough for every post."""
PLACE_DIGITS = 6
"""Decimals of the degrees of a place that was pointed at: 0.1 m, far below what a finger or a map can tell."""
_BETWEEN, _WITHIN = "__", "_"
_MOST_ITEMS = 1000
_ID = re.compile(r"T[1-9][0-9]{0,2}")
_FIGURES = {
    "h": "height_m",
    "f": "freq_mhz",
    "b": "bandwidth_mhz",
    "p": "tx_power_dbm",
    "g": "antenna_gain_dbi",
    "l": "losses_db",
    "d": "tilt_deg",
}
_ALWAYS = ("h", "f", "p")
_NUMBER = r"-?[0-9]{1,4}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?"
_FIGURE = re.compile(rf"([{''.join(_FIGURES)}])({_NUMBER})")
_SECTOR = re.compile(rf"a({_NUMBER})(?:d({_NUMBER}))?")
_USUAL = TrialMast(height_m=1.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A mast on trial; `shown`: it takes part."""

    id: str
    lon: float
    lat: float
    mast: TrialMast
    shown: bool = True


def pointed(degrees: float) -> float:
    """Of a place that was pointed at, as an address tells it."""
    return round(degrees, PLACE_DIGITS) + 0.0


def read_masts(text: str) -> tuple[tuple[Placed, ...], int]:
    """Masts that an address tells, the first :data:`MOST_MASTS` of them, and how many were left out."""
    items = [item for item in text.split(_BETWEEN)[:_MOST_ITEMS] if item]
    found: dict[str, Placed] = {}
    for item in items:
        placed = _read(item) if len(found) < MOST_MASTS else None
        if placed is not None:
            found.setdefault(placed.id, placed)
    return tuple(found.values()), len(items) - len(found)


def write_masts(masts: Iterable[Placed]) -> str:
    """:func:`read_masts` gives the same masts again, to the last digit."""
    return _BETWEEN.join(_WITHIN.join(_told(placed)) for placed in masts)


def plain(figure: float) -> str:
    """A figure without a needless decimal point, exact to the last digit."""
    return str(int(figure)) if figure == int(figure) else repr(float(figure))


def read_place(text: str) -> tuple[float, float] | None:
    """Longitude and latitude, ``103.4512_22.3871``."""
    parts = text.split(_WITHIN)
    if len(parts) != 2 or not all(re.fullmatch(_NUMBER, part) for part in parts):
        return None
    lon, lat = map(float, parts)
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def write_place(place: tuple[float, float]) -> str:
    """As :func:`read_place` reads it."""
    return _WITHIN.join(map(plain, place))


def _told(placed: Placed) -> list[str]:
    mast = placed.mast
    told = [placed.id, write_place((placed.lon, placed.lat))]
    for letter, name in _FIGURES.items():
        value, usual = getattr(mast, name), getattr(_USUAL, name)
        if letter in _ALWAYS or not (value == usual or math.isnan(value)):
            told.append(f"{letter}{plain(value)}")
    for sector in mast.sectors:
        told.append(f"a{plain(sector.azimuth_deg)}" + ("" if math.isnan(sector.tilt_deg) else f"d{plain(sector.tilt_deg)}"))
    told += [] if mast.technology == _USUAL.technology else [f"t{mast.technology}"]
    return told + ["sat"] * mast.satellite + ["off"] * (not placed.shown)


def _read(item: str) -> Placed | None:
    ident, *parts = item.split(_WITHIN)
    place = read_place(_WITHIN.join(parts[:2]))
    if not _ID.fullmatch(ident) or place is None:
        return None
    figures: dict[str, Any] = {}
    sectors: list[Sector] = []
    for part in parts[2:]:
        figure, sector = _FIGURE.fullmatch(part), _SECTOR.fullmatch(part)
        name: str = ""
        value: float | str = math.nan
        if figure is not None:
            name, value = _FIGURES[figure[1]], float(figure[2])
        elif part == "sat":
            name, value = "satellite", True
        elif part == "off":
            name, value = "shown", False
        elif part[:1] == "t" and part[1:] in TECHNOLOGIES:
            name, value = "technology", part[1:]
        elif sector is not None:
            sectors.append(Sector(float(sector[1]), float(sector[2]) if sector[2] else math.nan))
            continue
        if not name or name in figures:
            return None
        figures[name] = value
    shown = figures.pop("shown", True)
    if "height_m" not in figures:
        return None
    try:
        return Placed(ident, *place, TrialMast(**figures, sectors=tuple(sectors)), shown)
    except UsageError:
        return None
