"""The scenario: one YAML file that says what to assume. Frozen, and closed to unknown keys.

Every setting carries its meaning and unit; where a default is an assumption rather than a rule, its declaration is marked with
``ASSUMPTION`` and the exports list it as such.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geo_planner.calibration import CalibrationSettings, MeasurementSettings
from geo_planner.errors import InputError, OutputError, SettingError, UsageError, bounded, fault
from geo_planner.files.atomic import put_in_place
from geo_planner.files.folders import no_plain_file, stands_there
from geo_planner.preferences import ASSUMPTION, Criterion, RankingSettings
from geo_planner.schema import technology_word
from geo_planner.settings_text import read_settings, setting_fault, unfit_values
from geo_planner.words import first_of

RelativePath = Annotated[str, Field(min_length=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Province(_Settings):
    code: str = Field(description="Two-digit code of the province.", pattern=r"^\d{2}$")
    name: str = Field(description="Name as it stands in the documents.", min_length=1)


OPTIONAL_LAYERS = {
    "roads": "roads/roads.geojson",
    "population": "population/population.tif",
    "land_cover": "land_cover/land_cover.tif",
    "measurements": "measurements/measurements.csv",
}
"""Where an optional layer stands when the scenario does not name it: taken where the file is there."""


class Layers(_Settings):
    """Files of the study area, relative to its folder. Optional layers left null are taken from their usual place where they are there."""

    communes: RelativePath = "boundaries/communes.geojson"
    former_communes: RelativePath | None = "boundaries/former_communes.csv"
    villages: RelativePath = "villages/villages.csv"
    sites: RelativePath = "sites/sites.csv"
    rivers: RelativePath | None = None
    roads: RelativePath | None = None
    land_cover: RelativePath | None = None
    population: RelativePath | None = None
    measurements: RelativePath | None = None


class Terrain(_Settings):
    path: RelativePath | None = Field(
        "terrain/sample_terrain.tif",
        description="GeoTIFF of heights above sea level in metres, any CRS; null: no terrain, and a rough rule by distance.",
    )
    cell_m: float | None = Field(None, ge=10, le=2000, description="Cell of the working grid; null: the file's own resolution.")


class Uplink(_Settings):
    """The way back: the weaker direction decides."""

    check: bool = Field(True, description="Take the uplink into account.")
    ue_power_dbm: float = Field(23.0, ge=0, le=33, description="Handset, power class 3 (3GPP TS 36.101).")
    noise_figure_db: float = Field(5.0, ge=0, le=20, description="Of the base station. Assumption.", json_schema_extra=ASSUMPTION)
    sinr_db: float = Field(-3.0, ge=-20, le=30, description="Least SINR of the uplink. Assumption.", json_schema_extra=ASSUMPTION)
    resource_blocks: int = Field(
        2, ge=1, le=100, description="Blocks that carry a voice call and light data. Assumption.", json_schema_extra=ASSUMPTION
    )


class Service(_Settings):
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


class Clutter(_Settings):
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


class Propagation(_Settings):
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


class SiteDefaults(_Settings):
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


class Scenario(_Settings):
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


def load_scenario(path: Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario file and apply ``path.to.key=value`` overrides.

    Paths inside the scenario are relative to the study area (the folder that holds ``scenarios/``); a path given as an
    override is relative to the working directory and made absolute here.

    Raises
    ------
    UsageError
        When there is no such file or an override is not of the form ``key=value``.
    InputError
        With a fault for every unknown key and every value of the wrong type or range.
    """
    file = f"{path.parent.name[:80]}/{path.name[:80]}"
    return parse_scenario(apply_overrides(_read_document(path, file), overrides), file=file)


def with_optional_layers(scenario: Scenario, root: Path) -> Scenario:
    """The scenario with the optional layers that stand in their usual place named, so that the manifest names them too.

    What bears the name and cannot be read is named as well: the readers say what is wrong with it.
    """
    there = {name: path for name, path in OPTIONAL_LAYERS.items() if getattr(scenario.layers, name) is None and stands_there(root / path)}
    return scenario.model_copy(update={"layers": scenario.layers.model_copy(update=there)}) if there else scenario


def naming_layers(path: Path) -> Scenario:
    """As much of a faulty scenario as names its layers, so that these can be checked in the same run.

    Sections that do not hold by themselves count as their defaults; the ranking is a placeholder. Not for planning.
    """
    try:
        document = _read_document(path, path.name)
        if unfit_values(document, path.name):
            document = {}
    except (InputError, UsageError):
        document = {}
    document = document or _layers_that_lie_there(path.absolute().parent.parent)
    usable: dict[str, Any] = {}
    for name, section in (("layers", Layers), ("terrain", Terrain), ("propagation", Propagation)):
        with contextlib.suppress(ValidationError):
            usable[name] = section.model_validate(document.get(name, {}))
    criterion = Criterion(name="households", vi="-", en="-", bounds=(0, 1), weight=1)
    return Scenario(name="layers_only", province=Province(code="00", name="-"), ranking=RankingSettings(criteria=(criterion,)), **usable)


def _layers_that_lie_there(root: Path) -> dict[str, Any]:
    """What a scenario that cannot be read may have named: no file is called missing because of it."""
    former, terrain = Layers().former_communes, Terrain().path
    found: dict[str, Any] = {} if former and (root / former).is_file() else {"layers": {"former_communes": None}}
    rasters = [] if terrain and (root / terrain).is_file() else sorted(root.glob("terrain/*.tif"))
    return {**found, "terrain": {"path": rasters[0].relative_to(root).as_posix()}} if rasters else found


