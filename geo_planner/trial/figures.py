"""A mast that somebody tries: height, carrier and sectors, checked when they are given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_planner.build.cost import LOW_MAST_MOST_M
from geo_planner.build.described import usual_carrier
from geo_planner.build.options import OPTION_COLUMNS
from geo_planner.config.build import BuildSettings
from geo_planner.errors import UsageError
from geo_planner.words import said

if TYPE_CHECKING:
    from geo_planner.plan import Plan

TRIAL_ID = "trial"
_RANGES = {
    "height_m": (1.0, 200.0), "freq_mhz": (30.0, 6000.0), "bandwidth_mhz": (0.2, 100.0), "tx_power_dbm": (-20.0, 60.0),
    "antenna_gain_dbi": (-10.0, 40.0), "losses_db": (0.0, 50.0),
}  # fmt: skip
_MOST_SECTORS = 6


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector: where its antenna looks.

    Attributes
    ----------
    azimuth_deg : float
        Clockwise from north, 0 to 360.
    tilt_deg : float
        Downwards; NaN: not known, and nothing is taken off for it.
    """

    azimuth_deg: float
    tilt_deg: float = math.nan


@dataclass(frozen=True, slots=True)
class TrialMast:
    """A mast that is tried. Figures that are left out are those of the usual carrier of the build plan, all assumptions.

    Attributes
    ----------
    height_m : float
        Of the antennas above ground.
    freq_mhz, bandwidth_mhz : float
    tx_power_dbm : float
        Of a port.
    antenna_gain_dbi, losses_db : float
    sectors : tuple of Sector
        Empty: round about.
    tilt_deg : float
        Of an antenna that looks round about; NaN: not known.
    technology : str
    satellite : bool
        Joined by satellite, whatever hops there are; else by the shortest clear hop to a mast on air, and by satellite where there is none.
    """

    height_m: float
    freq_mhz: float = 900.0
    bandwidth_mhz: float = 10.0
    tx_power_dbm: float = 43.0
    antenna_gain_dbi: float = 11.0
    losses_db: float = 2.0
    sectors: tuple[Sector, ...] = ()
    tilt_deg: float = math.nan
    technology: str = "LTE"
    satellite: bool = False

    def __post_init__(self) -> None:
        wrong = [
            said("trial_refused.figure", name=said(f"trial_figure.{name}"), value=getattr(self, name), least=least, most=most)
            for name, (least, most) in _RANGES.items()
            if not least <= getattr(self, name) <= most
        ]
        aims = [(said("trial_figure.azimuth_deg"), s.azimuth_deg, 0.0, 360.0) for s in self.sectors]
        aims += [
            (said("trial_figure.tilt_deg"), t, -30.0, 30.0)
            for t in (self.tilt_deg, *(s.tilt_deg for s in self.sectors))
            if not math.isnan(t)
        ]
        wrong += [
            said("trial_refused.figure", name=name, value=value, least=a, most=b) for name, value, a, b in aims if not a <= value <= b
        ]
        if len(self.sectors) > _MOST_SECTORS:
            wrong.append(
                said("trial_refused.figure", name=said("trial_figure.sectors"), value=len(self.sectors), least=0, most=_MOST_SECTORS)
            )
        if wrong:
            raise UsageError("trial_refused.figures", wrong=wrong)

    @property
    def kind(self) -> str:
        """What it costs like: ``low_mast`` up to 25 m, else ``macro_mast``."""
        return "low_mast" if self.height_m <= LOW_MAST_MOST_M else "macro_mast"

    @property
    def n_cells(self) -> int:
        return max(len(self.sectors), 1)


def usual_mast(plan: Plan, height_m: float) -> TrialMast:
    """The mast that the build plan would try at this height: the first carrier of the service's technology."""
    settings = (plan.scenario.build or BuildSettings()).technologies
    carrier = usual_carrier(settings, height_m, plan.scenario.service.technology)
    n = carrier.n_cells
    return TrialMast(
        height_m, carrier.freq_mhz, carrier.bandwidth_mhz, carrier.tx_power_dbm, carrier.antenna_gain_dbi + carrier.beam_gain_db, carrier.losses_db,
        tuple(Sector(360.0 * k / n) for k in range(n)) if n > 1 else (), technology=carrier.technology,
    )  # fmt: skip


