"""Every scenario of many study areas: run, written, compared in one table; what one area lacks does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.batch.common_order import CommonOrder, common_order
from geo_planner.config import load_scenario
from geo_planner.errors import Fault, GeoPlannerError, InputError, UsageError, fault
from geo_planner.files.folders import no_folder
from geo_planner.plan import CoverBy, Plan, load_plan, run
from geo_planner.radio.cache import default_loss_cache
from geo_planner.stored.folder import stored_run
from geo_planner.study_area import load_study_area, scenario_paths, study_area_root

logger = logging.getLogger(__name__)

_PLANS = "plans"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scenario.

    Attributes
    ----------
    name : str
        Of its folder among the results: area and scenario.
    scenario : Path
    faults : tuple of Fault
        Why there is no plan; empty where there is one.
    figures : dict
        Sums of the plan, as a row of the table of results; empty without one.
    taken_over : bool
        The folder held this very plan already.
    """

    name: str
    scenario: Path
    faults: tuple[Fault, ...]
    figures: dict[str, Any]
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of all of them.

    Attributes
    ----------
    outcomes : tuple of Outcome
        In order of their names.
    order : CommonOrder
        All villages in one order.
    uses_sample_data : bool
    """

    outcomes: tuple[Outcome, ...]
    order: CommonOrder
    uses_sample_data: bool


def scenarios_in(folder: Path) -> list[Path]:
    """The scenarios of a study area, or of all study areas that are folders in this one.

    A folder in it without ``scenarios/`` is no study area and is passed over.

    Raises
    ------
    UsageError
        When there is no such folder, or no scenario in it.
    """
    if no_folder(folder) is not None:
        raise UsageError("batch.no_folder", folder=str(folder)[:200])
    if (folder / "scenarios").is_dir():
        areas = [folder]
    else:
        areas = sorted(
            path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".") and (path / "scenarios").is_dir()
        )
    found = [scenario for area in areas for scenario in scenario_paths(area)]
    if not found:
        raise UsageError("batch.no_scenario", folder=str(folder)[:200])
    return found


def run_areas(
    scenarios: Sequence[Path],
    out: Path,
    write: Callable[[Plan, Path], object],
    *,
    overrides: Sequence[str] = (),
    workers: int | None = None,
    cover_by: CoverBy | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Batch:
    """Run scenarios one after the other and write each plan into ``plans/`` of `out`; one that stands there already is taken over.

    Parameters
    ----------
    scenarios : sequence of Path
    out : Path
    write : callable
        Writes a plan into a folder (:func:`geo_planner.export.write_plan`).
    overrides : sequence of str
        Settings ``key=value`` over those of each scenario.
    workers, cover_by
        As :func:`geo_planner.plan.run` takes them.
    progress : callable, optional
        Called with the name of the plan at work and the share of the whole that is done.
    """
    outcomes, parts = [], []
    named = sorted(_named(scenarios))
    for number, (name, path) in enumerate(named):

        def tell(_step: str, share: float, name: str = name, number: int = number) -> None:
            if progress is not None:
                progress(name, (number + share) / len(named))

        tell("", 0.0)
        plan, taken_over, faults = _planned(path, out / _PLANS / name, write, overrides, workers, cover_by, tell)
        outcomes.append(Outcome(name, path, faults, {} if plan is None else _figures(plan), taken_over))
        if plan is not None:
            parts.append((name, plan.scenario.ranking, plan.villages, plan.criteria_values, plan.uses_sample_data))
    return Batch(tuple(outcomes), common_order(parts), any(sample for *_, sample in parts))


def _named(scenarios: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """A folder's name for each: area and scenario, counted where two are called alike."""
    taken: set[str] = set()
    for path in scenarios:
        stem = f"{study_area_root(path).resolve().name}-{path.stem}"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.casefold())
        yield name, path


def _planned(
    path: Path, folder: Path, write: Callable[[Plan, Path], object], overrides: Sequence[str], workers: int | None, cover_by: CoverBy | None,
    tell: Callable[[str, float], None],
) -> tuple[Plan | None, bool, tuple[Fault, ...]]:  # fmt: skip
    """The plan and whether it stood there, or why there is none. Nothing that one area does ends the run."""
    try:
        scenario = load_scenario(path, list(overrides))
        study_area = load_study_area(study_area_root(path), scenario)
        plan = _standing(folder, study_area_root(path), run_scenario=scenario.model_dump(mode="json"))
        if plan is not None:
            return plan, True, ()
        plan = run(scenario, study_area, tell, workers=workers, cache=default_loss_cache(), cover_by=cover_by)
        folder.parent.mkdir(parents=True, exist_ok=True)
        write(plan, folder)
    except InputError as error:
        return None, False, tuple(each for each in error.faults if each.level == "fault")
    except GeoPlannerError as error:
        return None, False, (fault(path.name, "batch.area_refused", why=error.said),)
    except Exception as error:  # of this area alone; the traceback is in the log
        logger.warning("%s", path, exc_info=error)
        return None, False, (fault(path.name, "batch.area_broke", what=f"{type(error).__name__}: {error}"[:200]),)
    return plan, False, ()


def _standing(folder: Path, area: Path, *, run_scenario: dict[str, Any]) -> Plan | None:
    """The plan that a former run wrote, of the same scenario over the same input by the same version; None where there is none such."""
    try:
        stored = stored_run(folder)
        asked = {**run_scenario, "layers": None}
        if {**stored.scenario.model_dump(mode="json"), "layers": None} != asked:
            return None
        return load_plan(folder, area)
    except GeoPlannerError:
        return None


def _figures(plan: Plan) -> dict[str, Any]:
    """A row of the table of results."""
    villages, communes, build = plan.villages, plan.communes, plan.build
    return {
        "province": plan.scenario.province.name,
        "province_code": plan.scenario.province.code,
        "villages": len(villages),
        "villages_no_signal": int((villages["modelled_status"] == "no_signal").sum()),
        "villages_partial": int((villages["modelled_status"] == "partial").sum()),
        "villages_covered": int((villages["modelled_status"] == "covered").sum()),
        "villages_unknown": int((villages["modelled_status"] == "unknown").sum()),
        "masts": int(plan.sites["in_service"].groupby(level="site_id").any().sum()),
        "communes": len(communes),
        "covered_area_share_mean": None if communes["covered_area_share"].isna().all() else float(communes["covered_area_share"].mean()),
        "chosen_sites": None if build is None else len(build.results.sites),
        "chosen_cost_vnd": None if build is None else int(build.choice.cost),
        "uses_sample_data": plan.uses_sample_data,
    }


def results_table(batch: Batch) -> pd.DataFrame:
    """A row for each scenario: its name, whether it was done, its figures, what kept it from being run."""
    rows = [
        {"name": each.name, "scenario": each.scenario.name, "done": not each.faults, **each.figures, "faults": len(each.faults)}
        for each in batch.outcomes
    ]
    told = [each.faults[0].line("vi") if each.faults else "" for each in batch.outcomes]
    return pd.DataFrame(rows).convert_dtypes().assign(first_fault=told)
