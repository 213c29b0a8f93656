"""A plan as plain data for the map's script: everything that it draws and says, and nothing that it would have to compute."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.export.html_map.build_marks import build_marks, phase_key, phase_marks, phase_word, village_years
from geo_planner.export.html_map.card import KINDS_OF_STATUS, commune_of, rank_text, status_key, text, tied_text, village_card
from geo_planner.export.html_map.measured_marks import measured_marks
from geo_planner.export.html_map.rasters import Place, hillshade_drawing, inline, province_mask, web_grid
from geo_planner.export.html_map.themes import share_colour, themes
from geo_planner.export.palette import BUILD_INK, GROUND, PAYER_MARKS, UNKNOWN_SURFACE, VILLAGE_MARKS
from geo_planner.plan import Plan
from geo_planner.words import Language, word, words_of
from geo_planner.words.said import places

_DEGREE_DECIMALS = 5
_ROAD_TOLERANCE_DEG, _COARSEST_ROAD_DEG, _MOST_ROAD_POINTS = 0.0003, 0.02, 60_000
_METRES_PER_PX = 156_543.03392  # at zoom 0 on the equator
_CELL_PX = 16
TO_MEASURE = {"status_uncertain", "declared_no_signal_but_modelled_covered", "declared_covered_but_modelled_no_signal", "models_disagree"}
"""Flags of a village where a measurement would settle something."""
_OTHER: dict[Language, Language] = {"vi": "en", "en": "vi"}


def map_payload(
    plan: Plan, *, language: Language, bilingual: bool, cards: bool, measurements: bool = False, place: Place = inline
) -> dict[str, Any]:
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
    place : callable
        Tells where a picture is found: within the payload itself, or where the app draws and serves it when it is looked at.

    Returns
    -------
    dict
        JSON-ready; no NaN.
    """
    west, south, east, north = plan.communes.total_bounds
    grid = web_grid(plan)
    inside = province_mask(plan, grid)
    relief = hillshade_drawing(plan, grid, inside)
    other: Language = _OTHER[language]
    return {
        "language": language,
        "bounds": [[south, west], [north, east]],
        "texts": _ready_texts(language),
        "subtitles": _ready_texts(other) if bilingual else {},
        "statusWords": {key: word(key, language) for key in VILLAGE_MARKS},
        "statusSubtitles": {key: word(key, other) for key in VILLAGE_MARKS} if bilingual else {},
        "marks": VILLAGE_MARKS,
        "payerMarks": PAYER_MARKS,
        "payerWords": {key: word(key, language) for key in PAYER_MARKS},
        "payerSubtitles": {key: word(key, other) for key in PAYER_MARKS} if bilingual else {},
        "phases": _phases(plan, language, other if bilingual else None),
        "firstK": plan.scenario.ranking.top_k,
        "maxZoom": deepest_zoom(plan.terrain.cell_m, (south + north) / 2),
        "ground": GROUND,
        "relief": {"url": place(relief), "bounds": relief.bounds},
        "themes": themes(plan, grid, inside=inside, language=language, place=place),
        "communes": _communes(plan, language),
        "province": _geometry(shapely.union_all(plan.communes.geometry.to_numpy(), grid_size=1e-6)),
        "rivers": None if plan.study_area.rivers is None else _geometry(plan.study_area.rivers.union_all()),
        "roads": _roads(plan),
        "villages": _villages(plan, language, cards),
        "sites": _sites(plan.sites, language),
        "seats": _seats(plan, language),
        "build": build_marks(plan, language, other if bilingual else None),
        "buildInk": BUILD_INK,
        "theme": "theme_rsrp" if measurements else "theme_area",
        "measurements": measured_marks(plan, language, shown=measurements),
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


def _geometry(shape: Any) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DEGREE_DECIMALS))
    mapping: dict[str, Any] = shapely.geometry.mapping(rounded)
    return mapping


def _roads(plan: Plan) -> dict[str, Any] | None:
    """Lines of the road layer, the more simplified the more there are: they only tell where one is."""
    roads = plan.study_area.roads
    if roads is None or roads.empty:
        return None
    lines = roads.geometry.to_numpy()
    tolerance = _ROAD_TOLERANCE_DEG
    while shapely.get_num_coordinates(lines).sum() > _MOST_ROAD_POINTS and tolerance < _COARSEST_ROAD_DEG:
        lines = shapely.simplify(lines, tolerance)
        tolerance *= 2
    return _geometry(shapely.union_all(lines, grid_size=1e-5))


