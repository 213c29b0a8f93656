"""The tries for one file: what is asked of a server, and what is made of each kind of answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain

import httpx

from geo_planner.errors import GeoPlannerError, OutputError
from geo_planner.sources.fetch.addresses import host_of, is_web_address
from geo_planner.sources.fetch.cache import CacheEntry, CacheSlot, checked_marks
from geo_planner.sources.fetch.client import client_for, connection_fault, via
from geo_planner.sources.fetch.deadline import Deadline, TooLateError
from geo_planner.sources.fetch.errors import CaptivePortalError, ContentError, NotFoundError, OfflineError, ServerError, TooLargeError
from geo_planner.sources.fetch.kinds import Kind, check_kind, looks_like_web_page
from geo_planner.sources.fetch.retries import Policy, TryAgainError, retry_after_s
from geo_planner.sources.fetch.run import Run

logger = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""Called with what is under way and the share of it that is done (0 to 1)."""

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_HEAD = 512
_MOST_DIGITS = 19
_OTHER_SERVER = "Try again later, or name another server with --base-url."


class Transfer:
    """The tries for one file. Bytes gather in ``slot.part``, which the next try, or the next run, continues."""

    def __init__(
        self,
        url: str,
        shown: str,
        kind: Kind,
        *,
        body: str | None,
        size: int | None,
        most_bytes: int,
        policy: Policy,
        progress: Progress | None,
        slot: CacheSlot,
        known: CacheEntry | None,
        run: Run,
    ) -> None:
        self.url, self.shown, self.kind, self.body, self.size, self.most = url, shown, kind, body, size, most_bytes
        self.policy, self.slot, self.known = policy, slot, known
        self.progress, self.learnt = progress, run
        self._deadline = Deadline(policy.headers_s)
        self.name, self.host = slot.path.name.partition("-")[2], host_of(url)

    def run(self) -> dict[str, str] | None:
        """The validators of the file now complete in ``slot.part``; None when the known copy is still the newest."""
        failures, pauses, began = 0, 0, time.monotonic()
        with client_for(self.policy) as client, closing(self._deadline):
            while True:
                before = self.slot.part_size()
                try:
                    return self._try(client)
                except OfflineError as error:
                    self.learnt.gave_up(self.host, error)
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
                        self.learnt.gave_up(self.host, again.error)
                    others_in_vain = failures and self.learnt.failure(self.host) is not None
                    if in_vain or others_in_vain or self.learnt.stopped:
                        raise again.error from again.__cause__
                    logger.info("%s; trying again in %.1f s", again, wait_s)
                    time.sleep(wait_s)

    def _no_way(self, after_s: float) -> bool:
        """A server that has answered in this run deserves more patience than one of which nothing was heard."""
        return after_s > self.policy.unreachable_s and not self.learnt.has_answered(self.host)

    def _try(self, client: httpx.Client) -> dict[str, str] | None:
        headers = {"Accept-Encoding": "identity"}  # sizes and ranges count the bytes of the file itself
        start = self.slot.part_size() if self.body is None else 0
        validator = self.slot.part_validator()
        if start and validator:
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        elif self.known and self.body is None:
            headers |= self.known.conditions()
        data = None if self.body is None else {"data": self.body}
        request = client.build_request("GET" if data is None else "POST", self.url, headers=headers, data=data)
        try:
            with self._answer(client, request) as response:
                self.learnt.answered(self.host)
                return self._receive(response, start)
        except TooLateError as error:
            raise TryAgainError(
                ServerError(f"{self.host} sends {self.name} too slowly. Try again later: what came so far is kept.")
            ) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise connection_fault(error, self.url, self.name) from error

    @contextmanager
    def _answer(self, client: httpx.Client, request: httpx.Request) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects. None is followed before it has been looked at, and none of their pages is read."""
        for _ in range(self.policy.redirects + 1):
            try:
                with self._deadline.over(request):
                    response = client.send(request, stream=True)
            except TooLateError as error:
                late = f"{self.host} does not come to the end of its answer's headers for {self.name}. Try again later, or name another server with --base-url."
                raise TryAgainError(ServerError(late), attempts=2) from error
            except (httpx.InvalidURL, httpx.RemoteProtocolError, ValueError) as error:
                if isinstance(error, (httpx.InvalidURL, ValueError)) or "location header" in str(error):
                    raise ServerError(f"{self.host} leads to an address that is none ({_printable(error)}). {_OTHER_SERVER}") from error
                raise
            try:
                if response.next_request is None:
                    yield response
                    return
                request = response.next_request
            finally:
                response.close()
            self._refuse_redirect(str(request.url), request.url.scheme)
        raise ServerError(f"{self.shown} sends the request round in circles. Check the address, or name another server with --base-url.")

    def _refuse_redirect(self, target: str, scheme: str) -> None:
        if not is_web_address(target):
            raise ServerError(f"{self.host} leads to {scheme}:, which is not the web. Name another server with --base-url.")
        if self.url.lower().startswith("https://") and scheme != "https":
            raise ServerError(f"{self.host} leads from a secure connection to an open one. Name another server with --base-url.")

    def _receive(self, response: httpx.Response, start: int) -> dict[str, str] | None:
        self._refuse_bad_answer(response, start)
        if response.status_code == 304:
            return None
        if response.status_code == 416:  # the part is the whole file, or of another file
            if response.headers.get("content-range", "").removeprefix("bytes */") == str(start) and start <= self.most:
                return self.slot.part_facts()
            self.slot.drop_part()
            raise TryAgainError(ServerError(f"{self.host} cannot continue {self.name}. Try again."), wait_s=0.0)
        resumed = response.status_code == 206
        if resumed and not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
            self.slot.drop_part()
            raise TryAgainError(ServerError(f"{self.host} sent another part of {self.name} than asked for. Try again."), wait_s=0.0)
        facts = checked_marks(response.headers)
        expected = self._expected(response, start if resumed else 0)
        if expected is not None and expected > self.most:
            raise self._too_large()
        self.slot.begin_part(facts, keep=resumed)
        self._write(response, expected, resumed)
        got = self.slot.part_size()
        if expected is not None and got != expected:
            if got > expected:
                self.slot.drop_part()
            raise TryAgainError(
                ContentError(
                    f"{self.name} from {self.host} has {got:,} bytes instead of {expected:,}. Try again later, or name another server with --base-url."
                )
            )
        if got == 0:
            raise TryAgainError(
                ContentError(f"{self.host} sent an empty file for {self.name}. Try again later, or name another server with --base-url.")
            )
        return facts

    def _expected(self, response: httpx.Response, start: int) -> int | None:
        if response.headers.get("content-encoding", "identity") != "identity":
            return self.size
        length = response.headers.get("content-length", "")
        return start + int(length) if length.isdecimal() and len(length) < _MOST_DIGITS else self.size

    def _write(self, response: httpx.Response, expected: int | None, resumed: bool) -> None:
        watch = self.policy.stopwatch()
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
                    if stream.tell() + len(piece) > self.most:
                        raise self._too_large()
                    if self.learnt.stopped:
                        raise ServerError(f"{self.name} was given up because another file failed. {_OTHER_SERVER}")
                    stream.write(piece)
                    if watch.too_slow(len(piece)):
                        raise TryAgainError(
                            ServerError(f"{self.host} sends {self.name} too slowly. Try again later: what came so far is kept.")
                        )
                    if expected and self.progress:
                        self.progress(self.name, min(stream.tell() / expected, 1.0))
        except GeoPlannerError:
            raise
        except OSError as error:
            raise OutputError(
                f"The download cannot be kept in {self.slot.path.parent} ({error.strerror}). Free disk space, or set GEO_PLANNER_CACHE to another folder."
            ) from error

    def _too_large(self) -> TooLargeError:
        self.slot.drop_part()
        return TooLargeError(
            f"{self.host} sends more than {self.most / 1e6:,.0f} MB for {self.name}: no such file is that large. "
            "It was given up and nothing was kept. Name another server with --base-url."
        )

    def _refuse_page(self, response: httpx.Response, piece: bytes) -> None:
        problem = check_kind(self.kind, piece)
        if problem is None:
            return
        self.slot.drop_part()
        if looks_like_web_page(response.headers.get("content-type", ""), piece):
            raise CaptivePortalError(
                f"A web page came instead of {self.name}: {host_of(str(response.url))} may be the login page of this network. Log in with a browser, then try again."
            )
        error = ContentError(f"{self.name} from {self.host} is {problem}. {_OTHER_SERVER}")
        raise TryAgainError(error, attempts=2)  # a server that has once sent something else will most likely do so again

    def _refuse_bad_answer(self, response: httpx.Response, start: int) -> None:
        status = response.status_code
        if status in (200, 206) or (status == 304 and self.known) or (status == 416 and start):
            return
        if status == 511:
            raise CaptivePortalError("This network asks for a login first. Log in with a browser, then try again.")
        if status in (404, 410):
            raise NotFoundError(
                f"{self.host} has no file {self.shown} ({status}). Check the code of the province, or name another server with --base-url."
            )
        error = ServerError(f"{self.host}{via(self.url)} answers {status} {_phrase(response)} for {self.name}. {_remedy(status)}")
        if status in _AGAIN:
            raise TryAgainError(error, retry_after_s(response.headers.get("retry-after")))
        raise error


def _phrase(response: httpx.Response) -> str:
    """What the server says of its status."""
    return _printable(response.reason_phrase)


def _printable(said: object) -> str:
    """A server's words in a sentence of ours: no signs that are not to be seen, and no more than a few words."""
    return "".join(sign for sign in str(said) if sign.isprintable())[:60].strip()


def _remedy(status: int) -> str:
    if status == 429:
        return "Too many requests: wait some minutes, then try again."
    if status in (401, 403, 407):
        return "Access is refused: check the key or the proxy, or name another server with --base-url."
    return _OTHER_SERVER
