"""A small sound study area, made in a moment, to be broken in every way."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

VILLAGES, SITES, COMMUNES = "villages/villages.csv", "sites/sites.csv", "boundaries/communes.geojson"
TERRAIN, SCENARIO, MANIFEST = "terrain/t.tif", "scenarios/s.yaml", "manifest.json"

# two communes side by side, a few kilometres across, in the zone of EPSG:32648
_WEST, _SOUTH, _WIDTH, _HEIGHT = 103.00, 22.00, 0.02, 0.03

YAML = """\
name: thu
title_vi: "Thử"
title_en: "Trial"
province: {code: "12", name: Lai Châu}
seed: 57
metric_crs: null
layers: {communes: boundaries/communes.geojson, former_communes: null, villages: villages/villages.csv, sites: sites/sites.csv}
terrain: {path: terrain/t.tif, cell_m: null}
service: {sigma_db: 8}
propagation: {model: free_space, compare_with: null, max_radius_km: 2}
ranking:
  top_k: 3
  criteria:
    - {name: households_without_signal, weight: 25, bounds: [0, 150]}
    - {name: poverty_share, weight: 20, bounds: [0, 1]}
    - {name: border, weight: 8, bounds: [0, 1]}
  robustness: {draws: 100}
"""


def commune(number: int) -> dict[str, Any]:
    west = _WEST + (number - 1) * _WIDTH
    ring = [[west, _SOUTH], [west + _WIDTH, _SOUTH], [west + _WIDTH, _SOUTH + _HEIGHT], [west, _SOUTH + _HEIGHT], [west, _SOUTH]]
    properties = {
        "code": f"0300{number}",
        "name": f"Xã {number}",
        "type": "Xã",
        "area_km2": 7.0,
        "population": 3000,
        "border": number == 1,
        "region_class": "III",
    }
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def village_rows() -> list[dict[str, str]]:
    rows = []
    for number in range(1, 5):
        of = 1 + (number - 1) // 2
        lon, lat = _WEST + (of - 0.5) * _WIDTH, _SOUTH + 0.01 * (1 + number % 2)
        rows.append({
            "village_id": f"V{number}", "name": f"Bản {number}", "commune_code": f"0300{of}", "lon": f"{lon:.5f}", "lat": f"{lat:.5f}",
            "households": str(20 + number), "population": str(100 + number), "poor_households": "5", "near_poor_households": "2", "grid_power": "yes",
            "road_access": "car", "extremely_difficult": "yes", "settlement_radius_m": "", "school_site": "yes", "health_post": "no",
            "declared_status": "no_signal", "status_date": "2026-01-28", "position_quality": "surveyed",
        })  # fmt: skip
    return rows


def site_rows() -> list[dict[str, str]]:
    return [
        {
            "site_id": f"S{number}", "cell_id": f"S{number}-1", "name": f"Trạm {number}", "commune_code": f"0300{number}", "lon": f"{_WEST + (number - 0.4) * _WIDTH:.5f}",
            "lat": f"{_SOUTH + 0.015:.5f}", "status": "on_air", "operator": "A", "technology": "LTE", "freq_mhz": "900", "bandwidth_mhz": "10", "mast_height_m": "42",
            "tx_power_dbm": "43", "antenna_gain_dbi": "11", "losses_db": "2", "azimuth_deg": "", "backhaul": "fibre", "power": "grid",
        }
        for number in (1, 2)
    ]  # fmt: skip


def write_rows(path: Path, rows: Sequence[Mapping[str, str]], header: Sequence[str] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header or list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_json(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def make_area(root: Path) -> Path:
    """Two communes, four villages, two masts, flat hills, one scenario that runs in an instant."""
    write_rows(root / VILLAGES, village_rows())
    write_rows(root / SITES, site_rows())
    write_json(root / COMMUNES, {"type": "FeatureCollection", "features": [commune(1), commune(2)]})
    (root / SCENARIO).parent.mkdir(parents=True)
    (root / SCENARIO).write_text(YAML, encoding="utf-8")
    (root / TERRAIN).parent.mkdir(parents=True)
    heights = (500 + 40 * np.add.outer(np.arange(150), np.arange(150)) % 300).astype("int16")
    with rasterio.open(
        root / TERRAIN, "w", driver="GTiff", width=150, height=150, count=1, dtype="int16", nodata=-32768, crs="EPSG:32648",
        transform=from_origin(290_000, 2_442_000, 100, 100),
    ) as sink:  # fmt: skip
        sink.write(heights, 1)
    return root


Change = Callable[[Path], None]


def village(row: int, column: str, value: str) -> Change:
    """One cell of the villages; the row is that of the file, the header is 1."""
    return table_cell(VILLAGES, row, column, value)


def table_cell(file: str, row: int, column: str, value: str) -> Change:
    def apply(area: Path) -> None:
        rows = read_rows(area / file)
        header = [*rows[0], *([] if column in rows[0] else [column])]
        rows[row - 2][column] = value
        write_rows(area / file, rows, header)

    return apply


def own(names: Mapping[str, str]) -> Change:
    """Columns of the user's own in the villages, the same value in each row."""

    def apply(area: Path) -> None:
        path = area / VILLAGES
        lines = path.read_text(encoding="utf-8").splitlines()
        quoted = [['"' + text.replace('"', '""') + '"' for text in row] for row in (list(names), list(names.values()))]
        path.write_text(
            "\n".join([",".join([lines[0], *quoted[0]]), *(",".join([line, *quoted[1]]) for line in lines[1:])]) + "\n", encoding="utf-8"
        )

    return apply


def scenario(old: str, new: str) -> Change:
    def apply(area: Path) -> None:
        text = (area / SCENARIO).read_text(encoding="utf-8")
        assert old in text
        (area / SCENARIO).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def more_scenario(text: str) -> Change:
    def apply(area: Path) -> None:
        with (area / SCENARIO).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return apply


def put(file: str, content: bytes) -> Change:
    def apply(area: Path) -> None:
        (area / file).parent.mkdir(parents=True, exist_ok=True)
        (area / file).write_bytes(content)

    return apply


def features(change: Callable[[dict[str, Any]], object]) -> Change:
    """The communes' document changed in place (or replaced by what the change returns)."""

    def apply(area: Path) -> None:
        document = json.loads((area / COMMUNES).read_text(encoding="utf-8"))
        changed = change(document)
        write_json(area / COMMUNES, document if changed is None else changed)

    return apply


def shape(geometry: Any) -> Change:
    """The first commune's shape; one given as text stands in the file as it is, for what JSON writers refuse."""

    def apply(area: Path) -> None:
        document = json.loads((area / COMMUNES).read_text(encoding="utf-8"))
        document["features"][0]["geometry"] = "@" if isinstance(geometry, str) else geometry
        text = json.dumps(document, ensure_ascii=False)
        (area / COMMUNES).write_text(text.replace('"@"', geometry) if isinstance(geometry, str) else text, encoding="utf-8")

    return apply


def properties(**values: Any) -> Change:
    return features(lambda document: document["features"][0]["properties"].update(values))


def both(*changes: Change) -> Change:
    def apply(area: Path) -> None:
        for change in changes:
            change(area)

    return apply
