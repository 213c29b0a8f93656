"""A scenario of an earlier edition that names a method no longer offered is told so, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from geo_planner.config import parse_scenario
from geo_planner.errors import InputError
from geo_planner.words import codes

BASE: dict[str, Any] = {"name": "old", "province": {"code": "12", "name": "Lai Châu"}}


@pytest.mark.parametrize(
    ("ranking", "column"),
    [
        ({"criteria": [{"name": "households"}], "method": "spotis"}, "ranking.method"),
        ({"criteria": [{"name": "households"}], "robustness": {"methods": ["weighted_sum", "spotis"]}}, "ranking.robustness.methods.1"),
        ({"criteria": [{"name": "households", "ideal": 120}, {"name": "border"}]}, "ranking.criteria.0"),
        (
            {"criteria": [{"name": "border"}, {"name": "mine", "vi": "x", "en": "x", "bounds": [0, 1], "weight": 1, "ideal": None}]},
            "ranking.criteria.1",
        ),
    ],
)
def test_a_withdrawn_method_is_a_fault_with_a_remedy(ranking: dict[str, Any], column: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario({**BASE, "ranking": ranking}, file="old.yaml")
    (fault,) = caught.value.faults
    assert (fault.column, fault.code) == (column, "withdrawn_method")
    assert "SPOTIS" in fault.reason
    assert "topsis_fixed" in fault.remedy
    assert fault.code in codes()


def test_a_method_that_never_was_is_told_the_ones_there_are() -> None:
    with pytest.raises(InputError, match="topsis_fixed"):
        parse_scenario({**BASE, "ranking": {"criteria": [{"name": "households"}], "method": "electre"}}, file="old.yaml")