def _read_document(path: Path, file: str) -> dict[str, Any]:
    why = no_plain_file(path)
    if why == "missing":
        raise UsageError("no_scenario.missing", path=str(path)[:300])
    if why is not None:
        raise InputError([fault(file, "unreadable.scenario", why=why)])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([fault(file, "encoding.scenario", why=error.reason, at=error.start)]) from error
    except OSError as error:
        raise InputError([fault(file, "unreadable.scenario_on_disk", why=error.strerror)]) from error
    document = read_settings(text, file)
    if not isinstance(document, Mapping):
        raise InputError([fault(file, "yaml.no_settings")])
    return dict(document)


def parse_scenario(document: Mapping[str, Any], *, file: str) -> Scenario:
    """Check a scenario that is already a mapping; see :func:`load_scenario` for the errors."""
    unfit = unfit_values(document, file)
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as error:
        told = {found.column for found in unfit}
        wrong = [found for item in error.errors(include_url=False) if (found := setting_fault(file, item)).column not in told]
        raise InputError([*unfit, *bounded(wrong)]) from error
    if unfit:
        raise InputError(unfit)
    return scenario


def apply_overrides(document: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """A copy of the document with ``path.to.key=value`` settings put in; values are read as YAML."""
    for text in overrides:
        key, equals, raw = text.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(parts):
            raise UsageError("override.form", text=text[:80])
        shown = text if len(text) <= 80 and text.isprintable() else f"{ascii(text[:80])[1:-1]}…"
        try:
            value: Any = read_settings(raw, "--set") if raw.strip() else None
        except InputError as error:
            found = error.faults[0].said
            why = dict(found.facts)["why"] if found.key == "yaml.not_valid" else found
            raise UsageError("override.value", text=shown, why=why) from error
        if isinstance(value, str) and (parts[0] == "layers" or parts == ["terrain", "path"]):
            value = _absolute(value, shown)
        document = _put(document, parts, value)
    return document


def _absolute(path: str, shown: str) -> str:
    try:
        return str(Path(path).resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError("override.file", text=shown) from error


def write_scenario(base: Path, new: Path, sections: Mapping[str, Any], overrides: Sequence[str] = ()) -> None:
    """Write a scenario that is `base` with some sections replaced, under the name of its file; comments elsewhere stay where they are.

    Raises
    ------
    UsageError
        When `new` is there already, or would not lie beside `base`, where its paths hold.
    InputError
        When `base` cannot be read or the result is no valid scenario.
    OutputError
        When `new` cannot be written.
    """
    check_new_scenario(base, new)
    sections = {"name": _plain_name(new.stem), **sections}
    document = {**apply_overrides(_read_document(base, base.name), overrides), **sections}
    parse_scenario(document, file=new.name)
    text = _with_sections(base.read_text(encoding="utf-8-sig"), sections)
    if overrides or read_settings(text, new.name) != document:
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    try:
        put_in_place(new, text.encode("utf-8"), new=True)
    except FileExistsError as error:
        raise UsageError("new_scenario.there_already", path=new) from error
    except OSError as error:
        raise OutputError("not_written.scenario", path=new, why=error.strerror) from error


def _plain_name(stem: str) -> str:
    """A file's name as a scenario's: without marks and blanks.

    >>> _plain_name("hiệu chỉnh 2026")
    'hieu_chinh_2026'
    """
    bare = unicodedata.normalize("NFKD", stem.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", "".join(sign for sign in bare if not unicodedata.combining(sign)))


def _with_sections(text: str, sections: Mapping[str, Any]) -> str:
    """The text of a scenario with its top-level entries of these names taken out and put at the end; all other lines as they are."""
    kept, skipping = [], False
    for line in text.splitlines():
        key = re.match(r"([^\s#:][^:]*):(\s|$)", line)
        if key:
            skipping = key[1].strip("'\"") in sections
        if not skipping or line.startswith("#"):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n\n" + yaml.safe_dump(dict(sections), allow_unicode=True, sort_keys=False)


def check_new_scenario(base: Path, new: Path) -> None:
    """Refuse a name under which no scenario can be put beside `base`; before long work, so that it is not in vain.

    Raises
    ------
    UsageError
    """
    if stands_there(new):
        raise UsageError("new_scenario.there_already", path=new)
    if new.parent.is_symlink():
        raise UsageError("new_scenario.link", folder=new.parent)
    if new.suffix != ".yaml" or new.resolve().parent != base.resolve().parent:
        raise UsageError("new_scenario.elsewhere", path=new, base=base)


def _put(node: Any, parts: Sequence[str], value: Any) -> Any:
    """`node` with one value replaced; lists are entered by position or by the ``name`` of an item."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(node, list):
        names = [item.get("name") if isinstance(item, Mapping) else None for item in node]
        at = int(head) if head.isdecimal() and len(head) < 10 else (names.index(head) if head in names else -1)
        if not 0 <= at < len(node):
            raise UsageError("override.item", item=head[:80], known=first_of([str(name)[:80] for name in names], 50))
        return [_put(item, rest, value) if i == at else item for i, item in enumerate(node)]
    if node is not None and not isinstance(node, Mapping):
        raise UsageError("override.no_group", item=head[:80])
    return {**(node or {}), head: _put((node or {}).get(head), rest, value)}
