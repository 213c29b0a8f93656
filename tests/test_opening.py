"""No reader but fetch asks an address, and none opens a file that another file names: each such file is refused with a sentence and a remedy."""

from __future__ import annotations

import ast
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS, network
from rasterio.transform import from_origin

from geo_planner.config import load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.files.folders import UnopenedError
from geo_planner.files.geojson import safe_geojson
from geo_planner.files.opening import opened_extract, opened_raster, opened_vector
from geo_planner.imports import import_layer, preview
from geo_planner.study_area import load_study_area
from geo_planner.validation import validate
from geo_planner.words import codes
from tests.asked_server import Asked, asked_server, connect
from tests.conftest import ROOT

SCENARIO, COMMUNES, TERRAIN = "scenarios/lai_chau_sample.yaml", "boundaries/communes.geojson", "terrain/sample_terrain.tif"
POPULATION = "population/population.tif"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with asked_server(tmp_path_factory.mktemp("asked")) as server:
        yield server
        before = server.lines()
        connect(server)
        assert server.lines() == [*before, "GET /own HTTP/1.0"], "the server does not note what it is asked"


@pytest.fixture
def nobody_asks(asked: Asked) -> Iterator[Asked]:
    before = asked.lines()
    yield asked
    assert asked.lines() == before


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data", tmp_path / "area"))


def vrt(source: str) -> str:
    return (
        '<VRTDataset rasterXSize="100" rasterYSize="100"><SRS>EPSG:32648</SRS><GeoTransform>3e5, 50, 0, 2.4e6, 0, -50</GeoTransform>'
        f'<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="0">{source}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )


def ogr_vrt(source: str) -> str:
    return f'<OGRVRTDataSource><OGRVRTLayer name="input"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


RASTERS: dict[str, Callable[[str], str]] = {
    "VRT of an address": lambda url: vrt(f"/vsicurl/{url}/x.tif"),
    "VRT of a file here": lambda _: vrt(str(ROOT / "data" / TERRAIN)),
    "VRT after a preamble": lambda url: f"\ufeff \n<?xml version='1.0'?>{vrt(f'/vsicurl/{url}/x.tif')}",
    "web map service": lambda url: f'<GDAL_WMS><Service name="TMS"><ServerUrl>{url}/${{z}}</ServerUrl></Service></GDAL_WMS>',
    "coverage service": lambda url: f"<WCS_GDAL><ServiceURL>{url}/wcs?</ServiceURL><CoverageName>x</CoverageName></WCS_GDAL>",
    "tiled assets": lambda url: json.dumps({"stac_version": "1.0.0", "type": "Feature", "stac_extensions": ["tiled-assets"], "tile_matrix_links": {}, "asset_templates": {"a": {"href": url}}}),
    "item collection": lambda url: json.dumps({"type": "FeatureCollection", "stac_version": "1.0.0", "features": [{"type": "Feature", "stac_version": "1.0.0", "assets": {"x": {"href": f"{url}/x.tif"}}}]}),
    "tile index": lambda url: f"<GDALTileIndexDataset><IndexDataset>/vsicurl/{url}/i.gpkg</IndexDataset></GDALTileIndexDataset>",
}  # fmt: skip

CRS_LINK = {"type": "link", "properties": {"href": "URL/crs", "type": "proj4"}}
POINT = {"type": "Point", "coordinates": [102.1, 22.05]}


def points(url: str, crs: object = None, geometry: object = None, **more: object) -> str:
    feature = {"type": "Feature", "properties": {"name": "A", "commune": "Mường Tè"}, "geometry": geometry or POINT}
    document = {"type": "FeatureCollection", **({} if crs is None else {"crs": crs}), "features": [feature], **more}
    return json.dumps(document).replace("URL", url)


VECTORS: dict[str, Callable[[str], str]] = {
    "link": lambda url: points(url, CRS_LINK),
    "link of another case": lambda url: points(url, {"type": "LINK", "properties": {"href": "URL/crs", "type": "ogcwkt"}}),
    "address as a type": lambda url: points(url, {"type": "url", "properties": {"url": "URL/crs"}}),
    "address as a name": lambda url: points(url, {"type": "name", "properties": {"name": "URL/crs"}}),
    "file as a name": lambda url: points(url, {"type": "name", "properties": {"name": "/etc/hostname"}}),
    "link in a geometry": lambda url: points(url, geometry={**POINT, "crs": CRS_LINK}),
    "link in a part of a geometry": lambda url: points(
        url, geometry={"type": "GeometryCollection", "geometries": [{**POINT, "crs": CRS_LINK}]}
    ),
    "link behind a name": lambda url: (
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}, "crs": '
        + json.dumps(CRS_LINK).replace("URL", url)
        + ', "features": []}'
    ),
    "VRT of an address": lambda url: ogr_vrt(f"/vsicurl/{url}/x.geojson"),
    "VRT of a service": lambda url: ogr_vrt(f"WFS:{url}/wfs"),
    "VRT of a file here": lambda _: ogr_vrt(str(ROOT / "data" / COMMUNES)),
    "feature service": lambda url: f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
    "catalogue": lambda url: f"<OGRCSWDataSource><URL>{url}/csw</URL></OGRCSWDataSource>",
    "features by xlink": lambda url: (
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink"><gml:featureMember>'
        f'<a gml:id="x"><g><gml:Point><gml:pointProperty xlink:href="{url}/p"/></gml:Point></g></a></gml:featureMember></gml:FeatureCollection>'
    ),
    "pipeline": lambda url: json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read /vsicurl/{url}/x"}),
    "landing page": lambda url: json.dumps({"links": [{"rel": "data", "href": f"{url}/collections"}], "collections": []}),
    "another map's JSON": lambda url: json.dumps({"geometryType": "esriGeometryPoint", "spatialReference": {"wkt": f"{url}/x"}, "features": []}),
    "tile description": lambda url: json.dumps({"tilejson": "2.2.0", "tiles": [f"{url}/{{z}}/{{x}}/{{y}}"]}),
}  # fmt: skip


