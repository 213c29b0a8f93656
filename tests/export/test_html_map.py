"""The exported map: one file without a network, names as data, the same bytes every time."""

from __future__ import annotations

import dataclasses
import json
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.errors import OutputError
from geo_planner.export.html_map import as_script_literal, map_page, map_payload, village_card, write_map
from geo_planner.export.html_map.own_files import own_file
from geo_planner.export.html_map.rasters import WEB_MERCATOR, class_overlay, indexed_png, province_mask, web_grid
from geo_planner.export.palette import VILLAGE_MARKS, probability_classes, rsrp_classes
from geo_planner.plan import Plan
from geo_planner.words import number, percent, said
from tests.ui.fakes import HOSTILE_NAMES, fake_plan, without_sample


@pytest.fixture(scope="module")
def page() -> str:
    return map_page(fake_plan())


def payload_of(page: str) -> dict:
    literal = re.search(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)', page)
    assert literal is not None
    return json.loads(json.loads(literal[1]))


def test_no_web_address_stands_in_the_file(page: str) -> None:
    assert re.search(r"https?://|src\s*=\s*[\"'](?!data:)|@import|sourceMappingURL", page.replace("<img src=x", "")) is None
    assert set(re.findall(r"url\(([^)]{0,12})", page)) <= {"data:image/pn", "#default#VM", "data:image/p", "#default#VML"}


def test_two_writings_give_the_same_bytes(tmp_path: Path) -> None:
    write_map(fake_plan(), tmp_path / "one.html")
    write_map(fake_plan(), tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_never_markup(page: str, name: str) -> None:
    assert name in {village["name"] for village in payload_of(page)["villages"]}, "the name must survive unchanged"
    assert name not in page


def test_no_name_ends_the_script(page: str) -> None:
    assert page.count("<script>") == page.count("</script>") == 2
    assert "window.broken=1</" not in page


def test_no_name_is_read_as_a_template(page: str) -> None:
    assert "49" not in [village["name"].strip() for village in payload_of(page)["villages"]]
    assert "{{" not in page.split("<main")[0].split("</head>")[1].replace("{{ 7*7 }}", "")
    assert "Thử &lt;b&gt;&amp;&lt;/b&gt; {{ 7*7 }}" in page, "the title is text, not a template and not markup"


def test_own_script_holds_nothing_that_the_template_engine_reads() -> None:
    for name in ("map.js", "map.css", "page.css"):
        assert re.search(r"\{\{|\{%|\{#", own_file(name)) is None


def test_the_banner_stands_only_over_sample_data(page: str) -> None:
    assert said("sample_banner").text("vi") in page
    assert said("sample_banner").text("vi") not in map_page(without_sample(fake_plan()))


def test_vietnamese_first_with_english_subtitles(page: str) -> None:
    assert '<html lang="vi">' in page
    payload = payload_of(page)
    assert payload["texts"]["legend"] == "Chú giải"
    assert payload["subtitles"]["legend"] == "Legend"


def test_the_page_forbids_every_request(page: str) -> None:
    assert "default-src 'none'" in page


def test_the_payload_of_a_real_plan_is_complete(plan: Plan) -> None:
    payload = map_payload(plan, language="vi", bilingual=True, cards=True)
    assert len(payload["communes"]) == len(plan.communes)
    assert [v["rank"] for v in payload["villages"]] == list(range(1, len(plan.villages) + 1))
    assert len(payload["sites"]) == plan.sites.index.get_level_values("site_id").nunique()
    json.dumps(payload, allow_nan=False)


def test_the_literal_keeps_the_payload() -> None:
    payload = {"name": "".join(HOSTILE_NAMES), "n": 1.5, "nothing": None}
    literal = as_script_literal(payload)
    assert json.loads(json.loads(literal.removeprefix("JSON.parse(").removesuffix(")"))) == payload
    assert not set("<>&{}_'`\u2028\u2029") & set(literal)


def test_statuses_stay_apart_and_disagreement_is_marked() -> None:
    village = payload_of(map_page(fake_plan()))["villages"][2]
    assert village["status"] == {"declared": "no_signal", "modelled": "covered", "measured": "unknown"}
    assert village["disagree"] is True


def test_a_card_tells_what_is_missing_as_a_question() -> None:
    card = village_card(fake_plan(), "A", "vi")
    assert [(question.text, question.asks) for question in card.questions] == [("Bản có điểm trường không?", "Hỏi xã")]
    assert [part.assumed for part in card.contributions] == [False, True]
    assert sum(part.points for part in card.contributions) == pytest.approx(card.points)


def test_a_card_shows_both_models_the_one_that_decides_first() -> None:
    card = village_card(fake_plan(), "B", "vi")
    assert [(model.name, model.rsrp, model.probability, model.key) for model in card.models] == [
        ("ITU-R P.1812-8", "−110 dBm", "80%", "partial"),
        ("ITM (Longley-Rice)", "−125 dBm", "10%", "no_signal"),
    ]
    assert card.models_disagree
    assert card.flags == (), "what stands beside the models is not said twice"


def test_a_card_without_a_second_model_shows_one() -> None:
    plan = fake_plan()
    alone = dataclasses.replace(plan, villages=plan.villages.assign(compared_model=pd.array([pd.NA] * 4, dtype="string")))
    assert len(village_card(alone, "B", "vi").models) == 1


def test_a_card_says_how_sure_the_rank_is_in_the_language_of_the_reader() -> None:
    plan = fake_plan()
    vi, en = village_card(plan, "B", "vi"), village_card(plan, "B", "en")
    assert (vi.interval, en.interval) == ("có thể từ 2 đến 3", "between 2 and 3")
    assert vi.lead.startswith("Xếp thứ 2 trên 4 bản")
    assert f"{en.lead} {en.more}" == plan.villages.loc["B", "explanation_en"]
    assert en.chance.startswith("Probability of the first 2: ")


@pytest.mark.parametrize("limits", [(), (-113.0,), (-85.0, -95.0, -105.0, -113.0, -121.0, -130.0)])
def test_the_classes_of_the_rsrp_are_those_of_the_scenario(limits: tuple[float, ...]) -> None:
    service = fake_plan().scenario.service.model_copy(update={"class_limits_dbm": limits})
    classes = rsrp_classes(service)
    assert [c.least for c in classes] == sorted(limits)
    assert len({c.colour for c in classes}) == len(limits)


def test_the_number_of_sites_is_a_background_with_a_legend(page: str) -> None:
    theme = next(theme for theme in payload_of(page)["themes"] if theme["key"] == "theme_overlap")
    assert [entry["label"] for entry in theme["legend"]] == ["từ 3 trạm", "2 trạm", "1 trạm", "Không tô: không có sóng"]


def test_a_real_village_over_sample_terrain_says_so() -> None:
    plan = fake_plan()
    assert village_card(plan, "A", "vi").sample_notes == ("Mô hình tính trên địa hình hoặc trạm mẫu.",)
    assert len(village_card(plan, "B", "vi").sample_notes) == 2
    assert village_card(without_sample(plan), "A", "vi").sample_notes == ()


def test_every_status_has_a_mark_of_its_own_without_colour() -> None:
    shapes = {(mark["fill"] == "#ffffff", bool(mark["dash"]), mark["ink"] == "#ffffff") for mark in VILLAGE_MARKS.values()}
    assert len(shapes) == len(VILLAGE_MARKS)


def test_a_palette_png_reads_back() -> None:
    index = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    png = indexed_png(index, [(0, 0, 0, 0), (255, 0, 0, 255), (0, 0, 255, 128)])
    at = png.index(b"IDAT")
    size = struct.unpack(">I", png[at - 4 : at])[0]
    rows = np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + size]), np.uint8).reshape(3, 5)
    assert (rows[:, 1:] == index).all()


