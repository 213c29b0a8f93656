"""Columns whose titles leave open what their figures are: taken for nothing, and asked about where the figures do not tell.

A level may be RSRP or RSSI, a bare power watts or dBm, a bare height that of the antenna or of the ground it stands on.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault
from geo_planner.schema import SITES
from geo_planner.sources.imports.draft import Draft
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.layout import RawTable
from geo_planner.sources.imports.quantities import title_unit
from geo_planner.sources.imports.synonyms import SIGNAL_LEVELS

_SURELY_DBM = (40.0, 50.0)
"""Powers of transmitters in dBm that are no usual ones in watts: 43, 46 and 49 dBm are 20, 40 and 80 W."""
_SURELY_ANTENNA_M = (10.0, 100.0)
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
    if layer == "measurements":
        draft.faults += unclear_levels(table, file)
        return
    if layer not in ("sites", "candidates"):
        return
    if "tx_power_dbm" not in told:
        _power(draft, table, file)
    if "mast_height_m" not in told:
        _height(draft, table, file)


def unclear_levels(table: RawTable, file: str) -> list[Fault]:
    """A level that may be RSRP or RSSI is taken for neither; where it is the only one, its meaning is asked for."""
    if "rsrp_dbm" in table.frame:
        return []
    unused = [title for name, title in table.titles.items() if name in table.frame]
    several = [title for title in unused if re.search(r"\brsrp\b", fold(title))]
    if several:
        return [
            Fault(
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
        Fault(
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
        Fault(
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
        Fault(
            file,
            "it is not certain whether the heights are those of the antennas above the ground or of the ground above the sea",
            f'If they are of the antennas, state --map "{title}=mast_height_m"; if not, leave them out: --map "{title}=-".',
            column=title[:80],
            value=f"{figures.max():g}",
            code="which_height",
        )
    )
    draft.unread.add("mast_height_m")
