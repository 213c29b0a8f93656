"""The app as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT

__all__ = ["app_over", "app_process"]


@contextmanager
def app_over(area: Path, folder: Path, script: Path = ROOT / "app.py") -> Iterator[str]:
    """Its address over a study area of a test's.

    Parameters
    ----------
    area : Path
        The study area.
    folder : Path
        For the log and the cache of this process.
    """
    own = {**os.environ, "GEO_PLANNER_STUDY_AREA": str(area), "GEO_PLANNER_CACHE": str(folder / "cache")}
    with app_process(folder, own, "--server.headless=true", script=script) as address:
        yield address


@contextmanager
def app_process(folder: Path, environment: Mapping[str, str], *options: str, script: Path = ROOT / "app.py") -> Iterator[str]:
    """Its address on a free port; only this process is ended. The log goes into the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", "--server.address=127.0.0.1", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")
