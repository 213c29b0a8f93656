"""The error of the model, per band, from measured less modelled levels: offset, slope against distance, and spread.

The slope is against the logarithm of distance, not against the modelled excess loss: distance is known without error, so
that the slope is not drawn towards zero by the very error that is to be found, and it can be held within the distances that
were measured. Samples without service say that the level was below what a device can see; they take part as such. Every
square of the terrain counts once however many samples fell into it, and samples of one place are never taken as independent;
intervals are the widest of those for places of one, two and four times ``place_m``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.calibration._censored import CensoredFit, fit, maximise
from geo_planner.calibration.settings import MeasurementSettings
from geo_planner.schema.vocabulary.bands import band_mhz
from geo_planner.words import Said, said

Verdict = Literal["apply", "sigma_only", "no_gain", "too_few"]
NAN = float("nan")
WIDE_RATIO = 2.0
"""A slope is looked for where the distances of the samples' middle eight tenths differ by this ratio."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the measurements of one band say of the model. Numbers are NaN where the verdict is ``too_few``.

    Attributes
    ----------
    freq_mhz : float
        Nominal band.
    model : str
        Path-loss model.
    n, n_no_service, n_places, n_sites, n_days : int
        Samples with a level, samples without service, places, serving sites and days.
    offset_db, offset_low_db, offset_high_db : float
        Measured less modelled at the reference distance, with its 95 % interval.
    slope_db_per_decade, slope_low_db_per_decade, slope_high_db_per_decade : float
        Change per decade of distance; 0, without interval, where none was found.
    reference_km, min_km, max_km : float
        Middle (geometric mean) and ends of the distances.
    sigma_db, sigma_low_db, sigma_high_db : float
        Standard deviation of the error after correction, with its 95 % interval.
    sigma_uncorrected_db : float
        Root mean square of the error of the model as it is, by the same fit.
    rmse_before_db, rmse_after_db : float
        Of places that the fit has not seen, without and with correction; samples with a level only.
    within_95_share : float
        Share of unseen samples within 1.96 sigma of their corrected level: near 0.95 where sigma is honest.
    first_day, last_day : str or None
    verdict : {"apply", "sigma_only", "no_gain", "too_few"}
        The correction is worth applying; only the spread is news; the model stands as it is; not enough samples.
    ground : Said or None
        Of the verdict; `reason` is the same in English, one sentence.
    n_left_out : int
        Samples of unknown operator where several could have been heard: the strongest of all is no fair comparison.
    """

    freq_mhz: float
    model: str
    n: int
    n_no_service: int
    n_places: int
    n_sites: int
    n_days: int
    offset_db: float = NAN
    offset_low_db: float = NAN
    offset_high_db: float = NAN
    slope_db_per_decade: float = NAN
    slope_low_db_per_decade: float = NAN
    slope_high_db_per_decade: float = NAN
    reference_km: float = NAN
    min_km: float = NAN
    max_km: float = NAN
    sigma_db: float = NAN
    sigma_low_db: float = NAN
    sigma_high_db: float = NAN
    sigma_uncorrected_db: float = NAN
    rmse_before_db: float = NAN
    rmse_after_db: float = NAN
    within_95_share: float = NAN
    first_day: str | None = None
    last_day: str | None = None
    verdict: Verdict = "too_few"
    ground: Said | None = None
    n_left_out: int = 0

    @property
    def reason(self) -> str:
        return "" if self.ground is None else str(self.ground)


@dataclass(frozen=True, slots=True)
class _Samples:
    """One band as arrays; `log_km` is relative to the reference distance."""

    y: npt.NDArray[np.float64]
    censored: npt.NDArray[np.bool_]
    log_km: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    places: tuple[npt.NDArray[np.int64], ...]

    def design(self, slope: bool) -> npt.NDArray[np.float64]:
        ones = np.ones_like(self.log_km)
        return np.column_stack([ones, self.log_km]) if slope else ones[:, None]


def calibrate(
    residuals: pd.DataFrame, settings: MeasurementSettings, *, model: str, sigma_db: float, seed: int,
    slope: Literal["auto", "always", "never"] = "auto", group_by: Literal["place", "site", "day"] = "place",
) -> tuple[Calibration, ...]:  # fmt: skip
    """Calibrate every band of a table of residuals.

    Parameters
    ----------
    residuals : DataFrame
        As :func:`geo_planner.measurements.residual_table` gives it: ``freq_mhz``, ``residual_db`` (of a sample without
        service: the most that it can be), ``no_service``, ``distance_km``, ``x_m``, ``y_m``, ``cell`` (square of the
        terrain), ``site_id``, ``day`` and, if there, ``matched_by``. Rows without a residual or distance, and those matched
        by ``any``, are left out.
    settings : MeasurementSettings
    model : str
        Path-loss model that the residuals belong to.
    sigma_db : float
        Spread that the scenario assumes: the verdict ``sigma_only`` says that the measured one differs from it.
    seed : int
        Deals the places to the folds.
    slope : {"auto", "always", "never"}
        ``auto`` keeps a slope whose interval excludes 0 and that lowers the cross-validated error.
    group_by : {"place", "site", "day"}
        What is never split between folds, and gives the intervals.

    Returns
    -------
    tuple of Calibration
        One a band, by frequency.
    """
    usable = residuals[residuals["residual_db"].notna() & residuals["distance_km"].notna() & residuals["freq_mhz"].notna()]
    band = usable["freq_mhz"].astype(float).map(band_mhz)
    return tuple(_one_band(usable[band == f], float(f), settings, model, sigma_db, seed, slope, group_by) for f in sorted(band.unique()))


def calibration_table(calibrations: Sequence[Calibration]) -> pd.DataFrame:
    """One row a band, columns as the attributes of :class:`Calibration`; the ground of the verdict as ``reason``, in English."""
    names = ["reason" if name == "ground" else name for name in Calibration.__dataclass_fields__]
    return pd.DataFrame([[getattr(c, name) for name in names] for c in calibrations], columns=names).set_index("freq_mhz")


def _one_band(
    table: pd.DataFrame, freq_mhz: float, settings: MeasurementSettings, model: str, sigma_db: float, seed: int, slope: str, group_by: str
) -> Calibration:
    fair = (table["matched_by"] != "any").to_numpy(dtype=bool) if "matched_by" in table else np.ones(len(table), dtype=bool)
    left_out, table = int((~fair).sum()), table[fair]
    if table.empty:
        return Calibration(freq_mhz, model, 0, 0, 0, 0, 0, ground=said("calibration_reason.no_operator"), n_left_out=left_out)
    censored = table["no_service"].to_numpy(dtype=bool)
    distance_km = np.maximum(table["distance_km"].to_numpy(dtype=float), 0.01)
    places, *larger = (_groups(table, settings.place_m * size, group_by) for size in ((1, 2, 4) if group_by == "place" else (1,)))
    seen, days = int((~censored).sum()), table["day"].dropna().astype(str)
    found = Calibration(
        freq_mhz, model, seen, int(censored.sum()), int(places.max()) + 1, int(table["site_id"].nunique()), days.nunique(),
        n_left_out=left_out, first_day=None if days.empty else days.min(), last_day=None if days.empty else days.max(),
    )  # fmt: skip
    known = int(np.unique(places[~censored]).size)
    if seen < settings.min_calibration_samples or known < settings.min_calibration_places:
        return replace(
            found,
            ground=said(
                "calibration_reason.too_few",
                n=seen,
                places=known,
                samples_needed=settings.min_calibration_samples,
                places_needed=settings.min_calibration_places,
            ),
        )
    reference_km = round(float(np.exp(np.log(distance_km).mean())), 3)
    once = 1.0 / table.groupby("cell")["no_service"].transform("size").to_numpy(dtype=float)
    samples = _Samples(
        table["residual_db"].to_numpy(dtype=float), censored, np.log10(distance_km / reference_km), once / once.mean(),
        (places, *(groups for groups in larger if groups.max() + 1 >= settings.min_calibration_places)),
    )  # fmt: skip
    rng = np.random.default_rng([seed, round(freq_mhz)])
    folds = _folds(places, min(settings.folds, known), rng)
    sloped, flat = (_validated(samples, folds, s) for s in (True, False))
    result, errors, with_slope = flat[0], flat[1], False
    low, high = np.quantile(distance_km, (0.1, 0.9))
    found_slope = high / low >= WIDE_RATIO and not _holds(sloped[0].interval(1), 0.0) and sloped[1][1] < flat[1][1]
    if slope == "always" or (slope == "auto" and found_slope):
        result, errors, with_slope = sloped[0], sloped[1], True
    if not result.converged:
        return replace(found, ground=said("calibration_reason.no_fit"))
    mean = samples.design(with_slope) @ result.beta
    slope_db, slope_ends = (float(result.beta[1]), result.interval(1)) if with_slope else (0.0, (NAN, NAN))
    sigma_low, sigma_high = result.sigma_interval()
    offset_low, offset_high = result.interval(0)
    measured = replace(
        found, offset_db=float(result.beta[0]), offset_low_db=offset_low, offset_high_db=offset_high,
        slope_db_per_decade=slope_db, slope_low_db_per_decade=slope_ends[0], slope_high_db_per_decade=slope_ends[1],
        reference_km=reference_km, min_km=round(float(distance_km.min()), 3), max_km=round(float(distance_km.max()), 3),
        sigma_db=result.sigma, sigma_low_db=sigma_low, sigma_high_db=sigma_high,
        sigma_uncorrected_db=float(np.sqrt(result.sigma**2 + np.average(mean**2, weights=samples.weight))),
        rmse_before_db=errors[0], rmse_after_db=errors[1], within_95_share=errors[2],
    )  # fmt: skip
    verdict, ground = _judge(measured, settings, sigma_db)
    return replace(measured, verdict=verdict, ground=ground)


def _groups(table: pd.DataFrame, place_m: float, group_by: str) -> npt.NDArray[np.int64]:
    """The place of each sample, numbered from 0; samples whose site or day is not known form one group."""
    if group_by == "place":
        keys = pd.Series(list(zip(np.floor(table["x_m"] / place_m), np.floor(table["y_m"] / place_m), strict=True)), index=table.index)
    else:
        keys = table["site_id" if group_by == "site" else "day"].astype("string").fillna("")
    return np.asarray(pd.factorize(keys, sort=True)[0], dtype=np.int64)


def _folds(places: npt.NDArray[np.int64], count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The fold of each sample; places are dealt whole, in random order."""
    order = rng.permutation(int(places.max()) + 1)
    return np.asarray((np.argsort(order) % count)[places], dtype=np.int64)


