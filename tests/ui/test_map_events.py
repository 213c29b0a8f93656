"""The map's frame by itself, under a page that speaks as Streamlit does: what it is told it draws, what is done on it it tells."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from geo_planner.export.html_map import map_payload
from geo_planner.export.palette import PAYER_MARKS
from geo_planner.ui.address import Filters
from geo_planner.ui.map_contract import Drawn, MapArguments, TrialMast, event_of
from geo_planner.ui.map_files import Payloads, map_routes, page_address, payload_address
from geo_planner.ui.village_filter import passing
from tests.export.test_build_marks import with_build
from tests.ui.fakes import HOSTILE_NAMES, fake_plan
from tests.ui.test_browser import CHROMIUM, Visit, browser, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")

_PARENT = """<!DOCTYPE html><html><body style="margin:0"><iframe src="@page" title="map" style="width:900px;height:600px;border:0"></iframe><script>
window.told = [];
window.addEventListener("message", (e) => { if (e.data && e.data.isStreamlitMessage) window.told.push(e.data); });
window.ask = (args) => document.querySelector("iframe").contentWindow.postMessage({ type: "streamlit:render", args }, "*");
</script></body></html>"""


@pytest.fixture(scope="module")
def kept() -> Payloads:
    return Payloads()


@pytest.fixture(scope="module")
def parent(kept: Payloads) -> Iterator[str]:
    """Address of a page with the frame in it; only this server is ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def page(_request: Any) -> HTMLResponse:
        return HTMLResponse(_PARENT.replace("@page", page_address()))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("geo_planner.ui.map_files.PAYLOADS", kept)
        app = Starlette(routes=[Route("/", page), *map_routes()])
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
        server.should_exit = True
        thread.join(10)


class Frame:
    """The frame with one payload."""

    def __init__(self, visit: Visit, parent: str, kept: Payloads, payload: dict[str, Any]) -> None:  # noqa: F811
        self.page = visit.page
        self.address = payload_address(kept.digest((json.dumps(payload),), lambda: payload))
        self.page.goto(parent)
        self.page.wait_for_function("window.told.some((m) => m.type === 'streamlit:componentReady')")
        self.inside = self.page.locator("iframe").element_handle().content_frame()

    def tell(self, arguments: MapArguments) -> None:
        told = {"payload_url": self.address, "name": "m", "words": {"loading": "…", "gone": "gone"}, **arguments.as_dict()}
        self.page.evaluate("(args) => window.ask(args)", json.loads(json.dumps(told)))
        self.inside.wait_for_function("() => window.map_plan && document.getElementById('said').hidden")
        self.page.wait_for_timeout(300)

    def events(self) -> list[Any]:
        found = self.page.evaluate("() => window.told.filter((m) => m.type === 'streamlit:setComponentValue').map((m) => m.value)")
        return [event_of(answer) for answer in found]

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        x, y = self.inside.evaluate(
            "([lat, lon]) => { const p = window.map_plan.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [lat, lon]
        )
        return float(x), float(y)


@pytest.fixture
def small(visit: Visit, parent: str, kept: Payloads) -> Frame:  # noqa: F811
    return Frame(visit, parent, kept, map_payload(with_build(fake_plan()), language="vi", bilingual=False, cards=False))


def test_a_click_beside_the_marks_is_a_place_only_where_it_is_asked_for(small: Frame) -> None:
    small.tell(MapArguments())
    place = small.at(22.16, 103.07)
    small.page.mouse.click(*place)
    assert small.events() == []
    small.tell(MapArguments(points=True))
    small.page.mouse.click(*place)
    (event,) = small.events()
    assert (event.event, round(event.lat, 2), round(event.lon, 2)) == ("point", 22.16, 103.07)


def test_villages_masts_and_planned_sites_tell_who_they_are(small: Frame) -> None:
    small.tell(MapArguments(points=True))
    for lat, lon in ((22.05, 103.15), (22.15, 103.11), (22.12, 103.12)):
        small.page.mouse.click(*small.at(lat, lon))
        small.page.wait_for_timeout(250)
    told = [(event.event, event.id, event.planned) for event in small.events()]
    assert told == [("village", "C", False), ("site", "S2", False), ("site", HOSTILE_NAMES[0], True)]
    assert [event.n for event in small.events()] == sorted({event.n for event in small.events()})


