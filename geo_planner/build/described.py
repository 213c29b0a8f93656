"""Masts that the user describes among the candidates: height, band, power and sectors as they stand there, and nothing else at that place."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.build.cost import LOW_MAST_MOST_M
from geo_planner.build.options import OPTION_COLUMNS
from geo_planner.config.build.technologies import Carrier, Technologies

FIGURES = ("bandwidth_mhz", "tx_power_dbm", "antenna_gain_dbi", "losses_db")
OWN_BACKHAUL = "own"
"""In the column ``backhaul``: joined by a satellite link of its own, whatever hops there are."""


def usual_carrier(settings: Technologies, height_m: float, technology: str) -> Carrier:
    """The carrier of the build plan for a new mast of this height: the first one of the technology, else an assumed one of it."""
    carriers = settings.low_mast if height_m <= LOW_MAST_MOST_M else settings.macro_mast
    same = [carrier for carrier in carriers if carrier.technology.casefold() == technology.casefold()]
    return same[0] if same else Carrier(technology=technology)


def with_described(
    options: pd.DataFrame, places: pd.DataFrame, candidates: gpd.GeoDataFrame | None, settings: Technologies, *, technology: str
) -> pd.DataFrame:
    """The options, with the masts that the user describes in place of all others at their places.

    Parameters
    ----------
    options, places : DataFrame
        As :func:`geo_planner.build.options.options_at` and :func:`geo_planner.build.candidates.candidate_places` give them.
    candidates : GeoDataFrame or None
        The user's own; a row with ``mast_height_m`` and ``freq_mhz`` describes a mast. Figures that it leaves blank are those of the usual carrier
        of `settings` (assumptions); ``n_cells`` sectors stand evenly around from ``azimuth_deg`` on, and without an azimuth it radiates round about.
    settings : Technologies
    technology : str
        Of the service; that of a row whose own is blank.

    Returns
    -------
    DataFrame
        A described mast is joined by links, or, where none leads there or ``backhaul`` is ``own``, by satellite: two options of one group.
    """
    if candidates is None or not {"mast_height_m", "freq_mhz"} <= set(candidates.columns):
        return options
    told = candidates[candidates["mast_height_m"].notna() & candidates["freq_mhz"].notna()]
    stands = dict(zip(places["site_id"].where(places["kind"] == "user", ""), places.index, strict=True))
    found = {}
    for site, row in told.sort_index().iterrows():
        place = stands.get(str(site))
        if place is not None:
            found.update(_masts(str(place), row, settings, technology))
    if not found:
        return options
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(OPTION_COLUMNS))
    table = table.astype({name: options[name].dtype for name in OPTION_COLUMNS if pd.api.types.is_numeric_dtype(options[name])})
    others = options[~options["place_id"].isin(set(table["place_id"]))]
    return pd.concat([others, table]).sort_index().rename_axis("option_id")


def _masts(place: str, row: pd.Series, settings: Technologies, technology: str) -> dict[str, dict[str, object]]:
    height, freq = float(row["mast_height_m"]), float(row["freq_mhz"])
    own = row.get("technology")
    carrier = usual_carrier(settings, height, technology if own is None or pd.isna(own) else str(own))
    usual = {**carrier.model_dump(), "antenna_gain_dbi": carrier.antenna_gain_dbi + carrier.beam_gain_db}
    azimuth, n_cells = _figure(row, "azimuth_deg"), _figure(row, "n_cells")
    radio = {
        "operator": "", "technology": carrier.technology, "freq_mhz": freq, **{n: _figure(row, n, float(usual[n])) for n in FIGURES},
        "azimuth_deg": azimuth % 360.0, "tilt_deg": _figure(row, "tilt_deg"), "n_cells": 1 if math.isnan(azimuth) or math.isnan(n_cells) else int(n_cells),
        "cell_id": "", "place_id": place, "exclusive_group": place, "mast_height_m": height,
    }  # fmt: skip
    name = f"{height:g}|{carrier.technology}{freq:g}"
    satellite = {f"{place}|satellite_mast|{name}": {**radio, "kind": "satellite_mast", "backhaul": "own"}}
    if str(row.get("backhaul")).strip().casefold() == OWN_BACKHAUL:
        return satellite
    kind = "low_mast" if height <= LOW_MAST_MOST_M else "macro_mast"
    return {f"{place}|{kind}|{name}": {**radio, "kind": kind, "backhaul": "network"}, **satellite}


def _figure(row: pd.Series, name: str, otherwise: float = np.nan) -> float:
    value = row.get(name)
    return otherwise if value is None or pd.isna(value) else float(value)
