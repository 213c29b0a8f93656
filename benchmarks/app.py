"""The app in a real browser, with its plan kept from before: start, first visit, and what a planner does at the map.

Run it as a script: ``python -m benchmarks.app``. The first start computes the plan and keeps it, which is not timed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.propagation import Row, row, skipped
from geo_planner.ui.texts import text

PART = "app"
ROOT = Path(__file__).resolve().parent.parent
FRAME = "iframe[title*='plan_map']"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
TIMES = 4
_FIRST_MS, _WAIT_MS, _QUIET_S = 900_000, 120_000, 0.4
# the moment at which the script of the page ended, told by the page itself
_RUNS = """() => { const app = document.querySelector("[data-testid=stApp]"); window.ended = 0;
  new MutationObserver(() => { window.ended = app.dataset.testScriptState === "notRunning" ? performance.now() : 0; }).observe(app, { attributeFilter: ["data-test-script-state"] }); }"""
_POINT = """(east) => { const c = map_plan.getCenter(); map_plan.fire("click", { latlng: L.latLng(c.lat + 0.011, c.lng + east) }); }"""
# a background chosen in the frame of the map: until its pictures are decoded and a frame is painted
_BACKGROUND = """async (n) => { const began = performance.now();
  document.querySelectorAll("input[name=gp-theme]")[n].click();
  const pictures = ["gp-theme", "gp-hatch", "gp-relief"].flatMap((name) => [...map_plan.getPane(name).querySelectorAll("img")]);
  await Promise.all(pictures.map((picture) => picture.decode()));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began; }"""
_TICK = """async (n) => { const began = performance.now();
  document.querySelectorAll(".gp-layers input[type=checkbox]")[n].click();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began; }"""
# when the page first showed anything, in ms as the clock has it; and whether the pictures of the map are there
_SEEN = "performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime"
_PICTURES = "[...document.querySelectorAll('img.leaflet-image-layer')].every((picture) => picture.complete && picture.naturalWidth)"
_PAN = """() => { const t = performance.now(); for (let i = 0; i < 20; i += 1) { map_plan.panBy([i % 2 ? 40 : -40, 0], { animate: false }); } return (performance.now() - t) / 20; }"""


def browser_path() -> str | None:
    """Chromium on this machine, with what drives it; None without."""
    if importlib.util.find_spec("playwright") is None:
        return None
    return next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used, as the system tells them; NaN where it does not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def with_villages(payload: dict[str, Any], n: int) -> dict[str, Any]:
    """The map of a plan with so many villages, spread over the province's box."""
    (south, west), (north, east) = payload["bounds"]
    villages = [
        payload["villages"][position % len(payload["villages"])]
        | {
            "id": f"V{position}", "rank": position + 1, "name": f"Bản {position}",
            "at": [south + (north - south) * ((position * 0.6180339887) % 1), west + (east - west) * ((position * 0.7548776662) % 1)],
        }
        for position in range(n)
    ]  # fmt: skip
    return payload | {"villages": villages}


