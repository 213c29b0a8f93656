"""Made measurements: a drive through the whole province, and a walk through one settlement that hears nothing."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.plan import Plan
from geo_planner.schema import MEASUREMENTS

OFFSET_DB = -6.0
ERROR_DB = 5.0


def drive_test(plan: Plan) -> pd.DataFrame:
    """Samples all over the province: what the model says, six decibels less, with an error of 5 dB."""
    rng = np.random.default_rng(5)
    covered = np.argwhere(plan.coverage.rsrp_dbm > -110)
    cells = covered[rng.choice(len(covered), 900, replace=False)]
    t = plan.terrain.transform
    x, y = t.c + (cells[:, 1] + 0.5) * t.a, t.f + (cells[:, 0] + 0.5) * t.e
    points = pd.DataFrame({"x": x, "y": y})
    lonlat = gpd.GeoSeries(gpd.points_from_xy(points.x, points.y, crs=plan.terrain.crs)).to_crs(4326)
    level = plan.coverage.rsrp_dbm[cells[:, 0], cells[:, 1]] + OFFSET_DB + rng.normal(0, ERROR_DB, len(cells))
    table = pd.DataFrame({c.name: "" for c in MEASUREMENTS.columns}, index=range(len(cells)))
    return table.assign(
        measurement_id=[f"M{i:04d}" for i in range(len(cells))],
        time=[str(pd.Timestamp("2026-10-01T08:00:00+07:00") + pd.Timedelta(minutes=20 * i)) for i in range(len(cells))],
        lon=lonlat.x.round(6), lat=lonlat.y.round(6), operator="giả định", technology="LTE", freq_mhz="900", rsrp_dbm=np.clip(level, -140, -40).round(1), no_service="no",
    )  # fmt: skip


def write_measurements(area: Path, plan: Plan) -> Path:
    """Put them into a study area; returns the area."""
    (area / "measurements").mkdir()
    table = drive_test(plan)
    village = plan.villages.loc["LC020"]
    walk = table.iloc[:30].assign(
        measurement_id=[f"W{i:02d}" for i in range(30)], no_service="yes", rsrp_dbm="",
        lon=[village["lon"] + 0.0004 * (i % 6 - 2.5) for i in range(30)], lat=[village["lat"] + 0.0004 * (i // 6 - 2) for i in range(30)],
    )  # fmt: skip
    pd.concat([table, walk]).to_csv(area / "measurements" / "measurements.csv", index=False)
    return area
