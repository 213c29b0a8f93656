"""What holds for all verbs: ``--verbose`` and ``--lang`` may stand anywhere, and a wrong call is a sentence in the language of the command."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from geo_planner.cli.language import LANG, known_language, speak
from geo_planner.cli.telling import EXIT_INTERRUPTED, EXIT_USAGE, shortened, tell, tell_wrong
from geo_planner.errors import GeoPlannerError, UsageError
from geo_planner.words import LANGUAGES, Said, said

VERBOSE = "--verbose"
_NEEDED = {
    "workers": "from_one",
    "max_mb": "from_one",
    "max_rows": "from_one",
    "port": "port",
    "year": "whole",
    "cell_m": "number",
    "margin_km": "number",
}


class Verb(TyperCommand):
    """A verb; words that it has no use for are told as all that is wrong with a call."""

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
        name = max(param.opts, key=len) if param.param_type_name == "option" else str(param.metavar or param.name)
        if kind == "MissingParameter":
            return said(f"bad_call.missing_{param.param_type_name}", name=name, command=command)
        return said("bad_call.value", name=name, needed=said(f"needed_value.{_NEEDED.get(param.name, 'other')}"), command=command)
    return said("bad_call.other", told=shortened(error.format_message()), command=command)
