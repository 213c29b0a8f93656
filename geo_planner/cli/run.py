"""``plan`` and ``coverage``: run a scenario and write what it says."""

from __future__ import annotations

from collections.abc import Callable
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
    lines,
    print_json,
    verb,
)
from geo_planner.words import said


@verb()
def plan(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")] = Path("out"),
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and write the priority list, the map and the layers."""
    from geo_planner.export import write_plan

    _run_and_write(scenario, out, overrides, workers, as_json, write_plan)


@verb()
def coverage(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and write the coverage rasters and the statuses alone."""
    from geo_planner.export import write_coverage

    _run_and_write(scenario, out, overrides, workers, as_json, write_coverage)


def _run_and_write(
    scenario_path: Path, out: Path, overrides: list[str] | None, workers: int | None, as_json: bool, write: Callable[..., dict[str, Path]]
) -> None:
    from geo_planner.config import load_scenario
    from geo_planner.export.folder import check_output
    from geo_planner.plan import run
    from geo_planner.radio.cache import default_loss_cache
    from geo_planner.study_area import load_study_area, study_area_root

    def work() -> int:
        check_output(out)  # before the work, not after it
        scenario = load_scenario(scenario_path, overrides or [])
        study_area = load_study_area(study_area_root(scenario_path), scenario)
        with ProgressBar(silent=as_json) as bar:
            result = run(
                scenario,
                study_area,
                progress=lambda step, share: bar.overall(step, 0.8 * share),
                workers=workers,
                cache=default_loss_cache(),
            )
            files = write(result, out, progress=lambda step, share: bar.overall(step, 0.8 + 0.2 * share))
        if as_json:
            outputs = {name: str(path) for name, path in files.items()}
            print_json(
                {"ok": True, "out": str(out), "files": outputs, "uses_sample_data": result.uses_sample_data, **by_level(result.notes)}
            )
        else:
            for line in lines(result.notes):
                hint(line)
            echo(said("planned", n=len(result.villages)))
            for path in files.values():
                echo(f"  {path}")
            if result.uses_sample_data:
                echo(said("sample_takes_part"))
        return 0

    guarded(work, as_json)
