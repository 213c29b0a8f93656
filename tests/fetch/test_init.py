"""A study area for any province: from the mirror to a plan, and nothing invented on the way."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from geo_planner import plan as planning
from geo_planner.config import load_scenario
from geo_planner.errors import OutputError, UsageError
from geo_planner.fetch import DownloadError, InitReport, init_study_area
from geo_planner.fetch.boundaries import COMMUNES_FILE, ward_path
from geo_planner.fetch.provinces import communes_of, province
from geo_planner.files.manifest import read_manifest
from geo_planner.imports import import_layer
from geo_planner.schema import SITES, VILLAGES
from geo_planner.study_area import load_study_area
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.layer_files import vintage_warnings
from geo_planner.validation import validate
from geo_planner.words import Said
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, made_terrain, upstream_boundaries
from tests.fetch.test_boundaries import files_of

MADE = ("46", (107.35, 16.05, 107.65, 16.35), [(15, 107), (16, 107)], {"cell_m": 250.0, "margin_km": 8.0})
REAL = ("12", None, [(la, lo) for la in (21, 22, 23) for lo in (101, 102, 103, 104)], {"cell_m": 500.0})


def start(mirror: Mirror, root: Path, code: str, terrain: dict[str, float], **options: object) -> InitReport:
    return init_study_area(root, code, base_url=mirror.url, policy=QUICK, terrain=terrain, **options)


def give_villages_and_sites(root: Path) -> None:
    """What only the province knows; here made up, a village a commune and a few stations."""
    communes, _ = read_communes(root / COMMUNES_FILE, COMMUNES_FILE)
    points = communes.geometry.representative_point()
    chosen = list(communes.index)[::4]
    villages = [
        {
            "village_id": f"V{i:03d}",
            "name": f"Bản {i}",
            "commune_code": code,
            "lon": round(points[code].x, 5),
            "lat": round(points[code].y, 5),
            "grid_power": "yes" if i % 2 else "",
            "is_sample": "yes",
        }
        for i, code in enumerate(chosen)
    ]
    site = {
        "status": "on_air",
        "operator": "Viettel",
        "technology": "LTE",
        "freq_mhz": 900,
        "bandwidth_mhz": 10,
        "mast_height_m": 42,
        "tx_power_dbm": 43,
        "antenna_gain_dbi": 11,
        "losses_db": 2,
        "is_sample": "yes",
    }
    sites = [
        {
            "site_id": f"S{i}",
            "cell_id": "1",
            "name": f"Trạm {i}",
            "commune_code": code,
            "lon": round(points[code].x + 0.01, 5),
            "lat": round(points[code].y, 5),
            **site,
        }
        for i, code in enumerate(chosen[:3])
    ]
    # as a planner does: a list from elsewhere is brought in
    for layer, rows in ((VILLAGES, villages), (SITES, sites)):
        listed = root.parent / f"{layer.name}.csv"
        with listed.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [c.name for c in layer.columns])
            writer.writeheader()
            writer.writerows(rows)
        done = import_layer(layer.name, listed, root)
        assert done.written, [str(fault) for fault in done.faults]
        assert done.counts["accepted"] == len(rows)


def check_plan(root: Path, report: InitReport) -> planning.Plan:
    give_villages_and_sites(root)
    assert [str(f) for f in validate(root) if f.level == "fault"] == []
    scenario = load_scenario(root / "scenarios" / f"{report.province.slug}.yaml")
    result = planning.run(scenario, load_study_area(root, scenario))
    assert sorted(result.villages["rank"]) == list(range(1, len(result.villages) + 1))
    assert result.communes["population"].isna().all()
    assert result.villages["border"].isna().all()
    assert result.villages["region_class"].isna().all()
    for missing in result.villages["missing"]:
        assert {"border", "region_iii", "households_without_signal"} <= set(missing)
    assert (result.villages.loc[result.villages["grid_power"].isna(), "responsibility"] == "undecided").all()
    assert {q.column for q in report.questions} == {"population", "border", "region_class"}
    return result


@pytest.fixture
def made(mirror: Mirror) -> Mirror:
    mirror.files |= made_boundaries(MADE[0], MADE[1]) | made_terrain(MADE[2], cells=400)
    return mirror


def test_a_made_province_from_the_mirror_to_a_plan(made: Mirror, tmp_path: Path) -> None:
    report = start(made, tmp_path / "hue", MADE[0], MADE[3])
    assert report.province.slug == "hue"
    result = check_plan(tmp_path / "hue", report)
    assert result.coverage.rsrp_dbm.shape == result.terrain.heights_m.shape
    assert (result.villages["modelled_status"] != "unknown").all()


def test_lai_chau_from_the_mirror_to_a_plan_and_its_files(mirror: Mirror, reference: Path, tmp_path: Path) -> None:
    mirror.files |= upstream_boundaries(reference) | made_terrain(REAL[2], cells=240)
    report = start(mirror, tmp_path / "lc", REAL[0], REAL[3])
    result = check_plan(tmp_path / "lc", report)
    assert len(result.communes) == 38
    done = subprocess.run(
        [sys.executable, "-m", "geo_planner.cli", "plan", str(report.scenario), "-o", str(tmp_path / "out"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ok"]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["villages"]) == len(result.villages)
    assert all(c["covered_population_share"] is None for c in summary["communes"])


def test_a_copy_is_a_study_area_too_and_twice_the_same(made: Mirror, tmp_path: Path) -> None:
    start(made, tmp_path / "a", MADE[0], MADE[3])
    start(made, tmp_path / "b", MADE[0], MADE[3])
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_what_is_missing_is_said_in_words(made: Mirror, tmp_path: Path) -> None:
    report = start(made, tmp_path / "hue", MADE[0], MADE[3])
    text = (tmp_path / "hue" / "README.md").read_text(encoding="utf-8")
    for words in ("Thành phố Huế", "geo-planner import villages", "dân số của 40 xã", "region class", "MIT", "Copernicus", "$"):
        assert (words in text) is (words != "$")
    assert report.next_steps[0].startswith("geo-planner template villages")
    faults = [f for f in validate(tmp_path / "hue") if f.level == "fault"]
    assert {f.file for f in faults} == {"villages/villages.csv", "sites/sites.csv"}
    assert {f.code for f in faults} == {"missing_file"}


def test_the_manifest_names_every_file(made: Mirror, tmp_path: Path) -> None:
    start(made, tmp_path / "hue", MADE[0], MADE[3])
    files = {str(p.relative_to(tmp_path / "hue")) for p in (tmp_path / "hue").rglob("*") if p.is_file()}
    assert set(read_manifest(tmp_path / "hue")["files"]) == files - {"manifest.json", "README.md"}
    assert vintage_warnings(tmp_path / "hue") == []


def test_a_folder_that_holds_something_is_left_alone(made: Mirror, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="holds files"):
        start(made, tmp_path / "full", MADE[0], MADE[3])
    assert files_of(tmp_path / "full") == {"mine.txt": b"x"}
    (tmp_path / "empty").mkdir()
    start(made, tmp_path / "empty", MADE[0], MADE[3])
    assert (tmp_path / "empty" / "README.md").is_file()


@pytest.mark.parametrize("fault", ["404", "503", "portal"])
@pytest.mark.parametrize("which", ["boundaries", "terrain"])
def test_a_failure_leaves_no_folder_and_the_next_try_goes_on(made: Mirror, tmp_path: Path, fault: str, which: str) -> None:
    broken = ward_path(province("46"), communes_of("46")[-1]) if which == "boundaries" else "*"
    if which == "terrain":  # every tile
        for name in [n for n in made.files if n.startswith("Copernicus")]:
            made.faults[name] = [fault]
    else:
        made.faults[broken] = [fault]
    before = {p for p in tmp_path.iterdir() if p.name != "cache"}
    with pytest.raises(DownloadError):
        start(made, tmp_path / "hue", MADE[0], MADE[3])
    assert {p for p in tmp_path.iterdir() if p.name != "cache"} == before
    made.faults.clear()
    made.requests.clear()
    start(made, tmp_path / "hue", MADE[0], MADE[3])
    asked = [path for _, path, _ in made.requests]
    assert len([p for p in asked if "wards" in p]) < len(communes_of("46"))  # what came before is in the cache


def test_further_layers_at_once(made: Mirror, tmp_path: Path) -> None:
    made.answer = lambda body: b'{"osm3s":{"timestamp_osm_base":"2026-11-20"},"elements":[]}'
    report = start(made, tmp_path / "hue", MADE[0], MADE[3], layers=("roads",))
    assert "roads/roads.geojson" in report.files
    with pytest.raises(UsageError, match="weather"):
        start(made, tmp_path / "other", MADE[0], MADE[3], layers=("weather",))


def test_a_place_that_cannot_be_written_is_told(made: Mirror, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        start(made, tmp_path / "file" / "hue", MADE[0], MADE[3])


def test_progress_is_told_for_each_step(made: Mirror, tmp_path: Path) -> None:
    told: list[tuple[Said, float]] = []
    start(made, tmp_path / "hue", MADE[0], MADE[3], progress=lambda step, share: told.append((step, share)))
    assert {str(step) for step, _ in told} == {"boundaries", "terrain"}
    for step in ("boundaries", "terrain"):
        shares = [share for name, share in told if str(name) == step]
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1.0)


def test_boundaries_of_the_made_province_hold_the_villages(made: Mirror, tmp_path: Path) -> None:
    start(made, tmp_path / "hue", MADE[0], MADE[3])
    layer = gpd.read_file(tmp_path / "hue" / COMMUNES_FILE)
    assert np.isclose(layer.to_crs(32648).area.sum(), layer.to_crs(32648).union_all().area)
