"""One browser for all journeys, and one study area and server for those that write nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.small_area import SCENARIO, VILLAGES, make_area, read_rows, village_rows, write_rows
from tests.ui.app_process import app_over
from tests.ui.fakes import HOSTILE_NAMES
from tests.ui.test_browser import CHROMIUM, FLAGS, Visit

QUICK = ("test_still.py",)
"""Journeys over areas that nobody writes to; the others take half a minute each and belong to ``make test-long``."""
MANY, HOSTILE = "nhieu_ban", "ten_la"
N_MANY = 250


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long journeys run where they are asked for."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name not in QUICK and not os.environ.get("GEO_PLANNER_LONG"):
            item.add_marker(pytest.mark.skip(reason="a long journey: make test-long"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Of the whole folder: closed when it is left, for others open one of their own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: see scripts/install_browser.sh")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Visit]:
    """A visit of its own; how its page looked in the end is kept beside the other pictures."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
    visit = Visit(context.new_page())
    yield visit
    if not visit.page.is_closed():
        visit.page.screenshot(path=tmp_path / "last.png")
    context.close()


@pytest.fixture(scope="package")
def still_area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenarios that run in a moment: four villages, two hundred and fifty, and four whose names would break out of a page."""
    root = make_area(tmp_path_factory.mktemp("still") / "area")
    rows = village_rows()
    many = [
        {
            **rows[n % 4], "village_id": f"M{n:03d}", "name": f"Bản Nậm {n}", "households": str(5 + n % 140), "population": str(25 + 5 * (n % 140)),
            "lon": f"{103.001 + 0.018 * (n % 4 // 2) * 1.1 + 0.0006 * (n // 4 % 25):.5f}", "lat": f"{22.002 + 0.0009 * (n % 29):.5f}",
            "extremely_difficult": "yes" if n % 3 else "no",
        }
        for n in range(N_MANY)
    ]  # fmt: skip
    write_rows(root / "villages/many.csv", many)
    hostile = [{**row, "name": name.replace("\u2028", " ")} for row, name in zip(rows, HOSTILE_NAMES, strict=True)]
    write_rows(root / "villages/hostile.csv", hostile)
    text = (root / SCENARIO).read_text("utf-8")
    for stem, file, title in ((MANY, "villages/many.csv", "Nhiều bản"), (HOSTILE, "villages/hostile.csv", "<b>Tên lạ</b> {{ 7*7 }}")):
        changed = text.replace(VILLAGES, file).replace('"Thử"', f'"{title}"').replace("name: thu", f"name: {stem}")
        (root / SCENARIO).with_name(f"{stem}.yaml").write_text(changed, "utf-8")
    assert len(read_rows(root / "villages/many.csv")) == N_MANY
    return root


@pytest.fixture(scope="package")
def still(still_area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app over that area, which nobody changes."""
    with app_over(still_area, tmp_path_factory.mktemp("still_app")) as address:
        yield address
