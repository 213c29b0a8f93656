"""The HTTP client, and what a connection that fails means. Proxy and certificates come from the environment."""

from __future__ import annotations

import os
import ssl
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import httpx

from geo_planner.fetch.addresses import host_of, proxy_of
from geo_planner.fetch.errors import DownloadError, OfflineError, ServerError
from geo_planner.fetch.retries import Policy, TryAgainError
from geo_planner.words import Said, said


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
        raise OfflineError("offline.certificates", why=str(error)) from error
    try:
        return httpx.Client(
            verify=certificates,
            timeout=httpx.Timeout(policy.read_s, connect=policy.connect_s),
            headers={"User-Agent": f"geo-planner/{_own_version()}"},
        )
    except ImportError as error:
        raise OfflineError("offline.socks", settings=_proxy_settings()) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise OfflineError("offline.proxy_setting", why=str(error), settings=_proxy_settings()) from error


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
        return TryAgainError(OfflineError("offline.no_connection", host=host, why=reason), unreachable=True)
    if isinstance(error, httpx.ConnectTimeout):
        if proxy:
            return TryAgainError(_no_proxy(proxy, host, said("offline_why.no_answer")), unreachable=True)
        return TryAgainError(OfflineError("offline.no_answer", host=host), unreachable=True)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refuses(proxy, host, reason)
    if isinstance(error, httpx.TimeoutException):
        return TryAgainError(ServerError("server.stopped", host=asked(url), name=name))
    return TryAgainError(ServerError("server.broke_off", host=asked(url), name=name))


def asked(url: str) -> str | Said:
    """The server, and the proxy between, if there is one: the fault may be its own."""
    proxy = proxy_of(url)
    return said("host_through_proxy", host=host_of(url), proxy=proxy[1], setting=proxy[0]) if proxy else host_of(url)


def _no_proxy(proxy: tuple[str, str], host: str, why: str | Said) -> OfflineError:
    setting, address = proxy
    return OfflineError("offline.no_proxy", proxy=address, setting=setting, why=why, host=host)


def _proxy_refuses(proxy: tuple[str, str] | None, host: str, reason: str) -> TryAgainError | DownloadError:
    setting, address = proxy or ("HTTPS_PROXY", said("proxy_of_this_computer"))
    if reason.startswith("407"):
        return OfflineError("offline.proxy_password", proxy=address, why=reason, setting=setting)
    told = OfflineError("offline.proxy_refuses", proxy=address, host=host, why=reason, setting=setting)
    return told if reason.startswith("4") else TryAgainError(told, unreachable=True)


def _no_trust(error: BaseException, host: str) -> OfflineError | None:
    """The certificate is refused, or the server speaks no https: the next try would end the same."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        why = getattr(cause, "verify_message", "") or said("offline_why.not_verified")
        return OfflineError("offline.no_trust", host=host, why=why)
    if isinstance(cause, ssl.SSLError) and cause.reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "RECORD_LAYER_FAILURE",
    ):
        return OfflineError("offline.no_https", host=host)
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
