"""The wheel stands alone: put into an empty environment it gives a sample area, checks and plans it and serves the app, from any folder."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from geo_planner.ui.map_files import frame_files, page_address
from tests.conftest import ROOT

# Nothing is compiled: it is the way through the program that is tried, not its figures.
QUICK = ["terrain.cell_m=1000", "propagation.model=free_space", "propagation.compare_with=null", "propagation.max_radius_km=5"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    if importlib.util.find_spec("hatchling") is not None:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    else:
        command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--retries", "0", "-w", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode != 0 and "hatchling" in said and ("No matching distribution" in said or "No module named pip" in said):
        pytest.skip("no hatchling here, and no index to have it from")
    assert done.returncode == 0, said
    (found,) = folder.glob("geo_planner-*.whl")
    return found


class Installed:
    """An environment with the wheel and what it needs, and a folder that has nothing to do with either."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.work, self.root = folder / "work", folder / "environment"
        self.work.mkdir()
        subprocess.run([sys.executable, "-m", "venv", str(self.root)], check=True)
        at = {"base": str(self.root), "platbase": str(self.root)}
        self.packages = Path(sysconfig.get_path("purelib", "venv", at))
        self.scripts = Path(sysconfig.get_path("scripts", "venv", at))
        # what the wheel needs stands in this environment; its own geo_planner comes after the wheel's
        (self.packages / "host.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        known = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "STREAMLIT_", "GEO_PLANNER_", "VIRTUAL_ENV"))}
        self.environment = {**known, "GEO_PLANNER_CACHE": str(folder / "cache"), "NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.run("python", "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-compile", wheel)
        self.package = self.packages / "geo_planner"

    def started(self, command: str, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.scripts / command), *map(str, arguments)],
            cwd=self.work, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip

    def run(self, command: str, *arguments: object, status: int = 0) -> str:
        with self.started(command, *arguments) as process:
            told = process.communicate()[0]
        assert process.returncode == status, told
        return told

    def state(self) -> dict[str, str]:
        """Every file of the installed package by its content."""
        return {
            str(p.relative_to(self.package)): hashlib.sha256(p.read_bytes()).hexdigest() for p in self.package.rglob("*") if p.is_file()
        }


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_the_wheel_holds_what_stands_beside_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix("geo_planner/bundled/"): archive.read(name) for name in archive.namelist() if "/bundled/" in name}
    here = [ROOT / "app.py", ROOT / ".streamlit" / "config.toml", *(path for path in (ROOT / "data").rglob("*") if path.is_file())]
    assert held == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in here}


def test_it_writes_checks_and_plans_the_sample_area(installed: Installed) -> None:
    was = installed.state()
    told = installed.run("geo-planner", "sample", "mine", "--lang", "vi")
    assert told.startswith("Đã tạo thư mục số liệu mẫu mine\n")
    mine = installed.work / "mine"
    assert {p.name for p in mine.iterdir()} == {p.name for p in (ROOT / "data").iterdir()}
    assert "0 faults" in installed.run("geo-planner", "validate", "mine")
    settings = [word for setting in QUICK for word in ("--set", setting)]
    installed.run("geo-planner", "plan", mine / "scenarios" / "lai_chau_sample.yaml", "-o", "out", *settings)
    assert (installed.work / "out" / "priority_list.xlsx").is_file()
    assert (installed.work / "out" / "mast_sites.tif").is_file()
    assert "mine" in installed.run("geo-planner", "sample", "mine", status=2)
    assert installed.state() == was


def test_it_serves_the_app_with_the_settings_of_the_repository(installed: Installed) -> None:
    was = installed.state()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = installed.started("geo-planner", "app", "--port", port)
    try:
        end = time.monotonic() + 60
        while _answer(port, "/_stcore/health") is None and process.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
        assert _answer(port, "/_stcore/health") == 200
        assert _answer(port, "/_stcore/health", "evil.example") in (400, 403)
        for address in (page_address(), *frame_files()):
            assert _answer(port, address) == 200
        assert _answer(port, page_address().replace("index.html", "leaflet-src.js")) == 404
    finally:
        process.kill()
        told = process.communicate()[0]
    assert "Collecting usage statistics" not in told
    assert "WARNING" not in told
    assert installed.state() == was


def _answer(port: int, path: str, host: str | None = None) -> int | None:
    request = Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {})
    try:
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return None
