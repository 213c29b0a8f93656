"""The map of the app in a real browser: what a reader does on it stays in the browser, and what is chosen costs little."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from geo_planner.plan import Plan
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit, browser, server, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")

FRAME = "iframe[title*='plan_map']"
PICK_BYTES = 60_000


class Wire:
    """What comes over the websocket, and what is asked for beside it."""

    def __init__(self, page: Any) -> None:
        self.received, self.asked = 0, []  # type: ignore[var-annotated]
        page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        page.on("request", lambda request: self.asked.append(request.url))

    def _count(self, payload: Any) -> None:
        self.received += len(payload if isinstance(payload, bytes) else payload.encode())


def opened(visit: Visit, address: str, plan: Plan, state: Any = "visible") -> Any:  # noqa: F811
    visit.page.goto(address)
    visit.page.frame_locator(FRAME).locator("path.gp-village-mark").nth(len(plan.villages) - 1).wait_for(state=state, timeout=FIRST_DRAW_MS)
    frame = visit.page.locator(FRAME).element_handle().content_frame()
    visit.page.locator(".gp-card h2").first.wait_for(timeout=30_000)
    visit.page.wait_for_timeout(1500)
    return frame


def in_address(visit: Visit) -> dict[str, str]:  # noqa: F811
    return {key: values[-1] for key, values in parse_qs(urlparse(visit.page.url).query).items()}


def pick(frame: Any, position: int) -> None:
    frame.evaluate(
        "(n) => { const all = document.querySelectorAll('path.gp-village-mark'); all[all.length - n].dispatchEvent(new MouseEvent('click', {bubbles: true})); }",
        position,
    )


def test_a_village_is_picked_for_little_and_the_map_stays(server: str, visit: Visit, plan: Plan) -> None:  # noqa: F811
    wire = Wire(visit.page)
    frame = opened(visit, server, plan)
    frame.evaluate("() => { window.still = 1; }")
    before, asked = wire.received, len(wire.asked)
    pick(frame, 10)
    visit.page.locator(".gp-card h2", has_text=plan.villages.iloc[9]["name"]).wait_for(timeout=15_000)
    visit.page.wait_for_timeout(800)
    assert 0 < wire.received - before <= PICK_BYTES
    assert [url for url in wire.asked[asked:] if "/plan/" in url or "/map/" in url] == []
    assert frame.evaluate("() => window.still") == 1
    assert in_address(visit)["village"] == str(plan.villages.index[9])
    assert visit.errors == []


def test_pan_zoom_background_and_opacity_make_no_rerun_and_stand_in_the_address(server: str, visit: Visit, plan: Plan) -> None:  # noqa: F811
    wire = Wire(visit.page)
    frame = opened(visit, server, plan)
    before = wire.received
    frame.evaluate("() => { document.querySelector('.gp-layers').open = true; document.querySelector('.gp-opacity').open = true; }")
    frame.locator("input[name=gp-theme]").nth(2).check()
    frame.locator(".gp-slide input").first.fill("60")
    frame.evaluate("() => { window.map_plan.setView([22.31, 103.12], 10.5, {animate: false}); }")
    frame.locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(1500)
    assert wire.received == before, "nothing of it is the server's affair"
    told = in_address(visit)
    assert told["theme"] == "theme_rsrp"
    assert told["layers"] == "surface:0.6"
    assert told["view"].startswith("22.31000,103.12000,11")
    visit.page.reload()
    frame = opened(visit, visit.page.url, plan, "attached")
    assert frame.evaluate("() => window.map_plan.getZoom()") == pytest.approx(11.0, abs=0.05)
    assert frame.evaluate("() => window.map_plan.getCenter().lng") == pytest.approx(103.12, abs=0.01), "the first village lies elsewhere"
    assert frame.locator("input[name=gp-theme]").nth(2).is_checked()
    assert visit.errors == []


def test_the_map_is_as_it_was_after_another_page(server: str, visit: Visit, plan: Plan) -> None:  # noqa: F811
    frame = opened(visit, server, plan)
    frame.evaluate(
        "() => { document.querySelector('.gp-layers').open = true; window.map_plan.setView([22.31, 103.12], 10.5, {animate: false}); window.map_plan.fire('dragstart'); }"
    )
    frame.locator("input[name=gp-theme]").nth(1).check()
    visit.page.wait_for_timeout(700)
    visit.page.get_by_role("link", name="Câu hỏi").click()
    visit.page.wait_for_timeout(2500)
    visit.page.get_by_role("link", name="Bản đồ").click()
    visit.page.frame_locator(FRAME).locator("path.gp-village-mark").first.wait_for(state="attached", timeout=30_000)
    frame = visit.page.locator(FRAME).element_handle().content_frame()
    visit.page.wait_for_timeout(800)
    assert frame.locator("input[name=gp-theme]").nth(1).is_checked()
    assert frame.evaluate("() => window.map_plan.getZoom()") == pytest.approx(10.5, abs=0.05)


def test_marks_are_no_stops_of_the_tabulator_and_the_map_fits_the_window(server: str, visit: Visit, plan: Plan) -> None:  # noqa: F811
    frame = opened(visit, server, plan)
    stops = frame.evaluate(
        """() => [...document.querySelectorAll('*')].filter((e) => e.tabIndex >= 0 && e.getClientRects().length && !e.closest('details:not([open]) > :not(summary)')).length"""
    )
    assert stops <= 12
    bottom = visit.page.locator(FRAME).bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= 768
    # what stands above may come late, or need one line more
    visit.page.evaluate(
        """() => { const late = document.createElement("div"); late.style.height = "60px"; document.querySelector("[data-testid=stMainBlockContainer]").prepend(late); }"""
    )
    visit.page.wait_for_timeout(800)
    lower = visit.page.locator(FRAME).bounding_box()
    assert lower is not None
    assert lower["y"] >= bottom["y"] + 59
    assert lower["y"] + lower["height"] <= 768
    visit.page.set_viewport_size({"width": 1366, "height": 980})
    visit.page.wait_for_timeout(800)
    taller = visit.page.locator(FRAME).bounding_box()
    assert taller is not None
    assert taller["height"] > bottom["height"] + 150


def test_no_nearer_than_the_figures_are_fine(server: str, visit: Visit, plan: Plan) -> None:  # noqa: F811
    frame = opened(visit, server, plan)
    wide = frame.evaluate("() => 156543.03392 * Math.cos(22.3 * Math.PI / 180) / 2 ** window.map_plan.getMaxZoom()")
    assert 8 <= plan.terrain.cell_m / wide <= 20, "pixels that a cell of the terrain is wide at most"