def test_a_trial_mast_is_dragged_and_one_that_is_fixed_is_not(small: Frame) -> None:
    masts = (
        TrialMast("t1", 103.03, 22.16, HOSTILE_NAMES[1]),
        TrialMast("t2", 103.17, 22.16, "", "fixed"),
        TrialMast("t3", 103.1, 22.17, "", "forbidden"),
    )
    small.tell(MapArguments(trial_masts=masts))
    assert small.inside.locator(".gp-trial").count() == 3
    for lon in (103.03, 103.17):
        x, y = small.at(22.16, lon)
        small.page.mouse.move(x, y - 12)
        small.page.mouse.down()
        small.page.mouse.move(x + 60, y + 30, steps=6)
        small.page.mouse.up()
        small.page.wait_for_timeout(200)
    moved = [event for event in small.events() if event.event == "drag"]
    assert [event.id for event in moved] == ["t1"]
    assert moved[0].lon > 103.03
    assert moved[0].lat < 22.16
    small.tell(MapArguments(trial_masts=masts[:1]))
    assert small.inside.locator(".gp-trial").count() == 1


def test_what_is_drawn_over_the_map_comes_and_goes(small: Frame) -> None:
    ray = Drawn("line", ((103.05, 22.05), (103.11, 22.15)), "12,5 km", "blocked")
    ridge = Drawn("mark", ((103.08, 22.1),), HOSTILE_NAMES[0], "ridge")
    small.tell(MapArguments(drawn=(ray, ridge, Drawn("ring", ((103.11, 22.15),)))))
    assert small.inside.locator("path.gp-drawn").count() == 2
    assert small.inside.locator(".gp-drawn-mark b").text_content() == HOSTILE_NAMES[0]
    assert small.inside.evaluate("window.broken") is None
    over = "name => Number(getComputedStyle(document.querySelector('.leaflet-gp-' + name + '-pane')).zIndex)"
    line, disc, mark = (small.inside.evaluate(over, name) for name in ("ray", "village", "drawn"))
    assert line < disc < mark, "a line does not cover the number of the village that it ends at"
    assert small.inside.locator(".leaflet-gp-ray-pane path.gp-drawn").count() == 1
    small.tell(MapArguments())
    assert small.inside.locator("path.gp-drawn, .gp-drawn-mark").count() == 0


