"""The texts of the app: keys of the catalogue, and what stands on the pages in lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo_planner.words import LANGUAGES as CODES
from geo_planner.words import Language, said

LANGUAGES: Mapping[str, Language] = {said("ui.language_name").text(code): code for code in CODES}
"""Each language under its own name."""

METHOD = ("signal", "status", "payer", "rank", "two_models", "certainty", "area")
"""How it is computed, a sentence each."""

ASSUMPTIONS = (
    "service.technology",
    "service.rsrp_threshold_dbm",
    "service.rx_height_m",
    "service.sigma_db",
    "service.min_probability",
    "service.default_settlement_radius_m",
    "service.full_coverage_share",
    "propagation.model",
    "service.class_limits_dbm",
    "propagation.compare_with",
    "propagation.time_pct",
    "propagation.dn_per_km",
    "propagation.n0",
    "propagation.max_radius_km",
    "propagation.effective_earth_factor",
    "propagation.relative_permittivity",
    "propagation.conductivity_s_m",
)
"""Settings of a scenario that are assumptions, in the order of the page."""

FILES = (
    "proposal.docx",
    "priority_list.xlsx",
    "map.html",
    "priority_list.csv",
    "plan.gpkg",
    "villages.geojson",
    "coverage.tif",
    "summary.json",
    "manifest.json",
)
"""Files of a plan that the page of downloads explains, documents for people first."""


def text(key: str, language: Language, **values: Any) -> str:
    """A text of the app in one language, with its places filled."""
    return said(f"ui.{key}", **values).text(language)


def method(language: Language) -> list[str]:
    """How it is computed, in sentences."""
    return [said(f"about_method.{name}").text(language) for name in METHOD]


def setting_title(path: str, language: Language) -> str:
    """Title of an assumption of the scenario."""
    return said(f"about_setting.{path}").text(language)


def file_words(name: str, language: Language) -> tuple[str, str]:
    """Title and meaning of a file of the plan; one that is not known is called by its name."""
    if name not in FILES:
        return name, ""
    return said(f"download_title.{name}").text(language), said(f"download_meaning.{name}").text(language)
