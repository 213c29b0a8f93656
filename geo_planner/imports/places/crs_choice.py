"""Which coordinate system and which axis order a list is in: judged by where its rows would lie, always stated, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from geo_planner.crs import parse_crs, refused
from geo_planner.errors import CrsError, InputError, fault
from geo_planner.imports.naming import either
from geo_planner.imports.places.gazetteer import Gazetteer
from geo_planner.imports.places.vn2000 import MERIDIANS, VN2000_DEGREES, WGS84, System, other, system_of, tm3, utm
from geo_planner.letters import fold
from geo_planner.words import Said, said

ENOUGH = 0.5
"""Share of the rows that must lie where they should before a system counts as fitting."""
_TM3_HALF_WIDTH_DEG = 2.0
_SAMPLE = 500
_UTM_MERIDIANS = {48: 105.0, 49: 111.0}
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listed:
    """Two columns of coordinates as the file has them, and where their rows should lie.

    Attributes
    ----------
    first, second : arrays
        `first` is the column called longitude, x or that comes first.
    codes : array of str or None
        Commune of each row where it is certain.
    gazetteer : Gazetteer
    reach_m : float
        How far outside its commune (or the province) a row may lie.
    file : str
    """

    first: Array
    second: Array
    codes: NDArray[np.object_]
    gazetteer: Gazetteer
    reach_m: float
    file: str

    def of(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Listed:
        """Some of the rows."""
        return replace(self, first=self.first[rows], second=self.second[rows], codes=self.codes[rows])

    def right(self, lon: Array, lat: Array) -> NDArray[np.bool_]:
        """Which of these places of its rows are where they should be."""
        return self.gazetteer.lies_right(lon, lat, self.codes, self.reach_m)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a system explains a list: `good` of `looked_at` rows lie where they should."""

    system: System
    swapped: bool
    good: int
    looked_at: int

    @property
    def share(self) -> float:
        return self.good / self.looked_at if self.looked_at else 0.0

    @property
    def told(self) -> Said:
        """Code, name, order of the axes and how many rows fit."""
        key = "rows_fit.north_first" if self.swapped else "rows_fit.east_first"
        return said(key, code=self.system.code, name=self.system.told, good=self.good, n=self.looked_at)

    def degrees(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Longitude and latitude of the two columns."""
        return self.system.forward(second, first) if self.swapped else self.system.forward(first, second)

    def of(self, rows: Listed) -> tuple[Array, Array]:
        return self.degrees(rows.first, rows.second)


@dataclass(frozen=True, slots=True)
class Hints:
    """What titles and headings say about the system: `zone_deg` is the width of the zone (3 or 6) where it is said."""

    vn2000: bool = False
    wgs84: bool = False
    utm: bool = False
    meridian: float | None = None
    zone_deg: int | None = None


def hints_of(texts: Sequence[str]) -> Hints:
    """Read ``VN-2000``, ``WGS84``, ``UTM``, the width of the zone and the central meridian out of titles.

    ``KTT 105, múi chiếu 6°`` is UTM zone 48, the notation of the 1:50 000 maps; ``KTT 105°, múi 3°`` is the 3-degree zone.
    """
    joined = " | ".join(fold(re.sub(r"(?<=\d)[.,](?=\d)", "p", text)) for text in texts if len(text) < 500 for text in text.split(";"))
    found = re.search(r"(?:ktt|kinh tuyen(?: truc)?|tm ?3)\D{0,20}(10[2-9]|11[0-7])(?:p(\d{1,2})\b|(?: do)? (00|15|30|45)\b)?", joined)
    meridian = float(f"{found.group(1)}.{found.group(2) or 0}") + float(found.group(3) or 0) / 60 if found else None
    number = re.search(r"\b(?:mui(?: chieu)?(?: so)?|zone|utm) ?(?:utm )?(48|49)(?: ?n)?\b", joined)
    six = bool(number or re.search(r"\bmui(?: chieu)?(?: utm)? 6\b|\b6 ?(?:do|deg)\b|\b6 degrees? zone", joined))
    three = bool(re.search(r"\bmui(?: chieu)?(?: utm)? 3\b|\b3 ?(?:do|deg)\b|\btm ?3\b", joined))
    if meridian is None and number:
        meridian = _UTM_MERIDIANS[int(number.group(1))]
    utm = bool(number or re.search(r"\butm\b", joined))
    return Hints(
        # A central meridian is the language of VN-2000, unless UTM is spoken of, which WGS84 has too.
        bool(re.search(r"vn ?2000", joined)) or (found is not None and not utm),
        bool(re.search(r"wgs ?(19)?84", joined)),
        utm,
        meridian,
        None if six == three else 6 if six else 3,
    )


def _together(own: Hints, about: Hints) -> Hints:
    """What the titles of the two columns say, and from the headings above what they leave open."""
    datum = own if own.vn2000 or own.wgs84 else about
    return Hints(
        datum.vn2000,
        datum.wgs84,
        own.utm or about.utm,
        about.meridian if own.meridian is None else own.meridian,
        about.zone_deg if own.zone_deg is None else own.zone_deg,
    )


def parse_system(text: str, file: str) -> System:
    """The system that ``--crs`` names.

    Raises
    ------
    InputError
        When PROJ does not know it.
    """
    own = re.fullmatch(r"VN-?2000:(10[2-9](?:\.\d+)?)", text.strip(), flags=re.IGNORECASE)
    if own:
        return tm3(float(own.group(1)))
    try:
        crs = parse_crs(text)
        if not (crs.is_geographic or crs.is_projected):
            raise refused(said("crs.no_degrees", crs=crs.name))
        return system_of(crs, text)
    except (CrsError, ProjError) as error:  # heights and local grids are known too, but lead nowhere on the earth
        raise InputError([fault(file, "unknown_crs.rows", text=text[:60])]) from error


def candidates(rows: Listed) -> list[System]:
    """The systems that a list of such numbers could be in, around this province."""
    if len(rows.first) and max(np.median(np.abs(rows.first)), np.median(np.abs(rows.second))) <= 180:
        return [WGS84]
    middle = rows.gazetteer.middle_lon
    zones = [tm3(meridian) for meridian in MERIDIANS if abs(meridian - middle) <= _TM3_HALF_WIDTH_DEG]
    around = sorted({48 if middle < 108 else 49, 49 if middle > 107 else 48})
    wgs84 = [replace(other(parse_crs(f"EPSG:{32600 + zone}"), f"EPSG:{32600 + zone}"), utm_zone=zone) for zone in around]
    return [*zones, *(utm(zone) for zone in around), *wgs84]


def fits(rows: Listed, systems: Sequence[System]) -> list[Fit]:
    """Every system in both axis orders, the best first."""
    if len(rows.first) > _SAMPLE:
        rows = rows.of(np.linspace(0, len(rows.first) - 1, _SAMPLE).astype(int))
    trials = [Fit(system, swapped, 0, len(rows.first)) for system in systems for swapped in (False, True)]
    found = [replace(trial, good=int(rows.right(*trial.of(rows)).sum())) for trial in trials]
    return sorted(found, key=lambda fit: -fit.good)


def choose(
    rows: Listed, *, stated: System | None, how: Said | None, titles: Sequence[str], context: Sequence[str], what: Said
) -> tuple[Fit, list[Said]]:
    """The system and axis order of two columns, and what is said of the choice.

    Parameters
    ----------
    rows : Listed
        Filled rows only.
    stated : System or None
        What the user or the file says.
    how : Said or None
        Who says so, for the statement.
    titles, context : sequence of str
        Titles of the two columns, and what stands above the table; the former counts first.
    what : Said
        Which coordinates they are.

    Raises
    ------
    InputError
        When nothing fits, several systems fit, or what is stated does not.
    """
    hints = hints_of(titles)
    about = hints_of(context)
    systems = [stated] if stated else candidates(rows)
    if not stated and systems == [WGS84]:
        if hints.vn2000 and not hints.wgs84:
            systems = [VN2000_DEGREES]
        elif about.vn2000 and not about.wgs84 and not hints.wgs84:
            systems = [WGS84, VN2000_DEGREES]  # the heading may speak of another pair of columns: not certain
    else:
        hints = _together(hints, about)
    found = fits(rows, systems)
    best = found[0]
    if best.share < ENOUGH:
        raise _nothing_fits(best, rows, stated=stated)
    rivals = [fit for fit in found if fit.share >= ENOUGH and best.good - fit.good < 3]
    if not stated and len(rivals) > 1:
        rivals = _by_hints(rivals, hints)
    zone = _zone_told(hints)
    if not stated and zone and best.system.degrees is False and not any(_agrees(fit.system, hints) for fit in rivals):
        raise InputError([fault(rows.file, "wrong_zone.rows_titles", zone=zone, fit=best.told, code=best.system.code)])
    if len(rivals) > 1:
        options = either([f"--crs {fit.system.code}" for fit in rivals])
        raise InputError([fault(rows.file, "ambiguous_crs.rows", what=what, fits=[fit.told for fit in rivals], options=options)])
    chosen = rivals[0]
    if not stated and len(rivals) < sum(fit.share >= ENOUGH and best.good - fit.good < 3 for fit in found):
        how = said("rows_how.titles")
    elif not stated:
        how = None
    return chosen, _told(chosen, how, what)


def _by_hints(rivals: list[Fit], hints: Hints) -> list[Fit]:
    """Those of the fitting systems that agree with what the headings say; all when the headings say nothing."""
    kept = [fit for fit in rivals if fit.system.degrees or _agrees(fit.system, hints)] or rivals
    if hints.utm and hints.meridian is None and hints.zone_deg is None:
        kept = [fit for fit in kept if fit.system.meridian is None] or kept
    if hints.vn2000 != hints.wgs84:
        kept = [fit for fit in kept if fit.system.vn2000 == hints.vn2000] or kept
    return kept


def _agrees(system: System, hints: Hints) -> bool:
    """Whether a projected system is one that the hints may mean: its central meridian and the width of its zone.

    ``UTM, KTT 105`` without a width may be either: many write UTM for any transverse Mercator grid.
    """
    if hints.zone_deg == (3 if system.utm_zone else 6):
        return False
    if hints.meridian is None:
        return True
    if system.utm_zone:
        return _UTM_MERIDIANS.get(system.utm_zone) == hints.meridian and (hints.utm or hints.zone_deg == 6)
    return system.meridian == hints.meridian


def _zone_told(hints: Hints) -> list[Said]:
    told = [said("rows_zone.meridian", meridian=hints.meridian)] if hints.meridian is not None else []
    return [*told, *([said("rows_zone.width", width=hints.zone_deg)] if hints.zone_deg else [])]


def _told(fit: Fit, stated: Said | None, what: Said) -> list[Said]:
    orders = ("lat_lon", "lon_lat") if fit.system.degrees else ("north_east", "east_north")
    told = [
        said(
            "rows_told.system", what=what, code=fit.system.code, name=fit.system.told, how=stated or said("rows_how.rows"),
            order=said(f"rows_order.{orders[0 if fit.swapped else 1]}"), good=fit.good, n=fit.looked_at,
        )
    ]  # fmt: skip
    if fit.system is WGS84 and not stated:
        told.append(said("rows_told.wgs84"))
    return told


def _nothing_fits(best: Fit, rows: Listed, *, stated: System | None) -> InputError:
    facts: dict[str, Any] = {"good": best.good, "n": best.looked_at}
    others = [fit for fit in fits(rows, candidates(rows)) if fit.share >= ENOUGH] if stated else []
    if not others:
        return InputError([fault(rows.file, "no_crs_fits.rows_stated" if stated else "no_crs_fits.rows", **facts)])
    told = [fit.told for fit in others[:4]]
    return InputError([fault(rows.file, "wrong_zone.rows_stated", stated=best.system.code, fits=told, code=others[0].system.code, **facts)])
