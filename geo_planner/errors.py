"""The errors that the package raises on purpose, and the faults of the input that they tell.

Everything a user can mend comes as a :class:`GeoPlannerError` or a :class:`Fault`. Both say it by a key of the catalogue and its
facts (:mod:`geo_planner.words`); the sentence is made where somebody reads it. Sub-classes also inherit the built-in that a caller
would expect (``ValueError``, ``OSError``).
"""

from __future__ import annotations

import errno
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from geo_planner.words import Language, Said, said

Level = Literal["fault", "warning"]


class GeoPlannerError(Exception):
    """Root of all errors raised by this package.

    Parameters
    ----------
    what : str or Said
        Key of the catalogue, with its facts as keywords; or what is said, as it is.

    Attributes
    ----------
    said : Said
    """

    def __init__(self, what: str | Said, /, **facts: Any) -> None:
        self.said = what if isinstance(what, Said) else said(what, **facts)
        super().__init__(self.said)

    def text(self, language: Language) -> str:
        """The sentence and its remedy."""
        return self.said.with_remedy(language)

    def __str__(self) -> str:
        return self.text("en")


class ModelRangeError(GeoPlannerError, ValueError):
    """An argument lies outside the range for which a propagation model is published."""


class CrsError(GeoPlannerError, ValueError):
    """A coordinate reference system is missing, unknown or of the wrong kind."""


class OutputError(GeoPlannerError, OSError):
    """An output cannot be written (folder not writable, file held open by another program)."""


class UsageError(GeoPlannerError, ValueError):
    """A command was asked for something that cannot be: no such folder, bad option, port taken."""


_SYSTEM = {
    "access": (errno.EACCES, errno.EPERM),
    "full": (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)),
    "read_only": (errno.EROFS,),
    "missing": (errno.ENOENT,),
    "exists": (errno.EEXIST,),
    "no_folder": (errno.ENOTDIR,),
    "is_folder": (errno.EISDIR,),
    "not_empty": (errno.ENOTEMPTY,),
    "busy": (errno.EBUSY, getattr(errno, "ETXTBSY", errno.EBUSY)),
    "device": (errno.EIO,),
    "long_name": (errno.ENAMETOOLONG,),
    "many_files": (errno.EMFILE, errno.ENFILE),
    "too_large": (errno.EFBIG,),
    "port_taken": (errno.EADDRINUSE,),
}
"""What the operating system refuses for, by what it is called in the catalogue."""


