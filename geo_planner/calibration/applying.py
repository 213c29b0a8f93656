"""Putting a calibration into a scenario, on request, and using it on levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.calibration.fitting import Calibration
from geo_planner.calibration.settings import BandCalibration, CalibrationSettings
from geo_planner.schema.vocabulary.bands import band_mhz


def calibrated_rsrp_dbm(rsrp_dbm: npt.ArrayLike, distance_km: npt.ArrayLike, band: BandCalibration | None) -> npt.NDArray[np.float64]:
    """Modelled levels with the measured error of the model put right.

    Parameters
    ----------
    rsrp_dbm : array_like
        Modelled; NaN and minus infinity stay as they are.
    distance_km : array_like
        From the serving cell, same shape.
    band : BandCalibration or None
        None changes nothing.

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> band = BandCalibration(freq_mhz=900, offset_db=-4, slope_db_per_decade=-6, reference_km=2, max_km=20, sigma_db=7, n=80, n_places=20)
    >>> calibrated_rsrp_dbm([-90.0, -90.0, -90.0], [2.0, 20.0, 60.0], band).tolist()
    [-94.0, -100.0, -100.0]
    """
    rsrp = np.asarray(rsrp_dbm, dtype=float)
    if band is None:
        return rsrp.copy()
    distance = np.clip(np.asarray(distance_km, dtype=float), band.min_km, band.max_km)
    return rsrp + band.offset_db + band.slope_db_per_decade * np.log10(distance / band.reference_km)


def equivalent_rsrp_dbm(
    rsrp_dbm: npt.ArrayLike, band: BandCalibration | None, *, threshold_dbm: float, sigma_db: float
) -> npt.NDArray[np.float64]:
    """The level that has, with the common `sigma_db`, the probability of service that this one has with its band's own.

    So levels of bands with different errors compare by what counts, the probability of service.

    >>> band = BandCalibration(freq_mhz=900, offset_db=0, sigma_db=6, n=80, n_places=20)
    >>> float(equivalent_rsrp_dbm(-107.0, band, threshold_dbm=-113.0, sigma_db=8.0))
    -105.0
    """
    rsrp = np.asarray(rsrp_dbm, dtype=float)
    if band is None:
        return rsrp.copy()
    return threshold_dbm + (rsrp - threshold_dbm) * (sigma_db / band.sigma_db)


def calibration_for(settings: CalibrationSettings, freq_mhz: float, *, model: str) -> BandCalibration | None:
    """The calibration of a cell's band; None where there is none or it was made for another path-loss model."""
    if settings.model != model:
        return None
    return next((band for band in settings.bands if band.freq_mhz == band_mhz(freq_mhz)), None)


def apply_calibration(
    calibrations: Sequence[Calibration],
    *,
    terrain_sha256: str = "",
    source_sha256: str = "",
    accept: Sequence[str] = ("apply", "sigma_only"),
) -> CalibrationSettings:
    """The scenario's ``calibration`` section from the bands whose verdict is among `accept`.

    A band whose verdict is ``sigma_only`` keeps the model's levels and gets the measured error about them. Nothing else in
    the scenario changes; the section itself records model, terrain, samples, date and source.

    Parameters
    ----------
    calibrations : sequence of Calibration
    terrain_sha256, source_sha256 : str
        Hashes of the terrain and of the measurements.
    accept : sequence of str
        Verdicts; ``no_gain`` may be asked for, ``too_few`` has no figures and is always left out.
    """
    bands = []
    for found in calibrations:
        if found.verdict not in accept or found.verdict == "too_few":
            continue
        corrected = found.verdict != "sigma_only"
        bands.append(
            BandCalibration(
                freq_mhz=found.freq_mhz,
                offset_db=round(found.offset_db, 2) if corrected else 0.0,
                slope_db_per_decade=round(found.slope_db_per_decade, 2) if corrected else 0.0,
                reference_km=found.reference_km,
                min_km=found.min_km,
                max_km=found.max_km,
                sigma_db=round(found.sigma_db if corrected else found.sigma_uncorrected_db, 2),
                n=found.n,
                n_places=found.n_places,
                date=found.last_day,
                source_sha256=source_sha256,
            )
        )
    model = calibrations[0].model if bands else None
    return CalibrationSettings(model=model, terrain_sha256=terrain_sha256 if bands else "", bands=tuple(bands))


def scenario_overrides(settings: CalibrationSettings) -> dict[str, Any]:
    """The section as plain values, ready for a scenario's YAML."""
    return {"calibration": settings.model_dump(mode="json")}
