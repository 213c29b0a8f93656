"""What could be built at each place: the table of options, and the cells that an option puts on air."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_planner.config.build.technologies import Carrier, OptionKind, Technologies

OPTION_COLUMNS = (
    "place_id", "kind", "mast_height_m", "backhaul", "exclusive_group", "operator", "technology", "freq_mhz", "bandwidth_mhz", "tx_power_dbm",
    "antenna_gain_dbi", "losses_db", "azimuth_deg", "tilt_deg", "n_cells", "cell_id",
)  # fmt: skip
_FIGURES = ("freq_mhz", "bandwidth_mhz", "mast_height_m", "tx_power_dbm", "antenna_gain_dbi", "losses_db", "azimuth_deg", "tilt_deg")
_WORDS = ("operator", "technology")
_Row = dict[str, Any]
_NO_RADIO: _Row = {
    "operator": "", "technology": "", **{name: np.nan for name in _FIGURES if name != "mast_height_m"}, "n_cells": 0, "cell_id": "",
}  # fmt: skip


def options_at(places: pd.DataFrame, sites: gpd.GeoDataFrame, settings: Technologies, *, technology: str = "LTE") -> pd.DataFrame:
    """What could be built at the places.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``kind``, ``height_m`` (up to which antennas may hang), ``exclusion`` (places under a ``ban`` have no option),
        ``site_id`` of existing masts.
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), with the scenario's defaults: the cells that may be aimed anew.
    settings : Technologies
    technology : str
        Of the service: cells of another one are neither built nor aimed anew.

    Returns
    -------
    DataFrame
        Index ``option_id``, sorted; columns :data:`OPTION_COLUMNS`. Of one mast at a place that has none (``exclusive_group`` is the place), and
        of one new aim of a cell (the group is the cell), at most one is chosen. ``cell_id`` is blank but for the cell that is aimed anew;
        relays and satellite terminals have no cells. Terminals come only where the settings ask for them, one a settlement.
    """
    same = sites[sites["technology"].str.casefold().eq(technology.casefold()).fillna(False) & sites["status"].eq("on_air").fillna(False)]
    of_site = {str(site): rows for site, rows in same.reset_index().groupby("site_id", sort=True)}
    operators = _operators(sites)
    found: dict[str, _Row] = {}
    for place_id, place in places[places["exclusion"] != "ban"].sort_index().iterrows():
        if place["kind"] == "existing":
            cells = of_site.get(str(place["site_id"]))
            rows = _on_a_mast(str(place_id), float(place["height_m"]), operators.get(str(place["site_id"]), ""), settings, technology)
            if "re_aim" in settings.kinds and cells is not None:
                rows = (*rows, *_aimed_anew(str(place_id), cells, settings))
        else:
            rows = tuple(_new_masts(str(place_id), float(place["height_m"]), settings, technology))
            if "satellite_terminal" in settings.kinds and place["kind"] == "settlement":
                rows = (*rows, _terminal(str(place_id)))
        found.update(rows)
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(OPTION_COLUMNS)).sort_index().rename_axis("option_id")
    return table.astype({**dict.fromkeys(_FIGURES, float), "n_cells": int})


def _operators(sites: gpd.GeoDataFrame) -> dict[str, str]:
    """The operator of each mast: the first by name of those on it."""
    named = sites["operator"].dropna().astype(str)
    return named.groupby(named.index.get_level_values("site_id")).min().to_dict()


def _carriers(carriers: tuple[Carrier, ...], technology: str) -> Iterator[tuple[str, _Row]]:
    """The carriers of the service's technology: a name and the columns of an option."""
    for number, carrier in enumerate(carriers):
        if carrier.technology.casefold() == technology.casefold():
            figures = carrier.model_dump(exclude={"beam_gain_db"})
            gain = {"antenna_gain_dbi": carrier.antenna_gain_dbi + carrier.beam_gain_db}
            # round about, or sectors from north on
            aim = {"azimuth_deg": np.nan if carrier.n_cells == 1 else 0.0, "tilt_deg": np.nan}
            twice = any(other.technology == carrier.technology and other.freq_mhz == carrier.freq_mhz for other in carriers[:number])
            name = f"{carrier.technology}{carrier.freq_mhz:g}" + (f".{number}" if twice else "")
            yield name, {**_NO_RADIO, **figures, **gain, **aim}


def _new_masts(place_id: str, height_m: float, settings: Technologies, technology: str) -> Iterator[tuple[str, _Row]]:
    common = {"place_id": place_id, "exclusive_group": place_id}
    masts: tuple[tuple[OptionKind, tuple[float, ...], tuple[Carrier, ...], str], ...] = (
        ("low_mast", settings.low_mast_heights_m, settings.low_mast, "network"),
        ("macro_mast", settings.macro_mast_heights_m, settings.macro_mast, "network"),
        ("satellite_mast", settings.low_mast_heights_m, settings.low_mast, "own"),
    )
    for kind, heights_m, carriers, backhaul in masts:
        if kind not in settings.kinds:
            continue
        for high in heights_m:
            for name, radio in _carriers(carriers, technology) if high <= height_m else ():
                yield f"{place_id}|{kind}|{high:g}|{name}", {**radio, **common, "kind": kind, "mast_height_m": high, "backhaul": backhaul}
    if "relay" in settings.kinds and settings.relay_height_m <= height_m:
        relay = {"kind": "relay", "mast_height_m": settings.relay_height_m, "backhaul": "network"}
        yield f"{place_id}|relay|{settings.relay_height_m:g}", {**_NO_RADIO, **common, **relay}


