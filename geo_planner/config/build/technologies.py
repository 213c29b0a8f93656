"""What may be built: kinds of option, their heights and the cells that they carry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from geo_planner.schema import technology_word
from geo_planner.settings import ASSUMPTION, Settings

OptionKind = Literal["re_aim", "remote_sector", "low_mast", "macro_mast", "relay", "satellite_mast", "satellite_terminal", "add_band"]
Height = Annotated[float, Field(ge=5, le=200)]
Azimuth = Annotated[float, Field(ge=0, lt=360)]
Turn = Annotated[float, Field(ge=-180, le=180)]
Tilt = Annotated[float, Field(ge=-30, le=30)]


class Carrier(Settings):
    """The cells that an option puts on air. All figures are assumptions."""

    technology: str = Field("LTE", description="Takes part where the service is of this technology.")
    freq_mhz: float = Field(900.0, ge=30, le=6000, description="Carrier frequency, MHz. Assumption.", json_schema_extra=ASSUMPTION)
    bandwidth_mhz: float = Field(10.0, ge=1.4, le=100, description="Channel bandwidth, MHz. Assumption.", json_schema_extra=ASSUMPTION)
    tx_power_dbm: float = Field(43.0, ge=-20, le=60, description="Transmit power of a port, dBm. Assumption.", json_schema_extra=ASSUMPTION)
    antenna_gain_dbi: float = Field(11.0, ge=-10, le=40, description="Antenna gain, dBi. Assumption.", json_schema_extra=ASSUMPTION)
    beam_gain_db: float = Field(
        0.0,
        ge=0,
        le=20,
        description="Gain of the beams of NR's synchronisation block over the antenna's own, dB. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    losses_db: float = Field(2.0, ge=0, le=50, description="Feeder and connector losses, dB. Assumption.", json_schema_extra=ASSUMPTION)
    n_cells: int = Field(
        1, ge=1, le=6, description="1: round about; more: so many sectors, evenly from north. Assumption.", json_schema_extra=ASSUMPTION
    )

    @field_validator("technology")
    @classmethod
    def _as_standards_say(cls, word: str) -> str:
        return technology_word(word)


_NR_700 = Carrier(technology="NR", freq_mhz=700.0, tx_power_dbm=43.0)


class Technologies(Settings):
    """What the build plan may choose from. Carriers count where they are of the service's technology; of several each is an option.

    A satellite terminal (community Wi-Fi in one village) is no mobile signal, and is tried only where it is asked for.
    """

    kinds: tuple[OptionKind, ...] = Field(
        ("re_aim", "remote_sector", "low_mast", "macro_mast", "relay", "satellite_mast", "add_band"),
        description="Kinds of option that are tried.",
    )
    low_mast_heights_m: tuple[Height, ...] = Field(
        (20.0,), description="Heights of low masts, m above ground. Assumption.", json_schema_extra=ASSUMPTION
    )
    macro_mast_heights_m: tuple[Height, ...] = Field(
        (30.0, 42.0), description="Heights of ordinary masts, m above ground. Assumption.", json_schema_extra=ASSUMPTION
    )
    relay_height_m: float = Field(
        20.0, ge=5, le=200, description="Height of a relay's mast, m above ground. Assumption.", json_schema_extra=ASSUMPTION
    )
    low_mast: tuple[Carrier, ...] = Field(
        (
            Carrier(tx_power_dbm=40.0, antenna_gain_dbi=8.0, losses_db=1.0),
            Carrier(technology="NR", freq_mhz=700.0, tx_power_dbm=40.0, antenna_gain_dbi=8.0, losses_db=1.0),
        ),
        description="Cells of a low mast, with or without a satellite link. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    macro_mast: tuple[Carrier, ...] = Field(
        (Carrier(), _NR_700), description="Cells of an ordinary mast. Assumption.", json_schema_extra=ASSUMPTION
    )
    remote_sector: tuple[Carrier, ...] = Field(
        (Carrier(antenna_gain_dbi=15.0), Carrier(technology="NR", freq_mhz=700.0, antenna_gain_dbi=15.0)),
        description="The further sector on a mast that stands. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    remote_azimuths_deg: tuple[Azimuth, ...] = Field(
        (0.0, 60.0, 120.0, 180.0, 240.0, 300.0),
        description="Directions that are tried for a further sector, degrees. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    add_band: tuple[Carrier, ...] = Field(
        (
            Carrier(technology="NR", freq_mhz=700.0, tx_power_dbm=46.0, antenna_gain_dbi=15.0, n_cells=3),
            Carrier(
                technology="NR", freq_mhz=3500.0, bandwidth_mhz=100.0, tx_power_dbm=53.0, antenna_gain_dbi=17.0, beam_gain_db=6.0, n_cells=3
            ),
        ),
        description="Bands that are tried on masts that stand. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    re_aim_turns_deg: tuple[Turn, ...] = Field(
        (-30.0, 30.0), description="Turns of a sector that are tried, degrees. Assumption.", json_schema_extra=ASSUMPTION
    )
    re_aim_tilts_deg: tuple[Tilt, ...] = Field(
        (-3.0, 3.0), description="Changes of a known downtilt that are tried, degrees. Assumption.", json_schema_extra=ASSUMPTION
    )
    re_aim_power_dbm: float | None = Field(
        46.0,
        ge=-20,
        le=60,
        description="Power of a port to which weaker cells may be raised, dBm; null: powers stay. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
