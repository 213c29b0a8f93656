"""Everything that the program says to people is a code with facts; the sentence is made where somebody reads it.

The sentences stand in ``en.toml`` and ``vi.toml``, by ``code`` or ``code.variant``: a table with ``text``, or with ``reason`` and
``remedy`` for what is wrong with the input. Places are ``{fact}`` or ``{fact:how}``; what stands behind the colon is

=============  ===========================================================================================
``q``          somebody's own text, in quotation marks
``id``         a number without grouping (rows, years, codes)
``.2``         a number with so many decimals; ``.2-`` without the zeros at its end
``%``, ``%.1`` a share of 1 in per cent
``/100``       a share of 1 as points of 100 (``65/100``)
``day``        a date, given as one or as ISO 8601
``word``       the word that people read for a stable word (``word.<stable word>`` of the catalogue), in small letters
``clause``     of something said, without the full stop at its end, to go on after it
``reason``     of something said that has a reason and a remedy, the one; ``remedy``: the other
``one|many``   the English plural: the first for 1, the second for any other number
=============  ===========================================================================================

A list is joined by commas; ``,and`` behind the rest joins it as in a sentence, ``,;`` by semicolons, and
``,.`` by blanks, for sentences. No code ever reads a sentence.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geo_planner.words.figures import Language, day, listing, number, percent, quoted, small

LANGUAGES: tuple[Language, ...] = ("vi", "en")
_HEAD = re.compile(r'^\[(?:"([^"]+)"|([\w-]+))\][ \t]*$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Label:
    """A stable name (a column, a layer, a criterion) with the title that people read for it."""

    name: str
    vi: str
    en: str

    def title(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True)
class Said:
    """What is said, before it is worded.

    Attributes
    ----------
    key : str
        Of the catalogue: ``code`` or ``code.variant``.
    facts : tuple of (str, fact)
        A fact is a text, number, date, :class:`Label`, a further :class:`Said`, or a tuple of these.
    """

    key: str
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def code(self) -> str:
        """The stable word for tests and scripts: the key without its variant."""
        return self.key.partition(".")[0]

    def text(self, language: Language, part: str | None = None) -> str:
        """The sentence in one language; `part` is ``text``, ``reason`` or ``remedy``, the text or the reason where it is left out."""
        entry = catalogue(language)[self.key]
        return _WORDING[language].vformat(entry[part or ("text" if "text" in entry else "reason")], (), dict(self.facts))

    @property
    def has_remedy(self) -> bool:
        """Whether it is worded as a reason and a remedy."""
        return "remedy" in catalogue("en")[self.key]

    def with_remedy(self, language: Language) -> str:
        """The sentence, or reason and remedy of what has these."""
        if not self.has_remedy:
            return self.text(language)
        return f"{self.text(language, 'reason')}. {self.text(language, 'remedy')}"

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: the code, and the facts as plain values."""
        return {"code": self.code, "facts": plain_facts(self.facts)}

    def __str__(self) -> str:
        return self.text("en")


def said(key: str, /, **facts: Any) -> Said:
    """Something to say.

    Raises
    ------
    LookupError
        When the catalogue has no such key, or a place of its sentence has no fact.

    >>> said("and_more", n=1234).text("vi")
    'và 1.234 mục khác'
    """
    if lacking := places(key) - facts.keys():
        raise LookupError(f"{key} says nothing of {', '.join(sorted(lacking))}")
    return Said(key, tuple((name, _plain(value)) for name, value in facts.items()))


def households(n: float) -> Said:
    """So many households in whole ones; what comes of shares is said to be about so many.

    >>> households(105.9).text("vi"), households(107.0).text("vi"), households(0.3).text("en")
    ('khoảng 106', '107', 'less than 1')
    """
    if 0 < n < 1:
        return said("households.less")
    return said("households.whole" if math.isclose(n, round(n), abs_tol=1e-6) else "households.about", n=n)


def coded(what: Said) -> str:
    """In English, behind the stable word and a colon.

    >>> coded(said("model_warning.short_path"))
    'short_path: The path is too short for the model; the loss is that of free space.'
    """
    return f"{what.key.rpartition('.')[2]}: {what}"


def first_of(items: Iterable[Any], most: int) -> tuple[Any, ...]:
    """At most so many facts of a list, and how many more there are.

    >>> [str(item) for item in first_of(["a", "b", "c"], 2)]
    ['a', 'b', 'and 1 more']
    """
    given = tuple(items)
    return given if len(given) <= most else (*given[:most], said("and_more", n=len(given) - most))


