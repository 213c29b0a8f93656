"""A server on this machine that serves real files, and can be told to misbehave; made provinces and tiles."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from geo_planner.fetch import Policy
from geo_planner.fetch.boundaries import ward_path
from geo_planner.fetch.provinces import communes_of, province
from geo_planner.fetch.terrain_tiles import tile_path

QUICK = Policy(connect_s=2, read_s=0.5, attempts=3, first_wait_s=0.01, longest_wait_s=2)


@dataclass
class Mirror:
    """What the server serves, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By path: what the next answers do; the last one stays. An empty list answers properly."""
    ranges: bool = True
    validators: bool = True
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answer: Callable[[str], bytes] | None = None
    """Answers POST requests, from their body."""
    url: str = ""

    def asked(self, path: str) -> list[dict[str, str]]:
        return [headers for _, where, headers in self.requests if where == path]

    def next_fault(self, path: str) -> str:
        waiting = self.faults.get(path) or self.faults.get("*") or [""]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror: Mirror

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.mirror.requests.append(("POST", self.path, dict(self.headers)))
        if not self._misbehave(self.mirror.next_fault(self.path)):
            self._send(self.mirror.answer(body))

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        self.mirror.requests.append(("GET", path, dict(self.headers)))
        fault = self.mirror.next_fault(path)
        if self._misbehave(fault):
            return
        body = self.mirror.files.get(path.partition("?")[0])
        if body is None:
            self._status(404)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        marks = {"ETag": etag} if self.mirror.validators else {}
        if self.mirror.validators and self.headers.get("If-None-Match") == etag:
            self._status(304)
            return
        wanted = self.headers.get("Range")
        start = 0
        if wanted and self.mirror.ranges and self.headers.get("If-Range") in (None, etag):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self._status(416, {"Content-Range": f"bytes */{len(body)}"})
                return
            marks["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self._send(body[start:], marks, status=206 if start else 200, fault=fault)

    def _misbehave(self, fault: str) -> bool:
        """Faults that need no file; true when the answer has been given."""
        if fault.isdecimal():
            self._status(int(fault))
        elif fault.startswith("retry:"):
            _, status, after = fault.split(":")
            self._status(int(status), {"Retry-After": after})
        elif fault == "loop":
            self._status(302, {"Location": self.path})
        elif fault == "portal":
            self._send(b"<!DOCTYPE html><title>Wi-Fi login</title>", {"Content-Type": "text/html"})
        elif fault == "portal_redirect":
            self._status(302, {"Location": f"{self.mirror.url}/portal"})
        elif fault == "silent":
            time.sleep(1.0)
            self.close_connection = True
        elif fault == "empty":
            self._send(b"")
        else:
            return False
        return True

    def _status(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": "0", **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()

    def _send(self, body: bytes, headers: dict[str, str] | None = None, *, status: int = 200, fault: str = "") -> None:
        self.send_response(status)
        shown = {"Content-Type": "application/octet-stream", "Content-Length": str(len(body)), **(headers or {})}
        if fault == "no_length":
            del shown["Content-Length"]
            self.close_connection = True
        for key, value in shown.items():
            self.send_header(key, value)
        self.end_headers()
        try:
            if fault == "cut":
                self.wfile.write(body[: max(len(body) // 3, 1)])
                self.close_connection = True
            elif fault == "stall":  # some bytes, then nothing
                self.wfile.write(body[: max(len(body) // 3, 1)])
                self.wfile.flush()
                time.sleep(1.0)
                self.close_connection = True
            elif fault == "trickle":  # each read in time, the whole never
                for at in range(len(body)):
                    self.wfile.write(body[at : at + 1])
                    self.wfile.flush()
                    time.sleep(0.02)
            elif fault == "no_length":
                self.wfile.write(body[: len(body) // 2])
            else:
                self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    served = Mirror()
    handler = type("Handler", (_Handler,), {"mirror": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    served.files["portal"] = b"<html><body>Please log in</body></html>"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test leaves this machine or the user's cache."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path / "cache"))


def made_boundaries(code: str, bounds: tuple[float, float, float, float]) -> dict[str, bytes]:
    """The communes of a province as a chessboard with shared, jagged lines: upstream's layout, invented outlines."""
    west, south, east, north = bounds
    communes = communes_of(code)
    columns = int(np.ceil(np.sqrt(len(communes))))
    rows = int(np.ceil(len(communes) / columns))
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)

    def side(a: tuple[float, float], b: tuple[float, float]) -> list[list[float]]:
        """One line, the same points whichever neighbour draws it."""
        low, high = sorted([a, b])
        t = np.linspace(0, 1, 41)
        inner = 0.003 * np.sin(11 * t) * np.sin(np.pi * t)
        edge = ({low[0], high[0]} & {west, east} and low[0] == high[0]) or ({low[1], high[1]} & {south, north} and low[1] == high[1])
        points = [
            [
                low[0] + u * (high[0] - low[0]) + (0 if edge or low[0] != high[0] else w),
                low[1] + u * (high[1] - low[1]) + (0 if edge or low[1] != high[1] else w),
            ]
            for u, w in zip(t, inner, strict=True)
        ]
        return points if (low, high) == (a, b) else points[::-1]

    files = {}
    of = province(code)
    for number, commune in enumerate(communes):
        r, c = divmod(number, columns)
        last = number == len(communes) - 1
        right = columns if last else c + 1  # the last one takes what is left of its row
        corners = (
            [(x[c], y[r])]
            + [(x[k], y[r]) for k in range(c + 1, right + 1)]
            + [(x[right], y[r + 1])]
            + [(x[k], y[r + 1]) for k in range(right - 1, c - 1, -1)]
        )
        ring = [
            p
            for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
            for p in side((float(a[0]), float(a[1])), (float(b[0]), float(b[1])))[:-1]
        ]
        ring = [[round(p[0], 6), round(p[1], 6)] for p in [*ring, ring[0]]]
        feature = {
            "type": "Feature",
            "id": commune.code,
            "properties": {"code": commune.code, "name": commune.name, "areaKm2": commune.area_km2},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        }
        files[ward_path(of, commune)] = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    return files


