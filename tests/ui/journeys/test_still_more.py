"""More journeys of those who look and write nothing, over the same server."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from geo_planner.config import load_scenario
from geo_planner.plan import run
from geo_planner.study_area import load_study_area
from geo_planner.ui.entry import PAGES
from geo_planner.words import said
from tests.ui.journeys.conftest import HOSTILE, MANY, N_MANY
from tests.ui.journeys.test_still import BOX, FRAME, LATE_MS, go, opened, told
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")


def test_the_page_turns_english_and_stays_so(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=s")
    visit.page.locator("[data-testid=stSidebar] label", has_text="English").click()
    visit.page.locator("[data-testid=stSidebarNavLink]", has_text=said("ui.page_ranking").text("en")).wait_for(timeout=LATE_MS)
    visit.page.locator(".gp-card", has_text="Priority 1 of 4").wait_for(timeout=LATE_MS)
    assert told(visit.page)["lang"] == "en"
    visit.page.reload()
    visit.page.locator(".gp-card", has_text="Priority 1 of 4").wait_for(timeout=LATE_MS)


def test_a_commune_is_found_without_marks_or_case(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=s")
    box = visit.page.get_by_label(BOX)
    box.fill("XA 2")
    box.press("Enter")
    visit.page.get_by_text("Xã 2", exact=True).first.click(timeout=LATE_MS)
    visit.page.get_by_text("22,0150° B; 103,0300° Đ").first.wait_for(
        timeout=LATE_MS
    )  # the middle of the commune, and what the model says there
    assert visit.errors == []


def test_of_250_villages_the_funds_first_ten(still: str, still_area: Path, visit: Visit) -> None:
    scenario = load_scenario(still_area / "scenarios" / f"{MANY}.yaml")
    villages = run(scenario, load_study_area(still_area, scenario)).villages
    payer = "fund" if (villages["responsibility"] == "fund").sum() > 10 else "undecided"
    of_payer = villages[villages["responsibility"] == payer]
    assert len(of_payer) > 10
    frame = opened(visit, f"{still}/?scenario={MANY}&payer={payer}", 1)
    visit.page.get_by_role("button", name=said("ui.filter").text("vi"), exact=False).last.click()
    first = visit.page.get_by_label(said("ui.filter_first_k").text("vi"))
    first.fill("10")
    first.press("Enter")
    visit.page.get_by_text(said("ui.choose_of", n=10, total=N_MANY).text("vi")).wait_for(timeout=LATE_MS)
    assert told(visit.page)["first"] == "10"
    visit.page.keyboard.press("Escape")
    visit.page.locator(".gp-card h2", has_text=of_payer["name"].iloc[0]).wait_for(timeout=LATE_MS)
    frame.wait_for_function(
        "() => [...document.querySelectorAll('path.gp-village-mark')].filter(e => e.getClientRects().length && getComputedStyle(e).display !== 'none' && getComputedStyle(e).visibility !== 'hidden').length === 10",
        timeout=LATE_MS,
    )
    assert visit.errors == []


def test_names_with_markup_stay_text_on_every_page(still: str, visit: Visit, tmp_path: Path) -> None:
    opened(visit, f"{still}/?scenario={HOSTILE}")
    for name in PAGES:
        go(visit.page, name)
        visit.page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=LATE_MS)
        visit.page.screenshot(path=tmp_path / f"{name}.png")
        assert visit.page.evaluate("window.broken") is None, name
        assert visit.page.locator("img[src='x'], .stMain a[href^='javascript'], .stMain em:text-is('đậm')").count() == 0, name
        assert visit.page.locator("[data-testid=stException]").count() == 0, name
        assert visit.page.locator("[data-testid=stSidebar] b", has_text="Tên lạ").count() == 0, name
    assert (visit.wanted, visit.errors) == ([], [])


def test_a_word_file_is_refused_with_a_sentence(still: str, visit: Visit, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Danh sách bản chưa có sóng")
    document.save(tmp_path / "danh sách.docx")
    visit.page.goto(f"{still}/data?scenario=s")
    visit.page.get_by_text(said("ui.data_bring").text("vi"), exact=True).click(timeout=FIRST_DRAW_MS)
    visit.page.locator("input[type=file]").set_input_files(tmp_path / "danh sách.docx")
    refused = visit.page.get_by_text("danh sách.docx").last
    refused.wait_for(timeout=LATE_MS)
    reason = said("mislabelled.word").text("vi", "reason")
    visit.page.get_by_text(reason[0].upper() + reason[1:]).first.wait_for(timeout=LATE_MS)
    assert visit.page.locator("[data-testid=stException]").count() == 0
    button = visit.page.get_by_role("button", name="Nhập vào địa bàn")
    assert button.count() == 0 or button.is_disabled()


def test_paper_holds_the_map_and_the_card_and_no_controls(still: str, visit: Visit, tmp_path: Path) -> None:
    opened(visit, f"{still}/?scenario=s")
    visit.page.emulate_media(media="print")
    visit.page.screenshot(path=tmp_path / "paper.png", full_page=True)
    for hidden in ("stSidebar", "stHeader"):
        visit.page.locator(f"[data-testid={hidden}]").wait_for(state="hidden", timeout=LATE_MS)
    assert visit.page.locator(FRAME).is_visible()
    assert visit.page.locator(".gp-card h2").first.is_visible()
    assert visit.page.locator(".stButton:visible").count() == 0


def test_an_address_that_names_nothing_known_opens_what_there_is(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=khong_co&village=X99&weights=la:5&first=abc&theme=theme_x&view=1,2", 1)
    assert visit.page.locator("[data-testid=stException]").count() == 0
    assert visit.page.locator(".gp-card h2").first.inner_text().strip()
    assert visit.errors == []


def test_a_threshold_on_trial_stands_on_the_page_and_ends_with_the_scenario(still: str, visit: Visit) -> None:
    opened(visit, f"{still}/?scenario=s&threshold=-60")
    visit.page.locator(".gp-trial", has_text="-60").or_(visit.page.locator(".gp-trial", has_text="−60")).first.wait_for(timeout=LATE_MS)
    visit.page.goto(f"{still}/?scenario=s")
    visit.page.locator(".gp-card h2").first.wait_for(timeout=LATE_MS)
    assert visit.page.locator(".gp-trial").count() == 0


def test_a_file_of_the_plan_is_taken_home(still: str, visit: Visit, tmp_path: Path) -> None:
    visit.page.goto(f"{still}/downloads?scenario=s")
    page = visit.page
    page.get_by_text("priority_list.xlsx").first.wait_for(timeout=FIRST_DRAW_MS)
    with page.expect_download() as download:
        page.locator("[data-testid=stDownloadButton] button").first.click()
    download.value.save_as(tmp_path / "taken")
    assert (tmp_path / "taken").stat().st_size > 1000
