"""What a GeoPackage of a pack holds besides layers and tables: QGIS styles, and metadata that GDAL and QGIS show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from geo_planner.documents.gis_styles import LayerStyle, qml, sld
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.documents.xml_parts import put, root, written
from geo_planner.errors import OutputError
from geo_planner.export.assumptions import citation_words
from geo_planner.export.build_layers import Layers
from geo_planner.export.vector import LAST_CHANGE
from geo_planner.files.refused import why_not_written
from geo_planner.words import Language

_GEOMETRY = "geom"
_STYLES = """CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
  styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME
)"""
# As the standard prints them (GeoPackage 1.3, annex C), but for the default times: nothing here depends on the clock.
_METADATA = """CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT ''
)"""
_REFERENCE = """CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
)"""
_EXTENSION = ("gpkg_metadata", "http://www.geopackage.org/spec131/#extension_metadata", "read-write")
_GDAL, _QGIS = "http://gdal.org", "http://mrcc.com/qgis.dtd"


def add_styles_and_metadata(path: Path, layers: Layers, styles: Sequence[LayerStyle], facts: ProposalFacts, language: Language) -> None:
    """Complete a GeoPackage that holds the layers.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as database, database:
            for statement in (_STYLES, _METADATA, _REFERENCE):
                database.execute(statement)
            contents = (
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES (?,?,?,?,?,0)"
            )
            database.execute(contents, ("layer_styles", "attributes", "layer_styles", "", LAST_CHANGE))
            for style in styles:
                row = (style.layer, _GEOMETRY, style.name, qml(style), sld(style), style.default, facts.title_vi, LAST_CHANGE)
                database.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD,"
                    " useAsDefault, description, owner, ui, update_time) VALUES ('','',?,?,?,?,?,?,?,'','',?)",
                    row,
                )
            for table in ("gpkg_metadata", "gpkg_metadata_reference"):
                database.execute("INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)", (table, *_EXTENSION))
            for number, (table_name, standard, document) in enumerate(_documents(layers, facts, language), 1):
                database.execute("INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, 'text/xml', ?)", (number, standard, document))
                scope = "geopackage" if table_name is None else "table"
                database.execute(
                    "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, NULL)", (scope, table_name, LAST_CHANGE, number)
                )
    except sqlite3.Error as error:
        raise OutputError("file_not_written.layer", name=path.name, why=why_not_written(error, path)) from error


def _documents(layers: Layers, facts: ProposalFacts, language: Language) -> Iterator[tuple[str | None, str, str]]:
    """Of the whole file for GDAL, of each layer for QGIS: the table that it is of, the standard, the document."""
    items = metadata_items(facts, language)
    top = root("GDALMultiDomainMetadata")
    listed = put(top, "Metadata")
    for key, value in items.items():
        put(listed, "MDI", value, {"key": key})
    yield None, _GDAL, written(top, "")
    for name in layers:
        top = root("qgis", {"version": "3.22.0"})
        put(top, "identifier", name)
        put(top, "title", f"{items['TITLE']} ({name})")
        put(top, "abstract", "\n".join(value for key, value in items.items() if key != "TITLE"))
        yield name, _QGIS, written(top, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n")


def metadata_items(facts: ProposalFacts, language: Language) -> dict[str, str]:
    """Title, whether real or sample data, scenario, day, model, sources and the hashes of all that was read."""
    say = Wording(language)
    kind = say("sample_line") if facts.uses_sample_data else say("real_data")
    items = {
        "TITLE": {"vi": facts.title_vi, "en": facts.title_en}[language],
        "DATA": "sample" if facts.uses_sample_data else "real",
        "NOTE": kind,
        "SCENARIO": facts.scenario,
        "DATE": "" if facts.date is None else facts.date.isoformat(),
        "MODEL": f"{facts.model.model} ({facts.model.edition})",
    }
    items |= {f"SOURCE_{each.file}": citation_words(each, language) for each in facts.sources}
    items |= {f"SHA256_{name}": digest for name, digest in facts.model.inputs_sha256.items()}
    return {key: value for key, value in items.items() if value}
