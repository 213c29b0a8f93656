"""A mast on trial: what it covers, whom it reaches anew, how it is joined and powered, and what it roughly costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.build.cost import SUFFIX, estimate_rows, link_costs, option_costs
from geo_planner.build.demands import households_with_signal
from geo_planner.build.hops import hops
from geo_planner.build.limits import described, masts_on_air
from geo_planner.build.power import power_of
from geo_planner.build.prices import ESTIMATES, read_prices
from geo_planner.config.build import BuildSettings
from geo_planner.errors import UsageError
from geo_planner.link import to_metres
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service, masts_of
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.statuses import settlement_radius_m, village_coverage
from geo_planner.trial import kept
from geo_planner.trial.added import AddedWindow, with_mast
from geo_planner.trial.figures import TRIAL_ID, TrialMast, cells_of_trial, option_of_trial
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.plan import Plan

_HOP_COLUMNS = ("to", "site_id", "planned", "length_km", "freq_ghz", "availability_pct", "height_m", "far_height_m")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mast on trial would bring.

    Attributes
    ----------
    lon, lat : float
    mast : TrialMast
    place : Series
        ``x_m``, ``y_m``, ``ground_m``, ``slope_deg``, ``road_m`` (NaN: not known), ``exclusion`` (blank, ``procedure``, ``ban``).
    window : AddedWindow
        Its coverage on the plan's grid.
    coverage : Coverage
        The plan's with this mast.
    newly_km2 : float
        Area within the communes that nothing serves today: of what stands beyond them nothing is known.
    villages : DataFrame
        Index ``village_id``, those within reach of the radius, sorted; ``name``, ``status_before``, ``status_after``, ``households_before``,
        ``households_after`` (with signal; missing where the list does not say how many there are), ``gained``, ``rsrp_dbm`` and
        ``coverage_probability`` of the centre with the mast.
    hops : DataFrame
        Clear hops by radio from the mast, the shortest first: ``to`` (place), ``site_id``, ``planned`` (to a site of the build plan, which is not there
        yet), ``length_km``, ``freq_ghz``, ``availability_pct``, ``height_m`` and ``far_height_m`` (least antenna heights here and there).
    power : Series
        As :func:`geo_planner.build.power.power_of`: ``source`` (``grid``, ``solar``), ``grid_village_id``, ``line_km``, ``pv_kwp``, ``battery_kwh`` …
    cost_vnd : dict of str to int
        ``low``, ``base``, ``high``, with tax: the mast, its power, and the shortest hop to a mast on air; without one a satellite link.
    items : DataFrame
        As :func:`geo_planner.build.cost.estimate_rows`, each with its source; bundled prices are marked as estimates there.
    opex_vnd : int
        A year, base.
    statements : tuple of Said
        What there is to say of place, links, power, cost and service.
    """

    lon: float
    lat: float
    mast: TrialMast
    place: pd.Series
    window: AddedWindow
    coverage: Coverage
    newly_km2: float
    villages: pd.DataFrame
    hops: pd.DataFrame
    power: pd.Series
    cost_vnd: dict[str, int]
    items: pd.DataFrame
    opex_vnd: int
    statements: tuple[Said, ...]

    @property
    def gained(self) -> pd.DataFrame:
        """Villages whose status or households with signal change."""
        v = self.villages
        return v[(v["status_before"] != v["status_after"]) | (v["gained"].fillna(0.0) > 0)]

    @property
    def households(self) -> float:
        """Households that gain signal; those of villages of unknown households are not among them."""
        return float(self.villages["gained"].fillna(0.0).sum())


def trial_mast(plan: Plan, lon: float, lat: float, mast: TrialMast, *, cache: LossCache | None = None, workers: int = 1) -> Trial:
    """Put a mast on a place of the map and see what comes of it. Nothing of the plan changes.

    Path loss, budget, statuses, households, hops, power and cost are those of a build plan for the same mast at the same place. Fibre and relays are
    not looked for: that is the build plan's business.

    Parameters
    ----------
    plan : Plan
    lon, lat : float
        WGS 84.
    mast : TrialMast
    cache : LossCache, optional
        Where path loss is kept: the same place and height is quicker the second time, whatever the power.
    workers : int
        Threads; they change no bit of the result.

    Raises
    ------
    UsageError
        With a sentence, for a place off the terrain.
    ModelRangeError
        For a height or frequency beyond the range of the model.
    """
    place = _place(plan, lon, lat)
    xy = float(place["x_m"]), float(place["y_m"])
    cells = cells_of_trial(mast, xy, plan.terrain.crs)
    serving = bool(in_service(cells, plan.scenario.service).all())
    task = replace(kept.task(plan), cache=cache, workers=workers)
    named = [(f"{site}/{cell}", one) for (site, cell), one in zip(cells.index, masts_of(cells, plan.scenario.service), strict=True)]
    coverage, window = with_mast(plan.coverage, task, named, plan.scenario.calibration)
    if not serving:  # of another technology than the service: it is drawn, and counts for nothing
        coverage, window = plan.coverage, replace(window, newly=np.zeros_like(window.newly))
    villages = _villages(plan, coverage, xy)
    settings = plan.scenario.build or BuildSettings()
    found = _hops(plan, place, mast, settings)
    power, cost, items, opex = _cost(plan, place, mast, found, settings)
    within = plan.coverage.grid.window(window.row, window.column, window.newly.shape).labels(kept.communes(plan)) > 0
    newly_km2 = float((window.newly & within).sum()) * plan.terrain.cell_m**2 / 1e6
    return Trial(
        lon, lat, mast, place, window, coverage, newly_km2, villages, found, power, cost, items, opex,
        tuple(_statements(plan, place, mast, found, power, settings, serving=serving)),
    )  # fmt: skip


