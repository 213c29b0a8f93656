"""Where tasks are worked out: in threads, in processes of this machine, or by the workers of a dask cluster.

Results come as they are ready, whatever the order. A worker that dies loses what it was at: that is given out again, up to three times
a task, so that a task which kills every worker ends the run instead of the machine. What was done stays with whoever took it in.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, Literal, TypeVar

import geo_planner
from geo_planner.errors import UsageError

logger = logging.getLogger(__name__)

EngineName = Literal["threads", "processes", "dask"]
ENGINES: tuple[EngineName, ...] = ("threads", "processes", "dask")
MOST_DEATHS = 3
_AHEAD = 2
"""Tasks given out for each worker: one at work and one waiting, so that finished work does not pile up in memory."""
_PATIENCE_S, _LOOK_S = 120.0, 10.0
"""How long a cluster may be without a worker, and how often that is looked at while nothing is ready."""
_T = TypeVar("_T")
_R = TypeVar("_R")


class EngineError(UsageError):
    """Whatever works tasks out is not to be had, or is gone: the next study area would find it no better."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How tasks are to be worked out.

    Attributes
    ----------
    name : {"threads", "processes", "dask"}
    workers : int
        Threads or processes; of a cluster, how many tasks it is given at a time (its own workers when `scheduler` is named).
    scheduler : str or None
        Address of a running dask scheduler, ``tcp://host:8786``; without one, dask starts workers on this machine.
    """

    name: EngineName = "threads"
    workers: int = 1
    scheduler: str | None = None


def engine_of(name: str | None, scheduler: str | None, workers: int | None) -> Engine:
    """What the options of a command ask for; a scheduler alone means dask.

    Raises
    ------
    UsageError
        For a name that is none, a scheduler without dask, or dask where it is not installed.
    """
    asked: EngineName | None = next((known for known in ENGINES if known == (name or "dask")), None)
    if asked is None:
        raise UsageError("engine.unknown", asked=str(name)[:40], known=ENGINES)
    if scheduler is not None and asked != "dask":
        raise UsageError("engine.scheduler_alone", asked=asked)
    if asked == "dask":
        _distributed()
    return Engine(asked, workers or os.cpu_count() or 1, scheduler)


def worked_out(engine: Engine, work: Callable[[_T], _R], tasks: Sequence[_T]) -> Iterator[tuple[_T, _R]]:
    """Each task with its result, as soon as it is ready.

    Raises
    ------
    EngineError
        Where a cluster does not answer, has no worker, or goes away.
    UsageError
        When a task has cost as many workers as are spent on one.
    """
    if not tasks:
        return
    if engine.name == "dask":
        yield from _by_dask(engine, work, tasks)
    elif engine.name == "processes":
        yield from _by_processes(engine, work, tasks)
    else:
        with ThreadPoolExecutor(engine.workers) as pool:
            for number, result in _as_ready(pool, engine.workers, work, tasks, list(range(len(tasks)))):
                yield tasks[number], result


def _as_ready(
    pool: Executor,
    workers: int,
    work: Callable[[_T], _R],
    tasks: Sequence[_T],
    left: list[int],
    under_way: dict[Future[_R], int] | None = None,
    look: Callable[[], None] | None = None,
) -> Iterator[tuple[int, _R]]:
    """Numbers of tasks and their results; what is given out and not ready stands in `under_way`, what is not given out in `left`.

    `look` is called while nothing is ready, now and then, and may raise.
    """
    running: dict[Future[_R], int] = {} if under_way is None else under_way
    try:
        while left or running:
            while left and len(running) < _AHEAD * workers:
                number = left.pop(0)
                try:
                    running[pool.submit(work, tasks[number])] = number
                except BaseException:
                    left.insert(0, number)
                    raise
            ready, _ = wait(running, timeout=None if look is None else _LOOK_S, return_when=FIRST_COMPLETED)
            if look is not None and not ready:
                look()
            for future in sorted(ready, key=running.__getitem__):
                result = future.result()
                yield running.pop(future), result
    finally:
        for future in running:
            future.cancel()


def _by_processes(engine: Engine, work: Callable[[_T], _R], tasks: Sequence[_T]) -> Iterator[tuple[_T, _R]]:
    left, deaths = list(range(len(tasks))), [0] * len(tasks)
    while left:
        under_way: dict[Future[_R], int] = {}
        others = active_children()
        # spawned, not forked: a child of a process with threads may hang on a lock that none of its threads holds any more
        pool = ProcessPoolExecutor(engine.workers, mp_context=get_context("spawn"), initializer=_leave_ctrl_c_to_the_command)
        try:
            for number, result in _as_ready(pool, engine.workers, work, tasks, left, under_way):
                yield tasks[number], result
        except BrokenProcessPool as error:
            lost = sorted(under_way.values())
            for number in lost:
                deaths[number] += 1
                if deaths[number] > MOST_DEATHS:
                    raise UsageError("engine.deadly", n=deaths[number]) from error
            left[:0] = lost
        except BaseException:
            # nobody waits for minutes of work that nobody wants any more; a block is whole or not there
            for process in set(active_children()).difference(others):
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_ctrl_c_to_the_command() -> None:
    """Ctrl+C reaches every process of a terminal: the command ends its workers and says all there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def dask_setup(_worker: object) -> None:
    """Called by dask in each worker that is started here."""
    _leave_ctrl_c_to_the_command()
    # a task that is ended at work is no news
    logging.getLogger("distributed.worker.state_machine").setLevel(logging.ERROR)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("engine.no_dask") from error
    return distributed


