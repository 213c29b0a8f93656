"""What a visit is about, and how it stands in the address: short, only what was chosen, and nothing but ids and figures.

An address may come from anybody. What it says is read as far as it can be meant, and left out for the rest; whether a village, a
scenario or a criterion of that id exists is asked where it is used (:mod:`geo_planner.ui.visit`). Names and places of people never
stand in it; where a mast on trial stands, and where a profile that was asked for ends, does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from geo_planner.config.declared import Model
from geo_planner.retried import COSTS, PRICE_FACTOR
from geo_planner.retried import Trial as Trial  # part of a visit: told from here too
from geo_planner.schema import RESPONSIBILITY, SIGNAL_STATUS
from geo_planner.ui.mast_address import Placed, plain, read_masts, read_place, write_masts, write_place
from geo_planner.words import LANGUAGES, Language

_LONGEST, _MOST_ITEMS = 8000, 400
MOST_LINKS = 8
"""Villages whose other mast is told; the last chosen stay."""
_ID = re.compile(r"[^\x00-\x1f\x7f<>~]{1,80}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_STEM = re.compile(r"[^/\\<>\"'`&?#%\x00-\x1f]{1,120}")
_MOST_WEIGHT, _MOST_COST = 1000.0, 1e6
LEAST_FACTOR, MOST_FACTOR = 0.1, 10.0
"""Of the prices of the build plan, as the settings have it."""
_MOST_VND = 10**15
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2020, 2100, 50
"""Years that a budget may be given for, and how many of them, as the settings have it."""
_MILLION = 10**6
_BETWEEN, _PAIR = "~", ":"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BuildTrial:
    """What a visitor tries of the build plan beside the scenario; empty: as the scenario has it.

    Attributes
    ----------
    budget_vnd : int or None
        In all, 0 to 10¹⁵ đồng; the scenario's years are scaled to it.
    must, must_not : tuple of str or None
        All ids that must and must not be built or covered; None: those of the scenario.
    estimate : {"low", "base", "high"}
        At which prices.
    years : tuple of (int, int) or None
        Year and đồng of each, years rising; taken as they are. None: those of the scenario; empty: the budget is not parted by years.
    price_factor : float or None
        All prices times this. A visit has it once, among the costs of its trial, where pages of ranking and map follow it too:
        :func:`geo_planner.ui.visit.build` reads it from there.
    """

    budget_vnd: int | None = None
    must: tuple[str, ...] | None = None
    must_not: tuple[str, ...] | None = None
    estimate: Literal["low", "base", "high"] = "base"
    years: tuple[tuple[int, int], ...] | None = None
    price_factor: float | None = None

    def __bool__(self) -> bool:
        return self != BuildTrial()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which villages are shown; empty: all.

    Attributes
    ----------
    payers, communes, statuses : tuple of str
        Stable words of the responsibility, codes of communes, stable words of the modelled status; several of one kind: any of them.
    first_k : int or None
        Of those that the other filters leave, the first so many by rank.
    to_measure : bool
        Only those where a measurement would settle something.
    covered_by_plan : bool or None
        Only those that the build plan covers (True) or leaves (False).
    """

    payers: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    first_k: int | None = None
    to_measure: bool = False
    covered_by_plan: bool | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Visit:
    """All that belongs to a visit; None and empty: as it is without a choice.

    Attributes
    ----------
    scenario : str or None
        Its file's name without the ending.
    village : str or None
        Its id.
    masts : tuple of Placed
        On trial, at most :data:`geo_planner.ui.mast_address.MOST_MASTS`.
    mast : str
        Id of the one that is open beside the map; blank: none.
    left_out : int or None
        How many masts of the address could not be taken; None: told already, or not read from an address.
    links : mapping of str to str
        By village the mast whose profile was asked for (``site_id/cell_id``, or ``own``: a place), where another than its usual one was chosen.
    end : (lon, lat) or None
        That place.
    """

    language: Language = "vi"
    scenario: str | None = None
    village: str | None = None
    trial: Trial = field(default_factory=Trial)
    build: BuildTrial = field(default_factory=BuildTrial)
    filters: Filters = field(default_factory=Filters)
    masts: tuple[Placed, ...] = ()
    mast: str = ""
    left_out: int | None = field(default=None, compare=False)
    links: Mapping[str, str] = field(default_factory=dict)
    end: tuple[float, float] | None = None


