"""What the map draws of a build plan: the chosen sites by kind and the links between them, and which villages it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_planner.export.html_map.card import text
from geo_planner.export.palette import BUILD_LINKS, BUILD_MARK_OF, BUILD_MARKS, PHASE_MARKS, YEAR_MARKS
from geo_planner.plan import Plan
from geo_planner.words import Language, first_of, said, word

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan

_DEGREE_DECIMALS = 6
_MOST_NAMES = 6
_MILLION = 1e6


def build_marks(plan: Plan, language: Language, subtitles: Language | None = None) -> dict[str, Any] | None:
    """Sites and links, ready for the script, with the shapes and lines that their kinds are drawn in; None where nothing is built.

    Parameters
    ----------
    subtitles : {"vi", "en"}, optional
        Also name the kinds in this language.
    """
    build = plan.build
    if build is None or build.results.sites.empty:
        return None
    sites, links = _sites(plan, build, language), _links(build, language)
    used, kinds = {site["mark"] for site in sites}, {link["kind"] for link in links}
    return {
        "sites": sites,
        "links": links,
        "marks": {mark: BUILD_MARKS[mark] for mark in BUILD_MARKS if mark in used},
        "lines": {kind: BUILD_LINKS[kind] for kind in BUILD_LINKS if kind in kinds},
        "markWords": _words("build_mark", used, language),
        "lineWords": _words("build_line", kinds, language),
        "markSubtitles": _words("build_mark", used, subtitles) if subtitles else {},
        "lineSubtitles": _words("build_line", kinds, subtitles) if subtitles else {},
    }


def _words(key: str, kinds: set[str], language: Language) -> dict[str, str]:
    return {kind: text(f"{key}_{kind}", language) for kind in sorted(kinds)}


def village_years(plan: Plan) -> dict[str, int]:
    """By village that the plan covers: the year in which it does, 0 where it stands in none."""
    if plan.build is None:
        return {}
    villages = plan.build.results.villages
    served = villages.loc[villages["site_ids"].map(bool).astype(bool)]
    return {str(village): 0 if pd.isna(year) else int(year) for village, year in served["year"].items()}


def phase_key(year: int | None) -> str:
    """The stable word of a village's phase: its year, ``no_year``, or ``not_planned``."""
    if year is None:
        return "not_planned"
    return str(year) if year else "no_year"


def phase_word(key: str, language: Language) -> str:
    """What a phase is called."""
    return text("covered_in", language, year=int(key)) if key.isdigit() else text(f"phase_{key}", language)


def phase_marks(plan: Plan) -> dict[str, dict[str, str | float]]:
    """Marks by phase, the years in order from dark to light; the last colour stands for all further ones."""
    years = sorted({year for year in village_years(plan).values() if year})
    shades = [YEAR_MARKS[min(position, len(YEAR_MARKS) - 1)] for position in range(len(years))]
    return {**{str(year): shade for year, shade in zip(years, shades, strict=True)}, **PHASE_MARKS}


def _sites(plan: Plan, build: BuildPlan, language: Language) -> list[dict[str, Any]]:
    served: dict[str, list[str]] = {}
    for village, ids in build.results.villages["site_ids"].items():
        for site in ids:
            served.setdefault(str(site), []).append(str(plan.villages["name"].get(village, village)))
    entries = []
    for site_id, row in build.results.sites.iterrows():
        names = served.get(str(site_id), [])
        kind = word_of_kind(str(row["kind"]), language)
        tall = not pd.isna(row["mast_height_m"])
        lines = [text("build_kind_height", language, kind=kind, height=float(row["mast_height_m"])) if tall else kind]
        lines += _money(row, language)
        if row["households"] > 0:
            lines.append(text("build_households", language, n=float(row["households"])))
        if names:
            lines.append(text("build_serves", language, villages=first_of(sorted(names), _MOST_NAMES)))
        entries.append(
            {
                "id": str(site_id),
                "at": [round(float(row["lat"]), _DEGREE_DECIMALS), round(float(row["lon"]), _DEGREE_DECIMALS)],
                "mark": BUILD_MARK_OF[str(row["kind"])],
                "lines": lines,
            }
        )
    return entries


def _links(build: BuildPlan, language: Language) -> list[dict[str, Any]]:
    places = build.places
    entries = []
    for link_id, row in build.results.links.iterrows():
        ends = [places.loc[row[end], ["lat", "lon"]].astype(float).round(_DEGREE_DECIMALS).tolist() for end in ("place_a", "place_b")]
        lines = [text("build_length", language, kind=word_of_kind(str(row["kind"]), language), km=float(row["length_km"]))]
        if not pd.isna(row["freq_ghz"]):
            lines.append(text("build_freq", language, freq=float(row["freq_ghz"])))
        if not pd.isna(row["availability_pct"]):
            lines.append(text("build_availability", language, share=float(row["availability_pct"])))
        entries.append({"id": str(link_id), "path": ends, "kind": str(row["kind"]), "lines": lines + _money(row, language)})
    return entries


def _money(row: pd.Series, language: Language) -> list[str]:
    """Cost, who bears most of it, and the year."""
    payer = "undecided" if pd.isna(row["payer"]) or not row["payer"] else str(row["payer"])
    year = text("build_no_year", language) if pd.isna(row["year"]) else text("build_year", language, year=int(row["year"]))
    cost = text("build_cost", language, millions=float(row["cost_vnd"]) / _MILLION)
    return [cost, text("build_payer", language, payer=word(payer, language)), year]


def word_of_kind(kind: str, language: Language) -> str:
    """What a kind of site or link is called, as in the workbook, with a capital."""
    name = said(f"build_kind.{kind}").text(language)
    return name[:1].upper() + name[1:]
