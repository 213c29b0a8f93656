"""What a user may say about a file, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo_planner.imports.opening import InputFile, refuse

Mode = Literal["auto", "merge", "replace"]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an import; see :func:`geo_planner.imports.import_layer`."""

    crs: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    source_layer: str | None = None
    mode: Mode = "auto"
    accept_valid: bool = False
    max_bytes: int = 100_000_000
    max_rows: int = 200_000


def refuse_idle(options: Options, file: InputFile) -> None:
    """Refuse an option that has no meaning for the file: whoever gave it expects something of it.

    Raises
    ------
    InputError
    """
    if options.sheet is not None and file.family != "spreadsheet":
        key = "idle_option.sheet_of_layers" if file.family == "vector" else "idle_option.sheet"
        raise refuse(file.name, key, name=options.sheet[:60], format=file.format)
    if options.source_layer is not None and file.family != "vector":
        key = "idle_option.layer_of_sheets" if file.family == "spreadsheet" else "idle_option.layer"
        raise refuse(file.name, key, name=options.source_layer[:60], format=file.format)
