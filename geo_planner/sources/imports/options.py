"""What a user may say about a file, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["auto", "merge", "replace"]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an import; see :func:`geo_planner.sources.imports.import_layer`."""

    crs: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    source_layer: str | None = None
    mode: Mode = "auto"
    accept_valid: bool = False
    max_bytes: int = 100_000_000
    max_rows: int = 200_000