def system_says(error: OSError) -> Said | str:
    """Why the operating system refused, in the reader's language; what is not known here in its own words."""
    for name, numbers in _SYSTEM.items():
        if error.errno in numbers:
            return said(f"system.{name}")
    return error.strerror or str(error)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, told so that its owner can mend it.

    Attributes
    ----------
    file : str
        Path of the file relative to the study area.
    said : Said
        What is wrong and what would be right: a key whose sentences are ``reason`` and ``remedy``.
    row : int or None
        Row as a spreadsheet shows it (the header is row 1); for feature files the feature's number from 1.
    column : str or None
        Column, property or setting.
    value : str or None
        The offending value as it was read, shortened.
    level : {"fault", "warning"}
        A fault stops the run; a warning is shown and carried into the result.
    count : int
        How many it stands for: more than one where :func:`bounded` told the rest of a kind together.
    """

    file: str
    said: Said
    row: int | None = None
    column: str | None = None
    value: str | None = None
    level: Level = "fault"
    count: int = 1

    @property
    def code(self) -> str:
        """Stable word for tests and scripts, for instance ``"unknown_commune"``."""
        return self.said.code

    @property
    def reason(self) -> str:
        """What is wrong, in English."""
        return self.texts("en")[0]

    @property
    def remedy(self) -> str:
        """What would be right, in English."""
        return self.texts("en")[1]

    def texts(self, language: Language) -> tuple[str, str]:
        """Reason (a sentence without its full stop) and remedy."""
        reason, remedy = self.said.text(language, "reason"), self.said.text(language, "remedy")
        return reason if self.count == 1 else said("more_of_kind", n=self.count, reason=reason).text(language), remedy

    def line(self, language: Language) -> str:
        """Place, reason, value and remedy on one line."""
        reason, remedy = self.texts(language)
        places = [str(self.file)]
        if self.row is not None:
            places.append(said("fault_at.row", row=self.row).text(language))
        if self.column is not None:
            places.append(said("fault_at.column", column=self.column).text(language))
        found = "" if self.value is None else " " + said("fault_at.value", value=self.value).text(language)
        return f"{', '.join(places)}: {reason}{found}. {remedy}"

    def __str__(self) -> str:
        return self.line("en")

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        reason_vi, remedy_vi = self.texts("vi")
        return {
            "file": self.file, "row": self.row, "column": self.column, "value": self.value, "level": self.level, "count": self.count,
            **self.said.as_dict(), "code": self.code, "reason": self.reason, "remedy": self.remedy, "reason_vi": reason_vi, "remedy_vi": remedy_vi,
        }  # fmt: skip


def fault(
    file: str,
    key: str,
    /,
    *,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    level: Level = "fault",
    **facts: Any,
) -> Fault:
    """A fault by its key in the catalogue and its facts."""
    return Fault(file, said(key, **facts), row, column, value, level)


def warning(file: str, key: str, /, *, row: int | None = None, column: str | None = None, value: str | None = None, **facts: Any) -> Fault:
    """A fault that stops nothing."""
    return Fault(file, said(key, **facts), row, column, value, "warning")


MOST_OF_A_KIND, MOST_IN_ALL = 50, 1000
"""So many are told one by one: of one code in one column of one file, and altogether."""
EVERY_ONE = sys.maxsize
"""For those who act on each fault rather than tell of it, as an import that sorts rows does."""


def naming(told: Fault, names: Mapping[str, str]) -> Fault:
    """The same, with things called as people call them (`names` by id) where it tells them by their ids (its facts ``ids`` and ``name``)."""
    facts = dict(told.said.facts)
    if "ids" in facts:
        facts["ids"] = tuple(names.get(one, one) if isinstance(one, str) else one for one in facts["ids"])
    if "name" in facts:
        facts["name"] = names.get(str(facts["name"]), facts["name"])
    return replace(told, said=said(told.said.key, **facts))


def bounded(faults: Iterable[Fault], of_a_kind: int = MOST_OF_A_KIND, in_all: int | None = None) -> list[Fault]:
    """The first faults of each kind, and in place of the rest of a kind one that counts them: a list of any length is told in bounded size.

    Parameters
    ----------
    faults : iterable of Fault
        May be a generator: what is not told is not kept.
    of_a_kind : int
        A kind is one code at one level in one column of one file.
    in_all : int, optional
        Beyond it even the first of a kind are only counted, by code.
    """
    told: list[Fault] = []
    seen: Counter[tuple[str, ...]] = Counter()
    rest: dict[tuple[str, ...], Fault] = {}
    for fault in faults:
        kind = (fault.level, fault.code, fault.file, fault.column or "")
        seen[kind] += 1
        if fault.count == 1 and seen[kind] <= of_a_kind and (in_all is None or len(told) < in_all):
            told.append(fault)
            continue
        if in_all is not None and len(told) + len(rest) >= in_all + of_a_kind:
            kind = (fault.level, fault.code, "", "")
        first = rest.get(kind)
        rest[kind] = replace(fault, row=None, value=None, count=fault.count + (first.count if first else 0))
    return told + list(rest.values())


def totals(faults: Iterable[Fault]) -> dict[str, dict[str, int]]:
    """How many of each code there are, faults and warnings apart, those that were only counted too."""
    counted: dict[str, Counter[str]] = {"faults": Counter(), "warnings": Counter()}
    for fault in faults:
        counted[f"{fault.level}s"][fault.code] += fault.count
    return {level: dict(sorted(codes.items())) for level, codes in counted.items()}


class SettingError(GeoPlannerError, ValueError):
    """A setting that does not hold. Its key has a reason and a remedy, as the fault that is made of it where the file is known."""


class InputError(GeoPlannerError, ValueError):
    """One or more faults inside the study area or the scenario, all told together.

    Attributes
    ----------
    faults : tuple of Fault
        Everything that was found, faults before warnings.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda f: f.level != "fault"))
        super().__init__("faults_in_input", n=sum(f.count for f in self.faults if f.level == "fault"))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)

    def text(self, language: Language) -> str:
        wrong = bounded((f for f in self.faults if f.level == "fault"), in_all=MOST_IN_ALL)
        lines = [f"- {f.line(language)}" for f in wrong]
        return "\n".join([self.said.text(language), *lines])
