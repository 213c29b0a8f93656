"""Whether two results are the same in every field: types, indices, order, missing values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd


def assert_same(a: Any, b: Any, path: str = "plan") -> None:
    """Fail with the place of the first difference."""
    assert type(a) is type(b), f"{path}: {type(a)} and {type(b)}"
    if is_dataclass(a) and not isinstance(a, type):
        for field in fields(a):
            assert_same(getattr(a, field.name), getattr(b, field.name), f"{path}.{field.name}")
    elif isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(pd.DataFrame(a), pd.DataFrame(b), check_exact=True, check_column_type=False, obj=path)
        assert list(a.index.names) == list(b.index.names), path
        if isinstance(a, gpd.GeoDataFrame):
            assert a.crs == b.crs
        for name in [name for name, kind in a.dtypes.items() if str(kind) == "object"]:
            assert [type(v) for v in a[name]] == [type(v) for v in b[name]], f"{path}.{name}"
    elif isinstance(a, pd.Series):
        pd.testing.assert_series_equal(a, b, check_exact=True, obj=path)
        assert [type(v) for v in a] == [type(v) for v in b], path
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype, path
        np.testing.assert_array_equal(a, b, err_msg=path)
    elif isinstance(a, dict):
        assert list(a) == list(b), path
        for key in a:
            assert_same(a[key], b[key], f"{path}[{key!r}]")
    elif isinstance(a, (tuple, list)):
        assert len(a) == len(b), path
        for number, (one, other) in enumerate(zip(a, b, strict=True)):
            assert_same(one, other, f"{path}[{number}]")
    else:
        assert a == b or (a != a and b != b), f"{path}: {a!r} and {b!r}"
