"""The errors that the package raises on purpose.

Everything a user can mend comes as a :class:`GeoPlannerError` whose text is a sentence and a remedy. Sub-classes also
inherit the built-in that a caller would expect (``ValueError``, ``OSError``).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal


class GeoPlannerError(Exception):
    """Root of all errors raised by this package."""


class ModelRangeError(GeoPlannerError, ValueError):
    """An argument lies outside the range for which a propagation model is published."""


class CrsError(GeoPlannerError, ValueError):
    """A coordinate reference system is missing, unknown or of the wrong kind."""


class OutputError(GeoPlannerError, OSError):
    """An output cannot be written (folder not writable, file held open by another program)."""


class UsageError(GeoPlannerError, ValueError):
    """A command was asked for something that cannot be: no such folder, bad option, port taken."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, told so that its owner can mend it.

    Attributes
    ----------
    file : str
        Path of the file relative to the study area.
    reason, remedy : str
        What is wrong, and what would be right.
    row : int or None
        Row as a spreadsheet shows it (the header is row 1); for feature files the feature's number from 1.
    column : str or None
        Column, property or setting.
    value : str or None
        The offending value as it was read, shortened.
    level : {"fault", "warning"}
        A fault stops the run; a warning is shown and carried into the result.
    code : str
        Stable word for tests and scripts, for instance ``"unknown_commune"``.
    count : int
        How many it stands for: more than one where :func:`bounded` told the rest of a kind together.
    """

    file: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    level: Literal["fault", "warning"] = "fault"
    code: str = "invalid"
    count: int = 1

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        value = "" if self.value is None else f" (found: {self.value!r})"
        return f"{where}: {self.reason}{value}. {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


MOST_OF_A_KIND, MOST_IN_ALL = 50, 1000
"""So many are told one by one: of one code in one column of one file, and altogether."""
EVERY_ONE = sys.maxsize
"""For those who act on each fault rather than tell of it, as an import that sorts rows does."""


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
    return told + [replace(fault, reason=f"{fault.count:,} more of this kind: {_without_rest(fault.reason)}") for fault in rest.values()]


def _without_rest(reason: str) -> str:
    return reason.split(" more of this kind: ", 1)[-1]


def totals(faults: Iterable[Fault]) -> dict[str, dict[str, int]]:
    """How many of each code there are, faults and warnings apart, those that were only counted too."""
    counted: dict[str, Counter[str]] = {"faults": Counter(), "warnings": Counter()}
    for fault in faults:
        counted[f"{fault.level}s"][fault.code] += fault.count
    return {level: dict(sorted(codes.items())) for level, codes in counted.items()}


class InputError(GeoPlannerError, ValueError):
    """One or more faults inside the study area or the scenario, all told together.

    Attributes
    ----------
    faults : tuple of Fault
        Everything that was found, faults before warnings.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda f: f.level != "fault"))
        wrong = [f for f in self.faults if f.level == "fault"]
        number = sum(f.count for f in wrong)
        head = f"{number} fault{'s' if number != 1 else ''} in the input:"
        super().__init__("\n".join([head, *(f"- {f}" for f in bounded(wrong, in_all=MOST_IN_ALL))]))
