"""Ids for rows that bring none: made from what the row is, so that the same row gives the same id in every list."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.errors import Fault, fault, warning
from geo_planner.imports.draft import Draft
from geo_planner.imports.naming import listed_rows
from geo_planner.imports.places.gazetteer import Gazetteer
from geo_planner.letters import fold, skeleton, slug
from geo_planner.words import said

CELL_IDENTITY = ("technology", "freq_mhz", "azimuth_deg")
"""What tells the cells of one mast apart."""
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
SAME_PLACE_M = 500.0
"""Two positions of one village or mast lie no further apart than this."""


def give_ids(draft: Draft, former: Sequence[str], gazetteer: Gazetteer) -> Draft:
    """Fill the blank ids of a draft and remember which rows had none."""
    layer, key = draft.layer, draft.layer.key[0]
    blank = draft.rows[key] == ""
    if blank.any() and layer.has("name"):
        draft = _from_commune_and_name(draft, blank, former, gazetteer)
    elif blank.any():
        draft = _from_all_it_says(draft, blank)
    if layer.of_cells:
        draft = replace(draft, made_cells={int(row) for row in draft.rows.index[draft.rows["cell_id"] == ""]})
        draft = draft.with_(rows=draft.rows.assign(cell_id=cell_ids(draft.rows)))
    if blank.any():
        draft = draft.with_(statements=[said(f"rows_told.ids_of_{'names' if layer.has('name') else 'samples'}", n=int(blank.sum()))])
    if key not in draft.titles and "name" in draft.titles:
        draft = draft.with_(titles={key: draft.titles["name"]}, found={key: draft.found["name"]})
    return draft


def _from_all_it_says(draft: Draft, blank: pd.Series) -> Draft:
    """Samples have no name: two that agree in everything are one."""
    key = draft.layer.key[0]
    made = pd.Series(measurement_ids(draft.rows), index=draft.rows.index)
    rows = draft.rows.assign(**{key: draft.rows[key].mask(blank, made)})
    twice = blank & rows.duplicated(key)
    gone = listed_rows((int(row), "") for row in rows.index[twice])
    return draft.with_(
        rows=rows[~twice], statements=[said("rows_told.repeated_samples", n=int(twice.sum()), rows=gone)] if twice.any() else []
    )


def _from_commune_and_name(draft: Draft, blank: pd.Series, former: Sequence[str], gazetteer: Gazetteer) -> Draft:
    rows, layer, key = draft.rows, draft.layer, draft.layer.key[0]
    names = rows["name"].where(rows["name"] != "", rows["lon"] + " " + rows["lat"]) if layer.nameless else rows["name"]
    codes = list(rows["commune_code"])
    if layer.place == "near" and not layer.nameless:
        # Many masts are called after what stands in every commune: "Trạm UBND xã".
        codes = [code or there for code, there in zip(codes, communes_at(rows, gazetteer), strict=True)]
    made = pd.Series(place_ids(codes, list(names), list(former), prefix=layer.id_prefix), index=rows.index)
    usable = blank & (names != "")
    nameless = [int(row) for row in rows.index[blank & ~usable]]
    draft = replace(draft, made_ids={int(row) for row in rows.index[usable]})
    draft = draft.with_(rows=rows.assign(**{key: rows[key].mask(usable, made)}), told=[(row, key) for row in nameless])
    if not layer.column("name").needed and key not in draft.unread:
        column = draft.title("name", key)
        draft = draft.with_(faults=[fault(draft.file, "blank.rows_nameless", row=row, column=column) for row in nameless])
    return draft.with_(faults=_same_names(draft)) if layer.of_cells else draft


def tell_alike_ids(draft: Draft, known: Iterable[str]) -> Draft:
    """Ids that look the same and are written in different letters or digits: most often one place under two ids."""
    key = draft.layer.key[0]
    first: dict[str, str] = {}
    for identifier in known:
        first.setdefault(skeleton(identifier), identifier)
    alike: dict[str, tuple[int, str]] = {}
    for row, identifier in draft.good()[key].items():
        other = first.setdefault(skeleton(identifier), identifier)
        if other != identifier:
            alike.setdefault(identifier, (int(str(row)), other))
    return draft.with_(
        faults=[
            warning(
                draft.file,
                "alike_ids.rows",
                row=row,
                column=draft.title(key),
                value=one[:80],
                other=other,
                signs=[ascii(one), ascii(other)],
            )
            for one, (row, other) in alike.items()
        ]
    )


def _same_names(draft: Draft) -> list[Fault]:
    """Rows of one name in one commune are cells of one mast, unless they stand apart."""
    made = draft.rows[draft.rows.index.isin(draft.made_ids) & (draft.rows["lon"] != "")]
    first: dict[str, tuple[int, tuple[str, str]]] = {}
    faults = []
    for row, site, name, *at in made[["site_id", "name", "lon", "lat"]].itertuples(name=None):
        one, there = first.setdefault(site, (int(row), (at[0], at[1])))
        if (apart_m := distance_m(there, at)) > SAME_PLACE_M:
            facts = {"column": draft.title("name"), "value": name[:80], "other": one, "km": apart_m / 1000}
            faults.append(fault(draft.file, "same_name.rows_list", row=int(row), **facts))
    return faults


def communes_at(rows: pd.DataFrame, gazetteer: Gazetteer) -> list[str]:
    """The commune in which each row lies; blank outside the province and without a position."""
    lon, lat = (pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float) for name in ("lon", "lat"))
    points = gazetteer.metric(lon, lat)
    codes, shapes = list(gazetteer.communes.index), gazetteer.communes.geometry.to_crs(gazetteer.crs)
    at = shapes.sindex.query(points, predicate="within")
    found = [""] * len(rows)
    for point, commune in zip(*at, strict=True):
        found[int(point)] = found[int(point)] or str(codes[int(commune)])
    return found


def distance_m(one: Sequence[str], other: Sequence[str]) -> float:
    """Distance of two places, each longitude and latitude as text; NaN where one has no position."""
    try:
        lon, lat, lon2, lat2 = (float(text or "nan") for text in (*one, *other))
    except (TypeError, ValueError):
        return float("nan")
    return float(np.hypot((lon2 - lon) * np.cos(np.radians((lat + lat2) / 2)), lat2 - lat) * 111_195)


def _short(text: str, length: int = 6) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def exact_name(name: str) -> str:
    """A name with its marks, whatever its case, its spaces and the way its marks are stored."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def same_spelling(name: str) -> str:
    """A name for comparing: with its marks, but wherever the tone stands in the syllable and whatever look-alikes are in it.

    Examples
    --------
    >>> same_spelling("Pa Khóa") == same_spelling("Pa Khoá"), same_spelling("Ðông") == same_spelling("Đông"), same_spelling("Sử") == same_spelling("Sủ")
    (True, True, False)
    """
    words = unicodedata.normalize("NFD", exact_name(skeleton(name))).split()
    return " ".join(_TONE.sub("", word) + "".join(_TONE.findall(word)) for word in words)