def test_an_overlay_lies_where_the_raster_lies() -> None:
    """A single covered cell comes out at its own longitude and latitude."""
    plan = fake_plan()
    grid = web_grid(plan)
    values = np.zeros_like(plan.coverage.probability)
    row, column = 40, 50
    values[row - 1 : row + 2, column - 1 : column + 2] = 1
    classes = probability_classes(plan.scenario.service)
    everywhere = np.ones(grid.shape, bool)
    overlay = class_overlay(values, plan.coverage, grid, classes, inside=everywhere, mark_unknown=True)
    at = overlay.png.index(b"IDAT")
    size = struct.unpack(">I", overlay.png[at - 4 : at])[0]
    pixels = np.frombuffer(zlib.decompress(overlay.png[at + 4 : at + 4 + size]), np.uint8).reshape(grid.shape[0], grid.shape[1] + 1)[:, 1:]
    y, x = (float(np.mean(axis)) + 0.5 for axis in np.nonzero(pixels == len(classes)))
    from pyproj import Transformer

    found = Transformer.from_crs(WEB_MERCATOR, plan.coverage.grid.crs, always_xy=True).transform(*(grid.transform @ (x, y)))
    expected = plan.coverage.grid.transform @ (column + 0.5, row + 0.5)
    assert np.hypot(found[0] - expected[0], found[1] - expected[1]) < 150


def test_coverage_outside_the_province_is_not_painted() -> None:
    plan = fake_plan()
    grid = web_grid(plan)
    inside = province_mask(plan, grid)
    assert 0.4 < inside.mean() < 0.95


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_map(fake_plan(), tmp_path / "absent" / "map.html")


def test_numbers_are_written_as_the_language_does() -> None:
    assert (number(1234.5, 1, "vi"), number(1234.5, 1, "en")) == ("1.234,5", "1,234.5")
    assert (percent(0.955, "vi"), percent(0.5, "en")) == ("96%", "50%")
    assert (percent(0.0004, "vi"), percent(0.9996, "en"), percent(1.0, "vi")) == ("< 1%", "> 99%", "100%")
