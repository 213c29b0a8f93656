"""A small plan made by hand: three communes, four villages, names that try to break out of every place they stand in."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from shapely.geometry import Point, box

from geo_planner.config import Criterion, Province, RankingSettings, Scenario
from geo_planner.files.manifest import Citation
from geo_planner.grid import Grid
from geo_planner.plan import Measured, Plan
from geo_planner.preferences.settings import Robustness
from geo_planner.radio.coverage import Coverage
from geo_planner.ranking import rank
from geo_planner.study_area import Dem, StudyArea

HOSTILE_NAMES = (
    "</script><script>window.broken=1</script>",
    '<img src=x onerror="window.broken=1">\'`${1}',
    "{{ 7*7 }}{% raw %}{# x #}",
    "Bản \u2028 *đậm* [x](javascript:alert(1)) $a$ :red[b]",
)
T = TypeVar("T")
UTM = CRS.from_epsg(32648)
_CELL_M = 250.0


def fake_scenario() -> Scenario:
    criteria = (
        Criterion(name="households", vi="Số hộ", en="Households", unit="hộ", bounds=(0, 150), weight=3),
        Criterion(name="school_site", vi="Có điểm trường", en="School site", bounds=(0, 1), weight=1),
    )
    return Scenario(
        name="fake",
        title_vi="Thử <b>&</b> {{ 7*7 }}",
        title_en="Trial",
        province=Province(code="12", name="Lai Châu"),
        ranking=RankingSettings(criteria=criteria, top_k=2, robustness=Robustness(draws=200)),
    )


def fake_plan(names: tuple[str, ...] = HOSTILE_NAMES) -> Plan:
    """Villages in order of rank, named as given; the first commune is named like the first village."""
    communes = gpd.GeoDataFrame(
        {
            "name": [names[0], "Xã hai", "Xã ba"], "type": ["Xã", "Xã", pd.NA], "border": [True, False, pd.NA], "covered_area_share": [0.1, 0.9, np.nan],
            "covered_population_share": [np.nan] * 3, "n_villages": [2, 2, 0], "n_no_signal": [2, 0, 0],
        },
        geometry=[box(103.0, 22.0, 103.1, 22.1), box(103.1, 22.0, 103.2, 22.1), box(103.0, 22.1, 103.2, 22.2)],
        index=pd.Index(["00001", "00002", "00003"], name="code"),
        crs=4326,
    )  # fmt: skip
    index = pd.Index(["A", "B", "C", "D"], name="village_id")
    villages = gpd.GeoDataFrame(
        {
            "name": pd.array(names, dtype="string"), "commune_code": ["00001", "00001", "00002", "00002"],
            "commune_name": pd.array([names[0], names[0], "Xã hai", "Xã hai"], dtype="string"),
            "declared_status": pd.array(["no_signal", "no_signal", "no_signal", pd.NA], dtype="string"),
            "modelled_status": pd.array(["no_signal", "partial", "covered", "unknown"], dtype="string"),
            "measured_status": pd.array(["unknown"] * 4, dtype="string"),
            "rsrp_dbm": [-130.0, -110.0, -80.0, np.nan], "coverage_probability": [0.01, 0.8, 0.99, np.nan],
            "compared_model": pd.array(["itm"] * 4, dtype="string"), "compared_rsrp_dbm": [-140.0, -125.0, -82.0, np.nan],
            "compared_probability": [0.0001, 0.1, 0.999, np.nan],
            "compared_status": pd.array(["no_signal", "no_signal", "covered", "unknown"], dtype="string"),
            "settlement_covered_share": [0.0, 0.4, 1.0, np.nan],
            "nearest_site_id": pd.array(["S1", "S1", "S1", pd.NA], dtype="string"), "nearest_site_km": [7.25, 3.0, 1.0, np.nan],
            "flags": [("rests_on_sample",), ("models_disagree",), ("declared_no_signal_but_modelled_covered",), ()],
            "depends_on_sample": [True, True, True, True], "is_sample": pd.array([False, True, True, pd.NA], dtype="boolean"),
            "households": pd.array([120, 100, 80, 20], dtype="Int64"), "school_site": pd.array([pd.NA, False, False, True], dtype="boolean"),
            "extremely_difficult": pd.array([True, True, False, pd.NA], dtype="boolean"), "ethnic_group": pd.array([names[2]] * 4, dtype="string"),
            "grid_power": pd.array(["yes", "yes", "yes", pd.NA], dtype="string"),
            "road_access": pd.array(["foot", "car", pd.NA, "car"], dtype="string"), "source": pd.array([names[1]] * 4, dtype="string"),
        },
        geometry=[Point(103.05, 22.05), Point(103.06, 22.06), Point(103.15, 22.05), Point(103.16, 22.06)],
        index=index,
        crs=4326,
    )  # fmt: skip
    ranking = rank(villages, fake_scenario().ranking, seed=1)
    results = (
        ranking.responsibility,
        ranking.score,
        ranking.rank,
        ranking.tied_with,
        ranking.rank_in_group,
        ranking.missing,
        ranking.simulation.table,
        ranking.explanations,
    )
    villages = villages.join(list(results)).sort_values("rank")
    sites = gpd.GeoDataFrame(
        {"name": pd.array([names[1], pd.NA], dtype="string"), "status": ["on_air", "candidate"], "operator": [names[2], pd.NA],
         "is_sample": pd.array([True, pd.NA], dtype="boolean"), "in_service": [True, False], "source": ["x", "x"],
         "commune_code": ["00001", pd.NA], "technology": ["LTE", "LTE"], "mast_height_m": [30.0, 30.0], "freq_mhz": [900.0, 900.0], "bandwidth_mhz": [10.0, 10.0],
         "tx_power_dbm": [43.0, 43.0], "antenna_gain_dbi": [15.0, 15.0], "losses_db": [2.0, 2.0], "azimuth_deg": [np.nan] * 2, "tilt_deg": [np.nan] * 2},
        geometry=[Point(103.1, 22.1), Point(103.11, 22.15)],
        index=pd.MultiIndex.from_tuples([("S1", "S1-1"), ("S2", "S2-1")], names=["site_id", "cell_id"]),
        crs=4326,
    )  # fmt: skip
    terrain, coverage = _rasters(communes)
    area = _made(
        StudyArea,
        root=Path(), communes=communes, villages=villages, sites=sites, former_communes=None, rivers=None, terrain=terrain,
        terrain_path=Path("terrain.tif"), metric_crs=UTM, warnings=(), sha256={"villages/villages.csv": "0" * 64},
        citations=(Citation("villages/villages.csv", "0" * 64, source=names[0]),),
    )  # fmt: skip
    return _made(
        Plan,
        scenario=fake_scenario(), study_area=area, terrain=terrain, villages=villages, contributions=ranking.contributions,
        criteria_values=ranking.values, ranking=ranking,
        operators=pd.DataFrame(index=index), communes=communes, sites=sites, coverage=coverage, notes=(), uses_sample_data=True,
        manifest={"model": "p1812", "model_edition": "ITU-R P.1812-8", "compared_model_edition": "", "versions": {}, "inputs_sha256": {}},
        measured=Measured(pd.DataFrame(), None, ()),
    )  # fmt: skip


def without_sample(plan: Plan) -> Plan:
    """The same plan over data that nobody made up."""
    real = plan.villages.assign(depends_on_sample=False, is_sample=False, flags=[()] * len(plan.villages))
    return dataclasses.replace(
        plan, villages=real, sites=plan.sites.assign(is_sample=False), terrain=dataclasses.replace(plan.terrain, is_sample=False), uses_sample_data=False,
    )  # fmt: skip


def _made(kind: type[T], **values: Any) -> T:
    """A contract with what the pages and the map look at; the rest of its fields stay empty."""
    named = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{**dict.fromkeys(named), **{name: value for name, value in values.items() if name in named}})


def _rasters(communes: gpd.GeoDataFrame) -> tuple[Dem, Coverage]:
    west, south, east, north = communes.to_crs(UTM).buffer(3000).total_bounds
    shape = (int((north - south) / _CELL_M) + 1, int((east - west) / _CELL_M) + 1)
    grid = Grid.north_up(west, north, _CELL_M, shape, UTM)
    rows, columns = np.indices(shape)
    heights = (800 + 300 * np.sin(rows / 6) * np.cos(columns / 9)).astype(np.float32)
    probability = np.linspace(0, 1, shape[1], dtype=np.float32)[None, :].repeat(shape[0], axis=0)
    probability[:5] = np.nan
    rsrp = (-150 + 80 * np.nan_to_num(probability)).astype(np.float32)
    dem = Dem(heights_m=heights, grid=grid, is_sample=True, sha256="0" * 64)
    coverage = _made(
        Coverage,
        rsrp_dbm=rsrp, probability=probability, best_server=np.zeros(shape, np.int16), overlap=(4 * np.nan_to_num(probability)).astype(np.uint8),
        model="p1812", unknown_paths=np.zeros(shape, np.uint8),
        second_dbm=np.full(shape, np.nan, np.float32), margin_db=rsrp + np.float32(113.0), by_operator_dbm={}, server_ids=("S1/S1-1",), grid=grid,
    )  # fmt: skip
    return dem, coverage
