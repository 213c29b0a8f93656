"""What holds once the choice is on air."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_planner.build.after import After, after, as_if_on_air
from geo_planner.build.demands import pieces_of
from geo_planner.build.reach import Reach, reach
from geo_planner.build.siting import Choice, choose
from geo_planner.config import Scenario
from geo_planner.plan import Plan
from geo_planner.plan import run as plan_of
from geo_planner.radio import losses
from geo_planner.radio.cache import LossCache
from geo_planner.radio.statuses import commune_coverage, village_coverage
from geo_planner.study_area import StudyArea
from geo_planner.study_area.population import PopulationCells
from tests.build.valley import random_choice, tables, valley

Valley = tuple[Scenario, StudyArea]
RASTERS = ("rsrp_dbm", "probability", "best_server", "second_dbm", "overlap", "margin_db", "unknown_paths")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Valley:
    return valley(tmp_path_factory.mktemp("after") / "area")


@pytest.fixture(scope="module")
def found(here: Valley) -> tuple[dict[str, Any], Reach]:
    scenario, area = here
    of = tables(scenario, area)
    return of, reach(of["options"], of["places"], of["demands"], scenario, area, coverage=of["coverage"])


def chosen(options: tuple[str, ...]) -> Choice:
    return Choice(options, (), pd.Series(dtype=bool), 0.0, 0.0, "feasible", 0.0, 0.0)


def built(here: Valley, of: dict[str, Any], options: tuple[str, ...], **more: Any) -> After:
    scenario, area = here
    return after(
        scenario, area, of["options"], chosen(options), places=of["places"], demands=of["demands"], coverage=of["coverage"], **more
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_households_claimed_are_the_households_found(here: Valley, found: tuple[dict[str, Any], Reach], seed: int) -> None:
    of, result = found
    options = random_choice(result.options, np.random.default_rng(seed), 3 + 4 * seed)
    claimed = of["demands"].index.isin(result.covers.loc[result.covers["option_id"].isin(options), "demand_id"])
    now = built(here, of, options)
    assert now.covered.index.equals(of["demands"].index)
    assert (now.covered.to_numpy() == claimed).all()
    gain = now.villages["households_after"] - now.villages["households_before"]
    of_village = of["demands"]["households"].where(claimed, 0.0).groupby(of["demands"]["village_id"]).sum()
    assert gain.to_dict() == pytest.approx(of_village.reindex(gain.index, fill_value=0.0).to_dict())
    assert now.households_covered == pytest.approx(now.villages["households_before"].sum() + of["demands"]["households"][claimed].sum())


def test_an_exact_choice_is_found_again(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    options = result.options.assign(cost=1.0)
    links = pd.DataFrame(
        [(f"site:S1~{place}", "site:S1", place, 0.5) for place in of["places"].index if not of["places"].at[place, "gateway"]],
        columns=["link_id", "place_a", "place_b", "cost"],
    ).set_index("link_id")
    choice = choose(of["demands"], options, result.covers, of["places"], links, budget=5.0)
    scenario, area = here
    now = after(scenario, area, options, choice, places=of["places"], demands=of["demands"], coverage=of["coverage"])
    assert choice.options
    assert now.covered.to_dict() == choice.covered.to_dict()
    assert now.households_covered > now.villages["households_before"].sum()


def test_nothing_chosen_changes_nothing(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    now = built(here, of, ())
    for name in RASTERS:
        assert getattr(now.coverage, name).tobytes() == getattr(of["coverage"], name).tobytes()
    assert not now.covered.any()
    assert now.sites.index.equals(area.sites.index)
    was = village_coverage(of["coverage"], area.villages, scenario.service)
    pd.testing.assert_frame_equal(now.villages[list(was.columns.drop("path_unknown"))], was.drop(columns="path_unknown"))
    whole = plan_of(scenario, area)
    assert now.villages["rank"].to_dict() == whole.villages["rank"].to_dict()
    assert now.villages["score"].to_dict() == pytest.approx(whole.villages["score"].to_dict())
    assert now.communes["covered_area_share"].to_dict() == whole.communes["covered_area_share"].to_dict()


def test_statuses_and_shares_are_those_of_the_new_coverage(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    now = built(here, of, ("place:c|macro_mast|42|LTE900", "village:V1|macro_mast|42|LTE900"))
    was = village_coverage(of["coverage"], area.villages, scenario.service)["modelled_status"]
    assert was["V1"] == "no_signal"
    assert now.villages.at["V1", "modelled_status"] == "covered"
    assert now.villages.at["V1", "households_after"] == pytest.approx(21.0)
    assert now.villages.at["V1", "nearest_site_id"] == "village:V1"
    assert now.by_modelled_status == now.villages["modelled_status"].value_counts().to_dict()
    assert sum(now.by_modelled_status.values()) == len(area.villages)
    share = commune_coverage(now.coverage, area.communes, scenario.service)
    assert now.communes["covered_area_share"].to_dict() == share.to_dict()
    assert (share >= commune_coverage(of["coverage"], area.communes, scenario.service)).all()
    assert now.communes["covered_population_share"].isna().all()
    no_signal = now.villages["modelled_status"].eq("no_signal").to_numpy(dtype=bool)
    assert now.communes["n_no_signal"].sum() == no_signal.sum()


def test_what_is_served_now_is_of_less_need(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    first, now = built(here, of, ()), built(here, of, ("village:V1|macro_mast|42|LTE900",))
    assert now.villages.at["V1", "score"] < first.villages.at["V1", "score"]
    assert sorted(now.villages["rank"]) == [1, 2, 3, 4]


def test_an_existing_cell_is_aimed_anew_and_stands_there_once(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    _, area = here
    option = "site:S2|re_aim|S2-1|turn+180"
    sites = as_if_on_air(of["options"].loc[[option]], of["places"], area.sites, area.terrain.crs)
    assert sites.index.equals(area.sites.index)
    cell = sites.loc[("S2", "S2-1")]
    assert (cell["azimuth_deg"], cell["option_id"], cell["name"]) == (200.0, option, "Trạm 2")
    others = sites.drop(index=[("S2", "S2-1")])
    assert (others["option_id"] == "").all()
    assert others["azimuth_deg"].dropna().tolist() == [200.0]


def test_relays_and_terminals_bring_no_signal(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    now = built(here, of, ("place:a|relay|20",))
    assert not now.covered.any()
    assert now.sites["option_id"].eq("").all()


def test_unknown_households_stay_unknown(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    villages = area.villages.copy()
    villages.loc["V1", "households"] = pd.NA
    now = built((scenario, replace(area, villages=villages)), of, ("village:V1|macro_mast|42|LTE900",))
    assert np.isnan(now.villages.at["V1", "households_after"])
    assert np.isfinite(now.households_covered)


def test_people_are_counted_where_there_is_a_layer(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    dem = area.terrain
    labels = dem.grid.labels(area.communes.geometry.to_crs(dem.crs))
    people = PopulationCells(np.where(labels > 0, 1.0, 0.0), labels, dem.grid, "")
    now = built((scenario, replace(area, population=people)), of, ("village:V1|macro_mast|42|LTE900",))
    share = now.communes["covered_population_share"]
    assert share.between(0, 1).all()
    assert share.to_dict() == pytest.approx(now.communes["covered_area_share"].to_dict())


def test_workers_and_cache_change_no_byte(
    here: Valley, found: tuple[dict[str, Any], Reach], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paths swept for the claims are kept, and the recomputed coverage asks for no other."""
    of, result = found
    scenario, area = here
    options = random_choice(result.options, np.random.default_rng(11), 12)
    first = built(here, of, options)
    cache = LossCache(tmp_path / "kept", 1_000_000_000)
    tables_again = {**of, "options": of["options"].loc[list(options)]}
    reach(tables_again["options"], of["places"], of["demands"], scenario, area, coverage=of["coverage"], cache=cache)
    built(here, of, (), cache=cache)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a path was worked out again")

    monkeypatch.setattr(losses, "loss_around", never)
    again = built(here, of, options, cache=cache, workers=2)
    for name in RASTERS:
        assert getattr(again.coverage, name).tobytes() == getattr(first.coverage, name).tobytes()
    pd.testing.assert_frame_equal(again.villages, first.villages, check_exact=True)
    pd.testing.assert_frame_equal(again.communes, first.communes, check_exact=True)


def test_far_masts_do_not_move_the_latitude_of_the_models(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    """Else the loss of every path would change with what is built."""
    of, _ = found
    places = of["places"].copy()
    places.loc["place:d", "y_m"] += 60_000.0
    option = "place:d|macro_mast|42|LTE900"
    now = built(here, {**of, "places": places}, (option,))
    for name in ("rsrp_dbm", "probability"):
        assert getattr(now.coverage, name).tobytes() == getattr(of["coverage"], name).tobytes()


def test_on_the_sample_pieces_hold_all_households(plan: Plan) -> None:
    pieces = pieces_of(plan.study_area.villages, plan.terrain, plan.scenario.service)
    covered = plan.coverage.probability[pieces["row"], pieces["column"]] >= plan.scenario.service.min_probability
    total = plan.villages["households"].astype(float).sum()
    assert pieces["households"].sum() == pytest.approx(total)
    assert 0 < pieces["households"][covered].sum() < total
