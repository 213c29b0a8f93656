"""From measured less modelled levels to a correction of the model: settings, the fit, and its use on request."""

from geo_planner.calibration.applying import (
    apply_calibration,
    calibrated_rsrp_dbm,
    calibration_for,
    equivalent_rsrp_dbm,
    scenario_overrides,
)
from geo_planner.calibration.fitting import Calibration, calibrate, calibration_table
from geo_planner.calibration.settings import BandCalibration, CalibrationSettings, MeasurementSettings
from geo_planner.schema.vocabulary.bands import band_mhz

__all__ = [
    "BandCalibration",
    "Calibration",
    "CalibrationSettings",
    "MeasurementSettings",
    "apply_calibration",
    "band_mhz",
    "calibrate",
    "calibrated_rsrp_dbm",
    "calibration_for",
    "calibration_table",
    "equivalent_rsrp_dbm",
    "scenario_overrides",
]
