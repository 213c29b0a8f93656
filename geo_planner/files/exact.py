"""Results as JSON and database columns, and back, exactly: types, names of indices, missing values and tuples come back as they were.

A table that stands in the database anyway is not written twice: each of its columns that comes back exactly from there is named, and only
what does not (tuples, a blank that is no NULL, names that a database takes for one) is written out. Nothing is executed on reading:
classes come from a list that the reader gives.
"""

from __future__ import annotations

import base64
import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

Columns = Mapping[str, list[Any]]
"""A table as the database gives it: values by column, None where there is none."""
Read = Callable[[str], Columns]
_MISSING: dict[str, Any] = {"none": None, "nan": float("nan"), "na": pd.NA}


_NULLABLE = ("boolean", "Int64", "Float64", "string", "str")


class NotExactError(ValueError):
    """A stored result that this version does not understand."""


def encoded(value: Any, path: str, homes: Mapping[str, tuple[str, pd.DataFrame]]) -> Any:
    """A value as JSON.

    Parameters
    ----------
    value : Any
        Dataclass, table, column, array, tuple, list, dict, text, number, date or None, one within the other.
    path : str
        Where it stands in the whole, parts joined by dots.
    homes : mapping
        By path: the name of the database's table that holds a table, and that table as it is written.

    Raises
    ------
    TypeError
        For a value of another kind.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return _table(value, homes.get(path))
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: encoded(getattr(value, f.name), f"{path}.{f.name}", homes) for f in fields(value)}
        return {"of": type(value).__name__, "with": parts}
    if isinstance(value, dict):
        return {"dict": [[encoded(k, path, homes), encoded(v, f"{path}.{k}", homes)] for k, v in value.items()]}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__ if type(value) is list else "tuple": [encoded(item, path, homes) for item in value]}
    return _single(value)


def decoded(node: Any, classes: Mapping[str, type], read: Read) -> Any:
    """What :func:`encoded` wrote.

    Parameters
    ----------
    classes : mapping
        The dataclasses that may stand there, by name.
    read : callable
        Gives the database's table of a name.

    Raises
    ------
    NotExactError
        For a class or a form that is not known, a table or column that is not there.
    """
    try:
        return _decoded(node, classes, read)
    except (KeyError, TypeError, ValueError, IndexError, StopIteration, zlib.error) as error:
        raise NotExactError(str(error)) from error


def form_of(classes: Iterable[type]) -> list[list[Any]]:
    """Names and fields of some dataclasses: what was written under others is not theirs."""
    return sorted([cls.__name__, [f.name for f in fields(cls)]] for cls in classes)


def _decoded(node: Any, classes: Mapping[str, type], read: Read) -> Any:
    if not isinstance(node, dict):
        return node
    if "of" in node:
        return classes[node["of"]](**{name: _decoded(part, classes, read) for name, part in node["with"].items()})
    kind, held = next(iter(node.items()))
    match kind:
        case "dict":
            return {_decoded(k, classes, read): _decoded(v, classes, read) for k, v in held}
        case "tuple":
            return tuple(_decoded(item, classes, read) for item in held)
        case "list":
            return [_decoded(item, classes, read) for item in held]
        case "frame" | "series":
            return _as_table(kind, held, classes, read)
        case "scalar":
            return np.dtype(held[0]).type(held[1])
        case "missing":
            return _MISSING[held]
        case "slice":
            return slice(*held)
        case "date":
            return dt.date.fromisoformat(held)
        case "array":
            return np.frombuffer(zlib.decompress(base64.b64decode(held[2])), dtype=held[0]).reshape(held[1]).copy()
    raise NotExactError(kind)


def _single(value: Any) -> Any:
    if value is pd.NA:
        return {"missing": "na"}
    if isinstance(value, slice):
        return {"slice": [None if part is None else int(part) for part in (value.start, value.stop, value.step)]}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        packed = zlib.compress(np.ascontiguousarray(value).tobytes(), 6)
        return {"array": [value.dtype.str, list(value.shape), base64.b64encode(packed).decode("ascii")]}
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {"scalar": [value.dtype.str, value.item()]}
    if type(value) is dt.date:
        return {"date": value.isoformat()}
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _table(value: pd.DataFrame | pd.Series, home: tuple[str, pd.DataFrame] | None) -> dict[str, Any]:
    frame = isinstance(value, pd.DataFrame)
    columns = [value.iloc[:, at] for at in range(value.shape[1])] if frame else [value]
    written = _Written(None if home is None else home[1])
    names = value.columns if frame else pd.Index([value.name], dtype=object)
    index = _index(value.index, written)
    values = [_column(column, str(name), written) for column, name in zip(columns, names, strict=True)]
    used = any("column" in spec for spec in (*values, *index.get("levels", ())))
    held = {
        "home": home[0] if home is not None and used else None,
        "index": index,
        "columns": [encoded(_bare(name), "", {}) for name in names],
        "columns_type": str(names.dtype),
        "columns_name": names.name,
        "places": value.active_geometry_name if isinstance(value, gpd.GeoDataFrame) else None,
        "values": values,
    }
    return {"frame" if frame else "series": held}


class _Written(dict[str, list[Any]]):
    """The columns of a table as the database will give them back, each made when it is asked for."""

    def __init__(self, table: pd.DataFrame | None) -> None:
        super().__init__()
        self._table = pd.DataFrame() if table is None else table

    def __missing__(self, name: str) -> list[Any]:
        column = self._table[name]
        blank = column.isna().to_numpy(dtype=bool)
        self[name] = [None if gone else int(v) if isinstance(v, bool) else v for gone, v in zip(blank, column.tolist(), strict=True)]
        return self[name]

    def holds(self, name: str, rows: int) -> bool:
        return name in self._table and len(self._table) == rows


def _index(index: pd.Index, written: _Written) -> dict[str, Any]:
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "names": [index.name]}
    levels = [index.get_level_values(at) for at in range(index.nlevels)]
    return {
        "names": list(index.names),
        "multi": isinstance(index, pd.MultiIndex),
        "levels": [_column(pd.Series(level), str(level.name), written) for level in levels],
    }


def _column(column: pd.Series, name: str, written: _Written) -> dict[str, Any]:
    kind = str(column.dtype)
    if kind == "geometry":
        shapes = gpd.GeoSeries(column)
        return {
            "geometry": [text if isinstance(text, str) else None for text in shapes.to_wkb(hex=True)],
            "crs": None if shapes.crs is None else shapes.crs.to_wkt(),
        }
    if isinstance(column.dtype, pd.DatetimeTZDtype) or kind.startswith("datetime64"):
        return {"instants": column.array.asi8.tolist(), "unit": column.dt.unit, "zone": None if column.dt.tz is None else str(column.dt.tz)}
    for blank in _MISSING if kind == "object" else ("none",):
        spec = {"type": kind, "blank": blank, "column": name}
        if written.holds(name, len(column)) and _comes_back(written[name], spec, column):
            return spec
    return {"type": kind, "list": [encoded(_bare(value), "", {}) for value in _plain_list(column)]}


def _comes_back(found: list[Any], spec: Mapping[str, Any], column: pd.Series) -> bool:
    try:
        return _same(_values(found, spec), column)
    except (TypeError, ValueError, OverflowError):  # text where numbers were, blanks where none may be
        return False


def _plain_list(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return list(column.to_numpy().tolist())
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "O":
        return list(column)
    return [None if value is pd.NA or value != value else value for value in column.tolist()]


def _bare(value: Any) -> Any:
    """A text of NumPy's own as a text."""
    return str(value) if type(value) is np.str_ else value


