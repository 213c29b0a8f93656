"""Measured points on the map: against the model where it says anything of their cell, alone where it does not."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.crs import GEOGRAPHIC
from geo_planner.export.html_map.card import text
from geo_planner.export.palette import MEASURED_ALONE, MEASURED_MARKS
from geo_planner.measurements import cleaned, residual_squares
from geo_planner.plan import Plan
from geo_planner.words import Language, said

_DEGREE_DECIMALS = 5
ALONE = "alone"


def measured_marks(plan: Plan, language: Language, *, shown: bool) -> dict[str, Any] | None:
    """The samples of each square; None without a measurement.

    Parameters
    ----------
    shown : bool
        They are drawn from the start.
    """
    compared, alone = _against_model(plan, language), _alone(plan, language)
    points = [*compared, *alone]
    if not points:
        return None
    used = {point["kind"] for point in points}
    legend = [{"kind": kind, "label": said(f"agreement.{kind}").text(language)} for kind in MEASURED_MARKS if kind in used]
    if alone:
        legend.append({"kind": ALONE, "label": text("measured_alone", language)})
    return {
        "shown": shown,
        "points": points,
        "marks": {**MEASURED_MARKS, ALONE: MEASURED_ALONE},
        "legend": legend,
        "note": _note(plan, language) if compared else "",
    }


def _residuals(plan: Plan) -> pd.DataFrame | None:
    against = plan.measured.against_model
    return None if against is None or against.residuals.empty else against.residuals


def _squares(plan: Plan) -> pd.DataFrame | None:
    residuals = _residuals(plan)
    if residuals is None:
        return None
    return residual_squares(residuals, sigma_db=plan.scenario.service.sigma_db, square_m=plan.terrain.cell_m)


def _note(plan: Plan, language: Language) -> str:
    squares = _squares(plan)
    side = plan.terrain.cell_m if squares is None else squares.attrs["square_m"]
    return text("squares_note", language, side=side, sigma=plan.scenario.service.sigma_db)


def _against_model(plan: Plan, language: Language) -> list[dict[str, Any]]:
    squares = _squares(plan)
    if squares is None:
        return []
    lonlat = gpd.GeoSeries(gpd.points_from_xy(squares["x_m"], squares["y_m"]), crs=plan.terrain.crs).to_crs(GEOGRAPHIC)
    points = []
    for at, square in zip(lonlat, squares.itertuples(index=False), strict=True):
        lines = [
            said(f"agreement.{square.verdict}").text(language),
            text("measured_level", language, level=_level(square.measured_dbm)),
            text("modelled_level", language, level=said("map.dbm", level=square.modelled_dbm)),
            text("n_samples", language, n=square.n),
        ]
        points.append(_point(at, square.verdict, lines))
    return points


def _alone(plan: Plan, language: Language) -> list[dict[str, Any]]:
    """Samples of which the model says nothing, for instance of an operator whose cells the list of sites lacks; a point a square."""
    clean = cleaned(plan.scenario, plan.study_area)
    if clean is None:
        return []
    residuals = _residuals(plan)
    kept = clean.kept if residuals is None else clean.kept.loc[~clean.kept.index.isin(residuals.index)]
    if kept.empty:
        return []
    metric = kept.geometry.to_crs(plan.terrain.crs)
    level = kept["rsrp_dbm"].astype(float).where(~kept["no_service"].fillna(False).astype(bool))
    table = pd.DataFrame({"x_m": metric.x, "y_m": metric.y, "level": level})
    rows = [np.floor(table[axis] / plan.terrain.cell_m).astype(np.int64) for axis in ("x_m", "y_m")]
    groups = table.groupby(rows, sort=True)
    squares = groups.agg(x_m=("x_m", "mean"), y_m=("y_m", "mean"), level=("level", "median"), n=("x_m", "size"))
    lonlat = gpd.GeoSeries(gpd.points_from_xy(squares["x_m"], squares["y_m"]), crs=plan.terrain.crs).to_crs(GEOGRAPHIC)
    points = []
    for at, square in zip(lonlat, squares.itertuples(index=False), strict=True):
        lines = [
            text("measured_alone", language),
            text("measured_level", language, level=_level(square.level)),
            text("n_samples", language, n=square.n),
        ]
        points.append(_point(at, ALONE, lines))
    return points


def _level(dbm: float) -> Any:
    return said("map.no_service") if np.isnan(dbm) else said("map.dbm", level=dbm)


def _point(at: Any, kind: str, lines: list[str]) -> dict[str, Any]:
    return {"at": [round(at.y, _DEGREE_DECIMALS), round(at.x, _DEGREE_DECIMALS)], "kind": kind, "lines": lines}