def test_seats_of_former_communes_are_drawn_and_named_when_they_are_asked_for(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    plan = fake_plan()
    rows = [("F1", HOSTILE_NAMES[0], 22.04, 103.06), ("F2", "Xã Cũ", 22.15, 103.14), ("F3", "Chưa rõ chỗ", None, None)]
    former = pd.DataFrame(rows, columns=["code", "name", "lat", "lon"]).assign(commune_code=str(plan.communes.index[0]))
    plan = replace(plan, study_area=replace(plan.study_area, former_communes=former))
    payload = map_payload(plan, language="vi", bilingual=False, cards=False)
    assert [seat["name"] for seat in payload["seats"]] == [name for _, name, lat, _ in rows if lat is not None]
    frame = Frame(visit, parent, kept, payload)
    frame.tell(MapArguments())
    assert frame.inside.locator(".gp-seat").count() == 0
    frame.inside.evaluate("() => { document.querySelector('.gp-layers').open = document.querySelector('.gp-legend-marks').open = true; }")
    frame.inside.locator(".gp-layers label", has_text="Trung tâm xã cũ").first.locator("input").check()
    assert frame.inside.locator(".gp-seat b").all_text_contents() == [HOSTILE_NAMES[0], "Xã Cũ"]
    assert frame.inside.evaluate("window.broken") is None
    assert frame.inside.get_by_text("Trung tâm xã mới chưa có trong số liệu").is_visible()


def test_every_legend_is_read_in_a_few_lines(small: Frame) -> None:
    small.tell(MapArguments())
    small.inside.evaluate("() => { document.querySelectorAll('.gp-layers, .gp-legend').forEach((box) => { box.open = true; }); }")
    themes = small.inside.locator("input[name=gp-theme]")
    for position in range(themes.count()):
        themes.nth(position).check()
        rows = small.inside.evaluate(
            "() => [...document.querySelectorAll('.gp-legend-surface .gp-legend-row')].map((row) => [row.textContent, row.offsetHeight])"
        )
        assert [(label, height) for label, height in rows if height > 18 * (1 + len(label) // 20)] == []


_UNDER_A_BUTTON = """() => {
  const controls = [...document.querySelectorAll('.leaflet-control')].map((e) => e.getBoundingClientRect()).filter((b) => b.width);
  const labels = [...document.querySelectorAll('.gp-drawn-mark b, .gp-name span')].filter((e) => getComputedStyle(e).visibility !== 'hidden');
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return labels.filter((e) => controls.some((b) => meet(e.getBoundingClientRect(), b))).map((e) => e.textContent);
}"""


@pytest.mark.parametrize("corner", [(46, 40), (46, 100), (20, 20), (46, 135), (850, 40), (60, 420)])
def test_no_label_lies_under_a_button(small: Frame, corner: tuple[int, int]) -> None:
    small.tell(MapArguments())
    lat, lon = small.inside.evaluate(
        "(p) => { const at = window.map_plan.containerPointToLatLng(p); return [at.lat, at.lng]; }", list(corner)
    )
    small.tell(MapArguments(drawn=(Drawn("mark", ((lon, lat),), "1.387 m", "ridge"),)))
    assert small.inside.locator(".gp-drawn-mark b").count() == 1
    under = small.inside.evaluate(_UNDER_A_BUTTON)
    assert "1.387 m" not in under or corner in ((20, 20), (60, 420)), "a mark deep under a box has no place beside it"
    assert [name for name in under if name != "1.387 m"] == []
    small.inside.evaluate("() => { document.querySelector('.gp-layers').open = true; }")
    small.page.wait_for_timeout(300)
    assert [name for name in small.inside.evaluate(_UNDER_A_BUTTON) if name != "1.387 m"] == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(), Filters(payers=("fund",)), Filters(payers=("fund", "operator"), first_k=2), Filters(communes=("00002",)), Filters(statuses=("unknown", "partial")),
        Filters(to_measure=True), Filters(covered_by_plan=True), Filters(covered_by_plan=False), Filters(statuses=("covered",), covered_by_plan=True),
    ],
)  # fmt: skip
def test_the_map_filters_as_the_lists_do(small: Frame, filters: Filters) -> None:
    small.tell(MapArguments(filters=filters))
    drawn = small.inside.locator("path.gp-village-mark").count()
    assert drawn == len(passing(with_build(fake_plan()), filters))


def test_an_unknown_plan_is_a_sentence(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    frame = Frame(visit, parent, kept, {"never": "used"})
    frame.address = payload_address("f" * 64)
    frame.page.evaluate("(url) => window.ask({ payload_url: url, name: 'm', words: { loading: '…', gone: 'gone' } })", frame.address)
    frame.inside.locator("#said", has_text="gone").wait_for()


def many(n: int) -> dict[str, Any]:
    """The map of the small plan with so many villages, spread over it."""
    payload = map_payload(fake_plan(), language="vi", bilingual=False, cards=False)
    one = payload["villages"][0]
    villages = []
    for position in range(n):
        village = deepcopy(one)
        at = [22.005 + 0.19 * ((position * 0.6180339887) % 1), 103.005 + 0.19 * ((position * 0.7548776662) % 1)]
        village |= {"id": f"V{position}", "rank": position + 1, "name": f"Bản {position}", "at": at}
        villages.append(village)
    return payload | {"villages": villages, "firstK": 20}


def test_250_villages_are_dots_but_for_the_first(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    frame = Frame(visit, parent, kept, many(250))
    frame.tell(MapArguments(chosen="V180"))
    boxes = frame.inside.evaluate(
        "() => [...document.querySelectorAll('.gp-rank')].map((e) => { const r = e.getBoundingClientRect(); return [Number(e.textContent), (r.left + r.right) / 2, (r.top + r.bottom) / 2]; })"
    )
    ranks = {int(rank) for rank, _, _ in boxes}
    assert ranks - {181} <= set(range(1, 21))
    assert {1, 181} <= ranks
    assert len(ranks) >= 12
    apart = [max(abs(a[1] - b[1]), abs(a[2] - b[2])) for i, a in enumerate(boxes) for b in boxes[:i] if 181 not in (a[0], b[0])]
    assert min(apart) >= 17, "no number may lie on another"
    radii = frame.inside.evaluate("() => [...document.querySelectorAll('path.gp-village-mark')].map((e) => e.getBBox().width)")
    assert sum(width <= 10 for width in radii) >= 225


def test_the_few_that_a_filter_leaves_of_many_bear_their_numbers(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    payload = many(250)
    for village in payload["villages"]:
        # those who are asked for stand behind the first ranks
        village |= {"payer": "operator" if 100 <= village["rank"] < 110 else "fund"}
    frame = Frame(visit, parent, kept, payload)
    frame.tell(MapArguments(chosen="V0"))
    assert all(int(rank) <= 20 for rank in frame.inside.locator(".gp-rank").all_inner_texts())
    frame.tell(MapArguments(chosen="V99", filters=Filters(payers=("operator",))))
    assert sorted(map(int, frame.inside.locator(".gp-rank").all_inner_texts())) == list(range(100, 110))


def test_5000_villages_pan_smoothly(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    frame = Frame(visit, parent, kept, many(5000))
    frame.tell(MapArguments())
    assert frame.inside.locator("path.gp-village-mark").count() == 0, "painted on a canvas"
    assert frame.inside.locator(".gp-rank").count() <= 40
    spent = frame.inside.evaluate(
        """() => { const t = performance.now(); for (let i = 0; i < 10; i += 1) window.map_plan.panBy([i % 2 ? 40 : -40, 0], { animate: false }); return (performance.now() - t) / 10; }"""
    )
    print(f"{spent:.0f} ms a step")  # noqa: T201
    assert spent < 250, f"{spent:.0f} ms a step"
    second = many(2)["villages"][1]
    frame.page.mouse.click(*frame.at(*second["at"]))
    frame.page.wait_for_timeout(300)
    assert [event.id for event in frame.events()] == [second["id"]]


def centre(frame: Frame) -> list[float]:
    found = frame.inside.evaluate("() => { const c = window.map_plan.getCenter(); return [c.lat, c.lng, window.map_plan.getZoom()]; }")
    return [round(value, 3) for value in found]


def test_an_asked_view_is_not_left_for_the_village_that_the_map_opens_with(small: Frame) -> None:
    small.tell(MapArguments(chosen="A", view=(22.12, 103.12, 13.0)))
    assert centre(small) == [22.12, 103.12, 13.0]
    small.tell(MapArguments(chosen="C", view=(22.12, 103.12, 13.0)))
    small.tell(MapArguments(chosen="A", view=(22.12, 103.12, 13.0)))
    assert centre(small)[:2] != [22.12, 103.12], "another village that lies out of sight is followed"
    followed = centre(small)
    small.page.reload()
    small.page.wait_for_function("window.told.some((m) => m.type === 'streamlit:componentReady')")
    small.inside = small.page.locator("iframe").element_handle().content_frame()
    small.tell(MapArguments(chosen="C"))
    assert centre(small)[2] == followed[2]
    assert centre(small)[:2] != followed[:2], "chosen on another page meanwhile"


def test_the_whole_province_stays_in_sight_whatever_village_lies_at_its_border(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    payload = map_payload(fake_plan(), language="vi", bilingual=False, cards=False)
    (south, west), (north, _) = payload["bounds"]
    payload["villages"][0]["at"] = [(south + north) / 2, west + 0.001]
    frame = Frame(visit, parent, kept, payload)
    frame.page.evaluate("() => { document.querySelector('iframe').style.width = '330px'; }")
    frame.tell(MapArguments(chosen=payload["villages"][0]["id"]))
    left = frame.at(*payload["villages"][0]["at"])[0]
    assert 0 < left < 0.08 * 330, "at the very border of the map"
    frame.tell(MapArguments(chosen=payload["villages"][2]["id"]))
    frame.tell(MapArguments(chosen=payload["villages"][0]["id"]))
    assert frame.at(*payload["villages"][0]["at"])[0] == left
    assert "view" not in frame.page.url, "nothing was touched"


def test_what_a_reader_has_not_touched_is_not_held_when_the_plan_changes(small: Frame, kept: Payloads) -> None:
    small.tell(MapArguments())
    other = map_payload(fake_plan(), language="en", bilingual=False, cards=False)
    small.address = payload_address(kept.digest(("other",), lambda: other))
    small.tell(MapArguments())
    small.inside.wait_for_function("() => document.documentElement.lang === 'en'")
    small.page.wait_for_timeout(600)
    assert "?" not in small.page.url
    small.page.evaluate("() => { document.querySelector('iframe').style.width = '500px'; }")
    small.page.wait_for_timeout(600)
    assert small.inside.evaluate("() => window.map_plan.getBounds().contains(window.map_plan.options.maxBounds.pad(-0.25))")
    assert "?" not in small.page.url


def test_the_colours_of_the_villages_stand_in_the_address_and_come_back(small: Frame) -> None:
    small.tell(MapArguments())
    small.inside.evaluate("() => document.querySelectorAll('.gp-legend, .gp-legend details').forEach((box) => { box.open = true; })")
    small.inside.locator("label", has_text="Nguồn kinh phí").locator("input[name=gp-status]").check()
    small.page.wait_for_timeout(600)
    assert "colour=payer" in small.page.url
    assert "view=" not in small.page.url, "the whole province is that of each window"
    small.page.goto(small.page.url)
    small.page.evaluate("() => window.sessionStorage.clear()")
    small.page.wait_for_function("window.told.some((m) => m.type === 'streamlit:componentReady')")
    small.inside = small.page.locator("iframe").element_handle().content_frame()
    small.tell(MapArguments())
    assert small.inside.locator("input[name=gp-status]:checked").locator("xpath=..").text_content() == "Nguồn kinh phí"
    drawn = small.inside.evaluate("() => document.querySelector('path.gp-village-mark').getAttribute('fill')")
    assert drawn in {mark["fill"] for mark in PAYER_MARKS.values()}


def test_rings_of_doubt_do_not_drown_a_crowd_and_long_ranks_fit_their_discs(visit: Visit, parent: str, kept: Payloads) -> None:  # noqa: F811
    payload = many(400)
    for village in payload["villages"]:
        village |= {"disagree": True, "rank": village["rank"] + 1000}
    frame = Frame(visit, parent, kept, payload | {"firstK": 20, "maxZoom": 17})
    frame.tell(MapArguments())
    rings = """() => { const found = []; window.map_plan.eachLayer((l) => { if (l.options.dashArray === '4 3') found.push(l.options.opacity); }); return found; }"""
    seen = frame.inside.evaluate(rings)
    assert len(seen) == 400
    assert sum(seen) == frame.inside.locator(".gp-rank").count() > 3, "around those with a number alone"
    frame.inside.evaluate("() => window.map_plan.setZoom(window.map_plan.getZoom() + 2, {animate: false})")
    assert sum(frame.inside.evaluate(rings)) == 400
    wide = frame.inside.evaluate(
        """() => { const out = []; window.map_plan.eachLayer((l) => { if (l.options.className === 'gp-village-mark') out.push(l.options.radius); });
        const span = document.querySelector('.gp-rank span'); return [2 * Math.max(...out), span.offsetWidth]; }"""
    )
    assert wide[1] < wide[0], "a number lies within its disc, in the widest font too"
