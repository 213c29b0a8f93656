"""A mast tried by hand is the mast of the build plan: the same households, statuses, power and cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo_planner.build.after import after
from geo_planner.build.hops import hops
from geo_planner.errors import InputError, UsageError
from geo_planner.plan import Plan
from geo_planner.radio.cache import LossCache
from geo_planner.retried import PRICE_FACTOR
from geo_planner.retried import Trial as WhatIf
from geo_planner.retried import tried as under
from geo_planner.trial import Sector, Trial, TrialMast, mast_of_option, trial_mast, usual_mast

NEW = ("low_mast", "macro_mast", "satellite_mast")


def tried(plan: Plan, option: str) -> Trial:
    return trial_mast(plan, *mast_of_option(plan, option))


def options_of(plan: Plan, most: int) -> list[str]:
    build = plan.build
    assert build is not None
    new = build.options.index[build.options["kind"].isin(NEW)]
    chosen = [option for option in build.choice.options if option in new]
    others = np.random.default_rng(5).permutation(new.to_numpy(dtype=object))[:most]
    assert chosen
    return list(dict.fromkeys([*chosen, *others]))


def test_a_trial_gains_what_the_build_plan_claims(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    some = 0.0
    for option in options_of(valley_plan, 12):
        pieces = build.covers.loc[build.covers["option_id"] == option, "demand_id"]
        trial = tried(valley_plan, option)
        assert trial.households == pytest.approx(build.demands.loc[pieces, "households"].sum(), abs=1e-9)
        some += trial.households
    assert some > 0


def test_a_chosen_site_by_hand_gives_its_households(valley_plan: Plan) -> None:
    """Alone among the chosen, what a site serves best is all that it serves."""
    build = valley_plan.build
    assert build is not None
    sites = build.results.sites
    by_village = valley_plan.build.results.villages  # type: ignore[union-attr]
    for option in sites.index[sites["kind"].isin(NEW)]:
        trial = tried(valley_plan, option)
        shared = build.covers[build.covers["option_id"].isin(build.choice.options)].duplicated("demand_id").any()
        if not shared:
            assert trial.households == pytest.approx(sites.at[option, "households"])
        for village, row in trial.gained.iterrows():
            assert by_village.at[village, "households_after"] >= row["households_after"] - 1e-9


def test_statuses_after_are_those_of_the_province_worked_out_anew(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    for option in options_of(valley_plan, 3):
        alone = replace(build.choice, options=(option,), links=())
        then = after(
            valley_plan.scenario,
            valley_plan.study_area,
            build.options,
            alone,
            places=build.places,
            demands=build.demands,
            coverage=valley_plan.coverage,
        )
        mine = tried(valley_plan, option).villages
        whole = then.villages.loc[mine.index]
        assert mine["status_after"].tolist() == whole["modelled_status"].tolist()
        np.testing.assert_allclose(mine["households_after"], whole["households_after"])
        np.testing.assert_array_equal(mine["coverage_probability"], whole["coverage_probability"])


def test_power_and_cost_are_those_of_the_build_plan(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    compared = 0
    for option in options_of(valley_plan, 8):
        trial = tried(valley_plan, option)
        assert trial.power["source"] == build.power.at[option, "source"]
        by_satellite = build.options.at[option, "backhaul"] == "own"
        own = by_satellite or bool(trial.hops.empty or trial.hops["planned"].all())
        if by_satellite:
            assert "trial_told.satellite" in [told.key for told in trial.statements]
        if own != (build.options.at[option, "backhaul"] == "own"):
            continue
        # a satellite link draws power of its own, so panels are compared where the backhaul is the same
        assert trial.power["pv_kwp"] == pytest.approx(build.power.at[option, "pv_kwp"])
        hop = 0 if own else build.costs.links.table["cost"].iloc[0]
        # the place is given in degrees: what is carried differs by less than a đồng a metre
        assert trial.cost_vnd["base"] == pytest.approx(build.costs.options.table.at[option, "cost"] + hop, abs=2000)
        compared += 1
    assert compared


def test_the_items_add_up_to_the_cost(valley_plan: Plan) -> None:
    option = options_of(valley_plan, 1)[0]
    trial = tried(valley_plan, option)
    for estimate in ("low", "base", "high"):
        assert trial.items.loc[trial.items["part"] != "yearly", estimate].sum() == trial.cost_vnd[estimate]
    assert trial.cost_vnd["low"] < trial.cost_vnd["base"] < trial.cost_vnd["high"]
    assert (trial.items.loc[trial.items["item"] != "", "source"] != "").all()


def test_hops_are_those_of_the_links(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    for option in options_of(valley_plan, 6):
        place = build.options.at[option, "place_id"]
        pairs = build.places[build.places["gateway"].astype(bool) | (build.places.index == place)].copy()
        pairs.loc[place, "height_m"] = build.options.at[option, "mast_height_m"]
        want = hops(pairs, valley_plan.terrain, build.settings.backhaul).table
        found = tried(valley_plan, option).hops
        now = found[~found["planned"]].sort_values("to")
        assert len(now) == len(want)
        np.testing.assert_allclose(np.sort(now["length_km"]), np.sort(want["length_km"]), atol=1e-6)
        np.testing.assert_allclose(np.sort(now["availability_pct"]), np.sort(want["availability_pct"]), atol=1e-6)


def test_the_same_bytes_with_cache_and_threads(valley_plan: Plan, tmp_path) -> None:
    lon, lat = valley_plan.study_area.villages.geometry.iloc[0].coords[0]
    mast = TrialMast(30.0, sectors=(Sector(0.0), Sector(180.0, 4.0)))
    cache = LossCache(tmp_path / "losses", 1_000_000_000)
    first = trial_mast(valley_plan, lon, lat, mast)
    for again in (trial_mast(valley_plan, lon, lat, mast, cache=cache, workers=2), trial_mast(valley_plan, lon, lat, mast, cache=cache)):
        np.testing.assert_array_equal(first.window.rsrp_dbm, again.window.rsrp_dbm)
        assert first.villages.equals(again.villages)
        assert first.cost_vnd == again.cost_vnd
    assert cache.size_bytes() > 0


def test_more_power_loses_nobody(valley_plan: Plan) -> None:
    lon, lat = valley_plan.study_area.villages.geometry.iloc[1].coords[0]
    weak, strong = (trial_mast(valley_plan, lon, lat, TrialMast(30.0, tx_power_dbm=power)) for power in (20.0, 46.0))
    assert (strong.window.covered >= weak.window.covered).all()
    assert strong.households >= weak.households
    assert strong.newly_km2 > weak.newly_km2 > 0


def test_beyond_the_communes_nothing_is_counted_and_that_is_said(valley_plan: Plan) -> None:
    lon, lat = valley_plan.study_area.villages.geometry.iloc[1].coords[0]
    inside = trial_mast(valley_plan, lon, lat, TrialMast(30.0))
    assert "trial_told.outside" not in [told.key for told in inside.statements]
    west, south, east, north = valley_plan.communes.total_bounds
    half = valley_plan.study_area.communes.clip_by_rect(west, (south + north) / 2, east, north)
    area = replace(
        valley_plan.study_area, communes=valley_plan.study_area.communes.set_geometry(half).pipe(lambda c: c[~c.geometry.is_empty])
    )
    cut = replace(valley_plan, study_area=area)
    far = trial_mast(cut, lon, south + 0.25 * (north - south), TrialMast(30.0))
    assert far.statements[0].key == "trial_told.outside"
    assert far.newly_km2 < far.window.newly.sum() * cut.terrain.cell_m**2 / 1e6


def test_another_technology_counts_for_nothing_and_says_so(valley_plan: Plan) -> None:
    lon, lat = valley_plan.study_area.villages.geometry.iloc[0].coords[0]
    trial = trial_mast(valley_plan, lon, lat, TrialMast(42.0, technology="NR"))
    assert trial.gained.empty
    assert trial.newly_km2 == 0.0
    assert "trial_told.technology" in [told.key for told in trial.statements]


def test_what_cannot_be_tried_is_a_sentence(valley_plan: Plan) -> None:
    for lon, lat in ((0.0, 0.0), (103.0, 89.0), (float("nan"), 22.0), (400.0, 22.0)):
        with pytest.raises(UsageError, match="terrain"):
            trial_mast(valley_plan, lon, lat, TrialMast(30.0))
    with pytest.raises(UsageError, match="height") as refused:
        TrialMast(300.0, tx_power_dbm=90.0, sectors=(Sector(400.0),))
    assert {"độ cao", "công suất", "phương vị"} <= {
        word for word in ("độ cao", "công suất", "phương vị") if word in refused.value.text("vi")
    }


def test_the_usual_mast_is_that_of_the_options(valley_plan: Plan) -> None:
    build = valley_plan.build
    assert build is not None
    for height, kind in ((20.0, "low_mast"), (42.0, "macro_mast")):
        mine, options = usual_mast(valley_plan, height), build.options
        of = options[(options["kind"] == kind) & (options["mast_height_m"] == height)].iloc[0]
        assert (mine.freq_mhz, mine.tx_power_dbm, mine.antenna_gain_dbi, mine.n_cells) == (
            of["freq_mhz"], of["tx_power_dbm"], of["antenna_gain_dbi"], of["n_cells"],
        )  # fmt: skip
        assert mine.kind == kind


def test_a_mast_on_trial_costs_what_the_factor_on_prices_says(valley_plan: Plan) -> None:
    """Parts that are shares of others are rounded anew: some đồng of difference, no more."""
    point = valley_plan.villages.geometry.iloc[0]
    mast = TrialMast(30.0)
    dearer = under(valley_plan, WhatIf(costs={PRICE_FACTOR: 1.5}), workers=1)
    assert dearer.scenario.build is not None
    assert dearer.scenario.build.price_factor == 1.5
    before, after = (trial_mast(plan, float(point.x), float(point.y), mast) for plan in (valley_plan, dearer))
    for name in ("low", "base", "high"):
        assert after.cost_vnd[name] == pytest.approx(1.5 * before.cost_vnd[name], abs=200)
    assert after.opex_vnd == pytest.approx(1.5 * before.opex_vnd, abs=200)
    assert after.households == before.households
    with pytest.raises(InputError, match="price_factor"):
        under(valley_plan, WhatIf(costs={PRICE_FACTOR: 0.0}), workers=1)
