"""One mast, one village: the path between them, what blocks it, and how tall a mast it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from geo_planner.errors import UsageError
from geo_planner.export.link_picture import link_picture
from geo_planner.link import (
    MAX_MAST_M,
    AnswerCard,
    Mast,
    answer_card,
    distances_km,
    eirp_towards_dbm,
    explain,
    mast_of,
    to_metres,
)
from geo_planner.link.sentences import chance, height_text, place, table_row
from geo_planner.plan import Plan
from geo_planner.schema.vocabulary.bands import BANDS_MHZ
from geo_planner.trial import parse_position
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.frame import language, loaded
from geo_planner.ui.link_chart import link_chart
from geo_planner.ui.texts import text
from geo_planner.ui.trial_results import reasons_of
from geo_planner.words import Language, number, said

_OWN, _TYPED, _MOVED = "own", "link_typed", "link_moved"
# Where no site can lend its figures: a usual rural mast. All of it can be changed on the page.
_USUAL = Mast(
    xy_m=(0.0, 0.0),
    mast_height_m=42.0,
    freq_mhz=900.0,
    eirp_re_dbm=24.0,
    azimuth_deg=float("nan"),
    tilt_deg=float("nan"),
    uplink_shortfall_db=0.0,
)


def choose_village(plan: Plan, words: Language) -> str:
    """The village of the visit."""
    ids = [str(village) for village in plan.villages.index]
    titles = dict(
        zip(ids, (f"{rank}. {name}" for rank, name in zip(plan.villages["rank"], plan.villages["name"], strict=True)), strict=True)
    )
    offered = visit.offered(f"link_village_{loaded().key}", visit.village(ids), visit.choose_village, ids, titles.__getitem__)
    return str(st.selectbox(text("choose_village", words), **offered))


def choose_mast(plan: Plan, village: str, point_xy_m: tuple[float, float], words: Language) -> tuple[Mast, str, str] | None:
    """The mast, what was chosen and its name: a cell on air, the best server at the beginning, or a typed place; None until one is understood."""
    serving = plan.sites[plan.sites["in_service"]]
    away_km = distances_km(serving, plan.terrain.crs, point_xy_m).sort_values(kind="stable")
    cells = {f"{site}/{cell}": (site, cell) for site, cell in away_km.index}
    titles = {_OWN: text("link_own", words)} | {key: _cell_title(plan, cell, float(away_km[cell]), words) for key, cell in cells.items()}
    why = reasons_of(loaded(), village) if cells else None
    named = why.paths[0].key if why is not None and why.paths else None  # the mast of the village's card
    best = plan.villages.loc[village, "best_server_id"] if "best_server_id" in plan.villages else None
    usual = next(str(key) for key in (named, best, *cells, _OWN) if isinstance(key, str) and key in titles)
    chosen = trials.link_mast(village)
    # the village takes part in the key: another village begins with its own mast
    offered = visit.offered(
        f"link_mast_{loaded().key}_{village}",
        chosen if chosen in titles else usual,
        lambda key: trials.choose_link_mast(village, None if key == usual else key),
        titles,
        titles.__getitem__,
    )
    key = str(st.selectbox(text("link_mast", words), **offered))
    if key != _OWN:
        return mast_of(plan.sites, cells[key], plan.terrain, plan.scenario.service), key, key
    lender = mast_of(plan.sites, next(iter(cells.values())), plan.terrain, plan.scenario.service) if cells else _USUAL
    lonlat = typed_place(plan, words)
    if lonlat is None:
        return None
    own = replace(lender, xy_m=to_metres(plan.terrain.crs, *lonlat), azimuth_deg=float("nan"), tilt_deg=float("nan"))
    return own, f"{_OWN}_{lonlat[0]:.6f}_{lonlat[1]:.6f}", place(lonlat).text(words)


def typed_place(plan: Plan, words: Language) -> tuple[float, float] | None:
    """Longitude and latitude of what was typed, with what was understood; the place looked at last on the map at the beginning."""
    typed = st.text_input(
        text("link_typed", words), max_chars=200, placeholder=text("link_typed_hint", words),
        **visit.bound(_TYPED, trials.typed_end(), trials.type_end),
    )  # fmt: skip
    if not typed.strip():
        st.info(text("link_typed_none", words))
        return None
    try:
        position = parse_position(typed, plan)
    except UsageError as error:
        st.warning(error.text(words))
        return None
    st.caption(text("at_understood", words, told=position.told))
    return trials.mean_end(typed, (position.lon, position.lat))


def _cell_title(plan: Plan, cell: tuple[str, str], away_km: float, words: Language) -> str:
    row = plan.sites.loc[cell]
    name = "" if pd.isna(row["name"]) else f" {row['name']}"
    return f"{number(away_km, 1, words)} km · {cell[1]}{name} · {number(float(row['freq_mhz']), 0, words)} MHz"


def choose_figures(mast: Mast, eirp_dbm: float, key: str, words: Language) -> tuple[float, float, float]:
    """Mast height (m), frequency (MHz) and EIRP towards the village (dBm); they begin with those of the mast, and keep what was chosen for it."""
    start = {"height": mast.mast_height_m, "freq": mast.freq_mhz, "eirp": round(eirp_dbm, 1)}
    chosen = start | moved_figures(key)
    tallest = max(MAX_MAST_M, mast.mast_height_m)
    of_height = visit.bound(f"link_height_{key}", float(chosen["height"]), partial(_move, key, "height", start))
    st.slider(text("link_height", words), 1.0, tallest, step=1.0, format="%g m", **of_height)
    bands = sorted({*BANDS_MHZ, mast.freq_mhz})
    of_freq = visit.offered(f"link_freq_{key}", chosen["freq"], partial(_move, key, "freq", start), bands, partial(_mhz, words))
    st.select_slider(text("link_freq", words), **of_freq)
    # a plain slider would write its figures with a decimal point in any language
    tenths = range(round(10 * min(-10.0, start["eirp"])), round(10 * max(50.0, start["eirp"])) + 1)
    levels = [tenth / 10 for tenth in tenths]
    of_eirp = visit.offered(f"link_eirp_{key}", chosen["eirp"], partial(_move, key, "eirp", start), levels, partial(_dbm, words))
    st.select_slider(text("link_eirp", words), help=text("link_eirp_help", words), **of_eirp)
    # one that nobody has moved counts to the last digit, so that page and card give the same level
    return float(chosen["height"]), float(chosen["freq"]), eirp_dbm if chosen["eirp"] == start["eirp"] else float(chosen["eirp"])


def moved_figures(key: str) -> dict[str, float]:
    """What of a mast's figures is tried, in this visit."""
    moved: dict[str, dict[str, float]] = st.session_state.get(_MOVED) or {}
    return moved.get(key, {})


