"""What is no road today is not travelled on, whatever says so; a class that nobody knows is told."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from geo_planner.fetch.osm import THEMES
from geo_planner.imports import import_layer
from geo_planner.preferences.settings import RoadSpeed, Travel
from geo_planner.ranking.travel import road_speeds_kmh
from geo_planner.study_area.roads import road_table, road_warnings
from geo_planner.validation import validate
from geo_planner.words import codes as known_codes
from tests.imports import making as m
from tests.ranking.test_travel import UTM, dem_of

SETTINGS = Travel()
LINE = LineString([(300_050, 2_499_850), (300_250, 2_499_850)])


def speed(**tags: object) -> float:
    """Of a road with these properties, drawn over a grid."""
    return float(
        road_speeds_kmh(
            dem_of(np.zeros((3, 3))), gpd.GeoDataFrame({k: [v] for k, v in tags.items()}, geometry=[LINE], crs=UTM), SETTINGS
        ).max()
    )


def codes(**tags: object) -> list[str]:
    return [fault.code for fault in road_warnings(pd.DataFrame({k: [v] for k, v in tags.items()}), SETTINGS, "roads/roads.geojson")]


NOT_OPEN: list[dict[str, object]] = [
    *({"highway": word} for word in ("construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished", "dismantled", "Construction ")),
    *({"road_class": word} for word in ("construction", "under_construction", "đang thi công", "Quy hoạch", "dự kiến", "chưa thi công", "bỏ hoang")),
    {"fclass": "construction"}, {"highway": "secondary", "construction": "yes"}, {"highway": "tertiary", "construction": "secondary"}, {"highway": "primary", "proposed": "yes"},
    {"highway": "track", "abandoned": "yes"}, {"highway": "track", "disused": "yes"}, {"highway": None, "disused:highway": "tertiary"}, {"proposed:highway": "primary"},
    {"construction:highway": "trunk"}, {"razed:highway": "path"}, {"demolished:highway": "residential"}, {"highway": "", "abandoned:highway": "track"},
    {"highway": "secondary", "access": "no"}, {"highway": "secondary", "other_tags": '"access"=>"no"'}, {"other_tags": '"proposed:highway"=>"trunk","lanes"=>"2"'},
    {"highway": "tertiary", "tinh_trang": "Đang thi công"}, {"highway": "tertiary", "Trạng thái": "chưa hoàn thành"}, {"loai_duong": "QL", "Hiện trạng": "quy hoạch"},
    {"loai_duong": "TL", "status": "planned"}, {"highway": "track", "Tình trạng": "Bỏ hoang, không đi được"}, {"highway": "construction", "speed_kmh": 40.0},
    {"loai": "Dự án"}, {"highway": "secondary", "tiendo": "sắp khởi công"}, {"highway": "secondary", "tinhtrang": "chờ nghiệm thu"},
]  # fmt: skip


@pytest.mark.parametrize("tags", NOT_OPEN, ids=str)
def test_what_is_not_open_is_no_road_and_is_told(tags: dict[str, object]) -> None:
    assert speed(**tags) == 0.0
    assert codes(**tags) == ["roads_not_open"]


@pytest.mark.parametrize(
    "tags",
    [
        *({"highway": word} for word in ("ferry", "pier", "platform", "corridor", "raceway", "bus_guideway", "services", "rest_area", "elevator", "no")),
        {"route": "ferry"}, {"man_made": "pier"}, {"railway": "rail"}, {"highway": None, "waterway": "river"}, {"loai": "phà"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_way_is_no_road(tags: dict[str, object]) -> None:
    assert speed(**tags) == 0.0
    assert codes(**tags) == ["roads_no_way"]


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "secondary"}, 30), ({"highway": "secondary_link"}, 30), ({"highway": "motorway"}, 40), ({"highway": "trunk_link"}, 40), ({"fclass": "track_grade3"}, 10),
        ({"highway": "living_street"}, 15), ({"highway": "service"}, 15), ({"highway": "steps"}, 5), ({"highway": "pedestrian"}, 5), ({"highway": "Tertiary"}, 25),
        ({"highway": "secondary", "construction": "no"}, 30), ({"highway": "secondary", "construction": "minor"}, 30), ({"highway": "secondary", "construction": None}, 30),
        ({"highway": "track", "proposed:highway": "secondary"}, 10), ({"highway": "path", "abandoned:highway": "track"}, 5), ({"highway": "track", "disused": "no"}, 10),
        ({"highway": "secondary", "access": "yes"}, 30), ({"highway": "secondary", "access": "no", "motorcycle": "yes"}, 30), ({"highway": "track", "access": "no", "foot": "yes"}, 5),
        ({"highway": "secondary", "motor_vehicle": "no"}, 5), ({"highway": "secondary", "motor_vehicle": "no", "motorcycle": "yes"}, 30), ({"highway": "secondary", "access": "private"}, 30),
        ({"loai_duong": "QL4D"}, 35), ({"loai_duong": "Quốc lộ 12"}, 35), ({"Loại đường": "Đường tỉnh"}, 30), ({"loai_duong": "TL 127"}, 30), ({"cap_duong": "ĐH"}, 25),
        ({"loai_duong": "Đường xã"}, 20), ({"loai_duong": "liên bản"}, 20), ({"loai_duong": "nội bản"}, 15), ({"loai_duong": "đường dân sinh"}, 10), ({"loai_duong": "Đường mòn"}, 5),
        ({"highway": "secondary", "tinh_trang": "đã hoàn thành"}, 30), ({"highway": "secondary", "status": "open"}, 30), ({"highway": "secondary", "Tình trạng": "đang khai thác"}, 30),
        ({"highway": "secondary", "hien_trang": "đang nâng cấp mặt đường"}, 30), ({"highway": "secondary", "railway": "level_crossing"}, 30),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_open_keeps_the_speed_of_its_class_and_nothing_is_said(tags: dict[str, object], kmh: float) -> None:
    assert speed(**tags) == kmh
    assert codes(**tags) == []


@pytest.mark.parametrize(
    "tags", [{"highway": "road"}, {"highway": "unheard_of"}, {"loai_duong": "loại 5"}, {"ten": "Đường A"}, {"highway": None}], ids=str
)
def test_a_class_that_is_not_known_has_an_assumed_speed_and_that_is_said(tags: dict[str, object]) -> None:
    assert speed(**tags) == SETTINGS.default_road_kmh
    (fault,) = road_warnings(pd.DataFrame({k: [v] * 3 for k, v in tags.items()}), SETTINGS, "f")
    assert (fault.code, fault.level) == ("road_class_unknown", "warning")
    assert fault.reason.startswith("3 of 3 roads")
    assert f"{SETTINGS.default_road_kmh:g} km/h" in fault.reason
    assert str(tags.get("highway") or tags.get("loai_duong") or "none") in fault.reason


def test_a_speed_of_its_own_needs_no_class_and_a_class_of_ones_own_is_known() -> None:
    assert codes(highway="unheard_of", speed_kmh=22.0) == []
    own = Travel(road_speeds=(RoadSpeed(road_class="Loại 5", kmh=12.0),))
    table = road_table(pd.DataFrame({"road_class": ["Loại 5", "secondary"]}), own)
    assert table["speed_kmh"].tolist() == [12.0, own.default_road_kmh]
    assert table["why"].tolist() == ["", "unknown_class"]


def test_a_name_that_speaks_of_a_plan_is_told_and_travelled() -> None:
    assert speed(highway="residential", name="Đường khu quy hoạch 3") == 15.0
    assert codes(highway="residential", name="Đường khu quy hoạch 3") == ["roads_doubtful"]
    assert codes(highway="residential", ghi_chu="đang thi công") == ["roads_doubtful"]


def test_a_road_that_is_not_open_does_not_hide_one_that_is() -> None:
    lines = gpd.GeoDataFrame({"highway": ["construction", "track"]}, geometry=[LINE, LINE], crs=UTM)
    assert road_speeds_kmh(dem_of(np.zeros((3, 3))), lines, SETTINGS).max() == 10.0


def test_every_class_that_is_fetched_has_a_speed() -> None:
    classes = pd.DataFrame({"highway": [word for word in THEMES["roads"].values if word != "road"]})  # a road of which nobody knows more
    assert road_warnings(classes, SETTINGS, "f") == []
    assert (road_table(classes, SETTINGS)["speed_kmh"] > 0).all()
    assert not set(THEMES["roads"].values) & {"construction", "proposed", "planned"}


def test_every_warning_of_roads_is_told_in_vietnamese() -> None:
    assert {"roads_not_open", "roads_no_way", "road_class_unknown", "roads_doubtful"} <= known_codes()


def geojson(path: Path, *tags: dict[str, object]) -> Path:
    lon, lat = m.places()
    shapes = [[[lon[0], lat[0]], [lon[0] + 0.01 * (i + 1), lat[0] + 0.01]] for i in range(len(tags))]
    features = [
        {"type": "Feature", "properties": p, "geometry": {"type": "LineString", "coordinates": s}}
        for p, s in zip(tags, shapes, strict=True)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_validate_and_import_tell_of_roads_that_are_none(area_copy: Path, tmp_path: Path) -> None:
    tags = [{"highway": "construction"}, {"highway": "secondary"}, {"highway": "odd"}]
    geojson(area_copy / "roads" / "roads.geojson", *tags)
    told = {fault.code: fault for fault in validate(area_copy) if fault.file == "roads/roads.geojson"}
    assert set(told) == {"roads_not_open", "road_class_unknown"}
    assert "1 of 3" in told["roads_not_open"].reason
    report = import_layer("roads", geojson(tmp_path / "new" / "r.geojson", *tags), area_copy)
    assert report.written
    assert {"roads_not_open", "road_class_unknown"} <= {fault.code for fault in report.faults}
