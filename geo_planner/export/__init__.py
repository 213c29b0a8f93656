"""Plan to files: spreadsheets, vector and raster layers, summary, templates; all of a run in one folder, swapped in whole."""

from geo_planner.export.outputs import write_coverage, write_plan

__all__ = ["write_coverage", "write_plan"]
