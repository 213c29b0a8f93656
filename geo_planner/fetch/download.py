"""Files over HTTP into the cache: patient with bad lines, strict with what comes in; and what the fetchers share to get and hand over files.

Timeouts, retries with back-off and Retry-After, resumption, checks of size, hash and kind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from geo_planner.errors import Fault, GeoPlannerError, OutputError, system_says
from geo_planner.fetch.cache import CacheEntry, CacheSlot, forget, slot_for
from geo_planner.fetch.errors import (
    ContentError,
    DownloadError,
    NotFoundError,
    OfflineError,
    RefusedFileError,
    ServerError,
    UnfitFileError,
    why_unfit,
)
from geo_planner.fetch.policy import MOST_BYTES, Kind, OldCopy, Policy, Run, host_of, is_web_address, without_login
from geo_planner.fetch.transfer import Progress, Transfer, Wanted
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import BusyError, held
from geo_planner.words import said

logger = logging.getLogger(__name__)
Made = TypeVar("Made")

AT_ONCE = 4
"""Connections to one server: quick enough, and no burden to it."""


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
    check: Callable[[Path], object] | None = None,
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
        Give up when more comes; what a file of its kind can have (:data:`geo_planner.fetch.policy.MOST_BYTES`) when left out.
    run : Run, optional
        What other files of the same run have learnt of the servers; old copies that serve are noted there.

    Raises
    ------
    OfflineError, ServerError, NotFoundError, CaptivePortalError, ContentError
        All of them :class:`DownloadError`, each a sentence and a remedy.
    OutputError
        When the cache cannot be written, or another process is at the same file and does not get on.
    """
    shown = without_login(url.replace(secret, "…") if secret else url)
    wanted = Wanted(url, shown, kind, body, sha256, size, most_bytes or MOST_BYTES[kind], max_age_days, policy or Policy(), progress, check)
    if not is_web_address(url):
        raise ServerError("server.no_web_address", url=shown)
    slot = slot_for(without_login(url), body, cache, secret)
    try:
        entry = slot.entry(sha256=sha256, size=size)
        if entry is None or entry.older_than(max_age_days):
            with _alone(slot, wanted):
                entry = slot.entry(sha256=sha256, size=size)  # another one may have brought it meanwhile
                if entry is None or entry.older_than(max_age_days):
                    return _fetched(slot, entry, wanted, run)
        return _as_download(slot, entry, from_cache=True)
    except GeoPlannerError:
        raise
    except OSError as error:
        raise OutputError("cannot_write.fetch_cache", folder=slot.path.parent, why=system_says(error)) from error


@contextmanager
def _alone(slot: CacheSlot, wanted: Wanted) -> Iterator[None]:
    """Be the only one who fetches a file. Another one who is at it is waited for as long as its part grows."""
    name, stamp, since, told = slot.name, slot.stamp(), time.monotonic(), False

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


def _fetched(slot: CacheSlot, entry: CacheEntry | None, wanted: Wanted, run: Run | None) -> Download:
    """Ask the server; an older copy serves where it fails."""
    learnt, asked = run or Run(), wanted
    try:
        before = learnt.failed.get(host_of(wanted.url))
        if before is not None:
            if entry is not None or isinstance(before, OfflineError):
                raise before
            # the server has its troubles: this file may still be had
            asked = replace(wanted, policy=replace(wanted.policy, attempts=1))
        marks = Transfer(asked, slot, entry, learnt).run()
    except DownloadError as error:
        if entry is None or isinstance(error, NotFoundError):
            raise
        learnt.old.append(OldCopy(entry.date, error))
        log = logger.warning if run is None else logger.info  # a run tells all of them in one sentence
        log("%s %s", error, said("old_copy_used", when=entry.date))
        return _as_download(slot, entry, from_cache=True)
    if marks is None and entry is not None:  # the copy is still the newest
        return _as_download(slot, slot.renew(entry), from_cache=True)
    _verify(slot, wanted)
    return _as_download(slot, slot.keep(wanted.shown, marks or {}), from_cache=False)


def _verify(slot: CacheSlot, wanted: Wanted) -> None:
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
        raise RefusedFileError("content.not_usable", url=wanted.shown, why=why_unfit(error)) from error


def _as_download(slot: CacheSlot, entry: CacheEntry, *, from_cache: bool) -> Download:
    return Download(slot.path, entry.url, entry.sha256, entry.size, entry.date, from_cache)


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


@dataclass(frozen=True, slots=True)
class Service:
    """Where to fetch and how.

    Attributes
    ----------
    base_url : str or None
        A mirror that keeps the paths of the original servers; None: the originals.
    cache : Path or None
        None: the user's cache folder.
    policy : Policy
    progress : callable or None
    run : Run
        What this run has learnt of the servers.
    """

    base_url: str | None = None
    cache: Path | None = None
    policy: Policy = field(default_factory=Policy)
    progress: Progress | None = None
    run: Run = field(default_factory=Run, compare=False)
    given: list[Download] = field(default_factory=list, compare=False)
    """The files handed out so far."""

    def url(self, default_base: str, path: str) -> str:
        return f"{(self.base_url or default_base).rstrip('/')}/{path}"

    def get(self, url: str, kind: Kind, *, again: Callable[[Path], object] | None = None, **options: Any) -> Download:
        """One file; options as for :func:`download`. One from the cache is looked at again, by `again` where the check takes long."""
        options.setdefault("progress", self.progress)
        file = download(url, kind=kind, cache=self.cache, policy=self.policy, run=self.run, **options)
        self.given.append(file)
        look = again or options.get("check")
        if file.from_cache and look is not None:
            converted(file, look)
        return file

    def forget(self, *files: Download) -> None:
        """Drop files that turned out to be no good, so that the next run asks the server again."""
        for file in files:
            forget(file.path)

    def get_all(self, wanted: Mapping[str, Callable[[], Download]], step: str) -> dict[str, Download]:
        """Several files, some at a time; the first failure stops the rest."""
        done: dict[str, Download] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = {pool.submit(get): key for key, get in wanted.items()}
            try:
                for future in as_completed(futures):
                    done[futures[future]] = future.result()
                    self.tell(step, len(done) / len(futures))
            except BaseException:
                self.run.stopped = True
                pool.shutdown(cancel_futures=True)
                self.run.stopped = False
                raise
        return {key: done[key] for key in wanted}

    def tell(self, layer: str, share: float) -> None:
        if self.progress:
            self.progress(said(f"fetch_step.{layer}"), share)


@dataclass(frozen=True, slots=True)
class Staged:
    """Files made in a staging folder, ready to be put in place.

    Attributes
    ----------
    facts : mapping of str to mapping
        By path relative to the study area: what to record of each file.
    notes : tuple of Fault
        Warnings.
    """

    facts: Mapping[str, Mapping[str, Any]]
    notes: tuple[Fault, ...] = ()


def provenance(downloads: Iterable[Download], *, source: str, licence: str, crs: str, **extra: Any) -> dict[str, Any]:
    """The record of a file made from downloads: their addresses and hashes, the oldest day on which one was fetched."""
    downloads = list(downloads)
    fetched = {d.url: d.sha256 for d in downloads}
    return {
        "source": source,
        "licence": licence,
        "date": min(d.date for d in downloads),
        "crs": crs,
        "origin": "fetch",
        "fetched": fetched,
        **extra,
    }
