"""``villages.geojson`` and ``plan.gpkg``: the layers for GIS. Machine files: text stands in them as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS
from shapely.geometry import MultiPolygon, Polygon

from geo_planner.calibration import calibration_table
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import OutputError
from geo_planner.export.assumptions import (
    citation_words,
    criteria_of,
    model_of,
    notes_of,
    sample_note,
    scenario_title,
    settings_of,
    sources_of,
)
from geo_planner.export.build_layers import Layers, build_layers, build_tables
from geo_planner.export.geojson import write_features
from geo_planner.export.tables import flat_columns, machine_table, plain
from geo_planner.files.refused import why_not_written
from geo_planner.measurements import MeasuredAgainstModelled
from geo_planner.plan import Plan, kept_parts
from geo_planner.stored.parts import TABLE as STORED
from geo_planner.stored.parts import stored_rows
from geo_planner.words import said

LAST_CHANGE = "2026-01-01T00:00:00.000Z"
"""Time that a GeoPackage says of itself: it must not depend on that of writing."""


def write_geojson(plan: Plan, path: Path) -> None:
    """Write the villages with all columns of input and result as GeoJSON (RFC 7946, WGS84).

    The contributions stand in ``contribution_<criterion>``, what is missing is null, and the line on sample data, where it
    applies, is the top-level member ``sample_data_note``.
    """
    table = _village_attributes(plan)
    write_features(path, "villages", table, plan.villages.geometry, note=sample_note(plan), ids="village_id")


def write_gpkg(plan: Plan, path: Path) -> None:
    """Write layers ``villages``, ``communes``, ``sites`` and the tables ``notes``, ``robustness``, ``methods`` … into one GeoPackage.

    With measurements also the layer ``measurements`` (each sample beside its modelled level) and what they say of each village; with a build
    plan ``chosen_sites``, ``chosen_links``, ``candidates``, ``demands`` and the tables behind them (``build_…``).

    ``notes`` holds the line on sample data, the scenario, every assumption, the sources and the warnings.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    layers, beside = plan_layers(plan), plan_tables(plan)
    written = {name: pd.DataFrame(layer.drop(columns=layer.geometry.name)) for name, (layer, _) in layers.items()} | beside
    write_package(plan, path, layers, {**beside, STORED: stored_rows(kept_parts(plan), written)})


def plan_layers(plan: Plan) -> Layers:
    """The layers of a plan by name, in WGS 84, each with its kind of geometry."""
    villages = _layer(_village_attributes(plan), plan.villages)
    communes = _layer(flat_columns(plan.communes), plan.communes)
    sites = _layer(flat_columns(plan.sites), plan.sites)
    layers: Layers = {"villages": (villages, "Point"), "communes": (communes, "MultiPolygon"), "sites": (sites, "Point")}
    if plan.measured.against_model is not None:
        layers["measurements"] = (_samples(plan.measured.against_model, plan.terrain.crs), "Point")
    if plan.build is not None:
        layers |= {n: (_layer(flat_columns(t), t), shape) for n, (t, shape) in build_layers(plan.build, plan.terrain.crs).items()}
    return layers


def plan_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """The tables beside the layers; those without a row are left out."""
    built = {} if plan.build is None else {name: _typed_table(table) for name, table in build_tables(plan.build).items() if len(table)}
    return {"notes": _notes_table(plan), **_ranking_tables(plan), **_measured_tables(plan), **built}


def write_package(plan: Plan, path: Path, layers: Layers, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write layers and tables into one GeoPackage.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows = {name: len(layer) for name, (layer, _) in layers.items()} | {name: len(table) for name, table in tables.items()}
    try:
        with fixed_date():
            for name, (layer, geometry_type) in layers.items():
                pyogrio.write_dataframe(
                    layer, path, layer=name, driver="GPKG", append=path.exists(), geometry_type=geometry_type,
                    layer_options={"DESCRIPTION": _description(plan, name)},
                )  # fmt: skip
            for name, table in tables.items():
                pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=True)
        _check_written(path, rows)
    except OutputError:
        raise
    except (RuntimeError, ValueError, OSError, sqlite3.Error) as error:  # GDAL tells a full disk in many ways
        raise OutputError("file_not_written.layer", name=path.name, why=why_not_written(error, path)) from error


def _check_written(path: Path, rows: dict[str, int]) -> None:
    """A disk that fills up while GDAL closes the file goes untold; the tables are counted."""
    with closing(sqlite3.connect(f"file:{quote(path.as_posix())}?mode=ro&immutable=1", uri=True)) as database:
        for name, number in rows.items():
            (found,) = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - names of ours
            if found != number:
                lost = said("rows_lost", table=name, found=found, expected=number)
                raise OutputError("file_not_written.layer", name=path.name, why=lost)