def _move(key: str, name: str, start: Mapping[str, float], value: float) -> None:
    others = {other: kept for other, kept in moved_figures(key).items() if other != name}
    figures = others if value == start[name] else {**others, name: value}
    st.session_state[_MOVED] = {**(st.session_state.get(_MOVED) or {}), key: figures}


def _move_back(key: str) -> None:
    st.session_state[_MOVED] = {**(st.session_state.get(_MOVED) or {}), key: {}}


def _mhz(words: Language, freq_mhz: float) -> str:
    return f"{number(freq_mhz, 1, words, keep_zeros=False)} MHz"


def _dbm(words: Language, level_dbm: float) -> str:
    return f"{number(level_dbm, 1, words)} dBm"


def show_verdict(card: AnswerCard, words: Language) -> None:
    """The verdict in a word and the three least heights."""
    parts = {"served": st.success, "not_served": st.error, "unknown": st.warning}
    icons = {"served": ":material/signal_cellular_alt:", "not_served": ":material/signal_cellular_off:", "unknown": ":material/help:"}
    verdict = said(f"verdict.{card.verdict}").text(words)
    if card.verdict != "unknown":
        answer = card.deciding
        verdict += f": {number(answer.rsrp_dbm, 1, words)} dBm, {chance(answer.probability).text(words)}"
    parts[card.verdict](f"**{verdict}**", icon=icons[card.verdict])


