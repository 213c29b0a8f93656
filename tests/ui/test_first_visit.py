"""The first visit in a real browser: small, something to see at once, every page by its address, the widgets in the language of the page."""

from __future__ import annotations

import re

import pytest

from geo_planner.ui.entry import PAGES
from geo_planner.words import said
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, browser, server  # noqa: F401 - fixtures

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
MOST_BYTES = 2_500_000
ENGLISH = re.compile(r"Browse files|Drag and drop|per file|Upload$|Download as|Fullscreen|Show/hide|Sort (asc|desc)|Autosize|Pin column|Hide column|Skip to|Page not found|Search$")  # fmt: skip
SEEN = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.nodeType === 3) { if (!node.parentElement.closest("script, style, noscript")) { found.push(node.nodeValue.trim()); } }
    else { for (const name of ["aria-label", "title", "placeholder"]) { found.push(node.getAttribute(name) || ""); } }
  }
  return found.filter(Boolean); }"""


def test_the_first_visit_is_small_and_every_page_opens_by_its_address(server: str, browser: sync_api.Browser) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en")
    page = context.new_page()
    wire, refused, first = [0], [], []
    asked: set[str] = set()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda event: wire.__setitem__(0, wire[0] + event["encodedDataLength"]))
    devtools.on(
        "Network.webSocketFrameReceived", lambda event: wire.__setitem__(0, wire[0] + len(event["response"]["payloadData"]) * 3 // 4)
    )
    page.on("request", lambda request: asked.add(request.url.partition("?")[0]))
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    try:
        page.goto(server, wait_until="commit")
        page.locator("#gp-opening").wait_for(timeout=20_000)
        first.append(page.locator("#gp-opening").inner_text())
        page.locator("[data-testid=stIFrame], iframe, .gp-card").first.wait_for(timeout=FIRST_DRAW_MS)
        page.locator(".gp-card h2").wait_for(timeout=FIRST_DRAW_MS)
        page.wait_for_load_state("networkidle")
        assert said("ui.opening").text("vi") in first[0]
        assert 100_000 < wire[0] <= MOST_BYTES
        for name in PAGES:
            page.goto(f"{server}/{name}")
            page.locator("[data-testid=stSidebar]").wait_for(timeout=60_000)
            page.wait_for_function("title => document.querySelector('[data-testid=stSidebarNavLink][aria-current=page]')?.innerText.includes(title)", arg=said(f"ui.page_{name}").text("vi"), timeout=60_000)  # fmt: skip
        assert refused == []
        assert [address for address in asked if not address.startswith((server, "data:", "blob:"))] == []
    finally:
        context.close()


def test_the_widgets_speak_the_language_of_the_page(server: str, browser: sync_api.Browser) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en")
    page = context.new_page()

    def english() -> list[str]:
        return [text for text in page.evaluate(SEEN) if ENGLISH.search(text)]

    try:
        page.goto(f"{server}/data")
        page.get_by_text(said("ui.data_bring").text("vi"), exact=True).click(timeout=FIRST_DRAW_MS)
        page.locator("[data-testid=stFileUploader] button").first.wait_for(timeout=60_000)
        page.wait_for_timeout(500)
        assert english() == []
        page.goto(f"{server}/ranking")
        table = page.locator("[data-testid=stDataFrame]").first
        table.wait_for(timeout=60_000)
        table.hover()
        page.locator("[data-testid=stElementToolbarButton]").first.click()
        page.wait_for_timeout(500)
        assert english() == []
        page.goto(f"{server}/khong_co")
        page.get_by_role("dialog").wait_for(timeout=60_000)
        assert said("widget_words.page_not_found").text("vi") in page.get_by_role("dialog").inner_text()
        page.goto(f"{server}/data?lang=en")
        page.get_by_text(said("ui.data_bring").text("en"), exact=True).click(timeout=60_000)
        page.locator("[data-testid=stFileUploader] button").first.wait_for(timeout=60_000)
        page.wait_for_timeout(500)
        assert english() != []
    finally:
        context.close()
