"""What can go wrong between here and a server. Each error says what is wrong, and what can be done."""

from __future__ import annotations

from typing import Any

from geo_planner.errors import GeoPlannerError
from geo_planner.words import Said, said


class DownloadError(GeoPlannerError, OSError):
    """A file could not be fetched. What it says has a ``reason``, which goes on in another sentence, and a ``remedy``."""


class OfflineError(DownloadError):
    """The server cannot be reached: no network, no name, no proxy, no trust."""


class ServerError(DownloadError):
    """The server can be reached but does not send the file."""


class NotFoundError(ServerError):
    """The server says that there is no such file."""


class CaptivePortalError(DownloadError):
    """A login page came in place of the file."""


class ContentError(DownloadError):
    """What came is not the file: another size, another hash, another kind, damaged."""


class RefusedFileError(ContentError):
    """The file was refused before it was kept: nothing of it is in the cache."""


class TooLargeError(RefusedFileError):
    """More came than a file of its kind can have."""


class UnfitFileError(ValueError):
    """A file is not what it should be: raised by those that look at one, told by whoever knows where it came from.

    Attributes
    ----------
    said : Said
    """

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.said = said(key, **facts)
        super().__init__(self.said)

    def __str__(self) -> str:
        return str(self.said)


def why_unfit(error: BaseException) -> Said:
    """What a look at a file has found, or the words of the library that could not read it."""
    return error.said if isinstance(error, UnfitFileError) else said("unfit.other", what=str(error) or type(error).__name__)


class TryAgainError(Exception):
    """This try failed; another may do better.

    Attributes
    ----------
    error : DownloadError
        What to tell when none does.
    wait_s : float or None
        The wait that the server asks for.
    attempts : int or None
        Tries in a row that this kind of failure deserves, where it is fewer than usual.
    unreachable : bool
        There is no way to the server at all.
    """

    def __init__(
        self, error: DownloadError, wait_s: float | None = None, *, attempts: int | None = None, unreachable: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error, self.wait_s, self.attempts, self.unreachable = error, wait_s, attempts, unreachable