def read_address(query: Mapping[str, str]) -> Visit:
    """A visit as an address tells it; what cannot be meant is left out."""
    told = {key: str(value)[:_LONGEST] for key, value in query.items()}

    def one(key: str, read: Callable[[str], _T | None]) -> _T | None:
        return read(told[key]) if key in told else None

    trial = Trial(
        weights=_figures(told.get("weights", ""), _MOST_WEIGHT),
        costs={name: cost for name, cost in _figures(told.get("costs", ""), _MOST_COST).items() if _is_cost(name, cost)},
        threshold_dbm=one("threshold", lambda text: _figure(text, -150.0, -40.0)),
        probability=one("probability", lambda text: _figure(text, 0.01, 0.999)),
        model=_one_of(told.get("model"), get_args(Model)),
    )
    build = BuildTrial(
        budget_vnd=one("budget", _money),
        years=one("years", _years),
        must=one("must", _ids),
        must_not=one("mustnot", _ids),
        estimate=next((name for name in ("low", "high") if name == told.get("prices")), "base"),
    )
    filters = Filters(
        payers=_some_of(told.get("payer", ""), RESPONSIBILITY),
        statuses=_some_of(told.get("status", ""), tuple(SIGNAL_STATUS)),
        communes=tuple(dict.fromkeys(code for code in _items(told.get("commune", "")) if _ID.fullmatch(code))),
        first_k=_whole(told.get("first")),
        to_measure=told.get("measure") == "1",
        covered_by_plan={"1": True, "0": False}.get(told.get("served", "")),
    )
    masts, left_out = read_masts(told.get("masts", ""))
    return Visit(
        language=next((code for code in LANGUAGES if code == told.get("lang")), "vi"),
        scenario=_matching(told.get("scenario"), _STEM),
        village=_matching(told.get("village"), _ID),
        trial=trial,
        build=build,
        filters=filters,
        masts=masts,
        mast=next((placed.id for placed in masts if placed.id == told.get("mast")), ""),
        left_out=left_out,
        links=_links(told.get("link", "")),
        end=one("end", read_place),
    )


def write_address(visit: Visit) -> dict[str, str]:
    """What stands in the address of a visit, without what the map writes; :func:`read_address` gives the same visit again."""
    trial, build, filters = visit.trial, visit.build, visit.filters
    told = {
        "lang": {Visit().language: ""}.get(visit.language, visit.language),
        "scenario": visit.scenario or "",
        "village": visit.village or "",
        "weights": _told(trial.weights),
        "costs": _told(trial.costs),
        "threshold": _plain(trial.threshold_dbm),
        "probability": _plain(trial.probability),
        "model": trial.model or "",
        "budget": "" if build.budget_vnd is None else str(build.budget_vnd),
        "years": _told_years(build.years),
        "must": _told_ids(build.must),
        "mustnot": _told_ids(build.must_not),
        "prices": {"base": ""}.get(build.estimate, build.estimate),
        "payer": _BETWEEN.join(filters.payers),
        "status": _BETWEEN.join(filters.statuses),
        "commune": _BETWEEN.join(filters.communes),
        "first": "" if filters.first_k is None else str(filters.first_k),
        "measure": "1" if filters.to_measure else "",
        "served": "" if filters.covered_by_plan is None else str(int(filters.covered_by_plan)),
        "masts": write_masts(visit.masts),
        "mast": visit.mast,
        "link": _BETWEEN.join(ident for pair in visit.links.items() for ident in pair),
        "end": "" if visit.end is None else write_place(visit.end),
    }
    return {key: value for key, value in told.items() if value}


