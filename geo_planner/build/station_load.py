"""Load of a station by the EARTH model.

G. Auer et al., "How much energy is needed to run a wireless network?", IEEE Wireless Communications 18 (2011), eq. 1 and table 2.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd

from geo_planner.config.build.power import PowerSettings, StationClass
from geo_planner.units import db_to_linear


class Transmitter(NamedTuple):
    """One transmitter of a class: full power, load without traffic, and how much load grows with the power sent out."""

    p_max_w: float
    p0_w: float
    delta_p: float


EARTH: Final[dict[StationClass, Transmitter]] = {
    "macro": Transmitter(20.0, 130.0, 4.7),
    "remote_radio_head": Transmitter(20.0, 84.0, 2.8),
    "micro": Transmitter(6.3, 56.0, 2.6),
    "pico": Transmitter(0.13, 6.8, 4.0),
}
"""Auer et al. (2011), table 2."""


def station_power_w(n_trx: float, load: float, transmitter: Transmitter, sent_w: float | None = None) -> float:
    """Power that a station takes from its supply (Auer et al. 2011, eq. 1): P = N (P0 + Δp · P_sent · load).

    Parameters
    ----------
    n_trx : float
        Transmitters.
    load : float
        Share of the full power that is sent out, 0 to 1.
    transmitter : Transmitter
    sent_w : float, optional
        Full power of a transmitter; its class's where left out.

    >>> round(station_power_w(6, 0.3, EARTH["macro"]), 1)
    949.2
    """
    return n_trx * (transmitter.p0_w + transmitter.delta_p * (transmitter.p_max_w if sent_w is None else sent_w) * load)


def load_w(options: pd.DataFrame, settings: PowerSettings) -> pd.Series:
    """Mean load that each option adds, W: its transmitters, then hops, terminal, control and lamps of its kind.

    Parameters
    ----------
    options : DataFrame
        Index ``option_id``; ``kind``, ``n_cells``, ``tx_power_dbm`` (full power of a port; blank: that of the class).
    settings : PowerSettings
    """
    loads = []
    for kind, cells, dbm in zip(options["kind"], options["n_cells"], options["tx_power_dbm"], strict=True):
        watts = settings.own_load_w.get(kind)
        if watts is None:
            watts = settings.other_load_w.get(kind, 0.0)
            station = settings.station_class.get(kind)
            if station is not None and pd.notna(cells):
                sent = None if pd.isna(dbm) else float(db_to_linear(float(dbm) - 30.0))
                watts += station_power_w(float(cells) * settings.trx_per_cell, settings.busy_share, EARTH[station], sent)
        loads.append(watts)
    return pd.Series(loads, index=options.index, name="load_w", dtype=float)
