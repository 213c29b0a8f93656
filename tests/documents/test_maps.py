"""The maps of the pack: size, dots, fonts, bytes, names, and where things lie on the paper."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from geo_planner.documents.facts import ProposalFacts, proposal_facts
from geo_planner.documents.map_details import A4, detail_sheet
from geo_planner.documents.map_ground import base_of, ground_of, painted
from geo_planner.documents.map_labels import Label, Room, put_labels
from geo_planner.documents.map_marks import outline
from geo_planner.documents.map_overviews import OVERVIEWS, overview_sheet, overviews_of, province_of
from geo_planner.documents.map_sheet import Box, Column, fitting, lines_of, new_sheet, width_of
from geo_planner.documents.map_view import view_of
from geo_planner.documents.maps import site_pictures, write_maps
from geo_planner.documents.proposal import write_proposal
from geo_planner.documents.village_facts import positions
from geo_planner.documents.wording import Wording
from geo_planner.export.palette import BUILD_MARKS, GROUND, opaque
from geo_planner.plan import Plan
from tests.build.test_plan_holds import drawn_area, planned
from tests.ui.fakes import HOSTILE_NAMES

VI = Wording("vi")
BANNER = "DỮ LIỆU MẪU – KHÔNG DÙNG ĐỂ TRÌNH PHÊ DUYỆT"
DPI = 40


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(drawn_area(tmp_path_factory.mktemp("maps") / "area", 7))


@pytest.fixture(scope="module")
def facts(plan: Plan) -> ProposalFacts:
    return replace(proposal_facts(plan, date=dt.date(2026, 11, 30)), uses_sample_data=True)


@pytest.fixture(scope="module")
def written(plan: Plan, facts: ProposalFacts, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_maps(plan, facts, tmp_path_factory.mktemp("written"), dpi=DPI)


def sites_of(facts: ProposalFacts) -> list[Any]:
    return sorted(facts.sites, key=lambda site: site.number)


def texts(sheet: Any) -> list[str]:
    return [each.get_text() for each in sheet.axes.texts]


def test_overviews_are_a3_details_a4_and_each_is_a_picture_and_a_page(written: list[Path], facts: ProposalFacts) -> None:
    assert len(facts.sites) >= 1
    names = [f"overview_{at}_{each.name}" for at, each in enumerate(OVERVIEWS, 1)] + [f"site_{s.number:02d}" for s in sites_of(facts)]
    assert [path.name for path in written] == [f"{name}.{kind}" for name in names for kind in ("pdf", "png")]
    assert {path.parent.name for path in written} == {"maps"}
    for path in written:
        sides = (297, 420) if path.stem.startswith("overview") else (210, 297)
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert [round(dots / DPI * 25.4) for dots in sorted(picture.size)] == pytest.approx(sides, abs=1)
                assert picture.info["dpi"] == pytest.approx((DPI, DPI), abs=0.01)
        else:
            (box,) = re.findall(rb"/MediaBox \[ 0 0 ([0-9.]+) ([0-9.]+) \]", path.read_bytes())
            assert sorted(round(float(side) / 72 * 25.4) for side in box) == list(sides)


def test_fonts_are_in_the_page_and_no_time_is(written: list[Path]) -> None:
    for path in written:
        if path.suffix == ".pdf":
            content = path.read_bytes()
            assert b"/FontFile2" in content
            assert b"/Type3" not in content
            assert b"CreationDate" not in content
            assert b"Matplotlib" not in content


def test_the_same_plan_gives_the_same_bytes(written: list[Path], plan: Plan, facts: ProposalFacts, tmp_path: Path) -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 20.0, "lines.linewidth": 9.0, "savefig.dpi": 7, "text.parse_math": True}):
        again = write_maps(plan, facts, tmp_path, dpi=DPI)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_what_stands_on_a_map(plan: Plan, facts: ProposalFacts) -> None:
    ground = ground_of(plan)
    province = province_of(ground)
    for overview in overviews_of(facts):
        with overview_sheet(plan, facts, ground, province, overview, VI) as (sheet, title):
            shown = texts(sheet)
            told = "\n".join(shown)
            assert title in shown
            assert "LAI CHÂU" in title
            for part in (BANNER, "CHÚ GIẢI", "NGUỒN SỐ LIỆU", "B", "Ranh giới tỉnh"):
                assert part in shown
            assert f"Tỷ lệ 1:{province.view.scale:,}".replace(",", ".") in shown
            joined = told.replace("\n", " ")
            assert "EPSG:9205" in joined
            assert "ngày 30 tháng 11 năm 2026" in joined
            assert re.search(r"2\.4\d\d\.\d00", told)  # a northing of the grid
    with detail_sheet(plan, facts, ground, sites_of(facts)[0], A4, VI) as (sheet, title):
        shown = texts(sheet)
        assert title.startswith("Trạm 01")
        assert BANNER in shown
        assert "CHÚ GIẢI" in shown
        assert any("→" in line for line in shown)


def test_without_sample_data_there_is_no_banner(plan: Plan, facts: ProposalFacts) -> None:
    real = replace(facts, uses_sample_data=False, date=None)
    ground = ground_of(plan)
    with overview_sheet(plan, real, ground, province_of(ground), OVERVIEWS[0], VI) as (sheet, _):
        assert BANNER not in texts(sheet)
        assert "……" in " ".join(texts(sheet))


def test_names_are_text(plan: Plan, facts: ProposalFacts, tmp_path: Path) -> None:
    """Formulas, markup and 120 letters neither fail nor vanish."""
    names = [*HOSTILE_NAMES, r"$\frac{1}{0}$", "Bản " + "Xuân Quỳnh Ngữ " * 8]
    villages = tuple(replace(v, name=names[at % len(names)]) for at, v in enumerate(facts.villages))
    hostile = replace(facts, villages=villages, title_vi=names[1], province=names[0])
    paths = write_maps(plan, hostile, tmp_path, dpi=DPI)
    assert len(paths) == 2 * (len(OVERVIEWS) + len(facts.sites))
    ground = ground_of(plan)
    with overview_sheet(plan, hostile, ground, province_of(ground), OVERVIEWS[0], VI) as (sheet, _):
        assert "<script>window.broken=1" in " ".join(texts(sheet)).replace("\n", "")
        assert not any(text.get_parse_math() for text in sheet.axes.texts)


def test_letters_stay_on_the_paper(plan: Plan, facts: ProposalFacts) -> None:
    """No text crosses the edge of the sheet, and none of the panel's its column."""
    long = replace(facts, villages=tuple(replace(v, name="Bản " + "Xuân Quỳnh Ngữ " * 8) for v in facts.villages))
    ground = ground_of(plan)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for given in (facts, long):
        with detail_sheet(plan, given, ground, sites_of(given)[0], A4, VI) as (sheet, _):
            sheet.figure.set_dpi(100)
            FigureCanvasAgg(sheet.figure).draw()
            for text in sheet.axes.texts:
                box = text.get_window_extent()
                assert box.x0 >= 0
                assert box.y0 >= 0
                assert box.x1 <= 210 / 25.4 * 100
                assert box.y1 <= 297 / 25.4 * 100


