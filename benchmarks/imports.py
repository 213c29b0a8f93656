"""How long an import of a large list takes, and how much memory: 100,000 villages from csv, xlsx and GeoPackage.

Each format runs in a process of its own, so that the peak of memory is its own. Run with ``python -m benchmarks.imports``.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter

from geo_planner.imports import import_layer
from geo_planner.imports.places.vn2000 import from_wgs84, tm3_projection

DATA = Path(__file__).resolve().parent.parent / "data"
FORMATS = ("csv", "xlsx", "gpkg")
LIMIT_S, LIMIT_MB = 60.0, 1000.0


def made_list(count: int) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """Names, communes and positions (VN-2000, east and north) spread over the communes."""
    draw = np.random.default_rng(57)
    communes = gpd.read_file(DATA / "boundaries" / "communes.geojson")
    lon, lat, owner = [], [], []
    for i, shape in enumerate(communes.geometry):
        west, south, east, north = shape.bounds
        wanted = count // len(communes) + 1
        x, y = draw.uniform(west, east, 6 * wanted), draw.uniform(south, north, 6 * wanted)
        inside = shapely.contains_xy(shape, x, y)
        lon.append(x[inside][:wanted])
        lat.append(y[inside][:wanted])
        owner += [i] * len(lon[-1])
    east, north = from_wgs84(tm3_projection(103.0), np.concatenate(lon)[:count], np.concatenate(lat)[:count])
    owner = owner[:count]
    return [f"Bản Nà Ổi {i}" for i in range(len(owner))], [f"Xã {communes.name[i]}" for i in owner], east.round(2), north.round(2)


def write_list(path: Path, count: int) -> int:
    """The list in the format of the path's suffix; returns its rows."""
    names, communes, east, north = made_list(count)
    titles = ["STT", "Tên bản", "Xã", "X (m)", "Y (m)", "Số hộ", "Điện lưới", "Đường", "Hiện trạng sóng"]
    cells = [
        (i + 1, n, c, y, x, 20 + i % 80, ("có", "chưa", None)[i % 3], ("ô tô", "xe máy", "đi bộ")[i % 3], "trắng sóng")
        for i, (n, c, x, y) in enumerate(zip(names, communes, east.tolist(), north.tolist(), strict=True))
    ]
    if path.suffix == ".csv":
        path.write_text(
            "\n".join(";".join("" if cell is None else str(cell).replace(".", ",") for cell in row) for row in [titles, *cells]),
            encoding="utf-8-sig",
        )
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("Danh sách")
            for r, row in enumerate([titles, *cells]):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(r, c, cell)
    else:
        gpd.GeoDataFrame(
            {"ten_ban": names, "xa": communes, "so_ho": [row[5] for row in cells]},
            geometry=gpd.points_from_xy(east, north),
            crs="EPSG:9205",
        ).to_file(path, driver="GPKG")
    return len(cells)


def one(path: Path, area: Path) -> dict[str, Any]:
    """Import one file here and now."""
    start = time.perf_counter()
    report = import_layer("villages", path, area)
    seconds = time.perf_counter() - start
    return {
        "exit_status": report.exit_status,
        **report.counts,
        "seconds": round(seconds, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(count: int = 100_000) -> list[dict[str, Any]]:
    """Rows of the table: format, rows, seconds, peak memory."""
    results = []
    for kind in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            area = Path(shutil.copytree(DATA, Path(folder) / "area"))
            path = Path(folder) / f"list.{kind}"
            write_list(path, count)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.imports", "--one", str(path), str(area)],
                capture_output=True,
                text=True,
                check=True,
                cwd=DATA.parent,
            )
            results.append({"format": kind, "mb": round(path.stat().st_size / 1e6, 1), **json.loads(done.stdout)})
    print(f"{'format':8}{'MB':>8}{'rows':>10}{'accepted':>10}{'seconds':>9}{'peak MB':>9}   limits: {LIMIT_S:.0f} s, {LIMIT_MB:.0f} MB")
    for row in results:
        print(f"{row['format']:8}{row['mb']:>8}{row['rows']:>10}{row['accepted']:>10}{row['seconds']:>9}{row['peak_mb']:>9}")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--one", nargs=2, type=Path, metavar=("FILE", "AREA"))
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(*options.one)))
    else:
        main(options.count)
