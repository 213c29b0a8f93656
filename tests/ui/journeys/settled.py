"""A page at rest: nothing runs, and what was to be drawn is drawn."""

from __future__ import annotations

from typing import Any

from tests.ui.journeys.test_still import LATE_MS

_REST_MS = 900


def settled(page: Any) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'", timeout=LATE_MS
    )
    page.locator(".stSpinner").first.wait_for(state="detached", timeout=LATE_MS)
    page.wait_for_timeout(_REST_MS)


def unfold(page: Any) -> None:
    """Open all that is folded away, once the page is at rest."""
    settled(page)
    for summary in page.locator(".stExpander summary:visible").all():
        summary.click()
        page.wait_for_timeout(200)
    settled(page)
