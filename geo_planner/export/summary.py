"""``summary.json``: the plan for scripts. Nothing in it is rounded, what is not known is null."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geo_planner import schema
from geo_planner.calibration import calibration_table
from geo_planner.export.assumptions import sample_note, scenario_title, sources_of
from geo_planner.export.tables import counts, flat_columns, known_values, plain
from geo_planner.people import people_of_province
from geo_planner.plan import Plan

_STATUS_COLUMNS = ("declared_status", "modelled_status", "measured_status")
_FIGURES = (
    "rsrp_dbm", "coverage_probability", "settlement_covered_share", "best_server_id", "nearest_site_id", "nearest_site_km", "depends_on_sample",
)  # fmt: skip
_PLACE = ("name", "commune_code", "commune_name")
_DECISION = ("rank", "rank_in_group", "score", "responsibility", "responsibility_reason")
_COMPARED = ("compared_model", "compared_status", "compared_rsrp_dbm", "compared_probability")
_COMMUNE = (
    "code", "name", "type", "area_km2", "population", "border", "region_class", "n_villages", "n_no_signal", "covered_area_share",
    "covered_population_share",
)  # fmt: skip


def summary(plan: Plan) -> dict[str, Any]:
    """Villages (sorted by id), communes, totals and notes as plain values.

    ``contributions`` of a village add up to its ``score``. Totals of households and people count what is known and say for
    how many villages it is not.
    """
    doubts = plan.ranking.records()
    kept = (*_PLACE, *_DECISION, *_STATUS_COLUMNS, *_FIGURES, *_COMPARED)
    return {
        **_head(plan),
        "ranking": plan.ranking.summary(),
        "villages": [{**_village(plan, village_id, kept), **doubts[village_id]} for village_id in sorted(plan.villages.index)],
        "communes": _communes(plan),
        "measurements": _measurements(plan),
        "totals": _totals(plan),
        **_build(plan),
    }


def _build(plan: Plan) -> dict[str, Any]:
    if plan.build is None:
        return {}
    from geo_planner.export.build_summary import build_summary  # here, so that a plan without what to build loads no solver

    return {"build": build_summary(plan.build)}


def status_summary(plan: Plan) -> dict[str, Any]:
    """The same without ranking and responsibility, for a run that asks for coverage alone."""
    villages = [
        _village(plan, village_id, (*_PLACE, *_STATUS_COLUMNS, *_FIGURES, *_COMPARED)) for village_id in sorted(plan.villages.index)
    ]
    kept = ("village_id", *_PLACE, *_STATUS_COLUMNS, *_FIGURES, *_COMPARED, "operators", "flags")
    totals = {key: value for key, value in _totals(plan).items() if key != "by_responsibility"}
    return {
        **_head(plan),
        "villages": [{name: village[name] for name in kept} for village in villages],
        "communes": _communes(plan),
        "totals": totals,
    }


def write_summary(plan: Plan, path: Path) -> None:
    """Write :func:`summary` as JSON."""
    write_json(summary(plan), path)


def write_json(document: dict[str, Any], path: Path) -> None:
    """Write plain values as UTF-8 JSON, keys sorted; refuses NaN."""
    path.write_text(
        json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n"
    )


def _head(plan: Plan) -> dict[str, Any]:
    scenario = plan.scenario
    return {
        "scenario": scenario.name,
        "title": scenario_title(plan),
        "province": {"code": scenario.province.code, "name": scenario.province.name},
        "model": plan.coverage.model,
        "model_edition": plan.manifest.get("model_edition"),
        "calibration": scenario.calibration.model_dump(mode="json") if scenario.calibration.bands else None,
        "uses_sample_data": plan.uses_sample_data,
        "sample_data_note": sample_note(plan),
        "notes": [note.as_dict() for note in plan.notes],
        "sources": [asdict(citation) for citation in sources_of(plan)],
    }


def _village(plan: Plan, village_id: str, columns: tuple[str, ...]) -> dict[str, Any]:
    row = plan.villages.loc[village_id]
    point = row[plan.villages.geometry.name]
    return {
        "village_id": village_id,
        **{name: plain(row[name]) if name in row.index else None for name in columns},
        "lon": plain(point.x),
        "lat": plain(point.y),
        "households": plain(row.get("households")),
        "is_sample": plain(row.get("is_sample")),
        "missing": list(row["missing"]),
        "flags": list(row["flags"]),
        "operators": {str(name): plain(value) for name, value in plan.operators.loc[village_id].items()},
        "contributions": {str(name): plain(value) for name, value in plan.contributions.loc[village_id].items()},
    }


def _communes(plan: Plan) -> list[dict[str, Any]]:
    table = flat_columns(plan.communes)
    present = [name for name in _COMMUNE if name in table.columns]
    return [{str(key): value for key, value in row.items()} for row in table[present].sort_values("code").to_dict("records")]


def _measurements(plan: Plan) -> dict[str, Any] | None:
    """What was measured and how it fits the model; nothing of it has changed another figure."""
    compared = plan.measured.against_model
    if compared is None:
        return None
    return {
        "model": compared.model,
        "samples_kept": compared.n_kept,
        "dropped": {str(reason): int(n) for reason, n in compared.dropped["reason"].value_counts().items()},
        "without_model": {str(reason): int(n) for reason, n in compared.without_model.items()},
        "statistics": flat_columns(compared.statistics).to_dict("records"),
        "calibration": flat_columns(calibration_table(compared.calibrations)).to_dict("records"),
        "applied": bool(plan.scenario.calibration.bands),
        "by_operator": flat_columns(plan.measured.by_operator).to_dict("records"),
    }


def _totals(plan: Plan) -> dict[str, Any]:
    totals: dict[str, Any] = {"villages": len(plan.villages), "communes": len(plan.communes)}
    for column in _STATUS_COLUMNS:
        totals[f"by_{column}"] = counts(plan, column, schema.SIGNAL_STATUS)
    totals["by_responsibility"] = counts(plan, "responsibility", schema.RESPONSIBILITY)
    for column in ("households", "population", "poor_households", "near_poor_households"):
        known = known_values(plan, column)
        totals[column] = int(sum(known)) if known else None
        totals[f"{column}_unknown_in"] = len(plan.villages) - len(known)
    people = people_of_province(plan.study_area, plan.coverage, plan.scenario.service)
    if people is not None:
        totals["people"] = people
    totals["depends_on_sample"] = sum(plain(value) is True for value in plan.villages["depends_on_sample"])
    return totals
