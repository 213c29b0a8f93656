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

from geo_planner.errors import Fault, fault
from geo_planner.imports.channels import channel_kind
from geo_planner.imports.draft import Draft
from geo_planner.imports.grid import as_text
from geo_planner.imports.layout.data_rows import RawTable
from geo_planner.imports.quantities import title_unit
from geo_planner.imports.radio_words import technology
from geo_planner.imports.titles.synonyms import SIGNAL_LEVELS
from geo_planner.letters import fold
from geo_planner.schema import SITES
from geo_planner.study_area.columns import in_a_band, unlikely_tilts
from geo_planner.words import first_of, said

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
        return [fault(file, "which_level.several", column=several[0][:80], titles=first_of(several, 10), title=several[0])]
    titles = [title for title in unused if re.fullmatch(SIGNAL_LEVELS, fold(re.sub(r"[(\[].*?[)\]]", " ", title)))]
    if not titles:
        return []
    return [fault(file, "which_level.one", column=titles[0][:80], title=titles[0])]


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
        draft.statements.append(said("power_in_dbm", title=title))
        return
    draft.faults.append(fault(file, "which_unit", column=title[:80], value=f"{figures[0]:g}", title=title))
    draft.unread.add("tx_power_dbm")


def _height(draft: Draft, table: RawTable, file: str) -> None:
    title = table.titles.get("mast_height_m", "")
    if "mast_height_m" not in table.frame or not _BARE_HEIGHT.fullmatch(fold(title)):
        return
    figures = _bare_figures(table.frame["mast_height_m"])
    if not figures.size or ((figures >= _SURELY_ANTENNA_M[0]) & (figures <= _SURELY_ANTENNA_M[1])).all():
        return
    draft.faults.append(fault(file, "which_height", column=title[:80], value=f"{figures.max():g}", title=title))
    draft.unread.add("mast_height_m")


def _tilt(draft: Draft, table: RawTable, file: str) -> None:
    """Tilts that are nearly all negative: an elevation, below the horizon negative, or a list of antennas that look to the sky."""
    if "tilt_deg" not in table.frame:
        return
    title, figures = table.titles.get("tilt_deg", "tilt_deg"), _bare_figures(table.frame["tilt_deg"].map(_without_degrees))
    if not unlikely_tilts(figures):
        return
    negative = figures[figures < 0]
    draft.faults.append(
        fault(file, "which_tilt", column=title[:80], value=f"{negative[0]:g}", negative=negative.size, n=figures.size, title=title)
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
    draft.faults.append(fault(file, "which_frequency", column=title[:80], value=f"{strange[0]:g}", n=len(strange), title=title))
    draft.unread.add("freq_mhz")
