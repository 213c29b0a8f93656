"""The cells of the site table: which of them serve, with which figures, and what a budget needs of each."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.config import Service, SiteDefaults
from geo_planner.radio.budget import eirp_re_dbm, uplink_rsrp_dbm, uplink_sensitivity_dbm
from geo_planner.radio.carriers import uplink_block_mhz

RADIO_COLUMNS = ("freq_mhz", "bandwidth_mhz", "mast_height_m", "tx_power_dbm", "antenna_gain_dbi", "losses_db")
"""Without all of these a cell's coverage cannot be worked out."""


def in_service(sites: pd.DataFrame, service: Service) -> pd.Series:
    """Which cells take part: on air, of the service's technology, and with all radio figures known."""
    same = sites["technology"].str.casefold() == service.technology.casefold()
    described = sites[list(RADIO_COLUMNS)].notna().all(axis=1)
    return ((sites["status"] == "on_air").fillna(False) & same.fillna(False) & described).astype(bool).rename("in_service")


def with_defaults(sites: gpd.GeoDataFrame, defaults: SiteDefaults) -> gpd.GeoDataFrame:
    """The sites with the scenario's assumptions where a radio figure is blank, and which: column ``assumed`` (tuple of names)."""
    filled = {name: sites[name].fillna(value) for name, value in defaults.model_dump().items() if value is not None}
    blank = sites[list(filled)].isna()
    assumed = [tuple(blank.columns[row]) for row in blank.to_numpy(dtype=bool)]
    return sites.assign(**filled, assumed=pd.Series(assumed, index=sites.index, dtype=object))


@dataclass(frozen=True, slots=True)
class Mast:
    """One cell of a site as a budget needs it.

    Attributes
    ----------
    xy_m : (float, float)
    mast_height_m, freq_mhz : float
    eirp_re_dbm : float
        Per resource element (GSM and UMTS: of the whole carrier), on the antenna's axis.
    azimuth_deg, tilt_deg : float
        Of the axis; NaN where not known, and then nothing is taken off for that plane.
    uplink_shortfall_db : float
        By how much more than the threshold the cell's uplink needs; 0 where the downlink decides.
    """

    xy_m: tuple[float, float]
    mast_height_m: float
    freq_mhz: float
    eirp_re_dbm: float
    azimuth_deg: float
    tilt_deg: float
    uplink_shortfall_db: float


def masts_of(cells: gpd.GeoDataFrame, service: Service) -> list[Mast]:
    """What a budget needs of each row of a site table in a projected CRS, in its order."""
    columns = [
        cells.geometry.x,
        cells.geometry.y,
        cells["mast_height_m"],
        cells["freq_mhz"],
        eirp_re_dbm(cells, scs_khz=service.nr_subcarrier_khz),
        cells["azimuth_deg"],
        cells["tilt_deg"],
        uplink_shortfall_db(cells, service),
    ]
    figures = np.column_stack([column.astype("Float64").to_numpy(dtype=float, na_value=np.nan) for column in columns])
    return [Mast((x_m, y_m), *rest) for x_m, y_m, *rest in figures.tolist()]


def uplink_shortfall_db(cells: pd.DataFrame, service: Service) -> pd.Series:
    """How much more RSRP than the threshold each cell needs for its uplink to hold; 0 where the downlink decides."""
    uplink = service.uplink
    if not uplink.check:
        return pd.Series(0.0, index=cells.index)
    scs_khz = service.nr_subcarrier_khz
    sensitivity = uplink_sensitivity_dbm(
        noise_figure_db=uplink.noise_figure_db,
        sinr_db=uplink.sinr_db,
        blocks=uplink.resource_blocks,
        block_mhz=uplink_block_mhz(cells, scs_khz),
    )
    needed = uplink_rsrp_dbm(cells, ue_power_dbm=uplink.ue_power_dbm, sensitivity_dbm=sensitivity, scs_khz=scs_khz)
    return (needed - service.rsrp_threshold_dbm).clip(lower=0.0)
