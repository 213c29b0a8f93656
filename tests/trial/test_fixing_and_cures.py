"""A mast by hand put into a scenario is built by the plan of that scenario; what was before comes back; cures are those of the build plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo_planner.build.atlas import mast_atlas
from geo_planner.config import load_scenario
from geo_planner.config.build.candidates import Candidates
from geo_planner.errors import InputError, UsageError
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from geo_planner.trial import Sector, TrialMast, cures, forbidden, mast_of_option, trial_mast, undone, with_trial

DAY = dt.datetime(2026, 11, 27, 8, 30, tzinfo=dt.UTC)


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".geo_planner" not in path.parts
    }


def base_of(folder: Path) -> Path:
    """The scenario of the valley as a file, with a small build plan."""
    base = folder / "scenarios" / "s.yaml"
    text = base.read_text("utf-8")
    text = text.replace("model: free_space, compare_with: null, max_radius_km: 2", "model: p1812, compare_with: null, max_radius_km: 9")
    text = text.replace("service: {sigma_db: 8}", "service: {sigma_db: 8, rsrp_threshold_dbm: -88}")
    more = "build: {years: [{year: 2027, budget_vnd: 9000000000}], count_payers: [fund, operator, power_first, undecided], search: {draws: 0, frontier_points: 0}, candidates: {most: 3, max_slope_deg: 60}}\n"
    base.write_text(text + more, "utf-8")
    return base


def planned(path: Path) -> Plan:
    scenario = load_scenario(path)
    return run(scenario, load_study_area(path.parent.parent, scenario), workers=2)


def test_a_mast_by_hand_is_built_where_it_was_put(valley_folder: Path) -> None:
    root, base = valley_folder, base_of(valley_folder)
    before = contents(root)
    first = planned(base)
    lon, lat = (
        float(v) for v in (first.study_area.villages.geometry.x.iloc[0] + 0.004, first.study_area.villages.geometry.y.iloc[0] + 0.003)
    )
    new = root / "scenarios" / "thu_tram.yaml"
    mast = TrialMast(37.0, 1800.0, 20.0, 41.5, 15.5, 1.5, tuple(Sector(azimuth, 3.0) for azimuth in (40.0, 160.0, 280.0)))
    shown = trial_mast(first, lon, lat, mast)
    fixed = with_trial(base, new, lon, lat, mast, name="=Đồi trường học", now=DAY)
    assert fixed.ids == ("tay-001",)
    assert {name: data for name, data in contents(root).items() if name in before} == before
    again = planned(new)
    assert again.build is not None
    sites = again.build.results.sites
    mine = sites[sites["place_id"].str.startswith("user:tay-001")]
    assert len(mine) == 1
    assert mine["lon"].iloc[0] == pytest.approx(lon, abs=1e-6)
    assert mine["lat"].iloc[0] == pytest.approx(lat, abs=1e-6)
    # what is built is what was tried, and nothing else could have stood there
    _, _, built = mast_of_option(again, str(mine.index[0]))
    assert built == replace(mast, satellite=built.satellite)
    stands = again.build.places.index[again.build.places["stands_at"] == "user:tay-001"]
    assert set(again.build.options.loc[again.build.options["place_id"].isin(stands), "kind"]) == {"macro_mast", "satellite_mast"}
    # the claim of the plan is the trial's, to the village and household, and so is the cost of the mast
    pieces = again.build.covers.loc[again.build.covers["option_id"] == mine.index[0], "demand_id"]
    served = again.build.demands.loc[pieces]
    gained = shown.villages.loc[shown.villages["gained"] > 0, "gained"]
    assert len(gained)
    assert served.groupby("village_id")["households"].sum().to_dict() == pytest.approx(gained.to_dict())
    assert shown.households == pytest.approx(served["households"].sum())
    own = shown.items[shown.items["id"] == "trial"]
    if built.satellite == shown.hops[~shown.hops["planned"]].empty:
        # the place is given in degrees: what is carried differs by less than a đồng a metre
        cost = again.build.costs.options.table.at[mine.index[0], "cost"]
        assert own.loc[own["part"] != "yearly", "base"].sum() == pytest.approx(cost, abs=2000)
    undone(fixed)
    assert contents(root) == before


def test_a_second_mast_goes_into_the_same_scenario_and_comes_out_again(valley_folder: Path) -> None:
    base = base_of(valley_folder)
    new = valley_folder / "scenarios" / "thu.yaml"
    first = with_trial(base, new, 103.01, 22.01, TrialMast(30.0), now=DAY)
    one = contents(valley_folder)
    second = with_trial(new, new, 103.02, 22.02, TrialMast(35.0), now=DAY + dt.timedelta(minutes=1))
    assert second.ids == ("tay-002",)
    scenario = load_scenario(new)
    assert scenario.build is not None
    assert scenario.build.must == ("tay-001", "tay-002")
    assert scenario.name == "thu"
    rows = (valley_folder / "candidates" / "thu.csv").read_text("utf-8").splitlines()
    assert len(rows) == 3
    assert [told.key for told in second.statements] == ["trial_fixed.must"]
    kept = {path: copy for path, copy in second.former if copy is not None}
    assert all("2026-11-27T083100" in str(copy) for copy in kept.values())
    assert len(kept) == 2
    undone(second)
    assert contents(valley_folder) == one
    undone(first)
    assert not new.exists()


def test_files_of_others_are_not_written_over(valley_folder: Path) -> None:
    base = base_of(valley_folder)
    before = contents(valley_folder)
    (valley_folder / "candidates").mkdir()
    (valley_folder / "candidates" / "thu.csv").write_text("site_id,lon,lat\nown,103.01,22.01\n", "utf-8")
    before = contents(valley_folder)
    other = valley_folder / "scenarios" / "khac.yaml"
    other.write_bytes(base.read_bytes())
    before = contents(valley_folder)
    for new in (valley_folder / "scenarios" / "thu.yaml", other, valley_folder / "elsewhere.yaml"):
        with pytest.raises(UsageError):
            with_trial(base, new, 103.01, 22.01, TrialMast(30.0), now=DAY)
        assert contents(valley_folder) == before
    uneven = TrialMast(30.0, sectors=(Sector(0.0), Sector(90.0)))
    for lon, mast, told in ((103.01, uneven, "evenly"), (float("nan"), TrialMast(30.0), "terrain")):
        with pytest.raises(UsageError, match=told):
            with_trial(base, valley_folder / "scenarios" / "lech.yaml", lon, 22.01, mast, now=DAY)
    assert contents(valley_folder) == before


def test_a_forbidden_place_is_not_built_on(valley_folder: Path) -> None:
    base = base_of(valley_folder)
    plan = planned(base)
    assert plan.build is not None
    sites = plan.build.results.sites
    new_masts = sites[sites["kind"].isin(["low_mast", "macro_mast", "satellite_mast"])]
    assert len(new_masts)
    lon, lat = (float(new_masts[name].iloc[0]) for name in ("lon", "lat"))
    path = valley_folder / "scenarios" / "cam.yaml"
    fixed = forbidden(base, path, plan, lon, lat, within_m=50.0, now=DAY)
    without = planned(path)
    assert without.build is not None
    stands = without.build.places["stands_at"].reindex(without.build.results.sites["place_id"])
    assert not set(stands) & set(fixed.ids)
    with pytest.raises(UsageError, match="nothing to forbid"):
        forbidden(base, valley_folder / "scenarios" / "cam2.yaml", plan, 110.0, 10.0, now=DAY)


def test_cures_are_the_options_of_the_build_plan(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    told = 0
    for village in valley_plan.villages.index:
        table = cures(valley_plan, str(village), most=1000, every=True)
        mine = build.demands.index[build.demands["village_id"] == village]
        served = build.covers[build.covers["demand_id"].isin(mine)]
        assert sorted(table["option_id"]) == sorted(set(served["option_id"]))
        for row in table.itertuples():
            pieces = served.loc[served["option_id"] == row.option_id, "demand_id"]
            assert row.households == pytest.approx(build.demands.loc[pieces, "households"].sum())
            assert row.cost_vnd == build.costs.options.table.at[row.option_id, "cost"]
            assert row.cost_low_vnd <= row.cost_vnd <= row.cost_high_vnd
            assert row.chosen == (row.option_id in build.choice.options)
            told += 1
        order = table["status_after"].map({"covered": 0, "partial": 1, "no_signal": 2}) + 3 * ~table["joined"]
        assert order.is_monotonic_increasing
        assert table.loc[table["chosen"], "joined"].all()
        short = cures(valley_plan, str(village), most=3)
        assert set(table.loc[table["chosen"], "option_id"]) <= set(short["option_id"])
        assert len(short) <= max(3, int(table["chosen"].sum()))
        others = short[~short["chosen"]]
        assert not others.duplicated(["lon", "lat"]).any()
    assert told


def test_a_cure_leaves_the_village_as_the_trial_does(valley_plan: Plan) -> None:
    compared = 0
    for village in valley_plan.villages.index:
        for row in cures(valley_plan, str(village), most=6).itertuples():
            if row.kind not in ("low_mast", "macro_mast", "satellite_mast"):
                continue
            trial = trial_mast(valley_plan, *mast_of_option(valley_plan, str(row.option_id)))
            assert trial.villages.at[village, "status_after"] == row.status_after
            assert trial.villages.at[village, "gained"] == pytest.approx(row.households)
            compared += 1
    assert compared


def test_without_a_build_plan_the_atlas_answers(plan: Plan) -> None:
    assert plan.build is None
    some = plan.villages.loc[["LC001", "LC002", "LC020"]].sort_index()
    atlas = mast_atlas(plan.study_area, plan.scenario, some, Candidates(heights_m=(30.0,)))
    table = cures(plan, "LC001", atlas=atlas, most=4)
    assert 0 < len(table) <= 4
    assert set(table["source"]) == {"atlas"}
    assert table["cost_vnd"].is_monotonic_increasing
    assert (table["distance_km"] < 30).all()
    assert (table["households"] == float(plan.villages.at["LC001", "households"])).all()
    assert np.isnan(table["cost_low_vnd"]).all()
    assert cures(plan, "LC020", atlas=atlas).empty
    with pytest.raises(KeyError):
        cures(plan, "nobody", atlas=atlas)


@pytest.mark.parametrize(("column", "value"), [("n_cells", "9"), ("azimuth_deg", "bắc"), ("tx_power_dbm", "430"), ("lon", "")])
def test_a_list_that_the_plan_would_refuse_is_told_before_anything_is_written(column: str, value: str, valley_folder: Path) -> None:
    base = base_of(valley_folder)
    row = {"site_id": "own", "lon": "103.01", "lat": "22.01", "mast_height_m": "30", "freq_mhz": "900", column: value}
    (valley_folder / "candidates").mkdir()
    (valley_folder / "candidates" / "candidates.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n", "utf-8")
    before = contents(valley_folder)
    with pytest.raises(InputError) as told:
        with_trial(base, valley_folder / "scenarios" / "thu.yaml", 103.01, 22.01, TrialMast(30.0), now=DAY)
    assert [(found.column, found.row) for found in told.value.faults] == [(column, 2)]
    assert contents(valley_folder) == before
