"""What a folder of study areas holds: nothing is run twice, nothing that should be run is passed over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from geo_planner.batch.found import Found, found_in
from geo_planner.errors import UsageError
from tests.small_area import SCENARIO, make_area


def names(found: Found) -> list[str]:
    return [one.name for one in found.asked]


def test_areas_of_one_name_in_two_regions_are_told_apart(tmp_path: Path) -> None:
    for region in ("bac", "nam"):
        make_area(tmp_path / region / "huyen")
    found = found_in(tmp_path)
    assert [(one.name, one.area) for one in found.asked] == [("huyen-s", "bac/huyen"), ("huyen-s-2", "nam/huyen")]


def test_names_that_differ_by_capitals_or_by_where_the_dash_stands_do_not_meet(tmp_path: Path) -> None:
    make_area(tmp_path / "a" / "b")
    other = make_area(tmp_path / "b-s")
    (other / "scenarios/x.yaml").write_text((other / SCENARIO).read_text("utf-8"), "utf-8")
    more = make_area(tmp_path / "B")
    (more / "scenarios/s-x.yaml").write_text((more / SCENARIO).read_text("utf-8"), "utf-8")
    folded = [name.casefold() for name in names(found_in(tmp_path))]
    assert len(folded) == len(set(folded)) == 5


def test_an_area_that_lost_its_scenario_is_told_and_not_left_out(tmp_path: Path) -> None:
    make_area(tmp_path / "an")
    shutil.rmtree(make_area(tmp_path / "binh") / "scenarios")
    (make_area(tmp_path / "chi") / SCENARIO).unlink()
    found = found_in(tmp_path)
    assert names(found) == ["an-s", "binh", "chi"]
    assert [[fault.said.key for fault in one.faults] for one in found.asked] == [
        [],
        ["batch.area_without_scenario"],
        ["batch.area_without_scenario"],
    ]


def test_a_loose_scenario_is_told_and_other_files_are_nobodys_business(tmp_path: Path) -> None:
    area = make_area(tmp_path / "an")
    (tmp_path / "loose.yaml").write_text((area / SCENARIO).read_text("utf-8"), "utf-8")
    (tmp_path / "letter.docx").write_bytes(b"PK")
    (tmp_path / "notes" / "old").mkdir(parents=True)
    found = found_in(tmp_path)
    assert names(found) == ["an-s"]
    assert [(told.file, told.said.key, told.level) for told in found.warnings] == [("loose.yaml", "batch.loose_scenario", "warning")]


def test_an_area_that_holds_areas_gives_both(tmp_path: Path) -> None:
    country = make_area(tmp_path / "country")
    make_area(country / "province")
    assert [(one.name, one.area) for one in found_in(country).asked] == [("country-s", "."), ("province-s", "province")]
    assert [(one.name, one.area) for one in found_in(tmp_path).asked] == [("country-s", "country"), ("province-s", "country/province")]


def test_no_depth_is_too_deep(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(f"cấp {k}" for k in range(12)))
    make_area(deep / "Mường Tè")
    assert names(found_in(tmp_path)) == ["Mường Tè-s"]


def test_a_scenario_that_lies_where_none_is_looked_for_is_told_wherever_it_is(tmp_path: Path) -> None:
    area = make_area(tmp_path / "Tây Bắc" / "an")
    text = (area / SCENARIO).read_text("utf-8")
    for place in ("Tây Bắc/lạc.yaml", "Tây Bắc/an/beside.yml"):
        (tmp_path / place).write_text(text, "utf-8")
    for own in ("documents/office.yaml", "scenarios/former/2026.changed.s.yaml"):  # what a study area keeps for itself
        (area / own).parent.mkdir(exist_ok=True)
        (area / own).write_text(text, "utf-8")
    found = found_in(tmp_path)
    assert names(found) == ["an-s"]
    assert [told.file for told in found.warnings] == ["Tây Bắc/an/beside.yml", "Tây Bắc/lạc.yaml"]


def test_endings_in_capitals_are_scenarios_and_what_is_hidden_is_none(tmp_path: Path) -> None:
    area = make_area(tmp_path / "an")
    (area / SCENARIO).rename(area / "scenarios" / "S.YAML")
    (area / "scenarios" / "b.Yml").write_bytes((area / "scenarios" / "S.YAML").read_bytes())
    (area / "scenarios" / "._S.yaml").write_bytes(b"\x00\x05\x16\x07")  # what macOS leaves on a stick
    assert names(found_in(tmp_path)) == ["an-S", "an-b"]


def test_the_folder_of_scenarios_stands_for_its_area(tmp_path: Path) -> None:
    area = make_area(tmp_path / "an")
    assert names(found_in(area / "scenarios")) == names(found_in(area)) == ["an-s"]


def test_results_within_the_folder_are_not_looked_into(tmp_path: Path) -> None:
    make_area(tmp_path / "an")
    make_area(tmp_path / "out" / "plans" / "no-area-of-ours")
    assert names(found_in(tmp_path, tmp_path / "out")) == ["an-s"]


@pytest.mark.parametrize("out", [".", "an", "an/../."])
def test_the_results_may_go_where_the_study_areas_are(out: str, tmp_path: Path) -> None:
    make_area(tmp_path / "an")
    make_area(tmp_path / out / "plans" / "no-area-of-ours")
    assert names(found_in(tmp_path, tmp_path / out)) == ["an-s"]


def test_links_in_a_circle_end_and_an_area_behind_a_link_counts_once(tmp_path: Path) -> None:
    area = make_area(tmp_path / "an")
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "same").symlink_to(area, target_is_directory=True)
    assert names(found_in(tmp_path)) == ["an-s"]


@pytest.mark.parametrize("folder", ["absent", "empty", "file"])
def test_nothing_to_run_is_a_sentence(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError):
        found_in(tmp_path / folder)
