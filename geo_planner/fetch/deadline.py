"""An end to waiting for the headers of an answer, and for each piece of its body: a server that sends one byte at a time of a header, or of
the length of a piece, is in time with each and never done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx

_CONNECTED = ".connect_tcp.complete"


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
