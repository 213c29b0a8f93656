"""How the app is served: to this machine alone, only to who asked for it by its name.

A page from elsewhere can make a browser send requests here under a name of its own that it lets point to this machine (DNS
rebinding). The browser then takes both for one site, so that the name asked for is all that tells them apart.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from geo_planner.files.running import ADDRESS, SIGN_VARIABLE
from geo_planner.ui.base import base_path
from geo_planner.words import LANGUAGES, said

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
MAX_UPLOAD_MB = 100
"""Of 1024² bytes, as Streamlit counts them; ``server.maxUploadSize`` in ``.streamlit/config.toml`` is the same."""
_FONT = "SourceSansVF-Upright*.woff2"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class OnlyByName:
    """Refuses what was sent under a name that is not this machine's nor set in Streamlit's options; websockets also by their origin."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one connection."""
        if scope["type"] not in ("http", "websocket") or _welcome(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "host not allowed"})
        else:
            body = "".join(f"{said('ui.other_host').text(language)}\n" for language in LANGUAGES).encode()
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})


def known_hosts() -> set[str]:
    """Names under which the app may be asked for: this machine's, and those that Streamlit was told to serve."""
    told = [st.get_option("browser.serverAddress"), st.get_option("server.address")]
    with suppress(RuntimeError):  # Streamlit before that option
        told += st.get_option("server.allowedHosts")
    origins = [_host(str(urlsplit(origin).netloc)) for origin in st.get_option("server.corsAllowedOrigins") or ()]
    names = {str(name).strip().strip("[]").lower().rstrip(".") for name in [*LOCAL_HOSTS, *told, *origins] if name}
    return names - {"0.0.0.0", "::"}  # noqa: S104 - every address is no name


def _welcome(scope: Scope) -> bool:
    known = known_hosts()
    stated = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(stated) != 1 or not _allowed(_host(stated[0]), known):
        return False
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    # A browser sends no website's requests without its origin where they could do harm; a program sends none.
    return scope["type"] == "http" or all(_of_known_site(origin, known) for origin in origins)


def _of_known_site(origin: str, known: set[str]) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _allowed(_host(parts.netloc), known)


def _allowed(host: str | None, known: set[str]) -> bool:
    if host is None:
        return False
    return host in known or "*" in known or any(name.startswith("*.") and host.endswith(name[1:]) for name in known)


def _host(stated: str) -> str | None:
    """The name in a ``Host`` header, without its port; None when it is none.

    Examples
    --------
    >>> _host("LocalHost.:8501"), _host("[::1]:8501"), _host("127.0.0.1"), _host("user@localhost"), _host("localhost:x"), _host("")
    ('localhost', '::1', '127.0.0.1', None, None, None)
    """
    try:
        parts = urlsplit(f"//{stated}")
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in stated or parts.path or parts.query or parts.fragment or any(sign.isspace() for sign in stated):
        return None
    return parts.hostname.lower().removesuffix(".")


def running_route() -> Route:
    """Where a second start on this machine asks what is open here."""

    async def running(_request: Request) -> Response:
        return PlainTextResponse(os.environ.get(SIGN_VARIABLE, ""), headers={"Cache-Control": "no-store"})

    return Route(ADDRESS, running)


def font_face() -> str:
    """A style rule that gives the map the font of the pages around it, under the same address, so that it is sent once; empty without it.

    The map lives in a frame of its own and does not see the style of these pages.
    """
    root = Path(st.__file__).parent / "static"
    fonts = sorted(root.rglob(_FONT))
    if not fonts:
        return ""
    address = f"{base_path()}/{fonts[0].relative_to(root).as_posix()}"
    return f"@font-face {{ font-family: 'Source Sans'; font-weight: 200 900; src: url('{address}') format('woff2'); }}"
