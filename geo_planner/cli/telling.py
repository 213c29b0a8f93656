"""The way from an outcome or an error to a sentence in the language of the command, or to one JSON object, and to an exit status.

The language is the one asked for with ``--lang``, else the machine's, else English.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import typer

from geo_planner.errors import MOST_IN_ALL, Fault, GeoPlannerError, InputError, OutputError, UsageError, bounded, totals
from geo_planner.words import LANGUAGES, Language, Said, said

EXIT_FAULTS, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_BROKEN_PIPE = 1, 2, 130, 141
MOST_OF_A_KIND_ON_SCREEN = 20

logger = logging.getLogger(__name__)
LANG = "--lang"
_VIETNAMESE_ON_WINDOWS = 0x2A
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def spoken() -> Language:
    """The language of this command."""
    return _spoken.get() or machine_language(os.environ)


def of_the_papers() -> Language:
    """The language of what goes back to the office: Vietnamese, whatever the machine speaks, unless another one is asked for."""
    return _spoken.get() or "vi"


def speak(language: Language | None) -> None:
    """Set the language of this command; None: the machine's."""
    _spoken.set(language)


def known_language(asked: str) -> Language | None:
    """The language that a word asks for; None when there is no such one here."""
    return {known: known for known in LANGUAGES}.get(asked.strip().lower())  # type: ignore[call-overload]


def machine_language(environment: Mapping[str, str]) -> Language:
    """The language that the machine's messages have: the first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that says anything.

    On Windows, where these are seldom set, that of the user's interface.

    >>> machine_language({"LANG": "vi_VN.UTF-8"}), machine_language({"LC_ALL": "C", "LANG": "vi_VN.UTF-8"}), machine_language({"LC_ALL": "", "LANG": "vi"})
    ('vi', 'en', 'vi')
    """
    stated = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), None)
    if stated is None:
        return _windows_language() if sys.platform == "win32" else "en"
    return "vi" if stated.replace("-", "_").split(".")[0].split("_")[0].lower() in ("vi", "vietnamese") else "en"


def _windows_language() -> Language:
    if sys.platform != "win32":
        return "en"
    import ctypes

    return "vi" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _VIETNAMESE_ON_WINDOWS else "en"


def worded(what: object) -> str:
    """What is said, in the language of this command; a name or path as it is."""
    return what.text(spoken()) if isinstance(what, Said) else str(what)


def guarded(work: Callable[[], int], as_json: bool) -> None:
    """Do the work and turn whatever goes wrong into a sentence and an exit status.

    Below the errors that the package raises on purpose lies a last net: an error that nobody foresaw is one sentence too, and all of it
    with ``--verbose``.
    """
    try:
        status = work()
        sys.stdout.flush()
    except GeoPlannerError as error:
        status = tell(error, as_json)
    except BrokenPipeError:
        # whoever read our output has enough of it; what is still buffered must not complain at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
        tell_wrong(said("stopped"), as_json)
    except (SystemExit, typer.Exit, typer.Abort):
        raise
    except BaseException as error:
        status = EXIT_USAGE
        tell_wrong(unforeseen(error), as_json)
    raise typer.Exit(status)


def tell(error: GeoPlannerError, as_json: bool) -> int:
    """Tell of an error that was raised on purpose; returns the exit status."""
    if isinstance(error, InputError):
        if as_json:
            print_json({**faulty(error.faults), **by_level(error.faults)})
        else:
            typer.echo("\n".join(lines(error.faults)), err=True)
            typer.echo(worded(said("faults_in_input.nothing_written", n=_faults(error.faults))), err=True)
        return EXIT_FAULTS
    tell_wrong(error, as_json)
    return EXIT_USAGE if isinstance(error, (UsageError, OutputError)) else EXIT_FAULTS


def tell_wrong(what: Said | GeoPlannerError, as_json: bool) -> None:
    """One sentence on standard error, or one object on standard output."""
    if as_json:
        print_json(_wrong(what))
    else:
        typer.echo(worded(said("told.error", what=what.text(spoken()))), err=True)


def faulty(found: Iterable[Fault]) -> dict[str, Any]:
    """What an object for ``--json`` begins with where faults were found."""
    return _wrong(said("faults_in_input.short", n=_faults(found)))


def _faults(found: Iterable[Fault]) -> int:
    return sum(f.count for f in found if f.level == "fault")


def _wrong(what: Said | GeoPlannerError) -> dict[str, Any]:
    told = what.said if isinstance(what, GeoPlannerError) else what
    return {"ok": False, "error": what.text("en"), "error_vi": what.text("vi"), **told.as_dict()}


def unforeseen(error: BaseException) -> Said:
    """One sentence on an error that nobody foresaw, and what to do; the whole of it goes to the log of ``--verbose``."""
    logger.info("all there is of the error", exc_info=error)
    if isinstance(error, MemoryError):
        return said("unforeseen.memory")
    if isinstance(error, RecursionError):
        return said("unforeseen.nested")
    told = str(error).strip().splitlines()
    return said("unforeseen.other", what=f"{type(error).__name__}: {shortened(told[0])}" if told else type(error).__name__)


def shortened(text: str, most: int = 300) -> str:
    """A text that a terminal can show, in bounded length."""
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:most])
    return safe + ("…" if len(text) > most else "")


def lines(found: Iterable[Fault]) -> list[str]:
    """Faults and warnings as lines for a screen: of each kind the first, the rest counted."""
    return [line(f) for f in bounded(found, MOST_OF_A_KIND_ON_SCREEN, in_all=MOST_IN_ALL)]


def line(fault: Fault) -> str:
    """One fault or warning as a line for a screen."""
    return worded(said(f"told.{fault.level}", line=fault.line(spoken())))


def by_level(found: Iterable[Fault]) -> dict[str, Any]:
    """Faults and warnings for ``--json``: bounded lists, and how many there are of each code altogether."""
    found = list(found)
    told = bounded(found, in_all=MOST_IN_ALL)
    return {
        "faults": [f.as_dict() for f in told if f.level == "fault"],
        "warnings": [f.as_dict() for f in told if f.level == "warning"],
        "totals": totals(found),
    }


def echo(what: object) -> None:
    """A line of the outcome, in the language of the command."""
    typer.echo(worded(what))


def hint(what: object) -> None:
    """A line beside the outcome."""
    typer.echo(worded(what), err=True)


def echo_files(paths: Iterable[Path], *, uses_sample_data: bool = False) -> None:
    """The files that were written, the last of the outcome; and that sample data takes part in them."""
    for path in paths:
        typer.echo(f"  {path}")
    if uses_sample_data:
        echo(said("sample_takes_part"))


def print_json(document: dict[str, Any]) -> None:
    """One object on standard output, the same in every language."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False, default=str))