ADDRESSED = ("lang", "scenario", "village", "weights", "costs", "threshold", "probability", "model", "budget", "years", "must", "mustnot", "prices", "payer", "status", "commune", "first", "measure", "served", "masts", "mast", "link", "end")  # fmt: skip
"""Parts of the address that the script writes."""


def _items(text: str) -> list[str]:
    return [item for item in text.split(_BETWEEN)[:_MOST_ITEMS] if item]


def _told(figures: Mapping[str, float]) -> str:
    return _BETWEEN.join(f"{name}{_PAIR}{_plain(figure)}" for name, figure in sorted(figures.items()))


def _figures(text: str, most: float) -> dict[str, float]:
    """Figures by name, from 0 to `most`."""
    found: dict[str, float] = {}
    for item in _items(text):
        name, _, told = item.partition(_PAIR)
        figure = _figure(told, 0.0, most)
        if _NAME.fullmatch(name) and figure is not None:
            found[name] = figure
    return found


def _is_cost(name: str, cost: float) -> bool:
    """Whether a page has a field for it that takes the figure."""
    return name in COSTS and (name != PRICE_FACTOR or LEAST_FACTOR <= cost <= MOST_FACTOR)


def _ids(text: str) -> tuple[str, ...]:
    """Ids, each once; a sign between none and none is an empty list that was chosen."""
    return tuple(dict.fromkeys(ident for ident in _items(text) if _ID.fullmatch(ident)))


def _told_ids(ids: tuple[str, ...] | None) -> str:
    return "" if ids is None else _BETWEEN.join(ids) or _BETWEEN


def _money(text: str) -> int | None:
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,15}", text) and int(text) <= _MOST_VND else None


def _years(text: str) -> tuple[tuple[int, int], ...] | None:
    """Budgets of the years, each as ``2027:3000`` in triệu đồng; all of them or nothing: some years alone would be another budget."""
    if not text:
        return None
    found: list[tuple[int, int]] = []
    for item in _items(text):
        told = re.fullmatch(rf"(\d{{4}}){_PAIR}(0|[1-9]\d{{0,9}})(?:\.(\d{{1,6}}))?", item, re.ASCII)
        if told is None:
            return None
        year, vnd = int(told[1]), int(told[2]) * _MILLION + int((told[3] or "").ljust(6, "0"))
        if not FIRST_YEAR <= year <= LAST_YEAR or vnd > _MOST_VND or (found and year <= found[-1][0]):
            return None
        found.append((year, vnd))
    return tuple(found) if len(found) <= MOST_YEARS else None


def _told_years(years: tuple[tuple[int, int], ...] | None) -> str:
    if years is None:
        return ""
    return (
        _BETWEEN.join(f"{year}{_PAIR}{f'{vnd // _MILLION}.{vnd % _MILLION:06}'.rstrip('0').rstrip('.')}" for year, vnd in years) or _BETWEEN
    )


def _some_of(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    asked = set(_items(text))
    return tuple(key for key in known if key in asked)


def _one_of(text: str | None, known: tuple[str, ...]) -> str | None:
    return text if text in known else None


def _matching(text: str | None, shape: re.Pattern[str]) -> str | None:
    return text if text is not None and shape.fullmatch(text) else None


def _figure(text: str, least: float, most: float) -> float | None:
    try:
        figure = float(text) if len(text) <= 30 else math.nan
    except ValueError:
        return None
    return figure if least <= figure <= most else None


def _links(text: str) -> dict[str, str]:
    """Masts by village: ``V1~S031/S031-2~V2~own``."""
    items = _items(text)
    found = {
        village: mast for village, mast in zip(items[::2], items[1::2], strict=False) if _ID.fullmatch(village) and _ID.fullmatch(mast)
    }
    return dict(list(found.items())[-MOST_LINKS:])


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[1-9][0-9]{0,5}", text) else None


def _plain(figure: float | None) -> str:
    return "" if figure is None else plain(figure)