def test_without_a_build_plan_there_are_the_maps_of_today(plan: Plan, facts: ProposalFacts, tmp_path: Path) -> None:
    bare = replace(plan, build=None)
    unbuilt = replace(facts, sites=(), links=(), money=None)
    for given in (plan, bare):
        found = write_maps(given, unbuilt, tmp_path, dpi=DPI)
        assert [path.name for path in found if path.suffix == ".png"] == ["overview_1_villages.png", "overview_2_coverage_before.png"]
        assert site_pictures(given, unbuilt, tmp_path) == {}


def test_the_ground_lies_where_it_is(plan: Plan) -> None:
    """The picture shows at each village what the raster says there, and is veiled outside the province."""
    ground = ground_of(plan)
    province = province_of(ground)
    view, base = province.view, province.base
    picture = painted(ground, base, surface="before")
    villages = positions(plan.villages.geometry.x, plan.villages.geometry.y)
    grid = plan.terrain.grid
    x, y = grid.xy(plan.villages.geometry)
    rows, columns = grid.position(x, y)
    mm = view.mm([(place.east_m, place.north_m) for place in villages])
    per_mm = base.tone.shape[1] / view.box.width
    for (right, up), row, column in zip(mm, rows, columns, strict=True):
        i, j = int((view.box.top - up) * per_mm), int((right - view.box.left) * per_mm)
        step = abs(base.rows[1, 0] - base.rows[0, 0])
        assert abs(base.rows[i, j] - row) < 1.5 * step
        assert abs(base.columns[i, j] - column) < 1.5 * step
        assert base.inside[i, j]
    assert not base.inside[0, 0]
    assert picture[~base.inside].mean() > np.mean(opaque(GROUND)[:3]) - 60


def test_the_picture_is_drawn_upright(written: list[Path], plan: Plan) -> None:
    """North is up: the picture on the sheet is the painted one."""
    ground = ground_of(plan)
    province = province_of(ground)
    want = painted(ground, province.base, surface="").mean(axis=2)
    with Image.open(next(path for path in written if path.name == "overview_1_villages.png")) as png:
        box = province.view.box
        height = province.size_mm[1]
        dots = [side / 25.4 * DPI for side in (box.left, height - box.top, box.right, height - box.bottom)]
        shown = np.asarray(png.convert("L").crop([round(d) for d in dots]).resize((40, 30)), dtype=float)
    small = np.asarray(Image.fromarray(want.astype(np.uint8)).resize((40, 30)), dtype=float)
    assert np.corrcoef(shown.ravel(), small.ravel())[0, 1] > np.corrcoef(shown.ravel(), small[::-1].ravel())[0, 1] + 0.1


