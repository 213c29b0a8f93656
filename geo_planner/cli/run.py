"""``plan``, ``coverage`` and ``calibrate``: run a scenario, or hold the model against measurements, and write what comes out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.frame import AsJson, EngineOption, Overrides, ProgressBar, ScenarioPath, Scheduler, Workers, read_input, verb
from geo_planner.cli.telling import by_level, echo, echo_files, guarded, hint, line, lines, print_json
from geo_planner.words import said

if TYPE_CHECKING:
    from geo_planner.batch.memory import Covering


@verb()
def plan(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")] = Path("out"),
    overrides: Overrides = None,
    workers: Workers = None,
    engine: EngineOption = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.export import write_plan

    _run_and_write(scenario, out, overrides, workers, as_json, write_plan, (engine, scheduler))


@verb()
def coverage(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")],
    overrides: Overrides = None,
    workers: Workers = None,
    engine: EngineOption = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.export import write_coverage

    # what to build is worked out for minutes and stands in none of these files
    _run_and_write(scenario, out, [*(overrides or []), "build=null"], workers, as_json, write_coverage, (engine, scheduler))


def covering(engine: str | None, scheduler: str | None, workers: int | None) -> Covering:
    """Who works out the coverage: the engine that a command names; without one this process, in blocks where memory asks for it.

    Raises
    ------
    UsageError
        For an engine that is none, or not to be had.
    """
    from geo_planner.batch.memory import Covering
    from geo_planner.radio.cache import default_loss_cache

    asked = None
    if engine is not None or scheduler is not None:
        from geo_planner.batch.engines import engine_of

        asked = engine_of(engine, scheduler, workers)
    return Covering(asked, workers or os.cpu_count() or 1, default_loss_cache())


def _run_and_write(
    scenario_path: Path, out: Path, overrides: list[str] | None, workers: int | None, as_json: bool, write: Callable[..., dict[str, Path]],
    engine: tuple[str | None, str | None],
) -> None:  # fmt: skip
    from geo_planner.export.folder import check_output
    from geo_planner.plan import run
    from geo_planner.radio.cache import default_loss_cache

    def work() -> int:
        check_output(out)  # before the work, not after it
        cover_by = covering(*engine, workers)
        scenario, study_area = read_input(scenario_path, overrides)
        with ProgressBar(silent=as_json) as bar:
            result = run(
                scenario,
                study_area,
                progress=lambda step, share: bar.overall(step, 0.8 * share),
                workers=workers,
                cache=default_loss_cache(),
                cover_by=cover_by,
            )
            if cover_by.in_blocks:
                result = replace(result, manifest={**result.manifest, "coverage_in_blocks": True})
            files = write(result, out, progress=lambda step, share: bar.overall(step, 0.8 + 0.2 * share))
        if as_json:
            outputs = {name: str(path) for name, path in files.items()}
            print_json(
                {"ok": True, "out": str(out), "files": outputs, "uses_sample_data": result.uses_sample_data, **by_level(result.notes)}
            )
        else:
            for told in lines(result.notes):
                hint(told)
            echo(said("planned", n=len(result.villages)))
            echo_files(files.values(), uses_sample_data=result.uses_sample_data)
        return 0

    guarded(work, as_json)


@verb()
def calibrate(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")] = Path("calibration"),
    new_scenario: Annotated[Path | None, typer.Option("--apply", metavar="new_scenario")] = None,
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.calibration import apply_calibration, calibration_table, scenario_overrides
    from geo_planner.config import check_new_scenario, write_scenario
    from geo_planner.export.folder import check_output
    from geo_planner.export.outputs import write_calibration
    from geo_planner.measurements import compare_with_measurements

    def work() -> int:
        check_output(out)  # before the work, not after it
        if new_scenario is not None:
            check_new_scenario(scenario, new_scenario)
        settings, study_area = read_input(scenario, overrides)
        with ProgressBar(silent=as_json) as bar:
            result = compare_with_measurements(settings, study_area, progress=bar.overall, workers=workers)
        files = write_calibration(result, out)
        table = calibration_table(result.calibrations)
        if new_scenario is not None:
            section = apply_calibration(result.calibrations, terrain_sha256=study_area.terrain.sha256, source_sha256=result.source_sha256)
            write_scenario(scenario, new_scenario, scenario_overrides(section), overrides or [])
            files["scenario"] = new_scenario
        if as_json:
            bands = table.reset_index()[["freq_mhz", "verdict", "n", "n_places"]].to_dict("records")
            print_json({"ok": True, "bands": bands, "files": {name: str(path) for name, path in files.items()}, **by_level(result.notes)})
        else:
            for note in result.notes:
                hint(line(note))
            for band in result.calibrations:
                verdict = said(f"calibrated_verdict.{band.verdict}")
                echo(said("calibrated_band", freq=band.freq_mhz, verdict=verdict, n=band.n, places=band.n_places, reason=band.ground))
            echo_files(files.values())
        return 0

    guarded(work, as_json)
