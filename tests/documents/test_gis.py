"""Layers of a plan for a GIS: styles, metadata, systems, standards, names that stay text, the same bytes twice."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import shape

from geo_planner.documents.facts import ProposalFacts, proposal_facts
from geo_planner.documents.gis import layer_crs, write_gis
from geo_planner.documents.xml_parts import clean
from geo_planner.errors import UsageError
from geo_planner.plan import Plan
from tests import small_area
from tests.build.test_plan_holds import drawn_area, planned
from tests.ui.fakes import HOSTILE_NAMES

KML = "{http://www.opengis.net/kml/2.2}"
VN2000 = "EPSG:9205"
FORMULA = '=HYPERLINK("x")&<b>$[name]'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, ProposalFacts, Path]:
    """A small plan with what to build, one village sample data, two with names that are markup or a formula; written in VN-2000."""
    root = tmp_path_factory.mktemp("gis")
    area = drawn_area(root / "area", 7)
    small_area.table_cell(small_area.VILLAGES, 2, "is_sample", "yes")(area)
    small_area.table_cell(small_area.VILLAGES, 2, "name", HOSTILE_NAMES[0])(area)
    small_area.table_cell(small_area.VILLAGES, 3, "name", FORMULA)(area)
    plan = planned(area)
    facts = proposal_facts(plan, date=dt.date(2026, 11, 30))
    write_gis(plan, facts, root, crs=VN2000)
    return plan, facts, root / "gis"


def rows(folder: Path, query: str) -> list[Any]:
    with sqlite3.connect(folder / "plan.gpkg") as database:
        return database.execute(query).fetchall()


def test_the_package_is_whole_by_the_standard(made: tuple[Plan, ProposalFacts, Path]) -> None:
    _, _, home = made
    assert rows(home, "PRAGMA integrity_check") == [("ok",)]
    assert rows(home, "PRAGMA foreign_key_check") == []
    assert rows(home, "PRAGMA application_id") == [(0x47504B47,)]
    tables = {name for (name,) in rows(home, "SELECT name FROM sqlite_master WHERE type='table'")}
    assert {"gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "layer_styles"} <= tables
    listed = {name for (name,) in rows(home, "SELECT table_name FROM gpkg_contents")}
    assert listed <= tables
    assert {name for (name,) in rows(home, "SELECT table_name FROM gpkg_geometry_columns WHERE srs_id = 9205")} >= {"villages", "coverage"}
    extended = {name for (name,) in rows(home, "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_metadata'")}
    assert extended == {"gpkg_metadata", "gpkg_metadata_reference"}


def test_every_layer_opens_with_its_style(made: tuple[Plan, ProposalFacts, Path]) -> None:
    _, _, home = made
    styles = rows(home, "SELECT f_table_name, styleQML, styleSLD, useAsDefault, f_geometry_column FROM layer_styles")
    first = [name for name, *_, default, _ in styles if default]
    assert sorted(first) == ["candidates", "chosen_links", "chosen_sites", "communes", "coverage", "coverage_after", "sites", "villages"]
    for name, drawn, described, _, geometry in styles:
        assert geometry == "geom"
        columns = set(pyogrio.read_info(home / "plan.gpkg", layer=name)["fields"])
        for rule in ElementTree.fromstring(drawn).iter("rule"):
            assert rule.attrib["filter"] == "ELSE" or rule.attrib["filter"].split('"')[1] in columns
        for tested in ElementTree.fromstring(described).iter("{http://www.opengis.net/ogc}PropertyName"):
            assert tested.text in columns


def test_metadata_say_sample_scenario_and_hashes(made: tuple[Plan, ProposalFacts, Path]) -> None:
    _, facts, home = made
    told = pyogrio.read_info(home / "plan.gpkg", layer="villages")["dataset_metadata"]
    assert (told["DATA"], told["SCENARIO"], told["DATE"]) == ("sample", facts.scenario, "2026-11-30")
    assert {name: told[f"SHA256_{name}"] for name in facts.model.inputs_sha256} == facts.model.inputs_sha256


def test_places_are_those_of_the_documents(made: tuple[Plan, ProposalFacts, Path]) -> None:
    _, facts, home = made
    for path in (home / "plan.gpkg", home / "flatgeobuf" / "villages.fgb"):
        villages = pyogrio.read_dataframe(path, layer="villages").set_index("village_id")
        assert villages.crs.to_epsg() == 9205
        for village in facts.villages:
            place = villages.geometry[village.village_id]
            assert (place.x, place.y) == pytest.approx((village.position.east_m, village.position.north_m), abs=0.02)


def test_geojson_is_rfc_7946(made: tuple[Plan, ProposalFacts, Path]) -> None:
    plan, _, home = made
    for path in sorted((home / "geojson").iterdir()):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert "crs" not in document
        shapes = [shape(feature["geometry"]) for feature in document["features"]]
        if shapes:
            assert document["bbox"] == pytest.approx(list(shapely.total_bounds(shapes)), abs=1e-9)
            assert -180 <= document["bbox"][0] <= document["bbox"][2] <= 180
        for part in shapely.get_parts(shapes):
            if part.geom_type == "Polygon":
                assert shapely.is_ccw(part.exterior)
                assert not any(shapely.is_ccw(ring) for ring in part.interiors)
    areas = json.loads((home / "geojson" / "coverage.geojson").read_text(encoding="utf-8"))["features"]
    certain = sum(
        each["properties"]["area_km2"]
        for each in areas
        if (each["properties"]["probability_from"] or 0) >= plan.scenario.service.min_probability
    )
    whole = plan.communes["area_km2"].sum() if "area_km2" in plan.communes else np.inf
    assert 0 < certain <= 1.05 * whole


def test_names_stay_text_in_cards(made: tuple[Plan, ProposalFacts, Path]) -> None:
    _, facts, home = made
    document = ElementTree.parse(home / "plan.kml").getroot()
    marks = document.findall(f".//{KML}Placemark")
    names = [mark.findtext(f"{KML}name") for mark in marks]
    assert all(f"{v.rank}. {v.name}" in names for v in facts.villages)
    assert all(any(site == name for name in names) for site in [f"Trạm {s.number:02d}" for s in facts.sites])
    for mark in marks:
        card = str(mark.findtext(f"{KML}description"))
        assert "<script" not in card
        assert "<b>$[" not in card
        assert "$" not in card.replace("&#36;", "")
    styles = {f"#{style.attrib['id']}" for style in document.iter(f"{KML}Style")}
    assert {mark.findtext(f"{KML}styleUrl") for mark in marks} <= styles
    used = {str(link.text) for link in document.iter(f"{KML}href")}
    with zipfile.ZipFile(home / "plan.kmz") as packed:
        assert packed.namelist()[0] == "doc.kml"
        assert packed.read("doc.kml") == (home / "plan.kml").read_bytes()
        assert used == set(packed.namelist()[1:]) == {f"icons/{path.name}" for path in (home / "icons").iterdir()}
    villages = pyogrio.read_dataframe(home / "plan.gpkg", layer="villages")
    assert {HOSTILE_NAMES[0], FORMULA} <= set(villages["name"])


def test_kml_is_valid_by_its_schema(made: tuple[Plan, ProposalFacts, Path]) -> None:
    schemas = pytest.importorskip("fastkml.validator", reason="fastkml, which carries the schema of KML, is not installed")
    assert schemas.validate(file_to_validate=made[2] / "plan.kml")


def test_two_exports_have_the_same_bytes(made: tuple[Plan, ProposalFacts, Path], tmp_path: Path) -> None:
    plan, facts, home = made
    again = write_gis(plan, facts, tmp_path, crs=VN2000)
    assert set(again) == {path for path in tmp_path.rglob("*") if path.is_file()}
    for path in again:
        assert path.read_bytes() == (home / path.relative_to(tmp_path / "gis")).read_bytes(), path


@pytest.mark.parametrize(
    ("crs", "code"),
    [("EPSG:999999", "gis_crs.unknown"), ("tọa độ", "gis_crs.unknown"), ("EPSG:3857", "gis_crs.elsewhere"), ("EPSG:4267", "gis_crs.elsewhere"),
     ("EPSG:32733", "gis_crs.elsewhere"), ("EPSG:4978", "gis_crs.not_flat"), ("EPSG:2263", "gis_crs.not_flat")],
)  # fmt: skip
def test_an_unfit_system_is_refused_in_a_sentence(made: tuple[Plan, ProposalFacts, Path], crs: str, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        layer_crs(crs, made[0].communes)
    assert refused.value.said.key == code
    assert "EPSG:" in refused.value.text("vi")


def test_a_character_that_xml_cannot_hold_is_marked() -> None:
    assert clean("a\x00b\ud800c\u2028") == "a\ufffdb\ufffdc\u2028"


def test_of_options_and_links_the_chosen_ones_are_given_with_what_they_cost(made: tuple[Plan, ProposalFacts, Path]) -> None:
    plan, facts, home = made
    assert plan.build is not None
    assert len(plan.build.options) > len(facts.sites) > 0
    assert {key for (key,) in rows(home, "SELECT option_id FROM build_options")} == {site.site_id for site in facts.sites}
    assert sum(cost for (cost,) in rows(home, "SELECT cost_vnd FROM chosen_sites")) == sum(site.cost.base for site in facts.sites)
    assert {key for (key,) in rows(home, "SELECT option_id FROM build_option_items")} == {site.site_id for site in facts.sites}
