"""In a real browser: a scenario duplicated, changed and compared with its origin on maps that move together; deleted and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_planner.config import load_scenario
from geo_planner.study_area import scenario_paths
from tests.small_area import SCENARIO, make_area
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
TITLE = "Ngưỡng −60 dBm <b>đậm</b>"


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_area(tmp_path_factory.mktemp("journey") / "area")


@pytest.fixture(scope="module")
def address(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a study area of one's own; only this process is ended."""
    with app_over(area, tmp_path_factory.mktemp("app")) as address:
        yield address


def test_duplicate_change_and_compare(address: str, area: Path, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/scenarios")
    page.get_by_role("tab", name="Nhân bản").click(timeout=FIRST_DRAW_MS)
    page.get_by_label("Tiêu đề của kịch bản mới").fill(TITLE)
    page.get_by_role("button", name="Nhân bản").click()
    page.get_by_text(f"Đã tạo kịch bản “{TITLE}”.").wait_for()
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_label("Ngưỡng RSRP để có dịch vụ (dBm)").fill("-60")
    page.get_by_role("button", name="Lưu vào kịch bản này").click()
    page.get_by_text("Đã lưu kịch bản").wait_for()
    _, new = scenario_paths(area)
    assert load_scenario(new).service.rsrp_threshold_dbm == -60

    page.get_by_role("tab", name="So sánh").click()
    page.get_by_role("button", name="So sánh", exact=True).click()
    page.get_by_text("Tải bảng so sánh").wait_for(timeout=FIRST_DRAW_MS)
    page.get_by_role("tab", name="Bản có khác biệt (4/4)").wait_for()
    page.get_by_role("tab", name="Bản có khác biệt (4/4)").scroll_into_view_if_needed()
    cells = page.locator("canvas [role=gridcell]")  # what a screen reader finds in the table
    cells.filter(has_text="Trắng sóng").nth(3).wait_for(state="attached", timeout=30_000)
    assert cells.filter(has_text="Bản 1").count() == 1
    maps = [frame for frame in page.frames if "/static/map/" in frame.url]
    assert len(maps) == 2
    for frame in maps:
        frame.locator("path.gp-village-mark").nth(3).wait_for(timeout=30_000)
    views = "() => [map_plan.getCenter().lat.toFixed(5), map_plan.getCenter().lng.toFixed(5), map_plan.getZoom().toFixed(1)].join()"
    for leader, follower in (maps, maps[::-1]):
        before = follower.evaluate(views)
        leader.evaluate(
            "() => map_plan.setView([22.02, 103.01 + 0.001 * map_plan.getZoom()], map_plan.getZoom() + 0.5, { animate: false })"
        )
        assert follower.evaluate(views) == leader.evaluate(views) != before
    page.screenshot(path=tmp_path / "compared.png", full_page=True)
    assert page.locator("b", has_text="đậm").count() == 0
    assert visit.errors == []
    assert visit.wanted == []


def test_delete_and_restore(address: str, area: Path, visit: Visit, tmp_path: Path) -> None:
    own = area / SCENARIO
    (own.parent / "z_khac.yaml").write_text(
        own.read_text("utf-8").replace("Thử", "Khác"), encoding="utf-8"
    )  # the only one could not be deleted
    page, before = visit.page, scenario_paths(area)
    page.goto(f"{address}/scenarios")
    page.get_by_role("tab", name="Xoá, khôi phục").click(timeout=FIRST_DRAW_MS)
    page.get_by_role("button", name="Xoá “Thử”").click()
    page.get_by_text("Đã xoá kịch bản “Thử”").wait_for(timeout=60_000)
    assert len(scenario_paths(area)) == len(before) - 1
    page.get_by_role("button", name="Khôi phục", exact=True).click()
    page.get_by_text("Đã khôi phục kịch bản “Thử”").wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "restored.png")
    assert {path.name for path in scenario_paths(area)} == {path.name for path in before}
    assert visit.errors == []