class _Catalogue(Mapping[str, Mapping[str, str]]):
    """The tables of a TOML file by key. Each is read when it is asked for: a run says a few hundred of thousands."""

    def __init__(self, content: str) -> None:
        heads = list(_HEAD.finditer(content))
        ends = [*(head.start() for head in heads[1:]), len(content)]
        self._bodies = {head[1] or head[2]: content[head.end() : end] for head, end in zip(heads, ends, strict=True)}
        self._entries: dict[str, Mapping[str, str]] = {}

    def __getitem__(self, key: str) -> Mapping[str, str]:
        if key not in self._entries:
            self._entries[key] = tomllib.loads(self._bodies[key])
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._bodies

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


@cache
def catalogue(language: Language) -> Mapping[str, Mapping[str, str]]:
    """All sentences of a language."""
    return _Catalogue(Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8"))


def codes() -> frozenset[str]:
    """The codes of all that can be wrong with the input."""
    return frozenset(key.partition(".")[0] for key, entry in catalogue("en").items() if "reason" in entry)


@cache
def places(key: str) -> frozenset[str]:
    """The facts that the sentences of a key ask for, in any language."""
    texts = [text for language in LANGUAGES for text in catalogue(language)[key].values()]
    return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name)


def plain_facts(facts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Facts as JSON knows them: a label by its name, a date in ISO 8601, no NaN."""
    return {name: _json(value) for name, value in facts}


def _json(value: Any) -> Any:
    if isinstance(value, Said):
        return value.as_dict()
    if isinstance(value, Label):
        return value.name
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and not (abs(value) < float("inf")) else value


def _plain(value: Any) -> Any:
    """A fact that can be hashed, compared and written as JSON."""
    if value is None or (isinstance(value, (str, bool, int, float, dt.date, Label, Said)) and type(value).__module__ != "numpy"):
        return value
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not hasattr(value, "__len__"):  # a number of numpy
        return _plain(value.item())
    if isinstance(value, Iterable):
        return tuple(_plain(item) for item in value)
    return str(value)


class _Wording(string.Formatter):
    """Puts facts into the places of a sentence, in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        how, _, join = format_spec.partition(",")
        if isinstance(value, tuple):
            items = [self._one(item, how) for item in value]
            if join == "and":
                return listing(items, self.language)
            return {";": "; ", ".": " "}.get(join, ", ").join(items)
        return self._one(value, how)

    def _one(self, value: Any, how: str) -> str:
        language = self.language
        if isinstance(value, Said):
            whole = "text" if "text" in catalogue(language)[value.key] else "reason"
            text = value.text(language, how if how in ("reason", "remedy") else whole)
            return text.removesuffix(".") if how == "clause" else text
        if isinstance(value, Label):
            value = value.title(language)
        if "|" in how:
            return how.split("|")[0 if value == 1 else 1]
        if value is None:
            return "–"
        if how == "word":
            return small(word(value, language))
        if how == "day":
            return day(value, language)
        if how == "/100":
            return f"{number(100 * float(value), 0, language)}/100"
        if how.startswith("%"):
            return percent(float(value), language, int(how[2:] or 0))
        if how == "q":
            return quoted(str(value), language)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and how != "id":
            if how.startswith("."):
                return number(float(value), int(how[1:].rstrip("-")), language, keep_zeros=not how.endswith("-"))
            return number(value, 0, language) if isinstance(value, int) else number(value, 6, language, keep_zeros=False)
        return str(value)


_WORDING: Mapping[Language, _Wording] = {language: _Wording(language) for language in LANGUAGES}


def word(key: object, language: Language = "vi", *, of: str = "") -> str:
    """The word that people read for a stable word, of a column where it means something else there; unknown words come back as they are."""
    entry = catalogue(language).get(f"word.{of}_{key}") or catalogue(language).get(f"word.{key}")
    return str(key) if entry is None else entry["text"]


@cache
def words_of(kind: str, language: Language) -> Mapping[str, str]:
    """The texts of all keys of one kind (``flag``, ``responsibility_reason``), by the stable word behind the dot."""
    known = catalogue(language)
    return {key.removeprefix(f"{kind}."): known[key]["text"] for key in known if key.startswith(f"{kind}.")}
