"""What all verbs share: the application, common options, the bar of progress.

``--verbose`` and ``--lang`` may stand anywhere, and a wrong call is a sentence in the language of the command.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from tqdm import tqdm
from typer.core import TyperCommand, TyperGroup

from geo_planner.cli.help_page import WIDEST, needed, value_label, write_help
from geo_planner.cli.telling import EXIT_INTERRUPTED, EXIT_USAGE, LANG, known_language, shortened, speak, spoken, tell, tell_wrong, worded
from geo_planner.errors import GeoPlannerError, UsageError
from geo_planner.words import LANGUAGES, Said, catalogue, said

if TYPE_CHECKING:
    from geo_planner.config import Scenario
    from geo_planner.study_area import StudyArea

_Work = TypeVar("_Work", bound=Callable[..., Any])
VERBOSE = "--verbose"


class Verb(TyperCommand):
    """A verb; words that it has no use for are told as all that is wrong with a call."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        write_help(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        try:
            beyond: list[str] = super().parse_args(ctx, args)
        except Exception as error:
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined] # not every error of the parser says which verb was called
            raise
        if beyond and not ctx.resilient_parsing:
            raise UsageError("bad_call.beyond", words=tuple(shortened(word, 80) for word in beyond[:5]), command=ctx.command_path)
        return beyond


class Verbs(TyperGroup):
    """All verbs, with what holds for each of them."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        write_help(self, ctx, formatter)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        own = args[: args.index("--")] if "--" in args else args
        try:
            speak(None)
            languages, words = _without_language(own)
            for asked in languages:
                if (language := known_language(asked)) is None:
                    raise UsageError("unknown_language", asked=shortened(asked, 80), known=LANGUAGES)
                speak(language)
            if VERBOSE in words:
                words = [VERBOSE, *(word for word in words if word != VERBOSE)]
            return super().make_context(info_name, [*words, *args[len(own) :]], parent, **extra)
        except Exception as error:
            _tell_of_call(error, "--json" in own)
            raise

    def invoke(self, ctx: Any) -> Any:
        given = [*getattr(ctx, "_protected_args", ()), *ctx.args]  # the verbs take them out of the list
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # before a verb has come to its own work
            tell_wrong(said("stopped"), "--json" in given)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except Exception as error:
            _tell_of_call(error, "--json" in given)
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            raise UsageError("no_such_verb", verb=shortened(args[0], 80), verbs=tuple(self.commands))
        return super().resolve_command(ctx, args)


def _without_language(words: list[str]) -> tuple[list[str], list[str]]:
    """The languages asked for, and the other words."""
    languages, rest = [], []
    given = iter(words)
    for word in given:
        if word == LANG:
            if (asked := next(given, None)) is None:
                raise UsageError("bad_call.no_value", option=LANG, command="geo-planner")
            languages.append(asked)
        elif word.startswith(f"{LANG}="):
            languages.append(word.partition("=")[2])
        else:
            rest.append(word)
    return languages, rest


def _tell_of_call(error: Exception, as_json: bool) -> None:
    """Tell what is wrong with a call and end; whatever else is wrong goes its way."""
    if isinstance(error, GeoPlannerError):
        raise typer.Exit(tell(error, as_json)) from error
    what = _wrong_call(error)
    if what is not None:
        tell_wrong(what, as_json)
        raise typer.Exit(EXIT_USAGE) from error


def _wrong_call(error: Any) -> Said | None:
    """What a usage error of the parser says; None for every other error.

    Typer brings its own copy of click in some versions: the kinds are known by their names and by what they carry.
    """
    kind = type(error).__name__
    if getattr(error, "exit_code", None) != EXIT_USAGE or not hasattr(error, "format_message") or kind == "NoArgsIsHelpError":
        return None
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "geo-planner")
    option = shortened(str(getattr(error, "option_name", "")), 80)
    param = getattr(error, "param", None)
    if kind == "NoSuchOption":
        return said("bad_call.no_such_option", option=option, command=command)
    if kind == "BadOptionUsage":
        flags = [p for p in getattr(getattr(context, "command", None), "params", ()) if option in p.opts and getattr(p, "is_flag", False)]
        return said("bad_call.flag" if flags else "bad_call.no_value", option=option, command=command)
    if param is not None:
        name = max(param.opts, key=len) if param.param_type_name == "option" else value_label(param)
        if kind == "MissingParameter":
            return said(f"bad_call.missing_{param.param_type_name}", name=name, command=command)
        return said("bad_call.value", name=name, needed=needed(param) or said("needed_value.other"), command=command)
    return said("bad_call.other", told=shortened(error.format_message()), command=command)


app = typer.Typer(
    name="geo-planner",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the pages of help are ours
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)

ScenarioPath = Annotated[Path, typer.Argument(metavar="scenario")]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="setting")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="count")]
EngineOption = Annotated[str | None, typer.Option("--engine", metavar="threads|processes|dask")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", metavar="address")]
AsJson = Annotated[bool, typer.Option("--json")]


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"geo-planner {version('geo-planner')}")
        raise typer.Exit


@app.callback()
def _main(
    verbose: Annotated[bool, typer.Option(VERBOSE)] = False,
    lang: Annotated[str | None, typer.Option(LANG, metavar="vi|en")] = None,  # noqa: ARG001 - taken by the verbs' group, wherever it stands
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True)] = False,  # noqa: ARG001 - has a callback
) -> None:
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def verb(name: str | None = None) -> Callable[[_Work], _Work]:
    """Make a function a verb of the command line."""
    return app.command(name, cls=Verb)


def read_input(scenario: Path, overrides: list[str] | None) -> tuple[Scenario, StudyArea]:
    """A scenario with what the command sets in it, and the study area that it belongs to."""
    from geo_planner.config import load_scenario
    from geo_planner.study_area import load_study_area, study_area_root

    settings = load_scenario(scenario, overrides or [])
    return settings, load_study_area(study_area_root(scenario), settings)


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