def _place(plan: Plan, lon: float, lat: float) -> pd.Series:
    dem = plan.terrain
    sane = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    xy = to_metres(dem.crs, lon, lat) if sane else (math.nan, math.nan)
    if dem.is_missing or not np.isfinite(xy).all() or not bool(dem.grid.cells(*xy).inside):
        raise UsageError("trial_refused.off_terrain", lat=lat, lon=lon)
    point = gpd.GeoDataFrame(index=pd.Index([TRIAL_ID], name="place_id", dtype=object), geometry=[shapely.Point(xy)], crs=dem.crs)
    place = described(point, dem, kept.surroundings(plan)).iloc[0]
    if not math.isfinite(place["ground_m"]):
        raise UsageError("trial_refused.off_terrain", lat=lat, lon=lon)
    return place


def _villages(plan: Plan, coverage: Coverage, xy: tuple[float, float]) -> pd.DataFrame:
    """Statuses and households of the villages that the mast can reach, before and after, by the rules of the plan."""
    service, moved = plan.scenario.service, kept.villages(plan)
    reach_m = 1000.0 * plan.scenario.propagation.max_radius_km + settlement_radius_m(moved, service) + plan.terrain.cell_m
    near = np.hypot(moved.geometry.x.to_numpy() - xy[0], moved.geometry.y.to_numpy() - xy[1]) <= reach_m
    mine = moved[near].sort_index()
    pieces = kept.pieces(plan)
    pieces = pieces[pieces["village_id"].isin(mine.index.astype(str))]
    after = village_coverage(coverage, mine, service)
    households = households_with_signal(mine, pieces, plan.coverage, coverage, service)
    return pd.DataFrame(
        {
            "name": mine["name"], "status_before": plan.villages["modelled_status"].reindex(mine.index), "status_after": after["modelled_status"],
            **households, "gained": households["households_after"] - households["households_before"], "rsrp_dbm": after["rsrp_dbm"],
            "coverage_probability": after["coverage_probability"],
        },
        index=mine.index,
    )  # fmt: skip


def _hops(plan: Plan, place: pd.Series, mast: TrialMast, settings: BuildSettings) -> pd.DataFrame:
    """Clear hops from the mast to masts on air, where these have room, and to new masts of the build plan."""
    rules = settings.backhaul
    there = [_masts(plan)] if rules.room_on_masts else []
    if plan.build is not None:
        sites = plan.build.results.sites
        new = sites[sites["kind"].isin(["low_mast", "macro_mast", "satellite_mast", "relay"])]
        at = plan.build.places.loc[new["place_id"], ["lat", "x_m", "y_m"]].set_axis(new.index)
        there.append(
            at.assign(height_m=new["mast_height_m"], site_id=new.index, planned=True).set_axis([f"new:{site}" for site in new.index])
        )
    ends = pd.concat([part for part in there if len(part)]) if any(map(len, there)) else _masts(plan).iloc[:0]
    own = pd.DataFrame(
        {"lat": place["lat"], "x_m": place["x_m"], "y_m": place["y_m"], "height_m": mast.height_m, "site_id": "", "planned": False},
        index=[TRIAL_ID],
    )
    # all but the mast itself count as joined: hops among them are not asked for
    places = pd.concat([ends.assign(gateway=True), own.assign(gateway=False)]).rename_axis("place_id")
    near = np.hypot(places["x_m"] - place["x_m"], places["y_m"] - place["y_m"]) <= 1000.0 * rules.longest_km
    found = hops(places[near].astype({"height_m": float}), plan.terrain, rules.model_copy(update={"room_on_masts": True})).table
    here_first = (found["place_a"] == TRIAL_ID).to_numpy(dtype=bool)
    to = found["place_b"].where(here_first, found["place_a"])
    table = pd.DataFrame(
        {
            "to": to, "site_id": places["site_id"].reindex(to).to_numpy(dtype=object), "planned": places["planned"].reindex(to).to_numpy(dtype=bool),
            **{name: found[name] for name in ("length_km", "freq_ghz", "availability_pct")},
            "height_m": found["height_a_m"].where(here_first, found["height_b_m"]),
            "far_height_m": found["height_b_m"].where(here_first, found["height_a_m"]),
        }
    )  # fmt: skip
    return table.sort_values(["planned", "length_km", "to"], kind="stable").reset_index(drop=True)[list(_HOP_COLUMNS)]


