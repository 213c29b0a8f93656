"""The propagation models, each declared once: edition, ranges, what it reads, and its own rules for the settings.

Adding one: write its module, declare it here and add it to :data:`MODELS`; everything else (coverage, link budget, checks before
a run, what the plan says it was made with) asks the registry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from geo_planner.propagation import tr38901
from geo_planner.propagation.itm import CLIMATES
from geo_planner.propagation.limits import figure, refuse
from geo_planner.propagation.p1812 import DISTANCE_RANGE_KM
from geo_planner.words import Said, said

ModelName = Literal["free_space", "delta_bullington", "itm", "p1812", "rma"]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LossModel:
    """A model and everything that it assumes besides terrain and antennas.

    Attributes
    ----------
    name : {"free_space", "delta_bullington", "itm", "p1812", "rma"}
        P.525-4; P.525-4 with the diffraction of P.526-15; ITM point-to-point; P.1812-8; TR 38.901 RMa, which knows no
        terrain and is for places without any.
    vertical : bool
        Polarization.
    effective_earth_factor, eps_r, sigma_s_m
        Effective over true earth radius, permittivity and conductivity (S/m) of the ground for ``delta_bullington``;
        the ground also for ``itm``.
    time_pct, location_pct : float
        Not exceeded for this share of the time and of the locations.
    situation_pct, climate, n0, mdvar
        Of ``itm``; `n0` (N-units) also of ``p1812``.
    dn, lat_deg, sigma_l_db
        Of ``p1812``: lapse rate (N-units/km), latitude, location variability.
    """

    name: ModelName = "p1812"
    vertical: bool = True
    effective_earth_factor: float = 4 / 3
    eps_r: float = 15.0
    sigma_s_m: float = 0.005
    time_pct: float = 50.0
    location_pct: float = 50.0
    situation_pct: float = 50.0
    climate: str = "continental_temperate"
    n0: float = 325.0
    mdvar: int = 12
    dn: float = 45.0
    lat_deg: float = 22.0
    sigma_l_db: float = 0.0


def _nothing_to_say(_: LossModel) -> list[Said]:
    return []


@dataclass(frozen=True, slots=True)
class Model:
    """What the package knows of one model.

    Attributes
    ----------
    name, edition : str
        By which settings call it, and the text that it follows.
    freq_mhz, tx_height_m, rx_height_m : (lowest, highest)
        Frequencies and antenna heights above ground for which it is published.
    shortest_km, longest_km : float
        Nearer, the loss is that of free space; farther, there is none.
    needs_terrain, uses_clutter : bool
        Whether it reads a terrain profile, and the heights of the clutter along it.
    setting_faults : callable
        What is wrong with the settings that are the model's own.
    """

    name: ModelName
    edition: str
    freq_mhz: Range = (1, 1_000_000)
    tx_height_m: Range = (0.1, 10_000)
    rx_height_m: Range = (0.1, 10_000)
    shortest_km: float = 0.0
    longest_km: float = math.inf
    needs_terrain: bool = True
    uses_clutter: bool = False
    setting_faults: Callable[[LossModel], list[Said]] = _nothing_to_say


def _p1812_setting_faults(model: LossModel) -> list[Said]:
    if 1 <= model.time_pct <= 50 and 1 <= model.location_pct <= 99:
        return []
    return [said("area_limit.percentages", time=figure(model.time_pct), location=figure(model.location_pct))]


def _itm_setting_faults(model: LossModel) -> list[Said]:
    if 250 <= model.n0 <= 400 and model.climate in CLIMATES:
        return []
    return [said("area_limit.itm", n0=figure(model.n0), climate=model.climate)]


MODELS: Final[Mapping[str, Model]] = MappingProxyType(
    {
        model.name: model
        for model in (
            Model(
                "p1812",
                "ITU-R P.1812-8",
                freq_mhz=(30, 6000),
                tx_height_m=(1, 3000),
                rx_height_m=(1, 3000),
                shortest_km=DISTANCE_RANGE_KM[0],
                longest_km=DISTANCE_RANGE_KM[1],
                uses_clutter=True,
                setting_faults=_p1812_setting_faults,
            ),
            Model(
                "itm",
                "ITS Irregular Terrain Model (Longley-Rice) 1.4, point-to-point",
                freq_mhz=(20, 20_000),
                tx_height_m=(0.5, 3000),
                rx_height_m=(0.5, 3000),
                setting_faults=_itm_setting_faults,
            ),
            Model("delta_bullington", "ITU-R P.525-4; ITU-R P.526-15, section 4.5 (delta-Bullington)"),
            Model("free_space", "ITU-R P.525-4"),
            Model(
                "rma",
                "3GPP TR 38.901 RMa without line of sight (no terrain takes part)",
                freq_mhz=tr38901.FREQ_MHZ,
                tx_height_m=tr38901.BASE_HEIGHT_M,
                rx_height_m=tr38901.TERMINAL_HEIGHT_M,
                shortest_km=tr38901.SHORTEST_KM,
                longest_km=tr38901.LONGEST_NLOS_KM,
                needs_terrain=False,
            ),
        )
    }
)
"""Every model by its name, in the order in which they are offered."""


def check_range(model: LossModel, freq_mhz: float, tx_height_m: float, rx_height_m: float) -> None:
    """Ranges of the models, for all cells at once; computes no path.

    Raises
    ------
    ModelRangeError
    """
    kind = MODELS[model.name]
    if not kind.needs_terrain:
        tr38901.nlos_loss_db(kind.shortest_km, freq_mhz, base_height_m=tx_height_m, terminal_height_m=rx_height_m)
        return
    faults = [
        said(f"area_limit.{what}", value=figure(value), low=low, high=high)
        for what, value, (low, high) in (
            ("frequency", freq_mhz, kind.freq_mhz),
            ("transmitter", tx_height_m, kind.tx_height_m),
            ("receiver", rx_height_m, kind.rx_height_m),
        )
        if not low <= value <= high
    ]
    refuse(f"model.{model.name}", faults + kind.setting_faults(model))
