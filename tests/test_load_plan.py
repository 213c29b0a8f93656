"""A plan read again from its folder is the plan that was written; what has changed since is told."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
import rasterio

from geo_planner.errors import InputError, UsageError
from geo_planner.export import write_plan
from geo_planner.export.summary import summary
from geo_planner.files.hashes import sha256_of
from geo_planner.plan import Plan, kept_parts, load_plan
from geo_planner.stored.parts import stored_parts
from tests.conftest import ROOT
from tests.same import assert_same


def rehashed(folder: Path, name: str) -> None:
    """Let the manifest say that a changed file is what was written."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name] = sha256_of(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "out"
    write_plan(plan, out)
    return out


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Plan:
    return load_plan(folder)


def test_every_field_is_the_same(plan: Plan, loaded: Plan) -> None:
    for field in fields(plan):
        if field.name != "manifest":  # its keys are sorted in the file
            assert_same(getattr(plan, field.name), getattr(loaded, field.name), field.name)
    assert loaded.manifest == plan.manifest


def test_nothing_is_modelled_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("modelled anew")

    for name in ("compute_coverage", "rank", "against_model"):
        monkeypatch.setattr(f"geo_planner.plan.steps.{name}", refuse)
    assert len(load_plan(folder).villages)


def test_measurements_come_back(measured_plan: Plan, tmp_path: Path) -> None:
    assert measured_plan.measured.against_model is not None
    write_plan(measured_plan, tmp_path / "out")
    assert_same(kept_parts(measured_plan), stored_parts(tmp_path / "out", build=False), "parts")
    loaded = load_plan(tmp_path / "out", measured_plan.study_area.root)
    assert_same(measured_plan.measured, loaded.measured, "measured")
    assert_same(measured_plan.villages, loaded.villages, "villages")


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
    rehashed(out, "summary.json")
    with pytest.raises(InputError, match="come out otherwise"):
        load_plan(out, ROOT / "data")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DROP TABLE stored", "stored_plan.no_tables"),
        ("DELETE FROM stored WHERE part = 'form'", "stored_plan.other_form"),
        ("UPDATE stored SET document = '[]' WHERE part = 'form'", "stored_plan.other_form"),
        ("UPDATE stored SET document = '{' WHERE part = 'ranking'", "stored_plan.other_form"),
        ("DELETE FROM stored WHERE part = 'ranking'", "stored_plan.other_form"),
        ('UPDATE stored SET document = \'{"of": "Path", "with": {}}\' WHERE part = \'notes\'', "stored_plan.other_form"),
        ("ALTER TABLE villages RENAME COLUMN rank TO place", "stored_plan.other_form"),
        ("INSERT INTO stored (part, document) VALUES ('build', '{}')", "stored_plan.build_unasked"),
    ],
)
def test_tables_of_another_version_are_told(change: str, code: str, folder: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    with closing(sqlite3.connect(out / "plan.gpkg")) as database, database:
        database.execute(change)
    with pytest.raises(InputError) as caught:
        load_plan(out, ROOT / "data")
    assert [(f.file, f.said.key) for f in caught.value.faults] == [("plan.gpkg", "stored_plan.changed")]
    rehashed(out, "plan.gpkg")
    with pytest.raises(InputError) as caught:
        load_plan(out, ROOT / "data")
    assert [(f.file, f.said.key) for f in caught.value.faults] == [("plan.gpkg", code)]


def test_a_build_plan_that_is_asked_for_and_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest["scenario"]["build"] = {"budget_vnd": 1_000_000_000}
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError) as caught:
        load_plan(out, ROOT / "data")
    assert [f.said.key for f in caught.value.faults] == ["stored_plan.no_build"]


def test_a_raster_of_an_older_version_is_told(folder: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    with rasterio.open(out / "coverage.tif") as source:
        profile, values, names = source.profile, source.read(), source.descriptions
    with rasterio.open(out / "coverage.tif", "w", **{**profile, "driver": "GTiff"}) as target:
        target.write(values)
        target.descriptions = names
    rehashed(out, "coverage.tif")
    with pytest.raises(InputError) as caught:
        load_plan(out, ROOT / "data")
    assert [(f.file, f.said.key) for f in caught.value.faults] == [("coverage.tif", "stored_plan.no_tables")]


def test_no_plan_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_plan(tmp_path)
    with pytest.raises(UsageError):
        load_plan(tmp_path / "nowhere")
