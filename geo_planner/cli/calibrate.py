"""``calibrate``: measurements against the model, and a scenario that takes the lesson, only where asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import (
    AsJson,
    Overrides,
    ProgressBar,
    ScenarioPath,
    Workers,
    by_level,
    echo,
    guarded,
    hint,
    line,
    print_json,
    verb,
)
from geo_planner.words import said


@verb()
def calibrate(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")] = Path("calibration"),
    new_scenario: Annotated[
        Path | None, typer.Option("--apply", metavar="NEW.yaml", help="Also write a scenario that applies it; never over another file.")
    ] = None,
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Hold the model against the measurements: offset, slope and error of each band, cross-validated."""
    from geo_planner.calibration import apply_calibration, calibration_table, scenario_overrides
    from geo_planner.config import check_new_scenario, load_scenario, write_scenario
    from geo_planner.export.folder import check_output
    from geo_planner.export.outputs import write_calibration
    from geo_planner.measurements import compare_with_measurements
    from geo_planner.study_area import load_study_area, study_area_root

    def work() -> int:
        check_output(out)  # before the work, not after it
        if new_scenario is not None:
            check_new_scenario(scenario, new_scenario)
        settings = load_scenario(scenario, overrides or [])
        study_area = load_study_area(study_area_root(scenario), settings)
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
            for path in files.values():
                echo(f"  {path}")
        return 0

    guarded(work, as_json)
