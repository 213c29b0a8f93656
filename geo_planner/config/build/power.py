"""What the build plan assumes of power: the load of each kind of station, the sun, panels and batteries, the grid."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from geo_planner.settings import ASSUMPTION, Settings

OptionKind = Literal["re_aim", "remote_sector", "low_mast", "macro_mast", "relay", "satellite_mast", "satellite_terminal", "add_band"]
StationClass = Literal["macro", "remote_radio_head", "micro", "pico"]
Year = Annotated[int, Field(ge=2000, le=2100)]

_CLASSES: Final[dict[OptionKind, StationClass]] = {
    "remote_sector": "remote_radio_head", "low_mast": "micro", "macro_mast": "macro", "satellite_mast": "micro", "add_band": "remote_radio_head",
}  # fmt: skip
# A full-outdoor radio of a hop takes some 40 W, a satellite terminal 75 to 100 W by its maker's data sheet, control and lamps the rest.
_OTHERS_W: Final[dict[OptionKind, float]] = {
    "re_aim": 0.0, "remote_sector": 0.0, "low_mast": 60.0, "macro_mast": 100.0, "relay": 100.0, "satellite_mast": 120.0,
    "satellite_terminal": 115.0, "add_band": 0.0,
}  # fmt: skip
# Near 22.4 N 103.3 E: MERRA-2 of 2011 to 2015 by way of gsee-climate-data (BSD-3), on a grid of 3 degrees.
_IRRADIATION: Final = (4.21, 5.31, 5.58, 5.86, 5.97, 5.36, 5.24, 5.16, 5.25, 5.12, 4.53, 3.99)


class PowerSettings(Settings):
    """Load, sun, panels, battery and grid of what is built."""

    busy_share: float = Field(
        0.3, ge=0, le=1, description="Mean share of its full load that a station carries. Assumption.", json_schema_extra=ASSUMPTION
    )
    trx_per_cell: int = Field(
        2, ge=1, le=64, description="Transmitters of a cell, one for each port. Assumption.", json_schema_extra=ASSUMPTION
    )
    station_class: dict[OptionKind, StationClass] = Field(
        _CLASSES,
        description="Class of the EARTH power model by kind of option that transmits; kinds left out keep theirs. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    other_load_w: dict[OptionKind, Annotated[float, Field(ge=0, le=20_000)]] = Field(
        _OTHERS_W,
        description="Hops, satellite terminal, control and lamps by kind of option, W; kinds left out keep theirs. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    own_load_w: dict[OptionKind, Annotated[float, Field(ge=0, le=20_000)]] = Field(
        {}, description="Measured or offered mean load of a whole site by kind of option, W: stands in place of the model's."
    )

    irradiation_kwh_m2_day: tuple[Annotated[float, Field(gt=0, le=9)], ...] = Field(
        _IRRADIATION,
        min_length=12,
        max_length=12,
        description="Mean daily irradiation of a level plane, January to December, kWh/m². Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    low_day_share: float = Field(
        0.65,
        ge=0.1,
        le=0.95,
        description="One day in ten brings less than this share of its month's mean. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    day_to_day_correlation: float = Field(
        0.3,
        ge=0,
        le=0.95,
        description="How much a dull day is followed by another, 0 not at all. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    albedo: float = Field(
        0.2, ge=0, le=1, description="Share of the light that the ground throws back. Assumption.", json_schema_extra=ASSUMPTION
    )
    tilt_deg: float | None = Field(
        None, ge=0, le=90, description="Tilt of the panels, which face the equator; null: the best for the worst month."
    )
    performance_ratio: float = Field(
        0.7,
        gt=0,
        le=1,
        description="Energy behind the charge controller over that of the panel's rating: heat, dust, shade, wires, age. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    panel_kwp: float = Field(
        0.45, gt=0, le=100, description="Panels come in steps of this rating. Assumption.", json_schema_extra=ASSUMPTION
    )
    battery_module_kwh: float = Field(
        4.8, gt=0, le=1000, description="Batteries come in steps of this capacity (48 V, 100 Ah). Assumption.", json_schema_extra=ASSUMPTION
    )
    autonomy_days: float = Field(
        3.0, gt=0, le=30, description="Days that a full battery lasts without any sun, at least. Assumption.", json_schema_extra=ASSUMPTION
    )
    depth_of_discharge: float = Field(
        0.8, gt=0, le=1, description="Share of the battery's capacity that may be used. Assumption.", json_schema_extra=ASSUMPTION
    )
    battery_life_share: float = Field(
        0.8, gt=0, le=1, description="Capacity at the end of its life over the new one's. Assumption.", json_schema_extra=ASSUMPTION
    )
    battery_efficiency: float = Field(
        0.9, gt=0, le=1, description="Energy out of the battery over energy into it. Assumption.", json_schema_extra=ASSUMPTION
    )
    max_loss_of_load: float = Field(
        0.005,
        gt=0,
        lt=1,
        description="Share of the year's energy that may be lacking; panels and battery grow until it holds. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    simulated_years: int = Field(20, ge=1, le=200, description="Years of days over which the loss of load is worked out.")
    generator: bool = Field(
        False, description="A generator gives what is lacking: panels and battery stay at the worst month and the days of autonomy."
    )

    grid_reach_km: float = Field(
        1.0,
        ge=0,
        le=50,
        description="A village with grid power joins places up to this far away. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    grid_battery_h: float = Field(
        4.0,
        ge=0,
        le=240,
        description="Hours of outage that the battery of a site on the grid bridges. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    planned_year: Year | None = Field(
        None, description="Year from which villages whose grid power is planned have it, where none is known of their own; null: solar."
    )
    planned_years: dict[str, Year] = Field(
        {}, description="Year from which a village whose grid power is planned has it, by village id; comes before the list's own."
    )
    latest_year: Year | None = Field(
        None,
        description="Sites wait for planned grid power until this year at the latest, else they live on the sun; null: for any year known.",
    )

    @field_validator("station_class", mode="before")
    @classmethod
    def _classes_left_out(cls, given: Any) -> Any:
        return {**_CLASSES, **given} if isinstance(given, dict) else given

    @field_validator("other_load_w", mode="before")
    @classmethod
    def _loads_left_out(cls, given: Any) -> Any:
        return {**_OTHERS_W, **given} if isinstance(given, dict) else given
