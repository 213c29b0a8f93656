"""The settings of a scenario as they are declared: frozen, and closed to unknown keys.

Every setting carries its meaning and unit; where a default is an assumption rather than a rule, its declaration is marked with
``ASSUMPTION`` and the exports list it as such.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.calibration import CalibrationSettings, MeasurementSettings
from geo_planner.config.build import BuildSettings
from geo_planner.errors import SettingError
from geo_planner.preferences import RankingSettings
from geo_planner.schema import (
    ANSWERS,
    BUILD_LINKS,
    BUILD_OPTIONS,
    CANDIDATES,
    COMMUNES,
    EXCLUSION_AREAS,
    FORMER_COMMUNES,
    LAND_COVER,
    MEASUREMENTS,
    POPULATION,
    POWER_LINES,
    PRICES,
    ROADS,
    SITES,
    VILLAGES,
    Layer,
    technology_word,
)
from geo_planner.settings import ASSUMPTION, Settings

RelativePath = Annotated[str, Field(min_length=1)]


class Province(Settings):
    code: str = Field(description="Two-digit code of the province.", pattern=r"^\d{2}$")
    name: str = Field(description="Name as it stands in the documents.", min_length=1)


def _found(layer: Layer, what: str, without: str) -> Any:
    """An optional layer: left null it is taken from its usual place."""
    return Field(None, description=f"{what}; null: {layer.path} where it is there, else {without}.")


def _unranked(layer: Layer, what: str) -> Any:
    """An optional layer that takes no part in the ranking: where there is none, a plan does not speak of it."""
    places = " or ".join((layer.path, *layer.also))
    return Field(
        None,
        description=f"{what}; null: {places} where it is there. Takes no part in the ranking.",
        exclude_if=lambda path: path is None,
    )


class Layers(Settings):
    """Files of the study area, relative to its folder. Optional layers left null are taken from their usual place where they are there."""

    communes: RelativePath = Field(COMMUNES.path, description="Polygons of the communes.")
    former_communes: RelativePath | None = Field(
        FORMER_COMMUNES.path, description="Merge table of the communes before 1 July 2025, with their seats."
    )
    villages: RelativePath = Field(VILLAGES.path, description="The village list.")
    sites: RelativePath = Field(SITES.path, description="The stations, a row a cell.")
    rivers: RelativePath | None = Field(None, description="Rivers to draw.")
    roads: RelativePath | None = _found(ROADS, "Lines of roads with their class, for travel times", "on foot across country")
    land_cover: RelativePath | None = _found(LAND_COVER, "Raster of ESA WorldCover classes", "no clutter")
    population: RelativePath | None = _found(POPULATION, "Raster of people per cell", "covered population stays unknown")
    measurements: RelativePath | None = _found(MEASUREMENTS, "Samples of the signal", "the measured status stays unknown")
    candidates: RelativePath | None = _unranked(CANDIDATES, "Places where a mast could be built")
    power_lines: RelativePath | None = _unranked(POWER_LINES, "Power lines")
    exclusion_areas: RelativePath | None = _unranked(EXCLUSION_AREAS, "Areas where no mast may stand")
    build_options: RelativePath | None = _unranked(BUILD_OPTIONS, "What may be built, in place of the computed options")
    build_links: RelativePath | None = _unranked(BUILD_LINKS, "Which links may be built, in place of the computed ones")
    answers: RelativePath | None = _unranked(ANSWERS, "Who answered what of a village, and when")
    prices: RelativePath | None = _unranked(PRICES, "Prices of the build plan, in place of the bundled ones")


class Terrain(Settings):
    path: RelativePath | None = Field(
        "terrain/sample_terrain.tif",
        description="GeoTIFF of heights above sea level in metres, any CRS; null: no terrain, and a rough rule by distance.",
    )
    cell_m: float | None = Field(None, ge=10, le=2000, description="Cell of the working grid; null: the file's own resolution.")


class Uplink(Settings):
    """The way back: the weaker direction decides."""

    check: bool = Field(True, description="Take the uplink into account.")
    ue_power_dbm: float = Field(23.0, ge=0, le=33, description="Handset, power class 3 (3GPP TS 36.101).")
    noise_figure_db: float = Field(5.0, ge=0, le=20, description="Of the base station. Assumption.", json_schema_extra=ASSUMPTION)
    sinr_db: float = Field(-3.0, ge=-20, le=30, description="Least SINR of the uplink. Assumption.", json_schema_extra=ASSUMPTION)
    resource_blocks: int = Field(
        2, ge=1, le=100, description="Blocks that carry a voice call and light data. Assumption.", json_schema_extra=ASSUMPTION
    )


class Service(Settings):
    """What counts as coverage."""

    technology: str = Field("LTE", description="Only cells of this technology serve.")
    rsrp_threshold_dbm: float = Field(
        -113.0, ge=-150, le=-40, description="Least RSRP for service, outdoors. Assumption.", json_schema_extra=ASSUMPTION
    )
    rx_height_m: float = Field(1.5, ge=0.5, le=50, description="Height of the user's handset above ground.")
    sigma_db: float = Field(
        8.0,
        gt=0,
        le=30,
        description="Standard deviation of the prediction error. Assumption until calibrated.",
        json_schema_extra=ASSUMPTION,
    )
    min_probability: float = Field(0.75, gt=0, lt=1, description="A place is covered when P(RSRP >= threshold) reaches this.")
    default_settlement_radius_m: float = Field(
        300.0, ge=1, le=10_000, description="Radius of a settlement whose own is blank. Assumption.", json_schema_extra=ASSUMPTION
    )
    full_coverage_share: float = Field(0.95, gt=0, le=1, description="Share of settlement cells from which a village counts as covered.")
    place: Literal["outdoor", "indoor"] = Field("outdoor", description="Where the handset is; indoor adds the entry loss of ITU-R P.2109.")
    building: Literal["traditional", "thermally_efficient"] = Field("traditional", description="Building class of ITU-R P.2109.")
    class_limits_dbm: tuple[float, ...] = Field(
        (-95.0, -105.0, -113.0, -121.0),
        description="Lower limits of the RSRP classes, strongest first. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    nr_subcarrier_khz: Literal[15, 30, 60] | None = Field(
        None,
        description="Sub-carrier spacing of NR, kHz; null: 15 below 2300 MHz (FDD), 30 from there on (TDD). Assumption.",
        json_schema_extra=ASSUMPTION,
        exclude_if=lambda khz: khz is None,
    )
    uplink: Uplink = Uplink()

    @field_validator("technology")
    @classmethod
    def _as_standards_say(cls, word: str) -> str:
        return technology_word(word)

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if list(self.class_limits_dbm) != sorted(set(self.class_limits_dbm), reverse=True):
            raise SettingError("setting.class_limits")
        return self


LandCoverClass = Annotated[int, Field(ge=0, le=255)]


class Clutter(Settings):
    """What land cover does to a path; used only where a land-cover layer is named. Classes are ESA WorldCover codes."""

    heights_m: dict[LandCoverClass, Annotated[float, Field(ge=0, le=200)]] = Field(
        {10: 15.0, 95: 15.0, 50: 10.0},
        description="Representative height along the path (P.1812-8, table 2). Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    terminal: dict[LandCoverClass, Literal["open", "suburban", "urban_or_forest", "dense_urban"]] = Field(
        {10: "urban_or_forest", 95: "urban_or_forest", 50: "suburban"},
        description="Surroundings of the handset for ITU-R P.2108, section 3.1.",
    )
    at_terminal: bool = Field(
        False,
        description="Take the loss of ITU-R P.2108 off at the handset: people step out of the trees to call. Assumption.",
        json_schema_extra=ASSUMPTION,
    )


Model = Literal["p1812", "itm", "delta_bullington", "free_space"]
Climate = Literal[
    "equatorial",
    "continental_subtropical",
    "maritime_subtropical",
    "desert",
    "continental_temperate",
    "maritime_temperate_over_land",
    "maritime_temperate_over_sea",
]


class Propagation(Settings):
    """How path loss is worked out. Values of the atmosphere are those of the region, with their source in a comment."""

    model: Model = Field("p1812", description="Path loss model that decides.")
    compare_with: Model | None = Field("itm", description="Second model, shown beside the first for every village; null: none.")
    max_radius_km: float = Field(
        30.0, gt=0, le=100, description="Beyond this distance a cell is taken not to serve. Assumption.", json_schema_extra=ASSUMPTION
    )
    polarization: Literal["vertical", "horizontal"] = "vertical"
    time_pct: float = Field(50.0, ge=1, le=50, description="Loss not exceeded for this share of the time.")
    location_pct: float = Field(50.0, ge=1, le=99, description="P.1812: loss not exceeded at this share of the locations of a cell.")
    dn_per_km: float = Field(
        45.0, ge=0, le=156, description="P.1812: median refractivity lapse rate, N-units/km. Assumption.", json_schema_extra=ASSUMPTION
    )
    n0: float = Field(
        325.0, ge=250, le=400, description="Sea-level surface refractivity, N-units. Assumption.", json_schema_extra=ASSUMPTION
    )
    climate: Climate = Field("continental_subtropical", description="ITM: radio climate. Assumption.", json_schema_extra=ASSUMPTION)
    situation_pct: float = Field(50.0, gt=0, lt=100, description="ITM: share of situations.")
    relative_permittivity: float = Field(
        15.0, ge=1, le=100, description="Ground, for ITM and delta-Bullington. Assumption.", json_schema_extra=ASSUMPTION
    )
    conductivity_s_m: float = Field(
        0.005, gt=0, le=10, description="Ground, for ITM and delta-Bullington. Assumption.", json_schema_extra=ASSUMPTION
    )
    effective_earth_factor: float = Field(4 / 3, ge=0.5, le=10, description="Delta-Bullington: effective over true earth radius.")
    irregularity_stride: int = Field(
        1, ge=1, le=64, description="ITM: terrain irregularity anew when a path has grown by so many 128ths; 1 leaves nothing out."
    )


class SiteDefaults(Settings):
    """Radio figures of cells whose own are blank. None: such a cell takes no part, and the plan says so. All are assumptions."""

    freq_mhz: float | None = Field(None, ge=30, le=6000, description="Carrier frequency. Assumption.", json_schema_extra=ASSUMPTION)
    bandwidth_mhz: float | None = Field(None, ge=1.4, le=100, description="Channel bandwidth. Assumption.", json_schema_extra=ASSUMPTION)
    mast_height_m: float | None = Field(
        None, ge=1, le=400, description="Antenna height above ground. Assumption.", json_schema_extra=ASSUMPTION
    )
    tx_power_dbm: float | None = Field(
        None, ge=-20, le=60, description="Transmit power of a port. Assumption.", json_schema_extra=ASSUMPTION
    )
    antenna_gain_dbi: float | None = Field(None, ge=-10, le=40, description="Antenna gain. Assumption.", json_schema_extra=ASSUMPTION)
    losses_db: float | None = Field(None, ge=0, le=50, description="Feeder and connector losses. Assumption.", json_schema_extra=ASSUMPTION)


class Scenario(Settings):
    """Everything that a run assumes. ``name`` also names the run in the exports."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    title_vi: str = Field("", description="Title in Vietnamese, on every screen and page.")
    title_en: str = ""
    province: Province
    seed: int = Field(57, ge=0, le=2**53 - 1, description="Seed of every random draw.")
    metric_crs: str | None = Field(None, description="Projected CRS for distances; null: the UTM zone of the communes.")
    layers: Layers = Layers()
    terrain: Terrain = Terrain()
    service: Service = Service()
    propagation: Propagation = Propagation()
    clutter: Clutter = Clutter()
    site_defaults: SiteDefaults = SiteDefaults()
    measurements: MeasurementSettings = MeasurementSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    ranking: RankingSettings
    build: BuildSettings | None = Field(None, description="What to build; null: no build plan.", exclude_if=lambda build: build is None)
