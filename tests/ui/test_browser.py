"""The app and the exported map in a real browser, with every way out of this machine closed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest

from geo_planner.export.html_map import write_map
from geo_planner.plan import Plan
from geo_planner.words import said
from tests.ui.app_process import app_process
from tests.ui.fakes import HOSTILE_NAMES, fake_plan

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
FIRST_DRAW_MS = 180_000  # the first run also compiles the propagation kernels


class Visit:
    """A page that tells what it wanted from outside and what went wrong in it."""

    def __init__(self, page: sync_api.Page) -> None:
        self.page = page
        self.wanted: list[str] = []
        self.errors: list[str] = []
        page.route("**/*", self._gate)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _gate(self, route: sync_api.Route) -> None:
        address = urlparse(route.request.url)
        if address.scheme in {"file", "data", "blob"} or address.hostname in {"localhost", "127.0.0.1"}:
            route.continue_()
        else:
            self.wanted.append(route.request.url)
            route.abort()


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: sync_api.Browser) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
    yield Visit(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a free port; only this process is ended."""
    own = {name: value for name, value in os.environ.items() if name != "GEO_PLANNER_STUDY_AREA"}
    with app_process(tmp_path_factory.mktemp("server"), own) as address:
        yield address


def test_the_landing_page_shows_the_villages_and_opens_a_card_on_a_click(server: str, visit: Visit, plan: Plan) -> None:
    page = visit.page
    page.goto(server)
    chart = page.frame_locator("iframe[title*='plan_map']")
    villages = chart.locator("path.gp-village-mark")
    villages.nth(len(plan.villages) - 1).wait_for(timeout=FIRST_DRAW_MS)
    assert villages.count() == len(plan.villages)
    assert chart.locator("path.gp-commune").count() == len(plan.communes)
    assert chart.locator("path.leaflet-interactive").count() >= len(plan.villages) + len(plan.communes)
    assert chart.get_by_text("Chú giải").is_visible()
    assert page.get_by_text(said("sample_banner").text("vi")).is_visible()
    first = plan.villages.iloc[0]
    page.locator(".gp-card h2", has_text=first["name"]).wait_for()
    # The first ranks are drawn last, to lie on top; a village by itself, so that no other one lies over it.
    apart = plan.villages.iloc[9]
    villages.nth(len(plan.villages) - 10).click()
    page.locator(".gp-card h2", has_text=apart["name"]).wait_for(timeout=15_000)
    assert page.get_by_text(f"Ưu tiên 10/{len(plan.villages)}").is_visible()
    assert visit.wanted == []
    assert visit.errors == []


def test_the_exported_map_opens_from_disk(visit: Visit, plan: Plan, tmp_path: Path) -> None:
    write_map(plan, tmp_path / "map.html")
    page = visit.page
    page.goto((tmp_path / "map.html").as_uri())
    page.locator("path.gp-village-mark").nth(len(plan.villages) - 1).wait_for(timeout=20_000)
    assert page.locator("path.gp-commune").count() == len(plan.communes)
    page.locator("#gp-panel button", has_text=plan.villages.iloc[9]["name"]).click()
    assert page.locator("#gp-panel h2").inner_text() == plan.villages.iloc[9]["name"]
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".gp-legend-marks[open]").count() == 1
    assert page.locator("#gp-panel").is_visible()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert visit.wanted == []
    assert visit.errors == []


def test_the_exported_map_prints_on_one_sheet_with_names_and_day(visit: Visit, tmp_path: Path) -> None:
    write_map(fake_plan(), tmp_path / "map.html")
    page = visit.page
    page.goto((tmp_path / "map.html").as_uri())
    page.locator("path.gp-village-mark").nth(3).wait_for(timeout=20_000)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert set(page.locator(".gp-village-name").all_text_contents()) <= set(HOSTILE_NAMES)
    cut = """() => {
      const map = document.querySelector(".leaflet-container").getBoundingClientRect();
      return [...document.querySelectorAll(".gp-village-name")].map((name) => name.getBoundingClientRect())
        .filter((box) => box.left < map.left || box.right > map.right || box.top < map.top || box.bottom > map.bottom).length;
    }"""
    assert page.locator(".gp-village-name").count() >= 1
    assert page.evaluate(cut) == 0
    assert re.fullmatch(r"Ngày in: \d+/\d+/\d{4}", page.locator(".gp-printed").inner_text())
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".gp-printed, .gp-village-name, .gp-paper").count() == 0
    assert visit.errors == []


def test_hostile_names_are_shown_and_not_run(visit: Visit, tmp_path: Path) -> None:
    write_map(fake_plan(), tmp_path / "map.html")
    page = visit.page
    page.goto((tmp_path / "map.html").as_uri())
    page.locator("path.gp-village-mark").nth(3).wait_for(timeout=20_000)
    shown = page.locator("#gp-panel b").all_text_contents()
    assert shown == list(HOSTILE_NAMES)
    for position in range(4):
        page.locator("#gp-panel .gp-row").nth(position).click()
        assert page.locator("#gp-panel h2").text_content() == HOSTILE_NAMES[position]
        page.locator(".gp-back").click()
    page.locator(".gp-legend > summary").click()
    page.locator("path.gp-village-mark").first.hover()
    page.locator(".gp-commune").first.hover(position={"x": 20, "y": 20})
    page.locator(".gp-tip b", has_text=f"Xã {HOSTILE_NAMES[0]}").wait_for()
    assert page.evaluate("window.broken") is None
    assert page.locator("img[src='x']").count() == 0
    assert visit.wanted == []
    assert visit.errors == []
