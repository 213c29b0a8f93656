"""Where a mast may stand, and what mast the atlas asks about."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from geo_planner.errors import SettingError
from geo_planner.settings import ASSUMPTION, Settings

Height = Annotated[float, Field(ge=5, le=200)]


class AtlasRadio(Settings):
    """The one cell that a mast of the atlas carries, round about and of the service's technology."""

    freq_mhz: float = Field(900.0, ge=30, le=6000, description="Carrier frequency, MHz. Assumption.", json_schema_extra=ASSUMPTION)
    bandwidth_mhz: float = Field(10.0, ge=1.4, le=100, description="Channel bandwidth, MHz. Assumption.", json_schema_extra=ASSUMPTION)
    tx_power_dbm: float = Field(
        43.0, ge=-20, le=60, description="Transmit power of a port (20 W), dBm. Assumption.", json_schema_extra=ASSUMPTION
    )
    antenna_gain_dbi: float = Field(
        11.0, ge=-10, le=40, description="Gain of an omnidirectional antenna, dBi. Assumption.", json_schema_extra=ASSUMPTION
    )
    losses_db: float = Field(2.0, ge=0, le=50, description="Feeder and connector losses, dB. Assumption.", json_schema_extra=ASSUMPTION)


class Candidates(Settings):
    """How the places are found among which the build plan chooses."""

    heights_m: tuple[Height, ...] = Field(
        (20.0, 30.0, 42.0),
        min_length=1,
        max_length=6,
        description="Mast heights that the atlas asks about, m above ground, lowest first. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    radio: AtlasRadio = AtlasRadio()
    spacing_m: float = Field(
        1000.0,
        ge=0,
        le=50_000,
        description="Of places nearer to each other than this the better one is kept. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    most: int = Field(200, ge=0, le=5000, description="Most peaks taken from the atlas. Assumption.", json_schema_extra=ASSUMPTION)
    alike: int = Field(
        3,
        ge=1,
        le=100,
        description="Most peaks of the atlas that reach the same villages. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    per_village: int = Field(
        1,
        ge=0,
        le=20,
        description="Places nearest to a way among the best for each village, by mast height. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    max_slope_deg: float = Field(
        30.0,
        gt=0,
        le=90,
        description="Steepest ground for a new mast, by the working grid, degrees. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    max_road_m: float | None = Field(
        3000.0,
        gt=0,
        description="Farthest from a road or path that is travelled today, m; null, or no roads layer: no limit. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    max_climb_m: float | None = Field(
        500.0,
        gt=0,
        description="Highest above the nearest road or path, or, without a roads layer, the nearest village or mast, m; null: no limit. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    least_from_masts_m: float = Field(
        500.0,
        ge=0,
        le=50_000,
        description="Nearer to a mast on air than this no new one is proposed: that mast is there. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    in_procedure_areas: bool = Field(
        True,
        description="Propose places in areas that need a procedure (protection forest), marked as such. Assumption.",
        json_schema_extra=ASSUMPTION,
    )

    @field_validator("heights_m")
    @classmethod
    def _rising(cls, heights_m: tuple[float, ...]) -> tuple[float, ...]:
        if list(heights_m) != sorted(set(heights_m)):
            raise SettingError("setting.mast_heights")
        return heights_m
