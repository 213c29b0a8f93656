"""Plan to files: spreadsheets, vector and raster layers, summary, templates; all of a run in one folder, swapped in whole."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_planner.export.outputs import write_coverage, write_plan

__all__ = ["write_coverage", "write_plan"]


def __getattr__(name: str) -> Any:
    """The writers when they are asked for: the pages use single rooms of this package, and need not wait for all of them."""
    if name in __all__:
        return getattr(import_module("geo_planner.export.outputs"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
