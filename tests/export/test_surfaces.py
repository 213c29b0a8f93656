"""Backgrounds of the map: areas of masts in few colours, a hatch at the threshold, roads that stay small, measured points without a cell."""

from __future__ import annotations

import dataclasses
import struct
import zlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.export.html_map import map_payload
from geo_planner.export.html_map.measured_marks import measured_marks
from geo_planner.export.html_map.payload import deepest_zoom
from geo_planner.export.html_map.rasters import hatch_overlay, province_mask, web_grid
from geo_planner.export.html_map.server_areas import server_shades
from geo_planner.export.palette import SERVER_COLOURS
from geo_planner.plan import Plan
from geo_planner.schema import MEASUREMENTS
from tests.ui.fakes import fake_plan


def pixels(png: bytes, shape: tuple[int, int]) -> np.ndarray:
    at = png.index(b"IDAT")
    size = struct.unpack(">I", png[at - 4 : at])[0]
    return np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + size]), np.uint8).reshape(shape[0], shape[1] + 1)[:, 1:]


def test_masts_that_touch_have_other_colours_and_cells_of_one_mast_the_same(plan: Plan) -> None:
    coverage = plan.coverage
    shades = server_shades(coverage)
    mast = np.array([*(server.rpartition("/")[0] for server in coverage.server_ids), ""])[coverage.best_server]
    assert np.array_equal(np.isnan(shades), mast == "")
    assert np.nanmax(shades) < len(SERVER_COLOURS)
    for one in np.unique(mast[mast != ""])[:20]:
        assert len(np.unique(shades[mast == one])) == 1
    meet = (mast[:, 1:] != mast[:, :-1]) & (mast[:, 1:] != "") & (mast[:, :-1] != "")
    same = shades[:, 1:][meet] == shades[:, :-1][meet]
    assert meet.sum() > 100
    assert same.mean() < 0.01, "neighbours share a colour only where more masts meet than there are colours"


def test_the_hatch_begins_at_the_threshold(plan: Plan) -> None:
    grid = web_grid(plan)
    inside = province_mask(plan, grid)
    values = np.full(plan.coverage.rsrp_dbm.shape, -113.0, dtype=np.float32)
    values[: values.shape[0] // 2] = -113.1
    drawn = pixels(hatch_overlay(values, -113.0, plan.coverage, grid, inside=inside).png, grid.shape)
    north, south = drawn[: grid.shape[0] // 3], drawn[-grid.shape[0] // 3 :]
    assert north.sum() == 0
    assert 0.05 < south[inside[-grid.shape[0] // 3 :]].mean() < 0.3
    assert drawn[~inside].sum() == 0


def test_only_surfaces_with_a_threshold_are_hatched() -> None:
    themes = {theme["key"]: theme for theme in map_payload(fake_plan(), language="vi", bilingual=False, cards=False)["themes"]}
    assert {key for key, theme in themes.items() if "hatch" in theme} == {"theme_probability", "theme_rsrp"}
    assert [entry["served"] for entry in themes["theme_probability"]["legend"]][:3] == [True, True, False]


def test_roads_are_drawn_and_stay_small() -> None:
    plan = fake_plan()
    wiggle = np.linspace(0, 1, 200_000)
    line = shapely.LineString(np.column_stack([103 + 0.2 * wiggle, 22.1 + 0.05 * np.sin(40 * wiggle)]))
    roads = gpd.GeoDataFrame(geometry=[line], crs=4326)
    with_roads = dataclasses.replace(plan, study_area=dataclasses.replace(plan.study_area, roads=roads))
    drawn = map_payload(with_roads, language="vi", bilingual=False, cards=False)["roads"]
    kept = shapely.geometry.shape(drawn)
    assert shapely.get_num_coordinates(kept) < 20_000
    assert kept.hausdorff_distance(line) < 0.001
    assert map_payload(plan, language="vi", bilingual=False, cards=False)["roads"] is None


def test_measured_points_without_a_cell_are_drawn_all_the_same() -> None:
    plan = fake_plan()
    assert measured_marks(plan, "vi", shown=True) is None
    n = 3
    samples = gpd.GeoDataFrame(
        {
            "time": pd.to_datetime(["2026-01-28T09:30:00+07:00", "2026-01-28T10:30:00+07:00", "2026-01-28T11:30:00+07:00"]).astype("string"),
            "technology": pd.array(["LTE"] * n, dtype="string"), "operator": pd.array(["Không ai"] * n, dtype="string"), "freq_mhz": [900.0] * n,
            "rsrp_dbm": [-100.0, -120.0, np.nan], "no_service": pd.array([False, False, True], dtype="boolean"),
        },
        geometry=gpd.points_from_xy([103.05, 103.15, 103.05], [22.05, 22.05, 22.15]), crs=4326, index=pd.Index(["m1", "m2", "m3"], name="measurement_id"),
    )  # fmt: skip
    samples = samples.assign(lon=samples.geometry.x, lat=samples.geometry.y)
    for column in MEASUREMENTS.columns:
        if column.name not in samples.columns and column.name != "measurement_id":
            samples[column.name] = pd.array([pd.NA] * n, dtype="string" if column.name in ("site_id", "device") else "Float64").astype(
                object
            )
    measured = dataclasses.replace(plan, study_area=dataclasses.replace(plan.study_area, measurements=samples))
    marks = measured_marks(measured, "vi", shown=True)
    assert marks is not None
    assert [point["kind"] for point in marks["points"]] == ["alone"] * n
    assert {point["lines"][1] for point in marks["points"]} == {"Đo: −100 dBm", "Đo: −120 dBm", "Đo: mất sóng"}
    assert [entry["kind"] for entry in marks["legend"]] == ["alone"]


def test_the_map_goes_no_nearer_than_sixteen_pixels_a_cell() -> None:
    wide = 156_543.03392 * np.cos(np.radians(22.3)) / 2 ** deepest_zoom(90, 22.3)
    assert 90 / wide == pytest.approx(16, rel=0.05)