def _validated(samples: _Samples, folds: npt.NDArray[np.int64], slope: bool) -> tuple[CensoredFit, tuple[float, float, float]]:
    """The fit to all samples; RMSE before and after and the share within 1.96 sigma over samples that a fit has not seen."""
    x = samples.design(slope)
    error, spread = np.full(samples.y.size, np.nan), np.full(samples.y.size, np.nan)
    for fold in np.unique(folds):
        out = folds == fold
        if samples.censored[~out].all():
            continue
        theta, _ = maximise(samples.y[~out], samples.censored[~out], x[~out], samples.weight[~out])
        error[out], spread[out] = samples.y[out] - x[out] @ theta[:-1], np.exp(theta[-1])
    seen = ~samples.censored & ~np.isnan(error)
    weight = samples.weight[seen]
    before, after = (float(np.sqrt(np.average(v[seen] ** 2, weights=weight))) for v in (samples.y, error))
    inside = float(np.average(np.abs(error[seen]) <= 1.96 * spread[seen], weights=weight))
    return fit(samples.y, samples.censored, x, samples.weight, samples.places), (before, after, inside)


def _holds(interval: tuple[float, float], value: float) -> bool:
    return interval[0] <= value <= interval[1]


def _judge(c: Calibration, settings: MeasurementSettings, sigma_db: float) -> tuple[Verdict, Said]:
    gain = c.rmse_before_db - c.rmse_after_db
    sure = not _holds((c.offset_low_db, c.offset_high_db), 0.0) or not (
        np.isnan(c.slope_low_db_per_decade) or _holds((c.slope_low_db_per_decade, c.slope_high_db_per_decade), 0.0)
    )
    facts = {"before": c.rmse_before_db, "after": c.rmse_after_db}
    if gain >= settings.min_gain_db and sure:
        return "apply", said("calibration_reason.apply", **facts)
    why = said("calibration_reason.small_gain" if gain < settings.min_gain_db else "calibration_reason.unsure")
    ratio = c.sigma_uncorrected_db / c.sigma_db
    if not _holds((c.sigma_low_db * ratio, c.sigma_high_db * ratio), sigma_db):
        return "sigma_only", said("calibration_reason.sigma_only", why=why, found=c.sigma_uncorrected_db, assumed=sigma_db, **facts)
    return "no_gain", said("calibration_reason.no_gain", why=why, assumed=sigma_db, **facts)
