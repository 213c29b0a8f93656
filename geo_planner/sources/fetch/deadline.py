"""An end to waiting for the headers of an answer: a server that sends one byte at a time is in time with each and never done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx

_CONNECTED = (".connect_tcp.complete", ".start_tls.complete", ".connect_unix_socket.complete")


class HeadersTooLateError(Exception):
    """The headers were not complete when the time was up."""


class Deadline:
    """For the requests of one client, one after the other: breaks the line off when the headers are not there in time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lines: list[Any] = []
        """All that were opened; a later request may go over an earlier one's."""

    @contextmanager
    def over(self, request: httpx.Request) -> Iterator[None]:
        """Around the sending of a request up to the end of the answer's headers.

        Raises
        ------
        HeadersTooLateError
        """
        request.extensions = {**request.extensions, "trace": self._note}
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._break_off()

        timer = threading.Timer(self._seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except httpx.TransportError as error:
            if late.is_set():
                raise HeadersTooLateError from error
            raise
        finally:
            timer.cancel()

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            self._lines.append(info["return_value"])

    def _break_off(self) -> None:
        for line in self._lines:
            with suppress(OSError, AttributeError):
                line.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
