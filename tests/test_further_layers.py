"""Candidates, power lines and exclusion areas: loaded where they are there, checked like the other layers, cited, and no part of the plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo_planner import schema
from geo_planner.config import Layers, load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.export.assumptions import settings_of
from geo_planner.plan import run
from geo_planner.study_area import StudyArea, load_study_area
from geo_planner.validation import validate
from tests.small_area import COMMUNES, SCENARIO, make_area, put, read_rows, scenario, write_json, write_rows

CANDIDATES, POWER_LINES, EXCLUSION_AREAS, ROADS = (
    layer.path for layer in (schema.CANDIDATES, schema.POWER_LINES, schema.EXCLUSION_AREAS, schema.ROADS)
)
LINE = {"type": "LineString", "coordinates": [[103.0, 22.0], [103.01, 22.01]]}
AREA = {"type": "Polygon", "coordinates": [[[103.0, 22.0], [103.01, 22.0], [103.01, 22.01], [103.0, 22.0]]]}
POINT = {"type": "Point", "coordinates": [103.0, 22.0]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[103, 22], [103.01, 22.01], [103.01, 22], [103, 22.01], [103, 22]]]}


def features(file: str, *shapes: Any, **properties: Any) -> Callable[[Path], None]:
    """A GeoJSON of these shapes."""
    given = [{"type": "Feature", "properties": properties, "geometry": shape} for shape in shapes]
    return lambda area: write_json(area / file, {"type": "FeatureCollection", "features": given})


def candidates(*rows: dict[str, str]) -> Callable[[Path], None]:
    """A list of places; what a row does not say is as in a sound one."""
    full = [{"site_id": "c-1", "lon": "103.01", "lat": "22.015", **row} for row in rows]
    titles = list(dict.fromkeys(name for row in full for name in row))
    return lambda area: write_rows(area / CANDIDATES, [dict.fromkeys(titles, "") | row for row in full], titles)


def place(**cells: str) -> Callable[[Path], None]:
    return candidates({"site_id": "c-0"}, cells)


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return make_area(tmp_path / "area")


def loaded(area: Path) -> StudyArea:
    return load_study_area(area, load_scenario(area / SCENARIO))


def told(area: Path) -> list[Fault]:
    """What validate says of the layers beside the standing question of the small area's communes."""
    return [f for f in validate(area) if f.file != COMMUNES]


def test_where_they_are_absent_nothing_is_said_of_them(area: Path) -> None:
    study_area = loaded(area)
    assert (study_area.candidates, study_area.power_lines, study_area.exclusion_areas, study_area.roads) == (None, None, None, None)
    assert told(area) == []
    plan = run(load_scenario(area / SCENARIO), study_area)
    assert not {"layers.candidates", "layers.power_lines", "layers.exclusion_areas"} & {s.key for s in settings_of(plan)}


GOOD = {
    "candidates": (place(name="Đồi"), 2),
    "power_lines": (features(POWER_LINES, LINE, {**LINE, "type": "MultiLineString", "coordinates": [LINE["coordinates"]]}), 2),
    "exclusion_areas": (features(EXCLUSION_AREAS, AREA, name="Khu bảo tồn"), 1),
    "roads": (features(ROADS, LINE, highway="primary"), 1),
}


@pytest.mark.parametrize("layer", GOOD)
def test_a_good_one_is_loaded_hashed_and_cited_and_the_plan_says_that_it_is_there(layer: str, area: Path) -> None:
    write, n = GOOD[layer]
    write(area)
    study_area, path = loaded(area), schema.LAYERS[layer].path
    assert len(getattr(study_area, layer)) == n
    assert getattr(study_area, layer).crs == "EPSG:4326"
    assert path in study_area.sha256
    assert path in {citation.file for citation in study_area.citations}
    assert told(area) == []
    plan = run(load_scenario(area / SCENARIO), study_area)
    (found,) = [note for note in plan.notes if note.code == "optional_layers"]
    assert f"{layer} ({path})" in found.reason
    assert f"layers.{layer}" in {s.key for s in settings_of(plan)}
    assert plan.manifest["scenario"]["layers"][layer] == path


