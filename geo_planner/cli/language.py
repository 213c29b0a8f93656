"""The language that a command speaks: as asked for with ``--lang``, else the machine's, else English."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextvars import ContextVar

from geo_planner.words import LANGUAGES, Language, Said

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
    return next((language for language in LANGUAGES if language == asked.strip().lower()), None)


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
