"""What was measured on the ground: cleaned samples, status of each village, and the model held against them.

Measured, modelled and declared figures stand side by side here and are never merged.
"""

from geo_planner.measurements.against_model import (
    MeasuredAgainstModelled,
    VillageMeasurements,
    against_model,
    at_villages,
    cleaned,
    compare_with_measurements,
)
from geo_planner.measurements.cleaning import CleanResult, clean_measurements
from geo_planner.measurements.comparison import measured_vs_modelled, modelled_at, residual_squares, residual_table
from geo_planner.measurements.disagreement import disagreement_notes, disagreements
from geo_planner.measurements.status import measured_by_operator, measured_status
from geo_planner.measurements.wording import AGREEMENT, DISAGREEMENTS, DROP_REASONS, PATH_REASONS, UNKNOWN_REASONS, VERDICTS, verdict_ground

__all__ = [
    "AGREEMENT",
    "DISAGREEMENTS",
    "DROP_REASONS",
    "PATH_REASONS",
    "UNKNOWN_REASONS",
    "VERDICTS",
    "CleanResult",
    "MeasuredAgainstModelled",
    "VillageMeasurements",
    "against_model",
    "at_villages",
    "clean_measurements",
    "cleaned",
    "compare_with_measurements",
    "disagreement_notes",
    "disagreements",
    "measured_by_operator",
    "measured_status",
    "measured_vs_modelled",
    "modelled_at",
    "residual_squares",
    "residual_table",
    "verdict_ground",
]
