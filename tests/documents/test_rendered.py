"""The request as it is printed: LibreOffice lays it out, and every page is looked at."""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image

from geo_planner.documents.facts import ProposalFacts
from geo_planner.documents.office_template import BODY, PLACES
from geo_planner.documents.proposal import write_proposal
from geo_planner.words.figures import number
from tests.documents.fakes import facts
from tests.documents.rendered import Page, as_pdf, fonts_of, ink_of, needs_office, pages_of
from tests.documents.test_office_template import template
from tests.documents.test_proposal import OFFICE

pytestmark = needs_office
LONG_NAMES = ("Bản " + "Nậm Pồ Hồ " * 11 + "Ữỡ", "Ở" * 120, "W" * 120)
SAMPLE = "DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT"
MARGINS = {"left": 30.0, "right": 15.25, "top": 25.0, "bottom": 20.25}
SLACK_MM = 0.8
PICTURES = ((1600, 1600), (1240, 1754), (1754, 1240))


@dataclass(frozen=True, slots=True)
class Printed:
    facts: ProposalFacts
    document: Path
    pdf: Path
    pages: list[Page]


def settings() -> dict[str, tuple[ProposalFacts, dict[str, Any]]]:
    usual = facts(office=OFFICE)
    return {
        "usual": (usual, {}),
        "english": (usual, {"language": "en"}),
        "long_names": (facts(12, names=LONG_NAMES, office=OFFICE), {}),
        "nothing_chosen": (facts(5, chosen=False), {}),
        "no_build_plan": (facts(5, built=False), {}),
        "nothing_known": (facts(5, blank=True, date=None), {}),
        "no_village": (facts(0, built=False), {}),
        "true_data": (replace(facts(3, office=OFFICE), uses_sample_data=False), {}),
    }


SETTINGS = tuple(settings())


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Printed]:
    """Every setting, and the letterheads of an office, by one start of LibreOffice."""
    folder = tmp_path_factory.mktemp("printed")
    given = settings()
    pictures = {}
    for site, size in zip(sorted(given["usual"][0].sites, key=lambda s: s.number), PICTURES, strict=False):
        pictures[site.site_id] = folder / f"{site.number}.png"
        image = Image.new("RGB", size, "black")
        image.paste("white", (6, 6, size[0] - 6, size[1] - 6))
        image.save(pictures[site.site_id])
    given["pictures"] = given["usual"][0], {"pictures": pictures}
    marks, controls = template(folder / "marks.dotted"), template(folder / "controls.dotted", controls=PLACES)
    given["marks"] = given["usual"][0], {"template": marks}
    given["controls"] = given["usual"][0], {"template": controls}
    documents = {}
    for name, (those, options) in given.items():
        (folder / name).mkdir()
        (path,) = write_proposal(those, folder / name, **options)
        documents[name] = path.rename(folder / f"{name}.docx")
    made = as_pdf(list(documents.values()), folder)
    return {
        name: Printed(given[name][0], documents[name], pdf, pages_of(pdf)) for name, pdf in zip(documents, made, strict=True)
    }  # fmt: skip


def text_of(pages: list[Page]) -> str:
    return " ".join(page.text for page in pages)


def of_annex(pages: list[Page], number_: str, following: str) -> list[Page]:
    first = next(p.number for p in pages if f"Phụ lục {number_} " in p.text and p.number > 2 and "Kèm theo Tờ trình số" in p.text)
    last = next(p.number for p in pages if f"Phụ lục {following} " in p.text and p.number > first and "Kèm theo Tờ trình số" in p.text)
    return pages[first - 1 : last - 1]


def check_pages(pages: list[Page], sample: str) -> None:
    """Size, one number a page but the first, text within the margins, nothing blank."""
    for page in pages:
        assert sorted((round(page.width), round(page.height))) == [210, 297]
        upright = page.width < page.height
        numbers = [word for word in page.head if word.text.isdigit()]
        assert [word.text for word in numbers] == ([] if page.number == 1 else [str(page.number)])
        for word in numbers:
            middle = (MARGINS["left"] + page.width - MARGINS["right"]) / 2
            assert (word.left + word.right) / 2 == pytest.approx(middle, abs=1.5), (page.number, upright)
        assert " ".join(word.text for word in page.head if not word.text.isdigit()) == sample
        assert page.body, f"page {page.number} is blank"
        for word in page.body:
            assert word.left >= MARGINS["left"] - SLACK_MM, (page.number, word)
            assert word.right <= page.width - MARGINS["right"] + SLACK_MM, (page.number, word)
            assert word.bottom <= page.height - MARGINS["bottom"] + SLACK_MM, (page.number, word)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_page_is_as_the_decree_wants_it(name: str, printed: Mapping[str, Printed]) -> None:
    sample = {"english": "SAMPLE DATA – NOT FOR SUBMISSION", "true_data": ""}.get(name, SAMPLE)
    check_pages(printed[name].pages, sample)


