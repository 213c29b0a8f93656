"""The layers that a pack brings for a GIS, and the styles in which they open there: those of the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from rasterio.features import geometry_mask, shapes
from shapely.geometry import MultiPolygon, Polygon

from geo_planner.crs import GEOGRAPHIC
from geo_planner.documents.gis_styles import LayerStyle, Sign
from geo_planner.export.build_layers import Layers
from geo_planner.export.html_map.build_marks import word_of_kind
from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.themes import probability_legend
from geo_planner.export.palette import (
    AREA_SHARE_CLASSES,
    BUILD_INK,
    BUILD_LINKS,
    BUILD_MARK_OF,
    BUILD_MARKS,
    PAYER_MARKS,
    UNKNOWN_SURFACE,
    VILLAGE_MARKS,
    probability_classes,
)
from geo_planner.export.vector import plan_layers, plan_tables
from geo_planner.plan import Plan
from geo_planner.radio.coverage import Coverage
from geo_planner.words import Language, said, word

NOT_COMPUTED = "not_computed"
_SITE_INK, _SITE_OFF, _BORDER = "#24303b", "#a9b2bb", "#45525f"


def gis_layers(plan: Plan) -> Layers:
    """Everything of ``plan.gpkg``, and the coverage in classes, today and once all is built; in WGS 84."""
    layers = {**plan_layers(plan), "coverage": (_coverage_areas(plan, plan.coverage), "MultiPolygon")}
    if plan.build is not None:
        layers["coverage_after"] = (_coverage_areas(plan, plan.build.after.coverage), "MultiPolygon")
    return layers


def gis_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """The tables of ``plan.gpkg``; of options and links those that are chosen: what else could be built is a hundred times as much and stays with the plan."""
    tables = plan_tables(plan)
    if plan.build is None:
        return tables
    chosen = {"option_id": set(plan.build.results.sites.index), "link_id": set(plan.build.results.links.index)}
    kept = {}
    for name, table in tables.items():
        key = next((key for key in chosen if name.startswith("build_") and key in table), None)
        kept[name] = table if key is None else table[table[key].isin(chosen[key])]
    return {name: table for name, table in kept.items() if len(table)}


def coverage_class(least: float) -> str:
    """The stable word of a class of the coverage probability, for instance ``from_0.75``."""
    return f"from_{least:g}"


def _coverage_areas(plan: Plan, coverage: Coverage) -> gpd.GeoDataFrame:
    """Patches of one class of the probability within the province, cell by cell; where nothing serves there is none."""
    classes = probability_classes(plan.scenario.service)
    grid, probability = coverage.grid, coverage.probability
    number = np.searchsorted([c.least for c in classes], np.nan_to_num(probability), side="right").astype(np.uint8)
    number[np.isnan(probability)] = len(classes) + 1
    outlines = plan.communes.geometry.to_crs(grid.crs)
    drawn: npt.NDArray[np.bool_] = (number > 0) & ~geometry_mask(outlines, out_shape=grid.shape, transform=grid.transform)
    names = {at: coverage_class(c.least) for at, c in enumerate(classes, 1)} | {len(classes) + 1: NOT_COMPUTED}
    lowest = {at: c.least for at, c in enumerate(classes, 1)}
    outlined = shapes(number, mask=drawn, transform=grid.transform)
    patches = [(int(value), MultiPolygon([Polygon(rings[0], rings[1:])])) for area, value in outlined for rings in [area["coordinates"]]]
    patches.sort(key=lambda patch: -patch[0])
    table = {
        "class": [names[value] for value, _ in patches],
        "probability_from": np.array([lowest.get(value, np.nan) for value, _ in patches], dtype=float),
        "area_km2": np.array([area.area / 1e6 for _, area in patches], dtype=float),
    }
    return gpd.GeoDataFrame(table, geometry=[area for _, area in patches], crs=grid.crs).to_crs(GEOGRAPHIC)


def layer_styles(plan: Plan, layers: Layers, language: Language) -> list[LayerStyle]:
    """The styles of those layers that have one, the first of each layer its default."""
    made = [style for style in _styles(plan, language) if style.layer in layers]
    return sorted(made, key=lambda style: list(layers).index(style.layer))


def _styles(plan: Plan, language: Language) -> Iterator[LayerStyle]:
    statuses = _village_signs(VILLAGE_MARKS, language)
    names = '"rank" || \'. \' || "name"'
    for kind in ("modelled", "declared", "measured"):
        title = text(kind, language)
        yield LayerStyle("villages", title, "point", f"{kind}_status", statuses, names, default=kind == "modelled")
    payers = _village_signs(PAYER_MARKS, language)
    yield LayerStyle("villages", text("responsibility", language), "point", "responsibility", payers, names, default=False)
    yield LayerStyle("communes", text("theme_area", language), "area", "covered_area_share", tuple(_share_signs(language)), '"name"')
    on_air = Sign(text("site_on_air", language), ("is", "on_air"), fill=_SITE_INK, line="#ffffff", size_px=7.5)
    other = Sign(text("site_other", language), fill=_SITE_OFF, line="#ffffff", size_px=7.5)
    yield LayerStyle("sites", text("sites", language), "point", "status", (on_air, other))
    yield LayerStyle("chosen_sites", text("build", language), "point", "kind", tuple(_build_signs(language)))
    yield LayerStyle("chosen_links", text("build", language), "line", "kind", tuple(_link_signs(language)))
    place = Sign(said("gis.candidates").text(language), line=BUILD_INK, size_px=6.0)
    yield LayerStyle("candidates", place.label, "point", "place_id", (place,))
    certain = tuple(_probability_signs(plan, language))
    yield LayerStyle("coverage", text("theme_probability", language), "area", "class", certain)
    yield LayerStyle("coverage_after", text("theme_after", language), "area", "class", certain)


def _village_signs(marks: Mapping[str, Mapping[str, str | float]], language: Language) -> tuple[Sign, ...]:
    """A disc a word; what has none of them is drawn as the last, which is that of the unknown."""
    found = []
    for key, mark in marks.items():
        last = key == list(marks)[-1]
        look = {"fill": str(mark["fill"]), "line": str(mark["line"]), "weight_px": float(mark["weight"]), "dashed": bool(mark["dash"])}
        found.append(Sign(word(key, language), ("else",) if last else ("is", key), size_px=15.0, **look))  # type: ignore[arg-type]
    return tuple(found)


def _share_signs(language: Language) -> Iterator[Sign]:
    uppers = [c.least for c in AREA_SHARE_CLASSES[1:]]
    for at, one in enumerate(AREA_SHARE_CLASSES):
        below = uppers[at] if at < len(uppers) else None
        label = text("share_range", language, low=100 * one.least, high=1.0 if below is None else below)
        yield Sign(label, ("from", one.least, below), fill=one.colour, line=_BORDER)
    yield Sign(text("not_computed", language), fill=UNKNOWN_SURFACE, line=_BORDER)


def _build_signs(language: Language) -> Iterator[Sign]:
    for kind, mark in BUILD_MARK_OF.items():
        drawn = BUILD_MARKS[mark]
        ink, edge = (BUILD_INK, "#ffffff") if drawn["filled"] else ("#ffffff", BUILD_INK)
        yield Sign(
            word_of_kind(kind, language), ("is", kind), mark, str(drawn["path"]), fill=ink, line=edge,
            size_px=16.0, weight_px=1.0 if drawn["filled"] else 2.0,
        )  # fmt: skip


def _link_signs(language: Language) -> Iterator[Sign]:
    for kind, look in BUILD_LINKS.items():
        label = text(f"build_line_{kind}", language)
        yield Sign(label, ("is", kind), line=BUILD_INK, weight_px=float(look["weight"]), dashed=bool(look["dash"]))


def _probability_signs(plan: Plan, language: Language) -> Iterator[Sign]:
    """The very labels of the map's legend, most certain first; what is not painted there has no patch."""
    classes = probability_classes(plan.scenario.service)
    labels = [entry["label"] for entry in probability_legend(plan, unknown=True, language=language)]
    for one, label in zip(reversed(classes), labels, strict=False):
        yield Sign(label, ("is", coverage_class(one.least)), fill=one.colour)
    yield Sign(labels[-1], ("is", NOT_COMPUTED), fill=UNKNOWN_SURFACE)
