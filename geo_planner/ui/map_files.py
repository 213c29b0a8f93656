"""What the map's frame asks of this server: its page, its script, and the plan that it draws, each once and compressed.

The address of a plan contains the hash of its content, so a browser may keep it for good; only what this server has made itself is handed out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from geo_planner.export.html_map.own_files import leaflet_program, leaflet_sheet, own_file, own_program
from geo_planner.ui.base import base_path
from geo_planner.ui.serving import font_face

if TYPE_CHECKING:  # the server stands before the library is read
    from geo_planner.export.html_map.rasters import Drawing, Overlay

_MOST_PAYLOADS = 12
_MOST_PICTURES = 96
_YEAR_S = 31_536_000
_FOREVER = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable", "X-Content-Type-Options": "nosniff"}
# the frame loads from this server alone; styles are set one by one by Leaflet
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)


class _Waiting:
    """A picture that is drawn by who first wants it, once; what it was drawn from is let go then."""

    def __init__(self, draw: Callable[[], Overlay]) -> None:
        self._draw: Callable[[], Overlay] | None = draw
        self._png, self._lock = b"", threading.Lock()

    def png(self) -> bytes:
        with self._lock:
            if self._draw is not None:
                self._png, self._draw = self._draw().png_at_once, None
            return self._png


class Payloads:
    """Plans as the map's script wants them, compressed, by the hash of their content; the last few.

    Their backgrounds go apart, by the hash of what each is drawn from: plans, languages and trials that show the same surface share it, and
    it is drawn when a browser first asks for it.
    """

    def __init__(self, most: int = _MOST_PAYLOADS) -> None:
        self._most, self._lock = most, threading.Lock()
        self._made: OrderedDict[tuple[Any, ...], str] = OrderedDict()
        self._bytes: dict[str, bytes] = {}
        self._pictures: dict[str, _Waiting] = {}
        self._shown: dict[str, tuple[str, ...]] = {}
        self._placed: dict[str, None] = {}

    def place(self, drawing: Drawing) -> str:
        """Where the payload that is just made finds this picture."""
        from geo_planner.ui.kept import program  # here: the server stands before the library is read

        # a browser keeps it for good: another program may draw the same values otherwise
        digest = hashlib.sha256(f"{drawing.digest} {program()}".encode()).hexdigest()
        self._placed[digest] = None
        self._pictures.setdefault(digest, _Waiting(drawing.draw))
        return f"{base_path()}/app/static/background/{digest}.png"

    def background(self, digest: str) -> bytes | None:
        """The picture of that hash, or None."""
        found = self._pictures.get(digest)
        return None if found is None else found.png()

    def draw_first(self, digest: str) -> None:
        """Draw the relief of a payload, which every map opens with, before a browser asks for it."""
        for name in self._shown.get(digest, ())[:1]:
            self.background(name)

    def digest(self, key: tuple[Any, ...], make: Callable[[], dict[str, Any]]) -> str:
        """The hash of the payload that belongs to `key`, which is made if it is not there; one at a time."""
        with self._lock:
            if key not in self._made:
                self._placed = {}
                content = json.dumps(make(), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
                digest = hashlib.sha256(content).hexdigest()
                self._made[key] = digest
                self._shown[digest] = tuple(self._placed)
                self._bytes.setdefault(digest, gzip.compress(content, 6, mtime=0))
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
            kept = set(self._made.values())
            self._bytes = {name: content for name, content in self._bytes.items() if name in kept}
            self._shown = {name: shown for name, shown in self._shown.items() if name in kept}
            in_use = {name for shown in self._shown.values() for name in shown}
            self._pictures = {name: picture for name, picture in self._pictures.items() if name in in_use}
            return self._made[key]

    def compressed(self, digest: str) -> bytes | None:
        """The payload of that hash, or None."""
        return self._bytes.get(digest)


class Pictures:
    """Small pictures over the map by the hash of their content; the last few."""

    def __init__(self, most: int = _MOST_PICTURES) -> None:
        self._most, self._lock = most, threading.Lock()
        self._bytes: OrderedDict[str, bytes] = OrderedDict()

    def address(self, png: bytes) -> str:
        """Where this picture is fetched from now on."""
        digest = hashlib.sha256(png).hexdigest()
        with self._lock:
            self._bytes[digest] = png
            self._bytes.move_to_end(digest)
            while len(self._bytes) > self._most:
                self._bytes.popitem(last=False)
        return f"{base_path()}/app/static/picture/{digest}.png"

    def png(self, digest: str) -> bytes | None:
        """The picture of that hash, or None."""
        return self._bytes.get(digest)


PAYLOADS = Payloads()
PICTURES = Pictures()


def payload_address(digest: str) -> str:
    """Where the payload of that hash is fetched."""
    return f"{base_path()}/app/static/plan/{digest}.json"


def page_address() -> str:
    """Where the page of the map's frame is; it changes with the program, so that no browser draws with an old one."""
    return f"{base_path()}/app/static/map/{_version()}/index.html"


def frame_files() -> tuple[str, ...]:
    """Addresses of what the page of the map's frame asks for."""
    return tuple(page_address().replace("index.html", name) for name in _own_files() if name != "index.html")


def map_routes() -> list[Route]:
    """For the server's list of routes."""

    async def plan(request: Request) -> Response:
        content = PAYLOADS.compressed(request.path_params["digest"])
        if content is None:
            return PlainTextResponse("no such plan\n", status_code=404)
        return _sent(request, content, "application/json", _FOREVER)

    async def picture(request: Request) -> Response:
        content = PICTURES.png(request.path_params["digest"])
        if content is None:
            return PlainTextResponse("no such picture\n", status_code=404)
        return Response(content, media_type="image/png", headers=_FOREVER)

    async def background(request: Request) -> Response:
        content = await run_in_threadpool(PAYLOADS.background, request.path_params["digest"])
        if content is None:
            return PlainTextResponse("no such background\n", status_code=404)
        return Response(content, media_type="image/png", headers=_FOREVER)

    async def own(request: Request) -> Response:
        found = (await run_in_threadpool(_own_files)).get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("no such file\n", status_code=404)
        kept = _FOREVER if request.path_params["version"] == _version() else {"Cache-Control": "no-cache"}
        return _sent(request, found[0], found[1], {**kept, "Content-Security-Policy": _POLICY})

    root = f"{base_path()}/app/static"
    return [
        Route(f"{root}/plan/{{digest}}.json", plan),
        Route(f"{root}/picture/{{digest}}.png", picture),
        Route(f"{root}/background/{{digest}}.png", background),
        Route(f"{root}/map/{{version}}/{{name}}", own),
    ]


def _sent(request: Request, compressed: bytes, kind: str, headers: dict[str, str]) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed, media_type=kind, headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
    return Response(gzip.decompress(compressed), media_type=kind, headers={**headers, "Vary": "Accept-Encoding"})


@lru_cache(maxsize=1)
def _own_files() -> dict[str, tuple[bytes, str]]:
    """Page, script and sheet of the frame, compressed, with their kinds."""
    texts = {
        "index.html": (own_file("component.html"), "text/html"),
        "map.js": (leaflet_program() + "\n" + own_program() + own_file("component.js"), "text/javascript"),
        "map.css": (leaflet_sheet() + font_face() + own_file("map.css") + own_file("component.css"), "text/css"),
    }
    return {name: (gzip.compress(text.encode(), 6, mtime=0), kind) for name, (text, kind) in texts.items()}


@lru_cache(maxsize=1)
def _version() -> str:
    return hashlib.sha256(b"".join(content for content, _ in _own_files().values())).hexdigest()[:16]
