"""The folders of a KML are often the only place where the communes stand: one folder a commune."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from geo_planner.sources.imports.area import Area
from geo_planner.sources.imports.commune_names import CommuneIndex
from geo_planner.sources.imports.folders import FOLDER_TITLES
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.reading import Reading
from geo_planner.sources.imports.synonyms import COMMUNE

_ENOUGH = 0.5


def communes_from_folders(reading: Reading, layer: str, area: Area) -> Reading:
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
            told.append("There is no column for the commune: it is taken from the folders that the placemarks lie in.")
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
        statements=(*_without_titles(reading.table.statements, set(FOLDER_TITLES) - set(still)), *told),
    )
    return replace(reading, table=table)


def _without_titles(statements: Sequence[str], gone: set[str]) -> list[str]:
    """What is said of unused columns, without those that are used or gone now."""
    kept = []
    for text in statements:
        if text.startswith("Columns not used"):
            head, _, listed = text.rstrip(".").partition(": ")
            titles = [title for title in listed.split(", ") if title.strip("'") not in gone]
            text = f"{head}: {', '.join(titles)}." if titles else ""
        if text:
            kept.append(text)
    return kept


def _share(folders: Sequence[object], index: CommuneIndex) -> float:
    """Share of the rows whose folder is the name of a commune, of today or a former one."""
    known = {folder: bool(index.new(folder) or index.former(folder)) for folder in set(folders) if isinstance(folder, str)}
    return sum(known.get(folder, False) for folder in folders if isinstance(folder, str)) / max(len(folders), 1)


def _are_districts(folders: Sequence[object]) -> bool:
    filled = [folder for folder in folders if isinstance(folder, str)]
    return bool(filled) and all(re.match(r"(huyen|thi xa|thanh pho|tp|quan) ", fold(folder)) for folder in filled)