def upstream_boundaries(reference: Path) -> dict[str, bytes]:
    """The files of Lai Châu exactly as upstream serves them."""
    with zipfile.ZipFile(reference / "boundaries_upstream.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def made_height(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Invented hills, the same everywhere they are asked for."""
    return 800 + 400 * np.sin(lon * 25) * np.cos(lat * 22) + 60 * np.sin(lon * 90 + lat * 70)


def raster_bytes(
    values: np.ndarray,
    west: float,
    north: float,
    step: float,
    *,
    crs: str = "EPSG:4326",
    nodata: float | None = None,
    step_y: float | None = None,
) -> bytes:
    with MemoryFile() as memory:
        profile = {
            "driver": "GTiff",
            "height": values.shape[0],
            "width": values.shape[1],
            "count": 1,
            "dtype": values.dtype,
            "crs": crs,
            "transform": from_origin(west, north, step, step_y or step),
            "nodata": nodata,
            "compress": "deflate",
        }
        with memory.open(**profile) as target:
            target.write(values, 1)
        return bytes(memory.read())


def made_terrain(corners: list[tuple[int, int]], *, cells: int = 240) -> dict[str, bytes]:
    """Tiles in the naming of the Copernicus bucket; their edges lie half a cell off the degrees, as there."""
    files = {}
    step = 1 / cells
    for lat, lon in corners:
        west, north = lon - step / 2, lat + 1 + step / 2
        x = west + (np.arange(cells) + 0.5) * step
        y = north - (np.arange(cells) + 0.5) * step
        files[tile_path(lat, lon, "glo90")] = raster_bytes(made_height(x[None, :], y[:, None]).astype("float32"), west, north, step)
    return files


def tiff_values(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return np.asarray(source.read(1))