def mast_of_option(plan: Plan, option_id: str) -> tuple[float, float, TrialMast]:
    """Longitude, latitude and figures of a new mast among the options of the build plan, so that it can be tried by hand.

    Raises
    ------
    KeyError
        Without a build plan, for an option that it does not have, and for one that is no new mast.
    """
    build = plan.build
    if (
        build is None
        or option_id not in build.options.index
        or build.options.at[option_id, "kind"] not in ("low_mast", "macro_mast", "satellite_mast")
    ):
        raise KeyError(option_id)
    option, place = build.options.loc[option_id], build.places.loc[build.options.at[option_id, "place_id"]]
    n, first = int(option["n_cells"]), float(option["azimuth_deg"])
    tilt = math.nan if math.isnan(option["tilt_deg"]) else float(option["tilt_deg"])  # the one NaN that equals itself within a tuple
    aims = () if math.isnan(first) else tuple(Sector((first + 360.0 * k / n) % 360.0, tilt) for k in range(n))
    height, freq, width, power, gain, losses = (
        float(option[name]) for name in ("mast_height_m", "freq_mhz", "bandwidth_mhz", "tx_power_dbm", "antenna_gain_dbi", "losses_db")
    )
    own = math.nan if aims else tilt
    mast = TrialMast(height, freq, width, power, gain, losses, aims, own, str(option["technology"]), option["kind"] == "satellite_mast")
    return float(place["lon"]), float(place["lat"]), mast


def cells_of_trial(mast: TrialMast, xy_m: tuple[float, float], crs: CRS) -> gpd.GeoDataFrame:
    """The cells of the mast as rows of a site table in `crs`; index (``site_id``, ``cell_id``)."""
    sectors = mast.sectors or (Sector(math.nan, mast.tilt_deg),)
    n = len(sectors)
    index = pd.MultiIndex.from_tuples([(TRIAL_ID, f"{TRIAL_ID}-{k + 1}") for k in range(n)], names=["site_id", "cell_id"])
    table = pd.DataFrame(
        {
            "status": pd.array(["on_air"] * n, dtype="string"), "technology": pd.array([mast.technology] * n, dtype="string"),
            "operator": pd.array([pd.NA] * n, dtype="string"), "freq_mhz": mast.freq_mhz, "bandwidth_mhz": mast.bandwidth_mhz,
            "mast_height_m": mast.height_m, "tx_power_dbm": mast.tx_power_dbm, "antenna_gain_dbi": mast.antenna_gain_dbi,
            "losses_db": mast.losses_db, "azimuth_deg": [s.azimuth_deg % 360.0 for s in sectors], "tilt_deg": [s.tilt_deg for s in sectors],
        },
        index=index,
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([xy_m[0]] * n, [xy_m[1]] * n), crs=crs)


def option_of_trial(mast: TrialMast, *, own_backhaul: bool) -> pd.DataFrame:
    """The mast as a row of the table of options: what power and cost ask for."""
    row = {
        "place_id": TRIAL_ID, "kind": "satellite_mast" if own_backhaul else mast.kind, "mast_height_m": mast.height_m, "backhaul": "own" if own_backhaul else "network",
        "exclusive_group": TRIAL_ID, "operator": "", "technology": mast.technology, "freq_mhz": mast.freq_mhz, "bandwidth_mhz": mast.bandwidth_mhz,
        "tx_power_dbm": mast.tx_power_dbm, "antenna_gain_dbi": mast.antenna_gain_dbi, "losses_db": mast.losses_db, "azimuth_deg": np.nan,
        "tilt_deg": np.nan, "n_cells": mast.n_cells, "cell_id": "",
    }  # fmt: skip
    return pd.DataFrame([row], index=pd.Index([TRIAL_ID], name="option_id", dtype=object))[list(OPTION_COLUMNS)]
