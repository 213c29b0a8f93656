"""Every scenario of many study areas: run, written, compared in one table; what one area lacks does not stop the others."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.batch.common_order import CommonOrder, Part, common_order
from geo_planner.batch.engines import EngineError
from geo_planner.batch.found import PLANS, Asked
from geo_planner.config import check_overrides, load_scenario, read_document
from geo_planner.errors import Fault, GeoPlannerError, InputError, fault
from geo_planner.plan import CoverBy, Plan, load_plan, run
from geo_planner.radio.cache import default_loss_cache
from geo_planner.stored.folder import stored_run
from geo_planner.study_area import load_study_area, study_area_root

logger = logging.getLogger(__name__)

FIGURES = (
    "province", "province_code", "villages", "villages_no_signal", "villages_partial", "villages_covered", "villages_unknown", "households",
    "households_no_signal", "masts", "communes", "covered_area_share_mean", "chosen_sites", "chosen_cost_vnd", "input_until", "uses_sample_data",
)  # fmt: skip
"""Of a plan, in the table of results."""
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Writing:
    """How a plan becomes files.

    Attributes
    ----------
    write : callable
        Writes a plan into a folder (:func:`geo_planner.export.write_plan`).
    check : callable
        Refuses a folder that must not be replaced (:func:`geo_planner.export.folder.check_output`); asked before the work, not after it.
    """

    write: Callable[[Plan, Path], object]
    check: Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scenario.

    Attributes
    ----------
    name, area, scenario
        As it was asked for.
    faults : tuple of Fault
        Why there is no plan; empty where there is one.
    figures : dict
        Sums of the plan, as a row of the table of results; empty without one.
    taken_over : bool
        The folder held this very plan already.
    """

    name: str
    area: str
    scenario: Path | None
    faults: tuple[Fault, ...]
    figures: dict[str, Any]
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of all of them.

    Attributes
    ----------
    outcomes : tuple of Outcome
        In order of the areas.
    order : CommonOrder
        All villages in one order.
    uses_sample_data : bool
    """

    outcomes: tuple[Outcome, ...]
    order: CommonOrder
    uses_sample_data: bool


def check_for_all(asked: Sequence[Asked], overrides: Sequence[str]) -> None:
    """Refuse settings that no scenario can take, before any is begun: they are told once, not once an area.

    Raises
    ------
    UsageError, InputError
        As :func:`geo_planner.config.check_overrides` has them.
    """
    documents = []
    for one in asked:
        if one.scenario is not None:
            with contextlib.suppress(GeoPlannerError):  # one that cannot be read is told in its turn
                documents.append(read_document(one.scenario, one.scenario.name))
    check_overrides(documents, overrides)


def run_areas(
    asked: Sequence[Asked],
    out: Path,
    writing: Writing,
    *,
    overrides: Sequence[str] = (),
    workers: int | None = None,
    cover_by: CoverBy | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Batch:
    """Run scenarios one after the other and write each plan into ``plans/`` of `out`; one that stands there already is taken over.

    Parameters
    ----------
    asked : sequence of Asked
    out : Path
    writing : Writing
    overrides : sequence of str
        Settings ``key=value`` over those of each scenario.
    workers, cover_by
        As :func:`geo_planner.plan.run` takes them.
    progress : callable, optional
        Called with the name of the plan at work and the share of the whole that is done.
    """
    outcomes, parts = [], []
    for number, one in enumerate(asked):

        def tell(_step: str, share: float, name: str = one.name, number: int = number) -> None:
            if progress is not None:
                progress(name, (number + share) / len(asked))

        tell("", 0.0)
        plan, taken_over, faults = None, False, one.faults
        if one.scenario is not None:
            plan, taken_over, faults = _planned(one.scenario, out / PLANS / one.name, writing, overrides, workers, cover_by, tell)
        figures = {} if plan is None else _figures(plan)
        outcomes.append(Outcome(one.name, one.area, one.scenario, faults, figures, taken_over))
        if plan is not None:
            villages = pd.DataFrame(plan.villages.drop(columns="geometry"))
            parts.append(Part(one.name, one.area, plan.scenario, villages, plan.criteria_values))
    return Batch(tuple(outcomes), common_order(parts), any(each.figures.get("uses_sample_data", False) for each in outcomes))


def _planned(
    path: Path, folder: Path, writing: Writing, overrides: Sequence[str], workers: int | None, cover_by: CoverBy | None,
    tell: Callable[[str, float], None],
) -> tuple[Plan | None, bool, tuple[Fault, ...]]:  # fmt: skip
    """The plan and whether it stood there, or why there is none. Nothing that one area does ends the run; without an engine no other could be done."""
    try:
        writing.check(folder)
        scenario = load_scenario(path, list(overrides))
        study_area = load_study_area(study_area_root(path), scenario)
        plan = _standing(folder, study_area_root(path), run_scenario=scenario.model_dump(mode="json"))
        if plan is not None:
            return plan, True, ()
        plan = run(scenario, study_area, tell, workers=workers, cache=default_loss_cache(), cover_by=cover_by)
        folder.parent.mkdir(parents=True, exist_ok=True)
        writing.write(plan, folder)
    except EngineError:
        raise
    except InputError as error:
        return None, False, tuple(each for each in error.faults if each.level == "fault")
    except GeoPlannerError as error:
        told = Fault(path.name, error.said) if error.said.has_remedy else fault(path.name, "batch.area_refused", why=error.said)
        return None, False, (told,)
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
    without = villages["modelled_status"] == "no_signal"
    return {
        "province": plan.scenario.province.name,
        "province_code": plan.scenario.province.code,
        "villages": len(villages),
        "villages_no_signal": int(without.sum()),
        "villages_partial": int((villages["modelled_status"] == "partial").sum()),
        "villages_covered": int((villages["modelled_status"] == "covered").sum()),
        "villages_unknown": int((villages["modelled_status"] == "unknown").sum()),
        "households": int(villages["households"].sum()),
        "households_no_signal": int(villages.loc[without, "households"].sum()),
        "masts": int(plan.sites["in_service"].groupby(level="site_id").any().sum()),
        "communes": len(communes),
        "covered_area_share_mean": None if communes["covered_area_share"].isna().all() else float(communes["covered_area_share"].mean()),
        "chosen_sites": None if build is None else len(build.results.sites),
        "chosen_cost_vnd": None if build is None else int(build.choice.cost),
        "input_until": _last_day(plan),
        "uses_sample_data": plan.uses_sample_data,
    }


def _last_day(plan: Plan) -> str | None:
    """The latest date that the input states, of a source or of a village's status, as it is written (a year, a month or a day); None where there is none."""
    dates = [str(source.get("date") or "") for source in plan.manifest["sources"].values()]
    dates += [str(day) for day in plan.villages["status_date"].dropna()]
    return max((date for date in dates if _DATE.fullmatch(date)), default=None)


def results_table(batch: Batch) -> pd.DataFrame:
    """A row for each scenario: its name, area and file, whether it was done and is part of the common order (else why not), its figures, and what
    kept it from being run."""
    left_out = dict(batch.order.left_out)
    rows = [
        {
            "name": each.name,
            "area": each.area,
            "scenario": None if each.scenario is None else each.scenario.name,
            "done": not each.faults,
            "common_order": None if each.faults else left_out.get(each.name, "yes"),
            **{figure: each.figures.get(figure) for figure in FIGURES},
            "faults": len(each.faults),
            "first_fault_vi": each.faults[0].line("vi") if each.faults else None,
            "first_fault_en": each.faults[0].line("en") if each.faults else None,
        }
        for each in batch.outcomes
    ]
    return pd.DataFrame(rows, dtype=object)  # counts stay whole numbers beside blanks
