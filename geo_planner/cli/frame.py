"""What all verbs share: the application, common options, and the way from an error to an exit status."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from geo_planner.errors import Fault, GeoPlannerError, InputError, OutputError, UsageError

EXIT_FAULTS, EXIT_USAGE = 1, 2

app = typer.Typer(
    name="geo-planner",
    help="From a list of villages without signal to a terrain-checked, ranked, mapped proposal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioPath = Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="Scenario file inside the scenarios/ folder of a study area.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, for instance terrain.path=dem.tif.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Threads; all cores when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]


@app.callback()
def _main(verbose: Annotated[bool, typer.Option("--verbose", help="Log what happens.")] = False) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


class ProgressBar:
    """A bar on standard error that starts anew with each step; silent for scripts."""

    def __init__(self, *, silent: bool) -> None:
        self._bar = tqdm(total=100, disable=silent or None, file=sys.stderr, bar_format="{desc:<14}{percentage:3.0f}%|{bar}| {elapsed}")
        self._step = ""

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def steps(self, step: str, share: float) -> None:
        """Steps that each run from 0 to 1."""
        if step != self._step:
            self._step = step
            self._bar.reset()
        self.overall(step, share)

    def overall(self, step: str, share: float) -> None:
        """The share of the whole that is done, whatever the step is called."""
        self._bar.set_description_str(step)
        self._bar.update(round(100 * share) - self._bar.n)


def guarded(work: Callable[[], int], as_json: bool) -> None:
    """Do the work and turn what the package raises into a sentence and an exit status."""
    try:
        status = work()
    except InputError as error:
        status = EXIT_FAULTS
        if as_json:
            print_json({"ok": False, "error": "faults in the input", **by_level(error.faults)})
        else:
            typer.echo("\n".join(f"{f.level}: {f}" for f in error.faults), err=True)
            typer.echo(f"{sum(f.level == 'fault' for f in error.faults)} faults; nothing was written.", err=True)
    except GeoPlannerError as error:
        status = EXIT_USAGE if isinstance(error, (UsageError, OutputError)) else EXIT_FAULTS
        if as_json:
            print_json({"ok": False, "error": str(error)})
        else:
            typer.echo(f"error: {error}", err=True)
    raise typer.Exit(status)


def by_level(found: Iterable[Fault]) -> dict[str, Any]:
    found = list(found)
    return {"faults": [f.as_dict() for f in found if f.level == "fault"], "warnings": [f.as_dict() for f in found if f.level == "warning"]}


def print_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False))