def _by_dask(engine: Engine, work: Callable[[_T], _R], tasks: Sequence[_T]) -> Iterator[tuple[_T, _R]]:
    distributed = _distributed()
    if not logger.isEnabledFor(logging.INFO):
        # a scheduler that goes away is told by us; dask would tell it as a traceback besides
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        # nor that a worker which is at work when it is ended has to be killed
        logging.getLogger("distributed.nanny").setLevel(logging.ERROR)
    if engine.scheduler is None:
        # nothing listens beyond this machine, no dashboard is served, and what goes as it should is not told
        logging.getLogger("distributed").setLevel(logging.WARNING)
        cluster = distributed.LocalCluster(
            n_workers=engine.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
            preload=[__name__],
        )  # fmt: skip
    else:
        cluster = engine.scheduler
    try:
        try:
            client = distributed.Client(cluster, timeout="30s")
        except (OSError, ValueError, TimeoutError) as error:
            raise EngineError("engine.no_scheduler", address=str(engine.scheduler)[:80]) from error
        with client:
            address = str(client.scheduler.address)
            try:
                client.wait_for_workers(1, timeout=_PATIENCE_S)
            except TimeoutError as error:
                raise EngineError("engine.no_workers", address=address, seconds=round(_PATIENCE_S)) from error
            workers = max(_workers_of(client), engine.workers if engine.scheduler is None else 1)
            pool = client.get_executor(retries=0, pure=False)
            try:
                for number, result in _as_ready(pool, workers, work, tasks, list(range(len(tasks))), look=_looking_at(client, address)):
                    yield tasks[number], result
            except distributed.KilledWorker as error:
                raise UsageError("engine.deadly", n=MOST_DEATHS + 1) from error
            except (CancelledError, distributed.comm.CommClosedError) as error:
                # what was given out is cancelled when the scheduler goes away
                raise EngineError("engine.lost", address=address) from error
    finally:
        if engine.scheduler is None:
            cluster.close()


def _workers_of(client: Any) -> int:
    return len(client.scheduler_info(n_workers=-1)["workers"])


def _looking_at(client: Any, address: str) -> Callable[[], None]:
    """Refuses a cluster that has been without a worker for longer than a new one takes to come."""
    seen = time.monotonic()

    def look() -> None:
        nonlocal seen
        now = time.monotonic()
        if _workers_of(client):
            seen = now
        elif now - seen > _PATIENCE_S:
            raise EngineError("engine.no_workers", address=address, seconds=round(_PATIENCE_S))

    return look


@lru_cache(maxsize=1)
def program() -> str:
    """What tells the program of one machine from that of another: a hash of its text. Another one might give other figures, and they would be kept."""
    root = Path(geo_planner.__file__).parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        found.update(f"{path.relative_to(root).as_posix()}\n".encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()
