"""Communes that no column names: one folder a commune in a KML, one sheet a commune, or a list of one commune that its heading names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from geo_planner.imports.formats.layers import FOLDER_TITLES
from geo_planner.imports.places.gazetteer import CommuneIndex, Gazetteer
from geo_planner.imports.titles.mapping import unused_columns
from geo_planner.imports.vocabulary import COMMUNE
from geo_planner.letters import fold
from geo_planner.schema import Layer
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.imports.reading import Reading


_ENOUGH = 0.5
_KIND_AND_NAME = re.compile(r"\b(?:xa|phuong|thi tran|tt) (?=((?:\w+ ?){1,5}))")


def implied_communes(reading: Reading, layer: Layer, gazetteer: Gazetteer) -> Reading:
    """Where no column names the commune, what stands around the rows is the column; the positions are checked against it later."""
    reading = _from_folders(reading, layer, gazetteer.index)
    return _from_the_heading(reading, gazetteer.index) if _wanted(reading, layer) else reading


def _wanted(reading: Reading, layer: Layer) -> bool:
    frame = reading.table.frame
    return layer.place != "free" and not frame.empty and not set(frame) & (set(COMMUNE) - {"district"})


def _from_the_heading(reading: Reading, index: CommuneIndex) -> Reading:
    """The one commune that the sheet is called after, or else that the lines above the header name."""
    table, place, how, key = reading.table, reading.sheet, "the name of the sheet", "commune_from.sheet"
    if not (place and index.named(place)):
        named = {name for text in table.context for name in _communes_in(text, index)}
        if len(named) != 1:
            return reading
        words = named.pop()
        written = {unit.name for unit in index.named(words)}
        place = written.pop() if len(written) == 1 else words
        how, key = "the heading above the table", "commune_from.title"
    titles, told = {**table.titles, "commune": how}, said(key, name=place)
    return replace(
        reading, table=replace(table, frame=table.frame.assign(commune=place), titles=titles, statements=(*table.statements, told))
    )


def _communes_in(text: str, index: CommuneIndex) -> set[str]:
    """Names of communes that a heading speaks of with their kind: "UBND xã Tà Tổng", "DANH SÁCH BẢN CỦA XÃ TÀ TỔNG NĂM 2026"."""
    found = set()
    for match in _KIND_AND_NAME.finditer(fold(text)):
        words = match.group(1).split()
        starts = (" ".join(words[:k]) for k in range(len(words), 0, -1))
        found |= {next((name for name in starts if index.named(name)), "")} - {""}
    return found


def _from_folders(reading: Reading, layer: Layer, index: CommuneIndex) -> Reading:
    """Where no column names the commune and the folders do, they are the column; a folder column that tells nothing goes."""
    table = reading.table
    levels = [title for title in FOLDER_TITLES if title in table.frame and table.titles.get(title) == title]
    if not levels:
        return reading
    meant = dict[str, str]()
    if _wanted(reading, layer):
        best = max(levels, key=lambda level: _share(table.frame[level], index))
        if _share(table.frame[best], index) >= _ENOUGH:
            meant[best] = "commune"
            districts = [level for level in levels if level != best and _are_districts(table.frame[level])]
            meant |= {level: "district" for level in districts[:1] if "district" not in table.frame}
    idle = [level for level in levels if level not in meant and table.frame[level].nunique(dropna=False) <= 1]
    still = {level for level in levels if level not in meant and level not in idle}
    told = [said("commune_from.folders")] if meant else []
    table = replace(
        table,
        frame=table.frame.rename(columns=meant).drop(columns=idle),
        titles={meant.get(name, name): title for name, title in table.titles.items() if name not in idle},
        statements=(*_without_titles(reading, set(FOLDER_TITLES) - still), *told),
    )
    return replace(reading, table=table)


def _without_titles(reading: Reading, gone: set[str]) -> list[Said]:
    """What is said of the table; of unused columns, without those that are used or gone now."""
    unused = reading.mapping.unused if reading.mapping is not None else ()
    kept = list[Said]()
    for what in reading.table.statements:
        kept += [what] if what not in unused_columns(unused) else unused_columns([title for title in unused if title not in gone])
    return kept


def _share(folders: Sequence[object], index: CommuneIndex) -> float:
    """Share of the rows whose folder is the name of a commune, of today or a former one."""
    known = {folder: bool(index.named(folder)) for folder in set(folders) if isinstance(folder, str)}
    return sum(known.get(folder, False) for folder in folders if isinstance(folder, str)) / max(len(folders), 1)


def _are_districts(folders: Sequence[object]) -> bool:
    filled = [folder for folder in folders if isinstance(folder, str)]
    return bool(filled) and all(re.match(r"(huyen|thi xa|thanh pho|tp|quan) ", fold(folder)) for folder in filled)
