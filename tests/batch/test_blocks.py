"""Blocks: they cover a grid once, their tasks hold every mast that gives anything there, and joined they are the whole to the last bit."""

from __future__ import annotations

import dataclasses
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner.batch import blocks as blocks_module
from geo_planner.batch import cover as cover_module
from geo_planner.batch import engines as engines_module
from geo_planner.batch.blocks import blocks_of, tasks_of
from geo_planner.batch.cover import cover_in_blocks, work_on
from geo_planner.batch.engines import MOST_DEATHS, Engine, EngineError, engine_of, worked_out
from geo_planner.batch.kept import keep_within, read_block
from geo_planner.config import Scenario, load_scenario
from geo_planner.errors import UsageError
from geo_planner.grid import Grid
from geo_planner.plan import cover
from geo_planner.radio.cells import Mast
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.serving import Serving
from geo_planner.study_area import StudyArea, load_study_area
from tests.small_area import SCENARIO, make_area

UTM = CRS(32648)


def same(a: Coverage, b: Coverage) -> None:
    for field in dataclasses.fields(Coverage):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype, field.name
            np.testing.assert_array_equal(one, other, err_msg=field.name)
        elif isinstance(one, dict):
            assert one.keys() == other.keys()
            for name in one:
                np.testing.assert_array_equal(one[name], other[name], err_msg=name)
        else:
            assert one == other, field.name


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, StudyArea]:
    """Two masts over ridges, one with a void beside it, under ITM; cells small enough for several blocks."""
    root = make_area(tmp_path_factory.mktemp("blocks") / "area")
    scenario = load_scenario(root / SCENARIO, ["propagation.model=itm", "terrain.cell_m=10"])
    area = load_study_area(root, scenario)
    heights = area.terrain.heights_m.copy()
    heights[heights.shape[0] // 2 : heights.shape[0] // 2 + 3, heights.shape[1] // 3 : heights.shape[1] // 3 + 2] = np.nan
    return scenario, dataclasses.replace(area, terrain=dataclasses.replace(area.terrain, heights_m=heights))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "TILE", 128)
    monkeypatch.setattr(blocks_module, "MOST_MASTS", 0)  # each mast is a task of its own


@given(rows=st.integers(1, 3000), columns=st.integers(1, 3000), cell=st.sampled_from([10.0, 30.0, 90.0]))
def test_blocks_cover_a_grid_once(rows: int, columns: int, cell: float) -> None:
    seen = np.zeros((rows, columns), dtype=np.uint8)
    for block in blocks_of(Grid.north_up(0, 0, cell, (rows, columns), UTM)):
        seen[block.frame] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("radius_km", [5.0, 15.0, 30.0])
def test_work_is_counted_in_masts_however_far_they_reach(radius_km: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mast's work is shared among the blocks that it reaches into: a longer reach makes no more tasks."""
    monkeypatch.setattr(blocks_module, "MOST_MASTS", 40)
    grid, side = Grid.north_up(0, 0, 60.0, (3000, 3000), UTM), 180e3
    east, south = (axis.ravel() for axis in np.meshgrid(np.linspace(1e3, side - 1e3, 45), np.linspace(1e3 - side, -1e3, 45)))
    index = pd.MultiIndex.from_tuples([(f"S{n}", "1") for n in range(len(east))], names=["site_id", "cell_id"])
    cells = gpd.GeoDataFrame(index=index, geometry=gpd.points_from_xy(east, south), crs=UTM)
    masts = [Mast((float(x), float(y)), 40.0, 900.0, 60.0, np.nan, np.nan, 0.0) for x, y in zip(east, south, strict=True)]
    tasks = [tasks_of(block, grid, cells, masts, radius_km) for block in blocks_of(grid)]
    whole = sum(task.work for of_block in tasks for task in of_block)
    # what a mast would reach beyond the rim of the grid is nobody's work; a circle's square is rounded to whole cells
    assert (1 - radius_km / 180) ** 2 * 0.99 <= whole / len(masts) <= 1.03
    for of_block in tasks:
        assert all(task.work <= 40 for task in of_block)
        assert sum(task.work for task in of_block) > (len(of_block) - 1) * 39, "no more tasks than their work asks for"
        numbers = [number for task in of_block for number in task.numbers]
        assert numbers == sorted(set(numbers)), "in the order of the list, each once"


def test_blocks_joined_are_the_whole_to_the_last_bit(loaded: tuple[Scenario, StudyArea], tmp_path: Path, small_blocks: None) -> None:
    scenario, area = loaded
    whole = cover(scenario, area)
    assert np.isnan(whole.probability).any()
    assert (whole.unknown_paths > 0).any()
    told: list[float] = []
    shared: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover_module, "work_on", lambda work: (shared.append(work.path is None), work_on(work))[1])
        joined = cover_in_blocks(scenario, area, Engine("threads", 2), folder=tmp_path, block_km=1.28, progress=told.append)
    assert set(shared) == {True, False}, "blocks of one task and of several"
    files = sorted(path.name for path in tmp_path.glob("*.tif"))
    assert len(files) >= 4
    assert told[-1] == 1.0
    same(whole, joined)
    worked: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover_module, "work_on", lambda work: worked.append(work))
        again = cover_in_blocks(scenario, area, Engine("threads", 1), folder=tmp_path, block_km=1.28)
    assert worked == [], "finished blocks are not worked out again"
    same(whole, again)
    # another power is another block
    other = scenario.model_copy(update={"propagation": scenario.propagation.model_copy(update={"time_pct": 40.0})})
    cover_in_blocks(other, area, Engine("threads", 1), folder=tmp_path, block_km=1.28)
    assert len(list(tmp_path.glob("*.tif"))) == 2 * len(files)


