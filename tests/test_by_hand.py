"""A study area whose files were edited by hand: what `validate` says of figures and letters that are not what they seem."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.config import load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.ranking.criteria import _number
from geo_planner.study_area import load_study_area
from geo_planner.ui.texts import fault_table
from geo_planner.validation import validate
from geo_planner.words import codes

DATA = Path(__file__).resolve().parents[1] / "data"
VILLAGES, SITES, FORMER = "villages/villages.csv", "sites/sites.csv", "boundaries/former_communes.csv"
SCENARIO = """
name: tay
title_vi: Thử
province: {code: "12", name: Lai Châu}
layers: {communes: boundaries/communes.geojson, former_communes: boundaries/former_communes.csv, villages: villages/villages.csv, sites: sites/sites.csv}
terrain: {path: null, cell_m: 500}
propagation: {max_radius_km: 5}
ranking:
  criteria:
    - {name: households_without_signal, weight: 25, bounds: [0, 150]}
    - {name: urgency, vi: Cấp thiết, en: Urgency, weight: 20, bounds: [0, 10]}
"""


@pytest.fixture
def area(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(DATA, tmp_path / "area", ignore=shutil.ignore_patterns("terrain", "scenarios", "*.md", "manifest.json")))
    (root / "scenarios").mkdir()
    (root / "scenarios" / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    write(root, VILLAGES, 2, urgency="3")
    return root


def write(root: Path, file: str, row: int, **cells: str) -> None:
    table = pd.read_csv(root / file, dtype=str, keep_default_na=False)
    for name, text in cells.items():
        if name not in table:
            table[name] = ""
        table.loc[row - 2, name] = text
    table.to_csv(root / file, index=False)


def told(root: Path, file: str, row: int | None = None) -> list[Fault]:
    return [f for f in validate(root) if f.file == file and (row is None or f.row == row)]


def test_the_bundled_rows_have_nothing_of_the_kind(area: Path) -> None:
    codes = {f.code for f in validate(area)}
    assert not codes & {"type", "part_and_whole", "people_per_household", "lookalike", "not_a_number"}


@pytest.mark.parametrize(
    ("file", "cells"),
    [
        (VILLAGES, {"households": "４２"}), (VILLAGES, {"status_date": "२०२६-01-28"}), (VILLAGES, {"grid_power": "уes"}), (VILLAGES, {"is_sample": "ｙes"}), (VILLAGES, {"name": "\u200b"}),
        (SITES, {"mast_height_m": "٤٢"}), (SITES, {"freq_mhz": "N/A"}), (SITES, {"status": "on\u200b_air"}), (FORMER, {"elevation_m": "１２"}), (VILLAGES, {"urgency": "５"}),
        (VILLAGES, {"urgency": "1_0"}), (VILLAGES, {"urgency": "5²"}),
    ],
)  # fmt: skip
def test_a_filled_cell_that_cannot_be_read_stops(area: Path, file: str, cells: dict[str, str]) -> None:
    write(area, file, 3, **cells)
    (column,) = cells
    found = [f for f in validate(area) if f.column == column and f.row == 3]
    assert [f.level for f in found] == ["fault"]
    assert found[0].code in codes()


def test_figures_that_contradict_each_other_are_told_by_validate_and_by_a_plan(area: Path) -> None:
    write(area, VILLAGES, 4, households="20", population="90", poor_households="15", near_poor_households="9")
    write(area, VILLAGES, 5, households="20", population="19", poor_households="1", near_poor_households="1")
    write(area, VILLAGES, 6, households="20", population="900", poor_households="1", near_poor_households="1")
    wanted = [("part_and_whole", 4), ("part_and_whole", 5), ("people_per_household", 6)]
    found = [f for f in told(area, VILLAGES) if f.code in ("part_and_whole", "people_per_household")]
    assert sorted((f.code, f.row) for f in found) == wanted
    assert {f.level for f in found} == {"warning"}
    warnings = load_study_area(area, load_scenario(area / "scenarios" / "s.yaml")).warnings
    assert set(found) <= set(warnings)
    assert not fault_table(found, "vi").iloc[:, 4].str.contains("household").any()


def test_a_technology_in_wide_letters_is_read_and_told(area: Path) -> None:
    write(area, SITES, 3, technology="ＬＴＥ")
    study_area = load_study_area(area, load_scenario(area / "scenarios" / "s.yaml"))
    assert "ＬＴＥ" not in set(study_area.sites["technology"])
    assert {f.code for f in study_area.warnings} >= {"technology_read", "lookalike"}


def test_an_area_with_faults_still_tells_of_figures(area: Path) -> None:
    write(area, VILLAGES, 3, households="４２")
    write(area, VILLAGES, 4, households="20", population="19")
    with pytest.raises(InputError) as caught:
        load_study_area(area, load_scenario(area / "scenarios" / "s.yaml"))
    assert {f.code for f in caught.value.faults} >= {"type", "part_and_whole"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12.0), (" 1.5 ", 1.5), ("1e2", 100.0), ("１２", None), ("1_000", None), ("nan", None), ("½", None), ("−1", None)],
)
def test_a_criterion_of_ones_own_reads_plain_numbers_alone(text: str, number: float | None) -> None:
    assert _number(text) == number