def test_candidates_come_by_their_id_and_need_a_position_alone(area: Path) -> None:
    candidates({"site_id": "c-2"}, {"site_id": "c-1"})(area)
    study_area = loaded(area)
    assert study_area.candidates is not None
    assert study_area.candidates.index.to_list() == ["c-1", "c-2"]
    assert {f.file for f in study_area.warnings} == {COMMUNES}


def test_a_scenario_may_name_them_elsewhere(area: Path) -> None:
    features("own/lines.geojson", LINE)(area)
    scenario("former_communes: null", "former_communes: null, power_lines: own/lines.geojson")(area)
    assert "own/lines.geojson" in loaded(area).sha256


@pytest.mark.parametrize("layer", ["candidates", "power_lines", "exclusion_areas", "roads"])
def test_one_that_a_scenario_names_and_that_is_not_there_is_a_fault(layer: str, area: Path) -> None:
    scenario("former_communes: null", f"former_communes: null, {layer}: own/none.geojson")(area)
    assert [(f.level, f.code, f.file) for f in told(area)] == [("fault", "missing_file", "own/none.geojson")]


BROKEN: dict[str, tuple[Callable[[Path], None], tuple[str, str, int | None]]] = {
    "candidates not UTF-8": (put(CANDIDATES, "site_id,lon,lat\nĐồi,103,22".encode("utf-16")), ("encoding", CANDIDATES, 1)),
    "candidates without a row": (put(CANDIDATES, b"site_id,lon,lat\n"), ("empty", CANDIDATES, None)),
    "candidates without anything": (put(CANDIDATES, b""), ("empty", CANDIDATES, None)),
    "candidates without a position": (put(CANDIDATES, b"site_id,lat\nc-1,22.01\n"), ("missing_column", CANDIDATES, 1)),
    "a candidate without a place": (place(lon=""), ("blank", CANDIDATES, 3)),
    "a candidate in metres": (place(lat="2478123.5"), ("projected_as_degrees", CANDIDATES, 3)),
    "a candidate swapped": (place(lon="22.015", lat="103.01"), ("swapped", CANDIDATES, 3)),
    "a candidate of no commune": (place(commune_code="99999"), ("unknown_commune", CANDIDATES, 3)),
    "a candidate twice": (place(site_id="c-0"), ("duplicate_id", CANDIDATES, 3)),
    "a candidate's mast too high": (place(mast_height_m="4200"), ("range", CANDIDATES, 3)),
    **{
        f"{file} {what}": (write(file), (code, file, None))
        for file in (POWER_LINES, EXCLUSION_AREAS, ROADS)
        for what, write, code in (
            ("cut short", lambda file: put(file, b'{"type": "FeatureColl'), "unreadable"),
            ("without a feature", lambda file: features(file), "empty"),
            ("without anything", lambda file: put(file, b""), "unreadable"),
            ("without a shape", lambda file: features(file, None), "geometry"),
        )
    },
    "a power line that is a point": (features(POWER_LINES, LINE, POINT), ("geometry", POWER_LINES, 2)),
    "a power line that is an area": (features(POWER_LINES, AREA), ("geometry", POWER_LINES, 1)),
    "a power line without a shape": (features(POWER_LINES, LINE, None), ("geometry", POWER_LINES, 2)),
    "a power line without a length": (
        features(POWER_LINES, {"type": "LineString", "coordinates": [[103, 22], [103, 22]]}, LINE),
        ("geometry", POWER_LINES, 1),
    ),
    "an exclusion area that is a point": (features(EXCLUSION_AREAS, AREA, POINT), ("geometry", EXCLUSION_AREAS, 2)),
    "an exclusion area that is a line": (features(EXCLUSION_AREAS, LINE), ("geometry", EXCLUSION_AREAS, 1)),
    "an exclusion area without a shape": (features(EXCLUSION_AREAS, AREA, None), ("geometry", EXCLUSION_AREAS, 2)),
    "an exclusion area that crosses itself": (features(EXCLUSION_AREAS, BOW_TIE), ("geometry", EXCLUSION_AREAS, 1)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_a_fault_with_its_row_and_a_remedy(name: str, area: Path) -> None:
    spoil, place = BROKEN[name]
    spoil(area)
    faults = [f for f in told(area) if f.level == "fault"]
    assert place in [(f.code, f.file, f.row) for f in faults]
    assert {(f.file, f.row) for f in faults} == {place[1:]}
    assert all(f.said.text(language) and f.remedy for f in faults for language in ("vi", "en"))
    with pytest.raises(InputError):
        loaded(area)


def moved(shape: dict[str, Any], degrees: float) -> dict[str, Any]:
    return json.loads(json.dumps(shape), parse_float=lambda text: float(text) + degrees * (float(text) > 100))


DOUBTFUL: dict[str, tuple[Callable[[Path], None], tuple[str, str]]] = {
    "a candidate far away": (place(lon="105.8"), ("far_site", CANDIDATES)),
    "everyday words for a technology": (place(technology="4G"), ("technology_read", CANDIDATES)),
    "a frequency of no band": (place(technology="LTE", freq_mhz="1300"), ("frequency_strange", CANDIDATES)),
    "a column of its own that bears the name of another": (place(SITE_ID="x"), ("result_columns", CANDIDATES)),
    "power lines far away": (features(POWER_LINES, LINE, moved(LINE, 3.0)), ("far_away", POWER_LINES)),
    "exclusion areas far away": (features(EXCLUSION_AREAS, moved(AREA, 3.0)), ("far_away", EXCLUSION_AREAS)),
    "roads that are closed": (features(ROADS, LINE, highway="construction"), ("roads_not_open", ROADS)),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_is_doubtful_is_a_warning(name: str, area: Path) -> None:
    spoil, place = DOUBTFUL[name]
    spoil(area)
    assert ("warning", *place) in [(f.level, f.code, f.file) for f in told(area)]
    assert place in [(f.code, f.file) for f in loaded(area).warnings]


def test_roads_and_rivers_may_hold_areas(area: Path) -> None:
    """Squares and broad rivers: they are drawn as they are."""
    features(ROADS, LINE, AREA, highway="pedestrian")(area)
    assert [f for f in told(area) if f.level == "fault"] == []


def test_a_candidate_where_the_terrain_has_no_height_is_told(area: Path) -> None:
    import rasterio

    place(name="Đồi")(area)
    with rasterio.open(area / "terrain/t.tif", "r+") as dem:
        values = dem.read(1)
        row, column = dem.index(*_metres(dem.crs, 103.01, 22.015))
        values[row - 1 : row + 2, column - 1 : column + 2] = dem.nodata
        dem.write(values, 1)
    assert ("site_in_void", CANDIDATES) in [(f.code, f.file) for f in told(area)]


def _metres(crs: Any, lon: float, lat: float) -> tuple[float, float]:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)


def test_they_take_no_part_in_the_plan(area: Path) -> None:
    before = run(load_scenario(area / SCENARIO), loaded(area)).villages
    for layer in ("candidates", "power_lines", "exclusion_areas"):
        GOOD[layer][0](area)
    assert run(load_scenario(area / SCENARIO), loaded(area)).villages.equals(before)


def test_a_layer_is_declared_once() -> None:
    """The scenario may name each, the study area holds each, and no list of layers stands elsewhere."""
    assert set(Layers.model_fields) == set(schema.LAYERS)
    assert set(schema.LAYERS) <= set(StudyArea.__dataclass_fields__)
    assert all(layer.path for layer in schema.LAYERS.values())


def test_an_imported_list_of_candidates_is_loaded(area: Path) -> None:
    from geo_planner.imports import import_layer

    candidates({"site_id": "A", "name": "Đồi"})(area)
    (area / CANDIDATES).rename(area / "given.csv")
    assert read_rows(area / "given.csv")
    assert import_layer("candidates", area / "given.csv", area).exit_status == 0
    assert loaded(area).candidates is not None
    assert [f for f in told(area) if f.level == "fault"] == []
