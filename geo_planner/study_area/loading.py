"""A study area: the folder of layers of one province, read and checked once, all faults told together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError
from pyproj.exceptions import ProjError

from geo_planner.config import Scenario, scenarios_in, with_optional_layers
from geo_planner.crs import GEOGRAPHIC, crs_fault, metric_crs, refused, stretched, utm_for
from geo_planner.errors import CrsError, Fault, InputError, UsageError, fault, warning
from geo_planner.files.bundled import FURTHER_SCENARIOS
from geo_planner.files.folders import check_folder, no_folder
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import Citation, citations
from geo_planner.files.staged import finish_interrupted, foreign_changes
from geo_planner.schema import COMMUNES, LAND_COVER, LAYERS, POPULATION, SITES, VILLAGES, Layer
from geo_planner.study_area.checks import AREA_CHECKS, LAYER_CHECKS, ReadLayer, in_standard_words
from geo_planner.study_area.features import read_communes, read_features
from geo_planner.study_area.layer_files import changed_since_listed, file_fault, located
from geo_planner.study_area.places import points_in_void
from geo_planner.study_area.population import PopulationCells, read_population
from geo_planner.study_area.rasters import Dem, grid_without_terrain, read_classes, read_dem, unreadable_dem
from geo_planner.study_area.tables import read_csv, typed_table
from geo_planner.study_area.terrain_reach import FAR_KM, body
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
    candidates : GeoDataFrame or None
        Places where a mast could be built: index ``site_id``, points in EPSG:4326, columns of ``schema.CANDIDATES``.
    power_lines, exclusion_areas : GeoDataFrame or None
        Lines, and areas where no mast may stand, in EPSG:4326.
    prices, build_options, build_links, answers : DataFrame or None
        Columns of ``schema.PRICES``, ``schema.BUILD_OPTIONS``, ``schema.BUILD_LINKS``, ``schema.ANSWERS``; the index is the row of the file.
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
    candidates: gpd.GeoDataFrame | None = None
    power_lines: gpd.GeoDataFrame | None = None
    exclusion_areas: gpd.GeoDataFrame | None = None
    prices: pd.DataFrame | None = None
    build_options: pd.DataFrame | None = None
    build_links: pd.DataFrame | None = None
    answers: pd.DataFrame | None = None


def study_area_root(scenario_path: Path) -> Path:
    """The folder that holds ``scenarios/``: paths in a scenario are relative to it."""
    try:
        return scenario_path.resolve().parent.parent
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError("no_scenario.no_such_name", path=str(scenario_path)[:200]) from error


def scenario_paths(root: Path) -> list[Path]:
    """The scenarios of a study area by name; the further ones of the sample and those made from others last: none of them is what one opens first.

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
    made = {path.name.split(".", 2)[2] for path in root.glob("scenarios/former/*.created.*")}  # see geo_planner.scenario_files.former
    return sorted(scenarios_in(root / "scenarios"), key=lambda path: (path.name in made, path.name in FURTHER_SCENARIOS, path))


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
    faults, used = foreign_changes(root), dict[str, Path]()

    def locate(relative: str) -> tuple[Path, str]:
        path, file = located(root, relative)
        used[file] = path
        return path, file

    layers: dict[str, ReadLayer] = {}
    for layer in _IN_ORDER:
        if named := getattr(scenario.layers, layer.name):
            read, found = _read_layer(layer, *locate(named))
            faults += found
            if read is not None:
                layers[layer.name] = read
                faults += [told for check in LAYER_CHECKS for told in check(read, scenario.ranking.travel)]

    communes: gpd.GeoDataFrame | None = layers[COMMUNES.name].table if COMMUNES.name in layers else None
    crs, found = _working_crs(scenario, communes)
    faults += found
    rasters: dict[str, Any] = {}
    terrain = None
    if communes is not None and crs is not None:
        terrain, found = _terrain(scenario, locate, communes, crs, layers[VILLAGES.name].table)
        faults += found
        for name, read_raster in _RASTERS.items():
            if named := getattr(scenario.layers, name):
                rasters[name], found = read_raster(*locate(named), communes, terrain)
                faults += found
        faults += [told for ask in AREA_CHECKS for told in ask(layers, communes, crs)]
    elif scenario.terrain.path is not None:
        faults += unreadable_dem(*locate(scenario.terrain.path))

    if any(f.level == "fault" for f in faults):
        if terrain is not None:  # told together with the faults; a sound study area is asked by validate
            villages, sites = layers[VILLAGES.name], layers[SITES.name]
            faults += points_in_void(terrain, villages.table, sites.table, villages_file=villages.file, sites_file=sites.file)
        raise InputError(faults)
    if terrain is None or crs is None:
        raise AssertionError("a layer is missing without a fault")
    sha256 = {file: sha256_of(path) for file, path in sorted(used.items())}
    sound = {name: _indexed(read) for name, read in layers.items()} | rasters
    return StudyArea(
        root=root,
        terrain=terrain,
        metric_crs=crs,
        warnings=(*faults, *changed_since_listed(root, sha256)),
        sha256=sha256,
        citations=citations(root, sha256),
        **{name: sound.get(name) for name in LAYERS},
    )


