"""What a browser is sent first: a page with something to see and the language it is in, and the files behind it compressed.

Streamlit sends an empty page that stays blank until its scripts have run, and its scripts as they lie on the disk. Its page is kept, and
into it are put a line that says what is being opened (it goes when the first script draws), the words of the widgets in Vietnamese
(:mod:`geo_planner.ui.widget_words`), what keeps the map's part of the address, and where the server is: without that a browser that opens a
page by its address first asks in vain below that page. While the plan is still being read, the browser of who opens the map fetches what it
will draw with. The scripts of its searches are sent so that marks do not count (:mod:`geo_planner.ui.plain_search`); they keep Streamlit's names, so
that a browser asks each time whether its copy is still ours, while what lies on the disk is kept for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from geo_planner.ui.base import base_path
from geo_planner.ui.map_files import frame_files
from geo_planner.ui.plain_search import without_marks
from geo_planner.ui.widget_words import translating_script
from geo_planner.words import LANGUAGES, Language, said

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OF_THE_MAP = ("theme", "colour", "layers", "view")
"""Parts of the address that the map in the browser writes by itself, without a run of the script, and reads when it opens."""
FORMER_PAGES = {"import_list": "data", "map": ""}
"""Addresses that people may have kept or typed, and where the same is done now; the first page has no name of its own."""
_STATIC = Path(st.__file__).parent / "static"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
_LEVEL = 6
_AT_THE_MAP = ("ButtonGroup", "ComponentInstance", "Html", "PageLink", "Progress", "Radio", "Selectbox", "TextInput")
"""Scripts of the framework that the page of the map asks for one after the other; one that another version lacks is left out."""
_OWN = re.compile(r"static/\w+/[\w-][\w.-]*")
_IMPORTED = re.compile(r"""(?:from|import)"\./([\w.-]+\.js)\"""")
ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
    "<path fill='%230b4a8c' d='M1 11h3v4H1zM5 8h3v7H5zM9 5h3v10H9zM13 1h3v14h-3z'/></svg>"
)
"""Of the tab. Without one the framework takes that of the page, from another machine; a sign of the emoji it looks up among thousands."""
_KEPT = "public, immutable, max-age=31536000"
_OPENING = """<style>
#gp-opening { position: fixed; inset: 0; display: flex; flex-direction: column; gap: 14px; align-items: center; justify-content: center;
  font: 17px system-ui, sans-serif; color: #1d2733; background: #fff; }
#gp-opening b { font-size: 24px; color: #0b4a8c; }
#gp-opening i { width: 260px; height: 5px; border-radius: 3px; overflow: hidden; background: #e3e9ef; }
#gp-opening i::after { content: ""; display: block; width: 40%; height: 100%; background: #0b5cad; animation: gp-opening 1.3s ease-in-out infinite alternate; }
@keyframes gp-opening { to { transform: translateX(150%); } }
</style>"""
# Streamlit pushes a new address at a change of page and when the script writes one; it knows nothing of what the map has put in since.
_KEEPER = """<script>
(function () {
  var push = window.history.pushState.bind(window.history);
  window.history.pushState = function (state, title, address) {
    var to = new URL(address || "", window.location.href), here = new URLSearchParams(window.location.search);
    @keys.forEach(function (key) {
      if (here.has(key)) { to.searchParams.set(key, here.get(key)); } else { to.searchParams.delete(key); }
    });
    return push(state, title, to.href);
  };
})();
</script>"""

# When the framework's own scripts have come; before, they would have to wait.
_AHEAD = """<script>
window.addEventListener("load", function () {
  function ahead(rel, address) {
    var link = document.createElement("link");
    link.rel = rel;
    link.href = address;
    if (rel === "modulepreload") { link.crossOrigin = ""; }
    document.head.append(link);
  }
  @modules.forEach(function (address) { ahead("modulepreload", address); });
  @files.forEach(function (address) { ahead("prefetch", address); });
});
</script>"""