def unread(found: list[Fault], file: str) -> Fault:
    (fault,) = [f for f in found if f.file == file and f.level == "fault"]
    assert fault.code in {"points_elsewhere", "crs_link", "crs_member", "unreadable", "side_file"}, fault
    assert fault.reason
    assert fault.remedy.endswith(".")
    assert fault.code in codes()
    return fault


@pytest.mark.parametrize("case", RASTERS)
@pytest.mark.parametrize("file", [TERRAIN, POPULATION])
def test_a_raster_that_leads_elsewhere_is_refused(case: str, file: str, area: Path, nobody_asks: Asked) -> None:
    (area / file).parent.mkdir(exist_ok=True)
    (area / file).write_text(RASTERS[case](nobody_asks.url), encoding="utf-8")
    assert unread(validate(area), file).code == "points_elsewhere"
    with pytest.raises(InputError):
        load_study_area(area, load_scenario(area / SCENARIO))


@pytest.mark.parametrize("case", VECTORS)
def test_a_layer_that_leads_elsewhere_is_refused(case: str, area: Path, nobody_asks: Asked) -> None:
    (area / COMMUNES).write_text(VECTORS[case](nobody_asks.url), encoding="utf-8")
    fault = unread(validate(area), COMMUNES)
    assert (fault.code == "crs_link") == ("link" in case.split(" ") or case.endswith(("as a type", "as a name")))


@pytest.mark.parametrize("case", VECTORS)
@pytest.mark.parametrize("packed", ["", ".gz", ".tar"])
def test_an_upload_that_leads_elsewhere_is_refused_at_the_preview(
    case: str, packed: str, area: Path, tmp_path: Path, nobody_asks: Asked
) -> None:
    file = tmp_path / f"upload.geojson{packed}"
    file.write_text(VECTORS[case](nobody_asks.url), encoding="utf-8")
    for work in (preview, import_layer):
        try:
            faults = work("villages", file, area).faults
        except InputError as error:
            faults = error.faults
        assert [f for f in faults if f.level == "fault" and f.remedy]