def _masts(plan: Plan) -> pd.DataFrame:
    """Masts on air as ends of hops."""

    def make() -> pd.DataFrame:
        masts = masts_on_air(plan.study_area)
        moved = masts.geometry.to_crs(plan.terrain.crs)
        table = pd.DataFrame(
            {
                "lat": masts.geometry.y,
                "x_m": moved.x,
                "y_m": moved.y,
                "height_m": masts["mast_height_m"],
                "site_id": masts.index.astype(str),
                "planned": False,
            }
        )
        return table.set_axis([f"site:{site}" for site in masts.index]).sort_index()

    return kept.kept(plan, "masts", make)


def _cost(
    plan: Plan, place: pd.Series, mast: TrialMast, found: pd.DataFrame, settings: BuildSettings
) -> tuple[pd.Series, dict[str, int], pd.DataFrame, int]:
    """Power, and what mast, power and shortest hop cost."""
    joined = found[~found["planned"]].head(0 if mast.satellite else 1)
    option = option_of_trial(mast, own_backhaul=joined.empty)
    spot = pd.DataFrame([place]).assign(kind="user").set_axis([TRIAL_ID])
    spot = spot.astype(dict.fromkeys(("lon", "lat", "road_m"), float))
    power = power_of(option, spot, pd.DataFrame(plan.villages.drop(columns="geometry")), settings.power, seed=plan.scenario.seed)
    own = plan.scenario.layers.prices
    prices, _ = kept.kept(plan, "prices", lambda: read_prices(plan.study_area.root / own, file=own) if own else read_prices())
    mast_cost = option_costs(option, spot, power, prices, settings)
    links = joined.assign(kind="microwave").set_axis(pd.Index([f"{TRIAL_ID}~{to}" for to in joined["to"]], name="link_id", dtype=object))
    costs = [(mast_cost, option.index), (link_costs(links, prices, settings), links.index)]
    total = {e: int(sum(cost.table[f"cost{SUFFIX[e]}"].sum() for cost, _ in costs)) for e in ESTIMATES}
    rows = pd.concat([estimate_rows(cost, ids) for cost, ids in costs if len(ids)], ignore_index=True)
    return power.iloc[0], total, rows, int(sum(cost.table["opex"].sum() for cost, _ in costs))


def _statements(
    plan: Plan, place: pd.Series, mast: TrialMast, found: pd.DataFrame, power: pd.Series, settings: BuildSettings, *, serving: bool
) -> list[Said]:
    told = []
    if not bool(kept.communes(plan).covers(shapely.Point(place["x_m"], place["y_m"])).any()):
        told.append(said("trial_told.outside"))
    if not serving:
        told.append(said("trial_told.technology", technology=mast.technology, service=plan.scenario.service.technology))
    if place["exclusion"]:
        told.append(said(f"trial_told.{place['exclusion']}"))
    if place["slope_deg"] > settings.candidates.max_slope_deg:
        told.append(said("trial_told.slope", slope=float(place["slope_deg"]), most=settings.candidates.max_slope_deg))
    far = settings.candidates.max_road_m
    if math.isnan(place["road_m"]):
        told.append(said("trial_told.no_road"))
    elif far is not None and place["road_m"] > far:
        told.append(said("trial_told.road", road=float(place["road_m"]), most=far))
    if mast.satellite:
        told.append(said("trial_told.satellite"))
    elif found.empty or bool(found["planned"].all()):
        told.append(said("trial_told.no_hop" if found.empty else "trial_told.planned_hop", longest=settings.backhaul.longest_km))
    elif settings.backhaul.room_on_masts:
        told.append(said("trial_told.room", site=str(found["site_id"].iloc[0])))
    if power["source"] == "solar":
        told.append(said("trial_told.solar", reach=settings.power.grid_reach_km))
    elif not pd.isna(power["ready_year"]):
        told.append(said("trial_told.grid_later", year=int(power["ready_year"])))
    told.append(said("trial_told.prices_own" if plan.scenario.layers.prices else "trial_told.prices"))
    if plan.terrain.is_sample:
        told.append(said("link.sample_terrain"))
    return told
