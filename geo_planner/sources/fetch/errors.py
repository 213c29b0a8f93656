"""What can go wrong between here and a server. Each message is a sentence and a remedy."""

from __future__ import annotations

from geo_planner.errors import GeoPlannerError


class DownloadError(GeoPlannerError, OSError):
    """A file could not be fetched."""


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
