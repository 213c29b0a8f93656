"""Beside the map, in place of the card: what is known of a place, and a mast on trial there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from geo_planner.errors import GeoPlannerError
from geo_planner.export.html_map.card import probability_text
from geo_planner.export.html_map.card import text as map_text
from geo_planner.export.palette import TRIAL_COVER, Rgba
from geo_planner.plan import Plan, Progress
from geo_planner.schema.vocabulary.bands import BANDS_MHZ
from geo_planner.trial import PointFacts, Sector, TrialMast, mast_of_option, usual_mast
from geo_planner.trial.points import Level, Server
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.frame import loaded, page_file, progress_bar
from geo_planner.ui.map_contract import Drawn
from geo_planner.ui.mast_address import Placed
from geo_planner.ui.texts import plain, text
from geo_planner.ui.trial_results import Outcome, Tried, facts_of, together, tried
from geo_planner.ui.trial_writing import fix, forbid, go_back, show_told
from geo_planner.words import Language, households, listing, number, said, word

USUAL_HEIGHT_M = 30.0
_MOST_POWER_DBM = 60
_SHOW_PROGRESS_S = 0.7
_SECTORS = (0, 1, 2, 3, 4)
_MOST_VILLAGES, _MOST_HOPS = 12, 3
_PRESSING = ("trial_told.outside", "trial_told.technology", "trial_told.ban", "trial_told.procedure")
"""What is to be said of a mast before its gain, not behind a line of its own."""


def show_point(words: Language) -> None:
    """Facts of the place that was clicked or typed, and what can be done there."""
    state = trials.now()
    if state.point is None:
        return
    lon, lat = state.point
    _heading(said("link.place", lat=lat, lon=lon).text(words), _site_name(state.site), words)
    show_told(words)
    if state.told is not None:
        st.caption(plain(text("at_understood", words, told=state.told)))
    facts = facts_of(loaded(), lon, lat)
    st.html(_facts(facts, words))
    if facts.inside:
        st.button(
            text("trial_here", words),
            type="primary",
            icon=":material/add_location:",
            width="stretch",
            on_click=_place_usual,
            args=(lon, lat),
        )
        _try_site(state.site, words)
        st.button(text("trial_forbid", words), icon=":material/block:", width="stretch", on_click=forbid, args=(lon, lat))
        chosen = visit.village([str(village) for village in loaded().plan.villages.index])
        name = str(loaded().plan.villages.at[chosen, "name"])
        st.page_link(page_file("link"), label=text("at_profile", words, village=plain(name)), icon=":material/landscape:")
        trials.offer_end((lon, lat))
    go_back_button(words)


def show_mast(placed: Placed, all_tried: tuple[Tried, ...], words: Language) -> None:
    """Figures of a mast on trial and what it brings; the switches of all of them."""
    _heading(text("trial_title", words, id=placed.id), said("link.place", lat=placed.lat, lon=placed.lon).text(words), words)
    show_told(words)
    _fields(placed, words)
    one = next(each for each in all_tried if each.placed.id == placed.id)
    if one.refused is not None:
        st.error(plain(one.refused.text(words)))
    elif one.outcome is not None:
        st.html(_outcome(one.outcome, words))
    st.button(text("trial_fix", words), type="primary", icon=":material/task_alt:", width="stretch", on_click=fix, args=(placed,))
    st.button(text("trial_forbid", words), icon=":material/block:", width="stretch", on_click=forbid, args=(placed.lon, placed.lat))
    left, right = st.columns(2, gap="small")
    with left:
        go_back_button(words)
    right.button(text("trial_remove", words), icon=":material/delete:", width="stretch", on_click=trials.remove, args=(placed.id,))
    if one.outcome is not None:
        with st.expander(text("trial_more", words)):
            st.html(_further(one.outcome, words))
    if len(all_tried) > 1:
        _switches(all_tried, words)


def all_trials() -> tuple[Tried, ...]:
    """Every mast on trial of the visit, worked out; how far that is, where an address brings many at once."""
    some: list[Tried] = []
    masts, begun = trials.masts(), time.monotonic()
    with ExitStack() as shown_while:
        progress: Progress | None = None
        for n, placed in enumerate(masts):
            if time.monotonic() - begun > _SHOW_PROGRESS_S:
                progress = progress or shown_while.enter_context(progress_bar(visit.language()))
                progress("trial_masts", n / len(masts))
            some.append(tried(loaded(), placed))
    off = {one.placed.id for one in some if one.off_terrain}
    trials.arrive(off)
    left = {placed.id for placed in trials.masts()}
    return tuple(one for one in some if one.placed.id in left)


def _heading(title: str, below: str, words: Language) -> None:
    st.button(text("trial_back", words), icon=":material/arrow_back:", on_click=trials.close)
    line = f"<p>{escape(below)}</p>" if below else ""
    st.html(f'<div class="gp-card gp-place"><h2>{escape(title)}</h2>{line}</div>')


def _site_name(site: str) -> str:
    plan = loaded().plan
    sites = plan.sites
    if plan.build is not None and site in plan.build.results.sites.index:
        return planned_name(plan, site)
    if not site or site not in sites.index.get_level_values("site_id"):
        return site
    name = sites.loc[sites.index.get_level_values("site_id") == site, "name"].dropna()
    return f"{site} · {name.iloc[0]}" if len(name) else site


def planned_name(plan: Plan, site: str) -> str:
    """A site of the build plan by what it is and how tall, for its id is for machines."""
    if plan.build is None:
        return site
    row, words = plan.build.results.sites.loc[site], visit.language()
    kind = said(f"build_kind.{row['kind']}").text(words)
    height = "" if pd.isna(row["mast_height_m"]) else f" {number(float(row['mast_height_m']), 0, words)} m"
    return text("site_of_plan", words, kind=f"{kind}{height}")


def _facts(facts: PointFacts, words: Language) -> str:
    unknown = map_text("unknown_value", words)

    def metres(value: float) -> str:
        return unknown if pd.isna(value) else f"{number(value, 0, words)} m"

    rows: list[tuple[str, str]] = []
    if facts.inside:
        rows.append((text("at_height", words), metres(facts.ground_m)))
        rows.append((text("at_slope", words), unknown if pd.isna(facts.slope_deg) else f"{number(facts.slope_deg, 0, words)}°"))
        rows += [(word(level.model, words), _level(level, words)) for level in facts.levels]
        rows.append((text("at_best", words), _server(facts.best, words)))
        rows.append((text("at_second", words), _server(facts.second, words)))
        rows.append((text("at_commune", words), facts.commune or text("at_outside", words)))
        rows.append((text("at_road", words), metres(facts.road_m)))
        rows.append((text("at_exclusion", words), text(f"at_exclusion_{facts.exclusion or 'none'}", words)))
    told = "".join(f"<p class='gp-card-sample'>{escape(one.text(words))}</p>" for one in facts.statements)
    return f'<div class="gp-card">{_grid(rows)}{told}</div>'


def _grid(rows: Iterable[tuple[str, str]]) -> str:
    return "<div class='gp-facts'>" + "".join(f"<span>{escape(title)}</span><b>{escape(value)}</b>" for title, value in rows) + "</div>"


def _level(level: Level, words: Language) -> str:
    if pd.isna(level.rsrp_dbm):
        return word(level.status, words) if level.status == "unknown" else map_text("none_in_reach", words)
    share = probability_text(level.rsrp_dbm, level.probability, words)
    return f"{number(level.rsrp_dbm, 1, words)} dBm · {share} · {word(level.status, words)}"


def _server(server: Server | None, words: Language) -> str:
    if server is None:
        return map_text("none_in_reach", words)
    return f"{_site_name(server.site_id)} · {number(server.distance_km, 1, words)} km · {number(server.rsrp_dbm, 1, words)} dBm"


def _place_usual(lon: float, lat: float) -> None:
    trials.place(lon, lat, usual_mast(loaded().plan, USUAL_HEIGHT_M))


def _try_site(site: str, words: Language) -> None:
    """A new mast of the build plan can be tried with other figures."""
    build = loaded().plan.build
    if build is not None and site in build.options.index and build.options.at[site, "kind"] in ("low_mast", "macro_mast", "satellite_mast"):
        st.button(text("trial_of_plan", words), width="stretch", on_click=try_option, args=(site,))


def try_option(option_id: str) -> None:
    """Put a new mast of the build plan on trial."""
    lon, lat, mast = mast_of_option(loaded().plan, option_id)
    trials.place(lon, lat, mast)


def go_back_button(words: Language) -> None:
    """Takes the last change back, whatever is open beside the map."""
    st.button(text("trial_undo", words), icon=":material/undo:", width="stretch", on_click=go_back, disabled=not trials.can_go_back())


def _fields(placed: Placed, words: Language) -> None:
    mast = placed.mast

    def choose(**figures: object) -> None:
        try:
            changed = replace(placed.mast, **figures)  # type: ignore[arg-type]
        except GeoPlannerError as error:
            trials.tell(error)
            return
        trials.change(placed.id, lambda now: replace(now, mast=changed))

    def offered(name: str, options: list[float], named: Callable[[float], str]) -> dict[str, Any]:
        return visit.offered(f"trial_{name}_{placed.id}", getattr(mast, name), lambda chosen: choose(**{name: chosen}), options, named)

    left, right = st.columns(2, gap="small")
    of_height = visit.bound(f"trial_height_m_{placed.id}", float(mast.height_m), lambda chosen: choose(height_m=chosen))
    left.number_input(text("trial_height", words), 1.0, 200.0, step=1.0, format="%g", **of_height)
    bands = sorted({*BANDS_MHZ, mast.freq_mhz})
    right.selectbox(text("trial_band", words), **offered("freq_mhz", bands, lambda f: f"{number(f, 1, words, keep_zeros=False)} MHz"))
    powers = sorted({float(level) for level in range(_MOST_POWER_DBM + 1)} | {mast.tx_power_dbm})
    left.selectbox(text("trial_power", words), **offered("tx_power_dbm", powers, lambda level: _power(level, words)))
    n = len(mast.sectors)
    counts, of_count = sorted({*_SECTORS, n}), lambda count: _count(count, words)
    sectors = visit.offered(f"trial_sectors_{placed.id}", n, lambda count: choose(sectors=_sectors(count, mast)), counts, of_count)
    right.selectbox(text("trial_sectors", words), **sectors)
    if n:
        first = visit.bound(
            f"trial_first_{placed.id}",
            float(mast.sectors[0].azimuth_deg % 360.0),
            lambda azimuth: choose(sectors=_sectors(n, mast, azimuth % 360.0)),
        )
        st.number_input(text("trial_first", words), 0.0, 360.0, step=5.0, format="%g", **first)
    assumed = text(
        "trial_assumed", words, technology=mast.technology, width=mast.bandwidth_mhz, gain=mast.antenna_gain_dbi, losses=mast.losses_db
    )
    st.caption(assumed)


def _power(level_dbm: float, words: Language) -> str:
    watts = 10 ** ((level_dbm - 30.0) / 10.0)
    return f"{number(level_dbm, 1, words, keep_zeros=False)} dBm ({number(watts, 0 if watts >= 10 else 2, words, keep_zeros=False)} W)"


def _sectors(count: int, mast: TrialMast, first_deg: float | None = None) -> tuple[Sector, ...]:
    """So many sectors evenly around, with the tilt that they have."""
    begin = first_deg if first_deg is not None else mast.sectors[0].azimuth_deg if mast.sectors else 0.0
    tilt = mast.sectors[0].tilt_deg if mast.sectors else mast.tilt_deg
    return tuple(Sector((begin + 360.0 * k / count) % 360.0, tilt) for k in range(count))


def _count(count: int, words: Language) -> str:
    return text("trial_round", words) if count == 0 else number(count, 0, words)


def _outcome(outcome: Outcome, words: Language) -> str:
    cost = {name: value / 1e6 for name, value in outcome.cost_vnd.items()}
    head = text("trial_gain", words, n=len(outcome.gained), households=households(outcome.households), area=outcome.newly_km2)
    rows = [
        (text("trial_cost", words), text("trial_cost_value", words, low=cost["low"], base=cost["base"], high=cost["high"])),
        (text("trial_opex", words), text("trial_opex_value", words, millions=outcome.opex_vnd / 1e6)),
        (text("trial_hops", words), _hops(outcome, words)),
    ]
    legend = "".join(
        f"<span class='gp-swatch' style='background:{_css(TRIAL_COVER[name])}'></span>{escape(text(f'trial_legend_{name}', words))} "
        for name in TRIAL_COVER
    )
    pressing = "".join(f"<p class='gp-card-sample'>{escape(one.text(words))}</p>" for one in outcome.statements if one.key in _PRESSING)
    return f"<div class='gp-card'>{pressing}<p><b>{escape(head)}</b></p>{villages_gained(outcome.gained, words)}{_grid(rows)}<p class='gp-legend-line'>{legend}</p></div>"


def _css(colour: Rgba) -> str:
    red, green, blue, alpha = colour
    return f"rgba({red},{green},{blue},{alpha / 255:.2f})"


def villages_gained(gained: pd.DataFrame, words: Language) -> str:
    """Names, households with signal before and after, and the status; the most gained first."""
    rows = ""
    ordered = gained.assign(order=-gained["gained"].fillna(0.0)).sort_values(["order", "name"], kind="stable")
    for row in ordered.head(_MOST_VILLAGES).itertuples():
        change = (
            text("trial_households", words, before=households(row.households_before), after=households(row.households_after))
            if pd.notna(row.gained)
            else "–"
        )
        status = word(str(row.status_after), words)
        rows += f"<span>{escape(str(row.name))}</span><b>{escape(change)} · {escape(status)}</b>"
    rest = len(gained) - _MOST_VILLAGES
    more = f"<p>{escape(text('trial_and_more', words, n=rest))}</p>" if rest > 0 else ""
    return f"<div class='gp-facts gp-gained'>{rows}</div>{more}" if rows else ""


def _hops(outcome: Outcome, words: Language) -> str:
    hops = outcome.hops
    if hops.empty:
        return text("trial_no_hop", words)
    told = [
        text("trial_hop", words, site=_site_name(str(hop.site_id)) if hop.planned else str(hop.site_id), km=hop.length_km, ghz=hop.freq_ghz)
        for hop in hops.head(_MOST_HOPS).itertuples()
    ]
    more = len(hops) - len(told)
    return "; ".join(told) + (text("trial_hops_more", words, n=more) if more else "")


def hop_lines(plan: Plan, one: Tried) -> tuple[Drawn, ...]:
    """The first clear hops of a mast on trial, to masts on air and to sites of the build plan."""
    if one.outcome is None:
        return ()
    here, drawn = (one.placed.lon, one.placed.lat), []
    for hop in one.outcome.hops.head(_MOST_HOPS).itertuples():
        if hop.planned and plan.build is not None:
            there = plan.build.places.loc[plan.build.results.sites.at[hop.site_id, "place_id"], ["lon", "lat"]]
            end = float(there["lon"]), float(there["lat"])
        else:
            point = plan.sites.geometry[plan.sites.index.get_level_values("site_id") == hop.site_id].iloc[0]
            end = float(point.x), float(point.y)
        drawn.append(Drawn("line", (here, end), _site_name(str(hop.site_id)), "link"))
    return tuple(drawn)


def _further(outcome: Outcome, words: Language) -> str:
    lines = "".join(f"<li>{escape(one.text(words))}</li>" for one in outcome.statements if one.key not in _PRESSING)
    return f"<div class='gp-card'><ul>{lines}</ul></div>"


def _switches(all_tried: tuple[Tried, ...], words: Language) -> None:
    """Every mast on or off, and what those that are on bring together."""
    st.html(f"<div class='gp-card'><h3>{escape(text('trial_all', words))}</h3></div>")
    for one in all_tried:
        placed = one.placed
        gain = households(one.outcome.households) if one.outcome is not None else "–"
        height = number(placed.mast.height_m, 1, words, keep_zeros=False)
        label = text("trial_switch", words, id=placed.id, height=height, households=gain)
        ident = placed.id
        st.checkbox(label, **visit.bound(f"trial_on_{ident}", placed.shown, partial(_switch, ident)))
    shown = [one for one in all_tried if one.placed.shown and one.outcome is not None]
    gained = together(loaded(), shown)
    costs = {name: sum(one.outcome.cost_vnd[name] for one in shown if one.outcome) / 1e6 for name in ("low", "base", "high")}
    ids = listing([one.placed.id for one in shown], words)
    line = text("trial_together", words, ids=ids, n=len(gained), households=households(float(gained["gained"].fillna(0.0).sum())))
    money = text("cure_cost", words, **costs)
    st.html(f"<div class='gp-card'><p><b>{escape(line)}</b> {escape(money)}</p></div>")


def _switch(ident: str, shown: bool) -> None:
    trials.change(ident, lambda placed: replace(placed, shown=shown))
