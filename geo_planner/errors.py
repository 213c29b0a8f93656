"""The errors that the package raises on purpose.

Everything a user can mend comes as a :class:`GeoPlannerError` whose text is a sentence and a remedy. Sub-classes also
inherit the built-in that a caller would expect (``ValueError``, ``OSError``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
    """

    file: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    level: Literal["fault", "warning"] = "fault"
    code: str = "invalid"

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
        head = f"{len(wrong)} fault{'s' if len(wrong) != 1 else ''} in the input:"
        super().__init__("\n".join([head, *(f"- {f}" for f in wrong)]))
