"""Positions that a receiver repeats: where they are not those of the samples, and what a repeated one weighs.

A receiver without a new fix goes on writing the last one, to the last digit. Where the device says that it moved on meanwhile, or that
the fix is old, the position of the later samples is not known. A phone that lies on a table repeats its fix too, and rightly so: its
samples stay, and count together as much as a single one.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

MOVING_KMH = 3.0
"""Receivers at rest report up to a fraction of this."""
_WALKING_KMH = 7.0
_OLD_FIX_S = 60.0
_OLD_AGE_MS = 60_000.0
_LONGEST_STEP_S = 600.0
_REPEATED = 5
_IN_MOTION = 3
"""One speed, or two, may be a fault of the receiver's."""
_TIME_OF_FIX = re.compile(r"(last)?(gps|gnss|fix|location|loc|position)(fix)?(date)?(time|timestamp|utc)(ms|millis|utc)?")
_AGE_OF_FIX = re.compile(r"(gps|gnss|fix|location|loc|position)age(ms|millis)?")


def frozen(good: pd.DataFrame, tolerance_m: float) -> npt.NDArray[np.bool_]:
    """Samples whose position is that of an earlier moment.

    From the first sample in motion on, those of a run of one fix during which the device moved farther, by its own speed, than
    `tolerance_m` (or than two of the last digits that the file writes), at least three of them in motion; without times, five and more samples faster than a walk at one
    fix. Further all samples whose fix is by the file's own column older than a minute.

    Parameters
    ----------
    good : DataFrame
        ``lon``, ``lat``, ``time_utc``, ``speed_kmh``, ``source``, ``device``, and the columns of the file.
    tolerance_m : float
    """
    work = _in_order(good)
    tolerance_m = max(tolerance_m, 2.0 * _digit_m(good))
    moving = (work["speed"] > MOVING_KMH).to_numpy()
    # what happened in a longer gap is not known
    step_s = work.groupby("run")["t"].diff().clip(lower=0.0, upper=_LONGEST_STEP_S).fillna(0.0)
    work["way_m"] = np.where(moving, work["speed"].fillna(0.0) / 3.6, 0.0) * step_s
    went_m = work.groupby("run")["way_m"].transform("sum")
    begun = work.assign(moving=moving).groupby("run")["moving"].cummax().to_numpy(dtype=bool)
    several = work.assign(moving=moving).groupby("run")["moving"].transform("sum") >= _IN_MOTION
    stuck = (went_m > tolerance_m).to_numpy() & several.to_numpy() & begun & work["t"].notna().to_numpy()
    driven = work["t"].isna().to_numpy() & (work["speed"] > _WALKING_KMH).to_numpy()
    stuck |= driven & (pd.Series(driven, index=work.index).groupby(work["run"]).transform("sum") >= _REPEATED).to_numpy()
    found = np.zeros(len(good), dtype=bool)
    found[work["at"].to_numpy()[stuck]] = True
    return found | _old(good, work)


def may_be_stuck(good: pd.DataFrame, max_speed_kmh: float) -> int:
    """How many samples repeat a fix for a minute and more, state no motion, and are left for the next position as only a vehicle could."""
    work = _in_order(good)
    work = work[work["t"].notna()]
    if work.empty:
        return 0
    runs = work.groupby("run", sort=False).agg(
        track=("track", "first"), n=("t", "size"), begin=("t", "first"), end=("t", "last"), x=("x", "first"), y=("y", "first"),
        error=("error", "max"), stated=("speed", "count"),
    )  # fmt: skip
    after = runs.groupby("track", sort=False)[["begin", "x", "y", "error"]].shift(-1)
    gap_s = (after["begin"] - runs["end"]).clip(lower=1.0)
    left_kmh = (np.hypot(after["x"] - runs["x"], after["y"] - runs["y"]) - runs["error"] - after["error"]) / gap_s * 3.6
    least = np.where(runs["stated"] == 0, _WALKING_KMH, max_speed_kmh)
    told = (runs["n"] >= _REPEATED) & (runs["end"] - runs["begin"] >= _OLD_FIX_S) & (left_kmh > least) & (gap_s <= _LONGEST_STEP_S)
    return int(runs.loc[told, "n"].sum())


