"""What the samples say of each village, by operator and by any of them.

The same words as for the model, from samples alone: the centre is covered where at least ``service.min_probability`` of the
samples within ``centre_m`` reach the threshold; the settlement is counted in squares of ``status_cell_m``, each judged the same
way. A sample without service counts as below. What was not measured stays unknown.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_planner.calibration import MeasurementSettings
from geo_planner.config import Service
from geo_planner.errors import Fault, warning
from geo_planner.words import Said, said

DISAGREEMENTS = (
    "declared_no_signal_but_measured_signal",
    "declared_signal_but_measured_no_signal",
    "declared_and_measured_differ_in_extent",
    "modelled_no_signal_but_measured_signal",
    "modelled_signal_but_measured_no_signal",
    "modelled_and_measured_differ_in_extent",
)
"""How measurements contradict what was declared or modelled; each is the key of its warning."""
_COUNTS = ["n_samples", "n_centre", "n_no_service", "n_cells"]


def measured_by_operator(
    villages: gpd.GeoDataFrame, measurements: gpd.GeoDataFrame, service: Service, crs: CRS, settings: MeasurementSettings
) -> pd.DataFrame:
    """Each operator's samples at each village where it has any.

    Samples of another technology than the service's do not count; a blank technology counts as the service's.

    Parameters
    ----------
    villages : GeoDataFrame
        Index ``village_id``, points; column ``settlement_radius_m`` (NA: the service's default).
    measurements : GeoDataFrame
        As ``clean_measurements(...).kept``.
    service : Service
    crs : CRS
        Projected, for distances.
    settings : MeasurementSettings

    Returns
    -------
    DataFrame
        Index (``village_id``, ``operator``), a blank operator as the empty string; ``n_samples`` within the settlement or at the
        centre, ``n_centre``, ``n_no_service``, ``n_cells`` (squares sampled), ``centre_share`` and ``settlement_share``
        (of samples and of squares that are covered), ``centre_median_dbm`` (NaN where half of the samples are without service),
        ``centre_status`` (no_signal, covered, unknown), ``measured_status``, ``measured_reason`` (why it is unknown:
        ``few_samples``, ``few_at_centre``, ``settlement_not_sampled``; else NA), ``measured_from``, ``measured_to``.
    """
    samples = _near(villages, measurements, service, crs, settings)
    rows = [
        {"village_id": village, "operator": operator, **_judge(part, service, settings)}
        for (village, operator), part in samples.groupby(["village_id", "operator"], sort=True)
    ]
    columns = ["village_id", "operator", *_COUNTS, "centre_share", "settlement_share", "centre_median_dbm", "centre_status", "measured_status", "measured_reason", "measured_from", "measured_to"]  # fmt: skip
    return _typed(pd.DataFrame(rows, columns=columns).set_index(["village_id", "operator"]))


def measured_status(
    villages: gpd.GeoDataFrame,
    measurements: gpd.GeoDataFrame,
    service: Service,
    crs: CRS,
    settings: MeasurementSettings,
) -> pd.DataFrame:
    """What was measured at each village by any operator: a place is covered where one of the measured operators covers it.

    No operator stands for another that was not measured: ``no_signal`` is said of ``operators_measured`` alone.

    Returns
    -------
    DataFrame
        Index of `villages`; the columns of :func:`measured_by_operator` over all operators (shares and median are those of
        the operator that is best at the centre, squares count as covered where any operator covers them) and
        ``operators_measured``, the names joined by ``"; "``. Without samples: zeros, unknown, ``few_samples``.
    """
    samples = _near(villages, measurements, service, crs, settings)
    of_one = measured_by_operator(villages, measurements, service, crs, settings)
    rows = {
        village: _any_operator(part, of_one.loc[village], service, settings) for village, part in samples.groupby("village_id", sort=False)
    }
    columns = [*of_one.columns, "operators_measured"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).reindex(villages.index)
    without = ~table.index.isin(list(rows))
    table.loc[without, _COUNTS] = 0
    unknown = {"centre_status": "unknown", "measured_status": "unknown", "measured_reason": "few_samples", "operators_measured": ""}
    table.loc[without, list(unknown)] = list(unknown.values())
    return _typed(table).astype({"operators_measured": "string"})


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    words = dict.fromkeys(["centre_status", "measured_status", "measured_reason", "measured_from", "measured_to"], "string")
    shares = dict.fromkeys(["centre_share", "settlement_share", "centre_median_dbm"], "float64")
    return table.astype({**dict.fromkeys(_COUNTS, "int64"), **words, **shares})


def _near(
    villages: gpd.GeoDataFrame, measurements: gpd.GeoDataFrame, service: Service, crs: CRS, settings: MeasurementSettings
) -> pd.DataFrame:
    """Samples of the service's technology within each village: a row a pair, with what the rules need of it."""
    technology = measurements["technology"].str.casefold().fillna(service.technology.casefold())
    of_service = measurements[(technology == service.technology.casefold()).to_numpy(dtype=bool)]
    points, centres = of_service.geometry.to_crs(crs), villages.geometry.to_crs(crs)
    xy, middle = np.c_[points.x, points.y], np.c_[centres.x, centres.y]
    radius_m = villages["settlement_radius_m"].astype("Float64").fillna(service.default_settlement_radius_m).to_numpy(dtype=float)
    reach_m = np.maximum(radius_m, settings.centre_m)
    from scipy.spatial import cKDTree  # here: a run without measurements need not wait for it

    found = cKDTree(xy).query_ball_point(middle, reach_m, return_sorted=True) if len(xy) and len(middle) else []
    which = np.repeat(np.arange(len(found)), [len(hits) for hits in found])
    at = np.concatenate([np.asarray(hits, dtype=int) for hits in found]) if len(found) else np.empty(0, dtype=int)
    rows = of_service.iloc[at]
    silent = rows["no_service"].to_numpy(dtype=bool)
    level = np.where(silent, -np.inf, rows["rsrp_dbm"].to_numpy(dtype=float))
    squares = np.floor(xy[at] / settings.status_cell_m).astype(np.int64) if len(at) else np.empty((0, 2), dtype=np.int64)
    return pd.DataFrame(
        {
            "village_id": villages.index.to_numpy()[which],
            "operator": rows["operator"].fillna("").to_numpy(dtype=object),
            "level_dbm": level,
            "silent": silent,
            "met": level >= service.rsrp_threshold_dbm,
            "counts": rows["weight"].to_numpy(dtype=float),
            "once": (rows["weight"] / rows["n_samples"]).to_numpy(dtype=float),
            "at_centre": np.hypot(*(xy[at] - middle[which]).T) <= settings.centre_m if len(at) else np.empty(0, dtype=bool),
            "square_x": squares[:, 0],
            "square_y": squares[:, 1],
            "day": rows["day"].to_numpy(dtype=object),
        }
    )


def _share(part: pd.DataFrame) -> float:
    """Share of the samples that reach the threshold, each counted as often as it stands for, repeated positions once."""
    return float(np.average(part["met"], weights=part["counts"])) if len(part) else float("nan")


def _median(level_dbm: pd.Series, once: pd.Series) -> float:
    """The lower median, samples of a repeated position together as one; NaN of none."""
    order = np.argsort(level_dbm.to_numpy(), kind="stable")
    reached = np.cumsum(once.to_numpy()[order])
    return float(level_dbm.to_numpy()[order][np.argmax(reached >= reached[-1] / 2 - 1e-9)]) if len(order) else float("nan")


def _squares(part: pd.DataFrame, service: Service) -> pd.Series:
    """Whether each sampled square is covered."""
    met = (part["met"] * part["counts"]).groupby([part["square_x"], part["square_y"]]).sum()
    return met / part["counts"].groupby([part["square_x"], part["square_y"]]).sum() >= service.min_probability


def _judge(part: pd.DataFrame, service: Service, settings: MeasurementSettings) -> dict[str, object]:
    """One operator's samples at one village."""
    centre = part[part["at_centre"]]
    share, median = _share(centre), _median(centre["level_dbm"], centre["once"])
    status = "unknown"
    if len(centre) >= settings.min_samples:
        status = "covered" if share >= service.min_probability else "no_signal"
    at_centre = (share, median if np.isfinite(median) else np.nan, status)
    return _row(part, _squares(part, service), at_centre, len(part), service, settings)


def _row(
    part: pd.DataFrame, squares: pd.Series, at_centre: tuple[float, float, str], most: int, service: Service, settings: MeasurementSettings
) -> dict[str, object]:
    """What a table says of some samples: share, median and status at the centre, and the most samples that any operator has."""
    share, median, centre_status = at_centre
    status, reason = _status(most, centre_status, float(squares.mean()), len(squares), service, settings)
    days = part["day"].dropna()
    return {
        "n_samples": len(part),
        "n_centre": int(part["at_centre"].sum()),
        "n_no_service": int(part["silent"].sum()),
        "n_cells": len(squares),
        "centre_share": share,
        "settlement_share": float(squares.mean()),
        "centre_median_dbm": median,
        "centre_status": centre_status,
        "measured_status": status,
        "measured_reason": reason,
        "measured_from": days.min() if len(days) else pd.NA,
        "measured_to": days.max() if len(days) else pd.NA,
    }


def _status(
    n_samples: int, centre_status: str, settlement_share: float, n_cells: int, service: Service, settings: MeasurementSettings
) -> tuple[str, object]:
    if n_samples < settings.min_samples:
        return "unknown", "few_samples"
    if centre_status == "unknown":
        return "unknown", "few_at_centre"
    if centre_status == "no_signal":
        return "no_signal", pd.NA
    if settlement_share < service.full_coverage_share:
        return "partial", pd.NA
    # a good centre alone says nothing of the houses around it
    return ("covered", pd.NA) if n_cells >= settings.min_status_cells else ("unknown", "settlement_not_sampled")


def _any_operator(part: pd.DataFrame, of_one: pd.DataFrame, service: Service, settings: MeasurementSettings) -> dict[str, object]:
    squares = pd.concat([_squares(own, service) for _, own in part.groupby("operator")]).groupby(level=[0, 1]).any()
    statuses = set(of_one["centre_status"])
    centre_status = next(word for word in ("covered", "no_signal", "unknown") if word in statuses)
    judged = of_one[of_one["centre_status"] == centre_status]
    best = judged.loc[judged["centre_share"].fillna(-1.0).idxmax()]
    # too few samples of any one operator are too few, however many there are together
    row = _row(
        part, squares, (best["centre_share"], best["centre_median_dbm"], centre_status), int(of_one["n_samples"].max()), service, settings
    )
    return row | {"operators_measured": "; ".join(str(name) for name in of_one.index if name)}


def disagreements(villages: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Villages whose declared or modelled status the measurements contradict. Nothing is overruled: each of them may be the right one.

    A centre that was measured counts even where the settlement around it was not: signal there contradicts ``no_signal``.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``; ``declared_status``, ``modelled_status`` and, where there is one, ``status_date``.
    measured : DataFrame
        From :func:`measured_status`, same index.

    Returns
    -------
    DataFrame
        A row a contradiction, in the order of `villages`: ``village_id``, ``against`` (``declared`` or ``modelled``), ``code`` (one of
        ``DISAGREEMENTS``), ``stated_status``, ``measured_status``, ``centre_status``, ``n_samples``, ``n_no_service``, ``measured_to``,
        ``stated_date`` (of a declaration), ``operators_measured``.
    """
    seen = measured.loc[
        villages.index, ["measured_status", "centre_status", "n_samples", "n_no_service", "measured_to", "operators_measured"]
    ]
    extent, centre = seen["measured_status"].to_numpy(), seen["centre_status"].to_numpy()
    parts = []
    for against in ("declared", "modelled"):
        stated = villages[f"{against}_status"].fillna("unknown").astype(str).to_numpy()
        dated = against == "declared" and "status_date" in villages
        rules = {
            "no_signal_but_measured_signal": (stated == "no_signal") & (centre == "covered"),
            "signal_but_measured_no_signal": (stated != "no_signal") & (centre == "no_signal"),
            "and_measured_differ_in_extent": (stated != "no_signal") & np.isin(extent, ("partial", "covered")) & (extent != stated),
        }
        code = np.select(list(rules.values()), [f"{against}_{name}" for name in rules], "")
        part = seen.assign(
            village_id=villages.index, against=against, code=code, stated_status=stated,
            stated_date=villages["status_date"] if dated else pd.NA, at=np.arange(len(villages)),
        )  # fmt: skip
        parts.append(part[(stated != "unknown") & (code != "")])
    columns = ["village_id", "against", "code", "stated_status", *seen.columns[:-1], "stated_date", "operators_measured"]
    return pd.concat(parts).sort_values("at", kind="stable")[columns].reset_index(drop=True)


def disagreement_notes(table: pd.DataFrame, *, file: str = "measurements/measurements.csv") -> tuple[Fault, ...]:
    """The same as warnings for the notes of a plan."""
    return tuple(
        warning(
            file,
            str(row.code),
            value=str(row.village_id),
            village=str(row.village_id),
            stated=row.stated_status,
            seen=_seen(row),
            samples=said("samples_seen.undated", n=row.n_samples)
            if pd.isna(row.measured_to)
            else said("samples_seen.dated", n=row.n_samples, last=str(row.measured_to)),
        )
        for row in table.itertuples(index=False)
    )


def _seen(row: Any) -> Said:
    """What was measured of the village, or of its centre alone."""
    if row.measured_status != "unknown":
        return said("measured_as.village", status=row.measured_status)
    return said("measured_as.centre", status=row.centre_status)
