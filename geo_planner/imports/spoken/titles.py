"""Titles that people read: of the layers, and of what a column of a file may be mapped to."""

from __future__ import annotations

from collections.abc import Mapping

from geo_planner.imports.titles.synonyms import POINT_LAYERS
from geo_planner.words import Label, Language

LAYER_TITLES: Mapping[str, Mapping[Language, str]] = {
    "villages": {"vi": "Thôn, bản", "en": "Villages"},
    "sites": {"vi": "Trạm phát sóng", "en": "Sites"},
    "measurements": {"vi": "Đo kiểm", "en": "Measurements"},
    "candidates": {"vi": "Vị trí có thể dựng trạm", "en": "Candidate places"},
    "roads": {"vi": "Đường giao thông", "en": "Roads"},
    "power_lines": {"vi": "Đường dây điện", "en": "Power lines"},
    "exclusion_areas": {"vi": "Vùng không được dựng trạm", "en": "Exclusion areas"},
}
TARGET_TITLES: Mapping[str, Mapping[Language, str]] = {
    "x": {"vi": "Tọa độ X (mét)", "en": "X (metres)"},
    "y": {"vi": "Tọa độ Y (mét)", "en": "Y (metres)"},
    "position": {"vi": "Cả hai tọa độ trong một ô", "en": "Both coordinates in one cell"},
    "commune": {"vi": "Tên xã", "en": "Commune (name)"},
    "former_commune": {"vi": "Tên xã cũ", "en": "Former commune (name)"},
    "former_commune_code": {"vi": "Mã xã cũ", "en": "Former commune (code)"},
    "district": {"vi": "Huyện cũ", "en": "Former district"},
    "former_place": {"vi": "Xã, huyện cũ trong một ô", "en": "Former commune and district in one cell"},
}
"""Of targets that are no columns of a layer."""


def target_title(layer: str, target: str, language: Language) -> str:
    """The title of a column that a title of the file may be mapped to."""
    for column in POINT_LAYERS[layer].columns:
        if column.name == target:
            return Label(column.name, column.vi, column.en).title(language)
    return TARGET_TITLES[target][language] if target in TARGET_TITLES else target
