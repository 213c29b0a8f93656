"""The HTTP client, and what a connection that fails means. Proxy and certificates come from the environment."""

from __future__ import annotations

import os
import ssl
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import httpx

from geo_planner.sources.fetch.addresses import host_of, proxy_of
from geo_planner.sources.fetch.errors import DownloadError, OfflineError, ServerError
from geo_planner.sources.fetch.retries import Policy, TryAgainError

STILL_WORKS = "Without a connection everything that is already in the study area still works: plan, validate, coverage, import and the app."
_KEPT = "Try again later: what came so far is kept."


def client_for(policy: Policy) -> httpx.Client:
    """A client that follows no redirects by itself: where one leads is looked at first.

    Raises
    ------
    OfflineError
        When the proxy or certificate settings of this computer cannot be used.
    """
    try:
        certificates = _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    except OSError as error:
        raise OfflineError(
            f"The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read ({error}). "
            f"Set it to a file of certificates in PEM form, or remove the setting. {STILL_WORKS}"
        ) from error
    try:
        return httpx.Client(
            verify=certificates,
            timeout=httpx.Timeout(policy.read_s, connect=policy.connect_s),
            headers={"User-Agent": f"geo-planner/{_own_version()}"},
        )
    except ImportError as error:
        raise OfflineError(
            f"The proxy of this computer is a SOCKS proxy ({_proxy_settings()}), for which a package is missing. "
            f"Install it with: pip install socksio. Or name an http proxy in HTTPS_PROXY and HTTP_PROXY. {STILL_WORKS}"
        ) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise OfflineError(
            f"The proxy setting of this computer cannot be used ({error}). "
            f"Correct {_proxy_settings()}: an address such as http://proxy:3128. {STILL_WORKS}"
        ) from error


def connection_fault(error: httpx.TransportError | httpx.DecodingError, url: str, name: str) -> TryAgainError | DownloadError:
    """What to raise for a connection to the server of `url` that failed while `name` was fetched."""
    host, reason = host_of(url), str(error) or type(error).__name__
    proxy = proxy_of(url)
    if isinstance(error, httpx.ConnectError):
        final = _no_trust(error, host)
        if final:
            return final
        if proxy:
            return TryAgainError(_no_proxy(proxy, host, reason), unreachable=True)
        return TryAgainError(OfflineError(f"There is no connection to {host} ({reason}). {STILL_WORKS}"), unreachable=True)
    if isinstance(error, httpx.ConnectTimeout):
        if proxy:
            return TryAgainError(_no_proxy(proxy, host, "no answer"), unreachable=True)
        return TryAgainError(OfflineError(f"{host} does not answer. Check the connection. {STILL_WORKS}"), unreachable=True)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refuses(proxy, host, reason)
    if isinstance(error, httpx.TimeoutException):
        return TryAgainError(ServerError(f"{host}{via(url)} stopped sending {name}. {_KEPT}"))
    return TryAgainError(ServerError(f"The connection to {host}{via(url)} broke off while {name} was sent. {_KEPT}"))


def via(url: str) -> str:
    """Words that name the proxy between, if there is one: the fault may be its own."""
    proxy = proxy_of(url)
    return f" (through the proxy {proxy[1]}, {proxy[0]})" if proxy else ""


def _no_proxy(proxy: tuple[str, str], host: str, reason: str) -> OfflineError:
    setting, address = proxy
    return OfflineError(
        f"The proxy {address} that {setting} names cannot be reached ({reason}); {host} was not asked. "
        f"Correct or remove {setting}, or list the server in NO_PROXY. {STILL_WORKS}"
    )


def _proxy_refuses(proxy: tuple[str, str] | None, host: str, reason: str) -> TryAgainError | DownloadError:
    setting, address = proxy or ("HTTPS_PROXY", "of this computer")
    if reason.startswith("407"):
        return OfflineError(
            f"The proxy {address} asks for a name and a password ({reason}). Write them into {setting}: http://name:password@proxy:port. {STILL_WORKS}"
        )
    told = OfflineError(f"The proxy {address} does not let the request to {host} through ({reason}). Check {setting}. {STILL_WORKS}")
    return told if reason.startswith("4") else TryAgainError(told, unreachable=True)


def _no_trust(error: BaseException, host: str) -> OfflineError | None:
    """The certificate is refused, or the server speaks no https: the next try would end the same."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        why = getattr(cause, "verify_message", "") or "it cannot be verified"
        return OfflineError(
            f"The certificate of {host} is not trusted ({why}). If your organisation or mirror has certificates of its own, set SSL_CERT_FILE "
            f"to their file (PEM); if not, check the date of this computer and the address. {STILL_WORKS}"
        )
    if isinstance(cause, ssl.SSLError) and cause.reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "RECORD_LAYER_FAILURE",
    ):
        return OfflineError(
            f"{host} does not speak https there. Check the address and its port, or write http:// if the mirror is an open one."
        )
    return None


def _proxy_settings() -> str:
    names = [f"{kind}_PROXY" for kind in ("HTTPS", "HTTP", "ALL")]
    return ", ".join(name for name in names if os.environ.get(name) or os.environ.get(name.lower())) or ", ".join(names)


@cache
def _certificates(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Loaded once: it takes longer than fetching a small file."""
    return httpx.create_ssl_context()


def _own_version() -> str:
    try:
        return version("geo-planner")
    except PackageNotFoundError:
        return "0"
