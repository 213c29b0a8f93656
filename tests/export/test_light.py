"""A plan without what to build waits for no library that only other work needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.small_area import SCENARIO, make_area

HEAVY = (
    "scipy.stats",
    "scipy.spatial",
    "scipy.optimize",
    "scipy.signal",
    "highspy",
    "matplotlib",
    "docx",
    "geo_planner.build",
    "geo_planner.ui",
    "httpx",
    "openpyxl",
)


def test_a_ranked_plan_loads_no_solver_no_statistics_and_no_plots(tmp_path: Path) -> None:
    area = make_area(tmp_path / "area")
    words = ["plan", str(area / SCENARIO), "-o", str(tmp_path / "out"), "--json"]
    code = (
        f"import sys; sys.argv = ['geo-planner', *{words!r}]; from geo_planner.cli import app; app(standalone_mode=False); "
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1] == "[]", done.stderr
    assert (tmp_path / "out/map.html").exists()
