"""The measurements of a study area held against its model: what a plan shows beside its statuses, and what calibration learns from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_planner.calibration import Calibration, calibrate
from geo_planner.config import Scenario, with_optional_layers
from geo_planner.errors import Fault, InputError, fault
from geo_planner.measurements.cleaning import CleanResult, clean_measurements
from geo_planner.measurements.comparison import measured_vs_modelled, modelled_at, residual_table
from geo_planner.measurements.status import disagreement_notes, disagreements, measured_by_operator, measured_status
from geo_planner.radio.cells import with_defaults
from geo_planner.radio.losses import land_cover_of
from geo_planner.study_area import StudyArea
from geo_planner.words import Said, said

Progress = Callable[[str, float], None]
FILE = "measurements/measurements.csv"
_SHOWN = ["measured_status", "centre_status", "n_samples", "operators_measured", "measured_to"]


@dataclass(frozen=True, slots=True)
class VillageMeasurements:
    """What was measured at each village.

    Attributes
    ----------
    table : DataFrame
        Index ``village_id``: ``measured_status``, ``centre_status``, ``n_samples``, ``operators_measured``, ``measured_to``.
    by_operator : DataFrame
        As :func:`geo_planner.measurements.measured_by_operator`.
    notes : tuple of Fault
        Where measurement contradicts declaration or model.
    """

    table: pd.DataFrame
    by_operator: pd.DataFrame
    notes: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class MeasuredAgainstModelled:
    """Measurements held against the model, and what they teach about each band.

    Attributes
    ----------
    calibrations : tuple of Calibration
    statistics, residuals, dropped : DataFrame
        See :mod:`geo_planner.measurements`. The model takes part as it is published, without the scenario's calibration.
    n_kept : int
        Samples after cleaning.
    without_model : Series
        How many of them have no modelled level, by the reason (a word of ``comparison.PATH_REASONS``).
    model, source_sha256 : str
        The model that was held against them, and the hash of the measurements.
    notes : tuple of Fault
    """

    calibrations: tuple[Calibration, ...]
    statistics: pd.DataFrame
    residuals: pd.DataFrame
    dropped: pd.DataFrame
    n_kept: int
    without_model: pd.Series
    model: str
    source_sha256: str
    notes: tuple[Fault, ...]


def cleaned(scenario: Scenario, study_area: StudyArea) -> CleanResult | None:
    """The measurements of a study area by the scenario's rules of cleaning; None where there are none."""
    if study_area.measurements is None:
        return None
    file = scenario.layers.measurements or FILE
    return clean_measurements(study_area.measurements, scenario.measurements, crs=study_area.metric_crs, file=file)


def at_villages(scenario: Scenario, study_area: StudyArea, villages: gpd.GeoDataFrame, clean: CleanResult | None) -> VillageMeasurements:
    """What measurements say of each village, beside the model and the declaration, and where the three differ.

    Parameters
    ----------
    villages : GeoDataFrame
        With ``declared_status`` and ``modelled_status``.
    clean : CleanResult or None
        From :func:`cleaned`.
    """
    if clean is None:
        table = pd.DataFrame(index=villages.index)
        for name in _SHOWN:
            blank = pd.NA if name in ("operators_measured", "measured_to") else "unknown"
            table[name] = pd.array([0] * len(villages), dtype="Int64") if name == "n_samples" else pd.array([blank] * len(villages), dtype="string")  # fmt: skip
        return VillageMeasurements(table, pd.DataFrame(), ())
    told = measured_status(villages, clean.kept, scenario.service, study_area.metric_crs, scenario.measurements)
    by_operator = measured_by_operator(villages, clean.kept, scenario.service, study_area.metric_crs, scenario.measurements)
    notes = disagreement_notes(disagreements(villages, told), file=scenario.layers.measurements or FILE)
    return VillageMeasurements(told[_SHOWN], by_operator, notes)


def against_model(
    scenario: Scenario, study_area: StudyArea, clean: CleanResult, *, progress: Callable[[float], None] | None = None, workers: int = 1
) -> MeasuredAgainstModelled:
    """The model at each sample, what is left over, and a calibration of every band. Applies nothing.

    Raises
    ------
    ModelRangeError
        For a cell outside the range of the model.
    """
    settings, propagation = scenario.measurements, scenario.propagation
    modelled = modelled_at(
        clean.kept, study_area.terrain, with_defaults(study_area.sites, scenario.site_defaults), scenario.service, propagation,
        land_cover=land_cover_of(scenario, study_area), clutter=scenario.clutter, workers=workers, progress=progress,
    )  # fmt: skip
    residuals = residual_table(clean.kept, modelled, study_area.terrain, settings)
    return MeasuredAgainstModelled(
        calibrations=calibrate(residuals, settings, model=propagation.model, sigma_db=scenario.service.sigma_db, seed=scenario.seed),
        statistics=measured_vs_modelled(residuals, threshold_dbm=scenario.service.rsrp_threshold_dbm),
        residuals=residuals,
        dropped=clean.dropped,
        n_kept=len(clean.kept),
        without_model=modelled.loc[modelled["modelled_dbm"].isna(), "modelled_reason"].value_counts().astype("int64"),
        model=propagation.model,
        source_sha256=study_area.sha256.get(scenario.layers.measurements or FILE, ""),
        notes=clean.statements,
    )


def compare_with_measurements(
    scenario: Scenario, study_area: StudyArea, *, progress: Progress | None = None, workers: int | None = None
) -> MeasuredAgainstModelled:
    """The same of a study area that was read for the scenario; what a plan of it would show.

    Raises
    ------
    InputError
        When the study area holds no measurements.
    ModelRangeError
        For a cell outside the range of the model.
    """
    scenario = with_optional_layers(scenario, study_area.root)
    clean = cleaned(scenario, study_area)
    if clean is None:
        raise InputError([fault(scenario.layers.measurements or FILE, "missing_file.measurements")])

    def tell(share: float) -> None:
        if progress:
            progress("measurements", share)

    return against_model(scenario, study_area, clean, progress=tell, workers=workers or os.cpu_count() or 1)


def verdict_ground(band: Calibration) -> Said:
    """Why the verdict on a band is what it is.

    >>> verdict_ground(Calibration(900.0, "itm", n=12, n_no_service=0, n_places=3, n_sites=1, n_days=1)).text("vi")
    'Có 12 mẫu có mức sóng ở 3 nơi: chưa đủ để kết luận.'
    """
    if band.verdict == "too_few":
        return said("calibration_ground.too_few", n=band.n, places=band.n_places)
    facts = {"before": band.rmse_before_db, "after": band.rmse_after_db}
    if band.verdict == "sigma_only":
        return said("calibration_ground.sigma_only", sigma=band.sigma_uncorrected_db, **facts)
    return said(f"calibration_ground.{band.verdict}", **facts)