@pytest.mark.parametrize("name", ["usual", "long_names", "pictures", "nothing_known"])
def test_nothing_is_printed_beyond_the_margins(name: str, printed: Mapping[str, Printed], tmp_path: Path) -> None:
    for left, above, right, below in ink_of(printed[name].pdf, tmp_path):
        assert left >= MARGINS["left"] - 1.3
        assert above >= 7
        assert right >= MARGINS["right"] - 1.3
        assert below >= MARGINS["bottom"] - 1.3


@pytest.mark.parametrize("name", [*SETTINGS, "pictures"])
def test_one_font_that_has_all_letters_is_embedded(name: str, printed: Mapping[str, Printed]) -> None:
    fonts = fonts_of(printed[name].pdf)
    assert fonts
    assert all(embedded for _, embedded in fonts)
    families = {re.sub("(PSMT|PS|MT)?(-.*)?$", "", font) for font, _ in fonts}
    assert len(families) == 1, f"letters were taken from a second font: {families}"
    assert families <= {"TimesNewRoman", "LiberationSerif", "Tinos"}


def test_letters_with_their_marks_come_out_as_they_went_in(printed: Mapping[str, Printed]) -> None:
    text = text_of(printed["usual"].pages)
    assert text == unicodedata.normalize("NFC", text)
    for words in (
        "ỦY BAN NHÂN DÂN TỈNH LAI CHÂU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Lai Châu, ngày 05 tháng 02 năm 2026",
        "TỜ TRÌNH", "Kế hoạch số 1 của tỉnh.", "NHỮNG NỘI DUNG CÒN THIẾU",
    ):  # fmt: skip
        assert words in text


def test_the_head_stands_in_two_columns_each_name_on_one_line(printed: Mapping[str, Printed]) -> None:
    first = printed["usual"].pages[0]
    for words in (
        "ỦY BAN NHÂN DÂN TỈNH LAI CHÂU",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ):
        tops = [w.top for w in first.body if w.text == words.split()[0] and w.top < 50][:1]
        lasts = [w.top for w in first.body if w.text == words.split()[-1] and w.top < 50]
        assert tops
        assert min(abs(top - tops[0]) for top in lasts) < 0.5, words
    number_line = next(w for w in first.body if w.text == "Số:")
    place_line = next(w for w in first.body if w.text == "ngày")
    assert number_line.top == pytest.approx(place_line.top, abs=0.5)
    assert number_line.right < 105 < place_line.left + 10


def test_the_foot_has_recipients_left_and_signer_right_on_one_page(printed: Mapping[str, Printed]) -> None:
    page = next(p for p in printed["usual"].pages if "Nơi nhận:" in p.text)
    at = page.text.index("Nơi nhận:")
    assert "KT. GIÁM ĐỐC" in page.text[at - 200 :]
    assert "Người Ký" in page.text
    assert next(w for w in page.body if w.text == "nhận:").left < 60
    assert next(w for w in page.body if w.text == "KT.").left > 105
    assert "kính trình" in page.text  # never a page with nothing but a signature


@pytest.mark.parametrize("name", SETTINGS)
def test_no_heading_stands_alone_at_the_end_of_a_page(name: str, printed: Mapping[str, Printed]) -> None:
    these = printed[name]
    headings = [p.text for p in Document(str(these.document)).paragraphs if p.style.name.startswith("Heading")]
    assert len(headings) >= 10
    lasts = [" ".join(word.text for word in page.body)[-300:] for page in these.pages]
    for heading in headings:
        plain = " ".join(heading.split())
        assert not any(last.endswith(plain) for last in lasts), heading


@pytest.mark.parametrize("name", ["usual", "long_names", "nothing_known"])
def test_titles_come_again_on_every_page_of_the_list(name: str, printed: Mapping[str, Printed]) -> None:
    pages = of_annex(printed[name].pages, "I", "II")
    assert len(pages) > 1
    for page in pages:
        assert page.width > page.height
        titles = sorted(word.text for word in page.body if word.text in ("STT", "Tọa"))
        assert titles == ["STT", "Tọa"], page.number


