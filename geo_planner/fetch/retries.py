"""How long to wait and how often to try."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from geo_planner.fetch.errors import DownloadError

_LONGEST_HEADER = 64


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


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience with a server.

    Attributes
    ----------
    connect_s, read_s : float
        Longest wait for a connection, and for the next bytes.
    attempts : int
        Tries in a row that bring nothing; a try that brings some bytes starts the count anew.
    most_pauses : int
        Tries in all.
    unreachable_s : float
        How long to look for a way to a server that has not answered yet in this run.
    first_wait_s, longest_wait_s : float
        The wait doubles from try to try. A server that asks (Retry-After) for more than the longest is not waited for.
    redirects : int
    headers_s : float
        Longest wait from the request to the end of the answer's headers, however they drip in.
    slow_after_s, slowest_bytes_s : float
        A transfer below this rate over this time is given up and tried again.
    stalled_s : float
        How long to wait for another process that fetches the same file and does not get on.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    attempts: int = 5
    most_pauses: int = 50
    unreachable_s: float = 3.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    redirects: int = 5
    headers_s: float = 120.0
    slow_after_s: float = 60.0
    slowest_bytes_s: float = 200.0
    stalled_s: float = 180.0

    def wait_s(self, failures: int) -> float:
        """Pause before the next try.

        >>> [Policy().wait_s(n) for n in (0, 1, 2, 3)]
        [1.0, 1.0, 2.0, 4.0]
        """
        return min(self.first_wait_s * 2.0 ** max(failures - 1, 0), self.longest_wait_s)

    def stopwatch(self) -> Stopwatch:
        return Stopwatch(self.slow_after_s, self.slowest_bytes_s)


class Stopwatch:
    """Tells a transfer that only trickles: each read is in time, the whole never ends."""

    def __init__(self, span_s: float, slowest_bytes_s: float) -> None:
        self._span_s, self._least = span_s, span_s * slowest_bytes_s
        self._since, self._bytes = time.monotonic(), 0

    def too_slow(self, received: int) -> bool:
        self._bytes += received
        now = time.monotonic()
        if now - self._since < self._span_s:
            return False
        slow = self._bytes < self._least
        self._since, self._bytes = now, 0
        return slow


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, in either of its two forms; None when it says nothing usable.

    A moment that is over asks for no wait; a number without end, with a sign or a fraction is none.

    >>> retry_after_s("7"), retry_after_s("soon"), retry_after_s("-1"), retry_after_s("1e308")
    (7.0, None, None, None)
    """
    if header is None:
        return None
    text = header.strip()
    if not text.isascii() or len(text) > _LONGEST_HEADER:
        return None
    if text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max((until - (now or datetime.now(UTC))).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
