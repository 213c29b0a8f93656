"""Samples as devices write them to samples that can be used: every row that is left out keeps its reason."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geo_planner.calibration import MeasurementSettings
from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, warning
from geo_planner.measurements.fixes import frozen, may_be_stuck, shares
from geo_planner.schema import MEASUREMENTS
from geo_planner.study_area.serving_cells import ABROAD, NEIGHBOUR, SECONDARY, not_serving

# what a device can report: 3GPP TS 36.133, section 9.1.4 (LTE) and TS 38.133, section 10.1.6 (NR)
_LTE_DBM, _NR_DBM = (-140.0, -44.0), (-156.0, -31.0)
_TRACK_GAP_S = 600.0
_NOT_OF_SERVICE = {NEIGHBOUR: "neighbour_cell", SECONDARY: "neighbour_cell", ABROAD: "other_country"}
DROP_REASONS = {
    "neighbour_cell": "dropped_neighbour_cell",
    "other_country": "dropped_other_country",
    "position_missing": "dropped_position_missing",
    "no_value": "dropped_no_value",
    "contradiction": "dropped_contradiction",
    "impossible_level": "dropped_impossible_level",
    "inaccurate_position": "dropped_inaccurate_position",
    "too_fast": "dropped_too_fast",
    "position_jump": "dropped_position_jump",
    "frozen_position": "dropped_frozen_position",
    "duplicate": "dropped_duplicate",
    "thinned": "dropped_thinned",
}
"""Why a sample is left out (``drop.<word>`` of the catalogue), and the statement that counts those."""
_TEXT = ("time", "operator", "technology", "site_id", "device", "source")
_NUMBERS = ("lon", "lat", "freq_mhz", "rsrp_dbm", "rsrq_db", "sinr_db", "accuracy_m", "speed_kmh")


@dataclass(frozen=True, slots=True)
class CleanResult:
    """Samples fit for use, and those that are not.

    Attributes
    ----------
    kept : GeoDataFrame
        Index and columns of the input, points in EPSG:4326; numbers as float64, blanks NaN; further ``time_utc``, ``day``
        (of the settings' time zone, text, NA where the time is not known), ``n_samples``: how many samples the row
        stands for after thinning, and ``weight``: what it counts, less than that where its position is a repeated one.
    dropped : DataFrame
        The other rows as they came, with ``reason``, a word of ``DROP_REASONS``.
    statements : tuple of Fault
        What was assumed and how many were dropped for which reason; all are warnings.
    """

    kept: gpd.GeoDataFrame
    dropped: pd.DataFrame
    statements: tuple[Fault, ...]


def clean_measurements(
    table: pd.DataFrame, settings: MeasurementSettings, *, crs: CRS | None = None, file: str = "measurements/measurements.csv"
) -> CleanResult:
    """Leave out what cannot be used, and thin what is repeated.

    A row is dropped for the first of these that holds: a column of the file says that it is no sample of the serving cell, or that the
    network is one of another country; no position; neither level nor ``no_service``, or both; a level
    that no device reports (LTE -140 to -44 dBm, otherwise -156 to -31 dBm); a stated position error or speed beyond the
    limit; a position from which the speeds to the device's samples before and after, less the stated errors, both exceed
    the limit while these two agree; a position that is an earlier one repeated (see :mod:`~geo_planner.measurements.fixes`); a sample that equals an earlier one in instant, place, operator, band, site and value. Of several samples of
    one device, operator, technology, band, site and kind within one square of ``thin_m`` and one slice of ``thin_s`` the
    one of median level is kept and counts them in ``n_samples``; samples without service are never thinned against levels.
    A blank accuracy, speed or time is not held against a sample. Samples of one exact position in several slices of time share the
    weight of one slice, so that a phone left lying does not outweigh those that were carried.

    Parameters
    ----------
    table : DataFrame
        Columns of ``schema.MEASUREMENTS``, index ``measurement_id``; those that may be blank may be absent.
    settings : MeasurementSettings
    crs : CRS, optional
        Projected, for distances; the samples' UTM zone when left out.
    file : str
        Name for the statements.
    """
    work, stuck = _plain(table), 0
    naive = _times(work, settings)
    reason = pd.Series(pd.NA, index=work.index, dtype="string")
    for why, word in _NOT_OF_SERVICE.items():
        _mark(reason, _not_serving(work) == why, word)
    _mark(
        reason,
        ~(work["lon"].between(-180, 180) & work["lat"].between(-90, 90)) | ((work["lon"] == 0) & (work["lat"] == 0)),
        "position_missing",
    )
    silent, level = work["no_service"], work["rsrp_dbm"]
    _mark(reason, ~silent & level.isna(), "no_value")
    _mark(reason, silent & level.notna(), "contradiction")
    lte = work["technology"].str.casefold().eq("lte").fillna(False).astype(bool)
    possible = level.between(*_LTE_DBM).where(lte, level.between(*_NR_DBM))
    _mark(reason, ~silent & ~possible, "impossible_level")
    _mark(reason, work["accuracy_m"] > settings.max_accuracy_m, "inaccurate_position")
    _mark(reason, work["speed_kmh"] > settings.max_speed_kmh, "too_fast")
    good = work[reason.isna()]
    points = gpd.GeoSeries(gpd.points_from_xy(good["lon"], good["lat"], crs=GEOGRAPHIC), index=good.index)
    if len(good):
        metric = points.to_crs(crs or utm_for(gpd.GeoDataFrame(geometry=points)))
        good = good.assign(x_m=metric.x, y_m=metric.y)
        jumps = _jumps(good, settings.max_speed_kmh)
        reason[good.index[jumps]] = "position_jump"
        good = good[~jumps]
        repeated = frozen(good, settings.max_accuracy_m)
        reason[good.index[repeated]] = "frozen_position"
        good = good[~repeated]
        stuck = may_be_stuck(good, settings.max_speed_kmh)
        twice = good.duplicated(["time_utc", "lon", "lat", "operator", "technology", "freq_mhz", "site_id", "rsrp_dbm", "no_service"])
        # two samples of unknown time need not be one
        twice &= good["time_utc"].notna()
        reason[good.index[twice]] = "duplicate"
        good = good[~twice]
        stands_for, weight = _thin(good, settings)
        reason[stands_for.index[stands_for == 0]] = "thinned"
        good = good.assign(n_samples=stands_for, weight=weight)[stands_for > 0].drop(columns=["x_m", "y_m"])
    else:
        good = good.assign(n_samples=pd.Series(dtype="int64"), weight=pd.Series(dtype="float64"))
    kept = gpd.GeoDataFrame(good, geometry=points.reindex(good.index).to_list(), crs=GEOGRAPHIC)
    away = reason.notna()
    dropped = pd.DataFrame(table[away.to_numpy()]).assign(reason=reason[away])
    return CleanResult(kept, dropped, _statements(kept, dropped, naive, stuck, file))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """The declared columns as plain numbers and words; absent ones blank."""
    work = pd.DataFrame({name: table[name] for name in table.columns if name != "geometry"}, index=table.index)
    for name in _NUMBERS:
        values = pd.to_numeric(work[name], errors="coerce") if name in work else pd.Series(np.nan, index=table.index)
        numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        work[name] = np.where(np.isfinite(numbers), numbers, np.nan)
    for name in _TEXT:
        work[name] = (work[name] if name in work else pd.Series(pd.NA, index=table.index)).astype("string")
    silent = work["no_service"] if "no_service" in work else pd.Series(False, index=table.index)
    work["no_service"] = silent.astype("boolean").fillna(False).astype(bool)
    return work


def _not_serving(work: pd.DataFrame) -> pd.Series:
    """Why a row is no sample of the serving cell, by the further columns of the file."""
    own = {column.name for column in MEASUREMENTS.columns} - {"operator"}
    texts = {str(name): work[name].astype("string").fillna("").str.strip().astype(object) for name in work.columns if name not in own}
    return not_serving(texts, {name: name for name in texts}) if len(work) else pd.Series("", index=work.index, dtype=object)


def _times(work: pd.DataFrame, settings: MeasurementSettings) -> tuple[int, int]:
    """Instants and days, put into the table; how many times state no zone, and how many cannot be read."""
    text = work["time"].str.strip().replace("", pd.NA)
    bare = text.notna() & ~text.str.contains(r"(?:[zZ]|[+-]\d{2}:?\d{2}|[+-]\d{2})$", regex=True).fillna(False)
    # a date alone ends like an offset: "-28"
    bare |= text.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(False)
    instant = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce").astype("datetime64[us, UTC]")
    zone = pd.Timedelta(hours=settings.utc_offset_h)
    work["time_utc"] = instant.where(~bare.astype(bool), instant - zone)
    work["day"] = (work["time_utc"] + zone).dt.strftime("%Y-%m-%d").astype("string")
    return int((bare & instant.notna()).sum()), int((text.notna() & instant.isna()).sum())


def _mark(reason: pd.Series, bad: pd.Series, word: str) -> None:
    reason[bad.fillna(False).astype(bool) & reason.isna()] = word


def _seconds(instants: pd.Series) -> npt.NDArray[np.float64]:
    """Since the epoch; NaN where the time is not known."""
    since = instants - pd.Timestamp(0, tz="UTC")
    return np.asarray(since.dt.total_seconds(), dtype=float)


def _jumps(good: pd.DataFrame, max_speed_kmh: float) -> npt.NDArray[np.bool_]:
    """Samples that a known device could have reached neither from the one before nor left for the one after.

    Those two must themselves agree. Where more than one in ten of a device's samples would go, and more than one, the name
    is shared by several devices, and none goes.
    """
    track = good["source"].fillna("") + "\n" + good["device"].fillna("")
    work = pd.DataFrame(
        {"track": track, "t": _seconds(good["time_utc"]), "x": good["x_m"], "y": good["y_m"], "error": good["accuracy_m"].fillna(0.0)}
    )
    work["at"] = np.arange(len(work))
    known = work[good["device"].notna().to_numpy() & work["t"].notna().to_numpy()].sort_values(["track", "t", "at"], kind="stable")
    tracks = known.groupby("track")[["t", "x", "y", "error"]]
    before, after = tracks.shift(1), tracks.shift(-1)
    jump = _beyond(known, before, max_speed_kmh) & _beyond(known, after, max_speed_kmh) & ~_beyond(before, after, max_speed_kmh)
    of_track = jump.groupby(known["track"])
    jump &= of_track.transform("sum") <= np.maximum(1.0, 0.1 * of_track.transform("size"))
    jumps = np.zeros(len(good), dtype=bool)
    jumps[known.loc[jump, "at"].to_numpy(dtype=int)] = True
    return jumps


def _beyond(here: pd.DataFrame, there: pd.DataFrame, max_speed_kmh: float) -> pd.Series:
    """Whether the way between, less the stated errors, takes more than the speed; not said over longer gaps."""
    away_m = np.hypot(here["x"] - there["x"], here["y"] - there["y"]) - here["error"] - there["error"]
    gap_s = (here["t"] - there["t"]).abs()
    # whole seconds are all that most devices write
    return (away_m / gap_s.clip(lower=1.0) * 3.6 > max_speed_kmh) & (gap_s <= _TRACK_GAP_S)


def _thin(good: pd.DataFrame, settings: MeasurementSettings) -> tuple[pd.Series, pd.Series]:
    """How many samples each row stands for, 0 where the median row of its group stands for it; and what those count together."""
    keys = pd.DataFrame({name: good[name] for name in ("device", "operator", "technology", "freq_mhz", "site_id", "no_service", "source")})
    seconds = _seconds(good["time_utc"])
    keys["column"], keys["row"] = np.floor(good["x_m"] / settings.thin_m), np.floor(good["y_m"] / settings.thin_m)
    keys["slice"] = np.floor(seconds / settings.thin_s)
    # without a time nothing tells a repetition from a later visit
    alone = np.isnan(seconds)
    keys.loc[alone, "slice"] = -1.0 - np.arange(len(good))[alone]
    group = keys.groupby(list(keys.columns), dropna=False, sort=False).ngroup().to_numpy()
    order = np.lexsort((np.arange(len(good)), good["rsrp_dbm"].fillna(0.0).to_numpy(), group))
    size = np.bincount(group)
    first = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(int)
    median = order[first + (size - 1) // 2]
    stands_for, weight = np.zeros(len(good), dtype=np.int64), np.zeros(len(good))
    stands_for[median] = size
    weight[median] = np.bincount(group, weights=shares(good, group, keys["slice"]))
    return pd.Series(stands_for, index=good.index), pd.Series(weight, index=good.index)


def _statements(kept: pd.DataFrame, dropped: pd.DataFrame, naive: tuple[int, int], stuck: int, file: str) -> tuple[Fault, ...]:
    counts = dropped["reason"].value_counts()
    told = [(key, int(counts[word])) for word, key in DROP_REASONS.items() if word in counts.index]
    told += [
        ("time_without_zone", naive[0]),
        ("time_unreadable.measurements", naive[1]),
        ("position_stuck", stuck),
        ("accuracy_unknown", int(kept["accuracy_m"].isna().sum())),
    ]
    if len(kept) and not kept["no_service"].any():
        told.append(("no_censored_samples", len(kept)))
    return tuple(warning(file, key, n=count) for key, count in told if count)
