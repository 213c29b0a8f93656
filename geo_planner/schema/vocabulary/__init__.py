"""The words that a closed column may hold, and what offices and devices write for them: data in ``office.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo_planner.letters import fold

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class OfficeWords:
    """What offices write for the words of one column: patterns over folded texts, by word.

    Attributes
    ----------
    cells : mapping
        What a cell says.
    titles : mapping
        What a title says whose marks mean the word.
    listed : mapping
        What may stand in a list of several words, the best first.
    opposite : mapping of str to str
        What a "no" means under a title that names the word.
    says_no : bool
        One of the words is itself a "no"; below a title with another negative than that marks have no certain meaning.
    asked : tuple of (pattern, str, str) or None
        A title that names no word, and what a bare yes and a bare no mean below it.
    """

    cells: Mapping[str, Pattern] = field(default_factory=dict)
    titles: Mapping[str, Pattern] = field(default_factory=dict)
    listed: Mapping[str, Pattern] = field(default_factory=dict)
    opposite: Mapping[str, str] = field(default_factory=dict)
    says_no: bool = False
    asked: tuple[Pattern, str, str] | None = None


_READ: dict[str, Any] = tomllib.loads(Path(__file__).with_name("office.toml").read_text(encoding="utf-8"))


def _pattern(text: str) -> Pattern:
    return re.compile(re.sub(r"<(\w+)>", lambda found: _READ["parts"][found[1]], text))


def _office_words(name: str) -> OfficeWords:
    words: dict[str, dict[str, str]] = _READ["choices"][name]

    def patterns(what: str) -> dict[str, Pattern]:
        return {word: _pattern(says[what]) for word, says in words.items() if what in says}

    opposite = {word: says["opposite"] for word, says in words.items() if "opposite" in says}
    asked = _READ["asked"].get(name)
    bare = (_pattern(asked["title"]), asked["yes"], asked["no"]) if asked else None
    return OfficeWords(patterns("cells"), patterns("title"), patterns("listed"), opposite, name in _READ["says_no"], bare)


OFFICE_WORDS = {name: _office_words(name) for name in _READ["choices"]}
"""By the name of the column."""
NOTHING_SAID = OfficeWords()
"""Of columns for which offices have no words of their own."""
GRID_POWER, ROAD_ACCESS, SIGNAL_STATUS, SITE_STATUS, POSITION_QUALITY, COMMITMENT_STAGE = (
    tuple(_READ["choices"][name])
    for name in ("grid_power", "road_access", "declared_status", "status", "position_quality", "commitment_stage")
)
RESPONSIBILITY = ("fund", "operator", "power_first", "undecided")

UNKNOWN = frozenset(_READ["unknown"])
UNAVAILABLE = frozenset(_READ["unavailable"]) | UNKNOWN - {""}
NO_SERVICE = frozenset(_READ["no_service"])
OMNIDIRECTIONAL = frozenset(_READ["omnidirectional"])

TECHNOLOGIES = tuple(_READ["technologies"])
_TECHNOLOGY_OF = {spelling: name for name, spellings in _READ["technologies"].items() for spelling in spellings}
OPERATOR_OF = {spelling: name for name, spellings in _READ["operators"].items() for spelling in spellings}
"""The one name of a network, by its code and by any spelling without blanks."""
FOREIGN_NETWORKS = _pattern(_READ["foreign_networks"])


def technologies_named(text: str) -> tuple[str, ...]:
    """The technologies that a text names; none where anything else stands beside them.

    >>> technologies_named("4G LTE"), technologies_named("3G/4G"), technologies_named("Wi-Fi")
    (('LTE',), ('UMTS', 'LTE'), ())
    """
    whole = _TECHNOLOGY_OF.get(fold(text))
    if whole:
        return (whole,)
    found = [_TECHNOLOGY_OF.get(part) for word in re.split(r"[/,;+&|()\s]+|\bvà\b", text) if (part := fold(word))]
    return tuple(dict.fromkeys(name for name in found if name)) if None not in found else ()


def technology_word(text: str) -> str:
    """The technology that a text means: lists say 4G where standards say LTE. One that means none, or several, comes back as it is.

    >>> technology_word("4G"), technology_word(" lte "), technology_word("LTE/4G"), technology_word("４Ｇ"), technology_word("Wi-Fi")
    ('LTE', 'LTE', 'LTE', 'LTE', 'Wi-Fi')
    """
    named = technologies_named(text)
    return named[0] if len(named) == 1 else text.strip()
