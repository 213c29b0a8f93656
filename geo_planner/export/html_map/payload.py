"""A plan as plain data for the map's script: everything that it draws and says, and nothing that it would have to compute."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.crs import GEOGRAPHIC
from geo_planner.export.html_map.build_marks import build_marks
from geo_planner.export.html_map.build_themes import build_themes
from geo_planner.export.html_map.card import KINDS_OF_STATUS, rank_text, status_key, text, village_card
from geo_planner.export.html_map.rasters import Overlay, class_overlay, hillshade_overlay, province_mask, web_grid
from geo_planner.export.palette import (
    AREA_SHARE_CLASSES,
    BUILD_INK,
    GROUND,
    MEASURED_MARKS,
    OVERLAP_CLASSES,
    UNKNOWN_SURFACE,
    VILLAGE_MARKS,
    SurfaceClass,
    probability_classes,
    rsrp_classes,
)
from geo_planner.measurements import residual_squares
from geo_planner.plan import Plan
from geo_planner.words import Language, said, word, words_of
from geo_planner.words.said import places

_DEGREE_DECIMALS = 5
_OTHER: dict[Language, Language] = {"vi": "en", "en": "vi"}


def map_payload(plan: Plan, *, language: Language, bilingual: bool, cards: bool, measurements: bool = False) -> dict[str, Any]:
    """All that the map's script needs.

    Parameters
    ----------
    language : {"vi", "en"}
        Of every label.
    bilingual : bool
        Headings carry a short subtitle in the other language.
    cards : bool
        Village cards open on the map itself (the exported page); the app shows them beside it.
    measurements : bool
        The map opens with the measurements over the modelled level; else they wait behind their tick.

    Returns
    -------
    dict
        JSON-ready; no NaN.
    """
    west, south, east, north = plan.communes.total_bounds
    grid = web_grid(plan)
    inside = province_mask(plan, grid)
    service = plan.scenario.service
    unknown = bool(np.isnan(plan.coverage.probability).any())
    probability = class_overlay(
        plan.coverage.probability, plan.coverage, grid, probability_classes(service), inside=inside, mark_unknown=True
    )
    rsrp = class_overlay(plan.coverage.rsrp_dbm, plan.coverage, grid, rsrp_classes(service), inside=inside, mark_unknown=False)
    overlap = class_overlay(
        plan.coverage.overlap.astype(np.float32), plan.coverage, grid, OVERLAP_CLASSES, inside=inside, mark_unknown=False
    )
    other: Language = _OTHER[language]
    certain = _probability_legend(plan, unknown, language)
    return {
        "language": language,
        "bounds": [[south, west], [north, east]],
        "texts": _ready_texts(language),
        "subtitles": _ready_texts(other) if bilingual else {},
        "statusWords": {key: word(key, language) for key in VILLAGE_MARKS},
        "statusSubtitles": {key: word(key, other) for key in VILLAGE_MARKS} if bilingual else {},
        "marks": VILLAGE_MARKS,
        "ground": GROUND,
        "relief": _overlay(hillshade_overlay(plan, grid, inside)),
        "themes": [
            {"key": "theme_area", "legend": _area_legend(plan, language)},
            {"key": "theme_probability", **_overlay(probability), "legend": certain},
            {"key": "theme_rsrp", **_overlay(rsrp), "legend": _rsrp_legend(plan, unknown, language)},
            {"key": "theme_overlap", **_overlay(overlap), "legend": _overlap_legend(language)},
            *build_themes(plan, grid, inside=inside, certain=certain, language=language),
            {"key": "theme_none", "legend": []},
        ],
        "communes": _communes(plan, language),
        "province": _geometry(shapely.union_all(plan.communes.geometry.to_numpy(), grid_size=1e-6)),
        "rivers": None if plan.study_area.rivers is None else _geometry(plan.study_area.rivers.union_all()),
        "villages": _villages(plan, language, cards),
        "sites": _sites(plan.sites, language),
        "build": build_marks(plan, language, other if bilingual else None),
        "buildInk": BUILD_INK,
        "theme": "theme_rsrp" if measurements else "theme_area",
        "measurements": _measurements(plan, language, shown=measurements),
        "notes": _notes(plan, language),
        "cards": cards,
    }


def _ready_texts(language: Language) -> dict[str, str]:
    """The texts of the map that ask for no fact, by key: what its script puts into the page."""
    return {key: sentence for key, sentence in words_of("map", language).items() if not places(f"map.{key}")}


def as_script_literal(payload: dict[str, Any]) -> str:
    """The payload as a JavaScript expression that is safe wherever a script may stand.

    Names are data, so the JSON goes into a string literal in which every character that could end a script element, open a
    template of the renderer or look like a generated variable name is written as an escape.
    """
    inner = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    outer = json.dumps(inner, ensure_ascii=False)
    return "JSON.parse(" + outer.translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&{}_'`\u2028\u2029"}) + ")"


def _overlay(overlay: Overlay) -> dict[str, Any]:
    return {"url": overlay.data_uri, "bounds": overlay.bounds}


def _geometry(shape: Any) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DEGREE_DECIMALS))
    mapping: dict[str, Any] = shapely.geometry.mapping(rounded)
    return mapping


def _communes(plan: Plan, language: Language) -> list[dict[str, Any]]:
    features = []
    for commune in plan.communes.itertuples():
        share = commune.covered_area_share
        known = not pd.isna(share)
        place = commune.geometry.representative_point()
        lines = [text("commune_share", language, share=share)] if known else [text("not_computed", language)]
        if commune.n_villages:
            lines.append(text("commune_villages", language, n=int(commune.n_villages), gap=int(commune.n_no_signal)))
        kind = "" if pd.isna(commune.type) else f"{commune.type} "
        features.append(
            {
                "name": str(commune.name),
                "title": f"{kind}{commune.name}",
                "lines": lines,
                "colour": _class_colour(float(share), AREA_SHARE_CLASSES) if known else UNKNOWN_SURFACE,
                "label": [round(place.y, _DEGREE_DECIMALS), round(place.x, _DEGREE_DECIMALS)],
                "geometry": _geometry(commune.geometry),
            }
        )
    return features


def _class_colour(value: float, classes: tuple[SurfaceClass, ...]) -> str:
    return next(c.colour for c in reversed(classes) if value >= c.least or c is classes[0])


def _villages(plan: Plan, language: Language, cards: bool) -> list[dict[str, Any]]:
    entries = []
    for village_id, row in plan.villages.iterrows():
        card = village_card(plan, str(village_id), language)
        status = {kind: status_key(row[f"{kind}_status"]) for kind in KINDS_OF_STATUS}
        entry: dict[str, Any] = {
            "at": [round(row.geometry.y, 6), round(row.geometry.x, 6)],
            "rank": card.rank,
            "name": card.name,
            "commune": card.commune,
            "tied": card.tied,
            "status": status,
            "disagree": "unknown" not in (status["declared"], status["modelled"]) and status["declared"] != status["modelled"],
            "responsibility": card.responsibility_word,
        }
        if cards:
            entry["card"] = {
                **asdict(card),
                "rank_text": rank_text(card, language),
                "score_text": text("score", language, score=card.points),
            }
        entries.append(entry)
    return entries


def _sites(sites: gpd.GeoDataFrame, language: Language) -> list[dict[str, Any]]:
    """One mark a mast, however many cells it carries."""
    masts = sites.reset_index().drop_duplicates("site_id")
    return [
        {
            "at": [round(mast.geometry.y, 6), round(mast.geometry.x, 6)],
            "name": str(mast.site_id) if pd.isna(mast.name) else text("site_named", language, name=str(mast.name), id=str(mast.site_id)),
            "line": _site_line(word("unknown" if pd.isna(mast.status) else mast.status, language), mast.operator, language),
            "onAir": bool(mast.in_service),
        }
        for mast in masts.itertuples(index=False)
    ]


def _site_line(status: str, operator: Any, language: Language) -> str:
    return status if pd.isna(operator) else text("site_status", language, status=status, operator=str(operator))


def _measurements(plan: Plan, language: Language, *, shown: bool) -> dict[str, Any] | None:
    """The samples of each square against the model; None without measurements that can be compared."""
    compared = plan.measured.against_model
    if compared is None or compared.residuals.empty:
        return None
    squares = residual_squares(compared.residuals, sigma_db=plan.scenario.service.sigma_db, square_m=plan.terrain.cell_m)
    lonlat = gpd.GeoSeries(gpd.points_from_xy(squares["x_m"], squares["y_m"]), crs=plan.terrain.crs).to_crs(GEOGRAPHIC)
    points = []
    for at, square in zip(lonlat, squares.itertuples(index=False), strict=True):
        heard = not np.isnan(square.measured_dbm)
        measured = said("map.dbm", level=square.measured_dbm) if heard else said("map.no_service")
        lines = [
            said(f"agreement.{square.verdict}").text(language),
            text("measured_level", language, level=measured),
            text("modelled_level", language, level=said("map.dbm", level=square.modelled_dbm)),
            text("n_samples", language, n=square.n),
        ]
        points.append({"at": [round(at.y, _DEGREE_DECIMALS), round(at.x, _DEGREE_DECIMALS)], "kind": square.verdict, "lines": lines})
    used = set(squares["verdict"])
    return {
        "shown": shown,
        "points": points,
        "marks": MEASURED_MARKS,
        "legend": [{"kind": kind, "label": said(f"agreement.{kind}").text(language)} for kind in MEASURED_MARKS if kind in used],
        "note": text("squares_note", language, side=squares.attrs["square_m"], sigma=plan.scenario.service.sigma_db),
    }


def _entry(colour: str, label: str) -> dict[str, Any]:
    """A row of a legend; its colour is painted as it stands."""
    return {"colour": colour, "label": label}


def _area_legend(plan: Plan, language: Language) -> list[dict[str, Any]]:
    uppers = [c.least for c in AREA_SHARE_CLASSES[1:]] + [1.0]
    entries = [
        _entry(c.colour, text("share_range", language, low=100 * c.least, high=upper))
        for c, upper in zip(AREA_SHARE_CLASSES, uppers, strict=True)
    ]
    if plan.communes["covered_area_share"].isna().any():
        entries.append(_entry(UNKNOWN_SURFACE, text("not_computed", language)))
    return entries


def _probability_legend(plan: Plan, unknown: bool, language: Language) -> list[dict[str, Any]]:
    classes = probability_classes(plan.scenario.service)
    least = plan.scenario.service.min_probability
    entries = []
    for position in reversed(range(len(classes))):
        this = classes[position]
        upper = classes[position + 1].least if position + 1 < len(classes) else None
        if upper is None:
            label = text("covered_from", language, low=this.least)
        else:
            key = "near_threshold" if this.least < least else "covered_range"
            label = text(key, language, low=100 * this.least, high=upper)
        entries.append(_entry(this.colour, label))
    entries.append(_entry(GROUND, text("clear_is_none", language)))
    if unknown:
        entries.append(_entry(UNKNOWN_SURFACE, text("not_computed", language)))
    return entries


def _rsrp_legend(plan: Plan, unknown: bool, language: Language) -> list[dict[str, Any]]:
    threshold = plan.scenario.service.rsrp_threshold_dbm
    classes = rsrp_classes(plan.scenario.service)
    entries = []
    for this in reversed(classes):
        key = "dbm_from_threshold" if this.least == threshold else "dbm_from"
        entries.append(_entry(this.colour, text(key, language, level=this.least)))
    if classes:
        key = "clear_is_weaker_or_unknown" if unknown else "clear_is_weaker"
        entries.append(_entry(GROUND, text(key, language, limit=classes[0].least)))
    return entries


def _overlap_legend(language: Language) -> list[dict[str, Any]]:
    last = OVERLAP_CLASSES[-1]
    entries = [
        _entry(c.colour, text("sites_from" if c is last else "sites_exactly", language, n=c.least)) for c in reversed(OVERLAP_CLASSES)
    ]
    return [*entries, _entry(GROUND, text("clear_is_none", language))]


def _notes(plan: Plan, language: Language) -> list[str]:
    notes = []
    if plan.terrain.is_sample:
        notes.append(text("sample_terrain", language))
    if bool(plan.sites["is_sample"].fillna(False).any()):
        notes.append(text("sample_sites", language))
    return notes
