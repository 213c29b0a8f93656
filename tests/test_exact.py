"""Results as JSON and database columns, and back: nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geo_planner.files.exact import NotExactError, decoded, encoded, form_of
from tests.same import assert_same


@dataclass(frozen=True, slots=True)
class Pair:
    first: Any
    second: Any = None


def there_and_back(value: Any, homes: dict[str, tuple[str, pd.DataFrame]] | None = None, base: dict[str, Any] | None = None) -> Any:
    text = json.dumps(encoded(value, "v", homes or {}))
    return decoded(json.loads(text), {"Pair": Pair}, lambda name: (base or {})[name])


TABLE = pd.DataFrame(
    {
        "real": [1.5, math.nan, math.inf],
        "single": np.array([0.1, math.nan, 3], dtype=np.float32),
        "whole": pd.array([1, None, 2**60], dtype="Int64"),
        "byte": np.array([1, 2, 3], dtype=np.uint8),
        "known": pd.array([True, None, False], dtype="boolean"),
        "flag": [True, False, True],
        "text": pd.array(["Bản Hồng Thu; Mản", None, ""], dtype="string"),
        "plain": ["a", None, "c"],
        "ids": pd.Series([("a; b", "c"), (), ("d",)], dtype=object),
        "mixed": pd.Series([None, pd.NA, math.nan], dtype=object),
        "day": pd.to_datetime(["2026-01-28", None, "2027-07-01"]),
        "at": pd.to_datetime(["2026-01-28T07:00", None, "2027-07-01T00:30"]).tz_localize("Asia/Ho_Chi_Minh"),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        TABLE.set_index("text"),
        TABLE.set_axis(pd.Index(["x", "y", "z"], name="id", dtype=object)),
        TABLE.set_index(["plain", "byte"]),
        TABLE.iloc[:0],
        TABLE[["real"]].rename(columns={"real": 2027}),
        TABLE["whole"],
        gpd.GeoDataFrame(TABLE[["real"]], geometry=[Point(103, 22), None, Point(1, 2)], crs=4326),
    ],
    ids=["all", "text index", "named index", "two levels", "empty", "a year as title", "one column", "places"],
)
def test_a_table_comes_back(table: Any) -> None:
    assert_same(table, there_and_back(table))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 0.1, math.inf, "Lai Châu", (1, ("a", None)), [1, (2,)], {("V1", 20.0): slice(3, 7), "x": {}}, dt.date(2026, 1, 28), pd.NA,
        np.float32(0.1), np.int64(5), np.arange(6, dtype=np.int16).reshape(2, 3), Pair(TABLE, Pair((1.0,), {"a": TABLE["ids"]})),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_comes_back(value: Any) -> None:
    assert_same(value, there_and_back(value)) if value is not pd.NA else None
    assert value is not pd.NA or there_and_back(value) is pd.NA


def test_what_stands_in_the_database_is_named_and_not_written_again() -> None:
    table = pd.DataFrame(
        {"cost": [1.0, 2.0], "ids": pd.Series([("a",), ("b", "c")], dtype=object), "ok": [True, False]},
        index=pd.Index(["p", "q"], name="id"),
    )
    written = pd.DataFrame(
        {"id": ["p", "q"], "cost": [1.0, 2.0], "ids": ["a", "b; c"], "ok": pd.array([True, False], dtype="boolean"), "more": [0, 0]}
    )
    base = {"t": {"id": ["p", "q"], "cost": [1.0, 2.0], "ids": ["a", "b; c"], "ok": [1, 0], "more": [0, 0]}}
    homes = {"v": ("t", written)}
    assert_same(table, there_and_back(table, homes, base))
    kept = encoded(table, "v", homes)["frame"]["values"]
    assert ["column" in column for column in kept] == [True, False, True]


def test_a_database_that_holds_something_else_is_not_trusted() -> None:
    table = pd.DataFrame({"cost": [1.0, 2.0]})
    for other in ([1.0, 2.5], ["a", "b"], [1.0], [None, 2.0]):
        homes = {"v": ("t", pd.DataFrame({"cost": other}))}
        assert_same(table, there_and_back(table, homes))


@given(
    st.lists(st.one_of(st.none(), st.text(), st.integers(-(2**70), 2**70), st.booleans(), st.floats(), st.tuples(st.text(), st.floats())))
)
def test_any_column_of_objects_comes_back(values: list[Any]) -> None:
    column = pd.Series(values, dtype=object, name="c")
    assert_same(column, there_and_back(column))


def test_what_is_not_known_is_refused() -> None:
    for node in ({"of": "Path", "with": {}}, {"of": "Pair", "with": {"third": 1}}, {"what": 1}, {"array": ["<f8", [2], "!"]}):
        with pytest.raises(NotExactError):
            decoded(node, {"Pair": Pair}, lambda _: {})
    with pytest.raises(TypeError):
        encoded(object(), "v", {})


def test_the_form_names_the_fields() -> None:
    assert form_of([Pair]) == [["Pair", ["first", "second"]]]
