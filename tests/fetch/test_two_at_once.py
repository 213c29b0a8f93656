"""Several fetches at one time, and fetches that were killed: nobody works on another's file, and no rubbish stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from geo_planner.errors import OutputError
from geo_planner.fetch import fetch_layer, init_study_area
from geo_planner.fetch import layers as fetch_layers
from geo_planner.fetch.boundaries import COMMUNES_FILE
from geo_planner.fetch.download import download
from geo_planner.files.lock import BusyError, held
from geo_planner.files.manifest import read_manifest
from geo_planner.files.staged import IN_USE, clear_abandoned, in_use
from geo_planner.words import Said
from tests.fetch.conftest import QUICK, Mirror, made_boundaries

CODE, BOUNDS = "46", (107.35, 16.05, 107.65, 16.35)
BODY = b"{" + b'"x": 1, ' * 30_000 + b'"end": 0}'


def killed_at_work(*folders: Path) -> None:
    """Another process says that it is at work in some folders, and is killed; while it lives the folders are its own."""
    code = (
        "import sys, time; from contextlib import ExitStack; from pathlib import Path\n"
        "from geo_planner.files.staged import in_use\n"
        "with ExitStack() as stack:\n"
        "    [stack.enter_context(in_use(Path(folder))) for folder in sys.argv[1:]]\n"
        "    print(1, flush=True)\n"
        "    time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, folders)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    clear_abandoned(folders)
    for folder in folders:
        with pytest.raises(BusyError), held(folder / IN_USE):
            pass
    process.kill()
    process.wait()
    process.stdout.close()


def test_many_at_once_ask_for_a_file_once_and_all_have_it(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files["data.json"] = BODY
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: download(f"{mirror.url}/data.json", kind="json", policy=QUICK), range(6)))
    assert {d.path.read_bytes() for d in found} == {BODY}
    assert len(mirror.asked("data.json")) == 1
    assert sorted(p.suffix for p in (tmp_path / "cache").rglob("*") if p.is_file()) == [".json", ".json"]  # the file and its facts


def test_a_file_that_another_one_is_at_is_waited_for_while_it_grows(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files["data.json"] = BODY
    first = download(f"{mirror.url}/data.json", kind="json", policy=QUICK)
    first.path.unlink()
    told: list[Said] = []
    with pytest.raises(OutputError, match="does not get on"), held(first.path.with_name(first.path.name + ".lock")):
        download(f"{mirror.url}/data.json", kind="json", policy=replace(QUICK, stalled_s=0.2), progress=lambda step, _: told.append(step))
    assert [str(step) for step in told] == ["waiting for another fetch of data.json"]

    part = first.path.with_name(first.path.name + ".part")
    lock, grown = threading.Event(), []

    def slowly() -> None:
        with held(first.path.with_name(first.path.name + ".lock")):
            lock.set()
            for size in range(8):  # longer in all than the patience with one that stands still
                part.write_bytes(b"x" * (size + 1))
                grown.append(size)
                time.sleep(0.1)
            part.unlink()

    other = threading.Thread(target=slowly)
    other.start()
    lock.wait()
    assert download(f"{mirror.url}/data.json", kind="json", policy=replace(QUICK, stalled_s=0.5)).path.read_bytes() == BODY
    other.join()
    assert len(grown) == 8


def test_folders_of_dead_processes_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    names = ("dead", "alive", "unmarked", "waits")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "terrain.tif").write_text("x")
    killed_at_work(tmp_path / "dead", tmp_path / "waits")
    (tmp_path / "waits" / "commit.json").write_text("[]")  # a change that only waits to be finished
    (tmp_path / "link").symlink_to(tmp_path / "waits")
    with in_use(tmp_path / "alive"):
        clear_abandoned(tmp_path.iterdir())
    assert {p.name for p in tmp_path.iterdir()} == {"alive", "unmarked", "waits", "link"}


@pytest.fixture
def area(mirror: Mirror, tmp_path: Path) -> Path:
    mirror.files |= made_boundaries(CODE, BOUNDS)
    mirror.answer = lambda body: b'{"osm3s":{"timestamp_osm_base":"2026-11-20"},"elements":[]}'
    fetch_layer("boundaries", CODE, tmp_path / "area", base_url=mirror.url, policy=QUICK)
    return tmp_path / "area"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("command", ["fetch", "init"])
def test_what_a_killed_command_left_goes_with_the_next(mirror: Mirror, area: Path, tmp_path: Path, command: str) -> None:
    into = area if command == "fetch" else tmp_path / "hue"
    given = ["fetch", "roads", "--province", CODE, "--into", str(into)] if command == "fetch" else ["init", str(into), "--province", CODE]
    arguments = [sys.executable, "-m", "geo_planner.cli", *given, "--base-url", mirror.url]
    asked = threading.Event()
    go_on = threading.Event()

    def answer(_: str) -> bytes:
        asked.set()
        go_on.wait(30)
        return b'{"elements":[]}'

    mirror.answer = answer
    if command == "init":  # its boundaries are in the cache; the terrain is what it waits for
        mirror.files = _Waiting(mirror.files, asked, go_on)
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
    assert asked.wait(60)
    left = [*area.glob(".incoming-*"), *tmp_path.glob(".hue-*")]
    process.send_signal(signal.SIGKILL)
    process.wait()
    go_on.set()
    assert len(left) == 1
    assert left[0].exists()
    mirror.answer = lambda body: b'{"elements":[]}'
    if command == "fetch":
        fetch_layer("roads", CODE, area, base_url=mirror.url, policy=QUICK)
    else:
        with pytest.raises(OSError, match="no file"):  # the mirror has no terrain: a run that fails clears up, too
            init_study_area(into, CODE, base_url=mirror.url, policy=QUICK)
    assert not left[0].exists()
    assert [*area.glob(".*"), *tmp_path.glob(".hue*")] == []


class _Waiting(dict):
    """Files of a mirror that lets the first request for terrain wait."""

    def __init__(self, files: dict[str, bytes], asked: threading.Event, go_on: threading.Event) -> None:
        super().__init__(files)
        self.asked, self.go_on = asked, go_on

    def get(self, path: str, default: bytes | None = None) -> bytes | None:
        if path.startswith("Copernicus"):
            self.asked.set()
            self.go_on.wait(30)
        return super().get(path, default)


def test_layers_fetched_at_once_are_all_recorded(mirror: Mirror, area: Path) -> None:
    kinds = ("roads", "power", "places", "towers")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda kind: fetch_layer(kind, CODE, area, base_url=mirror.url, policy=QUICK), kinds))
    files = read_manifest(area)["files"]
    assert {name.split("/")[0] for name in files} == {"boundaries", *kinds}
    assert list(area.glob(".*")) == []


def test_boundaries_that_change_under_way_are_noticed(mirror: Mirror, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fetch_layers._made

    def meanwhile(*arguments: object):
        staged = made(*arguments)
        (area / COMMUNES_FILE).write_text((area / COMMUNES_FILE).read_text(encoding="utf-8") + " ", encoding="utf-8")
        return staged

    monkeypatch.setattr(fetch_layers, "_made", meanwhile)
    before = json.dumps(read_manifest(area))
    with pytest.raises(OutputError, match=r"boundaries of .* were changed"):
        fetch_layer("roads", CODE, area, base_url=mirror.url, policy=QUICK)
    assert json.dumps(read_manifest(area)) == before
    assert not (area / "roads").exists()


def test_trouble_with_the_disk_is_told(mirror: Mirror, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(fetch_layers._FETCHERS, "roads", full)
    with pytest.raises(OutputError, match="No space left"):
        fetch_layer("roads", CODE, area, base_url=mirror.url, policy=QUICK)
    monkeypatch.setattr("geo_planner.fetch.cache.sha256_of", full)
    mirror.files["data.json"] = BODY
    with pytest.raises(OutputError, match="No space left"):
        download(f"{mirror.url}/data.json", kind="json", policy=QUICK)
