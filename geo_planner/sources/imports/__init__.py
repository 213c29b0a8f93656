"""Import: a list as an office keeps it goes in, a layer of the study area comes out, with a report on every row."""

from geo_planner.sources.imports.importer import IMPORTABLE, import_layer
from geo_planner.sources.imports.preview import Preview, preview
from geo_planner.sources.imports.report import ImportReport

__all__ = ["IMPORTABLE", "ImportReport", "Preview", "import_layer", "preview"]
