"""The app as a server: for this machine alone, by its name alone, asking nobody, and gone with what started it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geo_planner.cli import machine
from geo_planner.errors import UsageError
from geo_planner.ui.map_files import page_address
from geo_planner.ui.serving import LOCAL_HOSTS, MAX_UPLOAD_MB, OnlyByName, _host
from tests.conftest import ROOT
from tests.ui.test_import_page import area, open_page  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("fresh_caches")

STRANGERS = ["evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1.evil.example", "10.0.0.1:{port}", "0.0.0.0", "user@localhost", "localhost:x", ""]  # fmt: skip
LOCAL = ["localhost:{port}", "LOCALHOST:{port}", "localhost.:{port}", "127.0.0.1:{port}", "[::1]:{port}", "localhost"]
# What a process asks of others is written down; a name that is looked up counts as well.
WATCH = """
import os, socket
def _note(what):
    with open(os.environ["ASKED"], "a") as log: log.write(f"{what}\\n")
def _watched(name):
    real = getattr(socket.socket, name)
    def call(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6): _note(address[0])
        return real(self, address)
    setattr(socket.socket, name, call)
for name in ("connect", "connect_ex"): _watched(name)
_real = socket.getaddrinfo
def getaddrinfo(host, *rest, **more):
    _note(host)
    return _real(host, *rest, **more)
socket.getaddrinfo = getaddrinfo
"""
STARTED = {
    "with browser": ["-m", "geo_planner.cli", "app", "--port", "{port}"],
    "command": ["-m", "geo_planner.cli", "app", "--port", "{port}", "--no-browser"],
    "bare": ["-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port={port}"],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _with_signals() -> None:
    """A command in the background, or under nohup, is born deaf to some signals; a person's is not."""
    for name in ("SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


@contextlib.contextmanager
def started(how: str, folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The app, started from a folder that is not its own."""
    port = free_port()
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    known = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "GEO_PLANNER_"))}
    environment = {**known, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "ASKED": str(folder / "asked.txt"), **more}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *(part.format(port=port) for part in STARTED[how])],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=None if sys.platform == "win32" else _with_signals,
        )
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end and process.poll() is None and not answers("127.0.0.1", port):
                time.sleep(0.2)
            assert answers("127.0.0.1", port), (folder / "log.txt").read_text(errors="replace")
            yield process, port
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)


def answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def status_of(port: int, path: str, host: str, *more: str) -> int:
    """The status with which one request is answered; the lines of its head are sent as they stand."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall("\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *more, "", ""]).encode())
        return int(line.recv(64).split()[1])


UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


@pytest.fixture(scope="module", params=("command", "bare"))
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("served")
    with started(request.param, folder) as (_, port):
        yield port, folder


@pytest.mark.parametrize("host", STRANGERS)
def test_who_asks_under_another_name_is_refused(served: tuple[int, Path], host: str) -> None:
    port = served[0]
    for path in ("/", "/ranking", "/_stcore/health", "/_stcore/host-config", page_address()):
        assert status_of(port, path, host.format(port=port)) in (400, 403)
    assert status_of(port, "/_stcore/stream", host.format(port=port), *UPGRADE) in (400, 403)


@pytest.mark.parametrize("host", LOCAL)
def test_who_asks_by_the_name_of_the_machine_is_served(served: tuple[int, Path], host: str) -> None:
    port = served[0]
    assert status_of(port, "/", host.format(port=port)) == 200
    assert status_of(port, "/_stcore/stream", host.format(port=port), *UPGRADE) == 101


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost.evil.example", "null", "file://", "http://[::1"])
def test_a_page_from_elsewhere_opens_no_connection(served: tuple[int, Path], origin: str) -> None:
    assert status_of(served[0], "/_stcore/stream", f"localhost:{served[0]}", f"Origin: {origin}", *UPGRADE) == 403


def test_two_names_at_once_are_refused(served: tuple[int, Path]) -> None:
    assert status_of(served[0], "/", "localhost", "Host: evil.example") in (400, 403)


