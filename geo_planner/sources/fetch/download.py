"""One file over HTTP into the cache: patient with bad lines, strict with what comes in.

Timeouts, retries with back-off and Retry-After, resumption, checks of size, hash and kind. Proxies and certificates come
from the environment (``HTTPS_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``), as for other programs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo_planner.sources.fetch.cache import CacheEntry, CacheSlot, slot_for
from geo_planner.sources.fetch.errors import ContentError, DownloadError, NotFoundError, ServerError
from geo_planner.sources.fetch.kinds import Kind
from geo_planner.sources.fetch.retries import Policy
from geo_planner.sources.fetch.transfer import Progress, Transfer, is_web_address
from geo_planner.sources.rasters import sha256_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """A file in the cache.

    Attributes
    ----------
    path : Path
        Where it lies; do not change it.
    url : str
        Where it came from, without secrets.
    sha256 : str
    size : int
        Bytes.
    date : str
        Day on which it was fetched, ISO 8601.
    from_cache : bool
        No byte of it was transferred now.
    """

    path: Path
    url: str
    sha256: str
    size: int
    date: str
    from_cache: bool


def download(
    url: str,
    *,
    kind: Kind,
    cache: Path | None = None,
    body: str | None = None,
    sha256: str | None = None,
    size: int | None = None,
    secret: str | None = None,
    max_age_days: float | None = None,
    policy: Policy | None = None,
    progress: Progress | None = None,
    check: Callable[[Path], None] | None = None,
) -> Download:
    """Bring one file into the cache, or take it from there.

    Parameters
    ----------
    url : str
        http or https.
    kind : Kind
        What the file must be; a web page in its place (the login page of a guest network) is refused.
    cache : Path, optional
        Folder; the user's when left out (see :func:`geo_planner.folders.cache_root`).
    body : str, optional
        Sent as a form field ``data`` by POST (Overpass).
    sha256, size : optional
        What the file must have, where it is known.
    secret : str, optional
        Part of `url` (a key) that must not be written down anywhere.
    max_age_days : float, optional
        Ask the server again when the copy in the cache is older; where the server fails, an older copy still serves.
    policy : Policy, optional
    progress : callable, optional
    check : callable, optional
        Called with the path before the file counts as good; raises ``ValueError`` with the reason when it is not.

    Raises
    ------
    OfflineError, ServerError, NotFoundError, CaptivePortalError, ContentError
        All of them :class:`DownloadError`, each a sentence and a remedy.
    OutputError
        When the cache cannot be written.
    """
    policy = policy or Policy()
    shown = url.replace(secret, "…") if secret else url
    if not is_web_address(url):
        raise ServerError(f"{shown} is not a web address. It must begin with http:// or https:// and name a server.")
    slot = slot_for(url, body, cache, secret)
    entry = slot.entry(sha256=sha256, size=size)
    if entry is not None and not entry.older_than(max_age_days):
        return _as_download(slot, entry, from_cache=True)
    try:
        transfer = Transfer(url, shown, kind, body, size, policy, progress, slot, entry)
        fresh = transfer.run()
    except DownloadError as error:
        if entry is None or isinstance(error, NotFoundError):
            raise
        logger.warning("%s The copy from %s is used.", error, entry.date)
        return _as_download(slot, entry, from_cache=True)
    if fresh is None and entry is not None:  # the copy is still the newest
        return _as_download(slot, slot.renew(entry), from_cache=True)
    _verify(slot.part, shown, sha256, size, check)
    return _as_download(slot, slot.keep(shown, fresh or {}), from_cache=False)


def _verify(part: Path, shown: str, sha256: str | None, size: int | None, check: Callable[[Path], None] | None) -> None:
    """Refuse a file that is not what it should be, and forget it so that the next try starts afresh."""
    try:
        if size is not None and part.stat().st_size != size:
            raise ValueError(f"it has {part.stat().st_size:,} bytes instead of {size:,}")
        if sha256 is not None and sha256_of(part) != sha256:
            raise ValueError("its sha256 is not the expected one")
        if check is not None:
            check(part)
    except ValueError as error:
        part.unlink(missing_ok=True)
        raise ContentError(
            f"The file from {shown} is not usable: {error}. Try again later, or name another server with --base-url."
        ) from error


def _as_download(slot: CacheSlot, entry: CacheEntry, *, from_cache: bool) -> Download:
    return Download(slot.path, entry.url, entry.sha256, entry.size, entry.date, from_cache)