def _values(found: list[Any], spec: Mapping[str, Any]) -> pd.Series:
    """Values of the database as a column of a type."""
    kind = spec["type"]
    if kind == "object":
        blank = _MISSING[spec["blank"]]
        values = np.empty(len(found), dtype=object)
        for at, value in enumerate(found):  # one by one: NumPy takes a list of tuples for a table
            values[at] = blank if value is None else value
        return pd.Series(values, dtype=object)
    if kind in ("float64", "float32"):
        return pd.Series(np.array([np.nan if value is None else value for value in found], dtype=kind))
    if kind in ("boolean", "bool"):
        found = [None if value is None else bool(value) for value in found]
    if kind in _NULLABLE or "[" in kind:  # of Arrow, where pandas has it
        return pd.Series(pd.array([pd.NA if value is None else value for value in found], dtype=kind))
    if None in found:
        raise NotExactError(f"{kind} with blanks")
    return pd.Series(np.array(found, dtype=kind))


def _same(made: pd.Series, column: pd.Series) -> bool:
    if made.dtype == object:
        return all(type(a) is type(b) and (a is b or a == b or (a != a and b != b)) for a, b in zip(made, column, strict=True))
    if isinstance(made.dtype, np.dtype):
        return np.array_equal(made.to_numpy(), column.to_numpy(), equal_nan=made.dtype.kind == "f")
    return bool(made.dtype == column.dtype and made.array.equals(column.array))


def _as_table(kind: str, held: Mapping[str, Any], classes: Mapping[str, type], read: Read) -> pd.DataFrame | pd.Series:
    home = read(held["home"]) if held["home"] is not None else {}

    def values(spec: Mapping[str, Any]) -> pd.Series:
        if "geometry" in spec:
            return gpd.GeoSeries.from_wkb(spec["geometry"], crs=spec["crs"])
        if "instants" in spec:
            instants = pd.DatetimeIndex(np.array(spec["instants"], dtype=np.int64).view(f"datetime64[{spec['unit']}]"))
            return pd.Series(instants if spec["zone"] is None else instants.tz_localize("UTC").tz_convert(spec["zone"]))
        if "column" in spec:
            return _values(home[spec["column"]], spec)
        items = [_decoded(item, classes, read) for item in spec["list"]]
        return _values(items, {**spec, "blank": "none"})

    index = _as_index(held["index"], values)
    columns = [values(spec).set_axis(index) for spec in held["values"]]
    labels = [_decoded(label, classes, read) for label in held["columns"]]
    if kind == "series":
        return columns[0].rename(labels[0])
    table = pd.DataFrame(dict(enumerate(columns)), index=index)
    table = table.set_axis(pd.Index(labels, dtype=held["columns_type"], name=held["columns_name"]), axis=1)
    return table if held["places"] is None else gpd.GeoDataFrame(table, geometry=held["places"])


def _as_index(spec: Mapping[str, Any], values: Callable[[Mapping[str, Any]], pd.Series]) -> pd.Index:
    if "range" in spec:
        return pd.RangeIndex(*spec["range"], name=spec["names"][0])
    levels = [pd.Index(values(level), dtype=level["type"]) for level in spec["levels"]]
    if spec["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=spec["names"])
    return levels[0].rename(spec["names"][0])
