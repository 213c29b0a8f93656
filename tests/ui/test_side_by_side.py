"""Six visits at the same time in a real browser: each keeps its own village, language and weights, and the server's memory stays flat.

A few rounds in the usual tests; ``GEO_PLANNER_LONG`` names the seconds of a long form.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from geo_planner.plan import Plan
from tests.ui.pickers import pick
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, browser, server  # noqa: F401 - fixtures

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
VISITS, ROUNDS = 6, 3
_LATE_MS = 60_000
LONG_S = float(os.environ.get("GEO_PLANNER_LONG", "0"))


def told(page: sync_api.Page) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(urlparse(page.url).query).items()}


def server_bytes(address: str) -> int:
    """Resident memory of the process that listens there; 0 where that cannot be read."""
    if sys.platform != "linux":
        return 0
    port = f":{urlparse(address).port:04X}"
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(port) and line.split()[3] == "0A"
    }
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in {f"socket:[{inode}]" for inode in inodes} for link in (folder / "fd").iterdir()):
                return int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return 0


def test_visits_at_the_same_time_keep_apart(server: str, browser: sync_api.Browser, plan: Plan) -> None:  # noqa: F811
    ranks = {str(village): int(rank) for village, rank in plan.villages["rank"].items()}
    ids = list(ranks)
    languages = ["vi", "en"] * (VISITS // 2)
    contexts = [browser.new_context(viewport={"width": 1100, "height": 700}) for _ in range(VISITS)]
    pages = [context.new_page() for context in contexts]
    errors: list[str] = []
    for page in pages:
        page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        for page, language in zip(pages, languages, strict=True):
            page.goto(f"{server}/link?lang={language}")
        for page in pages:
            page.get_by_role("combobox").nth(1).wait_for(timeout=FIRST_DRAW_MS)
        before, end, rounds = server_bytes(server), time.monotonic() + LONG_S, 0
        while rounds < ROUNDS or time.monotonic() < end:
            wanted = [ids[(3 * n + rounds + 1) % len(ids)] for n in range(VISITS)]
            for page, village in zip(pages, wanted, strict=True):  # all are asked before any has answered
                pick(page, page.get_by_role("combobox").nth(1), f"{ranks[village]}. ", _LATE_MS)
            for page, language, village in zip(pages, languages, wanted, strict=True):
                page.wait_for_function("id => new URLSearchParams(location.search).get('village') === id", arg=village, timeout=_LATE_MS)
                page.wait_for_function(
                    "start => [...document.querySelectorAll('[role=combobox]')].some(box => box.value.startsWith(start))",
                    arg=f"{ranks[village]}. ", timeout=_LATE_MS,
                )  # fmt: skip
                assert told(page).get("lang", "vi") == language
                assert page.locator("[data-testid=stException]").count() == 0
            rounds += 1
        for page, village in zip(pages, wanted, strict=True):
            page.reload()
            page.get_by_role("combobox").nth(1).wait_for(timeout=_LATE_MS)
            assert told(page)["village"] == village
        assert errors == []
        assert server_bytes(server) <= 1.5 * before + 100e6
    finally:
        for context in contexts:
            context.close()
