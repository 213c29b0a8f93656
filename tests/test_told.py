"""Whatever is wrong with the input is told, never a traceback; validate and plan end alike on one study area."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from geo_planner.config import load_scenario
from geo_planner.errors import InputError
from geo_planner.export import write_plan
from geo_planner.plan import run
from geo_planner.study_area import load_study_area
from geo_planner.validation import validate
from tests import small_area as sa
from tests.small_area import (
    COMMUNES,
    MANIFEST,
    SCENARIO,
    SITES,
    TERRAIN,
    VILLAGES,
    both,
    features,
    own,
    properties,
    put,
    scenario,
    shape,
    table_cell,
    village,
)

RING = [[103.0, 22.0], [103.02, 22.0], [103.02, 22.03], [103.0, 22.03], [103.0, 22.0]]


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def nested(depth: int) -> dict[str, object]:
    shape: dict[str, object] = polygon(RING)
    for _ in range(depth):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


def crs(name: object) -> sa.Change:
    return features(lambda document: document.update(crs={"type": "name", "properties": {"name": name}}))


def instead(file: str, make: Callable[[Path], object]) -> sa.Change:
    def apply(area: Path) -> None:
        (area / file).unlink(missing_ok=True)
        (area / file).parent.mkdir(parents=True, exist_ok=True)
        make(area / file)

    return apply


def pipe(file: str) -> sa.Change:
    return instead(file, os.mkfifo)


def folder(file: str) -> sa.Change:
    return instead(file, Path.mkdir)


def link_to_itself(file: str) -> sa.Change:
    return instead(file, lambda path: path.symlink_to(path.name))


def geopackage(of: str) -> sa.Change:
    def apply(area: Path) -> None:
        gpd.read_file(area / COMMUNES).set_crs(of, allow_override=True).to_file(area / "boundaries" / "c.gpkg", driver="GPKG")
        scenario("boundaries/communes.geojson", "boundaries/c.gpkg")(area)

    return apply


def scenario_bytes(content: bytes) -> sa.Change:
    return put(SCENARIO, content)


def title(value: str) -> sa.Change:
    return scenario('title_vi: "Thử"', f"title_vi: {value}")


def seed(value: str) -> sa.Change:
    return scenario("seed: 57", f"seed: {value}")


def path_of(layer: str, path: str) -> sa.Change:
    if layer == "terrain":
        return scenario("path: terrain/t.tif", f"path: {json.dumps(path)}")
    if layer == "villages":
        return scenario("villages: villages/villages.csv", f"villages: {json.dumps(path)}")
    return scenario("former_communes: null", f"former_communes: null, {layer}: {json.dumps(path)}")


ENGINEERING = 'LOCAL_CS["site",UNIT["metre",1],AXIS["E",EAST],AXIS["N",NORTH]]'

TOLD: dict[str, tuple[sa.Change, str]] = {
    # coordinate reference systems that have no place on the earth
    "engineering CRS": (crs(ENGINEERING), "no_place_on_earth"),
    "Moon": (crs("+proj=eqc +R=1737400 +units=m"), "no_place_on_earth"),
    "Mars in a GeoPackage": (geopackage("IAU_2015:49900"), "no_place_on_earth"),
    "engineering CRS in a GeoPackage": (geopackage(ENGINEERING), "no_place_on_earth"),
    # shapes
    "NaN in a ring": (shape('{"type":"Polygon","coordinates":[[[103,22],[NaN,22],[103.02,22.03],[103,22]]]}'), "geometry"),
    "infinity in a ring": (shape('{"type":"Polygon","coordinates":[[[103,22],[Infinity,22],[103.02,22.03],[103,22]]]}'), "geometry"),
    "a ring of two points": (shape(polygon(RING[:2])), "geometry"),
    "a ring of one point": (shape(polygon(RING[:1])), "geometry"),
    "a ring left open": (shape(polygon(RING[:4])), "geometry"),
    "a hole of two points": (shape(polygon(RING, [[103.01, 22.01], [103.012, 22.01]])), "geometry"),
    "an empty polygon": (shape(polygon()), "geometry"),
    "no shape": (shape(None), "geometry"),
    "an empty collection": (shape({"type": "GeometryCollection", "geometries": []}), "geometry"),
    "nested collections": (shape(nested(3)), "geometry"),
    "a flat polygon": (shape(polygon([RING[0], RING[1], RING[0], RING[0]])), "geometry"),
    "no feature has a shape": (features(lambda d: [f.update(geometry=None) for f in d["features"]] and None), "geometry"),
    # properties
    "a list for a name": (properties(name=["a", "b"]), "type"),
    "a group for a code": (properties(code={"a": 1}), "type"),
    "2,100 properties": (properties(**{f"p{i}": i for i in range(2100)}), "too_many_columns"),
    # files that are none
    **{f"{file} is a pipe": (pipe(file), "unreadable") for file in (VILLAGES, SITES, COMMUNES, TERRAIN)},
    **{f"{file} is a folder": (folder(file), "unreadable") for file in (VILLAGES, COMMUNES, TERRAIN, SCENARIO)},
    **{f"{file} is a link to itself": (link_to_itself(file), "unreadable") for file in (SITES, COMMUNES, TERRAIN, SCENARIO)},
    "the scenario is a pipe": (pipe(SCENARIO), "unreadable"),
    "an optional layer is a folder": (folder("roads/roads.geojson"), "unreadable"),
    "an optional layer is a link to itself": (link_to_itself("population/population.tif"), "unreadable"),
    **{f"{layer} with a name of 300 characters": (path_of(layer, "a" * 300), "unreadable") for layer in ("terrain", "villages", "roads")},
    **{f"{layer} with a path of 6,000 characters": (path_of(layer, "a/" * 900), "missing_file") for layer in ("terrain", "rivers")},
    **{f"{layer} with NUL in its path": (path_of(layer, "a\0b"), "control_characters") for layer in ("terrain", "villages", "population")},
    # scenarios
    "a title of half a sign": (title('"\\ud800"'), "control_characters"),
    "a title with an escape": (title('"\\e[31m"'), "control_characters"),
    "a title without end": (title("'" + "x" * 100_000 + "'"), "too_long"),
    "a title that is a date": (title("2026-01-28"), "setting"),
    "a seed of four hundred digits": (seed("1" + "0" * 400), "setting"),
    "a seed of five thousand digits": (seed("9" * 5000), "setting"),
    "a seed beyond what a spreadsheet counts exactly": (seed(str(2**53)), "setting"),
    "a seed in octal": (seed("0123"), "setting"),
    "a seed in sexagesimal": (seed("1:30"), "setting"),
    "a seed that is no number": (seed(".nan"), "setting"),
    "a setting twice": (sa.more_scenario("seed: 58\n"), "duplicate_key"),
    "a setting twice inside a group": (scenario("{sigma_db: 8}", "{sigma_db: 8, sigma_db: 9}"), "duplicate_key"),
    "a group twice": (sa.more_scenario("service: {sigma_db: 3}\n"), "duplicate_key"),
    "anchors that multiply": (
        scenario_bytes(b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 106))),
        "yaml",
    ),
    "an anchor inside itself": (scenario_bytes(b"a: &a [*a]\n"), "yaml"),
    "brackets without end": (scenario_bytes(b"a: " + b"[" * 5000), "yaml"),
    "groups without end": (scenario_bytes(b"a: " + b"{a: " * 300 + b"1" + b"}" * 300), "yaml"),
    "an object of a program": (scenario_bytes(b"name: !!python/object/apply:os.getcwd []\n"), "yaml"),
    "bytes for a text": (title("!!binary aGVsbG8="), "yaml"),
    "a tab": (scenario("  top_k", "\ttop_k"), "yaml"),
    "UTF-16": (scenario_bytes(sa.YAML.encode("utf-16")), "encoding"),
    "a list": (scenario_bytes(b"- a\n"), "yaml"),
    "two documents": (sa.more_scenario("---\nname: b\n"), "yaml"),
    "bytes of any kind": (scenario_bytes(bytes(range(256))), "encoding"),
    "a control character": (scenario_bytes(b"name: a\x01b\n"), "yaml"),
    "a list for a key": (scenario_bytes(b"? [a, b]\n: 2\n"), "yaml"),
    "a date that is none": (scenario_bytes(b"name: 2026-13-45\n"), "yaml"),
    "a merge of no group": (scenario_bytes(b"<<: 5\nname: a\n"), "yaml"),
    "a class of the ground that is none": (sa.more_scenario("clutter: {heights_m: {999: 5}}\n"), "setting"),
    # columns of the user's own
    "a column without a name": (own({"": "1"}), "unnamed_column"),
    "2,100 columns": (own({f"c{i}": "1" for i in range(2100)}), "too_many_columns"),
    "a name of 300 characters for a column": (own({"n" * 300: "1"}), "too_long"),
    "an unseen sign in the name of a column": (own({"na\u200bme": "1"}), "control_characters"),
    "a cell longer than a spreadsheet holds": (village(2, "source", "a" * 40_000), "too_long"),
    "a sign that XML does not know": (village(2, "name", "Bản\ufffe"), "control_characters"),
    "1e400": (village(2, "households", "1e400"), "type"),
    "a criterion of texts": (
        both(own({"muc": "cao"}), scenario("name: border, weight: 8, bounds: [0, 1]", "name: muc, vi: a, en: b, weight: 1, bounds: [0, 1]")),
        "not_a_number",
    ),
    "hundreds of operators": (
        lambda area: sa.write_rows(area / SITES, [{**sa.site_rows()[0], "cell_id": str(i), "operator": f"nhà mạng {i}"} for i in range(300)]),
        "too_many_operators",
    ),
    # ids that look the same
    **{
        f"an id with {sign!a} after another": (village(3, "village_id", f"V1{sign}"), "duplicate_id")
        for sign in ("\u200b", "\u00ad", "\u2060", "\ufeff", "\ufe0f", "\u3164", "\u034f", "\U000e0041")
    },
    "an id with its accents apart": (both(village(2, "village_id", "Bản"), village(3, "village_id", "Ba\u0309n")), "duplicate_id"),
    "an id with a hard blank": (both(village(2, "village_id", "V 1"), village(3, "village_id", "V\u00a01\u00a0")), "duplicate_id"),
    "a site with an unseen twin": (both(table_cell(SITES, 3, "site_id", "S1\u200b"), table_cell(SITES, 3, "cell_id", "S1-1")), "duplicate_id"),
    "a commune with an unseen twin": (features(lambda d: d["features"][1]["properties"].update(code="03001\u200b")), "duplicate_id"),
    # cells and settings outside a model
    "too low a mast for the rule without terrain": (both(table_cell(SITES, 2, "mast_height_m", "5"), path_of("terrain", "x"), scenario('path: "x"', "path: null")), "model_range"),
    "too low a frequency for walls": (both(table_cell(SITES, 2, "freq_mhz", "60"), scenario("sigma_db: 8", "sigma_db: 8, place: indoor")), "model_range"),
    # places that the working CRS has no coordinates for
    "a mast on another side of the earth": (both(table_cell(SITES, 2, "lon", "-165"), table_cell(SITES, 2, "lat", "0")), "far_site"),
    "a village on another side of the earth": (both(village(2, "lon", "-165"), village(2, "lat", "0")), "outside_province"),
    # hardly any input
    "no villages": (lambda area: sa.write_rows(area / VILLAGES, [], list(sa.village_rows()[0])), "empty"),
    "nothing in a table": (put(VILLAGES, b""), "empty"),
    "a commune across the date line": (shape(polygon([[179.9, 22], [-179.9, 22], [-179.9, 22.03], [179.9, 22.03], [179.9, 22]])), "outside_province"),
}  # fmt: skip

SOUND: dict[str, sa.Change] = {
    "as it is": lambda area: None,
    "heights and measures in the shapes": shape({"type": "Polygon", "coordinates": [[[*p, 100.0, 5.0] for p in RING]]}),
    "case twins among the properties": properties(Code="x", CODE="y", abc=1, ABC=2),
    "properties whose names differ by blanks": properties(**{" code": "x", "code ": "y"}),
    "properties that bear our names": properties(n_villages=5, covered_area_share="x", fid="a", index=1, geometry="x"),
    "lists and groups of the user's own": properties(mine=[1, 2, 3], other={"a": [1]}),
    "a column that clashes with a renamed one": own({"rank": "1", "rank_in_file": "2"}),
    "columns that differ by capitals": own({"abc": "1", "ABC": "2", "Abc_in_file": "3", "Village_ID": "4", "RANK": "5"}),
    "columns that differ by blanks": own({"a b": "1", "a  b": "2", "a\u00a0b": "3"}),
    "columns of a database": own({"fid": "1", "FID": "2", "geom": "3", "ogc_fid": "4", "index": "5", "geometry": "6", "rowid": "7"}),
    "columns of the exports": own({"sample_note": "1", "Uses_Sample_Data": "2", "contribution_border": "3", "rsrp_dbm_A": "4", "P_TOP_10": "5"}),
    "a column left behind by a spreadsheet": own({"": "", " ": ""}),
    "operators that differ by capitals": both(table_cell(SITES, 2, "operator", "Viettel"), table_cell(SITES, 3, "operator", "VIETTEL")),
    "a blank operator and one called unknown": both(table_cell(SITES, 2, "operator", ""), table_cell(SITES, 3, "operator", "unknown")),
    "a byte order mark before the settings": scenario_bytes(b"\xef\xbb\xbf" + sa.YAML.encode()),
    "settings taken over by a merge": scenario("{sigma_db: 8}", "{<<: {sigma_db: 7, min_probability: 0.7}, sigma_db: 8}"),
    "a manifest that is damaged": put(MANIFEST, b"[" * 100_000),
    "a manifest that is a folder": folder(MANIFEST),
    "a manifest of half a sign": put(MANIFEST, b'{"format":1,"files":{"villages/villages.csv":{"source":"\\ud800"}}}'),
    "a manifest that names files elsewhere": put(MANIFEST, b'{"format":1,"files":{"/etc/hosts":{"sha256":"x"},"a\\u0000":{}}}'),
    "a README that cannot be read": folder("README.md"),
    "one village": lambda area: sa.write_rows(area / VILLAGES, sa.village_rows()[:1]),
    "all villages in one place": lambda area: sa.write_rows(area / VILLAGES, [{**v, "lon": "103.01", "lat": "22.01", "commune_code": "03001"} for v in sa.village_rows()]),
    "a village on the border of two communes": village(2, "lon", "103.02"),
    "villages of which nothing is known": lambda area: sa.write_rows(area / VILLAGES, [{k: r[k] for k in ("village_id", "name", "commune_code", "lon", "lat")} for r in sa.village_rows()]),
    "no cell on air": lambda area: sa.write_rows(area / SITES, [{**r, "status": "planned"} for r in sa.site_rows()]),
    "a mast on another continent": both(table_cell(SITES, 2, "lon", "-77"), table_cell(SITES, 2, "lat", "-22")),
}  # fmt: skip


def planned(area: Path) -> None:
    settings = load_scenario(area / SCENARIO)
    write_plan(run(settings, load_study_area(area, settings)), area.parent / "out")


@pytest.mark.parametrize("name", TOLD)
def test_what_is_wrong_is_told_by_validate_and_by_plan(name: str, tmp_path: Path) -> None:
    spoil, code = TOLD[name]
    area = sa.make_area(tmp_path / "area")
    spoil(area)
    found = [fault for fault in validate(area) if fault.level == "fault"]
    assert code in {fault.code for fault in found}, found
    assert all(fault.reason and fault.remedy and len(str(fault)) < 2000 for fault in found)
    assert not [fault for fault in found if fault.column and fault.reason.startswith(f"{fault.column.rpartition('.')[2]}:")], "named twice"
    with pytest.raises(InputError) as error:
        planned(area)
    assert code in {fault.code for fault in error.value.faults}
    json.dumps([fault.as_dict() for fault in error.value.faults], ensure_ascii=False).encode()


@pytest.mark.parametrize("name", SOUND)
def test_what_validate_lets_pass_can_be_planned_and_written(name: str, tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    SOUND[name](area)
    assert [fault for fault in validate(area) if fault.level == "fault"] == []
    planned(area)
    assert (tmp_path / "out" / "plan.gpkg").is_file()


@pytest.mark.parametrize(
    "text", ["seed: [", "seed: 1" + "0" * 400, "name: a\nname: b", "\ud800"], ids=["cut off", "overlong", "twice", "surrogate"]
)
def test_a_scenario_that_cannot_be_read_calls_no_file_missing(text: str, tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    (area / SCENARIO).write_bytes(text.encode("utf-8", errors="surrogatepass"))
    found = validate(area)
    assert {Path(fault.file).name for fault in found if fault.level == "fault"} == {"s.yaml"}
