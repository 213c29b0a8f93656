"""Why a file is not opened, told so that its owner can mend it."""

from __future__ import annotations

from geo_planner.errors import Fault, prose_fault


class UnopenedError(ValueError):
    """A file is refused before anything in it is followed.

    Attributes
    ----------
    reason, remedy, code : str
        As in :class:`geo_planner.errors.Fault`.
    """

    def __init__(self, reason: str, remedy: str, code: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy, self.code = reason, remedy, code

    def fault(self, file: str) -> Fault:
        return prose_fault(file, self.reason, self.remedy, code=self.code)
