"""``compare``: plans side by side."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.frame import AsJson, Overrides, ProgressBar, Workers, read_input, verb
from geo_planner.cli.telling import echo, echo_files, guarded, print_json
from geo_planner.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_planner.plan import Plan


@verb()
def compare(
    plans: Annotated[list[Path], typer.Argument(metavar="plan")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")] = Path("comparison"),
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.compare import compare as held_together
    from geo_planner.errors import UsageError
    from geo_planner.export.comparison import write_comparison
    from geo_planner.export.folder import check_output

    def work() -> int:
        check_output(out)  # before the work, not after it
        if len(plans) < 2:
            raise UsageError("compare_two_needed", n=len(plans))
        made: dict[str, Plan] = {}
        with ProgressBar(silent=as_json) as bar:
            for number, path in enumerate(plans):
                plan = _plan_of(path, overrides or [], workers, partial(_in_all, bar, number, len(plans)))
                made[_free_name(plan.scenario.name, made)] = plan
        comparison = held_together(made)
        files = write_comparison(comparison, out, uses_sample_data=any(plan.uses_sample_data for plan in made.values()))
        differing = int(comparison.villages["differs_in"].map(bool).sum())
        if as_json:
            outputs = {name: str(path) for name, path in files.items()}
            print_json({"ok": True, "out": str(out), "plans": list(comparison.names), "villages_differ": differing, "files": outputs})
        else:
            echo(said("compared", n=len(made), differing=differing, villages=len(comparison.villages)))
            echo_files(files.values())
        return 0

    guarded(work, as_json)


def _in_all(bar: ProgressBar, number: int, plans: int, step: str, share: float) -> None:
    bar.overall(step, (number + share) / plans)


def _plan_of(path: Path, overrides: list[str], workers: int | None, progress: Callable[[str, float], None]) -> Plan:
    """A plan read from its folder, or run."""
    from geo_planner.plan import load_plan, run
    from geo_planner.radio.cache import default_loss_cache

    if path.is_dir():
        return load_plan(path)
    scenario, study_area = read_input(path, overrides)
    return run(scenario, study_area, progress=progress, workers=workers, cache=default_loss_cache())


def _free_name(name: str, taken: dict[str, Plan]) -> str:
    """The scenario's name; of several of one name, counted."""
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} ({number})"
    return free
