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
    verdict_ground,
)
from geo_planner.measurements.cleaning import DROP_REASONS, CleanResult, clean_measurements
from geo_planner.measurements.comparison import PATH_REASONS, measured_vs_modelled, modelled_at, residual_squares, residual_table
from geo_planner.measurements.status import DISAGREEMENTS, disagreement_notes, disagreements, measured_by_operator, measured_status

__all__ = [
    "DISAGREEMENTS",
    "DROP_REASONS",
    "PATH_REASONS",
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
