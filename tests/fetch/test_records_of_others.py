"""What servers and records of the cache say is text of others: what cannot be true of ours counts as not said, and nobody waits for ever."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo_planner.errors import GeoPlannerError
from geo_planner.fetch import ServerError
from geo_planner.fetch.cache import checked_marks
from geo_planner.fetch.download import Download, download
from geo_planner.fetch.policy import host_of, is_web_address, retry_after_s
from tests.fetch.conftest import QUICK, Mirror

BODY = b'{"a": 1}'
OLD = "2026-01-01"


@pytest.fixture
def raw() -> Iterator[Callable[..., tuple[str, list[bytes]]]]:
    """A server that sends the given pieces with pauses, whatever it is asked; what it was asked is noted."""
    servers: list[socket.socket] = []
    stop = threading.Event()

    def serve(*pieces: bytes, pause_s: float = 0.0, rest: bytes = b"") -> tuple[str, list[bytes]]:
        server, asked = socket.create_server(("127.0.0.1", 0)), list[bytes]()
        servers.append(server)

        def answer(line: socket.socket) -> None:
            try:
                asked.append(line.recv(65536))
                for piece in pieces:
                    line.sendall(piece)
                    if stop.wait(pause_s):
                        break
                line.sendall(rest)
            except OSError:
                pass
            finally:
                line.close()

        def loop() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(line,), daemon=True).start()

        threading.Thread(target=loop, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}", asked

    yield serve
    stop.set()
    for server in servers:
        server.close()


def answer(*headers: bytes, status: bytes = b"200 OK", body: bytes = BODY) -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: " + str(len(body)).encode(), b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def get(mirror: Mirror, **options: object) -> Download:
    return download(f"{mirror.url}/data.json", kind="json", policy=QUICK, **options)


@pytest.mark.parametrize("line", ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"])
def test_headers_that_drip_in_are_given_up_in_time(raw: Callable[..., tuple[str, list[bytes]]], line: str) -> None:
    pieces = [line.encode(), *([b"X-A: b\r\n"] * 200 if "200" in line else [line.encode()] * 200)]
    url, asked = raw(*pieces, pause_s=0.1)
    began = time.monotonic()
    with pytest.raises(ServerError, match="end of its answer's headers"):
        download(f"{url}/data.json", kind="json", policy=replace(QUICK, headers_s=0.6))
    assert time.monotonic() - began < 8
    assert len(asked) == 2


def test_a_handshake_that_drips_in_is_given_up_in_time(raw: Callable[..., tuple[str, list[bytes]]]) -> None:
    url, _ = raw(b"\x16\x03\x03\x3f\xff", *[b"\x02"] * 200, pause_s=0.1)
    began = time.monotonic()
    with pytest.raises(GeoPlannerError, match="headers"):
        download(f"{url.replace('http:', 'https:')}/data.json", kind="json", policy=replace(QUICK, headers_s=0.5))
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("drip", [b"0", b"5;x=", b"2\r\n{}\r\n0\r\nX: "])
def test_a_body_whose_frame_drips_in_is_given_up_in_time(raw: Callable[..., tuple[str, list[bytes]]], drip: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    url, _ = raw(head + drip, *[b"0"] * 300, pause_s=0.05)
    began = time.monotonic()
    with pytest.raises(ServerError, match="too slowly"):
        download(f"{url}/data.json", kind="json", policy=replace(QUICK, slow_after_s=0.4, most_pauses=1))
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "header",
    [
        b'ETag: "a\x01b"', b'ETag: "' + b"x" * 5000 + b'"', b'ETag: "\xe1\xba\xa3"', b'ETag: "a" Host: b', b"Last-Modified: yesterday",
        b"Last-Modified: Wed, 99 Oct 2026 07:28:00 GMT", b"Last-Modified: " + b"9" * 3000, b"ETag: ",
    ],
)  # fmt: skip
def test_marks_that_cannot_be_sent_back_are_none(raw: Callable[..., tuple[str, list[bytes]]], header: bytes) -> None:
    url, asked = raw(answer(header))
    try:
        first = download(f"{url}/data.json", kind="json", policy=QUICK)
    except GeoPlannerError:
        return  # refused by the line itself, in a sentence
    assert json.loads(first.path.with_name(f"{first.path.name}.json").read_text())["validators"] == {}
    download(f"{url}/data.json", kind="json", policy=QUICK, max_age_days=-1)
    assert b"If-" not in asked[-1]


def test_marks_of_the_usual_forms_are_sent_back() -> None:
    for etag in ('"abc"', 'W/"abc"', '"5f-6%~!"', "5e0-bare", '""'):
        assert checked_marks({"etag": etag}) == {"etag": etag}
    assert checked_marks({"last-modified": "Wed, 21 Oct 2026 07:28:00 GMT"}) != {}
    assert checked_marks({"etag": ['"a"'], "last-modified": 5}) == {}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0), (" 7 ", 7.0), ("0", 0.0), ("-1", None), ("NaN", None), ("inf", None), ("1e308", None), ("1.5", None), ("٧", None), ("7, 8", None),
        ("9" * 400, None), ("", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 -2359", None), ("Wed, 00 Foo", None), ("\x00", None),
    ],
)  # fmt: skip
def test_a_wait_is_a_number_of_seconds_or_a_moment(header: str, seconds: float | None) -> None:
    found = retry_after_s(header)
    assert found == seconds or (header.startswith("Fri") and found is not None and found > 1e9)


@pytest.mark.parametrize("wait", ["NaN", "1e308", "-5", "9" * 200, "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_is_none_does_not_stop_the_tries(mirror: Mirror, wait: str) -> None:
    mirror.files["data.json"] = BODY
    mirror.faults["data.json"] = [f"retry:503:{wait.replace(':', '.')}", ""]
    assert get(mirror).size == len(BODY)


@pytest.mark.parametrize(
    "target",
    [
        "http://xn--a/",
        "http://xn--/",
        "http://" + "a" * 300 + ".vn/",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "http://%31/",
        "http://a b/",
        "http:///x",
        "\\\\host\\x",
    ],
)
def test_a_redirect_to_no_server_is_a_sentence(raw: Callable[..., tuple[str, list[bytes]]], target: str) -> None:
    url, _ = raw(answer(b"Location: " + target.encode(), status=b"302 Found", body=b""))
    with pytest.raises(GeoPlannerError) as told:
        download(f"{url}/data.json", kind="json", policy=replace(QUICK, attempts=1, unreachable_s=0.1))
    assert str(told.value).isprintable()


def test_hosts_that_are_no_names_are_no_addresses() -> None:
    assert not is_web_address("http://xn--a/")
    assert host_of("http://xn--a/x") == "http://xn--a/x"


def test_the_words_of_a_status_come_without_hidden_signs(raw: Callable[..., tuple[str, list[bytes]]]) -> None:
    url, _ = raw(answer(status=b"403 " + b"No\x85way " * 100, body=b""))
    with pytest.raises(ServerError) as told:
        download(f"{url}/data.json", kind="json", policy=QUICK)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("digits", ["9" * 25, "9" * 5000])
def test_a_length_of_many_digits_is_none(raw: Callable[..., tuple[str, list[bytes]]], digits: str) -> None:
    url, _ = raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + digits.encode() + b"\r\n\r\n" + BODY)
    with pytest.raises(GeoPlannerError):
        download(f"{url}/data.json", kind="json", policy=QUICK)


def record(mirror: Mirror) -> Path:
    mirror.files["data.json"] = BODY
    file = get(mirror)
    return file.path.with_name(f"{file.path.name}.json")


@pytest.mark.parametrize(
    "change",
    [
        {"url": 5}, {"url": None}, {"url": "http://a/\r\nb"}, {"sha256": ["x"]}, {"sha256": "x"}, {"size": "8"}, {"size": True}, {"size": 8.0}, {"size": -8},
        {"date": 20260101}, {"date": "long ago"}, {"date": ""}, {"validators": []}, {"validators": None}, {"more": 1},
    ],
)  # fmt: skip
def test_a_record_of_other_kinds_counts_as_none(mirror: Mirror, change: dict[str, object]) -> None:
    path = record(mirror)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert not get(mirror).from_cache
    assert get(mirror).from_cache


@pytest.mark.parametrize("text", ["", "[]", "5", "null", '"x"', "[" * 100_000, '{"url": ' * 50_000, "\x00", '{"url": "a"}', " " * 200_000])
def test_a_text_that_is_no_record_counts_as_none(mirror: Mirror, text: str) -> None:
    path = record(mirror)
    path.write_text(text)
    assert not get(mirror).from_cache


def test_marks_of_a_record_are_checked_too(mirror: Mirror) -> None:
    path = record(mirror)
    path.write_text(json.dumps({**json.loads(path.read_text()), "validators": {"etag": '"a"\r\nHost: b', "last-modified": 7}, "date": OLD}))
    get(mirror, max_age_days=1)
    assert "If-None-Match" not in mirror.asked("data.json")[-1]


def test_a_copy_from_the_future_is_told_and_not_used(mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    path = record(mirror)
    ahead = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    path.write_text(json.dumps({**json.loads(path.read_text()), "date": ahead}))
    assert not get(mirror, max_age_days=30).from_cache
    assert ahead in caplog.text


@pytest.mark.parametrize("text", ["[]", "5", "{", '{"etag": 5}', '{"etag": "a\\r\\nb"}', "[" * 100_000])
def test_a_part_with_a_strange_record_is_fetched_from_its_beginning(mirror: Mirror, text: str) -> None:
    path = record(mirror)
    file = path.with_suffix("")
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(BODY[:3])
    part.with_name(f"{part.name}.json").write_text(text)
    path.unlink()
    assert get(mirror).path.read_bytes() == BODY
    assert "Range" not in mirror.asked("data.json")[-1]
