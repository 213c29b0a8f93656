"""Which titles offices and programs give to the columns that the schema declares: the data of ``vocabulary.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geo_planner.schema import LAYERS, Layer

_TITLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))
POSITION: Mapping[str, str] = _TITLES["position"]
COMMUNE: Mapping[str, str] = _TITLES["commune"]
SIGNAL_LEVELS: str = _TITLES["signal_levels"]
COUNTERS: frozenset[str] = frozenset(_TITLES["counters"])
OTHER_TITLES: Sequence[str] = _TITLES["others"]
NAMES_IT_BEST: Mapping[str, Sequence[str]] = _TITLES["names_it_best"]
GROUP: Mapping[str, str] = _TITLES["group"]
GROUP_OF: Mapping[str, str] = _TITLES["group_of"]
OUTRIGHT: Mapping[str, Mapping[str, str]] = _TITLES["outright"]
FOLDERS: Mapping[str, str] = _TITLES["folders"]

POINT_LAYERS: dict[str, Layer] = {name: layer for name, layer in LAYERS.items() if layer.importable and layer.geometry == "point"}
_SHAPES = {"line": ("LineString", "MultiLineString"), "area": ("Polygon", "MultiPolygon")}
SHAPE_LAYERS: dict[str, tuple[str, ...]] = {
    name: _SHAPES[layer.geometry] for name, layer in LAYERS.items() if layer.importable and layer.geometry in _SHAPES
}


def places(layer: str) -> Mapping[str, str]:
    """What leads to the commune of a row; nothing where rows belong to none."""
    return {} if LAYERS[layer].place == "free" else COMMUNE


def patterns(layer: str) -> dict[str, str]:
    """Target column to a regular expression over folded titles; a target's own name and titles always belong to it."""
    behind = _TITLES["of_the_place"].get(layer, "")
    if layer not in POINT_LAYERS:
        return dict(_TITLES[layer])
    position = {target: pattern if target == "position" else rf"(?:{pattern}){behind}" for target, pattern in POSITION.items()}
    own = _TITLES["transmitters" if LAYERS[layer].transmits else layer]
    targets = {column.name for column in LAYERS[layer].columns} | {*POSITION, *COMMUNE}
    return {target: pattern for target, pattern in {**position, **places(layer), **_TITLES["shared"], **own}.items() if target in targets}
