"""Servers that send without end, lead away from the web, or cannot be reached: told soon, and nothing of it is kept."""

from __future__ import annotations

import gzip
import logging
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geo_planner.fetch import CaptivePortalError, ContentError, OfflineError, ServerError, fetch_layer
from geo_planner.fetch import opencellid as cells_of_phones
from geo_planner.fetch.boundaries import ward_path
from geo_planner.fetch.download import Service, download
from geo_planner.fetch.errors import TooLargeError
from geo_planner.fetch.opencellid import OPENCELLID_FILE
from geo_planner.fetch.policy import MOST_BYTES, Policy, Run, looks_like_web_page
from geo_planner.fetch.provinces import communes_of, province
from tests.fetch.conftest import QUICK, Mirror, made_boundaries

CODE, BOUNDS = "46", (107.35, 16.05, 107.65, 16.35)
PATIENT = replace(QUICK, attempts=5, unreachable_s=3.0, first_wait_s=1.0, longest_wait_s=60)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses between tries, noted instead of waited; the clock of the tries goes on by them."""
    noted: list[float] = []
    start = time.monotonic
    monkeypatch.setattr("geo_planner.fetch.transfer.time.sleep", noted.append)
    monkeypatch.setattr("geo_planner.fetch.transfer.time.monotonic", lambda: start() + sum(noted))
    return noted


class _Odd(BaseHTTPRequestHandler):
    """Endless answers, and redirects to wherever the path says."""

    protocol_version = "HTTP/1.1"
    sent: list[int]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        redirect = self.path == "/endless_redirect"
        self.send_response(302 if redirect else 200)
        if redirect:
            self.send_header("Location", "/small")
        if self.path == "/small":
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            return
        if self.path == "/announced":
            self.send_header("Content-Length", str(10**12))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        try:
            self.wfile.write(b"1\r\n{\r\n")
            for _ in range(20_000):
                self.sent.append(1)
                self.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        except OSError:
            pass


@pytest.fixture
def odd() -> Iterator[str]:
    _Odd.sent = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Odd)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def files_in(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


@pytest.mark.parametrize("path", ["endless", "announced"])
def test_what_never_ends_is_given_up_and_nothing_of_it_stays(odd: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(TooLargeError, match="more than 1 MB"):
        download(f"{odd}/{path}", kind="json", policy=QUICK, most_bytes=1_000_000)
    assert files_in(tmp_path / "cache") == []


def test_the_page_of_a_redirect_is_not_read(odd: str) -> None:
    assert download(f"{odd}/endless_redirect", kind="json", policy=QUICK).path.read_bytes() == b"{}"
    assert len(_Odd.sent) < 2_000  # no more than fits into the line's buffers


def test_a_part_that_grew_too_large_is_not_continued(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files["data.json"] = b"{" + b" " * 100_000 + b"}"
    mirror.faults["data.json"] = ["cut", "503"]
    with pytest.raises(ServerError):
        download(f"{mirror.url}/data.json", kind="json", policy=QUICK)
    mirror.faults["data.json"] = []
    with pytest.raises(TooLargeError):
        download(f"{mirror.url}/data.json", kind="json", policy=QUICK, most_bytes=50_000)
    assert files_in(tmp_path / "cache") == []


def test_every_kind_of_file_has_a_limit() -> None:
    assert set(MOST_BYTES) == {"json", "tiff", "gzip", "pbf", "any"}
    assert all(10_000_000 < most < 10_000_000_000 for most in MOST_BYTES.values())


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/hostname", "http://[bad", "http://127.0.0.1:99999/", "data:,x"])
def test_a_redirect_off_the_web_is_final(odd: str, waits: list[float], target: str) -> None:
    with pytest.raises(ServerError, match="leads to"):
        download(f"{odd}/to/{target}", kind="json", policy=PATIENT)
    assert waits == []


@pytest.mark.parametrize(
    ("page", "is_one"),
    [
        (b"<!-- portal --><html>", True),
        (b"\n\n<!-- x --> <!-- y -->\n<HTML><body>", True),
        (b"<!-- a comment without an end in what came first", True),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", True),
        (b"<body onload=x>", True),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", False),
        (b'{"a": "<html>"}', False),
    ],
)
def test_web_pages_are_known_by_their_beginning(page: bytes, is_one: bool) -> None:
    assert looks_like_web_page("text/plain", page) is is_one


def test_a_portal_that_calls_itself_plain_text_is_told_at_once(mirror: Mirror, waits: list[float]) -> None:
    mirror.files["data.json"] = b"\n<!-- wifi --><html>login</html>"
    with pytest.raises(CaptivePortalError, match="Log in"):
        download(f"{mirror.url}/data.json", kind="json", policy=PATIENT)
    assert waits == []


def test_another_kind_of_file_is_asked_for_once_more_only(mirror: Mirror, waits: list[float]) -> None:
    mirror.files["data.json"] = b"no json"
    with pytest.raises(ContentError, match="not JSON"):
        download(f"{mirror.url}/data.json", kind="json", policy=PATIENT)
    assert len(mirror.asked("data.json")) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.json", "http://nosuch.invalid/x.json"])
def test_no_way_to_a_server_is_told_within_seconds(waits: list[float], url: str) -> None:
    with pytest.raises(OfflineError, match="no connection"):
        download(url, kind="json", policy=replace(Policy(), connect_s=2))
    assert sum(waits) <= 3


def test_a_server_that_is_down_is_not_waited_for_by_every_file(waits: list[float], tmp_path: Path) -> None:
    with pytest.raises(OfflineError):
        fetch_layer("boundaries", CODE, tmp_path / "area", base_url="http://127.0.0.1:9", policy=PATIENT)
    assert sum(waits) <= 4 * 3  # the first files, which are asked for at one time
    assert not (tmp_path / "area").exists()


def test_files_without_a_copy_are_still_asked_for_once(mirror: Mirror) -> None:
    mirror.faults["bad.json"] = ["500"]
    mirror.files["good.json"] = b"{}"
    run = Run()
    with pytest.raises(ServerError):
        download(f"{mirror.url}/bad.json", kind="json", policy=QUICK, run=run)
    assert download(f"{mirror.url}/good.json", kind="json", policy=QUICK, run=run).size == 2
    mirror.faults["good2.json"] = ["500"]
    with pytest.raises(ServerError):
        download(f"{mirror.url}/good2.json", kind="json", policy=QUICK, run=run)
    assert len(mirror.asked("good2.json")) == 1


def test_old_copies_serve_at_once_and_are_told_in_one_sentence(
    mirror: Mirror, tmp_path: Path, waits: list[float], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.files |= made_boundaries(CODE, BOUNDS)
    fetch_layer("boundaries", CODE, tmp_path / "a", base_url=mirror.url, policy=QUICK)
    monkeypatch.setattr("geo_planner.fetch.boundaries.MAX_AGE_DAYS", -1)
    mirror.faults["*"] = ["500"]
    mirror.requests.clear()
    with caplog.at_level(logging.WARNING):
        report = fetch_layer("boundaries", CODE, tmp_path / "b", base_url=mirror.url, policy=PATIENT)
    (note,) = [n for n in report.notes if n.code == "old_copies"]
    count = len(communes_of(CODE))
    assert note.reason.startswith(f"{count} of {count} source files are older copies")
    assert "500" in note.reason
    why = dict(note.said.facts)["why"]
    assert (why.code, why.text("vi") in note.texts("vi")[0]) == ("server", True)  # why it is so, not the remedy of another error
    assert "--base-url" not in " ".join(note.texts("vi"))
    assert len(mirror.requests) <= 4 * PATIENT.attempts  # those asked for at one time; the others do not ask
    assert caplog.records == []
    mirror.faults.clear()
    renewed = fetch_layer("boundaries", CODE, tmp_path / "b", base_url=mirror.url, policy=PATIENT)
    assert not [n for n in renewed.notes if n.code == "old_copies"]


def test_the_proxy_is_named_not_the_server(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTP_PROXY", "http://me:secret@127.0.0.1:9")
    with pytest.raises(OfflineError, match=r"proxy 127\.0\.0\.1:9 that HTTP_PROXY names cannot be reached") as told:
        download("http://mirror.invalid/x.json", kind="json", policy=PATIENT)
    assert "secret" not in str(told.value)
    assert sum(waits) <= 3


def test_a_socks_proxy_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    with pytest.raises(OfflineError, match=r"SOCKS proxy \(ALL_PROXY\)") as told:
        download("http://mirror.invalid/x.json", kind="json", policy=QUICK)
    assert "httpx" not in str(told.value)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with a certificate of its own."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate")
    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Odd)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}", certificate
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_is_not_trusted_is_final_and_names_the_remedy(
    secure: tuple[str, Path], waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = secure
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(OfflineError, match="SSL_CERT_FILE"):
        download(f"{url}/small", kind="json", policy=PATIENT)
    assert waits == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert download(f"{url}/small", kind="json", policy=PATIENT).size == 2
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    with pytest.raises(OfflineError, match="cannot be read"):
        download(f"{url}/other", kind="json", policy=PATIENT)


def test_a_server_without_https_is_final(odd: str, waits: list[float]) -> None:
    with pytest.raises(OfflineError, match="does not speak https"):
        download(f"{odd.replace('http:', 'https:')}/small", kind="json", policy=PATIENT)
    assert waits == []


CELL = b"LTE,452,4,1,99,0,107.5,16.2,1000,5,1,1600000000,1700000000,0\n"


@pytest.fixture
def area(mirror: Mirror, tmp_path: Path) -> Path:
    mirror.files |= made_boundaries(CODE, BOUNDS)
    fetch_layer("boundaries", CODE, tmp_path / "area", base_url=mirror.url, policy=QUICK)
    return tmp_path / "area"


def cells(mirror: Mirror, area: Path, unpacked: bytes):
    mirror.files["ocid/downloads"] = gzip.compress(unpacked)
    return fetch_layer("opencellid", CODE, area, base_url=mirror.url, policy=QUICK, key="k1")


@pytest.mark.parametrize(
    ("unpacked", "why"),
    [
        (b"a" * 20_000_000, "a line of more than"),
        (CELL * 20_000, "unpacks to more than"),
        (b"hello\nworld,1\n", "no cells"),
        (b"", "no cells"),
    ],
)
def test_a_list_of_cells_that_is_none_is_refused_and_asked_for_again(
    mirror: Mirror, area: Path, monkeypatch: pytest.MonkeyPatch, unpacked: bytes, why: str
) -> None:
    monkeypatch.setattr(cells_of_phones, "_MOST_UNPACKED", 1_000_000)
    with pytest.raises(ContentError, match=why):
        cells(mirror, area, unpacked)
    assert not (area / OPENCELLID_FILE).exists()
    cells(mirror, area, CELL)  # the copy is gone: the server is asked
    assert (area / OPENCELLID_FILE).read_text().splitlines()[1:] == ["LTE,4,1,99,107.5,16.2,1000,5,1700000000"]


def test_lines_that_are_no_cells_are_left_out_and_told(mirror: Mirror, area: Path) -> None:
    bad = [
        b"LTE,452,4,1,98,0,,,1\n",
        b"LTE,452,4,1,97,0,nan,16.2\n",
        b"=cmd(),452,4,1,96,0,107.5,16.2\n",
        b'LTE,452,"=1+1",1,95,0,107.5,16.2\n',
    ]
    report = cells(mirror, area, CELL + b"".join(bad) + CELL.replace(b"1700000000", b"=now()"))
    assert "4 lines" in next(n.reason for n in report.notes if n.code == "cells_left_out")
    assert (area / OPENCELLID_FILE).read_text().splitlines()[1:] == [
        "LTE,4,1,99,107.5,16.2,1000,5,1700000000",
        "LTE,4,1,99,107.5,16.2,1000,5,",
    ]


def test_files_that_a_later_step_refuses_are_asked_for_again(mirror: Mirror, area: Path, tmp_path: Path) -> None:
    everywhere = made_boundaries(CODE, BOUNDS)
    whole = ward_path(province(CODE), communes_of(CODE)[0])
    mirror.files |= {
        name: everywhere[whole].replace(communes_of(CODE)[0].code.encode(), name.split("/")[-1][:5].encode()) for name in everywhere
    }
    shutil.rmtree(tmp_path / "cache")  # each commune has the outline of the first one: no coverage can be made of them
    with pytest.raises(ContentError):
        fetch_layer("boundaries", CODE, tmp_path / "b", base_url=mirror.url, policy=QUICK)
    mirror.files |= everywhere
    fetch_layer("boundaries", CODE, tmp_path / "b", base_url=mirror.url, policy=QUICK)
    assert (tmp_path / "b" / "manifest.json").is_file()


def test_a_service_forgets_a_file(mirror: Mirror) -> None:
    mirror.files["data.json"] = b"{}"
    service = Service(mirror.url, policy=QUICK)
    file = service.get(f"{mirror.url}/data.json", "json")
    service.forget(file)
    assert not service.get(f"{mirror.url}/data.json", "json").from_cache