def deepest_zoom(cell_m: float, latitude_deg: float) -> float:
    """Zoom of the web map at which a cell is some sixteen pixels wide; nearer there is nothing more to see.

    >>> deepest_zoom(250, 22.3), deepest_zoom(30, 22.3)
    (13.2, 16.2)
    """
    return round(math.log2(_CELL_PX * _METRES_PER_PX * math.cos(math.radians(latitude_deg)) / cell_m), 1)


def _phases(plan: Plan, language: Language, subtitles: Language | None) -> dict[str, Any] | None:
    """Marks of the villages by the year in which the plan covers them; None without a plan."""
    if plan.build is None:
        return None
    marks = phase_marks(plan)
    return {
        "marks": marks,
        "words": {key: phase_word(key, language) for key in marks},
        "subtitles": {key: phase_word(key, subtitles) for key in marks} if subtitles else {},
    }


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
                "weight": int(commune.n_villages or 0),
                "title": f"{kind}{commune.name}",
                "lines": lines,
                "colour": share_colour(float(share)) if known else UNKNOWN_SURFACE,
                "label": [round(place.y, _DEGREE_DECIMALS), round(place.x, _DEGREE_DECIMALS)],
                "geometry": _geometry(commune.geometry),
            }
        )
    return features


def _villages(plan: Plan, language: Language, cards: bool) -> list[dict[str, Any]]:
    entries = []
    years = village_years(plan)
    for village_id, row in plan.villages.iterrows():
        phase = phase_key(years.get(str(village_id)))
        status = {kind: status_key(row[f"{kind}_status"]) for kind in KINDS_OF_STATUS}
        entry: dict[str, Any] = {
            "id": str(village_id),
            "at": [round(row.geometry.y, 6), round(row.geometry.x, 6)],
            "rank": int(row["rank"]),
            "name": str(row["name"]),
            "commune": commune_of(row),
            "communeCode": str(row["commune_code"]),
            "payer": str(row["responsibility"]),
            "measure": bool(TO_MEASURE & set(row["flags"])),
            "planned": str(village_id) in years,
            "phase": phase,
            "phaseWord": "" if plan.build is None else phase_word(phase, language),
            "tied": tied_text(plan, str(village_id), language),
            "status": status,
            "disagree": "unknown" not in (status["declared"], status["modelled"]) and status["declared"] != status["modelled"],
            "responsibility": word(row["responsibility"], language),
        }
        if cards:
            card = village_card(plan, str(village_id), language)
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
            "id": str(mast.site_id),
            "name": str(mast.site_id) if pd.isna(mast.name) else text("site_named", language, name=str(mast.name), id=str(mast.site_id)),
            "line": _site_line(word("unknown" if pd.isna(mast.status) else mast.status, language), mast.operator, language),
            "onAir": bool(mast.in_service),
        }
        for mast in masts.itertuples(index=False)
    ]


def _seats(plan: Plan, language: Language) -> list[dict[str, Any]]:
    """Seats of the former communes, where the merge table knows their place; those of today's communes are in no layer."""
    former = plan.study_area.former_communes
    if former is None:
        return []
    names = plan.communes["name"]
    return [
        {
            "at": [round(float(seat.lat), _DEGREE_DECIMALS), round(float(seat.lon), _DEGREE_DECIMALS)],
            "name": str(seat.name),
            "line": text("seat_line", language, commune=str(names.get(seat.commune_code, seat.commune_code))),
        }
        for seat in former.dropna(subset=["lat", "lon"]).reset_index().itertuples(index=False)
    ]


def _site_line(status: str, operator: Any, language: Language) -> str:
    return status if pd.isna(operator) else text("site_status", language, status=status, operator=str(operator))


def _notes(plan: Plan, language: Language) -> list[str]:
    notes = []
    if plan.terrain.is_sample:
        notes.append(text("sample_terrain", language))
    if bool(plan.sites["is_sample"].fillna(False).any()):
        notes.append(text("sample_sites", language))
    return notes
