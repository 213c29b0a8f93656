"""Measurements beside the model: on the map, as charts, by village and operator, and what they teach about the model."""

from __future__ import annotations

from datetime import date
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_planner.calibration import apply_calibration, scenario_overrides
from geo_planner.config import write_scenario
from geo_planner.errors import GeoPlannerError
from geo_planner.measurements import MeasuredAgainstModelled, verdict_ground
from geo_planner.plan import Plan
from geo_planner.ui.charts import by_distance, scatter
from geo_planner.ui.frame import language, loaded, page_file, scenario_file, show_error
from geo_planner.ui.maps import show_measured_map
from geo_planner.ui.measured_tables import calibration_rows, left_out, operator_table, square_table, statistics_table
from geo_planner.ui.texts import text
from geo_planner.ui.written import Figures, written
from geo_planner.words import Language, number, percent, word


def headline(compared: MeasuredAgainstModelled, words: Language) -> str:
    """The few numbers that tell how well the model does."""
    overall = compared.statistics.loc["all"]
    told = [(number(compared.n_kept, 0, words), text("headline_samples", words))]
    if not pd.isna(overall["bias_db"]):
        told.append((f"{number(overall['bias_db'], 1, words)} dB", text("headline_bias", words)))
        told.append((f"{number(overall['sd_db'], 1, words)} dB", text("headline_sd", words)))
    if not pd.isna(overall["agreement_share"]):
        told.append((percent(float(overall["agreement_share"]), words), text("headline_agreement", words)))
    return '<div class="gp-heads">' + "".join(f"<span><b>{escape(value)}</b>{escape(title)}</span>" for value, title in told) + "</div>"


def map_tab(words: Language) -> None:
    """The samples over the modelled level."""
    st.caption(text("measured_map_hint", words))
    show_measured_map(loaded(), words)


def chart_tab(plan: Plan, compared: MeasuredAgainstModelled, words: Language) -> None:
    """Two charts and the figures behind them."""
    service = plan.scenario.service
    squares = square_table(plan, compared, words)
    heard = [text("level_dbm", words, level=float(level)) for level in squares["shown_dbm"]]
    squares["measured"] = pd.Series(heard).where(squares["heard"], text("no_service", words))
    left, right = st.columns(2, gap="medium")
    left.altair_chart(scatter(squares, service.rsrp_threshold_dbm, service.sigma_db, words), width="stretch", theme=None)
    right.altair_chart(by_distance(squares, service.sigma_db, words), width="stretch", theme=None)
    st.caption(text("measured_chart_hint", words, sigma=service.sigma_db, side=float(squares.attrs["square_m"])))
    figures = {
        **dict.fromkeys(("bias_db", "sd_db", "rmse_db"), Figures(1, " dB")),
        "correlation": Figures(2),
        **dict.fromkeys(("agreement_share", "false_covered_share", "false_uncovered_share"), Figures(0, "%")),
    }
    titled = {text(f"column_{name}", words): how for name, how in figures.items()}
    st.dataframe(written(statistics_table(compared, words), titled, words), hide_index=True, placeholder="")


def village_tab(plan: Plan, words: Language) -> None:
    """Each operator at each village."""
    st.text(text("operators_hint", words))
    table = operator_table(plan, words)
    if table.empty:
        st.info(text("no_village_measured", words))
        return
    figures = {text("column_centre_dbm", words): Figures(0, " dBm"), text("column_settlement_share", words): Figures(0, "%")}
    st.dataframe(
        written(table.reset_index(drop=True), figures, words),
        hide_index=True,
        column_config={text("column_rank", words): st.column_config.NumberColumn(width=60, pinned=True)},
        placeholder="",
    )


def calibration_tab(plan: Plan, compared: MeasuredAgainstModelled, words: Language) -> None:
    """What the samples teach, and a scenario that takes the lesson, on request."""
    applied = plan.scenario.calibration.bands
    st.text(text("calibration_applied" if applied else "calibration_none", words))
    if not compared.calibrations:
        st.info(text("no_calibration", words))
        return
    st.dataframe(calibration_rows(compared, words), hide_index=True, placeholder="")
    for band in compared.calibrations:
        st.text(f"▸ {band.freq_mhz:g} MHz: {verdict_ground(band).text(words)}")
    st.caption(text("interval_95", words))
    section = apply_calibration(compared.calibrations, terrain_sha256=plan.terrain.sha256, source_sha256=compared.source_sha256)
    if not section.bands:
        st.info(text("nothing_to_apply", words))
        return
    base = scenario_file()
    new = base.with_name(f"{base.stem}_hieu_chinh_{date.today():%Y%m%d}.yaml")  # noqa: DTZ011 - a name carries the calendar day
    st.text(text("apply_hint", words, name=new.name))
    if new.exists():
        st.success(text("apply_done", words, name=new.stem), icon=":material/check:")
    elif st.button(text("apply_button", words), icon=":material/tune:"):
        _write(base, new, scenario_overrides(section))


def _write(base: Path, new: Path, section: dict[str, object]) -> None:
    try:
        write_scenario(base, new, section)
    except GeoPlannerError as error:
        show_error(error)
        return
    st.rerun()


def left_out_tab(compared: MeasuredAgainstModelled, words: Language) -> None:
    """What does not take part, so that nothing is dropped in silence."""
    table = left_out(compared, words)
    if table.empty:
        st.text(text("nothing_left_out", words))
        return
    st.text(text("left_out_hint", words))
    st.dataframe(table, hide_index=True, placeholder="")


def page() -> None:
    """Five views of the same samples."""
    plan, words = loaded().plan, language()
    st.subheader(text("measured_title", words))
    compared = plan.measured.against_model
    if compared is None:
        st.info(text("no_measurements", words), icon=":material/speed:")
        st.page_link(page_file("data"), label=text("page_data", words), icon=":material/upload_file:")
        return
    st.html(headline(compared, words))
    st.caption(text("against", words, model=word(compared.model, words)))
    if compared.residuals.empty:
        st.warning(text("none_comparable", words), icon=":material/help:")
        left_out_tab(compared, words)
        village_tab(plan, words)
        return
    names = ("tab_map", "tab_charts", "tab_villages", "tab_calibration", "tab_left_out")
    on_map, charts, villages, calibration, rest = st.tabs([text(name, words) for name in names])
    with on_map:
        map_tab(words)
    with charts:
        chart_tab(plan, compared, words)
    with villages:
        village_tab(plan, words)
    with calibration:
        calibration_tab(plan, compared, words)
    with rest:
        left_out_tab(compared, words)


page()
