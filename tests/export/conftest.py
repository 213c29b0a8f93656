"""A plan of four villages with everything in it that tables and files stumble over."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely.geometry import Point, box

from geo_planner.config import Scenario, parse_scenario
from geo_planner.errors import warning
from geo_planner.files.manifest import Citation
from geo_planner.grid import Grid
from geo_planner.plan import Measured, Plan
from geo_planner.radio.coverage import Coverage
from geo_planner.ranking import rank
from geo_planner.schema import COMMUNES, RESULTS, SITES, VILLAGES, Layer
from geo_planner.study_area import Dem, StudyArea

HOSTILE = ('=HYPERLINK("http://x.vn")', "<script>alert('Nậm')</script>", '+84 "Xóm"\ndòng hai', "Bản Nậm Khao; @Tả Phìn & Mường Tè")
POINTS = ((102.541051, 22.256012), (103.123457, 22.400009), (102.9, 22.1), (103.5, 22.7))
METRIC = CRS.from_epsg(32648)
_CRITERIA = [
    {"name": "households", "vi": "Số hộ", "en": "Households", "unit": "hộ", "bounds": [0, 150], "weight": 3, "source": "giả định"},
    {
        "name": "no_coverage_probability",
        "vi": "Xác suất không có sóng",
        "en": "Probability of no signal",
        "bounds": [0, 1],
        "weight": 1,
        "source": "QĐ 1",
    },
]


@pytest.fixture(scope="session")
def small_scenario() -> Scenario:
    document = {
        "name": "small", "title_vi": "Bản chưa có sóng & <thử>", "province": {"code": "12", "name": "Lai Châu"},
        "terrain": {"path": "/somewhere/else/dem.tif"}, "ranking": {"criteria": _CRITERIA},
    }  # fmt: skip
    return parse_scenario(document, file="small.yaml")


def _made(cls: Any, **known: Any) -> Any:
    """An instance of a result class from the fields that the exports read; the others stay None."""
    return cls(**{field.name: known.get(field.name) for field in fields(cls)})


def _whole(columns: dict[str, Any], index: pd.Index, layer: Layer) -> pd.DataFrame:
    """The table with every declared column; those not given are blank, in the types that the readers give."""
    kinds = {"int": "Int64", "float": "Float64", "yes_no": "boolean"}
    blank = {
        c.name: pd.array([None] * len(index), dtype=kinds.get(c.kind.name, "string"))
        for c in layer.columns
        if c.name not in columns and c.name not in index.names
    }
    return pd.DataFrame({**columns, **blank}, index=index)


def _villages() -> gpd.GeoDataFrame:
    index = pd.Index(["V-3", "V1", "=V2", "V4"], name="village_id")
    columns = {
        "name": pd.array(HOSTILE, dtype="string"),
        "commune_code": pd.array(["03463", "03463", "03388", "03388"], dtype="string"),
        "commune_name": pd.array(["Tà Tổng", "Tà Tổng", "Đoàn Kết", "Đoàn Kết"], dtype="string"),
        "lon": pd.array([lon for lon, _ in POINTS], dtype="Float64"),
        "lat": pd.array([lat for _, lat in POINTS], dtype="Float64"),
        "households": pd.array([150, 60, None, 30], dtype="Int64"),
        "population": pd.array([None] * 4, dtype="Int64"),
        "grid_power": pd.array(["no", "yes", None, "yes"], dtype="string"),
        "extremely_difficult": pd.array([True, None, None, False], dtype="boolean"),
        "declared_status": pd.array(["no_signal", "no_signal", None, "covered"], dtype="string"),
        "is_sample": pd.array([True, False, None, True], dtype="boolean"),
        "Rank": pd.array(["riêng", None, "=1+1", "-5"], dtype="string"),
        "ghi chú": pd.array(["@ẩn", "x", "\tq", "số hộ -3"], dtype="string"),
        "rank": [1, 2, 3, 4],
        "rank_in_group": [1, 1, 1, 2],
        "responsibility": pd.array(["power_first", "fund", "undecided", "fund"], dtype="string"),
        "responsibility_reason": pd.array(["power_first", "fund", "ask_power", "fund"], dtype="string"),
        "modelled_status": pd.array(["no_signal", "partial", None, "covered"], dtype="string"),
        "measured_status": pd.array(["unknown"] * 4, dtype="string"),
        "rsrp_dbm": [-113.2, -100.25, np.nan, -80.0],
        "coverage_probability": [0.25, 0.9, np.nan, 1.0],
        "settlement_covered_share": [0.0, 0.5, np.nan, 1.0],
        "best_server_id": pd.array(["S1/S1-1", "S1/S1-1", None, "S2/S2-1"], dtype="string"),
        "nearest_site_id": pd.array(["S1", "S1", None, "S2"], dtype="string"),
        "nearest_site_km": [1.25, 2.5, np.inf, 0.5],
        "missing": [(), (), ("households", "no_coverage_probability"), ()],
        "flags": [("status_uncertain", "position_approximate"), (), (), ()],
        "depends_on_sample": [True, False, False, True],
    }
    return gpd.GeoDataFrame(_whole(columns, index, VILLAGES), geometry=[Point(p) for p in POINTS], crs="EPSG:4326")


def _sites() -> gpd.GeoDataFrame:
    index = pd.MultiIndex.from_tuples([("S1", "S1-1"), ("S2", "S2-1")], names=["site_id", "cell_id"])
    columns = {
        "name": pd.array(["Trạm Đỉnh Gió", "=1"], dtype="string"),
        "operator": pd.array(["Viettel", None], dtype="string"),
        "freq_mhz": pd.array([900.0, 1800.0], dtype="Float64"),
        "in_service": [True, False],
        "eirp_re_dbm": [25.5, np.nan],
        "is_sample": pd.array([None, True], dtype="boolean"),
    }
    return gpd.GeoDataFrame(_whole(columns, index, SITES), geometry=[Point(103.0, 22.2), Point(103.4, 22.6)], crs="EPSG:4326")


def _communes() -> gpd.GeoDataFrame:
    columns = {
        "name": pd.array(["Tà Tổng", "Đoàn Kết"], dtype="string"), "type": pd.array(["Xã", "Phường"], dtype="string"),
        "area_km2": pd.array([512.0, 134.31], dtype="Float64"), "population": pd.array([7967, None], dtype="Int64"),
        "border": pd.array([True, None], dtype="boolean"), "region_class": pd.array(["III", None], dtype="string"),
        "covered_area_share": [0.5, np.nan], "covered_population_share": [np.nan, np.nan], "n_villages": [2, 2], "n_no_signal": [2, 0],
    }  # fmt: skip
    index = pd.Index(["03463", "03388"], name="code")
    return gpd.GeoDataFrame(_whole(columns, index, COMMUNES), geometry=[box(102, 22, 103, 23), box(103, 22, 104, 23)], crs="EPSG:4326")


def _coverage() -> Coverage:
    rsrp = np.linspace(-140, -70, 300 * 400, dtype=np.float32).reshape(300, 400)
    rsrp[:10] = np.nan
    probability = np.clip((rsrp + 120) / 40, 0, 1).astype(np.float32)
    server = np.where(np.isnan(rsrp), -1, 1).astype(np.int16)
    unknown = np.zeros(rsrp.shape, dtype=np.uint8)
    unknown[0, 0] = 255
    operators = {"Viettel": rsrp, "Mạng riêng": rsrp - 3}
    made: Coverage = _made(
        Coverage, rsrp_dbm=rsrp, probability=probability, best_server=server, unknown_paths=unknown, by_operator_dbm=operators,
        server_ids=("S1/S1-1", "S2/S2-1"), grid=Grid.north_up(210_000, 2_537_500, 250.0, rsrp.shape, METRIC), second_dbm=rsrp - 6,
        overlap=unknown, margin_db=rsrp + 113, model="delta_bullington",
    )  # fmt: skip
    return made


@pytest.fixture(scope="session")
def small_plan(small_scenario: Scenario) -> Plan:
    villages, sites, communes, coverage = _villages(), _sites(), _communes(), _coverage()
    values = pd.DataFrame(
        {"households": [150.0, 60.0, np.nan, 30.0], "no_coverage_probability": [0.75, 0.1, np.nan, 0.0]}, index=villages.index
    )
    shares = pd.DataFrame(
        {"households": values["households"] / 150 * 0.75, "no_coverage_probability": values["no_coverage_probability"] * 0.25}
    )
    contributions = shares.fillna({"households": 0.375, "no_coverage_probability": 0.125})
    villages["score"] = contributions.sum(axis=1)
    dem = Dem(np.zeros((300, 400), dtype=np.float32), coverage.grid, True, "d" * 64)
    note = warning("villages/villages.csv", "duplicate_id.in_table", row=3, first="two villages share the id V1")
    digests = {"villages/villages.csv": "a" * 64, "/somewhere/else/dem.tif": "d" * 64}
    area = _made(
        StudyArea, root=Path("area"), communes=communes, villages=villages, sites=sites, terrain=dem, metric_crs=METRIC, warnings=(note,),
        sha256=digests, citations=tuple(Citation(file, digest, source="<b>Sở KH&CN</b>", date="2026-11-05") for file, digest in digests.items()),
    )  # fmt: skip
    manifest = {
        "scenario": small_scenario.model_dump(mode="json"),
        "model": "delta_bullington",
        "model_edition": "ITU-R P.526-15",
        "versions": {"numpy": "2"},
    }
    operators = pd.DataFrame({"Viettel": [-113.2, -100.25, np.nan, -80.0], "Mạng riêng": np.nan}, index=villages.index)
    ranking = rank(villages.assign(region_known=True), small_scenario.ranking, seed=57)
    villages = villages.join([ranking.simulation.table, ranking.explanations])
    villages = villages.assign(
        **{c.name: pd.array([None] * len(villages), dtype="string") for c in RESULTS.columns if c.name not in villages}
    )
    made: Plan = _made(
        Plan, scenario=small_scenario, study_area=area, terrain=dem, villages=villages, contributions=contributions, criteria_values=values,
        operators=operators, communes=communes, sites=sites, coverage=coverage, notes=(note,), uses_sample_data=True, manifest=manifest,
        ranking=ranking, measured=Measured(pd.DataFrame(), None, ()),
    )  # fmt: skip
    return made


@pytest.fixture(scope="session")
def real_data_plan(small_plan: Plan) -> Plan:
    """The same as if no sample data took part."""
    villages = small_plan.villages.assign(depends_on_sample=False, is_sample=False)
    return replace(small_plan, villages=villages, uses_sample_data=False)


@pytest.fixture(params=["small_plan", "plan"])
def any_plan(request: pytest.FixtureRequest) -> Plan:
    """The hostile plan, and the bundled scenario really run."""
    found: Plan = request.getfixturevalue(request.param)
    return found
