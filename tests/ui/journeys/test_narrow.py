"""Pages on the screen of a telephone and of a small laptop: nothing is cut, nothing lies under the bar of the page; the legend keeps its places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.journeys.test_still import opened
from tests.ui.test_browser import FIRST_DRAW_MS, Visit

PAGES = ("", "ranking", "build", "scenarios", "data", "questions")
SIZES = ((390, 844), (1024, 768))
_WRONG = """() => {
  const found = [], shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const scrolls = (e) => { for (let up = e.parentElement; up && !up.matches('.stMain'); up = up.parentElement) { if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) { return true; } } return false; };
  document.querySelectorAll('.stMain *').forEach((e) => {
    const box = e.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1 && shown(e) && !scrolls(e)) { found.push('wide: ' + e.tagName + ' ' + Math.round(box.right)); }
  });
  document.querySelectorAll('.stMain .stButton button p, .stMain .stDownloadButton button p').forEach((e) => {
    if (shown(e) && (e.scrollWidth > e.clientWidth + 1 || e.parentElement.closest('button').scrollHeight > e.closest('button').clientHeight + 2)) { found.push('cut: ' + e.textContent); }
  });
  const bar = document.querySelector('[data-testid=stExpandSidebarButton]'), strip = document.querySelector('.gp-strip, .stMain h3');
  if (bar && strip && strip.getBoundingClientRect().top < bar.getBoundingClientRect().bottom) { found.push('under the bar: ' + strip.textContent.slice(0, 40)); }
  return found.slice(0, 8);
}"""


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}px")
def narrow(request: pytest.FixtureRequest, browser: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": request.param[0], "height": request.param[1]}, locale="vi")
    yield Visit(context.new_page())
    context.close()


def test_nothing_is_cut_on_a_small_screen(still: str, narrow: Visit, tmp_path: Path) -> None:
    wrong = {}
    for name in PAGES:
        narrow.page.goto(f"{still}/{name}")
        narrow.page.locator(".gp-card h2, .stMain h3, .stMain h2").first.wait_for(timeout=FIRST_DRAW_MS)
        narrow.page.wait_for_timeout(1200)
        narrow.page.screenshot(path=tmp_path / f"{name or 'map'}.png")
        wrong[name] = narrow.page.evaluate(_WRONG)
    assert wrong == {name: [] for name in PAGES}


def test_the_marks_stand_below_the_background_in_every_language(still: str, visit: Visit) -> None:
    for language in ("vi", "en"):
        frame = opened(visit, f"{still}/?lang={language}")
        tops = frame.locator(".gp-legend").evaluate(
            "(box) => [box.querySelector('.gp-legend-surface').getBoundingClientRect().bottom, box.querySelector('.gp-legend-marks').getBoundingClientRect().top]"
        )
        assert tops[1] >= tops[0], language
