"""A budget slid down, a village that must be covered, a search stopped, and the result kept as a scenario, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import small_area as sa
from tests.build.test_plan_holds import drawn_area
from tests.conftest import ROOT
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
_LATE_MS = 60_000
_APP = """\


def slowed():
    import time

    import geo_planner.build.rebuild as module

    if not hasattr(module, "at_once"):
        module.at_once = module.decide

        def searched(*given, **named):
            time.sleep(2.5)
            return module.at_once(*given, **named)

        module.decide = searched


if get_script_run_ctx(suppress_warning=True) is not None:
    slowed()
"""
"""Behind the app's imports: a search that takes as long as that of a larger province."""


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = drawn_area(tmp_path_factory.mktemp("journey") / "area", 7)
    path = root / sa.SCENARIO
    document = yaml.safe_load(path.read_text("utf-8"))
    years = [{"year": year, "budget_vnd": 3_000_000_000} for year in (2027, 2028)]
    document["build"] = {**document["build"], "years": years, "must_not": [], "budget_vnd": None}
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return root


@pytest.fixture(scope="module")
def address(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with this study area on a free port; only this process is ended."""
    folder = tmp_path_factory.mktemp("server")
    script = folder / "app.py"
    imports, rest = (ROOT / "app.py").read_text("utf-8").split("\nif ", 1)
    script.write_text(f"{imports}{_APP}\nif {rest}", "utf-8")
    with app_over(area, folder, script) as address:
        yield address


def test_from_a_smaller_budget_to_a_scenario_of_its_own(address: str, visit: Visit, area: Path, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/build")
    marks = page.frame_locator("iframe[title*='plan_map']").locator(".gp-build-mark")
    marks.first.wait_for(timeout=FIRST_DRAW_MS)
    of_scenario = marks.count()
    page.screenshot(path=tmp_path / "1_scenario.png")

    # typed first, and stopped while it is sought: what stood there stays
    box = page.get_by_label("Nhập số (tỷ đồng)")
    box.fill("2")
    box.press("Enter")
    page.get_by_role("button", name="Dừng").click(timeout=_LATE_MS)
    again = page.get_by_role("button", name="Tính lại")
    again.wait_for(timeout=_LATE_MS)
    assert page.get_by_text("vẫn là phương án trước đó").is_visible()
    assert marks.count() == of_scenario
    page.screenshot(path=tmp_path / "2_stopped.png")

    again.click()
    page.get_by_text("chọn vị trí và tuyến").wait_for(timeout=_LATE_MS)
    page.get_by_text("So với kịch bản").wait_for(timeout=_LATE_MS)
    for _ in range(200):
        if 0 < marks.count() < of_scenario:
            break
        page.wait_for_timeout(100)
    assert 0 < marks.count() < of_scenario
    assert "budget=2000000000" in page.url
    page.screenshot(path=tmp_path / "3_smaller.png")

    # slid by a step with the keyboard: sought anew
    page.wait_for_function("() => document.querySelectorAll('input[type=range]').length === 1", timeout=_LATE_MS)
    thumb = page.get_by_role("slider")
    thumb.focus()
    thumb.press("ArrowLeft")
    page.get_by_text("→ 1,8 tỷ đồng. So với kịch bản").wait_for(timeout=_LATE_MS)
    assert "budget=1800000000" in page.url

    title = page.get_by_label("Tên kịch bản mới")
    title.fill("Phương án nhỏ")
    title.press("Enter")
    page.get_by_role("button", name="Lưu thành kịch bản").click()
    page.wait_for_function("() => location.search.includes('scenario=phuong_an_nho')", timeout=_LATE_MS)
    # opened: nothing is tried any more, and the budget that was tried is its own
    page.get_by_text("Đang thử, chưa lưu").wait_for(state="detached", timeout=FIRST_DRAW_MS)
    page.wait_for_function(
        "() => document.querySelector('input[type=range]')?.getAttribute('aria-valuetext') === '1,8 tỷ đồng'", timeout=_LATE_MS
    )
    marks.first.wait_for(timeout=FIRST_DRAW_MS)
    page.screenshot(path=tmp_path / "4_saved.png")
    saved = yaml.safe_load((area / "scenarios" / "phuong_an_nho.yaml").read_text("utf-8"))["build"]
    assert saved["budget_vnd"] == 1_800_000_000
    assert sum(year["budget_vnd"] for year in saved["years"]) == saved["budget_vnd"]
    assert visit.wanted == []
    assert visit.errors == []


def test_a_village_that_must_be_covered_comes_into_the_plan(address: str, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/build?budget=1000000000&scenario={Path(sa.SCENARIO).stem}")
    page.get_by_text("So với kịch bản").wait_for(timeout=FIRST_DRAW_MS)
    page.get_by_role("tab", name="Yêu cầu").click()
    must = page.get_by_label("Phải có (bản phải được phủ, vị trí phải đặt trạm)")
    must.fill("Bản 1")
    page.get_by_role("option").first.click()
    page.wait_for_function("() => location.search.includes('must=V1')", timeout=_LATE_MS)
    page.get_by_text("Phải có: Bản 1").wait_for(timeout=_LATE_MS)
    page.get_by_text("So với kịch bản").wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "must.png")
    assert visit.errors == []
