"""Why a file is not opened, told so that its owner can mend it."""

from __future__ import annotations

from typing import Any

from geo_planner.errors import Fault, GeoPlannerError
from geo_planner.words import Said, said


class UnopenedError(GeoPlannerError, ValueError):
    """A file is refused before anything in it is followed.

    Parameters
    ----------
    key : str
        Of the catalogue, with reason and remedy; its facts as keywords.

    Attributes
    ----------
    why : Said
        As in :class:`geo_planner.errors.Fault`.
    """

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.why: Said = said(key, **facts)
        super().__init__("unopened", why=self.why)

    def fault(self, file: str) -> Fault:
        return Fault(file, self.why)
