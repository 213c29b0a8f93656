"""What all verbs share: the application, common options, the bar of progress."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from tqdm import tqdm

from geo_planner.cli.language import LANG, spoken, worded
from geo_planner.cli.telling import EXIT_FAULTS, MOST_OF_A_KIND_ON_SCREEN, by_level, faulty, guarded, line, lines, print_json, unforeseen
from geo_planner.cli.verbs import VERBOSE, Verb, Verbs
from geo_planner.words import Said, catalogue, said

__all__ = [
    "EXIT_FAULTS", "MOST_OF_A_KIND_ON_SCREEN", "AsJson", "Overrides", "ProgressBar", "ScenarioPath", "Workers", "app", "by_level", "echo", "faulty",
    "guarded", "hint", "line", "lines", "print_json", "step_word", "unforeseen", "verb", "worded",
]  # fmt: skip

_Work = TypeVar("_Work", bound=Callable[..., Any])

app = typer.Typer(
    name="geo-planner",
    cls=Verbs,
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
def _main(
    verbose: Annotated[
        bool, typer.Option(VERBOSE, help="Log what happens, and show all there is of an error; may stand anywhere.")
    ] = False,
    lang: Annotated[  # noqa: ARG001 - taken by the verbs' group, wherever it stands
        str | None, typer.Option(LANG, metavar="vi|en", help="Language of what is told; the machine's when left out; may stand anywhere.")
    ] = None,
) -> None:
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def verb(name: str | None = None) -> Callable[[_Work], _Work]:
    """Make a function a verb of the command line."""
    return app.command(name, cls=Verb, epilog=f"Everywhere: {LANG} vi|en for the language, {VERBOSE} for all there is of an error.")


def echo(what: object) -> None:
    """A line of the outcome, in the language of the command."""
    typer.echo(worded(what))


def hint(what: object) -> None:
    """A line beside the outcome."""
    typer.echo(worded(what), err=True)


class ProgressBar:
    """A bar on standard error that starts anew with each step; silent for scripts."""

    def __init__(self, *, silent: bool) -> None:
        self._bar = tqdm(total=100, disable=silent or None, file=sys.stderr, bar_format="{desc:<14}{percentage:3.0f}%|{bar}| {elapsed}")
        self._step: str | Said = ""

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def steps(self, step: str | Said, share: float) -> None:
        """Steps that each run from 0 to 1."""
        if step != self._step:
            self._step = step
            self._bar.reset()
        self.overall(step, share)

    def overall(self, step: str | Said, share: float) -> None:
        """The share of the whole that is done, whatever the step is called."""
        self._bar.set_description_str(step_word(step))
        self._bar.update(round(100 * share) - self._bar.n)


def step_word(step: str | Said) -> str:
    """What people read for a step; a file that is being written or fetched is named as it is."""
    return worded(said(f"step.{step}")) if f"step.{step}" in catalogue(spoken()) else worded(step)
