"""What is made of a file in the cache; one that turns out to be no good does not stay there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from geo_planner.fetch.cache import forget
from geo_planner.fetch.download import Download
from geo_planner.fetch.errors import ContentError, why_unfit

Made = TypeVar("Made")


def converted(file: Download, how: Callable[[Path], Made]) -> Made:
    """What `how` makes of a file. A copy may be older than today's checks, or fit one study area and not another.

    Raises
    ------
    ContentError
        When `how` raises ``ValueError``; the file is dropped, so that the next try asks the server.
    """
    try:
        return how(file.path)
    except (ValueError, RecursionError) as error:
        forget(file.path)
        raise ContentError("content.kept_not_usable", url=file.url, path=file.path, why=why_unfit(error)) from error
