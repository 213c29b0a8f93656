"""The tries for one file: the client, what is asked of a server, and what is made of each kind of answer or failure.

Proxies and certificates come from the environment.
"""

from __future__ import annotations

import logging
import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

import httpx

from geo_planner.errors import GeoPlannerError, OutputError, system_says
from geo_planner.fetch.cache import CacheEntry, CacheSlot, checked_marks
from geo_planner.fetch.errors import (
    CaptivePortalError,
    ContentError,
    DownloadError,
    NotFoundError,
    OfflineError,
    ServerError,
    TooLargeError,
    TryAgainError,
)
from geo_planner.fetch.policy import (
    Deadline,
    Kind,
    Policy,
    Run,
    TooLateError,
    host_of,
    is_web_address,
    looks_like_web_page,
    missed_kind,
    proxy_of,
    retry_after_s,
)
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

Progress = Callable[[Said, float], None]
"""Called with what is under way and the share of it that is done (0 to 1)."""

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_NO_HTTPS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"}
"""What the library says of servers that speak another language than https."""
_HEAD = 512
_MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the options of :func:`geo_planner.fetch.download.download`, and the address as it may be shown."""

    url: str
    shown: str
    kind: Kind
    body: str | None
    sha256: str | None
    size: int | None
    most_bytes: int
    max_age_days: float | None
    policy: Policy
    progress: Progress | None
    check: Callable[[Path], object] | None


class Transfer:
    """The tries for one file. Bytes gather in ``slot.part``, which the next try, or the next run, continues."""

    def __init__(self, wanted: Wanted, slot: CacheSlot, known: CacheEntry | None, run: Run) -> None:
        self.wanted, self.policy, self.slot, self.known, self.learnt = wanted, wanted.policy, slot, known, run
        self.name, self.host = slot.name, host_of(wanted.url)
        self._deadline = Deadline(wanted.policy.headers_s)

    def run(self) -> dict[str, str] | None:
        """The validators of the file now complete in ``slot.part``; None when the known copy is still the newest."""
        failures, pauses, began = 0, 0, time.monotonic()
        with _client_for(self.policy) as client, closing(self._deadline):
            while True:
                before = self.slot.part_size()
                try:
                    return self._try(client)
                except OfflineError as error:
                    self.learnt.failed.setdefault(self.host, error)
                    raise
                except TryAgainError as again:
                    # a line that breaks often but moves on is not a failure
                    failures = 0 if self.slot.part_size() > before else failures + 1
                    wait_s = self.policy.wait_s(failures) if again.wait_s is None else again.wait_s
                    pauses += 1
                    in_vain = (
                        failures >= min(again.attempts or self.policy.attempts, self.policy.attempts)
                        or pauses > self.policy.most_pauses
                        or wait_s > self.policy.longest_wait_s
                        or (again.unreachable and self._no_way(time.monotonic() - began + wait_s))
                    )
                    if in_vain and type(again.error) in (OfflineError, ServerError):
                        self.learnt.failed.setdefault(self.host, again.error)
                    others_in_vain = failures and self.host in self.learnt.failed
                    if in_vain or others_in_vain or self.learnt.stopped:
                        raise again.error from again.__cause__
                    logger.info("%s; trying again in %.1f s", again, wait_s)
                    time.sleep(wait_s)

    def _no_way(self, after_s: float) -> bool:
        """A server that has answered in this run deserves more patience than one of which nothing was heard."""
        return after_s > self.policy.unreachable_s and self.host not in self.learnt.answered

    def _try(self, client: httpx.Client) -> dict[str, str] | None:
        headers = {"Accept-Encoding": "identity"}  # sizes and ranges count the bytes of the file itself
        start = self.slot.part_size() if self.wanted.body is None else 0
        validator = self.slot.part_validator()
        if start and validator:
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        elif self.known and self.wanted.body is None:
            headers |= self.known.conditions()
        data = None if self.wanted.body is None else {"data": self.wanted.body}
        request = client.build_request("GET" if data is None else "POST", self.wanted.url, headers=headers, data=data)
        try:
            with self._answer(client, request) as response:
                self.learnt.answered.add(self.host)
                return self._receive(response, start)
        except TooLateError as error:
            raise TryAgainError(ServerError("server.slow", host=self.host, name=self.name)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _connection_fault(error, self.wanted.url, self.name) from error

    @contextmanager
    def _answer(self, client: httpx.Client, request: httpx.Request) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects. None is followed before it has been looked at, and none of their pages is read."""
        for _ in range(self.policy.redirects + 1):
            try:
                with self._deadline.over(request):
                    response = client.send(request, stream=True)
            except TooLateError as error:
                raise TryAgainError(ServerError("server.no_headers", host=self.host, name=self.name), attempts=2) from error
            except (httpx.InvalidURL, httpx.RemoteProtocolError, ValueError) as error:
                if isinstance(error, (httpx.InvalidURL, ValueError)) or "location header" in str(error):
                    raise ServerError("server.leads_nowhere", host=self.host, why=_printable(error)) from error
                raise
            try:
                if response.next_request is None:
                    yield response
                    return
                request = response.next_request
            finally:
                response.close()
            self._refuse_redirect(str(request.url), request.url.scheme)
        raise ServerError("server.circles", url=self.wanted.shown)

    def _refuse_redirect(self, target: str, scheme: str) -> None:
        if not is_web_address(target):
            raise ServerError("server.leads_off_the_web", host=self.host, scheme=scheme)
        if self.wanted.url.lower().startswith("https://") and scheme != "https":
            raise ServerError("server.leads_to_open", host=self.host)

    def _receive(self, response: httpx.Response, start: int) -> dict[str, str] | None:
        self._refuse_bad_answer(response, start)
        if response.status_code == 304:
            return None
        if response.status_code == 416:  # the part is the whole file, or of another file
            if response.headers.get("content-range", "").removeprefix("bytes */") == str(start) and start <= self.wanted.most_bytes:
                return self.slot.part_facts()
            self.slot.drop_part()
            raise TryAgainError(ServerError("server.cannot_continue", host=self.host, name=self.name), wait_s=0.0)
        resumed = response.status_code == 206
        if resumed and not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
            self.slot.drop_part()
            raise TryAgainError(ServerError("server.another_part", host=self.host, name=self.name), wait_s=0.0)
        facts = checked_marks(response.headers)
        expected = self._expected(response, start if resumed else 0)
        if expected is not None and expected > self.wanted.most_bytes:
            raise self._too_large()
        self.slot.begin_part(facts, keep=resumed)
        self._write(response, expected, resumed)
        got = self.slot.part_size()
        if expected is not None and got != expected:
            if got > expected:
                self.slot.drop_part()
            raise TryAgainError(ContentError("content.size", name=self.name, host=self.host, got=got, expected=expected))
        if got == 0:
            raise TryAgainError(ContentError("content.empty", host=self.host, name=self.name))
        return facts

    def _expected(self, response: httpx.Response, start: int) -> int | None:
        if response.headers.get("content-encoding", "identity") != "identity":
            return self.wanted.size
        length = response.headers.get("content-length", "")
        return start + int(length) if length.isdecimal() and len(length) < _MOST_DIGITS else self.wanted.size

    def _write(self, response: httpx.Response, expected: int | None, resumed: bool) -> None:
        watch, step = self.policy.stopwatch(), said("fetch_step.file", name=self.name)
        pieces = self._deadline.paced(response.iter_bytes(), self.policy.slow_after_s)
        head = b""
        if not resumed:  # looked at before a byte of it is kept
            for piece in pieces:
                head += piece
                if len(head) >= _HEAD or watch.too_slow(len(piece)):
                    break
            if head:
                self._refuse_page(response, head)
        try:
            with self.slot.part.open("ab") as stream:
                for piece in chain([head], pieces):
                    if stream.tell() + len(piece) > self.wanted.most_bytes:
                        raise self._too_large()
                    if self.learnt.stopped:
                        raise ServerError("server.given_up", name=self.name)
                    stream.write(piece)
                    if watch.too_slow(len(piece)):
                        raise TryAgainError(ServerError("server.slow", host=self.host, name=self.name))
                    if expected and self.wanted.progress:
                        self.wanted.progress(step, min(stream.tell() / expected, 1.0))
        except GeoPlannerError:
            raise
        except OSError as error:
            raise OutputError("cannot_write.fetch_download", folder=self.slot.path.parent, why=system_says(error)) from error

    def _too_large(self) -> TooLargeError:
        self.slot.drop_part()
        return TooLargeError("content.too_large", host=self.host, mb=self.wanted.most_bytes / 1e6, name=self.name)

    def _refuse_page(self, response: httpx.Response, piece: bytes) -> None:
        missed = missed_kind(self.wanted.kind, piece)
        if missed is None:
            return
        self.slot.drop_part()
        if looks_like_web_page(response.headers.get("content-type", ""), piece):
            raise CaptivePortalError("login_page.instead", name=self.name, host=host_of(str(response.url)))
        error = ContentError("content.kind", name=self.name, host=self.host, kind=missed)
        raise TryAgainError(error, attempts=2)  # a server that has once sent something else will most likely do so again

    def _refuse_bad_answer(self, response: httpx.Response, start: int) -> None:
        status = response.status_code
        if status in (200, 206) or (status == 304 and self.known) or (status == 416 and start):
            return
        if status == 511:
            raise CaptivePortalError("login_page.network")
        if status in (404, 410):
            raise NotFoundError("not_found.file", host=self.host, url=self.wanted.shown, status=status)
        variant = "busy" if status == 429 else "refuses" if status in (401, 403, 407) else "status"
        answer = f"{status} {_printable(response.reason_phrase)}".strip()
        error = ServerError(f"server.{variant}", host=_asked(self.wanted.url), answer=answer, name=self.name)
        if status in _AGAIN:
            raise TryAgainError(error, retry_after_s(response.headers.get("retry-after")))
        raise error


