"""Vector files as tables, and what a GeoJSON file says of its features word for word."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path

import pandas as pd
import pyogrio

logger = logging.getLogger(__name__)
_LARGEST_FILE = 64_000_000


def read_table(path: Path, layer: str | None = None) -> pd.DataFrame:
    """The features of a layer, as a GeoDataFrame where they have shapes."""
    with warnings.catch_warnings():
        # of a column with words among its numbers: the checks tell it with the row
        warnings.filterwarnings("ignore", message="Could not parse column", category=UserWarning)
        return pyogrio.read_dataframe(path, layer=layer)


def written_properties(path: Path, n: int) -> list[dict[str, object]] | None:
    """The properties of the `n` features of a GeoJSON file as they are written; None where it is no such file.

    GDAL gives a column one type: of ``"NaN"``, ``"null"`` or a bare NaN among numbers nothing is left then, and no check could tell.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        rows = [dict(feature["properties"] or {}) for feature in document["features"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        logger.debug("no GeoJSON collection: %s", path, exc_info=error)
        return None
    return rows if len(rows) == n and any(rows) else None


def property_text(value: object) -> str:
    """One property as a csv file would hold it; a NaN that is written down is no blank."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