def place_ids(codes: Sequence[str], names: Sequence[str], former: Sequence[str], *, prefix: str = "") -> list[str]:
    """Ids from commune and name, for instance ``03463-tia-ma-mu-41d2``.

    The former commune takes part where a row names it: after the mergers one commune may hold two villages of one name.
    A name with marks is followed by a short hash of its exact spelling: names that differ only in their marks are different
    places, whether or not they stand in one list.
    """
    return [
        prefix + "-".join(part for part in (code, slug(old) if old else "", _named(name)) if part)
        for code, name, old in zip(codes, names, former, strict=True)
    ]


def _named(name: str) -> str:
    exact, plain = exact_name(name), slug(name)
    if not plain:
        return _short(exact)
    return plain if plain == exact.replace(" ", "-") else f"{plain}-{_short(exact, 4)}"


def is_made(identifier: str, code: str, name: str) -> bool:
    """Whether an id looks as if it was made here from commune and name, today or by an earlier version."""
    rest = identifier.removeprefix("s-").removeprefix("c-")
    if code and rest.startswith(f"{code}-"):
        return bool(slug(name)) and slug(name) in rest[len(code) + 1 :]
    return identifier != rest and bool(slug(name)) and slug(name) in rest


def cell_ids(rows: pd.DataFrame) -> list[str]:
    """Ids of cells from mast, technology, band and azimuth, for instance ``S1-LTE-900-az120``; given ones stay.

    Cells of one mast that agree in all three are numbered in the order of the file.
    """
    taken = {(site, cell) for site, cell in zip(rows["site_id"], rows["cell_id"], strict=True) if cell}
    made = []
    identities = cell_identities(rows)
    for site, cell, (technology, band, azimuth) in zip(rows["site_id"], rows["cell_id"], identities, strict=True):
        if not cell:
            base = "-".join(part for part in (site, slug(technology).upper(), band, f"az{azimuth}" if azimuth else "") if part)
            cell, number = (base, 1) if base != site else (f"{base}-1", 1)
            while (site, cell) in taken:
                number += 1
                cell = f"{base}-{number}"
            taken.add((site, cell))
        made.append(cell)
    return made


def cell_identities(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Technology, band and azimuth of each row, each blank where it is not known."""
    columns = [list(rows[name].fillna("")) if name in rows else [""] * len(rows) for name in CELL_IDENTITY]
    return [(fold(str(technology)), _figure(band), _figure(azimuth)) for technology, band, azimuth in zip(*columns, strict=True)]


def _figure(text: object) -> str:
    try:
        return f"{float(str(text)):g}"
    except ValueError:
        return fold(str(text))


def measurement_ids(frame: pd.DataFrame) -> list[str]:
    """Ids from all that a sample says: two samples that agree in everything are one."""
    columns = [name for name in frame.columns if name not in ("measurement_id", "source", "is_sample")]
    return [f"m-{_short(chr(31).join(map(str, values)), 16)}" for values in frame[columns].itertuples(index=False, name=None)]