def test_the_link_of_an_upload_is_named_in_both_languages(area: Path, tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(points("http://127.0.0.1:9", CRS_LINK), encoding="utf-8")
    (fault,) = [f for f in import_layer("villages", tmp_path / "a.geojson", area).faults if f.level == "fault"]
    assert fault.code == "crs_link"
    assert "link" in fault.reason
    assert "liên kết" in fault.texts("vi")[0]


def a_raster(path: Path, **namespaces: dict[str, str]) -> Path:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=80,
        height=80,
        count=1,
        dtype="float32",
        crs="EPSG:32648",
        transform=from_origin(3e5, 2.4e6, 50, 50),
    ) as target:
        target.write(np.full((1, 80, 80), 7, dtype="float32"))
        for name, tags in namespaces.items():
            target.update_tags(ns=name, **tags)
    return path


def everything_of(path: Path) -> float:
    with opened_raster(path) as source:
        source.overviews(1)
        source.dataset_mask()
        small = source.read(1, masked=True, out_shape=(5, 5))
        return float(np.ma.mean(small))


@pytest.mark.parametrize("beside", [".ovr", ".msk", ".aux.xml", ".aux", "overview", "overview here", "inline"])
def test_what_stands_beside_or_inside_a_raster_is_not_followed(beside: str, tmp_path: Path, nobody_asks: Asked) -> None:
    address = f"/vsicurl/{nobody_asks.url}/{beside.strip('.').replace(' ', '_')}.tif"
    (tmp_path / "elsewhere.vrt").write_text(vrt(address))
    inner = {
        "overview": address,
        "overview here": str(tmp_path / "elsewhere.vrt"),
        "inline": RASTERS["web map service"](nobody_asks.url),
    }.get(beside)
    path = a_raster(tmp_path / "t.tif", **({"OVERVIEWS": {"OVERVIEW_FILE": inner}} if inner else {}))
    if inner:
        with pytest.raises(UnopenedError, match="overviews"):
            everything_of(path)
        return
    text = f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{address}</MDI></Metadata></PAMDataset>'
    side = path.with_suffix(".aux") if beside == ".aux" else path.with_name(f"t.tif{beside}")
    side.write_text(text if beside == ".aux.xml" else vrt(address))
    assert everything_of(path) == 7


def test_side_facts_are_refused_where_they_alone_tell_and_ignored_where_they_repeat(tmp_path: Path) -> None:
    path = a_raster(tmp_path / "t.tif")
    side = path.with_name("t.tif.aux.xml")
    side.write_text("<PAMDataset><PAMRasterBand><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>")
    with pytest.raises(UnopenedError, match="NoDataValue"):
        everything_of(path)
    side.write_text("<PAMDataset><SRS>EPSG:32648</SRS><PAMRasterBand><Histograms/><Scale>1</Scale></PAMRasterBand></PAMDataset>")
    assert everything_of(path) == 7


def test_a_system_that_needs_a_grid_of_elsewhere_is_a_fault(area: Path, nobody_asks: Asked) -> None:
    layer = gpd.read_file(area / COMMUNES)
    (area / COMMUNES).unlink()
    layer[["code", "name", "geometry"]].to_file(area / "boundaries" / "c.shp")
    for part in (area / "boundaries").glob("c.*"):
        part.rename(part.with_name(f"communes{part.suffix}"))
    shape, prj = area / "boundaries" / "communes.shp", area / "boundaries" / "communes.prj"
    shape.rename(area / COMMUNES)
    grid = f'EXTENSION["PROJ4_GRIDS","{nobody_asks.url}/grid.tif"]'
    prj.write_text(
        f'GEOGCS["x",DATUM["x",SPHEROID["WGS84",6378137,298.25],{grid}],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
    )
    found = next(f for f in validate(area) if f.file == COMMUNES)
    assert (found.level, found.code) == ("fault", "no_place_on_earth")


def a_geopackage(path: Path) -> Path:
    gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.Point(103, 22)], crs=4326).to_file(path, layer="x", driver="GPKG")
    return path


def test_a_geopackage_with_a_virtual_table_is_refused(tmp_path: Path, nobody_asks: Asked) -> None:
    path = a_geopackage(tmp_path / "a.gpkg")
    with opened_vector(path) as source:
        assert list(source.table()["name"]) == ["A"]  # its index is a virtual table, too
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema=ON")
        sql = f"CREATE VIRTUAL TABLE evil USING VirtualOGR('/vsicurl/{nobody_asks.url}/x.geojson')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'evil', 'evil', 0, ?)", [sql])
        database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('evil', 'attributes', 'evil')")
    database.close()
    with pytest.raises(UnopenedError, match="virtual table"), opened_vector(path):
        pass


