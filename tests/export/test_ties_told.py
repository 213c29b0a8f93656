"""Villages of the same score are told as tied in every file that holds the order."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest

from geo_planner.export.csv_file import write_csv
from geo_planner.export.html_map import village_card
from geo_planner.export.html_map.payload import map_payload
from geo_planner.export.summary import summary
from geo_planner.export.tables import LIST_COLUMNS, display_table
from geo_planner.export.vector import write_geojson, write_gpkg
from geo_planner.export.xlsx import write_xlsx
from geo_planner.plan import Plan
from geo_planner.ranking import METHODS
from tests.reranked import reranked

TIED = {"V-3": (), "V1": ("=V2", "V4"), "=V2": ("V1", "V4"), "V4": ("V1", "=V2")}


@pytest.fixture(scope="module")
def tied(small_plan: Plan) -> Plan:
    """Three of the four villages share a score: one by more households comes first, and one of them is named like a formula."""
    villages = small_plan.villages.assign(
        border=pd.array([True, False, False, False], dtype="boolean"), households=pd.array([10, 60, None, None], dtype="Int64")
    )
    return reranked(small_plan, villages, criteria=[{"name": "border"}], weights="equal")


def test_the_summary_lists_their_ids(tied: Plan) -> None:
    document = json.loads(json.dumps(summary(tied), allow_nan=False))
    ranks = {v["village_id"]: v["rank"] for v in document["villages"]}
    assert ranks == {"V-3": 1, "V1": 2, "=V2": 3, "V4": 4}
    assert {v["village_id"]: tuple(v["tied_with"]) for v in document["villages"]} == TIED
    for village in document["villages"]:
        assert set(village["methods_tied_with"]) == set(village["methods"]) == set(METHODS)


def test_the_csv_and_the_geojson_have_a_column(tied: Plan, tmp_path: Path) -> None:
    write_csv(tied, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["village_id"].lstrip("'"): row["tied_with"].lstrip("'") for row in csv.DictReader(stream)}
    assert rows == {village: "; ".join(others) for village, others in TIED.items()}
    write_geojson(tied, tmp_path / "v.geojson")
    features = json.loads((tmp_path / "v.geojson").read_text(encoding="utf-8"))["features"]
    assert {f["id"]: f["properties"]["tied_with"] for f in features} == rows


def test_the_geopackage_has_them_for_the_order_and_for_each_method(tied: Plan, tmp_path: Path) -> None:
    write_gpkg(tied, tmp_path / "plan.gpkg")
    villages = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="villages").set_index("village_id")
    assert villages["tied_with"].to_dict() == {village: "; ".join(others) for village, others in TIED.items()}
    methods = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="methods").set_index("village_id")
    for method in METHODS:
        assert methods.loc["V4", f"{method}_tied_with"] == "V1; =V2"


def test_the_workbook_tells_them_in_the_list_and_beside_the_methods(tied: Plan, tmp_path: Path) -> None:
    write_xlsx(tied, tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    cells = {name: [str(c) for row in book[name].iter_rows(values_only=True) for c in row if c is not None] for name in book.sheetnames}
    assert "Đồng điểm với" in cells["Thứ tự ưu tiên"]
    assert "=V2; V4" in cells["Thứ tự ưu tiên"]
    told = [c for c in cells["So sánh phương pháp"] if c.startswith("Tổng có trọng số: ") and "(V4)" in c]
    assert len(told) == 2
    assert all("PROMETHEE II: " in c and "TOPSIS, thang cố định: " in c for c in told)


def test_the_card_and_the_list_of_the_map_tell_them(tied: Plan) -> None:
    assert village_card(tied, "V-3", "vi").tied == ""
    assert village_card(tied, "V4", "vi").tied.startswith("Đồng điểm với ")
    assert "(V1)" in village_card(tied, "V4", "en").tied
    entries = {v["card"]["village_id"]: v for v in map_payload(tied, language="vi", bilingual=False, cards=True)["villages"]}
    assert entries["V4"]["tied"] == entries["V4"]["card"]["tied"] == village_card(tied, "V4", "vi").tied


def test_a_cell_of_a_long_tie_stays_short(tied: Plan) -> None:
    many = tuple(f"LC{i:05d}" for i in range(9000))
    long = tied.villages.assign(tied_with=pd.Series([many] * 4, index=tied.villages.index))
    cell = display_table(replace(tied, villages=long), LIST_COLUMNS)["tied_with"].iloc[0]
    assert cell.endswith(" và 8.980 bản khác")
    assert len(cell) < 1000


def test_the_bundled_plan_tells_of_each_tie_in_both_directions(plan: Plan) -> None:
    score = plan.villages["score"]
    for village, others in plan.villages["tied_with"].items():
        same = set(score[(score - score[village]).abs() < 1e-10].index) - {village}
        assert set(others) == same
