"""Several masts on trial at once: what they bring together, each piece counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_planner.build.demands import households_with_signal
from geo_planner.radio.statuses import village_coverage
from geo_planner.trial import kept
from geo_planner.trial.added import AddedWindow

if TYPE_CHECKING:
    from geo_planner.plan import Plan


def gained_together(plan: Plan, windows: Sequence[AddedWindow]) -> pd.DataFrame:
    """Villages that gain something from masts on trial taken together.

    Parameters
    ----------
    plan : Plan
    windows : sequence of AddedWindow
        Of masts on trial in this plan (:attr:`geo_planner.trial.Trial.window`).

    Returns
    -------
    DataFrame
        Index ``village_id``, sorted; ``name``, ``status_before``, ``status_after``, ``households_before``, ``households_after`` and ``gained`` as in
        :attr:`geo_planner.trial.Trial.villages`. A place that two masts reach counts once.
    """
    service, moved, pieces = plan.scenario.service, kept.villages(plan).sort_index(), kept.pieces(plan)
    probability = plan.coverage.probability.copy()
    for window in windows:
        rows, columns = window.newly.shape
        part = probability[window.row : window.row + rows, window.column : window.column + columns]
        # certain enough is all that statuses and households ask for
        part[window.newly] = np.float32(1.0)
    after = replace(plan.coverage, probability=probability)
    status = village_coverage(after, moved, service)["modelled_status"]
    households = households_with_signal(moved, pieces, plan.coverage, after, service)
    table = pd.DataFrame(
        {
            "name": moved["name"], "status_before": plan.villages["modelled_status"].reindex(moved.index), "status_after": status, **households,
            "gained": households["households_after"] - households["households_before"],
        },
        index=moved.index,
    )  # fmt: skip
    return table[(table["status_before"] != table["status_after"]) | (table["gained"].fillna(0.0) > 0)]
