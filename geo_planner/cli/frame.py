"""What all verbs share: the application, common options, and the way from an error to an exit status."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm
from typer.core import TyperGroup

from geo_planner.errors import MOST_IN_ALL, Fault, GeoPlannerError, InputError, OutputError, UsageError, bounded, totals

EXIT_FAULTS, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_BROKEN_PIPE = 1, 2, 130, 141
MOST_OF_A_KIND_ON_SCREEN = 20

logger = logging.getLogger(__name__)
_VERBOSE = "--verbose"
_STOPPED = "stopped before the end; what was there before is as it was"


class _Verbs(TyperGroup):
    """The verbs, with what holds for all of them: ``--verbose`` may stand anywhere, ``--json`` holds for wrong options too."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        own = args[: args.index("--")] if "--" in args else args
        if _VERBOSE in own[1:]:
            args = [_VERBOSE, *(word for word in own if word != _VERBOSE), *args[len(own) :]]
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        given = [*getattr(ctx, "_protected_args", ()), *ctx.args]  # the verbs take them out of the list
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # before a verb has come to its own work
            _say(_STOPPED, "--json" in given)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except Exception as error:
            # Typer brings its own copy of click in some versions: known by what every usage error has.
            message = getattr(error, "format_message", None)
            if "--json" not in given or message is None or getattr(error, "exit_code", None) != EXIT_USAGE:
                raise
            print_json({"ok": False, "error": str(message())})
            raise typer.Exit(EXIT_USAGE) from error


app = typer.Typer(
    name="geo-planner",
    cls=_Verbs,
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
        bool, typer.Option(_VERBOSE, help="Log what happens, and show all there is of an error; may stand anywhere.")
    ] = False,
) -> None:
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


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
    """Do the work and turn whatever goes wrong into a sentence and an exit status.

    Below the errors that the package raises on purpose lies a last net: an error that nobody foresaw is one sentence too, and all of it
    with ``--verbose``.
    """
    try:
        status = work()
        sys.stdout.flush()
    except InputError as error:
        status = EXIT_FAULTS
        if as_json:
            print_json({"ok": False, "error": "faults in the input", **by_level(error.faults)})
        else:
            typer.echo("\n".join(lines(error.faults)), err=True)
            typer.echo(f"{sum(f.count for f in error.faults if f.level == 'fault'):,} faults; nothing was written.", err=True)
    except GeoPlannerError as error:
        status = EXIT_USAGE if isinstance(error, (UsageError, OutputError)) else EXIT_FAULTS
        _say(str(error), as_json)
    except BrokenPipeError:
        # whoever read our output has enough of it; what is still buffered must not complain at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
        _say(_STOPPED, as_json)
    except (SystemExit, typer.Exit, typer.Abort):
        raise
    except BaseException as error:
        status = EXIT_USAGE
        _say(unforeseen(error), as_json)
    raise typer.Exit(status)


def unforeseen(error: BaseException) -> str:
    """One sentence on an error that nobody foresaw, and what to do; the whole of it goes to the log of ``--verbose``."""
    logger.info("all there is of the error", exc_info=error)
    if isinstance(error, MemoryError):
        return "The memory of this machine is not enough for this. Close other programs, or set a coarser terrain.cell_m, and run again."
    if isinstance(error, RecursionError):
        return f"The input is nested too deep to be read. Look for brackets or links without end, or run again with {_VERBOSE} for details."
    told = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {shortened(told[0])}" if told else type(error).__name__
    return f"Something went wrong that this program did not foresee ({what}). Run again with {_VERBOSE} and send all that it shows to whoever looks after it."


def shortened(text: str, most: int = 300) -> str:
    """A text that a terminal can show, in bounded length."""
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:most])
    return safe + ("…" if len(text) > most else "")


def _say(sentence: str, as_json: bool) -> None:
    if as_json:
        print_json({"ok": False, "error": sentence})
    else:
        typer.echo(f"error: {sentence}", err=True)


def lines(found: Iterable[Fault]) -> list[str]:
    """Faults and warnings as lines for a screen: of each kind the first, the rest counted."""
    return [f"{f.level}: {f}" for f in bounded(found, MOST_OF_A_KIND_ON_SCREEN, in_all=MOST_IN_ALL)]


def by_level(found: Iterable[Fault]) -> dict[str, Any]:
    """Faults and warnings for ``--json``: bounded lists, and how many there are of each code altogether."""
    found = list(found)
    told = bounded(found, in_all=MOST_IN_ALL)
    return {
        "faults": [f.as_dict() for f in told if f.level == "fault"],
        "warnings": [f.as_dict() for f in told if f.level == "warning"],
        "totals": totals(found),
    }


def print_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False))
