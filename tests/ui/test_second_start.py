"""A second double click leads to the map that is open already; whatever was left behind, or answers there by chance, keeps nobody from a map."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo_planner.files import running
from geo_planner.words import said
from tests.conftest import ROOT
from tests.small_area import make_area

_LATE_S = 90.0


def start(area: Path, folder: Path, name: str, *more: str) -> subprocess.Popen[bytes]:
    """``geo-planner app``, with a browser that only notes where it was sent."""
    opener = folder / f"opener_{name}"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{folder}/opened_{name}.txt"\n', encoding="utf-8")
    opener.chmod(0o755)
    environment = {
        **os.environ,
        "GEO_PLANNER_CACHE": str(folder / "cache"),
        "DISPLAY": ":99",
        "BROWSER": f"{opener} %s",
        "LC_ALL": "C.UTF-8",
    }
    environment.pop("GEO_PLANNER_STUDY_AREA", None)
    command = [sys.executable, "-m", "geo_planner.cli", "--lang", "vi", "app", str(area), *more]
    with (folder / f"log_{name}.txt").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment)


def log_of(folder: Path, name: str) -> str:
    return (folder / f"log_{name}.txt").read_text("utf-8", errors="replace")


def opened_by(folder: Path, name: str) -> list[str]:
    path = folder / f"opened_{name}.txt"
    return path.read_text().split() if path.is_file() else []


def until(what: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + _LATE_S
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    pytest.fail(why)


@contextlib.contextmanager
def ended(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait(20)


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the browser is set by BROWSER")


def test_a_second_start_opens_the_map_that_is_open(tmp_path: Path) -> None:
    """At the same moment, later, and once more after the first was killed; another study area has a map of its own."""
    area, other = make_area(tmp_path / "area"), make_area(tmp_path / "other")
    first = start(area, tmp_path, "first")
    time.sleep(0.5)
    second = start(area, tmp_path, "second")
    with ended(first, second):
        assert second.wait(_LATE_S) == 0, log_of(tmp_path, "second")
        until(lambda: bool(opened_by(tmp_path, "first")), log_of(tmp_path, "first"))
        (address,) = opened_by(tmp_path, "first")
        assert opened_by(tmp_path, "second") == [address]
        assert said("app.already_open", address=address).text("vi") in log_of(tmp_path, "second")
        third = start(area / ".." / "area", tmp_path, "third", "--no-browser")
        elsewhere = start(other, tmp_path, "elsewhere")
        with ended(third, elsewhere):
            assert third.wait(_LATE_S) == 0
            assert opened_by(tmp_path, "third") == []
            assert address in log_of(tmp_path, "third")
            until(lambda: bool(opened_by(tmp_path, "elsewhere")), log_of(tmp_path, "elsewhere"))
            assert opened_by(tmp_path, "elsewhere") != [address]
            assert elsewhere.poll() is None
        first.kill()
        first.wait(20)
    again = start(area, tmp_path, "again")
    with ended(again):
        until(lambda: bool(opened_by(tmp_path, "again")), log_of(tmp_path, "again"))
        assert again.poll() is None, "what a killed one left behind keeps nobody from starting"


def test_a_port_that_is_asked_for_is_taken_beside_the_open_one(tmp_path: Path) -> None:
    area = make_area(tmp_path / "area")
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], two.getsockname()[1]
    first = start(area, tmp_path, "first", "--port", str(ports[0]))
    with ended(first):
        until(lambda: bool(opened_by(tmp_path, "first")), log_of(tmp_path, "first"))
        same = start(area, tmp_path, "same", "--port", str(ports[0]))
        with ended(same):
            assert same.wait(_LATE_S) == 0, "the port that it has: there it is"
        beside = start(area, tmp_path, "beside", "--port", str(ports[1]))
        with ended(beside):
            until(lambda: bool(opened_by(tmp_path, "beside")), log_of(tmp_path, "beside"))
            assert opened_by(tmp_path, "beside") == [f"http://localhost:{ports[1]}"]
        default = start(area, tmp_path, "default")
        with ended(default):
            assert default.wait(_LATE_S) == 0
            assert opened_by(tmp_path, "default") == [f"http://localhost:{ports[0]}"]


@contextlib.contextmanager
def stranger(answer: bytes) -> Iterator[int]:
    """Another program that answers whatever it is asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("content", ['{"port": @}', '{"port": "x"}', '{"port": 0}', "[1]", "{", "", "\x00", '{"port": 99999999}'])
def test_a_note_that_was_left_behind_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    """Another program, or the map of another study area, may have the port by now."""
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path))
    sign = running.sign_of(tmp_path, "1")
    with stranger(running.sign_of(tmp_path / "other", "1").encode()) as port:
        (tmp_path / "running").mkdir()
        (tmp_path / "running" / f"{sign}.json").write_text(content.replace("@", str(port)), "utf-8")
        with contextlib.ExitStack() as stay, contextlib.ExitStack() as second:
            assert running.already_open(sign, stay, wait=True, waiting=lambda: None) is None
            assert running.already_open(sign, second, wait=False, waiting=lambda: None) is None, "nobody answers by that sign"


def test_one_that_answers_no_more_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path))
    monkeypatch.setattr(running, "_PATIENCE_S", 0.5)
    sign, told = running.sign_of(tmp_path, "1"), list[int]()
    with contextlib.ExitStack() as stay, contextlib.ExitStack() as second:
        assert running.already_open(sign, stay, wait=True, waiting=lambda: None) is None
        running.note(sign, 9, stay)
        assert running.already_open(sign, second, wait=True, waiting=lambda: told.append(1)) is None
    assert told == [1]
    assert not (tmp_path / "running" / f"{sign}.json").exists()


def test_one_that_answers_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path))
    sign = running.sign_of(tmp_path, "1")
    with stranger(sign.encode()) as port, contextlib.ExitStack() as stay, contextlib.ExitStack() as second:
        assert running.already_open(sign, stay, wait=True, waiting=lambda: None) is None
        running.note(sign, port, stay)
        assert json.loads((tmp_path / "running" / f"{sign}.json").read_text("utf-8")) == {"port": port}
        assert running.already_open(sign, second, wait=True, waiting=lambda: None) == port


def test_area_and_version_tell_one_map_from_another(tmp_path: Path) -> None:
    assert running.sign_of(tmp_path, "1") == running.sign_of(tmp_path / "x" / "..", "1")
    assert len({running.sign_of(tmp_path, "1"), running.sign_of(tmp_path, "2"), running.sign_of(tmp_path / "x", "1")}) == 3


def test_a_cache_that_cannot_be_written_keeps_nobody_from_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path / "file"))
    with contextlib.ExitStack() as stay:
        sign = running.sign_of(tmp_path, "1")
        assert running.already_open(sign, stay, wait=True, waiting=lambda: None) is None
        running.note(sign, 8501, stay)
