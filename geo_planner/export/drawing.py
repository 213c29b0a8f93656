"""Matplotlib's settings, for one picture at a time.

They belong to the process, not to a picture: of two that are drawn at once, for two visits, the one that ends first would take them from the other, and leave
its own behind.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib.style
from matplotlib import rc_context

_AT_WORK = threading.RLock()


@contextmanager
def drawing(settings: dict[Any, Any]) -> Iterator[None]:
    """Draw and write a picture inside, with matplotlib's own settings and these, whatever the caller's are.

    Parameters
    ----------
    settings : dict
        Of ``matplotlib.rcParams``.

    Notes
    -----
    Whoever comes meanwhile from another thread waits.
    """
    with _AT_WORK, matplotlib.style.context("default"), rc_context(settings):
        yield