class Delivery:
    """Answers for the app's pages and Streamlit's own files; passes everything else on.

    Parameters
    ----------
    app : callable
        The ASGI application behind.
    pages : collection of str
        Parts of the address under which the app's pages are asked for.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], pages: frozenset[str]) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        answer = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            base = base_path()
            path = str(scope["path"])
            if path == base or path.startswith(f"{base}/"):
                answer = await self._answer(path[len(base) :].strip("/"), scope)
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, name: str, scope: Scope) -> Response | None:
        if name in FORMER_PAGES:
            query = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(f"{base_path()}/{FORMER_PAGES[name]}" + (f"?{query}" if query else ""))
        asked_with = Headers(scope=scope)
        zipped = "gzip" in asked_with.get("accept-encoding", "")
        # a page that is not there is told by Streamlit, in a page of the same kind
        missing = not name.startswith("_") and not {"/", "."} & set(name) and "text/html" in asked_with.get("accept", "")
        if not name or name in self.pages or missing:
            told = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
            language: Language = next((code for code in LANGUAGES if code == told), "vi")
            page = (await run_in_threadpool(opening_page, language, at_the_map=not name)).encode()
            headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})
            return Response(gzip.compress(page, _LEVEL, mtime=0) if zipped else page, headers=headers, media_type="text/html")
        path = _static_file(name)
        return None if path is None else await run_in_threadpool(_file_answer, path, asked_with.get("if-none-match", ""), zipped=zipped)


@lru_cache(maxsize=4)
def opening_page(language: Language, *, at_the_map: bool = False) -> str:
    """Streamlit's page with its language, title, sign in the tab, first line and words; for the map also what is fetched ahead."""
    page = (_STATIC / "index.html").read_text(encoding="utf-8")
    name, opening = said("ui.app").text(language), said("ui.opening").text(language)
    where = f"window.__streamlit = {{BACKEND_BASE_URL: window.location.origin + {json.dumps(base_path() + '/')}}};"
    head = f"{_OPENING}<script>{where}</script>{_KEEPER.replace('@keys', json.dumps(OF_THE_MAP))}{translating_script()}"
    first = f'<div id="gp-opening" role="status"><b>{escape(name)}</b><i></i><span>{escape(opening)}</span></div>'
    for old, new in (
        ('<html lang="en">', f'<html lang="{language}">'),
        ("<title>Streamlit</title>", f"<title>{escape(name)}</title>{head}{_fetched_ahead(page) if at_the_map else ''}"),
        ('<div id="root"></div>', f'<div id="root">{first}</div>'),
    ):
        page = page.replace(old, new, 1)
    page = re.sub(r'<link rel="shortcut icon"[^>]*>', f'<link rel="shortcut icon" href="{ICON}" />', page, count=1)
    return _with_plain_notice(page, language)


def _fetched_ahead(page: str) -> str:
    """What the browser is told to fetch while it waits: scripts of the framework beyond those that its page names, and the map's own files."""
    modules: dict[str, None] = {}
    scripts = _STATIC / "static" / "js"
    waiting = [path.name for name in _AT_THE_MAP for path in sorted(scripts.glob(f"{name}.*.js"))]
    while waiting:
        name = waiting.pop(0)
        if name not in modules and name not in page:
            modules[name] = None
            waiting += _IMPORTED.findall((scripts / name).read_text(encoding="utf-8"))
    told = {"@modules": [f"./static/js/{name}" for name in modules], "@files": frame_files()}
    ahead = _AHEAD
    for place, value in told.items():
        ahead = ahead.replace(place, json.dumps(value))
    return ahead


def _with_plain_notice(page: str, language: Language) -> str:
    """What is read where no scripts run, in the words of the app."""
    before, start, rest = page.partition("<noscript>")
    _, end, after = rest.partition("</noscript>")
    return f"{before}{start}<p>{escape(said('ui.no_scripts').text(language))}</p>{end}{after}" if end else page


@lru_cache(maxsize=1000)
def _static_file(name: str) -> Path | None:
    """A file of Streamlit's that shrinks when compressed, by its part of the address. Each bears a hash of its content in its name."""
    path = _STATIC / name
    return path if _OWN.fullmatch(name) and path.suffix in _KINDS and path.is_file() else None


def _file_answer(path: Path, has: str, *, zipped: bool) -> Response | None:
    """A file of Streamlit's; None where Streamlit itself sends it as well. ``has`` names what the browser has kept of it."""
    changed = _changed(path)
    if zipped:
        content = _compressed(path)
    elif changed is not None:
        content = changed
    else:
        return None
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})
    if changed is None:
        return Response(content, headers=headers | {"Cache-Control": _KEPT}, media_type=_KINDS[path.suffix])
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    asked_each_time = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache", "ETag": tag}
    # a proxy may have called the tag weak
    if tag in (each.strip().removeprefix("W/") for each in has.split(",")):
        return Response(status_code=304, headers=asked_each_time)
    return Response(content, headers=headers | asked_each_time, media_type=_KINDS[path.suffix])


@lru_cache(maxsize=400)
def _compressed(path: Path) -> bytes:
    return gzip.compress(_changed(path) or path.read_bytes(), _LEVEL, mtime=0)


@lru_cache(maxsize=400)
def _changed(path: Path) -> bytes | None:
    """What is sent in the place of a file; None where it goes as it lies on the disk."""
    if path.suffix != ".js":
        return None
    script = path.read_text(encoding="utf-8")
    changed = without_marks(script)
    return None if changed == script else changed.encode()
