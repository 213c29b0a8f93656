"""What the columns of a user's table say beyond their kinds: everyday words, and names that belong to results."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault
from geo_planner.schema import RESULTS, TECHNOLOGIES, VILLAGES, technology_word


def technologies(table: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Technologies in the words of the standards; what was read as another word, and what is no known word, is told."""
    if "technology" not in table:
        return table, []
    written = table["technology"]
    words = written.map(technology_word, na_action="ignore").astype("string")
    told = []
    for word in sorted(set(written[(written.str.casefold() != words.str.casefold()).fillna(False)])):
        count = int((written == word).sum())
        reason = f"{word!r} is read as {technology_word(word)} in {count} rows"
        told.append(Fault(file, reason, "Write it so if you like.", column="technology", level="warning", code="technology_read"))
    strange = words[words.notna() & ~words.isin(TECHNOLOGIES)]
    if len(strange):
        named = ", ".join(sorted({repr(word) for word in strange})[:5])
        reason = f"{len(strange)} rows name a technology that is not known and do not count: {named}"
        remedy = f"Write one of {', '.join(TECHNOLOGIES)}."
        told.append(Fault(file, reason, remedy, row=int(strange.index[0]), column="technology", level="warning", code="technology_strange"))
    return table.assign(technology=words), told


# 3GPP TS 36.101, table 5.5-1, TS 38.101-1, table 5.2-1, and TS 45.005, section 2: uplink and downlink of the bands in use in Asia, MHz
_SHARED_MHZ = ((824, 960), (1710, 1990), (2100, 2170))
_BANDS_MHZ = {
    "GSM": _SHARED_MHZ[:2],
    "UMTS": ((824, 960), (1710, 1990), (1900, 2170)),
    "LTE": ((450, 470), (600, 803), (800, 862), *_SHARED_MHZ, (1880, 2025), (2300, 2400), (2496, 2690), (2500, 2700)),
    "NR": ((600, 803), (800, 862), *_SHARED_MHZ, (1880, 2025), (2300, 2400), (2496, 2700), (3300, 4200), (4400, 5000), (5150, 5925)),
}


def in_a_band(frequency_mhz: float, technology: str) -> bool:
    """Whether a network of a technology may transmit there; of a blank or unknown one: any network.

    Examples
    --------
    >>> in_a_band(1800, "LTE"), in_a_band(1300, "LTE"), in_a_band(3750, "LTE"), in_a_band(3750, "NR"), in_a_band(3750, "")
    (True, False, False, True, True)
    """
    bands = _BANDS_MHZ.get(technology) or [band for several in _BANDS_MHZ.values() for band in several]
    return any(low <= frequency_mhz <= high for low, high in bands)


def unlikely_tilts(tilts: NDArray[np.float64]) -> bool:
    """Whether most tilts that are not zero look up: one antenna may, a network does not."""
    return int((tilts < 0).sum()) > int((tilts > 0).sum())


def strange_radio(sites: pd.DataFrame, file: str) -> list[Fault]:
    """Tilts and frequencies of a list that was written by hand: possible, and more likely another convention."""
    told = []
    if {"tilt_deg"} <= set(sites):
        tilts = sites["tilt_deg"].astype("Float64").dropna().to_numpy(dtype=float)
        if unlikely_tilts(tilts):
            reason = f"{int((tilts < 0).sum())} of {len(tilts)} tilts are negative, which here means that the antennas look up"
            remedy = "Where they look down, write the tilts without their sign."
            told.append(Fault(file, reason, remedy, column="tilt_deg", level="warning", code="tilt_up"))
    if {"freq_mhz", "technology"} <= set(sites):
        frequency, names = sites["freq_mhz"].astype("Float64"), sites["technology"].astype("string").fillna("")
        strange = [
            float(mhz) for mhz, name in zip(frequency, names, strict=True) if not pd.isna(mhz) and not in_a_band(float(mhz), str(name))
        ]
        if strange:
            reason = f"{len(strange)} cells have a frequency that lies in no band of their technology (first: {strange[0]:g} MHz)"
            remedy = "Where it is the number of a channel (EARFCN, UARFCN, ARFCN), write the frequency in MHz."
            told.append(Fault(file, reason, remedy, column="freq_mhz", level="warning", code="frequency_strange"))
    return told


_ALSO_MADE = {"source_row", "region_known", "path_unknown", "border", "region_class", "geometry", "village_rank"}
"""Columns that a run adds to the villages on the way and that no result declares."""


def own_columns(villages: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Columns of the user's that bear the name of a result: a list taken from an earlier run must not pass for this one's result."""
    made = {c.name for c in RESULTS.columns} | _ALSO_MADE
    own = {c.name for c in VILLAGES.columns}
    taken = [
        str(name) for name in villages.columns if name not in own and (name in made or str(name).startswith(("contribution_", "p_top_")))
    ]
    if not taken:
        return villages, []
    reason = f"columns bear names of results and stand as NAME_in_file from here on: {', '.join(taken)}"
    warning = Fault(file, reason, "Take them out if they come from an earlier run.", row=1, level="warning", code="result_columns")
    return villages.rename(columns={name: f"{name}_in_file" for name in taken}), [warning]
