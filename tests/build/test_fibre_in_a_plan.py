"""A whole plan over a study area with roads: fibre where it is cheaper, a hop where that is; drawn, costed and told."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from geo_planner.build.prices import BUNDLED
from geo_planner.config import load_scenario
from geo_planner.export import write_plan
from geo_planner.export.summary import summary
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from tests import small_area as sa

SECTION = (
    "service.rsrp_threshold_dbm=-70", "build.budget_vnd=20000000000", "build.objective=households",
    "build.technologies.kinds=[low_mast,macro_mast,relay]", "build.candidates.most=3", "build.search.draws=0", "build.search.frontier_points=0",
)  # fmt: skip
BOTH = "site:S2~village:V4@20"
"""A hop is clear here, and a road leads along."""


def planned(area: Path, *, roads: bool, fibre_vnd_km: int | None = None) -> Plan:
    """The small area; with roads from each mast to the villages beside it, and with a price of fibre of one's own."""
    sa.make_area(area)
    if roads:
        places = [(float(row["lon"]), float(row["lat"])) for row in sa.village_rows()]
        masts = [(float(row["lon"]), float(row["lat"])) for row in sa.site_rows()]
        lines = [shapely.LineString([masts[number // 2], place]) for number, place in enumerate(places)]
        (area / "roads").mkdir()
        gpd.GeoDataFrame({"highway": "secondary"}, geometry=lines, crs=4326, index=range(4)).to_file(area / "roads/roads.geojson")
    if fibre_vnd_km is not None:
        row = ["fibre", "đ/km", *[str(fibre_vnd_km)] * 3, "2026", "Báo giá thử"]
        sa.write_rows(area / "prices/prices.csv", [dict(zip(pd.read_csv(BUNDLED).columns, row, strict=True))])
    scenario = load_scenario(area / sa.SCENARIO, SECTION)
    return run(scenario, load_study_area(area, scenario), workers=1)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(tmp_path_factory.mktemp("roads") / "area", roads=True)


def keys(plan: Plan) -> set[str]:
    return {note.said.key for note in plan.notes}


def test_fibre_is_chosen_where_it_is_cheaper_than_a_hop(plan: Plan) -> None:
    assert plan.build is not None
    links = plan.build.links
    assert links.at[f"{BOTH}~fibre", "cost"] < links.at[BOTH, "cost"]
    chosen = plan.build.results.links
    assert f"{BOTH}~fibre" in chosen.index
    assert set(chosen["kind"]) == {"fibre"}
    assert len(chosen) == 4
    assert "links_no_roads" not in keys(plan)


def test_it_is_paid_by_its_length(plan: Plan) -> None:
    """5 500 dollars a kilometre of 2024, two years at 3 %, then 3, 7, 2 % and a tenth, and tax on all but management: 1.3522 in all."""
    assert plan.build is not None
    chosen, items = plan.build.results.links, plan.build.costs.links.items.set_index("link_id")
    for link, row in chosen.iterrows():
        item = items.loc[[link]].set_index("item").loc["fibre"]
        assert item["quantity"] == row["length_km"]
        assert item["base"] == pytest.approx(5_500 * 26_300 * 1.03**2 * row["length_km"], abs=1)
        assert row["cost_vnd"] == pytest.approx(item["base"] * 1.3522, abs=5)
    told = summary(plan)["build"]
    assert {link["kind"] for link in told["links"]} == {"fibre"}
    assert sum(each["cost_vnd"] for each in [*told["sites"], *told["links"]]) == told["cost_vnd"]["capex"]


def test_it_is_drawn_from_end_to_end(plan: Plan, tmp_path: Path) -> None:
    write_plan(plan, tmp_path / "out")
    assert plan.build is not None
    drawn = gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="chosen_links").set_index("link_id")
    assert set(drawn.index) == set(plan.build.results.links.index)
    assert set(drawn["kind"]) == {"fibre"}
    places = plan.build.places
    for link, row in drawn.iterrows():
        ends = [places.loc[row[end], ["lon", "lat"]].astype(float).tolist() for end in ("place_a", "place_b")]
        assert np.allclose(shapely.get_coordinates(row.geometry)[[0, -1]], ends, atol=1e-6), link


def test_dear_fibre_gives_way_to_the_hop_and_the_price_is_cited(tmp_path: Path) -> None:
    plan = planned(tmp_path / "area", roads=True, fibre_vnd_km=5_000_000_000)
    assert plan.build is not None
    chosen = plan.build.results.links
    assert chosen.at[BOTH, "kind"] == "microwave"
    items = plan.build.costs.links.items
    assert set(items.loc[items["item"] == "fibre", "source"]) == {"Báo giá thử"}
    assert "missing_price_item.bundled" in keys(plan)


def test_without_roads_no_fibre_is_planned_and_that_is_told(tmp_path: Path) -> None:
    plan = planned(tmp_path / "area", roads=False)
    assert plan.build is not None
    assert set(plan.build.results.links["kind"]) == {"microwave"}
    assert "links_no_roads" in keys(plan)


def test_prices_of_ones_own_are_cited_in_summary_and_workbook(tmp_path: Path) -> None:
    plan = planned(tmp_path / "area", roads=True, fibre_vnd_km=100_000_000)
    write_plan(plan, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert "prices/prices.csv" in json.dumps(told)
    (path,) = (tmp_path / "out").glob("*.xlsx")
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True) if "Báo giá thử" in row]
    assert len(rows) == 4
    assert any("ước tính" in row for sheet in book for row in sheet.iter_rows(values_only=True))