def _village_attributes(plan: Plan) -> pd.DataFrame:
    contributions = flat_columns(plan.contributions.loc[plan.villages.index].add_prefix("contribution_").reset_index(drop=True))
    attributes: pd.DataFrame = pd.concat([machine_table(plan), contributions], axis=1)
    return attributes


def _layer(attributes: pd.DataFrame, source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Attributes in types that a database column can have; geometry of one kind."""
    typed = {name: _typed(attributes[name]) for name in attributes.columns}
    shapes = [MultiPolygon([shape]) if isinstance(shape, Polygon) else shape for shape in source.geometry.to_crs(GEOGRAPHIC)]
    return gpd.GeoDataFrame(typed, geometry=shapes, crs=GEOGRAPHIC)


def _typed(values: pd.Series) -> pd.Series:
    """Values of one kind as a column of that kind."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {bool}:
        # nullable, so that "not known" does not turn into "no"
        return values.astype("boolean")
    if kinds == {int}:
        return values.astype("Int64")
    if kinds and kinds <= {int, float}:
        return values.astype(float)
    if kinds <= {str}:
        return values.astype(object)
    return values.map(lambda value: None if value is None else str(value)).astype(object)


def _description(plan: Plan, layer: str) -> str:
    return ". ".join(filter(None, [f"{scenario_title(plan)} ({layer})", sample_note(plan)]))


def _notes_table(plan: Plan) -> pd.DataFrame:
    note = sample_note(plan)
    rows: list[tuple[str, str, str, str]] = [("sample_data", "sample_note", note, "")] if note else []
    rows += [("assumption" if s.assumed else "setting", s.key, _text(s.value), s.meaning.text("vi")) for s in settings_of(plan)]
    rows += [
        (
            "criterion",
            c.name,
            f"{c.bounds[0]:g} … {c.bounds[1]:g} {c.unit}".rstrip() + f"; weight {weighed.figure:g} ({100 * weighed.share:g} %)",
            f"{c.vi}. {c.source}",
        )
        for weighed in criteria_of(plan)
        for c in [weighed.criterion]
    ]
    rows += [("source", c.file, c.sha256, citation_words(c)) for c in sources_of(plan)]
    rows += [("model", key, _text(value), "") for key, value in model_of(plan)]
    rows += [("warning", str(number), text, "") for number, text in enumerate(notes_of(plan), start=1)]
    return pd.DataFrame(rows, columns=["kind", "key", "value", "meaning"])


def _ranking_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """What questions the order, as tables beside the layers; those without a row are left out."""
    result = plan.ranking
    fairness = [t.reset_index(names="group").astype({"group": str}).assign(grouping=name) for name, t in result.fairness.items()]
    tables = {
        "robustness": result.simulation.table.reset_index(),
        "methods": result.methods.ranks.join(result.methods.tied_with.add_suffix("_tied_with")).reset_index(),
        "swaps": result.swaps,
        "questions": result.questions,
        "what_if": result.what_if,
        "fairness": pd.concat(fairness) if fairness else pd.DataFrame(),
    }
    return {name: pd.DataFrame({str(c): _typed(_plain(t[c])) for c in t}) for name, t in tables.items() if not t.empty}


def _samples(compared: MeasuredAgainstModelled, crs: CRS) -> gpd.GeoDataFrame:
    table = compared.residuals
    points = gpd.GeoSeries(gpd.points_from_xy(table["x_m"], table["y_m"]), crs=crs, index=table.index)
    return _layer(flat_columns(table.drop(columns=["x_m", "y_m", "cell"])), gpd.GeoDataFrame(geometry=points))


def _measured_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    tables = {"measured_by_operator": plan.measured.by_operator}
    if plan.measured.against_model is not None:
        tables |= {
            "calibration": calibration_table(plan.measured.against_model.calibrations),
            "measured_vs_modelled": plan.measured.against_model.statistics,
        }
    return {name: _typed_table(table) for name, table in tables.items() if not table.empty}


def _typed_table(table: pd.DataFrame) -> pd.DataFrame:
    flat = flat_columns(table)
    return pd.DataFrame({c: _typed(flat[c]) for c in flat})


def _plain(values: pd.Series) -> pd.Series:
    return values.reset_index(drop=True).map(plain).astype(object)


def _text(value: object) -> str:
    return "" if value is None else str(value)


@contextmanager
def fixed_date() -> Iterator[None]:
    """GDAL stamps a GeoPackage with the time of writing unless told otherwise; the bytes must not depend on it."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": LAST_CHANGE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
