"""What one run has learnt of the servers, so that not every file has to find it out again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from geo_planner.errors import Fault, warning
from geo_planner.fetch.errors import DownloadError


@dataclass(frozen=True, slots=True)
class OldCopy:
    """A copy that had to serve beyond its age: its day of fetching, and why the server was not heard."""

    date: str
    why: DownloadError


class Run:
    """Shared by the threads of one run: servers that answered, servers that failed, old copies that had to serve."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: set[str] = set()
        self._failed: dict[str, DownloadError] = {}
        self._old: list[OldCopy] = []
        self._stopped = threading.Event()

    def answered(self, host: str) -> None:
        with self._lock:
            self._answered.add(host)

    def has_answered(self, host: str) -> bool:
        return host in self._answered

    def gave_up(self, host: str, error: DownloadError) -> None:
        """All tries for a file were in vain: the next file need not wait them all out again."""
        with self._lock:
            self._failed.setdefault(host, error)

    def failure(self, host: str) -> DownloadError | None:
        return self._failed.get(host)

    def stop(self) -> None:
        """One file failed and with it the whole: what still goes on may end, too."""
        self._stopped.set()

    def go_on(self) -> None:
        """All of it has ended: what is asked for from now on is another matter."""
        self._stopped.clear()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def used_old(self, date: str, why: DownloadError) -> None:
        with self._lock:
            self._old.append(OldCopy(date, why))

    def take_old(self) -> tuple[OldCopy, ...]:
        """The old copies since the last call."""
        with self._lock:
            taken, self._old = tuple(self._old), []
        return taken


def old_copies_note(file: str, old: tuple[OldCopy, ...], of: int) -> Fault | None:
    """One sentence for all old copies that went into a layer."""
    if not old:
        return None
    days = sorted({copy.date for copy in old})
    facts: dict[str, Any] = {"n": len(old), "of": max(of, len(old)), "why": old[0].why.said}
    if len(days) == 1:
        return warning(file, "old_copies.one_day", when=days[0], **facts)
    return warning(file, "old_copies.days", first=days[0], last=days[-1], **facts)
