"""Plans under way and at hand: each is computed once, in the background, while every visit that waits for it sees how far it is.

A visit that is closed meanwhile stops nothing, and one that wants another plan waits for nobody, as long as there is a free place. What
a visit stops ends at its next step, unless somebody else waits for it.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from geo_planner.plan import Progress

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
_AT_ONCE = 2
"""Plans computed at the same time; each uses all cores and the memory of its rasters."""
_LOOK_S = 0.1


class _StoppedError(Exception):
    """Nobody wants what is under way any more."""


@dataclass
class _Job(Generic[_T]):
    """One plan under way; what it says of itself is read by any number of visits."""

    step: tuple[str, float] = ("input", 0.0)
    done: threading.Event = field(default_factory=threading.Event)
    made: _T | None = None
    error: Exception | None = None
    waiting: int = 0
    stopped: bool = False


class Shelf(Generic[_T]):
    """The last few results by their key.

    Parameters
    ----------
    size : int
        How many are kept; those unused for longest go.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._made: OrderedDict[str, _T] = OrderedDict()
        self._jobs: dict[str, _Job[_T]] = {}
        self._lock = threading.Lock()  # held for moments only, never while something is computed
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def get(self, key: str, make: Callable[[Progress], _T], progress: Progress, then: Callable[[_T], None] | None = None) -> _T:
        """The result of a key, from the shelf or by `make`, which runs in a thread of its own.

        Parameters
        ----------
        key : str
        make : callable
            Called once for all who wait, with where to tell its progress.
        progress : callable
            Told to this caller while it waits.
        then : callable, optional
            Done in the background with what was made, when the callers have it already; what it raises is logged.

        Raises
        ------
        Exception
            What `make` raises, to everybody who waits for it; the next call tries again.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = _Job()
                threading.Thread(target=self._work, args=(key, job, make, then), name=f"plan {key[:8]}", daemon=True).start()
            job.waiting, job.stopped = job.waiting + 1, False
        try:
            progress(*job.step)
            while not job.done.wait(_LOOK_S):
                progress(*job.step)
        finally:
            with self._lock:
                job.waiting -= 1
        if isinstance(job.error, _StoppedError):  # it was stopped at the moment when this caller came
            return self.get(key, make, progress, then)
        if job.error is not None:
            raise job.error
        return job.made  # type: ignore[return-value] # without an error it was made

    def stop(self, key: str) -> None:
        """End what is under way for this key at its next step, unless somebody waits for it; the next who wants it begins anew."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                job.stopped = job.waiting == 0

    def _work(self, key: str, job: _Job[_T], make: Callable[[Progress], _T], then: Callable[[_T], None] | None) -> None:
        def tell(step: str, share: float) -> None:
            job.step = step, share
            if job.stopped:
                raise _StoppedError

        try:
            with self._places:
                job.made = make(tell)
        except Exception as error:
            job.error = error
        with self._lock:
            if job.error is None and job.made is not None:
                self._made[key] = job.made
                while len(self._made) > self.size:
                    self._made.popitem(last=False)
            del self._jobs[key]
        job.done.set()
        if then is not None and job.made is not None:
            try:
                then(job.made)
            except Exception:
                logger.warning("what was computed is not kept", exc_info=True)
