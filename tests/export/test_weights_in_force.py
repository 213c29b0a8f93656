"""Whatever scheme the weights come from, every output states those that ranked."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from geo_planner.export.assumptions import criteria_of
from geo_planner.export.html_map import village_card
from geo_planner.export.summary import summary
from geo_planner.export.vector import write_gpkg
from geo_planner.export.xlsx import write_xlsx
from geo_planner.plan import Plan
from geo_planner.ranking.scoring import MIDPOINT, urgency
from tests.conftest import ROOT
from tests.reranked import reranked

CRITERIA: list[dict[str, Any]] = [
    {"name": "households", "weight": 25},
    {"name": "no_coverage_probability", "weight": 10},
    {"name": "border", "weight": 3},
    {"name": "grid_power", "weight": 0},  # switched off
    {"name": "disaster_watch", "weight": 7},  # a column that the list does not have
]
OWN = {"name": "height", "column": "elevation", "vi": "Độ cao", "en": "Elevation", "unit": "m", "bounds": [0, 2000], "weight": 11}
TIMES = {
    ("households", "no_coverage_probability"): 2,
    ("households", "border"): 6,
    ("households", "disaster_watch"): 5,
    ("no_coverage_probability", "border"): 3,
    ("no_coverage_probability", "disaster_watch"): 2,
    ("disaster_watch", "border"): 2,
}
AHP = [{"more": more, "than": than, "times": times} for (more, than), times in TIMES.items()]
SCHEMES: dict[str, dict[str, Any]] = {
    "hand": {"weights": "hand", "criteria": CRITERIA},
    "equal": {"weights": "equal", "criteria": CRITERIA},
    "ahp": {"weights": "ahp", "criteria": CRITERIA, "pairwise": AHP},
    "hand with a criterion of one's own": {"weights": "hand", "criteria": [*CRITERIA, OWN]},
    "equal with a criterion of one's own": {"weights": "equal", "criteria": [*CRITERIA, OWN]},
    "one criterion alone": {"weights": "equal", "criteria": CRITERIA[:1]},
}


@pytest.fixture(scope="module", params=list(SCHEMES))
def weighed(request: pytest.FixtureRequest, small_plan: Plan) -> Plan:
    villages = small_plan.villages.assign(
        elevation=[900.0, 1500.0, np.nan, 100.0], border=pd.array([True, False, True, None], dtype="boolean")
    )
    return reranked(small_plan, villages, **SCHEMES[request.param])


@pytest.fixture(scope="module")
def ranked_by(weighed: Plan) -> dict[str, float]:
    """The weights that ranked, read off the result itself: what a criterion gave over how urgent it is."""
    u = urgency(weighed.criteria_values, weighed.scenario.ranking.criteria).fillna(MIDPOINT)
    given = weighed.contributions[u.columns] / u.where(u > 0)
    weights = {str(name): float(given[name].max(skipna=True)) for name in given}
    pd.testing.assert_frame_equal(u * pd.Series(weights), weighed.contributions[u.columns], check_exact=False, rtol=1e-12)
    assert sum(weights.values()) == pytest.approx(1)
    return weights


def number(vietnamese: str) -> float:
    return float(vietnamese.replace(".", "").replace(",", "."))


def test_the_one_source_of_exports_and_pages_has_them(weighed: Plan, ranked_by: dict[str, float]) -> None:
    assert {c.criterion.name: c.share for c in criteria_of(weighed)} == pytest.approx(ranked_by)
    figures = {c.criterion.name: c.figure for c in criteria_of(weighed)}
    assert {name: figure / sum(figures.values()) for name, figure in figures.items()} == pytest.approx(ranked_by)


def test_the_summary_has_them(weighed: Plan, ranked_by: dict[str, float]) -> None:
    document = json.loads(json.dumps(summary(weighed)))
    assert document["ranking"]["weights"] == pytest.approx(ranked_by)


def test_the_workbook_has_them(weighed: Plan, ranked_by: dict[str, float], tmp_path: Path) -> None:
    write_xlsx(weighed, tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    words = [str(cell) for row in book["Điểm theo tiêu chí"].iter_rows(values_only=True) for cell in row]
    titles = {c.vi: c.name for c in weighed.scenario.ranking.criteria}
    ceilings = {titles[m[1]]: number(m[2]) for word in words if (m := re.fullmatch(r"(.+)\n\(tối đa ([\d,]+)\)", word))}
    assert ceilings == pytest.approx(ranked_by, abs=5e-4)
    rows = list(book["Giả định và nguồn"].iter_rows(values_only=True))
    lines = {str(key): str(scale) for _, scale, _, key in rows if str(key).startswith("ranking.criteria.")}
    told = {key.split(".")[2]: re.search(r"trọng số ([\d.,]+) \(([\d.,]+)%\)", line) for key, line in lines.items()}
    assert {name: number(m[2]) / 100 for name, m in told.items() if m} == pytest.approx(ranked_by, abs=5e-4)
    figures = {name: number(m[1]) for name, m in told.items() if m}
    assert {name: f / sum(figures.values()) for name, f in figures.items()} == pytest.approx(ranked_by, abs=5e-4)


def test_the_geopackage_has_them(weighed: Plan, ranked_by: dict[str, float], tmp_path: Path) -> None:
    write_gpkg(weighed, tmp_path / "plan.gpkg")
    notes = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="notes")
    lines = notes[notes["kind"] == "criterion"].set_index("key")["value"]
    told = {str(name): re.search(r"; weight ([\d.e+-]+) \(([\d.e+-]+) %\)$", str(line)) for name, line in lines.items()}
    assert {name: float(m[2]) / 100 for name, m in told.items() if m} == pytest.approx(ranked_by, rel=1e-4)
    figures = {name: float(m[1]) for name, m in told.items() if m}
    assert {name: f / sum(figures.values()) for name, f in figures.items()} == pytest.approx(ranked_by, rel=1e-4)


def test_the_card_of_a_village_has_them(weighed: Plan, ranked_by: dict[str, float]) -> None:
    titles = {c.en: c.name for c in weighed.scenario.ranking.criteria}
    for village in weighed.villages.index:
        parts = village_card(weighed, str(village), "en").contributions
        assert {titles[p.title]: p.ceiling / 100 for p in parts} == pytest.approx({n: w for n, w in ranked_by.items() if w > 0})


def test_swaps_start_from_them(weighed: Plan, ranked_by: dict[str, float]) -> None:
    swaps = weighed.ranking.swaps
    assert dict(zip(swaps["criterion"], swaps["weight_now"], strict=True)) == pytest.approx(
        {n: ranked_by[n] for n in set(swaps["criterion"])}
    )


@pytest.mark.parametrize(
    "path", [*(ROOT / "geo_planner" / "export").rglob("*.py"), *(ROOT / "geo_planner" / "ui").rglob("*.py")], ids=lambda p: p.stem
)
def test_no_export_and_no_page_reads_the_weights_set_by_hand(path: Path) -> None:
    """They stand in the criteria of the scenario, and rank under one scheme only."""
    chains = [ast.unparse(n) for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Attribute)]
    assert not [c for c in chains if c.endswith(("scenario.ranking.criteria", "settings.criteria"))]
