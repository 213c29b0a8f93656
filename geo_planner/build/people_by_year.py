"""How many people have signal at the end of each year of a build plan, of the province and by commune."""

from __future__ import annotations

import pandas as pd

from geo_planner.build.after import as_if_on_air
from geo_planner.build.reach import known_sites
from geo_planner.config import Scenario
from geo_planner.people import known_share, people_reached
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import compute_coverage
from geo_planner.radio.losses import land_cover_of, latitude_in
from geo_planner.study_area import StudyArea

PEOPLE_BY_YEAR = ("year", "people", "covered", "unknown", "covered_share", "communes", "communes_covered")


def people_by_year(
    scenario: Scenario,
    study_area: StudyArea,
    options: pd.DataFrame,
    years: pd.Series,
    *,
    places: pd.DataFrame,
    target_share: float,
    workers: int = 1,
    cache: LossCache | None = None,
) -> pd.DataFrame | None:
    """People covered when everything that is paid for by the end of each year is on air.

    Parameters
    ----------
    scenario, study_area
    options, places : DataFrame
        As for :func:`geo_planner.build.options.cells_of`.
    years : Series
        By option_id: the year whose money pays for it; options without a year are left out.
    target_share : float
        From which share of its people on a commune counts as covered; people of whom nothing is known stay out of the share.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
        Where path loss is kept: each year asks for what the year before had, and its own.

    Returns
    -------
    DataFrame or None
        A row a year that pays for something, :data:`PEOPLE_BY_YEAR`: ``people``, ``covered`` and ``unknown`` are whole people, ``communes``
        those that hold people. None without a population layer or without such a year.
    """
    paid = years[years.notna() & years.index.isin(options.index)].astype(int)
    if study_area.population is None or paid.empty:
        return None
    dem, service = study_area.terrain, scenario.service
    today = known_sites(scenario, study_area)
    rows = []
    for year in sorted(set(paid)):
        sites = as_if_on_air(options.loc[sorted(paid.index[paid <= year])], places, today, dem.crs)
        coverage = compute_coverage(
            dem, sites.assign(in_service=in_service(sites, service)), service, scenario.propagation, land_cover=land_cover_of(scenario, study_area),
            clutter=scenario.clutter, calibration=scenario.calibration, cache=cache, lat_deg=latitude_in(study_area), workers=workers,
        )  # fmt: skip
        reached = people_reached(study_area, coverage, service)
        if reached is not None:
            rows.append((int(year), *_told(reached, target_share)))
    return pd.DataFrame(rows, columns=list(PEOPLE_BY_YEAR))


def _told(reached: pd.DataFrame, target_share: float) -> tuple[int, int, int, float, int, int]:
    whole = reached.sum().to_frame().T
    communes = reached[reached["population"] > 0]
    n_covered = int((known_share(communes) >= target_share).sum())
    people, covered, unknown = (round(float(whole[name].iloc[0])) for name in ("population", "covered_population", "unknown_population"))
    return people, covered, unknown, float(known_share(whole).iloc[0]), len(communes), n_covered