def test_a_block_that_was_changed_or_cut_short_is_made_anew(loaded: tuple[Scenario, StudyArea], tmp_path: Path, small_blocks: None) -> None:
    scenario, area = loaded
    whole = cover_in_blocks(scenario, area, Engine(), folder=tmp_path, block_km=1.28)
    first, second, *_ = sorted(tmp_path.glob("*.tif"))
    first.write_bytes(first.read_bytes()[:-2000])
    second.write_bytes(b"something else")
    assert not read_block(second, {})
    same(whole, cover_in_blocks(scenario, area, Engine(), folder=tmp_path, block_km=1.28))


def test_stopped_at_any_task_it_goes_on_where_it_was(
    loaded: tuple[Scenario, StudyArea], tmp_path: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, area = loaded
    whole = cover(scenario, area)
    kept = 0
    for stop_after in (0, 1, 3):
        done: list[int] = []

        def work(each: Any, stop_after: int = stop_after, done: list[int] = done) -> Serving:
            if len(done) >= stop_after:
                raise KeyboardInterrupt
            done.append(1)
            return work_on(each)

        monkeypatch.setattr(cover_module, "work_on", work)
        with pytest.raises(KeyboardInterrupt):
            cover_in_blocks(scenario, area, Engine("threads", 1), folder=tmp_path, block_km=1.28)
        assert len(list(tmp_path.glob("*.tif"))) >= kept
        kept = len(list(tmp_path.glob("*.tif")))
        assert not list(tmp_path.glob(".*.tif*")), "nothing half-written stays"
    monkeypatch.setattr(cover_module, "work_on", work_on)
    same(whole, cover_in_blocks(scenario, area, Engine("threads", 1), folder=tmp_path, block_km=1.28))


LEVELS = st.lists(st.sampled_from([-np.inf, -120.0, -110.5, -110.0, -95.0]), min_size=1, max_size=12)


@given(levels=LEVELS)
def test_one_operator_alone_is_held_once_and_is_what_it_is_beside_others(levels: list[float]) -> None:
    here, shape = (slice(0, 1), slice(0, 1)), (1, 1)
    alone, beside = Serving.nothing(shape, ["A"]), Serving.nothing(shape, ["A", "B"])
    for serving in (alone, beside):
        for number, level in enumerate(levels):
            value = np.full(shape, level, dtype=np.float32)
            serving.add_mast(here, [(number, "A", value - np.float32(number), value)], -110.0)
    assert alone.by_operator["A"] is alone.rsrp
    for name in ("level", "rsrp", "second", "server"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(beside, name))
    np.testing.assert_array_equal(alone.by_operator["A"], beside.by_operator["A"])


@given(levels=LEVELS, cuts=st.lists(st.integers(0, 12), max_size=3))
def test_masts_joined_in_runs_give_what_one_pass_gives(levels: list[float], cuts: list[int]) -> None:
    """Ties among them: of equal levels the earlier mast counts, first and second."""

    def given_by(numbers: range) -> Serving:
        serving = Serving.nothing((1, 1), ["A", "B"])
        for number in numbers:
            level = np.full((1, 1), levels[number], dtype=np.float32)
            here = slice(0, 1), slice(0, 1)
            serving.add_mast(here, [(number, "AB"[number % 2], level - np.float32(number), level)], -110.0)
            serving.note_unknown(here, np.full((1, 1), levels[number] == -np.inf))
        return serving

    whole, bounds = given_by(range(len(levels))), sorted({0, len(levels), *(cut for cut in cuts if cut < len(levels))})
    parts = [given_by(range(a, b)) for a, b in pairwise(bounds)]
    while len(parts) > 1:  # from the end, so that what is joined has been joined before
        parts[-2].join(parts.pop())
    for name in ("level", "rsrp", "second_level", "second", "server", "unknown", "overlap"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts[0], name), err_msg=name)
    for name in "AB":
        np.testing.assert_array_equal(whole.by_operator[name], parts[0].by_operator[name])


