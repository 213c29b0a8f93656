"""The sheets of the measurements: what was measured at each village by operator, and the model held against the samples."""

from __future__ import annotations

from geo_planner import schema
from geo_planner.calibration import BandCalibration, Calibration
from geo_planner.export.palette import STATUS_FILLS
from geo_planner.export.tables import Cell, plain
from geo_planner.export.workbook import Sheet, Style, TableColumn, spoken
from geo_planner.measurements import MeasuredAgainstModelled, verdict_ground
from geo_planner.plan import Plan
from geo_planner.words import Said, day, said, word


def _column(key: str, width: float, style: Style = "text") -> TableColumn:
    return TableColumn(spoken(f"measured_sheet.{key}"), width, style)


def measurement_sheets(plan: Plan) -> list[Sheet]:
    """Two sheets; none where the study area has no measurements."""
    compared = plan.measured.against_model
    return [] if compared is None else [_operators_sheet(plan), _model_sheet(plan, compared)]


def _operators_sheet(plan: Plan) -> Sheet:
    columns = [
        _column("rank", 9, "centre"), _column("village_id", 9, "code"), _column("village", 19), _column("commune", 14),
        _column("operator", 14), _column("status", 12, "centre"), _column("centre", 12, "centre"),
        _column("median", 12, "level"), _column("centre_share", 12, "share"),
        _column("settlement_share", 12, "share"), _column("samples", 8, "int"), _column("no_service", 9, "int"),
        _column("from", 12, "centre"), _column("to", 12, "centre"), _column("why_unknown", 26),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    table = plan.measured.by_operator.reset_index()
    for village_id in plan.villages.index:
        village = plan.villages.loc[village_id]
        for _, found in table[table["village_id"] == village_id].iterrows():
            reason = plain(found["measured_reason"])
            rows.append(
                [
                    plain(village["rank"]), str(village_id), plain(village["name"]), plain(village["commune_name"]), found["operator"] or spoken("measured_sheet.no_operator"),
                    word(found["measured_status"]), word(found["centre_status"]),
                    *(plain(found[name]) for name in ("centre_median_dbm", "centre_share", "settlement_share", "n_samples", "n_no_service")),
                    _day(found["measured_from"]), _day(found["measured_to"]), None if reason is None else spoken(f"measured_unknown.{reason}"),
                ]
            )  # fmt: skip
    return Sheet(
        spoken("measured_sheet.by_operator"), columns, rows, [spoken("measured_sheet.by_operator_line")],
        [] if rows else [spoken("measured_sheet.nothing_near")], frozen_columns=3, fills={word(status): STATUS_FILLS[status] for status in schema.SIGNAL_STATUS},
        printed=False,
    )  # fmt: skip


def _day(value: object) -> str | None:
    iso = plain(value)
    return None if iso is None else day(str(iso), "vi")


def _model_sheet(plan: Plan, compared: MeasuredAgainstModelled) -> Sheet:
    columns = [
        _column("band", 12, "centre"), _column("with_level", 10, "int"), _column("no_service", 10, "int"),
        _column("bias", 13, "level"), _column("sd", 11, "level"), _column("rmse", 11, "level"),
        _column("correlation", 11, "score"), _column("agreement", 12, "share"), _column("false_covered", 12, "share"),
        _column("false_uncovered", 12, "share"), _column("verdict", 15, "centre"), _column("offset", 20, "centre"),
        _column("sigma", 20, "centre"), _column("ground", 60),
    ]  # fmt: skip
    figures = (
        "n", "n_no_service", "bias_db", "sd_db", "rmse_db", "correlation", "agreement_share", "false_covered_share", "false_uncovered_share",
    )  # fmt: skip
    bands = {f"{c.freq_mhz:g}": c for c in compared.calibrations}
    rows = [
        [
            spoken("measured_sheet.all_bands") if band == "all" else str(band),
            *(plain(found[name]) for name in figures),
            *_lesson(bands.get(str(band))),
        ]
        for band, found in compared.statistics.iterrows()
    ]
    line = spoken("measured_sheet.against_model_line", n=compared.n_kept, model=word(compared.model))
    return Sheet(
        spoken("measured_sheet.against_model"), columns, rows, [line, _applied(plan)],
        [*_left_out(compared), spoken("measured_sheet.confidence")], filtered=False, printed=False,
    )  # fmt: skip


def _applied(plan: Plan) -> str:
    bands = plan.scenario.calibration.bands
    if not bands:
        return spoken("measured_sheet.none_applied")
    return spoken("measured_sheet.applied", bands=[_band_applied(b) for b in bands])


def _band_applied(band: BandCalibration) -> Said:
    facts = {"freq": band.freq_mhz, "offset": band.offset_db, "sigma": band.sigma_db}
    if not band.slope_db_per_decade:
        return said("measured_sheet.band_applied", **facts)
    return said("measured_sheet.band_applied_sloped", **facts, reference=band.reference_km, slope=band.slope_db_per_decade)


def _lesson(band: Calibration | None) -> list[Cell]:
    if band is None:
        return [None, None, None, None]
    verdict, ground = said(f"calibration_verdict.{band.verdict}").text("vi"), verdict_ground(band).text("vi")
    if band.verdict == "too_few":
        return [verdict, None, None, ground]
    ends = {"value": band.offset_db, "low": band.offset_low_db, "high": band.offset_high_db}
    if band.slope_db_per_decade:
        offset = spoken("measured_sheet.interval_sloped", **ends, slope=band.slope_db_per_decade)
    else:
        offset = spoken("measured_sheet.interval", **ends)
    sigma = spoken("measured_sheet.interval", value=band.sigma_db, low=band.sigma_low_db, high=band.sigma_high_db)
    return [verdict, offset, sigma, ground]


def _left_out(compared: MeasuredAgainstModelled) -> list[str]:
    reasons = {
        "drop": compared.dropped["reason"].value_counts() if len(compared.dropped) else compared.without_model.iloc[:0],
        "without_model": compared.without_model,
    }
    return [
        spoken(
            f"measured_sheet.{'dropped' if kind == 'drop' else kind}",
            n=int(numbers.sum()),
            reasons=[
                said("measured_sheet.counted", what=said(f"{kind}.{reason}").text("vi").lower(), n=n) for reason, n in numbers.items()
            ],
        )
        for kind, numbers in reasons.items()
        if len(numbers)
    ]
