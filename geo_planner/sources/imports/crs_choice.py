"""Which coordinate system and which axis order a list is in: judged by where its rows would lie, always stated, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_planner.crs import parse_crs
from geo_planner.errors import CrsError, InputError
from geo_planner.sources.imports.area import Area
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.vn2000 import MERIDIANS, VN2000_DEGREES, WGS84, System, other, system_of, tm3, utm

ENOUGH = 0.5
"""Share of the rows that must lie where they should before a system counts as fitting."""
_TM3_HALF_WIDTH_DEG = 2.0
_SAMPLE = 500
Array = NDArray[np.float64]


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

    def __str__(self) -> str:
        order = "north first" if self.swapped else "east first"
        return f"{self.system.code} ({self.system.name}, {order}: {self.good} of {self.looked_at} rows fit)"

    def degrees(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Longitude and latitude of the two columns."""
        return self.system.forward(second, first) if self.swapped else self.system.forward(first, second)


@dataclass(frozen=True, slots=True)
class Hints:
    """What titles and headings say about the system."""

    vn2000: bool
    wgs84: bool
    utm: bool
    meridian: float | None


def hints_of(texts: Sequence[str]) -> Hints:
    """Read ``VN-2000``, ``WGS84``, ``UTM`` and the central meridian out of titles."""
    joined = " | ".join(fold(text) for text in texts if len(text) < 500)
    found = re.search(r"(?:ktt|kinh tuyen(?: truc)?|tm ?3)\D{0,20}(10[2-9])(?: (00|15|30|45)\b)?", joined)
    meridian = float(found.group(1)) + float(found.group(2) or 0) / 60 if found else None
    return Hints(
        bool(re.search(r"vn ?2000", joined)) or meridian is not None,
        bool(re.search(r"wgs ?(19)?84", joined)),
        bool(re.search(r"\butm\b|mui( chieu)? 6", joined)),
        meridian,
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
        return system_of(parse_crs(text, what="--crs"), text)
    except CrsError as error:
        raise refuse(
            file,
            f"--crs {text[:60]!r} is not a coordinate system that is known",
            "Write an EPSG code, for instance EPSG:9205 (VN-2000 / TM-3 103°00').",
            "unknown_crs",
        ) from error


def candidates(first: Array, second: Array, area: Area) -> list[System]:
    """The systems that a list of such numbers could be in, around this province."""
    if _all_degrees(first, second):
        return [WGS84]
    middle = area.middle_lon
    zones = [tm3(meridian) for meridian in MERIDIANS if abs(meridian - middle) <= _TM3_HALF_WIDTH_DEG]
    number = 48 if middle < 108 else 49
    around = {number, 49 if middle > 107 else 48}
    return [
        *zones,
        *(utm(zone) for zone in sorted(around)),
        *(other(parse_crs(f"EPSG:{32600 + zone}", what="UTM"), f"EPSG:{32600 + zone}") for zone in sorted(around)),
    ]


def _all_degrees(first: Array, second: Array) -> bool:
    return bool(len(first) and np.median(np.abs(first)) <= 180 and np.median(np.abs(second)) <= 180)


def fits(first: Array, second: Array, codes: Sequence[str | None], systems: Sequence[System], area: Area, reach_m: float) -> list[Fit]:
    """Every system in both axis orders, the best first."""
    if len(first) > _SAMPLE:
        picked = np.linspace(0, len(first) - 1, _SAMPLE).astype(int)
        first, second, codes = first[picked], second[picked], [codes[i] for i in picked]
    found = []
    for system in systems:
        for swapped in (False, True):
            trial = Fit(system, swapped, 0, len(first))
            lon, lat = trial.degrees(first, second)
            found.append(Fit(system, swapped, int(area.lies_right(lon, lat, codes, reach_m).sum()), len(first)))
    return sorted(found, key=lambda fit: -fit.good)


def choose(
    first: Array,
    second: Array,
    codes: Sequence[str | None],
    *,
    area: Area,
    reach_m: float,
    stated: System | None,
    how: str,
    titles: Sequence[str],
    context: Sequence[str],
    file: str,
    what: str,
) -> tuple[Fit, list[str]]:
    """The system and axis order of two columns.

    Parameters
    ----------
    first, second : arrays
        Filled rows only; `first` is the column called longitude, x or that comes first.
    codes : sequence of str or None
        Commune of each row where it is known.
    area : Area
    reach_m : float
        How far outside its place a row may lie.
    stated : System or None
        What the user or the file says.
    how : str
        Who says so, for the statement.
    titles, context : sequence of str
        Titles of the two columns, and what stands above the table; the former counts first.
    file, what : str
        For faults and statements.

    Raises
    ------
    InputError
        When nothing fits, several systems fit, or what is stated does not.
    """
    hints = hints_of(titles)
    about = hints_of(context)
    systems = [stated] if stated else candidates(first, second, area)
    if not stated and systems == [WGS84]:
        if hints.vn2000 and not hints.wgs84:
            systems = [VN2000_DEGREES]
        elif about.vn2000 and not about.wgs84 and not hints.wgs84:
            systems = [WGS84, VN2000_DEGREES]  # the heading may speak of another pair of columns: not certain
    elif hints == Hints(False, False, False, None):
        hints = about
    found = fits(first, second, codes, systems, area, reach_m)
    best = found[0]
    if best.share < ENOUGH:
        raise _nothing_fits(best, first, second, codes, area=area, reach_m=reach_m, stated=stated, file=file)
    rivals = [fit for fit in found if fit.share >= ENOUGH and best.good - fit.good < 3]
    if not stated and len(rivals) > 1:
        rivals = _by_hints(rivals, hints)
    if (
        not stated
        and hints.meridian is not None
        and best.system.meridian is not None
        and all(fit.system.meridian not in (None, hints.meridian) for fit in rivals)
    ):
        raise refuse(
            file,
            f"the titles name central meridian {hints.meridian:g}°, but the numbers fit {best}",
            f"Check the list; if the numbers are right, state --crs {best.system.code}.",
            "wrong_zone",
        )
    if len(rivals) > 1:
        raise refuse(
            file, f"{what} fits several coordinate systems: {'; '.join(map(str, rivals))}",
            f"Ask whoever made the list, then state one: {' or '.join(f'--crs {fit.system.code}' for fit in rivals)}.", "ambiguous_crs",
        )  # fmt: skip
    best = rivals[0]
    return best, _said(best, how if stated else "", what)


def _by_hints(rivals: list[Fit], hints: Hints) -> list[Fit]:
    """Those of the fitting systems that agree with what the headings say; all when the headings say nothing."""
    kept = rivals
    if hints.meridian is not None:
        kept = [fit for fit in kept if fit.system.meridian == hints.meridian] or kept
    if hints.utm and hints.meridian is None:
        kept = [fit for fit in kept if fit.system.meridian is None] or kept
    if hints.vn2000 != hints.wgs84:
        kept = [fit for fit in kept if fit.system.vn2000 == hints.vn2000] or kept
    return kept


def _said(fit: Fit, stated: str, what: str) -> list[str]:
    how = stated or "found by where the rows lie"
    names = ("first column is the latitude, the second the longitude", "first column is the longitude, the second the latitude")
    if not fit.system.degrees:
        names = (
            "first column is the northing (X in Vietnamese practice), the second the easting",
            "first column is the easting, the second the northing",
        )
    told = [
        f"{what}: {fit.system.code} {fit.system.name}, {how}; {names[0 if fit.swapped else 1]} ({fit.good} of {fit.looked_at} rows looked at lie where they should)."
    ]
    if fit.system is WGS84 and not stated:
        told.append("Degrees are taken as WGS84; were they VN-2000 degrees (222 m apart), state --crs EPSG:4756.")
    return told


def _nothing_fits(
    best: Fit, first: Array, second: Array, codes: Sequence[str | None], *, area: Area, reach_m: float, stated: System | None, file: str
) -> InputError:
    if stated:
        others = [fit for fit in fits(first, second, codes, candidates(first, second, area), area, reach_m) if fit.share >= ENOUGH]
        if others:
            return refuse(
                file,
                f"in the stated {best.system.code} only {best.good} of {best.looked_at} rows lie where they should, but they fit {'; '.join(map(str, others[:4]))}",
                f"If that is the system of the list, state --crs {others[0].system.code}.",
                "wrong_zone",
            )
    tried = "" if stated else " in any system in use here (WGS84, VN-2000 TM-3 and UTM, both axis orders)"
    return refuse(
        file, f"only {best.good} of {best.looked_at} rows lie in the province and commune that they name{tried}",
        "Check that the list is of this province and that coordinates and communes belong together; state the system with --crs.", "no_crs_fits",
    )  # fmt: skip
