"""The user's own options and links in place of the computed ones: ``build/options.csv`` and ``build/links.csv`` of a study area."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.build.limits import BAN, described, limits_of
from geo_planner.build.options import OPTION_COLUMNS
from geo_planner.config.build.candidates import Candidates
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, InputError, bounded, fault, warning
from geo_planner.preferences.settings import Travel
from geo_planner.schema import BUILD_LINKS, BUILD_OPTIONS
from geo_planner.study_area import StudyArea

LINK_COLUMNS = ("place_a", "place_b", "kind", "length_km", "freq_ghz", "availability_pct", "height_a_m", "height_b_m")
_TOLERANCE_M = 0.05
_SAME_POSITION_M = 50.0
_LEAST_MAST_M = 1.0
_STRAIGHT_SHARE, _STRAIGHT_M = 0.98, 50.0
"""A link may be told so much shorter than the straight line between its ends, for rounded lengths and positions."""
_WITH_CELLS = frozenset({"re_aim", "remote_sector", "low_mast", "macro_mast", "satellite_mast", "add_band"})
_RADIO = ("freq_mhz", "bandwidth_mhz", "tx_power_dbm", "antenna_gain_dbi", "losses_db")


def own_options(
    stands: pd.DataFrame, study_area: StudyArea, settings: Candidates, *, technology: str, travel: Travel | None = None
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The places, and the options of the user at them; None where there is no such table.

    Parameters
    ----------
    stands : DataFrame
        As :func:`geo_planner.build.candidates.candidate_places` gives it; a row that names another place needs ``lon`` and ``lat`` and becomes
        one.
    study_area : StudyArea
    settings : Candidates
    technology : str
        Of the service; that of cells whose own is blank.
    travel : Travel, optional

    Returns
    -------
    places, options : DataFrame
        ``options`` as :func:`geo_planner.build.options.options_at` gives it. A blank ``n_cells`` is one cell, and none for relays and terminals.

    Raises
    ------
    InputError
        With each row whose place is not known, lies off the terrain or under a ban, or whose cells lack a figure.
    """
    own = study_area.build_options
    if own is None:
        return None
    table = own.assign(row=own.index).set_index("option_id").sort_index()
    named = table["place_id"].fillna("").astype(str)
    table["place_id"] = np.where(named == "", [f"own:{name}" for name in table.index], named)
    new, wrong = _new_places(table[~table["place_id"].isin(stands.index)], study_area, settings, travel)
    places = pd.concat([stands, new]).sort_index() if len(new) else stands
    wrong += _elsewhere(table, places, study_area) + _lacking(table, places, study_area)
    if wrong:
        raise InputError(bounded(sorted(wrong, key=lambda found: found.row or 0)))
    text = {name: table[name].fillna("").astype(str) for name in ("kind", "backhaul", "exclusive_group", "operator", "cell_id")}
    has_cells = text["kind"].isin(_WITH_CELLS)
    cells = table["n_cells"].astype("Float64").fillna(has_cells.astype(float)).astype(int).where(has_cells, 0)
    word = table["technology"].fillna(technology).astype(str).where(has_cells, "")
    figures = {
        name: table[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name in (*_RADIO, "mast_height_m", "azimuth_deg", "tilt_deg")
    }
    options = pd.DataFrame({"place_id": table["place_id"], **text, "technology": word, **figures, "n_cells": cells}, index=table.index)
    there = places["height_m"].reindex(options["place_id"]).to_numpy(dtype=float)
    options["mast_height_m"] = options["mast_height_m"].where(options["mast_height_m"].notna(), there)
    options.index = pd.Index(options.index.astype(str), name="option_id", dtype=object)
    return places, options[list(OPTION_COLUMNS)]


def own_links(places: pd.DataFrame, study_area: StudyArea) -> tuple[pd.DataFrame, list[Fault]] | None:
    """The links of the user between the places, and what is told of them; None where there is no such table.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``height_m``, perhaps ``stands_at``: a place at which masts of several heights may stand is meant with each of them that
        is high enough for the link; the links between them get ids of their own.
    study_area : StudyArea

    Raises
    ------
    InputError
        With each row that names a place which is not there.
    """
    own = study_area.build_links
    if own is None:
        return None
    at: dict[str, list[str]] = {}
    for place, stands in zip(places.index, places.get("stands_at", pd.Series(places.index, index=places.index)), strict=True):
        for name in {str(place), str(stands)}:
            at.setdefault(name, []).append(str(place))
    wrong = [
        fault(BUILD_LINKS.path, "own_link.no_place", row=int(row), column=column, value=str(name)[:80])
        for column in ("place_a", "place_b")
        for row, name in own[column].items()
        if str(name) not in at
    ]
    wrong += [
        fault(BUILD_LINKS.path, "own_link.loop", row=int(row), column="place_b") for row in own.index[own["place_a"] == own["place_b"]]
    ]
    wrong = wrong or _too_short(own, at, places)
    if wrong:
        raise InputError(bounded(sorted(wrong, key=lambda found: found.row or 0)))
    tops = places["height_m"].astype(float)
    found, low = dict[str, dict[str, object]](), list[int]()
    for row, link in own.sort_values("link_id").iterrows():
        pairs = list(_pairs(at[str(link["place_a"])], at[str(link["place_b"])], link, tops))
        if not pairs:
            low.append(int(str(row)))
        facts = {name: link[name] for name in LINK_COLUMNS if not name.startswith("place_")}
        for a, b in pairs:
            name = str(link["link_id"]) if len(pairs) == 1 else f"{link['link_id']}|{a}|{b}"
            found[name] = {"place_a": a, "place_b": b, **facts}
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(LINK_COLUMNS)).sort_index()
    table.index = pd.Index(table.index.astype(str), name="link_id", dtype=object)
    for name in ("length_km", "freq_ghz", "availability_pct", "height_a_m", "height_b_m"):
        table[name] = table[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    told = [warning(BUILD_LINKS.path, "own_link_too_high.rows", row=low[0], n=len(low))] if low else []
    return table, told


def _pairs(ends_a: Iterable[str], ends_b: Iterable[str], link: pd.Series, tops: pd.Series) -> Iterable[tuple[str, str]]:
    """The places of either end whose masts are high enough."""

    def tall(places: Iterable[str], needed: object) -> list[str]:
        return [place for place in places if pd.isna(needed) or float(str(needed)) <= float(tops[place]) + _TOLERANCE_M]

    high_b = tall(ends_b, link["height_b_m"])
    return ((a, b) for a in tall(ends_a, link["height_a_m"]) for b in high_b)


def _new_places(rows: pd.DataFrame, study_area: StudyArea, settings: Candidates, travel: Travel | None) -> tuple[pd.DataFrame, list[Fault]]:
    """Places that only the table of options knows, where its first row of each has them."""
    nowhere = rows[rows["lon"].isna() | rows["lat"].isna()]
    wrong = [fault(BUILD_OPTIONS.path, "own_option.no_place", row=int(row), column="place_id") for row in nowhere["row"]]
    placed = rows.drop(index=nowhere.index)
    if placed.empty:
        return pd.DataFrame(), wrong
    height = placed["mast_height_m"].astype("Float64").fillna(max(settings.heights_m)).groupby(placed["place_id"]).max()
    first = placed.drop_duplicates("place_id").set_index("place_id").sort_index()
    points = gpd.GeoDataFrame(
        {"kind": "user", "gateway": False, "height_m": height.reindex(first.index).to_numpy(dtype=float), "site_id": "", "row": first["row"]},
        index=first.index, geometry=gpd.points_from_xy(first["lon"].astype(float), first["lat"].astype(float)), crs=GEOGRAPHIC,
    ).to_crs(study_area.terrain.crs)  # fmt: skip
    table = described(points, study_area.terrain, limits_of(study_area, settings, travel))
    for key, hit in (("own_option.off_terrain", table["ground_m"].isna()), ("own_option.ban", table["exclusion"] == BAN)):
        wrong += [fault(BUILD_OPTIONS.path, key, row=int(row), column="lon") for row in table.loc[hit, "row"]]
    return table.drop(columns="row"), wrong


def _too_short(own: pd.DataFrame, at: dict[str, list[str]], places: pd.DataFrame) -> list[Fault]:
    """Links told shorter than the straight line between their ends, which fibre would be paid by."""
    ends = [
        places.loc[[at[str(name)][0] for name in own[column]], ["x_m", "y_m"]].to_numpy(dtype=float) for column in ("place_a", "place_b")
    ]
    straight_m = np.hypot(*(ends[0] - ends[1]).T)
    short = own["length_km"].to_numpy(dtype=float) * 1000.0 < _STRAIGHT_SHARE * straight_m - _STRAIGHT_M
    return [
        fault(BUILD_LINKS.path, "own_link.short", row=int(row), column="length_km", value=str(km), straight_km=round(away / 1000.0, 2))
        for row, km, away in zip(own.index[short], own.loc[short, "length_km"], straight_m[short], strict=True)
    ]


def _elsewhere(table: pd.DataFrame, places: pd.DataFrame, study_area: StudyArea) -> list[Fault]:
    """Rows whose position is not that of the place that they name."""
    told = table[table["lon"].notna() & table["lat"].notna() & table["place_id"].isin(places.index)]
    if told.empty:
        return []
    points = gpd.GeoSeries(gpd.points_from_xy(told["lon"].astype(float), told["lat"].astype(float)), crs=GEOGRAPHIC)
    there = places.loc[told["place_id"], ["x_m", "y_m"]].to_numpy(dtype=float)
    x, y = study_area.terrain.grid.xy(points)
    away = np.hypot(np.asarray(x) - there[:, 0], np.asarray(y) - there[:, 1])
    return [
        fault(
            BUILD_OPTIONS.path, "own_option.elsewhere", row=int(row), column="lon", value=str(place)[:80], place=str(place), away_m=round(m)
        )
        for row, place, m in zip(told["row"], told["place_id"], away, strict=True)
        if m > _SAME_POSITION_M
    ]


def _lacking(table: pd.DataFrame, places: pd.DataFrame, study_area: StudyArea) -> list[Fault]:
    """Cells without a figure that their level needs, or without a mast, and cells aimed anew of which it is not said which they are."""
    wrong = []
    radio = table[table["kind"].isin(list(_WITH_CELLS))]
    for name in _RADIO:
        blank = radio.loc[radio[name].isna(), "row"]
        wrong += [fault(BUILD_OPTIONS.path, "own_option.no_figure", row=int(row), column=name) for row in blank]
    masts = table[table["kind"].isin([*_WITH_CELLS, "relay"])]
    height = masts["mast_height_m"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    height = np.where(np.isnan(height), places["height_m"].reindex(masts["place_id"]).to_numpy(dtype=float), height)
    # where the place is not known, that has been told
    wrong += [
        fault(BUILD_OPTIONS.path, "own_option.no_height", row=int(row), column="mast_height_m")
        for row in masts.loc[height < _LEAST_MAST_M, "row"]
    ]
    existing = set(places.index[places["kind"] == "existing"])
    aimed = table["kind"] == "re_aim"
    vague = aimed & (table["cell_id"].isna() | ~table["place_id"].isin(existing))
    wrong += [fault(BUILD_OPTIONS.path, "own_option.which_cell", row=int(row), column="cell_id") for row in table.loc[vague, "row"]]
    named = table[aimed & ~vague]
    cells = zip(places["site_id"].reindex(named["place_id"]), named["cell_id"].astype(str), strict=True)
    unknown = [cell not in study_area.sites.index for cell in cells]
    return wrong + [
        fault(BUILD_OPTIONS.path, "own_option.no_cell", row=int(row), column="cell_id", value=str(cell)[:80])
        for row, cell in zip(named.loc[unknown, "row"], named.loc[unknown, "cell_id"], strict=True)
    ]
