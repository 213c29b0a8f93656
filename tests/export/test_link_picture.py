"""Picture of a path: same bytes for the same card, readable Vietnamese, nothing drawn where nothing is known."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure
from pyproj import CRS

from geo_planner import link
from geo_planner.config import Propagation, Service
from geo_planner.export import link_picture as module
from geo_planner.export.link_picture import link_picture
from geo_planner.grid import Grid
from geo_planner.terrain import Dem

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def card_over(heights_m: np.ndarray, *, is_sample: bool = False) -> link.AnswerCard:
    grid = np.broadcast_to(heights_m.astype(np.float32), (3, len(heights_m))).copy()
    dem = Dem(grid, Grid.north_up(300_000, 2_450_000, 100.0, grid.shape, CRS.from_epsg(32648)), is_sample, "")
    ends = (300_050.0, 2_449_850.0), (300_000.0 + 100 * len(heights_m) - 50, 2_449_850.0)
    return link.answer_card(dem, *ends, mast_height_m=42, freq_mhz=900, eirp_re_dbm=24, service=Service(), propagation=Propagation())


@pytest.fixture
def blocked() -> link.AnswerCard:
    ground = np.full(81, 500.0)
    ground[40] = 640.0
    return card_over(ground, is_sample=True)


def words_on(card: link.AnswerCard, monkeypatch: pytest.MonkeyPatch, **options: object) -> str:
    """Every text that a reader of the picture sees."""
    kept: list[Figure] = []

    class Kept(Figure):
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)  # type: ignore[arg-type]
            kept.append(self)

    monkeypatch.setattr(module, "Figure", Kept)
    link_picture(card, **options)  # type: ignore[arg-type]
    axes = kept[0].axes[0]
    legend = axes.get_legend()
    assert legend is not None
    texts = [*axes.texts, *legend.get_texts(), axes.title, axes._left_title, *kept[0].texts, axes.xaxis.label, axes.yaxis.label]  # type: ignore[attr-defined]
    return "\n".join(text.get_text() for text in texts if text is not None)


@pytest.mark.parametrize("image_format", ["png", "svg"])
def test_the_same_card_gives_the_same_bytes(blocked: link.AnswerCard, image_format: str) -> None:
    first, second = (link_picture(blocked, image_format=image_format) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert (first.startswith(PNG_HEAD)) == (image_format == "png")


def test_no_date_and_no_name_of_a_program(blocked: link.AnswerCard) -> None:
    assert b"Software" not in link_picture(blocked)
    svg = link_picture(blocked, image_format="svg")
    assert b"dc:date" not in svg
    ET.fromstring(svg)


def test_size_is_what_was_asked_for(blocked: link.AnswerCard) -> None:
    png = link_picture(blocked, width_in=6, height_in=3, dpi=100)
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (600, 300)


def test_the_ridge_is_named_with_place_and_height(blocked: link.AnswerCard, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = words_on(blocked, monkeypatch)
    assert "Đỉnh chắn, cách trạm 4,0 km" in seen
    assert "cao hơn tia 119 m" in seen
    assert "Vùng Fresnel thứ nhất (900 MHz)" in seen


def test_sample_terrain_is_said_on_the_picture(blocked: link.AnswerCard, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "dữ liệu mẫu" in words_on(blocked, monkeypatch)
    assert "dữ liệu mẫu" not in words_on(dataclasses.replace(blocked, rests_on_sample_terrain=False), monkeypatch)


def test_unknown_terrain_is_hatched_and_has_no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = np.full(81, 500.0)
    ground[30:36] = np.nan
    seen = words_on(card_over(ground), monkeypatch, language="en")
    assert "Terrain not known" in seen
    assert "Ray" not in seen
    assert "Fresnel" not in seen


def test_nothing_known_at_all_is_still_a_picture() -> None:
    assert link_picture(card_over(np.full(81, np.nan))).startswith(PNG_HEAD)


def test_a_name_with_dollar_signs_is_no_formula(blocked: link.AnswerCard, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Bản $x_{$ <b>" in words_on(blocked, monkeypatch, title="Bản $x_{$ <b>")


@pytest.mark.filterwarnings("error::UserWarning")
def test_the_font_has_every_vietnamese_letter(blocked: link.AnswerCard) -> None:
    letters = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđĐ"
    link_picture(blocked, title=letters + letters.upper())


def test_settings_of_the_user_change_nothing(blocked: link.AnswerCard, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    before = link_picture(blocked)
    with matplotlib.rc_context({"font.size": 20.0, "axes.facecolor": "red", "lines.linewidth": 9.0}):
        assert link_picture(blocked) == before


def test_no_window_system_is_loaded() -> None:
    code = "import sys; import geo_planner.export.link_picture; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