def _printable(words: object) -> str:
    """A server's words in a sentence of ours: no signs that are not to be seen, and no more than a few words."""
    return "".join(sign for sign in str(words) if sign.isprintable())[:60].strip()


def _client_for(policy: Policy) -> httpx.Client:
    """A client that follows no redirects by itself: where one leads is looked at first.

    Raises
    ------
    OfflineError
        When the proxy or certificate settings of this computer cannot be used.
    """
    try:
        certificates = _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    except OSError as error:
        raise OfflineError("offline.certificates", why=str(error)) from error
    try:
        return httpx.Client(
            verify=certificates,
            timeout=httpx.Timeout(policy.read_s, connect=policy.connect_s),
            headers={"User-Agent": f"geo-planner/{_own_version()}"},
        )
    except ImportError as error:
        raise OfflineError("offline.socks", settings=_proxy_settings()) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise OfflineError("offline.proxy_setting", why=str(error), settings=_proxy_settings()) from error


def _connection_fault(error: httpx.TransportError | httpx.DecodingError, url: str, name: str) -> TryAgainError | DownloadError:
    """What to raise for a connection to the server of `url` that failed while `name` was fetched."""
    host, why, proxy = host_of(url), str(error) or type(error).__name__, proxy_of(url)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refuses(proxy, host, why)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        late = isinstance(error, httpx.ConnectTimeout)
        if not late and (final := _no_trust(error, host)):
            return final
        if proxy:
            setting, address = proxy
            no_way = OfflineError(
                "offline.no_proxy", proxy=address, setting=setting, why=said("offline_why.no_answer") if late else why, host=host
            )
        else:
            no_way = OfflineError("offline.no_answer", host=host) if late else OfflineError("offline.no_connection", host=host, why=why)
        return TryAgainError(no_way, unreachable=True)
    key = "server.stopped" if isinstance(error, httpx.TimeoutException) else "server.broke_off"
    return TryAgainError(ServerError(key, host=_asked(url), name=name))


