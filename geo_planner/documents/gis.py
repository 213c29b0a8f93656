"""The plan for a GIS, in ``gis/``: GeoPackage with styles and metadata, FlatGeobuf and GeoJSON of every layer, KML and KMZ."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
from pyproj import CRS

from geo_planner.crs import GEOGRAPHIC, metric_crs, parse_crs, stretched, utm_for
from geo_planner.documents.gis_layers import gis_layers, gis_tables, layer_styles
from geo_planner.documents.gis_package import add_styles_and_metadata
from geo_planner.documents.kml import write_kml
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.errors import CrsError, OutputError, UsageError, system_says
from geo_planner.export.build_layers import Layers
from geo_planner.export.geojson import write_features
from geo_planner.export.vector import write_package
from geo_planner.files.refused import why_not_written
from geo_planner.plan import Plan
from geo_planner.words import Language

GIS = "gis"
_IDS = {"villages": "village_id", "communes": "code", "chosen_sites": "site_id", "chosen_links": "link_id", "candidates": "place_id"}


def write_gis(plan: Plan, facts: ProposalFacts, folder: Path, language: Language = "vi", crs: str | None = None) -> list[Path]:
    """Write ``gis/`` below a folder.

    ``plan.gpkg`` (styles in ``layer_styles``, metadata in ``gpkg_metadata``) and ``flatgeobuf/LAYER.fgb`` are in `crs`;
    ``geojson/LAYER.geojson``, ``plan.kml`` and ``plan.kmz`` are in WGS 84, as their standards ask.

    Parameters
    ----------
    plan : Plan
    facts : ProposalFacts
        Of the same plan.
    folder : Path
    language : {"vi", "en"}
        Of legends, labels and cards; columns keep their stable names.
    crs : str, optional
        For instance ``EPSG:9205``; WGS 84 when left out.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    UsageError
        When `crs` is unknown or unfit for the province.
    OutputError
        When a file cannot be written.
    """
    system = layer_crs(crs, plan.communes)
    home = folder / GIS
    layers = gis_layers(plan)
    styles = layer_styles(plan, layers, language)
    placed: Layers = {name: (layer.to_crs(system), kind) for name, (layer, kind) in layers.items()}
    try:
        for part in ("flatgeobuf", "geojson"):
            (home / part).mkdir(parents=True, exist_ok=True)
        package = home / "plan.gpkg"
        write_package(plan, package, placed, gis_tables(plan))
        add_styles_and_metadata(package, layers, styles, facts, language)
        files = [package]
        note = Wording(language)("sample_line") if facts.uses_sample_data else None
        for name, (layer, kind) in placed.items():
            files.append(_write_flatgeobuf(home / "flatgeobuf" / f"{name}.fgb", layer, name, kind, note))
        for name, (layer, _) in layers.items():
            attributes = layer.drop(columns=layer.geometry.name).astype(object)
            attributes = attributes.where(attributes.notna(), None)
            files.append(home / "geojson" / f"{name}.geojson")
            write_features(files[-1], name, attributes, layer.geometry, note=note, ids=_IDS.get(name))
        return files + write_kml(layers, styles, facts, home, language)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError("file_not_written.layer", name=GIS, why=system_says(error)) from error


def layer_crs(text: str | None, communes: gpd.GeoDataFrame) -> CRS:
    """The system in which layers are written.

    Raises
    ------
    UsageError
        When PROJ does not know it, it is no system of degrees or metres on a plane, or it is not made for the province.
    """
    try:
        crs = parse_crs(text or GEOGRAPHIC)
    except CrsError as error:
        raise UsageError("gis_crs.unknown", crs=str(text)[:80]) from error
    use = utm_for(communes)
    names = {"crs": crs.to_string()[:80], "name": crs.name, "use": use.to_string(), "zone": use.name}
    if crs.is_geographic and len(crs.axis_info) == 2:
        west, south, east, north = communes.to_crs(GEOGRAPHIC).total_bounds
        area = crs.area_of_use
        if area is not None and not (area.west <= west and east <= area.east and area.south <= south and north <= area.north):
            raise UsageError("gis_crs.elsewhere", **names)
        return crs
    try:
        metric_crs(crs)
    except CrsError as error:
        raise UsageError("gis_crs.not_flat", **names) from error
    if len(crs.axis_info) != 2:
        raise UsageError("gis_crs.not_flat", **names)
    if stretched(crs, communes) is not None:
        raise UsageError("gis_crs.elsewhere", **names)
    return crs


def _write_flatgeobuf(path: Path, layer: gpd.GeoDataFrame, name: str, kind: str, note: str | None) -> Path:
    options = {"TITLE": name, **({} if note is None else {"DESCRIPTION": note})}
    try:
        pyogrio.write_dataframe(layer, path, layer=name, driver="FlatGeobuf", geometry_type=kind, layer_options=options)
    except (RuntimeError, ValueError) as error:  # GDAL tells a full disk in many ways
        raise OutputError("file_not_written.layer", name=path.name, why=why_not_written(error, path)) from error
    return path
