"""A plan read again from its folder is the plan that was written; what has changed since is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.errors import InputError, UsageError
from geo_planner.export import write_plan
from geo_planner.export.summary import summary
from geo_planner.plan import Plan, load_plan
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "out"
    write_plan(plan, out)
    return out


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Plan:
    return load_plan(folder)


def test_the_same_tables(plan: Plan, loaded: Plan) -> None:
    for name in ("villages", "contributions", "criteria_values", "operators", "communes", "sites"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(plan, name)), pd.DataFrame(getattr(loaded, name)))
    assert loaded.manifest == plan.manifest
    assert loaded.notes == plan.notes


def test_the_same_rasters(plan: Plan, loaded: Plan) -> None:
    for name in ("rsrp_dbm", "probability", "best_server", "second_dbm", "overlap", "margin_db", "unknown_paths"):
        np.testing.assert_array_equal(getattr(plan.coverage, name), getattr(loaded.coverage, name))
    assert loaded.coverage.server_ids == plan.coverage.server_ids
    assert loaded.coverage.by_operator_dbm.keys() == plan.coverage.by_operator_dbm.keys()


def test_the_same_summary(plan: Plan, loaded: Plan) -> None:
    assert json.dumps(summary(loaded), sort_keys=True) == json.dumps(summary(plan), sort_keys=True)


def test_a_changed_file_is_told(folder: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    (out / "priority_list.csv").write_text("x")
    with pytest.raises(InputError) as caught:
        load_plan(out, ROOT / "data")
    assert [(f.file, f.code) for f in caught.value.faults] == [("priority_list.csv", "stored_plan")]


def test_another_input_is_told(folder: Path, area_copy: Path) -> None:
    villages = area_copy / "villages" / "villages.csv"
    villages.write_text(villages.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_plan(folder, area_copy)
    assert [f.file for f in caught.value.faults] == ["villages/villages.csv"]


def test_figures_of_another_version_are_told(folder: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    document = json.loads((out / "summary.json").read_text("utf-8"))
    document["villages"][0]["score"] += 0.01
    (out / "summary.json").write_text(json.dumps(document), "utf-8")
    from geo_planner.files.hashes import sha256_of

    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest["files"]["summary.json"] = sha256_of(out / "summary.json")
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match="come out otherwise"):
        load_plan(out, ROOT / "data")


def test_no_plan_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_plan(tmp_path)
    with pytest.raises(UsageError):
        load_plan(tmp_path / "nowhere")