def shares(good: pd.DataFrame, group: npt.NDArray[np.intp], slices: pd.Series) -> npt.NDArray[np.float64]:
    """What each sample counts: less than 1 where its fix stands in several slices of time, or several samples share one instant.

    Parameters
    ----------
    good : DataFrame
    group : ndarray of int
        Samples of one number are thinned to one.
    slices : Series
        Slice of time of each sample.
    """
    fix = pd.DataFrame({name: good[name] for name in ("source", "device", "operator", "lon", "lat")}).assign(slice=slices)
    times = fix.groupby(["source", "device", "operator", "lon", "lat"], dropna=False)["slice"].transform("nunique").to_numpy(dtype=float)
    instant = pd.DataFrame({"group": group, "time": good["time_utc"].to_numpy(), "one": 1.0})
    together = instant.groupby(["group", "time"])["one"].transform("sum").fillna(1.0).to_numpy(dtype=float)
    return np.asarray(1.0 / (np.maximum(times, 1.0) * together), dtype=np.float64)


def _in_order(good: pd.DataFrame) -> pd.DataFrame:
    """Samples by device and time, with the number of their run of one and the same fix; those without a time: all of one fix."""
    work = pd.DataFrame(
        {
            "track": (good["source"].fillna("") + "\n" + good["device"].fillna("")).to_numpy(dtype=object),
            "t": ((good["time_utc"] - pd.Timestamp(0, tz="UTC")).dt.total_seconds()).to_numpy(dtype=float),
            "lon": good["lon"].to_numpy(dtype=float), "lat": good["lat"].to_numpy(dtype=float),
            "x": good["x_m"].to_numpy(dtype=float), "y": good["y_m"].to_numpy(dtype=float),
            "speed": good["speed_kmh"].to_numpy(dtype=float), "error": good["accuracy_m"].fillna(0.0).to_numpy(dtype=float),
            "at": np.arange(len(good)),
        }
    )  # fmt: skip
    timeless = work["t"].isna()
    work = pd.concat(
        [
            work[~timeless].sort_values(["track", "t", "at"], kind="stable"),
            work[timeless].sort_values(["track", "lon", "lat"], kind="stable"),
        ]
    )
    same = work[["track", "lon", "lat"]].eq(work[["track", "lon", "lat"]].shift()).all(axis=1) & (
        work["t"].isna() == work["t"].isna().shift()
    )
    return work.assign(run=(~same).cumsum())


def _digit_m(good: pd.DataFrame) -> float:
    """The way on the ground of one in the last decimal that the positions have."""
    degrees = good[["lon", "lat"]].to_numpy(dtype=float)
    decimals = next((n for n in range(2, 7) if np.allclose(np.round(degrees, n), degrees, rtol=0.0, atol=1e-9)), 7)
    return 111_195.0 * 10.0**-decimals


def _old(good: pd.DataFrame, work: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """By a column of the file that tells when the fix was made, or how old it is."""
    found = np.zeros(len(good), dtype=bool)
    for name in good.columns:
        title = re.sub(r"[\W_]+", "", str(name).casefold())
        if _AGE_OF_FIX.fullmatch(title):
            found |= (pd.to_numeric(good[name].astype("string"), errors="coerce").astype(float) >= _OLD_AGE_MS).to_numpy()
        elif _TIME_OF_FIX.fullmatch(title):
            told = good[name].astype("string").fillna("").to_numpy(dtype=object)[work["at"].to_numpy()]
            one = pd.Series(told, index=work.index).groupby(work["run"]).transform(lambda texts: (texts != texts.shift()).cumsum())
            first_s = work["t"].groupby([work["run"], one]).transform("first")
            found[work["at"].to_numpy()] |= ((work["t"] - first_s) > _OLD_FIX_S).to_numpy() & (told != "")
    return found
