"""In what scenarios differ, by the words of the settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from geo_planner.config import load_scenario
from geo_planner.scenario_files import PRESENT, differences, save_as, settings_by_path
from tests.conftest import SCENARIO


def test_a_scenario_differs_from_itself_in_nothing_whatever_it_is_called() -> None:
    assert differences(load_scenario(SCENARIO), load_scenario(SCENARIO, ["name=other", "title_vi=Khác"])) == ()


def test_each_changed_setting_is_told_with_its_title_and_both_values() -> None:
    first = load_scenario(SCENARIO)
    asked = [
        "service.rsrp_threshold_dbm=-105",
        "ranking.criteria.border.weight=12",
        "build.years.1.budget_vnd=7",
        "service.uplink.check=false",
    ]
    found = differences(first, load_scenario(SCENARIO, asked))
    assert {d.key: (d.first, d.second) for d in found} == {
        "service.rsrp_threshold_dbm": (-113.0, -105.0),
        "service.uplink.check": (True, False),
        "ranking.criteria.border.weight": (8.0, 12.0),
        "build.years.1.budget_vnd": (4_000_000_000, 7),
    }
    titles = {d.key: d.title.text("vi") for d in found}
    assert titles["service.rsrp_threshold_dbm"].startswith("Mức RSRP thấp nhất")
    assert titles["build.years.1.budget_vnd"] == "Kinh phí năm 2028 (đồng)"
    border = next(c for c in first.ranking.criteria if c.name == "border")
    assert titles["ranking.criteria.border.weight"] == f"Trọng số: {border.vi}"


def test_a_group_that_only_one_has_is_one_difference() -> None:
    first = load_scenario(SCENARIO)
    (found,) = differences(first, load_scenario(SCENARIO, ["build=null"]))
    assert (found.key, found.first, found.second) == ("build", PRESENT, None)
    (found,) = differences(load_scenario(SCENARIO, ["build=null"]), first)
    assert (found.first, found.second) == (None, PRESENT)
    keys = [c.name for c in first.ranking.criteria]
    fewer = first.model_copy(update={"ranking": first.ranking.model_copy(update={"criteria": first.ranking.criteria[:-1]})})
    assert [(d.key, d.second) for d in differences(first, fewer)] == [(f"ranking.criteria.{keys[-1]}", None)]


def test_every_setting_can_be_set_by_its_path(tmp_path: Path) -> None:
    base = Path(shutil.copy(SCENARIO, tmp_path))
    first = load_scenario(base)
    found = settings_by_path(first)
    assert found["ranking.criteria.border.bounds"] == [0.0, 1.0]
    assert found["build.years.0.year"] == 2027
    again = load_scenario(save_as(base, "Ghi hết", found))
    assert differences(first, again) == ()
    changed = load_scenario(save_as(base, "Đường", {"ranking.travel.road_speeds.1.kmh": 33}))
    assert [(d.key, d.second) for d in differences(first, changed)] == [("ranking.travel.road_speeds.1.kmh", 33.0)]
