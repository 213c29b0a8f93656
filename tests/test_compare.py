"""Plans side by side: sums, differences by village, files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from geo_planner.compare import compare
from geo_planner.errors import UsageError
from geo_planner.export.comparison import write_comparison
from geo_planner.plan import Plan


@pytest.fixture(scope="module")
def other(plan: Plan) -> Plan:
    """The same plan, but for one village that is covered."""
    first = plan.villages.index[0]
    villages = plan.villages.copy()
    villages.loc[first, "modelled_status"] = "covered"
    return replace(plan, villages=villages)


def test_a_plan_beside_itself_differs_nowhere(plan: Plan) -> None:
    found = compare({"a": plan, "b": plan})
    assert not found.villages["differs_in"].map(bool).any()
    assert found.sites.empty
    assert found.sums.loc["a"].to_dict() == found.sums.loc["b"].to_dict()


def test_what_differs_is_named(plan: Plan, other: Plan) -> None:
    found = compare({"a": plan, "b": other})
    differing = found.villages[found.villages["differs_in"].map(bool)]
    assert list(differing.index) == [plan.villages.index[0]]
    assert differing["differs_in"].tolist() == [("modelled_status",)]
    assert found.sums.at["b", "covered"] == found.sums.at["a", "covered"] + 1


def test_a_village_that_one_plan_lacks_has_nothing_there(plan: Plan) -> None:
    lost = plan.villages.index[-1]
    found = compare({"a": plan, "b": replace(plan, villages=plan.villages.drop(index=lost))})
    assert "rank" in found.villages.at[lost, "differs_in"]


def test_files(plan: Plan, other: Plan, tmp_path: Path) -> None:
    files = write_comparison(compare({"a": plan, "b": other}), tmp_path / "out", uses_sample_data=True)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(files)
    told = json.loads(files["comparison.json"].read_text("utf-8"))
    assert told["names"] == ["a", "b"]
    assert [v["village_id"] for v in told["villages"] if v["differs_in"]] == [plan.villages.index[0]]
    again = write_comparison(compare({"a": plan, "b": other}), tmp_path / "again", uses_sample_data=True)
    assert files["comparison.xlsx"].read_bytes() == again["comparison.xlsx"].read_bytes()


def test_one_plan_is_no_comparison(plan: Plan) -> None:
    with pytest.raises(UsageError):
        compare({"a": plan})
