"""The whole build plan, of the bundled scenario and of one with wishes: sums agree to the đồng, the budget holds, ways are complete, what is claimed is what is recomputed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from geo_planner.build import doubts
from geo_planner.build.plan import BuildPlan
from geo_planner.build.siting import choose
from geo_planner.build.ways import checked
from geo_planner.config import Scenario, load_scenario
from geo_planner.errors import InputError
from geo_planner.export import write_plan
from geo_planner.export.build_sheets import build_sheets
from geo_planner.export.summary import summary
from geo_planner.plan import Plan, load_plan, run
from geo_planner.radio.cache import LossCache
from geo_planner.study_area import StudyArea
from tests.conftest import SCENARIO
from tests.same import assert_same

BUDGET = {2027: 6_000_000_000, 2028: 4_000_000_000}
SECTION = {
    "years": [{"year": year, "budget_vnd": vnd} for year, vnd in BUDGET.items()],
    "must": ["LC017", "nobody"],
    "must_not": ["LC006"],
    "search": {"gap": 0.01, "frontier_points": 3, "draws": 3},
}


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("scenario") / "scenarios"
    folder.mkdir()
    document = yaml.safe_load(SCENARIO.read_text("utf-8"))
    path = folder / "building.yaml"
    path.write_text(
        yaml.safe_dump(
            {**document, "name": "building", "propagation": {**document["propagation"], "compare_with": None}, "build": SECTION},
            allow_unicode=True,
        ),
        "utf-8",
    )
    return load_scenario(path)


@pytest.fixture(scope="module")
def wished(building: Scenario, study_area: StudyArea, losses: LossCache) -> Plan:
    return run(building, study_area, workers=2, cache=losses)


@pytest.fixture(scope="module", params=["built_plan", "wished"])
def planned(request: pytest.FixtureRequest) -> Plan:
    """The bundled plan as it is, and one with wishes."""
    found: Plan = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def build(planned: Plan) -> BuildPlan:
    assert planned.build is not None
    return planned.build


@pytest.fixture(scope="module")
def told(planned: Plan) -> dict[str, object]:
    return summary(planned)["build"]


@pytest.fixture(scope="module")
def folder(built_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "out"
    write_plan(built_plan, out)
    return out


def test_the_keys_of_the_summary(told: dict[str, dict[str, object]]) -> None:
    keys = {
        "sites",
        "links",
        "villages",
        "cost_vnd",
        "cost_per_household_vnd",
        "by_payer",
        "by_year",
        "optimality",
        "frontier",
        "stay_in",
        "after",
    }
    assert keys <= set(told) <= keys | {"power_first", "smartphones", "people_by_year", "stay_in_by"}  # lines beside, in no sum
    assert {
        "site_id", "place_id", "kind", "lon", "lat", "mast_height_m", "cost_vnd", "payer", "year", "households", "link_ids",
        "cost_per_household_vnd",
    } == set(told["sites"][0])  # fmt: skip
    assert {"budget", "capex", "opex_per_year", "npv", "total", "low", "high"} == set(told["cost_vnd"])
    assert {"status", "gap", "bound"} == set(told["optimality"])
    assert {"by_modelled_status", "households_covered"} == set(told["after"])
    assert {"village_id", "households_before", "households_after", "site_ids", "year"} == set(told["villages"][0])


def test_amounts_are_whole_and_agree_to_the_dong(told: dict[str, object], build: BuildPlan) -> None:
    capex = told["cost_vnd"]["capex"]
    assert sum(site["cost_vnd"] for site in told["sites"]) + sum(link["cost_vnd"] for link in told["links"]) == capex
    assert sum(told["by_payer"].values()) == capex == build.choice.cost
    assert all(isinstance(v, int) for v in told["by_payer"].values())
    assert sum(year["cost_vnd"] for year in told["by_year"]) == capex
    items = build.shares.items.drop(columns="payer").sum(axis=1)
    of = pd.concat([build.results.sites["cost_vnd"], build.results.links["cost_vnd"]])
    assert items.to_dict() == of.to_dict()


def test_no_budget_is_exceeded(told: dict[str, object], build: BuildPlan) -> None:
    budget = {each.year: each.budget_vnd for each in build.settings.years}
    assert told["cost_vnd"]["budget"] == sum(budget.values())
    assert 0 < told["cost_vnd"]["capex"] <= told["cost_vnd"]["budget"]
    assert [year["year"] for year in told["by_year"] if year["year"] is not None] == list(budget)
    granted = spent = 0
    for year in told["by_year"][: len(budget)]:
        granted, spent = granted + budget[year["year"]], spent + year["cost_vnd"]
        assert spent <= granted
        assert build.settings.phases.carry_unspent or year["cost_vnd"] <= budget[year["year"]]
        assert year["cost_vnd"] == sum(item["cost_vnd"] for item in (*told["sites"], *told["links"]) if item["year"] == year["year"])
    within = [point["budget_vnd"] for point in told["frontier"] if point["budget_vnd"] <= sum(budget.values())]
    assert len(within) == len(told["frontier"]) - build.settings.search.frontier_points // 2


def test_other_budgets_never_cover_less_for_more_and_tell_their_gap(told: dict[str, object], build: BuildPlan) -> None:
    points = build.frontier
    assert len(points) == build.settings.search.frontier_points
    assert points["weight"].is_monotonic_increasing
    assert (points["gap"] <= build.settings.search.gap).all()
    # the last budget pays for all that can be covered
    can = build.demands["weight"].reindex(build.covers["demand_id"].unique()).sum()
    assert points["weight"].iloc[-1] == pytest.approx(can)
    assert can > build.choice.weight
    assert {"budget_vnd", "weight", "households", "sites"} <= set(told["frontier"][0])


def test_every_draw_was_chosen_with_proof(told: dict[str, object], build: BuildPlan) -> None:
    assert told["stay_in_by"] == "exact"
    assert build.stay_in.between(0.0, 1.0).all()
    assert (build.stay_in * build.settings.search.draws % 1.0).abs().max() < 1e-9


def test_every_site_has_a_complete_way_to_a_gateway(told: dict[str, object], build: BuildPlan) -> None:
    assert checked(build.choice, build.options, build.places, build.links) == []
    gateways = set(build.places.index[build.places["gateway"]])
    at = {site["place_id"] for site in told["sites"]}
    ids = {link["link_id"] for link in told["links"]}
    for link in told["links"]:
        assert {link["place_a"], link["place_b"]} <= at | gateways
    for site in told["sites"]:
        assert set(site["link_ids"]) <= ids
    joined, growing = set(gateways), True
    while growing:
        new = {end for link in told["links"] for end in (link["place_a"], link["place_b"]) if {link["place_a"], link["place_b"]} & joined}
        growing = not new <= joined
        joined |= new
    needing = build.options.loc[list(build.choice.options)].query("backhaul == 'network'")["place_id"]
    assert set(needing) <= joined


def test_what_is_claimed_is_what_the_recomputed_coverage_shows(told: dict[str, object], build: BuildPlan) -> None:
    claimed = build.choice.covered.reindex(build.demands.index)
    np.testing.assert_array_equal(claimed.to_numpy(dtype=bool), build.after.covered.reindex(build.demands.index).to_numpy(dtype=bool))
    after = build.after.villages["households_after"]
    for village in told["villages"]:
        assert village["households_after"] == pytest.approx(after[village["village_id"]], abs=1e-9)
    gain = sum(v["households_after"] - v["households_before"] for v in told["villages"])
    assert sum(site["households"] for site in told["sites"]) == pytest.approx(gain, abs=1e-6)
    assert told["after"]["households_covered"] == pytest.approx(sum(v["households_after"] for v in told["villages"]), abs=1e-6)


def test_wishes_hold_and_unknown_ids_are_left_out_with_a_word(wished: Plan) -> None:
    build = wished.build
    assert build is not None
    mine = build.demands["village_id"] == "LC017"
    coverable = build.demands.index.isin(build.covers["demand_id"])
    assert build.choice.covered.reindex(build.demands.index)[mine & coverable].all()
    assert (build.demands.loc[build.demands["village_id"] == "LC006", "weight"] == 0).all()
    assert [f.value for f in wished.notes if f.code == "build_id_unknown"] == ["nobody"]


def test_no_choice_of_the_same_tables_is_better(build: BuildPlan) -> None:
    again = choose(
        build.demands, build.options, build.covers, build.places, build.links, budget=float(sum(each.budget_vnd for each in build.settings.years)),
        required_villages=[village for village in build.settings.must if village in set(build.demands["village_id"])], method="greedy",
    )  # fmt: skip
    assert again.weight <= build.choice.weight * (1 + 1e-9)
    assert build.choice.bound >= build.choice.weight
    assert build.choice.gap <= 0.01


def test_the_bundled_plan_tells_something(built_plan: Plan) -> None:
    told, settings = summary(built_plan)["build"], built_plan.build.settings
    assert (settings.must, settings.must_not) == ((), ())  # it names no village and no site
    gained = [v for v in told["villages"] if v["households_after"] > v["households_before"]]
    assert 0 < len(gained) < len(built_plan.villages)
    assert sum(told["after"]["by_modelled_status"].values()) == len(built_plan.villages)
    weights = [point["weight"] for point in told["frontier"]]
    assert len(set(weights)) >= 3
    assert weights == sorted(weights)
    assert set(told["stay_in"]) == {site["site_id"] for site in told["sites"]}
    assert all(0.0 <= share <= 1.0 for share in told["stay_in"].values())
    assert all(item["year"] is not None for item in (*told["sites"], *told["links"]))
    assert {year["year"] for year in told["by_year"] if year["sites"]} == {each.year for each in settings.years}


def test_the_sheets_add_up_to_the_summary(built_plan: Plan) -> None:
    told = summary(built_plan)["build"]
    paid = 0
    for sheet in build_sheets(built_plan):
        titles = [column.title for column in sheet.columns]
        if sheet.name in ("Trạm xây dựng", "Truyền dẫn"):
            paid += sum(row[titles.index("Chi phí (đồng)")] for row in sheet.rows)
    assert paid == told["cost_vnd"]["capex"]


def test_the_files(folder: Path, built_plan: Plan) -> None:
    told = summary(built_plan)["build"]
    assert (folder / "mast_sites.tif").is_file()
    written = json.loads((folder / "summary.json").read_text("utf-8"))["build"]
    assert written == json.loads(json.dumps(told))
    with closing(sqlite3.connect(folder / "plan.gpkg")) as database:
        counted = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("chosen_sites", "chosen_links", "candidates", "demands")
        }
        paid = [
            database.execute(f"SELECT coalesce(sum(cost_vnd), 0) FROM {name}").fetchone()[0] for name in ("chosen_sites", "chosen_links")
        ]
    assert counted["chosen_sites"] == len(told["sites"])
    assert counted["chosen_links"] == len(told["links"])
    assert counted["demands"] > 0
    assert counted["candidates"] > 0
    assert sum(paid) == told["cost_vnd"]["capex"]


def test_the_same_bytes_with_one_worker(wished: Plan, building: Scenario, study_area: StudyArea, losses: LossCache) -> None:
    again = summary(run(building, study_area, workers=1, cache=losses))
    assert json.dumps(again, sort_keys=True) == json.dumps(summary(wished), sort_keys=True)


def test_a_folder_gives_the_plan_back(folder: Path, built_plan: Plan, study_area: StudyArea, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plan.compute_coverage", "build.after.compute_coverage", "build.reach.reach", "build.siting.choose"):
        monkeypatch.setattr(f"geo_planner.{name}", None)  # neither a model nor a search is asked
    loaded = load_plan(folder, study_area.root)
    for field in fields(built_plan):
        if field.name != "manifest":
            assert_same(getattr(built_plan, field.name), getattr(loaded, field.name), field.name)
    assert json.dumps(summary(loaded), sort_keys=True) == json.dumps(summary(built_plan), sort_keys=True)


def test_a_plan_that_was_read_writes_the_same_files(folder: Path, study_area: StudyArea, tmp_path: Path) -> None:
    again = write_plan(load_plan(folder, study_area.root), tmp_path / "again")
    for name, path in again.items():
        if name != "manifest.json":
            assert path.read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("name", ["after_coverage.tif", "mast_sites.tif", "mast_expected.tif"])
def test_a_raster_that_is_not_there_is_told(name: str, folder: Path, study_area: StudyArea, tmp_path: Path) -> None:
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    (out / name).unlink()
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    for key, files in (
        ("stored_plan.changed", manifest["files"]),
        ("stored_plan.no_tables", {k: v for k, v in manifest["files"].items() if k != name}),
    ):
        (out / "manifest.json").write_text(json.dumps({**manifest, "files": files}), "utf-8")
        with pytest.raises(InputError) as caught:
            load_plan(out, study_area.root)
        assert [(f.file, f.said.key) for f in caught.value.faults] == [(name, key)]


def test_what_a_covered_household_costs(told: dict[str, object], build: BuildPlan) -> None:
    mobile = [site for site in told["sites"] if site["kind"] != "satellite_terminal"]
    households = sum(site["households"] for site in mobile)
    spent = sum(item["cost_vnd"] for item in (*mobile, *told["links"]))
    whole = told["cost_per_household_vnd"]
    assert whole["base"] == pytest.approx(spent / households)
    assert whole["low"] < whole["base"] < whole["high"]
    for site in told["sites"]:
        expected = site["cost_vnd"] / site["households"] if site in mobile and site["households"] > 0 else None
        assert site["cost_per_household_vnd"] == (None if expected is None else pytest.approx(expected))
    assert build.results.sites["cost_per_household_vnd"].notna().any()


@pytest.mark.parametrize("section", [{"budget_vnd": 0}, {"budget_vnd": 0, "must": ["LC017"]}])
def test_a_plan_without_money_builds_nothing_and_says_so(
    section: dict[str, object], building: Scenario, study_area: StudyArea, losses: LossCache
) -> None:
    scenario = Scenario.model_validate({**building.model_dump(), "build": section})
    plan = run(scenario, study_area, workers=2, cache=losses)
    assert plan.build is not None
    assert plan.build.results.sites.empty
    told = summary(plan)["build"]
    assert told["cost_vnd"]["capex"] == 0
    assert told["sites"] == told["links"] == []
    assert any(f.code == "build_infeasible" for f in plan.notes) == ("must" in section)


def told_per_household(plan: Plan) -> float:
    return float(summary(plan)["build"]["cost_per_household_vnd"]["base"])


def test_what_stands_beside_the_stations_has_a_sheet_each(planned: Plan, build: BuildPlan) -> None:
    phones = pd.DataFrame(
        {"eligible": pd.array([4, None], dtype="Int64"), "amount_vnd": pd.array([2_000_000, None], dtype="Int64")},
        index=pd.Index(["LC001", "LC002"], name="village_id"),
    )  # fmt: skip
    assert build.power_first is not None
    sheets = {sheet.name: sheet for sheet in build_sheets(replace(planned, build=replace(build, smartphones=phones)))}
    name = planned.villages["name"]
    assert sheets["Điện thoại thông minh"].rows == [["LC001", name["LC001"], 4, 2_000_000], ["LC002", name["LC002"], None, None]]
    assert "4 hộ được hỗ trợ, 2.000.000 đồng; 1 bản" in sheets["Điện thoại thông minh"].lines[0]
    each = f"{told_per_household(planned):,.0f}".replace(",", ".")
    assert any(f"Bình quân {each} đồng" in line for line in sheets["Trạm xây dựng"].lines)
    first = sheets["Cấp điện trước"].rows
    assert [row[0] for row in first] == list(build.power_first.index)
    assert [row[3] for row in first] == list(build.power_first["terminal_vnd"])
    without = {sheet.name for sheet in build_sheets(replace(planned, build=replace(build, power_first=build.power_first.iloc[:0])))}
    assert not {"Điện thoại thông minh", "Cấp điện trước"} & without


def test_a_problem_too_large_for_proof_in_every_draw_says_so(
    building: Scenario, study_area: StudyArea, losses: LossCache, monkeypatch: pytest.MonkeyPatch, planned: Plan
) -> None:
    monkeypatch.setattr(doubts, "_EXACT", 0)
    plan = run(building, study_area, workers=2, cache=losses)
    assert summary(plan)["build"]["stay_in_by"] == "greedy"
    assert [f.code for f in plan.notes if f.code.startswith("build_stay_in")] == ["build_stay_in"]
    assert not [f for f in planned.notes if f.code.startswith("build_stay_in")]
