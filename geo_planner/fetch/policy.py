"""What may be asked of servers and how patiently, and what may come: addresses, kinds and sizes of files, waits, ends to waiting."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.request import getproxies, proxy_bypass

import httpx

from geo_planner.errors import UsageError
from geo_planner.fetch.errors import DownloadError
from geo_planner.words import Said, said

Kind = Literal["json", "tiff", "gzip", "pbf", "any"]

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MB = 1_000_000
_PROLOGUE = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title", b"<!--")
_LONGEST_HEADER = 64
_CONNECTED = ".connect_tcp.complete"

MOST_BYTES: Mapping[Kind, int] = {
    "json": 200 * _MB,  # the densest half degree of roads has some tens of megabytes
    "tiff": 2_000 * _MB,  # a country's population, or three degrees of land cover at 10 m
    "gzip": 200 * _MB,  # a country's cells have about ten
    "pbf": 4_000 * _MB,  # a country's extract; all of Asia has more, and is not what is asked for
    "any": 1_000 * _MB,
}
"""A server that sends more than this sends something else, or never ends."""


def is_web_address(url: str) -> bool:
    """Whether it is http or https and names a server that can exist.

    >>> is_web_address("http://127.0.0.1:8000/x"), is_web_address("http://127.0.0.1:99999"), is_web_address("file:///etc/hosts")
    (True, False, False)
    """
    if url != url.strip() or any(c.isspace() for c in url.partition("://")[2].partition("/")[0]):
        return False
    try:
        parsed = httpx.URL(url)
        port, host = parsed.port, parsed.host
    except (httpx.InvalidURL, ValueError):  # a name such as xn--a is found out only when it is asked for
        return False
    return parsed.scheme in ("http", "https") and bool(host) and "%" not in host and (port is None or 0 < port < 65536)


def checked_base_url(given: str | None) -> str | None:
    """The address of a mirror as it was given, without the slash at its end.

    Raises
    ------
    UsageError
        When paths cannot be joined to it.
    """
    if given is None:
        return None
    url = given.strip()
    if not is_web_address(url):
        raise UsageError("base_url.no_address", given=given)
    if "?" in url or "#" in url:
        raise UsageError("base_url.question", given=given)
    return url.rstrip("/")


def without_login(url: str) -> str:
    """The address as it may be shown and written down: no name, no password.

    >>> without_login("http://me:secret@mirror.vn/x")
    'http://mirror.vn/x'
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    if not parsed.userinfo:
        return url
    start, _, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    return f"{start}://{server.rpartition('@')[2]}{slash}{path}"


def host_of(url: str) -> str:
    """The server as messages name it, with its port where it is not the usual one.

    >>> host_of("http://me:x@127.0.0.1:8000/x"), host_of("https://a.vn/x")
    ('127.0.0.1:8000', 'a.vn')
    """
    try:
        parsed = httpx.URL(url)
        _ = parsed.host
    except (httpx.InvalidURL, ValueError):
        return "".join(sign for sign in url if sign.isprintable())[:80]
    return (f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host) or url


def proxy_of(url: str) -> tuple[str, str] | None:
    """The setting that sends the request through a proxy, and the proxy's address without its password; None without one."""
    parsed = httpx.URL(url)
    settings = getproxies()
    for scheme in (parsed.scheme, "all"):
        if settings.get(scheme) and not proxy_bypass(parsed.host):
            address = settings[scheme]
            return _variable(scheme), without_login(address if "://" in address else f"http://{address}").partition("://")[2].rstrip("/")
    return None


def _variable(scheme: str) -> str:
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    return next((name for name in names if os.environ.get(name)), names[1])


def missed_kind(kind: Kind, first: bytes) -> Said | None:
    """What a file that begins with the given bytes is not, though it should be; None when it is."""
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    fits = {
        "json": text[:1] in (b"{", b"["),
        "tiff": first.startswith(_TIFF),
        "gzip": first.startswith(b"\x1f\x8b"),
        "pbf": b"OSMHeader" in first[:64],
        "any": True,
    }[kind]
    return None if fits else said(f"fetched_kind.{kind}")


def looks_like_web_page(content_type: str, first: bytes) -> bool:
    """Whether it is HTML by what the server says or by its beginning, comments before it or not.

    >>> looks_like_web_page("text/plain", b"<!-- wifi --> <HTML>"), looks_like_web_page("text/plain", b"<?xml version='1.0'?><Error>")
    (True, False)
    """
    text = first.removeprefix(b"\xef\xbb\xbf")
    prologue = _PROLOGUE.match(text)
    start = text[prologue.end() if prologue else 0 :][:64].lower()
    return "html" in content_type.lower() or start.startswith(_PAGE)


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


class TooLateError(Exception):
    """What was waited for was not complete when the time was up."""


class Deadline:
    """For the requests of one client, one after the other: breaks the line off when what is waited for is not there in time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lines: list[socket.socket] = []
        """All that were opened, by a handle of our own: TLS takes the first one over. A later request may go over an earlier one's line."""

    def close(self) -> None:
        while self._lines:
            self._lines.pop().close()

    @contextmanager
    def over(self, request: httpx.Request) -> Iterator[None]:
        """Around the sending of a request up to the end of the answer's headers.

        Raises
        ------
        TooLateError
        """
        request.extensions = {**request.extensions, "trace": self._note}
        with self._limit(self._seconds):
            yield

    def paced(self, pieces: Iterator[bytes], seconds: float) -> Iterator[bytes]:
        """The pieces of a body, each waited for no longer than `seconds`.

        Raises
        ------
        TooLateError
        """
        while True:
            with self._limit(seconds):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    @contextmanager
    def _limit(self, seconds: float) -> Iterator[None]:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._break_off()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except httpx.TransportError as error:
            if late.is_set():
                raise TooLateError from error
            raise
        finally:
            timer.cancel()

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            self._lines.append(info["return_value"].get_extra_info("socket").dup())

    def _break_off(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class OldCopy:
    """A copy that had to serve beyond its age: its day of fetching, and why the server was not heard."""

    date: str
    why: DownloadError


@dataclass(slots=True)
class Run:
    """What the threads of one run have learnt of the servers, so that not every file has to find it out again.

    Attributes
    ----------
    answered : set of str
        Servers that were heard.
    failed : dict
        Servers of which all tries for a file were in vain, and why: the next file need not wait them all out again.
    old : list of OldCopy
        Copies that had to serve since they were last told.
    stopped : bool
        One file failed and with it the whole: what still goes on may end, too.
    """

    answered: set[str] = field(default_factory=set)
    failed: dict[str, DownloadError] = field(default_factory=dict)
    old: list[OldCopy] = field(default_factory=list)
    stopped: bool = False
