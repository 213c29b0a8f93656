"""What holds for a build plan whatever the input: drawn study areas, planned, and held against rules worked out here on their own."""

from __future__ import annotations

import json
from collections import deque
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import yaml
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from geo_planner.build.after import as_if_on_air
from geo_planner.build.demands import covered_pieces, pieces_of
from geo_planner.build.payers import committed
from geo_planner.config import load_scenario
from geo_planner.export import write_plan
from geo_planner.export.summary import summary
from geo_planner.plan import Plan, run
from geo_planner.radio.coverage import compute_coverage
from geo_planner.radio.losses import land_cover_of
from geo_planner.study_area import load_study_area
from tests import small_area as sa


def drawn_section(draw: np.random.Generator, villages: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "objective": str(draw.choice(["priority", "households"])), "candidates": {"most": 6, "heights_m": [20, 30]},
        "search": {"frontier_points": 2, "draws": 2, "least": str(draw.choice(["investment", "lifetime"]))},
        "count_payers": ["operator", "fund", "power_first", "undecided"],
        "must_not": [f"V{draw.integers(villages)}", f"village:V{draw.integers(villages)}"],
    }  # fmt: skip
    if draw.random() < 0.5:
        found["years"] = [{"year": 2027 + at, "budget_vnd": int(draw.integers(5 * 10**8, 7 * 10**9))} for at in range(2)]
        found["phases"] = {"carry_unspent": bool(draw.random() < 0.5)}
    else:
        found["budget_vnd"] = int(draw.integers(10**9, 2 * 10**10))
    return found


def drawn_area(root: Path, seed: int) -> Path:
    """Some villages anywhere in two communes, hills, a service and a section build, all drawn."""
    draw, area = np.random.default_rng(seed), sa.make_area(root)
    number, row = int(draw.integers(3, 8)), sa.village_rows()[0]
    rows = []
    for at in range(number):
        of = int(draw.integers(1, 3))
        lon, lat = 103.0 + 0.02 * (of - 1) + draw.uniform(0.001, 0.019), 22.0 + draw.uniform(0.001, 0.029)
        rows.append({
            **row, "village_id": f"V{at}", "name": f"Bản {at}", "commune_code": f"0300{of}", "lon": f"{lon:.5f}", "lat": f"{lat:.5f}", "population": "",
            "households": "" if draw.random() < 0.1 else str(draw.integers(8, 120)), "settlement_radius_m": str(draw.integers(50, 600)),
            "grid_power": str(draw.choice(["yes", "no"])), "commitment_operator": "A" if draw.random() < 0.2 else "",
        })  # fmt: skip
    sa.write_rows(area / sa.VILLAGES, rows)
    z = gaussian_filter(draw.standard_normal((150, 150)), 5)
    z = 300 + 900 * (z - z.min()) / np.ptp(z)
    with rasterio.open(
        area / sa.TERRAIN, "w", driver="GTiff", width=150, height=150, count=1, dtype="int16", nodata=-32768, crs="EPSG:32648",
        transform=from_origin(290_000, 2_442_000, 100, 100),
    ) as sink:  # fmt: skip
        sink.write(z.astype("int16"), 1)
    document = yaml.safe_load((area / sa.SCENARIO).read_text("utf-8"))
    document["propagation"] = {"model": str(draw.choice(["free_space", "p1812"])), "compare_with": None, "max_radius_km": 4}
    document["service"] |= {"rsrp_threshold_dbm": float(draw.choice([-62, -75, -90]))}
    document["build"] = drawn_section(draw, number)
    (area / sa.SCENARIO).write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return area


def planned(area: Path, workers: int = 1) -> Plan:
    scenario = load_scenario(area / sa.SCENARIO)
    return run(scenario, load_study_area(area, scenario), workers=workers)


