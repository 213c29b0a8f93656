"""What stays for good is not looked through after every run of the script, and nothing that has gone is kept by it."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest

from geo_planner.ui import entry, set_apart


class Ring:
    """Held by itself alone, once nobody else holds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _by_hand() -> Iterator[None]:
    """No look but those that a test asks for."""
    gc.disable()
    yield
    gc.enable()


def look() -> int:
    """As Streamlit does after a run: so many objects were looked at."""
    looked: list[int] = []

    def note(phase: str, _info: object) -> None:
        if phase == "start":
            looked.append(len(gc.get_objects()))

    gc.callbacks.append(note)  # after that of the module, so that it sees what is looked at
    gc.collect(2)
    gc.callbacks.remove(note)
    return looked[0]


def test_what_has_stood_through_one_look_is_not_looked_at_again() -> None:
    stays = [[n] for n in range(set_apart.MANY)]
    with set_apart.set_apart():
        assert look() > len(stays)
        assert look() < set_apart.MANY / 4
        assert gc.get_freeze_count() > len(stays)
    assert gc.get_freeze_count() == 0


def test_what_goes_later_is_let_go_at_the_next_whole_look() -> None:
    old = Ring()
    of_old = weakref.ref(old)
    with set_apart.set_apart():
        filler = [[n] for n in range(set_apart.MANY)]
        look()
        del old
        look()
        assert of_old() is not None  # set apart: not looked at
        young = Ring()
        of_young = weakref.ref(young)
        del young
        look()
        assert of_young() is None  # what has come since is looked at each time
        more = [[n] for n in range(set_apart.MANY)]
        look()
        assert of_old() is None
        assert len(filler) == len(more)


def test_a_look_holds_nothing_that_another_visit_is_making() -> None:
    """A tuple that is being made out of an iterator may be held by nobody else: Python ends with a SystemError otherwise."""
    ended: list[BaseException] = []
    done = threading.Event()

    def make() -> None:
        try:
            while not done.is_set():
                for _ in range(200):
                    tuple(n for n in range(50))
        except SystemError as error:
            ended.append(error)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    makers = [threading.Thread(target=make) for _ in range(3)]
    try:
        with set_apart.set_apart():
            for maker in makers:
                maker.start()
            for _ in range(60):
                gc.collect(2)
    finally:
        done.set()
        for maker in makers:
            maker.join()
        sys.setswitchinterval(usual)
    assert ended == []


def test_the_server_sets_apart_as_long_as_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "_warm_up", lambda: None)
    before = list(gc.callbacks)

    async def served() -> None:
        async with entry.server()["lifespan"](None):
            assert len(gc.callbacks) == len(before) + 1

    asyncio.run(served())
    assert gc.callbacks == before
