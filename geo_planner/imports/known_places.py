"""Rows of a file that the layer has already, found by commune, name and place where they bring no id; judged row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo_planner.errors import Fault, fault, warning
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import SAME_PLACE_M, distance_m, is_made, same_spelling
from geo_planner.imports.known_cells import known_cells
from geo_planner.letters import fold
from geo_planner.words import first_of, said

_PHRASES = "to dan pho|khu dan cu|diem dan cu|cum dan cu|khu pho|diem nhom|diem ban|thon ban|ban thon|thon xom"
_WORDS = "nhom|thon|ban|buon|bon|lang|plei|ap|xom|phum|soc|to|khu|diem|cum|tdp|kdc|khom|doi"
# a phrase goes as a whole or stays: "tổ dân phố 2" is not a place named "dân phố 2"
_LEADING = re.compile(rf"(?:(?:{_PHRASES})|(?!(?:{_PHRASES})\b)(?:{_WORDS}))\s+(.*[^\W\d_]{{2,}}.*)")
_LISTED = 10
FAR_M = 2_000.0
"""A village that moves further than this is told."""


def without_leading_word(name: str) -> str:
    """The folded name without the word that says it is a village; a name that is only a number keeps it.

    Examples
    --------
    >>> without_leading_word("Bản Tia Ma Mủ"), without_leading_word("Tổ dân phố 2"), without_leading_word("Nậm Sẻ")
    ('tia ma mu', 'to dan pho 2', 'nam se')
    """
    folded = fold(name)
    found = _LEADING.fullmatch(folded)
    return found.group(1) if found else folded


def recognise(existing: pd.DataFrame, draft: Draft) -> tuple[Draft, pd.DataFrame, int]:
    """Give the rows of a draft the ids that the layer has for them.

    A row whose name is written otherwise (marks, a leading "bản") is the same place only within half a kilometre of the one
    in the layer; else both stay and that is told.

    Returns
    -------
    Draft
    DataFrame
        The layer, some of its rows under the ids that the file brings for them.
    int
        Rows of the layer that gave way.
    """
    key, by_commune = draft.layer.key[0], draft.layer.place == "named"
    if existing.empty or not draft.layer.has("name") or not {key, "name", "lon", "lat"} <= set(existing):
        return draft, existing, 0
    old = {place.identifier: place for place in _places(existing, key, by_commune)}
    new = _places(draft.good(), key, by_commune)
    made = [place for place in new if place.rows[0] in draft.made_ids]
    own = [place for place in new if place.rows[0] not in draft.made_ids]
    search = _Search(old, {place.identifier for place in own} & set(old), by_commune)
    search.exact(made)
    search.respelled(made, lambda place: fold(place.name))
    search.respelled(made, lambda place: without_leading_word(place.name))
    draft = draft.with_(faults=_uncertain(search, made, draft))
    draft = _with_known_ids(search, draft, key)
    draft, existing = _renamed(existing, search, own, draft, key)
    return known_cells(existing, draft) if draft.layer.of_cells and "cell_id" in existing else (draft, existing, 0)


@dataclass(frozen=True, slots=True)
class _Place:
    """A village, or a mast with the rows of its cells."""

    identifier: str
    code: str
    name: str
    at: tuple[str, str]
    rows: tuple[int, ...]

    def away_m(self, other: _Place) -> float:
        return distance_m(self.at, other.at)


def _places(table: pd.DataFrame, key: str, by_commune: bool) -> list[_Place]:
    codes = table["commune_code"].str.strip() if by_commune and "commune_code" in table else pd.Series("", index=table.index)
    found = table[table[key] != ""].assign(_code=codes)
    rows = found.groupby(key, sort=False).groups
    first = found.drop_duplicates(key)[[key, "_code", "name", "lon", "lat"]]
    return [
        _Place(identifier, code, name, (lon, lat), tuple(map(int, rows[identifier])))
        for identifier, code, name, lon, lat in first.itertuples(index=False, name=None)
    ]


@dataclass(slots=True)
class _Search:
    """Places of the layer, those that are taken, and what was found for those of the file, by the id made for them."""

    old: dict[str, _Place]
    taken: set[str]
    by_commune: bool
    chosen: dict[str, str] = field(default_factory=dict)
    otherwise: list[tuple[_Place, _Place]] = field(default_factory=list)
    near_misses: dict[str, _Place] = field(default_factory=dict)
    unclear: list[tuple[_Place, list[_Place]]] = field(default_factory=list)
    elsewhere: list[tuple[_Place, _Place]] = field(default_factory=list)
    moved: list[tuple[_Place, _Place]] = field(default_factory=list)

    def _index(self, name_of: Callable[[_Place], str]) -> dict[tuple[str, str], list[_Place]]:
        index: dict[tuple[str, str], list[_Place]] = {}
        for place in self.old.values():
            if place.name:
                index.setdefault((place.code, name_of(place)), []).append(place)
        return index

    def _take(self, place: _Place, match: _Place) -> None:
        self.chosen[place.identifier] = match.identifier
        self.taken.add(match.identifier)

    def exact(self, made: Iterable[_Place]) -> None:
        """The same name, with its marks: in the same commune, for masts at the same place."""
        index = self._index(lambda place: same_spelling(place.name))
        left = []
        for place in made:
            found = [other for other in index.get((place.code, same_spelling(place.name)), []) if other.identifier not in self.taken]
            near = [other for other in found if place.away_m(other) <= SAME_PLACE_M]
            same_id = [other for other in found if other.identifier == place.identifier]
            if not self.by_commune:
                if len(near) == 1 or (near and same_id):
                    self._take(place, (same_id or near)[0])
                elif near:
                    self.unclear.append((place, near))
                elif place.identifier in self.old and place.identifier not in self.taken:
                    self.elsewhere.append((place, self.old[place.identifier]))
            elif same_id or len(found) == 1 or len(near) == 1:
                match = (same_id or (found if len(found) == 1 else near))[0]
                self._take(place, match)
                if place.away_m(match) > FAR_M:
                    self.moved.append((place, match))
            elif found:
                self.unclear.append((place, found))
            else:
                left.append(place)
        for place in left:
            # An id that was made from this very name is this very place, whatever it is called in the layer now.
            if place.identifier in self.old and place.identifier not in self.taken:
                self._take(place, self.old[place.identifier])

    def respelled(self, made: Iterable[_Place], name_of: Callable[[_Place], str]) -> None:
        """A name written otherwise: the same place when it is the only one near by."""
        index = self._index(name_of)
        for place in made:
            if place.identifier in self.chosen or not place.name:
                continue
            found = [other for other in index.get((place.code, name_of(place)), []) if other.identifier not in self.taken]
            near = [other for other in found if place.away_m(other) <= SAME_PLACE_M]
            if len(near) == 1:
                self._take(place, near[0])
                self.otherwise.append((place, near[0]))
                self.near_misses.pop(place.identifier, None)
            elif found and self.by_commune:
                self.near_misses.setdefault(place.identifier, found[0])


def _uncertain(search: _Search, made: Sequence[_Place], draft: Draft) -> list[Fault]:
    """What was not certain enough: faults where rows could be mixed up, warnings where a place may stand twice."""
    title, file = draft.title("name"), draft.file
    found = list[Fault]()
    facts: dict[str, Any]
    for place, others in search.unclear:
        facts = {"column": title, "value": place.name[:80], "n": len(others), "ids": first_of((other.identifier for other in others), 5)}
        found += [fault(file, "which_place.rows", row=row, **facts) for row in place.rows]
    for place, other in search.elsewhere:
        facts = {"column": title, "value": place.name[:80], "km": place.away_m(other) / 1000}
        found += [fault(file, "same_name.rows_layer", row=row, **facts) for row in place.rows]
    by_id = {place.identifier: place for place in made}
    for place, other in ((by_id[identifier], other) for identifier, other in search.near_misses.items()):
        facts = {"column": title, "value": place.name[:80], "name": other.name, "id": other.identifier, "km": place.away_m(other) / 1000}
        found.append(warning(file, "similar_name.rows", row=place.rows[0], **facts))
    for place, other in search.moved:
        facts = {"column": title, "value": place.name[:80], "id": other.identifier, "km": place.away_m(other) / 1000}
        found.append(warning(file, "moved.rows", row=place.rows[0], **facts))
    return found


def _with_known_ids(search: _Search, draft: Draft, key: str) -> Draft:
    """The draft with the ids of the layer in place of those that were made."""
    changed = {made: chosen for made, chosen in search.chosen.items() if made != chosen}
    if changed:
        rows = draft.rows
        mine = rows.index.isin(draft.made_ids) & rows[key].isin(changed)
        if "cell_id" in rows:
            of_mine = mine & rows.index.isin(draft.made_cells)
            renamed = [_of_site(cell, was, changed.get(was, was)) for was, cell in zip(rows[key], rows["cell_id"], strict=True)]
            rows = rows.assign(cell_id=rows["cell_id"].mask(of_mine, pd.Series(renamed, index=rows.index)))
        rows = rows.assign(**{key: rows[key].mask(mine, rows[key].map(changed))})
        by = "rows_told.known_by_commune" if search.by_commune else "rows_told.known_by_place"
        draft = draft.with_(rows=rows, statements=[said(by, n=int(mine.sum()))])
    if search.otherwise:
        names = [said("rows_told.respelled_one", name=place.name, known=other.name) for place, other in search.otherwise]
        draft = draft.with_(statements=[said("rows_told.respelled", n=len(names), names=first_of(names, _LISTED))])
    return draft


def _of_site(cell: str, was: str, site: str) -> str:
    """The id of a cell whose mast has another id now."""
    return site + cell.removeprefix(was)


def _renamed(existing: pd.DataFrame, search: _Search, own: Sequence[_Place], draft: Draft, key: str) -> tuple[Draft, pd.DataFrame]:
    """Places that the layer has under an id made here take the id that the file brings; an id of other origin is not touched."""
    index = search._index(lambda place: same_spelling(place.name))
    renamed: dict[str, str] = {}
    doubtful = []
    for place in own:
        if place.identifier in search.old or not place.name:
            continue
        found = [
            other
            for other in index.get((place.code, same_spelling(place.name)), [])
            if other.identifier not in search.taken and other.identifier not in renamed and place.away_m(other) <= SAME_PLACE_M
        ]
        if len(found) == 1 and is_made(found[0].identifier, found[0].code, found[0].name):
            renamed[found[0].identifier] = place.identifier
        elif found:
            title, value = draft.title("name"), place.name[:80]
            doubtful.append(warning(draft.file, "two_ids.rows", row=place.rows[0], column=title, value=value, id=found[0].identifier))
    draft = draft.with_(faults=doubtful, statements=[said("rows_told.places_renamed", n=len(renamed))] if renamed else [])
    if renamed and "cell_id" in existing:
        cells = [
            _of_site(cell, site, renamed[site]) if site in renamed and cell.startswith(f"{site}-") else cell
            for site, cell in zip(existing[key], existing["cell_id"], strict=True)
        ]
        existing = existing.assign(cell_id=cells)
    return draft, existing.assign(**{key: [renamed.get(identifier, identifier) for identifier in existing[key]]}) if renamed else existing