@pytest.fixture(scope="module", params=[2, 4, 7])
def area(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_area(tmp_path_factory.mktemp("drawn") / "area", request.param)


@pytest.fixture(scope="module")
def plan(area: Path) -> Plan:
    return planned(area)


def test_it_holds(plan: Plan) -> None:
    assert plan.build is not None
    build, told = plan.build, summary(plan)["build"]
    json.dumps(told, allow_nan=False)
    items = [*told["sites"], *told["links"]]
    capex = told["cost_vnd"]["capex"]
    assert sum(item["cost_vnd"] for item in items) == capex == sum(told["by_payer"].values())
    assert sum(year["cost_vnd"] for year in told["by_year"]) == capex
    left = sum(item["cost_vnd"] for item in items if item["year"] is None)
    assert [year["cost_vnd"] for year in told["by_year"] if year["year"] is None] == [left] * any(item["year"] is None for item in items)
    limit = build.settings.limit_vnd()
    assert limit is None or capex <= limit
    kept = 0
    for year, given in zip([year for year in told["by_year"] if year["year"] is not None], build.settings.years, strict=True):
        assert year["cost_vnd"] <= given.budget_vnd + kept
        kept = given.budget_vnd + kept - year["cost_vnd"] if build.settings.phases.carry_unspent else 0

    joined = set(build.places.index[build.places["gateway"]])
    ends = joined | {site["place_id"] for site in told["sites"]}
    assert all({link["place_a"], link["place_b"]} <= ends for link in told["links"])
    queue = deque(joined)
    while queue:
        here = queue.popleft()
        for link in told["links"]:
            pair = {link["place_a"], link["place_b"]}
            if here in pair and not pair <= joined:
                queue.extend(pair - joined)
                joined |= pair
    assert all(site["place_id"] in joined for site in told["sites"] if build.options.at[site["site_id"], "backhaul"] == "network")

    group = build.options.loc[list(build.choice.options), "exclusive_group"].fillna("")
    assert not group[group != ""].duplicated().any()
    ruled_out = set(build.settings.must_not)
    assert not ruled_out & {build.places.at[site["place_id"], "stands_at"] for site in told["sites"]}
    promised = committed(plan.study_area.villages, build.settings.payers)
    no_weight = ruled_out | set(promised.index[promised])
    assert (build.demands.loc[build.demands["village_id"].isin(no_weight), "weight"] == 0.0).all()


def test_what_is_claimed_is_what_is_covered(plan: Plan) -> None:
    """Today's cells and the chosen ones swept once more, all pieces of all villages counted."""
    assert plan.build is not None
    build, area, scenario = plan.build, plan.study_area, plan.scenario
    on_air = as_if_on_air(build.options.loc[list(build.choice.options)], build.places, area.sites, area.terrain.crs)
    now = compute_coverage(
        area.terrain, on_air, scenario.service, scenario.propagation, land_cover=land_cover_of(scenario, area), clutter=scenario.clutter,
        calibration=scenario.calibration,
    )  # fmt: skip
    pieces = pieces_of(area.villages, area.terrain, scenario.service, area.population)
    had, has = (covered_pieces(pieces, coverage, scenario.service) for coverage in (plan.coverage, now))
    assert not (had & ~has).any()
    households = area.villages["households"]
    known = pieces["village_id"].isin(households.index[households.notna()])
    told = summary(plan)["build"]
    gained = float(pieces.loc[has & ~had & known, "households"].sum())
    villages = [v for v in told["villages"] if v["households_after"] is not None]
    assert sum(v["households_after"] - v["households_before"] for v in villages) == pytest.approx(gained, abs=1e-6)
    assert sum(s["households"] for s in told["sites"] if s["kind"] != "satellite_terminal") == pytest.approx(gained, abs=1e-6)
    # to the last digit that is written
    exact = sum(Decimal(repr(v["households_after"])) - Decimal(repr(v["households_before"])) for v in villages)
    assert sum(Decimal(repr(s["households"])) for s in told["sites"] if s["kind"] != "satellite_terminal") == exact
    assert sum(Decimal(repr(year["households"])) for year in told["by_year"]) == exact
    figures = [*(v["households_after"] for v in villages), *(s["households"] for s in told["sites"]), told["after"]["households_covered"]]
    assert all(-Decimal(repr(figure)).as_tuple().exponent <= 6 for figure in figures)
    for village in villages:
        assert village["households_before"] - 1e-9 <= village["households_after"] <= households[village["village_id"]] + 1e-6


def test_workers_change_no_byte(area: Path, plan: Plan, tmp_path: Path) -> None:
    write_plan(plan, tmp_path / "one")
    write_plan(planned(area, workers=3), tmp_path / "three")
    for path in sorted((tmp_path / "one").iterdir()):
        if path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "three" / path.name).read_bytes(), path.name
