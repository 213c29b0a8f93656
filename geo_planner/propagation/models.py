"""The propagation models, each declared once: edition, ranges, what it reads, and its own rules for the settings.

Adding one: write its module, declare it here and add it to :data:`MODELS`; everything else (coverage, link budget, checks before
a run, what the plan says it was made with) asks the registry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from geo_planner.propagation import delta_bullington, profiles, tr38901
from geo_planner.propagation.itm import CLIMATES
from geo_planner.propagation.itm import sweep as itm_sweep
from geo_planner.propagation.limits import figure, refuse
from geo_planner.propagation.loss_model import Engine, LossModel, ModelName
from geo_planner.propagation.p1812 import sweep as p1812_sweep
from geo_planner.propagation.p1812.physics import LONGEST_KM, SHORTEST_KM
from geo_planner.words import Said, said

Range = tuple[float, float]


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
    uses_clutter : bool
        Whether it reads the heights of the clutter along a profile.
    around : callable, optional
        What it does for the surroundings of a mast: takes the settings, a frequency in MHz and the stride of
        :func:`geo_planner.propagation.area.loss_around`; None for a model that knows no terrain.
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
    uses_clutter: bool = False
    around: Callable[[LossModel, float, int], Engine] | None = None
    setting_faults: Callable[[LossModel], list[Said]] = _nothing_to_say

    @property
    def needs_terrain(self) -> bool:
        """Whether it reads a terrain profile."""
        return self.around is not None


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
                shortest_km=SHORTEST_KM,
                longest_km=LONGEST_KM,
                uses_clutter=True,
                around=p1812_sweep.around,
                setting_faults=_p1812_setting_faults,
            ),
            Model(
                "itm",
                "ITS Irregular Terrain Model (Longley-Rice) 1.4, point-to-point",
                freq_mhz=(20, 20_000),
                tx_height_m=(0.5, 3000),
                rx_height_m=(0.5, 3000),
                around=itm_sweep.around,
                setting_faults=_itm_setting_faults,
            ),
            Model("delta_bullington", "ITU-R P.525-4; ITU-R P.526-15, section 4.5 (delta-Bullington)", around=delta_bullington.around),
            Model("free_space", "ITU-R P.525-4", around=profiles.around),
            Model(
                "rma",
                "3GPP TR 38.901 RMa without line of sight (no terrain takes part)",
                freq_mhz=tr38901.FREQ_MHZ,
                tx_height_m=tr38901.BASE_HEIGHT_M,
                rx_height_m=tr38901.TERMINAL_HEIGHT_M,
                shortest_km=tr38901.SHORTEST_KM,
                longest_km=tr38901.LONGEST_NLOS_KM,
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
