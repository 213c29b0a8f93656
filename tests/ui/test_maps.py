"""The map in the app: from this server only, the plan by its hash, each event once, and nothing of a browser's answer taken on trust."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo_planner.export.html_map import map_payload, rasters
from geo_planner.ui import maps
from geo_planner.ui.address import Filters
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.map_contract import Drawn, MapArguments, TrialMast, event_of
from geo_planner.ui.map_files import PAYLOADS, Payloads, map_routes, page_address, payload_address
from geo_planner.ui.serving import font_face
from tests.ui.fakes import HOSTILE_NAMES, fake_plan

CLICK = {"n": 7, "event": "village", "id": "B", "lon": 103.1, "lat": 22.2, "theme": "theme_area", "view": [22.2, 103.1, 9.5]}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=map_routes()))


@pytest.fixture(scope="module")
def digest() -> str:
    return maps.payload_digest(LoadedPlan("of a test", fake_plan()), "vi")


def test_the_plan_is_fetched_by_its_hash_compressed_and_for_good(client: TestClient, digest: str) -> None:
    answer = client.get(payload_address(digest))
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert [village["name"] for village in answer.json()["villages"]] == list(HOSTILE_NAMES)
    plain = client.get(payload_address(digest), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()


def test_nothing_but_what_was_made_here_is_handed_out(client: TestClient) -> None:
    assert client.get(payload_address("0" * 64)).status_code == 404
    assert client.get("/app/static/plan/..%2f..%2fsecret.json").status_code == 404
    assert client.get(page_address().replace("index.html", "page.py")).status_code == 404


def test_the_frame_asks_this_server_only(client: TestClient) -> None:
    page = client.get(page_address())
    assert "default-src 'none'" in page.headers["content-security-policy"]
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert asked == ["map.css", "map.js"]
    for address in asked:
        found = client.get(page_address().rpartition("/")[0] + "/" + address)
        assert found.status_code == 200, address
        assert re.search(r"https?://", found.text) is None
    assert "url('/static/media/SourceSans" in font_face()


def test_only_the_last_plans_are_kept() -> None:
    kept = Payloads(most=2)
    digests = [kept.digest((n,), lambda n=n: {"n": n}) for n in range(3)]
    assert [kept.compressed(digest) is None for digest in digests] == [True, False, False]
    assert json.loads(gzip.decompress(kept.compressed(digests[2]) or b"")) == {"n": 2}
    with pytest.raises(ZeroDivisionError):
        kept.digest((9,), lambda: {"n": 1 / 0})
    assert kept.digest((2,), lambda: pytest.fail("it is there")) == digests[2]


def test_a_plan_is_laid_out_once_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def lay_out(_plan: Any, *, language: str, **_: Any) -> dict[str, Any]:
        made.append(language)
        return {"language": language}

    monkeypatch.setattr(maps, "map_payload", lay_out)
    loaded = LoadedPlan("another test", fake_plan())
    digests = [maps.payload_digest(loaded, language) for language in ("vi", "en", "vi")]
    assert made == ["vi", "en"]
    assert digests[0] == digests[2] != digests[1]
    assert all(PAYLOADS.compressed(digest) for digest in digests)


def test_the_arguments_are_plain_and_small() -> None:
    arguments = MapArguments(
        chosen="B", filters=Filters(payers=("fund",), first_k=10), trial_masts=(TrialMast("t1", 103.1, 22.2, "Cột thử"),),
        drawn=(Drawn("line", ((103.1, 22.2), (103.2, 22.3)), "12,5 km", "blocked"),),
    )  # fmt: skip
    told = json.loads(json.dumps(arguments.as_dict()))
    assert told["filters"]["payers"] == ["fund"]
    assert told["drawn"][0]["coordinates"] == [[103.1, 22.2], [103.2, 22.3]]
    assert len(json.dumps(told)) < 1500


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3,
        [],
        {},
        {**CLICK, "event": "other"},
        {**CLICK, "view": [1, 2]},
        {**CLICK, "n": "many"},
        {**CLICK, "lon": None},
        {**CLICK, "view": "abc"},
    ],
)
def test_what_is_no_event_is_none(answer: Any) -> None:
    assert event_of(answer) is None


def test_an_event_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    first = maps._new_event("map", CLICK)
    assert first is not None
    assert (first.event, first.id, first.view) == ("village", "B", (22.2, 103.1, 9.5))
    assert maps._new_event("map", CLICK) is None
    assert maps._new_event("map", {**CLICK, "n": 8}) is not None
    assert maps._new_event("other", CLICK) is not None


def rgba(png: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_backgrounds_are_drawn_when_asked_for_and_shared(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []
    real = rasters.indexed_png

    def counted(index: Any, palette: Any, **how: Any) -> bytes:
        drawn.append(index.shape)
        return real(index, palette, **how)

    monkeypatch.setattr(rasters, "indexed_png", counted)
    monkeypatch.setattr("geo_planner.ui.map_files.PAYLOADS", kept := Payloads())
    monkeypatch.setattr(maps, "PAYLOADS", kept)
    plan = fake_plan()
    sent = {}
    for key, language in (("one", "vi"), ("one", "en"), ("on trial", "vi")):
        digest = maps.payload_digest(LoadedPlan(key, plan), language)
        sent[key, language] = client.get(payload_address(digest)).json()
    assert drawn == []
    addresses = [
        {data["relief"]["url"], *(theme[part] for theme in data["themes"] for part in ("url", "hatch") if part in theme)}
        for data in sent.values()
    ]
    assert addresses[0] == addresses[1] == addresses[2]
    whole = map_payload(plan, language="vi", bilingual=False, cards=False)
    assert not any("card" in village for village in whole["villages"])  # the app shows them beside the map
    drawn.clear()
    for theme, inline in zip(sent["one", "vi"]["themes"], whole["themes"], strict=True):
        for part in {"url", "hatch"} & theme.keys():
            answers = [client.get(theme[part]) for _ in range(2)]
            assert answers[0].content == answers[1].content
            # packed otherwise than in a file, and the same to the last pixel
            sent_now, in_file = (rgba(png) for png in (answers[0].content, base64.b64decode(inline[part].partition(",")[2])))
            assert np.array_equal(sent_now, in_file)
            assert "immutable" in answers[0].headers["cache-control"]
    assert len(drawn) == len(addresses[0]) - 1, "each once, and the relief not yet"
    assert client.get(sent["one", "vi"]["relief"]["url"].replace(".png", "0.png")).status_code == 404


def test_another_surface_has_another_address() -> None:
    kept, plan = Payloads(), fake_plan()
    other = replace(plan, coverage=replace(plan.coverage, rsrp_dbm=plan.coverage.rsrp_dbm + np.float32(1.0)))
    first, second = (
        {theme["key"]: theme for theme in map_payload(one, language="vi", bilingual=False, cards=False, place=kept.place)["themes"]}
        for one in (plan, other)
    )
    assert first["theme_rsrp"]["url"] != second["theme_rsrp"]["url"]
    assert first["theme_rsrp"]["hatch"] != second["theme_rsrp"]["hatch"]
    assert first["theme_probability"] == second["theme_probability"]
    assert len({first["theme_rsrp"]["url"], first["theme_rsrp"]["hatch"], first["theme_server"]["url"]}) == 3


def test_backgrounds_go_with_the_last_plan_that_shows_them() -> None:
    kept, plan = Payloads(most=1), fake_plan()
    digest = kept.digest(("plan",), lambda: map_payload(plan, language="vi", bilingual=False, cards=False, place=kept.place))
    address = json.loads(gzip.decompress(kept.compressed(digest) or b""))["relief"]["url"]
    name = address.rpartition("/")[2].removesuffix(".png")
    assert (kept.background(name) or b"").startswith(b"\x89PNG")
    kept.digest(("other",), lambda: {"n": 2})
    assert kept.background(name) is None
