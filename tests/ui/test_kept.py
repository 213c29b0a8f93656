"""Plans are computed once for all who wait, in the background, and kept as data for the next start."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
import streamlit as st

from geo_planner.errors import GeoPlannerError
from geo_planner.export import write_plan
from geo_planner.plan import Plan
from geo_planner.ui import kept, loading
from geo_planner.ui.shelf import Shelf
from tests.conftest import ROOT, SCENARIO


def silent(_step: str, _share: float) -> None:
    pass


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of plans of one's own, really used; path loss stays where it is."""
    for name in ("kept_plan", "kept_files", "keep"):
        monkeypatch.setattr(loading, name, getattr(kept, name))
    monkeypatch.setattr(loading, "KEEP_AFTER_S", 0.0)
    monkeypatch.setattr(kept, "cache_root", lambda: tmp_path)
    st.cache_data.clear()
    st.cache_resource.clear()
    return tmp_path / "plans"


def folders(plans: Path) -> list[Path]:
    return sorted(path for path in plans.iterdir() if path.is_dir() and not path.name.startswith("."))


def whole(plans: Path) -> Path:
    """The folder of the one plan, once it is written."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if plans.is_dir() and folders(plans) and kept.kept_files(folders(plans)[0]) is not None:
            return folders(plans)[0]
        time.sleep(0.1)
    raise AssertionError("the plan was not kept")


def test_the_next_start_shows_what_was_computed_and_computes_nothing(plans: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    first = loading.load_plan(SCENARIO, silent)
    folder = whole(plans)
    st.cache_resource.clear()  # the program ends and starts again

    def refuse(*_: object, **__: object) -> Plan:
        raise AssertionError("computed again")

    monkeypatch.setattr(loading, "run", refuse)
    again = loading.load_plan(SCENARIO, silent)
    assert again.key == first.key
    assert list(again.plan.villages.index) == list(plan.villages.index)
    assert list(again.plan.villages["score"]) == list(plan.villages["score"])
    assert loading.exported_files(again.key, again.plan)["summary.json"] == (folder / "summary.json").read_bytes()
    assert not any(path.suffix in (".pkl", ".pickle", ".npy") for path in folder.rglob("*"))


def test_a_kept_plan_that_was_changed_goes_and_is_not_shown(plans: Path, plan: Plan) -> None:
    folder = kept.folder_of("a")
    kept.keep(plan, folder)
    assert kept.kept_plan(folder, ROOT / "data") is not None
    raster = folder / "coverage.tif"
    raster.write_bytes(raster.read_bytes()[:-1] + b"x")
    assert kept.kept_files(folder) is None
    assert kept.kept_plan(folder, ROOT / "data") is None
    assert not folder.exists()


def test_a_plan_is_kept_under_its_inputs_and_its_program(plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = kept.folder_of("a")
    assert one == kept.folder_of("a") != kept.folder_of("b")
    monkeypatch.setattr(kept, "program", lambda: "another version")
    assert one != kept.folder_of("a")


def test_what_was_unused_for_longest_goes_first(plans: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    written = kept.folder_of("0")
    kept.keep(plan, written)
    for n, name in enumerate(("old", "older", "oldest")):
        (plans / name).mkdir()
        (plans / name / "coverage.tif").write_bytes(b"0" * 1000)
        os.utime(plans / name, (1e9 - n, 1e9 - n))
    monkeypatch.setattr(kept, "MOST_PLANS", 3)
    newest = kept.folder_of("1")
    kept.keep(plan, newest)
    assert folders(plans) == sorted([written, newest, plans / "old"])
    monkeypatch.setattr(kept, "MOST_BYTES", 1)
    kept.keep(plan, newest)
    assert folders(plans) == [newest]


def test_a_cache_that_cannot_be_written_costs_no_plan(plans: Path, plan: Plan) -> None:
    plans.write_text("a file where the folder should be")
    kept.keep(plan, kept.folder_of("a"))
    assert kept.kept_files(kept.folder_of("a")) is None


def test_two_processes_may_keep_the_same_plan(plans: Path, plan: Plan) -> None:
    folder = kept.folder_of("a")
    threads = [threading.Thread(target=kept.keep, args=(plan, folder)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.kept_files(folder) is not None
    write_plan(plan, folder)
    assert folders(plans) == [folder]


def test_all_who_wait_see_the_progress_of_the_one_computation() -> None:
    shelf: Shelf[str] = Shelf(2)
    go, calls, seen = threading.Event(), [], {n: [] for n in range(6)}

    def make(tell: object) -> str:
        calls.append(1)
        tell("coverage", 0.5)  # type: ignore[operator]
        go.wait(20)
        return "plan"

    made: list[str] = []
    visits = [threading.Thread(target=lambda n=n: made.append(shelf.get("a", make, lambda *told: seen[n].append(told)))) for n in range(6)]
    for visit in visits:
        visit.start()
    until = time.monotonic() + 20
    while not all(("coverage", 0.5) in told for told in seen.values()) and time.monotonic() < until:
        time.sleep(0.05)
    assert all(("coverage", 0.5) in told for told in seen.values())
    assert shelf.get("b", lambda _: "another plan", silent) == "another plan"  # waits for nobody
    go.set()
    for visit in visits:
        visit.join(20)
    assert (made, len(calls)) == (["plan"] * 6, 1)


def test_a_visit_that_is_closed_stops_nothing() -> None:
    shelf: Shelf[str] = Shelf(2)
    go = threading.Event()

    class Closed(Exception):
        pass

    def close(_step: str, _share: float) -> None:
        raise Closed

    def make(_tell: object) -> str:
        go.wait(20)
        return "plan"

    with pytest.raises(Closed):
        shelf.get("a", make, close)
    go.set()
    assert shelf.get("a", lambda _: "computed twice", silent) == "plan"


def test_a_fault_is_told_to_all_and_the_next_one_tries_again() -> None:
    shelf: Shelf[str] = Shelf(2)

    def broken(_tell: object) -> str:
        raise GeoPlannerError("no_streamlit")

    with pytest.raises(GeoPlannerError):
        shelf.get("a", broken, silent)
    assert shelf.get("a", lambda _: "plan", silent) == "plan"


def test_the_shelf_forgets_what_was_unused_for_longest() -> None:
    shelf: Shelf[str] = Shelf(2)
    for key in ("a", "b", "a", "c"):
        shelf.get(key, lambda _, key=key: key, silent)
    calls: list[str] = []

    def again(key: str) -> str:
        calls.append(key)
        return key

    for key in ("a", "c", "b"):
        shelf.get(key, lambda _, key=key: again(key), silent)
    assert calls == ["b"]