_IN_ORDER = sorted(
    (layer for layer in LAYERS.values() if layer.geometry != "raster"),
    key=lambda layer: ("area", "none", "line", "point").index(layer.geometry),
)
"""Areas first: the others are held against the communes."""


def _read_layer(layer: Layer, path: Path, file: str) -> tuple[ReadLayer | None, list[Fault]]:
    """A layer by its kind, as far as it can be read: of a vector file that is faulty, nothing; of a csv, what it has."""
    if layer.geometry in ("line", "area"):
        table, faults = read_communes(path, file) if layer.columns else read_features(path, file)
        return None if table is None else ReadLayer(layer, file, table), faults
    absent = file_fault(path, file)
    raw, faults = (pd.DataFrame(), [absent]) if absent is not None else read_csv(path, file)
    table, faults = (pd.DataFrame(), faults) if faults else typed_table(raw, layer, file)
    table, told = in_standard_words(ReadLayer(layer, file, table))
    return ReadLayer(layer, file, table), faults + told


def _terrain(
    scenario: Scenario, locate: Callable[[str], tuple[Path, str]], communes: gpd.GeoDataFrame, crs: CRS, villages: pd.DataFrame
) -> tuple[Dem | None, list[Fault]]:
    margin_m, settings = scenario.propagation.max_radius_km * 1000, scenario.terrain
    if settings.path is None:
        without = grid_without_terrain(communes, crs=crs, cell_m=settings.cell_m, margin_m=margin_m)
        return without, [warning(f"scenario {scenario.name}", "no_terrain.scenario", column="terrain.path")]
    inhabited = set(villages["commune_code"].dropna()) if "commune_code" in villages else set()
    return read_dem(*locate(settings.path), communes, crs=crs, cell_m=settings.cell_m, margin_m=margin_m, inhabited=inhabited)


def _classes(path: Path, file: str, _: gpd.GeoDataFrame, terrain: Dem | None) -> tuple[npt.NDArray[np.uint8] | None, list[Fault]]:
    return (None, []) if terrain is None else read_classes(path, file, terrain)


def _people(path: Path, file: str, communes: gpd.GeoDataFrame, _: Dem | None) -> tuple[PopulationCells | None, list[Fault]]:
    return read_population(path, file, communes)


_RASTERS: dict[str, Callable[[Path, str, gpd.GeoDataFrame, Dem | None], tuple[Any, list[Fault]]]] = {
    POPULATION.name: _people,
    LAND_COVER.name: _classes,
}
"""How a raster is read that is held against the communes or lies on the terrain's grid."""


def _indexed(read: ReadLayer) -> pd.DataFrame:
    """A sound table by its key, as points where it has places; of a village the row of its file is kept."""
    if read.layer.geometry != "point":
        return read.table
    points = gpd.points_from_xy(read.table["lon"].astype(float), read.table["lat"].astype(float), crs=GEOGRAPHIC)
    table = gpd.GeoDataFrame(read.table, geometry=points)
    if read.layer == VILLAGES:
        table = table.assign(source_row=table.index)
    return table.set_index(list(read.layer.key)).sort_index()


def _working_crs(scenario: Scenario, communes: gpd.GeoDataFrame | None) -> tuple[CRS | None, list[Fault]]:
    if scenario.metric_crs is None:
        return (None if communes is None else utm_for(communes)), []
    try:
        crs = metric_crs(scenario.metric_crs)
        if communes is not None and not _holds(crs, communes):
            raise refused(said("crs.no_place", crs=crs.to_string()))
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
