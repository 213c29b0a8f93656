"""The model held against the samples: its level at each of them, what is left over, and the statistics of that."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.calibration import MeasurementSettings, band_mhz
from geo_planner.config import Clutter, Propagation, Service
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import LandCover
from geo_planner.terrain import Dem

PATH_REASONS = ("other_technology", "outside_terrain", "unknown_site", "no_such_cell", "out_of_reach", "path_unknown")
"""Why a sample has no modelled level: ``without_model.<word>`` of the catalogue."""
_MODELLED = {
    "modelled_dbm": "float64", "modelled_reason": "string", "modelled_server_id": "string", "modelled_site_id": "string",
    "modelled_freq_mhz": "float64", "distance_km": "float64",
}  # fmt: skip
FEWEST = 5
"""With fewer samples than this there are no statistics."""


def modelled_at(
    measurements: gpd.GeoDataFrame,
    dem: Dem,
    sites: gpd.GeoDataFrame,
    service: Service,
    propagation: Propagation,
    *,
    land_cover: LandCover | None = None,
    clutter: Clutter | None = None,
    model: str | None = None,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> pd.DataFrame:
    """Modelled level at each sample: of the strongest cell on air that the sample can have heard.

    That is a cell of the serving site, of the operator and of the band, as far as the sample tells them; a cell whose operator
    is not in the list is nobody's unless the sample names its site. The level is that of the square of the terrain that holds
    the sample, outdoors and downlink, as the device was.

    Parameters
    ----------
    measurements : GeoDataFrame
        As ``clean_measurements(...).kept``.
    dem, sites, service, propagation, land_cover, clutter, model, workers
        As for :func:`geo_planner.radio.coverage.compute_coverage`.
    progress : callable, optional
        Called with the share of the groups of samples done.

    Returns
    -------
    DataFrame
        Same index: ``modelled_dbm`` (NaN where there is none, and then ``modelled_reason`` is a word of
        ``PATH_REASONS``), ``modelled_server_id`` (``site_id/cell_id``), ``modelled_site_id``, ``modelled_freq_mhz``, ``distance_km`` from
        it, ``matched_by`` (``site``, ``operator``; of a sample that names neither: ``single`` where all cells are one operator's, else
        ``any``), ``row`` and ``column`` of the terrain (-1 outside).

    Raises
    ------
    ModelRangeError
        For a cell outside the range of the model.
    """
    x_m, y_m = dem.grid.xy(measurements.geometry)
    row, column, inside = dem.grid.cells(x_m, y_m)
    technology = measurements["technology"].str.casefold().fillna(service.technology.casefold())
    other = (technology != service.technology.casefold()).to_numpy(dtype=bool)
    samples = pd.DataFrame(
        {
            "x_m": x_m, "y_m": y_m, "row": row, "column": column,
            "site": measurements["site_id"].fillna("").to_numpy(dtype=object),
            "operator": [_folded(name) for name in measurements["operator"]],
            "band": [0.0 if np.isnan(f) else band_mhz(f) for f in measurements["freq_mhz"].to_numpy(dtype=float)],
        }
    )  # fmt: skip
    cells = sites[in_service(sites, service)].to_crs(dem.crs)
    # as the device was: outdoors, and it heard the downlink
    heard = service.model_copy(update={"place": "outdoor", "uplink": service.uplink.model_copy(update={"check": False})})
    table = pd.DataFrame({name: pd.array([None] * len(samples), dtype=kind) for name, kind in _MODELLED.items()})
    reason = np.select([other, ~inside], ["other_technology", "outside_terrain"], "")
    table["modelled_reason"] = pd.array(reason.astype(object), dtype="string")
    groups = samples[inside & ~other].groupby(["site", "operator", "band"], sort=True)
    for number, ((site, operator, band), group) in enumerate(groups, 1):
        own = _candidates(cells, str(site), str(operator), float(band))
        if own.empty:
            known = not site or (cells.index.get_level_values("site_id") == site).any()
            table.loc[group.index, "modelled_reason"] = "no_such_cell" if known else "unknown_site"
        else:
            only = np.zeros(dem.grid.shape, dtype=np.bool_)
            only[group["row"], group["column"]] = True
            found = compute_coverage(
                dem, own, heard, propagation, land_cover=land_cover, clutter=clutter, model=model, only=only, workers=workers
            )
            table.loc[group.index, list(_MODELLED)] = _from_coverage(found, own, group, propagation.max_radius_km)
        if progress:
            progress(number / groups.ngroups)
    blank = "any" if len({_folded(name) for name in cells["operator"]}) > 1 else "single"
    matched = np.where(samples["site"] != "", "site", np.where(samples["operator"] != "", "operator", blank))
    return table.assign(
        modelled_reason=table["modelled_reason"].replace("", pd.NA), matched_by=pd.array(matched, dtype="string"),
        row=np.where(inside, row, -1), column=np.where(inside, column, -1),
    ).set_index(measurements.index)  # fmt: skip


def _from_coverage(found: Coverage, own: gpd.GeoDataFrame, samples: pd.DataFrame, max_radius_km: float) -> pd.DataFrame:
    """What the rasters of some cells say at each sample; where none serves, why: all too far, or a path within reach that is not known,
    too weak to matter for coverage but not here."""
    from scipy.spatial import cKDTree  # here: a run without measurements need not wait for it

    at = samples["row"].to_numpy(), samples["column"].to_numpy()
    serving, lost = found.best_server[at], found.unknown_paths[at] > 0
    xy_m, masts_m = samples[["x_m", "y_m"]].to_numpy(), np.c_[own.geometry.x, own.geometry.y]
    in_reach = cKDTree(masts_m).query(xy_m)[0] < max_radius_km * 1000.0 - found.grid.cell_m
    reason = np.select([lost, serving >= 0, in_reach], ["path_unknown", "", "path_unknown"], "out_of_reach")
    ids = own.index.to_frame().iloc[serving]
    served = pd.DataFrame(
        {
            "modelled_dbm": found.rsrp_dbm[at].astype(float), "modelled_server_id": (ids["site_id"] + "/" + ids["cell_id"]).to_numpy(),
            "modelled_site_id": ids["site_id"].to_numpy(), "modelled_freq_mhz": own["freq_mhz"].to_numpy(dtype=float)[serving],
            "distance_km": np.hypot(*(masts_m[serving] - xy_m).T) / 1000.0,
        },
        index=samples.index,
    )[reason == ""]  # fmt: skip
    return served.reindex(samples.index).assign(modelled_reason=reason)[list(_MODELLED)]


def _folded(name: object) -> str:
    return "" if pd.isna(name) else " ".join(unicodedata.normalize("NFC", str(name)).casefold().split())


def _candidates(cells: gpd.GeoDataFrame, site: str, operator: str, band: float) -> gpd.GeoDataFrame:
    """Cells that a sample of such a site, operator and band can have heard; empty strings and 0 where it does not tell."""
    fits = np.ones(len(cells), dtype=bool)
    if site:
        fits &= cells.index.get_level_values("site_id") == site
    elif operator:
        fits &= np.array([_folded(name) == operator for name in cells["operator"]], dtype=bool)
    if band:
        fits &= np.array([band_mhz(float(f)) == band for f in cells["freq_mhz"]], dtype=bool)
    return cells[fits]


def residual_table(measurements: gpd.GeoDataFrame, modelled: pd.DataFrame, dem: Dem, settings: MeasurementSettings) -> pd.DataFrame:
    """Measured less modelled, a row a sample that has a modelled level; for charts and for ``calibration.calibrate``.

    Returns
    -------
    DataFrame
        ``freq_mhz`` (band of the modelled server), ``operator``, ``site_id`` (modelled server's), ``day``, ``measured_dbm`` (NaN without
        service), ``modelled_dbm``, ``no_service``, ``matched_by``, ``residual_db`` (without service: the most that it can be, from
        ``settings.no_service_below_dbm``), ``distance_km``, ``x_m``, ``y_m`` in the terrain's CRS, ``cell`` (square of the terrain and
        band), ``n_samples``.
    """
    points = measurements.geometry.to_crs(dem.crs)
    silent = measurements["no_service"].to_numpy(dtype=bool)
    measured = np.where(silent, np.nan, measurements["rsrp_dbm"].to_numpy(dtype=float))
    upper = np.where(silent, settings.no_service_below_dbm, measured)
    band = np.array([np.nan if np.isnan(f) else band_mhz(f) for f in modelled["modelled_freq_mhz"].to_numpy(dtype=float)])
    table = pd.DataFrame(
        {
            "freq_mhz": band, "operator": measurements["operator"], "site_id": modelled["modelled_site_id"],
            "day": measurements["day"], "measured_dbm": measured, "modelled_dbm": modelled["modelled_dbm"], "no_service": silent, "matched_by": modelled["matched_by"],
            "residual_db": upper - modelled["modelled_dbm"].to_numpy(dtype=float), "distance_km": modelled["distance_km"],
            "x_m": points.x, "y_m": points.y, "n_samples": measurements["n_samples"],
            "cell": [f"{r}/{c}/{f:g}" for r, c, f in zip(modelled["row"], modelled["column"], band, strict=True)],
        },
        index=measurements.index,
    )  # fmt: skip
    return table[table["modelled_dbm"].notna()]


def measured_vs_modelled(residuals: pd.DataFrame, *, threshold_dbm: float) -> pd.DataFrame:
    """How well the model does, per band and over all.

    Parameters
    ----------
    residuals : DataFrame
        From :func:`residual_table`.
    threshold_dbm : float
        Of the service.

    Returns
    -------
    DataFrame
        Index ``band`` (``"900"``, …, ``"all"``): ``n`` samples with a level, ``n_no_service``, ``bias_db`` (mean of measured less
        modelled), ``sd_db``, ``rmse_db``, ``correlation``, ``agreement_share`` (of all samples, also those without service: model
        and measurement on the same side of the threshold), ``false_covered_share`` (modelled above, measured below) and
        ``false_uncovered_share``. NaN with fewer than five samples.
    """
    bands = [(f"{f:g}", residuals[residuals["freq_mhz"] == f]) for f in sorted(residuals["freq_mhz"].dropna().unique())]
    table = pd.DataFrame({name: _statistics(part, threshold_dbm) for name, part in [*bands, ("all", residuals)]}).T.rename_axis("band")
    return table.astype({"n": "int64", "n_no_service": "int64"})


def _statistics(part: pd.DataFrame, threshold_dbm: float) -> dict[str, float]:
    seen = part[~part["no_service"]]
    found = {"n": float(len(seen)), "n_no_service": float(len(part) - len(seen))}
    left = seen["residual_db"].to_numpy(dtype=float)
    enough = left.size >= FEWEST
    spread = enough and seen["measured_dbm"].std() > 0 and seen["modelled_dbm"].std() > 0
    found["bias_db"] = float(left.mean()) if enough else np.nan
    found["sd_db"] = float(left.std(ddof=1)) if enough else np.nan
    found["rmse_db"] = float(np.sqrt(np.mean(left**2))) if enough else np.nan
    found["correlation"] = float(np.corrcoef(seen["measured_dbm"], seen["modelled_dbm"])[0, 1]) if spread else np.nan
    above = (part["measured_dbm"] >= threshold_dbm).to_numpy()
    said = (part["modelled_dbm"] >= threshold_dbm).to_numpy()
    shares = {"agreement_share": above == said, "false_covered_share": said & ~above, "false_uncovered_share": above & ~said}
    return found | {name: float(hit.mean()) if hit.size >= FEWEST else np.nan for name, hit in shares.items()}


def residual_squares(residuals: pd.DataFrame, *, sigma_db: float, square_m: float, at_most: int = 4000) -> pd.DataFrame:
    """The samples of each square as one point, for maps and charts; squares grow until there are few enough of them.

    Parameters
    ----------
    residuals : DataFrame
        From :func:`residual_table`.
    sigma_db : float
        Error of the model that is expected; what differs by no more agrees with it.
    square_m : float
        Side of the smallest squares, in metres.
    at_most : int
        Number of squares.

    Returns
    -------
    DataFrame
        A row a square: ``x_m``, ``y_m`` (mean of its samples), ``n``, ``n_no_service``, medians ``measured_dbm`` (NaN where most had
        no service), ``modelled_dbm``, ``residual_db``, ``distance_km``, and ``verdict``: ``weaker`` than modelled, ``stronger``, or ``agrees``.
        ``attrs["square_m"]`` is the side that was taken.

    Examples
    --------
    >>> samples = pd.DataFrame({"x_m": [10.0, 20.0, 900.0], "y_m": [0.0, 0.0, 0.0], "no_service": [False, False, True],
    ...     "measured_dbm": [-100.0, -104.0, float("nan")], "modelled_dbm": [-101.0, -101.0, -90.0], "residual_db": [1.0, -3.0, -32.0],
    ...     "distance_km": [2.0, 2.0, 2.9]})
    >>> residual_squares(samples, sigma_db=8.0, square_m=250.0)[["n", "residual_db", "verdict"]].values.tolist()
    [[2, -1.0, 'agrees'], [1, -32.0, 'weaker']]
    """
    side = square_m
    while True:
        squares = [np.floor(residuals[axis] / side).astype(np.int64) for axis in ("x_m", "y_m")]
        groups = residuals.assign(level=residuals["measured_dbm"].where(~residuals["no_service"], -np.inf)).groupby(squares, sort=True)
        if groups.ngroups <= at_most:
            break
        side *= 2
    table = pd.DataFrame(
        {
            "x_m": groups["x_m"].mean(), "y_m": groups["y_m"].mean(), "n": groups.size(), "n_no_service": groups["no_service"].sum(),
            # of an even number without service in half of them, the lower middle: a level that was not measured is none
            "measured_dbm": groups["level"].quantile(0.5, interpolation="lower"), "modelled_dbm": groups["modelled_dbm"].median(),
            "residual_db": groups["residual_db"].median(), "distance_km": groups["distance_km"].median(),
        }
    ).reset_index(drop=True)  # fmt: skip
    table["measured_dbm"] = table["measured_dbm"].replace(-np.inf, np.nan)
    table["verdict"] = np.select([table["residual_db"] < -sigma_db, table["residual_db"] > sigma_db], ["weaker", "stronger"], "agrees")
    table.attrs["square_m"] = side
    return table
