"""The folder of a run read again: manifest, scenario, summary; every file held against its hash, nothing executed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario, parse_scenario
from geo_planner.errors import InputError, UsageError, fault
from geo_planner.files.folders import no_folder
from geo_planner.files.written import MANIFEST, read_manifest, verify_folder
from geo_planner.study_area import StudyArea
from geo_planner.words import first_of

COVERAGE, SUMMARY = "coverage.tif", "summary.json"
_HELD = ("rank", "score", "modelled_status", "rsrp_dbm", "settlement_covered_share")
"""Figures of a village that must come out as they were written."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A folder whose files are those that its manifest names.

    Attributes
    ----------
    folder : Path
    manifest : dict
    scenario : Scenario
        As it was run, with the layers that took part.
    study_area : Path
        Where the input lay, seen from the folder.
    summary : dict
        ``summary.json``.
    """

    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario
    study_area: Path
    summary: dict[str, Any]


def stored_run(folder: Path) -> StoredRun:
    """Read a folder that ``geo-planner plan`` wrote.

    Raises
    ------
    UsageError
        When there is no such folder, or it holds no plan.
    InputError
        With a fault for each file that is missing or has been changed since, and for settings that this version does not know.
    """
    if no_folder(folder) is not None:
        raise UsageError("no_stored_plan.missing", folder=str(folder)[:200])
    manifest = read_manifest(folder)
    if manifest is None or not {COVERAGE, SUMMARY} <= manifest["files"].keys():
        raise UsageError("no_stored_plan.no_plan", folder=str(folder)[:200])
    if changed := verify_folder(folder):
        raise InputError([fault(name, "stored_plan.changed") for name in changed[:20]])
    scenario = parse_scenario(manifest.get("scenario") or {}, file=MANIFEST)
    root = (folder / str(manifest.get("study_area", "."))).resolve()
    return StoredRun(folder, manifest, scenario, root, json.loads((folder / SUMMARY).read_text(encoding="utf-8")))


def check_input(stored: StoredRun, study_area: StudyArea) -> None:
    """Refuse a study area that is not the one the run read.

    Raises
    ------
    InputError
        With a fault for each file that differs.
    """
    then, now = stored.manifest.get("inputs_sha256", {}), study_area.sha256
    other = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if other:
        raise InputError([fault(name, "stored_plan.other_input") for name in other[:20]])


def check_figures(stored: StoredRun, villages: gpd.GeoDataFrame) -> None:
    """Refuse figures of the villages that are not those which were written: another version of the program made them.

    Raises
    ------
    InputError
        With the villages.
    """
    written = {village["village_id"]: village for village in stored.summary["villages"]}
    differ = sorted({*written} ^ {*villages.index})
    for village_id, row in villages.iterrows():
        if village_id in written and any(not _same(row[name], written[village_id][name]) for name in _HELD):
            differ.append(str(village_id))
    if differ:
        raise InputError([fault(SUMMARY, "stored_plan.other_version", villages=first_of(differ, 5), n=len(differ))])


def check_build(stored: StoredRun, sites: pd.DataFrame, links: pd.DataFrame) -> None:
    """Refuse sites or links that are not those which were written.

    Raises
    ------
    InputError
        With their ids.
    """
    written = stored.summary.get("build") or {"sites": [], "links": []}
    then = {str(row[f"{kind}_id"]): int(row["cost_vnd"]) for kind in ("site", "link") for row in written[f"{kind}s"]}
    now = {str(ident): int(cost) for table in (sites, links) for ident, cost in table["cost_vnd"].items()}
    differ = sorted(ident for ident in {*then, *now} if then.get(ident) != now.get(ident))
    if differ:
        raise InputError([fault(SUMMARY, "stored_plan.other_build", ids=first_of(differ, 5), n=len(differ))])


def _same(now: Any, written: Any) -> bool:
    if written is None:
        return bool(now is None or now != now or str(now) == "<NA>")
    return bool(now == written)
