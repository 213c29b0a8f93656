"""How sites are joined to the network: by radio between masts, or by fibre along roads."""

from __future__ import annotations

import itertools
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from geo_planner.errors import SettingError
from geo_planner.settings import ASSUMPTION, Settings

Gigahertz = Annotated[float, Field(ge=1, le=45)]
SystemGain = Annotated[float, Field(gt=0, le=250)]
EarthFactor = Annotated[float, Field(ge=0.3, le=10)]
FresnelShare = Annotated[float, Field(ge=0, le=2)]


class EarthFactorAt(Settings):
    """The effective earth factor of hops of one length."""

    length_km: float = Field(ge=0, le=200, description="Length of the hop, km.")
    k: EarthFactor = Field(description="Effective earth factor exceeded for 99.9 % of the worst month at that length.")


class Backhaul(Settings):
    """What a hop must be to count. P.530 is given for these frequencies, lengths and shares of the year, and for no others."""

    bands: tuple[tuple[Gigahertz, SystemGain], ...] = Field(
        # 18 GHz: 20 dBm, dishes of 0.6 m (38.5 dBi); 15 GHz: 22 dBm, 0.6 m (36.9 dBi); 7 GHz: 27 dBm, 1.2 m (36.3 dBi); threshold -75 dBm;
        # high bands first: their dishes and zones are smaller, and the low ones are left to the long hops
        ((18.0, 172.0), (15.0, 171.0), (7.0, 174.5)),
        description="Bands of microwave, of which the first that holds is taken: GHz, and system gain in dB (transmit power and both antennas "
        "over the receiver's threshold); empty: no microwave. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    longest_km: float = Field(40.0, gt=0, le=60, description="Longest hop by microwave, km. Assumption.", json_schema_extra=ASSUMPTION)
    room_on_masts: bool = Field(
        True,
        description="Existing masts have room for a dish up to the height of their antennas, and capacity to pass on; to be asked of their "
        "owners. False: hops join new sites only. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    clearances: tuple[tuple[EarthFactor, FresnelShare], ...] = Field(
        # P.530-18, section 2.2.2: the whole zone at the median factor
        ((4 / 3, 1.0),),
        description="Pairs of effective earth factor, the same at all lengths, and share of the first Fresnel zone that must be free with it; all of "
        "them hold. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    least_k: tuple[EarthFactorAt, ...] = Field(
        # the Recommendation draws this factor by length for a temperate climate; none is read for here, so the low end of it stands throughout
        (EarthFactorAt(length_km=0.0, k=2 / 3),),
        max_length=50,
        description="Effective earth factor exceeded for 99.9 % of the worst month by length of the hop: linear between the lengths, the nearest one's "
        "beyond them; one entry: the same at all lengths; empty: not asked. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    least_k_share: FresnelShare = Field(
        # the cautious share: the Recommendation allows less outside the tropics
        0.6,
        description="Share of the first Fresnel zone that must be free at the least factor. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    lowest_antenna_m: float = Field(
        5.0, ge=1, le=50, description="No antenna of a hop hangs lower, m above ground. Assumption.", json_schema_extra=ASSUMPTION
    )
    least_availability_pct: float = Field(
        99.95,
        gt=99,
        le=99.99,
        description="Least share of the year for which a hop holds, per cent. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    rain_001_mm_h: float = Field(
        80.0,
        ge=0,
        le=250,
        description="Rain rate exceeded for 0.01 % of the year, mm/h (ITU-R P.837 at the place). Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    dn1: float = Field(
        -300.0,
        ge=-1000,
        le=0,
        description="Gradient of refractivity in the lowest 65 m not exceeded for 1 % of the year, N-units/km (ITU-R P.453). Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    tilt_deg: float = Field(90.0, ge=0, le=90, description="Tilt of the hops' polarization, degrees: 0 horizontal, 90 vertical.")
    fibre_longest_km: float = Field(
        15.0,
        ge=0,
        le=100,
        description="Longest way of a fibre along roads, km; 0: no fibre. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    fibre_to_road_m: float = Field(
        1000.0, ge=0, le=10_000, description="A place further from a road gets no fibre, m. Assumption.", json_schema_extra=ASSUMPTION
    )
    fibre_least_road_kmh: float = Field(
        10.0,
        ge=0,
        le=120,
        description="Fibre follows roads of at least this speed, km/h: at 10 no paths. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    fibre_availability_pct: float = Field(
        99.95, gt=90, le=100, description="Share of the year for which a fibre holds, per cent. Assumption.", json_schema_extra=ASSUMPTION
    )

    @field_validator("least_k")
    @classmethod
    def _rising(cls, entries: tuple[EarthFactorAt, ...]) -> tuple[EarthFactorAt, ...]:
        lengths = [entry.length_km for entry in entries]
        if any(later <= earlier for earlier, later in itertools.pairwise(lengths)):
            raise SettingError("build_setting.lengths_order", lengths=lengths)
        return entries

    @model_validator(mode="after")
    def _clear_of_something(self) -> Self:
        if not self.clearances and not self.least_k:
            raise SettingError("build_setting.no_clearance")
        return self

    def clearances_at(self, length_km: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The pairs of factor and share that hold for hops of some lengths: shape (hops, pairs, 2)."""
        length = np.atleast_1d(np.asarray(length_km, dtype=float))
        pairs = np.broadcast_to(np.array(self.clearances, dtype=float).reshape(-1, 2), (len(length), len(self.clearances), 2))
        if not self.least_k:
            return pairs.copy()
        lengths, factors = ([getattr(entry, name) for entry in self.least_k] for name in ("length_km", "k"))
        least = np.stack([np.interp(length, lengths, factors), np.full(len(length), self.least_k_share)], axis=1)
        return np.concatenate([pairs, least[:, None, :]], axis=1)