def test_a_geopackage_that_is_not_all_saved_is_refused(tmp_path: Path) -> None:
    path = a_geopackage(tmp_path / "a.gpkg")
    path.with_name("a.gpkg-wal").write_bytes(b"x")
    with pytest.raises(UnopenedError, match="not all of it is saved"), opened_vector(path):
        pass


@pytest.mark.parametrize("name", ["a.geojson!b.geojson", "a.zip", "VRT.vrt", "x.shp.zip", "a b.json", "=cmd.txt"])
def test_the_name_of_a_layer_decides_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(points("", None), encoding="utf-8")
    with opened_vector(tmp_path / name) as source:
        assert list(source.table()["name"]) == ["A"]
        assert source.about()["driver"] == "GeoJSON"


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "fgb"])
def test_the_kinds_that_are_read_keep_their_texts_numbers_and_system(kind: str, tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"name": ["Nậm Mẫu", None], "n": [3, 4], "x": [0.1, 1e9]}, geometry=[shapely.Point(3e5, 2.4e6)] * 2, crs=32648)
    layer.to_file(tmp_path / f"a.{kind}")
    with opened_vector(tmp_path / f"a.{kind}") as source:
        found = source.table()
    assert found.crs == layer.crs
    assert found["name"].tolist()[0] == "Nậm Mẫu"
    assert found["n"].tolist() == [3, 4]
    assert found["x"].tolist() == [0.1, 1e9]
    assert found.geometry.geom_equals(layer.geometry).all()


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, 4326), ({"type": "name", "properties": {"name": "EPSG:9205"}}, 9205),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}, 32648), ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:9.8:3405"}}, 3405),
        ({"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/32648"}}, 32648), ({"type": "EPSG", "properties": {"code": 9205}}, 9205),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["top", "geometry"])
def test_a_named_system_is_taken_wherever_it_stands(crs: dict[str, object], code: int, where: str, tmp_path: Path) -> None:
    text = points("", crs) if where == "top" else points("", geometry={**POINT, "crs": crs})
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    with opened_vector(tmp_path / "a.geojson") as source:
        assert source.table().crs.to_epsg() in (code, None if code == 4326 else code)