class Page:
    """One visit: what came over the wire, and how long the answers to its actions took."""

    def __init__(self, browser: Any, pid: int) -> None:
        self.context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
        self.page, self.pid, self.bytes = self.context.new_page(), pid, 0
        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: self._came(event["encodedDataLength"]))
        wire.on("Network.webSocketFrameReceived", lambda event: self._came(len(event["response"]["payloadData"]) * 3 // 4))

    def _came(self, n: float) -> None:
        self.bytes += int(n)

    def drawn(self, address: str, timeout_ms: float = _WAIT_MS) -> None:
        """Open the map and wait until its villages stand."""
        self.page.goto(address, wait_until="commit", timeout=timeout_ms)
        self.page.frame_locator(FRAME).locator("path.gp-village-mark").first.wait_for(timeout=timeout_ms)

    def quiet(self) -> None:
        """Wait until nothing runs and nothing comes."""
        while True:
            before = self.bytes
            self.page.wait_for_timeout(1000 * _QUIET_S)
            busy = self.page.locator("[data-testid=stApp][data-test-script-state=running]").count()
            if before == self.bytes and not busy:
                return

    def answer(self, act: Callable[[], object]) -> tuple[float, float, int]:
        """Milliseconds until the script that an action started has ended, those of the server's processor, and bytes."""
        self.quiet()
        self.page.evaluate(_RUNS)
        bytes_before, busy = self.bytes, processor_s(self.pid)
        began = self.page.evaluate("performance.now()")
        act()
        self.page.wait_for_function("window.ended > 0", timeout=_WAIT_MS)
        self.quiet()
        return self.page.evaluate("window.ended") - began, 1000 * (processor_s(self.pid) - busy), self.bytes - bytes_before

    def in_the_frame(self, script: str, position: int) -> tuple[float, float, int]:
        """The same of something that the map's frame does by itself; a run of the script would be an error."""
        self.quiet()
        self.page.evaluate(_RUNS)
        bytes_before, busy = self.bytes, processor_s(self.pid)
        wall = self.map_frame().evaluate(script, position)
        self.quiet()
        if self.page.evaluate("window.ended") > 0:
            raise RuntimeError("the script ran for something that the map does by itself")
        return wall, 1000 * (processor_s(self.pid) - busy), self.bytes - bytes_before

    def map_frame(self) -> Any:
        return self.page.locator(FRAME).element_handle().content_frame()

    def click_mark(self, position: int) -> None:
        self.page.frame_locator(FRAME).locator("path.gp-village-mark").nth(position).dispatch_event("click")

    def mast_on_trial(self, east_deg: float) -> tuple[float, float, int]:
        """Click on the map beside every mark, and put a mast there."""
        frame = self.map_frame()
        self.answer(lambda: frame.evaluate(_POINT, east_deg))
        return self.answer(self.page.get_by_role("button", name=text("trial_here", "vi"), exact=True).click)


@contextmanager
def served(cache: Path) -> Iterator[tuple[str, int, float]]:
    """The app as ``geo-planner app`` serves it: its address, its process, and when it was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "GEO_PLANNER_STUDY_AREA"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "geo_planner.cli", "app", "--port", str(port), "--no-browser"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment | {"GEO_PLANNER_CACHE": str(cache)},
    )  # fmt: skip
    try:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", process.pid, began
    finally:
        process.terminate()
        process.wait(20)


def answered(what: str, target_ms: float, answers: list[tuple[float, float, int]], most_bytes: int | None = None) -> Row:
    """Median and longest of the answers to one kind of action."""
    walls, busy, sent = zip(*answers, strict=True)
    median, most = statistics.median(walls), max(sent)
    met = median <= target_ms and (most_bytes is None or most <= most_bytes)
    target = f"<= {target_ms:g} ms" + ("" if most_bytes is None else f", {most_bytes / 1000:g} kB")
    note = f"{statistics.median(busy):.0f} ms of the server's processor; at most {most / 1000:.1f} kB; {len(answers)} times"
    return row(PART, f"{what}: median, longest ms", f"{median:.0f}, {max(walls):.0f}", target, met, note)


def start(browser: Any, cache: Path) -> list[Row]:
    """From the command to the drawn map, the plan kept from before, and what the first visit brings."""
    with served(cache) as (address, pid, began):
        began_at = time.time() - (time.perf_counter() - began)
        visit = Page(browser, pid)
        visit.drawn(address)
        wall, busy = time.perf_counter() - began, processor_s(pid)
        visit.map_frame().wait_for_function(_PICTURES, timeout=_WAIT_MS)
        whole, seen = time.perf_counter() - began, visit.page.evaluate(_SEEN) / 1000 - began_at
        visit.quiet()
        sent = visit.bytes
    return [
        row(PART, "command to something to see, warm, s", round(seen, 2), note="what is being opened, moving until the map is there"),
        row(PART, "command to drawn map, warm, s", round(wall, 2), "<= 6 s", wall <= 6, f"{busy:.1f} s of the server's processor"),
        row(PART, "command to the map with its relief, warm, s", round(whole, 2)),
        row(PART, "first visit over the wire, MB", round(sent / 1e6, 3), "<= 2.5 MB", sent <= 2_500_000),
    ]


def layers(visit: Page) -> Iterator[Row]:
    """Each background of the map for the first time and again, and each layer off and on; none of them is the script's affair."""
    frame = visit.map_frame()
    shown = frame.evaluate("[...document.querySelectorAll('input[name=gp-theme]')].findIndex((choice) => choice.checked)")
    others = [n for n in range(frame.locator("input[name=gp-theme]").count()) if n != shown]
    for when in ("for the first time", "again"):
        yield answered(f"another background, {when}", 300, [visit.in_the_frame(_BACKGROUND, n) for n in [*others, shown]])
    ticks = range(frame.locator(".gp-layers input[type=checkbox]").count())
    yield answered("a layer off and on", 300, [visit.in_the_frame(_TICK, n) for n in ticks for _ in range(2)])


def at_the_map(visit: Page, address: str) -> Iterator[Row]:
    """What is done at the map and beside it."""
    page = visit.page
    visit.drawn(address)
    clicks = [visit.answer(lambda n=n: visit.click_mark(n)) for n in range(TIMES + 1)][1:]
    yield answered("a village clicked", 300, clicks, 60_000)
    yield from layers(visit)
    pill = page.locator("[data-testid=stButtonGroup] button").first
    yield answered("a filter", 300, [visit.answer(pill.click) for _ in range(2 * TIMES)])
    yield answered("a mast on trial, everything", 2000, [visit.mast_on_trial(0.03 * n) for n in range(TIMES)])
    links = page.locator("[data-testid=stSidebarNavLink]")
    turns = [visit.answer(links.nth(n % 2).click) for n in range(1, 2 * TIMES + 1)]
    yield answered("another page, map and ranking in turn", 1000, turns)
    links.nth(1).click()
    slider = page.get_by_role("slider").first
    slider.wait_for(timeout=_WAIT_MS)
    yield answered("weights changed, ranked anew", 300, [visit.answer(lambda: slider.press("ArrowRight")) for _ in range(TIMES)])


def many_villages(visit: Page, address: str, n: int) -> Row:
    """A step of the map with so many villages on it."""

    def crowded(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(status=200, content_type="application/json", body=json.dumps(with_villages(answer.json(), n)))

    visit.page.route("**/app/static/plan/*.json", crowded)
    visit.page.goto(address)
    visit.page.frame_locator(FRAME).locator(".gp-rank").first.wait_for(timeout=_WAIT_MS)
    visit.quiet()
    spent = visit.map_frame().evaluate(_PAN)
    return row(PART, f"{n} villages: a step of the map, ms", round(spent, 1), "<= 100 ms", spent <= 100, "20 steps, in the browser")


def kept_since(cache: Path, since: float) -> bool:
    """Whether a plan was kept, or taken from what is kept, since then: one of another state of the program is of no use."""
    return any(not plan.name.startswith(".") and plan.stat().st_mtime >= since - 1.0 for plan in (cache / "plans").glob("*"))


def measured() -> Iterator[Row]:
    """Each figure as soon as it is there."""
    chromium = browser_path()
    if chromium is None:
        yield skipped(PART, "everything", "no Chromium, or playwright is not installed")
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        cache = Path(os.environ.get("GEO_PLANNER_CACHE") or folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            with served(cache) as (address, pid, _):
                first, since = Page(browser, pid), time.time()
                first.drawn(address, _FIRST_MS)
                while not kept_since(cache, since):
                    first.page.wait_for_timeout(500)  # it is kept some seconds after it is drawn
                first.context.close()
            yield from start(browser, cache)
            with served(cache) as (address, pid, _):
                yield many_villages(Page(browser, pid), address, 5000)
                yield from at_the_map(Page(browser, pid), address)
        finally:
            browser.close()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    yield row(PART, "load of the last minute at the end", round(load, 1), note=f"{os.cpu_count()} cores")


def main() -> list[Row]:
    return list(measured())


if __name__ == "__main__":
    for line in measured():
        print(f"{line['what']:60s} {line['value']!s:>16} {line['target']:>20} {line['met']:4s} {line['note']}", flush=True)
