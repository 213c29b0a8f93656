"""The study area as the import needs it: communes to look names and places up in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo_planner.config import Layers, Scenario, load_scenario
from geo_planner.crs import GEOGRAPHIC, metric_crs, stretched, utm_for
from geo_planner.errors import CrsError, Fault, GeoPlannerError, InputError, UsageError, warning
from geo_planner.schema import FORMER_COMMUNES
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.tables import read_csv, typed_table

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Area:
    """Communes of a study area, for checks.

    Attributes
    ----------
    root : Path
    communes : GeoDataFrame
        Index ``code``, EPSG:4326.
    former : DataFrame or None
        ``schema.FORMER_COMMUNES``.
    crs : CRS
        Projected, for distances.
    scenarios : dict of str to Layers
        The layers that each scenario of the folder names.
    """

    root: Path
    communes: gpd.GeoDataFrame
    former: pd.DataFrame | None
    crs: CRS
    shapes: dict[str, shapely.Geometry]
    province: shapely.Geometry
    scenarios: dict[str, Layers]

    @property
    def middle_lon(self) -> float:
        west, _, east, _ = self.communes.total_bounds
        return float(west + east) / 2

    def metric(self, lon: Array, lat: Array) -> NDArray[np.object_]:
        """Points in the projected system; a place that is none (NaN, far off the earth) is an empty point."""
        sane = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        x, y = Transformer.from_crs(GEOGRAPHIC, self.crs, always_xy=True).transform(
            np.where(sane, lon, np.nan), np.where(sane, lat, np.nan)
        )
        fine = sane & np.isfinite(x) & np.isfinite(y)
        points = np.full(len(lon), shapely.Point(), dtype=object)
        points[fine] = shapely.points(np.asarray(x)[fine], np.asarray(y)[fine])
        return points

    def lies_right(self, lon: Array, lat: Array, codes: Sequence[str | None], reach_m: float) -> NDArray[np.bool_]:
        """Which points lie in the commune that their row names (or in the province, where it names none), give or take."""
        points = self.metric(lon, lat)
        targets = np.full(len(points), self.province, dtype=object)
        for i, code in enumerate(codes):
            if isinstance(code, str) and code in self.shapes:
                targets[i] = self.shapes[code]
        shapely.prepare(self.province)
        return np.asarray(shapely.dwithin(points, targets, reach_m), dtype=bool)


def load_area(root: Path) -> Area:
    """Read the communes that the scenarios of a folder name (the usual places where there is no scenario).

    Raises
    ------
    UsageError
        When `root` is no folder.
    InputError
        When the communes cannot be used: nothing could be checked against them.
    """
    if not root.is_dir():
        raise UsageError("import_no_folder", root=root)
    scenarios, crs_text = _scenarios(root)
    layers = next(iter(scenarios.values()), Layers())
    communes, faults = read_communes(root / layers.communes, layers.communes)
    if communes is None:
        raise InputError([f for f in faults if f.level == "fault"])
    former = None
    if layers.former_communes and (root / layers.former_communes).is_file():
        raw, faults = read_csv(root / layers.former_communes, layers.former_communes)
        if not faults:
            former, faults = typed_table(raw, FORMER_COMMUNES, layers.former_communes)
        wrong = [f for f in faults if f.level == "fault"]
        if wrong:
            raise InputError(wrong)
    try:
        crs = metric_crs(crs_text, what="metric_crs") if crs_text else utm_for(communes)
        if stretched(crs, communes) is not None:
            crs = utm_for(communes)
    except CrsError:
        crs = utm_for(communes)
    projected = communes.geometry.to_crs(crs)
    return Area(root, communes, former, crs, dict(zip(communes.index, projected, strict=True)), projected.union_all(), scenarios)


def _scenarios(root: Path) -> tuple[dict[str, Layers], str | None]:
    """The layers that each readable scenario names; a broken one is validate's business."""
    found: dict[str, Scenario] = {}
    for path in sorted([*root.glob("scenarios/*.yaml"), *root.glob("scenarios/*.yml")]):
        try:
            found[path.name] = load_scenario(path)
        except (GeoPlannerError, OSError, yaml.YAMLError):
            continue
    crs = next((scenario.metric_crs for scenario in found.values() if scenario.metric_crs), None)
    return {name: scenario.layers for name, scenario in found.items()}, crs


def unused_target(area: Area, layer: str, relative: str) -> list[Fault]:
    """Scenarios that read the layer from elsewhere would not see what is imported."""
    return [
        warning(f"scenarios/{name}", "other_file.rows", layer=layer, path=str(getattr(layers, layer)), target=relative)
        for name, layers in area.scenarios.items()
        if hasattr(layers, layer) and getattr(layers, layer) not in (None, relative)
    ]