def test_parts_in_different_systems_are_refused() -> None:
    crs = [{"type": "name", "properties": {"name": f"EPSG:{code}"}} for code in (4326, 9205)]
    with pytest.raises(UnopenedError, match="different"):
        safe_geojson(points("", crs[0], geometry={**POINT, "crs": crs[1]}).encode())


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:99999",
        "VN-2000 of somebody",
        "+proj=tmerc +lat_0=0 +nadgrids=/etc/passwd",
        "+init=/etc/passwd:1",
        "PROJCS[broken",
        "EPSG:9205 ",
    ],
)
def test_a_system_that_is_not_known_is_never_taken_for_degrees(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(points("", {"type": "name", "properties": {"name": name}}), encoding="utf-8")
    if name.strip() == "EPSG:9205":
        with opened_vector(path) as source:
            assert source.table().crs.to_epsg() == 9205
        return
    with pytest.raises(UnopenedError, match="not known"), opened_vector(path):
        pass


def test_a_system_is_taken_by_its_definition(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    for definition in (CRS.from_epsg(9205).to_wkt(), CRS.from_epsg(32648).to_proj4()):
        path.write_text(points("", {"type": "name", "properties": {"name": definition}}), encoding="utf-8")
        with opened_vector(path) as source:
            assert source.table().crs.is_projected


def test_a_text_in_a_map_is_never_taken_for_another_format(tmp_path: Path, nobody_asks: Asked) -> None:
    evil = ogr_vrt(f"/vsicurl/{nobody_asks.url}/x").replace('"', "'")
    words = {
        "name": evil,
        "type": "gdal_streamed_alg",
        "command_line": "x",
        "conformsTo": ["http://www.opengis.net/spec/json-fg-1"],
        "stac_version": "1.0.0",
        "tilejson": "1",
    }
    document = {"type": "FeatureCollection", "name": evil, "features": [{"type": "Feature", "properties": words, "geometry": POINT}]}
    (tmp_path / "a.geojson").write_text(json.dumps(document), encoding="utf-8")
    with opened_vector(tmp_path / "a.geojson") as source:
        assert source.table()["name"].tolist() == [evil]


@pytest.mark.parametrize(
    "text",
    [
        "<OGRVRTDataSource/>",
        "<osm version='0.6'></osm><OGRVRTDataSource/>",
        "<!DOCTYPE osm [<!ENTITY a 'b'>]><osm/>",
        "<html/>",
        "{}",
        "OSM",
        "<osm><!-- <OGRVRTDataSource> --></osm>",
    ],
)
def test_an_extract_is_known_by_its_beginning(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\w"), opened_extract(tmp_path / "a.osm"):
        pass


ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "URL/entity"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize("kind", ["kml", "gpx", "kmz", "xlsx", "ods"])
def test_entities_and_network_links_are_not_followed(kind: str, area: Path, tmp_path: Path, nobody_asks: Asked) -> None:
    doctype, file = ENTITY.replace("URL", nobody_asks.url), tmp_path / f"a.{kind}"
    link = f"<NetworkLink><Link><href>{nobody_asks.url}/n.kml</href></Link></NetworkLink>"
    kml = f'<?xml version="1.0"?>{doctype}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}<Placemark><name>&b;</name></Placemark></Document></kml>'
    if kind == "kml":
        file.write_text(kml, encoding="utf-8")
    elif kind == "gpx":
        file.write_text(f'<?xml version="1.0"?>{doctype}<gpx><wpt lon="1" lat="2"><name>&b;</name></wpt></gpx>', encoding="utf-8")
    else:
        member = {"kmz": "doc.kml", "xlsx": "xl/workbook.xml", "ods": "content.xml"}[kind]
        with zipfile.ZipFile(file, "w") as packed:
            if kind == "ods":
                packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            packed.writestr(member, kml)
    (fault,) = [f for f in import_layer("villages", file, area).faults if f.level == "fault"]
    assert fault.code == "xml_entities"


def test_a_network_link_alone_is_not_followed(area: Path, tmp_path: Path, nobody_asks: Asked) -> None:
    link = f"<NetworkLink><Link><href>{nobody_asks.url}/n.kml</href></Link></NetworkLink>"
    (tmp_path / "a.kml").write_text(f"<kml><Document>{link}</Document></kml>", encoding="utf-8")
    assert import_layer("villages", tmp_path / "a.kml", area).exit_status == 1


def test_projections_do_not_ask_the_network_even_where_the_machine_says_so() -> None:
    assert not network.is_network_enabled()
    code = "import os, geo_planner.crs, pyproj; print(os.environ['PROJ_NETWORK'], pyproj.network.is_network_enabled())"
    env = {**os.environ, "PROJ_NETWORK": "ON"}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout.split() == [
        "OFF",
        "False",
    ]


_READERS = {
    "rasterio": {"open"}, "pyogrio": {"read_dataframe", "read_info", "list_layers", "read_arrow", "open_arrow", "read_bounds", "raw"},
    "gpd": {"read_file", "read_parquet", "read_feather", "list_layers"}, "geopandas": {"read_file", "read_parquet", "read_feather", "list_layers"},
}  # fmt: skip
_ELSEWHERE = {"MemoryFile", "read_dataframe", "read_info", "list_layers", "read_file"}


@pytest.mark.parametrize("path", sorted((ROOT / "geo_planner").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_one_room_gives_files_to_gdal(path: Path) -> None:
    if path.name == "opening.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.attr not in _READERS.get(node.value.id, set()), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in (
            "rasterio",
            "pyogrio",
            "geopandas",
            "fiona",
            "osgeo",
        ):
            assert not _ELSEWHERE & {alias.name for alias in node.names}, f"{path.name}:{node.lineno}"
            assert not ({"open"} & {alias.name for alias in node.names}), f"{path.name}:{node.lineno}"
