"""What must and must not be built, by the ids that people know: villages, sites, places, options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from geo_planner.errors import Fault, warning


@dataclass(frozen=True, slots=True)
class Wishes:
    """Ids of the scenario as the choice takes them.

    Attributes
    ----------
    villages, not_villages : tuple of str
        To be covered; not to be planned for.
    options, not_options : tuple of str
        To be built; not to be built. Of a place that must be built the option that covers most weight, then the cheapest, then the first id, of
        those that are allowed and can be joined to the network where there are such.
    statements : tuple of Fault
        Warnings for ids that nothing has, which are left out, and for what must be and must not be, which is not.
    """

    villages: tuple[str, ...]
    not_villages: tuple[str, ...]
    options: tuple[str, ...]
    not_options: tuple[str, ...]
    statements: tuple[Fault, ...]


def wishes_of(
    must: Sequence[str],
    must_not: Sequence[str],
    *,
    villages: pd.Index,
    places: pd.DataFrame,
    options: pd.DataFrame,
    worth: pd.Series,
    joined: pd.Series | None = None,
) -> Wishes:
    """Find what the ids of a scenario mean.

    Parameters
    ----------
    must, must_not : sequence of str
        Ids of villages, options, places (``place_id`` or ``stands_at``) or sites (``site_id`` of the list or of the user's candidates).
    villages : Index
    places : DataFrame
        Index ``place_id``; perhaps ``site_id`` and ``stands_at``.
    options : DataFrame
        Index ``option_id``; ``place_id``, ``cost``, ``backhaul``.
    worth : Series
        By option_id: the weight that it covers.
    joined : Series of bool, optional
        By option_id: whether it can be joined to the network; all where left out.
    """
    known = _Known(villages, _options_of(places, options), options.index)
    wanted, not_wanted = known.sorted_out(must), known.sorted_out(must_not)
    barred = {*not_wanted.options, *(option for name in not_wanted.places for option in known.at[name])}
    apart = pd.Series(False, index=options.index) if joined is None else ~joined.reindex(options.index)
    order = pd.DataFrame({
        "barred": options.index.isin(list(barred)), "apart": apart, "worth": -worth.reindex(options.index).fillna(0.0), "cost": options["cost"],
        "id": options.index,
    })  # fmt: skip
    first_at = {name: _first(order, known.at[name]) for name in wanted.places}
    at_odds = sorted({
        *(set(wanted.villages) & set(not_wanted.villages)), *(set(wanted.options) & barred), *(name for name, first in first_at.items() if first in barred),
    })  # fmt: skip
    told = [
        warning("build", f"build_id_unknown.{field}", column=f"build.{field}", value=name, name=name)
        for field, found in (("must", wanted), ("must_not", not_wanted))
        for name in found.unknown
    ]
    told += [warning("build", "build_id_at_odds.not_built", column="build.must_not", value=name, name=name) for name in at_odds]
    return Wishes(
        villages=tuple(sorted(set(wanted.villages) - set(not_wanted.villages))),
        not_villages=tuple(sorted(set(not_wanted.villages))),
        options=tuple(sorted({*wanted.options, *first_at.values()} - barred)),
        not_options=tuple(sorted(barred)),
        statements=tuple(told),
    )


@dataclass(frozen=True, slots=True)
class _Sorted:
    villages: list[str]
    options: list[str]
    places: list[str]
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class _Known:
    villages: pd.Index
    at: dict[str, list[str]]
    options: pd.Index

    def sorted_out(self, ids: Iterable[str]) -> _Sorted:
        found = _Sorted([], [], [], [])
        for name in dict.fromkeys(ids):
            home = (
                found.villages if name in self.villages
                else found.options if name in self.options
                else found.places if name in self.at
                else found.unknown
            )  # fmt: skip
            home.append(name)
        return found


def _options_of(places: pd.DataFrame, options: pd.DataFrame) -> dict[str, list[str]]:
    """The options at each place, by every id that it goes by."""
    names = places.assign(place_id=places.index).reindex(columns=["place_id", "stands_at", "site_id"])
    at = options.groupby("place_id").groups
    found: dict[str, list[str]] = {}
    for place, *others in names.itertuples(index=False, name=None):
        for name in {place, *(other for other in others if isinstance(other, str) and other)}:
            if place in at:
                found.setdefault(name, []).extend(map(str, at[place]))
    return found


def _first(order: pd.DataFrame, options: list[str]) -> str:
    return str(order.loc[options].sort_values(["barred", "apart", "worth", "cost", "id"], kind="stable").index[0])
