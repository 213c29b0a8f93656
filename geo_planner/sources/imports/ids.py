"""Ids for rows that bring none: made from what the row is, so that the same row gives the same id in every list."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

import pandas as pd

from geo_planner.sources.imports.folding import fold, slug

CELL_IDENTITY = ("technology", "freq_mhz", "azimuth_deg")
"""What tells the cells of one mast apart."""


def _short(text: str, length: int = 6) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def exact_name(name: str) -> str:
    """A name with its marks, whatever its case, its spaces and the way its marks are stored."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


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