def _asked(url: str) -> str | Said:
    """The server, and the proxy between, if there is one: the fault may be its own."""
    proxy = proxy_of(url)
    return said("host_through_proxy", host=host_of(url), proxy=proxy[1], setting=proxy[0]) if proxy else host_of(url)


def _proxy_refuses(proxy: tuple[str, str] | None, host: str, reason: str) -> TryAgainError | DownloadError:
    setting, address = proxy or ("HTTPS_PROXY", said("proxy_of_this_computer"))
    if reason.startswith("407"):
        return OfflineError("offline.proxy_password", proxy=address, why=reason, setting=setting)
    told = OfflineError("offline.proxy_refuses", proxy=address, host=host, why=reason, setting=setting)
    return told if reason.startswith("4") else TryAgainError(told, unreachable=True)


def _no_trust(error: BaseException, host: str) -> OfflineError | None:
    """The certificate is refused, or the server speaks no https: the next try would end the same."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        why = getattr(cause, "verify_message", "") or said("offline_why.not_verified")
        return OfflineError("offline.no_trust", host=host, why=why)
    if isinstance(cause, ssl.SSLError) and cause.reason in _NO_HTTPS:
        return OfflineError("offline.no_https", host=host)
    return None


def _proxy_settings() -> str:
    names = [f"{kind}_PROXY" for kind in ("HTTPS", "HTTP", "ALL")]
    return ", ".join(name for name in names if os.environ.get(name) or os.environ.get(name.lower())) or ", ".join(names)


@cache
def _certificates(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Loaded once: it takes longer than fetching a small file."""
    return httpx.create_ssl_context()


def _own_version() -> str:
    try:
        return version("geo-planner")
    except PackageNotFoundError:
        return "0"
