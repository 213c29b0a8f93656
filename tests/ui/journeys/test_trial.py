"""From a village to the reason and its profile; from a place to a mast, its gain, the plan and back; typed positions and names. In a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlparse

import pytest
import yaml
from pyproj import CRS

from geo_planner.config import load_scenario
from geo_planner.link import to_metres
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from geo_planner.trial import why_not
from geo_planner.ui.mast_address import write_place
from geo_planner.words import said
from tests.build.valley import valley
from tests.small_area import SCENARIO, VILLAGES, read_rows, write_rows
from tests.ui.app_process import app_over
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit
from tests.ui.test_map_component import FRAME, PICK_BYTES, Wire, opened, pick

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")
_LATE_MS = 60_000
_SENTENCES = "[...document.querySelectorAll('.stMain li')].map((one) => one.innerText).join('|')"
"""What the page of profiles says of a path."""


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valley of four villages whose build plan is made in a moment."""
    folder = tmp_path_factory.mktemp("valley")
    valley(folder)
    path = folder / SCENARIO
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["propagation"] = {**document.get("propagation", {}), "model": "p1812", "max_radius_km": 9}
    document["service"] = {**document.get("service", {}), "rsrp_threshold_dbm": -88}
    document["build"] = {
        "years": [{"year": 2027, "budget_vnd": 9_000_000_000}], "count_payers": ["fund", "operator", "power_first", "undecided"],
        "search": {"draws": 0, "frontier_points": 0}, "candidates": {"most": 8, "spacing_m": 600, "max_slope_deg": 60},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    rows = read_rows(folder / VILLAGES)
    write_rows(folder / VILLAGES, [*rows[:-1], {**rows[-1], "name": "Tia Ma Mủ"}])
    return folder


@pytest.fixture(scope="module")
def here(area: Path) -> Plan:
    """What the app is to show, worked out without it."""
    scenario = load_scenario(area / SCENARIO, ["build=null"])
    return run(scenario, load_study_area(area, scenario))


@pytest.fixture(scope="module")
def address(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with this study area on a free port; only this process is ended."""
    with app_over(area, tmp_path_factory.mktemp("app")) as address:
        yield address


def on_map(page: Any, lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies on the screen."""
    frame = page.locator(FRAME).element_handle().content_frame()
    at = frame.evaluate("([lat, lon]) => { const p = map_plan.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [lat, lon])
    box = page.locator(FRAME).bounding_box()
    return box["x"] + at[0], box["y"] + at[1]


def button(page: Any, label: str) -> Any:
    return page.get_by_role("button", name=label, exact=True)


def test_a_village_of_the_map_its_ridge_and_its_profile(address: str, visit: Visit, here: Plan, tmp_path: Path) -> None:
    wire, page = Wire(visit.page), visit.page
    frame = opened(visit, address, here)
    position = next(n for n, v in enumerate(here.villages.index) if n and why_not(here, str(v)).paths[0].state in ("blocked", "grazed"))
    village = str(here.villages.index[position])
    why = why_not(here, village)
    before = wire.received
    pick(frame, position + 1)
    page.locator(".gp-why b", has_text=why.sentence.text("vi")).wait_for(timeout=_LATE_MS)
    page.wait_for_timeout(800)
    assert 0 < wire.received - before <= PICK_BYTES
    assert why.paths[0].ridge is not None
    assert frame.locator(".gp-drawn-mark b").inner_text() == f"{why.paths[0].ridge.ground_m:,.0f} m".replace(",", ".")
    assert frame.locator("path.gp-drawn").count() == 1
    page.screenshot(path=tmp_path / "why.png")
    page.get_by_role("link", name=f"Xem mặt cắt từ {why.paths[0].site_id}").click()
    page.get_by_text("Mặt cắt đường truyền từ trạm tới bản").wait_for(timeout=_LATE_MS)
    page.get_by_text("chắn", exact=False).first.wait_for(timeout=_LATE_MS)
    told = page.locator("[data-testid=stSelectbox] input").evaluate_all(
        "(all) => all.map((one) => one.value || one.getAttribute('aria-label') || '')"
    )
    told += page.locator("[data-testid=stSelectbox]").all_inner_texts()
    page.screenshot(path=tmp_path / "profile.png")
    assert any(str(here.villages.at[village, "name"]) in text for text in told)
    assert any(f"km · {why.paths[0].cell_id}" in text for text in told)
    page.get_by_role("link", name="Bản đồ").click()
    page.locator(".gp-card h2", has_text=here.villages.at[village, "name"]).wait_for(timeout=_LATE_MS)
    assert visit.errors == []


def test_a_name_without_marks_and_a_vn2000_position(address: str, visit: Visit, here: Plan, tmp_path: Path) -> None:
    page = visit.page
    opened(visit, address, here)
    box = page.get_by_label("Tìm bản, xã, trạm hoặc nhập tọa độ")
    assert page.evaluate(
        "([a, b]) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING)",
        [box.element_handle(), page.locator(FRAME).element_handle()],
    ), "before the map in tab order"
    box.fill("tia ma mu")
    box.press("Enter")
    page.locator(".gp-card h2", has_text="Tia Ma Mủ").wait_for(timeout=_LATE_MS)
    point = here.communes.geometry.iloc[0].representative_point()
    x, y = to_metres(CRS.from_epsg(9205), point.x, point.y)
    box.fill(f"{y:.0f} {x:.0f}")
    box.press("Enter")
    page.get_by_text("Đã hiểu là: VN-2000, kinh tuyến trục 103°00'", exact=False).wait_for(timeout=_LATE_MS)
    assert page.locator(".gp-place h2").inner_text() == said("link.place", lat=point.y, lon=point.x).text("vi")
    page.wait_for_timeout(500)
    page.screenshot(path=tmp_path / "typed.png")
    box.fill("không có nơi nào như vậy")
    box.press("Enter")
    page.get_by_text("Không tìm thấy bản, xã hay trạm nào có tên như vậy.", exact=False).wait_for(timeout=_LATE_MS)
    assert visit.errors == []


def test_a_mast_is_put_on_the_map_dragged_into_the_plan_and_taken_back(address: str, area: Path, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(address, timeout=FIRST_DRAW_MS)
    page.frame_locator(FRAME).locator("path.gp-village-mark").nth(3).wait_for(timeout=FIRST_DRAW_MS)
    page.locator(".gp-card h2").first.wait_for(timeout=_LATE_MS)
    page.wait_for_timeout(1500)
    frame = page.locator(FRAME).element_handle().content_frame()
    lat, lon = frame.evaluate("() => { const c = map_plan.getCenter(); return [c.lat, c.lng]; }")
    page.mouse.click(*on_map(page, lon, lat))
    button(page, "add_location Đặt trạm ở đây").or_(button(page, "Đặt trạm ở đây")).first.wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "facts.png")
    page.get_by_test_id("stBaseButton-primary").click()
    gain = page.locator(".gp-card b", has_text="bản có thêm sóng").first
    gain.wait_for(timeout=_LATE_MS)
    frame.locator("img.gp-picture").wait_for(timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "mast.png")
    first = page.locator(".gp-place p").inner_text()
    start, end = on_map(page, lon, lat), on_map(page, lon + 0.02, lat + 0.01)
    page.mouse.move(start[0], start[1] - 15)
    page.mouse.down()
    page.mouse.move(end[0], end[1] - 15, steps=6)
    page.mouse.up()
    page.wait_for_function("(was) => document.querySelector('.gp-place p').innerText !== was", arg=first, timeout=_LATE_MS)
    gain.wait_for(timeout=_LATE_MS)
    frame.wait_for_function("() => [...document.querySelectorAll('img.gp-picture')].some((one) => one.complete && one.naturalWidth > 0)")
    page.screenshot(path=tmp_path / "dragged.png")
    scenarios = {path.name for path in (area / "scenarios").iterdir()}
    page.get_by_test_id("stBaseButton-primary").click()
    page.get_by_text("Trạm được ghi vào danh sách vị trí đề xuất với mã tay-001", exact=False).wait_for(timeout=FIRST_DRAW_MS)
    page.wait_for_timeout(1500)
    page.screenshot(path=tmp_path / "in_plan.png")
    assert {path.name for path in (area / "scenarios").iterdir()} - scenarios == {"s_tram_thu.yaml"}
    undo = page.get_by_role("button", name="Hoàn tác")
    undo.wait_for(timeout=_LATE_MS)
    undo.click()
    page.get_by_text("Trạm thử T1").wait_for(timeout=FIRST_DRAW_MS)
    assert {path.name for path in (area / "scenarios").iterdir()} == scenarios
    page.screenshot(path=tmp_path / "taken_back.png")
    assert visit.errors == []
    assert visit.wanted == []


def query_of(page: Any) -> dict[str, str]:
    """What stands in the address now; the driver's own note of it lags behind."""
    return dict(parse_qsl(urlparse(page.evaluate("location.href")).query))


def gains(page: Any) -> list[str]:
    """What the open mast brings, village by village, and what all of them bring together."""
    found: list[str] = page.locator(".gp-card b").all_inner_texts()
    return found


def test_two_masts_outlive_a_reload_and_open_elsewhere(address: str, browser: Any, visit: Visit, here: Plan, tmp_path: Path) -> None:
    wire, page = Wire(visit.page), visit.page
    frame = opened(visit, address, here)
    lat, lon = frame.evaluate("() => { const c = map_plan.getCenter(); return [c.lat, c.lng]; }")
    for n, (east, north) in enumerate(((0.0, 0.0), (0.012, 0.006)), start=1):
        page.mouse.click(*on_map(page, lon + east, lat + north))
        button(page, "add_location Đặt trạm ở đây").or_(button(page, "Đặt trạm ở đây")).first.wait_for(timeout=_LATE_MS)
        page.get_by_test_id("stBaseButton-primary").click()
        page.locator(".gp-place h2", has_text=f"Trạm thử T{n}").wait_for(timeout=_LATE_MS)
        page.wait_for_function("(id) => new URL(location.href).searchParams.get('mast') === id", arg=f"T{n}", timeout=_LATE_MS)
        page.wait_for_timeout(1200)
    height = page.get_by_label("Độ cao cột (m)")
    height.fill("48")
    height.press("Enter")
    page.wait_for_function("() => (new URL(location.href).searchParams.get('masts') || '').includes('_h48')", timeout=_LATE_MS)
    page.wait_for_timeout(2500)
    page.screenshot(path=tmp_path / "two_masts.png")
    told, before = query_of(page), gains(page)
    assert [item.split("_")[0] for item in told["masts"].split("__")] == ["T1", "T2"]
    assert len(told["masts"]) < 150
    assert "%" not in page.evaluate("location.search").partition("masts=")[2].partition("&")[0]
    assert before
    assert sum("có thêm sóng" in line for line in before) == 2
    heard = wire.received
    frame.evaluate("() => { map_plan.setView([map_plan.getCenter().lat + 0.002, map_plan.getCenter().lng], map_plan.getZoom() + 1); }")
    page.wait_for_function("() => new URL(location.href).searchParams.has('view')", timeout=_LATE_MS)
    page.wait_for_timeout(1000)
    assert wire.received == heard, "pan and zoom stay without a run, with masts on trial too"
    told = query_of(page)

    page.reload()
    page.locator(".gp-place h2", has_text="Trạm thử T2").wait_for(timeout=FIRST_DRAW_MS)
    page.frame_locator(FRAME).locator("img.gp-picture").nth(1).wait_for(timeout=_LATE_MS)
    page.wait_for_timeout(1500)
    page.screenshot(path=tmp_path / "reloaded.png")
    assert gains(page) == before
    assert query_of(page) == told
    assert page.get_by_role("button", name="Hoàn tác").is_disabled()

    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi")
    elsewhere = Visit(context.new_page())
    elsewhere.page.goto(page.evaluate("location.href"), timeout=FIRST_DRAW_MS)
    elsewhere.page.locator(".gp-place h2", has_text="Trạm thử T2").wait_for(timeout=FIRST_DRAW_MS)
    elsewhere.page.frame_locator(FRAME).locator("img.gp-picture").nth(1).wait_for(timeout=_LATE_MS)
    elsewhere.page.wait_for_timeout(1500)
    elsewhere.page.screenshot(path=tmp_path / "elsewhere.png")
    assert gains(elsewhere.page) == before
    assert elsewhere.errors == []
    context.close()

    page.get_by_role("button", name="Bỏ trạm thử").click()
    page.wait_for_function("() => !new URL(location.href).searchParams.has('mast')", timeout=_LATE_MS)
    page.go_back()
    page.locator(".gp-place h2", has_text="Trạm thử T2").wait_for(timeout=_LATE_MS)
    page.wait_for_timeout(1500)
    assert gains(page) == before
    page.go_forward()
    page.locator(".gp-place h2").wait_for(state="detached", timeout=_LATE_MS)
    assert [item.split("_")[0] for item in query_of(page)["masts"].split("__")] == ["T1"]
    page.get_by_text("Cùng bật").wait_for(state="detached", timeout=_LATE_MS)
    page.wait_for_timeout(1000)
    page.screenshot(path=tmp_path / "forth.png")
    assert visit.errors == []
    assert visit.wanted == []


def test_a_profile_from_a_typed_place_opens_from_its_address(address: str, visit: Visit, here: Plan, tmp_path: Path) -> None:
    page, village = visit.page, str(here.villages.index[0])
    point = here.villages.geometry.loc[village]
    place = round(point.x + 0.012, 4), round(point.y + 0.01, 4)
    end, shown = write_place(place), f"{place[1]:.6f} {place[0]:.6f}"
    page.goto(f"{address}/link?village={village}&link={village}~own&end={end}", timeout=FIRST_DRAW_MS)
    field = page.locator("[data-testid=stTextInput] input")
    field.wait_for(timeout=FIRST_DRAW_MS)
    page.get_by_text("Theo ITU-R P.1812-8", exact=False).first.wait_for(timeout=_LATE_MS)
    assert field.input_value() == shown
    begun = page.evaluate(f"() => {_SENTENCES}")
    field.fill("22 00 30N 103 01 10E")
    field.press("Enter")
    page.wait_for_function("(was) => new URL(location.href).searchParams.get('end') !== was", arg=end, timeout=_LATE_MS)
    page.wait_for_function(f"(was) => {_SENTENCES} !== was", arg=begun, timeout=_LATE_MS)
    page.wait_for_timeout(1500)
    told = query_of(page)
    assert told["end"] == "103.019444_22.008333"
    answer = page.evaluate(f"() => {_SENTENCES}")
    page.screenshot(path=tmp_path / "typed_end.png")
    page.reload()
    page.get_by_text("Theo ITU-R P.1812-8", exact=False).first.wait_for(timeout=FIRST_DRAW_MS)
    page.wait_for_function(f"(answer) => {_SENTENCES} === answer", arg=answer, timeout=_LATE_MS)
    page.screenshot(path=tmp_path / "typed_end_reloaded.png")
    assert query_of(page) == told
    page.go_back()
    page.wait_for_function("(end) => new URL(location.href).searchParams.get('end') === end", arg=end, timeout=_LATE_MS)
    page.wait_for_function(
        "(typed) => document.querySelector('[data-testid=stTextInput] input').value === typed", arg=shown, timeout=_LATE_MS
    )
    assert visit.errors == []
