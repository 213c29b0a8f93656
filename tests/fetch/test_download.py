"""One file over HTTP: whatever the line and the server do, the file is whole or there is a sentence that says why not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from geo_planner.errors import GeoPlannerError, OutputError
from geo_planner.fetch import CaptivePortalError, ContentError, NotFoundError, OfflineError, ServerError
from geo_planner.fetch.download import download
from geo_planner.files.folders import cache_root
from tests.fetch.conftest import QUICK, Mirror

BODY = b"{" + b'"x": 1, ' * 30_000 + b'"end": 0}'
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def served(mirror: Mirror) -> Mirror:
    mirror.files["data.json"] = BODY
    return mirror


def get(mirror: Mirror, **options: object):
    return download(f"{mirror.url}/data.json", kind="json", policy=options.pop("policy", QUICK), **options)


def test_a_file_is_fetched_once_and_then_taken_from_the_cache(served: Mirror) -> None:
    first, second = get(served, sha256=SHA, size=len(BODY)), get(served)
    assert first.path.read_bytes() == BODY
    assert (first.sha256, first.size, first.from_cache, second.from_cache) == (SHA, len(BODY), False, True)
    assert len(served.requests) == 1


def test_a_file_that_was_damaged_in_the_cache_is_fetched_again(served: Mirror) -> None:
    get(served).path.write_bytes(b"{}")
    assert get(served).path.read_bytes() == BODY
    assert len(served.requests) == 2


@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_a_broken_transfer_goes_on_where_it_stopped(served: Mirror, fault: str) -> None:
    served.faults["data.json"] = [fault, fault, ""]
    assert get(served).path.read_bytes() == BODY
    starts = [int(h["Range"].removeprefix("bytes=").rstrip("-")) for h in served.asked("data.json")[1:]]
    assert starts == sorted(starts)
    assert starts[0] > 0


def test_a_later_run_continues_what_an_earlier_one_left(served: Mirror) -> None:
    served.faults["data.json"] = ["cut", "503"]
    with pytest.raises(ServerError):
        get(served)
    served.faults["data.json"] = []
    assert get(served).path.read_bytes() == BODY
    assert "Range" in served.asked("data.json")[-1]


@pytest.mark.parametrize(("ranges", "validators"), [(False, True), (True, False), (False, False)])
def test_without_ranges_or_version_marks_the_transfer_starts_anew(served: Mirror, ranges: bool, validators: bool) -> None:
    served.ranges, served.validators = ranges, validators
    served.faults["data.json"] = ["cut", ""]
    assert get(served).path.read_bytes() == BODY


def test_parts_of_two_versions_are_never_joined(served: Mirror) -> None:
    served.faults["data.json"] = ["cut", "503"]
    with pytest.raises(ServerError):
        get(served)
    newer = BODY.replace(b"1", b"2")
    served.files["data.json"], served.faults["data.json"] = newer, []
    assert get(served).path.read_bytes() == newer


def test_a_part_that_is_already_whole_needs_no_more_bytes(served: Mirror) -> None:
    whole = get(served).path
    marks = json.loads(whole.with_name(whole.name + ".json").read_text())["validators"]
    part = whole.rename(whole.with_name(whole.name + ".part"))
    part.with_name(part.name + ".json").write_text(json.dumps(marks))
    assert get(served).path.read_bytes() == BODY  # the server answers 416


@pytest.mark.parametrize("status", ["500", "502", "503", "504", "429", "408"])
def test_a_server_in_trouble_is_tried_again(served: Mirror, status: str) -> None:
    served.faults["data.json"] = [status, status, ""]
    assert get(served).path.read_bytes() == BODY


def test_a_server_that_stays_in_trouble_is_told(served: Mirror) -> None:
    served.faults["data.json"] = ["503"]
    with pytest.raises(ServerError, match="503"):
        get(served)
    assert len(served.requests) == QUICK.attempts


def test_retry_after_is_obeyed_and_not_waited_for_when_too_long(served: Mirror) -> None:
    served.faults["data.json"] = ["retry:429:1", ""]
    waits = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_planner.fetch.transfer.time.sleep", waits.append)
        assert get(served).path.read_bytes() == BODY
    assert waits == [1.0]
    served.files["other.json"] = BODY
    served.faults["other.json"] = ["retry:429:3600", ""]
    with pytest.raises(ServerError, match="429"):
        download(f"{served.url}/other.json", kind="json", policy=QUICK)
    assert len(served.asked("other.json")) == 1


@pytest.mark.parametrize("status", ["404", "410", "403", "401", "400"])
def test_a_refusal_is_not_repeated(served: Mirror, status: str) -> None:
    served.faults["data.json"] = [status]
    with pytest.raises(NotFoundError if status in ("404", "410") else ServerError, match=status):
        get(served)
    assert len(served.requests) == 1


def test_redirects_in_circles_are_told(served: Mirror) -> None:
    served.faults["data.json"] = ["loop"]
    with pytest.raises(ServerError, match="circles"):
        get(served)


@pytest.mark.parametrize("fault", ["portal", "portal_redirect", "511"])
def test_a_login_page_is_never_kept_as_data(served: Mirror, tmp_path: Path, fault: str) -> None:
    served.faults["data.json"] = [fault]
    with pytest.raises(CaptivePortalError, match="Log in"):
        get(served)
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]


def test_something_else_than_the_kind_is_refused(served: Mirror) -> None:
    with pytest.raises(ContentError, match="not a GeoTIFF"):
        download(f"{served.url}/data.json", kind="tiff", policy=QUICK)


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"size": 17}])
def test_a_wrong_hash_or_size_is_refused_and_forgotten(served: Mirror, wrong: dict[str, object]) -> None:
    with pytest.raises(ContentError, match=r"sha256|bytes"):
        get(served, **wrong)
    assert not get(served).from_cache


def test_a_file_cut_without_a_length_is_caught_by_its_check(served: Mirror) -> None:
    served.faults["data.json"] = ["no_length"]

    def whole(path: Path) -> None:
        try:
            json.loads(path.read_bytes())
        except ValueError as error:
            raise ValueError("it was cut short") from error

    with pytest.raises(ContentError, match="cut short"):
        get(served, check=whole)


def test_an_empty_answer_is_not_a_file(served: Mirror) -> None:
    served.faults["data.json"] = ["empty"]
    with pytest.raises(ContentError, match="empty"):
        get(served)


def test_a_server_that_never_answers_is_given_up(served: Mirror) -> None:
    served.faults["data.json"] = ["silent"]
    with pytest.raises(ServerError, match="stopped sending"):
        get(served, policy=replace(QUICK, attempts=2, read_s=0.2))


def test_a_trickle_is_given_up(served: Mirror) -> None:
    served.files["data.json"] = BODY[:200]
    served.faults["data.json"] = ["trickle"]
    with pytest.raises(ServerError, match="too slowly"):
        get(served, policy=replace(QUICK, slow_after_s=0.1, slowest_bytes_s=10_000, most_pauses=2))


def test_no_connection_says_what_still_works(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match="still works"):
        download("http://127.0.0.1:9/x.json", kind="json", policy=replace(QUICK, attempts=1))


def test_where_the_server_fails_an_older_copy_serves(served: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    get(served)
    served.faults["data.json"] = ["503"]
    assert get(served, max_age_days=-1).from_cache


def test_an_old_copy_is_renewed_without_sending_it_again(served: Mirror) -> None:
    get(served)
    assert get(served, max_age_days=-1).from_cache
    assert "If-None-Match" in served.asked("data.json")[-1]
    served.files["data.json"] = b'{"new": 1}'
    renewed = get(served, max_age_days=-1)
    assert renewed.path.read_bytes() == b'{"new": 1}'
    assert not renewed.from_cache


def test_a_key_is_written_down_nowhere(served: Mirror, tmp_path: Path) -> None:
    served.files["keyed.json"] = BODY
    found = download(f"{served.url}/keyed.json?token=abc123", kind="json", secret="abc123", policy=QUICK)
    assert "abc123" not in found.url
    assert not any("abc123" in p.name or b"abc123" in p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file())


def test_the_proxy_of_the_environment_is_used(served: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", served.url)
    monkeypatch.setenv("NO_PROXY", "")
    served.files["http://mirror.invalid/data.json"] = BODY  # a proxy is asked for the whole address
    assert download("http://mirror.invalid/data.json", kind="json", policy=QUICK).path.read_bytes() == BODY


def test_a_proxy_that_cannot_be_is_told(served: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")
    with pytest.raises(OfflineError, match="proxy"):
        get(served)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://[::1/x", "nothing"])
def test_only_web_addresses(url: str) -> None:
    with pytest.raises(GeoPlannerError):
        download(url, kind="any", policy=QUICK)


def test_progress_grows_to_one(served: Mirror) -> None:
    shares: list[float] = []
    get(served, progress=lambda name, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_cache_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_root() == tmp_path / "cache"
    monkeypatch.delenv("GEO_PLANNER_CACHE")
    assert "geo-planner" in str(cache_root())


def test_a_cache_that_cannot_be_made_is_told(served: Mirror, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="GEO_PLANNER_CACHE"):
        get(served, cache=tmp_path / "file")
