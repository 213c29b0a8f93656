"""GeoJSON and GeoPackage: ids, Vietnamese text and places come back as they went."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pytest

from geo_planner.errors import OutputError
from geo_planner.export.vector import write_geojson, write_gpkg
from geo_planner.plan import Plan
from geo_planner.words import said


def geojson(plan: Plan, folder: Path) -> dict[str, Any]:
    write_geojson(plan, folder / "v.geojson")

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    document: dict[str, Any] = json.loads((folder / "v.geojson").read_text(encoding="utf-8"), parse_constant=refuse)
    return document


def layer(plan: Plan, folder: Path, name: str) -> Any:
    if not (folder / "p.gpkg").exists():
        write_gpkg(plan, folder / "p.gpkg")
    return pyogrio.read_dataframe(folder / "p.gpkg", layer=name)


def test_geojson_keeps_ids_text_and_places(any_plan: Plan, tmp_path: Path) -> None:
    features = geojson(any_plan, tmp_path)["features"]
    assert [f["properties"]["village_id"] for f in features] == list(any_plan.villages.index)
    assert [f["properties"]["name"] for f in features] == list(any_plan.villages["name"])
    places = np.array([f["geometry"]["coordinates"] for f in features])
    assert np.abs(places - any_plan.villages.get_coordinates().to_numpy()).max() <= 1e-6


def test_geojson_is_rfc_7946(any_plan: Plan, tmp_path: Path) -> None:
    document = geojson(any_plan, tmp_path)
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document


def test_geojson_says_null_and_carries_the_parts_of_the_score(small_plan: Plan, tmp_path: Path) -> None:
    unknown = geojson(small_plan, tmp_path)["features"][2]["properties"]
    for name in ("rsrp_dbm", "coverage_probability", "nearest_site_km", "households", "modelled_status", "is_sample"):
        assert unknown[name] is None
    for feature in geojson(small_plan, tmp_path)["features"]:
        parts = [value for name, value in feature["properties"].items() if name.startswith("contribution_")]
        assert sum(parts) == pytest.approx(feature["properties"]["score"], abs=1e-9)


def test_the_mark_of_sample_data(small_plan: Plan, real_data_plan: Plan, tmp_path: Path) -> None:
    assert geojson(small_plan, tmp_path)["sample_data_note"] == said("sample_banner").text("vi")
    assert "sample_data_note" not in geojson(real_data_plan, tmp_path)


def test_gpkg_keeps_ids_text_and_places(any_plan: Plan, tmp_path: Path) -> None:
    villages = layer(any_plan, tmp_path, "villages")
    assert list(villages["village_id"]) == list(any_plan.villages.index)
    assert list(villages["name"]) == list(any_plan.villages["name"])
    assert np.abs(villages.get_coordinates().to_numpy() - any_plan.villages.get_coordinates().to_numpy()).max() <= 1e-6
    assert villages.crs.to_epsg() == 4326
    communes, sites = layer(any_plan, tmp_path, "communes"), layer(any_plan, tmp_path, "sites")
    assert list(communes["code"]) == list(any_plan.communes.index)
    assert list(communes["name"]) == list(any_plan.communes["name"])
    assert list(zip(sites["site_id"], sites["cell_id"], strict=True)) == list(any_plan.sites.index)


def test_gpkg_tells_no_from_not_known(small_plan: Plan, tmp_path: Path) -> None:
    villages = layer(small_plan, tmp_path, "villages")
    assert villages["extremely_difficult"].tolist()[0] in (True, 1)
    assert pd.isna(villages["extremely_difficult"].tolist()[1])
    assert villages["extremely_difficult"].tolist()[3] in (False, 0)
    assert pd.isna(villages["households"].tolist()[2])
    assert pd.isna(villages["rsrp_dbm"].tolist()[2])


def test_a_column_of_the_user_that_looks_like_ours_is_kept_apart(small_plan: Plan, tmp_path: Path) -> None:
    villages = layer(small_plan, tmp_path, "villages")
    assert list(villages["rank"]) == [1, 2, 3, 4]
    assert villages["Rank_input"].tolist()[2:] == ["=1+1", "-5"]


def test_gpkg_notes_hold_sample_line_scenario_and_assumptions(small_plan: Plan, tmp_path: Path) -> None:
    layer(small_plan, tmp_path, "villages")
    with sqlite3.connect(tmp_path / "p.gpkg") as database:
        notes = {(kind, key): value for kind, key, value in database.execute("select kind, key, value from notes")}
    assert notes["sample_data", "sample_note"] == said("sample_banner").text("vi")
    assert notes["setting", "name"] == "small"
    assert notes["assumption", "service.rsrp_threshold_dbm"] == "-113.0"
    assert notes["setting", "terrain.path"] == "dem.tif"
    assert notes["model", "model_edition"] == "ITU-R P.526-15"
    assert "share the id V1" in notes["warning", "1"]


def test_two_files_have_the_same_bytes_and_the_setting_is_put_back(any_plan: Plan, tmp_path: Path) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    for name in ("a", "b"):
        write_gpkg(any_plan, tmp_path / f"{name}.gpkg")
        write_geojson(any_plan, tmp_path / f"{name}.geojson")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    for ending in ("gpkg", "geojson"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_a_gpkg_that_cannot_be_written_is_a_sentence(small_plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"p\.gpkg"):
        write_gpkg(small_plan, tmp_path / "no folder" / "p.gpkg")
