"""The tries for one file: what is asked of a server, and what is made of each kind of answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain

import httpx

from geo_planner.errors import GeoPlannerError, OutputError
from geo_planner.fetch.addresses import host_of, is_web_address
from geo_planner.fetch.cache import CacheEntry, CacheSlot, checked_marks
from geo_planner.fetch.client import asked, client_for, connection_fault
from geo_planner.fetch.deadline import Deadline, TooLateError
from geo_planner.fetch.errors import CaptivePortalError, ContentError, NotFoundError, OfflineError, ServerError, TooLargeError
from geo_planner.fetch.kinds import Kind, looks_like_web_page, missed_kind
from geo_planner.fetch.retries import Policy, TryAgainError, retry_after_s
from geo_planner.fetch.run import Run
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

Progress = Callable[[Said, float], None]
"""Called with what is under way and the share of it that is done (0 to 1)."""

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_HEAD = 512
_MOST_DIGITS = 19


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
            raise TryAgainError(ServerError("server.slow", host=self.host, name=self.name)) from error
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
        raise ServerError("server.circles", url=self.shown)

    def _refuse_redirect(self, target: str, scheme: str) -> None:
        if not is_web_address(target):
            raise ServerError("server.leads_off_the_web", host=self.host, scheme=scheme)
        if self.url.lower().startswith("https://") and scheme != "https":
            raise ServerError("server.leads_to_open", host=self.host)

    def _receive(self, response: httpx.Response, start: int) -> dict[str, str] | None:
        self._refuse_bad_answer(response, start)
        if response.status_code == 304:
            return None
        if response.status_code == 416:  # the part is the whole file, or of another file
            if response.headers.get("content-range", "").removeprefix("bytes */") == str(start) and start <= self.most:
                return self.slot.part_facts()
            self.slot.drop_part()
            raise TryAgainError(ServerError("server.cannot_continue", host=self.host, name=self.name), wait_s=0.0)
        resumed = response.status_code == 206
        if resumed and not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
            self.slot.drop_part()
            raise TryAgainError(ServerError("server.another_part", host=self.host, name=self.name), wait_s=0.0)
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
            raise TryAgainError(ContentError("content.size", name=self.name, host=self.host, got=got, expected=expected))
        if got == 0:
            raise TryAgainError(ContentError("content.empty", host=self.host, name=self.name))
        return facts

    def _expected(self, response: httpx.Response, start: int) -> int | None:
        if response.headers.get("content-encoding", "identity") != "identity":
            return self.size
        length = response.headers.get("content-length", "")
        return start + int(length) if length.isdecimal() and len(length) < _MOST_DIGITS else self.size

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
                    if stream.tell() + len(piece) > self.most:
                        raise self._too_large()
                    if self.learnt.stopped:
                        raise ServerError("server.given_up", name=self.name)
                    stream.write(piece)
                    if watch.too_slow(len(piece)):
                        raise TryAgainError(ServerError("server.slow", host=self.host, name=self.name))
                    if expected and self.progress:
                        self.progress(step, min(stream.tell() / expected, 1.0))
        except GeoPlannerError:
            raise
        except OSError as error:
            raise OutputError("cannot_write.fetch_download", folder=self.slot.path.parent, why=error.strerror) from error

    def _too_large(self) -> TooLargeError:
        self.slot.drop_part()
        return TooLargeError("content.too_large", host=self.host, mb=self.most / 1e6, name=self.name)

    def _refuse_page(self, response: httpx.Response, piece: bytes) -> None:
        missed = missed_kind(self.kind, piece)
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
            raise NotFoundError("not_found.file", host=self.host, url=self.shown, status=status)
        variant = "busy" if status == 429 else "refuses" if status in (401, 403, 407) else "status"
        answer = f"{status} {_printable(response.reason_phrase)}".strip()
        error = ServerError(f"server.{variant}", host=asked(self.url), answer=answer, name=self.name)
        if status in _AGAIN:
            raise TryAgainError(error, retry_after_s(response.headers.get("retry-after")))
        raise error


def _printable(words: object) -> str:
    """A server's words in a sentence of ours: no signs that are not to be seen, and no more than a few words."""
    return "".join(sign for sign in str(words) if sign.isprintable())[:60].strip()