def show_heights(card: AnswerCard, words: Language) -> None:
    """The least mast for sight, for the Fresnel zone and for service."""
    heights = {"link_sight": card.clear_sight, "link_fresnel": card.clear_fresnel, "link_serve": card.serve}
    rows = "".join(
        f"<p>{escape(text(key, words))}: <b>{escape(height_text(least, card.max_mast_height_m, words))}</b></p>"
        for key, least in heights.items()
    )
    st.html(f'<div class="gp-card"><h3>{escape(text("link_least", words))}</h3>{rows}</div>')


def difference(village: str, option: str, words: Language) -> str:
    """Why the level here is not that of table and card, where this is the mast that they name; else empty."""
    why = reasons_of(loaded(), village)
    if why is None or why.differs is None or not why.paths:
        return ""
    named = why.paths[0]
    return why.differs.text(words) if option == named.key else ""


def models_table(card: AnswerCard, words: Language) -> pd.DataFrame:
    """One row a model, as text."""
    keys = ("link_model", "link_loss", "link_mode", "link_rsrp", "link_probability", "link_verdict", "link_notes")
    return pd.DataFrame([table_row(answer, words) for answer in card.answers], columns=[text(key, words) for key in keys])


def page() -> None:
    """Choices on the left, the path and the answer on the right."""
    plan, words = loaded().plan, language()
    st.subheader(text("link_title", words))
    if plan.villages.empty:
        st.info(text("link_no_village", words))
        return
    left, right = st.columns([1, 2.7], gap="medium")
    with left:
        village = choose_village(plan, words)
        place = plan.villages.geometry.loc[village]
        point_xy_m = to_metres(plan.terrain.crs, place.x, place.y)
        chosen = choose_mast(plan, village, point_xy_m, words)
        if chosen is None:
            return
        mast, option, name = chosen
        service = plan.scenario.service
        eirp_dbm = eirp_towards_dbm(mast, plan.terrain, point_xy_m, rx_height_m=service.rx_height_m)
        key = f"{loaded().key}_{village}_{option}"
        height_m, freq_mhz, eirp_dbm = choose_figures(mast, eirp_dbm, key, words)
    with right:
        try:
            card = answer_card(
                plan.terrain, mast.xy_m, point_xy_m, mast_height_m=height_m, freq_mhz=freq_mhz, eirp_re_dbm=eirp_dbm, service=service,
                propagation=plan.scenario.propagation, uplink_shortfall_db=mast.uplink_shortfall_db, land_cover=plan.study_area.land_cover,
                clutter=plan.scenario.clutter, calibration=plan.scenario.calibration,
            )  # fmt: skip
        except UsageError:
            st.warning(text("link_same_place", words), icon=":material/help:")
            return
        show_verdict(card, words)
        st.altair_chart(link_chart(card, words), width="stretch", theme=None)
        st.caption(text("link_legend", words, bulge=float(card.profile.bulge_m.max())))
        st.markdown("\n".join(f"- {sentence}" for sentence in explain(card, words)))
    with left:
        show_heights(card, words)
        if moved_figures(key):
            st.caption(text("link_moved", words))
            st.button(text("link_move_back", words), icon=":material/undo:", on_click=_move_back, args=(key,), width="stretch")
        else:
            st.caption(difference(village, option, words) or text("link_hint", words))
    st.markdown(f"**{text('link_models', words)}**")
    st.dataframe(models_table(card, words), hide_index=True, placeholder="")
    title = f"{name} → {plan.villages.loc[village, 'name']}"
    st.download_button(
        text("link_picture", words), lambda: link_picture(card, language=words, title=title), file_name=f"mat_cat_{village}.png", mime="image/png",
        icon=":material/image:", on_click="ignore",
    )  # fmt: skip


page()
