"""Whether the map of a study area is open already: a second start leads there, instead of serving it once more beside itself.

What counts is a lock that the operating system gives back when its holder ends, however it ends; the note beside it only says at which port to
ask. Who answers there is asked, too: another program may have the port by now.
"""

from __future__ import annotations

import getpass
import hashlib
import http.client
import json
import logging
import os
import platform
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from geo_planner.files.folders import cache_root
from geo_planner.files.lock import BusyError, held

logger = logging.getLogger(__name__)
SIGN_VARIABLE = "GEO_PLANNER_RUNNING"
"""What the server answers by, from the command that starts it."""
ADDRESS = "/geo-planner/running"
_PATIENCE_S, _ASKED_EVERY_S, _ANSWER_S = 60.0, 0.2, 2.0
_MOST_BYTES = 1000


def sign_of(area: Path, version: str) -> str:
    """What tells one open map from another: the study area, the version, the machine and whoever started it."""
    try:
        user = getpass.getuser()
    except (OSError, ImportError, KeyError):  # no such entry on this system
        user = str(getattr(os, "getuid", str)())
    told = "\n".join((os.path.normcase(area.resolve()), version, platform.node(), user))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:32]


def already_open(sign: str, stay: ExitStack, *, wait: bool, waiting: Callable[[], None]) -> int | None:
    """The port at which it is open; None where it is not: then this process has its place until `stay` is closed.

    Parameters
    ----------
    sign : str
        Of :func:`sign_of`.
    stay : ExitStack
        Holds the place.
    wait : bool
        Whether to wait for one that is just starting. One that does not answer for a minute is given up.
    waiting : callable
        Called once when there is something to wait for.
    """
    folder = cache_root() / "running"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        logger.debug("no place for notes at %s", folder, exc_info=True)
        return None
    until, told = time.monotonic() + _PATIENCE_S, False
    while True:
        try:
            if stay.enter_context(held(folder / f"{sign}.lock")):
                return None
        except BusyError:
            port = _noted(sign)
            if port is not None and answers(port, sign):
                return port
            if not wait or time.monotonic() > until:
                return None
            if not told:
                waiting()
                told = True
            time.sleep(_ASKED_EVERY_S)
            continue
        port = _noted(sign)  # no locks here: whoever answers is believed
        return port if port is not None and answers(port, sign) else None


def note(sign: str, port: int, stay: ExitStack) -> None:
    """Say where it is open, as long as `stay` is; a place that cannot be written says nothing."""
    path = _note(sign)
    with suppress(OSError):
        path.write_text(json.dumps({"port": port}), encoding="utf-8")
        stay.callback(lambda: path.unlink(missing_ok=True))


def answers(port: int, sign: str) -> bool:
    """Whether that map is what answers at a port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    try:
        connection.request("GET", ADDRESS)
        answer = connection.getresponse()
        return answer.status == http.client.OK and answer.read(_MOST_BYTES).decode("ascii", errors="replace").strip() == sign
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _note(sign: str) -> Path:
    return cache_root() / "running" / f"{sign}.json"


def _noted(sign: str) -> int | None:
    """The port in the note; None where there is none or it cannot be one."""
    try:
        port = json.loads(_note(sign).read_text(encoding="utf-8"))["port"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return port if isinstance(port, int) and 0 < port < 65536 else None
