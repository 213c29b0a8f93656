"""Import: a list as an office keeps it goes in, a layer of the study area comes out, with a report on every row.

The order is that of :mod:`.importer`; each step is a module or a few.

=====================  ==============================================================================================
Open                   ``opening`` (what a file is, by content; zip and XML without traps)
Cells and features     ``formats``: workbooks, text, KML, GPX and map layers to a ``grid`` or to attributes with geometries; legacy text to Unicode
Titles                 ``titles``: where they stand, what one means (the words: ``vocabulary.toml``), which column is which
Rows                   ``layout``: rows of data, and what is none; further tables; cells that the sheet around them fills. ``reading`` puts the steps
                       so far together; ``phone_logs``, ``cells.devices`` and ``places.implied_communes`` add what no single column says
Values                 ``rows`` (all of it) with ``cells``: each column read by its kind, figures with units, words, moments, bands and channels; what a
                       title leaves open is asked
Places                 ``places``: ``gazetteer`` (the communes of the study area), ``commune_names``; ``positions`` with ``coordinates``, ``crs_choice``
                       and ``vn2000``; ``row_places`` puts both into the draft
Identity               ``ids`` (made for rows without one), ``known_places`` and ``known_cells`` (rows that the layer has already)
Lines and areas        ``shapes`` (roads, power lines, exclusion areas: no columns, only geometry)
Result                 ``draft`` (what goes from step to step), ``store`` (the layer and its manifest), ``report``, ``paper`` and ``marked`` (the list with its faults in it); ``preview``: all but the last
Words                  ``naming`` (titles, and what is left out by its name)
=====================  ==============================================================================================
"""

from geo_planner.imports.cells.figures import as_typed
from geo_planner.imports.draft import Mode
from geo_planner.imports.importer import IMPORTABLE, check_layer, import_layer
from geo_planner.imports.marked import marked_copy
from geo_planner.imports.naming import layer_title, own_title, shortened, target_title
from geo_planner.imports.paper import cell_words
from geo_planner.imports.places.vn2000 import system_name
from geo_planner.imports.preview import Preview, preview, titles_by_sheet
from geo_planner.imports.report import ImportReport
from geo_planner.imports.vocabulary import POINT_LAYERS

__all__ = [
    "IMPORTABLE", "POINT_LAYERS", "ImportReport", "Mode", "Preview", "as_typed", "cell_words", "check_layer", "import_layer", "layer_title", "marked_copy", "own_title", "preview", "shortened", "system_name",
    "target_title", "titles_by_sheet",
]  # fmt: skip
