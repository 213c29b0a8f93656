"""A study area: the folder of layers of one province, read and checked once, all faults told together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError
from pyproj.exceptions import ProjError

from geo_planner.config import Scenario, with_optional_layers
from geo_planner.crs import crs_fault, metric_crs, refused, stretched, utm_for
from geo_planner.errors import CrsError, Fault, InputError, UsageError, fault, warning
from geo_planner.files.folders import no_folder, no_plain_file
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import Citation, citations, damaged_manifest, read_manifest
from geo_planner.files.staged import finish_interrupted, foreign_changes
from geo_planner.schema import FORMER_COMMUNES, MEASUREMENTS, SITES, VILLAGES, Layer
from geo_planner.study_area.columns import operator_faults, own_columns, strange_radio, technologies
from geo_planner.study_area.features import read_communes, read_features
from geo_planner.study_area.household_figures import doubtful_figures
from geo_planner.study_area.layer_files import file_fault, located
from geo_planner.study_area.outlying import FAR_KM, body
from geo_planner.study_area.places import place_sites, place_villages
from geo_planner.study_area.population import PopulationCells, read_population
from geo_planner.study_area.rasters import Dem, grid_without_terrain, read_classes, read_dem, unreadable_dem
from geo_planner.study_area.roads import road_warnings
from geo_planner.study_area.tables import read_csv, typed_table
from geo_planner.study_area.vintage import changed_since_recorded
from geo_planner.study_area.voids import points_in_void
from geo_planner.words import said


@dataclass(frozen=True, slots=True)
class StudyArea:
    """The validated layers of a folder.

    Attributes
    ----------
    root : Path
    communes : GeoDataFrame
        Index ``code``, polygons in EPSG:4326, columns of ``schema.COMMUNES``.
    villages : GeoDataFrame
        Index ``village_id``, points in EPSG:4326, columns of ``schema.VILLAGES`` and any further columns of the file.
        ``source_row`` is the row of the file (the header is 1). yes/no columns are pandas ``boolean``, whole numbers ``Int64``, numbers ``Float64``, words ``string``; a blank is NA.
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), points in EPSG:4326, columns of ``schema.SITES``.
    former_communes : DataFrame or None
        Columns of ``schema.FORMER_COMMUNES``.
    rivers, roads : GeoDataFrame or None
    terrain : Dem
    land_cover : ndarray of uint8 or None
        Classes on the terrain's grid, where the scenario names such a layer.
    population : PopulationCells or None
    measurements : GeoDataFrame or None
        Index ``measurement_id``, points in EPSG:4326, columns of ``schema.MEASUREMENTS``.
    metric_crs : CRS
    warnings : tuple of Fault
    sha256 : dict of str to str
        Hash of every file that was read, by its path relative to `root` (its name alone when it lies outside).
    citations : tuple of Citation
        The same files with source, licence and date as the manifest has them.
    """

    root: Path
    communes: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    former_communes: pd.DataFrame | None
    rivers: gpd.GeoDataFrame | None
    roads: gpd.GeoDataFrame | None
    terrain: Dem
    land_cover: npt.NDArray[np.uint8] | None
    population: PopulationCells | None
    measurements: gpd.GeoDataFrame | None
    metric_crs: CRS
    warnings: tuple[Fault, ...]
    sha256: dict[str, str]
    citations: tuple[Citation, ...] = ()


def study_area_root(scenario_path: Path) -> Path:
    """The folder that holds ``scenarios/``: paths in a scenario are relative to it."""
    try:
        return scenario_path.resolve().parent.parent
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError("no_scenario.no_such_name", path=str(scenario_path)[:200]) from error


def scenario_paths(root: Path) -> list[Path]:
    """The scenarios of a study area.

    Raises
    ------
    UsageError
        When `root` is not a folder.
    InputError
        When its folder of scenarios cannot be read.
    """
    check_folder(root)
    why = no_folder(root / "scenarios")
    if why not in (None, "missing"):
        raise InputError([fault("scenarios", "unreadable.folder_of_scenarios", why=why)])
    return sorted([*root.glob("scenarios/*.yaml"), *root.glob("scenarios/*.yml")])


def check_folder(root: Path) -> None:
    """Refuse what is no folder of a study area.

    Raises
    ------
    UsageError
    """
    why = no_folder(root)
    if why == "missing":
        raise UsageError("no_study_area.missing", root=root)
    if why is not None:
        shown = str(root) if len(str(root)) <= 200 and str(root).isprintable() else ascii(str(root)[:200])
        raise UsageError("no_study_area.unreadable", root=shown, why=why)


def load_study_area(root: Path, scenario: Scenario) -> StudyArea:
    """Read and check the layers that a scenario names.

    Raises
    ------
    UsageError
        When `root` is not a folder.
    InputError
        With every fault of every layer.
    """
    check_folder(root)
    finish_interrupted(root)
    scenario = with_optional_layers(scenario, root)
    layers, faults, used = scenario.layers, foreign_changes(root), dict[str, Path]()

    def locate(relative: str) -> tuple[Path, str]:
        path, file = located(root, relative)
        used[file] = path
        return path, file

    communes, found = read_communes(*locate(layers.communes))
    faults += found
    former = _optional_table(locate(layers.former_communes), faults) if layers.former_communes else None
    rivers = None
    if layers.rivers:
        rivers, found = read_features(*locate(layers.rivers))
        faults += found
    roads = None
    if layers.roads:
        roads, found = read_features(*locate(layers.roads))
        faults += found
        faults += road_warnings(roads, scenario.ranking.travel, layers.roads) if roads is not None else []
    villages_path, villages_file = locate(layers.villages)
    villages, found = _read_layer(villages_path, VILLAGES, villages_file)
    faults += found
    villages, found = own_columns(villages, villages_file)
    faults += found + doubtful_figures(villages, villages_file)
    sites_path, sites_file = locate(layers.sites)
    sites, found = _read_layer(sites_path, SITES, sites_file)
    faults += found
    sites, found = own_columns(sites, sites_file, SITES)
    faults += found
    sites, found = technologies(sites, sites_file)
    faults += [*found, *strange_radio(sites, sites_file), *operator_faults(sites, sites_file)]

    measurements = None
    if layers.measurements:
        measurements_path, measurements_file = locate(layers.measurements)
        measurements, found = _read_layer(measurements_path, MEASUREMENTS, measurements_file)
        faults += found
        measurements, found = own_columns(measurements, measurements_file, MEASUREMENTS)
        faults += found
        measurements, found = technologies(measurements, measurements_file)
        faults += found

    crs, found = _working_crs(scenario, communes)
    faults += found
    terrain = land_cover = population = None
    margin_m = scenario.propagation.max_radius_km * 1000
    if communes is not None and crs is not None:
        if scenario.terrain.path is None:
            terrain = grid_without_terrain(communes, crs=crs, cell_m=scenario.terrain.cell_m, margin_m=margin_m)
            faults.append(warning(f"scenario {scenario.name}", "no_terrain.scenario", column="terrain.path"))
        else:
            inhabited = set(villages["commune_code"].dropna()) if "commune_code" in villages else set()
            terrain, found = read_dem(
                *locate(scenario.terrain.path), communes, crs=crs, cell_m=scenario.terrain.cell_m, margin_m=margin_m, inhabited=inhabited
            )
            faults += found
        if layers.population:
            population, found = read_population(*locate(layers.population), communes)
            faults += found
        if layers.land_cover and terrain is not None:
            land_cover, found = read_classes(*locate(layers.land_cover), terrain)
            faults += found
        faults += place_villages(villages, communes, crs, villages_file)
        faults += place_sites(sites, communes, crs, sites_file)
    elif scenario.terrain.path is not None:
        faults += unreadable_dem(*locate(scenario.terrain.path))
    if former is not None and communes is not None:
        faults += _unknown_codes(former, communes, layers.former_communes or "")

    if any(f.level == "fault" for f in faults):
        if terrain is not None:  # told together with the faults; a sound study area is asked by validate
            faults += points_in_void(terrain, villages, sites, villages_file=villages_file, sites_file=sites_file)
        raise InputError(faults)
    if communes is None or terrain is None or crs is None:
        raise AssertionError("a layer is missing without a fault")
    sha256 = {file: sha256_of(path) for file, path in sorted(used.items())}
    faults += _changed_since_listed(root, sha256)
    return StudyArea(
        root=root,
        communes=communes,
        villages=_as_points(villages).assign(source_row=villages.index).set_index("village_id").sort_index(),
        sites=_as_points(sites).set_index(["site_id", "cell_id"]).sort_index(),
        former_communes=former,
        rivers=rivers,
        roads=roads,
        terrain=terrain,
        land_cover=land_cover,
        population=population,
        measurements=None if measurements is None else _as_points(measurements).set_index("measurement_id").sort_index(),
        metric_crs=crs,
        warnings=tuple(faults),
        sha256=sha256,
        citations=citations(root, sha256),
    )


def _read_layer(path: Path, layer: Layer, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    absent = file_fault(path, file)
    if absent is not None:
        return pd.DataFrame(), [absent]
    raw, faults = read_csv(path, file)
    return (pd.DataFrame(), faults) if faults else typed_table(raw, layer, file)


def _optional_table(located: tuple[Path, str], faults: list[Fault]) -> pd.DataFrame:
    table, found = _read_layer(located[0], FORMER_COMMUNES, located[1])
    faults += found
    return table


def _working_crs(scenario: Scenario, communes: gpd.GeoDataFrame | None) -> tuple[CRS | None, list[Fault]]:
    if scenario.metric_crs is None:
        return (None if communes is None else utm_for(communes)), []
    try:
        crs = metric_crs(scenario.metric_crs, what="metric_crs")
        if communes is not None and not _holds(crs, communes):
            raise refused(said("crs.no_place"))
        if communes is not None:
            # islands far out at sea lie beyond any one zone, the province's own included
            mainland = body(communes, utm_for(communes), FAR_KM).index
            if (stretch := stretched(crs, communes.loc[mainland])) is not None:
                raise stretch
        return crs, []
    except CrsError as error:
        return (None if communes is None else utm_for(communes)), [crs_fault(error, f"scenario {scenario.name}", "metric_crs")]


def _holds(crs: CRS, communes: gpd.GeoDataFrame) -> bool:
    try:
        return bool(np.isfinite(communes.to_crs(crs).total_bounds).all())
    except (ProjError, ProjCrsError):
        return False


def _unknown_codes(former: pd.DataFrame, communes: gpd.GeoDataFrame, file: str) -> list[Fault]:
    if former.empty or "commune_code" not in former:
        return []
    unknown = former.loc[former["commune_code"].notna() & ~former["commune_code"].isin(communes.index), "commune_code"]
    return [fault(file, "unknown_commune.of_former", row=row, column="commune_code", value=code) for row, code in _texts(unknown)]


def _texts(values: pd.Series) -> list[tuple[int, str]]:
    return [(int(row), str(value)) for row, value in zip(values.index.to_numpy(), values, strict=True)]


def _as_points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float), crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)


def _changed_since_listed(root: Path, sha256: dict[str, str]) -> list[Fault]:
    """Files whose hash differs from the one in the manifest or the folder's README: a warning, for the file may simply be newer.

    What the manifest records is younger than the README and outranks it.
    """
    told: list[Fault] = []
    try:
        recorded = read_manifest(root)["files"]
    except InputError as error:
        recorded, told = {}, damaged_manifest(error)
    changed = told + [
        changed_since_recorded(file) for file, digest in sha256.items() if recorded.get(file, {}).get("sha256", digest) != digest
    ]
    readme = root / "README.md"
    if no_plain_file(readme) is not None:
        return changed
    sha256 = {file: digest for file, digest in sha256.items() if file not in recorded}
    text = readme.read_text(encoding="utf-8", errors="replace")
    listed = dict(re.findall(r"^\|\s*`?([^|`]+?)`?\s*\|[^\n]*?\b([0-9a-f]{64})\b", text, flags=re.MULTILINE))
    return changed + [warning(file, "hash_differs.readme") for file, digest in sha256.items() if file in listed and listed[file] != digest]
