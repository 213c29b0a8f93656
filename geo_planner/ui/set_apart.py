"""What stays for good is set apart, so that nothing that is done on a page pays for looking through it.

Streamlit has Python look for objects that hold only each other after every run of a script (``gc.collect(2)``), and nothing is sent
meanwhile. That looks at every object of the libraries and of the plan: 0.15 s, more than most answers. Here those that have stood through
such a look are set apart (:func:`gc.freeze`); only what has come since is looked at, until that is much, and then once at all.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

MANY = 40_000
"""So many objects beside those set apart are looked at each time, which takes 0.02 s; with more, all are looked at once and set apart."""
_OLDEST = 2


@contextmanager
def set_apart() -> Iterator[None]:
    """As long as this lasts, what stays is set apart."""
    gc.callbacks.append(_look)
    try:
        yield
    finally:
        gc.callbacks.remove(_look)
        gc.unfreeze()


@contextmanager
def only_coming() -> Iterator[None]:
    """While this lasts, much comes that stays: nothing is looked at, and then it is set apart."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _look(phase: str, info: Mapping[str, Any]) -> None:
    if info["generation"] != _OLDEST or _coming() <= MANY:
        return
    if phase == "start":
        gc.unfreeze()
    else:
        gc.freeze()


def _coming() -> int:
    """How many objects are beside those set apart.

    The list of them is made, counted and let go within one step of the interpreter, so that no other thread runs while it is there: it would also
    hold what another visit is just making, and a tuple that grows may be held by nobody else (``SystemError: bad argument to internal function``).
    """
    return next(map(len, map(gc.get_objects, (None,))))
