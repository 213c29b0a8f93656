"""Options and links of the user stand in place of the computed ones; what does not fit is told by row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import yaml

from geo_planner.build.plan import BuildPlan
from geo_planner.config import load_scenario
from geo_planner.errors import InputError
from geo_planner.plan import run
from geo_planner.study_area import load_study_area
from geo_planner.validation import validate
from tests import small_area as sa

RADIO = {"freq_mhz": "900", "bandwidth_mhz": "10", "tx_power_dbm": "43", "antenna_gain_dbi": "11", "losses_db": "2"}
MAST = {
    "option_id": "M1",
    "place_id": "",
    "lon": "103.0100",
    "lat": "22.0200",
    "kind": "macro_mast",
    "mast_height_m": "42",
    "backhaul": "network",
    **RADIO,
}
LINK = {
    "link_id": "L1",
    "place_a": "site:S1",
    "place_b": "own:M1",
    "kind": "microwave",
    "length_km": "1.2",
    "freq_ghz": "7",
    "availability_pct": "99.99",
    "height_a_m": "40",
    "height_b_m": "40",
}
HEADER = [*MAST, "exclusive_group", "n_cells", "cell_id", "technology"]


def area_with(root: Path, options: list[dict[str, str]] | None, links: list[dict[str, str]] | None) -> Path:
    area = sa.make_area(root / "area")
    document = yaml.safe_load((area / sa.SCENARIO).read_text(encoding="utf-8"))
    document["service"] |= {"rsrp_threshold_dbm": -62}
    document["build"] = {
        "objective": "households", "budget_vnd": 50_000_000_000, "count_payers": ["operator", "fund", "power_first", "undecided"],
        "candidates": {"most": 5, "heights_m": [30]}, "search": {"frontier_points": 0, "draws": 0},
    }  # fmt: skip
    (area / sa.SCENARIO).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    if options is not None:
        sa.write_rows(area / "build" / "options.csv", options, HEADER)
    if links is not None:
        sa.write_rows(area / "build" / "links.csv", links)
    return area


def built(area: Path) -> BuildPlan:
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario), workers=1)
    assert plan.build is not None
    assert {"build/options.csv", "build/links.csv"} & set(plan.manifest["inputs_sha256"])
    return plan.build


def test_own_options_without_a_cell_of_the_service_are_told_as_ones_own(tmp_path: Path) -> None:
    found = built(area_with(tmp_path, [{**MAST, "technology": "NR"}], [LINK]))
    told = [note for note in found.notes if note.code == "build_no_carrier"]
    assert [(note.said.key, note.file, note.column) for note in told] == [("build_no_carrier.of_own", "build/options.csv", "technology")]


def test_what_the_user_offers_is_what_is_chosen_from(tmp_path: Path) -> None:
    found = built(area_with(tmp_path, [MAST], [LINK]))
    assert found.options.index.tolist() == ["M1"]
    assert found.links.index.tolist() == ["L1"]
    assert found.places.loc["own:M1", "kind"] == "user"
    assert found.options.loc["M1", "n_cells"] == 1
    assert found.options.loc["M1", "technology"] == "LTE"
    assert (found.choice.options, found.choice.links) == (("M1",), ("L1",))
    assert found.choice.cost == found.options.loc["M1", "cost"] + found.links.loc["L1", "cost"] > 0
    assert found.after.households_covered > 0


def test_without_a_link_a_mast_that_needs_one_is_not_built_and_one_with_its_own_is(tmp_path: Path) -> None:
    elsewhere = {**LINK, "length_km": "2.2", "place_b": "site:S2"}
    own = {**MAST, "option_id": "M2", "lat": "22.0205", "kind": "satellite_mast", "mast_height_m": "20", "backhaul": "own"}
    found = built(area_with(tmp_path, [MAST, own], [elsewhere]))
    assert found.choice.options == ("M2",)
    assert found.choice.links == ()


def test_links_above_every_mast_are_left_out_and_told(tmp_path: Path) -> None:
    found = built(area_with(tmp_path, [MAST], [LINK, {**LINK, "link_id": "L0", "height_b_m": "60"}]))
    assert found.links.index.tolist() == ["L1"]
    assert [note.row for note in found.notes if note.code == "own_link_too_high"] == [3]


def test_two_heights_at_one_place_take_the_links_that_they_can(tmp_path: Path) -> None:
    at = {**MAST, "place_id": "doi", "exclusive_group": "doi"}
    low = {**at, "option_id": "M0", "mast_height_m": "25"}
    found = built(area_with(tmp_path, [{**at, "place_id": "doi"}, low], [{**LINK, "place_b": "doi"}]))
    assert set(found.places.index) >= {"doi@25", "doi@42"}
    assert found.links["place_b"].tolist() == ["doi@42"]
    assert found.choice.options == ("M1",)


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"lon": ""}, "own_option", "place_id"),
        ({"lon": "104.9"}, "own_option", "lon"),
        ({"losses_db": ""}, "own_option", "losses_db"),
        ({"kind": "re_aim"}, "own_option", "cell_id"),
        ({"place_id": "site:S9", "lat": ""}, "own_option", "place_id"),
    ],
)
def test_a_row_that_says_too_little_is_a_fault(change: dict[str, str], code: str, column: str, tmp_path: Path) -> None:
    area = area_with(tmp_path, [MAST, {**MAST, "option_id": "M3", **change}], [LINK])
    with pytest.raises(InputError) as told:
        built(area)
    assert {(f.code, f.row, f.column, f.file) for f in told.value.faults} == {(code, 3, column, "build/options.csv")}
    assert all(f.reason and f.remedy for f in told.value.faults)


def test_a_ban_holds_for_own_places_too(tmp_path: Path) -> None:
    area = area_with(tmp_path, [MAST], [LINK])
    (area / "exclusion").mkdir()
    shape = gpd.GeoDataFrame({"kind": ["ban"]}, geometry=[shapely.box(103.005, 22.015, 103.015, 22.025)], crs=4326)
    shape.to_file(area / "exclusion" / "exclusion.gpkg")
    with pytest.raises(InputError) as told:
        built(area)
    assert [(f.said.key, f.row) for f in told.value.faults] == [("own_option.ban", 2)]


@pytest.mark.parametrize(("change", "key"), [({"place_b": "nowhere"}, "own_link.no_place"), ({"place_b": "site:S1"}, "own_link.loop")])
def test_a_link_that_dangles_is_a_fault(change: dict[str, str], key: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        built(area_with(tmp_path, [MAST], [{**LINK, **change}]))
    assert [(f.said.key, f.row) for f in told.value.faults] == [(key, 2)]


@pytest.mark.parametrize(
    ("change", "code"), [({"kind": "tower"}, "choice"), ({"backhaul": "fiber"}, "choice"), ({"tx_power_dbm": "mạnh"}, "type"), ({"option_id": "M1"}, "duplicate_id")]
)  # fmt: skip
def test_words_and_figures_are_checked_at_the_door(change: dict[str, str], code: str, tmp_path: Path) -> None:
    found = [f for f in validate(area_with(tmp_path, [MAST, {**MAST, "option_id": "M3", **change}], [LINK])) if f.level == "fault"]
    assert [(f.code, f.row, f.file) for f in found] == [(code, 3, "build/options.csv")]
