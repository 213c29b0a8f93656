"""Leaflet for the app, from the installed wheel: nothing of it is in the repository, copied, or asked of another machine."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from geo_planner.export.html_map import LEAFLET_DIR

_VENDOR = "vendor"
_NEEDED = ("leaflet.js", "leaflet.css", "images/*")
_FONT = "source-sans.woff2"


def served_files() -> dict[str, Path]:
    """The files that the map in the app needs, by their name on this server; no others are served."""
    files = {f"leaflet/{path.relative_to(LEAFLET_DIR).as_posix()}": path for name in _NEEDED for path in LEAFLET_DIR.glob(name)}
    # The map lives in a frame of its own and does not see the font of the pages around it.
    fonts = sorted((Path(st.__file__).parent / "static").rglob("SourceSansVF-Upright*.woff2"))
    return {**files, _FONT: fonts[0]} if fonts else files


def asset_routes() -> list[Route]:
    """Where the server hands them out, from where they are installed."""
    files = served_files()

    async def hand_out(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            return PlainTextResponse("no such file\n", status_code=404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        # a font is asked for as by another site where the frame of the map counts as one
        return FileResponse(path, media_type=kind, headers={"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"})

    return [Route(f"{_static_root()}/{_VENDOR}/{{name:path}}", hand_out)]


def leaflet_links() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Addresses of Leaflet on this server, as folium wants them: scripts and style sheets, each with a name."""
    root = f"{_static_root()}/{_VENDOR}/leaflet"
    return [("leaflet", f"{root}/leaflet.js")], [("leaflet_css", f"{root}/leaflet.css")]


def font_face() -> str:
    """A style rule that gives the map the font of the pages around it."""
    return f"@font-face {{ font-family: 'Source Sans'; font-weight: 200 900; src: url('{_static_root()}/{_VENDOR}/{_FONT}') format('woff2'); }}"


def _static_root() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static"
