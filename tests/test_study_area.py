"""Every fault of a broken study area is told, in one run, with file, row, column, reason and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin

from geo_planner.config import load_scenario, parse_scenario
from geo_planner.errors import Fault, UsageError, fault
from geo_planner.export.html_map import map_page
from geo_planner.export.tables import machine_table
from geo_planner.plan import Plan, run
from geo_planner.radio.cells import in_service
from geo_planner.study_area import load_study_area, rasters
from geo_planner.validation import validate
from geo_planner.words import Label

VILLAGES, SITES, COMMUNES, TERRAIN = "villages/villages.csv", "sites/sites.csv", "boundaries/communes.geojson", "terrain/sample_terrain.tif"
SCENARIO = "scenarios/lai_chau_sample.yaml"


def edit_csv(file: str, change: Callable[[pd.DataFrame], object]) -> Callable[[Path], None]:
    def apply(area: Path) -> None:
        table = pd.read_csv(area / file, dtype=str, keep_default_na=False)
        changed = change(table)
        (table if changed is None else changed).to_csv(area / file, index=False)

    return apply


def cell(row: int, column: str, value: str) -> Callable[[pd.DataFrame], None]:
    """Write one cell; the row is that of the file, header 1."""
    return lambda table: table.isetitem(table.columns.get_loc(column), table[column].where(table.index != row - 2, value))


def edit_text(file: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(area: Path) -> None:
        text = (area / file).read_text(encoding="utf-8")
        assert old in text
        (area / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def write_bytes(file: str, content: bytes) -> Callable[[Path], None]:
    return lambda area: (area / file).write_bytes(content) and None


def edit_terrain(**changes: object) -> Callable[[Path], None]:
    def apply(area: Path) -> None:
        with rasterio.open(area / TERRAIN) as source:
            profile, values = source.profile, source.read()
        window = changes.pop("rows", None)
        if window is not None:
            values = values[:, :window]
        if "fill" in changes:
            values[:] = changes.pop("fill")
        if "count" in changes:
            values = np.repeat(values, int(str(changes["count"])), axis=0)
        profile.update(height=values.shape[1], **changes)
        (area / TERRAIN).unlink()
        with rasterio.open(area / TERRAIN, "w", **profile) as sink:
            sink.write(values.astype(profile["dtype"]))

    return apply


def edit_communes(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], None]:
    def apply(area: Path) -> None:
        layer = change(gpd.read_file(area / COMMUNES))
        (area / COMMUNES).unlink()
        layer.to_file(area / COMMUNES, driver="GeoJSON")

    return apply


def collapse_first(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    bow_tie = "POLYGON ((103 22, 103.1 22.1, 103.1 22, 103 22.1, 103 22))"
    layer.loc[0, "geometry"] = gpd.GeoSeries.from_wkt([bow_tie])[0]
    return layer


CASES = {
    "village file missing": (lambda area: (area / VILLAGES).unlink(), ("missing_file", VILLAGES, None, None)),
    "communes missing": (lambda area: (area / COMMUNES).unlink(), ("missing_file", COMMUNES, None, None)),
    "terrain missing": (lambda area: (area / TERRAIN).unlink(), ("missing_file", TERRAIN, None, None)),
    "needed column missing": (edit_csv(VILLAGES, lambda t: t.drop(columns="lon")), ("missing_column", VILLAGES, 1, "lon")),
    "site column missing": (edit_csv(SITES, lambda t: t.drop(columns="tx_power_dbm")), ("missing_column", SITES, 1, "tx_power_dbm")),
    "text in a number": (edit_csv(VILLAGES, cell(4, "households", "ba mươi")), ("type", VILLAGES, 4, "households")),
    "decimal comma": (edit_csv(VILLAGES, cell(4, "lon", "102,65")), ("type", VILLAGES, 4, "lon")),
    "nan as a number": (edit_csv(VILLAGES, cell(4, "lat", "nan")), ("type", VILLAGES, 4, "lat")),
    "infinite number": (edit_csv(SITES, cell(3, "mast_height_m", "inf")), ("type", SITES, 3, "mast_height_m")),
    "fraction of a household": (edit_csv(VILLAGES, cell(4, "households", "3.5")), ("type", VILLAGES, 4, "households")),
    "negative households": (edit_csv(VILLAGES, cell(4, "households", "-1")), ("range", VILLAGES, 4, "households")),
    "mast too high": (edit_csv(SITES, cell(9, "mast_height_m", "4200")), ("range", SITES, 9, "mast_height_m")),
    "unknown word": (edit_csv(VILLAGES, cell(5, "grid_power", "có")), ("choice", VILLAGES, 5, "grid_power")),
    "neither yes nor no": (edit_csv(VILLAGES, cell(5, "school_site", "maybe")), ("type", VILLAGES, 5, "school_site")),
    "not a date": (edit_csv(VILLAGES, cell(2, "status_date", "28/01/2026")), ("type", VILLAGES, 2, "status_date")),
    "impossible date": (edit_csv(VILLAGES, cell(2, "status_date", "2026-02-30")), ("type", VILLAGES, 2, "status_date")),
    "blank name": (edit_csv(VILLAGES, cell(6, "name", "  ")), ("blank", VILLAGES, 6, "name")),
    "blank coordinate": (edit_csv(VILLAGES, cell(6, "lat", "")), ("blank", VILLAGES, 6, "lat")),
    "duplicate id": (edit_csv(VILLAGES, cell(7, "village_id", "LC001")), ("duplicate_id", VILLAGES, 7, "village_id")),
    "duplicate cell": (edit_csv(SITES, lambda t: pd.concat([t, t.iloc[[0]]])), ("duplicate_id", SITES, 108, "cell_id")),
    "unknown commune": (edit_csv(VILLAGES, cell(3, "commune_code", "99999")), ("unknown_commune", VILLAGES, 3, "commune_code")),
    "unknown commune of a site": (edit_csv(SITES, cell(3, "commune_code", "1")), ("unknown_commune", SITES, 3, "commune_code")),
    "outside the province": (edit_csv(VILLAGES, cell(3, "lon", "105.8")), ("outside_province", VILLAGES, 3, "lon")),
    "in another commune": (edit_csv(VILLAGES, cell(3, "commune_code", "03640")), ("wrong_commune", VILLAGES, 3, "commune_code")),
    "lon and lat swapped": (edit_csv(VILLAGES, lambda t: t.rename(columns={"lon": "lat", "lat": "lon"})), ("swapped", VILLAGES, 2, "lat")),
    "projected metres as degrees": (edit_csv(VILLAGES, cell(3, "lat", "2478123.5")), ("projected_as_degrees", VILLAGES, 3, "lat")),
    "not UTF-8": (write_bytes(VILLAGES, "village_id,name\nA,B\xe3n".encode("latin-1")), ("encoding", VILLAGES, 2, None)),
    "null bytes": (write_bytes(VILLAGES, b"village_id,name\nA,B\0"), ("encoding", VILLAGES, 2, None)),
    "empty file": (write_bytes(VILLAGES, b""), ("empty", VILLAGES, None, None)),
    "header only": (edit_csv(SITES, lambda t: t.iloc[:0]), ("empty", SITES, None, None)),
    "semicolons": (
        edit_csv(VILLAGES, lambda t: t.set_axis([";".join(t.columns), *"abcdefghijklmnopqrs"], axis=1).iloc[:, :1]),
        ("csv", VILLAGES, 1, None),
    ),
    "ragged row": (edit_text(VILLAGES, "LC003,", "LC003,extra,"), ("ragged_row", VILLAGES, 4, None)),
    "column twice": (edit_text(VILLAGES, "village_id,name", "name,name"), ("duplicate_column", VILLAGES, 1, "name")),
    "invisible characters": (edit_csv(VILLAGES, cell(3, "name", "Bản\u202egnuM")), ("control_characters", VILLAGES, 3, "name")),
    "geojson cut short": (
        lambda area: (area / COMMUNES).write_bytes((area / COMMUNES).read_bytes()[:5000]) and None,
        ("unreadable", COMMUNES, None, None),
    ),
    "no communes": (write_bytes(COMMUNES, b'{"type":"FeatureCollection","features":[]}'), ("empty", COMMUNES, None, None)),
    "commune code twice": (edit_communes(lambda g: g.assign(code="03388")), ("duplicate_id", COMMUNES, 2, "code")),
    "commune without code": (edit_communes(lambda g: g.drop(columns="code")), ("missing_column", COMMUNES, None, "code")),
    "commune outline crosses itself": (edit_communes(collapse_first), ("geometry", COMMUNES, 1, None)),
    "commune is a point": (edit_communes(lambda g: g.set_geometry(g.to_crs(32648).centroid.to_crs(4326))), ("geometry", COMMUNES, 1, None)),
    "former commune of no commune": (
        edit_csv("boundaries/former_communes.csv", cell(2, "commune_code", "00001")),
        ("unknown_commune", "boundaries/former_communes.csv", 2, "commune_code"),
    ),
    "terrain without CRS": (edit_terrain(crs=None), ("no_crs", TERRAIN, None, None)),
    "terrain too small": (edit_terrain(rows=300), ("terrain_too_small", TERRAIN, None, None)),
    "terrain elsewhere": (edit_terrain(transform=from_origin(600_000, 1_200_000, 250, 250)), ("terrain_too_small", TERRAIN, None, None)),
    "metres said to be degrees": (edit_terrain(crs="EPSG:4326"), ("projected_as_degrees", TERRAIN, None, None)),
    "terrain all void": (edit_terrain(fill=-32768), ("terrain_too_small", TERRAIN, None, None)),
    "undeclared nodata": (edit_terrain(fill=-9999), ("impossible_height", TERRAIN, None, None)),
    "a picture, not heights": (edit_terrain(count=3), ("bands", TERRAIN, None, None)),
    "terrain cut short": (
        lambda area: (area / TERRAIN).write_bytes((area / TERRAIN).read_bytes()[:200_000]) and None,
        ("unreadable", TERRAIN, None, None),
    ),
    "terrain is no raster": (write_bytes(TERRAIN, b"hello"), ("unreadable", TERRAIN, None, None)),
    "unknown setting": (edit_text(SCENARIO, "seed: 57", "sede: 57"), ("unknown_key", SCENARIO, None, "sede")),
    "setting of the wrong type": (edit_text(SCENARIO, "sigma_db: 8", "sigma_db: tám"), ("setting", SCENARIO, None, "service.sigma_db")),
    "setting out of range": (
        edit_text(SCENARIO, "min_probability: 0.75", "min_probability: 75"),
        ("setting", SCENARIO, None, "service.min_probability"),
    ),
    "setting missing": (edit_text(SCENARIO, "province:", "x_province:"), ("missing_key", SCENARIO, None, "province")),
    "not YAML": (write_bytes(SCENARIO, b"name: [unclosed"), ("yaml", SCENARIO, 1, None)),
    "empty scenario": (write_bytes(SCENARIO, b""), ("yaml", SCENARIO, None, None)),
    "criterion of no column": (
        edit_text(SCENARIO, "{name: border, weight: 8, bounds: [0, 1]}", "{name: bordr, vi: x, en: x, weight: 8, bounds: [0, 1]}"),
        ("unknown_criterion", "scenario lai_chau_sample", None, "ranking.criteria"),
    ),
    "distances in degrees": (
        edit_text(SCENARIO, "metric_crs: EPSG:32648", "metric_crs: EPSG:4326"),
        ("crs", "scenario lai_chau_sample", None, "metric_crs"),
    ),
    "no such CRS": (
        edit_text(SCENARIO, "metric_crs: EPSG:32648", "metric_crs: EPSG:1"),
        ("crs", "scenario lai_chau_sample", None, "metric_crs"),
    ),
    "no scenario": (lambda area: (area / SCENARIO).unlink(), ("missing_file", "scenarios", None, None)),
}


@pytest.mark.parametrize("name", CASES)
def test_fault_is_found_where_it_is(name: str, area_copy: Path) -> None:
    spoil, (code, file, row, column) = CASES[name]
    spoil(area_copy)
    faults = [f for f in validate(area_copy) if f.level == "fault"]
    places = {(f.code, f.file, f.row, f.column) for f in faults}
    assert (code, file, row, column) in places, faults
    assert all(f.reason and f.remedy for f in faults)


def found_besides_samples(area: Path) -> list[Fault]:
    """What validate tells, but for the standing warnings that the bundled rows are sample data and grow old with the calendar."""
    return [f for f in validate(area) if f.code not in ("sample_rows", "stale_rows")]


def test_the_bundled_study_area_is_clean_but_a_sample(area_copy: Path) -> None:
    assert found_besides_samples(area_copy) == []
    assert {(f.code, f.level, f.file) for f in validate(area_copy) if f.code != "stale_rows"} == {
        ("sample_rows", "warning", VILLAGES),
        ("sample_rows", "warning", SITES),
    }


def test_all_faults_come_in_one_run(area_copy: Path) -> None:
    for name in (
        "text in a number",
        "duplicate id",
        "unknown commune",
        "mast too high",
        "terrain without CRS",
        "setting of the wrong type",
    ):
        CASES[name][0](area_copy)
    found = {f.code for f in validate(area_copy)}
    assert {"type", "duplicate_id", "unknown_commune", "range", "no_crs"} <= found


def test_a_swapped_pair_says_so(area_copy: Path) -> None:
    table = pd.read_csv(area_copy / VILLAGES, dtype=str, keep_default_na=False)
    table.loc[1, ["lon", "lat"]] = table.loc[1, ["lat", "lon"]].to_numpy()
    table.to_csv(area_copy / VILLAGES, index=False)
    (fault,) = [f for f in validate(area_copy) if f.level == "fault"]
    assert fault.row == 3
    assert "swapped" in fault.reason


@pytest.mark.parametrize(("metres", "level"), [(300, "warning"), (700, "fault")])
def test_a_village_just_outside_its_commune(metres: float, level: str, area_copy: Path) -> None:
    """Up to 500 m is the tolerance of generalised lines, beyond it is a fault."""
    communes = gpd.read_file(area_copy / COMMUNES).to_crs(32648).set_index("code")
    inside = communes.loc["03640"].geometry
    rest = communes.drop("03640").union_all()
    ring = inside.buffer(metres).boundary.intersection(rest)
    point = gpd.GeoSeries([ring.interpolate(0.5, normalized=True)], crs=32648).to_crs(4326)[0]
    edit_csv(VILLAGES, cell(22, "lon", f"{point.x:.7f}"))(area_copy)
    edit_csv(VILLAGES, cell(22, "lat", f"{point.y:.7f}"))(area_copy)
    found = [f for f in validate(area_copy) if f.row == 22]
    assert [f.level for f in found] == [level]


def test_a_site_outside_the_province_is_welcome_but_far_ones_are_questioned(area_copy: Path) -> None:
    table = pd.read_csv(area_copy / SITES, dtype=str, keep_default_na=False)
    table.loc[0, ["lon", "lat", "commune_code"]] = ["104.2", "22.3", ""]
    table.loc[1, ["lon", "lat", "commune_code"]] = ["105.85", "21.03", ""]
    table.to_csv(area_copy / SITES, index=False)
    assert [(f.code, f.level, f.row) for f in found_besides_samples(area_copy) if f.code != "hash_differs"] == [("far_site", "warning", 3)]


def test_absent_optional_columns_are_warnings(area_copy: Path) -> None:
    edit_csv(VILLAGES, lambda t: t[["village_id", "name", "commune_code", "lon", "lat"]])(area_copy)
    found = validate(area_copy)
    assert {f.level for f in found} == {"warning"}
    assert "households" in {f.column for f in found}


def test_a_void_in_a_commune_is_a_warning(area_copy: Path) -> None:
    with rasterio.open(area_copy / TERRAIN, "r+") as dem:
        values = dem.read(1)
        values[280:300, 380:400] = dem.nodata
        dem.write(values, 1)
    found = [f for f in validate(area_copy) if f.code == "terrain_void"]
    assert found
    assert all(f.level == "warning" for f in found)


def test_a_changed_file_is_told_by_its_hash(area_copy: Path) -> None:
    edit_csv(VILLAGES, cell(4, "households", "37"))(area_copy)
    assert [(f.code, f.level, f.file) for f in found_besides_samples(area_copy)] == [("hash_differs", "warning", VILLAGES)]


def test_too_large_a_grid_is_refused_before_it_is_read(area_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasters, "MAX_CELLS", 1000)
    assert [f.code for f in found_besides_samples(area_copy)] == ["too_large"]


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        validate(tmp_path / "nothing")


def test_a_fault_reads_as_a_sentence_and_a_remedy() -> None:
    blank = fault("a.csv", "blank.cell", row=3, column="name", title=Label("name", "Tên bản", "Village"))
    assert str(blank) == "a.csv, row 3, column name: the cell is blank but needed. Fill it in: Village."
    assert blank.line("vi") == "a.csv, dòng 3, cột name: ô bắt buộc đang để trống. Điền vào ô: Tên bản."
    assert json.loads(json.dumps(blank.as_dict()))["row"] == 3


def test_a_list_taken_from_an_earlier_result_is_planned_anew(area_copy: Path, plan: Plan) -> None:
    table = pd.read_csv(area_copy / VILLAGES, dtype=str, keep_default_na=False)
    old = machine_table(plan).set_index("village_id").astype(object).where(lambda t: t.notna(), "").astype(str)
    old = old[[name for name in old if name not in table]]
    table.join(old, on="village_id").assign(p_top_3="1", contribution_households="1").to_csv(area_copy / VILLAGES, index=False)
    scenario = load_scenario(area_copy / SCENARIO)
    again = run(scenario, load_study_area(area_copy, scenario))
    assert "result_columns" in {f.code for f in again.notes}
    figures = ["rank", "score", "modelled_status", "commune_name"]
    pd.testing.assert_frame_equal(again.villages[figures], plan.villages[figures])
    assert again.villages["rank_in_file"].astype(int).tolist() == again.villages["rank"].tolist()


def test_everyday_words_for_technologies_count_and_are_told(area_copy: Path) -> None:
    edit_csv(SITES, cell(2, "technology", "4G"))(area_copy)
    edit_csv(SITES, cell(3, "technology", "Wi-Fi"))(area_copy)
    scenario = load_scenario(area_copy / SCENARIO)
    study_area = load_study_area(area_copy, scenario)
    told = {f.code: f for f in study_area.warnings}
    assert "'4G' is read as LTE" in told["technology_read"].reason
    assert told["technology_strange"].row == 3
    assert (~in_service(study_area.sites, scenario.service)).sum() == 1
    assert parse_scenario({**scenario.model_dump(), "service": {"technology": "4g"}}, file="s").service.technology == "LTE"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(area_copy: Path) -> None:
    """Empty lines count, and a text may hold line breaks."""
    lines = (area_copy / VILLAGES).read_text("utf-8").splitlines()
    table = pd.read_csv(area_copy / VILLAGES, dtype=str, keep_default_na=False)
    table.loc[0, "source"] = "dòng một\ndòng hai"
    table.loc[2, "households"] = "nhiều"
    table.to_csv(area_copy / VILLAGES, index=False)
    text = (area_copy / VILLAGES).read_text("utf-8")
    second = text.index("\n" + lines[2].split(",")[0] + ",")
    (area_copy / VILLAGES).write_text(text[:second] + "\n" + text[second:], "utf-8")
    (fault,) = [f for f in validate(area_copy) if f.level == "fault"]
    assert (fault.row, fault.column) == (5, "households")


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u0085", "\x1d"])
def test_rare_line_ends_are_part_of_a_text_and_told(sign: str, area_copy: Path) -> None:
    edit_csv(VILLAGES, cell(4, "source", f"a{sign}b"))(area_copy)
    (fault,) = [f for f in validate(area_copy) if f.level == "fault"]
    assert (fault.row, fault.column, fault.code) == (4, "source", "control_characters")


def test_a_cell_without_a_status_does_not_count_and_is_asked_for(area_copy: Path) -> None:
    edit_csv(SITES, cell(2, "status", ""))(area_copy)
    scenario = load_scenario(area_copy / SCENARIO)
    assert [f for f in validate(area_copy) if f.level == "fault"] == []
    result = run(scenario, load_study_area(area_copy, scenario))
    assert [f.reason for f in result.notes if f.code == "status_unknown"] == ["1 cells have no status and do not count"]
    assert (~result.sites["in_service"]).sum() == 1
    assert map_page(result)
