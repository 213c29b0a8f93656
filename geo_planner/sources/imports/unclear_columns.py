"""Columns whose titles leave open what their figures are: taken for nothing, and asked about where the figures do not tell.

A level may be RSRP or RSSI, a bare power watts or dBm, a bare height that of the antenna or of the ground it stands on, a bare
frequency the number of a channel, a tilt below the horizon negative or positive.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, prose_fault
from geo_planner.schema import SITES
from geo_planner.sources.columns import in_a_band, unlikely_tilts
from geo_planner.sources.imports.channels import channel_kind
from geo_planner.sources.imports.draft import Draft
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import as_text
from geo_planner.sources.imports.layout import RawTable
from geo_planner.sources.imports.quantities import title_unit
from geo_planner.sources.imports.radio_words import technology
from geo_planner.sources.imports.synonyms import SIGNAL_LEVELS

_SURELY_DBM = (40.0, 50.0)
"""Powers of transmitters in dBm that are no usual ones in watts: 43, 46 and 49 dBm are 20, 40 and 80 W."""
_SURELY_ANTENNA_M = (10.0, 100.0)
_LAST_BAND = 103
"""Up to here a figure may be the number of a band, which is told by row."""
_BARE_HEIGHT = re.compile(r"(do cao|cao do|height)( m| met)?")


def tell_unclear_columns(draft: Draft, table: RawTable, layer: str, told: Collection[str], file: str) -> None:
    """Faults for the columns of a layer whose figures may be two things; what the user said of a column settles it.

    Parameters
    ----------
    draft : Draft
    table : RawTable
    layer : str
    told : collection of str
        Columns of the layer that the user named.
    file : str
    """
    if "freq_mhz" not in told and layer in ("sites", "candidates", "measurements"):
        _frequency(draft, table, file)
    if layer == "measurements":
        draft.faults += unclear_levels(table, file)
        return
    if layer not in ("sites", "candidates"):
        return
    if "tx_power_dbm" not in told:
        _power(draft, table, file)
    if "mast_height_m" not in told:
        _height(draft, table, file)
    if "tilt_deg" not in told:
        _tilt(draft, table, file)


def unclear_levels(table: RawTable, file: str) -> list[Fault]:
    """A level that may be RSRP or RSSI is taken for neither; where it is the only one, its meaning is asked for."""
    if "rsrp_dbm" in table.frame:
        return []
    unused = [title for name, title in table.titles.items() if name in table.frame]
    several = [title for title in unused if re.search(r"\brsrp\b", fold(title))]
    if several:
        return [
            prose_fault(
                file,
                f"RSRP stands in columns that say more than that: {', '.join(map(repr, several[:10]))}; a row is one sample of one operator and network",
                f'Name the one that is meant: --map "{several[0]}=rsrp_dbm", and import the file once for each; or leave it out: --map "{several[0]}=-".',
                column=several[0][:80],
                code="which_level",
            )
        ]
    titles = [title for title in unused if re.fullmatch(SIGNAL_LEVELS, fold(re.sub(r"[(\[].*?[)\]]", " ", title)))]
    if not titles:
        return []
    return [
        prose_fault(
            file,
            "it is not certain whether the levels are RSRP: RSSI lies some 20 dB above it",
            f'If they are RSRP, state --map "{titles[0]}=rsrp_dbm"; if not, leave them out: --map "{titles[0]}=-".',
            column=titles[0][:80],
            code="which_level",
        )
    ]


def _bare_figures(cells: pd.Series) -> NDArray[np.float64]:
    """The figures of a column that carry no unit of their own."""
    return pd.to_numeric(cells.map(lambda cell: str(cell).strip().replace(",", ".")), errors="coerce").dropna().to_numpy(dtype=float)


def _power(draft: Draft, table: RawTable, file: str) -> None:
    title = table.titles.get("tx_power_dbm", "")
    if "tx_power_dbm" not in table.frame or title_unit(title, SITES.column("tx_power_dbm"))[0]:
        return
    figures = _bare_figures(table.frame["tx_power_dbm"])
    if not figures.size:
        return
    if ((figures > _SURELY_DBM[0]) & (figures <= _SURELY_DBM[1])).all():
        draft.statements.append(f"{title}: names no unit; the figures are those of dBm.")
        return
    draft.faults.append(
        prose_fault(
            file,
            "it is not certain whether the powers are in dBm or in watts: the title names no unit, and 20 W are 43 dBm",
            f'If they are dBm, state --map "{title}=tx_power_dbm"; if watts, write the unit into the title ("{title} (W)").',
            column=title[:80],
            value=f"{figures[0]:g}",
            code="which_unit",
        )
    )
    draft.unread.add("tx_power_dbm")


def _height(draft: Draft, table: RawTable, file: str) -> None:
    title = table.titles.get("mast_height_m", "")
    if "mast_height_m" not in table.frame or not _BARE_HEIGHT.fullmatch(fold(title)):
        return
    figures = _bare_figures(table.frame["mast_height_m"])
    if not figures.size or ((figures >= _SURELY_ANTENNA_M[0]) & (figures <= _SURELY_ANTENNA_M[1])).all():
        return
    draft.faults.append(
        prose_fault(
            file,
            "it is not certain whether the heights are those of the antennas above the ground or of the ground above the sea",
            f'If they are of the antennas, state --map "{title}=mast_height_m"; if not, leave them out: --map "{title}=-".',
            column=title[:80],
            value=f"{figures.max():g}",
            code="which_height",
        )
    )
    draft.unread.add("mast_height_m")


def _tilt(draft: Draft, table: RawTable, file: str) -> None:
    """Tilts that are nearly all negative: an elevation, below the horizon negative, or a list of antennas that look to the sky."""
    if "tilt_deg" not in table.frame:
        return
    title, figures = table.titles.get("tilt_deg", "tilt_deg"), _bare_figures(table.frame["tilt_deg"].map(_without_degrees))
    if not unlikely_tilts(figures):
        return
    draft.faults.append(
        prose_fault(
            file,
            f"it is not certain which way the tilts count: {int((figures < 0).sum())} of {figures.size} are negative, and here a positive tilt looks down",
            f'If a negative tilt looks down, write the figures without their sign; if the antennas do look up, state --map "{title}=tilt_deg"; or leave the tilts out: --map "{title}=-".',
            column=title[:80],
            value=f"{figures[figures < 0][0]:g}",
            code="which_tilt",
        )
    )
    draft.unread.add("tilt_deg")


def _without_degrees(cell: object) -> str:
    return re.sub(r"\s*(°|º|độ|deg(rees)?)\s*$", "", str(cell).strip().replace("−", "-").replace("–", "-"))


def _frequency(draft: Draft, table: RawTable, file: str) -> None:
    """Figures without a unit of which some lie in no band of their technology: numbers of channels more likely than MHz."""
    title = table.titles.get("freq_mhz", "")
    if "freq_mhz" not in table.frame or title_unit(title, SITES.column("freq_mhz"))[0] or channel_kind(title):
        return
    bare = table.frame["freq_mhz"].map(lambda cell: re.sub(r"(?<=\d)[.,](?=\d{3}$)", "", as_text(cell).strip()))
    figures = pd.to_numeric(bare.map(lambda text: text.replace(",", ".")), errors="coerce")
    names = table.frame["technology"].map(as_text) if "technology" in table.frame else pd.Series("", index=table.frame.index)
    strange = [
        figure
        for figure, name in zip(figures, names, strict=True)
        if figure > _LAST_BAND and not in_a_band(float(figure), technology(name)[0])
    ]
    if not strange:
        return
    draft.faults.append(
        prose_fault(
            file,
            f"it is not certain whether the figures are MHz: {len(strange)} of them lie in no band of their technology, and look like numbers of channels (EARFCN, UARFCN, ARFCN)",
            f'If they are channels, write EARFCN, UARFCN, ARFCN or NR-ARFCN as the title, and they are converted; if they are MHz, state --map "{title}=freq_mhz" or write the unit into the title; or leave them out: --map "{title}=-".',
            column=title[:80],
            value=f"{strange[0]:g}",
            code="which_frequency",
        )
    )
    draft.unread.add("freq_mhz")