def test_the_newly_covered_is_striped_and_nothing_else_is(plan: Plan) -> None:
    ground = ground_of(plan)
    assert ground.after is not None
    base = province_of(ground).base
    none = replace(ground, after=ground.before)
    assert (painted(none, base, surface="after") == painted(ground, base, surface="before")).all()
    gained = replace(ground, before=np.zeros_like(ground.before), after=np.ones_like(ground.before))
    picture = painted(gained, base, surface="gain")
    red, blue = picture[base.inside][:, 0].astype(int), picture[base.inside][:, 1].astype(int)
    assert 0.3 < (red - blue > 60).mean() < 0.55


def test_void_terrain_and_none_are_drawn_flat(plan: Plan) -> None:
    ground = ground_of(plan)
    view = province_of(ground).view
    for dem in (replace(plan.terrain, is_missing=True), replace(plan.terrain, heights_m=np.full_like(plan.terrain.heights_m, np.nan))):
        base = base_of(replace(ground, dem=dem), view.frame, (60, 80))
        assert len(np.unique(base.tone)) == 1


def test_pictures_stand_in_annex_iv(plan: Plan, facts: ProposalFacts, tmp_path: Path) -> None:
    pictures = site_pictures(plan, facts, tmp_path)
    assert sorted(pictures) == sorted(site.site_id for site in facts.sites)
    for path in pictures.values():
        assert path.stat().st_size <= 250_000
        with Image.open(path) as picture:
            assert round(picture.size[0] / picture.info["dpi"][0] * 25.4) == 165
    (made,) = write_proposal(facts, tmp_path, pictures=pictures)
    assert made.stat().st_size > sum(path.stat().st_size for path in pictures.values()) * 0.8


def test_names_keep_apart_and_the_first_come_first() -> None:
    with new_sheet(100.0, 100.0) as sheet:
        room = Room(Box(0.0, 0.0, 100.0, 100.0))
        labels = [Label(50.0, 50.0, f"{at}. Bản Nậm Khao", 8.0, gap_mm=1.5) for at in range(60)]
        left_out = put_labels(sheet, room, labels)
        shown = texts(sheet)
        assert 0 < left_out < 60
        assert len(shown) == 60 - left_out
        assert shown[0] == "0. Bản Nậm Khao"
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        sheet.figure.set_dpi(200)
        FigureCanvasAgg(sheet.figure).draw()
        boxes = [shapely.box(*text.get_window_extent().extents).buffer(-1.0) for text in sheet.axes.texts]
        assert not any(a.intersects(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_a_text_is_broken_where_it_fits() -> None:
    words = "Ủy ban nhân dân tỉnh Lai Châu " * 5
    for width in (20.0, 43.0, 80.0):
        lines = lines_of(words, 8.0, width)
        assert all(width_of(line, 8.0) <= width for line in lines)
        assert " ".join(lines).split() == words.split()
    assert lines_of(words, 8.0, 30.0, most=2)[-1].endswith("…")
    told, size = fitting(words, 20.0, 60.0, least=6.0)
    assert width_of(told, size) <= 60.0
    assert size >= 6.0


def test_a_column_goes_on_in_the_next_box() -> None:
    with new_sheet(100.0, 100.0) as sheet:
        column = Column(sheet, [Box(0.0, 0.0, 40.0, 12.0), Box(50.0, 0.0, 40.0, 12.0)], 8.0)
        for at in range(5):
            column.paragraph(f"dòng {at}")
        at = {text.get_text(): text.get_position()[0] for text in sheet.axes.texts}
        assert at == {"dòng 0": 0.0, "dòng 1": 0.0, "dòng 2": 50.0, "dòng 3": 50.0}


def test_a_view_holds_its_bounds_at_a_usual_scale() -> None:
    view = view_of(Box(10.0, 20.0, 100.0, 50.0), (500_000.0, 2_400_000.0, 509_000.0, 2_402_000.0), margin_mm=5.0)
    assert view.scale == 100_000
    ((x, y),) = view.mm([(504_500.0, 2_401_000.0)])
    assert (x, y) == pytest.approx((60.0, 45.0))


@pytest.mark.parametrize("mark", sorted(BUILD_MARKS))
def test_a_sign_of_the_app_becomes_an_outline(mark: str) -> None:
    shape = outline(str(BUILD_MARKS[mark]["path"]))
    assert np.isfinite(shape.vertices).all()
    assert np.abs(shape.vertices).max() <= 9.0
    assert np.ptp(shape.vertices, axis=0).min() >= 12.0


def test_nothing_of_pyplot_is_loaded() -> None:
    code = "import sys; import geo_planner.documents.maps; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
