"""What a user may say about a file, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo_planner.sources.imports.files import InputFile, refuse

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


def refuse_idle(options: Options, file: InputFile) -> None:
    """Refuse an option that has no meaning for the file: whoever gave it expects something of it.

    Raises
    ------
    InputError
    """
    if options.sheet is not None and file.family != "spreadsheet":
        remedy = "Leave --sheet out; a layer is named with --layer." if file.family == "vector" else "Leave --sheet out."
        raise refuse(file.name, f"--sheet {options.sheet[:60]!r} names a sheet, but a {file.format} file has none", remedy, "idle_option")
    if options.source_layer is not None and file.family != "vector":
        remedy = "Leave --layer out; a sheet is named with --sheet." if file.family == "spreadsheet" else "Leave --layer out."
        raise refuse(
            file.name, f"--layer {options.source_layer[:60]!r} names a layer, but a {file.format} file has none", remedy, "idle_option"
        )