def test_it_listens_on_this_machine_alone_and_asks_nobody(served: tuple[int, Path]) -> None:
    port, folder = served
    assert answers("127.0.0.1", port)
    if sys.platform == "linux":  # where the whole of 127.0.0.0/8 is this machine
        assert not answers("127.0.0.2", port)
    time.sleep(1)
    asked = (folder / "asked.txt").read_text().split() if (folder / "asked.txt").exists() else []
    assert set(asked) <= {"127.0.0.1", "localhost", "::1", "None"}
    assert "External" not in (folder / "log.txt").read_text(errors="replace")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("ended_by", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_the_server_ends_with_the_command(tmp_path: Path, ended_by: str) -> None:
    with started("command", tmp_path) as (process, port):
        process.send_signal(getattr(signal, ended_by))
        process.wait(20)
        assert not answers("127.0.0.1", port)
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", port))


@pytest.mark.skipif(sys.platform != "linux", reason="the browser is set by BROWSER")
@pytest.mark.parametrize("how", ["with browser", "command"])
def test_the_browser_opens_the_address_once_the_server_answers(tmp_path: Path, how: str) -> None:
    log = tmp_path / "opened.txt"
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{log}"\n', encoding="utf-8")
    opener.chmod(0o755)
    with started(how, tmp_path, DISPLAY=":99", BROWSER=f"{opener} %s") as (_, port):
        until = time.monotonic() + (10 if how == "with browser" else 2)
        while time.monotonic() < until and not log.exists():
            time.sleep(0.1)
        opened = log.read_text().split() if log.exists() else []
        assert opened == ([f"http://localhost:{port}"] if how == "with browser" else [])
        assert f"http://localhost:{port}" in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_the_next_free_port_is_taken_and_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other, socket.socket() as third:
        for line in (other, third):
            line.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        monkeypatch.setattr(machine, "_PORT", port)
        taken = {port} | {p for p in range(port + 1, port + 50) if answers("127.0.0.1", p)}
        with contextlib.ExitStack() as starting:
            found = machine._free_port(starting)
            with contextlib.ExitStack() as second:
                assert machine._free_port(second) > found, "a second start is kept from the port that the first has not opened yet"
        assert found > port
        assert found not in taken
        told = capsys.readouterr().out
        assert str(port) in told
        assert str(found) in told


def test_a_port_that_was_asked_for_and_is_taken_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError):
            machine._check_port(int(other.getsockname()[1]))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_a_double_click_starts_the_program_from_wherever_it_lies(tmp_path: Path) -> None:
    """Blanks and Vietnamese letters in the path, another working directory, the installed environment beside the file."""
    folder = tmp_path / "Bản đồ thử nghiệm"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "start.sh").write_bytes((ROOT / "start.sh").read_bytes())
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["sh", str(folder / "start.sh"), "cache"], cwd="/", env=environment, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "path_loss" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_without_python_a_double_click_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_bytes((ROOT / "start.sh").read_bytes())
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "sh"):
        (tools / name).symlink_to(str(shutil.which(name)))
    ended = subprocess.run(
        [str(shutil.which("sh")), str(tmp_path / "start.sh")],
        env={"PATH": str(tools)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "python.org" in ended.stdout


def test_the_windows_starter_is_a_file_that_windows_reads() -> None:
    content = (ROOT / "start.bat").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") > 20
    text = content.decode("utf-8")
    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    assert set(re.findall(r"goto :(\w+)", text)) <= labels
    assert '"%~dp0"' in text


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_settings_say_what_the_server_holds_to() -> None:
    server = settings()["server"]
    assert server["address"] == "127.0.0.1"
    assert server["allowedHosts"] == list(LOCAL_HOSTS)
    assert (server["headless"], server["enableCORS"], server["enableXsrfProtection"]) == (True, True, True)
    assert server["fileWatcherType"] == "none"
    assert settings()["browser"] == {"serverAddress": "localhost", "gatherUsageStats": False}


def test_the_page_takes_as_much_as_the_server(area: Path) -> None:  # noqa: F811
    app: AppTest = open_page()
    assert app.file_uploader(key="import_file").proto.max_upload_size_mb == MAX_UPLOAD_MB == settings()["server"]["maxUploadSize"]


@pytest.mark.parametrize(
    ("option", "value", "host"),
    [
        ("server.allowedHosts", ["plan.so.vn"], "plan.so.vn"),
        ("server.allowedHosts", ["*.so.vn"], "plan.so.vn"),
        ("browser.serverAddress", "plan.so.vn", "plan.so.vn"),
        ("server.address", "192.168.1.5", "192.168.1.5"),
    ],
)
def test_a_name_that_was_set_is_served(monkeypatch: pytest.MonkeyPatch, option: str, value: Any, host: str) -> None:
    import asyncio

    import streamlit as st

    reached: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["type"])

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: value if name == option else real(name))
    for asked in (host, f"evil.{host}.example"):
        scope = {"type": "http", "headers": [(b"host", asked.encode())]}
        asyncio.run(OnlyByName(inner)(scope, None, send))  # type: ignore[arg-type]
    assert reached == ["http"]
    assert [message.get("status") for message in sent] == [403, None]


@pytest.mark.parametrize(
    ("stated", "host"),
    [
        ("localhost", "localhost"),
        ("A.B:80", "a.b"),
        ("[::1]:9", "::1"),
        ("a b", None),
        ("a/b", None),
        ("a?b", None),
        ("@a", None),
        ("[", None),
    ],
)
def test_a_host_is_a_name_and_a_port_and_nothing_else(stated: str, host: str | None) -> None:
    assert _host(stated) == host


def test_the_launcher_watches_no_files_whatever_the_folder_says(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(machine.runpy, "run_module", lambda *_, **__: started.append(list(sys.argv)))
    monkeypatch.setattr(sys, "argv", ["geo-planner"])
    assert machine._serve(ROOT / "app.py", 8599) == 0
    assert "--server.fileWatcherType=none" in started[0]
