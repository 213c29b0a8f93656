"""What the options are said to serve is what they serve; aims that take service away are none; pieces count once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.build.after import as_if_on_air
from geo_planner.build.demands import demands_of, pieces_of
from geo_planner.build.options import options_at
from geo_planner.build.reach import Reach, covers_by_profiles, reach, served_by
from geo_planner.config import Scenario
from geo_planner.errors import InputError
from geo_planner.grid import Grid
from geo_planner.plan import Plan
from geo_planner.radio import losses
from geo_planner.radio.budget import least_rsrp_dbm
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import land_cover_of, latitude_in
from geo_planner.radio.statuses import settlement_cells
from geo_planner.study_area import StudyArea
from geo_planner.study_area.population import PopulationCells
from tests.build.valley import SETTINGS, covered_today, random_choice, tables, valley

Valley = tuple[Scenario, StudyArea]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Valley:
    return valley(tmp_path_factory.mktemp("reach") / "area")


@pytest.fixture(scope="module")
def found(here: Valley) -> tuple[dict[str, Any], Reach]:
    scenario, area = here
    of = tables(scenario, area)
    return of, swept(here, of)


def swept(here: Valley, of: dict[str, Any], **options: Any) -> Reach:
    scenario, area = here
    return reach(of["options"], of["places"], of["demands"], scenario, area, coverage=of["coverage"], **options)


def recomputed(here: Valley, options: pd.DataFrame, places: pd.DataFrame) -> Coverage:
    """By the way of the plan, from a table of sites."""
    scenario, area = here
    sites = as_if_on_air(options, places, area.sites, area.terrain.crs)
    return compute_coverage(
        area.terrain, sites, scenario.service, scenario.propagation, land_cover=land_cover_of(scenario, area), clutter=scenario.clutter,
        calibration=scenario.calibration, lat_deg=latitude_in(area),
    )  # fmt: skip


def serves(coverage: Coverage, pieces: pd.DataFrame, scenario: Scenario) -> np.ndarray:
    return np.asarray(coverage.probability[pieces["row"], pieces["column"]] >= scenario.service.min_probability)


KINDS_OF_SERVICE = {
    "plain": (),
    "itm": ("propagation.model=itm",),
    "uplink decides": ("service.rsrp_threshold_dbm=-115", "service.uplink.sinr_db=20"),
    "indoors": ("service.place=indoor", "service.rsrp_threshold_dbm=-100"),
    "calibrated": (
        "calibration={model: p1812, bands: [{freq_mhz: 900, offset_db: -4, slope_db_per_decade: -6, reference_km: 1, max_km: 5, sigma_db: 5, n: 80, n_places: 20}]}",
    ),
    "nr": ("service.technology=NR", "service.rsrp_threshold_dbm=-95"),
}


@pytest.mark.parametrize("kind", KINDS_OF_SERVICE)
def test_claims_are_what_the_recomputed_coverage_shows(kind: str, tmp_path: Path) -> None:
    """To the bit, for any choice: nothing claimed that is not there, nothing there that is not claimed."""
    scenario, area = valley(tmp_path / "area", KINDS_OF_SERVICE[kind])
    of = tables(scenario, area)
    result = swept((scenario, area), of)
    assert len(result.covers) > 20
    rng = np.random.default_rng(57)
    for n in (1, 2, 4, 8, 30):
        chosen = random_choice(result.options, rng, n)
        claimed = of["demands"].index.isin(result.covers.loc[result.covers["option_id"].isin(chosen), "demand_id"])
        again = recomputed((scenario, area), result.options.loc[list(chosen)], of["places"])
        assert (serves(again, of["demands"], scenario) == claimed).all(), chosen


def test_claims_hold_with_land_cover_and_a_void(here: Valley) -> None:
    scenario, area = here
    rng = np.random.default_rng(1)
    heights = area.terrain.heights_m.copy()
    heights[60:64, 40:48] = np.nan
    ground = rng.choice(np.array([10, 30, 50], dtype=np.uint8), heights.shape)
    area = replace(area, terrain=replace(area.terrain, heights_m=heights), land_cover=ground)
    scenario = scenario.model_copy(update={"clutter": scenario.clutter.model_copy(update={"at_terminal": True})})
    of = tables(scenario, area)
    result = swept((scenario, area), of)
    for n in (1, 3, 9):
        chosen = random_choice(result.options, rng, n)
        claimed = of["demands"].index.isin(result.covers.loc[result.covers["option_id"].isin(chosen), "demand_id"])
        again = recomputed((scenario, area), result.options.loc[list(chosen)], of["places"])
        assert (serves(again, of["demands"], scenario) == claimed).all()


def test_levels_are_those_of_the_coverage(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    for option in ("place:b|macro_mast|42|LTE900", "place:c|low_mast|20|LTE900"):
        alone = recomputed(here, result.options.loc[[option]], of["places"])
        rows = result.covers[result.covers["option_id"] == option]
        at = of["demands"].loc[rows["demand_id"]]
        assert rows["rsrp_dbm"].tolist() == alone.rsrp_dbm[at["row"], at["column"]].astype(float).tolist()


def test_an_aim_that_uncovers_is_dropped_and_counted(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    scenario, area = here
    pieces = pieces_of(area.villages, area.terrain, scenario.service)
    pieces = pieces[serves(of["coverage"], pieces, scenario)]
    aims = of["options"].index[of["options"]["kind"] == "re_aim"]
    lost = {}
    for aim in aims:
        after = recomputed(here, of["options"].loc[[aim]], of["places"])
        lost[aim] = int((~serves(after, pieces, scenario)).sum())
    alone = {aim: n for aim, n in lost.items() if n}
    assert alone, "the example has aims that uncover"
    assert alone.items() <= result.uncovering.items()
    assert not set(result.uncovering) & set(result.options.index)
    assert not set(result.uncovering) & set(result.covers["option_id"])
    assert set(of["options"].index) - set(result.options.index) == set(result.uncovering)
    assert set(aims) & set(result.options.index), "and some that do not"


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_of_new_aims_takes_service_from_anybody(here: Valley, found: tuple[dict[str, Any], Reach], seed: int) -> None:
    of, result = found
    scenario, area = here
    pieces = pieces_of(area.villages, area.terrain, scenario.service)
    pieces = pieces[serves(of["coverage"], pieces, scenario)]
    aims = result.options[result.options["kind"] == "re_aim"]
    chosen = random_choice(aims, np.random.default_rng(seed), len(aims))
    assert serves(recomputed(here, aims.loc[list(chosen)], of["places"]), pieces, scenario).all()


def test_two_cells_that_stand_in_for_each_other_are_not_both_turned_away(tmp_path: Path) -> None:
    """Either of two equal sectors may turn away from a village that both serve; together they would leave it without."""
    scenario, area = valley(tmp_path / "area")
    sites = area.sites.copy()
    twin = sites.loc[[("S2", "S2-2")]]
    both = pd.concat([twin, twin.rename(index={"S2-2": "S2-3"}, level="cell_id")]).assign(azimuth_deg=200.0)
    area = replace(area, sites=gpd.GeoDataFrame(both, crs=sites.crs).sort_index())
    settings = SETTINGS.model_copy(
        update={"kinds": ("re_aim",), "re_aim_turns_deg": (180.0,), "re_aim_tilts_deg": (), "re_aim_power_dbm": None}
    )
    result = swept((scenario, area), tables(scenario, area, settings))
    assert result.options.index.tolist() == ["site:S2|re_aim|S2-2|turn+180"]
    assert list(result.uncovering) == ["site:S2|re_aim|S2-3|turn+180"]
    assert result.uncovering["site:S2|re_aim|S2-3|turn+180"] > 0


def test_a_piece_counts_once_however_many_serve_it(found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    assert not result.covers.duplicated(["option_id", "demand_id"]).any()
    chosen = random_choice(result.options, np.random.default_rng(3), 40)
    served = served_by(result.covers, chosen)
    mine = result.covers[result.covers["option_id"].isin(chosen)]
    assert served.index.is_unique
    assert set(served.index) == set(mine["demand_id"])
    assert mine["demand_id"].duplicated().any(), "some are served by several"
    by_site = of["demands"]["households"].reindex(served.index).groupby(served.to_numpy()).sum()
    assert by_site.sum() == pytest.approx(of["demands"]["households"][of["demands"].index.isin(served.index)].sum())
    strongest = mine.groupby("demand_id")["rsrp_dbm"].max()
    level = mine.set_index(["demand_id", "option_id"])["rsrp_dbm"]
    assert [level[pair] for pair in served.items()] == strongest[served.index].tolist()


def test_one_worker_or_several_the_same_bytes(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    for workers in (2, 3):
        again = swept(here, of, workers=workers)
        assert again.covers.to_csv(float_format="%a") == result.covers.to_csv(float_format="%a")
        assert again.options.equals(result.options)
        assert again.uncovering == result.uncovering


def test_the_order_of_the_tables_changes_nothing(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    shuffled = {**of, "places": of["places"].sample(frac=1, random_state=1), "demands": of["demands"].sample(frac=1, random_state=2)}
    pd.testing.assert_frame_equal(swept(here, shuffled).covers, result.covers, check_exact=True)


def test_path_loss_is_kept_and_shared_with_the_coverage(here: Valley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, area = here
    cache = LossCache(tmp_path / "kept", 1_000_000_000)
    of = tables(scenario, area)
    first = swept(here, of, cache=cache)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a path was worked out again")

    monkeypatch.setattr(losses, "loss_around", never)
    again = swept(here, of, cache=cache, workers=2)
    pd.testing.assert_frame_equal(again.covers, first.covers, check_exact=True)
    covered_today(scenario, area, cache=cache)


def test_a_terminal_reaches_its_village_and_only_that(here: Valley) -> None:
    scenario, area = here
    result = swept(here, tables(scenario, area, SETTINGS.model_copy(update={"kinds": ("satellite_terminal",)})))
    villages = result.covers["demand_id"].str.partition("#")[0].groupby(result.covers["option_id"]).unique()
    assert {option: list(of) for option, of in villages.items()} == {
        "village:V1|satellite_terminal": ["V1"], "village:V2|satellite_terminal": ["V2"],
    }  # fmt: skip
    assert result.covers["rsrp_dbm"].isna().all()
    assert (result.covers["margin_db"] == np.inf).all()


def test_nothing_to_cover_and_nothing_to_build(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    for empty in ({"demands": of["demands"].iloc[:0]}, {"options": of["options"].iloc[:0]}):
        nothing = swept(here, {**of, **empty})
        assert nothing.covers.empty
        assert nothing.covers.columns.tolist() == result.covers.columns.tolist()


def test_pieces_are_the_cells_that_statuses_rest_on(here: Valley) -> None:
    scenario, area = here
    pieces = pieces_of(area.villages, area.terrain, scenario.service)
    mask = settlement_cells(area.terrain, area.villages, scenario.service)
    assert set(zip(pieces["row"], pieces["column"], strict=True)) == set(zip(*np.nonzero(mask), strict=True))
    assert pieces.groupby("village_id")["households"].sum().to_dict() == pytest.approx(area.villages["households"].astype(float).to_dict())
    assert pieces.groupby("village_id")["share"].agg(lambda share: share.max() - share.min()).max() == 0.0
    first = pieces[pieces["village_id"] == "V1"]
    assert set(first.index) == {f"V1#{n}" for n in range(1, len(first) + 1)}


def test_demands_are_the_pieces_without_service(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    pieces = pieces_of(area.villages, area.terrain, scenario.service)
    without = pieces[~serves(of["coverage"], pieces, scenario)]
    assert of["demands"].index.tolist() == without.index.tolist()
    assert of["demands"]["weight"].tolist() == of["demands"]["households"].tolist()


def test_weights_by_priority_and_of_unknown_households(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    scenario, area = here
    villages = area.villages.assign(score=[0.5, 0.25, 1.0, 0.0])
    villages.loc["V3", "households"] = pd.NA
    demands = demands_of(villages, of["coverage"], area.terrain, scenario.service, objective="priority")
    whole = demands.groupby("village_id")[["households", "weight"]].sum()
    pieces = pieces_of(villages, area.terrain, scenario.service).groupby("village_id").size()
    part = demands.groupby("village_id").size() / pieces
    # the median of 21, 22 and 24 stands in for the third, in its weight alone
    assert whole.loc["V3"].tolist() == pytest.approx([0.0, 22.0 * part["V3"]])
    assert whole.loc["V1"].tolist() == pytest.approx([21.0 * part["V1"], 10.5 * part["V1"]])


def test_unknown_terrain_is_no_demand(here: Valley) -> None:
    scenario, area = here
    piece = pieces_of(area.villages, area.terrain, scenario.service).loc["V1#5"]
    heights = area.terrain.heights_m.copy()
    heights[piece["row"], piece["column"]] = np.nan
    area = replace(area, terrain=replace(area.terrain, heights_m=heights))
    assert "V1#5" not in tables(scenario, area)["demands"].index


@pytest.mark.parametrize("cell_m", [30.0, 500.0])
def test_people_say_where_in_a_settlement_the_households_are(here: Valley, cell_m: float) -> None:
    scenario, area = here
    dem = area.terrain
    even = pieces_of(area.villages, dem, scenario.service)
    village = area.villages.to_crs(dem.crs).geometry["V1"]
    west, south, east, north = dem.grid.bounds
    shape = (int((north - south) / cell_m), int((east - west) / cell_m))
    grid = Grid.north_up(west, north, cell_m, shape, dem.crs)
    x, _ = grid.centres(*np.indices(shape))
    # nobody lives east of the middle of the first village, and nobody anywhere else
    people = np.where(x < village.x, 2.0, 0.0)
    population = PopulationCells(people, np.ones(shape, dtype=np.int32), grid, "")
    pieces = pieces_of(area.villages, dem, scenario.service, population)
    assert pieces.groupby("village_id")["households"].sum().to_dict() == pytest.approx(area.villages["households"].astype(float).to_dict())
    first = pieces[pieces["village_id"] == "V1"]
    assert (first.loc[first["x_m"] > village.x + cell_m + dem.cell_m, "households"] == 0).all()
    assert first.loc[first["x_m"] < village.x, "households"].sum() > 0.5 * 21
    far = pieces["village_id"].isin(["V3", "V4"])
    assert pieces.loc[far, "households"].tolist() == even.loc[far, "households"].tolist(), "where nobody is counted they are spread evenly"


def test_on_the_sample_claims_are_what_is_recomputed(plan: Plan) -> None:
    """Masts beside three villages, over the bundled terrain."""
    scenario, area = plan.scenario, plan.study_area
    demands = demands_of(plan.villages, plan.coverage, plan.terrain, scenario.service)
    at = area.villages.to_crs(plan.terrain.crs).geometry.iloc[[0, 5, 9]]
    places = pd.DataFrame(
        {"x_m": at.x + 700.0, "y_m": at.y, "kind": "candidate", "site_id": "", "height_m": 42.0, "exclusion": "", "gateway": False}
    ).rename_axis("place_id")  # fmt: skip
    options = options_at(places, area.sites, SETTINGS)
    result = reach(options, places, demands, scenario, area, coverage=plan.coverage, workers=2)
    chosen = random_choice(result.options[result.options["kind"] == "macro_mast"], np.random.default_rng(0), 9)
    claimed = demands.index.isin(result.covers.loc[result.covers["option_id"].isin(chosen), "demand_id"])
    assert claimed.any()
    again = recomputed((scenario, area), result.options.loc[list(chosen)], places)
    assert (serves(again, demands, scenario) == claimed).all()


def codes(result: Reach) -> list[str]:
    return [statement.code for statement in result.statements]


def test_what_fell_out_and_whom_nothing_reaches_is_told(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, whole = found
    of = {**of, "options": of["options"][of["options"]["place_id"].isin(["place:c", "site:S2"])]}
    result = swept(here, of)
    assert result.uncovering == whole.uncovering
    told = {statement.code: dict(statement.said.facts) for statement in result.statements}
    assert told["re_aim_uncovers"] == {"n": len(result.uncovering)}
    reached = set(of["demands"]["village_id"].reindex(result.covers["demand_id"]))
    waiting = sorted(set(of["demands"]["village_id"]) - reached)
    assert waiting
    assert told["build_village_unreached"] == {"n": len(waiting), "villages": tuple(waiting)}
    assert all(statement.level == "warning" for statement in result.statements)
    # a village that is not planned for is nobody's question
    unasked = {**of, "demands": of["demands"].assign(weight=of["demands"]["weight"].where(~of["demands"]["village_id"].isin(waiting), 0.0))}
    assert "build_village_unreached" not in codes(swept(here, unasked))


def test_a_technology_without_cells_is_told(tmp_path: Path) -> None:
    scenario, area = valley(tmp_path / "area", ("service.technology=UMTS",))
    of = tables(scenario, area)
    result = swept((scenario, area), of)
    assert set(of["options"]["kind"]) == {"relay"}
    assert result.covers.empty
    assert codes(result) == ["build_no_carrier", "build_village_unreached"]


def test_an_option_outside_the_model_is_a_fault_of_the_settings(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, _ = found
    with pytest.raises(InputError) as error:
        swept(here, {**of, "options": of["options"].assign(freq_mhz=20.0)})
    assert [(f.code, f.column) for f in error.value.faults] == [("model_range", "build.technologies")]


def test_margins_are_told_and_pairs_that_fall_short_on_request(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    """A threshold that much lower would serve exactly the pairs that are within reach of it."""
    of, result = found
    scenario, area = here
    assert (result.covers["margin_db"] >= 0).all()
    wide = swept(here, of, short_db=8.0)
    assert wide.uncovering == result.uncovering
    pd.testing.assert_frame_equal(wide.covers[wide.covers["margin_db"] >= 0].reset_index(drop=True), result.covers, check_exact=True)
    assert wide.covers["margin_db"].min() >= -8.0
    for by_db in (1.5, 7.25):
        # without uplink, so that the threshold alone decides
        lower = scenario.service.rsrp_threshold_dbm - by_db
        service = scenario.service.model_copy(update={"rsrp_threshold_dbm": lower})
        lowered = swept((scenario.model_copy(update={"service": service}), area), of)
        kept = lowered.options.index.intersection(result.options.index)
        pairs = [
            set(map(tuple, table.loc[table["option_id"].isin(kept), ["option_id", "demand_id"]].to_numpy()))
            for table in (wide.covers[wide.covers["margin_db"] >= -by_db], lowered.covers)
        ]
        assert pairs[0] == pairs[1]
        assert len(pairs[0]) > len(result.covers)


def test_a_second_model_over_profiles_says_nearly_what_sweeps_say(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    of, result = found
    scenario, area = here
    alone = covers_by_profiles(of["options"], of["places"], of["demands"], scenario, area, short_db=8.0, workers=2)
    swept_too = swept(here, of, short_db=8.0).covers
    pairs = ["option_id", "demand_id"]
    both = swept_too.merge(alone, on=pairs, suffixes=("", "_alone"))
    assert len(both) > 0.95 * len(swept_too)
    apart_db = (both["margin_db"] - both["margin_db_alone"]).abs().replace(np.inf, 0.0).fillna(0.0)
    assert apart_db.median() < 0.2
    assert apart_db.quantile(0.95) < 3.0
    # new aims stay, whatever they uncover
    assert set(result.uncovering) <= set(of["options"].index)
    assert set(alone.loc[alone["option_id"].isin(list(result.uncovering)), "option_id"])
    one = covers_by_profiles(of["options"], of["places"], of["demands"], scenario, area, short_db=8.0)
    pd.testing.assert_frame_equal(alone, one, check_exact=True)


def test_a_level_above_the_need_is_its_margin(here: Valley, found: tuple[dict[str, Any], Reach]) -> None:
    _, result = found
    scenario, _ = here
    plain = result.covers[~result.covers["option_id"].str.contains("re_aim")]
    needed = least_rsrp_dbm(scenario.service)
    assert plain["margin_db"].tolist() == pytest.approx((plain["rsrp_dbm"] - needed).tolist(), abs=1e-4)
