"""The stable words of measurements; what people read for them stands in the catalogue."""

from __future__ import annotations

from geo_planner.calibration import Calibration
from geo_planner.words import Said, said

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

PATH_REASONS = ("other_technology", "outside_terrain", "unknown_site", "no_such_cell", "out_of_reach", "path_unknown")
"""Why a sample has no modelled level: ``without_model.<word>`` of the catalogue."""

DISAGREEMENTS = (
    "declared_no_signal_but_measured_signal",
    "declared_signal_but_measured_no_signal",
    "declared_and_measured_differ_in_extent",
    "modelled_no_signal_but_measured_signal",
    "modelled_signal_but_measured_no_signal",
    "modelled_and_measured_differ_in_extent",
)
"""How measurements contradict what was declared or modelled; each is the key of its warning."""

UNKNOWN_REASONS = ("few_samples", "few_at_centre", "settlement_not_sampled")
"""Why a village's measured status stays unknown: ``measured_unknown.<word>``."""

AGREEMENT = ("weaker", "agrees", "stronger")
"""A square against the model: ``agreement.<word>``."""

VERDICTS = ("apply", "sigma_only", "no_gain", "too_few")
"""On a band: ``calibration_verdict.<word>``, and why: ``calibration_ground.<word>``."""


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
