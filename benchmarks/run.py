"""Run the benchmarks that are here and write RESULTS.md: ``python -m benchmarks.run [NAME ...]``.

Each module offers ``main() -> list[dict]``, a row a figure. A module that fails is told with its error, and the others still run.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import re
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
NAMES = ("propagation", "plan", "ranking", "imports", "siting", "atlas", "build", "trial", "batch", "app")
PACKAGES = ("geo-planner", "numpy", "numba", "scipy", "rasterio", "pandas", "geopandas", "pyproj")


def cpu_model() -> str:
    """Name of the processor as the system tells it."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE) if info.is_file() else None
    return found.group(1) if found else platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    known = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            known[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            known[name] = "not installed"
    return known


def _cell(value: object) -> str:
    if value is None:
        return ""
    return (f"{value:.5g}" if isinstance(value, float) else str(value)).replace("|", "/").replace("\n", " ")


def markdown_table(rows: list[dict[str, Any]]) -> str:
    """Rows as a table; columns in the order in which they first occur."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, ["---"] * len(columns), *[[_cell(row.get(name)) for name in columns] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(names: tuple[str, ...]) -> tuple[str, bool]:
    """Text of RESULTS.md, and whether every module ran."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    parts = [
        "# Results",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}. Machine: {cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"load of the last minute at the start: {load:.1f}. What each figure means: [README.md](README.md).",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in versions().items()) + ".",
    ]
    sound = True
    for name in names:
        start = time.perf_counter()
        try:
            body = markdown_table(importlib.import_module(f"benchmarks.{name}").main())
        except Exception as error:  # one broken benchmark must not hide the others
            traceback.print_exc()
            body, sound = f"Failed: {type(error).__name__}: {error}", False
        parts += [f"## {name}", body, f"Took {time.perf_counter() - start:.0f} s."]
    return "\n\n".join(parts) + "\n", sound


def main(names: list[str]) -> int:
    wanted = tuple(name for name in NAMES if (not names or name in names) and (FOLDER / f"{name}.py").is_file())
    text, sound = report(wanted)
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent))
    raise SystemExit(main(sys.argv[1:]))