@pytest.mark.parametrize("name", ["usual", "long_names"])
def test_no_row_is_broken_and_no_figure_within_its_cell(name: str, printed: Mapping[str, Printed]) -> None:
    these = printed[name]
    pages = of_annex(these.pages, "I", "II")
    for village in these.facts.villages:
        wanted = {
            f"{number(village.position.lat, 5, 'vi')}°", number(village.position.north_m, 0, "vi"), number(village.position.east_m, 0, "vi"),
            number(village.cost_share_vnd or 0, 0, "vi"),
        }  # fmt: skip
        assert any(wanted <= {word.text for word in page.body} for page in pages), village.village_id
    words = {word.text for page in these.pages for word in page.body}
    money = these.facts.money
    assert money is not None
    sums = [money.capex, money.opex_per_year, money.npv, *money.by_payer.values(), *(each.amount for each in money.items)]
    for amount in (each for three in sums for each in (three.low, three.base, three.high)):
        assert number(amount, 0, "vi") in words


def test_long_names_are_all_there(printed: Mapping[str, Printed]) -> None:
    whole = "".join(word.text for page in printed["long_names"].pages for word in page.body)
    for name in LONG_NAMES:
        assert "".join(name.split()) in whole


def test_what_the_office_takes_out_again_is_one_page(printed: Mapping[str, Printed]) -> None:
    for name in ("usual", "nothing_known"):
        assert "NHỮNG NỘI DUNG CÒN THIẾU" in printed[name].pages[-1].text


def test_each_picture_stands_on_a_page_with_what_is_said_of_its_site(printed: Mapping[str, Printed]) -> None:
    these = printed["pictures"]
    pages = of_annex(these.pages, "IV", "V")
    for at, site in enumerate(sorted(these.facts.sites, key=lambda s: s.number)[: len(PICTURES)], 1):
        (page,) = [p for p in pages if f"Hình {at}." in p.text]
        assert f"Trạm {site.number:02d}: " in page.text
        assert number(site.cost.base, 0, "vi") in page.text
        caption = next(word for word in page.body if word.text == "Hình")
        above = [word.bottom for word in page.body if word.bottom < caption.top]
        assert caption.top - max(above) > 100  # the picture between
    assert f"Trạm {len(these.facts.sites):02d}" in pages[-1].text
    assert "chưa chèn vào phụ lục này" in pages[-1].text


@pytest.mark.parametrize("name", ["marks", "controls"])
def test_the_letterhead_of_an_office_is_printed_with_everything_in_it(name: str, printed: Mapping[str, Printed]) -> None:
    these = printed[name]
    text = text_of(these.pages)
    assert "{{" not in text
    assert "Bấm vào đây" not in text
    order = [
        "Giấy tiêu đề riêng",
        "12/TTr-SKHCN",
        "I. HIỆN TRẠNG",
        "PHÓ GIÁM ĐỐC",
        "Hết giấy tiêu đề",
        "Phụ lục I DANH MỤC",
        "NHỮNG NỘI DUNG CÒN THIẾU",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert all(SAMPLE in page.text and "SỞ CỦA TÔI" in page.text for page in these.pages)
    assert all(embedded for _, embedded in fonts_of(these.pdf))
    assert BODY not in text or name == "marks"
    for page in these.pages:
        assert all(word.right <= page.width and word.bottom <= page.height for word in page.words)


@pytest.mark.skipif(not os.environ.get("GEO_PLANNER_LONG"), reason="long: 500 villages; GEO_PLANNER_LONG=1")
def test_five_hundred_villages_are_printed_in_less_than_two_minutes(tmp_path: Path) -> None:
    from benchmarks.build import drawn_villages

    drawn = drawn_villages(500)
    given = facts(500, names=list(drawn["name"]), office=OFFICE)
    before = time.perf_counter()
    (document,) = write_proposal(given, tmp_path)
    (pdf,) = as_pdf([document], tmp_path)
    assert time.perf_counter() - before < 120
    pages = pages_of(pdf)
    check_pages(pages, SAMPLE)
    assert len(of_annex(pages, "I", "II")) <= 110
    whole = text_of(pages)
    assert all(f"Bản thử {at} (ưu tiên" in whole for at in (1, 250, 500))
