"""The tries for one file: what is asked of a server, and what is made of each kind of answer."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain

import httpx

from geo_planner.errors import OutputError
from geo_planner.sources.fetch.cache import CacheEntry, CacheSlot
from geo_planner.sources.fetch.errors import CaptivePortalError, ContentError, DownloadError, NotFoundError, OfflineError, ServerError
from geo_planner.sources.fetch.kinds import Kind, check_kind, looks_like_web_page
from geo_planner.sources.fetch.retries import Policy, retry_after_s

logger = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""Called with what is under way and the share of it that is done (0 to 1)."""

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_HEAD = 512


class TryAgainError(Exception):
    """This try failed; another may do better."""

    def __init__(self, error: DownloadError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.wait_s = error, wait_s


class Transfer:
    """The tries for one file. Bytes gather in ``slot.part``, which the next try, or the next run, continues."""

    def __init__(
        self,
        url: str,
        shown: str,
        kind: Kind,
        body: str | None,
        size: int | None,
        policy: Policy,
        progress: Progress | None,
        slot: CacheSlot,
        known: CacheEntry | None,
    ) -> None:
        self.url, self.shown, self.kind, self.body, self.size = url, shown, kind, body, size
        self.policy, self.slot, self.known = policy, slot, known
        self.progress = progress
        self.name = slot.path.name.partition("-")[2]

    def run(self) -> dict[str, str] | None:
        """The validators of the file now complete in ``slot.part``; None when the known copy is still the newest."""
        failures, pauses = 0, 0.0
        try:
            with self._client() as client:
                while True:
                    before = self.slot.part_size()
                    try:
                        return self._try(client)
                    except TryAgainError as again:
                        # a line that breaks often but moves on is not a failure
                        failures = 0 if self.slot.part_size() > before else failures + 1
                        wait_s = self.policy.wait_s(failures) if again.wait_s is None else again.wait_s
                        pauses += 1
                        if failures >= self.policy.attempts or pauses > self.policy.most_pauses or wait_s > self.policy.longest_wait_s:
                            raise again.error from again.__cause__
                        logger.info("%s; trying again in %.1f s", again, wait_s)
                        time.sleep(wait_s)
        except httpx.InvalidURL as error:
            raise ServerError(f"{self.shown} is not a web address ({error}). Correct --base-url or the proxy setting.") from error

    def _client(self) -> httpx.Client:
        timeout = httpx.Timeout(self.policy.read_s, connect=self.policy.connect_s)
        try:
            return httpx.Client(
                verify=_certificates(),
                timeout=timeout,
                follow_redirects=True,
                max_redirects=self.policy.redirects,
                headers={"User-Agent": f"geo-planner/{_own_version()}"},
            )
        except (ValueError, httpx.InvalidURL, ImportError, OSError) as error:
            raise OfflineError(
                f"The proxy or certificate setting of this computer cannot be used ({error}). Correct HTTPS_PROXY, HTTP_PROXY and SSL_CERT_FILE. {_STILL_WORKS}"
            ) from error

    def _try(self, client: httpx.Client) -> dict[str, str] | None:
        headers = {"Accept-Encoding": "identity"}  # sizes and ranges count the bytes of the file itself
        start = self.slot.part_size() if self.body is None else 0
        validator = self.slot.part_validator()
        if start and validator:
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        elif self.known and self.body is None:
            headers |= self.known.conditions()
        request = ("GET", self.url) if self.body is None else ("POST", self.url)
        try:
            with client.stream(*request, headers=headers, data=None if self.body is None else {"data": self.body}) as response:
                return self._receive(response, start)
        except httpx.TooManyRedirects as error:
            raise ServerError(
                f"{self.shown} sends the request round in circles. Check the address, or name another server with --base-url."
            ) from error
        except httpx.ConnectError as error:
            raise TryAgainError(OfflineError(f"There is no connection to {_host(self.url)} ({_reason(error)}). {_STILL_WORKS}")) from error
        except httpx.ProxyError as error:
            raise TryAgainError(
                OfflineError(
                    f"The proxy does not let the request to {_host(self.url)} through ({_reason(error)}). Check HTTPS_PROXY. {_STILL_WORKS}"
                )
            ) from error
        except httpx.ConnectTimeout as error:
            raise TryAgainError(OfflineError(f"{_host(self.url)} does not answer. Check the connection. {_STILL_WORKS}")) from error
        except httpx.TimeoutException as error:
            raise TryAgainError(
                ServerError(f"{_host(self.url)} stopped sending {self.name}. Try again later: what came so far is kept.")
            ) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise TryAgainError(
                ServerError(
                    f"The connection to {_host(self.url)} broke off while {self.name} was sent. Try again later: what came so far is kept."
                )
            ) from error

    def _receive(self, response: httpx.Response, start: int) -> dict[str, str] | None:
        self._refuse_bad_answer(response, start)
        if response.status_code == 304:
            return None
        if response.status_code == 416:  # the part is the whole file, or of another file
            if response.headers.get("content-range", "").removeprefix("bytes */") == str(start):
                return self.slot.part_facts()
            self.slot.drop_part()
            raise TryAgainError(ServerError(f"{_host(self.url)} cannot continue {self.name}. Try again."), wait_s=0.0)
        resumed = response.status_code == 206
        if resumed and not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
            self.slot.drop_part()
            raise TryAgainError(ServerError(f"{_host(self.url)} sent another part of {self.name} than asked for. Try again."), wait_s=0.0)
        facts = {key: response.headers[key] for key in ("etag", "last-modified") if key in response.headers}
        expected = self._expected(response, start if resumed else 0)
        self.slot.begin_part(facts, keep=resumed)
        self._write(response, expected, resumed)
        got = self.slot.part_size()
        if expected is not None and got != expected:
            if got > expected:
                self.slot.drop_part()
            raise TryAgainError(
                ContentError(
                    f"{self.name} from {_host(self.url)} has {got:,} bytes instead of {expected:,}. Try again later, or name another server with --base-url."
                )
            )
        if got == 0:
            raise TryAgainError(
                ContentError(
                    f"{_host(self.url)} sent an empty file for {self.name}. Try again later, or name another server with --base-url."
                )
            )
        return facts

    def _expected(self, response: httpx.Response, start: int) -> int | None:
        if response.headers.get("content-encoding", "identity") != "identity":
            return self.size
        length = response.headers.get("content-length", "")
        return start + int(length) if length.isdecimal() else self.size

    def _write(self, response: httpx.Response, expected: int | None, resumed: bool) -> None:
        pieces, watch = response.iter_bytes(), self.policy.stopwatch()
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
                    stream.write(piece)
                    if watch.too_slow(len(piece)):
                        raise TryAgainError(
                            ServerError(f"{_host(self.url)} sends {self.name} too slowly. Try again later: what came so far is kept.")
                        )
                    if expected and self.progress:
                        self.progress(self.name, min(stream.tell() / expected, 1.0))
        except OSError as error:
            raise OutputError(
                f"The download cannot be kept in {self.slot.path.parent} ({error.strerror}). Free disk space, or set GEO_PLANNER_CACHE to another folder."
            ) from error

    def _refuse_page(self, response: httpx.Response, piece: bytes) -> None:
        problem = check_kind(self.kind, piece)
        if problem is None:
            return
        self.slot.drop_part()
        if looks_like_web_page(response.headers.get("content-type", ""), piece):
            raise CaptivePortalError(
                f"A web page came instead of {self.name}: {_host(str(response.url))} may be the login page of this network. Log in with a browser, then try again."
            )
        raise TryAgainError(
            ContentError(f"{self.name} from {_host(self.url)} is {problem}. Try again later, or name another server with --base-url.")
        )

    def _refuse_bad_answer(self, response: httpx.Response, start: int) -> None:
        status = response.status_code
        if status in (200, 206) or (status == 304 and self.known) or (status == 416 and start):
            if self.url.lower().startswith("https://") and response.url.scheme != "https":
                raise ServerError(f"{_host(self.url)} leads from a secure connection to an open one. Name another server with --base-url.")
            return
        if status == 511:
            raise CaptivePortalError("This network asks for a login first. Log in with a browser, then try again.")
        if status in (404, 410):
            raise NotFoundError(
                f"{_host(self.url)} has no file {self.shown} ({status}). Check the code of the province, or name another server with --base-url."
            )
        error = ServerError(f"{_host(self.url)} answers {status} {response.reason_phrase} for {self.name}. {_remedy(status)}")
        if status in _AGAIN:
            raise TryAgainError(error, retry_after_s(response.headers.get("retry-after")))
        raise error


_STILL_WORKS = (
    "Without a connection everything that is already in the study area still works: plan, validate, coverage, import and the app."
)


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: it takes longer than fetching a small file."""
    return httpx.create_ssl_context()


def is_web_address(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def _remedy(status: int) -> str:
    if status == 429:
        return "Too many requests: wait some minutes, then try again."
    if status in (401, 403, 407):
        return "Access is refused: check the key or the proxy, or name another server with --base-url."
    return "Try again later, or name another server with --base-url."


def _host(url: str) -> str:
    return httpx.URL(url).host or url


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _own_version() -> str:
    try:
        return version("geo-planner")
    except PackageNotFoundError:
        return "0"
