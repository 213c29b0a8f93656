"""5G by 2030: the bundled scenario says what it rests on, and people covered rise from year to year."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml

from geo_planner.config import load_scenario
from geo_planner.export.build_sheets import build_sheets
from geo_planner.export.build_summary import build_summary
from geo_planner.people import people_of_province
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from tests import small_area as sa
from tests.conftest import ROOT

DATA = ROOT / "data"
SCENARIO = DATA / "scenarios" / "lai_chau_5g_2030.yaml"


def test_the_bundled_scenario_reads_sample_layers_and_builds_on_masts_that_stand() -> None:
    scenario = load_scenario(SCENARIO)
    assert scenario.build is not None
    assert (scenario.service.technology, scenario.build.technologies.kinds) == ("NR", ("add_band",))
    assert {carrier.freq_mhz for carrier in scenario.build.technologies.add_band} == {700.0, 3500.0}
    assert [year.year for year in scenario.build.years] == [2027, 2028, 2029, 2030]
    assert (scenario.build.must, scenario.build.must_not) == ((), ())
    assert "mẫu" in scenario.title_vi
    assert "sample" in scenario.title_en
    area = load_study_area(DATA, scenario)
    assert area.population is not None
    assert area.population.is_sample
    assert area.villages["is_sample"].all()
    assert int(area.villages["population"].sum()) == 512_601
    assert len(area.villages) == 106


def test_the_script_makes_the_same_list_again() -> None:
    spec = importlib.util.spec_from_file_location("make_sample_centres", ROOT / "scripts" / "make_sample_centres.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.centres(DATA).to_csv(index=False, lineterminator="\n") == (DATA / "sample" / "centres.csv").read_text("utf-8")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Two masts that may take 5G, money for one a year."""
    area = sa.make_area(tmp_path_factory.mktemp("5g") / "area")
    people = np.ones((40, 60), dtype="float32")
    (area / "population").mkdir()
    with rasterio.open(
        area / "population" / "population.tif", "w", driver="GTiff", width=60, height=40, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.transform.from_origin(102.995, 22.035, 0.00083333, 0.001),
    ) as sink:  # fmt: skip
        sink.write(people, 1)
    document = yaml.safe_load((area / sa.SCENARIO).read_text(encoding="utf-8"))
    document["service"] |= {"technology": "NR", "rsrp_threshold_dbm": -75}
    document["build"] = {
        "objective": "households", "count_payers": ["operator", "fund", "power_first", "undecided"],
        "years": [{"year": 2027, "budget_vnd": 700_000_000}, {"year": 2028, "budget_vnd": 700_000_000}],
        "technologies": {"kinds": ["add_band"]}, "candidates": {"most": 0, "per_village": 0, "heights_m": [30]},
        "search": {"frontier_points": 0, "draws": 0},
    }  # fmt: skip
    (area / sa.SCENARIO).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    scenario = load_scenario(area / sa.SCENARIO)
    return run(scenario, load_study_area(area, scenario), workers=1)


def test_people_rise_from_year_to_year_up_to_the_whole_plan(small: Plan) -> None:
    assert small.build is not None
    table = small.build.people_by_year
    assert table is not None
    assert table["year"].tolist() == [2027, 2028]
    assert (table["people"] == 6000).all()
    assert table["covered"].is_monotonic_increasing
    assert 0 < table["covered"].iloc[0] < table["covered"].iloc[1]
    whole = people_of_province(small.study_area, small.build.after.coverage, small.scenario.service)
    assert whole is not None
    assert table["covered"].iloc[-1] == whole["covered"]
    assert table["covered_share"].iloc[-1] == pytest.approx(whole["covered_share"])
    assert (table["communes"] == 2).all()
    shares = small.build.after.communes["covered_population_share"]
    assert table["communes_covered"].iloc[-1] == int((shares >= 0.99).sum())
    told = build_summary(small.build)["people_by_year"]
    assert pd.DataFrame(told)["covered"].tolist() == table["covered"].tolist()


def test_the_share_is_of_people_and_not_of_area(small: Plan) -> None:
    assert small.build is not None
    then = small.build.after.communes
    assert (small.communes["covered_population_share"] == 0).all()
    assert (then["covered_population_share"] > 0).any()


def test_the_workbook_has_people_by_year(small: Plan) -> None:
    (sheet,) = [sheet for sheet in build_sheets(small) if sheet.name == "Dân số theo năm"]
    assert [row[0] for row in sheet.rows] == [2027, 2028]
    assert "99%" in sheet.lines[0]