def test_the_oldest_blocks_go_and_none_in_use(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "mid", "old")):
        path = tmp_path / f"{name}.tif"
        path.write_bytes(bytes(100))
        os.utime(path, (1e9 - age, 1e9 - age))
    keep_within(tmp_path, 150, {tmp_path / "old.tif"})
    assert sorted(path.stem for path in tmp_path.glob("*.tif")) == ["old"]


# --- engines -----------------------------------------------------------------------------------------------------------------------


def doubled(number: int) -> int:
    return 2 * number


def dies_once(mark: Path) -> int:
    """Ends its own process the first time, as a machine does that goes off."""
    if mark.suffix == ".mark" and not mark.exists():
        mark.write_text("was here", "utf-8")
        os._exit(9)
    return len(mark.name)


def always_dies(_: int) -> int:
    os._exit(9)


@pytest.mark.parametrize("name", ["threads", "processes"])
def test_an_engine_gives_each_task_with_its_result(name: Any) -> None:
    assert sorted(worked_out(Engine(name, 2), doubled, list(range(9)))) == [(n, 2 * n) for n in range(9)]
    assert list(worked_out(Engine(name, 2), doubled, [])) == []


def test_what_a_dead_worker_was_at_is_given_out_again(tmp_path: Path) -> None:
    tasks = [tmp_path / name for name in ("a", "bb", "x.mark", "cccc")]
    assert dict(worked_out(Engine("processes", 1), dies_once, tasks)) == {task: len(task.name) for task in tasks}
    assert (tmp_path / "x.mark").exists()


def test_a_task_that_kills_every_worker_ends_the_run() -> None:
    with pytest.raises(UsageError, match=f"{MOST_DEATHS + 1} times.*--workers"):
        list(worked_out(Engine("processes", 1), always_dies, [1]))


def test_a_worker_of_another_program_or_without_the_files_says_so_and_makes_nothing(
    loaded: tuple[Scenario, StudyArea], tmp_path: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it made would be kept under the name of what this program makes."""
    scenario, area = loaded
    works: list[Any] = []

    def taken(_engine: Engine, _work: Any, tasks: list[Any]) -> list[Any]:
        works.extend(tasks)
        raise KeyboardInterrupt

    monkeypatch.setattr(cover_module, "worked_out", taken)
    with pytest.raises(KeyboardInterrupt):
        cover_in_blocks(scenario, area, Engine(), folder=tmp_path, block_km=1.28)
    work = pickle.loads(pickle.dumps(works[0]))
    with monkeypatch.context() as patched:
        patched.setattr(cover_module, "program", lambda: "of yesterday")
        with pytest.raises(EngineError, match="another version"):
            work_on(work)
    work.job.heights.unlink()
    with pytest.raises(EngineError, match=r"does not find .*\.npy.*GEO_PLANNER_CACHE") as told:
        work_on(work)
    assert isinstance(pickle.loads(pickle.dumps(told.value)), EngineError), "it comes back from a worker as it is"
    assert not list(tmp_path.glob("*.tif"))


INTERRUPTED = """
import sys, time
from geo_planner.batch.engines import Engine, worked_out
def nap(seconds):
    time.sleep(seconds)
    return seconds
if __name__ == "__main__":
    try:
        for _ in worked_out(Engine(sys.argv[1], 2), nap, [0, 0, 0, 60]):
            print("ready", flush=True)
    except KeyboardInterrupt:
        print("stopped")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")
@pytest.mark.parametrize(
    "name", ["processes", pytest.param("dask", marks=pytest.mark.skipif(not os.environ.get("GEO_PLANNER_LONG"), reason="long"))]
)
def test_ctrl_c_in_a_terminal_ends_all_workers_without_a_word(name: str, tmp_path: Path) -> None:
    """It reaches the workers, too: those that wait for work told of it as a traceback each."""
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, "utf-8")
    root = str(Path(__file__).parents[2])
    run = subprocess.Popen(
        [sys.executable, str(script), name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([root, str(tmp_path)])},
    )  # fmt: skip
    assert run.stdout is not None
    assert [run.stdout.readline() for _ in range(3)] == ["ready\n"] * 3
    time.sleep(1)
    os.killpg(run.pid, signal.SIGINT)
    told, complaints = run.communicate(timeout=50)
    assert told == "stopped\n"
    assert complaints == ""


