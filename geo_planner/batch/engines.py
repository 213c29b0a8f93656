"""Where tasks are worked out: in threads, in processes of this machine, or by the workers of a dask cluster.

Results come as they are ready, whatever the order. A worker that dies loses what it was at: that is given out again, up to three times
a task, so that a task which kills every worker ends the run instead of the machine. What was done stays with whoever took it in.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

from geo_planner.errors import UsageError

EngineName = Literal["threads", "processes", "dask"]
ENGINES: tuple[EngineName, ...] = ("threads", "processes", "dask")
MOST_DEATHS = 3
_AHEAD = 2
"""Tasks given out for each worker: one at work and one waiting, so that finished work does not pile up in memory."""
_T = TypeVar("_T")
_R = TypeVar("_R")


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
    RuntimeError
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
) -> Iterator[tuple[int, _R]]:
    """Numbers of tasks and their results; what is given out and not ready stands in `under_way`, what is not given out in `left`."""
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
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
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
        # spawned, not forked: a child of a process with threads may hang on a lock that none of its threads holds any more
        pool = ProcessPoolExecutor(engine.workers, mp_context=get_context("spawn"))
        try:
            for number, result in _as_ready(pool, engine.workers, work, tasks, left, under_way):
                yield tasks[number], result
        except BrokenProcessPool as error:
            lost = sorted(under_way.values())
            for number in lost:
                deaths[number] += 1
                if deaths[number] > MOST_DEATHS:
                    raise RuntimeError(f"a task has cost {deaths[number]} workers") from error
            left[:0] = lost
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("engine.no_dask") from error
    return distributed


def _by_dask(engine: Engine, work: Callable[[_T], _R], tasks: Sequence[_T]) -> Iterator[tuple[_T, _R]]:
    distributed = _distributed()
    if engine.scheduler is None:
        # nothing listens beyond this machine, no dashboard is served, and what goes as it should is not told
        logging.getLogger("distributed").setLevel(logging.WARNING)
        cluster = distributed.LocalCluster(
            n_workers=engine.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
        )  # fmt: skip
    else:
        cluster = engine.scheduler
    try:
        try:
            client = distributed.Client(cluster, timeout="30s")
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError("engine.no_scheduler", address=str(engine.scheduler)[:80]) from error
        with client:
            workers = max(len(client.scheduler_info(n_workers=-1)["workers"]), engine.workers if engine.scheduler is None else 1)
            pool = client.get_executor(retries=0, pure=False)
            for number, result in _as_ready(pool, workers, work, tasks, list(range(len(tasks)))):
                yield tasks[number], result
    finally:
        if engine.scheduler is None:
            cluster.close()
