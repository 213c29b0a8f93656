"""Web addresses: which ones can be asked, how they are shown, and which proxy stands between."""

from __future__ import annotations

import os
from urllib.request import getproxies, proxy_bypass

import httpx

from geo_planner.errors import UsageError


def is_web_address(url: str) -> bool:
    """Whether it is http or https and names a server that can exist.

    >>> is_web_address("http://127.0.0.1:8000/x"), is_web_address("http://127.0.0.1:99999"), is_web_address("file:///etc/hosts")
    (True, False, False)
    """
    if url != url.strip() or any(c.isspace() for c in url.partition("://")[2].partition("/")[0]):
        return False
    try:
        parsed = httpx.URL(url)
        port, host = parsed.port, parsed.host
    except (httpx.InvalidURL, ValueError):  # a name such as xn--a is found out only when it is asked for
        return False
    return parsed.scheme in ("http", "https") and bool(host) and "%" not in host and (port is None or 0 < port < 65536)


def checked_base_url(given: str | None) -> str | None:
    """The address of a mirror as it was given, without the slash at its end.

    Raises
    ------
    UsageError
        When paths cannot be joined to it.
    """
    if given is None:
        return None
    url = given.strip()
    if not is_web_address(url):
        raise UsageError("base_url.no_address", given=given)
    if "?" in url or "#" in url:
        raise UsageError("base_url.question", given=given)
    return url.rstrip("/")


def without_login(url: str) -> str:
    """The address as it may be shown and written down: no name, no password.

    >>> without_login("http://me:secret@mirror.vn/x")
    'http://mirror.vn/x'
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    if not parsed.userinfo:
        return url
    start, _, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    return f"{start}://{server.rpartition('@')[2]}{slash}{path}"


def host_of(url: str) -> str:
    """The server as messages name it, with its port where it is not the usual one.

    >>> host_of("http://me:x@127.0.0.1:8000/x"), host_of("https://a.vn/x")
    ('127.0.0.1:8000', 'a.vn')
    """
    try:
        parsed = httpx.URL(url)
        _ = parsed.host
    except (httpx.InvalidURL, ValueError):
        return "".join(sign for sign in url if sign.isprintable())[:80]
    return (f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host) or url


def proxy_of(url: str) -> tuple[str, str] | None:
    """The setting that sends the request through a proxy, and the proxy's address without its password; None without one."""
    parsed = httpx.URL(url)
    settings = getproxies()
    for scheme in (parsed.scheme, "all"):
        if settings.get(scheme) and not proxy_bypass(parsed.host):
            address = settings[scheme]
            return _variable(scheme), without_login(address if "://" in address else f"http://{address}").partition("://")[2].rstrip("/")
    return None


def _variable(scheme: str) -> str:
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    return next((name for name in names if os.environ.get(name)), names[1])
