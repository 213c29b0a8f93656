"""One file over HTTP into the cache: patient with bad lines, strict with what comes in.

Timeouts, retries with back-off and Retry-After, resumption, checks of size, hash and kind. Proxies and certificates come
from the environment (``HTTPS_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``), as for other programs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from geo_planner.errors import GeoPlannerError, OutputError
from geo_planner.fetch.addresses import host_of, is_web_address, without_login
from geo_planner.fetch.cache import CacheEntry, CacheSlot, slot_for
from geo_planner.fetch.errors import (
    DownloadError,
    NotFoundError,
    OfflineError,
    RefusedFileError,
    ServerError,
    UnfitFileError,
    why_unfit,
)
from geo_planner.fetch.kinds import MOST_BYTES, Kind
from geo_planner.fetch.retries import Policy
from geo_planner.fetch.run import Run
from geo_planner.fetch.transfer import Progress, Transfer
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import BusyError, held
from geo_planner.words import said

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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: the options of :func:`download` that its steps share."""

    kind: Kind
    body: str | None
    sha256: str | None
    size: int | None
    most_bytes: int
    max_age_days: float | None
    policy: Policy
    progress: Progress | None
    check: Callable[[Path], None] | None


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
    most_bytes: int | None = None,
    run: Run | None = None,
) -> Download:
    """Bring one file into the cache, or take it from there.

    Parameters
    ----------
    url : str
        http or https.
    kind : Kind
        What the file must be; a web page in its place (the login page of a guest network) is refused.
    cache : Path, optional
        Folder; the user's when left out (see :func:`geo_planner.files.folders.cache_root`).
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
        Called with the path before the file counts as good; raises :class:`UnfitFileError` (or any ``ValueError``) when it is not.
    most_bytes : int, optional
        Give up when more comes; what a file of its kind can have (:data:`geo_planner.fetch.kinds.MOST_BYTES`) when left out.
    run : Run, optional
        What other files of the same run have learnt of the servers; old copies that serve are noted there.

    Raises
    ------
    OfflineError, ServerError, NotFoundError, CaptivePortalError, ContentError
        All of them :class:`DownloadError`, each a sentence and a remedy.
    OutputError
        When the cache cannot be written, or another process is at the same file and does not get on.
    """
    wanted = _Wanted(kind, body, sha256, size, most_bytes or MOST_BYTES[kind], max_age_days, policy or Policy(), progress, check)
    shown = without_login(url.replace(secret, "…") if secret else url)
    if not is_web_address(url):
        raise ServerError("server.no_web_address", url=shown)
    slot = slot_for(without_login(url), body, cache, secret)
    try:
        entry = slot.entry(sha256=sha256, size=size)
        if entry is not None and not entry.older_than(max_age_days):
            return _as_download(slot, entry, from_cache=True)
        with _alone(slot, wanted):
            entry = slot.entry(sha256=sha256, size=size)  # another one may have brought it meanwhile
            if entry is not None and not entry.older_than(max_age_days):
                return _as_download(slot, entry, from_cache=True)
            return _fetched(url, shown, slot, entry, wanted, run)
    except GeoPlannerError:
        raise
    except OSError as error:
        raise OutputError("cannot_write.fetch_cache", folder=slot.path.parent, why=error.strerror or str(error)) from error


@contextmanager
def _alone(slot: CacheSlot, wanted: _Wanted) -> Iterator[None]:
    """Be the only one who fetches a file. Another one who is at it is waited for as long as its part grows."""
    name, stamp, since, told = slot.path.name.partition("-")[2], slot.stamp(), time.monotonic(), False

    def goes_on() -> bool:
        nonlocal stamp, since, told
        if wanted.progress and not told:
            told = True
            wanted.progress(said("fetch_step.waiting", name=name), 0.0)
        if slot.stamp() != stamp:
            stamp, since = slot.stamp(), time.monotonic()
        return time.monotonic() - since < wanted.policy.stalled_s

    try:
        with held(slot.lock, goes_on):
            yield
    except BusyError as error:
        raise OutputError("other_fetch", name=name) from error


def _fetched(url: str, shown: str, slot: CacheSlot, entry: CacheEntry | None, wanted: _Wanted, run: Run | None) -> Download:
    """Ask the server; an older copy serves where it fails."""
    learnt, policy = run or Run(), wanted.policy
    try:
        before = learnt.failure(host_of(url))
        if before is not None:
            if entry is not None or isinstance(before, OfflineError):
                raise before
            policy = replace(policy, attempts=1)  # the server has its troubles: this file may still be had
        fresh = Transfer(
            url, shown, wanted.kind, body=wanted.body, size=wanted.size, most_bytes=wanted.most_bytes, policy=policy,
            progress=wanted.progress, slot=slot, known=entry, run=learnt,
        ).run()  # fmt: skip
    except DownloadError as error:
        if entry is None or isinstance(error, NotFoundError):
            raise
        learnt.used_old(entry.date, error)
        log = logger.warning if run is None else logger.info  # a run tells all of them in one sentence
        log("%s %s", error, said("old_copy_used", when=entry.date))
        return _as_download(slot, entry, from_cache=True)
    if fresh is None and entry is not None:  # the copy is still the newest
        return _as_download(slot, slot.renew(entry), from_cache=True)
    _verify(slot, shown, wanted)
    return _as_download(slot, slot.keep(shown, fresh or {}), from_cache=False)


def _verify(slot: CacheSlot, shown: str, wanted: _Wanted) -> None:
    """Refuse a file that is not what it should be, and forget it so that the next try starts afresh."""
    try:
        if wanted.size is not None and slot.part_size() != wanted.size:
            raise UnfitFileError("unfit.size", got=slot.part_size(), expected=wanted.size)
        if wanted.sha256 is not None and sha256_of(slot.part) != wanted.sha256:
            raise UnfitFileError("unfit.sha256")
        if wanted.check is not None:
            wanted.check(slot.part)
    except (ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        slot.drop_part()
        raise RefusedFileError("content.not_usable", url=shown, why=why_unfit(error)) from error


def _as_download(slot: CacheSlot, entry: CacheEntry, *, from_cache: bool) -> Download:
    return Download(slot.path, entry.url, entry.sha256, entry.size, entry.date, from_cache)
