"""A recomputation in the background of a visit: it tells its step, can be stopped, and the last thing asked for is the one that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from geo_planner.build.rebuild import StoppedError
from geo_planner.errors import GeoPlannerError

_T = TypeVar("_T")
Told = Callable[[str, float], None]
Stop = Callable[[], bool]


class Job(Generic[_T]):
    """One piece of work under way.

    Parameters
    ----------
    key : hashable
        What was asked for.
    make : callable
        Called in a thread of its own with where to tell the progress, and with what to ask whether to stop.
    first : str
        The step that it is at until it tells of one.

    Attributes
    ----------
    step : (str, float)
        As last told.
    result, error
        Of what is done; both None while it is under way, and where it was stopped.
    """

    def __init__(self, key: Hashable, make: Callable[[Told, Stop], _T], first: str = "build_choice") -> None:
        self.key, self.step = key, (first, 0.0)
        self.result: _T | None = None
        self.error: Exception | None = None
        self._make, self._unwanted, self._done = make, threading.Event(), threading.Event()
        threading.Thread(target=self._work, name="build plan", daemon=True).start()

    def stop(self) -> None:
        """No result is wanted any more; what is under way ends after its step."""
        self._unwanted.set()

    @property
    def stopped(self) -> bool:
        return self._unwanted.is_set()

    def done(self, wait_s: float = 0.0) -> bool:
        """Whether it has come to an end, waited for so long."""
        return self._done.wait(wait_s)

    def _work(self) -> None:
        try:
            self.result = self._make(self._tell, self._unwanted.is_set)
        except StoppedError:
            pass
        except GeoPlannerError as error:
            self.error = error
        except Exception as error:
            self.error = error
            raise
        finally:
            self._done.set()

    def _tell(self, step: str, share: float) -> None:
        self.step = step, share
