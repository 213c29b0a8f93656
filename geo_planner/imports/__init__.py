"""Import: a list as an office keeps it goes in, a layer of the study area comes out, with a report on every row.

The order is that of :mod:`.importer`; each step is a module or a few.

=====================  ==============================================================================================
Open                   ``files`` (what a file is, by content), ``archives`` (zip without traps), ``options``
Cells                  ``grid`` (a table as it stands), from ``spreadsheets`` (``workbook_scan``, ``xls_scan``, ``ods_scan``: formulas
                       without a value, what is hidden, the day zero), ``text_files``; ``legacy_text`` and ``legacy_cells`` (TCVN3, VNI)
Features               ``vectors`` (GeoPackage, GeoJSON, shapefile with ``dbase_text``), ``markup`` (KML, GPX) with ``html_tables`` and ``kml_folders``
Titles                 ``headers`` (where they stand), ``titles`` (what one means), ``synonyms`` (the words), ``columns`` (which
                       column is which, as told or by title), ``cut_titles`` (of shapefiles), ``tick_columns``
Rows                   ``layout`` (rows of data), ``non_data_rows`` (totals, headings, notes), ``merged_cells``, ``day_zero`` (dates
                       that count from 1904); ``further_tables`` below the first; ``reading`` puts the steps so far together; ``implied_communes`` and ``date_and_clock`` add what no single column says
Values                 ``rows`` (all of it), ``row_values`` with ``values``, ``figures``, ``quantities`` (units), ``words`` and
                       ``marks`` (choices, yes and no), ``moments``, ``radio_words``; ``unclear_columns``, ``doubts``
Places                 ``row_places`` (both), ``commune_names`` with ``commune_index``; ``positions`` with ``coordinates``, ``crs_choice``, ``vn2000``,
                       ``misplaced_rows`` (single rows in another system); ``area`` (the communes to check against)
Identity               ``ids`` (made for rows without one), ``known_places`` and ``known_cells`` (rows that the layer has already)
Lines and areas        ``shapes`` (roads, power lines, exclusion areas: no columns, only geometry)
Result                 ``draft`` (rows on their way), ``store`` (the layer and its manifest), ``report``; ``preview``: all but writing
Words                  ``naming`` (what is left out by its name); ``spoken``: sentences, faults and the report in Vietnamese
=====================  ==============================================================================================
"""

from geo_planner.imports.importer import IMPORTABLE, import_layer
from geo_planner.imports.preview import Preview, preview
from geo_planner.imports.report import ImportReport

__all__ = ["IMPORTABLE", "ImportReport", "Preview", "import_layer", "preview"]
