"""Find villages, communes and masts by what people type: without marks, without case, any part of the name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geo_planner.letters import fold

if TYPE_CHECKING:
    from geo_planner.plan import Plan

Kind = Literal["village", "commune", "site"]
_KINDS: tuple[Kind, ...] = ("village", "commune", "site")
_WORDS_OF: dict[Kind, tuple[str, ...]] = {
    "village": ("ban", "thon", "village"), "commune": ("xa", "phuong", "thi tran", "dac khu", "commune", "ward"), "site": ("tram", "mast", "site"),
}  # fmt: skip
"""Words for what a place is, which people write or leave out, in the list as in what they ask for."""
_LEAST_JOINED = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A place that answers a search.

    Attributes
    ----------
    kind : {"village", "commune", "site"}
    id, name : str
    where : str
        Name of the commune of a village or a site; blank where it is not known.
    lon, lat : float
        Of a commune a point within it.
    type : str
        What the list calls a commune (``Xã``, ``Phường``); blank where it does not say.
    further_ids : tuple of str
        Of the cells of a site.
    """

    kind: Kind
    id: str
    name: str
    where: str
    lon: float
    lat: float
    type: str = ""
    further_ids: tuple[str, ...] = ()


def find(plan: Plan, query: str, *, most: int = 20) -> tuple[Found, ...]:
    """Villages, communes and masts whose name or id answers a query, the best first.

    The same name comes before one that begins with the query, then one of whose words does, then one that only holds it; a query of several
    words also finds names that hold them all in any order, the commune's among them. Villages stand before communes and masts, each by id. A word
    for what a place is ("xã Tà Tổng", "trạm S031") may be left out or written; written, places of that kind come first.

    Parameters
    ----------
    plan : Plan
    query : str
        Marks, case, punctuation and look-alike letters do not count. The id of a cell finds its mast.
    most : int
    """
    wanted = fold(query)
    if not wanted:
        return ()
    scored = [(score, _KINDS.index(found.kind), found.id, found) for found in _all(plan) if (score := _score(found, wanted)) is not None]
    return tuple(found for *_, found in sorted(scored, key=lambda item: item[:3])[:most])


def _score(found: Found, wanted: str) -> int | None:
    name, ids = fold(found.name), [fold(one) for one in (found.id, *found.further_ids)]
    own_words = [f"{word} " for word in _WORDS_OF[found.kind]]
    bare = {name, *ids, *(name.removeprefix(word) for word in own_words)} - {""}
    forms = bare | {word + form for word in own_words for form in bare if wanted.startswith(word)}
    joined = wanted.replace(" ", "")
    # figures written apart are no part of an id
    glued = joined if len(joined) >= _LEAST_JOINED and not joined.isdecimal() else wanted
    ranks = (
        [form == wanted for form in forms],
        [form.startswith(wanted) for form in forms],
        [f" {wanted}" in f" {form}" for form in forms],
        [wanted in form or glued in form.replace(" ", "") for form in forms],
    )
    for score, fits in enumerate(ranks):
        if any(fits):
            return score
    words = f" {name} {' '.join(ids)} {fold(found.where)}"
    several = " " in wanted and not joined.isdecimal()
    return 4 if several and all(f" {word}" in words for word in wanted.split()) else None


def _all(plan: Plan) -> Iterator[Found]:
    names = plan.communes["name"].astype("string").fillna("")
    types = {str(code): _text(value) for code, value in plan.communes["type"].items()} if "type" in plan.communes else {}

    def commune(code: object) -> str:
        return "" if pd.isna(code) or code not in names.index else str(names[code])

    for village, row in plan.villages[["name", "commune_code", "geometry"]].iterrows():
        yield Found("village", str(village), _text(row["name"]), commune(row["commune_code"]), row["geometry"].x, row["geometry"].y)
    for code, shape in plan.communes.geometry.items():
        point = shape.representative_point()
        yield Found("commune", str(code), commune(code), "", point.x, point.y, type=types.get(str(code), ""))
    ids = plan.sites.index.get_level_values("site_id")
    cells: dict[str, list[str]] = {}
    for site, cell in plan.sites.index:
        cells.setdefault(str(site), []).append(str(cell))
    for (site, _), row in plan.sites[~ids.duplicated()][["name", "commune_code", "geometry"]].iterrows():
        where, point = commune(row["commune_code"]), row["geometry"]
        yield Found("site", str(site), _text(row["name"]), where, point.x, point.y, further_ids=tuple(cells[str(site)]))


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
