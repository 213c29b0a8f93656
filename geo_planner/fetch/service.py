"""What the fetchers share: how they get files, and what they hand over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo_planner.errors import Fault
from geo_planner.fetch.cache import forget
from geo_planner.fetch.download import Download, download
from geo_planner.fetch.kinds import Kind
from geo_planner.fetch.retries import Policy
from geo_planner.fetch.run import Run
from geo_planner.fetch.transfer import Progress
from geo_planner.words import said

AT_ONCE = 4
"""Connections to one server: quick enough, and no burden to it."""


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

    def get(self, url: str, kind: Kind, **options: Any) -> Download:
        """One file; options as for :func:`geo_planner.fetch.download.download`."""
        options.setdefault("progress", self.progress)
        file = download(url, kind=kind, cache=self.cache, policy=self.policy, run=self.run, **options)
        self.given.append(file)
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
                self.run.stop()
                pool.shutdown(cancel_futures=True)
                self.run.go_on()
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
