"""A whole run over the bundled study area, and what it says of its own foundations."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Scenario, load_scenario
from geo_planner.export.assumptions import citation_words
from geo_planner.export.html_map import map_page
from geo_planner.export.summary import summary
from geo_planner.plan import Plan, run
from geo_planner.schema import RESULTS, SIGNAL_STATUS
from geo_planner.study_area import StudyArea, load_study_area
from geo_planner.validation import validate
from tests.conftest import ROOT, SCENARIO


def test_every_village_is_there_once_in_order_of_rank(plan: Plan) -> None:
    villages = plan.villages
    assert sorted(villages.index) == [f"LC{i:03d}" for i in range(1, 22)]
    assert villages["rank"].tolist() == list(range(1, 22))
    assert villages["score"].is_monotonic_decreasing
    assert list(villages.columns[: len(RESULTS.columns)]) == [c.name for c in RESULTS.columns]
    for _, group in villages.groupby("responsibility"):
        assert group["rank_in_group"].tolist() == list(range(1, len(group) + 1))


def test_statuses_stand_apart_and_disagreement_is_shown(plan: Plan) -> None:
    villages = plan.villages
    assert set(villages["modelled_status"]) <= set(SIGNAL_STATUS)
    assert (villages["declared_status"] == "no_signal").all()
    assert (villages["measured_status"] == "unknown").all()
    disputed = villages.index[villages["modelled_status"].isin(["covered", "partial"])]
    assert {"LC014", "LC020"} <= set(disputed) <= {"LC014", "LC020", "LC018"}  # LC018 stands at the edge
    assert all("declared_no_signal_but_modelled_covered" in villages.at[v, "flags"] for v in disputed)
    assert {"LC005", "LC012", "LC018"} <= {v for v in villages.index if "status_uncertain" in villages.at[v, "flags"]}


def test_the_real_village_says_that_it_rests_on_sample_data(plan: Plan) -> None:
    assert plan.uses_sample_data
    assert bool(plan.villages.at["LC001", "depends_on_sample"])
    assert "rests_on_sample" in plan.villages.at["LC001", "flags"]


def test_real_terrain_and_real_sites_would_lift_the_mark(study_area: StudyArea, scenario: object, reference: Path) -> None:
    other = load_scenario(SCENARIO, [f"terrain.path={reference / 'terrain_250m_utm48n.tif'}", "build=null"])
    area = load_study_area(ROOT / "data", other)
    real = run(other, replace_samples(area))
    assert not real.uses_sample_data
    assert not real.villages["depends_on_sample"].any()


def replace_samples(area: StudyArea) -> StudyArea:
    from dataclasses import replace

    return replace(area, sites=area.sites.assign(is_sample=False), villages=area.villages.assign(is_sample=False))


def test_real_terrain_changes_what_rests_on_terrain_only(plan: Plan, reference: Path) -> None:
    other = load_scenario(SCENARIO, [f"terrain.path={reference / 'terrain_250m_utm48n.tif'}", "build=null"])
    real = run(other, load_study_area(ROOT / "data", other))
    both = plan.villages.join(pd.DataFrame(real.villages).add_suffix("_real"))
    assert (both["rsrp_dbm"] - both["rsrp_dbm_real"]).abs().median() > 1
    for column in ("households", "responsibility", "nearest_site_id"):
        pd.testing.assert_series_equal(both[column], both[f"{column}_real"], check_names=False)
    assert real.uses_sample_data  # the stations are still assumed


def test_communes_keep_area_apart_from_people(plan: Plan) -> None:
    assert len(plan.communes) == 38
    assert plan.communes["covered_area_share"].between(0, 1).all()
    assert plan.communes["covered_population_share"].isna().all()
    assert plan.communes["n_villages"].sum() == 21


def test_two_runs_agree_to_the_bit_whatever_the_threads(plan: Plan, scenario: object, study_area: StudyArea) -> None:
    again = run(plan.scenario, study_area, workers=1)
    for name in ("rsrp_dbm", "probability", "best_server", "unknown_paths"):
        assert np.array_equal(
            getattr(plan.coverage, name), getattr(again.coverage, name), equal_nan=getattr(again.coverage, name).dtype.kind == "f"
        )
    pd.testing.assert_frame_equal(pd.DataFrame(plan.villages), pd.DataFrame(again.villages))


def test_manifest_names_inputs_versions_and_model(plan: Plan) -> None:
    manifest = plan.manifest
    assert set(manifest["inputs_sha256"]) == {
        "boundaries/communes.geojson",
        "boundaries/former_communes.csv",
        "villages/villages.csv",
        "sites/sites.csv",
        "terrain/sample_terrain.tif",
    }
    assert "P.1812-8" in manifest["model_edition"]
    assert manifest["scenario"]["name"] == "lai_chau_sample"


@pytest.mark.parametrize(
    ("setting", "check"),
    [("service.rsrp_threshold_dbm=-140", "more"), ("propagation.model=free_space", "more"), ("service.sigma_db=20", "fewer")],
)
def test_settings_move_coverage_the_way_they_should(setting: str, check: str, plan: Plan) -> None:
    other = load_scenario(SCENARIO, [setting, "build=null"])
    share = run(other, load_study_area(ROOT / "data", other)).communes["covered_area_share"].mean()
    before = plan.communes["covered_area_share"].mean()
    assert share > before if check == "more" else share < before


def test_documents_cite_the_manifest_of_the_study_area(plan: Plan) -> None:
    recorded = json.loads((ROOT / "data" / "manifest.json").read_text("utf-8"))["files"]
    cited = {c.file: c for c in plan.study_area.citations}
    assert set(cited) == set(plan.study_area.sha256)
    for file, citation in cited.items():
        assert (citation.source, citation.licence) == (recorded[file]["source"], recorded[file]["licence"])
        assert citation.sha256 == recorded[file]["sha256"]
    assert plan.manifest["sources"]["boundaries/communes.geojson"]["licence"].startswith("MIT")
    assert any("Vietnamese Provinces Database" in line["source"] for line in summary(plan)["sources"])
    assert "Vietnamese Provinces Database" in map_page(plan)


def test_what_nobody_recorded_is_said_to_be_missing(area_copy: Path, scenario: Scenario) -> None:
    (area_copy / "manifest.json").unlink()
    study_area = load_study_area(area_copy, scenario)
    assert {citation_words(c) for c in study_area.citations} == {"chưa ghi nguồn"}


def test_a_file_changed_since_it_was_recorded_is_told_by_a_run(area_copy: Path, scenario: Scenario) -> None:
    path = area_copy / "sites" / "sites.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    told = [f for f in load_study_area(area_copy, scenario).warnings if f.code == "hash_differs"]
    assert [f.file for f in told] == ["sites/sites.csv"]
    assert sum(f.code == "hash_differs" for f in validate(area_copy)) == 1


def test_what_nobody_told_of_the_communes_is_asked(area_copy: Path, scenario: Scenario) -> None:
    path = area_copy / "boundaries" / "communes.geojson"
    layer = gpd.read_file(path)
    path.unlink()
    layer.assign(population=None, border=None).to_file(path, driver="GeoJSON")
    (told,) = [f for f in validate(area_copy) if f.code == "commune_facts_unknown"]
    assert told.level == "warning"
    assert "population" in told.reason
    assert "border" in told.reason
    assert "region_class" not in told.reason
    assert told in run(scenario, load_study_area(area_copy, scenario)).notes
