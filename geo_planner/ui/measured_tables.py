"""What was measured, as tables for the page: words for stable words, per cent for shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo_planner.calibration import Calibration
from geo_planner.measurements import MeasuredAgainstModelled, residual_squares
from geo_planner.plan import Plan
from geo_planner.ui.texts import text
from geo_planner.words import Language, day, number, said, word


def square_table(plan: Plan, compared: MeasuredAgainstModelled, language: Language) -> pd.DataFrame:
    """One row a square of the terrain, as the charts draw it; ``heard`` tells whether a level was measured there."""
    squares = residual_squares(compared.residuals, sigma_db=plan.scenario.service.sigma_db, square_m=plan.terrain.cell_m)
    return squares.assign(
        agreement=squares["verdict"].map(lambda key: said(f"agreement.{key}").text(language)),
        heard=squares["measured_dbm"].notna(),
        shown_dbm=squares["measured_dbm"].fillna(squares["modelled_dbm"] + squares["residual_db"]),
    )


def statistics_table(compared: MeasuredAgainstModelled, language: Language) -> pd.DataFrame:
    """Per band: samples, mean difference, spread, and how often model and measurement conclude the same; shares in per cent."""
    found = compared.statistics
    shares = ("agreement_share", "false_covered_share", "false_uncovered_share")
    return pd.DataFrame(
        {
            text("column_band", language): [text("all_bands", language) if band == "all" else f"{band} MHz" for band in found.index],
            text("column_n_level", language): found["n"].to_numpy(),
            text("column_n_no_service", language): found["n_no_service"].to_numpy(),
            **{text(f"column_{name}", language): found[name].to_numpy() for name in ("bias_db", "sd_db", "rmse_db", "correlation")},
            **{text(f"column_{name}", language): 100 * found[name].to_numpy() for name in shares},
        }
    )


def calibration_rows(compared: MeasuredAgainstModelled, language: Language) -> pd.DataFrame:
    """Per band: the verdict and the figures that it rests on, as text."""
    return pd.DataFrame(
        [
            {
                text("column_band", language): f"{band.freq_mhz:g} MHz",
                text("column_verdict", language): said(f"calibration_verdict.{band.verdict}").text(language),
                text("column_offset", language): _with_interval(band.offset_db, band.offset_low_db, band.offset_high_db, language),
                text("column_slope", language): _slope(band, language),
                text("column_sigma", language): _with_interval(band.sigma_db, band.sigma_low_db, band.sigma_high_db, language),
                text("column_places", language): f"{number(band.n, 0, language)} / {number(band.n_places, 0, language)}",
            }
            for band in compared.calibrations
        ]
    )


def _with_interval(value: float, low: float, high: float, language: Language) -> str:
    if np.isnan(value):
        return ""
    return f"{number(value, 1, language)} ({number(low, 1, language)} … {number(high, 1, language)})"


def _slope(band: Calibration, language: Language) -> str:
    found = band.slope_db_per_decade
    return number(found, 1, language) if np.isfinite(found) and found else ""


def operator_table(plan: Plan, language: Language) -> pd.DataFrame:
    """One row a village and operator that was measured there, in order of rank; shares in per cent."""
    table = plan.measured.by_operator.reset_index()
    villages = plan.villages.loc[table["village_id"]] if len(table) else plan.villages.iloc[:0]
    words = {name: table[name].map(lambda key: word(key, language)) for name in ("measured_status", "centre_status")} if len(table) else {}
    shown = pd.DataFrame(
        {
            text("column_rank", language): villages["rank"].to_numpy(),
            text("column_village", language): villages["name"].to_numpy(),
            text("column_commune", language): villages["commune_name"].to_numpy(),
            text("column_operator", language): [name or text("no_operator", language) for name in table.get("operator", [])],
            text("column_measured", language): words.get("measured_status", pd.Series(dtype=object)).to_numpy(),
            text("column_centre", language): words.get("centre_status", pd.Series(dtype=object)).to_numpy(),
            text("column_centre_dbm", language): table.get("centre_median_dbm", pd.Series(dtype=float)).to_numpy(),
            text("column_settlement_share", language): 100 * table.get("settlement_share", pd.Series(dtype=float)).to_numpy(),
            text("column_samples", language): table.get("n_samples", pd.Series(dtype=int)).to_numpy(),
            text("column_n_no_service", language): table.get("n_no_service", pd.Series(dtype=int)).to_numpy(),
            text("column_measured_to", language): ["" if pd.isna(to) else day(str(to), language) for to in table.get("measured_to", [])],
            text("column_declared", language): villages["declared_status"]
            .fillna("unknown")
            .map(lambda key: word(key, language))
            .to_numpy(),
            text("column_modelled", language): villages["modelled_status"].map(lambda key: word(key, language)).to_numpy(),
            text("column_why_unknown", language): [
                "" if pd.isna(why) else said(f"measured_unknown.{why}").text(language) for why in table.get("measured_reason", [])
            ],
        }
    )
    return shown.sort_values(text("column_rank", language), kind="stable")


def left_out(compared: MeasuredAgainstModelled, language: Language) -> pd.DataFrame:
    """How many samples do not take part, by the reason."""
    dropped = compared.dropped["reason"].value_counts() if len(compared.dropped) else pd.Series(dtype=int)
    rows = [(text("left_cleaning", language), said(f"drop.{reason}").text(language), int(n)) for reason, n in dropped.items()]
    rows += [
        (text("left_model", language), said(f"without_model.{reason}").text(language), int(n))
        for reason, n in compared.without_model.items()
    ]
    return pd.DataFrame(rows, columns=[text(key, language) for key in ("column_step", "column_reason", "column_samples")])
