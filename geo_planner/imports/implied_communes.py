"""Communes that no column names: one folder a commune in a KML, one sheet a commune, or a list of one commune that its heading names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from geo_planner.imports.area import Area
from geo_planner.imports.commune_index import CommuneIndex
from geo_planner.imports.folding import fold
from geo_planner.imports.formats.layers import FOLDER_TITLES
from geo_planner.imports.reading import Reading
from geo_planner.imports.titles.mapping import unused_columns
from geo_planner.imports.titles.synonyms import COMMUNE
from geo_planner.words import Said, said

_ENOUGH = 0.5
_KIND_AND_NAME = re.compile(r"\b(?:xa|phuong|thi tran|tt) (?=((?:\w+ ?){1,5}))")


def implied_communes(reading: Reading, layer: str, area: Area) -> Reading:
    """Where no column names the commune, what stands around the rows is the column; the positions are checked against it later."""
    return _from_the_heading(_from_folders(reading, layer, area), layer, area)


def _from_the_heading(reading: Reading, layer: str, area: Area) -> Reading:
    """The one commune that the sheet is called after, or else that the lines above the header name."""
    table = reading.table
    if layer == "measurements" or table.frame.empty or set(table.frame) & (set(COMMUNE) - {"district"}):
        return reading
    index = CommuneIndex(area.communes, area.former)
    place, how, key = reading.sheet, "the name of the sheet", "commune_from.sheet"
    if not (place and (index.new(place) or index.former(place))):
        named = {name for text in table.context for name in _communes_in(text, index)}
        if len(named) != 1:
            return reading
        words = named.pop()
        written = {unit.name for unit in (*index.new(words), *index.former(words))}
        place = written.pop() if len(written) == 1 else words
        how, key = "the heading above the table", "commune_from.title"
    frame = table.frame.assign(commune=place)
    told = said(key, name=place)
    return replace(
        reading, table=replace(table, frame=frame, titles={**table.titles, "commune": how}, statements=(*table.statements, told))
    )


def _communes_in(text: str, index: CommuneIndex) -> set[str]:
    """Names of communes that a heading speaks of with their kind: "UBND xã Tà Tổng", "DANH SÁCH BẢN CỦA XÃ TÀ TỔNG NĂM 2026"."""
    found = set()
    for match in _KIND_AND_NAME.finditer(fold(text)):
        words = match.group(1).split()
        longest = next(
            (" ".join(words[:k]) for k in range(len(words), 0, -1) if index.new(" ".join(words[:k])) or index.former(" ".join(words[:k]))),
            "",
        )
        found |= {longest} - {""}
    return found


def _from_folders(reading: Reading, layer: str, area: Area) -> Reading:
    """Where no column names the commune and the folders do, they are the column; a folder column that tells nothing goes."""
    frame, titles = reading.table.frame, dict(reading.table.titles)
    levels = [title for title in FOLDER_TITLES if title in frame and titles.get(title) == title]
    if not levels:
        return reading
    told = []
    if layer != "measurements" and not set(frame) & (set(COMMUNE) - {"district"}):
        index = CommuneIndex(area.communes, area.former)
        shares = {level: _share(frame[level], index) for level in levels}
        best = max(levels, key=lambda level: shares[level])
        if shares[best] >= _ENOUGH:
            frame = frame.rename(columns={best: "commune"})
            titles["commune"] = titles.pop(best)
            told.append(said("commune_from.folders"))
            levels.remove(best)
            districts = [level for level in levels if _are_districts(frame[level])]
            if districts and "district" not in frame:
                frame = frame.rename(columns={districts[0]: "district"})
                titles["district"] = titles.pop(districts[0])
                levels.remove(districts[0])
    idle = [level for level in levels if frame[level].nunique(dropna=False) <= 1]
    frame = frame.drop(columns=idle)
    still = [level for level in levels if level not in idle]
    table = replace(
        reading.table,
        frame=frame,
        titles={name: title for name, title in titles.items() if name not in idle},
        statements=(*_without_titles(reading, set(FOLDER_TITLES) - set(still)), *told),
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
    known = {folder: bool(index.new(folder) or index.former(folder)) for folder in set(folders) if isinstance(folder, str)}
    return sum(known.get(folder, False) for folder in folders if isinstance(folder, str)) / max(len(folders), 1)


def _are_districts(folders: Sequence[object]) -> bool:
    filled = [folder for folder in folders if isinstance(folder, str)]
    return bool(filled) and all(re.match(r"(huyen|thi xa|thanh pho|tp|quan) ", fold(folder)) for folder in filled)
