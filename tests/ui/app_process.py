"""The app as a process of its own over a study area of a test's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.ui.test_browser import _wait_until_up

__all__ = ["app_over"]


@contextmanager
def app_over(area: Path, folder: Path, script: Path = ROOT / "app.py") -> Iterator[str]:
    """Its address on a free port; only this process is ended.

    Parameters
    ----------
    area : Path
        The study area.
    folder : Path
        For the log and the cache of this process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]  # fmt: skip
    environment = {**os.environ, "GEO_PLANNER_STUDY_AREA": str(area), "GEO_PLANNER_CACHE": str(folder / "cache")}
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