def test_an_error_in_a_task_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        list(worked_out(Engine("threads", 2), lambda n: 1 // n, [1, 0, 2]))


def test_what_is_no_engine_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="gpu"):
        engine_of("gpu", None, None)
    with pytest.raises(UsageError, match="scheduler"):
        engine_of("processes", "tcp://127.0.0.1:1", None)


def test_the_core_does_not_load_dask() -> None:
    code = "import sys, geo_planner.batch.cover, geo_planner.cli; sys.exit(any(m.split('.')[0] in ('dask', 'distributed') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not os.environ.get("GEO_PLANNER_LONG"), reason="half a minute: make test-long")
def test_dask_with_a_worker_killed_gives_the_same(loaded: tuple[Scenario, StudyArea], tmp_path: Path, small_blocks: None) -> None:
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    scenario, area = loaded
    whole = cover(scenario, area)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        killed: list[int] = []

        def kill_one(share: float) -> None:
            if share > 0.2 and not killed:
                victim = next(iter(cluster.workers.values())).pid
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                time.sleep(0.2)

        engine = Engine("dask", 2, cluster.scheduler_address)
        joined = cover_in_blocks(scenario, area, engine, folder=tmp_path, block_km=1.28, progress=kill_one)
        assert killed
    same(whole, joined)


def test_dask_gives_the_same(loaded: tuple[Scenario, StudyArea], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    scenario, area = loaded
    same(cover(scenario, area), cover_in_blocks(scenario, area, Engine("dask", 1), folder=tmp_path, block_km=1.28))


def test_no_scheduler_is_a_sentence() -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    with pytest.MonkeyPatch.context() as patch:
        import distributed

        def nobody(*_: Any, **__: Any) -> None:
            raise OSError("nobody there")

        patch.setattr(distributed, "Client", nobody)
        with pytest.raises(UsageError, match="127"):
            list(worked_out(Engine("dask", 1, "tcp://127.0.0.1:9"), doubled, [1]))


@pytest.mark.parametrize(
    ("happens", "told"),
    [("cancelled", "gone away"), ("killed", f"{MOST_DEATHS + 1} times"), ("none comes", "no worker"), ("none left", "no worker")],
)
def test_what_becomes_of_a_cluster_is_a_sentence(happens: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that goes away cancels what was given to it; one without workers answers nothing for ever."""
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    monkeypatch.setattr(engines_module, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(engines_module, "_LOOK_S", 0.01)

    class Cluster:
        scheduler = SimpleNamespace(address="tcp://127.0.0.1:9")

        def __init__(self, *_: Any, **__: Any) -> None:
            self.submitted = 0

        def __enter__(self) -> Cluster:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait_for_workers(self, *_: Any, **__: Any) -> None:
            if happens == "none comes":
                raise TimeoutError

        def scheduler_info(self, **_: Any) -> dict[str, Any]:
            return {"workers": {} if self.submitted else {"one": 1}}

        def get_executor(self, **_: Any) -> Cluster:
            return self

        def submit(self, *_: Any) -> Future[Any]:
            self.submitted += 1
            future: Future[Any] = Future()
            if happens == "cancelled":
                future.cancel()
                future.set_running_or_notify_cancel()
            elif happens == "killed":
                future.set_exception(distributed.KilledWorker("task", None, 3))
            return future

    monkeypatch.setattr(distributed, "Client", Cluster)
    with pytest.raises(UsageError, match=told) as error:
        list(worked_out(Engine("dask", 1, "tcp://127.0.0.1:9"), doubled, [1]))
    assert isinstance(error.value, EngineError) == (happens != "killed"), "what one task does is no fault of the engine"
    assert "finished blocks are kept" in str(error.value)
