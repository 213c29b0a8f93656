"""How many rows or features a file of a layer holds, sound or not."""

from __future__ import annotations

import csv
import json
from pathlib import Path


def rows_in(path: Path) -> int | None:
    """Rows of a csv below its header, features of a GeoJSON; None for other files and for those that cannot be read."""
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                return max(sum(any(cell.strip() for cell in row) for row in csv.reader(stream)) - 1, 0)
        if path.suffix.lower() in (".geojson", ".json"):
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            return len(features) if isinstance(features, list) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, csv.Error):
        return None
    return None
