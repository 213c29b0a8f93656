"""What holds once everything chosen is on air: coverage, statuses, shares and order, by the rules that hold today."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner.build.demands import DIGITS, covered_pieces, households_with_signal, pieces_of
from geo_planner.build.options import cells_of
from geo_planner.build.reach import known_sites
from geo_planner.build.siting import Choice
from geo_planner.config import Scenario
from geo_planner.people import covered_people
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import land_cover_of, latitude_in
from geo_planner.radio.statuses import commune_coverage, nearest_sites, village_coverage
from geo_planner.ranking.criteria import Context, criteria_values
from geo_planner.ranking.inputs import commune_facts, travel_of
from geo_planner.ranking.result import order_of
from geo_planner.study_area import StudyArea


@dataclass(frozen=True, slots=True)
class After:
    """The province as if the choice were on air.

    Attributes
    ----------
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), sorted, in the system of the terrain: the cells of today, aimed anew where that was chosen, and the
        new ones with ``option_id``; ``in_service``.
    coverage : Coverage
    covered : Series of bool
        By ``demand_id``: which of the pieces that nothing served are served now.
    villages : DataFrame
        Index ``village_id``, as the study area has them: the columns of :func:`geo_planner.radio.statuses.village_coverage` but for
        ``path_unknown``, ``nearest_site_id``, ``nearest_site_km``; ``households_before`` and ``households_after`` with signal (missing where the
        list does not say how many there are); ``score``, ``rank``: the order of need that is left.
    communes : DataFrame
        Index ``code``: ``covered_area_share``, ``covered_population_share``, ``n_no_signal`` (modelled).
    """

    sites: gpd.GeoDataFrame
    coverage: Coverage
    covered: pd.Series
    villages: pd.DataFrame
    communes: pd.DataFrame

    @property
    def by_modelled_status(self) -> dict[str, int]:
        """How many villages have each status."""
        counts = self.villages["modelled_status"].value_counts()
        return {str(status): int(n) for status, n in sorted(counts.items())}

    @property
    def households_covered(self) -> float:
        """With signal, in all villages."""
        return round(float(self.villages["households_after"].fillna(0.0).sum()), DIGITS)


def after(
    scenario: Scenario,
    study_area: StudyArea,
    options: pd.DataFrame,
    choice: Choice,
    *,
    places: pd.DataFrame,
    demands: pd.DataFrame,
    coverage: Coverage,
    workers: int = 1,
    cache: LossCache | None = None,
) -> After:
    """Work out the province anew with the chosen options.

    Parameters
    ----------
    scenario : Scenario
    study_area : StudyArea
    options, places, demands : DataFrame
        What the choice was made from.
    choice : Choice
        Satellite terminals and relays bring no cell; what they bring is no mobile signal.
    coverage : Coverage
        Of today.
    workers : int
        Threads; they change no bit of the result.
    cache : LossCache, optional
        Where path loss is kept between runs.
    """
    dem, service = study_area.terrain, scenario.service
    sites = as_if_on_air(options.loc[list(choice.options)], places, known_sites(scenario, study_area), dem.crs)
    sites = sites.assign(in_service=in_service(sites, service))
    new = compute_coverage(
        dem, sites, service, scenario.propagation, land_cover=land_cover_of(scenario, study_area), clutter=scenario.clutter,
        calibration=scenario.calibration, cache=cache, lat_deg=latitude_in(study_area), workers=workers,
    )  # fmt: skip
    communes = study_area.communes
    villages = _villages(scenario, study_area, new, sites).join(_households(scenario, study_area, coverage, new))
    without = study_area.villages.loc[villages["modelled_status"].eq("no_signal").to_numpy(dtype=bool), "commune_code"]
    return After(
        sites=sites,
        coverage=new,
        covered=pd.Series(covered_pieces(demands, new, service), index=demands.index, name="covered"),
        villages=villages,
        communes=pd.DataFrame(
            {
                "covered_area_share": commune_coverage(new, communes, service),
                "covered_population_share": covered_people(study_area, new, service),
                "n_no_signal": without.value_counts().reindex(communes.index, fill_value=0).astype("int64"),
            },
            index=communes.index,
        ),
    )


def as_if_on_air(options: pd.DataFrame, places: pd.DataFrame, sites: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The cells of today and those of some options, as one site table in `crs`; a cell that is aimed anew stands there once, as aimed."""
    new = cells_of(options, places, sites, crs)
    today = sites.to_crs(crs)
    anew = new.index.intersection(today.index)
    # an existing cell keeps what a budget does not ask for: names, sources, marks
    aimed = new.loc[anew, ["option_id", "azimuth_deg", "tilt_deg", "tx_power_dbm"]]
    kept = today.assign(option_id=pd.Series("", index=today.index, dtype=object))
    for name in aimed.columns:
        kept[name] = kept[name].astype(object if name == "option_id" else float)
        kept.loc[anew, name] = aimed[name]
    added = new.drop(index=anew)
    table = pd.concat([kept, added]) if len(added) else kept
    return gpd.GeoDataFrame(table, crs=crs).sort_index()


def _villages(scenario: Scenario, study_area: StudyArea, coverage: Coverage, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """What the model says of each village now, and the order of what is left."""
    serving = sites[sites["in_service"]]
    found = village_coverage(coverage, study_area.villages, scenario.service)
    found = found.join(nearest_sites(study_area.villages, serving, study_area.metric_crs))
    told = study_area.villages.join(found).join(commune_facts(study_area.communes), on="commune_code")
    settings = scenario.ranking
    criteria = settings.weighted_criteria()
    values = criteria_values(told, criteria, Context(travel_of(scenario, study_area, coverage), settings.cost))
    order = order_of(values, criteria, settings, told["households"])
    return found.drop(columns="path_unknown").assign(score=order.score, rank=order.rank)


def _households(scenario: Scenario, study_area: StudyArea, before: Coverage, now: Coverage) -> pd.DataFrame:
    pieces = pieces_of(study_area.villages, study_area.terrain, scenario.service, study_area.population)
    return households_with_signal(study_area.villages, pieces, before, now, scenario.service)
