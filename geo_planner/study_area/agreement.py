"""Do the layers of a study area agree with each other? Warnings only: each of them may be the one that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.errors import Fault, warning
from geo_planner.study_area.voids import points_in_void

if TYPE_CHECKING:
    from geo_planner.study_area.loading import StudyArea


def disagreements(
    study_area: StudyArea,
    *,
    villages_file: str = "villages/villages.csv",
    sites_file: str = "sites/sites.csv",
    measured_status: pd.Series | None = None,
) -> list[Fault]:
    """What one layer says against another.

    Parameters
    ----------
    study_area : StudyArea
    villages_file, sites_file : str
        Names for the warnings.
    measured_status : Series, optional
        Index ``village_id``: what measurements say, in the words of ``schema.SIGNAL_STATUS``.
    """
    # the index of a site has its id, that of the tables as they are read the row: one way to tell of both
    sites = study_area.sites.reset_index()
    villages = study_area.villages.set_index("source_row")
    found = points_in_void(study_area.terrain, villages, sites, villages_file=villages_file, sites_file=sites_file)
    return found if measured_status is None else found + declared_against_measured(study_area.villages, measured_status, villages_file)


def declared_against_measured(villages: pd.DataFrame, measured_status: pd.Series, file: str) -> list[Fault]:
    """Villages whose declared status is another than the measured one, where both are known."""
    declared = villages["declared_status"].fillna("unknown")
    measured = measured_status.reindex(villages.index).fillna("unknown")
    differ = (declared != measured) & (declared != "unknown") & (measured != "unknown")
    return [
        warning(
            file,
            "declared_against_measured.status",
            row=int(row),
            column="declared_status",
            value=str(status),
            name=str(name)[:80],
            declared=status,
            measured=seen,
        )
        for name, row, status, seen in zip(
            villages.loc[differ, "name"], villages.loc[differ, "source_row"], declared[differ], measured[differ], strict=True
        )
    ]