def _terminal(place_id: str) -> tuple[str, _Row]:
    """On a roof: at no height, so that it never counts as a mast on the way of others."""
    own = {"place_id": place_id, "exclusive_group": place_id, "kind": "satellite_terminal", "mast_height_m": 0.0, "backhaul": "own"}
    return f"{place_id}|satellite_terminal", {**_NO_RADIO, **own}


def _on_a_mast(place_id: str, height_m: float, operator: str, settings: Technologies, technology: str) -> tuple[tuple[str, _Row], ...]:
    """Further cells on a mast that stands, at the height of its antennas; none where that is not known."""
    if np.isnan(height_m):
        return ()
    common = {"place_id": place_id, "exclusive_group": "", "mast_height_m": height_m, "backhaul": "network", "operator": operator}
    rows: list[tuple[str, _Row]] = []
    if "remote_sector" in settings.kinds:
        for name, radio in _carriers(settings.remote_sector, technology):
            for azimuth in settings.remote_azimuths_deg:
                own = {"kind": "remote_sector", "azimuth_deg": azimuth, "n_cells": 1}
                rows.append((f"{place_id}|remote_sector|{azimuth:03g}|{name}", {**radio, **common, **own}))
    if "add_band" in settings.kinds:
        rows += [
            (f"{place_id}|add_band|{name}", {**radio, **common, "kind": "add_band"})
            for name, radio in _carriers(settings.add_band, technology)
        ]
    return tuple(rows)


def _aimed_anew(place_id: str, cells: pd.DataFrame, settings: Technologies) -> Iterator[tuple[str, _Row]]:
    """New settings of each cell of a mast, one figure changed at a time."""
    for cell in cells.to_dict("records"):
        now = {name: np.nan if pd.isna(cell[name]) else float(cell[name]) for name in _FIGURES}
        words = {name: "" if pd.isna(cell[name]) else str(cell[name]) for name in _WORDS}
        changes: list[tuple[str, dict[str, float]]] = []
        if not np.isnan(now["azimuth_deg"]):
            changes += [(f"turn{turn:+g}", {"azimuth_deg": (now["azimuth_deg"] + turn) % 360.0}) for turn in settings.re_aim_turns_deg]
        if not np.isnan(now["tilt_deg"]):
            changes += [(f"tilt{tilt:+g}", {"tilt_deg": now["tilt_deg"] + tilt}) for tilt in settings.re_aim_tilts_deg]
        if settings.re_aim_power_dbm is not None and now["tx_power_dbm"] < settings.re_aim_power_dbm:
            changes.append((f"power{settings.re_aim_power_dbm:g}", {"tx_power_dbm": settings.re_aim_power_dbm}))
        for name, change in changes:
            fixed = {
                "place_id": place_id, "kind": "re_aim", "backhaul": "network", "exclusive_group": f"{cell['site_id']}/{cell['cell_id']}",
                "n_cells": 1, "cell_id": str(cell["cell_id"]),
            }  # fmt: skip
            yield f"{place_id}|re_aim|{cell['cell_id']}|{name}", {**now, **words, **fixed, **change}


def cells_of(options: pd.DataFrame, places: pd.DataFrame, sites: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The cells that options put on air, as rows of a site table.

    Parameters
    ----------
    options, places
        As for :func:`options_at`; of the places ``x_m``, ``y_m`` in `crs`, ``kind`` and ``site_id``.
    sites : GeoDataFrame
        The existing cells: one that is aimed anew keeps its place and its id.
    crs : CRS
        Of the terrain.

    Returns
    -------
    GeoDataFrame
        In `crs`; index (``site_id``, ``cell_id``); ``option_id`` and the columns of the sites that a budget needs. A mast at a place that has
        none takes the place's id. In the order of the options, sectors from the first azimuth on.
    """
    radio = options[options["n_cells"] > 0]
    n = radio["n_cells"].to_numpy()
    rows = radio.loc[radio.index.repeat(n)]
    sector = np.concatenate([np.arange(size) for size in n]) if len(n) else np.zeros(0, dtype=int)
    of_many = np.repeat(n, n)
    at = places.loc[rows["place_id"]]
    anew = (rows["kind"] == "re_aim").to_numpy()
    stands = at["kind"].eq("existing").to_numpy()
    site_id = np.where(stands, at["site_id"].to_numpy(dtype=object), rows["place_id"].to_numpy(dtype=object))
    new_id = [option if size == 1 else f"{option}-{k + 1}" for option, size, k in zip(rows.index, of_many, sector, strict=True)]
    cell_id = np.where(anew, rows["cell_id"].to_numpy(dtype=object), np.array(new_id, dtype=object))
    x_m, y_m = at["x_m"].to_numpy(dtype=float).copy(), at["y_m"].to_numpy(dtype=float).copy()
    if anew.any():
        own = sites.loc[list(zip(site_id[anew], cell_id[anew], strict=True))].geometry.to_crs(crs)
        x_m[anew], y_m[anew] = own.x.to_numpy(), own.y.to_numpy()
    table = rows[[*_FIGURES, *_WORDS]].reset_index().assign(status="on_air")
    table["azimuth_deg"] = (table["azimuth_deg"] + sector * 360.0 / np.maximum(of_many, 1)) % 360.0
    table[list(_WORDS)] = table[list(_WORDS)].replace("", pd.NA).astype("string")
    table["status"] = table["status"].astype("string")
    table.index = pd.MultiIndex.from_arrays([site_id.astype(str), cell_id.astype(str)], names=["site_id", "cell_id"])
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x_m, y_m), crs=crs)
