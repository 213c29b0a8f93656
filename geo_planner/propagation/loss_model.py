"""A path-loss model with its settings, and what it becomes for the surroundings of one mast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

ModelName = Literal["free_space", "delta_bullington", "itm", "p1812", "rma"]


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


class Engine(NamedTuple):
    """A model at one frequency, as two functions that fill some cells of a window's loss and leave all others alone.

    ``profiles(loss_db, wanted, scene, reach, first, stop)`` takes rows `first` to ``stop - 1``, each cell over a profile of its own
    (:mod:`.profiles`); ``sweep(loss_db, scene, radials, first, stop)`` takes radials (:mod:`.radials`). As each cell belongs to one
    row and one radial, threads change no bit. Without a sweep all cells have profiles of their own. `takes_over`: what the sweep gives
    a cell depends on which cells before it on its radial are asked for.
    """

    profiles: Callable[..., Any]
    sweep: Callable[..., Any] | None
    takes_over: bool = False
