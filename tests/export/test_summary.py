"""summary.json: complete, sorted, null where nothing is known, adding up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo_planner.export.summary import status_summary, summary, write_summary
from geo_planner.plan import Plan

VILLAGE = {
    "village_id", "name", "commune_code", "rank", "rank_in_group", "score", "contributions", "missing", "responsibility", "responsibility_reason",
    "declared_status", "modelled_status", "measured_status", "rsrp_dbm", "coverage_probability", "settlement_covered_share", "nearest_site_id",
    "nearest_site_km", "depends_on_sample", "flags",
}  # fmt: skip


def read(plan: Plan, folder: Path) -> dict[str, Any]:
    write_summary(plan, folder / "summary.json")

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    document: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"), parse_constant=refuse)
    return document


def test_villages_are_whole_sorted_and_add_up(any_plan: Plan, tmp_path: Path) -> None:
    villages = read(any_plan, tmp_path)["villages"]
    assert [v["village_id"] for v in villages] == sorted(any_plan.villages.index)
    for village in villages:
        assert set(village) >= VILLAGE
        assert sum(village["contributions"].values()) == pytest.approx(village["score"], abs=1e-9)
        row = any_plan.villages.loc[village["village_id"]]
        assert village["name"] == row["name"]
        assert village["missing"] == list(row["missing"])
        assert village["flags"] == list(row["flags"])


def test_what_is_not_known_is_null(small_plan: Plan, tmp_path: Path) -> None:
    document = read(small_plan, tmp_path)
    unknown = next(v for v in document["villages"] if v["village_id"] == "=V2")
    for name in ("rsrp_dbm", "coverage_probability", "settlement_covered_share", "nearest_site_id", "nearest_site_km", "declared_status"):
        assert unknown[name] is None
    assert document["communes"][0]["covered_area_share"] is None
    assert document["totals"]["population"] is None


def test_communes_never_sell_area_as_people(any_plan: Plan, tmp_path: Path) -> None:
    communes = read(any_plan, tmp_path)["communes"]
    assert [c["code"] for c in communes] == sorted(any_plan.communes.index)
    assert all(c["covered_population_share"] is None for c in communes)


def test_totals_count_every_village_once(any_plan: Plan) -> None:
    totals = summary(any_plan)["totals"]
    n = len(any_plan.villages)
    for name in ("by_declared_status", "by_modelled_status", "by_measured_status", "by_responsibility"):
        assert sum(totals[name].values()) == n
    assert totals["villages"] == n


def test_a_blank_is_not_counted_as_zero(small_plan: Plan) -> None:
    totals = summary(small_plan)["totals"]
    assert (totals["households"], totals["households_unknown_in"]) == (240, 1)
    assert (totals["population"], totals["population_unknown_in"]) == (None, 4)


def test_sample_data_and_warnings_are_told(small_plan: Plan, real_data_plan: Plan) -> None:
    assert summary(small_plan)["uses_sample_data"] is True
    assert summary(real_data_plan)["uses_sample_data"] is False
    assert summary(real_data_plan)["sample_data_note"] is None
    assert summary(small_plan)["scenario"] == "small"
    assert summary(small_plan)["notes"][0]["level"] == "warning"


def test_a_run_of_coverage_alone_says_nothing_of_ranks(any_plan: Plan) -> None:
    document = status_summary(any_plan)
    assert "by_responsibility" not in document["totals"]
    assert not {"rank", "score", "responsibility", "contributions"} & set(document["villages"][0])
