"""What ``--help`` shows, in the language of the command.

The sentences stand in the catalogue by the names that are typed: ``help.plan``, ``help.calibrate.--apply``, or ``help.shared.--out`` of
what several verbs have; what a value is called is ``help_value.<metavar>``. A page asks of the parser only what each of its versions knows of
a parameter, and lays it out itself: what they put around it differs from version to version, and is English.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from geo_planner.cli.telling import spoken, worded
from geo_planner.words import LANGUAGES, Label, Said, catalogue, said

WIDEST = 100
_WIDEST_NAME = 32


def write_help(command: Any, ctx: Any, formatter: Any) -> None:
    """Write the page of the program or of a verb."""
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    # in the order in which the catalogue tells them: that of imports is by their modules' names
    verbs = sorted(getattr(command, "commands", {}), key=lambda name: list(catalogue(spoken())).index(f"help.{name}"))
    call = [_page("options_place"), *map(_place, arguments), *([_page("verb_place")] if verbs else [])]
    formatter.write_usage(ctx.command_path, " ".join(call), prefix=f"{_page('usage')} ")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(about(command.name))
    for title, rows in (
        ("arguments", [(_value(param), _described(command, param, ctx)) for param in arguments]),
        ("options", [(_names(param), _described(command, param, ctx)) for param in options]),
        ("verbs", [(name, about(name).partition("\n\n")[0]) for name in verbs]),
    ):
        if rows:
            with formatter.section(_bold(_page(title))):
                formatter.write_dl([(_bold(first), second) for first, second in rows], col_max=_WIDEST_NAME)
    formatter.write_paragraph()
    formatter.write_text(_page("of_a_verb" if verbs else "everywhere"))


def about(command: str) -> str:
    """What the program or a verb does."""
    return worded(said(f"help.{command}"))


def meaning(command: Any, param: Any) -> Said:
    """What a parameter is for: as the verb says it, else as all do."""
    name = max(param.opts, key=len)
    own = f"help.{command.name}.{name}"
    return said(own if own in catalogue(spoken()) else f"help.shared.{name}")


def value_label(param: Any) -> Label:
    """What the value of a parameter is called; words to choose from stand as they are typed."""
    key = f"help_value.{param.metavar}"
    titles = {language: catalogue(language)[key]["text"] if key in catalogue(language) else str(param.metavar) for language in LANGUAGES}
    return Label(str(param.metavar), **titles)


def needed(param: Any) -> Said | None:
    """What its value has to be, where not every text will do."""
    key = f"needed_value.{param.metavar}"
    return said(key) if key in catalogue(spoken()) else None


def _page(name: str) -> str:
    return worded(said(f"help_page.{name}"))


def _bold(text: str) -> str:
    return typer.style(text, bold=True)  # taken away again where the page goes into a file or pipe


def _value(param: Any) -> str:
    return value_label(param).title(spoken()) + (" …" if param.nargs == -1 else "")


def _place(argument: Any) -> str:
    """An argument as it stands in a call."""
    return _value(argument) if argument.required else f"[{_value(argument)}]"


def _names(option: Any) -> str:
    """All names of an option, and what follows them."""
    names = " / ".join(", ".join(sorted(names, key=len)) for names in (option.opts, option.secondary_opts) if names)
    return names if option.is_flag else f"{names} {_value(option)}"


def _described(command: Any, param: Any, ctx: Any) -> str:
    text = worded(meaning(command, param))
    beside = "; ".join(_beside(param, ctx))
    return f"{text} [{beside}]" if beside else text


def _beside(param: Any, ctx: Any) -> Iterable[str]:
    """What holds for a parameter, in brackets behind its text."""
    if param.required:
        yield _page("required")
    if (kind := needed(param)) is not None:
        yield worded(kind)
    usual = param.get_default(ctx, call=False)
    if isinstance(usual, bool):
        usual = min(param.opts, key=len) if usual else None
    if isinstance(usual, (str, int, float, Path)):
        yield worded(said("help_page.default", value=str(usual)))
